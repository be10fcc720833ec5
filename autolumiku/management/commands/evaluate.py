"""`manage.py evaluate [FILES…] [--model scripted|live] [--runs k]`: quality, before customers feel it."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.test.utils import setup_databases, setup_test_environment

from aiconfig.tests.model_server import ModelServer
from aimeow.simulator import Simulator
from autolumiku.evaluate import reporting, scenarios
from autolumiku.evaluate.playing import Played, Stage
from autolumiku.testing import web


class Command(BaseCommand):
    help = (
        "Plays scenario files (ours, if none are named) and says how many ended as they should. Works in a database of "
        "its own, which is kept for the next time; nothing is sent to anybody. Exit status 1: a check failed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="YAML files, or folders of them")
        parser.add_argument("--model", choices=("scripted", "live"), default="scripted")
        parser.add_argument("--runs", type=int, default=1, metavar="K", help="how often each scenario is played")
        parser.add_argument("--only", default="", metavar="ID", help="scenarios whose id begins so")
        parser.add_argument("--junit", type=Path, metavar="FILE")
        parser.add_argument("--json", type=Path, metavar="FILE")
        parser.add_argument("--show", action="store_true", help="print every reply")

    def handle(self, *args: Any, **options: Any) -> None:
        live = options["model"] == "live"
        if live and not settings.ZAI_API_KEY:
            raise CommandError("--model live needs ZAI_API_KEY")
        if options["runs"] < 1:
            raise CommandError("--runs: at least 1")
        try:
            chosen = scenarios.read(options["files"]) if options["files"] else scenarios.of_ours()
        except scenarios.ScenarioError as error:
            raise CommandError(str(error)) from None
        chosen = [one for one in chosen if one.id.startswith(options["only"]) and not (live and one.scripted)]
        if not chosen:
            raise CommandError("no scenario to play")
        logging.disable(logging.CRITICAL)  # the table is the output
        warnings.simplefilter("ignore", UserWarning)
        with _stage(live=live) as stage:
            runs = [[self._play(stage, one, options["show"]) for _ in range(options["runs"])] for one in chosen]
        self._report(runs, options)
        if reporting.pass_k(runs) < 1:
            sys.exit(1)

    def _play(self, stage: Stage, scenario: scenarios.Scenario, show: bool) -> Played:
        played = stage.play(scenario)
        if show:
            said = "\n".join(f"    {line}" for reply in played.replies for line in [*reply.split("\n"), ""])
            self.stdout.write(f"{scenario.id}: {scenario.talk}\n{said}")
        elif sys.stderr.isatty():
            self.stderr.write("." if played.passed else "F", ending="")
        return played

    def _report(self, runs: list[list[Played]], options: dict[str, Any]) -> None:
        self.stdout.write(reporting.table(runs))
        if options["junit"]:
            options["junit"].write_text(reporting.as_junit(runs), encoding="utf-8")
        if options["json"]:
            options["json"].write_text(reporting.as_json(runs), encoding="utf-8")


@contextmanager
def _stage(*, live: bool) -> Iterator[Stage]:
    """Doubles of the gateway and, unless it is asked live, of the model; and a database that may be thrown away."""
    setup_test_environment(debug=False)
    for alias in connections:
        connections[alias].settings_dict["TEST"]["NAME"] = f"evaluate_{connections[alias].settings_dict['NAME']}"[:60]
    setup_databases(verbosity=0, interactive=False, keepdb=True)
    settings.AIMEOW_WEBHOOK_SECRET = settings.AIMEOW_WEBHOOK_SECRET or "evaluate"
    try:
        with web.own_storage(), Simulator(clients=()) as gateway:
            if live:
                yield Stage(gateway, None)
                return
            with ModelServer() as model:
                yield Stage(gateway, model)
    finally:
        connections.close_all()
