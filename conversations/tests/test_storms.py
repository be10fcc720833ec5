"""Copies, late and stale messages, loops and floods: who gets an answer, who an apology, and who a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from autolumiku.lib import clock
from autolumiku.testing.stage import CUSTOMER, Showroom, run_jobs
from conversations import gather, orchestrator, storms, turns
from conversations.models import ConversationEvent, WhatsAppConversation, WhatsAppMessage
from conversations.storms import Spoken
from tenants import scope
from tenants.models import Membership, User

pytestmark = pytest.mark.django_db

SORRY = "Maaf baru kami balas ya, Kak Budi 🙏\n\n"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OWN_PHONE_LATER = "6281234567891"


def ago(**span: float) -> datetime:
    return clock.now() - timedelta(**span)


def texts(showroom: Showroom) -> list[str]:
    return [showroom.plain(sent.text) for sent in showroom.gateway.sent]


def work_off(showroom: Showroom) -> list[str]:
    """Every wait is over and every job runs; returns what was sent for it."""
    before = len(showroom.gateway.sent)
    with showroom.scope():
        WhatsAppConversation.objects.update(due_at=Now())
    run_jobs(ahead=60)
    return texts(showroom)[before:]


def age(showroom: Showroom, **span: float) -> None:
    """As if everything so far had come so much earlier."""
    with showroom.scope():
        WhatsAppMessage.objects.update(created_at=F("created_at") - timedelta(**span))


def state(showroom: Showroom, phone: str = CUSTOMER) -> tuple[str, str, str]:
    chat = showroom.chat(phone)
    assert chat.answered_seq == chat.inbound_seq or chat.holder != "bot"
    return chat.status, chat.holder, chat.escalated_reason


# --- pure ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "believed"),
    [
        pytest.param(None, NOW, id="absent"),
        pytest.param(NOW - timedelta(hours=13), NOW - timedelta(hours=13), id="yesterday"),
        pytest.param(NOW + timedelta(seconds=3), NOW + timedelta(seconds=3), id="a-clock-that-runs-ahead"),
        pytest.param(NOW + timedelta(hours=2), NOW, id="the-future"),
        pytest.param(NOW - timedelta(days=300), NOW, id="longer-than-whatsapp-keeps-it"),
    ],
)
def test_the_senders_time_is_believed_where_it_can_be(said: datetime | None, believed: datetime) -> None:
    assert storms.written(said, NOW) == believed


def spoken(*lines: str) -> list[Spoken]:
    """Oldest first, a minute apart, "bot: …" and so on; as repeats() wants them."""
    made = [Spoken(*line.split(": ", 1), NOW - timedelta(minutes=n)) for n, line in enumerate(reversed(lines), 1)]
    return made


@pytest.mark.parametrize(
    ("earlier", "said", "count"),
    [
        pytest.param(("customer: halo", "bot: Halo Kak"), ["halo"], 1, id="once"),
        pytest.param(("customer: halo", "bot: a", "customer: Halo!", "bot: b"), ["HALO"], 2, id="twice-whatever-case"),
        pytest.param(("customer: halo", "customer: halo", "customer: halo", "bot: a"), ["halo"], 1, id="a-burst"),
        pytest.param(("customer: halo", "bot: a"), ["halo", "halo"], 1, id="a-burst-now"),
        pytest.param(("customer: halo", "bot: a"), ["halo", "avanza?"], 0, id="more-was-said"),
        pytest.param(("customer: halo", "bot: a", "customer: ada?", "bot: b"), ["halo"], 0, id="not-in-a-row"),
        pytest.param(("customer: ya", "bot: a", "customer: ya", "bot: b"), ["ya"], 0, id="answers-to-questions"),
        pytest.param(("customer: ?", "bot: a", "customer: ?", "bot: b"), ["?"], 2, id="nothing-but-marks"),
        pytest.param(("customer: halo", "customer: halo"), ["halo"], 0, id="never-answered"),
        pytest.param(("customer: halo", "bot: a", "staff: Siap"), ["halo"], 0, id="a-person-spoke"),
        pytest.param((), ["halo"], 0, id="the-first"),
        pytest.param(("customer: ", "bot: a"), [], 0, id="photos"),
    ],
)
def test_a_repetition_is_the_same_text_answered_before(earlier: tuple[str, ...], said: list[str], count: int) -> None:
    assert storms.repeats(said, spoken(*earlier), NOW, None) == count


def test_a_repetition_counts_ten_minutes_and_from_the_release() -> None:
    lines = spoken("customer: halo", "bot: a", "customer: halo", "bot: b")
    assert storms.repeats(["halo"], lines, NOW, None) == 2
    assert storms.repeats(["halo"], lines, NOW + timedelta(minutes=7), None) == 1
    assert storms.repeats(["halo"], lines, NOW, NOW - timedelta(minutes=2.5)) == 1


# --- the same text under another id ----------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before the answer", "after the answer", "days later"])
def test_a_text_under_a_second_id_is_kept_and_shown_and_gets_no_second_answer(
    showroom: Showroom, model: Any, when: str
) -> None:
    said = ago(minutes=1)
    showroom.receives("Halo", message_id="3A01", sent_at=said)
    if when != "before the answer":
        run_jobs()
    if when == "days later":
        age(showroom, days=3)
    showroom.receives("Halo", message_id="3EB02", sent_at=said + timedelta(seconds=1))
    run_jobs()
    assert len(texts(showroom)) == 1
    assert len(model.requests) == 1
    assert model.requests[0]["messages"][-1]["content"] == "Halo"
    copies = [message for message in showroom.messages() if message.direction == "inbound"]
    assert [(message.content, message.seq, message.twin) for message in copies] == [
        ("Halo", 1, False),
        ("Halo", None, True),
    ]
    assert showroom.chat().inbound_seq == 1


def test_copies_of_a_text_without_a_time_are_told_by_their_arrival(showroom: Showroom) -> None:
    for number, text in enumerate(("Halo", "Halo", "Halo Kak")):
        showroom.post(untimed(showroom, text, f"3A0{number}"))
    age(showroom, seconds=5)
    showroom.post(untimed(showroom, "Halo", "3A09"))
    assert [message.twin for message in showroom.messages()] == [False, True, False, False]


def untimed(showroom: Showroom, text: str, gateway_id: str) -> dict[str, Any]:
    pn = f"{CUSTOMER}@s.whatsapp.net"
    message = {"id": gateway_id, "rawChat": pn, "rawSender": pn, "type": "text", "text": text}
    return {"clientId": showroom.client_id, "message": message}


NO_COPIES = {
    "the same later": ("Halo", "Halo", 2, {}),
    "two texts": ("Halo", "Halo Kak", 0, {}),
    "another case": ("Halo", "halo", 0, {}),
    "two photos": ("", "", 0, {"kind": "image", "caption": "ini"}),
}


@pytest.mark.parametrize(("first", "second", "apart", "fields"), NO_COPIES.values(), ids=NO_COPIES)
def test_what_is_no_copy_is_owed_an_answer(
    showroom: Showroom, first: str, second: str, apart: int, fields: dict[str, Any]
) -> None:
    said = ago(minutes=1)
    showroom.receives(first, sent_at=said, **fields)
    run_jobs()
    showroom.receives(second, sent_at=said + timedelta(seconds=apart), **fields)
    run_jobs()
    assert showroom.chat().inbound_seq == 2
    assert len(texts(showroom)) == 2


def test_another_persons_same_text_is_no_copy(showroom: Showroom) -> None:
    said = ago(minutes=1)
    for phone in (CUSTOMER, OWN_PHONE_LATER):
        assert len(showroom.hears("Halo", phone=phone, sent_at=said)) == 1


def test_a_copy_does_not_overtake_the_draft_of_the_first(showroom: Showroom, model: Any) -> None:
    said = ago(minutes=1)
    showroom.receives("Halo", sent_at=said)
    turn = gather.claim(showroom.tenant.pk, showroom.chat().pk)
    assert turn is not None
    draft = async_to_sync(orchestrator.think)(turn)
    showroom.receives("Halo", sent_at=said)
    assert orchestrator.conclude(turn, draft, 0) is not None


def test_a_copied_command_is_run_once(showroom: Showroom) -> None:
    showroom.employs(phone=CUSTOMER)
    said = ago(minutes=1)
    assert len(showroom.hears("/status PM-PST-001 SOLD", sent_at=said)) == 1
    assert showroom.hears("/status PM-PST-001 SOLD", sent_at=said) == []


# --- late and stale --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "sorry"), [(29, False), (31, True), (11 * 60, True)])
def test_an_answer_that_comes_late_says_so_first(showroom: Showroom, model: Any, minutes: int, sorry: bool) -> None:
    model.say("Halo Kak.")
    showroom.receives("fortuner ada?", sent_at=ago(minutes=minutes))
    assert work_off(showroom) == [f"{SORRY if sorry else ''}Halo Kak."]
    assert state(showroom) == ("active", "bot", "")


def test_the_apology_is_a_setting(showroom: Showroom, model: Any) -> None:
    model.say("Halo Kak.", "Halo Kak.")
    showroom.set(late_after_minutes=0)
    showroom.receives("fortuner ada?", sent_at=ago(hours=11))
    assert work_off(showroom) == ["Halo Kak."]
    showroom.set(late_after_minutes=60)
    showroom.receives("fortuner ada?", sent_at=ago(minutes=59), phone=OWN_PHONE_LATER)
    assert work_off(showroom) == ["Halo Kak."]


def test_a_backlog_after_a_reconnect_is_one_turn_with_one_apology(showroom: Showroom, model: Any) -> None:
    model.say("Halo Kak.")
    for number in (7, 3, 0, 19, 1, *[n for n in range(20) if n not in (7, 3, 0, 19, 1)]):
        showroom.receives(f"pesan {number}", sent_at=ago(hours=5) + timedelta(minutes=number))
        run_jobs()
    due = showroom.chat().due_at
    assert due is not None
    assert due > clock.now() + timedelta(seconds=3)
    assert work_off(showroom) == [f"{SORRY}Halo Kak."]
    assert model.requests[0]["messages"][-1]["content"] == "\n".join(f"pesan {number}" for number in range(20))


def test_the_rest_of_a_backlog_is_answered_without_another_apology(showroom: Showroom, model: Any) -> None:
    model.say("Halo Kak.", "Halo lagi Kak.")
    showroom.receives("Halo", sent_at=ago(hours=5))
    assert work_off(showroom) == [f"{SORRY}Halo Kak."]
    showroom.receives("fortuner ada?", sent_at=ago(hours=5) + timedelta(minutes=1))
    assert work_off(showroom) == ["Halo lagi Kak."]


@pytest.mark.parametrize("customers_on", [True, False])
def test_a_message_of_yesterday_waits_for_a_person(showroom: Showroom, model: Any, customers_on: bool) -> None:
    showroom.set(customer_chat_enabled=customers_on)
    showroom.receives("fortuner ada?", sent_at=ago(hours=13))
    assert work_off(showroom) == []
    assert model.requests == []
    assert state(showroom) == ("escalated", "bot", "stale")
    assert [message.content for message in showroom.messages()] == ["fortuner ada?"]


def test_what_a_person_writes_after_a_stale_message_is_answered_normally(showroom: Showroom, model: Any) -> None:
    showroom.receives("fortuner ada?", sent_at=ago(hours=13))
    work_off(showroom)
    model.say("Halo Kak.")
    assert showroom.hears("masih ada kak?") == ["Halo Kak."]
    assert state(showroom) == ("escalated", "bot", "stale")


def test_fresh_and_stale_messages_of_one_turn_are_told_apart(showroom: Showroom, model: Any) -> None:
    model.say("Halo Kak.")
    showroom.receives("ada pajero?", sent_at=ago(hours=13))
    showroom.receives("fortuner ada?", sent_at=ago(seconds=5))
    assert work_off(showroom) == ["Halo Kak."]
    assert [line["content"] for line in model.requests[0]["messages"][1:]] == ["ada pajero?", "fortuner ada?"]
    assert state(showroom) == ("escalated", "bot", "stale")


@pytest.mark.parametrize(("hours", "answers"), [(0, 1), (48, 1), (1, 0)])
def test_how_old_is_too_old_is_a_setting(showroom: Showroom, hours: int, answers: int) -> None:
    showroom.set(stale_after_hours=hours)
    showroom.receives("Halo", sent_at=ago(hours=24))
    assert len(work_off(showroom)) == answers


@pytest.mark.parametrize("sent_at", [NOW + timedelta(days=400), NOW - timedelta(days=400)], ids=["future", "absurd"])
def test_a_time_that_cannot_be_counts_as_now(showroom: Showroom, model: Any, sent_at: datetime) -> None:
    model.say("Halo Kak.")
    assert showroom.hears("fortuner ada?", sent_at=sent_at) == ["Halo Kak."]


def test_a_stale_command_changes_nothing_and_a_late_one_needs_no_apology(showroom: Showroom) -> None:
    showroom.employs(phone=CUSTOMER)
    showroom.receives("/status PM-PST-001 SOLD", sent_at=ago(hours=13))
    assert work_off(showroom) == []
    assert state(showroom) == ("escalated", "bot", "stale")
    showroom.receives("/status PM-PST-001 SOLD", sent_at=ago(hours=2))
    [said] = work_off(showroom)
    assert not said.startswith("Maaf")


def test_stale_spam_asks_for_nobody(showroom: Showroom) -> None:
    showroom.receives("SELAMAT! Anda menang undian 100 juta, klik http://bit.ly/x", sent_at=ago(hours=13))
    assert work_off(showroom) == []
    assert state(showroom) == ("active", "bot", "")


# --- the same again and again ----------------------------------------------------------------------------------------


def test_the_same_text_a_third_time_gets_one_polite_sentence_and_then_silence(showroom: Showroom, model: Any) -> None:
    said = [showroom.hears("Terima kasih telah menghubungi kami.") for _ in range(6)]
    assert [len(answers) for answers in said] == [1, 1, 1, 0, 0, 0]
    assert said[2] == ["Pesan ini kami teruskan ke staf Prima Mobil supaya dibantu langsung ya, Kak Budi 🙏"]
    assert len(model.requests) == 2
    assert state(showroom) == ("escalated", "waiting", "loop")
    assert len([message for message in showroom.messages() if message.direction == "inbound"]) == 6


@pytest.mark.parametrize(("limit", "answered"), [(0, 5), (1, 1), (4, 4)])
def test_how_often_the_same_is_answered_is_a_setting(showroom: Showroom, model: Any, limit: int, answered: int) -> None:
    showroom.set(same_text_limit=limit)
    for _ in range(5):
        showroom.hears("Terima kasih telah menghubungi kami.")
    assert len(model.requests) == answered
    assert (showroom.chat().escalated_reason == "loop") is (limit != 0)


@pytest.mark.parametrize(("limit", "answered"), [(0, 6), (3, 3), (30, 6)])
def test_how_many_answers_a_person_gets_an_hour_is_a_setting(
    showroom: Showroom, model: Any, limit: int, answered: int
) -> None:
    showroom.set(answers_per_hour=limit)
    for number in range(6):
        showroom.hears(f"pertanyaan ke-{number}")
    assert len(model.requests) == answered
    assert (showroom.chat().escalated_reason == "loop") is (answered < 6)


def test_thirty_answers_within_the_hour_are_enough_by_default(showroom: Showroom, model: Any) -> None:
    for number in range(33):
        showroom.hears(f"pertanyaan ke-{number}", "satu lagi")
    assert len(model.requests) == 30
    assert len(texts(showroom)) == 31
    assert state(showroom) == ("escalated", "waiting", "loop")


def test_answers_of_an_hour_ago_do_not_count(showroom: Showroom, model: Any) -> None:
    showroom.set(answers_per_hour=2)
    for number in range(2):
        showroom.hears(f"pertanyaan ke-{number}")
    age(showroom, minutes=61)
    showroom.hears("pertanyaan lagi")
    assert len(model.requests) == 3
    assert state(showroom) == ("active", "bot", "")


def test_a_chat_that_a_person_gives_back_counts_anew(showroom: Showroom, model: Any) -> None:
    showroom.set(answers_per_hour=2)
    for number in range(3):
        showroom.hears(f"pertanyaan ke-{number}")
    assert state(showroom) == ("escalated", "waiting", "loop")
    with showroom.scope():
        turns.give_back(showroom.chat().pk)
    assert len(showroom.hears("pertanyaan lagi")) == 1
    assert state(showroom) == ("active", "bot", "")


def test_a_burst_of_the_same_and_eager_short_answers_are_no_loop(showroom: Showroom, model: Any) -> None:
    assert len(showroom.hears(*["halo"] * 5)) == 1
    for _ in range(4):
        assert len(showroom.hears("ya")) == 1
    assert showroom.chat().holder == "bot"


def test_staff_may_ask_the_same_as_often_as_they_like(showroom: Showroom) -> None:
    showroom.set(answers_per_hour=2)
    showroom.employs(phone=CUSTOMER)
    for _ in range(4):
        assert len(showroom.hears("stok")) == 1
    assert showroom.chat().status == "active"


def test_the_reasons_are_noted_once_in_the_chats_history(showroom: Showroom) -> None:
    for hours in (14, 13):
        showroom.receives(f"halo {hours}", sent_at=ago(hours=hours))
        work_off(showroom)
    with showroom.scope():
        assert list(ConversationEvent.objects.values_list("kind", "reason")) == [("escalated", "stale")]


# --- what people see -------------------------------------------------------------------------------------------------


@pytest.fixture
def page(showroom: Showroom) -> Callable[[str], str]:
    """The text of an admin page as the showroom's owner sees it."""
    with scope.platform("test"):
        owner = User.objects.create(username="alice", is_staff=True)
        Membership.objects.create(tenant=showroom.tenant, user=owner, role="owner")
    browser = Client()
    browser.force_login(owner)
    return lambda path: browser.get(path).content.decode()


def test_the_chat_says_why_a_message_is_not_answered(showroom: Showroom, page: Callable[[str], str]) -> None:
    said = ago(hours=13)
    for _ in range(2):
        showroom.receives("fortuner ada?", sent_at=said)
    work_off(showroom)
    chats = reverse("admin:conversations_whatsappconversation_changelist")
    assert "pesan terlalu lama, tidak dijawab asisten" in page(chats)
    chat = page(reverse("admin:conversations_whatsappconversation_change", args=[showroom.chat().pk]))
    assert "pesan terlalu lama, tidak dijawab asisten" in chat
    assert chat.count("Salinan pesan sebelumnya, tidak dijawab lagi.") == 1


def test_the_front_page_says_when_the_daily_limit_is_reached(showroom: Showroom, page: Callable[[str], str]) -> None:
    showroom.set(daily_send_cap=1)
    line = "Batas kirim harian nomor ini tercapai"
    assert line not in page(reverse("admin:index"))
    for number in range(2):
        showroom.hears(f"halo {number}")
    assert line in page(reverse("admin:index"))
    chat = page(reverse("admin:conversations_whatsappconversation_change", args=[showroom.chat().pk]))
    assert "batas kirim harian nomor ini tercapai, dikirim besok" in chat
    showroom.set(daily_send_cap=0)
    assert line not in page(reverse("admin:index"))


# --- order, and what it costs ----------------------------------------------------------------------------------------


def test_messages_of_one_second_keep_the_order_of_their_arrival(showroom: Showroom, model: Any) -> None:
    said = ago(minutes=1).replace(microsecond=0)
    showroom.receives("tiga", sent_at=said + timedelta(seconds=1))
    for text in ("satu", "dua"):
        showroom.receives(text, sent_at=said)
    run_jobs()
    assert model.requests[0]["messages"][-1]["content"] == "satu\ndua\ntiga"


def test_a_message_that_arrives_after_the_answer_to_a_later_one_is_answered(showroom: Showroom, model: Any) -> None:
    model.say("Halo Kak.", "Halo lagi Kak.")
    assert showroom.hears("yang 2021 ya", sent_at=ago(seconds=10)) == ["Halo Kak."]
    assert showroom.hears("fortuner ada?", sent_at=ago(seconds=20)) == ["Halo lagi Kak."]


def statements(work: Any) -> int:
    with CaptureQueriesContext(connection) as queries:
        work()
    own = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SET", "RESET", "SELECT set_config")
    return sum(not query["sql"].lstrip().startswith(own) for query in queries.captured_queries)


def test_the_guards_cost_no_statement(showroom: Showroom) -> None:
    for number in range(3):
        showroom.hears(f"halo {number}")
    assert statements(lambda: showroom.receives("fortuner ada?")) <= 3  # whose, which chat, the message and its job
    assert statements(lambda: gather.claim(showroom.tenant.pk, showroom.chat().pk)) <= 8
