from django.db import migrations

from tenants import hooks


class Migration(migrations.Migration):
    dependencies = [("inventory", "0004_stock_imports"), ("tenants", "0004_webhooks_out")]

    operations = [
        hooks.tells(
            "vehicles",
            "vehicle.sold",
            on="UPDATE OF status",
            when="NEW.status = 'SOLD' AND OLD.status IS DISTINCT FROM NEW.status",
            data="""jsonb_build_object('id', NEW.id, 'displayId', NEW.display_id, 'make', NEW.make, 'model', NEW.model,
                'variant', NEW.variant, 'year', NEW.year, 'price', NEW.price)""",
        ),
    ]
