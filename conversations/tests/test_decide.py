"""When a chat goes to a person, before and after the draft."""

from __future__ import annotations

import pytest

from conversations import decide, wording
from conversations.decide import Reason
from conversations.tests.showroom import facts, persona
from conversations.turn import Intent, Understanding


def understood(intent: Intent, *reasons: str) -> Understanding:
    return Understanding(intent, 0.9, reasons=reasons)


@pytest.mark.parametrize(
    ("intent", "negotiation", "reason"),
    [
        pytest.param(Intent.HUMAN_REQUEST, False, Reason.HUMAN_REQUEST, id="A74-human"),
        pytest.param(Intent.COMPLAINT, True, Reason.COMPLAINT, id="complaint"),
        pytest.param(Intent.NEGOTIATION, False, Reason.NEGOTIATION, id="A75-A26-negotiation-off"),
        pytest.param(Intent.NEGOTIATION, True, None, id="negotiation-on"),
        pytest.param(Intent.PRICE_INQUIRY, False, None, id="price"),
        pytest.param(Intent.GREETING, False, None, id="greeting"),
    ],
)
def test_what_a_customer_wants_may_ask_for_a_person_at_once(
    intent: Intent, negotiation: bool, reason: Reason | None
) -> None:
    found = decide.before(understood(intent), persona(price_negotiation=negotiation))
    assert (found.reason if found else None) is reason
    assert found is None or found.hard


@pytest.mark.parametrize(
    ("intent", "reason"),
    [(Intent.COMPLAINT, "legal"), (Intent.GENERAL_QUESTION, "payment")],
    ids=["legal-threat", "where-to-transfer"],
)
def test_law_and_payment_are_for_a_person(intent: Intent, reason: str) -> None:
    assert decide.before(understood(intent, reason), persona()) == decide.Handover(Reason.LEGAL, True, "handover_legal")


def test_personal_data_are_for_a_person_and_the_bot_goes_on() -> None:
    found = decide.before(understood(Intent.GENERAL_QUESTION, "personal_data"), persona())
    assert found == decide.Handover(Reason.PERSONAL_DATA, False, "handover_personal_data")


@pytest.mark.parametrize(
    ("draft", "intent", "negotiation", "expected"),
    [
        pytest.param(
            "Maaf saya tidak memiliki info itu", Intent.GENERAL_QUESTION, False, (Reason.UNCERTAIN, False), id="A72"
        ),
        pytest.param(
            "Saya  TIDAK\nyakin, Kak", Intent.GENERAL_QUESTION, False, (Reason.UNCERTAIN, False), id="spacing-and-case"
        ),
        pytest.param("Silakan hubungi staff kami", Intent.GREETING, True, (Reason.UNCERTAIN, False), id="staff"),
        pytest.param(
            "Ada diskon menarik, Kak", Intent.PRICE_INQUIRY, False, (Reason.NEGOTIATION, True), id="A73-diskon"
        ),
        pytest.param("Rp 79 juta (Nego)", Intent.PRICE_INQUIRY, False, (Reason.NEGOTIATION, True), id="A73-nego"),
        pytest.param("Rp 79 juta (Nego)", Intent.PRICE_INQUIRY, True, None, id="negotiation-on"),
        pytest.param("Rp 79 juta (Nego)", Intent.VEHICLE_INQUIRY, False, None, id="only-price-questions"),
        pytest.param(
            "Tidak yakin, tapi nego bisa", Intent.PRICE_INQUIRY, False, (Reason.NEGOTIATION, True), id="hard-first"
        ),
        pytest.param("Avanza tersedia, Kak", Intent.PRICE_INQUIRY, False, None, id="fine"),
    ],
)
def test_a_draft_may_ask_for_a_person(
    draft: str, intent: Intent, negotiation: bool, expected: tuple[Reason, bool] | None
) -> None:
    found = decide.after(draft, understood(intent), persona(price_negotiation=negotiation))
    assert ((found.reason, found.hard) if found else None) == expected


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("open_now", [True, False], ids=["open", "closed"])
def test_every_reason_has_its_sentence_and_promises_no_time(reason: Reason, open_now: bool) -> None:
    text = wording.handover(decide.of(reason).text, facts(open_now=open_now, opens_next=""), "Yudho")
    silent = (Reason.MANUAL, Reason.STAFF_TYPED, Reason.AFTER_HOURS, Reason.STALE, Reason.NOT_SENT, Reason.DRAFTED)
    assert bool(text) is (reason not in silent)
    assert not any(word in text for word in (" menit", " jam ", "{", "}"))


def test_outside_hours_the_sentence_says_when_the_showroom_opens() -> None:
    closed = facts(open_now=False, opens_next="besok pukul 09.00")
    text = wording.handover(decide.of(Reason.HUMAN_REQUEST).text, closed, "Yudho")
    assert "sedang tutup. Kami buka kembali besok pukul 09.00." in text
    assert "Kak Yudho" in text


def test_a_model_error_says_the_products_own_sentence() -> None:
    said = wording.handover(decide.of(Reason.PROCESSING_ERROR).text, facts())
    assert said == "Maaf, terjadi gangguan sistem. Staff kami akan segera membantu Anda."


def test_a_switched_off_chat_says_the_products_own_sentence() -> None:
    assert wording.handover(decide.of(Reason.CUSTOMER_CHAT_OFF).text, facts()) == (
        "Halo! 👋 Terima kasih sudah menghubungi Prima Mobil. Tim kami akan segera membalas pesan Anda. "
        "Mohon menunggu sebentar ya 🙏"
    )
