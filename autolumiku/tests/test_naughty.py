"""Naughty strings in every text field of the admin, the inbox and the API: kept to the letter or refused, no 5xx."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from aimeow.models import AimeowAccount
from autolumiku.testing import marked, naughty
from conversations.models import ConversationEvent, WhatsAppConversation, WhatsAppMessage
from leads.models import FollowUp
from tenants import scope
from tenants.models import Role, User

pytestmark = pytest.mark.django_db

LIST = Path(__file__).resolve().parents[3] / "shared/data/fuzz/blns/blns.json"


@pytest.fixture
def place(storage, gateway):
    made = marked.showroom("alfa", "kenaria", "62899110")
    account = made.rows[AimeowAccount]
    gateway.add_client(account.client_id, account.phone_number)
    return made


@pytest.fixture
def texts() -> Iterator[str]:
    """All of them over and over, from another one in each run."""
    if not LIST.exists():
        pytest.skip("the big list of naughty strings is not here")
    found = naughty.strings(LIST)
    start = random.randrange(len(found))
    return itertools.cycle(found[start:] + found[:start])


def browser(person: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def of(place, role=Role.OWNER) -> Client:
    return browser(place.people[role])


@pytest.mark.parametrize("some", [slice(0, None, 2), slice(1, None, 2)], ids=["one half", "the other"])
def test_every_form_of_the_admin_keeps_or_refuses_what_is_typed(place, texts, some):
    root = browser(User.objects.create(username="root", is_staff=True, is_superuser=True))
    found = naughty.try_admin(of(place), root, place, texts, 2, some)
    assert found.wrong == []
    assert len(found.fields) > 35
    assert found.stored > 20
    assert found.refused > 20


def test_every_text_of_the_api_is_kept_or_refused(place, texts):
    found = naughty.try_api(of(place), place, texts, 24)  # more than the list
    assert found.wrong == []
    assert {name.rsplit(maxsplit=1)[0] for name in found.fields} == {
        f"{call.method} {call.path}" for call in naughty.calls(place)
    }


def test_no_text_of_the_api_is_left_out(place):
    """Every string without a closed list of values that the description of the API names."""
    described = of(place).get("/api/v1/whatsapp-ai/openapi.json", headers={"Accept": "application/json"}).json()
    shapes = described["components"]["schemas"]
    named = {name.rpartition(".")[2] for call in naughty.calls(place) for name in call.typed}
    missing = set()
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            fields = {given["name"]: given["schema"] for given in one.get("parameters", ())}
            for body in one.get("requestBody", {}).get("content", {}).values():
                fields |= properties(body["schema"], shapes)
            missing |= {
                f"{method} {path} {name}" for name, shape in fields.items() if free(shape) and name not in named
            }
    assert missing == set()


def properties(schema, shapes):
    """The fields of this shape, and those of the shapes in it."""
    shape = shapes[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    found = {}
    for name, one in shape.get("properties", {}).items():
        if one.get("readOnly"):
            continue
        inner = next((inner for inner in (one, *one.get("allOf", ()), one.get("items", {})) if "$ref" in inner), None)
        found |= properties(inner, shapes) if inner else {name: one}
    return found


def free(shape) -> bool:
    return shape.get("type") == "string" and not {"enum", "format"} & shape.keys()


def test_what_people_write_in_the_inbox_is_kept_or_refused(place, texts):
    chat, seller = place.rows[WhatsAppConversation].pk, of(place, Role.SALES)
    seller.post(f"/inbox/{chat}/langkah/", {"move": "take"})
    for text in itertools.islice(texts, 40):
        for path in ("balas", "catatan"):
            assert seller.post(f"/inbox/{chat}/{path}/", {"text": text}).status_code in (302, 400)
        with scope.of(place.tenant):
            reply = WhatsAppMessage.objects.order_by("-pk").first().content
            note = ConversationEvent.objects.filter(kind="note").order_by("-pk").first().data["text"]
        assert not text.strip() or {reply, note} <= {text, text.strip()}
        assert seller.get("/inbox/daftar/", {"q": text}).status_code == 200


def test_a_second_row_where_a_showroom_has_one_is_refused(place):
    """What is wrong with a column that the form does not show is said above it."""
    answer = of(place).post("/admin/leads/followup/add/", {"is_active": "on", "after_hours": "24", "text": "Halo"})
    assert answer.status_code == 200
    assert answer.context_data["adminform"].form.non_field_errors()
    with scope.of(place.tenant):
        assert FollowUp.objects.count() == 1
