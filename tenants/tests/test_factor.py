"""A password alone opens nothing to who leads; who no longer works here is out at once."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP

from autolumiku.lib.sealed import unseal
from tenants import factor, scope
from tenants.models import Authenticator, Membership, Role, User
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db
CODE, ENROL, SAFETY, DEVICES = "/masuk/kode/", "/masuk/pasang/", "/masuk/keamanan/", "/masuk/perangkat/"
CONFIG = "/api/v1/whatsapp-ai/config"


@pytest.fixture
def cast(settings):
    settings.SECOND_FACTOR = True
    return casting.gather()


def now_code(person, steps=0):
    clock = TOTP(bytes.fromhex(Authenticator.objects.get(user=person).key))
    clock.drift = steps
    return f"{clock.token():06d}"


def enrolled(person):
    """A browser of this person, who has just set up the phone; and the recovery codes."""
    browser = casting.browser(person)
    browser.get(ENROL)
    page = browser.post(ENROL, {"code": now_code(person)})
    return browser, page.context["codes"]


def later(person):
    """Another browser, half a minute on, with the password given."""
    Authenticator.objects.filter(user=person).update(last_step=-1)
    return casting.browser(person)


PAGES = ("/admin/", "/admin/tenants/tenant/", "/inbox/", "/media/x.jpg", "/admin/mutu/", "/masuk/keamanan/")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", ["alice", "charlie", "root"])
def test_who_leads_gets_no_further_than_the_code(cast, name, page):
    answer = casting.browser(cast.person(name)).get(page)
    assert (answer.status_code, urlsplit(answer.url).path) == (302, CODE)


def test_nothing_is_done_or_read_before_the_code(cast):
    browser = casting.browser(cast.alice)
    assert browser.post(f"/admin/tenants/tenant/{cast.a.pk}/change/", {"name": "X"}).url.startswith(CODE)
    assert browser.get(CONFIG).status_code == 403
    part = browser.get("/inbox/daftar/", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"]) == (204, CODE)


@pytest.mark.parametrize("name", ["bob", "rani"])
def test_others_go_in_with_their_password(cast, name):
    browser = casting.browser(cast.person(name))
    assert browser.get("/inbox/").status_code == 200
    assert browser.get(CONFIG).status_code == 200
    assert browser.get(CODE).url == "/admin/"


def test_a_promoted_person_owes_the_code_at_once(cast):
    browser = casting.browser(cast.bob)
    assert browser.get("/inbox/").status_code == 200
    with scope.of(cast.a):
        Membership.objects.filter(user=cast.bob).update(role=Role.MANAGER)
    assert browser.get("/inbox/").url.startswith(CODE)


def test_a_setting_turns_it_off(cast, settings):
    settings.SECOND_FACTOR = False
    assert casting.browser(cast.alice).get("/admin/").status_code == 200


def test_the_phone_is_set_up_with_a_picture_and_its_first_code(cast):
    browser = casting.browser(cast.alice)
    assert browser.get(CODE).url == ENROL
    page = browser.get(ENROL)
    assert "data:image/svg+xml" in page.content.decode()
    assert page["Cache-Control"].startswith("max-age=0")
    assert browser.post(ENROL, {"code": "123"}).status_code == 400
    assert browser.get("/admin/").status_code == 302
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        page = browser.post(ENROL, {"code": now_code(cast.alice)})
    assert len(set(page.context["codes"])) == 10
    assert browser.get("/admin/").status_code == 200
    assert browser.get(CONFIG).status_code == 200
    assert "10 kode cadangan" in browser.get(SAFETY).content.decode()


def test_the_picture_says_what_apps_read(cast):
    address = urlsplit(factor._address(cast.alice, "ABC"))
    assert (address.scheme, address.netloc, address.path) == ("otpauth", "totp", "/AutoLumiku%3Aalice")
    assert parse_qs(address.query) == {"secret": ["ABC"], "issuer": ["AutoLumiku"]}


def test_the_key_is_sealed_and_codes_are_digests(cast):
    from django.db import connection

    _browser, codes = enrolled(cast.alice)
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, recovery::text FROM authenticators")
        key, recovery = cursor.fetchone()
    assert Authenticator.objects.get().key == unseal(key)
    assert Authenticator.objects.get().key not in key
    assert codes[0] not in recovery


def test_a_code_works_once_and_leads_back(cast):
    enrolled(cast.alice)
    browser = later(cast.alice)
    code = now_code(cast.alice)
    answer = browser.post(CODE, {"code": f"{code[:3]} {code[3:]}", "next": "/inbox/?f=semua"})
    assert answer.url == "/inbox/?f=semua"
    again = casting.browser(cast.alice)
    assert again.post(CODE, {"code": code}).status_code == 400
    assert again.get("/inbox/").status_code == 302


@pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_it_leads_to_no_other_site(cast, place):
    enrolled(cast.alice)
    assert later(cast.alice).post(CODE, {"code": now_code(cast.alice), "next": place}).url == "/admin/"


@pytest.mark.parametrize("steps", [-3, 3])
def test_a_code_of_another_minute_is_refused(cast, steps):
    enrolled(cast.alice)
    assert later(cast.alice).post(CODE, {"code": now_code(cast.alice, steps)}).status_code == 400


def test_a_recovery_code_works_once(cast):
    _browser, codes = enrolled(cast.alice)
    browser = later(cast.alice)
    assert browser.post(CODE, {"code": codes[3].upper()}).url == "/admin/"
    assert "9 kode cadangan" in browser.get(SAFETY).content.decode()
    assert casting.browser(cast.alice).post(CODE, {"code": codes[3]}).status_code == 400


@pytest.mark.parametrize("code", ["", "000000", "١٢٣٤٥٦", "1" * 4000, "\0", "' OR 1=1 --", "abcde-fghjk", "12345"])
def test_other_words_are_no_code(cast, code):
    enrolled(cast.alice)
    browser = later(cast.alice)
    assert browser.post(CODE, {"code": code}).status_code == 400
    assert browser.get("/admin/").status_code == 302


def test_after_wrong_codes_the_right_one_waits(cast):
    enrolled(cast.alice)
    browser = later(cast.alice)
    begin = timezone.now()
    for second in (0, 2, 5, 10, 20):
        with time_machine.travel(begin + timedelta(seconds=second), tick=False):
            assert browser.post(CODE, {"code": "abc"}).status_code == 400
    with time_machine.travel(begin + timedelta(seconds=21), tick=False):
        page = browser.post(CODE, {"code": now_code(cast.alice)})
        assert "Tunggu 15 detik" in page.content.decode()
    with time_machine.travel(begin + timedelta(seconds=40), tick=False):
        assert browser.post(CODE, {"code": now_code(cast.alice)}).status_code == 302


def test_one_persons_code_is_not_anothers(cast):
    enrolled(cast.alice)
    enrolled(cast.charlie)
    Authenticator.objects.update(last_step=-1)
    assert casting.browser(cast.charlie).post(CODE, {"code": now_code(cast.alice)}).status_code == 400


def test_another_phone_needs_a_code_of_the_old_one(cast):
    browser, codes = enrolled(cast.alice)
    assert browser.post("/masuk/ganti-ponsel/", {"code": "x"}).status_code == 400
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        assert browser.post("/masuk/ganti-ponsel/", {"code": codes[0]}).status_code == 302
    assert not Authenticator.objects.exists()
    assert browser.get("/inbox/").url.startswith("/inbox/masuk/")  # all sessions have ended


def test_new_recovery_codes_replace_the_old_ones(cast):
    browser, old = enrolled(cast.alice)
    new = browser.post("/masuk/kode-cadangan/").context["codes"]
    assert casting.browser(cast.alice).post(CODE, {"code": old[0]}).status_code == 400
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        assert casting.browser(cast.alice).post(CODE, {"code": new[0]}).status_code == 302


def test_an_unproven_browser_changes_nothing(cast):
    enrolled(cast.alice)
    browser = casting.browser(cast.alice)
    for path in ("/masuk/kode-cadangan/", "/masuk/ganti-ponsel/"):
        assert browser.post(path).url == CODE
    assert browser.post(ENROL, {"code": "1"}).url == CODE
    assert Authenticator.objects.get().confirmed


def test_the_platform_admin_forgets_a_lost_phone(cast):
    alices, _codes = enrolled(cast.alice)
    roots, _codes = enrolled(cast.root)
    assert alices.get("/admin/").status_code == 200
    roots.post("/admin/tenants/user/", {"action": "forget_phone", "_selected_action": cast.alice.pk})
    assert alices.get("/admin/").url.startswith("/admin/login/")
    assert casting.browser(User.objects.get(username="alice")).get(CODE).url == ENROL


def test_the_last_platform_admin_is_helped_by_a_command(cast):
    from django.core.management import CommandError, call_command

    browser, _codes = enrolled(cast.root)
    call_command("forget_phone", "root")
    assert browser.get("/admin/").url.startswith("/admin/login/")
    with pytest.raises(CommandError, match="No login is called nobody"):
        call_command("forget_phone", "nobody")


# --- Sessions --------------------------------------------------------------------------------------------------------


def disable(cast):
    page = f"/admin/tenants/user/{cast.bob.pk}/change/"
    form = {"username": "bob", "memberships-INITIAL_FORMS": 0, "memberships-TOTAL_FORMS": 0}
    assert casting.browser(cast.root).post(page, form).status_code == 302


def remove(cast):
    with scope.of(cast.a):
        Membership.objects.get(user=cast.bob).delete()


def suspend(cast):
    with scope.platform("test"):
        type(cast.a).objects.filter(pk=cast.a.pk).update(status="suspended")


@pytest.mark.parametrize("end", [disable, remove])
def test_a_session_ends_at_once_and_for_good_when(cast, settings, end):
    settings.SECOND_FACTOR = False
    browser = casting.browser(cast.bob)
    assert browser.get("/inbox/").status_code == 200
    end(cast)
    assert browser.get("/inbox/").url.startswith("/inbox/masuk/")
    assert browser.get("/admin/").url.startswith("/admin/login/")
    assert browser.get(CONFIG).status_code == 401
    User.objects.filter(pk=cast.bob.pk).update(is_active=True)
    with scope.of(cast.a):
        Membership.objects.get_or_create(tenant=cast.a, user=cast.bob, role=Role.SALES)
    assert browser.get("/inbox/").status_code == 302  # who comes back logs in anew


def test_a_suspended_showroom_is_closed_to_its_people(cast, settings):
    settings.SECOND_FACTOR = False
    browser = casting.browser(cast.bob)
    suspend(cast)
    assert browser.get("/inbox/").status_code == 403
    assert browser.get(CONFIG).status_code == 403


def test_a_changed_password_ends_other_sessions(cast):
    browser = casting.browser(cast.bob)
    cast.bob.set_password("Sandi-Baru-81")
    cast.bob.save()
    assert browser.get("/inbox/").status_code == 302


def test_a_person_ends_their_other_sessions_and_keeps_this_one(cast):
    here, lost, another = (casting.browser(person) for person in (cast.bob, cast.bob, cast.rani))
    assert here.get(DEVICES).status_code == 200
    assert lost.get("/inbox/").status_code == 200  # looking ends nothing
    assert "tetap masuk" in here.post(DEVICES).content.decode()
    assert [browser.get("/inbox/").status_code for browser in (here, lost, another)] == [200, 302, 200]


def test_whoever_has_given_the_code_need_not_give_it_again_for_that(cast):
    here, _ = enrolled(cast.alice)
    assert here.post(DEVICES).status_code == 200
    assert here.get("/admin/").status_code == 200


def test_whoever_owes_the_code_ends_no_sessions(cast):
    owes = casting.browser(cast.alice)
    assert owes.post(DEVICES).url == "/masuk/kode/"
    assert Client().post(DEVICES).url == "/inbox/masuk/"
    cast.alice.refresh_from_db()
    assert cast.alice.sessions == 0


def test_cookies_are_out_of_reach_of_scripts(cast):
    cast.bob.set_password("mobil-bekas")
    cast.bob.save()
    answer = Client().post("/admin/login/", {"username": "bob", "password": "mobil-bekas"})
    cookie = answer.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
