"""Who has gone silent is written to once more in each stage, in opening hours, and only where that is wanted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import F

from autolumiku.testing.stage import CUSTOMER, Showroom, run_jobs
from conversations import followups, outreach, turns
from conversations.models import Silence, WhatsAppConversation, WhatsAppMessage
from leads.models import FollowUp, Lead, Outreach
from tenants import scope

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 9, 3, 0, tzinfo=UTC)  # 10.00 in Jakarta; PostgreSQL's clock stays
WEEK = dict.fromkeys(range(6), ("09:00", "17:00"))
TEXT = "apakah masih mencari Toyota Fortuner VRZ AT 2021?"


@pytest.fixture
def silent(showroom: Showroom) -> Showroom:
    """A customer asked for the Fortuner on Monday at ten and has said nothing since."""
    showroom.opens(WEEK)
    showroom.set(held_reply_minutes=0)
    with showroom.scope():
        FollowUp.objects.create(tenant=showroom.tenant)
    with time_machine.travel(MONDAY, tick=False):
        showroom.hears("fortuner ada?")
    dated(showroom, MONDAY)
    return showroom


def dated(showroom: Showroom, moment: datetime) -> None:
    """What PostgreSQL's clock wrote happened at this moment."""
    with showroom.scope():
        WhatsAppConversation.objects.update(last_message_at=moment)
        WhatsAppMessage.objects.update(created_at=moment)


def after(showroom: Showroom, **later: Any) -> list[str]:
    """What the customer is sent so much later, when the periodic tasks run."""
    before = len(showroom.gateway.sent)
    with time_machine.travel(MONDAY + timedelta(**later), tick=False):
        followups.plan()
        outreach.send()
        run_jobs()
    return [sent.text for sent in showroom.gateway.sent[before:]]


def move(showroom: Showroom, status: str) -> None:
    with showroom.scope():
        Lead.objects.update(status=status)


def test_one_word_a_stage(silent):
    assert after(silent, hours=20) == []
    [said] = after(silent, hours=25)
    assert TEXT in said
    assert after(silent, hours=27) == after(silent, days=2) == []
    move(silent, "QUALIFIED")
    assert len(after(silent, days=3)) == 1
    assert after(silent, days=4) == []


def test_an_opt_out_between_two_follow_ups(silent):
    assert len(after(silent, hours=25)) == 1
    with silent.scope():
        turns.silence(silent.chat().pk, Silence.OPTED_OUT)
    move(silent, "QUALIFIED")
    assert after(silent, days=3) == []


def test_an_opt_out_between_planning_and_sending(silent):
    with time_machine.travel(MONDAY + timedelta(hours=25), tick=False):
        followups.plan()
    with silent.scope():
        turns.silence(silent.chat().pk, Silence.OPTED_OUT)
    assert after(silent, hours=26) == []


@pytest.mark.parametrize("text", ["ga jadi kak", "stop", "jangan hubungi saya lagi"])
def test_who_said_no_is_left_in_peace(silent, text):
    with time_machine.travel(MONDAY + timedelta(minutes=5), tick=False):
        silent.hears(text)
    dated(silent, MONDAY)
    assert after(silent, hours=25) == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"status": "WON"}, id="bought"),
        pytest.param({"status": "LOST"}, id="lost"),
    ],
)
def test_who_has_bought_or_left_is_not_asked(silent, change):
    move(silent, change["status"])
    assert after(silent, hours=25) == []


def test_switched_off_nobody_is_written_to(silent):
    with silent.scope():
        FollowUp.objects.update(is_active=False)
    assert after(silent, hours=25) == []


def test_the_managers_own_words_and_hours(silent):
    with silent.scope():
        FollowUp.objects.update(after_hours=3, text="Halo {kak}, {mobil} masih ada lho.")
    assert after(silent, hours=4) == ["Halo Kak Budi, Toyota Fortuner VRZ AT 2021 masih ada lho."]


def test_closed_it_waits_for_the_morning(silent):
    assert after(silent, hours=35) == []  # Tuesday, 21.00
    assert len(after(silent, hours=47, minutes=5)) == 1  # Wednesday, 9.05


def test_after_a_week_it_would_be_a_cold_call(silent):
    assert after(silent, days=7, hours=1) == []


def test_who_waits_for_a_person_or_is_with_one_is_left_to_them(silent):
    with silent.scope():
        turns.take(silent.chat().pk)
    assert after(silent, hours=25) == []


def test_who_has_an_appointment_is_reminded_of_that_instead(silent):
    with time_machine.travel(MONDAY + timedelta(minutes=5), tick=False):
        silent.hears("sabtu jam 10 mau test drive fortuner")
    dated(silent, MONDAY)
    assert after(silent, hours=25) == []


def test_an_answer_that_comes_before_it_is_sent_makes_it_needless(silent):
    with time_machine.travel(MONDAY + timedelta(hours=25), tick=False):
        followups.plan()
    with silent.scope():
        Outreach.objects.update(created_at=F("created_at") - timedelta(seconds=5))
        WhatsAppMessage.objects.filter(seq__isnull=False).update(created_at=MONDAY + timedelta(hours=26))
    assert after(silent, hours=26) == []


def test_never_cold(showroom):
    """A lead that somebody typed in has never written."""
    with showroom.scope():
        FollowUp.objects.create(tenant=showroom.tenant)
        Lead.objects.create(tenant=showroom.tenant, phone=CUSTOMER, name="Yudho")
    followups.plan()
    with scope.platform("test"):
        assert Outreach.objects.count() == 0
