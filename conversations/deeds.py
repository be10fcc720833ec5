"""What a turn does besides talking, inside conclude's transaction, under its claim: once, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from autolumiku.lib import phone as phones
from conversations import wording
from conversations.ending import Ended
from conversations.turn import Act, Deed
from leads import bookings
from leads.models import Booking, Lead
from leads.told import Told
from staffcommands import notices

if TYPE_CHECKING:
    from conversations.gather import Work

BY = "asisten"
LONGEST_QUOTE = 200  # characters


class OvertakenError(Exception):
    """Somebody else was quicker: what the draft says cannot be done any more."""


def do(work: Work, wanted: Sequence[Deed], ended: Ended) -> None:
    """Raises OvertakenError; the transaction is then to be undone."""
    for deed in wanted:
        try:
            booking = _appoint(work, deed, ended.account_id)
        except bookings.SlotTakenError as error:
            raise OvertakenError from error
        _tell_staff(work, deed, booking)


def _appoint(work: Work, deed: Deed, account_id: int) -> Booking:
    if deed.act is Act.CANCEL and deed.visit_id is not None:
        return bookings.cancel(deed.visit_id, by=BY)
    if deed.at is None:
        raise bookings.SlotTakenError
    if deed.act is Act.MOVE and deed.visit_id is not None:
        return bookings.move(deed.visit_id, deed.at, vehicle_id=deed.unit_id, by=BY)
    return bookings.book(
        work.turn.tenant_id,
        account_id,
        work.phone,
        deed.at,
        vehicle_id=deed.unit_id,
        name=work.turn.customer_name,
        by=BY,
    )


HEADS = {
    Act.BOOK: "📅 *Test drive baru*",
    Act.MOVE: "📅 *Test drive diganti*",
    Act.CANCEL: "📅 *Test drive dibatalkan*",
}


def _tell_staff(work: Work, deed: Deed, booking: Booking) -> None:
    car = booking.vehicle.name if booking.vehicle else "kunjungan"
    at = booking.starts_at.astimezone(work.facts.now.tzinfo)
    who = " · ".join(part for part in (booking.name, work.phone) if part)
    lines = [HEADS[deed.act], who, f"{car} · {wording.moment(at)}"]
    notices.post(work.turn.tenant_id, notices.Kind.BOOKING, "\n".join(lines))


HOT = ("HIGH", "URGENT")  # Lead.Priority


def tell_of_lead(work: Work, news: Told) -> None:
    """A buyer got hot: the seller in charge and the leaders hear of it, or else all who care for leads."""
    lead = Lead.objects.filter(tenant_id=work.turn.tenant_id, phone=work.phone).select_related("vehicle").first()
    if lead is None or news.priority not in HOT:
        return
    lines = [
        "🔥 *Prospek hangat*",
        " · ".join(part for part in (lead.name[:60], phones.show(lead.phone)) if part),
        *lead.summary,
        f"Tanda: {', '.join(news.heard)}",
        f"Pesan terakhir: “{work.turn.text[:LONGEST_QUOTE]}”",
        "",
        f"Ambil: ambil prospek 0{lead.phone[2:]}" if lead.phone.startswith("62") else "",
    ]
    text = "\n".join(lines).strip()
    notices.post(work.turn.tenant_id, notices.Kind.LEAD, text, seller_id=lead.assigned_to_id)
