"""Which of the customers' latest messages a row of the FAQ would answer. Inside the showroom's scope."""

from __future__ import annotations

from aiconfig.models import FAQEntry
from conversations import asked, gather
from conversations.models import Direction, WhatsAppConversation, WhatsAppMessage
from conversations.turn import Faq

CHATS, MESSAGES, SHOWN, LONGEST = 100, 300, 5, 160


def that_find(entry: FAQEntry) -> list[str]:
    """Those in use compete: a message finds the row that shares most of its words."""
    rows = list(FAQEntry.objects.filter(tenant_id=entry.tenant_id, is_active=True)[: gather.FAQS])
    known = {row.pk: Faq(row.question, row.answer) for row in [*rows, entry]}
    found = (
        text for text in _latest(entry.tenant_id) if known[entry.pk] in asked.faqs_for(text, tuple(known.values()))
    )
    return [text[:LONGEST] for text, _ in zip(dict.fromkeys(found), range(SHOWN), strict=False)]


def _latest(tenant_id: int) -> list[str]:
    """What customers wrote in the latest chats; by time alone there is no index."""
    chats = WhatsAppConversation.objects.filter(tenant_id=tenant_id, is_staff=False, is_spam=False)
    latest = chats.order_by("-last_message_at").values_list("pk", flat=True)[:CHATS]
    rows = WhatsAppMessage.objects.filter(
        tenant_id=tenant_id, conversation__in=list(latest), direction=Direction.INBOUND
    )
    return list(rows.exclude(content="").order_by("-pk").values_list("content", flat=True)[:MESSAGES])
