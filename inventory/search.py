"""The stock as customers ask for it: what fits, what fitted but is gone, and what comes near."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from inventory import names
from inventory.models import Status, Transmission
from inventory.unit import Unit

LIMIT = 10
NEAREST = 3
GONE = 3
ORDERS = {
    "cheapest": "v.price ASC NULLS LAST",
    "dearest": "v.price DESC NULLS LAST",
    "newest": "v.year DESC",
    "least_used": "v.mileage ASC NULLS LAST",
}
# a budget of 300 juta shows 180 to 360 juta, nearest first (the product's budget rule)
BUDGET_FROM, BUDGET_TO = 0.6, 1.2

FIELDS = (
    "id",
    "version",
    "display_id",
    "make",
    "model",
    "year",
    "status",
    "price",
    "credit_price",
    "variant",
    "mileage",
    "transmission",
    "fuel",
    "color",
    "body_type",
    "seats",
    "engine_cc",
    "tax_valid_until",
    "papers",
    "accident_history",
    "flood_history",
    "previous_owners",
    "service_book",
    "condition",
)
COLUMNS = (*FIELDS, "photo_count")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a customer asks for; empty or None: any. Money in rupiah."""

    make: str = ""
    model: str = ""
    unit_id: str = ""
    year: int | None = None
    budget: int | None = None
    budget_min: int | None = None
    budget_max: int | None = None
    transmission: str = ""
    fuel: str = ""
    body_type: str = ""
    seats: int | None = None
    color: str = ""
    order: str = ""  # a key of ORDERS

    @property
    def names_a_car(self) -> bool:
        return bool(self.make or self.model or self.unit_id)

    @property
    def has_budget(self) -> bool:
        return bool(self.budget or self.budget_min or self.budget_max)


@dataclass(frozen=True, slots=True)
class Found:
    """units: AVAILABLE and fitting, best first; gone: named but BOOKED or SOLD; nearest: instead, when nothing fits."""

    stock_size: int
    units: tuple[Unit, ...] = ()
    gone: tuple[Unit, ...] = ()
    nearest: tuple[Unit, ...] = ()


def find(tenant_id: int, wanted: Wanted, also: Iterable[tuple[str, str]] = ()) -> Found:
    """Search one showroom's stock. Inside its scope; two statements where something fits, at most six where nothing
    does, and as many for each of `also`. In SQL by hand: it is on the way of every message.

    also: (make, model) of further cars that the customer named beside the first; what is found of them is added.
    """
    found = _find(tenant_id, wanted)
    for make, model in also:
        more = _find(tenant_id, replace(wanted, make=make, model=model, unit_id="", year=None))
        units = (*found.units, *more.units)[:LIMIT]
        found = Found(found.stock_size, units, (*found.gone, *more.gone), () if units else found.nearest)
    return found


def by_words(tenant_id: int, words: str, limit: int = 8) -> tuple[Unit, ...]:
    """AVAILABLE cars that hold each of these words in id, name, year or colour, for people who look one up."""
    cars = _stock(tenant_id, Status.AVAILABLE)
    for word in words.split()[:6]:
        named = "concat_ws(' ', v.display_id, v.make, v.model, v.variant, v.year, v.color, v.transmission)"
        cars = cars.where(f"{named} ILIKE %s", f"%{word.replace('%', '').replace('_', '')}%")
    return _read(cars, _order(Wanted()), limit)


@dataclass(frozen=True, slots=True)
class _Cars:
    """A choice of cars as SQL: conditions on `v`, joined by AND, with their values."""

    conditions: tuple[str, ...]
    values: tuple[Any, ...]

    def where(self, condition: str, *values: Any) -> _Cars:
        return _Cars((*self.conditions, condition), (*self.values, *values))


def _stock(tenant_id: int, *states: Status) -> _Cars:
    return _Cars(("v.tenant_id = %s", "v.status = ANY(%s)"), (tenant_id, [state.value for state in states]))


def _find(tenant_id: int, wanted: Wanted) -> Found:
    stock = _stock(tenant_id, Status.AVAILABLE)
    units = _read(_fitting(stock, wanted), _order(wanted), LIMIT)
    gone = _gone(tenant_id, wanted) if wanted.unit_id or (wanted.names_a_car and not units) else ()
    size = _count(stock)
    nearest = _nearest(stock, wanted, gone) if size and not units else ()
    return Found(size, units, gone, nearest)


def _fitting(stock: _Cars, wanted: Wanted) -> _Cars:
    """The cars that meet every wish; an id is meant whatever else was said."""
    cars = _named(stock, wanted)
    if wanted.unit_id:
        return cars
    if wanted.year:
        cars = cars.where("v.year = %s", wanted.year)
    if wanted.transmission == Transmission.AUTOMATIC:
        cars = cars.where("v.transmission IN ('automatic', 'cvt')")
    elif wanted.transmission:
        cars = cars.where("v.transmission = %s", wanted.transmission)
    if wanted.fuel:
        cars = cars.where("v.fuel = %s", wanted.fuel)
    if wanted.body_type and not wanted.model:
        cars = cars.where("v.body_type = %s", wanted.body_type)
    if wanted.seats and not wanted.model:
        cars = cars.where("v.seats >= %s", wanted.seats)
    if wanted.color:
        cars = cars.where("strpos(lower(v.color), %s) > 0", wanted.color.lower())
    return _affordable(cars, wanted)


def _named(cars: _Cars, wanted: Wanted) -> _Cars:
    """By id, else by make and model: "Innova" is also the "Innova Reborn", and a "Kijang Innova" of variant "Reborn"
    is an "Innova Reborn"; but "Innova Reborn" is no other Innova.
    """
    if wanted.unit_id:
        return cars.where("upper(v.display_id) = %s", wanted.unit_id.upper())
    if wanted.make:
        cars = cars.where("lower(v.make) = %s", wanted.make.lower())
    if wanted.model:
        model = wanted.model.lower()
        cars = cars.where(
            "(strpos(lower(' ' || v.model || ' ' || v.variant || ' '), %s) > 0"
            " OR lower(replace(replace(v.model, '-', ''), ' ', '')) = %s)",
            f" {model} ",
            model.replace("-", "").replace(" ", ""),
        )
    return cars


def _affordable(cars: _Cars, wanted: Wanted) -> _Cars:
    if wanted.budget_min:
        cars = cars.where("v.price >= %s", wanted.budget_min)
    if wanted.budget_max:
        cars = cars.where("v.price <= %s", wanted.budget_max)
    if wanted.budget and not (wanted.budget_min or wanted.budget_max):
        low, high = int(wanted.budget * BUDGET_FROM), int(wanted.budget * BUDGET_TO)
        cars = cars.where("v.price BETWEEN %s AND %s", low, high)
    return cars


@dataclass(frozen=True, slots=True)
class _Order:
    sql: str
    values: tuple[Any, ...] = ()


NEWEST_FIRST = _Order("v.created_at DESC, v.id DESC")


def _order(wanted: Wanted) -> _Order:
    if wanted.order in ORDERS:
        return _Order(f"{ORDERS[wanted.order]}, v.id DESC")
    goal = wanted.budget or wanted.budget_max or wanted.budget_min
    return _Order("abs(v.price - %s), v.id DESC", (goal,)) if goal else NEWEST_FIRST


def _gone(tenant_id: int, wanted: Wanted) -> tuple[Unit, ...]:
    cars = _named(_stock(tenant_id, Status.BOOKED, Status.SOLD), wanted)
    if wanted.year and not wanted.unit_id:
        cars = cars.where("v.year = %s", wanted.year)
    return _read(cars, _Order("v.updated_at DESC"), GONE)


def _nearest(stock: _Cars, wanted: Wanted, gone: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """Instead of what is not there: the same car in another make-up, else the price's or the kind's neighbours."""
    if wanted.names_a_car:
        same = _read(_named(stock, wanted), _order(wanted), NEAREST)
        if same:
            return same
    goal = wanted.budget or wanted.budget_max or wanted.budget_min or (gone[0].price if gone else None)
    kind = wanted.body_type or (gone[0].body_type if gone else names.body_type(wanted.make, wanted.model))
    cars = stock.where("v.price IS NOT NULL")
    if wanted.seats:
        cars = cars.where("v.seats >= %s", wanted.seats)
    if goal:
        model = gone[0].model.lower() if gone else ""
        order = _Order("lower(v.model) <> %s, abs(v.price - %s), v.id DESC", (model, goal))
    else:
        order = _Order("lower(v.make) <> %s, v.created_at DESC, v.id DESC", (wanted.make.lower(),))
    if not kind or (wanted.has_budget and not wanted.body_type):
        return _read(cars, order, NEAREST) if goal else ()
    of_kind = _read(cars.where("v.body_type = %s", kind), order, NEAREST)
    return of_kind or (_read(cars, order, NEAREST) if gone else ())


READ_SQL = f"""
SELECT {", ".join(f"v.{field}" for field in FIELDS)},
    (SELECT count(*) FROM vehicle_photos p WHERE p.tenant_id = v.tenant_id AND p.vehicle_id = v.id)
FROM vehicles v WHERE """  # noqa: S608 - our own column names


def _read(cars: _Cars, order: _Order, limit: int) -> tuple[Unit, ...]:
    sql = f"{READ_SQL}{' AND '.join(cars.conditions)} ORDER BY {order.sql} LIMIT {limit}"
    with connection.cursor() as cursor:
        cursor.execute(sql, [*cars.values, *order.values])
        return tuple(Unit(**dict(zip(COLUMNS, row, strict=True))) for row in cursor.fetchall())


def _count(cars: _Cars) -> int:
    with connection.cursor() as cursor:
        sql = f"SELECT count(*) FROM vehicles v WHERE {' AND '.join(cars.conditions)}"  # noqa: S608 - our own words
        cursor.execute(sql, cars.values)
        return int(cursor.fetchone()[0])
