"""The demo: what it shows is true, whole, and finished."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections import Counter
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from PIL import Image

from aiconfig.models import BusinessHours, FAQEntry, LLMCall
from autolumiku.demo import people, pictures
from autolumiku.demo.processes import Family, Program, StoppedError, is_free
from autolumiku.lib import rupiah
from autolumiku.management.commands import demo as runner
from conversations import outbox, turns
from conversations.models import (
    ConversationEvent,
    Delivery,
    Direction,
    Holder,
    Status,
    WhatsAppConversation,
    WhatsAppMessage,
)
from inventory.models import Vehicle, VehicleHistory
from leads.models import Lead
from staffcommands.models import StaffWhatsAppAuth
from tenants import scope
from tenants.models import Membership, Tenant, User

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def load(state: Path, **options: Any) -> str:
    out = StringIO()
    call_command("load_demo", no_photos=True, state=state, stdout=out, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The simulator's state file of a demo loaded once for this module, in a transaction that is undone."""
    state = tmp_path_factory.mktemp("demo") / "simulator.json"
    with django_db_blocker.unblock(), transaction.atomic():
        load(state)
        yield state
        transaction.set_rollback(True)


@pytest.fixture
def demo(loaded: Path) -> Iterator[Path]:
    with scope.platform("test"):
        yield loaded


@pytest.mark.usefixtures("demo")
class TestStock:
    @pytest.mark.parametrize("place", people.PLACES, ids=lambda place: place.slug)
    def test_each_showroom_has_cars_of_every_kind(self, place: people.Place) -> None:
        cars = Vehicle.objects.filter(tenant__slug=place.slug)
        assert cars.count() >= 40
        assert set(cars.values_list("status", flat=True)) == {"AVAILABLE", "BOOKED", "SOLD", "DRAFT", "DELETED"}
        assert set(cars.values_list("transmission", flat=True)) >= {"manual", "automatic", "cvt"}
        assert set(cars.values_list("fuel", flat=True)) >= {"bensin", "diesel"}
        prices = [price for price in cars.values_list("price", flat=True) if price]
        assert min(prices) < 120_000_000
        assert max(prices) > 400_000_000
        for field in ("mileage", "tax_valid_until", "credit_price", "previous_owners"):
            assert cars.filter(**{f"{field}__isnull": True}).exists(), field

    def test_the_first_two_cars_are_the_known_ones(self) -> None:
        city, fortuner = Vehicle.objects.filter(tenant__slug=people.PRIMA.slug).order_by("id")[:2]
        assert (str(city), city.price, city.mileage, city.color, city.fuel, city.transmission) == (
            "Honda City S AT 2006 | PM-PST-001", 79_000_000, 127_245, "silver", "bensin", "automatic"
        )  # fmt: skip
        assert (str(fortuner), fortuner.price, fortuner.mileage, fortuner.color, fortuner.fuel) == (
            "Toyota Fortuner VRZ AT 2021 | PM-PST-002", 470_000_000, 25_000, "hitam", "diesel"
        )  # fmt: skip

    def test_every_car_has_its_history_from_its_first_day(self) -> None:
        for car in Vehicle.objects.all():
            first = VehicleHistory.objects.filter(vehicle=car).earliest("id")
            assert (first.action, first.created_at) == ("create", car.created_at)

    def test_a_new_car_gets_the_next_number(self) -> None:
        tenant = Tenant.objects.get(slug=people.PRIMA.slug)
        assert tenant.last_vehicle_number == Vehicle.objects.filter(tenant=tenant).count()


@pytest.mark.usefixtures("demo")
class TestPeople:
    @pytest.mark.parametrize("place", people.PLACES, ids=lambda place: place.slug)
    def test_each_showroom_has_its_people_and_settings(self, place: people.Place) -> None:
        tenant = Tenant.objects.get(slug=place.slug)
        assert set(Membership.objects.filter(tenant=tenant).values_list("role", flat=True)) == {
            "owner", "manager", "sales"
        }  # fmt: skip
        assert FAQEntry.objects.filter(tenant=tenant).count() == 8
        assert BusinessHours.objects.filter(tenant=tenant).count() == 7
        staff = StaffWhatsAppAuth.objects.filter(tenant=tenant)
        assert len({(s.can_upload_vehicle, s.can_update_status, s.can_view_analytics) for s in staff}) >= 2
        assert staff.count() == 3

    def test_the_printed_password_opens_every_login(self) -> None:
        for name in (people.ADMIN, *(login.username for place in people.PLACES for login in place.logins)):
            user = User.objects.get(username=name)
            assert user.check_password(people.PASSWORD)
            assert user.is_staff
        assert User.objects.filter(is_superuser=True).count() == 1

    def test_every_number_is_an_invented_one(self) -> None:
        numbers = {*WhatsAppConversation.objects.values_list("customer_phone", flat=True)}
        numbers |= {*StaffWhatsAppAuth.objects.values_list("phone_number", flat=True)}
        numbers |= {*Tenant.objects.values_list("whatsapp_number", flat=True)}
        assert {number[:11] for number in numbers} == {"62812000000"}


@pytest.mark.usefixtures("demo")
class TestChats:
    @pytest.mark.parametrize("place", people.PLACES, ids=lambda place: place.slug)
    def test_each_showroom_has_thirty_chats_in_every_state(self, place: people.Place) -> None:
        chats = WhatsAppConversation.objects.filter(tenant__slug=place.slug, is_staff=False)
        assert chats.count() == 30
        states = Counter(chats.filter(is_spam=False).values_list("holder", "status"))
        assert set(states) == {
            (Holder.BOT, Status.ACTIVE), (Holder.BOT, Status.ESCALATED), (Holder.BOT, Status.CLOSED),
            (Holder.WAITING, Status.ESCALATED), (Holder.PERSON, Status.ESCALATED),
        }  # fmt: skip
        assert chats.filter(is_spam=True).count() == 3
        sent = WhatsAppMessage.objects.filter(conversation__in=chats, direction=Direction.OUTBOUND)
        assert set(sent.values_list("path", flat=True)) == {"model", "counter", "fixed", "person"}
        assert set(sent.values_list("aimeow_status", flat=True)) == {"sent", "delivered", "read", "failed", "unsure"}
        assert Lead.objects.filter(tenant__slug=place.slug).count() >= 10

    def test_nothing_waits_for_the_bot(self) -> None:
        assert not WhatsAppConversation.objects.overdue(0).exists()
        assert not WhatsAppConversation.objects.filter(answered_seq__lt=F("inbound_seq"), holder=Holder.BOT).exists()

    def test_a_worker_that_starts_finds_nothing_to_say_or_send(self) -> None:
        before = list(WhatsAppMessage.objects.order_by("id").values_list("id", "aimeow_status"))
        assert turns.sweep() == 0
        outbox.sweep()
        assert list(WhatsAppMessage.objects.order_by("id").values_list("id", "aimeow_status")) == before
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM procrastinate_jobs")
            assert cursor.fetchone() == (0,)

    def test_the_counters_agree_with_the_messages(self) -> None:
        for chat in WhatsAppConversation.objects.prefetch_related("messages"):
            messages = list(chat.messages.all())
            numbered = [message.seq for message in messages if message.seq]
            assert numbered == list(range(1, chat.inbound_seq + 1))
            assert [m.created_at for m in messages] == sorted(m.created_at for m in messages)
            assert (messages[0].created_at, messages[-1].created_at) == (chat.started_at, chat.last_message_at)
            assert (chat.waiting_since is None) == (chat.answered_seq == chat.inbound_seq)

    def test_what_failed_was_not_sent_and_what_was_sent_has_its_gateway_id(self) -> None:
        sent = WhatsAppMessage.objects.filter(direction=Direction.OUTBOUND)
        lost = sent.filter(aimeow_status__in=[Delivery.FAILED, Delivery.UNSURE])
        assert set(lost.values_list("aimeow_message_id", "sent_at")) == {("", None)}
        assert not sent.exclude(pk__in=lost).filter(sent_at=None).exists()

    def test_only_the_models_answers_are_marked_so_and_have_their_call(self) -> None:
        sent = WhatsAppMessage.objects.filter(direction=Direction.OUTBOUND)
        assert not sent.exclude(path="model").filter(ai_response=True).exists()
        assert sent.filter(path="model", ai_response=True, llm_call__isnull=False).count() == LLMCall.objects.count()

    def test_every_price_the_assistant_named_is_a_price_of_the_stock(self) -> None:
        for place in people.PLACES:
            cars = Vehicle.objects.filter(tenant__slug=place.slug)
            known = {*cars.values_list("price", flat=True), *cars.values_list("credit_price", flat=True)}
            said = WhatsAppMessage.objects.filter(tenant__slug=place.slug, path__in=["model", "counter"])
            for text in said.values_list("content", flat=True):
                assert {amount.value for amount in rupiah.find(text)} <= known

    def test_no_placeholder_is_left(self) -> None:
        for text in WhatsAppMessage.objects.values_list("content", flat=True):
            assert "{" not in text
            assert "\\n" not in text

    def test_who_took_a_chat_is_known(self) -> None:
        taken = ConversationEvent.objects.filter(kind="taken").exclude(reason="staff_typed")
        assert not taken.filter(actor=None).exists()
        assert not WhatsAppConversation.objects.filter(holder=Holder.PERSON, escalated_to=None).exists()


class TestLoading:
    def test_a_second_run_changes_nothing_and_says_so(self, loaded: Path) -> None:
        assert load(loaded) == "The demo is loaded already; nothing was changed.\n"
        with scope.platform("test"):
            assert Tenant.objects.count() == len(people.PLACES)

    def test_a_database_in_use_is_left_alone(self, tmp_path: Path, loaded: Path) -> None:
        with scope.platform("test"):
            for tenant in Tenant.objects.all():
                Tenant.objects.filter(pk=tenant.pk).update(slug=f"bukan-{tenant.slug}")
        with pytest.raises(CommandError, match="holds showrooms or logins already"):
            load(tmp_path / "simulator.json")

    def test_the_simulator_knows_both_numbers_and_everybody(self, loaded: Path) -> None:
        state = json.loads(loaded.read_text())
        assert state["callback_url"].startswith("http://127.0.0.1:")
        assert "/api/v1/webhooks/aimeow?token=" in state["callback_url"]
        assert [client["phone"] for client in state["clients"]] == ["6281200000001", "6281200000002"]
        assert Counter(contact["role"] for contact in state["contacts"]) == {"customer": 14, "staff": 6}
        assert loaded.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("body", ["sedan", "hatchback", "mpv", "suv", "van", "pickup", "truck", ""])
@pytest.mark.parametrize("angle", range(3))
def test_every_kind_of_car_can_be_drawn(body: str, angle: int) -> None:
    picture = pictures.draw(body, "hitam metalik", "Toyota Avanza G 1.3 2019", angle)
    assert Image.open(BytesIO(picture)).format == "JPEG"
    assert len(picture) < 60_000


def interrupted(family: Family) -> None:
    """As when somebody presses Ctrl-C."""
    os.kill(os.getpid(), signal.SIGINT)
    family.watch()


class TestRunning:
    """Real children, because what matters is that none is left behind."""

    SLEEPS = "import time; print('up', flush=True); time.sleep(60)"
    STUBBORN = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )

    def family(self, *scripts: str) -> tuple[Family, list[Program]]:
        programs = [Program(f"p{number}", (sys.executable, "-c", script)) for number, script in enumerate(scripts)]
        return Family(os.environ, "/", patience=0.3), programs

    def test_one_child_that_ends_ends_them_all_and_is_named(self, capfd: pytest.CaptureFixture[str]) -> None:
        family, programs = self.family(self.SLEEPS, "print('no luck'); raise SystemExit(3)")
        with family:
            for program in programs:
                family.start(program)
            assert family.watch().startswith("p1 ended by itself (exit code 3)")
        assert [child.poll() is None for child in family.children.values()] == [False, False]
        assert "p1     | no luck" in capfd.readouterr().out

    def test_a_child_that_ignores_the_request_is_killed(self, capfd: pytest.CaptureFixture[str]) -> None:
        family, programs = self.family(self.STUBBORN)
        said: list[str] = []

        def is_up() -> bool:
            said.append(capfd.readouterr().out)
            return "up" in "".join(said)

        with family:
            family.start(programs[0])
            assert family.wait_until(is_up, 20) == ""
        assert family.children["p0"].returncode == -signal.SIGKILL

    def test_ctrl_c_reaches_us_alone_and_the_old_handler_comes_back(self) -> None:
        before = signal.getsignal(signal.SIGINT)
        family, programs = self.family(self.SLEEPS)
        with family:
            family.start(programs[0])
            with pytest.raises(StoppedError):
                interrupted(family)
        assert family.children["p0"].returncode == -signal.SIGTERM
        assert signal.getsignal(signal.SIGINT) is before

    def test_what_never_gets_ready_is_said(self) -> None:
        family, programs = self.family(self.SLEEPS)
        with family:
            family.start(programs[0])
            assert family.wait_until(lambda: False, 0.2) == "not ready after 0 seconds"

    @pytest.mark.parametrize("variable", ["PORT", "SIMULATOR_PORT"])
    def test_a_taken_port_is_named_with_its_variable(self, variable: str) -> None:
        with socket.socket() as taken, socket.socket() as other:
            for one in (taken, other):
                one.bind(("127.0.0.1", 0))
            taken.listen()
            used, free = taken.getsockname()[1], other.getsockname()[1]
            other.close()
            assert is_free(free)
            ports = (used, free) if variable == "PORT" else (free, used)
            with pytest.raises(CommandError, match=rf"Port {used} is in use .*{variable}="):
                runner.check_ports(*ports)

    def test_the_demo_never_talks_to_the_real_gateway(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AIMEOW_BASE_URL", "https://gateway.example")
        monkeypatch.setenv("PUBLIC_URL", "https://showroom.example")
        given = runner.environment(8000, 7030, "secret")
        assert given["AIMEOW_BASE_URL"] == "http://127.0.0.1:7030"
        assert given["PUBLIC_URL"] == "http://127.0.0.1:8000"
        assert given["AIMEOW_WEBHOOK_SECRET"] == "secret"

    def test_without_a_key_the_source_of_the_answers_is_said(self, settings: Any) -> None:
        settings.ZAI_API_KEY = ""
        assert "the stock itself (ZAI_API_KEY is not set)" in runner.welcome(8000, 7030)
        settings.ZAI_API_KEY, settings.ZAI_TEXT_MODEL = "key", "glm-4.6"
        assert "the model glm-4.6" in runner.welcome(8000, 7030)
