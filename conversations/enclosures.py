"""A message that carries a file from the storage: a photo, a document. It goes the way of every message:

    outbox.queue(enclosures.photo(chat, photo.image.name, "Honda City 2006", sender_type=Sender.AI), now=False)

Each file is a message of its own with its own fate; several photos are several messages, so that one that fails takes
no other along. The gateway takes no bytes of a photo: it fetches it from us, by a link that opens this one file for a
while. That needs a PUBLIC_URL that the gateway can reach.
"""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.urls import reverse
from django.views.decorators.http import require_safe

from aimeow.client import Aimeow, AimeowError
from conversations.models import Direction, WhatsAppConversation, WhatsAppMessage
from inventory import pictures

Media = WhatsAppMessage.Media
LONGEST_CAPTION = 1024  # characters; WhatsApp cuts what is longer
BIGGEST = 16 * 2**20  # bytes of one file
WIDTH = 1080  # pixels of a photo that goes out, where we have it in several
SALT = "conversations.enclosures"
OPEN = timedelta(minutes=15)  # the gateway fetches at once; retries make a new link
TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}  # phones show no others


def photo(chat: WhatsAppConversation, name: str, caption: str = "", **columns: Any) -> WhatsAppMessage:
    """A photo for this chat, to be queued. name: of a stored JPEG, PNG or WebP; columns: of the message, as for a text
    (sender_type, sender, path).
    """
    return _message(chat, name, caption, media_type=Media.IMAGE, mime_type="image/jpeg", **columns)


def document(
    chat: WhatsAppConversation, name: str, caption: str = "", mime_type: str = "application/pdf", **columns: Any
) -> WhatsAppMessage:
    """A document for this chat, to be queued; the customer sees the last part of its stored name."""
    return _message(chat, name, caption, media_type=Media.DOCUMENT, mime_type=mime_type, **columns)


def _message(chat: WhatsAppConversation, name: str, caption: str, **columns: Any) -> WhatsAppMessage:
    if len(caption) > LONGEST_CAPTION:
        raise ValueError(f"a caption has at most {LONGEST_CAPTION} characters")
    return WhatsAppMessage(
        tenant_id=chat.tenant_id,
        account_id=chat.account_id,
        conversation_id=chat.pk,
        direction=Direction.OUTBOUND,
        media_url=name,
        content=caption,
        **columns,
    )


def keep(tenant_id: int, data: bytes, filename: str) -> str:
    """Store a file that somebody wants to send; returns its name in the storage, for photo() or document()."""
    plain = re.sub(r"[^\w .()-]", "_", filename).strip(". ")[-80:] or "berkas"
    return default_storage.save(f"chats/{tenant_id}/sent/{secrets.token_hex(8)}/{plain}", ContentFile(data))


def send(gateway: Aimeow, client_id: str, to: str, *, name: str, media_type: str, mime_type: str, caption: str) -> str:
    """The message's id at WhatsApp. A file that is gone, or too big, is refused before anything is sent."""
    if not default_storage.exists(name) or default_storage.size(name) > BIGGEST:
        raise AimeowError("invalid", permanent=True)
    if media_type == Media.IMAGE:
        return gateway.send_image(client_id, to, link(name), caption)
    with default_storage.open(name) as file:
        data = file.read()
    shown = PurePosixPath(name).name
    return gateway.send_document_base64(client_id, to, data, shown, mime_type, "" if caption == shown else caption)


def link(name: str) -> str:
    """Where the gateway finds this photo, for a while."""
    sized = pictures.sized(name, WIDTH)
    chosen = sized if default_storage.exists(sized) else name
    return settings.PUBLIC_URL + reverse("enclosure", args=[signing.dumps(chosen, salt=SALT)])


@require_safe
def fetch(request: HttpRequest, token: str) -> FileResponse:
    """The photo of a link of ours, as a type that phones show; anything else does not exist. No login, no database."""
    try:
        name = signing.loads(token, salt=SALT, max_age=OPEN)
        file = default_storage.open(name)
    except (signing.BadSignature, FileNotFoundError) as error:
        raise Http404 from error
    kind = TYPES.get(PurePosixPath(name).suffix.lower())
    answer = FileResponse(file, content_type=kind) if kind else _as_jpeg(file.read())
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _as_jpeg(raw: bytes) -> FileResponse:
    try:
        return FileResponse(BytesIO(pictures.clean(raw).files[WIDTH]), content_type="image/jpeg")
    except pictures.NoPictureError as error:
        raise Http404 from error
