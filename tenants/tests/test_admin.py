"""The back-office's frame: who gets in where, the choice of showroom, people and their places."""

import pytest

from tenants import scope
from tenants.middleware import SESSION_KEY
from tenants.models import Membership, Role, Tenant, User
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db
SWITCH = "/admin/showroom/"
HOME = "/admin/"


@pytest.fixture
def cast():
    return casting.gather()


def also_at_b(cast):
    with scope.of(cast.b):
        Membership.objects.create(tenant=cast.b, user=cast.alice, role=Role.MANAGER)
    return casting.browser(cast.alice)


def test_a_person_without_a_showroom_sees_a_plain_sentence_and_no_page(cast):
    page = casting.browser(cast.stranger).get(HOME)
    assert page.status_code == 200
    assert "belum terhubung dengan showroom mana pun" in page.content.decode()
    assert "/admin/inventory/" not in page.content.decode()


def test_one_page_has_no_switch_for_a_person_with_one_place(cast):
    assert "al-switch" not in casting.browser(cast.bob).get(HOME).content.decode()


def test_a_person_with_two_places_switches_between_them(cast):
    browser = also_at_b(cast)
    assert "al-switch" in browser.get(HOME).content.decode()
    assert browser.post(SWITCH, {"showroom": "showroom-b"}).status_code == 302
    assert browser.get("/admin/tenants/tenant/").content.decode().count("Showroom A") == 1  # only in the switch


@pytest.mark.parametrize(
    ("name", "slug", "status"),
    [
        pytest.param("charlie", "showroom-a", 403, id="not one's place"),
        pytest.param("charlie", "", 403, id="all showrooms are the platform admin's"),
        pytest.param("charlie", "no-such", 403, id="unknown"),
        pytest.param("stranger", "showroom-a", 403, id="no place at all"),
        pytest.param("root", "", 302, id="the platform admin sees all"),
        pytest.param("root", "showroom-a", 302, id="the platform admin chooses one"),
    ],
)
def test_only_ones_own_places_can_be_chosen(cast, name, slug, status):
    browser = casting.browser(cast.person(name))
    assert browser.post(SWITCH, {"showroom": slug}).status_code == status
    if status == 403:
        assert SESSION_KEY not in browser.session


def test_the_switch_takes_posts_with_a_token_only(cast):
    from django.test import Client

    assert casting.browser(cast.alice).get(SWITCH).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.alice)
    assert strict.post(SWITCH, {"showroom": "showroom-a"}).status_code == 403


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        pytest.param("alice", "tenants/user/", 403, id="accounts are the platform admin's"),
        pytest.param("bob", "tenants/user/add/", 403, id="sales makes no accounts"),
        pytest.param("root", "tenants/user/", 200, id="the platform admin sees accounts"),
        pytest.param("alice", "tenants/tenant/add/", 403, id="owners found no showroom"),
        pytest.param("root", "tenants/tenant/add/", 200, id="the platform admin founds showrooms"),
        pytest.param("alice", "tenants/membership/add/", 403, id="memberships are made by the platform admin"),
        pytest.param("root", "tenants/membership/add/", 200, id="by the platform admin"),
        pytest.param("bob", "tenants/membership/", 200, id="sales sees colleagues"),
        pytest.param("stranger", "tenants/tenant/", 403, id="a stranger sees nothing"),
    ],
)
def test_pages_open_by_role(cast, name, path, status):
    assert casting.browser(cast.person(name)).get(HOME + path).status_code == status


def test_an_owner_changes_the_own_showroom_but_not_its_status(cast):
    browser = casting.browser(cast.alice)
    form = {
        "name": "Prima",
        "city": "Surabaya",
        "vehicle_prefix": "PM",
        "phone": "0812-3456-7890",
        "status": "suspended",
    }
    assert browser.post(f"/admin/tenants/tenant/{cast.a.pk}/change/", form).status_code == 302
    with scope.of(cast.a):
        tenant = Tenant.objects.get()
    assert (tenant.name, tenant.phone, tenant.status) == ("Prima", "6281234567890", "active")


@pytest.mark.parametrize("name", ["bob", "rani"])
def test_others_do_not_change_it(cast, name):
    browser = casting.browser(cast.person(name))
    assert browser.post(f"/admin/tenants/tenant/{cast.a.pk}/change/", {"name": "X"}).status_code == 403


def test_a_phone_that_is_none_is_refused_in_plain_words(cast):
    page = casting.browser(cast.alice).post(
        f"/admin/tenants/tenant/{cast.a.pk}/change/", {"name": "A", "vehicle_prefix": "A", "phone": "bukan nomor"}
    )
    assert "Nomor ini tidak dikenali" in page.content.decode()


def test_a_saved_membership_lets_the_person_in(cast):
    newcomer = User.objects.create(username="newcomer")
    form = {"tenant": cast.a.pk, "user": newcomer.pk, "role": "sales"}
    assert casting.browser(cast.root).post("/admin/tenants/membership/add/", form).status_code == 302
    newcomer.refresh_from_db()
    assert newcomer.is_staff
    assert casting.browser(newcomer).get("/admin/inventory/vehicle/").status_code == 200


def test_an_owner_changes_a_role_but_not_whose_it_is(cast):
    with scope.of(cast.a):
        bobs = Membership.objects.get(user=cast.bob)
    browser = casting.browser(cast.alice)
    url = f"/admin/tenants/membership/{bobs.pk}/change/"
    assert browser.post(url, {"role": "manager", "user": cast.charlie.pk}).status_code == 302
    with scope.of(cast.a):
        bobs.refresh_from_db()
    assert (bobs.role, bobs.user) == (Role.MANAGER, cast.bob)


def test_an_account_with_its_place_is_made_in_two_pages(cast):
    browser = casting.browser(cast.root)
    form = {"username": "dedi", "usable_password": "true", "password1": "Kata-Sandi-81", "password2": "Kata-Sandi-81"}
    inline = {"memberships-INITIAL_FORMS": 0, "memberships-TOTAL_FORMS": 1}
    place = {"memberships-0-tenant": cast.b.pk, "memberships-0-role": "sales"}
    page = browser.post("/admin/tenants/user/add/", form | inline | place)
    if page.status_code == 200:  # the first page has no inline
        page = browser.post("/admin/tenants/user/add/", form)
    assert page.status_code == 302
    dedi = User.objects.get(username="dedi")
    form = {"username": "dedi", "is_active": "on"} | inline | place
    assert browser.post(f"/admin/tenants/user/{dedi.pk}/change/", form).status_code == 302
    dedi.refresh_from_db()
    assert dedi.is_staff
    assert casting.browser(dedi).get("/admin/tenants/tenant/").status_code == 200


def test_nobody_outside_gets_further_than_the_login(client, cast):
    page = client.get("/admin/inventory/vehicle/")
    assert page.status_code == 302
    assert page.url.startswith("/admin/login/")
