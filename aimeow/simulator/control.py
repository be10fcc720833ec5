"""The levers that the real gateway lacks: switches, the record of sends, phones that write, the page's feed."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict
from typing import Any

from aiohttp import web

from . import inbound, payloads, qr, webhook
from .faults import CHOICES, Faults, changed
from .payloads import Chat, Kind
from .state import Client, Contact, Gateway
from .wire import HTTP, RefusalError, client_of, gateway_of, in_background, reply

routes = web.RouteTableDef()


async def given(request: web.Request) -> dict[str, Any]:
    """The request's JSON object, {} for an empty body, or 400."""
    raw = await request.read()
    try:
        value = json.loads(raw) if raw.strip() else {}
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise RefusalError(400, {"error": "the body must be a JSON object"})
    return value


@routes.get("/control")
async def show(request: web.Request) -> web.Response:
    """{"faults": every switch, "choices": what some may hold, "kinds", "chats", "callback_url"}."""
    return reply(_levers(gateway_of(request)))


@routes.post("/control")
async def switch(request: web.Request) -> web.Response:
    """Sets the switches named in the body and answers as GET does."""
    gateway = gateway_of(request)
    try:
        gateway.faults = changed(gateway.faults, await given(request))
    except ValueError as error:
        raise RefusalError(400, {"error": str(error)}) from None
    return reply(_levers(gateway))


@routes.get("/control/outbox")
async def outbox(request: web.Request) -> web.Response:
    """[{seq, at, client_id, path, to, phone, text, images, document, delivered, message_id, error}] after `since`."""
    since = request.query.get("since", "0")
    after = int(since) if since.isascii() and since.isdigit() and len(since) < 10 else 0
    return reply([asdict(sent) for sent in gateway_of(request).sent[after:]])


@routes.post("/control/reset")
async def reset(request: web.Request) -> web.Response:
    """Forgets chats and sends, and turns every switch off unless {"keep_faults": true}."""
    body = await given(request)
    gateway_of(request).reset(keep_faults=bool(body.get("keep_faults")))
    return reply({"ok": True})


@routes.post("/control/restart")
async def restart(request: web.Request) -> web.Response:
    gateway_of(request).restart()
    return reply({"clients": list(gateway_of(request).clients)})


@routes.post("/control/contacts")
async def add_contact(request: web.Request) -> web.Response:
    """{phone (digits), name, role?, showroom?} -> the contact."""
    body = await given(request)
    phone = str(body.get("phone", ""))
    if not (phone.isascii() and phone.isdigit() and 9 <= len(phone) <= 15):
        raise RefusalError(400, {"error": "phone must be 9 to 15 digits with the country code"})
    role = "staff" if body.get("role") == "staff" else "customer"
    contact = gateway_of(request).contact(
        phone, str(body.get("name", ""))[:60], role=role, showroom=str(body.get("showroom", ""))
    )
    return reply(asdict(contact))


@routes.post("/control/clients/{id}")
async def act_on_client(request: web.Request) -> web.Response:
    """{"action": "pair", "phone", "name"?, "showroom"?} or {"action": "logout"}; 409 when a client cannot do it."""
    client, body = client_of(request), await given(request)
    gateway = gateway_of(request)
    match body.get("action"):
        case "pair":
            await _pair(gateway, client, body)
            event = payloads.status("connected", client_id=client.id, built_at=int(time.time()), phone=client.phone)
        case "logout":
            gateway.log_out(client)
            event = payloads.status("disconnected", client_id=client.id, built_at=int(time.time()))
        case _:
            raise RefusalError(400, {"error": "action must be pair or logout"})
    in_background(request, webhook.post_status(request.app[HTTP], gateway, event))
    return reply(_client(gateway, client))


@routes.get("/control/clients/{id}/qr.svg")
async def qr_picture(request: web.Request) -> web.Response:
    code = gateway_of(request).qr_code(client_of(request))
    if code == qr.NOT_AVAILABLE:
        raise RefusalError(404, {"error": "QR code not available"})
    return web.Response(text=_svg_file(code), content_type="image/svg+xml", headers={"Cache-Control": "no-store"})


@routes.post("/control/inbound")
async def receive(request: web.Request) -> web.Response:
    """A phone sends. -> {gateway_id, webhook_status: [HTTP status or 0], webhook_errors: [text]}; not awaited when
    {"wait": false}. See inbound.read for the body."""
    body, gateway = await given(request), gateway_of(request)
    try:
        order = inbound.read(gateway, body)
    except inbound.InvalidOrderError as error:
        raise RefusalError(400, {"error": str(error)}) from None
    work = in_background(request, inbound.carry_out(gateway, request.app[HTTP], order))
    outcomes = [] if body.get("wait") is False else await asyncio.shield(work)
    return reply(
        {
            "gateway_id": order.message.message_id,
            "webhook_status": [outcome.status for outcome in outcomes],
            "webhook_errors": [outcome.error for outcome in outcomes if outcome.error],
        }
    )


@routes.get("/control/media/{name}")
async def media(request: web.Request) -> web.Response:
    stored = gateway_of(request).media.get(request.match_info["name"])
    if stored is None:
        raise web.HTTPNotFound
    headers = {
        "Content-Type": stored.content_type or "application/octet-stream",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "max-age=86400",
    }
    return web.Response(body=stored.data, headers=headers)


@routes.get("/control/page")
async def page_feed(request: web.Request) -> web.Response:
    """What the phone page shows: clients, contacts with their last line, and the open chat's entries after `since`."""
    gateway = gateway_of(request)
    client_id, phone = request.query.get("client", ""), request.query.get("contact", "")
    since = request.query.get("since", "0")
    after = int(since) if since.isascii() and since.isdigit() and len(since) < 15 else 0
    chat = gateway.chats.get((client_id, phone), ())
    return reply(
        {
            "rev": gateway.rev,
            "clients": [_client(gateway, client) for client in gateway.clients.values()],
            "contacts": [_contact(gateway, client_id, contact) for contact in gateway.contacts.values()],
            "entries": [asdict(entry) for entry in chat if entry.rev > after],
            "count": len(chat),
            "typing": gateway.is_typing(client_id, phone),
            "callback_set": bool(gateway.callback_url),
            "sent": len(gateway.sent),
            "switched": gateway.faults != Faults(),
        }
    )


def _levers(gateway: Gateway) -> dict[str, Any]:
    return {
        "faults": asdict(gateway.faults),
        "choices": CHOICES,
        "kinds": list(Kind),
        "chats": list(Chat),
        "callback_url": gateway.callback_url,
    }


async def _pair(gateway: Gateway, client: Client, body: dict[str, Any]) -> None:
    phone = str(body.get("phone", ""))
    if not (phone.isascii() and phone.isdigit() and 9 <= len(phone) <= 15):
        raise RefusalError(400, {"error": "phone must be 9 to 15 digits with the country code"})
    if client.connected or client.connected_at:
        raise RefusalError(409, {"error": "this client was paired before; create a new one"})
    age = gateway.age(client)
    if qr.is_dead(age) or age < qr.READY_AFTER:
        early = age < qr.READY_AFTER
        raise RefusalError(
            409, {"error": "QR code not available" if early else "no living QR code; create a new client"}
        )
    await asyncio.sleep(gateway.faults.pair_delay_ms / 1000)
    client.name = str(body.get("name", ""))[:60]
    client.showroom = str(body.get("showroom", ""))[:60]
    gateway.connect(client, phone)


def _client(gateway: Gateway, client: Client) -> dict[str, Any]:
    code = gateway.qr_code(client)
    return {
        "id": client.id,
        "phone": client.phone,
        "name": client.name,
        "label": client.label,
        "connected": client.connected,
        "pairable": not client.connected_at and code != qr.NOT_AVAILABLE and not qr.is_dead(gateway.age(client)),
        "waiting": code == qr.NOT_AVAILABLE and not client.connected_at,
        "qr": code[-12:] + code[2:10],  # changes when the picture does
    }


def _contact(gateway: Gateway, client_id: str, contact: Contact) -> dict[str, Any]:
    chat = gateway.chats.get((client_id, contact.phone))
    last = next((entry for entry in reversed(chat) if entry.side != "system"), None) if chat else None
    return {
        "phone": contact.phone,
        "name": contact.name,
        "role": contact.role,
        "showroom": contact.showroom,
        "last": {"text": last.text, "kind": last.kind, "at": last.at, "side": last.side} if last else None,
        "bot_count": sum(entry.side == "bot" for entry in chat) if chat else 0,
        "typing": gateway.is_typing(client_id, contact.phone),
    }


def _svg_file(code: str) -> str:
    return qr.as_svg(code).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
