"""The only file that sends. A message is queued inside the turn's transaction and sent after its commit.

Ways of a message: sending (its own job sends it at once) or queued (pacing, a retry, a lost connection; a `deliver`
job takes it later), then sent, failed, or unsure when nobody knows whether it went out. Unsure ones are never repeated
by themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from aiconfig.models import WhatsAppAIConfig
from aimeow.client import Aimeow, AimeowError
from aimeow.models import AimeowAccount
from autolumiku.lib import counters, jobs
from conversations import turns
from conversations.models import ConversationEvent, Delivery, Holder, Sender, WhatsAppConversation, WhatsAppMessage
from tenants import scope

log = structlog.get_logger(__name__)

MAX_TRIES = 5
RETRY_SECONDS = (1, 3, 8, 30)  # before the second, third, … try
YOUNG = timedelta(days=30)
NOT_CONNECTED = "not_connected"  # the error of messages that wait for the number to be connected again
PATIENCE_SECONDS = 10.0  # how long a message waits for the outcome of the one before it
ASKING_SECONDS = (3.05, 5.0)  # to connect and to read, for a question that sends nothing


@dataclass(frozen=True, slots=True)
class Letter:
    """A message on its way: what the gateway needs to send it."""

    tenant_id: int
    message_id: int
    client_id: str
    recipient: str
    text: str


def queue(message: WhatsAppMessage, at: datetime | None = None, *, now: bool = True) -> None:
    """Write an outbound message of a chat: `sending` if the caller sends it after its commit, else for a job.

    at: not before. A chat's messages go out in order: where `now` is False because an earlier one still waits, this
    one waits too.
    """
    now = now and at is None
    message.aimeow_status = Delivery.SENDING if now else Delivery.QUEUED
    message.sending_at = at or timezone.now()
    if not now:
        ahead = _ahead(WhatsAppMessage.objects.filter(conversation_id=message.conversation_id)).last()
        if ahead is not None and ahead.error == NOT_CONNECTED:
            message.error, message.sending_at = NOT_CONNECTED, None
    message.save(force_insert=True)
    if not now and message.sending_at is not None:
        jobs.later("conversations.deliver", at=at, tenant_id=message.tenant_id, message_id=message.pk)


def _ahead(messages: Any) -> Any:
    """Those of `messages` that later ones of their chat wait for; a send that takes long holds nobody up."""
    lately = timezone.now() - timedelta(seconds=PATIENCE_SECONDS)
    going_out = Q(aimeow_status=Delivery.SENDING, sending_at__gt=lately)
    return messages.filter(Q(aimeow_status=Delivery.QUEUED) | going_out).order_by("pk")


def slot(config: WhatsAppAIConfig, account_id: int, conversation_id: int) -> datetime | None:
    """When this chat's next message may go out (None: now), and take that slot. Gaps of 0 cost nothing."""
    if not (config.send_gap_seconds or config.customer_gap_seconds or config.daily_send_cap):
        return None
    account = AimeowAccount.objects.select_for_update(no_key=True).get(pk=account_id)
    chat = WhatsAppConversation.objects.filter(pk=conversation_id)
    cap = config.daily_send_cap if timezone.now() - account.created_at < YOUNG else 0
    now = timezone.now()
    after = (now, account.next_send_at, chat.values_list("next_send_at", flat=True).get())
    at = max(moment for moment in after if moment)
    today = timezone.localdate(at)
    sent = account.sent_today if account.sent_day == today else 0
    if cap and sent >= cap:
        today += timedelta(days=1)
        at = timezone.make_aware(datetime.combine(today, datetime.min.time()))
        sent = 0
    AimeowAccount.objects.filter(pk=account_id).update(
        next_send_at=at + timedelta(seconds=config.send_gap_seconds), sent_day=today, sent_today=sent + 1
    )
    chat.update(next_send_at=at + timedelta(seconds=config.customer_gap_seconds))
    return at if at > now else None


async def send(letter: Letter, database: Callable[..., Any]) -> None:
    """Send a message that is `sending`, and record how it ended. `database` runs a function on the database thread."""
    try:
        gateway_id = await asyncio.to_thread(
            Aimeow(settings.AIMEOW_BASE_URL).send_text, letter.client_id, letter.recipient, letter.text
        )
    except AimeowError as error:
        await database(_failed, letter.tenant_id, letter.message_id, error)
    else:
        await database(_sent, letter.tenant_id, letter.message_id, gateway_id)


# Whoever waited behind this message in its chat is returned, to go out next.
SENT_SQL = """
UPDATE whatsapp_messages m SET aimeow_status = 'sent', aimeow_message_id = %s, sent_at = now(),
       attempts = m.attempts + 1, error = ''
WHERE m.tenant_id = %s AND m.id = %s AND m.aimeow_status IN ('sending', 'unsure')
RETURNING EXISTS (SELECT 1 FROM whatsapp_messages w WHERE w.tenant_id = m.tenant_id
    AND w.conversation_id = m.conversation_id AND w.id > m.id AND w.aimeow_status = 'queued')
"""


def _sent(tenant_id: int, message_id: int, gateway_id: str) -> None:
    counters.add("sends", result="sent")
    with scope.of(tenant_id), connection.cursor() as cursor:
        cursor.execute(SENT_SQL, [gateway_id[:200], tenant_id, message_id])
        row = cursor.fetchone()
        if row and row[0]:
            _wake_next(tenant_id, message_id)


def _wake_next(tenant_id: int, message_id: int) -> None:
    """The fate of a message is known: the next of its chat that waited for it goes out."""
    chat = WhatsAppMessage.objects.filter(pk=message_id).values("conversation_id")
    waiting = WhatsAppMessage.objects.filter(
        Q(sending_at__lte=Now()) | Q(sending_at=None),
        conversation_id__in=chat,
        pk__gt=message_id,
        aimeow_status=Delivery.QUEUED,
    )
    for pk in waiting.order_by("pk").values_list("pk", flat=True)[:1]:
        jobs.later("conversations.deliver", once=f"deliver:{pk}", tenant_id=tenant_id, message_id=pk)


def _open(message_id: int) -> Any:
    """The message, as long as its fate is not recorded."""
    return WhatsAppMessage.objects.filter(pk=message_id, aimeow_status__in=(Delivery.SENDING, Delivery.UNSURE))


def _failed(tenant_id: int, message_id: int, error: AimeowError) -> None:
    """Try again where it is proven that nothing went out; wait for the phone where it is offline; else say so.

    What the bot said is not tried again in a chat that a person has taken meanwhile.
    """
    log.warning("send failed", tenant=tenant_id, message=message_id, kind=error.kind, status=error.status)
    with scope.of(tenant_id):
        message = WhatsAppMessage.objects.select_related("conversation").get(pk=message_id)
        tries = message.attempts + 1
        if error.kind == NOT_CONNECTED:
            tries = message.attempts  # it may be offline for weeks
        again: datetime | None = None
        if error.sent is not False:
            status = Delivery.UNSURE
        elif _taken_over(message):
            status = Delivery.FAILED
        elif error.kind == NOT_CONNECTED:
            status = Delivery.QUEUED  # reconnect() takes it up
            AimeowAccount.objects.filter(pk=message.account_id).update(
                connection_status=AimeowAccount.Connection.DISCONNECTED
            )
        elif error.permanent or tries >= MAX_TRIES:
            status = Delivery.FAILED
        else:
            status = Delivery.QUEUED
            again = timezone.now() + timedelta(seconds=RETRY_SECONDS[min(tries, len(RETRY_SECONDS)) - 1])
        _open(message_id).update(aimeow_status=status, attempts=tries, error=error.kind, sending_at=again)
        if again is not None:
            jobs.later("conversations.deliver", at=again, tenant_id=tenant_id, message_id=message_id)
        elif status == Delivery.QUEUED:
            _hold_back(message)
        else:
            _wake_next(tenant_id, message_id)
    counters.add("sends", result=str(status))


def _taken_over(message: WhatsAppMessage) -> bool:
    return message.sender_type != Sender.HUMAN and message.conversation.holder == Holder.PERSON


def _hold_back(message: WhatsAppMessage) -> None:
    """The number is offline: what waits behind this message waits for the connection too, and no job tries it."""
    WhatsAppMessage.objects.filter(
        conversation_id=message.conversation_id, pk__gt=message.pk, aimeow_status=Delivery.QUEUED
    ).update(error=NOT_CONNECTED, sending_at=None)


def take_queued(tenant_id: int, message_id: int) -> Letter | None:
    """Turn a queued message into one that the caller sends; None if it is not queued any more or not its turn."""
    with scope.of(tenant_id):
        earlier = WhatsAppMessage.objects.filter(conversation_id=OuterRef("conversation_id"), pk__lt=OuterRef("pk"))
        mine = WhatsAppMessage.objects.filter(pk=message_id)
        free = mine.filter(~Exists(_ahead(earlier)), aimeow_status=Delivery.QUEUED)
        if not free.update(aimeow_status=Delivery.SENDING, sending_at=Now()):
            return None
        return Letter(
            tenant_id, message_id, *mine.values_list("account__client_id", "conversation__chat_jid", "content").get()
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
        aimeow_status=Delivery.SENDING, sending_at__lt=Now() - timedelta(seconds=settings.LOST_SECONDS)
    ).update(aimeow_status=Delivery.UNSURE, error="worker vanished")
    if lost:
        log.error("sends became unsure", count=lost)
    overdue = Q(sending_at__lt=Now() - timedelta(seconds=settings.FORGOTTEN_SECONDS))
    back = Q(sending_at=None, account__connection_status=AimeowAccount.Connection.CONNECTED)
    forgotten = WhatsAppMessage.objects.filter(overdue | back, aimeow_status=Delivery.QUEUED)
    for tenant_id, pk in forgotten.order_by("pk").values_list("tenant_id", "pk")[:500]:
        jobs.later("conversations.deliver", once=f"deliver:{pk}", tenant_id=tenant_id, message_id=pk)


def reconnect() -> None:
    """Ask the gateway about numbers that are offline but owe messages; send these when they are back."""
    with scope.platform("reconnect"):
        offline = list(
            AimeowAccount.objects.filter(is_active=True)
            .exclude(connection_status=AimeowAccount.Connection.CONNECTED)
            .values_list("tenant_id", "client_id")[:100]
        )
    for tenant_id, client_id in offline:
        try:
            back = Aimeow(settings.AIMEOW_BASE_URL, ASKING_SECONDS).client(client_id).is_connected
        except AimeowError:
            continue
        if back:
            resume(tenant_id)


def resume(tenant_id: int) -> None:
    """The number is connected again: what was held back goes out, oldest first, at the showroom's pace."""
    with scope.of(tenant_id):
        for account in AimeowAccount.objects.all():
            account.mark_connected()
        config = WhatsAppAIConfig.objects.filter(tenant_id=tenant_id).first()
        gap, at = timedelta(seconds=config.send_gap_seconds if config else 0), timezone.now()
        held = WhatsAppMessage.objects.filter(aimeow_status=Delivery.QUEUED, error=NOT_CONNECTED).order_by("pk")
        for pk in list(held.values_list("pk", flat=True)):
            WhatsAppMessage.objects.filter(pk=pk).update(sending_at=at, error="")
            jobs.later("conversations.deliver", at=at, once=f"deliver:{pk}", tenant_id=tenant_id, message_id=pk)
            at += gap
