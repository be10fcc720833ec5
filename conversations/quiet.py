"""What a clause claims by words that claim nothing alone, and whether it is so. Pure.

"termasuk", "sama", "datang", "Minggu" are harmless; "harga termasuk pajak", "harganya sama", "datang hari Minggu" are
claims. Each rule looks at one clause that is no question, and yields what has no fact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from conversations import clauses, opening, vocabulary
from conversations.ground import Ground
from conversations.reading import CONDITIONS, Reading
from conversations.turn import Unit
from conversations.vocabulary import listed

ALL = listed("semua seluruh setiap segala")
ONLY = listed("hanya cuma sekadar sekedar")
WISHES = listed("mau ingin akan untuk buat cocok kalau jika kakak perlu")
SPEAKER = listed("saya aku kami")
PLACES = listed("showroom dealer toko")
CARS = listed("unit mobil kendaraan")
THINGS_SENT = listed("foto gambar video info informasi data detail daftar rincian pilihan alamat lokasi")
PERSONS = listed("manusia orang sales admin petugas staf staff marketing")
MACHINES = listed("robot bot mesin asisten otomatis")
BUDGETS = listed("budget bujet anggaran dana")
WITHIN = listed("masuk cukup dapat bawah dibawah maksimal")
FITS = listed("sesuai cocok pas")
ABOUT = listed("kisaran sekitar")
ABOVE = listed("atas diatas")
TOLERANCE = 1.2  # of a budget: as far as the search goes
VISITS = listed("datang kunjung mampir survei tunggu temu lihat")
DAYPARTS = {"pagi": "09:00", "siang": "13:00", "sore": "16:00", "malam": "19:00"}
ANY_TIME = (("kapan", "saja"), ("kapan", "pun"), ("setiap", "saat"), ("sewaktu-waktu",), ("sewaktu", "waktu"))
SOON = listed("besok lusa sekarang sebentar segera")
PARTS_OF_DAY = listed("hari pagi siang sore malam minggu")
DONE = listed("sudah telah pernah selesai barusan")
CHECKED = listed(
    "cek periksa tengok telusur pelajari proses urus jadwal simpan kirim konfirmasi hubung hitung siap atur"
)
SEEN = listed("lihat coba pakai datang survei guna")
LOOK = listed("lihat tanya bahas jelas bandingkan banding pertimbang timbang datang bicara diskusi jawab")
DETAILS = listed("tax papers owners flood crash service condition part history engine")
SETTLED = listed("khawatir masalah ragu sungkan santai")
SAME_OF = {"price": "price", "km": "mileage", "color": "color", "gear": "transmission", "fuel": "fuel",
           "tax": "tax_valid_until", "papers": "papers"}  # fmt: skip
SHOWN = listed("atas ini itu tersebut berikut tadi")

HELPS = listed("bantu kasih beri")
USES = listed("pakai guna pemakaian penggunaan")
ASKS_US = listed("tanya hubung chat kabar info")
SOUGHT = listed("cari minat tanya suka lihat")
APPROVED = listed("terima setuju lolos")
TAKES = listed("terima beli")
OTHERS = listed("mau minat tertarik ingin tanya lihat datang cari beli suka tawar booking")
ASKS = listed("silakan silahkan boleh mohon tolong mau ingin apakah yuk maksud butuh perlu seputar")


class Clause:
    """A clause with the roots of its words, for the rules. about: the cars a part of it speaks of."""

    def __init__(self, reading: Reading, ground: Ground, about: Callable[[int], frozenset[int] | None]) -> None:
        self.reading, self.ground = reading, ground
        self.words = reading.words
        self.stems = [vocabulary.stem(word) if word else "" for word in reading.words]
        self.said = frozenset(self.stems)
        self.topics = frozenset(topic[0] for topic in reading.topics)
        self._about = about

    @cached_property
    def roots(self) -> list[frozenset[str]]:
        return [vocabulary.roots(word) if word else frozenset() for word in self.words]

    @cached_property
    def all_roots(self) -> frozenset[str]:
        return frozenset().union(*self.roots)

    @cached_property
    def units(self) -> frozenset[int]:
        """The cars it names; else those it speaks of."""
        named = frozenset().union(*(one.units for one in self.reading.mentions)) & self.ground.here
        return named or (self._about(self.reading.clause.tokens[-1].seg) or frozenset())

    @cached_property
    def month(self) -> int | None:
        """A month that is named without day and year."""
        named = [place for place, word in enumerate(self.words) if word and clauses.month_of(word)]
        bare = [place for place in named if not "".join(self.words[place + 1 : place + 2]).isdigit()]
        return clauses.month_of(self.words[bare[0]]) if bare else None

    @cached_property
    def of_condition(self) -> bool:
        return not CONDITIONS.isdisjoint(self.words)

    @cached_property
    def hours_known(self) -> bool:
        return bool(self.ground.facts.showroom.hours)

    def places(self, roots: frozenset[str]) -> list[int]:
        return [place for place, found in enumerate(self.roots) if not roots.isdisjoint(found)]

    def holds(self, aspect: str, value: Any) -> bool:
        """Is it so for every car spoken of?"""
        return bool(self.units) and self.ground.of_all(self.units, aspect, value) is True

    def negated(self, place: int) -> bool:
        return not {"tidak", "belum", "bukan", "tanpa"}.isdisjoint(self.stems[max(0, place - 3) : place])

    def phrase(self, *phrases: tuple[str, ...]) -> bool:
        spoken = f" {' '.join(filter(None, self.stems))} "
        return any(f" {' '.join(phrase)} " in spoken for phrase in phrases)

    def cars(self, units: frozenset[int]) -> list[Unit]:
        return [self.ground.units[one] for one in units]


def untrue(
    reading: Reading, ground: Ground, about: Callable[[int], frozenset[int] | None], *, unknown: bool, deferred: bool
) -> Iterator[str]:
    """unknown: the clause says that there are no data; deferred: it passes the question on to the staff."""
    if reading.clause.question or not reading.content:
        return
    clause = Clause(reading, ground, about)
    for rule in STATED:
        yield from rule(clause)
    if not (unknown or deferred):
        yield from _bare_topic(clause)


# --- money


def _included(clause: Clause) -> Iterator[str]:
    """ "Harga termasuk pajak"; "belum termasuk asuransi" promises nothing."""
    of_money = "termasuk" in clause.said and clause.topics & {"price", "credit", "never", "tax"}
    if of_money and not clause.negated(clause.stems.index("termasuk")):
        yield "termasuk"


def _favour(clause: Clause) -> Iterator[str]:
    """ "Untuk harga nanti kami bantu" is a discount; "kami bantu jelaskan" is none."""
    if "price" not in clause.topics or clause.reading.staff:
        return
    for place in clause.places(HELPS):
        if place in clause.reading.phrased:
            continue
        after = next((word for word in clause.words[place + 1 :] if word), "")
        if vocabulary.kind(after) not in (vocabulary.VERB, vocabulary.PROMISE) or after.startswith(("beda", "lebih")):
            yield clause.words[place]


def _price_differs(clause: Clause) -> Iterator[str]:
    """ "Kalau cash harganya lain", "harga cash dan kredit sama" """
    for name, place, _, word in clause.reading.topics:
        if name == "price" and clause.stems[place + 1 : place + 2] in (["lain"], ["lainnya"], ["beda"]):
            yield f"{word} {clause.words[place + 1]}"
    if {"sama", "setara"} & clause.said and {"kredit", "cash"} <= clause.said:
        yield "sama"


def _alike(clause: Clause) -> Iterator[str]:
    """ "Harganya sama", "tahunnya beda", "hanya beda warna": two cars or more, and it must be so of them."""
    attributes = {SAME_OF[name] for name in clause.topics if name in SAME_OF} | (
        {"year"} & {"year" if one == "tahun" else "" for one in clause.said}
    )
    alike = [place for place, stem in enumerate(clause.stems) if stem in ("sama", "serupa", "setara")]
    apart = [place for place, stem in enumerate(clause.stems) if stem in ("beda", "perbedaan")]
    if apart and ONLY & clause.said:
        yield "hanya beda"
    if len(alike) > 1 or (not attributes and "status" not in clause.said and not clause.phrase(("masih", "sama"))):
        return
    for place in alike[:1] + apart[:1]:
        wanted = (place in alike) is not clause.negated(place)
        if not _is_alike(clause, attributes, wanted):
            yield clause.words[place]


def _is_alike(clause: Clause, attributes: set[str], wanted: bool) -> bool:
    cars = clause.cars(clause.units)
    if len(cars) < 2 or not attributes:
        return False
    values = [{getattr(car, name) for car in cars} for name in attributes]
    if any(None in found or "" in found for found in values):
        return False
    return all((len(found) == 1) is wanted for found in values)


def _in_budget(clause: Clause) -> Iterator[str]:
    """ "Masuk budget", "di bawah 100 juta", "lebih dekat dengan budget" of a car must be so."""
    amounts = [token.value.value for token in clause.reading.clause.tokens if token.kind == "amount"]
    spoken = not BUDGETS.isdisjoint(clause.said)
    theirs = [amount for amount in amounts if amount in clause.ground.customer_amounts]
    if clause.of_condition or not (spoken or theirs):
        return
    named = frozenset().union(*(one.units for one in clause.reading.mentions)) & clause.ground.here
    prices = [car.price for car in clause.cars(named or (clause.units if spoken and not theirs else frozenset()))]
    limit = max(theirs, default=0) or _budget(clause.ground)
    for place, stem in enumerate(clause.stems):
        test = _budget_test(stem, clause)
        if test is None or not prices:
            continue
        so = limit > 0 and all(price is not None and test(price, limit) for price in prices)
        if so is clause.negated(place):
            yield clause.words[place]


def _budget(ground: Ground) -> int:
    asked = ground.turn.understanding.entities
    return asked.budget_max or asked.budget or max(ground.customer_amounts, default=0)


def _budget_test(stem: str, clause: Clause) -> Callable[[int, int], bool] | None:
    if stem in ("dekat", "mendekati", "terdekat"):
        if not {"lebih", "paling", "terdekat"} & clause.said:
            return lambda price, limit: price <= 2 * limit
        return lambda price, limit: _is_nearest(clause, price, limit)
    if stem in WITHIN:
        return lambda price, limit: price <= limit
    if stem in FITS:
        return lambda price, limit: price <= TOLERANCE * limit
    if stem in ABOUT:
        return lambda price, limit: limit / TOLERANCE <= price <= TOLERANCE * limit
    return (lambda price, limit: price >= limit) if stem in ABOVE else None


def _is_nearest(clause: Clause, price: int, limit: int) -> bool:
    others = [car.price for car in clause.cars(clause.ground.here - clause.units) if car.price is not None]
    return all(abs(price - limit) <= abs(other - limit) for other in others)


# --- a car's past and present


def _used(clause: Clause) -> Iterator[str]:
    """ "Hanya dipakai ke kantor" tells of its past; "cocok untuk pemakaian harian", "saya pakai contoh" do not."""
    for place in clause.places(USES):
        before = clause.stems[:place]
        of_ours = before[-1:] != [] and before[-1] in SPEAKER
        claims = any(claim.place == place + 1 for claim in clause.reading.claims)  # "pakai bensin"
        if WISHES.isdisjoint(before) and not (claims or of_ours):
            yield clause.words[place]


def _assured(clause: Clause) -> Iterator[str]:
    """ "Tidak perlu khawatir soal mesin" """
    matter = clause.topics & (DETAILS | {"price", "credit", "never", "km"})
    matter |= {claim.aspect for claim in clause.reading.claims} & {"flooded", "crashed"}
    if matter and SETTLED & clause.said and not clause.places(ASKS_US):
        yield next(word for word, stem in zip(clause.words, clause.stems, strict=True) if stem in SETTLED)


def _first_owner(clause: Clause) -> Iterator[str]:
    said = "owners" in clause.topics and "pertama" in clause.said
    if said and not clause.holds("hands", 1):
        yield "pertama"


def _months(clause: Clause) -> Iterator[str]:
    """ "Pajaknya sampai November" """
    if clause.month and clause.topics & {"tax", "papers"} and not clause.holds("tax_date", (None, clause.month, None)):
        yield "bulan"


def _bare_topic(clause: Clause) -> Iterator[str]:
    """A matter of a car with nothing that is known of it: "untuk pajaknya sudah", "mesinnya tidak masalah"."""
    matters = [topic for topic in clause.reading.topics if topic[0] in DETAILS]
    stated = (
        clause.reading.claims
        or clause.reading.exists
        or clause.month
        or clause.reading.clause.colon
        or clause.of_condition
    )
    predicate = [
        stem
        for place, stem in enumerate(clause.stems)
        if stem and stem not in vocabulary.ADDRESSES and place in clause.reading.content
    ]
    if not matters or stated or len(predicate) <= 1 or LOOK & clause.all_roots:
        return
    if ASKS.isdisjoint(clause.said) and not clause.reading.promises:
        yield matters[0][3]


# --- what there is


def _everything(clause: Clause) -> Iterator[str]:
    """ "Semua tipe ada", "semua orang bisa kredit" """
    everything = [place for place, stem in enumerate(clause.stems) if stem in ALL]
    offers = clause.reading.exists or {"punya", "bisa", "tersedia", "sudah"} & clause.said
    if everything and offers and SHOWN.isdisjoint(clause.said) and not clause.reading.of_hours:
        yield clause.words[everything[0]]


def _nothing_else(clause: Clause) -> Iterator[str]:
    """ "Cuma ini yang kami punya" """
    facts = clause.ground.facts
    has = clause.reading.exists or {"punya", "tersedia", "ready", "miliki"} & clause.said
    counted = any(claim.aspect == "count" for claim in clause.reading.claims)
    if has and ONLY & clause.said and facts.stock_size > len(facts.units) and not (counted or clause.of_condition):
        yield "hanya"


def _wanted_by_others(clause: Clause) -> Iterator[str]:
    """ "Sudah ada yang minat", "paling dicari": nobody knows that, and it presses."""
    if not clause.of_condition and "kakak" not in clause.said:
        for place in clause.reading.exists:
            behind = clause.roots[place + 2 : place + 6]
            if clause.stems[place + 1 : place + 2] == ["yang"] and any(OTHERS & found for found in behind):
                yield "ada yang"
    for place in clause.places(SOUGHT):
        if clause.words[place].startswith("di") and {"paling", "banyak", "sering"} & clause.said:
            yield clause.words[place]


def _exactly(clause: Clause) -> Iterator[str]:
    if "persis" in clause.said and {"tidak", "belum"}.isdisjoint(clause.said):
        yield "persis"


def _place(clause: Clause) -> Iterator[str]:
    """ "Lokasi kami dekat", "ada showroom di kota Kakak" """
    if (PLACES | {"lokasi", "alamat", "tempat"}) & clause.said and {"dekat", "terdekat"} & clause.said:
        yield "dekat"
    for place, stem in enumerate(clause.stems):
        if stem in ("ada", "punya") and PLACES & set(clause.stems[place + 1 : place + 2]):
            yield clause.words[place + 1]


# --- credit, services, promises


def _easy_credit(clause: Clause) -> Iterator[str]:
    if not clause.topics & {"credit", "never"}:
        return
    if clause.phrase(("berapa", "saja"), ("berapa", "pun"), ("siapa", "saja"), ("apa", "saja"), ("kapan", "saja")):
        yield "saja"
    if clause.said & {"pasti", "tentu"} and clause.places(APPROVED):
        yield "pasti"
    if clause.phrase(("tidak", "perlu"), ("tidak", "harus"), ("tidak", "usah")) and "khawatir" not in clause.said:
        yield "tidak perlu"
    yield from _without(clause)


def _without(clause: Clause) -> Iterator[str]:
    """ "Tanpa DP", "tanpa bunga" """
    behind = {place: word for _, place, _, word in clause.reading.topics}
    for place, stem in enumerate(clause.stems):
        if stem == "tanpa" and place + 1 in behind:
            yield f"tanpa {behind[place + 1]}"


def _of_a_car(clause: Clause) -> Iterator[str]:
    """ "Tim kami simpan unitnya", "kirim unitnya": nobody has said so."""
    if not CARS & clause.said or THINGS_SENT & clause.said or clause.of_condition:
        return
    for place in clause.reading.promises:
        if {"kirim", "simpan", "siap", "antar", "proses"} & clause.roots[place]:
            yield clause.words[place]


def _done(clause: Clause) -> Iterator[str]:
    """ "Sudah dicek tim kami" """
    for place in clause.reading.promises:
        if CHECKED & clause.roots[place] and DONE & set(clause.stems[max(0, place - 4) : place]):
            yield clause.words[place]


def _soon(clause: Clause) -> Iterator[str]:
    """ "Tim kami hubungi hari ini juga": when, only as the customer said it or as the hours say."""
    if not (clause.reading.promises and clause.reading.staff):
        return
    own = clause.ground.customer_tokens | set(clause.ground.facts.opens_next.split())
    for place, stem in enumerate(clause.stems):
        today = stem in PARTS_OF_DAY and clause.stems[place + 1 : place + 2] == ["ini"]
        if (stem in SOON or today) and stem not in own and clause.stems[place + 1 : place + 2] != ["lagi"]:
            yield stem
        if stem == "sebentar" and clause.stems[place + 1 : place + 2] == ["lagi"]:
            yield "sebentar lagi"


def _their_car(clause: Clause) -> Iterator[str]:
    """ "Mobil Kakak bisa kami terima" """
    theirs = clause.phrase(("mobil", "kakak"), ("unit", "kakak"), ("kendaraan", "kakak"))
    for place in clause.places(TAKES):
        ours = SPEAKER & set(clause.stems[max(0, place - 2) : place])
        if (theirs or CARS & clause.said) and ours and not {"sudah", "telah"} & clause.said:
            yield clause.words[place]


# --- who speaks


def _who(clause: Clause) -> Iterator[str]:
    for place, stem in enumerate(clause.stems):
        if stem not in SPEAKER:
            continue
        rest = [one for one in clause.stems[place + 1 : place + 5] if one not in ("adalah", "memang", "juga", "ini")]
        if rest and rest[0] in PERSONS:
            yield rest[0]
        if rest[:1] == ["bukan"] and MACHINES & set(rest[1:3]):
            yield f"bukan {rest[1]}"
        if DONE & set(rest[:1]) and any(SEEN & vocabulary.roots(one) for one in rest[1:3] if one):
            yield " ".join(rest[:2])


def _registered(clause: Clause) -> Iterator[str]:
    positive = {"belum", "tidak"}.isdisjoint(clause.said) and not clause.ground.turn.staff_role
    if positive and clause.phrase(("terdaftar", "sebagai"), ("tercatat", "sebagai")):
        yield "terdaftar sebagai"


# --- when to come


def _visit(clause: Clause) -> Iterator[str]:
    """An invitation holds only while the showroom is open: "silakan datang hari Minggu"."""
    if not clause.hours_known or not ("visit" in clause.topics or clause.places(VISITS)) or clause.reading.of_hours:
        return
    if clause.phrase(*ANY_TIME):
        yield "kapan saja"
    words = [token.word for token in clause.reading.clause.tokens if token.kind != "mark"]
    days = opening.days_of(words, clause.ground)
    times = [_moment(token.value, clause.said) for token in clause.reading.clause.tokens if token.kind == "time"]
    times = times or [DAYPARTS[stem] for stem in clause.stems if stem in DAYPARTS and _is_of_visit(clause, stem)]
    if (days or times) and not opening.is_open_at(days, times, clause.ground):
        yield " ".join(words)


def _moment(time: str, said: frozenset[str]) -> str:
    """ "jam 8" in "jam 8 malam" is 20:00."""
    hour = int(time[:2])
    later = (said & {"sore", "malam"} and hour < 12) or ("siang" in said and hour < 6)
    return f"{hour + 12:02d}{time[2:]}" if later else time


def _is_of_visit(clause: Clause, part: str) -> bool:
    """ "Selamat siang" is a greeting."""
    place = clause.stems.index(part)
    return clause.stems[max(0, place - 1) : place] != ["selamat"]


STATED: tuple[Callable[[Clause], Iterator[str]], ...] = (
    _included, _favour, _price_differs, _alike, _in_budget, _used, _assured, _first_owner, _months, _everything,
    _nothing_else, _wanted_by_others, _exactly, _place, _easy_credit, _of_a_car, _done, _soon, _their_car, _who,
    _registered, _visit,
)  # fmt: skip
