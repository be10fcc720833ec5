"""Test drives by command: those of a day, and what becomes of one: confirmed, came, did not come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from autolumiku.lib import clock
from autolumiku.lib import phone as phones
from leads import bookings
from leads.models import Booking
from staffcommands import grammar
from staffcommands.grammar import Call
from staffcommands.registry import Actor, Done, command

LISTED = 20
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
TITLES = {"today": "hari ini", "tomorrow": "besok", "week": "7 hari ke depan"}
AHEAD = {"today": (0, 0), "tomorrow": (1, 1), "week": (0, 6)}  # days from today: the first, the last
FORMATS = {
    "confirm_drive": "Formatnya: konfirmasi [nomor pelanggan]\nContoh: konfirmasi 081234567890",
    "done_drive": "Formatnya: datang [nomor pelanggan]\nContoh: datang 081234567890",
    "missed_drive": "Formatnya: tidak datang [nomor pelanggan]\nContoh: tidak datang 081234567890",
}
HINT = "Konfirmasi: konfirmasi [nomor] · Sudah datang: datang [nomor] · Tidak muncul: tidak datang [nomor]"
SETTLED = "❌ Test drive itu sudah selesai atau dibatalkan, Kak.\nLihat jadwal dengan: test drive"


@command("drives", right="can_manage_leads")
def drives(actor: Actor, call: Call) -> Done:
    """The appointments of today, tomorrow or the coming week, in order."""
    period = grammar.drive_days(call.rest)
    now = clock.now().astimezone(ZoneInfo(actor.config.timezone))
    first, last = (now.date() + timedelta(days=days) for days in AHEAD[period])
    found = bookings.of_days(actor.tenant_id, first, last, actor.config.timezone)
    if not found:
        more = "" if period == "week" else "\nLihat minggu ini dengan: test drive minggu ini"
        return Done(f"Belum ada test drive {TITLES[period]}, Kak.{more}", True)
    lines = [f"📅 {len(found)} test drive {TITLES[period]}", ""]
    for booking in found[:LISTED]:
        lines += [f"• {_moment(booking, now)} – {_car(booking)}", f"  {_who(booking)} · {booking.get_status_display()}"]
    return Done("\n".join([*lines, "", HINT]), True)


@command("confirm_drive", right="can_manage_leads")
def confirm(actor: Actor, call: Call) -> Done:
    """The car will be ready; the customer is told by whoever writes to them."""
    return _settle(actor, call, bookings.confirm, "\nKabari pelanggan dengan: balas {number} [pesan]")


@command("done_drive", right="can_manage_leads")
def came(actor: Actor, call: Call) -> Done:
    return _settle(actor, call, bookings.done, "\nTutup prospeknya dengan: selesai prospek {number} jadi")


@command("missed_drive", right="can_manage_leads")
def missed(actor: Actor, call: Call) -> Done:
    return _settle(actor, call, bookings.no_show, "\nMau disapa lagi? Ketik: balas {number} [pesan]")


def _settle(actor: Actor, call: Call, step: Callable[..., Booking], tail: str) -> Done:
    phone = phones.normalise(call.rest.split(maxsplit=1)[0].strip(",;:")) if call.rest.strip() else ""
    if not phone:
        return Done(FORMATS[call.name], False, "format")
    booking = bookings.open_of(actor.tenant_id, phone)
    if booking is None:
        shown = phones.show(phone)
        return Done(
            f"❌ Tidak ada test drive terbuka untuk {shown}.\nLihat jadwal dengan: test drive", False, "not found"
        )
    before = booking.get_status_display()
    try:
        booking = step(booking.pk, by=actor.staff.name)
    except bookings.SlotTakenError:
        return Done(SETTLED, False, "settled")
    now = clock.now().astimezone(ZoneInfo(actor.config.timezone))
    number = f"0{phone[2:]}" if phone.startswith("62") else phone
    return Done(
        f"✅ Test drive {_who(booking)}\n{_car(booking)}, {_moment(booking, now)}\n"
        f"Status: {before} → {booking.get_status_display()}{tail.format(number=number)}",
        True,
        vehicle_id=booking.vehicle_id,
        before={"booking": booking.pk, "status": before},
        after={"booking": booking.pk, "status": booking.get_status_display()},
    )


def _moment(booking: Booking, now: datetime) -> str:
    """ "10.00" of today, else "Sabtu 14/11 10.00"."""
    at = booking.starts_at.astimezone(now.tzinfo)
    return f"{at:%H.%M}" if at.date() == now.date() else f"{DAYS[at.weekday()]} {at.day}/{at.month} {at:%H.%M}"


def _car(booking: Booking) -> str:
    car = booking.vehicle
    return f"{car.name} ({car.display_id})" if car is not None else "kunjungan ke showroom"


def _who(booking: Booking) -> str:
    return " · ".join(part for part in (booking.name[:60], phones.show(booking.phone)) if part)
