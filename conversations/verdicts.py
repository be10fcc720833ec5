"""A stored verdict in words for people: what no fact covered, what it stands on, what the customer named. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autolumiku.lib import numerals, rupiah
from conversations import guard

ASPECTS = {
    "unit": "nama", "price": "harga", "credit_price": "harga kredit", "price_bound": "harga", "km": "kilometer",
    "year": "tahun", "year_bound": "batas tahun",
    "gear": "transmisi", "fuel": "bahan bakar", "color": "warna", "body": "bodi", "seats": "kursi",
    "engine": "mesin", "tax": "pajak", "tax_date": "pajak", "alive": "pajak", "dead": "pajak", "papers": "surat",
    "paper": "surat", "flood": "riwayat banjir", "flooded": "riwayat banjir", "crash": "riwayat tabrakan",
    "crashed": "riwayat tabrakan", "hands": "pemilik", "state": "kondisi", "condition": "kondisi", "here": "tersedia",
    "sold": "terjual", "booked": "dibooking", "absent": "tidak tersedia", "photos": "foto", "has": "kelengkapan",
    "estimate": "simulasi kredit",
}  # fmt: skip
WHOLE = {
    guard.EMPTY: "tanpa isi",
    guard.TOO_LONG: "lebih dari 4.096 huruf",
    guard.LONG: "lebih dari 1.000 huruf",
    guard.NOT_LATIN: "bukan huruf Latin",
    guard.REPEATS: "kalimat yang berulang",
    guard.LEAKS: "isi instruksi asisten",
    guard.NO_ESTIMATE: "angka kredit tanpa kata estimasi",
}
NAMED = {
    "make": "merek", "model": "model", "unit_id": "nomor unit", "year": "tahun", "year_min": "tahun dari",
    "year_max": "tahun sampai", "mileage": "kilometer", "budget": "budget", "budget_min": "budget dari",
    "budget_max": "budget sampai", "down_payment": "DP", "down_payment_percent": "DP (%)", "instalment": "cicilan",
    "unclear": "kurang jelas", "visit_day": "hari datang", "visit_time": "jam datang", "visit_choices": "pilihan waktu",
    "transmission": "transmisi", "fuel": "bahan bakar", "body_type": "bodi", "seats": "kursi", "color": "warna",
    "order": "urutan", "guessed": "salah ketik", "shown": "dari yang ditunjukkan", "without": "selain",
    "unwanted": "bukan",
}  # fmt: skip
MONEY = frozenset(("budget", "budget_min", "budget_max", "down_payment", "instalment"))
VALUES = {
    "automatic": "matic", "electric": "listrik", "cheapest": "termurah", "dearest": "termahal", "newest": "terbaru",
    "oldest": "tertua", "least_used": "kilometer terendah", True: "ya",
}  # fmt: skip


def claims(verdict: Any) -> tuple[str, ...]:
    """What no fact covered in the draft."""
    return tuple(WHOLE.get(one, one) for one in _listed(verdict, "failed"))


def facts(verdict: Any) -> tuple[str, ...]:
    """What the answer stands on, car by car: "PM-PST-001: harga, kilometer"."""
    by_car: dict[str, dict[str, None]] = {}
    for one in _listed(verdict, "facts"):
        car, _, aspect = one.rpartition(".")
        by_car.setdefault(car, {})[ASPECTS.get(aspect, aspect)] = None
    return tuple(f"{car}: {', '.join(found)}" for car, found in by_car.items())


def named(said: Mapping[str, Any]) -> str:
    """What the customer named: "merek: Honda, budget sampai: Rp 150 juta"."""
    return ", ".join(f"{NAMED.get(name, name)}: {_value(name, value)}" for name, value in said.items())


def _value(name: str, value: Any) -> str:
    if name == "unwanted":
        return " atau ".join(str(VALUES.get(one, one)) for _, _, one in (str(said).partition("=") for said in value))
    if isinstance(value, list | tuple):
        return " atau ".join(map(str, value))
    if isinstance(value, int) and not isinstance(value, bool):
        return rupiah.show(value) if name in MONEY else numerals.dotted(value) if name == "mileage" else str(value)
    return str(VALUES.get(value, value))


def _listed(verdict: Any, name: str) -> tuple[str, ...]:
    found = verdict.get(name) if isinstance(verdict, dict) else None
    return tuple(str(one)[:200] for one in found[:60]) if isinstance(found, list) else ()
