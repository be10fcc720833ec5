"""Counts of this process, by name and labels; read by the operator's page. Thread-safe, never reset."""

from collections import Counter
from threading import Lock

_counts: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()
_lock = Lock()


def add(name: str, **labels: str) -> None:
    with _lock:
        _counts[name, tuple(sorted(labels.items()))] += 1


def value(name: str, **labels: str) -> int:
    return _counts[name, tuple(sorted(labels.items()))]
