"""A stock list as showrooms keep it becomes cars, all of them or none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from inventory import importing
from inventory.importing import Row
from inventory.models import Vehicle, VehicleHistory
from tenants import scope
from tenants.models import Tenant

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
INDONESIAN = "Merek;Model;Varian;Tahun;Harga;KM;Transmisi;Bahan Bakar;Warna;Plat;Pajak;Status\n"
ENGLISH = "car name,brand,year,mileage (km),transmission,price (Rp)\n"


def shared(name: str) -> bytes:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not at hand")
    return path.read_bytes()


def only(text: str | bytes) -> Row:
    """The one car of a list that must be right."""
    sheet = importing.read(text if isinstance(text, bytes) else text.encode())
    assert sheet.errors == ()
    (row,) = sheet.rows
    return row


def cell(column: str, text: str) -> importing.Sheet:
    return importing.read(f"merek;model;tahun;{column}\nToyota;Avanza;2019;{text}\n".encode())


class TestHeaders:
    def test_an_indonesian_list_is_read(self) -> None:
        row = only(
            INDONESIAN
            + "toyota;AVANZA;G 1.3;2019;Rp 150 juta;60.000;Matic;Bensin;Hitam;B 1234 xyz;31/12/2026;Tersedia\n"
        )
        assert row == Row(
            line=2, make="Toyota", model="Avanza", variant="G 1.3", year=2019, price=150_000_000, mileage=60_000,
            transmission="automatic", fuel="bensin", color="hitam", license_plate="B 1234 XYZ", body_type="mpv",
            seats=7, tax_valid_until=date(2026, 12, 31), status="AVAILABLE",
        )  # fmt: skip

    def test_an_english_list_with_the_variant_in_the_name_is_read(self) -> None:
        row = only(ENGLISH + "BRIO SATYA E 1.2,Honda,2019,33.464,Manual,145000000\n")
        assert (row.make, row.model, row.variant) == ("Honda", "Brio", "Satya E 1.2")
        assert (row.year, row.mileage, row.transmission, row.price) == (2019, 33_464, "manual", 145_000_000)

    @pytest.mark.parametrize(
        "raw",
        [
            pytest.param("\ufeffmerek,model,tahun\nToyota,Rush,2020\n".encode(), id="BOM"),
            pytest.param(b"merek;model;tahun\r\nToyota;Rush;2020\r\n", id="semicolon, CRLF"),
            pytest.param(b"merek\tmodel\ttahun\nToyota\tRush\t2020\n", id="tab"),
            pytest.param("merek\tmodel\ttahun\nToyota\tRush\t2020\n".encode("utf-16"), id="UTF-16"),
            pytest.param(b"sep=;\nmerek;model;tahun\nToyota;Rush;2020\n", id="Excel's sep line"),
            pytest.param(b'"merek","model","tahun"\n\n"Toyota","Rush","2020"\n\n', id="quotes, blank lines"),
            pytest.param(b"tahun,name\n2020,Toyota Rush 2020\n", id="make inside the name"),
            pytest.param(b"brand,tipe,tahun\nTOYOTA,RUSH,2020.0\n", id="tipe alone is the name"),
        ],
    )
    def test_every_shape_of_file_gives_the_same_car(self, raw: bytes) -> None:
        row = only(raw)
        assert (row.make, row.model, row.variant, row.year) == ("Toyota", "Rush", "", 2020)

    def test_cp1252_is_read_when_it_is_not_utf_8(self) -> None:
        assert only("merek;model;tahun;warna\nToyota;Rush;2020;beige métal\n".encode("cp1252")).color == "krem métal"

    def test_tipe_beside_model_is_the_variant(self) -> None:
        row = only("merk,model,tipe,tahun\nHonda,HRV,E Plus 1.5,2018\n")
        assert (row.model, row.variant) == ("HR-V", "E Plus 1.5")

    def test_unknown_columns_are_named_as_ignored(self) -> None:
        sheet = importing.read(b"merek,model,tahun,cicilan,lokasi\nToyota,Rush,2020,3jt,Bogor\n")
        assert sheet.ignored == ("cicilan", "lokasi")

    def test_a_levy_date_counts_before_the_plates_date(self) -> None:
        row = only("merek,model,tahun,stnk_date,levy_date\nToyota,Rush,2020,2027-05-04,2026-05-04\n")
        assert row.tax_valid_until == date(2026, 5, 4)


@pytest.mark.parametrize(
    ("make", "name", "expected"),
    [
        ("Toyota", "KIJANG INNOVA REBORN G 2.0", ("Toyota", "Innova Reborn", "G 2.0")),
        ("Toyota", "KIJANG INNOVA G 2.0", ("Toyota", "Innova", "G 2.0")),
        ("Honda", "CITY RS HATCHBACK 1.5", ("Honda", "City Hatchback", "RS 1.5")),
        ("Honda", "HONDAHRVRU518", ("Honda", "HR-V", "RU518")),
        ("Mazda", "2 R SKYACTIV 1.5", ("Mazda", "2", "R Skyactiv 1.5")),
        ("Mercedes Benz", "C 250 AT", ("Mercedes-Benz", "C-Class", "C 250 AT")),
        ("Suzuki", "All New Baleno", ("Suzuki", "Baleno", "")),
        ("Toyota", "Avanza G 2019", ("Toyota", "Avanza", "G")),
        ("Daihatsu", "B401RS", ("Daihatsu", "B401RS", "")),
        ("Zundapp", "Janus", ("Zundapp", "Janus", "")),
    ],
)
def test_a_car_gets_its_canonical_name(make: str, name: str, expected: tuple[str, str, str]) -> None:
    row = only(f"brand;car name;tahun\n{make};{name};2019\n")
    assert (row.make, row.model, row.variant) == expected


@pytest.mark.parametrize(
    ("column", "text", "field", "value"),
    [
        ("harga", "189000000", "price", 189_000_000),
        ("harga", "189000000.0", "price", 189_000_000),
        ("harga", "Rp 189.000.000,-", "price", 189_000_000),
        ("harga", "188jt", "price", 188_000_000),
        ("harga", "1,2 M", "price", 1_200_000_000),
        ("harga", "205JT Nego", "price", 205_000_000),
        ("harga", "-", "price", None),
        ("harga kredit", "210 juta", "credit_price", 210_000_000),
        ("km", "10.508", "mileage", 10_508),
        ("km", "42.32", "mileage", 42_320),
        ("km", "25.4", "mileage", 25_400),
        ("km", "96rb", "mileage", 96_000),
        ("km", "127.245 km", "mileage", 127_245),
        ("km", "0", "mileage", 0),
        ("transmisi", "A/T", "transmission", "automatic"),
        ("transmisi", "CVT", "transmission", "cvt"),
        ("bbm", "Solar", "fuel", "diesel"),
        ("bbm", "Gasoline", "fuel", "bensin"),
        ("pajak", "5 Mei 2026", "tax_valid_until", date(2026, 5, 5)),
        ("pajak", "2026-05-05 00:00:00", "tax_valid_until", date(2026, 5, 5)),
        ("cc", "1.5 L", "engine_cc", 1500),
        ("cc", "1.497 cc", "engine_cc", 1497),
        ("status", "Terjual", "status", "SOLD"),
        ("buku servis", "ada", "service_book", True),
        ("plat", "b7295tid", "license_plate", "B 7295 TID"),
        ("catatan", "=HYPERLINK(1)", "staff_notes", "HYPERLINK(1)"),
        ("catatan", "@SUM(A1)", "staff_notes", "SUM(A1)"),
        ("warna", "Pearl White", "color", "pearl putih"),
    ],
)
def test_a_cell_is_understood(column: str, text: str, field: str, value: object) -> None:
    (row,) = cell(column, text).rows
    assert getattr(row, field) == value


@pytest.mark.parametrize(
    ("column", "text"),
    [("km", "178.0"), ("km", "15.000-20.000"), ("plat", "03333"), ("pajak", "05.26"), ("pajak", "Mei 2026")],
)
def test_an_unclear_cell_stays_empty_and_is_noted(column: str, text: str) -> None:
    sheet = cell(column, text)
    assert str(sheet.notes[0]).lower().startswith(f"baris 2, {column}: “{text.lower()}”")
    (row,) = sheet.rows
    assert (row.mileage, row.license_plate, row.tax_valid_until) == (None, "", None)


@pytest.mark.parametrize(
    ("column", "text", "said"),
    [
        ("harga", "0", "baris 2, harga: Rp 0 bukan harga mobil"),
        ("harga", "175", "baris 2, harga: Rp 175 bukan harga mobil"),
        ("harga", "900000000000", "baris 2, harga: Rp 900.000.000.000 bukan harga mobil"),
        ("harga", "100-150jt", "baris 2, harga: “100-150jt” tidak terbaca sebagai harga"),
        ("harga", "=1+1", "baris 2, harga: “=1+1” tidak terbaca sebagai harga"),
        ("km", "banyak", "baris 2, km: “banyak” tidak terbaca sebagai kilometer"),
        ("km", "9000000", "baris 2, km: 9.000.000 km tidak mungkin"),
        ("transmisi", "persneling", "baris 2, transmisi: “persneling” tidak dikenal"),
        ("status", "hilang", "baris 2, status: “hilang” tidak dikenal"),
        ("pajak", "31/02/2026", "baris 2, pajak: “31/02/2026” bukan tanggal"),
        ("id", "drop table;--", "baris 2: kolomnya lebih banyak"),
        ("id", "a" * 30, "baris 2, id: “" + "a" * 30 + "” bukan ID"),
        ("warna", "x" * 50, "baris 2, warna: lebih dari 40 huruf"),
    ],
)
def test_a_wrong_cell_is_an_error_with_its_place(column: str, text: str, said: str) -> None:
    sheet = cell(column, text)
    assert sheet.rows == ()
    assert [str(error)[: len(said)] for error in sheet.errors] == [said]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "Berkas kosong."),
        (b"merek,model,tahun\n", "Berkas hanya berisi judul kolom."),
        (b"a,b\n1,2\n", "baris 1: kolom merek tidak ditemukan"),
        (b"merek,model\nToyota,Rush\n", "baris 1: kolom tahun tidak ditemukan"),
        (b"merek,model,tahun,tahun\nToyota,Rush,2020,2021\n", "baris 1, tahun: kolom ini ada dua kali"),
        (b"merek,model,tahun\nToyota,Rush,\n", "baris 2, tahun: kosong"),
        (b"merek,model,tahun\nToyota,Rush,1820\n", "baris 2, tahun: “1820” bukan tahun mobil"),
        (b"merek,model,tahun\n,,2020\n", "baris 2, merek: kosong atau tidak dikenal"),
        (b"merek,model,tahun,id\nKia,Rio,2020,A-1\nKia,Rio,2020,a-1\n", "baris 3, id: A-1 sudah ada di baris 2"),
        (b"PK\x03\x04rest", "Berkas Excel ini rusak."),
        (b"x" * (importing.MAX_BYTES + 1), "Berkas lebih besar dari 10 MB."),
        (b"merek,model,tahun\n" + b"Toyota,Rush,2020\n" * 10_001, "Lebih dari 10.000 baris."),
        (b"merek,model,tahun" + b",x" * 200 + b"\nToyota,Rush,2020\n", "Lebih dari 200 kolom."),
        (b'merek,model,tahun\n"Toyota,' + b"x" * 200_000, "Berkas tidak terbaca sebagai CSV"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_file_that_is_no_stock_list_is_refused(raw: bytes, said: str) -> None:
    sheet = importing.read(raw)
    assert sheet.rows == ()
    assert str(sheet.errors[0]).startswith(said)


def test_a_quoted_line_break_does_not_shift_the_line_numbers() -> None:
    sheet = importing.read(b'merek,model,tahun,catatan\nToyota,Rush,2020,"a\nb\nc"\nToyota,Rush,x,\n')
    assert [error.line for error in sheet.errors] == [5]


def test_a_spoilt_file_does_not_say_the_same_thing_ten_thousand_times() -> None:
    sheet = importing.read(b"merek,model,tahun\n" + b"Toyota,Rush,x\n" * 1000)
    assert len(sheet.errors) == importing.MAX_ERRORS + 1
    assert str(sheet.errors[-1]) == "… dan 800 lagi."


def test_twelve_showrooms_cars_are_read_as_they_are() -> None:
    sheet = importing.read(shared("showrooms_carxpert_dev.csv"))
    assert (sheet.errors, len(sheet.rows)) == ((), 47)
    baleno = sheet.rows[0]
    assert (baleno.model, baleno.price, baleno.credit_price, baleno.license_plate) == (
        "Baleno", 175_000_000, 190_000_000, "B 7295 TID"
    )  # fmt: skip
    assert (baleno.tax_valid_until, baleno.transmission, baleno.fuel) == (date(2023, 11, 19), "automatic", "bensin")


def test_six_hundred_and_nine_cars_are_read_as_they_are() -> None:
    sheet = importing.read(shared("inventory_used_car_609.csv"))
    assert (sheet.errors, len(sheet.rows), len(sheet.notes)) == ((), 609, 2)
    assert {row.make for row in sheet.rows} >= {"Toyota", "Honda", "Daihatsu", "Mitsubishi", "BMW"}
    assert all(row.body_type and row.seats and row.price for row in sheet.rows)


@pytest.mark.django_db(databases=["default", "owner"])
class TestSaving:
    @pytest.fixture
    def tenant(self) -> Tenant:
        with scope.platform("test"):
            return Tenant.objects.create(name="Uji", slug="uji", vehicle_prefix="UJ")

    def sheet(self, *ids: str) -> importing.Sheet:
        lines = "".join(f"Toyota,Rush,2020,{display_id}\n" for display_id in ids)
        return importing.read(f"merek,model,tahun,id\n{lines}".encode())

    def test_cars_come_with_ids_and_history(self, tenant: Tenant) -> None:
        with scope.of(tenant):
            result = importing.save(tenant.pk, self.sheet("", "LAMA 7", ""), "tester", name="Tes")
            assert result.display_ids == ("UJ-001", "LAMA 7", "UJ-002")
            first = Vehicle.objects.get(display_id="UJ-001")
            history = VehicleHistory.objects.get(vehicle=first)
            assert (history.action, history.changed_by, history.new_values["model"]) == ("create", "tester", "Rush")
            assert VehicleHistory.objects.count() == 3

    def test_an_id_in_the_file_moves_the_counter_past_it(self, tenant: Tenant) -> None:
        with scope.of(tenant):
            assert importing.save(tenant.pk, self.sheet("UJ-007", ""), "t").display_ids == ("UJ-007", "UJ-008")
            assert importing.save(tenant.pk, self.sheet(""), "t").display_ids == ("UJ-009",)

    def test_a_taken_id_stops_the_whole_import(self, tenant: Tenant) -> None:
        with scope.of(tenant):
            importing.save(tenant.pk, self.sheet("UJ-001"), "t")
            result = importing.save(tenant.pk, self.sheet("", "uj-001"), "t")
            assert [str(error) for error in result.errors] == ["baris 3, id: UJ-001 sudah dipakai mobil lain"]
            assert (result.added, Vehicle.objects.count()) == (0, 1)

    def test_a_sheet_with_errors_is_not_saved(self, tenant: Tenant) -> None:
        with scope.of(tenant):
            result = importing.save(tenant.pk, importing.read(b"merek,model,tahun\nToyota,Rush,x\n"), "t")
            assert (len(result.errors), Vehicle.objects.count()) == (1, 0)

    def test_six_hundred_and_nine_cars_are_saved_with_different_ids(self, tenant: Tenant) -> None:
        sheet = importing.read(shared("inventory_used_car_609.csv"))
        with scope.of(tenant):
            result = importing.save(tenant.pk, sheet, "t")
            assert len(set(result.display_ids)) == Vehicle.objects.filter(status="AVAILABLE").count() == 609
            assert result.display_ids[-1] == "UJ-609"
