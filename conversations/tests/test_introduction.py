"""The first answer to a customer says that an assistant speaks, and how to reach a person; no later one repeats it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from autolumiku.testing.stage import CUSTOMER, run_jobs
from conversations import guard, intents, wording
from conversations.models import Path, ProposedReply, Sender, WhatsAppMessage
from conversations.tests import showroom as pure
from conversations.turn import Intent

pytestmark = pytest.mark.django_db

STAFF = "6281298765432"
WHO, HOW = "Saya asisten otomatis Prima Mobil", "tulis *minta orang* ya"
SHUT = {0: ("03:00", "03:01")}


def draws(text: str) -> Callable[[Any], None]:
    return lambda model: model.say(text)


@dataclass(frozen=True, slots=True)
class First:
    """A customer's first words, and whether our sentence who speaks is added and the way to a person is named."""

    text: str = "harga fortuner berapa?"
    says: str = ""
    who: bool = True
    how: bool = True
    path: str = "counter"
    model: Callable[[Any], None] | None = None
    set: dict[str, Any] = field(default_factory=dict)
    shut: bool = False
    kind: dict[str, Any] = field(default_factory=dict)


GREETS = "asisten virtual Prima Mobil"
FIRST = {
    "model": First(says="Ada Kak.", path="model", model=draws("Ada Kak.")),
    "model that says it": First(
        says="Saya", who=False, path="model", model=draws(f"Selamat siang Kak. Saya {GREETS}. Ada Kak.")
    ),
    "counter": First(says=GREETS, who=False),
    "counter, greeting": First("halo", says=GREETS, who=False),
    "counter, the showroom's own welcome": First(
        "halo", says="Selamat datang di Prima!", who=False, set={"welcome_message": "Selamat datang di Prima!"}
    ),
    "model, the showroom's own welcome": First(
        says="Selamat datang di Prima!",
        path="model",
        model=draws("Selamat datang di Prima! Ada Kak."),
        set={"welcome_message": "Selamat datang di Prima!"},
    ),
    "counter, who are you": First("kamu robot?", says="bukan orang", who=False),  # it says both itself
    "counter, stop": First("stop foto", says="saya berhenti"),
    "after a failure": First(
        "bisa carikan sopir untuk antar ke Bandung?", "gangguan sistem", path="fixed", model=lambda one: one.fail(400)
    ),
    "photo without words": First(
        "", "Terima kasih fotonya", path="fixed", kind={"kind": "image", "file_url": "https://meow.example.com/1"}
    ),
    "hours, beside the answer": First(
        says="Kami tutup.", who=False, set={"after_hours_message": "Kami tutup."}, shut=True
    ),
    "hours, the text alone": First(
        says="Kami tutup.",
        path="fixed",
        set={"after_hours_message": "Kami tutup.", "after_hours_mode": "message_only"},
        shut=True,
    ),
    # a person takes over, or no more words are wanted: no way to a person is named
    "asks for a person": First("mau bicara dengan orang", "kami teruskan", how=False, path="fixed"),
    "complaint": First("saya kecewa banget", "Mohon maaf", how=False, path="fixed"),
    "bargains": First("city 60 juta boleh nego?", "pembicaraan harga", how=False, path="fixed"),
    "customer chat off": First(
        says="Tim kami akan segera membalas", how=False, path="fixed", set={"customer_chat_enabled": False}
    ),
    "opts out": First("jangan hubungi saya lagi", "tidak akan menghubungi", how=False, path="fixed"),
}


@pytest.mark.parametrize("row", FIRST.values(), ids=FIRST)
def test_a_first_answer_introduces_itself_and_the_second_does_not(request, showroom, row):
    if row.model is not None:
        row.model(request.getfixturevalue("model"))
    showroom.set(**row.set)
    if row.shut:
        showroom.opens(SHUT)
    showroom.receives(row.text, **row.kind)
    run_jobs()
    [first] = [sent.text for sent in showroom.gateway.sent]
    assert row.says in first
    assert (WHO in first, HOW in first) == (row.who, row.how)
    assert first.count(HOW) <= 1
    assert len(first) - len(showroom.plain(first)) <= 110  # two short sentences
    assert showroom.messages()[-1].content == first  # what people see is what was sent
    assert showroom.messages()[-1].path == row.path

    showroom.receives("lokasinya di mana?")
    run_jobs()
    later = [sent.text for sent in showroom.gateway.sent[1:]]
    assert not any(WHO in text or HOW in text for text in later)


@pytest.mark.parametrize("text", ["halo", "harga fortuner berapa?", "stok", "/menu"])
def test_staff_are_not_introduced_to_it(showroom, text):
    showroom.employs(phone=STAFF)
    [answer] = showroom.hears(text, phone=STAFF)
    assert showroom.gateway.sent[-1].text == answer
    assert WHO not in answer
    assert HOW not in answer


@pytest.mark.parametrize("texts", [("pulsa murah promo voucher",), ()], ids=["after spam", "at once"])
def test_who_was_not_answered_yet_is_introduced_with_the_first_answer(showroom, texts):
    assert [showroom.hears(text) for text in texts] == [[]] * len(texts)
    showroom.hears("stop foto")
    assert WHO in showroom.gateway.sent[-1].text


def test_who_a_person_has_answered_is_introduced_to_the_assistant_too(showroom):
    showroom.hears("stop foto")
    with showroom.scope():
        answer = WhatsAppMessage.objects.filter(direction="outbound")
        assert answer.update(sender_type=Sender.HUMAN, path=Path.PERSON, content="Halo Kak") == 1
    for who in (True, False):
        showroom.hears("stop foto")
        assert (WHO in showroom.gateway.sent[-1].text) is who


def test_each_customer_is_introduced_in_their_own_chat(showroom):
    for phone in (CUSTOMER, "6281234560001"):
        showroom.hears("stop foto", phone=phone)
        assert WHO in showroom.gateway.sent[-1].text


LONG = "Ketentuan nomor {} berlaku untuk semua unit kami, rinciannya bisa ditanyakan ke tim.\n"


@pytest.mark.parametrize(("asked", "hears_hours"), [("garansi", True), ("garansi? pengiriman", False)])
def test_what_stands_around_an_answer_gives_way_where_whatsapp_does_not_hold_both(showroom, asked, hears_hours):
    showroom.set(after_hours_message="Kami tutup. " * 83)
    showroom.opens(SHUT)
    for nth, about in enumerate(("garansi", "pengiriman")):
        lines = (LONG.format(100 * nth + number) for number in range(20))
        showroom.answers_faq(f"{about}?", "".join(lines)[:1500])
    showroom.receives(f"{asked}?")
    run_jobs()
    [first] = [sent.text for sent in showroom.gateway.sent]
    assert ("Kami tutup." in first) is hears_hours
    assert "asisten virtual Prima Mobil" in first
    assert len(first) <= guard.MAX_DRAFT
    assert (showroom.chat().after_hours_told_at is not None) is hears_hours


def test_a_draft_is_kept_with_the_introduction_and_checked_without_it(showroom, model):
    showroom.set(draft_price=True)
    model.say("Ada Kak.")
    assert showroom.hears("Berapa harga Honda City 2006?") == []
    with showroom.scope():
        draft = ProposedReply.objects.get()
    assert draft.bare == "Ada Kak."
    assert showroom.plain(draft.text) == draft.bare
    assert draft.text.startswith(WHO)


def test_outside_hours_a_person_can_be_asked_for_even_where_only_a_text_is_sent(showroom):
    showroom.set(after_hours_message="Kami tutup.", after_hours_mode="message_only")
    showroom.opens(SHUT)
    showroom.hears("harga fortuner berapa?")
    [answer] = showroom.hears("minta orang")
    assert "Saat ini showroom sedang tutup" in answer
    assert (showroom.chat().escalated_reason, showroom.chat().holder) == ("human_request", "waiting")


def test_who_writes_english_is_introduced_to_it_in_english(showroom, model):
    showroom.set(answer_english=True)
    model.say("The Honda City is available.")
    showroom.hears("Hello, is the Honda City still available?")
    assert showroom.gateway.sent[-1].text == (
        "I am the virtual assistant of Prima Mobil 😊\n\nThe Honda City is available.\n\n"
        "To talk to a person, write *talk to a person* 🙏"
    )
    assert showroom.hears("talk to a person")[0].startswith("Thank you")
    assert showroom.chat().escalated_reason == "human_request"


# --- the words -------------------------------------------------------------------------------------------------------

ASKS = """minta orang|Minta orang|*minta orang*|MINTA ORANG!|minta org|mnta orang|mintaorang|minta orang dong|
minta orang ya kak|minta orang aja|tulis minta orang|minta orang langsung ya|minta orang 🙏|mau orang|mau orang asli|
orang aja|manusia aja kak|minta sales dong kak|talk to a person"""
NOT = "mau 5 orang|buat 7 orang|minta foto orangnya|mau orang tua saya yang lihat|ada mobil muat 7 orang ya"


def split(table: str) -> list[str]:
    return [text.strip() for text in table.split("|")]


@pytest.mark.parametrize(
    "asked", ["", wording.reply("first_person"), f"Mau fotonya?\n\n{wording.reply('first_person')}"]
)
def test_what_the_first_answer_tells_to_write_is_understood(asked):
    wrong = {text: intents.classify(text, asked=asked).intent for text in split(ASKS)}
    assert {text: got for text, got in wrong.items() if got is not Intent.HUMAN_REQUEST} == {}
    assert [text for text in split(NOT) if intents.classify(text, asked=asked).intent is Intent.HUMAN_REQUEST] == []


@pytest.mark.parametrize(
    ("text", "intent"), [("boleh", Intent.PHOTO), ("tidak", Intent.REFUSAL), ("iya kak", Intent.PHOTO)]
)
def test_an_answer_to_the_question_above_it_is_still_one(text, intent):
    asked = f"Ada Kak. Mau saya kirim fotonya?\n\n{wording.reply('first_person')}"
    assert intents.classify(text, asked=asked).intent is intent


SAYS_WHO = {
    f"Saya Sinta, {GREETS}.": True,
    "Saya asisten Prima Mobil, Kak": True,
    "Halo, di sini asisten AI kami": True,
    "I am an AI assistant of Prima Mobil": True,
    "Ada asisten parkir dan kamera mundur.": False,
    "Saya cek dulu ya. Ada asisten parkir.": False,
    "Saya Sinta dari Prima Mobil.": False,
}


@pytest.mark.parametrize("text", SAYS_WHO)
def test_only_what_names_the_assistant_counts_as_an_introduction(text):
    assert (WHO not in wording.introduced_in(text, "Prima Mobil", reach=True)) is SAYS_WHO[text]


def test_the_guard_lets_the_model_say_it_again():
    text = wording.introduced_in("Ada Kak.", "Prima Mobil", reach=True)
    assert guard.check(text, pure.turn("kamu robot?", Intent.IDENTITY), pure.facts()).failed == ()


@pytest.mark.parametrize("tenant", ["{kak} [x] %s", "Prima\nMobil", "P" * 400])
def test_a_showrooms_name_is_only_a_name(tenant):
    text = wording.introduced_in("Ada Kak.", tenant, reach=True)
    assert text.count("\n\n") == 2
    assert len(text) < 250
