"""The showroom's test drives as an iCalendar feed, for the calendars of people's phones."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from autolumiku.lib import clock
from autolumiku.lib import phone as phones
from leads.models import Booking, Calendar
from tenants import scope
from tenants.models import Tenant

PAST, AHEAD = timedelta(days=30), timedelta(days=60)
BIGGEST_ID = 2**63 - 1  # PostgreSQL's bigint
OFF = (Booking.Status.CANCELLED, Booking.Status.FREED)


@require_safe
def calendar(request: HttpRequest, tenant_id: int, secret: str) -> HttpResponse:
    """404 for a wrong secret as for a showroom that has none: the link tells nothing to who does not know it."""
    if tenant_id > BIGGEST_ID:
        raise Http404
    with scope.of(tenant_id):
        row = Calendar.objects.filter(tenant_id=tenant_id, tenant__status=Tenant.Status.ACTIVE).first()
        if row is None or not secrets.compare_digest(row.secret.encode(), secret.encode()):
            raise Http404
        showroom = Tenant.objects.get(pk=tenant_id)
        now = clock.now()
        rows = Booking.objects.filter(tenant_id=tenant_id, starts_at__gt=now - PAST, starts_at__lt=now + AHEAD)
        lines = list(_lines(showroom, list(rows.select_related("vehicle").order_by("starts_at", "pk")), now))
    body = "\r\n".join(part for line in lines for part in _folded(line)) + "\r\n"
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private"})


def _lines(showroom: Tenant, rows: list[Booking], now: datetime) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//AutoLumiku//Test drive//ID", "METHOD:PUBLISH")
    yield f"X-WR-CALNAME:{_escaped(f'Test drive {showroom.name}')}"
    for row in rows:
        car = str(row.vehicle) if row.vehicle else "kunjungan"
        yield "BEGIN:VEVENT"
        yield f"UID:booking-{row.pk}@showroom-{row.tenant_id}"
        yield f"DTSTAMP:{_utc(now)}"
        yield f"LAST-MODIFIED:{_utc(row.updated_at)}"
        yield f"DTSTART:{_utc(row.starts_at)}"
        yield f"DTEND:{_utc(row.ends_at)}"
        yield f"SUMMARY:{_escaped(f'{row.name or phones.show(row.phone)}: {car}')}"
        yield f"DESCRIPTION:{_escaped(f'{phones.show(row.phone)}, {row.get_status_display()}')}"
        yield f"LOCATION:{_escaped(showroom.address)}"
        yield f"STATUS:{'CANCELLED' if row.status in OFF else 'CONFIRMED'}"
        yield "END:VEVENT"
    yield "END:VCALENDAR"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """RFC 5545, 3.3.11: what customers call themselves cannot become a line of its own."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> Iterator[str]:
    """RFC 5545, 3.1: at most 75 bytes a line, continued behind a blank; no character is cut."""
    part, size = "", 0
    for char in line:
        width = len(char.encode())
        if size + width > 74:
            yield part
            part, size = " ", 1
        part, size = part + char, size + width
    yield part
