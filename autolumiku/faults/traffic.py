"""The customers: an open loop of webhooks, with bursts, copies, late and disordered ones. Nothing is tried again."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from aimeow.simulator import payloads
from autolumiku.faults import wires
from autolumiku.faults.house import SECRET

TIMEOUT_SECONDS = 20.0
WORDS = (
    "Halo kak, mobil apa saja yang ada? {}",
    "Masih ada yang matic kak {}",
    "Kak {} saya cari mobil keluarga",
    "Showroomnya buka sampai jam berapa ya {}",
    "Boleh tahu alamatnya di mana kak {}",
)


@dataclass(frozen=True, slots=True)
class Person:
    client_id: str
    own_phone: str
    phone: str


@dataclass(slots=True)
class Said:
    """A message, and what became of its calls: (time, HTTP status; 0 without an answer) each."""

    gateway_id: str
    person: Person
    token: str
    written_at: datetime
    calls: list[tuple[float, int]] = field(default_factory=list)

    @property
    def acknowledged(self) -> bool:
        return any(status == 200 for _, status in self.calls)


@dataclass(slots=True)
class Traffic:
    url: str
    people: list[Person]
    dice: random.Random
    rate: float  # messages a second
    said: list[Said] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)  # of acknowledged calls, in seconds
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def flow(self, stop: asyncio.Event) -> None:
        """Write until `stop`, and wait for the last answers."""
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as http:
            while not stop.is_set():
                messages = 3 if self.dice.random() < 0.15 else 1
                self._in_background(self._write(http, self.dice.choice(self.people), messages))
                await asyncio.sleep(self.dice.expovariate(self.rate / 1.3))
            while self._under_way:
                await asyncio.wait(self._under_way)

    async def say(self, person: Person) -> None:
        """One message of this person, now."""
        async with aiohttp.ClientSession() as http:
            await self._post(http, self._new(person))

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _new(self, person: Person, age: float = 0.0) -> Said:
        number = len(self.said)
        written_at = datetime.now(UTC) - timedelta(seconds=age)
        said = Said(f"3A{number:018X}", person, wires.token(number), written_at)
        self.said.append(said)
        return said

    async def _write(self, http: aiohttp.ClientSession, person: Person, messages: int) -> None:
        """A burst comes in within a second, often disordered; one message in five comes twice, at once or later."""
        batch = [self._new(person, age=messages - number) for number in range(messages)]
        self.dice.shuffle(batch)
        for said in batch:
            copies = 2 if self.dice.random() < 0.2 else 1
            pauses = [0.0, self.dice.choice((0.0, 0.0, 0.3, 3.0))][:copies]
            for pause in pauses:
                self._in_background(self._post(http, said, pause))
            if messages > 1:
                await asyncio.sleep(self.dice.uniform(0, 0.4))

    async def _post(self, http: aiohttp.ClientSession, said: Said, pause: float = 0.0) -> None:
        await asyncio.sleep(pause)
        began = time.time()
        body = payloads.build(
            "text",
            client_id=said.person.client_id,
            own_phone=said.person.own_phone,
            phone=said.person.phone,
            message_id=said.gateway_id,
            sent_at=said.written_at,
            built_at=int(began),
            text=WORDS[int(said.gateway_id, 16) % len(WORDS)].format(said.token),
        )
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        try:
            async with http.post(
                f"{self.url}/api/v1/webhooks/aimeow?token={SECRET}", data=payloads.encode(body), timeout=timeout,
                headers={"Content-Type": "application/json", "User-Agent": "Go-http-client/1.1"},
            ) as answer:  # fmt: skip
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            status = 0
        said.calls.append((began, status))
        if status == 200:
            self.delays.append(time.time() - began)
