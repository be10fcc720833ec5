"""A car that grows message by message: what a text adds to it, what is missing, what is doubtful. Knows no Django."""

from __future__ import annotations

import re
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


_NYA = re.compile(r"(?<=[a-z]) nya\b", re.I)  # "warna nya merah"


def read(said: str, this_year: int) -> Reading:
    """The fields in a text, labelled or not, in any order. What is out of bounds is said and left out."""
    said = _NYA.sub("", said)
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
    rest, labelled = _labelled(said, this_year)
    car = cars.car(rest, this_year)
    found = {name: getattr(car, name) for name in ORDER if getattr(car, name, None) not in ("", None)}
    values = {name: value for name, value in {**found, **labelled}.items() if not _beyond(name, value, this_year)}
    return Reading(values, car.doubts)


# what a line about a car says only behind its label
_BY_LABEL = re.compile(
    r"(?:^|(?<=[\s,;]))(?=(?:kondisi|surat|plat|nopol|nomor polisi|no\.? ?pol|catatan|harga kredit|harga modal|modal)"
    r"(?:nya)?\b)",
    re.I,
)
_AREAS = (
    "A B D E F G H K L M N P R S T W Z AA AB AD AE AG BA BB BD BE BG BH BK BL BM BN BP DA DB DC DD DE DG DH DK DL DM "
    "DN DP DR DS DT DW EA EB ED KB KH KT KU PA PB PG PS PT"
).replace(" ", "|")
_PLATE = re.compile(
    r"\b(?:(?:plat|nopol|nomor polisi|no\.? ?pol)(?:nya)?(?: nomor(?:nya)?)?\s?:?\s?"
    r"([a-z]{1,2} ?[0-9]{1,4}(?: ?[a-z]{1,3})?)"
    rf"|(?-i:((?:{_AREAS}) [0-9]{{1,4}} (?!CC|KM|JT|MT|AT)[A-Z]{{2,3}})))(?![\w])",
    re.I,
)


def _labelled(said: str, this_year: int) -> tuple[str, dict[str, Any]]:
    """(the rest, the fields that stand behind their labels): plate, condition, papers, notes, further prices."""
    values: dict[str, Any] = {}
    if plate := _PLATE.search(said):
        values["license_plate"] = " ".join((plate[1] or plate[2]).upper().split())
        said = f"{said[: plate.start()]} , {said[plate.end() :]}"
    first, *parts = _BY_LABEL.split(said)
    rest = [first]
    for part in parts:
        read = edits.read(part, this_year)
        if read.wrong or not read.changes or read.names_a_car:
            rest.append(part)
        else:
            values = {**values, **{name: one for name, one in read.values.items() if name != "status"}}
    return " ".join(rest), values


def _beyond(name: str, value: Any, this_year: int) -> bool:
    return bool(edits.out_of_bounds(name, value, this_year))


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
