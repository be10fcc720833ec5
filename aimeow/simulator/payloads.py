"""The webhook bodies that the gateway posts, as pure functions.

`build(kind, **fields)` gives one body as a dict with alphabetical keys; `encode` gives its bytes as Go writes them.
The shapes are those of the gateway's code: who is named where (phone or LID), what is lost, what older builds left out.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

HEAD = "2026-01-30"
ERAS = (
    "2025-11-20",  # content lost: {"type": "unknown"}
    "2025-12-02",  # content; from = the sender's user part; clientId = device JID
    "2025-12-06",  # from = the chat's user part
    "2025-12-07",  # clientId = UUID
    "2025-12-13",  # from = the alternate's user part
    "2025-12-17",  # from = the chat's user part
    "2025-12-20",  # from = the alternate's user part
    "2025-12-22",  # fileUrl
    "2025-12-23",  # isLID and the raw fields, only when flagged
    "2026-01-14",  # location types
    HEAD,  # from blank when flagged; raw fields always
)
PHONE_SERVER = "s.whatsapp.net"
FILE_KINDS = frozenset({"image", "video", "voice", "document"})
GROUP_JID = "120363123456789012@g.us"
STATUS_JID = "status@broadcast"
CHANNEL_JID = "120363987654321098@newsletter"


class Identity(StrEnum):
    """How WhatsApp names the sender of one message."""

    LID = "lid"  # hidden id in front, phone as the alternate: today's usual case
    LID_DEVICE = "lid_device"  # the same person on WhatsApp Web: device parts on sender and alternate
    PHONE = "phone"  # phone only
    PHONE_ALT_LID = "phone_alt_lid"  # phone in front, LID as alternate: `from` silently is the LID
    PHONE_ALT_LID_FLAGGED = "phone_alt_lid_flagged"  # the same, noticed: `from` blank, isLID
    LID_UNRESOLVED = "lid_unresolved"  # no phone anywhere, not noticed
    LID_UNRESOLVED_FLAGGED = "lid_unresolved_flagged"  # no phone anywhere, `from` blank, isLID


class Chat(StrEnum):
    DIRECT = "direct"
    GROUP = "group"
    STATUS = "status"
    CHANNEL = "channel"
    FROM_ME = "from_me"  # a person types on the showroom's own phone, in this contact's chat
    SELF = "self"  # the showroom's phone writes to itself


class Kind(StrEnum):
    TEXT = "text"
    EXTENDED_TEXT = "extended_text"  # quoted reply, link preview, mention, ad click: the text is lost in variant A
    IMAGE = "image"
    VIDEO = "video"
    VOICE = "voice"
    DOCUMENT = "document"
    LOCATION = "location"
    LIVE_LOCATION = "live_location"
    EMPTY = "empty"  # sticker, reaction, poll, edit, revoke, protocol noise


SHORTHANDS: dict[str, tuple[str, str]] = {
    "group": (Kind.TEXT, Chat.GROUP),
    "status": (Kind.IMAGE, Chat.STATUS),
    "channel": (Kind.TEXT, Chat.CHANNEL),
    "from_me": (Kind.TEXT, Chat.FROM_ME),
    "self": (Kind.TEXT, Chat.SELF),
    "sticker": (Kind.EMPTY, Chat.DIRECT),
    "other": (Kind.EMPTY, Chat.DIRECT),
}
"""Kinds that name content and chat in one word."""


@dataclass(frozen=True, slots=True)
class Message:
    """One WhatsApp message as the gateway meets it. Phones are `62…` digits, LIDs digits, times aware."""

    kind: str = Kind.TEXT
    chat: str = Chat.DIRECT
    identity: str = Identity.LID
    client_id: str = "75335d94-c1bb-4d11-a42c-fb24f2e02d5d"
    own_phone: str = "6281200000001"
    own_lid: str = ""  # blank: derived from own_phone
    own_device: int = 80
    client_jid: bool = False  # clientId as the device JID
    phone: str = "6281234567890"
    lid: str = ""  # blank: derived from the phone
    device: int = 94  # only for LID_DEVICE
    name: str = "Budi"
    message_id: str = "3A5F0C1D2E3B4A596877"
    sent_at: datetime = datetime(2026, 1, 30, 9, 42, 45, tzinfo=UTC)
    built_at: int = 1769766166  # Unix seconds
    text: str = "Halo, ada Avanza matic?"
    caption: str = ""
    file_url: str = ""  # blank: the gateway's own download failed
    mime_type: str = "image/jpeg"
    width: int = 960
    height: int = 1280
    file_size: int = 184233
    latitude: float = -6.2
    longitude: float = 106.816666
    place: str = "Showroom"
    address: str = "Jl. Contoh 1"
    url: str = ""
    accuracy: int = 12
    bearing: int = 90
    speed: float = 1.5
    mentions: tuple[str, ...] = ()  # JIDs; variant B
    variant: str = "A"  # "A" or "B"
    era: str = HEAD  # one of ERAS; variant B ignores it


@dataclass(frozen=True, slots=True)
class Addresses:
    """The three JIDs of a message; `alternate` may be blank. `resolved`: the phone that the gateway looked up."""

    chat: str
    sender: str
    alternate: str = ""
    resolved: str = ""


def build(kind: str = Kind.TEXT, **fields: Any) -> dict[str, Any]:
    """One webhook body. `kind` is a Kind or a shorthand ("group", "from_me", …); `fields` are those of Message."""
    content, chat = SHORTHANDS.get(kind, (kind, str(fields.get("chat", Chat.DIRECT))))
    return compose(Message(**{**fields, "kind": Kind(content), "chat": Chat(chat)}))


def compose(message: Message) -> dict[str, Any]:
    """The whole envelope of one message, keys alphabetical at every level."""
    return {
        "clientId": _client_id(message),
        "message": dict(sorted(_body(message).items())),
        "timestamp": message.built_at,
    }


def ghost_of(message: Message) -> Message:
    """The empty `other` that can travel beside a message under the same id."""
    return replace(message, kind=Kind.EMPTY)


def status(event: str, *, client_id: str, built_at: int, phone: str = "", qr_code: str = "") -> dict[str, Any]:
    """Variant B's connection callback; event is connected, disconnected, qr_code or qr_timeout."""
    data: dict[str, Any] = {}
    if event == "connected":
        data = {"connectedAt": rfc3339(datetime.fromtimestamp(built_at, UTC)), "osName": "", "phone": phone}
    if event == "qr_code":
        data = {"qrCode": qr_code}
    return {"clientId": client_id, "data": data, "event": event, "timestamp": built_at}


def encode(body: dict[str, Any]) -> bytes:
    """JSON as Go's encoder writes it: sorted, compact, UTF-8, with & < > and U+2028/9 escaped."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    for character in "&<>\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode("utf-8", "replace")


def rfc3339(moment: datetime) -> str:
    """Whole seconds in UTC with `Z`, as the gateway's container writes times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=10_000)
def lid_for(phone: str, *, flagged: bool = False) -> str:
    """A steady made-up LID of 14 digits for a phone; `flagged` ones begin with 100, which the heuristic notices."""
    number = int.from_bytes(hashlib.sha256(phone.encode()).digest()[:8], "big")
    return f"100{number % 10**11:011d}" if flagged else f"7{number % 10**13:013d}"


def looks_like_lid(digits: str) -> bool:
    """The gateway's own guess. Many real LIDs pass it unnoticed."""
    length = len(digits)
    if length < 14:
        return False
    return digits.startswith(("100", "101", "102", "1")) or length >= 16 or (digits.startswith("62") and length > 14)


def addresses(message: Message) -> Addresses:
    """Who is named where, for this chat and this identity case."""
    if message.chat == Chat.SELF:
        own = f"{message.own_phone}@{PHONE_SERVER}"
        return Addresses(own, own)
    if message.chat == Chat.FROM_ME:
        return _own_phone_addresses(message)
    person = _person(message)
    rooms = {Chat.GROUP: GROUP_JID, Chat.STATUS: STATUS_JID, Chat.CHANNEL: CHANNEL_JID}
    return replace(person, chat=rooms.get(Chat(message.chat), person.chat))


def user_of(jid: str) -> str:
    """The user part of a JID, without its device number."""
    return jid.split("@", 1)[0].split(":", 1)[0]


def _person(message: Message) -> Addresses:
    phone = f"{message.phone}@{PHONE_SERVER}"
    lid = f"{_lid(message)}@lid"
    match message.identity:
        case Identity.PHONE:
            return Addresses(phone, phone)
        case Identity.PHONE_ALT_LID | Identity.PHONE_ALT_LID_FLAGGED:
            return Addresses(phone, phone, lid)
        case Identity.LID_UNRESOLVED | Identity.LID_UNRESOLVED_FLAGGED:
            return Addresses(lid, lid)
        case Identity.LID_DEVICE:
            return Addresses(lid, _on_device(lid, message.device), _on_device(phone, message.device), message.phone)
        case _:
            return Addresses(lid, lid, phone, message.phone)


def _own_phone_addresses(message: Message) -> Addresses:
    """From-me: the chat is the contact's, the sender is the showroom, and no alternate comes."""
    chat = _person(message).chat
    if chat.endswith("@lid"):
        unresolved = message.identity in (Identity.LID_UNRESOLVED, Identity.LID_UNRESOLVED_FLAGGED)
        own_lid = message.own_lid or lid_for(message.own_phone)
        return Addresses(chat, f"{own_lid}@lid", resolved="" if unresolved else message.phone)
    return Addresses(chat, f"{message.own_phone}@{PHONE_SERVER}")


def _lid(message: Message) -> str:
    flagged = message.identity in (Identity.PHONE_ALT_LID_FLAGGED, Identity.LID_UNRESOLVED_FLAGGED)
    if message.lid and looks_like_lid(message.lid) == flagged:
        return message.lid
    return lid_for(message.phone, flagged=flagged)


def _on_device(jid: str, device: int) -> str:
    user, server = jid.split("@", 1)
    return f"{user}:{device}@{server}"


def _client_id(message: Message) -> str:
    by_jid = message.client_jid or (message.variant == "A" and message.era < "2025-12-07")
    return f"{message.own_phone}:{message.own_device}@{PHONE_SERVER}" if by_jid else message.client_id


def _body(message: Message) -> dict[str, Any]:
    if message.variant == "A" and message.era < "2025-12-02":
        return {"type": "unknown"}
    common = {
        "id": message.message_id,
        "pushName": message.name,
        "timestamp": rfc3339(message.sent_at),
    }
    return common | _identity_fields(message) | _content(message) | _variant_b(message)


def _identity_fields(message: Message) -> dict[str, Any]:
    named = addresses(message)
    chosen = _chosen_from(message, named)
    flagged = looks_like_lid(chosen)
    raw = {"rawChat": named.chat, "rawSender": named.sender}
    if named.alternate:
        raw["rawSenderAlt"] = named.alternate
    if message.variant == "B":
        is_lid = chosen != message.phone and named.sender.endswith("@lid") and message.chat != Chat.FROM_ME
        return {"from": chosen, **raw, **({"isLID": True} if is_lid or flagged else {})}
    if message.era >= HEAD:
        return {"from": "" if flagged else chosen, **raw, **({"isLID": True} if flagged else {})}
    if message.era >= "2025-12-23" and flagged:
        return {"from": chosen, **raw, "isLID": True}
    return {"from": chosen}


def _chosen_from(message: Message, named: Addresses) -> str:
    """What `from` holds before the flag heuristic blanks it."""
    in_direct_chat = message.chat in (Chat.DIRECT, Chat.FROM_ME, Chat.SELF)
    if message.variant == "A" and message.era < "2025-12-20" and message.era != "2025-12-13":
        by_sender = message.era < "2025-12-06" or not in_direct_chat
        return user_of(named.sender if by_sender else named.chat)
    if named.alternate:
        return user_of(named.alternate)
    if named.resolved and (message.variant == "B" or message.era >= HEAD):
        return named.resolved
    return user_of(named.chat if named.chat.endswith(f"@{PHONE_SERVER}") else named.sender)


def _content(message: Message) -> dict[str, Any]:
    era = HEAD if message.variant == "B" else message.era
    file_url = {"fileUrl": message.file_url} if message.file_url and era >= "2025-12-22" else {}
    match message.kind:
        case Kind.TEXT:
            return {"type": "text", "text": message.text}
        case Kind.EXTENDED_TEXT if message.variant == "B":
            return {"type": "text", "text": message.text}
        case Kind.IMAGE:
            return {"type": "image", **_image(message), **file_url}
        case Kind.VIDEO if message.variant == "B":
            video = {"type": "video", "caption": message.caption, "mimeType": "video/mp4"}
            return video | ({"fileSize": message.file_size} if message.file_size > 0 else {}) | file_url
        case Kind.VIDEO | Kind.VOICE | Kind.DOCUMENT:
            return {"type": "other", **file_url}
        case Kind.LOCATION | Kind.LIVE_LOCATION if era >= "2026-01-14":
            return _location(message)
        case _:
            return {"type": "other"}


def _image(message: Message) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "caption": message.caption,
        "mimeType": message.mime_type,
        "width": message.width,
        "height": message.height,
    }
    return fields | ({"fileSize": message.file_size} if message.file_size > 0 else {})


def _location(message: Message) -> dict[str, Any]:
    point = {"latitude": message.latitude, "longitude": message.longitude}
    if message.kind == Kind.LIVE_LOCATION:
        motion = {"accuracy": message.accuracy, "bearing": message.bearing, "speed": message.speed}
        return {"type": "live_location", "caption": message.caption, **point, **motion}
    link = {"url": message.url} if message.url else {}
    return {"type": "location", "name": message.place, "address": message.address, **point, **link}


def _variant_b(message: Message) -> dict[str, Any]:
    if message.variant != "B":
        return {}
    fields: dict[str, Any] = {
        "fromMe": message.chat in (Chat.FROM_ME, Chat.SELF),
        "isGroup": message.chat in (Chat.GROUP, Chat.STATUS, Chat.CHANNEL),
        "myPhone": message.own_phone,
    }
    return fields | ({"mentions": list(message.mentions)} if message.mentions else {})
