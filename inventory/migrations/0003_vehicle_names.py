import django.db.models.deletion
from django.db import migrations, models

from tenants import walls

# Names of a car as it is asked for, kept whoever writes the car; see inventory.models.VehicleName.
KEEP_NAMES = """
    CREATE FUNCTION bare_name(written text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT regexp_replace(lower(written), '[^a-z0-9+]', '', 'g')
    $$;
    CREATE FUNCTION names_of_vehicle(display_id text, model text, variant text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE AS $$
    DECLARE
        words text[] := array_remove(regexp_split_to_array(lower(model || ' ' || variant), '[^a-z0-9+]+'), '');
        names text[] := ARRAY['#' || bare_name(display_id)];
    BEGIN
        FOR a IN 1 .. least(cardinality(words), 8) LOOP
            FOR z IN a .. least(cardinality(words), a + 3) LOOP
                names := names || array_to_string(words[a:z], '');
            END LOOP;
        END LOOP;
        RETURN names;
    END $$;
    CREATE FUNCTION set_make_key() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.make_key := bare_name(NEW.make);
        RETURN NEW;
    END $$;
    CREATE FUNCTION keep_vehicle_names() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            DELETE FROM vehicle_names WHERE tenant_id = OLD.tenant_id AND vehicle_id = OLD.id;
        END IF;
        IF TG_OP = 'DELETE' THEN
            RETURN NULL;
        END IF;
        INSERT INTO vehicle_names (tenant_id, vehicle_id, name)
            SELECT DISTINCT NEW.tenant_id, NEW.id, name
            FROM unnest(names_of_vehicle(NEW.display_id, NEW.model, NEW.variant)) AS name;
        RETURN NULL;
    END $$;
    CREATE TRIGGER vehicle_make_key BEFORE INSERT OR UPDATE OF make, make_key ON vehicles
        FOR EACH ROW EXECUTE FUNCTION set_make_key();
    CREATE TRIGGER vehicle_names_new AFTER INSERT OR DELETE ON vehicles FOR EACH ROW EXECUTE FUNCTION keep_vehicle_names();
    CREATE TRIGGER vehicle_names_changed AFTER UPDATE ON vehicles FOR EACH ROW
        WHEN ((OLD.display_id, OLD.model, OLD.variant, OLD.tenant_id)
            IS DISTINCT FROM (NEW.display_id, NEW.model, NEW.variant, NEW.tenant_id))
        EXECUTE FUNCTION keep_vehicle_names();
"""
DROP_NAMES = """
    DROP TRIGGER vehicle_names_changed ON vehicles;
    DROP TRIGGER vehicle_names_new ON vehicles;
    DROP TRIGGER vehicle_make_key ON vehicles;
    DROP FUNCTION keep_vehicle_names, set_make_key, names_of_vehicle, bare_name;
"""
# The cars that are there already. Their version stays: nothing that is said of them has changed.
NAME_ALL = """
    ALTER TABLE vehicles DISABLE TRIGGER vehicle_version;
    UPDATE vehicles SET make_key = bare_name(make);
    ALTER TABLE vehicles ENABLE TRIGGER vehicle_version;
    INSERT INTO vehicle_names (tenant_id, vehicle_id, name)
        SELECT DISTINCT tenant_id, id, name
        FROM vehicles, unnest(names_of_vehicle(display_id, model, variant)) AS name;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0002_leasing_rates"),
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="VehicleName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("vehicle_id", models.BigIntegerField()),
                ("name", models.CharField(max_length=300)),
            ],
            options={
                "db_table": "vehicle_names",
            },
        ),
        migrations.RemoveIndex(
            model_name="vehicle",
            name="vehicle_make",
        ),
        migrations.RemoveIndex(
            model_name="vehicle",
            name="vehicle_price",
        ),
        migrations.AddField(
            model_name="vehicle",
            name="make_key",
            field=models.CharField(default="", editable=False, max_length=40),
        ),
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(fields=["tenant", "make_key", "status", "-created_at"], name="vehicle_make"),
        ),
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(
                condition=models.Q(("status", "AVAILABLE")), fields=["tenant", "price", "id"], name="vehicle_price"
            ),
        ),
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(
                condition=models.Q(("status", "AVAILABLE")),
                fields=["tenant", "body_type", "price"],
                name="vehicle_kind",
            ),
        ),
        migrations.AddField(
            model_name="vehiclename",
            name="tenant",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="tenants.tenant",
                verbose_name="showroom",
            ),
        ),
        migrations.AddIndex(
            model_name="vehiclename",
            index=models.Index(fields=["tenant", "vehicle_id"], name="names_of_vehicle"),
        ),
        migrations.AddConstraint(
            model_name="vehiclename",
            constraint=models.UniqueConstraint(fields=("tenant", "name", "vehicle_id"), name="vehicle_name_once"),
        ),
        walls.wall("vehicle_names"),
        migrations.RunSQL(KEEP_NAMES, DROP_NAMES),
        migrations.RunSQL(NAME_ALL, migrations.RunSQL.noop),
    ]
