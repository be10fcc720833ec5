"""/stats says what the rows say, in the showroom's own days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

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
    with django_assert_num_queries(5):
        commands.count(scene.tenant.pk, NOW)
