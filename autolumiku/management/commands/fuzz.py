"""`manage.py fuzz --mutations 10000 --seed 1`: broken bodies at the webhook, and every turn they cause.

`manage.py fuzz --naughty blns.json`: every string of the list in every text field of the admin and the API.
"""

from __future__ import annotations

import itertools
import logging
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import setup_databases, setup_test_environment

from aimeow.models import AimeowAccount
from aimeow.simulator import Simulator
from autolumiku.testing import marked, mutations, naughty, web
from autolumiku.testing.stage import CITY, FORTUNER, Showroom, run_jobs
from conversations.models import WhatsAppConversation
from tenants.models import Role, User

BATCH = 250  # bodies between two rounds of the worker


class Command(BaseCommand):
    help = (
        "Posts mutated bodies of the gateway to the webhook and runs the jobs. Works in a database of its own, made "
        "anew; nothing is sent to anybody. Exit status 1: a 5xx, or a chat that is left waiting."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mutations", type=int, default=10_000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--naughty", type=Path, metavar="FILE", help="a JSON list of strings; no mutations then")

    def handle(self, *args: Any, mutations: int, seed: int, **options: Any) -> None:
        logging.disable(logging.CRITICAL)  # the counts are the output
        setup_test_environment(debug=False)
        for alias in connections:
            connections[alias].settings_dict["TEST"]["NAME"] = f"fuzz_{connections[alias].settings_dict['NAME']}"[:60]
        setup_databases(verbosity=0, interactive=False, keepdb=False)
        settings.AIMEOW_WEBHOOK_SECRET = settings.AIMEOW_WEBHOOK_SECRET or "fuzz"
        settings.ZAI_API_KEY = ""
        began = time.monotonic()
        try:
            with web.own_storage(), Simulator(clients=()) as gateway:
                settings.AIMEOW_BASE_URL = gateway.base_url
                if options["naughty"] is not None:
                    self._type(gateway, options["naughty"])
                    return
                statuses, stuck = _fuzz(gateway, mutations, seed)
        finally:
            connections.close_all()
        seconds = time.monotonic() - began
        self.stdout.write(f"seed {seed}, {mutations} mutations in {seconds:.0f} s")
        for status, count in sorted(statuses.items()):
            self.stdout.write(f"  {status}: {count}")
        self.stdout.write(f"  chats left waiting: {stuck}")
        if stuck or any(status.startswith("5") for status in statuses):
            sys.exit(1)

    def _type(self, gateway: Simulator, path: Path) -> None:
        """Every string once in every field."""
        settings.SECOND_FACTOR, settings.API_CALLS_PER_MINUTE, settings.API_CALLS_PER_MINUTE_AND_ADDRESS = False, 0, 0
        place = marked.showroom("fuzz", "kenaria", "62899110")
        account = place.rows[AimeowAccount]
        gateway.add_client(account.client_id, account.phone_number)
        root = User.objects.create(username="root", is_staff=True, is_superuser=True)
        owner, platform = (Client(raise_request_exception=False) for _ in range(2))
        owner.force_login(place.people[Role.OWNER])
        platform.force_login(root)
        texts = naughty.strings(path)
        around = itertools.cycle(texts)
        wrong = []
        for found in (
            naughty.try_admin(owner, platform, place, around, len(texts)),
            naughty.try_api(owner, place, around, len(texts)),
        ):
            self.stdout.write(f"{len(found.fields)} fields: {found.stored} stored, {found.refused} refused")
            wrong += found.wrong
        self.stdout.write("\n".join(wrong))
        if wrong:
            sys.exit(1)


def _fuzz(gateway: Simulator, count: int, seed: int) -> tuple[Counter[str], int]:
    """What was answered, and how many chats are owed an answer at the end."""
    dice = random.Random(seed)  # noqa: S311 - the same mutations for the same seed
    showroom = Showroom(gateway, slug="fuzz", name="Fuzz Mobil")
    showroom.has(**CITY)
    showroom.has(**FORTUNER)
    bodies = list(mutations.originals(showroom))
    statuses: Counter[str] = Counter()
    for number in range(1, count + 1):
        answer = showroom.post(mutations.mutated(dice, dice.choice(bodies)))
        ignored = answer.status_code == 200 and "ignored" in answer.json()
        statuses[f"{answer.status_code} ignored" if ignored else f"{answer.status_code}"] += 1
        if number % BATCH == 0 or number == count:
            _work_off(showroom)
    with showroom.scope():
        owed = WhatsAppConversation.objects.filter(answered_seq__lt=F("inbound_seq"), holder="bot").count()
    return statuses, owed


def _work_off(showroom: Showroom) -> None:
    with showroom.scope():
        WhatsAppConversation.objects.update(due_at=Now())
    run_jobs(ahead=60)
