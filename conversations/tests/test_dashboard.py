"""The figures of the front page are what a plain look at the rows says, for the period, the showroom and the role."""

from __future__ import annotations

import csv
import io
import random
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aiconfig.models import LLMCall
from aimeow.models import AimeowAccount
from conversations import charts, dashboard
from conversations.dashboard import Period
from conversations.models import ConversationEvent, Holder, Reason, Status, WhatsAppConversation, WhatsAppMessage
from conversations.pages import figures
from inventory import models as inventory
from leads.models import Booking, Lead
from tenants import scope
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Jakarta")
PERIOD = Period(date(2026, 11, 2), date(2026, 11, 8), ZONE)
START = datetime(2026, 10, 30, 17, tzinfo=UTC)  # two days before the period begins, in the zone
MODELS = (("Toyota", "Avanza"), ("Honda", "CR-V"), ("Toyota", "Innova"), ("Suzuki", "Ertiga"), ("Kia", "Rio"))


@pytest.fixture
def cast():
    return casting.gather()


def fill(tenant, people, seed=1, chats=40):
    """Ten days of a showroom: chats that are answered by the assistant, by people, or by nobody; leads and drives."""
    days = Days(tenant, people, random.Random(seed))
    with scope.of(tenant):
        days.begin(chats)
        for make, model in MODELS[:2]:
            inventory.add(tenant.pk, by="t", make=make, model=model, variant="G", year=2019, status="AVAILABLE")
        inventory.add(tenant.pk, by="t", make="Suzuki", model="Ertiga", year=2019, status="SOLD")


class Days:
    def __init__(self, tenant, people, dice):
        self.tenant, self.people, self.dice = tenant, people, dice
        self.messages, self.rest = [], []  # rest: rows whose moment the database would set itself

    def begin(self, chats):
        mine = {"tenant": self.tenant}
        number = f"62812{self.tenant.pk:08d}"
        self.account = AimeowAccount.objects.create(**mine, client_id=self.tenant.slug, phone_number=number)
        moments = [START + timedelta(minutes=self.dice.randrange(11 * 24 * 60)) for _ in range(chats)]
        made = WhatsAppConversation.objects.bulk_create(
            WhatsAppConversation(
                **mine, account=self.account, customer_phone=f"62813{self.tenant.pk:04d}{place:04d}", chat_jid="x",
                status=self.dice.choice(Status.values), holder=self.dice.choice(Holder.values), inbound_seq=9,
                answered_seq=self.dice.choice((8, 9)), waiting_since=moment, escalated_at=moment,
            )
            for place, moment in enumerate(moments)
        )  # fmt: skip
        for chat, moment in zip(made, moments, strict=True):
            self.talk(chat, moment)
            self.lead(chat, moment)
        for _ in range(30):
            call = LLMCall(**mine, purpose="reply", model="m", outcome="ok", cost=self.dice.randrange(90))
            self.rest.append((call, START + timedelta(minutes=self.dice.randrange(15_000))))
        self.write()

    def write(self):
        WhatsAppMessage.objects.bulk_create(self.messages)
        for model in (ConversationEvent, Lead, Booking, LLMCall):
            rows = [(row, moment) for row, moment in self.rest if isinstance(row, model)]
            model.objects.bulk_create([row for row, _ in rows])
            for row, moment in rows:
                row.created_at = moment
            model.objects.bulk_update([row for row, _ in rows], ["created_at"])

    def talk(self, chat, moment):
        dice = self.dice
        for seq in range(1, dice.randrange(2, 7)):
            moment += timedelta(minutes=dice.choice((1, 30, 700)))
            make, model = dice.choice(MODELS)
            named = {"make": make, "model": model}
            unit = {"unit_id": f"{self.tenant.vehicle_prefix}-003"}
            entities = dice.choice(({}, named, named, unit, {**named, "guessed": True}))
            self.say(chat, moment, "inbound", "customer", seq=seq, entities=entities)
            if dice.random() < 0.7:
                path, kind = dice.choice((("model", "ai"), ("counter", "ai"), ("fixed", "system")))
                sent_at = moment + timedelta(seconds=dice.randrange(1, 90))
                self.say(chat, moment, "outbound", kind, path=path, answers_upto=seq, sent_at=sent_at)
            if dice.random() < 0.3:
                self.note(chat, "escalated", moment + timedelta(seconds=9), reason=dice.choice(Reason.values))
                if dice.random() < 0.3:
                    self.note(chat, "escalated", moment + timedelta(seconds=19), reason="complaint")
            if dice.random() < 0.3:
                person = dice.choice(self.people)
                self.note(chat, "taken", moment + timedelta(seconds=29), actor=person)
                name = dice.choice((person.get_full_name(), "62812345678"))
                later = moment + timedelta(seconds=dice.randrange(60, 4000))
                self.say(chat, later, "outbound", "human", sender=name, path="person", sent_at=later)

    def say(self, chat, moment, direction, kind, **fields):
        mine = {"tenant": self.tenant, "account": self.account, "conversation": chat}
        message = WhatsAppMessage(**mine, direction=direction, sender_type=kind, created_at=moment, **fields)
        self.messages.append(message)

    def note(self, chat, kind, moment, **fields):
        self.rest.append((ConversationEvent(tenant=self.tenant, conversation=chat, kind=kind, **fields), moment))

    def lead(self, chat, moment):
        mine = {"tenant": self.tenant, "phone": chat.customer_phone}
        if self.dice.random() < 0.4:
            self.rest.append((Lead(**mine, assigned_to=self.dice.choice((None, *self.people))), moment))
        if self.dice.random() < 0.4:
            at = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=self.dice.randrange(1, 90))
            status = self.dice.choice(("booked", "done", "no_show"))
            self.rest.append((Booking(**mine, account=self.account, starts_at=at, status=status), moment))


@pytest.fixture
def filled(cast):
    """Both showrooms, with days of their own."""
    fill(cast.a, (cast.alice, cast.bob))
    fill(cast.b, (cast.charlie,), seed=2)
    return cast


def rows(tenant, sql):
    """What a plain look says; within(column) is the period."""
    sql = sql.replace("within()", "within(created_at)")
    within = re.sub(
        r"within\((\S+?)\)",
        r"(\1 >= '2026-11-02 00:00+07' AND \1 < '2026-11-09 00:00+07')",
        sql.replace("day(", "to_char(7 * interval '1 hour' + timezone('UTC', ").replace(")day", "), 'YYYY-MM-DD')"),
    )
    with scope.of(tenant), connection.cursor() as cursor:
        cursor.execute(within)
        return cursor.fetchall()


def counted(tenant):
    with scope.of(tenant):
        return dashboard.figures(PERIOD)


def p(values, share):
    """Between the two neighbours, as people reckon it."""
    values = sorted(float(value) for value in values)
    place = (len(values) - 1) * share
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


# --- Each figure against a plain look --------------------------------------------------------------------------------

CUSTOMERS = "direction = 'inbound' AND sender_type = 'customer' AND within()"


def test_chats_and_messages(filled):
    found = counted(filled.a)
    [(talks, messages)] = rows(
        filled.a, f"SELECT count(DISTINCT conversation_id), count(*) FROM whatsapp_messages WHERE {CUSTOMERS}"
    )
    assert (found.total.talks, found.total.messages) == (talks, messages)
    assert talks > 20
    counts = f"SELECT day(created_at)day, count(DISTINCT conversation_id) FROM whatsapp_messages WHERE {CUSTOMERS}"
    by_day = dict(rows(filled.a, f"{counts} GROUP BY 1"))
    assert {str(day): one.talks for day, one in found.days.items() if one.talks} == by_day


def test_chats_without_a_person(filled):
    [(alone,)] = rows(
        filled.a,
        f"""
        SELECT count(*) FROM whatsapp_conversations c
        WHERE id IN (SELECT conversation_id FROM whatsapp_messages WHERE {CUSTOMERS})
          AND id IN (SELECT conversation_id FROM whatsapp_messages WHERE answers_upto > 0 AND within())
          AND id NOT IN (SELECT conversation_id FROM whatsapp_messages WHERE sender_type = 'human' AND within())
          AND id NOT IN (SELECT conversation_id FROM conversation_events WHERE kind = 'escalated' AND within())
        """,
    )
    total = counted(filled.a).total
    assert (total.alone, total.share) == (alone, 100 * alone / total.talks)
    assert alone > 0


def test_hand_overs_and_their_reasons(filled):
    found = counted(filled.a)
    [(chats,)] = rows(
        filled.a,
        "SELECT count(DISTINCT conversation_id) FROM conversation_events WHERE kind = 'escalated' AND within()",
    )
    reasons = dict(
        rows(
            filled.a,
            "SELECT reason, count(*) FROM conversation_events WHERE kind = 'escalated' AND within() GROUP BY 1",
        )
    )
    assert found.total.handed == chats > 0
    assert dict(found.reasons) == {Reason(reason).label: count for reason, count in reasons.items()}


def test_how_fast_the_assistant_answers_first(filled):
    """Message by message in Python, from the plain rows."""
    took = {}
    messages = rows(
        filled.a,
        "SELECT conversation_id, day(created_at)day, direction, sender_type, created_at, sent_at, within()"
        " FROM whatsapp_messages ORDER BY id",
    )
    for place, (chat, day, direction, _, at, _, inside) in enumerate(messages):
        if direction == "inbound" and inside and (chat, day) not in took:
            later = (row for row in messages[place + 1 :] if row[0] == chat and row[2] == "outbound")
            answer = next(later, None)
            took[chat, day] = (answer[5] - at).total_seconds() if answer and answer[3] != "human" else None
    seconds = [one for one in took.values() if one is not None]
    found = counted(filled.a)
    assert (found.total.bot.answers, found.total.bot.p50, found.total.bot.p95) == (
        len(seconds), pytest.approx(p(seconds, 0.5)), pytest.approx(p(seconds, 0.95)),
    )  # fmt: skip
    for day, one in found.days.items():
        mine = [took[key] for key in took if key[1] == str(day) and took[key] is not None]
        assert one.bot.answers == len(mine)
        if mine:
            assert one.bot.p50 == pytest.approx(p(mine, 0.5))


def waits(tenant):
    """{(chat, answer): (asked, who, seconds)} of hand-overs that a person answered."""
    found = {}
    events = rows(
        tenant,
        "SELECT conversation_id, created_at FROM conversation_events WHERE kind = 'escalated' AND within()"
        " ORDER BY created_at",
    )
    answers = rows(
        tenant,
        "SELECT conversation_id, id, sender, sent_at, created_at FROM whatsapp_messages WHERE sender_type = 'human'"
        " ORDER BY id",
    )
    for chat, asked in events:
        answer = next((one for one in answers if one[0] == chat and one[4] > asked), None)
        if answer:
            found.setdefault((chat, answer[1]), (asked, answer[2], (answer[3] - asked).total_seconds()))
    return found


def test_how_fast_people_answer_after_a_hand_over(filled):
    seconds = [took for _, _, took in waits(filled.a).values()]
    total = counted(filled.a).total
    assert len(seconds) > 3
    assert (total.person.answers, total.person.p50, total.person.p95) == (
        len(seconds), pytest.approx(p(seconds, 0.5)), pytest.approx(p(seconds, 0.95)),
    )  # fmt: skip


def test_leads_drives_and_cost(filled):
    found = counted(filled.a)
    [(leads, drives, came, cost)] = rows(
        filled.a,
        """
        SELECT (SELECT count(*) FROM leads WHERE within()),
            (SELECT count(*) FROM bookings WHERE within()),
            (SELECT count(*) FROM bookings WHERE status = 'done' AND within(starts_at)),
            (SELECT sum(cost) FROM llm_calls WHERE within())
        """,
    )
    total = found.total
    assert (total.leads, total.drives, total.came, total.cost) == (leads, drives, came, cost)
    assert min(leads, drives, came, cost) > 0
    assert total.cost_of_one == cost / total.talks
    assert [sum(getattr(one, name) for one in found.days.values()) for name in ("leads", "drives", "came", "cost")] == [
        leads, drives, came, cost,
    ]  # fmt: skip


def test_cars_that_are_asked_for_and_those_that_are_not_there(filled):
    said = rows(
        filled.a,
        f"SELECT conversation_id, entities ->> 'make', entities ->> 'model', entities ->> 'unit_id',"
        f" entities ->> 'guessed' FROM whatsapp_messages WHERE {CUSTOMERS}",
    )
    chats = {}
    for chat, make, model, unit, guessed in said:
        if unit:
            make, model = "Suzuki", "Ertiga"  # the car of that ID
        if model and not guessed:
            chats.setdefault(f"{make} {model}", set()).add(chat)
    found = counted(filled.a)
    assert {one.name: one.talks for one in found.asked} == {name: len(those) for name, those in chats.items()}
    assert [one.talks for one in found.top] == sorted((len(those) for those in chats.values()), reverse=True)
    assert {one.name for one in found.missing} == {"Toyota Innova", "Suzuki Ertiga", "Kia Rio"}


def test_who_owes_an_answer_now(filled):
    [(bot, waiting, person)] = rows(
        filled.a,
        """
        SELECT count(*) FILTER (WHERE holder = 'bot' AND status <> 'escalated' AND answered_seq < inbound_seq),
            count(*) FILTER (WHERE status = 'escalated' AND holder IN ('bot', 'waiting')),
            count(*) FILTER (WHERE holder = 'person' AND status <> 'closed' AND (
                SELECT direction FROM whatsapp_messages m WHERE m.conversation_id = c.id ORDER BY id DESC LIMIT 1
            ) = 'inbound')
        FROM whatsapp_conversations c
        """,
    )
    found = counted(filled.a)
    assert {one.who: one.talks for one in found.waiting} == {"bot": bot, "waiting": waiting, "person": person}
    assert found.unanswered == bot + waiting + person


def test_what_each_of_the_people_did(filled):
    found = {one.name: one for one in counted(filled.a).sellers}
    wrote = dict(
        rows(
            filled.a,
            "SELECT sender, count(*) FROM whatsapp_messages WHERE sender_type = 'human' AND within() GROUP BY 1",
        )
    )
    assert found["HP showroom"].wrote == wrote["62812345678"]
    for person in (filled.alice, filled.bob):
        one = found[person.get_full_name()]
        [(taken, leads, drives, came)] = rows(
            filled.a,
            f"""
            SELECT (SELECT count(DISTINCT conversation_id) FROM conversation_events
                    WHERE kind = 'taken' AND actor_id = {person.pk} AND within()),
                (SELECT count(*) FROM leads WHERE assigned_to_id = {person.pk} AND within()),
                (SELECT count(*) FROM bookings b WHERE within() AND EXISTS (
                    SELECT 1 FROM leads l WHERE l.phone = b.phone AND l.assigned_to_id = {person.pk})),
                (SELECT count(*) FROM bookings b WHERE status = 'done' AND within(starts_at) AND EXISTS (
                    SELECT 1 FROM leads l WHERE l.phone = b.phone AND l.assigned_to_id = {person.pk}))
            """,
        )
        assert (one.taken, one.leads, one.drives, one.came) == (taken, leads, drives, came)
        assert one.wrote == wrote[person.get_full_name()]
        mine = [took for _, who, took in waits(filled.a).values() if who == person.get_full_name()]
        assert (one.p50, one.p95) == (pytest.approx(p(mine, 0.5)), pytest.approx(p(mine, 0.95)))


def test_the_whole_platform_is_the_sum_of_its_showrooms(filled):
    with scope.platform("test"):
        whole = dashboard.figures(PERIOD).total
    a, b = counted(filled.a).total, counted(filled.b).total
    for name in ("talks", "messages", "alone", "handed", "leads", "drives", "came", "cost"):
        assert getattr(whole, name) == getattr(a, name) + getattr(b, name)


def test_an_empty_showroom_has_empty_figures(cast):
    found = counted(cast.a)
    assert (found.total.talks, found.total.share, found.total.cost_of_one, found.asked, found.sellers) == (
        0, None, None, [], [],
    )  # fmt: skip
    assert len(found.days) == 7


@pytest.mark.parametrize("chats", [1, 40])
def test_the_figures_cost_eight_queries_whatever_their_size(cast, chats):
    fill(cast.a, (cast.alice, cast.bob), chats=chats)
    with scope.of(cast.a), CaptureQueriesContext(connection) as asked:
        dashboard.figures(PERIOD)
    assert len(asked) == 8


# --- The period ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({}, "2026-11-02", "2026-11-08"),
        ({"periode": "1"}, "2026-11-08", "2026-11-08"),
        ({"periode": "30"}, "2026-10-10", "2026-11-08"),
        ({"periode": "tahun"}, "2026-11-02", "2026-11-08"),
        ({"dari": "2026-10-01", "sampai": "2026-10-03"}, "2026-10-01", "2026-10-03"),
        ({"dari": "2026-10-03", "sampai": "2026-10-01"}, "2026-11-02", "2026-11-08"),
        ({"dari": "2026-10-03", "sampai": "2027-10-01"}, "2026-11-02", "2026-11-08"),
        ({"dari": "2020-01-01", "sampai": "2026-11-08"}, "2026-11-02", "2026-11-08"),
        ({"dari": "2026-13-45", "sampai": "x"}, "2026-11-02", "2026-11-08"),
    ],
)
def test_a_period_is_as_asked_or_the_last_seven_days(asked, first, last):
    found = dashboard.period(asked, date(2026, 11, 8), ZONE)
    assert (str(found.first), str(found.last)) == (first, last)


# --- The page and the file -------------------------------------------------------------------------------------------

ASKED = {"dari": "2026-11-02", "sampai": "2026-11-08"}


@pytest.mark.parametrize(("name", "seen"), [("alice", True), ("root", True), ("bob", False), ("rani", False)])
def test_who_leads_sees_the_figures(filled, name, seen):
    browser = casting.browser(filled.person(name))
    page = browser.get("/admin/", ASKED)
    assert page.status_code == 200
    assert ("Terjawab tanpa orang" in page.content.decode()) == seen
    assert browser.get("/admin/angka.csv", ASKED).status_code == (200 if seen else 403)


def test_the_page_shows_the_figures_and_what_they_mean(filled):
    page = re.sub(r"\s+", " ", casting.browser(filled.alice).get("/admin/", ASKED).content.decode())
    found = counted(filled.a)
    assert f"<b>{found.total.talks}</b>" in page
    assert "Chat yang pelanggannya menulis." in page
    for one in (*found.top, *found.missing):
        assert one.name in page
    assert page.count("<rect") > 10


def test_the_file_holds_the_same_figures(filled):
    raw = casting.browser(filled.alice).get("/admin/angka.csv", ASKED).content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(raw), delimiter=";"))
    told = {line[0]: line[1:] for line in lines if line}
    found = counted(filled.a)
    assert told["Percakapan"][0] == str(found.total.talks)
    assert told["Test drive"][0] == f"{found.total.drives}, {found.total.came}"
    for one in found.asked:
        assert told[one.name] == [str(one.talks), "ya" if one.in_stock else "tidak"]
    assert told["Alice"][1] == str(next(one.wrote for one in found.sellers if one.name == "Alice"))
    assert told["05/11/2026"][0] == str(found.days[date(2026, 11, 5)].talks)
    assert "Charlie" not in raw


def test_nothing_of_another_showroom_is_counted(filled):
    page = casting.browser(filled.charlie).get("/admin/", ASKED).content.decode()
    assert "Bob" not in page
    assert counted(filled.b).total != counted(filled.a).total


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "–"), (2.14, "2,1 detik"), (42.4, "42 detik"), (600, "10 menit"), (12_600, "3,5 jam")],
)
def test_a_span_is_said_as_people_say_it(seconds, said):
    assert figures.span(seconds) == said


def test_bars_lie_on_each_other_and_the_highest_fills_the_chart():
    found = charts.chart("x", ("a", "b"), [("1", (1, 1)), ("2", (4, 0)), ("3", (0, 0))])
    assert [(bar.x, bar.y, bar.height, bar.tone) for bar in found.bars] == [
        (2, 90, 30, 0),
        (2, 60, 30, 1),
        (22, 0, 120, 0),
    ]
    assert charts.chart("x", ("a",), []).bars == ()
