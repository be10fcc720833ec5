"""A model is asked about a car that staff are adding by WhatsApp, and they are told what it proposes."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings
from django.core.files.storage import default_storage

from aiconfig import llm, spending
from aiconfig.models import LLMCall
from aimeow.models import AimeowAccount
from autolumiku.lib import clock
from autolumiku.lib import phone as phones
from conversations import people
from inventory import pictures
from staffcommands import proposals, uploads
from staffcommands.uploads import Question
from tenants import scope

log = structlog.get_logger(__name__)

SECONDS = 40.0  # for both questions; nobody waits for them
MOST_TOKENS = 400


@dataclass(slots=True)
class Proposal:
    """What the models proposed, and the calls made for it by their purpose."""

    values: dict[str, Any] = field(default_factory=dict)
    calls: dict[str, list[llm.Call]] = field(default_factory=dict)


async def ask(tenant_id: int, question: Question) -> Proposal:
    """Words first: what somebody wrote counts more than what a photo shows."""
    made, year = Proposal(), clock.now().year
    if question.said:
        answer = await _answer(
            tenant_id, made, LLMCall.Purpose.READING, question.config.ai_model, proposals.text_question(question.said)
        )
        made.values = proposals.from_text(answer, question.said, year)
    if question.photos:
        jpegs = await asyncio.to_thread(_jpegs, question.photos)
        answer = await _answer(
            tenant_id, made, LLMCall.Purpose.SEEING, settings.ZAI_VISION_MODEL, proposals.photo_question(jpegs)
        )
        made.values = {**proposals.from_photo(answer, year), **made.values}
    return made


async def _answer(tenant_id: int, made: Proposal, purpose: str, model: str, messages: list[dict[str, Any]]) -> str:
    budget = llm.Budget(tenant_id, SECONDS, time.monotonic())
    try:
        said = await llm.complete(messages, budget=budget, model=model, temperature=0.0, max_tokens=MOST_TOKENS)
    except llm.LLMError as error:
        log.warning("no proposal", tenant=tenant_id, code=error.code, purpose=str(purpose))
        return ""
    finally:
        made.calls[purpose] = budget.calls
    return said.text


def _jpegs(names: tuple[str, ...]) -> list[bytes]:
    found = []
    for name in names:
        with default_storage.open(pictures.sized(name, uploads.LOOK_WIDTH)) as file:
            found.append(file.read())
    return found


def tell(tenant_id: int, draft_id: int, question: Question, made: Proposal) -> None:
    """Keep the proposal and say it to the person whose car it is."""
    with scope.of(tenant_id):
        for purpose, calls in made.calls.items():
            spending.record(tenant_id, question.config, calls, purpose)
        text = uploads.proposed(draft_id, made.values)
        account = AimeowAccount.objects.filter(tenant_id=tenant_id, is_active=True).order_by("pk").first()
        if text and account is not None:
            people.tell(tenant_id, account.pk, phones.normalise(question.phone), text)
