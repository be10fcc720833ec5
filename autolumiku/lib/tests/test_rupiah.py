"""Money and mileage as Indonesians type them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autolumiku.lib import kilometres, rupiah

ONE_AMOUNT = [
    ("300jt", 300_000_000), ("150 juta", 150_000_000), ("355 JT", 355_000_000), ("20juta", 20_000_000),
    ("1,2 M", 1_200_000_000), ("1.2M", 1_200_000_000), ("1,5M", 1_500_000_000), ("1.2 miliar", 1_200_000_000),
    ("2 milyar", 2_000_000_000), ("1.250 M", 1_250_000_000), ("1.500 juta", 1_500_000_000),
    ("125.5 juta", 125_500_000), ("125,5jt", 125_500_000), ("245,5jt", 245_500_000),
    ("Rp100,000,000", 100_000_000), ("Rp 189.000.000,-", 189_000_000), ("Rp. 150.000.000", 150_000_000),
    ("150.000.000", 150_000_000), ("150000000", 150_000_000), ("Rp 120JT", 120_000_000), ("Rp0", 0),
    ("50rb", 50_000), ("50 ribu", 50_000), ("200 jutaan", 200_000_000), ("200-an juta", 200_000_000),
    ("dua ratus juta", 200_000_000), ("seratus lima puluh juta", 150_000_000), ("sejuta", 1_000_000),
    ("satu setengah miliar", 1_500_000_000), ("dua ratus lima puluh jutaan", 250_000_000),
    ("dua belas juta", 12_000_000), ("1 miliar 200 juta", 1_200_000_000),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), ONE_AMOUNT)
def test_an_amount_is_read_alone_and_inside_a_sentence(text: str, value: int) -> None:
    assert rupiah.parse(text) == value
    (amount,) = rupiah.find(f"kalau {text} bisa kak?")
    assert amount.value == value
    assert f"kalau {text} bisa kak?"[amount.start : amount.end] == text


@pytest.mark.parametrize(
    "text",
    [
        "2019", "2019 masih ada?", "Halo, Avanza 2019 masih ada?", "2019 m", "2019 matic", "km 50000 merah", "30rb km",
        "km 50ribu", "KM 30.000", "30k", "2000 cc", "tahun 2018-2020", "081234567890", "6281234567890", "PM-PST-001",
        "dua ratus ribu km", "harga 145", "kaca film 3M", "dp 20%", "", "jt", "jutaan", "B 1234 XYZ", "2 bulan",
        "jam 10 malam", "1.2.3.4.5",
    ],
)  # fmt: skip
def test_a_year_a_mileage_and_a_phone_are_never_money(text: str) -> None:
    assert rupiah.find(text) == []


@pytest.mark.parametrize("text", ["2019", "harga 145jt", "081234567890", "81234567890", "100-150jt", "abc", "", "150"])
def test_parse_refuses_what_is_not_one_whole_amount(text: str) -> None:
    assert rupiah.parse(text) is None


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("100-150jt", 100_000_000, 150_000_000),
        ("antara 100 dan 150 juta", 100_000_000, 150_000_000),
        ("100jt s/d 150jt", 100_000_000, 150_000_000),
        ("100 sampai 150 juta", 100_000_000, 150_000_000),
        ("900-1,2 M", 900_000_000, 1_200_000_000),
        ("900jt - 1,2M", 900_000_000, 1_200_000_000),
        ("Rp 100.000.000 - Rp 150.000.000", 100_000_000, 150_000_000),
    ],
)
def test_a_range_has_two_ends_and_its_middle(text: str, low: int, high: int) -> None:
    (amount,) = rupiah.find(text)
    assert (amount.low, amount.high, amount.value) == (low, high, (low + high) // 2)


def test_several_amounts_stay_apart() -> None:
    assert [amount.value for amount in rupiah.find("TDP 10JT Cicilan 5,075,000 x 5Thn")] == [10_000_000, 5_075_000]
    assert [amount.value for amount in rupiah.find("Brio Satya MT 2015 KM 30.000 Rp 120JT")] == [120_000_000]


@pytest.mark.parametrize(
    ("text", "rough"), [("200 jutaan", True), ("sekitar 200jt", True), ("200jt-an", True), ("200jt", False)]
)
def test_a_rough_amount_says_so(text: str, rough: bool) -> None:
    assert rupiah.find(text)[0].approximate is rough


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (470_000_000, "Rp 470 juta"),
        (79_000_000, "Rp 79 juta"),
        (125_500_000, "Rp 125,5 juta"),
        (125_512_000, "Rp 125,512 juta"),
        (125_512_345, "Rp 125.512.345"),
        (1_200_000_000, "Rp 1,2 miliar"),
        (1_000_000_000, "Rp 1 miliar"),
        (1_234_500_000, "Rp 1.234.500.000"),
        (50_000, "Rp 50.000"),
        (0, "Rp 0"),
    ],
)
def test_show_is_short_and_never_rounds(value: int, text: str) -> None:
    assert rupiah.show(value) == text


def test_show_full_writes_every_digit() -> None:
    assert rupiah.show_full(470_000_000) == "Rp 470.000.000"


@given(st.integers(0, 10**13 - 1) | st.integers(0, 9999).map(lambda n: n * 100_000))
def test_what_is_shown_is_read_back(value: int) -> None:
    assert rupiah.parse(rupiah.show(value)) == value
    assert rupiah.parse(rupiah.show_full(value)) == value
    assert [amount.value for amount in rupiah.find(f"Harganya {rupiah.show(value)}, kak.")] == [value]


@given(st.text(alphabet="0123456789.,-jtmrbpRk an", max_size=60) | st.text(max_size=60))
def test_no_text_breaks_the_readers(text: str) -> None:
    assert all(text[amount.start : amount.end] for amount in rupiah.find(text))
    kilometres.find(text), rupiah.parse(text), kilometres.parse(text)


@pytest.mark.parametrize("piece", ["1.1.", "jt ", "1", "1-1", "satu ", "1jt-", "1 km ", "1,000,", " ", "1k", "rp "])
def test_reading_takes_linear_time(piece: str) -> None:
    started = time.process_time()
    rupiah.find((piece * 20_000)[:20_000])
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("km 30rb", 30_000), ("KM 30.000", 30_000), ("30k", 30_000), ("km 60 rb", 60_000), ("km 50000", 50_000),
        ("kilometer 50ribu", 50_000), ("50ribu kilometer", 50_000), ("127.245 km", 127_245), ("30rb km", 30_000),
        ("km rendah 20rb", 20_000), ("kmnya 45rb", 45_000), ("39.xxx km", 39_000),
    ],
)  # fmt: skip
def test_mileage_is_read(text: str, value: int) -> None:
    assert [distance.value for distance in kilometres.find(f"hitam, {text}, mulus")] == [value]
    assert kilometres.parse(text) == value


@pytest.mark.parametrize(("text", "value"), [("96rb", 96_000), ("7RB", 7_000), ("50000", 50_000), ("10.508", 10_508)])
def test_an_unmarked_mileage_counts_only_as_the_whole_text(text: str, value: int) -> None:
    assert kilometres.parse(text) == value
    assert kilometres.find(text) == []


def test_a_mileage_range_has_two_ends() -> None:
    (distance,) = kilometres.find("40 - 45K KM")
    assert (distance.low, distance.high) == (40_000, 45_000)


def test_the_year_before_a_mileage_stays_a_year() -> None:
    assert [d.value for d in kilometres.find("brio 2019 km 50rb")] == [50_000]


@given(st.integers(0, kilometres.LARGEST))
def test_shown_mileage_is_read_back(value: int) -> None:
    assert kilometres.parse(kilometres.show(value)) == value
