"""Nothing is forgotten: who waits for a person, and nobody answers, is brought to mind again.

A chat that people are asked for has a time (`look_at`) at which somebody looks whether it was answered. If not, the
staff hear of it again, then those who lead, then the customer is told honestly; each after another `forgotten_minutes`
of opening time. An answered chat that lies idle is proposed for closing. In the morning the staff get the list of the
night's chats. Rows with a due time, read by the workers' errands: two workers at once do each thing once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db.models import Max, Q

from aiconfig import api, hours
from aiconfig.models import WhatsAppAIConfig
from autolumiku.lib import clock, phone
from conversations import intents, outbox, turns, wording
from conversations.models import (
    ConversationEvent,
    Direction,
    Holder,
    Path,
    Reason,
    Sender,
    Status,
    WhatsAppConversation,
    WhatsAppMessage,
)
from conversations.turn import Intent
from staffcommands import notices
from staffcommands.models import StaffWhatsAppAuth
from tenants import scope
from tenants.models import Tenant

log = structlog.get_logger(__name__)

AT_ONCE = 200  # chats looked at in one round
IDLE = timedelta(days=1)  # an answered chat without a word for so long may be closed
LISTED = 15  # chats of a night that are named
LEADERS = (StaffWhatsAppAuth.Role.MANAGER, StaffWhatsAppAuth.Role.OWNER, StaffWhatsAppAuth.Role.ADMIN)
STEPS = ("staff", "leaders", "customer")  # whom each reminder of one wait goes to
KIND = "⏰ *Pelanggan belum dibalas*"


def look() -> None:
    """Look at every chat and every morning that is due, over all showrooms."""
    with scope.platform("forgotten chats"):
        due = WhatsAppConversation.objects.filter(look_at__lte=clock.now()).order_by("look_at", "pk")
        chats = list(due.values_list("tenant_id", "pk")[:AT_ONCE])
        mornings = list(_due_mornings().values_list("tenant_id", flat=True)[:AT_ONCE])
    for tenant_id, pk in chats:
        with scope.of(tenant_id):
            _look(pk)
    for tenant_id in mornings:
        with scope.of(tenant_id):
            _greet(tenant_id)


def _look(conversation_id: int) -> None:
    """Do what this chat needs now, and write when to look again; another worker that is at it does it alone."""
    mine = WhatsAppConversation.objects.filter(pk=conversation_id, look_at__lte=clock.now())
    chat = mine.select_for_update(skip_locked=True, no_key=True).first()
    if chat is not None:
        mine.update(**_next(chat))


def _next(chat: WhatsAppConversation) -> dict[str, Any]:
    """The chat's new columns."""
    if chat.status != Status.ESCALATED or chat.is_staff or chat.holder == Holder.NOBODY:
        return {"look_at": None}
    answered, since = _waits(chat)
    if since is None:
        return _idle(chat, answered)
    config = WhatsAppAIConfig.objects.filter(tenant_id=chat.tenant_id).first()
    done = chat.reminded if chat.waits_since == since else 0
    if config is None or not config.forgotten_minutes or done >= len(STEPS):
        return {"look_at": None}
    week, now = _opening(chat.tenant_id, config)
    due = hours.after(week, since.astimezone(now.tzinfo), timedelta(minutes=config.forgotten_minutes * (done + 1)))
    if due is not None and due <= now and hours.is_open(week, now):
        _remind(chat, config, STEPS[done], since)
        done += 1
        due = hours.after(week, now, timedelta(minutes=config.forgotten_minutes)) if done < len(STEPS) else None
    elif due is not None and due <= now:
        due = hours.next_opening(week, now)  # nobody looked in time, and now it is closed
    return {"look_at": due, "waits_since": since, "reminded": done}


def _waits(chat: WhatsAppConversation) -> tuple[datetime | None, datetime | None]:
    """(when a person last answered, since when the customer waits for one; None: they do not)."""
    messages = WhatsAppMessage.objects.filter(tenant_id=chat.tenant_id, conversation=chat)
    answered = messages.filter(sender_type=Sender.HUMAN, direction=Direction.OUTBOUND).aggregate(at=Max("created_at"))
    at, asked = answered["at"], chat.escalated_at
    if at is None or (asked is not None and at < asked):
        return at, asked
    said = messages.filter(direction=Direction.INBOUND, seq__isnull=False, created_at__gt=at)
    wants = (when for when, words in said.order_by("pk").values_list("created_at", "content") if not _thanks(words))
    return at, next(wants, None)


def _thanks(words: str) -> bool:
    """ "Oke kak, makasih" waits for nothing."""
    return bool(words) and intents.classify(words, trusted=True).intent is Intent.CLOSING


def _idle(chat: WhatsAppConversation, answered: datetime | None) -> dict[str, Any]:
    """When an answered chat has been idle for a day, its closing is proposed; people decide."""
    due = max(filter(None, (answered, chat.last_message_at)), default=clock.now()) + IDLE
    if due > clock.now():
        return {"look_at": due}
    return {"look_at": None, "closing_proposed_at": clock.now()}


def _opening(tenant_id: int, config: WhatsAppAIConfig) -> tuple[hours.Week, datetime]:
    """The showroom's week, and its present time."""
    return api.calendar_of(tenant_id), clock.now().astimezone(ZoneInfo(config.timezone))


def _remind(chat: WhatsAppConversation, config: WhatsAppAIConfig, whom: str, since: datetime) -> None:
    log.info("chat not answered", tenant=chat.tenant_id, conversation=chat.pk, told=whom)
    minutes = int((clock.now() - since).total_seconds() // 60)
    turns.note(chat.pk, ConversationEvent.Kind.REMINDED, whom=whom, minutes=minutes)
    if whom == "customer":
        _tell_customer(chat, config)
        return
    only = LEADERS if whom == "leaders" else None
    text = turns.news(chat, f"{KIND} selama {_span(minutes)}", Reason(chat.escalated_reason or Reason.MANUAL))
    notices.post(chat.tenant_id, notices.Kind.ESCALATION, text, roles=only)


def _span(minutes: int) -> str:
    hours_, rest = divmod(minutes, 60)
    return f"{hours_} jam {rest} menit" if hours_ else f"{rest} menit"


def _tell_customer(chat: WhatsAppConversation, config: WhatsAppAIConfig) -> None:
    """The honest word to who waits: nobody has come yet, it was passed on again. Not where the assistant is off."""
    if not config.auto_reply:
        return
    showroom = Tenant.objects.get(pk=chat.tenant_id)
    call = wording.reply("still_waiting_call", phone=phone.show(showroom.phone)) if showroom.phone else ""
    text = wording.reply("still_waiting", kak=wording.kak(chat.customer_name), tenant=showroom.name)
    message = WhatsAppMessage(
        tenant_id=chat.tenant_id,
        account_id=chat.account_id,
        conversation=chat,
        direction=Direction.OUTBOUND,
        sender_type=Sender.SYSTEM,
        content=" ".join(filter(None, (text, call))),
        path=Path.FIXED,
    )
    at, why = outbox.slot(config, chat.account_id, chat.pk)
    outbox.queue(message, at, now=False, why=why)


# --- The morning -----------------------------------------------------------------------------------------------------


def _due_mornings() -> Any:
    """The settings of showrooms that open now, or whose next opening nobody has looked up yet."""
    keeps = Q(tenant__in=api.tenants_with_hours())
    return WhatsAppAIConfig.objects.filter(
        Q(morning_at__lte=clock.now()) | Q(keeps, morning_at=None), morning_list=True
    ).order_by("pk")


def _greet(tenant_id: int) -> None:
    """Tell the staff of the night's chats if it is the moment, and write down the next opening."""
    due = _due_mornings().filter(tenant_id=tenant_id)
    config = due.select_for_update(skip_locked=True, no_key=True).first()
    if config is None:
        return
    week, now = _opening(tenant_id, config)
    if config.morning_at is not None and hours.is_open(week, now):
        text = night(tenant_id, week, now)
        if text:
            notices.post(tenant_id, notices.Kind.ESCALATION, text)
    WhatsAppAIConfig.objects.filter(pk=config.pk).update(morning_at=hours.opening_after(week, now))


def night(tenant_id: int, week: hours.Week, now: datetime) -> str:
    """The list of who wrote while it was closed last; "" if nobody did."""
    begun = hours.opened_at(week, now)
    closed = hours.closed_since(week, begun - timedelta(seconds=1)) if begun else None
    if begun is None or closed is None:
        return ""
    wrote = WhatsAppMessage.objects.filter(
        tenant_id=tenant_id, direction=Direction.INBOUND, created_at__gte=closed, created_at__lt=begun
    )
    rows = WhatsAppConversation.objects.filter(
        tenant_id=tenant_id, last_message_at__gte=closed, pk__in=wrote.values("conversation"), is_staff=False
    )
    chats = sorted(rows.exclude(holder=Holder.NOBODY).order_by("last_message_at"), key=lambda chat: not waiting(chat))
    if not chats:
        return ""
    asked = sum(map(waiting, chats))
    lines = [f"{number}. {_named(chat, now)}" for number, chat in enumerate(chats[:LISTED], 1)]
    more = [f"dan {len(chats) - LISTED} lagi"] if len(chats) > LISTED else []
    head = f"🌅 *Chat semalam: {len(chats)} percakapan*" + (f", {asked} menunggu orang" if asked else "")
    return "\n".join([head, *lines, *more, f"Buka Inbox: {settings.PUBLIC_URL}/inbox/"])


def waiting(chat: WhatsAppConversation) -> bool:
    return chat.status == Status.ESCALATED and chat.holder != Holder.PERSON


def _named(chat: WhatsAppConversation, now: datetime) -> str:
    who = " · ".join(filter(None, (chat.customer_name[:40], phone.show(chat.customer_phone or "")))) or "tanpa nomor"
    why = Reason(chat.escalated_reason).label if chat.escalated_reason else "perlu orang"
    at = f"{chat.last_message_at.astimezone(now.tzinfo):%H.%M}" if chat.last_message_at else ""
    return f"{who} ({at}): " + (f"menunggu, {why}" if waiting(chat) else "dijawab asisten")
