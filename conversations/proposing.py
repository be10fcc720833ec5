"""A model is asked about a car that staff are adding by WhatsApp, and they are told what it proposes."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
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
from staffcommands import plates, proposals, uploads
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
        if not jpegs:
            return made
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
    """Those that are still there: a covered copy may have taken a photo's place meanwhile."""
    found = []
    for name in names:
        with suppress(FileNotFoundError), default_storage.open(pictures.sized(name, uploads.LOOK_WIDTH)) as file:
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


async def find_plates(tenant_id: int, name: str) -> tuple[tuple[plates.Box, ...] | None, list[llm.Call]]:
    """(where plates are on a stored photo, the calls made for it); None: nobody could say."""
    made = Proposal()
    jpegs = await asyncio.to_thread(_jpegs, (name,))
    if not jpegs:
        return None, []
    question = proposals.photo_question(jpegs, proposals.ASK_PLATES)
    answer = await _answer(tenant_id, made, LLMCall.Purpose.SEEING, settings.ZAI_VISION_MODEL, question)
    told = proposals.plates(answer)
    return None if told is None else plates.boxes(told), made.calls[LLMCall.Purpose.SEEING]


def cover(tenant_id: int, photo_id: int, name: str, places: tuple[plates.Box, ...]) -> str:
    """The name of the stored copy without plates; "" where there are none."""
    return pictures.covered(tenant_id, f"wa/{photo_id}-covered", name, places) if places else ""


def plates_wanted(tenant_id: int, photo_id: int) -> plates.View | None:
    """Nothing, for now, where the showroom has used up its model for today."""
    with scope.of(tenant_id):
        view = plates.to_find(photo_id)
        if view is not None and spending.reached(view.config, spending.of_today(view.config)):
            plates.not_found(photo_id)
            return None
        return view


def plates_found(tenant_id: int, photo_id: int, view: plates.View, calls: list[llm.Call], covered: str | None) -> str:
    """covered: None where nobody could say. Returns the name of the file that is needed no more."""
    with scope.of(tenant_id):
        spending.record(tenant_id, view.config, calls, LLMCall.Purpose.SEEING)
        if covered is None:
            plates.not_found(photo_id)
            return ""
        return plates.found(photo_id, covered)
