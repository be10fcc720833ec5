from django.db import migrations

# Two look-ups, each by its index, also in a plan that is made once for every id and phone. By phone only where no client
# has this id; a phone that is not blank, for the index holds no blank ones.
ACCOUNT_OF_CLIENT = """
    CREATE OR REPLACE FUNCTION account_of_client(client text, phone text)
    RETURNS TABLE (tenant_id bigint, account_id bigint, phone_number text, sealed text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT found.tenant_id, found.id, found.number, array_remove(found.secrets, '') FROM (
            SELECT a.tenant_id, a.id, a.phone_number::text AS number, 1 AS place,
                ARRAY[a.webhook_secret, a.webhook_secret_before] AS secrets
            FROM aimeow_accounts a WHERE a.client_id = client
            UNION ALL
            SELECT a.tenant_id, a.id, a.phone_number::text, 2, ARRAY[a.webhook_secret, a.webhook_secret_before]
            FROM aimeow_accounts a WHERE a.phone_number <> '' AND a.phone_number = phone
        ) AS found ORDER BY found.place LIMIT 1
    $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("aimeow", "0003_webhook_secrets"),
    ]

    operations = [
        migrations.RunSQL(ACCOUNT_OF_CLIENT, migrations.RunSQL.noop),
    ]
