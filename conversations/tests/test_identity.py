"""One person is one conversation, whatever the wire calls them."""

import pytest

from autolumiku.lib import clock
from autolumiku.testing.stage import Showroom
from conversations.models import ConversationEvent, WhatsAppConversation, WhatsAppMessage
from tenants import scope

pytestmark = pytest.mark.django_db

PHONE = "6281234567890"
LID = "33573792932039@lid"


def body(showroom, text, *, chat, sender, alt="", sender_from="", message_id, **more):
    message = {
        "from": sender_from,
        "id": message_id,
        "pushName": "Sari",
        "rawChat": chat,
        "rawSender": sender,
        "text": text,
        "timestamp": clock.now().isoformat(),
        "type": "text",
        **({"rawSenderAlt": alt} if alt else {}),
        **more,
    }
    return {"clientId": showroom.client_id, "message": message, "timestamp": 1769766166}


PN, DEVICE = f"{PHONE}@s.whatsapp.net", f"{PHONE}:17@s.whatsapp.net"
CASES = {
    "LID chat, phone alternate": (LID, LID, PN, PHONE),
    "LID with device": (LID, "33573792932039:94@lid", f"{PHONE}:94@s.whatsapp.net", PHONE),
    "phone chat": (PN, PN, "", PHONE),
    "A161 phone with device": (PN, DEVICE, "", PHONE),
    "phone chat, LID alternate, from is a LID": (PN, PN, LID, "33573792932039"),
    "phone chat, flagged": (PN, PN, "10020343271578@lid", ""),
    "c.us": (f"{PHONE}@c.us", f"{PHONE}@c.us", "", PHONE),
}


@pytest.mark.parametrize(("chat", "sender", "alt", "sender_from"), CASES.values(), ids=CASES)
def test_the_phone_is_found_by_the_jids(showroom, chat, sender, alt, sender_from):
    sent = body(showroom, "halo", chat=chat, sender=sender, alt=alt, sender_from=sender_from, message_id="1")
    assert showroom.post(sent).status_code == 200
    assert showroom.chat().customer_phone == PHONE


LIDS = {"A162 flagged": ("10020343271578@lid", ""), "unflagged": ("74556840628233@lid", "74556840628233")}


@pytest.mark.parametrize(("lid", "sender_from"), LIDS.values(), ids=LIDS)
def test_an_unresolved_lid_is_no_phone(showroom, lid, sender_from):
    assert (
        showroom.post(body(showroom, "p", chat=lid, sender=lid, sender_from=sender_from, message_id="1")).status_code
        == 200
    )
    with showroom.scope():
        chat = WhatsAppConversation.objects.get()
    assert (chat.customer_phone, chat.lid, chat.chat_jid) == (None, lid, lid)


A160 = ["6281234567890", "081234567890", "+6281234567890", "62 812 3456 7890"]


@pytest.mark.parametrize("written", A160)
def test_a160_spellings_of_a_phone_are_one_person(showroom, written):
    event = {
        "clientId": showroom.client_id,
        "event": "message",
        "data": {"from": written, "message": "halo", "messageId": "m"},
    }
    showroom.post(event)
    assert showroom.chat().customer_phone == PHONE


def by_phone(showroom, text, number):
    return body(showroom, text, chat=PN, sender=PN, sender_from=PHONE, message_id=f"P{number}")


def by_lid(showroom, text, number):
    return body(showroom, text, chat=LID, sender=LID, message_id=f"L{number}")


def linked(showroom, text, number):
    return body(showroom, text, chat=LID, sender=LID, alt=PN, sender_from=PHONE, message_id=f"B{number}")


def contents(showroom):
    with showroom.scope():
        rows = WhatsAppMessage.objects.exclude(seq=None).order_by("seq")
        return [(row.content, row.conversation_id) for row in rows]


def test_the_message_that_links_phone_and_lid_merges_two_chats(showroom):
    showroom.post(by_phone(showroom, "satu", 1))
    showroom.post(by_lid(showroom, "dua", 1))
    with showroom.scope():
        assert WhatsAppConversation.objects.count() == 2
    showroom.post(linked(showroom, "tiga", 1))
    chat = showroom.chat()
    assert (chat.lid, chat.inbound_seq - chat.answered_seq) == (LID, 3)
    assert [content for content, _ in contents(showroom)] == ["satu", "dua", "tiga"]
    assert {pk for _, pk in contents(showroom)} == {chat.pk}
    with showroom.scope():
        assert ConversationEvent.objects.filter(kind="merged").count() == 1
    showroom.post(by_lid(showroom, "empat", 2))
    assert contents(showroom)[-1] == ("empat", chat.pk)


@pytest.mark.parametrize("held_first", [True, False])
def test_a_held_chat_stays_held_when_merged(showroom, held_first):
    first, second = (by_phone, by_lid) if held_first else (by_lid, by_phone)
    showroom.post(first(showroom, "satu", 1))
    with showroom.scope():
        from conversations import turns

        turns.take(WhatsAppConversation.objects.get().pk)
    showroom.post(second(showroom, "dua", 1))
    showroom.post(linked(showroom, "tiga", 1))
    chat = showroom.chat()
    assert (chat.holder, chat.status) == ("person", "escalated")


def test_a_lid_that_moves_to_another_phone_takes_no_messages_along(showroom):
    showroom.post(linked(showroom, "dari Sari", 1))
    other = "6281299990000@s.whatsapp.net"
    showroom.post(body(showroom, "dari Tono", chat=other, sender=other, sender_from="6281299990000", message_id="T1"))
    showroom.post(body(showroom, "Tono lagi", chat=LID, sender=LID, alt=other, message_id="T2"))
    with showroom.scope():
        chats = {chat.customer_phone: chat for chat in WhatsAppConversation.objects.all()}
    assert set(chats) == {PHONE, "6281299990000"}
    assert (chats[PHONE].lid, chats["6281299990000"].lid) == (None, LID)


def test_two_showrooms_with_the_same_customer_share_nothing(showroom):
    other = Showroom(showroom.gateway, slug="sinar-auto", name="Sinar Auto", number=2)
    showroom.post(by_phone(showroom, "untuk prima", 1))
    other.post(by_phone(other, "untuk sinar", 1))
    assert [message.content for message in showroom.messages()] == ["untuk prima"]
    assert [message.content for message in other.messages()] == ["untuk sinar"]
    with scope.platform("test"):
        assert WhatsAppConversation.objects.count() == 2
