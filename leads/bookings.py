"""Test drives as rows: made, moved, called off, and how they ended. Inside the showroom's scope.

Every change writes its history and sets the reminders anew. A slot that somebody else was quicker to take raises
SlotTakenError; the caller's transaction is then to be undone.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from autolumiku.lib import clock
from inventory.models import Status as CarStatus
from inventory.models import Vehicle
from leads import slots
from leads.models import Booking, BookingEvent, Lead, Outreach

REMINDERS = ((Outreach.Kind.DAY_BEFORE, timedelta(days=1)), (Outreach.Kind.HOUR_BEFORE, timedelta(hours=1)))
GONE = (CarStatus.SOLD, CarStatus.DELETED)


class SlotTakenError(Exception):
    """Somebody else has this slot, the person has another appointment, or the appointment is none any more."""


def taken(tenant_id: int, vehicle_id: int, since: datetime) -> list[datetime]:
    """When the slots of this car begin that are taken."""
    rows = Booking.objects.filter(
        tenant_id=tenant_id, vehicle_id=vehicle_id, status__in=Booking.OPEN, starts_at__gte=since
    )
    return list(rows.values_list("starts_at", flat=True))


def of_days(tenant_id: int, first: date, last: date, zone: str) -> list[Booking]:
    """The appointments of these days, in order, those that were called off left out."""
    tz = ZoneInfo(zone)
    start = datetime.combine(first, datetime.min.time(), tz)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), tz)
    rows = Booking.objects.filter(tenant_id=tenant_id, starts_at__gte=start, starts_at__lt=end)
    rows = rows.exclude(status__in=(Booking.Status.CANCELLED, Booking.Status.FREED))
    return list(rows.select_related("vehicle").order_by("starts_at", "pk"))


def today(tenant_id: int, zone: str) -> list[Booking]:
    day = clock.now().astimezone(ZoneInfo(zone)).date()
    return of_days(tenant_id, day, day, zone)


def open_of(tenant_id: int, phone: str) -> Booking | None:
    """The appointment this person has, also one whose time is past and that nobody has settled yet."""
    rows = Booking.objects.filter(tenant_id=tenant_id, phone=phone, status__in=Booking.OPEN)
    return rows.select_related("vehicle").first()


def book(
    tenant_id: int,
    account_id: int,
    phone: str,
    starts_at: datetime,
    *,
    vehicle_id: int | None = None,
    name: str = "",
    by: str,
) -> Booking:
    """A new appointment with its reminders. An old one of this person whose time is past gives way."""
    _give_way(tenant_id, phone)
    fields = {"account_id": account_id, "phone": phone, "name": name[:120], "vehicle_id": vehicle_id}
    try:
        with transaction.atomic():
            booking = Booking.objects.create(tenant_id=tenant_id, starts_at=starts_at, **fields)
    except IntegrityError as error:
        raise SlotTakenError from error
    _note(booking, "booked", by)
    _remind(booking)
    _next_step(booking)
    return booking


def move(booking_id: int, starts_at: datetime, *, vehicle_id: int | None = None, by: str) -> Booking:
    """Another time, or another car."""
    booking = _locked(booking_id)
    was = booking.starts_at
    booking.starts_at, booking.status = starts_at, Booking.Status.BOOKED
    booking.vehicle_id = vehicle_id or booking.vehicle_id
    try:
        with transaction.atomic():
            booking.save()
    except IntegrityError as error:
        raise SlotTakenError from error
    _note(booking, "moved", by, was)
    _remind(booking)
    _next_step(booking)
    return booking


def cancel(booking_id: int, *, by: str) -> Booking:
    return _end(booking_id, Booking.Status.CANCELLED, by)


def confirm(booking_id: int, *, by: str) -> Booking:
    """Staff have the car ready; the slot stays taken."""
    booking = _locked(booking_id)
    booking.status = Booking.Status.CONFIRMED
    booking.save(update_fields=["status", "updated_at"])
    _note(booking, Booking.Status.CONFIRMED, by)
    return booking


def done(booking_id: int, *, by: str) -> Booking:
    """The customer came."""
    return _end(booking_id, Booking.Status.DONE, by)


def no_show(booking_id: int, *, by: str) -> Booking:
    return _end(booking_id, Booking.Status.NO_SHOW, by)


def of_gone_cars() -> list[tuple[int, int]]:
    """(tenant, booking) of the coming appointments whose car is sold or deleted, over all showrooms."""
    rows = Booking.objects.filter(status__in=Booking.OPEN, starts_at__gt=clock.now(), vehicle__status__in=GONE)
    return list(rows.order_by("pk").values_list("tenant_id", "pk")[:100])


def free(booking_id: int) -> None:
    """The car of this appointment is sold: the slot is given back, and the customer is to hear of it, unless it is they
    who bought it.
    """
    try:
        booking = _locked(booking_id)
    except SlotTakenError:
        return
    if not Vehicle.objects.filter(pk=booking.vehicle_id or 0, status__in=GONE).exists():
        return
    _end(booking_id, Booking.Status.FREED, "stok")
    if not Lead.objects.filter(phone=booking.phone, status=Lead.Status.WON).exists():
        _due(booking, Outreach.Kind.FREED, clock.now(), booking.starts_at)


def drop(rows: QuerySet[Outreach], why: str) -> None:
    """These words are not said any more."""
    rows.filter(sent_at=None, dropped="").update(dropped=why)


def _locked(booking_id: int) -> Booking:
    """An appointment that still stands."""
    rows = Booking.objects.select_for_update(of=("self",)).filter(pk=booking_id, status__in=Booking.OPEN)
    booking = rows.first()
    if booking is None:
        raise SlotTakenError
    return booking


def _end(booking_id: int, status: Booking.Status, by: str) -> Booking:
    booking = _locked(booking_id)
    booking.status = status
    booking.save(update_fields=["status", "updated_at"])
    _note(booking, status, by)
    drop(Outreach.objects.filter(booking=booking), str(status))
    Lead.objects.filter(phone=booking.phone, next_step__startswith=STEP).update(next_step="", follow_up_date=None)
    return booking


def _give_way(tenant_id: int, phone: str) -> None:
    old = Booking.objects.filter(tenant_id=tenant_id, phone=phone, status__in=Booking.OPEN)
    for pk in old.filter(starts_at__lt=clock.now() - slots.LENGTH).values_list("pk", flat=True):
        _end(pk, Booking.Status.NO_SHOW, "sistem")


def _note(booking: Booking, kind: str, by: str, was_at: datetime | None = None) -> None:
    BookingEvent.objects.create(
        tenant_id=booking.tenant_id, booking=booking, kind=str(kind)[:10], was_at=was_at, by=by[:80]
    )


def _remind(booking: Booking) -> None:
    """Reminders at their times, those of an earlier time forgotten; what would come at once is left out."""
    drop(Outreach.objects.filter(booking=booking), "moved")
    now = clock.now()
    for kind, before in REMINDERS:
        if booking.starts_at - before > now + timedelta(minutes=30):
            _due(booking, kind, booking.starts_at - before, booking.starts_at - before / 3)


def _due(booking: Booking, kind: Outreach.Kind, at: datetime, until: datetime) -> None:
    Outreach.objects.create(
        tenant_id=booking.tenant_id,
        account_id=booking.account_id,
        phone=booking.phone,
        kind=kind,
        booking=booking,
        vehicle_id=booking.vehicle_id,
        due_at=at,
        until=max(at, until),
    )


STEP = "Test drive"


def _next_step(booking: Booking) -> None:
    """The lead's next step is the appointment."""
    car = Vehicle.objects.filter(pk=booking.vehicle_id or 0).first()
    step = f"{STEP} {car.name}" if car else f"{STEP}: kunjungan"
    Lead.objects.filter(tenant_id=booking.tenant_id, phone=booking.phone).update(
        next_step=step[:200], follow_up_date=booking.starts_at.date(), updated_at=clock.now()
    )
