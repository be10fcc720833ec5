"""What the gateway's webhook says, as one typed event. Pure: no Django, no clock, no network.

    event = read(decode(request_body), own_phone=account.phone_number)

`decode` turns bytes into JSON, `read` turns JSON into an Event. Both raise PayloadError, and nothing else, for a body
that nobody could have meant; its text never holds any of the payload. A well-formed body that asks for nothing
(a group, a channel, our own number) is an `Ignored` with its reason.

Two shapes are read: the gateway's own (`message`) and the older event-named one (`event` + `data`), the latter with
every spelling that its two receivers knew. Who wrote is decided by the server part of the JIDs; the digits in `from`
are believed only where a build sent no JIDs, because the gateway puts hidden ids (LIDs) there without saying so.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple
from urllib.parse import quote, urlsplit

from autolumiku.lib import phone as phones

Kind = Literal["text", "image", "video", "audio", "document", "location", "live_location", "other"]
Fields = Mapping[str, Any]

DEEPEST = 32
LONGEST_ID = 200  # message ids, client ids, JIDs
LONGEST_NAME = 500
LONGEST_TEXT = 65_536
LONGEST_PLACE = 999  # of a name and of an address: joined they fit 2,000
LONGEST_URL = 2_000
LONGEST_MIME = 120
LONGEST_LID = 36  # digits; with "@lid" they fit 40
LONGEST_QR = 4_096


class PayloadError(ValueError):
    """The body is malformed. Its text is an English reason and holds nothing of the payload."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message in a chat between one person and the showroom."""

    client_id: str
    gateway_id: str  # "" when the build sent none
    chat: str  # where a reply goes: a JID without device; bare phone digits (or …@lid) for builds without JIDs
    phone: str  # the customer's 62… digits; "" when only the LID is known
    lid: str  # "33573792932039@lid", or ""
    push_name: str
    kind: Kind
    text: str  # exactly as sent: body, caption, or a document's file name
    media_url: str  # http(s), or "": no file, or the gateway could not fetch it
    mime_type: str
    latitude: float | None
    longitude: float | None
    place: str  # a location's name and address
    sent_at: datetime | None  # UTC; None when absent or absurd
    from_showroom: bool  # a person typed this on the showroom's own phone; phone and lid are the customer's
    raw_type: str


@dataclass(frozen=True, slots=True)
class StatusChange:
    """What became of a message we sent. No known gateway build sends this by itself."""

    client_id: str
    gateway_id: str
    status: Literal["delivered", "read", "sent", "failed"]


@dataclass(frozen=True, slots=True)
class Qr:
    client_id: str
    code: str  # the raw code, to be drawn; lives about a minute


@dataclass(frozen=True, slots=True)
class Connected:
    client_id: str
    phone: str  # the showroom's own 62… digits, or ""


@dataclass(frozen=True, slots=True)
class Disconnected:
    client_id: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """Well-formed, and nothing to do.

    `empty_other` may be a customer's text that the gateway could not read (a reply, a text with a link): it says
    who sent it, so that a caller may answer. The same goes for `no_sender`, as far as anything is known.
    """

    client_id: str
    reason: Literal[
        "group", "status_broadcast", "channel", "bot", "unknown_chat", "own_number", "empty_other", "no_sender",
        "unknown_event", "unknown_status", "qr_timeout",
    ]  # fmt: skip
    gateway_id: str = ""
    chat: str = ""
    phone: str = ""
    lid: str = ""
    push_name: str = ""
    sent_at: datetime | None = None
    from_showroom: bool = False
    text: str = field(default="", compare=False, repr=False)  # of a group's message, say


Event = Inbound | StatusChange | Qr | Connected | Disconnected | Ignored


# --- bytes to JSON ---------------------------------------------------------------------------------------------------


def decode(raw: bytes) -> object:
    """Strict JSON: UTF-8 alone, no NaN or Infinity however spelt, at most 32 levels; the caller bounds the size."""
    try:
        body: object = json.loads(raw.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise PayloadError("the body is not JSON in UTF-8") from None
    if _depth(body) > DEEPEST:
        raise PayloadError("the body is nested too deeply")
    return body


def _no_constant(_name: str) -> float:
    raise ValueError


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError
    return number


def _depth(body: object) -> int:
    depth, level = 0, [body]
    while containers := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [child for item in containers for child in _children(item)]
    return depth


def _children(item: object) -> Iterable[object]:
    if isinstance(item, dict):
        return item.values()
    return item if isinstance(item, list) else ()


# --- JSON to an event ------------------------------------------------------------------------------------------------


def read(body: object, *, own_phone: str = "", status_path: bool = False, base_url: str = "") -> Event:
    """One decoded webhook body as one Event, or PayloadError.

    own_phone: the account's number, in any spelling; without it a chat with oneself cannot be told from a customer's.
    status_path: the body came to `{callbackUrl}/status`, where only connection events belong.
    base_url: the gateway's address, for the spellings that name a file by an id alone.
    """
    if not isinstance(body, dict):
        raise PayloadError("the body is not an object")
    refuse_broken_strings(body)
    client_id = _string(body, "clientId", most=LONGEST_ID)
    if not client_id:
        raise PayloadError("clientId is missing")
    message = body.get("message")
    if isinstance(message, dict) and not status_path:
        return _message(client_id, message, own_phone=own_phone, base_url=base_url)
    if not (event := _string(body, "event", most=LONGEST_ID)):
        raise PayloadError("there is neither a message object nor an event name")
    data = body.get("data")
    if data is not None and not isinstance(data, dict):
        raise PayloadError("data is not an object")
    if event == "message" and not status_path:
        if data is None:
            raise PayloadError("data is missing")
        return _message(client_id, data, own_phone=own_phone, base_url=base_url)
    return _named_event(client_id, event, data or {})


def _named_event(client_id: str, event: str, data: Fields) -> Event:
    match event:
        case "connected":
            raw = _first(data, "phone", "phoneNumber", most=LONGEST_ID)
            return Connected(client_id, phones.normalise(raw))
        case "disconnected":
            return Disconnected(client_id)
        case "qr" | "qr_code":
            code = _string(data, "qrCode", most=LONGEST_QR)
            if not code:
                raise PayloadError("the qr event has no qrCode")
            return Qr(client_id, code)
        case "qr_timeout":
            return Ignored(client_id, "qr_timeout")
        case "status":
            return _status(client_id, data)
        case _:
            return Ignored(client_id, "unknown_event")


def _status(client_id: str, data: Fields) -> Event:
    """`status` meant two things: with a message id a receipt, without one the connection's state."""
    gateway_id = _first(data, "messageId", "id", most=LONGEST_ID)
    match _string(data, "status", most=LONGEST_ID).lower(), bool(gateway_id):
        case ("delivered" | "read" | "sent" | "failed") as status, True:
            return StatusChange(client_id, gateway_id, status)
        case "connected", False:
            return Connected(client_id, phones.normalise(_first(data, "phone", "phoneNumber", most=LONGEST_ID)))
        case "disconnected", False:
            return Disconnected(client_id)
        case _:
            return Ignored(client_id, "unknown_status")


def _message(client_id: str, fields: Fields, *, own_phone: str, base_url: str) -> Event:
    """The order matters: groups go first, an empty `other` goes before anyone looks for duplicates of its id."""
    gateway_id = _first(fields, "messageId", "id", most=LONGEST_ID) or _string(_key(fields), "id", most=LONGEST_ID)
    party = _party(fields, own=phones.normalise(own_phone or _string(fields, "myPhone", most=LONGEST_ID)))
    content = _content(fields, base_url=base_url, client_id=client_id)
    push_name, sent_at = _push_name(fields), _sent_at(fields.get("timestamp"))
    if party.reason is None and not content.is_empty:
        return Inbound(
            client_id=client_id, gateway_id=gateway_id, chat=party.chat, phone=party.phone, lid=party.lid,
            push_name=push_name, kind=content.kind, text=content.text, media_url=content.media_url,
            mime_type=content.mime_type, latitude=content.latitude, longitude=content.longitude, place=content.place,
            sent_at=sent_at, from_showroom=party.from_showroom, raw_type=content.raw_type,
        )  # fmt: skip
    return Ignored(
        client_id, party.reason or "empty_other", gateway_id=gateway_id, chat=party.chat, phone=party.phone,
        lid=party.lid, push_name=push_name, sent_at=sent_at, from_showroom=party.from_showroom, text=content.text,
    )  # fmt: skip


# --- who -------------------------------------------------------------------------------------------------------------


JID = re.compile(r"([0-9A-Za-z_-]{1,64}+)(?:\.[0-9]{1,3})?(?::[0-9]{1,5})?@([a-z][a-z0-9.]{0,40})")
LID_DIGITS = re.compile(r"[1-9][0-9]{13,19}")
LID_SERVERS = frozenset({"lid", "hosted.lid"})
NO_DIRECT_CHAT: dict[str, Literal["group", "status_broadcast", "channel", "bot"]] = {
    "g.us": "group",
    "broadcast": "status_broadcast",
    "newsletter": "channel",
    "bot": "bot",
}
SENDER_KEYS = ("from", "phoneNumber", "sender", "participant", "remoteJid")
Drop = Literal["group", "status_broadcast", "channel", "bot", "unknown_chat", "own_number", "no_sender"]


class Jid(NamedTuple):
    """A WhatsApp address without its device: 6281234567890@s.whatsapp.net, 33573792932039@lid, …@g.us."""

    user: str
    server: str

    @property
    def phone(self) -> str:
        return phones.normalise(f"{self.user}@{self.server}") if self.server in phones.PHONE_SERVERS else ""

    @property
    def lid(self) -> str:
        return f"{self.user}@lid" if self.server in LID_SERVERS else ""

    @property
    def address(self) -> str:
        """What the gateway can send to: it knows neither `c.us` nor the hosted servers, whose users are the same."""
        return self.lid or (f"{self.user}@s.whatsapp.net" if self.phone else f"{self.user}@{self.server}")


@dataclass(frozen=True, slots=True)
class Party:
    """The person at the other end. `reason`: why the message is none of ours."""

    chat: str = ""
    phone: str = ""
    lid: str = ""
    from_showroom: bool = False
    reason: Drop | None = None


def _party(fields: Fields, *, own: str) -> Party:
    chat, sender, other = (_jid(fields, name) for name in ("rawChat", "rawSender", "rawSenderAlt"))
    from_me = _flag(fields, "fromMe")
    if from_me is None:
        from_me = _flag(_key(fields), "fromMe")
    in_group = _flag(fields, "isGroup")
    if chat or sender:
        return _by_jids(chat or sender, [jid for jid in (other, sender) if jid], from_me, own)  # type: ignore[arg-type]
    return _by_digits(fields, in_group=bool(in_group), from_me=bool(from_me), own=own)


def _by_jids(chat: Jid, senders: list[Jid], from_me: bool | None, own: str) -> Party:
    """In a direct chat the sender is the chat, unless the showroom wrote: then only the chat tells the customer."""
    if reason := NO_DIRECT_CHAT.get(chat.server):
        return Party(chat=chat.address, reason=reason)
    if chat.server not in phones.PHONE_SERVERS | LID_SERVERS:
        return Party(reason="unknown_chat")
    is_the_chat = not senders or any(jid.user == chat.user for jid in senders)
    to_oneself = is_the_chat and from_me is True and bool(senders)
    if from_me is None:
        from_me = not is_the_chat
    identities = [chat] if from_me else [*senders, chat]
    return _checked(
        chat=chat.address,
        phone=next((jid.phone for jid in identities if jid.phone), ""),
        lid=next((jid.lid for jid in identities if jid.lid), ""),
        from_showroom=from_me,
        own=own,
        to_oneself=to_oneself,
    )


def _by_digits(fields: Fields, *, in_group: bool, from_me: bool, own: str) -> Party:
    """Builds without JIDs: the first spelling that is surely a phone or surely a LID."""
    found = [_identity(raw) for raw in _sender_strings(fields)]
    if reason := next((reason for _, _, reason in found if reason), None):
        return Party(reason=reason)
    if in_group:
        return Party(reason="group")
    phone = "" if _flag(fields, "isLID") else next((phone for phone, _, _ in found if phone), "")
    lid = next((lid for _, lid, _ in found if lid), "")
    return _checked(chat=phone or lid, phone=phone, lid=lid, from_showroom=from_me, own=own)


def _checked(*, chat: str, phone: str, lid: str, from_showroom: bool, own: str, to_oneself: bool = False) -> Party:
    reason: Drop | None = None
    if to_oneself or (phone and phone == own):
        reason = "own_number"
    elif not (phone or lid):
        reason = "no_sender"
    return Party(chat=chat, phone=phone, lid=lid, from_showroom=from_showroom, reason=reason)


def _identity(raw: str) -> tuple[str, str, Drop | None]:
    """(phone, lid, reason to drop) of one sender spelling: a JID, or digits that pass the strict phone check."""
    if match := JID.fullmatch(raw):
        jid = Jid(match[1], match[2])
        return jid.phone, jid.lid if len(jid.user) <= LONGEST_LID else "", NO_DIRECT_CHAT.get(jid.server)
    phone = phones.normalise(raw)
    if not phone and LID_DIGITS.fullmatch(raw):
        return "", f"{raw}@lid", None
    return phone, "", None


def _sender_strings(fields: Fields) -> list[str]:
    values = [_first(fields, name, most=LONGEST_ID, also=dict) for name in SENDER_KEYS]
    values += [_string(_key(fields), name, most=LONGEST_ID) for name in ("remoteJid", "participant")]
    return [value for value in values if value]


def _jid(fields: Fields, name: str) -> Jid | None:
    raw = _string(fields, name, most=LONGEST_ID)
    if not raw:
        return None
    match = JID.fullmatch(raw)
    if not match or (match[2] in LID_SERVERS and len(match[1]) > LONGEST_LID):
        raise PayloadError(f"{name} is not a JID")
    return Jid(match[1], match[2])


def _key(fields: Fields) -> Fields:
    return _object(fields, "key")


def _push_name(fields: Fields) -> str:
    sender = _object(fields, "sender", also=str)
    return (
        _string(fields, "pushName", most=LONGEST_NAME)
        or _string(sender, "pushName", most=LONGEST_NAME)
        or _first(fields, "senderName", "verifiedName", most=LONGEST_NAME)
    )


# --- what ------------------------------------------------------------------------------------------------------------


KINDS: dict[str, Kind] = {
    "text": "text", "chat": "text", "conversation": "text", "extendedtextmessage": "text",
    "image": "image", "imagemessage": "image", "photo": "image", "album": "image",
    "video": "video", "videomessage": "video",
    "audio": "audio", "audiomessage": "audio", "voice": "audio", "ptt": "audio",
    "document": "document", "documentmessage": "document", "file": "document",
    "location": "location", "locationmessage": "location",
    "live_location": "live_location", "livelocation": "live_location", "livelocationmessage": "live_location",
}  # fmt: skip
TYPE_KEYS = ("type", "messageType", "mediaType", "mimetype")
MEDIA_KEYS = (
    "fileUrl", "mediaUrl", "imageUrl", "videoUrl", "audioUrl", "documentUrl", "downloadUrl",
    "media", "image", "video", "audio", "document", "mediaData",
    "imageMessage", "videoMessage", "audioMessage", "documentMessage", "message", "url", "file", "directPath",
)  # fmt: skip
NESTED_MEDIA_KEYS = (
    "url", "link", "src", "directPath", "imageMessage", "videoMessage", "audioMessage", "documentMessage",
)  # fmt: skip
KINDS_OF_KEYS: tuple[Kind, ...] = ("image", "video", "audio", "document")
FILE_ID_KEYS = ("fileId", "file_id", "mediaId", "media_id")


@dataclass(frozen=True, slots=True)
class Content:
    kind: Kind
    raw_type: str
    text: str = ""
    media_url: str = ""
    mime_type: str = ""
    latitude: float | None = None
    longitude: float | None = None
    place: str = ""

    @property
    def is_empty(self) -> bool:
        """No words and no file, of a kind that is nothing but words or a file."""
        return self.kind in ("text", "other") and not self.text and not self.media_url


def _content(fields: Fields, *, base_url: str, client_id: str) -> Content:
    types, mime_type = _types(fields)
    raw_type = types[0] if types else mime_type
    text = _text(fields)
    named, media_url = _media(fields)
    media_url = media_url or _file_url(fields, base_url=base_url, client_id=client_id)
    says_media = bool(_flag(fields, "hasMedia") or _flag(fields, "isMedia"))
    kind = _kind(types, mime_type, named, has_text=bool(text) and not says_media, has_media=bool(media_url))
    if kind in ("location", "live_location"):
        latitude, longitude = _coordinates(fields)
        return Content(kind, raw_type, text, latitude=latitude, longitude=longitude, place=_place(fields))
    if kind == "text":
        return Content(kind, raw_type, text)
    if kind == "document":
        text = text or _first(fields, "filename", "fileName", most=LONGEST_NAME)
    return Content(kind, raw_type, text, media_url, mime_type)


def _types(fields: Fields) -> tuple[list[str], str]:
    """(the types as sent, the MIME type): builds wrote either under either name."""
    named = [value for name in TYPE_KEYS if (value := _string(fields, name, most=LONGEST_ID))]
    mime_type = _string(fields, "mimeType", most=LONGEST_ID) or next((value for value in named if "/" in value), "")
    return [value for value in named if "/" not in value], mime_type if len(mime_type) <= LONGEST_MIME else ""


def _kind(types: list[str], mime_type: str, named: Kind | None, *, has_text: bool, has_media: bool) -> Kind:
    """The type's word first, then the MIME type's, then that of the key that held the file."""
    words = [value.lower() for value in types]
    kind = next((KINDS[word] for word in words if word in KINDS), None)
    if kind and not (kind == "text" and has_media and not has_text):
        return kind
    if mime_type:
        return _kind_of_mime(mime_type)
    if named or "media" in words:
        return named or "image"
    return "text" if has_text and not has_media else "other"


def _kind_of_mime(mime_type: str) -> Kind:
    match mime_type.lower().partition("/")[0]:
        case "image":
            return "image"
        case "video":
            return "video"
        case "audio":
            return "audio"
        case _:
            return "document"


def _text(fields: Fields) -> str:
    """The words as sent. `message` held the text in some builds and an object in others."""
    return (
        _first(fields, "text", "caption", "body", most=LONGEST_TEXT)
        or _first(fields, "message", most=LONGEST_TEXT, also=dict)
        or _first(_object(fields, "imageMessage", also=str), "caption", most=LONGEST_TEXT)
    )


def _media(fields: Fields) -> tuple[Kind | None, str]:
    """(the kind that the key names, the file's address): the first key that holds a web address."""
    for name in MEDIA_KEYS:
        for url in _urls(_not_text(fields, name), name):
            if _is_web_address(url):
                return next((kind for kind in KINDS_OF_KEYS if name.startswith(kind)), None), url
    return None, ""


def _not_text(fields: Fields, name: str) -> object:
    """A string under `message` is what the customer wrote, be it a link."""
    value: object = fields.get(name)
    return None if name == "message" and isinstance(value, str) else value


def _urls(value: object, name: str) -> Iterable[str]:
    """Every address under one media key, outermost first: a string, a list's first item, an object's url/link/src."""
    waiting = deque([value])
    while waiting:
        value = waiting.popleft()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            waiting += value[:1]
        elif isinstance(value, dict):
            waiting += [value[key] for key in NESTED_MEDIA_KEYS if key in value]
        elif value is not None and not isinstance(value, bool):
            raise PayloadError(f"{name} is not an address")


def _file_url(fields: Fields, *, base_url: str, client_id: str) -> str:
    file_id = _first(fields, *FILE_ID_KEYS, most=LONGEST_ID)
    if not file_id or not base_url:
        return ""
    url = f"{base_url.rstrip('/')}/files/{quote(client_id, safe='')}/{quote(file_id, safe='')}"
    return url if len(url) <= LONGEST_URL else ""


def _is_web_address(url: str) -> bool:
    if not 0 < len(url) <= LONGEST_URL or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _coordinates(fields: Fields) -> tuple[float, float] | tuple[None, None]:
    """Degrees, or nothing when one is missing or lies outside the Earth."""
    latitude, longitude = _number(fields, "latitude"), _number(fields, "longitude")
    if latitude is None or longitude is None or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None, None
    return float(latitude), float(longitude)


def _place(fields: Fields) -> str:
    parts = [_string(fields, name, most=LONGEST_PLACE) for name in ("name", "address")]
    return ", ".join(part for part in parts if part)


# --- when ------------------------------------------------------------------------------------------------------------


EARLIEST, LATEST = datetime(2009, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)  # WhatsApp began in 2009
MILLISECONDS = 100_000_000_000  # a number of seconds this large lies in the year 5138


def _sent_at(value: object) -> datetime | None:
    if isinstance(value, str):
        return moment(value)
    if isinstance(value, bool) or not isinstance(value, int | float | None):
        raise PayloadError("timestamp is neither text nor number")
    return None if value is None else _moment_of_seconds(value)


def moment(text: str) -> datetime | None:
    """A time from the wire (RFC 3339 with up to nine fractional digits, or Unix seconds) in UTC; None when absurd."""
    if len(text) > 40:
        return None
    if text.isascii() and text.isdigit():
        return _moment_of_seconds(int(text))
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not EARLIEST.year <= when.year <= LATEST.year:
        return None
    return _plausible(when if when.tzinfo else when.replace(tzinfo=UTC))


def _moment_of_seconds(number: float) -> datetime | None:
    seconds = number / 1000 if MILLISECONDS <= number < MILLISECONDS * 1000 else number
    if not EARLIEST.timestamp() <= seconds < LATEST.timestamp():
        return None
    return datetime.fromtimestamp(seconds, tz=UTC)


def _plausible(when: datetime) -> datetime | None:
    return when.astimezone(UTC) if EARLIEST <= when < LATEST else None


# --- strict readers --------------------------------------------------------------------------------------------------


def refuse_broken_strings(body: object) -> None:
    """NUL and lone surrogates fit neither PostgreSQL nor UTF-8: refuse them wherever they are, keys included."""
    waiting: list[object] = [body]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if "\0" in item or not _is_encodable(item):
                raise PayloadError("a string holds a NUL or half a character")
        else:
            waiting.extend(_children(item))
            if isinstance(item, dict):
                waiting.extend(item)


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _string(fields: Fields, name: str, *, most: int, also: type | tuple[type, ...] = ()) -> str:
    """fields[name], "" when absent or null. `also`: other types that belong to another reader."""
    value = fields.get(name)
    if value is None or isinstance(value, also):
        return ""
    if not isinstance(value, str):
        raise PayloadError(f"{name} is not text")
    if len(value) > most:
        raise PayloadError(f"{name} is too long")
    return value


def _first(fields: Fields, *names: str, most: int, also: type | tuple[type, ...] = ()) -> str:
    """The first non-empty of several spellings; each that is present must be well-formed."""
    return next(filter(None, [_string(fields, name, most=most, also=also) for name in names]), "")


def _object(fields: Fields, name: str, *, also: type | tuple[type, ...] = ()) -> Fields:
    value = fields.get(name)
    if value is None or isinstance(value, also):
        return {}
    if not isinstance(value, dict):
        raise PayloadError(f"{name} is not an object")
    return value


def _flag(fields: Fields, name: str) -> bool | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, bool):
        raise PayloadError(f"{name} is neither true nor false")
    return value


def _number(fields: Fields, name: str) -> int | float | None:
    value = fields.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise PayloadError(f"{name} is not a number")
    return value
