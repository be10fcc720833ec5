"""A showroom leaves: nothing of it stays. Export it first."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from autolumiku import showrooms
from autolumiku.management.commands.person import listed, showroom


class Command(BaseCommand):
    help = "Remove a showroom with all its rows, files, jobs and logins, for good."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the showroom's code, for example prima-mobil")
        parser.add_argument("--confirm", default="", metavar="CODE", help="the code once more; asked for without it")

    def handle(self, *args: Any, slug: str, confirm: str, **options: Any) -> None:
        tenant = showroom(slug)
        if not showrooms.can_remove():
            raise CommandError("Removing needs DATABASE_OWNER_URL.")
        said = confirm or input(f"Everything of {tenant.name} is removed for good. Type {slug} to go on: ")
        if said.strip() != slug:
            raise CommandError("Nothing was removed.")
        counts = showrooms.remove(tenant)
        self.stdout.write(f"Removed:\n{listed(counts)}")
        self.stdout.write("Let its number go at the gateway too, and remove the device in WhatsApp.")
