"""`manage.py worker`: answers the chats. Any number of these may run, on any number of machines."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from autolumiku.lib import counters
from conversations import outbox, reconcile, scrape, tasks, vitals
from tenants import hooks

log = structlog.get_logger(__name__)

CLEAN_SECONDS = 600.0
ERRANDS_SECONDS = 5.0
HOOKS_SECONDS = 2.0
LET_GO_SECONDS = 0.5  # Procrastinate waits so long for its jobs when it ends; their work goes on without it


class Command(BaseCommand):
    help = "Answers the chats until stopped (SIGTERM or Ctrl-C finishes what is running)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Ends the process at once when the work is done.

        asyncio.run would cancel and await what is left, and psycopg's pool, cancelled while it connects, connects again
        for ever; a thread that waits for the gateway would hold up the exit for a minute and a half.
        """
        counters.clean(settings.METRICS_DIR)
        if settings.WORKER_METRICS_PORT:
            scrape.serve(settings.WORKER_METRICS_PORT)
        asyncio.new_event_loop().run_until_complete(work())
        logging.shutdown()
        os._exit(0)


async def work() -> None:
    """Take jobs until asked to stop; then finish what is running, or hand it back after GRACE_SECONDS."""
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(outbox.SENDS_AT_ONCE, "gateway"))
    keepers = [
        asyncio.create_task(every(settings.CLAIM_SECONDS / 3, tasks.on_database, tasks.renew)),
        asyncio.create_task(every(settings.SWEEP_SECONDS, tasks.on_database, tasks.sweep)),
        asyncio.create_task(every(vitals.LOOK_SECONDS, tasks.on_database, vitals.ring)),
        asyncio.create_task(every(ERRANDS_SECONDS, tasks.on_database, tasks.errands)),
        asyncio.create_task(every(CLEAN_SECONDS, tasks.on_database, tasks.clean)),
        asyncio.create_task(every(settings.RECONNECT_SECONDS, asyncio.to_thread, _reconnect)),
        asyncio.create_task(every(settings.RECONCILE_SECONDS, asyncio.to_thread, _reconcile)),
        asyncio.create_task(every(HOOKS_SECONDS, asyncio.to_thread, _call_hooks)),
    ]
    taking = asyncio.create_task(take_jobs())
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, taking.cancel)
    await asyncio.wait([taking])
    await tasks.finish(settings.GRACE_SECONDS)
    for keeper in keepers:
        keeper.cancel()
    if not taking.cancelled():
        taking.result()  # an error of ours is no stop


async def take_jobs() -> None:
    """Run Procrastinate's worker until cancelled; it gives up when the database goes away, and is started again."""
    while True:
        try:
            await run_until_lost()
        except (ConnectorException, DatabaseError, InterfaceError, psycopg.Error, OSError) as error:
            log.error("worker lost the database", error=type(error).__name__)
        if asyncio.current_task().cancelling():  # type: ignore[union-attr]
            return
        await asyncio.sleep(settings.PAUSE_SECONDS)


async def run_until_lost() -> None:
    """Ends by itself, with or without an error, only when the database went away."""
    worker_app = app.with_connector(queue_connector())
    async with worker_app.open_async():
        log.info("worker ready")
        await worker_app.run_worker_async(
            concurrency=settings.WORKER_CONCURRENCY,
            shutdown_graceful_timeout=LET_GO_SECONDS,
            install_signal_handlers=False,
            task_middleware=[],  # tasks.on_database looks after the one connection; no two thread hops a job for it
        )


def queue_connector() -> PsycopgConnector:
    """Procrastinate's own connections. Each of its queries is one call of one function, so each is its own transaction;
    a connection that broke ends the worker, and work() starts it again: no query before each query to see.
    """
    return PsycopgConnector(kwargs=connector_params(), pool_factory=_pool)


def _pool(**options: Any) -> AsyncConnectionPool:
    return AsyncConnectionPool(**{**options, "check": None, "configure": _quick})


async def _quick(connection: AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)
    connection.prepare_threshold = 5


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


def _reconcile() -> None:
    try:
        reconcile.look()
    finally:
        connection.close()


def _call_hooks() -> None:
    try:
        hooks.deliver()
    finally:
        connection.close()
