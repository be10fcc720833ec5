"""The only file that sends. A message is queued inside the turn's transaction and sent after its commit.

Ways of a message: sending (its own job sends it at once) or queued (pacing, a retry, a lost connection; a `deliver`
job takes it later), then sent, failed, or unsure when nobody knows whether it went out. Unsure ones are never repeated
by themselves.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from aiconfig.models import WhatsAppAIConfig
from aimeow.client import Aimeow, AimeowError
from aimeow.models import AimeowAccount, Finding
from autolumiku.lib import counters, jobs
from autolumiku.lib.turnstile import Turnstiles, here
from conversations import enclosures, turns
from conversations.models import (
    ConversationEvent,
    Delivery,
    Holder,
    Reason,
    Sender,
    WhatsAppConversation,
    WhatsAppMessage,
)
from tenants import scope

log = structlog.get_logger(__name__)

MAX_TRIES = 5  # of a send that the gateway refuses; one that is away is tried until the reply is too old
RETRY_SECONDS = (1, 3, 8, 30)  # before the second, third, … try, and up to half as much again
MOST_COUNTED = 1_000
YOUNG = timedelta(days=30)
NOT_CONNECTED = "not_connected"  # the error of messages that wait for the number to be connected again
DAILY_CAP = "daily cap"  # of those that wait for another day
HELD_TOO_LONG = "held too long"
NOT_WANTED = "not wanted"
PATIENCE_SECONDS = 10.0  # how long a message waits for the outcome of the one before it
SENDS_AT_ONCE = 64  # threads that wait for the gateway; one showroom has half of them at most
ASKING_SECONDS = (3.05, 5.0)  # to connect and to read, for a question that sends nothing


@dataclass(frozen=True, slots=True)
class Letter:
    """A message on its way: what the gateway needs to send it."""

    tenant_id: int
    message_id: int
    client_id: str
    recipient: str
    text: str
    file: str = ""  # the stored name of what it carries (conversations.enclosures); the text is its caption
    media_type: str = ""
    mime_type: str = ""


def queue(message: WhatsAppMessage, at: datetime | None = None, *, now: bool = True, why: str = "") -> None:
    """Write an outbound message of a chat: `sending` if the caller sends it after its commit, else for a job.

    at, why: not before, and the reason to show. A chat's messages go out in order: where `now` is False because an
    earlier one still waits, this one waits too.
    """
    now = now and at is None
    message.aimeow_status = Delivery.SENDING if now else Delivery.QUEUED
    message.sending_at = at or timezone.now()
    if not now:
        message.held_since, message.error = timezone.now(), why
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


def paces(config: WhatsAppAIConfig) -> bool:
    """Does this showroom let time pass between its sends?"""
    return bool(config.send_gap_seconds or config.customer_gap_seconds or config.daily_send_cap)


def slot(config: WhatsAppAIConfig, account_id: int, conversation_id: int) -> tuple[datetime | None, str]:
    """When this chat's next message may go out (None: now) and why so late; takes that slot. Gaps of 0 cost nothing."""
    if not paces(config):
        return None, ""
    account = AimeowAccount.objects.select_for_update(no_key=True).get(pk=account_id)
    chat = WhatsAppConversation.objects.filter(pk=conversation_id)
    now = timezone.now()
    cap = daily_cap(config, account)
    free = max(now, account.next_send_at or now)
    day = timezone.localdate(free)
    sent = account.sent_today if account.sent_day == day else 0
    if cap and sent >= cap:
        day += timedelta(days=1)
        free = timezone.make_aware(datetime.combine(day, datetime.min.time()))
        sent = 0
    at = max(free, chat.values_list("next_send_at", flat=True).get() or free)  # who waits keeps nobody else waiting
    AimeowAccount.objects.filter(pk=account_id).update(
        next_send_at=free + timedelta(seconds=config.send_gap_seconds), sent_day=day, sent_today=sent + 1
    )
    chat.update(next_send_at=at + timedelta(seconds=config.customer_gap_seconds))
    if at <= now:
        return None, ""
    return at, DAILY_CAP if day > timezone.localdate(now) else ""


def daily_cap(config: WhatsAppAIConfig, account: AimeowAccount) -> int:
    """How many messages this number may send a day; 0: any number."""
    return config.daily_send_cap if timezone.now() - account.created_at < YOUNG else 0


def is_full_today(config: WhatsAppAIConfig, account: AimeowAccount) -> bool:
    """The number has sent what it may today; what comes now goes out tomorrow."""
    cap, today = daily_cap(config, account), timezone.localdate()
    if not cap or account.sent_day is None:
        return False
    return account.sent_day > today or (account.sent_day == today and account.sent_today >= cap)


_turnstiles: Turnstiles = WeakKeyDictionary()


async def send(letter: Letter, database: Callable[..., Any]) -> None:
    """Send a message that is `sending`, and record how it ended. `database` runs a function on the database thread."""
    began = time.monotonic()
    try:
        async with here(_turnstiles, SENDS_AT_ONCE).place(letter.tenant_id, SENDS_AT_ONCE // 2):
            gateway_id = await asyncio.to_thread(_send, letter)
    except AimeowError as error:
        counters.took("step", time.monotonic() - began, step="send")
        await database(_failed, letter.tenant_id, letter.message_id, error)
    else:
        counters.took("step", time.monotonic() - began, step="send")
        await database(_sent, letter.tenant_id, letter.message_id, gateway_id)


def _send(letter: Letter) -> str:
    """The message's id at WhatsApp."""
    gateway = Aimeow(settings.AIMEOW_BASE_URL)
    if not letter.file:
        return gateway.send_text(letter.client_id, letter.recipient, letter.text)
    return enclosures.send(
        gateway,
        letter.client_id,
        letter.recipient,
        name=letter.file,
        media_type=letter.media_type,
        mime_type=letter.mime_type,
        caption=letter.text,
    )


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
        tries = min(message.attempts + 1, MOST_COUNTED)
        if error.kind == NOT_CONNECTED:
            tries = message.attempts  # it may be offline for weeks
        again: datetime | None = None
        if error.kind == "unknown_client":
            Finding.lost(tenant_id, Finding.Detail.GONE)
        if error.sent is not False:
            status = Delivery.UNSURE
        elif _taken_over(message):
            status = Delivery.FAILED
        elif error.kind == NOT_CONNECTED:
            status = Delivery.QUEUED  # reconnect() takes it up
            AimeowAccount.objects.filter(pk=message.account_id).update(
                connection_status=AimeowAccount.Connection.DISCONNECTED
            )
            by_flag = error.status == 400  # the gateway itself calls it disconnected
            Finding.lost(tenant_id, Finding.Detail.DISCONNECTED if by_flag else Finding.Detail.SEND)
        elif error.permanent or (tries >= MAX_TRIES and error.kind != "unreachable"):
            status = Delivery.FAILED
        else:
            status = Delivery.QUEUED
            again = timezone.now() + timedelta(seconds=_pause(tries))
        _open(message_id).update(
            aimeow_status=status,
            attempts=tries,
            error=error.kind,
            sending_at=again,
            held_since=Coalesce("held_since", Now()),
        )
        if status == Delivery.FAILED and not _taken_over(message):
            turns.hand_over(message.conversation_id, reason=Reason.NOT_SENT)
        if again is not None:
            jobs.later("conversations.deliver", at=again, tenant_id=tenant_id, message_id=message_id)
        elif status == Delivery.QUEUED:
            _hold_back(message)
        else:
            _wake_next(tenant_id, message_id)
    counters.add("sends", result=str(status))


def _pause(tries: int) -> float:
    """Seconds until the next try; spread, so that the replies of one outage do not all come back at once."""
    return RETRY_SECONDS[min(tries, len(RETRY_SECONDS)) - 1] * random.uniform(1, 1.5)  # noqa: S311


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
        if _expire(message_id) or _unwelcome(message_id):
            return None
        earlier = WhatsAppMessage.objects.filter(conversation_id=OuterRef("conversation_id"), pk__lt=OuterRef("pk"))
        mine = WhatsAppMessage.objects.filter(pk=message_id)
        free = mine.filter(~Exists(_ahead(earlier)), aimeow_status=Delivery.QUEUED)
        if not free.update(aimeow_status=Delivery.SENDING, sending_at=Now()):
            return None
        columns = ("account__client_id", "conversation__chat_jid", "content", "media_url", "media_type", "mime_type")
        return Letter(tenant_id, message_id, *mine.values_list(*columns).get())


def _unwelcome(message_id: int) -> bool:
    """Who does not want to be written to is not, whoever wrote it and whenever it was queued."""
    silent = WhatsAppMessage.objects.filter(
        pk=message_id, aimeow_status=Delivery.QUEUED, conversation__holder=Holder.NOBODY
    )
    return bool(silent.update(aimeow_status=Delivery.FAILED, error=NOT_WANTED))


# A showroom's replies that were held for longer than it wants; all showrooms' in platform scope.
EXPIRE_SQL = """
UPDATE whatsapp_messages m SET aimeow_status = 'failed', error = %(error)s
FROM whatsapp_ai_configs config
WHERE config.tenant_id = m.tenant_id AND m.aimeow_status = 'queued' AND config.held_reply_minutes > 0
  AND m.held_since < now() - make_interval(mins => config.held_reply_minutes) {which}
RETURNING m.tenant_id, m.conversation_id, m.id
"""


def _expire(message_id: int | None = None) -> bool:
    """Replies that were held too long are not sent any more: a person is asked for instead."""
    with connection.cursor() as cursor:
        which = "" if message_id is None else "AND m.id = %(id)s"
        cursor.execute(EXPIRE_SQL.replace("{which}", which), {"error": HELD_TOO_LONG, "id": message_id})
        rows = cursor.fetchall()
    for tenant_id, conversation_id, pk in rows:
        log.error("reply held too long", tenant=tenant_id, conversation=conversation_id, message=pk)
        turns.hand_over(conversation_id, reason=Reason.NOT_SENT)
        _wake_next(tenant_id, pk)
    return bool(rows)


def resend(message_id: int, user: Any = None) -> bool:
    """A person wants a failed or unsure message sent (again); False if it is neither. Inside the showroom's scope."""
    message = WhatsAppMessage.objects.filter(
        pk=message_id, aimeow_status__in=(Delivery.FAILED, Delivery.UNSURE), direction="outbound"
    )
    if not message.update(aimeow_status=Delivery.QUEUED, attempts=0, error="", sending_at=Now(), held_since=Now()):
        return False
    tenant_id, chat = WhatsAppMessage.objects.values_list("tenant_id", "conversation_id").get(pk=message_id)
    turns.note(chat, ConversationEvent.Kind.RESENT, actor=user, message=message_id)
    jobs.later("conversations.deliver", tenant_id=tenant_id, message_id=message_id)
    return True


def sweep() -> None:
    """Sends whose worker vanished become unsure; queued ones whose job vanished get a new one. Platform scope."""
    late = WhatsAppMessage.objects.filter(
        aimeow_status=Delivery.SENDING, sending_at__lt=Now() - timedelta(seconds=settings.LOST_SECONDS)
    )
    for tenant_id, pk in list(late.values_list("tenant_id", "pk")[:500]):
        if late.filter(pk=pk).update(aimeow_status=Delivery.UNSURE, error="worker vanished"):
            log.error("send became unsure", tenant=tenant_id, message=pk)
    _expire()
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


def resume(tenant_id: int, *, proven: bool = False) -> None:
    """The number is connected again: what was held back goes out, oldest first, at the showroom's pace.

    proven: it has just connected; otherwise the gateway's flag says so, which failed sends do not believe.
    """
    with scope.of(tenant_id):
        Finding.settle(tenant_id, Finding.Kind.LOST, but_detail="-" if proven else Finding.Detail.SEND)
        for account in AimeowAccount.objects.all():
            account.mark_connected()
        config = WhatsAppAIConfig.objects.filter(tenant_id=tenant_id).first()
        gap, at = timedelta(seconds=config.send_gap_seconds if config else 0), timezone.now()
        held = WhatsAppMessage.objects.filter(aimeow_status=Delivery.QUEUED, error=NOT_CONNECTED).order_by("pk")
        for pk in list(held.values_list("pk", flat=True)):
            WhatsAppMessage.objects.filter(pk=pk).update(sending_at=at, error="")
            jobs.later("conversations.deliver", at=at, once=f"deliver:{pk}", tenant_id=tenant_id, message_id=pk)
            at += gap
