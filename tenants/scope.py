"""The only two doors to the database: as one showroom, or as the platform with a reason.

    with scope.of(tenant): ...          # a transaction in which PostgreSQL shows and takes this showroom's rows only
    with scope.platform("sweep"): ...   # a transaction that sees all showrooms; the reason goes to the log

Row-level security (tenants/walls.py) reads `app.tenant`; without a scope every tenant table is empty. Scopes of
different showrooms do not nest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
import structlog
from django.db import connection, transaction

if TYPE_CHECKING:
    from tenants.models import Tenant

log = structlog.get_logger(__name__)
PLATFORM_ROLE = "platform"
PLANNED = "SET LOCAL plan_cache_mode = force_custom_plan"  # for the values at hand


class ScopeError(RuntimeError):
    """A scope was opened inside another one that shows other rows."""


@contextmanager
def of(tenant: Tenant | int, *, page: bool = False) -> Iterator[None]:
    """A transaction as this showroom. Inside the same showroom's scope it is only a savepoint.

    page: somebody looks at lists; its statements are planned for their values, as those of `platform`. The few that
    every message runs are planned once.
    """
    key = tenant if isinstance(tenant, int) else tenant.pk
    planned = f"; {PLANNED}" if page else ""
    with _entered(str(key), f"SELECT set_config('app.tenant', '{key:d}', true){planned}"):
        yield


@contextmanager
def platform(reason: str) -> Iterator[None]:
    """A transaction over all showrooms, for the platform's own work; `reason` is logged.

    Its statements are planned for their values: a prepared plan for any value knows no partial index, and would read
    every row of every showroom for the few that a sweep is after.
    """
    with _entered("*", f"SET LOCAL ROLE {PLATFORM_ROLE}; {PLANNED}"):
        log.debug("platform scope", reason=reason)
        yield


def is_closed() -> bool:
    """No scope is open: no row of any showroom is seen."""
    return getattr(connection, "tenant_scope", None) is None


@dataclass(frozen=True, slots=True)
class Account:
    """The gateway account a webhook call belongs to, with its own number (62… digits or empty), and the sealed webhook
    secrets it has of its own.
    """

    tenant_id: int
    id: int
    phone: str
    sealed: tuple[str, ...] = ()


@contextmanager
def by_account(client_id: str, phone: str = "", locks: Sequence[str] = ()) -> Iterator[Account | None]:
    """A transaction as the showroom whose gateway client this is; None if no showroom has it.

    The webhook's door: the client id (or, where the gateway sends a device JID as client id, its phone) is looked up
    by a SECURITY DEFINER function before any row is visible. The waits of the transaction are bounded to 2 s, and the
    advisory locks named in `locks` are held until its end; name them in one order everywhere.
    """
    with _entered("by account"):
        with connection.cursor() as cursor:
            cursor.execute(ACCOUNT_SQL, [list(locks), client_id, phone])
            found = cursor.fetchone()
        if found is None:
            yield None
            return
        connection.tenant_scope = str(found[0])  # type: ignore[attr-defined]
        tenant_id, account_id, number, sealed, *_set = found
        yield Account(tenant_id, account_id, number, tuple(sealed))


ACCOUNT_SQL = """
    SELECT tenant_id, account_id, phone_number, sealed, set_config('app.tenant', tenant_id::text, true),
           set_config('lock_timeout', '2s', true), set_config('statement_timeout', '2s', true),
           (SELECT count(pg_advisory_xact_lock(hashtextextended(name, 0))) FROM unnest(%s::text[]) AS name)
    FROM account_of_client(%s, %s)
"""


@contextmanager
def _entered(key: str, setting: str = "") -> Iterator[None]:
    """A transaction in which the scope is `key`, begun with the statement `setting`; afterwards the connection shows
    what it showed before.
    """
    outer = getattr(connection, "tenant_scope", None)
    if outer is not None and outer != key:
        raise ScopeError(f"scope {key} opened inside scope {outer}")
    nested = connection.in_atomic_block
    connection.tenant_scope = key  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            if setting:
                _begin(setting)
            yield
            if nested and outer is None:
                _forget()  # a savepoint keeps what was set in it; only tests and admin actions come here
    finally:
        connection.tenant_scope = outer  # type: ignore[attr-defined]


def _begin(setting: str) -> None:
    """Begin the transaction and set its scope in one round trip; `setting` holds nothing from outside.

    Each message opens four scopes, and psycopg would send BEGIN by itself, before the first statement.
    """
    wire = connection.connection.pgconn
    begin = "BEGIN; " if wire.transaction_status == psycopg.pq.TransactionStatus.IDLE else ""
    with connection.wrap_database_errors:
        answer = wire.exec_(f"{begin}{setting}".encode())
        if answer.status not in (psycopg.pq.ExecStatus.COMMAND_OK, psycopg.pq.ExecStatus.TUPLES_OK):
            raise psycopg.errors.error_from_result(answer)


def _forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "RESET ROLE; RESET plan_cache_mode; SELECT set_config('app.tenant', '', true),"
            " set_config('lock_timeout', '0', true), set_config('statement_timeout', '0', true)"
        )
