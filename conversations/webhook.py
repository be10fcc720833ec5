"""The gateway's door: authenticate, read, store, answer 200 once it is committed. No other work is done here.

The gateway signs nothing, tries once and follows no redirect (its contract is in aimeow.payload and aimeow.client).
The shared secret therefore travels in the callback URL (`?token=`), or in `X-Aimeow-Signature` where a proxy adds it:
plain, or as the HMAC-SHA256 of the raw body. A number may have a secret of its own; then only that one opens for it.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_address

import structlog
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from aimeow import payload
from aimeow.models import AimeowAccount, Finding, PassedText
from aimeow.payload import Connected, Disconnected, Ignored, Inbound, PayloadError, Qr, StatusChange
from autolumiku.lib import counters
from autolumiku.lib.sealed import unseal
from conversations import intake, outbox, spool
from conversations.models import Delivery, Direction, WhatsAppMessage
from tenants import scope, throttles

security = structlog.get_logger("security")
log = structlog.get_logger(__name__)

MAX_BODY_BYTES = 1 << 20
QR_SECONDS = 60


class RefusedError(Exception):
    """What the gateway is told instead of 200: an HTTP status and a reason without secret or text."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@csrf_exempt
@require_POST
@transaction.non_atomic_requests
def receive(request: HttpRequest, kind: str) -> JsonResponse:
    """One call of the gateway; kind: "message" or "status", by its path. The bodies' shapes: aimeow.payload.

    200 {"success": true, "received": true}, with "ignored": why, where the message is not one to answer.
    400, 401, 403, 404, 413 or 503 {"error": reason}: nothing was kept.
    """
    began = time.perf_counter()
    try:
        ignored = _take(request, kind)
    except RefusedError as refused:
        return _refuse(refused)
    except SuspiciousOperation:
        return _refuse(RefusedError(400, "suspicious request"))
    except Exception:
        log.exception("webhook failed")
        return _refuse(RefusedError(503, "not stored, try again"))
    took = time.perf_counter() - began
    counters.took("webhook", took, result=ignored or "stored")
    log.info("webhook", result=ignored or "stored", bytes=len(request.body), ms=round(1000 * took, 1))
    return JsonResponse({"success": True, "received": True, **({"ignored": ignored} if ignored else {})})


def _refuse(refused: RefusedError) -> JsonResponse:
    """Every refusal is one security line and a count."""
    security.warning("webhook refused", status=refused.status, reason=refused.reason)
    counters.add("webhook_refused", status=str(refused.status))
    headers = {"WWW-Authenticate": "Token"} if refused.status == 401 else {}
    answer = JsonResponse({"error": refused.reason}, status=refused.status, headers=headers)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # Django's mark: it has its line
    return answer


def _take(request: HttpRequest, kind: str) -> str:
    """Keep what the gateway says; returns "" or why it was ignored."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
        raise RefusedError(413, "body too large")
    raw = request.body
    caller = _authenticate(request, raw)
    try:
        event = _read(raw, kind)
    except RefusedError as refused:
        raise refused if caller.is_gateway else _unknown() from None
    return _keep(event, raw, kind, caller)


def _unknown() -> RefusedError:
    return RefusedError(401, "wrong or missing secret")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the gateway, by the installation's secret; or somebody whose secret may be a number's own."""

    is_gateway: bool
    knows: Callable[[str], bool]

    def check(self, account: scope.Account | None) -> None:
        """Whether the call may concern this account; None: no showroom's."""
        own = account.sealed if account is not None else ()
        if not (any(self.knows(unseal(one)) for one in own) if own else self.is_gateway):
            raise _unknown()


GATEWAY = Caller(True, lambda secret: False)
# client id -> the sealed secrets of its number, where it has some and has called this process: by them it is let in
# while the database is away, and nobody else is.
known_secrets: dict[str, tuple[str, ...]] = {}


def _authenticate(request: HttpRequest, raw: bytes) -> Caller:
    """Whoever knows the installation's secret is the gateway; who names none is nobody. Touches no database.

    Without a secret of the installation only DEBUG lets all calls in.
    """
    if settings.AIMEOW_ALLOW_IPS and not _is_allowed(throttles.address(request.META)):
        raise RefusedError(403, "address not allowed")

    def knows(secret: str) -> bool:
        return _same(request.GET.get("token", ""), secret) or _signed(request, raw, secret)

    current, before = settings.AIMEOW_WEBHOOK_SECRET, settings.AIMEOW_WEBHOOK_SECRET_BEFORE
    if current and any(knows(one) for one in filter(None, (current, before))):
        return Caller(True, knows)
    if not current and settings.DEBUG:
        return Caller(True, knows)
    if not (request.GET.get("token") or request.META.get("HTTP_X_AIMEOW_SIGNATURE")):
        raise _unknown()
    return Caller(False, knows)


def _is_allowed(address: str) -> bool:
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return any(ip in network for network in settings.AIMEOW_ALLOW_IPS)


def _signed(request: HttpRequest, raw: bytes, secret: str) -> bool:
    given = request.META.get("HTTP_X_AIMEOW_SIGNATURE", "")
    expected = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return _same(given, secret) or _same(given.removeprefix("sha256="), expected)


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


def _read(raw: bytes, kind: str) -> payload.Event:
    """The event of a body; a message without id gets one of its bytes, so that a second copy is known."""
    try:
        body = payload.decode(raw)
        event = payload.read(body, status_path=kind == "status", base_url=settings.AIMEOW_BASE_URL)
    except PayloadError as error:
        raise RefusedError(400, str(error)) from error
    if isinstance(event, Inbound) and not event.gateway_id:
        return replace(event, gateway_id=f"body-{hashlib.sha256(raw).hexdigest()}")
    return event


def _keep(event: payload.Event, raw: bytes, kind: str, caller: Caller) -> str:
    """Commit the event, or put its body on disk while the database is away; returns "" or why it was ignored.

    One new try on a connection that broke while idle. While kept messages wait, new ones wait behind them. A number's
    own secret lies in the database: while that is away it opens where it has opened before, and is judged again when
    the body is stored.
    """
    if spool.is_empty() or _vouched(event.client_id, caller) is None:
        for _ in range(2):
            try:
                return _store(event, caller)
            except Exception as error:
                if not spool.is_away(error):
                    raise
                connection.close()
    mark = _vouched(event.client_id, caller)
    if mark is None:
        raise _unknown()
    try:
        spool.keep(raw, kind=f"{kind}{mark}")
    except spool.SpoolError as error:
        log.error("message not kept", reason=str(error))
        raise RefusedError(503, "not stored, try again") from error
    return ""


def store_kept(raw: bytes, kind: str) -> None:
    """What the spool calls for each kept body, once the database is back; kind: with the mark of a number's secret."""
    kind, _, mark = kind.partition("-")
    caller = Caller(False, lambda secret: hmac.compare_digest(_mark(secret), mark)) if mark else GATEWAY
    _store(_read(raw, kind), caller)


def _vouched(client_id: str, caller: Caller) -> str | None:
    """None: without the database nobody knows whether the call may come in. Else the mark of the number's own secret
    that it knows, "" where it has none.
    """
    if client_id not in known_secrets:
        return "" if caller.is_gateway else None
    return next((f"-{_mark(one)}" for one in map(unseal, known_secrets[client_id]) if caller.knows(one)), None)


def _mark(secret: str) -> str:
    return salted_hmac("conversations.webhook", secret, algorithm="sha256").hexdigest()


def _remember(client_id: str, account: scope.Account | None) -> None:
    if account is not None and account.sealed:
        known_secrets[client_id] = account.sealed
    else:
        known_secrets.pop(client_id, None)


def _store(event: payload.Event, caller: Caller) -> str:
    if isinstance(event, Ignored):
        lost = intake.perhaps_lost(event)
        if lost is None:
            _pass_over(event, caller)
            return event.reason
        event = lost
    locks = intake.locks(event) if isinstance(event, Inbound) else []
    with scope.by_account(event.client_id, _phone_of(event.client_id), locks) as account:
        caller.check(account)
        _remember(event.client_id, account)
        if account is not None:
            return _apply(account, event)
    intake.remember_unknown(event.client_id)
    raise RefusedError(404, "unknown clientId")


def _pass_over(event: Ignored, caller: Caller) -> None:
    """Remember that this text was seen, where there is one (a group's): it is no gap in what the gateway remembers."""
    if not event.text and caller.is_gateway:
        return
    try:
        with scope.by_account(event.client_id, _phone_of(event.client_id)) as account:
            caller.check(account)
            if account is not None and event.text:
                PassedText.keep(account.tenant_id, event.text)
    except (OperationalError, InterfaceError):
        connection.close()
        if not caller.is_gateway:
            raise


def _phone_of(client_id: str) -> str:
    """The phone of a device JID used as client id, as the gateway does where it has no mapping."""
    return client_id.partition("@")[0].partition(":")[0] if client_id.endswith("@s.whatsapp.net") else ""


def _apply(account: scope.Account, event: payload.Event) -> str:
    match event:
        case Inbound():
            ignored = intake.store(account, event).ignored
            if event.kind == "text" and (ignored or event.from_showroom):
                PassedText.keep(account.tenant_id, event.text)
            return ignored
        case StatusChange():
            return _receipt(account, event)
        case Qr():
            AimeowAccount.objects.filter(pk=account.id).update(
                qr_code=event.code,
                qr_code_expires_at=timezone.now() + timedelta(seconds=QR_SECONDS),
                connection_status=AimeowAccount.Connection.QR_READY,
            )
        case Connected():
            _connected(account, event.phone)
        case Disconnected():
            AimeowAccount.objects.get(pk=account.id).mark_disconnected()
            Finding.lost(account.tenant_id, Finding.Detail.DISCONNECTED)
    return ""


def _connected(account: scope.Account, phone: str) -> None:
    """The number is back. A phone that another showroom's number already has is not believed."""
    row = AimeowAccount.objects.get(pk=account.id)
    try:
        with transaction.atomic():
            row.mark_connected(phone)
    except IntegrityError:
        security.warning("connected with another showroom's phone", tenant=account.tenant_id, account=account.id)
        AimeowAccount.objects.get(pk=account.id).mark_connected()
    outbox.resume(account.tenant_id, proven=True)


# what a receipt may move: forward only, and a "sent" or "failed" of a gateway only while we do not know better
FORWARD = {
    "sent": ((Delivery.SENDING, Delivery.UNSURE), "sent_at"),
    "failed": ((Delivery.SENDING, Delivery.UNSURE), None),
    "delivered": ((Delivery.SENDING, Delivery.UNSURE, Delivery.SENT), "delivered_at"),
    "read": ((Delivery.SENDING, Delivery.UNSURE, Delivery.SENT, Delivery.DELIVERED), "read_at"),
}


def _receipt(account: scope.Account, event: StatusChange) -> str:
    before, column = FORWARD[event.status]
    moved = WhatsAppMessage.objects.filter(
        tenant_id=account.tenant_id,
        account_id=account.id,
        direction=Direction.OUTBOUND,
        aimeow_message_id=event.gateway_id,
        aimeow_status__in=before,
    ).update(aimeow_status=event.status, **({column: timezone.now()} if column else {}))
    return "" if moved else "no such message to move"
