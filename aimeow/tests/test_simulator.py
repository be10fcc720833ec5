"""The simulated gateway speaks as the real one: shapes and texts of its REST API, its webhook, its bad habits."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from aimeow.simulator import Simulator, payloads, qr
from aimeow.simulator.gobind import SEND_MESSAGE, BindError, bind

CLIENT = "75335d94-c1bb-4d11-a42c-fb24f2e02d5d"
OWN = "6281200000001"
BUDI = "6281234567890"
BUDI_LID = "33573792932039"
ROOT = Path(__file__).parents[2]


@dataclass
class Receiver:
    """Stands for AutoLumiku: keeps every request, answers `status`, and hosts one picture."""

    url: str = ""
    status: int = 200
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body)["message"] for _, _, body in self.requests]


@pytest.fixture(scope="module")
def _receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.requests.append((self.path, dict(self.headers.items()), body))
            self.send_response(receiver.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            found = self.path == "/a.jpg"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "image/jpeg")
            self.end_headers()
            self.wfile.write(b"\xff\xd8picture" if found else b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True).start()
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    yield receiver
    server.shutdown()
    server.server_close()


@pytest.fixture
def receiver(_receiver: Receiver) -> Receiver:
    _receiver.requests.clear()
    _receiver.status = 200
    return _receiver


@pytest.fixture(scope="module")
def _sim() -> Iterator[Simulator]:
    with Simulator(contacts=[{"phone": BUDI, "name": "Budi", "lid": BUDI_LID}]) as sim:
        yield sim


@pytest.fixture
def sim(_sim: Simulator, receiver: Receiver) -> Simulator:
    _sim.clear()
    _sim.callback_url = f"{receiver.url}/hook?token=rahasia"
    return _sim


def call(sim: Simulator, action: str, body: Any = None, client: str = CLIENT) -> requests.Response:
    raw = body if isinstance(body, str | bytes) else json.dumps(body)
    return requests.post(f"{sim.base_url}/api/v1/clients/{client}/{action}", data=raw, timeout=10)


def wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "did not happen within 10 s"
        time.sleep(0.005)


# -- webhook bodies ---------------------------------------------------------------------------------------------


def body_of(**fields: Any) -> dict[str, Any]:
    return {"clientId": CLIENT, "message": dict(sorted(fields.items())), "timestamp": 1769766166}


TEXT = {"id": "3A01", "pushName": "Budi", "text": "halo", "timestamp": "2026-01-30T09:42:45Z", "type": "text"}
LID_CHAT = {
    "from": BUDI,
    "rawChat": f"{BUDI_LID}@lid",
    "rawSender": f"{BUDI_LID}@lid",
    "rawSenderAlt": f"{BUDI}@s.whatsapp.net",
}
PHONE_CHAT = {"from": BUDI, "rawChat": f"{BUDI}@s.whatsapp.net", "rawSender": f"{BUDI}@s.whatsapp.net"}
OTHER = {key: value for key, value in TEXT.items() if key != "text"} | {"type": "other"}
FLAGGED = "10020343271578"
IDENTITIES = {
    "lid": LID_CHAT,
    "lid_device": LID_CHAT | {"rawSender": f"{BUDI_LID}:94@lid", "rawSenderAlt": f"{BUDI}:94@s.whatsapp.net"},
    "phone": PHONE_CHAT,
    "phone_alt_lid": PHONE_CHAT | {"from": BUDI_LID, "rawSenderAlt": f"{BUDI_LID}@lid"},
    "phone_alt_lid_flagged": PHONE_CHAT | {"from": "", "isLID": True, "rawSenderAlt": f"{FLAGGED}@lid"},
    "lid_unresolved": {"from": BUDI_LID, "rawChat": f"{BUDI_LID}@lid", "rawSender": f"{BUDI_LID}@lid"},
    "lid_unresolved_flagged": {"from": "", "isLID": True, "rawChat": f"{FLAGGED}@lid", "rawSender": f"{FLAGGED}@lid"},
}


@pytest.mark.parametrize("identity", IDENTITIES)
def test_each_identity_case_names_the_sender_as_the_gateway_does(identity: str) -> None:
    lid = FLAGGED if identity.endswith("flagged") else BUDI_LID
    built = payloads.build("text", identity=identity, phone=BUDI, lid=lid, text="halo", message_id="3A01")
    assert built == body_of(**TEXT, **IDENTITIES[identity])


FILE = "http://gw/files/c/3A01"
POINT = {"latitude": -6.2, "longitude": 106.816666}
CONTENT = [
    ("text", {}, {"type": "text", "text": "halo"}),
    ("extended_text", {}, {"type": "other"}),
    (
        "image",
        {"caption": "Foto depan", "file_url": FILE},
        {"type": "image", "caption": "Foto depan", "fileSize": 184233, "fileUrl": FILE, "height": 1280}
        | {"mimeType": "image/jpeg", "width": 960},
    ),
    (
        "image",
        {"file_size": 0},
        {"type": "image", "caption": "", "height": 1280, "mimeType": "image/jpeg", "width": 960},
    ),
    ("video", {"caption": "lost", "file_url": FILE}, {"type": "other", "fileUrl": FILE}),
    ("voice", {"file_url": FILE}, {"type": "other", "fileUrl": FILE}),
    ("document", {"file_url": FILE}, {"type": "other", "fileUrl": FILE}),
    ("location", {}, {"type": "location", "name": "Showroom", "address": "Jl. Contoh 1"} | POINT),
    (
        "live_location",
        {},
        {"type": "live_location", "accuracy": 12, "bearing": 90, "caption": "", "speed": 1.5} | POINT,
    ),
    ("sticker", {}, {"type": "other"}),
]


@pytest.mark.parametrize(("kind", "fields", "content"), CONTENT, ids=[f"{n}-{row[0]}" for n, row in enumerate(CONTENT)])
def test_each_kind_carries_what_the_gateway_keeps_of_it(
    kind: str, fields: dict[str, Any], content: dict[str, Any]
) -> None:
    built = payloads.build(kind, identity="phone", phone=BUDI, text="halo", message_id="3A01", **fields)
    common = {key: OTHER[key] for key in ("id", "pushName", "timestamp")}
    assert built == body_of(**common, **PHONE_CHAT, **content)


OWN_JID = f"{OWN}@s.whatsapp.net"
CHATS = [
    ("group", "lid", LID_CHAT | {"rawChat": "120363123456789012@g.us"}),
    ("channel", "lid", LID_CHAT | {"rawChat": "120363987654321098@newsletter"}),
    ("from_me", "phone", {"from": BUDI, "rawChat": f"{BUDI}@s.whatsapp.net", "rawSender": OWN_JID}),
    ("from_me", "lid", {"from": BUDI, "rawChat": f"{BUDI_LID}@lid", "rawSender": "74556840628233@lid"}),
    (
        "from_me",
        "lid_unresolved",
        {"from": "74556840628233", "rawChat": f"{BUDI_LID}@lid", "rawSender": "74556840628233@lid"},
    ),
    ("self", "lid", {"from": OWN, "rawChat": OWN_JID, "rawSender": OWN_JID}),
]


@pytest.mark.parametrize(("chat", "identity", "named"), CHATS, ids=[f"{row[0]}-{row[1]}" for row in CHATS])
def test_each_chat_is_named_as_the_gateway_does(chat: str, identity: str, named: dict[str, str]) -> None:
    own = {"own_phone": OWN, "own_lid": "74556840628233"}
    built = payloads.build(chat, identity=identity, phone=BUDI, lid=BUDI_LID, text="halo", message_id="3A01", **own)
    assert built == body_of(**TEXT, **named)


ERAS = [
    ("2025-11-20", "lid", {"type": "unknown"}),
    ("2025-12-02", "lid", TEXT | {"from": BUDI_LID}),
    ("2025-12-13", "lid", TEXT | {"from": BUDI}),
    ("2025-12-17", "phone_alt_lid", TEXT | {"from": BUDI}),
    ("2025-12-20", "phone_alt_lid", TEXT | {"from": BUDI_LID}),
    ("2025-12-23", "lid", TEXT | {"from": BUDI}),
    ("2025-12-23", "lid_unresolved_flagged", TEXT | IDENTITIES["lid_unresolved_flagged"] | {"from": FLAGGED}),
    ("2026-01-30", "lid", TEXT | LID_CHAT),
]


@pytest.mark.parametrize(("era", "identity", "message"), ERAS, ids=[f"{row[0]}-{row[1]}" for row in ERAS])
def test_older_builds_leave_out_what_they_did_not_know(era: str, identity: str, message: dict[str, Any]) -> None:
    lid = FLAGGED if identity.endswith("flagged") else BUDI_LID
    built = payloads.build("text", era=era, identity=identity, phone=BUDI, lid=lid, text="halo", message_id="3A01")
    assert built["message"] == message
    assert (built["clientId"] == CLIENT) == (era >= "2025-12-07")


def test_variant_b_adds_its_flags_and_keeps_extended_text() -> None:
    built = payloads.build("extended_text", variant="B", text="halo", phone=BUDI, lid=BUDI_LID, message_id="3A01")
    assert built == body_of(**TEXT, **LID_CHAT, fromMe=False, isGroup=False, myPhone=OWN)
    unresolved = payloads.build("text", variant="B", identity="lid_unresolved", phone=BUDI, lid=BUDI_LID)
    assert unresolved["message"]["from"] == BUDI_LID
    assert unresolved["message"]["isLID"] is True


def test_client_id_may_be_the_device_jid() -> None:
    assert payloads.build("text", client_jid=True)["clientId"] == "6281200000001:80@s.whatsapp.net"


def test_bytes_are_written_as_go_writes_them() -> None:
    written = payloads.encode({"b": "<a> & \u2028 é", "a": 1})
    assert written == '{"a":1,"b":"\\u003ca\\u003e \\u0026 \\u2028 é"}'.encode()


@pytest.mark.parametrize(
    ("digits", "flagged"),
    [
        ("10020343271578", True),
        ("33573792932039", False),
        ("212270269395003", False),
        ("17729675370686", True),
        ("1234567890123456", True),
        ("6281234567890", False),
        ("628123456789012", True),
    ],
)
def test_lid_heuristic_misses_what_the_real_one_misses(digits: str, flagged: bool) -> None:
    assert payloads.looks_like_lid(digits) is flagged


# -- webhook transport ------------------------------------------------------------------------------------------


def test_webhook_is_one_post_with_exactly_gos_headers(sim: Simulator, receiver: Receiver) -> None:
    delivery = sim.deliver("text", text="halo", phone=BUDI)
    assert delivery.webhook_status == (200,)
    [(path, headers, body)] = receiver.requests
    assert path == "/hook?token=rahasia"
    assert headers == {
        "Host": receiver.url.removeprefix("http://"),
        "Content-Type": "application/json",
        "User-Agent": "Go-http-client/1.1",
        "Accept-Encoding": "gzip",
        "Content-Length": str(len(body)),
    }
    assert json.loads(body)["message"]["id"] == delivery.gateway_id


@pytest.mark.parametrize("status", [400, 401, 500])
def test_refused_webhook_is_not_repeated(sim: Simulator, receiver: Receiver, status: int) -> None:
    receiver.status = status
    assert sim.deliver().webhook_status == (status,)
    assert len(receiver.requests) == 1


def test_unreachable_webhook_is_status_zero_and_an_unset_one_is_skipped(sim: Simulator) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        sim.callback_url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        assert sim.deliver().webhook_status == (0,)
    sim.callback_url = ""
    assert sim.deliver().webhook_status == ()


QUIRKS = [
    ({"copies": 3}, ["text", "text", "text"], 1),
    ({"ghost_other": True}, ["other", "text"], 1),
    ({"second_id": True}, ["text", "text"], 2),
    ({"copies": 2, "jitter_ms": 5}, ["text", "text"], 1),
]


@pytest.mark.parametrize(("quirk", "types", "ids"), QUIRKS, ids=[str(row[0]) for row in QUIRKS])
def test_duplicates_come_as_switched(
    sim: Simulator, receiver: Receiver, quirk: dict[str, Any], types: list[str], ids: int
) -> None:
    sim.switch(**quirk)
    sim.deliver("text", text="halo")
    assert sorted(message["type"] for message in receiver.messages) == types
    assert len({message["id"] for message in receiver.messages}) == ids


def test_media_is_fetched_from_the_file_url_until_a_restart(sim: Simulator, receiver: Receiver) -> None:
    sim.deliver("image", caption="Foto depan")
    [message] = receiver.messages
    got = requests.get(message["fileUrl"], timeout=10)
    assert got.headers["Content-Type"] == "image/jpeg"
    assert len(got.content) == message["fileSize"]
    assert (message["width"], message["height"]) == (480, 640)
    sim.restart()
    gone = requests.get(message["fileUrl"], timeout=10)
    assert (gone.status_code, gone.json()) == (404, {"error": "file not found"})


def test_deleted_client_comes_back_as_a_ghost_and_reports_every_message_twice(
    sim: Simulator, receiver: Receiver
) -> None:
    requests.delete(f"{sim.base_url}/api/v1/clients/{CLIENT}", timeout=10)
    sim.add_client("new-client", OWN)
    sim.restart()
    sim.deliver("text", client="new-client")
    bodies = [json.loads(body) for _, _, body in receiver.requests]
    assert {body["clientId"] for body in bodies} == {CLIENT, "new-client"}
    assert len({body["message"]["id"] for body in bodies}) == 1


# -- sends ------------------------------------------------------------------------------------------------------


def invalid(struct: str, name: str, tag: str) -> str:
    return f"Key: '{struct}.{name}' Error:Field validation for '{name}' failed on the '{tag}' tag"


NUMBER = "json: cannot unmarshal number into Go struct field SendMessageRequest.phone of type string"
STRING = "json: cannot unmarshal string into Go struct field SendMultipleImagesRequest.images of type main.ImageItem"
BOTH = "\n".join(invalid("SendMessageRequest", name, "required") for name in ("Phone", "Message"))
REFUSALS = [
    ("send-message", "", 400, {"error": "EOF"}),
    ("send-message", {}, 400, {"error": BOTH}),
    ("send-message", {"phone": 62, "message": "a"}, 400, {"error": NUMBER}),
    (
        "send-message",
        {"phone": "6281:1:2", "message": "a"},
        400,
        {"error": "Invalid phone number format: unexpected number of colons in JID"},
    ),
    (
        "send-image",
        {"phone": BUDI, "imageUrl": "a.jpg"},
        400,
        {"error": invalid("SendImageRequest", "ImageURL", "url")},
    ),
    (
        "send-images",
        {"phone": BUDI, "images": []},
        400,
        {"error": invalid("SendMultipleImagesRequest", "Images", "min")},
    ),
    ("send-images", {"phone": BUDI, "images": ["a"]}, 400, {"error": STRING}),
    ("send-document", {"phone": BUDI}, 400, {"error": invalid("SendDocumentRequest", "DocumentURL", "required")}),
    (
        "send-document-base64",
        {"phone": BUDI, "base64Data": "ab!d", "filename": "a.pdf"},
        400,
        {"success": False, "error": "Failed to decode base64 data: illegal base64 data at input byte 2"},
    ),
    ("delete-message", {"phone": BUDI}, 400, {"error": invalid("DeleteMessageRequest", "MessageID", "required")}),
    ("stop-typing", {}, 400, {"error": invalid("StopTypingRequest", "Phone", "required")}),
    (
        "send-message",
        {"phone": "081234567890", "message": "a"},
        500,
        {"success": False, "error": "Failed to send message: no LID found for 081234567890@s.whatsapp.net from server"},
    ),
    (
        "send-message",
        {"phone": BUDI_LID, "message": "a"},
        500,
        {"success": False, "error": f"Failed to send message: no LID found for {BUDI_LID}@s.whatsapp.net from server"},
    ),
    (
        "send-message",
        {"phone": f"{BUDI}:17", "message": "a"},
        500,
        {"success": False, "error": "Failed to send message: message recipient must be a user JID with no device part"},
    ),
    (
        "send-message",
        {"phone": f"{BUDI}@c.us", "message": "a"},
        500,
        {"success": False, "error": "Failed to send message: can't send message to unknown server c.us"},
    ),
    ("start-typing", {"phone": BUDI}, 404, None),
    ("send-contact", {"phone": BUDI}, 404, None),
]


@pytest.mark.parametrize(
    ("action", "body", "status", "answer"), REFUSALS, ids=[f"{n}-{r[0]}" for n, r in enumerate(REFUSALS)]
)
def test_refusals_have_the_gateways_status_and_words(
    sim: Simulator, action: str, body: Any, status: int, answer: dict[str, Any] | None
) -> None:
    got = call(sim, action, body)
    assert got.status_code == status
    assert got.json() == answer if answer else got.text == "404 page not found"


@pytest.mark.parametrize("action", ["send-message", "send-image", "send-images", "send-document", "delete-message"])
def test_client_is_checked_before_the_body(sim: Simulator, action: str) -> None:
    unknown = call(sim, action, "{", client="nobody")
    assert (unknown.status_code, unknown.json()) == (404, {"error": "client not found"})
    sim.log_out()
    got = call(sim, action, "{")
    assert (got.status_code, got.json()) == (400, {"error": "client is not connected"})


@pytest.mark.parametrize("to", [BUDI, f"{BUDI}@s.whatsapp.net", f"{BUDI_LID}@lid"])
def test_text_is_sent_and_recorded(sim: Simulator, to: str) -> None:
    answer = call(sim, "send-message", {"phone": to, "message": "Halo Kak"}).json()
    assert answer == {"success": True, "messageId": answer["messageId"]}
    assert answer["messageId"].startswith("3EB0")
    assert len(answer["messageId"]) == 22
    [sent] = sim.sent
    assert (sent.to, sent.phone, sent.text, sent.delivered) == (to, BUDI, "Halo Kak", True)
    assert sent.message_id == answer["messageId"]


def test_image_is_downloaded_and_a_missing_one_is_refused(sim: Simulator, receiver: Receiver) -> None:
    assert call(sim, "send-image", {"phone": BUDI, "imageUrl": f"{receiver.url}/a.jpg"}).json()["success"] is True
    assert sim.sent[0].images[0]["content_type"] == "image/jpeg"
    missing = call(sim, "send-image", {"phone": BUDI, "imageUrl": f"{receiver.url}/b.jpg"})
    assert missing.status_code == 400
    assert missing.json() == {"success": False, "error": "Image download failed with status: 404"}
    odd = call(sim, "send-image", {"phone": BUDI, "imageUrl": "data:image/gif;base64,R0lG"}).json()
    assert (
        odd["error"] == 'Failed to download image: Get "data:image/gif;base64,R0lG": unsupported protocol scheme "data"'
    )


def test_album_is_always_200_and_tells_in_a_sentence(sim: Simulator, receiver: Receiver) -> None:
    good, bad = {"imageUrl": f"{receiver.url}/a.jpg", "caption": "1/2"}, {"imageUrl": f"{receiver.url}/b.jpg"}
    all_sent = call(sim, "send-images", {"phone": BUDI, "images": [good, good]}).json()
    ids = [image["message_id"] for image in sim.sent[0].images]
    assert all_sent == {"success": True, "messageId": f"Sent 2 images successfully. IDs: {', '.join(ids)}"}
    part = call(sim, "send-images", {"phone": BUDI, "images": [good, bad]}).json()
    assert part["success"] is True
    assert part["error"] == "Partial success. Errors: Image 2: Download failed with status 404"
    none = call(sim, "send-images", {"phone": BUDI, "images": [{"url": "http://a/"}]})
    assert none.status_code == 200
    assert none.json()["error"] == (
        'All images failed. Errors: Image 1: Failed to download - Get "": unsupported protocol scheme ""'
    )
    assert [sent.delivered for sent in sim.sent] == [True, True, False]


def test_document_names_itself_after_its_address(sim: Simulator, receiver: Receiver) -> None:
    call(sim, "send-document", {"phone": BUDI, "documentUrl": f"{receiver.url}/a.jpg"})
    call(sim, "send-document-base64", {"phone": BUDI, "base64Data": "YQ==", "filename": "harga.pdf"})
    assert [(s.document or {})["filename"] for s in sim.sent] == ["a.jpg", "harga.pdf"]
    assert (sim.sent[1].document or {})["mime_type"] == "application/pdf"


# -- switches ---------------------------------------------------------------------------------------------------

HALO = {"phone": BUDI, "message": "halo"}


@pytest.mark.parametrize(
    ("kind", "tail"),
    [
        ("timeout", "timed out waiting for message send response"),
        ("not_connected", "failed to send message node: websocket not connected"),
        ("error_479", "server returned error 479"),
    ],
)
def test_every_send_fails_in_the_chosen_way(sim: Simulator, kind: str, tail: str) -> None:
    sim.switch(send_error=kind)
    got = call(sim, "send-message", HALO)
    assert (got.status_code, got.json()) == (500, {"success": False, "error": f"Failed to send message: {tail}"})
    assert [sent.delivered for sent in sim.sent] == [False]


def test_only_the_next_sends_fail(sim: Simulator) -> None:
    sim.switch(fail_next=2)
    assert [call(sim, "send-message", HALO).status_code for _ in range(3)] == [500, 500, 200]
    sim.switch(fail_rate=1.0)
    assert call(sim, "send-message", HALO).status_code == 500


def test_dropped_answer_was_delivered_all_the_same(sim: Simulator) -> None:
    sim.switch(drop_after=True)
    got = call(sim, "send-message", HALO)
    assert got.json()["error"] == "Failed to send message: timed out waiting for message send response"
    assert [sent.delivered for sent in sim.sent] == [True]


@pytest.mark.parametrize(("drop_after", "delivered"), [(False, 0), (True, 1)])
def test_connection_is_reset(sim: Simulator, drop_after: bool, delivered: int) -> None:
    sim.switch(reset=True, drop_after=drop_after)
    with pytest.raises(requests.ConnectionError):
        call(sim, "send-message", HALO)
    assert len(sim.sent) == delivered


def test_send_hangs_until_the_switch_is_off(sim: Simulator) -> None:
    sim.switch(hang=True, drop_after=True)
    url = f"{sim.base_url}/api/v1/clients/{CLIENT}/send-message"
    with pytest.raises(requests.ReadTimeout):
        requests.post(url, json=HALO, timeout=0.1)
    assert [sent.delivered for sent in sim.sent] == [True]


def test_gateway_that_is_down_answers_nothing(sim: Simulator) -> None:
    sim.switch(gateway_down=True)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{sim.base_url}/api/v1/clients", timeout=10)


def test_upload_failure_has_its_own_words(sim: Simulator, receiver: Receiver) -> None:
    sim.switch(upload_error=True)
    got = call(sim, "send-image", {"phone": BUDI, "imageUrl": f"{receiver.url}/a.jpg"})
    assert got.status_code == 500
    assert got.json()["error"].startswith("Failed to upload image to WhatsApp: ")


@pytest.mark.parametrize("wrong", [{"latency": 1}, {"copies": 0}, {"hang": 1}, {"era": "1999"}, {"fail_rate": True}])
def test_wrong_switch_is_refused(sim: Simulator, wrong: dict[str, Any]) -> None:
    assert requests.post(f"{sim.base_url}/control", json=wrong, timeout=10).status_code == 400
    with pytest.raises(ValueError, match=next(iter(wrong))):
        sim.switch(**wrong)


# -- clients, pairing, config -----------------------------------------------------------------------------------


def test_client_object_of_a_connected_client(sim: Simulator) -> None:
    [client] = requests.get(f"{sim.base_url}/api/v1/clients", timeout=10).json()
    assert list(client) == ["id", "phone", "isConnected", "qrCode", "connectedAt", "messageCount"]
    assert (client["id"], client["phone"], client["isConnected"]) == (CLIENT, OWN, True)


def test_new_client_waits_for_a_qr_is_paired_and_vanishes_by_restart_only_when_unpaired(sim: Simulator) -> None:
    base = sim.base_url
    made = requests.post(f"{base}/api/v1/clients/new", data="{broken", timeout=10).json()
    assert made["qrUrl"] == f"{base}/qr?client_id={made['id']}"
    url = f"{base}/api/v1/clients/{made['id']}"
    assert requests.get(url, timeout=10).json() == {
        "id": made["id"],
        "isConnected": False,
        "qrCode": "not_available",
        "messageCount": 0,
    }
    assert requests.get(f"{url}/qr", timeout=10).json() == {"error": "QR code not available"}
    sim.switch(qr_speed=100.0)
    wait_until(lambda: requests.get(f"{url}/qr", timeout=10).status_code == 200)
    assert requests.get(f"{url}/qr", timeout=10).headers["Content-Type"] == "text/plain; charset=utf-8"
    paired = requests.post(
        f"{base}/control/clients/{made['id']}", json={"action": "pair", "phone": "6281200000003"}, timeout=10
    )
    assert paired.status_code == 200
    client = requests.get(url, timeout=10).json()
    assert (client["isConnected"], client["phone"]) == (True, "6281200000003")
    assert client["qrCode"].startswith("2@")
    unpaired = requests.post(f"{base}/api/v1/clients/new", timeout=10).json()["id"]
    sim.restart()
    left = {client["id"] for client in requests.get(f"{base}/api/v1/clients", timeout=10).json()}
    assert made["id"] in left
    assert unpaired not in left


def test_qr_lives_about_160_seconds_in_six_codes() -> None:
    assert qr.code_at("c", 0) == "not_available"
    codes = [qr.code_at("c", second) for second in range(1, 200)]
    assert len(set(codes)) == 6
    assert all(code.startswith("2@") and code.count(",") == 3 for code in codes)
    assert not qr.is_dead(160)
    assert qr.is_dead(161)


def test_dead_qr_cannot_be_paired(sim: Simulator) -> None:
    made = requests.post(f"{sim.base_url}/api/v1/clients/new", timeout=10).json()["id"]
    sim.switch(qr_speed=10_000.0)
    url = f"{sim.base_url}/control/clients/{made}"
    wait_until(lambda: sim.gateway.age(sim.gateway.clients[made]) > qr.LIFE)
    assert requests.post(url, json={"action": "pair", "phone": "6281200000003"}, timeout=10).status_code == 409


def test_logged_out_client_loses_its_phone_and_stays_disconnected(sim: Simulator) -> None:
    sim.log_out()
    client = requests.get(f"{sim.base_url}/api/v1/clients/{CLIENT}", timeout=10).json()
    assert client["isConnected"] is False
    assert "phone" not in client


def test_variant_b_reports_connections(sim: Simulator, receiver: Receiver) -> None:
    sim.switch(variant="B")
    requests.post(f"{sim.base_url}/control/clients/{CLIENT}", json={"action": "logout"}, timeout=10)
    wait_until(lambda: receiver.requests)
    path, _, body = receiver.requests[0]
    assert path == "/hook?token=rahasia/status"
    assert json.loads(body)["event"] == "disconnected"


ROUTES = [
    ("GET", "/health", 200, {"status": "ok"}),
    ("GET", "/", 200, {"message": "Aimeow WhatsApp API is running", "status": "ok"}),
    ("GET", "/qr", 400, {"error": "client_id parameter is required"}),
    ("GET", "/qr?client_id=x", 404, {"error": "client not found"}),
    ("GET", "/api/v1/clients/x", 404, {"error": "client not found"}),
    ("DELETE", "/api/v1/clients/x", 404, {"error": "client not found"}),
    ("DELETE", f"/api/v1/clients/{CLIENT}", 200, {"message": "client deleted successfully"}),
    ("GET", f"/api/v1/clients/{CLIENT}/messages?limit=x", 200, {"messages": []}),
    ("GET", "/files/x/y", 404, {"error": "client not found"}),
    ("GET", f"/files/{CLIENT}/y", 404, {"error": "file not found"}),
    (
        "GET",
        f"/api/v1/clients/{CLIENT}/check-whatsapp/+62%20812-3456-7890",
        200,
        {"phone": "+62 812-3456-7890", "isRegistered": True, "jid": f"{BUDI}@s.whatsapp.net"},
    ),
    (
        "GET",
        f"/api/v1/clients/{CLIENT}/profile-picture/{BUDI}",
        200,
        {"phone": BUDI, "hasPicture": False, "error": "that user or group does not have a profile picture"},
    ),
    ("POST", "/config", 404, None),
    ("PUT", f"/api/v1/clients/{CLIENT}", 404, None),
]


@pytest.mark.parametrize(("method", "path", "status", "answer"), ROUTES, ids=[f"{r[0]} {r[1]}" for r in ROUTES])
def test_routes_answer_as_the_gateways(
    sim: Simulator, method: str, path: str, status: int, answer: dict[str, Any] | None
) -> None:
    got = requests.request(method, sim.base_url + path, timeout=10)
    assert got.status_code == status
    if answer is None:
        assert (got.text, got.headers["Content-Type"]) == ("404 page not found", "text/plain; charset=utf-8")
    else:
        assert got.json() == answer
        assert got.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(("method", "status"), [("GET", 301), ("POST", 307)])
def test_trailing_slash_is_redirected(sim: Simulator, method: str, status: int) -> None:
    got = requests.request(method, f"{sim.base_url}/api/v1/config/", timeout=10, allow_redirects=False)
    assert (got.status_code, got.headers["Location"]) == (status, "/api/v1/config")


def test_callback_is_one_for_all_and_must_be_a_url(sim: Simulator) -> None:
    url = f"{sim.base_url}/api/v1/config"
    assert requests.post(url, json={"callbackUrl": "http://a.test/x?y=1"}, timeout=10).json() == {
        "callbackUrl": "http://a.test/x?y=1"
    }
    assert sim.callback_url == "http://a.test/x?y=1"
    refused = requests.post(url, json={"callbackUrl": "x"}, timeout=10)
    assert refused.json() == {"error": invalid("ConfigRequest", "CallbackURL", "url")}


def test_messages_are_the_plain_texts_newest_last(sim: Simulator) -> None:
    for text in ("satu", "dua"):
        sim.deliver("text", text=text)
    sim.deliver("extended_text", text="hilang")
    got = requests.get(f"{sim.base_url}/api/v1/clients/{CLIENT}/messages?limit=50", timeout=10).json()
    assert got == {"messages": ["Message: satu", "Message: dua"]}


BODIES = [
    (b'{"PHONE":"a","Message":"b","x":1}', {"phone": "a", "message": "b"}),
    (b'{"phone":"a","message":"b"} trailing', {"phone": "a", "message": "b"}),
    (b"null", BOTH),
    (b"[1]", "json: cannot unmarshal array into Go value of type main.SendMessageRequest"),
    (b'{"phone"', "unexpected EOF"),
    (b"[" * 100_000, "json: exceeded max depth"),
]


@pytest.mark.parametrize(("raw", "expected"), BODIES, ids=[str(n) for n in range(len(BODIES))])
def test_bodies_are_read_as_go_reads_them(raw: bytes, expected: Any) -> None:
    if isinstance(expected, dict):
        assert bind(SEND_MESSAGE, raw) == expected
    else:
        with pytest.raises(BindError) as caught:
            bind(SEND_MESSAGE, raw)
        assert str(caught.value) == expected


# -- control, page, command line --------------------------------------------------------------------------------


def test_control_makes_a_phone_write_and_tells_how_the_webhook_went(sim: Simulator, receiver: Receiver) -> None:
    receiver.status = 401
    order = {"client": CLIENT, "phone": "6281234567811", "name": "Sari", "text": "p", "identity": "phone"}
    got = requests.post(f"{sim.base_url}/control/inbound", json=order, timeout=10).json()
    assert got == {"gateway_id": receiver.messages[0]["id"], "webhook_status": [401], "webhook_errors": []}
    feed = requests.get(f"{sim.base_url}/control/page?client={CLIENT}&contact=6281234567811", timeout=10).json()
    assert [(entry["side"], entry["state"]) for entry in feed["entries"]] == [("contact", "failed"), ("system", "")]
    assert "401" in feed["entries"][1]["text"]


@pytest.mark.parametrize(
    "wrong", [{"client": "x"}, {"phone": "abc"}, {"kind": "dance"}, {"copies": 99}, {"sent_at": 1e99}]
)
def test_senseless_order_is_refused(sim: Simulator, wrong: dict[str, Any]) -> None:
    order = {"client": CLIENT, "phone": BUDI, "text": "p"} | wrong
    assert requests.post(f"{sim.base_url}/control/inbound", json=order, timeout=10).status_code == 400


def test_typing_lasts_from_the_accepted_message_to_the_answer(sim: Simulator) -> None:
    feed = f"{sim.base_url}/control/page?client={CLIENT}&contact={BUDI}"
    sim.deliver("text", text="halo", phone=BUDI)
    assert requests.get(feed, timeout=10).json()["typing"] is True
    call(sim, "send-message", {"phone": f"{BUDI_LID}@lid", "message": "Halo Kak"})
    assert requests.get(feed, timeout=10).json()["typing"] is False


def test_outbox_is_read_from_where_one_left_off(sim: Simulator) -> None:
    for text in ("satu", "dua"):
        call(sim, "send-message", HALO | {"message": text})
    [last] = requests.get(f"{sim.base_url}/control/outbox?since=1", timeout=10).json()
    assert (last["seq"], last["text"], last["client_id"]) == (2, "dua", CLIENT)
    requests.post(f"{sim.base_url}/control/reset", timeout=10)
    assert sim.sent == []


def test_browser_gets_the_phone_page_without_anything_from_elsewhere(sim: Simulator) -> None:
    page = requests.get(sim.base_url, headers={"Accept": "text/html"}, timeout=10)
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert "http" not in page.text
    for name in ("app.css", "app.js", "chat.js", "drawer.js", "dom.js"):
        assert requests.get(f"{sim.base_url}/page/{name}", timeout=10).status_code == 200
    assert requests.get(f"{sim.base_url}/page/../app.py", timeout=10).status_code == 404


def test_payload_for_a_test_client_is_fresh_and_of_the_first_client(sim: Simulator) -> None:
    first, second = sim.payload("text", text="a"), sim.payload("from_me", text="b")
    assert first["clientId"] == CLIENT
    assert first["message"]["id"] != second["message"]["id"]
    assert second["message"]["rawSender"] != second["message"]["rawChat"]


def test_command_line_serves_the_state_file_and_ends_cleanly(tmp_path: Path) -> None:
    state = {
        "callback_url": "http://a.test/",
        "clients": [{"id": "c1", "phone": OWN, "name": "Prima", "showroom": "Prima"}],
    }
    path = tmp_path / "state.json"
    path.write_text(json.dumps(state), encoding="utf-8")
    command = [sys.executable, "-m", "aimeow.simulator", "--port", "0", "--state", str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base = process.stdout.readline().split()[-1].rstrip("/")
        assert requests.get(f"{base}/api/v1/clients/c1", timeout=10).json()["isConnected"] is True
        assert requests.get(f"{base}/api/v1/config", timeout=10).json() == {"callbackUrl": "http://a.test/"}
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
