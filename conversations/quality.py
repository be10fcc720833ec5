"""How the model has done, day by day: answered, how fast, what it cost, and how often the guard said no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

DAYS = 30
DAYS_SQL = """
WITH calls AS (
    SELECT (created_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS calls,
        count(*) FILTER (WHERE outcome = 'ok') AS ok,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY latency_ms) AS p50,
        percentile_disc(0.95) WITHIN GROUP (ORDER BY latency_ms) AS p95,
        sum(prompt_tokens + completion_tokens) AS tokens, sum(cost) AS cost
    FROM llm_calls WHERE created_at > now() - make_interval(days => %(days)s) GROUP BY 1
), answers AS (
    SELECT (created_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS answers,
        count(*) FILTER (WHERE jsonb_array_length(coalesce(verdict -> 'failed', '[]')) > 0) AS refused
    FROM whatsapp_messages
    WHERE direction = 'outbound' AND verdict ? 'ok' AND created_at > now() - make_interval(days => %(days)s) GROUP BY 1
)
SELECT day, coalesce(calls, 0), coalesce(ok, 0), coalesce(p50, 0), coalesce(p95, 0), coalesce(tokens, 0),
    coalesce(cost, 0), coalesce(answers, 0), coalesce(refused, 0)
FROM calls FULL JOIN answers USING (day) ORDER BY day DESC
"""


@dataclass(frozen=True, slots=True)
class Day:
    """p50, p95: of a call, in ms; cost in rupiah; refused: answers of which a draft was refused."""

    day: date
    calls: int
    ok: int
    p50: int
    p95: int
    tokens: int
    cost: int
    answers: int
    refused: int

    @property
    def success(self) -> int | None:
        """Percent of the calls; None where there were none."""
        return round(100 * self.ok / self.calls) if self.calls else None


def days(zone: str) -> list[Day]:
    """Of the showroom of the scope (of all of them in the platform's), the latest day first."""
    with connection.cursor() as cursor:
        cursor.execute(DAYS_SQL, {"zone": zone, "days": DAYS})
        return [Day(*row) for row in cursor.fetchall()]
