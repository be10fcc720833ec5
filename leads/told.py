"""What a customer has told of themselves, and how warm that makes them. Pure.

The rules are a table that people can read; a lead gets warmer by them, and only people cool it down.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

PRIORITIES = ("LOW", "MEDIUM", "HIGH", "URGENT")  # Lead.Priority, coldest first
LONGEST = {"name": 120, "interested_in": 200, "budget_range": 80, "timeframe": 80, "location": 120}


@dataclass(frozen=True, slots=True)
class Told:
    """ "" or None: not told. heard: the labels of the rules that fitted, in words for people."""

    name: str = ""
    vehicle_id: int | None = None
    interested_in: str = ""
    budget_range: str = ""
    timeframe: str = ""
    location: str = ""
    priority: str = ""
    heard: tuple[str, ...] = ()

    @property
    def is_a_buyer(self) -> bool:
        """Something that a buyer says was said; a name or a place alone makes no lead."""
        return bool(self.heard)


def news(now: Told, known: Told | None) -> Told | None:
    """What `now` adds to what is known; None: nothing, or nobody who wants to buy yet."""
    if known is None:
        return _cut(now) if now.is_a_buyer else None
    now = _cut(now)
    added = {
        field.name: getattr(now, field.name)
        for field in fields(now)
        if getattr(now, field.name) and getattr(now, field.name) != getattr(known, field.name)
    }
    added["heard"] = tuple(label for label in now.heard if label not in known.heard)
    if _rank(now.priority) <= _rank(known.priority):
        added["priority"] = ""
    added = {name: value for name, value in added.items() if value}
    return Told(**added) if added else None


def completed(heard: Told, more: Told) -> Told:
    """`heard`, with what `more` knows where it says nothing."""
    known = {field.name: getattr(heard, field.name) or getattr(more, field.name) for field in fields(heard)}
    return Told(**known)


def warmest(priorities: list[str]) -> str:
    return max(priorities, key=_rank, default="")


def _rank(priority: str) -> int:
    return PRIORITIES.index(priority) if priority in PRIORITIES else -1


def _cut(told: Told) -> Told:
    return replace(told, **{name: getattr(told, name)[:most] for name, most in LONGEST.items()})
