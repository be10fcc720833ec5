"""The demo's cars: invented, with prices that fit class and age, and with the gaps real stock lists have."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from random import Random
from typing import Any

from inventory import importing, names
from inventory.importing import Row
from inventory.models import Status, Vehicle, VehicleHistory

SIZE = 44
YEAR = 2026  # the demo's present, so that the same seed makes the same cars
KEPT_A_YEAR, KEPT_AT_LEAST = 0.925, 0.36  # of its price
JUTA = 1_000_000
COLORS = ("hitam", "putih", "silver", "abu-abu", "merah", "biru", "putih mutiara", "cokelat", "oranye", "hijau")
PAPERS = ("BPKB, STNK, faktur lengkap", "BPKB dan STNK lengkap", "STNK dan BPKB ada, faktur tidak ada")
NOTES = ("Kunci cadangan ada satu.", "Ban depan perlu diganti.", "Titip jual, konfirmasi pemilik dulu.")
# How often a list leaves a field empty.
GAPS = {
    "mileage": 0.08, "color": 0.05, "fuel": 0.04, "engine_cc": 0.25, "tax_valid_until": 0.4, "papers": 0.4,
    "accident_history": 0.7, "flood_history": 0.7, "previous_owners": 0.5, "service_book": 0.5, "condition": 0.35,
    "credit_price": 0.5, "transmission": 0.03, "staff_notes": 0.8, "price": 0.03, "cost_price": 0.3,
}  # fmt: skip
# What becomes of a freshly listed car, by its place in the list.
FATES = {5: Status.BOOKED, 9: Status.SOLD, 14: Status.BOOKED, 17: Status.SOLD, 20: Status.DELETED, 23: Status.SOLD,
         27: Status.BOOKED,
         31: Status.SOLD, 34: Status.BOOKED, 38: Status.SOLD}  # fmt: skip
DRAFTS = (12, 25, 41)
CHEAPER = (3, 7, 16, 22, 29)

CITY = Row(
    line=0, make="Honda", model="City", variant="S AT", year=2006, price=79 * JUTA, mileage=127_245, fuel="bensin",
    transmission="automatic", color="silver", engine_cc=1497, body_type="sedan", seats=5, license_plate="B 1208 PMD",
)  # fmt: skip
FORTUNER = Row(
    line=0, make="Toyota", model="Fortuner", variant="VRZ AT", year=2021, price=470 * JUTA, mileage=25_000,
    fuel="diesel", transmission="automatic", color="hitam", engine_cc=2393, body_type="suv", seats=7,
    license_plate="B 2710 PMD", papers="BPKB, STNK, faktur lengkap", service_book=True,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Model:
    """One line of models.csv; new_price in juta of today."""

    make: str
    model: str
    variants: tuple[str, ...]
    gearboxes: tuple[str, ...]
    fuel: str
    cc: int | None
    first: int
    last: int
    new_price: int


def rows(random: Random, plate: str, begin: tuple[Row, ...] = ()) -> tuple[Row, ...]:
    """SIZE cars, `begin` first; `plate`: the letter of the region."""
    models = list(_models())
    random.shuffle(models)
    cars = [*begin, *(_row(random, models[place % len(models)], plate) for place in range(SIZE - len(begin)))]
    return tuple(_in_stock(row, place) for place, row in enumerate(cars))


def fill(tenant_id: int, cars: tuple[Row, ...], random: Random, now: datetime, staff: str) -> None:
    """Write the cars and their past: bought over two months, some cheaper since, some booked, sold or deleted."""
    importing.save(tenant_id, importing.Sheet(cars), "demo", name=staff, reason="stok awal")
    vehicles = list(Vehicle.objects.filter(tenant_id=tenant_id).order_by("id"))
    bought = sorted(now - timedelta(days=random.randint(16, 75), minutes=random.randint(0, 600)) for _ in vehicles)
    for place, (vehicle, since) in enumerate(zip(vehicles, bought, strict=True)):
        vehicle.created_at = since
        _live(vehicle, place, random, now, staff)
    Vehicle.objects.bulk_update(vehicles, ["created_at", "updated_at", "sold_at"])
    _date_history(vehicles, random)


@cache
def _models() -> tuple[Model, ...]:
    source = resources.files("autolumiku.demo").joinpath("models.csv").read_text(encoding="utf-8")
    return tuple(
        Model(
            line["make"],
            line["model"],
            tuple(line["variants"].split("/")),
            tuple(line["gearboxes"].split("/")),
            line["fuel"],
            int(line["cc"]) if line["cc"] else None,
            int(line["first"]),
            int(line["last"]),
            int(line["new_price"]),
        )
        for line in csv.DictReader(source.splitlines())
    )


def _row(random: Random, model: Model, plate: str) -> Row:
    year = random.randint(model.first, model.last)
    age = YEAR - year
    price = _round(model.new_price * JUTA * max(KEPT_A_YEAR**age, KEPT_AT_LEAST) * random.uniform(0.94, 1.06))
    electric = model.fuel == "electric"
    values: dict[str, Any] = {
        "price": price,
        "credit_price": _round(price * random.choice((0.97, 1.06, 1.08))),
        "cost_price": _round(price * random.uniform(0.86, 0.93)),
        "mileage": random.randint(7_000, 14_500) * max(age, 1) + random.randint(0, 999),
        "transmission": random.choice(model.gearboxes),
        "fuel": model.fuel,
        "color": random.choice(COLORS),
        "engine_cc": None if electric else model.cc,
        "tax_valid_until": date(YEAR, random.randint(1, 12), random.randint(1, 28)) + timedelta(days=365 * (age % 2)),
        "papers": random.choice(PAPERS),
        "accident_history": random.choice(("tidak pernah tabrakan", "pernah lecet bumper, sudah dicat ulang")),
        "flood_history": "bebas banjir",
        "previous_owners": random.randint(1, 3),
        "service_book": random.random() < 0.7,
        "condition": random.choice(("excellent", "good", "good", "fair")),
        "staff_notes": random.choice(NOTES),
    }
    kept = {field: value for field, value in values.items() if random.random() >= GAPS.get(field, 0)}
    return Row(
        line=0,
        make=model.make,
        model=model.model,
        variant=random.choice(model.variants),
        year=year,
        license_plate=f"{plate} {random.randint(1000, 2999)} {''.join(random.choices('ABCDEFGHJK', k=3))}",
        body_type=names.body_type(model.make, model.model),
        seats=names.seats(model.make, model.model),
        **kept,
    )


def _round(price: float) -> int:
    """To half a million below 200 juta, to whole millions above."""
    step = JUTA // 2 if price < 200 * JUTA else JUTA
    return round(price / step) * step


def _in_stock(row: Row, place: int) -> Row:
    return replace(row, status=Status.DRAFT if place in DRAFTS else Status.AVAILABLE)


def _live(vehicle: Vehicle, place: int, random: Random, now: datetime, staff: str) -> None:
    """The changes of one car since it was bought, each with its history."""
    if place in CHEAPER and vehicle.price:
        asked = {"price": vehicle.price, "credit_price": vehicle.credit_price}
        lower = {field: _round(value * 0.97) for field, value in asked.items() if value}
        vehicle.change(lower, by="demo", name=staff, reason="harga disesuaikan")
    fate = FATES.get(place)
    if fate is None:
        return
    changes: dict[str, Any] = {"status": fate}
    if fate == Status.SOLD:
        changes["sold_at"] = now - timedelta(days=random.randint(1, 12), minutes=random.randint(0, 600))
    vehicle.change(changes, by="demo", name=staff, reason="status diperbarui", action="status")


def _date_history(vehicles: list[Vehicle], random: Random) -> None:
    """A car's first entry is as old as the car, later ones lie between then and now."""
    since = {vehicle.pk: vehicle.created_at for vehicle in vehicles}
    history = list(VehicleHistory.objects.filter(vehicle__in=vehicles).order_by("id"))
    for entry in history:
        days = 0 if entry.action == "create" else random.randint(1, 14)
        entry.created_at = since[entry.vehicle_id] + timedelta(days=days)
    VehicleHistory.objects.bulk_update(history, ["created_at"])
