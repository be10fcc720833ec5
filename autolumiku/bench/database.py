"""Databases of the bench's own, beside the installation's: made by the owner role, on a server that really commits."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from psycopg import sql

from autolumiku import embedded

BACKENDS_SQL = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
    AND pid <> pg_backend_pid()
"""


class BenchError(Exception):
    """The measurement cannot be made; the text says why."""


@dataclass(frozen=True, slots=True)
class Database:
    """app and owner: postgres:// addresses with passwords."""

    name: str
    app: str
    owner: str

    @property
    def env(self) -> Mapping[str, str]:
        return {"DATABASE_URL": self.app, "DATABASE_OWNER_URL": self.owner}

    def ask(self, query: LiteralString, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """One statement over all showrooms, in a transaction of its own; its rows, if it has any."""
        with psycopg.connect(self.app) as connection:
            connection.execute("SET ROLE platform")
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def backends(self) -> list[int]:
        """Pids of PostgreSQL's processes that work for the app role here; only its own role is told."""
        with psycopg.connect(self.app) as connection:
            return [pid for (pid,) in connection.execute(BACKENDS_SQL).fetchall()]

    def as_owner(self, query: LiteralString) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.owner, autocommit=True) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []


def beside(suffix: str) -> Database:
    """The bench's database of this suffix, which need not exist yet."""
    if not settings.DATABASE_OWNER_URL:
        raise BenchError("DATABASE_OWNER_URL is not set; the bench makes databases of its own with that role.")
    name = f"{urlsplit(settings.DATABASE_OWNER_URL).path.strip('/')}_bench{suffix}"
    return Database(name, _named(settings.DATABASE_URL, name), _named(settings.DATABASE_OWNER_URL, name))


def make(database: Database, *, anew: bool = True) -> None:
    """Create (or keep) and migrate it. BenchError where the server does not wait for the disk."""
    with psycopg.connect(settings.DATABASE_OWNER_URL, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
            if row != ("on",):
                raise BenchError(f"{setting} is not on: figures of a server that forgets are worth nothing.")
        name = sql.Identifier(database.name)
        if anew:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database.name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    manage(database, "migrate", "--noinput", "--verbosity", "0")


def manage(database: Database, *arguments: str) -> None:
    """A command of ours on this database."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    done = subprocess.run(  # noqa: S603 - our own program
        command, env={**os.environ, **database.env}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchError(f"{' '.join(arguments)}: {done.stderr.strip()[-2000:]}")


def server_pids() -> list[int]:
    """The embedded server's first process; none where DATABASE_URL names another server."""
    pid = embedded.status(settings.VAR_DIR).pid
    return [pid] if pid and f":{embedded.status(settings.VAR_DIR).port}/" in settings.DATABASE_URL else []


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
