"""Write a message once and mark its chat due: one transaction, with the job that will answer it.

The advisory locks on the sender's identities make the look-up and the insert of one person's messages follow each
other; the conversation's row lock does the rest (conversations.turns tells the whole protocol).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from aimeow.payload import Ignored, Inbound
from autolumiku.lib import clock, rush
from conversations import intents, media, merge, storms, turns
from conversations.models import (
    Delivery,
    Direction,
    Path,
    Reason,
    Sender,
    Silence,
    WhatsAppConversation,
    WhatsAppMessage,
)
from tenants.scope import Account

UNREADABLE_AFTER = timedelta(hours=12)  # a text-less message after so long a silence may be a lost first text
UNREADABLE_WAIT_SECONDS = 3.0  # its readable twin, with the same id, may still be on its way
TWIN_SECONDS = 1.0  # the same text written, or where no time is told received, so close together is a copy
LATE_SECONDS = (5.0, 30.0)  # quiet and cap for messages of a backlog: it comes in one burst and gets one answer


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a message: stored, or ignored with a reason (duplicate, own_number, empty_other)."""

    ignored: str = ""


def locks(message: Inbound) -> list[str]:
    """The identities to lock, in one order for everybody."""
    return sorted(name for name in (message.phone, message.lid) if name)


def store(account: Account, message: Inbound) -> Stored:
    """Keep `message` in its conversation, inside the account's scope and under the locks of `locks()`."""
    if account.phone and message.phone == account.phone:
        return Stored("own_number")
    if message.from_showroom:
        return _store_typed(account, message)
    if intents.opts_in(message.text):
        _hear_again(account, message)
    if not _is_bare(message):  # the usual case: a person whose chat is known, under the identities shown here
        kept = _keep(account, message, " AND ".join(_identities(message)))
        if kept is not None:
            return kept
    found = _find(account, message)
    if _is_noise(message, found):
        return Stored("empty_other")
    chat = found or _open(account, message)
    kept = _keep(account, message, "id = %(conversation)s", conversation=chat.id)
    assert kept is not None  # its row is locked
    return kept


def _hear_again(account: Account, message: Inbound) -> None:
    """Who wanted to hear nothing from us, and now does."""
    mine = Q(customer_phone=message.phone or None) if message.phone else Q(lid=message.lid or None)
    silent = WhatsAppConversation.objects.filter(mine, account_id=account.id, silence=Silence.OPTED_OUT)
    for pk in silent.values_list("pk", flat=True):
        turns.hear(pk)


def perhaps_lost(event: Ignored) -> Inbound | None:
    """A text-less message as one to store: the gateway loses the text of replies, links and ad clicks.

    Whether it is kept is decided by store(), which knows how long the chat has been silent.
    """
    if event.reason != "empty_other" or not (event.phone or event.lid) or event.from_showroom:
        return None
    return Inbound(
        client_id=event.client_id,
        gateway_id=event.gateway_id,
        chat=event.chat,
        phone=event.phone,
        lid=event.lid,
        push_name=event.push_name,
        kind="other",
        text="",
        media_url="",
        mime_type="",
        latitude=None,
        longitude=None,
        place="",
        sent_at=event.sent_at,
        from_showroom=False,
        raw_type="other",
    )


class _Chat(NamedTuple):
    """A person's conversation, locked: what storing a message needs of it."""

    id: int
    phone: str | None
    lid: str | None
    last_message_at: datetime | None


FIND_SQL = """
SELECT id, customer_phone, lid, last_message_at FROM whatsapp_conversations
WHERE tenant_id = %s AND account_id = %s AND (customer_phone = %s OR lid = %s) ORDER BY id FOR NO KEY UPDATE
"""


def _find(account: Account, message: Inbound) -> _Chat | None:
    """The person's conversation, locked. Two of them, linked by this message's phone and LID, become one."""
    with connection.cursor() as cursor:
        cursor.execute(FIND_SQL, [account.tenant_id, account.id, message.phone or None, message.lid or None])
        found = [_Chat(*row) for row in cursor.fetchall()]
    if len(found) == 2:
        rows = WhatsAppConversation.objects.filter(pk__in=[chat.id for chat in found]).order_by("id")
        return _chat(merge.into_one(list(rows), phone=message.phone, lid=message.lid))
    if found:
        _learn_identity(found[0], message)
    return found[0] if found else None


def _chat(row: WhatsAppConversation) -> _Chat:
    return _Chat(row.pk, row.customer_phone, row.lid, row.last_message_at)


def _learn_identity(chat: _Chat, message: Inbound) -> None:
    """Keep the pair (phone, LID) once the wire has shown it; the newest LID of a phone counts."""
    learned = {}
    if message.phone and chat.phone != message.phone:
        learned["customer_phone"] = message.phone  # also where this LID was known with another: the wire decides
    if message.lid and chat.lid != message.lid:
        learned["lid"] = message.lid
    if learned:
        WhatsAppConversation.objects.filter(pk=chat.id).update(**learned)


def _open(account: Account, message: Inbound) -> _Chat:
    row = WhatsAppConversation.objects.create(
        tenant_id=account.tenant_id,
        account_id=account.id,
        customer_phone=message.phone or None,
        lid=message.lid or None,
        chat_jid=message.chat,
        customer_name=message.push_name,
    )
    return _chat(row)


def _is_bare(message: Inbound) -> bool:
    return message.kind == "other" and not message.text and not message.media_url


def _is_noise(message: Inbound, found: _Chat | None) -> bool:
    """A sticker, reaction or protocol message: no text, no file. After a long silence it may be a lost first text."""
    if not _is_bare(message):
        return False
    if message.sent_at is None or not message.gateway_id:
        return True
    last = found.last_message_at if found is not None else None
    return last is not None and timezone.now() - last < UNREADABLE_AFTER


# The gateway may deliver a text twice under two ids. The second copy is kept and shown, but nobody owes it an answer.
SAME_SQL = """
    SELECT FROM (
        SELECT direction, content, media_type, written_at, created_at FROM whatsapp_messages
        WHERE tenant_id = %(tenant)s AND conversation_id = chat.id ORDER BY id DESC LIMIT 20) AS lately
    WHERE direction = 'inbound' AND media_type = '' AND content = %(content)s AND content <> '' AND %(media_type)s = ''
      AND CASE WHEN written_at IS NULL OR %(written_at)s::timestamptz IS NULL
               THEN created_at > now() - make_interval(secs => %(twin)s)
               ELSE abs(extract(epoch FROM written_at - %(written_at)s)) <= %(twin)s END
"""
INSERT_SQL = """
    INSERT INTO whatsapp_messages (
        tenant_id, account_id, conversation_id, direction, sender_type, sender, content, media_type, media_url,
        mime_type, latitude, longitude, place, twin, seq, aimeow_message_id, written_at,
        intent, entities, ai_response, path, verdict, aimeow_status, attempts, error)
    SELECT %(tenant)s, %(account)s, id, 'inbound', 'customer', %(sender)s, %(content)s, %(media_type)s, %(media_url)s,
           %(mime_type)s, %(latitude)s, %(longitude)s, %(place)s,
           is_twin, CASE WHEN NOT is_twin THEN inbound_seq + 1 END, %(gateway_id)s, %(written_at)s,
           '', '{}', false, '', '{}', '', 0, ''
    FROM chat, LATERAL (SELECT EXISTS ({same})) AS one (is_twin)
    ON CONFLICT DO NOTHING
    RETURNING seq
""".replace("{same}", SAME_SQL)

# The readable twin of a text-less message fills it in and counts as new, so that a draft (or even an answer) that has
# not seen its words is not the last one.
FILL_SQL = """
    UPDATE whatsapp_messages SET content = %(content)s, media_type = %(media_type)s, media_url = %(media_url)s,
        mime_type = %(mime_type)s, latitude = %(latitude)s, longitude = %(longitude)s, place = %(place)s, intent = '',
        seq = chat.inbound_seq + 1
    FROM chat
    WHERE tenant_id = %(tenant)s AND account_id = %(account)s AND aimeow_message_id = %(gateway_id)s
      AND conversation_id = chat.id
      AND direction = 'inbound' AND content = '' AND media_type = 'other' AND media_url = ''
    RETURNING seq
"""

WAKE_SQL = turns.wake_sql("%(tenant)s::bigint", "chat.id", at="due_at", priority="%(priority)s::int")

# One statement finds and locks the chat ({which}), keeps the message ({kept}: one of the two above), marks the chat due
# and wakes a worker. No row: there is no such chat. Without a message nothing was kept.
STORE_SQL = """
WITH chat AS (
    SELECT id, inbound_seq FROM whatsapp_conversations
    WHERE tenant_id = %(tenant)s AND account_id = %(account)s AND {which} FOR NO KEY UPDATE
), said AS ({kept}), marked AS (
    UPDATE whatsapp_conversations c SET
        inbound_seq = said.seq,
        waiting_since = coalesce(c.waiting_since, now()),
        due_at = least(
            now() + make_interval(secs => greatest(coalesce(burst_wait_seconds, 0), %(wait)s,
                CASE WHEN %(age)s > 60 * nullif(late_after_minutes, 0) THEN %(late_quiet)s END)),
            coalesce(c.waiting_since, now())
                + make_interval(secs => greatest(coalesce(burst_cap_seconds, 0), %(wait)s,
                CASE WHEN %(age)s > 60 * nullif(late_after_minutes, 0) THEN %(late_cap)s END))),
        last_message_at = now(),
        chat_jid = %(chat)s,
        customer_name = CASE WHEN %(name)s = '' THEN c.customer_name ELSE %(name)s END,
        holder = CASE WHEN c.status = 'closed' THEN 'bot' ELSE c.holder END,
        status = CASE WHEN c.status = 'closed' THEN 'active' ELSE c.status END,
        closed_at = NULL,
        look_at = CASE WHEN c.status = 'escalated' THEN now() ELSE c.look_at END
    FROM chat, said LEFT JOIN whatsapp_ai_configs config ON config.tenant_id = %(tenant)s
    WHERE c.id = chat.id AND said.seq IS NOT NULL
    RETURNING c.due_at, c.holder)
SELECT EXISTS (SELECT FROM said), CASE WHEN holder = 'bot' THEN {wake} END FROM chat LEFT JOIN marked ON true
""".replace("{wake}", WAKE_SQL)


@cache
def _sql(kept: str, which: str) -> str:
    return STORE_SQL.replace("{kept}", kept).replace("{which}", which)


def _identities(message: Inbound) -> list[str]:
    """Conditions of the one chat that is known under every identity this message shows: there is nothing to learn."""
    shown = (("customer_phone = %(phone)s", message.phone), ("lid = %(lid)s", message.lid))
    return [condition for condition, value in shown if value]


def _keep(account: Account, message: Inbound, which: str, **more: int) -> Stored | None:
    """Keep the message in the chat {which} and wake a worker; None if there is no such chat."""
    now = clock.now()
    values = {
        **_content(message),
        **more,
        "tenant": account.tenant_id,
        "account": account.id,
        "phone": message.phone,
        "lid": message.lid,
        "chat": message.chat,
        "name": message.push_name,
        "sender": message.phone or message.lid,
        "gateway_id": message.gateway_id,
        "written_at": message.sent_at,
        "wait": UNREADABLE_WAIT_SECONDS if _is_bare(message) else 0.0,
        "age": (now - storms.written(message.sent_at, now)).total_seconds(),
        "late_quiet": LATE_SECONDS[0],
        "late_cap": LATE_SECONDS[1],
        "twin": TWIN_SECONDS,
        "priority": rush.priority(account.tenant_id),
    }
    with connection.cursor() as cursor:
        cursor.execute(_sql(INSERT_SQL, which), values)
        found = cursor.fetchone()
        if found is not None and not found[0] and not _is_bare(message):
            cursor.execute(_sql(FILL_SQL, which), values)
            found = cursor.fetchone()
    if found is None:
        return None
    if not found[0]:
        return Stored("duplicate")
    if message.media_url:
        media.arrived(account.tenant_id, account.id, message.gateway_id)
    return Stored()


def _content(message: Inbound) -> dict[str, Any]:
    return {
        "content": message.text,
        "media_type": "" if message.kind == "text" else message.kind.replace("live_location", "location"),
        "media_url": message.media_url,
        "mime_type": message.mime_type,
        "latitude": message.latitude,
        "longitude": message.longitude,
        "place": message.place,
    }


def _store_typed(account: Account, message: Inbound) -> Stored:
    """Somebody typed on the showroom's own phone: a person's message, and the person has the chat from now on."""
    if _is_bare(message):
        return Stored("empty_other")
    if (
        WhatsAppMessage.objects.filter(
            tenant_id=account.tenant_id,
            account_id=account.id,
            direction=Direction.OUTBOUND,
            aimeow_message_id=message.gateway_id,
        )
        .exclude(aimeow_message_id="")
        .exists()
    ):
        return Stored("duplicate")
    chat = _find(account, message) or _open(account, message)
    WhatsAppMessage.objects.create(
        tenant_id=account.tenant_id,
        account_id=account.id,
        conversation_id=chat.id,
        direction=Direction.OUTBOUND,
        sender_type=Sender.HUMAN,
        sender=account.phone,
        path=Path.PERSON,
        aimeow_message_id=message.gateway_id,
        aimeow_status=Delivery.SENT,
        written_at=message.sent_at,
        sent_at=timezone.now(),
        **_content(message),
    )
    turns.take(chat.id, reason=Reason.STAFF_TYPED)
    if message.media_url:
        media.arrived(account.tenant_id, account.id, message.gateway_id)
    return Stored()


def remember_unknown(client_id: str) -> None:
    """List a client id that no showroom has, for the platform admin; at most 1,000 different ones are kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO aimeow_unknown_clients (client_id, calls, first_seen_at, last_seen_at)
            SELECT %s, 1, now(), now() WHERE (SELECT count(*) FROM aimeow_unknown_clients) < 1000
            ON CONFLICT (client_id) DO UPDATE SET calls = aimeow_unknown_clients.calls + 1, last_seen_at = now()
            """,
            [client_id],
        )
