"""`manage.py faults`: kill the product's processes under load, and prove that nothing is lost (autolumiku.faults).

It works on a database of its own, so it runs in a process that has not read this installation's settings yet.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Kill the product's processes under load, on a database of its own, and prove that nothing is lost."

    def run_from_argv(self, argv: list[str]) -> None:
        """The words are those of `python -m autolumiku.faults`; they are read there."""
        os.chdir(settings.BASE_DIR)
        os.execv(sys.executable, [sys.executable, "-m", "autolumiku.faults", *argv[2:]])  # noqa: S606 - ourselves

    def handle(self, *args: Any, **options: Any) -> None:
        self.run_from_argv(["manage.py", "faults"])
