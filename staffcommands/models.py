"""Who may command the showroom by WhatsApp, and what was commanded."""

from django.conf import settings
from django.db import models

from autolumiku.lib import phone
from tenants.models import Owned, OwnedForeignKey


class StaffWhatsAppAuth(Owned):
    """A staff member's phone and rights. Checked at every message: a removed person is a customer from the next one."""

    class Role(models.TextChoices):
        STAFF = "staff", "staf"
        ADMIN = "admin", "admin"
        MANAGER = "manager", "manajer"
        OWNER = "owner", "pemilik"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name="akun",
    )
    name = models.CharField("nama", max_length=80)
    phone_number = models.CharField("nomor WhatsApp", max_length=20, help_text="Misalnya 081234567890.")
    is_active = models.BooleanField("aktif", default=True)
    role = models.CharField("peran", max_length=10, choices=Role, default=Role.STAFF)
    can_upload_vehicle = models.BooleanField("boleh menambah mobil", default=True)
    can_edit_vehicle = models.BooleanField("boleh mengubah data mobil", default=True)
    can_update_status = models.BooleanField("boleh mengubah status", default=True)
    can_view_analytics = models.BooleanField("boleh melihat statistik", default=True)
    can_manage_leads = models.BooleanField("boleh mengurus prospek", default=True)
    can_manage_chats = models.BooleanField("boleh mengurus percakapan", default=True)
    last_command_at = models.DateTimeField("perintah terakhir", null=True, blank=True, editable=False)
    command_count = models.PositiveIntegerField("jumlah perintah", default=0, editable=False)
    created_at = models.DateTimeField("dibuat", auto_now_add=True)

    class Meta:
        db_table = "staff_whatsapp_auth"
        verbose_name = "staf WhatsApp"
        verbose_name_plural = "staf WhatsApp"
        ordering = ["name"]
        constraints = [
            # also serves the look-up at every message: is this phone staff of this showroom?
            models.UniqueConstraint(fields=["tenant", "phone_number"], name="staff_phone_once"),
            models.CheckConstraint(condition=models.Q(phone_number__regex=r"^[0-9]{8,15}$"), name="staff_phone_digits"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.phone_number = phone.normalise(self.phone_number) or self.phone_number


class StaffCommandLog(Owned):
    """Every command, also refused and failed ones."""

    staff = OwnedForeignKey(
        StaffWhatsAppAuth, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="staf"
    )
    staff_phone = models.CharField("nomor", max_length=20)
    command = models.CharField("perintah", max_length=40)
    parameters = models.JSONField("isi", default=dict)
    success = models.BooleanField("berhasil")
    result_message = models.TextField("jawaban", blank=True)
    error = models.CharField("kesalahan", max_length=200, blank=True)
    vehicle = OwnedForeignKey(
        "inventory.Vehicle", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="mobil"
    )
    before = models.JSONField("sebelum", default=dict)
    after = models.JSONField("sesudah", default=dict)
    vehicle_version = models.PositiveIntegerField(
        "versi mobil", null=True, blank=True, help_text="Versi mobil setelah perintah ini; dipakai untuk undo."
    )
    undone_at = models.DateTimeField("dibatalkan", null=True, blank=True)
    executed_at = models.DateTimeField("waktu", auto_now_add=True)

    class Meta:
        db_table = "staff_command_logs"
        verbose_name = "log perintah staf"
        verbose_name_plural = "log perintah staf"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["tenant", "-executed_at"], name="command_recent"),  # admin: the latest commands
            models.Index(fields=["tenant", "staff_phone", "-executed_at"], name="command_of_staff"),  # one person's
        ]

    def __str__(self) -> str:
        return self.command


class Confirmation(Owned):
    """A question put to one person about one action: done only on that person's yes, within five minutes.

    A second question replaces the first: who says yes means the last thing that was asked.
    """

    class Answer(models.TextChoices):
        YES = "yes", "ya"
        NO = "no", "tidak"
        REPLACED = "replaced", "diganti pertanyaan lain"
        LAPSED = "lapsed", "lewat waktu"

    staff = OwnedForeignKey(StaffWhatsAppAuth, models.CASCADE, related_name="+", verbose_name="staf")
    action = models.CharField("perintah", max_length=40)
    payload = models.JSONField("isi", default=dict)
    question = models.TextField("pertanyaan")
    created_at = models.DateTimeField("ditanyakan", auto_now_add=True)
    expires_at = models.DateTimeField("berlaku sampai")
    answered_at = models.DateTimeField("dijawab", null=True, blank=True)
    answer = models.CharField("jawaban", max_length=10, choices=Answer, blank=True)

    class Meta:
        db_table = "staff_confirmations"
        verbose_name = "konfirmasi staf"
        verbose_name_plural = "konfirmasi staf"
        ordering = ["-id"]
        constraints = [
            # desk.look: what a person has been asked, at each of the person's messages
            models.UniqueConstraint(
                fields=["tenant", "staff"], name="confirmation_open_once", condition=models.Q(answered_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.action
