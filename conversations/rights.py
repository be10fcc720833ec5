"""What a person may ask of a showroom about themselves (UU PDP 27/2022): to see it, put it right, be forgotten.

A person is known by a phone, a WhatsApp identity (LID), or both. Erasing leaves counters (model calls of a day, the
number of a car's changes) and a row of the audit that says how much went, and nothing that says who it was. Inside the
showroom's scope.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import connection, models
from django.db.models import Func, Q, Value
from django.db.models.functions import Cast

from aiconfig.models import LLMCall
from autolumiku.lib import clock
from conversations import people, spool
from conversations.models import (
    AnswerReport,
    ConversationEvent,
    Direction,
    KeptFile,
    ProposedReply,
    ReplayedTurn,
    Seat,
    SentOnce,
    WhatsAppConversation,
    WhatsAppMessage,
)
from conversations.notices import BETWEEN
from leads.models import Booking, BookingEvent, Lead, Outreach, Wait
from staffcommands.models import Notice, StaffCommandLog, StaffWhatsAppAuth
from tenants import audit
from tenants.models import AuditEntry, owned_models

GONE = "[data pelanggan dihapus]"
FEW = 5  # letters: a shorter name is no sign of a certain person
Rows = dict[str, models.QuerySet[Any]]
Counts = dict[str, int]


BOOKS = frozenset({"sapaan terjadwal", "riwayat test drive", "test drive", "daftar tunggu", "prospek"})  # of rows_of()


class StaffError(Exception):
    """The phone is a staff member's: their rows are the showroom's own record of its work."""


@dataclass(frozen=True)
class Person:
    """Under what somebody is known to a showroom."""

    tenant_id: int
    phones: frozenset[str] = frozenset()
    lids: frozenset[str] = frozenset()
    chats: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()

    @property
    def shown(self) -> str:
        """For a row of the audit: no phone, no name."""
        return f"percakapan {', '.join(map(str, sorted(self.chats)))}" if self.chats else "orang tanpa percakapan"


def of_phone(tenant_id: int, phone: str) -> Person:
    """Whoever has this phone (62…); maybe nobody."""
    return _known(tenant_id, Q(customer_phone=phone), {phone})


def of_chat(chat: WhatsAppConversation) -> Person:
    return _known(chat.tenant_id, Q(pk=chat.pk), {chat.customer_phone} if chat.customer_phone else set())


def _known(tenant_id: int, which: Q, phones: set[str]) -> Person:
    rows = WhatsAppConversation.objects.filter(which, tenant_id=tenant_id)
    lids = list(rows.exclude(lid=None).values_list("lid", flat=True))
    either = Q(customer_phone__in=phones) | Q(lid__in=lids) | Q(pk__in=list(rows.values_list("pk", flat=True)))
    chats = list(WhatsAppConversation.objects.filter(either, tenant_id=tenant_id))
    names = {chat.customer_name for chat in chats}
    for model in (Lead, Booking, Wait):
        names |= set(model.objects.filter(tenant_id=tenant_id, phone__in=phones).values_list("name", flat=True))
    return Person(
        tenant_id,
        phones=frozenset([*phones, *(chat.customer_phone for chat in chats if chat.customer_phone)]),
        lids=frozenset(chat.lid for chat in chats if chat.lid),
        chats=frozenset(chat.pk for chat in chats),
        names=frozenset(names - {""}),
    )


def again(person: Person) -> Person:
    """The same person as the rows say now."""
    which = Q(pk__in=person.chats) | Q(customer_phone__in=person.phones)
    return _known(person.tenant_id, which, set(person.phones))


def is_staff(person: Person) -> bool:
    known = Q(phone_number__in=person.phones) | Q(lid__in=person.lids)
    return StaffWhatsAppAuth.objects.filter(known, tenant_id=person.tenant_id).exists()


# --- What there is ---------------------------------------------------------------------------------------------------


def rows_of(person: Person) -> Rows:
    """All rows that are this person's, by a name for people; what is referred to comes after what refers."""
    mine: dict[str, Any] = {"tenant_id": person.tenant_id}
    chats = WhatsAppConversation.objects.filter(**mine, pk__in=person.chats)
    said = WhatsAppMessage.objects.filter(**mine, conversation__in=person.chats)
    drafts = ProposedReply.objects.filter(**mine, conversation__in=person.chats)
    calls = Q(pk__in=said.values("llm_call")) | Q(pk__in=drafts.values("llm_call"))
    bookings = Booking.objects.filter(**mine, phone__in=person.phones)
    return {
        "berkas": KeptFile.objects.filter(**mine, message__in=said),
        "laporan jawaban": AnswerReport.objects.filter(**mine, message__in=said),
        "kejadian": ConversationEvent.objects.filter(**mine, conversation__in=person.chats),
        "catatan baca staf": Seat.objects.filter(**mine, conversation__in=person.chats),
        "jawaban percobaan": ReplayedTurn.objects.filter(**mine, conversation__in=person.chats),
        "panggilan API": SentOnce.objects.filter(**mine, sent__conversation__in=list(person.chats)),
        "panggilan model": LLMCall.objects.filter(calls, **mine),
        "konsep jawaban": drafts,
        "pesan": said,
        "percakapan": chats,
        "sapaan terjadwal": Outreach.objects.filter(**mine, phone__in=person.phones),
        "riwayat test drive": BookingEvent.objects.filter(**mine, booking__in=bookings),
        "test drive": bookings,
        "daftar tunggu": Wait.objects.filter(**mine, phone__in=person.phones),
        "prospek": Lead.objects.filter(**mine, phone__in=person.phones),
    }


def counts(person: Person) -> Counts:
    """How many rows of what there are."""
    return {name: count for name, rows in rows_of(person).items() if (count := rows.count())}


def export(person: Person) -> dict[str, Any]:
    """All that the showroom keeps of this person and of nobody else, as JSON takes it."""
    found: dict[str, Any] = {
        "dibuat": clock.now().isoformat(),
        "nomor": sorted(person.phones),
        "lid": sorted(person.lids),
        "nama": sorted(person.names),
    }
    for name, rows in rows_of(person).items():
        found[name] = [as_json(row) for row in rows.order_by("pk")]
    found["kabar ke staf tentang orang ini"] = [
        {"waktu": notice.created_at.isoformat(), "isi": notice.text}
        for notice in Notice.objects.filter(tenant_id=person.tenant_id).order_by("pk")
        if names(person, notice.text, by_name=not person.phones)
    ]
    return found


def as_json(row: models.Model) -> dict[str, Any]:
    """A row's columns but the showroom's id."""
    columns = {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}
    return {name: _plain(value) for name, value in columns.items() if name != "tenant_id"}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def correct(person: Person, name: str) -> None:
    """The name as the person wants it; the chat shows WhatsApp's own again after their next message."""
    mine: dict[str, Any] = {"tenant_id": person.tenant_id, "phone__in": person.phones}
    for model in (Lead, Booking, Wait):
        model.objects.filter(**mine).update(name=name[:120])
    WhatsAppConversation.objects.filter(tenant_id=person.tenant_id, pk__in=person.chats).update(
        customer_name=name[:500]
    )


# --- Erasing ---------------------------------------------------------------------------------------------------------


def erase(person: Person, *, user: Any = None) -> Counts:
    """Remove all that is this person's; returns how much of what. A turn that is being thought of finds no chat."""
    if is_staff(person):
        raise StaffError
    files = list(_files(rows_of(person)["pesan"]))
    gone = _delete(rows_of(person), person.chats)
    gone["sebutan dalam catatan staf"] = _blank(person)
    gone["berkas di penyimpanan"] = _forget_files(files)
    gone["pesan di spool"] = spool.forget(person.phones | person.lids)
    gone = {name: count for name, count in gone.items() if count}
    audit.note(person.tenant_id, AuditEntry.Kind.ERASED, user, person.shown, removed=gone)
    return gone


def erase_chats(tenant_id: int, chats: Iterable[int], *, keep: Iterable[int] = ()) -> Counts:
    """Remove these chats with all that was said in them. Of those in `keep` the row itself stays, without a word: who
    asked not to be written to must still be known tomorrow.
    """
    person = Person(tenant_id, chats=frozenset(chats))
    rows = rows_of(person)
    files = list(_files(rows["pesan"]))
    rows["percakapan"] = rows["percakapan"].exclude(pk__in=list(keep))
    gone = _delete({name: found for name, found in rows.items() if name not in BOOKS}, person.chats)
    gone["berkas di penyimpanan"] = _forget_files(files)
    return {name: count for name, count in gone.items() if count}


def _delete(rows: Rows, chats: Iterable[int]) -> Counts:
    """Delete the rows, what the back-office noted of them, and the jobs that would work on them."""
    ids = {name: list(found.values_list("pk", flat=True)) for name, found in rows.items()}
    gone = {"catatan back-office": sum(_forget_log(rows[name].model, ids[name]) for name in rows)}
    gone["pekerjaan antre"] = _forget_jobs(chats, ids["pesan"])
    for name, found in rows.items():
        found.model._default_manager.filter(pk__in=ids[name])._raw_delete(using="default")  # type: ignore[attr-defined]
        gone[name] = len(ids[name])
    return gone


def _forget_log(model: Any, ids: list[int]) -> int:
    """Django's own log names the row as it was called: a phone, a name."""
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model))
    return about.filter(object_id__in=[str(one) for one in ids]).delete()[0]


JOBS_SQL = """
    DELETE FROM procrastinate_jobs WHERE status = 'todo' AND (
        (args ->> 'conversation_id')::bigint = ANY(%s::bigint[]) OR (args ->> 'message_id')::bigint = ANY(%s::bigint[]))
"""


def _forget_jobs(chats: Iterable[int], messages: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(JOBS_SQL, [list(chats), messages])
        return cursor.rowcount


def _files(said: models.QuerySet[WhatsAppMessage]) -> Iterator[str]:
    """Stored names of what came with these messages, or was sent with them; a car's photos are the car's."""
    yield from KeptFile.objects.filter(message__in=said).values_list("file", flat=True)
    sent = said.filter(direction=Direction.OUTBOUND).exclude(media_url="")
    own = Q(media_url__startswith="chats/") | Q(media_url__startswith=people.PAPERS)
    yield from sent.filter(own).values_list("media_url", flat=True)


def _forget_files(files: list[str]) -> int:
    for name in files:
        default_storage.delete(name)
    return len(files)


# --- Where others speak of a person ----------------------------------------------------------------------------------

# What staff were told of people is known by the name too; elsewhere a name may be anybody's.
OF_STAFF = (Notice, StaffCommandLog)


@dataclass(frozen=True)
class Mention:
    """A row of somebody else's that names the person, and its columns that do."""

    row: Any
    columns: tuple[Any, ...]
    to_staff: bool


def names(person: Person, text: str, *, by_name: bool = True) -> bool:
    """Does this text name the person: by a phone, however it is written, or by the full name?"""
    called = by_name and any(name.lower() in text.lower() for name in _telling(person))
    return called or bool(_phones(person).search(text))


def _telling(person: Person) -> list[str]:
    return [name for name in person.names if len(name) >= FEW]


def _phones(person: Person) -> re.Pattern[str]:
    gap = r"[\s.()-]*"
    ways = [f"(?:62|0)?{gap}" + gap.join(phone.removeprefix("62")) for phone in sorted(person.phones)]
    return re.compile(rf"(?<!\d)(?:{'|'.join(ways)})(?!\d)" if ways else r"(?!)")


def _blank(person: Person) -> int:
    """Cut the person out of what is others': notices, what staff commanded and were told, notes. How many rows."""
    found = list(mentions(person))
    for one in found:
        values = {column.attname: _blanked(person, one, column) for column in one.columns}
        type(one.row).objects.filter(pk=one.row.pk).update(**values)
    return len(found)


def _blanked(person: Person, mention: Mention, column: Any) -> Any:
    """What stands in the column then. Several notices may stand in one message: only those go that name the person."""
    value = getattr(mention.row, column.attname)
    if not isinstance(value, str):
        return type(value)()
    if not mention.to_staff:
        return _phones(person).sub(GONE, value)[: column.max_length]
    parts = (GONE if names(person, part) else part for part in value.split(BETWEEN))
    return BETWEEN.join(parts)[: column.max_length]


def mentions(person: Person) -> Iterator[Mention]:
    """Every row of the showroom that names the person, one scan a table."""
    for model, columns in texts().items():
        for row in _candidates(person, model, columns):
            to_staff = model in OF_STAFF or (model is WhatsAppMessage and row.conversation.is_staff)
            said = {column: _words(getattr(row, column.attname)) for column in columns}
            named = tuple(column for column, words in said.items() if names(person, words, by_name=to_staff))
            if named:
                yield Mention(row, named, to_staff)


def texts() -> dict[Any, list[Any]]:
    """The columns of a showroom's tables that may hold words."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    owned = (model for model in owned_models() if model is not AuditEntry)
    found = {
        model: [one for one in model._meta.concrete_fields if isinstance(one, kinds) and not one.choices]
        for model in owned  # an audit's rows hold ids only, and stay as they are
    }
    return {model: columns for model, columns in found.items() if columns}


def _candidates(person: Person, model: Any, columns: list[Any]) -> list[Any]:
    """Rows in which the digits of a phone stand one after the other, whatever is between them, or a name."""
    parts = [Cast(column.attname, models.TextField()) for column in columns]
    words = Func(Value(" "), *parts, function="concat_ws", output_field=models.TextField())
    bare = Func(words, Value(r"\D"), Value(""), Value("g"), function="regexp_replace", output_field=models.TextField())
    said = Q()
    for phone in person.phones:
        said |= Q(digits_here__contains=phone.removeprefix("62"))
    for name in _telling(person) if model in OF_STAFF or model is WhatsAppMessage else ():
        said |= Q(said_here__icontains=name)
    if not said:
        return []
    rows = model.objects.filter(tenant_id=person.tenant_id).annotate(said_here=words, digits_here=bare).filter(said)
    return list(rows.select_related("conversation") if model is WhatsAppMessage else rows)


def _words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def left_of(person: Person) -> Counts:
    """Where the person's phone still stands in the showroom's tables, by table; {} after erase()."""
    phones = Person(person.tenant_id, phones=person.phones)
    return dict(Counter(type(one.row)._meta.db_table for one in mentions(phones)))
