"""The webhook's payloads: aimeow.md 1.3 to 1.9, 1A and 5.3, original.md A160 to A162, A170, A174."""

from __future__ import annotations

import contextlib
import copy
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aimeow.payload import (
    Connected,
    Disconnected,
    Event,
    Ignored,
    Inbound,
    PayloadError,
    Qr,
    StatusChange,
    decode,
    moment,
    read,
)

CLIENT = "75335d94-c1bb-4d11-a42c-fb24f2e02d5d"
OWN = "6283100000000"
BUDI, BUDI_JID, LID = "6281234567890", "6281234567890@s.whatsapp.net", "33573792932039@lid"
FILES = f"https://meow.lumiku.com/files/{CLIENT}/"
CORPUS = Path(__file__).resolve().parents[3] / "shared/data/fuzz/jsontestsuite/test_parsing"

BY_LID = {"rawChat": LID, "rawSender": LID, "rawSenderAlt": BUDI_JID}
BY_PHONE = {"rawChat": BUDI_JID, "rawSender": BUDI_JID}


def real(**fields: Any) -> dict[str, Any]:
    """A gateway's body: text "halo" from Budi, with the given fields instead; None leaves a field out."""
    message = {
        "from": BUDI,
        "id": "3A01",
        "pushName": "Budi",
        "text": "halo",
        "timestamp": "2026-01-30T09:42:45Z",
        "type": "text",
        **fields,
    }
    message = {name: value for name, value in message.items() if value is not None}
    return {"clientId": CLIENT, "message": message, "timestamp": 1769766166}


def named(event: str = "message", **data: Any) -> dict[str, Any]:
    return {"clientId": "abc123", "event": event, "data": data}


def inbound(**fields: Any) -> Inbound:
    """What `real()` with BY_LID becomes, with the given fields instead."""
    usual = Inbound(
        client_id=CLIENT,
        gateway_id="3A01",
        chat=LID,
        phone=BUDI,
        lid=LID,
        push_name="Budi",
        kind="text",
        text="halo",
        media_url="",
        mime_type="",
        latitude=None,
        longitude=None,
        place="",
        sent_at=datetime(2026, 1, 30, 9, 42, 45, tzinfo=UTC),
        from_showroom=False,
        raw_type="text",
    )
    return replace(usual, **fields)


def old(**fields: Any) -> Inbound:
    """What an event-named body from Budi becomes."""
    usual: dict[str, Any] = {
        "client_id": "abc123",
        "gateway_id": "",
        "chat": BUDI,
        "lid": "",
        "push_name": "",
        "sent_at": None,
        "raw_type": "",
    }
    return inbound(**(usual | fields))


PHONE_CHAT = {"chat": BUDI_JID, "lid": ""}


@pytest.mark.parametrize(
    ("body", "event"),
    [
        pytest.param(
            real(**BY_LID, text="Halo, ada Avanza matic?"), inbound(text="Halo, ada Avanza matic?"), id="lid-chat"
        ),
        pytest.param(
            real(rawChat=LID, rawSender="33573792932039:94@lid", rawSenderAlt="6281234567890:94@s.whatsapp.net"),
            inbound(),
            id="whatsapp-web-devices",
        ),
        pytest.param(real(**BY_PHONE, pushName=""), inbound(**PHONE_CHAT, push_name=""), id="phone-chat"),
        pytest.param(
            real(**BY_PHONE, rawSenderAlt="10020343271578@lid", isLID=True, **{"from": ""}),
            inbound(chat=BUDI_JID, lid="10020343271578@lid"),
            id="flagged-lid-alternate",
        ),
        pytest.param(
            real(**BY_PHONE, rawSenderAlt=LID, **{"from": "33573792932039"}),
            inbound(chat=BUDI_JID),
            id="from-silently-a-lid",
        ),
        pytest.param(
            real(rawChat="74556840628233@lid", rawSender="74556840628233@lid", **{"from": "74556840628233"}),
            inbound(chat="74556840628233@lid", lid="74556840628233@lid", phone=""),
            id="unresolved-lid",
        ),
        pytest.param(
            real(rawChat="10020343271578@lid", rawSender="10020343271578@lid", isLID=True, **{"from": ""}),
            inbound(chat="10020343271578@lid", lid="10020343271578@lid", phone=""),
            id="unresolved-lid-flagged",
        ),
        pytest.param(
            real(
                **BY_LID,
                type="image",
                text=None,
                caption="Foto depan",
                mimeType="image/jpeg",
                fileUrl=FILES + "3A01",
                fileSize=184233,
                height=1280,
                width=960,
            ),
            inbound(
                kind="image", raw_type="image", text="Foto depan", mime_type="image/jpeg", media_url=FILES + "3A01"
            ),
            id="image",
        ),
        pytest.param(
            real(**BY_LID, type="image", text=None, caption="", mimeType="image/jpeg"),
            inbound(kind="image", raw_type="image", text="", mime_type="image/jpeg"),
            id="image-the-gateway-could-not-fetch",
        ),
        pytest.param(
            real(**BY_LID, type="other", text=None, fileUrl=FILES + "3A01"),
            inbound(kind="other", raw_type="other", text="", media_url=FILES + "3A01"),
            id="video-voice-or-document-in-A",
        ),
        pytest.param(
            real(**BY_LID, type="other", text=None),
            Ignored(CLIENT, "empty_other", "3A01", LID, BUDI, LID, "Budi", inbound().sent_at),
            id="empty-other",
        ),
        pytest.param(
            real(
                **BY_PHONE,
                type="location",
                text=None,
                latitude=-6.2,
                longitude=106.816666,
                name="Showroom",
                address="Jl. Contoh 1",
            ),
            inbound(
                **PHONE_CHAT,
                kind="location",
                raw_type="location",
                text="",
                latitude=-6.2,
                longitude=106.816666,
                place="Showroom, Jl. Contoh 1",
            ),
            id="location",
        ),
        pytest.param(
            real(
                **BY_PHONE,
                type="live_location",
                text=None,
                caption="",
                latitude=-6.2,
                longitude=106.816666,
                accuracy=12,
                bearing=90,
                speed=1.5,
            ),
            inbound(
                **PHONE_CHAT,
                kind="live_location",
                raw_type="live_location",
                text="",
                latitude=-6.2,
                longitude=106.816666,
            ),
            id="live-location",
        ),
        pytest.param(
            real(rawChat="120363123456789012@g.us", rawSender=LID, rawSenderAlt=BUDI_JID),
            Ignored(CLIENT, "group", "3A01", "120363123456789012@g.us", push_name="Budi", sent_at=inbound().sent_at),
            id="group",
        ),
        pytest.param(
            real(rawChat="status@broadcast", rawSender=BUDI_JID, type="image", text=None, fileUrl=FILES + "3A10"),
            Ignored(
                CLIENT, "status_broadcast", "3A01", "status@broadcast", push_name="Budi", sent_at=inbound().sent_at
            ),
            id="status-broadcast",
        ),
        pytest.param(
            real(
                rawChat=BUDI_JID, rawSender=f"{OWN}@s.whatsapp.net", pushName="Prima Mobil", text="Siap pak, saya bantu"
            ),
            inbound(**PHONE_CHAT, push_name="Prima Mobil", text="Siap pak, saya bantu", from_showroom=True),
            id="from-me",
        ),
        pytest.param(
            real(**BY_LID, fromMe=False, isGroup=False, myPhone=OWN, mentions=[]),
            inbound(),
            id="variant-B",
        ),
        pytest.param(
            real(
                **BY_LID,
                type="video",
                text=None,
                caption="test",
                mimeType="video/mp4",
                fileUrl=FILES + "3A01",
                fromMe=False,
            ),
            inbound(kind="video", raw_type="video", text="test", mime_type="video/mp4", media_url=FILES + "3A01"),
            id="variant-B-video",
        ),
    ],
)
def test_the_gateways_own_shapes(body: dict[str, Any], event: Event) -> None:
    """aimeow.md 1.4, row for row."""
    assert read(decode(json.dumps(body).encode()), own_phone=OWN) == event


@pytest.mark.parametrize(
    ("fields", "phone", "lid", "chat", "from_showroom"),
    [
        pytest.param(
            {"rawChat": "6281234567890@c.us", "rawSender": "6281234567890@c.us"}, BUDI, "", BUDI_JID, False, id="c.us"
        ),
        pytest.param(
            {"rawChat": "6281234567890@hosted", "rawSender": "6281234567890:99@hosted"},
            BUDI,
            "",
            BUDI_JID,
            False,
            id="hosted",
        ),
        pytest.param(
            {"rawChat": "33573792932039@hosted.lid", "rawSender": "33573792932039:99@hosted.lid"},
            "",
            LID,
            LID,
            False,
            id="hosted-lid",
        ),
        pytest.param(
            {"rawChat": "6281234567890:17@s.whatsapp.net", "rawSender": "6281234567890:17@s.whatsapp.net"},
            BUDI,
            "",
            BUDI_JID,
            False,
            id="A161",
        ),
        pytest.param(
            {"rawSender": "10020343271578:17@lid", "from": "10020343271578"},
            "",
            "10020343271578@lid",
            "10020343271578@lid",
            False,
            id="A162",
        ),
        pytest.param({"rawChat": LID}, "", LID, LID, False, id="chat-alone"),
        pytest.param(
            {"rawChat": LID, "rawSender": "99887766554433@lid", "rawSenderAlt": f"{OWN}@s.whatsapp.net"},
            "",
            LID,
            LID,
            True,
            id="from-me-lid-chat",
        ),
        pytest.param(
            {"rawChat": BUDI_JID, "rawSender": "99887766554433:3@lid", "rawSenderAlt": f"{OWN}:3@s.whatsapp.net"},
            BUDI,
            "",
            BUDI_JID,
            True,
            id="from-me-mixed",
        ),
        pytest.param(
            {"rawChat": BUDI_JID, "rawSender": LID, "rawSenderAlt": BUDI_JID},
            BUDI,
            LID,
            BUDI_JID,
            False,
            id="customer-mixed",
        ),
        pytest.param(
            {"rawChat": BUDI_JID, "rawSender": f"{OWN}:2@s.whatsapp.net", "fromMe": True},
            BUDI,
            "",
            BUDI_JID,
            True,
            id="flag-says-from-me",
        ),
        pytest.param(
            {"rawChat": "491512345678901@s.whatsapp.net", "rawSender": "491512345678901@s.whatsapp.net"},
            "491512345678901",
            "",
            "491512345678901@s.whatsapp.net",
            False,
            id="server-decides",
        ),
        pytest.param({"from": BUDI}, BUDI, "", BUDI, False, id="old-build-digits"),
        pytest.param({"from": "081234567890"}, BUDI, "", BUDI, False, id="A160-zero"),
        pytest.param({"from": "62 812 3456 7890"}, BUDI, "", BUDI, False, id="A160-spaces"),
        pytest.param(
            {"from": "212270269395003"}, "", "212270269395003@lid", "212270269395003@lid", False, id="old-build-lid"
        ),
        pytest.param(
            {"from": "10020343271578", "isLID": True},
            "",
            "10020343271578@lid",
            "10020343271578@lid",
            False,
            id="old-build-flagged",
        ),
        pytest.param({"from": BUDI, "fromMe": True}, BUDI, "", BUDI, True, id="old-build-from-me"),
    ],
)
def test_who_wrote_and_where_a_reply_goes(
    fields: dict[str, Any], phone: str, lid: str, chat: str, from_showroom: bool
) -> None:
    event = read(real(**fields), own_phone=OWN)
    assert isinstance(event, Inbound)
    assert (event.phone, event.lid, event.chat, event.from_showroom) == (phone, lid, chat, from_showroom)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        pytest.param(
            {"rawChat": f"{OWN}@s.whatsapp.net", "rawSender": f"{OWN}:5@s.whatsapp.net"}, "own_number", id="self-chat"
        ),
        pytest.param(
            {"rawChat": LID, "rawSender": LID, "rawSenderAlt": f"{OWN}@s.whatsapp.net"},
            "own_number",
            id="self-chat-lid",
        ),
        pytest.param({"rawChat": LID, "rawSender": LID, "fromMe": True}, "own_number", id="self-chat-flag"),
        pytest.param(
            {"rawChat": BUDI_JID, "rawSender": f"{OWN}@s.whatsapp.net", "fromMe": False}, "own_number", id="A170-F23"
        ),
        pytest.param({"from": OWN}, "own_number", id="A170-old-build"),
        pytest.param({"from": f"{OWN}:17@s.whatsapp.net"}, "own_number", id="A170-old-build-jid"),
        pytest.param({"rawChat": "1203@newsletter", "rawSender": "1203@newsletter"}, "channel", id="channel"),
        pytest.param({"rawChat": "12345@broadcast", "rawSender": BUDI_JID}, "status_broadcast", id="broadcast-list"),
        pytest.param({"rawChat": "867051314767696@bot", "rawSender": "867051314767696@bot"}, "bot", id="bot"),
        pytest.param({"rawChat": "1@msgr", "rawSender": "1@msgr"}, "unknown_chat", id="messenger"),
        pytest.param(
            {"rawChat": "120363-1234@g.us", "rawSender": f"{OWN}@s.whatsapp.net", "fromMe": True},
            "group",
            id="own-in-group",
        ),
        pytest.param({"from": "120363123456789@g.us"}, "group", id="old-build-group"),
        pytest.param({"from": BUDI, "isGroup": True}, "group", id="flagged-group"),
        pytest.param({"from": "", "isLID": True}, "no_sender", id="old-build-blank"),
        pytest.param({"from": None}, "no_sender", id="none"),
        pytest.param({"from": "12"}, "no_sender", id="no-phone"),
        pytest.param({"from": "1002034327157"}, "no_sender", id="short-lid"),
        pytest.param(
            {"rawChat": "0@s.whatsapp.net", "rawSender": "0@s.whatsapp.net"}, "no_sender", id="whatsapp-itself"
        ),
        pytest.param({**BY_LID, "text": ""}, "empty_other", id="empty-text"),
        pytest.param(
            {"type": "unknown", "text": None, "from": None, "id": None, "timestamp": None},
            "no_sender",
            id="build-of-november-2025",
        ),
    ],
)
def test_what_is_ignored(fields: dict[str, Any], reason: str) -> None:
    event = read(real(**fields), own_phone="+62 831-0000-0000")
    assert isinstance(event, Ignored)
    assert event.reason == reason


def test_an_empty_other_typed_on_the_showrooms_phone_is_told_apart() -> None:
    event = read(real(rawChat=BUDI_JID, rawSender=f"{OWN}@s.whatsapp.net", type="other", text=None))
    assert isinstance(event, Ignored)
    assert event.from_showroom
    assert event.phone == BUDI


HALO = {"from": BUDI, "message": "halo"}


@pytest.mark.parametrize(
    ("data", "event"),
    [
        pytest.param(
            {
                "from": BUDI_JID,
                "to": "6281200000001@s.whatsapp.net",
                "body": "Halo, ada mobil apa saja?",
                "timestamp": 1769766165000,
                "messageId": "msg_123456",
                "isGroup": False,
            },
            old(text="Halo, ada mobil apa saja?", gateway_id="msg_123456", sent_at=inbound().sent_at),
            id="5.3-image-test-text",
        ),
        pytest.param(
            {
                "from": BUDI_JID,
                "type": "image",
                "mediaUrl": "https://mmg.whatsapp.net/d/x",
                "mimetype": "image/jpeg",
                "caption": "Foto depan mobil",
                "timestamp": 0,
                "messageId": "msg_789012",
            },
            old(
                kind="image",
                raw_type="image",
                text="Foto depan mobil",
                mime_type="image/jpeg",
                media_url="https://mmg.whatsapp.net/d/x",
                gateway_id="msg_789012",
            ),
            id="5.3-image-test-image",
        ),
        pytest.param(HALO, old(), id="5.3-load-stress"),
        pytest.param(
            {"from": BUDI, "message": "Ada mobil Honda Jazz?", "messageId": "msg_xyz123"},
            old(text="Ada mobil Honda Jazz?", gateway_id="msg_xyz123"),
            id="5.3-docs",
        ),
        *[pytest.param({"from": BUDI, key: "halo"}, old(), id=f"text-{key}") for key in ("text", "body", "caption")],
        *[
            pytest.param({key: value, "text": "halo"}, old(), id=f"sender-{key}")
            for key in ("phoneNumber", "sender", "participant", "remoteJid")
            for value in (BUDI_JID,)
        ],
        pytest.param(
            {"key": {"remoteJid": BUDI_JID, "id": "3A01"}, "text": "halo"}, old(gateway_id="3A01"), id="key-remoteJid"
        ),
        pytest.param({"key": {"participant": BUDI_JID}, "text": "halo"}, old(), id="key-participant"),
        pytest.param(
            {"key": {"remoteJid": BUDI_JID, "fromMe": True}, "text": "halo"}, old(from_showroom=True), id="key-fromMe"
        ),
        pytest.param({**HALO, "id": "3A01"}, old(gateway_id="3A01"), id="id"),
        pytest.param({**HALO, "pushName": "Budi"}, old(push_name="Budi"), id="pushName"),
        pytest.param({**HALO, "sender": {"pushName": "Budi"}}, old(push_name="Budi"), id="sender-pushName"),
        pytest.param({**HALO, "senderName": "Budi"}, old(push_name="Budi"), id="senderName"),
        pytest.param({**HALO, "verifiedName": "Budi"}, old(push_name="Budi"), id="verifiedName"),
        pytest.param({**HALO, "messageType": "conversation"}, old(raw_type="conversation"), id="messageType"),
        pytest.param(
            {"from": BUDI, "message": "https://contoh.id/a"}, old(text="https://contoh.id/a"), id="a-link-is-text"
        ),
        pytest.param({"from": BUDI, "type": "other", "body": "halo"}, old(raw_type="other"), id="other-with-body"),
        pytest.param(
            {"from": BUDI, "type": "document", "documentUrl": "https://contoh.id/a.pdf", "filename": "a.pdf"},
            old(kind="document", raw_type="document", text="a.pdf", media_url="https://contoh.id/a.pdf"),
            id="document-filename",
        ),
    ],
)
def test_the_older_event_named_shape(data: dict[str, Any], event: Event) -> None:
    """aimeow.md 1A and 5.3."""
    assert read(decode(json.dumps(named(**data)).encode()), own_phone=OWN) == event


URL = "https://contoh.id/foto"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        *[
            pytest.param({"type": "image", key: URL}, "image", id=key)
            for key in ("mediaUrl", "media", "imageUrl", "image", "url", "file", "fileUrl", "downloadUrl", "directPath")
        ],
        pytest.param({"mediaData": {"url": URL}, "mediaType": "image"}, "image", id="mediaData.url"),
        pytest.param(
            {"message": {"imageMessage": {"url": URL}}, "messageType": "imageMessage"},
            "image",
            id="message.imageMessage",
        ),
        pytest.param({"image": {"url": URL}}, "image", id="image.url"),
        pytest.param({"media": {"link": URL}, "mimetype": "image/png"}, "image", id="media.link"),
        pytest.param({"media": {"src": URL}, "type": "media"}, "image", id="media.src"),
        pytest.param({"imageMessage": {"url": URL}}, "image", id="imageMessage.url"),
        pytest.param(
            {"imageMessage": {"url": "data:image/png;base64,AA", "directPath": URL}},
            "image",
            id="imageMessage.directPath",
        ),
        pytest.param({"media": [URL, "https://contoh.id/2"], "type": "album"}, "image", id="list"),
        pytest.param({"media": [{"url": URL}], "type": "album"}, "image", id="list-of-objects"),
        pytest.param({"mediaUrl": URL, "type": "image/webp"}, "image", id="type-is-mime"),
        pytest.param({"mediaUrl": URL, "hasMedia": True, "type": "chat", "body": "x"}, "other", id="hasMedia"),
        pytest.param({"mediaUrl": URL, "isMedia": True}, "other", id="isMedia"),
        pytest.param({"type": "video", "videoUrl": URL}, "video", id="videoUrl"),
        pytest.param({"video": {"url": URL}}, "video", id="video.url"),
        pytest.param({"document": {"url": URL}}, "document", id="document.url"),
        pytest.param({"mediaUrl": URL, "mimetype": "audio/ogg; codecs=opus"}, "audio", id="audio"),
        pytest.param({"mediaUrl": URL, "mimetype": "application/pdf"}, "document", id="pdf"),
    ],
)
def test_every_spelling_of_a_file(data: dict[str, Any], kind: str) -> None:
    event = read(named(**{"from": BUDI}, **data))
    assert isinstance(event, Inbound)
    assert (event.media_url, event.kind) == (URL, kind)


@pytest.mark.parametrize("key", ["fileId", "file_id", "mediaId", "media_id"])
def test_a_file_named_by_its_id_alone_needs_the_gateways_address(key: str) -> None:
    event = read(named(**{"from": BUDI, "type": "image", key: "3A/01"}), base_url="https://meow.example/")
    assert isinstance(event, Inbound)
    assert event.media_url == "https://meow.example/files/abc123/3A%2F01"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:image/gif;base64,AA",
        "http://",
        "//x.id/a",
        "http://[::1",
        "https://x.id/a b",
        "https://x.id/\n",
        "https://x.id/" + "a" * 5000,
        "",
    ],
)
def test_a_file_that_lies_nowhere_on_the_web_is_dropped(url: str) -> None:
    event = read(real(**BY_LID, type="image", fileUrl=url))
    assert isinstance(event, Inbound)
    assert event.media_url == ""


@pytest.mark.parametrize(
    ("body", "event"),
    [
        pytest.param(
            named("connected", connectedAt="2026-01-30T09:40:00Z", osName="", phone=OWN),
            Connected("abc123", OWN),
            id="B-connected",
        ),
        pytest.param(named("connected", phoneNumber="+62 831-0000-0000"), Connected("abc123", OWN), id="phoneNumber"),
        pytest.param(named("connected"), Connected("abc123", ""), id="connected-without-phone"),
        pytest.param(named("disconnected"), Disconnected("abc123"), id="B-disconnected"),
        pytest.param({"clientId": "abc123", "event": "disconnected"}, Disconnected("abc123"), id="no-data"),
        pytest.param(named("qr_code", qrCode="2@abc,d,e,f"), Qr("abc123", "2@abc,d,e,f"), id="B-qr"),
        pytest.param(named("qr", qrCode="2@abc,d,e,f"), Qr("abc123", "2@abc,d,e,f"), id="qr"),
        pytest.param(named("qr_timeout"), Ignored("abc123", "qr_timeout"), id="B-qr-timeout"),
        pytest.param(
            named("status", messageId="3EB0", status="delivered"),
            StatusChange("abc123", "3EB0", "delivered"),
            id="delivered",
        ),
        pytest.param(
            named("status", messageId="3EB0", status="READ"), StatusChange("abc123", "3EB0", "read"), id="read"
        ),
        pytest.param(
            named("status", id="3EB0", status="failed"), StatusChange("abc123", "3EB0", "failed"), id="failed"
        ),
        pytest.param(named("status", status="connected", phone=OWN), Connected("abc123", OWN), id="status-connected"),
        pytest.param(named("status", status="disconnected"), Disconnected("abc123"), id="status-disconnected"),
        pytest.param(
            named("status", messageId="3EB0", status="pending"),
            Ignored("abc123", "unknown_status"),
            id="unknown-status",
        ),
        pytest.param(named("presence"), Ignored("abc123", "unknown_event"), id="unknown-event"),
    ],
)
@pytest.mark.parametrize("status_path", [False, True], ids=["callback", "status-path"])
def test_connection_and_receipt_events(body: dict[str, Any], event: Event, status_path: bool) -> None:
    assert read(body, status_path=status_path) == event


def test_no_message_comes_in_by_the_status_path() -> None:
    assert read(named(**HALO), status_path=True) == Ignored("abc123", "unknown_event")
    with pytest.raises(PayloadError):
        read(real(**BY_LID), status_path=True)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(body, id=name)
        for name, body in {
            "null": None,
            "list": [real()],
            "string": "halo",
            "empty": {},
            "no-client": {"message": {"from": BUDI}},
            "blank-client": {**real(), "clientId": ""},
            "number-client": {**real(), "clientId": 7},
            "long-client": {**real(), "clientId": "a" * 201},
            "message-list": {"clientId": CLIENT, "message": []},
            "message-text": {"clientId": CLIENT, "message": "halo"},
            "message-null": {"clientId": CLIENT, "message": None},
            "event-number": {"clientId": CLIENT, "event": 1},
            "data-list": {"clientId": CLIENT, "event": "message", "data": []},
            "data-missing": {"clientId": CLIENT, "event": "message"},
            "qr-without-code": named("qr"),
            "status-number": named("status", status=1),
        }.items()
    ]
    + [
        pytest.param(real(**{**BY_LID, **fields}), id="-".join(fields))
        for fields in (
            {"text": 5},
            {"text": ["halo"]},
            {"id": 5},
            {"id": "a" * 201},
            {"pushName": {}},
            {"pushName": "a" * 501},
            {"text": "a" * 65_537},
            {"type": 1},
            {"rawChat": "kamu"},
            {"rawChat": 1},
            {"rawSender": "a@b@c"},
            {"rawSenderAlt": "x" * 201},
            {"fromMe": "yes"},
            {"isGroup": 1},
            {"timestamp": []},
            {"timestamp": True},
            {"latitude": "6", "type": "location"},
            {"longitude": True, "type": "location"},
            {"name": 1, "type": "location"},
            {"address": "a" * 1001, "type": "location"},
            {"fileUrl": 5},
            {"mimeType": []},
            {"key": 1},
            {"sender": []},
            {"from": {}, "rawChat": None, "rawSender": None, "rawSenderAlt": None, "phoneNumber": 1},
            {"text": "a\0b"},
            {"pushName": "\ud83d"},
            {"unknown": ["\0"]},
            {"\0": 1},
            {"unknown": {"a": [{"\udc00": 1}]}},
        )
    ],
)
def test_a_malformed_body_is_refused_without_repeating_it(body: object) -> None:
    with pytest.raises(PayloadError) as refused:
        read(copy.deepcopy(body))
    assert BUDI not in str(refused.value)
    assert len(str(refused.value)) < 80


@pytest.mark.parametrize(
    "text", ["a" * 65_536, " ", "  halo\n\n", "\u200b🚗👨‍👩‍👧", "<b>&amp;</b>", "'; DROP TABLE", "ﷺ" * 300]
)
def test_text_is_kept_as_it_was_sent(text: str) -> None:
    event = read(decode(json.dumps(real(**BY_LID, text=text, pushName=text[:500])).encode()))
    assert isinstance(event, Inbound)
    assert event.text == text
    assert event.push_name == text[:500]


@pytest.mark.parametrize(
    ("latitude", "longitude", "kept"),
    [
        (-6.2, 106.8, True),
        (0, 0, True),
        (90.1, 0, False),
        (0, -181, False),
        (None, 106.8, False),
        (10**400, 0, False),
        (float("nan"), 0, False),
        (0, float("inf"), False),
    ],
)
def test_coordinates_lie_on_the_earth_or_are_dropped(latitude: Any, longitude: Any, kept: bool) -> None:
    event = read(real(**BY_LID, type="location", latitude=latitude, longitude=longitude))
    assert isinstance(event, Inbound)
    assert (event.latitude, event.longitude) == ((latitude, longitude) if kept else (None, None))


NINE = datetime(2026, 1, 30, 9, 40, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "when"),
    [
        ("2026-01-30T09:40:00Z", NINE),
        ("2026-01-30T16:40:00+07:00", NINE),
        ("2026-01-30T09:40:00", NINE),
        ("2026-01-30T09:40:00.162491702Z", NINE.replace(microsecond=162491)),
        ("1769766000", NINE),
        (1769766000, NINE),
        (1769766000000, NINE),
        (1769766000.0, NINE),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("besok", None),
        ("", None),
        ("2" * 5000, None),
        (0, None),
        (-1, None),
        (10**400, None),
        (None, None),
    ],
)
def test_a_time_is_aware_or_unknown(raw: Any, when: datetime | None) -> None:
    event = read(real(**BY_LID, timestamp=raw))
    assert isinstance(event, Inbound)
    assert event.sent_at == when
    assert not isinstance(raw, str) or moment(raw) == when


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff",
        b"\xef\xbb\xbf{}",
        '{"a":1}'.encode("utf-16"),
        b'{"a":NaN}',
        b"[-Infinity]",
        b"[1e999]",
        b"[" + b"1" * 5000 + b"]",
        b"[" * 33 + b"]" * 33,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'"\xed\xa0\x80"',
    ],
    ids=[
        "empty",
        "cut",
        "byte",
        "bom",
        "utf-16",
        "nan",
        "infinity",
        "overflow",
        "digits",
        "depth",
        "abyss",
        "objects",
        "cesu",
    ],
)
def test_only_strict_json_is_decoded(raw: bytes) -> None:
    with pytest.raises(PayloadError):
        decode(raw)


def test_json_of_the_deepest_depth_and_with_doubled_keys_is_decoded() -> None:
    assert decode(b"[" * 32 + b"]" * 32) is not None
    assert decode(b'{"a":1,"a":2}') == {"a": 2}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not part of the product")
def test_the_json_test_suite_gives_a_result_or_a_refusal() -> None:
    for case in sorted(CORPUS.glob("*.json")):
        raw = case.read_bytes()
        try:
            body = decode(raw)
        except PayloadError:
            assert not case.name.startswith("y_"), case.name
            continue
        assert not case.name.startswith("n_"), case.name
        for wrapped in (body, {"clientId": "x", "message": body}, {**real(), "message": {**BY_LID, "text": body}}):
            with contextlib.suppress(PayloadError):
                assert isinstance(read(wrapped), Event)


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([BUDI, LID, BUDI_JID, "image"])
)
names = st.sampled_from(
    ["from", "id", "text", "type", "rawChat", "rawSender", "rawSenderAlt", "message", "key", "sender", "media", "image",
     "url", "timestamp", "fromMe", "isGroup", "isLID", "latitude", "longitude", "name", "body", "caption", "pushName",
     "mimetype", "mediaUrl", "fileId", "status", "messageId", "qrCode", "phone"]
)  # fmt: skip
trees = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5), max_leaves=12
)
events = st.sampled_from(["message", "status", "qr", "connected", "x"])


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(names, trees, max_size=8), events, st.booleans())
def test_no_object_is_ever_anything_but_an_event_or_a_refusal(
    fields: dict[str, Any], event: str, status_path: bool
) -> None:
    for body in ({"clientId": "x", "message": fields}, {"clientId": "x", "event": event, "data": fields}):
        with contextlib.suppress(PayloadError):
            assert isinstance(read(body, own_phone=OWN, status_path=status_path), Event)
