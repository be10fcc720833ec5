"""What is new of a buyer, and that only warmth rises."""

import pytest

from leads.told import Told, news

KNOWN = Told(name="Yudho", interested_in="Honda City", priority="HIGH", heard=("menyebut anggaran",), location="Depok")


@pytest.mark.parametrize(
    ("now", "known", "added"),
    [
        (Told(), None, None),
        (Told(name="Yudho", location="Depok"), None, None),  # a name and a place make no buyer
        (Told(priority="LOW", heard=("mencari mobil",)), None, Told(priority="LOW", heard=("mencari mobil",))),
        (Told(interested_in="Honda City", priority="MEDIUM"), KNOWN, None),
        (Told(interested_in="Toyota Avanza"), KNOWN, Told(interested_in="Toyota Avanza")),
        (Told(priority="MEDIUM", heard=("tukar tambah",)), KNOWN, Told(heard=("tukar tambah",))),
        (Told(priority="URGENT"), KNOWN, Told(priority="URGENT")),
        (Told(location="Bogor"), KNOWN, Told(location="Bogor")),
    ],
)
def test_only_what_is_new_is_kept(now, known, added):
    assert news(now, known) == added
