"""What two versions of the settings came to in a split: of the conversations each answered, figure by figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from aiconfig.models import Split
from autolumiku.lib import clock

ENOUGH = 30  # conversations of each version, below which a difference says nothing

OUTCOMES_SQL = """
WITH parts AS (
    SELECT m.config_version_id AS version, m.conversation_id, min(m.created_at) AS since, count(*) AS answers,
        count(*) FILTER (WHERE jsonb_array_length(coalesce(m.verdict -> 'failed', '[]')) > 0) AS refused
    FROM whatsapp_messages m
    WHERE m.tenant_id = %(tenant)s AND m.config_version_id = ANY(%(versions)s)
      AND m.created_at >= %(first)s AND m.created_at < %(last)s
    GROUP BY 1, 2
), seen AS (
    SELECT p.*, EXISTS (SELECT FROM conversation_events e WHERE e.tenant_id = %(tenant)s
            AND e.conversation_id = p.conversation_id AND e.kind = 'escalated'
            AND e.created_at >= p.since AND e.created_at < %(last)s) AS asked_for,
        EXISTS (SELECT FROM whatsapp_messages h WHERE h.tenant_id = %(tenant)s
            AND h.conversation_id = p.conversation_id AND h.sender_type = 'human'
            AND h.created_at >= p.since AND h.created_at < %(last)s) AS by_person,
        EXISTS (SELECT FROM bookings b WHERE b.tenant_id = %(tenant)s AND b.phone = c.customer_phone
            AND b.created_at >= p.since AND b.created_at < %(last)s) AS visits
    FROM parts p JOIN whatsapp_conversations c ON c.tenant_id = %(tenant)s AND c.id = p.conversation_id
), spent AS (
    SELECT config_version_id AS version, sum(prompt_tokens + completion_tokens) AS tokens, sum(cost) AS cost
    FROM llm_calls WHERE tenant_id = %(tenant)s AND config_version_id = ANY(%(versions)s)
      AND created_at >= %(first)s AND created_at < %(last)s GROUP BY 1
)
SELECT seen.version, count(*), sum(answers), count(*) FILTER (WHERE NOT asked_for AND NOT by_person),
    count(*) FILTER (WHERE asked_for), sum(refused), count(*) FILTER (WHERE visits),
    coalesce(max(spent.tokens), 0), coalesce(max(spent.cost), 0)
FROM seen LEFT JOIN spent USING (version) GROUP BY seen.version
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one version. unaided, handed_over, visits: conversations; refused: answers of which a draft was refused."""

    conversations: int = 0
    answers: int = 0
    unaided: int = 0
    handed_over: int = 0
    refused: int = 0
    visits: int = 0
    tokens: int = 0
    cost: int = 0

    def percent(self, part: int, of: int | None = None) -> int | None:
        """Of the conversations, or of what is given; None where there were none."""
        whole = self.conversations if of is None else of
        return round(100 * part / whole) if whole else None

    def each(self, total: int) -> int:
        """For one conversation."""
        return round(total / self.conversations) if self.conversations else 0


def of(split: Split) -> tuple[Outcome, Outcome]:
    """(control, challenger) from the split's beginning to its end, or until now. Inside the showroom's scope."""
    asked: dict[str, Any] = {
        "tenant": split.tenant_id,
        "versions": [split.control_id, split.challenger_id],
        "first": split.started_at,
        "last": split.ended_at or clock.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(OUTCOMES_SQL, asked)
        found = {row[0]: Outcome(*map(int, row[1:])) for row in cursor.fetchall()}
    return found.get(split.control_id, Outcome()), found.get(split.challenger_id, Outcome())
