"""Plates on staff's photos are covered where the showroom wants it and a model shows where they are."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw

from aiconfig.models import LLMCall
from aiconfig.tests.model_server import ModelServer
from autolumiku.lib import clock
from autolumiku.testing.stage import Showroom, run_jobs
from conversations import tasks
from inventory import pictures
from inventory.models import VehiclePhoto
from staffcommands import plates
from staffcommands.models import UploadPhoto

STAFF = "6281298765432"
BRIO = "Brio 2020 120jt hitam matic km 30rb"

BOXES = [
    ([400, 700, 600, 760], True), ([600, 700, 400, 760], False), ([0, 0, 1000, 1000], False), ([1, 2, 3], False),
    ("400,700,600,760", False), ([-50, 900, 200, 1100], True), (["a", "b", "c", "d"], False), (None, False),
    ([float("nan")] * 4, False),
]  # fmt: skip


@pytest.mark.parametrize(("box", "is_one"), BOXES)
def test_a_plate_has_a_place_within_the_photo(box: Any, is_one: bool) -> None:
    places = plates.boxes([box])
    assert len(places) == is_one
    assert all(0 <= side <= 1 for place in places for side in place)


@pytest.fixture
def staffed(showroom: Showroom, settings: Any, tmp_path: Any) -> Showroom:
    settings.MEDIA_ROOT = tmp_path
    showroom.employs(STAFF, name="Yudho")
    showroom.set(cover_plates=True)
    return showroom


def photo(number: int = 0) -> bytes:
    """A car with a black plate at (400, 700) to (600, 760) thousandths."""
    picture = Image.new("RGB", (1000, 800), (200, 30 + number * 9 % 200, 90))
    ImageDraw.Draw(picture).rectangle((400, 560, 600, 608), fill=(0, 0, 0))
    out = BytesIO()
    picture.save(out, "JPEG", quality=95)
    return out.getvalue()


def sees(request: dict[str, Any]) -> str:
    asks_for_plates = "perseribu" in json.dumps(request["messages"])
    return json.dumps({"plates": [[400, 700, 600, 760]]} if asks_for_plates else {})


def tell(showroom: Showroom, *messages: str | bytes) -> str:
    """The last that staff hear for these messages, each answered before the next."""
    for message in messages:
        if isinstance(message, bytes):
            showroom.receives_photo(message, phone=STAFF)
        else:
            showroom.receives(message, phone=STAFF)
        run_jobs()
    return showroom.gateway.sent[-1].text


def shown(showroom: Showroom) -> list[str]:
    with showroom.scope():
        return [one.image.name for one in VehiclePhoto.objects.all()]


def is_covered(name: str, width: int) -> bool:
    with default_storage.open(pictures.sized(name, width)) as file, Image.open(file) as picture:
        colour = picture.getpixel((picture.width // 2, int(picture.height * 0.73)))
    return min(colour) > 200


@pytest.mark.django_db
@pytest.mark.parametrize("covers", [True, False])
def test_plates_are_covered_in_all_sizes_and_the_bare_photo_is_gone(
    staffed: Showroom, model: ModelServer, covers: bool
) -> None:
    staffed.set(cover_plates=covers)
    model.answer_with(sees)
    tell(staffed, "upload", BRIO, photo(1), photo(2), photo(3), "simpan")
    names = shown(staffed)
    assert len(names) == 3
    for name in names:
        assert [is_covered(name, width) for width in pictures.WIDTHS] == [covers] * len(pictures.WIDTHS)
    stored = default_storage.listdir(f"vehicles/{staffed.tenant.pk}/wa")[1]
    assert len(stored) == 3 * len(pictures.WIDTHS)
    with staffed.scope():
        assert LLMCall.objects.filter(purpose="seeing").count() == (3 if covers else 0)


@pytest.mark.django_db
def test_a_photo_that_was_saved_first_is_covered_later(staffed: Showroom, model: ModelServer) -> None:
    model.fail(400, times=1)
    tell(staffed, "upload", BRIO, photo(), "simpan")
    model.answer_with(sees)
    assert not is_covered(shown(staffed)[0], 1080)
    run_jobs(ahead=90)
    assert is_covered(shown(staffed)[0], 1080)


@pytest.mark.django_db
def test_a_vanished_job_is_found_by_the_sweep(staffed: Showroom, model: ModelServer) -> None:
    model.answer_with(sees)
    tell(staffed, "upload", BRIO, photo(), "simpan")
    with staffed.scope():
        UploadPhoto.objects.update(plates="wanted", created_at=clock.now() - timedelta(minutes=9))
    tasks.errands()
    run_jobs()
    with staffed.scope():
        assert UploadPhoto.objects.get().plates == "covered"


@pytest.mark.django_db
def test_a_silent_model_is_asked_a_few_times_and_it_is_said(staffed: Showroom, model: ModelServer) -> None:
    model.fail(400, times=20)
    tell(staffed, "upload", "Brio 2020", photo())
    for minutes in (2, 4):
        with time_machine.travel(clock.now() + timedelta(minutes=minutes)):
            run_jobs(ahead=minutes * 60 + 90)
    with staffed.scope():
        assert UploadPhoto.objects.get().plates == "unknown"
    assert "Nomor polisi di 1 foto tidak bisa diperiksa" in tell(staffed, "hitam")
    assert "berhasil ditambahkan" in tell(staffed, "120jt matic", "simpan")


@pytest.mark.django_db
def test_without_a_model_it_is_said(staffed: Showroom) -> None:
    assert "Nomor polisi di 1 foto tidak bisa diperiksa" in tell(staffed, "upload", photo(), "Brio 2020 120jt hitam")
