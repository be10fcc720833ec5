"""What leads see of the model, and a reported answer that becomes a scenario."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from aiconfig.models import LLMCall
from autolumiku.evaluate import scenarios
from autolumiku.testing.stage import Showroom
from conversations import quality
from conversations.models import AnswerReport
from tenants import scope
from tenants.models import Membership, Role, User
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db

PAGE = "/admin/mutu/"
REPORTS = "/admin/conversations/answerreport/"


def browser(showroom: Showroom, role: Role):
    person = User.objects.create(username=str(role), is_staff=True)
    with showroom.scope():
        Membership.objects.create(tenant=showroom.tenant, user=person, role=role)
    return casting.browser(person)


def test_the_days_of_the_model(showroom, model):
    model.say("Fortuner cuma Rp 99 juta Kak.", "Fortuner ada Kak, harganya Rp 470 juta.")
    showroom.hears("fortuner ada?")
    with showroom.scope():
        LLMCall.objects.create(tenant=showroom.tenant, purpose="reply", model="m", outcome="error", latency_ms=9000)
        [day] = quality.days("Asia/Jakarta")
    assert (day.calls, day.ok, day.success, day.p95, day.answers, day.refused) == (3, 2, 67, 9000, 1, 1)
    page = browser(showroom, Role.MANAGER).get(PAGE).content.decode()
    assert "67%" in page
    assert "9,0 detik" in page


def test_another_showrooms_calls_and_old_ones_are_not_shown(showroom, gateway):
    other = Showroom(gateway, slug="lain", name="Lain", number=2)
    for place, age in ((other, timedelta()), (showroom, timedelta(days=40))):
        with place.scope():
            call = LLMCall.objects.create(tenant=place.tenant, purpose="reply", model="m", outcome="ok", latency_ms=1)
            LLMCall.objects.filter(pk=call.pk).update(created_at=timezone.now() - age)
    with showroom.scope():
        assert quality.days("Asia/Jakarta") == []
    assert "Belum ada panggilan model" in browser(showroom, Role.OWNER).get(PAGE).content.decode()


def test_sellers_do_not_see_the_page(showroom):
    assert browser(showroom, Role.SALES).get(PAGE).status_code == 403


@pytest.mark.parametrize(("kind", "words"), AnswerReport.Kind.choices)
def test_a_reported_answer_becomes_a_scenario(showroom, tmp_path, kind, words):
    showroom.hears("halo / kak")
    showroom.hears("fortuner ada?", "harganya berapa?")
    with showroom.scope():
        answer = [one for one in showroom.messages() if one.direction == "outbound"][-1]
        report = AnswerReport.objects.create(tenant=showroom.tenant, message=answer, kind=kind, remark="sudah naik")
    answer = browser(showroom, Role.MANAGER).post(REPORTS, {"action": "as_scenario", "_selected_action": [report.pk]})
    file = tmp_path / "laporan.yaml"
    file.write_bytes(answer.content)
    [one] = scenarios.read([file])
    assert (one.id, one.about) == (f"laporan-{report.pk}", f"{words}: sudah naik")
    assert one.turns[-1] == "fortuner ada? / harganya berapa?"
    assert {car["display_id"] for car in one.stock} >= {"PM-PST-002"}
    assert one.never


def test_another_showrooms_report_is_no_file(showroom, gateway):
    showroom.hears("fortuner ada?")
    with showroom.scope():
        answer = showroom.messages()[-1]
        report = AnswerReport.objects.create(tenant=showroom.tenant, message=answer, kind="wrong")
    other = Showroom(gateway, slug="lain", name="Lain", number=2)
    said = browser(other, Role.OWNER).post(REPORTS, {"action": "as_scenario", "_selected_action": [report.pk]})
    assert "laporan-" not in said.content.decode()
    with scope.platform("test"):
        assert AnswerReport.objects.count() == 1
