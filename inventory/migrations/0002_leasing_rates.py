from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from tenants import walls


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0001_initial"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LeasingRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partner",
                    models.CharField(
                        blank=True,
                        help_text="Kosong: patokan umum, dipakai selama belum ada leasing bernama yang berlaku.",
                        max_length=60,
                        verbose_name="leasing",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="berlaku mulai")),
                (
                    "valid_until",
                    models.DateField(
                        blank=True,
                        help_text="Kosong: sampai ada bunga yang lebih baru.",
                        null=True,
                        verbose_name="berlaku sampai",
                    ),
                ),
                (
                    "year_1",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=4,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="bunga 1 tahun (%)",
                    ),
                ),
                (
                    "year_2",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=4,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="bunga 2 tahun (%)",
                    ),
                ),
                (
                    "year_3",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=4,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="bunga 3 tahun (%)",
                    ),
                ),
                (
                    "year_4",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=4,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="bunga 4 tahun (%)",
                    ),
                ),
                (
                    "year_5",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=4,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="bunga 5 tahun (%)",
                    ),
                ),
                (
                    "minimum_down",
                    models.PositiveSmallIntegerField(
                        default=20,
                        validators=[django.core.validators.MaxValueValidator(90)],
                        verbose_name="DP minimal (%)",
                    ),
                ),
                (
                    "oldest",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Saat cicilan terakhir. Kosong: tanpa batas.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(60)],
                        verbose_name="umur mobil paling tua (tahun)",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="dibuat")),
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
                "verbose_name": "bunga leasing",
                "verbose_name_plural": "bunga leasing",
                "db_table": "leasing_rates",
                "ordering": ["partner", "-valid_from"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "partner", "valid_from"),
                        name="leasing_rate_from",
                        violation_error_message="Leasing ini sudah punya bunga yang berlaku mulai tanggal itu.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="leasing_rate_days",
                        violation_error_message="Tanggal akhir tidak boleh sebelum tanggal mulai.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("year_1__isnull", False),
                            ("year_2__isnull", False),
                            ("year_3__isnull", False),
                            ("year_4__isnull", False),
                            ("year_5__isnull", False),
                            _connector="OR",
                        ),
                        name="leasing_rate_some",
                        violation_error_message="Isi bunga untuk paling sedikit satu tenor.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("year_1__isnull", True), models.Q(("year_1__gt", 0), ("year_1__lte", 60)), _connector="OR"
                        ),
                        name="leasing_rate_year_1",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("year_2__isnull", True), models.Q(("year_2__gt", 0), ("year_2__lte", 60)), _connector="OR"
                        ),
                        name="leasing_rate_year_2",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("year_3__isnull", True), models.Q(("year_3__gt", 0), ("year_3__lte", 60)), _connector="OR"
                        ),
                        name="leasing_rate_year_3",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("year_4__isnull", True), models.Q(("year_4__gt", 0), ("year_4__lte", 60)), _connector="OR"
                        ),
                        name="leasing_rate_year_4",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("year_5__isnull", True), models.Q(("year_5__gt", 0), ("year_5__lte", 60)), _connector="OR"
                        ),
                        name="leasing_rate_year_5",
                    ),
                    models.CheckConstraint(condition=models.Q(("minimum_down__lte", 90)), name="leasing_rate_down"),
                ],
            },
        ),
        walls.wall("leasing_rates"),
    ]
