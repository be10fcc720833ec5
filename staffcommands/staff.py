"""Who of the people writing is staff of this showroom, asked again at every message."""

from __future__ import annotations

from staffcommands.models import StaffWhatsAppAuth


def find(tenant_id: int, phone: str, lid: str = "") -> StaffWhatsAppAuth | None:
    """The active staff member with exactly this normalised phone (62… digits).

    A row that was stored as people dial it (0812…) counts too. A phone with an inactive row is a customer's. Without a
    phone, who has proven this LID by a code; with neither, nobody.
    """
    rows = StaffWhatsAppAuth.objects.filter(tenant_id=tenant_id)
    if phone:
        found = list(rows.filter(phone_number__in=_spellings(phone)))
    else:
        found = list(rows.filter(lid=lid)) if lid else []
    return found[0] if found and all(row.is_active for row in found) else None


def _spellings(phone: str) -> list[str]:
    return [phone, f"0{phone[2:]}"] if phone.startswith("62") else [phone]
