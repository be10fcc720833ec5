"""Opening hours: pure arithmetic on a week and a local time.

A week maps weekdays (0 = Monday) to (opens, closes); a missing day is closed; an empty week means always open. A day
that closes before it opens runs over midnight. A Calendar is a week with the single days on which all is shut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta

Week = Mapping[int, tuple[time, time]]
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


class Calendar(dict[int, tuple[time, time]]):
    """A week and its holidays."""

    def __init__(self, week: Week, shut: Iterable[date] = ()) -> None:
        super().__init__(week)
        self.shut = frozenset(shut)


def of_day(week: Week, day: date) -> tuple[time, time] | None:
    """When it opens and closes on this day; None: it does not."""
    if isinstance(week, Calendar) and day in week.shut:
        return None
    return week.get(day.weekday())


def is_open(week: Week, now: datetime) -> bool:
    return not week or any(start <= now <= end for start, end in _spans(week, now))


def next_opening(week: Week, now: datetime) -> datetime | None:
    """When the showroom opens next; None when it is open, or never opens."""
    if is_open(week, now):
        return None
    return min((start for start, _ in _spans(week, now) if start > now), default=None)


def closed_since(week: Week, now: datetime) -> datetime | None:
    """When the present closed period began; None when open, or when it has never been open."""
    if is_open(week, now):
        return None
    return max((end for _, end in _spans(week, now) if end < now), default=None)


def opened_at(week: Week, now: datetime) -> datetime | None:
    """When the present opening began; None when closed, or always open."""
    return max((start for start, end in _spans(week, now) if start <= now <= end), default=None)


def opening_after(week: Week, now: datetime) -> datetime | None:
    """The next time the showroom opens after now, also while it is open; None when it never does, or always is."""
    return min((start for start, _ in _spans(week, now) if start > now), default=None)


def after(week: Week, since: datetime, span: timedelta) -> datetime | None:
    """The moment when so much opening time has passed since then; None when it never opens for so long in a week."""
    if not week:
        return since + span
    for start, end in sorted(_spans(week, since)):
        begins = max(start, since)
        if begins < end and begins + span <= end:
            return begins + span
        span -= max(end - begins, timedelta(0))
    return None


def _spans(week: Week, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The opening spans from a week ago to a week ahead."""
    for offset in range(-7, 8):
        day = now.date() + timedelta(days=offset)
        if (span := of_day(week, day)) is not None:
            opens, closes = span
            start = datetime.combine(day, opens, now.tzinfo)
            end = datetime.combine(day, closes, now.tzinfo)
            yield start, end if closes > opens else end + timedelta(days=1)


def say(moment: datetime | None, now: datetime) -> str:
    """ "hari ini pukul 09.00", "besok pukul 09.00", "Senin pukul 09.00"; "" for None."""
    if moment is None:
        return ""
    days = (moment.date() - now.date()).days
    day = {0: "hari ini", 1: "besok"}.get(days, DAYS[moment.weekday()])
    return f"{day} pukul {moment:%H.%M}"
