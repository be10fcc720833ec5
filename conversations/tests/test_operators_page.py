"""The operator's page: what waits, who works, what failed over all showrooms, and what can be sent again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from aiconfig.models import LLMCall
from aimeow.models import AimeowAccount, UnknownClient
from autolumiku.testing.stage import CUSTOMER, Showroom, run_jobs
from conversations import vitals
from conversations.models import WhatsAppConversation, WhatsAppMessage
from conversations.pages import operators
from conversations.tests.test_connection import member
from tenants import scope
from tenants.models import User
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db
PAGE, AGAIN = "/admin/operasional/", "/admin/operasional/kirim/"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(vitals, "CACHE_SECONDS", 0)
    settings.SPOOL_DIR = str(tmp_path / "spool")


@pytest.fixture
def root(showroom):
    showroom.gateway.callback_url = "http://127.0.0.1:8000/api/v1/webhooks/aimeow?token=test-webhook-secret"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    return casting.browser(User.objects.create(username="root", is_staff=True, is_superuser=True))


def parts(browser):
    answer = browser.get(PAGE)
    assert answer.status_code == 200
    return {part.title: part for part in answer.context["parts"]}


def beats(seconds=0):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 s')", [seconds]
        )


def fail(showroom, status="failed"):
    """A reply that did not go out; its id."""
    showroom.hears("halo")
    with showroom.scope():
        WhatsAppMessage.objects.filter(direction="outbound").update(aimeow_status=status, error="refused")
        return WhatsAppMessage.objects.get(direction="outbound").pk


def test_all_is_well(showroom, root):
    beats()
    showroom.hears("halo")
    found = parts(root)
    assert {title for title, part in found.items() if part.tone != "good"} == set()
    assert found["Gateway"].words == "menjawab; 1 dari 1 klien terhubung"
    assert found["Worker"].words.startswith("1 berjalan")
    assert "detik yang lalu" in found["Webhook"].words
    assert 'data-again="15"' in root.get(PAGE).content.decode()


def owed(showroom, gateway):
    showroom.receives("halo")
    with showroom.scope():
        WhatsAppConversation.objects.update(due_at=timezone.now() - timedelta(seconds=300))


def old_job(showroom, gateway):
    showroom.receives("halo")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '300 s'")


def offline(showroom, gateway):
    with showroom.scope():
        AimeowAccount.objects.update(connection_status="disconnected")


def calls(showroom, *outcomes):
    with showroom.scope():
        for outcome in outcomes:
            LLMCall.objects.create(tenant=showroom.tenant, purpose="reply", model="m", outcome=outcome, latency_ms=1500)


TROUBLES = [
    pytest.param(lambda *_: None, "Worker", "tidak ada yang berjalan", id="no worker"),
    pytest.param(lambda *_: beats(60), "Worker", "tidak ada yang berjalan", id="a silent worker"),
    pytest.param(owed, "Jawaban yang ditunggu pelanggan", "1 lebih dari satu menit, yang terlama 5 menit", id="owed"),
    pytest.param(old_job, "Antrean", "1 pekerjaan menunggu, yang tertua 5 menit", id="queue"),
    pytest.param(lambda _, gateway: gateway.switch(gateway_down=True), "Gateway", "tidak menjawab", id="gateway"),
    pytest.param(lambda _, gateway: setattr(gateway, "callback_url", ""), "Alamat webhook", "salah", id="callback"),
    pytest.param(offline, "Nomor showroom", "terputus: Prima Mobil", id="a number"),
]


@pytest.mark.parametrize(("do", "title", "words"), TROUBLES)
def test_what_is_wrong_is_said(showroom, root, gateway, do, title, words):
    do(showroom, gateway)
    part = parts(root)[title]
    assert part.tone == "bad"
    assert words in part.words


def test_an_unknown_client_is_pointed_out(root):
    UnknownClient.objects.create(client_id="x")
    assert parts(root)["Webhook"].tone == "warn"


@pytest.mark.parametrize(
    ("outcomes", "tone", "words"),
    [
        ((), "good", "tidak ada panggilan"),
        (("ok", "ok"), "good", "2 panggilan dalam 15 menit, 0 gagal, biasanya 1,5 detik"),
        (("ok", "ok", "ok", "error"), "warn", "1 gagal"),
        (("ok", "error"), "bad", "1 gagal"),
    ],
)
def test_the_models_health_is_that_of_the_last_quarter_of_an_hour(showroom, root, model, outcomes, tone, words):
    calls(showroom, *outcomes)
    part = parts(root)["Model AI"]
    assert (part.tone, words in part.words) == (tone, True)


def test_a_spool_that_keeps_messages_is_said(root, tmp_path):
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "00000000000000000001-1-1.message.message").write_text("{}")
    assert parts(root)["Simpanan di disk"].tone == "bad"


@pytest.mark.parametrize("status", ["failed", "unsure"])
def test_what_failed_is_listed_without_its_words_and_sent_again(showroom, root, gateway, status):
    pk = fail(showroom, status)
    page = root.get(PAGE).content.decode()
    assert "Prima Mobil" in page
    assert "ditolak WhatsApp" in page
    assert CUSTOMER not in page
    sent = len(gateway.sent)
    assert "Pesan dikirim ulang" in root.post(AGAIN, {"message": pk}, follow=True).content.decode()
    run_jobs()
    assert len(gateway.sent) == sent + 1
    assert "Tidak ada: semua pesan terkirim" in root.get(PAGE).content.decode()
    assert "tidak perlu dikirim ulang" in root.post(AGAIN, {"message": pk}, follow=True).content.decode()


def test_the_page_is_over_all_showrooms_also_where_one_is_chosen(showroom, root, gateway):
    other = Showroom(gateway, slug="sinar", name="Sinar", number=2)
    pk = fail(other)
    root.post("/admin/showroom/", {"showroom": "prima-mobil"})
    page = root.get(PAGE).content.decode()
    assert "<b>Sinar</b>" in page
    assert f"whatsappconversation/{other.chat().pk}/" not in page
    root.post(AGAIN, {"message": pk})
    with scope.of(other.tenant):
        assert WhatsAppMessage.objects.get(pk=pk).aimeow_status == "queued"


@pytest.mark.parametrize("message", ["", "x", "0", "99999999999999999999", "12345678"])
def test_a_message_that_is_not_there_is_a_404(root, message):
    assert root.post(AGAIN, {"message": message}).status_code == 404


def test_only_the_platform_admin_comes_in(showroom, root):
    browser = member(showroom, "owner")
    pk = fail(showroom)
    assert browser.get(PAGE).status_code == 403
    assert browser.post(AGAIN, {"message": pk}).status_code == 403
    assert "Operasional" not in browser.get("/admin/").content.decode()
    assert "Operasional" in root.get("/admin/").content.decode()
    assert root.get(AGAIN).status_code == 405


@pytest.mark.parametrize(
    ("seconds", "words"), [(-1, "0 detik"), (59, "59 detik"), (60, "1 menit"), (7200, "2 jam"), (172_800, "2 hari")]
)
def test_an_age_in_words(seconds, words):
    assert operators.ago(seconds) == words
