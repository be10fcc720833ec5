"""Days and times, as people say them in a chat."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autolumiku.lib import moments
from autolumiku.lib.moments import Moment

NOW = datetime(2026, 11, 26, 16, 0, tzinfo=UTC)  # a Thursday


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("besok jam 10", "Jumat, 27 November 2026 pukul 10.00"), ("lusa sore", "Sabtu, 28 November 2026 sore"),
        ("besok lusa", "Sabtu, 28 November 2026"), ("3 hari lagi", "Minggu, 29 November 2026"),
        ("bsk siang jam 1an", "Jumat, 27 November 2026 pukul 13.00"),
        ("besok pagi, jam 9", "Jumat, 27 November 2026 pukul 09.00"),
        ("jam 3 sore hari sabtu", "Sabtu, 28 November 2026 pukul 15.00"), ("jam 2", "pukul 14.00"),
        ("jam 12", "pukul 12.00"), ("jam setengah 3", "pukul 14.30"), ("pukul 07.00", "pukul 07.00"),
        ("jam 7 malam", "pukul 19.00"), ("jam 12 malam", "pukul 00.00"),
        ("senin depan", "Senin, 30 November 2026"), ("kamis ini", "Kamis, 26 November 2026"),
        ("malam minggu", "Sabtu, 28 November 2026 malam"), ("nanti sore", "Kamis, 26 November 2026 sore"),
        ("tgl 5", "Sabtu, 5 Desember 2026"), ("5 des jam 14.30", "Sabtu, 5 Desember 2026 pukul 14.30"),
        ("1/12", "Selasa, 1 Desember 2026"), ("2 januari", "Sabtu, 2 Januari 2027"),
        ("sabtu, 28 november", "Sabtu, 28 November 2026"),
    ],
)  # fmt: skip
def test_a_moment_is_read_in_a_sentence(text: str, shown: str) -> None:
    said = f"saya datang {text} ya kak"
    (moment,) = moments.find(said, NOW)
    assert (moments.show(moment), said[moment.start : moment.end]) == (shown, text)
    assert moments.mentioned(said)


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("sabtu depan", ("Sabtu, 28 November 2026", "Sabtu, 5 Desember 2026")),
        ("kamis jam 10", ("Kamis, 26 November 2026", "Kamis, 3 Desember 2026")),
        ("weekend", ("Sabtu, 28 November 2026", "Minggu, 29 November 2026")),
        ("besok jam 7", ("pukul 07.00", "pukul 19.00")),
        ("senin, 28 november", ("Sabtu, 28 November 2026", "Senin, 30 November 2026")),
    ],
)
def test_what_may_be_two_things_is_to_be_asked(text: str, choices: tuple[str, ...]) -> None:
    (moment,) = moments.find(text, NOW)
    assert moment.choices == choices
    assert moments.show(moment) == ""


def test_next_week_is_seven_days_to_choose_from() -> None:
    (moment,) = moments.find("minggu depan", NOW)
    assert (moment.choices[0], moment.choices[-1]) == ("Senin, 30 November 2026", "Minggu, 6 Desember 2026")


@pytest.mark.parametrize(
    "text", ["selamat siang kak", "buka 24/7", "31 februari", "2 minggu lagi", "2-3 orang", "tahun depan", "jamu", ""]
)
def test_other_words_are_no_moments(text: str) -> None:
    assert moments.find(text, NOW) == []


def test_two_times_stay_two() -> None:
    found = moments.find("jam 9 sampai jam 11, kalau tidak besok atau lusa", NOW)
    assert [moments.show(one) for one in found] == [
        "pukul 09.00",
        "pukul 11.00",
        "Jumat, 27 November 2026",
        "Sabtu, 28 November 2026",
    ]


TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
CLOCKS = st.dates(date(2026, 1, 1), date(2030, 12, 31)).map(lambda day: datetime.combine(day, time(12), UTC))


@given(DAYS | st.none(), TIMES | st.none() | st.sampled_from(["pagi", "siang", "sore", "malam"]), CLOCKS)
def test_what_is_shown_is_read_back(day: date | None, when: time | str | None, now: datetime) -> None:
    at, part = (when, "") if isinstance(when, time) else (None, when or "")
    if not day and not at:
        return
    shown = moments.show(Moment(0, 0, day, at, part))
    (read,) = moments.find(f"oke {shown.lower()} ya", now)
    assert (read.day, read.at, read.part, read.choices) == (day, at, part, ())


@given(CLOCKS, st.integers(0, 13))
def test_a_day_ahead_is_never_in_the_past(now: datetime, weekday: int) -> None:
    name = moments.WEEKDAYS[weekday % 7].lower()
    (moment,) = moments.find(name + (" ini" if weekday < 7 else " depan"), now)
    assert moment.day is None or now.date() <= moment.day <= now.date() + timedelta(7)


@given(st.text(alphabet="0123456789 jamdepnbsokltu/.:", max_size=60) | st.text(max_size=60), CLOCKS)
def test_no_text_breaks_the_reader(text: str, now: datetime) -> None:
    assert all(text[moment.start : moment.end] for moment in moments.find(text, now))
