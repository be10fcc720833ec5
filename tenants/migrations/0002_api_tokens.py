import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tenants import walls

# Read before any showroom is known; runs as the owner, so it sees past the walls, but only the token of this digest.
# It notes the use, at most once a minute.
TOKEN_OF = """
    CREATE FUNCTION token_of(given text)
    RETURNS TABLE (id bigint, user_id bigint, rights text[], tenant_id bigint, slug text, name text, role text)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        UPDATE api_tokens k SET last_used_at = now() WHERE k.digest = given AND k.revoked_at IS NULL
            AND (k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute');
        SELECT k.id, k.user_id, k.rights::text[], t.id, t.slug::text, t.name::text, coalesce(m.role::text, 'owner')
        FROM api_tokens k JOIN tenants t ON t.id = k.tenant_id JOIN tenants_user u ON u.id = k.user_id
            LEFT JOIN memberships m ON m.tenant_id = k.tenant_id AND m.user_id = k.user_id
        WHERE k.digest = given AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
            AND t.status = 'active' AND u.is_active AND (m.id IS NOT NULL OR u.is_superuser)
    $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallCount",
            fields=[
                ("key", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("minute", models.BigIntegerField()),
                ("calls", models.PositiveIntegerField()),
            ],
            options={
                "db_table": "api_call_counts",
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="Untuk apa token ini, misalnya: dashboard.", max_length=60, verbose_name="nama"
                    ),
                ),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("hint", models.CharField(editable=False, max_length=12, verbose_name="diawali")),
                (
                    "rights",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("chats:read", "membaca percakapan"),
                                ("chats:write", "membalas dan mengurus percakapan"),
                                ("leads:read", "membaca prospek"),
                                ("stock:read", "membaca stok"),
                                ("stats:read", "membaca statistik"),
                                ("settings:read", "membaca pengaturan"),
                                ("settings:write", "mengubah pengaturan"),
                                ("staff:read", "membaca daftar staf"),
                                ("staff:write", "mengubah daftar staf"),
                                ("number:read", "melihat nomor WhatsApp"),
                                ("number:write", "memasangkan dan memutus nomor WhatsApp"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                        verbose_name="hak",
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(
                        blank=True, help_text="Kosong: sampai dicabut.", null=True, verbose_name="berlaku sampai"
                    ),
                ),
                ("revoked_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="dicabut")),
                (
                    "last_used_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="terakhir dipakai"),
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="atas nama",
                    ),
                ),
            ],
            options={
                "verbose_name": "token API",
                "verbose_name_plural": "token API",
                "db_table": "api_tokens",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["tenant", "-id"], name="token_of_showroom")],
            },
        ),
        walls.wall("api_tokens"),
        migrations.RunSQL(TOKEN_OF, "DROP FUNCTION token_of"),
        migrations.RunSQL("ALTER TABLE api_call_counts SET UNLOGGED", "ALTER TABLE api_call_counts SET LOGGED"),
    ]
