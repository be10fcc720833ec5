"""GET and PUT /api/v1/whatsapp-ai/config."""

import json

import pytest
from django.test import Client

from aiconfig.models import BusinessHours, FAQEntry, WhatsAppAIConfig
from tenants import scope
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db
URL = "/api/v1/whatsapp-ai/config"


@pytest.fixture
def cast():
    return casting.gather()


def put(person, body, **headers):
    text = body if isinstance(body, str) else json.dumps(body)
    return casting.browser(person).put(URL, text, content_type="application/json", **headers)


def config_of(tenant):
    with scope.of(tenant):
        return WhatsAppAIConfig.objects.get()


def test_without_a_row_the_defaults_are_shown_and_nothing_is_written(cast):
    answer = casting.browser(cast.bob).get(URL)
    assert answer.status_code == 200
    body = answer.json()
    assert body["success"] is True
    assert body["data"]["aiName"] == "AI Assistant"
    assert body["data"]["temperature"] == 0.7
    assert body["data"]["businessHours"] is None
    assert body["data"]["customFAQ"] == []
    with scope.of(cast.a):
        assert not WhatsAppAIConfig.objects.exists()


def test_only_the_given_fields_change(cast):
    assert put(cast.alice, {"aiName": "Rara", "enablePriceNegotiation": True}).status_code == 200
    answer = put(cast.alice, {"temperature": 0, "autoReply": False})
    assert answer.json()["message"] == "Pengaturan tersimpan."
    data = answer.json()["data"]
    assert (data["aiName"], data["temperature"], data["autoReply"], data["enablePriceNegotiation"]) == (
        "Rara",
        0,
        False,
        True,
    )
    assert config_of(cast.a).temperature == 0


def test_hours_are_a_whole_week_and_come_back_as_they_went(cast):
    week = {
        "monday": {"open": "09:00", "close": "17:00"},
        "saturday": {"open": "20:00", "close": "02:00"},
        "sunday": "closed",
    }
    data = put(cast.alice, {"businessHours": week}).json()["data"]["businessHours"]
    assert data == dict.fromkeys(("tuesday", "wednesday", "thursday", "friday"), "closed") | week
    with scope.of(cast.a):
        assert BusinessHours.objects.filter(opens=None).count() == 5
    put(cast.alice, {"aiName": "Rara"})
    assert casting.browser(cast.alice).get(URL).json()["data"]["businessHours"] == data
    assert put(cast.alice, {"businessHours": None}).json()["data"]["businessHours"] is None


def test_questions_in_use_are_replaced_and_those_switched_off_stay(cast):
    with scope.of(cast.a):
        FAQEntry.objects.create(tenant=cast.a, question="lama", answer="lama")
        FAQEntry.objects.create(tenant=cast.a, question="mati", answer="mati", is_active=False)
    faq = [{"question": "Bisa tukar tambah?", "answer": "Bisa."}, {"question": "Bisa kredit?", "answer": "Bisa."}]
    assert put(cast.alice, {"customFAQ": faq}).json()["data"]["customFAQ"] == faq
    with scope.of(cast.a):
        assert sorted(FAQEntry.objects.values_list("question", flat=True)) == [
            "Bisa kredit?",
            "Bisa tukar tambah?",
            "mati",
        ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"temperature": 1.1}, "temperature", id="temperature above 1"),
        pytest.param({"temperature": -0.1}, "temperature", id="temperature below 0"),
        pytest.param({"temperature": "hangat"}, "temperature", id="temperature in words"),
        pytest.param({"maxTokens": 0}, "maxTokens", id="no tokens"),
        pytest.param({"maxTokens": 10**30}, "maxTokens", id="too many tokens"),
        pytest.param({"aiName": ""}, "aiName", id="no name"),
        pytest.param({"aiName": "x" * 61}, "aiName", id="long name"),
        pytest.param({"aiName": "a\u0000b"}, "aiName", id="NUL"),
        pytest.param({"aiName": {"a": 1}}, "aiName", id="an object as name"),
        pytest.param({"aiPersonality": "rude"}, "aiPersonality", id="unknown manner"),
        pytest.param({"afterHoursMode": "later"}, "afterHoursMode", id="unknown mode"),
        pytest.param({"timezone": "Asia/Bandung"}, "timezone", id="unknown zone"),
        pytest.param({"timezone": "../etc/passwd"}, "timezone", id="zone as path"),
        pytest.param({"welcomeMessage": "x" * 501}, "welcomeMessage", id="long welcome"),
        pytest.param({"autoReply": "mungkin"}, "autoReply", id="a switch in words"),
        pytest.param({"burstWaitSeconds": -1}, "burstWaitSeconds", id="negative wait"),
        pytest.param({"businessHours": {"monday": {"open": "9", "close": "17:00"}}}, "businessHours", id="no HH:MM"),
        pytest.param({"businessHours": {"monday": {"open": "25:00", "close": "17:00"}}}, "businessHours", id="hour 25"),
        pytest.param({"businessHours": {"monday": {"open": "09:00"}}}, "businessHours", id="no closing time"),
        pytest.param({"businessHours": {"senin": "closed"}}, "businessHours", id="unknown day"),
        pytest.param({"businessHours": {"monday": ["09:00"]}}, "businessHours", id="a list as day"),
        pytest.param({"businessHours": "always"}, "businessHours", id="hours in words"),
        pytest.param({"customFAQ": [{"question": "q"}]}, "customFAQ", id="a question without answer"),
        pytest.param({"customFAQ": [{"question": "q", "answer": "a"}] * 201}, "customFAQ", id="too many questions"),
        pytest.param({"customFAQ": "q"}, "customFAQ", id="FAQ in words"),
        pytest.param({"ai_name": "x"}, "ai_name", id="unknown name"),
        pytest.param({"aiName": "Rara", "isAdmin": True}, "isAdmin", id="one unknown among known"),
    ],
)
def test_what_is_not_right_is_refused_by_name_and_nothing_changes(cast, body, field):
    answer = put(cast.alice, body)
    assert answer.status_code == 400
    assert answer.json()["success"] is False
    assert set(answer.json()["details"]) == {field}
    with scope.of(cast.a):
        assert not WhatsAppAIConfig.objects.exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"temperature": 2}, "harus kurang atau sama dengan 1"),
        ({"aiPersonality": "rude"}, "tidak ada dalam daftar pilihan"),
        ({"timezone": "X"}, "Zona waktu tidak dikenal"),
        ({"hack": 1}, "tidak dikenal"),
        ({"aiName": ""}, "tidak boleh"),
    ],
)
def test_errors_are_indonesian(cast, body, words):
    assert words in str(put(cast.alice, body).json()["details"])


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '"x"', "null", "[" * 100_000, '{"aiName": "\\ud800"}', '{"temperature": NaN}', "\xff"],
    ids=["empty", "broken", "list", "text", "null", "deep", "surrogate", "NaN", "binary"],
)
def test_a_hostile_body_is_a_400(cast, text):
    answer = put(cast.alice, text)
    assert answer.status_code in (200, 400) if text == "" else answer.status_code == 400
    assert answer.json()["success"] is (answer.status_code == 200)


@pytest.mark.parametrize(
    ("name", "method", "status"),
    [
        ("alice", "get", 200),
        ("bob", "get", 200),
        ("rani", "get", 200),
        ("charlie", "get", 200),
        ("stranger", "get", 403),
        ("root", "get", 403),
        ("bob", "put", 403),
        ("rani", "put", 403),
        ("stranger", "put", 403),
        ("charlie", "put", 200),
        ("alice", "post", 405),
        ("alice", "delete", 405),
    ],
)
def test_who_may_what(cast, name, method, status):
    browser = casting.browser(cast.person(name))
    answer = getattr(browser, method)(
        URL, **({"data": "{}", "content_type": "application/json"} if method == "put" else {})
    )
    assert answer.status_code == status
    assert answer.json()["success"] is (status == 200)


@pytest.mark.parametrize("method", ["get", "put"])
def test_nobody_without_a_login(cast, method):
    answer = getattr(Client(), method)(URL)
    assert answer.status_code in (401, 403)
    assert answer.json()["success"] is False


def test_a_put_without_a_csrf_token_is_refused(cast):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.alice)
    assert strict.put(URL, '{"aiName": "X"}', content_type="application/json").status_code == 403


@pytest.mark.parametrize(
    ("said", "status"), [("own id", 200), ("own slug", 200), ("b's id", 403), ("b's slug", 403), (None, 403), ({}, 403)]
)
def test_the_clients_tenant_may_only_repeat_the_sessions(cast, said, status):
    known = {"own id": cast.a.pk, "own slug": cast.a.slug, "b's id": cast.b.pk, "b's slug": cast.b.slug}
    said = known.get(said, said) if isinstance(said, str) else said
    assert put(cast.alice, {"tenantId": said, "aiName": "Rara"}).status_code == status
    with scope.of(cast.b):
        assert not WhatsAppAIConfig.objects.exists()


def test_showrooms_do_not_see_each_others_settings(cast):
    put(cast.alice, {"aiName": "Rara", "customFAQ": [{"question": "q", "answer": "a"}]})
    put(cast.charlie, {"aiName": "Sinta"})
    assert casting.browser(cast.alice).get(URL).json()["data"]["aiName"] == "Rara"
    charlies = casting.browser(cast.charlie).get(URL).json()["data"]
    assert (charlies["aiName"], charlies["customFAQ"]) == ("Sinta", [])


STORMS = {
    "heldReplyMinutes": ("held_reply_minutes", 120, 10_080),
    "lateAfterMinutes": ("late_after_minutes", 30, 10_080),
    "staleAfterHours": ("stale_after_hours", 12, 720),
    "sameTextLimit": ("same_text_limit", 2, 20),
    "answersPerHour": ("answers_per_hour", 30, 1000),
}


@pytest.mark.parametrize(("name", "row"), STORMS.items(), ids=STORMS)
def test_the_limits_are_read_and_set(cast, name, row):
    column, default, most = row
    browser = casting.browser(cast.alice)
    assert browser.get(URL).json()["data"][name] == default
    for value, status in ((0, 200), (most, 200), (most + 1, 400), (-1, 400), ("x", 400)):
        assert browser.put(URL, {name: value}, content_type="application/json").status_code == status
    assert getattr(config_of(cast.a), column) == most
