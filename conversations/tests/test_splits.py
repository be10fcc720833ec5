"""A part of the conversations answered by another version of the settings, and what came of both."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from aiconfig import splits, versions
from aiconfig.models import ConfigVersion, FAQEntry, Split, WhatsAppAIConfig
from autolumiku.testing.stage import Showroom, run_jobs
from conversations import comparing
from conversations.models import Replay
from tenants.models import Membership, Role, User
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db

LIST = "/admin/aiconfig/split/"
REPLAYS = "/admin/conversations/replay/"
WEEK = dict.fromkeys(range(7), ("00:00", "23:59"))


def browser(showroom: Showroom, role: Role = Role.MANAGER) -> Any:
    user = User.objects.create(username=str(role), is_staff=True)
    with showroom.scope():
        Membership.objects.create(tenant=showroom.tenant, user=user, role=role)
    return casting.browser(user)


@pytest.fixture
def manager(showroom):
    return browser(showroom)


def candidate(showroom: Showroom, *, faq: list[list[str]] | None = None, **changed: Any) -> ConfigVersion:
    """A version that is not in use."""
    with showroom.scope():
        now = versions.in_use(showroom.tenant.pk)
        content = {**now, "settings": {**now["settings"], **changed}, "faq": faq or []}
        return versions.propose(showroom.tenant.pk, content, by=None, remark="calon")


def start(page: Any, version: ConfigVersion, percent: int = 50) -> str:
    return page.post(f"{LIST}add/", {"challenger": version.pk, "percent": percent}, follow=True).content.decode()


def split_of(showroom: Showroom) -> Split:
    with showroom.scope():
        return Split.objects.select_related("control", "challenger").latest("pk")


def phone(number: int) -> str:
    return f"62812345678{number:02d}"


def test_a_conversation_always_gets_the_same_version_and_the_parts_are_as_wanted():
    chats = range(1, 4001)
    for percent in (1, 20, 90):
        part = sum(splits.takes_part(7, chat, percent) for chat in chats)
        assert abs(part / len(chats) - percent / 100) < 0.02
    first = [splits.takes_part(7, chat, 50) for chat in chats]
    assert first == [splits.takes_part(7, chat, 50) for chat in chats]
    assert first != [splits.takes_part(8, chat, 50) for chat in chats]


def test_the_other_version_answers_its_part_with_its_settings_and_questions(showroom, model, manager):
    model.answer_with(lambda _: "Baik Kak, saya tanyakan dulu ke tim kami ya")
    showroom.answers_faq("Bisa COD?", "Belum bisa Kak.")
    version = candidate(showroom, ai_name="Sari", temperature=0.1, faq=[["Bisa COD?", "Bisa Kak, khusus Jakarta."]])
    assert "Pembagian dimulai." in start(manager, version)
    split = split_of(showroom)
    for number in range(16):
        showroom.hears("bisa cod kak?", phone=phone(number))
    by = {}
    for number, request in enumerate(model.requests):
        chat = showroom.chat(phone(number))
        other = splits.takes_part(split.pk, chat.pk, 50)
        said = request["messages"][0]["content"]
        assert ("Anda adalah Sari" in said, "khusus Jakarta" in said) == (other, other)
        assert request["temperature"] == (0.1 if other else 0.7)
        reply = showroom.messages(phone(number))[-1]
        assert reply.config_version_id == (split.challenger_id if other else split.control_id)
        assert reply.sender == ("Sari" if other else "AI Assistant")
        by[other] = by.get(other, 0) + 1
    assert set(by) == {True, False}
    with showroom.scope():
        assert WhatsAppAIConfig.objects.get().ai_name == "AI Assistant"
        assert FAQEntry.objects.get().answer == "Belum bisa Kak."


def test_the_outcomes_of_both_are_compared(showroom, model, manager):
    showroom.opens(WEEK)
    start(manager, candidate(showroom, ai_name="Sari"))
    with showroom.scope():  # PostgreSQL's clock stands still in a test
        Split.objects.update(started_at=timezone.now() - timedelta(hours=1))
    split = split_of(showroom)
    model.answer_with(lambda body: "Fortuner cuma Rp 99 juta." if "sulit" in str(body) else "Baik Kak.")
    parts: dict[bool, list[str]] = {True: [], False: []}
    for number in range(40):
        if min(map(len, parts.values())) >= 2:
            break
        showroom.hears("fortuner ada?", phone=phone(number))
        parts[splits.takes_part(split.pk, showroom.chat(phone(number)).pk, 50)].append(phone(number))
    first, second = parts[True][:2]
    showroom.hears("pertanyaan sulit", phone=first)  # refused, a person is asked for
    showroom.hears("mau test drive fortuner besok jam 10", phone=second)
    colleague = parts[False][0]
    manager.post(f"/inbox/{showroom.chat(colleague).pk}/langkah/", {"move": "take"})
    assert manager.post(f"/inbox/{showroom.chat(colleague).pk}/balas/", {"text": "Halo Kak."}).status_code == 302
    with showroom.scope():
        control, challenger = comparing.of(split_of(showroom))
    assert (challenger.conversations, challenger.answers) == (len(parts[True]), len(parts[True]) + 2)
    assert (challenger.handed_over, challenger.refused, challenger.visits) == (1, 1, 1)
    assert challenger.unaided == len(parts[True]) - 1
    assert (control.conversations, control.handed_over, control.refused) == (len(parts[False]), 0, 0)
    assert control.unaided == len(parts[False]) - 1
    assert challenger.tokens > 0
    shown = manager.get(f"{LIST}{split.pk}/change/").content.decode()
    assert "Belum cukup untuk disimpulkan" in shown
    assert f"1 ({round(100 / len(parts[True]))}%)" in shown
    assert "Nama asisten" in shown


def test_stopped_everybody_gets_what_is_in_use(showroom, model, manager):
    start(manager, candidate(showroom, ai_name="Sari"), 90)
    split = split_of(showroom)
    said = manager.post(f"{LIST}{split.pk}/langkah/", {"move": "stop"}, follow=True).content.decode()
    assert "Dihentikan" in said
    for number in range(6):
        showroom.hears("halo", phone=phone(number))
        assert showroom.messages(phone(number))[-1].config_version_id == split.control_id
    again = manager.post(f"{LIST}{split.pk}/langkah/", {"move": "adopt"}, follow=True).content.decode()
    assert "sudah berakhir" in again
    assert split_of(showroom).end == "stopped"


def test_adopted_the_challenger_is_in_use(showroom, manager):
    start(manager, candidate(showroom, ai_name="Sari", faq=[["Bisa COD?", "Bisa."]]))
    split = split_of(showroom)
    said = manager.post(f"{LIST}{split.pk}/langkah/", {"move": "adopt"}, follow=True).content.decode()
    assert "Diterbitkan sebagai versi 3." in said
    with showroom.scope():
        assert WhatsAppAIConfig.objects.get().ai_name == "Sari"
        assert FAQEntry.objects.get().answer == "Bisa."
    assert split_of(showroom).end == "adopted"


def test_a_change_of_the_settings_ends_it(showroom, manager):
    start(manager, candidate(showroom, ai_name="Sari"))
    manager.post("/admin/aiconfig/faqentry/add/", {"question": "A?", "answer": "B.", "position": 0, "is_active": "on"})
    split = split_of(showroom)
    assert (split.end, split.ended_at is None) == ("changed", False)


def test_there_is_one_at_a_time_of_two_different_versions(showroom, manager):
    version = candidate(showroom, ai_name="Sari")
    for percent in ("0", "91", "x", ""):
        answer = manager.post(f"{LIST}add/", {"challenger": version.pk, "percent": percent})
        assert answer.status_code == 200, percent
    assert "sama dengan pengaturan sekarang" in start(manager, candidate(showroom))
    start(manager, version)
    assert "Masih ada pembagian yang berjalan" in start(manager, version)
    with showroom.scope():
        assert Split.objects.count() == 1


def test_a_replay_leads_to_a_split(showroom, manager):
    showroom.hears("fortuner ada?")
    form = manager.get(f"{REPLAYS}add/").context["adminform"].form
    fields = {name: value for name, value in form.initial.items() if value not in (None, "") and value is not False}
    manager.post(f"{REPLAYS}add/", {**fields, "chats": 5, "ai_name": "Sari"})
    run_jobs()
    with showroom.scope():
        replay = Replay.objects.get()
    page = manager.post(f"{REPLAYS}{replay.pk}/langkah/", {"move": "propose"}, follow=True)
    assert "versi 2 (calon)" in page.content.decode()
    chosen = page.context["adminform"].form.initial["challenger"]
    with showroom.scope():
        version = ConfigVersion.objects.get(pk=chosen)
    assert (version.published_at, version.snapshot["settings"]["ai_name"]) == (None, "Sari")
    start(manager, version)
    assert split_of(showroom).challenger_id == version.pk


def test_only_leaders_split_and_only_their_own(showroom, gateway, manager):
    start(manager, candidate(showroom, ai_name="Sari"))
    split = split_of(showroom)
    other = Showroom(gateway, slug="lain", name="Lain", number=2)
    foreign = candidate(other, ai_name="Rahasia")
    for page, status in ((browser(showroom, Role.SALES), 403), (browser(other, Role.OWNER), 404)):
        assert page.get(f"{LIST}{split.pk}/change/").status_code == status
        assert page.post(f"{LIST}{split.pk}/langkah/", {"move": "stop"}).status_code == status
    assert manager.post(f"{LIST}{split.pk}/langkah/", {"move": "explode"}).status_code == 404
    manager.post(f"{LIST}{split.pk}/langkah/", {"move": "stop"})
    assert manager.post(f"{LIST}add/", {"challenger": foreign.pk, "percent": 50}).status_code == 200
    with showroom.scope():
        assert Split.objects.count() == 1
