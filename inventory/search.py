"""The stock as customers ask for it: what fits, what fitted but is gone, and what comes near."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Case, CharField, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Abs, Coalesce, Concat, Lower, Replace

from inventory import names
from inventory.models import Status, Transmission, Vehicle, VehiclePhoto
from inventory.unit import Unit

LIMIT = 10
NEAREST = 3
GONE = 3
ORDERS = {
    "cheapest": (F("price").asc(nulls_last=True),),
    "dearest": (F("price").desc(nulls_last=True),),
    "newest": (F("year").desc(),),
    "least_used": (F("mileage").asc(nulls_last=True),),
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
    """Search one showroom's stock. Inside its scope; at most five statements, and as many for each of `also`.

    also: (make, model) of further cars that the customer named beside the first; what is found of them is added.
    """
    found = _find(tenant_id, wanted)
    for make, model in also:
        more = _find(tenant_id, replace(wanted, make=make, model=model, unit_id="", year=None))
        units = (*found.units, *more.units)[:LIMIT]
        found = Found(found.stock_size, units, (*found.gone, *more.gone), () if units else found.nearest)
    return found


def _find(tenant_id: int, wanted: Wanted) -> Found:
    stock = Vehicle.objects.filter(tenant_id=tenant_id, status=Status.AVAILABLE)
    size = stock.count()
    units = _read(_ordered(_fitting(stock, wanted), wanted), LIMIT) if size else ()
    gone = _gone(tenant_id, wanted) if wanted.unit_id or (wanted.names_a_car and not units) else ()
    nearest = _nearest(stock, wanted, gone) if size and not units else ()
    return Found(size, units, gone, nearest)


def _fitting(stock: QuerySet[Vehicle], wanted: Wanted) -> QuerySet[Vehicle]:
    """The cars that meet every wish; an id is meant whatever else was said."""
    cars = _named(stock, wanted)
    if wanted.unit_id:
        return cars
    if wanted.year:
        cars = cars.filter(year=wanted.year)
    if wanted.transmission == Transmission.AUTOMATIC:
        cars = cars.filter(transmission__in=(Transmission.AUTOMATIC, Transmission.CVT))
    elif wanted.transmission:
        cars = cars.filter(transmission=wanted.transmission)
    if wanted.fuel:
        cars = cars.filter(fuel=wanted.fuel)
    if wanted.body_type and not wanted.model:
        cars = cars.filter(body_type=wanted.body_type)
    if wanted.seats and not wanted.model:
        cars = cars.filter(seats__gte=wanted.seats)
    if wanted.color:
        cars = cars.filter(color__icontains=wanted.color)
    return _affordable(cars, wanted)


def _named(cars: QuerySet[Vehicle], wanted: Wanted) -> QuerySet[Vehicle]:
    """By id, else by make and model: "Innova" is also the "Innova Reborn", and a "Kijang Innova" of variant "Reborn"
    is an "Innova Reborn"; but "Innova Reborn" is no other Innova.
    """
    if wanted.unit_id:
        return cars.filter(display_id__iexact=wanted.unit_id)
    if wanted.make:
        cars = cars.filter(make__iexact=wanted.make)
    if wanted.model:
        called = Lower(Concat(Value(" "), "model", Value(" "), "variant", Value(" ")), output_field=CharField())
        squashed = Lower(Replace(Replace("model", Value("-")), Value(" ")), output_field=CharField())
        key = "".join(char for char in wanted.model.lower() if char not in "- ")
        cars = cars.annotate(called=called, squashed=squashed).filter(
            Q(called__contains=f" {wanted.model.lower()} ") | Q(squashed=key)
        )
    return cars


def _affordable(cars: QuerySet[Vehicle], wanted: Wanted) -> QuerySet[Vehicle]:
    if wanted.budget_min:
        cars = cars.filter(price__gte=wanted.budget_min)
    if wanted.budget_max:
        cars = cars.filter(price__lte=wanted.budget_max)
    if wanted.budget and not (wanted.budget_min or wanted.budget_max):
        cars = cars.filter(price__gte=int(wanted.budget * BUDGET_FROM), price__lte=int(wanted.budget * BUDGET_TO))
    return cars


def _ordered(cars: QuerySet[Vehicle], wanted: Wanted) -> QuerySet[Vehicle]:
    if wanted.order in ORDERS:
        return cars.order_by(*ORDERS[wanted.order], "-id")
    goal = wanted.budget or wanted.budget_max or wanted.budget_min
    return cars.order_by(Abs(F("price") - goal), "-id") if goal else cars.order_by("-created_at", "-id")


def _gone(tenant_id: int, wanted: Wanted) -> tuple[Unit, ...]:
    cars = Vehicle.objects.filter(tenant_id=tenant_id, status__in=(Status.BOOKED, Status.SOLD))
    cars = _named(cars, wanted)
    if wanted.year and not wanted.unit_id:
        cars = cars.filter(year=wanted.year)
    return _read(cars.order_by("-updated_at"), GONE)


def _nearest(stock: QuerySet[Vehicle], wanted: Wanted, gone: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """Instead of what is not there: the same car in another make-up, else the price's or the kind's neighbours."""
    if wanted.names_a_car:
        same = _read(_ordered(_named(stock, wanted), wanted), NEAREST)
        if same:
            return same
    goal = wanted.budget or wanted.budget_max or wanted.budget_min or (gone[0].price if gone else None)
    kind = wanted.body_type or (gone[0].body_type if gone else names.body_type(wanted.make, wanted.model))
    cars = stock.filter(price__isnull=False)
    if wanted.seats:
        cars = cars.filter(seats__gte=wanted.seats)
    if goal:
        same_model = Case(When(model__iexact=gone[0].model if gone else "", then=0), default=1)
        cars = cars.order_by(same_model, Abs(F("price") - goal), "-id")
    else:
        same_make = Case(When(make__iexact=wanted.make, then=0), default=1)
        cars = cars.order_by(same_make, "-created_at", "-id")
    if not kind or (wanted.has_budget and not wanted.body_type):
        return _read(cars, NEAREST) if goal else ()
    of_kind = _read(cars.filter(body_type=kind), NEAREST)
    return of_kind or (_read(cars, NEAREST) if gone else ())


def _read(cars: QuerySet[Vehicle], limit: int) -> tuple[Unit, ...]:
    photos = (
        VehiclePhoto.objects.filter(tenant_id=OuterRef("tenant_id"), vehicle=OuterRef("pk"))
        .order_by()
        .values("vehicle")
        .annotate(n=Count("pk"))
        .values("n")
    )
    rows = cars.annotate(photo_count=Coalesce(Subquery(photos, output_field=IntegerField()), 0))
    return tuple(Unit(**row) for row in rows.values(*FIELDS, "photo_count")[:limit])


def unchanged(units: dict[int, int]) -> bool:
    """Do these cars (id -> version) still have the version they were read with? Locks them until the commit."""
    if not units:
        return True
    rows = (
        Vehicle.objects.select_for_update(no_key=True).filter(pk__in=units).order_by("pk").values_list("pk", "version")
    )
    return dict(rows) == units
