"""Chats by command: who waits, take one, give it back, answer a customer through the showroom's number."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from autolumiku.lib import clock
from autolumiku.lib import phone as phones
from conversations import outbox, turns
from conversations.models import (
    Direction,
    Holder,
    Path,
    Reason,
    Sender,
    Status,
    WhatsAppConversation,
    WhatsAppMessage,
)
from staffcommands import grammar
from staffcommands.grammar import Call
from staffcommands.registry import Actor, Done, command

LISTED = 10
LONGEST = 3500  # characters of a reply to a customer
NOBODY = "Tidak ada percakapan yang menunggu orang, Kak. Semua dijawab asisten 👍"
FORMATS = {
    "take_chat": "Formatnya: ambil [nomor pelanggan]\nContoh: ambil 081234567890",
    "release_chat": "Formatnya: lepas [nomor pelanggan]\nContoh: lepas 081234567890",
    "reply_chat": "Formatnya: balas [nomor pelanggan] [pesan]\nContoh: balas 081234567890 Halo Kak, unitnya masih ada.",
}
NOT_FOUND = "❌ Percakapan dengan {who} tidak ditemukan.\nLihat yang menunggu dengan: chat"


@command("chats", right="can_manage_chats")
def chats(actor: Actor, call: Call) -> Done:
    """The chats that wait for a person, longest first."""
    waiting = WhatsAppConversation.objects.filter(tenant_id=actor.tenant_id, status=Status.ESCALATED, is_staff=False)
    rows = list(waiting.order_by("escalated_at", "pk")[:LISTED])
    if not rows:
        return Done(NOBODY, True)
    lines = [f"💬 {waiting.count()} percakapan menunggu orang", ""]
    for row in rows:
        held = "dipegang orang" if row.holder == Holder.PERSON else "belum diambil"
        reason = Reason(row.escalated_reason).label if row.escalated_reason else "tanpa alasan"
        lines += [f"• {who(row)}", f"  {reason} · {_ago(row.escalated_at)} · {held}"]
    return Done(
        "\n".join([*lines, "", "Ambil: ambil [nomor] · Balas: balas [nomor] [pesan] · Selesai: lepas [nomor]"]), True
    )


@command("take_chat", right="can_manage_chats")
def take(actor: Actor, call: Call) -> Done:
    """The person has the chat from now on; the assistant is silent in it."""
    chat = _chat(actor, call)
    if isinstance(chat, Done):
        return chat
    if not turns.take(chat.pk, user=actor.staff.user):
        return _held(chat)
    text = f"✅ {who(chat)} sekarang Kakak pegang, asisten diam.\nBalas: balas {address(chat)} [pesan]"
    return Done(text, True, before=_state(chat, chat.holder), after=_state(chat, Holder.PERSON))


@command("release_chat", right="can_manage_chats")
def release(actor: Actor, call: Call) -> Done:
    """Back to the assistant."""
    chat = _chat(actor, call)
    if isinstance(chat, Done):
        return chat
    turns.give_back(chat.pk, user=actor.staff.user)
    text = f"✅ {who(chat)} dikembalikan ke asisten."
    return Done(text, True, before=_state(chat, chat.holder), after=_state(chat, Holder.BOT))


@command("reply_chat", right="can_manage_chats")
def reply(actor: Actor, call: Call) -> Done:
    """A text to a customer through the showroom's number; who answers has the chat."""
    chat = _chat(actor, call)
    if isinstance(chat, Done):
        return chat
    text = call.rest.strip().partition(" ")[2].strip()[:LONGEST]
    if not text:
        return Done(FORMATS["reply_chat"], False, "format")
    if chat.holder != Holder.PERSON and not turns.take(chat.pk, user=actor.staff.user):
        return _held(chat)
    message = WhatsAppMessage(
        tenant_id=actor.tenant_id,
        account_id=chat.account_id,
        conversation=chat,
        direction=Direction.OUTBOUND,
        sender_type=Sender.HUMAN,
        sender=actor.staff.name,
        content=grammar.printable(text),
        path=Path.PERSON,
    )
    outbox.queue(message, now=False)
    said = f"✅ Dikirim ke {who(chat)}. Asisten diam di percakapan ini sampai Kakak ketik: lepas {address(chat)}"
    after = {**_state(chat, Holder.PERSON), "message": message.pk}
    return Done(said, True, before=_state(chat, chat.holder), after=after)


def _held(chat: WhatsAppConversation) -> Done:
    if chat.holder == Holder.NOBODY:
        return Done(f"❌ {who(chat)}: {chat.get_silence_display()}, jadi tidak ditulisi, Kak.", False, "silenced")
    return Done(f"❌ Percakapan {who(chat)} sudah dipegang orang lain, Kak.", False, "held")


def _state(chat: WhatsAppConversation, holder: str) -> dict[str, Any]:
    """As the log keeps it."""
    return {"conversation": chat.pk, "holder": str(holder)}


def _chat(actor: Actor, call: Call) -> WhatsAppConversation | Done:
    """The customer's chat that a command names by phone or #number; never a staff member's."""
    named = grammar.phone_or_number(call.rest.split(maxsplit=1)[0]) if call.rest.strip() else ""
    if not named:
        return Done(FORMATS[call.name], False, "format")
    wanted = Q(pk=int(named[1:])) if named.startswith("#") else Q(customer_phone=named)
    rows = WhatsAppConversation.objects.filter(wanted, tenant_id=actor.tenant_id, is_staff=False)
    shown = named if named.startswith("#") else phones.show(named)
    return rows.order_by("-last_message_at").first() or Done(NOT_FOUND.format(who=shown), False, "not found")


def who(chat: WhatsAppConversation) -> str:
    shown = phones.show(chat.customer_phone) if chat.customer_phone else f"#{chat.pk}"
    return " · ".join(part for part in (chat.customer_name[:60], shown) if part)


def address(chat: WhatsAppConversation) -> str:
    """How a command names this chat."""
    phone = chat.customer_phone or ""
    return f"0{phone[2:]}" if phone.startswith("62") else phone or f"#{chat.pk}"


def _ago(at: datetime | None) -> str:
    minutes = int((clock.now() - at).total_seconds() // 60) if at else 0
    if minutes < 60:
        return f"{max(minutes, 0)} menit"
    return f"{minutes // 60} jam" if minutes < 1440 else f"{minutes // 1440} hari"
