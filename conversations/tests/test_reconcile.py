"""A look at the gateway finds lost connections, gaps and a changed callback URL, and tells people until all is well."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, connections
from django.utils import timezone

from aimeow.client import Client
from aimeow.models import AimeowAccount, Finding, InstallationFinding, PassedText
from autolumiku.testing.stage import CUSTOMER, Showroom, run_jobs
from conversations import outbox, reconcile
from conversations.models import WhatsAppMessage
from tenants import scope
from tenants.models import Membership, User
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db
Detail = Finding.Detail


@pytest.fixture(autouse=True)
def _fresh(settings, monkeypatch):
    settings.RECONCILE_SECONDS = 0
    monkeypatch.setattr(reconcile, "_suspects", {})


@pytest.fixture
def ours(gateway, settings):
    gateway.callback_url = f"{settings.PUBLIC_URL}/api/v1/webhooks/aimeow?token={settings.AIMEOW_WEBHOOK_SECRET}"


def found(place):
    """(kind, detail, count) of the open findings of a showroom."""
    with place.scope():
        return list(Finding.objects.open().order_by("pk").values_list("kind", "detail", "count"))


def installation():
    return list(InstallationFinding.objects.open().values_list("kind", flat=True))


def front(place=None):
    """The front page of the showroom's owner, or of the platform admin."""
    user, made = User.objects.get_or_create(
        username="siti" if place else "root", defaults={"is_staff": True, "is_superuser": place is None}
    )
    if place and made:
        with place.scope():
            Membership.objects.create(tenant=place.tenant, user=user, role="owner")
    return casting.browser(user).get("/admin/").content.decode()


# --- the connection ---------------------------------------------------------------------------------------------------


def test_all_is_well(showroom, ours):
    reconcile.look()
    assert (found(showroom), installation()) == ([], [])
    assert "terputus" not in front(showroom)


def test_a_lost_connection_is_found_told_and_resolved_when_it_is_back(showroom, gateway):
    gateway.log_out(showroom.client_id)
    reconcile.look()
    reconcile.look()
    assert found(showroom) == [("lost", "disconnected", 0)]
    with showroom.scope():
        assert AimeowAccount.objects.get().connection_status == "disconnected"
    page = front(showroom)
    assert "WhatsApp showroom terputus sejak hari ini" in page
    assert "Perangkat tertaut" in page
    assert "Prima Mobil: sambungan terputus" in front()
    gateway.gateway.clients.pop(showroom.client_id)
    gateway.add_client(showroom.client_id, showroom.phone)
    reconcile.look()
    assert found(showroom) == []
    with showroom.scope():
        assert AimeowAccount.objects.get().connection_status == "connected"
        assert Finding.objects.get().resolved_at is not None
    assert "terputus" not in front(showroom)


def test_a_client_that_is_gone_and_one_that_moved_are_told_apart_and_never_adopted(showroom, gateway):
    gateway.gateway.clients.pop(showroom.client_id)
    reconcile.look()
    assert found(showroom) == [("lost", "gone", 0)]
    assert "tidak ada lagi di gateway" in front(showroom)
    gateway.add_client("11111111-0000-0000-0000-000000000000", showroom.phone)
    reconcile.look()
    assert found(showroom) == [("lost", "moved", 0)]
    assert "dipasangkan ulang dengan clientId lain" in front(showroom)
    with showroom.scope():
        assert AimeowAccount.objects.get().client_id == showroom.client_id


def test_another_phone_behind_our_client_is_found(showroom, gateway):
    gateway.gateway.clients[showroom.client_id].phone = "6281299999999"
    reconcile.look()
    assert found(showroom) == [("phone", "", 0)]
    assert "memakai nomor lain" in front(showroom)
    with showroom.scope():
        assert AimeowAccount.objects.get().phone_number == showroom.phone
    gateway.gateway.clients[showroom.client_id].phone = showroom.phone
    reconcile.look()
    assert found(showroom) == []


def test_a_failed_send_raises_the_finding_at_once_and_the_gateways_flag_alone_does_not_resolve_it(showroom, gateway):
    gateway.switch(send_error="not_connected")  # a 500; isConnected stays true
    showroom.hears("Halo")
    assert found(showroom) == [("lost", "send", 0)]
    assert "tidak bisa mengirim" in front(showroom)
    reconcile.look()  # the flag says connected: what is held back is tried again, and fails again
    run_jobs()
    outbox.reconnect()
    run_jobs()
    reconcile.look()
    assert found(showroom) == [("lost", "send", 0)]
    gateway.switch(send_error="")
    outbox.reconnect()
    run_jobs()
    assert gateway.sent[-1].delivered
    with showroom.scope():  # in a test all happens within one transaction's now()
        WhatsAppMessage.objects.filter(aimeow_status="sent").update(sent_at=timezone.now() + timedelta(seconds=1))
    reconcile.look()
    assert found(showroom) == []


def test_a_send_refused_by_the_gateway_itself_is_resolved_by_its_word(showroom, gateway):
    gateway.log_out(showroom.client_id)
    showroom.hears("Halo")
    assert found(showroom) == [("lost", "disconnected", 0)]
    gateway.gateway.clients[showroom.client_id].connected = True
    outbox.reconnect()
    assert found(showroom) == []


def test_a_connection_event_resolves_at_once(showroom, gateway):
    gateway.switch(send_error="not_connected")
    showroom.hears("Halo")
    gateway.switch(send_error="")
    showroom.post({"clientId": showroom.client_id, "event": "disconnected", "data": {}, "timestamp": 1})
    assert found(showroom) == [("lost", "disconnected", 0)]
    showroom.post({"clientId": showroom.client_id, "event": "connected", "data": {"phone": ""}, "timestamp": 1})
    assert found(showroom) == []
    run_jobs()
    assert [sent.delivered for sent in gateway.sent] == [False, True]


def test_a_showroom_sees_its_own_findings_only(showroom, gateway):
    other = Showroom(gateway, slug="melati", name="Melati Motor", number=2)
    gateway.log_out(other.client_id)
    reconcile.look()
    assert (found(showroom), found(other)) == ([], [("lost", "disconnected", 0)])
    assert "terputus" not in front(showroom)
    assert "Melati" not in front(showroom)


def client(id="a", phone="6281200000001", connected=True):
    return Client(id, phone, connected, "", None, 0)


JUDGED = {
    "connected": ("a", [client()], None),
    "not connected": ("a", [client(connected=False)], Detail.DISCONNECTED),
    "unknown to the gateway": ("a", [], Detail.GONE),
    "another showroom's client": ("a", [client("b", "6281200000002")], Detail.GONE),
    "our phone under a new id": ("a", [client("b")], Detail.MOVED),
    "the old one still listed": ("a", [client(connected=False), client("b")], Detail.MOVED),
    "our phone under a new id, not connected either": ("a", [client("b", connected=False)], Detail.GONE),
    "a device JID as our id": ("6281200000001:80@s.whatsapp.net", [client("b")], Detail.MOVED),
}


@pytest.mark.parametrize(("mine", "clients", "how"), JUDGED.values(), ids=JUDGED)
def test_how_a_connection_is_lost(mine, clients, how):
    assert reconcile.lost_how(mine, "6281200000001", {one.id: one for one in clients}) == how


def test_clients_without_a_phone_are_nobodys():
    assert reconcile.lost_how("a", "", {"b": client("b", "")}) == Detail.GONE


# --- gaps -------------------------------------------------------------------------------------------------------------


def remembers(showroom, *texts):
    """The gateway got these texts from WhatsApp."""
    showroom.gateway.gateway.clients[showroom.client_id].texts.extend(texts)


def receives(showroom, text, **fields):
    """A text that the gateway got, and delivered."""
    remembers(showroom, text)
    showroom.receives(text, **fields)


@pytest.fixture
def known(showroom, ours):
    """A showroom that has been looked at before."""
    reconcile.look()
    return showroom


def gap(showroom, looks=2):
    for _ in range(looks):
        reconcile.look()
    return sum(count for kind, _, count in found(showroom) if kind == "gap")


def test_a_text_that_never_arrived_is_a_gap_and_no_message_is_invented(known):
    receives(known, "satu")
    remembers(known, "dua yang hilang")
    receives(known, "tiga")
    assert gap(known) == 1
    assert [message.content for message in known.messages()] == ["satu", "tiga"]
    assert "1 pesan yang masuk ke WhatsApp showroom tidak sampai ke sini" in front(known)
    assert "dua yang hilang" not in front(known)


def test_one_look_alone_proves_nothing_because_the_message_may_be_on_its_way(known):
    remembers(known, "sedang di jalan")
    assert gap(known, looks=1) == 0
    known.receives("sedang di jalan")
    assert gap(known) == 0


def test_a_gap_is_over_when_the_gateway_remembers_nothing_missing(known, gateway):
    remembers(known, "hilang")
    assert gap(known) == 1
    gateway.restart()
    assert gap(known, looks=1) == 0
    assert found(known) == []


def test_a_gap_is_shown_for_a_day(known):
    remembers(known, "hilang")
    assert gap(known) == 1
    with known.scope():
        Finding.objects.update(first_seen_at=timezone.now() - timedelta(hours=25))
    assert gap(known, looks=3) == 0
    remembers(known, "hilang lagi")
    assert gap(known) == 1


def test_what_the_gateway_knew_before_us_is_no_gap(showroom, ours):
    remembers(showroom, "lama", "lama juga", "lama")
    assert gap(showroom, looks=3) == 0
    remembers(showroom, "lama")
    assert gap(showroom) == 1


PASSED = {
    "stored": lambda place: receives(place, "Halo, ada Jazz?"),
    "with blanks and line ends": lambda place: receives(place, "  Halo,\n ada  Jazz? "),
    "the same twice": lambda place: [receives(place, "Halo") for _ in range(2)],
    "two people, the same words": lambda place: [receives(place, "Halo", phone=p) for p in (CUSTOMER, "6281211111111")],
    "a group's": lambda place: receives(place, "Info grup", kind="group"),
    "a status": lambda place: receives(place, "Status saya", kind="text", chat="status"),
    "the showroom to itself": lambda place: receives(place, "Catatan", kind="self"),
    "typed on the showroom's own phone": lambda place: receives(place, "Siap pak", kind="from_me"),
    "one id delivered twice": lambda place: [receives(place, "Halo", message_id="3A77") for _ in range(2)],
}


@pytest.mark.parametrize("arrives", PASSED.values(), ids=PASSED)
def test_what_arrived_is_no_gap(known, arrives):
    arrives(known)
    assert gap(known) == 0


def test_fingerprints_hold_no_words_and_go_when_the_gateway_forgets(known, gateway):
    receives(known, "rahasia grup", kind="group")
    with known.scope():
        [kept] = PassedText.objects.values_list("fingerprint", flat=True)
        assert "rahasia" not in kept
        PassedText.objects.update(seen_at=timezone.now() - timedelta(hours=2))
    reconcile.look()
    with known.scope():
        assert PassedText.objects.count() == 1
    gateway.restart()
    reconcile.look()
    with known.scope():
        assert PassedText.objects.count() == 0


# --- the gateway as a whole -------------------------------------------------------------------------------------------

SECRET = "kunci"
HOME = "https://auto.example.com"
CALLBACKS = {
    "ours": (f"{HOME}/api/v1/webhooks/aimeow?token=kunci", True),
    "the other path, a final slash": (f"{HOME}/api/v1/aimeow/webhook/?token=kunci", True),
    "host in capitals": ("https://AUTO.example.com/api/v1/webhooks/aimeow?token=kunci", True),
    "unset": ("", False),
    "another host": ("https://evil.example.com/api/v1/webhooks/aimeow?token=kunci", False),
    "not https": ("http://auto.example.com/api/v1/webhooks/aimeow?token=kunci", False),
    "another path": (f"{HOME}/?token=kunci", False),
    "without the secret": (f"{HOME}/api/v1/webhooks/aimeow", False),
    "with another secret": (f"{HOME}/api/v1/webhooks/aimeow?token=lama", False),
    "no URL at all": ("http://[", False),
}


@pytest.mark.parametrize(("callback", "is_ours"), CALLBACKS.values(), ids=CALLBACKS)
def test_whose_callback_it_is(callback, is_ours):
    assert reconcile.calls_us(callback, HOME, SECRET) is is_ours


def test_a_changed_callback_is_the_platforms_finding(showroom, gateway, ours):
    right = gateway.callback_url
    gateway.callback_url = "https://other.example.com/hook"
    reconcile.look()
    assert installation() == ["callback"]
    assert found(showroom) == []
    assert "tidak mengirim pesan ke alamat webhook kita" in front()
    assert "tidak mengirim pesan ke alamat webhook kita" not in front(showroom)
    gateway.callback_url = right
    reconcile.look()
    assert installation() == []


def test_a_gateway_that_does_not_answer_is_no_showrooms_fault(showroom, gateway, ours):
    gateway.switch(gateway_down=True)
    reconcile.look()
    assert (installation(), found(showroom)) == (["unreachable"], [])
    assert "Gateway WhatsApp tidak menjawab" in front()
    gateway.switch(gateway_down=False)
    reconcile.look()
    assert installation() == []


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_one_worker_looks_at_a_time_and_none_right_after_another(showroom, gateway, settings):
    gateway.log_out(showroom.client_id)
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [reconcile.LOCK])
        reconcile.look()
        assert found(showroom) == []
    finally:
        other.close()
    settings.RECONCILE_SECONDS = 180
    with showroom.scope():
        AimeowAccount.objects.update(looked_at=timezone.now() - timedelta(seconds=100))
    reconcile.look()
    assert found(showroom) == []
    with showroom.scope():
        AimeowAccount.objects.update(looked_at=timezone.now() - timedelta(seconds=170))
    reconcile.look()
    assert found(showroom) == [("lost", "disconnected", 0)]


# --- e-mail -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def people(showroom, settings):
    settings.EMAIL_URL = "smtp://localhost:25"
    with showroom.scope():
        AimeowAccount.objects.update(last_connected_at=timezone.now())
        for name, role, email in (
            ("alice", "owner", "alice@example.com"),
            ("meri", "manager", "meri@example.com"),
            ("bob", "sales", "bob@example.com"),
            ("dina", "owner", ""),
        ):
            user = User.objects.create(username=name, email=email)
            Membership.objects.create(tenant=showroom.tenant, user=user, role=role)
    return showroom


def mails():
    return [(letter.to, letter.subject) for letter in mail.outbox]


def test_owners_and_managers_get_one_mail_when_it_is_lost_and_one_when_it_is_back(people, gateway):
    gateway.log_out(people.client_id)
    reconcile.look()
    reconcile.look()
    run_jobs()
    assert mails() == []  # it may be back in a moment
    run_jobs(ahead=70)
    assert mails() == [
        (["alice@example.com"], "WhatsApp Prima Mobil terputus"),
        (["meri@example.com"], "WhatsApp Prima Mobil terputus"),
    ]
    assert "Pastikan HP showroom menyala" in mail.outbox[0].body
    mail.outbox.clear()
    reconcile.look()
    run_jobs(ahead=700)
    assert mails() == []
    gateway.gateway.clients[people.client_id].connected = True
    reconcile.look()
    reconcile.look()
    run_jobs(ahead=700)
    assert [subject for _, subject in mails()] == ["WhatsApp Prima Mobil tersambung lagi"] * 2


def test_a_connection_that_is_back_within_a_minute_is_no_news(people, gateway):
    gateway.log_out(people.client_id)
    reconcile.look()
    gateway.gateway.clients[people.client_id].connected = True
    reconcile.look()
    run_jobs(ahead=700)
    assert mails() == []


def test_a_mail_that_fails_is_logged_and_not_repeated(people, gateway, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    gateway.log_out(people.client_id)
    reconcile.look()
    run_jobs(ahead=70)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    reconcile.look()
    run_jobs(ahead=700)
    assert mails() == []


def test_without_a_mail_server_there_is_no_job_and_a_number_never_paired_is_not_news(people, gateway, settings):
    settings.EMAIL_URL = ""
    gateway.log_out(people.client_id)
    reconcile.look()
    settings.EMAIL_URL = "smtp://localhost:25"
    with people.scope():
        AimeowAccount.objects.update(last_connected_at=None)
        Finding.objects.all().delete()
    reconcile.look()
    assert found(people) == [("lost", "disconnected", 0)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'conversations.tell_managers'")
        assert cursor.fetchone()[0] == 0


# --- the platform admin's front page ----------------------------------------------------------------------------------


def test_the_alarm_is_on_the_platform_admins_front_page(showroom, ours, monkeypatch):
    from conversations import vitals
    from conversations.models import WhatsAppConversation

    monkeypatch.setattr(vitals, "CACHE_SECONDS", 0)
    assert "menunggu jawaban asisten" not in front()
    showroom.receives("Halo")
    with scope.of(showroom.tenant):
        WhatsAppConversation.objects.update(due_at=timezone.now() - timedelta(seconds=130))
    assert "1 percakapan menunggu jawaban asisten lebih dari satu menit, yang terlama 2 menit" in front()
    assert "menunggu jawaban asisten" not in front(showroom)
