"""Who may call the webhook: the gateway by the installation's secret, a number's proxy by that number's own."""

import logging

import pytest

from aimeow.models import AimeowAccount, UnknownClient
from autolumiku.testing.stage import Showroom
from conversations import spool
from conversations.models import WhatsAppMessage
from tenants import scope
from tenants.models import Role
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db
ACCOUNTS = "/admin/aimeow/aimeowaccount/"
OURS = "test-webhook-secret"


def owned(showroom, now="rahasia-baru", before=""):
    with showroom.scope():
        AimeowAccount.objects.update(webhook_secret=now, webhook_secret_before=before)


def body(showroom, text="halo", **fields):
    mine = {"client_id": showroom.client_id, "own_phone": showroom.phone, "text": text, **fields}
    return showroom.gateway.payload("text", **mine)


def kept(showroom):
    with showroom.scope():
        return WhatsAppMessage.objects.count()


DOORS = {
    "its own secret": ("rahasia-baru", 200),
    "its own before, while it is not forgotten": ("rahasia-lama", 200),
    "the installation's": (OURS, 401),
    "a guess": ("tebakan", 401),
    "nothing": ("", 401),
}


@pytest.mark.parametrize(("token", "status"), DOORS.values(), ids=DOORS)
def test_a_number_with_its_own_secret_is_opened_by_that_alone(showroom, token, status):
    owned(showroom, before="rahasia-lama")
    assert showroom.post(body(showroom), token=token).status_code == status
    assert kept(showroom) == (status == 200)


def test_it_opens_no_other_number(showroom):
    other = Showroom(showroom.gateway, slug="sinar-auto", name="Sinar Auto", number=2)
    owned(showroom)
    assert other.post(body(other), token="rahasia-baru").status_code == 401
    assert other.post(body(other), token=OURS).status_code == 200
    assert (kept(showroom), kept(other)) == (0, 1)


def test_it_may_be_in_the_header_or_sign_the_body(showroom):
    import hashlib
    import hmac
    import json

    owned(showroom)
    raw = json.dumps(body(showroom)).encode()
    signature = hmac.new(b"rahasia-baru", raw, hashlib.sha256).hexdigest()
    headers = {"X-Aimeow-Signature": f"sha256={signature}"}
    assert showroom.post(raw, token="", **headers).status_code == 200
    assert showroom.post(raw + b" ", token="", **headers).status_code == 401


@pytest.mark.parametrize("sent", ["{", b"\xff", "[]", '{"clientId": "klien-tak-dikenal", "message": {}}'])
def test_a_stranger_learns_nothing_and_leaves_no_trace(showroom, sent):
    def strangers():
        with scope.platform("test"):
            return list(UnknownClient.objects.order_by("id").values_list("client_id", "calls"))

    before = strangers()
    assert showroom.post(sent if isinstance(sent, bytes) else sent.encode(), token="tebakan").status_code == 401
    assert strangers() == before


def test_what_would_be_ignored_needs_the_secret_too(showroom):
    owned(showroom)
    group = showroom.gateway.payload("group", client_id=showroom.client_id, own_phone=showroom.phone, text="halo")
    assert showroom.post(group, token="tebakan").status_code == 401
    assert showroom.post(group, token="rahasia-baru").json()["ignored"]


def test_while_the_database_is_away_only_the_gateway_is_believed(showroom, settings, tmp_path, monkeypatch):
    from django.db import OperationalError

    settings.SPOOL_DIR = str(tmp_path)
    owned(showroom)

    def away(*_args, **_options):
        raise OperationalError("connection refused")

    with monkeypatch.context() as broken:
        broken.setattr(scope, "by_account", away)
        assert showroom.post(body(showroom), token="rahasia-baru").status_code == 401
        assert spool.is_empty()
        assert showroom.post(body(showroom), token=OURS).status_code == 200


def test_it_lies_sealed(showroom):
    from django.db import connection

    owned(showroom)
    with showroom.scope(), connection.cursor() as cursor:
        cursor.execute("SELECT webhook_secret FROM aimeow_accounts")
        assert "rahasia" not in cursor.fetchone()[0]


# --- The addresses that may call -------------------------------------------------------------------------------------

NETWORKS = {
    "in the list": ("203.0.113.7", 200),
    "in a network of it": ("198.51.100.200", 200),
    "elsewhere": ("198.51.101.1", 403),
    "IPv6": ("2001:db8::1", 200),
    "nothing one can read": ("unix:", 403),
}


@pytest.mark.parametrize(("address", "status"), NETWORKS.values(), ids=NETWORKS)
def test_only_listed_addresses_may_call(showroom, settings, address, status):
    from ipaddress import ip_network

    settings.AIMEOW_ALLOW_IPS = [ip_network(one) for one in ("203.0.113.7", "198.51.100.0/24", "2001:db8::/32")]
    showroom.http.defaults["REMOTE_ADDR"] = address
    assert showroom.post(body(showroom)).status_code == status


# --- In the back-office ----------------------------------------------------------------------------------------------


def member(showroom, role):
    from tenants.models import Membership, User

    user = User.objects.create(username=f"{role}-{showroom.tenant.pk}", is_staff=True)
    with showroom.scope():
        Membership.objects.create(tenant=showroom.tenant, user=user, role=role)
    return casting.browser(user)


def test_an_owner_makes_changes_and_drops_it_and_sees_it_once(showroom):
    browser = member(showroom, Role.OWNER)

    def act(action):
        return browser.post(ACCOUNTS, {"action": action, "_selected_action": showroom.account.pk})

    page = act("new_secret")
    first = page.context["account"].webhook_secret
    assert first in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    second = act("new_secret").context["account"].webhook_secret
    assert [showroom.post(body(showroom), token=one).status_code for one in (first, second, OURS)] == [200, 200, 401]
    for path in ("", f"{showroom.account.pk}/change/", f"{showroom.account.pk}/history/"):
        shown = browser.get(ACCOUNTS + path).content.decode()
        assert first not in shown
        assert second not in shown
    act("forget_old_secret")
    assert [showroom.post(body(showroom), token=one).status_code for one in (first, second)] == [401, 200]
    act("drop_secret")
    assert [showroom.post(body(showroom), token=one).status_code for one in (second, OURS)] == [401, 200]


def test_others_have_no_such_action(showroom):
    browser = member(showroom, Role.MANAGER)
    browser.post(ACCOUNTS, {"action": "new_secret", "_selected_action": showroom.account.pk})
    assert showroom.post(body(showroom), token=OURS).status_code == 200


# --- The log ---------------------------------------------------------------------------------------------------------


def test_each_call_has_a_line_without_what_was_said_or_known(showroom, caplog):
    owned(showroom)
    logger = logging.getLogger("conversations")
    logger.addHandler(caplog.handler)
    try:
        showroom.post(body(showroom, "Kalimat pelanggan"), token="rahasia-baru")
    finally:
        logger.removeHandler(caplog.handler)
    line = next(line for line in caplog.text.splitlines() if "event='webhook'" in line)
    assert "result='stored'" in line
    for word in ("Kalimat", "rahasia", "628"):
        assert word not in caplog.text
