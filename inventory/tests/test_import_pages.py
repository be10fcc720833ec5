"""A stock list comes in by the back-office: looked at first, done whole or not at all, and taken back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from inventory import importing
from inventory import models as inventory
from inventory.models import StockImport, Vehicle, VehicleHistory, VehiclePhoto
from inventory.tests.test_workbooks import workbook
from tenants import scope
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db
CARS = "/admin/inventory/vehicle/"
UPLOAD = f"{CARS}impor/"
LIST = Path(__file__).resolve().parents[3] / "shared" / "data" / "inventory_used_car_609.csv"
TWO = b"id;merek;model;tahun;harga;km\nA-001;Toyota;Rush;2020;199jt;\n;Honda;Jazz;2018;180jt;60000\n"
SPOILT = TWO + b";Suzuki;Ertiga;20x7;150jt;\n;Kia;Rio;2015;gratis;\n"


@pytest.fixture
def cast():
    found = casting.gather()
    with scope.of(found.a):
        inventory.add(
            found.a.pk, by="test", make="Toyota", model="Rush", year=2020, price=200_000_000, status="AVAILABLE"
        )
    return found


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def send(browser, raw, name="stok.csv"):
    """The page that a file leads to."""
    return browser.post(UPLOAD, {"file": SimpleUploadedFile(name, raw)}, follow=True)


def confirm(browser, page, **fields):
    form = {"move": "confirm", "digest": page.context["preview"].plan.digest, **fields}
    return browser.post(page.request["PATH_INFO"], form, follow=True)


def undo(browser, page):
    return browser.post(page.request["PATH_INFO"], {"move": "undo"}, follow=True)


def stock(tenant):
    with scope.of(tenant):
        cars = Vehicle.objects.filter(tenant=tenant).order_by("display_id")
        return {car.display_id: (car.model, car.price, car.status) for car in cars}


BEFORE = {"A-001": ("Rush", 200_000_000, "AVAILABLE")}
AFTER = {"A-001": ("Rush", 199_000_000, "AVAILABLE"), "A-002": ("Jazz", 180_000_000, "AVAILABLE")}


def test_a_list_is_looked_at_done_and_taken_back(cast):
    browser = casting.browser(cast.alice)
    page = send(browser, TWO)
    assert "harga tunai: <del>Rp 200.000.000</del> → <b>Rp 199.000.000</b>" in text(page)
    assert "Honda Jazz 2018" in text(page)
    assert stock(cast.a) == BEFORE
    done = confirm(browser, page)
    assert "Impor selesai: 1 mobil baru, 1 diubah." in text(done)
    assert stock(cast.a) == AFTER
    with scope.of(cast.a):
        told = [(entry.action, entry.reason, entry.changed_by_name) for entry in VehicleHistory.objects.all()[:2]]
    assert sorted(told) == [("create", "impor", "Alice"), ("update", "impor", "Alice")]
    assert "Impor dibatalkan: 2 mobil dikembalikan." in text(undo(browser, done))
    assert stock(cast.a) == {**BEFORE, "A-002": ("Jazz", 180_000_000, "DELETED")}


def test_an_excel_file_is_taken_like_a_csv(cast):
    raw = workbook([["Merek", "Model", "Tahun", "Harga"], ["Honda", "Jazz", 2018, 180_000_000]])
    page = send(casting.browser(cast.alice), raw, "stok.xlsx")
    confirm(casting.browser(cast.alice), page)
    assert stock(cast.a)["A-002"] == ("Jazz", 180_000_000, "AVAILABLE")


def test_a_row_that_is_wrong_stops_all_rows_unless_it_is_left_out(cast):
    browser = casting.browser(cast.alice)
    page = send(browser, SPOILT)
    for said in ("<td>4</td><td>tahun</td><td>“20x7” bukan tahun mobil</td>", "<td>5</td><td>harga</td>"):
        assert said in text(page)
    assert "Lewati baris bermasalah (2)" in text(page)
    assert "Belum diimpor: ada baris bermasalah" in text(confirm(browser, page))
    assert stock(cast.a) == BEFORE
    done = confirm(browser, page, skip="yes")
    assert stock(cast.a) == AFTER
    assert done.context["upload"].left_out == 2


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("stok.csv", b"", "Berkas kosong."),
        ("foto.png", b"\x89PNG\r\n\x1a\n", "Ini gambar, bukan CSV atau Excel."),
        ("stok.xlsx", b"PK\x03\x04", "Berkas Excel ini rusak."),
        ("stok.csv", b"a,b\n1,2\n", "kolom merek tidak ditemukan"),
        ("stok.csv", b"merek,model,tahun\nToyota,Rush,x\n", "baris 2, tahun"),
        ("stok.csv", b"x" * (importing.MAX_BYTES + 1), "Berkas lebih besar dari 10 MB."),
    ],
)
def test_a_file_without_one_good_row_is_refused_at_once(cast, name, raw, said):
    answer = send(casting.browser(cast.alice), raw, name)
    assert answer.status_code == 200
    assert said in text(answer)
    with scope.of(cast.a):
        assert StockImport.objects.count() == 0


@pytest.mark.parametrize(("name", "status"), [("bob", 403), ("rani", 403), ("stranger", 403), ("charlie", 404)])
@pytest.mark.parametrize("move", ["confirm", "undo", "drop"])
def test_only_owners_and_managers_of_the_showroom_come_in(cast, name, status, move):
    page = send(casting.browser(cast.alice), TWO)
    address, other = page.request["PATH_INFO"], casting.browser(cast.person(name))
    assert other.get(address).status_code == other.post(address, {"move": move}).status_code == status
    assert other.get(UPLOAD).status_code == (200 if name == "charlie" else 403)
    assert stock(cast.a) == BEFORE


def test_the_same_ids_of_another_showroom_are_not_touched(cast):
    page = send(casting.browser(cast.charlie), TWO)
    assert (len(page.context["preview"].plan.new), page.context["preview"].plan.changed) == (2, ())
    assert "stok.csv" not in text(casting.browser(cast.alice).get(UPLOAD))
    confirm(casting.browser(cast.charlie), page)
    assert stock(cast.a) == BEFORE
    assert stock(cast.b)["A-001"] == ("Rush", 199_000_000, "AVAILABLE")


def test_the_platform_admin_chooses_a_showroom_first(cast):
    assert "Pilih showroom dulu" in text(casting.browser(cast.root).get(UPLOAD, follow=True))


def test_a_stock_that_changed_since_the_look_is_looked_at_again(cast):
    browser = casting.browser(cast.alice)
    page = send(browser, TWO)
    with scope.of(cast.a):
        Vehicle.objects.get(display_id="A-001").change({"price": 190_000_000}, by="bob")
    again = confirm(browser, page)
    assert "Stok berubah sejak pratinjau dibuat" in text(again)
    assert "<del>Rp 190.000.000</del>" in text(again)
    confirm(browser, again)
    assert stock(cast.a) == AFTER


def test_a_second_click_does_nothing(cast):
    browser = casting.browser(cast.alice)
    page = send(browser, TWO)
    done = confirm(browser, page)
    assert "sudah dikerjakan" in text(confirm(browser, page))
    assert stock(cast.a) == AFTER
    undo(browser, done)
    assert "sudah dikerjakan" in text(undo(browser, done))


def test_a_file_may_be_dropped(cast):
    browser = casting.browser(cast.alice)
    page = send(browser, TWO)
    assert "tidak jadi diimpor" in text(browser.post(page.request["PATH_INFO"], {"move": "drop"}, follow=True))
    assert "sudah dikerjakan" in text(confirm(browser, page))
    with scope.of(cast.a):
        assert StockImport.objects.get().raw is None


def test_cars_that_people_changed_since_are_not_taken_back_and_named(cast):
    browser = casting.browser(cast.alice)
    raw = TWO + b";Suzuki;Ertiga;2017;150jt;\n;Kia;Rio;2015;90jt;\n"
    done = confirm(browser, send(browser, raw))
    with scope.of(cast.a):
        Vehicle.objects.get(display_id="A-001").change({"price": 195_000_000}, by="bob", name="Bob")
        Vehicle.objects.get(display_id="A-002").change({"status": "SOLD"}, by="bob", name="Bob")
        photographed = Vehicle.objects.get(display_id="A-003")
        VehiclePhoto.objects.create(tenant=cast.a, vehicle=photographed, image="x.jpg")
    page = text(undo(browser, done))
    assert "1 mobil dikembalikan, 3 tidak bisa" in page
    assert "Toyota Rush 2020 | A-001: sudah diubah Bob sesudah impor" in page
    assert "Suzuki Ertiga 2017 | A-003: sudah diberi foto" in page
    assert [(car[1], car[2]) for car in stock(cast.a).values()] == [
        (195_000_000, "AVAILABLE"), (180_000_000, "SOLD"), (150_000_000, "AVAILABLE"), (90_000_000, "DELETED"),
    ]  # fmt: skip


def test_an_undone_sale_is_no_sale_any_more(cast):
    browser = casting.browser(cast.alice)
    done = confirm(browser, send(browser, b"id;merek;model;tahun;status\nA-001;Toyota;Rush;2020;terjual\n"))
    with scope.of(cast.a):
        assert Vehicle.objects.get().sold_at is not None
    undo(browser, done)
    with scope.of(cast.a):
        car = Vehicle.objects.get()
        assert (car.status, car.sold_at, VehicleHistory.objects.first().action) == ("AVAILABLE", None, "undo")


@pytest.mark.skipif(not LIST.exists(), reason="inventory_used_car_609.csv is not at hand")
class TestSixHundredAndNineCars:
    def test_they_come_in_once_and_go_again(self, cast, django_assert_max_num_queries):
        browser = casting.browser(cast.charlie)
        page = send(browser, LIST.read_bytes())
        assert len(page.context["preview"].plan.new) == 609
        with django_assert_max_num_queries(60):
            done = confirm(browser, page)
        assert len(stock(cast.b)) == 609
        again = send(browser, LIST.read_bytes()).context["preview"].plan
        assert (again.new, again.changed, again.same) == ((), (), 609)
        with django_assert_max_num_queries(60):
            undo(browser, done)
        assert {status for _, _, status in stock(cast.b).values()} == {"DELETED"}

    def test_a_spoilt_copy_names_each_line_and_loses_none(self, cast):
        lines = LIST.read_text().splitlines()
        for place, old, new in ((10, ",20", ",1820,20"), (20, "Manual", "Persneling"), (30, "Automatic", "Terbang")):
            lines[place] = lines[place].replace(old, new, 1) if old in lines[place] else "rusak"
        browser = casting.browser(cast.charlie)
        page = send(browser, "\n".join(lines).encode())
        found = page.context["preview"]
        assert (found.wrong, len(found.plan.new)) == (3, 606)
        assert {problem.line for problem in found.problems} == {11, 21, 31}
        confirm(browser, page)
        assert stock(cast.b) == {}
        confirm(browser, page, skip="yes")
        assert len(stock(cast.b)) == 606


# --- The stock as a file ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_exported_comes_in_unchanged(cast, form):
    with scope.of(cast.a):
        inventory.add(
            cast.a.pk, by="test", make="Honda", model="Jazz", variant="RS", year=2018, status="BOOKED",
            price=180_000_000, credit_price=195_000_000, cost_price=150_000_000, mileage=60_123, transmission="cvt",
            fuel="bensin", color="putih", license_plate="B 1234 XYZ", engine_cc=1497, body_type="hatchback", seats=5,
            condition="good", tax_valid_until="2027-05-04", papers="BPKB, STNK", previous_owners=1, service_book=True,
            description="baris satu", staff_notes="diskon 5jt",
        )  # fmt: skip
    browser = casting.browser(cast.alice)
    answer = browser.get(f"{CARS}unduh/{form}/")
    assert f".{form}" in answer["Content-Disposition"]
    plan = send(browser, answer.content, f"stok.{form}").context["preview"].plan
    assert (plan.new, plan.changed, plan.same, plan.errors) == ((), (), 2, ())


def test_the_export_is_what_the_list_shows(cast):
    with scope.of(cast.a):
        inventory.add(cast.a.pk, by="test", make="Honda", model="Jazz", year=2018, status="SOLD")
    browser = casting.browser(cast.alice)
    assert "Jazz" in browser.get(f"{CARS}unduh/csv/").content.decode()
    assert "Jazz" not in browser.get(f"{CARS}unduh/csv/?status__exact=AVAILABLE").content.decode()
    assert "Rush" not in casting.browser(cast.charlie).get(f"{CARS}unduh/csv/").content.decode()
    assert browser.get(f"{CARS}unduh/pdf/").status_code == 404


@pytest.mark.parametrize(("name", "seen"), [("alice", True), ("bob", False), ("rani", False)])
@pytest.mark.parametrize("form", ["as_csv", "as_xlsx"])
def test_chosen_cars_are_exported_and_cost_prices_only_for_those_who_lead(cast, name, seen, form):
    with scope.of(cast.a):
        car = Vehicle.objects.get()
        car.change({"cost_price": 150_123_456, "staff_notes": "=SUM(A1)"}, by="alice")
    answer = casting.browser(cast.person(name)).post(CARS, {"action": form, "_selected_action": [car.pk]})
    if form == "as_xlsx":
        assert answer.content[:2] == b"PK"
        return
    said = answer.content.decode("utf-8-sig")
    assert "Toyota;Rush" in said
    assert ("150123456" in said, "Harga modal" in said, ";'=SUM(A1)" in said) == (seen, seen, seen)
