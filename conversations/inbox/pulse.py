"""How an open inbox learns of news within two seconds: it asks, and is told "nothing" or what to read again.

Why asking and not server-sent events: web processes have a few threads, and an event stream would hold one for as long
as a page is open, so sixteen open inboxes would stop the webhook. A question here costs one transaction with one
statement; it passes by session and memberships, because the page got a signed pass that names person, showroom and
what is on the screen. The pass opens nothing: it only says whether the page should ask again through the door.

The version of what is on the screen is made of PostgreSQL's own row versions (xmin, ctid), so nothing that writes has
to count anything up.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from django.core import signing
from django.db import connection
from django.db.models import F
from django.db.models.expressions import RawSQL
from django.db.models.functions import Left, Now

from autolumiku.lib import clock
from conversations import seats
from conversations.inbox import folders
from conversations.inbox.folders import Folder, Wish
from conversations.models import ConversationEvent, Seat, WhatsAppConversation, WhatsAppMessage

SALT = "inbox.pulse"
MAX_AGE = timedelta(hours=1)  # an older page comes through the door again
WATCHED = 60  # the newest messages of a chat, whose delivery may still change


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a page shows and in which version."""

    tenant: int
    user: int
    folder: str
    seller: int | None = None
    intent: str = ""
    searching: bool = False  # a search is not repeated every two seconds
    chat: int | None = None
    rows: str = ""
    thread: str = ""
    waiting: str = ""  # when the newest of those who wait began to
    born: float = 0.0  # when the page came through the door; a pass for a pass does not make it younger

    def signed(self) -> str:
        return signing.dumps(asdict(self), salt=SALT, compress=True)


def read(text: str) -> Pulse | None:
    """The pulse of a pass; None if it is forged or its page too old."""
    try:
        shown = Pulse(**signing.loads(text, salt=SALT, max_age=MAX_AGE))
    except signing.BadSignature:
        return None
    return shown if clock.now().timestamp() - shown.born < MAX_AGE.total_seconds() else None


def of(tenant_id: int, wanted: Wish, user_id: int, chat_id: int | None = None) -> Pulse:
    """For a page that is being drawn now. Inside the showroom's scope."""
    bare = Pulse(tenant_id, user_id, wanted.folder, wanted.seller, wanted.intent, bool(wanted.words), chat_id)
    bare = replace(bare, born=clock.now().timestamp())
    return now(bare)


def now(shown: Pulse) -> Pulse:
    """The same page, in the version of this moment; one statement. Inside the showroom's scope."""
    waiting = folders.inside(shown.tenant, Folder.WAITING, shown.user).order_by(F("escalated_at").desc(nulls_last=True))
    newest, *rest = _read([waiting.values_list("escalated_at")[:1], *_rows(shown), *_thread(shown)])
    return replace(
        shown,
        rows=_digest(rest[:2]) if not shown.searching else "",
        thread=_digest(rest[2:]) if shown.chat is not None else "",
        waiting=newest[0][0] or "" if newest else "",
    )


def _read(queries: list[Any]) -> list[list[list[Any]]]:
    """The rows of all these queries, in one statement."""
    parts: list[str] = []
    values: list[Any] = []
    for query in queries:
        sql, given = query.query.sql_with_params()
        parts.append(f"(SELECT jsonb_agg(to_jsonb(array_row)) FROM ({sql}) AS array_row)")  # noqa: S608 - the query's own words
        values += given
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        row = cursor.fetchone()
    return [[list(one.values()) for one in json.loads(part or "[]")] for part in row]


def _version(table: str) -> Any:
    return RawSQL(f"{table}.xmin::text || {table}.ctid::text", [])  # noqa: S611 - our own words


def _rows(shown: Pulse) -> list[Any]:
    """What the list shows: its first chats, and those one has. A search is not repeated all the time."""
    wanted = Wish(Folder(shown.folder), seller=shown.seller, intent=shown.intent)
    mine = folders.inside(shown.tenant, Folder.MINE, shown.user).order_by("-last_message_at", "-pk")
    return [
        rows.annotate(v=_version("whatsapp_conversations")).values_list("pk", "v")[: folders.PAGE]
        for rows in (folders.found(shown.tenant, wanted, shown.user), mine)
    ]


def _thread(shown: Pulse) -> list[Any]:
    """What the chat shows: itself, its newest messages and events, and who is writing."""
    if shown.chat is None:
        return []
    mine = {"tenant_id": shown.tenant, "conversation_id": shown.chat}
    chat = WhatsAppConversation.objects.filter(tenant_id=shown.tenant, pk=shown.chat)
    messages = WhatsAppMessage.objects.filter(**mine).annotate(v=_version("whatsapp_messages")).order_by("-pk")
    writing = Seat.objects.filter(**mine, typed_at__gt=Now() - seats.TYPING).exclude(user_id=shown.user)
    advised = Seat.objects.filter(**mine, user_id=shown.user).annotate(has=Left("suggestion", 1))
    return [
        chat.annotate(v=_version("whatsapp_conversations")).values_list("pk", "v"),
        messages.values_list("pk", "v")[:WATCHED],
        ConversationEvent.objects.filter(**mine).order_by("-pk").values_list("pk")[:1],
        writing.order_by("user_id").values_list("user_id"),
        advised.values_list("suggested_at", "has"),
    ]


def _digest(rows: list[Any]) -> str:
    return hashlib.blake2b(repr(rows).encode(), digest_size=8).hexdigest()
