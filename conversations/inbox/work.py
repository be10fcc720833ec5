"""What a person does in a chat: write, leave a note, hand it to a colleague. Inside the showroom's scope.

Each function says what became of it: (done?, the words for the page). Taking is atomic (turns.take); who writes into a
chat takes it, so that the assistant is silent and no colleague answers the same question.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from conversations import outbox, turns
from conversations.admin import holder_name
from conversations.models import (
    ConversationEvent,
    Direction,
    Path,
    Seat,
    Sender,
    WhatsAppConversation,
    WhatsAppMessage,
)
from tenants.models import Membership, Role, User

TYPING = timedelta(seconds=6)  # so long after a key somebody counts as writing
LONGEST = 4000  # characters of a message; WhatsApp itself takes 4,096


class Said(NamedTuple):
    done: bool
    words: str = ""


def name_of(user: Any) -> str:
    return user.get_full_name() or user.get_username()


def _lost_to(chat: WhatsAppConversation) -> Said:
    chat.refresh_from_db(fields=["escalated_to"])
    return Said(False, f"Percakapan ini sudah dipegang {holder_name(chat)}.")


def take(chat: WhatsAppConversation, user: Any) -> Said:
    """Two at once: one has it, the other is told who."""
    if not turns.take(chat.pk, user=user):
        return _lost_to(chat)
    return Said(True, "Percakapan ini sekarang Anda pegang. Asisten diam sampai dikembalikan.")


def reply(chat: WhatsAppConversation, user: Any, text: str) -> Said:
    text = text.replace("\x00", "").strip()
    if not text:
        return Said(False, "Tulis dulu balasannya.")
    if len(text) > LONGEST:
        return Said(False, f"Balasan terlalu panjang: paling banyak {LONGEST} huruf.")
    if not turns.take(chat.pk, user=user):
        return _lost_to(chat)
    outbox.queue(
        WhatsAppMessage(
            tenant_id=chat.tenant_id,
            account_id=chat.account_id,
            conversation_id=chat.pk,
            direction=Direction.OUTBOUND,
            sender_type=Sender.HUMAN,
            sender=name_of(user)[:80],
            content=text,
            path=Path.PERSON,
        ),
        now=False,
    )
    keep_draft(chat, user, "")
    return Said(True)


def leave_note(chat: WhatsAppConversation, user: Any, text: str) -> Said:
    """Words for colleagues; they stay inside and reach no customer and no model."""
    text = text.replace("\x00", "").strip()[:LONGEST]
    if not text:
        return Said(False, "Tulis dulu catatannya.")
    turns.note(chat.pk, ConversationEvent.Kind.NOTE, actor=user, text=text)
    return Said(True)


def colleagues(tenant_id: int) -> list[User]:
    """Who may hold a chat in this showroom, by name."""
    members = Membership.objects.filter(tenant_id=tenant_id).exclude(role=Role.READ_ONLY)
    people = User.objects.filter(is_active=True, pk__in=members.values("user"))
    return sorted(people, key=lambda person: name_of(person).lower())


def assign(chat: WhatsAppConversation, user: Any, to: str) -> Said:
    """Hand the chat to a colleague, also one that somebody else holds."""
    person = next((one for one in colleagues(chat.tenant_id) if str(one.pk) == to), None)
    if person is None:
        return Said(False, "Orang ini tidak bekerja di showroom ini.")
    turns.assign(chat.pk, to=person, user=user)
    return Said(True, f"Percakapan ditugaskan ke {name_of(person)}.")


# --- A person's seat at a chat ---------------------------------------------------------------------------------------


def sit_down(chat: WhatsAppConversation, user: Any) -> tuple[str, list[str]]:
    """(one's own draft, the colleagues who are writing now); what has come in counts as read from here on."""
    seats = list(Seat.objects.filter(tenant_id=chat.tenant_id, conversation=chat).select_related("user"))
    mine = next((seat for seat in seats if seat.user_id == user.pk), None)
    if mine is None or mine.seen_seq < chat.inbound_seq:
        Seat.objects.update_or_create(
            tenant_id=chat.tenant_id, conversation=chat, user=user, defaults={"seen_seq": chat.inbound_seq}
        )
    lately = timezone.now() - TYPING
    writing = [seat.user for seat in seats if seat.user_id != user.pk and seat.typed_at and seat.typed_at > lately]
    return (mine.draft if mine else ""), sorted(map(name_of, writing))


def keep_draft(chat: WhatsAppConversation, user: Any, text: str) -> None:
    """What somebody is writing outlives the page, and colleagues see that they write."""
    Seat.objects.update_or_create(
        tenant_id=chat.tenant_id,
        conversation=chat,
        user=user,
        defaults={
            "draft": text.replace("\x00", "")[:LONGEST],
            "typed_at": timezone.now() if text.strip() else None,
        },
    )
