"""A car that is added by WhatsApp while its workers are killed: an album in disorder and in copies, other commands in
between, and a worker's end between any two messages. Nothing may be lost, and one car come of it.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import aiohttp
from aiohttp import web
from django.conf import settings
from django.db import connection
from PIL import Image

from aimeow.simulator import payloads
from autolumiku.faults import house
from autolumiku.faults.house import SECRET, House
from autolumiku.faults.traffic import Person
from conversations.models import WhatsAppConversation
from inventory.models import Vehicle, VehiclePhoto
from staffcommands.models import StaffWhatsAppAuth, UploadDraft, UploadPhoto
from tenants import scope
from tenants.models import Tenant

PHOTOS = 15
COPIES = 6
COMMANDS = ("stok", "stats", "menu")
WORDS = ("Toyota Avanza 2019", "150jt putih", "matic km 40rb")
PATIENCE = 60.0  # seconds until what was said has had its effect
PHONE = "6281298765432"


@dataclass(slots=True)
class Album:
    """Serves the photos, posts the messages, kills the workers. `broken`: promises that did not hold."""

    house: House
    person: Person  # whose showroom's number is written to
    dice: random.Random
    kills: int = 0
    broken: list[str] = field(default_factory=list)

    async def photo(self, request: web.Request) -> web.Response:
        number = int(request.match_info["file"])
        return web.Response(body=_jpeg(number), content_type="image/jpeg")

    async def play(self) -> None:
        tenant = await _ask(_employ)
        began = datetime.now(UTC)
        async with aiohttp.ClientSession(headers={"Content-Type": "application/json"}) as http:
            await self._say(http, "upload", "A0", began)
            self._kill()
            await self._until(lambda: _drafts(tenant) == 1, "the upload began")
            await self._all_at_once(http, began)
            await self._until(lambda: _ready(tenant) == (PHOTOS, 3), "all photos and words are there")
            await self._say(http, "simpan", "A9", datetime.now(UTC))
            self._kill()
            await self._until(lambda: _cars(tenant) >= 1, "the car is there")
            await self._until(lambda: _owed(tenant) == 0, "everything is answered")
        self.broken += await _ask(lambda: _judge(tenant))

    async def _all_at_once(self, http: aiohttp.ClientSession, began: datetime) -> None:
        """Photos, copies, words and commands in any order, a few at a time; a worker ends between them."""
        photos: list[Any] = list(range(PHOTOS))
        sends = [*photos, *self.dice.sample(photos, COPIES), *COMMANDS, *WORDS]
        self.dice.shuffle(sends)
        while sends:
            some, sends = sends[:3], sends[3:]
            await asyncio.gather(*(self._send(http, one, began) for one in some))
            self._kill()
            await asyncio.sleep(self.dice.uniform(0.1, 0.6))

    async def _send(self, http: aiohttp.ClientSession, one: int | str, began: datetime) -> None:
        if isinstance(one, str):
            place = (*COMMANDS, *WORDS).index(one)
            await self._say(http, one, f"B{place}", began + timedelta(milliseconds=100 * place))
            return
        url = f"{settings.AIMEOW_BASE_URL}/files/{self.person.client_id}/{one}"
        at = began + timedelta(seconds=one)
        await self._post(http, "image", f"C{one:02d}", at, file_url=url)

    async def _say(self, http: aiohttp.ClientSession, text: str, name: str, at: datetime) -> None:
        await self._post(http, "text", name, at, text=text)

    async def _post(self, http: aiohttp.ClientSession, kind: str, name: str, at: datetime, **fields: str) -> None:
        body = payloads.build(
            kind,
            client_id=self.person.client_id,
            own_phone=self.person.own_phone,
            phone=PHONE,
            message_id=f"3A{name}",
            sent_at=at,
            built_at=int(time.time()),
            **fields,
        )
        address = f"{settings.PUBLIC_URL}/api/v1/webhooks/aimeow?token={SECRET}"
        async with http.post(address, data=payloads.encode(body)) as answer:
            if answer.status != 200:
                self.broken.append(f"the webhook said {answer.status} to {name}")

    def _kill(self) -> None:
        """SIGKILL to one of the workers, or to both."""
        for name in self.dice.choice((house.WORKERS, house.WORKERS[:1], house.WORKERS[1:])):
            self.kills += house.kill(self.house.pids[name])

    async def _until(self, holds: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE
        while not await _ask(holds):
            if time.monotonic() > until:
                self.broken.append(f"after {PATIENCE:.0f} s not yet: {what}")
                return
            await asyncio.sleep(0.2)


def _jpeg(number: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (320, 240), (number * 16 % 256, 40 + number, 90)).save(out, "JPEG")
    return out.getvalue()


async def _ask(question: Callable[[], Any]) -> Any:
    def asked() -> Any:
        with scope.platform("faults"):
            return question()

    return await asyncio.to_thread(asked)


def _employ() -> int:
    tenant = Tenant.objects.get(slug="showroom-1")
    StaffWhatsAppAuth.objects.create(tenant=tenant, phone_number=PHONE, name="Yudho")
    return tenant.pk


def _drafts(tenant: int) -> int:
    return UploadDraft.objects.filter(tenant_id=tenant).count()


def _ready(tenant: int) -> tuple[int, int]:
    """(photos that are fetched, of model, colour and gearbox those that are known)."""
    photos = UploadPhoto.objects.filter(tenant_id=tenant, state="ready").count()
    car = UploadDraft.objects.filter(tenant_id=tenant).values_list("car", flat=True).first() or {}
    return photos, sum(bool(car.get(name)) for name in ("model", "color", "transmission"))


def _cars(tenant: int) -> int:
    return Vehicle.objects.filter(tenant_id=tenant, model="Avanza").count()


def _owed(tenant: int) -> int:
    rows = WhatsAppConversation.objects.filter(tenant_id=tenant, customer_phone=PHONE)
    inbound, answered = rows.values_list("inbound_seq", "answered_seq").get()
    return inbound - answered


JUDGE_SQL = """
SELECT (SELECT count(*) FROM staff_command_logs WHERE tenant_id = %(t)s AND command = 'upload_vehicle'
            AND parameters ->> 'text' = 'simpan' AND success),
    (SELECT count(DISTINCT parameters ->> 'text') FROM staff_command_logs WHERE tenant_id = %(t)s
        AND parameters ->> 'text' IN ('stok', 'stats', 'menu')),
    (SELECT count(*) FROM staff_command_logs WHERE tenant_id = %(t)s
        AND parameters ->> 'text' IN ('stok', 'stats', 'menu'))
"""


def _judge(tenant: int) -> list[str]:
    """What is not as it should be."""
    cars = list(Vehicle.objects.filter(tenant_id=tenant, model="Avanza"))
    broken = [] if len(cars) == 1 else [f"{len(cars)} cars"]
    for car in cars:
        said = (car.year, car.price, car.color, car.transmission, car.mileage)
        if said != (2019, 150_000_000, "Putih", "automatic", 40_000):
            broken.append(f"the car is {said}")
        kept = VehiclePhoto.objects.filter(vehicle=car).order_by("position")
        sent = UploadPhoto.objects.filter(tenant_id=tenant, state="used").order_by("written_at")
        if [one.image.name for one in kept] != list(sent.values_list("image", flat=True)) or len(kept) != PHOTOS:
            broken.append(f"{len(kept)} photos, or not in the order in which they were sent")
        if [one.is_main for one in kept] != [place == 0 for place in range(len(kept))]:
            broken.append("another photo than the first is the main one")
    with connection.cursor() as cursor:
        cursor.execute(JUDGE_SQL, {"t": tenant})
        saved, kinds, commands = cursor.fetchone()
    if (saved, kinds, commands) != (1, len(COMMANDS), len(COMMANDS)):
        broken.append(f"saved {saved} times, {kinds} of the other commands executed, {commands} times in all")
    return broken
