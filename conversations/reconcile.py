"""A look at the gateway, every few minutes: lost connections, texts that never arrived, a changed callback URL.

What is wrong becomes a finding that people see; it is resolved by the next look that finds it well. Nothing is ever
repaired by a guess: an unknown client is not adopted, a missing text is not invented. The gateway's `isConnected` is
sticky, so a connection that failed a send counts as back only when something has gone through again.
"""

from __future__ import annotations

import contextlib
import hmac
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.core import mail
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from aiconfig.models import WhatsAppAIConfig
from aimeow.client import Aimeow, AimeowError, Client
from aimeow.models import AimeowAccount, Finding, InstallationFinding, PassedText, fingerprint
from autolumiku.lib import phone as phones
from conversations import outbox
from tenants import scope
from tenants.models import Membership, Role, Tenant

log = structlog.get_logger(__name__)

LOCK = 7030_01  # of the database, held by the one worker that looks
REMEMBERED = 100  # texts that the gateway keeps per client
GAP_SHOWN = timedelta(hours=24)  # then people have seen it
PASSED_KEPT = timedelta(hours=1)  # fingerprints that the gateway does not remember (any more)
RESOLVED_KEPT = timedelta(days=90)

CALLBACK_PATH = re.compile(r"/api/v1/(?:aimeow/webhook|webhooks/aimeow)/?")


@dataclass(frozen=True, slots=True)
class Account:
    """A number in service, as we know it."""

    tenant_id: int
    id: int
    client_id: str
    phone: str
    status: str
    looked_at: datetime | None


# --- what is wrong: pure ----------------------------------------------------------------------------------------------


def lost_how(client_id: str, phone: str, clients: Mapping[str, Client]) -> Finding.Detail | None:
    """How this number's connection is lost by the gateway's own word; None: it is connected."""
    mine = clients.get(client_id)
    if mine is not None and mine.is_connected:
        return None
    if phone and any(client.is_connected and client.phone == phone for client in clients.values()):
        return Finding.Detail.MOVED
    return Finding.Detail.GONE if mine is None else Finding.Detail.DISCONNECTED


def calls_us(callback: str, public_url: str, secret: str) -> bool:
    """Whether the gateway's callback URL is our webhook, with our secret in it."""
    try:
        theirs, ours = urlsplit(callback), urlsplit(public_url)
    except ValueError:
        return False
    same_host = (theirs.scheme, theirs.netloc.lower()) == (ours.scheme, ours.netloc.lower())
    if not (same_host and CALLBACK_PATH.fullmatch(theirs.path.removeprefix(ours.path))):
        return False
    token = parse_qs(theirs.query).get("token", [""])[-1]
    return hmac.compare_digest(token.encode("utf-8", "surrogateescape"), secret.encode()) or not secret


def missing(remembered: Iterable[str], known: Iterable[str]) -> Counter[str]:
    """Fingerprints that the gateway remembers more often than we know them."""
    return Counter(remembered) - Counter(known)


# --- the look ---------------------------------------------------------------------------------------------------------

_suspects: dict[int, Counter[str]] = {}  # account -> what was missing at this process's last look


def look() -> None:
    """One look at everything, unless another worker is at it or has just been."""
    with _alone() as mine:
        if not mine or _looked_just_now():
            return
        gateway = Aimeow(settings.AIMEOW_BASE_URL, outbox.ASKING_SECONDS)
        try:
            clients = {client.id: client for client in gateway.clients()}
            callback = gateway.get_callback()
        except AimeowError as error:
            log.warning("gateway does not answer", kind=error.kind, status=error.status)
            InstallationFinding.objects.see(InstallationFinding.Kind.UNREACHABLE)
            return
        ours = calls_us(callback, settings.PUBLIC_URL, settings.AIMEOW_WEBHOOK_SECRET)
        _installation(InstallationFinding.Kind.UNREACHABLE, well=True)
        _installation(InstallationFinding.Kind.CALLBACK, well=ours)
        for account in _accounts():
            try:
                _look_at(account, gateway, clients)
            except (DatabaseError, InterfaceError):
                raise
            except Exception:
                log.exception("number not reconciled", tenant=account.tenant_id, account=account.id)


@contextlib.contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other worker looks; no transaction is open meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        mine = cursor.fetchone()[0]
    try:
        yield mine
    finally:
        if mine:
            with contextlib.suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _looked_just_now() -> bool:
    just_now = timezone.now() - timedelta(seconds=0.75 * settings.RECONCILE_SECONDS)
    with scope.platform("reconcile"):
        return AimeowAccount.objects.filter(looked_at__gt=just_now).exists()


def _installation(kind: str, *, well: bool) -> None:
    if well:
        InstallationFinding.objects.open().filter(kind=kind).update(resolved_at=timezone.now())
    elif InstallationFinding.objects.see(kind):
        log.error("gateway is not set up for us", kind=str(kind))


def _accounts() -> list[Account]:
    with scope.platform("reconcile"):
        rows = AimeowAccount.objects.filter(is_active=True, tenant__status=Tenant.Status.ACTIVE).order_by("pk")
        return [
            Account(*row)
            for row in rows.values_list(
                "tenant_id", "pk", "client_id", "phone_number", "connection_status", "looked_at"
            )
        ]


def _look_at(account: Account, gateway: Aimeow, clients: Mapping[str, Client]) -> None:
    how = lost_how(account.client_id, account.phone, clients)
    texts = None
    if how is None:
        with contextlib.suppress(AimeowError):
            texts = gateway.messages(account.client_id, REMEMBERED)
    with scope.of(account.tenant_id):
        if how is None:
            _connected(account, clients[account.client_id])
        else:
            _lost(account, how)
        if texts is not None:
            _compare(account, [fingerprint(text.removeprefix("Message: ")) for text in texts])
            AimeowAccount.objects.filter(pk=account.id).update(looked_at=timezone.now())
        Finding.objects.filter(resolved_at__lt=timezone.now() - RESOLVED_KEPT).delete()


def _lost(account: Account, how: Finding.Detail) -> None:
    AimeowAccount.objects.filter(pk=account.id, connection_status=AimeowAccount.Connection.CONNECTED).update(
        connection_status=AimeowAccount.Connection.DISCONNECTED
    )
    if Finding.lost(account.tenant_id, how):
        log.error("connection lost", tenant=account.tenant_id, account=account.id, how=str(how))


def _connected(account: Account, client: Client) -> None:
    if account.phone and client.phone and client.phone != account.phone:
        Finding.objects.see(Finding.Kind.PHONE, tenant_id=account.tenant_id)
    else:
        Finding.settle(account.tenant_id, Finding.Kind.PHONE)
    if account.status != AimeowAccount.Connection.CONNECTED:
        outbox.resume(account.tenant_id)
    lost = Finding.objects.open().filter(tenant_id=account.tenant_id, kind=Finding.Kind.LOST).first()
    if lost is None:
        return
    connected_since = client.connected_at is not None and client.connected_at > lost.last_seen_at
    if lost.detail != Finding.Detail.SEND or connected_since or _went_through(account, lost.last_seen_at):
        Finding.settle(account.tenant_id, Finding.Kind.LOST)
        log.info("connection is back", tenant=account.tenant_id, account=account.id)


# The showroom's latest chats hold its latest messages; by time alone there is no index.
LATEST_SQL = """
SELECT {what} FROM (
    SELECT id FROM whatsapp_conversations WHERE tenant_id = %(tenant)s ORDER BY last_message_at DESC LIMIT 200
) c CROSS JOIN LATERAL (
    SELECT * FROM whatsapp_messages
    WHERE tenant_id = %(tenant)s AND conversation_id = c.id ORDER BY id DESC LIMIT 200
) m WHERE {which}
"""


def _latest(account: Account, what: str, which: str, **values: Any) -> list[tuple[Any, ...]]:
    sql = LATEST_SQL.replace("{what}", what).replace("{which}", which)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"tenant": account.tenant_id, **values})
        return cursor.fetchall()


def _went_through(account: Account, since: datetime) -> bool:
    """Whether a message came in or went out since then."""
    which = "(m.direction = 'inbound' AND m.created_at > %(since)s) OR m.sent_at > %(since)s"
    return bool(_latest(account, "count(*)", which, since=since)[0][0])


STORED = "m.direction = 'inbound' AND m.media_type = '' AND m.content <> '' ORDER BY m.id DESC LIMIT 300"


def _compare(account: Account, remembered: list[str]) -> None:
    """Texts that the gateway remembers and we never saw are a gap, once they were missing at two looks.

    What it remembers at the first look of all came before us. Known are the inbound texts we stored, and the
    fingerprints of those we rightly did not store.
    """
    stored = [fingerprint(content) for (content,) in _latest(account, "m.content", STORED)]
    passed = PassedText.objects.filter(tenant_id=account.tenant_id)
    passed.filter(seen_at__lt=timezone.now() - PASSED_KEPT).exclude(fingerprint__in=remembered).delete()
    lacking = missing(remembered, [*stored, *passed.values_list("fingerprint", flat=True)])
    gap = Finding.objects.open().filter(tenant_id=account.tenant_id, kind=Finding.Kind.GAP).first()
    if account.looked_at is None or (gap is not None and gap.first_seen_at < timezone.now() - GAP_SHOWN):
        for one in lacking.elements():
            PassedText.objects.create(tenant_id=account.tenant_id, fingerprint=one)
        lacking = Counter()
    confirmed = (lacking & _suspects.get(account.id, Counter())).total()
    _suspects[account.id] = lacking
    if confirmed:
        if Finding.objects.see(Finding.Kind.GAP, tenant_id=account.tenant_id, count=confirmed):
            log.error("messages never arrived", tenant=account.tenant_id, account=account.id, count=confirmed)
    elif not lacking:
        Finding.settle(account.tenant_id, Finding.Kind.GAP)


# --- e-mail -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mail:
    tenant_id: int
    finding_id: int
    subject: str
    text: str
    to: tuple[str, ...]


def mail_due(tenant_id: int, finding_id: int) -> Mail | None:
    """The e-mail that this finding calls for now, marked as sent: whatever happens to it, it is not repeated."""
    with scope.of(tenant_id):
        mine = Finding.objects.filter(pk=finding_id)
        now = timezone.now()
        if mine.open().filter(mailed_at=None).update(mailed_at=now):
            back = False
        elif mine.filter(resolved_at__isnull=False, mailed_at__isnull=False, back_mailed_at=None).update(
            back_mailed_at=now
        ):
            back = True
        else:
            return None
        people = Membership.objects.filter(role__in=(Role.OWNER, Role.MANAGER), user__is_active=True)
        to = tuple(people.exclude(user__email="").order_by("pk").values_list("user__email", flat=True))
        return _written(mine.get(), back, to) if to else None


LOST_TEXT = """Nomor WhatsApp {name} ({phone}) terputus sejak {since}.

Selama terputus, pesan pelanggan tidak masuk ke AutoLumiku dan balasan menunggu. Pastikan HP showroom menyala dan \
tersambung internet, lalu buka {url} untuk melihat apa yang perlu dilakukan.
"""
BACK_TEXT = """Nomor WhatsApp {name} ({phone}) tersambung lagi sejak {back}. Balasan yang tertahan dikirim dengan \
sendirinya.

{url}
"""


def _written(found: Finding, back: bool, to: tuple[str, ...]) -> Mail:
    tenant = Tenant.objects.get(pk=found.tenant_id)
    account = AimeowAccount.objects.get(tenant_id=found.tenant_id)
    config = WhatsAppAIConfig.objects.filter(tenant_id=found.tenant_id).first()
    zone = ZoneInfo(config.timezone if config else "Asia/Jakarta")
    text = (BACK_TEXT if back else LOST_TEXT).format(
        name=tenant.name,
        phone=phones.show(account.phone_number) or "belum ada nomor",
        since=f"{found.first_seen_at.astimezone(zone):%d-%m-%Y %H.%M}",
        back=f"{found.resolved_at.astimezone(zone):%d-%m-%Y %H.%M}" if found.resolved_at else "",
        url=f"{settings.PUBLIC_URL}/admin/",
    )
    subject = f"WhatsApp {tenant.name} {'tersambung lagi' if back else 'terputus'}"
    return Mail(found.tenant_id, found.pk, subject, text, to)


def send(letter: Mail) -> None:
    """Send to each person a message of their own; a failure is logged and that is all. Outside any transaction."""
    letters = [mail.EmailMessage(letter.subject, letter.text, to=[person]) for person in letter.to]
    try:
        mail.get_connection().send_messages(letters)
    except Exception as error:  # what the mail server and its library may raise
        log.error("mail not sent", tenant=letter.tenant_id, finding=letter.finding_id, error=type(error).__name__)
