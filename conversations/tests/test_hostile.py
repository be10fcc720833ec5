"""What the network may throw at the webhook: it is kept as it is or refused with a 4xx, and no turn sticks."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now

from autolumiku.lib import clock
from autolumiku.testing.mutations import EMOJI, PN, mutated, originals
from autolumiku.testing.stage import Showroom, run_jobs
from conversations.models import WhatsAppConversation, WhatsAppMessage

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

FUZZ = Path(__file__).resolve().parents[3] / "shared/data/fuzz"
BATCH = 40  # messages of one person and one turn


def body(showroom: Showroom, number: object, **fields: Any) -> dict[str, Any]:
    """A gateway's message of the customer, with some fields of its own; None leaves one out."""
    message = {
        "id": f"3A{number}",
        "pushName": "Budi",
        "rawChat": PN,
        "rawSender": PN,
        "text": "Halo",
        "timestamp": clock.now().isoformat(),
        "type": "text",
        **fields,
    }
    kept = {name: value for name, value in message.items() if value is not None}
    return {"clientId": showroom.client_id, "message": kept, "timestamp": 1769766166}


def accepted(showroom: Showroom, sent: Any, path: str = "") -> bool:
    """Post it; whether it was stored. Nothing else than a stored, ignored or refused message may come back."""
    answer = showroom.post(sent, **({"path": path} if path else {}))
    assert answer.status_code in (200, 400, 404, 413), (answer.status_code, repr(sent)[:500])
    return answer.status_code == 200 and "ignored" not in answer.json()


def work_off(showroom: Showroom) -> None:
    """Every job runs, and nobody whom the bot may answer is left waiting."""
    with showroom.scope():
        WhatsAppConversation.objects.update(due_at=Now())  # a message without words waits three seconds for them
    run_jobs(ahead=60)
    with showroom.scope():
        owed = WhatsAppConversation.objects.filter(answered_seq__lt=F("inbound_seq"), holder="bot")
        assert not owed.exists()
        assert not WhatsAppConversation.objects.exclude(escalated_reason="attempts").filter(attempts__gt=0).exists()


# --- naughty strings -------------------------------------------------------------------------------------------------


def naughty() -> list[str]:
    path = FUZZ / "blns/blns.json"
    if not path.exists():
        pytest.skip("the big list of naughty strings is not here")
    return json.loads(path.read_text("utf-8"))


def from_someone(showroom: Showroom, number: int, **fields: Any) -> dict[str, Any]:
    """A message of a person who writes BATCH of them."""
    someone = f"62812345{number // BATCH:05d}@s.whatsapp.net"
    return body(showroom, number, **{"rawChat": someone, "rawSender": someone, **fields})


def as_text(text: str) -> dict[str, Any]:
    return {"text": text, "pushName": text, "id": text[:200]}


def as_caption(text: str) -> dict[str, Any]:
    return {"caption": text, "text": None, "type": "image", "fileUrl": "https://meow.example.com/files/1"}


def as_place(text: str) -> dict[str, Any]:
    return {"name": text, "text": None, "type": "location", "latitude": -6.2, "longitude": 106.8}


WAYS = {
    "as text, name and id": (as_text, slice(None), ("content", "aimeow_message_id")),
    "as caption": (as_caption, slice(0, None, 3), ("content",)),
    "as place": (as_place, slice(1, None, 3), ("place",)),
}


@pytest.mark.parametrize(("fields", "some", "columns"), WAYS.values(), ids=WAYS)
def test_naughty_strings_are_kept_to_the_letter(showroom, fields, some, columns):
    texts = list(dict.fromkeys(filter(None, naughty())))[some]
    for number, text in enumerate(texts):
        assert accepted(showroom, from_someone(showroom, number, **fields(text)))
        if number % BATCH == 0:
            work_off(showroom)
    work_off(showroom)
    with showroom.scope():
        rows = WhatsAppMessage.objects.filter(direction="inbound").order_by("pk").values_list(*columns)
        assert list(rows) == [(text, text[:200])[: len(columns)] for text in texts]


ODD = ("rawChat", "rawSender", "rawSenderAlt", "from", "type", "mimeType", "fileUrl", "timestamp", "fromMe", "latitude")


def test_naughty_strings_anywhere_else_are_refused_or_harmless(showroom):
    for number, text in enumerate(naughty()):
        data = {"from": text, "message": text, "messageId": text, "mediaUrl": text, "mimetype": text}
        shapes = [
            from_someone(showroom, number, **{ODD[number % len(ODD)]: text}),
            {**body(showroom, f"c{number}"), "clientId": text},
            {"clientId": showroom.client_id, "event": "message", "data": data},
            {"clientId": showroom.client_id, "event": text, "data": {"status": text, "qrCode": text}},
        ]
        accepted(showroom, shapes[0])
        accepted(showroom, shapes[1 + number % 3])
    work_off(showroom)


# --- odd JSON --------------------------------------------------------------------------------------------------------


def test_every_file_of_the_json_test_suite_is_read_or_refused(showroom):
    files = sorted((FUZZ / "jsontestsuite/test_parsing").glob("*.json"))
    if not files:
        pytest.skip("the JSON test suite is not here")
    head = json.dumps(body(showroom, "json")).encode()
    for path in files:
        raw = path.read_bytes()
        accepted(showroom, raw)
        when = json.dumps(json.loads(head)["message"]["timestamp"]).encode()
        for name in (b'"text": "Halo"', b'"timestamp": ' + when, b'"rawSender": "%s"' % PN.encode()):
            assert head.count(name) == 1
            accepted(showroom, head.replace(name, name.partition(b":")[0] + b":" + raw))
    work_off(showroom)


# --- too long, too large, too odd ------------------------------------------------------------------------------------

IMAGE = {"type": "image", "text": None, "caption": "foto", "fileUrl": "https://meow.example.com/1"}
PLACE = {"type": "location", "text": None, "latitude": -6.2, "longitude": 106.8}
LIMITS = {
    "text": ({"text": EMOJI * 65_536}, True),
    "text, too long": ({"text": "x" * 65_537}, False),
    "id": ({"id": EMOJI * 200}, True),
    "id, too long": ({"id": "x" * 201}, False),
    "name": ({"pushName": EMOJI * 500}, True),
    "name, too long": ({"pushName": "x" * 501}, False),
    "address of a file": ({**IMAGE, "fileUrl": "https://a.example/" + "x" * 1_982}, True),
    "address of a file, too long": ({**IMAGE, "fileUrl": "https://a.example/" + "x" * 1_983}, True),
    "address of a file, far too long": ({**IMAGE, "fileUrl": "https://a.example/" + "x" * 100_000}, True),
    "MIME type": ({**IMAGE, "mimeType": "image/" + "x" * 114}, True),
    "MIME type, too long": ({**IMAGE, "mimeType": "image/" + "x" * 115}, True),
    "file id": ({**IMAGE, "fileUrl": None, "fileId": EMOJI * 200}, True),
    "type": ({"type": "x" * 201}, False),
    "place": ({**PLACE, "name": EMOJI * 999, "address": EMOJI * 999}, True),
    "place, too long": ({**PLACE, "name": "x" * 1_000}, False),
    "chat": ({"rawChat": "9" * 64 + "@s.whatsapp.net", "rawSender": PN, "fromMe": False}, True),
    "chat, too long": ({"rawChat": "9" * 65 + "@s.whatsapp.net"}, False),
    "LID": ({"rawChat": "9" * 36 + "@lid", "rawSender": "9" * 36 + "@lid"}, True),
    "LID, too long": ({"rawChat": "9" * 37 + "@lid", "rawSender": "9" * 37 + "@lid"}, False),
    "hosted LID": ({"rawChat": "9" * 37 + "@hosted.lid", "rawSender": "9" * 37 + "@hosted.lid"}, False),
    "LID, only as alternate": ({"rawSenderAlt": "a" * 64 + "@lid"}, False),
    "latitude, absurd": ({**PLACE, "latitude": 1e308, "longitude": -1e308}, True),
    "latitude, huge": ({**PLACE, "latitude": 10**400, "longitude": 10**400}, True),
    "latitude, tiny": ({**PLACE, "latitude": 5e-324, "longitude": -0.0}, True),
    "latitude, text": ({**PLACE, "latitude": "-6.2"}, False),
    "latitude, true": ({**PLACE, "latitude": True}, False),
    "time, long ago": ({"timestamp": "0001-01-01T00:00:00Z"}, True),
    "time, Go's zero": ({"timestamp": "0001-01-01T00:00:00+14:00"}, True),
    "time, far away": ({"timestamp": "9999-12-31T23:59:59-12:00"}, True),
    "time, huge": ({"timestamp": 10**4000}, True),
    "time, negative": ({"timestamp": -(10**30)}, True),
    "time, 1e308": ({"timestamp": 1e308}, True),
    "time, milliseconds": ({"timestamp": 1769766166000}, True),
    "time, long digits": ({"timestamp": "9" * 40}, True),
    "time, leap second": ({"timestamp": "2026-12-31T23:59:60Z"}, True),
    "time, a list": ({"timestamp": []}, False),
}


@pytest.mark.parametrize(("fields", "kept"), LIMITS.values(), ids=LIMITS)
def test_long_and_odd_values_are_kept_or_refused(showroom, fields, kept):
    assert accepted(showroom, body(showroom, "limit", **fields)) is kept
    work_off(showroom)


def test_a_lid_of_builds_without_jids_may_be_too_long_as_well(showroom):
    for digits in ("9" * 37, "a" * 64):
        data = {"from": f"{digits}@lid", "message": "halo", "messageId": digits}
        assert not accepted(showroom, {"clientId": showroom.client_id, "event": "message", "data": data})


def test_too_many_query_fields_are_refused(showroom):
    answer = showroom.http.post("/api/v1/webhooks/aimeow?" + "a&" * 2_000, b"{}", content_type="application/json")
    assert answer.status_code == 400


def test_another_showrooms_phone_is_not_taken_over_by_a_connected_event(showroom):
    other = Showroom(showroom.gateway, slug="sinar-auto", name="Sinar Auto", number=2)
    with other.scope():
        type(other.account).objects.update(phone_number="", connection_status="disconnected")
    event = {"clientId": other.client_id, "event": "connected", "data": {"phone": showroom.phone}}
    assert other.post(event).status_code == 200
    with other.scope():
        other.account.refresh_from_db()
    assert (other.account.connection_status, other.account.phone_number) == ("connected", "")


# --- what the model may throw at us ----------------------------------------------------------------------------------

DRAFTS = {
    "NUL": ("Saya tanyakan\0 ke tim ya Kak.", ["Saya tanyakan ke tim ya Kak."]),
    "half a character": ("Saya tanyakan ke tim ya Kak. \ud83d", ["Saya tanyakan ke tim ya Kak."]),
    "nothing but NUL": ("\0\0", ["Maaf, terjadi gangguan sistem. Staff kami akan segera membantu Anda."]),
}


@pytest.mark.parametrize(("draft", "sent"), DRAFTS.values(), ids=DRAFTS)
def test_a_draft_that_cannot_be_kept_is_cleaned(showroom, model, draft, sent):
    model.say(draft)
    assert showroom.hears("bisa minta tolong carikan sopir untuk antar ke Bandung?") == sent


# --- mutations -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_no_mutation_of_a_message_breaks_the_door_or_a_turn(showroom, seed):
    dice = random.Random(seed)
    bodies = list(originals(showroom))
    results = Counter(accepted(showroom, mutated(dice, dice.choice(bodies))) for _ in range(250))
    work_off(showroom)
    assert results[True] > 10
    assert results[False] > 10
