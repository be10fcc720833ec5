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


def environment(place: Path, urls: embedded.Urls) -> dict[str, str]:
    """The settings the processes run with: the product's own, with short periods."""
    port, gateway, model = (free_port() for _ in range(3))
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
        "AIMEOW_BASE_URL": f"http://127.0.0.1:{gateway}",
        "ZAI_API_KEY": "faults",
        "ZAI_BASE_URL": f"http://127.0.0.1:{model}/v1",
        "ZAI_TEXT_MODEL": "faults",
        "PROMETHEUS_MULTIPROC_DIR": str(place / "metrics"),
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
class House:
    """Use as an async context manager: at its end every process has ended."""

    place: Path
    env: dict[str, str]
    pids: dict[str, int] = field(default_factory=dict)  # 0: not running at this moment
    surprises: list[str] = field(default_factory=list)  # ends that nobody brought about
    restarts: int = 0
    _asked: set[int] = field(default_factory=set)  # pids that were asked to stop
    _nursery: asyncio.subprocess.Process | None = None
    _supervisor: asyncio.Task[None] | None = None

    async def __aenter__(self) -> House:
        for name in ("armed", "fired", "held", "spool", "log"):
            (self.place / name).mkdir(exist_ok=True)
        with open(self.place / "log" / "nursery.log", "wb") as log:
            self._nursery = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "autolumiku.faults.nursery",
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=self.env, cwd=PROJECT,
            )  # fmt: skip
        self._supervisor = asyncio.create_task(self._supervise())
        for name in ("web", *WORKERS):
            self._start(name)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._nursery is not None
        assert self._supervisor is not None
        self._supervisor.cancel()
        for pid in self.pids.values():
            for child in offspring(pid):
                kill(child)
        assert self._nursery.stdin is not None
        self._nursery.stdin.close()  # it takes its children along
        await self._nursery.wait()

    def _start(self, name: str) -> None:
        self.pids[name] = 0
        assert self._nursery is not None
        assert self._nursery.stdin is not None
        self._nursery.stdin.write(f"{name}\n".encode())

    async def _supervise(self) -> None:
        """What has ended is started again at once, as systemd would."""
        assert self._nursery is not None
        assert self._nursery.stdout is not None
        async for line in self._nursery.stdout:
            match line.decode().split(maxsplit=2):
                case ["started", pid, name]:
                    self.pids[name.strip()] = int(pid)
                case ["ended", pid, code]:
                    name = next(name for name, known in self.pids.items() if known == int(pid))
                    if int(code) != -signal.SIGKILL and int(pid) not in self._asked:
                        self.surprises.append(f"{name} ended by itself with {code.strip()}")
                    self.restarts += 1
                    self._start(name)
        self.surprises.append("the nursery ended")

    def web_workers(self) -> list[int]:
        return offspring(self.pids["web"])

    async def ask_to_stop(self, name: str) -> None:
        """SIGTERM, and wait for the end; one that does not end is a surprise."""
        pid = self.pids[name]
        if not kill(pid, signal.SIGTERM):
            return
        self._asked.add(pid)
        until = time.monotonic() + STOP_SECONDS
        while self.pids[name] == pid:
            if time.monotonic() > until:
                self.surprises.append(f"{name} does not stop")
                kill(pid)
                return
            await asyncio.sleep(0.05)

    def log(self, name: str) -> str:
        file = self.place / "log" / f"{name}.log"
        return file.read_text(errors="replace") if file.exists() else ""


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

    def processes(self) -> list[int]:
        pid = embedded.status(self.root).pid
        return [pid, *offspring(pid)]

    def kill_backend(self, pick: int) -> bool:
        """One of its processes is killed; PostgreSQL then ends them all and recovers."""
        backends = [pid for pid in offspring(embedded.status(self.root).pid) if b"postgres: app" in _title(pid)]
        return bool(backends) and kill(backends[pick % len(backends)])


def _title(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
