"""People move the stages and share the leads out; the assistant does neither."""

import pytest

from leads.models import Lead
from tenants import scope
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db

LEADS = "/admin/leads/lead/"


@pytest.fixture
def cast():
    return casting.gather()


def lead(cast, **fields) -> Lead:
    with scope.of(cast.a):
        return Lead.objects.create(tenant=cast.a, phone="6281234567890", **fields)


def after(cast, row: Lead) -> Lead:
    with scope.of(cast.a):
        return Lead.objects.select_related("assigned_to").get(pk=row.pk)


@pytest.mark.parametrize(
    ("person", "action", "field", "value"),
    [
        ("bob", "contacted", "status", "CONTACTED"),
        ("bob", "won", "status", "WON"),
        ("alice", "lost", "status", "LOST"),
        ("rani", "won", "status", "NEW"),  # only looks
        ("charlie", "won", "status", "NEW"),  # another showroom's
        ("bob", "take", "assigned_to", "Bob"),
        ("alice", "share_out", "assigned_to", "Bob"),  # the only seller
    ],
)
def test_moves(cast, person, action, field, value):
    row = lead(cast)
    casting.browser(cast.person(person)).post(LEADS, {"action": action, "_selected_action": [row.pk]})
    assert str(getattr(after(cast, row), field)) == value


def test_the_list_says_what_is_next_and_the_page_why_it_is_warm(cast):
    row = lead(cast, next_step="telepon soal DP", follow_up_date="2026-11-28", heard=["menghitung kredit"])
    browser = casting.browser(cast.bob)
    listed = browser.get(LEADS).content.decode()
    assert "28 Nov 2026" in listed
    assert "telepon soal DP" in listed
    assert "menghitung kredit" in browser.get(f"{LEADS}{row.pk}/change/").content.decode()
