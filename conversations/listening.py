"""A customer's voice note put into words, where a model for that is configured; the turn then goes on with the words.

What cannot be fetched or heard stays a voice note: the customer is asked to write, and a person looks on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from aiconfig import llm, spending
from aiconfig.llm import Call
from aiconfig.models import LLMCall
from aimeow import files
from aimeow.client import AimeowError
from conversations import gather
from conversations.gather import Work
from conversations.models import WhatsAppMessage
from tenants import scope

log = structlog.get_logger(__name__)

SHARE = 0.3  # of the turn's time, for fetching and for hearing each
OGG = b"OggS"  # how WhatsApp's voice notes begin
MOST = 3  # voice notes of a turn


async def heard(work: Work, database: Callable[..., Awaitable[Any]]) -> Work:
    """The work with the words of its voice notes; as it was where nothing was heard."""
    if not work.voices or not llm.listens() or work.capped:
        return work
    took = await asyncio.gather(*(_words(work, url) for _, url in work.voices[:MOST]))
    words = {pk: said for (pk, _), (said, _) in zip(work.voices, took, strict=False) if said}
    calls = [call for _, call in took if call is not None]
    return await database(_keep, work, words, calls)


async def _words(work: Work, url: str) -> tuple[str, Call | None]:
    seconds = max(SHARE * work.budget.left(), 0.1)
    try:
        file = await asyncio.wait_for(asyncio.to_thread(files.fetch, url), seconds)
    except (AimeowError, TimeoutError) as error:
        log.warning("voice not fetched", tenant=work.turn.tenant_id, reason=type(error).__name__)
        return "", None
    if not (file.mime_type.startswith("audio/") or file.data.startswith(OGG)):
        return "", None
    return await llm.transcribe(
        file.data, "audio/ogg" if file.data.startswith(OGG) else file.mime_type, seconds=seconds
    )


def _keep(work: Work, words: dict[int, str], calls: list[Call]) -> Work:
    tenant_id = work.turn.tenant_id
    with scope.of(tenant_id):
        spending.record(tenant_id, work.config, calls, LLMCall.Purpose.HEARING)
        for pk, said in words.items():
            rows = WhatsAppMessage.objects.filter(tenant_id=tenant_id, pk=pk, content="")
            rows.update(content=said, transcribed=True, media_type=WhatsAppMessage.Media.AUDIO)
        return gather.reread(work) if words else work
