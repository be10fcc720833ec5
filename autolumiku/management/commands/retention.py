"""Old chats removed now instead of at night; with --dry-run only counted."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from autolumiku.management.commands.person import listed
from conversations import retention


class Command(BaseCommand):
    help = "Remove the chats that showrooms no longer want to keep (their setting keep_chats_days)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        found = False
        for plan in retention.plans():
            found = True
            counts = retention.count(plan) if dry_run else retention.apply(plan)
            head = f"{plan.slug}: {len(plan.chats)} chats older than {plan.days} days"
            kept = f", of {len(plan.silenced)} silenced ones only the words" if plan.silenced else ""
            self.stdout.write(f"{head}{kept}{' would go' if dry_run else ' removed'}\n{listed(counts)}")
        if not found:
            self.stdout.write("No showroom has chats older than it wants to keep.")
