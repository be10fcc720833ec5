"""What lies open on a staff member's desk, and which commands their messages are then. Asked once a turn of staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from aiconfig.models import WhatsAppAIConfig
from autolumiku.lib import clock, text
from staffcommands import drafting, edits, grammar, uploads
from staffcommands.grammar import Call, Photo
from staffcommands.models import Confirmation, StaffWhatsAppAuth, UploadDraft

REMEMBERED = timedelta(hours=1)  # so long a late yes is told that it came too late; afterwards it is talk
STILL_OPEN = "📝 Draf *{car}* masih tersimpan. Lanjutkan kapan saja, atau ketik *simpan* atau *batal*."


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a staff member; media: the kind of its file, "" for words alone."""

    text: str
    media: str = ""
    url: str = ""
    message_id: int = 0
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """The upload that is open. adds_photos: its car is saved, only photos are still to come."""

    car: Mapping[str, Any] = field(default_factory=dict)
    adds_photos: bool = False
    has_twin: bool = False
    has_proposal: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    asked: bool = False  # a question waits for this person's yes or no
    may_upload: bool = False
    draft: Draft | None = None
    has_loose: bool = False  # photos of the last minutes wait for a car

    @property
    def reminder(self) -> str:
        """What to say below the answer to an ordinary question, while an upload is open."""
        is_open = self.draft is not None and not self.draft.adds_photos
        return STILL_OPEN.format(car=drafting.called(self.draft.car)) if is_open and self.draft else ""


def look(staff: StaffWhatsAppAuth, config: WhatsAppAIConfig) -> Desk:
    """Two or three statements."""
    asked = Confirmation.objects.filter(
        tenant_id=staff.tenant_id, staff=staff, answered_at=None, expires_at__gt=clock.now() - REMEMBERED
    )
    may_upload = config.staff_commands_enabled and config.enable_staff_upload and staff.can_upload_vehicle
    drafts = uploads.is_open(UploadDraft.objects.filter(tenant_id=staff.tenant_id, staff=staff)) if may_upload else ()
    draft = next(
        (
            Draft(row.car, row.stage == UploadDraft.Stage.PHOTOS, row.twin_id is not None, bool(row.proposed))
            for row in drafts
        ),
        None,
    )
    has_loose = may_upload and draft is None and uploads.loose(staff).exists()
    return Desk(asked.exists(), may_upload, draft, has_loose)


def sort(said: Sequence[Said], desk: Desk, year: int) -> tuple[tuple[Call, ...], list[str]]:
    """(the commands in order, the talk): what staff write is one or the other, message by message.

    A photo's caption commands nothing, for it may have been forwarded with the photo; it may describe the car.
    """
    sorter = _Sorter(desk, year)
    for one in said:
        if one.media == "image" and desk.may_upload:
            sorter.photo(one)
        elif one.text.strip():
            sorter.words(one)
    return tuple(sorter.calls), sorter.talk


SAVE = frozenset(("simpan", "save", "publish", "tayangkan", "terbitkan", "approve"))
DONE = frozenset(("selesai", "done", "sudah", "udah", "beres", "cukup"))
CANCEL = frozenset(("batal", "cancel", "batalkan", "batalin"))
OTHER = frozenset(("lain", "beda", "lainnya", "berbeda"))
SAME = frozenset(("sama",))
TAKE = frozenset(("pakai", "pake", "gunakan"))
_BESIDE = text.listed(
    "ya, iya, ok, oke, okay, siap, lanjut, kak, min, dong, deh, saja, aja, unit, mobil, upload, uploadnya, semua, "
    "fotonya, foto, yang, yg, draf, draft, tidak, gak, ga, jadi, langsung, tolong, sekarang, itu, "
    "usulan, usulannya, sip, sipp, siip, mantap, yuk, yes"
)


def draft_word(message: str, draft: Draft) -> str:
    """ "save", "done", "cancel", "take", "other" or "same" where a short message says just that to the open upload."""
    keys = [key for word in message.split()[:7] if (key := text.plain(word).strip("*_~.,!:;()\"'"))]
    if not 0 < len(keys) <= 6 or "?" in message:
        return ""
    meanings = {"cancel": CANCEL, "save": SAVE, "done": DONE}
    if draft.has_proposal:
        meanings |= {"take": TAKE}
    if draft.has_twin:
        meanings |= {"other": OTHER, "same": SAME}
    known = {name for name, words in meanings.items() if words.intersection(keys)}
    rest = [key for key in keys if key not in _BESIDE and not any(key in words for words in meanings.values())]
    if rest or len(known) > 1:
        return ""
    if known:
        return known.pop()
    gives_up = " ".join(keys) in ("gak jadi", "ga jadi", "tidak jadi")
    agrees = grammar.answer(message) and not draft.adds_photos and not drafting.missing(draft.car)
    return "cancel" if gives_up else "save" if agrees and not draft.has_twin else ""


class _Sorter:
    def __init__(self, desk: Desk, year: int) -> None:
        self.calls: list[Call] = []
        self.talk: list[str] = []
        self.asked = desk.asked
        self.may_upload = desk.may_upload
        self.draft = desk.draft
        self.year = year
        self.has_loose = desk.has_loose

    @property
    def fills(self) -> bool:
        """Is a car being described?"""
        return self.draft is not None and not self.draft.adds_photos

    def photo(self, one: Said) -> None:
        photo = Photo(one.message_id, one.url, one.written_at)
        caption = one.text.strip()
        if caption and "?" in caption:
            self.talk.append(caption)
        elif caption and self._describes(caption, photo):
            return
        last = self.calls[-1] if self.calls else None
        if last is not None and last.name in ("photos", "upload"):
            self.calls[-1] = replace(last, photos=(*last.photos, photo))
        else:
            self.calls.append(Call("photos", "", grammar.printable(caption), photos=(photo,)))

    def _describes(self, caption: str, photo: Photo) -> bool:
        reading = drafting.read(caption, self.year)
        enough = reading.describes_a_car or (reading.values.get("model") and len(reading.values) >= 4)
        if self.fills and drafting.is_mostly_about_a_car(caption, reading):
            self.calls.append(Call("draft", caption, grammar.printable(caption), photos=(photo,)))
        elif not self.fills and enough:
            self._start(Call("upload", caption, grammar.printable(caption), photos=(photo,), headed=False))
        else:
            return False
        return True

    def _start(self, call: Call) -> None:
        self.calls.append(call)
        if self.may_upload:
            self.draft = Draft(drafting.read(call.rest, self.year).values)

    def words(self, one: Said) -> None:
        raw = grammar.printable(one.text)
        answer = grammar.answer(one.text) if self.asked and not one.media else None
        if answer is not None:
            self.asked = False
            self.calls.append(Call("answer", "yes" if answer else "no", raw))
        elif self.draft is not None and not one.media and (word := draft_word(one.text, self.draft)):
            self.calls.append(Call("draft", "save" if word == "done" and self.fills else word, raw))
            self.draft = None if word == "cancel" else self.draft
        elif found := () if one.media else grammar.recognise_all(one.text) or self._meant(one.text, raw):
            for call in found:
                self._command(call)
        elif self.may_upload and not one.media and self._is_of_a_car(one.text):
            if self.fills:
                self.calls.append(Call("draft", one.text, raw))
            else:
                self._start(Call("upload", one.text, raw, headed=False))
        else:
            self.talk.append(one.text)

    def _meant(self, said: str, raw: str) -> tuple[Call, ...]:
        """A command without its word: the way of one is asked, how the upload stands, a car is sold, the car that was
        just saved is corrected.
        """
        if topic := grammar.asks_how(said):
            return (Call("help", topic, raw),)
        if self.fills:
            return (Call("draft", "show", raw),) if grammar.asks_standing(said) else ()
        if word := grammar.bare_status(said):
            return (Call("status", word, raw, headed=False),)
        corrects = self.draft is not None and "?" not in said and edits.read(said, self.year)
        return (Call("edit", said, raw),) if corrects and corrects.changes and not corrects.wrong else ()

    def _command(self, call: Call) -> None:
        """Without a car named, "ubah harga 125jt" corrects the car that is being described."""
        if call.name == "edit" and self.fills and not grammar.names_a_car(call.rest):
            self.calls.append(replace(call, name="draft"))
        elif call.name == "upload":
            self._start(call)
        else:
            self.calls.append(call)

    def _is_of_a_car(self, said: str) -> bool:
        if "?" in said or grammar.is_doubtful(said):
            return False
        reading = drafting.read(said, self.year)
        if self.fills:
            return drafting.is_mostly_about_a_car(said, reading)
        if self.has_loose:
            return bool(reading.values.get("model")) and len(reading.values) >= 4 and not reading.wrong
        return reading.describes_a_car
