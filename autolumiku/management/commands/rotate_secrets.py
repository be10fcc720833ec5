"""Seal every secret in the database anew, with the first of SEAL_KEYS; the old keys can be taken away then."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models

from autolumiku.lib.sealed import SealedField
from tenants import scope


class Command(BaseCommand):
    help = "Seal every secret in the database anew with the first key of SEAL_KEYS, all in one transaction."

    def handle(self, *args: Any, **options: Any) -> None:
        with scope.platform("rotate secrets"):
            for model in apps.get_models():
                fields = [field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)]
                if fields:
                    self.stdout.write(f"{model._meta.db_table}: {_seal_anew(model, fields)} rows")


def _seal_anew(model: type[models.Model], fields: list[str]) -> int:
    count = 0
    for row in model._default_manager.select_for_update().only("pk", *fields).order_by("pk").iterator():
        row.save(update_fields=fields)
        count += 1
    return count
