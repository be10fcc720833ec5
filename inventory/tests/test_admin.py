"""The list of cars and a car's page: changed by the ways of staff commands, and nobody's change is written over."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import escape
from PIL import Image

from inventory import models as inventory
from inventory import pictures
from inventory.admin import MAX_PHOTO_BYTES, MAX_PHOTOS
from inventory.models import NEXT, Status, Vehicle, VehicleHistory, VehiclePhoto
from tenants import scope
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db
CARS = "/admin/inventory/vehicle/"
ALL = f"{CARS}?dihapus=ya"


@pytest.fixture
def cast():
    return casting.gather()


@pytest.fixture
def car(cast):
    return car_of(cast.a)


def car_of(tenant, **fields):
    with scope.of(tenant):
        given = {"make": "Toyota", "model": "Rush", "year": 2020, "price": 200_000_000, "status": "AVAILABLE", **fields}
        return inventory.add(tenant.pk, by="test", **given)


def fresh(car):
    with scope.of(car.tenant_id):
        return Vehicle.objects.get(pk=car.pk)


def last_change(car):
    with scope.of(car.tenant_id):
        return VehicleHistory.objects.filter(vehicle=car).first()


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def listed(browser, address=CARS):
    """What the list's form holds when it is opened."""
    page = browser.get(address).content.decode()
    inputs = re.findall(r"<input[^>]*>", page)
    found = {}
    for tag in inputs:
        name, value = re.search(r' name="([^"]+)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and name[1].startswith(("form-", "initial-form-")):
            found[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select name="(form-[^"]+)".*?>(.*?)</select>', page, re.S):
        found[name] = re.search(r'value="([^"]*)" selected', options)[1]
    return {**found, "_save": "Simpan"}


# --- In the list -----------------------------------------------------------------------------------------------------


def test_price_and_status_are_changed_in_the_list_with_a_row_of_history(cast, car):
    browser = casting.browser(cast.bob)
    answer = browser.post(CARS, {**listed(browser), "form-0-price": "195 juta", "form-0-status": "BOOKED"})
    assert answer.status_code == 302
    assert (fresh(car).price, fresh(car).status) == (195_000_000, "BOOKED")
    change = last_change(car)
    assert (change.changed_by, change.previous_values) == ("bob", {"price": 200_000_000, "status": "AVAILABLE"})


def test_a_list_that_is_saved_late_changes_nothing_that_was_not_touched(cast, car):
    other = car_of(cast.a, model="Jazz", make="Honda")
    browser = casting.browser(cast.bob)
    form = listed(browser)
    with scope.of(cast.a):
        Vehicle.objects.get(pk=car.pk).change({"price": 190_000_000, "status": "SOLD"}, by="wa")
    place = next(name.split("-")[1] for name, value in form.items() if name.endswith("-id") and value == str(other.pk))
    assert browser.post(CARS, {**form, f"form-{place}-price": "185 juta"}).status_code == 302
    assert (fresh(car).price, fresh(car).status, fresh(other).price) == (190_000_000, "SOLD", 185_000_000)


@pytest.mark.parametrize(
    ("field", "typed", "said"), [("price", "180 juta", "Rp 190.000.000"), ("status", "BOOKED", "terjual")]
)
def test_what_somebody_else_has_changed_is_said_and_not_written_over(cast, car, field, typed, said):
    browser = casting.browser(cast.bob)
    form = listed(browser)
    with scope.of(cast.a):
        Vehicle.objects.get(pk=car.pk).change({"price": 190_000_000, "status": "SOLD"}, by="wa")
    answer = browser.post(CARS, {**form, f"form-0-{field}": typed})
    assert f"Sudah diubah orang lain menjadi {said}." in text(answer)
    assert (fresh(car).price, fresh(car).status) == (190_000_000, "SOLD")


@pytest.mark.parametrize("before", list(Status))
def test_only_the_next_steps_of_a_car_are_offered_and_taken(cast, before):
    car = car_of(cast.a, status=before)
    browser = casting.browser(cast.bob)
    form = listed(browser, ALL)
    for wanted in Status:
        answer = browser.post(ALL, {**form, "form-0-status": wanted})
        legal = wanted in NEXT[before]
        assert (answer.status_code == 302) == (legal or wanted == before), wanted
        assert fresh(car).status == (wanted if legal else before)
        with scope.of(cast.a):
            Vehicle.objects.filter(pk=car.pk).update(status=before)


def test_who_may_only_look_reads_the_list(cast, car):
    page = text(casting.browser(cast.rani).get(CARS))
    assert "Rp 200.000.000" in page
    assert 'name="form-0-price"' not in page
    assert casting.browser(cast.rani).post(CARS, {"form-0-price": "1", "_save": "x"}).status_code == 403


def test_a_posted_row_of_another_showroom_is_not_changed(cast, car):
    foreign = car_of(cast.b)
    browser = casting.browser(cast.alice)
    browser.post(CARS, {**listed(browser), "form-0-id": foreign.pk, "form-0-price": "1 juta"})
    assert fresh(foreign).price == 200_000_000


@pytest.mark.parametrize(
    ("query", "seen"), [("", False), ("?dihapus=ya", True), ("?status__exact=DELETED", True), ("?q=Rush", False)]
)
def test_cars_that_left_the_stock_are_listed_where_one_asks_for_them(cast, query, seen):
    car_of(cast.a, status="DELETED")
    browser = casting.browser(cast.alice)
    assert ("Toyota Rush 2020" in text(browser.get(f"{CARS}{query}"))) == seen
    assert ("Rush" in browser.get(f"{CARS}unduh/csv/{query}").content.decode()) == seen


# --- Many at once ----------------------------------------------------------------------------------------------------

MARKS = {
    "mark_available": Status.AVAILABLE,
    "mark_booked": Status.BOOKED,
    "mark_sold": Status.SOLD,
    "mark_deleted": Status.DELETED,
}


@pytest.mark.parametrize("action", MARKS)
def test_many_are_marked_where_their_way_allows_it_and_the_others_named(cast, action):
    cars = {status: car_of(cast.a, status=status) for status in Status}
    form = {"action": action, "_selected_action": [car.pk for car in cars.values()]}
    page = text(casting.browser(cast.bob).post(ALL, form, follow=True))
    wanted = MARKS[action]
    for before, car in cars.items():
        legal = wanted in NEXT[before]
        assert fresh(car).status == (wanted if legal else before), before
        assert (escape(f"{car.display_id} ({before.label})") in page) == (not legal and wanted != before)
        if legal:
            assert last_change(car).changed_by == "bob"
        assert (fresh(car).sold_at is not None) == (wanted == Status.SOLD and legal)


# --- A car's page ----------------------------------------------------------------------------------------------------


def page_of(car):
    return f"{CARS}{car.pk}/change/"


def car_form(browser, car, **fields):
    """A car's page as the browser sends it back."""
    form = browser.get(page_of(car)).context["adminform"].form
    held = {name: form[name].value() for name in form.fields}
    sets = {f"{name}-{part}_FORMS": 0 for name in ("photos", "history") for part in ("TOTAL", "INITIAL")}
    return {**{name: "" if value is None else value for name, value in held.items()}, **sets, **fields}


def test_a_page_that_was_opened_before_somebody_elses_change_is_not_saved(cast, car):
    browser = casting.browser(cast.alice)
    form = car_form(browser, car, color="merah")
    with scope.of(cast.a):
        Vehicle.objects.get(pk=car.pk).change({"price": 190_000_000}, by="wa", name="Bob")
    answer = browser.post(page_of(car), form)
    assert "Mobil ini baru saja diubah Bob. Muat ulang halaman" in text(answer)
    assert (fresh(car).price, fresh(car).color) == (190_000_000, "")
    assert browser.post(page_of(car), car_form(browser, car, color="merah")).status_code == 302
    assert (fresh(car).price, fresh(car).color) == (190_000_000, "merah")


def test_a_sold_car_is_not_booked_on_its_page(cast):
    car = car_of(cast.a, status="SOLD")
    browser = casting.browser(cast.alice)
    answer = browser.post(page_of(car), car_form(browser, car, status="BOOKED"))
    assert "status" in answer.context["adminform"].form.errors


def test_the_history_says_what_was_and_what_is(cast, car):
    with scope.of(cast.a):
        car.change({"price": 190_000_000, "status": "BOOKED", "transmission": "automatic"}, by="alice", name="Alice")
    browser = casting.browser(cast.alice)
    for page in (text(browser.get(page_of(car))), text(browser.get(f"{CARS}{car.pk}/history/"))):
        for said in (
            "harga tunai: Rp 200.000.000 → <b>Rp 190.000.000</b>",
            "status: tersedia → <b>dibooking</b>",
            "transmisi: kosong → <b>matic</b>",
            "Alice",
        ):
            assert said in page


def test_what_a_car_cost_is_not_told_to_sales_by_its_history(cast, car):
    with scope.of(cast.a):
        car.change({"cost_price": 123_456_789}, by="alice", name="Alice")
    told = {name: text(casting.browser(cast.person(name)).get(f"{CARS}{car.pk}/history/")) for name in ("alice", "bob")}
    assert ["123.456.789" in told[name] for name in ("alice", "bob")] == [True, False]


# --- Photos ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def photos(cast, car):
    with scope.of(cast.a):
        return [
            VehiclePhoto.objects.create(tenant=cast.a, vehicle=car, image=f"vehicles/{number}.jpg", position=number)
            for number in range(3)
        ]


def order(car):
    with scope.of(car.tenant_id):
        return list(VehiclePhoto.objects.filter(vehicle=car).values_list("image", "position", "is_main"))


def photo_form(photos, positions):
    form = {"photos-TOTAL_FORMS": len(photos), "photos-INITIAL_FORMS": len(photos)}
    for number, (photo, position) in enumerate(zip(photos, positions, strict=True)):
        form |= {f"photos-{number}-id": photo.pk, f"photos-{number}-vehicle": photo.vehicle_id}
        form[f"photos-{number}-position"] = position
    return form


def test_the_first_photo_in_order_is_the_main_one(cast, car, photos):
    browser = casting.browser(cast.bob)
    form = car_form(browser, car) | photo_form(photos, (2, 0, 1))
    assert browser.post(page_of(car), form).status_code == 302
    assert order(car) == [("vehicles/1.jpg", 0, True), ("vehicles/2.jpg", 1, False), ("vehicles/0.jpg", 2, False)]


def picture(color, **saved):
    out = io.BytesIO()
    Image.new("RGB", (300, 200), color).save(out, "JPEG", **saved)
    return out.getvalue()


def upload(*photos, name="foto.jpg"):
    return {"new_photos": [SimpleUploadedFile(name, raw, "image/jpeg") for raw in photos]}


def test_new_photos_come_several_at_once_without_what_the_camera_noted(cast, car, storage):
    exif = Image.Exif()
    exif[0x010F] = "Kamera Rahasia"
    browser = casting.browser(cast.bob)
    form = car_form(browser, car, **upload(picture("red", exif=exif), picture("blue"), picture("red")))
    assert browser.post(page_of(car), form).status_code == 302
    assert [(place, main) for _, place, main in order(car)] == [(0, True), (1, False)]  # the same one twice is one
    for name, _, _ in order(car):
        kept = [storage / pictures.sized(name, width) for width in pictures.WIDTHS]
        assert all(path.exists() and b"Rahasia" not in path.read_bytes() for path in kept)
    thumbs = re.findall(r'al-thumb" src="([^"]+)"', browser.get(CARS).content.decode())
    assert [browser.get(url).status_code for url in thumbs] == [200]
    assert casting.browser(cast.charlie).get(thumbs[0]).status_code == 404


@pytest.mark.parametrize(
    ("photos", "said"),
    [
        ([b"bukan foto"], "foto.jpg bukan foto yang bisa dipakai"),
        ([b"\xff" * (MAX_PHOTO_BYTES + 1)], "Foto foto.jpg terlalu besar"),
        ([b"x"] * (MAX_PHOTOS + 1), "Paling banyak 20 foto sekaligus."),
    ],
)
def test_what_is_no_photo_is_refused_in_words(cast, car, storage, photos, said):
    browser = casting.browser(cast.bob)
    answer = browser.post(page_of(car), car_form(browser, car, color="merah", **upload(*photos)))
    assert said in text(answer)
    assert (order(car), fresh(car).color) == ([], "")


def test_a_deleted_main_photo_leaves_the_next_one_the_main_one(cast, car, photos):
    browser = casting.browser(cast.bob)
    form = car_form(browser, car) | photo_form(photos, (0, 1, 2)) | {"photos-0-DELETE": "on"}
    assert browser.post(page_of(car), form).status_code == 302
    assert order(car) == [("vehicles/1.jpg", 0, True), ("vehicles/2.jpg", 1, False)]
