"""Test drives by chat: booked, moved, called off; reminders; a car that is sold meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.db import connection as database

from aimeow.models import AimeowAccount
from autolumiku.testing.stage import CUSTOMER, Showroom, run_jobs
from conversations import gather, orchestrator, tasks, turns
from conversations.models import Delivery, Silence
from inventory.models import Vehicle
from leads import bookings
from leads.models import Booking, BookingEvent, Outreach

pytestmark = pytest.mark.django_db

JAKARTA = ZoneInfo("Asia/Jakarta")
OTHER = "6281200000077"
MONDAY = datetime(2026, 11, 9, 3, 0, tzinfo=UTC)  # 10.00 in Jakarta; PostgreSQL's clock stays
WEEK = dict.fromkeys(range(6), ("09:00", "17:00"))


@pytest.fixture
def open_showroom(showroom: Showroom) -> Iterator[Showroom]:
    showroom.opens(WEEK)
    showroom.set(held_reply_minutes=0)
    with time_machine.travel(MONDAY, tick=False):
        yield showroom


def appointments(showroom: Showroom, phone: str = CUSTOMER) -> list[tuple[str, str]]:
    """(when, status) of this person's, in the order they were made."""
    with showroom.scope():
        rows = Booking.objects.filter(phone=phone).order_by("pk")
        return [(f"{one.starts_at.astimezone(JAKARTA):%d.%m. %H.%M}", str(one.status)) for one in rows]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=JAKARTA)


def errands(showroom: Showroom, phone: str = CUSTOMER) -> list[str]:
    """What this person is sent by the periodic task now."""
    before = len(showroom.gateway.sent)
    tasks.errands()
    run_jobs()
    return [sent.text for sent in showroom.gateway.sent[before:] if phone in sent.to or sent.to.endswith("@lid")]


TALKS = [
    pytest.param(
        ["besok jam 10 mau test drive fortuner"],
        ["*Toyota Fortuner VRZ AT 2021* (PM-PST-002) sudah dijadwalkan Selasa, 10 November 2026 pukul 10.00 di Prima"],
        [("10.11. 10.00", "booked")],
        id="at once",
    ),
    pytest.param(
        ["fortuner bisa test drive?", "rabu", "jam 2"],
        ["hari apa dan jam berapa", "Untuk Rabu, 11 November 2026, jam yang masih kosong: 09.00, 10.00", "pukul 14.00"],
        [("11.11. 14.00", "booked")],
        id="step by step",
    ),
    pytest.param(
        ["mau test drive fortuner besok", "11"],
        ["Selasa, 10 November 2026, jam yang masih kosong", "pukul 11.00"],
        [("10.11. 11.00", "booked")],
        id="a bare hour",
    ),
    pytest.param(
        ["mau test drive besok jam 10", "fortuner kak"],
        ["Untuk test drive Selasa, 10 November 2026 pukul 10.00, mobil yang mana", "(PM-PST-002) sudah dijadwalkan"],
        [("10.11. 10.00", "booked")],
        id="which car",
    ),
    pytest.param(
        ["besok sore mau test drive fortuner"], ["jam yang masih kosong: 15.00, 16.00. Mau"], [], id="a part of the day"
    ),
    pytest.param(
        ["minggu jam 10 test drive fortuner bisa?"], ["di luar jadwal test drive kami", "Yang masih kosong"], [],
        id="a closed day",
    ),
    pytest.param(["test drive fortuner hari minggu"], ["Hari Minggu kami tutup"], [], id="closed, no hour"),
    pytest.param(["test drive fortuner besok jam 20.00"], ["di luar jadwal"], [], id="after closing"),
    pytest.param(
        ["sabtu depan test drive fortuner jam 10"], ["Sabtu, 14 November 2026 atau Sabtu, 21 November"], [],
        id="two Saturdays",
    ),
    pytest.param(
        ["besok jam 10 saya main ke showroom ya"],
        ["Kunjungan Kakak ke Prima Mobil sudah dijadwalkan Selasa, 10 November 2026 pukul 10.00"],
        [("10.11. 10.00", "booked")],
        id="a visit without a car",
    ),
    pytest.param(
        ["besok jam 10 mau test drive fortuner", "ganti jam 2 siang ya"],
        ["dijadwalkan", "sudah kami ganti menjadi Selasa, 10 November 2026 pukul 14.00"],
        [("10.11. 14.00", "booked")],
        id="another hour",
    ),
    pytest.param(
        ["besok jam 10 mau test drive fortuner", "bisa diundur ke kamis?"],
        ["dijadwalkan", "menjadi Kamis, 12 November 2026 pukul 10.00"],
        [("12.11. 10.00", "booked")],
        id="another day",
    ),
    pytest.param(
        ["besok jam 10 mau test drive fortuner", "mau reschedule dong", "rabu jam 11"],
        ["dijadwalkan", "Mau diganti ke hari apa dan jam berapa", "menjadi Rabu, 11 November 2026 pukul 11.00"],
        [("11.11. 11.00", "booked")],
        id="asked for the new time",
    ),
    pytest.param(
        ["besok jam 10 mau test drive fortuner", "maaf kak ga jadi datang"],
        ["dijadwalkan", "sudah kami batalkan"],
        [("10.11. 10.00", "cancelled")],
        id="called off",
    ),
    pytest.param(
        ["besok jam 10 mau test drive fortuner", "jadwal saya kapan ya?"],
        ["dijadwalkan", "Jadwal test drive *Toyota Fortuner VRZ AT 2021* (PM-PST-002) Kakak: Selasa, 10 November 2026"],
        [("10.11. 10.00", "booked")],
        id="when was it",
    ),
    pytest.param(
        ["besok jam 10 mau test drive fortuner", "city masih ada?"],
        ["dijadwalkan", "PM-PST-001"],
        [("10.11. 10.00", "booked")],
        id="another question leaves it",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("texts", "says", "kept"), TALKS)
def test_an_appointment_is_made_by_talking(open_showroom, texts, says, kept):
    for text, said in zip(texts, says, strict=False):
        [reply] = open_showroom.hears(text)
        assert said in reply
    assert appointments(open_showroom) == kept
    assert open_showroom.chat().escalated_reason == ""


def test_calling_off_what_nobody_has_booked_books_nothing_and_goes_to_a_person(open_showroom):
    [reply] = open_showroom.hears("batal kak test drive fortuner yang besok jam 10")
    assert "jadwal test drive dari nomor ini belum tercatat" in reply
    assert appointments(open_showroom) == []
    assert open_showroom.chat().escalated_reason == "missing_fact"


def test_a_slot_is_shown_as_taken_and_another_offered(open_showroom):
    open_showroom.hears("besok jam 10 mau test drive fortuner", phone=OTHER)
    [reply] = open_showroom.hears("besok jam 10 mau test drive fortuner")
    assert "sudah ada yang pesan" in reply
    assert "Selasa, 10 November 2026 pukul 09.00, 11.00, 12.00" in reply
    assert appointments(open_showroom) == []


def test_the_same_hour_is_free_for_another_car(open_showroom):
    open_showroom.hears("besok jam 10 mau test drive fortuner", phone=OTHER)
    assert "dijadwalkan" in open_showroom.hears("besok jam 10 mau test drive city")[0]


def test_two_customers_race_for_one_slot_and_one_gets_it(open_showroom):
    """Both drafts say yes; the second to conclude is thrown away and thought of anew."""
    works = []
    for phone in (CUSTOMER, OTHER):
        open_showroom.receives("besok jam 10 mau test drive fortuner", phone=phone)
        works.append(gather.claim(open_showroom.tenant.pk, open_showroom.chat(phone).pk))
    outcomes = [async_to_sync(orchestrator.think)(work) for work in works]
    assert all("dijadwalkan" in outcome.text for outcome in outcomes)
    letters = [orchestrator.conclude(work, out, 0.0) for work, out in zip(works, outcomes, strict=True)]
    assert [letter is None for letter in letters] == [False, True]
    run_jobs()
    [reply] = [message.content for message in open_showroom.messages(OTHER) if message.direction == "outbound"]
    assert "sudah ada yang pesan" in reply
    assert (appointments(open_showroom), appointments(open_showroom, OTHER)) == ([("10.11. 10.00", "booked")], [])


def test_a_car_that_is_sold_frees_the_hour_and_offers_the_nearest(open_showroom):
    open_showroom.hears("besok jam 10 mau test drive fortuner")
    with open_showroom.scope():
        Vehicle.objects.get(model="Fortuner").change({"status": "SOLD"}, by="test")
    [told] = errands(open_showroom)
    assert "*Toyota Fortuner VRZ AT 2021* (PM-PST-002) yang dijadwalkan untuk test drive Selasa" in told
    assert "PM-PST-001" in told
    assert appointments(open_showroom) == [("10.11. 10.00", "freed")]
    assert errands(open_showroom) == []
    assert "dijadwalkan" in open_showroom.hears("city besok jam 11 test drive ya")[0]


def test_a_car_that_is_sold_while_its_test_drive_is_being_booked_is_not_promised(open_showroom):
    open_showroom.receives("besok jam 10 mau test drive fortuner")
    work = gather.claim(open_showroom.tenant.pk, open_showroom.chat().pk)
    outcome = async_to_sync(orchestrator.think)(work)
    with open_showroom.scope():
        Vehicle.objects.get(model="Fortuner").change({"status": "SOLD"}, by="test")
    assert orchestrator.conclude(work, outcome, 0.0) is None
    run_jobs()
    [reply] = [message.content for message in open_showroom.messages() if message.direction == "outbound"]
    assert "sudah terjual" in reply
    assert appointments(open_showroom) == []


def test_reminders_come_the_day_before_and_an_hour_before(open_showroom):
    open_showroom.hears("rabu jam 14 mau test drive fortuner")
    assert errands(open_showroom) == []
    with time_machine.travel(at(10, 14, 1), tick=False):
        [told] = errands(open_showroom)
        assert "mengingatkan jadwal test drive *Toyota Fortuner VRZ AT 2021* (PM-PST-002) besok" in told
        assert errands(open_showroom) == []
    with time_machine.travel(at(11, 13, 1), tick=False):
        [told] = errands(open_showroom)
        assert "sebentar lagi, Rabu, 11 November 2026 pukul 14.00" in told


def test_reminders_are_rows_and_no_job_waits_in_the_queue_for_them(open_showroom):
    open_showroom.hears("rabu jam 14 mau test drive fortuner")
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT task_name FROM procrastinate_jobs"
            " WHERE status = 'todo' AND scheduled_at > greatest(now(), %s) + interval '1 hour'",
            [MONDAY],
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize("text", ["ganti kamis jam 2 ya", "batal kak test drivenya"])
def test_a_reminder_of_an_appointment_that_is_no_more_is_not_sent(open_showroom, text):
    open_showroom.hears("rabu jam 14 mau test drive fortuner")
    open_showroom.hears(text)
    with time_machine.travel(at(10, 14, 1), tick=False):
        assert errands(open_showroom) == []


def test_a_reminder_waits_for_the_phone_and_is_left_out_when_it_is_too_late(open_showroom):
    open_showroom.hears("rabu jam 14 mau test drive fortuner")
    connection(open_showroom, "disconnected")
    with time_machine.travel(at(10, 14, 1), tick=False):
        assert errands(open_showroom) == []
    connection(open_showroom, "connected")
    with time_machine.travel(at(10, 19), tick=False):
        assert len(errands(open_showroom)) == 1
    connection(open_showroom, "disconnected")
    with time_machine.travel(at(11, 13, 5), tick=False):
        assert errands(open_showroom) == []
    connection(open_showroom, "connected")
    with time_machine.travel(at(11, 14, 5), tick=False):
        assert errands(open_showroom) == []


def test_a_reminder_that_the_gateway_holds_back_is_not_sent_afterwards(open_showroom):
    """The phone goes offline between the task and the send."""
    open_showroom.hears("rabu jam 14 mau test drive fortuner")
    open_showroom.gateway.log_out(open_showroom.client_id)
    with time_machine.travel(at(11, 13, 5), tick=False):
        assert errands(open_showroom) == []
    reminder = open_showroom.messages()[-1]
    assert reminder.aimeow_status == Delivery.QUEUED
    with time_machine.travel(at(11, 15), tick=False):
        errands(open_showroom)
    assert open_showroom.messages()[-1].aimeow_status == Delivery.FAILED


def test_who_asked_not_to_be_written_to_gets_no_reminder(open_showroom):
    open_showroom.hears("rabu jam 14 mau test drive fortuner")
    with open_showroom.scope():
        turns.silence(open_showroom.chat().pk, Silence.OPTED_OUT)
    with time_machine.travel(at(10, 14, 1), tick=False):
        assert errands(open_showroom) == []


def test_the_history_says_who_did_what(open_showroom):
    open_showroom.hears("rabu jam 14 mau test drive fortuner")
    open_showroom.hears("ganti kamis jam 2 ya")
    with open_showroom.scope():
        booking = bookings.open_of(open_showroom.tenant.pk, CUSTOMER)
        bookings.confirm(booking.pk, by="Ani")
        bookings.done(booking.pk, by="Ani")
        steps = list(BookingEvent.objects.values_list("kind", "by"))
    assert steps == [("booked", "asisten"), ("moved", "asisten"), ("confirmed", "Ani"), ("done", "Ani")]


def test_staff_of_the_day(open_showroom):
    open_showroom.hears("besok jam 10 mau test drive fortuner")
    open_showroom.hears("besok jam 9 mau test drive city", phone=OTHER)
    with time_machine.travel(at(10, 8), tick=False), open_showroom.scope():
        rows = bookings.today(open_showroom.tenant.pk, "Asia/Jakarta")
    assert [one.phone for one in rows] == [OTHER, CUSTOMER]


def connection(showroom: Showroom, state: str) -> None:
    with showroom.scope():
        AimeowAccount.objects.update(connection_status=state)


def test_a_chat_without_a_phone_is_left_to_staff(open_showroom):
    open_showroom.receives("besok jam 10 mau test drive fortuner", identity="lid_unresolved")
    run_jobs()
    with open_showroom.scope():
        assert Booking.objects.count() == Outreach.objects.count() == 0
