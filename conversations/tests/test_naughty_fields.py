"""Every naughty string in every text field of the API and of the back-office: kept to the letter, or refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from conversations.models import WhatsAppMessage
from inventory.models import Vehicle
from leads.models import Lead
from tenants.models import Membership, Right, Role, Tenant, User
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
LIST = Path(settings.BASE_DIR).parent / "shared/data/fuzz/blns/blns.json"
API = "/api/v1/whatsapp-ai/"


def naughty(every=1, first=0):
    """The strings, or each so-many-th of them: the whole of this file takes half a minute."""
    if not LIST.exists():
        pytest.skip("the big list of naughty strings is not here")
    odd = ["\0", "a\0b", "\ud800", "x" * 5_000]
    return [*list(dict.fromkeys(json.loads(LIST.read_text("utf-8"))))[first::every], *odd]


@pytest.fixture
def owner(showroom):
    person = User.objects.create(username="owner", is_staff=True)
    with showroom.scope():
        Membership.objects.create(tenant=showroom.tenant, user=person, role=Role.OWNER)
    return person


@pytest.fixture
def call(showroom, owner, settings):
    settings.API_CALLS_PER_MINUTE = settings.API_CALLS_PER_MINUTE_AND_ADDRESS = 0
    token = casting.token(showroom.tenant, owner, *Right)

    def call(method, path, data=None):
        sent = {"data": json.dumps(data), "content_type": "application/json"} if data is not None else {}
        answer = getattr(Client(), method)(API + path, headers={"Authorization": f"Bearer {token}"}, **sent)
        assert answer.status_code < 500, (path, data)
        return answer

    return call


CONFIG = ("aiName", "welcomeMessage", "afterHoursMessage", "timezone", "aiModel", "aiPersonality")


@pytest.mark.parametrize("field", CONFIG)
def test_settings(call, field):
    for text in naughty(len(CONFIG), CONFIG.index(field)):
        answer = call("put", "config", {field: text})
        assert answer.status_code in (200, 400)
        if answer.status_code == 200:
            assert answer.json()["data"][field] == text.strip()


def test_colleagues(call):
    for number, text in enumerate(naughty(3)):
        answer = call("post", "staff", {"phoneNumber": f"0812{number:08d}", "staffName": text, "role": "staff"})
        assert answer.status_code in (201, 400)
        if answer.status_code == 201:
            assert answer.json()["data"]["staffName"] == text.strip()
        assert call("post", "staff", {"phoneNumber": text, "staffName": "Ani", "role": text}).status_code == 400


def test_messages(call, showroom):
    showroom.hears("Halo kak")
    chat = showroom.chat().pk
    for text in naughty(3, 1):
        answer = call("post", "send-message", {"conversationId": chat, "message": text})
        assert answer.status_code in (202, 400)
        if answer.status_code == 202:
            with showroom.scope():
                assert WhatsAppMessage.objects.order_by("-pk").first().content == text.strip()


@pytest.mark.parametrize("path", ["conversations", "vehicles", "leads", "analytics", "webhook-logs", "check-whatsapp"])
def test_questions(call, path):
    from urllib.parse import quote

    for text in naughty(40):
        value = quote(text.encode("utf-8", "surrogatepass"))
        for name in ("cursor", "status", "make", "q", "from", "to", "phone", "folder"):
            call("get", f"{path}?{name}={value}")


FORMS = {
    "showroom": (Tenant, "tenants/tenant", ("name", "city", "address"), {"vehicle_prefix": "PM", "name": "A"}),
    "lead": (Lead, "leads/lead", ("name", "message", "notes"), {"phone": "081234567890", "status": "NEW"}),
    "car": (Vehicle, "inventory/vehicle", ("variant", "color"), {"make": "Honda", "model": "City"}),
}


@pytest.mark.parametrize(("model", "page", "fields", "form"), FORMS.values(), ids=FORMS)
def test_forms(showroom, owner, model, page, fields, form):
    browser = casting.browser(owner)
    with showroom.scope():
        if model is Lead:
            Lead.objects.create(tenant=showroom.tenant, phone="6281234567890")
        row = model.objects.first()
    address = f"/admin/{page}/{row.pk}/change/"
    shown = browser.get(address)
    given = shown.context["adminform"].form
    same = {name: given[name].value() for name in given.fields if given[name].value() not in (None, False)}
    for one in shown.context["inline_admin_formsets"]:
        same |= {f"{one.formset.prefix}-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    seen = set()
    for text in naughty(8, 3):
        said = text.encode("utf-8", "replace").decode()
        answer = browser.post(address, {**same, **form, **dict.fromkeys(fields, said)})
        seen.add(answer.status_code)
    assert seen == {200, 302}  # refused in words, or kept
    assert browser.get(f"/admin/{page}/?q=%27%22%00%3Cscript%3E").status_code in (200, 302, 400)
