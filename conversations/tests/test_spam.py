"""Advertisements, frauds and gambling are told from customers, marked with what told them, and never answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from hypothesis import given
from hypothesis import strategies as st

from autolumiku.testing.stage import Showroom
from conversations import admin, intents, learning, spam
from conversations.management.commands import measure_spam
from conversations.models import ConversationEvent
from conversations.turn import Intent

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
CUSTOMERS = (Path(__file__).parent / "data" / "customers.txt").read_text(encoding="utf-8").splitlines()
PRIZE = "Selamat! Anda menang hadiah 10 juta, klik link"

SPAM = {
    "pulsa murah promo voucher": "phone_credit",
    PRIZE: "prize",
    "Jual pulsa murah hub 081234567890": "phone_credit",
    "Selamat anda terpilih mendapatkan hadiah mobil avanza klik undian-hadiah.com": "prize",
    "dana cepat tanpa jaminan cair hari ini": "loan",
    "Butuh dana cepat? gadai bpkb mobil langsung cair": "loan",
    "𝐒𝐋𝐎𝐓 gacor maxwin hari ini": "gambling",
    "main sl0t di g4c0r77 pasti jp": "gambling_brand",
    "Mama minta pulsa 50rb kirim ke nomor ini": "family",
    "uangnya transfer ke BRI 1234-56-789012-345 a/n Budi saja": "account",
    "jual diamond ml murah": "game_goods",
    "investasi crypto profit 10% per hari join grup wa": "investment",
}


@pytest.mark.parametrize(("text", "reason"), SPAM.items())
def test_spam_is_told_by_what_it_does(text: str, reason: str) -> None:
    seen = intents.classify(text)
    assert (seen.intent, reason in seen.reasons) == (Intent.SPAM, True)
    assert set(seen.reasons) <= set(admin.SPAM_SIGNS), "every reason has words for staff"


def test_a_customers_everyday_questions_are_no_spam() -> None:
    assert len(CUSTOMERS) > 300
    assert [text for text in CUSTOMERS if intents.classify(text).intent is Intent.SPAM] == []


@pytest.mark.parametrize("text", ["2020", "081234567890", "1.000.000", "100-150", "*123#", "", "🙏", "٢٠٢٠"])
def test_a_text_without_letters_is_never_spam(text: str) -> None:
    assert intents.classify(text).intent is not Intent.SPAM


@given(st.text(alphabet="0123456789 .,-+()%/*#", max_size=60))
def test_bare_numbers_are_never_spam(text: str) -> None:
    assert not spam.weigh(spam.read(text)).is_spam


def test_who_has_asked_about_cars_is_believed_more() -> None:
    text = "klik link bit.ly/x hadiah"
    assert intents.classify(text).intent is Intent.SPAM
    assert intents.classify(text, earlier=["harga avanza berapa?"]).intent is not Intent.SPAM
    assert intents.classify(text, earlier=["halo"]).intent is Intent.SPAM


def test_learning_twice_gives_the_same_whole_numbers() -> None:
    examples = [learning.example(f"undian {word} berhadiah", True) for word in ("besar", "akbar", "resmi")]
    examples += [learning.example(f"ketemu {word} kampus", False) for word in ("teman", "dosen", "kakak")]
    weights = learning.learn(examples)
    assert weights == learning.learn(examples)
    assert weights["undian"] > 0 > weights["kampus"]
    assert "besar" not in weights, "a word of one text is not kept"


def test_no_everyday_or_car_word_weighs_as_spam() -> None:
    assert set(spam.weights()) & (learning.EVERYDAY | spam.CAR_WORDS) == set()


@pytest.mark.skipif(not SHARED.exists(), reason="the shared texts are not here")
@pytest.mark.parametrize(
    ("name", "column", "labels", "precision", "recall", "f1"),
    [
        (measure_spam.SMS, "label", {"fraud", "promo"}, 0.99, 0.85, 0.9),
        (measure_spam.GAMBLING, "is_gambling_spam", {"1"}, 0.98, 0.85, 0.85),
    ],
)
def test_labelled_texts_are_told_apart(
    name: str, column: str, labels: set[str], precision: float, recall: float, f1: float
) -> None:
    judged = [
        (measure_spam.is_spam(text), is_spam) for text, is_spam in measure_spam.read(SHARED / name, column, labels)
    ]
    measured = measure_spam.measure(judged)
    assert measured.precision >= precision
    assert measured.recall >= recall
    assert measured.f1 >= f1


@pytest.mark.skipif(not SHARED.exists(), reason="the shared texts are not here")
def test_halves_judged_by_what_the_other_half_taught() -> None:
    sms = measure_spam.read(SHARED / measure_spam.SMS, "label", {"fraud", "promo"})
    gambling = measure_spam.read(SHARED / measure_spam.GAMBLING, "is_gambling_spam", {"1"})
    measured = {name: measure_spam.measure(judged) for name, judged in measure_spam.held_out(sms, gambling)}
    assert measured["SMS, held-out"].precision >= 0.99
    assert measured["SMS, held-out"].recall >= 0.85
    assert measured["gambling, held-out"].f1 >= 0.85


@pytest.mark.django_db
def test_spam_is_kept_with_its_reasons_and_not_answered(showroom: Showroom) -> None:
    assert showroom.hears(PRIZE) == []
    [message] = showroom.messages()
    assert (message.content, message.intent, message.entities) == (PRIZE, "spam", {})
    assert message.spam[0] == "prize"
    assert admin.bubble(message).spam.startswith("janji hadiah")
    assert showroom.chat().is_spam


@pytest.mark.django_db
def test_spam_between_questions_is_marked_alone(showroom: Showroom) -> None:
    [reply] = showroom.hears(PRIZE, "harga fortuner berapa?")
    assert "Rp 470 juta" in reply
    inbound = [message for message in showroom.messages() if message.direction == "inbound"]
    assert [(one.intent, bool(one.spam)) for one in inbound] == [("spam", True), ("price_inquiry", False)]
    assert not showroom.chat().is_spam


@pytest.mark.django_db
def test_after_bukan_spam_the_chat_is_answered_again(showroom: Showroom) -> None:
    showroom.hears(PRIZE)
    with showroom.scope():
        user = get_user_model().objects.create_user("rina@example.com")
        assert admin.unmark_spam(showroom.chat(), user) == "Tanda spam dihapus."
    [reply] = showroom.hears(PRIZE)
    assert reply
    assert not showroom.chat().is_spam
    with showroom.scope():
        marks = list(ConversationEvent.objects.filter(kind="spam").order_by("id").values_list("data", flat=True))
    assert marks == [{}, {"spam": False}]
