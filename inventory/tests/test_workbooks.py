"""Excel files: a list in one is read like a CSV, what is none is refused in words, and what we write is no formula."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook, load_workbook

from inventory import importing, workbooks

HEADER = ["merek", "model", "tahun", "harga", "km", "pajak", "buku servis"]
CAR = ["Toyota", "Avanza", 2019, 150_000_000, 60_000.0, date(2026, 12, 31), True]


def workbook(*sheets, hidden=()):
    """An Excel file of these sheets, each a list of rows."""
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Lembar{number + 1}")
        for row in rows:
            sheet.append(row)
        if number in hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return out.getvalue()


class TestReading:
    def test_typed_cells_are_read_as_people_type_them(self):
        (row,) = importing.read(workbook([HEADER, CAR])).rows
        assert (row.make, row.model, row.year, row.price, row.mileage) == (
            "Toyota",
            "Avanza",
            2019,
            150_000_000,
            60_000,
        )
        assert (row.tax_valid_until, row.service_book) == (date(2026, 12, 31), True)

    def test_a_list_below_a_title_is_found_and_lines_are_the_sheets_own(self):
        wrong = ["Toyota", "Rush", "x"]
        sheet = importing.read(workbook([["STOK PRIMA MOBIL"], [], ["Desember 2026"], HEADER, CAR, [], wrong]))
        assert [str(error) for error in sheet.errors] == ["baris 7, tahun: “x” bukan tahun mobil"]
        assert [row.line for row in sheet.fine] == [5]

    def test_the_first_sheet_that_is_seen_counts_and_the_others_are_named(self):
        sheet = importing.read(workbook([["rahasia"]], [], [HEADER, CAR], [["catatan"]], hidden=[0]))
        assert len(sheet.rows) == 1
        assert [note.text for note in sheet.notes] == ["Lembar “Lembar4” tidak dibaca."]

    def test_ten_thousand_and_one_cars_are_too_many(self):
        sheet = importing.read(workbook([HEADER[:3], *([["Toyota", "Rush", 2020]] * 10_001)]))
        assert str(sheet.errors[0]).startswith("Lebih dari 10.000 baris.")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        pytest.param(b"PK\x03\x04rest", "Berkas Excel ini rusak.", id="broken"),
        pytest.param(archive(word__document_xml="<w/>"), "Ini bukan berkas Excel (.xlsx).", id="a Word file"),
        pytest.param(archive(xl__workbook_xml="<a/>"), "Berkas Excel ini rusak.", id="a workbook of nothing"),
        pytest.param(
            archive(xl__workbook_xml="<a/>", xl__bomb_xml=b"\0" * (workbooks.MAX_UNPACKED + 1)),
            "Berkas Excel ini terlalu besar isinya.",
            id="a bomb",
        ),
        pytest.param(
            archive(xl__workbook_xml='<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'),
            "Berkas Excel ini rusak.",
            id="entities",
        ),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Ini berkas Excel lama", id=".xls, or with a password"),
        pytest.param(b"%PDF-1.7", "Ini berkas PDF", id="PDF"),
        pytest.param(b"\x89PNG\r\n", "Ini gambar", id="a photo"),
        pytest.param(workbook([]), "Berkas kosong.", id="an empty sheet"),
        pytest.param(workbook([["halo"], ["dunia"]]), "baris 1: kolom merek tidak ditemukan", id="no list"),
    ],
)
def test_what_is_no_list_is_refused_in_words(raw, said):
    sheet = importing.read(raw)
    assert (sheet.rows, sheet.fine) == ((), ())
    assert str(sheet.errors[0]).startswith(said)


def test_a_part_that_is_longer_than_it_says_is_not_unpacked():
    """The directory promises ten bytes; zipfile stops there and calls the file broken."""
    raw = bytearray(archive(xl__workbook_xml="<a/>" + " " * 5_000_000))
    place = raw.rindex(b"PK\x01\x02")
    raw[place + 24 : place + 28] = (10).to_bytes(4, "little")
    assert str(importing.read(bytes(raw)).errors[0]).startswith("Berkas Excel ini rusak.")


EVIL = ["=1+1", "+62", "-2+3", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', " =1", "#REF!"]


@pytest.mark.parametrize("text", EVIL)
def test_no_text_is_written_as_a_formula(text):
    raw = workbooks.written("csv", "x", ["a"], [[text]])
    cell = list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))[1][0]
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    sheet = load_workbook(io.BytesIO(workbooks.written("xlsx", "x", ["a"], [[text]]))).active
    assert sheet["A2"].data_type == "s"
    assert not sheet["A2"].value.lstrip().startswith(("=", "+", "-", "@"))


def test_numbers_and_dates_stay_what_they_are():
    raw = workbooks.written("xlsx", "x", ["a", "b"], [[150_000_000, date(2026, 12, 31)], [None, ""]])
    sheet = load_workbook(io.BytesIO(raw)).active
    assert (sheet["A2"].value, sheet["B2"].value.date()) == (150_000_000, date(2026, 12, 31))
    assert workbooks.written("csv", "x", ["a"], [[date(2026, 12, 31)]]).endswith(b"31/12/2026\r\n")
