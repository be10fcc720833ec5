"""Photos and documents on their way: what the phone gets, what fails, and who may fetch a file."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from autolumiku.testing.stage import run_jobs
from conversations import enclosures, outbox
from conversations.models import Path, Sender, WhatsAppMessage
from conversations.tests.test_inbox import address, seller, text
from conversations.tests.test_sending import answering
from inventory import pictures
from inventory.models import Vehicle, VehiclePhoto
from tenants import scope
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def picture(kind="JPEG", size=(200, 120), **saved):
    out = BytesIO()
    Image.new("RGB", size, "navy").save(out, kind, **saved)
    return out.getvalue()


def stored(name, data):
    return default_storage.save(name, ContentFile(data))


def sends(showroom, *messages):
    """Queue messages into the customer's chat and let the worker work; what the gateway recorded."""
    before = len(showroom.gateway.sent)
    with showroom.scope():
        for message in messages:
            outbox.queue(message, now=False)
    run_jobs()
    return showroom.gateway.sent[before:]


def photo(showroom, name, caption=""):
    return enclosures.photo(showroom.chat(), name, caption, sender_type=Sender.AI, path=Path.FIXED)


def fate(message):
    with scope.of(message.tenant_id):
        message.refresh_from_db()
    return message.aimeow_status, message.error


@pytest.mark.parametrize(("kind", "arrives"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/jpeg")])
def test_a_photo_reaches_the_phone_as_a_type_that_phones_show(showroom, storage, kind, arrives):
    showroom.hears("Halo")
    message = photo(showroom, stored(f"vehicles/1/city.{kind.lower()}", picture(kind)), "Honda City S 2006")
    [sent] = sends(showroom, message)
    [image] = sent.images
    assert (sent.path, image["caption"], image["content_type"]) == ("send-image", "Honda City S 2006", arrives)
    assert fate(message) == ("sent", "")
    assert message.aimeow_message_id == sent.message_id


def test_a_photo_that_we_have_in_several_sizes_goes_out_in_a_middling_one(showroom, storage):
    showroom.hears("Halo")
    kept = pictures.keep(1, "city", pictures.clean(picture(size=(2400, 1600))))
    [sent] = sends(showroom, photo(showroom, kept))
    assert sent.images[0]["size"] == default_storage.size(pictures.sized(kept, 1080))


def test_a_document_has_its_name_and_its_caption(showroom, storage):
    showroom.hears("Halo")
    name = enclosures.keep(1, b"%PDF-1.4", "Brosur: Avanza/2024.pdf")
    [sent] = sends(showroom, enclosures.document(showroom.chat(), name, "Ini brosurnya kak", sender_type=Sender.HUMAN))
    assert sent.document == {
        "filename": "Brosur_ Avanza_2024.pdf", "mime_type": "application/pdf", "size": 8,
        "caption": "Ini brosurnya kak",
    }  # fmt: skip


def test_of_several_photos_one_that_is_gone_takes_no_other_along(showroom, storage):
    showroom.hears("Halo")
    names = [stored(f"vehicles/1/{number}.jpg", picture()) for number in range(3)]
    default_storage.delete(names[1])
    messages = [photo(showroom, name) for name in names]
    assert len(sends(showroom, *messages)) == 2
    assert [fate(one) for one in messages] == [("sent", ""), ("failed", "invalid"), ("sent", "")]
    assert showroom.chat().escalated_reason == "not_sent"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param((200, {"success": True, "messageId": "3EB0AA"}), ("sent", "", 1), id="sent"),
        pytest.param((200, {"success": False, "error": "?"}), ("unsure", "ambiguous", 1), id="200 that failed"),
        pytest.param(
            (500, {"success": False, "error": "Failed to send image: timed out"}), ("unsure", "ambiguous", 1), id="late"
        ),
        pytest.param(("cut",), ("unsure", "ambiguous", 1), id="cut"),
        pytest.param((400, {"error": "client is not connected"}), ("queued", "not_connected", 1), id="offline"),
        pytest.param(
            (400, {"success": False, "error": "Image download failed with status: 404"}),
            ("failed", "upload", outbox.MAX_TRIES), id="our link does not open",
        ),
    ],
)  # fmt: skip
def test_what_an_answer_of_the_gateway_makes_of_a_photo(showroom, storage, settings, answer, outcome):
    showroom.hears("Halo")
    message = photo(showroom, stored("vehicles/1/city.jpg", picture()))
    with answering(*answer) as (settings.AIMEOW_BASE_URL, got):
        sends(showroom, message)
        for _ in range(6):
            run_jobs(ahead=3_600)
    assert (*fate(message), len(got)) == outcome


def test_an_unsure_photo_is_sent_again_by_a_person_only(showroom, storage, settings):
    showroom.hears("Halo")
    message = photo(showroom, stored("vehicles/1/city.jpg", picture()))
    with answering("cut") as (settings.AIMEOW_BASE_URL, _):
        sends(showroom, message)
    settings.AIMEOW_BASE_URL = showroom.gateway.base_url
    browser, chat = casting.browser(seller(showroom)), showroom.chat()
    assert "Kirim ulang" in text(browser.get(address("chat", chat)))
    browser.post(address("move", chat), {"move": "resend", "message": message.pk})
    run_jobs()
    assert fate(message) == ("sent", "")


def test_a_caption_that_whatsapp_would_cut_is_refused(showroom, storage):
    showroom.hears("Halo")
    with pytest.raises(ValueError, match="caption"):
        photo(showroom, "vehicles/1/city.jpg", "x" * (enclosures.LONGEST_CAPTION + 1))


def path_of(link):
    return "/kiriman/" + link.partition("/kiriman/")[2]


def test_a_link_opens_its_one_file_for_a_quarter_of_an_hour(client, storage, time_machine):
    path = path_of(enclosures.link(stored("vehicles/1/city.jpg", picture())))
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        200,
        "image/jpeg",
        "nosniff",
    )
    assert client.get(path[:-2]).status_code == 404
    assert client.get("/kiriman/vehicles%2F1%2Fcity.jpg").status_code == 404
    default_storage.delete("vehicles/1/city.jpg")
    assert client.get(path).status_code == 404
    stored("vehicles/1/city.jpg", picture())
    time_machine.move_to(timezone.now() + enclosures.OPEN * 1.1)
    assert client.get(path).status_code == 404


# --- By a person, in the inbox


def answers(showroom, words="", **sent):
    browser, before = casting.browser(seller(showroom)), len(showroom.gateway.sent)
    page = browser.post(address("reply", showroom.chat()), {"text": words, **sent}, headers={"HX-Request": "true"})
    run_jobs()
    return text(page), showroom.gateway.sent[before:]


def test_a_person_sends_a_photo_without_what_the_camera_noted(showroom, storage):
    showroom.hears("Halo")
    upload = SimpleUploadedFile("IMG 1.png", picture("PNG"), "image/png")
    _, [sent] = answers(showroom, "Ini fotonya kak", file=upload)
    assert (sent.path, sent.images[0]["caption"]) == ("send-image", "Ini fotonya kak")
    assert sent.images[0]["content_type"] == "image/jpeg"
    last = showroom.messages()[-1]
    assert (last.sender_type, last.sender, last.path) == ("human", "Dewi", "person")
    browser = casting.browser(seller(showroom, "agus"))
    url = f"/inbox/{showroom.chat().pk}/berkas/{last.pk}/"
    assert f'src="{url}"' in text(browser.get(address("chat", showroom.chat())))
    assert browser.get(url)["Content-Type"] == "image/jpeg"


def test_a_person_sends_a_document(showroom, storage):
    showroom.hears("Halo")
    _, [sent] = answers(showroom, "", file=SimpleUploadedFile("Brosur.pdf", b"%PDF-1.4", "application/pdf"))
    assert (sent.path, sent.document["filename"], sent.document["caption"]) == (
        "send-document-base64",
        "Brosur.pdf",
        "",
    )


def test_words_too_long_for_a_caption_follow_the_photo(showroom, storage):
    showroom.hears("Halo")
    _, sent = answers(showroom, "x" * 1500, file=SimpleUploadedFile("a.jpg", picture(), "image/jpeg"))
    assert [one.path for one in sent] == ["send-image", "send-message"]
    assert (sent[0].images[0]["caption"], sent[1].text) == ("", "x" * 1500)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        pytest.param("a.exe", b"MZ", "tidak bisa dikirim", id="program"),
        pytest.param("a.html", b"<script>", "tidak bisa dikirim", id="page"),
        pytest.param("a.pdf", b"x" * 200, "terlalu besar", id="too big"),
    ],
)
def test_a_file_that_cannot_be_sent_says_why_and_keeps_the_words(showroom, storage, monkeypatch, name, data, words):
    monkeypatch.setattr(enclosures, "BIGGEST", 100)
    showroom.hears("Halo")
    page, sent = answers(showroom, "Ini kak", file=SimpleUploadedFile(name, data))
    assert words in page
    assert "Ini kak</textarea>" in page
    assert sent == []
    assert showroom.chat().holder == "bot"


def test_a_cars_card_goes_out_with_its_first_photo(showroom, storage):
    showroom.hears("Halo")
    with showroom.scope():
        car = Vehicle.objects.get(display_id="PM-PST-001")
        for position, main in enumerate((False, True)):
            name = stored(f"vehicles/1/{position}.jpg", picture(size=(100 + position, 100)))
            VehiclePhoto.objects.create(
                tenant=showroom.tenant, vehicle=car, image=name, position=position, is_main=main
            )  # fmt: skip
    found = text(casting.browser(seller(showroom, "agus")).get("/inbox/mobil/", {"mobil": "city"}))
    assert 'data-unit="PM-PST-001"' in found
    _, [sent] = answers(showroom, "Honda City kak", unit="PM-PST-001")
    assert sent.images[0]["size"] == default_storage.size("vehicles/1/1.jpg")
    assert sent.images[0]["caption"] == "Honda City kak"
    assert sent.to == showroom.chat().chat_jid


def test_another_showrooms_photo_is_no_photo(showroom, storage):
    showroom.hears("Halo")
    page, sent = answers(showroom, "", unit="XX-001")
    assert "belum punya foto" in page
    assert sent == []


def test_a_report_for_staff_is_opened_by_nobody_in_the_inbox(showroom, storage):
    showroom.hears("Halo")
    name = enclosures.keep(1, b"%PDF-1.4", "laporan.pdf")
    sends(showroom, enclosures.document(showroom.chat(), name, sender_type=Sender.SYSTEM, path=Path.COMMAND))
    browser, message = casting.browser(seller(showroom)), showroom.messages()[-1]
    assert isinstance(message, WhatsAppMessage)
    assert browser.get(f"/inbox/{showroom.chat().pk}/berkas/{message.pk}/").status_code == 404
