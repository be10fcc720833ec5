"""A chat as people read it: its messages and events in order, a page at a time."""

from __future__ import annotations

from typing import Any

from conversations.admin import Bubble, Day, Note, bubble, timeline
from conversations.admin import note as event_note
from conversations.inbox import pulse
from conversations.models import ConversationEvent, WhatsAppConversation, WhatsAppMessage

PAGE = pulse.WATCHED
MOST = 400  # messages drawn at once, however long the page has been open


def read(chat: WhatsAppConversation, *, before: int | None = None, since: int | None = None) -> dict[str, Any]:
    """The newest messages; those before one; or all since the one the page begins with."""
    rows = WhatsAppMessage.objects.filter(tenant_id=chat.tenant_id, conversation=chat).select_related("llm_call")
    happened = ConversationEvent.objects.filter(tenant_id=chat.tenant_id, conversation=chat).select_related("actor")
    count = PAGE
    if before is not None:
        rows = rows.filter(pk__lt=before)
    elif since is not None:
        rows, count = rows.filter(pk__gte=since), MOST
    newest = list(rows.order_by("-pk")[: count + 1])
    shown = newest[:count][::-1]
    earlier = len(newest) > count or since is not None
    if shown and earlier:
        happened = happened.filter(created_at__gte=shown[0].created_at)
    if before is not None and shown:
        happened = happened.filter(created_at__lte=shown[-1].created_at)
    events = list(happened.order_by("-pk")[:count])[::-1]
    return {
        "entries": [(_kind(entry), entry) for entry in timeline(map(bubble, shown), map(event_note, events))],
        "first": shown[0].pk if shown else None,
        "earlier": shown[0].pk if len(newest) > count else None,
        "paged": before is not None,
    }


def _kind(entry: Bubble | Note | Day) -> str:
    return type(entry).__name__
