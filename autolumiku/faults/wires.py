"""The outside world: a gateway that records every send and a model that echoes what it saw. Both fail in their ways."""

from __future__ import annotations

import asyncio
import random
import re
import time
from dataclasses import dataclass, field

from aiohttp import web

from aimeow.simulator.wire import cut

TOKEN = re.compile(r"\bTOK-[0-9]{6}\b")
FAILED = "Failed to send message: "


def token(number: int) -> str:
    """A customer's own reference, as in "pesanan TOK-000012": an answer may repeat it, and it claims nothing."""
    return f"TOK-{number:06d}"


@dataclass(frozen=True, slots=True)
class Send:
    """One send as the gateway met it. `told`: what the app was told."""

    at: float
    client_id: str
    to: str
    text: str
    delivered: bool
    message_id: str
    told: str


@dataclass(slots=True)
class Gateway:
    """`share`: how many of 100 sends go wrong. A message that was refused is taken at the third try at the latest."""

    dice: random.Random
    share: float = 20.0
    offline: bool = False  # the showroom's phone has no network
    sends: list[Send] = field(default_factory=list)
    _refused: dict[tuple[str, str], int] = field(default_factory=dict)

    async def send(self, request: web.Request) -> web.Response:
        body = await request.json()
        to, text, client = body["phone"], body["message"], request.match_info["id"]
        way = self._way(to, text)
        delivered = way not in ("refused", "cut before", "not connected")
        message_id = f"3EB0{len(self.sends):016X}" if delivered else ""
        self.sends.append(Send(time.time(), client, to, text, delivered, message_id, way))
        if way == "slow":
            await asyncio.sleep(self.dice.uniform(0.2, 1.5))
        if way == "timed out":
            await asyncio.sleep(0.5)
            return _no("timed out waiting for message send response")
        if way == "refused":
            return _no("server returned error 479")
        if way == "not connected":
            return _no("failed to send message node: websocket not connected")
        if way in ("cut before", "cut after"):
            return cut(request)
        return web.json_response({"success": True, "messageId": message_id})

    def _way(self, to: str, text: str) -> str:
        if self.offline:
            return "not connected"
        if self.dice.uniform(0, 100) >= self.share:
            return "sent"
        way = self.dice.choice(("refused", "refused", "slow", "timed out", "cut before", "cut after"))
        if way == "refused":
            self._refused[to, text] = self._refused.get((to, text), 0) + 1
            return "refused" if self._refused[to, text] <= 2 else "sent"
        return way

    async def client(self, request: web.Request) -> web.Response:
        return web.json_response({"id": request.match_info["id"], "phone": "", "isConnected": not self.offline})


def _no(error: str) -> web.Response:
    return web.json_response({"success": False, "error": FAILED + error}, status=500)


@dataclass(slots=True)
class Model:
    """Answers with the tokens of the turn it is asked about; `typical`: the median of its time in seconds."""

    dice: random.Random
    share: float = 20.0
    typical: float = 0.3
    calls: int = 0

    async def complete(self, request: web.Request) -> web.Response:
        asked = (await request.json())["messages"]
        self.calls += 1
        way = "answer"
        if self.dice.uniform(0, 100) < self.share:
            way = self.dice.choice(("null", "empty", "429", "500", "hang", "slow", "slow"))
        if way == "hang":
            await asyncio.sleep(60)
        await asyncio.sleep(self.dice.lognormvariate(0, 0.6) * self.typical * (4 if way == "slow" else 1))
        if way in ("429", "500"):
            return web.json_response({"error": {"message": "scripted"}}, status=int(way))
        seen = TOKEN.findall(asked[-1]["content"]) if asked[-1]["role"] == "user" else []
        said = {"null": None, "empty": ""}.get(way, f"Baik Kak, pesannya sudah kami baca: {' '.join(seen)}.")
        return web.json_response(_completion(said))


def _completion(content: str | None) -> dict[str, object]:
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {
        "id": "faults",
        "object": "chat.completion",
        "created": 1,
        "model": "faults",
        "choices": [choice],
        "usage": usage,
    }


@dataclass(slots=True)
class Wire:
    """A server on one loopback port that can go away and come back."""

    app: web.Application
    port: int
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._runner = web.AppRunner(self.app, access_log=None, handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True, backlog=512).start()

    async def go_away(self) -> None:
        """Nobody listens any more; calls under way may end."""
        assert self._runner is not None
        for site in list(self._runner.sites):
            await site.stop()

    async def come_back(self) -> None:
        assert self._runner is not None
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True, backlog=512).start()

    async def end(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()


def gateway_app(gateway: Gateway) -> web.Application:
    app = web.Application()
    app.router.add_post("/api/v1/clients/{id}/send-message", gateway.send)
    app.router.add_get("/api/v1/clients/{id}", gateway.client)
    return app


def model_app(model: Model) -> web.Application:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", model.complete)
    return app
