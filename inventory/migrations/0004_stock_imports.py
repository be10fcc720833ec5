import django.db.models.deletion
from django.db import migrations, models

from tenants import walls


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0003_vehicle_names"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="StockImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("preview", "belum dijalankan"),
                            ("done", "selesai"),
                            ("undone", "dibatalkan"),
                            ("dropped", "tidak jadi"),
                        ],
                        default="preview",
                        max_length=10,
                        verbose_name="keadaan",
                    ),
                ),
                ("file_name", models.CharField(max_length=120, verbose_name="berkas")),
                ("raw", models.BinaryField(null=True, verbose_name="isi berkas")),
                ("added", models.PositiveIntegerField(default=0, verbose_name="baru")),
                ("changed", models.PositiveIntegerField(default=0, verbose_name="berubah")),
                ("same", models.PositiveIntegerField(default=0, verbose_name="sama")),
                ("left_out", models.PositiveIntegerField(default=0, verbose_name="dilewati")),
                ("undone", models.PositiveIntegerField(default=0, verbose_name="dikembalikan")),
                ("touched", models.JSONField(default=list)),
                ("kept", models.JSONField(default=list)),
                ("by", models.CharField(max_length=80, verbose_name="oleh")),
                ("by_name", models.CharField(blank=True, max_length=120, verbose_name="nama")),
                ("undone_by_name", models.CharField(blank=True, max_length=120, verbose_name="dibatalkan oleh")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="diunggah")),
                ("done_at", models.DateTimeField(null=True, verbose_name="dijalankan")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="dibatalkan pada")),
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
                "db_table": "stock_imports",
                "verbose_name": "impor stok",
                "verbose_name_plural": "impor stok",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["tenant", "-id"], name="latest_stock_imports")],
            },
        ),
        walls.wall("stock_imports"),
    ]
