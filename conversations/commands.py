"""The statistics command: it counts chats too, so it lies above staffcommands and registers itself there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

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
    handed_over: int  # chats

    @property
    def empty(self) -> bool:
        return not any(getattr(self, name) for name in self.__slots__)


@command("stats", right="can_view_analytics")
def stats(actor: Actor, call: Call) -> Done:
    """The showroom's figures of today, this week (from Monday) or this month, in the showroom's own time."""
    period = grammar.period(call.rest)
    if period is None:
        return Done(WRONG_PERIOD, False, "wrong period")
    now = clock.now().astimezone(ZoneInfo(actor.config.timezone))
    figures = count(actor.tenant_id, grammar.begin(period, now))
    if figures.empty:
        return Done(NO_DATA.format(period=PERIODS[period]), True)
    return Done(_report(figures, period, now), True)


def count(tenant_id: int, since: datetime) -> Figures:
    """Five statements."""
    cars = Vehicle.objects.filter(tenant_id=tenant_id).exclude(status=Status.DELETED)
    by_status = dict(cars.order_by().values_list("status").annotate(Count("id")))
    moved = cars.aggregate(
        new=Count("id", filter=Q(created_at__gte=since)),
        sold=Count("id", filter=Q(status=Status.SOLD, sold_at__gte=since)),
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
        handed_over=handed_over,
    )


def _report(figures: Figures, period: str, now: datetime) -> str:
    cars = figures.vehicles
    by_status = [f"{state.label.capitalize()}: {cars[state]}" for state in STATES if cars.get(state)]
    lines = [
        f"📈 Statistik {PERIODS[period]} ({_span(grammar.begin(period, now), now)})",
        "",
        "🚗 Mobil",
        f"Total: {sum(cars.values())} unit",
        *([" · ".join(by_status)] if by_status else []),
        f"Baru masuk: {figures.vehicles_new} · Laku: {figures.vehicles_sold}",
        "",
        "👥 Prospek",
        f"Total: {figures.leads} · Baru: {figures.leads_new}",
        "",
        "💬 WhatsApp",
        f"Percakapan: {figures.conversations} · Pesan masuk: {figures.messages_in}",
        f"Dijawab AI: {figures.by_model} · Dijawab dari data: {figures.by_counter}",
        f"Diteruskan ke orang: {figures.handed_over}",
    ]
    return "\n".join(lines)


def _span(first: datetime, last: datetime) -> str:
    """ "5/3" or "1/3–5/3"."""
    begins, ends = f"{first.day}/{first.month}", f"{last.day}/{last.month}"
    return begins if begins == ends else f"{begins}–{ends}"
