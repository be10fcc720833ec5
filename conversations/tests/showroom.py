"""The product's own example showroom, for the tests of the pure steps: Prima Mobil with a City and a Fortuner."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from conversations.turn import (
    DayHours,
    Entities,
    Facts,
    Faq,
    Intent,
    Line,
    Persona,
    Showroom,
    Turn,
    Understanding,
    Unit,
)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Asia/Jakarta"))  # a Monday

CITY = Unit(
    id=1, version=1, display_id="PM-PST-001", make="Honda", model="City", variant="S", year=2006, status="AVAILABLE",
    price=79_000_000, mileage=127_245, transmission="automatic", fuel="bensin", color="silver",
)  # fmt: skip
FORTUNER = Unit(
    id=2,
    version=1,
    display_id="PM-PST-002",
    make="Toyota",
    model="Fortuner",
    variant="VRZ",
    year=2021,
    status="AVAILABLE",
    price=470_000_000,
    mileage=25_000,
    transmission="automatic",
    fuel="diesel",
    color="hitam",
)
AVANZA = Unit(
    id=3, version=1, display_id="PM-PST-003", make="Toyota", model="Avanza", variant="G", year=2019, status="AVAILABLE",
    price=165_000_000, mileage=48_000, transmission="manual", fuel="bensin", color="putih", photo_count=5,
    tax_valid_until=date(2027, 5, 5), papers="BPKB, STNK, faktur lengkap", flood_history="tidak pernah banjir",
)  # fmt: skip
CHEAP_FORTUNER = replace(FORTUNER, price=345_000_000)

PRIMA = Showroom(
    name="Prima Mobil",
    city="Jakarta",
    address="Jl. Melati Raya No. 12",
    phone="6281234567890",
    whatsapp="6281200000011",
    maps_url="https://maps.example.com/prima-mobil",
    hours=(*(DayHours(day, "09:00", "17:00") for day in range(5)), DayHours(5, "09:00", "15:00"), DayHours(6)),
)
COD = Faq("Apakah bisa COD?", "Bisa, COD untuk wilayah Jabodetabek dengan janji terlebih dahulu.")


def facts(*units: Unit, **changes: Any) -> Facts:
    """Prima Mobil at noon with these fitting units; the stock is as large as the units given."""
    changes.setdefault("stock_size", len(units) + len(changes.get("nearest", ())))
    return replace(Facts(showroom=PRIMA, now=NOON, units=units), **changes)


def turn(text: str, intent: Intent = Intent.GENERAL_QUESTION, **changes: Any) -> Turn:
    """A later turn of Kak Yudho; entities=dict(...) and any field of Turn may be given."""
    entities = Entities(**changes.pop("entities", {}))
    return replace(
        Turn(
            tenant_id=1, conversation_id=1, claim=1, upto=1, text=text,
            understanding=Understanding(intent, 0.9, entities), customer_name="Yudho",
        ),
        **changes,
    )  # fmt: skip


def persona(**changes: Any) -> Persona:
    return replace(Persona(ai_name="Sinta"), **changes)


def said(role: str, text: str) -> Line:
    return Line(role, text)
