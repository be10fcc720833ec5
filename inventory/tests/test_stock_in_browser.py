"""A manager takes the stock in and looks after it in a real browser, on a phone's screen and with the keyboard."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image
from playwright.sync_api import expect

from autolumiku.testing.browser import DESK, ON_A_SERVER, aside, log_in, may_log_in, too_wide, trouble
from inventory import models as inventory
from inventory.models import StockImport, Vehicle, VehiclePhoto
from inventory.tests.test_import_pages import LIST
from tenants import scope
from tenants.tests import cast as casting

pytestmark = ON_A_SERVER
CARS = "/admin/inventory/vehicle/"


@pytest.fixture
def cast(transactional_db, storage):
    found = casting.gather()
    may_log_in(found.alice)
    return found


@pytest.fixture
def desk(cast, pages, live_server):
    """Alice at her desk, in the back-office."""
    page = pages()
    page.set_viewport_size(DESK)
    log_in(page, live_server, cast.alice)
    expect(page.locator("#rows")).to_be_visible()
    page.goto(f"{live_server.url}{CARS}")
    return page


def stock(tenant):
    with scope.of(tenant):
        return list(Vehicle.objects.exclude(status="DELETED").values_list("display_id", flat=True))


def spoilt(raw):
    """A copy with three lines that cannot be."""
    lines = raw.decode().splitlines()
    for number, old, new in ((2, "2018", "1018"), (3, "82000000", "gratis"), (4, "Automatic", "Terbang")):
        assert old in lines[number - 1]
        lines[number - 1] = lines[number - 1].replace(old, new)
    return "\n".join(lines).encode()


@pytest.mark.skipif(not LIST.exists(), reason="inventory_used_car_609.csv is not at hand")
@pytest.mark.parametrize("width", [390, 1440])
def test_a_list_of_609_cars_is_looked_at_imported_and_taken_back(cast, desk, width):
    desk.set_viewport_size({"width": width, "height": 844})
    found, wide = [], []

    def look():
        found.extend(trouble(desk))
        wide.extend([desk.url] if too_wide(desk) else [])

    def upload(raw):
        desk.get_by_role("link", name="Impor stok").first.click()
        look()
        desk.get_by_label("Pilih berkas").set_input_files({"name": "stok.csv", "mimeType": "text/csv", "buffer": raw})
        expect(desk.get_by_text("stok.csv").first).to_be_visible()
        desk.get_by_role("button", name="Periksa berkas").click()

    look()
    upload(spoilt(LIST.read_bytes()))
    wrong = desk.get_by_role("region", name="Baris bermasalah")
    for line, column, said in (
        ("2", "year", "“1018” bukan tahun mobil"),
        ("3", "price (Rp)", "“gratis” tidak terbaca sebagai harga"),
        ("4", "transmission", "“Terbang” tidak dikenal"),
    ):
        expect(wrong.get_by_role("row").filter(has_text=said)).to_contain_text(line)
        expect(wrong.get_by_role("row").filter(has_text=said)).to_contain_text(column)
    look()
    desk.get_by_role("button", name="Jalankan impor").click()  # the browser itself asks for the tick
    assert aside(stock, cast.a) == []
    desk.get_by_role("button", name="Tidak jadi").click()
    expect(desk.get_by_text("Stok tidak berubah").first).to_be_visible()
    desk.goto(desk.url.split("impor/")[0])

    upload(LIST.read_bytes())
    expect(desk.get_by_text("Semua baris terbaca")).to_be_visible()
    look()
    desk.get_by_role("button", name="Jalankan impor").click()
    expect(desk.get_by_text("Impor selesai: 609 mobil baru, 0 diubah.")).to_be_visible(timeout=20_000)
    look()
    assert len(aside(stock, cast.a)) == 609
    desk.get_by_role("button", name="Batalkan impor").click()
    expect(desk.get_by_text("Impor dibatalkan: 609 mobil dikembalikan.")).to_be_visible(timeout=20_000)
    assert aside(stock, cast.a) == []
    look()
    assert (found, wide) == ([], [])


@pytest.mark.skipif(not LIST.exists(), reason="inventory_used_car_609.csv is not at hand")
def test_of_a_spoilt_list_the_good_rows_come_in_where_that_is_ticked(cast, desk):
    desk.get_by_role("link", name="Impor stok").click()
    file = {"name": "stok.csv", "mimeType": "text/csv", "buffer": spoilt(LIST.read_bytes())}
    desk.get_by_label("Pilih berkas").set_input_files(file)
    desk.get_by_role("button", name="Periksa berkas").click()
    desk.get_by_label("Lewati baris bermasalah (3)").check()
    desk.get_by_role("button", name="Jalankan impor").click()
    expect(desk.get_by_text("Impor selesai: 606 mobil baru, 0 diubah.")).to_be_visible(timeout=20_000)
    assert aside(left_out, cast.a) == 3


def left_out(tenant):
    with scope.of(tenant):
        return StockImport.objects.get().left_out


@pytest.fixture
def photographed(cast):
    """A car with three photos."""
    with scope.of(cast.a):
        car = inventory.add(cast.a.pk, by="test", make="Honda", model="City", year=2006, price=79_000_000)
        for place in range(3):
            name = default_storage.save(f"vehicles/{place}.jpg", ContentFile(picture(place)))
            VehiclePhoto.objects.create(tenant=cast.a, vehicle=car, image=name, position=place, is_main=place == 0)
    return car


def picture(place):
    out = BytesIO()
    Image.new("RGB", (300, 200), (60 * place, 80, 120)).save(out, "JPEG")
    return out.getvalue()


def order(car):
    with scope.of(car.tenant_id):
        return [(photo.image.name[-5], photo.is_main) for photo in VehiclePhoto.objects.filter(vehicle=car)]


@pytest.mark.parametrize("how", ["keyboard", "dragging"])
def test_photos_are_put_in_order(photographed, desk, how):
    desk.goto(f"{desk.url}{photographed.pk}/change/")
    assert trouble(desk) == []
    photos = desk.locator(".al-photo")
    if how == "keyboard":
        desk.get_by_role("button", name="Majukan foto 3").focus()
        desk.keyboard.press("Enter")
        desk.keyboard.press("Enter")
        expect(desk.get_by_text("urutan 1 dari 3")).to_be_attached()
    else:
        photos.nth(2).drag_to(photos.nth(0))
    expect(photos.nth(0).locator("img")).to_have_attribute("alt", "Foto 3 Honda City 2006")
    desk.get_by_role("button", name="Simpan", exact=True).click()
    expect(desk.get_by_text("berhasil diubah")).to_be_visible()
    assert aside(order, photographed) == [("2", True), ("0", False), ("1", False)]


def test_a_price_is_changed_in_the_list(photographed, desk):
    desk.reload()
    assert trouble(desk) == []
    desk.get_by_label("Harga tunai A-001").fill("77 juta")
    desk.get_by_role("button", name="Simpan", exact=True).click()
    expect(desk.locator('input[name="form-0-price"]')).to_have_value("77.000.000")
