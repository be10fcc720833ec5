"""`manage.py worker` as a real process: it outlives its connections, and ends when asked."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from autolumiku.testing.stage import run_jobs
from conversations import tasks
from conversations.management.commands import worker as command

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def url(alias="default"):
    told = connections[alias].settings_dict
    return f"postgres://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}/{told['NAME']}"


def eventually(condition, seconds=30.0):
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(0.02)
    return found


@contextmanager
def worker(said, **env):
    """The process; it writes to `said`, and is ended afterwards, whatever happens."""
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "autolumiku.settings",
        "DATABASE_OWNER_URL": "",
        "PAUSE_SECONDS": "0.1",
        "SWEEP_SECONDS": "0.2",
        **env,
    }
    with said.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "worker"], cwd=settings.BASE_DIR, env=env, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def starts(said: Path) -> int:
    return said.read_text().count("worker ready")


@pytest.mark.slow
def test_a_worker_whose_connections_are_cut_goes_on_and_ends_when_asked(showroom, tmp_path):
    said = tmp_path / "worker.log"
    with worker(said, DATABASE_URL=url(), AIMEOW_BASE_URL=showroom.gateway.base_url) as process:
        eventually(lambda: starts(said))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
            )
        eventually(lambda: starts(said) == 2)
        showroom.receives("Halo")
        eventually(lambda: showroom.gateway.sent)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


@pytest.mark.slow
def test_a_worker_that_is_connecting_ends_when_asked(tmp_path):
    """psycopg's pool takes no cancellation while it connects."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        port = silent.getsockname()[1]
        with worker(tmp_path / "worker.log", DATABASE_URL=f"postgres://app:app@127.0.0.1:{port}/none") as process:
            silent.accept()
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0


def test_taking_jobs_ends_when_asked_also_while_the_database_is_away(db):
    default = connections["default"]
    port = default.settings_dict["PORT"]

    async def ask_to_stop():
        taking = asyncio.create_task(command.take_jobs())
        await asyncio.sleep(0)
        taking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(taking, 5)

    default.settings_dict["PORT"] = 9
    try:
        asyncio.run(ask_to_stop())
    finally:
        default.settings_dict["PORT"] = port


def test_an_aborted_job_does_not_end_its_turn(showroom, model):
    """Procrastinate aborts what runs when the database goes away; the draft is not thrown away for that."""
    showroom.receives("Halo")
    chat = showroom.chat().pk

    async def abort_the_job():
        job = asyncio.create_task(tasks.answer(showroom.tenant.pk, chat))
        while not tasks.running:
            await asyncio.sleep(0)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        await tasks.finish(10)

    async_to_sync(abort_the_job)()
    assert len(showroom.gateway.sent) == 1
    assert showroom.chat().answered_seq == 1


def test_a_stop_hands_back_the_turns_that_do_not_end(showroom, model):
    model.hang()
    showroom.receives("Halo")
    chat = showroom.chat().pk

    async def stop():
        job = asyncio.create_task(tasks.answer(showroom.tenant.pk, chat))
        while not model.requests:
            await asyncio.sleep(0.001)
        await tasks.finish(0.001)
        await asyncio.wait([job])

    async_to_sync(stop)()
    left = showroom.chat()
    assert (left.attempts, left.answered_seq) == (0, 0)
    assert left.claimed_until <= timezone.now()
    tasks.sweep()
    assert run_jobs() > 0
    assert showroom.chat().answered_seq == 1
    assert len(showroom.gateway.sent) == 1
