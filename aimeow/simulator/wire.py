"""What every route shares: the application's keys, the gateway's JSON answers, and its answers for wrong paths."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from aiohttp import web

from .state import Client, Gateway

GATEWAY = web.AppKey("gateway", Gateway)
HTTP = web.AppKey("http", aiohttp.ClientSession)
TASKS = web.AppKey("tasks", set[asyncio.Task[Any]])

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NOT_FOUND = "404 page not found"


class RefusalError(Exception):
    """Ends a request with this status and JSON body."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status)
        self.status, self.body = status, body


def reply(body: Any, status: int = 200) -> web.Response:
    """JSON with the gateway's content type; surrogates that no UTF-8 can hold become `?`."""
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return web.Response(body=data, status=status, content_type="application/json", charset="utf-8")


def gateway_of(request: web.Request) -> Gateway:
    return request.app[GATEWAY]


def client_of(request: web.Request) -> Client:
    """The client named in the path, or 404."""
    client = gateway_of(request).clients.get(request.match_info["id"])
    if client is None:
        raise RefusalError(404, {"error": "client not found"})
    return client


def connected_client_of(request: web.Request) -> Client:
    """The client named in the path, or 404, or 400 when it is not connected."""
    client = client_of(request)
    if not client.connected:
        raise RefusalError(400, {"error": "client is not connected"})
    return client


def in_background(request: web.Request, work: Awaitable[Any]) -> asyncio.Task[Any]:
    """Runs on after the answer; the application holds it, and cancels it at its end."""
    task = asyncio.ensure_future(work)
    tasks = request.app[TASKS]
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task


def cut(request: web.Request) -> web.Response:
    """Breaks the connection with a TCP reset; the response is never seen."""
    transport = request.transport
    if transport is not None:
        raw = transport.get_extra_info("socket")
        with contextlib.suppress(OSError, AttributeError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


@web.middleware
async def manners(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The gateway's ways: refusals as JSON, plain 404 for all that does not exist, redirects for a trailing slash."""
    api = request.path.startswith(("/api/", "/files/"))
    if api and gateway_of(request).faults.gateway_down:
        return cut(request)
    try:
        return await handler(request)
    except RefusalError as refusal:
        return reply(refusal.body, refusal.status)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        return await _no_such_route(request)


async def _no_such_route(request: web.Request) -> web.Response:
    trimmed = request.path.rstrip("/")
    if trimmed and trimmed != request.path:
        target = request.clone(rel_url=request.rel_url.with_path(trimmed))
        match = await request.app.router.resolve(target)
        if match.http_exception is None:
            status = 301 if request.method == "GET" else 307
            return web.Response(status=status, headers={"Location": str(target.rel_url)})
    return web.Response(text=NOT_FOUND, status=404)


async def allow_any_origin(_: web.Request, response: web.StreamResponse) -> None:
    """The gateway's CORS: anybody."""
    response.headers["Access-Control-Allow-Origin"] = "*"
