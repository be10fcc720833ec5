"""People who may buy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from autolumiku.lib import clock, phone
from leads import bookings, keeping
from leads.models import Booking, BookingEvent, Calendar, FollowUp, Lead, Wait, new_secret
from tenants.admin import (
    LEADERS,
    NOBODY,
    SELLERS,
    ColleaguesFilter,
    ReadOnly,
    ScopedAdmin,
    ScopedTable,
    label,
    phone_formfield,
    place_of,
    when,
)

STATUS_TONES = {"NEW": "info", "WON": "good", "LOST": "plain", "NEGOTIATING": "warn"}
PRIORITY_TONES = {"URGENT": "bad", "HIGH": "warn"}


@admin.register(Lead)
class LeadAdmin(ScopedAdmin):
    nothing_yet = (
        "Calon pembeli muncul di sini begitu mereka bertanya lewat WhatsApp. Tamu yang datang langsung "
        "bisa ditambahkan sendiri."
    )
    list_display = ("who", "stage", "wants", "assigned_to", "next_up", "changed")
    list_display_links = ("who",)
    list_filter = ("status", "priority", ("assigned_to", ColleaguesFilter), "source", "follow_up_date")
    list_select_related = ("vehicle", "assigned_to")
    search_fields = ("name", "phone", "interested_in", "notes")
    search_help_text = "Cari nama, nomor HP, minat atau catatan."
    adders = changers = SELLERS
    actions = ("contacted", "qualified", "negotiating", "won", "lost", "take", "share_out")
    readonly_fields = ("signs",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "phone"),
                    "email",
                    ("status", "assigned_to"),
                    ("priority", "signs"),
                    ("next_step", "follow_up_date"),
                )
            },
        ),
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

    def save_model(self, request: HttpRequest, obj: Lead, form: Any, change: bool) -> None:
        if "assigned_to" in form.changed_data:
            obj.assigned_at = clock.now() if obj.assigned_to_id else None
        super().save_model(request, obj, form, change)

    @admin.display(description="nama", ordering="name")
    def who(self, lead: Lead) -> SafeString:
        return format_html('{}<small class="al-sub">{}</small>', lead.name or "(tanpa nama)", phone.show(lead.phone))

    @admin.display(description="tahap", ordering="status")
    def stage(self, lead: Lead) -> SafeString:
        """The stage, and the priority where it is high."""
        words = label(lead.get_status_display(), STATUS_TONES.get(lead.status, "info"))
        tone = PRIORITY_TONES.get(lead.priority)
        return format_html("{} {}", words, label(lead.get_priority_display(), tone)) if tone else words

    @admin.display(description="minat", ordering="interested_in")
    def wants(self, lead: Lead) -> SafeString:
        need = lead.vehicle.name if lead.vehicle else lead.interested_in
        return format_html('{}<small class="al-sub">{}</small>', need, lead.budget_range)

    @admin.display(description="langkah berikut", ordering="follow_up_date")
    def next_up(self, lead: Lead) -> SafeString:
        day = date_format(lead.follow_up_date, "j M Y") if lead.follow_up_date else ""
        return format_html('{}<small class="al-sub">{}</small>', day, lead.next_step)

    @admin.display(description="tanda minat")
    def signs(self, lead: Lead) -> str:
        """Why the lead is as warm as it is: the rules that fitted what was said."""
        return ", ".join(lead.heard) or "-"

    # -- people move the stages; the assistant never does

    @admin.action(description="Tahap: sudah dihubungi", permissions=["change"])
    def contacted(self, request: HttpRequest, leads: QuerySet[Lead]) -> None:
        self._move(request, leads, Lead.Status.CONTACTED)

    @admin.action(description="Tahap: berminat", permissions=["change"])
    def qualified(self, request: HttpRequest, leads: QuerySet[Lead]) -> None:
        self._move(request, leads, Lead.Status.QUALIFIED)

    @admin.action(description="Tahap: negosiasi", permissions=["change"])
    def negotiating(self, request: HttpRequest, leads: QuerySet[Lead]) -> None:
        self._move(request, leads, Lead.Status.NEGOTIATING)

    @admin.action(description="Tahap: jadi beli", permissions=["change"])
    def won(self, request: HttpRequest, leads: QuerySet[Lead]) -> None:
        self._move(request, leads, Lead.Status.WON)

    @admin.action(description="Tahap: batal", permissions=["change"])
    def lost(self, request: HttpRequest, leads: QuerySet[Lead]) -> None:
        self._move(request, leads, Lead.Status.LOST)

    def _move(self, request: HttpRequest, leads: QuerySet[Lead], status: Lead.Status) -> None:
        moved = leads.update(status=status, updated_at=clock.now())
        self.message_user(request, f"{moved} prospek kini di tahap {status.label}.")

    @admin.action(description="Saya yang menangani", permissions=["change"])
    def take(self, request: HttpRequest, leads: QuerySet[Lead]) -> None:
        if place_of(request) is None:
            self.message_user(request, "Pilih satu showroom dulu.", messages.ERROR)
            return
        taken = leads.update(assigned_to=request.user.pk, assigned_at=clock.now(), updated_at=clock.now())
        self.message_user(request, f"{taken} prospek kini Anda tangani.")

    @admin.action(description="Bagi bergiliran ke sales", permissions=["change"])
    def share_out(self, request: HttpRequest, leads: QuerySet[Lead]) -> None:
        """Those that nobody has, each to the seller who has waited longest."""
        free = list(leads.filter(assigned_to=None).order_by("pk"))
        shared = sum(keeping.assign_in_turn(lead) for lead in free)
        if shared < len(free):
            self.message_user(request, "Belum ada sales aktif di showroom ini.", messages.ERROR)
        self.message_user(request, f"{shared} prospek dibagi.")

    @admin.display(description="diubah", ordering="updated_at")
    def changed(self, lead: Lead) -> str:
        return when(lead.updated_at)


BOOKING_TONES = {"booked": "info", "confirmed": "good", "done": "good", "no_show": "bad", "freed": "warn"}


class StepInline(ReadOnly, ScopedTable):
    model = BookingEvent
    extra = 0
    fields = ("step", "was_at", "by", "created_at")
    readonly_fields = fields

    @admin.display(description="kejadian")
    def step(self, event: BookingEvent) -> str:
        return {"moved": "diganti"}.get(event.kind, dict(Booking.Status.choices).get(event.kind, event.kind))


@admin.register(Booking)
class BookingAdmin(ScopedAdmin):
    """Test drives: people say how they ended; times are changed here or by chat."""

    nothing_yet = "Test drive yang dijanjikan lewat WhatsApp muncul di sini."
    list_display = ("who", "moment", "car", "stage")
    list_display_links = ("who",)
    list_filter = ("status", "starts_at")
    list_select_related = ("vehicle",)
    search_fields = ("name", "phone", "vehicle__display_id", "notes")
    search_help_text = "Cari nama, nomor HP, ID mobil atau catatan."
    ordering = ("-starts_at",)
    adders = deleters = NOBODY  # made by chat, where the slots are looked at
    changers = SELLERS
    actions = ("confirm", "came", "missed", "call_off")
    readonly_fields = ("number", "vehicle", "moment", "status")
    fields = (("name", "number"), ("vehicle", "moment"), "status", "notes")
    inlines = (StepInline,)

    @admin.display(description="nama", ordering="name")
    def who(self, booking: Booking) -> SafeString:
        return format_html(
            '{}<small class="al-sub">{}</small>', booking.name or "(tanpa nama)", phone.show(booking.phone)
        )

    @admin.display(description="nomor HP")
    def number(self, booking: Booking) -> str:
        return phone.show(booking.phone)

    @admin.display(description="waktu", ordering="starts_at")
    def moment(self, booking: Booking) -> str:
        return when(booking.starts_at)

    @admin.display(description="mobil")
    def car(self, booking: Booking) -> str:
        return str(booking.vehicle) if booking.vehicle else "kunjungan"

    @admin.display(description="status", ordering="status")
    def stage(self, booking: Booking) -> SafeString:
        return label(booking.get_status_display(), BOOKING_TONES.get(booking.status, "plain"))

    @admin.action(description="Konfirmasi", permissions=["change"])
    def confirm(self, request: HttpRequest, rows: QuerySet[Booking]) -> None:
        self._each(request, rows, bookings.confirm)

    @admin.action(description="Pelanggan datang", permissions=["change"])
    def came(self, request: HttpRequest, rows: QuerySet[Booking]) -> None:
        self._each(request, rows, bookings.done)

    @admin.action(description="Pelanggan tidak datang", permissions=["change"])
    def missed(self, request: HttpRequest, rows: QuerySet[Booking]) -> None:
        self._each(request, rows, bookings.no_show)

    @admin.action(description="Batalkan", permissions=["change"])
    def call_off(self, request: HttpRequest, rows: QuerySet[Booking]) -> None:
        self._each(request, rows, bookings.cancel)

    def _each(self, request: HttpRequest, rows: QuerySet[Booking], change: Callable[..., Booking]) -> None:
        """Those that still stand; the others stay as they are."""
        by = request.user.get_full_name() or str(request.user)  # type: ignore[union-attr]
        changed = 0
        for booking in rows.filter(status__in=Booking.OPEN):
            change(booking.pk, by=by)
            changed += 1
        self.message_user(request, f"{changed} test drive diubah.")


@admin.register(Calendar)
class CalendarAdmin(ScopedAdmin):
    """The link that phones subscribe to; a new secret ends the old link."""

    nothing_yet = "Buat satu tautan, lalu langganan di kalender HP: jadwal test drive ikut muncul di sana."
    list_display = ("feed", "created_at")
    list_display_links = None
    adders = LEADERS
    deleters = LEADERS
    fields = ()
    actions = ("renew",)

    @admin.display(description="tautan")
    def feed(self, row: Calendar) -> SafeString:
        link = f"{settings.PUBLIC_URL}{reverse('calendar', args=[row.tenant_id, row.secret])}"
        return format_html('<a href="{}">{}</a>', link, link)

    @admin.action(description="Ganti tautan (yang lama tidak berlaku lagi)", permissions=["delete"])
    def renew(self, request: HttpRequest, rows: QuerySet[Calendar]) -> None:
        for row in rows:
            Calendar.objects.filter(pk=row.pk).update(secret=new_secret())
        self.message_user(request, "Tautan kalender diganti.")


@admin.register(Wait)
class WaitAdmin(ScopedAdmin):
    """Who waits for what; a car that comes is told to them by itself."""

    nothing_yet = "Pelanggan yang menunggu mobil tertentu muncul di sini, dan dikabari sendiri begitu mobilnya masuk."
    list_display = ("words", "who", "vehicle", "since", "ended_at")
    list_filter = ("ended_at",)
    list_select_related = ("vehicle",)
    search_fields = ("words", "phone", "name")
    adders = changers = NOBODY
    deleters = SELLERS
    fields = ("words", "name", "phone", "vehicle", "ended_at")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "phone":
            return phone_formfield(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="pelanggan", ordering="name")
    def who(self, wait: Wait) -> SafeString:
        return format_html('{}<small class="al-sub">{}</small>', wait.name or "(tanpa nama)", phone.show(wait.phone))

    @admin.display(description="sejak", ordering="created_at")
    def since(self, wait: Wait) -> str:
        return when(wait.created_at)


@admin.register(FollowUp)
class FollowUpAdmin(ScopedAdmin):
    """One row a showroom: whether, when and with which words somebody who has gone silent is written to."""

    nothing_yet = "Satu pesan untuk pelanggan yang berhenti membalas: kapan dikirim dan bagaimana bunyinya."
    list_display = ("__str__", "is_active", "after_hours")
    fields = ("is_active", "after_hours", "text")
