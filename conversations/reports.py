"""Reports for those who lead: sales, stock, staff, chats. Every figure is counted from rows; nothing is estimated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.text import slugify

from autolumiku.lib import clock, numerals, rupiah
from conversations import papers
from staffcommands import grammar
from staffcommands.grammar import Call
from staffcommands.models import StaffWhatsAppAuth
from staffcommands.registry import Actor, Document, Done, command

Role = StaffWhatsAppAuth.Role
LEADERS = (Role.OWNER, Role.MANAGER, Role.ADMIN)
DENIED = "Maaf Kak, laporan hanya untuk pemilik, manajer, dan admin showroom."
PERIODS = {"today": "hari ini", "week": "minggu ini", "month": "bulan ini"}
PAPERS = {
    "pdf": (papers.as_pdf, "pdf", "application/pdf"),
    "csv": (papers.as_csv, "csv", "text/csv"),
    "chart": (papers.as_chart, "png", "image/png"),
}
FORMS = "Sebagai berkas: tambahkan pdf, csv, atau grafik."
MENU = (
    "📑 Laporan yang ada:\n"
    "• laporan penjualan – unit laku, nilai, lama di stok\n"
    "• laporan stok – unit tersedia, nilai, harga rata-rata, yang terlama\n"
    "• laporan staf – perintah dan penjualan per orang\n"
    "• laporan chat – percakapan, siapa yang menjawab, waktu jawab\n\n"
    "Tambahkan periode: hari ini, minggu ini, bulan ini. Contoh: laporan penjualan minggu ini"
)


@dataclass(frozen=True, slots=True)
class Table:
    """A report as rows: (what, how much)."""

    title: str
    rows: tuple[tuple[str, str], ...]
    bars: tuple[tuple[str, int], ...] = ()

    @property
    def text(self) -> str:
        return "\n".join([f"📑 *{self.title}*", "", *(f"{name}: {value}" for name, value in self.rows)])


@command("report", right="can_view_analytics")
def report(actor: Actor, call: Call) -> Done:
    """One report of a period; without a kind the list of them."""
    if actor.staff.role not in LEADERS:
        return Done(DENIED, False, "no right")
    wanted = grammar.report_wanted(call.rest)
    if not wanted.kind:
        return Done(MENU, True)
    now = clock.now().astimezone(ZoneInfo(actor.config.timezone))
    since = grammar.begin(wanted.period, now)
    table = MADE[wanted.kind](actor.tenant_id, since, PERIODS[wanted.period])
    if not wanted.form:
        return Done(f"{table.text}\n\n{FORMS}", True)
    return on_paper(actor, table, wanted.form, now)


def on_paper(actor: Actor, table: Table, wanted: str, now: datetime) -> Done:
    """The same as a file behind the reply. wanted: a key of PAPERS."""
    return Done(f"📎 {table.title} menyusul di bawah ini.", True, document=_paper(actor, table, wanted, now))


def _paper(actor: Actor, table: Table, wanted: str, now: datetime) -> Document:
    below = f"{actor.config.tenant.name} · {now:%d/%m/%Y %H.%M}"
    sheet = papers.Sheet(table.title, below, table.rows, table.bars)
    form, ending, mime_type = PAPERS[wanted]
    return Document(f"{slugify(table.title)}-{now:%Y-%m-%d}.{ending}", mime_type, form(sheet))


SALES_SQL = """
SELECT count(*), coalesce(sum(price), 0), count(price), avg(extract(epoch FROM sold_at - created_at) / 86400)
FROM vehicles WHERE tenant_id = %s AND status = 'SOLD' AND sold_at >= %s
"""
BEST_SQL = """
SELECT make || ' ' || model, count(*) FROM vehicles WHERE tenant_id = %s AND status = 'SOLD' AND sold_at >= %s
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5
"""


SOLD_BY_DAY_SQL = """
SELECT (sold_at AT TIME ZONE %s)::date, count(*) FROM vehicles
WHERE tenant_id = %s AND status = 'SOLD' AND sold_at >= %s GROUP BY 1
"""


def sales(tenant_id: int, since: datetime, period: str) -> Table:
    [(units, worth, priced, days)] = _rows(SALES_SQL, tenant_id, since)
    rows = [("Unit laku", str(units)), ("Nilai", rupiah.show(int(worth)))]
    if priced:
        rows.append(("Harga rata-rata", rupiah.show_full(int(worth) // priced)))
    if days is not None:
        rows.append(("Rata-rata lama di stok", f"{float(days):.0f} hari"))
    if priced < units:
        rows.append(("Tanpa harga", f"{units - priced} unit"))
    rows += [(f"Model: {name}", f"{count} unit") for name, count in _rows(BEST_SQL, tenant_id, since)]
    return Table(f"Laporan penjualan {period}", tuple(rows), _by_day(SOLD_BY_DAY_SQL, tenant_id, since))


def _by_day(sql: str, tenant_id: int, since: datetime) -> tuple[tuple[str, int], ...]:
    """A count for each day of the period, days without one too."""
    counts = dict(_rows(sql, str(since.tzinfo), tenant_id, since))
    days = (clock.now().astimezone(since.tzinfo).date() - since.date()).days + 1
    dates = [since.date() + timedelta(days=number) for number in range(days)]
    return tuple((f"{day.day}/{day.month}", counts.get(day, 0)) for day in dates)


STOCK_SQL = """
SELECT count(*), coalesce(sum(price), 0), count(price), avg(extract(epoch FROM %s::timestamptz - created_at) / 86400)
FROM vehicles WHERE tenant_id = %s AND status = 'AVAILABLE'
"""
STATES_SQL = "SELECT status, count(*) FROM vehicles WHERE tenant_id = %s AND status IN ('BOOKED', 'DRAFT') GROUP BY 1"
OLDEST_SQL = """
SELECT display_id || ' ' || make || ' ' || model, floor(extract(epoch FROM %s::timestamptz - created_at) / 86400)::int
FROM vehicles WHERE tenant_id = %s AND status = 'AVAILABLE' ORDER BY created_at, id LIMIT 3
"""
ADDED_SQL = "SELECT count(*) FROM vehicles WHERE tenant_id = %s AND status <> 'DELETED' AND created_at >= %s"


MAKES_SQL = """
SELECT make, count(*)::int FROM vehicles WHERE tenant_id = %s AND status = 'AVAILABLE'
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 12
"""


def stock(tenant_id: int, since: datetime, period: str) -> Table:
    now = clock.now()
    [(units, worth, priced, days)] = _rows(STOCK_SQL, now, tenant_id)
    states = dict(_rows(STATES_SQL, tenant_id))
    [(added,)] = _rows(ADDED_SQL, tenant_id, since)
    rows = [
        ("Tersedia", f"{units} unit"),
        ("Dibooking", f"{states.get('BOOKED', 0)} unit"),
        ("Draf", f"{states.get('DRAFT', 0)} unit"),
        (f"Masuk {period}", f"{added} unit"),
        ("Nilai tersedia", rupiah.show(int(worth))),
    ]
    if priced:
        rows.append(("Harga rata-rata", rupiah.show_full(int(worth) // priced)))
    if days is not None:
        rows.append(("Rata-rata lama di stok", f"{float(days):.0f} hari"))
    rows += [(f"Terlama: {name}", f"{age} hari") for name, age in _rows(OLDEST_SQL, now, tenant_id)]
    return Table("Laporan stok", tuple(rows), tuple(_rows(MAKES_SQL, tenant_id)))


STAFF_SQL = """
SELECT s.name, count(l.id), count(l.id) FILTER (WHERE NOT l.success AND l.error NOT IN ('asked', 'declined')),
    (SELECT count(DISTINCT h.vehicle_id) FROM vehicle_history h JOIN vehicles v ON v.id = h.vehicle_id
     WHERE h.tenant_id = s.tenant_id AND h.changed_by = s.phone_number AND h.created_at >= %s
       AND h.new_values ->> 'status' = 'SOLD' AND v.status = 'SOLD')
FROM staff_whatsapp_auth s
LEFT JOIN staff_command_logs l ON l.tenant_id = s.tenant_id AND l.staff_id = s.id AND l.executed_at >= %s
WHERE s.tenant_id = %s AND s.is_active GROUP BY s.id ORDER BY 4 DESC, 2 DESC, s.name LIMIT 20
"""


def people(tenant_id: int, since: datetime, period: str) -> Table:
    found = _rows(STAFF_SQL, since, since, tenant_id)
    rows = [
        (name, f"{sold} unit laku, {commands} perintah" + (f" ({failed} ditolak)" if failed else ""))
        for name, commands, failed, sold in found
    ]
    return Table(f"Laporan staf {period}", tuple(rows), tuple((name, commands) for name, commands, _, _ in found))


CHATS_SQL = """
SELECT count(DISTINCT conversation_id) FILTER (WHERE direction = 'inbound' AND sender_type = 'customer'),
    count(*) FILTER (WHERE direction = 'inbound' AND sender_type = 'customer'),
    count(*) FILTER (WHERE ai_response), count(*) FILTER (WHERE direction = 'outbound' AND path = 'counter'),
    count(*) FILTER (WHERE direction = 'outbound' AND sender_type = 'human')
FROM whatsapp_messages WHERE tenant_id = %s AND created_at >= %s
"""
HANDED_SQL = """
SELECT count(DISTINCT conversation_id) FROM conversation_events
WHERE tenant_id = %s AND created_at >= %s AND kind = 'escalated'
"""
SPEED_SQL = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY took), percentile_cont(0.95) WITHIN GROUP (ORDER BY took) FROM (
    SELECT extract(epoch FROM r.sent_at - m.created_at) AS took FROM whatsapp_messages r
    JOIN whatsapp_messages m ON m.tenant_id = r.tenant_id AND m.conversation_id = r.conversation_id
        AND m.seq = r.answers_upto
    WHERE r.tenant_id = %s AND r.created_at >= %s AND r.sent_at IS NOT NULL AND m.sender_type = 'customer') AS answered
"""


MESSAGES_BY_DAY_SQL = """
SELECT (created_at AT TIME ZONE %s)::date, count(*) FROM whatsapp_messages
WHERE tenant_id = %s AND created_at >= %s AND direction = 'inbound' AND sender_type = 'customer' GROUP BY 1
"""


class Figures(NamedTuple):
    """Customers' chats since a moment. median, slow (95 %): seconds from a customer's message to its answer."""

    talks: int
    messages: int
    by_model: int
    by_counter: int
    by_people: int
    handed: int
    median: float | None
    slow: float | None


def figures(tenant_id: int, since: datetime) -> Figures:
    [counts] = _rows(CHATS_SQL, tenant_id, since)
    [(handed,)] = _rows(HANDED_SQL, tenant_id, since)
    median, slow = speed(tenant_id, since)
    talks, messages, by_model, by_counter, by_people = counts
    return Figures(talks, messages, by_model, by_counter, by_people, handed, median, slow)


def chats(tenant_id: int, since: datetime, period: str) -> Table:
    found = figures(tenant_id, since)
    rows = [
        ("Percakapan", str(found.talks)),
        ("Pesan masuk", str(found.messages)),
        ("Dijawab AI", str(found.by_model)),
        ("Dijawab dari data", str(found.by_counter)),
        ("Dijawab orang", str(found.by_people)),
        ("Diteruskan ke orang", str(found.handed)),
    ]
    if found.median is not None and found.slow is not None:
        rows.append(("Waktu jawab (tengah)", seconds(found.median)))
        rows.append(("Waktu jawab (95 %)", seconds(found.slow)))
    return Table(f"Laporan chat {period}", tuple(rows), messages_by_day(tenant_id, since))


def messages_by_day(tenant_id: int, since: datetime) -> tuple[tuple[str, int], ...]:
    """What customers wrote."""
    return _by_day(MESSAGES_BY_DAY_SQL, tenant_id, since)


def speed(tenant_id: int, since: datetime) -> tuple[float | None, float | None]:
    """Seconds from a customer's last message to its answer: the middle one, and what 95 % of them stay below."""
    [(median, slow)] = _rows(SPEED_SQL, tenant_id, since)
    return median, slow


MADE = {"sales": sales, "stock": stock, "staff": people, "chats": chats}


def seconds(value: float) -> str:
    return f"{numerals.dotted(int(value))} detik" if value >= 10 else f"{value:.1f} detik".replace(".", ",")


def _rows(sql: str, *values: int | str | datetime) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return cursor.fetchall()
