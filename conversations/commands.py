"""The statistics command: it counts chats too, so it lies above staffcommands and registers itself there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, F, Q

from autolumiku.lib import clock
from conversations import by_staff, kkb, reports  # noqa: F401 - they register their commands
from conversations.models import ConversationEvent, Direction, Path, Sender, WhatsAppConversation, WhatsAppMessage
from inventory.models import Status, Vehicle
from leads.models import Lead
from staffcommands import grammar
from staffcommands.grammar import Call
from staffcommands.registry import Actor, Done, command

STATES = (Status.AVAILABLE, Status.BOOKED, Status.SOLD, Status.DRAFT)
PERIODS = {"today": "hari ini", "week": "minggu ini", "month": "bulan ini"}
WRONG_PERIOD = "❌ Periode itu tidak dikenali, Kak. Gunakan: stats today, stats week, atau stats month."
NO_DATA = "Belum ada data untuk {period}, Kak: belum ada mobil, prospek, atau percakapan."


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one showroom; `new`, `sold` and all of chats and messages within the period."""

    vehicles: dict[str, int]  # by status, deleted ones left out
    vehicles_new: int
    vehicles_sold: int
    leads: int
    leads_new: int
    conversations: int  # chats in which a customer wrote
    messages_in: int  # from customers
    by_model: int
    by_counter: int
    by_people: int
    handed_over: int  # chats
    days_in_stock: float | None  # of what was sold in the period, on average
    seconds: tuple[float | None, float | None]  # until an answer: the middle one, and what 95 % stay below

    @property
    def empty(self) -> bool:
        counts = [getattr(self, name) for name in self.__slots__ if name not in ("days_in_stock", "seconds")]
        return not any(counts)


@command("stats", right="can_view_analytics")
def stats(actor: Actor, call: Call) -> Done:
    """The showroom's figures of today, this week (from Monday) or this month, in the showroom's own time."""
    period = grammar.period(call.rest)
    if period is None:
        return Done(WRONG_PERIOD, False, "wrong period")
    now = clock.now().astimezone(ZoneInfo(actor.config.timezone))
    since = grammar.begin(period, now)
    figures = count(actor.tenant_id, since)
    if figures.empty:
        return Done(NO_DATA.format(period=PERIODS[period]), True)
    if not (form := grammar.form(call.rest)):
        return Done(f"{_report(figures, period, now)}\n\n{reports.FORMS}", True)
    title = f"Statistik {PERIODS[period]}"
    table = reports.Table(title, tuple(_rows(figures)), reports.messages_by_day(actor.tenant_id, since))
    return reports.on_paper(actor, table, form, now)


def count(tenant_id: int, since: datetime) -> Figures:
    """Six statements."""
    cars = Vehicle.objects.filter(tenant_id=tenant_id).exclude(status=Status.DELETED)
    by_status = dict(cars.order_by().values_list("status").annotate(Count("id")))
    moved = cars.aggregate(
        new=Count("id", filter=Q(created_at__gte=since)),
        sold=Count("id", filter=Q(status=Status.SOLD, sold_at__gte=since)),
        stayed=Avg(F("sold_at") - F("created_at"), filter=Q(status=Status.SOLD, sold_at__gte=since)),
    )
    leads = Lead.objects.filter(tenant_id=tenant_id).aggregate(
        all=Count("id"), new=Count("id", filter=Q(created_at__gte=since))
    )
    inbound = Q(direction=Direction.INBOUND, sender_type=Sender.CUSTOMER)
    messages = WhatsAppMessage.objects.filter(tenant_id=tenant_id, created_at__gte=since).aggregate(
        chats=Count("conversation_id", filter=inbound, distinct=True),
        inbound=Count("id", filter=inbound),
        by_model=Count("id", filter=Q(direction=Direction.OUTBOUND, ai_response=True)),
        by_counter=Count("id", filter=Q(direction=Direction.OUTBOUND, path=Path.COUNTER)),
        by_people=Count("id", filter=Q(direction=Direction.OUTBOUND, sender_type=Sender.HUMAN)),
    )
    handed_over = WhatsAppConversation.objects.filter(
        tenant_id=tenant_id,
        pk__in=ConversationEvent.objects.filter(
            tenant_id=tenant_id, created_at__gte=since, kind=ConversationEvent.Kind.ESCALATED
        ).values("conversation_id"),
    ).count()
    return Figures(
        vehicles=by_status,
        vehicles_new=moved["new"],
        vehicles_sold=moved["sold"],
        leads=leads["all"],
        leads_new=leads["new"],
        conversations=messages["chats"],
        messages_in=messages["inbound"],
        by_model=messages["by_model"],
        by_counter=messages["by_counter"],
        by_people=messages["by_people"],
        handed_over=handed_over,
        days_in_stock=moved["stayed"] / timedelta(days=1) if moved["stayed"] else None,
        seconds=reports.speed(tenant_id, since),
    )


def _rows(figures: Figures) -> list[tuple[str, str]]:
    """(what, how much), as a table says it."""
    cars = figures.vehicles
    rows = [("Mobil di stok", f"{sum(cars.values())} unit")]
    rows += [(state.label.capitalize(), f"{cars[state]} unit") for state in STATES if cars.get(state)]
    rows += [("Baru masuk", f"{figures.vehicles_new} unit"), ("Laku", f"{figures.vehicles_sold} unit")]
    if figures.days_in_stock is not None:
        rows.append(("Rata-rata lama di stok", f"{figures.days_in_stock:.0f} hari"))
    rows += [("Prospek", str(figures.leads)), ("Prospek baru", str(figures.leads_new))]
    rows += [("Percakapan", str(figures.conversations)), ("Pesan masuk", str(figures.messages_in))]
    rows += [("Dijawab AI", str(figures.by_model)), ("Dijawab dari data", str(figures.by_counter))]
    rows += [("Dijawab orang", str(figures.by_people)), ("Diteruskan ke orang", str(figures.handed_over))]
    names = ("Waktu jawab (tengah)", "Waktu jawab (95 %)")
    took = zip(names, figures.seconds, strict=True)
    return rows + [(name, reports.seconds(value)) for name, value in took if value is not None]


def _report(figures: Figures, period: str, now: datetime) -> str:
    cars = figures.vehicles
    by_status = [f"{state.label.capitalize()}: {cars[state]}" for state in STATES if cars.get(state)]
    stayed = f" · Rata-rata di stok: {figures.days_in_stock:.0f} hari" if figures.days_in_stock is not None else ""
    median, slow = figures.seconds
    took = (
        [f"Waktu jawab: {reports.seconds(median)} (95 %: {reports.seconds(slow or 0)})"] if median is not None else []
    )
    lines = [
        f"📈 Statistik {PERIODS[period]} ({_span(grammar.begin(period, now), now)})",
        "",
        "🚗 Mobil",
        f"Total: {sum(cars.values())} unit",
        *([" · ".join(by_status)] if by_status else []),
        f"Baru masuk: {figures.vehicles_new} · Laku: {figures.vehicles_sold}{stayed}",
        "",
        "👥 Prospek",
        f"Total: {figures.leads} · Baru: {figures.leads_new}",
        "",
        "💬 WhatsApp",
        f"Percakapan: {figures.conversations} · Pesan masuk: {figures.messages_in}",
        f"Dijawab AI: {figures.by_model} · Dijawab dari data: {figures.by_counter} · Oleh orang: {figures.by_people}",
        f"Diteruskan ke orang: {figures.handed_over}",
        *took,
    ]
    return "\n".join(lines)


def _span(first: datetime, last: datetime) -> str:
    """ "5/3" or "1/3–5/3"."""
    begins, ends = f"{first.day}/{first.month}", f"{last.day}/{last.month}"
    return begins if begins == ends else f"{begins}–{ends}"
