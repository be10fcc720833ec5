"""The API keeps to its own description: what schemathesis makes of it, sent through the WSGI application in process.

OPENAPI_EXAMPLES=300 pytest autolumiku/tests/test_openapi.py takes longer and finds more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from aimeow.models import AimeowAccount
from autolumiku.testing import marked, naughty
from conversations.models import WhatsAppConversation
from staffcommands.models import StaffWhatsAppAuth
from tenants.models import Right, Role
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db

DESCRIPTION = "/api/v1/whatsapp-ai/openapi.json"
EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "6"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def application() -> Iterator[Any]:
    """Ours, on the test's connection: as in Django's own client, no request closes it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_every_operation_answers_as_it_is_described(
    application: Any, storage: Any, gateway: Any, settings: Any
) -> None:
    settings.API_CALLS_PER_MINUTE = settings.API_CALLS_PER_MINUTE_AND_ADDRESS = 0
    place = marked.showroom("alfa", "kenaria", "62899110")
    account = place.rows[AimeowAccount]
    gateway.add_client(account.client_id, account.phone_number)
    token = casting.token(place.tenant, place.people[Role.OWNER], *Right)
    described = schemathesis.openapi.from_wsgi(DESCRIPTION, application)
    operations = [one.ok() for one in described.get_all_operations()]
    assert len(operations) > 20
    seen: set[int] = set()
    for operation in operations:
        _try(operation, place, {"Authorization": f"Bearer {token}"}, seen)
    assert {200, 201, 400, 404} <= seen


def _try(operation: Any, place: marked.Marked, headers: dict[str, str], seen: set[int]) -> None:
    """Fitting and unfitting calls of this operation, of a row there is and of any; nothing of them stays."""

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(_cases(operation, place))
    def hold(case: Any) -> None:
        with naughty.undone():
            answer = case.call(headers=headers)
            seen.add(answer.status_code)
            case.validate_response(answer, checks=CHECKS)

    hold()


def _cases(operation: Any, place: marked.Marked) -> st.SearchStrategy[Any]:
    there = StaffWhatsAppAuth if "/staff/" in operation.path else WhatsAppConversation
    known = {one.name: place.rows[there].pk for one in operation.path_parameters}
    modes = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
    fitting, unfitting = (operation.as_strategy(generation_mode=mode) for mode in modes)
    return st.one_of(operation.as_strategy(path_parameters=known), fitting, unfitting) if known else fitting | unfitting
