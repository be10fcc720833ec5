"""The gateway's REST API except the sends: clients, pairing, config, files."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

from aiohttp import web

from . import gobind, jids, payloads, qr, webhook
from .state import Client, Gateway
from .wire import HTTP, RefusalError, client_of, gateway_of, in_background, reply

routes = web.RouteTableDef()
_QR_PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>WhatsApp QR</title></head>
<body><h1>Scan this QR code with WhatsApp</h1>{picture}</body></html>"""
_NO_PICTURE = "that user or group does not have a profile picture"


@routes.get("/health")
async def health(_: web.Request) -> web.Response:
    return reply({"status": "ok"})


@routes.post("/api/v1/clients/new")
async def new_client(request: web.Request) -> web.Response:
    """The QR comes later, by itself. An empty or invalid body is accepted."""
    gateway = gateway_of(request)
    try:
        given = gobind.bind(gobind.NEW_CLIENT, await request.read())
    except gobind.BindError:
        given = {"osName": "", "id": ""}
    wanted = given["id"] if gateway.faults.variant == "B" else ""
    client = gateway.new_client(wanted, given["osName"])
    in_background(request, _tell_qr_life(request.app[HTTP], gateway, client))
    scheme = request.headers.get("X-Forwarded-Proto", request.scheme)
    host = request.headers.get("X-Forwarded-Host", request.host)
    return reply({"id": client.id, "qrUrl": f"{scheme}://{host}/qr?client_id={client.id}"})


@routes.get("/api/v1/clients")
async def list_clients(request: web.Request) -> web.Response:
    """Everyone, in another order each time."""
    gateway = gateway_of(request)
    clients = list(gateway.clients.values())
    random.shuffle(clients)
    extra = gateway.faults.variant == "B"
    return reply([_client_object(gateway, c) | ({"osName": c.os_name} if extra else {}) for c in clients])


@routes.get("/api/v1/clients/{id}")
async def get_client(request: web.Request) -> web.Response:
    return reply(_client_object(gateway_of(request), client_of(request)))


@routes.delete("/api/v1/clients/{id}")
async def delete_client(request: web.Request) -> web.Response:
    gateway_of(request).delete(client_of(request))
    return reply({"message": "client deleted successfully"})


@routes.get("/api/v1/clients/{id}/qr")
async def qr_text(request: web.Request) -> web.Response:
    return web.Response(text=qr.as_text(_qr_of(request, client_of(request))))


@routes.get("/qr")
async def qr_page(request: web.Request) -> web.Response:
    client_id = request.query.get("client_id", "")
    if not client_id:
        raise RefusalError(400, {"error": "client_id parameter is required"})
    client = gateway_of(request).clients.get(client_id)
    if client is None:
        raise RefusalError(404, {"error": "client not found"})
    page = _QR_PAGE.format(picture=qr.as_svg(_qr_of(request, client)))
    return web.Response(text=page, content_type="text/html")


@routes.get("/api/v1/clients/{id}/messages")
async def messages(request: web.Request) -> web.Response:
    """Texts only, newest last."""
    texts = list(client_of(request).texts)
    limit = request.query.get("limit", "50")
    count = int(limit) if limit.isascii() and limit.isdigit() and len(limit) < 5 else 50
    return reply({"messages": [f"Message: {text}" for text in texts[-count:]] if count else []})


@routes.get("/api/v1/clients/{id}/profile-picture/{phone}")
async def profile_picture(request: web.Request) -> web.Response:
    """Nobody here has a picture. A client that is not connected answers in this endpoint's own shape."""
    client, phone = client_of(request), request.match_info["phone"]
    body: dict[str, Any] = {"phone": phone, "hasPicture": False}
    if not client.connected:
        return reply(body | {"error": "client is not connected"}, 400)
    return reply(body | {"error": _NO_PICTURE})


@routes.get("/api/v1/clients/{id}/check-whatsapp/{phone}")
async def check_whatsapp(request: web.Request) -> web.Response:
    """The only endpoint that strips `+`, `-` and spaces."""
    client, phone = client_of(request), request.match_info["phone"]
    if not client.connected:
        return reply({"phone": phone, "isRegistered": False, "error": "client is not connected"}, 400)
    digits = phone.translate(str.maketrans("", "", "+- "))
    if not jids.is_registered(digits, gateway_of(request).known_lids()):
        return reply({"phone": phone, "isRegistered": False})
    return reply({"phone": phone, "isRegistered": True, "jid": f"{digits}@{payloads.PHONE_SERVER}"})


@routes.get("/api/v1/config")
async def get_config(request: web.Request) -> web.Response:
    return reply({"callbackUrl": gateway_of(request).callback_url})


@routes.post("/api/v1/config")
async def set_config(request: web.Request) -> web.Response:
    """One address for the whole gateway: the last writer wins."""
    try:
        given = gobind.bind(gobind.CONFIG, await request.read())
    except gobind.BindError as error:
        raise RefusalError(400, {"error": str(error)}) from None
    gateway_of(request).callback_url = given["callbackUrl"]
    return reply({"callbackUrl": given["callbackUrl"]})


@routes.get("/files/{client_id}/{file_id}")
async def file(request: web.Request) -> web.Response:
    gateway = gateway_of(request)
    key = request.match_info["client_id"], request.match_info["file_id"]
    if key[0] not in gateway.clients:
        raise RefusalError(404, {"error": "client not found"})
    stored = gateway.files.get(key)
    if stored is None:
        raise RefusalError(404, {"error": "file not found"})
    return web.Response(body=stored.data, headers={"Content-Type": stored.content_type})


def _client_object(gateway: Gateway, client: Client) -> dict[str, Any]:
    body: dict[str, Any] = {"id": client.id}
    if client.phone:
        body["phone"] = client.phone
    body |= {"isConnected": client.connected, "qrCode": gateway.qr_code(client)}
    if client.connected_at:
        body["connectedAt"] = client.connected_at
    return body | {"messageCount": len(client.texts)}


def _qr_of(request: web.Request, client: Client) -> str:
    code = gateway_of(request).qr_code(client)
    if code == qr.NOT_AVAILABLE:
        raise RefusalError(404, {"error": "QR code not available"})
    return code


async def _tell_qr_life(http: Any, gateway: Gateway, client: Client) -> None:
    """Variant B reports the first code and the end of pairing."""
    if gateway.faults.variant != "B":
        return
    await asyncio.sleep(qr.READY_AFTER / gateway.faults.qr_speed)
    code = gateway.qr_code(client)
    first = payloads.status("qr_code", client_id=client.id, built_at=int(time.time()), qr_code=code)
    await webhook.post_status(http, gateway, first)
    await asyncio.sleep((qr.LIFE - qr.READY_AFTER) / gateway.faults.qr_speed)
    if not client.connected:
        end = payloads.status("qr_timeout", client_id=client.id, built_at=int(time.time()))
        await webhook.post_status(http, gateway, end)
