"""A colleague's seat at a chat: what they have read, are writing, and were advised to write."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from autolumiku.lib import jobs
from conversations.models import Seat, WhatsAppConversation
from tenants import scope

LONGEST = 4000  # characters of a message; WhatsApp itself takes 4,096
TYPING = timedelta(seconds=6)  # so long after a key somebody counts as writing
THINKING = timedelta(seconds=60)  # so long a suggestion that was asked for may take
NO_ADVICE = "-"  # a suggestion was asked for and none could be made


def name_of(user: Any) -> str:
    return user.get_full_name() or user.get_username()


def sit_down(chat: WhatsAppConversation, user: Any) -> tuple[Seat, list[str]]:
    """(one's own seat, the colleagues who are writing now); what has come in counts as read from here on."""
    seats = list(Seat.objects.filter(tenant_id=chat.tenant_id, conversation=chat).select_related("user"))
    mine = next((seat for seat in seats if seat.user_id == user.pk), None)
    if mine is None or mine.seen_seq < chat.inbound_seq:
        mine = _update(chat.tenant_id, chat.pk, user.pk, seen_seq=chat.inbound_seq)
    lately = timezone.now() - TYPING
    writing = [seat.user for seat in seats if seat.user_id != user.pk and seat.typed_at and seat.typed_at > lately]
    return mine, sorted(map(name_of, writing))


def _update(tenant_id: int, conversation_id: int, user_id: int, **values: Any) -> Seat:
    seat, _ = Seat.objects.update_or_create(
        tenant_id=tenant_id, conversation_id=conversation_id, user_id=user_id, defaults=values
    )
    return seat


def keep_draft(chat: WhatsAppConversation, user: Any, text: str) -> None:
    """What somebody is writing outlives the page, and colleagues see that they write."""
    text = text.replace("\x00", "")[:LONGEST]
    _update(chat.tenant_id, chat.pk, user.pk, draft=text, typed_at=timezone.now() if text.strip() else None)


def ask_advice(chat: WhatsAppConversation, user: Any) -> None:
    """Have the assistant draft an answer for this person."""
    _update(chat.tenant_id, chat.pk, user.pk, suggestion="", suggested_at=timezone.now())
    jobs.later("conversations.suggest", tenant_id=chat.tenant_id, conversation_id=chat.pk, user_id=user.pk)


def suggested(tenant_id: int, conversation_id: int, user_id: int, words: str) -> None:
    with scope.of(tenant_id):
        asked = Seat.objects.filter(tenant_id=tenant_id, conversation_id=conversation_id, user_id=user_id)
        asked.exclude(suggested_at=None).update(suggestion=words[:LONGEST] or NO_ADVICE, suggested_at=timezone.now())


def drop_advice(chat: WhatsAppConversation, user: Any) -> None:
    Seat.objects.filter(tenant_id=chat.tenant_id, conversation=chat, user=user).update(suggestion="", suggested_at=None)


def is_thinking(seat: Seat) -> bool:
    return seat.suggested_at is not None and not seat.suggestion and seat.suggested_at > timezone.now() - THINKING
