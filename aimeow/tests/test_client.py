"""The REST client: what each answer of the gateway proves (aimeow.md 2.1 to 2.3, 3; original.md A175, A176)."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses
import urllib3

from aimeow.client import Aimeow, AimeowError, Client, ImageError, ImagesSent

BASE, CLIENT, BUDI = "https://meow.example", "75335d94-c1bb-4d11-a42c-fb24f2e02d5d", "6281234567890"
ROOT = f"{BASE}/api/v1/clients/{CLIENT}"
TEXT = "Siap Kak, rahasia"


@pytest.fixture
def gateway() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def send() -> str:
    return Aimeow(BASE).send_text(CLIENT, BUDI, TEXT)


def failure(call: Callable[[], object]) -> AimeowError:
    with pytest.raises(AimeowError) as raised:
        call()
    assert BUDI not in str(raised.value)
    assert TEXT not in str(raised.value)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
    return raised.value


def test_a_text_is_sent_once_in_the_gateways_own_words(gateway: responses.RequestsMock) -> None:
    gateway.post(f"{ROOT}/send-message", json={"success": True, "messageId": "3EB0AA"})
    assert Aimeow(BASE + "/").send_text(CLIENT, BUDI, TEXT) == "3EB0AA"
    assert json.loads(gateway.calls[0].request.body or "") == {"phone": BUDI, "message": TEXT}
    assert gateway.calls[0].request.headers["Content-Type"] == "application/json"
    assert gateway.calls[0].request.req_kwargs["timeout"] == (3.05, 90)  # type: ignore[attr-defined]


def test_a_send_without_an_id_in_the_answer_is_still_sent(gateway: responses.RequestsMock) -> None:
    gateway.post(f"{ROOT}/send-message", json={"success": True})
    assert send() == ""


SAID = "Failed to send message: "


@pytest.mark.parametrize(
    ("status", "body", "kind", "sent", "permanent"),
    [
        pytest.param(404, {"error": "client not found"}, "unknown_client", False, True, id="unknown-client"),
        pytest.param(404, "404 page not found", "refused", False, False, id="no-such-page"),
        pytest.param(400, {"error": "client is not connected"}, "not_connected", False, False, id="A176"),
        pytest.param(400, {"error": "EOF"}, "invalid", False, True, id="EOF"),
        pytest.param(
            400,
            {"error": "Key: 'SendMessageRequest.Phone' Error:Field validation"},
            "invalid",
            False,
            True,
            id="validation",
        ),
        pytest.param(400, {"error": "Invalid phone number format: too many dots"}, "invalid", False, True, id="format"),
        pytest.param(
            400,
            {"success": False, "error": 'Failed to download image: Get "https://x": timed out'},
            "upload",
            False,
            False,
            id="download",
        ),
        pytest.param(
            400,
            {"success": False, "error": "Image download failed with status: 404"},
            "upload",
            False,
            False,
            id="download-404",
        ),
        pytest.param(
            400,
            {"success": False, "error": "Failed to decode base64 data: illegal base64 data at input byte 4"},
            "invalid",
            False,
            True,
            id="base64",
        ),
        pytest.param(400, "\x00\xff", "invalid", False, True, id="400-unreadable"),
        pytest.param(
            500,
            {"success": False, "error": "Failed to upload image to WhatsApp: request timed out"},
            "upload",
            False,
            False,
            id="upload",
        ),
        pytest.param(
            500,
            {"success": False, "error": SAID + f"no LID found for {BUDI}@s.whatsapp.net from server"},
            "not_on_whatsapp",
            False,
            True,
            id="no-LID",
        ),
        pytest.param(
            500,
            {"success": False, "error": SAID + "failed to send message node: websocket not connected"},
            "not_connected",
            False,
            False,
            id="websocket",
        ),
        pytest.param(
            500,
            {"success": False, "error": SAID + "the store doesn't contain a device JID"},
            "not_connected",
            False,
            False,
            id="logged-out",
        ),
        pytest.param(
            500, {"success": False, "error": SAID + "server returned error 479"}, "refused", False, False, id="479"
        ),
        pytest.param(
            500,
            {"success": False, "error": SAID + "message recipient must be a user JID with no device part"},
            "invalid",
            False,
            True,
            id="device-part",
        ),
        pytest.param(
            500,
            {"success": False, "error": SAID + "can't send message to unknown server c.us"},
            "invalid",
            False,
            True,
            id="c.us",
        ),
        pytest.param(
            500,
            {"success": False, "error": SAID + "timed out waiting for message send response"},
            "ambiguous",
            None,
            False,
            id="timeout",
        ),
        pytest.param(
            500,
            {"success": False, "error": SAID + "websocket disconnected before message send returned response"},
            "ambiguous",
            None,
            False,
            id="disconnect",
        ),
        pytest.param(
            500, {"success": False, "error": SAID + "broken pipe"}, "ambiguous", None, False, id="unknown-500"
        ),
        pytest.param(500, "", "ambiguous", None, False, id="empty-500"),
        pytest.param(502, "<html>Bad Gateway</html>", "ambiguous", None, False, id="502"),
        pytest.param(504, "<html>Gateway Timeout</html>", "ambiguous", None, False, id="504"),
        pytest.param(408, "", "ambiguous", None, False, id="408"),
        pytest.param(429, "slow down", "refused", False, False, id="429"),
        pytest.param(401, "", "refused", False, False, id="401"),
        pytest.param(307, "", "refused", False, False, id="redirect"),
        pytest.param(
            200,
            {"success": False, "error": "client is not connected"},
            "not_connected",
            False,
            False,
            id="200-not-connected",
        ),
        pytest.param(200, {"success": False, "error": "?"}, "ambiguous", None, False, id="200-failure"),
        pytest.param(200, {"success": "true"}, "ambiguous", None, False, id="200-text"),
        pytest.param(200, {"messageId": "3EB0"}, "ambiguous", None, False, id="200-without-success"),
        pytest.param(200, [], "ambiguous", None, False, id="200-list"),
        pytest.param(200, "Welcome!", "ambiguous", None, False, id="200-no-json"),
        pytest.param(200, "[" * 100_000, "ambiguous", None, False, id="200-abyss"),
        pytest.param(200, '{"success":true,"messageId":"\\ud800"}', "ambiguous", None, False, id="200-half-character"),
        pytest.param(200, '{"success":true,"x":"' + "a" * 1_000_000 + '"}', "ambiguous", None, False, id="200-huge"),
        pytest.param(202, {"success": True}, "ambiguous", None, False, id="202"),
    ],
)
def test_what_an_answer_to_a_send_proves(
    gateway: responses.RequestsMock, status: int, body: Any, kind: str, sent: bool | None, permanent: bool
) -> None:
    raw = body if isinstance(body, str) else json.dumps(body)
    gateway.post(f"{ROOT}/send-message", body=raw, status=status, headers={"Location": "https://elsewhere.example/"})
    error = failure(send)
    assert (error.kind, error.sent, error.permanent, error.status) == (kind, sent, permanent, status)
    assert len(gateway.calls) == 1


def wrapped(inner: Exception) -> requests.ConnectionError:
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/", inner))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "kind", "sent"),
    [
        pytest.param(requests.ConnectTimeout(), "unreachable", False, id="connect-timeout"),
        pytest.param(
            wrapped(urllib3.exceptions.NewConnectionError(None, "refused")), "unreachable", False, id="refused"
        ),  # type: ignore[arg-type]
        pytest.param(
            wrapped(urllib3.exceptions.NameResolutionError("x", None, socket.gaierror())),
            "unreachable",
            False,
            id="no-such-host",
        ),  # type: ignore[arg-type]
        pytest.param(
            wrapped(urllib3.exceptions.SSLError(ssl.SSLCertVerificationError(1, "x"))),
            "unreachable",
            False,
            id="certificate",
        ),
        pytest.param(requests.ReadTimeout(), "ambiguous", None, id="read-timeout"),
        pytest.param(
            requests.ConnectionError(urllib3.exceptions.ProtocolError("x", ConnectionResetError())),
            "ambiguous",
            None,
            id="reset",
        ),
        pytest.param(wrapped(urllib3.exceptions.SSLError("bad record")), "ambiguous", None, id="tls-broke-midway"),
        pytest.param(requests.exceptions.ProxyError(), "ambiguous", None, id="proxy"),
        pytest.param(ConnectionResetError(), "ambiguous", None, id="bare-reset"),
        pytest.param(ValueError("?"), "ambiguous", None, id="anything-else"),
    ],
)
def test_what_silence_proves(gateway: responses.RequestsMock, error: Exception, kind: str, sent: bool | None) -> None:
    gateway.post(f"{ROOT}/send-message", body=error)
    raised = failure(send)
    assert (raised.kind, raised.sent, raised.permanent, raised.status) == (kind, sent, False, None)


@pytest.mark.parametrize("error", [requests.ReadTimeout(), requests.ConnectTimeout(), ConnectionResetError()])
def test_silence_after_a_question_leaves_nothing_unclear(gateway: responses.RequestsMock, error: Exception) -> None:
    gateway.get(ROOT, body=error)
    raised = failure(lambda: Aimeow(BASE).client(CLIENT))
    assert (raised.kind, raised.sent) == ("unreachable", False)


@pytest.mark.parametrize("base_url", ["", "meow.example", "ftp://meow.example", "http://", "http://[::1"])
def test_an_address_that_is_none_sends_nothing(base_url: str) -> None:
    error = failure(lambda: Aimeow(base_url).send_text(CLIENT, BUDI, TEXT))
    assert (error.kind, error.sent, error.permanent) == ("invalid", False, True)


@pytest.mark.parametrize("client_id", ["", ".", ".."])
def test_a_client_id_that_names_another_route_sends_nothing(client_id: str) -> None:
    assert failure(lambda: Aimeow(BASE).delete_client(client_id)).kind == "invalid"


def test_a_client_id_is_one_path_segment(gateway: responses.RequestsMock) -> None:
    gateway.delete(f"{BASE}/api/v1/clients/a%2Fb%3Fc", json={"message": "client deleted successfully"})
    Aimeow(BASE).delete_client("a/b?c")


TWO = [("https://x.example/1.jpg", "Depan"), ("https://x.example/2.jpg", "")]


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        pytest.param({"messageId": "Sent 1 images successfully. IDs: 3EB0AAA"}, ImagesSent(("3EB0AAA",)), id="one"),
        pytest.param(
            {"messageId": "Sent 2 images successfully. IDs: 3EB0AAA, 3EB0BBB"},
            ImagesSent(("3EB0AAA", "3EB0BBB")),
            id="two",
        ),
        pytest.param(
            {
                "messageId": "Sent 1 images successfully. IDs: 3EB0AAA",
                "error": "Partial success. Errors: Image 2: Download failed with status 404",
            },
            ImagesSent(("3EB0AAA",), (ImageError(2, "upload", False),)),
            id="partial",
        ),
        pytest.param(
            {
                "messageId": "Sent 1 images successfully. IDs: 3EB0AAA",
                "error": "Partial success. Errors: Image 2: Send failed - timed out waiting for message send response",
            },
            ImagesSent(("3EB0AAA",), (ImageError(2, "ambiguous", None),)),
            id="partial-unclear",
        ),
        pytest.param(
            {"messageId": "3EB0AAA", "error": "?"},
            ImagesSent((), (ImageError(0, "ambiguous", None),)),
            id="other-words",
        ),
        pytest.param({}, ImagesSent(()), id="no-ids"),
    ],
)
def test_an_album_says_which_images_went_out(
    gateway: responses.RequestsMock, answer: dict[str, str], sent: ImagesSent
) -> None:
    gateway.post(f"{ROOT}/send-images", json={"success": True, **answer})
    assert Aimeow(BASE).send_images(CLIENT, BUDI, TWO) == sent
    assert json.loads(gateway.calls[0].request.body or "")["images"][0] == {"imageUrl": TWO[0][0], "caption": "Depan"}


ALL = "All images failed. Errors: "


@pytest.mark.parametrize(
    ("said", "kind", "sent"),
    [
        pytest.param(
            ALL + 'Image 1: Failed to download - Get "": unsupported protocol scheme ""', "upload", False, id="download"
        ),
        pytest.param(
            ALL + "Image 1: Failed to read data - EOF; Image 2: Upload failed - timed out", "upload", False, id="two"
        ),
        pytest.param(ALL + "Image 1: Send failed - server returned error 479", "refused", False, id="refused"),
        pytest.param(
            ALL + "Image 1: Upload failed - x; Image 2: Send failed - timed out waiting",
            "ambiguous",
            None,
            id="one-unclear",
        ),
        pytest.param(ALL, "ambiguous", None, id="no-reason"),
    ],
)
def test_an_album_that_failed_whole_is_a_200_that_fails(
    gateway: responses.RequestsMock, said: str, kind: str, sent: bool | None
) -> None:
    gateway.post(f"{ROOT}/send-images", json={"success": False, "error": said})
    error = failure(lambda: Aimeow(BASE).send_images(CLIENT, BUDI, TWO))
    assert (error.kind, error.sent, error.status) == (kind, sent, 200)


def test_documents_go_by_address_or_by_content(gateway: responses.RequestsMock) -> None:
    gateway.post(f"{ROOT}/send-document", json={"success": True, "messageId": "A"})
    gateway.post(f"{ROOT}/send-document-base64", json={"success": True, "messageId": "B"})
    assert Aimeow(BASE).send_document(CLIENT, BUDI, "https://x.example/a.pdf", "a.pdf", "Brosur") == "A"
    assert Aimeow(BASE).send_document_base64(CLIENT, BUDI, b"\x00\xff", "a.pdf") == "B"
    first, second = (json.loads(call.request.body or "") for call in gateway.calls)
    assert first == {"phone": BUDI, "documentUrl": "https://x.example/a.pdf", "filename": "a.pdf", "caption": "Brosur"}
    assert second["base64Data"] == "AP8="
    assert second["mimeType"] == "application/pdf"


@pytest.mark.parametrize(
    ("item", "client"),
    [
        pytest.param(
            {"id": CLIENT, "isConnected": False, "qrCode": "not_available", "messageCount": 0},
            Client(CLIENT, "", False, "", None, 0),
            id="new",
        ),
        pytest.param(
            {"id": CLIENT, "isConnected": False, "qrCode": "2@Kx,A=,D=,G=", "messageCount": 0},
            Client(CLIENT, "", False, "2@Kx,A=,D=,G=", None, 0),
            id="pairing",
        ),
        pytest.param(
            {
                "id": CLIENT,
                "phone": "6283100000000",
                "isConnected": True,
                "qrCode": "2@Kx,A=,D=,G=",
                "connectedAt": "2026-01-30T09:40:00.162491702Z",
                "messageCount": 5,
            },
            Client(CLIENT, "6283100000000", True, "", datetime(2026, 1, 30, 9, 40, 0, 162491, tzinfo=UTC), 5),
            id="connected-with-stale-qr",
        ),
        pytest.param(
            {"id": CLIENT, "phone": 5, "isConnected": "yes", "qrCode": None, "connectedAt": [], "messageCount": True},
            Client(CLIENT, "", False, "", None, 0),
            id="wrong-types",
        ),
    ],
)
def test_a_client_is_read_with_care(gateway: responses.RequestsMock, item: dict[str, Any], client: Client) -> None:
    gateway.get(ROOT, json=item)
    gateway.get(f"{BASE}/api/v1/clients", json=[item])
    assert Aimeow(BASE).client(CLIENT) == client
    assert Aimeow(BASE).clients() == [client]


@pytest.mark.parametrize("body", ["", "null", "{}", "[[]]", '[{"id":""}]', "<html>", "[" * 50_000])
def test_a_list_of_clients_in_another_shape_is_an_error(gateway: responses.RequestsMock, body: str) -> None:
    gateway.get(f"{BASE}/api/v1/clients", body=body)
    assert failure(Aimeow(BASE).clients).kind == "unreachable"


def test_an_unknown_client_is_told_apart_from_a_silent_gateway(gateway: responses.RequestsMock) -> None:
    gateway.get(ROOT, json={"error": "client not found"}, status=404)
    gateway.get(f"{BASE}/api/v1/clients", body="<html>", status=502)
    assert failure(lambda: Aimeow(BASE).client(CLIENT)).kind == "unknown_client"
    error = failure(Aimeow(BASE).clients)
    assert (error.kind, error.sent) == ("unreachable", False)


def test_the_other_questions(gateway: responses.RequestsMock) -> None:
    gateway.get(f"{ROOT}/messages?limit=3", json={"messages": ["Message: halo", 5]})
    gateway.post(f"{BASE}/api/v1/clients/new", json={"id": CLIENT, "qrUrl": "http://x.example/qr"})
    gateway.get(f"{BASE}/api/v1/config", json={"callbackUrl": ""})
    gateway.post(f"{BASE}/api/v1/config", json={"callbackUrl": "https://x.example/hook"})
    gateway.get(f"{ROOT}/check-whatsapp/{BUDI}", json={"phone": BUDI, "isRegistered": True})
    gateway.get(
        f"{ROOT}/check-whatsapp/6281200000001", json={"isRegistered": False, "error": "client is not connected"}
    )
    gateway.get(f"{ROOT}/profile-picture/{BUDI}", json={"hasPicture": False, "error": "hidden"})
    gateway.get(f"{BASE}/health", json={"status": "ok"})
    aimeow = Aimeow(BASE)
    assert aimeow.messages(CLIENT, 3) == ["Message: halo"]
    assert aimeow.new_client("AutoLumiku") == CLIENT
    assert aimeow.get_callback() == ""
    assert aimeow.set_callback("https://x.example/hook") == "https://x.example/hook"
    assert aimeow.check_whatsapp(CLIENT, BUDI) is True
    assert failure(lambda: aimeow.check_whatsapp(CLIENT, "6281200000001")).kind == "refused"
    assert aimeow.profile_picture(CLIENT, BUDI) == ""
    assert aimeow.health() is True


@contextmanager
def wire(answer: bytes | None) -> Iterator[str]:
    """A server on a real socket that reads a request and answers these bytes; None: says nothing and keeps the line."""
    release = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line:
                line.recv(65_536)
                if answer is None:
                    release.wait(5)
                else:
                    line.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        release.set()
        thread.join()


def http(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {size}", *headers, "", ""]).encode() + body


GOOD = b'{"success":true,"messageId":"3EB0AA"}'


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        pytest.param(None, None, id="read-timeout"),
        pytest.param(b"", None, id="hung-up"),
        pytest.param(b"SSH-2.0-x\r\n", None, id="not-http"),
        pytest.param(http(GOOD, length=500), 200, id="cut-short"),
        pytest.param(http(GOOD, "Content-Encoding: gzip"), 200, id="broken-gzip"),
        pytest.param(http(gzip.compress(b" " * 20_000_000), "Content-Encoding: gzip"), 200, id="gzip-bomb"),
        pytest.param(http(GOOD, "Transfer-Encoding: chunked"), 200, id="broken-chunks"),
    ],
)
def test_a_broken_wire_leaves_the_outcome_unknown(answer: bytes | None, status: int | None) -> None:
    with wire(answer) as base_url:
        error = failure(
            lambda: Aimeow(base_url, timeout=(1, 0.05 if answer is None else 2)).send_text(CLIENT, BUDI, TEXT)
        )
    assert (error.kind, error.sent, error.status) == ("ambiguous", None, status)


def test_a_whole_answer_over_a_real_wire_is_read() -> None:
    with wire(http(gzip.compress(GOOD), "Content-Encoding: gzip")) as base_url:
        assert Aimeow(base_url).send_text(CLIENT, BUDI, TEXT) == "3EB0AA"


def test_a_broken_body_does_not_weaken_a_clear_no() -> None:
    with wire(http(b"{", status="400 Bad Request", length=50)) as base_url:
        error = failure(lambda: Aimeow(base_url).send_text(CLIENT, BUDI, TEXT))
    assert (error.kind, error.sent) == ("invalid", False)


def test_a_closed_port_is_proof_that_nothing_went_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    error = failure(lambda: Aimeow(f"http://127.0.0.1:{port}").send_text(CLIENT, BUDI, TEXT))
    assert (error.kind, error.sent, error.status) == ("unreachable", False, None)
    assert Aimeow(f"http://127.0.0.1:{port}").health() is False
