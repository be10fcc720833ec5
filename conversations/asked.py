"""What does a turn ask for? Pure; counter.py answers it.

The classifier gives one intent for a turn, a customer may ask three things in it. So the text is cut into clauses and
each clause names its topics and the aspects of a car it asks about. A question that no topic takes up becomes `rest`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from autolumiku.lib import phone, text
from conversations import visits
from conversations.turn import Entities, Facts, Faq, Intent, Turn
from inventory import names

MAX_TEXT = 4000
MAX_CLAUSES = 20
FAQ_SHARE = 0.6  # of the FAQ question's own words that a clause must hold


class Topic(StrEnum):
    """One thing asked for; the order here is the order of the answer."""

    INTERNAL = "internal"
    STOPPED = "stopped"
    REFUSED = "refused"
    IDENTITY = "identity"
    COMPLAINT = "complaint"
    HUMAN = "human"
    WAITING = "waiting"
    FAQ = "faq"
    STOCK = "stock"
    BODY = "body"
    BUDGET_ASK = "budget_ask"
    CREDIT = "credit"
    NEGOTIATION = "negotiation"
    PHOTO = "photo"
    TEST_DRIVE = "test_drive"
    TRADE_IN = "trade_in"
    LOCATION = "location"
    HOURS = "hours"
    CONTACT = "contact"
    GREETING = "greeting"
    CLOSING = "closing"
    CLARIFY = "clarify"
    NUMBER = "number"
    NOTED = "noted"


ALONE = (Topic.INTERNAL, Topic.STOPPED, Topic.REFUSED)  # such a turn wants nothing else
OF_THE_SHOWROOM = frozenset({Topic.LOCATION, Topic.HOURS, Topic.CONTACT, Topic.GREETING, Topic.CLOSING})
SMALL_TALK = frozenset({Topic.GREETING, Topic.CLOSING})  # answered only where nothing else is asked
ABOUT_CARS = frozenset(
    {Topic.STOCK, Topic.BODY, Topic.BUDGET_ASK, Topic.CREDIT, Topic.NEGOTIATION, Topic.PHOTO, Topic.TEST_DRIVE}
)
SHOWS_CARDS = frozenset({Topic.CREDIT, Topic.NEGOTIATION})  # these need the price, so the cards come with them

OF_INTENT: Mapping[Intent, Topic] = {
    Intent.GREETING: Topic.GREETING,
    Intent.VEHICLE_INQUIRY: Topic.STOCK,
    Intent.PRICE_INQUIRY: Topic.STOCK,
    Intent.TEST_DRIVE: Topic.TEST_DRIVE,
    Intent.UPLOAD_VEHICLE: Topic.INTERNAL,
    Intent.UPDATE_STATUS: Topic.INTERNAL,
    Intent.CHECK_INVENTORY: Topic.STOCK,
    Intent.GET_STATS: Topic.INTERNAL,
    Intent.LOCATION: Topic.LOCATION,
    Intent.HOURS: Topic.HOURS,
    Intent.CONTACT: Topic.CONTACT,
    Intent.CONDITION: Topic.STOCK,
    Intent.PHOTO: Topic.PHOTO,
    Intent.TRADE_IN: Topic.TRADE_IN,
    Intent.NEGOTIATION: Topic.NEGOTIATION,
    Intent.HUMAN_REQUEST: Topic.HUMAN,
    Intent.COMPLAINT: Topic.COMPLAINT,
    Intent.IDENTITY: Topic.IDENTITY,
    Intent.REFUSAL: Topic.REFUSED,
    Intent.CLOSING: Topic.CLOSING,
    Intent.STOP: Topic.STOPPED,
}


def _pattern(*words: str) -> re.Pattern[str]:
    """Any of these as whole words in bare() text: folded, slang spelled out, -nya and other clitics cut."""
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(words)})(?![a-z0-9])")


CREDIT_WORDS = _pattern(
    "kredit|dp(?:nya)?|cicil|cicilan|angsuran|leasing|tenor|simulasi|addm|addb|tdp|bunga|per ?bulan|sebulan"
)
TOPIC_WORDS: tuple[tuple[Topic, re.Pattern[str]], ...] = (
    (
        Topic.INTERNAL,
        _pattern(
            "laporan|profit|omzet|omset|laba|revenue|pendapatan|keuntungan|statistik|stats",
            "harga modal|total penjualan|penjualan (?:hari|bulan|minggu|tahun)",
        ),
    ),
    (Topic.STOCK, _pattern("harga|ready|stok|stock|tersedia|masih ada|ada apa saja|price ?list")),
    (
        Topic.BODY,
        _pattern(
            "(?:suv|mpv|sedan|hatchback) atau|atau (?:suv|mpv|sedan|hatchback)|kapasitas",
            "berapa (?:kursi|seat|seater|penumpang|orang)|muat berapa|jenis mobil apa",
        ),
    ),
    (Topic.CREDIT, CREDIT_WORDS),
    (
        Topic.NEGOTIATION,
        _pattern("nego|negosiasi|diskon|discount|potongan|kemahalan|mahal|kurangin|bisa kurang", "harga pas"),
    ),
    (Topic.PHOTO, _pattern("foto|gambar|video")),
    (
        Topic.TEST_DRIVE,
        _pattern(
            r"tes(?:t)? ?drive|uji coba|coba mobil",
            r"(?:datang|lihat|survey|survei|mampir) (?:\w+ ){0,2}(?:showroom|lokasi|mobil|unit)",
        ),
    ),
    (
        Topic.TRADE_IN,
        _pattern("tukar tambah|tuker tambah|trade ?in|(?:mau|ingin|pengin) jual|jual mobil|taksir|ditaksir"),
    ),
    (
        Topic.LOCATION,
        _pattern(r"lokasi|alamat|maps?|share ?lok?|shareloc|showroom (?:\w+ )?di mana", r"di mana (?:\w+ )?showroom"),
    ),
    (
        Topic.HOURS,
        _pattern(
            "jam (?:buka|tutup|operasional|kerja|berapa)|buka (?:jam|hari|sampai|tidak)|kapan (?:buka|tutup)",
            "(?:senin|selasa|rabu|kamis|jumat|sabtu|minggu|besok|lusa|hari ini|libur) (?:buka|tutup)",
            "(?:masih|sudah) (?:buka|tutup)|operasional",
        ),
    ),
    (
        Topic.CONTACT,
        _pattern(
            "(?:nomor|no|kontak) (?:wa|whatsapp|sales|telepon|hp|admin|marketing|yang bisa)",
            "kontak|sales (?:siapa|mana)|siapa sales",
        ),
    ),
)

BUDGET_WORDS = _pattern("budget|bujet|budged|anggaran")
QUESTION_WORDS = _pattern("apa|apakah|apkh|bisa|boleh|bagaimana|kenapa|mengapa|kapan|berapa|mana|siapa|adakah")
WHEN_WORDS = _pattern(
    "besok|lusa|hari ini|nanti|senin|selasa|rabu|kamis|jumat|jum at|sabtu|minggu|tanggal|jam [0-9]{1,2}|pukul"
)
ASKS_LEAVE = _pattern("bisa|boleh|test ?drive|tes drive|coba")
WHO_AM_I = _pattern("siapa (?:saya|nama saya)|(?:kenal|tahu|tau) saya")
COMPARED = "perbandingannya"
# Asked about, but in no field of ours, each with how the answer calls it ("" where it has no name of its own).
OPEN_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (label, _pattern(words))
    for label, words in (
        ("konsumsi bahan bakar", "irit|boros|konsumsi"),
        (COMPARED, "banding|bandingkan|bandingin|beda|bedanya|vs|bagusan|bagus mana|mending|mending mana"),
        ("pengiriman", "dikirim|kirim ke|antar|antarin|diantar"),
        ("garansi", "garansi"),
        ("asuransi", "asuransi"),
        ("bonus", "bonus"),
        ("promo", "promo"),
        ("booking", "booking|tanda jadi|inden"),
        ("syarat kredit", "syarat(?: kredit)?"),
        ("leasing", "leasing"),
        ("bunga kredit", "bunga"),
        ("ADDM dan ADDB", "addm|addb"),
        ("pembayaran", "transfer"),
        ("balik nama", "balik nama|mutasi"),
        ("suku cadang", "sparepart|spare part|suku cadang"),
        ("biaya pajak tahunan", "tahunan|per tahun|setahun|berapa pajak|pajak berapa"),
        ("biayanya", "biaya"),
        ("plat nomor", "plat|nopol"),
        ("riwayat pemakaian", "taksi|rental"),
        ("modifikasi", "modifikasi"),
        ("", "nyaman|kenapa|mengapa|alasan|pajangan|penipuan"),
    )
)
OF_NO_RATES = frozenset({"syarat kredit", "ADDM dan ADDB"})  # the same at every leasing
OF_CREDIT = OF_NO_RATES | {"leasing", "bunga kredit"}
# A command of the staff, except the question for a unit's status.
STATUS_QUESTION = re.compile(r"status [a-z]{1,6}(?:-[a-z]{2,4})?-[0-9]{3,6}\s?\??", re.IGNORECASE)
ALL_DATA = _pattern("spek|spec|specs|spesifikasi|detail|detailnya|info lengkap|data lengkap")
GRATEFUL = re.compile("[🙏👍👌😊😁🤝]")
# "masih ada?" alone asks for one certain car.
STILL_THERE = re.compile(r"(?:(?:mobil|unit|barang) )?masih(?: (?:ada|ready|tersedia|available))?")
# Words that tell nothing about which FAQ is meant, in bare() form.
FILLERS = frozenset(
    text.words(
        "apa apakah bisa bisakah boleh ada adakah saya aku kami kita kak kakak min gan bos pak bu mas mbak ya dong sih "
        "nih di ke dari untuk yang itu ini dan atau juga kalau dengan mau ingin tanya permisi halo hai selamat pagi "
        "siang sore malam berapa bagaimana kapan mana siapa tidak masih sudah"
    )
)


@dataclass(frozen=True, slots=True)
class Aspect:
    """Something of a car that a customer may ask for; the label is how a card writes it."""

    label: str
    words: re.Pattern[str]


CONDITION = Aspect("Kondisi", _pattern("kondisi(?! (?:mesin|interior|eksterior|ban))|minus"))
SEEN_IN_PHOTOS = frozenset({"Interior", "Eksterior", "Kondisi mesin", "Ban", "Mesin", "Kondisi"})
ASPECTS: tuple[Aspect, ...] = (
    Aspect("Tahun", _pattern("tahun berapa|berapa tahun|tahun apa")),
    Aspect("KM", _pattern("km(?:nya)?|kilometer|odometer|odo")),
    Aspect("Transmisi", _pattern("transmisi|matic atau manual|manual atau matic")),
    Aspect("Bahan bakar", _pattern("bahan bakar|bensin atau (?:diesel|solar)|(?:diesel|solar) atau bensin")),
    Aspect("Warna", _pattern("warna apa|apa warna|warna bagaimana")),
    Aspect("Mesin", _pattern("cc(?:nya)?")),
    Aspect("Pajak", _pattern("pajak|samsat")),
    Aspect("Surat", _pattern("surat|surat surat|bpkb|stnk|faktur|dokumen")),
    Aspect("Riwayat banjir", _pattern("banjir|kebanjiran|terendam")),
    Aspect("Riwayat tabrakan", _pattern("tabrak|tabrakan|nabrak|ketabrak|kecelakaan|laka")),
    Aspect("Pemilik sebelumnya", _pattern("tangan (?:ke|pertama|kedua|berapa)|pemilik")),
    Aspect("Buku servis", _pattern("servis|service|service record")),
    CONDITION,
    Aspect("Interior", _pattern("interior|jok|kabin")),
    Aspect("Eksterior", _pattern("eksterior|exterior|bodi|body|cat|lecet")),
    Aspect("Kondisi mesin", _pattern("(?:kondisi )?mesin (?:bagaimana|aman|halus|sehat)|mesin(?! berapa cc)")),
    Aspect("Ban", _pattern("ban(?:nya)?")),
    Aspect("AC", _pattern("ac(?:nya)?")),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a turn asks for.

    wants_card: more than the aspects alone. open: what no field of ours answers, as the answer calls it. rest: there is
    something open, or some question that no topic takes up.
    """

    topics: frozenset[Topic]
    aspects: tuple[Aspect, ...] = ()
    faqs: tuple[Faq, ...] = ()
    wants_card: bool = True
    rest: bool = False
    open: tuple[str, ...] = ()
    terms: frozenset[str] = frozenset()  # of OF_CREDIT: what is asked about credit besides the figures


@dataclass(frozen=True, slots=True)
class _Clause:
    """One clause, read. `own`: the turn's car is named in it."""

    words: str
    topics: frozenset[Topic]
    aspects: tuple[Aspect, ...]
    faq: Faq | None
    open: tuple[str, ...]  # labels of OPEN_WORDS
    is_question: bool
    own: bool

    @property
    def is_open(self) -> bool:
        return bool(self.open) and self.faq is None

    @property
    def wants_the_car(self) -> bool:
        """It names the car and asks for nothing more special than that."""
        return self.own and not self.faq and not self.topics & (ABOUT_CARS | {Topic.TRADE_IN})

    @property
    def is_unread(self) -> bool:
        taken = self.topics or self.aspects or self.faq or self.own or self.is_open
        return self.is_question and not taken and bool(set(self.words.split()) - FILLERS)


def read(turn: Turn, facts: Facts) -> Asked:
    """Topics of every clause, and the classifier's own where the clauses do not name it already."""
    clauses = _clauses(turn, facts)
    topics = {topic for clause in clauses for topic in clause.topics}
    own = _of_intent(turn)
    alone = next((topic for topic in ALONE if topic in topics or topic is own), None)
    if alone:
        return Asked(frozenset({alone}))
    if "waits" in turn.understanding.reasons:
        return Asked(frozenset({Topic.WAITING}))
    terms = frozenset(label for clause in clauses if clause.faq is None for label in clause.open) & _known_terms(facts)
    compares = facts.credit is not None and facts.credit.wish.compares
    told = terms | {COMPARED} if terms or compares else terms
    is_open = any(clause.is_open and not set(clause.open) <= told for clause in clauses)
    aspects = _aspects(turn, clauses, is_open)
    faqs = tuple(dict.fromkeys(clause.faq for clause in clauses if clause.faq))
    names_only = any(clause.wants_the_car and not clause.aspects for clause in clauses)
    wants_card = Topic.STOCK in topics or names_only or not aspects
    unread = sum(clause.is_unread for clause in clauses)
    topics |= {Topic.FAQ} if faqs else set()
    if facts.credit is not None and topics <= {Topic.STOCK} and not any(clause.faq for clause in clauses):
        topics.add(Topic.CREDIT)  # it goes on from an answer about credit
        unread -= 1
    comes = own is Topic.TEST_DRIVE and not aspects and Topic.STOCK not in topics  # the visit's answer names the car
    if aspects or (any(clause.wants_the_car for clause in clauses) and not comes):
        topics.add(Topic.STOCK)
    if own and _adds(own, topics, unread) and not (own is Topic.STOCK and is_open and not _searches(turn, clauses)):
        topics.add(own)
        unread -= 1  # the classifier has understood what the clauses' words did not show
    if own is Topic.TEST_DRIVE and visits.decide(turn, facts) is not None:
        topics.add(own)  # an FAQ on test drives makes no appointment
    if topics and topics <= OF_THE_SHOWROOM and _wishes_for_a_car(turn):
        topics.add(Topic.STOCK)  # "lokasinya dimana? sama ada yang matic di bawah 150jt?"
        unread -= 1
    if not topics and unread <= 0 and not is_open:
        topics.add(_without_topic(turn, clauses))
    labels = tuple(dict.fromkeys(label for clause in clauses if clause.is_open for label in clause.open if label))
    labels = tuple(label for label in labels if label not in told)
    if len(labels) > 1:
        labels = tuple(label for label in labels if label != COMPARED)
    if terms:
        topics.add(Topic.CREDIT)
    elif OF_CREDIT & set(labels) and not (facts.credit and facts.credit.wish.named):
        topics.discard(Topic.CREDIT)
    return Asked(_tidied(topics), aspects, faqs, wants_card, unread > 0 or is_open, labels, terms)


def _known_terms(facts: Facts) -> frozenset[str]:
    """What can be said of credit besides the figures."""
    if facts.credit is None:
        return frozenset()
    by_rows = {"leasing": bool(facts.credit.partners), "bunga kredit": bool(facts.credit.rates)}
    return OF_NO_RATES | {label for label, known in by_rows.items() if known}


def _searches(turn: Turn, clauses: Sequence[_Clause]) -> bool:
    """Is a car named here, or a kind of car wished for? One that only the context holds is not shown again."""
    return any(clause.own for clause in clauses) or has_criteria(turn.understanding.entities)


def _wishes_for_a_car(turn: Turn) -> bool:
    """Wishes in this turn's own words, not those carried over from earlier ones."""
    return "from_context" not in turn.understanding.reasons and has_criteria(turn.understanding.entities)


def has_criteria(entities: Entities) -> bool:
    """Wishes for a kind of car, besides its name."""
    wishes = (
        "budget",
        "budget_min",
        "budget_max",
        "transmission",
        "fuel",
        "body_type",
        "seats",
        "color",
        "unwanted",
        "order",
    )
    return any(getattr(entities, name) for name in wishes)


def _of_intent(turn: Turn) -> Topic | None:
    """The classifier's topic; a follow-up is about the car that the context holds."""
    understanding = turn.understanding
    if "staff_words" in understanding.reasons and not STATUS_QUESTION.fullmatch(turn.text.strip()[:60]):
        return Topic.INTERNAL
    if "answers_down_payment" in understanding.reasons:
        return Topic.CREDIT
    if understanding.intent is Intent.FOLLOW_UP and understanding.entities.names_a_car():
        return Topic.STOCK
    return OF_INTENT.get(understanding.intent)


def _adds(own: Topic, topics: set[Topic], unread: int) -> bool:
    """Does the classifier's topic add something to those the clauses name?"""
    if own in SMALL_TALK:
        return not topics and not unread
    if own is Topic.STOCK:
        return not topics & ABOUT_CARS and (not topics or unread > 0)
    return own not in topics and (topics != {Topic.FAQ} or unread > 0)


def _tidied(topics: set[Topic]) -> frozenset[Topic]:
    """Topics that are said within another one's answer left out."""
    left_out: set[Topic] = set()
    if topics & SHOWS_CARDS:
        left_out.add(Topic.STOCK)
    if Topic.LOCATION in topics:
        left_out.add(Topic.HOURS)
    if topics - SMALL_TALK:
        left_out |= SMALL_TALK
    return frozenset(topics - left_out)


def _aspects(turn: Turn, clauses: Sequence[_Clause], is_open: bool) -> tuple[Aspect, ...]:
    """The aspects named; a question on the condition that names none is about the condition as a whole."""
    named = tuple(dict.fromkeys(aspect for clause in clauses for aspect in clause.aspects))
    if turn.understanding.entities.order:  # "yang kilometernya paling rendah" asks for the car
        named = tuple(aspect for aspect in named if aspect.label not in ("KM", "Tahun"))
    taken = named or is_open or turn.understanding.entities.order or any(clause.faq for clause in clauses)
    return named if taken or turn.understanding.intent is not Intent.CONDITION else (CONDITION,)


def _without_topic(turn: Turn, clauses: Sequence[_Clause]) -> Topic:
    """What to do with a turn that asks nothing we know and holds no question."""
    if len(turn.text) < 60 and phone.normalise(turn.text.strip()):
        return Topic.NUMBER
    if turn.understanding.entities.as_dict().keys() - {"visit_day", "visit_time", "visit_choices"}:
        return Topic.STOCK
    if GRATEFUL.search(turn.text) and not any(char.isalnum() or char == "?" for char in turn.text):
        return Topic.CLOSING
    words = sum(len(clause.words.split()) for clause in clauses)
    is_vague = turn.understanding.intent in (Intent.FOLLOW_UP, Intent.UNKNOWN, Intent.SPAM)
    return Topic.CLARIFY if words <= 2 or is_vague else Topic.NOTED


# --- clauses

_CLAUSE_END = re.compile(r"(?<=[?!;\n])|[.,](?=\s)|\s(?:dan|terus|trus|serta|lalu)\s", re.IGNORECASE)


def _clauses(turn: Turn, facts: Facts) -> tuple[_Clause, ...]:
    """The turn's text, cut and read. The showroom's name is taken out: "Prima Mobil" asks for no car."""
    written = turn.text[:MAX_TEXT]
    if facts.showroom.name.strip():
        written = re.sub(re.escape(facts.showroom.name.strip()), " ", written, flags=re.IGNORECASE)
    pieces = (piece for piece in _CLAUSE_END.split(written)[:MAX_CLAUSES] if bare(piece))
    return tuple(_clause(piece, turn.understanding.entities, facts.faqs) for piece in pieces)


def _clause(piece: str, entities: Entities, faqs: Sequence[Faq]) -> _Clause:
    """A clause that an FAQ answers names no topic of its own, unless it also names the car."""
    words = bare(piece)
    faq, own = _faq_for(words, faqs), _names_car(piece, words, entities)
    topics = _topics(words, entities) if faq is None or own else frozenset()
    return _Clause(
        words=words,
        topics=topics,
        aspects=_aspects_in(words, topics) if faq is None else (),
        faq=faq,
        open=tuple(label for label, pattern in OPEN_WORDS if pattern.search(words)),
        is_question="?" in piece or QUESTION_WORDS.search(words) is not None,
        own=own,
    )


def _aspects_in(words: str, topics: frozenset[Topic]) -> tuple[Aspect, ...]:
    """The aspects named in a clause; in "foto interior" none, for it asks for photos."""
    left_out = SEEN_IN_PHOTOS if Topic.PHOTO in topics else frozenset()
    if Topic.CREDIT in topics or Topic.TRADE_IN in topics:
        left_out |= {"Tahun", "KM"}  # of the instalments, of the customer's own car
    return tuple(aspect for aspect in ASPECTS if aspect.label not in left_out and aspect.words.search(words))


def bare(written: str) -> str:
    """Folded words without clitics, joined by single spaces: "Harganya brp?" -> "harga berapa"."""
    return " ".join(text.stem_clitics(word) for word in text.words(written[:MAX_TEXT]))


def _topics(words: str, entities: Entities) -> frozenset[Topic]:
    found = {topic for topic, pattern in TOPIC_WORDS if pattern.search(words)}
    if BUDGET_WORDS.search(words):
        has_amount = any((entities.budget, entities.budget_min, entities.budget_max))
        found.add(Topic.STOCK if has_amount else Topic.BUDGET_ASK)
    return frozenset(found)


def _names_car(piece: str, words: str, entities: Entities) -> bool:
    """Does this clause itself name the turn's car?"""
    if entities.unit_id and bare(entities.unit_id) in words:
        return True
    return entities.names_a_car() and bool(names.find(piece))


def faqs_for(said: str, faqs: Sequence[Faq]) -> tuple[Faq, ...]:
    """The FAQs that answer a clause of this message, for people who write them."""
    pieces = [bare(piece) for piece in _CLAUSE_END.split(said[:MAX_TEXT])[:MAX_CLAUSES]]
    found = (_faq_for(words, faqs) for words in pieces if words)
    return tuple(dict.fromkeys(faq for faq in found if faq is not None))


@lru_cache(maxsize=4096)
def telling(question: str) -> frozenset[str]:
    """The words of an FAQ's question by which it is found, in bare() form."""
    return frozenset(bare(question[:500]).split()) - FILLERS


def _faq_for(words: str, faqs: Sequence[Faq]) -> Faq | None:
    """The FAQ whose question shares most of its telling words with this clause; None below FAQ_SHARE."""
    said = set(words.split())
    shares = [(_share(faq, said), -place, faq) for place, faq in enumerate(faqs) if faq.answer.strip()]
    share, _, best = max(shares, key=lambda item: item[:2], default=(0.0, 0, None))
    return best if share >= FAQ_SHARE else None


def _share(faq: Faq, said: set[str]) -> float:
    words = telling(faq.question)
    return len(words & said) / len(words) if words else 0.0
