"""A reported answer as a scenario file: the customer's words up to it, the cars it knew, and what must not be said."""

from __future__ import annotations

from typing import Any

import yaml

from conversations.models import AnswerReport, Direction, WhatsAppMessage
from inventory.models import Vehicle

MOST_TURNS = 8
FIELDS = (
    "make", "model", "variant", "year", "price", "credit_price", "mileage", "fuel", "color", "transmission",
    "body_type", "seats", "papers", "accident_history", "flood_history", "status",
)  # fmt: skip


def scenario(report: AnswerReport) -> str:
    """YAML for `manage.py evaluate`. The answer itself must not come again; people add what should have been said."""
    answer = report.message
    entry: dict[str, Any] = {
        "id": f"laporan-{report.pk}",
        "about": " ".join(f"{report.get_kind_display()}: {report.remark}".split()),
        "stock": _cars(answer),
        "talks": [" → ".join(_turns(answer))],
        "never": [line for line in answer.content.split("\n") if line.strip()][-1:],
        **({"model": [answer.content], "scripted": True} if answer.ai_response else {}),
    }
    return yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=120)


def _turns(answer: WhatsAppMessage) -> list[str]:
    """What the customer wrote until then; the bubbles between two answers are one turn."""
    rows = WhatsAppMessage.objects.filter(conversation_id=answer.conversation_id, pk__lt=answer.pk, twin=False)
    turns: list[list[str]] = [[]]
    for direction, said in rows.order_by("pk").values_list("direction", "content"):
        if direction == Direction.INBOUND and said.strip():
            turns[-1].append(" ".join(said.replace("→", " ").replace(" / ", " ").split()))
        elif direction == Direction.OUTBOUND and turns[-1]:
            turns.append([])
    return [" / ".join(bubbles) for bubbles in turns if bubbles][-MOST_TURNS:] or ["halo"]


def _cars(answer: WhatsAppMessage) -> list[dict[str, Any]]:
    """The cars the answer was made from, as they are now."""
    knew = answer.verdict.get("knew") or {}
    ids = [car[0] for car in knew.get("cars", [])]
    rows = Vehicle.objects.filter(display_id__in=ids).order_by("display_id")
    return [{"display_id": row.display_id, **_fields(row)} for row in rows]


def _fields(row: Vehicle) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS if getattr(row, name) not in ("", None)}
