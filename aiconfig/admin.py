"""The assistant's settings on one page, its questions and answers, the versions of both, and what the model cost."""

from __future__ import annotations

from types import new_class
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from aiconfig import api, hours, spending, versions
from aiconfig.models import BusinessHours, ConfigVersion, FAQEntry, Holiday, LLMCall, WhatsAppAIConfig
from autolumiku.lib import rupiah
from tenants.admin import (
    LEADERS,
    NOBODY,
    CheckboxInput,
    ClockInput,
    OwnedForm,
    ReadOnly,
    ScopedAdmin,
    SelectInput,
    allowed,
    label,
    place_of,
    when,
)
from tenants.models import User

ZONES = {"Asia/Jakarta": "WIB (Jakarta)", "Asia/Makassar": "WITA (Makassar)", "Asia/Jayapura": "WIT (Jayapura)"}
DAY_FIELDS = tuple((f"day{number}_opens", f"day{number}_closes") for number in range(7))
WEEK_FIELDS = {"always_open", *(name for names in DAY_FIELDS for name in names)}


def day_fields() -> dict[str, forms.Field]:
    """Two times a weekday; both empty: closed."""
    return {
        name: forms.TimeField(label=f"{hours.DAYS[number]}, {word}", required=False, widget=ClockInput)
        for number, names in enumerate(DAY_FIELDS)
        for name, word in zip(names, ("buka", "tutup"), strict=True)
    }


def handover_rules(config: WhatsAppAIConfig) -> list[tuple[str, str]]:
    """When a person is asked for, as the switches stand now (conversations.decide)."""
    bargains = "" if config.enable_price_negotiation else ", nego harga"
    drafts = [
        str(getattr(config._meta.get_field(name), "verbose_name", name))
        for name in ("draft_price", "draft_credit", "draft_condition", "draft_trade_in", "draft_rest")
        if getattr(config, name)
    ]
    rules = [
        ("Asisten diam sampai dikembalikan", f"pelanggan minta orang, keluhan, urusan hukum atau pembayaran{bargains}"),
        (
            "Orang dipanggil, asisten tetap menjawab yang ia bisa",
            "data belum ada, asisten tidak yakin, jawaban tidak sesuai data, pesan tidak terbaca, model terganggu",
        ),
        ("Hanya orang yang menjawab", "staf mengetik dari HP showroom, pesan terlalu lama atau berulang"),
    ]
    return [*rules, ("Menunggu satu ketukan di Inbox", ", ".join(drafts))] if drafts else rules


class ConfigFormBase(OwnedForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "always_open" in self.fields:
            self._show_week(api.week_of(self.instance.tenant_id) if self.instance.tenant_id else None)
        for name in ("welcome_message", "after_hours_message", "instructions"):
            if name in self.fields:
                self.fields[name].widget.attrs["rows"] = 3
        if "timezone" in self.fields:
            zones = {**ZONES, self.instance.timezone: ZONES.get(self.instance.timezone, self.instance.timezone)}
            self.fields["timezone"].choices = list(zones.items())  # type: ignore[attr-defined]

    def _show_week(self, week: api.Hours | None) -> None:
        self.initial.setdefault("always_open", week is None)
        for number, names in enumerate(DAY_FIELDS):
            for name, value in zip(names, (week or {}).get(number, (None, None)), strict=True):
                self.initial.setdefault(name, value)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for opens, closes in DAY_FIELDS:
            if (data.get(opens) is None) != (data.get(closes) is None):
                self.add_error(
                    closes if data.get(closes) is None else opens,
                    "Isi jam buka dan jam tutup, atau kosongkan keduanya.",
                )
        return data

    def week(self) -> api.Hours | None:
        """The cleaned hours; None: always open."""
        data = self.cleaned_data
        if data.get("always_open"):
            return None
        return {
            number: (data[opens], data[closes])
            for number, (opens, closes) in enumerate(DAY_FIELDS)
            if data.get(opens) and data.get(closes)
        }


always_open = forms.BooleanField(
    label="Selalu buka",
    required=False,
    widget=CheckboxInput,
    help_text="Tanpa jam buka: asisten tidak pernah menyebut toko tutup. Isi jam di bawah tidak dipakai.",
)
ConfigForm: Any = new_class(
    "ConfigForm", (ConfigFormBase,), exec_body=lambda body: body.update({"always_open": always_open, **day_fields()})
)


@admin.register(WhatsAppAIConfig)
class WhatsAppAIConfigAdmin(ScopedAdmin):
    nothing_yet = "Cara asisten menjawab, jam buka, dan kapan orang dipanggil."
    form = ConfigForm
    list_display = ("ai_name", "ai_personality", "auto_reply", "customer_chat_enabled", "changed")
    deleters = NOBODY
    readonly_fields = ("trial", "questions", "version", "week", "holidays", "handovers", "used_today")
    fieldsets = (
        (
            "Asisten",
            {
                "fields": (
                    ("ai_name", "ai_personality"),
                    "welcome_message",
                    "instructions",
                    "trial",
                    "questions",
                    "version",
                )
            },
        ),
        (
            "Melayani pelanggan",
            {
                "fields": (
                    "auto_reply",
                    "customer_chat_enabled",
                    "enable_vehicle_info",
                    "enable_test_drive_booking",
                    "enable_price_negotiation",
                    "answer_english",
                )
            },
        ),
        (
            "Tunggu persetujuan sebelum dikirim",
            {
                "fields": (("draft_price", "draft_credit"), ("draft_condition", "draft_trade_in"), "draft_rest"),
                "description": "Asisten menyusun jawabannya, dan staf mengirimnya dari Inbox dengan satu ketukan. "
                "Selama itu pelanggan menunggu.",
            },
        ),
        (
            "Supaya tidak ada yang terlupa",
            {
                "fields": ("forgotten_minutes", "morning_list"),
                "description": "Kabar dikirim ke staf WhatsApp yang boleh mengurus percakapan, di luar jam tenangnya.",
            },
        ),
        (
            "Kapan orang dipanggil",
            {
                "fields": ("handovers",),
                "description": "Aturan tetap, supaya pelanggan tidak pernah mendapat jawaban yang tidak pasti.",
            },
        ),
        ("Prospek", {"fields": ("assign_leads",)}),
        ("Penyimpanan data", {"fields": ("keep_chats_days",)}),
        (
            "Perintah staf",
            {"fields": ("staff_commands_enabled", "enable_staff_upload", "enable_staff_status", "cover_plates")},
        ),
        (
            "Jam buka",
            {
                "fields": ("timezone", "always_open", *DAY_FIELDS, "holidays"),
                "description": "Hari tanpa jam berarti tutup. Jam tutup boleh lewat tengah malam, misalnya 02:00.",
                "classes": ("al-week",),
            },
        ),
        ("Di luar jam buka", {"fields": ("after_hours_mode", "after_hours_message")}),
        (
            "Kecepatan mengirim",
            {
                "fields": (
                    ("burst_wait_seconds", "burst_cap_seconds"),
                    ("send_gap_seconds", "customer_gap_seconds"),
                    ("daily_send_cap", "held_reply_minutes"),
                ),
                "description": "Nilai bawaan cocok untuk hampir semua showroom.",
            },
        ),
        (
            "Pesan terlambat dan berulang",
            {
                "fields": (("late_after_minutes", "stale_after_hours"), ("same_text_limit", "answers_per_hour")),
                "description": "Umur pesan dihitung dari waktu pengirim. Perintah staf tidak dibatasi jumlahnya.",
            },
        ),
        ("Model AI", {"fields": ("ai_model", ("temperature", "max_tokens"), ("model_seconds", "model_share"))}),
        (
            "Batas harian model",
            {
                "fields": ("used_today", ("daily_model_calls", "daily_model_tokens"), "daily_model_cost"),
                "description": "Setelah batas tercapai, jawaban dibuat dari data stok sampai hari berganti.",
            },
        ),
    )

    class Media:
        js = ("admin/hours.js",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return sets
        return [
            (title, {**options, "fields": ("timezone", "week", "holidays")} if title == "Jam buka" else options)
            for title, options in sets
        ]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One a showroom."""
        once = place_of(request) is None or not WhatsAppAIConfig.objects.exists()
        return once and super().has_add_permission(request, obj)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """A member has one page of settings, not a list."""
        if place_of(request) is not None:
            row = self.get_queryset(request).first()
            if row is not None:
                return redirect("admin:aiconfig_whatsappaiconfig_change", row.pk)
            if self.has_add_permission(request):
                return redirect("admin:aiconfig_whatsappaiconfig_add")
        return super().changelist_view(request, extra_context)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "timezone":
            return forms.ChoiceField(
                label=capfirst(db_field.verbose_name),
                choices=list(ZONES.items()),
                widget=SelectInput,
                validators=db_field.validators,
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if WEEK_FIELDS & set(form.changed_data):
            api.set_week(obj.tenant_id, form.week())
        versions.publish(obj.tenant_id, by=author(request))

    @admin.display(description="coba jawab")
    def trial(self, config: WhatsAppAIConfig) -> SafeString:
        return format_html(
            '<a class="al-link" href="{}">Tulis pesan pelanggan dan lihat jawabannya</a>', reverse("trial")
        )

    @admin.display(description="tanya jawab")
    def questions(self, config: WhatsAppAIConfig) -> SafeString:
        count = FAQEntry.objects.filter(tenant_id=config.tenant_id, is_active=True).count() if config.pk else 0
        return format_html(
            '<a class="al-link" href="{}">{} tanya jawab dipakai – lihat dan ubah</a>',
            reverse("admin:aiconfig_faqentry_changelist"),
            count,
        )

    @admin.display(description="hari libur")
    def holidays(self, config: WhatsAppAIConfig) -> SafeString:
        coming = (
            Holiday.objects.filter(tenant_id=config.tenant_id, day__gte=timezone.localdate()) if config.pk else None
        )
        return format_html(
            '<a class="al-link" href="{}">{} hari libur mendatang – lihat dan ubah</a>',
            reverse("admin:aiconfig_holiday_changelist"),
            coming.count() if coming is not None else 0,
        )

    @admin.display(description="aturan")
    def handovers(self, config: WhatsAppAIConfig) -> SafeString:
        return format_html(
            '<ul class="al-bullets">{}</ul>', format_html_join("", "<li><b>{}</b>: {}</li>", handover_rules(config))
        )

    @admin.display(description="versi")
    def version(self, config: WhatsAppAIConfig) -> SafeString | str:
        row = versions.latest(config.tenant_id) if config.pk else None
        if row is None:
            return "belum ada; tersimpan bersama perubahan berikutnya"
        return format_html(
            '<a class="al-link" href="{}">versi {}, {} – lihat semua versi</a>',
            reverse("admin:aiconfig_configversion_changelist"),
            row.number,
            when(row.published_at),
        )

    @admin.display(description="jam buka")
    def week(self, config: WhatsAppAIConfig) -> str:
        week = api.week_of(config.tenant_id) if config.pk else None
        if week is None:
            return "selalu buka"
        return "\n".join(
            f"{name}: {week[day][0]:%H.%M}–{week[day][1]:%H.%M}" if day in week else f"{name}: tutup"
            for day, name in enumerate(hours.DAYS)
        )

    @admin.display(description="terpakai hari ini")
    def used_today(self, config: WhatsAppAIConfig) -> str:
        spent = spending.of_today(config) if config.pk else spending.Spent()
        calls, tokens = (number_format(number, force_grouping=True) for number in (spent.calls, spent.tokens))
        return f"{calls} panggilan, {tokens} token, {rupiah.show_full(spent.cost)}"

    @admin.display(description="diubah", ordering="updated_at")
    def changed(self, config: WhatsAppAIConfig) -> str:
        return when(config.updated_at)


@admin.register(FAQEntry)
class FAQEntryAdmin(ScopedAdmin):
    nothing_yet = "Jawaban Anda sendiri untuk pertanyaan yang sering datang, misalnya garansi atau tukar tambah."
    list_display = ("question", "state", "position")
    list_filter = ("is_active",)
    search_fields = ("question", "answer")
    fields = ("question", "answer", ("position", "is_active"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        versions.publish(obj.tenant_id, by=author(request))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        versions.publish(obj.tenant_id, by=author(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        concerned = set(queryset.values_list("tenant_id", flat=True))
        super().delete_queryset(request, queryset)
        for tenant_id in concerned:
            versions.publish(tenant_id, by=author(request))

    @admin.display(description="dipakai", ordering="is_active")
    def state(self, entry: FAQEntry) -> SafeString:
        return label("dipakai", "good") if entry.is_active else label("tidak dipakai")


def author(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@admin.register(ConfigVersion)
class ConfigVersionAdmin(ReadOnly, ScopedAdmin):
    """Every state of the settings that has answered customers, what it changed, and the way back to it."""

    nothing_yet = "Setiap kali pengaturan atau tanya jawab diubah, keadaannya tersimpan di sini dan bisa dikembalikan."
    list_display = ("named", "changes", "made", "author", "remark")
    list_display_links = ("named",)
    list_select_related = ("author",)
    list_per_page = 30

    @admin.display(description="versi", ordering="number")
    def named(self, row: ConfigVersion) -> SafeString:
        tone, word = ("plain", "") if row.published_at else ("info", "calon")
        return format_html("{} {}", str(row), label(word, tone) if word else "")

    @admin.display(description="perubahan")
    def changes(self, row: ConfigVersion) -> str:
        found = [one.what for one in versions.differences(_snapshot_before(row), row.snapshot)]
        more = f" dan {len(found) - SHOWN_CHANGES} lagi" if len(found) > SHOWN_CHANGES else ""
        return ", ".join(found[:SHOWN_CHANGES]) + more or "tanpa perubahan"

    @admin.display(description="disimpan", ordering="made_at")
    def made(self, row: ConfigVersion) -> str:
        return when(row.made_at)

    # -- one version

    def get_urls(self) -> list[URLPattern]:
        back = self.admin_site.admin_view(self.go_back)
        return [path("<int:pk>/kembalikan/", back, name="aiconfig_configversion_back"), *super().get_urls()]

    def may_go_back(self, request: HttpRequest) -> bool:
        return allowed(request, LEADERS)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        now = versions.in_use(row.tenant_id)
        unlike_now = versions.differences(now, {**row.snapshot, "prompt": now["prompt"]})
        context = {
            **self.admin_site.each_context(request),
            "title": str(row),
            "opts": self.opts,
            "row": row,
            "made": when(row.made_at),
            "changed": versions.differences(_snapshot_before(row), row.snapshot),
            "unlike_now": unlike_now,
            "same": not unlike_now,
            "settings": [
                (versions.title(name), versions.said(name, row.snapshot["settings"].get(name)))
                for name in versions.FIELDS
            ],
            "may_go_back": self.may_go_back(request) and bool(unlike_now),
        }
        return TemplateResponse(request, "admin/aiconfig/configversion/version.html", context)

    def go_back(self, request: HttpRequest, pk: int) -> HttpResponse:
        """This version's settings and questions become those in use, as a new version."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = self.get_object(request, str(pk))
        if not self.may_go_back(request):
            raise PermissionDenied
        made = versions.use(row.tenant_id, row.snapshot, by=author(request), remark=f"kembali ke versi {row.number}")
        messages.success(
            request, f"Pengaturan kembali seperti versi {row.number}, tersimpan sebagai versi {made.number}."
        )
        return redirect("admin:aiconfig_configversion_change", made.pk)


SHOWN_CHANGES = 4


def _snapshot_before(row: ConfigVersion) -> versions.Snapshot | None:
    """What was in use when this version came."""
    rows = ConfigVersion.objects.filter(tenant_id=row.tenant_id, number__lt=row.number, published_at__isnull=False)
    return rows.order_by("-number").values_list("snapshot", flat=True).first()


class HoursForm(OwnedForm):
    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if (data.get("opens") is None) != (data.get("closes") is None):
            raise forms.ValidationError("Isi jam buka dan jam tutup, atau kosongkan keduanya (tutup).")
        return data


@admin.register(BusinessHours)
class BusinessHoursAdmin(ScopedAdmin):
    nothing_yet = "Tanpa jam buka, asisten menganggap showroom selalu buka."
    form = HoursForm
    list_display = ("weekday", "span")
    fields = ("weekday", ("opens", "closes"))

    @admin.display(description="jam")
    def span(self, row: BusinessHours) -> SafeString | str:
        return f"{row.opens:%H.%M}–{row.closes:%H.%M}" if row.opens and row.closes else label("tutup")


@admin.register(Holiday)
class HolidayAdmin(ScopedAdmin):
    """Days on which the showroom is shut although its week says otherwise."""

    nothing_yet = "Hari showroom tutup di luar jadwal mingguan, misalnya Idulfitri."
    list_display = ("shown", "name")
    list_display_links = ("shown",)
    fields = ("day", "name")

    @admin.display(description="tanggal", ordering="day")
    def shown(self, holiday: Holiday) -> str:
        return date_format(holiday.day, "l, j F Y")


@admin.register(LLMCall)
class LLMCallAdmin(ReadOnly, ScopedAdmin):
    nothing_yet = "Setiap kali asisten memakai model AI, lama dan biayanya muncul di sini."
    list_display = (
        "when_called", "purpose", "model", "result", "error", "prompt_tokens", "completion_tokens", "cost", "latency_ms"
    )  # fmt: skip
    list_filter = ("outcome", "error", "purpose", "model", "created_at")

    @admin.display(description="waktu", ordering="created_at")
    def when_called(self, call: LLMCall) -> str:
        return when(call.created_at)

    @admin.display(description="hasil", ordering="outcome")
    def result(self, call: LLMCall) -> SafeString:
        return label(call.get_outcome_display(), "good" if call.outcome == LLMCall.Outcome.OK else "bad")
