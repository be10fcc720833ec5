"""A showroom that tests write to through the public door: a webhook in, the gateway's recorded sends out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django import app

from aiconfig.models import BusinessHours, FAQEntry, Holiday, WhatsAppAIConfig
from aimeow.models import AimeowAccount
from aimeow.simulator import Simulator
from aimeow.simulator.state import StoredFile, new_message_id
from autolumiku.lib import clock
from autolumiku.testing import web
from conversations import webhook, wording
from conversations.models import WhatsAppConversation, WhatsAppMessage
from inventory import models as inventory
from inventory.models import LeasingRate, Vehicle
from staffcommands.models import StaffWhatsAppAuth
from tenants import scope
from tenants.models import Tenant

CUSTOMER = "6281234567890"
WEBHOOK = "/api/v1/webhooks/aimeow"

# the fixture of the product's documents
CITY = {
    "make": "Honda",
    "model": "City",
    "variant": "S AT",
    "year": 2006,
    "price": 79_000_000,
    "mileage": 127_245,
    "fuel": "bensin",
    "color": "silver",
    "transmission": "automatic",
    "body_type": "sedan",
    "seats": 5,
}
FORTUNER = {
    "make": "Toyota",
    "model": "Fortuner",
    "variant": "VRZ AT",
    "year": 2021,
    "price": 470_000_000,
    "mileage": 25_000,
    "fuel": "diesel",
    "color": "hitam",
    "transmission": "automatic",
    "body_type": "suv",
    "seats": 7,
}
JOBS_SQL = """
    DELETE FROM procrastinate_jobs WHERE id = (
        SELECT id FROM procrastinate_jobs
        WHERE status = 'todo'
          AND (scheduled_at IS NULL OR scheduled_at <= clock_timestamp() + make_interval(secs => %s))
        ORDER BY id LIMIT 1)
    RETURNING task_name, args
"""


class Showroom:
    """One showroom with its number at the simulated gateway; no pacing, no burst wait, always open."""

    def __init__(
        self,
        gateway: Simulator,
        *,
        slug: str = "prima-mobil",
        name: str = "Prima Mobil",
        number: int = 1,
        **config: Any,
    ) -> None:
        self.gateway = gateway
        self.phone = f"62812000000{number:02d}"
        self.client_id = f"75335d94-c1bb-4d11-a42c-{number:012d}"
        gateway.add_client(self.client_id, self.phone, name)
        webhook.known_secrets.pop(self.client_id, None)  # of a test before
        self.http = web.client()
        self.written = datetime.min.replace(tzinfo=UTC)
        with scope.platform("stage"):
            self.tenant = Tenant.objects.create(
                slug=slug,
                name=name,
                vehicle_prefix="PM-PST",
                city="Jakarta",
                address="Jl. Contoh Raya No. 1, Jakarta Pusat",
                phone="622150000001",
                whatsapp_number=self.phone,
                maps_url="https://maps.example.com/prima",
            )
            self.account = AimeowAccount.objects.create(
                tenant=self.tenant, client_id=self.client_id, phone_number=self.phone, connection_status="connected"
            )
            quick = {"burst_wait_seconds": 0, "send_gap_seconds": 0, "customer_gap_seconds": 0, "daily_send_cap": 0}
            WhatsAppAIConfig.objects.create(tenant=self.tenant, **{**quick, **config})

    @contextmanager
    def scope(self) -> Iterator[None]:
        with scope.of(self.tenant):
            yield

    def has(self, **fields: Any) -> Vehicle:
        """A car in stock, AVAILABLE unless said otherwise."""
        with self.scope():
            return inventory.add(self.tenant.pk, by="test", **{"status": "AVAILABLE", **fields})

    def set(self, **config: Any) -> None:
        """Flip settings as a manager does."""
        with self.scope():
            WhatsAppAIConfig.objects.update(**config)

    def lends(self, partner: str, *rates: str, **fields: Any) -> None:
        """A leasing's flat rates for one year, two years, …"""
        years = {f"year_{years}": rate for years, rate in enumerate(rates, start=1)}
        fields = {"valid_from": "2020-01-01", "minimum_down": 20, **years, **fields}
        with self.scope():
            LeasingRate.objects.create(tenant=self.tenant, partner=partner, **fields)

    def answers_faq(self, question: str, answer: str) -> None:
        with self.scope():
            FAQEntry.objects.create(tenant=self.tenant, question=question, answer=answer)

    def opens(self, week: dict[int, tuple[str, str]]) -> None:
        with self.scope():
            for day, (opens, closes) in week.items():
                BusinessHours.objects.create(tenant=self.tenant, weekday=day, opens=opens, closes=closes)

    def shuts(self, *days: str) -> None:
        with self.scope():
            for day in days:
                Holiday.objects.create(tenant=self.tenant, day=day)

    def employs(self, phone: str = "6281298765432", name: str = "Yudho", **rights: Any) -> StaffWhatsAppAuth:
        with self.scope():
            return StaffWhatsAppAuth.objects.create(tenant=self.tenant, phone_number=phone, name=name, **rights)

    def post(self, body: Any, *, token: str | None = None, path: str = WEBHOOK, **headers: str) -> Any:
        """One webhook call as the gateway makes it; `body` may be raw bytes."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        secret = settings.AIMEOW_WEBHOOK_SECRET if token is None else token
        return self.http.post(f"{path}?token={secret}", raw, content_type="application/json", headers=headers or None)

    def receives(self, text: str, *, phone: str = CUSTOMER, **fields: Any) -> None:
        """A person writes, two seconds after the last message unless `sent_at` says when; nothing is answered yet."""
        self.written = max(clock.now(), self.written + timedelta(seconds=2))
        mine = {"client_id": self.client_id, "own_phone": self.phone, "sent_at": self.written}
        kind = fields.pop("kind", "text")
        body = self.gateway.payload(kind, **{**mine, "text": text, "phone": phone, **fields})
        answer = self.post(body)
        assert answer.status_code == 200, answer.content

    def receives_photo(self, data: bytes, caption: str = "", *, phone: str = CUSTOMER, **fields: Any) -> None:
        """A person sends a photo, which lies at the gateway."""
        message_id = fields.setdefault("message_id", new_message_id("3A"))
        self.gateway.gateway.files[self.client_id, message_id] = StoredFile(data, "image/jpeg")
        url = f"{self.gateway.base_url}/files/{self.client_id}/{message_id}"
        self.receives("", kind="image", phone=phone, caption=caption, file_url=url, **fields)

    def hears(self, *texts: str, phone: str = CUSTOMER, **fields: Any) -> list[str]:
        """A person writes, the worker works; returns what this person was sent for it, without the sentences that only
        a first answer has (test_introduction.py).
        """
        before = len(self.gateway.sent)
        for text in texts:
            self.receives(text, phone=phone, **fields)
        run_jobs()
        sent = [one for one in self.gateway.sent[before:] if phone in one.to or one.to.endswith("@lid")]
        return [self.plain(one.text) for one in sent]

    def plain(self, text: str) -> str:
        """An answer without the sentences that a first one is given."""
        for folder in ("", "english/"):
            who = wording.reply(f"{folder}first_who", tenant=self.tenant.name)
            text = text.replace(f"{who}\n\n", "").replace(f"\n\n{wording.reply(f'{folder}first_person')}", "")
        return text

    def chat(self, phone: str = CUSTOMER) -> WhatsAppConversation:
        with self.scope():
            return WhatsAppConversation.objects.get(customer_phone=phone)

    def messages(self, phone: str = CUSTOMER) -> list[WhatsAppMessage]:
        with self.scope():
            return list(WhatsAppMessage.objects.filter(conversation__customer_phone=phone))


def run_jobs(ahead: float = 0) -> int:
    """Run what is due (or due within `ahead` seconds) as a worker would, in order; returns how many jobs ran."""
    count = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(JOBS_SQL, [ahead])
            job = cursor.fetchone()
        if job is None:
            return count
        name, args = job
        async_to_sync(app.tasks[name].func)(**(json.loads(args) if isinstance(args, str) else args))
        count += 1
