"""A phone sends something to a showroom: which webhooks that makes, and their posting."""

from __future__ import annotations

import asyncio
import base64
import binascii
import io
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import aiohttp
from PIL import Image, UnidentifiedImageError

from . import payloads, webhook
from .faults import PER_MESSAGE, Faults, changed
from .payloads import FILE_KINDS, SHORTHANDS, Chat, Identity, Kind, Message
from .state import Client, Contact, Entry, Gateway, StoredFile, new_message_id
from .webhook import Outcome

MIME_TYPES = {
    Kind.IMAGE: "image/jpeg",
    Kind.VIDEO: "video/mp4",
    Kind.VOICE: "audio/ogg",
    Kind.DOCUMENT: "application/pdf",
}
_COPIED = {
    "text": str,
    "caption": str,
    "latitude": float,
    "longitude": float,
    "place": str,
    "address": str,
    "url": str,
    "device": int,
    "message_id": str,
}
"""Fields of the order that go into the Message as they are, with their types."""


class InvalidOrderError(ValueError):
    """The order cannot be carried out; the text says why."""


@dataclass(frozen=True, slots=True)
class Order:
    """One message that a phone is to send, ready to go."""

    client: Client
    contact: Contact
    message: Message
    faults: Faults  # the gateway's, with this message's own switches
    file: StoredFile | None


def read(gateway: Gateway, given: Mapping[str, Any]) -> Order:
    """An order from JSON: client, contact (or phone and name), kind, chat, text, file…, and any PER_MESSAGE switch."""
    client = gateway.find_client(str(given.get("client", "")))
    if client is None or not client.connected:
        raise InvalidOrderError("no such client, or it is not connected")
    contact = _contact(gateway, given)
    try:
        faults = changed(gateway.faults, {name: given[name] for name in PER_MESSAGE if name in given})
        kind, chat = SHORTHANDS.get(str(given.get("kind", "text")), (given.get("kind", "text"), None))
        kind, chat = Kind(kind), Chat(chat or given.get("chat", Chat.DIRECT))
        file = _file(kind, given.get("file"))
        message = _message(given, client, contact, faults, kind, chat)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidOrderError(str(error)) from None
    return Order(client, contact, message if file is None else _with_file(message, file), faults, file)


async def carry_out(gateway: Gateway, session: aiohttp.ClientSession, order: Order) -> list[Outcome]:
    """Stores the file, shows the message on the phone, posts its webhooks at once, and notes how that went."""
    entry = _show(gateway, order)
    bodies = _bodies(gateway, order)
    if not gateway.callback_url:
        _conclude(gateway, order, entry, [], "Alamat webhook belum diisi, jadi pesan tidak diteruskan ke mana pun.")
        return []
    outcomes = await asyncio.gather(
        *(webhook.post(session, gateway.callback_url, body, order.faults.jitter_ms) for body in bodies)
    )
    failed = next((outcome for outcome in outcomes if not outcome.accepted), None)
    _conclude(gateway, order, entry, outcomes, webhook.explain(failed) if failed else "")
    return list(outcomes)


def _contact(gateway: Gateway, given: Mapping[str, Any]) -> Contact:
    phone = str(given.get("contact") or given.get("phone") or "")
    if not (phone.isascii() and phone.isdigit() and 5 <= len(phone) <= 20):
        raise InvalidOrderError("contact must be digits with the country code")
    return gateway.contact(phone, str(given.get("name", "")))


def _message(
    given: Mapping[str, Any], client: Client, contact: Contact, faults: Faults, kind: Kind, chat: Chat
) -> Message:
    """Times are now unless `sent_at` (Unix seconds) says otherwise."""
    by_owner = chat in (Chat.FROM_ME, Chat.SELF)
    copied = {name: type_(given[name]) for name, type_ in _COPIED.items() if name in given}
    web = faults.identity == Identity.LID_DEVICE
    base = Message(
        kind=kind,
        chat=chat,
        identity=faults.identity,
        client_id=client.id,
        own_phone=client.phone,
        own_device=client.device,
        client_jid=faults.client_jid,
        phone=contact.phone,
        lid=contact.lid,
        name=client.label if by_owner else contact.name,
        message_id=new_message_id("3EB0" if web else "3A"),
        sent_at=datetime.fromtimestamp(float(given.get("sent_at", time.time())), UTC),
        built_at=int(time.time()),
        text="",
        variant=faults.variant,
        era=faults.era,
    )
    return replace(base, **copied)


def _file(kind: Kind, given: Any) -> StoredFile | None:
    """The file of a media message; one is made up when none is given. `given`: {base64, mime?}."""
    if kind not in FILE_KINDS:
        return None
    if given is None:
        return StoredFile(_sample(kind), MIME_TYPES[kind])
    try:
        data = base64.b64decode(str(given["base64"]), validate=True)
    except (binascii.Error, KeyError, TypeError):
        raise InvalidOrderError("file.base64 is not base64") from None
    return StoredFile(data, str(given.get("mime") or MIME_TYPES[kind]))


@lru_cache
def _sample(kind: Kind) -> bytes:
    if kind != Kind.IMAGE:
        return {Kind.VIDEO: b"\0\0\0\x18ftypmp42", Kind.VOICE: b"OggS", Kind.DOCUMENT: b"%PDF-1.4\n"}[kind] + bytes(64)
    out = io.BytesIO()
    Image.linear_gradient("L").resize((480, 640)).convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


def _with_file(message: Message, file: StoredFile) -> Message:
    width, height = _size(file.data) if message.kind == Kind.IMAGE else (0, 0)
    return replace(message, mime_type=file.content_type, file_size=len(file.data), width=width, height=height)


def _size(data: bytes) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return 0, 0


def _show(gateway: Gateway, order: Order) -> Entry:
    """The message on the phone, at once, as WhatsApp shows it before anything answers."""
    message, by_owner = order.message, order.message.chat == Chat.FROM_ME
    media = gateway.keep_media(order.file.data, order.file.content_type) if order.file else ""
    if message.kind == Kind.TEXT and message.chat == Chat.DIRECT:
        order.client.texts.append(message.text)
    return gateway.add_entry(
        order.client,
        order.contact,
        "staff" if by_owner else "contact",
        message.kind,
        text=message.text or message.caption or (message.place if message.kind == Kind.LOCATION else ""),
        media=media,
        media_type=order.file.content_type if order.file else "",
        message_id=message.message_id,
        state="" if by_owner else "sending",
        note="" if message.chat in (Chat.DIRECT, Chat.FROM_ME) else message.chat,
    )


def _conclude(gateway: Gateway, order: Order, entry: Entry, outcomes: list[Outcome], problem: str) -> None:
    accepted = bool(outcomes) and any(outcome.accepted for outcome in outcomes)
    if entry.side == "contact":
        gateway.set_state(entry, "read" if accepted else "failed")
    if problem:
        gateway.add_entry(order.client, order.contact, "system", "error", text=problem)
    answered = any(
        later.id > entry.id and later.side == "bot"
        for later in gateway.chats.get((order.client.id, order.contact.phone), ())
    )
    if accepted and order.message.chat == Chat.DIRECT and not answered:
        gateway.start_typing(order.client, order.contact)


def _bodies(gateway: Gateway, order: Order) -> list[dict[str, Any]]:
    """Every webhook that this one message makes: two devices of one number both report it, and the quirks add more."""
    bodies = []
    for client in _devices(gateway, order.client):
        message = replace(order.message, client_id=client.id, own_device=client.device)
        if order.file:
            message = replace(message, file_url=_store(gateway, client, message, order))
        bodies += [payloads.compose(message)] * order.faults.copies
        if order.faults.ghost_other:
            bodies.insert(0, payloads.compose(payloads.ghost_of(message)))
        if order.faults.second_id:
            bodies.append(payloads.compose(replace(message, message_id=new_message_id("3A"))))
    return bodies


def _devices(gateway: Gateway, client: Client) -> list[Client]:
    others = [c for c in gateway.clients.values() if c.connected and c.phone == client.phone and c is not client]
    return [client, *others]


def _store(gateway: Gateway, client: Client, message: Message, order: Order) -> str:
    """Files the media under the message's id and gives its address; "" when the gateway's download failed."""
    if order.faults.media_missing or order.file is None:
        return ""
    gateway.files[client.id, message.message_id] = order.file
    base = "http://localhost:7030" if order.faults.base_url_unset else gateway.base_url
    return f"{base}/files/{client.id}/{message.message_id}"
