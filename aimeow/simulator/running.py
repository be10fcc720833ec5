"""Starts the simulator: in this thread for the command line, in its own for tests."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

from aiohttp import web

from . import app, inbound, payloads
from .faults import changed
from .state import Client, Contact, Gateway, Sent, new_message_id, preload
from .wire import HTTP

T = TypeVar("T")
DEFAULT_CLIENTS: tuple[Mapping[str, str], ...] = (
    {
        "id": "75335d94-c1bb-4d11-a42c-fb24f2e02d5d",
        "phone": "6281200000001",
        "name": "Prima Mobil",
        "showroom": "Prima Mobil",
    },
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One inbound message: its id and what each webhook met (HTTP status, 0 without an answer)."""

    gateway_id: str
    webhook_status: tuple[int, ...]

    @property
    def accepted(self) -> bool:
        return bool(self.webhook_status) and all(200 <= status < 300 for status in self.webhook_status)


async def listen(gateway: Gateway, host: str, port: int) -> web.AppRunner:
    """Starts serving; port 0 takes a free one. `gateway.base_url` is set to where it listens."""
    runner = web.AppRunner(app.build(gateway), access_log=None, handle_signals=False, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, backlog=1024).start()
    except OSError:
        await runner.cleanup()
        raise
    bound = runner.addresses[0][1]
    everywhere = host in ("", "0.0.0.0", "::")  # noqa: S104 - recognised, not chosen
    gateway.base_url = f"http://{'127.0.0.1' if everywhere else host}:{bound}"
    return runner


async def serve(gateway: Gateway, host: str, port: int) -> None:
    """Serves until SIGINT or SIGTERM."""
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    runner = await listen(gateway, host, port)
    sys.stdout.write(f"Aimeow simulator: {gateway.base_url}/\n")
    sys.stdout.flush()
    await ended.wait()
    await runner.cleanup()


class Simulator:
    """The simulator in a background thread on a free loopback port.

        with Simulator() as sim:
            sim.callback_url = "http://127.0.0.1:8000/webhook"
            sim.deliver("text", text="Halo")
            assert sim.sent[-1].text == …

    Safe to use from the test's thread; start one per session and `clear()` between tests.
    """

    def __init__(
        self,
        clients: Sequence[Mapping[str, str]] = DEFAULT_CLIENTS,
        contacts: Sequence[Mapping[str, str]] = (),
        *,
        callback_url: str = "",
        port: int = 0,
    ) -> None:
        self.gateway = Gateway()
        self._clients, self._contacts = clients, contacts
        self._callback_url, self._port = callback_url, port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="aimeow-simulator", daemon=True)
        self._runner: web.AppRunner | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._runner = self._wait(lambda: listen(self.gateway, "127.0.0.1", self._port))
        except BaseException:
            self._stop()
            raise
        self.clear()
        return self

    def __exit__(self, *_: object) -> None:
        if self._runner is not None:
            self._wait(self._runner.cleanup)
        self._stop()

    @property
    def base_url(self) -> str:
        return self.gateway.base_url

    @property
    def callback_url(self) -> str:
        return self.gateway.callback_url

    @callback_url.setter
    def callback_url(self, url: str) -> None:
        self.gateway.callback_url = url

    @property
    def sent(self) -> list[Sent]:
        """Every validated send since `clear()`, failed ones too (`delivered` tells), oldest first."""
        return list(self.gateway.sent)

    @property
    def client_id(self) -> str:
        """The first client's id."""
        return next(iter(self.gateway.clients), "")

    @property
    def own_phone(self) -> str:
        """The first client's phone."""
        return next((client.phone for client in self.gateway.clients.values()), "")

    def clear(self) -> None:
        """Back to the beginning: the preloaded clients and contacts, the first callback, no sends, no switches."""
        self._do(self._begin)

    def switch(self, **faults: Any) -> None:
        """Sets switches (see faults.Faults); ValueError for an unknown one or a bad value."""

        def turn() -> None:
            self.gateway.faults = changed(self.gateway.faults, faults)

        self._do(turn)

    def add_client(self, client_id: str, phone: str, name: str = "") -> Client:
        """A further connected client."""
        given = {"id": client_id, "phone": phone, "name": name}
        self._do(lambda: preload(self.gateway, [given]))
        return self.gateway.clients[client_id]

    def add_contact(self, phone: str, name: str = "", **fields: str) -> Contact:
        """A person with a phone; fields: lid, role, showroom."""
        return self._do(lambda: self.gateway.contact(phone, name, **fields))

    def pair(self, client_id: str, phone: str) -> None:
        """A phone scans this client's code."""
        self._do(lambda: self.gateway.connect(self.gateway.clients[client_id], phone))

    def age(self, client_id: str, seconds: float) -> None:
        """This client's code is so much older."""

        def turn() -> None:
            self.gateway.clients[client_id].created -= seconds

        self._do(turn)

    def log_out(self, client_id: str = "") -> None:
        """The (first) client is logged out: sends answer 400 from now on."""
        self._do(lambda: self.gateway.log_out(self.gateway.clients[client_id or self.client_id]))

    def restart(self) -> None:
        """As if the gateway's process had been restarted."""
        self._do(self.gateway.restart)

    def payload(self, kind: str = "text", **fields: Any) -> dict[str, Any]:
        """A faithful webhook body, not posted: of the first client, now, with a fresh id unless given.

        Kinds and fields are those of payloads.Message; shorthands: group, status, from_me, self, sticker.
        """
        mine = {
            "client_id": self.client_id,
            "own_phone": self.own_phone,
            "message_id": new_message_id("3A"),
            "sent_at": datetime.now(UTC),
            "built_at": int(time.time()),
        }
        return payloads.build(kind, **(mine | fields))

    def deliver(self, kind: str = "text", *, phone: str = "6281234567890", **fields: Any) -> Delivery:
        """A phone sends, and every webhook of it is answered when this returns.

        fields: client, name, text, chat, identity, caption, file {"base64", "mime"}, latitude…, message_id, sent_at
        (Unix seconds), and the per-message switches (copies, ghost_other, second_id, client_jid, jitter_ms, …).
        ValueError when the order makes no sense.
        """
        order = self._do(lambda: inbound.read(self.gateway, {"kind": kind, "phone": phone, "name": "Budi"} | fields))
        assert self._runner is not None
        http = self._runner.app[HTTP]
        outcomes = self._wait(lambda: inbound.carry_out(self.gateway, http, order))
        return Delivery(order.message.message_id, tuple(outcome.status for outcome in outcomes))

    def _begin(self) -> None:
        gateway = self.gateway
        gateway.reset()
        for store in (gateway.clients, gateway.unlinked, gateway.contacts):
            store.clear()
        gateway.callback_url = self._callback_url
        preload(gateway, self._clients, self._contacts)

    def _do(self, work: Callable[[], T]) -> T:
        """Runs plain work in the loop's thread."""

        async def run() -> T:
            return work()

        return self._wait(run)

    def _wait(self, work: Callable[[], Awaitable[T]]) -> T:
        async def run() -> T:
            return await work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout=120)

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()
