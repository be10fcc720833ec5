"""Try an answer: what a customer would hear now, with what it stands on; nothing is sent and nothing stays."""

from __future__ import annotations

import pytest

from aiconfig.models import LLMCall
from aimeow.models import AimeowAccount
from autolumiku.testing.stage import Showroom, run_jobs
from conversations.models import WhatsAppConversation, WhatsAppMessage
from conversations.tests.test_connection import member
from leads.models import Lead
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db
PAGE = "/admin/coba/"


@pytest.fixture
def manager(showroom):
    return member(showroom)


def tried(browser, said):
    answer = browser.post(PAGE, {"said": said})
    assert answer.status_code == 200
    return answer.context["tried"], answer.content.decode()


def test_the_answer_stands_on_the_stock_of_now(showroom, manager):
    one, page = tried(manager, "Halo kak, Honda City harganya berapa?")
    assert "79 juta" in one.text
    assert (one.ok, one.path, one.handover) == (True, "dari data, tanpa model", "")
    assert ("PM-PST-001", "Honda City S AT 2006") in one.cars
    assert any(fact.startswith("PM-PST-001: ") and "harga" in fact for fact in one.facts)
    assert "tanya harga" in page
    with showroom.scope():
        from inventory.models import Vehicle

        Vehicle.objects.get(display_id="PM-PST-001").change({"price": 81_000_000}, by="test")
    assert "81 juta" in tried(manager, "Honda City harganya berapa?")[0].text


@pytest.mark.parametrize("numberless", [False, True])
def test_nothing_is_sent_and_nothing_stays(showroom, manager, gateway, numberless):
    if numberless:
        with showroom.scope():
            AimeowAccount.objects.all().delete()
    one, _ = tried(manager, "Saya Budi, budget 100 juta, mau City, cash minggu ini. Tolong bicara dengan sales")
    assert one.text
    run_jobs()
    assert gateway.sent == []
    with showroom.scope():
        rows = (WhatsAppConversation, WhatsAppMessage, Lead)
        assert [model.objects.count() for model in rows] == [0, 0, 0]
        assert AimeowAccount.objects.count() == (not numberless)


def test_it_is_the_answer_that_a_customer_gets(showroom, manager):
    said = "Halo, ada mobil matic di bawah 100 juta?"
    one, _ = tried(manager, said)
    assert showroom.hears(said, name="") == [showroom.plain(one.text)]


def test_a_draft_that_lies_is_refused_here_too_and_the_page_says_what_was_wrong(showroom, manager, model):
    model.say("Honda City 2006 cuma Rp 55 juta kak.", "Honda City 2006 cuma Rp 55 juta kak.")
    one, page = tried(manager, "Honda City berapa?")
    assert "55" not in one.text
    assert any("55" in claim for claim in one.claims)
    assert "Tidak sesuai data" in page
    with showroom.scope():
        assert {call.purpose for call in LLMCall.objects.all()} == {"suggestion"}


@pytest.mark.parametrize(
    ("said", "config", "words"),
    [
        ("Saya mau bicara dengan orang", {}, "Diteruskan ke orang: minta bicara dengan orang"),
        ("Halo", {"auto_reply": False}, "balas otomatis mati"),
        ("Honda City berapa?", {"draft_price": True}, "menunggu satu ketukan staf"),
        ("Selamat! Nomor Anda menang hadiah 100 juta, klik http://hadiah.example", {}, "Dianggap spam"),
    ],
)
def test_what_else_would_happen_is_said(showroom, manager, said, config, words):
    showroom.set(**config)
    assert words in tried(manager, said)[1]


def test_the_faq_that_matched_is_named(showroom, manager):
    showroom.answers_faq("Apakah bisa tukar tambah?", "Bisa kak, motor dan mobil kami terima.")
    one, _ = tried(manager, "kak bisa tukar tambah?")
    assert one.faqs == ("Apakah bisa tukar tambah?",)


@pytest.mark.parametrize("said", ["", "   ", "\x00"])
def test_without_words_there_is_only_the_form(manager, said):
    assert tried(manager, said)[0] is None


@pytest.mark.parametrize(("role", "status"), [("manager", 200), ("sales", 403), ("read_only", 403)])
def test_only_who_leads_the_showroom_may(showroom, role, status):
    assert member(showroom, role).get(PAGE).status_code == status


def test_only_the_own_stock_answers(showroom, gateway):
    other = Showroom(gateway, slug="sinar", name="Sinar", number=2)
    one, _ = tried(member(other), "Honda City ada?")
    assert one.cars == ()
    assert "79" not in one.text


def test_a_platform_admin_over_all_showrooms_chooses_one_first(showroom, django_user_model):
    root = casting.browser(django_user_model.objects.create(username="root", is_staff=True, is_superuser=True))
    assert "Pilih dulu showroom" in root.get(PAGE, follow=True).content.decode()
