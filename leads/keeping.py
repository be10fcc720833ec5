"""Leads as rows: what a conversation told is kept under (showroom, phone)."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from autolumiku.lib import clock
from leads.models import Lead
from leads.told import Told

# A new lead goes to the seller who has waited longest for one, where the showroom shares them out in turn.
NEXT_SELLER_SQL = """
SELECT m.user_id FROM memberships m JOIN tenants_user u ON u.id = m.user_id AND u.is_active
WHERE m.tenant_id = %(tenant)s::bigint AND m.role = 'sales'
ORDER BY (SELECT max(l.assigned_at) FROM leads l WHERE l.tenant_id = m.tenant_id AND l.assigned_to_id = m.user_id)
    NULLS FIRST, m.id
LIMIT 1
"""
KEEP_SQL = f"""
WITH seller AS (SELECT user_id FROM ({NEXT_SELLER_SQL}) AS next WHERE %(in_turn)s::boolean), lead AS (
    INSERT INTO leads AS l (tenant_id, phone, name, email, vehicle_id, message, source, status, priority, interested_in,
        budget_range, timeframe, location, heard, next_step, notes, assigned_to_id, assigned_at, created_at, updated_at)
    VALUES (%(tenant)s::bigint, %(phone)s, %(name)s, '', %(vehicle)s::bigint, %(message)s, 'whatsapp', 'NEW',
        coalesce(nullif(%(priority)s, ''), 'LOW'), %(interested_in)s, %(budget_range)s, %(timeframe)s, %(location)s,
        %(heard)s::jsonb, '', '', (SELECT user_id FROM seller), (SELECT clock_timestamp() FROM seller), now(), now())
    ON CONFLICT (tenant_id, phone) DO UPDATE SET updated_at = now(),
        name = coalesce(nullif(%(name)s, ''), l.name),
        vehicle_id = coalesce(%(vehicle)s::bigint, l.vehicle_id),
        interested_in = coalesce(nullif(%(interested_in)s, ''), l.interested_in),
        budget_range = coalesce(nullif(%(budget_range)s, ''), l.budget_range),
        timeframe = coalesce(nullif(%(timeframe)s, ''), l.timeframe),
        location = coalesce(nullif(%(location)s, ''), l.location),
        priority = coalesce(nullif(%(priority)s, ''), l.priority),
        heard = l.heard || %(heard)s::jsonb
    RETURNING id
)
UPDATE whatsapp_conversations c SET lead_id = lead.id FROM lead
WHERE c.tenant_id = %(tenant)s::bigint AND c.id = %(conversation)s::bigint
"""  # noqa: S608 - our own words


def keep(tenant_id: int, phone: str, conversation_id: int, news: Told, *, message: str, in_turn: bool) -> None:
    """Write what is new of this person, and let their chat point to it. Inside the showroom's scope."""
    values: dict[str, Any] = {
        "tenant": tenant_id,
        "phone": phone,
        "conversation": conversation_id,
        "vehicle": news.vehicle_id,
        "message": message[:2000],
        "in_turn": in_turn,
        "name": news.name,
        "priority": news.priority,
        "interested_in": news.interested_in,
        "budget_range": news.budget_range,
        "timeframe": news.timeframe,
        "location": news.location,
        "heard": json.dumps(news.heard),
    }
    with connection.cursor() as cursor:
        cursor.execute(KEEP_SQL, values)


def assign_in_turn(lead: Lead) -> bool:
    """Give a lead to the seller whose turn it is; False where the showroom has no seller."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_SELLER_SQL, {"tenant": lead.tenant_id})
        row = cursor.fetchone()
    if row is None:
        return False
    Lead.objects.filter(pk=lead.pk).update(assigned_to=row[0], assigned_at=clock.now())
    return True


def task(tenant_id: int, phone: str, step: str) -> None:
    """What a person has to do next for this lead, today."""
    Lead.objects.filter(tenant_id=tenant_id, phone=phone).update(
        next_step=step[:200], follow_up_date=clock.now().date(), updated_at=clock.now()
    )
