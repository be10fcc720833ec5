"""What operators look at: is every part well, how old is the oldest thing that waits, and the alarm when it is too old.

Read over all showrooms, counts and ages only; nothing here names a showroom or a person.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from functools import cache
from threading import Lock
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError, connection

from conversations import spool
from tenants import scope

alarm_log = structlog.get_logger("autolumiku.alarm")

TOO_OLD_SECONDS = 60.0  # nothing waits longer while all is well
CACHE_SECONDS = 2.0  # however often probes and scrapers ask
AGAIN_SECONDS = 60.0  # between two alarms about the same thing


@dataclass(frozen=True, slots=True)
class Vitals:
    """Ages in seconds. Without a database its figures are 0."""

    spool: spool.State
    database: bool = False
    migrated: bool = False
    due_jobs: int = 0
    queue_age: float = 0.0  # of the oldest job that is due
    unanswered_age: float = 0.0  # since the oldest answer that the bot owes was due
    overdue_chats: int = 0  # owed for longer than TOO_OLD_SECONDS
    waiting_sends: int = 0
    findings: dict[str, int] = field(default_factory=dict)  # open ones about the gateway, by kind


# One round trip; every part is on a small partial index (jobs that went well leave no row).
VITALS_SQL = """
WITH due AS (
    SELECT coalesce(scheduled_at, (SELECT min(e.at) FROM procrastinate_events e WHERE e.job_id = j.id)) AS at
    FROM procrastinate_jobs j WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())),
owed AS (
    SELECT due_at FROM whatsapp_conversations
    WHERE holder = 'bot' AND answered_seq < inbound_seq AND due_at <= now())
SELECT (SELECT count(*) FROM due),
    (SELECT coalesce(extract(epoch FROM now() - min(at)), 0)::float FROM due),
    (SELECT coalesce(extract(epoch FROM now() - min(due_at)), 0)::float FROM owed),
    (SELECT count(*) FROM owed WHERE due_at < now() - make_interval(secs => %s)),
    (SELECT count(*) FROM whatsapp_messages WHERE aimeow_status = 'queued'),
    (SELECT coalesce(jsonb_object_agg(kind, open), '{}') FROM (
        SELECT kind, count(*) AS open FROM aimeow_findings WHERE resolved_at IS NULL GROUP BY 1
        UNION ALL SELECT kind, 1 FROM aimeow_installation_findings WHERE resolved_at IS NULL) AS found)
"""


def read() -> Vitals:
    """As things stand now. Works without a database, which is then one of the findings."""
    found = Vitals(spool.state())
    try:
        with scope.platform("vitals"), connection.cursor() as cursor:
            cursor.execute(VITALS_SQL, [TOO_OLD_SECONDS])
            due, queue_age, owed_age, overdue, sends, findings = cursor.fetchone()
            migrated = _migrated(cursor)
    except (DatabaseError, InterfaceError):
        if not connection.in_atomic_block:
            connection.close()
        return found
    return replace(
        found,
        database=True,
        migrated=migrated,
        due_jobs=due,
        queue_age=queue_age,
        unanswered_age=owed_age,
        overdue_chats=overdue,
        waiting_sends=sends,
        findings=json.loads(findings),
    )


def _migrated(cursor: Any) -> bool:
    """Whether every migration of this code is applied."""
    cursor.execute("SELECT app, name FROM django_migrations")
    return _migrations() <= set(cursor.fetchall())


@cache
def _migrations() -> set[tuple[str, str]]:
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return set(loader.disk_migrations or ())


_lately: tuple[float, Vitals] | None = None
_reading = Lock()


def lately() -> Vitals:
    """As read(), at most CACHE_SECONDS old."""
    global _lately
    with _reading:
        if _lately is None or time.monotonic() - _lately[0] >= CACHE_SECONDS:
            _lately = (time.monotonic(), read())
        return _lately[1]


# --- ready ------------------------------------------------------------------------------------------------------------


def report(vitals: Vitals) -> dict[str, dict[str, object]]:
    """Part by part, as /readyz says it; each has an `ok`."""
    kept = vitals.spool
    return {
        "database": {"ok": vitals.database},
        "migrations": {"ok": vitals.migrated},
        "queue": {
            "ok": vitals.database and vitals.queue_age < TOO_OLD_SECONDS,
            "due_jobs": vitals.due_jobs,
            "oldest_seconds": round(vitals.queue_age, 1),
        },
        "unanswered": {
            "ok": vitals.database and not vitals.overdue_chats,
            "overdue": vitals.overdue_chats,
            "oldest_seconds": round(vitals.unanswered_age, 1),
        },
        "spool": {
            "ok": kept.writable is not False and not kept.bad and kept.age < TOO_OLD_SECONDS,
            "files": kept.files,
            "bad": kept.bad,
            "oldest_seconds": round(kept.age, 1),
            "writable": kept.writable,
        },
    }


# --- alarm ------------------------------------------------------------------------------------------------------------

LOOK_SECONDS = 10.0

_rang: dict[str, float] = {}  # what -> time.monotonic() when it was last done


def ring(seconds: float = TOO_OLD_SECONDS) -> None:
    """The worker's alarm: one ERROR line a minute while an answer is owed for longer than this."""
    vitals = read()
    if vitals.overdue_chats and vitals.unanswered_age >= seconds:
        _alarm("unanswered", count=vitals.overdue_chats, age=round(vitals.unanswered_age))


def ring_for_web() -> None:
    """As ring(), by one web process of a machine: for its spool, and for answers while no worker lives to ring."""
    if not spool.is_first():
        return
    _ring_spool()
    if _is_time("look at the answers", LOOK_SECONDS):
        ring(2 * TOO_OLD_SECONDS)


def _ring_spool() -> None:
    kept = spool.state()
    if kept.age >= TOO_OLD_SECONDS:
        _alarm("spool", count=kept.files, age=round(kept.age))
    if kept.bad:
        _alarm("spool bad", count=kept.bad)


def _alarm(what: str, **figures: float) -> None:
    if _is_time(what, AGAIN_SECONDS):
        alarm_log.error("alarm", what=what, **figures)


def _is_time(what: str, seconds: float) -> bool:
    """Whether this process last did it so long ago; it does it now, then."""
    now = time.monotonic()
    due = now - _rang.get(what, now - seconds) >= seconds
    if due:
        _rang[what] = now
    return due
