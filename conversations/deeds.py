"""What a turn does besides talking, inside conclude's transaction, under its claim: once, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from autolumiku.lib import phone as phones
from conversations import enclosures, outbox, wishes, wording
from conversations.ending import Ended
from conversations.models import Delivery, Sender, WhatsAppConversation, WhatsAppMessage
from conversations.turn import Act, Deed, Entities
from inventory import search
from inventory.models import VehiclePhoto
from leads import bookings, keeping, waiting
from leads.models import Booking, Lead
from leads.told import Told
from staffcommands import notices

if TYPE_CHECKING:
    from conversations.gather import Work

BY = "asisten"
MOST_PHOTOS = 5
LONGEST_QUOTE = 200  # characters


class OvertakenError(Exception):
    """Somebody else was quicker: what the draft says cannot be done any more."""


def do(work: Work, wanted: Sequence[Deed], ended: Ended) -> None:
    """All but the photos, which go out behind the reply. Raises OvertakenError: the transaction is to be undone."""
    for deed in wanted:
        if deed.act in HEADS:
            try:
                booking = _appoint(work, deed, ended.account_id)
            except bookings.SlotTakenError as error:
                raise OvertakenError from error
            _tell_staff(work, deed, booking)
        elif deed.act is Act.WAIT and deed.wish is not None:
            _wait(work, deed.wish, ended.account_id)
        elif deed.act is Act.TRADE_IN:
            keeping.task(work.turn.tenant_id, work.phone, f"Taksir tukar tambah: {deed.words}")


def show(work: Work, wanted: Sequence[Deed], path: str) -> None:
    """Queue the photos of the car that was asked for, each a message of its own; one that fails takes no other along,
    and a person is asked for it.
    """
    for deed in wanted:
        if deed.act is not Act.PHOTOS:
            continue
        chat = WhatsAppConversation.objects.get(pk=work.turn.conversation_id)
        rows = VehiclePhoto.objects.filter(vehicle_id=deed.unit_id or 0).exclude(image="").select_related("vehicle")
        for number, photo in enumerate(rows.order_by("-is_main", "position", "pk")[:MOST_PHOTOS]):
            caption = f"{photo.vehicle.name} ({photo.vehicle.display_id})" if not number else ""
            columns = {"sender_type": Sender.AI, "sender": work.config.ai_name, "path": path}
            message = enclosures.photo(chat, str(photo.image.name), caption, **columns)
            at, why = outbox.slot(work.config, chat.account_id, chat.pk)
            outbox.queue(message, at, now=False, why=why)


def stop_photos(conversation_id: int) -> None:
    """What still waits to be sent of them stays unsent."""
    WhatsAppMessage.objects.filter(
        conversation_id=conversation_id,
        aimeow_status=Delivery.QUEUED,
        media_type=WhatsAppMessage.Media.IMAGE,
        sender_type=Sender.AI,
    ).update(aimeow_status=Delivery.FAILED, error="stopped")


def _wait(work: Work, wish: Entities, account_id: int) -> None:
    words = {name: getattr(wish, name) for name in search.Wanted.__slots__ if getattr(wish, name, None)}
    waiting.note(
        work.turn.tenant_id,
        account_id,
        work.phone,
        {**words, "unit_id": ""},
        words=wishes.wanted(wish),
        name=work.turn.customer_name,
    )


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
        f"Pesan terakhir: “{(work.turn.written or work.turn.text)[:LONGEST_QUOTE]}”",
        "",
        f"Ambil: ambil prospek 0{lead.phone[2:]}" if lead.phone.startswith("62") else "",
    ]
    text = "\n".join(lines).strip()
    notices.post(work.turn.tenant_id, notices.Kind.LEAD, text, seller_id=lead.assigned_to_id)
