"""Test drives by chat: what the customer wants, whether it can be, and the sentence that says so. Pure.

Code decides from the customer's own words, the free slots and the appointment there is; counter and model say what is
decided here, and conversations.deeds does it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import groupby

from autolumiku.lib import moments
from autolumiku.lib import text as lib_text
from conversations import english, wording
from conversations.turn import Act, Deed, Entities, Facts, Intent, Line, Turn, Understanding, Unit, Visit
from leads import slots

MOST_TIMES = 6
ABOUT = "test drive"  # every question of ours about a visit holds these words

_CANCELS = re.compile(
    r"\b(?:batal\w{0,3}|dibatal\w{0,4}|cancel|tidak jadi|tdk jadi|ga jadi|gak jadi|nggak jadi|gajadi|"
    r"(?:tidak|ga|gak|nggak|tdk|belum) (?:bisa|sempat|jadi) (?:datang|dateng|hadir|ke sana|kesana|ke showroom))\b"
)
_MOVES = re.compile(
    r"\b(?:ganti|diganti|ubah|diubah|rubah|geser|digeser|pindah\w{0,3}|dipindah\w{0,3}|undur|diundur|mundur\w{0,3}|"
    r"maju|dimajukan|majuin|reschedule|re-schedule|jadwal ulang|tunda|ditunda)\b"
)
_ASKS_OWN = re.compile(r"\bjadwal(?:ku|nya)?\b|\bjanji(?:an)?\b|\bkapan\b")
_OF_VISIT = re.compile(r"\btest ?drive\b|\bjadwal|\bjanji|\bdatang|\bke sana\b|\bkesana\b|\bkunjung|\bbesok\b|\bjam\b")
_JUST_A_VISIT = re.compile(
    r"\b(?:datang|dateng|mampir|main|berkunjung|kunjungan|otw|ke showroom|ke sana|kesana|ke lokasi|ke tempat|"
    r"lihat lihat|liat liat)\b"
)
_HOUR = re.compile(
    r"(?:yang |yg |jam |jm |pukul |pkl )?(?P<hour>[01]?[0-9]|2[0-3])(?:[.:](?P<minute>00|30))?"
    r"(?: (?:saja|aja|ya|kak|deh|dong))*"
)
# what a message may have been taken for, and yet be about the appointment
_OPEN_TO = frozenset(
    {
        Intent.REFUSAL, Intent.GENERAL_QUESTION, Intent.UNKNOWN, Intent.TEST_DRIVE, Intent.VEHICLE_INQUIRY,
        Intent.FOLLOW_UP, Intent.CLOSING, Intent.HOURS, Intent.GREETING, Intent.CONDITION,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decided:
    """The sentence to be said, and what it says is done. covers: nobody else is needed. english: the same for whoever
    is answered so, "" where there is none.
    """

    text: str
    deed: Deed | None = None
    covers: bool = True
    units: tuple[Unit, ...] = ()
    english: str = ""

    @property
    def said(self) -> str:
        return self.english or self.text


def in_context(now: Understanding, said: str, asked: str, visit: Visit | None) -> Understanding:
    """`now` as a matter of the test drive, where the appointment or our last question shows that it is one."""
    if now.intent not in _OPEN_TO:
        return now
    plain = lib_text.plain(said[:500])
    if visit is not None:
        if _CANCELS.search(plain) and not _MOVES.search(plain) and (_OF_VISIT.search(plain) or len(plain) < 40):
            return _about_visit(now, "cancels_visit")
        if _MOVES.search(plain) and (_OF_VISIT.search(plain) or moments.mentioned(plain) or len(plain) < 40):
            return _about_visit(now, "moves_visit")
        if now.intent in (Intent.GENERAL_QUESTION, Intent.HOURS) and re.search(
            r"\bjadwal(?:ku| saya|nya| test)", plain
        ):
            return _about_visit(now, "asks_visit")
    if not _is_question(asked):
        return now
    hour = _HOUR.fullmatch(plain.strip(" .!,"))
    if hour and now.entities.visit_time:
        return _about_visit(now, "answers_when")
    if hour:
        at = _likely(int(hour["hour"]), int(hour["minute"] or 0))
        return replace(_about_visit(now, "answers_when"), entities=replace(now.entities, visit_time=f"{at:%H:%M}"))
    asks_which = re.search(r"mobil (?:yang )?ma(?:na|u)", asked.lower())  # an offer below a card does not
    if (
        asks_which
        and now.intent is Intent.VEHICLE_INQUIRY
        and "?" not in said
        and len(plain) < 60
        and now.entities.names_a_car()
    ):
        return _about_visit(now, "answers_which")
    return now


def _about_visit(now: Understanding, reason: str) -> Understanding:
    return replace(now, intent=Intent.TEST_DRIVE, confidence=max(now.confidence, 0.85), reasons=(*now.reasons, reason))


def _is_question(line: str) -> bool:
    return ABOUT in line.lower() and "?" in line


def _likely(hour: int, minute: int) -> time:
    """ "2" is the afternoon; nobody comes at two in the night."""
    return time(hour + 12 if 1 <= hour <= 6 else hour, minute)


def decide(turn: Turn, facts: Facts) -> Decided | None:
    """What comes of this turn; None: no matter of ours (no slots were read, or the car is not for sale)."""
    if facts.slots is None or turn.understanding.intent is not Intent.TEST_DRIVE or not turn.persona.test_drive:
        return None
    case = _Case(turn, facts)
    if facts.visit is not None:
        return case.change(facts.visit)
    return case.book()


def at_slot(turn: Turn, facts: Facts, unit: Unit | None, at: datetime) -> Decided | None:
    """This very slot, for a new appointment or the one there is; None if it is not free."""
    if facts.slots is None or at not in facts.slots or not turn.persona.test_drive:
        return None
    case = _Case(turn, facts)
    if facts.visit is not None:
        return case.moved(facts.visit, unit, at)
    return case.booked(unit, at) if unit is not None else None


def called_off(turn: Turn, facts: Facts) -> Decided | None:
    """The end of an appointment, if the customer's own words ask for it."""
    if facts.visit is None or not _CANCELS.search(lib_text.plain(turn.text[:500])):
        return None
    return _Case(turn, facts).called_off(facts.visit)


@dataclass(frozen=True, slots=True)
class _When:
    day: date | None
    at: time | None
    part: str
    choices: tuple[str, ...]

    @property
    def said(self) -> bool:
        return bool(self.day or self.at or self.part or self.choices)


class _Case:
    """One turn about a test drive."""

    def __init__(self, turn: Turn, facts: Facts) -> None:
        self.turn, self.facts = turn, facts
        self.free: Sequence[datetime] = facts.slots or ()
        self.reasons = turn.understanding.reasons
        self.plain = lib_text.plain(turn.text[:500])

    def say(self, name: str, **values: object) -> str:
        words = {"kak": wording.kak(self.turn.customer_name), "tenant": wording.one_line(self.facts.showroom.name, 80)}
        return wording.reply(name, **words, **values)

    def in_english(self, name: str, at: datetime, car: str) -> str:
        """car: "" for a visit without one."""
        if not self.turn.written:
            return ""
        what = f"test drive of the {car}" if car else "visit"
        tenant = wording.one_line(self.facts.showroom.name, 80)
        return english.reply(name, what=what, moment=english.moment(at), tenant=tenant)

    # -- an appointment that there is

    def change(self, visit: Visit) -> Decided | None:
        when = self._when(carried=False)
        if "cancels_visit" in self.reasons:
            return self.called_off(visit)
        unit = self._unit()
        other = unit is not None and unit.id != visit.unit_id
        if not when.said:
            when = self._when(carried=True)
            if "moves_visit" in self.reasons:
                return Decided(self.say("visit_move_when"))
        if not when.said or when.choices:
            return self._ask_choice(when) if when.choices else self._known(visit)
        day, at = when.day or visit.at.date(), when.at or (None if when.part else visit.at.time())
        if at is None:
            return self._times(day, when.part)
        wanted = datetime.combine(day, at, self.facts.now.tzinfo)
        if wanted == visit.at and not other:
            return self._known(visit)
        if wanted not in self.free:
            return self._elsewhere(wanted)
        return self.moved(visit, unit if other else None, wanted)

    def called_off(self, visit: Visit) -> Decided:
        said = self.say("visit_cancelled", what=_what(visit), moment=wording.moment(visit.at))
        theirs = self.in_english("visit_cancelled", visit.at, visit.car)
        return Decided(said, Deed(Act.CANCEL, visit_id=visit.id), english=theirs)

    def moved(self, visit: Visit, unit: Unit | None, wanted: datetime) -> Decided:
        """unit: another car, if there is to be another."""
        car = unit if unit is not None and unit.id != visit.unit_id else None
        called = _called(car) if car else visit.car
        said = self.say("visit_moved", what=_what(replace(visit, car=called)), moment=wording.moment(wanted))
        deed = Deed(Act.MOVE, car.id if car else None, wanted, visit.id)
        theirs = self.in_english("visit_moved", wanted, called)
        return Decided(said, deed, units=(car,) if car else (), english=theirs)

    def _known(self, visit: Visit) -> Decided:
        return Decided(self.say("visit_known", what=_what(visit), moment=wording.moment(visit.at)))

    # -- a new one

    def book(self) -> Decided | None:
        if _CANCELS.search(self.plain) and not _MOVES.search(self.plain):
            return Decided(self.say("visit_unknown"), covers=False)
        when = self._when(carried=True)
        named = self.turn.understanding.entities.names_a_car()
        if named and not self.facts.units:
            return None
        if not when.said:
            return None  # the usual question for the day
        if when.choices:
            return self._ask_choice(when)
        unit = self._unit()
        if unit is None and (named or not self._just_visits()):
            return self._which_car(when)
        if when.day is None:
            if when.at is None:
                return None
            return Decided(self.say("visit_which_day", time=f"pukul {when.at:%H.%M}"))
        if when.at is None:
            return self._times(when.day, when.part)
        wanted = datetime.combine(when.day, when.at, self.facts.now.tzinfo)
        if wanted not in self.free:
            return self._elsewhere(wanted)
        return self.booked(unit, wanted)

    def booked(self, unit: Unit | None, wanted: datetime) -> Decided:
        if unit is None:
            said = self.say("visit_booked_any", moment=wording.moment(wanted))
            return Decided(said, Deed(Act.BOOK, None, wanted), english=self.in_english("visit_booked", wanted, ""))
        said = self.say("visit_booked", car=_called(unit), moment=wording.moment(wanted))
        theirs = self.in_english("visit_booked", wanted, _called(unit))
        return Decided(said, Deed(Act.BOOK, unit.id, wanted), units=(unit,), english=theirs)

    def _just_visits(self) -> bool:
        """They want to come and look, no matter which car."""
        asked = [self.turn.text, *(line.text for line in self.turn.history[-6:] if line.role == "customer")]
        plain = [lib_text.plain(text[:300]) for text in asked]
        return any(_JUST_A_VISIT.search(text) for text in plain) and not any("test drive" in text for text in plain)

    def _unit(self) -> Unit | None:
        units = self.facts.units
        clear = self.turn.understanding.entities.names_a_car() or self.facts.stock_size == 1
        return units[0] if clear and len(units) == 1 else None

    def _which_car(self, when: _When) -> Decided:
        some = self.facts.units[:3] or self.facts.nearest[:3]
        day = wording.weekday_and_day(when.day) if when.day else ""
        spoken = f"{day} {f'pukul {when.at:%H.%M}' if when.at else when.part}".strip()
        lines = [self.say("visit_which_car", when=spoken), *(wording.title(unit) for unit in some)]
        return Decided("\n".join(lines), units=tuple(some))

    # -- when

    def _when(self, *, carried: bool) -> _When:
        """What this turn says; where our last question was about a visit, what it spoke of fills the rest."""
        said: Entities = self.turn.understanding.entities
        is_time = ":" in said.visit_time
        when = _When(
            date.fromisoformat(said.visit_day) if said.visit_day else None,
            time.fromisoformat(said.visit_time) if is_time else None,
            "" if is_time else said.visit_time,
            said.visit_choices,
        )
        last = _last(self.turn.history)
        if not carried or when.choices or not _is_question(last):
            return when
        spoken = [one for one in moments.find(lib_text.plain(last), self.facts.now) if not one.choices]
        days = {one.day for one in spoken if one.day}
        times = {one.at for one in spoken if one.at}
        day = when.day or (days.pop() if len(days) == 1 and (when.at or when.part or self._chose_car()) else None)
        at = when.at or (times.pop() if len(times) == 1 and not when.part and (when.day or self._chose_car()) else None)
        return replace(when, day=day, at=at)

    def _chose_car(self) -> bool:
        return "answers_which" in self.reasons

    def _ask_choice(self, when: _When) -> Decided:
        return Decided(self.say("visit_which_moment", choices=" atau ".join(when.choices[:3])))

    def _times(self, day: date, part: str) -> Decided:
        """The free hours of a day, or of a part of it."""
        of_day = [slot for slot in self.free if slot.date() == day]
        fitting = slots.in_part(of_day, part) or of_day
        if fitting:
            named = wording.weekday_and_day(day)
            return Decided(self.say("visit_times", day=named, times=_listed(fitting[:MOST_TIMES], with_day=False)))
        if not self._open_slots(day):
            return self._closed(day)
        return self._or_none(
            "visit_full",
            self._near(datetime.combine(day, time(12), self.facts.now.tzinfo)),
            day=wording.weekday_and_day(day),
        )

    def _closed(self, day: date) -> Decided:
        wanted = datetime.combine(day, time(12), self.facts.now.tzinfo)
        return self._or_none("visit_closed", self._near(wanted), day=wording.DAYS[day.weekday()])

    def _elsewhere(self, wanted: datetime) -> Decided:
        """The hour wished for cannot be: why, and what can."""
        standing = wanted in self._open_slots(wanted.date()) and wanted > self.facts.now
        name = "visit_taken" if standing else "visit_outside"
        return self._or_none(name, self._near(wanted), moment=wording.moment(wanted))

    def _or_none(self, name: str, times: str, **values: object) -> Decided:
        if not times:
            return Decided(self.say("visit_none"), covers=False)
        return Decided(self.say(name, times=times, **values))

    def _near(self, wanted: datetime) -> str:
        return _listed(slots.nearest(self.free, wanted, MOST_TIMES // 2), with_day=True)

    def _open_slots(self, day: date) -> list[datetime]:
        return slots.of_day(week(self.facts), day, self.facts.now)


def week(facts: Facts) -> Mapping[int, tuple[time, time]]:
    hours = facts.showroom.hours
    return {one.weekday: (time.fromisoformat(one.opens), time.fromisoformat(one.closes)) for one in hours if one.opens}


def _called(unit: Unit) -> str:
    return f"*{wording.one_line(unit.name, 80)}* ({unit.display_id})"


def _what(visit: Visit) -> str:
    return f"test drive {visit.car}" if visit.car else "kunjungan"


def _last(history: Sequence[Line]) -> str:
    return next((line.text for line in reversed(history) if line.role != "customer"), "")


def _listed(chosen: Sequence[datetime], *, with_day: bool) -> str:
    """ "Sabtu, 28 November 2026 pukul 10.00, 11.00 atau Senin, …" """
    if not with_day:
        return ", ".join(f"{slot:%H.%M}" for slot in chosen)
    days = [
        f"{wording.weekday_and_day(day)} pukul {', '.join(f'{slot:%H.%M}' for slot in of_day)}"
        for day, of_day in groupby(chosen, key=datetime.date)
    ]
    return " atau ".join(days)
