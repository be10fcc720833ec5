"""What a clause claims by words that claim nothing alone, and whether it is so. Pure.

"termasuk", "sama", "datang", "Minggu" are harmless; "harga termasuk pajak", "harganya sama", "datang hari Minggu" are
claims. Each rule looks at one clause that is no question, holds one of its words, and yields what has no fact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from typing import Any

from conversations import clauses, opening, vocabulary
from conversations.ground import Ground
from conversations.reading import CONDITIONS, DURATIONS, NUMBERS, Reading
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
BEFORE_WHO = listed("adalah memang juga ini dari tim bagian")
MACHINES = listed("robot bot mesin asisten otomatis")
BUDGETS = listed("budget bujet anggaran dana")
WITHIN = listed("masuk cukup dapat bawah dibawah maksimal")
FITS = listed("sesuai cocok pas")
ABOUT = listed("kisaran sekitar")
ABOVE = listed("atas diatas")
TOLERANCE = 1.2  # of a budget: as far as the search goes
VISITS = listed("datang kunjung mampir survei tunggu temu lihat")
DAYPARTS = {"pagi": "09:00", "siang": "13:00", "sore": "16:00", "malam": "19:00"}
AGREEING = listed("bisa boleh ada oke siap")
ANY_TIME = (
    ("jam", "berapa", "saja"),
    ("hari", "apa", "saja"),
    ("kapan", "saja"),
    ("kapan", "pun"),
    ("setiap", "saat"),
    ("sewaktu-waktu",),
    ("sewaktu", "waktu"),
)
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
ALIKE = listed("sama serupa setara mirip sekelas")
SHOWN = listed("atas ini itu tersebut berikut tadi")

HELPS = listed("bantu kasih beri")
USES = listed("pakai guna pemakaian penggunaan")
ASKS_US = listed("tanya hubung chat kabar info")
SOUGHT = listed("cari minat tanya suka lihat")
APPROVED = listed("terima setuju lolos")
TAKES = listed("terima beli")
OTHERS = listed("mau minat tertarik ingin tanya lihat datang cari beli suka tawar booking")
ASKS = listed("silakan silahkan boleh mohon tolong mau ingin apakah yuk maksud butuh perlu seputar")

CUSTOMERS = listed("kakak anda")
BEFORE_WISH = listed("lagi sedang sekarang memang juga masih tadi sebelumnya ya kan")
WISHING = listed("cari butuh perlu mau ingin minat tertarik suka pilih incar tanya maksud sebut")
WISHED_OF = listed("gear fuel body color seats year")

TALKING = listed("bicara bahas diskusi obrol runding")
WISHED = listed(
    "maksud sebut permintaan minta keinginan ingin kriteria kebutuhan butuh selera harapan preferensi pesanan cari mau"
)
SEEKING = listed("cari bantu pilih semoga")
SOME = listed("beberapa banyak berbagai")
KINDS = listed("warna tipe tahun varian transmisi model seri")
ARRIVES = listed("sampai masuk datang muncul tiba")
VISITORS = listed("silakan silahkan mau bisa boleh saya kakak yuk ayo")
ARRIVING = listed("unit mobil kendaraan stok foto gambar video barang info jawaban")


CREDIT = listed("dp cicilan angsuran kredit tenor bunga")
POINTS = listed("ini atas bawah sini berikut wa whatsapp chat silakan silahkan")
POINTED = POINTS | listed("di langsung sudah")
SEEN_THERE = listed("cek lihat")
WITHIN_TIME = listed("dalam lagi sekitar kurang lebih")
SHORT = 4
LIMITS = listed("besok lusa kemarin lalu depan sampai")
OTHER_PEOPLE = listed("customer pelanggan pembeli calon orang")
PLEASED = listed("suka cocok senang minat tertarik puas")
THEIR_PLACES = listed("tempat lokasi rumah kota kantor daerah alamat")
GREETINGS = listed("tahu halo hai pagi siang sore malam selamat assalamualaikum salam terima kasih permisi sama datang")
OPEN_QUESTION = listed("kapan siapa berapa mana apa dimana")
BETWEEN = listed("dari di ke oleh untuk sampai sejak lalu depan ini itu kami saya juga saja sekali lagi punya yang")
ANSWERING = listed(
    "senin selasa rabu kamis jumat sabtu minggu ahad hari bulan tahun pekan januari februari maret april mei juni juli "
    "agustus september oktober november desember besok lusa kemarin tadi nanti pagi siang sore malam sekarang sebentar "
    "sendiri keluarga kantor kerja kota orang sales admin tim staf staff petugas pelanggan customer pembeli calon "
    "harian perjalanan showroom dealer toko semua setiap beberapa masing rumah pribadi akhir awal"
)


class Clause:
    """A clause with the roots of its words, for the rules. about: the cars a part of it speaks of."""

    def __init__(self, reading: Reading, ground: Ground, about: Callable[[int], frozenset[int] | None]) -> None:
        self.reading, self.ground = reading, ground
        self.words = reading.words
        self._about = about

    @cached_property
    def stems(self) -> list[str]:
        return [vocabulary.stem(word) for word in self.words]

    @cached_property
    def said(self) -> frozenset[str]:
        return frozenset(self.stems)

    @cached_property
    def topics(self) -> frozenset[str]:
        return frozenset(topic[0] for topic in self.reading.topics)

    @cached_property
    def roots(self) -> list[frozenset[str]]:
        return [vocabulary.roots(word) for word in self.words]

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
    def told(self) -> tuple[str, ...]:
        """Its words besides those that only address somebody."""
        return tuple(stem for stem in self.stems if stem and stem not in vocabulary.ADDRESSES)

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
    reading: Reading,
    ground: Ground,
    about: Callable[[int], frozenset[int] | None],
    *,
    unknown: bool = False,
    deferred: bool = False,
    asked: bool = False,
) -> Iterator[str]:
    """unknown: the clause says that there are no data; deferred: it passes the question on to the staff; asked: it is
    the customer's own.
    """
    if reading.clause.question or not reading.content:
        return
    clause = Clause(reading, ground, about)
    for number in sorted(frozenset().union(*map(_woken_by, reading.said))):
        yield from STATED[number][0](clause)
    if not asked:
        if _points_at_photos(clause):
            yield next(filter(None, clause.words))
        yield from _word_for_an_answer(clause)
    if not (unknown or deferred):
        yield from _bare_topic(clause)


# --- money


def _price_for_now(clause: Clause) -> Iterator[str]:
    """ "Rp 79 juta sampai besok", "Rp 79 juta per bulan", "dulu Rp 79 juta": the price holds for something only."""
    prices = [claim for claim in clause.reading.claims if claim.aspect in ("price", "credit_price", "price_range")]
    if not prices:
        return
    first, tokens = prices[0], clause.reading.clause.tokens
    others = {seg for _, _, seg, _ in clause.reading.topics} | {
        claim.seg for claim in clause.reading.claims if claim.aspect == "tax_date"
    }
    others |= {tokens[place].seg for place in (*clause.places(VISITS), *clause.reading.promises)}
    for place, stem in enumerate(clause.stems):
        if stem in ("dulu", "dulunya", "kemarin", "tadinya") and place < first.place:
            yield stem
        if place < first.place or (tokens[place].seg in others and tokens[place].seg != first.seg):
            continue
        if stem == "per" or (stem in LIMITS and not VISITS & clause.all_roots):
            yield stem
        if clause.stems[place : place + 2] == ["hari", "ini"] and (ONLY | {"saja"}) & clause.said:
            yield "hari ini saja"


def _talk_of_price(clause: Clause) -> Iterator[str]:
    """ "Datang dulu, nanti kita bicarakan harganya" is a bargain offered."""
    bargains = clause.ground.turn.persona.price_negotiation or clause.reading.staff
    priced = "price" in clause.topics or any(claim.aspect == "price" for claim in clause.reading.claims)
    if priced and not bargains and "tidak" not in clause.said:
        yield from (clause.words[place] for place in clause.places(TALKING)[:1])


def _included(clause: Clause) -> Iterator[str]:
    """ "Harga termasuk pajak"; "belum termasuk asuransi" promises nothing."""
    of_money = "termasuk" in clause.said and clause.topics & {"price", "credit", "never", "tax"}
    if of_money and not clause.negated(clause.stems.index("termasuk")):
        yield "termasuk"


def _favour(clause: Clause) -> Iterator[str]:
    """ "Untuk harga nanti kami bantu" is a discount; "kami bantu jelaskan" is none."""
    priced = "price" in clause.topics or any(claim.aspect == "price" for claim in clause.reading.claims)
    if not priced or clause.reading.staff:
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
    alike = [place for place, stem in enumerate(clause.stems) if stem in ALIKE]
    apart = [place for place, stem in enumerate(clause.stems) if stem in ("beda", "perbedaan")]
    if apart and ONLY & clause.said:
        yield "hanya beda"
    if clause.phrase(("juga", "sama"), ("pun", "sama")) and clause.reading.claims:
        yield "sama"
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
    claims = clause.reading.claims
    absent = any(one.aspect in ("here", "absent") and (one.aspect == "here") is one.negated for one in claims)
    for place, stem in enumerate(clause.stems):
        test = _budget_test(stem, clause)
        if test is None or not prices:
            continue
        so = limit > 0 and all(price is not None and test(price, limit) for price in prices)
        if so is (absent or clause.negated(place)):
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
    """Also "pertama" alone, where hands were asked for."""
    asked = len(clause.told) == 1 and not {"tangan", "pemilik"}.isdisjoint(clause.ground.customer_tokens)
    if "pertama" in clause.said and ("owners" in clause.topics or asked) and not clause.holds("hands", 1):
        yield "pertama"


def _as_wished(clause: Clause) -> Iterator[str]:
    """ "Sesuai permintaan Kakak": nothing that the customer wished is otherwise. "Kami carikan yang sesuai" is none."""
    fits = [place for place, stem in enumerate(clause.stems) if stem in FITS]
    yield from (stem for at in fits for stem in clause.stems[at + 1 : at + 2] if stem in ("tahun", "usia", "umur"))
    if not fits or clause.of_condition or clause.negated(fits[0]):
        return
    sought = not SEEKING.isdisjoint(frozenset().union(*clause.roots[: fits[0]]))
    if WISHED & frozenset().union(*clause.roots[fits[0] + 1 :]) and not sought and not _are_as_wished(clause):
        yield clause.words[fits[0]]


def _are_as_wished(clause: Clause) -> bool:
    asked = clause.ground.turn.understanding.entities
    wished = {"gear": asked.transmission, "fuel": asked.fuel, "color": asked.color, "body": asked.body_type,
              "seats": asked.seats, "year": asked.year}  # fmt: skip
    return all(clause.holds(aspect, value) for aspect, value in wished.items() if value)


def _praised(clause: Clause) -> Iterator[str]:
    """ "Kondisi 👍", "pajak ✅": a sign behind nothing but the matter states something of it."""
    matters = [topic for topic in clause.reading.topics if topic[0] in DETAILS | {"price", "km", "color"}]
    stated = clause.reading.claims or clause.reading.exists
    if clause.reading.clause.sign and matters and not stated and len(clause.told) <= 2:
        yield matters[0][3]


def _word_for_an_answer(clause: Clause) -> Iterator[str]:
    """ "Mei Kak" to "pajak sampai kapan?", "keluarga Kak" to "dipakai siapa?", "Jakarta Kak" to "plat mana?": they say
    something with the question only. A day to "kapan bisa datang?" is looked up.
    """
    reading = clause.reading
    if reading.claims or reading.mentions or reading.exists or reading.topics or reading.promises or reading.affirms:
        return
    if reading.lenders:
        return  # lending.py looks at these
    room = clause.ground.facts.showroom
    city, name = set(clauses.words(room.city)), set(clauses.words(room.name))
    our_name = name if name <= set(clause.told) else set()  # "prima" alone would speak of a car
    told, repeated = set(clause.told) - BETWEEN, set(clause.told) - GREETINGS - our_name
    asked = clause.ground.customer_tokens_now
    if _is_of_time(clause) and not asked.isdisjoint(OPEN_QUESTION):
        yield clause.told[0]
    short = repeated and len(clause.told) <= 2 and "?" in clause.ground.turn.text
    if short and repeated <= clause.ground.customer_tokens_now:
        yield clause.told[0]  # "cocok Kak" to "cocok untuk mudik?"
    if reading.clause.colon or not told or not told <= ANSWERING | city:
        return
    if asked.isdisjoint(OPEN_QUESTION) or (told <= set(DAYPARTS) and asked.isdisjoint(("kapan", "jam"))):
        return
    days = opening.days_of([word for word in clause.words if word], clause.ground)
    of_us = told <= city and not asked.isdisjoint(("lokasi", "alamat", "showroom", "dealer", "toko", "posisi"))
    open_then = (
        days and asked & {"buka", "datang", "lihat", "tutup", "survei"} and opening.is_open_at(days, [], clause.ground)
    )
    if not (of_us or open_then):
        yield clause.told[0]


def _points_at_photos(clause: Clause) -> bool:
    """ "Ini Kak", "silakan dicek fotonya" to whoever asked for photos: nobody has sent any."""
    photos = vocabulary.beginnings("photo")
    if clause.reading.clause.colon or photos.isdisjoint(map(vocabulary.stem, clause.ground.customer_tokens_now)):
        return False
    said = [stem for stem in clause.stems if stem and stem not in ("kak", "kakak", "ya")]
    rest = [stem for stem in said if stem not in photos | POINTED and not SEEN_THERE & vocabulary.roots(stem)]
    return not rest and any(stem in POINTS for stem in said)


def _is_of_time(clause: Clause) -> bool:
    """ "Dalam satu jam", "kapan saja": and nothing else."""
    lasts = not DURATIONS.isdisjoint(clause.told) and set(clause.told) <= DURATIONS | set(NUMBERS) | WITHIN_TIME
    any_time = clause.hours_known and clause.phrase(*ANY_TIME) and len(clause.told) <= SHORT
    return lasts or any_time


def _months(clause: Clause) -> Iterator[str]:
    """ "Pajaknya sampai November" """
    if clause.month and clause.topics & {"tax", "papers"} and not clause.holds("tax_date", (None, clause.month, None)):
        yield "bulan"


def _bare_topic(clause: Clause) -> Iterator[str]:
    """A matter of a car with nothing that is known of it: "untuk pajaknya sudah", "mesinnya tidak masalah"."""
    matters = [topic for topic in clause.reading.topics if topic[0] in DETAILS]
    if not matters:
        return
    for name, place, seg, word in matters:
        if name == "service" and _is_tail(clause, place, seg) and not clause.holds("has", name):
            yield word
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
    if stated or len(predicate) <= 1 or LOOK & clause.all_roots:
        return
    if ASKS.isdisjoint(clause.said) and not clause.reading.promises:
        yield matters[0][3]


def _is_tail(clause: Clause, place: int, seg: int) -> bool:
    """ "Ada Kak, servis record": a part of its own behind what is said to be there."""
    before = any(clause.reading.clause.tokens[at].seg < seg for at in clause.reading.exists)
    own = [at for at in clause.reading.content if clause.reading.clause.tokens[at].seg == seg]
    return before and own[:1] == [place]


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


def _that_one(clause: Clause) -> Iterator[str]:
    """ "Warna itu ada", "yang Kakak maksud ada": what the customer wishes must be so."""
    has = clause.reading.exists or {"punya", "tersedia", "ready"} & clause.said
    if not has or clause.of_condition or {"tidak", "belum"} & clause.said:
        return
    for place, stem in enumerate(clause.stems):
        shown = stem in KINDS and clause.stems[place + 1 : place + 2] in (["itu"], ["tersebut"], ["segitu"])
        meant = stem == "kakak" and bool(WISHED & frozenset().union(*clause.roots[place + 1 : place + 2]))
        if (shown or meant) and not _are_as_wished(clause):
            yield clause.words[place]


def _of_many(clause: Clause) -> Iterator[str]:
    """ "Ada beberapa City", "warna lain juga ada": there must be so many."""
    has = clause.reading.exists or {"punya", "tersedia", "ready", "sedia"} & clause.said
    if not has or clause.of_condition:
        return
    some = [place for place, stem in enumerate(clause.stems) if stem in SOME]
    named = frozenset().union(*(one.units for one in clause.reading.mentions)) & clause.ground.here
    if some and len(named or clause.ground.here) < 2:
        yield clause.words[some[0]]
    for place, stem in enumerate(clause.stems):
        if stem in KINDS and {"lain", "lainnya"} & set(clause.stems[place + 1 : place + 3]):
            yield f"{clause.words[place]} lain"
        if stem in SOME and KINDS & set(clause.stems[place + 1 : place + 4]):
            yield clause.words[place]
    if clause.phrase(("satu", "lagi"), ("dua", "lagi"), ("juga", "lagi")) and len(named) == 1:
        yield "lagi"
    if (
        {"lain", "lainnya"} & clause.said
        and clause.ground.facts.stock_size < 2
        and not {"tidak", "belum"} & clause.said
    ):
        yield "lain"


def _wanted_by_others(clause: Clause) -> Iterator[str]:
    """ "Sudah ada yang minat", "paling dicari": nobody knows that, and it presses."""
    if not clause.of_condition and "kakak" not in clause.said:
        for place in clause.reading.exists:
            if OTHER_PEOPLE & set(clause.stems[place + 1 : place + 2]):
                yield clause.words[place + 1]
            behind = clause.roots[place + 2 : place + 6]
            if clause.stems[place + 1 : place + 2] == ["yang"] and any(OTHERS & found for found in behind):
                yield "ada yang"
    for place in clause.places(SOUGHT):
        if clause.words[place].startswith("di") and {"paling", "banyak", "sering"} & clause.said:
            yield clause.words[place]


def _sure_to_please(clause: Clause) -> Iterator[str]:
    """ "Kakak pasti suka", "unitnya untuk Kakak", "Kakak pembeli pertama" """
    if "pasti" in clause.said and PLEASED & clause.all_roots:
        yield "pasti"
    if any(clause.phrase((car, "untuk", "kakak")) for car in CARS) and not clause.of_condition:
        yield "untuk kakak"
    if {"pembeli", "pertama"} <= clause.said:
        yield "pertama"


def _exactly(clause: Clause) -> Iterator[str]:
    if "persis" in clause.said and {"tidak", "belum"}.isdisjoint(clause.said):
        yield "persis"


def _place(clause: Clause) -> Iterator[str]:
    """ "Lokasi kami dekat", "ada showroom di kota Kakak" """
    if (PLACES | {"lokasi", "alamat", "tempat"}) & clause.said and {"dekat", "terdekat"} & clause.said:
        yield "dekat"
    if not clause.of_condition and not clause.negated(len(clause.stems)):
        for place, stem in enumerate(clause.stems):
            if stem in THEIR_PLACES and clause.stems[place + 1 : place + 2] == ["kakak"] and _is_reached(clause, place):
                yield f"{stem} kakak"
    if {"dana", "kembali"} <= clause.said:
        yield "kembali"
    if any(clause.phrase((place, "lain")) for place in PLACES) and clause.reading.exists:
        yield "lain"
    for place, stem in enumerate(clause.stems):
        if stem in ("ada", "punya") and PLACES & set(clause.stems[place + 1 : place + 2]):
            yield clause.words[place + 1]


def _is_reached(clause: Clause, place: int) -> bool:
    """ "Ke rumah Kakak", "di kota Kakak"; "dari kota Kakak" is where they come from."""
    return not {"ke", "di", "sampai"}.isdisjoint(clause.stems[max(0, place - 2) : place])


# --- credit, services, promises


def _easy_credit(clause: Clause) -> Iterator[str]:
    of_credit = not clause.topics and not CREDIT.isdisjoint(clause.ground.customer_tokens_now)
    if not (of_credit or clause.topics & {"credit", "never"}):
        return
    if clause.phrase(
        ("berapa", "saja"), ("berapa", "pun"), ("siapa", "saja"), ("apa", "saja"), ("kapan", "saja"), ("suka", "suka")
    ):
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


def _money_sent(clause: Clause) -> Iterator[str]:
    """ "Silakan kirim DP": nobody asks for money in this chat."""
    if (THINGS_SENT | FIGURES_SENT | IF) & clause.said:
        return
    yield from (clause.words[place] for place in clause.reading.promises if "kirim" in clause.roots[place])


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


def _when(clause: Clause) -> Iterator[str]:
    """ "Lima menit lagi dibalas", "minggu depan masuk unitnya", "besok fotonya sampai"."""
    tokens = clause.reading.clause.tokens
    for place, stem in enumerate(clause.stems):
        counted = tokens[place - 1].kind == "number" or clause.stems[place - 1] in NUMBERS if place else False
        if stem in DURATIONS and counted and clause.stems[place + 1 : place + 2] == ["lagi"]:
            yield f"{clause.words[place - 1]} {stem} lagi"
    soon = clause.said & (SOON | PARTS_OF_DAY | {"depan", "nanti"})
    arriving = ARRIVING & clause.said or not clause.ground.facts.units  # "sebentar lagi datang" to "ada Pajero?"
    if soon and arriving and not (clause.of_condition or clause.reading.staff):
        yield from (clause.words[place] for place in clause.places(ARRIVES)[:1] if not _is_of_visitors(clause, place))


def _is_of_visitors(clause: Clause, place: int) -> bool:
    """ "Silakan datang", "Kakak mau masuk showroom" """
    return not VISITORS.isdisjoint(clause.stems[:place])


def _their_car(clause: Clause) -> Iterator[str]:
    """ "Mobil Kakak bisa kami terima" """
    theirs = clause.phrase(("mobil", "kakak"), ("unit", "kakak"), ("kendaraan", "kakak"))
    for place in clause.places(TAKES):
        ours = SPEAKER & set(clause.stems[max(0, place - 2) : place])
        if (theirs or CARS & clause.said) and ours and not {"sudah", "telah"} & clause.said:
            yield clause.words[place]


# --- who speaks


def _who(clause: Clause) -> Iterator[str]:
    if clause.told[:1] == ("bukan",) and {"robot", "bot"} & set(clause.told[1:3]):
        yield f"bukan {clause.told[1]}"
    for place, stem in enumerate(clause.stems):
        if stem not in SPEAKER:
            continue
        rest = [one for one in clause.stems[place + 1 : place + 5] if one not in BEFORE_WHO]
        if rest and rest[0] in PERSONS:
            yield rest[0]
        if rest[:1] == ["bukan"] and MACHINES & set(rest[1:3]):
            yield f"bukan {rest[1]}"
        if DONE & set(rest[:1]) and any(SEEN & vocabulary.roots(one) for one in rest[1:3] if one):
            yield " ".join(rest[:2])


def _here_later(clause: Clause) -> Iterator[str]:
    """ "Fortuner tersedia minggu depan": what is for sale is so now."""
    later = clause.phrase(("minggu", "depan"), ("bulan", "depan")) or {"besok", "lusa", "nanti"} & clause.said
    if later and not (VISITS & clause.all_roots or ASKS & clause.said or clause.reading.staff):
        yield from (claim.text for claim in clause.reading.claims if claim.aspect == "here" and not claim.negated)


def _with_a_person(clause: Clause) -> Iterator[str]:
    """ "Kakak bicara dengan orang": only asked for or offered."""
    for place in clause.places(TALKING):
        behind = clause.stems[place + 1 : place + 4]
        if behind[:1] not in (["dengan"], ["sama"]) or PERSONS.isdisjoint(behind):
            continue
        if (ASKS | IF | AGREEING | (WISHES - {"kakak"})).isdisjoint(clause.stems[:place]) and not clause.negated(place):
            yield clause.words[place]


def _their_wish(clause: Clause) -> Iterator[str]:
    """ "Kakak cari Fortuner": only what the customer has named."""
    if clause.of_condition:
        return
    for place, stem in enumerate(clause.stems):
        if stem not in CUSTOMERS and not (stem == "kak" and place == clause.reading.content[0]):
            continue
        behind = next((at for at in range(place + 1, len(clause.stems)) if clause.stems[at] not in BEFORE_WISH), place)
        if WISHING & clause.roots[behind]:
            yield from _never_named(clause, behind)


def _never_named(clause: Clause, place: int) -> Iterator[str]:
    """Cars and kinds behind this place, in its part of the clause, that the customer has not spoken of."""
    ground, seg = clause.ground, clause.reading.clause.tokens[place].seg
    for mention in clause.reading.mentions:
        if mention.seg == seg and mention.place > place and mention.units.isdisjoint(ground.named_ever):
            yield mention.text
    for claim in clause.reading.claims:
        wished = claim.seg == seg and claim.place > place and claim.aspect in WISHED_OF
        if wished and (claim.aspect, claim.value) not in ground.named_kinds:
            yield claim.text


def _registered(clause: Clause) -> Iterator[str]:
    positive = {"belum", "tidak"}.isdisjoint(clause.said) and not clause.ground.turn.staff_role
    if positive and clause.phrase(("terdaftar", "sebagai"), ("tercatat", "sebagai")):
        yield "terdaftar sebagai"


# --- when to come


def _visit(clause: Clause) -> Iterator[str]:
    """An invitation holds only while the showroom is open: "silakan datang hari Minggu", "Minggu juga bisa"."""
    if not clause.hours_known or clause.reading.of_hours:
        return
    visits = "visit" in clause.topics or bool(clause.places(VISITS))
    agrees = AGREEING & clause.said and not clause.negated(len(clause.stems)) and not clause.of_condition
    if not (visits or agrees):
        return
    if clause.phrase(*ANY_TIME) and (visits or "bisa" in clause.said):
        yield "kapan saja"
    words = [token.word for token in clause.reading.clause.tokens if token.kind != "mark"]
    days = opening.days_of(words, clause.ground)
    times = opening.moments(clause.reading.clause.tokens)
    times = times or [DAYPARTS[stem] for stem in clause.stems if stem in DAYPARTS and _is_of_visit(clause, stem)]
    if (days or times) and not opening.is_open_at(days, times, clause.ground):
        yield " ".join(words)


def is_shut_then(reading: Reading, ground: Ground, about: Callable[[int], frozenset[int] | None]) -> bool:
    """Does this clause speak of a visit while the showroom is closed?"""
    return bool(reading.content) and any(True for _ in _visit(Clause(reading, ground, about)))


def _is_of_visit(clause: Clause, part: str) -> bool:
    """ "Selamat siang" and "siang, Kak" are greetings."""
    place = clause.stems.index(part)
    behind = clause.stems[place + 1 : place + 2]
    alone = place == clause.reading.content[0] and behind in ([], [""], ["kak"], ["kakak"], ["ka"])
    return not alone and clause.stems[max(0, place - 1) : place] != ["selamat"]


LIKENESS = listed("beda perbedaan")
MONEY = listed("dp tdp uang muka cicilan angsuran")
IF = listed("kalau jika bila apabila")
FIGURES_SENT = listed("simulasi simulasinya hitungan hitungannya perhitungan estimasi estimasinya")
NEARNESS = listed("dekat mendekati terdekat")
# rule -> the words (stems or roots) of which a clause must hold one for it
STATED: tuple[tuple[Callable[[Clause], Iterator[str]], frozenset[str]], ...] = (
    (_included, listed("termasuk")),
    (_favour, HELPS),
    (_price_differs, listed("lain lainnya beda sama setara")),
    (_price_for_now, LIMITS | listed("dulu dulunya kemarin tadinya per hari")),
    (_talk_of_price, TALKING),
    (_alike, ALIKE | LIKENESS),
    (_in_budget, NEARNESS | WITHIN | FITS | ABOUT | ABOVE),
    (_used, USES),
    (_assured, SETTLED),
    (_first_owner, listed("pertama")),
    (_as_wished, FITS),
    (_praised, vocabulary.beginnings(*DETAILS, "price", "km", "color")),
    (_months, clauses.MONTH_WORDS),
    (_everything, ALL),
    (_nothing_else, ONLY),
    (_that_one, KINDS | listed("kakak")),
    (_of_many, SOME | listed("lain lainnya lagi")),
    (_wanted_by_others, OTHER_PEOPLE | SOUGHT | listed("yang")),
    (_sure_to_please, listed("pasti untuk pembeli")),
    (_exactly, listed("persis")),
    (_place, NEARNESS | PLACES | listed("kakak kembali")),
    (_easy_credit, listed("suka saja pun pasti tentu tidak tanpa")),
    (_money_sent, MONEY),
    (_of_a_car, CARS),
    (_done, DONE),
    (_soon, SOON | PARTS_OF_DAY),
    (_when, ARRIVING | ARRIVES | listed("lagi")),
    (_their_car, TAKES),
    (_who, SPEAKER | {"robot", "bot"}),
    (_with_a_person, TALKING),
    (_here_later, listed("depan besok lusa nanti")),
    (_their_wish, CUSTOMERS | listed("kak")),
    (_registered, listed("sebagai")),
    (_visit, VISITS | AGREEING | vocabulary.beginnings("visit")),
)


@lru_cache(maxsize=2_048)
def _woken_by(word: str) -> frozenset[int]:
    """The rules that a clause with this word may concern."""
    said = vocabulary.roots(word) | {vocabulary.stem(word)}
    return frozenset(number for number, (_, words) in enumerate(STATED) if not words.isdisjoint(said))
