"""Which texts are commands, and what they say. No database."""

from __future__ import annotations

import time

import pytest

from staffcommands import cars, grammar

COMMANDS = [
    ("A90 slash", "/upload", "upload", ""),
    ("A90 bare", "upload", "upload", ""),
    ("A90 mau", "mau upload", "upload", ""),
    ("A90 mau dong", "mau upload dong", "upload", ""),
    ("A90 mo", "mo upload", "upload", ""),
    ("A90 upload mobil", "Upload Mobil", "upload", ""),
    ("A91 tambah", "tambah mobil", "upload", ""),
    ("A91 input", "input mobil", "upload", ""),
    ("daftar mobil", "daftar mobil", "upload", ""),
    ("A94", "upload Brio 2020 120jt", "upload", "Brio 2020 120jt"),
    ("slash and line", "/upload Toyota Avanza 2020", "upload", "Toyota Avanza 2020"),
    ("two lines", "/upload\nToyota Avanza 2020", "upload", "Toyota Avanza 2020"),
    ("A105", "status PM-PST-001 SOLD", "status", "PM-PST-001 SOLD"),
    ("A105 slash", "/STATUS PM-PST-001 SOLD", "status", "PM-PST-001 SOLD"),
    ("A106", "status PM-PST-001 booking", "status", "PM-PST-001 booking"),
    ("A107", "update status PM-PST-001 SOLD", "status", "PM-PST-001 SOLD"),
    ("A107 ubah", "ubah status PM-PST-001 laku", "status", "PM-PST-001 laku"),
    ("A107 ganti", "ganti status PM-PST-001 SOLD", "status", "PM-PST-001 SOLD"),
    ("A108", "status PM-XXX-999 SOLD", "status", "PM-XXX-999 SOLD"),
    ("A109", "status PM-PST-001 lagi", "status", "PM-PST-001 lagi"),
    ("A110", "VH-001 sold", "status", "VH-001 sold"),
    ("A110 jadi", "pm-pst-001 jadi terjual", "status", "pm-pst-001 jadi terjual"),
    ("A142 bare", "status", "status", ""),
    ("A198", "status PM-PST-001", "status", "PM-PST-001"),
    ("A111 inventory", "inventory", "inventory", ""),
    ("A111 stok", "stok", "inventory", ""),
    ("A111 cek stok", "Cek stok", "inventory", ""),
    ("A111 slash stock", "/stock", "inventory", ""),
    ("A111 lihat", "lihat inventory", "inventory", ""),
    ("A112 brio", "stok brio", "inventory", "brio"),
    ("A112 Toyota", "inventory Toyota", "inventory", "Toyota"),
    ("A112 ready", "stok ready", "inventory", "ready"),
    ("bold", "*STOK*", "inventory", ""),
    ("invisible characters", "\u200bsto\u200bk\x00", "inventory", ""),
    ("A113 stats", "stats", "stats", ""),
    ("A113 week", "stats week", "stats", "week"),
    ("A113 laporan", "laporan", "stats", ""),
    ("A113 report", "/report", "stats", ""),
    ("A113 statistik", "statistik bulan ini", "stats", "bulan ini"),
    ("unknown", "/xyz abc", "unknown", "xyz abc"),
    ("A126", "total report ada apa saja?", "report", "total report ada apa saja?"),
    ("A126 list", "list report", "report", "list report"),
    ("A128", "sales report", "report", "sales report"),
    ("A129", "berapa penjualan hari ini?", "report", "berapa penjualan hari ini?"),
    ("A130", "kkb PM-PST-001 dp 20% tenor 3,4", "kkb", "PM-PST-001 dp 20% tenor 3,4"),
    ("A133", "catchup", "chats", ""),
    ("reply as written", "balas 081234567890 Halo,  masih  ada?", "reply_chat", "081234567890 Halo,  masih  ada?"),
    ("note", "catat prospek 081234567890 mau datang", "note_lead", "081234567890 mau datang"),
    ("slash and question mark", "/stok avanza?", "inventory", "avanza?"),
]


@pytest.mark.parametrize(("message", "name", "rest"), [row[1:] for row in COMMANDS], ids=[row[0] for row in COMMANDS])
def test_a_command_is_recognised(message: str, name: str, rest: str) -> None:
    call = grammar.recognise(message)
    assert call is not None
    assert (call.name, call.rest) == (name, rest)


TALK = [
    ("A92", "halo"),
    ("A93", "ada mobil apa"),
    ("A132", "kenapa belum dibalas customer?"),
    ("A202", "ada honda city?"),
    ("stock question", "stok avanza ada ga?"),
    ("stock question without mark", "stok avanza ada ga"),
    ("remark on uploading", "upload kemarin gagal"),
    ("remark on status", "status kredit pak budi"),
    ("remark on a report", "laporan polisi hilang"),
    ("asks for a unit", "PM-PST-001 ready"),
    ("a model with a number", "CX-5 ready"),
    ("wants to buy", "saya mau beli mobil"),
    ("photos wanted", "ambil foto dong"),
    ("a question on credit", "kredit avanza dp 20 juta"),
    ("an answer wanted", "balas dong"),
    ("a remark on chats", "chat saya kenapa"),
    ("a slash alone", "/"),
    ("a fraction", "/ 2020"),
    ("a link", "https://example.com/upload"),
    ("nothing", ""),
    ("blanks", " \n\t "),
    ("a letter", "stok " + "avanza " * 300),
]


@pytest.mark.parametrize("message", [row[1] for row in TALK], ids=[row[0] for row in TALK])
def test_talk_is_no_command(message: str) -> None:
    assert grammar.recognise(message) is None


@pytest.mark.parametrize(
    ("name", "intent"),
    [
        ("upload", "upload_vehicle"),
        ("status", "update_status"),
        ("inventory", "check_inventory"),
        ("stats", "get_stats"),
        ("unknown", "unknown"),
    ],
)
def test_a_command_has_the_products_intent(name: str, intent: str) -> None:
    assert grammar.Call(name, "", "").intent == intent


FULL = ("Toyota", "Avanza", "", 2020, 150_000_000, 50_000, "Hitam", "manual")
CARS = [
    (
        "A95",
        "Brio 2020 120jt hitam matic km 30rb",
        ("Honda", "Brio", "", 2020, 120_000_000, 30_000, "Hitam", "automatic"),
    ),
    (
        "A97",
        "Avanza 2019 silver manual 140jt kilometer 50ribu",
        ("Toyota", "Avanza", "", 2019, 140_000_000, 50_000, "Silver", "manual"),
    ),
    (
        "A98",
        "Brio Satya MT 2015 KM 30.000 Rp 120JT Warna Hitam",
        ("Honda", "Brio", "Satya", 2015, 120_000_000, 30_000, "Hitam", "manual"),
    ),
    ("A99", "Toyota Avanza 2020 150000000 50000 Hitam Manual", FULL),
    ("dotted numbers", "Toyota Avanza 2020 150.000.000 50.000 Hitam Manual", FULL),
    ("price before km, both in short", "Avanza 2020 150jt 50rb hitam manual", FULL),
    ("any order", "hitam manual km 50rb Rp150.000.000,- Toyota Avanza 2020", FULL),
    (
        "labels",
        "merk: Toyota\nmodel: Avanza\ntahun: 2020\nharga: 150jt\nkm: 50000\nwarna: hitam\ntransmisi: manual",
        FULL,
    ),
    ("A104", "Alphard 2022 1,2 M hitam AT", ("Toyota", "Alphard", "", 2022, 1_200_000_000, None, "Hitam", "automatic")),
    (
        "A147",
        "Brio 2020 120jt hitam matic unit istimewa",
        ("Honda", "Brio", "", 2020, 120_000_000, None, "Hitam", "automatic"),
    ),
    ("A199", "Brio 2020 125.5jt hitam MT", ("Honda", "Brio", "", 2020, 125_500_000, None, "Hitam", "manual")),
    (
        "harga 145",
        "Brio 2020 harga 145 hitam manual",
        ("Honda", "Brio", "", 2020, 145_000_000, None, "Hitam", "manual"),
    ),
    (
        "a number as model",
        "Mazda 2 2015 150jt 2000 merah AT",
        ("Mazda", "2", "", 2015, 150_000_000, 2000, "Merah", "automatic"),
    ),
    (
        "a year as model",
        "Peugeot 2008 2015 150jt 8000 hitam AT",
        ("Peugeot", "2008", "", 2015, 150_000_000, 8000, "Hitam", "automatic"),
    ),
    (
        "a colour in the variant",
        "Brio Black Edition 2020 120jt putih mutiara CVT",
        ("Honda", "Brio", "Black Edition", 2020, 120_000_000, None, "Putih mutiara", "cvt"),
    ),
    (
        "a model the list lacks",
        "Toyota Foobar rs 2020 150jt hitam manual",
        ("Toyota", "Foobar", "RS", 2020, 150_000_000, None, "Hitam", "manual"),
    ),
]


@pytest.mark.parametrize(("line", "wanted"), [row[1:] for row in CARS], ids=[row[0] for row in CARS])
def test_a_car_in_one_line_is_read(line: str, wanted: tuple[object, ...]) -> None:
    car = cars.car(line, 2026)
    assert (car.doubts, car.missing) == ((), ())
    assert wanted == (
        car.make, car.model, car.variant, car.year, car.price, car.mileage, car.color, car.transmission
    )  # fmt: skip


GAPS = [
    ("A94", "Brio 2020 120jt", ("warna", "transmisi")),
    ("A96", "Avanza 2019 harga 150 juta warna silver", ("transmisi",)),
    ("A100", "Brio 2020", ("harga", "warna", "transmisi")),
    ("A101", "120jt hitam matic", ("merek dan model", "tahun")),
    ("A102", "Avanza", ("tahun", "harga", "warna", "transmisi")),
    ("only the make", "Toyota 2020 150jt hitam manual", ("merek dan model",)),
]


@pytest.mark.parametrize(("line", "missing"), [row[1:] for row in GAPS], ids=[row[0] for row in GAPS])
def test_what_is_not_said_is_missing_and_never_guessed(line: str, missing: tuple[str, ...]) -> None:
    assert cars.car(line, 2026).missing == missing


DOUBTS = [
    ("A151 year", "Brio 1975 120jt hitam manual", "Tahun 1975"),
    ("next year but one", "Brio 2028 120jt hitam manual", "Tahun 2028"),
    ("A151 price", "Brio 2020 0 0 hitam manual", "Harga Rp 0"),
    ("a price without unit", "Brio 2020 145 hitam manual", "Harga Rp 145"),
    ("below a million", "Brio 2020 500rb hitam manual km 20000", "Harga Rp 500.000"),
    ("above 100 billion", "Brio 2020 200 miliar hitam manual", "Rp 100 miliar"),
    ("A151 km", "Brio 2020 120jt km 2000000 hitam manual", "2.000.000 km"),
    ("a price range", "Brio 2020 120-150jt hitam manual", "Harganya"),
    ("two prices", "Brio 2020 150jt dp 20jt hitam manual", "Harganya"),
    ("two models", "Brio Avanza 2020 150jt hitam manual", "lebih dari satu"),
    ("a slip", "xpender 2020 150jt hitam manual", "Mitsubishi Xpander"),
    ("an unknown name", "Xyz Abc 2020 150jt hitam manual", "belum dikenali"),
    ("two gearboxes", "Brio 2020 150jt hitam manual matic", "Transmisinya"),
    ("a number too many", "Avanza 2020 150000000 50000 777777 hitam manual", "777777"),
]


@pytest.mark.parametrize(("line", "said"), [row[1:] for row in DOUBTS], ids=[row[0] for row in DOUBTS])
def test_what_cannot_be_right_is_said(line: str, said: str) -> None:
    assert said in " ".join(cars.car(line, 2026).doubts)


@pytest.mark.parametrize(("year", "allowed"), [(1979, False), (1980, True), (2027, True), (2028, False)])
def test_a_cars_year_lies_between_1980_and_next_year(year: int, allowed: bool) -> None:
    assert (cars.car(f"Corolla {year} 50jt hitam manual", 2026).doubts == ()) is allowed


STATUSES = [
    ("A105", "PM-PST-001 SOLD", ("PM-PST-001", "SOLD", "")),
    ("A106", "PM-PST-001 booking", ("PM-PST-001", "BOOKED", "")),
    ("A109", "PM-PST-001 lagi", ("PM-PST-001", "", "lagi")),
    ("A198", "PM-PST-001", ("PM-PST-001", "", "")),
    ("the other order", "sold PM-PST-001", ("PM-PST-001", "SOLD", "")),
    ("spaces", "pm pst 001 jadi terjual", ("pm-pst-001", "SOLD", "")),
    ("two statuses", "PM-PST-001 ready sold", ("PM-PST-001", "", "ready sold")),
    ("nothing", "", ("", "", "")),
    *[(word, f"VH-001 {word}", ("VH-001", status, "")) for word, status in grammar.STATUS_WORDS.items()],
]


@pytest.mark.parametrize(("rest", "wanted"), [row[1:] for row in STATUSES], ids=[row[0] for row in STATUSES])
def test_a_status_change_is_read(rest: str, wanted: tuple[str, str, str]) -> None:
    read = grammar.status_change(rest)
    assert (read.unit_id, read.status, read.wrong) == wanted


@pytest.mark.parametrize(
    ("rest", "period"),
    [
        ("", "today"),
        ("today", "today"),
        ("hari ini", "today"),
        ("week", "week"),
        ("minggu ini", "week"),
        ("Month", "month"),
        ("penjualan bulan ini", "month"),
        ("tahun ini", None),
        ("week month", None),
        ("xyz", None),
    ],
)
def test_a_period_is_read(rest: str, period: str | None) -> None:
    assert grammar.period(rest) == period


@pytest.mark.parametrize(
    "piece", ["a", "1", "1.", "-", "a-", "km ", "1jt ", "hitam ", "brio ", "“", "\u200b", "rp", "2020 "]
)
def test_long_hostile_texts_take_no_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    began = time.process_time()
    grammar.recognise(f"/upload {text}")
    grammar.recognise(text)
    cars.car(text, 2026)
    grammar.status_change(text)
    grammar.stock_filter(text)
    grammar.period(text)
    assert time.process_time() - began < 0.5
