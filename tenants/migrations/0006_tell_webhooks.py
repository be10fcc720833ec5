from django.db import migrations

from tenants import hooks

# The tables are those of apps above; the events are one list, so they stand in one place.


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0005_webhooks_out"),
        ("inventory", "0001_initial"),
        ("leads", "0003_test_drives"),
        ("conversations", "0001_initial"),
    ]

    operations = [
        hooks.tells(
            "leads",
            "lead.created",
            on="INSERT",
            data="""jsonb_build_object('id', NEW.id, 'phone', NEW.phone, 'name', NEW.name, 'source', NEW.source,
                'interestedIn', NEW.interested_in, 'budgetRange', NEW.budget_range, 'vehicleId', NEW.vehicle_id)""",
        ),
        hooks.tells(
            "bookings",
            "booking.created",
            on="INSERT",
            data="""jsonb_build_object('id', NEW.id, 'phone', NEW.phone, 'name', NEW.name, 'startsAt', NEW.starts_at,
                'vehicleId', NEW.vehicle_id)""",
        ),
        hooks.tells(
            "vehicles",
            "vehicle.sold",
            on="UPDATE OF status",
            when="NEW.status = 'SOLD' AND OLD.status IS DISTINCT FROM NEW.status",
            data="""jsonb_build_object('id', NEW.id, 'displayId', NEW.display_id, 'make', NEW.make, 'model', NEW.model,
                'variant', NEW.variant, 'year', NEW.year, 'price', NEW.price)""",
        ),
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
