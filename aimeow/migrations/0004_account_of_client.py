from django.db import migrations

# Two look-ups, each by its index, also in a plan that is made once for every id and phone. By phone only where no client
# has this id; a phone that is not blank, for the index holds no blank ones.
ACCOUNT_OF_CLIENT = """
    CREATE OR REPLACE FUNCTION account_of_client(client text, phone text)
    RETURNS TABLE (tenant_id bigint, account_id bigint, phone_number text, sealed text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT a.tenant_id, a.id, a.phone_number::text,
            array_remove(ARRAY[a.webhook_secret, a.webhook_secret_before], '')
        FROM (
            SELECT id, 1 AS place FROM aimeow_accounts WHERE client_id = client
            UNION ALL
            SELECT id, 2 FROM aimeow_accounts WHERE phone_number <> '' AND phone_number = phone
        ) AS found JOIN aimeow_accounts a ON a.id = found.id
        ORDER BY found.place LIMIT 1
    $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("aimeow", "0003_webhook_secrets"),
    ]

    operations = [
        migrations.RunSQL(ACCOUNT_OF_CLIENT, migrations.RunSQL.noop),
    ]
