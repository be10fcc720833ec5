"""Try an answer: what the assistant would say to a new customer now. Nothing is sent, and nothing of it is kept but
what the model cost.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from aiconfig import llm, spending
from aiconfig.models import LLMCall
from conversations import asked, gather, orchestrator, verdicts
from conversations.admin import INTENTS, PATHS, spam_signs
from conversations.gather import Work
from conversations.models import Reason
from conversations.orchestrator import Outcome
from conversations.pages import frame
from conversations.turn import Act
from tenants import scope
from tenants.access import Place

LONGEST = 1000  # characters of what may be tried
DEEDS: Mapping[Act, str] = {
    Act.BOOK: "janji test drive dicatat",
    Act.MOVE: "janji test drive dipindah",
    Act.CANCEL: "janji test drive dibatalkan",
    Act.PHOTOS: "foto mobil dikirim",
    Act.WAIT: "pelanggan masuk daftar tunggu",
    Act.TRADE_IN: "tawaran tukar tambah diteruskan ke staf",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What would happen, in words."""

    text: str
    path: str
    seconds: str
    intent: str
    named: str  # what was understood of a car
    ok: bool
    checked: bool
    claims: tuple[str, ...]  # what no fact covered
    repaired: bool
    facts: tuple[str, ...]  # what the answer stands on
    cars: tuple[tuple[str, str], ...]  # (id, name) of those the assistant saw
    faqs: tuple[str, ...]
    deeds: tuple[str, ...]
    handover: str = ""
    drafted: bool = False
    spam: str = ""


def page(request: HttpRequest) -> HttpResponse:
    place = frame.led(request)
    if place is None:
        messages.info(request, "Pilih dulu showroom yang stoknya dipakai menjawab.")
        return redirect("admin:index")
    said = request.POST.get("said", "").replace("\x00", "").strip()[:LONGEST] if request.method == "POST" else ""
    tried = attempt(place, said) if said else None
    return frame.show(request, "trial", "Coba jawab", said=said, tried=tried, longest=LONGEST, model=llm.configured())


def attempt(place: Place, said: str) -> Tried:
    """No transaction is open while the model is asked."""
    began = time.monotonic()
    work = gather.imagined(place.tenant_id, said)
    outcome = async_to_sync(_think)(work)
    with scope.of(place.tenant_id):
        spending.record(place.tenant_id, work.config, work.budget.calls, LLMCall.Purpose.SUGGESTION)
    return told(work, outcome, time.monotonic() - began)


async def _think(work: Work) -> Outcome:
    try:
        return await orchestrator.think(work)
    finally:
        await llm.hang_up()


def told(work: Work, outcome: Outcome, seconds: float) -> Tried:
    facts, understood, verdict = work.facts, work.turn.understanding, orchestrator.stored(outcome)
    seen = dict.fromkeys((*outcome.units, *facts.units, *facts.nearest, *facts.gone))
    return Tried(
        text=outcome.text,
        path=PATHS.get(outcome.path, "") if outcome.text else "",
        seconds=f"{seconds:.1f}".replace(".", ","),
        intent=INTENTS.get(understood.intent, ""),
        named=verdicts.named(understood.entities.as_dict()),
        ok=outcome.verdict is not None and outcome.verdict.ok,
        checked=outcome.verdict is not None,
        claims=verdicts.claims(verdict),
        repaired=outcome.repaired is not None,
        facts=verdicts.facts(verdict),
        cars=tuple((unit.display_id, unit.name) for unit in seen),
        faqs=tuple(faq.question for faq in asked.faqs_for(work.turn.text, facts.faqs)),
        deeds=tuple(DEEDS[deed.act] for deed in outcome.deeds),
        handover=Reason(outcome.handover).label if outcome.handover else "",
        drafted=outcome.drafted,
        spam=spam_signs([sign for signs in work.spam_told.values() for sign in signs]) if work.spam else "",
    )
