"""The people of the tests: Alice owns showroom A, Bob sells there, Rani only looks; Charlie manages showroom B."""

from __future__ import annotations

from dataclasses import dataclass

from django.test import Client

from autolumiku.testing import web
from tenants import access, scope
from tenants.models import ApiToken, Membership, Role, Tenant, User


@dataclass(frozen=True, slots=True)
class Cast:
    a: Tenant
    b: Tenant
    alice: User
    bob: User
    rani: User
    charlie: User
    stranger: User
    root: User

    def person(self, name: str) -> User:
        return getattr(self, name)


def gather() -> Cast:
    """Both showrooms and all people, in the test's transaction."""
    with scope.platform("test"):
        people = {
            name: User.objects.create(username=name, first_name=name.title(), is_staff=True)
            for name in ("alice", "bob", "rani", "charlie", "stranger")
        }
        people["root"] = User.objects.create(username="root", is_staff=True, is_superuser=True)
        a = Tenant.objects.create(slug="showroom-a", name="Showroom A", vehicle_prefix="A")
        b = Tenant.objects.create(slug="showroom-b", name="Showroom B", vehicle_prefix="B")
        for tenant, name, role in (
            (a, "alice", Role.OWNER),
            (a, "bob", Role.SALES),
            (a, "rani", Role.READ_ONLY),
            (b, "charlie", Role.MANAGER),
        ):
            Membership.objects.create(tenant=tenant, user=people[name], role=role)
    return Cast(a=a, b=b, **people)


def browser(person: User) -> Client:
    """A browser in which this person is logged in."""
    client = web.client()
    client.force_login(person)
    return client


def token(tenant: Tenant, person: User, *rights: str) -> str:
    """A program's key to this showroom, in the person's name."""
    secret = access.new_token()
    with scope.of(tenant):
        ApiToken.objects.create(
            tenant=tenant, user=person, name="test", digest=access.digest(secret), hint=secret[:8], rights=list(rights)
        )
    return secret
