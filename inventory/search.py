"""The stock as customers ask for it: what fits, what fitted but is gone, and what comes near.

Under row-level security PostgreSQL lets an index answer only conditions whose operators cannot leak a row: equality and
comparison of columns. So cars are found by make_key, by VehicleName, by price and by kind, and everything else only
narrows what these have found. Prices nearest to a sum are read from the index in both directions, cheapest first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from django.db import connection

from inventory import names
from inventory.models import Transmission
from inventory.unit import Unit

LIMIT = 10
NEAREST = 3
GONE = 3
ALIKE = 0.4  # similarity of two names of which one may be mistyped
ORDERS = {
    "cheapest": "v.price, v.id",
    "dearest": "v.price DESC NULLS LAST, v.id DESC",
    "newest": "v.year DESC, v.id DESC",
    "least_used": "v.mileage NULLS LAST, v.id DESC",
}
# a budget of 300 juta shows 180 to 360 juta, nearest first (the product's budget rule)
BUDGET_FROM, BUDGET_TO = 0.6, 1.2

FIELDS = tuple(field.name for field in fields(Unit))[:-1]  # the last, photo_count, is counted


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a customer asks for; empty or None: any. Money in rupiah."""

    make: str = ""
    model: str = ""
    unit_id: str = ""
    shown: tuple[str, ...] = ()  # any of these ids
    without: tuple[str, ...] = ()  # none of these ids
    unwanted: tuple[str, ...] = ()  # none of these: "color=hitam", "transmission=automatic", "model=Avanza"
    year: int | None = None
    year_min: int | None = None
    year_max: int | None = None
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
    """Search one showroom's stock. Inside its scope; one statement where something fits, at most three where nothing
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
    cars = _available(tenant_id)
    for word in words.split()[:6]:
        named = "concat_ws(' ', v.display_id, v.make, v.model, v.variant, v.year, v.color, v.transmission)"
        cars = cars.where(f"{named} ILIKE %s::text", f"%{word.replace('%', '').replace('_', '')}%")
    return tuple(unit for _, unit in _read([(0, _ordered(cars, NEWEST_FIRST, limit))]))


@dataclass(frozen=True, slots=True)
class _Cars:
    """A choice of cars as SQL: conditions on `v`, joined by AND, with their values."""

    conditions: tuple[str, ...]
    values: tuple[Any, ...]

    def where(self, condition: str, *values: Any) -> _Cars:
        return _Cars((*self.conditions, condition), (*self.values, *values))


@dataclass(frozen=True, slots=True)
class _Query:
    """SQL that gives rows of FOUND, with its values."""

    sql: str
    values: tuple[Any, ...] = ()


def _available(tenant_id: int) -> _Cars:
    """The status is written out, so that the partial indexes are used."""
    return _Cars(("v.tenant_id = %s::bigint", "v.status = 'AVAILABLE'"), (tenant_id,))


def _find(tenant_id: int, wanted: Wanted) -> Found:
    stock = _available(tenant_id)
    size, units = _read_with_size(tenant_id, _best(_fitting(stock, wanted), wanted, LIMIT))
    gone = _gone(tenant_id, wanted) if wanted.unit_id or wanted.shown or (wanted.names_a_car and not units) else ()
    nearest = _nearest(tenant_id, wanted, gone) if size and not units else ()
    nearest = tuple(unit for unit in nearest if unit.display_id not in wanted.without)
    return Found(size, units, gone, nearest)


def _fitting(stock: _Cars, wanted: Wanted) -> _Cars:
    """The cars that meet every wish; an id is meant whatever else was said."""
    cars = _named(stock, wanted)
    if wanted.unit_id or wanted.shown:
        return cars
    if wanted.without:
        cars = cars.where("v.display_id <> ALL(%s::text[])", list(wanted.without))
    cars = _aged(_but(cars, wanted), wanted)
    if wanted.transmission == Transmission.AUTOMATIC:
        cars = cars.where("v.transmission IN ('automatic', 'cvt')")
    elif wanted.transmission:
        cars = cars.where("v.transmission = %s::text", wanted.transmission)
    if wanted.fuel:
        cars = cars.where("v.fuel = %s::text", wanted.fuel)
    if wanted.body_type and not wanted.model:
        cars = cars.where("v.body_type = %s::text", wanted.body_type)
    if wanted.seats and not wanted.model:
        cars = cars.where("v.seats >= %s::int", wanted.seats)
    if wanted.color:
        cars = cars.where("strpos(lower(v.color), %s::text) > 0", wanted.color.lower())
    return _affordable(cars, wanted)


def _but(cars: _Cars, wanted: Wanted) -> _Cars:
    """Without those that are not wished for; a car of which it is not known stays."""
    for one in wanted.unwanted:
        kind, _, value = one.partition("=")
        if kind == "color":
            cars = cars.where("strpos(lower(v.color), %s::text) = 0", value.lower())
        elif kind == "transmission":
            own = ["automatic", "cvt"] if value == Transmission.AUTOMATIC else [value]
            cars = cars.where("v.transmission <> ALL(%s::text[])", own)
        elif kind in ("fuel", "body_type"):
            cars = cars.where(f"v.{kind} <> %s::text", value)
        elif kind == "make":
            cars = cars.where("v.make_key <> %s::text", _bare(value))
        elif kind == "model":
            cars = cars.where(f"NOT ({OF_NAME})", cars.values[0], _bare(value))
    return cars


def _aged(cars: _Cars, wanted: Wanted) -> _Cars:
    if wanted.year:
        return cars.where("v.year = %s::int", wanted.year)
    if wanted.year_min:
        cars = cars.where("v.year >= %s::int", wanted.year_min)
    return cars.where("v.year <= %s::int", wanted.year_max) if wanted.year_max else cars


OF_NAME = "v.id IN (SELECT n.vehicle_id FROM vehicle_names n WHERE n.tenant_id = %s::bigint AND n.name = %s::text)"
OF_NAMES = OF_NAME.replace("= %s::text", "= ANY(%s::text[])")


def _named(cars: _Cars, wanted: Wanted) -> _Cars:
    """By id, else by make and model: "Innova" is also the "Innova Reborn", and a "Kijang Innova" of variant "Reborn"
    is an "Innova Reborn"; but "Innova Reborn" is no other Innova.
    """
    if wanted.unit_id or wanted.shown:
        return _called(cars, [f"#{_bare(one)}" for one in wanted.shown or (wanted.unit_id,)])
    if wanted.make:
        cars = cars.where("v.make_key = %s::text", _bare(wanted.make))
    return _called(cars, [_bare(wanted.model)]) if wanted.model else cars


def _called(cars: _Cars, names: list[str]) -> _Cars:
    """For an array, of which it does not know the length, PostgreSQL plans at every search anew."""
    tenant_id = cars.values[0]
    return cars.where(OF_NAME, tenant_id, names[0]) if len(names) == 1 else cars.where(OF_NAMES, tenant_id, names)


def _bare(name: str) -> str:
    """As bare_name() in PostgreSQL: "HR-V" -> "hrv"."""
    return re.sub(r"[^a-z0-9+]", "", name.lower())


def _affordable(cars: _Cars, wanted: Wanted) -> _Cars:
    if wanted.budget_min:
        cars = cars.where("v.price >= %s::bigint", wanted.budget_min)
    if wanted.budget_max:
        cars = cars.where("v.price <= %s::bigint", wanted.budget_max)
    if wanted.budget and not (wanted.budget_min or wanted.budget_max):
        low, high = int(wanted.budget * BUDGET_FROM), int(wanted.budget * BUDGET_TO)
        cars = cars.where("v.price BETWEEN %s::bigint AND %s::bigint", low, high)
    return cars


# --- order


def _best(cars: _Cars, wanted: Wanted, limit: int) -> _Query:
    """Of certain cars all are sorted, also those without a price; of the whole stock the index gives the first ones."""
    goal = _goal(wanted)
    if wanted.order in ORDERS:
        some = wanted.order == "dearest" and not wanted.model
        return _ordered(cars.where("v.price IS NOT NULL") if some else cars, ORDERS[wanted.order], limit)
    if goal and wanted.model:
        return _ordered(cars, "abs(v.price - %s::bigint), v.id DESC", limit, goal)
    return _around(cars, goal, limit) if goal else _ordered(cars, NEWEST_FIRST, limit)


def _goal(wanted: Wanted) -> int | None:
    return wanted.budget or wanted.budget_max or wanted.budget_min


NEWEST_FIRST = "v.created_at DESC, v.id DESC"


def _ordered(cars: _Cars, order: str, limit: int, *values: Any) -> _Query:
    where = " AND ".join(cars.conditions)
    sql = f"SELECT v.* FROM vehicles v WHERE {where} ORDER BY {order} LIMIT {limit}"  # noqa: S608 - our own words
    return _Query(sql, (*cars.values, *values))


def _around(cars: _Cars, goal: int, limit: int) -> _Query:
    """The cars nearest in price: some from below, some from above, each side in the order of the index."""
    below = _ordered(cars.where("v.price <= %s::bigint", goal), "v.price DESC, v.id DESC", limit)
    above = _ordered(cars.where("v.price > %s::bigint", goal), "v.price, v.id", limit)
    both = f"({below.sql}) UNION ALL ({above.sql})"
    sql = f"SELECT v.* FROM ({both}) v ORDER BY abs(v.price - %s::bigint), v.id DESC LIMIT {limit}"  # noqa: S608
    return _Query(sql, (*below.values, *above.values, goal))


# --- what is not there


def _gone(tenant_id: int, wanted: Wanted) -> tuple[Unit, ...]:
    cars = _named(_Cars(("v.tenant_id = %s::bigint", "v.status IN ('BOOKED', 'SOLD')"), (tenant_id,)), wanted)
    cars = cars if wanted.unit_id else _aged(_but(cars, wanted), wanted)
    return tuple(unit for _, unit in _read([(0, _ordered(cars, "v.updated_at DESC", GONE))]))


def _nearest(tenant_id: int, wanted: Wanted, gone: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """Instead of what is not there: the same car in another make-up, one that is called much alike, else the price's
    or the kind's neighbours. One statement reads all of these; the first group that has cars counts.
    """
    stock = _but(_available(tenant_id), wanted)
    groups = [_same(stock, wanted), _called_alike(stock, wanted, gone), *_neighbours(stock, wanted, gone)]
    found = _read([(number, query) for number, group in enumerate(groups) for query in group])
    cars = {unit.id: unit for number, unit in found if number == found[0][0]}
    return tuple(cars.values())[:NEAREST]


def _same(stock: _Cars, wanted: Wanted) -> list[_Query]:
    return [_best(_named(stock, wanted), wanted, NEAREST)] if wanted.names_a_car else []


def _called_alike(stock: _Cars, wanted: Wanted, gone: tuple[Unit, ...]) -> list[_Query]:
    if not wanted.model or wanted.unit_id or gone or not _bare(wanted.model):
        return []
    return [_ordered(_alike(stock, _bare(wanted.model)), NEWEST_FIRST, NEAREST)]


def _neighbours(stock: _Cars, wanted: Wanted, gone: tuple[Unit, ...]) -> Iterator[list[_Query]]:
    """First those of the kind, then, where a budget or a gone car says how much, any."""
    goal = _goal(wanted) or (gone[0].price if gone else None)
    kind = wanted.body_type or (gone[0].body_type if gone else names.body_type(wanted.make, wanted.model))
    cars = stock.where("v.price IS NOT NULL")
    if wanted.seats:
        cars = cars.where("v.seats >= %s::int", wanted.seats)
    by_kind = kind and (wanted.body_type or not wanted.has_budget)
    if by_kind:
        yield _nearby(cars.where("v.body_type = %s::text", kind), wanted, gone, goal)
    if gone if by_kind else goal:
        yield _nearby(cars, wanted, gone, goal)


def _nearby(cars: _Cars, wanted: Wanted, gone: tuple[Unit, ...], goal: int | None) -> list[_Query]:
    """By price, first those of the gone car's own model; without a price the newest, first those of the make."""
    if goal:
        own = [Wanted(make=gone[0].make, model=gone[0].model)] if gone else []
        return [_around(_named(cars, one), goal, NEAREST) for one in own] + [_around(cars, goal, NEAREST)]
    of_make = [_named(cars, Wanted(make=wanted.make))] if wanted.make else []
    return [_ordered(some, NEWEST_FIRST, NEAREST) for some in (*of_make, cars)]


# The showroom's own names with this first letter, one by one from the index, and of them those that are much alike.
ALIKE_SQL = f"""v.id IN (
    WITH RECURSIVE called(name) AS (
        (SELECT n.name FROM vehicle_names n
            WHERE n.tenant_id = %s::bigint AND n.name >= %s::text AND n.name < %s::text ORDER BY n.name LIMIT 1)
        UNION ALL
        SELECT (SELECT n.name FROM vehicle_names n
            WHERE n.tenant_id = %s::bigint AND n.name > called.name AND n.name < %s::text ORDER BY n.name LIMIT 1)
        FROM called WHERE called.name IS NOT NULL
    )
    SELECT n.vehicle_id FROM called JOIN vehicle_names n ON n.tenant_id = %s::bigint AND n.name = called.name
    WHERE similarity(called.name, %s::text) >= {ALIKE})"""  # noqa: S608 - our own number


def _alike(cars: _Cars, name: str) -> _Cars:
    """A stock list's own typing error: "Avansa" where an Avanza is asked for."""
    tenant_id, first = cars.values[0], name[:1]
    after = chr(ord(first) + 1) if first else ""
    return cars.where(ALIKE_SQL, tenant_id, first, after, tenant_id, after, tenant_id, name)


# --- reading

FOUND = f"""{", ".join(f"v.{field}" for field in FIELDS)},
    (SELECT count(*) FROM vehicle_photos p WHERE p.tenant_id = v.tenant_id AND p.vehicle_id = v.id)"""  # noqa: S608 - our own column names


def _read(queries: Sequence[tuple[int, _Query]]) -> list[tuple[int, Unit]]:
    """(number given, car) in order, all read in one statement."""
    if not queries:
        return []
    row = "row_number() OVER () AS place, v.*"
    parts = (
        f"(SELECT {number} AS number, {place} AS query, {row} FROM ({query.sql}) v)"  # noqa: S608 - our own words
        for place, (number, query) in enumerate(queries)
    )
    sql = f"SELECT v.number, {FOUND} FROM ({' UNION ALL '.join(parts)}) v ORDER BY v.query, v.place"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for _, query in queries for value in query.values])
        return [(row[0], Unit(*row[1:])) for row in cursor.fetchall()]


def _read_with_size(tenant_id: int, query: _Query) -> tuple[int, tuple[Unit, ...]]:
    """(AVAILABLE cars in all, the cars of this query), in one statement."""
    sql = f"""
        SELECT stock.size, {FOUND}
        FROM (SELECT count(*) AS size FROM vehicles WHERE tenant_id = %s::bigint AND status = 'AVAILABLE') AS stock
        LEFT JOIN (SELECT row_number() OVER () AS place, v.* FROM ({query.sql}) v) v ON true ORDER BY v.place
    """  # noqa: S608 - our own words
    with connection.cursor() as cursor:
        cursor.execute(sql, [tenant_id, *query.values])
        rows = cursor.fetchall()
    return rows[0][0], tuple(Unit(*row[1:]) for row in rows if row[1] is not None)
