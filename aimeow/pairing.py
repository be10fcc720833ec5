"""Pair a showroom's phone with the gateway, look how it stands, and let go of it. Asks the gateway; opens its scopes.

The gateway makes a client, shows its code a moment later for about 160 seconds, renews it every 20 to 60, and tells
nothing by itself: who waits for the phone asks again (aimeow.client).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from aimeow.client import Aimeow, AimeowError
from aimeow.models import AimeowAccount
from tenants import scope

CODE_LIVES = timedelta(seconds=60)  # a code that is older is asked for anew


@dataclass(frozen=True, slots=True)
class Standing:
    """How a number stands. code: the raw pairing code to draw, "" where there is none (yet)."""

    client_id: str
    phone: str
    status: str  # AimeowAccount.Connection
    code: str = ""
    code_until: datetime | None = None
    last_connected_at: datetime | None = None


class NoNumberError(Exception):
    """This showroom has no number yet."""


class AlreadyPairedError(Exception):
    """The number is connected; it has to be let go of first."""


def gateway() -> Aimeow:
    return Aimeow(settings.AIMEOW_BASE_URL, timeout=(3.05, 10))


def begin(tenant_id: int) -> Standing:
    """A client for this showroom, new unless the one there is waits to be paired. Raises AlreadyPairedError."""
    known = _known(tenant_id)
    if known is not None:
        standing = look(tenant_id)
        if standing.status == AimeowAccount.Connection.CONNECTED:
            raise AlreadyPairedError
        if standing.code:
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
    """How it stands at the gateway now; what has changed is kept. Raises NoNumberError, AimeowError."""
    account = _known(tenant_id)
    if account is None:
        raise NoNumberError
    try:
        client = gateway().client(account.client_id)
    except AimeowError as error:
        if error.kind != "unknown_client":
            raise
        with scope.of(tenant_id):
            AimeowAccount.objects.get(pk=account.pk).mark_disconnected()
        return _standing(tenant_id)
    with scope.of(tenant_id):
        row = AimeowAccount.objects.select_for_update().get(pk=account.pk)
        if client.is_connected and row.connection_status != AimeowAccount.Connection.CONNECTED:
            row.mark_connected(client.phone)
        elif client.qr_code:
            row.connection_status = AimeowAccount.Connection.QR_READY
            if row.qr_code != client.qr_code:
                row.qr_code, row.qr_code_expires_at = client.qr_code, timezone.now() + CODE_LIVES
            row.save(update_fields=["connection_status", "qr_code", "qr_code_expires_at"])
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


def _standing(tenant_id: int) -> Standing:
    row = _known(tenant_id)
    assert row is not None
    waits = row.connection_status == AimeowAccount.Connection.QR_READY
    return Standing(
        client_id=row.client_id,
        phone=row.phone_number,
        status=row.connection_status,
        code=row.qr_code if waits else "",
        code_until=row.qr_code_expires_at if waits else None,
        last_connected_at=row.last_connected_at,
    )
