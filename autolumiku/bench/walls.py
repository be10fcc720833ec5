"""What row-level security costs a message: its statements with the policies, and with the policies taken away.

One showroom with 500 made-up cars, one process, no model: a message is stored as the webhook stores it, its turn is
claimed, thought through and concluded. Counted is the CPU of PostgreSQL's backend and of this process, and the time
from the first statement to the last. The policies are switched off by the database's owner for half of the rounds,
in turn, so that what drifts drifts for both.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from aimeow.payload import Inbound
from autolumiku.bench import database, scale, turns, usage
from conversations import gather, intake, orchestrator
from conversations.models import WhatsAppConversation
from tenants import scope
from tenants.models import Tenant
from tenants.scope import Account

CARS = 500
MOST = 5.0  # percent
NUMBERS = count()


@dataclass
class Spent:
    """A message's ms: of the backend's CPU, of this process's, and in all."""

    server: list[float] = field(default_factory=list)  # one a round
    own: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        return statistics.fmean(self.server) + statistics.fmean(self.own)


def run(rounds: int, say: Callable[[str], None]) -> str:
    place = database.beside("_walls")
    say(f"filling a showroom with {CARS:,} cars")
    database.make(place)
    with scale.pointed(place.name):
        tenant = turns.showroom(CARS)
        place.as_owner("VACUUM ANALYZE")
        tables = [table for (table,) in place.as_owner(WALLED_SQL)]
        spent = {True: Spent(), False: Spent()}
        for number in range(2 * rounds):
            walls = number % 4 in (0, 3)  # on, off, off, on
            for table in tables:
                place.as_owner(f'ALTER TABLE "{table}" {"ENABLE" if walls else "DISABLE"} ROW LEVEL SECURITY')  # type: ignore[arg-type]
            _round(tenant, Spent())  # plans are made anew
            _round(tenant, spent[walls])
    return _table(spent[True], spent[False])


WALLED_SQL = "SELECT tablename::text FROM pg_policies WHERE policyname = 'tenant'"


def _round(tenant: Tenant, spent: Spent) -> None:
    """Each of the texts from somebody new, and a second one from the same person."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    account = _account(tenant)
    server, own, wall, said = usage.cpu_seconds([backend]), time.process_time(), time.perf_counter(), 0
    for text in turns.SAID:
        phone = f"6281{next(NUMBERS):09d}"
        for words in (text, f"{text} yang lain"):  # the same words at once would be a copy
            _message(account, phone, words)
            said += 1
    spent.server.append(1000 * (usage.cpu_seconds([backend]) - server) / said)
    spent.own.append(1000 * (time.process_time() - own) / said)
    spent.wall.append(1000 * (time.perf_counter() - wall) / said)


def _account(tenant: Tenant) -> Account:
    with scope.by_account("turns") as account:
        assert account is not None
        assert account.tenant_id == tenant.pk
        return account


PERSON = Inbound(
    client_id="turns", gateway_id="", chat="", phone="", lid="", push_name="Pelanggan", kind="text", text="",
    media_url="", mime_type="", latitude=None, longitude=None, place="", sent_at=None, from_showroom=False,
    raw_type="text",
)  # fmt: skip


def _message(account: Account, phone: str, text: str) -> None:
    """One message from the door to its answer, which nobody sends."""
    said = replace(
        PERSON, gateway_id=f"B{next(NUMBERS)}", chat=f"{phone}@s.whatsapp.net", phone=phone, text=text,
        sent_at=timezone.now(),
    )  # fmt: skip
    with scope.by_account("turns", locks=intake.locks(said)) as found:
        assert found is not None
        intake.store(found, said)
    with scope.of(account.tenant_id):
        chats = WhatsAppConversation.objects.filter(tenant_id=account.tenant_id, customer_phone=phone)
        chats.update(due_at=Now(), holder="bot")
        pk = chats.values_list("pk", flat=True).get()
    work = gather.claim(account.tenant_id, pk)
    assert work is not None
    outcome = asyncio.run(orchestrator.think(work))
    orchestrator.conclude(work, outcome, time.monotonic())
    with scope.of(account.tenant_id), connection.cursor() as cursor:
        cursor.execute(SENT_SQL, [account.tenant_id, pk])


SENT_SQL = """
    UPDATE whatsapp_messages SET aimeow_status = 'sent'
    WHERE tenant_id = %s AND conversation_id = %s AND aimeow_status IN ('sending', 'queued')
"""


def _table(walls: Spent, bare: Spent) -> str:
    rows = [
        ("PostgreSQL's CPU", statistics.fmean(walls.server), statistics.fmean(bare.server)),
        ("CPU together", walls.cpu, bare.cpu),
        ("time", statistics.median(walls.wall), statistics.median(bare.wall)),
    ]
    lines = ["| a message, ms | with policies | without | more | must be |", "|---|---|---|---|---|"]
    for name, on, off in rows:
        limit = f"≤ {MOST:g} %" if name == "CPU together" else "–"
        lines.append(f"| {name} | {on:.2f} | {off:.2f} | {100 * (on - off) / off:+.1f} % | {limit} |")
    return "\n".join(lines)
