"""The runs: what the stubs do, what the driver sends, and what is read before and after."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autolumiku.bench import usage
from autolumiku.bench.systems import System

HELD_MS = 2000  # a rate is held while the p95 of the replies stays below this, with the model at 1 s
HELD_TAIL = 3.0  # … and the last reply comes this soon after the last message
MOST_NOISE = 10.0  # percent of the machine used by others; such a run is made once more
RESTART_SECONDS = 1.0

WARM_UP = ("--rate", "20", "--count", "100", "--conversations", "20")
BURST_WAIT = 1.5

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scenario:
    """llm, gateway: how the stubs behave; count and rate: messages, a second; fresh: processes just started."""

    llm: Mapping[str, Any]
    count: int
    rate: float
    conversations: int
    gateway: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    fresh: bool = False
    kill_at: float = 0
    burst_wait: float = 0.0


SCENARIOS = {
    "model-1s": Scenario({"latency": 1}, 200, 10, 100),
    "model-0s": Scenario({"latency": 0}, 200, 10, 100),
    "load": Scenario({"latency": 1}, 600, 30, 300),
    "kill9": Scenario({"latency": 1}, 100, 10, 100, options=("--quiet", "12", "--ack-timeout", "20"),
                      fresh=True, kill_at=5),
    "model-null": Scenario({"latency": 0.2, "mode": "null"}, 50, 5, 50, options=("--quiet", "12")),
    "model-empty": Scenario({"latency": 0.2, "mode": "empty"}, 50, 5, 50, options=("--quiet", "12")),
    "model-hangs": Scenario({"latency": 0.2, "mode": "hang"}, 50, 5, 50, options=("--quiet", "60", "--drain", "60"),
                            fresh=True),
    "gateway-fails": Scenario({"latency": 0.2}, 50, 5, 50, {"mode": "500", "fail_rate": 0.2},
                              options=("--quiet", "12")),
    "burst": Scenario({"latency": "lognormal:1,0.6"}, 100, 1, 0, options=("--burst", "5,2"), burst_wait=BURST_WAIT),
}  # fmt: skip


def sweep_step(rate: float, seconds: float = 20) -> Scenario:
    options = ("--ack-timeout", "60", "--quiet", "10")
    return Scenario({"latency": 1}, int(rate * seconds), rate, int(rate * 10), options=options)


def shortened(scenario: Scenario) -> Scenario:
    """For --quick: half as many messages, at the same rate."""
    if scenario.kill_at or "--burst" in scenario.options:
        return scenario
    return Scenario(**{**{name: getattr(scenario, name) for name in Scenario.__slots__}, "count": scenario.count // 2})


def run(system: System, scenario: Scenario, seed: int, noise: list[int], *, tries: int = 2) -> Raw:
    """One measurement, made again where others used the machine; the quietest counts."""
    best: Raw = {}
    for _ in range(tries):
        figures = _once(system, scenario, seed, noise)
        if not best or figures.get("other_cpu_pct", 0) < best.get("other_cpu_pct", 0):
            best = figures
        if best.get("other_cpu_pct", 0) <= MOST_NOISE:
            break
    return best


def _once(system: System, scenario: Scenario, seed: int, noise: list[int]) -> Raw:
    if scenario.fresh or not system.roots:
        system.rig.set({}, {})
        system.start()
        system.rig.drive(system.url, list(system.roots.values()), noise, *system.drive_options(), *WARM_UP)
    system.rig.set(scenario.llm, scenario.gateway)
    system.burst_wait(scenario.burst_wait)
    arguments = [*system.drive_options(), "--rate", str(scenario.rate), "--count", str(scenario.count)]
    arguments += ["--seed", str(seed), *scenario.options]
    if scenario.conversations:
        arguments += ["--conversations", str(scenario.conversations)]
    if scenario.kill_at:
        arguments += ["--at", f"{scenario.kill_at}:{system.kill_command()}"]
    roots = dict(system.roots)
    before = {name: usage.cpu_seconds([pid]) for name, pid in roots.items()}
    database = usage.cpu_seconds(noise)
    raised = _Raised(system)
    figures = system.rig.drive(system.url, list(roots.values()), noise, *arguments, watch=raised.look)
    figures["tail_s"] = _tail(figures)
    if not scenario.kill_at:
        each = {name: usage.cpu_seconds([pid]) - before[name] for name, pid in roots.items()}
        figures["cpu_ms"] = {name: round(1000 * used / figures["messages"], 2) for name, used in each.items()}
        figures["cpu_ms"]["database"] = round(1000 * (usage.cpu_seconds(noise) - database) / figures["messages"], 2)
    return figures


@dataclass(slots=True)
class _Raised:
    """Starts a system that was killed again, a second later."""

    system: System
    died: float = 0.0

    def look(self) -> None:
        if not self.died and self.system.dead():
            self.died = time.monotonic()
        elif self.died and self.system.dead() and time.monotonic() - self.died > RESTART_SECONDS:
            self.system.launch()


def _tail(figures: Raw) -> float:
    """Seconds from the last message sent to the last reply."""
    answered = figures["replied"] + figures["fallbacks"]
    speed = figures["replies_per_s"]
    return round(answered / speed - figures["sent_seconds"], 2) if speed else 0.0


def held(figures: Raw) -> bool:
    return (
        figures["replied"] + figures["fallbacks"] == figures["messages"]
        and figures["reply_ms"].get("p95", HELD_MS) < HELD_MS
        and figures["tail_s"] < HELD_TAIL
    )


def sweep(system: System, rates: tuple[float, ...], seed: int, noise: list[int], seconds: float) -> Raw:
    """Rates from low to high until one is not held; that one too, because it shows what happens beyond."""
    steps: list[Raw] = []
    for rate in rates:
        steps.append(run(system, sweep_step(rate, seconds), seed, noise))
        if not held(steps[-1]):
            break
    good = [step["rate"] for step in steps if held(step)]
    beyond = None if held(steps[-1]) else steps[-1]
    others = max(step.get("other_cpu_pct", 0) for step in steps)
    return {"held": max(good, default=0), "beyond": beyond, "steps": steps, "other_cpu_pct": others}


def keep(folder: Path, system: System, name: str, number: int, figures: Raw) -> None:
    place = folder / system.name.replace(" ", "-")
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}-{number}.json").write_text(json.dumps(figures, indent=1) + "\n")
