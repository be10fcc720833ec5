"""Slots, the calendar, and what people do with test drives in the back-office."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from autolumiku.lib import clock
from autolumiku.testing.stage import CUSTOMER, Showroom
from inventory.models import Vehicle
from leads import bookings, slots
from leads.models import Booking, Calendar
from tenants.models import Membership, Role, User
from tenants.tests import cast as casting

NOW = datetime(2026, 11, 9, 10, 0, tzinfo=ZoneInfo("Asia/Jakarta"))  # a Monday
WEEK = dict.fromkeys(range(6), (time(9), time(17)))


@pytest.mark.parametrize(
    ("week", "first", "last"),
    [
        pytest.param({0: (time(9), time(12))}, "09.00", "11.00", id="the last one ends at closing"),
        pytest.param({0: (time(9, 30), time(12, 30))}, "10.00", "11.00", id="full hours only"),
        pytest.param({0: (time(20), time(2))}, "20.00", "23.00", id="over midnight"),
        pytest.param({}, "09.00", "16.00", id="no hours set: by day"),
    ],
)
def test_the_slots_of_a_day(week, first, last):
    found = slots.of_day(week, NOW.date(), NOW)
    assert (f"{found[0]:%H.%M}", f"{found[-1]:%H.%M}") == (first, last)


def test_a_closed_day_has_none():
    assert slots.of_day(WEEK, NOW.date() + timedelta(days=6), NOW) == []


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), st.sets(st.integers(0, 40)))  # noqa: DTZ001
def test_free_slots_are_in_order_ahead_within_hours_and_not_taken(now, gone):
    now = now.replace(tzinfo=NOW.tzinfo)
    all_of_them = slots.free(WEEK, now, [])
    taken = {all_of_them[place] for place in gone if place < len(all_of_them)}
    found = slots.free(WEEK, now, taken)
    assert list(found) == sorted(set(all_of_them) - taken)
    assert all(slot > now and slot.weekday() != 6 and 9 <= slot.hour <= 16 and not slot.minute for slot in found)


@pytest.fixture
def booked(showroom: Showroom) -> Booking:
    with showroom.scope():
        return bookings.book(
            showroom.tenant.pk,
            showroom.account.pk,
            CUSTOMER,
            tomorrow(),
            vehicle_id=Vehicle.objects.get(model="Fortuner").pk,
            name="Yudho; D, L\nBEGIN:VEVENT",
            by="test",
        )


def tomorrow() -> datetime:
    return clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"phone": "6281200000001"}, id="the same hour of the same car"),
        pytest.param({"starts_at": timedelta(hours=1)}, id="a second appointment of the same person"),
        pytest.param({"phone": "6281200000001", "starts_at": timedelta(minutes=30)}, id="half an hour"),
    ],
)
def test_the_database_takes_no_second_booking(showroom, booked, other):
    fields: dict[str, Any] = {"phone": CUSTOMER, "starts_at": timedelta(), **other}
    fields["starts_at"] = booked.starts_at + fields["starts_at"]
    with showroom.scope(), pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.create(tenant=showroom.tenant, account=showroom.account, vehicle_id=booked.vehicle_id, **fields)


@pytest.mark.django_db
def test_the_calendar_shows_the_appointments_to_who_knows_the_link(showroom, booked):
    with showroom.scope():
        row = Calendar.objects.create(tenant=showroom.tenant)
    http = Client()
    answer = http.get(f"/calendar/{showroom.tenant.pk}/{row.secret}.ics")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    lines = answer.content.decode().replace("\r\n ", "").split("\r\n")
    assert lines.count("BEGIN:VEVENT") == 1
    assert "SUMMARY:Yudho\\; D\\, L\\nBEGIN:VEVENT: Toyota Fortuner VRZ AT 2021 | PM-PST-002" in lines
    assert f"DTSTART:{booked.starts_at:%Y%m%dT%H%M%SZ}" in lines
    assert all(len(line.encode()) <= 75 for line in answer.content.decode().split("\r\n"))
    assert http.get(f"/calendar/{showroom.tenant.pk}/x{row.secret}.ics").status_code == 404
    assert http.get(f"/calendar/{showroom.tenant.pk + 1}/{row.secret}.ics").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("action", "status"), [("confirm", "confirmed"), ("came", "done"), ("missed", "no_show"), ("call_off", "cancelled")]
)
def test_people_say_how_a_test_drive_ended(showroom, booked, action, status):
    http = seller(showroom)
    answer = http.post("/admin/leads/booking/", {"action": action, "_selected_action": [booked.pk]}, follow=True)
    assert "1 test drive diubah" in answer.content.decode()
    with showroom.scope():
        booked.refresh_from_db()
    assert booked.status == status


def seller(showroom: Showroom) -> Client:
    user = User.objects.create(username="rina", is_staff=True)
    with showroom.scope():
        Membership.objects.create(tenant=showroom.tenant, user=user, role=Role.SALES)
    return casting.browser(user)
