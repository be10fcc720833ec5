"""The installation under test: PostgreSQL, gunicorn and workers as real processes, and a supervisor that restarts them.

Everything lies under one folder: the database, the spool, the logs and the notes by which moments of death are armed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from autolumiku import embedded

PROJECT = Path(__file__).resolve().parents[2]
SECRET = "faults"  # noqa: S105 - of a gateway that lives as long as this run
WORKERS = ("worker 1", "worker 2")
STOP_SECONDS = 40.0  # a process asked to stop has that long


def environment(place: Path, urls: embedded.Urls, *, port: int, gateway: str, model: str) -> dict[str, str]:
    """The settings the processes run with: the product's own, with short periods."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PG_BIN", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "autolumiku.settings",
        "FAULTS_DIR": str(place),
        "DATABASE_URL": urls.app,
        "DATABASE_OWNER_URL": urls.owner,
        "SPOOL_DIR": str(place / "spool"),
        "MEDIA_ROOT": str(place / "media"),
        "SECRET_KEY": "faults" * 10,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WEB_CONCURRENCY": "2",
        "AIMEOW_WEBHOOK_SECRET": SECRET,
        "AIMEOW_BASE_URL": gateway,
        "ZAI_API_KEY": "faults",
        "ZAI_BASE_URL": f"{model}/v1",
        "ZAI_TEXT_MODEL": "faults",
        "TURN_SECONDS": "4",
        "CLAIM_SECONDS": "2",
        "SWEEP_SECONDS": "1",
        "FORGOTTEN_SECONDS": "3",
        "VANISHED_SECONDS": "10",
        "LOST_SECONDS": "6",
        "PAUSE_SECONDS": "0.5",
        "RECONNECT_SECONDS": "2",
        "PYTHONUNBUFFERED": "1",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Child:
    command: list[str]
    process: subprocess.Popen[bytes]
    asked_to_stop: bool = False


@dataclass(slots=True)
class House:
    """Use as an async context manager: at its end every process has ended."""

    place: Path
    env: dict[str, str]
    port: int
    children: dict[str, Child] = field(default_factory=dict)
    surprises: list[str] = field(default_factory=list)  # ends that nobody brought about
    restarts: int = 0
    _supervisor: asyncio.Task[None] | None = None

    async def __aenter__(self) -> House:
        for name in ("armed", "fired", "held", "spool", "log"):
            (self.place / name).mkdir(exist_ok=True)
        web = ["-m", "gunicorn", "autolumiku.faults.web", "-c", "gunicorn.conf.py", "--log-level", "warning"]
        self._start("web", [sys.executable, *web])
        for name in WORKERS:
            self._start(name, [sys.executable, "-m", "autolumiku.faults.worker"])
        self._supervisor = asyncio.create_task(self._supervise())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._supervisor is not None:
            self._supervisor.cancel()
        for child in self.children.values():
            for pid in (*offspring(child.process.pid), child.process.pid):
                kill(pid)
            child.process.wait()

    def _start(self, name: str, command: list[str]) -> None:
        with open(self.place / "log" / f"{name}.log", "ab") as log:
            process = subprocess.Popen(  # noqa: S603 - the product's own programs, no shell
                command, env=self.env, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.children[name] = Child(command, process)

    async def _supervise(self) -> None:
        """What has ended is started again at once, as systemd would."""
        while True:
            for name, child in list(self.children.items()):
                code = child.process.poll()
                if code is None:
                    continue
                if code != -signal.SIGKILL and not child.asked_to_stop:
                    self.surprises.append(f"{name} ended by itself with {code}")
                self.restarts += 1
                self._start(name, child.command)
            await asyncio.sleep(0.05)

    def pid(self, name: str) -> int:
        return self.children[name].process.pid

    def web_workers(self) -> list[int]:
        return offspring(self.pid("web"))

    async def ask_to_stop(self, name: str) -> None:
        """SIGTERM, and wait for the end; one that does not end is a surprise."""
        child = self.children[name]
        child.asked_to_stop = True
        child.process.terminate()
        until = time.monotonic() + STOP_SECONDS
        while child.process.poll() is None:
            if time.monotonic() > until:
                self.surprises.append(f"{name} does not stop")
                child.process.kill()
            await asyncio.sleep(0.05)

    def log(self, name: str) -> str:
        return (self.place / "log" / f"{name}.log").read_text(errors="replace")


def offspring(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def kill(pid: int, number: signal.Signals = signal.SIGKILL) -> bool:
    """Whether there was such a process. 0 would be our own whole group."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Server:
    """The PostgreSQL of this run alone."""

    root: Path

    def start(self) -> embedded.Urls:
        return embedded.ensure(self.root)

    async def crash(self, number: signal.Signals) -> None:
        """SIGQUIT: stop at once without a checkpoint; SIGKILL: as when the machine takes the memory away."""
        pid = embedded.status(self.root).pid
        kill(pid, number)
        while _title(pid):
            await asyncio.sleep(0.01)

    def kill_backend(self, pick: int) -> bool:
        """One of its processes is killed; PostgreSQL then ends them all and recovers."""
        backends = [pid for pid in offspring(embedded.status(self.root).pid) if b"postgres: app" in _title(pid)]
        return bool(backends) and kill(backends[pick % len(backends)])


def _title(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
