"""A customer's photo is looked at where the car on it is asked about or offered, and nowhere else."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from aiconfig.models import LLMCall
from autolumiku.testing.stage import CUSTOMER, Showroom, run_jobs

pytestmark = pytest.mark.django_db

FORTUNER = json.dumps({"make": "Toyota", "model": "Fortuner", "color": "hitam", "license_plate": "B 1234 XYZ"})
ANSWER = "Toyota Fortuner VRZ AT 2021 ada Kak, harganya Rp 470 juta."


def photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (200, 120), "navy").save(out, "JPEG")
    return out.getvalue()


def shows(showroom: Showroom, caption: str, data: bytes | None = None) -> list[str]:
    before = len(showroom.gateway.sent)
    showroom.receives_photo(photo() if data is None else data, caption)
    run_jobs()
    return [
        showroom.plain(one.text) for one in showroom.gateway.sent[before:] if CUSTOMER in one.to or "@lid" in one.to
    ]


def looked(model: Any) -> list[str]:
    """The models that were shown a photo."""
    return [one["model"] for one in model.requests if "image_url" in json.dumps(one["messages"])]


@pytest.mark.parametrize("asked", ["kak mobil seperti ini ada?", "ada yg kayak gini ga", "yang di foto masih ada?"])
def test_a_car_like_this_is_looked_for(showroom, model, asked):
    model.say(FORTUNER, ANSWER)
    [reply] = shows(showroom, asked)
    assert reply == f"📷 Mobil di foto Kakak terlihat seperti *Toyota Fortuner*.\n\n{ANSWER}"
    assert looked(model) == ["glm-4.5v"]
    assert "B 1234 XYZ" not in json.dumps(model.requests[1]["messages"])
    [message] = [one for one in showroom.messages() if one.media_type == "image"]
    assert (message.seen, message.content) == ("Toyota Fortuner", asked)
    with showroom.scope():
        assert list(LLMCall.objects.order_by("pk").values_list("purpose", flat=True)) == ["seeing", "reply"]


def test_what_was_seen_is_remembered(showroom, model, settings):
    model.say(FORTUNER, ANSWER)
    shows(showroom, "mobil seperti ini ada?")
    settings.ZAI_API_KEY = ""
    [reply] = showroom.hears("km berapa kak?")
    assert "25.000 km" in reply


def test_a_car_that_is_offered_is_looked_at(showroom, model):
    model.say(json.dumps({"make": "Toyota", "model": "Avanza"}), "Mobilnya boleh kami cek Kak.")
    [reply] = shows(showroom, "mau tukar tambah mobil saya")
    assert "terlihat seperti *Toyota Avanza*" in reply


@pytest.mark.parametrize(
    "caption",
    ["", "ini fotonya kak", "fortuner seperti ini ada?", "lokasi saya di sini", "tukar tambah, ini stnk saya"],
)
def test_other_photos_are_for_people(showroom, model, caption):
    shows(showroom, caption)
    assert looked(model) == []


@pytest.mark.parametrize(
    "said",
    ["", "tidak tahu", '{"make": null}', '{"make": "Toyota"}', '{"make": "Roket", "model": "Bulan"}', "[]"],
)
def test_what_is_not_seen_is_not_said(showroom, model, said):
    model.say(said, "Mohon maaf Kak, staf kami akan bantu cek ya.")
    [reply] = shows(showroom, "mobil seperti ini ada?")
    assert "📷" not in reply
    assert all(one.seen == "" for one in showroom.messages())


def test_what_is_no_picture_is_shown_to_nobody(showroom, model):
    model.say("Mohon maaf Kak, staf kami akan bantu cek ya.")
    shows(showroom, "mobil seperti ini ada?", b"%PDF-1.7 no picture")
    assert looked(model) == []


def test_beyond_the_daily_limit_nothing_is_looked_at(showroom, model):
    showroom.set(daily_model_calls=1)
    model.say("Baik Kak, ada yang bisa saya bantu?")
    showroom.hears("halo")
    shows(showroom, "mobil seperti ini ada?")
    assert looked(model) == []
