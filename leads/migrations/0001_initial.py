import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tenants.models
from tenants import walls


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("inventory", "0001_initial"),
        ("tenants", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Lead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phone", models.CharField(max_length=20, verbose_name="nomor HP")),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="nama")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email")),
                ("message", models.TextField(blank=True, verbose_name="pesan")),
                (
                    "source",
                    models.CharField(
                        choices=[("whatsapp", "WhatsApp"), ("website", "situs"), ("phone", "telepon")],
                        default="whatsapp",
                        max_length=10,
                        verbose_name="asal",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("NEW", "baru"),
                            ("CONTACTED", "sudah dihubungi"),
                            ("QUALIFIED", "berminat"),
                            ("NEGOTIATING", "negosiasi"),
                            ("WON", "jadi beli"),
                            ("LOST", "batal"),
                        ],
                        default="NEW",
                        max_length=12,
                        verbose_name="tahap",
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[("LOW", "rendah"), ("MEDIUM", "sedang"), ("HIGH", "tinggi"), ("URGENT", "mendesak")],
                        default="MEDIUM",
                        max_length=8,
                        verbose_name="prioritas",
                    ),
                ),
                ("interested_in", models.CharField(blank=True, max_length=200, verbose_name="minat")),
                ("budget_range", models.CharField(blank=True, max_length=80, verbose_name="anggaran")),
                ("timeframe", models.CharField(blank=True, max_length=80, verbose_name="kapan")),
                ("location", models.CharField(blank=True, max_length=120, verbose_name="lokasi")),
                ("follow_up_date", models.DateField(blank=True, null=True, verbose_name="tindak lanjut")),
                ("notes", models.TextField(blank=True, verbose_name="catatan")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="dibuat")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="diubah")),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ditangani",
                    ),
                ),
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
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="inventory.vehicle",
                        verbose_name="mobil diminati",
                    ),
                ),
            ],
            options={
                "verbose_name": "prospek",
                "verbose_name_plural": "prospek",
                "db_table": "leads",
                "ordering": ["-updated_at"],
                "indexes": [models.Index(fields=["tenant", "-updated_at"], name="lead_recent")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "phone"), name="lead_once_per_phone"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["NEW", "CONTACTED", "QUALIFIED", "NEGOTIATING", "WON", "LOST"])
                        ),
                        name="lead_status",
                    ),
                ],
            },
        ),
        walls.wall("leads"),
        walls.target("leads"),
        walls.reference("leads", "vehicle_id", "vehicles"),
    ]
