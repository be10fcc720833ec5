"""The protocol that gives each message at most one reply, in order, whatever crashes.

The conversation row is the lock; a job only wakes. *claim* takes the chat for a few seconds and says up to which
message; *conclude* writes the answer if the claim still holds and nothing newer came in; *release* gives it back.
Whoever takes the chat away (a person, a merge) counts `claim` up, which kills any draft. *sweep* finds what a crash
left behind. Every function works inside a scope; a slow old worker fails its compare-and-set instead of sending twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Greatest, Now

from autolumiku.lib import counters, jobs, phone
from conversations import decide
from conversations.models import (
    ConversationEvent,
    Delivery,
    Holder,
    Reason,
    Sender,
    Silence,
    Status,
    WhatsAppConversation,
    WhatsAppMessage,
)
from staffcommands import notices

log = structlog.get_logger(__name__)

MAX_DISCARDED = 2  # drafts that newer messages may overtake; the next one is sent
MAX_ATTEMPTS = 3  # claims that ended in nothing; then a person looks at it
OWED = Q(answered_seq__lt=F("inbound_seq"), holder=Holder.BOT)
FREE = Q(claimed_until=None) | Q(claimed_until__lt=Now())


def wake(
    tenant_id: int, conversation_id: int, at: datetime | None = None, once: bool = False, priority: int = 0
) -> bool:
    """Have a worker look at this chat (at a time); `once`: not if such a wake-up of the sweep still waits."""
    return jobs.later(
        "conversations.answer",
        at=at,
        once=f"wake:{conversation_id}" if once else None,
        priority=priority,
        tenant_id=tenant_id,
        conversation_id=conversation_id,
    )


def wake_sql(tenant: str, conversation: str, *, at: str, priority: str) -> str:
    """wake() as an expression inside another statement."""
    return jobs.later_sql(
        "conversations.answer", at=at, priority=priority, tenant_id=tenant, conversation_id=conversation
    )


CLAIM_SQL = """
UPDATE whatsapp_conversations SET claim = claim + 1, attempts = attempts + 1,
       claimed_until = clock_timestamp() + make_interval(secs => %s)
WHERE tenant_id = %s AND id = %s AND answered_seq < inbound_seq AND due_at <= clock_timestamp() AND holder = 'bot'
  AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
RETURNING claim, inbound_seq, coalesce(drafted_from, answered_seq), attempts
"""


def claim(tenant_id: int, conversation_id: int) -> tuple[int, int, int, int] | None:
    """(claim, upto, answered, attempts) if the bot owes this chat an answer now and nobody else is at it."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_SQL, [settings.CLAIM_SECONDS, tenant_id, conversation_id])
        row = cursor.fetchone()
    if row is not None and row[3] > 1:
        counters.add("taken_up")
    return row


# A chat that somebody else writes to right now is left for the next round: no wait, no deadlock.
RENEW_SQL = """
UPDATE whatsapp_conversations SET claimed_until = clock_timestamp() + make_interval(secs => %s)
WHERE id IN (
    SELECT c.id FROM whatsapp_conversations c JOIN unnest(%s::bigint[], %s::bigint[]) AS held (id, claim)
        ON c.id = held.id AND c.claim = held.claim
    WHERE c.claimed_until IS NOT NULL FOR NO KEY UPDATE OF c SKIP LOCKED)
"""


def renew(claims: dict[int, int]) -> None:
    """Keep these claims (conversation id -> claim) for another lease; one statement for a whole worker."""
    with connection.cursor() as cursor:
        cursor.execute(RENEW_SQL, [settings.CLAIM_SECONDS, list(claims), list(claims.values())])


def hand_back(claims: dict[int, int]) -> None:
    """Let go of these claims at once: another worker's sweep takes the chats up."""
    with connection.cursor() as cursor:
        cursor.execute(HAND_BACK_SQL, [list(claims), list(claims.values())])


HAND_BACK_SQL = """
UPDATE whatsapp_conversations c SET claim = c.claim + 1, claimed_until = now(), attempts = greatest(c.attempts - 1, 0)
FROM unnest(%s::bigint[], %s::bigint[]) AS held (id, claim)
WHERE c.id = held.id AND c.claim = held.claim AND c.claimed_until IS NOT NULL
"""


def release(tenant_id: int, conversation_id: int, claim: int) -> None:
    """Give a claim back without an answer (a newer message came in, a unit changed); what is owed is woken again."""
    mine = WhatsAppConversation.objects.filter(pk=conversation_id, claim=claim)
    if mine.update(claimed_until=None, discarded=F("discarded") + 1, attempts=Greatest(F("attempts") - 1, 0)):
        rewake(tenant_id, conversation_id)


def rewake(tenant_id: int, conversation_id: int, upto: int | None = None) -> None:
    """Defer a job if messages beyond `upto` (or beyond the answered ones) wait for the bot. Both exits call it."""
    row = WhatsAppConversation.objects.filter(pk=conversation_id, holder=Holder.BOT).values_list(
        "inbound_seq", "answered_seq", "due_at"
    )
    for inbound, answered, due_at in row:
        if inbound > (answered if upto is None else upto):
            wake(tenant_id, conversation_id, at=due_at)


def stumbled(tenant_id: int, conversation_id: int, claim: int | None = None) -> None:
    """A turn ended in an error of ours: the sweep tries again in a moment; after some tries a person looks at it.

    Without a claim, reading the turn itself failed and undid the claim, so the try is counted here.
    """
    rows = WhatsAppConversation.objects.filter(pk=conversation_id)
    soon = Now() + timedelta(seconds=1)
    if claim is None:
        rows.filter(FREE).update(attempts=F("attempts") + 1, claimed_until=soon)
    else:
        rows.filter(claim=claim).update(claimed_until=soon)
    log.error("turn failed", tenant=tenant_id, conversation=conversation_id, claim=claim)


# --- a person's moves ---------------------------------------------------------------------------------------------


def take(conversation_id: int, *, user: Any = None, reason: str = Reason.MANUAL) -> bool:
    """A person has the chat: the bot is silent, any draft dies. False if somebody else has it already, or if it is
    silenced: who asked not to be written to is first to be heard again (`hear`).
    """
    free = WhatsAppConversation.objects.filter(pk=conversation_id).exclude(holder=Holder.NOBODY)
    if user is not None:
        free = free.exclude(Q(holder=Holder.PERSON) & Q(escalated_to__isnull=False) & ~Q(escalated_to=user))
    held = user is not None and free.filter(holder=Holder.PERSON, escalated_to=user).exists()
    taken = free.update(
        claim=F("claim") + 1,
        claimed_until=None,
        answered_seq=F("inbound_seq"),
        drafted_from=None,
        waiting_since=None,
        last_message_at=Coalesce("last_message_at", Now()),  # it may have begun on the showroom's own phone
        closed_at=None,
        attempts=0,
        discarded=0,
        holder=Holder.PERSON,
        status=Status.ESCALATED,
        escalated_reason=Case(When(escalated_reason="", then=Value(str(reason))), default=F("escalated_reason")),
        escalated_at=Case(When(escalated_at=None, then=Now()), default=F("escalated_at")),
        look_at=Now(),
        **({"escalated_to": user} if user is not None else {}),
    )
    if taken:
        _withdraw(conversation_id)
    if taken and not held:
        note(conversation_id, ConversationEvent.Kind.TAKEN, reason=reason, actor=user)
    return bool(taken)


def assign(conversation_id: int, *, to: Any, user: Any) -> None:
    """Give the chat to this person, whoever holds it; as a take, but asked for by somebody."""
    WhatsAppConversation.objects.filter(pk=conversation_id, holder=Holder.PERSON).update(escalated_to=to)
    take(conversation_id, user=to)
    note(conversation_id, ConversationEvent.Kind.ASSIGNED, actor=user, to=to.pk, name=to.get_full_name() or str(to))


def _withdraw(conversation_id: int) -> None:
    """The bot's replies that still wait to be sent stay unsent; a person sees them and may send them after all."""
    WhatsAppMessage.objects.filter(
        conversation_id=conversation_id, aimeow_status=Delivery.QUEUED, sender_type__in=(Sender.AI, Sender.SYSTEM)
    ).update(aimeow_status=Delivery.FAILED, error="taken over")


def hand_over(conversation_id: int, *, reason: str, user: Any = None) -> None:
    """Ask for a person. A hard reason (house, law 8) silences the bot until release; a soft one does not.

    Asking again for the same reason is no new event.
    """
    rows = WhatsAppConversation.objects.filter(pk=conversation_id).exclude(holder=Holder.NOBODY)
    if reason in decide.HARD:
        rows.filter(holder=Holder.BOT).update(holder=Holder.WAITING, claim=F("claim") + 1, claimed_until=None)
    asked = rows.exclude(status=Status.ESCALATED, escalated_reason=reason).update(
        status=Status.ESCALATED,
        escalated_reason=reason,
        escalated_at=Case(When(escalated_at=None, then=Now()), default=F("escalated_at")),
        look_at=Now(),  # conversations.forgotten
    )
    if asked:
        note(conversation_id, ConversationEvent.Kind.ESCALATED, reason=reason, actor=user)
        if reason not in UNTOLD:
            _tell_staff(conversation_id, reason)


UNTOLD = frozenset({Reason.MANUAL, Reason.STAFF_TYPED, Reason.AUTO_REPLY_OFF, Reason.AFTER_HOURS, Reason.UNREADABLE})


def _tell_staff(conversation_id: int, reason: str) -> None:
    """A notice of this chat; not for a staff member's own."""
    chat = WhatsAppConversation.objects.select_related("lead__vehicle").get(pk=conversation_id)
    if not chat.is_staff:
        notices.post(chat.tenant_id, notices.Kind.ESCALATION, news(chat, "🔔 *Percakapan perlu orang*", reason))


def news(chat: WhatsAppConversation, head: str, reason: str) -> str:
    """What staff are told of a chat: who asks, why, what is known of them, and the last words."""
    said = WhatsAppMessage.objects.filter(conversation_id=chat.pk, seq__isnull=False).exclude(content="")
    last = said.order_by("-seq").values_list("content", flat=True).first() or ""
    who = phone.show(chat.customer_phone) if chat.customer_phone else ""
    lines = [
        head,
        " · ".join(part for part in (chat.customer_name[:60], who) if part) or "Pelanggan tanpa nomor",
        f"Alasan: {Reason(reason).label}",
        *(chat.lead.summary if chat.lead else ()),
        *([f"Pesan terakhir: “{last[:200]}”"] if last else []),
    ]
    return "\n".join(lines)


def give_back(conversation_id: int, *, user: Any = None) -> None:
    """Back to the bot, which answers what came in since a person last wrote; a silenced chat is first to be heard."""
    awake = WhatsAppConversation.objects.filter(pk=conversation_id).exclude(holder=Holder.NOBODY)
    given = awake.update(
        holder=Holder.BOT,
        status=Status.ACTIVE,
        escalated_reason="",
        escalated_at=None,
        escalated_to=None,
        claim=F("claim") + 1,
        claimed_until=None,
        attempts=0,
        discarded=0,
        due_at=Now(),
        closed_at=None,
        released_at=Now(),
        answered_seq=Coalesce("drafted_from", "answered_seq"),  # a draft is thought of anew
        drafted_from=None,
    )
    if not given:
        return
    note(conversation_id, ConversationEvent.Kind.RELEASED, actor=user)
    tenant_id = WhatsAppConversation.objects.values_list("tenant_id", flat=True).get(pk=conversation_id)
    rewake(tenant_id, conversation_id)


def close(conversation_id: int, *, user: Any = None) -> None:
    """Done: nothing is owed any more. The person's next message opens the chat again, with the bot.

    A silenced chat stays silenced: who asked not to be written to has not changed their mind by that.
    """
    awake = WhatsAppConversation.objects.filter(pk=conversation_id).exclude(holder=Holder.NOBODY)
    if not awake.update(**_at_rest(), status=Status.CLOSED, holder=Holder.BOT, closed_at=Now()):
        return
    _withdraw(conversation_id)
    note(conversation_id, ConversationEvent.Kind.CLOSED, actor=user)


def silence(conversation_id: int, why: str, *, user: Any = None) -> None:
    """Nobody answers this chat any more, whatever comes in, until `hear`. why: models.Silence."""
    WhatsAppConversation.objects.filter(pk=conversation_id).update(
        **_at_rest(),
        holder=Holder.NOBODY,
        silence=why,
        is_spam=why != Silence.OPTED_OUT,
        status=Status.ACTIVE,
        closed_at=None,
    )
    _withdraw(conversation_id)
    note(conversation_id, ConversationEvent.Kind.SILENCED, actor=user, why=str(why))


def hear(conversation_id: int, *, user: Any = None) -> None:
    """A silenced chat is the assistant's again, from the person's next message on."""
    silent = WhatsAppConversation.objects.filter(pk=conversation_id, holder=Holder.NOBODY)
    if silent.update(**_at_rest(), holder=Holder.BOT, silence="", is_spam=False):
        note(conversation_id, ConversationEvent.Kind.HEARD, actor=user)


def _at_rest() -> dict[str, Any]:
    """Nothing is owed and nobody is asked for; any draft dies."""
    return {
        "escalated_reason": "",
        "escalated_at": None,
        "escalated_to": None,
        "claim": F("claim") + 1,
        "claimed_until": None,
        "answered_seq": F("inbound_seq"),
        "drafted_from": None,
        "waiting_since": None,
        "attempts": 0,
        "discarded": 0,
    }


def note(conversation_id: int, kind: str, *, reason: str = "", actor: Any = None, **data: Any) -> None:
    """One row of the chat's history."""
    tenant_id = WhatsAppConversation.objects.values_list("tenant_id", flat=True).get(pk=conversation_id)
    ConversationEvent.objects.create(
        tenant_id=tenant_id, conversation_id=conversation_id, kind=kind, reason=reason, actor=actor, data=data
    )


# --- what a crash left behind ---------------------------------------------------------------------------------------


def sweep(awake: Sequence[int] = ()) -> int:
    """Wake the chats of vanished workers and forgotten jobs, over all showrooms; returns how many were woken.

    awake: chats that this process has in hand, though not yet claimed.
    """
    expired = Q(claimed_until__lt=Now()) & Q(due_at__lte=Now())
    forgotten = Q(claimed_until=None) & Q(due_at__lt=Now() - timedelta(seconds=settings.FORGOTTEN_SECONDS))
    owed = WhatsAppConversation.objects.filter(OWED, expired | forgotten, attempts__lte=MAX_ATTEMPTS)
    owed = owed.exclude(pk__in=awake)
    rows = list(owed.order_by("due_at", "pk").values_list("tenant_id", "pk")[:500])
    woken = [(tenant_id, pk) for tenant_id, pk in rows if wake(tenant_id, pk, once=True)]
    for tenant_id, pk in woken:
        log.warning("chat woken by the sweep", tenant=tenant_id, conversation=pk)
    return len(woken)


def hopeless() -> list[tuple[int, int]]:
    """(tenant, conversation) of the chats whose turns ended in nothing too often, over all showrooms."""
    rows = WhatsAppConversation.objects.filter(OWED, FREE, attempts__gt=MAX_ATTEMPTS)
    return list(rows.order_by("pk").values_list("tenant_id", "pk")[:50])


def give_up(conversation_id: int) -> int | None:
    """Ask for a person because every turn of this chat fails; returns up to which message, None if it is so no more."""
    hopeless = WhatsAppConversation.objects.filter(OWED, FREE, pk=conversation_id, attempts__gt=MAX_ATTEMPTS)
    if not hopeless.update(answered_seq=F("inbound_seq"), waiting_since=None):
        return None
    hand_over(conversation_id, reason=Reason.ATTEMPTS)
    return WhatsAppConversation.objects.values_list("inbound_seq", flat=True).get(pk=conversation_id)
