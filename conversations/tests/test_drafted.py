"""Answers that wait for a tap: which, what becomes of them, and that nothing is lost or said twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from autolumiku.testing.stage import run_jobs
from conversations.models import Holder, Reason, Status
from conversations.tests.test_inbox import address, seller, text
from inventory.models import Vehicle
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db

ASKS = "Berapa harga Honda City 2006?"


@pytest.fixture
def careful(showroom):
    showroom.set(draft_price=True)
    return showroom


@pytest.fixture
def browser(careful):
    return casting.browser(seller(careful))


def sees(browser, showroom):
    """The draft that the chat's page shows; "" without one."""
    page = text(browser.get(address("chat", showroom.chat())))
    return page.partition('id="proposed">')[2].partition("</div>")[0]


def moves(browser, showroom, move):
    """What the page says to it, and what the customer is sent."""
    before = len(showroom.gateway.sent)
    page = text(browser.post(address("move", showroom.chat()), {"move": move}, follow=True))
    run_jobs()
    return page, [sent.text for sent in showroom.gateway.sent[before:]]


@pytest.mark.parametrize(
    ("switch", "asks", "held"),
    [
        pytest.param("draft_price", ASKS, True, id="price"),
        pytest.param("draft_price", "Halo kak", False, id="greeting"),
        pytest.param("draft_price", "Lokasinya di mana?", False, id="address"),
        pytest.param("draft_credit", "Kredit Honda City DP 30% cicilan berapa?", True, id="credit"),
        pytest.param("draft_credit", ASKS, False, id="price, only credit waits"),
        pytest.param("draft_condition", "Honda City 2006 pernah banjir atau tabrakan?", True, id="condition"),
        pytest.param("draft_trade_in", "Bisa tukar tambah dengan Avanza 2015 saya?", True, id="trade-in"),
        pytest.param("draft_rest", "Ada Honda City?", True, id="rest"),
        pytest.param("draft_rest", "Halo kak", False, id="rest, greeting"),
        pytest.param("draft_rest", ASKS, False, id="rest is not the price"),
    ],
)
def test_what_waits_is_a_setting(showroom, switch, asks, held):
    assert showroom.hears(asks) != [], "without the switch it is answered"
    showroom.set(**{switch: True})
    showroom.receives("Permisi kak")
    run_jobs()
    assert (showroom.hears(asks) == []) is held
    assert (showroom.chat().drafted_from is not None) is held


def test_a_draft_is_seen_sent_by_a_tap_and_the_assistant_goes_on(careful, browser):
    assert careful.hears(ASKS) == []
    chat = careful.chat()
    assert (chat.status, chat.holder, chat.escalated_reason) == (Status.ESCALATED, Holder.BOT, Reason.DRAFTED)
    assert "konsep jawaban menunggu persetujuan" in text(browser.get("/inbox/"))
    assert "Rp 79 juta" in sees(browser, careful)
    page, [sent] = moves(browser, careful, "send_draft")
    assert "Jawaban asisten dikirim" in page
    assert "Rp 79 juta" in sent
    assert (careful.chat().status, careful.chat().holder) == (Status.ACTIVE, Holder.BOT)
    reply = careful.messages()[-1]
    assert (reply.sender_type, reply.path, reply.answers_upto) == ("ai", "counter", 1)
    assert sees(browser, careful) == ""
    assert careful.hears("Halo kak") != []


def test_a_newer_message_supersedes_the_draft_and_both_are_answered(careful, browser):
    careful.hears(ASKS)
    careful.receives("Lokasinya di mana ya?")
    assert sees(browser, careful) == ""
    page, sent = moves(browser, careful, "send_draft")
    assert "sudah tidak berlaku" in page
    run_jobs()
    draft = sees(browser, careful)
    assert "Rp 79 juta" in draft
    assert "Jl. Contoh Raya" in draft
    _, sent = moves(browser, careful, "send_draft")
    assert len(sent) == 1


def test_a_draft_of_facts_that_changed_is_not_sent_but_written_anew(careful, browser):
    careful.hears(ASKS)
    with careful.scope():
        Vehicle.objects.filter(display_id="PM-PST-001").update(price=85_000_000)
    page, sent = moves(browser, careful, "send_draft")
    assert "datanya sudah berubah" in page
    assert sent == []
    assert "Rp 85 juta" in sees(browser, careful)
    _, [sent] = moves(browser, careful, "send_draft")
    assert "Rp 85 juta" in sent


def test_a_draft_thrown_away_leaves_the_chat_waiting_for_a_person(careful, browser):
    careful.hears(ASKS)
    page, sent = moves(browser, careful, "drop_draft")
    assert "Konsep dibuang" in page
    assert sent == []
    assert careful.chat().status == Status.ESCALATED
    assert sees(browser, careful) == ""
    assert "sudah tidak berlaku" in moves(browser, careful, "drop_draft")[0]


def test_a_person_who_answers_instead_ends_the_draft(careful, browser):
    careful.hears(ASKS)
    browser.post(address("reply", careful.chat()), {"text": "79 juta kak, masih bisa nego"})
    run_jobs()
    assert sees(browser, careful) == ""
    page, sent = moves(browser, careful, "send_draft")
    assert "sudah tidak berlaku" in page
    assert sent == []
    assert [one.text for one in careful.gateway.sent] == ["79 juta kak, masih bisa nego"]


def test_a_chat_given_back_is_drafted_anew(careful, browser):
    careful.hears(ASKS)
    moves(browser, careful, "give_back")
    assert "Rp 79 juta" in sees(browser, careful)


def test_a_draft_of_the_model_keeps_where_it_came_from(careful, browser, model):
    model.say("Honda City S AT 2006 (PM-PST-001) harganya Rp 79 juta kak.")
    careful.hears(ASKS)
    moves(browser, careful, "send_draft")
    reply = careful.messages()[-1]
    assert (reply.path, reply.ai_response, reply.llm_call_id is not None) == ("model", True, True)
    assert reply.verdict["ok"]


def test_a_person_who_may_only_look_sees_no_draft(careful, browser):
    careful.hears(ASKS)
    rani = casting.browser(seller(careful, "rani", "read_only"))
    assert sees(rani, careful) == ""
    assert rani.post(address("move", careful.chat()), {"move": "send_draft"}).status_code == 403


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_two_taps_send_once(careful):
    careful.hears(ASKS)
    browsers = [casting.browser(seller(careful, name)) for name in ("dewi", "agus")]
    url = address("move", careful.chat())

    def tap(browser):
        try:
            return browser.post(url, {"move": "send_draft"}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as people:
        list(people.map(tap, browsers))
    run_jobs()
    assert len(careful.gateway.sent) == 1
