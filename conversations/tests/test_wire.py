"""Every kind of body that the gateway posts (aimeow.md 1.3 to 1.8): what is kept of it, and what is answered."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from django.db.models.functions import Now

from aimeow.simulator.payloads import Identity, Message, lid_for, status
from autolumiku.testing.stage import CUSTOMER, Showroom, run_jobs
from conversations.models import WhatsAppConversation, WhatsAppMessage

pytestmark = pytest.mark.django_db

FILE = "https://meow.example.com/files/1/3A01"
GREETED, RESEND, PHOTO = "Prima Mobil", "dikirim ulang sebagai pesan teks", "Foto belum bisa saya baca"
SAID = {"text": "halo"}


class Wire(NamedTuple):
    """A body, and what becomes of it: stored as (text, media type, media address, place), or `ignored` and why."""

    kind: str
    fields: dict[str, Any] = {}
    stored: tuple[str, str, str, str] = ("halo", "", "", "")
    ignored: str = ""
    answered: str = GREETED  # words of the one answer; "": silence


PLACE = ("", "location", "", "Showroom, Jl. Contoh 1")
A = {
    "text": Wire("text", SAID),
    "text of a reply, link or ad click, lost": Wire("extended_text", SAID, ("", "other", "", ""), answered=RESEND),
    "image with caption": Wire("image", {"caption": "halo", "file_url": FILE}, ("halo", "image", FILE, "")),
    "image with caption, not fetched": Wire("image", {"caption": "halo"}, ("halo", "image", "", "")),
    "image": Wire("image", {"file_url": FILE}, ("", "image", FILE, ""), answered=PHOTO),
    "image, not fetched": Wire("image", {}, ("", "image", "", ""), answered=PHOTO),
    "video": Wire("video", {"file_url": FILE}, ("", "other", FILE, ""), answered=RESEND),
    "voice note": Wire("voice", {"file_url": FILE}, ("", "other", FILE, ""), answered=RESEND),
    "document": Wire("document", {"file_url": FILE}, ("", "other", FILE, ""), answered=RESEND),
    "video, not fetched": Wire("video", {}, ("", "other", "", ""), answered=RESEND),
    "location": Wire("location", {}, PLACE, answered="Kirimannya sudah kami terima"),
    "live location": Wire("live_location", {}, ("", "location", "", ""), answered="Kirimannya sudah kami terima"),
    "sticker, reaction, protocol": Wire("sticker", {}, ("", "other", "", ""), answered=RESEND),
    "group": Wire("group", SAID, ignored="group"),
    "status": Wire("status", SAID, ignored="status_broadcast"),
    "channel": Wire("channel", SAID, ignored="channel"),
    "note to oneself": Wire("self", SAID, ignored="own_number"),
    "typed on the showroom's phone": Wire("from_me", SAID, answered=""),
    "photo from the showroom's phone": Wire(
        "image", {"chat": "from_me", "file_url": FILE}, ("", "image", FILE, ""), answered=""
    ),
    "sticker from the showroom's phone": Wire("empty", {"chat": "from_me"}, ignored="empty_other"),
    "client id as device JID": Wire("text", {**SAID, "client_jid": True}),
}
B = {
    f"B: {name}": row._replace(fields={**row.fields, "variant": "B"})
    for name, row in {
        **{name: A[name] for name in A if "lost" not in name and not name.startswith("video")},
        "text of a reply": Wire("extended_text", SAID),
        "video with caption": Wire("video", {"caption": "halo", "file_url": FILE}, ("halo", "video", FILE, "")),
        "video": Wire("video", {"file_url": FILE}, ("", "video", FILE, ""), answered="Kirimannya sudah kami terima"),
    }.items()
}
ERAS = {
    "2025-11-20: nothing but a type": Wire("text", {"era": "2025-11-20"}, ignored="no_sender"),
    **{
        f"{era}: text": Wire("text", {**SAID, "era": era, "identity": "phone"})
        for era in ("2025-12-02", "2025-12-06", "2025-12-07", "2025-12-13", "2025-12-17", "2025-12-20", "2025-12-22",
                    "2025-12-23", "2026-01-14")
    },
    "2025-12-20: photo without address": Wire(
        "image", {"era": "2025-12-20", "identity": "phone", "file_url": FILE}, ("", "image", "", ""), answered=PHOTO
    ),
    "2025-12-23: location as other": Wire(
        "location", {"era": "2025-12-23", "identity": "phone"}, ("", "other", "", ""), answered=RESEND
    ),
}  # fmt: skip


def post(showroom: Showroom, row: Wire, **fields: Any) -> Any:
    mine = {"client_id": showroom.client_id, "own_phone": showroom.phone, "phone": CUSTOMER}
    return showroom.post(showroom.gateway.payload(row.kind, **{**mine, **row.fields, **fields}))


def answers(showroom: Showroom) -> list[str]:
    """What the worker sent; a message without words waits three seconds for them, which are over."""
    with showroom.scope():
        WhatsAppConversation.objects.update(due_at=Now())
    run_jobs(ahead=60)
    return [sent.text for sent in showroom.gateway.sent]


def kept(showroom: Showroom) -> list[tuple[str, str, str, str]]:
    with showroom.scope():
        rows = WhatsAppMessage.objects.filter(sender_type__in=("customer", "human"))
        return list(rows.values_list("content", "media_type", "media_url", "place"))


@pytest.mark.parametrize("row", [*A.values(), *B.values(), *ERAS.values()], ids=[*A, *B, *ERAS])
def test_what_is_kept_and_what_is_answered(showroom: Showroom, row: Wire) -> None:
    answer = post(showroom, row)
    assert answer.status_code == 200
    assert answer.json().get("ignored", "") == row.ignored
    assert kept(showroom) == ([] if row.ignored else [row.stored])
    said = answers(showroom)
    assert len(said) == (not row.ignored and bool(row.answered))
    assert all(row.answered in text for text in said)


@pytest.mark.parametrize("kind", ["image", "video", "voice", "document", "location", "live_location"])
def test_media_without_words_asks_for_a_person_and_the_bot_goes_on(showroom: Showroom, kind: str) -> None:
    post(showroom, A.get(kind, Wire(kind)), file_url=FILE)
    answers(showroom)
    chat = showroom.chat()
    assert (chat.status, chat.escalated_reason, chat.holder) == ("escalated", "unreadable", "bot")


def test_a_textless_message_within_twelve_hours_is_noise(showroom: Showroom) -> None:
    post(showroom, A["text"])
    assert post(showroom, A["sticker, reaction, protocol"]).json()["ignored"] == "empty_other"
    assert len(answers(showroom)) == 1


PHONES = {"phone", "phone_alt_lid", "phone_alt_lid_flagged", "lid", "lid_device"}


@pytest.mark.parametrize("variant", ["A", "B"])
@pytest.mark.parametrize("identity", list(Identity))
def test_whoever_writes_is_answered_at_the_chats_own_address(
    showroom: Showroom, identity: Identity, variant: str
) -> None:
    post(showroom, A["text"], identity=identity, variant=variant)
    assert len(answers(showroom)) == 1
    with showroom.scope():
        chat = WhatsAppConversation.objects.get()
    lid = f"{lid_for(CUSTOMER, flagged=identity.endswith('_flagged'))}@lid"
    assert chat.customer_phone == (CUSTOMER if identity in PHONES else None)
    assert chat.lid == (None if identity == Identity.PHONE else lid)
    to = f"{CUSTOMER}@s.whatsapp.net" if identity.startswith("phone") else lid
    assert showroom.gateway.sent[-1].to == to


CALLBACKS = [
    ("connected", "connected"),
    ("disconnected", "disconnected"),
    ("qr_code", "qr_ready"),
    ("qr_timeout", "connected"),
]


@pytest.mark.parametrize(("event", "state"), CALLBACKS, ids=[event for event, _ in CALLBACKS])
def test_status_callbacks_of_variant_b(showroom: Showroom, event: str, state: str) -> None:
    body = status(event, client_id=showroom.client_id, built_at=Message().built_at, phone=showroom.phone, qr_code="2@a")
    assert showroom.post(body, path="/api/v1/webhooks/aimeow/status").status_code == 200
    with showroom.scope():
        showroom.account.refresh_from_db()
    assert showroom.account.connection_status == state
