"""A platform admin whose phone is lost, with the recovery codes: the code is set up again at the next login."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants import factor
from tenants.models import User


class Command(BaseCommand):
    help = "Forget the authenticator of a login and end its sessions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"No login is called {username}.")
        factor.forget(user)
        self.stdout.write(f"{username} sets up the code from the phone again at the next login.")
