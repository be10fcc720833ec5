"""Where our grammar does not know a word, or a photo shows it, a model may propose; only staff take a proposal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aiconfig.models import LLMCall
from autolumiku.testing.stage import Showroom, run_jobs
from conversations.tests.test_upload import STAFF, photo, stock
from staffcommands import proposals
from staffcommands.models import UploadDraft

pytestmark = pytest.mark.django_db


@pytest.fixture
def staffed(showroom: Showroom, settings: Any, tmp_path: Any, model: Any) -> Showroom:
    settings.MEDIA_ROOT = tmp_path
    showroom.employs(STAFF, name="Yudho")
    return showroom


def hears(showroom: Showroom, *messages: str | bytes) -> list[str]:
    """What staff are told for these messages and, seconds later, by the model."""
    before = len(showroom.gateway.sent)
    for message in messages:
        if isinstance(message, bytes):
            showroom.receives_photo(message, phone=STAFF)
        else:
            showroom.receives(message, phone=STAFF)
        run_jobs()
    run_jobs(ahead=10)
    return [sent.text for sent in showroom.gateway.sent[before:]]


def car(showroom: Showroom) -> dict[str, Any]:
    with showroom.scope():
        return dict(UploadDraft.objects.get().car)


def test_words_that_were_not_understood_are_proposed_and_taken_with_one_word(staffed, model):
    model.say(json.dumps({"mileage": "30 ribuan", "price": "99jt", "color": "hitam", "year": "2031"}))
    card, told = hears(staffed, "Upload Brio 2020, 120jt, item, matik, odometer menunjukkan 30 ribuan")
    assert "belum dipahami" in card
    assert told.startswith("🤖 Usulan untuk Honda Brio 2020 (belum dipakai): Kilometer 30.000 km.\n")
    assert "mileage" not in car(staffed)
    [card] = hears(staffed, "pakai ya")
    assert "Kilometer: 30.000 km" in card
    assert car(staffed)["price"] == 120_000_000
    hears(staffed, "simpan")
    assert stock(staffed)[0].mileage == 30_000


def test_words_are_asked_about_once_and_not_where_the_daily_limit_is_reached(staffed, model):
    model.answer_with(lambda body: "{}")
    hears(staffed, "Upload Brio 2020, 120jt, odometer menunjukkan tinggi", "hitam")
    assert len(model.requests) == 1
    staffed.set(daily_model_calls=1)
    hears(staffed, "matik, jok barunya kinclongan")
    assert len(model.requests) == 1


def test_photos_are_looked_at_and_nothing_is_saved_by_itself(staffed, model, settings):
    model.say('```json\n{"make": "Toyota", "model": "Avanza", "color": "putih", "license_plate": "B 1234 XYZ"}\n```')
    told = hears(staffed, "upload", photo(1), photo(2))
    assert (
        "🤖 Usulan untuk mobil (belum dipakai): Merek Toyota, Model Avanza, Warna Putih, Nomor polisi B 1234 XYZ"
        in told[-1]
    )
    assert car(staffed) == {}
    asked = model.requests[-1]
    assert asked["model"] == settings.ZAI_VISION_MODEL
    assert [part["type"] for part in asked["messages"][0]["content"]] == ["text", "image_url", "image_url"]
    assert hears(staffed, "warnanya hitam")  # who says otherwise is believed
    [card] = hears(staffed, "pakai")
    assert "Toyota Avanza" in card
    assert car(staffed)["color"].lower() == "hitam"
    hears(staffed, "2019 150jt manual", "simpan")
    [saved] = stock(staffed)
    assert (saved.make, saved.model, saved.color.lower(), saved.license_plate) == (
        "Toyota",
        "Avanza",
        "hitam",
        "B 1234 XYZ",
    )
    with staffed.scope():
        assert list(LLMCall.objects.values_list("purpose", flat=True)) == ["seeing"]


@pytest.mark.parametrize("answer", [None, "maaf, saya tidak bisa", '{"make": "Nimbus", "model": 7}', "[" * 50_000])
def test_a_model_that_says_nothing_of_use_disturbs_nobody(staffed, model, answer):
    model.say(*[answer] * 3)
    told = hears(staffed, "upload", photo(1))
    assert not any("Usulan" in text for text in told)
    assert "Sudah benar?" in hears(staffed, "Brio 2020 120jt hitam matic")[-1]


def test_a_provider_that_is_down_costs_only_the_proposal(staffed, model):
    model.fail(400, times=3)
    hears(staffed, "upload", photo(1), "Brio 2020 120jt hitam matic", "simpan")
    assert len(stock(staffed)) == 1


SAID = "jual avanza veloz th 2019 kilo 45rb harga 175 jt nego warna putih mutiara"


@pytest.mark.parametrize(
    ("answer", "values"),
    [
        ({"year": "2019", "price": "175 jt"}, {"year": 2019, "price": 175_000_000}),
        ({"year": 2018}, {}),  # not in the text
        ({"price": "17.500.000"}, {}),
        ({"price": "75 jt"}, {}),  # a part of another number
        ({"mileage": "45rb"}, {"mileage": 45_000}),
        ({"make": "Toyota", "model": "avanza"}, {"make": "Toyota", "model": "Avanza"}),
        ({"model": "avanza"}, {"make": "Toyota", "model": "Avanza"}),  # and our catalogue knows it
        ({"color": "putih mutiara"}, {"color": "putih mutiara"}),
        ({"transmission": "matic"}, {}),
        ({"price": "nego"}, {}),
        ({"staff_notes": "nego", "status": "SOLD", "cost_price": "175 jt"}, {}),  # nobody asked for these
    ],
)
def test_only_what_is_written_counts_as_our_grammar_reads_it(answer, values):
    found = proposals.from_text(json.dumps(answer), SAID, 2026)
    assert {name: str(one).lower() for name, one in found.items()} == {
        name: str(one).lower() for name, one in values.items()
    }
