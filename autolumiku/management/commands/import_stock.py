"""Cars from a CSV or Excel file into a showroom's stock: all of them, or none and the reasons."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inventory import importing
from tenants import scope
from tenants.models import Tenant

SHOWN = 20  # errors and notes printed


class Command(BaseCommand):
    help = "Import new cars from a CSV or Excel file with Indonesian or English headers (README, Production)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the showroom's code, for example prima-mobil")
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, slug: str, file: Path, **options: Any) -> None:
        with scope.platform("import stock: which showroom"):
            tenant = Tenant.objects.filter(slug=slug).first()
        if tenant is None:
            raise CommandError(f"No showroom has the code {slug!r}. Create it with: manage.py add_showroom {slug} …")
        sheet = read(file)
        with scope.of(tenant):
            result = importing.save(tenant.pk, sheet, "import_stock")
        if result.errors:
            raise CommandError(nothing_imported(file, result.errors))
        self.stdout.write(f"{tenant.name}: {summary(sheet, result)}")


def read(file: Path) -> importing.Sheet:
    """The file understood; CommandError if it cannot be read or anything in it is wrong."""
    try:
        with file.open("rb") as opened:
            sheet = importing.read(opened.read(importing.MAX_BYTES + 1))
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
    if sheet.errors:
        raise CommandError(nothing_imported(file, sheet.errors))
    return sheet


def nothing_imported(file: Path, errors: tuple[importing.Problem, ...]) -> str:
    return f"{file.name}: nothing was imported.\n" + _listed(errors)


def summary(sheet: importing.Sheet, result: importing.Result) -> str:
    """What was imported, which cells were left empty and which columns were not used."""
    ids = f" ({result.display_ids[0]} to {result.display_ids[-1]})" if result.display_ids else ""
    parts = [f"{result.added} cars imported{ids}."]
    if sheet.notes:
        parts.append("Left empty:\n" + _listed(sheet.notes))
    if sheet.ignored:
        parts.append(f"Columns not used: {', '.join(sheet.ignored)}.")
    return "\n".join(parts)


def _listed(problems: tuple[importing.Problem, ...]) -> str:
    more = len(problems) - SHOWN
    lines = [f"  {problem}" for problem in problems[:SHOWN]]
    return "\n".join([*lines, f"  … and {more} more"] if more > 0 else lines)
