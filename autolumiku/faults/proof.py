"""What must hold when all is quiet again, read from the database and from the gateway's record."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from autolumiku.faults.traffic import Said
from autolumiku.faults.wires import TOKEN, Send
from conversations import spool
from conversations.models import ConversationEvent, Delivery, Direction, Holder, WhatsAppConversation, WhatsAppMessage
from tenants import scope

UNKNOWN = (Delivery.UNSURE, Delivery.FAILED)  # people see these and decide
OUT = (Delivery.SENT, Delivery.DELIVERED, Delivery.READ)


@dataclass(frozen=True, slots=True)
class Reply:
    chat: int
    upto: int
    text: str
    status: str
    gateway_id: str
    by_model: bool


@dataclass(slots=True)
class Evidence:
    """The database as it stands. `inbound`: gateway id -> (chat, seq), one for each row."""

    inbound: dict[str, list[tuple[int, int]]]
    replies: dict[int, list[Reply]]  # of each chat, in the order of what they answer
    held_by_people: set[int]
    chat_of: dict[str, int]  # where replies go -> chat


@dataclass(slots=True)
class Verdict:
    """counts: what became of the acknowledged messages; faults: every broken promise, in words, with its message."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[str, str]] = field(default_factory=list)  # (what, gateway id or "")


def open_ends() -> str:
    """What is still under way, "" when all is quiet."""
    if not spool.is_empty():
        return f"{len(spool.waiting())} messages in the spool"
    with scope.platform("faults"):
        owed = WhatsAppConversation.objects.overdue(-3600).count()
        sends = Counter(
            WhatsAppMessage.objects.filter(aimeow_status__in=(Delivery.QUEUED, Delivery.SENDING)).values_list(
                "aimeow_status", flat=True
            )
        )
    return ", ".join([*([f"{owed} chats owed"] if owed else []), *(f"{n} {status}" for status, n in sends.items())])


def oldest_owed() -> float:
    """Seconds since the longest-waiting chat of the bot was due; 0 when none is."""
    with scope.platform("faults"):
        due = WhatsAppConversation.objects.overdue(0).order_by("due_at").values_list("due_at", flat=True).first()
        return (_now() - due).total_seconds() if due else 0.0


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def read() -> Evidence:
    with scope.platform("faults"):
        inbound: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for gateway_id, chat, seq in WhatsAppMessage.objects.filter(direction=Direction.INBOUND).values_list(
            "aimeow_message_id", "conversation_id", "seq"
        ):
            inbound[gateway_id].append((chat, seq or 0))
        replies: dict[int, list[Reply]] = defaultdict(list)
        columns = ("conversation_id", "answers_upto", "content", "aimeow_status", "aimeow_message_id", "ai_response")
        rows = WhatsAppMessage.objects.filter(answers_upto__isnull=False).order_by("answers_upto")
        for chat, upto, text, status, gateway_id, by_model in rows.values_list(*columns):
            replies[chat].append(Reply(chat, upto or 0, text, status, gateway_id, by_model))
        chats = WhatsAppConversation.objects.values_list("id", "holder", "chat_jid", "account__client_id")
        held = {chat for chat, holder, _, _ in chats if holder != Holder.BOT}
        return Evidence(inbound, replies, held, {f"{client} {jid}": chat for chat, _, jid, client in chats})


def judge(said: Sequence[Said], sends: Sequence[Send], found: Evidence) -> Verdict:
    verdict = Verdict()
    delivered = [send for send in sends if send.delivered]
    for one in said:
        _nothing_lost(one, sends, found, verdict)
    _nothing_doubled(said, delivered, found, verdict)
    _order_kept(delivered, found, verdict)
    return verdict


def _nothing_lost(one: Said, sends: Sequence[Send], found: Evidence, verdict: Verdict) -> None:
    rows = found.inbound.get(one.gateway_id, [])
    if len(rows) > 1:
        verdict.faults.append(("stored twice", one.gateway_id))
    if not one.acknowledged:
        verdict.counts["not acknowledged, so not ours"] += 1
        return
    verdict.counts["acknowledged"] += 1
    if not rows:
        verdict.faults.append(("acknowledged, but not stored", one.gateway_id))
        return
    chat, seq = rows[0]
    reply = next((reply for reply in found.replies.get(chat, ()) if reply.upto >= seq), None)
    if reply is None:
        if chat in found.held_by_people:
            verdict.counts["waits for a person"] += 1
        else:
            verdict.faults.append(("never answered", one.gateway_id))
    elif reply.status in UNKNOWN:
        told = next((send.told for send in sends if _is_of(send, chat, reply, found)), "never came to the gateway")
        verdict.counts[f"reply {reply.status}, shown to people: {told}"] += 1
    elif reply.status not in OUT or not any(_carries(send, reply) for send in sends):
        verdict.faults.append((f"its reply is {reply.status}, and the gateway never had it", one.gateway_id))
    elif reply.by_model and one.token not in reply.text:
        verdict.faults.append(("answered by a draft that had not seen it", one.gateway_id))
    else:
        verdict.counts["answered by the model" if reply.by_model else "answered without the model"] += 1


def _carries(send: Send, reply: Reply) -> bool:
    return send.delivered and send.message_id == reply.gateway_id and send.text == reply.text


def _is_of(send: Send, chat: int, reply: Reply, found: Evidence) -> bool:
    return send.text == reply.text and found.chat_of.get(f"{send.client_id} {send.to}") == chat


def _nothing_doubled(said: Sequence[Said], delivered: Sequence[Send], found: Evidence, verdict: Verdict) -> None:
    """No message is named in two delivered texts, and no reply was delivered more often than it was written."""
    named = Counter(word for send in delivered for word in set(TOKEN.findall(send.text)))
    verdict.faults += [("answered twice", one.gateway_id) for one in said if named[one.token] > 1]
    written = Counter((reply.chat, reply.text) for replies in found.replies.values() for reply in replies)
    for (to, text), times in Counter((f"{send.client_id} {send.to}", send.text) for send in delivered).items():
        chat = found.chat_of.get(to, 0)
        if times > written[chat, text]:
            verdict.faults.append((f"chat {chat}: a reply written {written[chat, text]} x was sent {times} x", ""))


def _order_kept(delivered: Sequence[Send], found: Evidence, verdict: Verdict) -> None:
    """The replies of a chat arrived in the order of what they answer. A fixed text is known by its gateway id only."""
    by_text = {(r.chat, r.text): r.upto for replies in found.replies.values() for r in replies if r.by_model}
    by_id = {r.gateway_id: r.upto for replies in found.replies.values() for r in replies if r.gateway_id}
    latest: dict[int, int] = {}
    for send in sorted(delivered, key=lambda send: send.at):
        chat = found.chat_of.get(f"{send.client_id} {send.to}", 0)
        upto = by_id.get(send.message_id) or by_text.get((chat, send.text))
        if upto is None:
            continue
        if upto < latest.get(chat, 0):
            verdict.faults.append((f"chat {chat}: the reply to {upto} came after that to {latest[chat]}", ""))
        latest[chat] = upto


def life(one: Said, sends: Iterable[Send], kills: Iterable[tuple[float, str]]) -> str:
    """All that is known of one message, in the order it happened."""
    lines: list[tuple[float, str]] = [(at, f"webhook call: {status or 'no answer'}") for at, status in one.calls]
    with scope.platform("faults"):
        mine = WhatsAppMessage.objects.filter(direction=Direction.INBOUND, aimeow_message_id=one.gateway_id)
        chats = list(mine.values_list("conversation_id", flat=True))
        rows = WhatsAppMessage.objects.filter(conversation_id__in=chats)
        lines += [(row.created_at.timestamp(), _row(row)) for row in rows]
        events = ConversationEvent.objects.filter(conversation_id__in=chats)
        lines += [(event.created_at.timestamp(), f"event {event.kind} {event.reason}") for event in events]
        now = [_chat(chat) for chat in WhatsAppConversation.objects.filter(pk__in=chats)]
    mine_to = [send for send in sends if one.person.phone in send.to or one.token in send.text]
    lines += [(send.at, f"gateway: {send.told}, delivered {send.delivered}: {send.text[:200]}") for send in mine_to]
    first, last = min((at for at, _ in lines), default=0), max((at for at, _ in lines), default=0)
    lines += [(at, f"*** {what}") for at, what in kills if first - 5 < at < last + 5]
    told = [f"  {at - first:8.3f}  {what}" for at, what in sorted(lines)]
    return "\n".join([f"{one.gateway_id} {one.token} of {one.person.phone}", *now, *told])


def _row(row: Any) -> str:
    number = f"seq {row.seq}" if row.seq is not None else f"reply upto {row.answers_upto}"
    way = f"{row.path} {row.aimeow_status} {row.error} tries {row.attempts} {row.aimeow_message_id}"
    return f"row {row.pk} {row.direction} {number} {way}: {row.content[:200]}"


def _chat(chat: Any) -> str:
    how_far = f"inbound {chat.inbound_seq}, answered {chat.answered_seq}, {chat.holder}, due {chat.due_at}"
    work = f"claim {chat.claim} until {chat.claimed_until}, attempts {chat.attempts}, discarded {chat.discarded}"
    return f"chat {chat.pk}: {how_far}, {work}"
