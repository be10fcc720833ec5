"""The showroom's WhatsApp number, and the gateway clients nobody knows."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import admin
from django.http import HttpRequest
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

TONES = {"connected": "good", "disconnected": "bad", "qr_ready": "warn"}


@admin.register(AimeowAccount)
class AimeowAccountAdmin(ScopedAdmin):
    list_display = ("number", "state", "is_active", "connected_at")
    adders = deleters = NOBODY
    fields = ("state", "pairing", "phone_number", "is_active", "client_id", "connected_at", "sent_today")
    readonly_fields = ("state", "pairing", "connected_at", "sent_today")

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
    list_display = ("client_id", "calls", "first_seen_at", "last_seen_at")
    search_fields = ("client_id",)
    ordering = ("-last_seen_at",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform(request)
