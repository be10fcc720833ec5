"""Words to a person who has not just written: a code, a notice. Inside the showroom's scope."""

from __future__ import annotations

from conversations import outbox
from conversations.models import Direction, Path, Sender, WhatsAppConversation, WhatsAppMessage


def chat_of(tenant_id: int, account_id: int, phone: str) -> WhatsAppConversation:
    """The person's conversation with this number, opened if there was none."""
    chat, _ = WhatsAppConversation.objects.get_or_create(
        tenant_id=tenant_id,
        account_id=account_id,
        customer_phone=phone,
        defaults={"chat_jid": f"{phone}@s.whatsapp.net"},
    )
    return chat


def tell(tenant_id: int, account_id: int, phone: str, text: str) -> WhatsAppMessage:
    """Queue a text to this phone; it goes out by its own job, behind what its chat still has to send."""
    message = WhatsAppMessage(
        tenant_id=tenant_id,
        account_id=account_id,
        conversation=chat_of(tenant_id, account_id, phone),
        direction=Direction.OUTBOUND,
        sender_type=Sender.SYSTEM,
        content=text,
        path=Path.FIXED,
    )
    outbox.queue(message, now=False)
    return message
