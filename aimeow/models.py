"""The showroom's number at the Aimeow gateway."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

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
