"""Is what a clause says of the opening hours so? Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import Any

from conversations import clauses, vocabulary, wording
from conversations.clauses import Token
from conversations.ground import Ground
from conversations.reading import OF_HOURS, Reading
from conversations.turn import DayHours, Intent
from conversations.vocabulary import listed

WEEKEND = {5, 6}
CLOSED = {"tutup", "libur"}
EVENING = "19:00"
OF_TIME = listed(
    "hari besok lusa ini nanti pagi siang sore malam sekitar kira dari sampai mulai jam pukul wib bisa boleh "
    "kami buka setiap tanggal antara dan atau paling lambat cepat di pada saja"
)
OF_VISIT = listed("datang dateng kunjung mampir survei lihat temu ketemu kesana sana kemari coba test tes cek ambil")
DAYS = {day.lower(): number for number, day in enumerate(wording.DAYS)} | {"jum": 4, "ahad": 6}


def untrue(reading: Reading, ground: Ground) -> Iterator[str]:
    if reading.clause.question or not (reading.of_hours or _is_span(reading)):
        return
    week = {day.weekday: day for day in ground.facts.showroom.hours}
    days: set[int] = set()
    for seg_tokens in _by_segment(reading.clause.tokens):
        words = [token.word for token in seg_tokens if token.kind != "mark"]
        times = moments(seg_tokens)
        shut = _is_denied(words, {"buka"})  # "hari ini tidak buka"
        closed = not CLOSED.isdisjoint(words)
        named = days_of(words, ground)
        days = named or days
        if (
            (times and not _are_hours(times, days or _today(reading, ground), week, words, ground))
            or (shut and not times and not _is_closed(named or days or _today(reading, ground), week, words, ground))
            or (closed and not times and not _is_denied(words) and not _is_closed(named or days, week, words, ground))
            or (closed and _is_denied(words) and not is_open_at(named or set(range(7)), [], ground))
            or ("buka" in words and not (times or shut) and not _is_open(named or days, week, words, ground))
            or ("buka" in words and not times and _is_late(words) and not is_open_at(named or days, [EVENING], ground))
            or ("buka" in words and week and _is_always(words))
            or ("libur" in words[1:] and words[words.index("libur") - 1] == "hari")  # which days those are is not known
        ):
            yield " ".join(words)


def untrue_time(reading: Reading, ground: Ground) -> Iterator[str]:
    """ "Besok jam 8 malam" and nothing else: a time for what the customer asked, which the hours must bear."""
    tokens = reading.clause.tokens
    times = moments(tokens)
    told = reading.of_hours or _is_span(reading)
    if not times or told or reading.clause.question or not _is_bare(reading):
        return
    asked = list(clauses.words(ground.asked))
    words = [token.word for token in tokens if token.kind != "mark"]
    days = days_of(words, ground) or days_of(asked, ground)
    week = {day.weekday: day for day in ground.facts.showroom.hours}
    if not OF_HOURS.isdisjoint(asked):
        so = _are_hours(times, days or _today(reading, ground), week, [*words, *asked], ground)
    else:
        so = _suits(times, days, asked, ground)
    if not so:
        yield " ".join(words)


def _is_bare(reading: Reading) -> bool:
    words = (reading.clause.tokens[place] for place in reading.content)
    stems = (vocabulary.stem(token.word) for token in words if token.kind == "word")
    return all(
        stem in OF_TIME or stem in DAYS or stem in clauses.MONTH_WORDS or stem in vocabulary.ADDRESSES
        or stem in vocabulary.ACKNOWLEDGE or stem in vocabulary.CONFIRM for stem in stems
    )  # fmt: skip


def _suits(times: Sequence[str], days: set[int], asked: Sequence[str], ground: Ground) -> bool:
    """Is it the appointment's time, or one for a visit while the showroom is open, or the customer's own?"""
    visit = ground.facts.visit
    if visit is not None and set(times) == {f"{visit.at:%H:%M}"}:
        return True
    own = set(times) <= set(moments(ground.tokens_now))
    of_visit = ground.turn.understanding.intent is Intent.TEST_DRIVE or not OF_VISIT.isdisjoint(
        root for word in asked for root in (word, *vocabulary.roots(word))
    )
    if not ground.facts.showroom.hours:
        return own
    return (own or of_visit) and is_open_at(days, times, ground)


def _is_span(reading: Reading) -> bool:
    """ "Senin-Sabtu 09.00-17.00", "Sabtu sampai 15.00" """
    times = sum(token.kind == "time" for token in reading.clause.tokens)
    return reading.has(DAYS) and (times > 1 or (times == 1 and len(reading.content) < 6 and reading.has(("sampai",))))


def _is_denied(words: list[str], said: Set[str] = CLOSED) -> bool:
    """ "Minggu tidak tutup" """
    at = min((words.index(word) for word in said if word in words), default=0)
    return not {"tidak", "bukan", "belum"}.isdisjoint(words[max(0, at - 3) : at])


def days_of(words: list[str], ground: Ground) -> set[int]:
    """The weekdays spoken of; "akhir pekan" is both of them."""
    named = _days(words) or _relative_days(words, ground)
    return named | (WEEKEND if "pekan" in words and "akhir" in words else set())


def is_open_at(days: set[int], times: Sequence[str], ground: Ground) -> bool:
    """Is the showroom open on all these days, at all these times ("10:00")? Without days: on any day."""
    week = {day.weekday: day for day in ground.facts.showroom.hours if day.opens}
    if not days:
        return any(_within(day, times) for day in week.values())
    return all(day in week and _within(week[day], times) for day in days)


def moments(tokens: Sequence[Token]) -> list[str]:
    """The times named, "jam 5 sore" as 17:00."""
    found = []
    for place, token in enumerate(tokens):
        if token.kind != "time":
            continue
        beside = [one.word for one in (*tokens[place + 1 : place + 2], *tokens[max(0, place - 1) : place])]
        part = next((word for word in beside if word in ("pagi", "siang", "sore", "malam")), "")
        hour = int(token.value[:2])
        later = (part in ("sore", "malam") and hour < 12) or (part == "siang" and hour < 6)
        found.append(f"{hour + 12:02d}{token.value[2:]}" if later else token.value)
    return found


def _within(day: DayHours, times: Sequence[str]) -> bool:
    return all(day.opens <= time < day.closes or day.closes < day.opens for time in times)


def _today(reading: Reading, ground: Ground) -> set[int]:
    """ "saat ini kami buka sampai jam 17.00" speaks of today."""
    now = reading.has(("sekarang", "saat", "sedang", "masih")) or _asks_for_now(ground)
    return {ground.facts.now.weekday()} if now else set()


def _asks_for_now(ground: Ground) -> bool:
    return not {"sekarang", "masih"}.isdisjoint(ground.customer_tokens)


def _relative_days(words: list[str], ground: Ground) -> set[int]:
    today = ground.facts.now.weekday()
    if "besok" in words:
        return {(today + 1) % 7}
    if "lusa" in words:
        return {(today + 2) % 7}
    if "setiap" in words and "hari" in words:
        return set(range(7))
    return {today} if "hari" in words and "ini" in words else set()


def _are_hours(times: list[str], days: set[int], week: dict[int, Any], words: list[str], ground: Ground) -> bool:
    if not week:
        return False
    about = [week.get(day) for day in days] if days else [day for day in week.values() if day.opens]
    if any(day is None or not day.opens for day in about):
        return False
    known = [day for day in about if day is not None]
    if len(times) == 2:
        hours = {(day.opens, day.closes) for day in known}
        return hours == {(times[0], times[1])}
    until = not {*CLOSED, "sampai"}.isdisjoint(words)
    return len(times) == 1 and {day.closes if until else day.opens for day in known} == {times[0]}


def _is_late(words: list[str]) -> bool:
    """ "buka sampai malam" """
    return "malam" in words and words[max(0, words.index("malam") - 1)] != "selamat"


def _is_always(words: list[str]) -> bool:
    spoken = " ".join(words)
    return any(
        always in spoken
        for always in ("kapan saja", "kapan pun", "setiap saat", "sewaktu", "siang malam", "buka terus")
    )


def _is_closed(days: set[int], week: dict[int, Any], words: list[str], ground: Ground) -> bool:
    if days:
        return bool(week) and all(day not in week or not week[day].opens for day in days)
    return not ground.facts.open_now


def _is_open(days: set[int], week: dict[int, Any], words: list[str], ground: Ground) -> bool:
    if "jam" in words and not days:
        return True  # "jam buka" names the matter
    if days or not week:
        return bool(week) and all(day in week and week[day].opens for day in days)
    now = {"sedang", "sekarang", "saat", "masih"} & set(words)
    return ground.facts.open_now or not now


def _by_segment(tokens: Sequence[Token]) -> list[list[Token]]:
    """Parts between commas and such; a dash between days or times parts nothing."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if (token.kind == "mark" and token.word in ",;|()/") or token.word in ("dan", "sedangkan"):
            parts.append([])
        parts[-1].append(token)
    return [part for part in parts if part]


def _days(words: Sequence[str]) -> set[int]:
    """Weekdays named; two beside each other, or with "sampai" between, are a span."""
    at = [(place, DAYS[word]) for place, word in enumerate(words) if word in DAYS]
    if "minggu" in words and len(at) == 1 and ("depan" in words or "ini" in words):
        return set()
    if len(at) == 2:
        between = set(words[at[0][0] + 1 : at[1][0]]) - {"hari"}
        if between <= {"sampai", "hingga", "ke", "at"}:
            first, last = at[0][1], at[1][1]
            return {day % 7 for day in range(first, last + 1 if last >= first else last + 8)}
    return {day for _, day in at}
