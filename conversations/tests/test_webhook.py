"""The gateway's door: who may come in, what is stored, what is answered."""

import hashlib
import hmac
import json
import logging

import pytest
from django.test import Client

from aimeow.models import AimeowAccount, UnknownClient
from autolumiku.lib import counters
from autolumiku.testing.stage import CUSTOMER, WEBHOOK
from conversations.models import Delivery, WhatsAppConversation, WhatsAppMessage
from tenants import scope

pytestmark = pytest.mark.django_db

PRIMARY = "/api/v1/aimeow/webhook"


def everything():
    with scope.platform("test"):
        return list(WhatsAppMessage.objects.values_list("content", flat=True))


def text_body(showroom, text="Halo", **fields):
    mine = {"client_id": showroom.client_id, "own_phone": showroom.phone, "phone": CUSTOMER}
    return showroom.gateway.payload("text", **{**mine, "text": text, **fields})


@pytest.mark.parametrize("path", [WEBHOOK, PRIMARY, WEBHOOK + "/", PRIMARY + "/"])
def test_a_message_is_stored_before_the_200(showroom, path):
    answer = showroom.post(text_body(showroom, "Ada Jazz?"), path=path)
    assert (answer.status_code, answer.json()) == (200, {"success": True, "received": True})
    assert everything() == ["Ada Jazz?"]
    chat = showroom.chat()
    assert (chat.inbound_seq, chat.answered_seq, chat.holder) == (1, 0, "bot")


def signed(raw, secret="test-webhook-secret"):
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


KEYS = {
    "secret in the URL": ("test-webhook-secret", {}, 200),
    "plain secret in the header": ("", {"X-Aimeow-Signature": "test-webhook-secret"}, 200),
    "HMAC of the body": ("", {"X-Aimeow-Signature": "HMAC"}, 200),
    "HMAC with its name": ("", {"X-Aimeow-Signature": "sha256=HMAC"}, 200),
    "nothing": ("", {}, 401),
    "wrong secret": ("guess", {}, 401),
    "not ASCII": ("kunci-ü", {"X-Aimeow-Signature": "kunci"}, 401),
    "HMAC of another body": ("", {"X-Aimeow-Signature": "0" * 64}, 401),
}


@pytest.mark.parametrize(("token", "headers", "status"), KEYS.values(), ids=KEYS)
def test_only_who_knows_the_secret_comes_in(showroom, token, headers, status):
    raw = json.dumps(text_body(showroom)).encode()
    headers = {name: value.replace("HMAC", signed(raw)) for name, value in headers.items()}
    assert showroom.post(raw, token=token, **headers).status_code == status
    assert len(everything()) == (status == 200)


ROTATION = {
    "the new secret": ("test-webhook-secret", "kunci-lama", 200),
    "the one before, while it is named": ("kunci-lama", "kunci-lama", 200),
    "the one before, once it is not": ("kunci-lama", "", 401),
    "neither": ("tebakan", "kunci-lama", 401),
    "nothing, and none before": ("", "", 401),
}


@pytest.mark.parametrize("way", ["URL", "signature"])
@pytest.mark.parametrize(("given", "before", "status"), ROTATION.values(), ids=ROTATION)
def test_while_the_secret_is_changed_both_open_the_door(showroom, settings, given, before, status, way):
    settings.AIMEOW_WEBHOOK_SECRET_BEFORE = before
    body = showroom.gateway.payload("text", client_id=showroom.client_id, own_phone=showroom.phone, text="halo")
    raw = json.dumps(body).encode()
    headers = {"X-Aimeow-Signature": f"sha256={signed(raw, given)}"} if way == "signature" else {}
    assert showroom.post(raw, token="" if headers else given, **headers).status_code == status


def test_the_secret_before_alone_opens_nothing(showroom, settings):
    settings.AIMEOW_WEBHOOK_SECRET, settings.AIMEOW_WEBHOOK_SECRET_BEFORE = "", "kunci-lama"
    assert showroom.post({}, token="kunci-lama").status_code == 401


def test_without_a_configured_secret_nobody_comes_in(showroom, settings):
    settings.AIMEOW_WEBHOOK_SECRET = ""
    assert showroom.post(text_body(showroom), token="").status_code == 401
    settings.DEBUG = True
    assert showroom.post(text_body(showroom), token="").status_code == 200


@pytest.fixture
def security_lines(caplog):
    logger = logging.getLogger("security")
    logger.addHandler(caplog.handler)
    yield
    logger.removeHandler(caplog.handler)


REFUSED = {
    "wrong secret": (401, {}, "tebakan-kunci"),
    "malformed": (400, {"message_id": "\0"}, None),
    "unknown client": (404, {"client_id": "klien-tak-dikenal"}, None),
    "too large": (413, {"name": "x" * (1 << 20)}, None),
}


@pytest.mark.parametrize(("status", "fields", "token"), REFUSED.values(), ids=REFUSED)
@pytest.mark.usefixtures("security_lines")
def test_a_refusal_is_a_security_line_without_secret_or_text_and_a_count(showroom, caplog, status, fields, token):
    before = counters.value("webhook_refused", status=str(status))
    answer = showroom.post(text_body(showroom, "rahasia saya", **fields), token=token)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert counters.value("webhook_refused", status=str(status)) == before + 1
    [line] = [message for message in caplog.messages if "webhook refused" in message]
    assert f"status={status}" in line
    for secret in ("tebakan-kunci", "test-webhook-secret", "rahasia saya", CUSTOMER):
        assert secret not in line + answer.content.decode()


BAD = {
    "not JSON": (b"{", 400),
    "empty": (b"", 400),
    "a list": (b"[]", 400),
    "a string": (b'"halo"', 400),
    "no clientId": (b'{"message": {}}', 400),
    "clientId a number": (b'{"clientId": 5, "message": {}}', 400),
    "message a list": (b'{"clientId": "x", "message": []}', 400),
    "NaN": (b'{"clientId": NaN}', 400),
    "not UTF-8": (b'{"clientId": "\xff"}', 400),
    "deep": (b"[" * 100_000, 400),
    "deep object": (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, 400),
    "too large": (b" " * (1 << 20) + b"{}", 413),
}


@pytest.mark.parametrize(("raw", "status"), BAD.values(), ids=BAD)
def test_malformed_bodies_are_refused_with_a_reason(showroom, raw, status):
    answer = showroom.post(raw)
    assert answer.status_code == status
    assert answer.json()["error"]


@pytest.mark.parametrize("text", ["nul \x00 byte", "half \ud83d emoji"], ids=["NUL", "surrogate"])
def test_text_that_cannot_be_kept_as_it_is_is_refused(showroom, text):
    body = text_body(showroom)
    body["message"]["text"] = text
    assert showroom.post(json.dumps(body).encode("utf-8", "surrogatepass")).status_code == 400
    assert everything() == []


@pytest.mark.parametrize(
    "text", ["  spasi  ", "baris\r\ndua\ttab", "👩‍👩‍👧 \u202e tmok", "﷽" * 500, "' OR 1=1 --", "<b>&amp;"]
)
def test_stored_text_is_what_was_sent(showroom, text):
    assert showroom.post(text_body(showroom, text)).status_code == 200
    assert everything() == [text]


def test_an_unknown_client_is_refused_listed_and_never_bound(showroom):
    body = text_body(showroom, client_id="99999999-0000-0000-0000-000000000000")
    for _ in range(2):
        assert showroom.post(body).status_code == 404
    assert everything() == []
    assert [row.calls for row in UnknownClient.objects.filter(client_id=body["clientId"])] == [2]


def test_a_device_jid_as_client_id_is_the_number_it_names(showroom):
    assert showroom.post(text_body(showroom, client_id=f"{showroom.phone}:80@s.whatsapp.net")).status_code == 200
    assert showroom.post(text_body(showroom, client_id="6281299999999:80@s.whatsapp.net")).status_code == 404
    assert everything() == ["Halo"]


def test_other_methods_are_refused_and_never_redirected(showroom):
    for method in ("get", "put", "delete", "head", "options"):
        answer = getattr(Client(), method)(f"{WEBHOOK}?token=test-webhook-secret")
        assert answer.status_code in (200, 405)
        assert not 300 <= answer.status_code < 400


def test_the_same_id_twice_is_one_message(showroom):  # A173
    body = text_body(showroom, "sekali", message_id="3A0001")
    assert showroom.post(body).json() == {"success": True, "received": True}
    assert showroom.post(body).json()["ignored"] == "duplicate"
    assert everything() == ["sekali"]
    assert showroom.chat().inbound_seq == 1


def test_the_event_named_shape_is_read_too(showroom):
    event = {"clientId": showroom.client_id, "event": "message", "timestamp": "2026-11-23T10:00:00Z"}
    data = {"from": CUSTOMER, "message": "Ada mobil Honda Jazz?", "messageId": "msg_xyz"}
    assert showroom.post({**event, "data": data}, path=PRIMARY).status_code == 200
    assert everything() == ["Ada mobil Honda Jazz?"]


# --- what is not a customer's message (aimeow.md 1.3 to 1.9)

DROPPED = ["group", "status", "self"]


@pytest.mark.parametrize("kind", DROPPED)
def test_groups_status_and_notes_to_oneself_are_ignored(showroom, kind):
    fields = {"client_id": showroom.client_id, "own_phone": showroom.phone, "phone": CUSTOMER, "text": "halo"}
    answer = showroom.post(showroom.gateway.payload(kind, **fields))
    assert answer.status_code == 200
    assert answer.json()["ignored"]
    assert everything() == []


def test_a_message_from_the_bots_own_number_is_ignored(showroom):  # A170, F23
    assert showroom.post(text_body(showroom, phone=showroom.phone)).json()["ignored"]
    assert everything() == []


def test_typing_on_the_showrooms_own_phone_takes_the_chat(showroom):
    showroom.receives("Halo")
    showroom.receives("Siap pak, saya bantu", kind="from_me")
    typed = showroom.messages()[-1]
    assert (typed.direction, typed.sender_type, typed.content) == ("outbound", "human", "Siap pak, saya bantu")
    chat = showroom.chat()
    assert (chat.holder, chat.status, chat.answered_seq) == ("person", "escalated", 1)


# --- connection events and receipts


def status_event(showroom, event, **data):
    return {"clientId": showroom.client_id, "event": event, "timestamp": 1769766000, "data": data}


def account():
    with scope.platform("test"):
        return AimeowAccount.objects.get()


@pytest.mark.parametrize("path", [WEBHOOK + "/status", PRIMARY + "/status", WEBHOOK])
def test_connection_events_move_the_account(showroom, path):
    assert showroom.post(status_event(showroom, "disconnected"), path=path).status_code == 200
    assert account().connection_status == "disconnected"
    qr = status_event(showroom, "qr_code" if path.endswith("status") else "qr", qrCode="2@abc,def,ghi,jkl")
    assert showroom.post(qr, path=path).status_code == 200
    row = account()
    assert (row.connection_status, row.qr_code) == ("qr_ready", "2@abc,def,ghi,jkl")
    assert row.qr_code_expires_at is not None
    showroom.post(status_event(showroom, "connected", phone=showroom.phone), path=path)
    row = account()
    assert (row.connection_status, row.qr_code) == ("connected", "")
    assert row.last_connected_at is not None


RECEIPTS = [
    ("sent", "delivered", "delivered"),
    ("sent", "read", "read"),
    ("delivered", "read", "read"),
    ("read", "delivered", "read"),
    ("unsure", "delivered", "delivered"),
    ("failed", "delivered", "failed"),
    ("delivered", "sent", "delivered"),
    ("sent", "failed", "sent"),
]


@pytest.mark.parametrize(("before", "event", "after"), RECEIPTS)
def test_a_receipt_moves_its_message_forward_only(showroom, before, event, after):  # A203
    showroom.receives("Halo")
    with showroom.scope():
        chat = WhatsAppConversation.objects.get()
        message = WhatsAppMessage.objects.create(
            tenant=showroom.tenant,
            account=showroom.account,
            conversation=chat,
            direction="outbound",
            sender_type="ai",
            aimeow_message_id="3EB0AA",
            aimeow_status=Delivery(before),
        )
    showroom.post(status_event(showroom, "status", messageId="3EB0AA", status=event), path=PRIMARY)
    with showroom.scope():
        message.refresh_from_db()
    assert message.aimeow_status == after
    assert account().connection_status == "connected"
