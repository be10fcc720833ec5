"""What happens when: load, kills at named and at random moments, outages; then quiet, and the proof."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from django.db import Error, connection

from autolumiku.faults import house, points, proof, wires
from autolumiku.faults.house import House, Server
from autolumiku.faults.points import POINTS, Point
from autolumiku.faults.traffic import Person, Traffic
from conversations.models import WhatsAppConversation
from tenants import scope

T = TypeVar("T")
FIRE_SECONDS = 6.0  # how long a named moment is waited for before the next one has its turn
QUIET_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Plan:
    """kills: named and random ones together; seconds: how long the load may last; away: one outage of the database."""

    kills: int
    seconds: float
    away: float
    rate: float
    customers: int
    rounds: int = 1  # each ends in quiet and a proof
    only: str = ""  # "away" or "deploy": nothing but that


@dataclass(slots=True)
class Story:
    plan: Plan
    house: House
    server: Server
    gateway: wires.Gateway
    gateway_wire: wires.Wire
    traffic: Traffic
    dice: random.Random
    told: Callable[[str], None]
    began: float = field(default_factory=time.time)
    kills: list[tuple[float, str]] = field(default_factory=list)
    named: Counter[str] = field(default_factory=Counter)
    by_chance: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    meetings: int = 0
    calm: list[tuple[float, float]] = field(default_factory=list)  # when nothing but a deploy went on
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)  # the database is being taken away

    # --- the whole ----------------------------------------------------------------------------------------------

    async def play(self) -> proof.Verdict:
        """Round by round, until all is done or a promise is broken."""
        verdict = proof.Verdict()
        for number in range(1, self.plan.rounds + 1):
            verdict = await self._round(number)
            if verdict.faults:
                break
            self._say(f"round {number}: every promise held so far")
        return verdict

    async def _round(self, number: int) -> proof.Verdict:
        stop = asyncio.Event()
        load = asyncio.create_task(self.traffic.flow(stop))
        watch = asyncio.create_task(self._watch())
        try:
            async with asyncio.timeout(self.plan.seconds):
                await self._disasters(number)
        except TimeoutError:
            self._say("time is up")
        self._disarm()
        stop.set()
        await load
        self._say("load ended; waiting until all is quiet")
        ends = await self._quiet()
        watch.cancel()
        verdict = await _ask(lambda: proof.judge(self.traffic.said, self.gateway.sends, proof.read()))
        if ends:
            verdict.faults.append((f"not quiet after {QUIET_SECONDS:.0f} s: {ends}", ""))
        if await _ask(_overdue):
            verdict.faults.append(("the invariant's query finds chats", ""))
        verdict.faults += [(surprise, "") for surprise in self.house.surprises]
        verdict.faults += [("refused while nothing but a deploy went on", one) for one in self._refused_in_calm()]
        return verdict

    async def _disasters(self, number: int) -> None:
        """First a deploy in calm; then the named moments on one side, everything else on the other, at once."""
        if self.plan.only != "away":
            await self._deploys(6 if self.plan.only else 1)
        if self.plan.only == "away":
            await asyncio.sleep(3)
            await self._outage(self.plan.away, during=lambda: house.kill(self.house.pids[house.WORKERS[1]]))
        if self.plan.only:
            return
        async with asyncio.TaskGroup() as both:
            both.create_task(self._named_moments())
            both.create_task(self._events(self.plan.away if number == 1 else 5.0))
        while self.count() < self.plan.kills * number / self.plan.rounds:
            await self._kill_by_chance()
            await asyncio.sleep(self.dice.uniform(0.3, 1.2))

    def count(self) -> int:
        return self.named.total() + self.by_chance.total()

    async def _quiet(self) -> str:
        """ "" once nothing is under way any more, else what is."""
        until = time.monotonic() + QUIET_SECONDS
        while ends := await _ask(proof.open_ends, "the database is away"):
            if time.monotonic() > until:
                return ends
            await asyncio.sleep(0.3)
        return ""

    async def _watch(self) -> None:
        while True:
            seconds = await _ask(proof.oldest_owed, 0.0)
            self.slowest = max(self.slowest, seconds)
            await asyncio.sleep(1)

    def _say(self, what: str) -> None:
        self.told(f"{time.time() - self.began:7.2f}  {what}")

    def _note(self, what: str) -> None:
        self.kills.append((time.time(), what))
        self._say(what)

    # --- named moments ------------------------------------------------------------------------------------------

    async def _named_moments(self) -> None:
        wanted = [point for point in POINTS if not point.needs]
        self.dice.shuffle(wanted)
        for _ in range(2):
            wanted = [point for point in wanted if not await self._dies_at(point)]

    async def _dies_at(self, point: Point, seconds: float = FIRE_SECONDS) -> bool:
        """Arm a moment; whether a process died at it in time."""
        armed, fired = self.house.place / "armed" / point.name, self.house.place / "fired" / point.name
        armed.touch()
        until = time.monotonic() + seconds
        while not fired.exists():
            if time.monotonic() > until:
                armed.unlink(missing_ok=True)
                if not fired.exists():
                    self._say(f"did not come: {point.name}")
                    return False
            await asyncio.sleep(0.02)
        fired.unlink()
        self.named[point.name] += 1
        self._note(f"killed: {point.name}")
        return True

    def _disarm(self) -> None:
        for note in (self.house.place / "armed").iterdir():
            note.unlink(missing_ok=True)

    # --- everything else ----------------------------------------------------------------------------------------

    async def _events(self, away: float) -> None:
        await self._meet(4)
        await self._outage(away)
        await self._kills_by_chance(2)
        await self._gateway_away(2.0)
        await self._sleeping_worker()
        await self._deploy()
        await self._kills_by_chance(2)
        await self._phone_offline(3.0)
        await self._crash()
        await self._frozen(2.5)

    async def _kills_by_chance(self, times: int) -> None:
        for _ in range(times):
            await asyncio.sleep(self.dice.uniform(0.2, 1.5))
            await self._kill_by_chance()

    async def _kill_by_chance(self) -> None:
        whom = self.dice.choices(("worker", "web worker", "web", "backend", "postgres"), (50, 30, 8, 6, 6))[0]
        done = False
        match whom:
            case "worker":
                done = house.kill(self.house.pids[self.dice.choice(house.WORKERS)])
            case "web worker":
                there = self.house.web_workers()
                done = bool(there) and house.kill(self.dice.choice(there))
            case "web":
                done = self._kill_web()
            case "backend":
                done = self.server.kill_backend(self.dice.randrange(1000))
            case "postgres":
                await self._crash()
                done = True
        if done:
            self.by_chance[whom] += 1
            self._note(f"killed by chance: {whom}")

    def _kill_web(self) -> bool:
        """gunicorn and its workers at once, as a container dies; orphans would hold the port for a while."""
        family = [self.house.pids["web"], *self.house.web_workers()]
        killed = [house.kill(pid) for pid in family]
        return all(killed)

    async def _crash(self) -> None:
        """The whole server is killed and comes back at once."""
        async with self.busy:
            await self.server.crash(self.dice.choice((signal.SIGKILL, signal.SIGQUIT)))
            self._note("PostgreSQL killed")
            await asyncio.to_thread(self.server.start)
            self._say("PostgreSQL is back")

    async def _outage(self, seconds: float, during: Callable[[], Any] = lambda: None) -> None:
        """The database is away for a while, and web processes die at the spool."""
        async with self.busy:
            await self.server.crash(signal.SIGQUIT)
            self._note(f"PostgreSQL away for {seconds:.0f} s")
            back = time.monotonic() + seconds
            during()
            spooling = [] if self.plan.only else [point for point in POINTS if point.needs == "outage"]
            for point in spooling[:-1]:
                await self._dies_at(point, max(0.5, back - time.monotonic()))
            await asyncio.sleep(max(0.0, back - time.monotonic()))
            await asyncio.to_thread(self.server.start)
            self._say("PostgreSQL is back")
            for point in spooling[-1:]:
                await self._dies_at(point)

    async def _frozen(self, seconds: float) -> None:
        """The database accepts connections and answers nothing."""
        async with self.busy:
            for pid in self.server.processes():
                house.kill(pid, signal.SIGSTOP)
            self._note(f"PostgreSQL frozen for {seconds:.0f} s")
            await asyncio.sleep(seconds)
            for pid in self.server.processes():
                house.kill(pid, signal.SIGCONT)

    async def _gateway_away(self, seconds: float) -> None:
        await self.gateway_wire.go_away()
        self._note(f"gateway away for {seconds:.0f} s")
        await asyncio.sleep(seconds)
        await self.gateway_wire.come_back()

    async def _phone_offline(self, seconds: float) -> None:
        self.gateway.offline = True
        self._note(f"the showrooms' phones offline for {seconds:.0f} s")
        await asyncio.sleep(seconds)
        self.gateway.offline = False

    async def _sleeping_worker(self) -> None:
        """A worker stands still longer than its leases last, and goes on as if nothing had been."""
        pid = self.house.pids[house.WORKERS[0]]
        if house.kill(pid, signal.SIGSTOP):
            self._note("a worker sleeps through its leases")
            await asyncio.sleep(3.5)
            house.kill(pid, signal.SIGCONT)

    async def _deploy(self) -> None:
        """gunicorn reloads, one worker after the other stops in an orderly way: no call may fail meanwhile."""
        house.kill(self.house.pids["web"], signal.SIGHUP)
        self._note("gunicorn reloads")
        await self.house.ask_to_stop(house.WORKERS[1])
        self._note("a worker stopped when asked")

    async def _deploys(self, times: int) -> None:
        """While nothing else goes wrong, so that every message of this time must be taken."""
        began = time.time()
        for _ in range(times):
            await self._deploy()
            await asyncio.sleep(1.5)
        self.calm.append((began, time.time()))
        await asyncio.sleep(0.5)  # so that calls under way end in calm

    def _refused_in_calm(self) -> list[str]:
        return [
            one.gateway_id
            for one in self.traffic.said
            for began, ended in self.calm
            if not one.acknowledged and began < one.calls[0][0] < ended
        ]

    async def _meet(self, times: int) -> None:
        """A message commits in the moment in which its chat's turn is concluded."""
        held = self.house.place / "held"
        for _ in range(times):
            (self.house.place / "armed" / points.MEETING.name).touch()
            until = time.monotonic() + FIRE_SECONDS
            while not (notes := list(held.iterdir())) and time.monotonic() < until:
                await asyncio.sleep(0.001)
            for note in notes:
                person = await _ask(partial(_person, int(note.name), self.traffic.people))
                if person is not None:
                    call = asyncio.create_task(self.traffic.say(person))
                    await asyncio.sleep(self.dice.uniform(0, 0.012))
                    note.unlink(missing_ok=True)
                    await call
                    self.meetings += 1
                note.unlink(missing_ok=True)


def _person(chat: int, people: list[Person]) -> Person | None:
    with scope.platform("faults"):
        phone = WhatsAppConversation.objects.values_list("customer_phone", flat=True).get(pk=chat)
    return next((person for person in people if person.phone == phone), None)


def _overdue() -> bool:
    with scope.platform("faults"):
        return WhatsAppConversation.objects.overdue(0).exists()


async def _ask(question: Callable[[], T], away: Any = None) -> T:
    """Ask the database in a thread; `away` is the answer while there is none."""

    def ask() -> T:
        try:
            return question()
        except Error:
            if away is None:
                raise
            return away
        finally:
            connection.close()

    return await asyncio.to_thread(ask)
