"""What an edit says, read without the database: tables, and generated field orders and number forms."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffcommands import cars, edits, grammar

YEAR = 2026
ROWS = [
    ("A114", "PM-PST-001 harga 175jt", {"price": 175_000_000}),
    ("A115", "PM-PST-001 km 50000", {"mileage": 50_000}),
    ("A116", "bensin jadi diesel", {"fuel": "diesel"}),
    ("A117", "innova reborn 2019 jadi bensin", {"fuel": "bensin"}),
    ("A118", "PM-PST-001 tahun 2017", {"year": 2017}),
    ("A119", "PM-PST-001 2019 matic", {"year": 2019, "transmission": "automatic"}),
    ("A120", "PM-PST-001 km 50000 merah", {"mileage": 50_000, "color": "Merah"}),
    ("A121", "PM-PST-001 harga 175.000.000", {"price": 175_000_000}),
    ("A122", "PM-PST-001 km 50rb", {"mileage": 50_000}),
    ("A123", "PM-PST-001 tahun 2018, warna hitam, km 50000", {"year": 2018, "color": "Hitam", "mileage": 50_000}),
    ("A199", "PM-PST-001 harga 125.5jt", {"price": 125_500_000}),
    ("1,2 M", "PM-PST-001 harga 1,2 M", {"price": 1_200_000_000}),
    ("1.2M", "PM-PST-001 1.2M", {"price": 1_200_000_000}),
    ("1,2 miliar", "harga 1,2 miliar", {"price": 1_200_000_000}),
    ("245,5jt", "harga 245,5jt", {"price": 245_500_000}),
    ("harga 145", "harga 145", {"price": 145_000_000}),
    ("harga 145,5", "harga 145,5", {"price": 145_500_000}),
    ("Rp 120JT", "harga Rp 120JT", {"price": 120_000_000}),
    ("bare digits", "harga 150000000", {"price": 150_000_000}),
    ("KM 30.000", "KM 30.000", {"mileage": 30_000}),
    ("30k", "30k", {"mileage": 30_000}),
    ("50ribu", "kilometer 50ribu", {"mileage": 50_000}),
    ("km jadi", "km jadi 60 rb", {"mileage": 60_000}),
    ("thousands alone", "50rb", {"mileage": 50_000}),
    ("MT", "transmisi MT", {"transmission": "manual"}),
    ("matik", "matik", {"transmission": "automatic"}),
    ("CVT", "ganti matic jadi CVT", {"transmission": "cvt"}),
    ("solar", "bahan bakar solar", {"fuel": "diesel"}),
    ("pertamax", "bbm pertamax", {"fuel": "bensin"}),
    ("F22", "2000 cc", {"engine_cc": 2000}),
    ("cc first", "cc 1500", {"engine_cc": 1500}),
    ("shade", "warna abu-abu metalik dan kursi 7", {"color": "Abu-abu metalik", "seats": 7}),
    ("plate", "plat b1234xyz", {"license_plate": "B1234XYZ"}),
    ("variant", "varian G MT 1.5, harga 150jt", {"variant": "G MT 1.5", "price": 150_000_000}),
    ("two prices of two kinds", "harga kredit 15jt modal 12jt", {"credit_price": 15_000_000, "cost_price": 12_000_000}),
    ("signs", "harga=150jt; km: 50.000", {"price": 150_000_000, "mileage": 50_000}),
    ("a slip", "salah, harganya 125jt", {"price": 125_000_000}),
    ("a slip named", "harga salah harusnya 125jt", {"price": 125_000_000}),
    ("what it is not", "warnanya putih bukan hitam", {"color": "Putih"}),
    ("not this but that", "warnanya bukan hitam tapi putih", {"color": "Putih"}),
    ("written notes", "catatan yang punya pak haji, bukan taksi", {"staff_notes": "yang punya pak haji, bukan taksi"}),
    ("arrow", "harga 150jt -> 140jt", {"price": 140_000_000}),
]  # fmt: skip


@pytest.mark.parametrize(("said", "values"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_an_edit_is_read(said: str, values: dict) -> None:
    said = said.removeprefix("ganti ")
    read = edits.read(said, YEAR)
    assert read.wrong == ()
    assert read.values == values


CARS = [
    ("ID", "pm-pst-001 harga 150jt", ("pm-pst-001", "", "", None)),
    ("name", "harga avanza 2019 jadi 150jt", ("", "Toyota", "Avanza", 2019)),
    ("name and variant", "brio satya e harga 120jt", ("", "Honda", "Brio", None)),
    ("none", "harga 150jt", ("", "", "", None)),
    ("a year that is a value", "avanza tahun 2019", ("", "Toyota", "Avanza", None)),
]


@pytest.mark.parametrize(("said", "car"), [row[1:] for row in CARS], ids=[row[0] for row in CARS])
def test_the_car_is_named_by_id_by_name_or_not(said: str, car: tuple) -> None:
    read = edits.read(said, YEAR)
    assert (read.unit_id, read.make, read.model, read.year) == car


# --- generated -------------------------------------------------------------------------------------------------------

MILLIONS = st.integers(5, 2000)


@st.composite
def prices(draw) -> tuple[str, int]:
    millions = draw(MILLIONS)
    half = draw(st.booleans())
    value = millions * 1_000_000 + (500_000 if half else 0)
    written = f"{millions},5" if half else str(millions)
    dotted = f"{value:,}".replace(",", ".")
    forms = [f"{written}jt", f"{written} juta", f"Rp {written}jt", f"{written.replace(',', '.')}jt", str(value)]
    forms += [dotted, f"Rp{dotted},-"]
    return f"harga {draw(st.sampled_from(forms))}", value


@st.composite
def mileages(draw) -> tuple[str, int]:
    thousands = draw(st.integers(1, 400))
    value = thousands * 1000
    forms = [f"km {value}", f"KM {value:,}".replace(",", "."), f"{thousands}rb km", f"km {thousands}rb"]
    forms += [f"kilometer {thousands} ribu", f"km: {thousands}k"]
    return draw(st.sampled_from(forms)), value


YEARS = st.integers(1980, 2027).flatmap(lambda year: st.sampled_from([(f"tahun {year}", year), (f"thn {year}", year)]))
COLORS = st.sampled_from([("warna hitam", "Hitam"), ("merah", "Merah"), ("warna putih mutiara", "Putih mutiara")])
GEARS = st.sampled_from([("matic", "automatic"), ("transmisi manual", "manual"), ("CVT", "cvt"), ("MT", "manual")])
FUELS = st.sampled_from([("solar", "diesel"), ("bahan bakar bensin", "bensin"), ("hybrid", "hybrid")])
CCS = st.sampled_from([("1500cc", 1500), ("isi silinder 2000", 2000), ("1300 cc", 1300)])
PIECES = {
    "price": prices(), "mileage": mileages(), "year": YEARS, "color": COLORS, "transmission": GEARS, "fuel": FUELS,
    "engine_cc": CCS,
}  # fmt: skip


@st.composite
def sentences(draw) -> tuple[str, dict]:
    fields = draw(st.lists(st.sampled_from(sorted(PIECES)), min_size=1, max_size=7, unique=True))
    joint = draw(st.sampled_from([", ", " ", "\n", "; ", " dan "]))
    pieces = {name: draw(PIECES[name]) for name in fields}
    return joint.join(said for said, _ in pieces.values()), {name: value for name, (_, value) in pieces.items()}


@given(sentences(), st.sampled_from(["PM-PST-001 ", "pm-001 ", "avanza ", "", "unit SA-1234 "]))
def test_fields_are_read_in_any_order_and_form(sentence: tuple[str, dict], car: str) -> None:
    said, values = sentence
    read = edits.read(f"{car}{said}", YEAR)
    assert read.wrong == ()
    assert read.values == values


@given(sentences())
def test_a_whole_car_is_read_in_any_order_and_form(sentence: tuple[str, dict]) -> None:
    said, values = sentence
    car = cars.car(f"Toyota Avanza {said}".replace("isi silinder 2000", "2000 cc"), YEAR)
    assert {name: getattr(car, name) for name in values} == values
    assert (car.make, car.model) == ("Toyota", "Avanza")


@given(st.text(max_size=300))
def test_any_text_is_read_without_harm(said: str) -> None:
    read = edits.read(said, YEAR)
    assert all(isinstance(value, int | str) for value in read.values.values())
    grammar.recognise_all(said)
    grammar.recognise_all(f"/edit {said}")
    grammar.answer(said)


@given(st.integers(1950, 2049), st.sampled_from(["", "matic", "merah", "masih mulus"]))
def test_a_year_is_never_a_price(year: int, beside: str) -> None:
    assert "price" not in edits.read(f"PM-PST-001 {year} {beside}", YEAR).values


@pytest.mark.parametrize(
    "piece", ["a", "1", "1.", "-", "km ", "1jt ", "harga ", "brio ", "plat b ", ", stok", "jadi ", " ; "]
)
def test_long_hostile_texts_take_no_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    began = time.process_time()
    edits.read(text, YEAR)
    grammar.recognise_all(f"/stok {text}")
    grammar.recognise_all(f"edit {text[:950]}")
    assert time.process_time() - began < 0.5
