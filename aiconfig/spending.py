"""What the model costs a showroom: every call is a row, every day of the showroom one row of sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from aiconfig.llm import Call
from aiconfig.models import LLMCall, LLMDay, WhatsAppAIConfig
from autolumiku.lib import clock


@dataclass(frozen=True, slots=True)
class Spent:
    """One day's use of the model; cost in rupiah."""

    day: date | None = None
    calls: int = 0
    tokens: int = 0
    cost: int = 0


def today(config: WhatsAppAIConfig, now: datetime | None = None) -> date:
    """The showroom's day, in its zone."""
    return (now or clock.now()).astimezone(ZoneInfo(config.timezone)).date()


def of_today(config: WhatsAppAIConfig) -> Spent:
    row = LLMDay.objects.filter(tenant_id=config.tenant_id, day=today(config)).first()
    return Spent(row.day, row.calls, row.tokens, row.cost) if row else Spent()


def reached(config: WhatsAppAIConfig, spent: Spent) -> bool:
    """Has the showroom used up what it allows for today? Calls that run already may still pass the limit."""
    if spent.day != today(config):
        return False
    caps = (
        (config.daily_model_calls, spent.calls),
        (config.daily_model_tokens, spent.tokens),
        (config.daily_model_cost, spent.cost),
    )
    return any(0 < cap <= used for cap, used in caps)


# The rows of a turn's calls, as parts of a statement (conversations.ending) with the values of values(). The day's row
# is the only one that several turns of a showroom write.
MADE_SQL = """made AS (
    INSERT INTO llm_calls (tenant_id, purpose, model, outcome, error, finish_reason, prompt_tokens, completion_tokens,
        cost, latency_ms, config_version_id, created_at)
    SELECT %(tenant)s, %(purpose)s, c.model, CASE WHEN c.error = '' THEN 'ok' ELSE 'error' END, c.error,
        c.finish_reason, c.prompt_tokens, c.completion_tokens, c.cost, c.latency_ms, %(version)s, now()
    FROM unnest(%(model)s::text[], %(error)s::text[], %(finish_reason)s::text[], %(prompt_tokens)s::int[],
        %(completion_tokens)s::int[], %(cost)s::int[], %(latency_ms)s::int[]) WITH ORDINALITY
        AS c (model, error, finish_reason, prompt_tokens, completion_tokens, cost, latency_ms, nth)
    ORDER BY nth
    RETURNING id, prompt_tokens + completion_tokens AS tokens, cost
), day AS (
    INSERT INTO llm_days AS d (tenant_id, day, calls, tokens, cost)
    SELECT %(tenant)s, %(day)s, count(*), sum(tokens), sum(cost) FROM made HAVING count(*) > 0
    ON CONFLICT (tenant_id, day) DO UPDATE
        SET calls = d.calls + excluded.calls, tokens = d.tokens + excluded.tokens, cost = d.cost + excluded.cost
)"""
COLUMNS = ("model", "error", "finish_reason", "prompt_tokens", "completion_tokens", "cost", "latency_ms")


def values(
    config: WhatsAppAIConfig,
    calls: Sequence[Call],
    purpose: str = LLMCall.Purpose.REPLY,
    version: int | None = None,
) -> dict[str, Any]:
    """MADE_SQL's own: the calls column by column, oldest first, what for, the day they count for, and by which
    ConfigVersion.
    """
    columns = {name: [getattr(call, name) for call in calls] for name in COLUMNS}
    return {**columns, "purpose": str(purpose), "day": today(config), "version": version}


def record(tenant_id: int, config: WhatsAppAIConfig, calls: Sequence[Call], purpose: str) -> None:
    """Calls that belong to no turn. Inside the showroom's scope."""
    with connection.cursor() as cursor:
        said = {**values(config, calls, purpose), "tenant": tenant_id}
        cursor.execute(f"WITH {MADE_SQL} SELECT count(*) FROM made", said)  # noqa: S608 - our own words
