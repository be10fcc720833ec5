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
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from autolumiku.lib import counters

log = structlog.get_logger(__name__)

MOST_FILES = 50_000  # a day of a busy installation; beyond it the webhook answers 503
MOST_BYTES = 1 << 30
COUNTED_SECONDS = 1.0  # how old the count of what lies here may be
PAUSE_SECONDS = 1.0
# SQLSTATE classes of a database that is away for now: connection, resources, cancelled or shut down, system; and a
# lock not had in time, a deadlock. Everything else is the message's own fault and will be so tomorrow.
PASSING = ("08", "53", "57", "58", "40", "55P03", "25P03", "25P04")


def is_away(error: BaseException) -> bool:
    """Does this error say that the database cannot be had for now (or that nobody knows whether it committed)?"""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(PASSING)


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


@dataclass(frozen=True, slots=True)
class State:
    """What lies in the folder: messages that wait, the age of the oldest in seconds, those that were set aside.

    writable: None where no folder is set.
    """

    files: int = 0
    age: float = 0.0
    bad: int = 0
    writable: bool | None = None


def state() -> State:
    place = folder()
    if place is None:
        return State()
    kept = waiting()
    bad = place / "bad"
    return State(
        files=len(kept),
        age=max(time.time() - int(kept[0].name.partition("-")[0]) / 1e9, 0.0) if kept else 0.0,
        bad=len(os.listdir(bad)) if bad.is_dir() else 0,
        writable=os.access(next(path for path in (place, *place.parents) if path.exists()), os.W_OK),
    )


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
        if not _room.has(place, len(raw)):
            raise SpoolError("full")
        name = f"{time.time_ns():020d}-{os.getpid()}-{threading.get_ident()}.{kind}"
        _write(place, name, raw)
    except OSError as error:
        raise SpoolError(type(error).__name__) from error
    counters.add("spooled")
    log.warning("message kept on disk", file=name)


class _Room:
    """How much lies in the folder, `bad/` too: counted once a second, in between by what this process adds."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.place, self.counted_at, self.files, self.bytes = Path(), 0.0, 0, 0

    def has(self, place: Path, size: int) -> bool:
        with self.lock:
            if place != self.place or time.monotonic() - self.counted_at > COUNTED_SECONDS:
                sizes = [size for folder in (place, place / "bad") for size in _sizes(folder)]
                self.place, self.counted_at, self.files, self.bytes = place, time.monotonic(), len(sizes), sum(sizes)
            if self.files >= MOST_FILES or self.bytes + size > MOST_BYTES:
                return False
            self.files, self.bytes = self.files + 1, self.bytes + size
            return True


_room = _Room()


def _sizes(folder: Path) -> Iterator[int]:
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # the flush took it away
                if entry.is_file():
                    yield entry.stat().st_size


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

    store(raw, kind): commits the message, or raises. An error of a database that is away keeps the file; while the
    database answers, only this file waits (for a lock, say) and the others go on. Any other error moves it to bad/.
    """
    done = 0
    with _alone() as mine:
        for path in waiting() if mine else ():
            try:
                store(path.read_bytes(), path.stem.rpartition(".")[2])
            except Exception as error:
                if not is_away(error):
                    _set_aside(path, error)
                elif _answers():
                    log.warning("kept message waits", file=path.name, error=type(error).__name__)
                    continue
                else:
                    break
            else:
                path.unlink()
            done += 1
    return done


def _answers() -> bool:
    """Is the database there after all? On a new connection."""
    connection.close()
    try:
        connection.ensure_connection()
    except (OperationalError, InterfaceError):
        return False
    return True


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


_first: IO[str] | None = None


def is_first() -> bool:
    """Whether this process speaks for the machine: the first to ask, until it ends. Without a folder each does."""
    global _first
    place = folder()
    if place is None:
        return True
    if _first is None:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = open(place / "first", "w")  # noqa: SIM115 - held as long as this process lives
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
        else:
            _first = file
    return _first is not None


def forget(marks: Iterable[str]) -> int:
    """Delete what still lies here and holds one of these words (a phone, a LID); returns how many files."""
    place, wanted = folder(), [mark.encode() for mark in marks]
    if place is None or not wanted:
        return 0
    bad = place / "bad"
    files = [*waiting(), *(bad.iterdir() if bad.is_dir() else ())]
    found = [path for path in files if any(mark in path.read_bytes() for mark in wanted)]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def watch(store: Callable[[bytes, str], None], look: Callable[[], None]) -> None:
    """Flush and look again and again in a thread of this process; started once by every web process."""

    def work() -> None:
        while True:
            time.sleep(PAUSE_SECONDS)
            try:
                if not is_empty() and flush(store):
                    log.info("kept messages stored")
                look()
            except Exception:
                log.exception("flush failed")
            finally:
                connection.close()

    threading.Thread(target=work, name="spool", daemon=True).start()
