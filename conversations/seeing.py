"""A customer's photo looked at by a model, only where its car is asked about ("mobil seperti ini ada?") or offered.

What is seen counts as the customer's own words, said back so that they can put it right. A photo that shows no car of
the catalogue, or that nobody could look at, is left to people.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from django.conf import settings

from aiconfig import llm, spending
from aiconfig.models import LLMCall
from aimeow import files
from aimeow.client import AimeowError
from autolumiku.lib import clock
from conversations import gather
from conversations.gather import Work
from conversations.models import WhatsAppMessage
from inventory import pictures
from staffcommands import proposals
from tenants import scope

log = structlog.get_logger(__name__)

SHARE = 0.3  # of the turn's time, for fetching and for looking each
WIDTH = 1080
MOST_TOKENS = 200


async def seen(work: Work, database: Callable[..., Awaitable[Any]]) -> Work:
    """The work with the car of its photo; as it was where none was asked about or seen."""
    if not work.pictured or not llm.configured() or work.capped:
        return work
    message, url = work.pictured[-1]
    jpeg = await _jpeg(work, url)
    if jpeg is None:
        return work
    budget = llm.Budget(work.turn.tenant_id, SHARE * work.budget.left(), time.monotonic(), work.config.model_share, 0)
    car = await _look(work, jpeg, budget)
    return await database(_keep, work, message, car, budget.calls)


async def _jpeg(work: Work, url: str) -> bytes | None:
    seconds = max(SHARE * work.budget.left(), 0.1)
    try:
        raw = await asyncio.wait_for(asyncio.to_thread(files.fetch_image, url), seconds)
        return (await asyncio.to_thread(pictures.clean, raw)).files[WIDTH]
    except (AimeowError, TimeoutError, pictures.NoPictureError) as error:
        log.warning("photo not looked at", tenant=work.turn.tenant_id, reason=type(error).__name__)
        return None


async def _look(work: Work, jpeg: bytes, budget: llm.Budget) -> str:
    """Make and model of the catalogue; "" where none is seen."""
    question = proposals.photo_question([jpeg])
    try:
        said = await llm.complete(
            question, budget=budget, model=settings.ZAI_VISION_MODEL, temperature=0.0, max_tokens=MOST_TOKENS
        )
    except llm.LLMError as error:
        log.warning("photo not looked at", tenant=work.turn.tenant_id, reason=error.code)
        return ""
    found = proposals.from_photo(said.text, clock.now().year)
    return f"{found['make']} {found['model']}" if "model" in found else ""


def _keep(work: Work, message: int, car: str, calls: list[llm.Call]) -> Work:
    tenant_id = work.turn.tenant_id
    with scope.of(tenant_id):
        spending.record(tenant_id, work.config, calls, LLMCall.Purpose.SEEING)
        if not car:
            return work
        WhatsAppMessage.objects.filter(tenant_id=tenant_id, pk=message).update(seen=car)
        return gather.reread(work)
