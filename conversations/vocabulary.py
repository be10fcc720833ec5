"""What the words of an answer are worth: claim-free Indonesian (data/neutral.txt) and the words that claim. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

from autolumiku.lib import text as lib_text

NEUTRAL, VERB, PROMISE = "neutral", "verb", "promise"
LONGEST_WORD = 24


class Said(NamedTuple):
    """A word or phrase that claims: of which aspect, and what. size: words of the phrase."""

    aspect: str
    value: str
    size: int = 1


def listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


ADDRESSES = listed("kak kakak ka ya yah nih dong deh kok sih lho loh kan banget sekali saja itu ini maaf mohon mas")
AFFIRM = listed(
    "iya ya yap yes yup betul benar bisa ada masih sudah tentu pasti boleh hidup dapat bener tentunya punya memiliki "
    "dijual pernah"
)
DENY = listed("tidak belum bukan")
ACKNOWLEDGE = listed("baik oke siap sip deal setuju")
CONFIRM = listed("iya betul benar yap yup yes bener")
NEGATORS = listed("tidak belum bukan tanpa jangan bebas kurang anti non")
STAFF = listed("staf staff tim team sales admin marketing petugas")
SUBJECT_RESETS = listed("alternatif lain lainnya pilihan opsi rekomendasi berikut semua kami stok")

# aspect of the data -> how it is named
TOPICS: Mapping[str, str] = {
    "price": "harga banderol",
    "tax": "pajak samsat",
    "papers": "stnk bpkb faktur surat-surat surat dokumen kelengkapan",
    "km": "kilometer km odometer odo",
    "gear": "transmisi persneling",
    "fuel": "bahan_bakar bbm",
    "color": "warna kelir",
    "condition": "kondisi keadaan",
    "part": (
        "interior eksterior mesin ban ac cat body kabin jok kaki-kaki kelistrikan audio minus kekurangan lecet "
        "kondisi_mesin kondisi_interior kondisi_eksterior kondisi_ban"
    ),
    "photo": "foto gambar video",
    "credit": "kredit dp tdp cicilan angsuran tenor leasing bunga simulasi kreditnya uang_muka addm addb",
    "never": (
        "garansi bergaransi diskon promo bonus gratis free cashback voucher hadiah subsidi potongan asuransi antar "
        "diantar pengiriman cod transfer rekening konsumsi konsumsi_bahan_bakar balik_nama mutasi plat sparepart "
        "suku_cadang modifikasi syarat biaya pembayaran riwayat_pemakaian booking orisinil inden ongkir"
    ),
    "visit": "test_drive tes_drive uji_coba kunjungan",
    "trade": "tukar_tambah trade_in",
    "owners": "pemilik",
    "flood": "riwayat_banjir",
    "crash": "riwayat_tabrakan riwayat_kecelakaan riwayat_laka",
    "service": "buku_servis service_record servis_record servis service riwayat_servis",
    "engine": "kapasitas_mesin cc",
    "bargain": "nego negosiasi penawaran tawaran tawar pembicaraan_harga",
    "body": "bodi body_type",
    "history": "riwayat",
}
# aspect -> value -> its words
CLAIMS: Mapping[str, Mapping[str, str]] = {
    "gear": {"manual": "manual mt", "automatic": "matic automatic otomatis at", "cvt": "cvt"},
    "fuel": {"bensin": "bensin", "diesel": "diesel solar", "hybrid": "hybrid hibrida", "electric": "listrik ev"},
    "body": {
        "mpv": "mpv", "suv": "suv", "sedan": "sedan", "hatchback": "hatchback city_car", "pickup": "pickup pick_up",
        "van": "van minibus", "coupe": "coupe", "wagon": "wagon", "lcgc": "lcgc", "crossover": "crossover",
        "double cabin": "double_cabin", "minivan": "minivan",
    },
    "color": {
        **{name: name for name in listed(
            "hitam putih silver merah biru hijau kuning orange ungu krem maroon bronze champagne metalik marun "
            "mutiara pearl gading titanium tosca pink"
        )},
        "abu": "abu abu-abu abu_abu grey gray", "cokelat": "cokelat coklat", "oranye": "oranye", "emas": "emas gold",
        "perak": "perak", "beige": "beige",
    },
    "here": {"": "ready tersedia available redi temukan ditemukan"},
    "sold": {"": "terjual laku sold"},
    "booked": {"": "dibooking dipesan booked terbooking"},
    "absent": {"": "kosong habis"},
    "alive": {"": "hidup aktif berlaku panjang"},
    "dead": {"": "mati telat lewat kedaluwarsa"},
    "complete": {"": "lengkap komplit"},
    "flooded": {"": "banjir kebanjiran terendam"},
    "crashed": {"": "tabrak tabrakan nabrak ketabrak kecelakaan laka"},
    "hands": {"1": "tangan_pertama tangan_1", "2": "tangan_kedua tangan_2", "3": "tangan_ketiga"},
    "state": {
        "good": "terawat mulus bagus", "best": "istimewa prima", "fine": "sangat_baik", "fair": "cukup_baik",
        "poor": "perlu_perbaikan", "baik": "kondisi_baik",
    },
    "cheap": {
        "cheapest": "termurah terhemat teringan", "dearest": "termahal tertinggi", "newest": "terbaru termuda",
        "oldest": "tertua", "least_used": "terendah", "only": "satu-satunya satu_satunya",
    },
    "degree": {
        "cheapest": "murah terjangkau hemat ringan", "dearest": "mahal tinggi", "newest": "muda baru",
        "oldest": "tua", "least_used": "rendah sedikit",
    },
    "lower": {"": "kurang turun nett fix pas"},
    "open": {"": "buka"},
    "closed": {"": "tutup libur"},
    "away": {"": "kami_telepon saya_telepon tim_telepon kami_chat saya_chat kami_kontak saya_kontak akan_telepon"},
}  # fmt: skip
MODIFIERS = listed("bebas bekas kena terkena eks")


def _phrases(words: str) -> Iterable[tuple[str, ...]]:
    return (tuple(word.replace("_", " ").split()) for word in words.split())


def beginnings(*topics: str) -> frozenset[str]:
    """The words that the phrases of these topics begin with."""
    return frozenset(phrase[0] for topic in topics for phrase in _phrases(TOPICS[topic]))


@cache
def lexicon() -> Mapping[str, tuple[tuple[tuple[str, ...], Said], ...]]:
    """first word -> (the whole phrase, what it claims), longest first. Topics have the aspect "topic"."""
    found: dict[str, list[tuple[tuple[str, ...], Said]]] = {}
    pairs = [(phrase, Said("topic", name, len(phrase))) for name, all_ in TOPICS.items() for phrase in _phrases(all_)]
    pairs += [
        (phrase, Said(aspect, value, len(phrase)))
        for aspect, values in CLAIMS.items()
        for value, all_ in values.items()
        for phrase in _phrases(all_)
    ]
    for phrase, said in pairs:
        found.setdefault(phrase[0], []).append((phrase, said))
    return {word: tuple(sorted(options, key=lambda one: -len(one[0]))) for word, options in found.items()}


class _Neutral(NamedTuple):
    words: frozenset[str]
    verbs: frozenset[str]
    promises: frozenset[str]
    phrases: Mapping[str, tuple[tuple[str, ...], ...]]


@cache
def _neutral() -> _Neutral:
    sections: dict[str, list[str]] = {}
    name = ""
    source = resources.files("conversations").joinpath("data/neutral.txt").read_text(encoding="utf-8")
    for line in source.splitlines():
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1]
        elif line and not line.startswith("#"):
            sections.setdefault(name, []).append(line)
    phrases: dict[str, list[tuple[str, ...]]] = {}
    for line in sections["phrases"]:
        phrase = tuple(lib_text.fold(line).replace("-", " ").split())
        phrases.setdefault(phrase[0], []).append(phrase)
    split = {key: frozenset(" ".join(lines).split()) for key, lines in sections.items()}
    longest_first = {word: tuple(sorted(found, key=len, reverse=True)) for word, found in phrases.items()}
    return _Neutral(split["words"], split["verbs"], split["promises"], longest_first)


def phrase_at(words: list[str], place: int) -> int:
    """How many words from here on are a claim-free phrase; 0 if none. Clitics on its last word are cut."""
    for phrase in _neutral().phrases.get(words[place], ()):
        size = len(phrase)
        if place + size <= len(words) and (
            tuple(words[place : place + size]) == phrase
            or (
                tuple(words[place : place + size - 1]) == phrase[:-1]
                and lib_text.stem_clitics(words[place + size - 1]) == phrase[-1]
            )
        ):
            return size
    return 0


@lru_cache(maxsize=16_384)
def kind(word: str) -> str:
    """NEUTRAL, VERB or PROMISE for a word that claims nothing, else ""."""
    if len(word) > LONGEST_WORD:
        return ""
    known = _neutral()
    stem = lib_text.stem_clitics(word)
    if word in known.words or stem in known.words:
        return NEUTRAL
    for root in roots(word):
        if root in known.promises:
            return PROMISE
        if root in known.verbs:
            return VERB
    return ""


_SUFFIXES = ("kan", "in", "i", "an", "")
_PREFIXES = (
    ("menge", ""), ("meng", ""), ("meng", "k"), ("meny", "s"), ("mem", ""), ("mem", "p"), ("men", ""), ("men", "t"),
    ("me", ""), ("penge", ""), ("di", ""), ("ber", ""), ("ter", ""), ("ku", ""), ("nge", ""), ("ng", ""), ("", ""),
)  # fmt: skip


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    return lib_text.stem_clitics(word)


@lru_cache(maxsize=16_384)
def roots(word: str) -> frozenset[str]:
    """The word without its affixes, every way that leaves three letters or more."""
    return frozenset(_stripped(word))


def _stripped(word: str) -> Iterator[str]:
    for bare in dict.fromkeys((word, lib_text.stem_clitics(word))):
        for suffix in _SUFFIXES:
            if suffix and not bare.endswith(suffix):
                continue
            middle = bare[: len(bare) - len(suffix)] if suffix else bare
            for prefix, first in _PREFIXES:
                if middle.startswith(prefix) and len(middle) - len(prefix) >= 3:
                    yield first + middle[len(prefix) :]
