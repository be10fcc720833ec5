"""How many calls a minute the API takes from one credential and from one address, over all web processes.

The counts lie in an unlogged table: one statement a call, no further server. Only the API's views ask here; webhooks,
/healthz and /readyz never do.
"""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.db import connection
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

COUNT_SQL = """
    INSERT INTO api_call_counts AS c (key, minute, calls) VALUES (%s, %s::bigint, 1)
    ON CONFLICT (key) DO UPDATE SET minute = excluded.minute,
        calls = CASE WHEN c.minute = excluded.minute THEN c.calls + 1 ELSE 1 END
    RETURNING calls
"""
FORGET_SQL = "DELETE FROM api_call_counts WHERE minute < %s::bigint"


def minute() -> int:
    return int(time.time() // 60)


def count(key: str) -> int:
    """Calls of `key` in this minute, with this one. Outside of any scope: the count stands whatever the call does."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL, [key, minute()])
        return cursor.fetchone()[0]


def forget() -> None:
    """Delete the counts of earlier minutes."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET_SQL, [minute() - 1])


class PerMinute(BaseThrottle):
    def allow_request(self, request: Request, view: Any) -> bool:
        most = self.most()
        return most == 0 or count(self.key(request)) <= most

    def wait(self) -> float:
        return 60 - time.time() % 60

    def most(self) -> int:
        raise NotImplementedError

    def key(self, request: Request) -> str:
        raise NotImplementedError


class ByCredential(PerMinute):
    def most(self) -> int:
        return settings.API_CALLS_PER_MINUTE

    def key(self, request: Request) -> str:
        return request.auth.key  # type: ignore[union-attr]


class ByAddress(PerMinute):
    """Asked before the credential is looked at, so that guessing tokens is throttled too."""

    def most(self) -> int:
        return settings.API_CALLS_PER_MINUTE_AND_ADDRESS

    def key(self, request: Request) -> str:
        return f"ip:{address(request.META)}"[:80]


def address(meta: dict[str, Any]) -> str:
    """The caller's address; what a proxy says is believed where gunicorn believes it (FORWARDED_ALLOW_IPS)."""
    remote = meta.get("REMOTE_ADDR", "")
    forwarded = meta.get("HTTP_X_FORWARDED_FOR", "")
    trusted = settings.FORWARDED_ALLOW_IPS
    if forwarded and ("*" in trusted or remote in trusted or not remote):
        return forwarded.rpartition(",")[2].strip()
    return remote
