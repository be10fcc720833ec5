"""What operators see: readiness, metrics, the alarm, the logs, and a queue that does not grow."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as project
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app

from autolumiku.lib import counters, jobs
from autolumiku.testing.stage import CUSTOMER, run_jobs
from conversations import scrape, spool, tasks, vitals
from conversations.models import WhatsAppConversation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(monkeypatch, settings, tmp_path):
    """Nothing is cached, nobody has rung yet, and the spool is this test's own."""
    monkeypatch.setattr(vitals, "CACHE_SECONDS", 0)
    monkeypatch.setattr(vitals, "_rang", {})
    monkeypatch.setattr(spool, "_first", None)
    settings.SPOOL_DIR = str(tmp_path / "spool")


@pytest.fixture
def lines():
    """Every line of every logger, as it is written, whatever its level."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    loggers = [logging.getLogger(name) for name in ("", *project.LOGGING["loggers"])]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield lambda: heard.getvalue().splitlines()
    for logger, level in zip(loggers, before, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


def ready():
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()


def owed_since(showroom, seconds):
    showroom.receives("Halo, ada Jazz?")
    with showroom.scope():
        WhatsAppConversation.objects.update(due_at=timezone.now() - timedelta(seconds=seconds))


# --- /healthz and /readyz ---------------------------------------------------------------------------------------------


def test_all_is_well(showroom):
    status, parts = ready()
    assert status == 200
    assert parts["ready"] is True
    assert {name: part["ok"] for name, part in parts.items() if name != "ready"} == dict.fromkeys(
        ("database", "migrations", "queue", "unanswered", "spool"), True
    )


def test_an_answer_owed_for_over_a_minute_is_not_ready(showroom):
    owed_since(showroom, 59)
    assert ready()[0] == 200
    owed_since(showroom, 75)
    status, parts = ready()
    assert status == 503
    assert parts["unanswered"] == {"ok": False, "overdue": 1, "oldest_seconds": pytest.approx(75, abs=1)}
    assert parts["queue"]["ok"]


def test_what_a_person_holds_is_not_owed(showroom):
    owed_since(showroom, 75)
    with showroom.scope():
        WhatsAppConversation.objects.update(holder="waiting")
    assert ready()[0] == 200


def test_a_job_due_for_over_a_minute_is_not_ready(showroom):
    showroom.receives("Halo")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '90 s'")
    status, parts = ready()
    assert (status, parts["queue"]["ok"], parts["queue"]["due_jobs"]) == (503, False, 1)


def test_a_migration_that_is_not_applied_is_not_ready(showroom, monkeypatch):
    monkeypatch.setattr(vitals, "_migrations", lambda: {("conversations", "9999_later")})
    status, parts = ready()
    assert (status, parts["migrations"], parts["database"]) == (503, {"ok": False}, {"ok": True})


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_without_a_database_this_is_said_and_the_process_lives(showroom):
    default = connection.settings_dict
    port = default["PORT"]
    connection.close()
    default["PORT"] = 9
    try:
        status, parts = ready()
        alive = Client().get("/healthz").status_code
        told = Client().get("/metrics").content.decode()
    finally:
        default["PORT"] = port
    assert (status, parts["database"], parts["queue"]["ok"], alive) == (503, {"ok": False}, False, 200)
    assert "autolumiku_database_up 0.0" in told
    assert "autolumiku_queue_depth" not in told


def kept_for(seconds, folder, name="message"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{time.time_ns() - int(seconds * 1e9):020d}-1-1.{name}.message").write_text("{}")


def test_a_spool_that_does_not_empty_or_holds_bad_files_is_not_ready(showroom, tmp_path):
    folder = tmp_path / "spool"
    kept_for(5, folder)
    assert ready()[1]["spool"] == {
        "ok": True, "files": 1, "bad": 0, "oldest_seconds": pytest.approx(5, abs=1), "writable": True,
    }  # fmt: skip
    kept_for(65, folder)
    status, parts = ready()
    assert (status, parts["spool"]["ok"], parts["spool"]["files"]) == (503, False, 2)
    for path in spool.waiting():
        path.unlink()
    assert ready()[0] == 200
    kept_for(1, folder / "bad")
    assert ready()[1]["spool"]["ok"] is False


def test_probes_are_neither_redirected_nor_given_a_session(showroom, settings):
    settings.SECURE_SSL_REDIRECT = True
    for path in ("/healthz", "/readyz", "/metrics"):
        answer = Client().get(path)
        assert (answer.status_code, answer.cookies) == (200, {})
        assert Client().post(path).status_code == 405


# --- /metrics ---------------------------------------------------------------------------------------------------------

TOKEN = "kunci-pengukur"
READERS = {
    "this machine": ("127.0.0.1", {}, "", 200),
    "this machine, IPv6": ("::1", {}, "", 200),
    "another machine": ("10.0.0.7", {}, "", 403),
    "no address": ("", {}, "", 403),
    "through a proxy on this machine": ("127.0.0.1", {"X-Forwarded-For": "203.0.113.5"}, "", 403),
    "through a proxy that tells the scheme only": ("127.0.0.1", {"X-Forwarded-Proto": "https"}, "", 403),
    "another machine, with the token": ("10.0.0.7", {"Authorization": f"Bearer {TOKEN}"}, TOKEN, 200),
    "through a proxy, with the token": (
        "127.0.0.1", {"X-Forwarded-For": "203.0.113.5", "Authorization": f"Bearer {TOKEN}"}, TOKEN, 200,
    ),
    "wrong token": ("10.0.0.7", {"Authorization": "Bearer tebakan"}, TOKEN, 401),
    "wrong token from this machine": ("127.0.0.1", {"Authorization": "Bearer tebakan"}, TOKEN, 401),
    "no token": ("10.0.0.7", {}, TOKEN, 401),
    "an empty token where none is set": ("10.0.0.7", {"Authorization": "Bearer "}, "", 403),
    "not ASCII": ("10.0.0.7", {"Authorization": "Bearer kunci-ü"}, TOKEN, 401),
}  # fmt: skip


@pytest.mark.parametrize(("address", "headers", "token", "status"), READERS.values(), ids=READERS)
def test_who_may_read_the_metrics(db, settings, address, headers, token, status):
    settings.METRICS_TOKEN = token
    answer = Client().get("/metrics", headers=headers, REMOTE_ADDR=address)
    assert answer.status_code == status
    assert (status == 200) == (b"autolumiku_queue_depth" in answer.content)


def metrics():
    told = Client().get("/metrics").content.decode()
    return {
        name: float(figure)
        for name, _, figure in (line.rpartition(" ") for line in told.splitlines() if line[0] != "#")
    }


def test_a_message_leaves_its_figures_from_webhook_to_send(showroom, model):
    model.say("Honda City 2006 tersedia, Kak, harganya Rp 79 juta.")
    before = metrics()
    showroom.hears("Ada Honda City?")
    after = metrics()
    for name in (
        'webhook_count{result="stored"}',
        'step_count{step="gather"}',
        'step_count{step="think"}',
        'step_count{step="conclude"}',
        'step_count{step="send"}',
        'model_count{outcome="ok"}',
        'turns_count{path="model"}',
        'guard_total{verdict="ok"}',
        'sends_total{result="sent"}',
    ):
        assert after[f"autolumiku_{name}"] == before.get(f"autolumiku_{name}", 0) + 1, name


def test_what_goes_wrong_leaves_its_figures(showroom, model):
    model.fail(400)
    before = metrics()
    showroom.gateway.log_out(showroom.client_id)
    showroom.hears("Ada Honda City?")
    showroom.post(b"{")
    after = metrics()
    for name in (
        'model_count{outcome="refused"}',
        'turns_count{path="counter"}',
        'sends_total{result="queued"}',
        'webhook_refused_total{status="400"}',
    ):
        assert after[f"autolumiku_{name}"] == before.get(f"autolumiku_{name}", 0) + 1, name
    assert after["autolumiku_waiting_sends"] == 1


def test_a_claim_that_ended_in_nothing_is_counted_when_it_is_taken_up(showroom):
    showroom.receives("Halo")
    with showroom.scope():
        WhatsAppConversation.objects.update(attempts=1, claimed_until=timezone.now() - timedelta(seconds=1))
    before = counters.value("taken_up")
    run_jobs()
    assert counters.value("taken_up") == before + 1


def test_the_state_of_the_whole_is_read_at_the_scrape(showroom, tmp_path):
    owed_since(showroom, 75)
    kept_for(5, tmp_path / "spool")
    told = metrics()
    assert told["autolumiku_overdue_chats"] == 1
    assert told["autolumiku_unanswered_age_seconds"] == pytest.approx(75, abs=1)
    assert told["autolumiku_queue_depth"] == 1
    assert told["autolumiku_spool_files"] == 1


def test_labels_name_no_showroom_and_nobody(showroom, model):
    showroom.hears("Halo, saya Budi Rahasia", name="Budi Rahasia")
    told = Client().get("/metrics").content.decode()
    for secret in (CUSTOMER, showroom.phone, showroom.client_id, "Budi", "Prima", "prima-mobil"):
        assert secret not in told


COUNTING = """
import os, sys
from autolumiku.lib import counters
counters.add("sends", result="sent")
counters.took("step", 0.5, step="send")
"""


def test_the_processes_of_a_machine_are_summed_and_the_dead_forgotten_when_all_are(db, settings, tmp_path):
    settings.METRICS_DIR = str(tmp_path / "metrics")
    for _ in range(2):
        env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": settings.METRICS_DIR}
        subprocess.run([sys.executable, "-c", COUNTING], env=env, cwd=project.BASE_DIR, check=True)
    assert metrics()['autolumiku_sends_total{result="sent"}'] == 2
    assert metrics()['autolumiku_step_sum{step="send"}'] == 1
    alive = Path(settings.METRICS_DIR, "counter_1.db")
    alive.write_bytes(next(Path(settings.METRICS_DIR).glob("counter_*.db")).read_bytes())
    counters.clean(settings.METRICS_DIR)  # process 1 always lives: a sum must not shrink under it
    assert metrics()['autolumiku_sends_total{result="sent"}'] == 3
    alive.unlink()
    counters.clean(settings.METRICS_DIR)
    assert list(Path(settings.METRICS_DIR).iterdir()) == []


def test_every_name_that_is_counted_is_defined():
    import re

    code = "\n".join(
        path.read_text() for path in Path(project.BASE_DIR).glob("[a-z]*/**/*.py") if "tests" not in path.parts
    )
    named = set(re.findall(r'counters\.(?:add|took)\(\s*"(\w+)"', code))
    assert named == set(counters.DEFINITIONS)


def test_a_disk_that_refuses_costs_the_figure_and_nothing_else(monkeypatch):
    monkeypatch.setattr(counters, "_metric", lambda name: (_ for _ in ()).throw(OSError))
    monkeypatch.setattr(counters, "_children", {})
    counters.add("sends", result="sent")
    counters.took("step", 0.1, step="send")


def fetch(port, path="/metrics", **headers):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def test_a_worker_answers_for_itself_on_its_port(settings, monkeypatch):
    monkeypatch.setattr(vitals, "read", lambda: vitals.Vitals(spool.State(), database=True, due_jobs=7))
    server = scrape.serve(0)
    try:
        port = server.server_address[1]
        status, told = fetch(port)
        assert status == 200
        assert "autolumiku_queue_depth 7.0" in told
        assert fetch(port, "/admin/")[0] == 404
        assert fetch(port, **{"X-Forwarded-For": "203.0.113.5"})[0] == 403
        assert server.server_address[0] == "127.0.0.1"
    finally:
        server.shutdown()
        server.server_close()


# --- the alarm --------------------------------------------------------------------------------------------------------


def alarms(lines):
    return [line for line in lines() if "event='alarm'" in line]


def test_the_alarm_rings_once_a_minute_while_an_answer_is_overdue(showroom, lines):
    vitals.ring()
    assert alarms(lines) == []
    owed_since(showroom, 75)
    vitals.ring()
    vitals.ring()
    [line] = alarms(lines)
    assert "logger='autolumiku.alarm'" in line
    assert "level='error'" in line
    assert "count=1" in line
    assert "age=75" in line
    vitals._rang["unanswered"] -= 61
    vitals.ring()
    assert len(alarms(lines)) == 2


@pytest.mark.usefixtures("db")
def test_the_alarm_rings_for_a_spool_that_does_not_empty_and_for_bad_files(lines, tmp_path):
    kept_for(5, tmp_path / "spool")
    vitals.ring_for_web()
    assert alarms(lines) == []
    kept_for(65, tmp_path / "spool")
    kept_for(1, tmp_path / "spool" / "bad")
    vitals.ring_for_web()
    vitals.ring_for_web()
    assert [line.split("what=")[1] for line in alarms(lines)] == ["'spool' count=2 age=65", "'spool bad' count=1"]


HOLDING = """
import fcntl, sys
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
input()
"""


def test_while_no_worker_lives_a_web_process_rings(showroom, lines):
    owed_since(showroom, 75)
    vitals.ring_for_web()
    assert alarms(lines) == []
    owed_since(showroom, 125)
    vitals._rang.clear()
    vitals.ring_for_web()
    [line] = alarms(lines)
    assert "what='unanswered' count=1 age=125" in line


def test_only_one_process_speaks_for_the_spool(db, lines, tmp_path):
    kept_for(65, tmp_path / "spool")
    held = [sys.executable, "-c", HOLDING, str(tmp_path / "spool" / "first")]
    other = subprocess.Popen(held, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        vitals.ring_for_web()
        assert alarms(lines) == []
    finally:
        other.communicate(b"\n")
    vitals.ring_for_web()
    assert len(alarms(lines)) == 1


# --- the logs ---------------------------------------------------------------------------------------------------------

CANARIES = (
    "kenari kuning",
    "Nama Kenari",
    CUSTOMER,
    "6281298765432",
    "test-webhook-secret",
    "test-key",
    "Kenari Motor",
)


def test_no_log_line_of_a_whole_turn_holds_text_names_phones_or_secrets(showroom, model, lines):
    showroom.set(welcome_message="kenari kuning")
    model.say("Siap Kak, kenari kuning harganya Rp 12.345.678.")  # a claim without a fact: refused
    showroom.hears("kenari kuning ada?", name="Nama Kenari")
    model.fail(500, times=9)
    showroom.hears("kenari kuning lagi", name="Nama Kenari")
    showroom.gateway.switch(fail_next=1, fail_kind="timeout")
    showroom.hears("Halo kenari kuning", name="Nama Kenari")
    showroom.employs()
    showroom.hears("stok kenari kuning", phone="6281298765432")
    showroom.receives("kenari kuning", kind="group")
    for body in (
        b'{"kenari kuning',
        {"clientId": "kenari kuning", "message": {}},
        showroom.gateway.payload(text="kenari kuning"),
    ):
        showroom.post(body)
        showroom.post(body, token="kenari kuning")
    showroom.gateway.log_out(showroom.client_id)
    showroom.hears("kenari kuning terakhir")
    tasks.sweep()
    written = lines()
    assert len(written) > 10
    assert [line for line in written for canary in CANARIES if canary in line] == []


def test_an_answered_turn_is_one_line_with_its_ids_way_and_time(showroom, model, lines):
    model.say("Honda City 2006 tersedia, Kak.")
    showroom.hears("Ada Honda City?")
    [line] = [line for line in lines() if "turn answered" in line]
    chat = showroom.chat()
    assert "level='info'" in line
    for part in (f"tenant={showroom.tenant.pk}", f"conversation={chat.pk}", "upto=1", "path='model'", "ms="):
        assert part in line


def test_every_line_about_a_send_or_a_sweep_carries_its_ids(showroom, lines):
    showroom.gateway.log_out(showroom.client_id)
    showroom.hears("Halo")
    owed_since(showroom, 75)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    tasks.sweep()
    told = lines()
    [failed] = [line for line in told if "send failed" in line]
    assert f"tenant={showroom.tenant.pk} message=" in failed
    [woken] = [line for line in told if "woken by the sweep" in line]
    assert f"tenant={showroom.tenant.pk} conversation={showroom.chat().pk}" in woken


def test_another_packages_error_is_logged_without_its_message():
    formatter = logging.config.dictConfigClass(project.LOGGING)  # as Django sets it up
    made = formatter.configure_formatter(dict(project.LOGGING["formatters"]["named"]))
    try:
        raise ValueError("kenari kuning")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "job failed", None, sys.exc_info())
    assert made.format(record).startswith("ERROR x job failed\nValueError at test_operators.py:")
    assert "kenari" not in made.format(record)


# --- the queue does not grow ------------------------------------------------------------------------------------------


def rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def finished(status, hours):
    """A job that ended so long ago."""
    jobs.later("conversations.answer", tenant_id=0, conversation_id=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM procrastinate_jobs")
        pk = cursor.fetchone()[0]
        if status == "cancelled":
            cursor.execute("UPDATE procrastinate_jobs SET status = 'cancelled' WHERE id = %s", [pk])
        elif status != "todo":
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [pk])
            cursor.execute("SELECT procrastinate_finish_job_v1(%s, %s, false)", [pk, status])
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - make_interval(hours => %s) WHERE job_id = %s", [hours, pk]
        )
    return pk


def test_jobs_that_ended_a_day_ago_go_with_their_events_and_vanished_workers(db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()), (now() - interval '25 h')")
    for status in ("failed", "cancelled", "aborted", "succeeded"):
        finished(status, 25)
    kept = {finished("failed", 23), finished("todo", 100)}
    tasks.clean()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_jobs")
        assert {pk for (pk,) in cursor.fetchall()} == kept
        cursor.execute("SELECT DISTINCT job_id FROM procrastinate_events")
        assert {pk for (pk,) in cursor.fetchall()} == kept
    assert rows("procrastinate_workers") == 1


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_worker_leaves_no_row_of_jobs_that_went_well(showroom):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")  # of workers that other tests killed
    for number in range(5):
        showroom.receives("Halo", phone=f"62812345678{number:02d}")

    async def work():
        async with app.with_connector(app.connector.get_worker_connector()).open_async() as worker_app:
            await worker_app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    async_to_sync(work)()
    assert len(showroom.gateway.sent) == 5
    assert [rows(f"procrastinate_{table}") for table in ("jobs", "events", "workers")] == [0, 0, 0]
