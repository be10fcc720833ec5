"""What a person does in a chat: write, leave a note, hand it to a colleague. Inside the showroom's scope.

Each function says what became of it: (done?, the words for the page). Taking is atomic (turns.take); who writes into a
chat takes it, so that the assistant is silent and no colleague answers the same question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from autolumiku.lib import text
from conversations import enclosures, media, outbox, turns, wording
from conversations.admin import why_not
from conversations.models import (
    AnswerReport,
    CannedReply,
    ConversationEvent,
    Direction,
    Holder,
    Path,
    Sender,
    WhatsAppConversation,
    WhatsAppMessage,
)
from conversations.seats import LONGEST, keep_draft, name_of
from inventory import pictures, search
from tenants.models import Membership, Role, Tenant, User

WORD, EXCEL = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/vnd.ms-excel"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCUMENTS = {
    ".pdf": "application/pdf", ".doc": "application/msword", ".docx": WORD, ".xls": EXCEL, ".xlsx": SHEET,
    ".csv": "text/csv", ".txt": "text/plain", ".mp4": "video/mp4",
}  # fmt: skip


class Said(NamedTuple):
    done: bool
    words: str = ""


def _lost_to(chat: WhatsAppConversation) -> Said:
    return Said(False, why_not(chat))


def take(chat: WhatsAppConversation, user: Any) -> Said:
    """Two at once: one has it, the other is told who."""
    if not turns.take(chat.pk, user=user):
        return _lost_to(chat)
    return Said(True, "Percakapan ini sekarang Anda pegang. Asisten diam sampai dikembalikan.")


def reply(chat: WhatsAppConversation, user: Any, words: str, upload: Any = None, unit: str = "") -> Said:
    """Words, a file that was chosen (`upload`), a car's first photo (`unit`: its id), or words with one of these."""
    words = words.replace("\x00", "").strip()
    said = _refused(chat, words, upload, unit)
    if said.words:
        return said
    try:
        enclosed = _uploaded(chat, upload) if upload is not None else _pictured(chat, unit)
    except ValueError as error:
        return Said(False, str(error))
    if not words and enclosed is None:
        return Said(False, "Mobil ini belum punya foto.")
    if not turns.take(chat.pk, user=user):
        return _lost_to(chat)
    for message in _letters(chat, words, enclosed):
        message.sender_type, message.sender, message.path = Sender.HUMAN, name_of(user)[:80], Path.PERSON
        outbox.queue(message, now=False)
    keep_draft(chat, user, "")
    return Said(True)


def _refused(chat: WhatsAppConversation, words: str, upload: Any, unit: str) -> Said:
    """What is to be said before anything is done; without words: go on."""
    if not words and upload is None and not unit:
        return Said(False, "Tulis dulu balasannya.")
    if chat.holder == Holder.NOBODY:
        return Said(False, f"Belum terkirim: orang ini {chat.get_silence_display()}.")
    if len(words) > LONGEST:
        return Said(False, f"Balasan terlalu panjang: paling banyak {LONGEST} huruf.")
    if upload is not None and upload.size > enclosures.BIGGEST:
        return Said(False, f"Berkas terlalu besar: paling banyak {enclosures.BIGGEST // 2**20} MB.")
    return Said(True)


class Enclosed(NamedTuple):
    name: str  # in the storage
    mime_type: str  # "": a photo


def _uploaded(chat: WhatsAppConversation, upload: Any) -> Enclosed:
    """The file kept: a photo without what the camera noted beside it, a document as it is. ValueError says why not."""
    data = upload.read()
    try:
        clean = pictures.clean(data).files[enclosures.WIDTH]
    except pictures.NoPictureError:
        suffix = PurePosixPath(upload.name).suffix.lower()
        if suffix not in DOCUMENTS:
            raise ValueError("Berkas ini tidak bisa dikirim. Pilih foto, PDF, Word, Excel, atau video MP4.") from None
        return Enclosed(enclosures.keep(chat.tenant_id, data, upload.name), DOCUMENTS[suffix])
    return Enclosed(enclosures.keep(chat.tenant_id, clean, "foto.jpg"), "")


def _pictured(chat: WhatsAppConversation, unit: str) -> Enclosed | None:
    name = pictures.first_of(chat.tenant_id, unit) if unit else ""
    return Enclosed(name, "") if name else None


def _letters(chat: WhatsAppConversation, words: str, enclosed: Enclosed | None) -> Iterator[WhatsAppMessage]:
    """The messages of a reply: a file has the words as its caption, where they fit."""
    fits = len(words) <= enclosures.LONGEST_CAPTION
    if enclosed is not None:
        caption = words if fits else ""
        if enclosed.mime_type:
            yield enclosures.document(chat, enclosed.name, caption, enclosed.mime_type)
        else:
            yield enclosures.photo(chat, enclosed.name, caption)
    if words and (enclosed is None or not fits):
        yield WhatsAppMessage(
            tenant_id=chat.tenant_id,
            account_id=chat.account_id,
            conversation_id=chat.pk,
            direction=Direction.OUTBOUND,
            content=words,
        )


def leave_note(chat: WhatsAppConversation, user: Any, words: str) -> Said:
    """Words for colleagues; they stay inside and reach no customer and no model."""
    words = words.replace("\x00", "").strip()[:LONGEST]
    if not words:
        return Said(False, "Tulis dulu catatannya.")
    turns.note(chat.pk, ConversationEvent.Kind.NOTE, actor=user, text=words)
    return Said(True)


def colleagues(tenant_id: int) -> list[User]:
    """Who may hold a chat in this showroom, by name."""
    members = Membership.objects.filter(tenant_id=tenant_id).exclude(role=Role.READ_ONLY)
    people = User.objects.filter(is_active=True, pk__in=members.values("user"))
    return sorted(people, key=lambda person: name_of(person).lower())


def assign(chat: WhatsAppConversation, user: Any, to: str) -> Said:
    """Hand the chat to a colleague, also one that somebody else holds."""
    person = next((one for one in colleagues(chat.tenant_id) if str(one.pk) == to), None)
    if person is None:
        return Said(False, "Orang ini tidak bekerja di showroom ini.")
    turns.assign(chat.pk, to=person, user=user)
    return Said(True, f"Percakapan ditugaskan ke {name_of(person)}.")


def report(chat: WhatsAppConversation, user: Any, message_id: str, kind: str, remark: str) -> Said:
    """An answer of the assistant was bad: kept for those who look after it."""
    answers = WhatsAppMessage.objects.filter(
        tenant_id=chat.tenant_id, conversation=chat, sender_type__in=(Sender.AI, Sender.SYSTEM)
    )
    answer = answers.filter(pk=message_id).first() if message_id.isdecimal() and len(message_id) < 19 else None
    if answer is None or kind not in AnswerReport.Kind.values:
        return Said(False, "Pilih dulu apa yang kurang dari jawaban itu.")
    AnswerReport.objects.create(
        tenant_id=chat.tenant_id,
        message=answer,
        kind=kind,
        remark=remark.replace("\x00", "").strip()[:500],
        reporter=user,
    )
    turns.note(chat.pk, ConversationEvent.Kind.REPORTED, actor=user, problem=kind, message=answer.pk)
    return Said(True, "Terima kasih. Laporan tersimpan dan dipakai untuk memperbaiki asisten.")


def fetch_file(chat: WhatsAppConversation, message_id: str) -> str:
    """Try once more to get the file of a message from the gateway."""
    own = WhatsAppMessage.objects.filter(tenant_id=chat.tenant_id, conversation=chat, direction="inbound")
    own = own.exclude(media_url="")
    if message_id.isdecimal() and len(message_id) < 19 and own.filter(pk=message_id).exists():
        media.wanted(chat.tenant_id, int(message_id))
    return "Berkas sedang diambil dari gateway."


# --- What one need not type ------------------------------------------------------------------------------------------


def canned(chat: WhatsAppConversation, user: Any) -> list[tuple[str, str]]:
    """(shortcut, words for this chat) of the showroom's ready replies."""
    showroom = Tenant.objects.get(pk=chat.tenant_id)
    name = text.first_name(chat.customer_name)
    known = {
        "nama": name,
        "kak": wording.kak(name),
        "showroom": showroom.name,
        "alamat": showroom.address,
        "sales": name_of(user),
    }
    return [(one.shortcut, fill(one.text, known)) for one in CannedReply.objects.filter(tenant_id=chat.tenant_id)]


def fill(words: str, known: dict[str, str]) -> str:
    """{nama} and the like; what we do not know by name stays as it was written."""
    return re.sub(r"\{([a-z]{2,10})\}", lambda found: known.get(found[1], found[0]), words)


def cards(tenant_id: int, words: str) -> list[tuple[str, str, str]]:
    """(line, card, id if it has a photo) of the cars in stock that these words may mean."""
    return [
        (wording.brief(unit), wording.card(unit, wording.basics(unit)), unit.display_id if unit.photo_count else "")
        for unit in search.by_words(tenant_id, words)
    ]
