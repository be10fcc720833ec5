"""What becomes of a reply: every answer and silence of the gateway (aimeow.md 2.2, 2.3), pacing, and what is held."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db.models import F
from django.utils import timezone

from aiconfig.models import WhatsAppAIConfig
from aimeow.models import AimeowAccount
from autolumiku.testing.stage import CUSTOMER, Showroom, run_jobs
from conversations import outbox, tasks, turns
from conversations.models import WhatsAppConversation, WhatsAppMessage

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


@contextmanager
def answering(*answer: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A gateway that answers every send so; (address, the bodies it got). answer: status and body, or how it breaks."""
    got: list[dict[str, Any]] = []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if answer[0] == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if isinstance(answer[0], str):
                if answer[0] == "cut":
                    self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"success": tr')
                self.close_connection = True
                return
            status, body = answer
            raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", got
        finally:
            server.shutdown()
            thread.join()


def failed(tail: str) -> tuple[int, dict[str, Any]]:
    return 500, {"success": False, "error": f"Failed to send message: {tail}"}


FOR_SURE = ("sent", "", 1)
UNKNOWN = ("unsure", "ambiguous", 1)  # never repeated
OFFLINE = ("queued", "not_connected", 1)  # held, until the number is back
REFUSED = ("failed", "refused", outbox.MAX_TRIES)  # proven unsent: tried again, then a person
UPLOAD = ("failed", "upload", outbox.MAX_TRIES)
INVALID = ("failed", "invalid", 1)
OUTCOMES: dict[str, tuple[tuple[Any, ...], tuple[str, str, int]]] = {
    "sent": ((200, {"success": True, "messageId": "3EB0AA"}), FOR_SURE),
    "sent without an id": ((200, {"success": True}), FOR_SURE),
    "partial success": ((200, {"success": True, "messageId": "3EB0AA", "error": "Partial success."}), FOR_SURE),
    "client not found": ((404, {"error": "client not found"}), ("failed", "unknown_client", 1)),
    "no such page": ((404, "404 page not found"), REFUSED),
    "not connected": ((400, {"error": "client is not connected"}), OFFLINE),
    "EOF": ((400, {"error": "EOF"}), INVALID),
    "validation": ((400, {"error": "Key: 'SendMessageRequest.Phone' Error:Field validation for 'Phone'"}), INVALID),
    "JSON type": ((400, {"error": "json: cannot unmarshal number into Go struct"}), INVALID),
    "phone format": ((400, {"error": "Invalid phone number format: unexpected number of dots in JID"}), INVALID),
    "download": ((400, {"success": False, "error": 'Failed to download image: Get "": timed out'}), UPLOAD),
    "upload": ((500, {"success": False, "error": "Failed to upload image to WhatsApp: x"}), UPLOAD),
    "no LID": (failed("no LID found for 62@s.whatsapp.net from server"), ("failed", "not_on_whatsapp", 1)),
    "timed out": (failed("timed out waiting for message send response"), UNKNOWN),
    "disconnected before": (failed("websocket disconnected before message send returned response"), UNKNOWN),
    "websocket": (failed("failed to send message node: websocket not connected"), OFFLINE),
    "device part": (failed("message recipient must be a user JID with no device part"), INVALID),
    "unknown server": (failed("can't send message to unknown server c.us"), INVALID),
    "error 479": (failed("server returned error 479"), REFUSED),
    "no device": (failed("the store doesn't contain a device JID"), OFFLINE),
    "unknown 500": (failed("something new"), UNKNOWN),
    "bare 500": ((500, ""), UNKNOWN),
    "502": ((502, "<html>"), UNKNOWN),
    "504": ((504, "<html>"), UNKNOWN),
    "429": ((429, "slow down"), REFUSED),
    "redirect": ((307, ""), REFUSED),
    "200 that failed": ((200, {"success": False, "error": "Failed to send message: ?"}), UNKNOWN),
    "200, not connected": ((200, {"success": False, "error": "client is not connected"}), OFFLINE),
    "200, no album image went out": (
        (200, {"success": False, "error": "All images failed. Errors: Image 1: Upload failed - x"}), UPLOAD,
    ),
    "200, an album image may have": (
        (200, {"success": False, "error": "All images failed. Errors: Image 1: Send failed - timed out"}), UNKNOWN,
    ),
    "200 without words": ((200, "Welcome"), UNKNOWN),
    "hung up": (("hang up",), UNKNOWN),
    "reset": (("reset",), UNKNOWN),
    "cut in the answer": (("cut",), UNKNOWN),
}  # fmt: skip


def reply(showroom: Showroom) -> WhatsAppMessage:
    [message] = [message for message in showroom.messages() if message.direction == "outbound"]
    return message


@pytest.mark.parametrize(("answer", "outcome"), OUTCOMES.values(), ids=OUTCOMES)
def test_what_an_answer_of_the_gateway_makes_of_a_reply(
    showroom: Showroom, settings: Any, answer: tuple[Any, ...], outcome: tuple[str, str, int]
) -> None:
    with answering(*answer) as (settings.AIMEOW_BASE_URL, got):
        showroom.hears("Halo")
        for _ in range(8):
            run_jobs(ahead=3_600)
    assert (reply(showroom).aimeow_status, reply(showroom).error, len(got)) == outcome
    asked = showroom.chat().escalated_reason
    assert asked == ("not_sent" if outcome[0] == "failed" else "")


def test_a_gateway_that_is_away_is_tried_until_it_is_back(showroom: Showroom, settings: Any) -> None:
    settings.AIMEOW_BASE_URL = "http://127.0.0.1:9"  # nobody listens: proven unsent
    showroom.hears("Halo")
    with showroom.scope():
        WhatsAppMessage.objects.filter(direction="outbound").update(attempts=40)
    deliver(showroom)
    assert (reply(showroom).aimeow_status, reply(showroom).error, reply(showroom).attempts) == (
        "queued",
        "unreachable",
        41,
    )
    settings.AIMEOW_BASE_URL = showroom.gateway.base_url
    run_jobs(ahead=3_600)
    assert (reply(showroom).aimeow_status, len(showroom.gateway.sent)) == ("sent", 1)


def deliver(showroom: Showroom) -> None:
    async_to_sync(tasks.deliver.func)(showroom.tenant.pk, reply(showroom).pk)


def test_pauses_grow_and_are_spread() -> None:
    pauses = [[outbox._pause(tries) for _ in range(50)] for tries in (1, 2, 3, 4, 9)]
    for seconds, some in zip((1, 3, 8, 30, 30), pauses, strict=True):
        assert seconds <= min(some) < max(some) <= seconds * 1.5


def resend(showroom: Showroom) -> None:
    with showroom.scope():
        assert outbox.resend(reply(showroom).pk)
    run_jobs()


def test_a_reply_to_a_wrong_client_id_goes_out_once_staff_have_corrected_it(showroom: Showroom) -> None:
    showroom.receives("Halo")
    with showroom.scope():
        AimeowAccount.objects.update(client_id="99999999-1111")
    run_jobs()
    assert (reply(showroom).aimeow_status, reply(showroom).error) == ("failed", "unknown_client")
    with showroom.scope():
        AimeowAccount.objects.update(client_id=showroom.client_id)
    resend(showroom)
    assert (reply(showroom).aimeow_status, len(showroom.gateway.sent)) == ("sent", 1)


ADDRESSES = {
    "device part": (f"{CUSTOMER}:17@s.whatsapp.net", f"{CUSTOMER}@s.whatsapp.net"),
    "old server": (f"{CUSTOMER}@c.us", f"{CUSTOMER}@s.whatsapp.net"),
    "bare LID": ("33573792932039", "33573792932039@lid"),
    "LID with device": ("33573792932039:94@lid", "33573792932039@lid"),
    "local": ("0812-3456-7890", CUSTOMER),
    "plus": (f"+{CUSTOMER}", CUSTOMER),
    "as it is": (f"{CUSTOMER}@s.whatsapp.net", f"{CUSTOMER}@s.whatsapp.net"),
    "digits": (CUSTOMER, CUSTOMER),
    "LID": ("33573792932039@lid", "33573792932039@lid"),
}


@pytest.mark.parametrize(("stored", "asked"), ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_that_whatsapp_would_refuse_is_put_right(showroom: Showroom, stored: str, asked: str) -> None:
    showroom.receives("Halo")
    with showroom.scope():
        WhatsAppConversation.objects.update(chat_jid=stored)
    run_jobs()
    assert [sent.to for sent in showroom.gateway.sent] == [asked]
    assert reply(showroom).aimeow_status == "sent"


def test_an_address_that_is_beyond_us_waits_for_staff(showroom: Showroom) -> None:
    showroom.receives("Halo")
    with showroom.scope():
        WhatsAppConversation.objects.update(chat_jid="6281.2.3@s.whatsapp.net")
    run_jobs()
    assert (reply(showroom).aimeow_status, reply(showroom).error) == ("failed", "invalid")
    with showroom.scope():
        WhatsAppConversation.objects.update(chat_jid=CUSTOMER)
    resend(showroom)
    assert (reply(showroom).aimeow_status, len(showroom.gateway.sent)) == ("sent", 1)


# --- held too long ---------------------------------------------------------------------------------------------------


def hold(showroom: Showroom, **span: float) -> None:
    with showroom.scope():
        WhatsAppMessage.objects.filter(direction="outbound").update(held_since=timezone.now() - timedelta(**span))


WAYS = {"the phone is still offline": False, "the phone is back": True}


@pytest.mark.parametrize("back", WAYS.values(), ids=WAYS)
def test_a_reply_held_for_hours_is_not_sent_as_if_nothing_had_happened(showroom: Showroom, back: bool) -> None:
    showroom.gateway.log_out(showroom.client_id)
    showroom.hears("Halo")
    hold(showroom, minutes=121)
    if back:
        showroom.gateway.add_client(showroom.client_id, showroom.phone)
        outbox.resume(showroom.tenant.pk)
        run_jobs(ahead=60)
    else:
        tasks.sweep()
    assert (reply(showroom).aimeow_status, reply(showroom).error) == ("failed", "held too long")
    chat = showroom.chat()
    assert (chat.status, chat.holder, chat.escalated_reason) == ("escalated", "bot", "not_sent")
    assert showroom.gateway.sent == []


@pytest.mark.parametrize(("limit", "held", "status"), [(0, 10_000, "sent"), (60, 59, "sent"), (60, 61, "failed")])
def test_how_long_a_reply_may_be_held_is_a_setting(showroom: Showroom, limit: int, held: int, status: str) -> None:
    showroom.set(held_reply_minutes=limit, customer_gap_seconds=5)
    showroom.hears("Halo")
    showroom.hears("fortuner ada?")
    with showroom.scope():
        late = WhatsAppMessage.objects.get(aimeow_status="queued")
    hold(showroom, minutes=held)
    tasks.sweep()
    run_jobs(ahead=60)
    assert [message.aimeow_status for message in showroom.messages() if message.pk == late.pk] == [status]


def test_a_reply_that_a_person_sends_again_is_held_anew(showroom: Showroom) -> None:
    showroom.gateway.log_out(showroom.client_id)
    showroom.hears("Halo")
    hold(showroom, minutes=121)
    tasks.sweep()
    showroom.gateway.add_client(showroom.client_id, showroom.phone)
    resend(showroom)
    assert (reply(showroom).aimeow_status, len(showroom.gateway.sent)) == ("sent", 1)


def test_the_replies_behind_one_that_is_too_old_go_out(showroom: Showroom, model: Any) -> None:
    showroom.set(customer_gap_seconds=5)
    model.say("Halo Kak.", "Baik Kak.", "Siap Kak.")
    for text in ("Halo", "Halo Kak", "Halo lagi"):
        showroom.hears(text)
    with showroom.scope():
        first = WhatsAppMessage.objects.filter(aimeow_status="queued").order_by("pk").first()
        assert first is not None
        WhatsAppMessage.objects.filter(pk=first.pk).update(held_since=timezone.now() - timedelta(hours=3))
    run_jobs(ahead=60)
    assert [showroom.plain(sent.text) for sent in showroom.gateway.sent] == ["Halo Kak.", "Siap Kak."]


# --- pacing ----------------------------------------------------------------------------------------------------------


def test_the_pace_of_a_new_showroom() -> None:
    config = WhatsAppAIConfig()
    assert (config.send_gap_seconds, config.customer_gap_seconds, config.daily_send_cap) == (1, 3, 1000)


def gaps(showroom: Showroom, *phones: str) -> list[float]:
    """Seconds from now until each of these people's next reply may go out."""
    for number, phone in enumerate(phones):
        showroom.hears(f"Halo {number}", phone=phone)
    now = timezone.now()
    with showroom.scope():
        waiting = WhatsAppMessage.objects.filter(aimeow_status="queued").order_by("pk")
        return [round((message.sending_at - now).total_seconds()) for message in waiting if message.sending_at]


OTHER, THIRD = "6281234567891", "6281234567892"


@pytest.mark.parametrize(
    ("pace", "phones", "waits"),
    [
        pytest.param({"send_gap_seconds": 20}, (CUSTOMER, OTHER, THIRD), [20, 40], id="a-number"),
        pytest.param({"customer_gap_seconds": 20}, (CUSTOMER, CUSTOMER, OTHER), [20], id="a-customer"),
        pytest.param({}, (CUSTOMER, CUSTOMER, OTHER), [], id="off"),
    ],
)
def test_the_pace_is_a_setting(
    showroom: Showroom, pace: dict[str, float], phones: tuple[str, ...], waits: list[float]
) -> None:
    showroom.set(**pace)
    assert gaps(showroom, *phones) == pytest.approx(waits, abs=3)


@pytest.mark.parametrize(("cap", "days_old", "sent"), [(2, 3, 2), (0, 3, 4), (2, 31, 4)], ids=["young", "off", "old"])
def test_a_young_number_sends_so_much_a_day_and_the_rest_says_why_it_waits(
    showroom: Showroom, cap: int, days_old: int, sent: int
) -> None:
    showroom.set(daily_send_cap=cap)
    with showroom.scope():
        AimeowAccount.objects.update(created_at=F("created_at") - timedelta(days=days_old))
    for number in range(4):
        showroom.hears(f"Halo {number}", phone=f"62812345678{number:02d}")
    assert len(showroom.gateway.sent) == sent
    with showroom.scope():
        held = list(WhatsAppMessage.objects.filter(aimeow_status="queued"))
        account = AimeowAccount.objects.get()
        assert outbox.is_full_today(WhatsAppAIConfig.objects.get(), account) is (sent == 2)
    assert [message.error for message in held] == [outbox.DAILY_CAP] * (4 - sent)
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert {timezone.localdate(message.sending_at) for message in held} <= {tomorrow}


def test_a_held_reply_dies_with_the_chat_that_a_person_takes(showroom: Showroom) -> None:
    showroom.gateway.log_out(showroom.client_id)
    showroom.hears("Halo")
    with showroom.scope():
        turns.take(showroom.chat().pk)
    hold(showroom, hours=9)
    tasks.sweep()
    assert (reply(showroom).aimeow_status, reply(showroom).error) == ("failed", "taken over")
