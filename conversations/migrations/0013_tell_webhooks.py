from django.db import migrations

from tenants import hooks


class Migration(migrations.Migration):
    dependencies = [("conversations", "0012_replays"), ("tenants", "0004_webhooks_out")]

    operations = [
        hooks.tells(
            "conversation_events",
            "conversation.escalated",
            on="INSERT",
            when="NEW.kind = 'escalated'",
            data="""(SELECT jsonb_build_object('id', c.id, 'phone', c.customer_phone, 'name', c.customer_name,
                'reason', NEW.reason) FROM whatsapp_conversations c
                WHERE c.tenant_id = NEW.tenant_id AND c.id = NEW.conversation_id)""",
        ),
    ]
