"""Two conversations turn out to be one person's: the wire has shown a phone and a LID together."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from conversations import turns
from conversations.models import ConversationEvent, Holder, Seat, Status, WhatsAppConversation, WhatsAppMessage

WEIGHT = {Holder.BOT: 0, Holder.WAITING: 1, Holder.PERSON: 2, Holder.NOBODY: 3}


def into_one(rows: list[WhatsAppConversation], *, phone: str, lid: str) -> WhatsAppConversation:
    """Merge two locked conversations (in id order) into the one with the phone; returns it, still locked.

    Both drafts die (`claim` + 1). All messages move; the unanswered ones of both are numbered anew in the order in
    which they were written. Whoever holds one of the chats holds the result. A job of the vanished chat finds
    nothing and ends.
    """
    kept = next((row for row in rows if row.customer_phone == phone), rows[0])
    gone = rows[1] if rows[0] is kept else rows[0]
    if gone.customer_phone and gone.customer_phone != phone:
        return _move_lid(kept, gone, lid)
    # moved history keeps its place by time; only the kept chat's numbering counts from here
    messages = WhatsAppMessage.objects.filter(tenant_id=kept.tenant_id)
    waiting = list(
        messages.filter(conversation=kept, seq__gt=kept.answered_seq).values_list("pk", "written_at", "created_at")
    ) + list(
        messages.filter(conversation=gone, seq__gt=gone.answered_seq).values_list("pk", "written_at", "created_at")
    )
    waiting.sort(key=lambda row: (row[1] or row[2], row[2], row[0]))
    messages.filter(conversation=kept, seq__gt=kept.answered_seq).update(seq=None)
    messages.filter(conversation=gone).update(conversation=kept, seq=None, answers_upto=None)
    for number, (pk, _, _) in enumerate(waiting, start=kept.inbound_seq + 1):
        messages.filter(pk=pk).update(seq=number)
    ConversationEvent.objects.filter(conversation=gone).update(conversation=kept)
    seated = list(Seat.objects.filter(conversation=kept).values_list("user", flat=True))
    Seat.objects.filter(conversation=gone).exclude(user__in=seated).update(conversation=kept, seen_seq=0)
    ConversationEvent.objects.create(
        tenant_id=kept.tenant_id,
        conversation=kept,
        kind=ConversationEvent.Kind.MERGED,
        data={"from": gone.pk, "messages": len(waiting)},
    )
    values = _merged_values(kept, gone, len(waiting))
    WhatsAppConversation.objects.filter(pk=gone.pk).update(claim=F("claim") + 1)
    WhatsAppConversation.objects.filter(pk=gone.pk).delete()
    WhatsAppConversation.objects.filter(pk=kept.pk).update(
        **values, customer_phone=phone or kept.customer_phone, lid=lid
    )
    kept.refresh_from_db()
    if waiting and kept.holder == Holder.BOT:
        turns.wake(kept.tenant_id, kept.pk, at=kept.due_at)
    return kept


def _merged_values(kept: WhatsAppConversation, gone: WhatsAppConversation, waiting: int) -> dict[str, Any]:
    strong = max((kept, gone), key=lambda row: WEIGHT[Holder(row.holder)])
    escalated = next((row for row in (strong, kept, gone) if row.status == Status.ESCALATED), None)
    marks = escalated or strong
    return {
        "claim": F("claim") + 1,
        "claimed_until": None,
        "discarded": 0,
        "answered_seq": kept.inbound_seq,
        "inbound_seq": kept.inbound_seq + waiting,
        "waiting_since": _first(kept.waiting_since, gone.waiting_since) if waiting else None,
        "due_at": _first(kept.due_at, gone.due_at),
        "holder": strong.holder,
        "silence": strong.silence,
        "status": Status.ESCALATED if escalated else kept.status if kept.status == gone.status else Status.ACTIVE,
        "escalated_reason": marks.escalated_reason,
        "escalated_at": marks.escalated_at,
        "escalated_to_id": marks.escalated_to_id,
        "customer_name": kept.customer_name or gone.customer_name,
        "lead_id": kept.lead_id or gone.lead_id,
        "drafted_from": kept.drafted_from,
        "look_at": _first(kept.look_at, gone.look_at),
        "next_send_at": _last(kept.next_send_at, gone.next_send_at),
        "released_at": _last(kept.released_at, gone.released_at),
        "after_hours_told_at": _last(kept.after_hours_told_at, gone.after_hours_told_at),
        "started_at": min(kept.started_at, gone.started_at),
        "last_message_at": _last(kept.last_message_at, gone.last_message_at),
    }


def _first(*moments: Any) -> Any:
    return min((moment for moment in moments if moment is not None), default=None)


def _last(*moments: Any) -> Any:
    return max((moment for moment in moments if moment is not None), default=None)


def _move_lid(kept: WhatsAppConversation, gone: WhatsAppConversation, lid: str) -> WhatsAppConversation:
    """The LID was known with another phone: two people's chats stay two, the LID goes where the wire shows it now."""
    WhatsAppConversation.objects.filter(pk=gone.pk).update(lid=None)
    WhatsAppConversation.objects.filter(pk=kept.pk).update(lid=lid)
    kept.lid = lid
    return kept
