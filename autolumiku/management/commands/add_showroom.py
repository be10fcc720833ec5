"""A new showroom, ready to answer: the assistant's settings, and if given its paired WhatsApp number and its stock."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from django.utils import timezone

from aiconfig import versions
from aiconfig.models import WhatsAppAIConfig
from aimeow.models import AimeowAccount
from autolumiku.lib import phone as phones
from autolumiku.management.commands import import_stock
from inventory import importing, leasing
from tenants import scope
from tenants.models import Tenant

LONGEST_WAIT = 30.0  # seconds, as in WhatsAppAIConfig.burst_wait_seconds

PACING = (
    "send_gap_seconds",
    "customer_gap_seconds",
    "daily_send_cap",
    "answers_per_hour",
    "model_share",
    "daily_model_calls",
    "daily_model_tokens",
    "daily_model_cost",
)
PACE = (
    "0: no pauses between sends, no limit a day, an hour or at once; for measuring. What guards against late, held and "
    "repeated messages stays on"
)


class Command(BaseCommand):
    help = "Create a showroom (README, Production)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="its code in commands and addresses, for example prima-mobil")
        parser.add_argument("--name", required=True, help="the name customers see")
        parser.add_argument(
            "--client-id", help="of a number that is paired at the Aimeow gateway already; else pair it in the admin"
        )
        parser.add_argument("--phone", required=True, help="the WhatsApp number, for example 0812-3456-7890")
        parser.add_argument("--city", default="")
        parser.add_argument("--address", default="")
        parser.add_argument(
            "--prefix", default="", help="of car ids: PM-PST makes PM-PST-001; else the name's initials"
        )
        parser.add_argument("--stock", type=Path, metavar="FILE.csv", help="import these cars too")
        parser.add_argument(
            "--burst-wait", type=float, metavar="SECONDS", help="wait for further messages before answering"
        )
        parser.add_argument("--pace", type=int, choices=[0], help=PACE)

    def handle(self, *args: Any, slug: str, **options: Any) -> None:
        showroom = _showroom(slug, options)
        settings = _settings(options)
        sheet = import_stock.read(options["stock"]) if options["stock"] else importing.Sheet()
        with scope.platform("add a showroom"):
            _check_free(slug, options["client_id"], showroom.phone)
            showroom.save()
            WhatsAppAIConfig.objects.create(tenant=showroom, **settings)
            versions.publish(showroom.pk)
            leasing.begin(showroom.pk, timezone.localdate())
            if options["client_id"] is not None:
                _connect(showroom, options["client_id"])
            result = importing.save(showroom.pk, sheet, "add_showroom")
            if result.errors:
                raise CommandError(import_stock.nothing_imported(options["stock"], result.errors))
        self.stdout.write(_said(showroom, options["client_id"]))
        if options["stock"]:
            self.stdout.write(import_stock.summary(sheet, result))


def _showroom(slug: str, options: dict[str, Any]) -> Tenant:
    """The showroom, not yet saved; CommandError for a code, name or number that cannot be."""
    try:
        validate_slug(slug)
    except ValidationError:
        raise CommandError(
            f"{slug!r} is no code: use small letters, digits and hyphens, such as prima-mobil."
        ) from None
    digits = phones.normalise(options["phone"])
    if not digits:
        raise CommandError(f"{options['phone']!r} is no phone number. Example: 0812-3456-7890.")
    name = " ".join(options["name"].split())
    if not name:
        raise CommandError("--name must not be empty.")
    showroom = Tenant(
        slug=slug,
        name=name,
        phone=digits,
        whatsapp_number=digits,
        city=options["city"],
        address=options["address"],
        vehicle_prefix=(options["prefix"] or initials(name)).upper(),
    )
    try:
        showroom.clean_fields()
    except ValidationError as error:
        raise CommandError(
            "; ".join(f"{field}: {' '.join(said)}" for field, said in error.message_dict.items())
        ) from None
    return showroom


def initials(name: str) -> str:
    """The start of the showroom's car ids: "Prima Mobil Jaya" -> "PMJ", "Garasi" -> "GAR", without letters "MB"."""
    words = re.findall(r"[A-Za-z]+", name)
    letters = "".join(word[0] for word in words[:4]) if len(words) > 1 else "".join(words)[:3]
    return letters.upper() or "MB"


def _settings(options: dict[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    wait = options["burst_wait"]
    if wait is not None:
        if not 0 <= wait <= LONGEST_WAIT:
            raise CommandError(f"--burst-wait must be between 0 and {LONGEST_WAIT:.0f} seconds.")
        longest = WhatsAppAIConfig._meta.get_field("burst_cap_seconds").get_default()
        settings |= {"burst_wait_seconds": wait, "burst_cap_seconds": max(wait, longest)}
    if options["pace"] == 0:
        settings |= dict.fromkeys(PACING, 0)
    return settings


def _check_free(slug: str, client_id: str | None, phone: str) -> None:
    if client_id is not None and (not client_id.strip() or len(client_id) > 200):
        raise CommandError("--client-id must have 1 to 200 characters.")
    if Tenant.objects.filter(slug=slug).exists():
        raise CommandError(f"There is a showroom with the code {slug!r} already.")
    accounts = AimeowAccount.objects.select_related("tenant")
    if client_id is not None and (taken := accounts.filter(client_id=client_id).first()):
        raise CommandError(f"The client id belongs to {taken.tenant.name} ({taken.tenant.slug}) already.")
    if taken := accounts.filter(phone_number=phone).first():
        raise CommandError(
            f"The number {phones.show(phone)} belongs to {taken.tenant.name} ({taken.tenant.slug}) already."
        )


def _connect(showroom: Tenant, client_id: str) -> None:
    AimeowAccount.objects.create(
        tenant=showroom,
        client_id=client_id,
        phone_number=showroom.whatsapp_number,
        connection_status=AimeowAccount.Connection.CONNECTED,
        last_connected_at=timezone.now(),
    )


def _said(showroom: Tenant, client_id: str | None) -> str:
    paired = f"client {client_id}" if client_id else "to be paired in the admin: Sambungan WhatsApp"
    return (
        f"Showroom   {showroom.name} ({showroom.slug}), car ids {showroom.vehicle_prefix}-001 …, always open\n"
        f"WhatsApp   {phones.show(showroom.whatsapp_number)}, {paired}"
    )
