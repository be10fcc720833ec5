"""The showroom and who works there."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.dispatch import receiver
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP

from autolumiku.lib.sealed import SealedField


class User(AbstractUser):
    """A login to the admin. What a person may do is said by the memberships; is_superuser is the platform admin."""

    sessions = models.PositiveIntegerField(default=0, editable=False)  # counted up, it ends all that were opened

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django compares this at each request with what the session was opened with."""
        salt = "tenants.models.User.sessions"
        value = f"{self.password}:{self.sessions}"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()

    @classmethod
    def end_sessions(cls, **whose: Any) -> None:
        """At once, everywhere."""
        cls.objects.filter(**whose).update(sessions=models.F("sessions") + 1)


class Authenticator(ThrottlingMixin, Device):  # type: ignore[misc]
    """The app on a person's phone that makes a code every half minute (RFC 6238), and the codes for the day it is lost.

    After each wrong code the next try waits twice as long. A code works once; of recovery codes only digests are kept.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="authenticator")
    name = models.CharField(max_length=64, blank=True, editable=False)
    key = SealedField()  # 20 bytes in hex
    last_step = models.BigIntegerField(default=-1)  # of the last code that was taken
    recovery = ArrayField(models.CharField(max_length=64), default=list)

    class Meta:
        db_table = "authenticators"

    def get_throttle_factor(self) -> float:
        return 1.0

    def verify_token(self, token: str) -> bool:
        """Whether this is the code of now, or one of those before and after it, or an unused recovery code."""
        allowed, _ = self.verify_is_allowed()
        if not allowed:
            return False
        typed = "".join(token.split()).replace("-", "").lower()
        if not (self._is_code(typed) or self._is_recovery(typed)):
            self.throttle_increment()
            return False
        self.throttle_reset(commit=False)
        self.save()
        return True

    def _is_code(self, typed: str) -> bool:
        if len(typed) != 6 or not (typed.isascii() and typed.isdigit()):
            return False
        clock = TOTP(bytes.fromhex(self.key))
        if not clock.verify(int(typed), tolerance=1, min_t=self.last_step + 1):
            return False
        self.last_step = clock.t()
        return True

    def _is_recovery(self, typed: str) -> bool:
        given = recovery_digest(typed)
        kept = [one for one in self.recovery if not constant_time_compare(one, given)]
        used = len(kept) < len(self.recovery)
        self.recovery = kept
        return used


def recovery_digest(code: str) -> str:
    return salted_hmac("tenants.models.recovery", code, algorithm="sha256").hexdigest()


class Tenant(models.Model):
    """A showroom. All its rows carry its id, and PostgreSQL shows them to nobody else."""

    class Status(models.TextChoices):
        ACTIVE = "active", "aktif"
        SUSPENDED = "suspended", "ditangguhkan"

    name = models.CharField("nama showroom", max_length=120)
    slug = models.SlugField(
        "kode",
        unique=True,  # serves the commands: the showroom of this code
        help_text="Nama pendek untuk perintah dan alamat, misalnya prima-mobil.",
    )
    status = models.CharField("status", max_length=12, choices=Status, default=Status.ACTIVE)
    phone = models.CharField("telepon", max_length=20, blank=True)
    whatsapp_number = models.CharField("nomor WhatsApp", max_length=20, blank=True)
    email = models.EmailField("email", blank=True)
    address = models.CharField("alamat", max_length=300, blank=True)
    city = models.CharField("kota", max_length=80, blank=True)
    maps_url = models.URLField("tautan Google Maps", blank=True)
    latitude = models.FloatField("lintang", null=True, blank=True)
    longitude = models.FloatField("bujur", null=True, blank=True)
    vehicle_prefix = models.CharField(
        "awalan ID mobil", max_length=12, default="MB", help_text="Misalnya PM-PST: mobil pertama menjadi PM-PST-001."
    )
    last_vehicle_number = models.PositiveIntegerField("nomor mobil terakhir", default=0, editable=False)
    created_at = models.DateTimeField("dibuat", auto_now_add=True)

    class Meta:
        db_table = "tenants"
        verbose_name = "showroom"
        verbose_name_plural = "showroom"

    def __str__(self) -> str:
        return self.name


class OwnedForeignKey(models.ForeignKey):
    """A reference between rows of one showroom.

    The database holds it as (tenant_id, x_id) -> (tenant_id, id), written by tenants.walls.reference in the migration;
    Django's own single-column constraint and index are left out.
    """

    def __init__(self, to: Any, on_delete: Any, **options: Any) -> None:
        options["db_constraint"] = False
        options["db_index"] = False
        super().__init__(to, on_delete, **options)


class Owned(models.Model):
    """A row that belongs to one showroom."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, verbose_name="showroom", db_index=False, related_name="+")

    class Meta:
        abstract = True


def owned_models() -> list[type[models.Model]]:
    """The models whose rows belong to a showroom."""
    return [model for model in apps.get_models() if issubclass(model, Owned)]


class Role(models.TextChoices):
    OWNER = "owner", "pemilik"
    MANAGER = "manager", "manajer"
    SALES = "sales", "sales"
    READ_ONLY = "read_only", "hanya lihat"


EVERYONE = frozenset(Role)
LEADERS = frozenset({Role.OWNER, Role.MANAGER})
SELLERS = LEADERS | {Role.SALES}


class Membership(Owned):
    """A person's role in a showroom."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name="pengguna", related_name="memberships")
    role = models.CharField("peran", max_length=12, choices=Role, default=Role.SALES)
    created_at = models.DateTimeField("sejak", auto_now_add=True)

    class Meta:
        db_table = "memberships"
        verbose_name = "pengguna showroom"
        verbose_name_plural = "pengguna showroom"
        # admin: who works in this showroom; the index of `user` alone serves memberships_of, at login
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


@receiver(models.signals.post_delete, sender=Membership)
def leave(instance: Membership, **_: Any) -> None:
    """Who no longer works at a showroom is out at once, in every browser."""
    User.end_sessions(pk=instance.user_id)


class Right(models.TextChoices):
    """What a call of the API needs. A token holds some of them; a person's role caps them (tenants.api)."""

    CHATS_READ = "chats:read", "membaca percakapan"
    CHATS_WRITE = "chats:write", "membalas dan mengurus percakapan"
    LEADS_READ = "leads:read", "membaca prospek"
    STOCK_READ = "stock:read", "membaca stok"
    STATS_READ = "stats:read", "membaca statistik"
    SETTINGS_READ = "settings:read", "membaca pengaturan"
    SETTINGS_WRITE = "settings:write", "mengubah pengaturan"
    STAFF_READ = "staff:read", "membaca daftar staf"
    STAFF_WRITE = "staff:write", "mengubah daftar staf"
    NUMBER_READ = "number:read", "melihat nomor WhatsApp"
    NUMBER_WRITE = "number:write", "memasangkan dan memutus nomor WhatsApp"


class ApiToken(Owned):
    """A program's key to the API of one showroom, in the name of a person and never with more rights than theirs.

    Only the digest is kept: the token itself is random enough that a plain hash cannot be turned back.
    """

    user = models.ForeignKey(User, models.CASCADE, verbose_name="atas nama", db_index=False, related_name="+")
    name = models.CharField("nama", max_length=60, help_text="Untuk apa token ini, misalnya: dashboard.")
    digest = models.CharField(max_length=64, unique=True, editable=False)  # serves token_of
    hint = models.CharField("diawali", max_length=12, editable=False)
    rights = ArrayField(models.CharField(max_length=20, choices=Right), verbose_name="hak")
    expires_at = models.DateTimeField("berlaku sampai", null=True, blank=True, help_text="Kosong: sampai dicabut.")
    revoked_at = models.DateTimeField("dicabut", null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField("terakhir dipakai", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("dibuat", auto_now_add=True)

    class Meta:
        db_table = "api_tokens"
        verbose_name = "token API"
        verbose_name_plural = "token API"
        ordering = ["-id"]
        # admin: a showroom's tokens
        indexes = [models.Index(fields=["tenant", "-id"], name="token_of_showroom")]

    def __str__(self) -> str:
        return self.name


class WebhookEndpoint(Owned):
    """An address of the showroom's own programs that hears what happens (tenants.hooks)."""

    class Event(models.TextChoices):
        LEAD_CREATED = "lead.created", "prospek baru"
        CONVERSATION_ESCALATED = "conversation.escalated", "percakapan perlu orang"
        BOOKING_CREATED = "booking.created", "test drive dijadwalkan"
        VEHICLE_SOLD = "vehicle.sold", "mobil terjual"

    name = models.CharField("nama", max_length=60, help_text="Untuk apa, misalnya: CRM.")
    url = models.CharField(
        "alamat", max_length=500, help_text="Alamat https di internet, misalnya https://crm.contoh.com/webhook."
    )
    events = ArrayField(models.CharField(max_length=40, choices=Event), verbose_name="kejadian")
    secret = SealedField(editable=False)
    secret_before = SealedField(editable=False, blank=True, default="")  # signs too, until it is forgotten
    is_active = models.BooleanField("aktif", default=True)
    created_at = models.DateTimeField("dibuat", auto_now_add=True)

    class Meta:
        db_table = "webhook_endpoints"
        verbose_name = "webhook keluar"
        verbose_name_plural = "webhook keluar"
        indexes = [models.Index(fields=["tenant"], name="endpoint_of_showroom")]  # the triggers, at every event

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(Owned):
    """One event for one endpoint: written with the event, delivered by the workers."""

    class Status(models.TextChoices):
        WAITING = "waiting", "menunggu"
        DELIVERED = "delivered", "terkirim"
        GIVEN_UP = "given_up", "gagal"

    endpoint = OwnedForeignKey(WebhookEndpoint, models.CASCADE, related_name="+", verbose_name="webhook")
    uid = models.CharField("webhook-id", max_length=40)  # the same at every try
    event = models.CharField("kejadian", max_length=40)
    payload = models.JSONField("isi")
    status = models.CharField("status", max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveIntegerField("percobaan", default=0)
    due_at = models.DateTimeField("berikutnya")
    answer = models.PositiveIntegerField("jawaban", null=True, blank=True)
    error = models.CharField("kesalahan", max_length=60, blank=True)
    created_at = models.DateTimeField("terjadi", default=timezone.now)
    done_at = models.DateTimeField("selesai", null=True, blank=True)

    class Meta:
        db_table = "webhook_deliveries"
        verbose_name = "pengiriman webhook"
        verbose_name_plural = "pengiriman webhook"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["tenant", "-id"], name="delivery_of_showroom"),  # the admin
            # hooks.deliver: those that are due, of all showrooms
            models.Index(fields=["tenant", "due_at"], name="delivery_due", condition=models.Q(status="waiting")),
            models.Index(fields=["tenant", "endpoint"], name="delivery_of_endpoint"),  # an endpoint that is deleted
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.uid}"


class AuditEntry(Owned):
    """Who has read a chat, was refused, or took out or removed a person's data (tenants.audit). Rows are only added."""

    class Kind(models.TextChoices):
        READ = "read", "membaca percakapan"
        REFUSED = "refused", "akses ditolak"
        EXPORTED = "exported", "data diekspor"
        CORRECTED = "corrected", "data diperbaiki"
        ERASED = "erased", "data dihapus"
        EXPIRED = "expired", "percakapan lama dihapus"

    kind = models.CharField("kejadian", max_length=10, choices=Kind)
    user_id = models.BigIntegerField("ID pengguna", null=True)  # no reference: it stays when the account goes
    who = models.CharField("oleh", max_length=150)
    subject = models.CharField("tentang", max_length=200)
    data = models.JSONField("rincian", default=dict)
    at = models.DateTimeField("waktu", db_default=Now())

    class Meta:
        db_table = "audit_entries"
        verbose_name = "catatan akses"
        verbose_name_plural = "catatan akses"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["tenant", "-id"], name="audit_recent"),  # admin: the latest
            models.Index(fields=["tenant", "subject", "-at"], name="audit_of_subject"),  # audit.read: read just now?
        ]

    def __str__(self) -> str:
        return f"{self.who}: {self.subject}"


class PlatformUse(models.Model):
    """A platform admin has worked over all showrooms at once. Rows are only added."""

    user_id = models.BigIntegerField("ID pengguna")
    who = models.CharField("oleh", max_length=150)
    what = models.CharField("apa", max_length=200)
    at = models.DateTimeField("waktu", db_default=Now())

    class Meta:
        db_table = "platform_uses"
        verbose_name = "akses platform"
        verbose_name_plural = "akses platform"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.who}: {self.what}"


class CallCount(models.Model):
    """How often somebody called the API in the current minute (tenants.throttles); unlogged, a crash forgets it."""

    key = models.CharField(primary_key=True, max_length=80)
    minute = models.BigIntegerField()
    calls = models.PositiveIntegerField()

    class Meta:
        db_table = "api_call_counts"

    def __str__(self) -> str:
        return self.key
