"""Bodies of the gateway with one to three things wrong: for the tests of the webhook and for `manage.py fuzz`."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

from aimeow.simulator.payloads import Identity
from autolumiku.testing.stage import CUSTOMER, Showroom

PN, LID = f"{CUSTOMER}@s.whatsapp.net", "33573792932039@lid"
EMOJI = "\N{AUTOMOBILE}"  # four bytes in UTF-8, twelve in a URL

KINDS = ("text", "image", "video", "voice", "document", "location", "live_location", "sticker", "group", "from_me")
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 1e308, 10**30, "", " ", "x", "x" * 300, "x" * 5_000, "\0", "\u202e", EMOJI * 50,
    [], [[]], {}, {"a": {"b": []}}, ["x"], {"url": "https://a.example/1"}, PN, LID, "status@broadcast", "1@g.us", "0",
    "6281234567890", "https://a.example/1", "text", "image", "other", "2026-11-23T09:42:45Z", "🚗@lid", "@", ":", "a@b",
)  # fmt: skip
NAMES = ("text", "id", "from", "key", "message", "sender", "media", "event")


def originals(showroom: Showroom) -> Iterator[dict[str, Any]]:
    """Faithful bodies of every kind and identity, and the other shapes of the contract."""
    mine = {"client_id": showroom.client_id, "own_phone": showroom.phone, "phone": CUSTOMER, "text": "Halo"}
    for kind in KINDS:
        for identity in Identity:
            yield showroom.gateway.payload(kind, identity=identity, **mine)
    data = {"from": CUSTOMER, "message": "Halo", "messageId": "m", "key": {"id": "k", "remoteJid": PN, "fromMe": False}}
    yield {"clientId": showroom.client_id, "event": "message", "timestamp": 1, "data": data}
    yield {"clientId": showroom.client_id, "event": "connected", "data": {"phone": showroom.phone}, "timestamp": 1}
    yield {"clientId": showroom.client_id, "event": "status", "data": {"messageId": "3EB0", "status": "read"}}


def mutated(dice: random.Random, original: dict[str, Any]) -> dict[str, Any] | bytes:
    """A body with one to three values changed, moved, renamed or dropped, or a byte of it."""
    new = copy.deepcopy(original)
    for _ in range(dice.randint(1, 3)):
        inner = [value for value in new.values() if isinstance(value, dict) and value]
        place = dice.choice([*inner, *inner, *inner, new])
        name = dice.choice(sorted(place)) if place else "text"
        match dice.randrange(5):
            case 0:
                place.pop(name, None)
            case 1:
                place[dice.choice(NAMES)] = place.get(name)
            case 2:
                place[name] = str(place.get(name)) + dice.choice(["\0", "\ud83d", "x" * 3_000, "'", "\\", "%", "@lid"])
            case _:
                place[name] = copy.deepcopy(dice.choice(VALUES))
    if dice.random() < 0.8:
        return new
    raw = bytearray(json.dumps(new).encode())
    raw[dice.randrange(len(raw))] = dice.randrange(256)
    return bytes(raw[: dice.choice([len(raw), len(raw), dice.randrange(len(raw))])])
