"""The figures as a Markdown table: medians over the runs, ours beside the peer's, with the ratio."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Raw = dict[str, Any]
Runs = dict[str, dict[str, list[Raw]]]  # system -> scenario -> its runs


@dataclass(frozen=True, slots=True)
class Row:
    """pick: a run's figure (None: it has none); goal: what it must be, in words."""

    label: str
    scenario: str
    pick: Callable[[Raw], float | None]
    goal: str = ""
    unit: str = ""


def at(*path: str) -> Callable[[Raw], float | None]:
    def pick(run: Raw) -> float | None:
        value: Any = run
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    return pick


def cpu(run: Raw, *, of: str = "") -> float | None:
    """CPU per message of the processes whose name begins with `of`, without the database."""
    each = run.get("cpu_ms")
    if each is None:
        return None
    return round(sum(value for name, value in each.items() if name.startswith(of) and name != "database"), 2)


def answered(run: Raw) -> float:
    return float(run["replied"] + run["fallbacks"])


def lost_for_good(run: Raw) -> float:
    """Of the lost ones those that cannot be messages which nobody acknowledged; the gateway sends each only once."""
    return float(max(0, run["lost"] - run["ack_none"]))


def slowest_answer(run: Raw) -> float | None:
    """Seconds until the last customer was answered; None where somebody never was."""
    if run["lost"]:
        return None
    return max(run[kind].get("max", 0) for kind in ("reply_ms", "fallback_ms")) / 1000


ROWS = (
    Row("webhook answered p50, model 1 s", "model-1s", at("ack_ms", "p50"), "≤ 5", "ms"),
    Row("webhook answered p95, model 1 s", "model-1s", at("ack_ms", "p95"), "≤ 15", "ms"),
    Row("reply p50, model 0 s", "model-0s", at("reply_ms", "p50"), "≤ 20", "ms"),
    Row("reply p95, model 0 s", "model-0s", at("reply_ms", "p95"), "≤ 40", "ms"),
    Row("sustained replies/s", "sweep", at("held"), "≥ 65"),
    Row("beyond: at a rate of", "sweep", at("beyond", "rate"), "", "/s"),
    Row("beyond: reply p95", "sweep", at("beyond", "reply_ms", "p95"), "", "ms"),
    Row("beyond: last reply after the last message", "sweep", at("beyond", "tail_s"), "drains", "s"),
    Row("beyond: lost", "sweep", at("beyond", "lost"), "0"),
    Row("CPU per message, 10/s", "model-1s", cpu, "≤ 15", "ms"),
    Row("CPU per message, 30/s", "load", cpu, "≤ 15", "ms"),
    Row("… of it web", "load", lambda run: cpu(run, of="web") or None, "", "ms"),
    Row("… of it worker", "load", lambda run: cpu(run, of="worker") or None, "", "ms"),
    Row("database's CPU per message, 30/s", "load", lambda run: run["cpu_ms"]["database"] or None, "", "ms"),
    Row("kill -9 under load: never acknowledged, nobody listened", "kill9", at("ack_none")),
    Row("kill -9 under load: lost of 100", "kill9", at("lost")),
    Row("kill -9 under load: lost though acknowledged", "kill9", lost_for_good, "0"),
    Row("kill -9 under load: doubled", "kill9", at("duplicate_replies"), "0"),
    Row("model returns null: unanswered of 50", "model-null", at("lost"), "0"),
    Row("model returns empty: unanswered of 50", "model-empty", at("lost"), "0"),
    Row("model hangs: unanswered of 50 within 60 s", "model-hangs", at("lost"), "0"),
    Row("model hangs: slowest answer", "model-hangs", slowest_answer, "≤ 25", "s"),
    Row("gateway fails 20 %: lost of 50", "gateway-fails", at("lost"), "0"),
    Row("gateway fails 20 %: doubled", "gateway-fails", at("duplicate_replies"), "0"),
    Row("burst of 5 in 2 s: answers to 20 customers", "burst", answered, "20"),
    Row("burst: model calls", "burst", at("llm_calls"), "20"),
    Row("burst: out of order", "burst", at("order_inversions"), "0"),
    Row("burst: lost, in no answer", "burst", at("lost_not_covered"), "0"),
)


def markdown(runs: Runs, names: Sequence[str]) -> str:
    """names: ours first."""
    head = ["", *names, *(["ratio"] if len(names) > 1 else []), "must be", "runs", "others' CPU"]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    measured = [row for row in ROWS if any(runs.get(name, {}).get(row.scenario) for name in names)]
    lines += [_line(row, runs, names) for row in measured]
    return "\n".join(lines)


def _line(row: Row, runs: Runs, names: Sequence[str]) -> str:
    mine = [runs.get(name, {}).get(row.scenario, []) for name in names]
    figures = [_median(each, row.pick) for each in mine]
    cells = [_shown(figure, row.unit) for figure in figures]
    if len(names) > 1:
        cells.append(_ratio(*figures[:2]))
    noise = [run["other_cpu_pct"] for each in mine for run in each if "other_cpu_pct" in run]
    count = max(len(each) for each in mine)
    cells += [f"{row.goal} {row.unit}".strip() if row.goal else "", str(count)]
    cells.append(f"{max(noise):g} %" if noise else "")
    return f"| {' | '.join([row.label, *cells])} |"


def _median(runs: Sequence[Raw], pick: Callable[[Raw], float | None]) -> float | None:
    values = [value for value in map(pick, runs) if value is not None]
    return statistics.median(values) if values else None


def _shown(figure: float | None, unit: str) -> str:
    return "–" if figure is None else f"{round(figure, 2):g} {unit}".strip()


def _ratio(ours: float | None, theirs: float | None) -> str:
    return f"{ours / theirs:.2f}" if ours is not None and theirs else ""
