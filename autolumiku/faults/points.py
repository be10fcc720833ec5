"""The named moments at which a process may be killed, and how one is armed.

This is no mock: the process runs the product's own code unchanged, and what a wrapped function does, returns and raises
stays what it is. A wrapper only looks, before or after the call, whether its name lies in the folder `armed`; the one
process that takes the name away kills itself with SIGKILL at that line. Nothing is caught, undone or told: what
remains is what the database, the disk and the gateway have. Only the moment of death is chosen.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import inspect
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

DURING_SECONDS = 0.1  # how far into a call "during" kills
HELD_SECONDS = 2.0  # a held process goes on after this long at the latest


@dataclass(frozen=True, slots=True)
class Point:
    """name: what has happened by then; target: module:function; given: of its result, whether this call counts.

    needs: what the story must bring about for the moment to come ("outage": the database is away).
    """

    name: str
    where: Literal["web", "worker"]
    when: Literal["before", "after", "during", "hold"]
    target: str
    given: Callable[[Any], bool] = lambda result: True
    needs: str = ""


def _some(result: Any) -> bool:
    return result is not None


POINTS = (
    # a message comes in
    Point("received, not stored", "web", "before", "conversations.webhook:_keep"),
    Point("stored and deferred, not committed", "web", "after", "conversations.intake:store"),
    Point("committed, 200 not sent", "web", "after", "conversations.webhook:_store"),
    # a turn
    Point("committed, job not fetched", "worker", "before", "procrastinate.worker:Worker._handle_notification"),
    Point("job fetched, chat not claimed", "worker", "after", "procrastinate.manager:JobManager.fetch_job", _some),
    Point("claim not committed", "worker", "after", "conversations.turns:claim", _some),
    Point("chat claimed", "worker", "after", "conversations.gather:claim", _some),
    Point("model thinks", "worker", "during", "aiconfig.llm:complete"),
    Point("model answered, nothing written", "worker", "before", "conversations.orchestrator:conclude"),
    Point("turn ended, not committed", "worker", "after", "conversations.ending:write", _some),
    Point("paced reply written, not committed", "worker", "after", "conversations.orchestrator:_queue"),
    Point("draft released, not committed", "worker", "after", "conversations.turns:release"),
    # a send
    Point("concluded, not sent", "worker", "after", "conversations.orchestrator:conclude", _some),
    Point("at the gateway, answer not read", "worker", "before", "urllib3.connection:HTTPConnection.getresponse"),
    Point("answered by the gateway, not recorded", "worker", "after", "aimeow.client:Aimeow.send_text"),
    Point("recorded, job not deleted", "worker", "after", "conversations.outbox:_sent"),
    Point("retry queued", "worker", "after", "conversations.outbox:_failed"),
    Point("queued one taken, not sent", "worker", "after", "conversations.outbox:take_queued", _some),
    # the rounds
    Point("in the sweep", "worker", "after", "conversations.turns:sweep"),
    Point("in the renewal", "worker", "after", "conversations.turns:renew"),
    # the spool
    Point("kept in a draft file", "web", "before", "conversations.spool:_publish", needs="outage"),
    Point("file renamed, folder not synced", "web", "before", "conversations.spool:_sync", needs="outage"),
    Point("kept message stored, file not deleted", "web", "after", "conversations.webhook:store_kept", needs="outage"),
)
MEETING = Point("meeting", "worker", "hold", "conversations.ending:write")


def arm_all(place: Path, where: str) -> None:
    """Wrap the functions of this kind of process. Call before anything takes a reference to one of them."""
    for point in (*POINTS, MEETING):
        if point.where == where:
            _wrap(point, place)


def _wrap(point: Point, place: Path) -> None:
    module, _, path = point.target.partition(":")
    owner: Any = importlib.import_module(module)
    *within, name = path.split(".")
    for part in within:
        owner = getattr(owner, part)
    function = getattr(owner, name)
    make = _asynchronous if inspect.iscoroutinefunction(function) else _plain
    setattr(owner, name, make(function, point, place))


def _plain(function: Callable[..., Any], point: Point, place: Path) -> Callable[..., Any]:
    @functools.wraps(function)
    def run(*args: Any, **options: Any) -> Any:
        if point.when == "before":
            _perhaps_die(point, place)
        elif point.when == "hold":
            _perhaps_wait(point, place, options["conversation"])
        result = function(*args, **options)
        if point.when == "after" and point.given(result):
            _perhaps_die(point, place)
        return result

    return run


def _asynchronous(function: Callable[..., Any], point: Point, place: Path) -> Callable[..., Any]:
    @functools.wraps(function)
    async def run(*args: Any, **options: Any) -> Any:
        if point.when == "before":
            _perhaps_die(point, place)
        elif point.when == "during":
            asyncio.get_running_loop().call_later(DURING_SECONDS, _perhaps_die, point, place)
        result = await function(*args, **options)
        if point.when == "after" and point.given(result):
            _perhaps_die(point, place)
        return result

    return run


def _taken(point: Point, place: Path) -> bool:
    """Whether this call is the one that was meant: of all processes, one takes the name away."""
    try:
        os.unlink(place / "armed" / point.name)
    except FileNotFoundError:
        return False
    return True


def _perhaps_die(point: Point, place: Path) -> None:
    if _taken(point, place):
        (place / "fired" / point.name).write_text(f"{os.getpid()} {time.time()}")
        os.kill(os.getpid(), signal.SIGKILL)


def _perhaps_wait(point: Point, place: Path, conversation: int) -> None:
    """Stand still until the story takes the note away."""
    if not _taken(point, place):
        return
    note = place / "held" / str(conversation)
    note.touch()
    until = time.monotonic() + HELD_SECONDS
    while note.exists() and time.monotonic() < until:
        time.sleep(0.0002)
