"""When, as people say it in a chat: "besok jam 10" "lusa sore" "sabtu depan" "tgl 5 des pukul 14.30". Pure.

`find` takes the present moment in the showroom's zone. What may be two things ("sabtu depan", "jam 6") comes with
its `choices` and is to be asked about, never guessed. `show` writes a moment exactly; reading it gives it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
_WEEKDAY = {
    "senin": 0, "snin": 0, "selasa": 1, "slasa": 1, "rabu": 2, "kamis": 3, "kmis": 3, "jumat": 4, "jum'at": 4,
    "jum at": 4, "jumaat": 4, "sabtu": 5, "sabtuu": 5, "minggu": 6, "ahad": 6,
}  # fmt: skip
_MONTH = {name.lower(): number for number, name in enumerate(MONTHS, start=1)}
_MONTH |= {name[:3]: number for name, number in _MONTH.items()} | {"agst": 8, "agt": 8, "sept": 9, "nopember": 11}
_AFTER = {
    "hari ini": 0, "hr ini": 0, "sekarang": 0, "skrg": 0, "besok lusa": 2, "besok": 1, "bsk": 1, "besuk": 1, "esok": 1,
    "lusa": 2, "tulat": 3,
}  # fmt: skip
_PARTS = {"pagi": "pagi", "siang": "siang", "sore": "sore", "malam": "malam", "malem": "malam", "mlm": "malam"}
_HOURS_OF = {"pagi": range(1, 12), "siang": range(10, 16), "sore": range(14, 19), "malam": range(18, 24)}


def _either(words: dict[str, int] | dict[str, str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_TOKEN = re.compile(
    rf"(?<![^\W_])(?:"
    rf"24/7|(?P<days>[1-9]|1[0-4]) (?:hari|hr) (?:lagi|ke depan)|"
    rf"(?P<eve>malam|malem|mlm) minggu(?! depan)|"
    rf"(?P<weekend>akhir pekan|weekend)|"
    rf"(?P<week>minggu depan|pekan depan)|"
    rf"(?:(?P<of>{_either(_WEEKDAY)}),?\s)?(?:(?:tanggal|tgl)\s?)?(?P<day>[0-3]?[0-9])"
    rf"(?:\s?(?P<month>{_either(_MONTH)})(?: (?P<year>20[0-9]{{2}}))?|"
    rf"/(?P<month_number>1[0-2]|0?[1-9])(?:/(?P<full_year>20[0-9]{{2}}))?(?![0-9/-]))(?=\W|$)|"
    rf"(?:hari )?(?<![0-9] )(?P<weekday>{_either(_WEEKDAY)})(?: (?P<which>depan|ini|besok|yang akan datang))?|"
    rf"(?P<after>{_either(_AFTER)})|"
    rf"(?:tanggal|tgl)\s?(?P<day_only>[0-3]?[0-9])(?![0-9])|"
    rf"(?:jam|jm|pukul|pkl)\s?(?:(?P<half>setengah|stgh)\s)?(?P<hour>[01]?[0-9]|2[0-4])"
    rf"(?:[.:](?P<minute>[0-5][0-9]))?(?:an)?(?![0-9.:])|"
    rf"(?:nanti )?(?P<part>{_either(_PARTS)})(?: ini| nanti)?"
    rf")(?![^\W_])"
)
_BETWEEN = re.compile(
    r"(?:\W|kak|ya|di|sekitar|sekitaran|kira|hari|kalau|kalo|saja|aja|nanti|bisa|pas|wib|wita|wit){0,6}"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, a time of day or both. part: "pagi", "siang", "sore", "malam" or "" where a time is given or nothing said.

    choices: the moments it may mean, in order, when it is not clear which; then `day` or `at` is None.
    """

    start: int
    end: int
    day: date | None = None
    at: time | None = None
    part: str = ""
    choices: tuple[str, ...] = ()
    loose: bool = False  # "jam 3" as against "15.00": the hour may still be of the afternoon


def mentioned(text: str) -> bool:
    """Does a plain text name a day or a time at all? Needs no clock."""
    return bool(_TOKEN.search(text))


def find(text: str, now: datetime) -> list[Moment]:
    """The moments of a plain (lower case) text, in order; a day and a time side by side are one."""
    found: list[Moment] = []
    for token in _tokens(text, now.date()):
        last = found[-1] if found else None
        joined = _joined(last, token) if last and _BETWEEN.fullmatch(text, last.end, token.start) else None
        if joined:
            found[-1] = joined
        else:
            found.append(token)
    return [_settled(moment) for moment in found if moment.day or moment.at or moment.choices]  # no "selamat siang"


def show(moment: Moment) -> str:
    """ "Sabtu, 28 November 2026 pukul 10.00", "Sabtu, 28 November 2026 sore"; "" when it is to be asked."""
    if moment.choices:
        return ""
    day = moment.day
    said = f"{WEEKDAYS[day.weekday()]}, {day.day} {MONTHS[day.month - 1]} {day.year}" if day else ""
    when = f"pukul {moment.at:%H.%M}" if moment.at else moment.part
    return f"{said} {when}".strip()


def _tokens(text: str, today: date) -> Iterator[Moment]:
    for match in _TOKEN.finditer(text):
        if moment := _read(match, today):
            yield moment


def _read(match: re.Match[str], today: date) -> Moment | None:
    bare = Moment(*match.span())
    if match[0] == "24/7":
        return None
    if match["hour"]:
        return _time(match, bare)
    if match["part"]:
        this = match[0].endswith((" ini", " nanti")) or match[0].startswith("nanti ")
        return replace(bare, part=_PARTS[match["part"]], day=today if this else None)
    return _day_of(match, today, bare)


def _day_of(match: re.Match[str], today: date, bare: Moment) -> Moment | None:
    if match["days"] or match["after"]:
        return replace(bare, day=today + timedelta(int(match["days"] or _AFTER[match["after"]])))
    if match["weekday"]:
        return _weekday(_WEEKDAY[match["weekday"]], match["which"] or "", today, bare)
    if match["eve"]:
        return replace(bare, day=_next(today, 5), part="malam")
    if match["weekend"]:
        return _either_day(bare, _next(today, 5), _next(today, 6))
    if match["week"]:
        monday = today + timedelta(7 - today.weekday())
        return _either_day(bare, *(monday + timedelta(days) for days in range(7)))
    return _date(match, today, bare)


def _time(match: re.Match[str], bare: Moment) -> Moment:
    hour, minute = int(match["hour"]) % 24, int(match["minute"] or 0)
    if match["half"]:
        hour, minute = hour - 1 if hour else 23, 30
    return replace(bare, at=time(hour, minute), loose=hour <= 12 and not match["minute"])


def _weekday(weekday: int, which: str, today: date, bare: Moment) -> Moment:
    """ "sabtu depan" before this week's Saturday, and "sabtu" on a Saturday, may mean two days."""
    first = _next(today, weekday)
    later = first + timedelta(7)
    if which == "depan":
        passed = weekday <= today.weekday()
        return replace(bare, day=later if first == today else first) if passed else _either_day(bare, first, later)
    return _either_day(bare, first, later) if first == today and which != "ini" else replace(bare, day=first)


def _either_day(bare: Moment, *days: date) -> Moment:
    return replace(bare, choices=_named(days))


def _date(match: re.Match[str], today: date, bare: Moment) -> Moment | None:
    """The next such day from today on, unless its year is said; None for "31 februari"."""
    day = int(match["day"] or match["day_only"])
    said_year = match["year"] or match["full_year"]
    month = _MONTH[match["month"]] if match["month"] else int(match["month_number"] or 0)
    months = [(today.year + (today.month - 1 + ahead) // 12, (today.month - 1 + ahead) % 12 + 1) for ahead in range(13)]
    for year, number in [(int(said_year), month)] if said_year else months:
        if month in (0, number) and (said := _day(year, number, day)) and (said_year or said >= today):
            return _of_weekday(match["of"], said, today, bare)
    return None


def _of_weekday(called: str | None, said: date, today: date, bare: Moment) -> Moment:
    """ "Sabtu, 28 November": where the two do not agree, either may be meant."""
    if called is None or _WEEKDAY[called] == said.weekday():
        return replace(bare, day=said)
    return _either_day(bare, said, _next(today, _WEEKDAY[called]))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _joined(first: Moment, second: Moment) -> Moment | None:
    """ "besok" and "jam 10" as one moment; None if both say the same kind of thing."""
    both_days = (first.day or first.choices) and (second.day or second.choices)
    if both_days or (first.at and second.at) or (first.part and second.part):
        return None
    return Moment(
        first.start,
        second.end,
        first.day or second.day,
        first.at or second.at,
        first.part or second.part,
        first.choices or second.choices,
        first.loose or second.loose,
    )


def _settled(moment: Moment) -> Moment:
    """The hour by its part of the day ("jam 3 sore": 15.00). Alone, 1 to 4 is the afternoon, and 5 to 8 asks."""
    if moment.at is None or not moment.loose:
        return replace(moment, part="" if moment.at else moment.part, loose=False)
    hour, sure = moment.at.hour, replace(moment, part="", loose=False)
    if moment.part:
        fits = [one for one in (hour, hour % 12 + 12) if one in _HOURS_OF[moment.part]]
        midnight = moment.part == "malam" and hour == 12
        return replace(sure, at=moment.at.replace(hour=0 if midnight else fits[0] if fits else hour))
    if 5 <= hour <= 8:
        choices = moment.choices or tuple(f"pukul {moment.at.replace(hour=h):%H.%M}" for h in (hour, hour + 12))
        return replace(sure, at=None, choices=choices)
    return replace(sure, at=moment.at.replace(hour=hour + 12)) if hour <= 4 else sure


def _next(today: date, weekday: int) -> date:
    """The first such weekday from today on."""
    return today + timedelta((weekday - today.weekday()) % 7)


def _named(days: Iterable[date]) -> tuple[str, ...]:
    return tuple(f"{WEEKDAYS[day.weekday()]}, {day.day} {MONTHS[day.month - 1]} {day.year}" for day in days)
