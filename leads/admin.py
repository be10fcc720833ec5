"""People who may buy."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from autolumiku.lib import phone
from leads.models import Lead
from tenants.admin import SELLERS, ScopedAdmin, label, phone_formfield, when

STATUS_TONES = {"NEW": "info", "WON": "good", "LOST": "plain", "NEGOTIATING": "warn"}
PRIORITY_TONES = {"URGENT": "bad", "HIGH": "warn"}


@admin.register(Lead)
class LeadAdmin(ScopedAdmin):
    list_display = ("who", "stage", "vehicle", "assigned_to", "follow_up_date", "changed")
    list_display_links = ("who",)
    list_filter = ("status", "priority", "source", "follow_up_date")
    list_select_related = ("vehicle", "assigned_to")
    search_fields = ("name", "phone", "interested_in", "notes")
    search_help_text = "Cari nama, nomor HP, minat atau catatan."
    adders = changers = SELLERS
    fieldsets = (
        (None, {"fields": (("name", "phone"), "email", ("status", "priority"), ("assigned_to", "follow_up_date"))}),
        (
            "Minat",
            {"fields": ("vehicle", "interested_in", ("budget_range", "timeframe"), "location", "message", "source")},
        ),
        ("Catatan", {"fields": ("notes",)}),
    )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "phone":
            return phone_formfield(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="nama", ordering="name")
    def who(self, lead: Lead) -> SafeString:
        return format_html('{}<small class="al-sub">{}</small>', lead.name or "(tanpa nama)", phone.show(lead.phone))

    @admin.display(description="tahap", ordering="status")
    def stage(self, lead: Lead) -> SafeString:
        """The stage, and the priority where it is high."""
        words = label(lead.get_status_display(), STATUS_TONES.get(lead.status, "info"))
        tone = PRIORITY_TONES.get(lead.priority)
        return format_html("{} {}", words, label(lead.get_priority_display(), tone)) if tone else words

    @admin.display(description="diubah", ordering="updated_at")
    def changed(self, lead: Lead) -> str:
        return when(lead.updated_at)
