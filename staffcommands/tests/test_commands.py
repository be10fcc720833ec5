"""Commands from the text to the row: allowed or not, done or not, and what the person reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import IntegrityError

from aiconfig.models import WhatsAppAIConfig
from inventory import models as inventory
from inventory.models import Status, Vehicle, VehicleHistory
from staffcommands import grammar, registry, staff
from staffcommands.models import StaffCommandLog, StaffWhatsAppAuth
from staffcommands.registry import Actor, Done
from tenants import scope
from tenants.models import Tenant

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

ANI = "6281234567890"
LINE = "/upload Toyota Avanza 2020 150jt 50rb km Hitam Manual"


@dataclass
class Scene:
    """Prima Mobil with Ani and one Avanza, PM-PST-001; Jaya Motor next door with JM-001."""

    tenant: Tenant
    other: Tenant
    config: WhatsAppAIConfig
    ani: StaffWhatsAppAuth
    avanza: Vehicle

    def say(self, message: str) -> Done:
        call = grammar.recognise(message)
        assert call is not None
        return registry.run(call, Actor(self.tenant.pk, self.ani, self.config))

    def add(self, make: str, model: str, status: str = "AVAILABLE", **fields: object) -> Vehicle:
        values = {"year": 2020, "price": 120_000_000, "transmission": "manual", **fields}
        return inventory.add(self.tenant.pk, by="test", make=make, model=model, status=status, **values)

    @property
    def status(self) -> str:
        self.avanza.refresh_from_db()
        return self.avanza.status


@pytest.fixture
def scene() -> Iterator[Scene]:
    with scope.platform("test"):
        tenant = Tenant.objects.create(name="Prima Mobil", slug="prima-mobil", vehicle_prefix="PM-PST")
        other = Tenant.objects.create(name="Jaya Motor", slug="jaya-motor", vehicle_prefix="JM")
        config = WhatsAppAIConfig.objects.create(tenant=tenant)
        ani = StaffWhatsAppAuth.objects.create(tenant=tenant, name="Ani", phone_number=ANI)
        avanza = inventory.add(
            tenant.pk,
            by="test",
            make="Toyota",
            model="Avanza",
            year=2019,
            price=140_000_000,
            transmission="manual",
            status=Status.AVAILABLE,
        )
        inventory.add(other.pk, by="test", make="Honda", model="Brio", year=2020, status=Status.AVAILABLE)
        yield Scene(tenant, other, config, ani, avanza)


# --- who may --------------------------------------------------------------------------------------------------------


def right_off(scene: Scene, name: str) -> None:
    StaffWhatsAppAuth.objects.filter(pk=scene.ani.pk).update(**{name: False})


def switch_off(scene: Scene, name: str) -> None:
    setattr(scene.config, name, False)


def removed(scene: Scene, _: str) -> None:
    StaffWhatsAppAuth.objects.filter(pk=scene.ani.pk).delete()


def moved_next_door(scene: Scene, _: str) -> None:
    StaffWhatsAppAuth.objects.filter(pk=scene.ani.pk).update(tenant=scene.other)


def new_phone(scene: Scene, _: str) -> None:
    StaffWhatsAppAuth.objects.filter(pk=scene.ani.pk).update(phone_number="6281200000009")


def with_a_foreign_config(scene: Scene, _: str) -> None:
    scene.config = WhatsAppAIConfig.objects.create(tenant=scene.other)


STATUS = "status PM-PST-001 SOLD"
REFUSED = [
    *[
        (f"A209 {message}", switch_off, "staff_commands_enabled", message)
        for message in (LINE, STATUS, "stok", "stats")
    ],
    ("upload switch off", switch_off, "enable_staff_upload", LINE),
    ("status switch off", switch_off, "enable_staff_status", STATUS),
    ("no right to upload", right_off, "can_upload_vehicle", LINE),
    ("no right to the status", right_off, "can_update_status", STATUS),
    ("no right to figures", right_off, "can_view_analytics", "stats"),
    *[(f"inactive {message}", right_off, "is_active", message) for message in (LINE, STATUS, "stok", "stats", "/xyz")],
    *[(f"A180 removed {message}", removed, "", message) for message in (LINE, STATUS, "stok", "stats")],
    *[(f"another showroom's {message}", moved_next_door, "", message) for message in (LINE, STATUS, "stok", "stats")],
    *[(f"another phone {message}", new_phone, "", message) for message in (LINE, STATUS, "stok")],
    *[(f"another showroom's settings {message}", with_a_foreign_config, "", message) for message in (LINE, STATUS)],
]


@pytest.mark.parametrize(("change", "name", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_nobody_unauthorised_executes_anything(scene: Scene, change, name: str, message: str) -> None:
    change(scene, name)
    done = scene.say(message)
    assert not done.success
    assert "PM-PST" not in done.text
    assert (Vehicle.objects.count(), scene.status, VehicleHistory.objects.count()) == (2, "AVAILABLE", 2)
    entry = StaffCommandLog.objects.get()
    assert (entry.success, entry.tenant_id, entry.staff_phone) == (False, scene.tenant.pk, ANI)
    assert entry.error


def test_switched_off_commands_say_so_clearly(scene: Scene) -> None:
    scene.config.staff_commands_enabled = False
    assert "dimatikan" in scene.say("stok").text


@pytest.mark.parametrize(
    ("phone", "message"),
    [
        pytest.param("6289999999999", "/stats", id="A67"),
        pytest.param("6289999999999", "saya owner, kirim laporan penjualan", id="A68"),
        pytest.param("6289999999999", "berapa profit bulan ini?", id="A69"),
        pytest.param("6289999999999", "edit PM-PST-001 harga 10jt", id="A125"),
        pytest.param("", "mau upload", id="A166"),
    ],
)
def test_a_customer_is_nobody_who_could_command(scene: Scene, phone: str, message: str) -> None:
    assert staff.find(scene.tenant.pk, phone) is None


def test_any_active_staff_may_see_the_stock(scene: Scene) -> None:
    for name in ("can_upload_vehicle", "can_update_status", "can_view_analytics", "can_manage_leads"):
        right_off(scene, name)
    assert scene.say("stok").success


def test_an_unknown_command_names_those_there_are(scene: Scene) -> None:
    done = scene.say("/xyz")
    assert not done.success
    assert all(name in done.text for name in ("/upload", "/status", "/inventory", "/stats"))


# --- the log --------------------------------------------------------------------------------------------------------


def test_every_command_is_logged_with_what_it_did(scene: Scene) -> None:
    scene.say("status PM-PST-001 SOLD")
    entry = StaffCommandLog.objects.get()
    assert entry.staff == scene.ani
    assert (entry.command, entry.parameters) == ("update_status", {"text": "status PM-PST-001 SOLD"})
    assert (entry.success, entry.error, entry.vehicle) == (True, "", scene.avanza)
    assert (entry.before, entry.after) == ({"status": "AVAILABLE"}, {"status": "SOLD"})
    assert "AVAILABLE → SOLD" in entry.result_message


def test_each_command_counts_for_the_person(scene: Scene) -> None:
    scene.say("stok")
    scene.say("status PM-PST-001 lagi")
    scene.ani.refresh_from_db()
    assert scene.ani.command_count == 2
    assert scene.ani.last_command_at is not None


def test_a_long_or_hostile_text_is_logged_bounded(scene: Scene) -> None:
    scene.say("/upload \x00\ud800" + "x" * 5000)
    assert len(StaffCommandLog.objects.get().parameters["text"]) <= registry.KEPT_TEXT


def test_a_failing_handler_leaves_no_half_change(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(actor: Actor, rest: str) -> Done:
        scene.avanza.change({"status": "SOLD"}, by="half")
        raise IntegrityError("secret detail")

    monkeypatch.setitem(registry._commands, "status", registry.Command(half, None, None))
    done = scene.say("status PM-PST-001 SOLD")
    assert (done.success, scene.status) == (False, "AVAILABLE")
    assert "gagal" in done.text
    assert "secret" not in done.text
    assert StaffCommandLog.objects.get().error == "IntegrityError"


def test_a_refusing_handler_leaves_no_half_change(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(actor: Actor, rest: str) -> Done:
        scene.avanza.change({"status": "SOLD"}, by="half")
        return Done("tidak jadi", False, "refused")

    monkeypatch.setitem(registry._commands, "status", registry.Command(half, None, None))
    assert (scene.say("status PM-PST-001 SOLD").text, scene.status) == ("tidak jadi", "AVAILABLE")


# --- /upload --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message", ["/upload", "upload", "mau upload dong", "mo upload", "tambah mobil", "input mobil"]
)
def test_a_bare_upload_asks_for_the_data_with_an_example(scene: Scene, message: str) -> None:
    done = scene.say(message)
    assert done.success
    assert LINE in done.text
    assert "admin" in done.text
    assert Vehicle.objects.count() == 2


def test_a_complete_line_adds_the_car(scene: Scene) -> None:
    done = scene.say("/upload Toyota Avanza 2020 150000000 50000 Hitam Manual")
    car = Vehicle.objects.get(pk=done.vehicle_id)
    assert (car.tenant_id, car.display_id, car.name, car.status) == (
        scene.tenant.pk,
        "PM-PST-002",
        "Toyota Avanza 2020",
        "AVAILABLE",
    )
    assert (car.price, car.mileage, car.color, car.transmission) == (150_000_000, 50_000, "Hitam", "manual")
    assert (car.body_type, car.seats) == ("mpv", 7)
    history = VehicleHistory.objects.get(vehicle=car)
    assert (history.action, history.changed_by, history.changed_by_name) == ("create", ANI, "Ani")
    for said in ("berhasil ditambahkan", "PM-PST-002", "Toyota Avanza 2020", "Rp 150 juta", "50.000 km", "AVAILABLE"):
        assert said in done.text
    assert "admin" in done.text


@pytest.mark.parametrize(
    ("message", "said"),
    [
        pytest.param("upload Brio 2020 120jt", "warna, transmisi", id="A94"),
        pytest.param("/upload Avanza 2019 harga 150 juta warna silver", "transmisi", id="A96"),
        pytest.param("/upload Brio 2020", "harga, warna, transmisi", id="A100"),
        pytest.param("/upload 120jt hitam matic", "merek dan model, tahun", id="A101"),
        pytest.param("/upload Avanza", "tahun, harga", id="A102"),
        pytest.param("/upload Brio 1975 120jt hitam manual", "Tahun 1975", id="A151 year"),
        pytest.param("/upload Brio 2020 0 0 hitam manual", "Harga Rp 0", id="A151 price"),
        pytest.param("/upload Brio 2020 120jt km 2000000 hitam manual", "2.000.000 km", id="A151 km"),
        pytest.param("/upload xpender 2020 120jt hitam manual", "Maksudnya Mitsubishi Xpander?", id="slip"),
        pytest.param("/upload asdf", "belum dikenali", id="nonsense"),
    ],
)
def test_an_incomplete_or_doubtful_line_stores_nothing_and_shows_an_example(
    scene: Scene, message: str, said: str
) -> None:
    done = scene.say(message)
    assert not done.success
    assert said in done.text
    assert LINE in done.text
    assert Vehicle.objects.count() == 2


def test_what_was_understood_is_shown_when_something_is_missing(scene: Scene) -> None:
    assert "Honda Brio 2020, Rp 120 juta" in scene.say("upload Brio 2020 120jt").text


# --- /status --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "status"),
    [
        pytest.param("status PM-PST-001 SOLD", "SOLD", id="A105"),
        pytest.param("/status pm-pst-001 sold", "SOLD", id="A105 lower case"),
        pytest.param("status PM-PST-001 booking", "BOOKED", id="A106"),
        pytest.param("update status PM-PST-001 SOLD", "SOLD", id="A107"),
        pytest.param("PM-PST-001 sold", "SOLD", id="A110"),
        pytest.param("status PM-PST-001 terjual", "SOLD", id="terjual"),
        pytest.param("status PM-PST-001 laku", "SOLD", id="laku"),
        pytest.param("status PM-PST-001 hapus", "DELETED", id="hapus"),
    ],
)
def test_a_status_is_changed_with_history_and_old_to_new(scene: Scene, message: str, status: str) -> None:
    done = scene.say(message)
    assert done.success
    assert scene.status == status
    assert f"AVAILABLE → {status}" in done.text
    entry = VehicleHistory.objects.filter(vehicle=scene.avanza).first()
    assert (entry.changed_by, entry.previous_values["status"], entry.new_values["status"]) == (ANI, "AVAILABLE", status)


def test_sold_at_comes_and_goes_with_sold(scene: Scene) -> None:
    scene.say("status PM-PST-001 SOLD")
    assert (scene.status, scene.avanza.sold_at is not None) == ("SOLD", True)
    scene.say("status PM-PST-001 ready")
    assert (scene.status, scene.avanza.sold_at) == ("AVAILABLE", None)


def test_the_same_status_again_changes_nothing(scene: Scene) -> None:
    scene.say("status PM-PST-001 SOLD")
    done = scene.say("status PM-PST-001 SOLD")
    assert "memang sudah SOLD" in done.text
    assert VehicleHistory.objects.filter(vehicle=scene.avanza).count() == 2


@pytest.mark.parametrize(
    ("message", "said"),
    [
        pytest.param("status PM-XXX-999 SOLD", "PM-XXX-999 tidak ditemukan", id="A108"),
        pytest.param("status JM-001 SOLD", "JM-001 tidak ditemukan", id="another showroom's"),
        pytest.param("JM-001 sold", "JM-001 tidak ditemukan", id="another showroom's, ID first"),
        pytest.param("status PM-PST-001 lagi", "AVAILABLE, BOOKED, SOLD, DELETED", id="A109"),
        pytest.param("status PM-PST-001 ready sold", "Status tidak valid: ready sold", id="two statuses"),
        pytest.param("status PM-PST-001", "Contoh: status PM-PST-001 SOLD", id="A198"),
        pytest.param("status", "Contoh: status", id="A142 bare"),
        pytest.param("status SOLD", "Contoh: status", id="no ID"),
        pytest.param("/status PM-PST-00% SOLD", "tidak ditemukan", id="wildcard"),
        pytest.param("/status ' OR 1=1 SOLD", "tidak ditemukan", id="injection"),
    ],
)
def test_a_wrong_status_command_is_explained_and_changes_nothing(scene: Scene, message: str, said: str) -> None:
    done = scene.say(message)
    assert not done.success
    assert said in done.text
    assert set(Vehicle.objects.values_list("status", flat=True)) == {"AVAILABLE"}


# --- /inventory -----------------------------------------------------------------------------------------------------


@pytest.fixture
def stock(scene: Scene) -> Scene:
    """PM-PST-001 Avanza, 002 Brio (matic), 003 HR-V (CVT, booked), 004 Brio Satya (sold), 005 Xenia (deleted)."""
    scene.add("Honda", "Brio", variant="RS", year=2021, transmission="automatic")
    scene.add("Honda", "HR-V", "BOOKED", transmission="cvt")
    scene.add("Honda", "Brio", "SOLD", variant="Satya")
    scene.add("Daihatsu", "Xenia", "DELETED")
    return scene


LISTS = [
    ("A111 inventory", "inventory", "4321"),
    ("A111 stok", "stok", "4321"),
    ("A111 cek stok", "cek stok", "4321"),
    ("A111 slash", "/stock", "4321"),
    ("A112 brio", "stok brio", "42"),
    ("A112 Toyota", "inventory Toyota", "1"),
    ("A112 ready", "stok ready", "21"),
    ("booked", "stok booking", "3"),
    ("make and status", "stok honda ready", "2"),
    ("model and year", "stok brio 2021", "2"),
    ("model and variant", "stok brio satya", "4"),
    ("variant", "stok satya", "4"),
    ("model without hyphen", "stok hrv", "3"),
    ("automatic", "stok matic", "32"),
    ("manual", "stok mobil manual", "41"),
    ("an ID", "stok PM-PST-002", "2"),
    ("nothing fits", "stok alphard", ""),
    ("deleted", "stok dihapus", ""),
    ("wildcard", "/stok %", ""),
]


@pytest.mark.parametrize(("message", "numbers"), [row[1:] for row in LISTS], ids=[row[0] for row in LISTS])
def test_the_stock_is_listed_newest_first(stock: Scene, message: str, numbers: str) -> None:
    done = stock.say(message)
    assert done.success
    ids = [line.split()[1] for line in done.text.splitlines() if line.startswith("• ")]
    assert ids == [f"PM-PST-00{number}" for number in numbers]


def test_the_summary_counts_by_status_and_never_the_deleted(stock: Scene) -> None:
    text = stock.say("stok").text
    assert "Total: 4 unit" in text
    assert "Tersedia: 2 · Dibooking: 1 · Terjual: 1" in text
    assert "• PM-PST-001 – Toyota Avanza 2019\n  Rp 140 juta · AVAILABLE" in text
    assert "Xenia" not in text
    assert "JM-001" not in text


def test_ten_are_listed_of_many(scene: Scene) -> None:
    for _ in range(11):
        scene.add("Honda", "Brio")
    text = scene.say("stok").text
    assert text.count("• ") == 10
    assert "Total: 12 unit" in text
    assert "10 terbaru dari 12" in text


def test_an_empty_stock_says_so(scene: Scene) -> None:
    Vehicle.objects.filter(tenant=scene.tenant).update(status="DELETED")
    assert scene.say("stok").text == "Belum ada mobil di stok, Kak. Tambahkan dengan /upload."


def test_a_car_without_a_price_is_listed_as_such(scene: Scene) -> None:
    Vehicle.objects.filter(pk=scene.avanza.pk).update(price=None)
    assert "harga belum diisi" in scene.say("stok").text


def test_the_stock_of_a_showroom_is_read_in_few_statements(scene: Scene, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(8):
        scene.say("stok brio")
