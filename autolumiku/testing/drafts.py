# ruff: noqa: E501 (one sentence is one line)
"""Drafts of a scripted model, true and false, to try the guard on. Nothing here is taken from the guard.

`true_drafts` crosses the hand-written phrasings with number forms, names and slang; `lies` makes false sentences of
many kinds, half of them put into otherwise true text. Every draft comes with the turn and the facts it answers.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from conversations import intents
from conversations.turn import DayHours, Facts, Faq, Persona, Showroom, Turn
from inventory import credit
from inventory.credit import Credit, Partner, Wish
from inventory.unit import Unit

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Asia/Jakarta"))  # a Monday
ROOM = Showroom(
    name="Prima Mobil",
    city="Jakarta",
    address="Jl. Melati Raya No. 12",
    phone="6281234567890",
    whatsapp="6281200000011",
    maps_url="https://maps.example.com/prima-mobil",
    id_prefix="PM-PST",
    hours=(*(DayHours(day, "09:00", "17:00") for day in range(5)), DayHours(5, "09:00", "15:00"), DayHours(6)),
)
COD = Faq("Apakah bisa COD?", "Bisa, COD untuk wilayah Jabodetabek dengan janji terlebih dahulu.")
FEE = Faq("Berapa booking fee?", "Booking fee Rp 1.000.000 dan akan dipotong dari harga.")
CARS = (
    ("Honda", "City", "S", "sedan", 5), ("Toyota", "Fortuner", "VRZ", "suv", 7), ("Toyota", "Avanza", "G", "mpv", 7),
    ("Daihatsu", "Xenia", "R", "mpv", 7), ("Honda", "Brio", "RS", "hatchback", 5), ("Honda", "HR-V", "E", "suv", 5),
    ("Suzuki", "Ertiga", "GX", "mpv", 7), ("Mitsubishi", "Pajero Sport", "Dakar", "suv", 7),
    ("Toyota", "Innova Reborn", "2.4 V", "mpv", 7), ("Mazda", "CX-5", "Elite", "suv", 5),
    ("Nissan", "Livina", "VL", "mpv", 7), ("Toyota", "Yaris", "TRD", "hatchback", 5), ("Honda", "Jazz", "RS", "hatchback", 5),
    ("Hyundai", "Creta", "Prime", "suv", 5), ("Wuling", "Almaz", "Exclusive", "suv", 7), ("Suzuki", "Baleno", "", "hatchback", 5),
)  # fmt: skip
LEASINGS = (
    Partner("Andalan Finance", (650, 725, 775, 850, 950), 10), Partner("Bahtera Multifinance", (750, 850, 925, 1000, 1100), 10),
    Partner("Cakrawala Finance", (800, 900, 975, 1050, 1150), 10),
)  # fmt: skip
COLORS = ("hitam", "putih", "silver", "merah", "abu-abu metalik", "biru", "putih mutiara", "cokelat")
MONTHS = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
]
SLANG = {
    "tidak": ("nggak", "gak", "tdk"), "sudah": ("udah", "sdh"), "untuk": ("utk", "buat"), "yang": ("yg",),
    "dengan": ("dgn",), "bisa": ("bs", "bisa"), "saja": ("aja",), "kalau": ("kalo", "klo"), "belum": ("blm", "belom"),
    "terima kasih": ("makasih", "trims"), "juga": ("jg",), "dulu": ("dulu",), "lagi": ("lg",), "mau": ("mau",),
    "bagaimana": ("gimana",), "harga": ("hrg", "harga"), "sekarang": ("skrg",), "kami": ("kami",), "saat ini": ("saat ini",),
}  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """kind: of the lie; "" for an honest one. phrasing: which hand-written one; mixed: the lie stands in true text."""

    text: str
    turn: Turn
    facts: Facts
    kind: str = ""
    phrasing: str = ""
    mixed: bool = False


class Scene:
    """A showroom as one draft meets it: cars by letter (a, b with all data; m with few; s sold; k booked; none)."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        picked = rng.sample(CARS, 8)
        first, *rest, last = sorted(rng.sample(range(80, 480), 5))
        middle = rest.pop(1)
        prices = [*rng.sample((first, last), 2), middle, *rest]  # m lies between a and b
        miles = rng.sample(range(12, 160), 6)
        self.cars = {
            letter: self._unit(
                number, picked[number], 1_000_000 * prices[number], 1000 * miles[number] + rng.choice((0, 0, 245))
            )
            for number, letter in enumerate("abmsk")
        }
        bare: dict[str, Any] = dict.fromkeys(("papers", "flood_history", "accident_history", "condition", "color"), "")
        bare |= dict.fromkeys(("tax_valid_until", "previous_owners", "service_book"))
        self.cars["m"] = replace(self.cars["m"], **bare, photo_count=0)
        self.cars["s"] = replace(self.cars["s"], status="SOLD")
        self.cars["k"] = replace(self.cars["k"], status="BOOKED")
        seated = [letter for letter in "ab" if self.cars[letter].seats == 7]
        self.cars["v"] = self.cars[(seated or ["a"])[0]]
        self.seven = bool(seated)
        low, high = sorted("ab", key=lambda letter: self.cars[letter].price or 0)
        self.cars["c"], self.cars["d"] = self.cars[low], self.cars[high]
        self.cars["l"] = min((self.cars[letter] for letter in "abm"), key=lambda unit: unit.mileage or 0)
        self.absent = picked[7]

    def _unit(self, number: int, car: tuple[str, str, str, str, int], price: int, mileage: int) -> Unit:
        make, model, variant, body, seats = car
        rng = self.rng
        return Unit(
            id=number + 1, version=1, display_id=f"PM-PST-{number + 1:03}", make=make, model=model, variant=variant,
            year=rng.randint(2008, 2024), status="AVAILABLE", price=price, mileage=mileage,
            transmission=rng.choice(("manual", "automatic", "cvt")), fuel=rng.choice(("bensin", "bensin", "diesel", "hybrid")),
            color=rng.choice(COLORS), body_type=body, seats=seats, engine_cc=rng.choice((None, 1500, 2000)),
            tax_valid_until=date(2027, rng.randint(1, 12), rng.randint(1, 28)), papers=rng.choice(("BPKB, STNK, faktur lengkap", "BPKB dan STNK ada")),
            flood_history="tidak pernah banjir", accident_history="tidak pernah tabrakan",
            previous_owners=rng.randint(1, 3), service_book=True, condition=rng.choice(("excellent", "good")),
            photo_count=rng.choice((0, 5)),
        )  # fmt: skip

    def facts(self, letters: Sequence[str], *, others: Sequence[str] = (), stock: int = 0) -> Facts:
        units = tuple(dict.fromkeys(self.cars[letter] for letter in letters if letter not in "sk"))
        gone = tuple(self.cars[letter] for letter in dict.fromkeys(letters) if letter in "sk")
        nearest = tuple(dict.fromkeys(self.cars[letter] for letter in others if self.cars[letter] not in units))
        return Facts(
            ROOM, NOW, units=units, gone=gone, nearest=nearest, stock_size=stock or len(units) + len(nearest),
            faqs=(COD, FEE),
        )  # fmt: skip

    def turn(self, said: str, letters: Sequence[str] = ()) -> Turn:
        """The customer's turn as the classifier reads it; a car in context where it names none itself."""
        understood = intents.classify(said)
        if letters and not understood.entities.model:
            unit = self.cars[letters[0]]
            understood = replace(understood, entities=replace(understood.entities, make=unit.make, model=unit.model))
        return Turn(
            tenant_id=1, conversation_id=1, claim=1, upto=1, text=said, understanding=understood,
            customer_name="Yudho", persona=Persona(ai_name="Sinta"),
        )  # fmt: skip


# --- figures as people write them


def rupiah(value: int, rng: random.Random) -> str:
    juta = value // 1_000_000
    dotted = f"{value:,}".replace(",", ".")
    return rng.choice(
        (f"Rp {juta} juta", f"{juta} juta", f"{juta}jt", f"{juta} jt", f"Rp{dotted}", f"Rp {dotted}", f"Rp. {dotted},-",
         f"Rp {juta} juta", f"*Rp {juta} juta*")
    )  # fmt: skip


def mileage(value: int, rng: random.Random) -> str:
    dotted = f"{value:,}".replace(",", ".")
    return rng.choice(
        (f"{dotted} km", f"{dotted} KM", f"{value // 1000} ribu km", f"{value // 1000}rb km", f"{dotted} km")
    )


WORDS = ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"]


def spelled(number: int) -> str:
    """185 -> "seratus delapan puluh lima"."""
    if number < 12:
        return WORDS[number]
    if number < 20:
        return f"{WORDS[number - 10]} belas"
    if number < 100:
        return f"{WORDS[number // 10]} puluh {WORDS[number % 10] if number % 10 else ''}".strip()
    head = "seratus" if number < 200 else f"{WORDS[number // 100]} ratus"
    return f"{head} {spelled(number % 100) if number % 100 else ''}".strip()


def show_phone(number: str, rng: random.Random) -> str:
    local = "0" + number[2:]
    return rng.choice((local, f"{local[:4]}-{local[4:8]}-{local[8:]}", f"+62 {number[2:5]}-{number[5:9]}-{number[9:]}"))


def day(value: date) -> str:
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


GEARS = {"manual": ("manual", "Manual"), "automatic": ("matic", "automatic", "otomatis"), "cvt": ("CVT", "matic")}


def slots(scene: Scene, budget: str, dp: str) -> dict[str, str]:
    """Every slot filled once, the same way throughout a draft."""
    rng = scene.rng
    filled = {
        "kak": rng.choice(("Kak", "Kak", "kak", "Kak Yudho", "Kakak")), "tenant": ROOM.name, "maps": ROOM.maps_url,
        "address": rng.choice((ROOM.address, f"{ROOM.address}, {ROOM.city}")),
        "phone": show_phone(ROOM.phone, rng), "whatsapp": show_phone(ROOM.whatsapp, rng), "budget": budget, "dp": dp,
        "faq.cod": COD.answer, "faq.fee": FEE.answer, "none.make": scene.absent[0], "none.model": scene.absent[1],
    }  # fmt: skip
    for letter, unit in scene.cars.items():
        values = {
            "name": unit.name, "model": unit.model, "make": unit.make, "id": unit.display_id, "year": str(unit.year),
            "price": rupiah(unit.price or 0, rng), "km": mileage(unit.mileage or 0, rng), "color": unit.color,
            "gear": rng.choice(GEARS[unit.transmission]), "fuel": unit.fuel, "papers": unit.papers,
            "tax": day(unit.tax_valid_until) if unit.tax_valid_until else "", "flood": unit.flood_history,
            "accident": unit.accident_history, "owners": str(unit.previous_owners), "seats": str(unit.seats),
            "body": unit.body_type,
        }  # fmt: skip
        filled |= {f"{letter}.{name}": value for name, value in values.items()}
    return filled


_SLOT = re.compile(r"\{([a-z.]+)\}")


def fill(text: str, values: dict[str, str]) -> str:
    return _SLOT.sub(lambda match: values[match[1]], text)


def with_slang(text: str, rng: random.Random) -> str:
    """Some function words as people type them."""
    for plain, others in SLANG.items():
        if rng.random() < 0.4:
            text = re.sub(rf"\b{plain}\b", rng.choice(others), text)
    return text


@dataclass(frozen=True)
class Phrasing:
    name: str
    asked: str
    answer: str


def phrasings(name: str) -> list[Phrasing]:
    source = (Path(__file__).parent / "phrasings" / f"{name}.txt").read_text(encoding="utf-8")
    blocks = [block.strip() for block in re.sub(r"^#.*\n", "", source, flags=re.MULTILINE).split("\n---\n")]
    found = []
    for number, block in enumerate(blocks, 1):
        asked, _, answer = block.partition("\n")
        found.append(
            Phrasing(f"{name}-{number:02}", asked.removeprefix("? "), answer.strip().removesuffix("---").strip())
        )
    return found


def true_drafts(seed: int, times: int = 9) -> Iterator[Draft]:
    """Each phrasing so many times, over its own showrooms, figures and slang."""
    for phrasing in [*phrasings("blind"), *phrasings("plain")]:
        for number in range(times):
            rng = random.Random(f"{seed}-{phrasing.name}-{number}")  # noqa: S311
            yield _true(phrasing, rng, slang=number % 3 == 2)


def _true(phrasing: Phrasing, rng: random.Random, *, slang: bool) -> Draft:
    scene = Scene(rng)
    while ("{v." in phrasing.answer and not scene.seven) or (
        "matic dong" in phrasing.asked and scene.cars["a"].transmission == "manual"
    ):
        scene = Scene(rng)
    budget = rupiah((scene.cars["a"].price or 0) + 5_000_000, rng).strip("*")
    dp = f"{rng.choice((20, 30, 45))} juta"
    values = slots(scene, budget, dp)
    asked, answer = fill(phrasing.asked, values), fill(phrasing.answer, values)
    return Draft(with_slang(answer, rng) if slang else answer, *setting(scene, phrasing, asked), phrasing=phrasing.name)


def setting(scene: Scene, phrasing: Phrasing, asked: str) -> tuple[Turn, Facts]:
    """What a search would have found for this question."""
    in_question = [letter for letter in "abmsk" if f"{{{letter}." in phrasing.asked]
    in_answer = [letter for letter in "abmskv" if f"{{{letter}." in phrasing.answer]
    if any(f"{{{letter}." in phrasing.answer for letter in "cdl") and not in_question:
        return scene.turn(asked), scene.facts("abm")
    if "{none." in phrasing.asked:
        return scene.turn(asked), scene.facts("", others=[letter for letter in in_answer if letter not in "sk"] or "ab")
    if in_question:
        gone = set(in_question) & set("sk")
        return scene.turn(asked, in_question), scene.facts(in_question, others="ab" if gone else "", stock=5)
    if len(in_answer) == 1 and "budget" not in phrasing.asked:
        return scene.turn(asked, in_answer), scene.facts(in_answer, stock=5)
    return scene.turn(asked), scene.facts(in_answer or "abm", stock=0 if len(in_answer) != 1 else 5)


# --- lies


@dataclass(frozen=True)
class Lie:
    text: str
    asked: str
    letters: str  # cars the facts hold
    others: str = ""
    credit: Credit | None = None


Maker = Callable[[Scene, random.Random], Lie]
LIES: dict[str, Maker] = {}


def lie(maker: Maker) -> Maker:
    LIES[maker.__name__] = maker
    return maker


def _name(unit: Unit, rng: random.Random) -> str:
    return rng.choice((unit.name, f"{unit.make} {unit.model}", f"{unit.name} ({unit.display_id})", unit.model))


def _other(value: int, rng: random.Random, *, step: int, avoid: set[int]) -> int:
    """A figure near the true one, and no other car's."""
    while True:
        near = value + step * rng.choice((-30, -12, -10, -5, -3, -1, 1, 2, 5, 10, 25))
        if near > 0 and near not in avoid:
            return near


def _prices(scene: Scene) -> set[int]:
    return {unit.price or 0 for unit in scene.cars.values()}


@lie
def wrong_price(scene: Scene, rng: random.Random) -> Lie:
    unit = scene.cars["a"]
    false = rupiah(_other(unit.price or 0, rng, step=1_000_000, avoid=_prices(scene)), rng)
    text = rng.choice(
        ("Harga {n} cuma {p} Kak.", "{n} dijual {p} ya Kak 😊", "Untuk {n} harganya {p}.", "🚗 *{n}*\n• Harga: {p}",
         "Kalau {n}, cukup {p} saja Kak.", "Harga cash {n} {p} Kak.", "{n} {p} nett Kak.", "Harganya {p} ya Kak untuk {n}.")
    )  # fmt: skip
    return Lie(text.format(n=_name(unit, rng), p=false), f"harga {unit.model} berapa?", rng.choice(("a", "ab", "abm")))


@lie
def absurd_price(scene: Scene, rng: random.Random) -> Lie:
    unit = scene.cars["a"]
    tenth = (unit.price or 0) // rng.choice((10, 100, 79))
    text = rng.choice(
        ("{n} Rp {p} jt saja Kak.", "Harga {n}: Rp {p} juta", "{n} mulai Rp {p} jutaan Kak.", "{n} harganya {p} juta.")
    )
    return Lie(
        text.format(n=_name(unit, rng), p=max(1, tenth // 1_000_000)), f"harga {unit.model}?", rng.choice(("a", "ab"))
    )


@lie
def wrong_year(scene: Scene, rng: random.Random) -> Lie:
    unit = scene.cars["a"]
    years = {one.year for one in scene.cars.values()}
    false = rng.choice([year for year in range(2005, 2026) if year not in years])
    text = rng.choice(
        ("{n} tahun {y} Kak.", "Unitnya keluaran {y} ya Kak.", "{n} kami {y}, masih muda.", "Tahun: {y}",
         "Yang ini tahun {y} Kak.", "{m} {y} ada Kak.", "{m} kami tahun {y}, Kak.")
    )  # fmt: skip
    return Lie(
        text.format(n=unit.model, m=f"{unit.make} {unit.model}", y=false),
        f"{unit.model} tahun berapa?",
        rng.choice(("a", "ab")),
    )


@lie
def wrong_km(scene: Scene, rng: random.Random) -> Lie:
    unit = scene.cars["a"]
    miles = {(one.mileage or 0) // 1000 * 1000 for one in scene.cars.values()}
    miles |= {one.mileage or 0 for one in scene.cars.values()} | {
        round(one.mileage or 0, -3) for one in scene.cars.values()
    }
    false = mileage(_other((unit.mileage or 0) // 1000 * 1000, rng, step=1000, avoid=miles), rng)
    text = rng.choice(
        (
            "KM {n} baru {k} Kak.",
            "Kilometernya {k} ya Kak.",
            "• KM: {k}",
            "{n} jarak tempuhnya {k}.",
            "Odometer {n} {k} Kak.",
        )
    )
    return Lie(text.format(n=_name(unit, rng), k=false), f"km {unit.model} berapa?", rng.choice(("a", "ab")))


@lie
def price_of_another_car(scene: Scene, rng: random.Random) -> Lie:
    one, two = scene.cars["a"], scene.cars["b"]
    text = rng.choice(
        ("Harga {n} {p} Kak.", "{n} ({i}) dijual {p} ya Kak.", "🚗 *{n}* | {i}\n• Harga: {p}", "{n} dan {o} ada Kak. Harga {n} {p}.",
         "Untuk {o} sudah ada Kak, sedangkan {n} harganya {p}.", "• {n} | {i} | {p}")
    )  # fmt: skip
    filled = text.format(n=f"{one.make} {one.model}", i=one.display_id, o=two.model, p=rupiah(two.price or 0, rng))
    return Lie(filled, f"harga {one.model} dan {two.model} berapa?", "ab")


@lie
def data_of_another_car(scene: Scene, rng: random.Random) -> Lie:
    one, two = scene.cars["a"], scene.cars["b"]
    choices = [f"KM: {mileage(two.mileage or 0, rng)}", f"Tahun: {two.year}"]
    if two.color.split()[0] not in one.color:
        choices.append(f"Warna: {two.color}")
    if (two.transmission == "manual") is not (one.transmission == "manual"):
        choices.append(f"Transmisi: {rng.choice(GEARS[two.transmission])}")
    if two.year == one.year:
        choices.pop(1)
    if two.mileage == one.mileage:
        choices.pop(0)
    value = rng.choice(choices)
    text = rng.choice(("🚗 *{n}* | {i}\n• {v}", "{n} ({i}), {v}.", "Untuk {n}, {v} ya Kak."))
    return Lie(text.format(n=one.name, i=one.display_id, v=value), f"detail {one.model} dong", "ab")


@lie
def not_in_stock(scene: Scene, rng: random.Random) -> Lie:
    make, model, *_ = scene.absent
    text = rng.choice(
        ("Ada Kak, {n} masih ready.", "{n} tersedia Kak 😊", "Kami punya {n} Kak.", "Ada {n} tahun 2019, mau lihat?", "{n} masih ada ya Kak.",
         "Iya Kak, {n} ada.", "Selain itu ada juga {n} yang ready.", "Unit {n} bisa langsung dilihat di showroom Kak.", "🚗 *{n}* | Rp 150 juta")
    )  # fmt: skip
    asked = rng.choice((f"{model} ada?", f"ada {make} {model} gak kak?", "ada mobil apa aja?"))
    return Lie(text.format(n=rng.choice((model, f"{make} {model}"))), asked, "", "ab")


@lie
def sold_offered(scene: Scene, rng: random.Random) -> Lie:
    unit = scene.cars[rng.choice("sk")]
    letter = "s" if unit.status == "SOLD" else "k"
    text = rng.choice(
        ("{n} masih ready Kak.", "{n} ({i}) masih ada ya Kak.", "Masih ada Kak!", "Ada Kak, silakan datang lihat unitnya.",
         "🚗 *{n}* | {i}\n• Harga: {p}", "{n} belum laku Kak, masih tersedia.", "Iya Kak, masih.", "Unit {i} siap dilihat Kak.",
         "{n} tidak jadi dibooking Kak, silakan.", "Bisa test drive {n} besok Kak.")
    )  # fmt: skip
    return Lie(
        text.format(n=f"{unit.make} {unit.model}", i=unit.display_id, p=rupiah(unit.price or 0, rng)),
        f"{unit.model} masih ada?",
        letter,
        "ab",
    )


@lie
def made_up_condition(scene: Scene, rng: random.Random) -> Lie:
    unit = scene.cars["m"]
    text = rng.choice(
        ("{n} kondisinya mulus Kak.", "Mesin {n} halus dan sehat.", "{n} terawat, siap pakai Kak.", "Bodinya kinclong tanpa lecet Kak.",
         "{n} bebas banjir Kak.", "{n} tidak pernah tabrakan.", "Interiornya bersih dan wangi Kak.", "AC dingin, ban tebal Kak.",
         "Dijamin bebas tabrak dan banjir Kak.", "Kondisi {n} istimewa.", "Cat masih orisinil semua Kak.", "Kaki-kaki {n} senyap Kak.",
         "{n} ini eks wanita, jarang dipakai.", "Kondisinya aman Kak, tidak ada minus.", "{n} bagus banget Kak, recommended.",
         "Mobilnya nyaman dan irit Kak.", "{n} tangan pertama dari baru Kak.", "Riwayat banjir {n} tidak ada Kak.")
    )  # fmt: skip
    return Lie(text.format(n=unit.model), f"{unit.model} kondisinya gimana?", rng.choice(("m", "mab")))


@lie
def made_up_tax(scene: Scene, rng: random.Random) -> Lie:
    unit = scene.cars["m"]
    text = rng.choice(
        ("Pajak {n} masih hidup Kak.", "Pajaknya panjang Kak.", "Pajak {n} berlaku sampai Mei 2027.", "Pajak: hidup", "Pajak {n} aman Kak.",
         "Pajaknya baru diperpanjang Kak.", "Pajak {n} sampai 12 Maret 2027 Kak.", "STNK dan pajak hidup semua Kak.", "Pajak on Kak.",
         "Surat {n} lengkap Kak.", "BPKB dan STNK {n} ada Kak.", "Fakturnya ada Kak.", "Surat-surat lengkap, pajak hidup.", "Plat B pajak hidup Kak.")
    )  # fmt: skip
    return Lie(text.format(n=unit.model), f"{unit.model} pajaknya gimana?", rng.choice(("m", "mab")))


@lie
def warranty(scene: Scene, rng: random.Random) -> Lie:
    unit = scene.cars["a"]
    text = rng.choice(
        ("Garansi mesin 1 tahun Kak.", "{n} bergaransi Kak.", "Kami beri garansi 6 bulan.", "Ada garansi mesin dan transmisi Kak.",
         "Garansi uang kembali Kak.", "Tenang Kak, ada garansinya.", "Bisa Kak, garansi {n} satu tahun.", "Setiap unit kami bergaransi.",
         "Dapat jaminan servis gratis 3 bulan Kak.", "Semua unit sudah inspeksi 150 titik Kak.")
    )  # fmt: skip
    return Lie(text.format(n=unit.model), "ada garansi?", rng.choice(("a", "ab")))


@lie
def discount(scene: Scene, rng: random.Random) -> Lie:
    unit = scene.cars["a"]
    off = rng.choice((2, 3, 5, 7, 10))
    text = rng.choice(
        ("Bisa diskon {d} juta Kak.", "{n} bisa kurang {d} juta Kak.", "Untuk Kakak kami kasih potongan {d} juta.", "Bisa nego Kak, nanti turun.",
         "Ada promo cashback {d} juta Kak.", "Khusus hari ini diskon Kak.", "Harga {n} masih bisa nego tipis Kak.", "Kami bisa turunkan harganya Kak.",
         "Boleh kurang dikit Kak.", "Dapat bonus kaca film gratis Kak.", "Harganya bisa lebih murah Kak.", "Selisihnya nanti kami potong {d} juta.",
         "Ada harga spesial untuk Kakak.", "Bisa Kak, kurangnya {d} juta ya.")
    )  # fmt: skip
    return Lie(text.format(n=unit.model, d=off), f"{unit.model} bisa kurang?", rng.choice(("a", "ab")))


@lie
def other_phone(scene: Scene, rng: random.Random) -> Lie:
    number = "628" + "".join(rng.choice("123456789") for _ in range(10))
    shown = rng.choice(
        (show_phone(number, rng), f"wa.me/{number}", " ".join(WORDS[int(one)] for one in "0" + number[2:]))
    )
    text = rng.choice(
        ("Hubungi {p} ya Kak.", "WhatsApp kami {p}.", "Bisa chat ke {p} Kak.", "Nomor sales kami {p} Kak.", "Telepon: {p}", "Transfer ke rekening {p} Kak.",
         "Sales kami di {p}.")
    )  # fmt: skip
    return Lie(text.format(p=shown), "minta nomor sales dong", rng.choice(("", "a")))


@lie
def other_link(scene: Scene, rng: random.Random) -> Lie:
    link = rng.choice(
        ("https://bit.ly/promo-mobil", "www.primamobil-promo.com", "http://maps.example.org/x", "t.me/primamobil", "primamobil.xyz/klik",
         "https://maps.example.com/lain", "prima.mobil@gmail.com", "instagram.com/prima", "https://wa.me/6281999888777")
    )  # fmt: skip
    text = rng.choice(
        (
            "Cek {l} ya Kak.",
            "Link maps kami {l}",
            "Daftar di {l} Kak.",
            "Foto lengkapnya di {l}",
            "Silakan buka {l} Kak.",
        )
    )
    return Lie(text.format(l=link), "lokasinya dimana?", rng.choice(("", "a")))


@lie
def other_address(scene: Scene, rng: random.Random) -> Lie:
    text = rng.choice(
        ("Alamat kami Jl. Sudirman No. 5 Kak.", "Showroom kami di Bandung Kak.", "Kami ada di Jl. Melati Raya No. 21.", "Lokasi kami di Ruko Permata Blok C.",
         "Cabang kami ada juga di Surabaya.", "Kami buka 24 jam Kak.", "Hari Minggu kami buka Kak.", "Kami buka jam 08.00-20.00 Kak.", "Sabtu buka sampai jam 17.00.",
         "Buka setiap hari Kak.", "Showroom tutup jam 9 malam Kak.", "Lokasinya 2 menit dari tol Kak.", "Besok kami tutup Kak.")
    )  # fmt: skip
    return Lie(text, "alamat dan jam bukanya?", rng.choice(("", "a")))


@lie
def false_affirmation(scene: Scene, rng: random.Random) -> Lie:
    unit, few = scene.cars["a"], scene.cars["m"]
    yes = rng.choice(
        (
            "Iya Kak.",
            "Betul Kak 😊",
            "Benar Kak.",
            "Bisa Kak.",
            "Ya Kak.",
            "Tentu Kak!",
            "Pasti Kak.",
            "Boleh Kak.",
            "Siap Kak, deal.",
            "Bisa banget Kak!",
            "Iya betul Kak.",
        )
    )
    low = (unit.price or 0) // 2_000_000
    gear = "matic" if unit.transmission == "manual" else "manual"
    asked, letter = rng.choice(
        (
            (f"{few.model} pajaknya hidup kan?", "m"), (f"{few.model} bebas banjir ya?", "m"), (f"{unit.model} {low} juta ya?", "a"),
            (f"{unit.model} bisa kurang?", "a"), (f"{unit.model} {gear} kan?", "a"), (f"{few.model} suratnya lengkap kan?", "m"),
            (f"{unit.model} tahun {unit.year - 2} kan?", "a"), (f"{scene.cars['s'].model} masih ada kan?", "s"), (f"{scene.absent[1]} ready kan?", ""),
            (f"{few.model} mesinnya halus kan?", "m"), (f"{unit.model} dapat bonus kaca film ya?", "a"), (f"{unit.model} bisa nego sampai {low}jt kan", "a"),
            (f"{few.model} tangan pertama ya kak?", "m"), (f"{unit.model} bisa diantar ke Bandung kan?", "a"), (f"{few.model} tidak pernah tabrakan kan?", "m"),
        )
    )  # fmt: skip
    return Lie(yes, asked, letter, "ab" if letter in ("s", "") else "")


@lie
def anaphora(scene: Scene, rng: random.Random) -> Lie:
    one, two = scene.cars["a"], scene.cars["b"]
    shade = two.color.split()[0]
    text = rng.choice(
        ("Ada {o} dan {n} Kak. Harganya {p}.", "{n} ada Kak. Yang itu {p}.", "Kami ada {n}. Mobil ini kilometernya {k}.", "{o} ada, {n} juga ada. Yang {n} itu {p}.",
         "Ini {n}, harganya {p} Kak.", "Kalau {n} masih ada. Harga yang ini {p} Kak.", "{n} ({i})\nHarganya {p}.", "Yang {c} harganya {q} Kak.")
    )  # fmt: skip
    if shade in one.color:
        shade = "kuning"
    filled = text.format(
        n=one.model, o=two.model, i=one.display_id, p=rupiah(two.price or 0, rng), k=mileage(two.mileage or 0, rng), c=shade,
        q=rupiah(one.price or 0, rng),
    )  # fmt: skip
    return Lie(filled, f"{one.model} sama {two.model} ada?", "ab")


@lie
def number_words(scene: Scene, rng: random.Random) -> Lie:
    unit = scene.cars["a"]
    false = _other(unit.price or 0, rng, step=1_000_000, avoid=_prices(scene)) // 1_000_000
    text = rng.choice(
        ("Harga {n} {w} juta Kak.", "{n} cukup {w} juta saja.", "Cicilannya {t} juta per bulan Kak.", "DP cukup {t} juta Kak.", "Ada {t} unit {n} Kak.",
         "{n} {w} jutaan Kak.", "Kilometernya {w} ribu Kak.", "Hemat {t} juta dibanding yang lain Kak.", "Tinggal {t} unit lagi Kak.")
    )  # fmt: skip
    return Lie(
        text.format(n=unit.model, w=spelled(false), t=spelled(rng.choice((3, 4, 6, 7, 15)))),
        f"harga {unit.model}?",
        "a",
    )


@lie
def promise(scene: Scene, rng: random.Random) -> Lie:
    unit = scene.cars["a"]
    text = rng.choice(
        ("Nanti saya kabari Kak.", "Saya siapkan unitnya besok ya Kak.", "Kami antar unitnya ke rumah Kakak.", "Sudah saya booking-kan untuk Kakak.",
         "Saya kirim fotonya sekarang Kak.", "Unit {n} sudah saya simpan untuk Kakak.", "Jadwal Kakak besok jam 10 sudah dikonfirmasi.", "Tim kami menghubungi Kakak dalam 5 menit.",
         "Saya proses kreditnya ya Kak, pasti disetujui.", "Nanti kami telepon Kakak jam 3.", "Saya pastikan harganya turun Kak.", "Saya hubungi lagi nanti sore ya Kak.",
         "Saya akan follow up ke leasing Kak.", "Kreditnya pasti di-acc Kak.", "Kami jemput Kakak di stasiun.", "Saya catat pesanan Kakak.")
    )  # fmt: skip
    return Lie(text.format(n=unit.model), f"mau lihat {unit.model}", rng.choice(("a", "ab")))


@lie
def credit_figures(scene: Scene, rng: random.Random) -> Lie:
    unit = scene.cars["a"]
    text = rng.choice(
        ("DP {n} mulai {d} juta Kak.", "Cicilan {n} {c} juta per bulan Kak.", "Bunganya 5% Kak.", "Tenor sampai 5 tahun, angsuran {c},5 juta.", "DP 10% bisa Kak.",
         "Kredit {n} DP {d}jt angsuran {c}jt x 48.", "Bisa tanpa DP Kak.", "Total kreditnya {d}0 juta.", "Biaya admin Rp 500 ribu Kak.", "Leasing kami BCA dan Adira Kak.")
    )  # fmt: skip
    return Lie(
        text.format(n=unit.model, d=rng.choice((15, 25, 35)), c=rng.choice((3, 4, 5))),
        f"kredit {unit.model} gimana?",
        "a",
    )


def exact(value: int) -> str:
    return f"Rp {value:,}".replace(",", ".")


@lie
def leasing_figures(scene: Scene, rng: random.Random) -> Lie:
    """What one leasing asks for one term, said of another, and who is the cheapest."""
    unit = scene.cars["a"]
    percent = rng.choice((20, 30, 40))
    made = credit.of([unit], LEASINGS, Wish(percent=percent, years=(3, 4, 5)), NOW.year)
    [estimate] = made.estimates
    one = rng.choice(estimate.offers)
    other = rng.choice([offer for offer in estimate.offers if offer.monthly != one.monthly])
    cheap, dear = (estimate.by_term()[one.years][at].partner for at in (0, -1))
    text = rng.choice(
        ("{l} {m}x {f}/bulan Kak.", "{l} {y} tahun {f} per bulan Kak.", "Di {l} tenor {m} bulan cicilannya {f} Kak.", "{l} {y} thn {f}/bln Kak.",
         "*{l}:*\n- {y} tahun: {f} per bulan", "*Tenor {m} bulan:*\n- {l}: {f} per bulan", "Cicilan {y} tahun {f} per bulan lewat {l} Kak.",
         "TDP {l} {y} tahun {t} Kak.", "{d} paling murah Kak.", "Cicilan paling ringan di {d} Kak.", "{d} lebih ringan dari {c} Kak.",
         "Untuk {y} tahun, {c} paling mahal Kak.", "{c} {y} tahun {g} per bulan, {d} juga Kak.", "Semua leasing {y} tahun {g} per bulan Kak.")
    )  # fmt: skip
    filled = text.format(
        l=one.partner, y=one.years, m=12 * one.years, f=exact(other.monthly), t=exact(other.at_first), c=cheap, d=dear,
        g=exact(estimate.by_term()[one.years][0].monthly),
    )  # fmt: skip
    return Lie(f"{filled} Ini estimasi ya Kak.", f"kredit {unit.model} dp {percent}% tenor 3,4,5?", "a", credit=made)


@lie
def superlative(scene: Scene, rng: random.Random) -> Lie:
    one = scene.cars["d"]
    text = rng.choice(
        ("{n} paling murah di sini Kak.", "{n} yang termurah Kak.", "{n} lebih murah dari {o} Kak.", "Ini satu-satunya {n} di Jakarta.", "{n} mobil terlaris kami.",
         "Harga kami terbaik di kota ini Kak.", "Tinggal 1 unit Kak.", "{n} paling irit di kelasnya.", "Stok kami ada 250 unit Kak.", "{n} unit terakhir Kak.")
    )  # fmt: skip
    return Lie(text.format(n=one.model, o=scene.cars["c"].model), "yang paling murah apa?", "ab")


TRUE_BITS = (
    "Halo Kak, terima kasih sudah menghubungi {tenant} 😊",
    "Ada lagi yang bisa saya bantu?",
    "Alamat kami di {address}.",
    "Harga {a.name} ({a.id}) {a.price} ya Kak.",
    "🚗 *{a.name}* | {a.id}\n• Harga: {a.price}\n• KM: {a.km}",
    "Kalau mau, silakan mampir ke showroom kami.",
    "Mau lihat unitnya langsung, Kak?",
)


def lies(seed: int, each: int = 60) -> Iterator[Draft]:
    """So many drafts of every kind; every second one stands in otherwise true text."""
    for kind, maker in LIES.items():
        for number in range(each):
            rng = random.Random(f"{seed}-{kind}-{number}")  # noqa: S311
            scene = Scene(rng)
            one = maker(scene, rng)
            mixed = number % 2 == 1
            text = _mixed(one, scene, rng) if mixed else one.text
            facts = replace(scene.facts(one.letters, others=one.others, stock=12), credit=one.credit)
            known = [letter for letter in one.letters if letter in "abm"]
            turn = scene.turn(one.asked, known[:1] if one.letters else ())
            yield Draft(text, turn, facts, kind, mixed=mixed)


def _mixed(one: Lie, scene: Scene, rng: random.Random) -> str:
    values = slots(scene, "", "")
    bits = [bit for bit in TRUE_BITS if "{a." not in bit or one.letters[:1] == "a"]
    before, after = rng.sample(bits, 2)
    if "{a." in before and rng.random() < 0.5:
        before, after = after, before
    parts = [fill(before, values), one.text, fill(after, values)]
    return rng.choice(("\n\n", "\n") if "\n" in "".join(parts) else (" ", "\n\n", "\n")).join(parts)
