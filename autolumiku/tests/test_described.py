"""The API does what its description says, to whatever the description allows and to what it forbids."""

from __future__ import annotations

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tenants.models import Right
from tenants.tests import cast as casting

pytestmark = [pytest.mark.slow, pytest.mark.django_db(databases=["default", "owner"])]
EXAMPLES = 12  # of each kind and operation: the whole file takes half a minute

# What makes a phone a phone, or a colleague one of this showroom, no description can say: such a call may be refused.
UNSAID = [positive_data_acceptance]


def described():
    schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
    schema.app = get_wsgi_application()
    return schema


SCHEMA = described()
OPERATIONS = {f"{one.ok().method.upper()} {one.ok().path}": one.ok() for one in SCHEMA.get_all_operations()}


@pytest.fixture
def token(showroom):
    from tenants.models import Membership, Role, User

    owner = User.objects.create(username="owner")
    with showroom.scope():
        Membership.objects.create(tenant=showroom.tenant, user=owner, role=Role.OWNER)
    showroom.hears("Halo kak, ada Honda City?")
    given = casting.token(showroom.tenant, owner, *Right)
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)  # as Django's own test client does: the test's connection stays open
    yield given
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", schemathesis.GenerationMode)
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_it_does_what_it_says(token, settings, operation, mode):
    settings.API_CALLS_PER_MINUTE = settings.API_CALLS_PER_MINUTE_AND_ADDRESS = 0

    @given(operation.as_strategy(generation_mode=mode))
    @bounds(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def call(case):
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=UNSAID)

    call()


def test_every_body_has_an_example():
    raw = SCHEMA.raw_schema["paths"]
    bare = [
        f"{method} {path}"
        for path, methods in raw.items()
        for method, one in methods.items()
        if "requestBody" in one and "examples" not in one["requestBody"]["content"]["application/json"]
    ]
    assert bare == []


def test_every_example_is_taken(token, showroom):
    """But for the colleague and the car, which are nobody's here."""
    told = {}
    for path, methods in SCHEMA.raw_schema["paths"].items():
        for method, one in methods.items():
            for example in (
                one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {}).values()
            ):
                address = path.replace("{id}", str(showroom.chat().pk))
                answer = getattr(Client(), method)(
                    address, example["value"], "application/json", headers={"Authorization": f"Bearer {token}"}
                )
                told[f"{method} {path.rpartition('whatsapp-ai/')[2]}"] = answer.status_code
    assert told == {
        "put config": 200, "post conversations/{id}/assign": 400, "post send-message": 202, "post staff": 201,
        "put staff/{id}": 404,
    }  # fmt: skip
