"""Pair a showroom's phone with the gateway, look how it stands, and let go of it. Asks the gateway; opens its scopes.

The gateway makes a client, shows its code a moment later for about 160 seconds, renews it every 20 to 60, and tells
nothing by itself: who waits for the phone asks again (aimeow.client). It never takes a code back: the last one stays in
view when it is dead, and when its phone is linked or was logged out. Such a client is of no more use.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from aimeow.client import Aimeow, AimeowError, Client
from aimeow.models import AimeowAccount
from tenants import scope

FIRST_CODE_LIVES, NEXT_CODE_LIVES = timedelta(seconds=60), timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a number stands. code: the raw pairing code to draw, "" where there is none (yet, or any more: `expired`)."""

    client_id: str
    phone: str
    status: str  # AimeowAccount.Connection
    code: str = ""
    code_until: datetime | None = None
    last_connected_at: datetime | None = None
    expired: bool = False  # nobody scanned in time
    linked_phone: str = ""  # of the phone that is linked, where the gateway tells


class NoNumberError(Exception):
    """This showroom has no number yet."""


class AlreadyPairedError(Exception):
    """The number is connected; it has to be let go of first."""


class OthersPhoneError(Exception):
    """The phone that was linked is another showroom's number."""


def gateway() -> Aimeow:
    return Aimeow(settings.AIMEOW_BASE_URL, timeout=(3.05, 10))


def begin(tenant_id: int) -> Standing:
    """A client for this showroom, new unless the one there is waits to be paired. Raises AlreadyPairedError."""
    known = _known(tenant_id)
    if known is not None:
        standing = look(tenant_id)
        if standing.status == AimeowAccount.Connection.CONNECTED:
            raise AlreadyPairedError
        if standing.status == AimeowAccount.Connection.QR_READY and not standing.expired:
            return standing
    client_id = gateway().new_client()
    with scope.of(tenant_id):
        AimeowAccount.objects.update_or_create(
            tenant_id=tenant_id,
            defaults={
                "client_id": client_id,
                "connection_status": AimeowAccount.Connection.QR_READY,
                "qr_code": "",
                "qr_code_expires_at": None,
            },
        )
    return look(tenant_id)


def look(tenant_id: int) -> Standing:
    """How it stands at the gateway now; what has changed is kept.

    Raises NoNumberError, OthersPhoneError, AimeowError.
    """
    account = _known(tenant_id)
    if account is None:
        raise NoNumberError
    client: Client | None
    try:
        client = gateway().client(account.client_id)
    except AimeowError as error:
        if error.kind != "unknown_client":
            raise
        client = None
    with scope.of(tenant_id):
        row = AimeowAccount.objects.select_for_update().get(pk=account.pk)
        if row.client_id == account.client_id:  # else somebody began anew meanwhile
            _keep(row, client)
    if client is None:
        return _standing(tenant_id)
    return _standing(tenant_id, client.phone if client.is_connected else "")


def _keep(row: AimeowAccount, client: Client | None) -> None:
    """What the gateway says of this number's client; None: it knows none of this name."""
    is_connected = row.connection_status == AimeowAccount.Connection.CONNECTED
    if client is not None and client.is_connected:
        if not is_connected:
            _connected(row, client.phone)
    elif client is None or client.connected_at is not None:  # gone, or linked once and logged out: its code is dead
        if row.connection_status != AimeowAccount.Connection.DISCONNECTED:
            row.mark_disconnected()
    elif client.qr_code and row.qr_code != client.qr_code:
        lives = NEXT_CODE_LIVES if row.qr_code else FIRST_CODE_LIVES
        row.connection_status = AimeowAccount.Connection.QR_READY
        row.qr_code, row.qr_code_expires_at = client.qr_code, timezone.now() + lives
        row.save(update_fields=["connection_status", "qr_code", "qr_code_expires_at"])
    elif is_connected:
        row.mark_disconnected()


def _connected(row: AimeowAccount, phone: str) -> None:
    try:
        with transaction.atomic():
            row.mark_connected(phone)
    except IntegrityError as error:
        raise OthersPhoneError from error


def known(tenant_id: int) -> Standing:
    """How it stood when somebody last looked. Raises NoNumberError."""
    return _standing(tenant_id)


def let_go(tenant_id: int) -> None:
    """The gateway forgets the client; the phone itself still lists the device until it is removed there."""
    account = _known(tenant_id)
    if account is None:
        raise NoNumberError
    try:
        gateway().delete_client(account.client_id)
    except AimeowError as error:
        if error.kind != "unknown_client":
            raise
    with scope.of(tenant_id):
        row = AimeowAccount.objects.get(pk=account.pk)
        row.mark_disconnected()
        AimeowAccount.objects.filter(pk=row.pk).update(qr_code="", qr_code_expires_at=None)


def client_of(tenant_id: int) -> str:
    """The gateway's name of this showroom's number. Raises NoNumberError."""
    account = _known(tenant_id)
    if account is None:
        raise NoNumberError
    return account.client_id


def _known(tenant_id: int) -> AimeowAccount | None:
    with scope.of(tenant_id):
        return AimeowAccount.objects.filter(tenant_id=tenant_id).first()


def _standing(tenant_id: int, linked_phone: str = "") -> Standing:
    row = _known(tenant_id)
    if row is None:
        raise NoNumberError
    waits = row.connection_status == AimeowAccount.Connection.QR_READY
    until = row.qr_code_expires_at if waits else None
    expired = until is not None and until <= timezone.now()
    return Standing(
        client_id=row.client_id,
        phone=row.phone_number,
        status=row.connection_status,
        code=row.qr_code if waits and not expired else "",
        code_until=until,
        last_connected_at=row.last_connected_at,
        expired=expired,
        linked_phone=linked_phone,
    )
