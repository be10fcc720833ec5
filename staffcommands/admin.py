"""Who may command the showroom by WhatsApp, and what was commanded."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from django.utils.safestring import SafeString

from autolumiku.lib import phone
from staffcommands.models import Confirmation, Notice, StaffCommandLog, StaffWhatsAppAuth, UploadDraft
from tenants.admin import LEADERS, ReadOnly, ScopedAdmin, allowed, label, phone_formfield, when


@admin.register(StaffWhatsAppAuth)
class StaffWhatsAppAuthAdmin(ScopedAdmin):
    nothing_yet = "Nomor HP staf yang dikabari saat pelanggan butuh orang, dan boleh memakai perintah lewat WhatsApp."
    list_display = ("name", "number", "role", "state", "last_use", "command_count")
    list_filter = ("is_active", "role")
    search_fields = ("name", "phone_number")
    fieldsets = (
        (None, {"fields": ("name", "phone_number", "role", "is_active", "user")}),
        (
            "Boleh apa",
            {
                "fields": (
                    "can_upload_vehicle",
                    "can_edit_vehicle",
                    "can_update_status",
                    "can_view_analytics",
                    "can_manage_leads",
                    "can_manage_chats",
                )
            },
        ),
        (
            "Kabar lewat WhatsApp",
            {
                "fields": (
                    "hears_upload",
                    "hears_price",
                    "hears_booking",
                    "hears_sold",
                    "hears_lead",
                    "hears_escalation",
                    ("quiet_from", "quiet_to"),
                )
            },
        ),
        ("Pemakaian", {"fields": ("last_use", "command_count")}),
        ("Identitas", {"fields": ("lid",), "classes": ("collapse",)}),
    )
    readonly_fields = ("last_use", "command_count")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "phone_number":
            return phone_formfield(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="nomor", ordering="phone_number")
    def number(self, staff: StaffWhatsAppAuth) -> str:
        return phone.show(staff.phone_number)

    @admin.display(description="status", ordering="is_active")
    def state(self, staff: StaffWhatsAppAuth) -> SafeString:
        return label("aktif", "good") if staff.is_active else label("tidak aktif")

    @admin.display(description="perintah terakhir", ordering="last_command_at")
    def last_use(self, staff: StaffWhatsAppAuth) -> str:
        return when(staff.last_command_at) if staff.last_command_at else "belum pernah"


@admin.register(StaffCommandLog)
class StaffCommandLogAdmin(ReadOnly, ScopedAdmin):
    """What was typed and what it changed; the typed text and the values are for owners and managers."""

    nothing_yet = "Perintah yang diketik staf lewat WhatsApp muncul di sini, dengan hasilnya."
    list_display = ("command", "who", "result", "vehicle", "executed")
    list_filter = ("success", "command", "executed_at")
    list_select_related = ("staff", "vehicle")
    search_fields = ("staff_phone", "staff__name")
    BASIC = ("command", "who", "result", "error", "vehicle", "executed")
    INNER = ("result_message", "given", "change_before", "change_after")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.BASIC, *self.INNER) if allowed(request, LEADERS) else self.BASIC

    @admin.display(description="oleh", ordering="staff_phone")
    def who(self, entry: StaffCommandLog) -> str:
        return str(entry.staff or phone.show(entry.staff_phone))

    @admin.display(description="hasil", ordering="success")
    def result(self, entry: StaffCommandLog) -> SafeString:
        if entry.undone_at:
            return label("dibatalkan")
        if entry.error in ("asked", "declined"):
            return label("ditanyakan dulu" if entry.error == "asked" else "tidak jadi")
        return label("berhasil", "good") if entry.success else label("ditolak atau gagal", "bad")

    @admin.display(description="waktu", ordering="executed_at")
    def executed(self, entry: StaffCommandLog) -> str:
        return when(entry.executed_at)

    @admin.display(description="isi perintah")
    def given(self, entry: StaffCommandLog) -> str:
        return readable(entry.parameters)

    @admin.display(description="sebelum")
    def change_before(self, entry: StaffCommandLog) -> str:
        return readable(entry.before)

    @admin.display(description="sesudah")
    def change_after(self, entry: StaffCommandLog) -> str:
        return readable(entry.after)


def readable(values: Any) -> str:
    """A JSON object as "field: value" lines."""
    if not isinstance(values, dict):
        return json.dumps(values, ensure_ascii=False)[:2000]
    return "\n".join(f"{name}: {value}" for name, value in values.items())[:2000] or "–"


@admin.register(Confirmation)
class ConfirmationAdmin(ReadOnly, ScopedAdmin):
    """What was asked before it was done, of whom, and the answer."""

    nothing_yet = "Pertanyaan “yakin?” kepada staf sebelum perubahan besar muncul di sini, dengan jawabannya."
    viewers = LEADERS
    list_display = ("action", "staff", "reply", "asked_at", "vehicle_and_change")
    list_filter = ("answer", "action")
    list_select_related = ("staff",)
    fields = ("action", "staff", "question", "reply", "asked_at", "vehicle_and_change")

    @admin.display(description="jawaban", ordering="answer")
    def reply(self, question: Confirmation) -> SafeString:
        if not question.answer:
            return label("menunggu")
        return label(question.get_answer_display(), "good" if question.answer == "yes" else "plain")

    @admin.display(description="ditanyakan", ordering="created_at")
    def asked_at(self, question: Confirmation) -> str:
        return when(question.created_at)

    @admin.display(description="isi")
    def vehicle_and_change(self, question: Confirmation) -> str:
        return readable(question.payload)


@admin.register(UploadDraft)
class UploadDraftAdmin(ReadOnly, ScopedAdmin):
    """Cars that staff are adding by WhatsApp."""

    nothing_yet = "Mobil yang sedang ditambahkan staf lewat WhatsApp muncul di sini sampai masuk stok."
    list_display = ("__str__", "staff", "stage", "photo_count", "vehicle", "changed")
    list_filter = ("stage",)
    list_select_related = ("staff", "vehicle")
    fields = ("staff", "stage", "given", "photo_count", "vehicle", "twin", "changed")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(count=Count("photos"))

    @admin.display(description="foto", ordering="count")
    def photo_count(self, draft: Any) -> int:
        return draft.count

    @admin.display(description="diubah", ordering="updated_at")
    def changed(self, draft: UploadDraft) -> str:
        return when(draft.updated_at)

    @admin.display(description="data")
    def given(self, draft: UploadDraft) -> str:
        """Without what only staff with more rights may see."""
        return readable({name: value for name, value in draft.car.items() if name not in ("cost_price", "staff_notes")})


@admin.register(Notice)
class NoticeAdmin(ReadOnly, ScopedAdmin):
    """What staff were told of, and when."""

    nothing_yet = "Kabar yang dikirim kepada staf muncul di sini, misalnya pelanggan yang minta bicara dengan orang."
    viewers = LEADERS
    list_display = ("kind", "staff", "fate", "due")
    list_filter = ("kind",)
    list_select_related = ("staff",)
    fields = ("kind", "staff", "text", "fate", "due")

    @admin.display(description="keadaan", ordering="sent_at")
    def fate(self, notice: Notice) -> SafeString:
        if notice.dropped:
            return label(f"tidak dikirim: {notice.dropped}")
        return label("dikirim", "good") if notice.sent_at else label("menunggu")

    @admin.display(description="waktu", ordering="due_at")
    def due(self, notice: Notice) -> str:
        return when(notice.sent_at or notice.due_at)
