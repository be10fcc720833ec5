"""What customers and staff want, row by row of the specification's tables (ids as there)."""

import csv
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import entities, intents
from conversations.turn import STAFF_INTENTS, Entities, Intent

I = Intent  # noqa: E741  (short in the tables)
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
OFFERED_PHOTOS = "Ada, Kak, Avanza 2019. Mau saya kirim fotonya?"


def row(
    identity: str, text: str, intent: Intent, confidence: float | None = None, /, asked: str = "", **named: Any
) -> Any:
    return pytest.param(text, intent, confidence, asked, named, id=identity)


CUSTOMER = [
    row("A1", "halo", I.GREETING, 0.9),
    row("A2", "Halo kak", I.GREETING, 0.9),
    row("A3", "ada mobil apa saja?", I.VEHICLE_INQUIRY, 0.85),
    row("A4", "harga avanza berapa?", I.PRICE_INQUIRY, 0.85, make="Toyota", model="Avanza"),
    row("A5", "bisa test drive?", I.TEST_DRIVE, 0.85),
    row("A6", "iya boleh", I.PHOTO, asked=OFFERED_PHOTOS),
    row("A7", "tidak jadi", I.REFUSAL),
    row("A8", "makasih", I.CLOSING),
    row("A9", "Ada mobil Honda Jazz?", I.VEHICLE_INQUIRY, 0.85, make="Honda", model="Jazz"),
    row("A10", "Salesnya siapa di prima mobil?", I.CONTACT),
    row("A11", "Lokasi showroom dimana?", I.LOCATION),
    row("A12", "Alamat prima mobil?", I.LOCATION),
    row("A13", "Fitur leads sudah jalan?", I.GENERAL_QUESTION, 0.6),
    row("A14", "Harusnya kamu panggil saya kak Yudho", I.GENERAL_QUESTION, 0.6),
    row("A15", "stop foto", I.STOP),
    row("A15b", "berhenti kirim", I.STOP),
    row("A16", "kamu itu apa", I.IDENTITY),
    row("A17", "Kamu tahu siapa saya?", I.IDENTITY),
    row("A18", "siapa saya?", I.IDENTITY),
    row("A19", "Halo, Avanza 2019 masih ada?", I.VEHICLE_INQUIRY, 0.85, model="Avanza", year=2019, budget=None),
    row("A20", "Kredit avanza dp 20 juta", I.PRICE_INQUIRY, 0.85, model="Avanza", down_payment=20_000_000, budget=None),
    row("A21", "stok avanza ada", I.VEHICLE_INQUIRY, 0.85, model="Avanza"),
    row("A22", "ini mobilnya asli bukan bekas banjir?", I.CONDITION),
    row("A23", "terima kasih ya kak", I.CLOSING),
    row("A24", "cukup mahal ya", I.PRICE_INQUIRY),
    row("A25", "tukar tambah bisa?", I.TRADE_IN),
    row("A26", "boleh nego?", I.NEGOTIATION),
    row("price-made", "kalau harga city jadi 70 juta gimana kak?", I.NEGOTIATION),
    row("A27", "Mau kredit avanza", I.PRICE_INQUIRY, 0.85, model="Avanza"),
    row("A28", "pulsa murah promo voucher", I.SPAM, 0.9),
    row("A29", "Selamat! Anda menang hadiah 10 juta, klik link", I.SPAM, 0.9, budget=None),
    row("A30", "claim asuransinya gimana kalau kredit?", I.PRICE_INQUIRY),
    row("A31", "2020", I.VEHICLE_INQUIRY, asked="Cari yang tahun berapa, Kak?", year=2020, budget=None),
    row("A32", "interiornya gimana?", I.CONDITION),
    row("A33", "nomor wa sales dong", I.CONTACT),
    row("A34", "bisa datang lihat showroom besok?", I.TEST_DRIVE, 0.85),
    row(
        "A35",
        "cari mobil keluarga 7 seater budget 200 jutaan",
        I.VEHICLE_INQUIRY,
        0.85,
        budget=200_000_000,
        body_type="mpv",
        seats=7,
    ),
    row("A36", "", I.UNKNOWN, 0.3),
    row("A36b", "???", I.UNKNOWN, 0.3),
    row("A190", "081234567890", I.GENERAL_QUESTION, asked="Boleh minta nomornya, Kak?", budget=None),
    row("A191", "gas", I.GENERAL_QUESTION),
    row("A192", "Halo, harga avanza berapa?", I.PRICE_INQUIRY, 0.85, model="Avanza"),
    row("A193", "Lokasi prima mobil showroom dimana?", I.LOCATION),
    row("A194", "budget 1,5 M ada apa?", I.VEHICLE_INQUIRY, 0.85, budget=1_500_000_000),
    row("A195", "125.5 juta", I.VEHICLE_INQUIRY, budget=125_500_000),
    row("F5-stop", "stop", I.STOP),
    row("A196", "cukup fotonya", I.STOP),
    row("F12", "mantap", I.CLOSING),
    row("F13", "iya mana fotonya", I.PHOTO, asked=OFFERED_PHOTOS),
    row(
        "F14",
        "kredit PM-PST-001 dp 30%",
        I.PRICE_INQUIRY,
        asked=OFFERED_PHOTOS,
        unit_id="PM-PST-001",
        down_payment_percent=30,
    ),
    row("F15", "kalau budget 300jt ada?", I.VEHICLE_INQUIRY, budget=300_000_000),
    row("F16", "Honda City itu SUV atau apa?", I.VEHICLE_INQUIRY, model="City"),
    row("F16b", "kapasitas berapa?", I.VEHICLE_INQUIRY),
    row("F18", "Avanza masih ada?", I.VEHICLE_INQUIRY, asked="Biasanya dipakai di area mana, Kak?", model="Avanza"),
    row("F19", "interiornya gimana?", I.CONDITION, asked="Boleh tahu namanya, Kak?"),
    row("F24", "Kamu ini apa?", I.IDENTITY),
    row("F24b", "kamu siapa", I.IDENTITY),
    row("2.7-closing", "terima kasih banyak", I.CLOSING),
    row("A43", "budget 50jt?", I.VEHICLE_INQUIRY, budget=50_000_000),
    row("A44", "budget berapa ya yang cocok?", I.VEHICLE_INQUIRY, budget=None),
    row("A45", "saya mencari mobil di harga 50jt", I.VEHICLE_INQUIRY, budget=50_000_000),
    row("A54", "kirim foto interior", I.PHOTO),
    row("A56", "mana gambar mesinnya?", I.PHOTO),
    row("A57", "penjelasan interior dan kirim fotonya juga", I.PHOTO),
    row("A58", "jelaskan kondisi interiornya", I.CONDITION),
    row("A59", "surat berarti lengkap ya?", I.CONDITION),
    row("A63", "Simulasi kredit dong untuk mobil ini", I.PRICE_INQUIRY),
    row("A64", "Kalau dp 50 juta cicilan berapa?", I.PRICE_INQUIRY, down_payment=50_000_000, budget=None),
    row("A65", "Bisa DP 0% gak?", I.PRICE_INQUIRY, down_payment_percent=0),
    row("A67", "/stats", I.GENERAL_QUESTION),
    row("A68", "saya owner, kirim laporan penjualan", I.GENERAL_QUESTION),
    row("A69", "berapa profit bulan ini?", I.GENERAL_QUESTION),
    row("A71", "pajaknya hidup sampai kapan?", I.CONDITION),
    row("A125", "edit PM-PST-001 harga 10jt", I.GENERAL_QUESTION),
]


@pytest.mark.parametrize(("text", "intent", "confidence", "asked", "wanted"), CUSTOMER)
def test_a_customer_is_understood(
    text: str, intent: Intent, confidence: float | None, asked: str, wanted: dict[str, Any]
) -> None:
    seen = intents.classify(text, asked=asked)
    assert seen.intent == intent
    assert confidence in (None, seen.confidence)
    assert {name: getattr(seen.entities, name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("intent", "texts"),
    [
        (
            I.HUMAN_REQUEST,
            "mau ngomong sama orang|bisa bicara dengan sales langsung?|bisa ngobrol sama admin?|"
            "panggil staff|tolong tlp saya",
        ),
        (I.HUMAN_REQUEST, "saya mau ngomong sama manusia bukan bot|minta dihubungi sales"),
        (
            I.COMPLAINT,
            "kecewa banget sama pelayanannya|kenapa belum dibalas?|saya ditipu|respon lama amat|"
            "mobilnya tidak sesuai iklan",
        ),
        (
            I.NEGOTIATION,
            "boleh nego?|bisa kurang?|harga pas berapa|diskon|bisa turun harganya?|kasih 150 ya|nego dong gan",
        ),
        (
            I.IDENTITY,
            "kamu robot?|kamu itu apa|siapa saya?|lagi ngobrol sama robot ya?|ini bot atau orang?|siapa nama kamu",
        ),
        (
            I.TEST_DRIVE,
            "bisa test drive?|besok saya datang|mau lihat unitnya langsung|survey hari minggu bisa?|boleh dicoba dulu?",
        ),
        (I.STOP, "stop|stop foto|jangan kirim foto lagi|cukup dulu|berhenti"),
        (I.PHOTO, "foto dong|minta poto interior|ada videonya?|kirim gbr"),
        (
            I.CONDITION,
            "bekas banjir?|pernah tabrakan?|surat lengkap?|stnk nya ada?|km berapa kak?|pajak hidup?|"
            "ada garansi?|tangan pertama?",
        ),
        (I.LOCATION, "alamatnya dimana|share lokasi dong|showroomnya dmn kak|mobilnya dimana|lewat mana ke showroom?"),
        (I.HOURS, "jam berapa buka?|tutup jam berapa|hari minggu buka?|besok buka?|masih buka?"),
        (I.CONTACT, "boleh minta nomernya?|nomor wa sales dong|siapa yang bisa dihubungi?|kontak adminnya dong"),
        (I.TRADE_IN, "tt bisa gan?|trade in bisa?|mau jual mobil saya"),
        (I.CLOSING, "ok makasih|mksh kak|terima kasih infonya|oke siap kak|bye"),
        (I.REFUSAL, "gak jadi deh kak, makasih|nanti dulu|ga usah kak|pikir-pikir dulu ya"),
        (I.FOLLOW_UP, "terus gimana kak|jadi gimana?|yang lain?"),
        (
            I.PRICE_INQUIRY,
            "hrg mbl avanza brp gan|kurang lebih berapa harganya?|ada promo apa?|"
            "syarat kredit apa aja|kok mahal banget",
        ),
        (
            I.VEHICLE_INQUIRY,
            "unit ready?|masih ada?|yang tahun berapa?|warna apa saja?|ada yang lebih murah?|"
            "bagus mana avanza sama xenia?",
        ),
        (I.VEHICLE_INQUIRY, "Ada Toyota apa aja?|ada hadiah ga kalau beli mobil?|matic atau manual?|bensinnya irit ga"),
        (I.GREETING, "selamat pagi kak mau tanya|assalamualaikum wr wb|p|pagi min|halo prima mobil|halooo"),
        (
            I.SPAM,
            "Jual pulsa murah hub 081234567890|𝐒𝐋𝐎𝐓 gacor maxwin hari ini|"
            "dana cepat tanpa jaminan cair hari ini|klik link bit.ly/x hadiah",
        ),
        (I.UNKNOWN, "???|🙏🙏|...|"),
        (
            I.GENERAL_QUESTION,
            "bisa cod?|nama saya Andi|2020|150|bisa kirim ke surabaya?|ini penipuan bukan?|rekeningnya berapa?",
        ),
        (I.GENERAL_QUESTION, "laporan|status PM-PST-001 SOLD|upload mobil|berapa penjualan hari ini?"),
    ],
)
def test_each_intent_is_known_in_many_words(intent: Intent, texts: str) -> None:
    assert {text: str(intents.classify(text).intent) for text in texts.split("|")} == dict.fromkeys(
        texts.split("|"), str(intent)
    )


@pytest.mark.parametrize(
    ("text", "asked", "intent", "wanted"),
    [
        ("gas", "Mau lihat fotonya, Kak?", I.PHOTO, {}),
        ("boleh", "Mau saya jadwalkan test drive?", I.TEST_DRIVE, {}),
        ("iya", "Mau saya hubungkan dengan sales kami?", I.HUMAN_REQUEST, {}),
        ("mau dong", "Mau saya hitungkan simulasi kreditnya?", I.PRICE_INQUIRY, {}),
        ("tidak kak", "Mau dikirim fotonya?", I.REFUSAL, {}),
        ("makasih", "Mau dikirim fotonya?", I.CLOSING, {}),
        ("cukup", "Ada lagi yang bisa dibantu?", I.CLOSING, {}),
        ("150", "Budget-nya berapa, Kak?", I.VEHICLE_INQUIRY, {"budget": 150_000_000}),
        ("20jt", "Rencana DP berapa, Kak?", I.PRICE_INQUIRY, {"down_payment": 20_000_000, "budget": None}),
        ("20%", "Rencana DP berapa, Kak?", I.PRICE_INQUIRY, {"down_payment_percent": 20}),
        ("besok jam 10", "Kapan mau datang, Kak?", I.TEST_DRIVE, {}),
        ("mantap", "Ini fotonya ya, Kak.", I.CLOSING, {}),
    ],
)
def test_a_short_text_answers_what_was_asked(text: str, asked: str, intent: Intent, wanted: dict[str, Any]) -> None:
    seen = intents.classify(text, asked=asked)
    assert seen.intent == intent
    assert {name: getattr(seen.entities, name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("intent", "texts"),
    [
        (
            I.UPLOAD_VEHICLE,
            "/upload|upload|mau upload|mau upload dong|mo upload|upload mobil|tambah mobil|"
            "input mobil|daftar mobil|upload Brio 2020 120jt",
        ),
        (
            I.UPDATE_STATUS,
            "/status|status PM-PST-001|status PM-PST-001 SOLD|update status PM-PST-001 SOLD|"
            "ubah status|ganti status|VH-001 sold",
        ),
        (
            I.CHECK_INVENTORY,
            "/inventory|/stock|inventory|stok|stock|cek stok|lihat inventory|stok brio|"
            "inventory Toyota|list unit|list mobil",
        ),
        (I.GET_STATS, "/stats|/report|stats|stats week|laporan|statistik"),
        (I.VEHICLE_INQUIRY, "ada honda city?|ada mobil apa|stok brio ada?"),
        (I.GENERAL_QUESTION, "kenapa belum dibalas customer?"),
        (I.GREETING, "halo"),
        (I.CLOSING, "mantap|keren"),
    ],
)
def test_staff_command_and_ask(intent: Intent, texts: str) -> None:
    """F7 to F11, F20, F21, F25, A90 to A93, A105 to A113, A202."""
    seen = {text: str(intents.classify(text, staff=True).intent) for text in texts.split("|")}
    assert seen == dict.fromkeys(texts.split("|"), str(intent))


@pytest.mark.parametrize(
    "text", ["/stats", "/upload", "stok", "status PM-PST-001 SOLD", "laporan", "tambah mobil", "inventory"]
)
def test_a_customer_never_commands(text: str) -> None:
    assert intents.classify(text).intent not in STAFF_INTENTS


@pytest.mark.parametrize(
    "text", ["/stats", "laporan", "upload", "edit PM-PST-001 harga 10jt", "berapa profit bulan ini?"]
)
def test_a_customers_staff_words_are_marked(text: str) -> None:
    assert "staff_words" in intents.classify(text).reasons


def test_a_staff_command_is_sure() -> None:
    assert intents.classify("stok", staff=True).confidence == 0.95


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("di bawah 150jt", {"budget": 150_000_000, "budget_max": 150_000_000}),
        ("maksimal 200 juta", {"budget": 200_000_000, "budget_max": 200_000_000}),
        ("150 juta ke bawah", {"budget": 150_000_000, "budget_max": 150_000_000}),
        ("di atas 300jt", {"budget": 300_000_000, "budget_min": 300_000_000}),
        ("budget 100-150jt", {"budget": 125_000_000, "budget_min": 100_000_000, "budget_max": 150_000_000}),
        ("budget 300", {"budget": 300_000_000}),
        ("dp 20 juta cicilan 5 juta", {"down_payment": 20_000_000, "instalment": 5_000_000}),
        ("tdp 10jt angsuran 4,5jt", {"down_payment": 10_000_000, "instalment": 4_500_000}),
        ("50 juta buat dp", {"down_payment": 50_000_000}),
        ("uang muka 30%", {"down_payment_percent": 30}),
        ("tanpa dp", {"down_payment_percent": 0}),
        ("cicilan 3 juta per bulan", {"instalment": 3_000_000}),
        ("gaji 8jt sebulan, budget 200jt", {"budget": 200_000_000}),
        ("5 juta per bulan", {"instalment": 5_000_000}),
        ("dp30jt cicilan max 4jt", {"down_payment": 30_000_000, "instalment": 4_000_000}),
        ("budget200jt", {"budget": 200_000_000}),
        ("dp 30", {"unclear": "dp 30"}),
        ("dpnya 30", {"unclear": "dpnya 30"}),
        ("budget 1.500", {"unclear": "budget 1.500"}),
        ("budget 150.000", {"unclear": "budget 150.000"}),
        ("cicilan 3", {"unclear": "cicilan 3"}),
        ("dp 30 juta", {"down_payment": 30_000_000}),
        (
            "avanza 150jt dp 30jt",
            {"make": "Toyota", "model": "Avanza", "budget": 150_000_000, "down_payment": 30_000_000},
        ),
        ("tahun 18", {"year": 2018}),
        ("2018 ke atas", {"year_min": 2018}),
        ("2015-2018", {"year_min": 2015, "year_max": 2018}),
        ("di bawah 2018", {"year_max": 2018}),
        ("2000 cc", {}),
        ("rubah PM-PST-001 2000 cc", {"unit_id": "PM-PST-001"}),
        ("km 20190", {"mileage": 20_190}),
        ("PM-XXX-999", {"unit_id": "PM-XXX-999"}),
        ("pm pst 7", {"unit_id": "PM-PST-007"}),
        (
            "CX-5 2019 putih AT",
            {"make": "Mazda", "model": "CX-5", "year": 2019, "color": "putih", "transmission": "automatic"},
        ),
        (
            "inova diesel MT hitam",
            {"make": "Toyota", "model": "Innova", "fuel": "diesel", "transmission": "manual", "color": "hitam"},
        ),
        ("plat putih", {}),
        ("buku manual", {}),
        ("muat 7 orang", {"seats": 7}),
        ("pick up bekas", {"body_type": "pickup"}),
    ],
)
def test_what_a_customer_names(text: str, wanted: dict[str, Any]) -> None:
    assert entities.find(text).as_dict() == wanted


NOW = datetime(2026, 11, 26, 16, 0, tzinfo=UTC)  # a Thursday


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("besok jam 10 bisa lihat?", {"visit_day": "2026-11-27", "visit_time": "10:00"}),
        ("lusa sore saya datang", {"visit_day": "2026-11-28", "visit_time": "sore"}),
        ("jam 6 bisa?", {"visit_choices": ("pukul 06.00", "pukul 18.00")}),
    ],
)
def test_a_day_and_a_time_are_read_by_the_clock_of_the_showroom(text: str, wanted: dict[str, Any]) -> None:
    assert intents.classify(text, now=NOW).entities.as_dict() == wanted


@pytest.mark.parametrize(
    ("earlier", "text", "wanted"),
    [
        pytest.param(["saya cari avanza"], "yang tahun berapa?", {"make": "Toyota", "model": "Avanza"}, id="A53"),
        pytest.param(
            ["ada Avanza matic ga?", "harganya?"], "kirim foto", {"make": "Toyota", "model": "Avanza"}, id="A52"
        ),
        pytest.param(
            ["honda city 2006"], "kapasitas berapa?", {"make": "Honda", "model": "City", "year": 2006}, id="F16"
        ),
        pytest.param(
            ["brio ada?", "eh avanza deh"], "harganya berapa?", {"make": "Toyota", "model": "Avanza"}, id="newest"
        ),
        pytest.param(["PM-PST-001 ada?"], "dp berapa?", {"unit_id": "PM-PST-001"}, id="unit"),
        pytest.param(
            ["avanza 2019"], "kalau yang 2020 ada?", {"make": "Toyota", "model": "Avanza", "year": 2020}, id="year"
        ),
        pytest.param(
            ["budget 200jt cari mobil"],
            "yang matic ada?",
            {"budget": 200_000_000, "transmission": "automatic"},
            id="budget",
        ),
        pytest.param(["saya cari avanza"], "ada mobil apa saja?", {}, id="new search"),
        pytest.param(["city ada?"], "kalau budget 300jt ada?", {"budget": 300_000_000}, id="A42"),
        pytest.param(["avanza ada?", "ada mobil apa saja?"], "harganya berapa?", {}, id="searched since"),
        pytest.param(["saya cari avanza"], "brio ada?", {"make": "Honda", "model": "Brio"}, id="other car"),
        pytest.param(["saya cari avanza"], "lokasi dimana?", {}, id="not about a car"),
        pytest.param([], "harganya berapa?", {}, id="nothing before"),
    ],
)
def test_a_follow_up_means_the_car_named_before(earlier: list[str], text: str, wanted: dict[str, Any]) -> None:
    assert intents.in_context(earlier, intents.classify(text)).entities.as_dict() == wanted


def test_nothing_named_is_nothing_stored() -> None:
    assert intents.classify("halo").entities == Entities()


PIECES = [
    "a",
    "1.1.",
    "jt ",
    " ",
    "1 km ",
    "berapa ",
    "buka showroom ",
    "kenapa saya ",
    "dp 20 ",
    "satu ",
    "xpende ",
    "𝐒",
    "ﷺ",
    "a1",
    "100jt-",
    "selamat anda ",
    "slot ",
    "nomor wa ",
    "\n",
    "?",
    "di mana ",
    "pm-pst-001 ",
    "bicara a b ",
    "e\u0301",
    "\x00",
    "\u202e",
    "nya ",
]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("staff", [False, True])
def test_a_hundred_thousand_hostile_characters_cost_little(piece: str, staff: bool) -> None:
    hostile = (piece * 100_000)[:100_000]
    intents.classify("warm avanza up")
    costs = []
    for _ in range(3):
        started = time.thread_time()
        intents.classify(hostile, staff=staff, asked=hostile)
        costs.append(time.thread_time() - started)
    assert min(costs) < 0.05


@given(st.text(max_size=300), st.booleans(), st.text(max_size=100))
def test_no_text_breaks_the_classifier(text: str, staff: bool, asked: str) -> None:
    seen = intents.classify(text, staff=staff, asked=asked)
    assert 0 <= seen.confidence <= 1
    assert staff or seen.intent not in STAFF_INTENTS
    intents.in_context([asked], seen)


def _share_of_spam(name: str, column: str, label: str = "", wanted: str = "") -> float:
    rows = csv.DictReader((SHARED / name).open(encoding="utf-8"))
    texts = [line[column] for line in rows if not label or line[label] == wanted]
    return sum(intents.classify(text).intent is Intent.SPAM for text in texts) / len(texts)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared texts are not here")
def test_advertisements_for_cars_are_not_spam_and_frauds_mostly_are() -> None:
    assert _share_of_spam("ads_mobil123_dev.csv", "excerpt") == 0
    assert _share_of_spam("spam_wibisono_dev.csv", "text", "label", "normal") < 0.04
    assert _share_of_spam("spam_wibisono_dev.csv", "text", "label", "fraud") > 0.6
