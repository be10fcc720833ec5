# ruff: noqa: E501 (one row of the table is one line)
"""What a customer does not want: named with "selain", "jangan", "kecuali", it is not shown, and the rest is not denied."""

from __future__ import annotations

import pytest

from autolumiku.testing.stage import Showroom
from conversations import intents

# asked one after the other -> what the last answer must hold, and must not
ASKED = {
    "not the black one": (["fortuner selain yang hitam"], ["PM-PST-011"], ["PM-PST-010"]),
    "not this colour": (["fortuner jangan warna putih"], ["PM-PST-010"], ["PM-PST-011"]),
    "neither of two": (["fortuner selain hitam atau putih ada?"], ["selain warna hitam atau warna putih", "tidak tersedia"], ["PM-PST-010", "PM-PST-011"]),
    "not the automatic": (["avanza bukan yang matic"], ["PM-PST-012"], ["PM-PST-013"]),
    "but not": (["ada avanza? asal bukan manual"], ["PM-PST-013"], ["PM-PST-012"]),
    "does not like": (["gak suka warna hitam, fortuner apa yang ada?"], ["PM-PST-011"], ["PM-PST-010"]),
    "no diesel": (["cari suv yang bukan diesel"], ["PM-PST-014"], ["PM-PST-010", "PM-PST-011"]),
    "another model": (["mobil keluarga selain avanza ada?"], ["PM-PST-015"], ["PM-PST-012", "PM-PST-013"]),
    "two models": (["mpv selain avanza dan xenia"], ["selain Avanza atau Xenia"], ["PM-PST-012", "PM-PST-013", "PM-PST-015"]),
    "another make": (["suv jangan toyota"], ["PM-PST-014"], ["PM-PST-010", "PM-PST-011"]),
    "one make of all": (["suv selain honda"], ["PM-PST-010", "PM-PST-011"], ["PM-PST-014"]),
    "not this one": (["fortuner selain PM-PST-010"], ["PM-PST-011"], ["PM-PST-010"]),
    "said later": (["fortuner ada?", "jangan yang hitam"], ["PM-PST-011"], ["PM-PST-010"]),
    "of the car spoken of": (["fortuner hitam ada?", "selain hitam ada?"], ["PM-PST-011"], ["PM-PST-010", "PM-PST-014"]),
    "wished for after all": (["avanza bukan yang matic", "yang matic aja deh"], ["PM-PST-013"], ["PM-PST-012"]),
    "wished for": (["fortuner hitam ada?"], ["PM-PST-010"], ["PM-PST-011"]),
}  # fmt: skip


@pytest.fixture
def stocked(db, gateway):
    """Two Fortuner, two Avanza, an HR-V and a Xenia."""
    showroom = Showroom(gateway)
    common = {"year": 2019, "mileage": 40_000}
    fortuner = {"make": "Toyota", "model": "Fortuner", "fuel": "diesel", "body_type": "suv", "price": 400_000_000}
    avanza = {"make": "Toyota", "model": "Avanza", "fuel": "bensin", "body_type": "mpv", "price": 150_000_000}
    for number, car in enumerate(
        (
            {**fortuner, "color": "Hitam Metalik", "transmission": "automatic"},
            {**fortuner, "color": "Putih Mutiara", "transmission": "automatic"},
            {**avanza, "color": "silver", "transmission": "manual"},
            {**avanza, "color": "putih", "transmission": "automatic"},
            {**avanza, "make": "Honda", "model": "HR-V", "body_type": "suv", "color": "merah", "transmission": "cvt"},
            {**avanza, "make": "Daihatsu", "model": "Xenia", "color": "merah", "transmission": "manual"},
        ),
        start=10,
    ):
        showroom.has(display_id=f"PM-PST-{number:03}", **common, **car)
    return showroom


@pytest.mark.django_db
@pytest.mark.parametrize("row", ASKED.values(), ids=ASKED)
def test_what_is_not_wanted_is_left_out(stocked, row):
    asked, held, left_out = row
    for text in asked:
        [reply] = stocked.hears(text)
    assert [one for one in held if one not in reply] == [], reply
    assert [one for one in left_out if one in reply] == [], reply


UNDERSTOOD = {
    "fortuner selain yang hitam": ("color=hitam",),
    "avanza jangan yang putih atau silver": ("color=putih", "color=silver"),
    "kecuali merah": ("color=merah",),
    "ga mau yang matic": ("transmission=automatic",),
    "yang penting bukan diesel": ("fuel=diesel",),
    "non matic ada?": ("transmission=automatic",),
    "selain pick up": ("body_type=pickup",),
    "jangan avanza sama xenia ya": ("model=Avanza", "model=Xenia"),
    "city ini bukan matic ya?": (),
    "jangan lupa kirim yang hitam ya": (),
    "selain itu ada fortuner hitam?": (),
    "fortuner hitam ada?": (),
}


@pytest.mark.parametrize(("said", "unwanted"), UNDERSTOOD.items())
def test_what_is_not_wanted_is_understood(said, unwanted):
    understood = intents.classify(said).entities
    assert understood.unwanted == unwanted
    assert {f"color={understood.color}", f"transmission={understood.transmission}"}.isdisjoint(unwanted)
