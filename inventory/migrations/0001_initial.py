import django.db.models.deletion
import django.db.models.functions.text
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import inventory.models
import tenants.models
from tenants import walls

# Every update counts the version, whoever writes: a reply that cites a car is held back when the car changed meanwhile.
COUNT_VERSION = """
    CREATE FUNCTION count_vehicle_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.version := OLD.version + 1;
        RETURN NEW;
    END $$;
    CREATE TRIGGER vehicle_version BEFORE UPDATE ON vehicles FOR EACH ROW EXECUTE FUNCTION count_vehicle_version();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Vehicle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("display_id", models.CharField(max_length=24, verbose_name="ID")),
                ("make", models.CharField(max_length=40, verbose_name="merek")),
                ("model", models.CharField(max_length=60, verbose_name="model")),
                ("variant", models.CharField(blank=True, max_length=80, verbose_name="varian")),
                ("year", models.PositiveSmallIntegerField(verbose_name="tahun")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("DRAFT", "draf"),
                            ("AVAILABLE", "tersedia"),
                            ("BOOKED", "dibooking"),
                            ("SOLD", "terjual"),
                            ("DELETED", "dihapus"),
                        ],
                        default="DRAFT",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "price",
                    models.BigIntegerField(
                        blank=True, help_text="Rupiah penuh, misalnya 175000000.", null=True, verbose_name="harga tunai"
                    ),
                ),
                (
                    "credit_price",
                    models.BigIntegerField(
                        blank=True, help_text="Rupiah penuh.", null=True, verbose_name="harga kredit"
                    ),
                ),
                (
                    "cost_price",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Hanya untuk staf; tidak pernah ke pelanggan.",
                        null=True,
                        verbose_name="harga modal",
                    ),
                ),
                ("mileage", models.PositiveIntegerField(blank=True, null=True, verbose_name="kilometer")),
                (
                    "transmission",
                    models.CharField(
                        blank=True,
                        choices=[("manual", "manual"), ("automatic", "matic"), ("cvt", "CVT")],
                        max_length=10,
                        verbose_name="transmisi",
                    ),
                ),
                (
                    "fuel",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("bensin", "bensin"),
                            ("diesel", "diesel"),
                            ("hybrid", "hybrid"),
                            ("electric", "listrik"),
                        ],
                        max_length=10,
                        verbose_name="bahan bakar",
                    ),
                ),
                ("color", models.CharField(blank=True, max_length=40, verbose_name="warna")),
                ("license_plate", models.CharField(blank=True, max_length=15, verbose_name="nomor polisi")),
                ("engine_cc", models.PositiveIntegerField(blank=True, null=True, verbose_name="isi silinder (cc)")),
                ("body_type", models.CharField(blank=True, max_length=20, verbose_name="bentuk bodi")),
                ("seats", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="jumlah kursi")),
                (
                    "condition",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("excellent", "istimewa"),
                            ("good", "baik"),
                            ("fair", "cukup"),
                            ("poor", "perlu perbaikan"),
                        ],
                        max_length=10,
                        verbose_name="kondisi",
                    ),
                ),
                ("tax_valid_until", models.DateField(blank=True, null=True, verbose_name="pajak berlaku sampai")),
                (
                    "papers",
                    models.CharField(
                        blank=True,
                        help_text="Misalnya: BPKB, STNK, faktur lengkap.",
                        max_length=200,
                        verbose_name="surat-surat",
                    ),
                ),
                ("accident_history", models.CharField(blank=True, max_length=200, verbose_name="riwayat tabrakan")),
                ("flood_history", models.CharField(blank=True, max_length=200, verbose_name="riwayat banjir")),
                (
                    "previous_owners",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="jumlah pemilik sebelumnya"),
                ),
                ("service_book", models.BooleanField(blank=True, null=True, verbose_name="buku servis")),
                (
                    "description",
                    models.TextField(
                        blank=True,
                        help_text="Untuk situs; tidak dipakai asisten sebagai fakta.",
                        verbose_name="deskripsi",
                    ),
                ),
                (
                    "staff_notes",
                    models.TextField(blank=True, help_text="Tidak pernah ke pelanggan.", verbose_name="catatan staf"),
                ),
                ("is_featured", models.BooleanField(default=False, verbose_name="unggulan")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="masuk")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="diubah")),
                ("sold_at", models.DateTimeField(blank=True, null=True, verbose_name="terjual pada")),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                        verbose_name="showroom",
                    ),
                ),
            ],
            options={
                "verbose_name": "mobil",
                "verbose_name_plural": "mobil",
                "db_table": "vehicles",
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="VehicleHistory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(verbose_name="versi")),
                ("action", models.CharField(max_length=20, verbose_name="tindakan")),
                ("changed_fields", models.JSONField(default=list, verbose_name="yang berubah")),
                ("previous_values", models.JSONField(default=dict, verbose_name="sebelum")),
                ("new_values", models.JSONField(default=dict, verbose_name="sesudah")),
                ("changed_by", models.CharField(max_length=80, verbose_name="oleh")),
                ("changed_by_name", models.CharField(blank=True, max_length=120, verbose_name="nama")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="alasan")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="waktu")),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                        verbose_name="showroom",
                    ),
                ),
                (
                    "vehicle",
                    tenants.models.OwnedForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="history",
                        to="inventory.vehicle",
                        verbose_name="mobil",
                    ),
                ),
            ],
            options={
                "verbose_name": "riwayat mobil",
                "verbose_name_plural": "riwayat mobil",
                "db_table": "vehicle_history",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="VehiclePhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "image",
                    models.ImageField(max_length=300, upload_to=inventory.models.photo_path, verbose_name="foto"),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="urutan")),
                ("is_main", models.BooleanField(default=False, verbose_name="foto utama")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="diunggah")),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                        verbose_name="showroom",
                    ),
                ),
                (
                    "vehicle",
                    tenants.models.OwnedForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="photos",
                        to="inventory.vehicle",
                        verbose_name="mobil",
                    ),
                ),
            ],
            options={
                "verbose_name": "foto",
                "verbose_name_plural": "foto",
                "db_table": "vehicle_photos",
                "ordering": ["position", "id"],
            },
        ),
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(fields=["tenant", "status", "-created_at"], name="vehicle_stock"),
        ),
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(models.F("tenant"), django.db.models.functions.text.Lower("make"), name="vehicle_make"),
        ),
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(
                condition=models.Q(("status", "AVAILABLE")), fields=["tenant", "price"], name="vehicle_price"
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.UniqueConstraint(fields=("tenant", "display_id"), name="vehicle_display_id"),
        ),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.CheckConstraint(
                condition=models.Q(("year__gte", 1950), ("year__lte", 2100)), name="vehicle_year"
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["DRAFT", "AVAILABLE", "BOOKED", "SOLD", "DELETED"])),
                name="vehicle_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("price__isnull", True), models.Q(("price__gt", 0), ("price__lte", 100000000000)), _connector="OR"
                ),
                name="vehicle_price_rupiah",
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("credit_price__isnull", True),
                    models.Q(("credit_price__gt", 0), ("credit_price__lte", 100000000000)),
                    _connector="OR",
                ),
                name="vehicle_credit_price_rupiah",
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cost_price__isnull", True),
                    models.Q(("cost_price__gt", 0), ("cost_price__lte", 100000000000)),
                    _connector="OR",
                ),
                name="vehicle_cost_price_rupiah",
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.CheckConstraint(
                condition=models.Q(("mileage__isnull", True), ("mileage__lte", 2000000), _connector="OR"),
                name="vehicle_mileage_km",
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("transmission", ""), ("transmission__in", ["manual", "automatic", "cvt"]), _connector="OR"
                ),
                name="vehicle_transmission",
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fuel", ""), ("fuel__in", ["bensin", "diesel", "hybrid", "electric"]), _connector="OR"
                ),
                name="vehicle_fuel",
            ),
        ),
        migrations.AddIndex(
            model_name="vehiclehistory",
            index=models.Index(fields=["tenant", "vehicle", "-id"], name="history_of_vehicle"),
        ),
        migrations.AddIndex(
            model_name="vehiclephoto",
            index=models.Index(fields=["tenant", "vehicle", "position"], name="photo_of_vehicle"),
        ),
        migrations.RunSQL(COUNT_VERSION, "DROP FUNCTION count_vehicle_version CASCADE"),
        TrigramExtension(),
        walls.wall("vehicles"),
        walls.wall("vehicle_photos"),
        walls.wall("vehicle_history"),
        walls.target("vehicles"),
        walls.reference("vehicle_photos", "vehicle_id", "vehicles"),
        walls.reference("vehicle_history", "vehicle_id", "vehicles"),
    ]
