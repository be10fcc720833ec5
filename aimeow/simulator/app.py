"""Puts the parts together into one aiohttp application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from . import control, rest, sending, webhook
from .state import Gateway
from .wire import GATEWAY, HTTP, TASKS, allow_any_origin, manners, reply

PAGE = Path(__file__).parent / "page"
MAX_BODY = 64 * 1024 * 1024
_PAGE_FILES = {
    "index.html": "text/html",
    "app.css": "text/css",
    "app.js": "text/javascript",
    "chat.js": "text/javascript",
    "drawer.js": "text/javascript",
    "dom.js": "text/javascript",
}
_PAGE_POLICY = "default-src 'self'; img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; object-src 'none'"


def build(gateway: Gateway) -> web.Application:
    app = web.Application(middlewares=[manners], client_max_size=MAX_BODY)
    app[GATEWAY] = gateway
    app[TASKS] = set()
    app.cleanup_ctx.append(_resources)
    app.on_response_prepare.append(allow_any_origin)
    app.router.add_get("/", root)
    app.router.add_get("/page/{name}", page_file)
    app.router.add_route("OPTIONS", "/{path:.*}", preflight)
    for part in (rest, sending, control):
        app.add_routes(part.routes)
    return app


async def root(request: web.Request) -> web.StreamResponse:
    """The phone page for a browser, the gateway's greeting for everyone else."""
    if "text/html" in request.headers.get("Accept", ""):
        return _page("index.html")
    return reply({"message": "Aimeow WhatsApp API is running", "status": "ok"})


async def page_file(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if name not in _PAGE_FILES:
        raise web.HTTPNotFound
    return _page(name)


async def preflight(_: web.Request) -> web.Response:
    headers = {
        "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE, OPTIONS",
        "Access-Control-Allow-Headers": "Content-Type",
    }
    return web.Response(status=204, headers=headers)


def _page(name: str) -> web.Response:
    headers = {"Content-Security-Policy": _PAGE_POLICY, "Cache-Control": "no-store"}
    return web.Response(
        body=(PAGE / name).read_bytes(), content_type=_PAGE_FILES[name], charset="utf-8", headers=headers
    )


async def _resources(app: web.Application) -> AsyncIterator[None]:
    """The HTTP client, and at the end of all the webhooks still on their way."""
    async with webhook.open_session() as session:
        app[HTTP] = session
        yield
        tasks = app[TASKS]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
