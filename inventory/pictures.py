"""A photo as it may be shown: checked to be a picture, without what the camera noted beside it, JPEG in four widths."""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw, ImageOps

from inventory.models import VehiclePhoto

WIDTHS = (1920, 1080, 480, 160)  # the first is the one a VehiclePhoto names
MOST_PIXELS = 60_000_000
SMALLEST = 64  # pixels a side; less is a tracking dot or a sticker
QUALITY = 84
COVER = (236, 238, 240)  # what a plate is painted over with
FORMATS = ("JPEG", "PNG", "WEBP")
_SIZED = re.compile(r"-1920\.jpg$")


class NoPictureError(ValueError):
    """These bytes are no picture that may be kept."""


@dataclass(frozen=True, slots=True)
class Picture:
    """digest: of the picture itself, equal for equal photos; files: JPEG bytes by width."""

    digest: str
    files: dict[int, bytes]


def clean(raw: bytes) -> Picture:
    """The picture upright, in three colours, without EXIF, GPS or comments; never enlarged. Or NoPictureError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(raw), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS or min(opened.size) < SMALLEST:
                    raise NoPictureError("size")
                opened.draft("RGB", (WIDTHS[0], WIDTHS[0]))
                picture = ImageOps.exif_transpose(opened).convert("RGB")
    except NoPictureError:
        raise
    except Exception as error:  # Pillow raises what its decoders raise: OSError, SyntaxError, struct.error, …
        raise NoPictureError(type(error).__name__) from None
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    return Picture(hashlib.sha256(bare.tobytes()).hexdigest(), {width: _jpeg(bare, width) for width in WIDTHS})


def _jpeg(picture: Image.Image, width: int) -> bytes:
    sized = picture.copy()
    sized.thumbnail((width, width), Image.Resampling.LANCZOS)
    out = BytesIO()
    sized.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def keep(tenant_id: int, key: str, picture: Picture) -> str:
    """Store all widths under one stem; returns the name of the widest. The same key and picture give the same name."""
    stem = f"vehicles/{tenant_id}/{key}-{picture.digest[:16]}"
    for width, data in picture.files.items():
        name = f"{stem}-{width}.jpg"
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(data))
    return f"{stem}-{WIDTHS[0]}.jpg"


def first_of(tenant_id: int, display_id: str) -> str:
    """The stored name of this car's main photo, or its first; "" if it has none."""
    photos = VehiclePhoto.objects.filter(tenant_id=tenant_id, vehicle__display_id=display_id)
    names = photos.order_by("-is_main", "position", "pk").values_list("image", flat=True)
    return names.first() or ""


def covered(tenant_id: int, key: str, name: str, boxes: Iterable[tuple[float, float, float, float]]) -> str:
    """A copy of a stored photo with these places painted over, in all widths; returns its name.

    boxes: left, top, right, bottom as shares of the width or height.
    """
    with default_storage.open(name) as file, Image.open(file) as opened:
        picture = opened.convert("RGB")
    draw = ImageDraw.Draw(picture)
    for left, top, right, bottom in boxes:
        place = (left * picture.width, top * picture.height, right * picture.width, bottom * picture.height)
        draw.rounded_rectangle(place, radius=picture.height // 100, fill=COVER)
    digest = hashlib.sha256(picture.tobytes()).hexdigest()
    return keep(tenant_id, key, Picture(digest, {width: _jpeg(picture, width) for width in WIDTHS}))


def sized(name: str, width: int) -> str:
    """The stored name of the same photo in this width; a photo that was kept in one size only is itself."""
    return _SIZED.sub(f"-{width}.jpg", name)


def widest(name: str) -> str:
    """The name that a VehiclePhoto has, of any of its widths."""
    return re.sub(rf"-(?:{'|'.join(map(str, WIDTHS))})\.jpg$", f"-{WIDTHS[0]}.jpg", name)


def forget(name: str) -> None:
    """Delete all widths of a photo."""
    for width in WIDTHS:
        default_storage.delete(sized(name, width))
