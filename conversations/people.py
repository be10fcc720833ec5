"""Words to a person who has not just written: a code, a notice. Inside the showroom's scope."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from autolumiku.lib import clock
from conversations import enclosures, outbox
from conversations.models import Delivery, Direction, Path, Sender, WhatsAppConversation, WhatsAppMessage
from staffcommands.registry import Document

PAPERS = "reports/"
Media = WhatsAppMessage.Media


def chat_of(tenant_id: int, account_id: int, phone: str) -> WhatsAppConversation:
    """The person's conversation with this number, opened if there was none."""
    chat, _ = WhatsAppConversation.objects.get_or_create(
        tenant_id=tenant_id,
        account_id=account_id,
        customer_phone=phone,
        defaults={"chat_jid": f"{phone}@s.whatsapp.net"},
    )
    return chat


def tell(
    tenant_id: int, account_id: int, phone: str, text: str, *, at: datetime | None = None, why: str = ""
) -> WhatsAppMessage:
    """Queue a text to this phone (not before `at`, for the reason `why`); it goes out by its own job, behind what its
    chat still has to send.
    """
    message = WhatsAppMessage(
        tenant_id=tenant_id,
        account_id=account_id,
        conversation=chat_of(tenant_id, account_id, phone),
        direction=Direction.OUTBOUND,
        sender_type=Sender.SYSTEM,
        content=text,
        path=Path.FIXED,
    )
    outbox.queue(message, at, now=False, why=why)
    return message


def hand(tenant_id: int, account_id: int, conversation_id: int, document: Document) -> None:
    """Queue a file to this chat, a picture as a photo. It lies in the storage until a day after it was sent (tidy)."""
    name = f"{PAPERS}{tenant_id}/{secrets.token_hex(8)}/{document.filename}"
    message = WhatsAppMessage(
        tenant_id=tenant_id,
        account_id=account_id,
        conversation_id=conversation_id,
        direction=Direction.OUTBOUND,
        sender_type=Sender.SYSTEM,
        media_type=Media.IMAGE if document.mime_type in enclosures.TYPES.values() else Media.DOCUMENT,
        media_url=default_storage.save(name, ContentFile(document.data)),
        mime_type=document.mime_type,
        content=document.filename,
        path=Path.COMMAND,
    )
    outbox.queue(message, now=False)


def tidy() -> list[str]:
    """Let go of the files that were sent a day ago; returns their names. Platform scope."""
    old = WhatsAppMessage.objects.filter(
        direction=Direction.OUTBOUND,
        media_type__in=(Media.DOCUMENT, Media.IMAGE),
        media_url__startswith=PAPERS,
        created_at__lt=clock.now() - timedelta(days=1),
    ).exclude(aimeow_status__in=(Delivery.QUEUED, Delivery.SENDING))
    rows = list(old.values_list("pk", "media_url")[:500])
    WhatsAppMessage.objects.filter(pk__in=[pk for pk, _ in rows]).update(media_url="")
    return [name for _, name in rows]
