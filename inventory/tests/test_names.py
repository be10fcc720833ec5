"""Car names as customers write them."""

import csv
import gc
import time
from pathlib import Path

import pytest

from inventory import names

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.mark.parametrize(
    ("text", "make", "model"),
    [
        ("Ada HR-V?", "Honda", "HR-V"), ("hrv matic", "Honda", "HR-V"), ("hr v 2018", "Honda", "HR-V"),
        ("GRANMAX pickup", "Daihatsu", "Gran Max"), ("gran max", "Daihatsu", "Gran Max"),
        ("xpander ultimate", "Mitsubishi", "Xpander"), ("X-PANDER", "Mitsubishi", "Xpander"),
        ("xpander cross", "Mitsubishi", "Xpander Cross"), ("innova reborn", "Toyota", "Innova Reborn"),
        ("kijang innova zenix v", "Toyota", "Innova Zenix"), ("kijang innova", "Toyota", "Innova"),
        ("Toyota Kijang Innova Zenix 2.0", "Toyota", "Innova Zenix"),
        ("pajero sport dakar", "Mitsubishi", "Pajero Sport"), ("pajero ada", "Mitsubishi", "Pajero Sport"),
        ("brio2020", "Honda", "Brio"), ("Brio Satya MT 2015", "Honda", "Brio"),
        ("avanzanya masih ada?", "Toyota", "Avanza"),
        ("mazda 2 2019", "Mazda", "2"), ("CX 5", "Mazda", "CX-5"), ("xl-7", "Suzuki", "XL7"), ("bmw x1", "BMW", "X1"),
        ("mercy c 200", "Mercedes-Benz", "C-Class"), ("mini cooper", "MINI", "Cooper"), ("Jimny", "Suzuki", "Jimny"),
        ("Honda City itu SUV?", "Honda", "City"), ("city 2006", "Honda", "City"), ("rush matic", "Toyota", "Rush"),
        ("datsun go", "Datsun", "Go"), ("jazz", "Honda", "Jazz"), ("grand livina", "Nissan", "Grand Livina"),
        ("Toyota apa aja?", "Toyota", ""), ("mercy ada", "Mercedes-Benz", ""), ("𝐀𝐯𝐚𝐧𝐳𝐚", "Toyota", "Avanza"),
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_punctuated(text: str, make: str, model: str) -> None:
    seen = names.find(text)
    assert (seen.make, seen.model, seen.guessed) == (make, model, False)


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("xpender ultimate", "Xpander"), ("avanzza", "Avanza"), ("fortunner", "Fortuner"), ("stargezer", "Stargazer"),
        ("innoav", "Innova"), ("alphrad", "Alphard"), ("xenai", "Xenia"),
    ],
)  # fmt: skip
def test_a_typing_error_is_a_guess(text: str, model: str) -> None:
    seen = names.find(f"ada {text} kak?")
    assert (seen.model, seen.guessed) == (model, True)


@pytest.mark.parametrize(("text", "model"), [("inova", "Innova"), ("avansa", "Avanza"), ("panter", "Panther")])
def test_a_common_misspelling_is_listed_and_no_guess(text: str, model: str) -> None:
    assert names.find(text) == names.Names(names.make_of(model), model)


@pytest.mark.parametrize(
    "text",
    [
        "kapasitas berapa?", "cari city car", "grand city surabaya", "lancar kak", "katanya bisa", "mau makan",
        "macam apa",
        "karena mahal", "marah", "rush hour", "go", "up", "one", "x", "star", "serius?", "segera", "cerita",
        "model apa",
        "mobile", "mobil apa saja?", "mini", "smart", "minta foto", "saya setia", "dua ratus juta", "hari v",
        "selain avanza",
        "tahun 2019", "km 50000", "???", "", "note dulu", "kondisi interiornya gimana", "ayah saya", "calon pembeli",
        "beliau", "citra", "agak mahal", "sirene", "ignore",
    ],
)  # fmt: skip
def test_ordinary_words_are_no_cars(text: str) -> None:
    assert not names.find(text)


def test_several_cars_are_all_seen_and_the_first_wins() -> None:
    seen = names.find("bagus avanza atau xenia atau avanza?")
    assert (seen.model, seen.others) == ("Avanza", (("Daihatsu", "Xenia"),))


def test_places_point_into_the_text() -> None:
    (mention,) = names.find_all("Ada HR-V putih?")
    assert "Ada HR-V putih?"[mention.start : mention.end] == "HR-V"


def test_the_usual_body_and_seats_are_known() -> None:
    assert names.body_type("Honda", "City") == "sedan"
    assert names.seats("Honda", "City") == 5
    assert names.body_type("Toyota", "AVANZA G 1.3") == "mpv"
    assert names.body_type("Honda", "Avanza") == ""
    assert names.seats("Rajawali", "Sakti") is None
    assert names.make_of("Brio Satya") == "Honda"
    assert names.make_of("ngawur") == ""


@pytest.mark.parametrize("piece", ["a1", "hr v ", "avanz ", "mazda ", "m e r c e d e s "])
def test_finding_is_quick(piece: str) -> None:
    names.find("warm up")
    gc.disable()  # its pause in a process of eight thousand tests is longer than what is measured
    started = time.thread_time()
    names.find((piece * 4096)[:4096])
    spent = time.thread_time() - started
    gc.enable()
    assert spent < 0.2


@pytest.mark.skipif(not SHARED.exists(), reason="the shared listings are not here")
def test_nearly_every_car_listed_in_indonesia_is_known() -> None:
    rows = list(csv.DictReader((SHARED / "make_model_counts.csv").open(encoding="utf-8")))
    known = 0
    for row in rows:
        seen = names.find(f"{row['make']} {row['model'].replace('_', ' ')}")
        known += int(row["n_listings"]) * bool(seen.model and seen.make.lower() == row["make"].lower())
    assert known / sum(int(row["n_listings"]) for row in rows) > 0.97


@pytest.mark.skipif(not SHARED.exists(), reason="the shared ads are not here")
def test_the_car_of_every_ads_title_is_known_without_guessing() -> None:
    """The dealer's own model column, where it is filled, is the measure; a typing error is never needed for a title."""
    rows = list(csv.DictReader((SHARED / "ads_mobil123_dev.csv").open(encoding="utf-8")))
    seen = [(names.find(row["title"]), names.find(row["model"])) for row in rows]
    assert sum(bool(title.model) and not title.guessed for title, _ in seen) / len(rows) > 0.99
    assert [(t, m) for t, m in seen if m.model and (t.make, t.model) != (m.make, m.model)] == []


@pytest.mark.skipif(not SHARED.exists(), reason="the shared spellings are not here")
def test_every_spelling_seen_in_ads_is_known_without_guessing() -> None:
    rows = list(csv.DictReader((SHARED / "model_spelling_variants_dev.csv").open(encoding="utf-8")))
    unknown = [
        row
        for row in rows
        if not (seen := names.find(f"{row['make']} {row['surface_form_in_ads']}")).model or seen.guessed
    ]
    assert unknown == []
