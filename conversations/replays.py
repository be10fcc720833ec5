"""A draft of the settings tried on the showroom's real conversations, before customers feel it.

The answers of the past are asked for again with the facts of today's stock and the clock of then. Nothing is sent, and
nothing of it stands in the chats: each new answer is a row of its own (ReplayedTurn), filled by the worker a few at a
time. Whoever stops it stops it after those in hand; a worker that vanishes is followed by another. Inside the
showroom's scope, but for what the jobs call.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import BooleanField, Case, F, Q, When

from aiconfig import llm, spending, versions
from aiconfig.models import LLMCall, WhatsAppAIConfig
from autolumiku.lib import clock, jobs
from conversations import gather
from conversations.gather import Work
from conversations.models import Replay, ReplayedTurn
from conversations.orchestrator import Outcome
from inventory.models import Vehicle
from tenants import scope
from tenants.models import User

AT_ONCE = 6  # answers asked for at the same time
MOST_TURNS = 3  # of a conversation
LATE = timedelta(seconds=60)  # beyond the model's own time, until a worker is held to have vanished
BEHIND = -10  # the priority of its jobs: customers come first
OVER_BUDGET = "batas harian model tercapai"
DIFFERS = Case(When(Q(text=F("answer__content")), then=False), default=True, output_field=BooleanField())

# The last answers of the last chats, each with the turn it answered: what was written since the answer before it, and
# since a person last spoke.
ANSWERS_SQL = """
SELECT m.id, m.conversation_id, m.answers_upto, least(m.answers_upto - 1, greatest(
    coalesce((SELECT max(b.answers_upto) FROM whatsapp_messages b WHERE b.tenant_id = m.tenant_id
        AND b.conversation_id = m.conversation_id AND b.answers_upto < m.answers_upto), 0),
    coalesce((SELECT max(w.seq) FROM whatsapp_messages w WHERE w.tenant_id = m.tenant_id
        AND w.conversation_id = m.conversation_id AND w.id < (
            SELECT max(h.id) FROM whatsapp_messages h WHERE h.tenant_id = m.tenant_id
            AND h.conversation_id = m.conversation_id AND h.sender_type = 'human' AND h.id < m.id)), 0)))
FROM (SELECT c.tenant_id, c.id, c.last_message_at FROM whatsapp_conversations c
    WHERE c.tenant_id = %(tenant)s AND NOT c.is_staff AND NOT c.is_spam AND c.last_message_at IS NOT NULL
      AND EXISTS (SELECT FROM whatsapp_messages m WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id
        AND m.answers_upto IS NOT NULL AND m.path IN ('model', 'counter', 'fixed'))
    ORDER BY c.last_message_at DESC, c.id DESC LIMIT %(chats)s) AS chat
CROSS JOIN LATERAL (SELECT * FROM whatsapp_messages o WHERE o.tenant_id = chat.tenant_id
    AND o.conversation_id = chat.id AND o.answers_upto IS NOT NULL AND o.path IN ('model', 'counter', 'fixed')
    ORDER BY o.answers_upto DESC LIMIT %(turns)s) AS m
ORDER BY chat.last_message_at DESC, chat.id DESC, m.id
"""


def begin(replay: Replay) -> int:
    """Write down what is to be answered again and wake a worker; returns how many answers that are."""
    with connection.cursor() as cursor:
        wanted = {"tenant": replay.tenant_id, "chats": replay.chats, "turns": MOST_TURNS}
        cursor.execute(ANSWERS_SQL, wanted)
        found = cursor.fetchall()
    ReplayedTurn.objects.bulk_create(
        ReplayedTurn(
            tenant_id=replay.tenant_id,
            replay=replay,
            answer_id=answer,
            conversation_id=chat,
            upto=upto,
            answered=answered,
        )
        for answer, chat, upto, answered in found
    )
    _wake(replay.tenant_id, replay.pk)
    return len(found)


def _wake(tenant_id: int, replay_id: int) -> None:
    jobs.later("conversations.replay", priority=BEHIND, tenant_id=tenant_id, replay_id=replay_id)


def stop(replay: Replay) -> bool:
    """After those in hand. False: it does not run."""
    return bool(_running(replay.pk).update(state=Replay.State.STOPPED, why=""))


def resume(replay: Replay) -> bool:
    stopped = Replay.objects.filter(pk=replay.pk, state=Replay.State.STOPPED)
    if not stopped.update(state=Replay.State.RUNNING, why=""):
        return False
    _wake(replay.tenant_id, replay.pk)
    return True


def publish(replay: Replay, by: User) -> int | None:
    """What was tried becomes what is in use; returns the number of the version. None: it was settled before."""
    if not _end(replay, Replay.State.PUBLISHED):
        return None
    return versions.use(replay.tenant_id, replay.snapshot, by=by, remark=f"dari percobaan {replay.pk}").number


def discard(replay: Replay) -> bool:
    return _end(replay, Replay.State.DISCARDED)


def _end(replay: Replay, state: str) -> bool:
    settled = Replay.objects.filter(pk=replay.pk, state__in=(Replay.State.STOPPED, Replay.State.DONE))
    return bool(settled.update(state=state, why="", ended_at=clock.now()))


def _running(replay_id: int) -> Any:
    return Replay.objects.filter(pk=replay_id, state=Replay.State.RUNNING)


# --- The worker's part ------------------------------------------------------------------------------------------------


def take(tenant_id: int, replay_id: int) -> list[int]:
    """The next answers to ask for; none where another worker is at it, it was stopped, or there are no more."""
    with scope.of(tenant_id):
        config = WhatsAppAIConfig.of(tenant_id)
        now = clock.now()
        free = _running(replay_id).filter(Q(claimed_until=None) | Q(claimed_until__lt=now))
        if llm.configured() and spending.reached(config, spending.of_today(config)):
            free.update(state=Replay.State.STOPPED, why=OVER_BUDGET)
            return []
        seconds = config.model_seconds or settings.API_TIMEOUT_MS / 1000
        if not free.update(claimed_until=now + timedelta(seconds=seconds) + LATE):
            return []
        rows = ReplayedTurn.objects.filter(tenant_id=tenant_id, replay_id=replay_id, done_at=None)
        turns = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        if not turns:
            _running(replay_id).update(state=Replay.State.DONE, claimed_until=None, ended_at=now)
        return turns


def settle(tenant_id: int, replay_id: int) -> None:
    """These are done: go on, unless it was stopped meanwhile."""
    with scope.of(tenant_id):
        Replay.objects.filter(pk=replay_id).update(claimed_until=None)
        if _running(replay_id).exists():
            _wake(tenant_id, replay_id)


def read(tenant_id: int, turn_id: int) -> Work:
    """The turn as it was, in the settings that are tried."""
    with scope.of(tenant_id):
        turn = ReplayedTurn.objects.select_related("replay", "answer").get(pk=turn_id)
        return gather.replayed(
            tenant_id,
            turn.conversation_id,
            upto=turn.upto,
            answered=turn.answered,
            before=turn.answer_id,
            now=turn.answer.created_at,
            snapshot=turn.replay.snapshot,
        )


def keep(tenant_id: int, turn_id: int, work: Work, outcome: Outcome, verdict: dict[str, object]) -> None:
    """What came of it, once; the model's calls are on the showroom's bill in any case."""
    calls = work.budget.calls
    with scope.of(tenant_id):
        spending.record(tenant_id, work.config, calls, LLMCall.Purpose.REPLAY)
        turn = ReplayedTurn.objects.select_related("answer").get(pk=turn_id)
        ReplayedTurn.objects.filter(pk=turn_id, done_at=None).update(
            asked=work.turn.written or work.turn.text,
            text=outcome.text,
            path=outcome.path if outcome.text else "",
            handover=outcome.handover or "",
            verdict=verdict,
            cars_changed=_cars_changed(turn.answer.verdict),
            tokens=sum(call.prompt_tokens + call.completion_tokens for call in calls),
            cost=sum(call.cost for call in calls),
            latency_ms=sum(call.latency_ms for call in calls),
            done_at=clock.now(),
        )


def give_up(tenant_id: int, turn_id: int) -> None:
    """This one cannot be answered; the others are."""
    with scope.of(tenant_id):
        ReplayedTurn.objects.filter(pk=turn_id, done_at=None).update(failed=True, done_at=clock.now())


def sweep() -> None:
    """Wake those that no worker is at, over all showrooms."""
    with scope.platform("sweep replays"):
        lost = Replay.objects.filter(Q(claimed_until=None) | Q(claimed_until__lt=clock.now()), state="running")
        for tenant_id, pk in lost.values_list("tenant_id", "pk")[:20]:
            jobs.later("conversations.replay", once=f"replay:{pk}", priority=BEHIND, tenant_id=tenant_id, replay_id=pk)


def _cars_changed(verdict: Any) -> bool:
    """Is one of the cars that the old answer knew not as it was?"""
    knew = verdict.get("knew", {}) if isinstance(verdict, dict) else {}
    then = {car[0]: car[2] for car in knew.get("cars", ())}
    now = dict(Vehicle.objects.filter(display_id__in=list(then)).values_list("display_id", "version"))
    return any(now.get(display_id) != version for display_id, version in then.items())
