"""Words to customers that are due: reminders, a sold car, what they waited for. Rows first; this sends what is due.

Nothing is sent to somebody who does not want to be written to, from a showroom that sends nothing by itself, or when
it has come too late; what waits for a phone that is offline goes out only while it still helps.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from django.db.models import Exists, OuterRef, Q

from aiconfig.models import WhatsAppAIConfig
from aimeow.models import AimeowAccount
from autolumiku.lib import clock
from conversations import followups, outbox, people, wording
from conversations.models import Delivery, Direction, Holder, WhatsAppConversation, WhatsAppMessage
from conversations.turn import Intent
from inventory import search
from inventory.models import Status, Vehicle
from inventory.search import Wanted
from leads import bookings, waiting
from leads.models import Booking, Outreach, Wait
from tenants import scope
from tenants.models import Tenant

log = structlog.get_logger(__name__)

AT_ONCE = 20  # in one round
OPEN = {"sent_at": None, "dropped": ""}


def send() -> None:
    """Queue what is due, over all showrooms."""
    with scope.platform("due outreach"):
        offline = Q(account__connection_status=AimeowAccount.Connection.DISCONNECTED, until__gt=clock.now())
        due = Outreach.objects.filter(~offline, **OPEN, due_at__lte=clock.now())  # who is offline holds up nobody
        rows = list(due.order_by("due_at", "pk").values_list("tenant_id", "pk")[:AT_ONCE])
    for tenant_id, pk in rows:
        with scope.of(tenant_id):
            _send(pk)


def free_gone() -> None:
    """Appointments whose car is sold are given back."""
    with scope.platform("bookings of sold cars"):
        rows = bookings.of_gone_cars()
    for tenant_id, pk in rows:
        with scope.of(tenant_id):
            bookings.free(pk)


def lapse() -> None:
    """What has been queued, could not go out and helps nobody any more stays unsent."""
    with scope.platform("late outreach"):
        late = Outreach.objects.filter(
            tenant_id=OuterRef("tenant_id"), message_id=OuterRef("pk"), until__lte=clock.now()
        )
        waiting = WhatsAppMessage.objects.filter(Exists(late), aimeow_status=Delivery.QUEUED)
        waiting.update(aimeow_status=Delivery.FAILED, error=outbox.HELD_TOO_LONG)


def _send(pk: int) -> None:
    row = Outreach.objects.select_for_update(skip_locked=True).filter(pk=pk, **OPEN).first()
    if row is None:
        return
    account = AimeowAccount.objects.get(pk=row.account_id)
    config = WhatsAppAIConfig.objects.select_related("tenant").filter(tenant_id=row.tenant_id).first()
    config = config or WhatsAppAIConfig(tenant=Tenant.objects.get(pk=row.tenant_id))
    why = _unwanted(row, account, config)
    if not why and row.kind == Outreach.Kind.FOLLOW_UP:
        opens = followups.next_opening(row.tenant_id, clock.now())
        if opens is not None and opens > clock.now():  # the worker was away while the showroom was open
            Outreach.objects.filter(pk=pk).update(due_at=opens, until=opens + followups.USEFUL)
            return
    text = "" if why else _text(row, config)
    if not text:
        Outreach.objects.filter(pk=pk).update(dropped=why or "nothing to say")
        return
    chat = people.chat_of(row.tenant_id, row.account_id, row.phone)
    at, reason = outbox.slot(config, row.account_id, chat.pk)
    message = people.tell(row.tenant_id, row.account_id, row.phone, text, at=at, why=reason)
    Outreach.objects.filter(pk=pk).update(sent_at=clock.now(), message_id=message.pk)
    log.info("outreach sent", tenant=row.tenant_id, conversation=chat.pk, kind=row.kind)


def _unwanted(row: Outreach, account: AimeowAccount, config: WhatsAppAIConfig) -> str:
    """Why this is not to be said, in a few English words; "" if it is."""
    if row.until <= clock.now():
        return "too late"
    if not (config.auto_reply and account.is_active and config.tenant.status == Tenant.Status.ACTIVE):
        return "switched off"
    silent = WhatsAppConversation.objects.filter(
        account_id=row.account_id, customer_phone=row.phone, holder=Holder.NOBODY
    )
    if silent.exists() or (row.kind in UNASKED and _said_stop(row)):
        return "not wanted"
    return ""


UNASKED = (Outreach.Kind.FOLLOW_UP, Outreach.Kind.ARRIVED)


def _said_stop(row: Outreach) -> bool:
    """The customer's last word was that we stop."""
    said = WhatsAppMessage.objects.filter(
        tenant_id=row.tenant_id,
        conversation__account_id=row.account_id,
        conversation__customer_phone=row.phone,
        direction=Direction.INBOUND,
        seq__isnull=False,
    )
    return said.order_by("-pk").values_list("intent", flat=True).first() == Intent.STOP.value


def _text(row: Outreach, config: WhatsAppAIConfig) -> str:
    """What is to be said now; "" where it is so no more."""
    if row.kind in (Outreach.Kind.DAY_BEFORE, Outreach.Kind.HOUR_BEFORE):
        return _reminder(row, config)
    if row.kind == Outreach.Kind.FREED:
        return _freed(row, config)
    if row.kind == Outreach.Kind.ARRIVED:
        return _arrived(row)
    if row.kind == Outreach.Kind.FOLLOW_UP:
        return followups.text(row)
    return ""


def _reminder(row: Outreach, config: WhatsAppAIConfig) -> str:
    booking = row.booking
    if booking is None or booking.status not in Booking.OPEN:
        return ""
    what = f"test drive {_called(booking.vehicle)}" if booking.vehicle else "kunjungan Kakak"
    return wording.reply(f"visit_{row.kind}", what=what, moment=_moment(booking, config), **_words(booking, config))


def _freed(row: Outreach, config: WhatsAppAIConfig) -> str:
    """The sad news, and the nearest that can be had instead."""
    booking = row.booking
    if booking is None or booking.vehicle is None:
        return ""
    car = booking.vehicle
    words = _words(booking, config)
    said = wording.reply("visit_freed", car=_called(car), moment=_moment(booking, config), **words)
    found = search.find(row.tenant_id, Wanted(make=car.make, model=car.model, budget=car.price))
    others = (found.units or found.nearest)[:1]
    if not others:
        return said
    cars = "\n".join(wording.brief(unit) for unit in others)
    return f"{said}\n\n{wording.reply('visit_freed_instead', cars=cars, **words)}"


def _arrived(row: Outreach) -> str:
    """The car that was waited for, if it is still to be had."""
    if row.vehicle is None or row.vehicle.status != Status.AVAILABLE:
        return ""
    found = search.find(row.tenant_id, Wanted(unit_id=row.vehicle.display_id)).units
    wait = Wait.objects.filter(phone=row.phone, vehicle_id=row.vehicle.pk).order_by("-pk").first()
    kak = wording.kak(wait.name if wait else "")
    return wording.reply("arrived", kak=kak, cars="\n".join(map(wording.brief, found[:1]))) if found else ""


def match_waits() -> None:
    """Who waits for a car that has come hears of it."""
    with scope.platform("waiting list"):
        rows = waiting.due()
    for tenant_id, pk in rows:
        with scope.of(tenant_id):
            waiting.look(pk)


def _words(booking: Booking, config: WhatsAppAIConfig) -> dict[str, str]:
    return {"kak": wording.kak(booking.name), "tenant": wording.one_line(config.tenant.name, 80)}


def _called(car: Vehicle) -> str:
    return f"*{wording.one_line(car.name, 80)}* ({car.display_id})"


def _moment(booking: Booking, config: WhatsAppAIConfig) -> str:
    at: datetime = booking.starts_at.astimezone(ZoneInfo(config.timezone))
    return wording.moment(at)
