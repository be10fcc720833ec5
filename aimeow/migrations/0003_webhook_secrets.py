from django.db import migrations

import autolumiku.lib.sealed

# As before, and with the account's own sealed secrets: the webhook judges them, the database cannot read them.
ACCOUNT_OF_CLIENT = """
    DROP FUNCTION account_of_client(text, text);
    CREATE FUNCTION account_of_client(client text, phone text)
    RETURNS TABLE (tenant_id bigint, account_id bigint, phone_number text, sealed text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT a.tenant_id, a.id, a.phone_number::text,
            array_remove(ARRAY[a.webhook_secret, a.webhook_secret_before], '')
        FROM aimeow_accounts a
        WHERE a.client_id = client OR (phone <> '' AND a.phone_number = phone)
        ORDER BY a.client_id = client DESC LIMIT 1
    $$
"""
BEFORE = """
    DROP FUNCTION account_of_client(text, text);
    CREATE FUNCTION account_of_client(client text, phone text)
    RETURNS TABLE (tenant_id bigint, account_id bigint, phone_number text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT a.tenant_id, a.id, a.phone_number::text FROM aimeow_accounts a
        WHERE a.client_id = client OR (phone <> '' AND a.phone_number = phone)
        ORDER BY a.client_id = client DESC LIMIT 1
    $$
"""


class Migration(migrations.Migration):
    dependencies = [("aimeow", "0002_operators")]

    operations = [
        *(
            migrations.AddField(
                "aimeowaccount", name, autolumiku.lib.sealed.SealedField(blank=True, default="", editable=False)
            )
            for name in ("webhook_secret", "webhook_secret_before")
        ),
        migrations.RunSQL(ACCOUNT_OF_CLIENT, BEFORE),
    ]
