"""A showroom leaves: all that is its own in one ZIP, and then nothing of it is left here.

Removing runs as the owner of the database: the app itself may not delete the rows of the audit.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import connections, models, transaction

from conversations.rights import as_json
from tenants import scope
from tenants.models import Tenant, User, owned_models

FOLDERS = ("vehicles", "chats", "reports")  # where a showroom's files lie, each under its id
SECRET = frozenset(
    {"digest", "secret", "secret_before", "client_id", "qr_code", "webhook_secret", "webhook_secret_before"}
)  # keys to doors; of no use elsewhere


def export(tenant: Tenant, out: IO[bytes]) -> Counter[str]:
    """Every row (one JSON file a table, without keys) and every file, as a ZIP; how many rows of which table."""
    counts: Counter[str] = Counter()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive, scope.of(tenant):
        tables: list[type[models.Model]] = [Tenant, *owned_models()]
        for model in tables:
            rows = model._default_manager.order_by("pk")
            shown = [{name: value for name, value in as_json(row).items() if name not in SECRET} for row in rows]
            counts[model._meta.db_table] = len(shown)
            archive.writestr(f"{model._meta.db_table}.json", json.dumps(shown, ensure_ascii=False, indent=1))
        people = User.objects.filter(memberships__tenant=tenant).order_by("pk")
        names = [{"id": one.pk, "username": one.username, "name": one.get_full_name()} for one in people]
        archive.writestr("people.json", json.dumps(names, ensure_ascii=False, indent=1))
        for name in files(tenant.pk):
            with default_storage.open(name) as file:
                archive.writestr(f"media/{name}", file.read())
            counts["files"] += 1
    return counts


def files(tenant_id: int) -> Iterator[str]:
    """The stored names of all that lies in the showroom's folders."""
    for folder in FOLDERS:
        yield from _below(f"{folder}/{tenant_id}")


def _below(folder: str) -> Iterator[str]:
    if not default_storage.exists(folder):
        return
    folders, names = default_storage.listdir(folder)
    for name in names:
        yield f"{folder}/{name}"
    for name in folders:
        yield from _below(f"{folder}/{name}")


def remove(tenant: Tenant) -> Counter[str]:
    """Every row, file, job, log entry and login that is this showroom's alone; how many rows of which table."""
    counts: Counter[str] = Counter()
    with scope.of(tenant):
        people = _only_here(tenant)
        about: dict[type[models.Model], list[str]] = {}
        about |= {
            model: list(map(str, model._default_manager.values_list("pk", flat=True))) for model in owned_models()
        }
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        counts["django_admin_log"] = _forget_log(tenant, about, people)
        cursor.execute("DELETE FROM procrastinate_jobs WHERE (args ->> 'tenant_id')::bigint = %s", [tenant.pk])
        counts["procrastinate_jobs"] = cursor.rowcount
        for model in owned_models():
            cursor.execute(f'DELETE FROM "{model._meta.db_table}" WHERE tenant_id = %s', [tenant.pk])  # noqa: S608
            counts[model._meta.db_table] = cursor.rowcount
        counts["tenants"] = Tenant.objects.using("owner").filter(pk=tenant.pk)._raw_delete("owner")  # type: ignore[attr-defined]
        counts["tenants_user"] = _forget_people(people)
    counts["files"] = _forget_files(tenant.pk)
    return Counter({name: count for name, count in counts.items() if count})


def _only_here(tenant: Tenant) -> list[User]:
    """Members who work nowhere else; a platform admin's login is not the showroom's."""
    members = list(User.objects.filter(memberships__tenant=tenant, is_superuser=False))
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT user_id FROM memberships WHERE tenant_id <> %s", [tenant.pk])
        elsewhere = {user_id for (user_id,) in cursor.fetchall()}
    return [one for one in members if one.pk not in elsewhere]


def _forget_log(tenant: Tenant, about: dict[type[models.Model], list[str]], people: list[User]) -> int:
    """What the back-office's own log says of the rows, and what these people did."""
    log = LogEntry.objects.using("owner")
    gone = log.filter(user_id__in=[one.pk for one in people]).delete()[0]
    more: list[tuple[type[models.Model], list[str]]] = [
        (Tenant, [str(tenant.pk)]),
        (User, [str(one.pk) for one in people]),
    ]
    for model, ids in [*about.items(), *more]:
        kind = ContentType.objects.db_manager("owner").get_for_model(model)
        gone += log.filter(content_type_id=kind.pk, object_id__in=ids).delete()[0]
    return gone


def _forget_people(people: list[User]) -> int:
    """Logins, what was counted of their passwords, and their open sessions."""
    names = [one.username for one in people]
    for model in (AccessAttempt, AccessLog, AccessFailureLog):
        model.objects.using("owner").filter(username__in=names).delete()
    ids = {str(one.pk) for one in people}
    for session in _sessions():
        if session.get_decoded().get("_auth_user_id") in ids:
            session.delete(using="owner")
    return User.objects.using("owner").filter(pk__in=[one.pk for one in people]).delete()[0]


def _sessions() -> Any:
    from django.contrib.sessions.models import Session

    return Session.objects.using("owner").iterator()


def _forget_files(tenant_id: int) -> int:
    names = list(files(tenant_id))
    for name in names:
        default_storage.delete(name)
    for folder in FOLDERS:
        _remove_empty(f"{folder}/{tenant_id}")
    return len(names)


def _remove_empty(folder: str) -> None:
    """A storage with real folders keeps them when they are empty."""
    try:
        place = Path(default_storage.path(folder))
    except NotImplementedError:
        return
    for path in sorted(place.rglob("*"), reverse=True) if place.is_dir() else ():
        path.rmdir()
    if place.is_dir():
        place.rmdir()


def can_remove() -> bool:
    """The owner's database is known to this process."""
    return "owner" in settings.DATABASES
