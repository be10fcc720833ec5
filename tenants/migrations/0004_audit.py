import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now

from tenants import walls

TABLES = ("audit_entries", "platform_uses")


def only_added(apps, schema_editor):
    """The app and the platform role add and read these rows; nobody but the owner changes or deletes one."""
    app = schema_editor.quote_name(settings.DATABASES["default"]["USER"])
    for table in TABLES:
        schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {app}, platform")


class Migration(migrations.Migration):
    dependencies = [("tenants", "0003_second_factor")]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("read", "membaca percakapan"),
                            ("refused", "akses ditolak"),
                            ("exported", "data diekspor"),
                            ("corrected", "data diperbaiki"),
                            ("erased", "data dihapus"),
                            ("expired", "percakapan lama dihapus"),
                        ],
                        max_length=10,
                        verbose_name="kejadian",
                    ),
                ),
                ("user_id", models.BigIntegerField(null=True, verbose_name="ID pengguna")),
                ("who", models.CharField(max_length=150, verbose_name="oleh")),
                ("subject", models.CharField(max_length=200, verbose_name="tentang")),
                ("data", models.JSONField(default=dict, verbose_name="rincian")),
                ("at", models.DateTimeField(db_default=Now(), verbose_name="waktu")),
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
                "verbose_name": "catatan akses",
                "verbose_name_plural": "catatan akses",
                "db_table": "audit_entries",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["tenant", "-id"], name="audit_recent"),
                    models.Index(fields=["tenant", "subject", "-at"], name="audit_of_subject"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlatformUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_id", models.BigIntegerField(verbose_name="ID pengguna")),
                ("who", models.CharField(max_length=150, verbose_name="oleh")),
                ("what", models.CharField(max_length=200, verbose_name="apa")),
                ("at", models.DateTimeField(db_default=Now(), verbose_name="waktu")),
            ],
            options={
                "verbose_name": "akses platform",
                "verbose_name_plural": "akses platform",
                "db_table": "platform_uses",
                "ordering": ["-id"],
            },
        ),
        walls.wall("audit_entries"),
        migrations.RunPython(only_added, migrations.RunPython.noop),
    ]
