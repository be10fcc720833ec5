"""Where the webhook keeps messages while the database is away: one file a message, on disk before the 200.

A file is written under another name, fsynced, renamed, and its folder fsynced. While the folder holds anything, new
messages go through it too, so that none overtakes. One thread of one web process at a time (a flock says which) stores
the files in the order they came, deletes each after its commit, and puts what can never be stored into `bad/`.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

log = structlog.get_logger(__name__)

MOST_FILES = 50_000  # a day of a busy installation; beyond it the webhook answers 503
PAUSE_SECONDS = 1.0
AWAY = (OperationalError, InterfaceError)


class SpoolError(Exception):
    """The message could not be kept: no folder is set, it is full, or the disk refuses."""


def folder() -> Path | None:
    return Path(settings.SPOOL_DIR) if settings.SPOOL_DIR else None


def waiting() -> list[Path]:
    """The kept messages, oldest first."""
    place = folder()
    if place is None or not place.is_dir():
        return []
    return sorted(path for path in place.iterdir() if path.suffix == ".message")


def is_empty() -> bool:
    """Asked at every webhook call: does nothing wait?"""
    place = folder()
    if place is None:
        return True
    try:
        with os.scandir(place) as entries:
            return not any(entry.name.endswith(".message") for entry in entries)
    except FileNotFoundError:
        return True


def keep(raw: bytes, *, kind: str) -> None:
    """Put a webhook body on disk; `kind` names its door ("message" or "status"). Raises SpoolError."""
    place = folder()
    if place is None:
        raise SpoolError("SPOOL_DIR is not set")
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        if len(os.listdir(place)) >= MOST_FILES:
            raise SpoolError("full")
        name = f"{time.time_ns():020d}-{os.getpid()}-{threading.get_ident()}.{kind}"
        _write(place, name, raw)
    except OSError as error:
        raise SpoolError(type(error).__name__) from error
    log.warning("message kept on disk", file=name)


def _write(place: Path, name: str, raw: bytes) -> None:
    draft = place / f"{name}.draft"
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    _publish(draft, place / f"{name}.message")


def _publish(draft: Path, final: Path) -> None:
    draft.rename(final)
    _sync(final.parent)


def _sync(place: Path) -> None:
    """Makes a rename in this folder survive a power cut."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush(store: Callable[[bytes, str], None]) -> int:
    """Store what waits, oldest first, until the database is away again; returns how many files are gone.

    store(raw, kind): commits the message, or raises; a database error keeps the file, any other moves it to bad/.
    """
    done = 0
    with _alone() as mine:
        for path in waiting() if mine else ():
            try:
                store(path.read_bytes(), path.stem.rpartition(".")[2])
            except AWAY:
                connection.close()
                break
            except Exception as error:
                _set_aside(path, error)
            else:
                path.unlink()
            done += 1
    return done


def _set_aside(path: Path, error: Exception) -> None:
    bad = path.parent / "bad"
    bad.mkdir(exist_ok=True)
    path.rename(bad / path.name)
    log.error("kept message cannot be stored", file=path.name, error=type(error).__name__)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether this is the only flush on this machine; the others leave it the work."""
    place = folder()
    if place is None or is_empty():
        yield False
        return
    with open(place / "lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def watch(store: Callable[[bytes, str], None]) -> None:
    """Flush again and again in a thread of this process; started once by every web process."""

    def work() -> None:
        while True:
            time.sleep(PAUSE_SECONDS)
            try:
                if not is_empty() and flush(store):
                    log.info("kept messages stored")
            except Exception:
                log.exception("flush failed")
            finally:
                connection.close()

    threading.Thread(target=work, name="spool", daemon=True).start()
