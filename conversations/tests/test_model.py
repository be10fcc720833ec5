"""The model: one budget in time a turn, tries, the breaker, fair shares, daily limits; through the public door."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from aiconfig import llm
from aiconfig.models import LLMCall, LLMDay
from aiconfig.tests.model_server import Response
from autolumiku.testing.stage import Showroom, run_jobs
from conversations import gather, orchestrator, tasks, turns
from tenants import scope
from tenants.models import Membership, Role, User
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_copies(showroom):
    """The same question over and over is the loop guard's matter, not the model's."""
    showroom.set(same_text_limit=0)


QUESTION = "harga fortuner berapa?"
LONGEST = 20.0  # seconds; nothing here takes that long


def calls(showroom):
    """(error or "ok" of each call, oldest first)"""
    with showroom.scope():
        return [call.error or "ok" for call in LLMCall.objects.order_by("pk")]


def by_counter(showroom, reason="processing_error"):
    chat = showroom.chat()
    assert showroom.messages()[-1].path == "counter"
    assert (chat.status, chat.escalated_reason, chat.holder) == ("escalated", reason, "bot")


# --- tries -----------------------------------------------------------------------------------------------------------

PASSING = {
    "429": ("rate_limited", lambda model: model.fail(429)),
    "429 with a wait that fits": ("rate_limited", lambda model: model.fail(429, retry_after=0)),
    "500": ("server", lambda model: model.fail(500)),
    "503": ("server", lambda model: model.fail(503)),
    "no choices": ("empty_choices", lambda model: model.empty()),
    "null": ("empty", lambda model: model.say(None)),
    "cut short": ("malformed", lambda model: model.malformed()),
}


@pytest.mark.parametrize(("code", "fail"), PASSING.values(), ids=PASSING)
def test_what_may_pass_is_tried_again_and_every_call_is_on_the_bill(showroom, model, code, fail):
    fail(model)
    model.say("Ada Kak.")
    assert showroom.hears(QUESTION) == ["Ada Kak."]
    assert calls(showroom) == ["malformed" if code == "empty_choices" else code, "ok"]
    with showroom.scope():
        assert showroom.messages()[-1].llm_call_id == LLMCall.objects.latest("pk").pk
    assert showroom.chat().status == "active"


def test_there_are_two_further_tries_and_no_more(showroom, model):
    model.fail(500, times=9)
    showroom.hears(QUESTION)
    assert calls(showroom) == ["server"] * 3
    by_counter(showroom)


def test_what_will_not_pass_is_not_tried_again(showroom, model):
    model.fail(400, times=9)
    showroom.hears(QUESTION)
    assert calls(showroom) == ["refused"]
    by_counter(showroom)


def seconds(number):
    return str(number)


def date_in(number):
    return format_datetime(timezone.now() + timedelta(seconds=number), usegmt=True)


@pytest.mark.parametrize("form", [seconds, date_in])
@pytest.mark.parametrize(("wait", "made"), [(-5, 2), (3600, 1)], ids=["over", "an hour"])
def test_a_wait_that_does_not_fit_into_the_budget_ends_the_turn_at_once(showroom, model, form, wait, made):
    after = (("Retry-After", form(max(wait, 0) if form is seconds else wait)),)
    model._queue(Response(429, b"{}", after))
    showroom.hears(QUESTION)
    assert len(model.requests) == made
    assert showroom.messages()[-1].path == ("model" if made == 2 else "counter")


@pytest.mark.parametrize("said", ["soon", "-", "nan", "Mon, 99 Foo", ""])
def test_a_wait_that_cannot_be_read_is_none(showroom, model, said):
    model._queue(Response(429, b"{}", (("Retry-After", said),)))
    showroom.hears(QUESTION)
    assert showroom.messages()[-1].path == "model"


@pytest.mark.parametrize("number", ["-5", "1e999", "1e30", '"many"', "[]", "0.5"])
def test_a_provider_that_counts_nonsense_breaks_nothing(showroom, model, number):
    choice = '{"message": {"content": "Ada Kak."}, "finish_reason": "st\\u0000\\ud800op"}'
    model.malformed(f'{{"choices": [{choice}], "usage": {{"prompt_tokens": {number}}}}}'.encode())
    assert len(showroom.hears(QUESTION)) == 1
    assert calls(showroom)[-1] == "ok"


# --- time ------------------------------------------------------------------------------------------------------------


def test_a_call_that_hangs_leaves_time_for_a_second_one(showroom, model, settings):
    settings.API_TIMEOUT_MS = 100
    model.hang()
    model.say("Ada Kak.")
    assert showroom.hears(QUESTION) == ["Ada Kak."]
    assert calls(showroom) == ["timeout", "ok"]


def test_of_25_seconds_an_honest_answer_may_take_20_and_all_tries_end_before():
    budget = llm.Budget(1, 25, time.monotonic())
    first = budget.left() * llm.TRY_SHARE
    second = (budget.left() - first - 0.5) * llm.TRY_SHARE
    assert first > 20
    assert second > 2
    assert first + 0.5 + second < 25


@pytest.mark.parametrize(("allowed", "path"), [(0.2, "counter"), (0, "model"), (25, "model")])
def test_the_time_of_a_turn_is_the_showrooms_setting_and_0_is_no_limit(showroom, model, allowed, path):
    showroom.set(model_seconds=allowed)
    answered = threading.Event()

    def slowly(_body):
        answered.wait(0.3)
        return "Ada Kak."

    model.answer_with(slowly)
    showroom.hears(QUESTION)
    answered.set()
    assert showroom.messages()[-1].path == path


def test_the_time_spent_waiting_for_a_place_counts(showroom, model):
    """All calls of this showroom hang in one place; the second chat is answered when its time is over, uncalled."""
    showroom.set(model_seconds=0.3, model_share=1)
    model.hang(9)
    flood(showroom, 2)
    began = time.monotonic()
    work_at_once()
    assert time.monotonic() - began < 2
    assert len(showroom.gateway.sent) == 2
    assert {message.path for number in range(2) for message in showroom.messages(phone(number))[1:]} == {"counter"}


# --- the breaker -----------------------------------------------------------------------------------------------------


def test_a_provider_that_is_down_is_not_waited_for_and_comes_back(showroom, model, settings):
    settings.BREAKER_FAILURES, settings.BREAKER_SECONDS = 3, 3600
    model.fail(500, times=3)
    showroom.hears(QUESTION)
    assert llm.state().down == (("127.0.0.1", settings.ZAI_TEXT_MODEL),)
    showroom.hears(QUESTION)
    assert len(model.requests) == 3
    by_counter(showroom)
    for breaker in llm._breakers.values():
        breaker.probe_at = 0  # an hour later
    assert showroom.hears(QUESTION) == ["Baik Kak, ada yang bisa saya bantu?"]
    assert llm.state().down == ()


def test_a_probe_that_fails_keeps_it_open(showroom, model, settings):
    settings.BREAKER_FAILURES, settings.BREAKER_SECONDS = 3, 3600
    model.fail(500, times=4)
    showroom.hears(QUESTION)
    for breaker in llm._breakers.values():
        breaker.probe_at = 0
    showroom.hears(QUESTION)
    showroom.hears(QUESTION)
    assert len(model.requests) == 4
    by_counter(showroom)


def test_one_model_that_is_down_takes_no_other_along(showroom, model, settings):
    settings.BREAKER_FAILURES, settings.BREAKER_SECONDS = 3, 3600
    model.fail(500, times=3)
    showroom.hears(QUESTION)
    showroom.set(ai_model="another")
    showroom.hears(QUESTION)
    assert showroom.messages()[-1].path == "model"


@pytest.mark.parametrize(("status", "failures", "made"), [(500, 2, 2), (500, 0, 6), (429, 2, 6), (400, 1, 2)], ids=str)
def test_what_opens_it(showroom, model, settings, status, failures, made):
    """Refusals of single requests do not, nor do 429; 0 switches it off. Two messages."""
    settings.BREAKER_FAILURES, settings.BREAKER_SECONDS = failures, 3600
    model.fail(status, times=9)
    showroom.hears(QUESTION)
    showroom.hears(QUESTION)
    assert len(model.requests) == made


# --- fair shares -----------------------------------------------------------------------------------------------------


def phone(number):
    return f"62811000{number:05d}"


def flood(showroom, chats):
    for number in range(chats):
        showroom.receives(QUESTION, phone=phone(number))


def work_at_once():
    """Run what is due as one worker process does: started in the order of the queue, all at once."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo' RETURNING id, task_name, args")
        jobs = sorted(cursor.fetchall())

    async def all_of_them():
        given = [(name, json.loads(args) if isinstance(args, str) else args) for _, name, args in jobs]
        await asyncio.wait_for(asyncio.gather(*[app.tasks[name].func(**args) for name, args in given]), LONGEST)

    async_to_sync(all_of_them)()


@pytest.fixture
def other(showroom):
    return Showroom(showroom.gateway, slug="sinar-auto", name="Sinar Auto", number=2)


def asked_by(body):
    return "other" if "Sinar Auto" in body["messages"][0]["content"] else "showroom"


def test_one_showrooms_flood_does_not_delay_anothers_message(showroom, other, model, settings):
    settings.MODEL_CONCURRENCY = 3
    flood(showroom, 30)
    other.receives("Halo")
    work_at_once()
    order = [asked_by(body) for body in model.requests]
    assert len(order) == 31
    assert order.index("other") <= 3 + 2  # those in flight, and what was called in while its facts were read
    assert len(showroom.gateway.sent) == 31


def test_the_queue_takes_one_message_before_the_rest_of_a_flood(showroom, other, model):
    flood(showroom, 40)
    other.receives("Halo")
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->>'tenant_id' FROM procrastinate_jobs ORDER BY priority DESC, id")
        order = [int(row[0]) for row in cursor.fetchall()]
    assert order.index(other.tenant.pk) < 15
    work_at_once()
    assert len(showroom.gateway.sent) == 41


def test_calls_of_one_showroom_that_hang_leave_the_places_to_others(showroom, other, model, settings):
    settings.MODEL_CONCURRENCY = 8
    showroom.set(model_share=2)
    heard = threading.Event()
    most, lock = [0, 0], threading.Lock()

    def answer(body):
        if asked_by(body) == "other":
            heard.set()
            return "Halo Kak."
        with lock:
            most[0] += 1
            most[1] = max(most)
        assert heard.wait(LONGEST)
        with lock:
            most[0] -= 1
        return "Baik Kak."

    model.answer_with(answer)
    flood(showroom, 10)
    other.receives("Halo")
    work_at_once()
    assert most[1] == 2
    assert len(showroom.gateway.sent) == 11


@pytest.mark.parametrize(("share", "total"), [(0, 0), (0, 200), (50, 3)])
def test_without_a_smaller_share_the_calls_run_together(showroom, model, settings, share, total):
    settings.MODEL_CONCURRENCY = total
    showroom.set(model_share=share)
    together = threading.Barrier(3)
    numbers = count()

    def answer(_body):
        together.wait(LONGEST)
        return ("Halo Kak.", "Baik Kak.", "Siap Kak.")[next(numbers)]

    model.answer_with(answer)
    flood(showroom, 3)
    work_at_once()
    assert len(showroom.gateway.sent) == 3


def test_one_showroom_does_not_take_all_jobs_and_its_chats_are_still_all_answered(showroom, other, model, settings):
    settings.WORKER_CONCURRENCY = 8
    flood(showroom, 9)
    most = []
    model.answer_with(lambda body: most.append(tasks.in_hand[showroom.tenant.pk]) or "Baik Kak.")
    work_at_once()
    assert max(most) == 2
    assert len(showroom.gateway.sent) == 9
    assert not tasks.in_hand
    assert not tasks.behind


def test_the_sweep_leaves_alone_what_waits_behind_in_this_process(showroom, model):
    showroom.receives(QUESTION)
    with showroom.scope():
        chat = showroom.chat()
        type(chat).objects.update(due_at=timezone.now() - timedelta(minutes=1))
        assert turns.sweep([chat.pk]) == 0
        assert turns.sweep() == 1


# --- daily limits ----------------------------------------------------------------------------------------------------

CAPS = ["daily_model_calls", "daily_model_tokens", "daily_model_cost"]


@pytest.fixture
def prices(settings):
    settings.MODEL_PRICES = {settings.ZAI_TEXT_MODEL: [9_800, 36_000]}


@pytest.mark.parametrize("cap", CAPS)
def test_over_the_daily_limit_the_stock_answers_and_people_are_told(showroom, model, prices, cap):
    showroom.set(**{cap: 1})
    showroom.hears(QUESTION)
    assert showroom.messages()[-1].path == "model"
    [reply] = showroom.hears(QUESTION)
    assert "Rp 470 juta" in reply
    by_counter(showroom, "budget")
    assert len(model.requests) == 1
    showroom.set(**{cap: 0})
    showroom.hears(QUESTION)
    assert showroom.messages()[-1].path == "model"


@pytest.mark.parametrize("cap", CAPS)
def test_below_the_limit_and_on_the_next_day_the_model_answers(showroom, model, prices, cap):
    showroom.set(**{cap: 1_000_000})
    showroom.hears(QUESTION)
    showroom.hears(QUESTION)
    showroom.set(**{cap: 1})
    with showroom.scope():
        LLMDay.objects.update(day=timezone.localdate() - timedelta(days=1))
    showroom.hears(QUESTION)
    assert {message.path for message in showroom.messages() if message.direction == "outbound"} == {"model"}
    assert len(model.requests) == 3


def test_one_showrooms_limit_is_not_anothers(showroom, other, model):
    showroom.set(daily_model_calls=1)
    other.set(daily_model_calls=1)
    showroom.hears(QUESTION)
    other.hears("Halo")
    assert other.messages()[-1].path == "model"


def test_the_day_is_the_showrooms_own(showroom, model):
    showroom.set(timezone="Asia/Jayapura")
    showroom.receives(QUESTION)
    with time_machine.travel(datetime(2026, 11, 26, 16, tzinfo=UTC)):  # 23.00 in Jakarta, 01.00 of the 27th in Jayapura
        work_at_once()
    with showroom.scope():
        assert str(LLMDay.objects.get().day) == "2026-11-27"


def test_failed_calls_and_tokens_are_in_the_sums(showroom, model, prices):
    model.fail(500)
    showroom.hears(QUESTION)
    with showroom.scope():
        day, [failed, made] = LLMDay.objects.get(), LLMCall.objects.order_by("pk")
    assert (day.calls, day.tokens, day.cost) == (2, made.prompt_tokens + made.completion_tokens, made.cost)
    assert failed.cost == 0
    spent = made.prompt_tokens * 9_800 + made.completion_tokens * 36_000
    assert made.cost - 1 < spent / 1_000_000 <= made.cost


def test_a_draft_that_was_overtaken_is_on_the_bill_too(showroom, model):
    model.say("Baik Kak.", "Baik Kak.")
    showroom.receives(QUESTION)
    work = gather.claim(showroom.tenant.pk, showroom.chat().pk)
    draft = async_to_sync(orchestrator.think)(work)
    showroom.receives("eh, satu lagi")
    assert orchestrator.conclude(work, draft, 0) is None
    run_jobs()
    with showroom.scope():
        assert LLMDay.objects.get().calls == len(model.requests) == 2


# --- what people see -------------------------------------------------------------------------------------------------


@pytest.fixture
def front(showroom):
    """The front page as the owner reads it."""
    with scope.platform("test"):
        owner = User.objects.create(username="pemilik", is_staff=True)
        Membership.objects.create(tenant=showroom.tenant, user=owner, role=Role.OWNER)
    browser = casting.browser(owner)
    return lambda: browser.get(reverse("admin:index")).content.decode()


def test_the_manager_sees_that_the_daily_limit_is_reached(showroom, model, front):
    showroom.set(daily_model_calls=1)
    assert "Batas harian model tercapai" not in front()
    showroom.hears(QUESTION)
    assert "Batas harian model tercapai" in front()
    showroom.set(daily_model_calls=0)
    assert "Batas harian model tercapai" not in front()


def test_the_manager_sees_that_the_model_is_in_trouble(showroom, model, front):
    model.fail(500, times=3)
    showroom.hears(QUESTION)
    assert "Model AI sedang gangguan" in front()
    showroom.hears(QUESTION)
    assert "Model AI sedang gangguan" not in front()
