"""What the assistant does for a customer: photos, appointments, the waiting list, what it notes or hands on. Pure.

Code decides from the customer's own words and the facts; each decision comes with the sentence that tells of it. The
model may ask for the same by tool calls, which are held to the same conditions. conversations.deeds does it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from autolumiku.lib import moments, rupiah
from autolumiku.lib import text as lib_text
from conversations import decide as decide_to
from conversations import english, prospects, visits, wishes, wording
from conversations.turn import Act, Deed, Entities, Facts, Intent, Turn, Understanding, Unit
from conversations.visits import Decided
from inventory import names
from leads.told import Told

_WHEN_THERE = r"(?:kalau|kalo|klo|kl|bila|jika|begitu|saat|pas)(?: sudah| udah| nanti| memang)?"
_TELL_ME = r"(?:kabari|kabarin|kabarkan|dikabari|dikabarin|kasih kabar|kasih tahu|infoin|infokan|info|hubungi|wa|chat)"
_ARRIVES = r"(?:ada|masuk|ready|datang|dapat|dapet|nemu|tersedia)"
_WAITS = re.compile(
    rf"\b{_TELL_ME}\b(?: \w{{1,12}}){{0,4}} {_WHEN_THERE} (?:\w{{1,15}} ){{0,5}}{_ARRIVES}\b|"
    rf"\b{_WHEN_THERE} (?:\w{{1,15}} ){{0,5}}{_ARRIVES}\b(?: \w{{1,15}}){{0,6}} {_TELL_ME}\b|"
    r"\bwaiting list\b|\bdaftar tunggu\b"
)
_VIDEO = re.compile(r"\bvideo")
_PHOTO = re.compile(r"\b(?:foto|gambar|pict?|photo)")
_NOT_WAITING = frozenset({Intent.SPAM, Intent.COMPLAINT, Intent.TEST_DRIVE, Intent.TRADE_IN})
WAITS = "waits"


def in_context(now: Understanding, said: str) -> Understanding:
    """ "kabari kalau ada" is a search that goes on."""
    if now.intent in _NOT_WAITING or not _WAITS.search(lib_text.plain(said[:500])):
        return now
    return replace(now, intent=Intent.VEHICLE_INQUIRY, confidence=0.9, reasons=(WAITS, "refers_back"))


def decide(turn: Turn, facts: Facts) -> tuple[Decided, ...]:
    """All that is done, or said of what might be done, in this turn."""
    found = (visits.decide(turn, facts), photos(turn, facts), waiting(turn, facts), trade_in(turn, facts))
    return tuple(one for one in found if one is not None)


def sentences(turn: Turn, facts: Facts) -> list[str]:
    """What may be said of them in this turn, as it stands."""
    decided = decide(replace(turn, customer_name=""), facts)
    return [one.text for one in decided] + [
        english.meant(one.english, turn, facts).text for one in decided if one.english
    ]


def photos(turn: Turn, facts: Facts) -> Decided | None:
    """Photos of the one car in question, when they are asked for; None: no such wish, or none that can be met."""
    if turn.understanding.intent is not Intent.PHOTO or _VIDEO.search(turn.text.lower()):
        return None
    unit = in_question(turn, facts)
    return _photos_of(turn, unit) if unit is not None else None


def _photos_of(turn: Turn, unit: Unit) -> Decided | None:
    if not (unit.photo_count and turn.persona.vehicle_info and unit.status == "AVAILABLE"):
        return None
    said = wording.reply("photos_coming", kak=wording.kak(turn.customer_name), car=_called(unit))
    theirs = english.reply("photos_coming", car=_called(unit)) if turn.written else ""
    return Decided(said, Deed(Act.PHOTOS, unit.id), units=(unit,), english=theirs)


def in_question(turn: Turn, facts: Facts) -> Unit | None:
    """The only car that is meant: the only one that fits, or the only one of them that we spoke of last."""
    asked = turn.understanding.entities
    if not asked.names_a_car() and facts.stock_size != 1:
        return None
    if any(unit.display_id.upper() == asked.unit_id.upper() for unit in facts.gone):
        return None
    if len(facts.units) == 1:
        return facts.units[0]
    last = next((line.text for line in reversed(turn.history) if line.role != "customer"), "")
    shown = [unit for unit in facts.units if unit.display_id in last]
    return shown[0] if len(shown) == 1 else None


def waiting(turn: Turn, facts: Facts) -> Decided | None:
    """A place on the waiting list; None: not asked for, there is such a car now, or nobody could be told."""
    if WAITS not in turn.understanding.reasons or facts.units or not facts.reachable:
        return None
    wish = turn.understanding.entities
    kak = wording.kak(turn.customer_name)
    if not _can_be_waited_for(wish):
        return Decided(wording.reply("waiting_what", kak=kak))
    car = wishes.wanted(wish)
    return Decided(wording.reply("waiting_noted", kak=kak, car=car), Deed(Act.WAIT, wish=wish))


def trade_in(turn: Turn, facts: Facts) -> Decided | None:
    """A car that the customer wants to give: a task for people, and the question for what they need to know."""
    if turn.understanding.intent is not Intent.TRADE_IN or turn.staff_role:
        return None
    return _trade_in(turn, wording.one_line(turn.text, 200))


def _trade_in(turn: Turn, words: str) -> Decided:
    named = turn.understanding.entities
    name = "trade_in_more" if named.model and named.year else "trade_in"
    return Decided(wording.reply(name, kak=wording.kak(turn.customer_name)), Deed(Act.TRADE_IN, words=words))


def _can_be_waited_for(wish: Entities) -> bool:
    return bool(wish.make or wish.model or wish.body_type or wish.budget or wish.budget_max or wish.seats)


def _called(unit: Unit) -> str:
    return f"*{wording.one_line(unit.name, 80)}* ({unit.display_id})"


# --- what the model asks for


def tools(turn: Turn, facts: Facts) -> list[dict[str, Any]]:
    """What the model may ask for in this turn; most turns have nothing to be done."""
    offered = []
    if facts.slots is not None and turn.persona.test_drive:
        offered += [_BOOK, _CANCEL] if facts.visit else [_BOOK]
    if turn.understanding.intent is Intent.PHOTO:
        offered.append(_SHOW)
    if WAITS in turn.understanding.reasons and facts.reachable:
        offered.append(_WAIT)
    if turn.staff_role:
        return offered
    plain = lib_text.plain(turn.text[:500])
    if facts.reachable and _OF_ONESELF.search(plain):
        offered.append(_SAVE)
    if turn.understanding.intent is not Intent.TRADE_IN and _OWN_CAR.search(plain):
        offered.append(_TRADE_IN)
    if turn.understanding.intent not in _PLAIN:
        offered.append(_HAND_OVER)
    return offered


def of_call(name: str, given: Mapping[str, Any], turn: Turn, facts: Facts) -> Decided | None:
    """A tool call as a decision, held against the turn: the showroom's own AVAILABLE car, a free slot, and the
    customer's own words. None: it may not be done.
    """
    unit = next((one for one in facts.units if one.display_id == str(given.get("unit_id", "")).strip().upper()), None)
    plain = lib_text.plain(turn.text[:500])
    if name == "show_photos" and unit is not None:
        wished = turn.understanding.intent is Intent.PHOTO or _PHOTO.search(plain)
        return _photos_of(turn, unit) if wished else None
    if name == "book_test_drive" and facts.slots is not None:
        return _appointment(given, unit, turn, facts)
    if name == "cancel_test_drive":
        return visits.called_off(turn, facts)
    if name == "join_waiting_list":
        return waiting(turn, facts)
    if name == "save_customer" and facts.reachable:
        told = said_of_oneself(given, turn.text)
        return Decided("", Deed(Act.SAVE, told=told)) if told else None
    if name == "register_trade_in" and _OWN_CAR.search(plain):
        words = str(given.get("car", ""))
        return _trade_in(turn, wording.one_line(turn.text, 200)) if _is_said(words, plain) else None
    if name == "hand_over":
        return _to_a_person(turn)
    return None


def _to_a_person(turn: Turn) -> Decided:
    """Hard where the customer's own words ask for a person, soft where the model alone thinks that one is needed."""
    reason = decide_to.Reason.HUMAN_REQUEST if _A_PERSON.search(lib_text.plain(turn.text[:500])) else None
    said = wording.reply("human", kak=wording.kak(turn.customer_name))
    return Decided(said, Deed(Act.HAND_OVER, words=reason or decide_to.Reason.UNCERTAIN))


def said_of_oneself(given: Mapping[str, Any], text: str) -> Told | None:
    """What the model took from the customer's words, as far as they stand there; None: nothing of it does."""
    plain = lib_text.plain(text[:2_048])
    name, place, need = (lib_text.plain(str(given.get(key) or ""))[:120].strip() for key in ("name", "place", "need"))
    told = Told(
        name=lib_text.first_name(name) if _names_oneself(name, plain) else "",
        location=place.title() if _lives_in(place, plain) else "",
        budget_range=_money(str(given.get("budget") or ""), text),
        interested_in=need if len(need) >= 4 and _is_said(need, plain) else "",
    )
    return told if told != Told() else None


def _is_said(words: str, plain: str) -> bool:
    """Does every word stand in what the customer wrote?"""
    wanted = set(re.findall(r"\w+", lib_text.plain(words)))
    return bool(wanted) and wanted <= set(re.findall(r"\w+", plain))


def _names_oneself(name: str, plain: str) -> bool:
    """ "saya dengan Budi", "ini Budi": a name that is no car's and no place's."""
    if not re.fullmatch(r"[a-z]{2,20}(?: [a-z]{2,20}){0,2}", name) or names.find(name) or prospects.is_place(name):
        return False
    return bool(re.search(rf"\b(?:{_I_AM})(?: (?:adalah|dengan|pak|bapak|bu|ibu|mas|mbak))? {name}\b", plain))


def _lives_in(place: str, plain: str) -> bool:
    if not re.fullmatch(r"[a-z]{3,20}(?: [a-z]{2,20}){0,3}", place):
        return False
    return bool(re.search(rf"\b(?:{_AT}) {place}\b", plain))


def _money(amount: str, text: str) -> str:
    """The amount, where the customer named the same one as what they can pay."""
    wanted = rupiah.parse(amount)
    mine = {one.value for one in rupiah.find(text)} if _BUDGET.search(lib_text.plain(text)) else set()
    return f"sekitar {rupiah.show(wanted)}" if wanted and wanted in mine else ""


def _appointment(given: Mapping[str, Any], unit: Unit | None, turn: Turn, facts: Facts) -> Decided | None:
    try:
        at = datetime.fromisoformat(f"{given.get('day')}T{given.get('time')}").replace(tzinfo=facts.now.tzinfo)
    except ValueError:
        return None
    own = [turn.text, *(line.text for line in turn.history[-6:] if line.role == "customer")]
    if not any(moments.mentioned(lib_text.plain(text[:500])) for text in own):
        return None  # nobody but the customer says when they come
    return visits.at_slot(turn, facts, unit, at)


def _tool(name: str, does: str, /, *, required: bool = True, **parameters: str) -> dict[str, Any]:
    properties = {key: {"type": "string", "description": means} for key, means in parameters.items()}
    schema = {"type": "object", "properties": properties, "required": list(parameters) if required else []}
    return {"type": "function", "function": {"name": name, "description": does, "parameters": schema}}


_BOOK = _tool(
    "book_test_drive",
    "Jadwalkan atau ganti jadwal test drive, hanya bila customer sendiri menyebut hari dan jamnya.",
    unit_id="ID unit, misalnya PM-PST-001",
    day="tanggal, misalnya 2026-11-28",
    time="jam penuh, misalnya 10:00",
)
_CANCEL = _tool("cancel_test_drive", "Batalkan jadwal test drive customer ini, hanya bila ia memintanya.")
_SHOW = _tool("show_photos", "Kirim foto unit yang diminta customer.", unit_id="ID unit, misalnya PM-PST-001")
_WAIT = _tool("join_waiting_list", "Catat customer supaya dikabari bila mobil yang dicari masuk.")
_SAVE = _tool(
    "save_customer",
    "Simpan yang customer katakan tentang dirinya di pesan ini, dengan kata-katanya sendiri, tanpa menyebut dicatat.",
    required=False,
    name="nama customer",
    place="tempat tinggalnya",
    budget="dananya, misalnya Rp 150 juta",
    need="untuk apa mobilnya",
)
_TRADE_IN = _tool(
    "register_trade_in",
    "Teruskan mobil customer yang ingin ditukar tambah atau dijual ke staf.",
    car="merek, tipe dan tahun mobilnya, seperti yang ia tulis",
)
_HAND_OVER = _tool(
    "hand_over",
    "Minta staf melanjutkan percakapan ini: customer memintanya, marah, atau Anda tidak bisa menjawabnya.",
    required=False,
    reason="sebabnya",
)

_I_AM = "nama(?:ku| saya| aku)?|panggil(?: saya| aku)?(?: aja| saja)?|saya|aku|dengan|ini|atas nama"
_AT = "di|dari|daerah|area|tinggal|domisili|kota|kabupaten|rumah|orang|asal"
_BUDGET = re.compile(r"\b(?:budget|bujet|anggaran|dana|uang|kisaran|maksimal|max|mentok|sekitar|punya|siap)\b")
_OF_ONESELF = re.compile(
    r"\b(?:saya|aku|kami|nama|panggil|tinggal|domisili|rumah|budget|bujet|anggaran|dana|buat|untuk|keluarga|istri|"
    r"suami|anak|kantor|usaha|kerja)\b"
)
_OWN_CAR = re.compile(
    r"\b(?:saya|aku|lama|sendiri)\b.{0,60}\b(?:jual|tukar|lepas|over)|"
    r"\b(?:jual|tukar|lepas|over)\w{0,4}\b.{0,60}\b(?:saya|aku|lama|sendiri|punya)\b|"
    r"\bpunya (?:mobil )?\w+ (?:19|20)[0-9]{2}\b"
)
_A_PERSON = re.compile(
    r"\b(?:orang(?:nya)?|manusia|admin|sales|staff?|cs|marketing|pemilik|owner|bos|manager|manajer|telepon|telpon|"
    r"ditelepon|ditelpon)\b"
)
_PLAIN = frozenset(
    {
        Intent.GREETING,
        Intent.CLOSING,
        Intent.IDENTITY,
        Intent.VEHICLE_INQUIRY,
        Intent.PRICE_INQUIRY,
        Intent.LOCATION,
        Intent.HOURS,
        Intent.CONTACT,
        Intent.PHOTO,
        Intent.TEST_DRIVE,
    }
)
VISITS = frozenset({Act.BOOK, Act.MOVE, Act.CANCEL})

# what a draft may only say where it is done: "nama Kakak sudah masuk daftar tunggu"
_DONE = r"\b(?:sudah|udah|telah|berhasil)\b[^?]{0,60}"
_NOTED = frozenset({Act.SAVE, Act.TRADE_IN, Act.WAIT})
# "Test drivenya Sabtu jam 10 Kak", "oke, besok jam 10": an appointment, where nothing is left open.
_DAY = r"\b(?:senin|selasa|rabu|kamis|jumat|sabtu|minggu|besok|lusa|(?:jam|pukul|tanggal) [0-9])"
_LEFT_OPEN = (
    r"\b(?:silakan|silahkan|bisa|boleh|mau|ingin|kalau|jika|bila|apakah|buka|tutup|libur|belum|tidak|cek|dicek|"
    r"\w{0,3}konfirmasi\w{0,4}|rencana\w{0,3}|hubungi|\w{0,3}tanya\w{0,4}|minimal|mulai|sampai|setiap)\b"
)
_AGREED = r"(?:\W{0,3}(?:oke|ok|baik|siap|sip|noted)\b|(?=.*\b(?:test ?drive|tes drive|tunggu|ditunggu|jadwal)))"
PROMISES: tuple[tuple[frozenset[Act], re.Pattern[str]], ...] = (
    (frozenset({Act.WAIT}), re.compile(rf"{_DONE}\b(?:daftar tunggu|waiting list)\b")),
    (VISITS, re.compile(rf"{_DONE}\b(?:di)?(?:jadwalkan|batalkan)\b")),
    (VISITS, re.compile(rf"^(?!.*{_LEFT_OPEN}){_AGREED}(?=.*{_DAY}).{{1,80}}")),
    (frozenset({Act.PHOTOS}), re.compile(rf"{_DONE}\b(?:foto|gambar)\w*\b[^?]{{0,40}}\b(?:di)?kirim\b")),
    (_NOTED, re.compile(rf"{_DONE}\b(?:di)?(?:catat|simpan|daftarkan)\b")),
)


def unkept(text: str, decided: Sequence[Decided]) -> tuple[str, ...]:
    """What a draft promises that is not done by anything decided: each a claim that no fact bears."""
    done = {one.deed.act for one in decided if one.deed is not None}
    clauses = [clause for clause in re.split(r"(?<=[.!?\n])", text.lower()) if not clause.strip().endswith("?")]
    found = (
        match[0].strip()
        for acts, pattern in PROMISES
        if not acts & done
        for clause in clauses
        if (match := pattern.search(clause))
    )
    return tuple(found)


def said_with(text: str, decided: Sequence[Decided]) -> str:
    """The draft, with the sentence of everything that is done where it does not say it itself."""
    flat = " ".join(text.split())
    missing = [one.said for one in decided if one.deed and one.text and " ".join(one.said.split()) not in flat]
    return "\n\n".join(part for part in (text, *missing) if part)
