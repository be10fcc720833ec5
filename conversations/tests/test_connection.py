"""The number's page: pairing as the gateway really does it, the test message, letting go, the callback URL."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from aimeow.models import AimeowAccount, Finding, InstallationFinding
from autolumiku.testing.stage import CUSTOMER, Showroom, run_jobs
from conversations import turns
from conversations.models import Silence, WhatsAppMessage
from conversations.pages import connection
from tenants import scope
from tenants.models import Membership, Role, User
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db
PAGE, MOVE, OFF, HOOK = (
    f"/admin/sambungan/{rest}" for rest in ("", "langkah/", "putus/", "webhook/")
)  # fmt: skip


def member(place: Showroom, role: str = Role.MANAGER):
    with scope.platform("test"):
        user = User.objects.create(username=f"{place.tenant.slug}-{role}", is_staff=True)
        Membership.objects.create(tenant=place.tenant, user=user, role=role)
    return casting.browser(user)


@pytest.fixture
def manager(showroom):
    return member(showroom)


@pytest.fixture
def root(showroom):
    return casting.browser(User.objects.create(username="root", is_staff=True, is_superuser=True))


def shown(browser, **headers):
    answer = browser.get(PAGE, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def said(browser, path, **form):
    """What the page says after this step."""
    answer = browser.post(path, form, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def account(showroom):
    with showroom.scope():
        return AimeowAccount.objects.get()


def without_number(showroom):
    with showroom.scope():
        AimeowAccount.objects.all().delete()


def begun(showroom, manager):
    """A pairing has begun; the new client's id."""
    without_number(showroom)
    said(manager, MOVE, move="pair")
    return account(showroom).client_id


# --- pairing ---------------------------------------------------------------------------------------------------------


def test_a_phone_is_paired_from_the_first_code_to_the_connection(showroom, manager, gateway):
    without_number(showroom)
    assert "Belum ada nomor WhatsApp" in shown(manager)
    assert "Kode sedang disiapkan" in said(manager, MOVE, move="pair")
    client = account(showroom).client_id
    pictures = []
    for seconds in (1, 60, 20):
        gateway.age(client, seconds)
        page = shown(manager)
        pictures.append(connection.drawn(gateway.gateway.qr_code(gateway.gateway.clients[client])))
        assert pictures[-1] in page
        assert 'hx-trigger="every 3s"' in page
    assert len(set(pictures)) == 3
    gateway.pair(client, "6281255550001")
    page = shown(manager)
    assert "+62 812-5555-0001" in page
    assert "terhubung" in page
    assert "data:image/svg" not in page
    assert account(showroom).connection_status == "connected"


def test_a_code_nobody_scanned_is_not_shown_any_more_and_a_new_one_is_made(showroom, manager, gateway):
    client = begun(showroom, manager)
    gateway.age(client, 200)  # dead; the gateway goes on showing the last code
    assert "data:image/svg" in shown(manager)
    with showroom.scope():
        AimeowAccount.objects.update(qr_code_expires_at=timezone.now() - timedelta(seconds=1))
    page = shown(manager)
    assert "kode kedaluwarsa" in page
    assert "data:image/svg" not in page
    said(manager, MOVE, move="pair")
    assert account(showroom).client_id != client


def test_two_who_pair_at_once_share_one_code(showroom, manager, gateway):
    client = begun(showroom, manager)
    gateway.age(client, 1)
    said(manager, MOVE, move="pair")
    assert account(showroom).client_id == client


@pytest.mark.parametrize("gone", ["logged out", "forgotten"])
def test_a_phone_that_was_logged_out_is_said_to_be_and_its_old_code_is_not_offered(showroom, manager, gateway, gone):
    if gone == "logged out":
        gateway.log_out(showroom.client_id)
    else:
        gateway.clear()
    page = shown(manager)
    assert "terputus" in page
    assert "data:image/svg" not in page
    assert account(showroom).connection_status == "disconnected"


def test_what_waited_for_the_connection_goes_out_when_it_is_back(showroom, manager, gateway):
    gateway.switch(send_error="not_connected")
    showroom.hears("halo")
    gateway.switch(send_error="")
    sent = len(gateway.sent)
    with showroom.scope():
        assert Finding.objects.open().exists()
    assert "terhubung" in shown(manager)
    run_jobs()
    assert len(gateway.sent) == sent + 1
    with showroom.scope():
        assert not Finding.objects.open().exists()


def test_another_showrooms_phone_is_not_taken(showroom, manager, gateway):
    other = Showroom(gateway, slug="sinar", name="Sinar", number=2)
    client = begun(showroom, manager)
    gateway.pair(client, other.phone)
    assert "nomor showroom lain" in shown(manager)
    assert account(showroom).phone_number == ""


def test_another_phone_than_the_registered_one_is_pointed_out(showroom, manager, gateway):
    gateway.pair(showroom.client_id, "6281255550009")
    assert "memakai nomor lain: +62 812-5555-0009" in shown(manager)


def test_the_connected_number_is_not_paired_again(showroom, manager):
    assert "sudah terhubung" in said(manager, MOVE, move="pair")
    assert account(showroom).client_id == showroom.client_id


def test_letting_go_is_explained_first(showroom, manager, gateway):
    assert "Perangkat tertaut" in manager.get(OFF).content.decode()
    assert showroom.client_id in gateway.gateway.clients
    assert "Hapus juga perangkatnya" in said(manager, OFF)
    assert showroom.client_id not in gateway.gateway.clients
    assert "terputus" in shown(manager)


# --- the test message ------------------------------------------------------------------------------------------------


def test_a_test_message_goes_out_through_the_outbox_and_is_the_last_one_out(showroom, manager, gateway):
    showroom.hears("halo")
    assert "masuk antrean" in said(manager, MOVE, move="test", phone="0812-5555-7777")
    page = shown(manager)
    assert "antre, belum dikirim" in page
    run_jobs()
    assert gateway.sent[-1].to.startswith("6281255557777")
    assert "Pesan uji dari *Prima Mobil*" in gateway.sent[-1].text
    page = shown(manager)
    assert "Pesan masuk terakhir" in page
    assert "+62 812-5555-7777" in page
    assert "terkirim" in page


def test_test_messages_keep_the_numbers_pace(showroom, manager):
    showroom.set(send_gap_seconds=30)
    for _ in range(2):
        said(manager, MOVE, move="test", phone="081255557777")
    run_jobs()
    with showroom.scope():
        states = WhatsAppMessage.objects.values_list("aimeow_status", flat=True)
        assert sorted(states) == ["queued", "sent"]


@pytest.mark.parametrize(
    ("phone", "words"),
    [
        ("satu dua", "tidak dikenali"),
        ("", "tidak dikenali"),
        ("{own}", "nomor showroom sendiri"),
        (CUSTOMER, "Tidak dikirim: orang ini"),
    ],
)
def test_a_test_message_that_cannot_be_is_refused_in_words(showroom, manager, gateway, phone, words):
    showroom.hears("halo")
    with showroom.scope():
        turns.silence(showroom.chat().pk, Silence.OPTED_OUT)
    sent = len(gateway.sent)
    assert words in said(manager, MOVE, move="test", phone=phone.format(own=showroom.phone))
    run_jobs()
    assert len(gateway.sent) == sent


def test_without_a_connection_no_test_message_is_queued(showroom, manager, gateway):
    gateway.log_out(showroom.client_id)
    assert "Pasangkan dulu HP showroom" in said(manager, MOVE, move="test", phone="081255557777")


# --- the gateway in trouble ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("down", ["away", "cut"])
def test_whatever_the_gateway_does_the_page_says_it_plainly(showroom, manager, root, gateway, settings, down):
    if down == "away":
        settings.AIMEOW_BASE_URL = "http://127.0.0.1:9"
    else:
        gateway.switch(gateway_down=True)
    words = "Gateway WhatsApp sedang tidak dapat dihubungi"
    page = shown(manager)
    assert words in page
    assert "terakhir diketahui terhubung" in page
    for path, form in ((MOVE, {"move": "pair"}), (MOVE, {"move": "test", "phone": "081255557777"}), (OFF, {})):
        assert words in said(manager, path, **form)
    assert words in shown(root)
    assert words in said(root, HOOK)
    assert account(showroom).connection_status == "connected"


# --- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("manager", 200), ("sales", 403), ("read_only", 403)])
def test_only_who_leads_the_showroom_may(showroom, role, status):
    browser = member(showroom, role)
    assert browser.get(PAGE).status_code == status
    assert browser.get(OFF).status_code == status
    if status == 403:
        assert browser.post(MOVE, {"move": "test", "phone": "081255557777"}).status_code == 403
        assert browser.post(OFF).status_code == 403
    assert browser.post(HOOK).status_code == 403


def test_the_neighbours_number_is_not_seen_nor_let_go(showroom, gateway):
    other = Showroom(gateway, slug="sinar", name="Sinar", number=2)
    browser = member(other)
    page = shown(browser)
    assert "+62 812-0000-0002" in page
    assert "0000-0001" not in page
    said(browser, OFF)
    assert set(gateway.gateway.clients) == {showroom.client_id}


def test_the_platform_admin_sees_all_numbers_and_opens_one(showroom, root):
    page = shown(root)
    assert "Prima Mobil" in page
    assert root.post(MOVE, {"move": "pair"}).status_code == 404
    answer = root.post("/admin/showroom/", {"showroom": "prima-mobil", "next": PAGE}, follow=True)
    assert "Kirim pesan uji" in answer.content.decode()
    assert root.post("/admin/showroom/", {"showroom": "", "next": "https://evil.example"}).url == "/admin/"


@pytest.mark.parametrize("path", [MOVE, HOOK])
def test_what_changes_something_takes_posts_only(root, path):
    assert root.get(path).status_code == 405


# --- the callback URL ------------------------------------------------------------------------------------------------

SECRET = "test-webhook-secret"


@pytest.mark.parametrize(
    ("callback", "words"),
    [
        ("", "Belum disetel"),
        (
            "https://lain.example/api/v1/webhooks/aimeow?token=kunci-orang",
            "https://lain.example/api/v1/webhooks/aimeow",
        ),
        ("{ours}/api/v1/webhooks/aimeow", "kuncinya tidak"),
        ("{ours}/api/v1/webhooks/aimeow?token=salah", "kuncinya tidak"),
        ("{ours}/api/v1/webhooks/aimeow?token=test-webhook-secret", "Benar:"),
        ("https://orang:sandi@[::1/rusak", "tidak terbaca"),
    ],
)
def test_the_callback_is_judged_without_showing_what_is_secret(root, gateway, settings, callback, words):
    gateway.callback_url = callback.format(ours=settings.PUBLIC_URL)
    page = shown(root)
    assert words in page
    for secret in (SECRET, "kunci-orang", "sandi@", "token="):
        assert secret not in page


def test_one_button_sets_the_callback(showroom, root, gateway, settings):
    InstallationFinding.objects.create(kind="callback")
    assert "Setel ke alamat kita" in shown(root)
    assert "sudah disetel" in said(root, HOOK)
    assert gateway.callback_url == f"{settings.PUBLIC_URL}/api/v1/webhooks/aimeow?token={SECRET}"
    assert not InstallationFinding.objects.open().exists()
    page = shown(root)
    assert "Benar:" in page
    assert "Setel ke alamat kita" not in page
    assert gateway.deliver(text="halo", client=showroom.client_id).webhook_status  # the gateway calls what was set


def test_a_secret_with_odd_signs_survives_the_way_to_the_gateway(showroom, root, gateway, settings):
    settings.AIMEOW_WEBHOOK_SECRET = "a&b=c d%#?/é"
    said(root, HOOK)
    assert "Benar:" in shown(root)


def test_without_a_secret_nothing_is_set(root, gateway, settings):
    settings.AIMEOW_WEBHOOK_SECRET = ""
    assert "belum diisi" in said(root, HOOK)
    assert gateway.callback_url == ""


def test_managers_do_not_see_the_installations_callback(manager):
    assert 'id="webhook"' not in shown(manager)
