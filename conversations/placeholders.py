"""Figures that the model names and code writes: "[PM-001.harga]" becomes "Rp 79 juta". Pure.

A placeholder that names no car or no field of the facts stays, and the guard refuses it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from autolumiku.lib import kilometres, phone, rupiah
from conversations import english, wording
from conversations.turn import Facts, Showroom, Unit

PLACEHOLDER = re.compile(r"\[([A-Za-z0-9-]{2,30})\.([a-z_]{2,20})\]")
NO_DATA = "belum ada datanya"

UNIT: Mapping[str, Callable[[Unit, date], str]] = {
    "nama": lambda unit, _: wording.one_line(unit.name, 80),
    "harga": lambda unit, _: "" if unit.price is None else rupiah.show(unit.price),
    "harga_kredit": lambda unit, _: (
        "" if unit.credit_price is None else f"harga kredit {rupiah.show(unit.credit_price)}"
    ),
    "tahun": lambda unit, _: str(unit.year),
    "km": lambda unit, _: "" if unit.mileage is None else kilometres.show(unit.mileage),
    "transmisi": lambda unit, _: wording.TRANSMISSIONS.get(unit.transmission, unit.transmission),
    "bahan_bakar": lambda unit, _: wording.FUELS.get(unit.fuel, unit.fuel),
    "warna": lambda unit, _: wording.one_line(unit.color, 40),
    "pajak": wording.tax,
    "surat": lambda unit, _: wording.one_line(unit.papers, 120),
    "banjir": lambda unit, _: wording.one_line(unit.flood_history, 120),
    "tabrakan": lambda unit, _: wording.one_line(unit.accident_history, 120),
    "kondisi": lambda unit, _: wording.CONDITIONS.get(unit.condition, unit.condition),
    "kursi": lambda unit, _: f"{unit.seats} kursi" if unit.seats else "",
    "mesin": lambda unit, _: f"{unit.engine_cc} cc" if unit.engine_cc else "",
}
SHOWROOM: Mapping[str, Callable[[Showroom], str]] = {
    "nama": lambda room: room.name,
    "alamat": lambda room: wording.one_line(room.address, 200),
    "maps": lambda room: room.maps_url,
    "jam": lambda room: wording.hours(room.hours),
    "telepon": lambda room: phone.show(room.phone),
    "whatsapp": lambda room: phone.show(room.whatsapp),
}
LABELS = {  # as the cards name them
    "harga": "Harga", "harga_kredit": "Harga kredit", "km": "KM", "transmisi": "Transmisi", "warna": "Warna",
    "bahan_bakar": "Bahan bakar", "pajak": "Pajak", "kondisi": "Kondisi",
}  # fmt: skip


def fill(draft: str, facts: Facts, *, in_english: bool = False) -> str:
    """The draft with every figure written out; a field without data is said to have none."""
    units = {unit.display_id.upper(): unit for unit in (*facts.nearest, *facts.gone, *facts.units)}
    today = facts.now.date()

    def written(match: re.Match[str]) -> str:
        name, column = match[1].upper(), match[2]
        if name == "SHOWROOM" and column in SHOWROOM:
            value = SHOWROOM[column](facts.showroom)
            return (english.hours(value) if in_english and column == "jam" else value) or NO_DATA
        if name in units and column in UNIT:
            value = UNIT[column](units[name], today)
            return _in_english(column, value) if in_english else value or NO_DATA
        return match[0]

    return PLACEHOLDER.sub(written, draft)


def _in_english(column: str, value: str) -> str:
    """As the cards say it; what has no English stays Indonesian, and the guard refuses it."""
    if not value:
        return "no data yet"
    if column == "kursi":
        return value.replace("kursi", "seats")
    try:
        return english.pair(LABELS[column], value.removeprefix("harga kredit "))[1] if column in LABELS else value
    except english.UnsaidError:
        return value
