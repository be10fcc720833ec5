"""A car as staff describe it in words: a whole one in a line, or what an edit changes. Knows nothing of Django.

Both read field by field and in any order; what is not understood is said back and never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from autolumiku.lib import kilometres, rupiah, text
from inventory import names


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


LONGEST = 1000  # characters of a description
_EDGES = "*_~.,!:;()[]\"'“”‘’`"
POLITE = _words("dong ya yaa yah kak kakak min admin deh nih gan bang pak bu mas mbak tolong please")


# --- a whole car in one line --------------------------------------------------------------------------------

FIRST_YEAR = 1980
MIN_PRICE, MAX_PRICE = 1_000_000, 100_000_000_000  # rupiah; below is more likely a slip than a car
MAX_MILEAGE = 1_000_000  # km

TRANSMISSIONS = {
    "manual": "manual", "mt": "manual", "m/t": "manual", "automatic": "automatic", "otomatis": "automatic",
    "matic": "automatic", "matik": "automatic", "metic": "automatic", "at": "automatic", "a/t": "automatic",
    "cvt": "cvt", "e-cvt": "cvt",
}  # fmt: skip
FUELS = {
    "bensin": "bensin", "pertamax": "bensin", "pertalite": "bensin", "diesel": "diesel", "solar": "diesel",
    "hybrid": "hybrid", "listrik": "electric",
}  # fmt: skip
COLORS = _words(
    "hitam putih silver perak abu-abu abu grey gray merah maroon marun biru navy hijau kuning coklat cokelat krem "
    "cream beige gold emas orange oranye oren ungu pink bronze perunggu champagne tembaga tosca black "
    "white red blue green brown yellow"
)
COLOR_SLANG = {"item": "hitam", "ireng": "hitam", "ijo": "hijau", "abu2": "abu-abu", "puteh": "putih"}
SHADES = _words("metalik metallic mutiara pearl tua muda doff matte solid abu")
_LABELS = _words(
    "merk merek model varian tipe type tahun thn th harga hrg rp warna transmisi trans km kilometer bahan bakar bbm "
    "eh ups salah maaf mobil unit dijual jual bekas second ready istimewa mulus terawat bagus nego cash dan dengan"
)
_THOUSANDS = re.compile(r"(?<![^\s])([0-9]{1,3}(?:[.,][0-9])?)\s?(?:rb|rbu|ribu|rebu)(?![^\s,;.])", re.I)
_PRICE_MARK = re.compile(r"(?:rp|harga|hrg)\.?:?\s?$", re.I)
_BARE_MILLIONS = re.compile(
    r"(?<![^\s])(?:harga|hrg)\s?:?\s?(?:rp\.?\s?)?([0-9]{2,4})(?![^\s,;])(?!\s?(?:jt|juta|rb|ribu|m\b|mil))", re.I
)
_CC = re.compile(r"(?<![^\s])([0-9]{3,4})\s?cc(?![^\s,;])", re.I)
_INTEGER = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){1,4}|[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_JOINED_YEAR = re.compile(r"\b(tahun|thn|th)\.?((?:19|20)[0-9]{2})\b", re.I)
_NAMELIKE = re.compile(r"[^\W_][\w./+&'-]{0,29}")


@dataclass(frozen=True, slots=True)
class Car:
    """A car as described in one line. "" or None: not said. doubts: what cannot be right, as Indonesian sentences."""

    make: str = ""
    model: str = ""
    variant: str = ""
    year: int | None = None
    price: int | None = None  # rupiah
    mileage: int | None = None  # km
    color: str = ""
    transmission: str = ""  # manual, automatic, cvt
    fuel: str = ""  # bensin, diesel, hybrid, electric
    engine_cc: int | None = None
    doubts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.make, self.model, self.variant, str(self.year or "")) if part)

    @property
    def missing(self) -> tuple[str, ...]:
        """What a car must have and this one has not, in Indonesian; mileage may stay unknown."""
        wanted = {
            "merek dan model": self.make and self.model,
            "tahun": self.year,
            "harga": self.price,
            "warna": self.color,
            "transmisi": self.transmission,
        }
        return tuple(label for label, value in wanted.items() if value in ("", None))


def car(rest: str, this_year: int) -> Car:
    """Read "Toyota Avanza 2020 150jt 50rb km Hitam Manual", in any order; nothing is guessed.

    Numbers carry their unit, or follow the year as price and then mileage ("2020 150000000 50000").
    """
    reading = _Reading(_JOINED_YEAR.sub(r"\1 \2", rest[:LONGEST].replace(":", " ")))
    reading.take_numbers()
    reading.take_words()
    named = _named(" ".join(reading.words))
    read = Car(
        make=named.make,
        model=named.model,
        variant=named.variant,
        year=reading.year,
        price=reading.price,
        mileage=reading.mileage,
        color=reading.color,
        transmission=reading.transmission,
        fuel=reading.fuel,
        engine_cc=reading.engine_cc,
    )
    doubts = (*reading.doubts, *named.doubts, *_out_of_bounds(read, this_year))
    return Car(**{name: getattr(read, name) for name in Car.__slots__ if name != "doubts"}, doubts=doubts)


@dataclass(slots=True)
class _Reading:
    """A description being taken apart: every part that is understood leaves the text."""

    text: str
    words: list[str] = field(default_factory=list)
    year: int | None = None
    price: int | None = None
    mileage: int | None = None
    color: str = ""
    transmission: str = ""
    fuel: str = ""
    engine_cc: int | None = None
    doubts: list[str] = field(default_factory=list)

    def take_numbers(self) -> None:
        """What carries a unit: cc, mileage, price. Their places become blanks."""
        if match := _CC.search(self.text):
            self.engine_cc = int(match[1])
            self._blank(match.start(), match.end())
        self._take_mileage()
        self._take_price()

    def _take_mileage(self) -> None:
        """Marked with km, or else "50rb" alone: no car costs that."""
        marked = kilometres.find(self.text)
        if len(marked) > 1 or (marked and marked[0].low is not None):
            self.doubts.append("Kilometernya lebih dari satu angka.")
        for distance in reversed(marked):
            self.mileage = distance.value
            self._blank(distance.start, distance.end)
        if marked:
            return
        for match in _THOUSANDS.finditer(self.text):
            if not _PRICE_MARK.search(self.text[max(0, match.start() - 8) : match.start()]):
                self.mileage = kilometres.parse(match[0])
                self._blank(match.start(), match.end())
                return

    def _take_price(self) -> None:
        amounts = rupiah.find(self.text)
        if not amounts and (match := _BARE_MILLIONS.search(self.text)):
            self.price = int(match[1]) * rupiah.JUTA
            self._blank(match.start(), match.end())
            return
        stated = [one for one in amounts if not self.text[one.start : one.end].isdigit()] or amounts[:1]
        if len(stated) > 1 or any(one.low is not None for one in stated):
            self.doubts.append("Harganya lebih dari satu angka.")
        for amount in reversed(stated):
            self.price = amount.value
            self._blank(amount.start, amount.end, "Rp")

    def _blank(self, start: int, end: int, sign: str = "km") -> None:
        """A number leaves a mark that keeps "price, then mileage" in order."""
        self.text = f"{self.text[:start]} {sign} {self.text[end:]}"

    def take_words(self) -> None:
        """What stands as words: year, bare numbers, transmission, fuel, colour. The rest is the car's name."""
        words = [word for raw in self.text.split() if (word := raw.strip(_EDGES))]
        words = self._take_year(words)
        words = self._take_bare_numbers(words)
        words = self._take_color(words)
        for word in words:
            key = text.plain(word)
            if key in TRANSMISSIONS:
                self._take_transmission(TRANSMISSIONS[key])
            elif key in FUELS and not self.fuel:
                self.fuel = FUELS[key]
            elif key not in _LABELS and key not in POLITE:
                self.words.append(word)

    def _take_year(self, words: list[str]) -> list[str]:
        """Marked with "tahun", or the first year; "Peugeot 2008 2015" is a model and a year."""
        places = [place for place, word in enumerate(words) if _YEAR.fullmatch(word)]
        marked = [place for place in places if place and text.plain(words[place - 1]) in ("tahun", "thn", "th")]
        free = [place for place in places if not (place and text.plain(words[place - 1]) == "peugeot")]
        for place in (marked or free)[:1]:
            self.year = int(words[place])
            return [*words[:place], "tahun", *words[place + 1 :]]
        return words

    def _take_bare_numbers(self, words: list[str]) -> list[str]:
        """Plain integers: price first, then mileage. Small ones count only after another number, else they name."""
        kept: list[str] = []
        after_number = False
        for word in words:
            four_digits = len(word) == 4 and self.year is not None and text.plain("".join(kept[-1:])) != "peugeot"
            large = len(word) >= 5 or four_digits
            if _INTEGER.fullmatch(word) and (large or after_number):
                self._take_bare(int(word.replace(".", "").replace(",", "")), word)
                after_number = True
                continue
            after_number = word in ("tahun", "Rp", "km")
            kept.append(word)
        return kept

    def _take_bare(self, number: int, word: str) -> None:
        if self.price is None:
            self.price = number
        elif self.mileage is None:
            self.mileage = number
        else:
            self.doubts.append(f"Angka {word} belum dipahami.")

    def _take_transmission(self, value: str) -> None:
        if self.transmission and {self.transmission, value} != {"automatic", "cvt"} and self.transmission != value:
            self.doubts.append("Transmisinya lebih dari satu.")
        self.transmission = "cvt" if "cvt" in (self.transmission, value) else value

    def _take_color(self, words: list[str]) -> list[str]:
        """The word after "warna", else the last run of colour words ("Black Edition … putih mutiara")."""
        keys = [COLOR_SLANG.get(key := text.plain(word), key) for word in words]
        start = self._color_start(keys)
        if start is None:
            return words
        end = start + 1
        while end < len(keys) and (keys[end] in SHADES or keys[end] in COLORS):
            end += 1
        color = " ".join(keys[start:end]).replace("abu abu", "abu-abu")
        self.color = color[:1].upper() + color[1:40]
        return [*words[:start], *words[end:]]

    def _color_start(self, keys: list[str]) -> int | None:
        marked = [place + 1 for place, key in enumerate(keys[:-1]) if key == "warna"]
        if marked and keys[marked[0]].replace("-", "").isalpha() and keys[marked[0]] not in {*TRANSMISSIONS, *_LABELS}:
            return marked[0]
        starts = [
            place for place, key in enumerate(keys) if key in COLORS and (place == 0 or keys[place - 1] not in COLORS)
        ]
        return starts[-1] if starts else None


@dataclass(frozen=True, slots=True)
class _Named:
    make: str = ""
    model: str = ""
    variant: str = ""
    doubts: tuple[str, ...] = ()


def _named(written: str) -> _Named:
    """Make, model and variant of "brio satya e"; a name that only looks like a known one is asked back."""
    written = written if written.isascii() else text.plain(written)
    mentions = names.find_all(written)
    models = {(mention.make, mention.model) for mention in mentions if mention.model}
    makes = {mention.make for mention in mentions}
    if not mentions:
        return _Named(doubts=(f"“{written[:60]}” belum dikenali sebagai merek dan model.",) if written else ())
    if len(models) > 1 or len(makes) > 1:
        return _Named(doubts=("Merek atau modelnya lebih dari satu.",))
    if any(mention.guessed for mention in mentions):
        meant = " ".join(next(iter(models), (mentions[0].make,)))
        return _Named(doubts=(f"“{written[:60]}” belum dikenali. Maksudnya {meant}?",))
    left = _variant(written, mentions)
    wrong = [word for word in left[0 if models else 1 :] if not is_trim(word)]
    left = [word for word in left if word not in wrong]
    doubts = (f"“{' '.join(wrong)[:60]}” belum dipahami.",) if wrong else ()
    if not models and left:
        return _Named(mentions[0].make, cased(left[0])[:60], " ".join(map(cased, left[1:]))[:80], doubts)
    make, model = next(iter(models), (mentions[0].make, ""))
    return _Named(make, model, " ".join(map(cased, left))[:80], doubts)


def is_trim(word: str) -> bool:
    """ "Satya", "RS", "1.5G", "320i": a word as names of variants have it; longer ones have to be known."""
    if not _NAMELIKE.fullmatch(word):
        return False
    short = len(word) <= 3 or any(char.isdigit() for char in word) or (word.isupper() and len(word) <= 5)
    return short or all(part in names.trims() for part in text.plain(word).split("-"))


def _variant(written: str, mentions: Iterable[names.Mention]) -> list[str]:
    """The words besides make and model: "brio [satya] [e]", "bmw [320i]"."""
    left: list[str] = []
    position = 0
    for mention in mentions:
        end = mention.end
        while end < len(written) and not written[end].isspace():
            end += 1
        left += written[position : mention.start].split()
        left += beyond_model(written[mention.start : end].split(), mention.model, cut=end > mention.end)
        position = end
    return left + written[position:].split()


def beyond_model(words: list[str], model: str, *, cut: bool = False) -> list[str]:
    """What a mention says beyond its model: "satya" of "brio satya"; the last word if the name is only a part of it."""
    joined = ""
    for place, word in enumerate(words, start=1):
        joined += _alnum(word)
        if model and joined.endswith(_alnum(model)):
            return words[place:]
    return words[-1:] if cut else []


def _alnum(name: str) -> str:
    return "".join(char for char in text.plain(name) if char.isalnum())


def cased(word: str) -> str:
    """A variant as it is written on the car: "satya" -> "Satya", "rs" -> "RS"; capitals that were typed stay."""
    if not word.islower():
        return word
    return word.upper() if len(word) <= 3 else word.capitalize()


def _out_of_bounds(read: Car, this_year: int) -> tuple[str, ...]:
    doubts = []
    if read.year is not None and not FIRST_YEAR <= read.year <= this_year + 1:
        doubts.append(f"Tahun {read.year} di luar batas: {FIRST_YEAR} sampai {this_year + 1}.")
    if read.price is not None and read.price < MIN_PRICE:
        doubts.append(f"Harga {rupiah.show_full(read.price)} terlalu kecil. Tulis misalnya 150jt atau 150000000.")
    if read.price is not None and read.price > MAX_PRICE:
        doubts.append("Harga paling tinggi Rp 100 miliar.")
    if read.mileage is not None and read.mileage > MAX_MILEAGE:
        doubts.append(f"Kilometer {kilometres.show(read.mileage)} di luar batas: 0 sampai 1.000.000.")
    return tuple(doubts)


def is_thousands(raw: str) -> bool:
    """ "50rb": thousands without a sign of money."""
    return bool(_THOUSANDS.fullmatch(raw.strip()))
