"""What every call of the API has in common: credentials, the showroom, the envelope, throttles, languages."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.utils import timezone, translation

from aiconfig import api as config_api
from tenants import access, scope
from tenants.models import ApiToken, Membership, Right, Role, Tenant, User
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db
URL = "/api/v1/whatsapp-ai/config"


@pytest.fixture
def cast():
    return casting.gather()


def call(token, method="get", url=URL, data=None, **headers):
    given = {"Authorization": f"Bearer {token}"} if token else {}
    sent = {"data": data, "content_type": "application/json"} if data is not None else {}
    return getattr(Client(), method)(url, headers={**given, **headers}, **sent)


# --- Tokens ----------------------------------------------------------------------------------------------------------


def test_a_token_reads_its_own_showroom_and_its_use_is_noted(cast):
    token = casting.token(cast.a, cast.alice, Right.SETTINGS_READ)
    answer = call(token)
    assert (answer.status_code, answer.json()["success"]) == (200, True)
    with scope.of(cast.a):
        assert timezone.now() - ApiToken.objects.get().last_used_at < timedelta(minutes=1)


def test_only_the_digest_is_kept(cast):
    token = casting.token(cast.a, cast.alice, Right.SETTINGS_READ)
    with scope.of(cast.a):
        row = ApiToken.objects.values().get()
    assert token not in str(row)
    assert row["digest"] == access.digest(token)


def revoke(cast):
    with scope.of(cast.a):
        ApiToken.objects.update(revoked_at=timezone.now())


def expire(cast):
    with scope.of(cast.a):
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(hours=1))


def disable(cast):
    User.objects.filter(pk=cast.alice.pk).update(is_active=False)


def leave(cast):
    with scope.of(cast.a):
        Membership.objects.filter(user=cast.alice).delete()


def suspend(cast):
    with scope.platform("test"):
        Tenant.objects.filter(pk=cast.a.pk).update(status="suspended")


@pytest.mark.parametrize("end", [revoke, expire, disable, leave, suspend])
def test_a_token_ends_at_once_when(cast, end):
    token = casting.token(cast.a, cast.alice, *Right)
    assert call(token).status_code == 200
    end(cast)
    answer = call(token)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] == "authentication_failed"


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer alk_" + "x" * 5000,
        "bearer \udcff",
        "Basic YTpi",
        "Bearer a b c",
        "\x00",
    ],
)
def test_other_words_are_no_credential(cast, header):
    answer = Client().get(URL, headers={"Authorization": header})
    assert answer.status_code == 401
    assert set(answer.json()) == {"success", "error", "code"}


def test_a_wrong_token_is_not_helped_by_a_session(cast):
    assert casting.browser(cast.alice).get(URL, headers={"Authorization": "Bearer alk_wrong"}).status_code == 401


@pytest.mark.parametrize(
    ("person", "rights", "status"),
    [
        pytest.param("alice", [Right.SETTINGS_WRITE], 200, id="the right and the role"),
        pytest.param("alice", [Right.SETTINGS_READ], 403, id="another right"),
        pytest.param("alice", [], 403, id="no right"),
        pytest.param("bob", [Right.SETTINGS_WRITE], 403, id="a right beyond the person's role"),
    ],
)
def test_a_token_may_what_both_its_rights_and_its_persons_role_allow(cast, person, rights, status):
    token = casting.token(cast.a, cast.person(person), *rights)
    answer = call(token, "put", data='{"aiName": "Rara"}')
    assert answer.status_code == status


def test_a_promoted_person_s_token_follows_the_role(cast):
    token = casting.token(cast.a, cast.bob, Right.SETTINGS_WRITE)
    with scope.of(cast.a):
        Membership.objects.filter(user=cast.bob).update(role=Role.MANAGER)
    assert call(token, "put", data="{}").status_code == 200


@pytest.mark.parametrize("said", ["showroom-b", "id of b", "", "null"])
def test_a_token_s_showroom_cannot_be_talked_over(cast, said):
    said = str(cast.b.pk) if said == "id of b" else said
    token = casting.token(cast.a, cast.alice, *Right)
    assert call(token, url=f"{URL}?tenantId={said}").status_code == 403
    assert call(token, url=f"{URL}?tenantId=showroom-a&tenantId={said}").status_code == 403
    assert call(token, url=f"{URL}?tenantId=showroom-a").status_code == 200


# --- Made in the admin -----------------------------------------------------------------------------------------------

TOKENS = "/admin/tenants/apitoken/"


def test_a_manager_makes_a_token_that_is_shown_once_and_works(cast):
    browser = casting.browser(cast.alice)
    page = browser.post(f"{TOKENS}add/", {"name": "Dashboard", "rights": ["settings:read"]})
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    token = page.context["token"].secret
    assert token in page.content.decode()
    assert call(token).status_code == 200
    with scope.of(cast.a):
        row = ApiToken.objects.get()
    assert (row.user, row.tenant_id, row.rights) == (cast.alice, cast.a.pk, ["settings:read"])
    for path in ("", f"{row.pk}/change/", f"{row.pk}/history/"):
        answer = browser.get(TOKENS + path)
        assert answer.status_code == 200
        assert token not in answer.content.decode()
        assert row.digest not in answer.content.decode()


def test_a_revoked_token_stays_in_the_list(cast):
    token = casting.token(cast.a, cast.alice, *Right)
    with scope.of(cast.a):
        pk = ApiToken.objects.get().pk
    browser = casting.browser(cast.alice)
    assert browser.post(TOKENS, {"action": "revoke", "_selected_action": pk}).status_code == 302
    assert call(token).status_code == 401
    assert "dicabut" in browser.get(TOKENS).content.decode()


def test_a_token_is_not_changed_and_not_another_showrooms(cast):
    casting.token(cast.b, cast.charlie, Right.SETTINGS_READ)
    with scope.of(cast.b):
        theirs = ApiToken.objects.get().pk
    alices = casting.browser(cast.alice)
    assert alices.get(f"{TOKENS}{theirs}/change/").status_code == 404
    alices.post(TOKENS, {"action": "revoke", "_selected_action": theirs})
    casting.browser(cast.charlie).post(f"{TOKENS}{theirs}/change/", {"name": "x", "rights": [r.value for r in Right]})
    with scope.of(cast.b):
        row = ApiToken.objects.get()
    assert (row.revoked_at, row.rights) == (None, ["settings:read"])


# --- Throttles -------------------------------------------------------------------------------------------------------


@time_machine.travel("2026-11-26T10:00:30Z", tick=False)
def test_a_credential_is_throttled_by_the_minute_and_others_go_on(cast, settings):
    settings.API_CALLS_PER_MINUTE = 3
    token, other = (casting.token(cast.a, cast.alice, *Right) for _ in range(2))
    assert [call(token).status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = call(token)
    assert (answer["Retry-After"], answer.json()["code"]) == ("30", "throttled")
    assert call(other).status_code == 200
    with time_machine.travel("2026-11-26T10:01:00Z", tick=False):
        assert call(token).status_code == 200


def test_guesses_are_throttled_by_address(cast, settings):
    settings.API_CALLS_PER_MINUTE_AND_ADDRESS = 2
    with time_machine.travel("2026-11-26T10:00:30Z", tick=False):
        assert [call("alk_guess").status_code for _ in range(3)] == [401, 401, 429]
        assert Client(REMOTE_ADDR="203.0.113.9").get(URL).status_code == 401


@pytest.mark.parametrize(
    ("trusted", "same"), [(["127.0.0.1"], False), (["10.0.0.1"], True)], ids=["a proxy's word", "anybody's word"]
)
def test_a_forwarded_address_counts_only_from_a_trusted_proxy(cast, settings, trusted, same):
    settings.API_CALLS_PER_MINUTE_AND_ADDRESS, settings.FORWARDED_ALLOW_IPS = 1, trusted
    with time_machine.travel("2026-11-26T10:00:30Z", tick=False):
        seen = [call(None, **{"X-Forwarded-For": f"1.1.1.1, 203.0.113.{n}"}).status_code for n in (1, 2)]
    assert seen == [401, 429 if same else 401]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("post", "/api/v1/aimeow/webhook", 401),
        ("post", "/api/v1/aimeow/webhook/", 401),
        ("post", "/api/v1/webhooks/aimeow", 401),
        ("post", "/api/v1/webhooks/aimeow/status", 401),
        ("get", "/healthz", 200),
        ("get", "/readyz", 200),
    ],
)
def test_the_gateway_and_probes_are_neither_redirected_nor_throttled(db, settings, method, path, status):
    settings.API_CALLS_PER_MINUTE_AND_ADDRESS = settings.API_CALLS_PER_MINUTE = 1
    settings.SECURE_SSL_REDIRECT = True
    seen = {getattr(Client(), method)(path).status_code for _ in range(5)}
    assert seen == {status}
    assert Client().get("/api/v1/whatsapp-ai/config").status_code == 301  # what is for people is


# --- The envelope ----------------------------------------------------------------------------------------------------


def test_errors_are_uniform(cast, settings):
    token = casting.token(cast.a, cast.alice, *Right)
    seen = {
        "not_authenticated": call(None),
        "authentication_failed": call("x"),
        "not_found": call(token, url="/api/v1/whatsapp-ai/no-such"),
        "method_not_allowed": call(token, "delete"),
        "parse_error": call(token, "put", data="{"),
        "invalid": call(token, "put", data='{"temperature": 7}'),
        "too_large": call(token, "put", data='{"aiName": "' + "x" * 2**20 + '"}'),
        "unsupported_media_type": Client().put(
            URL, "<a/>", content_type="text/xml", headers={"Authorization": f"Bearer {token}"}
        ),
    }
    statuses = {name: answer.status_code for name, answer in seen.items()}
    assert list(statuses.values()) == [401, 401, 404, 405, 400, 400, 413, 415]
    for name, answer in seen.items():
        body = answer.json()
        assert (body["success"], body["code"]) == (False, name)
        assert body["error"]
        assert answer["Cache-Control"] == "no-store"
        assert ("details" in body) == (name == "invalid")


@pytest.mark.parametrize(("error", "status"), [(OperationalError, 503), (RuntimeError, 500)])
def test_what_fails_here_tells_nothing(cast, monkeypatch, error, status):
    def fail(tenant_id):
        raise error("secret words")

    monkeypatch.setattr(config_api, "shown", fail)
    answer = call(casting.token(cast.a, cast.alice, *Right))
    assert answer.status_code == status
    assert "secret" not in answer.content.decode()
    assert answer.json()["success"] is False


ENGLISH = {
    '{"temperature": 2}': ("kurang atau sama dengan 1", "less than or equal to 1"),
    '{"timezone": "X"}': ("Zona waktu tidak dikenal", "Unknown time zone"),
    '{"aiNama": "X"}': ("Nama ini tidak dikenal", "Unknown name"),
    '{"businessHours": {"senin": "closed"}}': ("Hari tidak dikenal: senin", "Unknown day: senin"),
    '{"businessHours": {"monday": 9}}': ("tulis {", "write {"),
    '{"tenantId": "showroom-b"}': ("bukan tempat kerja Anda", "not yours"),
    "[": ("JSON", "JSON"),
}


@pytest.mark.parametrize("body", ENGLISH)
def test_errors_are_indonesian_and_english_on_request(cast, body):
    token = casting.token(cast.a, cast.alice, *Right)
    indonesian, english = ENGLISH[body]
    for language, words in (("", indonesian), ("id-ID", indonesian), ("de", indonesian), ("en-GB, id;q=0.5", english)):
        answer = call(token, "put", data=body, **{"Accept-Language": language})
        assert words in str(answer.json()), language
        assert answer["Content-Language"] == ("en" if words == english and language.startswith("en") else "id")


def test_every_sentence_of_the_api_has_its_english():
    sources = [path for path in settings.BASE_DIR.glob("*/*.py") if not path.parent.name.startswith(".")]
    said = {text for path in sources for _, text in re.findall(SENTENCE, path.read_text())}
    assert len(said) > 10
    with translation.override("en"):
        assert {text for text in said if translation.gettext(text) == text} == set()


SENTENCE = r"""\b_\(\s*(["'])((?:(?!\1).)+)\1"""


def test_the_api_describes_itself_without_a_warning(db, capsys):
    from django.core.management import call_command

    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")
    answer = Client().get("/api/v1/whatsapp-ai/openapi.json")
    assert set(answer.json()["paths"]["/api/v1/whatsapp-ai/config"]) == {"get", "put"}
    assert Client().get("/api/v1/whatsapp-ai/docs").status_code == 200
