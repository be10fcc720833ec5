"""A car that grows message by message: what a text adds to it, what is missing, what is doubtful. Knows no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autolumiku.lib import kilometres, rupiah, text
from inventory import names
from staffcommands import cars, edits

Values = Mapping[str, Any]
ORDER = (
    "make", "model", "variant", "year", "price", "credit_price", "cost_price", "mileage", "color", "transmission",
    "fuel", "engine_cc", "condition", "license_plate", "seats", "papers", "staff_notes",
)  # fmt: skip
NEEDED = {"make": "merek dan model", "model": "merek dan model", "year": "tahun", "price": "harga", "color": "warna",
          "transmission": "transmisi"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text says about a car. wrong: Indonesian sentences on what was not understood or cannot be right."""

    values: dict[str, Any] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()

    @property
    def describes_a_car(self) -> bool:
        """Enough to start an upload by itself: a model, its year, and a price or a mileage, and nothing unclear."""
        said = self.values
        return bool(said.get("model") and said.get("year") and (said.get("price") or said.get("mileage"))) and (
            not self.wrong
        )


def read(said: str, this_year: int) -> Reading:
    """The fields in a text, labelled or not, in any order. What is out of bounds is said and left out."""
    if names.find(said):
        return _described(said, this_year)
    edit = edits.read(said, this_year)
    if edit.wrong or not edit.changes or edit.unit_id:
        described = _described(said, this_year)
        if not described.wrong or not edit.values:
            return described
    wrong = list(edit.wrong)
    values = {}
    for name, value in edit.values.items():
        if name == "status":
            continue
        if not edits.out_of_bounds(name, value, this_year):
            values[name] = cars.cased(str(value)) if name == "variant" else value
    return Reading(values, tuple(wrong))


def _described(said: str, this_year: int) -> Reading:
    car = cars.car(said, this_year)
    found = {name: getattr(car, name) for name in ORDER if getattr(car, name, None) not in ("", None)}
    values = {name: value for name, value in found.items() if not edits.out_of_bounds(name, value, this_year)}
    return Reading(values, car.doubts)


def is_mostly_about_a_car(said: str, reading: Reading) -> bool:
    """Is this a message for the draft, and not talk that happens to name a colour or a car?"""
    count = len(said.split())
    unread = sum(len(one.split()) for one in reading.wrong if one.startswith("“"))
    return bool(reading.values or reading.wrong) and count <= 60 and 2 * unread <= count + 4 and bool(
        reading.values or any(not one.startswith("“") for one in reading.wrong)
    )  # fmt: skip


def missing(car: Values) -> tuple[str, ...]:
    """What a car must have and this one has not, in Indonesian; mileage may stay unknown."""
    return tuple(dict.fromkeys(label for name, label in NEEDED.items() if not car.get(name)))


def called(car: Values) -> str:
    parts = (car.get("make"), car.get("model"), car.get("variant"), car.get("year"))
    return " ".join(str(part) for part in parts if part) or "mobil"


def same_words(one: object, other: object) -> bool:
    return text.plain(str(one or "")) == text.plain(str(other or ""))


LABELS = {"make": "Merek", "model": "Model", "variant": "Varian"}


def shown(name: str, value: Any) -> str:
    """A field's value as people read it; words of choices are given by the caller."""
    if name in ("price", "credit_price", "cost_price"):
        return rupiah.show(value)
    if name == "mileage":
        return kilometres.show(value)
    return f"{value} cc" if name == "engine_cc" else str(value)
