"""Commands from the text to the row: allowed or not, done or not, and what the person reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError

from aiconfig.models import WhatsAppAIConfig
from autolumiku.lib import clock
from inventory import models as inventory
from inventory.models import Status, Vehicle, VehicleHistory
from staffcommands import desk, grammar, registry, staff
from staffcommands.models import Confirmation, StaffCommandLog, StaffWhatsAppAuth
from staffcommands.registry import Actor, Done
from tenants import scope
from tenants.models import Tenant

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

ANI = "6281234567890"
RIGHTS = tuple(field.name for field in StaffWhatsAppAuth._meta.fields if field.name.startswith("can_"))
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

    def answer(self, word: str, by: StaffWhatsAppAuth | None = None) -> Done:
        person = by or self.ani
        calls, _ = desk.sort([desk.Said(word)], desk.Desk(asked=True), 2026)
        return registry.run(calls[0], Actor(self.tenant.pk, person, self.config))

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
    for name in RIGHTS:
        right_off(scene, name)
    assert scene.say("stok").success


def test_an_unknown_command_points_to_the_menu(scene: Scene) -> None:
    done = scene.say("/xyz")
    assert not done.success
    assert "/menu" in done.text


# --- confirmations ---------------------------------------------------------------------------------------------------


def test_a_deletion_is_done_only_on_a_yes(scene: Scene) -> None:
    done = scene.say("status PM-PST-001 hapus")
    assert "Hapus Toyota Avanza 2019 (PM-PST-001) dari stok?" in done.text
    assert scene.status == "AVAILABLE"
    assert scene.answer("ya").success
    assert scene.status == "DELETED"


def test_a_question_is_answered_once(scene: Scene) -> None:
    scene.say("status PM-PST-001 hapus")
    scene.answer("ya")
    scene.say("status PM-PST-001 ready")
    assert scene.answer("ya").error == "nothing asked"
    assert scene.status == "AVAILABLE"


def test_a_no_leaves_everything(scene: Scene) -> None:
    scene.say("edit PM-PST-001 harga 10jt")
    assert "tidak jadi" in scene.answer("tidak").text
    scene.avanza.refresh_from_db()
    assert scene.avanza.price == 140_000_000


@pytest.mark.parametrize(("minutes", "status"), [(4, "DELETED"), (6, "AVAILABLE")])
def test_a_question_lasts_five_minutes(scene: Scene, minutes: int, status: str) -> None:
    scene.say("status PM-PST-001 hapus")
    with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False):
        done = scene.answer("ya")
    assert scene.status == status
    assert done.success or "sudah lewat" in done.text


def test_a_question_belongs_to_one_person(scene: Scene) -> None:
    budi = StaffWhatsAppAuth.objects.create(tenant=scene.tenant, name="Budi", phone_number="6281234567899")
    scene.say("status PM-PST-001 hapus")
    assert scene.answer("ya", by=budi).error == "nothing asked"
    assert scene.status == "AVAILABLE"


def test_a_second_question_replaces_the_first(scene: Scene) -> None:
    scene.say("status PM-PST-001 hapus")
    scene.say("edit PM-PST-001 harga 10jt")
    scene.answer("ya")
    assert scene.status == "AVAILABLE"
    assert scene.avanza.price == 10_000_000
    assert list(Confirmation.objects.order_by("id").values_list("answer", flat=True)) == ["replaced", "yes"]


def test_a_yes_needs_the_right_at_that_moment(scene: Scene) -> None:
    scene.say("status PM-PST-001 hapus")
    right_off(scene, "can_update_status")
    assert scene.answer("ya").error == "no right"
    assert scene.status == "AVAILABLE"


def test_a_yes_to_a_car_that_has_changed_does_nothing(scene: Scene) -> None:
    scene.say("status PM-PST-001 hapus")
    scene.avanza.change({"status": "SOLD"}, by="somebody else")
    assert scene.answer("ya").error == "changed"
    assert scene.status == "SOLD"


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
    def half(actor: Actor, call: object) -> Done:
        scene.avanza.change({"status": "SOLD"}, by="half")
        raise IntegrityError("secret detail")

    monkeypatch.setitem(registry._commands, "status", registry.Command(half, None, None))
    done = scene.say("status PM-PST-001 SOLD")
    assert (done.success, scene.status) == (False, "AVAILABLE")
    assert "gagal" in done.text
    assert "secret" not in done.text
    assert StaffCommandLog.objects.get().error == "IntegrityError"


def test_a_refusing_handler_leaves_no_half_change(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(actor: Actor, call: object) -> Done:
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
    assert "Brio 2020 120jt hitam matic km 30rb" in done.text
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
def test_an_incomplete_or_doubtful_line_adds_no_car_and_says_what_is_missing(
    scene: Scene, message: str, said: str
) -> None:
    done = scene.say(message)
    assert said in done.text
    assert "belum disimpan" in done.text
    assert Vehicle.objects.count() == 2


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


@pytest.mark.parametrize(
    ("now", "wanted", "legal"),
    [
        ("AVAILABLE", "BOOKED", True), ("BOOKED", "AVAILABLE", True), ("BOOKED", "SOLD", True),
        ("DRAFT", "AVAILABLE", True), ("SOLD", "AVAILABLE", True), ("DELETED", "AVAILABLE", True),
        ("SOLD", "BOOKED", False), ("SOLD", "DELETED", False), ("DELETED", "SOLD", False),
        ("DRAFT", "SOLD", False), ("DELETED", "BOOKED", False),
    ],
)  # fmt: skip
def test_a_status_becomes_only_what_it_may(scene: Scene, now: str, wanted: str, legal: bool) -> None:
    Vehicle.objects.filter(pk=scene.avanza.pk).update(status=now)
    done = scene.say(f"status PM-PST-001 {wanted}")
    assert scene.status == (wanted if legal else now)
    assert legal or "tidak bisa langsung" in done.text


BY_NAME = [
    ("a name", "status avanza terjual", "SOLD"),
    ("a name and a year", "avanza 2019 jadi status booking", "AVAILABLE"),
    ("the status first", "terjual avanza 2019", "SOLD"),
    ("ID, words around", "unit PM-PST-001 sudah laku", "SOLD"),
    ("edit status", "edit PM-PST-001 status sold", "SOLD"),
    ("update", "update PM-PST-001 sold", "SOLD"),
]


@pytest.mark.parametrize(("message", "status"), [row[1:] for row in BY_NAME], ids=[row[0] for row in BY_NAME])
def test_a_car_is_meant_by_its_name(scene: Scene, message: str, status: str) -> None:
    for call in grammar.recognise_all(message):
        registry.run(call, Actor(scene.tenant.pk, scene.ani, scene.config))
    assert scene.status == status


def test_a_name_that_fits_several_cars_is_asked_back(scene: Scene) -> None:
    scene.add("Toyota", "Avanza")
    done = scene.say("status avanza terjual")
    assert done.error == "ambiguous"
    assert "PM-PST-001" in done.text
    assert "PM-PST-002" in done.text
    assert scene.say("status avanza 2019 terjual").success


# --- /edit -----------------------------------------------------------------------------------------------------------

EDITS = [
    ("A114", "edit PM-PST-001 harga 165jt", {"price": 165_000_000}),
    ("A115", "rubah PM-PST-001 km 50000", {"mileage": 50_000}),
    ("A117", "ubah avanza 2019 jadi diesel", {"fuel": "diesel"}),
    ("A118 year", "rubah PM-PST-001 tahun 2017", {"year": 2017}),
    ("A119", "rubah PM-PST-001 2018 matic", {"year": 2018, "transmission": "automatic", "price": 140_000_000}),
    ("A120", "edit PM-PST-001 km 50000 merah", {"mileage": 50_000, "color": "Merah", "price": 140_000_000}),
    ("A121", "edit PM-PST-001 harga 165.000.000", {"price": 165_000_000}),
    ("A122", "edit PM-PST-001 km 50rb", {"mileage": 50_000}),
    ("A123", "edit PM-PST-001 tahun 2018, warna hitam, km 50000", {"year": 2018, "color": "Hitam", "mileage": 50_000}),
    ("A199", "edit PM-PST-001 harga 125.5jt", {"price": 125_500_000}),
    ("F22", "rubah PM-PST-001 2000 cc", {"engine_cc": 2000, "year": 2019}),
    ("cvt stays cvt", "edit PM-PST-001 cvt", {"transmission": "cvt"}),
    ("old and new", "edit PM-PST-001 harga 140jt jadi 150jt", {"price": 150_000_000}),
    ("a new model", "edit PM-PST-001 model xenia merek daihatsu", {"make": "Daihatsu", "model": "Xenia"}),
    ("papers", "edit PM-PST-001 surat BPKB, STNK lengkap, kondisi istimewa",
     {"papers": "bpkb, stnk lengkap", "condition": "excellent"}),
    ("lines", "edit PM-PST-001\nharga: 150jt\nkm: 50.000\nplat: B 1234 XYZ",
     {"price": 150_000_000, "mileage": 50_000, "license_plate": "B 1234 XYZ"}),
]  # fmt: skip


@pytest.mark.parametrize(("message", "wanted"), [row[1:] for row in EDITS], ids=[row[0] for row in EDITS])
def test_an_edit_changes_its_fields_and_shows_old_and_new(scene: Scene, message: str, wanted: dict) -> None:
    done = scene.say(message)
    assert done.success, done.text
    scene.avanza.refresh_from_db()
    read = {name: getattr(scene.avanza, name) for name in wanted}
    assert {name: str(value).lower() for name, value in read.items()} == {
        name: str(value).lower() for name, value in wanted.items()
    }
    assert " → " in done.text
    entry = VehicleHistory.objects.filter(vehicle=scene.avanza).first()
    assert (entry.action, entry.changed_by, entry.version) == ("edit", ANI, scene.avanza.version)
    logged = StaffCommandLog.objects.get()
    assert (logged.before.keys(), logged.command) == (logged.after.keys(), "edit_vehicle")


def test_old_and_new_are_shown_as_people_read_them(scene: Scene) -> None:
    text = scene.say("edit PM-PST-001 harga 150jt matic km 20rb").text
    for line in ("Harga: Rp 140 juta → Rp 150 juta", "Transmisi: manual → matic", "Kilometer: belum ada → 20.000 km"):
        assert line in text


def test_the_last_car_is_meant_when_none_is_named(scene: Scene) -> None:
    assert scene.say("rubah km 50000").error == "no car"
    scene.say("/upload Honda Brio 2020 120jt hitam manual")
    for message in ("rubah km 50000", "ubah warna putih", "ganti harga 125jt", "ganti manual jadi matic"):
        assert scene.say(message).success
    brio = Vehicle.objects.get(display_id="PM-PST-002")
    assert (brio.mileage, brio.color, brio.price, brio.transmission) == (50_000, "Putih", 125_000_000, "automatic")


def test_the_last_car_is_forgotten_after_a_day(scene: Scene) -> None:
    scene.say("/upload Honda Brio 2020 120jt hitam manual")
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        assert scene.say("rubah km 50000").error == "no car"


ASKED = [
    ("a big change of price", "edit PM-PST-001 harga 14jt", "lebih dari 20 %"),
    ("a big rise", "edit PM-PST-001 harga 1,4 M", "lebih dari 20 %"),
    ("the old value is another", "edit PM-PST-001 harga 150jt jadi 145jt", "saat ini Rp 140 juta, bukan Rp 150 juta"),
    ("a slip in the name", "edit avanxa harga 145jt", "Maksudnya Toyota Avanza 2019"),
    ("ID and name differ", "edit PM-PST-001 brio harga 145jt", "Maksudnya Toyota Avanza 2019"),
]


@pytest.mark.parametrize(("message", "said"), [row[1:] for row in ASKED], ids=[row[0] for row in ASKED])
def test_what_is_doubtful_is_asked_about_before_it_is_done(scene: Scene, message: str, said: str) -> None:
    done = scene.say(message)
    assert said in done.text
    assert "Balas *ya*" in done.text
    scene.avanza.refresh_from_db()
    assert scene.avanza.price == 140_000_000
    assert scene.answer("ya").success
    scene.avanza.refresh_from_db()
    assert scene.avanza.price != 140_000_000


WRONG = [
    ("nothing", "edit", "Contoh: edit"),
    ("no value", "edit PM-PST-001 harga", "Nilai baru untuk harga"),
    ("a word not understood", "edit PM-PST-001 harga 145jt blabla", "blabla"),
    ("a bare number", "edit PM-PST-001 50000", "50000"),
    ("two prices", "edit PM-PST-001 harga 145jt 146jt", "disebut dua kali"),
    ("a year out of bounds", "edit PM-PST-001 tahun 1975", "Tahun 1975"),
    ("km out of bounds", "edit PM-PST-001 km 2.000.000", "2.000.000 km"),
    ("a small price", "edit PM-PST-001 harga 500rb", "terlalu kecil"),
    ("not found", "edit PM-XXX-999 harga 145jt", "PM-XXX-999 tidak ditemukan"),
    ("next door", "edit JM-001 harga 145jt", "JM-001 tidak ditemukan"),
    ("next door by name", "edit brio harga 145jt", "tidak ditemukan"),
    ("status among others", "edit PM-PST-001 harga 145jt status sold", "perintah sendiri"),
]


@pytest.mark.parametrize(("message", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_wrong_edit_shows_the_format_and_changes_nothing(scene: Scene, message: str, said: str) -> None:
    done = scene.say(message)
    assert said in done.text
    assert not done.success
    assert VehicleHistory.objects.count() == 2


@pytest.mark.parametrize("status", ["SOLD", "DELETED"])
def test_a124_a_car_that_is_gone_cannot_be_edited(scene: Scene, status: str) -> None:
    Vehicle.objects.filter(pk=scene.avanza.pk).update(status=status)
    assert scene.say("edit PM-PST-001 harga 145jt").error == "not for sale"


# --- undo ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("message", ["edit PM-PST-001 harga 150jt, tahun 2018", "status PM-PST-001 terjual"])
def test_the_last_change_is_taken_back(scene: Scene, message: str) -> None:
    scene.say(message)
    done = scene.say("undo")
    assert "Dibatalkan" in done.text
    scene.avanza.refresh_from_db()
    assert (scene.avanza.price, scene.avanza.year, scene.avanza.status, scene.avanza.sold_at) == (
        140_000_000, 2019, "AVAILABLE", None,
    )  # fmt: skip
    assert scene.say("undo").error == "nothing to undo"


def test_an_upload_is_taken_back_as_a_deletion_and_its_id_is_not_given_again(scene: Scene) -> None:
    scene.say(LINE)
    scene.say("undo")
    assert Vehicle.objects.get(display_id="PM-PST-002").status == "DELETED"
    scene.say(LINE)
    assert Vehicle.objects.filter(display_id="PM-PST-003").exists()


def test_a_sale_taken_back_and_back_again_keeps_its_first_date(scene: Scene) -> None:
    scene.say("status PM-PST-001 terjual")
    scene.avanza.refresh_from_db()
    sold_at = scene.avanza.sold_at
    scene.say("status PM-PST-001 ready")
    scene.say("undo")
    assert (scene.status, scene.avanza.sold_at) == ("SOLD", sold_at)


def test_undo_lasts_ten_minutes(scene: Scene) -> None:
    scene.say("status PM-PST-001 terjual")
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        assert scene.say("undo").error == "nothing to undo"
    assert scene.status == "SOLD"


def test_undo_takes_back_nobody_elses_change(scene: Scene) -> None:
    scene.say("status PM-PST-001 terjual")
    scene.avanza.refresh_from_db()
    scene.avanza.change({"price": 130_000_000}, by="somebody else")
    assert scene.say("undo").error == "changed"
    budi = StaffWhatsAppAuth.objects.create(tenant=scene.tenant, name="Budi", phone_number="6281234567899")
    scene.ani = budi
    assert scene.say("undo").error == "nothing to undo"


def test_undo_needs_the_right_of_the_change(scene: Scene) -> None:
    scene.say("status PM-PST-001 terjual")
    right_off(scene, "can_update_status")
    assert scene.say("undo").error == "no right"
    assert scene.status == "SOLD"


# --- menu ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("message", ["help", "menu", "bantuan", "/menu"])
def test_a131_the_menu_shows_what_this_person_may(scene: Scene, message: str) -> None:
    assert all(name in scene.say(message).text for name in ("upload", "edit", "status", "stok", "stats", "undo"))
    right_off(scene, "can_view_analytics")
    assert "stats" not in scene.say(message).text


@pytest.mark.parametrize("message", ["emergency mode", "payroll system"])
def test_a200_a201_what_does_not_exist_is_said_not_to(scene: Scene, message: str) -> None:
    assert "tidak ada" in scene.say(message).text


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
    ("below a price", "stok di bawah 130jt", "432"),
    ("above a price", "stok harga di atas 130jt", "1"),
    ("between two prices", "stok 130-150jt", "1"),
    ("about a price", "stok 140jt", "1"),
    ("a fuel", "stok diesel", ""),
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


def test_many_cars_come_in_pages(scene: Scene) -> None:
    for _ in range(11):
        scene.add("Honda", "Brio")
    first, second, beyond = (scene.say(said).text for said in ("stok", "stok hal 2", "stok halaman 99"))
    assert (first.count("• "), second.count("• ")) == (10, 2)
    assert "Total: 12 unit" in first
    assert "Ditampilkan 1–10 dari 12 unit" in first
    assert "Lanjut: stok hal 2" in first
    assert "Ditampilkan 11–12 dari 12 unit" in second
    assert "Lanjut" not in second
    assert beyond == second


def test_the_next_page_of_a_filter_is_told_as_it_is_typed(scene: Scene) -> None:
    for _ in range(11):
        scene.add("Honda", "Brio")
    text = scene.say("stok brio ready di bawah 130jt").text
    [hint] = [line.removeprefix("Lanjut: ") for line in text.splitlines() if line.startswith("Lanjut")]
    assert scene.say(hint).text.count("• ") == 1


def test_the_value_of_the_stock_is_for_those_who_may_see_figures(scene: Scene) -> None:
    assert "Nilai unit tersedia: Rp 140 juta" in scene.say("stok").text
    right_off(scene, "can_view_analytics")
    assert "Nilai" not in scene.say("stok").text


def test_an_empty_stock_says_so(scene: Scene) -> None:
    Vehicle.objects.filter(tenant=scene.tenant).update(status="DELETED")
    assert scene.say("stok").text == "Belum ada mobil di stok, Kak. Tambahkan dengan /upload."


def test_a_car_without_a_price_is_listed_as_such(scene: Scene) -> None:
    Vehicle.objects.filter(pk=scene.avanza.pk).update(price=None)
    assert "harga belum diisi" in scene.say("stok").text


def test_the_stock_of_a_showroom_is_read_in_few_statements(scene: Scene, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(8):
        scene.say("stok brio")
