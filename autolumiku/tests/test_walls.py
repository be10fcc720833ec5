"""The second wall: PostgreSQL shows a showroom's rows to that showroom only, whatever the code asks."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from inventory.models import Vehicle
from tenants import scope
from tenants.models import Owned, Tenant

pytestmark = pytest.mark.django_db

OWNED = sorted(model._meta.db_table for model in apps.get_models() if issubclass(model, Owned))


def rows(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


@pytest.fixture
def two():
    with scope.platform("test"):
        return [Tenant.objects.create(slug=slug, name=slug) for slug in ("alfa", "beta")]


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
