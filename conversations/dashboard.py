"""The figures of the front page for who leads: counted from rows, each with its definition, for one period.

A fixed number of statements, whatever the size of the data. They see the rows of the scope: one showroom's, or all of
them in the platform's. Days are those of the zone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.dateparse import parse_date

from conversations.models import Reason

LONGEST = 366  # days
TOP = 10  # cars and people on the page
SPANS = {"1": "Hari ini", "7": "7 hari", "30": "30 hari", "90": "90 hari"}
DEFAULT = "7"
OWN_PHONE = "HP showroom"


# --- The period ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day on until the last one ends, in the zone. key: of SPANS; "": the person's own dates."""

    first: date
    last: date
    zone: ZoneInfo
    key: str = ""

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), self.zone)

    @property
    def until(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone)


def period(asked: Mapping[str, str], today: date, zone: ZoneInfo) -> Period:
    """As the address says it: `periode`, or `dari` and `sampai`; what makes no sense there is the last seven days."""
    first, last = _day(asked.get("dari", "")), _day(asked.get("sampai", ""))
    if first and last and first <= last <= today and (last - first).days < LONGEST:
        return Period(first, last, zone)
    key = asked.get("periode", "") if asked.get("periode", "") in SPANS else DEFAULT
    return Period(today - timedelta(days=int(key) - 1), today, zone, key)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


# --- The figures -----------------------------------------------------------------------------------------------------


class Speed(NamedTuple):
    """Seconds: the middle one, and what 95 % stay below; of so many answers."""

    p50: float | None = None
    p95: float | None = None
    answers: int = 0


@dataclass(slots=True)
class Counts:
    """One day, or the whole period."""

    talks: int = 0
    messages: int = 0
    alone: int = 0
    handed: int = 0
    bot: Speed = field(default_factory=Speed)
    person: Speed = field(default_factory=Speed)
    leads: int = 0
    drives: int = 0
    came: int = 0
    cost: int = 0

    @property
    def share(self) -> float | None:
        return 100 * self.alone / self.talks if self.talks else None

    @property
    def cost_of_one(self) -> float | None:
        return self.cost / self.talks if self.talks else None


class Asked(NamedTuple):
    """A model, in how many chats it was asked for, and whether one is for sale now."""

    name: str
    talks: int
    in_stock: bool


class Waiting(NamedTuple):
    """Who owes an answer now: how many chats, the oldest since when."""

    who: str
    talks: int
    since: datetime | None


class Seller(NamedTuple):
    """What one of the people did in the period."""

    name: str
    taken: int
    wrote: int
    p50: float | None
    p95: float | None
    leads: int
    drives: int
    came: int


@dataclass(frozen=True, slots=True)
class Figures:
    period: Period
    total: Counts
    days: dict[date, Counts]
    reasons: list[tuple[str, int]]
    asked: list[Asked]
    waiting: list[Waiting]
    sellers: list[Seller]

    @property
    def top(self) -> list[Asked]:
        return self.asked[:TOP]

    @property
    def missing(self) -> list[Asked]:
        return [one for one in self.asked if not one.in_stock][:TOP]

    @property
    def unanswered(self) -> int:
        return sum(one.talks for one in self.waiting)


CHATS_SQL = """
WITH facts AS (
    SELECT conversation_id, (created_at AT TIME ZONE %(zone)s)::date AS day,
        (direction = 'inbound' AND sender_type = 'customer')::int AS said,
        direction = 'outbound' AND sender_type <> 'human' AND answers_upto IS NOT NULL AS by_bot,
        direction = 'outbound' AND sender_type = 'human' AS by_person, false AS handed
    FROM whatsapp_messages WHERE created_at >= %(since)s AND created_at < %(until)s
    UNION ALL
    SELECT conversation_id, (created_at AT TIME ZONE %(zone)s)::date, 0, false, false, true
    FROM conversation_events WHERE kind = 'escalated' AND created_at >= %(since)s AND created_at < %(until)s
), chats AS (
    SELECT conversation_id, day, sum(said) AS said, bool_or(by_bot) AS by_bot, bool_or(by_person) AS by_person,
        bool_or(handed) AS handed
    FROM facts GROUP BY GROUPING SETS ((conversation_id, day), (conversation_id))
)
SELECT day, count(*) FILTER (WHERE said > 0), coalesce(sum(said), 0)::int,
    count(*) FILTER (WHERE said > 0 AND by_bot AND NOT by_person AND NOT handed), count(*) FILTER (WHERE handed)
FROM chats GROUP BY day
"""
REASONS_SQL = """
SELECT reason, count(*) FROM conversation_events
WHERE kind = 'escalated' AND created_at >= %(since)s AND created_at < %(until)s GROUP BY reason ORDER BY 2 DESC, 1
"""
# the first answer to the first message of each chat on each day, where the assistant gave it
BOT_SPEED_SQL = """
WITH said AS (
    SELECT tenant_id, conversation_id, id, created_at, (created_at AT TIME ZONE %(zone)s)::date AS day
    FROM whatsapp_messages WHERE direction = 'inbound' AND sender_type = 'customer'
      AND created_at >= %(since)s AND created_at < %(until)s
), firsts AS (
    SELECT DISTINCT ON (conversation_id, day) * FROM said ORDER BY conversation_id, day, id
), answers AS (
    SELECT day, extract(epoch FROM answer.sent_at - firsts.created_at) AS took
    FROM firsts CROSS JOIN LATERAL (
        SELECT sender_type, sent_at FROM whatsapp_messages m
        WHERE m.tenant_id = firsts.tenant_id AND m.conversation_id = firsts.conversation_id AND m.id > firsts.id
          AND m.direction = 'outbound' AND (m.answers_upto IS NOT NULL OR m.sender_type = 'human')
        ORDER BY m.id LIMIT 1) AS answer
    WHERE answer.sender_type <> 'human' AND answer.sent_at IS NOT NULL
)
SELECT day, percentile_cont(0.5) WITHIN GROUP (ORDER BY took), percentile_cont(0.95) WITHIN GROUP (ORDER BY took),
    count(*) FROM answers GROUP BY GROUPING SETS ((day), ())
"""
# the first words of a person after a hand-over; several hand-overs before one answer are one wait
PERSON_SPEED_SQL = """
WITH answers AS (
    SELECT (min(e.created_at) AT TIME ZONE %(zone)s)::date AS day, answer.sender,
        extract(epoch FROM answer.at - min(e.created_at)) AS took
    FROM conversation_events e CROSS JOIN LATERAL (
        SELECT m.id, m.sender, coalesce(m.sent_at, m.created_at) AS at FROM whatsapp_messages m
        WHERE m.tenant_id = e.tenant_id AND m.conversation_id = e.conversation_id
          AND m.direction = 'outbound' AND m.sender_type = 'human' AND m.created_at > e.created_at
        ORDER BY m.id LIMIT 1) AS answer
    WHERE e.kind = 'escalated' AND e.created_at >= %(since)s AND e.created_at < %(until)s
    GROUP BY e.conversation_id, answer.id, answer.sender, answer.at
)
SELECT day, CASE WHEN sender ~ '^[0-9]*$' THEN '' ELSE sender END AS who,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY took), percentile_cont(0.95) WITHIN GROUP (ORDER BY took), count(*),
    grouping(day) = 0
FROM answers GROUP BY GROUPING SETS ((day), (who), ())
"""
COUNTS_SQL = """
SELECT 'leads', (created_at AT TIME ZONE %(zone)s)::date, count(*)::bigint FROM leads
    WHERE created_at >= %(since)s AND created_at < %(until)s GROUP BY 2
UNION ALL SELECT 'drives', (created_at AT TIME ZONE %(zone)s)::date, count(*) FROM bookings
    WHERE created_at >= %(since)s AND created_at < %(until)s GROUP BY 2
UNION ALL SELECT 'came', (starts_at AT TIME ZONE %(zone)s)::date, count(*) FROM bookings
    WHERE status = 'done' AND starts_at >= %(since)s AND starts_at < %(until)s GROUP BY 2
UNION ALL SELECT 'cost', (created_at AT TIME ZONE %(zone)s)::date, sum(cost)::bigint FROM llm_calls
    WHERE created_at >= %(since)s AND created_at < %(until)s GROUP BY 2
"""
CARS_SQL = """
WITH asked AS (
    SELECT DISTINCT m.conversation_id, coalesce(v.make, m.entities ->> 'make', '') AS make,
        coalesce(v.model, m.entities ->> 'model') AS model
    FROM whatsapp_messages m
    LEFT JOIN vehicles v ON v.tenant_id = m.tenant_id AND v.display_id = m.entities ->> 'unit_id'
    WHERE m.created_at >= %(since)s AND m.created_at < %(until)s AND m.direction = 'inbound'
      AND m.sender_type = 'customer' AND m.entities -> 'guessed' IS NULL
)
SELECT btrim(make || ' ' || model), count(*), EXISTS (
    SELECT 1 FROM vehicles s JOIN vehicle_names n ON n.tenant_id = s.tenant_id AND n.vehicle_id = s.id
    WHERE s.status = 'AVAILABLE' AND s.make_key = bare_name(asked.make) AND n.name = bare_name(asked.model))
FROM asked WHERE model <> '' GROUP BY make, model ORDER BY 2 DESC, 1
"""
WAITING_SQL = """
SELECT CASE WHEN c.holder = 'person' THEN 'person' WHEN c.status = 'escalated' THEN 'waiting' ELSE 'bot' END AS who,
    count(*), min(CASE WHEN c.holder = 'person' THEN last.created_at WHEN c.status = 'escalated' THEN c.escalated_at
        ELSE c.waiting_since END)
FROM whatsapp_conversations c LEFT JOIN LATERAL (
    SELECT direction, created_at FROM whatsapp_messages m
    WHERE c.holder = 'person' AND m.tenant_id = c.tenant_id AND m.conversation_id = c.id
    ORDER BY m.id DESC LIMIT 1) AS last ON true
WHERE NOT c.is_staff AND NOT c.is_spam AND (
    (c.holder = 'bot' AND c.answered_seq < c.inbound_seq) OR (c.status = 'escalated' AND c.holder IN ('bot', 'waiting'))
    OR (c.holder = 'person' AND c.status <> 'closed' AND last.direction = 'inbound'))
GROUP BY 1
"""
SELLERS_SQL = """
WITH members AS (
    SELECT DISTINCT u.id, coalesce(nullif(btrim(u.first_name || ' ' || u.last_name), ''), u.username) AS name
    FROM memberships m JOIN tenants_user u ON u.id = m.user_id
), buyers AS (
    SELECT l.tenant_id, l.phone, members.name, l.created_at
    FROM leads l JOIN members ON members.id = l.assigned_to_id
), facts (name, taken, wrote, lead, drive, came) AS (
    SELECT members.name, e.conversation_id, NULL::bigint, 0, 0, 0
        FROM conversation_events e JOIN members ON members.id = e.actor_id
        WHERE e.kind = 'taken' AND e.created_at >= %(since)s AND e.created_at < %(until)s
    UNION ALL SELECT CASE WHEN sender ~ '^[0-9]*$' THEN '' ELSE sender END, NULL, id, 0, 0, 0 FROM whatsapp_messages
        WHERE direction = 'outbound' AND sender_type = 'human'
          AND created_at >= %(since)s AND created_at < %(until)s
    UNION ALL SELECT name, NULL, NULL, 1, 0, 0 FROM buyers
        WHERE created_at >= %(since)s AND created_at < %(until)s
    UNION ALL SELECT buyers.name, NULL, NULL, 0, 1, 0 FROM bookings b JOIN buyers USING (tenant_id, phone)
        WHERE b.created_at >= %(since)s AND b.created_at < %(until)s
    UNION ALL SELECT buyers.name, NULL, NULL, 0, 0, 1 FROM bookings b JOIN buyers USING (tenant_id, phone)
        WHERE b.status = 'done' AND b.starts_at >= %(since)s AND b.starts_at < %(until)s
)
SELECT name, count(DISTINCT taken), count(wrote), sum(lead), sum(drive), sum(came)
FROM facts GROUP BY 1 ORDER BY 3 DESC, 2 DESC, 1
"""


def figures(wanted: Period) -> Figures:
    """Eight statements."""
    values = {"zone": str(wanted.zone), "since": wanted.since, "until": wanted.until}
    days: dict[date | None, Counts] = defaultdict(Counts)
    for day, talks, messages, alone, handed in _rows(CHATS_SQL, values):
        counts = days[day]
        counts.talks, counts.messages, counts.alone, counts.handed = talks, messages, alone, handed
    for day, *found in _rows(BOT_SPEED_SQL, values):
        days[day].bot = Speed(*found)
    speeds: dict[str, Speed] = {}
    for day, who, p50, p95, count, of_day in _rows(PERSON_SPEED_SQL, values):
        if who is None or of_day:
            days[day].person = Speed(p50, p95, count)
        else:
            speeds[who] = Speed(p50, p95, count)
    for name, day, count in _rows(COUNTS_SQL, values):
        setattr(days[day], name, int(count))
        setattr(days[None], name, getattr(days[None], name) + int(count))
    return Figures(
        period=wanted,
        total=days[None],
        days={day: days[day] for day in wanted.days},
        reasons=[(_reason(reason), count) for reason, count in _rows(REASONS_SQL, values)],
        asked=[Asked(*row) for row in _rows(CARS_SQL, values)],
        waiting=sorted((Waiting(*row) for row in _rows(WAITING_SQL, values)), key=lambda one: list(WHO).index(one.who)),
        sellers=[
            Seller(name or OWN_PHONE, taken, wrote, *speeds.get(name, Speed())[:2], leads, drives, came)
            for name, taken, wrote, leads, drives, came in _rows(SELLERS_SQL, values)
        ],
    )


WHO = {"bot": "asisten", "waiting": "menunggu orang", "person": "dipegang orang"}


def _reason(reason: str) -> str:
    return str(Reason(reason).label) if reason in Reason.values else "tanpa alasan"


def _rows(sql: str, values: Mapping[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
