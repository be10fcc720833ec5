"""`manage.py worker`: answers the chats. Any number of these may run, on any number of machines."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

from conversations import outbox, tasks

log = structlog.get_logger(__name__)

SENDS_AT_ONCE = 64  # threads that wait for the gateway


class Command(BaseCommand):
    help = "Answers the chats until stopped (SIGTERM or Ctrl-C finishes what is running)."

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(work())


async def work() -> None:
    """Run Procrastinate's worker; when it gives up because the database is away, start it again."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(SENDS_AT_ONCE, "gateway"))
    async with asyncio.TaskGroup() as beside:
        keepers = [
            beside.create_task(every(settings.CLAIM_SECONDS / 3, tasks.on_database, tasks.renew)),
            beside.create_task(every(settings.SWEEP_SECONDS, tasks.on_database, tasks.sweep)),
            beside.create_task(every(settings.RECONNECT_SECONDS, asyncio.to_thread, _reconnect)),
        ]
        while not await ran_to_a_stop():
            await asyncio.sleep(settings.PAUSE_SECONDS)
        for keeper in keepers:
            keeper.cancel()


async def ran_to_a_stop() -> bool:
    """True when the worker was asked to stop, False when the database went away."""
    worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    try:
        async with worker_app.open_async():
            log.info("worker ready")
            await worker_app.run_worker_async(
                concurrency=settings.WORKER_CONCURRENCY, shutdown_graceful_timeout=settings.GRACE_SECONDS
            )
    except (ConnectorException, DatabaseError, InterfaceError, OSError) as error:
        log.error("worker lost the database", error=type(error).__name__)
        return False
    return True


async def every(seconds: float, runner: Callable[..., Awaitable[Any]], function: Callable[[], Any]) -> None:
    """Run `function` again and again; an error is logged and the next round comes."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await runner(function)
        except (DatabaseError, InterfaceError) as error:
            log.warning("round failed", round=function.__name__, error=type(error).__name__)
        except Exception:
            log.exception("round failed", round=function.__name__)


def _reconnect() -> None:
    try:
        outbox.reconnect()
    finally:
        connection.close()  # a thread of the gateway's pool keeps no connection
