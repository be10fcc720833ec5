"""The second wall: PostgreSQL shows a showroom's rows to that showroom only, whatever the code asks."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from random import Random

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from psycopg_pool import ConnectionPool

from autolumiku import embedded
from autolumiku.testing import marked
from inventory.models import Vehicle
from leads.models import Lead
from tenants import scope
from tenants.models import Owned, Tenant, owned_models

pytestmark = pytest.mark.django_db

OWNED = sorted(model._meta.db_table for model in owned_models())


def rows(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


@pytest.fixture
def two():
    with scope.platform("test"):
        return [Tenant.objects.create(slug=slug, name=slug) for slug in ("alfa", "beta")]


@pytest.fixture
def two_apart(storage):
    """Both with a row in every table, committed."""
    made = marked.showroom("alfa", "kenaria", "62899110"), marked.showroom("beta", "kenarib", "62899220")
    for one in made:
        with scope.of(one.tenant):
            car(one.tenant).save()
    return [one.tenant for one in made]


def car(tenant, **fields):
    return Vehicle(
        tenant=tenant, **{"display_id": "X-1", "make": "Honda", "model": "Jazz", "year": 2015, "price": 1, **fields}
    )


def test_every_table_with_a_tenant_is_behind_the_wall():
    tables = {
        table
        for (table,) in rows(
            "SELECT table_name FROM information_schema.columns"
            " WHERE column_name = 'tenant_id' AND table_schema = 'public'"
        )
    }
    assert tables == set(OWNED)
    walled = {
        table
        for (table,) in rows(
            "SELECT tablename FROM pg_policies WHERE schemaname = 'public' AND with_check IS NOT NULL"
            " GROUP BY 1 HAVING array_agg(policyname::text ORDER BY policyname) = ARRAY['platform', 'tenant']"
        )
    }
    active = {table for (table,) in rows("SELECT relname FROM pg_class WHERE relrowsecurity")}
    assert walled == active == {*OWNED, "tenants"}


def test_the_app_role_owns_nothing_and_passes_no_wall():
    assert rows("SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user") == [
        (False, False, False)
    ]
    assert rows("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole") == [(0,)]


def test_references_between_tenant_tables_carry_the_tenant():
    single = rows(
        """
        SELECT c.conrelid::regclass::text, c.conname FROM pg_constraint c
        WHERE c.contype = 'f' AND c.confrelid::regclass::text = ANY(%s) AND cardinality(c.conkey) <> 2
        """,
        OWNED,
    )
    assert single == []
    composite = {
        (table, column)
        for table, column in rows(
            """
        SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[2]
        WHERE c.contype = 'f' AND cardinality(c.conkey) = 2
        """
        )
    }
    declared = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        if issubclass(model, Owned)
        for field in model._meta.get_fields()
        if field.many_to_one and field.concrete and issubclass(field.related_model, Owned)
    }
    assert composite == declared


def test_indexes_of_tenant_tables_start_with_the_tenant():
    exceptions = {
        "account_phone",  # the gateway's identities: one place in the world, looked up before a showroom is known
        "aimeow_accounts_client_id",
        "api_tokens_digest",  # at each call of the API, likewise
        "message_words",  # words in GIN: the policy and the chat's own index narrow them to the showroom
        "memberships_user_id",  # at login, before a showroom is known
    }
    loose = {
        name
        for (name,) in rows(
            """
            SELECT i.indexrelid::regclass::text FROM pg_index i
            LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
            WHERE NOT i.indisprimary AND i.indrelid::regclass::text = ANY(%s) AND a.attname IS DISTINCT FROM 'tenant_id'
            """,
            OWNED,
        )
    }
    assert {name for name in loose if not any(name.startswith(known) for known in exceptions)} == set()


def test_without_a_scope_nothing_is_seen_and_nothing_written(two):
    with scope.of(two[0]):
        car(two[0]).save()
    assert Vehicle.objects.count() == 0
    assert Tenant.objects.count() == 0
    with pytest.raises(DatabaseError), transaction.atomic():
        car(two[0], display_id="X-2").save()


def test_a_showroom_sees_and_changes_only_its_own(two):
    alfa, beta = two
    for tenant in two:
        with scope.of(tenant):
            car(tenant).save()
    with scope.of(alfa):
        assert [vehicle.tenant_id for vehicle in Vehicle.objects.all()] == [alfa.pk]
        assert Vehicle.objects.filter(tenant=beta).update(price=2) == 0
        assert list(Tenant.objects.all()) == [alfa]
        with pytest.raises(DatabaseError), transaction.atomic():
            car(beta, display_id="X-2").save()
        with pytest.raises(DatabaseError), transaction.atomic():
            Vehicle.objects.update(tenant=beta)


def test_the_platform_sees_all_and_scopes_do_not_nest(two):
    for tenant in two:
        with scope.of(tenant):
            car(tenant).save()
    with scope.platform("test"):
        assert Vehicle.objects.count() == 2
        with pytest.raises(scope.ScopeError), scope.of(two[0]):
            pass
    with scope.of(two[0]):
        with scope.of(two[0]):
            assert Vehicle.objects.count() == 1
        with pytest.raises(scope.ScopeError), scope.of(two[1]):
            pass
        with pytest.raises(scope.ScopeError), scope.platform("test"):
            pass
        assert Vehicle.objects.count() == 1


def test_a_scope_that_fails_leaves_no_trace(two):
    def fail():
        with scope.of(two[0]):
            car(two[0]).save()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert Vehicle.objects.count() == 0
    with scope.platform("test"):
        assert Vehicle.objects.count() == 0


def test_the_version_counts_every_update(two):
    with scope.of(two[0]):
        vehicle = car(two[0])
        vehicle.save()
        Vehicle.objects.update(price=5)
        Vehicle.objects.update(price=6)
        vehicle.refresh_from_db()
        assert vehicle.version == 3


# --- What the catalogue says -----------------------------------------------------------------------------------------


def test_each_policy_is_the_one_rule_for_reading_and_for_writing():
    """Both of a table's policies cover every command, and what may be seen is what may be written."""
    found = rows(
        "SELECT tablename::text, policyname::text, permissive, roles::text[], cmd, qual, with_check FROM pg_policies"
        " WHERE schemaname = 'public'"
    )
    assert len(found) == 2 * (len(OWNED) + 1)
    for table, name, permissive, roles, command, seen, written in found:
        column = "id" if table == "tenants" else "tenant_id"
        own = f"({column} = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::bigint)"
        rule, to = (own, ["public"]) if name == "tenant" else ("true", ["platform"])
        assert (permissive, command, roles, seen, written) == ("PERMISSIVE", "ALL", to, rule, rule), table


def test_what_is_unique_is_unique_within_a_showroom():
    everywhere = {"account_phone", "aimeow_accounts_client_id", "api_tokens_digest"}  # one place in the world
    loose = rows(
        """
        SELECT i.indexrelid::regclass::text FROM pg_index i
        WHERE i.indisunique AND NOT i.indisprimary AND i.indrelid::regclass::text = ANY(%s)
          AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
                          AND a.attname = 'tenant_id')
        """,
        OWNED,
    )
    assert {name for (name,) in loose if not any(name.startswith(known) for known in everywhere)} == set()


def test_the_functions_that_see_past_the_wall_are_these():
    """Asked before a showroom is known, but for chats_found, which asks for app.tenant itself; with a fixed path."""
    found = rows(
        "SELECT proname::text, array_to_string(proconfig, ';') FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    )
    assert {name for name, _ in found} == {"memberships_of", "token_of", "account_of_client", "chats_found"}
    assert {settings for _, settings in found} == {"search_path=public, pg_temp"}


def test_no_row_may_point_into_another_showroom(storage):
    """Every reference between tenant tables, tried: the owner of the database himself is refused."""
    a, b = marked.showroom("alfa", "kenaria", "62899110"), marked.showroom("beta", "kenarib", "62899220")
    tried = 0
    for model in owned_models():
        for field in model._meta.concrete_fields:
            if field.many_to_one and issubclass(field.related_model, Owned):
                crossed = {field.attname: b.rows[field.related_model].pk}
                with scope.of(a.tenant), pytest.raises(IntegrityError):
                    point(model, a.rows[model].pk, crossed)
                tried += 1
    assert tried > 30


def point(model, pk, to):
    with transaction.atomic():
        assert model.objects.filter(pk=pk).update(**to) == 1
        connection.check_constraints()


# --- Connections that are used again ---------------------------------------------------------------------------------


def fails_in_python(tenant):
    with scope.of(tenant):
        car(tenant, display_id="X-9").save()
        raise RuntimeError


def fails_in_sql(tenant):
    with scope.of(tenant):
        rows("SELECT 1/0")


def fails_over_all(tenant):
    with scope.platform("test"):
        rows("SELECT 1/0")


def fails_inside(tenant):
    with scope.of(tenant):
        with pytest.raises(DatabaseError), scope.of(tenant):
            rows("SELECT 1/0")
        assert {vehicle.tenant_id for vehicle in Vehicle.objects.all()} == {tenant.pk}


def fails_at_the_end(tenant):
    """A deferred reference breaks the commit itself."""
    with scope.of(tenant):
        Lead.objects.create(tenant=tenant, phone="62811", vehicle_id=10**9)


def knocks_by_account(tenant):
    with scope.by_account("nobody", "") as account:
        assert account is None
        assert Vehicle.objects.count() == 0


WAYS = (fails_in_python, fails_in_sql, fails_over_all, fails_inside, fails_at_the_end, knocks_by_account)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_connection_remembers_no_showroom_however_its_last_use_ended(two_apart):
    """One connection, as a pool hands it on, 300 uses in a row; its prepared statements are shared by all of them."""
    random = Random(7)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [backend] = cursor.fetchone()
    for _ in range(300):
        tenant = random.choice(two_apart)
        way = random.choice((*WAYS, None, None))
        if way is not None:
            with suppress(RuntimeError, DatabaseError):
                way(tenant)
        assert rows("SELECT current_user = session_user, coalesce(current_setting('app.tenant', true), '')") == [
            (True, "")
        ]
        assert Vehicle.objects.count() == 0
        other = random.choice(two_apart)
        with scope.of(other):
            assert {vehicle.tenant_id for vehicle in Vehicle.objects.filter(make="Honda")} == {other.pk}
    assert rows("SELECT pg_backend_pid()") == [(backend,)]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_two_at_once_on_one_pool_see_their_own(two_apart):
    """Threads that share two connections, as behind a pooler in transaction mode."""
    url = connection.get_connection_params()
    pool = ConnectionPool(
        kwargs={name: url[name] for name in ("host", "port", "dbname", "user", "password") if name in url},
        min_size=2, max_size=2, open=True,
    )  # fmt: skip

    def ask(number):
        tenant = two_apart[number % 2]
        with suppress(ZeroDivisionError, psycopg.Error), pool.connection() as link:
            link.execute("SELECT set_config('app.tenant', %s, true)", [str(tenant.pk)])
            seen = {row[0] for row in link.execute("SELECT tenant_id FROM vehicles")}
            if number % 5 == 0:
                raise ZeroDivisionError
            return seen == {tenant.pk}
        with pool.connection() as link:
            return link.execute("SELECT count(*) FROM vehicles").fetchone() == (0,)

    with pool, ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(200)))


# --- Backup and restore ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.skipif(embedded.program("pg_dump") is None, reason="no pg_dump beside the server")
def test_a_backup_by_the_owner_holds_all_and_restores_with_its_walls(two_apart, tmp_path):
    """As the README says: pg_dump and pg_restore with DATABASE_OWNER_URL."""
    before = {tenant.pk: marked.rows_of(tenant.pk) for tenant in two_apart}
    owner = connections["owner"].get_connection_params()
    env = {**os.environ, "PGPASSWORD": owner.get("password") or ""}
    to = ["-h", owner["host"], "-p", str(owner["port"]), "-U", owner["user"]]
    file, copy = tmp_path / "backup", f"{owner['dbname']}_restored"
    run = partial(subprocess.run, env=env, check=True, capture_output=True)
    run([embedded.program("pg_dump"), *to, "-Fc", "-f", str(file), owner["dbname"]])
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {copy}")
        cursor.execute(f"CREATE DATABASE {copy}")
    try:
        run([embedded.program("pg_restore"), *to, "-d", copy, "--exit-on-error", str(file)])
        app = connection.get_connection_params()
        with psycopg.connect(
            host=app["host"], port=app["port"], user=app["user"], password=app.get("password"), dbname=copy
        ) as link:
            assert link.execute("SELECT count(*) FROM vehicles").fetchone() == (0,)
            for tenant in two_apart:
                link.execute("SELECT set_config('app.tenant', %s, false)", [str(tenant.pk)])
                for table, kept in before[tenant.pk].items():
                    told = [text for (text,) in link.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')]
                    assert told == kept, table
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                link.execute("DELETE FROM audit_entries")
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {copy}")
