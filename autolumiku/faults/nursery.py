"""Starts the product's processes quickly: imports everything once, then forks a new one whenever it is told to.

Spoken to by house.py over its standard input and output: a line with its name ("web", or a worker's) starts one and is
answered by "started pid name"; every end is told as "ended pid code". When the input ends, all processes end with it.

What is forked is a process of its own: no connection, thread or loop exists before the fork. Thirty restarts on two
busy cores would spend a minute on nothing but imports otherwise.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import django

TICK_SECONDS = 0.02


def main() -> None:
    django.setup()
    _import_all()
    place = Path(os.environ["FAULTS_DIR"])
    living: set[int] = set()
    _tell("ready")
    while True:
        if select.select([0], [], [], TICK_SECONDS)[0]:
            lines = os.read(0, 4096).decode().splitlines()
            if not lines:
                break
            for name in lines:
                living.add(pid := _born(name, place))
                _tell(f"started {pid} {name}")
        living -= {pid for pid in list(living) if _has_ended(pid)}
    for pid in living:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _tell(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _import_all() -> None:
    """What the processes import at their start or at their first call."""
    import openai  # noqa: F401
    from django.urls import get_resolver

    import conversations.management.commands.worker  # noqa: F401

    get_resolver().url_patterns  # noqa: B018 - imports all views


def _has_ended(pid: int) -> bool:
    done, status = os.waitpid(pid, os.WNOHANG)
    if done:
        _tell(f"ended {pid} {os.waitstatus_to_exitcode(status)}")
    return bool(done)


def _born(name: str, place: Path) -> int:
    pid = os.fork()
    if pid == 0:
        _live(name, place)
    return pid


def _live(name: str, place: Path) -> NoReturn:
    """In the new process: its own log and input, the moments of death, and then the product's own start."""
    from autolumiku.faults import points

    log = os.open(place / "log" / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    code = 1
    try:
        points.arm_all(place, "web" if name == "web" else "worker")
        (_web if name == "web" else _worker)()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def _web() -> None:
    from gunicorn.app.wsgiapp import run

    sys.argv = ["gunicorn", "autolumiku.wsgi", "-c", "gunicorn.conf.py", "--log-level", "warning"]
    run()


def _worker() -> None:
    from django.core.management import call_command

    call_command("worker")


if __name__ == "__main__":
    main()
