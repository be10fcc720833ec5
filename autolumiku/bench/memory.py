"""How much memory a small installation needs, and one worker with many chats in flight."""

from __future__ import annotations

from dataclasses import replace

from autolumiku.bench import usage
from autolumiku.bench.systems import AutoLumiku

SMALL_MB = 350
IN_FLIGHT_MB = 250
IN_FLIGHT = 200
LOAD = ("--rate", "20", "--count", "300", "--conversations", "100")
WIDE = ("--rate", "40", "--count", "360", "--conversations", "360", "--quiet", "20")  # with a model of 8 s


def measure(system: AutoLumiku, noise: list[int]) -> str:
    """A Markdown table; the system is started anew for each row."""
    lines = ["| | RSS | PSS | must be |", "|---|---|---|---|"]
    for web in (2, 1):
        small = replace(system, web=web, roots={})
        small.rig.set({"latency": 0.2}, {})
        small.start()
        small.rig.drive(small.url, list(small.roots.values()), noise, *small.drive_options(), *LOAD)
        lines += _installation(small, web)
        if web == 2:
            lines.append(_in_flight(small, noise))
        small.stop()
    return "\n".join(lines)


def _installation(system: AutoLumiku, web: int) -> list[str]:
    rows = []
    for name, root in system.roots.items():
        for number, pid in enumerate(sorted(usage.tree([root]))):
            part = "master" if name == "web" and not number else name
            rows.append((f"… {part}", usage.rss_mb(pid), usage.pss_mb(pid)))
    label = f"{web} web + master + {len(system.worker_pids)} worker, after 300 messages"
    goal = f"≤ {SMALL_MB} MB"
    total = _row(label, sum(row[1] for row in rows), sum(row[2] for row in rows), goal)
    return [total, *[_row(*row, "") for row in rows]]


def _in_flight(system: AutoLumiku, noise: list[int]) -> str:
    """The model takes 8 s and 40 messages a second come in: as many chats in flight as the worker takes."""
    system.rig.set({"latency": 8}, {})
    worker = system.worker_pids[0]
    most = [0.0]

    def look() -> None:
        most[0] = max(most[0], usage.pss_mb(worker))

    figures = system.rig.drive(
        system.url, list(system.roots.values()), noise, *system.drive_options(), *WIDE, watch=look
    )
    label = f"1 worker, {figures['llm_inflight_max']} chats in flight, peak"
    return _row(label, usage.peak_mb(worker), most[0], f"≤ {IN_FLIGHT_MB} MB with {IN_FLIGHT}")


def _row(label: str, rss: float, pss: float, goal: str) -> str:
    return f"| {label} | {rss:.0f} MB | {pss:.0f} MB | {goal} |"
