"""A person's rights from the command line: what a showroom keeps of them, as JSON; their name; and nothing any more."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from autolumiku.lib import phone as phones
from conversations import rights
from tenants import audit, scope
from tenants.models import AuditEntry, Tenant


class Command(BaseCommand):
    help = "Export, correct or erase what a showroom keeps of one person (PRIVACY.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["export", "correct", "erase"])
        parser.add_argument("slug", help="the showroom's code, for example prima-mobil")
        parser.add_argument("phone", help="the person's phone, for example 081234567890")
        parser.add_argument("--name", default="", help="correct: the right name")
        parser.add_argument("--file", type=Path, help="export: where to write (default: standard output)")
        parser.add_argument("--yes", action="store_true", help="erase: really; without it only counted")

    def handle(self, *args: Any, act: str, slug: str, phone: str, **options: Any) -> None:
        tenant = showroom(slug)
        number = phones.normalise(phone)
        if not number:
            raise CommandError(f"{phone!r} is no phone number.")
        with scope.of(tenant):
            getattr(self, act)(rights.of_phone(tenant.pk, number), options)

    def export(self, person: rights.Person, options: dict[str, Any]) -> None:
        text = json.dumps(rights.export(person), ensure_ascii=False, indent=1)
        audit.note(person.tenant_id, AuditEntry.Kind.EXPORTED, None, person.shown)
        if options["file"] is None:
            self.stdout.write(text)
        else:
            options["file"].write_text(text, encoding="utf-8")

    def correct(self, person: rights.Person, options: dict[str, Any]) -> None:
        if not options["name"].strip():
            raise CommandError("Say the right name with --name.")
        rights.correct(person, options["name"].strip())
        audit.note(person.tenant_id, AuditEntry.Kind.CORRECTED, None, person.shown)
        self.stdout.write("Corrected.")

    def erase(self, person: rights.Person, options: dict[str, Any]) -> None:
        if not options["yes"]:
            self.stdout.write(f"Would remove (say --yes):\n{listed(rights.counts(person))}")
            return
        try:
            gone = rights.erase(person)
        except rights.StaffError:
            raise CommandError("This phone is a staff member's; take it off the staff first.") from None
        self.stdout.write(f"Removed:\n{listed(gone)}")
        if left := rights.left_of(person):
            raise CommandError(f"Still there: {left}")


def showroom(slug: str) -> Tenant:
    with scope.platform("a command: which showroom"):
        tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise CommandError(f"No showroom has the code {slug!r}.")
    return tenant


def listed(counts: rights.Counts) -> str:
    return "\n".join(f"  {name}: {count}" for name, count in counts.items()) or "  nothing"
