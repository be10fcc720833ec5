"""Our own copies of the files that messages bring. The gateway keeps its in memory only: they are fetched at once."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from aimeow.client import AimeowError
from aimeow.files import File
from autolumiku.lib import jobs
from conversations.models import KeptFile, WhatsAppMessage
from tenants import scope

log = structlog.get_logger(__name__)

PAUSES = (5, 60, 600)  # seconds before the second, third and fourth try
# What a browser may show inside our pages; anything else is only offered to be saved.
SHOWN = frozenset(
    {
        "image/jpeg", "image/png", "image/webp", "image/gif", "audio/ogg", "audio/mpeg", "audio/mp4", "video/mp4",
        "video/3gpp", "video/webm", "application/pdf",
    }
)  # fmt: skip


def wanted(tenant_id: int, message_id: int, tries: int = 0) -> bool:
    """Have a worker fetch this message's file, after a while if it was tried before."""
    at = timezone.now() + timedelta(seconds=PAUSES[tries - 1]) if tries else None
    return jobs.later(
        "conversations.keep_file",
        at=at,
        once=f"file:{message_id}",
        tenant_id=tenant_id,
        message_id=message_id,
        tries=tries,
    )


def arrived(tenant_id: int, account_id: int, gateway_id: str) -> None:
    """A message with a file was stored: its copy is made soon. In the message's own transaction."""
    rows = WhatsAppMessage.objects.filter(tenant_id=tenant_id, account_id=account_id, aimeow_message_id=gateway_id)
    for pk in rows.order_by("-pk").values_list("pk", flat=True)[:1]:
        jobs.later("conversations.keep_file", tenant_id=tenant_id, message_id=pk)


def missing(tenant_id: int, message_id: int) -> str:
    """The address of a file that we have no copy of yet; "" if there is nothing to fetch."""
    with scope.of(tenant_id):
        rows = WhatsAppMessage.objects.filter(tenant_id=tenant_id, pk=message_id, direction="inbound", files=None)
        rows = rows.exclude(media_url="")
        return rows.values_list("media_url", flat=True).first() or ""


def keep(tenant_id: int, message_id: int, file: File) -> None:
    """Store the copy, once; what comes second is thrown away."""
    name = default_storage.save(f"chats/{tenant_id}/{message_id}", ContentFile(file.data))
    with scope.of(tenant_id):
        _, is_new = KeptFile.objects.get_or_create(
            tenant_id=tenant_id,
            message_id=message_id,
            defaults={"file": name, "mime_type": file.mime_type[:80], "size": len(file.data)},
        )
        # the message counts as changed, so that open pages show its file
        WhatsAppMessage.objects.filter(tenant_id=tenant_id, pk=message_id).update(mime_type=file.mime_type[:120])
    if not is_new:
        default_storage.delete(name)


def put_off(tenant_id: int, message_id: int, tries: int, error: AimeowError) -> None:
    """Try again later, unless the file is gone for ever."""
    log.warning("file not fetched", tenant=tenant_id, message=message_id, reason=error.kind, permanent=error.permanent)
    if not error.permanent and tries < len(PAUSES):
        with scope.of(tenant_id):
            wanted(tenant_id, message_id, tries + 1)
