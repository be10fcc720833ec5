"""Who waits for a car: noted by chat, matched when the stock has it. Inside the showroom's scope, but for `due`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from autolumiku.lib import clock
from inventory import search
from inventory.models import Status, Vehicle
from leads.models import Outreach, Wait

LASTS = timedelta(days=90)  # who has waited longer has found one elsewhere
TOLD_WITHIN = timedelta(days=2)


def note(tenant_id: int, account_id: int, phone: str, wish: dict[str, Any], *, words: str, name: str) -> None:
    """One wish a person: a new one takes the place of the old one."""
    now = clock.now()
    Wait.objects.filter(tenant_id=tenant_id, phone=phone, ended_at=None).update(ended_at=now)
    Wait.objects.create(
        tenant_id=tenant_id,
        account_id=account_id,
        phone=phone,
        name=name[:120],
        wish=wish,
        words=words[:200],
        looked_at=now,
    )


def due() -> list[tuple[int, int]]:
    """(tenant, wait) of the wishes for which something has changed in the stock, over all showrooms."""
    changed = Vehicle.objects.filter(
        tenant_id=OuterRef("tenant_id"), status=Status.AVAILABLE, updated_at__gt=OuterRef("looked_at")
    )
    rows = Wait.objects.filter(Exists(changed), ended_at=None, created_at__gt=clock.now() - LASTS)
    return list(rows.order_by("pk").values_list("tenant_id", "pk")[:50])


def look(wait_id: int) -> None:
    """Is there such a car now? Then the customer is to hear of it, once."""
    wait = Wait.objects.select_for_update(skip_locked=True).filter(pk=wait_id, ended_at=None).first()
    if wait is None:
        return
    now = clock.now()
    found = search.find(wait.tenant_id, search.Wanted(**wait.wish)).units
    fresh = set(
        Vehicle.objects.filter(pk__in=[unit.id for unit in found], updated_at__gt=wait.looked_at).values_list(
            "pk", flat=True
        )
    )
    car = next((unit for unit in found if unit.id in fresh), None)
    wait.looked_at = now
    if car is not None:
        wait.ended_at, wait.vehicle_id = now, car.id
        Outreach.objects.create(
            tenant_id=wait.tenant_id,
            account_id=wait.account_id,
            phone=wait.phone,
            kind=Outreach.Kind.ARRIVED,
            vehicle_id=car.id,
            due_at=now,
            until=now + TOLD_WITHIN,
        )
    wait.save(update_fields=["looked_at", "ended_at", "vehicle"])
