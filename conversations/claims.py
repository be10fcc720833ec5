"""What a draft claims, clause by clause, and whether the ground bears it. Pure. Default deny.

A clause is covered (all its numbers, names and claim words hold for the one car it speaks of, or for every car that
could be meant, or for the showroom), or it is neutral, or it fails. A word that is neither known to be claim-free nor a
fact fails by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from autolumiku.lib import text as lib_text
from conversations import clauses, vocabulary, wording
from conversations.clauses import Clause, Token
from conversations.ground import Ground, known
from conversations.turn import Unit

NUMBERS = {
    word: number
    for number, word in enumerate(
        "nol satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas".split()
    )
} | {"sebuah": 1, "puluh": 10, "belas": 10, "ratus": 100, "ribu": 1000, "juta": 10**6, "setengah": 0, "seratus": 100}
COUNTED = frozenset("unit mobil pilihan opsi kendaraan varian tipe alternatif".split())
SEATED = frozenset("kursi seater penumpang orang seat jok".split())
DURATIONS = frozenset("menit detik jam hari minggu bulan tahun".split())
DAYS = {day.lower(): number for number, day in enumerate(wording.DAYS)} | {"jum": 4, "ahad": 6}
OFFERS = frozenset("bisa boleh terima tersedia dapat masih ada punya".split())
WH = frozenset("berapa mana bagaimana kapan siapa kenapa mengapa".split())
ASKING = frozenset("silakan silahkan boleh mohon tolong mau ingin kalau jika bila apakah perlu jangan bisa yuk".split())
DEFERRING = frozenset("cek tanya konfirmasi pasti terus sampai info bicara lanjut hitung siap urus tangan".split())
FREEBIES = frozenset("diskon promo bonus gratis free cashback voucher hadiah subsidi potongan garansi".split())
BUDGET = frozenset("budget bujet anggaran dana maksimal bawah atas dibawah diatas kisaran sekitar range".split())
DOWN = frozenset("dp muka".split())
PRICED = frozenset("harga harganya cash tunai seharga dibanderol banderol dijual senilai".split())
CONDITIONS = frozenset("kalau jika bila apabila apakah semoga silakan".split())
COMPARING = frozenset("dari daripada dibanding dibandingkan".split())
OWN_CAR = frozenset("tukar jual tambah".split())
OF_DATA = frozenset("data info informasi catatan keterangan".split())


@dataclass(frozen=True, slots=True)
class Claim:
    aspect: str
    value: Any
    place: int  # of its token in the clause
    seg: int
    text: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
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
    mentions: list[Mention] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    topics: list[tuple[str, int, int, str]] = field(default_factory=list)  # name, place, seg, word
    failed: list[str] = field(default_factory=list)
    promises: list[int] = field(default_factory=list)
    exists: list[int] = field(default_factory=list)  # places of a bare "ada"
    noted: list[int] = field(default_factory=list)  # places of "baik", "oke", "siap"
    affirms: str = ""  # "yes", "no", "noted" where the clause begins so
    staff: bool = False
    phrased: set[int] = field(default_factory=set)  # places within claim-free phrases
    content: list[int] = field(default_factory=list)  # places of words that are no address

    def has(self, words: Iterable[str]) -> bool:
        return not set(words).isdisjoint(self.words)


@dataclass(slots=True)
class Judged:
    failed: list[str] = field(default_factory=list)
    facts: dict[str, None] = field(default_factory=dict)
    asks_staff: bool = False


class Judge:
    """Reads the clauses of one draft in order and remembers which car is spoken of."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.subject: frozenset[int] | None = None  # None: nothing has been named yet
        self.spoken: list[int] = []
        self.block = 0
        self.judged = Judged()
        self._question: tuple[bool | None, bool | None] | None = None

    def draft(self, text: str) -> Judged:
        """text: folded."""
        read = clauses.read(text)
        place = 0
        while place < len(read):
            quoted = self._quoted(read, place)
            if quoted:
                place += quoted
                continue
            self.judged.failed += self._clause(read[place])
            place += 1
        return self.judged

    def _quoted(self, read: Sequence[Clause], place: int) -> int:
        """How many clauses from here on are the manager's own sentences, as they stand."""
        if not self.ground.quotable:
            return 0
        spoken: list[str] = []
        best = 0
        for size, clause in enumerate(read[place : place + 12], 1):
            spoken += [token.word for token in clause.tokens if token.kind != "mark"]
            bare = _without_address(spoken)
            if tuple(spoken) in self.ground.quotable or bare in self.ground.quotable:
                best = size
        return best

    # --- one clause

    def _clause(self, clause: Clause) -> list[str]:
        reading = self._read(clause)
        self._place_subject(reading)
        self.judged.asks_staff = self.judged.asks_staff or self._asks_staff(reading)
        failed = [*reading.failed, *self._verify(reading)]
        if reading.mentions:
            self.subject = frozenset().union(*(mention.units for mention in reading.mentions))
            self.spoken += [one for one in self.subject if one not in self.spoken]
        self.block = clause.block
        return failed

    @staticmethod
    def _asks_staff(reading: Reading) -> bool:
        """The staff will check, send, go on; "silakan hubungi tim kami" asks it of the customer."""
        staff = [place for place, word in enumerate(reading.words) if word in vocabulary.STAFF]
        return bool(staff) and any(
            staff[0] < place or reading.words[place].startswith(("di", "terus", "sampai", "tanya"))
            for place in reading.promises
        )

    def _place_subject(self, reading: Reading) -> None:
        """A paragraph after several cars speaks of all of them; "pilihan lain" of none of them."""
        if reading.mentions:
            return
        if not reading.clause.item and reading.clause.block != self.block and len(self.spoken) > 1:
            self.subject = frozenset(self.spoken)
        if self.subject and reading.has(("alternatif", "lain", "lainnya", "opsi", "rekomendasi", "pengganti")):
            self.subject = frozenset()

    def _read(self, clause: Clause) -> Reading:
        tokens = clause.tokens
        reading = Reading(clause, ["" if token.kind == "mark" else token.word for token in tokens])
        reading.staff = not vocabulary.STAFF.isdisjoint(reading.words)
        place = 0
        while place < len(tokens):
            place += self._token(reading, place)
        self._begins(reading)
        return reading

    def _token(self, reading: Reading, place: int) -> int:
        """Takes one token or phrase; returns how many tokens it was."""
        token = reading.clause.tokens[place]
        if token.kind == "mark":
            return 1
        reading.content.append(place)
        size = self._mention(reading, place) or self._value(reading, place)
        if size:
            return size
        if token.kind != "word":
            return self._figure(reading, place, token)
        return self._word(reading, place, token)

    # --- names

    def _mention(self, reading: Reading, place: int) -> int:
        tokens, ground = reading.clause.tokens, self.ground
        token = tokens[place]
        if token.kind == "id":
            if token.word in ground.ids:
                self._add_mention(reading, frozenset((ground.ids[token.word],)), place, place + 1, by_id=True)
                return 1
            if token.word.replace("-", "") not in ground.joined:
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
        while end < len(tokens) and (tokens[end].word in self.ground.customer_names or self._customers_year(tokens[end])):
            end += 1
        text = " ".join(one.word for one in tokens[place:end])
        reading.mentions.append(Mention(frozenset(), place, end, tokens[place].seg, text))
        return end - place

    def _customers_year(self, token: Token) -> bool:
        return _is_year(token) and token.word in self.ground.customer_tokens

    def _run(self, tokens: Sequence[Token], place: int) -> tuple[int, list[str], bool, int | None]:
        """(size, name words, a model is among them, year) of a car's name that starts here."""
        ground = self.ground
        end, found, model, year = place, [], False, None
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
            if found and model and _is_year(token) and year is None:
                year, end = int(token.word), end + 1
                continue
            break
        while end > place and tokens[end - 1].kind == "mark":
            end -= 1
        return (end - place, found, model, year) if found else (0, [], False, None)

    def _named(self, found: list[str], model: bool, year: int | None) -> frozenset[int]:
        ground = self.ground
        units = ground.all
        for word in found:
            units &= frozenset(ground.names.get(word, set()) | ground.joined.get(word, set()))
        if model and len(units) > 1:
            said = {word for word in found if word in ground.model_words}
            exact = frozenset(
                one for one in units if said in ({*ground.models[one]}, {"".join(ground.models[one])})
            )
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

    # --- values of the data, word for word

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
        best = 0
        for start, word in enumerate(address):
            if word != words[place]:
                continue
            size, at = 0, place
            said = 0
            while at < len(words) and start + said < len(address):
                if words[at] == "" :
                    at += 1
                    continue
                if words[at] != address[start + said]:
                    break
                said, at = said + 1, at + 1
                size = at - place
            if said >= 2:
                best = max(best, size)
        return best

    # --- figures

    def _figure(self, reading: Reading, place: int, token: Token) -> int:
        handler = getattr(self, f"_{token.kind}")
        return int(handler(reading, place, token))

    def _id(self, reading: Reading, place: int, token: Token) -> int:
        if token.value in self.ground.customer_values:
            reading.mentions.append(Mention(frozenset(), place, place + 1, token.seg, token.word))
        elif token.word.replace("-", "") in self.ground.customer_names:
            reading.mentions.append(Mention(frozenset(), place, place + 1, token.seg, token.word))
        else:
            reading.failed.append(token.word)
        return 1

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
        for word in reversed(reading.words[max(0, place - 7) : place]):
            bare = vocabulary.stem(word)
            if bare in PRICED:
                return "price"
            if bare in BUDGET:
                return "budget"
            if bare in DOWN:
                return "dp"
            if bare == "kredit":
                return "credit"
            if bare in ("cicilan", "angsuran", "biaya", "selisih", "diskon", "potongan", "hemat", "turun", "beda"):
                return "never"
        return ""

    def _is_denied(self, reading: Reading, place: int, token: Token) -> bool:
        """ "bukan 50 juta", "untuk 50 juta belum ada"."""
        before = [word for word in reading.words[max(0, place - 3) : place] if word]
        after = [word for word in reading.words[place + 1 : place + 6] if word]
        return "bukan" in before or any(
            first in ("belum", "tidak") and second in ("ada", "tersedia") for first, second in zip(after, after[1:], strict=False)
        )

    def _km(self, reading: Reading, place: int, token: Token) -> int:
        if token.value.low is not None:
            reading.failed.append(token.word)
        else:
            self._claim(reading, "km", token.value.value, place)
        return 1

    def _time(self, reading: Reading, place: int, token: Token) -> int:
        if not self._of_hours(reading) and (reading.promises or reading.has(("tol", "km"))):
            reading.failed.append(token.word)
        return 1

    def _of_hours(self, reading: Reading) -> bool:
        return reading.has(("buka", "tutup", "operasional", "bukanya", "tutupnya"))

    def _date(self, reading: Reading, place: int, token: Token) -> int:
        if token.value not in self.ground.customer_values:
            self._claim(reading, "tax_date", token.value, place)
        return 1

    def _percent(self, reading: Reading, place: int, token: Token) -> int:
        percent = self.ground.turn.understanding.entities.down_payment_percent
        if self._label(reading, place) != "dp" or token.word.rstrip(" %") != str(percent):
            reading.failed.append(token.word)
        return 1

    def _number(self, reading: Reading, place: int, token: Token) -> int:
        words = reading.words
        if _is_year(token):
            month = clauses.month_of(words[place - 1]) if place else None
            if month:
                self._claim(reading, "tax_date", (None, month, int(token.word)), place)
            elif any(topic[0] == "tax" for topic in reading.topics):
                self._claim(reading, "tax_date", (None, None, int(token.word)), place)
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
        elif vocabulary.stem(after) in SEATED or (after == "" and before in ("kursi", "seat")):
            self._claim(reading, "seats", number, place)
            return 2 if after else 1
        elif after in ("foto", "gambar") or topic == "photo":
            self._claim(reading, "photos", number, place)
        elif vocabulary.stem(after) in COUNTED:
            self._claim(reading, "count", number, place)
        elif after in DURATIONS:
            self._duration(reading, place, after, token)
        else:
            reading.failed.append(token.word)
        return 1

    def _duration(self, reading: Reading, place: int, unit: str, token: Token) -> None:
        """ "2 menit" is everyday; "3 tahun" only as the customer said it."""
        said = f"{token.word} {unit}" in " ".join(self.ground.customer.split())
        harmless = unit in ("menit", "detik", "jam") and not reading.staff and not self._of_hours(reading)
        if not (said or harmless):
            reading.failed.append(f"{token.word} {unit}")

    # --- words

    def _word(self, reading: Reading, place: int, token: Token) -> int:
        words = reading.words
        quiet = vocabulary.phrase_at(words, place)
        word_of_asking = reading.clause.question or not CONDITIONS.isdisjoint(words[:place])
        said = self._lexicon(words, place)
        if said and said.size >= max(quiet, 1):
            return self._said(reading, place, said)
        if quiet and (word_of_asking or words[place] != "ada"):
            reading.phrased.update(range(place, place + quiet))
            return quiet
        word = token.word
        if word in NUMBERS or vocabulary.stem(word) in NUMBERS:
            after = words[place + 1] if place + 1 < len(words) else ""
            return self._counted(reading, place, NUMBERS.get(word), token) if after not in NUMBERS else self._fail(reading, place, token)
        kind = vocabulary.kind(word)
        if word in vocabulary.MODIFIERS and self._modifies(words, place):
            return 1
        if word in vocabulary.CONFIRM or word in ("pasti", "tentu", "tentunya"):
            reading.affirms = "yes"
        elif word in vocabulary.ACKNOWLEDGE:
            reading.noted.append(place)
        elif kind == vocabulary.PROMISE:
            reading.promises.append(place)
        elif word == "ada" or vocabulary.stem(word) == "ada":
            reading.exists.append(place)
        elif not kind and word != "nya":
            return self._fail(reading, place, token)
        return 1

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
        reading.claims.append(Claim(aspect, value, place, tokens[place].seg, text, negated))

    @staticmethod
    def _negated(reading: Reading, place: int) -> bool:
        """A "tidak" right before, with at most three words between, in the same part of the clause."""
        tokens, words = reading.clause.tokens, reading.words
        seg = tokens[place].seg
        count = 0
        for at in range(place - 1, max(-1, place - 5), -1):
            if tokens[at].seg != seg or tokens[at].kind == "mark":
                break
            if words[at] in vocabulary.NEGATORS:
                count += 1
        return count % 2 == 1

    # --- how it begins

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
            if word in vocabulary.AFFIRM:
                if reading.words[max(0, place - 1)] == "kakak" or self._counts(reading, place + 1):
                    return
                if word == "boleh" and self._requests(reading, place + 1):
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
        """ "Ada 2 unit": the number is the claim."""
        after = reading.clause.tokens[place] if place < len(reading.words) else None
        return after is not None and (after.kind == "number" or after.word in NUMBERS)

    @staticmethod
    def _requests(reading: Reading, place: int) -> bool:
        """ "boleh infokan budgetnya" asks something of the customer."""
        after = reading.words[place] if place < len(reading.words) else ""
        return bool(after) and vocabulary.kind(after) in (vocabulary.VERB, vocabulary.PROMISE)

    # --- verdicts

    def _verify(self, reading: Reading) -> Iterator[str]:
        unknown = self._says_unknown(reading)
        yield from self._verify_mentions(reading, unknown)
        yield from self._verify_topics(reading, unknown)
        yield from self._verify_promises(reading)
        yield from self._verify_noted(reading)
        yield from self._verify_existence(reading, unknown)
        yield from self._verify_hours(reading)
        absent_segs = {claim.seg for claim in reading.claims if self._is_absence(claim)}
        for claim in reading.claims:
            if not self._bears(reading, claim, absent_segs, unknown):
                yield claim.text
        yield from self._verify_answer(reading, unknown)

    @staticmethod
    def _is_absence(claim: Claim) -> bool:
        return (claim.aspect in ("absent", "sold", "booked") and not claim.negated) or (
            claim.aspect == "here" and claim.negated
        )

    @staticmethod
    def _says_unknown(reading: Reading) -> bool:
        """ "datanya belum ada", "belum tercatat": it says that there is no such data."""
        words = reading.words
        if not reading.has(("tidak", "belum")):
            return False
        if reading.has(("tercatat", "diketahui", "ketahui")):
            return True
        of_data = any(vocabulary.stem(word) in OF_DATA for word in words if word)
        return of_data and any(vocabulary.stem(word) in ("ada", "punya", "lengkap", "tersedia", "memiliki") for word in words)

    def _about(self, reading: Reading, seg: int) -> frozenset[int] | None:
        """The cars a part of the clause speaks of; None where nothing says which."""
        named = [one for one in reading.mentions if one.units]
        if len(named) > 1:  # in "lebih murah dari X" X is not what is spoken of
            named = [one for one in named if not COMPARING & set(reading.words[max(0, one.place - 1) : one.place])] or named
        own = [one for one in named if one.seg == seg]
        before = [one for one in named if one.seg < seg]
        chosen = own or before or named
        if chosen:
            return frozenset().union(*(one.units for one in chosen))
        if self.subject is not None:
            return self.subject
        return self.ground.asked_about or None

    def _verify_mentions(self, reading: Reading, unknown: bool) -> Iterator[str]:
        """A car that is not for sale is named only to say so; one that nobody has only to say that it is not there."""
        for mention in reading.mentions:
            gone = not mention.units & self.ground.here
            if not gone:
                self._used(mention.units, "unit")
                continue
            absent = any(self._is_absence(claim) for claim in reading.claims) or self._denies_existence(reading)
            if mention.units:
                if absent or (unknown and not reading.exists):
                    continue
            elif absent or unknown or reading.clause.question or reading.has(OWN_CAR):
                if self._theirs(mention):
                    continue
            yield mention.text

    def _theirs(self, mention: Mention) -> bool:
        """Are all words of this name the customer's?"""
        said = self.ground.customer_tokens
        return all(
            word in said or word in self.ground.customer_names or word.replace("-", "") in self.ground.customer_names
            or word in self.ground.names
            for word in mention.text.split()
        )

    def _denies_existence(self, reading: Reading) -> bool:
        return any(self._negated(reading, place) for place in reading.exists)

    def _verify_topics(self, reading: Reading, unknown: bool) -> Iterator[str]:
        deferred = self._defers(reading)
        for name, place, seg, word in reading.topics:
            offers = any(
                one in OFFERS and reading.clause.tokens[at].seg == seg and not self._negated(reading, at)
                for at, one in enumerate(reading.words)
                if one
            ) and not reading.clause.question
            if name == "never":
                quiet = unknown or (deferred and not offers and vocabulary.stem(word) not in FREEBIES)
                if not quiet:
                    yield word
            elif name == "bargain":
                before = [one for one in reading.words[:place] if one][-1:]
                asked = bool(before) and before[0] in OFFERS
                if not (self.ground.turn.persona.price_negotiation or (reading.staff and not asked)):
                    yield word
            elif name == "price" and offers and reading.has(("bisa", "boleh")) and not (deferred or reading.claims):
                yield word
            elif name == "part" and offers and not (unknown or deferred):
                yield word
            elif name == "visit" and offers and not self.ground.turn.persona.test_drive and not deferred:
                yield word
            elif name in ("credit", "trade") and offers and not (deferred or unknown):
                units = self._about(reading, seg) or frozenset()
                if not (units and self.ground.of_all(units, "has", name)):
                    yield word
            elif unknown and not reading.claims:
                units = self._about(reading, seg) or frozenset()
                if len(units) == 1 and all(known(self.ground.units[one], name) for one in units):
                    yield f"{word}: belum ada data"

    def _defers(self, reading: Reading) -> bool:
        """It passes the question on to the staff."""
        if not reading.staff:
            return False
        roots = {root for word in reading.words if word for root in vocabulary._roots(word)}
        return not DEFERRING.isdisjoint(roots)

    def _verify_noted(self, reading: Reading) -> Iterator[str]:
        """ "baik" and "siap" anywhere but at the beginning praise something."""
        for place in reading.noted:
            word = reading.words[place]
            if word != "baik" or "condition" not in [topic[0] for topic in reading.topics]:
                yield word
            elif self.ground.of_all(self._about(reading, reading.clause.tokens[place].seg) or (), "state", "baik") is not True:
                yield word

    def _verify_promises(self, reading: Reading) -> Iterator[str]:
        for place in reading.promises:
            before = reading.words[:place]
            allowed = reading.staff or reading.clause.question or not ASKING.isdisjoint(before)
            if not allowed:
                yield reading.words[place]
        timed = any(token.kind == "time" for token in reading.clause.tokens)
        if reading.promises and reading.staff and timed and not self._of_hours(reading) and not reading.clause.question:
            yield "waktu"

    def _verify_existence(self, reading: Reading, unknown: bool) -> Iterator[str]:
        """ "ada": a car named is for sale, a thing named is in the data; "belum ada": neither."""
        if reading.clause.question:
            return
        for place in reading.exists:
            token = reading.clause.tokens[place]
            negated = self._negated(reading, place)
            if unknown and negated:
                continue
            topics = [name for name, at, seg, _ in reading.topics if seg == token.seg or (name == "papers" and at < place)]
            if negated:
                if topics and topics[-1] in ("flood", "crash", "history"):
                    units = self._about(reading, token.seg)
                    value = "flooded" if topics[-1] == "flood" else "crashed"
                    if not units or self.ground.of_all(units, value, "") is not False:
                        yield token.word
                elif not self._is_absent(reading, token.seg):
                    yield f"tidak {token.word}"
                continue
            if topics and "visit" not in topics:
                units = self._about(reading, token.seg)
                if not units or any(self._has(units, name, reading) is not True for name in topics):
                    yield token.word
                continue
            units = self._about(reading, token.seg) if reading.mentions else None
            if units is not None and not units & self.ground.here:
                yield token.word
            if units is None and not self.ground.here and reading.affirms != "yes":
                yield token.word

    def _has(self, units: frozenset[int], name: str, reading: Reading) -> bool | None:
        if name == "papers":
            said = [word for topic, _, _, word in reading.topics if topic == "papers"]
            truths = {self.ground.of_all(units, "paper", vocabulary.stem(word)) for word in said}
            return True if truths == {True} else None
        return self.ground.of_all(units, "has", name)

    def _is_absent(self, reading: Reading, seg: int) -> bool:
        """Is there really no car for sale of the name and kind spoken of?"""
        ground = self.ground
        named = [one for one in reading.mentions if one.seg <= seg] or reading.mentions
        kinds = [claim for claim in reading.claims if claim.aspect in ("gear", "fuel", "body", "color", "year", "seats")]
        pool = ground.here
        if named:
            pool &= frozenset().union(*(one.units for one in named))
        elif not kinds:
            pool = (self._about(reading, seg) or frozenset()) & pool if self.subject else self._fitting()
        for claim in kinds:
            pool = frozenset(one for one in pool if ground.truth(one, claim.aspect, claim.value) is not False)
        if pool and not named and not kinds:
            return False
        if pool and kinds and not named:
            return not self._fitting() & pool
        return not pool

    def _fitting(self) -> frozenset[int]:
        ids = {unit.id for unit in self.ground.facts.units}
        return frozenset(place for place, unit in enumerate(self.ground.units) if unit.id in ids)

    def _bears(self, reading: Reading, claim: Claim, absent: set[int], unknown: bool) -> bool:
        ground = self.ground
        aspect, wanted = claim.aspect, not claim.negated
        units = self._about(reading, claim.seg)
        if aspect == "value":
            return self._bears_value(reading, claim, units)
        if self._is_absence(claim):
            return self._bears_absence(reading, claim)
        if aspect in ("gear", "fuel", "body", "color", "year", "seats"):
            if absent and all(claim.seg <= seg for seg in absent):
                return claim.aspect != "year" or claim.text in ground.customer_tokens or bool(reading.mentions)
            if self._is_wish(reading, claim):
                return True
            narrowed = self._narrowed(reading, claim, units)
            if narrowed:
                return True
        if aspect in ("alive", "dead"):
            if not any(topic[0] in ("tax", "papers") for topic in reading.topics):
                return aspect == "dead" and claim.text == "lewat" and not any(topic[0] for topic in reading.topics)
        if aspect == "complete":
            said = [word for name, _, _, word in reading.topics if name == "papers"]
            return bool(said) and wanted and bool(units) and ground.of_all(units or (), "paper", "lengkap") is True
        if aspect == "count":
            return wanted and self._is_count(reading, claim)
        if aspect in ("cheap", "degree"):
            return wanted and self._is_extreme(reading, claim, units)
        if aspect == "price_range":
            return wanted and self._is_range(claim)
        if aspect in ("open", "closed"):
            return True  # the hours are looked at as a whole
        if aspect == "here" and not units & ground.here if units is not None else False:
            return self._offers_in_general(reading, units)
        if aspect == "here" and units is None:
            return bool(ground.here)
        if aspect in ("lower", "never", "away"):
            return False
        if aspect in ("flooded", "crashed") and self._is_label(reading, claim):
            return True
        if not units:
            return aspect in ("gear", "fuel", "body", "color", "year", "seats") and wanted and any(
                ground.truth(one, aspect, claim.value) is True for one in ground.here
            )
        value = int(claim.value) if aspect == "hands" else claim.value
        truth = ground.of_all(units, aspect, value)
        if truth is wanted:
            self._used(units, aspect)
        return truth is wanted

    def _offers_in_general(self, reading: Reading, units: frozenset[int] | None) -> bool:
        """ "pilihan yang tersedia:" after a car that is gone speaks of others."""
        return not reading.mentions and not units and bool(self.ground.here)

    def _bears_value(self, reading: Reading, claim: Claim, units: frozenset[int] | None) -> bool:
        if not units or not units <= claim.value.units:
            return False
        self._used(units, claim.value.aspect)
        return True

    def _bears_absence(self, reading: Reading, claim: Claim) -> bool:
        ground = self.ground
        named = [one for one in reading.mentions if one.seg == claim.seg]
        named = named or [one for one in reading.mentions if one.seg < claim.seg][-1:] or reading.mentions[:1]
        if claim.aspect in ("sold", "booked"):
            if named:
                units: frozenset[int] = frozenset().union(*(one.units for one in named))
            else:
                units = self._about(reading, claim.seg) or frozenset()
            return bool(units) and ground.of_all(units, claim.aspect, "") is True
        if "stok" in reading.words and not named and not ground.here and not self.ground.facts.stock_size:
            return True
        return self._is_absent(reading, claim.seg)

    def _is_wish(self, reading: Reading, claim: Claim) -> bool:
        """ "Mau yang matic atau manual?", "lagi cari SUV ya?": a question for the customer's taste, not a statement."""
        if not reading.clause.question or reading.mentions or reading.has(("ini", "itu", "tersebut", "unitnya")):
            return False
        return any(
            vocabulary.stem(word) in ("mau", "ingin", "cari", "mencari", "suka", "pilih", "prefer", "butuh", "tipe")
            or any(root in ("cari", "butuh", "suka") for root in vocabulary._roots(word))
            for word in reading.words[: claim.place]
            if word
        )

    def _narrowed(self, reading: Reading, claim: Claim, units: frozenset[int] | None) -> bool:
        """ "Fortuner hitam", "yang merah": right behind a name or "yang" it says which car is meant."""
        place, ground = claim.place, self.ground
        before = reading.words[place - 1] if place else ""
        skipped = place - 2 if before in ("warna", "tahun", "yang", "transmisi") else place - 1
        for index, mention in enumerate(reading.mentions):
            if mention.end - 1 in (place - 1, skipped) and len(mention.units) > 1 and not claim.negated:
                fit = frozenset(one for one in mention.units if ground.truth(one, claim.aspect, claim.value) is True)
                if fit:
                    reading.mentions[index] = Mention(fit, mention.place, place + 1, mention.seg, mention.text)
                    return True
        if before == "yang" and not reading.mentions and not claim.negated and len(units or ()) != 1:
            pool = frozenset(self.spoken) or self._fitting() or ground.here
            fit = frozenset(one for one in pool if ground.truth(one, claim.aspect, claim.value) is True)
            if fit:
                reading.mentions.append(Mention(fit, place, place + 1, claim.seg, claim.text))
                return True
        return False

    @staticmethod
    def _is_label(reading: Reading, claim: Claim) -> bool:
        """ "riwayat banjir", "bekas banjir atau tidak": it names the matter and says nothing of it."""
        before = reading.words[claim.place - 1] if claim.place else ""
        return before in ("riwayat", "soal", "tentang", "catatan", "data") and not claim.negated

    # --- counts and comparisons

    def _is_count(self, reading: Reading, claim: Claim) -> bool:
        facts, number = self.ground.facts, claim.value
        few = len(facts.units) < 10
        allowed = {facts.stock_size, facts.stock_size - len(facts.units), facts.stock_size - len(self.spoken)}
        if reading.has(("lain", "lainnya", "lagi")):
            return number in allowed and number > 0
        if reading.mentions:
            named = frozenset().union(*(one.units for one in reading.mentions)) & self.ground.here
            return few and number == len(named)
        if few:
            allowed.add(len(facts.units))
        if self.spoken:
            allowed.add(len(self.spoken))
        if not facts.units:
            allowed.add(len(facts.nearest))
        return number in allowed and number > 0

    def _is_extreme(self, reading: Reading, claim: Claim, units: frozenset[int] | None) -> bool:
        """A superlative holds where every car for sale is known, or where the facts were sought in this order."""
        kind, ground, facts = claim.value, self.ground, self.ground.facts
        before = reading.words[max(0, claim.place - 2) : claim.place]
        named = [one for one in reading.mentions if one.units]
        if claim.aspect == "degree" and "lebih" in before:
            first = [one for one in named if one.place < claim.place][-1:]
            second = [one for one in named if one.place > claim.place][:1]
            return bool(first and second) and self._compared(kind, first[0].units, second[0].units)
        if claim.aspect == "degree" and "paling" not in before:
            return False
        order = ground.turn.understanding.entities.order
        if kind == "only":
            return bool(units) and len(units or ()) == 1 and facts.stock_size == 1
        if not named and order == kind:
            return True
        if not units or len(units) != 1:
            return False
        [one] = units
        sought = order == kind and bool(facts.units) and ground.units[one].id == facts.units[0].id
        known_all = sought or facts.stock_size <= len(ground.here)
        return known_all and all(self._compared(kind, units, frozenset((two,))) for two in ground.here - units)

    def _compared(self, kind: str, first: frozenset[int], second: frozenset[int]) -> bool:
        def rank(unit: Unit) -> int | None:
            if kind in ("cheapest", "dearest"):
                return None if unit.price is None else (unit.price if kind == "cheapest" else -unit.price)
            if kind == "least_used":
                return unit.mileage
            return -unit.year if kind == "newest" else unit.year

        if len(first) != 1 or len(second) != 1:
            return False
        [one], [two] = first, second
        ranks = rank(self.ground.units[one]), rank(self.ground.units[two])
        return ranks[0] is not None and ranks[1] is not None and ranks[0] < ranks[1]

    def _is_range(self, claim: Claim) -> bool:
        """From the cheapest to the dearest of the cars at hand."""
        prices = [self.ground.units[one].price for one in (self._fitting() or self.ground.here)]
        known_prices = [price for price in prices if price is not None]
        one = claim.value
        return bool(known_prices) and (one.low, one.high) == (min(known_prices), max(known_prices))

    # --- opening hours

    def _verify_hours(self, reading: Reading) -> Iterator[str]:
        if not self._of_hours(reading) or reading.clause.question:
            return
        week = {day.weekday: day for day in self.ground.facts.showroom.hours}
        days: set[int] = set()
        for seg_tokens in _by_segment(reading.clause.tokens):
            words = [token.word for token in seg_tokens if token.kind != "mark"]
            times = [token.value for token in seg_tokens if token.kind == "time"]
            named = _days(words) or self._relative_days(words)
            days = named or days
            if times and not self._are_hours(times, days or self._today(reading), week, words):
                yield " ".join(words)
            elif "tutup" in words and not times and not self._is_closed(named or days, week, words):
                yield " ".join(words)
            elif "buka" in words and not times and not self._is_open(named or days, week, words):
                yield " ".join(words)

    def _today(self, reading: Reading) -> set[int]:
        """ "saat ini kami buka sampai jam 17.00" speaks of today."""
        now = reading.has(("sekarang", "saat", "sedang", "masih")) or self._asks_for_now()
        return {self.ground.facts.now.weekday()} if now else set()

    def _asks_for_now(self) -> bool:
        return not {"sekarang", "masih"}.isdisjoint(self.ground.customer_tokens)

    def _relative_days(self, words: list[str]) -> set[int]:
        today = self.ground.facts.now.weekday()
        if "besok" in words:
            return {(today + 1) % 7}
        if "lusa" in words:
            return {(today + 2) % 7}
        if "setiap" in words and "hari" in words:
            return set(range(7))
        return {today} if "hari" in words and "ini" in words else set()

    def _are_hours(self, times: list[str], days: set[int], week: dict[int, Any], words: list[str]) -> bool:
        if not week:
            return False
        about = [week.get(day) for day in days] if days else [day for day in week.values() if day.opens]
        if any(day is None or not day.opens for day in about):
            return False
        hours = {(day.opens, day.closes) for day in about if day is not None}
        if len(hours) != 1:
            return False
        [(opens, closes)] = hours
        if len(times) == 2:
            return times == [opens, closes]
        return times == [closes if "tutup" in words or "sampai" in words else opens]

    def _is_closed(self, days: set[int], week: dict[int, Any], words: list[str]) -> bool:
        if days:
            return bool(week) and all(day not in week or not week[day].opens for day in days)
        return not self.ground.facts.open_now

    def _is_open(self, days: set[int], week: dict[int, Any], words: list[str]) -> bool:
        if "jam" in words and not days:
            return True  # "jam buka" names the matter
        if days and week:
            return all(day in week and week[day].opens for day in days)
        now = {"sedang", "sekarang", "saat", "masih"} & set(words)
        return self.ground.facts.open_now or not now

    # --- answers to the customer's question

    def _verify_answer(self, reading: Reading, unknown: bool) -> Iterator[str]:
        if not reading.affirms or unknown or (reading.clause.question and len(reading.content) > 2):
            return
        first = reading.words[reading.content[0]]
        strict, lenient = self._asked()
        if reading.affirms == "yes" and strict is not True:
            yield f"{first} (pertanyaan pelanggan)"
        elif reading.affirms == "no" and not self._denial_stands(reading, lenient):
            yield f"{first} (pertanyaan pelanggan)"
        elif reading.affirms == "noted":
            matter = reading.topics or reading.mentions
            same = any(seg == 0 for _, _, seg, _ in reading.topics) or any(one.seg == 0 for one in reading.mentions)
            if (matter and same) or lenient is not True:
                yield f"{first} (pertanyaan pelanggan)"

    def _denial_stands(self, reading: Reading, lenient: bool | None) -> bool:
        """A refusal that says what it refuses is judged by that; a bare one by the question."""
        if reading.claims or reading.exists or reading.mentions:
            return True
        said = [reading.words[place] for place in reading.content]
        bare = [word for word in said if word not in vocabulary.ADDRESSES]
        return lenient is False or (len(bare) > 2 and not reading.has(("bisa", "boleh")))

    def _asked(self) -> tuple[bool | None, bool | None]:
        """Is what the customer asked so? (as strictly as an answer is read, leaving out words nobody knows)"""
        if self._question is None:
            judge = Judge(self.ground)
            strict: set[bool | None] = set()
            lenient: set[bool | None] = set()
            for clause in clauses.read(self.ground.asked)[:20]:
                truths, failed, opened = judge.truths(_without_tag(clause))
                lenient |= truths
                strict |= truths if opened else truths | ({None} if failed else set())
            self._question = _whole(strict), _whole(lenient)
        return self._question

    def truths(self, clause: Clause) -> tuple[set[bool | None], bool, bool]:
        """(what each claim of a customer's clause is, a word is unknown, it is an open question)"""
        clause.question = False
        reading = self._read(clause)
        reading.affirms = ""
        opened = not WH.isdisjoint(reading.words) or reading.has(("apa",)) and reading.words[0] != "apa"
        found: set[bool | None] = set()
        for claim in reading.claims:
            if claim.aspect in ("price", "credit_price", "price_range") and self._label(reading, claim.place) in ("budget", "dp"):
                continue
            units = self._about(reading, claim.seg)
            if self._bears(reading, claim, set(), False):
                found.add(True)
            elif units and claim.aspect in ("price", "km", "year", "gear", "fuel", "color", "here", "alive", "dead", "flooded", "crashed", "hands", "state", "body", "seats", "engine"):
                value = int(claim.value) if claim.aspect == "hands" else claim.value
                found.add(self.ground.of_all(units, claim.aspect, value))
            else:
                found.add(None)
        missing = [one for one in reading.mentions if not one.units & self.ground.here]
        either = "atau" in reading.words and len(missing) < len(reading.mentions)
        if missing and not either:
            found.add(False)
        if any(True for _ in self._verify_topics(reading, False)):
            found.add(None)
        elif not missing and any(True for _ in self._verify_existence(reading, False)):
            found.add(None)
        return found, bool(reading.failed), opened

    def _used(self, units: frozenset[int], aspect: str) -> None:
        if len(units) <= 3:
            for one in units:
                self.judged.facts[f"{self.ground.units[one].display_id}.{aspect}"] = None


def _whole(truths: set[bool | None]) -> bool | None:
    if None in truths:
        return None
    return False not in truths


def _without_tag(clause: Clause) -> Clause:
    """A question's tail ("tidak", "kan", "ya") is no denial; its "apakah" no claim."""
    tokens = list(clause.tokens)
    while tokens and (tokens[-1].kind == "mark" or tokens[-1].word in ("tidak", "kan", "ya", "belum", "bukan", "kak", "atau")):
        tokens.pop()
    return Clause(tokens, False, clause.block, clause.item)


def _without_address(spoken: Sequence[str]) -> tuple[str, ...]:
    words = list(spoken)
    while words and words[-1] in vocabulary.ADDRESSES:
        words.pop()
    while words and words[0] in vocabulary.ADDRESSES:
        words.pop(0)
    return tuple(words)


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


def _is_year(token: Token) -> bool:
    return token.kind == "number" and len(token.word) == 4 and token.word.isdigit() and 1970 <= int(token.word) <= 2040


def _is_id(token: Token) -> bool:
    return token.kind == "id"


def _by_segment(tokens: Sequence[Token]) -> list[list[Token]]:
    """Parts between commas and such; a dash between days or times parts nothing."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind == "mark" and token.word in ",;|()/" or token.word in ("dan", "sedangkan"):
            parts.append([])
        parts[-1].append(token)
    return [part for part in parts if part]


def _days(words: Sequence[str]) -> set[int]:
    """Weekdays named; two beside each other, or with "sampai" between, are a span."""
    at = [(place, DAYS[word]) for place, word in enumerate(words) if word in DAYS]
    if "minggu" in words and len(at) == 1 and ("depan" in words or "ini" in words):
        return set()
    if len(at) == 2:
        between = set(words[at[0][0] + 1 : at[1][0]]) - {"hari"}
        if between <= {"sampai", "hingga", "ke", "at"}:
            first, last = at[0][1], at[1][1]
            return {day % 7 for day in range(first, last + 1 if last >= first else last + 8)}
    return {day for _, day in at}
