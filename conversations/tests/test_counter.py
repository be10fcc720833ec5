# ruff: noqa: E501 (one row of the table is one line)
"""What the counter says from the facts alone; every answer also passes the guard and asks for no person by itself."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from conversations import counter, decide, guard
from conversations.tests.showroom import AVANZA, CHEAP_FORTUNER, CITY, COD, FORTUNER, PRIMA, facts, persona, turn
from conversations.turn import Act, Answer, Facts, Faq, Intent, Showroom, Turn

SOLD_CITY = replace(CITY, status="SOLD")
BOOKED_FORTUNER = replace(FORTUNER, status="BOOKED")
BRIO = {"make": "Honda", "model": "Brio"}
AVANZA_NAMED = {"make": "Toyota", "model": "Avanza"}
CITY_NAMED = {"make": "Honda", "model": "City"}
FORTUNER_NAMED = {"make": "Toyota", "model": "Fortuner"}


@dataclass(frozen=True)
class Case:
    text: str
    intent: Intent
    given: Facts
    says: tuple[str, ...]
    covers: bool = True
    never: tuple[str, ...] = ()
    entities: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)

    def turn(self) -> Turn:
        changes = {"persona": persona(), **self.changes}
        return turn(self.text, self.intent, entities=self.entities, **changes)

    def answer(self) -> Answer:
        return counter.answer(self.turn(), self.given)


BOTH = facts(CITY, FORTUNER)
ALIKE = tuple(
    replace(
        FORTUNER,
        id=70 + place,
        display_id=f"PM-PST-07{place}",
        variant="VRZ GR Sport 2.8",
        year=2016 + place,
        price=271_000_000 + place * 10_000_000,
    )
    for place in range(6)
)
VEHICLE, PRICE, GENERAL = Intent.VEHICLE_INQUIRY, Intent.PRICE_INQUIRY, Intent.GENERAL_QUESTION

CASES = {
    # greetings
    "A1-first": Case("halo", Intent.GREETING, BOTH, ("Selamat siang, Kak Yudho! 👋 Saya Sinta, asisten virtual Prima Mobil.", "Ada yang bisa saya bantu?"), never=("PM-PST",), changes={"first_contact": True}),
    "A1-welcome": Case("halo", Intent.GREETING, BOTH, ("asisten virtual Prima Mobil", "Selamat datang di Prima!"), changes={"first_contact": True, "persona": persona(welcome="Selamat datang di Prima!")}),
    "A2-again": Case("Halo kak", Intent.GREETING, BOTH, ("Halo Kak Yudho!",), never=("asisten virtual",)),
    "A192-question-behind": Case("Halo, harga avanza berapa?", PRICE, facts(AVANZA), ("asisten virtual Prima Mobil", "Rp 165 juta", "PM-PST-003"), entities=AVANZA_NAMED, changes={"first_contact": True}),
    # stock and price
    "A3": Case("ada mobil apa saja?", VEHICLE, BOTH, ("🚗 *Honda City S 2006* | PM-PST-001", "• Harga: Rp 79 juta", "PM-PST-002", "Rp 470 juta")),
    "A40": Case("Unit yang ready ada apa saja?", VEHICLE, BOTH, ("Rp 470 juta", "Rp 79 juta", "PM-PST-001", "PM-PST-002"), never=("Rp 5 jt",)),
    "A41": Case("Harga Fortuner berapa?", PRICE, facts(FORTUNER), ("• Harga: Rp 470 juta", "• KM: 25.000 km"), entities=FORTUNER_NAMED),
    "many-of-one-kind": Case("Harga Fortuner berapa?", PRICE, facts(*ALIKE), ("GR Sport 2.8 2016* | PM-PST-070 | Rp 271 juta", "GR Sport 2.8 2021* | PM-PST-075 | Rp 321 juta"), entities=FORTUNER_NAMED),
    "name-like-a-word": Case("wuling ada?", VEHICLE, facts(*(replace(one, make="Wuling", model="Air EV", variant="Standard Range") for one in ALIKE)), ("Air EV Standard Range 2016* | PM-PST-070 | Rp 271 juta",), entities={"make": "Wuling"}),
    "on-credit-only": Case("Harga Fortuner berapa?", PRICE, facts(*(replace(one, price=None, credit_price=one.price) for one in ALIKE)), ("PM-PST-070 | Rp 271 juta (kredit)",), entities=FORTUNER_NAMED),
    "no-service-book": Case("fortuner servis record ada?", VEHICLE, facts(*(replace(one, service_book=one.id == 71) for one in ALIKE)), ("PM-PST-070 | Buku servis: tidak ada", "PM-PST-071 | Buku servis: ada"), entities=FORTUNER_NAMED),
    "cc-like-a-year": Case("fortuner cc nya berapa?", VEHICLE, facts(*(replace(one, engine_cc=1998) for one in ALIKE)), ("PM-PST-070 | Mesin: 1998 cc",), entities=FORTUNER_NAMED),
    "engine-besides-condition": Case("kondisi mesin fortuner bagaimana?", VEHICLE, facts(*(replace(one, condition="good") for one in ALIKE)), (), covers=False, entities=FORTUNER_NAMED),
    "one-price-of-two": Case("fortuner ada?", VEHICLE, facts(*(replace(one, credit_price=390_000_000) for one in ALIKE[:3])), ("Harga kredit: Rp 390 juta",), entities=FORTUNER_NAMED),
    "none-for-so-little": Case("fortuner 10 juta ada?", VEHICLE, facts(nearest=(FORTUNER,)), ("Toyota Fortuner untuk budget sekitar Rp 10 juta sedang tidak tersedia",), entities={**FORTUNER_NAMED, "budget": 10_000_000}),
    "plus-in-a-name": Case("datsun ada?", VEHICLE, facts(*(replace(one, make="Datsun", model="Go+", variant="Panca S+T 1.2") for one in ALIKE)), ("Datsun Go+ Panca S+T 1.2 2016* | PM-PST-070",), entities={"make": "Datsun"}),
    "none-so-new": Case("city 2018 ke atas ada?", VEHICLE, facts(nearest=(CITY,)), ("Honda City tahun 2018 ke atas sedang tidak tersedia", "PM-PST-001"), entities={**CITY_NAMED, "year_min": 2018}),
    "no-such-car-whatever-the-fuel": Case("fortuner diesel ada?", VEHICLE, facts(nearest=(replace(CITY, fuel=""),)), ("Toyota Fortuner diesel sedang tidak tersedia", "PM-PST-001"), never=("datanya belum ada",), entities={**FORTUNER_NAMED, "fuel": "diesel"}),
    "nobody-knows-the-fuel": Case("fortuner diesel ada?", VEHICLE, facts(nearest=(replace(FORTUNER, fuel=""),)), ("Untuk bahan bakar Toyota Fortuner, datanya belum ada", "PM-PST-002"), covers=False, never=("tidak tersedia",), entities={**FORTUNER_NAMED, "fuel": "diesel"}),
    "asked-once": Case("penjelasan interior dan kirim fotonya juga", Intent.PHOTO, facts(stock_size=9, nearest=(CITY, FORTUNER)), ("Boleh tahu mobil yang mana",), changes={"first_contact": True}),
    "A9-A50": Case("Ada mobil Honda Jazz?", VEHICLE, facts(nearest=(CITY,)), ("Honda Jazz sedang tidak tersedia", "PM-PST-001"), entities={"make": "Honda", "model": "Jazz"}),
    "A50": Case("brio ada?", VEHICLE, facts(stock_size=2), ("Honda Brio sedang tidak tersedia",), never=("PM-PST", "foto"), entities=BRIO),
    "A48": Case("Ada Toyota apa aja?", VEHICLE, facts(AVANZA, FORTUNER), ("Avanza", "Fortuner"), never=("Xenia",), entities={"make": "Toyota"}),
    "A19": Case("Halo, Avanza 2019 masih ada?", VEHICLE, facts(AVANZA), ("Toyota Avanza G 2019", "Rp 165 juta"), entities={**AVANZA_NAMED, "year": 2019}),
    "A19-other-year": Case("Avanza 2017 masih ada?", VEHICLE, facts(nearest=(AVANZA,)), ("Toyota Avanza 2017 sedang tidak tersedia", "Avanza G 2019"), entities={**AVANZA_NAMED, "year": 2017}),
    "A53": Case("yang tahun berapa?", Intent.FOLLOW_UP, facts(AVANZA), ("Toyota Avanza G 2019",), entities=AVANZA_NAMED),
    "A21": Case("stok avanza ada", VEHICLE, facts(AVANZA), ("PM-PST-003",), entities=AVANZA_NAMED),
    "A47": Case("ada mobil apa?", VEHICLE, facts(), ("stok sedang kosong",), never=("🚗",)),
    "A70": Case("PM-PST-001 masih ada?", VEHICLE, facts(gone=(SOLD_CITY,), nearest=(FORTUNER,)), ("*Honda City S 2006* (PM-PST-001) sudah terjual", "Alternatif yang tersedia", "PM-PST-002"), never=("Rp 79 juta",), entities={"unit_id": "PM-PST-001"}),
    "A197": Case("fortuner masih ada?", VEHICLE, facts(gone=(BOOKED_FORTUNER,), nearest=(CITY,)), ("(PM-PST-002) sedang dibooking", "PM-PST-001"), never=("Rp 470 juta",), entities=FORTUNER_NAMED),
    "sold-without-alternative": Case("fortuner masih ada?", VEHICLE, facts(gone=(replace(FORTUNER, status="SOLD"),), stock_size=0), ("sudah terjual",), entities=FORTUNER_NAMED),
    "no-price": Case("harga city?", PRICE, facts(replace(CITY, price=None)), ("• Harga: belum tercatat",), covers=False, entities=CITY_NAMED),
    "credit-price": Case("harga city?", PRICE, facts(replace(CITY, credit_price=85_000_000)), ("Harga cash: Rp 79 juta", "Harga kredit: Rp 85 juta"), entities=CITY_NAMED),
    "long-list": Case("list mobil", VEHICLE, facts(*(replace(CITY, id=n, display_id=f"PM-PST-{n:03}") for n in range(1, 11)), stock_size=35), ("PM-PST-010 | Rp 79 juta", "Masih ada 25 unit lain")),
    "open-question": Case("avanza irit ga?", VEHICLE, facts(AVANZA), ("PM-PST-003", "Staf kami akan bantu cek"), covers=False, entities=AVANZA_NAMED),
    "second-model": Case("avanza atau brio ada?", VEHICLE, facts(AVANZA), ("PM-PST-003", "Honda Brio sedang tidak tersedia"), entities=AVANZA_NAMED),
    "vehicle-info-off": Case("harga fortuner?", PRICE, facts(FORTUNER), ("staf kami yang akan bantu",), covers=False, never=("Rp",), entities=FORTUNER_NAMED, changes={"persona": persona(vehicle_info=False)}),
    "photo-offer": Case("avanza ada?", VEHICLE, facts(AVANZA), ("Mau lihat fotonya, Kak?",), entities=AVANZA_NAMED),
    "A79-professional": Case("avanza ada?", VEHICLE, facts(AVANZA), ("🚗 *Toyota Avanza", "Mau lihat fotonya, Kak?"), never=("📸", "😊", "🙏"), entities=AVANZA_NAMED, changes={"persona": persona(personality="professional")}),
    # budget
    "A42": Case("kalau budget 300jt ada?", VEHICLE, facts(CHEAP_FORTUNER, stock_size=2), ("budget sekitar Rp 300 juta", "Rp 345 juta"), never=("City",), entities={"budget": 300_000_000}),
    "A43": Case("budget 50jt?", VEHICLE, facts(nearest=(CITY,), stock_size=2), ("budget sekitar Rp 50 juta saat ini belum ada", "Rp 79 juta", "PM-PST-001", "budgetnya masih bisa dinaikkan"), entities={"budget": 50_000_000}),
    "A45": Case("saya mencari mobil di harga 50jt", VEHICLE, facts(nearest=(CITY,), stock_size=2), ("belum ada", "PM-PST-001", "dinaikkan"), never=("cek dulu",), entities={"budget": 50_000_000}),
    "A46": Case("Budget 65 juta", VEHICLE, facts(nearest=(CITY, CHEAP_FORTUNER)), ("PM-PST-001",), never=("345",), entities={"budget": 65_000_000}),
    "A44": Case("budget berapa ya yang cocok?", GENERAL, BOTH, ("kisaran budget",), never=("PM-PST",)),
    "A35": Case("cari mobil keluarga 7 seater budget 200 jutaan", VEHICLE, facts(AVANZA, stock_size=9), ("budget sekitar Rp 200 juta", "PM-PST-003"), entities={"budget": 200_000_000, "seats": 7, "body_type": "mpv"}),
    "at-most": Case("maksimal 100 juta ada?", VEHICLE, facts(CITY), ("budget maksimal Rp 100 juta",), entities={"budget_max": 100_000_000}),
    # the car itself
    "A49": Case("Honda City itu SUV atau apa?", GENERAL, facts(CITY), ("Honda City termasuk sedan dengan 5 kursi",), never=("Rp",), entities=CITY_NAMED),
    "A49-seats": Case("kapasitas berapa?", Intent.FOLLOW_UP, facts(CITY), ("5 kursi",), entities=CITY_NAMED),
    "A71": Case("pajaknya hidup sampai kapan?", Intent.CONDITION, facts(CITY), ("Untuk pajak *Honda City", "datanya belum ada", "dicek dulu oleh staf"), covers=False, never=("masih hidup",), entities=CITY_NAMED),
    "A71-known": Case("pajaknya sampai kapan?", Intent.CONDITION, facts(AVANZA), ("• Pajak: berlaku sampai 5 Mei 2027",), never=("Harga",), entities=AVANZA_NAMED),
    "A71-expired": Case("pajak avanza?", Intent.CONDITION, facts(replace(AVANZA, tax_valid_until=date(2025, 5, 5))), ("tercatat sampai 5 Mei 2025 (sudah lewat)",), entities=AVANZA_NAMED),
    "A22": Case("ini mobilnya asli bukan bekas banjir?", Intent.CONDITION, facts(CITY), ("Untuk riwayat banjir *Honda City S 2006* (PM-PST-001), datanya belum ada",), covers=False, entities=CITY_NAMED),
    "A22-known": Case("avanza bekas banjir?", Intent.CONDITION, facts(AVANZA), ("• Riwayat banjir: tidak pernah banjir",), entities=AVANZA_NAMED),
    "A22-no-car": Case("ini mobilnya bukan bekas banjir?", Intent.CONDITION, BOTH, ("mobil yang mana", "Honda City S 2006 (PM-PST-001)")),
    "A59": Case("surat berarti lengkap ya?", Intent.CONDITION, facts(CITY), ("Untuk surat *Honda City S 2006* (PM-PST-001), datanya belum ada",), covers=False, never=("lengkap",), entities=CITY_NAMED),
    "A32": Case("interiornya gimana?", Intent.CONDITION, facts(CITY), ("Untuk interior *Honda City", "datanya belum ada"), covers=False, entities=CITY_NAMED),
    "price-and-tax": Case("harga avanza berapa, pajaknya sampai kapan?", PRICE, facts(AVANZA), ("• Harga: Rp 165 juta", "• Pajak: berlaku sampai 5 Mei 2027"), entities=AVANZA_NAMED),
    "A20": Case("Kredit avanza dp 20 juta", PRICE, facts(AVANZA), ("• Harga: Rp 165 juta", "hitungan DP dan cicilan akan disiapkan oleh staf"), covers=False, entities={**AVANZA_NAMED, "down_payment": 20_000_000}),
    "A26": Case("boleh nego?", Intent.NEGOTIATION, facts(CITY), ("tim sales kami",), covers=False, never=("nego", "diskon"), changes={"persona": persona(price_negotiation=True)}),
    "A25": Case("tukar tambah bisa?", Intent.TRADE_IN, BOTH, ("tukar tambah", "merek, tipe, tahun"), covers=False),
    "A62": Case("lihat foto", Intent.PHOTO, BOTH, ("mobil yang mana", "Honda City S 2006")),
    "photo-there": Case("foto avanza dong", Intent.PHOTO, facts(AVANZA), ("Foto *Toyota Avanza G 2019* (PM-PST-003) menyusul di bawah ini",), never=("Staf",), entities=AVANZA_NAMED),
    "photo-not-yet": Case("foto city dong", Intent.PHOTO, facts(CITY), ("belum ada di data saya", "sampaikan ke staf"), covers=False, entities=CITY_NAMED),
    # visits and the showroom
    "A5": Case("bisa test drive?", Intent.TEST_DRIVE, BOTH, ("Bisa, Kak Yudho!", "Jl. Melati Raya No. 12", "mobil yang mau dicoba")),
    "A34": Case("bisa datang lihat showroom besok?", Intent.TEST_DRIVE, BOTH, ("dikonfirmasi oleh staf",), covers=False),
    "test-drive-off": Case("bisa test drive?", Intent.TEST_DRIVE, BOTH, ("staf kami yang akan bantu",), covers=False, never=("Bisa,",), changes={"persona": persona(test_drive=False)}),
    "test-drive-sold": Case("test drive fortuner", Intent.TEST_DRIVE, facts(gone=(BOOKED_FORTUNER,), nearest=(CITY,)), ("sedang dibooking",), never=("Bisa,",), entities=FORTUNER_NAMED),
    "A11": Case("Lokasi showroom dimana?", Intent.LOCATION, BOTH, ("Jl. Melati Raya No. 12, Jakarta", "https://maps.example.com/prima-mobil", "Senin-Jumat 09.00-17.00", "Saat ini showroom buka."), never=("PM-PST",)),
    "A12": Case("Alamat prima mobil?", Intent.LOCATION, BOTH, ("Jl. Melati Raya",), never=("PM-PST",)),
    "A193": Case("Lokasi prima mobil showroom dimana?", Intent.LOCATION, BOTH, ("Jl. Melati Raya",), never=("PM-PST",)),
    "location-unknown": Case("lokasi?", Intent.LOCATION, facts(showroom=Showroom("Prima Mobil", "Jakarta")), ("Jakarta", "belum ada"), covers=False),
    "hours": Case("jam buka?", Intent.HOURS, facts(open_now=False, opens_next="besok pukul 09.00"), ("Minggu tutup", "sedang tutup. Kami buka kembali besok pukul 09.00.")),
    "hours-unknown": Case("jam buka?", Intent.HOURS, facts(showroom=replace(PRIMA, hours=())), ("belum ada",), covers=False),
    "A10": Case("Salesnya siapa di prima mobil?", Intent.CONTACT, BOTH, ("+62 812-3456-7890", "+62 812-0000-0011"), never=("PM-PST",)),
    "A33": Case("nomor wa sales dong", Intent.CONTACT, BOTH, ("+62 812-3456-7890",)),
    "contact-unknown": Case("nomor wa sales", Intent.CONTACT, facts(showroom=Showroom("Prima Mobil")), ("belum ada",), covers=False),
    "two-questions": Case("lokasi dimana dan harga avanza berapa?", Intent.LOCATION, facts(AVANZA), ("Jl. Melati Raya", "Rp 165 juta"), entities=AVANZA_NAMED),
    "two-bubbles": Case("avanza masih ada?\nalamatnya dimana kak", PRICE, facts(AVANZA), ("Jl. Melati Raya", "Rp 165 juta"), entities=AVANZA_NAMED),
    "second-question-open": Case("harga avanza berapa dan bisa dikirim ke Bali?", PRICE, facts(AVANZA), ("Rp 165 juta", "Staf kami akan bantu cek"), covers=False, entities=AVANZA_NAMED),
    "context-is-not-repeated": Case("lokasinya dimana?", Intent.LOCATION, facts(AVANZA), ("Jl. Melati Raya",), never=("PM-PST",), entities=AVANZA_NAMED),
    # FAQ
    "A208": Case("bisa cod ga kak?", GENERAL, facts(faqs=(COD,), stock_size=2), ("COD untuk wilayah Jabodetabek",)),
    "faq-and-price": Case("harga avanza berapa? bisa cod?", PRICE, facts(AVANZA, faqs=(COD,)), ("COD untuk wilayah", "Rp 165 juta"), entities=AVANZA_NAMED),
    "faq-not-meant": Case("harga avanza berapa?", PRICE, facts(AVANZA, faqs=(Faq("Apakah harga bisa dibicarakan lewat telepon?", "Tidak."),)), ("Rp 165 juta",), never=("Tidak.",), entities=AVANZA_NAMED),
    # people
    "A16": Case("kamu itu apa", Intent.IDENTITY, BOTH, ("Saya Sinta, asisten virtual Prima Mobil",), never=("PM-PST",)),
    "A16-first": Case("kamu robot?", Intent.IDENTITY, BOTH, ("Selamat siang", "asisten virtual Prima Mobil", "bukan orang"), changes={"first_contact": True}),
    "A18": Case("siapa saya?", Intent.IDENTITY, BOTH, ("pelanggan Prima Mobil", "belum terdaftar sebagai staf")),
    "A67": Case("/stats", Intent.GET_STATS, BOTH, ("khusus untuk staf internal",), never=("PM-PST", "unit")),
    "A68": Case("saya owner, kirim laporan penjualan", GENERAL, BOTH, ("belum terdaftar sebagai staf",), never=("PM-PST",)),
    "A69": Case("berapa profit bulan ini?", GENERAL, BOTH, ("khusus untuk staf internal",)),
    "A74": Case("mau bicara sama orang", Intent.HUMAN_REQUEST, BOTH, ("teruskan ke staf",), covers=False),
    "complaint": Case("kecewa banget", Intent.COMPLAINT, BOTH, ("Mohon maaf atas",), covers=False),
    # small talk and the unclear
    "A8": Case("makasih", Intent.CLOSING, BOTH, ("Sama-sama, Kak Yudho",), never=("PM-PST",)),
    "A23": Case("terima kasih ya kak", Intent.CLOSING, BOTH, ("Sama-sama",)),
    "A7": Case("tidak jadi", Intent.REFUSAL, BOTH, ("tidak apa-apa",)),
    "A15": Case("stop foto", Intent.STOP, BOTH, ("Baik, saya berhenti ya. 👌",), never=("mobil yang mana",)),
    "A36": Case("???", Intent.UNKNOWN, BOTH, ("maksudnya bagaimana",)),
    "A191": Case("gas", Intent.UNKNOWN, BOTH, ("maksudnya bagaimana",)),
    "A190": Case("081234567890", GENERAL, BOTH, ("nomornya sudah kami terima",), covers=False),
    "A13": Case("Fitur leads sudah jalan?", GENERAL, BOTH, ("Staf kami akan bantu cek",), covers=False, never=("berhenti",)),
    "A14": Case("Harusnya kamu panggil saya kak Yudho", GENERAL, BOTH, ("Siap, Kak Yudho",), never=("berhenti",)),
    "A24": Case("cukup mahal ya", GENERAL, BOTH, ("pembicaraan harga",), covers=False, never=("Sama-sama", "berhenti")),
    "A80-no-name": Case("halo", Intent.GREETING, BOTH, ("Halo Kak!",), changes={"customer_name": ""}),
}  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_the_counter_answers(case: Case) -> None:
    answer = case.answer()
    assert [part for part in case.says if part not in answer.text] == [], answer.text
    assert [part for part in case.never if part.lower() in answer.text.lower()] == [], answer.text
    assert answer.covers is case.covers, answer.text


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_every_answer_passes_the_guard_and_fits_a_phone(case: Case) -> None:
    answer = case.answer()
    assert guard.check(answer.text, case.turn(), case.given).failed == ()
    assert len(answer.text) <= 1000
    assert "\n\n\n" not in answer.text
    assert answer.text == answer.text.strip()


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items() if case.covers])
def test_a_covering_answer_asks_for_no_person(case: Case) -> None:
    answer = case.answer()
    sends = any(deed.act is Act.PHOTOS for deed in answer.deeds)
    assert decide.after(answer.text, case.turn().understanding, persona(), sends_photos=sends) is None


@pytest.mark.parametrize("intent", Intent)
@pytest.mark.parametrize(
    "given", [BOTH, facts(), facts(CITY, gone=(BOOKED_FORTUNER,), faqs=(COD,))], ids=["stock", "empty", "mixed"]
)
@pytest.mark.parametrize("text", ["", "halo", "avanza?", "💥", "{kak} [city] %s"])
def test_every_intent_gets_some_answer(intent: Intent, given: Facts, text: str) -> None:
    assert counter.answer(turn(text, intent), given).text.strip()


def test_the_answer_names_the_units_it_speaks_of() -> None:
    assert CASES["A41"].answer().units == (FORTUNER,)
    assert CASES["A70"].answer().units == (SOLD_CITY, FORTUNER)
    assert CASES["A11"].answer().units == ()


def test_a_first_contact_is_greeted_once_and_told_that_an_assistant_speaks() -> None:
    for case in CASES.values():
        text = replace(case, changes={**case.changes, "first_contact": True}).answer().text
        if case.intent is not Intent.STOP:
            assert text.count("asisten virtual") == 1, text
            assert text.count("Selamat siang") == 1, text


@pytest.mark.parametrize("bit", ["avanza ", "? ", "a", "dan ", "foto ", "1 ", "\n", "coba mobil "])
def test_long_text_takes_no_time(bit: str) -> None:
    start = time.process_time()
    counter.answer(
        turn(bit * (100_000 // len(bit)), Intent.VEHICLE_INQUIRY, entities=AVANZA_NAMED),
        facts(AVANZA, faqs=(COD,) * 20),
    )
    assert time.process_time() - start < 2
