"""Who of the people writing is staff of this showroom, asked again at every message."""

from __future__ import annotations

from staffcommands.models import StaffWhatsAppAuth


def find(tenant_id: int, phone: str) -> StaffWhatsAppAuth | None:
    """The active staff member with exactly this normalised phone (62… digits); an empty phone is nobody's.

    A row that was stored as people dial it (0812…) counts too. A phone with an inactive row is a customer's.
    """
    if not phone:
        return None
    rows = list(StaffWhatsAppAuth.objects.filter(tenant_id=tenant_id, phone_number__in=_spellings(phone)))
    return rows[0] if rows and all(row.is_active for row in rows) else None


def _spellings(phone: str) -> list[str]:
    return [phone, f"0{phone[2:]}"] if phone.startswith("62") else [phone]
