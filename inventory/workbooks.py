"""Tables in spreadsheets: read with bounds, whoever made the file, and written so that no cell is a formula."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

MAX_UNPACKED = 64 * 2**20  # bytes; a list of 10,000 cars has a quarter of it
STARTS = ("=", "+", "-", "@", "\t", "\r")  # of what a spreadsheet runs
CSV, XLSX = "csv", "xlsx"
TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
STRANGERS = {
    b"\xd0\xcf\x11\xe0": "Ini berkas Excel lama atau berkas bersandi. Simpan sebagai .xlsx tanpa sandi atau CSV.",
    b"%PDF": "Ini berkas PDF, bukan CSV atau Excel.",
    b"\x89PNG": "Ini gambar, bukan CSV atau Excel.",
    b"\xff\xd8\xff": "Ini gambar, bukan CSV atau Excel.",
    b"Rar!": "Ini berkas terkompresi. Unggah berkas CSV atau Excel di dalamnya.",
    b"7z\xbc\xaf": "Ini berkas terkompresi. Unggah berkas CSV atau Excel di dalamnya.",
}


class NoTableError(ValueError):
    """No table can be read from this file; the text says why, in Indonesian."""


# --- reading ---------------------------------------------------------------------------------------------------------


def is_one(raw: bytes) -> bool:
    """Whether this is an Excel file, or one that is neither Excel nor text."""
    return raw.startswith((b"PK\x03\x04", *STRANGERS))


def lines(raw: bytes, *, rows: int, columns: int) -> tuple[list[tuple[int, list[str]]], tuple[str, ...]]:
    """((line number, cells) of the first sheet that is seen and filled, names of the other filled ones).

    At most so many rows and columns. NoTableError for all that is no Excel file, too big unpacked, or broken.
    """
    _check(raw)
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        filled: dict[str, list[tuple[int, list[str]]]] = {}
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                found = _filled(sheet.iter_rows(max_row=rows if not filled else 1, max_col=columns, values_only=True))
                filled |= {sheet.title: found} if found else {}
    except Exception as error:  # openpyxl raises what its parsers raise: KeyError, ParseError, BadZipFile, …
        raise NoTableError("Berkas Excel ini rusak. Buka di Excel, simpan lagi, lalu unggah.") from error
    first, *others = filled or [""]
    return filled.get(first, []), tuple(others)


def _check(raw: bytes) -> None:
    for start, said in STRANGERS.items():
        if raw.startswith(start):
            raise NoTableError(said)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise NoTableError("Berkas Excel ini rusak. Buka di Excel, simpan lagi, lalu unggah.") from error
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise NoTableError("Ini bukan berkas Excel (.xlsx). Simpan daftar mobil sebagai .xlsx atau CSV.")
    if sum(part.file_size for part in parts) > MAX_UNPACKED:  # zipfile reads no more of a part than it says here
        raise NoTableError("Berkas Excel ini terlalu besar isinya. Simpan hanya daftar mobilnya di berkas baru.")


def _filled(rows: Iterable[Sequence[Any]]) -> list[tuple[int, list[str]]]:
    """The rows that are not blank, with their numbers, without blank cells at their end."""
    found = []
    for number, row in enumerate(rows, start=1):
        cells = [_as_text(value) for value in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            found.append((number, cells))
    return found


def _as_text(value: Any) -> str:
    """A cell as a person would have typed it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    return str(value)


# --- writing ---------------------------------------------------------------------------------------------------------


def written(form: str, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A table as a file. form: CSV, as Indonesian spreadsheets open it (semicolons, BOM), or XLSX."""
    return {CSV: _as_csv, XLSX: _as_xlsx}[form](title, header, rows)


def safe(value: Any) -> Any:
    """A text that a spreadsheet shows and never runs; numbers and dates stay what they are."""
    return f"'{value}" if isinstance(value, str) and value.lstrip(" \n").startswith(STARTS) else value


def _as_csv(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(header)
    writer.writerows([safe(_shown(value)) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _shown(value: Any) -> Any:
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else value


def _as_xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    sheet.append([_bold(sheet, text) for text in header])
    for row in rows:
        sheet.append([_typed(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _bold(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _typed(sheet: Any, value: Any) -> Any:
    """Texts are texts, also those that look like formulas or errors; control characters cannot stand in a sheet."""
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, "".join(char if char.isprintable() or char == "\n" else " " for char in safe(value)))
    cell.data_type = "s"
    return cell
