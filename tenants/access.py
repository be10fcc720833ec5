"""Who may see which showroom: memberships and tokens, read before any showroom is known."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tenants import scope
from tenants.models import Role


@dataclass(frozen=True, slots=True)
class Place:
    """A showroom a person works at, and as what. zone: its time zone, "" where that was not read along."""

    tenant_id: int
    slug: str
    name: str
    role: Role
    zone: str = ""


def places_of(user_id: int) -> list[Place]:
    """The person's active showrooms, by name. Needs no scope: a SECURITY DEFINER function answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id, slug, name, role, zone FROM memberships_of(%s)", [user_id])
        return [Place(tenant, slug, name, Role(role), zone) for tenant, slug, name, role, zone in cursor.fetchall()]


def chosen(user: Any, slug: str | None) -> tuple[Place | None, list[Place]]:
    """Where this person works now, and where else: the showroom of the session's choice, else a member's first.

    None: a platform admin over all showrooms, or somebody without any.
    """
    if user.is_superuser:
        with scope.platform("list showrooms"):
            places = all_places()
    else:
        places = places_of(user.pk)
    place = next((place for place in places if place.slug == slug), None)
    if place is None and places and not user.is_superuser:
        place = places[0]
    return place, places


def all_places() -> list[Place]:
    """Every showroom, for a platform admin; read inside scope.platform."""
    from tenants.models import Tenant

    return [Place(t.pk, t.slug, t.name, Role.OWNER) for t in Tenant.objects.order_by("name")]


# --- Tokens ----------------------------------------------------------------------------------------------------------

MARK = "alk_"  # how a token begins, so that scanners of leaked secrets can know it


@dataclass(frozen=True, slots=True)
class Token:
    """A token in use: whose, where, and what it may do."""

    id: int
    user_id: int
    place: Place
    rights: frozenset[str]


def new_token() -> str:
    return MARK + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def token_of(token: str) -> Token | None:
    """The living token, whose use is noted (to the minute). Needs no scope: a SECURITY DEFINER function answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM token_of(%s::text)", [digest(token)])
        row = cursor.fetchone()
    if row is None:
        return None
    pk, user_id, rights, tenant_id, slug, name, role = row
    return Token(pk, user_id, Place(tenant_id, slug, name, Role(role)), frozenset(rights))
