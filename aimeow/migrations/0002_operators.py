import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from tenants import walls


class Migration(migrations.Migration):
    dependencies = [
        ("aimeow", "0001_initial"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="aimeowaccount",
            name="looked_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="terakhir dicocokkan dengan gateway"
            ),
        ),
        migrations.CreateModel(
            name="InstallationFinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_seen_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="sejak")),
                (
                    "last_seen_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="terakhir terlihat"),
                ),
                ("resolved_at", models.DateTimeField(blank=True, null=True, verbose_name="beres")),
                (
                    "kind",
                    models.CharField(
                        choices=[("callback", "alamat webhook berbeda"), ("unreachable", "gateway tidak menjawab")],
                        max_length=12,
                        verbose_name="jenis",
                    ),
                ),
            ],
            options={
                "verbose_name": "temuan instalasi",
                "verbose_name_plural": "temuan instalasi",
                "db_table": "aimeow_installation_findings",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("resolved_at", None)), fields=("kind",), name="installation_finding_open"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_seen_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="sejak")),
                (
                    "last_seen_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="terakhir terlihat"),
                ),
                ("resolved_at", models.DateTimeField(blank=True, null=True, verbose_name="beres")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("lost", "sambungan terputus"),
                            ("gap", "pesan yang tidak sampai"),
                            ("phone", "nomor berbeda"),
                        ],
                        max_length=8,
                        verbose_name="jenis",
                    ),
                ),
                (
                    "detail",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("disconnected", "terputus menurut gateway"),
                            ("gone", "klien hilang dari gateway"),
                            ("moved", "dipasangkan ulang dengan ID lain"),
                            ("send", "pengiriman gagal"),
                        ],
                        max_length=12,
                        verbose_name="rincian",
                    ),
                ),
                ("count", models.PositiveIntegerField(default=0, verbose_name="jumlah")),
                ("mailed_at", models.DateTimeField(blank=True, null=True, verbose_name="dikabarkan lewat email")),
                ("back_mailed_at", models.DateTimeField(blank=True, null=True, verbose_name="kabar pulih lewat email")),
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
                "verbose_name": "temuan gateway",
                "verbose_name_plural": "temuan gateway",
                "db_table": "aimeow_findings",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("resolved_at", None)), fields=("tenant", "kind"), name="finding_open"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PassedText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fingerprint", models.CharField(max_length=16)),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                "db_table": "aimeow_passed_texts",
                "indexes": [models.Index(fields=["tenant", "seen_at"], name="passed_text_of_tenant")],
            },
        ),
        walls.wall("aimeow_findings"),
        walls.wall("aimeow_passed_texts"),
    ]
