"""The only file that sends. A message is queued inside the turn's transaction and sent after its commit.

Ways of a message: sending (its own job sends it at once) or queued (pacing, a retry, a lost connection; a `deliver`
job takes it later), then sent, failed, or unsure when nobody knows whether it went out. Unsure ones are never repeated
by themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from aiconfig.models import WhatsAppAIConfig
from aimeow.client import Aimeow, AimeowError
from aimeow.models import AimeowAccount
from autolumiku.lib import counters, jobs
from conversations import turns
from conversations.models import ConversationEvent, Delivery, WhatsAppConversation, WhatsAppMessage
from tenants import scope

log = structlog.get_logger(__name__)

MAX_TRIES = 5
RETRY_SECONDS = (1, 3, 8, 30)  # before the second, third, … try
YOUNG = timedelta(days=30)
LOST_SECONDS = 100.0  # the gateway answers within 90 s; a send older than this has lost its worker
RECONNECT_SECONDS = 30.0


def queue(tenant_id: int, conversation_id: int, message: WhatsAppMessage) -> int | None:
    """Write an outbound message; returns its id when the caller may send it at once, None when a job will."""
    chat = WhatsAppConversation.objects.select_related("account").get(pk=conversation_id)
    at = _slot(chat)
    message.tenant_id = tenant_id
    message.account_id = chat.account_id
    message.conversation_id = conversation_id
    message.aimeow_status = Delivery.SENDING if at is None else Delivery.QUEUED
    message.sending_at = at or timezone.now()
    message.save(force_insert=True)
    if at is None:
        return message.pk
    jobs.later("conversations.deliver", at=at, tenant_id=tenant_id, message_id=message.pk)
    return None


def _slot(chat: WhatsAppConversation) -> datetime | None:
    """When this chat's next message may go out (None: now), and take that slot. Gaps of 0 cost nothing."""
    config = WhatsAppAIConfig.objects.filter(tenant_id=chat.tenant_id).first()
    if config is None:
        return None
    cap = config.daily_send_cap if timezone.now() - chat.account.created_at < YOUNG else 0
    if not (config.send_gap_seconds or config.customer_gap_seconds or cap):
        return None
    now = timezone.now()
    account = AimeowAccount.objects.select_for_update(no_key=True).get(pk=chat.account_id)
    at = max(moment for moment in (now, account.next_send_at, chat.next_send_at) if moment)
    today = timezone.localdate(at)
    sent = account.sent_today if account.sent_day == today else 0
    if cap and sent >= cap:
        today += timedelta(days=1)
        at = timezone.make_aware(datetime.combine(today, datetime.min.time()))
        sent = 0
    AimeowAccount.objects.filter(pk=account.pk).update(
        next_send_at=at + timedelta(seconds=config.send_gap_seconds), sent_day=today, sent_today=sent + 1
    )
    WhatsAppConversation.objects.filter(pk=chat.pk).update(
        next_send_at=at + timedelta(seconds=config.customer_gap_seconds)
    )
    return at if at > now else None


async def send(tenant_id: int, message_id: int, database: Callable[..., Any]) -> None:
    """Send a message that is `sending`, and record how it ended. `database` runs a function on the database thread."""
    letter = await database(_letter, tenant_id, message_id)
    if letter is None:
        return
    try:
        gateway_id = await asyncio.to_thread(Aimeow(settings.AIMEOW_BASE_URL).send_text, *letter)
    except AimeowError as error:
        await database(_failed, tenant_id, message_id, error)
    else:
        await database(_sent, tenant_id, message_id, gateway_id)


def _letter(tenant_id: int, message_id: int) -> tuple[str, str, str] | None:
    """(client id, recipient, text) of a message that is on its way."""
    with scope.of(tenant_id):
        return (
            WhatsAppMessage.objects.filter(pk=message_id, aimeow_status=Delivery.SENDING)
            .values_list("account__client_id", "conversation__chat_jid", "content")
            .first()
        )


def _sent(tenant_id: int, message_id: int, gateway_id: str) -> None:
    counters.add("sends", result="sent")
    with scope.of(tenant_id):
        _open(message_id).update(
            aimeow_status=Delivery.SENT,
            aimeow_message_id=gateway_id[:200],
            sent_at=Now(),
            attempts=F("attempts") + 1,
            error="",
        )


def _open(message_id: int) -> Any:
    """The message, as long as its fate is not recorded."""
    return WhatsAppMessage.objects.filter(pk=message_id, aimeow_status__in=(Delivery.SENDING, Delivery.UNSURE))


def _failed(tenant_id: int, message_id: int, error: AimeowError) -> None:
    """Try again where it is proven that nothing went out; wait for the phone where it is offline; else say so."""
    log.warning("send failed", tenant=tenant_id, message=message_id, kind=error.kind, status=error.status)
    with scope.of(tenant_id):
        tries = WhatsAppMessage.objects.values_list("attempts", flat=True).get(pk=message_id) + 1
        again: datetime | None = None
        if error.sent is not False:
            status = Delivery.UNSURE
        elif error.kind == "not_connected":
            status = Delivery.QUEUED  # reconnect() takes it up
            AimeowAccount.objects.update(connection_status=AimeowAccount.Connection.DISCONNECTED)
        elif error.permanent or tries >= MAX_TRIES:
            status = Delivery.FAILED
        else:
            status = Delivery.QUEUED
            again = timezone.now() + timedelta(seconds=RETRY_SECONDS[min(tries, len(RETRY_SECONDS)) - 1])
        _open(message_id).update(aimeow_status=status, attempts=tries, error=error.kind, sending_at=again)
        if again is not None:
            jobs.later("conversations.deliver", at=again, tenant_id=tenant_id, message_id=message_id)
    counters.add("sends", result=str(status))


def take_queued(tenant_id: int, message_id: int) -> bool:
    """Turn a queued message into one that the caller sends; False if it is not queued any more."""
    with scope.of(tenant_id):
        return bool(
            WhatsAppMessage.objects.filter(pk=message_id, aimeow_status=Delivery.QUEUED).update(
                aimeow_status=Delivery.SENDING, sending_at=Now()
            )
        )


def resend(message_id: int, user: Any = None) -> bool:
    """A person wants a failed or unsure message sent (again); False if it is neither. Inside the showroom's scope."""
    message = WhatsAppMessage.objects.filter(
        pk=message_id, aimeow_status__in=(Delivery.FAILED, Delivery.UNSURE), direction="outbound"
    )
    if not message.update(aimeow_status=Delivery.QUEUED, attempts=0, error="", sending_at=Now()):
        return False
    tenant_id, chat = WhatsAppMessage.objects.values_list("tenant_id", "conversation_id").get(pk=message_id)
    turns.note(chat, ConversationEvent.Kind.RESENT, actor=user, message=message_id)
    jobs.later("conversations.deliver", tenant_id=tenant_id, message_id=message_id)
    return True


def sweep() -> None:
    """Sends whose worker vanished become unsure; queued ones whose job vanished get a new one. Platform scope."""
    lost = WhatsAppMessage.objects.filter(
        aimeow_status=Delivery.SENDING, sending_at__lt=Now() - timedelta(seconds=LOST_SECONDS)
    ).update(aimeow_status=Delivery.UNSURE, error="worker vanished")
    if lost:
        log.error("sends became unsure", count=lost)
    forgotten = WhatsAppMessage.objects.filter(
        aimeow_status=Delivery.QUEUED, sending_at__lt=Now() - timedelta(seconds=settings.FORGOTTEN_SECONDS)
    )
    for tenant_id, pk in forgotten.values_list("tenant_id", "pk")[:500]:
        jobs.later("conversations.deliver", once=f"deliver:{pk}", tenant_id=tenant_id, message_id=pk)


def reconnect() -> None:
    """Ask the gateway about numbers that are offline but owe messages; send these when they are back."""
    with scope.platform("reconnect"):
        offline = list(
            AimeowAccount.objects.filter(
                connection_status=AimeowAccount.Connection.DISCONNECTED, is_active=True
            ).values_list("tenant_id", "client_id")[:100]
        )
    for tenant_id, client_id in offline:
        try:
            back = Aimeow(settings.AIMEOW_BASE_URL).client(client_id).is_connected
        except AimeowError:
            continue
        if back:
            resume(tenant_id)


def resume(tenant_id: int) -> None:
    """The number is connected again: what was held back goes out."""
    with scope.of(tenant_id):
        for account in AimeowAccount.objects.all():
            account.mark_connected()
        held = WhatsAppMessage.objects.filter(aimeow_status=Delivery.QUEUED, error="not_connected").order_by("pk")
        for pk in held.values_list("pk", flat=True):
            jobs.later("conversations.deliver", once=f"deliver:{pk}", tenant_id=tenant_id, message_id=pk)
