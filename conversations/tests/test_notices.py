"""Staff hear of what concerns them: rows with a due time, sent by the worker's errands."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from autolumiku.lib import clock
from autolumiku.testing.stage import Showroom, run_jobs
from conversations import tasks
from staffcommands import notices
from staffcommands.models import Notice, StaffWhatsAppAuth
from tenants.models import Membership, User

pytestmark = pytest.mark.django_db

ANI, BUDI, DINA = "6281298765401", "6281298765402", "6281298765403"
AWAKE = {"quiet_from": None, "quiet_to": None}


@pytest.fixture
def staffed(showroom: Showroom) -> Showroom:
    showroom.employs(phone=ANI, name="Ani", **AWAKE)
    showroom.employs(phone=BUDI, name="Budi", **AWAKE)
    return showroom


def told(showroom: Showroom, phone: str) -> list[str]:
    """The notices this person gets now."""
    before = len(heard(showroom, phone))
    tasks.errands()
    run_jobs()
    return heard(showroom, phone)[before:]


def heard(showroom: Showroom, phone: str) -> list[str]:
    return [message.content for message in showroom.messages(phone) if message.aimeow_status == "sent"]


def let(showroom: Showroom, phone: str, **fields: Any) -> None:
    with showroom.scope():
        StaffWhatsAppAuth.objects.filter(phone_number=phone).update(**fields)


NEWS = {
    "upload": ("/upload Honda Brio 2020 120jt hitam matic", "Mobil baru*\nHonda Brio 2020 (PM-PST-003)"),
    "price": ("edit PM-PST-001 harga 80jt", "Harga: Rp 79 juta → Rp 80 juta"),
    "booking": ("status PM-PST-001 booking", "Mobil dibooking"),
    "sold": ("status PM-PST-001 terjual", "Mobil terjual*\nHonda City S AT 2006 (PM-PST-001)"),
}


@pytest.mark.parametrize(("message", "says"), NEWS.values(), ids=NEWS)
def test_others_hear_what_one_did_and_who(staffed: Showroom, message: str, says: str) -> None:
    staffed.hears(message, phone=ANI)
    [text] = told(staffed, BUDI)
    assert says in text
    assert "Oleh: Ani" in text
    assert told(staffed, BUDI) == []


@pytest.mark.parametrize("kind", NEWS)
def test_the_actor_and_who_has_muted_it_hear_nothing(staffed: Showroom, kind: str) -> None:
    let(staffed, BUDI, **{f"hears_{kind}": False})
    staffed.hears(NEWS[kind][0], phone=ANI)
    assert (told(staffed, ANI), told(staffed, BUDI)) == ([], [])


def test_other_changes_are_no_news(staffed: Showroom) -> None:
    staffed.hears("edit PM-PST-001 km 50rb, harga modal 60jt", phone=ANI)
    assert told(staffed, BUDI) == []


def test_a_buyer_who_gets_hot_is_told_once_with_what_is_known(staffed: Showroom) -> None:
    staffed.hears("fortuner ada? budget 480jt")
    assert told(staffed, BUDI) == []
    staffed.hears("fortuner bisa kredit dp 100jt ga?")
    [text] = told(staffed, BUDI)
    for said in ("Prospek hangat", "+62 812-3456-7890", "Minat: Toyota Fortuner", "Anggaran: ", "menghitung kredit",
                 "ambil prospek 081234567890"):  # fmt: skip
        assert said in text
    staffed.hears("kalau fortuner dp 120jt?")
    assert told(staffed, BUDI) == []


def test_a_hot_buyer_concerns_their_seller_and_the_leaders(staffed: Showroom) -> None:
    staffed.employs(phone=DINA, name="Dina", role="owner", **AWAKE)
    staffed.set(assign_leads="in_turn")
    with staffed.scope():
        ani = User.objects.create(username="ani")
        Membership.objects.create(tenant=staffed.tenant, user=ani, role="sales")
    let(staffed, ANI, user=ani, hears_escalation=False)
    let(staffed, BUDI, hears_escalation=False)
    let(staffed, DINA, hears_escalation=False)
    staffed.hears("fortuner bisa kredit dp 100jt ga?")
    tasks.errands()
    run_jobs()
    assert [len(heard(staffed, phone)) for phone in (ANI, BUDI, DINA)] == [1, 0, 1]


@pytest.mark.parametrize("change", [{"hears_lead": False}, {"can_manage_leads": False}])
def test_hot_buyers_are_told_to_whom_they_concern(staffed: Showroom, change: dict[str, bool]) -> None:
    let(staffed, BUDI, hears_escalation=False, **change)
    staffed.hears("fortuner bisa kredit dp 100jt ga?")
    assert told(staffed, BUDI) == []


def test_a_chat_that_needs_a_person_is_told_with_what_is_known_of_the_buyer(staffed: Showroom) -> None:
    let(staffed, BUDI, hears_lead=False)
    staffed.hears("cari avanza budget 150jt", "saya mau bicara dengan orang dong")
    [text] = told(staffed, BUDI)
    assert "Minat: Toyota Avanza\nAnggaran: " in text


def test_a_chat_that_needs_a_person_is_told_with_its_reason_and_last_words(staffed: Showroom) -> None:
    staffed.hears("saya mau bicara dengan orang dong")
    [text] = told(staffed, BUDI)
    for said in (
        "Percakapan perlu orang",
        "Budi",
        "+62 812-3456-7890",
        "minta bicara dengan orang",
        "bicara dengan orang dong",
    ):
        assert said in text


def test_chats_concern_only_those_who_may_care_for_them(staffed: Showroom) -> None:
    let(staffed, BUDI, can_manage_chats=False)
    staffed.hears("saya mau bicara dengan orang dong")
    assert told(staffed, BUDI) == []
    assert len(told(staffed, ANI)) == 0  # told in the same round


@pytest.mark.parametrize("change", [{"is_active": False}, {"hears_sold": False}])
def test_what_concerns_a_person_no_more_is_dropped(staffed: Showroom, change: dict[str, bool]) -> None:
    staffed.hears("status PM-PST-001 terjual", phone=ANI)
    let(staffed, BUDI, **change)
    assert told(staffed, BUDI) == []
    with staffed.scope():
        assert Notice.objects.get().dropped == "not wanted any more"


def test_several_are_one_message(staffed: Showroom) -> None:
    staffed.hears("status PM-PST-001 booking lalu edit PM-PST-002 harga 480jt", phone=ANI)
    [text] = told(staffed, BUDI)
    assert "Mobil dibooking" in text
    assert "Harga berubah" in text


def test_who_rests_hears_it_afterwards(staffed: Showroom) -> None:
    now = datetime.now(ZoneInfo("Asia/Jakarta"))
    let(staffed, BUDI, quiet_from=(now - timedelta(hours=1)).time(), quiet_to=(now + timedelta(hours=1)).time())
    staffed.hears("status PM-PST-001 terjual", phone=ANI)
    assert told(staffed, BUDI) == []
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert len(told(staffed, BUDI)) == 1


REST = [  # quiet from, to; now; due
    ("21:00", "07:00", "22:30", "1 07:00"), ("21:00", "07:00", "03:00", "0 07:00"),
    ("21:00", "07:00", "07:00", "0 07:00"), ("21:00", "07:00", "12:00", "0 12:00"),
    ("12:00", "13:00", "12:30", "0 13:00"), ("12:00", "13:00", "13:30", "0 13:30"),
    ("07:00", "07:00", "07:00", "0 07:00"),
]  # fmt: skip


@pytest.mark.parametrize(("begins", "ends", "now", "due"), REST)
def test_quiet_hours_may_pass_midnight(begins: str, ends: str, now: str, due: str) -> None:
    day = datetime(2026, 3, 18, tzinfo=ZoneInfo("Asia/Jakarta"))
    at = datetime.combine(day, time.fromisoformat(now), tzinfo=day.tzinfo)
    days, clock_time = due.split()
    wanted = datetime.combine(day + timedelta(days=int(days)), time.fromisoformat(clock_time), tzinfo=day.tzinfo)
    assert notices.after_rest(at, time.fromisoformat(begins), time.fromisoformat(ends)) == wanted


def test_old_news_is_not_told(staffed: Showroom) -> None:
    staffed.hears("status PM-PST-001 terjual", phone=ANI)
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert told(staffed, BUDI) == []


def test_the_next_showroom_hears_nothing(staffed: Showroom) -> None:
    other = Showroom(staffed.gateway, slug="sinar-auto", name="Sinar Auto", number=2)
    other.employs(phone="6281298765403", name="Lestari", **AWAKE)
    staffed.hears("status PM-PST-001 terjual", phone=ANI)
    before = len(staffed.gateway.sent)
    tasks.errands()
    run_jobs()
    assert [sent.to[:13] for sent in staffed.gateway.sent[before:]] == [BUDI]
