"""Does a message cost more where there is more data? Two databases, 10 and 1,000 showrooms, in turn in one run."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from django.core.management import call_command
from django.db import connections

from autolumiku.bench import database, filling, systems, usage
from autolumiku.bench.database import Database
from autolumiku.bench.filling import Size
from autolumiku.bench.systems import AutoLumiku
from tenants import scope
from tenants.models import Tenant

SIZES = {"10 showrooms": Size(10), "1,000 showrooms": Size(1000)}
MOST = 1.2
LOAD = ("--rate", "20", "--count", "400", "--conversations", "200", "--quiet", "10")

SCANS_SQL = """
SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname IN ('whatsapp_messages', 'whatsapp_conversations',
    'vehicles', 'vehicle_history', 'vehicle_photos', 'llm_calls', 'leads', 'conversation_events')
"""


def prepare(folder: Path, rig_folder: Path, say: Callable[[str], None]) -> dict[str, Database]:
    """The two databases, filled; a large one that is there already is kept."""
    places = {}
    for label, size in SIZES.items():
        place = database.beside(f"_{size.showrooms}")
        database.make(place, anew=not _is_filled(place, size))
        if not _is_filled(place, size):
            say(f"filling {label}: {_count(size)}")
            systems.furnish(place, folder, rig_folder)
            _fill(place, size, folder, rig_folder)
        place.as_owner("VACUUM ANALYZE")
        places[label] = place
    return places


def _count(size: Size) -> str:
    vehicles, messages = size.showrooms * size.vehicles, size.showrooms * size.chats * size.messages
    return f"{vehicles:,} vehicles, {messages:,} messages"


def _is_filled(place: Database, size: Size) -> bool:
    try:
        return place.as_owner("SELECT count(*) FROM tenants WHERE slug LIKE 'copy-%'") == [(size.showrooms,)]
    except Exception:
        return False  # no such database, or one of an older form


def _fill(place: Database, size: Size, folder: Path, rig_folder: Path) -> None:
    with pointed(place.name):
        who = {"name": "Pattern", "client_id": "pattern", "phone": "081100000009"}
        stock = systems.stock(folder, rig_folder)
        call_command("add_showroom", "pattern", stock=stock, **who, verbosity=0, stdout=Silence())
        with scope.platform("bench"):
            tenant = Tenant.objects.get(slug="pattern")
        filling.pattern(tenant)
        filling.fill(tenant, size)


@contextmanager
def pointed(name: str) -> Iterator[None]:
    """Django works on this database of the bench for this moment."""
    before = {alias: connections[alias].settings_dict["NAME"] for alias in ("default", "owner")}
    _point(dict.fromkeys(before, name))
    try:
        yield
    finally:
        _point(before)


class Silence:
    def write(self, text: str) -> None:
        """The import's summary is of no interest here."""


def _point(names: dict[str, str]) -> None:
    for alias, name in names.items():
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def run(system: AutoLumiku, places: dict[str, Database], runs: int, noise: list[int]) -> str:
    """Both systems run; the load goes to one after the other, so that both see the same machine."""
    sized = {
        label: replace(system, database=place, roots={}, said={}, port=system.port + number, name_prefix=f"s{number}")
        for number, (label, place) in enumerate(places.items())
    }
    figures: dict[str, list[dict[str, float]]] = {label: [] for label in sized}
    scans: dict[str, dict[str, int]] = {}
    system.rig.set({"latency": 0.2}, {})
    for each in sized.values():
        each.start()
        each.rig.drive(each.url, list(each.roots.values()), noise, *each.drive_options(), *LOAD)
    for label, place in places.items():
        scans[label] = dict(place.ask(SCANS_SQL))
    for number in range(runs):
        turn = list(sized) if number % 2 == 0 else list(sized)[::-1]  # who comes second has a warmer machine
        for label in turn:
            figures[label].append(_once(sized[label], noise))
    for each in sized.values():
        each.stop()
    grown = {
        label: {name: count - scans[label][name] for name, count in place.ask(SCANS_SQL) if count > scans[label][name]}
        for label, place in places.items()
    }
    return _table(figures, grown)


def _once(system: AutoLumiku, noise: list[int]) -> dict[str, float]:
    groups = {
        "web": [system.roots[system.web_name]],
        "worker": system.worker_pids,
        "database": system.database.backends(),
    }
    before = {name: usage.cpu_seconds(pids) for name, pids in groups.items()}
    raw = system.rig.drive(system.url, list(system.roots.values()), noise, *system.drive_options(), *LOAD)
    used = {name: usage.cpu_seconds(pids) - before[name] for name, pids in groups.items()}
    each = {f"CPU per message, {name}": 1000 * value / raw["messages"] for name, value in used.items()}
    whole = {"CPU per message, all": sum(each.values())}
    reply = {"reply p50, model 0.2 s": raw["reply_ms"].get("p50", 0), "reply p95": raw["reply_ms"].get("p95", 0)}
    return {**each, **whole, **reply, "webhook answered p50": raw["ack_ms"].get("p50", 0)}


def _table(figures: dict[str, list[dict[str, float]]], scans: dict[str, dict[str, int]]) -> str:
    small, large = figures
    lines = [f"| | {small} | {large} | ratio | must be |", "|---|---|---|---|---|"]
    for name in figures[small][0]:
        low, high = (statistics.median(run[name] for run in figures[label]) for label in (small, large))
        lines.append(f"| {name} | {low:.2f} ms | {high:.2f} ms | {high / low if low else 0:.2f} | ≤ {MOST} |")
    lines += [f"whole tables read, {label}: {tables or 'none'}" for label, tables in scans.items()]
    return "\n".join(lines)
