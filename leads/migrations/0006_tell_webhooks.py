from django.db import migrations

from tenants import hooks


class Migration(migrations.Migration):
    dependencies = [("leads", "0005_follow_ups"), ("tenants", "0004_webhooks_out")]

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
    ]
