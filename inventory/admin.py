"""The stock in the back-office. Every change goes through inventory.models, so that its history is written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from autolumiku.lib import rupiah
from inventory.credit import YEARS
from inventory.models import MAX_PRICE, LeasingRate, Status, Vehicle, VehicleHistory, VehiclePhoto, add
from tenants.admin import (
    LEADERS,
    NOBODY,
    SELLERS,
    OwnedForm,
    ReadOnly,
    ScopedAdmin,
    ScopedBlocks,
    ScopedTable,
    TextInput,
    allowed,
    label,
    place_of,
    when,
)

INNER = ("cost_price", "staff_notes")  # for owners and managers only
TONES = {"AVAILABLE": "good", "BOOKED": "warn", "SOLD": "info", "DRAFT": "plain", "DELETED": "bad"}
MAX_PHOTO_BYTES = 10 * 2**20


class RupiahField(forms.IntegerField):
    """Whole rupiah, typed as people write it: 175000000, 175.000.000, "Rp 175 juta"."""

    default_error_messages = {"invalid": "Tulis harga dalam rupiah, misalnya 175.000.000 atau 175 juta."}

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str) and value.strip():
            value = rupiah.parse(value) if rupiah.parse(value) is not None else value
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return rupiah.show_full(value).removeprefix("Rp ") if isinstance(value, int) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}


class VehicleForm(OwnedForm):
    """What the database's limits say, said in words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit(self.fields.get("year"), 1950, timezone.localdate().year + 1)
        limit(self.fields.get("mileage"), 0, 2_000_000)
        for name in ("price", "credit_price", "cost_price"):
            limit(self.fields.get(name), 1, MAX_PRICE)


class PercentField(forms.DecimalField):
    """A rate that may be typed the Indonesian way ("7,75")."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}".replace(".", ",") if isinstance(value, Decimal) else value


def limit(field: forms.Field | None, lowest: int, highest: int) -> None:
    if field is not None:
        field.validators = [MinValueValidator(lowest), MaxValueValidator(highest)]


class PhotoForm(OwnedForm):
    def clean_image(self) -> Any:
        image = self.cleaned_data.get("image")
        if image and image.size > MAX_PHOTO_BYTES:
            raise forms.ValidationError("Foto terlalu besar. Paling besar 10 MB.")
        return image


class PhotoInline(ScopedBlocks):
    model = VehiclePhoto
    form = PhotoForm
    adders = changers = deleters = SELLERS
    fields = ("image", ("position", "is_main"))
    verbose_name_plural = "foto"


class HistoryInline(ReadOnly, ScopedTable):
    """Who changed what; cost price and staff notes stay with owners and managers."""

    model = VehicleHistory
    fields = readonly_fields = ("moment", "who", "what", "reason")
    verbose_name_plural = "riwayat perubahan"
    hidden: tuple[str, ...] = INNER

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        self.hidden = () if allowed(request, LEADERS) else INNER
        return super().get_queryset(request)

    @admin.display(description="waktu")
    def moment(self, change: VehicleHistory) -> str:
        return when(change.created_at)

    @admin.display(description="oleh")
    def who(self, change: VehicleHistory) -> str:
        return change.changed_by_name or change.changed_by

    @admin.display(description="perubahan")
    def what(self, change: VehicleHistory) -> SafeString | str:
        if change.action == "create":
            return "dimasukkan ke stok"
        rows = [
            (field_label(name), shown(name, change.previous_values.get(name)), shown(name, change.new_values.get(name)))
            for name in change.changed_fields
            if name not in self.hidden
        ]
        return format_html_join("", "<div>{}: {} → <b>{}</b></div>", rows) if rows else "data internal"


def field_label(name: str) -> str:
    known = {field.name: str(field.verbose_name) for field in Vehicle._meta.fields}
    return known.get(name, name)


def shown(name: str, value: Any) -> str:
    """A history value for people."""
    if value in (None, ""):
        return "kosong"
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if name.endswith("price") and isinstance(value, int):
        return rupiah.show_full(value)
    field = next((field for field in Vehicle._meta.fields if field.name == name), None)
    if isinstance(field, models.DateTimeField) and (moment := parse_datetime(str(value))):
        return when(moment)
    return str(dict(field.flatchoices).get(value, value)) if field is not None else str(value)


def sale_moment(before: str, after: str) -> dict[str, Any]:
    """`sold_at` follows the status."""
    if before == after or Status.SOLD not in (before, after):
        return {}
    return {"sold_at": timezone.now() if after == Status.SOLD else None}


def change_as(request: HttpRequest, vehicle_id: int, values: dict[str, Any]) -> list[str]:
    """Change a car in the name of the person at the screen; returns the names of the changed fields."""
    vehicle = Vehicle.objects.select_for_update(of=("self",), no_key=True).get(pk=vehicle_id)
    values = {**values, **sale_moment(vehicle.status, values.get("status", vehicle.status))}
    return vehicle.change(values, by=request.user.get_username(), name=person(request))


def person(request: HttpRequest) -> str:
    return getattr(request.user, "get_full_name", str)()[:120]


@admin.register(Vehicle)
class VehicleAdmin(ScopedAdmin):
    """Cars leave the stock by their status; the row and its history stay (only the platform admin deletes rows)."""

    form = VehicleForm
    formfield_overrides = ScopedAdmin.formfield_overrides | {
        models.BigIntegerField: {"form_class": RupiahField, "widget": TextInput}
    }
    inlines = (PhotoInline, HistoryInline)
    list_display = ("picture", "title", "cash", "state", "changed")
    list_display_links = ("picture", "title")
    list_filter = ("status", "make", "transmission", "fuel", "is_featured")
    search_fields = ("display_id", "make", "model", "variant", "year", "license_plate", "color")
    search_help_text = "Cari merek, model, tahun, ID, nomor polisi atau warna."
    actions = ("mark_available", "mark_booked", "mark_sold", "mark_deleted")
    adders = changers = SELLERS
    deleters = NOBODY
    fieldsets = (
        (None, {"fields": (("make", "model"), ("variant", "year"), ("status", "is_featured"))}),
        ("Harga", {"fields": (("price", "credit_price"), "cost_price")}),
        (
            "Data mobil",
            {
                "fields": (
                    ("mileage", "color"),
                    ("transmission", "fuel"),
                    ("body_type", "seats"),
                    ("engine_cc", "license_plate"),
                ),
                "description": "Yang kosong tidak akan disebut asisten; pelanggan diberi tahu bahwa datanya belum ada.",
            },
        ),
        (
            "Kondisi dan surat",
            {
                "fields": (
                    ("condition", "previous_owners"),
                    ("papers", "tax_valid_until"),
                    ("accident_history", "flood_history"),
                    "service_book",
                )
            },
        ),
        ("Catatan", {"fields": ("description", "staff_notes")}),
    )

    # -- what who sees

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        hidden = () if allowed(request, LEADERS) else INNER
        plain = {} if self.has_change_permission(request, obj) or obj is None else {"year": "model_year"}
        return [
            (title, {**options, "fields": tuple(kept(options["fields"], hidden, plain))})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("photos")

    # -- writing

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        own = {field.name for field in Vehicle._meta.fields}
        if change:
            change_as(request, obj.pk, {name: form.cleaned_data[name] for name in form.changed_data if name in own})
            return
        place = place_of(request)
        values = {name: value for name, value in form.cleaned_data.items() if name in own - {"tenant"}}
        tenant_id = place.tenant_id if place else form.cleaned_data["tenant"].pk
        values |= sale_moment("", values.get("status", ""))
        made = add(tenant_id, by=request.user.get_username(), name=person(request), **values)
        obj.__dict__.update(made.__dict__)

    def mark(self, request: HttpRequest, rows: models.QuerySet[Any], status: Status) -> None:
        changed = [pk for pk in rows.values_list("pk", flat=True) if change_as(request, pk, {"status": status})]
        messages.success(request, f"{len(changed)} mobil sekarang {status.label}.")

    @admin.action(description="Tandai tersedia", permissions=["change"])
    def mark_available(self, request: HttpRequest, rows: models.QuerySet[Any]) -> None:
        self.mark(request, rows, Status.AVAILABLE)

    @admin.action(description="Tandai dibooking", permissions=["change"])
    def mark_booked(self, request: HttpRequest, rows: models.QuerySet[Any]) -> None:
        self.mark(request, rows, Status.BOOKED)

    @admin.action(description="Tandai terjual", permissions=["change"])
    def mark_sold(self, request: HttpRequest, rows: models.QuerySet[Any]) -> None:
        self.mark(request, rows, Status.SOLD)

    @admin.action(description="Keluarkan dari stok (dihapus)", permissions=["change"])
    def mark_deleted(self, request: HttpRequest, rows: models.QuerySet[Any]) -> None:
        self.mark(request, rows, Status.DELETED)

    # -- columns

    @admin.display(description="foto")
    def picture(self, vehicle: Vehicle) -> SafeString:
        photos = list(vehicle.photos.all())
        photo = next((photo for photo in photos if photo.is_main), photos[0] if photos else None)
        if photo is None or not photo.image:
            return format_html('<span class="al-thumb" role="img" aria-label="{}"></span>', "belum ada foto")
        return format_html('<img class="al-thumb" src="{}" alt="" loading="lazy">', photo.image.url)

    @admin.display(description="mobil", ordering="make")
    def title(self, vehicle: Vehicle) -> SafeString:
        distance = "" if vehicle.mileage is None else f" · {vehicle.mileage:,} km".replace(",", ".")
        return format_html('{}<small class="al-sub">{}{}</small>', vehicle.name, vehicle.display_id, distance)

    @admin.display(description="tahun", ordering="year")
    def model_year(self, vehicle: Vehicle) -> str:
        return str(vehicle.year)

    @admin.display(description="harga tunai", ordering="price")
    def cash(self, vehicle: Vehicle) -> SafeString | str:
        return rupiah.show_full(vehicle.price) if vehicle.price else label("belum ada harga", "warn")

    @admin.display(description="status", ordering="status")
    def state(self, vehicle: Vehicle) -> SafeString:
        return label(vehicle.get_status_display(), TONES.get(vehicle.status, "plain"))

    @admin.display(description="diubah", ordering="updated_at")
    def changed(self, vehicle: Vehicle) -> str:
        return when(vehicle.updated_at)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if self.has_change_permission(request, obj) else (*fields, "model_year")


def kept(fields: Any, hidden: tuple[str, ...], renamed: dict[str, str]) -> list[Any]:
    """A fieldset's fields without the hidden ones; pairs stay pairs."""
    result: list[Any] = []
    for field in fields:
        if isinstance(field, str):
            result += [] if field in hidden else [renamed.get(field, field)]
        elif inner := kept(field, hidden, renamed):
            result.append(tuple(inner))
    return result


@admin.register(LeasingRate)
class LeasingRateAdmin(ScopedAdmin):
    """Owners and managers keep the rates; a new row from its first day on takes the older one's place."""

    list_display = ("leasing", "flat", "least", "validity")
    list_display_links = ("leasing",)
    list_filter = ("partner",)
    fieldsets = (
        (
            None,
            {
                "fields": ("partner", ("valid_from", "valid_until")),
                "description": "Dipakai asisten untuk perkiraan cicilan, selalu disebut estimasi. Bunga baru: "
                "tambahkan baris baru dengan tanggal mulainya; yang lama berhenti dipakai pada tanggal itu.",
            },
        ),
        (
            "Bunga flat per tahun",
            {
                "fields": (("year_1", "year_2"), ("year_3", "year_4"), "year_5"),
                "description": "Tenor yang kosong tidak ditawarkan. Untuk mobil di atas 5 tahun asisten menambah 0,5% "
                "per tahun umur, paling banyak 3%.",
            },
        ),
        ("Batas", {"fields": (("minimum_down", "oldest"),)}),
    )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.DecimalField):
            kwargs |= {"form_class": PercentField, "widget": TextInput(attrs={"inputmode": "decimal"})}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="leasing", ordering="partner")
    def leasing(self, row: LeasingRate) -> str:
        return row.partner or "Patokan umum"

    @admin.display(description="bunga flat per tahun")
    def flat(self, row: LeasingRate) -> str:
        offered = ((years, getattr(row, f"year_{years}")) for years in YEARS)
        shown = (f"{years} th {rate.normalize():f}%" for years, rate in offered if rate is not None)
        return " · ".join(shown).replace(".", ",")

    @admin.display(description="DP minimal", ordering="minimum_down")
    def least(self, row: LeasingRate) -> str:
        return f"{row.minimum_down}%"

    @admin.display(description="berlaku", ordering="valid_from")
    def validity(self, row: LeasingRate) -> SafeString:
        today = timezone.localdate()
        ended = row.valid_until is not None and row.valid_until < today
        state = ("berlaku", "good") if row.valid_from <= today else ("nanti", "warn")
        word, tone = ("berakhir", "bad") if ended else state
        until = date_format(row.valid_until, "j M Y") if row.valid_until else "seterusnya"
        return format_html(
            '{}<small class="al-sub">{} – {}</small>', label(word, tone), date_format(row.valid_from, "j M Y"), until
        )
