"""When a test drive can be: full hours within the opening hours, local times in, local times out. Pure.

A week maps weekdays (0 = Monday) to (opens, closes), as in aiconfig.hours; without any hours visits are by day. A slot
ends before the showroom closes; a day that closes after midnight has slots until midnight.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta

from aiconfig import hours

LENGTH = timedelta(hours=1)
SOONEST = timedelta(minutes=30)  # somebody has to get the car ready
AHEAD = 14  # days
DAYTIME = (time(9), time(17))
PARTS: Mapping[str, range] = {
    "pagi": range(5, 11),
    "siang": range(11, 15),
    "sore": range(15, 19),
    "malam": range(18, 24),
}

Week = Mapping[int, tuple[time, time]]


def free(week: Week, now: datetime, taken: Collection[datetime]) -> tuple[datetime, ...]:
    """Every slot of the coming days that can still be had, in order. taken: the beginnings of those that are gone."""
    days = [now.date() + timedelta(days=ahead) for ahead in range(AHEAD)]
    gone = frozenset(taken)
    return tuple(slot for day in days for slot in of_day(week, day, now) if slot >= now + SOONEST and slot not in gone)


def of_day(week: Week, day: date, now: datetime) -> list[datetime]:
    """All slots of one day, in the zone of `now`."""
    span = hours.of_day(week, day) if week else DAYTIME
    if span is None:
        return []
    opens, closes = span
    first = datetime.combine(day, opens, now.tzinfo)
    if first.minute or first.second:
        first = first.replace(minute=0, second=0) + LENGTH
    last = datetime.combine(day, closes, now.tzinfo)
    midnight = datetime.combine(day + timedelta(days=1), time(0), now.tzinfo)
    last = min(last if closes > opens else midnight, midnight)
    slots = []
    while first + LENGTH <= last:
        slots.append(first)
        first += LENGTH
    return slots


def in_part(slots: Collection[datetime], part: str) -> list[datetime]:
    """Those of the morning, of the afternoon, …; all of them where no part of the day is named."""
    return [slot for slot in slots if slot.hour in PARTS.get(part, range(24))]


def nearest(slots: Collection[datetime], wanted: datetime, most: int) -> list[datetime]:
    """The slots next to a moment, in order; those of its own day first."""
    near = sorted(slots, key=lambda slot: (slot.date() != wanted.date(), abs(slot - wanted)))
    return sorted(near[:most])
