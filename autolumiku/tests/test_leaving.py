"""A showroom leaves: everything of it in one ZIP, and then nothing of it in any table or folder."""

from __future__ import annotations

import json
from io import StringIO
from zipfile import ZipFile

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client

from autolumiku import showrooms
from autolumiku.lib import jobs
from autolumiku.testing import marked
from leads.models import Lead
from tenants import scope
from tenants.models import AuditEntry, Membership, Role, owned_models
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
MARK = "kenaria"


@pytest.fixture
def two(storage):
    leaving, staying = marked.showroom("alfa", MARK, "62899110"), marked.showroom("beta", "kenarib", "62899220")
    lead = leaving.rows[Lead]
    LogEntry.objects.create(
        user=leaving.people[Role.OWNER], action_flag=2, object_id=str(lead.pk), object_repr=lead.name,
        content_type=ContentType.objects.get_for_model(Lead),
    )  # fmt: skip
    with scope.of(leaving.tenant):
        jobs.later("conversations.answer", tenant_id=leaving.tenant.pk, conversation_id=1)
    return leaving, staying


def tables_that_hold(mark):
    """Every table of the database, whoever's it is, in which the mark stands."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        names = [name for (name,) in cursor.fetchall()]
        found = []
        for name in names:
            cursor.execute(f'SELECT count(*) FROM "{name}" t WHERE t::text ILIKE %s', [f"%{mark}%"])
            found += [name] if cursor.fetchone()[0] else []
    return found


def test_the_export_holds_every_table_and_file_and_no_key(two, tmp_path):
    leaving, _ = two
    out = StringIO()
    call_command("export_showroom", "alfa", tmp_path / "alfa.zip", stdout=out)
    with ZipFile(tmp_path / "alfa.zip") as archive:
        names = archive.namelist()
        texts = {name: archive.read(name).decode() for name in names}
    assert {f"{model._meta.db_table}.json" for model in owned_models()} < set(names)
    assert {"tenants.json", "people.json"} < set(names)
    assert len([name for name in names if name.startswith("media/")]) == 2
    assert not any("kenarib" in text for text in texts.values())
    for model in owned_models():
        [*rows] = json.loads(texts[f"{model._meta.db_table}.json"])
        assert rows, model
        assert not any(name in row for row in rows for name in showrooms.SECRET), model
    with scope.of(leaving.tenant):
        assert AuditEntry.objects.filter(kind="exported").count() == 1
    with pytest.raises(FileExistsError):
        call_command("export_showroom", "alfa", tmp_path / "alfa.zip")


def test_nothing_of_a_removed_showroom_stays_and_the_others_stay_whole(two, storage):
    leaving, staying = two
    browser = casting.browser(leaving.people[Role.OWNER])
    assert browser.get("/inbox/").status_code == 200
    before, out = staying.dump(), StringIO()
    assert len(tables_that_hold(MARK)) > 30
    call_command("remove_showroom", "alfa", confirm="alfa", stdout=out)
    assert tables_that_hold(MARK) == []
    assert tables_that_hold(leaving.digits) == []
    assert [path for path in storage.rglob("*") if MARK in path.name] == []
    assert not (storage / "chats" / str(leaving.tenant.pk)).exists()
    assert staying.dump() == before
    assert len([path for path in storage.rglob("*") if path.is_file()]) == 2
    assert "leads: 1" in out.getvalue()
    assert browser.get("/inbox/").status_code == 302
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'tenant_id' = %s", [str(leaving.tenant.pk)]
        )
        assert cursor.fetchone() == (0,)


def test_who_works_elsewhere_too_keeps_the_login(two):
    leaving, staying = two
    both = leaving.people[Role.SALES]
    with scope.of(staying.tenant):
        Membership.objects.create(tenant=staying.tenant, user=both, role=Role.SALES)
    call_command("remove_showroom", "alfa", confirm="alfa", stdout=StringIO())
    both.refresh_from_db()
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tenants_user WHERE username LIKE %s", [f"{MARK}%"])
        assert cursor.fetchone() == (1,)
    assert casting.browser(both).get("/inbox/").status_code == 200
    assert Client().get("/inbox/").status_code == 302


@pytest.mark.parametrize("said", ["beta", "ya", "ALFA"])
def test_nothing_is_removed_without_the_right_word(two, said):
    before = two[0].dump()
    with pytest.raises(CommandError, match="Nothing was removed"):
        call_command("remove_showroom", "alfa", confirm=said)
    assert two[0].dump() == before
