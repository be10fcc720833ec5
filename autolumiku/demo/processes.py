"""Several programs as one: started together, their lines marked, ended together.

Each child leads its own process group, so Ctrl-C reaches only us and we end the groups: SIGTERM, then SIGKILL.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import IO, Any, Self

PATIENCE = 5.0  # seconds between SIGTERM and SIGKILL
PAUSE = 0.1
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StoppedError(Exception):
    """Somebody asked us to end."""


@dataclass(frozen=True, slots=True)
class Program:
    """name: how its lines are marked; command: without a shell."""

    name: str
    command: Sequence[str]


@dataclass(slots=True)
class Family:
    """The running children. Use as a context manager: at its end every child has ended."""

    env: Mapping[str, str]
    cwd: str
    patience: float = PATIENCE
    width: int = 6
    before: dict[signal.Signals, Any] = field(default_factory=dict)
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.before = {number: signal.signal(number, _stop) for number in STOPS}
        return self

    def __exit__(self, *_: object) -> None:
        for number in STOPS:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave children behind
        self.end()
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def start(self, program: Program) -> None:
        child = subprocess.Popen(  # noqa: S603 - our own programs, no shell
            program.command,
            env=dict(self.env),
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.children[program.name] = child
        assert child.stdout is not None
        mark = f"{program.name:<{self.width}} | "
        threading.Thread(target=_relay, args=(child.stdout, mark), daemon=True).start()

    def dead(self) -> str:
        """Why a child ended by itself, in plain words; "" while all run."""
        for name, child in self.children.items():
            code = child.poll()
            if code is not None:
                return f"{name} ended by itself ({_why(code)}); its last lines are above."
        return ""

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> str:
        """ "" as soon as `ready()`; else why it will not be."""
        deadline = time.monotonic() + seconds
        while not ready():
            if said := self.dead():
                return said
            if time.monotonic() > deadline:
                return f"not ready after {seconds:.0f} seconds"
            time.sleep(PAUSE)
        return self.dead()

    def watch(self) -> str:
        """Until a child ends by itself; returns why."""
        while not (said := self.dead()):
            time.sleep(PAUSE)
        return said

    def end(self) -> None:
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + self.patience
        while any(child.poll() is None for child in self.children.values()) and time.monotonic() < deadline:
            time.sleep(PAUSE / 2)
        self._signal(signal.SIGKILL)  # also for grandchildren that outlived their leader
        for child in self.children.values():
            child.wait()

    def _signal(self, number: signal.Signals) -> None:
        for child in self.children.values():
            try:
                os.killpg(child.pid, number)
            except ProcessLookupError:
                continue


def is_free(port: int) -> bool:
    """Whether 127.0.0.1:port can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
        return True


def answers(url: str) -> bool:
    """Whether a GET of this loopback address is answered with 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own http address
            return response.status == 200
    except (urllib.error.URLError, OSError, ValueError):
        return False


def _stop(number: int, frame: FrameType | None) -> None:
    raise StoppedError


def _why(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _relay(lines: IO[bytes], mark: str) -> None:
    for line in lines:
        with contextlib.suppress(OSError, ValueError):  # nobody reads any more: drain, or the child would block
            sys.stdout.write(mark + line.decode(errors="replace").rstrip("\n") + "\n")
            sys.stdout.flush()
