"""The stock in the back-office. Every change goes through inventory.models, so that its history is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from autolumiku.lib import rupiah
from inventory import pictures, telling, workbooks
from inventory.credit import YEARS
from inventory.described_pages import DescribedPages
from inventory.import_pages import ImportPages
from inventory.models import (
    MAX_PRICE,
    NEXT,
    LeasingRate,
    Status,
    Vehicle,
    VehicleHistory,
    VehiclePhoto,
    add,
    sale_moment,
)
from inventory.pictures import Picture
from inventory.telling import INNER
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
    person,
    place_of,
    when,
)

TONES = {"AVAILABLE": "good", "BOOKED": "warn", "SOLD": "info", "DRAFT": "plain", "DELETED": "bad"}
NAMED = 5  # cars in one message
MOST_HISTORY = 200  # changes of a car on one page
MAX_PHOTO_BYTES = 10 * 2**20
MAX_PHOTOS = 20  # at once
LAST = 32_767  # behind all others, until they are put in order


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


class ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photos at once, each checked and made ready to be shown."""

    widget = ManyFiles(
        attrs={"accept": "image/jpeg,image/png,image/webp", "class": "al-hidden", "data-file": "al-photos-name"}
    )

    def clean(self, data: Any, initial: Any = None) -> list[Picture]:
        files = data if isinstance(data, list) else [data] if data else []
        if len(files) > MAX_PHOTOS:
            raise forms.ValidationError(f"Paling banyak {MAX_PHOTOS} foto sekaligus.")
        return [cleaned(file) for file in files]


def cleaned(file: UploadedFile) -> Picture:
    """A photo without what the camera noted beside it, its place above all."""
    if (file.size or 0) > MAX_PHOTO_BYTES:
        raise forms.ValidationError(f"Foto {file.name} terlalu besar. Paling besar 10 MB.")
    try:
        return pictures.clean(file.read())
    except pictures.NoPictureError:
        raise forms.ValidationError(f"{file.name} bukan foto yang bisa dipakai (JPEG, PNG atau WebP).") from None


class CarForm(OwnedForm):
    """What the database's limits and a car's way through the stock say, said in words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit(self.fields.get("year"), 1950, timezone.localdate().year + 1)
        limit(self.fields.get("mileage"), 0, 2_000_000)
        for name in ("price", "credit_price", "cost_price"):
            limit(self.fields.get(name), 1, MAX_PRICE)
        if self.instance.pk and "status" in self.fields:
            self.fields["status"].choices = ways_on(Status(self.instance.status))  # type: ignore[attr-defined]


class VehicleForm(CarForm):
    """A car's page; what somebody else has changed meanwhile is not written over."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    new_photos = PhotosField(label="Tambah foto", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.instance.version

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        seen = data.pop("seen", None)
        if self.instance.pk and seen is not None and seen != self.instance.version:
            last = self.instance.history.first()
            who = (last.changed_by_name or last.changed_by) if last else "orang lain"
            raise forms.ValidationError(f"Mobil ini baru saja diubah {who}. Muat ulang halaman, lalu ubah lagi.")
        return data


class RowForm(CarForm):
    """A line of the list: only what was changed on this page counts, and only where it still was as shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True
            field.widget.attrs["aria-label"] = f"{field.label} {self.instance.display_id}"
        shown = self.shown("status") if self.is_bound else ""
        if shown in Status.values:  # as the page offered them
            self.fields["status"].choices = ways_on(Status(shown))  # type: ignore[attr-defined]

    def shown(self, name: str) -> Any:
        """What the page said of this field when it was made."""
        widget = self.fields[name].hidden_widget()
        return self.fields[name].to_python(
            widget.value_from_datadict(self.data, self.files, self.add_initial_prefix(name))
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in {"price", "status"} & {*self.changed_data} & {*data}:
            now = Vehicle.objects.filter(pk=self.instance.pk).values_list(name, flat=True).first()
            if self.shown(name) != now:
                self.add_error(name, f"Sudah diubah orang lain menjadi {telling.shown(name, now)}.")
        return data


def ways_on(status: Status) -> list[tuple[str, str]]:
    """What a car's status may be set to, as choices: as it is, and what comes next."""
    return [(one.value, one.label) for one in Status if one == status or one in NEXT[status]]


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
    """A photo of a car: where it stands among the others."""

    def thumb(self) -> str:
        return thumb(self.instance, 480)


class PhotoInline(ScopedBlocks):
    """New photos come with the car's own form; the first in order is the main one."""

    model = VehiclePhoto
    form = PhotoForm
    template = "admin/inventory/vehicle/photos.html"
    adders = NOBODY
    changers = deleters = SELLERS
    fields = ("position",)
    formfield_overrides = {models.PositiveSmallIntegerField: {"widget": forms.HiddenInput}}
    verbose_name_plural = "foto"


def thumb(photo: VehiclePhoto, width: int) -> str:
    """Where this photo is, in this width."""
    return photo.image.storage.url(pictures.sized(str(photo.image.name), width)) if photo.image else ""


def add_photos(vehicle: Vehicle, added: Sequence[Picture]) -> None:
    """Keep new photos behind a car's others, none twice."""
    known = set(vehicle.photos.values_list("image", flat=True))
    for picture in added:
        name = pictures.keep(vehicle.tenant_id, str(vehicle.pk), picture)
        if name not in known:
            VehiclePhoto.objects.create(tenant_id=vehicle.tenant_id, vehicle=vehicle, image=name, position=LAST)
            known.add(name)


def put_in_order(vehicle: Vehicle) -> None:
    """Photos count from 0, and the first is the main one."""
    for place, photo in enumerate(VehiclePhoto.objects.filter(vehicle=vehicle).order_by("position", "pk")):
        if (photo.position, photo.is_main) != (place, place == 0):
            VehiclePhoto.objects.filter(pk=photo.pk).update(position=place, is_main=place == 0)


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
        old, new = change.previous_values, change.new_values
        rows = [
            (telling.called(name), telling.shown(name, old.get(name)), telling.shown(name, new.get(name)))
            for name in change.changed_fields
            if name not in self.hidden
        ]
        return format_html_join("", "<div>{}: {} → <b>{}</b></div>", rows) if rows else "data internal"


def change_as(request: HttpRequest, vehicle_id: int, values: dict[str, Any]) -> list[str]:
    """Change a car in the name of the person at the screen; returns the names of the changed fields."""
    vehicle = Vehicle.objects.select_for_update(of=("self",), no_key=True).get(pk=vehicle_id)
    values = {**values, **sale_moment(vehicle.status, values.get("status", vehicle.status))}
    return vehicle.change(values, by=request.user.get_username(), name=person(request))


class GoneFilter(admin.SimpleListFilter):
    """Cars that left the stock stay out of the list until one asks for them."""

    title, parameter_name = "mobil yang dihapus", "dihapus"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("ya", "ditampilkan juga")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield first | {"display": "disembunyikan"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        asked = self.value() == "ya" or request.GET.get("status__exact") == Status.DELETED
        return queryset if asked else queryset.exclude(status=Status.DELETED)


@admin.register(Vehicle)
class VehicleAdmin(ImportPages, DescribedPages, ScopedAdmin):
    """Cars leave the stock by their status; the row and its history stay (only the platform admin deletes rows)."""

    nothing_yet = (
        "Asisten hanya menyebut mobil dan harga yang ada di sini. Tambah satu per satu, atau impor dari Excel atau CSV."
    )

    class Media:
        js = ("admin/stock.js",)

    form = VehicleForm
    formfield_overrides = ScopedAdmin.formfield_overrides | {
        models.BigIntegerField: {"form_class": RupiahField, "widget": TextInput}
    }
    inlines = (PhotoInline, HistoryInline)
    list_display = ("picture", "title", "price", "status", "changed")
    list_editable = ("price", "status")
    list_display_links = ("title",)
    list_filter = ("status", GoneFilter, "make", "transmission", "fuel", "is_featured")
    search_fields = ("display_id", "make", "model", "variant", "year", "license_plate", "color")
    search_help_text = "Cari merek, model, tahun, ID, nomor polisi atau warna."
    actions = ("mark_available", "mark_booked", "mark_sold", "mark_deleted", "as_csv", "as_xlsx")
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

    def get_list_display(self, request: HttpRequest) -> Any:
        """Who may not change a car reads its price and status; the others change them right in the list."""
        columns = super().get_list_display(request)
        if self.has_change_permission(request):
            return columns
        return [{"price": "cash", "status": "state"}.get(column, column) for column in columns]

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": RowForm, **kwargs})

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        may_import = place_of(request) is not None and allowed(request, LEADERS)
        return super().changelist_view(request, {**(extra_context or {}), "may_import": may_import})

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Whatever was done to the car; Django's own log knows only what was done in the back-office."""
        answer = super().history_view(request, object_id, extra_context)
        if isinstance(answer, TemplateResponse) and answer.context_data is not None:
            told = HistoryInline(Vehicle, self.admin_site)
            rows = told.get_queryset(request).filter(vehicle=answer.context_data["object"])[:MOST_HISTORY]
            answer.context_data["changes"] = [
                (told.moment(row), told.who(row), told.what(row), row.reason) for row in rows
            ]
        return answer

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

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if "new_photos" in form.cleaned_data:  # a car's page, not a line of the list
            add_photos(form.instance, form.cleaned_data["new_photos"])
            put_in_order(form.instance)

    def mark(self, request: HttpRequest, rows: models.QuerySet[Any], status: Status) -> None:
        """The cars that may become this; the others are named."""
        legal = [before for before in Status if status in NEXT[before]]
        refused = list(rows.exclude(status__in=[*legal, status]).order_by("pk"))
        changed = list(rows.filter(status__in=legal).values_list("pk", flat=True))
        for pk in changed:
            change_as(request, pk, {"status": status})
        if changed:
            messages.success(request, f"{len(changed)} mobil sekarang {status.label}.")
        if refused:
            named = ", ".join(f"{car.display_id} ({car.get_status_display()})" for car in refused[:NAMED])
            more = f" dan {len(refused) - NAMED} lagi" if len(refused) > NAMED else ""
            messages.warning(request, f"Tidak bisa langsung {status.label}: {named}{more}.")
        if not changed and not refused:
            messages.info(request, f"Mobil yang dipilih memang sudah {status.label}.")

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

    @admin.action(description="Unduh sebagai CSV", permissions=["view"])
    def as_csv(self, request: HttpRequest, rows: models.QuerySet[Any]) -> HttpResponse:
        return self.as_file(request, workbooks.CSV, rows.prefetch_related(None))

    @admin.action(description="Unduh sebagai Excel", permissions=["view"])
    def as_xlsx(self, request: HttpRequest, rows: models.QuerySet[Any]) -> HttpResponse:
        return self.as_file(request, workbooks.XLSX, rows.prefetch_related(None))

    # -- columns

    @admin.display(description="foto")
    def picture(self, vehicle: Vehicle) -> SafeString:
        photos = list(vehicle.photos.all())
        photo = next((photo for photo in photos if photo.is_main), photos[0] if photos else None)
        if photo is None or not photo.image:
            return format_html('<span class="al-thumb al-bare">{}</span>', "belum ada foto")
        return format_html('<img class="al-thumb" src="{}" alt="" loading="lazy">', thumb(photo, 160))

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

    nothing_yet = (
        "Bunga tiap leasing, dipakai untuk perkiraan cicilan. Tanpa bunga, asisten menyerahkan hitungan kepada staf."
    )
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
