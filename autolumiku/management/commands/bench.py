"""How fast, and what survives: the real processes under the rig's load (`make bench`)."""

from __future__ import annotations

import os
import shutil
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from autolumiku.bench import (
    database,
    inboxes,
    memory,
    profile,
    rig,
    scale,
    scenarios,
    soak,
    systems,
    table,
    turns,
    walls,
)
from autolumiku.bench.database import BenchError
from autolumiku.bench.rig import Fleet, Rig
from autolumiku.bench.systems import AutoLumiku, System, Tutorial
from autolumiku.demo.processes import StoppedError

RATES = {"AutoLumiku": (40, 50, 60, 65, 70, 75, 80, 90, 100, 120), "tutorial bot": (20, 30, 36, 40, 44, 50)}
PARTS = (*scenarios.SCENARIOS, "sweep")


class Command(BaseCommand):
    help = "Measure the real processes on a database of their own, and a tutorial's bot beside them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = Path(settings.BASE_DIR).parent / "shared" / "rig"
        parser.add_argument("--rig", type=Path, default=default, help="folder of the rig's drive.py and stubs")
        parser.add_argument("--only", default="", help=f"parts, comma-separated: {', '.join(PARTS)}")
        parser.add_argument("--runs", type=int, default=3, help="medians of so many")
        parser.add_argument("--quick", action="store_true", help="one run, fewer messages")
        parser.add_argument("--workers", type=int, default=1)
        parser.add_argument("--web", type=int, default=2, help="gunicorn's processes")
        parser.add_argument("--no-peer", action="store_true", help="without the tutorial's bot")
        parser.add_argument(
            "--soak", type=float, metavar="MINUTES", help="instead: an even load, memory and queue over time"
        )
        parser.add_argument("--rate", type=float, default=20, help="messages a second of --soak and --profile")
        parser.add_argument("--memory", action="store_true", help="instead: memory of a small installation")
        parser.add_argument("--scale", action="store_true", help="instead: cost of a message at 10 and 1,000 showrooms")
        parser.add_argument("--profile", action="store_true", help="instead: where web and worker spend their CPU")
        parser.add_argument("--turns", action="store_true", help="instead: CPU of a turn besides the model; no rig")
        parser.add_argument("--rls", action="store_true", help="instead: what row security costs a message; no rig")
        parser.add_argument("--inbox", action="store_true", help="instead: a big showroom's inbox; no rig")
        parser.add_argument("--rates", default="", help="of the sweep, comma-separated, from low to high")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["turns"]:
            self.stdout.write(turns.run(20 if options["quick"] else 100, self.stdout.write))
            return
        if options["rls"]:
            self.stdout.write(walls.run(10 if options["quick"] else 40, self.stdout.write))
            return
        if options["inbox"]:
            self.stdout.write(inboxes.run(10 if options["quick"] else 30, self.stdout.write))
            return
        folder: Path = options["rig"].resolve()
        if not rig.complete(folder):
            self.stdout.write(f"Skipped: the rig ({', '.join(rig.FILES)}) is not in {folder}. --rig names its folder.")
            return
        try:
            with stage(folder) as stubs:
                self.measured(stubs, options)
        except StoppedError:
            self.stdout.write("\nstopped; every process has ended.")
        except BenchError as error:
            raise CommandError(str(error)) from error

    def measured(self, stubs: Rig, options: dict[str, Any]) -> None:
        noise, logs = database.server_pids(), stubs.fleet.logs
        if options["scale"]:
            places = scale.prepare(logs, stubs.folder, self.stdout.write)
            system = AutoLumiku(stubs, database=places["10 showrooms"], web=1)
            self.stdout.write(scale.run(system, places, 1 if options["quick"] else options["runs"], noise))
        elif options["soak"] or options["memory"] or options["profile"]:
            system = AutoLumiku(stubs, database=prepared(stubs), web=options["web"], workers=options["workers"])
            if options["soak"]:
                said, raw = soak.run(system, options["soak"], options["rate"], noise)
                scenarios.keep(results_folder(), system, "soak", 1, raw)
                self.stdout.write(said)
            if options["memory"]:
                self.stdout.write(memory.measure(system, noise))
            if options["profile"]:
                self.stdout.write(profile.run(system, options["rate"], noise))
        else:
            self.compare(stubs, options)

    def compare(self, stubs: Rig, options: dict[str, Any]) -> None:
        names = [name for name in options["only"].split(",") if name] or list(PARTS)
        if unknown := set(names) - set(PARTS):
            raise CommandError(f"No such part: {', '.join(sorted(unknown))}. There are: {', '.join(PARTS)}.")
        place = prepared(stubs)
        rivals: list[System] = [AutoLumiku(stubs, database=place, web=options["web"], workers=options["workers"])]
        if not options["no_peer"]:
            if problem := systems.install():
                self.stdout.write(f"Without the tutorial bot: {problem}")
            else:
                rivals.append(Tutorial(stubs))
        results = results_folder()
        runs: table.Runs = {rival.name: {} for rival in rivals}
        for rival in rivals:
            for name in names:
                for number in range(1, (1 if options["quick"] else options["runs"]) + 1):
                    figures = self.measure(rival, name, number, options)
                    scenarios.keep(results, rival, name, number, figures)
                    runs[rival.name].setdefault(name, []).append(figures)
                    self.say(rival.name, name, figures)
            rival.stop()
        written = table.markdown(runs, [rival.name for rival in rivals])
        (results / "table.md").write_text(written + "\n")
        self.stdout.write(f"\n{written}\n\nRaw figures: {results.relative_to(settings.BASE_DIR)}")

    def measure(self, rival: System, name: str, number: int, options: dict[str, Any]) -> table.Raw:
        noise = database.server_pids()
        if name == "sweep":
            given = tuple(float(rate) for rate in options["rates"].split(",") if rate)
            return scenarios.sweep(rival, given or RATES[rival.name], number, noise, 10 if options["quick"] else 20)
        scenario = scenarios.SCENARIOS[name]
        return scenarios.run(rival, scenarios.shortened(scenario) if options["quick"] else scenario, number, noise)

    def say(self, system: str, name: str, figures: table.Raw) -> None:
        rows = [(row.label, row.pick(figures)) for row in table.ROWS if row.scenario == name]
        said = "; ".join(f"{label} {value:g}" for label, value in rows if value is not None)
        self.stdout.write(f"{time.strftime('%H:%M:%S')} {system} {name}: {said}")
        self.stdout.flush()


@contextmanager
def stage(folder: Path) -> Iterator[Rig]:
    """The rig's stubs, and a fleet whose members have all ended afterwards, whatever happens."""
    work = work_folder()
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    for name in ("DEBUG", "ZAI_TEXT_MODEL", "API_TIMEOUT_MS"):
        env.pop(name, None)
    with Fleet(env, str(settings.BASE_DIR), logs=work) as fleet:
        stubs = Rig(folder, fleet)
        stubs.start()
        yield stubs


def work_folder() -> Path:
    """This run's logs; those of runs that have ended are deleted."""
    place = settings.VAR_DIR / "bench"
    for old in place.glob("work-*"):
        if not Path("/proc", old.name.removeprefix("work-")).exists():
            shutil.rmtree(old, ignore_errors=True)
    work = place / f"work-{os.getpid()}"
    work.mkdir(parents=True)
    return work


def results_folder() -> Path:
    return settings.BASE_DIR / "rig-results" / time.strftime("%Y%m%d-%H%M%S")


def prepared(stubs: Rig) -> database.Database:
    """A new database with the rig's showroom."""
    place = database.beside("")
    database.make(place)
    systems.furnish(place, stubs.fleet.logs, stubs.folder)
    return place
