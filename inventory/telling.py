"""A car's fields as people read them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.dateparse import parse_datetime

from autolumiku.lib import kilometres, rupiah
from inventory.models import Vehicle
from tenants.admin import when

INNER = ("cost_price", "staff_notes")  # for owners and managers only
FIELDS = {field.name: field for field in Vehicle._meta.fields}


def called(name: str) -> str:
    """A field's name."""
    return str(FIELDS[name].verbose_name) if name in FIELDS else name


def shown(name: str, value: Any) -> str:
    """A field's value, also as the history keeps it."""
    if value in (None, ""):
        return "kosong"
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if name.endswith("price") and isinstance(value, int):
        return rupiah.show_full(value)
    if name == "mileage" and isinstance(value, int):
        return kilometres.show(value)
    field = FIELDS.get(name)
    if isinstance(field, models.DateTimeField) and (moment := parse_datetime(str(value))):
        return when(moment)
    return str(dict(field.flatchoices).get(value, value)) if field is not None else str(value)
