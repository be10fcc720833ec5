"""Opens the showrooms, lets the story play, and prints what came of it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import random
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from aiconfig.models import WhatsAppAIConfig
from autolumiku.faults import points, proof
from autolumiku.faults.album import Album
from autolumiku.faults.house import House, Server
from autolumiku.faults.proof import Verdict
from autolumiku.faults.story import Plan, Story
from autolumiku.faults.traffic import Person, Traffic
from autolumiku.faults.wires import Gateway, Model, Wire, gateway_app, model_app
from inventory import models as inventory
from tenants import scope
from tenants.models import Tenant

SHOWN = 5  # lives of messages printed when a promise is broken
UP_SECONDS = 60.0
SHOWROOMS = (1, 2)
PACED = "showroom-2"


def run(given: argparse.Namespace, place: Path, env: dict[str, str]) -> int:
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # callers that were killed are no news
    people = _open_showrooms()
    play = _play_upload if given.only == "upload" else _play
    return asyncio.run(play(given, place, env, people))


async def _play_upload(given: argparse.Namespace, place: Path, env: dict[str, str], people: list[Person]) -> int:
    """An album while workers die: nothing goes wrong at the gateway, and there is no model."""
    album = Album(House(place, {**env, "ZAI_API_KEY": ""}), people[1], random.Random(given.seed))  # noqa: S311
    app = gateway_app(Gateway(album.dice, share=0.0))
    app.router.add_get("/files/{client}/{file}", album.photo)
    wire = Wire(app, _port(settings.AIMEOW_BASE_URL))
    await wire.start()
    try:
        async with album.house:
            await _ready(album.house)
            await album.play()
    finally:
        await wire.end()
    for what in (*album.broken, *album.house.surprises):
        _print(f"BROKEN: {what}")
    good = not album.broken and not album.house.surprises
    _print(f"seed {given.seed}, {album.kills} kills of workers: {'one car, nothing lost' if good else 'NOT GOOD'}")
    return 0 if good else 1


async def _play(given: argparse.Namespace, place: Path, env: dict[str, str], people: list[Person]) -> int:
    traffic_dice, gateway_dice, model_dice, story_dice = (random.Random(f"{given.seed} {n}") for n in range(4))  # noqa: S311 - not secrets
    gateway, model = Gateway(gateway_dice), Model(model_dice)
    gateway_wire = Wire(gateway_app(gateway), _port(settings.AIMEOW_BASE_URL))
    model_wire = Wire(model_app(model), _port(settings.ZAI_BASE_URL))
    await gateway_wire.start()
    await model_wire.start()
    plan = _plan(given)
    try:
        async with House(place, env) as house:
            await _ready(house)
            traffic = Traffic(settings.PUBLIC_URL, people[: plan.customers], traffic_dice, plan.rate)
            _print(f"seed {given.seed}, {plan.kills} kills, {plan.rate:.0f} messages/s, in {place}")
            story = Story(plan, house, Server(place), gateway, gateway_wire, traffic, story_dice, _print)
            verdict = await story.play()
            return await asyncio.to_thread(_report, given.seed, story, verdict)
    finally:
        await gateway_wire.end()
        await model_wire.end()


def _port(url: str) -> int:
    return urlsplit(url).port or 0


def _plan(given: argparse.Namespace) -> Plan:
    named = len(points.POINTS)
    if given.only:
        away = given.away or 45.0
        return Plan(
            kills=0,
            seconds=away + 60,
            away=away,
            rate=40.0 if given.only == "deploy" else 10.0,
            customers=400,
            only=given.only,
        )
    if given.short:
        return Plan(kills=given.kills, seconds=60.0, away=given.away or 4.0, rate=10.0, customers=120)
    rounds = max(1, given.kills // 75)
    kills = given.kills + rounds * named
    seconds = 240.0 + 6.0 * kills / rounds
    return Plan(kills=kills, seconds=seconds, away=given.away or 45.0, rate=10.0, customers=400, rounds=rounds)


def _open_showrooms() -> list[Person]:
    """Migrate, and open a quick showroom and one that paces its sends; returns their customers, mixed."""
    with open(os.devnull, "w") as nowhere:
        call_command("migrate", verbosity=0, stdout=nowhere)
        for number in SHOWROOMS:
            call_command(
                "add_showroom", f"showroom-{number}", name=f"Showroom {number}", client_id=_client(number),
                phone=_own_phone(number), pace=0, burst_wait=0.2, stdout=nowhere,
            )  # fmt: skip
    with scope.platform("faults"):
        tenants = dict(Tenant.objects.values_list("slug", "pk"))
    for slug, tenant in tenants.items():
        with scope.of(tenant):
            inventory.add(
                tenant, by="faults", status="AVAILABLE", make="Honda", model="City", year=2006, price=79_000_000,
                transmission="automatic",
            )  # fmt: skip
            WhatsAppAIConfig.objects.update(model_seconds=4, customer_gap_seconds=1 if slug == PACED else 0)
    connections.close_all()
    mixed = [(1 if customer % 4 else 2, customer) for customer in range(400)]
    return [Person(_client(number), _own_phone(number), f"62813{customer:08d}") for number, customer in mixed]


def _client(number: int) -> str:
    return f"75335d94-c1bb-4d11-a42c-{number:012d}"


def _own_phone(number: int) -> str:
    return f"62812000000{number:02d}"


async def _ready(house: House) -> None:
    """Until web answers and a worker fetches."""
    until = time.monotonic() + UP_SECONDS
    async with aiohttp.ClientSession() as http:
        while time.monotonic() < until:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                async with http.get(f"{settings.PUBLIC_URL}/healthz") as answer:
                    if answer.status == 200 and "worker ready" in house.log("worker 1"):
                        return
            await asyncio.sleep(0.05)
    raise SystemExit(
        f"the processes do not come up; their last words:\n{house.log('web')[-2000:]}{house.log('nursery')}"
    )


def _report(seed: int, story: Story, verdict: Verdict) -> int:
    """Print the table and every broken promise; 0 when there is none."""
    _print("")
    for counts, words in ((story.named, "killed: "), (story.by_chance, "killed by chance: "), (verdict.counts, "")):
        for name, number in sorted(counts.items()):
            _print(f"{number:6d}  {words}{name}")
    delays = sorted(story.traffic.delays) or [0.0]
    _print(f"{story.meetings:6d}  messages that met the end of their chat's turn")
    _print(f"{story.house.restarts:6d}  restarts of web and workers")
    _print(f"{1000 * delays[len(delays) // 2]:6.0f}  ms: median of the webhook's answer; slowest {delays[-1]:.1f} s")
    _print(f"{story.slowest:6.1f}  s: the longest that a chat was due")
    came = {*story.named, *([points.MEETING.name] if story.meetings else [])}
    if not story.plan.only and (missed := {point.name for point in (*points.POINTS, points.MEETING)} - came):
        _print(f"moments that did not come: {', '.join(sorted(missed))}")
    said = {one.gateway_id: one for one in story.traffic.said}
    for what, gateway_id in verdict.faults:
        _print(f"BROKEN: {what} {gateway_id}")
    for gateway_id in [name for _, name in verdict.faults if name][:SHOWN]:
        _print(proof.life(said[gateway_id], story.gateway.sends, story.kills))
    connection.close()
    short_of = story.plan.kills - story.count()
    good = not verdict.faults and short_of <= 0
    _print(f"seed {seed}, {story.count()} kills: {'every promise held' if good else 'NOT GOOD'}")
    if short_of > 0:
        _print(f"there was no time for {short_of} kills")
    return 0 if good else 1


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
