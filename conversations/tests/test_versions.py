"""Versions of what shapes an answer: made when it changes, named by each reply, and the way back."""

from __future__ import annotations

from typing import Any

import pytest

from aiconfig import versions
from aiconfig.models import ConfigVersion, FAQEntry, LLMCall, WhatsAppAIConfig
from autolumiku.testing.stage import Showroom
from conversations import tasks
from conversations.models import ProposedReply
from tenants import scope
from tenants.models import Membership, Right, Role, User
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db

CONFIG = "/admin/aiconfig/whatsappaiconfig/"
FAQ = "/admin/aiconfig/faqentry/"
LIST = "/admin/aiconfig/configversion/"
API = "/api/v1/whatsapp-ai/config"


def person(showroom: Showroom, role: Role = Role.MANAGER) -> User:
    user = User.objects.create(username=str(role), first_name="Budi", is_staff=True)
    with showroom.scope():
        Membership.objects.create(tenant=showroom.tenant, user=user, role=role)
    return user


@pytest.fixture
def manager(showroom):
    return casting.browser(person(showroom))


def kept(showroom: Showroom) -> list[ConfigVersion]:
    with showroom.scope():
        return list(ConfigVersion.objects.select_related("author").order_by("number"))


def save_settings(browser: Any, showroom: Showroom, **changed: Any) -> None:
    """As a manager does: the whole page with some fields changed."""
    with showroom.scope():
        row = WhatsAppAIConfig.objects.get()
    page = browser.get(f"{CONFIG}{row.pk}/change/")
    shown = page.context["adminform"].form.initial
    fields = {name: value for name, value in shown.items() if value is not None and value is not False}
    answer = browser.post(f"{CONFIG}{row.pk}/change/", {**fields, "always_open": "on", **changed})
    assert answer.status_code == 302, answer.context["adminform"].form.errors


def publish(showroom: Showroom) -> ConfigVersion:
    with showroom.scope():
        return versions.publish(showroom.tenant.pk)


def test_saving_the_settings_makes_a_version_and_saving_them_again_none(showroom, manager):
    for _ in range(2):
        save_settings(manager, showroom, ai_name="Sari", temperature="0,2")
    [one] = kept(showroom)
    assert (one.number, one.author.first_name) == (1, "Budi")
    assert one.snapshot["settings"]["ai_name"] == "Sari"
    assert one.snapshot["settings"]["temperature"] == 0.2


def test_a_switch_that_shapes_no_answer_makes_none(showroom, manager):
    publish(showroom)
    save_settings(manager, showroom, daily_send_cap="77")
    assert len(kept(showroom)) == 1


def test_a_question_that_is_added_changed_switched_off_or_deleted_makes_one_each(showroom, manager):
    publish(showroom)
    new = {"question": "Buka hari Minggu?", "answer": "Buka Kak.", "position": 0, "is_active": "on"}
    manager.post(f"{FAQ}add/", new)
    with showroom.scope():
        pk = FAQEntry.objects.get().pk
    manager.post(f"{FAQ}{pk}/change/", {**new, "answer": "Tutup Kak."})
    manager.post(f"{FAQ}{pk}/change/", {**new, "answer": "Tutup Kak.", "is_active": ""})
    manager.post(f"{FAQ}{pk}/change/", {**new, "answer": "Tutup Kak."})
    manager.post(f"{FAQ}{pk}/delete/", {"post": "yes"})
    manager.post(f"{FAQ}add/", new)
    with showroom.scope():
        pk = FAQEntry.objects.get().pk
    manager.post(FAQ, {"action": "delete_selected", "_selected_action": [pk], "post": "yes"})
    opens, shut = [["Buka hari Minggu?", "Buka Kak."]], [["Buka hari Minggu?", "Tutup Kak."]]
    assert [one.snapshot["faq"] for one in kept(showroom)] == [[], opens, shut, [], shut, [], opens, []]


def test_a_program_makes_one_too(showroom):
    user = person(showroom, Role.OWNER)
    key = casting.token(showroom.tenant, user, Right.SETTINGS_WRITE, Right.SETTINGS_READ)
    change = {"aiName": "Dewi", "customFAQ": [{"question": "Bisa COD?", "answer": "Belum bisa Kak."}]}
    headers = {"authorization": f"Bearer {key}"}
    answer = showroom.http.put(API, change, content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.content
    [one] = kept(showroom)
    assert (one.author_id, one.snapshot["settings"]["ai_name"]) == (user.pk, "Dewi")
    assert one.snapshot["faq"] == [["Bisa COD?", "Belum bisa Kak."]]


def test_each_reply_and_each_call_says_which_version_answered(showroom, model, manager):
    showroom.hears("fortuner ada?")
    publish(showroom)
    showroom.hears("harganya berapa?")
    save_settings(manager, showroom, ai_name="Sari")
    showroom.hears("kalau city ada?")
    first, second = kept(showroom)
    replies = [one for one in showroom.messages() if one.direction == "outbound"]
    assert [one.config_version_id for one in replies] == [None, first.pk, second.pk]
    assert replies[2].verdict["knew"]["version"] == 2
    with showroom.scope():
        calls = LLMCall.objects.order_by("pk").values_list("config_version", flat=True)
        assert list(calls) == [None, first.pk, second.pk]


def test_a_reply_that_waits_its_turn_or_for_a_tap_says_so_too(showroom):
    version = publish(showroom)
    showroom.set(customer_gap_seconds=30)
    showroom.hears("fortuner ada?")
    assert showroom.messages()[1].config_version_id == version.pk
    showroom.set(draft_rest=True)
    showroom.hears("kalau city ada?")
    with showroom.scope():
        assert ProposedReply.objects.get().config_version_id == version.pk


def test_the_list_and_a_version_say_what_changed_and_lead_back(showroom, manager):
    publish(showroom)
    with showroom.scope():
        FAQEntry.objects.create(tenant=showroom.tenant, question="Lama?", answer="Lama.", is_active=False)
    manager.post(f"{FAQ}add/", {"question": "Bisa COD?", "answer": "Bisa.", "position": 0, "is_active": "on"})
    save_settings(manager, showroom, ai_personality="casual", enable_price_negotiation="on")
    page = manager.get(LIST).content.decode()
    assert "Gaya bicara, Boleh membahas nego harga" in page
    assert "Tanya jawab: Bisa COD?" in page
    first, _, third = kept(showroom)
    page = manager.get(f"{LIST}{first.pk}/change/").content.decode()
    assert "<del>santai</del><ins>ramah</ins>" in page
    assert "sama dengan pengaturan sekarang" in manager.get(f"{LIST}{third.pk}/change/").content.decode()
    answer = manager.post(f"{LIST}{first.pk}/kembalikan/", follow=True)
    assert "Pengaturan kembali seperti versi 1, tersimpan sebagai versi 4." in answer.content.decode()
    with showroom.scope():
        row = WhatsAppAIConfig.objects.get()
        assert (row.ai_personality, row.enable_price_negotiation) == ("friendly", False)
        assert list(FAQEntry.objects.values_list("question", "is_active")) == [("Lama?", False)]
    assert kept(showroom)[3].remark == "kembali ke versi 1"


def test_only_leaders_go_back_and_only_in_their_own_showroom(showroom, gateway):
    version = publish(showroom)
    showroom.set(ai_name="Sari")
    seller = casting.browser(person(showroom, Role.SALES))
    assert "Kembalikan" not in seller.get(f"{LIST}{version.pk}/change/").content.decode()
    assert seller.post(f"{LIST}{version.pk}/kembalikan/").status_code == 403
    other = Showroom(gateway, slug="lain", name="Lain", number=2)
    stranger = casting.browser(person(other, Role.OWNER))
    assert stranger.get(f"{LIST}{version.pk}/change/").status_code == 404
    assert stranger.post(f"{LIST}{version.pk}/kembalikan/").status_code == 404
    with showroom.scope():
        assert WhatsAppAIConfig.objects.get().ai_name == "Sari"


def test_a_new_prompt_of_the_product_is_a_new_version_everywhere(showroom, gateway, monkeypatch):
    other = Showroom(gateway, slug="lain", name="Lain", number=2)
    tasks.clean()
    tasks.clean()
    monkeypatch.setattr(versions, "prompt_version", lambda: "baru")
    tasks.clean()
    for place in (showroom, other):
        assert [(one.number, one.remark) for one in kept(place)] == [
            (1, ""),
            (2, "petunjuk bawaan produk diperbarui"),
        ]


def test_the_showrooms_instructions_reach_the_model_and_are_no_facts(showroom, model):
    showroom.set(instructions="Tawarkan test drive lebih dulu.\nSemua mobil bergaransi 5 tahun.")
    model.say("Fortuner bergaransi 5 tahun Kak.", "Fortuner garansinya 5 tahun Kak.")
    said = showroom.hears("fortuner ada garansi?")
    prompt = model.requests[0]["messages"][0]["content"]
    assert "Tawarkan test drive lebih dulu." in prompt
    assert prompt.index("Tawarkan test drive") < prompt.index("PM-PST-002")
    assert "5 tahun" not in " ".join(said)
    assert showroom.messages()[-1].path != "model"


def test_the_platform_admin_over_all_showrooms_sees_the_list(showroom):
    publish(showroom)
    root = casting.browser(User.objects.create(username="root", is_staff=True, is_superuser=True))
    assert "Prima Mobil" in root.get(LIST).content.decode()
    with scope.platform("test"):
        assert ConfigVersion.objects.count() == 1
