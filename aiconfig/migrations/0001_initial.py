import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import aiconfig.models
from tenants import walls


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BusinessHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Senin"),
                            (1, "Selasa"),
                            (2, "Rabu"),
                            (3, "Kamis"),
                            (4, "Jumat"),
                            (5, "Sabtu"),
                            (6, "Minggu"),
                        ],
                        verbose_name="hari",
                    ),
                ),
                ("opens", models.TimeField(blank=True, null=True, verbose_name="buka")),
                (
                    "closes",
                    models.TimeField(
                        blank=True,
                        help_text="Boleh lewat tengah malam, misalnya 02.00.",
                        null=True,
                        verbose_name="tutup",
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
            ],
            options={
                "verbose_name": "jam buka",
                "verbose_name_plural": "jam buka",
                "db_table": "business_hours",
                "ordering": ["weekday"],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "weekday"), name="hours_once_a_day"),
                    models.CheckConstraint(condition=models.Q(("weekday__lte", 6)), name="hours_weekday"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closes__isnull", True), ("opens__isnull", True)),
                            models.Q(("closes__isnull", False), ("opens__isnull", False)),
                            _connector="OR",
                        ),
                        name="hours_both_or_none",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FAQEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("question", models.CharField(max_length=300, verbose_name="pertanyaan")),
                ("answer", models.TextField(max_length=2000, verbose_name="jawaban")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="urutan")),
                ("is_active", models.BooleanField(default=True, verbose_name="dipakai")),
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
                "verbose_name": "tanya jawab",
                "verbose_name_plural": "tanya jawab",
                "db_table": "faq_entries",
                "ordering": ["position", "id"],
                "indexes": [models.Index(fields=["tenant", "position"], name="faq_of_showroom")],
            },
        ),
        migrations.CreateModel(
            name="LLMCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(choices=[("reply", "balasan")], max_length=20, verbose_name="tujuan")),
                ("model", models.CharField(max_length=80, verbose_name="model")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("ok", "berhasil"), ("error", "gagal")], max_length=10, verbose_name="hasil"
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=60, verbose_name="kesalahan")),
                ("finish_reason", models.CharField(blank=True, max_length=20, verbose_name="selesai karena")),
                ("prompt_tokens", models.PositiveIntegerField(default=0, verbose_name="token masuk")),
                ("completion_tokens", models.PositiveIntegerField(default=0, verbose_name="token keluar")),
                ("latency_ms", models.PositiveIntegerField(default=0, verbose_name="lama (ms)")),
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
            ],
            options={
                "verbose_name": "panggilan model",
                "verbose_name_plural": "panggilan model",
                "db_table": "llm_calls",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["tenant", "-created_at"], name="llm_call_recent")],
            },
        ),
        migrations.CreateModel(
            name="WhatsAppAIConfig",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ai_name", models.CharField(default="AI Assistant", max_length=60, verbose_name="nama asisten")),
                (
                    "ai_personality",
                    models.CharField(
                        choices=[("friendly", "ramah"), ("professional", "profesional"), ("casual", "santai")],
                        default="friendly",
                        max_length=12,
                        verbose_name="gaya bicara",
                    ),
                ),
                (
                    "welcome_message",
                    models.TextField(
                        blank=True,
                        help_text="Dipakai saat pelanggan pertama kali menyapa. Kosong: salam bawaan.",
                        max_length=500,
                        verbose_name="salam pembuka",
                    ),
                ),
                (
                    "auto_reply",
                    models.BooleanField(
                        default=True,
                        help_text="Mati: pesan disimpan dan ditampilkan, tidak dibalas, menunggu orang.",
                        verbose_name="balas otomatis",
                    ),
                ),
                (
                    "customer_chat_enabled",
                    models.BooleanField(
                        default=True,
                        help_text="Mati: pelanggan menerima satu pesan bahwa tim akan membalas.",
                        verbose_name="layani pelanggan",
                    ),
                ),
                (
                    "staff_commands_enabled",
                    models.BooleanField(default=True, verbose_name="perintah staf lewat WhatsApp"),
                ),
                (
                    "timezone",
                    models.CharField(
                        default="Asia/Jakarta",
                        max_length=40,
                        validators=[aiconfig.models.known_zone],
                        verbose_name="zona waktu",
                    ),
                ),
                (
                    "after_hours_message",
                    models.TextField(blank=True, max_length=1000, verbose_name="pesan di luar jam buka"),
                ),
                (
                    "after_hours_mode",
                    models.CharField(
                        choices=[
                            ("answer", "tetap jawab, tambahkan pesan di luar jam buka"),
                            ("message_only", "hanya kirim pesan di luar jam buka"),
                        ],
                        default="answer",
                        max_length=12,
                        verbose_name="di luar jam buka",
                    ),
                ),
                (
                    "ai_model",
                    models.CharField(
                        blank=True,
                        help_text="Kosong: model bawaan (ZAI_TEXT_MODEL).",
                        max_length=80,
                        verbose_name="model AI",
                    ),
                ),
                (
                    "temperature",
                    models.FloatField(
                        default=0.7,
                        help_text="0,0 sampai 1,0.",
                        validators=[
                            django.core.validators.MinValueValidator(0.0),
                            django.core.validators.MaxValueValidator(1.0),
                        ],
                        verbose_name="temperatur",
                    ),
                ),
                (
                    "max_tokens",
                    models.PositiveIntegerField(
                        default=1000,
                        validators=[
                            django.core.validators.MinValueValidator(50),
                            django.core.validators.MaxValueValidator(100000),
                        ],
                        verbose_name="panjang jawaban maksimum (token)",
                    ),
                ),
                ("enable_vehicle_info", models.BooleanField(default=True, verbose_name="boleh memberi info mobil")),
                (
                    "enable_test_drive_booking",
                    models.BooleanField(default=True, verbose_name="boleh menerima janji test drive"),
                ),
                (
                    "enable_price_negotiation",
                    models.BooleanField(
                        default=False,
                        help_text="Mati: permintaan nego langsung diteruskan ke orang.",
                        verbose_name="boleh membahas nego harga",
                    ),
                ),
                ("enable_staff_upload", models.BooleanField(default=True, verbose_name="staf boleh menambah mobil")),
                ("enable_staff_status", models.BooleanField(default=True, verbose_name="staf boleh mengubah status")),
                (
                    "burst_wait_seconds",
                    models.FloatField(
                        default=1.5,
                        help_text="Beberapa pesan dalam jeda ini dijawab sekaligus. 0: langsung.",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(30),
                        ],
                        verbose_name="jeda menunggu pesan beruntun (detik)",
                    ),
                ),
                (
                    "burst_cap_seconds",
                    models.FloatField(
                        default=8.0,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="jeda paling lama (detik)",
                    ),
                ),
                (
                    "send_gap_seconds",
                    models.FloatField(
                        default=1.0,
                        help_text="0: tanpa jarak.",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="jarak antar kirim dari nomor ini (detik)",
                    ),
                ),
                (
                    "customer_gap_seconds",
                    models.FloatField(
                        default=3.0,
                        help_text="0: tanpa jarak.",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="jarak antar kirim ke pelanggan yang sama (detik)",
                    ),
                ),
                (
                    "daily_send_cap",
                    models.PositiveIntegerField(
                        default=1000,
                        help_text="Berlaku 30 hari pertama. 0: tanpa batas.",
                        verbose_name="batas kirim per hari untuk nomor muda",
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="diubah")),
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
                "verbose_name": "pengaturan asisten",
                "verbose_name_plural": "pengaturan asisten",
                "db_table": "whatsapp_ai_configs",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant",), name="config_one_per_tenant"),
                    models.CheckConstraint(
                        condition=models.Q(("temperature__gte", 0), ("temperature__lte", 1)), name="config_temperature"
                    ),
                    models.CheckConstraint(condition=models.Q(("max_tokens__gte", 1)), name="config_max_tokens"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("burst_cap_seconds__gte", 0),
                            ("burst_wait_seconds__gte", 0),
                            ("customer_gap_seconds__gte", 0),
                            ("send_gap_seconds__gte", 0),
                        ),
                        name="config_seconds",
                    ),
                ],
            },
        ),
        walls.wall("whatsapp_ai_configs"),
        walls.wall("business_hours"),
        walls.wall("faq_entries"),
        walls.wall("llm_calls"),
        walls.target("llm_calls"),
    ]
