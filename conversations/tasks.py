"""The jobs, and how they run: async at the edge, plain functions inside.

All database work of a worker goes through one thread and one connection, so hundreds of chats can wait for the model
while none of them holds a connection. Showrooms take turns on that thread, and none has more than a quarter of the jobs
in flight: what one showroom's flood delays is its own replies.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError, connection
from procrastinate.contrib.django import app

from aiconfig import spending, versions
from aiconfig.models import LLMCall
from aimeow import files
from aimeow.client import AimeowError
from autolumiku.lib import counters, jobs
from autolumiku.lib.turnstile import Turnstiles, here
from conversations import (
    followups,
    forgotten,
    gather,
    listening,
    media,
    notices,
    orchestrator,
    outbox,
    outreach,
    people,
    proposing,
    reconcile,
    replays,
    retention,
    seats,
    seeing,
    turns,
)
from inventory import pictures
from staffcommands import plates, uploads
from tenants import hooks, scope, throttles

log = structlog.get_logger(__name__)
T = TypeVar("T")

claims: dict[int, int] = {}  # conversation id -> claim, of the turns running in this process
running: set[asyncio.Task[None]] = set()  # turns and sends of this process

RECORD_SECONDS = 90.0  # how long the outcome of a send is kept for a database that is away


_turnstiles: Turnstiles = WeakKeyDictionary()
AT_THE_DATABASE = 2  # one that runs and one that is ready: the thread need not wait for the loop


async def on_database(function: Callable[..., T], *args: Any, tenant: int = 0) -> T:
    """Run `function` on the one database thread, where showrooms and kinds of work take turns."""
    async with here(_turnstiles, AT_THE_DATABASE).place((tenant, function.__name__)):
        return await sync_to_async(_fresh, thread_sensitive=True)(function, *args)


def _fresh(function: Callable[..., T], *args: Any) -> T:
    """A connection that broke is dropped, so that the next call opens a new one."""
    try:
        return function(*args)
    except (OperationalError, InterfaceError):
        if not connection.in_atomic_block:
            connection.close()
        raise


async def patiently(function: Callable[..., T], *args: Any, tenant: int = 0) -> T:
    """As on_database, tried again while the database is away: what happened at the gateway must not be forgotten."""
    until = time.monotonic() + RECORD_SECONDS
    while True:
        try:
            return await on_database(function, *args, tenant=tenant)
        except (OperationalError, InterfaceError):
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.5)


in_hand: Counter[int] = Counter()  # tenant -> its answer jobs in flight here
behind: dict[int, dict[int, None]] = {}  # tenant -> its chats that wait for one of those jobs, first come first


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
    await _by_itself(_in_turn(tenant_id, conversation_id))


async def _in_turn(tenant_id: int, conversation_id: int) -> None:
    """Answer this chat, and then those that waited behind it.

    A job only wakes: when its showroom has a quarter of this process's jobs, its chat is left to one of those. If this
    process ends, the sweep finds the chat.
    """
    if in_hand[tenant_id] >= max(settings.WORKER_CONCURRENCY // 4, 1):
        behind.setdefault(tenant_id, {})[conversation_id] = None
        return
    in_hand[tenant_id] += 1
    try:
        await _turn(tenant_id, conversation_id)
        while waiting := behind.get(tenant_id):
            conversation_id = next(iter(waiting))
            del waiting[conversation_id]
            await _turn(tenant_id, conversation_id)
    finally:
        in_hand[tenant_id] -= 1
        if not in_hand[tenant_id]:
            del in_hand[tenant_id]
            behind.pop(tenant_id, None)  # after an error: left to the sweep


async def _turn(tenant_id: int, conversation_id: int) -> None:
    """Answer one chat, if the bot owes it an answer and nobody else is at it."""
    began = time.monotonic()
    try:
        work = await on_database(gather.claim, tenant_id, conversation_id, tenant=tenant_id)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("turn could not be read", tenant=tenant_id, conversation=conversation_id)
        await on_database(_stumbled, tenant_id, conversation_id, tenant=tenant_id)
        return
    if work is None:
        return
    claims[conversation_id] = work.turn.claim
    try:
        lap = _step("gather", began)
        work = await listening.heard(work, partial(on_database, tenant=tenant_id))
        work = await seeing.seen(work, partial(on_database, tenant=tenant_id))
        outcome = await orchestrator.think(work)
        lap = _step("think", lap)
        letter = await on_database(orchestrator.conclude, work, outcome, began, tenant=tenant_id)
        _step("conclude", lap)
    except Exception:
        log.exception("turn failed", tenant=tenant_id, conversation=conversation_id)
        await on_database(_stumbled, tenant_id, conversation_id, work.turn.claim, tenant=tenant_id)
        return
    finally:
        if claims.get(conversation_id) == work.turn.claim:  # not a younger turn's of the same chat
            del claims[conversation_id]
    if letter is not None:
        await outbox.send(letter, partial(patiently, tenant=tenant_id))


def _step(name: str, began: float) -> float:
    """Count the step that ends now; returns now."""
    now = time.monotonic()
    counters.took("step", now - began, step=name)
    return now


def _stumbled(tenant_id: int, conversation_id: int, claim: int | None = None) -> None:
    with scope.of(tenant_id):
        turns.stumbled(tenant_id, conversation_id, claim)


@app.task(name="conversations.deliver")
async def deliver(tenant_id: int, message_id: int) -> None:
    """Send a message that waited for its slot, a retry or the connection."""
    await _by_itself(_deliver(tenant_id, message_id))


async def _deliver(tenant_id: int, message_id: int) -> None:
    letter = await on_database(outbox.take_queued, tenant_id, message_id, tenant=tenant_id)
    if letter is not None:
        await outbox.send(letter, partial(patiently, tenant=tenant_id))


@app.task(name="conversations.suggest")
async def suggest(tenant_id: int, conversation_id: int, user_id: int) -> None:
    """Draft an answer for the person who asked for one. Nothing is sent, and the chat stays as it is."""
    words = ""
    try:
        work = await on_database(gather.unclaimed, tenant_id, conversation_id, tenant=tenant_id)
        if work is not None:
            words = await orchestrator.suggest(work)
            await on_database(_spent, tenant_id, work, tenant=tenant_id)
    finally:
        await on_database(seats.suggested, tenant_id, conversation_id, user_id, words, tenant=tenant_id)


def _spent(tenant_id: int, work: gather.Work) -> None:
    with scope.of(tenant_id):
        spending.record(tenant_id, work.config, work.budget.calls, LLMCall.Purpose.SUGGESTION)


@app.task(name="conversations.replay")
async def replay(tenant_id: int, replay_id: int) -> None:
    """Answer the next few turns of a replay anew; the next job goes on."""
    await _by_itself(_replay(tenant_id, replay_id))


async def _replay(tenant_id: int, replay_id: int) -> None:
    wanted = await on_database(replays.take, tenant_id, replay_id, tenant=tenant_id)
    if wanted:
        await asyncio.gather(*(_replay_turn(tenant_id, turn_id) for turn_id in wanted))
        await on_database(replays.settle, tenant_id, replay_id, tenant=tenant_id)


async def _replay_turn(tenant_id: int, turn_id: int) -> None:
    try:
        work = await on_database(replays.read, tenant_id, turn_id, tenant=tenant_id)
        outcome = await orchestrator.think(work)
        verdict = orchestrator.stored(outcome)
        await on_database(replays.keep, tenant_id, turn_id, work, outcome, verdict, tenant=tenant_id)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("replayed turn failed", tenant=tenant_id, turn=turn_id)
        await on_database(replays.give_up, tenant_id, turn_id, tenant=tenant_id)


@app.task(name="conversations.propose")
async def propose(tenant_id: int, draft_id: int) -> None:
    """Ask a model about a car that staff are adding, and tell them what it proposes. Without an answer, nothing."""
    question = await on_database(_to_propose, tenant_id, draft_id, tenant=tenant_id)
    if question is not None:
        proposal = await proposing.ask(tenant_id, question)
        await on_database(proposing.tell, tenant_id, draft_id, question, proposal, tenant=tenant_id)


def _to_propose(tenant_id: int, draft_id: int) -> uploads.Question | None:
    with scope.of(tenant_id):
        return uploads.to_propose(draft_id)


@app.task(name="conversations.keep_file")
async def keep_file(tenant_id: int, message_id: int, tries: int = 0) -> None:
    """Fetch a message's file from the gateway and keep a copy of our own."""
    url = await on_database(media.missing, tenant_id, message_id, tenant=tenant_id)
    if not url:
        return
    try:
        file = await asyncio.to_thread(files.fetch, url)
    except AimeowError as error:
        await on_database(media.put_off, tenant_id, message_id, tries, error, tenant=tenant_id)
    else:
        await on_database(media.keep, tenant_id, message_id, file, tenant=tenant_id)


@app.task(name="conversations.tell_managers")
async def tell_managers(tenant_id: int, finding_id: int) -> None:
    """The e-mail about a lost connection, or about its return."""
    letter = await on_database(reconcile.mail_due, tenant_id, finding_id)
    if letter is not None:
        await asyncio.to_thread(reconcile.send, letter)


@app.task(name="conversations.fetch_photo")
async def fetch_photo(tenant_id: int, photo_id: int) -> None:
    """Fetch a staff member's photo from the gateway and keep it, cleaned."""
    await _by_itself(_fetch_photo(tenant_id, photo_id))


async def _fetch_photo(tenant_id: int, photo_id: int) -> None:
    wanted = await on_database(_photo_wanted, tenant_id, photo_id, tenant=tenant_id)
    if wanted is None:
        return
    try:
        name, digest = await asyncio.to_thread(_kept_photo, tenant_id, wanted)
    except (AimeowError, pictures.NoPictureError) as error:
        log.warning("photo not fetched", tenant=tenant_id, photo=photo_id, error=str(error))
        lasting = not isinstance(error, AimeowError) or error.permanent
        await patiently(_photo_failed, tenant_id, photo_id, str(error), lasting, tenant=tenant_id)
    else:
        await patiently(_photo_kept, tenant_id, photo_id, name, digest, tenant=tenant_id)


def _kept_photo(tenant_id: int, wanted: uploads.Wanted) -> tuple[str, str]:
    picture = pictures.clean(files.fetch_image(wanted.url))
    return pictures.keep(tenant_id, wanted.key, picture), picture.digest


def _photo_wanted(tenant_id: int, photo_id: int) -> uploads.Wanted | None:
    with scope.of(tenant_id):
        return uploads.to_fetch(photo_id)


def _photo_kept(tenant_id: int, photo_id: int, name: str, digest: str) -> None:
    with scope.of(tenant_id):
        uploads.fetched(photo_id, name, digest)


def _photo_failed(tenant_id: int, photo_id: int, error: str, permanent: bool) -> None:
    with scope.of(tenant_id):
        uploads.not_fetched(photo_id, error, permanent=permanent)


@app.task(name="conversations.cover_plates")
async def cover_plates(tenant_id: int, photo_id: int) -> None:
    """Find the plates on a staff member's photo and put a copy without them in its place."""
    await _by_itself(_cover_plates(tenant_id, photo_id))


async def _cover_plates(tenant_id: int, photo_id: int) -> None:
    view = await on_database(proposing.plates_wanted, tenant_id, photo_id, tenant=tenant_id)
    if view is None:
        return
    places, calls = await proposing.find_plates(tenant_id, view.name)
    covered = None
    if places is not None:
        covered = await asyncio.to_thread(proposing.cover, tenant_id, photo_id, view.name, places)
    useless = await patiently(proposing.plates_found, tenant_id, photo_id, view, calls, covered, tenant=tenant_id)
    if useless:
        await asyncio.to_thread(pictures.forget, useless)


def errands() -> None:
    """What staff wait for and a crash may have left behind, over all showrooms."""
    with scope.platform("sweep photos"):
        uploads.sweep()
        plates.sweep()
    forgotten.look()
    notices.send()
    outreach.free_gone()
    outreach.match_waits()
    outreach.send()
    outreach.lapse()
    replays.sweep()


def sweep() -> None:
    """What crashes left behind, over all showrooms; one part that fails takes no other along."""
    with scope.platform("sweep chats"):
        turns.sweep([chat for chats in list(behind.values()) for chat in list(chats)])
        hopeless = turns.hopeless()
    with scope.platform("sweep sends"):
        outbox.sweep()
    with scope.platform("sweep jobs"):
        jobs.forget_vanished()
    for tenant_id, conversation_id in hopeless:
        _give_up(tenant_id, conversation_id)


def clean() -> None:
    """Finished jobs and vanished workers of long ago, and what the API counted."""
    throttles.forget()
    followups.plan()
    retention.at_night()
    with scope.platform("versions of the settings"):
        versions.keep_up()
    with scope.platform("clean jobs"):
        gone = jobs.clean(3600 * settings.KEEP_JOBS_HOURS)
        hooks.tidy()
    with scope.platform("clean photos"):
        unused = uploads.clean()
        papers = people.tidy()
    for name in unused:
        pictures.forget(name)
    for name in papers:
        default_storage.delete(name)
    if gone:
        log.info("old jobs deleted", count=gone)


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
