"""An answer of the assistant that waits for one tap of a person, where the showroom wants that for what was asked.

The turn ends as always, but instead of a reply there is a draft, and people are asked for (Reason.DRAFTED). A newer
message of the customer supersedes it: the next turn answers everything since the draft began (`drafted_from`). What is
sent is checked again against the facts of that moment. Inside the showroom's scope.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce, Now

from aiconfig.models import WhatsAppAIConfig
from conversations import gather, guard, outbox, turns
from conversations.gather import Work
from conversations.models import (
    ConversationEvent,
    Direction,
    Holder,
    Path,
    ProposedReply,
    Reason,
    Sender,
    Status,
    WhatsAppConversation,
    WhatsAppMessage,
)
from conversations.turn import Intent

# which switch of the settings holds back the answers to which intents; credit is told by what is asked, not by intent
SWITCHES = {
    Intent.PRICE_INQUIRY: "draft_price",
    Intent.NEGOTIATION: "draft_price",
    Intent.CONDITION: "draft_condition",
    Intent.TRADE_IN: "draft_trade_in",
}
AT_ONCE = frozenset({Intent.GREETING, Intent.CLOSING, Intent.IDENTITY, Intent.LOCATION, Intent.HOURS, Intent.CONTACT})


def wanted(work: Work, text: str) -> bool:
    """Do the settings hold back this answer? What states a price is an answer about the price, whatever was asked."""
    if work.staff is not None or work.commands:
        return False
    intent = work.turn.understanding.intent
    switches = {SWITCHES.get(intent, ""), "draft_price" if "Rp" in text else ""}
    if work.facts.credit is not None:
        switches.add("draft_credit")
    elif intent not in SWITCHES and intent not in AT_ONCE:
        switches.add("draft_rest")
    return any(getattr(work.config, switch) for switch in switches - {""})


def keep(work: Work, text: str, bare: str, **columns: Any) -> None:
    """Instead of sending: the draft of this turn, in place of an older one. bare: what the guard has checked of it."""
    ProposedReply.objects.update_or_create(
        tenant_id=work.turn.tenant_id,
        conversation_id=work.turn.conversation_id,
        defaults={"text": text, "bare": bare, "upto": work.turn.upto, "created_at": Now(), **columns},
    )


def open_of(chat: WhatsAppConversation) -> ProposedReply | None:
    """The draft that waits in this chat; None once the customer has written again, or a person has answered."""
    if chat.drafted_from is None:
        return None
    return ProposedReply.objects.filter(tenant_id=chat.tenant_id, conversation=chat, upto=chat.inbound_seq).first()


def send(chat: WhatsAppConversation, user: Any) -> str:
    """Send the draft if it still fits; returns the words for the page. Two who tap at once send it once."""
    row = WhatsAppConversation.objects.select_for_update(no_key=True).get(pk=chat.pk)
    draft = open_of(row) if row.holder == Holder.BOT else None
    if draft is None:
        return "Konsep ini sudah tidak berlaku: sudah ditangani, atau pelanggan sudah menulis lagi."
    assert row.drafted_from is not None
    work = gather.again(row.tenant_id, row.pk, draft.upto, row.drafted_from)
    if not _still_holds(draft, work):
        _again(row)
        return "Konsep tidak dikirim karena datanya sudah berubah. Asisten menyusun jawaban baru."
    _queue(row, draft, work.config)
    _done(row)
    turns.note(row.pk, ConversationEvent.Kind.DRAFT_SENT, actor=user)
    return "Jawaban asisten dikirim."


def _still_holds(draft: ProposedReply, work: gather.Work) -> bool:
    """By the facts of now, in whichever language it was written."""
    languages = (True, False) if work.turn.written else (False,)
    return any(
        guard.check(draft.bare, work.turn, work.facts, limit=guard.MAX_DRAFT, in_english=one).ok for one in languages
    )


def drop(chat: WhatsAppConversation, user: Any) -> str:
    """The draft is thrown away; the chat goes on waiting for a person's answer."""
    mine = WhatsAppConversation.objects.filter(pk=chat.pk, drafted_from__isnull=False)
    if not mine.update(drafted_from=None):
        return "Konsep ini sudah tidak berlaku."
    turns.note(chat.pk, ConversationEvent.Kind.DRAFT_DROPPED, actor=user)
    return "Konsep dibuang. Percakapan masih menunggu jawaban Anda."


def _queue(chat: WhatsAppConversation, draft: ProposedReply, config: WhatsAppAIConfig) -> None:
    message = WhatsAppMessage(
        tenant_id=chat.tenant_id,
        account_id=chat.account_id,
        conversation_id=chat.pk,
        direction=Direction.OUTBOUND,
        sender_type=Sender.AI,
        sender=config.ai_name,
        content=draft.text,
        answers_upto=draft.upto,
        path=draft.path,
        ai_response=draft.path == Path.MODEL,
        verdict=draft.verdict,
        llm_call_id=draft.llm_call_id,
        config_version_id=draft.config_version_id,
        processing_time=draft.processing_time,
    )
    at, why = outbox.slot(config, chat.account_id, chat.pk)
    outbox.queue(message, at, now=False, why=why)


def _done(chat: WhatsAppConversation) -> None:
    """Nothing waits any more, unless people were asked for something else too."""
    mine = WhatsAppConversation.objects.filter(pk=chat.pk)
    mine.update(drafted_from=None)
    mine.filter(escalated_reason=Reason.DRAFTED).update(status=Status.ACTIVE, escalated_reason="", escalated_at=None)


def _again(chat: WhatsAppConversation) -> None:
    """The assistant owes an answer again."""
    WhatsAppConversation.objects.filter(pk=chat.pk).update(
        answered_seq=Coalesce(F("drafted_from"), F("answered_seq")), drafted_from=None, due_at=Now()
    )
    turns.rewake(chat.tenant_id, chat.pk)
