"""Plates on the photos of a car that staff add: covered, where the showroom wants it and a model shows where they are.

A photo whose plates could not be looked for stays as it is, and the person who sent it is told so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiconfig import llm
from aiconfig.models import WhatsAppAIConfig
from autolumiku.lib import clock, jobs
from inventory.models import VehiclePhoto
from staffcommands.models import UploadPhoto

MOST_TRIES = 3
AGAIN = timedelta(seconds=60)
FORGOTTEN = timedelta(minutes=5)  # a photo without a job
Plates = UploadPhoto.Plates
Box = tuple[float, float, float, float]  # left, top, right, bottom, each as a share of the width or height
BIGGEST = 0.25  # of a photo: no plate is larger
ROOM = 0.12  # of a box, added on each side
MOST = 6

UNKNOWN = "⚠️ Nomor polisi di {count} foto tidak bisa diperiksa, jadi belum ditutup."


@dataclass(frozen=True, slots=True)
class View:
    """A stored photo on which plates are to be found."""

    name: str
    config: WhatsAppAIConfig


def want(photo: UploadPhoto) -> None:
    """Have plates looked for on a photo that was just fetched, if the showroom wants it; the caller saves the row."""
    if not WhatsAppAIConfig.objects.filter(tenant_id=photo.tenant_id, cover_plates=True).exists():
        return
    photo.plates = Plates.WANTED if llm.configured() else Plates.UNKNOWN
    if photo.plates == Plates.WANTED:
        jobs.later("conversations.cover_plates", tenant_id=photo.tenant_id, photo_id=photo.pk)


def to_find(photo_id: int) -> View | None:
    """Where to look; None if nobody needs it any more. Inside the scope."""
    photo = UploadPhoto.objects.filter(pk=photo_id, plates=Plates.WANTED).exclude(image="").first()
    config = WhatsAppAIConfig.objects.filter(tenant_id=photo.tenant_id).first() if photo else None
    return View(photo.image, config) if photo and config else None


def found(photo_id: int, covered: str) -> str:
    """The copy without plates takes the photo's place ("" : there were none); returns the file that is needed no more.

    Where somebody was quicker, that is the copy.
    """
    photo = UploadPhoto.objects.select_for_update().filter(pk=photo_id, plates=Plates.WANTED).first()
    if photo is None:
        in_use = UploadPhoto.objects.filter(pk=photo_id, image=covered).exists()
        return "" if in_use else covered
    bare = photo.image
    photo.plates = Plates.COVERED if covered else Plates.NONE
    if covered:
        VehiclePhoto.objects.filter(tenant_id=photo.tenant_id, image=bare).update(image=covered)
        photo.image = covered
    photo.save(update_fields=["plates", "image"])
    return bare if covered else ""


def not_found(photo_id: int) -> None:
    """The model is silent: tried again a little later a few times; the upload goes on without."""
    photo = UploadPhoto.objects.select_for_update().filter(pk=photo_id, plates=Plates.WANTED).first()
    if photo is None:
        return
    photo.looks += 1
    if photo.looks >= MOST_TRIES:
        photo.plates = Plates.UNKNOWN
    else:
        at = clock.now() + AGAIN
        jobs.later("conversations.cover_plates", at=at, tenant_id=photo.tenant_id, photo_id=photo.pk)
    photo.save(update_fields=["looks", "plates"])


def unknown(photos: Any) -> list[str]:
    """What to say of these photos."""
    count = photos.filter(plates=Plates.UNKNOWN).count()
    return [UNKNOWN.format(count=count)] if count else []


def sweep() -> None:
    """Photos whose job vanished get a new one. Platform scope."""
    late = UploadPhoto.objects.filter(plates=Plates.WANTED, created_at__lt=clock.now() - FORGOTTEN)
    for tenant_id, pk in late.order_by("pk").values_list("tenant_id", "pk")[:200]:
        jobs.later("conversations.cover_plates", once=f"plates:{pk}", tenant_id=tenant_id, photo_id=pk)


def boxes(answer: Sequence[Any]) -> tuple[Box, ...]:
    """The places a model named, as [left, top, right, bottom] in thousandths, with room around; what is none is out."""
    read = [_box(one) for one in list(answer)[:MOST]]
    return tuple(box for box in read if box is not None)


def _box(told: Any) -> Box | None:
    if not (isinstance(told, list) and len(told) == 4 and all(isinstance(one, int | float) for one in told)):
        return None
    left, top, right, bottom = (min(max(one / 1000, 0.0), 1.0) for one in told)
    if not (left < right and top < bottom and (right - left) * (bottom - top) <= BIGGEST):
        return None
    wide, high = ROOM * (right - left), ROOM * (bottom - top)
    return max(left - wide, 0.0), max(top - high, 0.0), min(right + wide, 1.0), min(bottom + high, 1.0)
