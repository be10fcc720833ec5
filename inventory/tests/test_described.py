"""Descriptions propose values for empty fields; nothing is taken over by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from inventory import described

SAYS = {
    "a full ad": (
        "HONDA CIVIC 2018 PUTIH A/T. KM 69RB. Service record, tangan pertama, 1500cc, 5 seater",
        {"color": "Putih", "transmission": "automatic", "mileage": 69_000, "service_book": True,
         "previous_owners": 1, "engine_cc": 1500, "seats": 5},
    ),
    "a whole tax date": ("Pajak hidup s/d 12-05-2027", {"tax_valid_until": date(2027, 5, 12)}),
    "a tax month is no day": ("PAJAK 02/2027", {}),
    "a span of kilometres": ("KM 20rban", {}),
    "hidden figures": ("Odometer 37xxx KM", {}),
    "miles": ("Odometer 12.500 Mls", {}),
    "a year is no mileage": ("AT 2011 odo meter 50 rb an", {"transmission": "automatic"}),
    "two values": ("matic, bisa juga manual", {}),
    "denied": ("bukan diesel, tidak ada buku servis", {}),
    "clean": ("Bebas banjir dan bebas tabrakan", {"flood_history": "bebas banjir", "accident_history": "tidak pernah tabrakan"}),
    "papers": ("BPKB, STNK lengkap", {"papers": "BPKB, STNK lengkap"}),
    "second hand": ("tangan ke-2", {"previous_owners": 2}),
    "prices are not proposed": ("Cash 325 Kredit 305 Tdp 80", {}),
    "fancy letters": ("𝗞𝗠 𝟲𝟵𝗥𝗕 𝗺𝗮𝘁𝗶𝗰", {"mileage": 69_000, "transmission": "automatic"}),
    "nothing": ("", {}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "values"), SAYS.values(), ids=SAYS)
def test_a_description_proposes(text: str, values: dict[str, Any]) -> None:
    assert {one.field: one.value for one in described.proposals({}, text)} == values


def test_what_is_known_is_not_proposed_again() -> None:
    assert described.proposals({"mileage": 0, "transmission": "manual"}, "km 69rb matic") == ()
    assert [one.field for one in described.proposals({"mileage": None}, "km 69rb", "km 69.000")] == ["mileage"]
    assert described.proposals({}, "km 69rb", "km 70rb") == ()  # description and notes differ
