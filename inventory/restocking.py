"""A stock list against the stock: what it would change, doing it all at once, and taking it back.

A car of the list is one of the stock by its ID; else by its plate; else by make, model, variant, year and mileage where
only one has these. Empty cells change nothing, and cars that the list does not name stay as they are.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef

from autolumiku.lib import clock
from inventory import importing
from inventory.importing import BATCH, Ids, Problem, Row
from inventory.models import NEXT, Status, Vehicle, VehicleHistory, VehiclePhoto, sale_moment

NEW, CHANGED = "new", "changed"
REASON, UNDO_REASON = "impor", "impor dibatalkan"


@dataclass(frozen=True, slots=True)
class Change:
    """A car of the stock, and what the list says otherwise of it."""

    row: Row
    car: Vehicle
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a list would do; errors: rows that do not fit the stock, which are in none of the others."""

    new: tuple[Row, ...] = ()
    changed: tuple[Change, ...] = ()
    same: int = 0
    errors: tuple[Problem, ...] = ()

    @property
    def digest(self) -> str:
        """Equal for plans that do the same to the same stock."""
        told = [repr(row) for row in self.new]
        told += [f"{one.car.pk} {one.car.version} {sorted(one.values.items())}" for one in self.changed]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


# --- comparing: pure -------------------------------------------------------------------------------------------------


def compare(rows: Sequence[Row], cars: Iterable[Vehicle]) -> Plan:
    """The rows against all cars of the showroom."""
    matches = _Matches(rows, cars)
    new: list[Row] = []
    changed: list[Change] = []
    errors = list(matches.errors)
    wrong = {problem.line for problem in errors}
    for row in rows:
        car = matches.found.get(row.line)
        if row.line in wrong:
            continue
        if car is None:
            new.append(row)
        elif problem := _illegal(row, car):
            errors.append(problem)
        elif values := differences(row, car):
            changed.append(Change(row, car, values))
    same = len(rows) - len(new) - len(changed) - len({problem.line for problem in errors})
    return Plan(tuple(new), tuple(changed), same, tuple(sorted(errors, key=lambda problem: problem.line)))


def differences(row: Row, car: Vehicle) -> dict[str, Any]:
    """What the row says otherwise; a deleted car that is on the list again is for sale again."""
    said = row.said()
    if car.status == Status.DELETED:
        said.setdefault("status", row.status)
    return {name: value for name, value in said.items() if name != "display_id" and getattr(car, name) != value}


def _illegal(row: Row, car: Vehicle) -> Problem | None:
    wanted = differences(row, car).get("status")
    if wanted is None or wanted in NEXT[Status(car.status)]:
        return None
    text = f"{car.display_id} {Status(car.status).label}, tidak bisa langsung {Status(wanted).label}"
    return Problem(row.line, "status", text)


class _Matches:
    """found: line -> car. A car belongs to one row at most."""

    def __init__(self, rows: Sequence[Row], cars: Iterable[Vehicle]) -> None:
        self.cars = list(cars)
        self.rows = rows
        self.found: dict[int, Vehicle] = {}
        self.errors: list[Problem] = []
        self.row_of: dict[int, int] = {}  # car -> line
        self._by_id()
        self._by_plate()
        self._by_likeness()

    def _take(self, row: Row, car: Vehicle) -> None:
        self.found[row.line] = car
        self.row_of[car.pk] = row.line

    def _by_id(self) -> None:
        known = {car.display_id.upper(): car for car in self.cars}
        for row in self.rows:
            if car := known.get(row.display_id):
                self._take(row, car)

    def _nameless(self) -> Iterator[Row]:
        return (row for row in self.rows if not row.display_id and row.line not in self.found)

    def _by_plate(self) -> None:
        known: dict[str, list[Vehicle]] = defaultdict(list)
        for car in self.cars:
            if car.license_plate and car.status != Status.DELETED:
                known[_bare(car.license_plate)].append(car)
        for row in self._nameless():
            match known.get(_bare(row.license_plate), []) if row.license_plate else []:
                case [car] if car.pk in self.row_of:
                    text = f"{row.license_plate} ({car.display_id}) sudah ada di baris {self.row_of[car.pk]}"
                    self.errors.append(Problem(row.line, "plat", text))
                case [car]:
                    self._take(row, car)

    def _by_likeness(self) -> None:
        wrong = {problem.line for problem in self.errors}
        cars: dict[tuple, list[Vehicle]] = defaultdict(list)
        for car in self.cars:
            if car.pk not in self.row_of and car.status != Status.DELETED:
                cars[_likeness(car)].append(car)
        rows: dict[tuple, list[Row]] = defaultdict(list)
        for row in self._nameless():
            if row.line not in wrong and _likeness(row) in cars:
                rows[_likeness(row)].append(row)
        for key, alike in rows.items():
            self._pair(alike, list(cars[key]))

    def _pair(self, rows: list[Row], cars: list[Vehicle]) -> None:
        """Equal ones first; then one row and one car with the same mileage."""
        left = []
        for row in rows:
            equal = next((car for car in cars if not differences(row, car)), None)
            if equal is None:
                left.append(row)
                continue
            self._take(row, equal)
            cars.remove(equal)
        match left, cars:
            case [row], [car] if row.mileage is not None and _plates_agree(row, car):
                self._take(row, car)


def _likeness(one: Row | Vehicle) -> tuple:
    return (one.make.casefold(), one.model.casefold(), one.variant.casefold(), one.year, one.mileage)


def _plates_agree(row: Row, car: Vehicle) -> bool:
    return not (row.license_plate and car.license_plate) or _bare(row.license_plate) == _bare(car.license_plate)


def _bare(plate: str) -> str:
    return "".join(plate.upper().split())


# --- doing and taking back -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class By:
    """In whose name."""

    by: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Undone:
    """How many cars were taken back, and which were not, with why in Indonesian."""

    count: int
    kept: tuple[tuple[str, str], ...] = field(default=())  # (car, why)


def stock(tenant_id: int, *, locked: bool = False) -> list[Vehicle]:
    """All cars of the showroom, deleted ones too."""
    cars = Vehicle.objects.filter(tenant_id=tenant_id).order_by("pk")
    return list(cars.select_for_update(of=("self",), no_key=True) if locked else cars)


def carry_out(tenant_id: int, plan: Plan, by: By) -> list[list[Any]]:
    """Do what a plan of the locked stock says, in the caller's transaction; [[car, its version, NEW or CHANGED]]."""
    ids = Ids.locked(tenant_id)
    added = importing.write(tenant_id, ids, plan.new, by=by.by, name=by.name, reason=REASON)
    changes = {one.car: one.values for one in plan.changed}
    _write(tenant_id, changes, by, action="update", reason=REASON)
    return [[car.pk, car.version, NEW] for car in added] + [[car.pk, car.version, CHANGED] for car in changes]


def take_back(tenant_id: int, touched: Sequence[Sequence[Any]], by: By) -> Undone:
    """Undo what `carry_out` returned, for each car that nobody has changed since; new ones leave the stock."""
    known = {pk: (version, kind) for pk, version, kind in touched}
    photos = VehiclePhoto.objects.filter(tenant_id=tenant_id, vehicle=OuterRef("pk"))
    cars = Vehicle.objects.filter(tenant_id=tenant_id, pk__in=known).annotate(has_photos=Exists(photos))
    cars = cars.select_for_update(of=("self",), no_key=True).order_by("pk")
    changes: dict[Vehicle, dict[str, Any]] = {}
    kept: list[tuple[Vehicle, str]] = []
    history = _entries(tenant_id, known)
    for car in cars:
        version, kind = known[car.pk]
        if car.version != version:
            kept.append((car, _since(history[car.pk])))
        elif kind == NEW and car.has_photos:
            kept.append((car, "sudah diberi foto"))
        else:
            changes[car] = {"status": Status.DELETED.value} if kind == NEW else _before(history[car.pk][-1])
    _write(tenant_id, changes, by, action="undo", reason=UNDO_REASON)
    return Undone(len(changes), tuple((str(car), why) for car, why in kept))


def _entries(tenant_id: int, known: Mapping[int, tuple[int, str]]) -> dict[int, list[VehicleHistory]]:
    """The cars' history from the import on."""
    found: dict[int, list[VehicleHistory]] = defaultdict(list)
    for entry in VehicleHistory.objects.filter(tenant_id=tenant_id, vehicle__in=known).order_by("pk"):
        if entry.version >= known[entry.vehicle_id][0]:
            found[entry.vehicle_id].append(entry)
    return found


def _since(entries: Sequence[VehicleHistory]) -> str:
    who = entries[-1].changed_by_name or entries[-1].changed_by if len(entries) > 1 else ""
    return f"sudah diubah {who} sesudah impor" if who else "sudah diubah sesudah impor"


def _before(entry: VehicleHistory) -> dict[str, Any]:
    columns: dict[str, Any] = {name: Vehicle._meta.get_field(name) for name in entry.changed_fields}
    return {name: column.to_python(entry.previous_values[name]) for name, column in columns.items()}


def _write(tenant_id: int, changes: Mapping[Vehicle, Mapping[str, Any]], by: By, *, action: str, reason: str) -> None:
    """Change many locked cars with one row of history each; the objects have their new version afterwards."""
    before: dict[int, dict[str, Any]] = {}
    after: dict[int, dict[str, Any]] = {}
    for car, wanted in changes.items():
        values = {**sale_moment(car.status, wanted.get("status", car.status)), **wanted}
        before[car.pk] = {name: getattr(car, name) for name in values}
        after[car.pk] = values
        car.updated_at = clock.now()
        for name, value in values.items():
            setattr(car, name, value)
    if not changes:
        return
    names = sorted({name for values in after.values() for name in values})
    Vehicle.objects.bulk_update(changes, [*names, "updated_at"], BATCH)
    versions = dict(Vehicle.objects.filter(tenant_id=tenant_id, pk__in=after).values_list("pk", "version"))
    for car in changes:
        car.version = versions[car.pk]
    told: dict[str, Any] = {"by": by.by, "name": by.name, "reason": reason}
    entries = [VehicleHistory.of(car, action, after[car.pk], before=before[car.pk], **told) for car in changes]
    VehicleHistory.objects.bulk_create(entries, BATCH)
