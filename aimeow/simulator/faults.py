"""The switches: every way in which the simulated gateway can misbehave. All off is a gateway on a good day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from . import payloads

SEND_TAILS = {
    "no_lid": "no LID found for {jid} from server",
    "timeout": "timed out waiting for message send response",
    "disconnect": "websocket disconnected before message send returned response",
    "not_connected": "failed to send message node: websocket not connected",
    "device_part": "message recipient must be a user JID with no device part",
    "unknown_server": "can't send message to unknown server c.us",
    "error_479": "server returned error 479",
    "no_device": "the store doesn't contain a device JID",
}
"""What follows `Failed to send message: ` in a 500, by kind."""


@dataclass(frozen=True, slots=True)
class Faults:
    # what the app sends
    latency_ms: int = 0  # before each send is carried out
    send_error: str = ""  # a key of SEND_TAILS: every send fails so
    fail_next: int = 0  # this many sends fail with fail_kind, then none
    fail_rate: float = 0.0  # this share of sends fails with fail_kind
    fail_kind: str = "not_connected"
    upload_error: bool = False  # media cannot be handed to WhatsApp (500)
    drop_after: bool = False  # delivered, then reported as failed (or hung, or cut, with the next two)
    hang: bool = False  # no answer until switched off
    reset: bool = False  # the connection is cut without an answer
    gateway_down: bool = False  # every API call is cut
    # what the app receives
    identity: str = payloads.Identity.LID  # how senders are named unless the message says otherwise
    copies: int = 1  # concurrent copies of each webhook
    ghost_other: bool = False  # an empty `other` with the same id beside each message
    second_id: bool = False  # the same message again under another id
    client_jid: bool = False  # clientId as the device JID
    jitter_ms: int = 0  # each webhook waits a random time up to this: order is lost
    media_missing: bool = False  # the gateway's own media download failed: no fileUrl
    base_url_unset: bool = False  # fileUrl begins with http://localhost:7030
    variant: str = "A"
    era: str = payloads.HEAD
    # pairing
    qr_speed: float = 1.0  # QR codes age this many times faster
    pair_delay_ms: int = 0  # between the scan and isConnected


CHOICES: dict[str, tuple[str, ...]] = {
    "send_error": ("", *SEND_TAILS),
    "fail_kind": tuple(SEND_TAILS),
    "identity": tuple(payloads.Identity),
    "variant": ("A", "B"),
    "era": payloads.ERAS,
}
RANGES: dict[str, tuple[float, float]] = {
    "latency_ms": (0, 600_000),
    "jitter_ms": (0, 60_000),
    "pair_delay_ms": (0, 60_000),
    "fail_next": (0, 1_000_000),
    "fail_rate": (0, 1),
    "copies": (1, 50),
    "qr_speed": (0.01, 10_000),
}
PER_MESSAGE = frozenset(
    {"identity", "copies", "ghost_other", "second_id", "client_jid", "jitter_ms", "media_missing", "variant", "era"}
)
"""Switches that one inbound message may set for itself."""


def changed(faults: Faults, changes: Mapping[str, Any]) -> Faults:
    """`faults` with some switches set; ValueError with a plain text for an unknown switch or a bad value."""
    known = {field.name for field in fields(Faults)}
    for name, value in changes.items():
        if name not in known:
            raise ValueError(f"unknown switch: {name}")
        _check(name, value, getattr(Faults(), name))
    return replace(faults, **dict(changes))


def _check(name: str, value: Any, example: Any) -> None:
    if isinstance(example, bool) or isinstance(value, bool):
        right = isinstance(example, bool) and isinstance(value, bool)
    elif isinstance(example, float):
        right = isinstance(value, int | float)
    else:
        right = isinstance(value, str if isinstance(example, str) else int)
    if not right:
        raise ValueError(f"wrong type for {name}")
    if name in CHOICES and value not in CHOICES[name]:
        raise ValueError(f"{name} must be one of: {', '.join(CHOICES[name])}")
    if name in RANGES and not RANGES[name][0] <= value <= RANGES[name][1]:
        raise ValueError(f"{name} must be from {RANGES[name][0]} to {RANGES[name][1]}")
