"""A person's showrooms come with their time zones: every page needs one, and it is one statement less."""

from django.db import migrations

COLUMNS = "tenant_id bigint, slug text, name text, role text"
FUNCTION = """
    DROP FUNCTION memberships_of(bigint);
    CREATE FUNCTION memberships_of(person bigint) RETURNS TABLE ({columns})
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT t.id, t.slug::text, t.name::text, m.role::text{zone}
        FROM memberships m JOIN tenants t ON t.id = m.tenant_id{join}
        WHERE m.user_id = person AND t.status = 'active' ORDER BY t.name, t.id
    $$
"""
WITH_ZONE = FUNCTION.format(
    columns=f"{COLUMNS}, zone text",
    zone=", coalesce(c.timezone, 'Asia/Jakarta')::text",
    join=" LEFT JOIN whatsapp_ai_configs c ON c.tenant_id = t.id",
)
WITHOUT = FUNCTION.format(columns=COLUMNS, zone="", join="")


class Migration(migrations.Migration):
    dependencies = [
        ("aiconfig", "0014_hearing"),
        ("tenants", "0001_initial"),
    ]

    operations = [migrations.RunSQL(WITH_ZONE, WITHOUT)]
