"""From a message to its reply: one inbound, at most one reply, in order, whatever happens in between."""

import pytest
from asgiref.sync import async_to_sync

from aiconfig.models import LLMCall
from autolumiku.testing.stage import CUSTOMER, Showroom, run_jobs
from conversations import gather, orchestrator, turns
from conversations.models import WhatsAppMessage
from inventory.models import Vehicle

pytestmark = pytest.mark.django_db


def test_a_question_is_answered_by_the_model_from_the_stock(showroom, model):
    model.say("Ada Kak, Toyota Fortuner VRZ AT 2021 harganya Rp 470 juta.")
    assert showroom.hears("Halo kak, fortuner masih ada?") == [
        "Ada Kak, Toyota Fortuner VRZ AT 2021 harganya Rp 470 juta."
    ]
    question, reply = showroom.messages()
    assert question.intent == "vehicle_inquiry"
    assert (reply.sender_type, reply.ai_response, reply.path, reply.aimeow_status) == ("ai", True, "model", "sent")
    assert reply.aimeow_message_id.startswith("3EB0")
    assert reply.llm_call_id is not None
    prompt = model.requests[0]["messages"][0]["content"]
    assert prompt.startswith("Anda adalah AI Assistant, asisten virtual untuk Prima Mobil")
    assert "PM-PST-002" in prompt
    assert "PM-PST-001" not in prompt


def test_without_a_key_the_stock_itself_answers(showroom):
    [reply] = showroom.hears("harga fortuner berapa?")
    assert "Rp 470 juta" in reply
    assert "PM-PST-002" in reply
    said = showroom.messages()[-1]
    assert (said.path, said.ai_response) == ("counter", False)


def test_a_burst_is_one_turn_and_one_answer(showroom, model):
    model.say("Baik Kak.")
    assert showroom.hears("Halo", "ada fortuner?", "yang hitam") == ["Baik Kak."]
    assert len(model.requests) == 1
    assert model.requests[0]["messages"][-1]["content"] == "Halo\nada fortuner?\nyang hitam"
    chat = showroom.chat()
    assert (chat.inbound_seq, chat.answered_seq) == (3, 3)


def test_a_message_that_comes_while_the_model_thinks_overtakes_the_draft(showroom, model):
    model.say("Jawaban pertama Kak.", "Fortuner ada Kak.")
    showroom.receives("Halo")
    work = gather.claim(showroom.tenant.pk, showroom.chat().pk)
    draft = async_to_sync(orchestrator.think)(work)
    showroom.receives("eh satu lagi, fortuner ada?")
    assert orchestrator.conclude(work, draft, 0) is None
    run_jobs()
    assert [showroom.plain(sent.text) for sent in showroom.gateway.sent] == ["Fortuner ada Kak."]
    assert showroom.chat().answered_seq == 2


def test_a_draft_is_overtaken_twice_at_most(showroom, model):
    showroom.receives("satu")
    for number, text in enumerate(["dua", "tiga", "empat"]):
        work = gather.claim(showroom.tenant.pk, showroom.chat().pk)
        draft = async_to_sync(orchestrator.think)(work)
        showroom.receives(text)
        assert (orchestrator.conclude(work, draft, 0) is not None) == (number == 2)
    run_jobs()
    assert showroom.chat().answered_seq == 4


def test_a_duplicate_gets_no_second_reply(showroom, model):  # A173, A210
    for _ in range(5):
        showroom.receives("Halo", message_id="3A5F")
    run_jobs()
    showroom.receives("Halo", message_id="3A5F")
    run_jobs()
    assert len(showroom.gateway.sent) == 1


def test_taking_a_chat_kills_the_draft(showroom, model):
    showroom.receives("Halo")
    work = gather.claim(showroom.tenant.pk, showroom.chat().pk)
    draft = async_to_sync(orchestrator.think)(work)
    with showroom.scope():
        turns.take(work.turn.conversation_id)
    assert orchestrator.conclude(work, draft, 0) is None
    run_jobs()
    assert showroom.gateway.sent == []


def test_a_held_chat_is_silent_until_release(showroom, model):
    showroom.hears("Halo")
    with showroom.scope():
        turns.take(showroom.chat().pk)
    assert showroom.hears("ada fortuner?") == []
    assert showroom.chat().holder == "person"
    with showroom.scope():
        turns.give_back(showroom.chat().pk)
    run_jobs()
    assert len(showroom.gateway.sent) == 2
    assert (showroom.chat().holder, showroom.chat().status) == ("bot", "active")


def test_a_closed_chat_opens_again_with_the_next_message(showroom, model):
    showroom.hears("Halo")
    with showroom.scope():
        turns.close(showroom.chat().pk)
    assert showroom.chat().status == "closed"
    assert len(showroom.hears("Halo lagi")) == 1
    assert showroom.chat().status == "active"


def test_two_showrooms_with_the_same_customer_answer_each_from_its_own_stock(showroom, model):
    other = Showroom(showroom.gateway, slug="sinar-auto", name="Sinar Auto", number=2)
    other.has(make="Honda", model="Jazz", year=2015, price=150_000_000)
    assert len(showroom.hears("ada apa saja?")) == 1
    assert len(other.hears("ada apa saja?")) == 1
    first, second = (request["messages"][0]["content"] for request in model.requests)
    assert "Jazz" not in first
    assert "Fortuner" not in second
    assert [sent.client_id for sent in showroom.gateway.sent] == [showroom.client_id, other.client_id]


# --- the model


FAILURES = {
    "down": lambda model: model.fail(500, times=9),
    "refuses": lambda model: model.fail(400, times=9),
    "busy": lambda model: model.fail(429, times=9),
    "empty": lambda model: model.empty(9),
    "null": lambda model: model.say(None, None, None),
    "blank": lambda model: model.say(*["  \n "] * 3),
    "malformed": lambda model: model.malformed(times=9),
    "only thinks": lambda model: model.say(*[{"role": "assistant", "content": "", "reasoning_content": "hmm"}] * 3),
}


@pytest.mark.parametrize("fail", FAILURES.values(), ids=FAILURES)
def test_a76_a177_when_the_model_fails_the_counter_answers_once(showroom, model, fail):
    fail(model)
    [reply] = showroom.hears("harga fortuner berapa?")
    assert "Rp 470 juta" in reply
    chat = showroom.chat()
    assert (chat.status, chat.escalated_reason, chat.holder) == ("escalated", "processing_error", "bot")
    with showroom.scope():
        assert {call.outcome for call in LLMCall.objects.all()} == {"error"}


@pytest.mark.parametrize("fail", FAILURES.values(), ids=FAILURES)
def test_a76_where_the_counter_cannot_answer_the_fixed_text_goes_out(showroom, model, fail):
    fail(model)
    reply = showroom.hears("bisa minta tolong carikan sopir untuk antar ke Bandung?")
    assert reply == ["Maaf, terjadi gangguan sistem. Staff kami akan segera membantu Anda."]
    assert showroom.chat().escalated_reason == "processing_error"


def test_a211_a_model_that_hangs_costs_the_customer_one_message(showroom, model, settings):
    showroom.set(model_seconds=0.3)
    model.hang(3)
    [reply] = showroom.hears("harga fortuner berapa?")
    assert "Rp 470 juta" in reply
    assert showroom.messages()[-1].processing_time < 3_000


LIES = {
    "price": "Fortuner harganya Rp 47 juta saja Kak.",
    "year": "Ada Kak, Fortuner tahun 2019.",
    "unit": "Ada Kak, PM-PST-009.",
    "phone": "Hubungi 081311112222 ya Kak.",
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_draft_with_an_uncovered_claim_never_goes_out(showroom, model, lie):
    model.answer_with(lambda _: lie)
    [reply] = showroom.hears("harga fortuner berapa?")
    assert reply != lie
    assert "Rp 470 juta" in reply
    said = showroom.messages()[-1]
    assert (said.path, said.verdict["ok"], len(model.requests)) == ("counter", False, 2)
    assert said.verdict["failed"]
    assert showroom.chat().escalated_reason == "guard_failed"


def test_a_draft_that_fails_is_written_again_once_with_its_claims_named(showroom, model):
    model.say("Fortuner [PM-PST-002.harga], kondisinya mulus Kak.", "Fortuner [PM-PST-002.harga] ya Kak.")
    assert showroom.hears("harga fortuner berapa?") == ["Fortuner Rp 470 juta ya Kak."]
    said = showroom.messages()[-1]
    assert said.path == "model"
    about = {name: value for name, value in said.verdict.items() if name not in ("facts", "knew")}
    assert about == {"ok": True, "failed": ["mulus"], "repaired": True}
    assert "PM-PST-002.price" in said.verdict["facts"]
    assert "mulus" in model.requests[1]["messages"][-1]["content"]
    assert showroom.chat().escalated_reason == ""


def test_a_turn_makes_two_calls_at_most(showroom, model):
    model.fail(500)
    model.say("Fortuner kondisinya mulus Kak.")
    [reply] = showroom.hears("harga fortuner berapa?")
    assert "Rp 470 juta" in reply
    assert len(model.requests) == 2


def test_what_the_staff_are_said_to_do_reaches_them(showroom, model):
    model.say("Warnanya hitam Kak. Nanti tim kami konfirmasi lagi ya.")
    showroom.hears("warna fortuner apa?")
    assert (showroom.chat().escalated_reason, showroom.chat().holder) == ("missing_fact", "bot")


def test_temperature_zero_is_zero(showroom, model):  # A207
    showroom.set(temperature=0, max_tokens=321, ai_model="glm-x")
    showroom.hears("Halo")
    assert {name: model.requests[0][name] for name in ("temperature", "max_tokens", "model")} == {
        "temperature": 0,
        "max_tokens": 321,
        "model": "glm-x",
    }


def test_a_car_sold_while_the_model_thinks_is_not_offered(showroom, model):
    def sell_then_offer(body):
        if len(model.requests) == 1:
            return "Ada Kak, Fortuner PM-PST-002 Rp 470 juta."
        return "Fortuner sudah terjual Kak."

    model.answer_with(sell_then_offer)
    showroom.receives("fortuner ada?")
    work = gather.claim(showroom.tenant.pk, showroom.chat().pk)
    outcome = async_to_sync(orchestrator.think)(work)
    with showroom.scope():
        Vehicle.objects.get(display_id="PM-PST-002").change({"status": "SOLD"}, by="test")
    assert orchestrator.conclude(work, outcome, 0) is None
    run_jobs()
    assert [showroom.plain(sent.text) for sent in showroom.gateway.sent] == ["Fortuner sudah terjual Kak."]


# --- the gateway


def test_a175_a_refused_send_is_tried_again_and_ends_as_failed(showroom, model):
    showroom.gateway.switch(send_error="error_479")
    showroom.hears("Halo")
    for _ in range(6):
        run_jobs(ahead=3_600)
    reply = showroom.messages()[-1]
    assert (reply.aimeow_status, reply.attempts) == ("failed", 5)
    assert len(showroom.gateway.sent) == 5


def test_a175_a_refused_send_goes_out_once_when_the_gateway_recovers(showroom, model):
    showroom.gateway.switch(send_error="error_479")
    showroom.hears("Halo")
    showroom.gateway.switch(send_error="")
    run_jobs(ahead=3_600)
    assert showroom.messages()[-1].aimeow_status == "sent"
    assert [sent.delivered for sent in showroom.gateway.sent] == [False, True]


def test_a175_an_ambiguous_send_is_unsure_and_never_repeated(showroom, model):
    showroom.gateway.switch(drop_after=True)
    showroom.hears("Halo")
    run_jobs(ahead=3_600)
    assert showroom.messages()[-1].aimeow_status == "unsure"
    assert len(showroom.gateway.sent) == 1


def test_while_the_gateway_is_down_the_reply_waits_and_goes_out_once_afterwards(showroom, model, settings):
    settings.AIMEOW_BASE_URL = "http://127.0.0.1:9"  # nobody listens there: nothing can have gone out
    showroom.hears("Halo")
    reply = showroom.messages()[-1]
    assert (reply.aimeow_status, reply.attempts) == ("queued", 1)
    settings.AIMEOW_BASE_URL = showroom.gateway.base_url
    run_jobs(ahead=3_600)
    assert showroom.messages()[-1].aimeow_status == "sent"
    assert len(showroom.gateway.sent) == 1


def test_a_gateway_that_cuts_the_call_leaves_the_reply_unsure(showroom, model):
    showroom.gateway.switch(gateway_down=True)
    showroom.hears("Halo")
    showroom.gateway.switch(gateway_down=False)
    run_jobs(ahead=3_600)
    assert showroom.messages()[-1].aimeow_status == "unsure"
    assert showroom.gateway.sent == []


def test_a176_without_connection_the_reply_waits_and_the_number_is_shown_as_disconnected(showroom, model):
    showroom.gateway.log_out(showroom.client_id)
    showroom.hears("Halo")
    run_jobs(ahead=3_600)
    with showroom.scope():
        reply = WhatsAppMessage.objects.get(direction="outbound")
        showroom.account.refresh_from_db()
    assert (reply.aimeow_status, reply.error) == ("queued", "not_connected")
    assert showroom.account.connection_status == "disconnected"
    assert showroom.gateway.sent == []


def test_the_reply_goes_to_the_chats_own_address(showroom, model):
    showroom.hears("halo", identity="phone")
    assert showroom.gateway.sent[-1].to == f"{CUSTOMER}@s.whatsapp.net"
    showroom.hears("halo", identity="lid")
    assert showroom.gateway.sent[-1].to.endswith("@lid")
