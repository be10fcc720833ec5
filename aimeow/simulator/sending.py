"""The gateway's send endpoints: the order of their checks, their texts, and the switches that make them fail."""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from . import gobind, jids
from .faults import SEND_TAILS
from .jids import Jid
from .state import Client, Contact, Sent, new_message_id
from .wire import HTTP, RefusalError, connected_client_of, cut, gateway_of, reply

routes = web.RouteTableDef()
MAX_DOWNLOAD = 64 * 1024 * 1024
UPLOAD_TAIL = "failed to refresh media connections: websocket not connected"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A validated request: who sends, to whom, and the body's fields."""

    client: Client
    to: str
    jid: Jid
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Download:
    """A fetched file, or the gateway's words why not; `status` is set when the host answered with an error."""

    data: bytes = b""
    content_type: str = ""
    error: str = ""
    status: int = 0

    @property
    def failed(self) -> bool:
        return bool(self.error or self.status)


@dataclass(frozen=True, slots=True)
class Transmission:
    """How WhatsApp took one message. Both may hold: delivered, and reported as failed."""

    delivered: bool
    error: str = ""  # the tail after "Failed to send …: "


@routes.post("/api/v1/clients/{id}/send-message")
async def send_message(request: web.Request) -> web.Response:
    parcel = await _open(request, gobind.SEND_MESSAGE)
    text = parcel.body["message"]
    return await _send_one(request, parcel, "message", lambda: [("text", text, "", "")], text=text)


@routes.post("/api/v1/clients/{id}/send-image")
async def send_image(request: web.Request) -> web.Response:
    parcel = await _open(request, gobind.SEND_IMAGE)
    url, caption = parcel.body["imageUrl"], parcel.body["caption"]
    got = await _fetched(request, url, "image")
    image = {"url": url, "caption": caption, "content_type": got.content_type, "size": len(got.data)}
    media = gateway_of(request).keep_media(got.data, got.content_type)
    bubbles = [("image", caption, media, got.content_type)]
    return await _send_one(request, parcel, "image", lambda: bubbles, images=(image,))


@routes.post("/api/v1/clients/{id}/send-images")
async def send_images(request: web.Request) -> web.Response:
    """Always 200: each image goes for itself, and the sentence tells how many arrived."""
    parcel = await _open(request, gobind.SEND_IMAGES)
    images = [await _send_item(request, parcel, item) for item in parcel.body["images"]]
    ids = [image["message_id"] for image in images if not image["error"]]
    errors = [f"Image {n}: {image['error']}" for n, image in enumerate(images, 1) if image["error"]]
    sentence = f"Sent {len(ids)} images successfully. IDs: {', '.join(ids)}" if ids else ""
    if ids:
        error = f"Partial success. Errors: {'; '.join(errors)}" if errors else ""
    else:
        error = f"All images failed. Errors: {'; '.join(errors)}"
    _record(
        request,
        parcel,
        message_id=sentence,
        delivered=any(image["delivered"] for image in images),
        error=error,
        images=tuple(images),
    )
    answer: dict[str, Any] = {"success": bool(ids)}
    return reply(answer | ({"messageId": sentence} if sentence else {}) | ({"error": error} if error else {}))


@routes.post("/api/v1/clients/{id}/send-document")
async def send_document(request: web.Request) -> web.Response:
    parcel = await _open(request, gobind.SEND_DOCUMENT)
    url = parcel.body["documentUrl"]
    got = await _fetched(request, url, "document")
    name = parcel.body["filename"] or urlsplit(url).path.rsplit("/", 1)[-1] or "document"
    return await _send_document(request, parcel, name, got.content_type or "application/octet-stream", got.data)


@routes.post("/api/v1/clients/{id}/send-document-base64")
async def send_document_base64(request: web.Request) -> web.Response:
    parcel = await _open(request, gobind.SEND_DOCUMENT_BASE64)
    try:
        data = base64.b64decode(parcel.body["base64Data"], validate=True)
    except (binascii.Error, ValueError):
        at = _first_bad_base64(parcel.body["base64Data"])
        text = f"Failed to decode base64 data: illegal base64 data at input byte {at}"
        raise RefusalError(400, {"success": False, "error": text}) from None
    return await _send_document(
        request, parcel, parcel.body["filename"], parcel.body["mimeType"] or "application/pdf", data
    )


@routes.post("/api/v1/clients/{id}/delete-message")
async def delete_message(request: web.Request) -> web.Response:
    parcel = await _open(request, gobind.DELETE_MESSAGE)
    target = parcel.body["messageId"]
    response = await _send_one(request, parcel, "delete", list, verb="delete message", text=target)
    if response.status == 200:
        gateway_of(request).delete_message(target)
    return response


@routes.post("/api/v1/clients/{id}/stop-typing")
async def stop_typing(request: web.Request) -> web.Response:
    """Variant A validates and does nothing; B stops. The body is checked first here."""
    return await _typing(request, start=False)


@routes.post("/api/v1/clients/{id}/start-typing")
async def start_typing(request: web.Request) -> web.Response:
    if gateway_of(request).faults.variant != "B":
        raise web.HTTPNotFound
    return await _typing(request, start=True)


async def _typing(request: web.Request, *, start: bool) -> web.Response:
    body = await _bound(request, gobind.TYPING)
    client, jid = connected_client_of(request), _jid(body["phone"])
    gateway = gateway_of(request)
    contact = gateway.find_contact(jid) if gateway.faults.variant == "B" else None
    if contact:
        (gateway.start_typing if start else gateway.stop_typing)(client, contact)
    return reply({"success": True})


async def _open(request: web.Request, struct: gobind.Struct) -> Parcel:
    """Steps 1 to 4: client known, connected, body valid, recipient parsable."""
    client = connected_client_of(request)
    body = await _bound(request, struct)
    return Parcel(client, body["phone"], _jid(body["phone"]), body)


async def _bound(request: web.Request, struct: gobind.Struct) -> dict[str, Any]:
    try:
        return gobind.bind(struct, await request.read())
    except gobind.BindError as error:
        raise RefusalError(400, {"error": str(error)}) from None


def _jid(phone: str) -> Jid:
    try:
        return jids.parse(phone)
    except jids.JidError as error:
        raise RefusalError(400, {"error": f"Invalid phone number format: {error}"}) from None


async def _fetched(request: web.Request, url: str, what: str) -> Download:
    """Step 5: the gateway fetches what it is to send."""
    got = await download(request.app[HTTP], url)
    if got.status:
        text = f"{what.capitalize()} download failed with status: {got.status}"
        raise RefusalError(400, {"success": False, "error": text})
    if got.error:
        raise RefusalError(400, {"success": False, "error": f"Failed to download {what}: {got.error}"})
    return got


async def download(http: aiohttp.ClientSession, url: str) -> Download:
    """GET the URL exactly as given, wherever it leads."""
    scheme = url.split(":", 1)[0] if ":" in url else ""
    if scheme.lower() not in ("http", "https"):
        return Download(error=f'Get "{url}": unsupported protocol scheme "{scheme}"')
    headers = {"User-Agent": "Go-http-client/1.1"}
    try:
        async with http.get(url, headers=headers, timeout=aiohttp.ClientTimeout(total=75)) as answer:
            if answer.status != 200:
                return Download(status=answer.status)
            data = await answer.content.read(MAX_DOWNLOAD)
            while len(data) < MAX_DOWNLOAD and (more := await answer.content.read(MAX_DOWNLOAD - len(data))):
                data += more
            return Download(data, answer.headers.get("Content-Type", ""))
    except aiohttp.ClientConnectorError as error:
        reason = error.os_error.strerror or "connection refused"
        return Download(error=f'Get "{url}": dial tcp {error.host}:{error.port}: connect: {reason.lower()}')
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        return Download(error=f'Get "{url}": {type(error).__name__}')


async def _send_document(
    request: web.Request, parcel: Parcel, filename: str, mime_type: str, data: bytes
) -> web.Response:
    document = {"filename": filename, "mime_type": mime_type, "size": len(data), "caption": parcel.body["caption"]}
    media = gateway_of(request).keep_media(data, mime_type)
    bubbles = [("document", filename, media, mime_type)]
    return await _send_one(request, parcel, "document", lambda: bubbles, document=document)


async def _send_one(
    request: web.Request, parcel: Parcel, what: str, bubbles: Any, *, verb: str = "", **recorded: Any
) -> web.Response:
    """Steps 6 and 7 for everything but an album. `bubbles()` gives (kind, text, media, type) for the phone page."""
    if what in ("image", "document") and gateway_of(request).faults.upload_error:
        text = f"Failed to upload {what} to WhatsApp: {UPLOAD_TAIL}"
        _record(request, parcel, message_id="", delivered=False, error=text, **recorded)
        raise RefusalError(500, {"success": False, "error": text})
    result = await _transmit(request, parcel.jid)
    message_id = new_message_id()
    text = f"Failed to {verb or f'send {what}'}: {result.error}" if result.error else ""
    if result.delivered:
        for kind, words, media, media_type in bubbles():
            _show(request, parcel, kind, words, media, media_type, message_id)
    _record(request, parcel, message_id=message_id, delivered=result.delivered, error=text, **recorded)
    if result.delivered and gateway_of(request).faults.drop_after:
        await _lose_answer(request)
    if text:
        raise RefusalError(500, {"success": False, "error": text})
    return reply({"success": True, "messageId": message_id})


async def _send_item(request: web.Request, parcel: Parcel, item: dict[str, Any]) -> dict[str, Any]:
    """One image of an album: as it is recorded, with `error` when the gateway says that it failed."""
    url, caption = item["imageUrl"], item["caption"]
    image = {"url": url, "caption": caption, "content_type": "", "size": 0, "delivered": False, "message_id": ""}
    got = await download(request.app[HTTP], url)
    if got.status:
        return image | {"error": f"Download failed with status {got.status}"}
    if got.error:
        return image | {"error": f"Failed to download - {got.error}"}
    image |= {"content_type": got.content_type, "size": len(got.data)}
    if gateway_of(request).faults.upload_error:
        return image | {"error": f"Upload failed - {UPLOAD_TAIL}"}
    result = await _transmit(request, parcel.jid)
    message_id = new_message_id()
    if result.delivered:
        media = gateway_of(request).keep_media(got.data, got.content_type)
        _show(request, parcel, "image", caption, media, got.content_type, message_id)
    error = f"Send failed - {result.error}" if result.error else ""
    return image | {"delivered": result.delivered, "message_id": message_id, "error": error}


async def _transmit(request: web.Request, jid: Jid) -> Transmission:
    """Step 7, with the switches: late, lost, cut, refused, or delivered and yet reported as failed."""
    gateway = gateway_of(request)
    if gateway.faults.latency_ms:
        await asyncio.sleep(gateway.faults.latency_ms / 1000)
    if not gateway.faults.drop_after:
        await _lose_answer(request)
    refused = jids.send_tail(jid, gateway.known_lids())
    if refused:
        return Transmission(False, refused)
    if gateway.faults.drop_after:
        return Transmission(True, SEND_TAILS[gateway.faults.send_error or "timeout"].format(jid=jid))
    failure = gateway.next_failure(jid)
    return Transmission(not failure, failure)


async def _lose_answer(request: web.Request) -> None:
    """Hangs while that switch is on, then cuts; or cuts at once; or does nothing."""
    gateway = gateway_of(request)
    hung = gateway.faults.hang
    while gateway.faults.hang and request.transport is not None and not request.transport.is_closing():
        await asyncio.sleep(0.05)
    if hung or gateway.faults.reset:
        cut(request)
        raise RefusalError(500, {})


def _contact(request: web.Request, jid: Jid) -> Contact | None:
    return gateway_of(request).find_contact(jid)


def _show(
    request: web.Request, parcel: Parcel, kind: str, text: str, media: str, media_type: str, message_id: str
) -> None:
    """A delivered bubble lands on the contact's phone and ends the typing there."""
    contact = _contact(request, parcel.jid)
    if contact:
        gateway = gateway_of(request)
        gateway.stop_typing(parcel.client, contact)
        gateway.add_entry(
            parcel.client,
            contact,
            "bot",
            kind,
            text=text,
            media=media,
            media_type=media_type,
            message_id=message_id,
        )


def _record(
    request: web.Request,
    parcel: Parcel,
    *,
    message_id: str,
    delivered: bool,
    error: str,
    text: str = "",
    images: tuple[dict[str, Any], ...] = (),
    document: dict[str, Any] | None = None,
) -> None:
    gateway = gateway_of(request)
    contact = _contact(request, parcel.jid) if delivered else None
    single = {"delivered": delivered, "message_id": message_id, "error": error}
    gateway.sent.append(
        Sent(
            seq=len(gateway.sent) + 1,
            at=time.time(),
            client_id=parcel.client.id,
            path=request.path.rsplit("/", 1)[-1],
            to=parcel.to,
            phone=contact.phone if contact else (parcel.jid.user if parcel.jid.server == "s.whatsapp.net" else ""),
            text=text,
            images=tuple(single | image for image in images),
            document=document,
            delivered=delivered,
            message_id=message_id,
            error=error,
        )
    )


def _first_bad_base64(text: str) -> int:
    alphabet = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
    return next((at for at, character in enumerate(text) if character not in alphabet), len(text))
