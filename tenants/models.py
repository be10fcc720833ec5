"""The showroom and who works there."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A login to the admin. What a person may do is said by the memberships; is_superuser is the platform admin."""


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


class Role(models.TextChoices):
    OWNER = "owner", "pemilik"
    MANAGER = "manager", "manajer"
    SALES = "sales", "sales"
    READ_ONLY = "read_only", "hanya lihat"


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
