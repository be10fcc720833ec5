"""What is measured: this product's real processes, and the bot that a tutorial would have you write."""

from __future__ import annotations

import csv
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from autolumiku.bench import database, rig
from autolumiku.bench.database import BenchError, Database
from autolumiku.bench.rig import Fleet, Rig, free_port
from autolumiku.demo.processes import Program, answers

SECRET = "bench-webhook-secret"  # noqa: S105 - of processes on loopback that live as long as the bench
SECONDS_TO_START = 60.0
CARS = 609
REQUIREMENTS = Path(__file__).with_name("requirements.txt")


@dataclass(slots=True)
class System:
    """Something that takes webhooks and answers; started, killed and started again."""

    rig: Rig
    port: int = field(default_factory=free_port)
    roots: dict[str, int] = field(default_factory=dict)

    name = ""
    format = "native"
    path = "/"

    @property
    def fleet(self) -> Fleet:
        return self.rig.fleet

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"

    def launch(self) -> None:
        raise NotImplementedError

    def ready(self) -> bool:
        return rig.listens(self.port)

    def start(self) -> None:
        self.stop()
        self.launch()
        if problem := self.fleet.wait_until(self.ready, SECONDS_TO_START):
            raise BenchError(f"{self.name} does not start: {problem}; see {self.fleet.logs}")

    def stop(self) -> None:
        self.fleet.dismiss(*self.roots)
        self.roots.clear()

    def dead(self) -> bool:
        return all(self.fleet.children[name].poll() is not None for name in self.roots)

    def kill_command(self) -> str:
        """For a shell: every process at once, none asked."""
        return "kill -s KILL -- " + " ".join(f"-{pid}" for pid in self.roots.values())

    def burst_wait(self, seconds: float) -> None:
        """How long a chat waits for further messages, where the system knows such a thing."""

    def drive_options(self) -> tuple[str, ...]:
        return ("--format", self.format)


@dataclass(slots=True)
class AutoLumiku(System):
    database: Database = field(default_factory=lambda: database.beside(""))
    web: int = 2  # gunicorn's processes
    workers: int = 1
    extra: Mapping[str, str] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)  # how long each log was at the start
    name_prefix: str = ""  # of the processes, where two of a kind run side by side

    name = "AutoLumiku"
    path = "/api/v1/webhooks/aimeow"

    @property
    def env(self) -> dict[str, str]:
        work = self.fleet.logs
        return {
            **self.database.env,
            "SPOOL_DIR": str(work / "spool"),
            "MEDIA_ROOT": str(work / "media"),
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "AIMEOW_BASE_URL": self.rig.gateway,
            "AIMEOW_WEBHOOK_SECRET": SECRET,
            "ZAI_API_KEY": "bench",
            "ZAI_BASE_URL": f"{self.rig.llm}/v1",
            "WEB_CONCURRENCY": str(self.web),
            **self.extra,
        }

    def launch(self) -> None:
        python = sys.executable
        programs = [Program(self.web_name, (python, "-m", "gunicorn", "autolumiku.wsgi"))]
        programs += [
            Program(f"{self.name_prefix}worker{number}", (python, "manage.py", "worker"))
            for number in range(self.workers)
        ]
        for program in programs:
            self.said[program.name] = len(self.fleet.log(program.name))
            self.roots[program.name] = self.fleet.launch(program, self.env)

    def ready(self) -> bool:
        return answers(f"http://127.0.0.1:{self.port}/healthz") and all(
            "worker ready" in self.fleet.log(name)[self.said[name] :] for name in self.roots if name != self.web_name
        )

    def burst_wait(self, seconds: float) -> None:
        self.database.ask("UPDATE whatsapp_ai_configs SET burst_wait_seconds = %s", (seconds,))

    def drive_options(self) -> tuple[str, ...]:
        return ("--format", self.format, "--secret", SECRET)

    @property
    def web_name(self) -> str:
        return f"{self.name_prefix}web"

    @property
    def worker_pids(self) -> list[int]:
        return [pid for name, pid in self.roots.items() if name != self.web_name]


def furnish(place: Database, folder: Path, rig_folder: Path) -> None:
    """The showroom that the rig writes to, with its 609 cars."""
    who = ("--name", "Bench Mobil", "--client-id", rig.CLIENT_ID, "--phone", "081200000000")
    quick = ("--burst-wait", "0", "--pace", "0")
    database.manage(place, "add_showroom", "bench", *who, "--stock", str(stock(folder, rig_folder)), *quick)


def stock(folder: Path, rig_folder: Path) -> Path:
    """A real stock where it lies beside the rig, else a made-up one of the same size."""
    real = rig_folder.parent / "data" / "inventory_used_car_609.csv"
    return real if real.exists() else made_up_stock(folder / "stock.csv")


def made_up_stock(file: Path) -> Path:
    models = [("Toyota", "Avanza"), ("Honda", "Jazz"), ("Daihatsu", "Xenia"), ("Suzuki", "Ertiga"), ("Honda", "Brio")]
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["merek", "model", "tahun", "harga", "km", "transmisi", "warna"])
        for number in range(CARS):
            make, model = models[number % len(models)]
            year, price = 2008 + number % 16, 70_000_000 + number % 90 * 4_000_000
            gearbox = ("manual", "automatic")[number % 2]
            rows.writerow([make, model, year, price, 9_000 + number * 211, gearbox, ("hitam", "putih")[number % 2]])
    return file


@dataclass(slots=True)
class Tutorial(System):
    """One process, SQLite, the answer made inside the webhook's request."""

    name = "tutorial bot"
    format = "event"
    path = "/webhook"

    def launch(self) -> None:
        env = {
            "LLM_URL": f"{self.rig.llm}/v1",
            "AIMEOW_URL": self.rig.gateway,
            "BOT_DB": str(self.fleet.logs / "bot.db"),
            "LLM_KEY": "bench",
        }
        command = [str(own_python()), "-m", "uvicorn", "tutorial_bot:app", "--port", str(self.port)]
        command += ["--app-dir", str(self.rig.folder / "peers"), "--no-access-log"]
        self.roots["bot"] = self.fleet.launch(Program("bot", command), env)


def own_python() -> Path:
    return settings.VAR_DIR / "bench" / "venv" / "bin" / "python"


def install() -> str:
    """The peer's and the profiler's packages in a venv of their own; "" or why there are none."""
    python, stamp = own_python(), settings.VAR_DIR / "bench" / "venv" / "installed.txt"
    wanted = REQUIREMENTS.read_text()
    if stamp.exists() and stamp.read_text() == wanted:
        return ""
    venv.create(python.parent.parent, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(REQUIREMENTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - pip on our own file
    if done.returncode:
        return f"its packages cannot be installed: {done.stderr.strip()[-300:]}"
    stamp.write_text(wanted)
    return ""
