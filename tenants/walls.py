"""Row-level security for a tenant table, in the migration that creates it.

Every tenant table gets two policies: `tenant` shows and takes only rows of the showroom in `app.tenant`, `platform`
lets the platform role (tenants.scope.platform) see all. The owner is not held by them (no FORCE), so backups and data
migrations work; the app role owns nothing. References between tenant tables are composite foreign keys
(tenant_id, x_id), so a row cannot point into another showroom even by a bug.
"""

from django.db import migrations

POLICY = "tenant_id = NULLIF(current_setting('app.tenant', true), '')::bigint"


def wall(table: str, column: str = "tenant_id") -> migrations.RunSQL:
    """Turn the wall on for `table`, whose rows belong to the showroom in `column`."""
    rule = POLICY.replace("tenant_id", column, 1)
    return migrations.RunSQL(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON {table} USING ({rule}) WITH CHECK ({rule});
        CREATE POLICY platform ON {table} TO platform USING (true) WITH CHECK (true);
        """,
        f"""
        DROP POLICY tenant ON {table};
        DROP POLICY platform ON {table};
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        """,
    )


def target(table: str) -> migrations.RunSQL:
    """Let other tenant tables refer to (tenant_id, id) of this one."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_tenant_id_key UNIQUE (tenant_id, id)",
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_tenant_id_key",
    )


def reference(table: str, column: str, to: str) -> migrations.RunSQL:
    """`table.column` refers to a row of `to` of the same showroom."""
    name = f"{table}_{column}_same_tenant"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (tenant_id, {column})"
        f" REFERENCES {to} (tenant_id, id) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
