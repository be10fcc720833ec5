"""A pairing QR's life and looks: nothing, then six codes in about 160 seconds, then dead. Pure."""

from __future__ import annotations

import base64
import hashlib
import io

import segno

NOT_AVAILABLE = "not_available"
READY_AFTER = 0.5  # seconds from clients/new to the first code
FIRST_CODE = 60.0
NEXT_CODES = 20.0
CODES = 6
LIFE = READY_AFTER + FIRST_CODE + (CODES - 1) * NEXT_CODES


def code_at(client_id: str, age: float) -> str:
    """The `qrCode` of a client `age` seconds after its creation; the last code stays when pairing is dead."""
    if age < READY_AFTER:
        return NOT_AVAILABLE
    index = 0 if age < READY_AFTER + FIRST_CODE else 1 + int((age - READY_AFTER - FIRST_CODE) / NEXT_CODES)
    return _code(client_id, min(index, CODES - 1))


def is_dead(age: float) -> bool:
    return age >= LIFE


def as_text(code: str) -> str:
    out = io.StringIO()
    segno.make(code, error="l").terminal(out=out, compact=True)
    return out.getvalue()


def as_svg(code: str) -> str:
    return segno.make(code, error="l").svg_inline(scale=5, border=2, light="#fff")


def _code(client_id: str, index: int) -> str:
    """`2@ref,noise,identity,advSecret`; only the ref changes from code to code."""
    ref = base64.b64encode(hashlib.sha512(f"{client_id}/{index}".encode()).digest() * 2).decode()
    keys = [
        base64.b64encode(hashlib.sha256(f"{client_id}/{name}".encode()).digest()).decode()
        for name in ("noise", "identity", "secret")
    ]
    return ",".join([f"2@{ref}", *keys])
