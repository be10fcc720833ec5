"""English heard, judged and spoken, for showrooms that answer in it: put into the Indonesian of our own words. Pure.

There is one guard. An English draft is put into Indonesian by a closed list of words and phrases (data/english.txt) and
judged like any other; a word that is not on the list fails by itself. What a customer writes in English goes the same
way, so that it is understood by the rules we have; what the list does not know of it stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import NamedTuple

from autolumiku.lib import text as lib_text
from conversations import wording
from conversations.turn import Facts, Line, Turn, Unit
from conversations.vocabulary import listed
from inventory import names

MAX_TEXT = 4096
# Words of one language that nobody writes in the other; those of the trade ("test drive", "ready", "DP") are in both.
ENGLISH = listed(
    "i the is are am was does do did you your my have has what which where when how much many want would like could "
    "should looking for and with from this that these any please car cars there it its i'm it's don't what's i'd "
    "about still under between price cheap cheaper buy need know tell show give see hello good morning afternoon "
    "evening available color colour mileage can will not of"
)
INDONESIAN = listed(
    "yang ada apa apakah berapa brp mana gimana bagaimana kapan kak kakak gan min bang mas mbak pak bu om saya aku "
    "kami kamu mau mo ingin minta cari bisa boleh dong deh ya yah nih sih kah tidak gak ga nggak ngga tdk belum blm "
    "sudah sdh udah masih msh ini itu dan atau untuk utk buat dari dgn dengan di ke harga hrg harganya mobil unit "
    "warna tahun lokasi alamat dimana kalau kalo klo juga lagi aja saja terima kasih makasih selamat pagi siang sore "
    "malam halo hai"
)
ENOUGH = 2  # words of English; fewer decide nothing


def speaks(said: Iterable[str]) -> bool:
    """Does somebody who wrote these, the latest first, write English? The first that tells decides."""
    for text in said:
        words = _words(text)
        english, indonesian = (sum(word in of for word in words) for of in (ENGLISH, INDONESIAN))
        if english >= ENOUGH and english > indonesian:
            return True
        if indonesian:
            return False
    return False


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+(?:'[a-z]+)?", _plain(text))


def _written(text: str) -> str:
    return unicodedata.normalize("NFC", text[:MAX_TEXT]).translate(_QUOTES)


def _plain(text: str) -> str:
    return _written(text).lower()


_QUOTES = dict.fromkeys(map(ord, "’‘`´"), "'")


class Meaning(NamedTuple):
    """A text in Indonesian, and the words of it that nobody knows."""

    text: str
    unknown: tuple[str, ...]


def heard(text: str) -> str:
    """What a customer wrote, put into Indonesian; cars keep their names."""
    return _put(text, Own(cars=frozenset(part for name in cars_in(text) for part in _parts(name)), heard=True)).text


def line(said: Line) -> Line:
    """An earlier message of an English chat, put into Indonesian where it is English."""
    return Line(said.role, heard(said.text), said.text) if speaks([said.text]) else said


def meant(draft: str, turn: Turn, facts: Facts) -> Meaning:
    """What an English draft says."""
    return _put(draft, _own(turn, facts))


@dataclass(frozen=True, slots=True)
class Own:
    """What stays as it is: words of cars first of all; whole names; single words where the list has no other."""

    cars: frozenset[str] = frozenset()
    names: tuple[tuple[tuple[str, ...], str], ...] = ()  # their words, and what stands before them in Indonesian
    words: frozenset[str] = frozenset()
    heard: bool = False  # a customer says it, whose words need not be safe to say


def _own(turn: Turn, facts: Facts) -> Own:
    room, units = facts.showroom, (*facts.units, *facts.gone, *facts.nearest)
    credit = facts.credit.partners if facts.credit else ()
    whole = [room.name, room.city, turn.persona.ai_name, *credit]
    called = [(_parts(name), "") for name in (*whole, *(unit.name for unit in units)) if _parts(name)]
    if turn.customer_name:
        called.append((_parts(wording.kak(turn.customer_name))[1:], "kak "))
    other = [room.address, *(text for unit in units for text in (unit.variant, unit.model, unit.make))]
    longest_first = tuple(sorted(called, key=lambda one: -len(one[0])))
    words = frozenset(part for text in other for part in (*_parts(text), *_plain(text).split()))
    asked = turn.understanding.entities
    theirs = [
        f"{asked.make} {asked.model}",
        turn.text,
        *(said.text for said in turn.history if said.role == "customer"),
    ]
    cars = {*_of_cars(units), *(part for text in theirs for name in cars_in(text) for part in _parts(name))}
    return Own(frozenset(cars), longest_first, words - {"no"})


def cars_in(text: str) -> list[str]:
    """The names of cars in this message, as written there: "City" is no town."""
    plain = lib_text.plain(text[:MAX_TEXT])
    return [plain[one.start : one.end] for one in names.find_all(plain)]


def _of_cars(units: Iterable[Unit]) -> Iterator[str]:
    for unit in units:
        yield from (*_parts(unit.make), *_parts(unit.model))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", _plain(text)))


# --- putting it into Indonesian

_LONG = "january february march april may june july august september october november december".split()  # noqa: SIM905
_MONTHS = {
    name: ours.lower() for english, ours in zip(_LONG, wording.MONTHS, strict=True) for name in (english, english[:3])
}
_MONTH = "|".join(_MONTHS)
_KEPT = (
    r"https?://[^\s<>\"]{1,300}|wa\.me/[0-9]{5,20}"
    r"|(?<![\w-])[a-z][a-z0-9]{0,7}(?:-[a-z0-9]{1,14})?-[0-9]{1,8}(?!\w)"
    r"|\bno\.?\s?(?=[0-9])"  # of an address; "no" by itself denies
    r"|\+?[0-9](?:[ -]?[0-9]){8,15}(?![\w.,]*[0-9])"
)
_TOKEN = re.compile(
    rf"(?P<kept>{_KEPT})"
    rf"|(?P<month_first>\b(?:{_MONTH})\.?\s[0-9]{{1,2}}(?:st|nd|rd|th)?(?:,?\s[0-9]{{4}})?\b)"
    rf"|(?P<date>\b[0-9]{{1,2}}(?:st|nd|rd|th)?\s(?:{_MONTH})(?:,?\s[0-9]{{4}})?\b)"
    rf"|(?P<month>\b(?:{_MONTH})\s[0-9]{{4}}\b)"
    r"|(?P<hour>\b[0-9]{1,2}(?:[:.][0-5][0-9])?\s?(?:am|pm|a\.m\.|p\.m\.)(?!\w))"
    r"|(?P<o_clock>\b(?:at\s)?[0-9]{1,2}\so'clock\b|\bat\s[0-9]{1,2}"
    r"(?![0-9.,:]*[0-9]|\s?(?:%|km|million|billion|thousand|[ap]\.?m|years?|months?|units?|cars?)\b))"
    r"|(?P<seater>\b[0-9]{1,2}-(?=seat))"
    r"|(?P<percent>[0-9]+(?:\.[0-9]+)?\s?%)"
    r"|(?P<large>[0-9][0-9.,]*(?=\s(?:million|billion|thousand)\b))"
    r"|(?P<number>[0-9][0-9.,:]*[0-9]|[0-9])"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)?)"
    r"|(?P<end>[.!?;…\n]+)"
    r"|(?P<mark>[^\s])"
)
_ASKS_FIRST = listed("is are was were does do did")
_NEVER_FIRST = listed("isn't aren't can't don't doesn't")  # "isn't it automatic?" says that it is
_GEARS = listed("AT MT")  # of a variant: "at" is another word
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_OUR_FORM = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+|[0-2]?[0-9][.:][0-5][0-9]")


@dataclass(slots=True)
class _Piece:
    kind: str
    word: str
    shown: str  # as it was written
    begins: bool = False  # it is the first word of its sentence
    asked: bool = False  # the sentence is a question


def _put(text: str, own: Own) -> Meaning:
    pieces = _pieces(_written(text))
    said: list[str] = []
    unknown: list[str] = []
    place = 0
    while place < len(pieces):
        size, meaning = _at(pieces, place, own)
        if meaning is None:
            unknown.append(pieces[place].word)
            meaning = pieces[place].shown
        said.append(meaning)
        place += size
    return Meaning(re.sub(r" *\n *", "\n", re.sub(r" +", " ", "".join(said))).strip(), tuple(dict.fromkeys(unknown)))


def _pieces(written: str) -> list[_Piece]:
    """Words, figures and marks, and the spaces between them."""
    text = written.lower()
    written = written if len(written) == len(text) else text
    pieces: list[_Piece] = []
    position, begins = 0, True
    first = 0
    for match in _TOKEN.finditer(text):
        if match.start() > position:
            space = text[position : match.start()]
            pieces.append(_Piece("space", space, space))
        position, kind = match.end(), str(match.lastgroup)
        pieces.append(_Piece(kind, match[0], written[match.start() : position], begins and kind not in ("mark", "end")))
        if kind == "end":
            for piece in pieces[first:] if "?" in match[0] else ():
                piece.asked = True
            first = len(pieces)
        begins = kind == "end" or (begins and kind == "mark")
    return pieces


def _at(pieces: Sequence[_Piece], place: int, own: Own) -> tuple[int, str | None]:
    """(how many pieces from here on are one thing, what it means); None: nobody knows."""
    piece = pieces[place]
    if piece.kind in ("space", "mark", "end", "kept") or piece.word in own.cars or piece.shown in _GEARS:
        return 1, piece.shown
    size, name = _name(pieces, place, own)
    if size:
        return size, name
    if piece.kind != "word":
        if piece.word in own.words:
            return 1, piece.word
        return 1, _FIGURES[piece.kind](piece.word)
    if piece.word == "no" and piece.begins and _next(pieces, place) in ("mark", "end", ""):
        return 1, "tidak"
    if piece.begins and not own.heard:
        size = _bare_answer(pieces, place)
        if size:
            return size, "iya"
    size, meaning = _phrase(pieces, place, _table(heard=own.heard))
    if piece.begins and piece.word in _NEVER_FIRST and not (own.heard and size > 1):
        return 1, None  # "don't contact me" of a customer is heard
    if piece.begins and piece.asked and piece.word in _ASKS_FIRST and size <= 1:
        return 1, "apakah"
    if piece.word == "not" and size == 1 and _next(pieces, place) != "word":
        return 1, None
    if size:
        return size, meaning
    bare = piece.word.removesuffix("'s")
    return 1, bare if bare in own.cars or bare in own.words else None


_BARE = tuple(
    (who, does)
    for who in ("it", "they", "we", "i", "you", "that", "this", "there", "these", "both")
    for does in ("is", "are", "am", "will", "can", "have", "has")
)


def _bare_answer(pieces: Sequence[_Piece], place: int) -> int:
    """ "It is.", "we will, Yudho": a sentence that only says yes; the pieces of it."""
    for words in _BARE:
        size = _match(pieces, place, words)
        if size and _next(pieces, place + size - 1) in ("mark", "end", ""):
            return size
    return 0


def _next(pieces: Sequence[_Piece], place: int) -> str:
    """The kind of the next piece that is no space."""
    return next((piece.kind for piece in pieces[place + 1 : place + 3] if piece.kind != "space"), "")


def _name(pieces: Sequence[_Piece], place: int, own: Own) -> tuple[int, str]:
    for words, title in own.names:
        size = _match(pieces, place, words)
        if size:
            return size, title + "".join(piece.shown for piece in pieces[place : place + size])
    return 0, ""


def _match(pieces: Sequence[_Piece], place: int, words: Sequence[str]) -> int:
    """How many pieces from here on are these words with a space or a hyphen between; 0 if they are not."""
    at = place
    for number, word in enumerate(words):
        if number:
            if at >= len(pieces) or (pieces[at].kind != "space" and pieces[at].word != "-"):
                return 0
            at += 1
        if at >= len(pieces) or pieces[at].word != word:
            return 0
        at += 1
    return at - place


def _phrase(pieces: Sequence[_Piece], place: int, table: _Table) -> tuple[int, str]:
    """The longest phrase of the list that begins here: its pieces, and what it means."""
    for words, meaning in table.get(pieces[place].word, ()):
        size = _match(pieces, place, words)
        if size:
            return size, meaning
    return 0, ""


_Table = Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]


@cache
def _table(*, heard: bool) -> _Table:
    """first word -> (the whole phrase, what it means), longest first."""
    found: dict[str, dict[tuple[str, ...], str]] = {}
    for english, meaning in (*_entries(), *(_sections()["heard"] if heard else ())):
        words = tuple(english.split())
        found.setdefault(words[0], {})[words] = meaning
    return {word: tuple(sorted(entries.items(), key=lambda one: -len(one[0]))) for word, entries in found.items()}


@cache
def _sections() -> Mapping[str, list[tuple[str, str]]]:
    sections: dict[str, list[tuple[str, str]]] = {"": []}
    name = ""
    source = resources.files("conversations").joinpath("data/english.txt").read_text(encoding="utf-8")
    for row in source.splitlines():
        if row.startswith("["):
            name = row.strip("[]")
            sections[name] = []
        elif row and not row.startswith("#"):
            english, _, meaning = row.partition(" =")
            sections[name].append((english, meaning.strip()))
    return sections


def _entries() -> Iterator[tuple[str, str]]:
    sections = _sections()
    yield from sections[""]
    for kind, ours in sections["kinds"]:
        yield kind, ours
        yield f"in {kind}", ours
        yield from ((f"{kind} {noun}", f"{called} {ours}") for noun, called in sections["nouns"])


# --- figures


def _grouped(word: str) -> str | None:
    """ "79,000,000" is "79.000.000"; what is written as we write it stays."""
    if _GROUPED.fullmatch(word):
        return word.replace(",", ".")
    return word if _OUR_FORM.fullmatch(word) else None


def _large(word: str) -> str | None:
    """ "1.5" of a million is "1,5"; "1.500" could be either."""
    if re.fullmatch(r"[0-9]{1,4}(?:\.[0-9]{1,2})?", word):
        return word.replace(".", ",")
    return _grouped(word) if "," in word else None


def _hour(word: str) -> str | None:
    figures = re.findall(r"[0-9]+", word)
    hour, minute = int(figures[0]), figures[1] if len(figures) > 1 else "00"
    if not 1 <= hour <= 12:
        return None
    return f"{hour % 12 + 12 * ('p' in word):02d}.{minute}"


def _date(word: str) -> str | None:
    day = re.search(r"\b[0-9]{1,2}(?![0-9])", word)
    month = re.search(r"[a-z]{3,}", re.sub(r"(?<=[0-9])(?:st|nd|rd|th)", "", word))
    year = re.search(r"[0-9]{4}", word)
    return " ".join(
        part for part in (day[0] if day else "", _MONTHS[month[0]] if month else "", year[0] if year else "") if part
    )


_FIGURES = {
    "month_first": _date,
    "date": _date,
    "month": _date,
    "hour": _hour,
    "o_clock": lambda word: f"jam {re.findall('[0-9]+', word)[0]}",
    "seater": lambda word: f"{word[:-1]} ",
    "percent": lambda word: word.replace(".", ","),
    "large": _large,
    "number": _grouped,
}


# --- saying it


class UnsaidError(LookupError):
    """The counter has no English for this."""


def reply(name: str, /, **values: object) -> str:
    """wording.reply() in English. UnsaidError: there is none."""
    try:
        return wording.reply(f"english/{name}", **values)
    except FileNotFoundError:
        raise UnsaidError(name) from None


def called(name: str) -> str:
    """ " Budi" with its leading space, or "" where nobody knows."""
    return wording.kak(name).removeprefix("Kak")


def handover(text: str, facts: Facts, name: str) -> str:
    """wording.handover() in English; "" where there is none."""
    try:
        words = {"tenant": wording.one_line(facts.showroom.name, 80), "name": called(name)}
        return reply(text if facts.open_now else f"{text}_closed", **words)
    except UnsaidError:
        return ""


def hello(daypart: str) -> str:
    return {"pagi": "Good morning", "siang": "Good afternoon"}.get(daypart, "Good evening")


def introduced(ai_name: str, tenant: str) -> str:
    """wording.introduced() in English."""
    name, _, _ = wording.introduced(ai_name, tenant).rpartition("asisten virtual ")
    whose = f"the virtual assistant of {wording.one_line(tenant, 80)}"
    return f"{name}{whose}" if name else whose


def figure(shown: str) -> str:
    """ "Rp 79,5 juta" is "Rp 79.5 million", "127.245 km" is "127,245 km"."""
    for ours, theirs in (("juta", "million"), ("miliar", "billion"), ("ribu", "thousand")):
        if ours in shown:
            return shown.replace(",", ".").replace(ours, theirs)
    return re.sub(r"(?<=[0-9])\.(?=[0-9]{3})", ",", shown)


_LABELS = {
    "Harga": "Price", "Harga cash": "Cash price", "Harga kredit": "Credit price", "KM": "Mileage", "Tahun": "Year",
    "Transmisi": "Transmission", "Bahan bakar": "Fuel", "Warna": "Color", "Kursi": "Seats", "Mesin": "Engine",
    "Pajak": "Tax", "Kondisi": "Condition",
}  # fmt: skip
_CONDITIONS = {
    "sangat baik": "very good condition",
    "baik": "good condition",
    "cukup baik": "fair condition",
    "perlu perbaikan": "needs repair",
}
_MISSING = {"belum tercatat": "not recorded yet", "belum ada datanya": "no data yet"}


def pair(label: str, value: str) -> tuple[str, str]:
    """A label of a car's card and what stands behind it, in English."""
    if label not in _LABELS:
        raise UnsaidError(label)
    return _LABELS[label], _MISSING.get(value) or _value(label, value)


def _value(label: str, value: str) -> str:
    if label == "Pajak":
        return _tax(value)
    if label == "Kondisi":
        return _known(_CONDITIONS, value)
    if label == "Transmisi":
        return " ".join(_known(_theirs(), word) for word in value.split())
    if label in ("Warna", "Bahan bakar"):
        return _known(_theirs(), value.lower())
    return figure(value)


def _known(words: Mapping[str, str], ours: str) -> str:
    if ours not in words:
        raise UnsaidError(ours)
    return words[ours]


@cache
def _theirs() -> Mapping[str, str]:
    """Our colours, fuels and gears -> the first English word of the list for them."""
    found = {"(cvt)": "(CVT)", "(CVT)": "(CVT)"}
    for english, ours in _sections()["kinds"]:
        found.setdefault(ours, english)
    return found


def _tax(value: str) -> str:
    months = {month: english.capitalize() for english, month in zip(_LONG, wording.MONTHS, strict=True)}
    match = re.fullmatch(r"(berlaku|tercatat) sampai ([0-9]+) (\w+) ([0-9]{4})( \(sudah lewat\))?", value)
    if match is None:
        raise UnsaidError(value)
    said = "valid" if match[1] == "berlaku" else "recorded"
    return f"{said} until {match[2]} {months[match[3]]} {match[4]}{' (expired)' if match[5] else ''}"


def hours(shown: str) -> str:
    """wording.hours() in English."""
    return re.sub(r"[A-Z][a-z]+|tutup", lambda match: _WEEK[match[0]], shown)


def moment(value: datetime) -> str:
    """ "Saturday, 5 December 2026 at 10.00"."""
    return (
        f"{_WEEK[wording.DAYS[value.weekday()]]}, {value.day} {_LONG[value.month - 1].capitalize()} {value:%Y at %H.%M}"
    )


def day(name: str) -> str:
    return _WEEK[name]


_WEEK = {
    "tutup": "closed", "Senin": "Monday", "Selasa": "Tuesday", "Rabu": "Wednesday", "Kamis": "Thursday",
    "Jumat": "Friday", "Sabtu": "Saturday", "Minggu": "Sunday",
}  # fmt: skip


def card(unit: Unit, pairs: Sequence[tuple[str, str]]) -> str:
    return wording.card(unit, [pair(*one) for one in pairs])


def brief(unit: Unit) -> str:
    """wording.brief() in English."""
    shown = wording.prices(unit)
    if not shown:
        return f"{wording.title(unit)} | price not recorded yet"
    return f"{wording.title(unit)} | {figure(shown[0][1])}" + ("" if unit.price is not None else " (credit)")
