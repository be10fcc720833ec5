import django.db.models.deletion
from django.db import migrations, models

from tenants import walls


class Migration(migrations.Migration):
    dependencies = [
        ("aiconfig", "0012_keep_chats"),
        ("tenants", "0002_api_tokens"),
    ]

    operations = [
        migrations.CreateModel(
            name="Holiday",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="tanggal")),
                (
                    "name",
                    models.CharField(blank=True, help_text="Misalnya Idulfitri.", max_length=60, verbose_name="nama"),
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
            ],
            options={
                "verbose_name": "hari libur",
                "verbose_name_plural": "hari libur",
                "db_table": "holidays",
                "ordering": ["day"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "day"),
                        name="holiday_once",
                        violation_error_message="Tanggal ini sudah dicatat.",
                    )
                ],
            },
        ),
        walls.wall("holidays"),
    ]
