"""All that is one showroom's, rows and files, in a ZIP."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from autolumiku import showrooms
from autolumiku.management.commands.person import showroom
from tenants import audit, scope
from tenants.models import AuditEntry


class Command(BaseCommand):
    help = "Write everything of one showroom into a ZIP: a JSON file a table, and its media."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the showroom's code, for example prima-mobil")
        parser.add_argument("file", type=Path, metavar="FILE.zip")

    def handle(self, *args: Any, slug: str, file: Path, **options: Any) -> None:
        tenant = showroom(slug)
        with file.open("xb") as out:
            counts = showrooms.export(tenant, out)
        with scope.of(tenant):
            audit.note(tenant.pk, AuditEntry.Kind.EXPORTED, None, "seluruh showroom")
        self.stdout.write(f"{file}: {sum(counts.values()) - counts['files']} rows, {counts['files']} files.")
