"""The leasing partners' rates as they are valid on a day, and the guide that a new showroom begins with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import connection

from inventory.credit import YEARS, Partner
from inventory.models import LeasingRate

# The average of what leasings ask for used cars; a showroom puts its own partners in its place.
GUIDE = ("7.30", "8.25", "8.90", "9.70", "10.70")
GUIDE_DOWN = 10  # percent

VALID_SQL = f"""
SELECT DISTINCT ON (partner) partner, minimum_down, oldest, {", ".join(f"year_{years}" for years in YEARS)}
FROM leasing_rates
WHERE tenant_id = %s::bigint AND valid_from <= %s::date AND (valid_until IS NULL OR valid_until >= %s::date)
ORDER BY partner, valid_from DESC
"""  # noqa: S608 - our own column names


def valid(tenant_id: int, day: date) -> tuple[Partner, ...]:
    """One showroom's partners on this day, each with its latest valid rates. Inside its scope."""
    with connection.cursor() as cursor:
        cursor.execute(VALID_SQL, [tenant_id, day, day])
        return tuple(
            Partner(name, tuple(None if rate is None else int(rate * 100) for rate in rates), least, oldest)
            for name, least, oldest, *rates in cursor.fetchall()
        )


def begin(tenant_id: int, day: date) -> None:
    """The general guide, so that a new showroom can reckon; a manager changes or deletes it."""
    rates = {f"year_{years}": Decimal(rate) for years, rate in zip(YEARS, GUIDE, strict=True)}
    LeasingRate.objects.create(tenant_id=tenant_id, valid_from=day, minimum_down=GUIDE_DOWN, **rates)
