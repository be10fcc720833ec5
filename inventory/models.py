"""The stock: cars, their photos, and who changed what."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from autolumiku.lib import clock
from inventory import credit
from tenants.models import Owned, OwnedForeignKey, Tenant

MAX_PRICE = 100_000_000_000  # rupiah


class Status(models.TextChoices):
    DRAFT = "DRAFT", "draf"
    AVAILABLE = "AVAILABLE", "tersedia"
    BOOKED = "BOOKED", "dibooking"
    SOLD = "SOLD", "terjual"
    DELETED = "DELETED", "dihapus"


NEXT = {  # what a status may become
    Status.DRAFT: {Status.AVAILABLE, Status.DELETED},
    Status.AVAILABLE: {Status.BOOKED, Status.SOLD, Status.DELETED},
    Status.BOOKED: {Status.AVAILABLE, Status.SOLD, Status.DELETED},
    Status.SOLD: {Status.AVAILABLE},
    Status.DELETED: {Status.AVAILABLE},
}


def sale_moment(before: str, after: str) -> dict[str, Any]:
    """`sold_at` follows the status."""
    if before == after or Status.SOLD not in (before, after):
        return {}
    return {"sold_at": clock.now() if after == Status.SOLD else None}


class Transmission(models.TextChoices):
    MANUAL = "manual", "manual"
    AUTOMATIC = "automatic", "matic"
    CVT = "cvt", "CVT"


class Fuel(models.TextChoices):
    BENSIN = "bensin", "bensin"
    DIESEL = "diesel", "diesel"
    HYBRID = "hybrid", "hybrid"
    ELECTRIC = "electric", "listrik"


class Condition(models.TextChoices):
    EXCELLENT = "excellent", "istimewa"
    GOOD = "good", "baik"
    FAIR = "fair", "cukup"
    POOR = "poor", "perlu perbaikan"


class Vehicle(Owned):
    """A car. Money in whole rupiah, mileage in km; empty means that the showroom has no data.

    `version` is counted by a trigger on every update, whoever writes: a reply that cites a unit is refused when the
    unit has changed since it was read. Change a car through `change()`, which writes the history.
    """

    display_id = models.CharField("ID", max_length=24)
    make = models.CharField("merek", max_length=40)
    model = models.CharField("model", max_length=60)
    variant = models.CharField("varian", max_length=80, blank=True)
    year = models.PositiveSmallIntegerField("tahun")
    status = models.CharField("status", max_length=10, choices=Status, default=Status.DRAFT)
    price = models.BigIntegerField("harga tunai", null=True, blank=True, help_text="Rupiah penuh, misalnya 175000000.")
    credit_price = models.BigIntegerField("harga kredit", null=True, blank=True, help_text="Rupiah penuh.")
    cost_price = models.BigIntegerField(
        "harga modal", null=True, blank=True, help_text="Hanya untuk staf; tidak pernah ke pelanggan."
    )
    mileage = models.PositiveIntegerField("kilometer", null=True, blank=True)
    transmission = models.CharField("transmisi", max_length=10, choices=Transmission, blank=True)
    fuel = models.CharField("bahan bakar", max_length=10, choices=Fuel, blank=True)
    color = models.CharField("warna", max_length=40, blank=True)
    license_plate = models.CharField("nomor polisi", max_length=15, blank=True)
    engine_cc = models.PositiveIntegerField("isi silinder (cc)", null=True, blank=True)
    body_type = models.CharField("bentuk bodi", max_length=20, blank=True)
    seats = models.PositiveSmallIntegerField("jumlah kursi", null=True, blank=True)
    condition = models.CharField("kondisi", max_length=10, choices=Condition, blank=True)
    tax_valid_until = models.DateField("pajak berlaku sampai", null=True, blank=True)
    papers = models.CharField(
        "surat-surat", max_length=200, blank=True, help_text="Misalnya: BPKB, STNK, faktur lengkap."
    )
    accident_history = models.CharField("riwayat tabrakan", max_length=200, blank=True)
    flood_history = models.CharField("riwayat banjir", max_length=200, blank=True)
    previous_owners = models.PositiveSmallIntegerField("jumlah pemilik sebelumnya", null=True, blank=True)
    service_book = models.BooleanField("buku servis", null=True, blank=True)
    description = models.TextField(
        "deskripsi", blank=True, help_text="Untuk situs; tidak dipakai asisten sebagai fakta."
    )
    staff_notes = models.TextField("catatan staf", blank=True, help_text="Tidak pernah ke pelanggan.")
    is_featured = models.BooleanField("unggulan", default=False)
    make_key = models.CharField(max_length=40, default="", editable=False)  # "mercedesbenz"; set by a trigger
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField("masuk", auto_now_add=True)
    updated_at = models.DateTimeField("diubah", auto_now=True)
    sold_at = models.DateTimeField("terjual pada", null=True, blank=True)

    class Meta:
        db_table = "vehicles"
        verbose_name = "mobil"
        verbose_name_plural = "mobil"
        ordering = ["-created_at", "-id"]
        indexes = [
            # inventory.search: the AVAILABLE cars of a showroom, newest first; also the counts by status
            models.Index(fields=["tenant", "status", "-created_at"], name="vehicle_stock"),
            # inventory.search: the cars of one make, newest first
            models.Index(fields=["tenant", "make_key", "status", "-created_at"], name="vehicle_make"),
            # inventory.search: by price, and by price within one kind
            models.Index(fields=["tenant", "price", "id"], name="vehicle_price", condition=Q(status="AVAILABLE")),
            models.Index(fields=["tenant", "body_type", "price"], name="vehicle_kind", condition=Q(status="AVAILABLE")),
        ]
        constraints = [
            # staff commands and inventory.search: a car by its id
            models.UniqueConstraint(fields=["tenant", "display_id"], name="vehicle_display_id"),
            models.CheckConstraint(condition=Q(year__gte=1950, year__lte=2100), name="vehicle_year"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="vehicle_status"),
            *[
                models.CheckConstraint(
                    condition=Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gt": 0, f"{field}__lte": MAX_PRICE}),
                    name=f"vehicle_{field}_rupiah",
                )
                for field in ("price", "credit_price", "cost_price")
            ],
            models.CheckConstraint(
                condition=Q(mileage__isnull=True) | Q(mileage__lte=2_000_000), name="vehicle_mileage_km"
            ),
            models.CheckConstraint(
                condition=Q(transmission="") | Q(transmission__in=Transmission.values), name="vehicle_transmission"
            ),
            models.CheckConstraint(condition=Q(fuel="") | Q(fuel__in=Fuel.values), name="vehicle_fuel"),
        ]

    def __str__(self) -> str:
        return f"{self.name} | {self.display_id}"

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.make, self.model, self.variant, str(self.year)) if part)

    def change(
        self, values: dict[str, Any], *, by: str, name: str = "", reason: str = "", action: str = "update"
    ) -> list[str]:
        """Set fields and write one history row; returns the names of the fields that really changed."""
        before = {field: getattr(self, field) for field in values}
        changed = [field for field, value in values.items() if before[field] != value]
        if not changed:
            return []
        for field in changed:
            setattr(self, field, values[field])
        self.save(update_fields=[*changed, "updated_at"])
        self.refresh_from_db(fields=["version"])
        new, old = ({field: said[field] for field in changed} for said in (values, before))
        VehicleHistory.of(self, action, new, before=old, by=by, name=name, reason=reason).save()
        return changed


class VehicleName(Owned):
    """What a car is asked for by, without spaces and signs: every run of up to four words of its model and variant
    ("kijanginnova", "innovareborn"), and "#" with its id. Triggers write and delete them with the car; a reference
    would be checked ten times for each new car.

    Equality on a column is a condition that row-level security lets an index answer; LIKE, similarity() and array
    operators are not.
    """

    vehicle_id = models.BigIntegerField()
    name = models.CharField(max_length=300)

    class Meta:
        db_table = "vehicle_names"
        constraints = [
            # inventory.search: the cars of a name
            models.UniqueConstraint(fields=["tenant", "name", "vehicle_id"], name="vehicle_name_once")
        ]
        # the trigger: a car's names
        indexes = [models.Index(fields=["tenant", "vehicle_id"], name="names_of_vehicle")]

    def __str__(self) -> str:
        return self.name


def plain(value: Any) -> Any:
    """A field's value as JSON keeps it."""
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def next_display_id(tenant_id: int) -> str:
    """The showroom's next car id ("PM-PST-001"), never given twice. Locks the showroom's row until the commit."""
    Tenant.objects.filter(pk=tenant_id).update(last_vehicle_number=F("last_vehicle_number") + 1)
    prefix, number = Tenant.objects.values_list("vehicle_prefix", "last_vehicle_number").get(pk=tenant_id)
    return f"{prefix}-{number:03d}"


def add(tenant_id: int, *, by: str, name: str = "", reason: str = "", **fields: Any) -> Vehicle:
    """A new car with its id and the first row of its history."""
    fields.setdefault("display_id", "")
    fields["display_id"] = fields["display_id"] or next_display_id(tenant_id)
    vehicle = Vehicle.objects.create(tenant_id=tenant_id, **fields)
    VehicleHistory.of(vehicle, "create", dict(sorted(fields.items())), by=by, name=name, reason=reason).save()
    return vehicle


def photo_path(photo: VehiclePhoto, filename: str) -> str:
    return f"vehicles/{photo.tenant_id}/{photo.vehicle_id}/{filename}"


class VehiclePhoto(Owned):
    vehicle = OwnedForeignKey(Vehicle, models.CASCADE, related_name="photos", verbose_name="mobil")
    image = models.ImageField("foto", upload_to=photo_path, max_length=300)
    position = models.PositiveSmallIntegerField("urutan", default=0)
    is_main = models.BooleanField("foto utama", default=False)
    created_at = models.DateTimeField("diunggah", auto_now_add=True)

    class Meta:
        db_table = "vehicle_photos"
        verbose_name = "foto"
        verbose_name_plural = "foto"
        ordering = ["position", "id"]
        indexes = [
            # admin: a car's photos in order; inventory.search: how many it has
            models.Index(fields=["tenant", "vehicle", "position"], name="photo_of_vehicle")
        ]

    def __str__(self) -> str:
        return f"foto {self.position}"


class VehicleHistory(Owned):
    """One change of one car: who, when, old and new."""

    vehicle = OwnedForeignKey(Vehicle, models.CASCADE, related_name="history", verbose_name="mobil")
    version = models.PositiveIntegerField("versi")
    action = models.CharField("tindakan", max_length=20)
    changed_fields = models.JSONField("yang berubah", default=list)
    previous_values = models.JSONField("sebelum", default=dict)
    new_values = models.JSONField("sesudah", default=dict)
    changed_by = models.CharField("oleh", max_length=80)
    changed_by_name = models.CharField("nama", max_length=120, blank=True)
    reason = models.CharField("alasan", max_length=200, blank=True)
    created_at = models.DateTimeField("waktu", auto_now_add=True)

    class Meta:
        db_table = "vehicle_history"
        verbose_name = "riwayat mobil"
        verbose_name_plural = "riwayat mobil"
        ordering = ["-id"]
        # admin: a car's changes, latest first
        indexes = [models.Index(fields=["tenant", "vehicle", "-id"], name="history_of_vehicle")]

    def __str__(self) -> str:
        return f"v{self.version} {self.action}"

    @classmethod
    def of(
        cls,
        vehicle: Vehicle,
        action: str,
        new: Mapping[str, Any],
        *,
        before: Mapping[str, Any] | None = None,
        by: str,
        name: str = "",
        reason: str = "",
    ) -> VehicleHistory:
        """A row, not saved yet, of the car as it is in its version now."""
        return cls(
            tenant_id=vehicle.tenant_id,
            vehicle=vehicle,
            version=vehicle.version,
            action=action,
            changed_fields=list(new),
            previous_values={field: plain(value) for field, value in (before or {}).items()},
            new_values={field: plain(value) for field, value in new.items()},
            changed_by=by,
            changed_by_name=name,
            reason=reason,
        )


class StockImport(Owned):
    """One upload of a stock list: looked at, done, taken back (inventory.restocking)."""

    class State(models.TextChoices):
        PREVIEW = "preview", "belum dijalankan"
        DONE = "done", "selesai"
        UNDONE = "undone", "dibatalkan"
        DROPPED = "dropped", "tidak jadi"

    state = models.CharField("keadaan", max_length=10, choices=State, default=State.PREVIEW)
    file_name = models.CharField("berkas", max_length=120)
    raw = models.BinaryField("isi berkas", null=True)  # until it is done or dropped
    added = models.PositiveIntegerField("baru", default=0)
    changed = models.PositiveIntegerField("berubah", default=0)
    same = models.PositiveIntegerField("sama", default=0)
    left_out = models.PositiveIntegerField("dilewati", default=0)
    undone = models.PositiveIntegerField("dikembalikan", default=0)
    touched = models.JSONField(default=list)  # [[car, its version then, "new" or "changed"]]
    kept = models.JSONField(default=list)  # what could not be undone: [[car, why]]
    by = models.CharField("oleh", max_length=80)
    by_name = models.CharField("nama", max_length=120, blank=True)
    undone_by_name = models.CharField("dibatalkan oleh", max_length=120, blank=True)
    created_at = models.DateTimeField("diunggah", auto_now_add=True)
    done_at = models.DateTimeField("dijalankan", null=True)
    undone_at = models.DateTimeField("dibatalkan pada", null=True)

    class Meta:
        db_table = "stock_imports"
        verbose_name = "impor stok"
        verbose_name_plural = "impor stok"
        ordering = ["-id"]
        # admin: the latest of a showroom
        indexes = [models.Index(fields=["tenant", "-id"], name="latest_stock_imports")]

    def __str__(self) -> str:
        return self.file_name


def _flat_rate(years: int) -> Any:
    return models.DecimalField(
        f"bunga {years} tahun (%)",
        max_digits=4,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(60)],
    )


class LeasingRate(Owned):
    """The flat yearly rates of one leasing from a day on; of several valid rows of a leasing the latest counts."""

    partner = models.CharField(
        "leasing",
        max_length=60,
        blank=True,
        help_text="Kosong: patokan umum, dipakai selama belum ada leasing bernama yang berlaku.",
    )
    valid_from = models.DateField("berlaku mulai")
    valid_until = models.DateField(
        "berlaku sampai", null=True, blank=True, help_text="Kosong: sampai ada bunga yang lebih baru."
    )
    year_1 = _flat_rate(1)
    year_2 = _flat_rate(2)
    year_3 = _flat_rate(3)
    year_4 = _flat_rate(4)
    year_5 = _flat_rate(5)
    minimum_down = models.PositiveSmallIntegerField("DP minimal (%)", default=20, validators=[MaxValueValidator(90)])
    oldest = models.PositiveSmallIntegerField(
        "umur mobil paling tua (tahun)",
        null=True,
        blank=True,
        validators=[MaxValueValidator(60)],
        help_text="Saat cicilan terakhir. Kosong: tanpa batas.",
    )
    created_at = models.DateTimeField("dibuat", auto_now_add=True)

    class Meta:
        db_table = "leasing_rates"
        verbose_name = "bunga leasing"
        verbose_name_plural = "bunga leasing"
        ordering = ["partner", "-valid_from"]
        constraints = [
            # inventory.leasing: what is valid on a day, per partner the latest
            models.UniqueConstraint(
                fields=["tenant", "partner", "valid_from"],
                name="leasing_rate_from",
                violation_error_message="Leasing ini sudah punya bunga yang berlaku mulai tanggal itu.",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="leasing_rate_days",
                violation_error_message="Tanggal akhir tidak boleh sebelum tanggal mulai.",
            ),
            models.CheckConstraint(
                condition=Q(*((f"year_{years}__isnull", False) for years in credit.YEARS), _connector=Q.OR),
                name="leasing_rate_some",
                violation_error_message="Isi bunga untuk paling sedikit satu tenor.",
            ),
            *[
                models.CheckConstraint(
                    condition=Q(**{f"year_{years}__isnull": True})
                    | Q(**{f"year_{years}__gt": 0, f"year_{years}__lte": 60}),
                    name=f"leasing_rate_year_{years}",
                )
                for years in credit.YEARS
            ],
            models.CheckConstraint(condition=Q(minimum_down__lte=90), name="leasing_rate_down"),
        ]

    def __str__(self) -> str:
        return f"{self.partner or 'patokan umum'}, mulai {self.valid_from:%d.%m.%Y}"
