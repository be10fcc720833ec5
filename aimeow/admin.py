"""The showroom's WhatsApp number, and the gateway clients nobody knows."""

from __future__ import annotations

import secrets
from typing import Any

import segno
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from aimeow.models import AimeowAccount, UnknownClient
from autolumiku.lib import phone
from tenants.admin import (
    LEADERS,
    NOBODY,
    PlatformAdmin,
    ReadOnly,
    ScopedAdmin,
    allowed,
    is_platform,
    label,
    phone_formfield,
    when,
)
from tenants.models import Role

TONES = {"connected": "good", "disconnected": "bad", "qr_ready": "warn"}


@admin.register(AimeowAccount)
class AimeowAccountAdmin(ScopedAdmin):
    nothing_yet = "Nomor showroom muncul di sini setelah dipasangkan di halaman Sambungan WhatsApp."
    list_display = ("number", "state", "is_active", "connected_at")
    adders = deleters = NOBODY
    fields = ("state", "pairing", "phone_number", "is_active", "client_id", "connected_at", "sent_today", "secret")
    readonly_fields = ("state", "pairing", "connected_at", "sent_today", "secret")
    actions = ("new_secret", "forget_old_secret", "drop_secret")

    def has_secret_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return allowed(request, {Role.OWNER})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever scans the code pairs a phone with this client, so only owners and managers see it."""
        fields = super().get_fields(request, obj)
        return fields if allowed(request, LEADERS) else [field for field in fields if field != "pairing"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The number and its client are unique over all showrooms: only the platform admin sets them."""
        fields = super().get_readonly_fields(request, obj)
        return fields if is_platform(request) else (*fields, "client_id", "phone_number")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "phone_number":
            return phone_formfield(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="rahasia webhook")
    def secret(self, account: AimeowAccount) -> str:
        """Whether it has one of its own, never which."""
        if not account.webhook_secret:
            return "memakai rahasia instalasi"
        return "punya sendiri, yang lama masih berlaku" if account.webhook_secret_before else "punya sendiri"

    @admin.action(description="Buat rahasia webhook sendiri, atau ganti", permissions=["secret"])
    def new_secret(self, request: HttpRequest, rows: QuerySet[AimeowAccount]) -> HttpResponse | None:
        """Shown once; the one before is taken too until it is forgotten."""
        account = rows.first()
        if account is None or len(rows) != 1:
            messages.error(request, "Pilih satu nomor saja.")
            return None
        account.webhook_secret_before, account.webhook_secret = account.webhook_secret, secrets.token_urlsafe(32)
        account.save(update_fields=["webhook_secret", "webhook_secret_before"])
        context = {**self.admin_site.each_context(request), "title": "Rahasia webhook dibuat", "account": account}
        address = f"{settings.PUBLIC_URL}/api/v1/webhooks/aimeow?token={account.webhook_secret}"
        return TemplateResponse(request, "admin/aimeow/secret_made.html", {**context, "address": address})

    @admin.action(description="Lupakan rahasia webhook yang lama", permissions=["secret"])
    def forget_old_secret(self, request: HttpRequest, rows: QuerySet[AimeowAccount]) -> None:
        rows.update(webhook_secret_before="")
        messages.success(request, "Hanya rahasia yang baru yang berlaku.")

    @admin.action(description="Hapus rahasia webhook sendiri", permissions=["secret"])
    def drop_secret(self, request: HttpRequest, rows: QuerySet[AimeowAccount]) -> None:
        rows.update(webhook_secret="", webhook_secret_before="")
        messages.success(request, "Nomor ini memakai rahasia instalasi lagi.")

    @admin.display(description="nomor", ordering="phone_number")
    def number(self, account: AimeowAccount) -> str:
        return phone.show(account.phone_number) or "belum ada nomor"

    @admin.display(description="koneksi", ordering="connection_status")
    def state(self, account: AimeowAccount) -> SafeString:
        return label(account.get_connection_status_display(), TONES.get(account.connection_status, "plain"))

    @admin.display(description="kode QR")
    def pairing(self, account: AimeowAccount) -> SafeString | str:
        """The code to scan with the showroom's phone, while it lives."""
        until = account.qr_code_expires_at
        if not account.qr_code or until is None:
            return "tidak ada kode yang menunggu"
        if until < timezone.now():
            return f"sudah kedaluwarsa ({when(until)})"
        try:
            picture = segno.make(account.qr_code, error="l").svg_data_uri(scale=4, border=2, light="#fff")
        except segno.DataOverflowError:
            return "kode ini terlalu panjang untuk digambar"
        return format_html('<img src="{}" alt="kode QR WhatsApp">', picture)

    @admin.display(description="terakhir terhubung", ordering="last_connected_at")
    def connected_at(self, account: AimeowAccount) -> str:
        return when(account.last_connected_at)


@admin.register(UnknownClient)
class UnknownClientAdmin(ReadOnly, PlatformAdmin):
    nothing_yet = (
        "Panggilan gateway dari nomor yang bukan milik showroom mana pun muncul di sini. Kosong berarti semua beres."
    )
    list_display = ("client_id", "calls", "first_seen_at", "last_seen_at")
    search_fields = ("client_id",)
    ordering = ("-last_seen_at",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform(request)
