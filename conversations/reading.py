"""A clause taken apart: the cars it names, what it claims, what it promises. Pure. Default deny begins here.

A word that is neither known to claim nothing nor a claim, and no value of the data, fails at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from conversations import clauses, vocabulary
from conversations.clauses import Clause, Token
from conversations.ground import Figure, Ground
from conversations.vocabulary import listed

ONES = "nol satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas".split()  # noqa: SIM905
NUMBERS = {word: number for number, word in enumerate(ONES)} | {
    "sebuah": 1, "puluh": 10, "belas": 10, "ratus": 100, "seratus": 100, "ribu": 1000, "juta": 10**6, "setengah": 0,
}  # fmt: skip
COUNTED = listed("unit mobil pilihan opsi kendaraan varian tipe alternatif")
SEATED = listed("kursi seater penumpang orang seat jok")
DURATIONS = listed("menit detik jam hari minggu bulan tahun")
BUDGET = listed("budget bujet anggaran dana maksimal bawah atas dibawah diatas kisaran sekitar range")
DOWN = listed("dp muka")
PRICED = listed("harga harganya cash tunai seharga dibanderol banderol dijual senilai")
CONDITIONS = listed("kalau jika bila apabila apakah semoga silakan")
ANSWERS = listed("masih sudah bisa boleh dapat")
LABELS = (
    ("credit", frozenset(("kredit",))),
    ("price", PRICED),
    ("budget", BUDGET),
    ("dp", DOWN),
    ("principal", frozenset(("pokok", "pinjaman"))),
    ("total", frozenset(("tdp",))),
    ("instalment", listed("cicilan angsuran cicil")),
    ("never", listed("biaya selisih diskon potongan")),
)
BOUNDS = {"bawah": "most", "dibawah": "most", "atas": "least", "diatas": "least"}
LESS = listed("hemat turun beda kurang")
OF_HOURS = listed("buka tutup operasional bukanya tutupnya libur")
LEAST = listed("minimal minimum min minimalnya")
TENOR = ("tenor", "tenornya")
BUT = listed("selain kecuali")
OTHER_KINDS = listed("gear fuel body color")  # of which others can be asked for
BEFORE_KIND = listed("yang warna transmisi mobil")
BEFORE_CREDIT = listed("( harga secara untuk itu adalah khusus")
OF_STOCK = listed("stok unit unitnya mobil mobilnya")
HAVING = listed("ada punya milik memiliki miliki jual dijual menjual")
OWNERS = listed("kakak anda pelanggan pemilik saya")  # what they have is not for sale here
SELLING = listed("jual menjual")  # by customers too: "mau jual mobil"


class Claim(NamedTuple):
    aspect: str
    value: Any
    place: int  # of its token in the clause
    seg: int
    text: str
    negated: bool = False


class Lender(NamedTuple):
    """A leasing spoken of."""

    partner: str
    place: int
    end: int
    seg: int
    text: str


class Mention(NamedTuple):
    """Cars spoken of: places in ground.units; none where only the customer's own words name it."""

    units: frozenset[int]
    place: int
    end: int
    seg: int
    text: str


@dataclass(slots=True)
class Reading:
    """One clause taken apart."""

    clause: Clause
    words: list[str]
    said: frozenset[str] = frozenset()  # the words once more
    mentions: list[Mention] = field(default_factory=list)
    lenders: list[Lender] = field(default_factory=list)
    but: list[Mention] = field(default_factory=list)  # cars left out: "selain Avanza"
    claims: list[Claim] = field(default_factory=list)
    topics: list[tuple[str, int, int, str]] = field(default_factory=list)  # name, place, seg, word
    failed: list[str] = field(default_factory=list)
    promises: list[int] = field(default_factory=list)
    exists: list[int] = field(default_factory=list)  # places of a bare "ada"
    noted: list[int] = field(default_factory=list)  # places of "baik", "oke", "siap"
    affirms: str = ""  # "yes", "no", "noted" where the clause begins so
    staff: bool = False
    estimates: bool = False  # it states figures of a credit
    phrased: set[int] = field(default_factory=set)  # places within claim-free phrases
    content: list[int] = field(default_factory=list)  # places of words that are no address

    @property
    def of_hours(self) -> bool:
        """It speaks of opening and closing."""
        return self.has(OF_HOURS)

    @property
    def mentions_stock(self) -> bool:
        return self.has(OF_STOCK)

    def has(self, words: Iterable[str]) -> bool:
        return not self.said.isdisjoint(words)


class Reader:
    """Takes clauses apart, on the ground of one turn."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.lenders = ground.lenders

    def _read(self, clause: Clause) -> Reading:
        tokens = clause.tokens
        words = ["" if token.kind == "mark" else token.word for token in tokens]
        reading = Reading(clause, words, frozenset(words))
        reading.staff = not vocabulary.STAFF.isdisjoint(reading.said)
        place = 0
        while place < len(tokens):
            place += self._token(reading, place)
        if not BUT.isdisjoint(reading.said):
            self._leave_out(reading)
        self._begins(reading)
        self._ends(reading)
        return reading

    def _token(self, reading: Reading, place: int) -> int:
        """Takes one token or phrase; returns how many tokens it was."""
        token = reading.clause.tokens[place]
        if token.kind == "mark":
            return 1
        reading.content.append(place)
        lender = self._lender(reading, place) if token.word in self.lenders else 0
        size = lender or self._mention(reading, place) or self._value(reading, place)
        if size:
            return size
        if token.kind != "word":
            return self._figure(reading, place, token)
        return self._word(reading, place, token)

    def _lender(self, reading: Reading, place: int) -> int:
        token = reading.clause.tokens[place]
        for words, partner in self.lenders[token.word]:
            if size := _match(reading.words, place, words):
                reading.lenders.append(Lender(partner, place, place + size, token.seg, " ".join(words)))
                return size
        return 0

    def _mention(self, reading: Reading, place: int) -> int:
        tokens, ground = reading.clause.tokens, self.ground
        token = tokens[place]
        if token.kind == "id":
            if token.word in ground.ids:
                self._add_mention(reading, frozenset((ground.ids[token.word],)), place, place + 1, by_id=True)
                return 1
            if token.word.replace("-", "") not in ground.joined:
                return 0
        elif token.word not in ground.customer_names and not self._may_name(tokens, place):
            return 0
        size, found, model, year = self._run(tokens, place)
        behind = tokens[place + size] if place + size < len(tokens) else None
        foreign = behind is not None and len(behind.word) > 1 and behind.word in ground.customer_names
        theirs = token.word in ground.customer_names and len(token.word) > 1 and not vocabulary.kind(token.word)
        if foreign or (not size and theirs):
            return self._absent_name(reading, place, place + size)
        if size:
            units = self._named(found, model, year)
            text = " ".join(one.word for one in tokens[place : place + size])
            if not units:
                reading.mentions.append(Mention(frozenset(), place, place + size, token.seg, text))
                return size
            self._add_mention(reading, units, place, place + size)
            return size
        return 0

    def _absent_name(self, reading: Reading, place: int, end: int) -> int:
        """A car that only the customer has named."""
        tokens = reading.clause.tokens
        while end < len(tokens) and (
            tokens[end].word in self.ground.customer_names or self._customers_year(tokens[end])
        ):
            end += 1
        text = " ".join(one.word for one in tokens[place:end])
        reading.mentions.append(Mention(frozenset(), place, end, tokens[place].seg, text))
        return end - place

    def _customers_year(self, token: Token) -> bool:
        return _is_year(token) and token.word in self.ground.customer_tokens

    def _run(self, tokens: Sequence[Token], place: int) -> tuple[int, list[str], bool, int | None]:
        """(size, name words, a model is among them, year) of a car's name that starts here."""
        ground = self.ground
        found: list[str] = []
        end, model, year = place, False, None
        while end < len(tokens):
            token = tokens[end]
            if token.kind == "id":
                word = token.word.replace("-", "")
                if word not in ground.joined:
                    break
                found, model, end = [*found, word], True, end + 1
                continue
            joined = token.word + tokens[end + 1].word if end + 1 < len(tokens) else ""
            if token.kind == "mark":
                if token.word in clauses._GLUE and found:
                    end += 1
                    continue
                break
            if joined in ground.joined and joined != token.word:
                found, model, end = [*found, joined], model or joined in ground.model_words, end + 2
                continue
            if token.kind in ("word", "number", "time") and (token.word in ground.names or token.word in ground.joined):
                weak = len(token.word) < 3 or not token.word.isalpha()
                starts = token.word in ground.makes or token.word in ground.joined or token.word in ground.model_words
                if not model and (not starts or (weak and not found and token.word not in ground.whole)):
                    break
                model = model or token.word in ground.model_words
                found, end = [*found, token.word], end + 1
                continue
            if found and model and _is_year(token) and year is None and not _bound(tokens, end):
                year, end = int(token.word), end + 1
                continue
            break
        while end > place and tokens[end - 1].kind == "mark":
            end -= 1
        return (end - place, found, model, year) if found else (0, [], False, None)

    def _may_name(self, tokens: Sequence[Token], place: int) -> bool:
        """Is this word of a car's name, by itself or with the next?"""
        ground, word = self.ground, tokens[place].word
        if word in ground.names or word in ground.joined:
            return True
        return place + 1 < len(tokens) and word + tokens[place + 1].word in ground.joined

    def _named(self, found: list[str], model: bool, year: int | None) -> frozenset[int]:
        ground = self.ground
        units: frozenset[int] = ground.all
        for word in found:
            units &= frozenset(ground.names.get(word, set()) | ground.joined.get(word, set()))
        if model and len(units) > 1:
            said = {word for word in found if word in ground.model_words}
            exact = frozenset(one for one in units if said in ({*ground.models[one]}, {"".join(ground.models[one])}))
            units = exact or units
        if year is not None:
            units = frozenset(one for one in units if ground.units[one].year == year)
        return units

    def _add_mention(
        self, reading: Reading, units: frozenset[int], place: int, end: int, *, by_id: bool = False
    ) -> None:
        """A name and an id beside each other are one car; if they do not fit, no car."""
        tokens = reading.clause.tokens
        text = " ".join(one.word for one in tokens[place:end])
        if reading.mentions:
            before = reading.mentions[-1]
            between = tokens[before.end : place]
            if (by_id or _is_id(tokens[before.place])) and all(one.kind == "mark" for one in between):
                both = before.units & units
                reading.mentions[-1] = Mention(both, before.place, end, before.seg, f"{before.text} {text}")
                return
        reading.mentions.append(Mention(units, place, end, tokens[place].seg, text))

    def _value(self, reading: Reading, place: int) -> int:
        words, ground = reading.words, self.ground
        for value in ground.values.get(words[place], ()):
            size = _match(words, place, value.words)
            if not size:
                continue
            if value.units is None:
                if value.aspect == "showroom":
                    return size
            elif len(value.words) > 1 or value.aspect not in ("color", "condition"):
                text = " ".join(value.words)
                reading.claims.append(Claim("value", value, place, reading.clause.tokens[place].seg, text))
                return size
        return self._address(words, place)

    def _address(self, words: list[str], place: int) -> int:
        """Two words or more of the showroom's address, in their order."""
        address = self.ground.address
        if words[place] not in address:
            return 0
        best = 0
        for start, word in enumerate(address):
            if word != words[place]:
                continue
            size, at = 0, place
            said = 0
            while at < len(words) and start + said < len(address):
                if words[at] == "":
                    at += 1
                    continue
                if words[at] != address[start + said]:
                    break
                said, at = said + 1, at + 1
                size = at - place
            if said >= 2:
                best = max(best, size)
        return best

    def _figure(self, reading: Reading, place: int, token: Token) -> int:
        handler = getattr(self, f"_{token.kind}")
        return int(handler(reading, place, token))

    def _id(self, reading: Reading, place: int, token: Token) -> int:
        theirs = token.value in self.ground.customer_values
        if token.word.replace("-", "") in self.ground.customer_names or (theirs and self._like_ours(token)):
            reading.mentions.append(Mention(frozenset(), place, place + 1, token.seg, token.word))
        elif not theirs:
            reading.failed.append(token.word)
        return 1

    def _like_ours(self, token: Token) -> bool:
        """Could this be the id of one of the showroom's cars?"""
        own = {*self.ground.ids, f"{self.ground.facts.showroom.id_prefix.lower()}-0"}
        return token.word.rsplit("-", 1)[0] in {one.rsplit("-", 1)[0] for one in own}

    def _link(self, reading: Reading, place: int, token: Token) -> int:
        if token.value not in self.ground.links:
            reading.failed.append(token.word)
        return 1

    def _phone(self, reading: Reading, place: int, token: Token) -> int:
        if token.value not in self.ground.phones:
            reading.failed.append(token.word.strip())
        return 1

    def _amount(self, reading: Reading, place: int, token: Token) -> int:
        label = self._label(reading, place)
        one = token.value
        ends = {one.value} if one.low is None else {one.low, one.high}
        theirs = ends <= self.ground.customer_amounts or {one.value} <= self.ground.customer_amounts
        kind = self._of_estimate(reading, place, label)
        if kind and not (label == "dp" and theirs):
            reading.estimates = True
            reading.claims.append(Claim("estimate", Figure(kind, one), place, token.seg, token.word))
            return 1
        bound = BOUNDS.get(next((word for word in reversed(reading.words[:place]) if word), ""))
        if bound and not theirs and one.low is None:
            self._claim(reading, "price_bound", (bound, one.value), place)
            return 1
        if label in ("budget", "dp"):
            if not theirs:
                self._claim(reading, "price_range" if label == "budget" else "never", one, place)
            return 1
        if label in ("never",):
            reading.failed.append(token.word)
            return 1
        if theirs and self._is_denied(reading, place, token):
            reading.claims.append(Claim("price", one, place, token.seg, token.word, negated=True))
            return 1
        if one.low is not None:
            self._claim(reading, "price_range", one, place)
        else:
            self._claim(reading, "credit_price" if label == "credit" else "price", one, place)
        return 1

    def _label(self, reading: Reading, place: int) -> str:
        """What an amount is said to be, by the word before it."""
        named = [
            one.end for one in reading.mentions if place - 2 <= one.end <= place
        ]  # "untuk budget 100 juta City 79 juta"
        figure = any(token.kind == "amount" for token in reading.clause.tokens[max(0, place - 7) : place])
        start = max(0, place - 7, *(named if figure else ()))
        if self._is_of_credit(reading, place + 1):
            return "credit"
        of_names = {at for one in reading.mentions for at in range(one.place, one.end)}  # "Air EV Standard Range"
        passed = False  # another amount
        for at in range(place - 1, start - 1, -1):
            if at in of_names:
                continue
            stem = vocabulary.stem(reading.words[at])
            for label, words in LABELS:
                if stem in words and not (passed and label == "budget"):
                    return label
            passed = passed or reading.clause.tokens[at].kind == "amount"
        if not LESS.isdisjoint(reading.words[max(0, place - 2) : place]):
            return "never"
        return ""

    @staticmethod
    def _is_of_credit(reading: Reading, place: int) -> bool:
        """ "Rp 85 juta (kredit)", "Rp 85 juta harga kredit"; not "Rp 79 juta, kredit Rp 85 juta"."""
        tokens = reading.clause.tokens
        words = [token.word for token in tokens[place : place + 5] if token.word not in BEFORE_CREDIT]
        at = next((one for one in range(place, min(place + 5, len(tokens))) if tokens[one].word == "kredit"), -1)
        return words[:1] == ["kredit"] and not (at + 1 < len(tokens) and tokens[at + 1].kind == "amount")

    def _of_estimate(self, reading: Reading, place: int, label: str) -> str:
        """Which figure of a credit estimate this amount is said to be, where there are estimates."""
        if not self.ground.estimates:
            return ""
        after = [word for word in reading.words[place + 1 : place + 4] if word]
        figures = any(token.kind == "amount" for token in reading.clause.tokens[max(0, place - 7) : place])
        named = not label or figures  # "DP 50 juta, Satu Finance 36x Rp 4 juta": the label is that of the first
        if label == "instalment" or "bulan" in after or (named and self._is_behind_a_lender(reading, place)):
            return "instalment"
        return {"dp": "down", "principal": "principal", "total": "total"}.get(label, "")

    @staticmethod
    def _is_behind_a_lender(reading: Reading, place: int) -> bool:
        """ "Satu Finance: Rp 4 juta", "3 tahun: Rp 4 juta"; not "untuk 3 tahun, City Rp 79 juta"."""
        named = {at for one in reading.mentions for at in range(one.place, one.end)}
        lent = {at for one in reading.lenders for at in range(one.place, one.end)}
        for at in range(place - 1, max(-1, place - 5), -1):
            if at in named or reading.clause.tokens[at].kind == "amount":
                return False
            if at in lent or term_at(reading.words, at):
                return True
        return False

    def _is_denied(self, reading: Reading, place: int, token: Token) -> bool:
        """ "bukan 50 juta", "untuk 50 juta belum ada"."""
        before = [word for word in reading.words[max(0, place - 3) : place] if word]
        after = [word for word in reading.words[place + 1 : place + 6] if word]
        return "bukan" in before or any(
            first in ("belum", "tidak") and second in ("ada", "tersedia") for first, second in pairwise(after)
        )

    def _km(self, reading: Reading, place: int, token: Token) -> int:
        if token.value.low is not None:
            reading.failed.append(token.word)
        else:
            self._claim(reading, "km", token.value.value, place)
        return 1

    def _time(self, reading: Reading, place: int, token: Token) -> int:
        if not reading.of_hours and (reading.promises or reading.has(("tol", "km"))):
            reading.failed.append(token.word)
        return 1

    def _date(self, reading: Reading, place: int, token: Token) -> int:
        if token.value not in self.ground.customer_values:
            self._claim(reading, "tax_date", token.value, place)
        return 1

    def _percent(self, reading: Reading, place: int, token: Token) -> int:
        percents = {self.ground.turn.understanding.entities.down_payment_percent}
        percents |= {one.percent for one in self.ground.estimates}
        credit = self.ground.facts.credit
        if reading.has(LEAST) and credit and credit.partners:
            percents = {credit.minimum_down} if len(credit.partners) == 1 or not reading.lenders else set()
        if self._label(reading, place) != "dp" or token.word.rstrip(" %") not in map(str, percents):
            reading.failed.append(token.word)
        return 1

    def _number(self, reading: Reading, place: int, token: Token) -> int:
        words = reading.words
        if _is_year(token) and words[place + 1 : place + 2] != ["cc"]:
            month = clauses.month_of(words[place - 1]) if place else None
            if month:
                self._claim(reading, "tax_date", (None, month, int(token.word)), place)
            elif any(topic[0] == "tax" for topic in reading.topics):
                self._claim(reading, "tax_date", (None, None, int(token.word)), place)
            elif bound := _bound(reading.clause.tokens, place):
                self._claim(reading, "year_bound", (int(token.word), bound), place, 3)
                return 3
            else:
                self._claim(reading, "year", int(token.word), place)
            return 1
        number = int(token.word) if token.word.isdigit() else None
        return self._counted(reading, place, number, token)

    def _counted(self, reading: Reading, place: int, number: int | None, token: Token) -> int:
        """A number by the word behind it (or before it: "foto: 5")."""
        words = reading.words
        after = next((word for word in words[place + 1 : place + 2] if word), "")
        before = next((word for word in reversed(words[:place]) if word), "")
        topic = reading.topics[-1][0] if reading.topics else ""
        if number is None:
            reading.failed.append(token.word)
        elif after in ("cc", "cc-an"):
            self._claim(reading, "engine", number, place)
            return 2
        elif topic == "owners":
            self._claim(reading, "hands", number, place)
        elif reading.clause.question and after == "atau" and SEATED & set(words[place + 2 : place + 4]):
            self._claim(reading, "seats", number, place)
        elif vocabulary.stem(after) in SEATED or (after == "" and before in ("kursi", "seat")):
            self._claim(reading, "seats", number, place)
            return 2 if after else 1
        elif after in ("foto", "gambar") or topic == "photo":
            self._claim(reading, "photos", number, place)
        elif vocabulary.stem(after) in COUNTED or (after == "yang" and before == "ada"):
            self._claim(reading, "count", number, place)
        elif after in DURATIONS:
            self._duration(reading, place, after, token)
        elif years := term_at(words, place):
            if not self._is_offered(years):
                reading.failed.append(token.word)
            return 2 if after in ("x", "kali") else 1
        else:
            reading.failed.append(token.word)
        return 1

    def _is_offered(self, years: int) -> bool:
        """Is there a figure for this term?"""
        return any(offer.years == years for one in self.ground.estimates for offer in one.offers)

    def _duration(self, reading: Reading, place: int, unit: str, token: Token) -> None:
        """ "2 menit" is everyday; "3 tahun" only as the customer said it."""
        named = any(topic[0] == "credit" for topic in reading.topics) or bool(reading.lenders)
        of_credit = named or reading.estimates or place <= 1
        if of_credit and self._is_offered(term_at(reading.words, place)):
            return
        said = f"{token.word} {unit}" in " ".join(self.ground.customer.split())
        harmless = unit in ("menit", "detik", "jam") and not reading.staff and not reading.of_hours
        all_day = (token.word, unit) == ("24", "jam") and not self._negated(reading, place)
        if all_day or not (said or harmless):
            reading.failed.append(f"{token.word} {unit}")

    def _word(self, reading: Reading, place: int, token: Token) -> int:
        words = reading.words
        quiet = vocabulary.phrase_at(words, place)
        said = self._lexicon(words, place)
        if said and said.size >= max(quiet, 1):
            return self._said(reading, place, said)
        if quiet and (words[place] != "ada" or reading.clause.question or not CONDITIONS.isdisjoint(words[:place])):
            reading.phrased.update(range(place, place + quiet))
            return quiet
        word = token.word
        if word in NUMBERS or vocabulary.stem(word) in NUMBERS:
            after = words[place + 1] if place + 1 < len(words) else ""
            return (
                self._counted(reading, place, NUMBERS.get(word), token)
                if after not in NUMBERS
                else self._fail(reading, place, token)
            )
        if word in BUT and self._excepts(reading, place):
            return 1
        kind = vocabulary.kind(word)
        if word == "x" and place + 1 < len(words) and term_at(words, place + 1):
            return 1
        if word in vocabulary.MODIFIERS and self._modifies(words, place):
            return 1
        if word in vocabulary.CONFIRM or word in ("pasti", "tentu", "tentunya"):
            reading.affirms = "yes" if CONDITIONS.isdisjoint(words[:place]) else reading.affirms
        elif word in vocabulary.ACKNOWLEDGE:
            reading.noted.append(place)
        elif kind == vocabulary.PROMISE:
            reading.promises.append(place)
        elif vocabulary.stem(word) == "ada" or self._have_it(words, place):
            reading.exists.append(place)
        elif not kind and word != "nya":
            return self._fail(reading, place, token)
        return 1

    @staticmethod
    def _have_it(words: list[str], place: int) -> bool:
        """ "Kami punya", "masih dijual"; what "Kakak punya" or "mau jual" is the customer's."""
        stem = vocabulary.stem(words[place])
        before = words[max(0, place - 3) : place]
        if stem not in HAVING or not OWNERS.isdisjoint(before):
            return False
        return stem not in SELLING or "kami" in before

    def _excepts(self, reading: Reading, place: int) -> bool:
        """ "Selain warna hitam", "selain Avanza": a kind of car is what is left out."""
        words = reading.words
        at = next((at for at in range(place + 1, len(words)) if words[at] not in BEFORE_KIND), len(words))
        said = self._lexicon(words, at) if at < len(words) and words[at] else None
        return (said is not None and said.aspect in OTHER_KINDS) or self._leaves_out(reading, at)

    def _leaves_out(self, reading: Reading, place: int) -> bool:
        """A car behind "selain" that the customer has named so: then "Selain Pajero ada Fortuner" says of no Pajero."""
        tokens, ground = reading.clause.tokens, self.ground
        return place < len(tokens) and tokens[place].word in ground.customer_denied and "juga" not in reading.said

    def _leave_out(self, reading: Reading) -> None:
        """Takes "selain Avanza atau Xenia" from the cars spoken of."""
        for mention in list(reading.mentions):
            before = [word for word in reading.words[max(0, mention.place - 4) : mention.place] if word]
            while before and before[-1] in BEFORE_KIND:
                before.pop()
            joined = before[-1:] in (["atau"], ["dan"]) and reading.but and reading.but[-1].end == mention.place - 1
            if (before[-1:] and before[-1] in BUT and self._leaves_out(reading, mention.place)) or joined:
                reading.mentions.remove(mention)
                reading.but.append(mention)

    def _modifies(self, words: list[str], place: int) -> bool:
        """ "bebas banjir", "bekas tabrakan": the word behind is the claim."""
        for at in range(place + 1, min(place + 4, len(words))):
            said = self._lexicon(words, at) if words[at] else None
            if said and said.aspect in ("flooded", "crashed"):
                return True
        return False

    def _fail(self, reading: Reading, place: int, token: Token) -> int:
        reading.failed.append(token.word)
        return 1

    def _lexicon(self, words: list[str], place: int) -> vocabulary.Said | None:
        known_words = vocabulary.lexicon()
        word = words[place]
        for first in (word, vocabulary.stem(word)):
            for phrase, said in known_words.get(first, ()):
                if len(phrase) == 1:
                    return said
                rest = tuple(words[place + 1 : place + len(phrase)])
                if len(rest) == len(phrase) - 1 and (
                    rest == phrase[1:] or (*rest[:-1], vocabulary.stem(rest[-1])) == phrase[1:]
                ):
                    return said
        return None

    def _said(self, reading: Reading, place: int, said: vocabulary.Said) -> int:
        token = reading.clause.tokens[place]
        if said.aspect == "topic":
            reading.topics.append((said.value, place, token.seg, token.word))
        else:
            self._claim(reading, said.aspect, said.value, place, said.size)
        return said.size

    def _claim(self, reading: Reading, aspect: str, value: Any, place: int, size: int = 1) -> None:
        tokens = reading.clause.tokens
        text = " ".join(token.word for token in tokens[place : place + size])
        negated = self._negated(reading, place)
        if aspect in OTHER_KINDS and self._is_excepted(reading, place):
            aspect, value, negated = "but", (aspect, value), False
        reading.claims.append(Claim(aspect, value, place, tokens[place].seg, text, negated))

    @staticmethod
    def _is_excepted(reading: Reading, place: int) -> bool:
        """ "Selain warna hitam", "selain hitam atau putih": it speaks of the others."""
        words = reading.words
        for at in range(place - 1, max(-1, place - 4), -1):
            if words[at] in BUT:
                return True
            joined = words[at] in ("atau", "dan") and any(
                one.aspect == "but" and one.place == at - 1 for one in reading.claims
            )
            if joined:
                return True
            if words[at] not in BEFORE_KIND:
                return False
        return False

    @staticmethod
    def _negated(reading: Reading, place: int) -> bool:
        """A "tidak" right before, with at most three words between, in the same part of the clause."""
        tokens, words = reading.clause.tokens, reading.words
        seg = tokens[place].seg
        count = 0
        for at in range(place - 1, max(-1, place - 5), -1):
            if tokens[at].seg != seg or tokens[at].kind == "mark":
                break
            more_or_less = words[at] == "kurang" and at in reading.phrased  # "kurang lebih" denies nothing
            if words[at] in vocabulary.NEGATORS and not more_or_less:
                count += 1
        return count % 2 == 1

    def _ends(self, reading: Reading) -> None:
        """ "Untuk yang itu masih Kak", "menurut data tidak": an answer whose yes or no stands last."""
        if reading.affirms not in ("", "noted") or reading.clause.question or CONDITIONS & reading.said:
            return
        told = [at for at in reading.content if vocabulary.stem(reading.words[at]) not in vocabulary.ADDRESSES]
        if not told or told[-1] in reading.phrased:
            return
        last = reading.words[told[-1]]
        first = [at for at in told if reading.clause.tokens[at].seg == 0]  # "untuk itu bisa Kak, nanti kami hubungi"
        if first and first[-1] not in reading.phrased and reading.words[first[-1]] in ANSWERS:
            last = reading.words[first[-1]]
        why_not = last in vocabulary.DENY and reading.has(("kenapa", "mengapa"))
        if last in ANSWERS or why_not:
            reading.affirms = "yes"
        elif (last in vocabulary.DENY and "atau" not in reading.said) or (last == "nomor" and len(told) == 1):
            reading.affirms = "no"  # "no Kak" is read as a number

    def _begins(self, reading: Reading) -> None:
        """ "Iya Kak", "Bisa Kak", "Tidak Kak", "Baik Kak": the answer to what the customer asked."""
        for place in reading.content:
            word = vocabulary.stem(reading.words[place])
            if word in vocabulary.ADDRESSES and word not in ("ya", "yah"):
                continue
            if reading.words[place] in ("ya", "yah") and reading.clause.tokens[place].seg:
                return
            if place in reading.phrased:
                return
            if reading.words[place] == "adanya":  # "what there is"
                return
            if word in vocabulary.AFFIRM:
                if reading.words[max(0, place - 1)] == "kakak" or self._counts(reading, place + 1):
                    return
                if word == "boleh" and self._requests(reading, place + 1):
                    return
                if self._says_what(reading, word, place + 1):
                    return
                reading.affirms = "yes"
            elif word in vocabulary.DENY:
                reading.affirms = "no"
            elif word in vocabulary.ACKNOWLEDGE:
                reading.affirms = reading.affirms or "noted"
                reading.noted = [one for one in reading.noted if one != place]
            return

    @staticmethod
    def _counts(reading: Reading, place: int) -> bool:
        """ "Ada 2 unit": the number is the claim; "bisa dua-duanya" has none."""
        after = reading.clause.tokens[place] if place < len(reading.words) else None
        if reading.words[place + 1 : place + 2] in (["duanya"], ["tiganya"]):
            return False
        return after is not None and (after.kind == "number" or after.word in NUMBERS)

    @staticmethod
    def _says_what(reading: Reading, word: str, place: int) -> bool:
        """ "Sudah laku", "ada Fortuner": it is not the yes alone that is claimed."""
        claimed = {claim.place for claim in reading.claims if claim.aspect in ("sold", "booked", "here", "absent")}
        if word in HAVING:
            return any(mention.place == place and mention.units for mention in reading.mentions)
        return word in ("sudah", "masih") and place in claimed

    @staticmethod
    def _requests(reading: Reading, place: int) -> bool:
        """ "boleh infokan budgetnya" asks something of the customer."""
        words = [word for word in reading.words[place : place + 2] if word not in ("saya", "kami")]
        after = words[0] if words else ""
        return bool(after) and vocabulary.kind(after) in (vocabulary.VERB, vocabulary.PROMISE)


def term_at(words: Sequence[str], place: int) -> int:
    """The years of a term at this place: "3 tahun", "36 bulan", "36x", "x 36", "tenor 36", "tenor 3"; 0: none."""
    if not words[place].isdigit() or len(words[place]) > 2:
        return 0
    number, after = int(words[place]), next(iter(words[place + 1 : place + 2]), "")
    before = next((word for word in reversed(words[max(0, place - 2) : place]) if word), "")
    monthly = after in ("bulan", "kali", "x")
    if after == "tahun" or (before in TENOR and number < 6 and not monthly):
        return number
    return number // 12 if (monthly or before in (*TENOR, "x")) and number % 12 == 0 else 0


def _match(words: Sequence[str], place: int, phrase: Sequence[str]) -> int:
    """How many tokens from here on say this phrase, marks between them left out; 0 if they do not."""
    at, said = place, 0
    while at < len(words) and said < len(phrase):
        if words[at] == "":
            at += 1
        elif words[at] == phrase[said]:
            at, said = at + 1, said + 1
        else:
            return 0
    return at - place if said == len(phrase) else 0


def _bound(tokens: Sequence[Token], place: int) -> str:
    """ "2018 ke atas" is "least", "2018 ke bawah" is "most"; "" for a year alone."""
    after = [token.word for token in tokens[place + 1 : place + 3]]
    return BOUNDS.get(after[1], "") if after[:1] == ["ke"] and len(after) == 2 else ""


def _is_year(token: Token) -> bool:
    return token.kind == "number" and len(token.word) == 4 and token.word.isdigit() and 1970 <= int(token.word) <= 2040


def _is_id(token: Token) -> bool:
    return token.kind == "id"
