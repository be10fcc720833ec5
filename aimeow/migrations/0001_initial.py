import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from tenants import walls

# The webhook's first step, before any showroom is known: which account is this? Runs as the owner, so it sees past the
# walls, and gives away no more than the account's ids and its own number. A gateway without a mapping sends its device
# JID as client id; its phone finds the account then.
ACCOUNT_OF_CLIENT = """
    CREATE FUNCTION account_of_client(client text, phone text)
    RETURNS TABLE (tenant_id bigint, account_id bigint, phone_number text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT a.tenant_id, a.id, a.phone_number::text FROM aimeow_accounts a
        WHERE a.client_id = client OR (phone <> '' AND a.phone_number = phone)
        ORDER BY a.client_id = client DESC LIMIT 1
    $$
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnknownClient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_id", models.CharField(max_length=200, unique=True, verbose_name="clientId")),
                ("calls", models.PositiveIntegerField(default=1, verbose_name="jumlah panggilan")),
                ("first_seen_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="pertama")),
                ("last_seen_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="terakhir")),
            ],
            options={
                "verbose_name": "klien tak dikenal",
                "verbose_name_plural": "klien tak dikenal",
                "db_table": "aimeow_unknown_clients",
            },
        ),
        migrations.CreateModel(
            name="AimeowAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "client_id",
                    models.CharField(
                        help_text="ID klien di gateway Aimeow; bisa berganti saat dipasangkan ulang.",
                        max_length=200,
                        unique=True,
                        verbose_name="clientId",
                    ),
                ),
                ("phone_number", models.CharField(blank=True, max_length=20, verbose_name="nomor WhatsApp")),
                ("is_active", models.BooleanField(default=True, verbose_name="aktif")),
                (
                    "connection_status",
                    models.CharField(
                        choices=[
                            ("disconnected", "terputus"),
                            ("connected", "terhubung"),
                            ("qr_ready", "menunggu pindai QR"),
                        ],
                        default="disconnected",
                        max_length=12,
                        verbose_name="koneksi",
                    ),
                ),
                ("last_connected_at", models.DateTimeField(blank=True, null=True, verbose_name="terakhir terhubung")),
                ("qr_code", models.TextField(blank=True, verbose_name="kode QR")),
                ("qr_code_expires_at", models.DateTimeField(blank=True, null=True, verbose_name="QR berlaku sampai")),
                (
                    "next_send_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="kirim berikutnya paling cepat"
                    ),
                ),
                (
                    "sent_today",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="terkirim hari ini"),
                ),
                (
                    "sent_day",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="hari hitungan kirim"),
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
                "verbose_name": "nomor WhatsApp",
                "verbose_name_plural": "nomor WhatsApp",
                "db_table": "aimeow_accounts",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant",), name="account_one_per_tenant"),
                    models.UniqueConstraint(
                        condition=models.Q(("phone_number", ""), _negated=True),
                        fields=("phone_number",),
                        name="account_phone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("connection_status__in", ["disconnected", "connected", "qr_ready"])),
                        name="account_connection",
                    ),
                ],
            },
        ),
        migrations.RunSQL(ACCOUNT_OF_CLIENT, "DROP FUNCTION account_of_client"),
        walls.wall("aimeow_accounts"),
        walls.target("aimeow_accounts"),
    ]
