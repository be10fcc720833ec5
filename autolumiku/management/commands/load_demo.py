"""Two invented showrooms with stock, people and past chats, and the simulator's state file; once."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from autolumiku import settings as installation
from autolumiku.demo import gateway, loading, people

STATE_FILE = settings.VAR_DIR / "simulator.json"


class Command(BaseCommand):
    help = "Load two invented showrooms to try the product with. Only into a database without other showrooms."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-photos", action="store_true", help="leave out the drawn pictures")
        parser.add_argument("--state", type=Path, default=STATE_FILE, metavar="FILE.json", help="for the simulator")

    def handle(self, *args: Any, no_photos: bool, state: Path, **options: Any) -> None:
        if loading.is_loaded():
            self.stdout.write("The demo is loaded already; nothing was changed.")
        else:
            self._load(photos=not no_photos, verbosity=options["verbosity"])
        gateway.write(state, port=settings.PORT, secret=webhook_secret())

    def _load(self, *, photos: bool, verbosity: int) -> None:
        if not loading.is_empty():
            raise CommandError(
                "This database holds showrooms or logins already. The demo's passwords are known to everybody, so it "
                "is loaded only into an empty one."
            )
        for made in loading.load(photos=photos):
            self.stdout.write(f"{made.name}: {made.cars} cars, {made.photos} photos, {made.chats} conversations.")
        if verbosity:
            self.stdout.write(logins())


def webhook_secret() -> str:
    """The secret of this installation's webhook: the configured one, or one kept in var/."""
    return settings.AIMEOW_WEBHOOK_SECRET or installation.kept_secret("webhook_secret")


def logins() -> str:
    """The demo's logins, one a line."""
    rows = [(people.ADMIN, "platform admin, all showrooms")]
    rows += [(login.username, f"{login.role}, {place.name}") for place in people.PLACES for login in place.logins]
    return "\n".join(
        [f"Logins, all with the password {people.PASSWORD}", *(f"  {name:<15} {what}" for name, what in rows)]
    )
