import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from tenants import walls

GRANTS = """
    GRANT USAGE ON SCHEMA public TO {app}, platform;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}, platform;
    GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {app}, platform;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}, platform;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {app}, platform;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {app}, platform;
"""


def grant(apps, schema_editor):
    """The app role and the platform role may read and write rows, in all tables of now and later; nothing more."""
    app = schema_editor.quote_name(settings.DATABASES["default"]["USER"])
    schema_editor.execute(GRANTS.format(app=app))


# Read at login, before any showroom is known; runs as the owner, so it sees past the walls, but only one person's rows.
MEMBERSHIPS_OF = """
    CREATE FUNCTION memberships_of(person bigint) RETURNS TABLE (tenant_id bigint, slug text, name text, role text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT t.id, t.slug::text, t.name::text, m.role::text
        FROM memberships m JOIN tenants t ON t.id = m.tenant_id
        WHERE m.user_id = person AND t.status = 'active' ORDER BY t.name, t.id
    $$
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tenant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="nama showroom")),
                (
                    "slug",
                    models.SlugField(
                        help_text="Nama pendek untuk perintah dan alamat, misalnya prima-mobil.",
                        unique=True,
                        verbose_name="kode",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "aktif"), ("suspended", "ditangguhkan")],
                        default="active",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="telepon")),
                ("whatsapp_number", models.CharField(blank=True, max_length=20, verbose_name="nomor WhatsApp")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="alamat")),
                ("city", models.CharField(blank=True, max_length=80, verbose_name="kota")),
                ("maps_url", models.URLField(blank=True, verbose_name="tautan Google Maps")),
                ("latitude", models.FloatField(blank=True, null=True, verbose_name="lintang")),
                ("longitude", models.FloatField(blank=True, null=True, verbose_name="bujur")),
                (
                    "vehicle_prefix",
                    models.CharField(
                        default="MB",
                        help_text="Misalnya PM-PST: mobil pertama menjadi PM-PST-001.",
                        max_length=12,
                        verbose_name="awalan ID mobil",
                    ),
                ),
                (
                    "last_vehicle_number",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="nomor mobil terakhir"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="dibuat")),
            ],
            options={
                "verbose_name": "showroom",
                "verbose_name_plural": "showroom",
                "db_table": "tenants",
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "pemilik"),
                            ("manager", "manajer"),
                            ("sales", "sales"),
                            ("read_only", "hanya lihat"),
                        ],
                        default="sales",
                        max_length=12,
                        verbose_name="peran",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="sejak")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="pengguna",
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
                "verbose_name": "pengguna showroom",
                "verbose_name_plural": "pengguna showroom",
                "db_table": "memberships",
                "constraints": [models.UniqueConstraint(fields=("tenant", "user"), name="membership_once")],
            },
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
        migrations.RunSQL(MEMBERSHIPS_OF, "DROP FUNCTION memberships_of"),
        walls.wall("tenants", column="id"),
        walls.wall("memberships"),
    ]
