"""The folders of the inbox: which chats lie in them, how many, and a page of them.

Pages go by key (time and id of the last row), so that the hundredth costs what the first costs. Counts stop at CAP.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Exists, F, JSONField, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, JSONObject, Left
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from autolumiku.lib import phone
from conversations.models import Delivery, Holder, Mood, Seat, Status, WhatsAppConversation, WhatsAppMessage
from conversations.turn import Intent

PAGE = 30
MOST = 300  # rows that a living list keeps up to date
CAP = 1000  # counted at most: beyond, "999+" says enough
BIGGEST_ID = 2**63 - 1


class Folder(StrEnum):
    WAITING = "menunggu"
    MINE = "saya"
    ALL = "semua"
    BOT = "bot"
    CLOSED = "selesai"
    SPAM = "spam"


WORDS = {
    Folder.WAITING: "Menunggu",
    Folder.MINE: "Milik saya",
    Folder.ALL: "Semua",
    Folder.BOT: "Bot",
    Folder.CLOSED: "Selesai",
    Folder.SPAM: "Spam",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """Which chats one wants to see, as the page's address says it."""

    folder: Folder = Folder.WAITING
    words: str = ""
    seller: int | None = None
    intent: str = ""
    mood: str = ""
    after: tuple[datetime, int] | None = None  # key of the last row already shown
    shown: int = PAGE

    @property
    def narrowed(self) -> bool:
        """Are only some chats of the folder wanted?"""
        return bool(self.words or self.seller or self.intent or self.mood)

    def query(self, **changes: Any) -> str:
        """This wish as an address, from its first row on."""
        wish = replace(self, after=None, shown=PAGE, **changes)
        said = {"f": wish.folder, "q": wish.words, "sales": wish.seller or "", "maksud": wish.intent}
        said["suasana"] = wish.mood
        return urlencode({name: value for name, value in said.items() if value})


def wish(asked: QueryDict) -> Wish:
    """Read from an address; what makes no sense there is left out."""
    folder = asked.get("f", "")
    return Wish(
        folder=Folder(folder) if folder in set(Folder) else Folder.WAITING,
        words=" ".join(asked.get("q", "").replace("\x00", "").split())[:100],
        seller=number(asked.get("sales", "")),
        intent=asked.get("maksud", "") if asked.get("maksud", "") in set(Intent) else "",
        mood=asked.get("suasana", "") if asked.get("suasana", "") in Mood.values else "",
        after=key(asked.get("setelah", "")),
        shown=min(max(number(asked.get("n", "")) or PAGE, PAGE), MOST),
    )


def number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def key(text: str) -> tuple[datetime, int] | None:
    moment, _, last = text.partition("~")
    try:
        at = parse_datetime(moment)
    except ValueError:
        return None
    pk = number(last)
    return (at, pk) if at is not None and at.tzinfo is not None and pk is not None else None


# --- Rules -----------------------------------------------------------------------------------------------------------


def rule(folder: Folder, user: Any) -> Q:
    """Which chats lie in this folder for this person."""
    rules = {
        Folder.WAITING: Q(status=Status.ESCALATED, is_spam=False) & ~Q(holder=Holder.PERSON),
        Folder.MINE: Q(holder=Holder.PERSON, escalated_to=user),
        Folder.ALL: Q(is_spam=False),
        Folder.BOT: Q(holder=Holder.BOT, status=Status.ACTIVE, is_spam=False),
        Folder.CLOSED: Q(status=Status.CLOSED),
        Folder.SPAM: Q(is_spam=True),
    }
    return rules[folder]


def inside(tenant_id: int, folder: Folder, user: Any) -> QuerySet[WhatsAppConversation]:
    return WhatsAppConversation.objects.filter(rule(folder, user), tenant_id=tenant_id)


def found(tenant_id: int, wanted: Wish, user: Any) -> QuerySet[WhatsAppConversation]:
    """The chats of this wish in the folder's order, after the last one shown."""
    rows = inside(tenant_id, wanted.folder, user)
    if wanted.seller is not None:
        rows = rows.filter(escalated_to=wanted.seller)
    if wanted.intent:
        rows = rows.filter(last_intent=wanted.intent)
    if wanted.mood:
        rows = rows.filter(mood=wanted.mood)
    if wanted.words:
        rows = rows.filter(pk__in=_said(wanted.words))
    field, oldest_first = order(wanted.folder)
    rows = rows.filter(**{f"{field}__isnull": False})
    if wanted.after is not None:
        at, pk = wanted.after
        way = "gt" if oldest_first else "lt"
        rows = rows.filter(Q(**{f"{field}__{way}": at}) | Q(**{field: at, f"pk__{way}": pk}))
    return rows.order_by(*((field, "pk") if oldest_first else (f"-{field}", "-pk")))


def order(folder: Folder) -> tuple[str, bool]:
    """(the time the folder goes by, oldest first?): who has waited longest comes first, else the latest."""
    return ("escalated_at", True) if folder is Folder.WAITING else ("last_message_at", False)


def _said(words: str) -> RawSQL:
    """The chats in which these words begin words of one message, a car's name, or are part of a name or a phone.

    The function knows the showroom from the session, by itself (migration 0009).
    """
    begun = [f"'{word}':*" for word in re.findall(r"\w+", words.lower())]
    digits = "".join(mark for mark in words if mark.isascii() and mark.isdigit())
    digits = f"62{digits[1:]}" if digits.startswith("0") else digits
    part = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return RawSQL(
        "SELECT chats_found(%s, %s, %s)", [" & ".join(begun), f"%{part}%", f"%{digits}%" if len(digits) >= 4 else ""]
    )


# --- Rows ------------------------------------------------------------------------------------------------------------

TROUBLE = (Delivery.FAILED, Delivery.UNSURE)


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of chats, and where the next one begins ("": there is none)."""

    chats: list[Any]
    more: str


def page(tenant_id: int, wanted: Wish, user: Any) -> Listed:
    latest = WhatsAppMessage.objects.filter(tenant_id=tenant_id, conversation=OuterRef("pk")).order_by("-pk")
    said = JSONObject(text=Left("content", 90), media="media_type", way="direction", by="sender_type")
    mine = Seat.objects.filter(tenant_id=tenant_id, conversation=OuterRef("pk"), user=user)
    unsent = WhatsAppMessage.objects.filter(tenant_id=tenant_id, conversation=OuterRef("pk"), aimeow_status__in=TROUBLE)
    rows = (
        found(tenant_id, wanted, user)
        .select_related("escalated_to")
        .annotate(
            latest=Subquery(latest.values(said=said)[:1], output_field=JSONField()),
            unread=F("inbound_seq") - Coalesce(Subquery(mine.values("seen_seq")[:1]), 0),
            trouble=Exists(unsent),
        )
    )
    count = wanted.shown if wanted.after is None else PAGE
    chats = list(rows[: count + 1])
    field, _ = order(wanted.folder)
    more = ""
    if len(chats) > count:
        last = chats[count - 1]
        more = f"{getattr(last, field).isoformat()}~{last.pk}"
    return Listed(chats[:count], more)


def counts(tenant_id: int, user: Any) -> dict[Folder, int]:
    """How many chats lie in each folder, counted up to CAP; one statement."""
    parts: list[str] = []
    values: list[Any] = []
    for folder in Folder:
        sql, given = inside(tenant_id, folder, user).order_by().values("pk")[:CAP].query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS chats)")  # noqa: S608 - the query's own words
        values += given
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        row = cursor.fetchone()
    return dict(zip(Folder, row, strict=True))


def shown_count(count: int) -> str:
    return f"{CAP - 1}+" if count >= CAP else str(count)


def number_of(chat: WhatsAppConversation) -> str:
    return phone.show(chat.customer_phone or "") or "nomor belum diketahui"
