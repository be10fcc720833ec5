"""What only calls itself a picture is refused, and what is one is drawn anew: nothing that was hidden in it is kept."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from inventory import pictures


def drawn(kind="PNG", size=(640, 480), **options):
    out = BytesIO()
    Image.effect_noise(size, 40).convert("RGB").save(out, kind, **options)
    return out.getvalue()


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def announced(width, height, data=b""):
    """A PNG that says it is so large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
REFUSED = {
    "a bomb of 2.5 gigapixels": announced(50_000, 50_000),
    "a bomb just over the limit": announced(8_001, 8_000),
    "a bomb whose data is there": announced(30_000, 30_000, bytes(10_000_000)),
    "no height": announced(640, 0),
    "a tracking dot": drawn(size=(1, 1)),
    "half a JPEG": drawn("JPEG")[:2_000],
    "half a PNG": drawn()[:2_000],
    "SVG": SVG,
    "SVG named by a JPEG's first bytes": b"\xff\xd8\xff" + SVG,
    "SVG behind a PNG's first bytes": b"\x89PNG\r\n\x1a\n" + SVG,
    "HTML": b"<html><script>alert(1)</script>",
    "GIF": drawn("GIF"),
    "BMP": drawn("BMP"),
    "TIFF": drawn("TIFF"),
    "PDF": b"%PDF-1.7\n1 0 obj\n",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 640 480\n(%pipe%id) (r) file\n",
    "ZIP": b"PK\x03\x04" + bytes(100),
    "a program": b"\x7fELF" + bytes(200),
    "a script": b"#!/bin/sh\nid\n",
    "MP4": b"\x00\x00\x00\x18ftypmp42" + bytes(100),
    "nothing": b"",
    "NUL": bytes(1_000),
}
HIDDEN = b"<script>alert(document.domain)</script><?php system($_GET['c']); ?>"
POLYGLOTS = {
    "behind a JPEG": drawn("JPEG") + HIDDEN,
    "behind a PNG": drawn() + HIDDEN,
    "a ZIP behind a PNG": drawn() + b"PK\x03\x04" + HIDDEN,
    "in a JPEG's comment": drawn("JPEG", comment=HIDDEN),
    "in EXIF": drawn("JPEG", exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00" + HIDDEN),
    "in a PNG's text": drawn()[:33] + chunk(b"tEXt", b"Comment\0" + HIDDEN) + drawn()[33:],
    "in WebP's metadata": drawn("WEBP", xmp=HIDDEN),
}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED)
def test_what_is_no_picture_is_refused(raw):
    with pytest.raises(pictures.NoPictureError):
        pictures.clean(raw)


@pytest.mark.parametrize("raw", POLYGLOTS.values(), ids=POLYGLOTS)
def test_what_was_hidden_in_a_picture_is_gone(raw):
    assert HIDDEN in raw
    for data in pictures.clean(raw).files.values():
        assert data.startswith(b"\xff\xd8\xff")
        assert b"script" not in data
        assert b"PK\x03\x04" not in data
        assert Image.open(BytesIO(data)).format == "JPEG"
