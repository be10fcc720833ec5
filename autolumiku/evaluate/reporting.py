"""What the plays came to: a table for people, JUnit for machines that run tests, JSON for the rest. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

if TYPE_CHECKING:
    from autolumiku.evaluate.playing import Played

Runs = Sequence[Sequence["Played"]]  # one row a scenario, one column a run


def pass_1(runs: Runs) -> float:
    """The share of plays that passed."""
    plays = [one for row in runs for one in row]
    return sum(one.passed for one in plays) / len(plays) if plays else 0.0


def pass_k(runs: Runs) -> float:
    """The share of scenarios that passed in every run."""
    return sum(all(one.passed for one in row) for row in runs) / len(runs) if runs else 0.0


def latencies(runs: Runs) -> tuple[int, int]:
    """p50 and p95 of the model's ms in a play that asked it; 0 where none did."""
    known = sorted(one.latency for row in runs for one in row if one.calls)
    if not known:
        return 0, 0
    return known[len(known) // 2], known[min(len(known) - 1, len(known) * 95 // 100)]


def table(runs: Runs) -> str:
    return "\n".join([*_failures(runs), "", *_totals(runs)])


def _failures(runs: Runs) -> Iterator[str]:
    """A line for every failed scenario, and its failed checks below."""
    for row in runs:
        bad = [one for one in row if not one.passed]
        if not bad:
            continue
        yield f"FAILED {row[0].scenario.id}  {len(row) - len(bad)}/{len(row)}  {row[0].scenario.talk[:90]}"
        yield from (f"    {check}" for check in dict.fromkeys(check for one in bad for check in one.failed))


def _totals(runs: Runs) -> Iterator[str]:
    plays = [one for row in runs for one in row]
    times = len(runs[0]) if runs else 0
    p50, p95 = latencies(runs)
    rows = (
        ("scenarios", str(len(runs))),
        ("runs of each", str(times)),
        ("pass^1", f"{pass_1(runs):.1%}"),
        (f"pass^{times}", f"{pass_k(runs):.1%}"),
        ("failed checks", str(sum(len(one.failed) for one in plays))),
        ("guard hits", str(sum(one.guard for one in plays))),
        ("model calls", str(sum(one.calls for one in plays))),
        ("tokens", str(sum(one.tokens for one in plays))),
        ("cost (Rp)", str(sum(one.cost for one in plays))),
        ("model ms p50 / p95", f"{p50} / {p95}"),
        ("seconds", f"{sum(one.seconds for one in plays):.1f}"),
    )
    width = max(len(name) for name, _ in rows)
    yield from (f"{name:<{width}}  {value}" for name, value in rows)


def as_json(runs: Runs) -> str:
    p50, p95 = latencies(runs)
    whole = {"pass_1": pass_1(runs), "pass_k": pass_k(runs), "runs": len(runs[0]) if runs else 0}
    whole |= {"latency_p50_ms": p50, "latency_p95_ms": p95}
    return json.dumps({**whole, "scenarios": [_scenario(row) for row in runs]}, ensure_ascii=False, indent=1)


def _scenario(row: Sequence[Played]) -> dict[str, Any]:
    names = ("passed", "failed", "replies", "calls", "tokens", "cost", "latency", "guard", "seconds")
    plays = [{name: getattr(one, name) for name in names} for one in row]
    return {"id": row[0].scenario.id, "about": row[0].scenario.about, "talk": row[0].scenario.talk, "plays": plays}


def as_junit(runs: Runs) -> str:
    plays = [one for row in runs for one in row]
    failed = sum(not one.passed for one in plays)
    suite = ElementTree.Element(
        "testsuite",
        name="evaluate",
        tests=str(len(plays)),
        failures=str(failed),
        time=f"{sum(one.seconds for one in plays):.3f}",
    )
    for row in runs:
        for number, one in enumerate(row, start=1):
            name = one.scenario.id if len(row) == 1 else f"{one.scenario.id} run {number}"
            case = ElementTree.SubElement(suite, "testcase", classname="scenario", name=name, time=f"{one.seconds:.3f}")
            if not one.passed:
                failure = ElementTree.SubElement(case, "failure", message=_xml("; ".join(one.failed)[:500]))
                failure.text = _xml("\n".join([one.scenario.talk, *one.failed, "", *one.replies]))
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


def _xml(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(char for char in text if char in "\n\t" or ord(char) >= 32)
