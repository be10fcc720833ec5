"""Test drives by command: the public door, and the rows behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from autolumiku.lib import clock
from autolumiku.testing.stage import CUSTOMER, Showroom
from inventory.models import Vehicle
from leads import bookings
from leads.models import Booking, BookingEvent
from staffcommands.models import StaffCommandLog, StaffWhatsAppAuth

pytestmark = pytest.mark.django_db

STAFF = "6281298765432"
NOW = datetime(2026, 11, 9, 10, 0, tzinfo=ZoneInfo("Asia/Jakarta"))  # a Monday


@pytest.fixture
def staffed(showroom: Showroom) -> Iterator[Showroom]:
    """Sari has the Fortuner at two o'clock today, Doni comes tomorrow at nine for no certain car."""
    with time_machine.travel(NOW):
        showroom.employs(name="Yudho")
        with showroom.scope():
            car = Vehicle.objects.get(model="Fortuner").pk
            place = (showroom.tenant.pk, showroom.account.pk)
            bookings.book(*place, CUSTOMER, NOW + timedelta(hours=4), vehicle_id=car, name="Sari", by="test")
            bookings.book(*place, "6281200000009", NOW + timedelta(hours=23), name="Doni", by="test")
        yield showroom


def tell(showroom: Showroom, message: str) -> str:
    [reply] = showroom.hears(message, phone=STAFF)
    return reply


def status(showroom: Showroom, phone: str = CUSTOMER) -> str:
    with showroom.scope():
        return Booking.objects.get(phone=phone).status


LISTS = {  # what is written: what is said
    "test drive": ["1 test drive hari ini", "14.00 – Toyota Fortuner VRZ AT 2021 (PM-PST-002)", "Sari · +62 812"],
    "jadwal hari ini": ["1 test drive hari ini"],
    "cek test drive dong": ["1 test drive hari ini"],
    "test drive besok": ["1 test drive besok", "Selasa 10/11 09.00 – kunjungan ke showroom", "Doni"],
    "test drive minggu ini": ["2 test drive 7 hari ke depan", "Sari", "Doni"],
}  # fmt: skip


@pytest.mark.parametrize("message", LISTS)
def test_test_drives_are_listed_in_order(staffed: Showroom, message: str) -> None:
    text = tell(staffed, message)
    assert [said for said in LISTS[message] if said not in text] == []


def test_a_day_without_any_says_so(staffed: Showroom) -> None:
    with time_machine.travel(NOW + timedelta(days=3)):
        assert "Belum ada test drive hari ini" in tell(staffed, "test drive")


STEPS = {
    "konfirmasi 081234567890": "confirmed",
    "konfirmasi test drive 0812-3456-7890": "confirmed",
    "datang 081234567890": "done",
    "test drive selesai 081234567890": "done",
    "tidak datang 081234567890": "no_show",
    "no show +6281234567890": "no_show",
}


@pytest.mark.parametrize(("message", "wanted"), STEPS.items())
def test_staff_say_what_became_of_it(staffed: Showroom, message: str, wanted: str) -> None:
    assert "Status: dijadwalkan → " in tell(staffed, message)
    assert status(staffed) == wanted
    with staffed.scope():
        entry = StaffCommandLog.objects.get()
        assert BookingEvent.objects.filter(kind=wanted, by="Yudho").exists()
    assert entry.success
    assert entry.before["status"] == "dijadwalkan"
    assert entry.after["status"] == Booking.Status(wanted).label


def test_what_is_settled_is_not_settled_again(staffed: Showroom) -> None:
    tell(staffed, "datang 081234567890")
    assert "Tidak ada test drive terbuka" in tell(staffed, "tidak datang 081234567890")
    assert status(staffed) == "done"


WRONG = {
    "konfirmasi 081299990000": "Tidak ada test drive terbuka",
    "/konfirmasi": "Contoh: konfirmasi 081234567890",
    "/tidak datang": "Contoh: tidak datang 081234567890",
}


@pytest.mark.parametrize(("message", "says"), WRONG.items())
def test_a_wrong_one_changes_nothing(staffed: Showroom, message: str, says: str) -> None:
    assert says in tell(staffed, message)
    assert status(staffed) == "booked"


def test_they_need_their_right(staffed: Showroom) -> None:
    with staffed.scope():
        StaffWhatsAppAuth.objects.update(can_manage_leads=False)
    for message in ("test drive", "datang 081234567890"):
        assert "belum punya akses" in tell(staffed, message)
    assert status(staffed) == "booked"


def test_the_next_showrooms_are_not_found(staffed: Showroom) -> None:
    other = Showroom(staffed.gateway, slug="sinar-auto", name="Sinar Auto", number=2)
    other.employs(phone="6281298765499", name="Lestari")
    assert "Belum ada test drive" in other.hears("test drive minggu ini", phone="6281298765499")[0]
    assert "Tidak ada test drive terbuka" in other.hears("datang 081234567890", phone="6281298765499")[0]
    assert status(staffed) == "booked"


def test_a_visit_at_the_moment_has_its_clock(staffed: Showroom) -> None:
    assert clock.now().hour == 3
    assert "14.00" in tell(staffed, "konfirmasi 081234567890")


@pytest.mark.parametrize(
    "message", ["mau test drive fortuner kapan bisa?", "datang kapan ya", "konfirmasi dulu deh ke bos"]
)
def test_talk_of_it_is_no_command(staffed: Showroom, message: str) -> None:
    tell(staffed, message)
    with staffed.scope():
        assert not StaffCommandLog.objects.exists()
