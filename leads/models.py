"""People who may buy."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from autolumiku.lib import phone as phones
from leads import slots
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


class Booking(Owned):
    """A test drive, or a visit without a certain car: one slot of a full hour.

    The database holds that nobody gets the slot of another, that a person has one appointment at a time, and that
    slots begin on the full hour (bookings_full_hour, in the migration), so that two of them cannot overlap.
    """

    class Status(models.TextChoices):
        BOOKED = "booked", "dijadwalkan"
        CONFIRMED = "confirmed", "dikonfirmasi"
        DONE = "done", "datang"
        NO_SHOW = "no_show", "tidak datang"
        CANCELLED = "cancelled", "dibatalkan"
        FREED = "freed", "mobil terjual"

    OPEN = (Status.BOOKED, Status.CONFIRMED)

    account = OwnedForeignKey("aimeow.AimeowAccount", models.CASCADE, related_name="+", verbose_name="nomor")
    phone = models.CharField("nomor HP", max_length=20)
    name = models.CharField("nama", max_length=120, blank=True)
    vehicle = OwnedForeignKey(
        "inventory.Vehicle", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="mobil"
    )
    starts_at = models.DateTimeField("waktu")
    status = models.CharField("status", max_length=10, choices=Status, default=Status.BOOKED)
    notes = models.TextField("catatan", max_length=1000, blank=True)
    created_at = models.DateTimeField("dibuat", auto_now_add=True)
    updated_at = models.DateTimeField("diubah", auto_now=True)

    class Meta:
        db_table = "bookings"
        verbose_name = "test drive"
        verbose_name_plural = "test drive"
        ordering = ["starts_at"]
        constraints = [
            # bookings.taken, and the wall between two customers who want the same hour
            models.UniqueConstraint(
                fields=["tenant", "vehicle", "starts_at"],
                name="booking_slot_once",
                condition=Q(status__in=["booked", "confirmed"]),
                violation_error_message="Jam itu sudah dipakai orang lain untuk mobil ini.",
            ),
            # gather: the appointment of this person
            models.UniqueConstraint(
                fields=["tenant", "phone"],
                name="booking_open_once",
                condition=Q(status__in=["booked", "confirmed"]),
                violation_error_message="Orang ini sudah punya jadwal yang belum selesai.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["booked", "confirmed", "done", "no_show", "cancelled", "freed"]),
                name="booking_status",
            ),
        ]
        indexes = [
            # bookings.of_days, admin and calendar: a showroom's appointments in order
            models.Index(fields=["tenant", "starts_at"], name="booking_by_time"),
        ]

    def __str__(self) -> str:
        return self.name or phones.show(self.phone)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + slots.LENGTH

    def clean(self) -> None:
        self.phone = phones.normalise(self.phone) or self.phone
        if self.starts_at and (self.starts_at.minute or self.starts_at.second):
            raise ValidationError({"starts_at": "Test drive mulai pada jam penuh, misalnya 10.00."})


class BookingEvent(Owned):
    """One step of an appointment's history: who, when, what it was and became."""

    booking = OwnedForeignKey(Booking, models.CASCADE, related_name="events", verbose_name="test drive")
    kind = models.CharField("kejadian", max_length=10)  # booked, moved, or the new status
    was_at = models.DateTimeField("waktu sebelumnya", null=True, blank=True)
    by = models.CharField("oleh", max_length=80)
    created_at = models.DateTimeField("waktu", auto_now_add=True)

    class Meta:
        db_table = "booking_events"
        verbose_name = "riwayat test drive"
        verbose_name_plural = "riwayat test drive"
        ordering = ["id"]
        # admin: the history of an appointment
        indexes = [models.Index(fields=["tenant", "booking", "id"], name="event_of_booking")]

    def __str__(self) -> str:
        return self.kind


class Outreach(Owned):
    """A word to a customer who has not just written, with the time it is due. conversations.outreach sends what is due.

    until: from then on it is of no use any more and stays unsent.
    """

    class Kind(models.TextChoices):
        DAY_BEFORE = "day_before", "pengingat sehari sebelumnya"
        HOUR_BEFORE = "hour_before", "pengingat sejam sebelumnya"
        FREED = "freed", "mobil terjual"
        ARRIVED = "arrived", "mobil yang ditunggu ada"
        FOLLOW_UP = "follow_up", "sapaan lanjutan"

    account = OwnedForeignKey("aimeow.AimeowAccount", models.CASCADE, related_name="+", verbose_name="nomor")
    phone = models.CharField("nomor HP", max_length=20)
    kind = models.CharField("untuk", max_length=12, choices=Kind)
    booking = OwnedForeignKey(
        Booking, models.CASCADE, null=True, blank=True, related_name="outreach", verbose_name="test drive"
    )
    vehicle = OwnedForeignKey(
        "inventory.Vehicle", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="mobil"
    )
    due_at = models.DateTimeField("jatuh tempo")
    until = models.DateTimeField("paling lambat")
    sent_at = models.DateTimeField("dikirim", null=True, blank=True)
    dropped = models.CharField("tidak jadi dikirim", max_length=40, blank=True)
    stage = models.CharField("tahap", max_length=12, blank=True)  # Lead.Status, of a follow-up
    message_id = models.BigIntegerField(null=True, editable=False)  # of conversations.WhatsAppMessage
    created_at = models.DateTimeField("dibuat", auto_now_add=True)

    class Meta:
        db_table = "outreach"
        verbose_name = "sapaan terjadwal"
        verbose_name_plural = "sapaan terjadwal"
        ordering = ["due_at"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("due_at")), name="outreach_until"),
            # followups: a person is written to once in each stage
            models.UniqueConstraint(
                fields=["tenant", "phone", "stage"], name="follow_up_once_a_stage", condition=Q(kind="follow_up")
            ),
        ]
        indexes = [
            # conversations.outreach: what is due, over all showrooms
            models.Index(
                fields=["tenant", "due_at"], name="outreach_due", condition=Q(sent_at__isnull=True, dropped="")
            ),
            # bookings: the reminders of an appointment
            models.Index(fields=["tenant", "booking"], name="outreach_of_booking"),
            # follow-ups: what this person was told already
            models.Index(fields=["tenant", "phone", "kind"], name="outreach_to_phone"),
            # outreach.lapse: the word that a message carries
            models.Index(
                fields=["tenant", "message_id"], name="outreach_as_message", condition=Q(message_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Wait(Owned):
    """Somebody waits for a car that is not there: told once, when one comes that fits. wish: of inventory.search."""

    account = OwnedForeignKey("aimeow.AimeowAccount", models.CASCADE, related_name="+", verbose_name="nomor")
    phone = models.CharField("nomor HP", max_length=20)
    name = models.CharField("nama", max_length=120, blank=True)
    wish = models.JSONField("yang dicari", default=dict, editable=False)
    words = models.CharField("yang dicari", max_length=200)
    vehicle = OwnedForeignKey(
        "inventory.Vehicle", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="mobil yang cocok"
    )
    looked_at = models.DateTimeField("dilihat sampai")
    ended_at = models.DateTimeField("selesai", null=True, blank=True)
    created_at = models.DateTimeField("dibuat", auto_now_add=True)

    class Meta:
        db_table = "waits"
        verbose_name = "daftar tunggu"
        verbose_name_plural = "daftar tunggu"
        ordering = ["-created_at"]
        constraints = [
            # waiting: the open wish of this person
            models.UniqueConstraint(
                fields=["tenant", "phone"], name="wait_open_once", condition=Q(ended_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.words


class FollowUp(Owned):
    """A showroom's words to those who have gone silent: at most once in each stage of a lead, in opening hours, and
    only to who wrote first. Without a row nobody is written to.
    """

    is_active = models.BooleanField("aktif", default=True)
    after_hours = models.PositiveIntegerField(
        "setelah diam (jam)", default=24, validators=[MinValueValidator(2), MaxValueValidator(144)]
    )
    text = models.TextField(
        "teks",
        max_length=500,
        blank=True,
        help_text="Boleh memakai {kak} dan {mobil}. Kosong: teks bawaan.",
    )

    class Meta:
        db_table = "follow_ups"
        verbose_name = "sapaan lanjutan"
        verbose_name_plural = "sapaan lanjutan"
        # followups: the showroom's switch and words
        constraints = [
            models.UniqueConstraint(fields=["tenant"], name="follow_up_once"),
            models.CheckConstraint(condition=Q(after_hours__gte=2, after_hours__lte=144), name="follow_up_hours"),
        ]

    def __str__(self) -> str:
        return "sapaan lanjutan"


def new_secret() -> str:
    return secrets.token_urlsafe(24)


class Calendar(Owned):
    """The secret of a showroom's iCalendar feed: who knows the link sees the appointments."""

    secret = models.CharField("kunci", max_length=40, default=new_secret, editable=False)
    created_at = models.DateTimeField("dibuat", auto_now_add=True)

    class Meta:
        db_table = "calendars"
        verbose_name = "kalender test drive"
        verbose_name_plural = "kalender test drive"
        # calendar: the feed's secret
        constraints = [models.UniqueConstraint(fields=["tenant"], name="calendar_once")]

    def __str__(self) -> str:
        return "kalender"
