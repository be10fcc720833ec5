"""Where the milliseconds go: the processes sampled under load (py-spy, from outside, without a change to them).

Only the thread that holds the interpreter's lock is counted, because a waiting thread cannot be told from a busy one
from outside. What a process uses beyond that is the kernel's work (sockets, epoll) and C code without the lock.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.conf import settings

from autolumiku.bench import scenarios, systems, usage
from autolumiku.bench.database import BenchError
from autolumiku.bench.systems import AutoLumiku
from autolumiku.demo.processes import Program

SAMPLES = 250  # a second
SECONDS = 20
SHOWN = 60
FRAMES_OF_ALL = (
    *("threading.py", "asyncio/", "concurrent/", "contextlib.py", "<frozen", "manage.py", "django/utils"),
    *("django/core/management", "gunicorn/app", "gunicorn/arbiter", "gunicorn/workers/base", "gunicorn/__main__"),
)
FRAME = re.compile(r"^(?P<function>.+) \((?P<file>[^:]+)(?::\d+)?\)$")


@dataclass(frozen=True, slots=True)
class Frame:
    function: str
    file: str  # from the package on, without the line

    @property
    def package(self) -> str:
        top = self.file.split("/")[0]
        return "/".join(self.file.split("/")[:2]) if top in ("django", "psycopg") else top

    @property
    def ours(self) -> bool:
        return (Path(settings.BASE_DIR) / self.file).exists()


def run(system: AutoLumiku, rate: float, noise: list[int]) -> str:
    """Two tables a process: inclusive time by function, own time by package; ms of CPU per message."""
    program = systems.own_python().with_name("py-spy")
    if problem := systems.install():
        raise BenchError(f"No profile: {problem}")
    one = replace(system, web=1, workers=1, roots={})
    one.rig.set({}, {})
    one.start()
    options = one.drive_options()
    one.rig.drive(one.url, list(one.roots.values()), noise, *options, *scenarios.WARM_UP)
    sampled = {"web": max(usage.tree([one.roots["web"]])), "worker": one.worker_pids[0]}
    sampler = _Sampler(one, str(program), sampled)
    scenario = replace(scenarios.sweep_step(rate, SECONDS + 6), options=("--quiet", "10"))
    one.rig.set(scenario.llm, {})
    before = {pid: (usage.cpu_seconds([pid]), usage.kernel_seconds(pid)) for pid in sampled.values()}
    arguments = ("--rate", str(rate), "--count", str(scenario.count), "--conversations", str(scenario.conversations))
    figures = one.rig.drive(one.url, list(one.roots.values()), noise, *options, *arguments, watch=sampler.look)
    used = {
        name: (usage.cpu_seconds([pid]) - before[pid][0], usage.kernel_seconds(pid) - before[pid][1])
        for name, pid in sampled.items()
    }
    one.fleet.wait_until(lambda: all(sampler.file(name).exists() for name in sampled), 20)
    one.stop()
    one.fleet.dismiss(*[f"spy-{name}" for name in sampled])
    tables = []
    for name, seconds in used.items():
        whole, kernel = (1000 * each / figures["messages"] for each in seconds)
        tables.append(f"### {name}: {whole:.2f} ms of CPU per message, {kernel:.2f} ms of it in the kernel")
        tables.append(_tables(sampler.file(name), rate * SECONDS * SAMPLES / 1000))
    return "\n\n".join(tables)


@dataclass(slots=True)
class _Sampler:
    """Starts the profilers once the load has begun."""

    system: AutoLumiku
    program: str
    pids: dict[str, int]
    began: float = field(default_factory=time.monotonic)
    started: bool = False

    def file(self, name: str) -> Path:
        return self.system.fleet.logs / f"{name}.stacks"

    def look(self) -> None:
        if self.started or time.monotonic() - self.began < 2:
            return
        self.started = True
        for name, pid in self.pids.items():
            command = [self.program, "record", "--pid", str(pid), "--duration", str(SECONDS), "--rate", str(SAMPLES)]
            command += ["--gil", "--format", "raw", "--output", str(self.file(name))]
            self.system.fleet.launch(Program(f"spy-{name}", command))


def _tables(file: Path, per_ms: float) -> str:
    """per_ms: samples that make a millisecond of every message."""
    if not file.exists():
        return "no samples; see the profiler's log"
    stacks = [_stack(line) for line in file.read_text().splitlines()]
    total = sum(count for _, count in stacks) or 1
    inclusive: Counter[Frame] = Counter()
    own: Counter[str] = Counter()
    for frames, count in stacks:
        for frame in set(frames):
            inclusive[frame] += count
        if frames:
            own[frames[-1].package] += count
    lines = [f"In Python: {total / per_ms:.2f} ms", "", "| ms | function, with all it calls |", "|---|---|"]
    shown = [
        (frame, count)
        for frame, count in inclusive.most_common(400)
        if not frame.file.startswith(FRAMES_OF_ALL) and (frame.ours or count > total * 0.03)
    ]
    lines += [f"| {count / per_ms:.2f} | {frame.function} ({frame.file}) |" for frame, count in shown[:SHOWN]]
    lines += ["", "| ms | package, its own code only |", "|---|---|"]
    lines += [f"| {count / per_ms:.2f} | {package} |" for package, count in own.most_common(20)]
    return "\n".join(lines)


def _stack(line: str) -> tuple[list[Frame], int]:
    """One line of the raw format: frames from the outermost on, and how often they were seen."""
    said, _, count = line.rpartition(" ")
    return [_frame(part) for part in said.split(";")], int(count)


def _frame(said: str) -> Frame:
    match = FRAME.match(said)
    if match is None:
        return Frame(said, "?")
    file = match["file"].split("site-packages/")[-1].removeprefix(f"{settings.BASE_DIR}/")
    return Frame(match["function"], file.split("lib/python3.11/")[-1])
