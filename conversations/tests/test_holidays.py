"""Holidays: a day off is a day off for answers, test drives, and everything that waits for the showroom to open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from aiconfig import api, hours
from autolumiku.testing.stage import Showroom
from conversations import followups
from leads import slots

pytestmark = pytest.mark.django_db
JAKARTA = ZoneInfo("Asia/Jakarta")
MONDAY = datetime(2026, 11, 9, 3, 0, tzinfo=UTC)  # 10.00 in Jakarta
TUESDAY = date(2026, 11, 10)
WEEK = {day: (time(9), time(17)) for day in range(6)}


def local(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=JAKARTA)


@pytest.fixture
def showroom_off(showroom: Showroom) -> Iterator[Showroom]:
    """Open from Monday to Saturday, and shut this Tuesday; it is Monday."""
    showroom.opens(dict.fromkeys(range(6), ("09:00", "17:00")))
    showroom.shuts("2026-11-10")
    with time_machine.travel(MONDAY, tick=False):
        yield showroom


CALENDAR = hours.Calendar(WEEK, [TUESDAY])


@pytest.mark.parametrize(
    ("now", "is_open", "opens"),
    [
        pytest.param(local(9, 10), True, None, id="the day before"),
        pytest.param(local(9, 18), False, local(11, 9), id="the evening before"),
        pytest.param(local(10, 10), False, local(11, 9), id="on the day"),
        pytest.param(local(17, 10), True, None, id="a week later"),
    ],
)
def test_the_calendar_leaves_the_holiday_out(now, is_open, opens):
    assert (hours.is_open(CALENDAR, now), hours.next_opening(CALENDAR, now)) == (is_open, opens)


def test_a_calendar_without_holidays_is_its_week():
    assert hours.Calendar(WEEK) == WEEK
    assert hours.is_open(hours.Calendar({}), local(9, 3))


def test_no_test_drive_is_offered_on_a_holiday():
    free = slots.free(CALENDAR, local(9, 10), ())
    assert {slot.date() for slot in free} >= {date(2026, 11, 9), date(2026, 11, 11), date(2026, 11, 17)}
    assert TUESDAY not in {slot.date() for slot in free}


def test_the_customer_hears_that_tomorrow_is_closed(showroom_off):
    [answer] = showroom_off.hears("besok buka kak?")
    assert "tutup" in answer
    assert "Rabu" in answer or "Selasa tutup" in answer


def test_a_week_later_the_day_is_a_usual_one(showroom_off):
    with time_machine.travel(MONDAY + timedelta(days=7), tick=False):
        [answer] = showroom_off.hears("besok buka kak?")
    assert "tutup" not in answer.replace("Minggu tutup", "")


def test_a_visit_on_the_holiday_is_not_booked(showroom_off):
    [answer] = showroom_off.hears("besok jam 10 mau test drive fortuner")
    assert "sudah dijadwalkan" not in answer


def test_what_waits_for_opening_waits_over_the_holiday(showroom_off):
    with showroom_off.scope():
        assert api.calendar_of(showroom_off.tenant.pk).shut == {TUESDAY}
        assert followups.next_opening(showroom_off.tenant.pk, local(10, 10)) == local(11, 9)
