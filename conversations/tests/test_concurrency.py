"""Everything at once: real transactions, one thread and one connection each; no sleeps, only conditions.

What a race can end in is fixed where the order matters: a test holds the conversation's row (`Gate`), lets the rivals
queue up behind it one after the other, and opens.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app

from autolumiku.lib import clock
from autolumiku.testing.stage import CUSTOMER, WEBHOOK, Showroom, run_jobs
from conversations import gather, orchestrator, outbox, tasks, turns
from conversations.models import ConversationEvent, Reason, WhatsAppConversation, WhatsAppMessage
from inventory.models import Vehicle
from tenants import scope

both = ["default", "owner"]
at_once = pytest.mark.django_db(transaction=True, databases=both)  # commits are real; the tables are emptied after
in_turn = pytest.mark.django_db(databases=both)

LONGEST = 20.0  # seconds; nothing here takes that long


@pytest.fixture(autouse=True)
def no_job_of_another_test(db: None) -> None:
    """The queue's tables are not Django's, so emptying the tables after a test leaves its jobs."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


NEXT_JOB_SQL = """
    DELETE FROM procrastinate_jobs WHERE id = (
        SELECT id FROM procrastinate_jobs
        WHERE status = 'todo' AND coalesce(scheduled_at, '-infinity') <= clock_timestamp()
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING task_name, args
"""
BLOCKED_SQL = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


# --- many at once ----------------------------------------------------------------------------------------------------


def alone(work: Callable[[], Any]) -> Any:
    """Run `work` on this thread's own connection and close it."""
    try:
        return work()
    finally:
        connection.close()


def together(*works: Callable[[], Any]) -> list[Any]:
    """Run all in the same moment, a thread each; their results in order, or the first error."""
    start = threading.Barrier(len(works))

    def begin(work: Callable[[], Any]) -> Any:
        connection.ensure_connection()
        start.wait(LONGEST)
        return work()

    with ThreadPoolExecutor(len(works)) as threads:
        return [one.result(LONGEST) for one in [threads.submit(alone, partial(begin, work)) for work in works]]


def worker() -> int:
    """Run due jobs as one of several workers until there are none; returns how many."""
    count = 0
    while job := _next_job():
        async_to_sync(app.tasks[job[0]].func)(**job[1])
        count += 1
    return count


def _next_job() -> tuple[str, dict[str, int]] | None:
    with connection.cursor() as cursor:
        cursor.execute(NEXT_JOB_SQL)
        row = cursor.fetchone()
    return row and (row[0], json.loads(row[1]) if isinstance(row[1], str) else row[1])


class Gate:
    """Holds a chat's row. Who wants it queues up behind, in the order in which they came."""

    def __init__(self, showroom: Showroom, conversation_id: int) -> None:
        self.showroom, self.pk = showroom, conversation_id
        self.waiting: list[Future[Any]] = []

    @contextmanager
    def held(self) -> Iterator[Gate]:
        with ThreadPoolExecutor(4) as self.threads:
            with self.showroom.scope():
                WhatsAppConversation.objects.select_for_update(no_key=True).get(pk=self.pk)
                yield self
            for one in self.waiting:
                one.exception(LONGEST)

    def queue(self, work: Callable[[], Any]) -> Future[Any]:
        """Start `work`; returns when the database says that it waits."""
        self.waiting.append(self.threads.submit(alone, work))
        until = time.monotonic() + LONGEST
        while blocked() < len(self.waiting):
            assert time.monotonic() < until, "nobody waits"
            assert not self.waiting[-1].done(), self.waiting[-1].exception() or "it did not wait"
        return self.waiting[-1]


def blocked() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees one picture of the activity otherwise
        cursor.execute(BLOCKED_SQL)
        return cursor.fetchone()[0]


def sql(statement: str, *values: object) -> None:
    with scope.platform("test"), connection.cursor() as cursor:
        cursor.execute(statement, values)


# --- what goes in and what came of it --------------------------------------------------------------------------------


def said(
    showroom: Showroom, text: str, gateway_id: str, phone: str = CUSTOMER, lid: str = "", by: str = "phone", **more: Any
) -> dict[str, Any]:
    """A webhook body; by: "phone", "lid" (the phone is hidden) or "both"."""
    pn, hidden = f"{phone}@s.whatsapp.net", f"{lid}@lid"
    chat = pn if by == "phone" else hidden
    alternate = {"rawSenderAlt": pn} if by == "both" else {}
    message = {"id": gateway_id, "rawChat": chat, "rawSender": chat, "text": text, "type": "text", **alternate, **more}
    return {"clientId": showroom.client_id, "message": {"timestamp": clock.now().isoformat(), **message}}


def post(body: Any) -> str:
    """One call as the gateway makes it; returns why it was ignored, or ""."""
    secret = settings.AIMEOW_WEBHOOK_SECRET
    answer = Client().post(f"{WEBHOOK}?token={secret}", json.dumps(body), content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json().get("ignored", "")


def texts(showroom: Showroom) -> list[str]:
    return [showroom.plain(sent.text) for sent in showroom.gateway.sent]


def replies(showroom: Showroom) -> list[WhatsAppMessage]:
    return [message for message in showroom.messages() if message.direction == "outbound"]


def think(showroom: Showroom) -> tuple[gather.Work, orchestrator.Outcome]:
    """Claim the chat and draft, as a worker that has not concluded yet."""
    work = gather.claim(showroom.tenant.pk, showroom.chat().pk)
    assert work is not None
    return work, async_to_sync(orchestrator.think)(work)


def conclude(work: gather.Work, outcome: orchestrator.Outcome) -> int | None:
    return orchestrator.conclude(work, outcome, time.monotonic())


def send(letter: outbox.Letter) -> None:
    async_to_sync(outbox.send)(letter, tasks.on_database)


def expire(chat: WhatsAppConversation) -> None:
    sql("UPDATE whatsapp_conversations SET claimed_until = now() - interval '1 second' WHERE id = %s", chat.pk)


# --- intake ----------------------------------------------------------------------------------------------------------


@at_once
def test_five_deliveries_of_one_message_at_once_are_one_row_and_one_reply(showroom):
    body = said(showroom, "Halo", "3A01")
    ignored = together(*[partial(post, body)] * 5)
    assert sorted(ignored) == ["", *["duplicate"] * 4]
    assert [message.seq for message in showroom.messages()] == [1]
    assert sum(together(worker, worker, worker)) == 1
    assert len(texts(showroom)) == 1


@at_once
def test_copies_of_one_text_under_many_ids_at_once_are_kept_and_answered_once(showroom):
    stamp = clock.now().isoformat()
    together(*[partial(post, said(showroom, "Halo", f"3A{number}", timestamp=stamp)) for number in range(5)])
    assert sorted(message.twin for message in showroom.messages()) == [False, *[True] * 4]
    together(worker, worker)
    assert len(texts(showroom)) == 1
    assert showroom.chat().inbound_seq == 1


@at_once
def test_twenty_messages_at_once_are_numbered_without_gaps_and_answered(showroom):
    bodies = [said(showroom, f"Halo {number}", f"3A{number:02d}") for number in range(20)]
    together(*[partial(post, body) for body in bodies])
    assert sorted(message.seq for message in showroom.messages()) == list(range(1, 21))
    together(worker, worker, worker)
    run_jobs()
    assert (showroom.chat().inbound_seq, showroom.chat().answered_seq) == (20, 20)
    assert [reply.answers_upto for reply in replies(showroom)] == [20]
    assert len(texts(showroom)) == 1


@at_once
def test_messages_and_workers_at_once_leave_nothing_unanswered_and_nothing_twice(showroom):
    bodies = [said(showroom, f"Halo {number}", f"3B{number:02d}") for number in range(12)]

    def some(part: int) -> None:
        for body in bodies[part::4]:
            post(body)
            worker()

    together(*[partial(some, part) for part in range(4)])
    run_jobs()
    chat = showroom.chat()
    assert (chat.inbound_seq, chat.answered_seq) == (12, 12)
    uptos = [reply.answers_upto for reply in replies(showroom)]
    assert uptos == sorted(set(uptos))
    assert uptos[-1] == 12
    assert len(texts(showroom)) == len(uptos)
    assert {reply.aimeow_status for reply in replies(showroom)} == {"sent"}


# --- merging ---------------------------------------------------------------------------------------------------------


@at_once
@pytest.mark.parametrize("busy", [False, True], ids=["quiet", "workers too"])
def test_merges_at_once_keep_every_message_in_one_chat_without_deadlock(showroom, busy):
    for number in range(10):
        person = {"phone": f"62812345670{number:02d}", "lid": f"335737929321{number:02d}"}
        tell = partial(said, showroom, **person)
        post(tell("lewat nomor", f"P{number}"))
        post(tell("lewat LID", f"L{number}", by="lid"))
        calls = [
            tell("satu", f"B1{number}", by="both"),
            tell("dua", f"B2{number}", by="both"),
            tell("tiga", f"P2{number}"),
            tell("empat", f"L2{number}", by="lid"),
        ]
        together(*[partial(post, body) for body in calls], *[worker] * (2 if busy else 0))
        run_jobs()
        chat = showroom.chat(person["phone"])
        messages = showroom.messages(person["phone"])
        inbound = {message.content for message in messages if message.direction == "inbound"}
        assert inbound == {"lewat nomor", "lewat LID", "satu", "dua", "tiga", "empat"}
        assert (chat.lid, chat.answered_seq) == (f"{person['lid']}@lid", chat.inbound_seq)
    with showroom.scope():
        assert WhatsAppConversation.objects.count() == 10
        assert not WhatsAppMessage.objects.filter(direction="outbound").exclude(aimeow_status="sent").exists()
        assert ConversationEvent.objects.filter(kind="merged").count() == 10


@at_once
@pytest.mark.parametrize("first", ["conclude", "merge"])
def test_a_merge_in_the_moment_of_conclude(showroom, first):
    post(said(showroom, "lewat nomor", "P1"))
    post(said(showroom, "lewat LID", "L1", by="lid", lid="33573792932039"))
    work, outcome = think(showroom)
    rivals = {
        "conclude": partial(conclude, work, outcome),
        "merge": partial(post, said(showroom, "dua-duanya", "B1", by="both", lid="33573792932039")),
    }
    with Gate(showroom, showroom.chat().pk).held() as gate:
        ends = {name: gate.queue(rivals[name]) for name in sorted(rivals, key=lambda name: name != first)}
    letter = ends["conclude"].result()
    assert (letter is not None) == (first == "conclude")
    if letter is not None:
        send(letter)
    run_jobs()
    chat = showroom.chat()
    assert chat.answered_seq == chat.inbound_seq
    said_by_the_person = [message.content for message in showroom.messages() if message.direction == "inbound"]
    assert sorted(said_by_the_person) == ["dua-duanya", "lewat LID", "lewat nomor"]
    assert len(texts(showroom)) == (2 if first == "conclude" else 1)


# --- the turn --------------------------------------------------------------------------------------------------------


@at_once
@pytest.mark.parametrize("first", ["conclude", "message"])
def test_a_message_that_commits_in_the_moment_of_conclude_is_answered(showroom, first):
    post(said(showroom, "satu", "3A01"))
    work, outcome = think(showroom)
    rivals = {"conclude": partial(conclude, work, outcome), "message": partial(post, said(showroom, "dua", "3A02"))}
    with Gate(showroom, showroom.chat().pk).held() as gate:
        ends = {name: gate.queue(rivals[name]) for name in sorted(rivals, key=lambda name: name != first)}
    letter = ends["conclude"].result()
    assert (letter is not None) == (first == "conclude")
    if letter is not None:
        send(letter)
    run_jobs()
    assert showroom.chat().answered_seq == 2
    assert [reply.answers_upto for reply in replies(showroom)] == ([1, 2] if first == "conclude" else [2])
    assert len(texts(showroom)) == len(replies(showroom))


@at_once
def test_workers_that_claim_at_once_get_one_claim(showroom):
    post(said(showroom, "Halo", "3A01"))
    pk = showroom.chat().pk
    claimed = together(*[partial(gather.claim, showroom.tenant.pk, pk)] * 5)
    assert sum(work is not None for work in claimed) == 1
    assert showroom.chat().claim == 1


@at_once
@pytest.mark.parametrize("first", ["conclude", "take"])
def test_taking_a_chat_in_the_moment_of_conclude(showroom, first):
    post(said(showroom, "Halo", "3A01"))
    work, outcome = think(showroom)

    def take() -> bool:
        with showroom.scope():
            return turns.take(work.turn.conversation_id)

    rivals = {"conclude": partial(conclude, work, outcome), "take": take}
    with Gate(showroom, work.turn.conversation_id).held() as gate:
        ends = {name: gate.queue(rivals[name]) for name in sorted(rivals, key=lambda name: name != first)}
    assert ends["take"].result() is True
    assert (ends["conclude"].result() is not None) == (first == "conclude")
    run_jobs()
    chat = showroom.chat()
    assert (chat.holder, chat.answered_seq, chat.claimed_until) == ("person", 1, None)
    assert len(replies(showroom)) == (first == "conclude")
    assert texts(showroom) == []


@at_once
def test_a_worker_whose_lease_ran_out_cannot_conclude_against_the_next(showroom):
    post(said(showroom, "Halo", "3A01"))
    slow = think(showroom)
    expire(showroom.chat())
    quick = think(showroom)
    ends = together(partial(conclude, *slow), partial(conclude, *quick))
    assert ends[0] is None
    assert ends[1] is not None
    send(ends[1])
    run_jobs()
    assert len(texts(showroom)) == 1
    assert len(replies(showroom)) == 1


@at_once
def test_renewing_waits_for_nobody_and_keeps_the_other_claims(showroom):
    post(said(showroom, "Halo", "3A01"))
    post(said(showroom, "Halo", "3A02", phone="6281234567891"))
    held, other = showroom.chat(), showroom.chat("6281234567891")
    claims = {chat.pk: gather.claim(showroom.tenant.pk, chat.pk).turn.claim for chat in (held, other)}
    for chat in (held, other):
        expire(chat)

    def renew() -> None:
        with scope.platform("test"):
            turns.renew(claims)

    with Gate(showroom, held.pk).held() as gate:
        gate.threads.submit(alone, renew).result(LONGEST)
    assert showroom.chat().claimed_until < timezone.now()
    assert showroom.chat("6281234567891").claimed_until > timezone.now()


@at_once
def test_sweeps_at_once_wake_a_forgotten_chat_that_is_answered_once(showroom):
    post(said(showroom, "Halo", "3A01"))
    sql("DELETE FROM procrastinate_jobs")
    sql("UPDATE whatsapp_conversations SET due_at = now() - interval '16 seconds'")
    together(*[tasks.sweep] * 4)
    tasks.sweep()
    assert together(worker, worker) in ([1, 0], [0, 1])
    assert len(texts(showroom)) == 1


# --- what a crash leaves behind --------------------------------------------------------------------------------------


@in_turn
def test_a_kill_between_conclude_and_the_send_ends_as_unsure(showroom):
    showroom.receives("Halo")
    assert conclude(*think(showroom)) is not None
    tasks.sweep()
    assert replies(showroom)[0].aimeow_status == "sending"
    sql("UPDATE whatsapp_messages SET sending_at = now() - interval '101 seconds' WHERE direction = 'outbound'")
    tasks.sweep()
    run_jobs(ahead=3_600)
    assert (replies(showroom)[0].aimeow_status, texts(showroom)) == ("unsure", [])
    assert showroom.hears("Masih di sana?") != []


@in_turn
def test_a_kill_while_the_model_thinks_is_made_up_for_by_the_sweep(showroom):
    showroom.receives("Halo")
    think(showroom)
    sql("DELETE FROM procrastinate_jobs")
    tasks.sweep()
    assert run_jobs() == 0
    expire(showroom.chat())
    tasks.sweep()
    run_jobs()
    assert len(texts(showroom)) == 1


@in_turn
def test_a_wake_up_that_already_waits_does_not_break_the_sweep(showroom):
    other = "6281234567891"
    for phone in (CUSTOMER, other):
        showroom.receives("Halo", phone=phone)
    sql("DELETE FROM procrastinate_jobs")
    with showroom.scope():
        assert turns.wake(showroom.tenant.pk, showroom.chat().pk, once=True)
    sql("UPDATE whatsapp_conversations SET due_at = now() - interval '16 seconds'")
    tasks.sweep()
    assert run_jobs() == 2
    assert len(texts(showroom)) == 2


@in_turn
@pytest.mark.parametrize("speaks", [True, False], ids=["told", "auto_reply off"])
def test_a_chat_whose_turns_always_fail_goes_to_a_person_and_the_customer_hears_it_once(showroom, speaks):
    showroom.set(auto_reply=speaks)
    showroom.receives("Halo")
    sql("DELETE FROM procrastinate_jobs")
    for _ in range(4):
        with showroom.scope():
            turns.stumbled(showroom.tenant.pk, showroom.chat().pk)
        expire(showroom.chat())
    for _ in range(3):
        tasks.sweep()
        run_jobs()
    chat = showroom.chat()
    assert (chat.holder, chat.escalated_reason) == ("waiting", Reason.ATTEMPTS)
    fixed = "Maaf, terjadi gangguan sistem. Staff kami akan segera membantu Anda."
    who = "Saya asisten otomatis Prima Mobil 😊"
    assert [sent.text for sent in showroom.gateway.sent] == ([f"{who}\n\n{fixed}"] if speaks else [])


@in_turn
def test_a_turn_that_cannot_be_read_does_not_shorten_another_workers_claim(showroom):
    showroom.receives("Halo")
    work, _ = think(showroom)
    before = showroom.chat()
    with showroom.scope():
        turns.stumbled(showroom.tenant.pk, work.turn.conversation_id)
    after = showroom.chat()
    assert (after.claimed_until, after.attempts) == (before.claimed_until, before.attempts)


@in_turn
def test_jobs_of_what_is_gone_end_quietly(showroom):
    showroom.receives("Halo")
    with showroom.scope():
        WhatsAppConversation.objects.all().delete()
    assert run_jobs() == 1
    async_to_sync(tasks.deliver.func)(showroom.tenant.pk, 999_999_999)
    async_to_sync(tasks.answer.func)(999_999_999, 999_999_999)
    assert texts(showroom) == []


@in_turn
def test_a_suspended_showroom_obeys_no_command_and_says_nothing(showroom):
    showroom.employs(phone=CUSTOMER)
    with scope.platform("test"):
        type(showroom.tenant).objects.filter(pk=showroom.tenant.pk).update(status="suspended")
    assert showroom.hears("/status PM-PST-001 SOLD") == []
    with showroom.scope():
        assert not Vehicle.objects.filter(status="SOLD").exists()


# --- the queue -------------------------------------------------------------------------------------------------------


def deliver(showroom: Showroom, message: WhatsAppMessage) -> None:
    async_to_sync(tasks.deliver.func)(showroom.tenant.pk, message.pk)


@in_turn
def test_paced_replies_go_out_in_order_whatever_the_order_of_the_jobs(showroom, model):
    showroom.set(send_gap_seconds=2, customer_gap_seconds=3)
    model.say("Halo Kak.", "Baik Kak.", "Siap Kak.")
    for text in ("Halo", "Halo Kak", "Halo lagi"):
        showroom.hears(text)
    assert [reply.aimeow_status for reply in replies(showroom)] == ["sent", "queued", "queued"]
    slots = [reply.sending_at for reply in replies(showroom)[1:]]
    assert 2.9 < (slots[1] - slots[0]).total_seconds() < 3.1
    deliver(showroom, replies(showroom)[2])
    assert texts(showroom) == ["Halo Kak."]
    run_jobs(ahead=60)
    assert texts(showroom) == ["Halo Kak.", "Baik Kak.", "Siap Kak."]


@at_once
def test_deliver_jobs_at_once_send_each_message_once_and_in_order(showroom, model):
    showroom.set(send_gap_seconds=1)
    model.say("Halo Kak.", "Baik Kak.", "Siap Kak.")
    for text in ("Halo", "Halo Kak", "Halo lagi"):
        showroom.hears(text)
    queued = replies(showroom)[1:]
    together(*[partial(deliver, showroom, message) for message in [*queued, *queued]])
    together(worker, worker)
    run_jobs(ahead=60)
    assert texts(showroom) == ["Halo Kak.", "Baik Kak.", "Siap Kak."]


@in_turn
def test_a_reply_waits_behind_the_retry_of_the_one_before(showroom, model):
    model.say("Halo Kak.", "Baik Kak.")
    showroom.gateway.switch(fail_next=1, fail_kind="error_479")
    showroom.hears("Halo")
    showroom.hears("Halo?")
    assert [reply.aimeow_status for reply in replies(showroom)] == ["queued", "queued"]
    run_jobs(ahead=60)
    assert [showroom.plain(sent.text) for sent in showroom.gateway.sent if sent.delivered] == ["Halo Kak.", "Baik Kak."]


@in_turn
def test_without_connection_replies_wait_and_go_out_in_order_when_it_is_back(showroom, model):
    model.say("Halo Kak.", "Baik Kak.", "Siap Kak.")
    showroom.gateway.log_out(showroom.client_id)
    for text in ("Halo", "Halo Kak", "Halo lagi"):
        showroom.hears(text)
    outbox.reconnect()
    tasks.sweep()
    assert run_jobs(ahead=3_600) == 0
    assert {(reply.aimeow_status, reply.error, reply.attempts) for reply in replies(showroom)} == {
        ("queued", "not_connected", 0)
    }
    showroom.gateway.add_client(showroom.client_id, showroom.phone)
    outbox.reconnect()
    run_jobs()
    assert texts(showroom) == ["Halo Kak.", "Baik Kak.", "Siap Kak."]
    with showroom.scope():
        showroom.account.refresh_from_db()
    assert showroom.account.connection_status == "connected"


@in_turn
def test_a_message_held_back_without_a_job_is_found_once_the_number_is_connected(showroom, model):
    showroom.gateway.log_out(showroom.client_id)
    showroom.hears("Halo")
    showroom.gateway.add_client(showroom.client_id, showroom.phone)
    sql("UPDATE aimeow_accounts SET connection_status = 'connected'")
    tasks.sweep()
    run_jobs()
    assert len(texts(showroom)) == 1


MOVES = {"take": turns.take, "close": turns.close}


@in_turn
@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_a_queued_reply_is_not_sent_once_a_person_has_come_in(showroom, model, move):
    showroom.set(customer_gap_seconds=5)
    model.say("Halo Kak.", "Baik Kak.")
    showroom.hears("Halo")
    showroom.hears("Halo?")
    with showroom.scope():
        move(showroom.chat().pk)
    run_jobs(ahead=60)
    assert texts(showroom) == ["Halo Kak."]
    late = replies(showroom)[-1]
    assert (late.aimeow_status, late.error) == ("failed", "taken over")
    with showroom.scope():
        assert outbox.resend(late.pk)
    run_jobs()
    assert texts(showroom) == ["Halo Kak.", "Baik Kak."]


@in_turn
def test_a_reply_that_fails_after_a_person_has_come_in_is_not_tried_again(showroom, model):
    showroom.gateway.switch(send_error="error_479")
    showroom.receives("Halo")
    letter = conclude(*think(showroom))
    with showroom.scope():
        turns.take(showroom.chat().pk)
    send(letter)
    showroom.gateway.switch(send_error="")
    run_jobs(ahead=3_600)
    assert [sent.delivered for sent in showroom.gateway.sent] == [False]
    assert replies(showroom)[0].aimeow_status == "failed"


# --- a message whose words come later --------------------------------------------------------------------------------


@in_turn
@pytest.mark.parametrize("when", ["before the claim", "during the draft", "after the answer"])
def test_the_readable_twin_of_a_textless_message_is_answered(showroom, model, when):
    showroom.post(said(showroom, "", "3A01", type="other"))
    twin = said(showroom, "Fortuner ada?", "3A01")
    sql("UPDATE whatsapp_conversations SET due_at = now()")
    if when == "before the claim":
        showroom.post(twin)
    elif when == "during the draft":
        work, outcome = think(showroom)
        showroom.post(twin)
        assert conclude(work, outcome) is None
    else:
        run_jobs(ahead=5)
        assert len(texts(showroom)) == 1
        showroom.post(twin)
    assert showroom.post(twin).json()["ignored"] == "duplicate"
    run_jobs()
    chat = showroom.chat()
    assert chat.answered_seq == chat.inbound_seq
    assert [request["messages"][-1]["content"] for request in model.requests] == ["Fortuner ada?"]
    assert [message.content for message in showroom.messages() if message.seq] == ["Fortuner ada?"]
