"""When does a chat go to a person? Pure; turns.py does what is decided here.

`before` looks at what the customer wants, `after` at what was drafted. A hard hand-over silences the bot until a person
releases the chat; a soft one asks for a person while the bot goes on answering what it can (law 8).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from conversations.turn import Intent, Persona, Understanding


class Reason(StrEnum):
    HUMAN_REQUEST = "human_request"
    COMPLAINT = "complaint"
    LEGAL = "legal"
    PERSONAL_DATA = "personal_data"
    NEGOTIATION = "negotiation"
    UNCERTAIN = "uncertain"
    MISSING_FACT = "missing_fact"
    PROCESSING_ERROR = "processing_error"
    GUARD_FAILED = "guard_failed"
    CUSTOMER_CHAT_OFF = "customer_chat_off"
    AUTO_REPLY_OFF = "auto_reply_off"
    STAFF_TYPED = "staff_typed"
    MANUAL = "manual"
    ATTEMPTS = "attempts"
    AFTER_HOURS = "after_hours"
    UNREADABLE = "unreadable"
    STALE = "stale"
    LOOP = "loop"
    NOT_SENT = "not_sent"
    BUDGET = "budget"
    DRAFTED = "drafted"


@dataclass(frozen=True, slots=True)
class Handover:
    """`text`: the reply template said to the customer (wording.handover); "" where nothing is said."""

    reason: Reason
    hard: bool
    text: str


SOFT = frozenset(
    {
        Reason.PERSONAL_DATA,
        Reason.UNCERTAIN,
        Reason.MISSING_FACT,
        Reason.PROCESSING_ERROR,
        Reason.GUARD_FAILED,
        Reason.AFTER_HOURS,
        Reason.UNREADABLE,
        Reason.STALE,
        Reason.NOT_SENT,
        Reason.BUDGET,
        Reason.DRAFTED,
    }
)
HARD = frozenset(Reason) - SOFT

TEXTS: Mapping[Reason, str] = {
    Reason.HUMAN_REQUEST: "handover_human_request",
    Reason.COMPLAINT: "handover_complaint",
    Reason.LEGAL: "handover_legal",
    Reason.PERSONAL_DATA: "handover_personal_data",
    Reason.NEGOTIATION: "handover_negotiation",
    Reason.UNCERTAIN: "handover_unsure",
    Reason.MISSING_FACT: "handover_unsure",
    Reason.GUARD_FAILED: "handover_unsure",
    Reason.PROCESSING_ERROR: "llm_error",
    Reason.ATTEMPTS: "llm_error",
    Reason.CUSTOMER_CHAT_OFF: "customer_chat_off",
    Reason.AUTO_REPLY_OFF: "auto_reply_off",
    Reason.STAFF_TYPED: "",
    Reason.MANUAL: "",
    Reason.AFTER_HOURS: "",
    Reason.UNREADABLE: "unreadable",
    Reason.STALE: "",
    Reason.LOOP: "handover_loop",
    Reason.NOT_SENT: "",
    Reason.BUDGET: "llm_error",
    Reason.DRAFTED: "",
}

# classify()'s reasons that name money already on its way, or the law.
LEGAL_REASONS = frozenset({"payment", "legal"})
# The product's own list, word for word.
UNCERTAIN_WORDS = (
    "tidak yakin",
    "tidak tahu",
    "maaf saya tidak",
    "hubungi staff",
    "berbicara dengan staff",
    "tidak dapat membantu",
)
BARGAINING_WORDS = ("nego", "diskon")
# "staf kami akan mengeceknya", "kami teruskan ke tim": what is promised of people must reach them.
_PROMISES_STAFF = re.compile(
    r"\b(?:staff?|tim|sales|admin)\b(?: \w{1,15}){0,3} (?:akan|bantu)\b|"
    r"\b(?:teruskan|diteruskan|sampaikan|disampaikan)\b(?: \w{1,15}){0,2} ke(?:pada)? (?:staff?|tim|sales|admin)\b"
)


def of(reason: Reason) -> Handover:
    """The hand-over for a reason that somebody else has found (an error, a switch, a person)."""
    return Handover(reason, reason in HARD, TEXTS[reason])


def before(understanding: Understanding, persona: Persona) -> Handover | None:
    """Does this turn go to a person before anything is drafted?"""
    if understanding.intent is Intent.HUMAN_REQUEST:
        return of(Reason.HUMAN_REQUEST)
    if LEGAL_REASONS & set(understanding.reasons):
        return of(Reason.LEGAL)
    if "personal_data" in understanding.reasons:
        return of(Reason.PERSONAL_DATA)
    if understanding.intent is Intent.COMPLAINT:
        return of(Reason.COMPLAINT)
    if understanding.intent is Intent.NEGOTIATION and not persona.price_negotiation:
        return of(Reason.NEGOTIATION)
    return None


def after(draft: str, understanding: Understanding, persona: Persona, *, sends_photos: bool = False) -> Handover | None:
    """Does this draft ask for a person? The hard reason comes before the soft one.

    sends_photos: those that were asked for go out with it; else people send them.
    """
    said = " ".join(draft.lower().split())
    bargains = understanding.intent is Intent.PRICE_INQUIRY and any(word in said for word in BARGAINING_WORDS)
    if bargains and not persona.price_negotiation:
        return of(Reason.NEGOTIATION)
    if any(word in said for word in UNCERTAIN_WORDS):
        return of(Reason.UNCERTAIN)
    photos = understanding.intent is Intent.PHOTO and understanding.entities.names_a_car()
    if (photos and not sends_photos) or _PROMISES_STAFF.search(said):
        return of(Reason.MISSING_FACT)
    return None
