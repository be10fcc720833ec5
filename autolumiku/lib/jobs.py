"""Defer a job by name, in the transaction that makes it needed.

An app may need a job of an app above it (a sold car concerns the chats); it names it here instead of importing it.
A test checks that every name used exists. Jobs carry ids only.
"""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException


def later(
    name: str, at: datetime | None = None, once: str | None = None, *, priority: int = 0, **ids: int | str
) -> bool:
    """Defer job `name` (at a time, if given). With `once`, not if a job of that key still waits; False then."""
    try:
        # a refused insert breaks the transaction it stands in: only the savepoint may break
        with nullcontext() if once is None else transaction.atomic():
            app.configure_task(name, schedule_at=at, queueing_lock=once, priority=priority).defer(**ids)
    except AlreadyEnqueued:
        return False
    except ConnectorException as error:  # the connection may break here as anywhere: it reads the same everywhere
        with connection.wrap_database_errors:
            raise error.__cause__ or error from None
    return True


def later_sql(name: str, *, at: str, priority: str, **ids: str) -> str:
    """later() as an expression inside another statement, for the way of every message: one round trip less.

    All but `name` are SQL expressions: a timestamptz, an integer, and the job's ids.
    """
    args = ", ".join(f"'{key}', {value}" for key, value in ids.items())
    job = f"ROW('default', '{name}', {priority}, NULL, NULL, jsonb_build_object({args}), {at})"
    return f"procrastinate_defer_jobs_v1(ARRAY[{job}]::procrastinate_job_to_defer_v1[])"


VANISHED_SQL = """
    DELETE FROM procrastinate_jobs j WHERE j.status = 'doing' AND NOT EXISTS (
        SELECT 1 FROM procrastinate_workers w
        WHERE w.id = j.worker_id AND w.last_heartbeat > now() - make_interval(secs => %s))
"""


def forget_vanished() -> int:
    """Delete the running jobs of workers that are gone: the rows they worked on say what is owed, not the jobs."""
    with connection.cursor() as cursor:
        cursor.execute(VANISHED_SQL, [settings.VANISHED_SECONDS])
        return cursor.rowcount


# Events go with their job. A worker writes its heartbeat every few seconds; one that is silent for so long is no more.
FINISHED_SQL = """
    DELETE FROM procrastinate_jobs j WHERE j.status IN ('succeeded', 'failed', 'cancelled', 'aborted') AND NOT EXISTS (
        SELECT 1 FROM procrastinate_events e WHERE e.job_id = j.id AND e.at > now() - make_interval(secs => %s))
"""
WORKERS_SQL = "DELETE FROM procrastinate_workers WHERE last_heartbeat < now() - make_interval(secs => %s)"


def clean(seconds: float) -> int:
    """Delete jobs that ended longer ago than this, and the rows of workers silent for as long; how many jobs."""
    with connection.cursor() as cursor:
        cursor.execute(FINISHED_SQL, [seconds])
        jobs = cursor.rowcount
        cursor.execute(WORKERS_SQL, [seconds])
        return jobs
