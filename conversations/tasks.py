"""The jobs, and how they run: async at the edge, plain functions inside.

All database work of a worker goes through one thread and one connection, so hundreds of chats can wait for the model
while none of them holds a connection.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import structlog
from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, connection
from procrastinate.contrib.django import app

from autolumiku.lib import jobs
from conversations import gather, orchestrator, outbox, turns
from tenants import scope

log = structlog.get_logger(__name__)
T = TypeVar("T")

claims: dict[int, int] = {}  # conversation id -> claim, of the turns running in this process
running: set[asyncio.Task[None]] = set()  # turns and sends of this process

RECORD_SECONDS = 90.0  # how long the outcome of a send is kept for a database that is away


async def on_database(function: Callable[..., T], *args: Any) -> T:
    """Run `function` on the one database thread."""
    return await sync_to_async(_fresh, thread_sensitive=True)(function, *args)


def _fresh(function: Callable[..., T], *args: Any) -> T:
    """A connection that broke is dropped, so that the next call opens a new one."""
    try:
        return function(*args)
    except (OperationalError, InterfaceError):
        if not connection.in_atomic_block:
            connection.close()
        raise


async def patiently(function: Callable[..., T], *args: Any) -> T:
    """As on_database, tried again while the database is away: what happened at the gateway must not be forgotten."""
    until = time.monotonic() + RECORD_SECONDS
    while True:
        try:
            return await on_database(function, *args)
        except (OperationalError, InterfaceError):
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.5)


async def _by_itself(work: Coroutine[Any, Any, None]) -> None:
    """Do the work of a job so that it outlives the job: Procrastinate aborts its jobs when the database goes away.

    A draft that is being thought of is not paid for twice then, and what the gateway says is still recorded.
    """
    task = asyncio.create_task(work)
    running.add(task)
    task.add_done_callback(running.discard)
    await asyncio.shield(task)


async def finish(seconds: float) -> None:
    """Let what is running end; after so many seconds give back what has not. No new jobs come any more."""
    if running:
        await asyncio.wait(running, timeout=seconds)
    if running:
        log.warning("work handed back", count=len(running))
        held = dict(claims)
        for task in running:
            task.cancel()
        await on_database(_hand_back, held)


def _hand_back(held: dict[int, int]) -> None:
    with scope.platform("hand back claims"):
        turns.hand_back(held)


@app.task(name="conversations.answer")
async def answer(tenant_id: int, conversation_id: int) -> None:
    """Answer what a person wrote, if the bot owes it and nobody else is at it."""
    await _by_itself(_answer(tenant_id, conversation_id))


async def _answer(tenant_id: int, conversation_id: int) -> None:
    began = time.monotonic()
    try:
        work = await on_database(gather.claim, tenant_id, conversation_id)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("turn could not be read", tenant=tenant_id, conversation=conversation_id)
        await on_database(_stumbled, tenant_id, conversation_id)
        return
    if work is None:
        return
    claims[conversation_id] = work.turn.claim
    try:
        outcome = await orchestrator.think(work)
        letter = await on_database(orchestrator.conclude, work, outcome, began)
    except Exception:
        log.exception("turn failed", tenant=tenant_id, conversation=conversation_id)
        await on_database(_stumbled, tenant_id, conversation_id, work.turn.claim)
        return
    finally:
        if claims.get(conversation_id) == work.turn.claim:  # not a younger turn's of the same chat
            del claims[conversation_id]
    if letter is not None:
        await outbox.send(letter, patiently)


def _stumbled(tenant_id: int, conversation_id: int, claim: int | None = None) -> None:
    with scope.of(tenant_id):
        turns.stumbled(tenant_id, conversation_id, claim)


@app.task(name="conversations.deliver")
async def deliver(tenant_id: int, message_id: int) -> None:
    """Send a message that waited for its slot, a retry or the connection."""
    await _by_itself(_deliver(tenant_id, message_id))


async def _deliver(tenant_id: int, message_id: int) -> None:
    letter = await on_database(outbox.take_queued, tenant_id, message_id)
    if letter is not None:
        await outbox.send(letter, patiently)


def sweep() -> None:
    """What crashes left behind, over all showrooms; one part that fails takes no other along."""
    with scope.platform("sweep chats"):
        turns.sweep()
        hopeless = turns.hopeless()
    with scope.platform("sweep sends"):
        outbox.sweep()
    with scope.platform("sweep jobs"):
        jobs.forget_vanished()
    for tenant_id, conversation_id in hopeless:
        _give_up(tenant_id, conversation_id)


def _give_up(tenant_id: int, conversation_id: int) -> None:
    """As orchestrator.give_up; a chat in which even that fails stays owed, and holds up no other."""
    try:
        orchestrator.give_up(tenant_id, conversation_id)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("chat could not be given up", tenant=tenant_id, conversation=conversation_id)


def renew() -> None:
    """Keep the claims of this process's running turns."""
    held = dict(claims)
    if held:
        with scope.platform("renew claims"):
            turns.renew(held)
