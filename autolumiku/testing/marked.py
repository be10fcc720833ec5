"""A showroom with a row in every table and a mark in every text: where the mark is seen, something came through a wall.

theirs = marked.showroom("sinar", "kenarib", "62899220")
assert not theirs.seen_in(page)
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, models
from django.utils import timezone

from aiconfig.models import ConfigVersion, Split
from inventory.models import VehiclePhoto
from tenants import scope
from tenants.models import Membership, OwnedForeignKey, Right, Role, Tenant, User, owned_models

PHONES = frozenset({"phone", "phone_number", "customer_phone", "staff_phone", "whatsapp_number"})
Values = dict[str, Any]


def _given(today: Any, now: Any, mark: str) -> dict[str, Values]:
    """Columns in which a mark would make no sense, or the database refuses it."""
    hour = (now + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    return {
        "tenants.Tenant": {"latitude": -6.2, "longitude": 106.8},
        "aimeow.AimeowAccount": {"connection_status": "connected"},
        "aimeow.Finding": {"kind": "phone", "detail": ""},
        "inventory.Vehicle": {"year": 2015, "status": "AVAILABLE", "price": 100_000_000, "cost_price": 77_000_000},
        "inventory.LeasingRate": {"year_1": 5, "valid_from": today},
        "aiconfig.WhatsAppAIConfig": {"timezone": "Asia/Jakarta"},
        "aiconfig.ConfigVersion": {
            "snapshot": {"settings": {"ai_name": mark}, "faq": [[mark, mark]], "prompt": mark},
            "published_at": now,
        },
        "aiconfig.Split": {"started_at": now, "ended_at": now, "end": "stopped"},
        "inventory.StockImport": {"state": "done", "touched": [], "kept": []},
        "leads.Booking": {"starts_at": hour},
        "leads.Outreach": {"due_at": now, "until": now},
        "leads.Wait": {"ended_at": now},
        "staffcommands.UploadPhoto": {"state": "used"},
        "conversations.Replay": {
            "state": "done",
            "snapshot": {"settings": {"ai_name": mark}, "faq": [[mark, mark]], "prompt": mark},
        },
        "conversations.WhatsAppConversation": {"inbound_seq": 1, "answered_seq": 1, "last_message_at": now},
        "conversations.WhatsAppMessage": {"seq": 1, "direction": "inbound", "sender_type": "customer"},
    }


@dataclass(frozen=True)
class Marked:
    """A showroom whose texts hold `mark`, whose phones begin with `digits`; rows: one of each model."""

    tenant: Tenant
    mark: str
    digits: str
    people: dict[Role, User]
    rows: dict[type[models.Model], Any]

    def seen_in(self, text: str) -> list[str]:
        """Where the mark or one of the phones stands, with a few characters around it."""
        local = "[ .-]?".join(self.digits[2:])
        pattern = re.compile(f".{{0,30}}(?:{self.mark}|{local}).{{0,30}}", re.IGNORECASE)
        return pattern.findall(text)

    def dump(self) -> dict[str, list[str]]:
        """All its rows, by table, as PostgreSQL writes them."""
        return rows_of(self.tenant.pk)


def showroom(slug: str, mark: str, digits: str) -> Marked:
    """mark: letters and digits, at most 8; digits: how its phones begin, 62…"""
    numbers = itertools.count(10)
    people = {role: _person(role, mark) for role in Role}
    made: dict[type[models.Model], Any] = {}
    given = _given(timezone.localdate(), timezone.now(), mark)
    with scope.platform("test"):
        tenant = Tenant(**{**_values(Tenant, mark, digits, numbers), **given["tenants.Tenant"], "slug": slug})
        tenant.save()
    with scope.of(tenant):
        for role, person in people.items():
            made[Membership] = Membership.objects.create(tenant=tenant, user=person, role=role)
        for model in _in_order():
            if model is Membership:
                continue
            values = _values(model, mark, digits, numbers, made, people[Role.OWNER])
            row = model(**{**values, **given.get(model._meta.label, {}), "tenant": tenant})
            _tell_apart(row)
            _keep_files(row, mark)
            row.save()
            made[model] = row
    return Marked(tenant, mark, digits, people, made)


def rows_of(tenant_id: int) -> dict[str, list[str]]:
    """Every row of a showroom, by table."""
    found = {}
    with scope.of(tenant_id), connection.cursor() as cursor:
        for table in sorted([*(model._meta.db_table for model in owned_models()), "tenants"]):
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')  # noqa: S608 - our own tables
            found[table] = [text for (text,) in cursor.fetchall()]
    return found


def _in_order() -> Iterator[type[models.Model]]:
    """What is referred to comes first."""
    done: set[type[models.Model]] = set()

    def visit(model: type[models.Model]) -> Iterator[type[models.Model]]:
        if model in done:
            return
        done.add(model)
        for field in model._meta.concrete_fields:
            if isinstance(field, OwnedForeignKey):
                yield from visit(field.remote_field.model)
        yield model

    for model in owned_models():
        yield from visit(model)


def _person(role: Role, mark: str) -> User:
    fields = {"first_name": f"{mark}first", "last_name": f"{mark}last", "email": f"{mark}@example.com"}
    return User.objects.create(username=f"{mark}-{role}", is_staff=True, **fields)


def _values(
    model: type[models.Model],
    mark: str,
    digits: str,
    numbers: Iterator[int],
    made: dict[type[models.Model], Any] | None = None,
    person: User | None = None,
) -> Values:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key and field.name != "tenant"]
    values = {field.name: _value(field, mark, digits, next(numbers), made or {}, person) for field in fields}
    return {name: value for name, value in values.items() if value is not _LEFT}


_LEFT = object()  # the field's own default stays


def _value(
    field: Any, mark: str, digits: str, number: int, made: dict[type[models.Model], Any], person: User | None
) -> Any:
    text = f"{mark}{number}"
    if isinstance(field, models.ForeignKey):
        return made.get(field.remote_field.model, person)
    if field.choices:
        return _LEFT if field.has_default() or field.blank else field.choices[0][0]
    if field.name in PHONES:
        return f"{digits}{number:04d}"
    if isinstance(field, models.EmailField):
        return f"{text}@example.com"
    if isinstance(field, models.URLField):
        return f"https://{text}.example.com/"
    if isinstance(field, models.CharField | models.TextField):
        return text
    if isinstance(field, models.JSONField):
        return [text] if field.default is list else {"text": text}
    return _number(field, number, made)


def _number(field: Any, number: int, made: dict[type[models.Model], Any]) -> Any:
    """A value where there must be one; the texts are what matters here."""
    if isinstance(field, ArrayField):
        return [right.value for right in Right]
    if field.null or field.has_default() or field.blank or field.db_default is not models.NOT_PROVIDED:
        return _LEFT
    if field.name == "vehicle_id":
        return next(row.pk for model, row in made.items() if model.__name__ == "Vehicle")
    moments = {models.DateTimeField: timezone.now(), models.DateField: timezone.localdate(), models.BooleanField: True}
    return moments.get(type(field), number)


def _tell_apart(row: Any) -> None:
    """A split has two versions: the second is a copy of the first."""
    if isinstance(row, Split):
        row.challenger = ConfigVersion(
            tenant_id=row.tenant_id, number=row.control.number + 1, snapshot=row.control.snapshot
        )
        row.challenger.save()


def _keep_files(row: Any, mark: str) -> None:
    """A file of its own for each of the row's file fields."""
    for field in row._meta.concrete_fields:
        if isinstance(field, models.FileField):
            folder = f"vehicles/{row.tenant_id}" if isinstance(row, VehiclePhoto) else f"chats/{row.tenant_id}"
            name = default_storage.save(f"{folder}/{mark}{field.name}.jpg", ContentFile(mark.encode()))
            setattr(row, field.name, name)
