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
            name="StaffWhatsAppAuth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="nama")),
                (
                    "phone_number",
                    models.CharField(help_text="Misalnya 081234567890.", max_length=20, verbose_name="nomor WhatsApp"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="aktif")),
                (
                    "role",
                    models.CharField(
                        choices=[("staff", "staf"), ("admin", "admin"), ("manager", "manajer"), ("owner", "pemilik")],
                        default="staff",
                        max_length=10,
                        verbose_name="peran",
                    ),
                ),
                ("can_upload_vehicle", models.BooleanField(default=True, verbose_name="boleh menambah mobil")),
                ("can_update_status", models.BooleanField(default=True, verbose_name="boleh mengubah status")),
                ("can_view_analytics", models.BooleanField(default=True, verbose_name="boleh melihat statistik")),
                ("can_manage_leads", models.BooleanField(default=True, verbose_name="boleh mengurus prospek")),
                (
                    "last_command_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="perintah terakhir"),
                ),
                (
                    "command_count",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="jumlah perintah"),
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
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="akun",
                    ),
                ),
            ],
            options={
                "verbose_name": "staf WhatsApp",
                "verbose_name_plural": "staf WhatsApp",
                "db_table": "staff_whatsapp_auth",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="StaffCommandLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("staff_phone", models.CharField(max_length=20, verbose_name="nomor")),
                ("command", models.CharField(max_length=40, verbose_name="perintah")),
                ("parameters", models.JSONField(default=dict, verbose_name="isi")),
                ("success", models.BooleanField(verbose_name="berhasil")),
                ("result_message", models.TextField(blank=True, verbose_name="jawaban")),
                ("error", models.CharField(blank=True, max_length=200, verbose_name="kesalahan")),
                ("before", models.JSONField(default=dict, verbose_name="sebelum")),
                ("after", models.JSONField(default=dict, verbose_name="sesudah")),
                ("executed_at", models.DateTimeField(auto_now_add=True, verbose_name="waktu")),
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
                        verbose_name="mobil",
                    ),
                ),
                (
                    "staff",
                    tenants.models.OwnedForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="staffcommands.staffwhatsappauth",
                        verbose_name="staf",
                    ),
                ),
            ],
            options={
                "verbose_name": "log perintah staf",
                "verbose_name_plural": "log perintah staf",
                "db_table": "staff_command_logs",
                "ordering": ["-id"],
            },
        ),
        migrations.AddConstraint(
            model_name="staffwhatsappauth",
            constraint=models.UniqueConstraint(fields=("tenant", "phone_number"), name="staff_phone_once"),
        ),
        migrations.AddConstraint(
            model_name="staffwhatsappauth",
            constraint=models.CheckConstraint(
                condition=models.Q(("phone_number__regex", "^[0-9]{8,15}$")), name="staff_phone_digits"
            ),
        ),
        migrations.AddIndex(
            model_name="staffcommandlog",
            index=models.Index(fields=["tenant", "-executed_at"], name="command_recent"),
        ),
        migrations.AddIndex(
            model_name="staffcommandlog",
            index=models.Index(fields=["tenant", "staff_phone", "-executed_at"], name="command_of_staff"),
        ),
        walls.wall("staff_whatsapp_auth"),
        walls.wall("staff_command_logs"),
        walls.target("staff_whatsapp_auth"),
        walls.reference("staff_command_logs", "staff_id", "staff_whatsapp_auth"),
        walls.reference("staff_command_logs", "vehicle_id", "vehicles"),
    ]
