"""What a message costs the database: how many statements, and none that reads a whole table."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, connections
from procrastinate import sql

from autolumiku.bench import filling
from autolumiku.testing.stage import Showroom
from conversations import tasks, turns
from conversations.tests.test_inbox import seller
from tenants import scope

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

# statements of an ordinary message: a customer asks for a car, the model answers, the gateway takes it
INTAKE, GATHER, CONCLUDE, RECORD = 2, 3, 1, 1

SMALL = {"procrastinate_workers", "procrastinate_periodic_defers"}  # one row a process; never any
QUEUE = 3000

COUNTERS_SQL = "SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE seq_scan > 0"


@dataclass
class Recorder:
    """Notes every statement with the step it belongs to and the tables PostgreSQL read from end to end for it,
    also inside its functions, triggers and foreign keys."""

    step: str = ""
    statements: list[tuple[str, str]] = field(default_factory=list)
    whole: list[tuple[str, str, str]] = field(default_factory=list)  # step, table, statement

    def __call__(self, execute, statement, params, many, context):
        before = self.scans()
        try:
            return execute(statement, params, many, context)
        finally:
            step = self.step
            self.statements.append((step, statement))
            read = {table for table, count in self.scans().items() if count > before.get(table, 0)}
            self.whole += [(step, table, statement) for table in sorted(read - SMALL)]

    @staticmethod
    def scans() -> dict[str, int]:
        """Of this transaction; asked past the recorder."""
        return dict(connection.connection.execute(COUNTERS_SQL).fetchall()) if connection.in_atomic_block else {}

    @contextmanager
    def during(self, step: str):
        self.step = step
        with connection.execute_wrapper(self):
            yield

    def count(self) -> Counter[str]:
        return Counter(step for step, _ in self.statements)


@pytest.fixture
def statements(showroom, gateway, model):
    """The recorder; it hears of the model's and the gateway's calls from these themselves."""
    recorder = Recorder()

    def asked(request) -> str:
        recorder.step = "conclude"
        return "Baik Kak, ada yang bisa saya bantu?"

    model.answer_with(asked)
    return recorder


def write(showroom: Showroom, recorder: Recorder, text: str) -> None:
    """One message from the webhook to its record, each step noted."""
    with recorder.during("intake"):
        showroom.receives(text)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE id = (SELECT max(id) FROM procrastinate_jobs) RETURNING args"
        )
        (args,) = cursor.fetchone()
    before = len(showroom.gateway.sent)
    with recorder.during("gather"):
        async_to_sync(tasks.answer.func)(**json.loads(args))
    assert len(showroom.gateway.sent) == before + 1


def test_an_ordinary_message_takes_these_statements(showroom, statements):
    write(showroom, Recorder(), "Fortuner ada?")  # the chat and its lead exist, as they do for most messages
    write(showroom, statements, "Fortuner masih ada kak?")
    count = statements.count()
    assert (count["intake"], count["gather"], count["conclude"]) == (INTAKE, GATHER, CONCLUDE + RECORD), "\n".join(
        f"{step}: {' '.join(statement.split())[:150]}" for step, statement in statements.statements
    )


def test_the_recorder_sees_a_table_that_is_read_from_end_to_end(showroom):
    recorder = Recorder()
    with scope.platform("test"), recorder.during("check"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM whatsapp_messages WHERE content LIKE '%halo%'")
    assert [(step, table) for step, table, _ in recorder.whole] == [("check", "whatsapp_messages")]


@pytest.fixture
def crowd(showroom, gateway):
    """A few thousand rows in every table, counted by PostgreSQL: from here on it reads tables as in a large
    installation, where reading one from end to end costs more than any index. This connection is not new: it has asked
    whose number this is often enough to have planned it once for all."""
    with connection.cursor() as cursor:
        for _ in range(10):
            cursor.execute("SELECT * FROM account_of_client('nobody', '')")
    other = Showroom(gateway, slug="pattern", name="Pattern", number=2)
    other.has(make="Toyota", model="Avanza", year=2019, price=150_000_000)
    other.has(make="Honda", model="Jazz", year=2018, price=190_000_000)
    filling.pattern(other.tenant)
    filling.fill(other.tenant, filling.Size(showrooms=400, vehicles=5, chats=5, messages=4))
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, scheduled_at)"
            " SELECT 'default', 'conversations.answer', '{}', 'todo', now() - interval '1 second'"
            " FROM generate_series(1, %s::int)",
            [QUEUE],
        )
        cursor.execute("ANALYZE")
    yield
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")


def test_nothing_on_the_way_of_a_message_reads_a_whole_table(showroom, statements, crowd):
    write(showroom, statements, "Halo kak")  # a new chat
    write(showroom, statements, "Avanza 2019 matic budget 200 juta ada kak?")  # a search that finds nothing
    write(showroom, statements, "Fortuner masih ada? Sama City ya")
    with statements.during("sweep"):
        tasks.sweep()
    chat = showroom.chat().pk
    with statements.during("renew"), scope.platform("renew claims"):
        turns.renew({chat: 1})
    with statements.during("queue"), scope.platform("queue"):
        take_a_job_and_finish_it()
    assert statements.whole == []


def take_a_job_and_finish_it() -> None:
    """As Procrastinate's worker does."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        (worker,) = cursor.fetchone()
        cursor.execute(sql.queries["fetch_job"], {"queues": None, "worker_id": worker})
        (job, *_) = cursor.fetchone()
        cursor.execute(sql.queries["finish_job"], {"job_id": job, "status": "succeeded", "delete_job": True})


PLANS_SQL = """
SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE statement LIKE '%%FROM "whatsapp_conversations"%%'
"""


def test_what_looks_for_a_few_chats_among_all_is_planned_for_them_however_often_it_was_asked(showroom, client):
    """A plan for any value knows no partial index: "whose turn failed too often" read every chat of every showroom."""
    client.force_login(seller(showroom))
    for _ in range(12):
        tasks.sweep()
        assert client.get("/inbox/?f=menunggu").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute(PLANS_SQL)
        plans = cursor.fetchall()
    assert len(plans) > 4
    assert [generic for _, generic in plans if generic] == []
