"""What processes use, read from /proc: CPU seconds, resident and proportional memory."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def tree(roots: Iterable[int]) -> list[int]:
    """These processes and their descendants, those that live."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, todo = [], list(roots)
    while todo:
        pid = todo.pop()
        if _stat(pid):
            found.append(pid)
        todo += children.get(pid, [])
    return found


def cpu_seconds(roots: Iterable[int]) -> float:
    """CPU of these trees so far; of children that ended and were waited for, too."""
    used = 0
    for pid in tree(roots):
        fields = _stat(pid)
        used += sum(map(int, fields[11:15])) if fields else 0
    return used / TICKS


def kernel_seconds(pid: int) -> float:
    """Of one process: what the kernel did for it."""
    fields = _stat(pid)
    return int(fields[12]) / TICKS if fields else 0.0


def rss_mb(pid: int) -> float:
    return _kilobytes(pid, "status", "VmRSS:") / 1024


def peak_mb(pid: int) -> float:
    return _kilobytes(pid, "status", "VmHWM:") / 1024


def pss_mb(pid: int) -> float:
    """Its own pages, and its share of those it has in common with others."""
    return _kilobytes(pid, "smaps_rollup", "Pss:") / 1024


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; empty when it is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return []


def _kilobytes(pid: int, file: str, name: str) -> int:
    try:
        lines = (PROC / str(pid) / file).read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)
