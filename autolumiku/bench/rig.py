"""The rig: stub model, stub gateway and driver, which lie outside the repository. Everything on loopback, bounded."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autolumiku.bench.database import BenchError
from autolumiku.demo.processes import PAUSE, Family, Program

FILES = ("drive.py", "stub_llm.py", "stub_aimeow.py")
CLIENT_ID = "11111111-2222-3333-4444-555555555555"  # the number that the rig writes to


@dataclass(slots=True)
class Fleet(Family):
    """A family whose lines go to files, one a program, and whose members come and go."""

    logs: Path = Path()

    def launch(self, program: Program, env: Mapping[str, str] | None = None, *, cwd: Path | None = None) -> int:
        """Start it; returns its pid, which is also its process group."""
        with (self.logs / f"{program.name}.log").open("ab") as log:
            child = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                program.command,
                env={**self.env, **(env or {})},
                cwd=cwd or self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.children[program.name] = child
        return child.pid

    def dismiss(self, *names: str) -> None:
        """End these, SIGTERM first."""
        leaving = Fleet(self.env, self.cwd, self.patience, logs=self.logs)
        leaving.children = {name: self.children.pop(name) for name in names if name in self.children}
        leaving.end()

    def log(self, name: str) -> str:
        path = self.logs / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""


@dataclass(slots=True)
class Rig:
    folder: Path
    fleet: Fleet
    llm_port: int = 0
    gateway_port: int = 0
    stubs: list[int] = field(default_factory=list)

    @property
    def llm(self) -> str:
        return f"http://127.0.0.1:{self.llm_port}"

    @property
    def gateway(self) -> str:
        return f"http://127.0.0.1:{self.gateway_port}"

    def start(self) -> None:
        self.llm_port, self.gateway_port = free_port(), free_port()
        for name, port in (("stub_llm", self.llm_port), ("stub_aimeow", self.gateway_port)):
            command = (sys.executable, str(self.folder / f"{name}.py"), "--port", str(port))
            self.stubs.append(self.fleet.launch(Program(name, command)))
        problem = self.fleet.wait_until(lambda: listens(self.llm_port) and listens(self.gateway_port), 20)
        if problem:
            raise BenchError(f"the rig does not start: {problem}")

    def set(self, llm: Mapping[str, Any], gateway: Mapping[str, Any]) -> None:
        """How the stubs behave from now on; what is not said is as in a good world."""
        for url, wanted in ((self.llm, llm), (self.gateway, gateway)):
            body = json.dumps({"latency": 0, "mode": "ok", "fail_rate": 1.0, **wanted}).encode()
            request = urllib.request.Request(f"{url}/control", body, {"Content-Type": "application/json"})  # noqa: S310
            urllib.request.urlopen(request, timeout=10).read()  # noqa: S310 - our own http address

    def drive(
        self,
        url: str,
        roots: Sequence[int],
        database: Sequence[int],
        *arguments: str,
        watch: Callable[[], object] = bool,
    ) -> dict[str, Any]:
        """One run of the driver; its figures. `watch` is called about ten times a second meanwhile."""
        out = self.fleet.logs / "drive.json"
        out.unlink(missing_ok=True)
        ours = ",".join(
            map(str, [*self.stubs, *database])
        )  # not this process: the driver would count its children twice
        command = [sys.executable, str(self.folder / "drive.py"), "--url", url, "--llm", self.llm]
        command += ["--aimeow", self.gateway, "--watch-pid", ",".join(map(str, roots)), "--ours", ours]
        self.fleet.launch(Program("drive", [*command, *arguments, "--out", str(out)]))
        child = self.fleet.children["drive"]
        try:
            while child.poll() is None:
                watch()
                time.sleep(PAUSE)
        finally:
            self.fleet.dismiss("drive")
        if not out.exists():
            raise BenchError(f"the driver failed:\n{self.fleet.log('drive')[-2000:]}")
        return dict(json.loads(out.read_text()))


def complete(folder: Path) -> bool:
    return all((folder / name).exists() for name in FILES)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True
