"""Webhooks out: written with the event, signed as Standard Webhooks say, tried again, and never sent inside."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from aimeow.tests.test_files import INSIDE
from autolumiku.lib import outside
from inventory.models import Vehicle
from leads import bookings
from leads.models import Lead
from tenants import hooks, scope
from tenants.models import Role, WebhookDelivery, WebhookEndpoint
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db
EVENTS = ["lead.created", "conversation.escalated", "booking.created", "vehicle.sold"]
ENDPOINTS, DELIVERIES = "/admin/tenants/webhookendpoint/", "/admin/tenants/webhookdelivery/"


class Receiver(ThreadingHTTPServer):
    """Somebody's program: what it was sent, and what it answers."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Heard)
        self.heard, self.answers = [], []
        self.url = f"http://127.0.0.1:{self.server_port}/webhook"


class Heard(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        status, headers = self.server.answers.pop(0) if self.server.answers else (204, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_args):
        pass


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_MAY_STAY_INSIDE = True
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def endpoint(showroom, receiver):
    with showroom.scope():
        return WebhookEndpoint.objects.create(
            tenant=showroom.tenant, name="CRM", url=receiver.url, events=EVENTS, secret=hooks.new_secret()
        )


def sell(showroom):
    with showroom.scope():
        Vehicle.objects.filter(display_id="PM-PST-001").update(status="SOLD")


def log(showroom):
    with showroom.scope():
        return list(WebhookDelivery.objects.order_by("pk"))


# --- What is told ----------------------------------------------------------------------------------------------------


def new_lead(showroom):
    with showroom.scope():
        Lead.objects.create(tenant=showroom.tenant, phone="6281234567890", name="Budi")


def hand_over(showroom):
    showroom.hears("Saya mau bicara dengan orang")


def book(showroom):
    with showroom.scope():
        at = (timezone.now() + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
        bookings.book(showroom.tenant.pk, showroom.account.pk, "6281234567890", at, name="Budi", by="test")


HAPPENINGS = {
    "lead.created": (new_lead, {"phone": "6281234567890", "name": "Budi"}),
    "conversation.escalated": (hand_over, {"phone": "6281234567890", "reason": "human_request"}),
    "booking.created": (book, {"phone": "6281234567890", "name": "Budi"}),
    "vehicle.sold": (sell, {"displayId": "PM-PST-001", "make": "Honda", "price": 79_000_000}),
}


@pytest.mark.parametrize("event", HAPPENINGS)
def test_what_happens_is_told(showroom, endpoint, receiver, event):
    happen, data = HAPPENINGS[event]
    happen(showroom)
    hooks.deliver()
    told = [json.loads(body) for _headers, body in receiver.heard]
    ours = next(one for one in told if one["type"] == event)
    assert ours["timestamp"].endswith("Z")
    assert data.items() <= ours["data"].items()


def test_it_is_written_with_the_event_or_not_at_all(showroom, endpoint):
    with showroom.scope(), transaction.atomic():
        Vehicle.objects.update(status="SOLD")
        assert len(log(showroom)) == 2
        transaction.set_rollback(True)
    assert log(showroom) == []


def test_once_per_event(showroom, endpoint):
    sell(showroom)
    with showroom.scope():
        Vehicle.objects.filter(display_id="PM-PST-001").update(status="SOLD", price=1)
        Vehicle.objects.filter(display_id="PM-PST-002").update(status="BOOKED")
    assert [row.event for row in log(showroom)] == ["vehicle.sold"]


@pytest.mark.parametrize("fields", [{"events": ["lead.created"]}, {"is_active": False}], ids=["not asked for", "off"])
def test_who_does_not_listen_is_told_nothing(showroom, endpoint, fields):
    with showroom.scope():
        WebhookEndpoint.objects.update(**fields)
    sell(showroom)
    assert log(showroom) == []


def test_another_showroom_hears_nothing(showroom, endpoint, receiver):
    from autolumiku.testing.stage import CITY, Showroom

    other = Showroom(showroom.gateway, slug="sinar-auto", name="Sinar Auto", number=2)
    other.has(**CITY)
    with other.scope():
        Vehicle.objects.update(status="SOLD")
    assert hooks.deliver() == 0
    assert receiver.heard == []


# --- How it is sent --------------------------------------------------------------------------------------------------


def verified(secret, headers, body):
    """As a receiver checks it, from the specification."""
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    return expected in headers["webhook-signature"].split(" ")


def test_the_signature_is_that_of_the_specification():
    """The example of Standard Webhooks' own libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    given = hooks.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert given == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_call_is_signed_and_dated(showroom, endpoint, receiver):
    sell(showroom)
    hooks.deliver()
    headers, body = receiver.heard[0]
    assert verified(endpoint.secret, headers, body)
    assert not verified(hooks.new_secret(), headers, body)
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 5
    row = log(showroom)[0]
    assert (row.status, row.answer, row.attempts, headers["webhook-id"]) == ("delivered", 204, 1, row.uid)


def test_while_the_secret_is_changed_both_sign(showroom, endpoint, receiver):
    with showroom.scope():
        WebhookEndpoint.objects.update(secret_before=endpoint.secret, secret=(new := hooks.new_secret()))
    sell(showroom)
    hooks.deliver()
    headers, body = receiver.heard[0]
    assert verified(endpoint.secret, headers, body)
    assert verified(new, headers, body)


def test_a_failure_is_tried_again_with_growing_pauses_and_the_same_id(showroom, endpoint, receiver):
    receiver.answers = [(500, {})] * 20
    sell(showroom)
    moment, waits = timezone.now(), []
    for _ in range(len(hooks.PAUSES) + 1):
        with time_machine.travel(moment, tick=False):
            hooks.deliver()
        row = log(showroom)[0]
        waits.append(row.due_at - moment)
        moment = row.due_at
    assert (row.status, row.attempts, row.error, row.answer) == ("given_up", 10, "refused", 500)
    assert [wait / pause for wait, pause in zip(waits, hooks.PAUSES, strict=False)] == pytest.approx([1] * 9, abs=0.1)
    assert len({headers["webhook-id"] for headers, _body in receiver.heard}) == 1
    with time_machine.travel(moment + timedelta(days=9)):
        assert hooks.deliver() == 0


def test_an_address_that_is_gone_is_called_no_more(showroom, endpoint, receiver):
    receiver.answers = [(410, {})]
    sell(showroom)
    hooks.deliver()
    assert log(showroom)[0].status == "given_up"
    with showroom.scope():
        assert not WebhookEndpoint.objects.get().is_active


def test_redirects_are_not_followed(showroom, endpoint, receiver):
    receiver.answers = [(302, {"Location": receiver.url})]
    sell(showroom)
    hooks.deliver()
    assert len(receiver.heard) == 1
    assert (log(showroom)[0].status, log(showroom)[0].answer) == ("waiting", 302)


def test_a_worker_that_vanished_gives_its_call_back(showroom, endpoint, receiver):
    sell(showroom)
    assert hooks._claimed() is not None
    assert hooks.deliver() == 0
    with time_machine.travel(timezone.now() + hooks.LEASE + timedelta(seconds=1)):
        assert hooks.deliver() == 1
    assert log(showroom)[0].status == "delivered"


def test_who_does_not_answer_is_a_failure_like_any(showroom, endpoint):
    with showroom.scope():
        WebhookEndpoint.objects.update(url="http://127.0.0.1:9/")
    sell(showroom)
    hooks.deliver()
    assert (log(showroom)[0].status, log(showroom)[0].error) == ("waiting", "ConnectionError")


def test_the_log_of_a_month_ago_is_deleted(showroom, endpoint):
    sell(showroom)
    with scope.platform("test"):
        assert hooks.tidy() == 0
    with time_machine.travel(timezone.now() + timedelta(days=31)), scope.platform("test"):
        assert hooks.tidy() == 1


# --- Where it is not sent --------------------------------------------------------------------------------------------

ELSEWHERE = [
    *(f"https://[{ip}]/" if ":" in ip else f"https://{ip}/" for ip in INSIDE if "%" not in ip),
    "http://crm.example.com/", "http://127.0.0.1/", "https://localhost/", "https://localhost:5432/", "https://intern/",
    "https://2130706433/", "https://0x7f000001/", "https://127.1/", "https://user@crm.example.com/",
    "https://user:pw@crm.example.com/", "ftp://crm.example.com/", "gopher://crm.example.com/", "file:///etc/passwd",
    "//crm.example.com/", "x", "https://", "https:///x", "https://[", "https://crm.example.com:x/", "", " ",
    "javascript:alert(1)", "data:text/plain,x", "https://crm.example.com:0/",
]  # fmt: skip


@pytest.mark.parametrize("url", ELSEWHERE)
def test_an_address_inside_is_neither_taken_nor_called(showroom, url, monkeypatch):
    seen = []
    monkeypatch.setattr(socket.socket, "connect", lambda _socket, address: seen.append(address))
    call = hooks.Call(showroom.tenant.pk, 1, 1, "msg_1", url, (hooks.new_secret(),), b"{}", 1)
    assert hooks._post(call).status == 0
    assert seen == []


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_called(monkeypatch, address):
    seen = []
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)
    monkeypatch.setattr(socket.socket, "connect", lambda _socket, place: seen.append(place))
    call = hooks.Call(1, 1, 1, "msg_1", "https://crm.example.com/", (hooks.new_secret(),), b"{}", 1)
    assert (hooks._post(call).status, seen) == (0, [])


def test_a_call_that_drips_in_is_hung_up_on(monkeypatch):
    """A real socket to this machine stands for the public one: what is judged is replaced, not what is timed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(outside, "is_public", lambda address: True)
        with outside.session(seconds=0.2) as session, pytest.raises(OSError):
            session.post(f"https://127.0.0.1:{server.getsockname()[1]}/", data=b"{}", timeout=(3, 30))


# --- In the back-office ----------------------------------------------------------------------------------------------


def member(showroom, role):
    from tenants.models import Membership, User

    user = User.objects.create(username=f"{role}-{showroom.tenant.pk}", is_staff=True)
    with showroom.scope():
        Membership.objects.create(tenant=showroom.tenant, user=user, role=role)
    return casting.browser(user)


FORM = {"name": "CRM", "events": ["vehicle.sold"], "is_active": "on"}


def test_an_owner_adds_an_address_and_sees_its_secret_once(showroom):
    browser = member(showroom, Role.OWNER)
    page = browser.post(f"{ENDPOINTS}add/", {**FORM, "url": "https://crm.contoh.com/webhook"})
    secret = page.context["endpoint"].secret
    assert secret.startswith("whsec_")
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    with showroom.scope():
        row = WebhookEndpoint.objects.get()
    for path in ("", f"{row.pk}/change/", f"{row.pk}/history/"):
        assert secret not in browser.get(ENDPOINTS + path).content.decode()
    changed = browser.post(f"{ENDPOINTS}{row.pk}/change/", {**FORM, "url": "https://crm.contoh.com/lain"})
    assert changed.status_code == 302
    with showroom.scope():
        assert WebhookEndpoint.objects.get().secret == secret


@pytest.mark.parametrize("url", ["http://crm.contoh.com/", "https://127.0.0.1/", "https://localhost/", "x"])
def test_an_address_inside_is_refused_in_plain_words(showroom, url):
    page = member(showroom, Role.OWNER).post(f"{ENDPOINTS}add/", {**FORM, "url": url})
    assert page.status_code == 200
    assert "alamat" in page.content.decode().lower()
    with showroom.scope():
        assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize(("role", "seen", "added"), [("manager", 200, 403), ("sales", 403, 403)])
def test_managers_look_and_sellers_do_not(showroom, role, seen, added):
    browser = member(showroom, role)
    assert browser.get(ENDPOINTS).status_code == browser.get(DELIVERIES).status_code == seen
    assert browser.get(f"{ENDPOINTS}add/").status_code == added


def test_a_delivery_is_read_and_sent_again(showroom, endpoint, receiver):
    receiver.answers = [(410, {}), (200, {})]
    sell(showroom)
    hooks.deliver()
    with showroom.scope():
        WebhookEndpoint.objects.update(is_active=True)
    browser = member(showroom, Role.OWNER)
    row = log(showroom)[0]
    page = browser.get(f"{DELIVERIES}{row.pk}/change/").content.decode()
    assert "PM-PST-001" in page
    assert "gagal" in browser.get(DELIVERIES).content.decode()
    browser.post(DELIVERIES, {"action": "resend", "_selected_action": row.pk})
    hooks.deliver()
    assert log(showroom)[0].status == "delivered"
    assert receiver.heard[0][0]["webhook-id"] == receiver.heard[1][0]["webhook-id"]


def test_a_trial_and_a_change_of_secret(showroom, endpoint, receiver):
    browser = member(showroom, Role.OWNER)
    browser.post(ENDPOINTS, {"action": "try_out", "_selected_action": endpoint.pk})
    page = browser.post(ENDPOINTS, {"action": "new_secret", "_selected_action": endpoint.pk})
    new = page.context["endpoint"].secret
    assert "Rahasia yang lama" in page.content.decode()
    hooks.deliver()
    headers, body = receiver.heard[0]
    assert json.loads(body)["type"] == "ping"
    assert verified(endpoint.secret, headers, body)
    assert verified(new, headers, body)
    browser.post(ENDPOINTS, {"action": "forget_old_secret", "_selected_action": endpoint.pk})
    with showroom.scope():
        assert WebhookEndpoint.objects.get().secret_before == ""
