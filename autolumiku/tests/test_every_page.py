"""The pages that every model has in the back-office, with a row in each: no wider than a phone, in Indonesian, and
nothing that axe finds serious.
"""

from __future__ import annotations

import pytest
from django.contrib import admin

from autolumiku.testing import marked
from autolumiku.testing.browser import ON_A_SERVER, PHONE, english, log_in, may_log_in, too_wide, trouble
from tenants.models import Role, User
from tenants.tests import cast as casting

pytestmark = ON_A_SERVER
KINDS = ("", "add/", "{id}/change/", "{id}/history/", "{id}/delete/")


@pytest.fixture
def theirs(db, storage, gateway):
    return marked.showroom("alfa", "kenaria", "62899110")


@pytest.fixture
def owner(theirs):
    person = may_log_in(theirs.people[Role.OWNER])
    User.objects.filter(pk=person.pk).update(is_staff=True)
    return person


@pytest.fixture
def addresses(theirs, owner):
    """By kind of page, those that open to an owner; found out before a browser's loop runs in this thread."""
    browser, found = casting.browser(owner), {}
    for kind in KINDS:
        every = (
            f"/admin/{model._meta.app_label}/{model._meta.model_name}/{kind.format(id=row.pk)}"
            for model in admin.site._registry
            if (row := theirs.rows.get(model)) is not None
        )
        found[kind] = [address for address in every if browser.get(address, follow=True).status_code == 200]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_is_for_a_phone_and_in_indonesian(live_server, owner, addresses, pages, kind):
    page = pages()
    page.set_viewport_size(PHONE)
    log_in(page, live_server, owner)
    assert len(addresses[kind]) > 10
    found = []
    for address in addresses[kind]:
        page.goto(f"{live_server.url}{address}")
        found += [*english(page), *trouble(page)]
        found += [f"{address} is too wide"] if too_wide(page) else []
    assert found == []
