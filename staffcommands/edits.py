"""What an edit changes, read field by field in any order: "pm-pst-001 harga 150jt, km 50rb, hitam". Knows no Django.

    edit [ID or name, or neither: the last car] field value, field value …

A value says its field by its label ("harga 175jt", "tahun 2018") or by what it is ("175jt", "matic", "merah"). "jadi"
parts old from new ("bensin jadi diesel"). What is not understood is said back; then nothing may be changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from autolumiku.lib import kilometres, numerals, rupiah
from autolumiku.lib import text as lib_text
from inventory import names
from staffcommands import cars

Value = str | int
UNIT_ID = re.compile(r"[a-z]{1,12}(?:-[a-z0-9]{1,12}){0,3}-[0-9]{3,6}")
LABELS = {
    "harga kredit": "credit_price", "harga modal": "cost_price", "modal": "cost_price", "harga tunai": "price",
    "harga cash": "price", "harga jual": "price", "harga": "price", "harganya": "price", "hrg": "price",
    "price": "price", "tahun": "year", "tahunnya": "year", "thn": "year", "th": "year", "kilometer": "mileage",
    "kilometernya": "mileage", "km": "mileage", "kmnya": "mileage", "odometer": "mileage", "odo": "mileage",
    "warna": "color", "warnanya": "color", "color": "color", "transmisi": "transmission",
    "transmisinya": "transmission", "trans": "transmission", "bahan bakar": "fuel", "bbm": "fuel", "fuel": "fuel",
    "isi silinder": "engine_cc", "mesin": "engine_cc", "cc": "engine_cc", "kondisi": "condition",
    "kondisinya": "condition", "merek": "make", "merk": "make", "model": "model", "varian": "variant",
    "variant": "variant", "tipe": "variant", "type": "variant", "nomor polisi": "license_plate",
    "plat nomor": "license_plate", "plat": "license_plate", "plate": "license_plate", "nopol": "license_plate",
    "jumlah kursi": "seats", "kursi": "seats", "surat surat": "papers", "surat-surat": "papers", "surat": "papers",
    "catatan": "staff_notes", "status": "status",
}  # fmt: skip
CONDITIONS = {
    "istimewa": "excellent", "mulus": "excellent", "excellent": "excellent", "baik": "good", "bagus": "good",
    "good": "good", "cukup": "fair", "fair": "fair", "rusak": "poor", "poor": "poor",
}  # fmt: skip
_MONEY = frozenset({"price", "credit_price", "cost_price"})
_WORDED = frozenset({"make", "model", "variant"})  # takes the words up to the next label or comma
_OPEN = frozenset({"papers", "staff_notes"})  # takes everything up to the next label
_ARROW = frozenset({"jadi", "menjadi", "jd", "->", "=>", "→"})
_FILLERS = lib_text.listed(
    "mobil, unit, nya, dari, yang, yg, itu, ini, di, untuk, adalah, ialah, lagi, saja, aja, data, dan, dgn, dengan, "
    "eh, salah, maaf, sorry, ralat, koreksi, harusnya, seharusnya, mestinya, benar, bener, betul, ternyata, tapi"
)
_AROUND = re.compile(r"(?<=[A-Za-z]):(?!//)|=(?!>)|(?<=[0-9]):(?=\s)")
_JOINTS = re.compile(r"[,;](?=\s|$)|[\n\r]+|(?<=\s)(?:dan|lalu|&|\+)(?=\s)", re.I)
_TO = re.compile(r"(?<=\s)(?:ke|to|menjadi|jd|->|=>|→)(?=\s)", re.I)
_CC = re.compile(r"(?<![^\s])([0-9]{3,4})\s?cc(?![^\s,;])", re.I)
_NUMBER = re.compile(rf"(?:rp\.?)?({numerals.NUMERAL})", re.I)
_YEAR = re.compile(r"(?:19[5-9]|20[0-4])[0-9]")
_PLATE = re.compile(r"[a-z]{1,2}[ -]?[0-9]{1,4}(?:[ -]?[a-z]{1,3})?", re.I)
_EDGES = "*_~.,!:;()[]\"'“”‘’`"
MOST_CC, MOST_SEATS = 9999, 60


@dataclass(frozen=True, slots=True)
class Change:
    """One field and its new value; old: what was said to be there before "jadi", None if nothing was."""

    field: str
    value: Value
    old: Value | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """unit_id, make, model, year, words: how the car was named, all empty: not at all. guessed: its name had a slip.

    wrong: Indonesian sentences on what cannot be right or was not understood.
    """

    changes: tuple[Change, ...] = ()
    unit_id: str = ""
    make: str = ""
    model: str = ""
    year: int | None = None
    words: tuple[str, ...] = ()
    guessed: bool = False
    wrong: tuple[str, ...] = ()

    @property
    def names_a_car(self) -> bool:
        return bool(self.unit_id or self.make)

    @property
    def values(self) -> dict[str, Value]:
        return {change.field: change.value for change in self.changes}


def read(rest: str, this_year: int) -> Edit:
    """What an edit says. Nothing is guessed: a bare number without a label is no price."""
    written = _AROUND.sub(" ", rest[: cars.LONGEST])
    written = _TO.sub(" jadi ", _JOINTS.sub(" ; ", f" {written} ")).strip()
    return _Scan(written, this_year).edit()


@dataclass(frozen=True, slots=True)
class _Token:
    """kind: id, car, label, arrow, joint, money, mileage, engine_cc, year, number, or a field whose word it is; filler:
    a word that belongs to notes only; not: the next one is what it is not.
    """

    kind: str
    raw: str
    value: Value = ""


@dataclass(slots=True)
class _Scan:
    text: str
    this_year: int
    label: str = ""
    after_arrow: bool = False
    found: dict[str, Change] = field(default_factory=dict)
    unit_id: str = ""
    car: names.Mention | None = None
    car_year: int | None = None
    car_words: list[str] = field(default_factory=list)
    near_car: bool = False  # right behind the car's name, where its year and variant stand
    unread: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def edit(self) -> Edit:
        tokens = list(_tokens(self.text))
        place = 0
        while place < len(tokens):
            place += self._take(tokens, place)
        self._close_label()
        if self.unread:
            self.wrong.append(f"“{' '.join(self.unread)[:60]}” belum dipahami.")
        for change in self.found.values():
            self.wrong += out_of_bounds(change.field, change.value, self.this_year)
        return Edit(
            changes=tuple(self.found.values()),
            unit_id=self.unit_id,
            make=self.car.make if self.car else "",
            model=self.car.model if self.car else "",
            year=self.car_year,
            words=tuple(self.car_words),
            guessed=bool(self.car and self.car.guessed),
            wrong=tuple(dict.fromkeys(self.wrong)),
        )

    def _take(self, tokens: list[_Token], place: int) -> int:
        """Deal with the token at this place; returns how many tokens were used."""
        token = tokens[place]
        if token.kind == "id" and not self.unit_id:
            self.unit_id = token.raw
        elif token.kind == "label":
            self._close_label()
            self.label, self.near_car, self.after_arrow = str(token.value), False, False
        elif token.kind == "joint":
            if self.label not in _OPEN:
                self._close_label()
            self.after_arrow = self.near_car = False
        elif token.kind == "arrow":
            self.after_arrow, self.near_car = True, False
        elif self.label in _OPEN:
            return self._take_words(tokens, place)
        elif token.kind == "filler":
            pass
        elif token.kind == "not":  # "putih bukan hitam metalik"
            denied = [one.kind for one in tokens[place + 1 :]]
            return 1 + next((n for n, kind in enumerate(denied) if kind != denied[0]), len(denied))
        elif self.label in _WORDED:
            return self._take_words(tokens, place)
        elif self.label == "license_plate":
            return self._take_plate(tokens, place)
        elif token.kind == "car":
            self._take_car(token)
        else:
            self._take_value(token)
        return 1

    def _close_label(self) -> None:
        if self.label and self.label not in self.found:
            self.wrong.append(f"Nilai baru untuk {NAMES[self.label]} belum terbaca.")
        self.label = ""

    def _take_car(self, token: _Token) -> None:
        mention = next(iter(names.find_all(token.raw)), None)
        if self.car is not None or self.after_arrow or mention is None:
            self.unread.append(token.raw)
            return
        self.car, self.near_car = mention, True
        self.car_words += cars.beyond_model(lib_text.plain(token.raw).split(), mention.model)

    def _take_words(self, tokens: list[_Token], place: int) -> int:
        end = place
        stops = {"label", "arrow"} if self.label in _OPEN else {"label", "arrow", "joint"}
        while end < len(tokens) and tokens[end].kind not in stops:
            end += 1
        kept = [one for one in tokens[place:end] if one.kind != "filler" or self.label in _OPEN]
        words = " ".join("," if one.kind == "joint" else one.raw for one in kept).replace(" ,", ",")
        self._set(self.label, words.strip(" ,")[: LONGEST_WORDS[self.label]])
        self.label = ""
        return end - place

    def _take_plate(self, tokens: list[_Token], place: int) -> int:
        for size in (3, 2, 1):
            said = " ".join(one.raw for one in tokens[place : place + size])
            if len(tokens[place : place + size]) == size and _PLATE.fullmatch(said):
                self._set("license_plate", re.sub(r"[ -]+", " ", said).upper())
                self.label = ""
                return size
        self.unread.append(tokens[place].raw)
        return 1

    def _take_value(self, token: _Token) -> None:
        if self.label == "color" and "color" in self.found and token.kind not in ("color", "word"):
            self.label = ""  # the colour has been said
        wanted, self.near_car, near_car = self.label, False, self.near_car
        if token.kind == "year" and near_car and wanted != "year":
            self.car_year, self.near_car = int(token.value), True
            return
        read = _as_field(token, wanted)
        if read is None:
            if near_car and not wanted and token.kind in ("word", "number"):
                self.car_words.append(lib_text.plain(token.raw))
                self.near_car = True
            else:
                self.unread.append(token.raw)
            return
        self._set(*read)
        self.label = wanted if wanted == "color" else ""

    def _set(self, name: str, value: Value) -> None:
        before = self.found.get(name)
        if before is None:
            self.found[name] = Change(name, value)
        elif name == "color" and not self.after_arrow and self.label == "color":
            self.found[name] = Change(name, f"{before.value} {str(value).lower()}", before.old)
        elif self.after_arrow:
            self.found[name] = Change(name, value, before.value)
        elif before.value != value:
            self.wrong.append(f"{NAMES[name].capitalize()} disebut dua kali.")
        self.after_arrow = False


def _as_field(token: _Token, wanted: str) -> tuple[str, Value] | None:
    """(field, value) of a value under this label, or under none; None if it is no such value."""
    kind, value = token.kind, token.value
    if wanted in _MONEY:
        return _as_money(token, wanted)
    if wanted == "mileage":
        amount = kilometres.parse(token.raw) if kind in ("money", "number", "year", "mileage") else None
        return ("mileage", amount) if amount is not None else None
    if wanted in ("engine_cc", "seats", "year"):
        plain = token.raw.isdecimal() and kind in ("number", "year", "engine_cc")
        return (wanted, int(token.raw)) if plain else ((wanted, value) if kind == wanted else None)
    if wanted == "color":
        is_word = kind in ("color", "word") and token.raw.replace("-", "").isalpha()
        return ("color", _color(token.raw)) if is_word else None
    if wanted == "status":
        return "status", lib_text.plain(token.raw)
    if wanted and kind != wanted:
        return None
    if kind == "money" and cars.is_thousands(token.raw):  # "50rb" alone: no car costs that
        return "mileage", int(value)
    if kind == "color":
        return "color", _color(token.raw)
    return (FIELDS[kind], value) if kind in FIELDS else None


# what a value is by itself, without a label
FIELDS = {
    "money": "price", "mileage": "mileage", "year": "year", "engine_cc": "engine_cc", "transmission": "transmission",
    "fuel": "fuel", "condition": "condition",
}  # fmt: skip


def _as_money(token: _Token, wanted: str) -> tuple[str, Value] | None:
    """ "harga 145" is 145 million, "harga 150000000" whole rupiah; a year is no price."""
    if token.kind == "money":
        return wanted, token.value
    if token.kind != "number" or not (match := _NUMBER.fullmatch(token.raw)):
        return None
    amount = numerals.read(match[1], decimal_comma=True)
    if amount < 10_000:
        amount *= rupiah.JUTA
    return (wanted, int(amount)) if amount == int(amount) else None


def _color(word: str) -> str:
    plain = lib_text.plain(word)
    return plain[:1].upper() + plain[1:40]


def _tokens(written: str) -> Iterator[_Token]:
    spans = sorted(_spans(written), key=lambda span: (span[0], -span[1]))
    taken = -1
    for start, end, token in spans:
        if start >= taken:
            taken = end
            yield token


def _spans(written: str) -> Iterator[tuple[int, int, _Token]]:
    """Everything in the text that may be a token, with its place; of those that overlap, the first and longest counts.

    Amounts of two numbers ("40-45rb km") have no single value and stay words.
    """
    plain = lib_text.plain(written)
    if len(plain) != len(written):
        written = plain
    for match in _CC.finditer(written):
        yield *match.span(), _Token("engine_cc", match[0], int(match[1]))
    for distance in kilometres.find(written):
        if distance.low is None:
            raw = written[distance.start : distance.end]
            yield distance.start, distance.end, _Token("mileage", raw, distance.value)
    for amount in rupiah.find(written):
        raw = written[amount.start : amount.end]
        if amount.low is None and (not raw.isdecimal() or len(raw) >= 7):
            yield amount.start, amount.end, _Token("money", raw, amount.value)
    for mention in names.find_all(written):
        end = mention.end
        while end < len(written) and not written[end].isspace() and written[end] not in _EDGES:
            end += 1
        yield mention.start, end, _Token("car", written[mention.start : end])
    for match in re.finditer(r"\S+", written):
        raw = match[0].strip(_EDGES)
        following = re.match(r"\s+(\S+)", written[match.end() :])
        pair = f"{lib_text.plain(raw)} {lib_text.plain(following[1])}" if following else ""
        if pair in LABELS and following:
            end = match.end() + following.end()
            yield match.start(), end, _Token("label", pair, LABELS[pair])
        elif token := _word(match[0], raw):
            yield match.start(), match.end(), token


def _word(whole: str, raw: str) -> _Token | None:
    """A single word as a token, or None where it says nothing."""
    key = lib_text.plain(raw)
    if whole == ";":
        return _Token("joint", whole)
    if key in _ARROW or whole in _ARROW:
        return _Token("arrow", raw)
    if UNIT_ID.fullmatch(key):
        return _Token("id", raw)
    if key in LABELS:
        return _Token("label", raw, LABELS[key])
    if _YEAR.fullmatch(key):
        return _Token("year", raw, int(key))
    if _NUMBER.fullmatch(key):
        return _Token("number", raw)
    if key in cars.TRANSMISSIONS:
        return _Token("transmission", raw, cars.TRANSMISSIONS[key])
    if key in cars.FUELS:
        return _Token("fuel", raw, cars.FUELS[key])
    if key in CONDITIONS:
        return _Token("condition", raw, CONDITIONS[key])
    if key in cars.COLORS or key in cars.SHADES:
        return _Token("color", raw)
    if key == "bukan":
        return _Token("not", raw)
    filler = key in _FILLERS or key in cars.POLITE
    return _Token("filler" if filler else "word", raw) if key else None


NAMES = {
    "price": "harga", "credit_price": "harga kredit", "cost_price": "harga modal", "year": "tahun",
    "mileage": "kilometer", "color": "warna", "transmission": "transmisi", "fuel": "bahan bakar",
    "engine_cc": "isi silinder", "condition": "kondisi", "make": "merek", "model": "model", "variant": "varian",
    "license_plate": "nomor polisi", "seats": "jumlah kursi", "papers": "surat-surat", "staff_notes": "catatan",
    "status": "status",
}  # fmt: skip
LONGEST_WORDS = {"make": 40, "model": 60, "variant": 80, "papers": 200, "staff_notes": 500}


def out_of_bounds(name: str, value: Value, this_year: int) -> list[str]:
    """What is wrong with this value, as Indonesian sentences; [] if nothing is."""
    number = value if isinstance(value, int) else 0
    if name in _MONEY and number < cars.MIN_PRICE:
        return [f"Harga {rupiah.show_full(number)} terlalu kecil. Tulis misalnya 150jt atau 150000000."]
    if name in _MONEY and number > cars.MAX_PRICE:
        return ["Harga paling tinggi Rp 100 miliar."]
    if name == "year" and not cars.FIRST_YEAR <= number <= this_year + 1:
        return [f"Tahun {number} di luar batas: {cars.FIRST_YEAR} sampai {this_year + 1}."]
    if name == "mileage" and number > cars.MAX_MILEAGE:
        return [f"Kilometer {kilometres.show(number)} di luar batas: 0 sampai 1.000.000."]
    if name == "engine_cc" and not 50 <= number <= MOST_CC:
        return [f"Isi silinder {number} cc di luar batas: 50 sampai {MOST_CC}."]
    if name == "seats" and not 1 <= number <= MOST_SEATS:
        return [f"Jumlah kursi {number} di luar batas: 1 sampai {MOST_SEATS}."]
    return []


def beyond(old: int | None, new: int, share: Decimal = Decimal("0.2")) -> bool:
    """Does a price change by more than this share?"""
    return old is not None and abs(new - old) > share * old
