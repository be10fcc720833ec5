# ruff: noqa: E501 (one row of the tables is one line)
"""/stats says what the rows say, in the showroom's own days."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from aiconfig.models import WhatsAppAIConfig
from aimeow.models import AimeowAccount
from autolumiku.lib import clock
from conversations import commands
from conversations.models import ConversationEvent, Direction, Path, Sender, WhatsAppConversation, WhatsAppMessage
from inventory import models as inventory
from inventory.models import Vehicle
from leads.models import Lead
from staffcommands import grammar, registry
from staffcommands.models import StaffWhatsAppAuth
from staffcommands.registry import Actor, Done
from tenants import scope
from tenants.models import Tenant

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

NOW = datetime(2026, 3, 18, 1, 30, tzinfo=ZoneInfo("Asia/Jakarta"))  # a Wednesday; in Jayapura 03.30, in UTC Tuesday
TODAY, THIS_WEEK, THIS_MONTH, BEFORE = (NOW - timedelta(hours=hours) for hours in (1, 48, 240, 960))


@dataclass
class Scene:
    tenant: Tenant
    config: WhatsAppAIConfig
    ani: StaffWhatsAppAuth
    numbers: Iterator[int]

    def say(self, message: str) -> Done:
        call = grammar.recognise(message)
        assert call is not None
        return registry.run(call, Actor(self.tenant.pk, self.ani, self.config))

    def car(self, at: datetime, status: str = "AVAILABLE", sold_at: datetime | None = None) -> None:
        car = inventory.add(self.tenant.pk, by="test", make="Honda", model="Brio", year=2020, status=status)
        Vehicle.objects.filter(pk=car.pk).update(created_at=at, sold_at=sold_at)

    def lead(self, at: datetime) -> None:
        lead = Lead.objects.create(tenant=self.tenant, phone=f"62812000000{next(self.numbers):02d}")
        Lead.objects.filter(pk=lead.pk).update(created_at=at)

    def chat(self) -> WhatsAppConversation:
        phone = f"62812000000{next(self.numbers):02d}"
        account = AimeowAccount.objects.get(tenant=self.tenant)
        return WhatsAppConversation.objects.create(
            tenant=self.tenant, account=account, customer_phone=phone, chat_jid=f"{phone}@s.whatsapp.net"
        )

    def message(self, chat: WhatsAppConversation, at: datetime, sender: str, **fields: object) -> None:
        direction = Direction.INBOUND if sender in (Sender.CUSTOMER, Sender.STAFF) else Direction.OUTBOUND
        message = WhatsAppMessage.objects.create(
            tenant=self.tenant,
            account=chat.account,
            conversation=chat,
            direction=direction,
            sender_type=sender,
            **fields,
        )
        WhatsAppMessage.objects.filter(pk=message.pk).update(created_at=at)

    def handed_over(self, chat: WhatsAppConversation, at: datetime) -> None:
        event = ConversationEvent.objects.create(tenant=self.tenant, conversation=chat, kind="escalated")
        ConversationEvent.objects.filter(pk=event.pk).update(created_at=at)


def opened(slug: str, number: int) -> Scene:
    tenant = Tenant.objects.create(name=slug, slug=slug, vehicle_prefix="PM")
    config = WhatsAppAIConfig.objects.create(tenant=tenant)
    ani = StaffWhatsAppAuth.objects.create(tenant=tenant, name="Ani", phone_number=f"628123456780{number}")
    AimeowAccount.objects.create(tenant=tenant, client_id=f"client-{number}")
    return Scene(tenant, config, ani, count(10 * number))


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with scope.platform("test"):
        yield opened("prima-mobil", 1)


def fill(scene: Scene) -> None:
    """Two cars before, one each this month, this week and today; and so on."""
    scene.car(BEFORE)
    scene.car(BEFORE, "SOLD", sold_at=THIS_WEEK)
    scene.car(THIS_MONTH, "SOLD", sold_at=TODAY)
    scene.car(THIS_WEEK, "BOOKED")
    scene.car(TODAY, "DELETED")
    for at in (BEFORE, THIS_MONTH, TODAY):
        scene.lead(at)
    one, two = scene.chat(), scene.chat()
    for at in (BEFORE, THIS_WEEK, TODAY, TODAY):
        scene.message(one, at, Sender.CUSTOMER)
    scene.message(two, THIS_MONTH, Sender.CUSTOMER)
    scene.message(two, TODAY, Sender.STAFF)
    scene.message(one, TODAY, Sender.AI, ai_response=True, path=Path.MODEL)
    scene.message(one, THIS_WEEK, Sender.AI, path=Path.COUNTER)
    scene.message(one, TODAY, Sender.SYSTEM, path=Path.FIXED)
    scene.handed_over(one, THIS_WEEK)
    scene.handed_over(one, TODAY)
    scene.handed_over(two, THIS_MONTH)


REPORTS = [
    ("A113", "stats", "hari ini (18/3)", (0, 1, 1, 1, 2, 1, 0, 1)),
    ("A113 slash", "/stats today", "hari ini (18/3)", (0, 1, 1, 1, 2, 1, 0, 1)),
    ("A113 laporan", "laporan", "hari ini (18/3)", (0, 1, 1, 1, 2, 1, 0, 1)),
    ("A113 week", "stats week", "minggu ini (16/3–18/3)", (1, 2, 1, 1, 3, 1, 1, 1)),
    ("A113 minggu ini", "laporan minggu ini", "minggu ini (16/3–18/3)", (1, 2, 1, 1, 3, 1, 1, 1)),
    ("A113 month", "/report month", "bulan ini (1/3–18/3)", (2, 2, 2, 2, 4, 1, 1, 2)),
    ("A113 bulan ini", "statistik bulan ini", "bulan ini (1/3–18/3)", (2, 2, 2, 2, 4, 1, 1, 2)),
]


@pytest.mark.parametrize(("message", "title", "figures"), [row[1:] for row in REPORTS], ids=[row[0] for row in REPORTS])
def test_the_figures_of_a_period_are_the_rows(scene: Scene, message: str, title: str, figures: tuple[int, ...]) -> None:
    fill(scene)
    cars, sold, leads, chats, messages, by_model, by_counter, handed = figures
    text = scene.say(message).text
    for said in (
        f"Statistik {title}",
        "Total: 4 unit",
        "Tersedia: 1 · Dibooking: 1 · Terjual: 2",
        f"Baru masuk: {cars} · Laku: {sold}",
        f"Total: 3 · Baru: {leads}",
        f"Percakapan: {chats} · Pesan masuk: {messages}",
        f"Dijawab AI: {by_model} · Dijawab dari data: {by_counter}",
        f"Diteruskan ke orang: {handed}",
    ):
        assert said in text


def test_another_showrooms_rows_are_not_counted(scene: Scene) -> None:
    fill(opened("jaya-motor", 2))
    assert scene.say("stats month").text == commands.NO_DATA.format(period="bulan ini")


def test_no_data_is_one_sentence(scene: Scene) -> None:
    done = scene.say("stats")
    assert done.success
    assert done.text == "Belum ada data untuk hari ini, Kak: belum ada mobil, prospek, atau percakapan."


def test_the_day_begins_at_the_showrooms_midnight(scene: Scene) -> None:
    scene.lead(NOW - timedelta(hours=2))  # 23.30 of the day before in Jakarta, 01.30 in Jayapura
    assert "Baru: 0" in scene.say("stats").text
    scene.config.timezone = "Asia/Jayapura"
    assert "Baru: 1" in scene.say("stats").text


def test_an_unknown_period_is_explained(scene: Scene) -> None:
    done = scene.say("/stats tahun ini")
    assert (done.success, done.text) == (False, commands.WRONG_PERIOD)


def test_figures_take_few_statements(scene: Scene, django_assert_num_queries) -> None:
    fill(scene)
    with django_assert_num_queries(6):
        commands.count(scene.tenant.pk, NOW)


# --- the same figures, asked of the database by hand ------------------------------------------------------------------

BY_HAND = {  # what stats says: one statement over the rows; %(since)s is the period's midnight
    "Total: {} unit": "SELECT count(*) FROM vehicles WHERE tenant_id = %(t)s AND status <> 'DELETED'",
    "Baru masuk: {} ·": "SELECT count(*) FROM vehicles WHERE tenant_id = %(t)s AND status <> 'DELETED' AND created_at >= %(since)s",
    "Laku: {}": "SELECT count(*) FROM vehicles WHERE tenant_id = %(t)s AND status = 'SOLD' AND sold_at >= %(since)s",
    "Total: {} · Baru": "SELECT count(*) FROM leads WHERE tenant_id = %(t)s",
    "Baru: {}": "SELECT count(*) FROM leads WHERE tenant_id = %(t)s AND created_at >= %(since)s",
    "Percakapan: {} ·": "SELECT count(DISTINCT conversation_id) FROM whatsapp_messages WHERE tenant_id = %(t)s AND created_at >= %(since)s AND direction = 'inbound' AND sender_type = 'customer'",
    "Pesan masuk: {}": "SELECT count(*) FROM whatsapp_messages WHERE tenant_id = %(t)s AND created_at >= %(since)s AND direction = 'inbound' AND sender_type = 'customer'",
    "Dijawab AI: {} ·": "SELECT count(*) FROM whatsapp_messages WHERE tenant_id = %(t)s AND created_at >= %(since)s AND direction = 'outbound' AND ai_response",
    "Dijawab dari data: {} ·": "SELECT count(*) FROM whatsapp_messages WHERE tenant_id = %(t)s AND created_at >= %(since)s AND direction = 'outbound' AND path = 'counter'",
    "Oleh orang: {}": "SELECT count(*) FROM whatsapp_messages WHERE tenant_id = %(t)s AND created_at >= %(since)s AND direction = 'outbound' AND sender_type = 'human'",
    "Diteruskan ke orang: {}": "SELECT count(DISTINCT conversation_id) FROM conversation_events WHERE tenant_id = %(t)s AND created_at >= %(since)s AND kind = 'escalated'",
    "Rata-rata di stok: {} hari": "SELECT round(extract(epoch FROM avg(sold_at - created_at)) / 86400) FROM vehicles WHERE tenant_id = %(t)s AND status = 'SOLD' AND sold_at >= %(since)s",
}  # fmt: skip


@pytest.mark.parametrize(
    ("period", "since"), [("today", "2026-03-18"), ("week", "2026-03-16"), ("month", "2026-03-01")]
)
def test_the_figures_equal_a_statement_written_by_hand(scene: Scene, period: str, since: str) -> None:
    """Over randomly strewn rows; another showroom has as many."""
    for place, seed in ((scene, 1), (opened("jaya-motor", 2), 2)):
        strew(place, random.Random(seed))
    text = scene.say(f"stats {period}").text
    for said, sql in BY_HAND.items():
        with connection.cursor() as cursor:
            cursor.execute(sql, {"t": scene.tenant.pk, "since": f"{since} 00:00+07"})
            [(figure,)] = cursor.fetchall()
        assert figure is not None
        assert said.format(int(figure)) in text


SPEED_BY_HAND = """
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY took), percentile_disc(0.95) WITHIN GROUP (ORDER BY took) FROM (
    SELECT extract(epoch FROM a.sent_at - q.created_at) took FROM whatsapp_messages q, whatsapp_messages a
    WHERE q.tenant_id = %(t)s AND a.conversation_id = q.conversation_id AND a.answers_upto = q.seq) answers
"""


def test_the_time_until_an_answer_equals_a_statement_written_by_hand(scene: Scene) -> None:
    chat = scene.chat()
    for seq, seconds in enumerate((2, 3, 4, 5, 90), start=1):
        at = TODAY + timedelta(minutes=seq)
        scene.message(chat, at, Sender.CUSTOMER, seq=seq)
        answer = {"answers_upto": seq, "path": Path.COUNTER, "sent_at": at + timedelta(seconds=seconds)}
        scene.message(chat, at, Sender.AI, **answer)
    with connection.cursor() as cursor:
        cursor.execute(SPEED_BY_HAND, {"t": scene.tenant.pk})
        [(middle, slow)] = cursor.fetchall()
    assert (middle, slow) == (4, 90)
    assert f"Waktu jawab: {middle:.1f} detik".replace(".", ",") in scene.say("stats").text


def strew(scene: Scene, dice: random.Random) -> None:
    """Cars, leads, chats and messages at random moments of the last 50 days."""

    def ago() -> datetime:
        return NOW - timedelta(
            minutes=dice.choice((dice.randint(1, 90), dice.randint(1, 3_000), dice.randint(1, 72_000)))
        )

    for _ in range(40):
        status, at = dice.choice(("AVAILABLE", "BOOKED", "SOLD", "DELETED", "DRAFT")), ago()
        scene.car(at - timedelta(days=dice.randint(1, 60)) if status == "SOLD" else at, status, at)
    scene.car(TODAY - timedelta(days=9), "SOLD", TODAY)
    for _ in range(9):
        scene.lead(ago())
    chats = [scene.chat() for _ in range(6)]
    kinds = [
        (Sender.CUSTOMER, {}), (Sender.STAFF, {}), (Sender.AI, {"ai_response": True, "path": Path.MODEL}),
        (Sender.AI, {"path": Path.COUNTER}), (Sender.HUMAN, {"path": Path.PERSON}), (Sender.SYSTEM, {"path": Path.FIXED}),
    ]  # fmt: skip
    for _ in range(120):
        sender, fields = dice.choice(kinds)
        scene.message(dice.choice(chats), ago(), sender, **fields)
        if dice.random() < 0.2:
            scene.handed_over(dice.choice(chats), ago())
