"""Bars for a page, a day each, as whole numbers for an SVG: what is counted lies on what was counted below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

STEP, HEIGHT = 20, 120  # units of a day, and of the highest bar


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle. tone: number of its series; said: what a pointer or a screen reader is told."""

    x: int
    y: int
    width: int
    height: int
    tone: int
    said: str


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    width: int
    highest: int
    first: str
    last: str
    height: int = HEIGHT


def chart(title: str, series: Sequence[str], days: Sequence[tuple[str, Sequence[int]]]) -> Chart:
    """days: (name, a count for each of the series), one column a day."""
    highest = max((sum(counts) for _, counts in days), default=0)
    bars = []
    for place, (name, counts) in enumerate(days):
        below = 0
        for tone, count in enumerate(counts):
            top = _units(below + count, highest)
            if count:
                said = f"{name}: {count} {series[tone]}"
                bars.append(Bar(place * STEP + 2, HEIGHT - top, STEP - 4, top - _units(below, highest), tone, said))
            below += count
    first, last = (days[0][0], days[-1][0]) if days else ("", "")
    return Chart(title, tuple(series), tuple(bars), len(days) * STEP, highest, first, last)


def _units(count: int, highest: int) -> int:
    return round(HEIGHT * count / highest) if highest else 0
