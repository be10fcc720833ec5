"""Where a customer is, how they feel, and whether they want to hear from us at all."""

from __future__ import annotations

import pytest

from autolumiku.testing.stage import CUSTOMER, Showroom, run_jobs
from conversations import intents, moods
from conversations.models import Mood, WhatsAppConversation
from conversations.turn import Intent
from tenants.models import Membership, Role, Tenant, User
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db

HERE = {"latitude": -6.1754, "longitude": 106.8272}
THERE = {"kind": "location", "latitude": -6.2088, "longitude": 106.8456}


@pytest.fixture
def located(showroom):
    with showroom.scope():
        Tenant.objects.update(**HERE)
    return showroom


# --- where they are


def test_a_place_that_is_shown_is_answered_with_the_distance(located, model):
    [reply] = located.hears("", **THERE)
    assert "jaraknya sekitar 4 km garis lurus" in reply
    assert "https://maps.example.com/prima" in reply
    assert model.requests == []
    assert located.chat().escalated_reason == ""


def test_words_beside_the_place_are_answered_too(located, model):
    located.receives("", **THERE)
    [reply] = located.hears("fortuner ada?")
    assert reply.startswith("Baik Kak, ada yang bisa saya bantu?")
    assert reply.endswith("garis lurus; lewat jalan biasanya lebih jauh. 📍 https://maps.example.com/prima")


@pytest.mark.parametrize(
    ("here", "there"),
    [
        pytest.param({"latitude": None, "longitude": None}, {}, id="the showroom's place is not set"),
        pytest.param(HERE, {"latitude": 0, "longitude": 0}, id="a phone without a fix"),
    ],
)
def test_without_both_places_nothing_is_measured_and_a_person_is_asked_for(showroom, here, there):
    with showroom.scope():
        Tenant.objects.update(**here)
    [reply] = showroom.hears("", **{**THERE, **there})
    assert "km" not in reply
    assert showroom.chat().escalated_reason == "unreadable"


# --- how they feel

MOODS = [
    ("halo kak, avanza ada?", "calm"),
    ("terima kasih banyak ya, adminnya ramah", "happy"),
    ("wah keren banget 😍", "happy"),
    ("kok lama banget sih", "impatient"),
    ("belum dibalas dari tadi", "impatient"),
    ("gimana ini???", "impatient"),
    ("saya kecewa sekali", "angry"),
    ("kalian penipu ya, saya viralkan", "angry"),
    ("terima kasih banyak tapi saya kecewa, kok lama", "angry"),
    ("mobil tua, lama tidak dipakai", "calm"),
]


@pytest.mark.parametrize(("text", "mood"), MOODS)
def test_the_mood_by_the_words(text, mood):
    assert moods.of(text, Intent.GENERAL_QUESTION) == mood


def test_a_complaint_is_angry_where_its_words_say_nothing_milder():
    assert moods.of("mobilnya mogok", Intent.COMPLAINT) == "angry"


def test_the_moods_that_are_found_are_the_moods_that_are_stored():
    assert [str(mood) for mood in moods.Mood] == Mood.values


def test_the_mood_is_kept_and_people_may_look_for_it(showroom):
    showroom.hears("halo kak", phone="6281234567891")
    showroom.hears("fortuner ada? gimana ini???", phone=CUSTOMER)
    assert showroom.chat().mood == "impatient"
    person = User.objects.create(username="dewi", is_staff=True)
    with showroom.scope():
        Membership.objects.create(tenant=showroom.tenant, user=person, role=Role.MANAGER)
        WhatsAppConversation.objects.update(customer_name="Kak Tenang")
        WhatsAppConversation.objects.filter(mood="impatient").update(customer_name="Kak Buru")
    browser = casting.browser(person)
    for address in (
        "/inbox/?f=semua&suasana=impatient",
        "/admin/conversations/whatsappconversation/?mood__exact=impatient",
    ):
        page = browser.get(address).content.decode()
        assert "Kak Buru" in page
        assert "Kak Tenang" not in page
        assert "tidak sabar" in page
    assert "Tidak ada percakapan yang cocok" in browser.get("/inbox/?f=semua&suasana=happy").content.decode()
    showroom.hears("oke kak, makasih")
    assert showroom.chat().mood == "calm"


def test_staff_have_no_mood(showroom):
    showroom.employs()
    showroom.hears("kok lama banget???", phone="6281298765432")
    assert showroom.chat("6281298765432").mood == ""


# --- whether they want to hear from us


def silence(showroom: Showroom) -> tuple[str, str]:
    chat = showroom.chat()
    return chat.holder, chat.silence


@pytest.mark.parametrize(
    "text",
    ["Jangan hubungi saya lagi!", "tolong jgn wa saya lagi ya kak", "UNSUBSCRIBE", "hapus nomor saya", "stop promo"],
)
def test_who_opts_out_hears_it_once_and_then_nothing_until_they_write_mulai(showroom, text):
    showroom.hears("fortuner ada?")
    [reply] = showroom.hears(text)
    assert "tidak akan menghubungi Kakak lagi" in reply
    assert silence(showroom) == ("nobody", "opted_out")
    assert showroom.hears("harga city?") == []
    [reply] = showroom.hears("Mulai")
    assert silence(showroom) == ("bot", "")
    [reply] = showroom.hears("fortuner ada?")
    assert "PM-PST-002" in reply


@pytest.mark.parametrize(
    "text",
    ["jangan hubungi saya lagi kalau tidak ada avanza", "stop", "stop foto", "berhenti dulu di lampu merah", "cukup"],
)
def test_a_word_inside_other_words_opts_nobody_out(showroom, text):
    showroom.hears(text)
    assert showroom.chat().silence == ""


OPTS_OUT = (
    "jangan hubungi saya lagi, saya tidak berminat",
    "stop kirim pesan ya kak, sudah beli",
    "berhenti, tidak jadi beli",
    "jangan hubungi saya lagi saya sudah beli di tempat lain",
    "jgn wa saya lagi ya, udah dapat mobil lain makasih",
    "stop chat. saya terganggu",
    "unsubscribe, tidak minat",
    "tolong hapus nomor saya, salah nomor",
    "maaf kak saya tidak jadi beli, jangan hubungi saya lagi",
    "stop promo, terlalu sering",
    "jangan kirim pesan lagi karena saya tidak butuh mobil",
    "stop, saya tidak tertarik",
    "jangan ganggu saya lagi! bosan",
    "tidak mau dihubungi lagi, terima kasih",
    "stop wa saya sudah beli dari showroom sebelah",
    "jangan chat saya lagi, belum butuh",
    "stop semua, jangan hubungi saya lagi",
)
OPTS_NOT_OUT = (
    "stop dulu promonya, ada avanza?",
    "lampu stopnya hidup?",
    "jangan hubungi saya lagi kalau tidak ada avanza",
    "jangan hubungi saya dulu, saya lagi meeting",
    "jangan chat lagi, telepon saja",
    "stop kirim foto, harganya berapa",
    "berhenti kirim foto, saya mau yang matic",
    "jangan wa saya lagi, saya mau beli yang merah",
    "jangan hubungi saya lagi? kenapa",
    "stop, tidak jadi",
    "stop",
    "saya tidak berminat",
    "sudah beli, terima kasih",
    "berhenti sewa, mau beli",
    "jangan hubungi istri saya",
    "stop chat, besok saya datang",
    "saya sudah tidak minat city, fortuner ada",
    "tidak jadi beli city, jangan kirim pesan lagi soal city",
    "stop, belum minat",
)


@pytest.mark.parametrize(
    ("text", "out"), [*dict.fromkeys(OPTS_OUT, True).items(), *dict.fromkeys(OPTS_NOT_OUT, False).items()]
)
def test_only_a_reason_may_stand_beside_the_wish_to_hear_no_more(text, out):
    assert intents.opts_out(text) is out


def test_an_opt_out_with_its_reason_is_heard(showroom):
    showroom.hears("fortuner ada?")
    [reply] = showroom.hears("jangan hubungi saya lagi", "saya sudah beli di tempat lain")
    assert "tidak akan menghubungi Kakak lagi" in reply
    assert silence(showroom) == ("nobody", "opted_out")


@pytest.mark.parametrize("why", ["blocked", "spam"])
def test_who_was_silenced_by_people_is_not_heard_by_a_word(showroom, why):
    showroom.hears("halo")
    with showroom.scope():
        WhatsAppConversation.objects.update(holder="nobody", silence=why)
    assert showroom.hears("mulai") == []
    assert silence(showroom) == ("nobody", why)


def test_another_showrooms_opt_out_is_its_own(showroom, gateway):
    other = Showroom(gateway, slug="lain", name="Lain", number=2)
    for place in (showroom, other):
        place.hears("unsubscribe")
    showroom.hears("mulai")
    run_jobs()
    assert silence(showroom) == ("bot", "")
    assert silence(other) == ("nobody", "opted_out")
