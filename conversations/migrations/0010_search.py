"""Search in the inbox. Row security lets no index answer a text search for the app role, because its operators are not
leakproof; so the search is a function of the owner, which looks at the rows of the session's showroom only. The
showroom is a lexeme of each row's vector ("!7": no text has such a one), so that the index leaves out all others.
"""

from django.db import migrations

WORDS = (
    "(to_tsvector('simple'::regconfig, left(content, 4000) || ' ' || coalesce(entities ->> 'make', '') || ' ' ||"
    " coalesce(entities ->> 'model', '')) || array_to_tsvector(ARRAY['!' || tenant_id::text]))"
)


class Migration(migrations.Migration):
    dependencies = [("conversations", "0009_drafts")]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX message_words ON whatsapp_messages USING gin ({WORDS})",
            "DROP INDEX message_words",
        ),
        migrations.RunSQL(
            f"""
            CREATE FUNCTION chats_found(said text, named text, digits text) RETURNS SETOF bigint
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
                SELECT conversation_id FROM whatsapp_messages
                WHERE numnode(to_tsquery('simple'::regconfig, said)) > 0
                  AND {WORDS} @@ (to_tsquery('simple'::regconfig, said)
                                  && ('''!' || current_setting('app.tenant', true) || '''')::tsquery)
                  AND tenant_id = nullif(current_setting('app.tenant', true), '')::bigint
                UNION
                SELECT id FROM whatsapp_conversations
                WHERE tenant_id = nullif(current_setting('app.tenant', true), '')::bigint
                  AND (customer_name ILIKE named
                       OR (digits <> '' AND (customer_phone LIKE digits OR lid LIKE digits)))
            $$
            """,
            "DROP FUNCTION chats_found(text, text, text)",
        ),
    ]
