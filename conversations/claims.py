"""What a draft claims, clause by clause, and whether the ground bears it. Pure. Default deny.

A clause is covered (all its numbers, names and claim words hold for the one car it speaks of, or for every car that
could be meant, or for the showroom), or it is neutral, or it fails. A word that is neither known to be claim-free nor a
fact fails by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from conversations import clauses, echo, lending, opening, quiet, vocabulary
from conversations.clauses import Clause
from conversations.ground import TRUTHS, Ground, known, spoken
from conversations.reading import CONDITIONS, Claim, Mention, Reader, Reading
from conversations.turn import Intent, Unit
from conversations.vocabulary import listed

OFFERS = listed("bisa boleh terima tersedia dapat masih ada punya")
WH = listed("berapa mana bagaimana kapan siapa kenapa mengapa")
ASKING = listed("silakan silahkan boleh mohon tolong mau ingin kalau jika bila apakah perlu jangan bisa yuk")
SHOWING = listed("lihat foto video gambar booking dp test drive survei datang")  # only what is there can be
DEFERRING = listed("cek tanya konfirmasi pasti terus sampai info bicara lanjut hitung siap urus tangan")
DOING = listed("urus siap tangan proses atur")
SERVICES = listed("simpan proses hubung")  # asked of us; that they are done is not known
OTHERS = listed("lain lainnya alternatif pilihan opsi serupa sejenis mirip setara sekelas rekomendasi daftar berikut")
FREEBIES = listed("diskon promo bonus gratis free cashback voucher hadiah subsidi potongan garansi")
KINDS = listed("gear fuel body color year year_bound seats")  # of which there may be no car
DEALS = listed("price credit_price price_range lower never alive state complete flooded crashed hands year")
COMPARING = listed("dari daripada dibanding dibandingkan")
OF_QUESTION = "(pertanyaan pelanggan)"  # behind a yes or a no that the question does not bear
REQUESTING = listed("bisa boleh dapat bisakah bolehkah apakah tolong minta mohon")
MERELY = listed(
    "tidak belum bukan pernah sama sekali memang tentu pun juga menurut setahu data catatan kami saya dari sini dan "
    "begitu sepertinya kayak nomor di semua semuanya"
)
MATTERS = {
    "flooded": "flood", "crashed": "crash", "alive": "tax", "dead": "tax", "hands": "owners", "complete": "papers",
    "state": "condition", "km": "km", "gear": "gear", "fuel": "fuel", "color": "color",
}  # fmt: skip
SHORT = 8  # words of an answer that says nothing without its question
PENDING = listed("masih sudah pernah")
ASKED_OF_STAFF = listed("tanya cek konfirmasi jawab terus sampai sambung")
NOT_KNOWING = listed("paham mengerti tahu yakin jelas maaf sebentar")
SMALL_TALK = frozenset({Intent.GREETING, Intent.CLOSING, Intent.REFUSAL, Intent.STOP})
PASSED_ON = ASKED_OF_STAFF | listed("info bicara hitung hubung kabar")
SEEN = listed("cek lihat periksa")
OWN_CAR = listed("tukar jual tambah")
OF_DATA = listed("data info informasi catatan keterangan")


@dataclass(slots=True)
class Judged:
    failed: list[str] = field(default_factory=list)
    facts: dict[str, None] = field(default_factory=dict)
    asks_staff: bool = False
    estimates: bool = False  # it states figures of a credit


def _asks_about(reading: Reading, mention: Mention) -> bool:
    """Is this car only part of a question? Not where it is said to be there before the comma ("Ada Pajero 2019, mau
    lihat?"), nor where it is shown or offered ("mau lihat Pajero?").
    """
    if not reading.clause.question:
        return False
    tokens = reading.clause.tokens
    said = any(tokens[place].seg == mention.seg and place != mention.place for place in reading.exists)
    asked = any(
        tokens[place].seg > mention.seg and reading.words[place] not in vocabulary.ADDRESSES
        for place in reading.content
    )
    here = any(claim.aspect == "here" and not claim.negated for claim in reading.claims)
    shown = any(SHOWING & vocabulary.roots(word) for word in reading.words if word)
    return not (here or shown or (said and asked))


def _label_of(reading: Reading, place: int) -> int | None:
    """The part of the clause that names what is there: of "Buku servis: tidak ada" the part before the colon."""
    before = [one for one in reading.clause.tokens[:place] if one.word not in vocabulary.NEGATORS]
    return before[-2].seg if len(before) > 1 and before[-1].word == ":" else None


def _is_passed_on(reading: Reading, roots: frozenset[str]) -> bool:
    """ "Saya tanyakan dulu ke tim", and nothing that somebody will do besides."""
    if not reading.staff:
        return False
    done = frozenset().union(*(vocabulary.roots(reading.words[place]) for place in reading.promises))
    said = frozenset().union(*(vocabulary.roots(reading.words[place]) for place in reading.content))
    return not said.isdisjoint(roots) and done.isdisjoint(DOING)


class Asked(NamedTuple):
    """Is what the customer asked so? As strictly as an answer is read; leaving out words nobody knows; as a deal."""

    strict: bool | None
    lenient: bool | None
    deal: bool | None
    known: bool  # no word of it is unknown and no claim of it without a fact


class Judge(Reader):
    """Reads the clauses of one draft in order and remembers which car is spoken of."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.subject: frozenset[int] | None = None  # None: nothing has been named yet
        self.spoken: list[int] = []
        self.block = 0
        self.judged = Judged()
        self._chosen_before = False
        self.asks = False  # it reads the customer's question
        self.lent = lending.Context()  # the leasings and the term spoken of
        self.last: list[Claim] = []  # of the clause before
        self._question: Asked | None = None
        self.deal: set[bool | None] = set()  # of the customer's last clause: sums, favours, promises
        self.says_more = False  # more than words that claim nothing
        self.asks_back = False
        self.notes = False  # it begins with "baik", "oke"
        self.begins = ""  # the first words that are more than a greeting, where they claim nothing
        self.begun = False
        self.defers = False
        self.preferred: list[tuple[str, frozenset[int]]] = []  # one of several named for a reason that nobody knows

    def draft(self, text: str) -> Judged:
        """text: folded."""
        read = clauses.read(text)
        place = 0
        while place < len(read):
            quoted = self._quoted(read, place)
            if quoted:
                place += quoted
                self.says_more = True
                continue
            self.judged.failed += self._clause(read[place])
            place += 1
        lowest = lending.lowest(self.ground) if self.lent.all and self.ground.asks_lowest else frozenset()
        if lowest and not self.lent.all & lowest:
            self.judged.failed.append(min(self.lent.all).lower())  # the leasing asked for is not named
        if read and not self.says_more and self._wants_more():
            self.judged.failed.append(f"{next(spoken(read[0]), '')} {OF_QUESTION}")
        elif self.begins and not self.defers and self._wants_a_yes():
            self.judged.failed.append(f"{self.begins} {OF_QUESTION}")
        self.judged.failed += [said for said, cars in self.preferred if not cars <= set(self.spoken)]
        return self.judged

    def _quoted(self, read: Sequence[Clause], place: int) -> int:
        """How many clauses from here on are the manager's own sentences, as they stand."""
        ground = self.ground
        first = next(spoken(read[place], ground.called), "")
        if first and first not in ground.quoted_first:
            return 0
        said: tuple[str, ...] = ()
        best = 0
        for size, clause in enumerate(read[place : place + 12], 1):
            said += tuple(spoken(clause, ground.called))
            if said and said[0] not in ground.quoted_first:
                return 0
            if said in ground.quotable:
                best = size
        return best

    def _clause(self, clause: Clause) -> list[str]:
        reading = self._read(clause)
        if not (reading.affirms or clause.question or clause.colon) and echo.points_at_the_question(reading):
            reading.affirms = "yes"
        if not (reading.affirms or clause.question) and echo.is_of_each_alone(reading):
            reading.affirms = "" if any(map(echo.asks_which, self._questions)) else "yes"
        if not (reading.affirms or clause.question) and echo.invites(reading):
            reading.affirms = "noted"
        self._place_subject(reading)
        self.judged.asks_staff = self.judged.asks_staff or self._asks_staff(reading)
        self.judged.estimates = self.judged.estimates or reading.estimates
        failed = [*reading.failed, *self._verify(reading)]
        self.says_more = self.says_more or self._has_substance(reading)
        self._follow(reading)
        self.asks_back = self.asks_back or self._is_asked_back(reading)
        self.notes = self.notes or reading.affirms == "noted"
        if reading.mentions:
            self.subject = frozenset().union(*(mention.units for mention in reading.mentions))
            self.spoken += [one for one in self.subject if one not in self.spoken]
        if reading.claims or reading.mentions:
            self.last = reading.claims
        self.block = clause.block
        if self.lenders:
            self.lent = lending.after(reading, self.lent)
        return failed

    def _read(self, clause: Clause) -> Reading:
        reading = super()._read(clause)
        return lending.attribute(reading, self.lent, self.ground) if reading.estimates else reading

    def _follow(self, reading: Reading) -> None:
        """Remembers how the draft begins, and whether it leaves the matter to the staff or says that it is unknown."""
        unknown = self._says_unknown(reading) or reading.has(NOT_KNOWING)
        self.defers = self.defers or unknown or _is_passed_on(reading, PASSED_ON)
        courtesy = echo.is_courtesy(reading, self.ground.callings)
        if self.begun or courtesy or not reading.content:
            return
        self.begun = True
        looked_up = self.says_more or reading.affirms in ("yes", "no")
        plain = not (looked_up or reading.clause.question or reading.clause.colon or reading.clause.item)
        if plain and not self._has_substance(reading):
            self.begins = reading.words[reading.content[0]]

    def _has_substance(self, reading: Reading) -> bool:
        """It states something or passes something on; "ditunggu ya Kak" is polite only."""
        here = any(one.units for one in reading.mentions)
        if not reading.clause.question and (here or reading.mentions or reading.claims or reading.topics):
            return True
        if here or any(map(self._is_absence, reading.claims)) or self._denies_existence(reading):
            return True
        if reading.exists and not reading.clause.question:
            return True
        if _is_passed_on(reading, PASSED_ON) or reading.has(NOT_KNOWING):
            return True
        roots = frozenset().union(*(vocabulary.roots(reading.words[place]) for place in reading.content))
        if SEEN & roots and reading.has(("langsung", "sendiri")) and self._is_there():
            return True  # "bisa dicek langsung di showroom"
        return any(token.kind not in ("word", "mark") for token in reading.clause.tokens)

    def _is_there(self) -> bool:
        """Is the car asked for, or whatever fits, for sale?"""
        about, ground = self.ground.asked_about, self.ground
        return bool(about) and about <= ground.here and not ground.names_what_nobody_has

    @staticmethod
    def _is_asked_back(reading: Reading) -> bool:
        """ "Budgetnya berapa Kak?"; "ada lagi yang bisa dibantu?" is polite only."""
        words = (reading.words[place] for place in reading.content if place not in reading.phrased)
        polite = vocabulary.ADDRESSES | vocabulary.ACKNOWLEDGE | vocabulary.AFFIRM
        return reading.clause.question and any(vocabulary.stem(word) not in polite for word in words)

    @staticmethod
    def _asks_staff(reading: Reading) -> bool:
        """The staff will check, send, go on; "silakan hubungi tim kami" asks it of the customer."""
        if not (reading.staff and reading.promises):
            return False
        staff = [place for place, word in enumerate(reading.words) if word in vocabulary.STAFF]
        return any(
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

    def _verify(self, reading: Reading) -> Iterator[str]:
        unknown = self._says_unknown(reading)
        if reading.mentions:
            yield from self._verify_mentions(reading, unknown)
        if reading.topics:
            yield from self._verify_topics(reading, unknown)
        if reading.promises:
            yield from self._verify_promises(reading)
        if reading.noted:
            yield from self._verify_noted(reading)
        if reading.exists:
            yield from self._verify_existence(reading, unknown)
        yield from self._verify_echo(reading)
        yield from self._verify_choice(reading)
        yield from opening.untrue(reading, self.ground)
        yield from opening.untrue_time(reading, self.ground)
        if reading.lenders:
            yield from lending.untrue(reading, self.ground, self._about(reading, reading.lenders[-1].seg))
        yield from quiet.untrue(
            reading,
            self.ground,
            lambda seg: self._about(reading, seg),
            unknown=unknown,
            deferred=self._defers(reading),
        )
        absent_segs = {claim.seg for claim in reading.claims if self._is_absence(claim)}
        absent_segs |= {reading.clause.tokens[place].seg for place in reading.exists if self._negated(reading, place)}
        for claim in reading.claims:
            if not self._bears(reading, claim, absent_segs, unknown):
                yield claim.text
        if unknown and self._is_known_after_all(reading):
            yield f"{reading.words[reading.content[0]]}: belum ada data"
        yield from self._verify_answer(reading, unknown)

    def _is_known_after_all(self, reading: Reading) -> bool:
        """ "Belum tercatat Kak", "tidak ada datanya" to what is in the data."""
        units = self.ground.asked_about
        if self.asks or reading.topics or reading.mentions or len(units) != 1:
            return False
        [unit] = [self.ground.units[one] for one in units]
        asked = {name for one in self._questions for name, *_ in one.topics}
        asked |= {MATTERS[claim.aspect] for one in self._questions for claim in one.claims if claim.aspect in MATTERS}
        return bool(asked) and all(known(unit, name) for name in asked)

    @staticmethod
    def _is_absence(claim: Claim) -> bool:
        return (claim.aspect in ("absent", "sold", "booked") and not claim.negated) or (
            claim.aspect == "here" and claim.negated
        )

    @staticmethod
    def _says_unknown(reading: Reading) -> bool:
        """ "datanya belum ada", "belum tercatat": it says that there is no such data."""
        denied = reading.has(("tidak", "belum"))
        if not (denied or "kosong" in reading.said):
            return False
        stems = {vocabulary.stem(word) for word in reading.said}
        of_data = not OF_DATA.isdisjoint(stems)
        if of_data and "kosong" in reading.said and not reading.mentions_stock:
            return True
        if not denied:
            return False
        if reading.has(("tercatat", "diketahui", "ketahui")):
            return True
        return of_data and not stems.isdisjoint(("ada", "punya", "lengkap", "tersedia", "memiliki"))

    def _about(self, reading: Reading, seg: int) -> frozenset[int] | None:
        """The cars a part of the clause speaks of; None where nothing says which."""
        named = [one for one in reading.mentions if one.units]
        if len(named) < 2 and echo.is_of_each(reading):
            return self._several(frozenset().union(*(one.units for one in named)), reading)
        own = [one for one in named if one.seg == seg]
        if len(own) == 1:
            return echo.grouped(reading, own)
        if len(named) > 1:  # in "lebih murah dari X" X is not what is spoken of
            named = [
                one for one in named if not COMPARING & set(reading.words[max(0, one.place - 1) : one.place])
            ] or named
        before = [one for one in named if one.seg < seg]
        chosen = [one for one in named if one.seg == seg] or before or named
        if chosen:
            return echo.grouped(reading, chosen)
        if self.subject is not None:
            return self.subject
        if self.ground.names_what_nobody_has and not self.asks:
            return frozenset()  # "Rp 470 juta Kak" to "ada Pajero?"
        return self.ground.asked_about or None

    def _several(self, named: frozenset[int], reading: Reading) -> frozenset[int]:
        """The cars that "keduanya" and "semuanya" mean; named: those of the clause."""
        if named and echo.is_of_every(reading):
            return named
        for cars in (named | frozenset(self.spoken), self.ground.named):
            if len(cars) > 1:
                return cars
        return self.ground.all

    def _is_of_all_stock(self, reading: Reading) -> bool:
        """ "Semuanya bensin" where no cars have been shown: it speaks of the whole stock, of which some is known."""
        if not echo.is_of_every(reading):
            return False
        shown = max(len(self.spoken), len(self.ground.named), len(reading.mentions))
        return shown < 2 and self.ground.facts.stock_size > len(self.ground.here)

    def _verify_echo(self, reading: Reading) -> Iterator[str]:
        """ "Avanza juga": what was just said must be so of it too."""
        if reading.clause.question:
            return
        if echo.is_alike(reading):
            yield "sama"
        if reading.claims and not reading.mentions and self._is_of_all_stock(reading):
            yield "semua"
        if self._names_all_of(reading):
            yield "semua"
        if reading.affirms == "yes" and reading.has(echo.EACH):
            several = max(len(self.spoken), len(self.ground.named), len(reading.mentions))
            if several < 2:
                yield "keduanya"
        for mention in reading.mentions:
            if not echo.is_again(reading, mention):
                continue
            before = [claim for claim in reading.claims if claim.seg < mention.seg] or self.last
            so = [self.ground.of_all(mention.units, one.aspect, one.value) is not one.negated for one in before
                  if one.aspect in TRUTHS]  # fmt: skip
            if not so or len(so) < len(before) or not all(so) or not mention.units:
                yield mention.text

    def _names_all_of(self, reading: Reading) -> bool:
        """ "Semuanya Toyota" where one of them is not."""
        stated = reading.claims or reading.exists or reading.topics or reading.clause.colon
        if stated or not reading.mentions or not echo.is_of_each(reading):
            return False
        named = frozenset().union(*(one.units for one in reading.mentions))
        return not self._several(frozenset(), reading) <= named

    def _verify_choice(self, reading: Reading) -> Iterator[str]:
        """ "Avanza Kak" to "yang matic mana?", "keduanya" to "City atau Jazz?": what was asked for must be so of it."""
        each = echo.is_of_each(reading)
        if self._chosen_before or reading.clause.question or reading.topics or reading.affirms:
            return
        if reading.exists and not each:
            return
        units = self._chosen(reading)
        self._chosen_before = bool(reading.content)
        points = echo.points_at_a_place(reading)
        asked = [one for one in self._questions if echo.asks_which(one)] if units or points else []
        chosen = reading.mentions[0].text if reading.mentions else reading.words[0]
        if points and any(map(echo.asks_which_of, asked)):
            yield f"{chosen} {OF_QUESTION}"
        for one in asked if units else ():
            self.says_more = True
            if not self._is_so(one, units, each):
                yield f"{chosen} {OF_QUESTION}"
            elif one.failed and echo.asks_which_of(one) and not one.claims and not reading.clause.colon:
                self.preferred.append((f"{chosen} {OF_QUESTION}", frozenset().union(*(m.units for m in one.mentions))))

    @cached_property
    def _questions(self) -> list[Reading]:
        """The clauses that the customer wrote, taken apart."""
        judge = Judge(self.ground)
        return [judge._read(clause) for clause in clauses.read(self.ground.asked)[:6]]

    def _is_so(self, asked: Reading, units: frozenset[int], each: bool) -> bool:
        """Does all that was asked for hold for these cars? Of what was asked for with "or" one; both for "keduanya"."""
        if asked.exists and echo.asks_which_of(asked) and not units <= self.ground.here:
            return False
        for aspect in {claim.aspect for claim in asked.claims}:
            claims = [claim for claim in asked.claims if claim.aspect == aspect]
            if len(claims) > 1 and aspect in TRUTHS and "yang" not in asked.words[: claims[0].place]:
                pool = self.ground.asked_about & self.ground.here if each else units
                so = [any(self.ground.truth(car, aspect, one.value) is True for car in pool) for one in claims]
                if not (all(so) if each else any(so)):
                    return False
            elif not all(self._is_asked_of(claim, units) for claim in claims):
                return False
        return True

    def _is_asked_of(self, claim: Claim, units: frozenset[int]) -> bool:
        so = self.ground.of_all(units, claim.aspect, claim.value) if claim.aspect in TRUTHS else None
        if claim.aspect in ("cheap", "degree"):
            so = self._is_first(claim.value, units)
        if so is None:
            return claim.aspect in ("price", "price_range", "price_bound")
        return so is not claim.negated

    def _names_what_is_gone(self, reading: Reading) -> bool:
        """ "Jazz Kak" to "yang terjual City atau Jazz?" """
        units = frozenset() if reading.clause.question else self._chosen(reading)
        asked = [one for one in self._questions if echo.asks_which(one) and one.claims] if units else []
        return bool(asked) and all(
            self._is_absence(claim) and self.ground.of_all(units, claim.aspect, claim.value) is not claim.negated
            for one in asked
            for claim in one.claims
        )

    def _chosen(self, reading: Reading) -> frozenset[int]:
        """The cars that the beginning of this clause names, and nothing else."""
        first = [place for place in reading.content if reading.clause.tokens[place].seg == 0]
        own = [one for one in reading.mentions if one.units and one.seg == 0]
        named = {place for one in own for place in range(one.place, one.end)}
        there = {place for place in reading.exists if reading.has(echo.EACH)}  # "dua-duanya ada Kak"
        there |= {claim.place for claim in reading.claims if claim.aspect == "here" and reading.has(echo.EACH)}
        named |= there
        claims = [claim for claim in reading.claims if claim.seg == 0 and claim.place not in there]
        if claims and not own and "yang" in reading.words:  # "yang hitam Kak"
            named = {claim.place for claim in claims}
        rest = {vocabulary.stem(reading.words[place]) for place in first if place not in named}
        if rest - vocabulary.ADDRESSES - {"yang", "untuk"} - echo.EACH - echo.BOTH - {"dua"}:
            return frozenset()
        if claims and not own and all(claim.aspect in KINDS and not claim.negated for claim in claims):
            here = self.ground.here
            return frozenset(one for one in here if all(self.ground.truth(one, *claim[:2]) is True for claim in claims))
        if claims:
            return frozenset()
        if own:
            return echo.grouped(reading, own)
        return (
            self._several(frozenset(), reading) if reading.has(echo.EACH) and len(reading.content) <= 4 else frozenset()
        )

    def _is_first(self, kind: str, units: frozenset[int]) -> bool:
        """Is it the cheapest (newest, …) of those talked of, or of the whole stock?"""
        facts, ground = self.ground.facts, self.ground
        others = (frozenset(self.spoken) | ground.talked_of) - units
        if not others:
            order = ground.turn.understanding.entities.order
            if order == kind and facts.units:
                return all(ground.units[one].id == facts.units[0].id for one in units)
            others = ground.here - units
            if facts.stock_size > len(ground.here):
                return False
        return all(self._compared(kind, units, frozenset((two,))) for two in others)

    def _verify_mentions(self, reading: Reading, unknown: bool) -> Iterator[str]:
        """A car that is not for sale is named only to say so; one that nobody has only to say that it is not there."""
        for mention in reading.mentions:
            gone = not mention.units & self.ground.here
            if not gone:
                self._used(mention.units, "unit")
                continue
            absent = any(self._is_absence(claim) for claim in reading.claims) or self._denies_existence(reading)
            absent = absent or self._names_what_is_gone(reading)
            if mention.units:
                if absent or (unknown and not reading.exists):
                    continue
            elif self._theirs(mention) and (absent or unknown or _asks_about(reading, mention) or reading.has(OWN_CAR)):
                continue
            yield mention.text

    def _theirs(self, mention: Mention) -> bool:
        """Are all words of this name the customer's?"""
        said = self.ground.customer_tokens
        return all(
            word in said
            or word in self.ground.customer_names
            or word.replace("-", "") in self.ground.customer_names
            or word in self.ground.names
            for word in mention.text.split()
        )

    def _denies_existence(self, reading: Reading) -> bool:
        owning = [
            place for place, word in enumerate(reading.words) if vocabulary.stem(word) in ("punya", "jual", "miliki")
        ]
        return any(self._negated(reading, place) for place in (*reading.exists, *owning))

    def _verify_topics(self, reading: Reading, unknown: bool) -> Iterator[str]:
        deferred = self._defers(reading)
        for name, place, seg, word in reading.topics:
            offers = (
                any(
                    one in OFFERS
                    and (self.asks or reading.clause.tokens[at].seg == seg)
                    and not self._negated(reading, at)
                    for at, one in enumerate(reading.words)
                    if one
                )
                and not reading.clause.question
            )
            if name == "never":
                passed_on = deferred and not offers and self._only_asks(reading)
                if not (unknown or (passed_on and vocabulary.stem(word) not in FREEBIES)):
                    yield word
            elif name == "bargain":
                before = [one for one in reading.words[:place] if one][-1:]
                asked = bool(before) and before[0] in OFFERS
                if not (self.ground.turn.persona.price_negotiation or (reading.staff and not asked)):
                    yield word
            elif (
                (name == "price" and offers and reading.has(("bisa", "boleh")) and not (deferred or reading.claims))
                or (name == "part" and offers and not (unknown or deferred))
                or (name == "visit" and offers and not self.ground.turn.persona.test_drive and not deferred)
            ):
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
        roots = {root for word in reading.words if word for root in vocabulary.roots(word)}
        return not DEFERRING.isdisjoint(roots)

    @staticmethod
    def _only_asks(reading: Reading) -> bool:
        """ "nanti diurus tim kami" would be a service promised."""
        return DOING.isdisjoint(root for word in reading.words if word for root in vocabulary.roots(word))

    def _verify_noted(self, reading: Reading) -> Iterator[str]:
        """ "baik" and "siap" anywhere but at the beginning praise something."""
        for place in reading.noted:
            word = reading.words[place]
            if not CONDITIONS.isdisjoint(reading.words[:place]) or self._is_alone(reading, place, word):
                continue
            if (
                word != "baik"
                or "condition" not in [topic[0] for topic in reading.topics]
                or (
                    self.ground.of_all(self._about(reading, reading.clause.tokens[place].seg) or (), "state", "baik")
                    is not True
                )
            ):
                yield word

    @staticmethod
    def _is_alone(reading: Reading, place: int, word: str) -> bool:
        """ "Oh begitu Kak, baik." """
        seg = reading.clause.tokens[place].seg
        beside = [at for at in reading.content if reading.clause.tokens[at].seg == seg and at != place]
        agreed = word not in ("baik", "oke") or reading.affirms
        return seg > 0 and not (agreed or beside or reading.topics or reading.claims or reading.mentions)

    def _verify_promises(self, reading: Reading) -> Iterator[str]:
        for place in reading.promises:
            before = reading.words[:place]
            said = reading.words[place]
            imperative = place == reading.content[0] and not said.startswith("di") and said[-3:] not in ("kan", "nya")
            imperative = imperative and not said.endswith("an")  # "simpanan"
            allowed = imperative or reading.staff or reading.clause.question or not ASKING.isdisjoint(before)
            if not allowed:
                yield reading.words[place]
        passes_on = all({"terus", "sampai", "catat"} & vocabulary.roots(reading.words[one]) for one in reading.promises)
        own = self.ground.customer_values if passes_on else frozenset()
        timed = any(token.kind == "time" and token.value not in own for token in reading.clause.tokens)
        if reading.staff and timed and not reading.of_hours and not reading.clause.question:
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
            label = _label_of(reading, place)
            topics = [
                name
                for name, at, seg, _ in reading.topics
                if seg in (token.seg, label) or (name == "papers" and at < place)
            ]
            if negated:
                if topics and topics[-1] in ("flood", "crash", "history"):
                    units = self._about(reading, token.seg)
                    value = "flooded" if topics[-1] == "flood" else "crashed"
                    if not units or self.ground.of_all(units, value, "") is not False:
                        yield token.word
                elif topics and topics[-1] == "service":
                    units = self._about(reading, token.seg)
                    if not units or self._has(units, "service", reading) is not False:
                        yield f"tidak {token.word}"
                elif not self._is_absent(reading, token.seg):
                    yield f"tidak {token.word}"
                continue
            if topics and "visit" not in topics:
                units = self._about(reading, token.seg)
                if not units or any(self._has(units, name, reading) is not True for name in topics):
                    yield token.word
                continue
            if self._is_of_the_question(reading) and reading.affirms != "yes" and not self._asked().known:
                yield token.word
            each = not reading.mentions and echo.is_of_each(reading)
            units = self._about(reading, token.seg) if reading.mentions or each else None
            if units is not None and not (units <= self.ground.here if each else units & self.ground.here):
                yield token.word
            if units is None and not self.ground.here and reading.affirms != "yes":
                yield token.word

    def _has(self, units: frozenset[int], name: str, reading: Reading) -> bool | None:
        if name == "papers":
            said = {vocabulary.stem(word) for topic, _, _, word in reading.topics if topic == "papers"}
            said = (said & {"bpkb", "stnk", "faktur"}) or {"lengkap"}
            truths = {self.ground.of_all(units, "paper", word) for word in said}
            return True if truths == {True} else None
        return self.ground.of_all(units, "has", name)

    def _is_absent(self, reading: Reading, seg: int) -> bool:
        """Is there really no car for sale of the name and kind spoken of?"""
        ground = self.ground
        offered = self._offered_instead(reading, seg)
        named = [one for one in reading.mentions if one.seg <= seg or one.seg not in offered]
        named = [one for one in named if one.seg <= seg] or named
        kinds = [claim for claim in reading.claims if claim.aspect in KINDS and claim.seg <= seg]
        pool = ground.here
        ceilings = [token.value.value for token in reading.clause.tokens if token.kind == "amount"]
        if ceilings and set(ceilings) <= ground.customer_amounts:
            pool = frozenset(one for one in pool if (ground.units[one].price or 0) <= max(ceilings))
            if not pool:
                return True
        if named:
            pool &= frozenset().union(*(one.units for one in named))
        elif not kinds:
            pool = (self._about(reading, seg) or frozenset()) & pool if self.subject else self._fitting()
        pool -= frozenset().union(*(one.units for one in reading.but))
        for claim in reading.claims:
            if claim.aspect == "but" and claim.seg <= seg:
                pool = frozenset(one for one in pool if ground.truth(one, *claim.value) is not True)
        for claim in kinds:
            pool = frozenset(one for one in pool if ground.truth(one, claim.aspect, claim.value) is not False)
        if pool and not named and not kinds:
            return False
        if pool and kinds and not named:
            return not self._fitting() & pool
        return not pool

    def _offered_instead(self, reading: Reading, seg: int) -> set[int]:
        """The parts behind a denial that say what there is: "belum punya Kak, tapi kami punya Fortuner"."""
        tokens = reading.clause.tokens
        there = {tokens[place].seg for place in reading.exists if not self._negated(reading, place)}
        there |= {claim.seg for claim in reading.claims if claim.aspect == "here" and not claim.negated}
        return {one for one in there if one > seg}

    def _fitting(self) -> frozenset[int]:
        ids = {unit.id for unit in self.ground.facts.units}
        return frozenset(place for place, unit in enumerate(self.ground.units) if unit.id in ids)

    def _bears(self, reading: Reading, claim: Claim, absent: set[int], unknown: bool) -> bool:
        ground = self.ground
        aspect, wanted = claim.aspect, not claim.negated
        units = self._about(reading, claim.seg)
        if aspect == "value":
            return self._bears_value(reading, claim, units)
        if aspect == "but":
            others = any(ground.truth(one, *claim.value) is False for one in (units or ground.here) & ground.here)
            return reading.clause.question or (bool(absent) and not self.asks) or others
        if self._is_absence(claim):
            return (unknown and claim.text == "kosong") or self._bears_absence(reading, claim)
        if aspect in KINDS:
            if absent and all(claim.seg <= seg for seg in absent):
                return claim.aspect != "year" or claim.text in ground.customer_tokens or bool(reading.mentions)
            if self._is_wish(reading, claim):
                return True
            if wanted and units and self._is_shared_out(reading, claim, units):
                return True
            narrowed = self._narrowed(reading, claim, units)
            if narrowed:
                return True
        if claim.text == "lewat" and any(one.place == claim.place + 1 for one in reading.lenders):
            return True  # "lewat Satu Finance"
        of_tax = any(topic[0] in ("tax", "papers") for topic in reading.topics) or self._answers_on("tax", reading)
        if aspect in ("alive", "dead") and not of_tax:
            return aspect == "dead" and claim.text == "lewat" and not any(topic[0] for topic in reading.topics)
        if aspect == "complete":
            said = any(topic[0] == "papers" for topic in reading.topics)
            if not said and unknown and claim.negated:
                return True
            said = said or self._answers_on("papers", reading)
            return said and wanted and bool(units) and ground.of_all(units or (), "paper", "lengkap") is True
        if aspect == "count":
            return wanted and self._is_count(reading, claim)
        if aspect in ("cheap", "degree"):
            return wanted and self._is_extreme(reading, claim, units)
        if aspect == "price_range":
            return wanted and self._is_range(reading, claim)
        if aspect in ("open", "closed"):
            return True  # the hours are looked at as a whole
        if aspect == "here" and wanted and self._lacks_things(reading, claim, units):
            return False
        if aspect == "here" and wanted and self._is_of_the_question(reading) and not self._asked().known:
            return False
        if aspect == "here" and not units & ground.here if units is not None else False:
            return self._offers_in_general(reading, units)
        if aspect == "here" and units is None:
            return bool(ground.here)
        if aspect == "sold" and claim.negated and not self._is_still_here(reading, units):
            return False
        if aspect in ("lower", "never", "away") or (claim.negated and not self._may_be_denied(reading, claim)):
            return False
        if aspect in ("flooded", "crashed") and self._is_label(reading, claim):
            return True
        if not units:
            return (
                aspect in KINDS
                and wanted
                and not self._is_of_nobodys(reading)
                and any(ground.truth(one, aspect, claim.value) is True for one in ground.here)
            )
        if aspect == "year_bound" and str(claim.value[0]) not in ground.customer_tokens:
            return False  # of one car of 2006 "2006 ke atas" promises more
        value = int(claim.value) if aspect == "hands" else claim.value
        truth = ground.of_all(units, aspect, value)
        if truth is wanted:
            self._used(units, aspect)
        return truth is wanted

    def _answers_on(self, topic: str, reading: Reading) -> bool:
        """Is it a word or two on a matter that the customer asked for? "Belum lewat Kak" on the tax."""
        if self.asks or reading.topics or len(reading.content) > SHORT:
            return False
        return any(name == topic for one in self._questions for name, *_ in one.topics)

    def _may_be_denied(self, reading: Reading, claim: Claim) -> bool:
        """A figure is denied only where it is the customer's: "tidak sampai 75 juta", "bukan 2016" state something."""
        if claim.aspect not in ("price", "credit_price", "km", "year", "year_bound", "engine", "hands"):
            return True
        if not echo.FIGURES.isdisjoint(reading.words[max(0, claim.place - 4) : claim.place]):
            return False
        if claim.aspect in ("price", "credit_price"):
            return claim.value.value in self.ground.customer_amounts
        return claim.text in self.ground.customer_tokens

    def _is_of_the_question(self, reading: Reading) -> bool:
        """ "Tersedia Kak", "kami punya unitnya Kak", "ada 2": what is there is what the customer asked for."""
        if self.asks or self.subject or reading.mentions or reading.topics or reading.clause.colon:
            return False
        if echo.is_of_each(reading) and any(echo.asks_which_of(one) for one in self._questions):
            return False  # "dua-duanya ada Kak"
        if reading.has(OTHERS) or not CONDITIONS.isdisjoint(reading.words):
            return False
        return all(claim.aspect in ("here", "count") for claim in reading.claims) and not self._is_relative(reading)

    @staticmethod
    def _is_relative(reading: Reading) -> bool:
        """ "Unit yang ada", "mobil yang kami punya": it says which are meant, not that they are there."""
        own = {*reading.exists, *(claim.place for claim in reading.claims if claim.aspect == "here")}
        for place in own:
            before = reading.words[max(0, place - 4) : place]
            if "yang" in before and any(before[: before.index("yang")]):
                return True
        return False

    def _is_shared_out(self, reading: Reading, claim: Claim, units: frozenset[int]) -> bool:
        """ "Fortuner hitam dan putih" of two: every one of them is one of these, and each is one's."""
        if claim.aspect not in KINDS or len(reading.mentions) != 1 or reading.has(echo.EACH | {"atau", "sama"}):
            return False
        values = [one.value for one in reading.claims if one.aspect == claim.aspect and not one.negated]
        so = {one: [self.ground.truth(one, claim.aspect, value) is True for value in values] for one in units}
        return len(values) > 1 and all(map(any, so.values())) and all(map(any, zip(*so.values(), strict=True)))

    def _is_of_nobodys(self, reading: Reading) -> bool:
        """ "Diesel matic Kak" to "ada Pajero?": with nothing else spoken of, it is of the car asked for."""
        plain = not (reading.exists or reading.mentions or reading.clause.colon or reading.has(OTHERS))
        return plain and not self.asks and self.subject is None and self.ground.names_what_nobody_has

    def _lacks_things(self, reading: Reading, claim: Claim, units: frozenset[int] | None) -> bool:
        """ "BPKB tersedia", "foto tersedia": a thing is said to be there, and nobody knows of it."""
        things = {
            name
            for name, place, seg, _ in reading.topics
            if name in ("papers", "photo") and seg <= claim.seg and place < claim.place
        }
        asked = reading.clause.question or reading.staff
        return not asked and any(self._has(units or frozenset(), name, reading) is not True for name in things)

    def _offers_in_general(self, reading: Reading, units: frozenset[int] | None) -> bool:
        """ "pilihan yang tersedia:" after a car that is gone speaks of others."""
        return not reading.mentions and not units and bool(self.ground.here)

    def _bears_value(self, reading: Reading, claim: Claim, units: frozenset[int] | None) -> bool:
        if not units or not units <= claim.value.units:
            return False
        self._used(units, claim.value.aspect)
        return True

    def _is_still_here(self, reading: Reading, units: frozenset[int] | None) -> bool:
        """ "Belum laku": a car that is booked is only called so with that word."""
        booked = any(claim.aspect == "booked" and not claim.negated for claim in reading.claims)
        return booked or (bool(units) and units is not None and units <= self.ground.here)

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
            vocabulary.stem(word)
            in ("mau", "ingin", "cari", "mencari", "suka", "pilih", "prefer", "preferensi", "butuh", "tipe")
            or any(root in ("cari", "butuh", "suka") for root in vocabulary.roots(word))
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
        own = [one for one in reading.mentions if one.seg == claim.seg]
        other = len(units or ()) == 1 and ground.of_all(units or (), claim.aspect, claim.value) is False
        theirs = self._is_of_nobodys(reading)
        if before == "yang" and not own and not theirs and not claim.negated and (len(units or ()) != 1 or other):
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

    def _is_count(self, reading: Reading, claim: Claim) -> bool:
        facts, number = self.ground.facts, claim.value
        few = len(facts.units) < 10
        allowed = {facts.stock_size, facts.stock_size - len(facts.units), facts.stock_size - len(self.spoken)}
        if reading.has(("lain", "lainnya", "lagi")):
            return number in allowed and number > 0
        before = next((word for word in reversed(reading.words[: claim.place]) if word), "")
        if reading.mentions and before != "dari":
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
        of_leasing = lending.ranked(reading, claim, ground, units, self.lent)
        if of_leasing is not None:
            return of_leasing
        if self.lent.partners and not reading.mentions:
            return False  # "Satu Finance Rp 4 juta. Itu yang paling murah": of the leasing or of the car
        before = reading.words[max(0, claim.place - 2) : claim.place]
        named = [one for one in reading.mentions if one.units]
        if claim.aspect == "degree" and "lebih" in before:
            first = [one for one in named if one.place < claim.place and one.seg == claim.seg][-1:]
            first = first or [one for one in named if one.place < claim.place][-1:]
            second = [one for one in named if one.place > claim.place][:1]
            if not first and second and COMPARING.isdisjoint(reading.words[: second[0].place]):
                first, second = second, []  # "lebih murah City"
            others = (frozenset(self.spoken) | ground.talked_of) - first[0].units if first else frozenset()
            against = second[0].units if second else others
            return bool(first) and self._compared(kind, first[0].units, against)
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

    def _is_range(self, reading: Reading, claim: Claim) -> bool:
        """From the cheapest to the dearest of the cars named, else of those at hand."""
        named = frozenset().union(*(one.units for one in reading.mentions))
        if named and " dan " in claim.text and "antara" not in reading.words:
            return False  # "City dan Avanza 79 juta dan 165 juta": which is which is not known
        prices = [self.ground.units[one].price for one in (named or self._fitting() or self.ground.here)]
        known_prices = [price for price in prices if price is not None]
        one = claim.value
        return bool(known_prices) and (one.low, one.high) == (min(known_prices), max(known_prices))

    def _verify_answer(self, reading: Reading, unknown: bool) -> Iterator[str]:
        if (
            not reading.affirms
            or unknown
            or (reading.clause.question and len(reading.content) > 2 and not self._answers_first(reading))
        ):
            return
        first = reading.words[reading.content[0]]
        if reading.claims and any(map(echo.asks_which_of, self._questions)):
            return  # "hidup Kak" to "hidup atau mati?"
        asked = self._asked()
        if (reading.affirms == "yes" and asked.strict is not True) or (
            reading.affirms == "no" and not self._denial_stands(reading, asked.lenient)
        ):
            yield f"{first} {OF_QUESTION}"
        elif reading.affirms == "no":
            self.says_more = True
        elif reading.affirms == "noted" and first in self.ground.customer_tokens_now and "?" in self.ground.turn.text:
            yield f"{first} {OF_QUESTION}"  # "siap Kak" to "siap pakai?"
        elif reading.affirms == "noted" and (self._is_requested() or not reading.clause.question):
            matter = reading.topics or reading.mentions
            same = any(seg == 0 for _, _, seg, _ in reading.topics) or any(one.seg == 0 for one in reading.mentions)
            if (matter and same) or (
                asked.deal is not True and not (first == "baik" and _is_passed_on(reading, ASKED_OF_STAFF))
            ):
                yield f"{first} {OF_QUESTION}"

    def _wants_more(self) -> bool:
        """To a question that nobody knows to be so "tidak masalah Kak" or "kami tunggu" is a yes like any other.
        "Kondisi City?" asks for none, but "baik Kak" answers it.
        """
        if self.asks_back:
            missing = self._asked().lenient is False and self.ground.names_what_nobody_has
            return missing and self._wants_a_yes()  # "mau yang warna apa?"
        return self._wants_a_yes(noted=self.notes)

    def _wants_a_yes(self, *, noted: bool = False) -> bool:
        """Does the customer ask something that yes or no answers, and which nobody knows to be so?"""
        if self.ground.turn.understanding.intent in SMALL_TALK or self._asked().known or not self._is_requested():
            return False
        return any(
            one.claims or one.failed or one.exists or one.promises or one.affirms or one.has(REQUESTING | PENDING)
            or any(topic[0] in ("never", "bargain", "trade") for topic in one.topics)
            or (noted and any(topic[0] in quiet.DETAILS for topic in one.topics))
            for one in self._questions
        )  # fmt: skip

    def _is_requested(self) -> bool:
        """Does the customer ask for something? "Saya bisa datang Sabtu" does not."""
        words = clauses.words(self.ground.asked)
        asking = [place for place, word in enumerate(words) if word in REQUESTING]
        own = {"saya", "kami", "tidak", "belum"}
        return "?" in self.ground.turn.text or any(own.isdisjoint(words[max(0, at - 2) : at]) for at in asking)

    @staticmethod
    def _answers_first(reading: Reading) -> bool:
        """ "Bisa Kak, mau lihat kapan?" """
        first = [reading.words[at] for at in reading.content if reading.clause.tokens[at].seg == 0]
        said = [word for word in first if word not in vocabulary.ADDRESSES]
        yes = vocabulary.AFFIRM | vocabulary.ACKNOWLEDGE
        return len(said) == 1 and reading.content[-1] >= len(first) and said[0] in yes

    def stands_for_a_yes(self) -> bool:
        """May the whole answer be a thumb up?"""
        return self._asked().strict is True

    def _denial_stands(self, reading: Reading, lenient: bool | None) -> bool:
        """A refusal that says what it refuses is judged by that; a bare one by the question."""
        if reading.claims or reading.exists or reading.mentions:
            return True
        said = [vocabulary.stem(reading.words[place]) for place in reading.content]
        bare = [word for word in said if word not in vocabulary.ADDRESSES and word not in MERELY]
        return lenient is False or (bool(bare) and not reading.has(("bisa", "boleh")))

    def _asked(self) -> Asked:
        if self._question is None:
            judge = Judge(self.ground)
            judge.asks = True
            strict: set[bool | None] = set()
            lenient: set[bool | None] = set()
            deal: set[bool | None] = set()
            for clause in clauses.read(self.ground.asked)[:20]:
                truths, failed, opened = judge.truths(_without_tag(clause))
                lenient |= truths
                deal |= judge.deal
                strict |= truths if opened else truths | ({None} if failed else set())
            known = _whole(strict) is True
            if self.ground.turn.written and not strict:
                strict = {None}  # of what was asked in English nothing is known to be so
            self._question = Asked(_whole(strict), _whole(lenient), _whole(deal), known)
        return self._question

    def truths(self, clause: Clause) -> tuple[set[bool | None], bool, bool]:
        """(what each claim of a customer's clause is, a word is unknown, it is an open question)"""
        clause.question = False
        reading = self._read(clause)
        reading.affirms = ""
        opened = not WH.isdisjoint(reading.words) or (reading.has(("apa",)) and reading.words[0] != "apa")
        found: set[bool | None] = set()
        self.deal = set()
        for claim in reading.claims:
            if claim.aspect in ("price", "credit_price", "price_range") and self._label(reading, claim.place) in (
                "budget",
                "dp",
            ):
                continue
            units = self._about(reading, claim.seg)
            before = set(found)
            if claim.aspect == "here" and self._lacks_things(reading, claim, units):
                found.add(None)
            elif self._bears(reading, claim, set(), False):
                found.add(True)
            elif units and claim.aspect in (
                "price",
                "km",
                "year",
                "gear",
                "fuel",
                "color",
                "here",
                "alive",
                "dead",
                "flooded",
                "crashed",
                "hands",
                "state",
                "body",
                "seats",
                "engine",
            ):
                value = int(claim.value) if claim.aspect == "hands" else claim.value
                found.add(self.ground.of_all(units, claim.aspect, value))
            else:
                found.add(None)
            if claim.aspect in DEALS:
                self.deal |= found - before or found
        missing = [one for one in reading.mentions if not one.units & self.ground.here]
        either = "atau" in reading.words and len(missing) < len(reading.mentions)
        if echo.asks_which_of(reading) and len(reading.mentions) > 1:
            named = frozenset().union(*(one.units for one in reading.mentions))
            found |= {self.ground.of_all(named, claim.aspect, claim.value) for claim in reading.claims
                      if claim.aspect in TRUTHS}  # fmt: skip
        if missing and not either:
            found.add(False)
        if reading.words[:2] == ["apakah", "ada"] and reading.mentions and not missing:
            found.add(True)
        about = lambda seg: self._about(reading, seg)  # noqa: E731
        if reading.has(("kamu", "anda", "kakak")) and reading.has(quiet.PERSONS):
            found.add(None)
        if any(True for _ in opening.untrue(reading, self.ground)) or any(
            True for _ in quiet.untrue(reading, self.ground, about, asked=True)
        ):
            found.add(None)
        promised = [reading.words[place] for place in reading.promises]
        services = any(SERVICES & vocabulary.roots(word) for word in promised if not word.endswith("nya"))
        services = services or ("telepon", "saya") in zip(reading.words, reading.words[1:], strict=False)
        if services or quiet.is_shut_then(reading, self.ground, about):
            found.add(None)
            self.deal.add(None)
        if any(True for _ in self._verify_topics(reading, False)):
            found.add(None)
            self.deal.add(None)
        elif not missing and any(True for _ in self._verify_existence(reading, False)):
            found.add(None)
        if reading.exists and not reading.mentions and not self.ground.asked_about <= self.ground.here:
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
    while tokens and (
        tokens[-1].kind == "mark" or tokens[-1].word in ("tidak", "kan", "ya", "belum", "bukan", "kak", "atau")
    ):
        tokens.pop()
    return Clause(tokens, False, clause.block, clause.item)
