"""The door to the metrics: what is counted and timed here, `/metrics` shows to the operator (conversations.vitals).

    counters.add("sends", result="sent")
    counters.took("step", seconds, step="gather")

Every process writes its own small files in PROMETHEUS_MULTIPROC_DIR, so that one scrape sees all processes of the
machine. Labels are few and fixed words: never a showroom, a person or a text.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

log = structlog.get_logger(__name__)


class Definition(NamedTuple):
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()  # seconds; empty: a plain counter


QUICK = (0.001, 0.002, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0)
SLOW = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 60.0, 90.0)
PREFIX = "autolumiku_"
DEFINITIONS = {
    "webhook": Definition("Webhook calls answered 200, by what became of the message.", ("result",), QUICK),
    "webhook_refused": Definition("Webhook calls refused, by HTTP status.", ("status",)),
    "spooled": Definition("Messages kept on disk because the database was away."),
    "step": Definition("Seconds per step of a turn: gather, think, conclude, send.", ("step",), SLOW),
    "model": Definition(
        "Seconds per try of the model, by outcome; open, busy and late were no call.", ("outcome",), SLOW
    ),
    "turns": Definition("Seconds from claim to conclusion, by the way the answer came about.", ("path",), SLOW),
    "guard": Definition("Drafts of the model checked against the facts.", ("verdict",)),
    "sends": Definition("Sends by how they ended.", ("result",)),
    "taken_up": Definition("Chats claimed anew after a claim that ended in nothing."),
}

_children: dict[tuple[str, ...], Any] = {}
_lock = Lock()


def add(name: str, **labels: str) -> None:
    """Count one. Raises KeyError for a name that is not in DEFINITIONS (a test looks for such)."""
    _child(name, labels).inc()


def took(name: str, seconds: float, **labels: str) -> None:
    """Count one that lasted this long."""
    _child(name, labels).observe(seconds)


def value(name: str, **labels: str) -> float:
    """What this process has counted."""
    end = "_count" if DEFINITIONS[name].buckets else "_total"
    return registry().get_sample_value(f"{PREFIX}{name}{end}", labels) or 0.0


def _child(name: str, labels: dict[str, str]) -> Any:
    """The metric of these labels, kept: looking it up in the library costs more than counting."""
    key = (name, *labels.values())
    child = _children.get(key)
    if child is None:
        with _lock:
            child = _children[key] = _made(name, labels)
    return child


def _made(name: str, labels: dict[str, str]) -> Any:
    """A disk that refuses costs the figures, never a message."""
    try:
        metric = _metric(name)
        return metric.labels(**labels) if labels else metric
    except OSError as error:
        log.error("not counted", metric=name, error=type(error).__name__)
        return Uncounted()


class Uncounted:
    def inc(self) -> None: ...

    def observe(self, seconds: float) -> None: ...


@cache
def registry() -> CollectorRegistry:
    """This process's own metrics. The library is loaded when something is first counted."""
    from prometheus_client import CollectorRegistry

    return CollectorRegistry()


@cache
def _metric(name: str) -> Any:
    from prometheus_client import Counter, Histogram

    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        Path(folder).mkdir(parents=True, exist_ok=True)
    told = DEFINITIONS[name]
    if told.buckets:
        return Histogram(PREFIX + name, told.help, told.labels, buckets=told.buckets, registry=registry())
    return Counter(PREFIX + name, told.help, told.labels, registry=registry())


MOST_DEAD = 100  # files of ended processes kept beside living ones


def clean(folder: str) -> None:
    """Forget the counts of ended processes, when a process starts.

    Only once none of their machine lives any more: a sum that shrinks looks like a restart and would be counted anew.
    """
    files = list(Path(folder).glob("*.db"))
    dead = [file for file in files if not _lives(file.stem.rpartition("_")[2])]
    if len(dead) == len(files) or len(dead) > MOST_DEAD:
        _delete(dead)


def _delete(files: Iterable[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _lives(pid: str) -> bool:
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return int(pid) != os.getpid()  # nothing is counted yet: a file of this number is an ended process's
