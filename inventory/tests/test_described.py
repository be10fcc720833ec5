"""Descriptions propose values for empty fields; nothing is taken over by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from inventory import described
from inventory.models import Vehicle
from tenants import scope
from tenants.tests.cast import Cast, browser, gather

PAGE = "/admin/inventory/vehicle/usulan/"

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
    "no flood": ("Bebas banjir", {"flood_history": "bebas banjir"}),
    "no crash": ("tidak pernah tabrakan", {"accident_history": "tidak pernah tabrakan"}),
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


# --- the page


@pytest.fixture
def cast(db: None) -> Cast:
    return gather()


def car(cast: Cast, **values: Any) -> Vehicle:
    with scope.of(cast.a):
        return Vehicle.objects.create(
            tenant=cast.a, display_id="A-001", make="Honda", model="Civic", year=2018, status="AVAILABLE", **values
        )


def test_what_is_ticked_is_taken_over_with_its_history(cast: Cast) -> None:
    civic = car(cast, description="KM 69rb, matic", staff_notes="tangan pertama")
    alice = browser(cast.alice)
    page = alice.get(PAGE).content.decode()
    assert all(word in page for word in ("69.000 km", "<b>matic</b>", "km 69rb", "pemilik sebelumnya"))
    alice.post(PAGE, {"take": [f"{civic.pk}:mileage:69000", f"{civic.pk}:transmission:manual", "x:y:z"]})
    with scope.of(cast.a):
        civic.refresh_from_db()
        assert (civic.mileage, civic.transmission, civic.previous_owners) == (69_000, "", None)
        assert civic.history.get().changed_by == "alice"
    assert "69.000 km" not in alice.get(PAGE).content.decode()


def test_the_staff_notes_speak_to_leaders_only(cast: Cast) -> None:
    civic = car(cast, staff_notes="tangan pertama")
    bob = browser(cast.bob)
    assert "Tidak ada usulan" in bob.get(PAGE).content.decode()
    bob.post(PAGE, {"take": [f"{civic.pk}:previous_owners:1"]})
    with scope.of(cast.a):
        assert Vehicle.objects.get().previous_owners is None


def test_another_showroom_and_who_only_looks_take_nothing_over(cast: Cast) -> None:
    civic = car(cast, description="KM 69rb")
    assert browser(cast.rani).get(PAGE).status_code == 403
    charlie = browser(cast.charlie)
    assert "Civic" not in charlie.get(PAGE).content.decode()
    charlie.post(PAGE, {"take": [f"{civic.pk}:mileage:69000"]})
    with scope.of(cast.a):
        assert Vehicle.objects.get().mileage is None


def test_a_name_of_any_length_takes_over(cast: Cast) -> None:
    civic = car(cast, description="KM 69rb")
    cast.alice.first_name, cast.alice.last_name = "A" * 150, "B" * 150
    cast.alice.save()
    assert browser(cast.alice).post(PAGE, {"take": [f"{civic.pk}:mileage:69000"]}).status_code == 302
    with scope.of(cast.a):
        assert civic.history.get().changed_by_name == "A" * 120
