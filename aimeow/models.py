"""The showroom's number at the Aimeow gateway."""

import hashlib
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from autolumiku.lib import jobs
from autolumiku.lib.sealed import SealedField
from tenants.models import Owned


class AimeowAccount(Owned):
    """One WhatsApp number of one showroom. The phone is the durable key; the client id changes on re-pairing."""

    class Connection(models.TextChoices):
        DISCONNECTED = "disconnected", "terputus"
        CONNECTED = "connected", "terhubung"
        QR_READY = "qr_ready", "menunggu pindai QR"

    client_id = models.CharField(
        "clientId",
        max_length=200,
        unique=True,  # serves account_of_client: whose webhook call is this?
        help_text="ID klien di gateway Aimeow; bisa berganti saat dipasangkan ulang.",
    )
    phone_number = models.CharField("nomor WhatsApp", max_length=20, blank=True)
    is_active = models.BooleanField("aktif", default=True)
    connection_status = models.CharField("koneksi", max_length=12, choices=Connection, default=Connection.DISCONNECTED)
    last_connected_at = models.DateTimeField("terakhir terhubung", null=True, blank=True)
    qr_code = models.TextField("kode QR", blank=True)
    qr_code_expires_at = models.DateTimeField("QR berlaku sampai", null=True, blank=True)
    next_send_at = models.DateTimeField("kirim berikutnya paling cepat", null=True, blank=True, editable=False)
    sent_today = models.PositiveIntegerField("terkirim hari ini", default=0, editable=False)
    sent_day = models.DateField("hari hitungan kirim", null=True, blank=True, editable=False)
    # its own, where a proxy sends each number with another one; the one before is taken too until it is forgotten
    webhook_secret = SealedField(blank=True, default="", editable=False)
    webhook_secret_before = SealedField(blank=True, default="", editable=False)
    looked_at = models.DateTimeField("terakhir dicocokkan dengan gateway", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("dibuat", auto_now_add=True)

    class Meta:
        db_table = "aimeow_accounts"
        verbose_name = "nomor WhatsApp"
        verbose_name_plural = "nomor WhatsApp"
        constraints = [
            # the number of this showroom: outbox.resume, the admin
            models.UniqueConstraint(fields=["tenant"], name="account_one_per_tenant"),
            # one number belongs to one showroom of the whole installation; also serves account_of_client
            models.UniqueConstraint(fields=["phone_number"], name="account_phone", condition=~Q(phone_number="")),
            models.CheckConstraint(
                condition=Q(connection_status__in=["disconnected", "connected", "qr_ready"]), name="account_connection"
            ),
        ]

    def __str__(self) -> str:
        return self.phone_number or self.client_id

    def mark_connected(self, phone: str = "") -> None:
        self.connection_status = self.Connection.CONNECTED
        self.last_connected_at = timezone.now()
        self.qr_code, self.qr_code_expires_at = "", None
        self.phone_number = self.phone_number or phone
        self.save(
            update_fields=["connection_status", "last_connected_at", "qr_code", "qr_code_expires_at", "phone_number"]
        )

    def mark_disconnected(self) -> None:
        self.connection_status = self.Connection.DISCONNECTED
        self.save(update_fields=["connection_status"])


class UnknownClient(models.Model):
    """A client id that called the webhook and belongs to no showroom: refused, and shown to the platform admin."""

    client_id = models.CharField("clientId", max_length=200, unique=True)  # serves intake.remember_unknown
    calls = models.PositiveIntegerField("jumlah panggilan", default=1)
    first_seen_at = models.DateTimeField("pertama", default=timezone.now)
    last_seen_at = models.DateTimeField("terakhir", default=timezone.now)

    class Meta:
        db_table = "aimeow_unknown_clients"
        verbose_name = "klien tak dikenal"
        verbose_name_plural = "klien tak dikenal"

    def __str__(self) -> str:
        return self.client_id


MAIL_AFTER = timedelta(minutes=1)  # a connection that is back by then was no news


class FindingQuerySet(models.QuerySet["Any"]):
    def open(self) -> Self:
        return self.filter(resolved_at=None)

    def see(self, kind: str, **fields: Any) -> bool:
        """It is so (still, or now); True when that is new. `fields` also say whose it is."""
        owner = {name: fields.pop(name) for name in ("tenant_id",) if name in fields}
        if self.open().filter(kind=kind, **owner).update(last_seen_at=timezone.now(), **fields):
            return False
        try:
            with transaction.atomic():
                self.create(kind=kind, **owner, **fields)
        except IntegrityError:  # somebody else saw it at the same moment
            return False
        return True


class Found(models.Model):
    """Something is wrong at the gateway, from the first time it was seen until it was seen to be well."""

    first_seen_at = models.DateTimeField("sejak", default=timezone.now)
    last_seen_at = models.DateTimeField("terakhir terlihat", default=timezone.now)
    resolved_at = models.DateTimeField("beres", null=True, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        abstract = True


class Finding(Owned, Found):
    """What is wrong with a showroom's number (conversations.reconcile); its people see it until it is well again."""

    class Kind(models.TextChoices):
        LOST = "lost", "sambungan terputus"
        GAP = "gap", "pesan yang tidak sampai"
        PHONE = "phone", "nomor berbeda"

    class Detail(models.TextChoices):
        """How a lost connection shows."""

        DISCONNECTED = "disconnected", "terputus menurut gateway"
        GONE = "gone", "klien hilang dari gateway"
        MOVED = "moved", "dipasangkan ulang dengan ID lain"
        SEND = "send", "pengiriman gagal"  # the gateway itself may still call it connected

    kind = models.CharField("jenis", max_length=8, choices=Kind)
    detail = models.CharField("rincian", max_length=12, choices=Detail, blank=True)
    count = models.PositiveIntegerField("jumlah", default=0)
    mailed_at = models.DateTimeField("dikabarkan lewat email", null=True, blank=True)
    back_mailed_at = models.DateTimeField("kabar pulih lewat email", null=True, blank=True)

    class Meta:
        db_table = "aimeow_findings"
        verbose_name = "temuan gateway"
        verbose_name_plural = "temuan gateway"
        constraints = [
            # the open finding of a kind: see(), the front page
            models.UniqueConstraint(fields=["tenant", "kind"], name="finding_open", condition=Q(resolved_at=None)),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @classmethod
    def lost(cls, tenant_id: int, detail: str) -> bool:
        """The connection is lost; True when that is new. Owners and managers hear of it by e-mail, if it stays away
        and was ever there.
        """
        new = cls.objects.see(cls.Kind.LOST, tenant_id=tenant_id, detail=detail)
        known = AimeowAccount.objects.filter(tenant_id=tenant_id, last_connected_at__isnull=False)
        if new and settings.EMAIL_URL and known.exists():
            cls._mail(cls.objects.open().get(tenant_id=tenant_id, kind=cls.Kind.LOST), at=timezone.now() + MAIL_AFTER)
        return new

    @classmethod
    def settle(cls, tenant_id: int, kind: str, *, but_detail: str = "-") -> None:
        """It is well again; a finding of `but_detail` is not believed to be."""
        for found in cls.objects.open().filter(tenant_id=tenant_id, kind=kind).exclude(detail=but_detail):
            cls.objects.filter(pk=found.pk).update(resolved_at=timezone.now())
            if found.mailed_at is not None:
                cls._mail(found)

    @classmethod
    def _mail(cls, found: Any, **when: Any) -> None:
        jobs.later("conversations.tell_managers", tenant_id=found.tenant_id, finding_id=found.pk, **when)


class InstallationFinding(Found):
    """What is wrong with the gateway as a whole: the platform admin's."""

    class Kind(models.TextChoices):
        CALLBACK = "callback", "alamat webhook berbeda"
        UNREACHABLE = "unreachable", "gateway tidak menjawab"

    kind = models.CharField("jenis", max_length=12, choices=Kind)

    class Meta:
        db_table = "aimeow_installation_findings"
        verbose_name = "temuan instalasi"
        verbose_name_plural = "temuan instalasi"
        constraints = [
            models.UniqueConstraint(fields=["kind"], name="installation_finding_open", condition=Q(resolved_at=None)),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class PassedText(Owned):
    """A fingerprint of a text that reached us and was rightly not stored (a group's, a second copy, our own), or that
    the gateway knew before we did: no gap, when the gateway's last texts are compared with ours.
    """

    fingerprint = models.CharField(max_length=16)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "aimeow_passed_texts"
        indexes = [
            # reconcile: those of a showroom
            models.Index(fields=["tenant", "seen_at"], name="passed_text_of_tenant"),
        ]

    def __str__(self) -> str:
        return self.fingerprint

    @classmethod
    def keep(cls, tenant_id: int, text: str) -> None:
        if text.strip():
            cls.objects.create(tenant_id=tenant_id, fingerprint=fingerprint(text))


def fingerprint(text: str) -> str:
    """The same for the same words; says nothing about them without this installation's key."""
    words = " ".join(text.replace("\0", "").split())
    return hashlib.blake2b(
        words.encode("utf-8", "replace"), key=settings.SECRET_KEY.encode()[:64], digest_size=8
    ).hexdigest()
