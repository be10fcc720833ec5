"""`python -m autolumiku.faults`: build the house, play the story, print the table. 0: every promise held."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autolumiku import embedded

if TYPE_CHECKING:
    from autolumiku.faults.proof import Verdict
    from autolumiku.faults.story import Plan, Story

SHOWN = 5  # lives of messages printed when a promise is broken


def main(words: Sequence[str] | None = None) -> int:
    given = _arguments(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the house is cleared
    with _folder(given.root) as place:
        urls = embedded.ensure(place)
        try:
            return asyncio.run(_run(given, place, urls))
        finally:
            embedded.reset(place)


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manage.py faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=300, help="processes killed at random, beside the named moments")
    parser.add_argument("--seed", type=int, default=None, help="of the dice; the same seed throws the same dice")
    parser.add_argument("--short", action="store_true", help="one round within 90 s: --kills counts the named ones too")
    parser.add_argument("--away", type=float, help="seconds without a database (default 45, in the short form 5)")
    parser.add_argument(
        "--root", type=Path, help="the folder to work in (default: a temporary one, removed at the end)"
    )
    given = parser.parse_args(words)
    given.seed = random.SystemRandom().randrange(10_000) if given.seed is None else given.seed
    return given


@contextlib.contextmanager
def _folder(root: Path | None) -> Iterator[Path]:
    """PostgreSQL may run as another user, who must be able to enter."""
    place = root or Path(tempfile.mkdtemp(prefix="autolumiku-faults-"))
    place.mkdir(exist_ok=True)
    place.chmod(0o755)
    try:
        yield place.resolve()
    finally:
        if root is None:
            shutil.rmtree(place, ignore_errors=True)


async def _run(given: argparse.Namespace, place: Path, urls: embedded.Urls) -> int:
    """Django is set up here for the first time, on this run's own database."""
    from autolumiku.faults import house, wires

    dice = random.Random(given.seed)  # noqa: S311 - not a secret
    gateway = wires.Gateway(random.Random(given.seed + 1))  # noqa: S311
    model = wires.Model(random.Random(given.seed + 2))  # noqa: S311
    gateway_wire = wires.Wire(wires.gateway_app(gateway), house.free_port())
    model_wire = wires.Wire(wires.model_app(model), house.free_port())
    port = house.free_port()
    env = house.environment(place, urls, port=port, gateway=gateway_wire.url, model=model_wire.url)
    os.environ.update(env)
    people = await asyncio.to_thread(_open_showrooms)
    await gateway_wire.start()
    await model_wire.start()
    try:
        async with house.House(place, env, port) as running:
            from autolumiku.faults import story, traffic

            await _ready(running)
            plan = _plan(given)
            customers = traffic.Traffic(f"http://127.0.0.1:{port}", people[: plan.customers], dice, plan.rate)
            told = story.Story(plan, running, house.Server(place), gateway, gateway_wire, customers, dice, _print)
            _print(f"seed {given.seed}, {plan.kills} kills, {plan.rate:.0f} messages/s, in {place}")
            verdict = await told.play()
            return await asyncio.to_thread(_report, given, told, verdict)
    finally:
        await gateway_wire.end()
        await model_wire.end()


def _plan(given: argparse.Namespace) -> Plan:
    from autolumiku.faults.story import Plan

    if given.short:
        return Plan(kills=given.kills, seconds=60.0, away=given.away or 4.0, rate=10.0, customers=120)
    return Plan(
        kills=given.kills + 23, seconds=60.0 + 4.0 * given.kills, away=given.away or 45.0, rate=10.0, customers=600
    )


def _open_showrooms() -> list[traffic.Person]:
    """Migrate, and open one quick showroom and one that paces its sends; returns their customers, mixed."""
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    from aiconfig.models import WhatsAppAIConfig
    from autolumiku.faults.traffic import Person
    from inventory import models as inventory
    from tenants import scope
    from tenants.models import Tenant

    with open(os.devnull, "w") as nowhere:
        call_command("migrate", verbosity=0, stdout=nowhere)
        for number in (1, 2):
            call_command(
                "add_showroom", f"showroom-{number}", name=f"Showroom {number}", client_id=_client(number),
                phone=f"62812000000{number:02d}", pace=0, burst_wait=0.2, stdout=nowhere,
            )  # fmt: skip
    for tenant in _tenants():
        with scope.of(tenant):
            inventory.add(tenant, by="faults", status="AVAILABLE", make="Honda", model="City", year=2006,
                          price=79_000_000, transmission="automatic")  # fmt: skip
            if Tenant.objects.get(pk=tenant).slug == "showroom-2":
                WhatsAppAIConfig.objects.update(customer_gap_seconds=1)
    connections.close_all()
    return [
        Person(_client(number), f"62812000000{number:02d}", f"62813{number:02d}{customer:06d}")
        for customer in range(400)
        for number in (1, 1, 1, 2)[customer % 4 : customer % 4 + 1]
    ]


def _tenants() -> list[int]:
    from tenants import scope
    from tenants.models import Tenant

    with scope.platform("faults"):
        return list(Tenant.objects.values_list("pk", flat=True))


def _client(number: int) -> str:
    return f"75335d94-c1bb-4d11-a42c-{number:012d}"


async def _ready(running: house.House) -> None:
    """Until web answers and the workers fetch."""
    import aiohttp

    async with aiohttp.ClientSession() as http:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                async with http.get(f"http://127.0.0.1:{running.port}/healthz") as answer:
                    if answer.status == 200 and all("worker ready" in running.log(name) for name in ("worker 1",)):
                        return
            await asyncio.sleep(0.05)
    raise SystemExit("the processes do not come up; their last words:\n" + running.log("web")[-2000:])


def _report(given: argparse.Namespace, told: Story, verdict: Verdict) -> int:
    from autolumiku.faults import points, proof
    from django.db import connection

    missed = [point.name for point in points.POINTS if not told.named[point.name]]
    delays = sorted(told.traffic.delays)
    _print("")
    for name, number in sorted(told.named.items()):
        _print(f"{number:6d}  killed: {name}")
    for name, number in sorted(told.by_chance.items()):
        _print(f"{number:6d}  killed by chance: {name}")
    for name, number in sorted(verdict.counts.items()):
        _print(f"{number:6d}  {name}")
    _print(f"{told.meetings:6d}  messages that met the end of their chat's turn")
    _print(f"{told.house.restarts:6d}  restarts of web and workers")
    _print(f"{1000 * delays[len(delays) // 2]:6.0f}  ms: median of the webhook's answer; slowest {delays[-1]:.1f} s")
    _print(f"{told.slowest:6.1f}  s: the longest that a chat was due")
    if missed:
        _print(f"moments that did not come: {', '.join(missed)}")
    short = told._count() < told.plan.kills
    if short:
        _print(f"only {told._count()} of {told.plan.kills} kills: not enough time")
    said = {one.gateway_id: one for one in told.traffic.said}
    for what, gateway_id in verdict.faults:
        _print(f"BROKEN: {what} {gateway_id}")
    for _, gateway_id in [fault for fault in verdict.faults if fault[1]][:SHOWN]:
        _print(proof.life(said[gateway_id], told.gateway.sends, told.kills))
    connection.close()
    good = not verdict.faults and not short
    _print(f"seed {given.seed}: {'every promise held' if good else 'NOT GOOD'} after {told._count()} kills")
    return 0 if good else 1


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
