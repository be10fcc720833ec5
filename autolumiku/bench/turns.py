"""What a turn costs before and after the model: understanding, facts, prompt and guard, in one process.

A showroom of its own with 500 and with 10,000 made-up cars; chats with one message each. Counted is CPU: this process's
and that of its backend in PostgreSQL. The reading is the worker's own (`gather`), claim and history included.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from aimeow.models import AimeowAccount
from autolumiku.bench import database, scale, usage
from autolumiku.demo import stock
from conversations import counter, gather, guard, prompt
from conversations.models import Direction, Sender, WhatsAppConversation
from inventory import importing
from tenants import scope
from tenants.models import Tenant

SIZES = (500, 10_000)
MOST = 4.0  # ms
SAID = (
    "Halo kak, avanza matic budget 150jt ada?", "Harga Fortuner berapa?", "ada mobil apa saja?",
    "cari mobil keluarga 7 seater budget 200 jutaan", "Honda Brio 2019 masih ada kak? pajaknya hidup sampai kapan?",
    "budget 50jt dapat apa ya", "lokasinya dimana kak, buka jam berapa?", "xpander atau avanza yang ready ada?",
    "kredit innova dp 30% cicilan berapa?", "bisa test drive besok?", "Kia Sonet ada?", "yang termurah mana kak?",
)  # fmt: skip


@dataclass
class Spent:
    """ms of CPU a turn, step by step; server: of PostgreSQL."""

    reading: list[float] = field(default_factory=list)
    prompt: list[float] = field(default_factory=list)
    guard: list[float] = field(default_factory=list)
    counter: list[float] = field(default_factory=list)
    server: float = 0.0

    @property
    def together(self) -> float:
        return sum(map(statistics.fmean, (self.reading, self.prompt, self.guard))) + self.server


def run(rounds: int, say: Callable[[str], None]) -> str:
    place = database.beside("_turns")
    lines = [
        "| cars | turns | understanding and facts | their queries in PostgreSQL | prompt | guard | together | must be |"
        " counter, where no model answers |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for cars in SIZES:
        say(f"filling a showroom with {cars:,} cars")
        database.make(place)
        with scale.pointed(place.name):
            tenant = showroom(cars)
            place.as_owner("VACUUM ANALYZE")
            lines.append(_row(cars, _measured(tenant, rounds)))
    return "\n".join(lines)


def _row(cars: int, spent: Spent) -> str:
    steps = (spent.reading, spent.prompt, spent.guard, spent.counter)
    reading, built, guarded, counted = (f"{statistics.fmean(step):.2f}" for step in steps)
    limit = f"≤ {MOST:g}" if cars == SIZES[0] else "–"
    return (
        f"| {cars:,} | {len(spent.reading)} | {reading} | {spent.server:.2f} | {built} | {guarded} |"
        f" {spent.together:.2f} ms | {limit} | {counted} |"
    )


def showroom(cars: int) -> Tenant:
    who = {"name": "Bench Mobil", "client_id": "turns", "phone": "081100000009"}
    call_command("add_showroom", "turns", **who, verbosity=0, stdout=scale.Silence())
    with scope.platform("bench"):
        tenant = Tenant.objects.get(slug="turns")
    random = Random(cars)  # noqa: S311 - the same cars every time
    rows: list[importing.Row] = []
    while len(rows) < cars:
        rows += stock.rows(random, "B")
    with scope.of(tenant):
        importing.save(tenant.pk, importing.Sheet(tuple(rows[:cars])), "bench")
        account = AimeowAccount.objects.get()
        for number, text in enumerate(SAID):
            phone = f"62811{number:08d}"
            chat = WhatsAppConversation.objects.create(
                tenant=tenant, account=account, customer_phone=phone, chat_jid=f"{phone}@s.whatsapp.net",
                customer_name="Pelanggan", last_message_at=timezone.now(), due_at=timezone.now(), inbound_seq=1,
            )  # fmt: skip
            chat.messages.create(
                tenant=tenant, account=account, aimeow_message_id=phone, direction=Direction.INBOUND,
                sender_type=Sender.CUSTOMER, content=text, seq=1,
            )  # fmt: skip
    return tenant


def _measured(tenant: Tenant, rounds: int) -> Spent:
    with scope.of(tenant):
        chats = list(WhatsAppConversation.objects.order_by("id").values_list("pk", flat=True))
    for _ in range(20):
        _round(tenant.pk, chats, Spent())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    spent = Spent()
    before = usage.cpu_seconds([backend])
    for _ in range(rounds):
        _round(tenant.pk, chats, spent)
    spent.server = 1000 * (usage.cpu_seconds([backend]) - before) / len(spent.reading)
    return spent


def _round(tenant_id: int, chats: list[int], spent: Spent) -> None:
    """Every chat is read once; the counter's answer is what the guard reads. Claims are taken back for the next."""
    for chat in chats:
        work = _timed(spent.reading, partial(gather.claim, tenant_id, chat))
        _timed(spent.prompt, partial(prompt.build, work.turn, work.facts))
        answer = _timed(spent.counter, partial(counter.answer, work.turn, work.facts))
        _timed(spent.guard, partial(guard.check, answer.text, work.turn, work.facts))
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE whatsapp_conversations SET claimed_until = NULL, attempts = 0")


def _timed(into: list[float], step: Callable[[], Any]) -> Any:
    before = time.process_time_ns()
    result = step()
    into.append((time.process_time_ns() - before) / 1e6)
    return result
