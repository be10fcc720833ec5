"""People who may buy."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tenants.models import Owned, OwnedForeignKey


class Lead(Owned):
    """A prospective buyer: one row per phone and showroom."""

    class Status(models.TextChoices):
        NEW = "NEW", "baru"
        CONTACTED = "CONTACTED", "sudah dihubungi"
        QUALIFIED = "QUALIFIED", "berminat"
        NEGOTIATING = "NEGOTIATING", "negosiasi"
        WON = "WON", "jadi beli"
        LOST = "LOST", "batal"

    class Priority(models.TextChoices):
        LOW = "LOW", "rendah"
        MEDIUM = "MEDIUM", "sedang"
        HIGH = "HIGH", "tinggi"
        URGENT = "URGENT", "mendesak"

    class Source(models.TextChoices):
        WHATSAPP = "whatsapp", "WhatsApp"
        WEBSITE = "website", "situs"
        PHONE = "phone", "telepon"

    phone = models.CharField("nomor HP", max_length=20)
    name = models.CharField("nama", max_length=120, blank=True)
    email = models.EmailField("email", blank=True)
    vehicle = OwnedForeignKey(
        "inventory.Vehicle", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="mobil diminati"
    )
    message = models.TextField("pesan", blank=True)
    source = models.CharField("asal", max_length=10, choices=Source, default=Source.WHATSAPP)
    status = models.CharField("tahap", max_length=12, choices=Status, default=Status.NEW)
    priority = models.CharField("hangatnya minat", max_length=8, choices=Priority, default=Priority.MEDIUM)
    interested_in = models.CharField("minat", max_length=200, blank=True)
    budget_range = models.CharField("anggaran", max_length=80, blank=True)
    timeframe = models.CharField("kapan", max_length=80, blank=True)
    location = models.CharField("lokasi", max_length=120, blank=True)
    heard = models.JSONField(
        "tanda minat", default=list, blank=True, editable=False
    )  # labels of conversations.prospects
    next_step = models.CharField("langkah berikut", max_length=200, blank=True)
    follow_up_date = models.DateField("tindak lanjut", null=True, blank=True)
    notes = models.TextField("catatan", blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name="ditangani",
    )
    assigned_at = models.DateTimeField("ditangani sejak", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("dibuat", auto_now_add=True)
    updated_at = models.DateTimeField("diubah", auto_now=True)

    class Meta:
        db_table = "leads"
        verbose_name = "prospek"
        verbose_name_plural = "prospek"
        ordering = ["-updated_at"]
        constraints = [
            # admin: the lead of this phone
            models.UniqueConstraint(fields=["tenant", "phone"], name="lead_once_per_phone"),
            models.CheckConstraint(
                condition=Q(status__in=["NEW", "CONTACTED", "QUALIFIED", "NEGOTIATING", "WON", "LOST"]),
                name="lead_status",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-updated_at"], name="lead_recent"),  # admin: latest leads
            # keeping: when a seller was last given one
            models.Index(fields=["tenant", "assigned_to", "-assigned_at"], name="lead_of_seller"),
        ]

    def __str__(self) -> str:
        return self.name or self.phone
