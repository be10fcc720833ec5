"""The showroom's WhatsApp number, and the gateway clients nobody knows."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from aimeow.models import AimeowAccount, UnknownClient
from autolumiku.lib import phone
from tenants.admin import NOBODY, PlatformAdmin, ReadOnly, ScopedAdmin, is_platform, label, phone_formfield, when

TONES = {"connected": "good", "disconnected": "bad", "qr_ready": "warn"}


@admin.register(AimeowAccount)
class AimeowAccountAdmin(ScopedAdmin):
    list_display = ("number", "state", "is_active", "connected_at")
    adders = deleters = NOBODY
    fields = ("state", "phone_number", "is_active", "client_id", "connected_at", "sent_today")
    readonly_fields = ("state", "connected_at", "sent_today")

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
