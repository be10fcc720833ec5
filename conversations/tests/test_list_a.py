# ruff: noqa: E501 (one row of the tables is one line)
"""The specification's dialogue cases (list A) through the public door: webhook in, the gateway's recorded send out.

Where an id is not below:
test_credit: A20 A27 A63 A64 A65 A66 with rates. test_identity: A160, A161, A162. test_webhook: A170, A174, A203. test_turn: A173, A175, A176, A177, A207, A210, A211
(and A76). test_wording: A80. staffcommands/tests: A95 to A104 (A96 A97 A98 A99 A100 A101 A102 A103). test_intents has
most ids of 8.1 and 8.2 once more, without the door (A54, A56, A57, A58, A59, A63, A64, A65, A196).
staffcommands/tests and test_staff, test_upload, test_by_staff, test_commands: A114 to A133 (A125 is below), A140 to
A151, A182 to A185, A198 to A201. The inbox and the API: A178, A179, A204 to A206.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from autolumiku.lib import clock
from autolumiku.testing.stage import CITY, CUSTOMER, FORTUNER, Showroom, run_jobs
from conversations import turns
from conversations.models import ConversationEvent, WhatsAppConversation, WhatsAppMessage
from inventory.models import Vehicle, VehiclePhoto
from leads.models import Lead
from staffcommands.models import StaffCommandLog, StaffWhatsAppAuth

pytestmark = pytest.mark.django_db

STAFF = "6281298765432"
MPV = {"fuel": "bensin", "body_type": "mpv", "seats": 7}
AVANZA = {**MPV, "make": "Toyota", "model": "Avanza", "variant": "G MT", "year": 2019, "price": 165_000_000, "mileage": 48_000, "color": "putih", "transmission": "manual", "papers": "BPKB, STNK, faktur lengkap", "tax_valid_until": date(2030, 5, 5), "accident_history": "tidak pernah tabrakan"}  # fmt: skip
VELOZ = {**MPV, "make": "Toyota", "model": "Avanza", "variant": "Veloz AT", "year": 2021, "price": 215_000_000, "mileage": 20_500, "color": "hitam", "transmission": "automatic"}  # fmt: skip
XENIA = {**MPV, "make": "Daihatsu", "model": "Xenia", "variant": "R MT", "year": 2016, "price": 118_000_000, "color": "hitam", "transmission": "manual"}  # fmt: skip
REBORN = {**MPV, "make": "Toyota", "model": "Innova Reborn", "variant": "2.4 V AT", "year": 2018, "price": 310_000_000, "mileage": 70_000, "color": "putih", "transmission": "automatic", "fuel": "diesel"}  # fmt: skip
INNOVA = {**MPV, "make": "Toyota", "model": "Innova", "variant": "2.0 G", "year": 2012, "price": 145_000_000, "mileage": 120_000, "transmission": "manual", "color": "silver"}  # fmt: skip
BRIO = {"make": "Honda", "model": "Brio", "variant": "RS CVT", "year": 2019, "price": 158_000_000, "mileage": 30_000, "color": "kuning", "transmission": "cvt", "fuel": "bensin", "body_type": "hatchback", "seats": 5}  # fmt: skip
JAZZ = {**BRIO, "model": "Jazz", "variant": "RS", "price": 215_000_000, "color": "merah", "status": "BOOKED"}
HRV = {**BRIO, "model": "HR-V", "variant": "E", "price": 250_000_000, "body_type": "suv", "status": "SOLD"}

STOCKS: dict[str, list[dict[str, Any]]] = {
    "prima": [CITY, FORTUNER],
    "cheap": [CITY, {**FORTUNER, "price": 345_000_000}],  # the budget document's price
    "sold": [{**CITY, "status": "SOLD"}, FORTUNER],
    "booked": [CITY, {**FORTUNER, "status": "BOOKED"}],
    "avanza": [CITY, FORTUNER, AVANZA],
    "empty": [],
    "rich": [CITY, FORTUNER, AVANZA, VELOZ, BRIO, REBORN, INNOVA, XENIA, JAZZ, HRV],
}


@dataclass(frozen=True)
class Row:
    """said: turns separated by " → ", bubbles of one turn by " / "; says, never: of the answer to the last turn."""

    said: str
    says: tuple[str, ...]
    never: tuple[str, ...] = ()
    intent: str = ""
    reason: str = ""  # of the escalation, "" for none
    stock: str = "prima"


def table(rows: dict[str, Row]) -> Any:
    return pytest.mark.parametrize("row", [pytest.param(row, id=identity) for identity, row in rows.items()])


def opened(gateway: Any, stock: str, **config: Any) -> Showroom:
    showroom = Showroom(gateway, **config)
    for car in STOCKS[stock]:
        showroom.has(**car)
    return showroom


def hold(showroom: Showroom, said: str, phone: str = CUSTOMER) -> list[str]:
    """The dialogue, turn by turn; returns the answers to its last turn."""
    replies: list[str] = []
    for turn in said.split(" → "):
        replies = showroom.hears(*turn.split(" / "), phone=phone)
        assert len(replies) <= 1, replies
    return replies


def last(showroom: Showroom, phone: str = CUSTOMER) -> WhatsAppMessage:
    """The person's last message."""
    return [message for message in showroom.messages(phone) if message.direction == "inbound"][-1]


def assert_says(replies: list[str], says: tuple[str, ...], never: tuple[str, ...] = ()) -> None:
    """There is one reply, with all of `says` and nothing of `never`."""
    [reply] = replies
    assert [part for part in says if part not in reply] == [], reply
    assert [part for part in never if part.lower() in reply.lower()] == [], reply


ENGLISH = (" the ", " you ", " your ", "sorry", "please", "customer", "AI Assistant", "available", "hello", "thank")


def assert_fit(reply: str) -> None:
    """What a showroom's owner would not be ashamed of: short, warm, Indonesian, well set."""
    assert "Kak" in reply, reply
    assert len(reply) <= 1000, reply
    assert [word for word in ENGLISH if word.lower() in f" {reply.lower()} "] == [], reply
    assert [
        slip for slip in ("  ", " ,", " .", "\n\n\n", "{", "}", "None", "..", "Pak ", "Bu ") if slip in reply
    ] == [], reply
    assert reply.count("Kak Budi") <= 1, reply
    assert reply == reply.strip()


# --- 8.1: what is meant, and a sensible answer without a model

NOT_THERE = "Toyota Avanza sedang tidak tersedia"
GREETED = "asisten virtual Prima Mobil"
ADDRESS = "Jl. Contoh Raya No. 1, Jakarta Pusat"
CARD = "🚗 *Toyota Fortuner VRZ AT 2021* | PM-PST-002\n• Harga: Rp 470 juta"
STAFF_ONLY = "khusus untuk staf internal Prima Mobil"

UNDERSTOOD = {
    "A1": Row("halo", (GREETED, "Ada yang bisa saya bantu?"), ("PM-PST",), "greeting"),
    "A2": Row("halo → Halo kak", ("Halo Kak Budi!",), ("asisten virtual", "Selamat "), "greeting"),
    "A3": Row("ada mobil apa saja?", ("Saat ini ada 2 unit", "PM-PST-001", "PM-PST-002", "Rp 79 juta", "Rp 470 juta"), (), "vehicle_inquiry"),
    "A4": Row("harga avanza berapa?", ("Ini harganya", "Rp 165 juta", "PM-PST-003"), ("PM-PST-001", "470"), "price_inquiry", stock="avanza"),
    "A4-not-there": Row("harga avanza berapa?", (NOT_THERE, "kebutuhan atau budgetnya"), ("Rp",), "price_inquiry"),
    "A5": Row("bisa test drive?", ("Bisa, Kak", ADDRESS, "hari apa dan jam berapa"), (), "test_drive"),
    "A7": Row("harga fortuner? → tidak jadi", ("tidak apa-apa",), ("PM-PST",), "refusal"),
    "A8": Row("harga fortuner? → makasih", ("Sama-sama",), ("PM-PST",), "closing"),
    "A9": Row("Ada mobil Honda Jazz?", ("Honda Jazz sedang tidak tersedia",), ("City", "Ada, Kak"), "vehicle_inquiry"),
    "A9-there": Row("Ada mobil Honda Jazz?", ("Honda Jazz RS 2019* (PM-PST-009) sedang dibooking", "Alternatif", "Brio"), (), "vehicle_inquiry", stock="rich"),
    "A10": Row("Salesnya siapa di prima mobil?", ("+62 21 50000001", "+62 812-0000-0001", "dihubungkan"), ("PM-PST",), "contact"),
    "A11": Row("Lokasi showroom dimana?", (ADDRESS, "https://maps.example.com/prima"), ("PM-PST",), "location"),
    "A12": Row("Alamat prima mobil?", (ADDRESS,), ("PM-PST",), "location"),
    "A13": Row("Fitur leads sudah jalan?", ("Staf kami akan bantu cek",), ("berhenti",), "general_question", "missing_fact"),
    "A14": Row("halo → Harusnya kamu panggil saya kak Yudho", ("Siap, Kak Yudho",), ("berhenti", "Budi"), "general_question"),
    "A14-later": Row("Harusnya kamu panggil saya kak Yudho → fortuner ada?", ("Kak Yudho", "PM-PST-002"), ("Budi",)),
    "A15": Row("foto fortuner → stop foto", ("Baik, saya berhenti ya. 👌",), (), "stop", "missing_fact"),
    "A15-stop": Row("berhenti kirim", ("Baik, saya berhenti ya. 👌",), (), "stop"),
    "A16": Row("kamu itu apa", (GREETED, "asisten otomatis, bukan orang"), ("PM-PST",), "identity"),
    "A18": Row("siapa saya?", ("pelanggan Prima Mobil", "belum terdaftar sebagai staf"), (), "identity"),
    "A19": Row("Halo, Avanza 2019 masih ada?", (GREETED, "Toyota Avanza G MT 2019", "Rp 165 juta"), ("budget",), "vehicle_inquiry", stock="avanza"),
    "A19-not-there": Row("Halo, Avanza 2019 masih ada?", ("Toyota Avanza 2019 sedang tidak tersedia",), ("budget sekitar", "Rp"), "vehicle_inquiry"),
    "A20": Row("Kredit avanza dp 20 juta", ("Rp 165 juta", "disiapkan oleh staf"), ("terdaftar", "Rp 20 juta"), "price_inquiry", "missing_fact", "avanza"),
    "A21": Row("stok avanza ada", ("PM-PST-003",), ("terdaftar",), "vehicle_inquiry", stock="avanza"),
    "A22": Row("city ada? → ini mobilnya asli bukan bekas banjir?", ("riwayat banjir", "datanya belum ada", "dicek dulu oleh staf"), ("bebas banjir", "asisten"), "condition", "missing_fact"),
    "A22-which": Row("ini mobilnya asli bukan bekas banjir?", ("mobil yang mana", "PM-PST-001"), ("bebas",), "condition"),
    "A23": Row("halo → terima kasih ya kak", ("Sama-sama",), ("PM-PST",), "closing"),
    "A24": Row("harga fortuner? → cukup mahal ya", ("Saya mengerti", "tim sales kami"), ("Sama-sama", "berhenti", "diskon"), "price_inquiry", "missing_fact"),
    "A25": Row("tukar tambah bisa?", ("tukar tambah", "merek, tipe, tahun"), (), "trade_in", "missing_fact"),
    "A26": Row("boleh nego?", ("teruskan ke tim sales",), ("diskon",), "negotiation", "negotiation"),
    "A27": Row("Mau kredit avanza", ("Rp 165 juta", "rencana DP"), ("terdaftar",), "price_inquiry", "missing_fact", "avanza"),
    "A30": Row("claim asuransinya gimana kalau kredit?", ("asuransi", "Staf kami akan bantu cek"), ("PM-PST",), "price_inquiry", "missing_fact"),
    "A31": Row("ada fortuner? → 2020", ("Toyota Fortuner 2020 sedang tidak tersedia", "Yang ada saat ini", "2021"), (), "general_question"),
    "A31-there": Row("ada fortuner? → 2021", ("PM-PST-002",), (), "general_question"),
    "A32": Row("honda city ada? → interiornya gimana?", ("Untuk interior *Honda City S AT 2006* (PM-PST-001), datanya belum ada",), ("bersih", "terawat"), "condition", "missing_fact"),
    "A33": Row("nomor wa sales dong", ("+62 812-0000-0001",), (), "contact"),
    "A34": Row("bisa datang lihat showroom besok?", ("Bisa, Kak", "jam yang masih kosong", "jam berapa"), (), "test_drive"),
    "A35": Row("cari mobil keluarga 7 seater budget 200 jutaan", ("budget sekitar Rp 200 juta", "Avanza Veloz", "Avanza G"), ("Honda", "Fortuner"), "vehicle_inquiry", stock="rich"),
    "A35-none": Row("cari mobil keluarga 7 seater budget 200 jutaan", ("belum ada unit yang sesuai",), ("City", "Fortuner"), "vehicle_inquiry"),
    "A36": Row("???", ("maksudnya bagaimana",), ("PM-PST",), "unknown"),
}  # fmt: skip


def check(gateway: Any, row: Row) -> None:
    showroom = opened(gateway, row.stock)
    [reply] = hold(showroom, row.said)
    assert_says([reply], row.says, row.never)
    if "berhenti" not in row.says[0]:
        assert_fit(reply)
    if row.intent:
        assert last(showroom).intent == row.intent
    assert showroom.chat().escalated_reason == row.reason


@table(UNDERSTOOD)
def test_a_customer_is_understood_and_answered(gateway: Any, row: Row) -> None:
    check(gateway, row)


@pytest.mark.parametrize(
    "text", ["pulsa murah promo voucher", "Selamat! Anda menang hadiah 10 juta, klik link"], ids=["A28", "A29"]
)
def test_spam_gets_no_reply_and_leaves_a_mark(showroom: Showroom, text: str) -> None:
    assert showroom.hears(text) == []
    assert (last(showroom).intent, showroom.chat().is_spam) == ("spam", True)


def photographed(showroom: Showroom, model: str, count: int) -> None:
    out = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(out, "JPEG")
    with showroom.scope():
        car = Vehicle.objects.get(model=model)
        for number in range(count):
            name = default_storage.save(f"vehicles/{model}-{number}.jpg", ContentFile(out.getvalue()))
            VehiclePhoto.objects.create(tenant=showroom.tenant, vehicle=car, image=name, position=number)


PHOTOS = {  # the last reply says this, and so many photos have come
    "A6": ("fortuner ada? → iya boleh", "Foto *Toyota Fortuner VRZ AT 2021* (PM-PST-002) menyusul", 5),
    "A51": ("ada Avanza matic ga? → boleh", "(PM-PST-004) menyusul", 2),
    "A52": ("ada avanza veloz? → harganya berapa? → mau lihat fotonya", "(PM-PST-004) menyusul", 2),
    "A54": ("fortuner ada? → kirim foto interior", "menyusul", 5),
    "A55": ("fortuner ada? → foto eksterior dong", "menyusul", 5),
    "A56": ("fortuner ada? → mana gambar mesinnya?", "menyusul", 5),
    "A57": ("fortuner ada? → penjelasan interior dan kirim fotonya juga", "menyusul", 5),
    "A58": ("fortuner ada? → jelaskan kondisi interiornya", "datanya belum ada", 0),
    "A60": ("fortuner ada? → minta penjelasan eksterior", "datanya belum ada", 0),
    "A61": ("fortuner ada? → boleh → mantap", "", 5),
    "A62-rich": ("lihat foto", "mobil yang mana", 0),
    "A191": ("gas", "maksud", 0),
    "A196": ("fortuner ada? → boleh → cukup fotonya", "saya berhenti", 5),
}


@pytest.mark.parametrize(("said", "says", "count"), PHOTOS.values(), ids=PHOTOS)
def test_photos_are_sent_of_the_car_in_question(gateway: Any, storage: Any, said: str, says: str, count: int) -> None:
    showroom = opened(gateway, "rich")
    photographed(showroom, "Fortuner", 6)
    with showroom.scope():
        Vehicle.objects.filter(variant="Veloz AT").update(model="Avanza Veloz", variant="AT")
    photographed(showroom, "Avanza Veloz", 2)
    for text in said.split(" → "):
        showroom.hears(text)
    words = [sent.text for sent in gateway.sent if sent.path == "send-message"]
    assert says in words[-1]
    assert sum(len(sent.images) for sent in gateway.sent) == count


def test_a_car_is_found_by_its_variant_and_without_its_hyphen(showroom: Showroom) -> None:
    showroom.has(**{**REBORN, "model": "Kijang Innova", "variant": "Reborn 2.4 V"})
    showroom.has(**{**BRIO, "model": "HRV", "variant": "E"})
    assert "PM-PST-003" in showroom.hears("innova reborn ada?")[0]
    assert "PM-PST-004" in showroom.hears("hr-v ada?")[0]
    assert "sedang tidak tersedia" in showroom.hears("innova zenix ada?")[0]


def test_a36_an_empty_text_is_no_crash_and_gets_no_reply(showroom: Showroom) -> None:
    showroom.receives("")
    assert run_jobs() == 0
    assert showroom.gateway.sent == []


# --- 8.2 and 8.5: budget, price, availability

ANSWERED = {
    "A40": Row("Unit yang ready ada apa saja?", ("Rp 470 juta", "Rp 79 juta", "PM-PST-001", "PM-PST-002"), ("Rp 5 jt", "Rp 1 jt")),
    "A41": Row("Harga Fortuner berapa?", ("Ini harganya", CARD), ("City",)),
    "A42": Row("kalau budget 300jt ada?", ("budget sekitar Rp 300 juta", "Rp 345 juta", "PM-PST-002"), ("City", "79"), stock="cheap"),
    "A42-context": Row("city ada? → kalau budget 300jt ada?", ("Rp 345 juta",), ("City",), stock="cheap"),
    "A43": Row("budget 50jt?", ("belum ada unit", "Rp 79 juta", "PM-PST-001", "budgetnya masih bisa dinaikkan"), ("345", "Fortuner"), stock="cheap"),
    "A44": Row("budget berapa ya yang cocok?", ("kisaran budget",), ("PM-PST",)),
    "A45": Row("saya mencari mobil di harga 50jt", ("belum ada unit", "PM-PST-001", "dinaikkan"), ("cek dulu", "345"), stock="cheap"),
    "A46": Row("Budget 65 juta", ("PM-PST-001",), ("345", "Fortuner"), stock="cheap"),
    "A47": Row("ada mobil apa?", ("stok sedang kosong",), ("🚗", "PM-PST"), stock="empty"),
    "A47-named": Row("avanza ada?", ("stok sedang kosong",), ("🚗",), stock="empty"),
    "A48": Row("Ada Toyota apa aja?", ("Avanza", "Fortuner", "Innova"), ("Xenia", "Honda"), stock="rich"),
    "A49": Row("Honda City itu SUV atau apa?", ("sedan dengan 5 kursi",), ("Rp",)),
    "A50": Row("brio ada?", ("Honda Brio sedang tidak tersedia",), ("City", "foto")),
    "A53": Row("saya cari avanza → yang tahun berapa?", ("Toyota Avanza G MT 2019", "Tahun: 2019"), ("Fortuner",), "vehicle_inquiry", stock="avanza"),
    "A53-not-there": Row("saya cari avanza → yang tahun berapa?", (NOT_THERE,), ("2021", "2006")),
    "A62": Row("lihat foto", ("mobil yang mana", "Honda City S AT 2006 (PM-PST-001)"), ("kirim",)),
    "A67": Row("/stats", (STAFF_ONLY,), ("unit", "PM-PST")),
    "A68": Row("saya owner, kirim laporan penjualan", (STAFF_ONLY, "belum terdaftar sebagai staf"), ("PM-PST",)),
    "A69": Row("berapa profit bulan ini?", (STAFF_ONLY,), ("Rp",)),
    "A70": Row("PM-PST-001 masih ada?", ("*Honda City S AT 2006* (PM-PST-001) sudah terjual", "Alternatif", "PM-PST-002"), ("Rp 79 juta", "Ada, Kak"), stock="sold"),
    "A70-name": Row("honda city masih ada?", ("sudah terjual",), ("Rp 79 juta",), stock="sold"),
    "A71": Row("fortuner ada? → pajaknya hidup sampai kapan?", ("Untuk pajak", "datanya belum ada", "dicek dulu oleh staf"), ("masih hidup",), "condition", "missing_fact"),
    "A71-known": Row("avanza ada? → pajaknya hidup sampai kapan?", ("Pajak: berlaku sampai 5 Mei 2030",), ("belum ada",), "condition", stock="avanza"),
    "A74": Row("mau bicara sama orang", ("teruskan ke tim Prima Mobil",), (), "human_request", "human_request"),
    "A75": Row("fortuner bisa kurang ga kak?", ("tim sales",), ("diskon",), "negotiation", "negotiation"),
    "A125": Row("edit PM-PST-001 harga 10jt", (STAFF_ONLY,), ("tidak tersedia", "Rp")),
    "A168": Row("/verify 081298765432", (STAFF_ONLY,), ("kode",)),
    "A190": Row("nomor wa sales dong → 081234567890", ("nomornya sudah kami terima",), (), "general_question", "missing_fact"),
    "A191": Row("gas", ("maksudnya bagaimana",), ("foto",)),
    "A192": Row("Halo, harga avanza berapa?", (GREETED, "Rp 165 juta"), (), "price_inquiry", stock="avanza"),
    "A193": Row("Lokasi prima mobil showroom dimana?", (ADDRESS,), ("PM-PST",), "location"),
    "A194": Row("budget 1,5 M ada apa?", ("Rp 1,5 miliar", "PM-PST-002"), ("Rp 79 juta", "dinaikkan")),
    "A195": Row("budget berapa ya yang cocok? → 125.5 juta", ("Rp 125,5 juta", "PM-PST-001"), ("Rp 5 juta", "470")),
    "A197": Row("fortuner masih ada?", ("(PM-PST-002) sedang dibooking",), ("Rp 470 juta", "Ada, Kak"), stock="booked"),
    "A197-id": Row("PM-PST-002 masih ada?", ("sedang dibooking",), ("Rp 470 juta", "Ada, Kak"), stock="booked"),
}  # fmt: skip


@table(ANSWERED)
def test_a_customer_is_answered_from_the_stock(gateway: Any, row: Row) -> None:
    check(gateway, row)


UNSURE = {
    "mistyped": Row("ada xpender?", ("Maksudnya *Mitsubishi Xpander* ya, Kak?",), ("Ada, Kak!",)),
    "mistyped-there": Row("ada fortunner?", ("Maksudnya *Toyota Fortuner* ya, Kak?", "PM-PST-002"), ("City",)),
    "a thousand times": Row("budget 150.000 ada?", ("kisaran budget",), ("PM-PST", "Rp")),
    "juta or percent": Row("mau kredit fortuner dp 30", ("rencana DP",), ("Rp 30", "30 juta")),
    "rupiah 300": Row("budget Rp 300", ("kisaran budget",), ("PM-PST", "Rp")),
}  # fmt: skip


@table(UNSURE)
def test_what_is_not_clear_is_asked_and_never_guessed(gateway: Any, row: Row) -> None:
    showroom = opened(gateway, row.stock)
    assert_says(hold(showroom, row.said), row.says, row.never)


def test_a125_a_customers_command_changes_nothing(showroom: Showroom) -> None:
    showroom.hears("edit PM-PST-001 harga 10jt")
    showroom.hears("status PM-PST-001 SOLD")
    with showroom.scope():
        assert list(Vehicle.objects.order_by("id").values_list("price", "status")) == [
            (79_000_000, "AVAILABLE"),
            (470_000_000, "AVAILABLE"),
        ]
        assert list(StaffCommandLog.objects.values_list("success", "error")) == [(False, "not staff")] * 2


# --- messages of every day: slang, typing errors, two questions in one, three turns

EVERYDAY = {
    "matic-below": Row("mobil matic dibawah 200jt ada ga kak", ("maksimal Rp 200 juta", "Brio", "City"), ("Avanza", "Xenia")),
    "slang": Row("ada avanza ga gan → brp harganya", ("Ini harganya", "Rp 165 juta", "Rp 215 juta"), ("KM:",)),
    "three-turns": Row("avanza ready? → brp → pajak hidup ga?", ("berlaku sampai 5 Mei 2030", "belum ada datanya", "dicek dulu oleh staf"), (), "condition", "missing_fact"),
    "km": Row("unit xenia ready? → km brp", ("Untuk km *Daihatsu Xenia", "datanya belum ada"), ("0 km",), "condition", "missing_fact"),
    "innova-loose": Row("innova ada?", ("Ada 2 unit", "Innova 2.0 G", "Innova Reborn"), ()),
    "reborn-only": Row("inova reborn ada? → diesel kan?", ("Innova Reborn", "diesel"), ("2.0 G",)),
    "zenix": Row("ada innova zenix hybrid?", ("Innova Zenix hybrid sedang tidak tersedia", "Pilihan MPV lain", "Innova"), ("Ada, Kak",)),
    "sold": Row("hrv masih?", ("Honda HR-V E 2019* (PM-PST-010) sudah terjual", "Fortuner"), ("Rp 250 juta",)),
    "booked-then-other": Row("jazz masih ada? → kalau yg lain hatchback apa", ("Brio",), ("Jazz",)),
    "cheapest": Row("mobil paling murah berapa?", ("harga paling terjangkau", "City"), ("Fortuner", "Reborn")),
    "newest": Row("yang paling baru apa kak?", ("tahun paling muda", "2021"), ("2006",)),
    "least-used": Row("yg km rendah apa ya", ("kilometer paling rendah", "20.500 km"), ("127.245",)),
    "cheaper": Row("fortuner ada? → ada yang lebih murah?", ("harga paling terjangkau", "City"), ("470",)),
    "years": Row("avanza tahun berapa aja yg ada?", ("Tahun: 2021", "Tahun: 2019"), ("Rp",)),
    "two-cars": Row("harga brio sama xenia berapa?", ("Rp 158 juta", "Rp 118 juta"), ("tidak tersedia",)),
    "one-of-two": Row("brio atau alphard ada?", ("Rp 158 juta", "Toyota Alphard sedang tidak tersedia"), ()),
    "one-of-two-sold": Row("brio sama hrv masih ada?", ("Rp 158 juta", "HR-V E 2019* (PM-PST-010) sudah terjual"), ("250",)),
    "irit": Row("avanza irit ga bensinnya", ("Rp 165 juta", "Soal konsumsi bahan bakar, datanya belum ada"), ("km/liter",), reason="missing_fact"),
    "garansi": Row("ada garansi ga?", ("Soal garansi",), ("🚗",), reason="missing_fact"),
    "promo": Row("lagi ada promo ga min?", ("Soal promo",), ("🚗", "diskon"), reason="missing_fact"),
    "leasing": Row("leasing nya apa aja?", ("Soal leasing",), ("🚗",), reason="missing_fact"),
    "per-month": Row("kalau 3 tahun berapa perbulan", ("rencana DP",), ("🚗",), "price_inquiry", "missing_fact"),
    "credit-then-dp": Row("avanza g 2019 bisa kredit? → 30jt", ("disiapkan oleh staf",), ("sekitar Rp 30 juta",), "price_inquiry", "missing_fact"),
    "colour": Row("avanza warna merah ada?", ("Toyota Avanza warna merah sedang tidak tersedia", "Yang ada saat ini", "Avanza G"), ("Toyota Avanza sedang",)),
    "electric": Row("mobil listrik ada?", ("mobil listrik sedang tidak tersedia",), ("🚗",)),
    "bare-budget": Row("yg 150 ke bawah apa aja", ("maksimal Rp 150 juta", "Xenia", "City"), ("Brio", "Fortuner")),
    "range": Row("SUV budget 300-500 jt", ("Rp 300 juta - Rp 500 juta", "Fortuner"), ("Innova",)),
    "offer": Row("avanza 140 bisa ga?", ("tim sales",), ("Rp 140",), "negotiation", "negotiation"),
    "still-there": Row("mobilnya masih?", ("mobil yang mana",), ("Ada, Kak",)),
    "id-unknown": Row("PM-PST-099 ada?", ("unit PM-PST-099 tidak ada di data stok",), ("🚗",)),
    "two-questions": Row("avanza ada? sekalian alamatnya dmn", ("Ada 2 unit", ADDRESS), ()),
    "three-bubbles": Row("brio ada? / harganya brp / bisa kredit?", ("Rp 158 juta", "disiapkan oleh staf"), (), reason="missing_fact"),
    "visit": Row("besok jam 10 saya ke showroom ya mau liat avanza", ("pukul 10.00, mobil yang mana", "PM-PST-003", "PM-PST-004"), ("KM:", "dikonfirmasi oleh staf"), "test_drive"),
    "visit-which": Row("besok jam 10 saya ke showroom ya mau liat avanza → yang veloz", ("(PM-PST-004) sudah dijadwalkan", "pukul 10.00", ADDRESS), ("KM:", "dikonfirmasi oleh staf"), "test_drive"),
    "accept-visit": Row("fortuner ada? → boleh", ("Bisa, Kak", "PM-PST-002", "hari apa"), (), "test_drive"),
    "sell": Row("saya mau jual mobil saya bisa?", ("tukar tambah atau jual mobil",), (), "trade_in", "missing_fact"),
    "trade": Row("tt sama brio 2018 saya bisa ga ke xenia?", ("tukar tambah", "kondisi mobil Kakak"), ("belum punya datanya",), "trade_in", "missing_fact"),
    "account": Row("minta nomor rekening dong mau DP", ("ditangani langsung",), ("+62",), reason="legal"),
    "angry": Row("lama banget balesnya anjing", ("Mohon maaf atas",), ("terima kasih infonya",), "complaint", "complaint"),
    "call-me": Row("bs tlp ke no saya ga 081211112222", ("Staf kami yang akan melanjutkan",), (), "human_request", "human_request"),
    "contact-offer": Row("nomor sales dong → iya boleh", ("teruskan ke tim Prima Mobil",), (), "human_request", "human_request"),
    "the-one-shown": Row("xenia ada? → alphard? → avanza veloz? → pajaknya?", ("PM-PST-004",), ("tidak tersedia", "PM-PST-003"), "condition", "missing_fact"),
    "of-those-shown": Row("ada avanza? → alphard ada? → km nya berapa", ("• KM",), ("Alphard", "Saat ini ada")),
    "which-of-those-shown": Row("mobil apa aja di bawah 160jt → besok bisa test drive?", ("mobil yang mana", "Brio"), ("Fortuner", "Avanza"), "test_drive"),
    "an-hour-before-the-car": Row("mobil apa aja di bawah 160jt → besok bisa test drive? → jam 10", ("pukul 10.00", "mobil yang mana"), ("Saat ini ada",), "test_drive"),
    "narrowed": Row("cari mobil 7 kursi di bawah 250 → yang manual aja", ("Avanza G",), ("Brio", "Veloz"), "vehicle_inquiry"),
    "narrowed-to-none": Row("sedan di bawah 100 juta → yang putih", ("mobil sedan warna putih untuk budget maksimal Rp 100 juta sedang tidak tersedia", "City"), ("belum ada unit yang sesuai",)),
    "others": Row("mobil apa aja di bawah 130jt → selain itu?", ("belum ada lagi", "Brio"), ("City", "Xenia", "belum punya datanya"), "vehicle_inquiry"),
    "others-of-all": Row("fortuner ada? → pilihan lain ada?", ("Pilihan lainnya", "City"), ("Fortuner",), "vehicle_inquiry"),
    "another-budget": Row("ada yg 50 jutaan? → kalo 80?", ("sekitar Rp 80 juta", "City"), ("belum punya datanya",), "vehicle_inquiry"),
    "photo-after-the-staff": Row("city ada? → bisa kirim ke bandung? → fotonya dong", ("foto *Honda City",), ("teruskan",), "photo", "missing_fact"),
    "see-it-tomorrow": Row("brio ada? → besok sore bisa liat?", ("jam yang masih kosong",), ("belum punya datanya",), "test_drive"),
    "on-the-way": Row("brio ada? → otw ya", ("Silakan datang", ADDRESS), ("Bisa, Kak", "gangguan"), "test_drive"),
    "two-names-with-a-stroke": Row("xpender? → agya/brio", ("Rp 158 juta", "Toyota Agya sedang tidak tersedia"), ("hari apa", "gangguan"), "vehicle_inquiry"),
    "low-mileage": Row("ada mobil apa? → yang km nya paling rendah", ("kilometer paling rendah",), ("mobil yang mana",)),
    "own-car": Row("mau jual mobil jazz 2012 saya", ("tukar tambah atau jual mobil",), ("tidak tersedia", "🚗"), "trade_in", "missing_fact"),
    "own-car-worth": Row("mau jual mobil jazz 2012 saya → taksir berapa?", ("tukar tambah atau jual mobil",), ("tidak tersedia", "🚗", "Rp"), "trade_in", "missing_fact"),
    "reach-us": Row("hp nya bisa dihubungi ke mana?", ("Telepon", "WhatsApp"), ("teruskan",), "contact"),
    "frugal-is-no-place": Row("brio sama xenia yang irit mana", ("konsumsi bahan bakar",), (ADDRESS,), reason="missing_fact"),
    "credit-papers-later": Row("kredit city bisa? → syaratnya apa aja", ("KTP",), ("belum ada di saya",), reason="missing_fact"),
    "instalment-first": Row("cicilan 3 juta sebulan bisa dapat apa", ("hitung",), ("gangguan",), "price_inquiry", "missing_fact"),
    "salam": Row("assalamualaikum", ("Waalaikumsalam, Kak Budi!", GREETED), ("Selamat ",), "greeting"),
    "praying-hands": Row("makasih → 🙏", ("Siap, Kak",), ("maksudnya",)),
    "ok": Row("makasih → ok", ("Siap, Kak",), ("Sama-sama",), "closing"),
    "later": Row("brio ada? → oke kak nanti saya kabari", ("Siap, Kak",), ("Sama-sama", "PM-PST"), "closing"),
    "spec": Row("spek avanza 2019 dong", ("Kursi: 7", "Surat: BPKB, STNK, faktur lengkap", "Bodi: MPV"), ("20.500",)),
    "accident": Row("bekas tabrakan ga avanza 2019nya", ("Riwayat tabrakan: tidak pernah tabrakan",), ("belum ada",), "condition"),
    "photo-two": Row("foto avanza dong", ("PM-PST-003", "PM-PST-004", "staf"), ("ini foto", "sudah"), "photo", "missing_fact"),
    "short-list": Row("city car matic ada?", ("Brio",), ("Honda City",)),
    "status-question": Row("status PM-PST-005", ("Brio", "Rp 158 juta"), (STAFF_ONLY,)),
    "daftar-mobil": Row("daftar mobil", ("Saat ini ada 8 unit", "PM-PST-001"), (STAFF_ONLY,)),
}  # fmt: skip


@table(EVERYDAY)
def test_everyday_messages_get_an_answer_one_can_stand_behind(gateway: Any, row: Row) -> None:
    check(gateway, Row(row.said, row.says, row.never, row.intent, row.reason, "rich"))


def test_an_offer_is_not_repeated_in_the_next_answer(showroom: Showroom) -> None:
    [first] = showroom.hears("fortuner ada?")
    [second] = showroom.hears("warnanya apa?")
    assert "test drive, Kak?" in first
    assert "test drive" not in second
    assert "Warna: hitam" in second


@pytest.mark.parametrize("unit_id", ["MB-001", "SA-SBY-012", "PM-0001"])
def test_a_unit_is_known_by_the_showrooms_own_kind_of_id(showroom: Showroom, unit_id: str) -> None:
    with showroom.scope():
        Vehicle.objects.filter(model="City").update(display_id=unit_id)
    assert_says(showroom.hears(f"{unit_id.lower()} masih ada kak?"), (unit_id, "Rp 79 juta"), ("Fortuner",))


# --- the model: an honest draft goes out as it is; after a lie or a failure comes the counter's truth, or the fixed text


@dataclass(frozen=True)
class Draft:
    said: str
    honest: str
    lie: str
    truth: str  # in what the customer gets instead of the lie
    stock: str = "prima"
    reason: str = ""  # of the escalation after the honest draft


FIXED = "Maaf, terjadi gangguan sistem. Staff kami akan segera membantu Anda."
DRAFTS = {
    "A1": Draft("halo", "Selamat datang di Prima Mobil, Kak Budi! Ada yang bisa dibantu?", "Halo Kak, hubungi 0812-9999-0000 ya.", GREETED),
    "A3": Draft("ada mobil apa saja?", "Ada 🚗 *Honda City S AT 2006* | PM-PST-001 Rp 79 juta dan 🚗 *Toyota Fortuner VRZ AT 2021* | PM-PST-002 Rp 470 juta, Kak.", "Ada Avanza 2021 Rp 180 juta dan Brio 2019, Kak.", "PM-PST-001"),
    "A9": Draft("Ada mobil Honda Jazz?", "Honda Jazz belum ada, Kak. Mau lihat pilihan lain?", "Honda Jazz masih ready, Kak!", "Honda Jazz sedang tidak tersedia"),
    "A11": Draft("Lokasi showroom dimana?", "Di Jl. Contoh Raya No. 1, Jakarta Pusat, Kak.", "Cek https://maps.app.goo.gl/palsu ya Kak.", ADDRESS),
    "A19": Draft("Halo, Avanza 2019 masih ada?", "Avanza 2019 sedang kosong, Kak.", "Avanza 2019 masih tersedia, Kak.", "sedang tidak tersedia"),
    "A22": Draft("city ada? → bekas banjir ga?", "Data riwayat banjirnya belum ada, Kak. Staf kami akan mengeceknya.", "Tenang Kak, City ini bebas banjir.", "riwayat banjir", reason="missing_fact"),
    "A32": Draft("city ada? → interiornya gimana?", "Data interiornya belum ada, Kak. Staf kami akan mengeceknya.", "Interiornya mulus dan terawat, Kak.", "Untuk interior", reason="missing_fact"),
    "A40": Draft("Unit yang ready ada apa saja?", "City Rp 79 juta dan Fortuner Rp 470 juta, Kak.", "Fortuner cuma Rp 5 jt, City Rp 1 jt, Kak.", "Rp 470 juta"),
    "A41": Draft("Harga Fortuner berapa?", "Fortuner VRZ 2021 Rp 470 juta, Kak.", "Fortuner Rp 47 juta, Kak.", "Rp 470 juta"),
    "A43": Draft("budget 50jt?", "Untuk 50 juta belum ada, Kak. Yang terdekat Honda City Rp 79 juta. Apa budgetnya bisa dinaikkan?", "Ada Avanza Rp 50 juta, Kak.", "budgetnya masih bisa dinaikkan"),
    "A47": Draft("ada mobil apa?", "Stok sedang kosong, Kak.", "Ada Agya 2020 dan Brio 2019 yang ready, Kak.", "stok sedang kosong", stock="empty"),
    "A48": Draft("Ada Toyota apa aja?", "Ada Fortuner VRZ 2021, Rp 470 juta, Kak.", "Ada Fortuner dan Xenia yang masih ready, Kak.", "PM-PST-002"),
    "A49": Draft("Honda City itu SUV atau apa?", "Honda City itu sedan, Kak.", "Honda City itu sedan 1500 cc, Kak.", "sedan dengan 5 kursi"),
    "A50": Draft("brio ada?", "Brio sedang tidak ada, Kak.", "Brio ada yang ready, Kak.", "Honda Brio sedang tidak tersedia"),
    "A67": Draft("berapa profit bulan ini?", "Maaf Kak, data itu khusus untuk tim internal.", "Profit bulan ini Rp 350 juta, Kak.", STAFF_ONLY),
    "A70": Draft("PM-PST-001 masih ada?", "PM-PST-001 sudah terjual, Kak.", "PM-PST-001 masih ready, Kak!", "sudah terjual", stock="sold"),
    "A71": Draft("fortuner ada? → pajaknya hidup sampai kapan?", "Data pajaknya belum ada, Kak. Staf kami akan mengeceknya.", "Pajaknya masih hidup sampai 2027, Kak.", "Untuk pajak", reason="missing_fact"),
    "A72": Draft("bisa dikirim ke Bali?", "Maaf saya tidak memiliki info itu, Kak.", "Bisa Kak, ongkirnya Rp 3 juta.", "Soal pengiriman", reason="uncertain"),
    "A193": Draft("Lokasi prima mobil showroom dimana?", "Jl. Contoh Raya No. 1, Jakarta Pusat ya Kak.", "Telepon saja ke (021) 555-01234 ya Kak.", ADDRESS),
    "A197": Draft("fortuner masih ada?", "Fortuner sedang dibooking, Kak.", "Fortuner masih ready, Kak.", "sedang dibooking", stock="booked"),
    "photo": Draft("foto fortuner dong", "Foto Fortuner akan dikirim staf kami di chat ini ya, Kak.", "Ini foto Fortuner-nya ya Kak 📸", "foto *Toyota Fortuner", reason="missing_fact"),
    "photo-done": Draft("foto fortuner dong", "Staf kami yang akan mengirim fotonya, Kak.", "Fotonya sudah saya kirim ya Kak.", "foto *Toyota Fortuner", reason="missing_fact"),
    "photo-soon": Draft("foto fortuner dong", "Staf kami yang akan mengirim fotonya, Kak.", "Baik Kak, saya kirimkan fotonya sekarang.", "foto *Toyota Fortuner", reason="missing_fact"),
    "reborn-sold": Draft("innova reborn ada?", "Innova Reborn sudah terjual, Kak.", "Innova Reborn masih ready, Kak.", "sudah terjual", stock="reborn sold"),
    "innova-sold": Draft("innova reborn ada?", "Innova Reborn sudah terjual, Kak.", "Innova masih ready, Kak.", "sudah terjual", stock="reborn sold"),
    "short-id": Draft("ada mobil apa?", "City Rp 79 juta, Kak.", "Ada juga MB-007, Kak.", "PM-PST-001"),
}  # fmt: skip
STOCKS["reborn sold"] = [CITY, {**REBORN, "status": "SOLD"}]
drafts = pytest.mark.parametrize("draft", [pytest.param(draft, id=identity) for identity, draft in DRAFTS.items()])


def before_last(showroom: Showroom, said: str) -> str:
    """The dialogue up to its last turn, which is returned."""
    *earlier, last_turn = said.split(" → ")
    for turn in earlier:
        showroom.hears(turn)
    return last_turn


@drafts
def test_an_honest_draft_goes_out_untouched(gateway: Any, model: Any, draft: Draft) -> None:
    showroom = opened(gateway, draft.stock)
    final = before_last(showroom, draft.said)
    model.say(draft.honest)
    assert showroom.hears(final) == [draft.honest]
    reply = showroom.messages()[-1]
    assert (reply.path, reply.ai_response, reply.verdict["ok"]) == ("model", True, True)
    chat = showroom.chat()
    assert (chat.escalated_reason, chat.holder) == (draft.reason, "bot")


@drafts
def test_a_lie_never_reaches_the_customer(gateway: Any, model: Any, draft: Draft) -> None:
    showroom = opened(gateway, draft.stock)
    final = before_last(showroom, draft.said)
    model.answer_with(lambda _: draft.lie)  # also if it is asked again
    [reply] = showroom.hears(final)
    assert draft.lie not in reply
    assert draft.truth in reply
    said = showroom.messages()[-1]
    assert (said.path in ("counter", "fixed"), said.ai_response) == (True, False)
    assert (showroom.chat().escalated_reason, showroom.chat().holder) == ("guard_failed", "bot")


@drafts
def test_a_silent_model_leaves_nobody_without_an_answer(gateway: Any, model: Any, draft: Draft) -> None:
    showroom = opened(gateway, draft.stock)
    final = before_last(showroom, draft.said)
    model.empty(9)
    [reply] = showroom.hears(final)
    assert (FIXED if draft.reason else draft.truth) in reply
    assert showroom.chat().escalated_reason == "processing_error"


@pytest.mark.parametrize(
    "draft",
    ["Fortuner Rp 470 juta, bisa nego Kak.", "Rp 470 juta Kak, ada diskon menarik."],
    ids=["A73-nego", "A73-diskon"],
)
def test_a73_a_draft_that_bargains_is_handed_over(showroom: Showroom, model: Any, draft: str) -> None:
    model.say(draft)
    [reply] = showroom.hears("Harga Fortuner berapa?")
    assert "tim sales" in reply
    assert (showroom.chat().escalated_reason, showroom.chat().holder) == ("negotiation", "waiting")


def test_a74_a_request_for_a_person_asks_no_model(showroom: Showroom, model: Any) -> None:
    showroom.hears("mau bicara sama orang")
    assert model.requests == []


# --- escalation


def events(showroom: Showroom, phone: str = CUSTOMER) -> list[tuple[str, str]]:
    with showroom.scope():
        rows = ConversationEvent.objects.filter(conversation__customer_phone=phone).order_by("id")
        return [(event.kind, event.reason) for event in rows]


HARD = {
    "A74-person": ("mau bicara sama orang", "human_request"),
    "complaint": ("saya kecewa banget sama pelayanannya", "complaint"),
    "payment": ("transfer ke rekening mana kak?", "legal"),
    "A75-negotiation": ("boleh nego?", "negotiation"),
}


@pytest.mark.parametrize(("text", "reason"), HARD.values(), ids=HARD)
def test_a_hard_hand_over_silences_the_bot_until_release(showroom: Showroom, text: str, reason: str) -> None:
    assert len(showroom.hears(text)) == 1
    chat = showroom.chat()
    assert (chat.status, chat.escalated_reason, chat.holder) == ("escalated", reason, "waiting")
    assert chat.escalated_at is not None
    assert events(showroom) == [("escalated", reason)]
    assert showroom.hears("harga fortuner berapa?") == []
    with showroom.scope():
        turns.give_back(chat.pk)
    run_jobs()
    assert "Rp 470 juta" in showroom.gateway.sent[-1].text
    assert (showroom.chat().status, showroom.chat().holder) == ("active", "bot")


SOFT = {
    "missing_fact": "bisa dikirim ke Bali?",
    "missing_fact-photo": "foto fortuner dong",
    "missing_fact-credit": "kredit fortuner dp 100 juta",
}


@pytest.mark.parametrize("text", SOFT.values(), ids=SOFT)
def test_a_soft_hand_over_asks_for_a_person_and_goes_on_answering(showroom: Showroom, text: str) -> None:
    assert len(showroom.hears(text)) == 1
    assert (showroom.chat().status, showroom.chat().escalated_reason, showroom.chat().holder) == (
        "escalated",
        "missing_fact",
        "bot",
    )
    assert events(showroom) == [("escalated", "missing_fact")]
    assert_says(showroom.hears("harga city berapa?"), ("Rp 79 juta",))
    assert showroom.chat().status == "escalated"


# --- opening hours (Monday 23 November 2026, in Jakarta)

WEEK = dict.fromkeys(range(5), ("09:00", "17:00")) | {5: ("09:00", "15:00")}
CLOSED_TEXT = "Kami sedang tutup ya Kak, akan kami balas saat buka."


def at(day: int, hour: int) -> Any:
    """November 2026, Jakarta's clock; PostgreSQL's stays."""
    return time_machine.travel(datetime(2026, 11, day, hour - 7 if hour >= 7 else hour, tzinfo=UTC), tick=False)


def test_staff_are_not_told_that_we_are_closed(closing: Showroom) -> None:
    closing.employs(name="Ratna", role="manager")
    with at(23, 20):
        assert CLOSED_TEXT not in closing.hears("halo", phone=STAFF)[0]


@pytest.fixture
def closing(showroom: Showroom) -> Showroom:
    showroom.opens(WEEK)
    showroom.set(after_hours_message=CLOSED_TEXT)
    return showroom


def test_a78_the_text_is_added_once_in_each_closed_period(closing: Showroom) -> None:
    with at(23, 12):
        assert CLOSED_TEXT not in closing.hears("harga city?")[0]
    with at(23, 20):
        first, second = closing.hears("harga fortuner?")[0], closing.hears("lokasinya dimana?")[0]
    assert first.endswith(CLOSED_TEXT)
    assert "Rp 470 juta" in first
    assert CLOSED_TEXT not in second
    assert "sedang tutup. Kami buka kembali besok pukul 09.00." in second
    with at(24, 20):
        assert closing.hears("harga fortuner?")[0].endswith(CLOSED_TEXT)


def test_a78_message_only_says_the_text_once_and_asks_no_model(closing: Showroom, model: Any) -> None:
    closing.set(after_hours_mode="message_only")
    with at(23, 20):
        assert closing.hears("harga fortuner?") == [CLOSED_TEXT]
        assert closing.hears("halo?") == []
    assert model.requests == []
    chat = closing.chat()
    assert (chat.status, chat.escalated_reason, chat.holder) == ("escalated", "after_hours", "bot")
    with at(24, 10):
        assert len(closing.hears("fortuner ada?")) == 1
    assert len(model.requests) == 1


@pytest.mark.parametrize(("text", "says"), [
    ("hari minggu buka?", "Hari Minggu kami tutup"),
    ("sabtu buka kak?", "Hari Sabtu kami buka"),
    ("kapan buka?", "Senin-Jumat 09.00-17.00, Sabtu 09.00-15.00, Minggu tutup"),
    ("minggu saya ke showroom ya mau lihat unit", "Hari Minggu kami tutup"),
    ("besok bisa test drive?", "Untuk test drive Selasa, 24 November 2026, mobil yang mana"),
    ("besok bisa test drive fortuner?", "Untuk Selasa, 24 November 2026, jam yang masih kosong: 09.00"),
])  # fmt: skip
def test_a_named_day_is_looked_up(closing: Showroom, text: str, says: str) -> None:
    with at(23, 12):
        [reply] = closing.hears(text)
    assert says in reply
    assert_fit(reply)


def test_a_hand_over_outside_hours_says_when_the_showroom_opens(closing: Showroom) -> None:
    with at(23, 20):
        [reply] = closing.hears("mau bicara sama orang")
    assert "Saat ini showroom sedang tutup. Kami buka kembali besok pukul 09.00." in reply


# --- every switch of WhatsAppAIConfig (temperature, max_tokens and ai_model: test_turn, A207)


def test_the_time_zone_moves_the_opening_hours(closing: Showroom) -> None:
    with at(23, 8):  # ten o'clock in Jayapura
        assert CLOSED_TEXT in closing.hears("harga city?")[0]
        closing.set(timezone="Asia/Jayapura")
        assert "Saat ini showroom buka." in closing.hears("lokasi?")[0]


def test_auto_reply_off_stores_and_waits_in_silence(showroom: Showroom, model: Any) -> None:
    showroom.set(auto_reply=False)
    assert showroom.hears("harga fortuner?") == []
    chat = showroom.chat()
    assert (chat.status, chat.escalated_reason, chat.holder) == ("escalated", "auto_reply_off", "waiting")
    assert ([message.content for message in showroom.messages()], model.requests) == (["harga fortuner?"], [])


def test_a77_customer_chat_off_says_one_text_and_asks_no_model(showroom: Showroom, model: Any) -> None:
    showroom.set(customer_chat_enabled=False)
    assert showroom.hears("harga fortuner?") == [
        "Halo! 👋 Terima kasih sudah menghubungi Prima Mobil. Tim kami akan segera membalas pesan Anda. Mohon menunggu sebentar ya 🙏"
    ]
    assert showroom.hears("halo?") == []
    assert (showroom.chat().escalated_reason, model.requests) == ("customer_chat_off", [])


def test_customer_chat_off_is_not_for_staff(showroom: Showroom) -> None:
    showroom.employs()
    showroom.set(customer_chat_enabled=False)
    assert_says(showroom.hears("ada honda city?", phone=STAFF), ("PM-PST-001",))


def test_the_assistants_name_is_said(showroom: Showroom, model: Any, settings: Any) -> None:
    showroom.set(ai_name="Sinta")
    showroom.hears("halo")
    assert model.requests[0]["messages"][0]["content"].startswith(
        "Anda adalah Sinta, asisten virtual untuk Prima Mobil"
    )
    settings.ZAI_API_KEY = ""
    assert "Saya Sinta, asisten virtual Prima Mobil" in showroom.hears("halo", phone="6281200000021")[0]


PERSONALITIES = {"friendly": "friendly (ramah", "professional": "professional (formal", "casual": "casual (santai"}


@pytest.mark.parametrize("personality", PERSONALITIES)
def test_a79_the_personality_shapes_the_answer(showroom: Showroom, model: Any, settings: Any, personality: str) -> None:
    showroom.set(ai_personality=personality)
    showroom.hears("halo")
    assert PERSONALITIES[personality] in model.requests[0]["messages"][0]["content"]
    settings.ZAI_API_KEY = ""
    [reply] = showroom.hears("ada mobil apa saja?", phone="6281200000021")
    assert ("😊" in reply) is (personality != "professional")


WELCOME = "{greeting} dan selamat datang di {showroom}! Booking fee cukup Rp 1 juta, info: 0811-2222-3333."


def test_the_welcome_is_said_at_the_first_greeting_only(showroom: Showroom) -> None:
    showroom.set(welcome_message=WELCOME)
    [first] = showroom.hears("halo")
    assert "dan selamat datang di Prima Mobil! Booking fee cukup Rp 1 juta, info: 0811-2222-3333." in first
    assert "{" not in first
    assert "selamat datang" not in showroom.hears("halo")[0]


def test_a_model_may_use_the_managers_welcome(showroom: Showroom, model: Any) -> None:
    showroom.set(welcome_message=WELCOME)
    model.say("Selamat datang di Prima Mobil, Kak! Booking fee cukup Rp 1 juta, info: 0811-2222-3333.")
    assert "Rp 1 juta" in showroom.hears("halo")[0]
    assert "Booking fee cukup Rp 1 juta" in model.requests[0]["messages"][0]["content"]
    assert showroom.messages()[-1].path == "model"


def test_vehicle_info_off_tells_of_no_car(showroom: Showroom, model: Any, settings: Any) -> None:
    showroom.set(enable_vehicle_info=False)
    showroom.hears("harga fortuner berapa?")
    assert "470" not in model.requests[0]["messages"][0]["content"]
    settings.ZAI_API_KEY = ""
    assert_says(
        showroom.hears("harga fortuner berapa?", phone="6281200000021"),
        ("staf kami yang akan bantu",),
        ("470", "PM-PST"),
    )


def test_negotiation_on_leaves_the_chat_with_the_bot(showroom: Showroom, model: Any, settings: Any) -> None:
    showroom.set(enable_price_negotiation=True)
    model.say("Untuk nego, staf kami yang akan membahasnya ya Kak.")
    assert len(showroom.hears("harga fortuner boleh nego?")) == 1
    assert showroom.chat().holder == "bot"
    assert "Harga boleh dibicarakan" in model.requests[0]["messages"][0]["content"]
    settings.ZAI_API_KEY = ""
    assert_says(showroom.hears("fortuner boleh nego?", phone="6281200000021"), ("Rp 470 juta", "tim sales"))


def test_test_drive_off_promises_no_visit(showroom: Showroom, model: Any, settings: Any) -> None:
    showroom.set(enable_test_drive_booking=False)
    showroom.hears("bisa test drive?")
    assert "Test drive tidak dijadwalkan lewat chat ini" in model.requests[0]["messages"][0]["content"]
    settings.ZAI_API_KEY = ""
    assert_says(showroom.hears("bisa test drive?", phone="6281200000021"), ("staf kami yang akan bantu",), ("Bisa,",))
    assert "test drive" not in showroom.hears("fortuner ada?", phone="6281200000022")[0]


def test_the_burst_wait_puts_the_answer_off(showroom: Showroom) -> None:
    showroom.set(burst_wait_seconds=5, burst_cap_seconds=20)
    assert showroom.hears("halo") == []
    chat = showroom.chat()
    assert chat.due_at is not None
    assert chat.last_message_at is not None
    assert (chat.due_at - chat.last_message_at).total_seconds() == pytest.approx(5, abs=0.1)


def test_a208_the_faq_is_used(showroom: Showroom, model: Any, settings: Any) -> None:
    showroom.answers_faq("Apakah bisa COD?", "Bisa COD untuk wilayah Jabodetabek ya Kak.")
    showroom.hears("bisa cod ga?")
    assert "J: Bisa COD untuk wilayah Jabodetabek ya Kak." in model.requests[0]["messages"][0]["content"]
    settings.ZAI_API_KEY = ""
    assert_says(showroom.hears("bisa cod ga kak?", phone="6281200000021"), ("Bisa COD untuk wilayah Jabodetabek",))
    assert showroom.chat("6281200000021").status == "active"


# --- 8.3: staff

STAFF_ROWS = {
    "A90": Row("/upload", ("Siap, Kak! Untuk menambah mobil",), intent="upload_vehicle"),
    "A90-bare": Row("upload", ("Untuk menambah mobil",), intent="upload_vehicle"),
    "A90-mau": Row("mau upload", ("Untuk menambah mobil",), intent="upload_vehicle"),
    "A90-dong": Row("mau upload dong", ("Untuk menambah mobil",), intent="upload_vehicle"),
    "A90-mo": Row("mo upload", ("Untuk menambah mobil",), intent="upload_vehicle"),
    "A91": Row("tambah mobil", ("Untuk menambah mobil",), intent="upload_vehicle"),
    "A91-input": Row("input mobil", ("Untuk menambah mobil",), intent="upload_vehicle"),
    "A92": Row("halo", ("Kak Yudho",), ("menambah mobil",), "greeting"),
    "A93": Row("ada mobil apa", ("PM-PST-001", "Rp 470 juta"), ("menambah mobil",), "vehicle_inquiry"),
    "A94": Row("upload Brio 2020 120jt", ("warna, transmisi", "Honda Brio 2020", "Harga: Rp 120 juta"), ("berhasil",), "upload_vehicle"),
    "A105": Row("status PM-PST-001 SOLD", ("AVAILABLE → SOLD",), intent="update_status"),
    "A106": Row("status PM-PST-001 booking", ("AVAILABLE → BOOKED",), intent="update_status"),
    "A107": Row("update status PM-PST-001 SOLD", ("AVAILABLE → SOLD",), intent="update_status"),
    "A108": Row("status PM-XXX-999 SOLD", ("PM-XXX-999 tidak ditemukan",), intent="update_status"),
    "A109": Row("status PM-PST-001 lagi", ("tidak valid: lagi", "AVAILABLE, BOOKED, SOLD, DELETED"), intent="update_status"),
    "A110": Row("PM-PST-001 sold", ("AVAILABLE → SOLD",), intent="update_status"),
    "A111": Row("inventory", ("Total: 2 unit", "PM-PST-001", "PM-PST-002"), intent="check_inventory"),
    "A111-stok": Row("stok", ("Total: 2 unit",), intent="check_inventory"),
    "A111-cek": Row("cek stok", ("Total: 2 unit",), intent="check_inventory"),
    "A111-slash": Row("/stock", ("Total: 2 unit",), intent="check_inventory"),
    "A112": Row("stok city", ("PM-PST-001",), ("PM-PST-002",), "check_inventory"),
    "A112-make": Row("inventory Toyota", ("PM-PST-002",), ("PM-PST-001",), "check_inventory"),
    "A112-ready": Row("stok ready", ("Total: 2 unit",), intent="check_inventory"),
    "A113": Row("stats", ("Statistik hari ini", "Total: 2 unit"), intent="get_stats"),
    "A113-week": Row("stats week", ("Statistik minggu ini",), intent="get_stats"),
    "A113-laporan": Row("laporan", ("Statistik hari ini",), intent="get_stats"),
    "A198": Row("status PM-PST-001", ("Formatnya: status [ID mobil] [status baru]", "Contoh: status PM-PST-001 SOLD"), intent="update_status"),
    "A202": Row("ada honda city?", ("PM-PST-001", "Rp 79 juta"), ("Total:",), "vehicle_inquiry"),
    "A17": Row("Kamu tahu siapa saya?", ("Kak Yudho", "terdaftar sebagai pemilik Prima Mobil"), ("belum terdaftar",), "identity"),
    "A171": Row("Hi", ("Kak Yudho", "pemilik Prima Mobil"), ("Budi",), "greeting"),
    "profit": Row("berapa profit bulan ini?", ("/stats",), ("belum terdaftar", "Rp")),
}  # fmt: skip


@table(STAFF_ROWS)
def test_staff_command_and_ask(showroom: Showroom, row: Row) -> None:
    showroom.employs(name="Yudho", role="owner")
    [reply] = hold(showroom, row.said, STAFF)
    assert_says([reply], row.says, row.never)
    assert row.intent in ("", last(showroom, STAFF).intent)
    assert (last(showroom, STAFF).sender_type, showroom.chat(STAFF).is_staff) == ("staff", True)


def test_a105_a_sold_car_has_its_history_and_the_next_customer_hears_of_it(showroom: Showroom) -> None:
    showroom.employs()
    showroom.hears("status PM-PST-001 SOLD", phone=STAFF)
    with showroom.scope():
        car = Vehicle.objects.get(display_id="PM-PST-001")
        assert car.status == "SOLD"
        assert car.history.filter(action="status").count() == 1
        assert StaffCommandLog.objects.get().success
    assert_says(showroom.hears("PM-PST-001 masih ada?"), ("sudah terjual",), ("Rp 79 juta",))


SWITCHED_OFF = {
    "A209": ({"staff_commands_enabled": False}, "stok", "perintah staf lewat WhatsApp sedang dimatikan"),
    "upload": ({"enable_staff_upload": False}, "/upload Toyota Avanza 2020 150jt 50rb km Hitam Manual", "/upload sedang dimatikan"),
    "status": ({"enable_staff_status": False}, "status PM-PST-001 SOLD", "/status sedang dimatikan"),
}  # fmt: skip


@pytest.mark.parametrize(("config", "text", "says"), SWITCHED_OFF.values(), ids=SWITCHED_OFF)
def test_a_staff_switch_refuses_and_changes_nothing(
    showroom: Showroom, config: dict[str, bool], text: str, says: str
) -> None:
    showroom.employs()
    showroom.set(**config)
    assert_says(showroom.hears(text, phone=STAFF), (says,))
    with showroom.scope():
        assert list(Vehicle.objects.values_list("status", flat=True)) == ["AVAILABLE", "AVAILABLE"]
    showroom.set(**dict.fromkeys(config, True))
    assert says not in showroom.hears(text, phone=STAFF)[0]


# --- 8.4: identity


def test_a163_staff_stored_as_dialled_is_staff(showroom: Showroom) -> None:
    showroom.employs(phone="081298765432")
    assert_says(showroom.hears("stok", phone=STAFF), ("Total: 2 unit",))


def test_a164_an_unknown_number_is_a_customer(showroom: Showroom) -> None:
    showroom.employs()
    assert "Total:" not in showroom.hears("stok", phone="6289999999999")[0]
    assert not showroom.chat("6289999999999").is_staff


def lid_says(showroom: Showroom, text: str, lid: str = "10020343271578@lid") -> WhatsAppConversation:
    """A person writes of whom the wire shows only a LID."""
    number = len(showroom.gateway.sent) + 1
    message = {"from": "", "id": f"L{number}", "rawChat": lid, "rawSender": lid, "pushName": "Sari", "text": text, "timestamp": clock.now().isoformat(), "type": "text"}  # fmt: skip
    assert (
        showroom.post({"clientId": showroom.client_id, "message": message, "timestamp": 1769766166}).status_code == 200
    )
    run_jobs()
    with showroom.scope():
        return WhatsAppConversation.objects.get(lid=lid)


LID_ROWS = {
    "A165": "stok",
    "A166": "mau upload",
    "A167": "/verify 081200009999",
    "A168": "/verify 081298765432",
}


@pytest.mark.parametrize("text", LID_ROWS.values(), ids=LID_ROWS)
def test_a_lid_alone_proves_nothing(showroom: Showroom, text: str) -> None:
    showroom.employs()
    assert not lid_says(showroom, text).is_staff
    assert not lid_says(showroom, "stok").is_staff
    with showroom.scope():
        assert not StaffCommandLog.objects.filter(success=True).exists()
    assert not any("Total:" in sent.text or "menambah mobil" in sent.text for sent in showroom.gateway.sent)


def test_a169_a_lid_after_a_staff_chat_is_another_person(showroom: Showroom) -> None:
    showroom.employs()
    showroom.hears("stok", phone=STAFF)
    chat = lid_says(showroom, "stok")
    assert chat.pk != showroom.chat(STAFF).pk
    assert (chat.is_staff, chat.customer_phone) == (False, None)


def test_a172_an_unregistered_hi_is_welcomed_as_a_customer(showroom: Showroom) -> None:
    assert_says(showroom.hears("Hi"), ("Kak Budi", GREETED), ("terdaftar", "/stats"))


def test_a180_removed_staff_is_a_customer_at_once(showroom: Showroom) -> None:
    member = showroom.employs()
    assert "Total:" in showroom.hears("stok", phone=STAFF)[0]
    with showroom.scope():
        StaffWhatsAppAuth.objects.filter(pk=member.pk).update(is_active=False)
    assert_says(showroom.hears("stok", phone=STAFF), ("PM-PST-001",), ("Total:",))
    assert not showroom.chat(STAFF).is_staff
    assert last(showroom, STAFF).sender_type == "customer"


def test_a181_staff_who_asks_like_a_customer_is_no_lead(showroom: Showroom) -> None:
    showroom.employs()
    showroom.hears("ada honda city?", phone=STAFF)
    showroom.hears("besok saya mau test drive city", phone=STAFF)
    with showroom.scope():
        assert Lead.objects.count() == 0


@pytest.mark.parametrize(
    "text", ["ada yg matic di bawah 150jt? sama lokasinya dmn", "lokasinya dmn? sama ada yg matic di bawah 150jt ga"]
)
def test_a_place_and_a_car_asked_in_one_message_are_both_answered(showroom, text):
    [reply] = showroom.hears(text)
    assert "Jl. Contoh Raya" in reply
    assert "PM-PST-001" in reply
    assert showroom.chat().status == "active"


def test_a_budget_after_a_sold_car_is_a_new_search(showroom):
    showroom.has(make="Honda", model="HR-V", year=2016, price=174_000_000, status="SOLD", transmission="cvt")
    showroom.hears("HR-V 2016 masih ada kak?")
    [reply] = showroom.hears("ada yg matic di bawah 150jt?")
    assert "PM-PST-001" in reply
    assert "HR-V" not in reply
