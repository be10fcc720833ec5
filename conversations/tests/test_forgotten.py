"""Nobody who waits for a person is forgotten: reminders in opening time, the night's list, what may be closed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connections

from aiconfig import hours
from autolumiku.testing.stage import CUSTOMER, run_jobs
from conversations import forgotten, tasks
from conversations.models import ConversationEvent, Holder, WhatsAppConversation
from conversations.tests.test_inbox import address, seller, text
from staffcommands.models import Notice
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db

JAKARTA = ZoneInfo("Asia/Jakarta")
SALES, BOSS = "6281298765401", "6281298765402"
AWAKE = {"quiet_from": None, "quiet_to": None}
NINE_TO_FIVE = dict.fromkeys(range(7), ("09:00", "17:00"))
ASKS = "Saya mau bicara dengan orang"


@pytest.fixture
def staffed(showroom):
    showroom.employs(phone=SALES, name="Ani", **AWAKE)
    showroom.employs(phone=BOSS, name="Budi", role="manager", **AWAKE)
    return showroom


def at(hour, minute=0, day=2):
    """A moment of March 2027 in Jakarta."""
    return datetime(2027, 3, day, hour, minute, tzinfo=JAKARTA)


def rewind(showroom, moment, phone=CUSTOMER):
    """The chat's rows as if all had happened at this moment."""
    with showroom.scope():
        chat = WhatsAppConversation.objects.filter(customer_phone=phone)
        chat.exclude(escalated_at=None).update(escalated_at=moment)
        chat.exclude(look_at=None).update(look_at=moment)
        chat.update(last_message_at=moment)
        chat.get().messages.update(created_at=moment)


def round_at(showroom, moment):
    """What everybody hears in the round of this moment: phone -> texts."""
    before = len(showroom.gateway.sent)
    with time_machine.travel(moment, tick=False):
        tasks.errands()
        with showroom.scope():
            Notice.objects.filter(sent_at=None).update(due_at=moment)
        tasks.errands()
    run_jobs()
    heard = {}
    for sent in showroom.gateway.sent[before:]:
        heard.setdefault(sent.to.partition("@")[0], []).append(sent.text)
    return heard


def asks(showroom, moment, said=ASKS):
    showroom.hears(said)
    with showroom.scope():
        Notice.objects.all().delete()
    rewind(showroom, moment)


def whom(heard, showroom):
    customer = showroom.chat().chat_jid.partition("@")[0]
    names = {SALES: "sales", BOSS: "boss", customer: "customer", CUSTOMER: "customer"}
    return {names[phone] for phone in heard}


def test_staff_hear_again_then_those_who_lead_then_the_customer(staffed):
    staffed.opens(NINE_TO_FIVE)
    asks(staffed, at(10))
    rounds = [(10, 14, set()), (10, 15, {"sales", "boss"}), (10, 16, set()), (10, 30, {"boss"}), (10, 45, {"customer"})]
    for hour, minute, expected in rounds:
        heard = round_at(staffed, at(hour, minute))
        assert whom(heard, staffed) == expected, (hour, minute)
    [[said]] = heard.values()
    assert "belum sempat membalas" in said
    assert "telepon" in said
    assert round_at(staffed, at(12)) == {}
    with staffed.scope():
        events = ConversationEvent.objects.filter(kind="reminded").values_list("data__whom", flat=True)
        assert list(events) == ["staff", "leaders", "customer"]
    assert staffed.chat().holder == Holder.WAITING


def test_what_staff_are_reminded_of(staffed):
    asks(staffed, at(10))
    [said] = round_at(staffed, at(10, 20))[SALES]
    assert said.startswith("⏰ *Pelanggan belum dibalas* selama 20 menit")
    assert ASKS in said


@pytest.mark.parametrize(
    ("asked", "quiet_until"),
    [
        pytest.param(at(16, 50), at(9, 4, day=3), id="over the night"),
        pytest.param(at(22), at(9, 14, day=3), id="at night"),
    ],
)
def test_only_opening_time_counts(staffed, asked, quiet_until):
    staffed.opens(NINE_TO_FIVE)
    staffed.set(morning_list=False)
    asks(staffed, asked)
    assert round_at(staffed, asked + timedelta(minutes=16)) == {}
    assert round_at(staffed, quiet_until) == {}
    assert SALES in round_at(staffed, quiet_until + timedelta(minutes=2))


def test_a_round_that_comes_late_tells_nobody_at_night(staffed):
    staffed.opens(NINE_TO_FIVE)
    staffed.set(morning_list=False)
    asks(staffed, at(10))
    assert round_at(staffed, at(23)) == {}
    assert SALES in round_at(staffed, at(9, 1, day=3))
    assert round_at(staffed, at(9, 2, day=3)) == {}  # the next step comes after its own time


def test_it_is_a_setting(staffed):
    staffed.set(forgotten_minutes=0)
    asks(staffed, at(10))
    assert round_at(staffed, at(15)) == {}
    staffed.set(forgotten_minutes=60)
    asks(staffed, at(10), "Halo? Saya mau orang")
    assert round_at(staffed, at(10, 50)) == {}
    assert SALES in round_at(staffed, at(11))


@pytest.mark.parametrize("off", ["auto_reply", "opted out"])
def test_a_customer_hears_nothing_where_the_assistant_may_not_speak(staffed, off):
    asks(staffed, at(10))
    round_at(staffed, at(10, 15))
    round_at(staffed, at(10, 30))
    if off == "auto_reply":
        staffed.set(auto_reply=False)
    else:
        casting.browser(seller(staffed)).post(address("move", staffed.chat()), {"move": "opt_out"})
    assert round_at(staffed, at(10, 45)) == {}


def answers(showroom, moment, words="Halo kak, saya Dewi"):
    browser = casting.browser(seller(showroom))
    browser.post(address("reply", showroom.chat()), {"text": words})
    run_jobs()
    with showroom.scope():
        chat = showroom.chat()
        chat.messages.filter(sender_type="human").update(created_at=moment)
        WhatsAppConversation.objects.update(look_at=moment)
    return browser


def test_a_chat_that_was_taken_but_not_answered_is_not_answered(staffed):
    asks(staffed, at(10))
    casting.browser(seller(staffed)).post(address("move", staffed.chat()), {"move": "take"})
    with staffed.scope():
        WhatsAppConversation.objects.update(look_at=at(10, 1))
    assert SALES in round_at(staffed, at(10, 20))


def test_who_was_answered_waits_no_more_until_they_ask_again(staffed):
    asks(staffed, at(10))
    answers(staffed, at(10, 10))
    assert round_at(staffed, at(10, 40)) == {}
    staffed.hears("Bisa COD di Bekasi?")
    with staffed.scope():
        staffed.chat().messages.filter(content__startswith="Bisa").update(created_at=at(11))
        WhatsAppConversation.objects.update(look_at=at(11))
    assert round_at(staffed, at(11, 10)) == {}
    assert SALES in round_at(staffed, at(11, 15))


def test_thanks_wait_for_nothing(staffed):
    asks(staffed, at(10))
    answers(staffed, at(10, 10))
    staffed.hears("Oke kak makasih banyak")
    with staffed.scope():
        staffed.chat().messages.filter(content__startswith="Oke").update(created_at=at(11))
        WhatsAppConversation.objects.update(look_at=at(11), last_message_at=at(11))
    assert round_at(staffed, at(14)) == {}


def test_an_answered_chat_that_lies_idle_is_proposed_for_closing(staffed):
    asks(staffed, at(10))
    browser = answers(staffed, at(10, 10))
    round_at(staffed, at(11))
    page = address("chat", staffed.chat())
    round_at(staffed, at(10, 5, day=3))
    assert "usul: tutup" not in text(browser.get(f"{page}?f=saya"))
    round_at(staffed, at(10, 11, day=3))
    shown = text(browser.get(f"{page}?f=saya"))
    assert "usul: tutup" in shown
    assert "Tutup percakapan" in shown
    assert staffed.chat().holder == Holder.PERSON
    with staffed.scope():  # a word, and it is no proposal any more
        WhatsAppConversation.objects.update(last_message_at=at(12, day=3))
    assert "usul: tutup" not in text(browser.get(f"{page}?f=saya"))


def test_the_night_is_told_at_opening_once(staffed):
    staffed.opens(NINE_TO_FIVE)
    round_at(staffed, at(16))  # the next opening is looked up
    staffed.hears("Ada Honda City?")
    asks(staffed, at(22))
    staffed.hears("Halo malam", phone="6281234560000")
    rewind(staffed, at(23), "6281234560000")
    with staffed.scope():
        WhatsAppConversation.objects.update(look_at=None)
    assert round_at(staffed, at(8, 59, day=3)) == {}
    heard = round_at(staffed, at(9, 0, day=3))
    assert whom(heard, staffed) == {"sales", "boss"}
    [said] = heard[SALES]
    assert said.startswith("🌅 *Chat semalam: 2 percakapan*, 1 menunggu orang\n1. ")
    assert "(22.00): menunggu, minta bicara dengan orang" in said
    assert "(23.00): dijawab asisten" in said
    assert said.endswith("/inbox/")
    assert round_at(staffed, at(9, 1, day=3)) == {}
    assert round_at(staffed, at(9, 0, day=4)) == {}  # a night without a chat


def test_the_list_of_the_night_is_a_setting(staffed):
    staffed.opens(NINE_TO_FIVE)
    staffed.set(morning_list=False)
    round_at(staffed, at(16))
    asks(staffed, at(22))
    with staffed.scope():
        WhatsAppConversation.objects.update(look_at=None)
    assert round_at(staffed, at(9, 0, day=3)) == {}


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_two_workers_remind_once(staffed):
    asks(staffed, at(10))

    def work(_):
        try:
            forgotten.look()
        finally:
            connections.close_all()

    with time_machine.travel(at(10, 15), tick=False), ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(8)))
    with staffed.scope():
        assert Notice.objects.count() == 2  # one for each of the staff
        assert ConversationEvent.objects.filter(kind="reminded").count() == 1


WEEK = {0: (time(9), time(17)), 1: (time(9), time(17)), 4: (time(20), time(2))}  # Monday, Tuesday, Friday night


@pytest.mark.parametrize(
    ("since", "minutes", "due"),
    [
        pytest.param((1, 10, 0), 30, (1, 10, 30), id="while open"),
        pytest.param((1, 16, 50), 30, (2, 9, 20), id="rest of it tomorrow"),
        pytest.param((2, 18, 0), 30, (5, 20, 30), id="days later"),
        pytest.param((5, 23, 50), 30, (6, 0, 20), id="over midnight"),
        pytest.param((1, 9, 0), 960, (2, 17, 0), id="two whole days"),
    ],
)
def test_opening_time_is_counted(since, minutes, due):
    """March 2027 begins with a Monday."""
    day, hour, minute = since
    moment = hours.after(WEEK, datetime(2027, 3, day, hour, minute, tzinfo=JAKARTA), timedelta(minutes=minutes))
    assert moment == datetime(2027, 3, due[0], due[1], due[2], tzinfo=JAKARTA)
