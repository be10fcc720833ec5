"""Hours under an even load: does memory stay, does the queue stay short, are the logs free of errors?"""

from __future__ import annotations

import re
import statistics
import time
from dataclasses import dataclass, field
from typing import Any

from autolumiku.bench import usage
from autolumiku.bench.systems import AutoLumiku

EVERY = 5.0  # seconds between two looks
SLICE = 20.0  # minutes; the driver takes no longer runs
MOST_AGE = 1.0  # seconds a due chat waits for a worker
MOST_GROWTH = 0.05  # of the memory, from the first fifth to the end

# A chat that the model is busy with is claimed; what is due and not claimed waits for us.
QUEUE_SQL = """
SELECT count(*), coalesce(extract(epoch FROM max(clock_timestamp() - due_at)), 0)::float
FROM whatsapp_conversations WHERE holder = 'bot' AND answered_seq < inbound_seq AND due_at <= clock_timestamp()
    AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
"""
SHOWN = 5  # lines of errors
NO_CALLBACK = "gateway is not set up for us"  # true of the rig's: it keeps no callback URL
ERROR = re.compile(r"level='error'|\bERROR\b|\bCRITICAL\b|^Traceback|round failed", re.MULTILINE)


@dataclass(slots=True)
class Watch:
    """Looks now and then; keeps (seconds, value) of each process's memory and of the queue."""

    system: AutoLumiku
    began: float = field(default_factory=time.monotonic)
    next: float = 0.0
    memory: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    ages: list[float] = field(default_factory=list)
    backlog: list[int] = field(default_factory=list)

    def look(self) -> None:
        now = time.monotonic() - self.began
        if now < self.next:
            return
        self.next = now + EVERY
        for name, root in self.system.roots.items():
            for pid in usage.tree([root]):
                self.memory.setdefault(f"{name} {pid}", []).append((now, usage.rss_mb(pid)))
        ((waiting, age),) = self.system.database.ask(QUEUE_SQL)
        self.ages.append(age)
        self.backlog.append(waiting)


def run(system: AutoLumiku, minutes: float, rate: float, noise: list[int]) -> tuple[str, dict[str, Any]]:
    """(what to say, raw figures). The model takes 2 s in the median, some calls much longer."""
    system.rig.set({}, {})
    system.start()
    system.rig.set({"latency": "lognormal:2,0.6"}, {})
    watch, slices = Watch(system), []
    while minutes > 0.01:
        part = min(minutes, SLICE)
        count = int(part * 60 * rate)
        arguments = ("--rate", str(rate), "--count", str(count), "--conversations", str(min(count, 1000)))
        slices.append(
            system.rig.drive(
                system.url, list(system.roots.values()), noise, *system.drive_options(), *arguments, watch=watch.look
            )
        )
        minutes -= part
    logs = [line for name in system.roots for line in system.fleet.log(name).splitlines()]
    errors = [line[:400] for line in logs if ERROR.search(line) and NO_CALLBACK not in line]
    raw = {
        "slices": slices,
        "memory": watch.memory,
        "queue_age_s": watch.ages,
        "backlog": watch.backlog,
        "errors": errors,
    }
    return _said(watch, slices, errors), raw


def _said(watch: Watch, slices: list[dict[str, Any]], errors: list[str]) -> str:
    lines = ["| process | start | end | highest | slope, MB an hour | flat |", "|---|---|---|---|---|---|"]
    verdicts = []
    for name, points in watch.memory.items():
        flat, line = _process(name, points)
        verdicts.append(flat)
        lines.append(line)
    sent, lost = sum(one["messages"] for one in slices), sum(one["lost_not_covered"] for one in slices)
    doubled, late = sum(one["duplicate_replies"] for one in slices), max(watch.ages, default=0.0)
    judged = {
        "memory flat": all(verdicts),
        f"queue age at most {MOST_AGE:g} s (was {late:.2f} s; {max(watch.backlog, default=0)} chats at most)": late
        <= MOST_AGE,
        f"no error in the logs (were {len(errors)})": not errors,
        f"{sent} messages, {lost} lost, {doubled} doubled": not (lost or doubled),
    }
    verdict = [f"{'ok  ' if good else 'FAIL'} {what}" for what, good in judged.items()]
    replies = [f"reply p50 {one['reply_ms'].get('p50')} ms, p95 {one['reply_ms'].get('p95')} ms" for one in slices]
    return "\n".join([*lines, "", *verdict, *errors[:SHOWN], *replies])


def _process(name: str, points: list[tuple[float, float]]) -> tuple[bool, str]:
    """Judged from the first fifth on: caches fill at first."""
    later = points[len(points) // 5 :]
    start, end, most = later[0][1], later[-1][1], max(value for _, value in points)
    slope = statistics.linear_regression(*zip(*later, strict=True)).slope * 3600 if len(later) > 1 else 0.0
    flat = end <= start * (1 + MOST_GROWTH)
    return (
        flat,
        f"| {name} | {start:.1f} MB | {end:.1f} MB | {most:.1f} MB | {slope:+.1f} | {'yes' if flat else 'NO'} |",
    )
