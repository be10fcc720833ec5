"""Plays a scenario through the public door, in a showroom of its own that is gone afterwards.

The webhook comes in, the worker's jobs run, and what the simulated gateway was asked to send is the answer. With the
scripted model the scenario's drafts are said in order; live, the configured provider is asked.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum
from django.test.utils import override_settings
from PIL import Image

from aiconfig import llm
from aiconfig.models import LLMCall
from aiconfig.tests.model_server import ModelServer
from aimeow.simulator import Simulator
from autolumiku.evaluate import judging
from autolumiku.evaluate.scenarios import Scenario, stocks
from autolumiku.lib import clock, moments
from autolumiku.testing.stage import CUSTOMER, Showroom, run_jobs
from conversations import tasks, turns
from conversations.models import Silence
from inventory.models import Vehicle, VehiclePhoto

STAFF = "6281298765432"
JAKARTA = ZoneInfo("Asia/Jakarta")
WEEK = dict.fromkeys(range(6), ("09:00", "17:00"))
_CLOCK = re.compile(r"(?P<day>\w+) (?P<hour>[0-2][0-9])\.(?P<minute>[0-5][0-9])")
_LATER = re.compile(r"\+(?P<count>[0-9]{1,3}) (?P<unit>menit|jam|hari)")
UNITS = {"menit": "minutes", "jam": "hours", "hari": "days"}


@dataclass(slots=True)
class Played:
    """What came of one play. latency in ms of all model calls together; guard: drafts that were refused."""

    scenario: Scenario
    replies: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    calls: int = 0
    tokens: int = 0
    cost: int = 0
    latency: int = 0
    guard: int = 0
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return not self.failed


class Stage:
    """The doubles that all plays share."""

    def __init__(self, gateway: Simulator, model: ModelServer | None) -> None:
        self.gateway, self.model = gateway, model  # no model: live

    def play(self, scenario: Scenario) -> Played:
        """Nothing of it stays in the database."""
        self.gateway.clear()
        played = Played(scenario)
        with self._settings(scenario), transaction.atomic():
            showroom = _opened(self.gateway, scenario)
            with clock.moved(_moment(scenario.clock) if scenario.clock else None):
                began = time.monotonic()
                self._talk(showroom, scenario, played)
                played.seconds = time.monotonic() - began
                with showroom.scope():
                    _count(played)
                    played.failed += judging.failed(played, showroom)
            transaction.set_rollback(True)
        return played

    @contextmanager
    def _settings(self, scenario: Scenario) -> Any:
        """Where the gateway and the model are; a scenario without drafts is played without a model."""
        values: dict[str, Any] = {"AIMEOW_BASE_URL": self.gateway.base_url, "BACK_OFF_SECONDS": 0.01}
        if self.model is not None:
            self.model.reset()
            self.model.say(*(scenario.model or ()))
            key = "scripted" if scenario.model is not None else ""
            values |= {"ZAI_API_KEY": key, "ZAI_BASE_URL": self.model.base_url}
        with override_settings(**values):
            yield
        if self.model is None or scenario.model is not None:
            asyncio.run(llm.forget())

    def _talk(self, showroom: Showroom, scenario: Scenario, played: Played) -> None:
        before = 0
        for turn in scenario.turns:
            if event := re.fullmatch(r"\((?P<what>.+)\)", turn):
                _happens(showroom, event["what"])
            else:
                by_staff = turn.startswith("staf> ")
                phone = STAFF if by_staff else CUSTOMER
                for bubble in turn.removeprefix("staf> ").split(" / "):
                    showroom.receives(bubble, phone=phone)
            run_jobs()
            said = [sent for sent in self.gateway.sent[before:] if sent.path == "send-message"]
            played.replies += [sent.text for sent in said if _to_customer(sent, scenario)]
            before = len(self.gateway.sent)


def _to_customer(sent: Any, scenario: Scenario) -> bool:
    """Notices to staff are no replies, unless it is staff who talk."""
    return "staf> " in scenario.talk or STAFF not in sent.to


def _opened(gateway: Simulator, scenario: Scenario) -> Showroom:
    showroom = Showroom(gateway, **{"held_reply_minutes": 0, **scenario.set})
    cars = stocks()[scenario.stock] if isinstance(scenario.stock, str) else scenario.stock
    for car in cars:
        fields = dict(car)
        photos = fields.pop("photos", 0)
        vehicle = showroom.has(**fields)
        with showroom.scope():
            VehiclePhoto.objects.bulk_create(
                VehiclePhoto(tenant=showroom.tenant, vehicle=vehicle, image=_picture(number), position=number)
                for number in range(photos)
            )
    for question, answer in scenario.faq.items():
        showroom.answers_faq(question, answer)
    for partner, rates in scenario.leasing.items():
        showroom.lends(partner, *map(str, rates))
    if scenario.hours == "week":
        showroom.opens(WEEK)
    if "staf> " in scenario.talk:
        showroom.employs(phone=STAFF, quiet_from=None, quiet_to=None)
    return showroom


def _picture(number: int) -> str:
    """The name of a stored photo."""
    name = f"vehicles/evaluate/{number}.jpg"
    if not default_storage.exists(name):
        out = BytesIO()
        Image.new("RGB", (40, 30), (30 * number % 255, 90, 90)).save(out, "JPEG")
        default_storage.save(name, ContentFile(out.getvalue()))
    return name


def _moment(spoken: str) -> datetime:
    """ "Senin 10.00": such a moment one to two weeks ago."""
    match = _CLOCK.fullmatch(spoken)
    if match is None or match["day"] not in moments.WEEKDAYS:
        raise ValueError(f"no clock: {spoken}")
    today = clock.now().astimezone(JAKARTA)
    back = (today.weekday() - moments.WEEKDAYS.index(match["day"])) % 7 + 7
    return (today - timedelta(days=back)).replace(
        hour=int(match["hour"]), minute=int(match["minute"]), second=0, microsecond=0
    )


# --- what happens between turns


def _sell(showroom: Showroom, unit_id: str) -> None:
    _status(showroom, unit_id, "SOLD")


def _hold(showroom: Showroom, unit_id: str) -> None:
    _status(showroom, unit_id, "BOOKED")


def _status(showroom: Showroom, unit_id: str, status: str) -> None:
    with showroom.scope():
        Vehicle.objects.get(display_id=unit_id).change({"status": status}, by="evaluate")


def _price(showroom: Showroom, rest: str) -> None:
    unit_id, price = rest.split()
    with showroom.scope():
        Vehicle.objects.get(display_id=unit_id).change({"price": int(price)}, by="evaluate")


def _arrive(showroom: Showroom, rest: str) -> None:
    """A car of the rich stock by its model: "datang Brio"."""
    car = next(one for one in stocks()["rich"] if one["model"] == rest)
    showroom.has(**car)


def _opt_out(showroom: Showroom, _: str) -> None:
    with showroom.scope():
        turns.silence(showroom.chat().pk, Silence.OPTED_OUT)


def _give_back(showroom: Showroom, _: str) -> None:
    with showroom.scope():
        turns.give_back(showroom.chat().pk)


def _take(showroom: Showroom, _: str) -> None:
    with showroom.scope():
        turns.take(showroom.chat().pk)


def _errands(_: Showroom, __: str) -> None:
    tasks.errands()


EVENTS: Mapping[str, Callable[[Showroom, str], None]] = {
    "jual": _sell,  # (jual PM-PST-002)
    "booking": _hold,
    "harga": _price,  # (harga PM-PST-002 450000000)
    "datang": _arrive,  # (datang Brio)
    "diam": _opt_out,
    "lepas": _give_back,
    "ambil": _take,
    "tugas": _errands,  # the periodic task runs; so it does after every step of the clock
}


def _happens(showroom: Showroom, what: str) -> None:
    later = _LATER.fullmatch(what)  # (+2 jam)
    if later:
        clock.forward(timedelta(**{UNITS[later["unit"]]: int(later["count"])}))
        tasks.errands()
        return
    name, _, rest = what.partition(" ")
    EVENTS[name](showroom, rest)


def _count(played: Played) -> None:
    sums = LLMCall.objects.aggregate(Sum("prompt_tokens"), Sum("completion_tokens"), Sum("cost"), Sum("latency_ms"))
    played.calls = LLMCall.objects.count()
    played.tokens = (sums["prompt_tokens__sum"] or 0) + (sums["completion_tokens__sum"] or 0)
    played.cost, played.latency = sums["cost__sum"] or 0, sums["latency_ms__sum"] or 0
