"""A draft of the settings tried on real conversations: nothing is sent, and nothing of it stands in the chats."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from aiconfig.models import ConfigVersion, FAQEntry, LLMCall, WhatsAppAIConfig
from autolumiku.testing.stage import CUSTOMER, Showroom, run_jobs
from conversations import replays, tasks
from conversations.models import Replay, ReplayedTurn, WhatsAppConversation, WhatsAppMessage
from inventory.models import Vehicle
from tenants import scope
from tenants.models import Membership, Role, User
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db

LIST = "/admin/conversations/replay/"
OTHER = "6281234567899"


def browser(showroom: Showroom, role: Role = Role.MANAGER) -> Any:
    user = User.objects.create(username=str(role), is_staff=True)
    with showroom.scope():
        Membership.objects.create(tenant=showroom.tenant, user=user, role=role)
    return casting.browser(user)


@pytest.fixture
def manager(showroom):
    return browser(showroom)


def start(page: Any, **changed: Any) -> Any:
    """The form as it comes, with some fields changed."""
    form = page.get(f"{LIST}add/").context["adminform"].form
    fields = {name: value for name, value in form.initial.items() if value not in (None, "") and value is not False}
    answer = page.post(f"{LIST}add/", {"chats": 20, **fields, **changed})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return answer


def move(page: Any, replay: Replay, what: str) -> str:
    return page.post(f"{LIST}{replay.pk}/langkah/", {"move": what}, follow=True).content.decode()


def latest(showroom: Showroom) -> Replay:
    with showroom.scope():
        return Replay.objects.latest("pk")


def answers(showroom: Showroom) -> list[tuple[str, str, str]]:
    """(what was asked, path, new answer)"""
    with showroom.scope():
        rows = ReplayedTurn.objects.filter(done_at__isnull=False).order_by("pk")
        return [(row.asked, row.path, row.text) for row in rows]


def in_the_chats(showroom: Showroom) -> list[Any]:
    """All that a replay must leave as it is."""
    with showroom.scope():
        chats = WhatsAppConversation.objects.order_by("pk").values()
        return [*chats, *WhatsAppMessage.objects.order_by("pk").values()]


def test_the_last_conversations_are_answered_again_and_nothing_else_happens(showroom, model, manager):
    model.say("Fortuner ada Kak.", "Harganya Rp 470 juta.", "City ada Kak.")
    showroom.hears("fortuner ada?")
    showroom.hears("harganya berapa?")
    showroom.hears("city ada?", phone=OTHER)
    before, sent = in_the_chats(showroom), len(showroom.gateway.sent)
    model.answer_with(lambda body: "Baik Kak, ada yang bisa saya bantu?")
    start(manager, ai_name="Sari", temperature="0,1", instructions="Singkat saja.", ai_model="glm-lain")
    run_jobs()
    assert [asked for asked, _, _ in answers(showroom)] == ["city ada?", "fortuner ada?", "harganya berapa?"]
    assert {showroom.plain(text) for _, _, text in answers(showroom)} == {"Baik Kak, ada yang bisa saya bantu?"}
    assert in_the_chats(showroom) == before
    assert len(showroom.gateway.sent) == sent
    asked = model.requests[-1]
    assert (asked["model"], asked["temperature"]) == ("glm-lain", 0.1)
    assert "Anda adalah Sari" in asked["messages"][0]["content"]
    assert "Singkat saja." in asked["messages"][0]["content"]
    with showroom.scope():
        assert WhatsAppAIConfig.objects.get().ai_name == "AI Assistant"
        assert LLMCall.objects.filter(purpose="replay").count() == 3
    assert latest(showroom).state == "done"


def test_a_turn_knows_only_what_was_said_before_it(showroom, model, manager):
    showroom.hears("fortuner ada?")
    showroom.hears("harganya berapa?")
    start(manager)
    run_jobs()
    first, second = ([showroom.plain(line["content"]) for line in one["messages"][1:]] for one in model.requests[2:4])
    assert first == ["fortuner ada?"]
    assert second == ["fortuner ada?", "Baik Kak, ada yang bisa saya bantu?", "harganya berapa?"]


def test_the_questions_that_are_tried_are_used(showroom, model, manager):
    showroom.answers_faq("Bisa COD?", "Belum bisa Kak.")
    showroom.hears("bisa cod kak?")
    start(manager, faq="T: Bisa COD?\nJ: Bisa Kak, khusus Jakarta.\n\nT: Buka Minggu?\nJ: Buka.")
    run_jobs()
    said = model.requests[-1]["messages"][0]["content"]
    assert "Bisa Kak, khusus Jakarta." in said
    assert "Belum bisa Kak." not in said
    with showroom.scope():
        assert FAQEntry.objects.get().answer == "Belum bisa Kak."


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Bisa COD?", "Awali tiap pertanyaan"),
        ("T: Bisa COD?", "perlu tepat satu jawaban"),
        ("T: Bisa COD?\nJ: Ya\nJ: Tidak", "perlu tepat satu jawaban"),
        ("T:\nJ: Ya", "perlu tepat satu jawaban"),
        ("T: " + "a" * 301 + "\nJ: Ya", "lebih panjang dari 300 huruf"),
    ],
)
def test_questions_that_cannot_be_read_are_said(showroom, manager, text, error):
    form = {"chats": 5, "ai_name": "Sari", "ai_personality": "casual", "temperature": "0,1", "max_tokens": "500"}
    answer = manager.post(f"{LIST}add/", {**form, "faq": text})
    assert error in answer.content.decode()
    with showroom.scope():
        assert not Replay.objects.exists()


def test_without_a_model_the_answers_come_from_the_stock(showroom, manager):
    showroom.hears("fortuner ada?")
    start(manager)
    run_jobs()
    [(_, path, text)] = answers(showroom)
    assert path == "counter"
    assert "PM-PST-002" in text


def test_the_last_three_answers_of_a_chat_and_as_many_chats_as_wanted(showroom, manager):
    for number in range(5):
        showroom.hears(f"halo {number}", "fortuner ada?")
    showroom.hears("city ada?", phone=OTHER)
    start(manager, chats="1")
    run_jobs()
    assert [asked for asked, _, _ in answers(showroom)] == ["city ada?"]
    start(manager, chats="2")
    run_jobs()
    assert len(answers(showroom)) == 1 + 1 + replays.MOST_TURNS


@pytest.mark.parametrize("chats", ["0", "101", "-1", "x"])
def test_more_than_a_hundred_are_refused(showroom, manager, chats):
    form = manager.get(f"{LIST}add/").context["adminform"].form
    fields = {name: value for name, value in form.initial.items() if value not in (None, "") and value is not False}
    assert manager.post(f"{LIST}add/", {**fields, "chats": chats}).status_code == 200
    with showroom.scope():
        assert not Replay.objects.exists()


# --- stop, resume, crash


@pytest.fixture
def long(showroom, model):
    """Chats for three rounds of the worker."""
    for number in range(2 * replays.AT_ONCE + 1):
        showroom.hears("fortuner ada?", phone=f"62812345678{number:02d}")
    return showroom


def job(showroom: Showroom, replay: Replay) -> None:
    """One job of the worker, without those it leads to."""
    async_to_sync(tasks.replay.func)(tenant_id=showroom.tenant.pk, replay_id=replay.pk)


def test_it_is_stopped_after_those_in_hand_and_resumed(long, manager):
    start(manager)
    replay = latest(long)
    job(long, replay)
    assert len(answers(long)) == replays.AT_ONCE
    page = manager.get(f"{LIST}{replay.pk}/maju/")
    assert f"{replays.AT_ONCE} dari 13 jawaban" in page.content.decode()
    assert "every 2s" in page.content.decode()
    assert "HX-Refresh" not in page.headers
    assert "Dihentikan" in move(manager, replay, "stop")
    assert manager.get(f"{LIST}{replay.pk}/maju/").headers["HX-Refresh"] == "true"
    run_jobs()
    assert len(answers(long)) == replays.AT_ONCE
    assert "Dilanjutkan" in move(manager, replay, "resume")
    run_jobs()
    assert len(answers(long)) == 13
    assert latest(long).state == "done"
    with long.scope():
        assert LLMCall.objects.filter(purpose="replay").count() == 13


def test_two_jobs_of_one_replay_do_not_answer_twice(long, manager):
    start(manager)
    replay = latest(long)
    assert len(replays.take(long.tenant.pk, replay.pk)) == replays.AT_ONCE
    assert replays.take(long.tenant.pk, replay.pk) == []


def test_a_worker_that_vanished_is_followed_by_another(long, manager):
    start(manager)
    replay = latest(long)
    replays.take(long.tenant.pk, replay.pk)
    run_jobs()
    tasks.errands()
    run_jobs()
    assert answers(long) == []
    with long.scope():
        Replay.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    tasks.errands()
    run_jobs()
    assert len(answers(long)) == 13


def test_one_that_cannot_be_answered_takes_no_other_along(long, manager, monkeypatch):
    start(manager)
    read = replays.read

    def fails(tenant_id: int, turn_id: int) -> Any:
        with long.scope():
            if ReplayedTurn.objects.earliest("pk").pk == turn_id:
                raise RuntimeError
        return read(tenant_id, turn_id)

    monkeypatch.setattr(replays, "read", fails)
    run_jobs()
    with long.scope():
        assert ReplayedTurn.objects.filter(failed=True).count() == 1
    assert latest(long).state == "done"
    assert "gagal disusun" in manager.get(f"{LIST}{latest(long).pk}/change/?lihat=gagal").content.decode()


def test_the_daily_limit_stops_it_and_says_so(long, manager):
    long.set(daily_model_calls=1)
    start(manager)
    run_jobs()
    replay = latest(long)
    assert (replay.state, replay.why) == ("stopped", "batas harian model tercapai")
    assert answers(long) == []
    assert "batas harian model tercapai" in manager.get(f"{LIST}{replay.pk}/change/").content.decode()


# --- looking at it, and what becomes of it


def _now(request: Any) -> str:
    """The answers of the trial, in whatever order it asks: a price that is wrong at first, and nothing of the rims."""
    talk = str(request["messages"])
    if "velgnya" in talk:
        return "Baik Kak, ada yang bisa saya bantu?"
    return "Fortuner ada Kak, harganya Rp 460 juta." if "Rp 99 juta" in talk else "Fortuner cuma Rp 99 juta."


def test_the_answers_stand_side_by_side_with_what_differs(showroom, model, manager):
    model.say("Fortuner ada Kak, harganya Rp 470 juta.", "Kami teruskan ke tim ya Kak.")
    showroom.hears("fortuner ada?")
    showroom.hears("velgnya ring berapa?")
    with showroom.scope():
        Vehicle.objects.get(model="Fortuner").change({"price": 460_000_000}, by="test")
    model.answer_with(_now)
    start(manager)
    run_jobs()
    replay = latest(showroom)
    page = manager.get(f"{LIST}{replay.pk}/change/").content.decode()
    assert "<del>470</del>" in page
    assert "<ins>460</ins>" in page
    assert "data mobil berubah sejak itu" in page
    assert "draf ditolak: " in page
    assert "perlu orang: data belum ada" in page
    figures = manager.get(f"{LIST}{replay.pk}/change/").context
    assert (figures["then"].refused, figures["now"].refused) == (0, 1)
    assert (figures["then"].handed_over, figures["now"].handed_over) == (1, 0)
    assert figures["now"].tokens > figures["then"].tokens > 0
    for view, count in (("berbeda", 2), ("ditolak", 1), ("orang", 1), ("gagal", 0), ("apa saja", 2)):
        shown = manager.get(f"{LIST}{replay.pk}/change/", {"lihat": view})
        assert len(shown.context["rows"]) == count, view


def test_it_is_published_once_as_a_new_version(showroom, manager):
    showroom.answers_faq("Bisa COD?", "Belum bisa Kak.")
    showroom.hears("fortuner ada?")
    start(manager, ai_name="Sari", faq="T: Bisa COD?\nJ: Bisa Kak.")
    replay = latest(showroom)
    assert "masih berjalan" in move(manager, replay, "publish")
    run_jobs()
    assert "Diterbitkan sebagai versi 2" in move(manager, replay, "publish")
    assert "sudah diterbitkan" in move(manager, replay, "publish")
    with showroom.scope():
        assert WhatsAppAIConfig.objects.get().ai_name == "Sari"
        assert FAQEntry.objects.get().answer == "Bisa Kak."
        versions = ConfigVersion.objects.order_by("number").values_list("remark", flat=True)
        assert list(versions) == ["", f"dari percobaan {replay.pk}"]
    assert latest(showroom).state == "published"


def test_discarded_it_changes_nothing(showroom, manager):
    showroom.hears("fortuner ada?")
    start(manager, ai_name="Sari")
    run_jobs()
    assert "Percobaan dibuang" in move(manager, latest(showroom), "discard")
    assert latest(showroom).state == "discarded"
    with showroom.scope():
        assert WhatsAppAIConfig.objects.get().ai_name == "AI Assistant"


def test_a_showroom_without_conversations_is_told_so(showroom, manager):
    answer = manager.get(start(manager).url)
    assert "Belum ada jawaban asisten yang bisa disusun ulang." in answer.content.decode()
    run_jobs()
    assert latest(showroom).state == "done"


def test_only_leaders_try_and_only_their_own(showroom, gateway, manager):
    showroom.hears("fortuner ada?")
    start(manager)
    replay = latest(showroom)
    other = Showroom(gateway, slug="lain", name="Lain", number=2)
    for page, status in ((browser(showroom, Role.SALES), 403), (browser(other, Role.OWNER), 404)):
        assert page.get(f"{LIST}{replay.pk}/change/").status_code == status
        assert page.get(f"{LIST}{replay.pk}/maju/").status_code == status
        assert page.post(f"{LIST}{replay.pk}/langkah/", {"move": "stop"}).status_code == status
    assert manager.post(f"{LIST}{replay.pk}/langkah/", {"move": "explode"}).status_code == 404
    assert manager.get(f"{LIST}{replay.pk}/langkah/").status_code == 405
    root = casting.browser(User.objects.create(username="root", is_staff=True, is_superuser=True))
    assert root.get(LIST).status_code == 200
    assert root.get(f"{LIST}add/").status_code == 403
    with scope.platform("test"):
        assert Replay.objects.get().state == "running"


def test_chats_of_staff_and_spam_are_left_out(showroom, manager):
    showroom.employs()
    showroom.hears("fortuner ada?", phone="6281298765432")
    showroom.hears("city ada?", phone=CUSTOMER)
    with showroom.scope():
        WhatsAppConversation.objects.filter(customer_phone=CUSTOMER).update(is_spam=True)
    start(manager)
    run_jobs()
    assert answers(showroom) == []
