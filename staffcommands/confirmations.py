"""Questions to staff before something that costs money when it is a slip: one person, one action, five minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from autolumiku.lib import clock
from staffcommands.models import Confirmation

MINUTES = 5
Answer = Confirmation.Answer


def ask(tenant_id: int, staff_id: int, action: str, payload: dict[str, Any], question: str) -> None:
    """Put a question; an older one of this person is not open any more."""
    now = clock.now()
    _open(tenant_id, staff_id).update(answered_at=now, answer=Answer.REPLACED)
    Confirmation.objects.create(
        tenant_id=tenant_id,
        staff_id=staff_id,
        action=action,
        payload=payload,
        question=question,
        expires_at=now + timedelta(minutes=MINUTES),
    )


def take(tenant_id: int, staff_id: int, *, yes: bool) -> Confirmation | None:
    """Close this person's open question with an answer; one that is too old lapses. None: nothing was asked."""
    question = _open(tenant_id, staff_id).select_for_update().first()
    if question is None:
        return None
    question.answered_at = clock.now()
    question.answer = Answer.YES if yes else Answer.NO
    if question.answered_at > question.expires_at:
        question.answer = Answer.LAPSED
    question.save(update_fields=["answered_at", "answer"])
    return question


def _open(tenant_id: int, staff_id: int) -> Any:
    return Confirmation.objects.filter(tenant_id=tenant_id, staff_id=staff_id, answered_at=None)
