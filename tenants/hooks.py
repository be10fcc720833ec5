"""Webhooks out: what happens in a showroom is told to the programs it names, as Standard Webhooks say.

A row per event and endpoint is written by a trigger, in the transaction of the event (tells(), in a migration). Workers
deliver: first at once, then with growing pauses for three days. The secret signs `id.timestamp.body`; while it is being
changed, both secrets do.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from django.conf import settings
from django.db import migrations
from django.utils import timezone
from urllib3.exceptions import HTTPError

from autolumiku.lib import outside
from tenants import scope
from tenants.models import WebhookDelivery, WebhookEndpoint

log = structlog.get_logger(__name__)

PAUSES = tuple(timedelta(seconds=s) for s in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400))
LEASE = timedelta(seconds=60)  # a worker that vanished gives its call back after this
SECONDS = 15.0  # from the first byte to the last
ANSWER = 4_096  # bytes of the answer that are read, and thrown away
ROUND = 50
KEPT = timedelta(days=30)


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, uid: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{uid}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def problem(url: str) -> str:
    """Why this address is refused, for people; "": none that can be seen before it is looked up."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "Alamat ini tidak dapat dibaca."
    if settings.WEBHOOKS_MAY_STAY_INSIDE:
        return ""
    if parts.scheme != "https" or not host or parts.username is not None or parts.password is not None or port == 0:
        return "Pakai alamat https tanpa nama pengguna, misalnya https://crm.contoh.com/webhook."
    if host == "localhost" or ("." not in host and ":" not in host) or not _may_be_public(host):
        return "Alamat ini berada di jaringan dalam; pakai alamat di internet."
    return ""


def _may_be_public(host: str) -> bool:
    """Names are judged when they are looked up, at each call."""
    try:
        return outside.is_public(host)
    except ValueError:
        return True


# --- Telling ---------------------------------------------------------------------------------------------------------

TELL = """
    CREATE FUNCTION tell_webhooks(showroom bigint, event text, told jsonb) RETURNS void LANGUAGE sql AS $$
        INSERT INTO webhook_deliveries
            (tenant_id, endpoint_id, uid, event, payload, status, attempts, due_at, error, created_at)
        SELECT showroom, e.id, 'msg_' || replace(gen_random_uuid()::text, '-', ''), event,
            jsonb_build_object('type', event, 'data', told,
                'timestamp', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
            'waiting', 0, now(), '', now()
        FROM webhook_endpoints e WHERE e.tenant_id = showroom AND e.is_active AND event = ANY(e.events)
    $$
"""


def tells(table: str, event: str, *, on: str, when: str = "true", data: str) -> migrations.RunSQL:
    """A trigger: after `on` ("INSERT", "UPDATE OF status") of a row of `table`, if `when`, `event` is told with `data`,
    a jsonb of NEW.
    """
    name = f"tell_{event.replace('.', '_')}"
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM tell_webhooks(NEW.tenant_id, '{event}', {data});
            RETURN NULL;
        END $$;
        CREATE TRIGGER {name} AFTER {on} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}()",
    )


def tell(endpoint: WebhookEndpoint, event: str, data: dict[str, Any]) -> None:
    """To this endpoint alone, whatever it listens to: a trial. Inside the showroom's scope."""
    moment = timezone.now()
    WebhookDelivery.objects.create(
        tenant_id=endpoint.tenant_id,
        endpoint=endpoint,
        uid=f"msg_{secrets.token_hex(16)}",
        event=event,
        payload={"type": event, "timestamp": moment.isoformat(timespec="milliseconds"), "data": data},
        due_at=moment,
    )


# --- Delivering ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Call:
    """One try of one delivery."""

    tenant_id: int
    delivery_id: int
    endpoint_id: int
    uid: str
    url: str
    secrets: tuple[str, ...]
    body: bytes
    attempt: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it; status 0: no answer."""

    status: int
    error: str = ""

    @property
    def is_well(self) -> bool:
        return 200 <= self.status < 300


def deliver() -> int:
    """Make the calls that are due, one after the other; how many. Any number of workers may do so."""
    for made in range(ROUND):
        call = _claimed()
        if call is None:
            return made
        _record(call, _post(call))
    return ROUND


def _claimed() -> Call | None:
    """The next call that is due, ours for a minute; those that never failed come first."""
    with scope.platform("webhooks out"):
        due = WebhookDelivery.objects.filter(
            status=WebhookDelivery.Status.WAITING, due_at__lte=timezone.now(), endpoint__is_active=True
        )
        row = due.select_for_update(skip_locked=True, of=("self",)).order_by("attempts", "due_at").first()
        if row is None:
            return None
        row.attempts += 1
        row.due_at = timezone.now() + LEASE
        row.save(update_fields=["attempts", "due_at"])
        to = WebhookEndpoint.objects.get(pk=row.endpoint_id)
        body = json.dumps(row.payload, ensure_ascii=False, separators=(",", ":")).encode()
        keys = tuple(filter(None, (to.secret, to.secret_before)))
        return Call(row.tenant_id, row.pk, to.pk, row.uid, to.url, keys, body, row.attempts)


def _post(call: Call) -> Outcome:
    """No transaction and no connection to the database is held meanwhile."""
    now = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "AutoLumiku-Webhooks/1",
        "webhook-id": call.uid,
        "webhook-timestamp": str(now),
        "webhook-signature": " ".join(signature(secret, call.uid, now, call.body) for secret in call.secrets),
    }
    if problem(call.url):
        return Outcome(0, "refused address")
    try:
        with (
            _session() as session,
            session.post(
                call.url, data=call.body, headers=headers, timeout=(3.05, 10), allow_redirects=False, stream=True
            ) as answer,
        ):
            answer.raw.read(ANSWER)
            return Outcome(answer.status_code, "" if answer.status_code < 300 else "refused")
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        return Outcome(0, type(error).__name__)


def _session() -> requests.Session:
    return requests.Session() if settings.WEBHOOKS_MAY_STAY_INSIDE else outside.session(SECONDS)


def _record(call: Call, outcome: Outcome) -> None:
    """Delivered, tried again later, or given up; an address that says 410 Gone is not called any more."""
    fields: dict[str, Any] = {"answer": outcome.status or None, "error": outcome.error[:60]}
    if outcome.is_well:
        fields |= {"status": WebhookDelivery.Status.DELIVERED, "done_at": timezone.now()}
    elif call.attempt > len(PAUSES) or outcome.status == 410:
        fields |= {"status": WebhookDelivery.Status.GIVEN_UP, "done_at": timezone.now()}
    else:
        pause = PAUSES[call.attempt - 1]
        fields["due_at"] = timezone.now() + pause * random.uniform(0.9, 1.1)  # noqa: S311 - spreads the load
    with scope.of(call.tenant_id):
        WebhookDelivery.objects.filter(pk=call.delivery_id, attempts=call.attempt).update(**fields)
        if outcome.status == 410:
            WebhookEndpoint.objects.filter(pk=call.endpoint_id).update(is_active=False)
    log.info(
        "webhook called",
        tenant=call.tenant_id,
        endpoint=call.endpoint_id,
        delivery=call.delivery_id,
        attempt=call.attempt,
        status=outcome.status,
        error=outcome.error,
    )


def tidy() -> int:
    """Delete the log of a month ago. Inside the platform's scope."""
    gone, _ = WebhookDelivery.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return gone
