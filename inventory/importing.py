"""Stock from a CSV or Excel file: `read` understands the file and touches nothing, `save` writes all of it or nothing.

Headers may be Indonesian or English, in any order, below a few lines of title; the delimiter is a comma, a semicolon or
a tab; UTF-8 (with or without BOM), UTF-16 with BOM, else Windows-1252. What is wrong is said in Indonesian with line
and column; what is merely unclear ("178.0" km: 178 or 178,000?) is left empty and said too, because a wrong fact is
worse than none.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from django.db import transaction

from inventory import cells as reading
from inventory import names, naming, workbooks
from inventory.models import Status, Vehicle, VehicleHistory, sale_moment
from tenants.models import Tenant

MAX_BYTES = 10 * 2**20
MAX_ROWS = 10_000
MAX_COLUMNS = 200
MAX_ERRORS = 200  # a spoilt file says the same thing ten thousand times
MAX_TITLE = 10  # lines above the header
BATCH = 500

# Field -> headers, the best first: where a file has several of them, the first one filled counts.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "display_id": ("display id", "id", "id mobil", "kode", "kode unit", "stock id", "no stok", "unit id"),
    "make": ("merek", "merk", "make", "brand", "id merk", "pabrikan", "manufacturer"),
    "name": ("car name", "nama mobil", "nama", "mobil", "name", "unit", "vehicle", "title", "kendaraan"),
    "model": ("model",),
    "type": ("tipe", "type", "tipe mobil"),
    "variant": ("varian", "variant", "trim", "grade"),
    "year": ("tahun", "year", "thn", "tahun pembuatan", "tahun rakit", "model year"),
    "status": ("status",),
    "price": ("harga", "price", "price cash", "harga cash", "harga tunai", "cash", "harga jual", "otr"),
    "credit_price": ("harga kredit", "price credit", "credit price", "kredit"),
    "cost_price": ("harga modal", "modal", "cost price", "cost", "harga beli"),
    "mileage": ("km", "kilometer", "mileage", "odometer", "jarak tempuh", "kilometre"),
    "transmission": ("transmisi", "transmission", "id transmission", "gearbox", "girboks"),
    "fuel": ("bahan bakar", "fuel", "id fuel type", "fuel type", "bbm"),
    "color": ("warna", "color", "colour"),
    "license_plate": ("plat", "license plate", "nomor polisi", "nopol", "no polisi", "plat nomor", "plate"),
    "engine_cc": ("cc", "engine cc", "isi silinder", "cylinder size", "kapasitas mesin", "engine"),
    "body_type": ("bodi", "body", "body type", "bentuk bodi"),
    "seats": ("kursi", "seats", "jumlah kursi", "tempat duduk"),
    "condition": ("kondisi", "condition"),
    "tax_valid_until": ("pajak", "pajak berlaku sampai", "masa pajak", "tax", "tax valid until", "levy date",
                        "stnk date", "stnk"),
    "papers": ("surat", "surat surat", "papers", "dokumen"),
    "accident_history": ("riwayat tabrakan", "tabrakan", "accident history"),
    "flood_history": ("riwayat banjir", "banjir", "flood history"),
    "previous_owners": ("pemilik", "jumlah pemilik", "jumlah pemilik sebelumnya", "previous owners", "tangan ke"),
    "service_book": ("buku servis", "buku service", "service book", "service record"),
    "description": ("deskripsi", "description", "keterangan"),
    "staff_notes": ("catatan", "catatan staf", "staff notes", "notes"),
}  # fmt: skip
# The word on a vehicle's papers that stands in a "model" column when the name stands under "type".
BODY_WORDS = ("minibus", "micro", "sedan", "jeep", "suv", "mpv", "pick up", "pickup", "hatchback", "truck", "bus")

EMPTY = frozenset({"", "-", "--", "n/a", "na", "nan", "null", "none", "?", "tidak ada data", "belum ada"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing about the file, in Indonesian. line 0: about the file as a whole; column: the header as written."""

    line: int
    column: str
    text: str

    def __str__(self) -> str:
        place = f"baris {self.line}" if self.line else ""
        place = ", ".join(part for part in (place, self.column) if part)
        return f"{place}: {self.text}" if place else self.text


@dataclass(frozen=True, slots=True)
class Row:
    """One car as the file has it, canonical; the fields are Vehicle's. Empty or None: not in the file."""

    line: int
    make: str
    model: str
    year: int
    variant: str = ""
    display_id: str = ""
    status: str = Status.AVAILABLE
    price: int | None = None
    credit_price: int | None = None
    cost_price: int | None = None
    mileage: int | None = None
    transmission: str = ""
    fuel: str = ""
    color: str = ""
    license_plate: str = ""
    engine_cc: int | None = None
    body_type: str = ""
    seats: int | None = None
    condition: str = ""
    tax_valid_until: date | None = None
    papers: str = ""
    accident_history: str = ""
    flood_history: str = ""
    previous_owners: int | None = None
    service_book: bool | None = None
    description: str = ""
    staff_notes: str = ""
    derived: tuple[str, ...] = dataclasses.field(default=(), compare=False)  # fields that the file does not say itself

    def values(self) -> dict[str, Any]:
        """Vehicle's fields, without the empty ones."""
        given = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in ("line", "derived")}
        return {name: value for name, value in given.items() if value not in ("", None)}

    def said(self) -> dict[str, Any]:
        """The values that stand in the file."""
        return {name: value for name, value in self.values().items() if name not in self.derived}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What `read` understood. With errors nothing will be saved; notes: cells left empty; ignored: unknown columns.

    fine: the cars of the lines without an error, wrong: how many lines have one.
    """

    rows: tuple[Row, ...] = ()
    errors: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = ()
    fine: tuple[Row, ...] = ()
    wrong: int = 0

    def without_wrong(self) -> Sheet:
        """The same with its wrong lines left out; what is wrong with the file as a whole stays an error."""
        return replace(self, rows=self.fine, errors=()) if self.fine else self


@dataclass(frozen=True, slots=True)
class Result:
    """What `save` did: the ids of the new cars in the file's order, or the errors and no car."""

    display_ids: tuple[str, ...] = ()
    errors: tuple[Problem, ...] = ()

    @property
    def added(self) -> int:
        return len(self.display_ids)


# --- reading ---------------------------------------------------------------------------------------------------------


def read(raw: bytes) -> Sheet:
    """Understand a CSV or Excel file of at most 10 MB and 10,000 cars. Pure; never raises for what is in the file."""
    if len(raw) > MAX_BYTES:
        return _refused("Berkas lebih besar dari 10 MB.")
    try:
        lines, others = _all_lines(raw)
    except workbooks.NoTableError as error:
        return _refused(str(error))
    except csv.Error as error:
        return _refused(f"Berkas tidak terbaca sebagai CSV ({error}).")
    if not lines:
        return _refused("Berkas kosong.")
    if len(lines) > MAX_ROWS + 1:
        return _refused(f"Lebih dari {MAX_ROWS:,} baris. Bagi menjadi beberapa berkas.".replace(",", "."))
    lines = lines[_title_lines(lines) :]
    header = [cell.strip() for cell in lines[0][1]]
    if len(header) > MAX_COLUMNS:
        return _refused(f"Lebih dari {MAX_COLUMNS} kolom.")
    table = _Table.of(header, lines[1:])
    if missing := table.missing(lines[0][0]):
        return Sheet(errors=missing, ignored=table.ignored)
    sheet = _sheet(table, lines[1:])
    unread = [Problem(0, "", f"Lembar “{title[: reading.SHOWN]}” tidak dibaca.") for title in others]
    return replace(sheet, notes=(*unread, *sheet.notes))


def _all_lines(raw: bytes) -> tuple[list[tuple[int, list[str]]], tuple[str, ...]]:
    """The file's lines, and the names of an Excel file's further sheets."""
    if workbooks.is_one(raw):
        return workbooks.lines(raw, rows=MAX_ROWS + 2, columns=MAX_COLUMNS + 1)
    return list(_lines(_decode(raw))), ()


def _title_lines(lines: Sequence[tuple[int, list[str]]]) -> int:
    """How many lines stand above the header; 0 if none of the first ones is a header that will do."""
    heads = (place for place, (_, cells) in enumerate(lines[:MAX_TITLE]) if not _Table.of(cells, ()).missing())
    return next(heads, 0)


def _refused(text: str) -> Sheet:
    return Sheet(errors=(Problem(0, "", text),))


def _decode(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of every line that is not blank; the first one is the header."""
    text = text.replace("\x00", "")
    first = text.split("\n", 1)[0]
    skipped = 0
    if match := re.fullmatch(r"sep=(.)\r?", first, re.I):  # Excel's own first line
        text, skipped = text[len(first) + 1 :], 1
    delimiter = match[1] if match else _delimiter(first)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield start + skipped, cells
        start = reader.line_num + 1


def _delimiter(header: str) -> str:
    outside = re.sub(r'"[^"]*"', "", header)
    return max(",;\t", key=outside.count)


@dataclass(frozen=True, slots=True)
class _Table:
    """Which column holds which field: field -> positions, the best first."""

    header: list[str]
    places: Mapping[str, tuple[int, ...]]
    doubled: tuple[str, ...]

    @classmethod
    def of(cls, header: list[str], lines: Sequence[tuple[int, list[str]]]) -> _Table:
        keys = [_header_key(title) for title in header]
        doubled = tuple(title for place, title in enumerate(header) if keys[place] and keys[place] in keys[:place])
        places = {field: tuple(keys.index(t) for t in titles if t in keys) for field, titles in COLUMNS.items()}
        return cls(header, _sorted_out({field: found for field, found in places.items() if found}, lines), doubled)

    @property
    def ignored(self) -> tuple[str, ...]:
        used = {place for found in self.places.values() for place in found}
        return tuple(title for place, title in enumerate(self.header) if place not in used and title)

    def missing(self, line: int = 1) -> tuple[Problem, ...]:
        """What is wrong with the header, which stands in this line."""
        wanted = []
        if "name" not in self.places and "make" not in self.places:
            wanted.append("merek")
        if "name" not in self.places and "model" not in self.places:
            wanted.append("model")
        if "year" not in self.places:
            wanted.append("tahun")
        known = {place for found in self.places.values() for place in found}
        doubled = [title for title in self.doubled if self.header.index(title) in known]
        return (
            *(Problem(line, "", f"kolom {name} tidak ditemukan") for name in wanted),
            *(Problem(line, title[: reading.SHOWN], "kolom ini ada dua kali") for title in doubled),
        )

    def cell(self, cells: Sequence[str], field: str) -> tuple[str, str]:
        """(text, header) of the first filled column of this field; ("", "") if none is."""
        for place in self.places.get(field, ()):
            text = cells[place].strip() if place < len(cells) else ""
            if text.lower() not in EMPTY:
                return text, self.header[place][: reading.SHOWN]
        return "", ""


def _header_key(title: str) -> str:
    """ "Price (Rp)" -> "price", "id_transmission" -> "id transmission"."""
    without_unit = re.sub(r"\([^()]*\)", " ", title.lower().lstrip("\ufeff"))
    return " ".join(re.split(r"[\W_]+", without_unit)).strip()


def _sorted_out(
    places: dict[str, tuple[int, ...]], lines: Sequence[tuple[int, list[str]]]
) -> dict[str, tuple[int, ...]]:
    """Settle what a "type" column is: the name where "model" holds words of the papers, else the variant."""
    kind = places.pop("type", ())
    if not kind:
        return places
    model = places.get("model", ())
    if model and _holds_bodies([cells[model[0]] for _, cells in lines if model[0] < len(cells)]):
        places["body_word"] = places.pop("model")
        places["name"] = kind
    elif model or "name" in places:
        places["variant"] = (*places.get("variant", ()), *kind)
    else:
        places["name"] = kind
    return places


def _holds_bodies(cells: Sequence[str]) -> bool:
    filled = [cell.strip().lower() for cell in cells if cell.strip()]
    return bool(filled) and sum(cell.startswith(BODY_WORDS) for cell in filled) * 2 > len(filled)


def _sheet(table: _Table, lines: Sequence[tuple[int, list[str]]]) -> Sheet:
    rows: list[Row] = []
    errors: list[Problem] = []
    notes: list[Problem] = []
    for line, cells in lines:
        if len(cells) > len(table.header) and any(cell.strip() for cell in cells[len(table.header) :]):
            errors.append(Problem(line, "", "kolomnya lebih banyak daripada judul; isi yang berkoma perlu tanda kutip"))
            continue
        row, wrong, unclear = _row(table, line, cells)
        rows += [row] if row else []
        errors += wrong
        notes += unclear
    errors += _repeated_ids(rows)
    if not lines:
        errors.append(Problem(0, "", "Berkas hanya berisi judul kolom."))
    errors.sort(key=lambda problem: problem.line)
    spoilt = {problem.line for problem in errors} - {0}
    fine = tuple(row for row in rows if row.line not in spoilt)
    return Sheet(() if errors else fine, _capped(errors), _capped(notes), table.ignored, fine, len(spoilt))


def _capped(problems: list[Problem]) -> tuple[Problem, ...]:
    more = len(problems) - MAX_ERRORS
    tail = [Problem(0, "", f"… dan {more} lagi.")] if more > 0 else []
    return (*problems[:MAX_ERRORS], *tail)


def _repeated_ids(rows: Sequence[Row]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for row in rows:
        if row.display_id and first.setdefault(row.display_id, row.line) != row.line:
            yield Problem(row.line, "id", f"{row.display_id} sudah ada di baris {first[row.display_id]}")


def _row(table: _Table, line: int, cells: Sequence[str]) -> tuple[Row | None, list[Problem], list[Problem]]:
    """(the car, errors, notes) of one line; no car where there are errors."""
    values: dict[str, Any] = {}
    errors: list[Problem] = []
    notes: list[Problem] = []
    for field, reader in reading.READERS.items():
        text, column = table.cell(cells, field)
        if not text:
            continue
        try:
            values[field] = reader(text)
        except reading.BadCellError as error:
            errors.append(Problem(line, column, str(error)))
        except reading.UnclearCellError as error:
            notes.append(Problem(line, column, str(error)))
    if not table.cell(cells, "year")[0]:
        errors.append(Problem(line, "tahun", "kosong"))
    make, name, model, variant = (table.cell(cells, field)[0] for field in ("make", "name", "model", "variant"))
    called = naming.called(make, name, model, variant, values.get("year"))
    errors += [Problem(line, *complaint) for complaint in _unnamed(called)]
    if errors:
        return None, errors, notes
    make, model, variant = called
    derived = tuple(name for name in ("status", "body_type", "seats") if name not in values)
    values.setdefault("body_type", naming.body(make, model, variant, table.cell(cells, "body_word")[0]))
    values.setdefault("seats", names.seats(make, model))
    return Row(line=line, make=make, model=model, variant=variant, derived=derived, **values), [], notes


def _unnamed(called: tuple[str, str, str]) -> Iterator[tuple[str, str]]:
    for column, text, longest in zip(("merek", "model", "varian"), called, (40, 60, 80), strict=True):
        if not text and column != "varian":
            yield column, "kosong atau tidak dikenal"
        if len(text) > longest:
            yield column, f"lebih dari {longest} huruf"


# --- writing ---------------------------------------------------------------------------------------------------------


def save(tenant_id: int, sheet: Sheet, by: str, *, name: str = "", reason: str = "impor") -> Result:
    """Write all cars of the sheet with their history, or none. Works inside the caller's scope, in one transaction.

    Ids given in the file are kept, others are counted on from the showroom's last number; none is given twice. `by`
    and `name` go into the history.
    """
    if sheet.errors:
        return Result(errors=sheet.errors)
    with transaction.atomic():
        ids = Ids.locked(tenant_id)
        if clashes := ids.clashes(sheet.rows):
            return Result(errors=clashes)
        cars = write(tenant_id, ids, sheet.rows, by=by, name=name, reason=reason)
    return Result(tuple(car.display_id for car in cars))


def write(tenant_id: int, ids: Ids, rows: Sequence[Row], *, by: str, name: str, reason: str) -> list[Vehicle]:
    """New cars with the first row of their history, in the caller's transaction."""
    given = zip(rows, ids.assign(tenant_id, rows), strict=True)
    cars = Vehicle.objects.bulk_create([_vehicle(tenant_id, row, display_id) for row, display_id in given], BATCH)
    entries = [_first_entry(car, row, by, name, reason) for car, row in zip(cars, rows, strict=True)]
    VehicleHistory.objects.bulk_create(entries, BATCH)
    return cars


@dataclass(frozen=True, slots=True)
class Ids:
    """The showroom's car ids, while its row is locked."""

    prefix: str
    last: int
    taken: frozenset[str]

    @classmethod
    def locked(cls, tenant_id: int) -> Ids:
        showroom = Tenant.objects.select_for_update(no_key=True).get(pk=tenant_id)
        taken = Vehicle.objects.filter(tenant_id=tenant_id).values_list("display_id", flat=True)
        return cls(showroom.vehicle_prefix, showroom.last_vehicle_number, frozenset(taken))

    def clashes(self, rows: Sequence[Row]) -> tuple[Problem, ...]:
        again = [row for row in rows if row.display_id in self.taken]
        return tuple(Problem(row.line, "id", f"{row.display_id} sudah dipakai mobil lain") for row in again)

    def assign(self, tenant_id: int, rows: Sequence[Row]) -> tuple[str, ...]:
        """Each row's id, in order; the showroom's counter moves past all of them."""
        number = max([self.last, *(self._number(row.display_id) for row in rows)])
        given: list[str] = []
        for row in rows:
            display_id = row.display_id
            while not display_id or (not row.display_id and display_id in self.taken):
                number += 1
                display_id = f"{self.prefix}-{number:03d}"
            given.append(display_id)
        Tenant.objects.filter(pk=tenant_id).update(last_vehicle_number=number)
        return tuple(given)

    def _number(self, display_id: str) -> int:
        """The counter's number in an id of this showroom's form, 0 for any other id."""
        start, _, digits = display_id.rpartition("-")
        return int(digits) if start == self.prefix.upper() and re.fullmatch(r"[0-9]{1,6}", digits) else 0


def _vehicle(tenant_id: int, row: Row, display_id: str) -> Vehicle:
    values = row.values() | {"display_id": display_id} | sale_moment("", row.status)
    return Vehicle(tenant_id=tenant_id, **values)


def _first_entry(vehicle: Vehicle, row: Row, by: str, name: str, reason: str) -> VehicleHistory:
    values = {**row.values(), "display_id": vehicle.display_id}
    return VehicleHistory.of(vehicle, "create", dict(sorted(values.items())), by=by, name=name, reason=reason)
