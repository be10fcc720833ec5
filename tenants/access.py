"""Who may see which showroom: memberships read before any showroom is known."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from tenants.models import Role


@dataclass(frozen=True, slots=True)
class Place:
    """A showroom a person works at, and as what."""

    tenant_id: int
    slug: str
    name: str
    role: Role


def places_of(user_id: int) -> list[Place]:
    """The person's active showrooms, by name. Needs no scope: a SECURITY DEFINER function answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, slug, name, role FROM memberships_of(%s)", [user_id])
        return [Place(tenant_id, slug, name, Role(role)) for tenant_id, slug, name, role in cursor.fetchall()]


def all_places() -> list[Place]:
    """Every showroom, for a platform admin; read inside scope.platform."""
    from tenants.models import Tenant

    return [Place(t.pk, t.slug, t.name, Role.OWNER) for t in Tenant.objects.order_by("name")]
