# ruff: noqa: E501 (one row of the tables is one line)
"""A car is added by WhatsApp, photos and words in any order: the public door, rows in the database, files in storage."""

from __future__ import annotations

import random
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.core.files.storage import default_storage
from PIL import Image

from autolumiku.lib import clock
from autolumiku.testing.stage import Showroom, run_jobs
from conversations import gather, orchestrator, tasks
from conversations.models import WhatsAppConversation
from inventory import pictures
from inventory.models import Vehicle, VehiclePhoto
from staffcommands.models import UploadDraft, UploadPhoto

pytestmark = pytest.mark.django_db

STAFF = "6281298765432"
BRIO = "Brio 2020 120jt hitam matic km 30rb"


@pytest.fixture
def staffed(showroom: Showroom, settings: Any, tmp_path: Any) -> Showroom:
    settings.MEDIA_ROOT = tmp_path
    showroom.employs(name="Yudho")
    return showroom


def photo(number: int = 0, *, exif: bool = False, size: tuple[int, int] = (320, 240)) -> bytes:
    """A JPEG that differs by its number; exif: turned, and taken somewhere."""
    picture = Image.new("RGB", size, (number * 16 % 256, 40 + number, 90))
    out = BytesIO()
    tags = Image.Exif()
    if exif:
        tags[0x0112] = 6  # turned by 90 degrees
        tags[0x010F] = "Camera"
        tags.get_ifd(0x8825)[1] = "S"  # GPS
    picture.save(out, "JPEG", exif=tags)
    return out.getvalue()


def tell(showroom: Showroom, *messages: str | bytes) -> str:
    """What staff hear for the last of these messages (bytes: a photo), each answered before the next."""
    replies: list[str] = []
    for message in messages:
        before = len(showroom.gateway.sent)
        if isinstance(message, bytes):
            showroom.receives_photo(message, phone=STAFF)
        else:
            showroom.receives(message, phone=STAFF)
        run_jobs()
        replies = [sent.text for sent in showroom.gateway.sent[before:]]
    assert len(replies) == 1, replies
    return replies[0]


def stock(showroom: Showroom) -> list[Vehicle]:
    """The cars beyond the fixture's two."""
    with showroom.scope():
        return list(Vehicle.objects.order_by("id")[2:])


def photos(showroom: Showroom, vehicle: Vehicle) -> list[VehiclePhoto]:
    with showroom.scope():
        return list(VehiclePhoto.objects.filter(vehicle=vehicle).order_by("position"))


FLOWS = {  # messages; then the one car: (make, model, year, price, color, transmission, mileage), photos
    "A140": (["Upload Honda Brio 2020", "Hitam, matic, 120jt", "sales report", "KM 50000", photo(1), photo(2), "simpan"], ("Honda", "Brio", 2020, 120_000_000, "Hitam", "automatic", 50_000), 2),
    "A141": (["Upload Toyota Avanza 2019", "Putih, manual, 150jt", "stok", "Tahun 2019", "simpan"], ("Toyota", "Avanza", 2019, 150_000_000, "Putih", "manual", None), 0),
    "A142": (["Upload Mitsubishi Pajero 2021", "Hitam, 300jt", "status", "Diesel, automatic", "simpan"], ("Mitsubishi", "Pajero Sport", 2021, 300_000_000, "Hitam", "automatic", None), 0),
    "A147": (["upload", "Brio 2020 120jt hitam matic unit istimewa", "simpan"], ("Honda", "Brio", 2020, 120_000_000, "Hitam", "automatic", None), 0),
    "labelled": (["upload", "Brio 2020 120jt hitam matic plat B 1234 XYZ kondisi bagus surat lengkap", "simpan"], ("Honda", "Brio", 2020, 120_000_000, "Hitam", "automatic", None), 0),
    "A98": ([photo(1), "Brio Satya MT 2015 KM 30.000 Rp 120JT Warna Hitam", "simpan"], ("Honda", "Brio", 2015, 120_000_000, "Hitam", "manual", 30_000), 1),
    "A103": (["upload Brio 2020 120jt", "hitam matic km 30rb", "ok simpan"], ("Honda", "Brio", 2020, 120_000_000, "Hitam", "automatic", 30_000), 0),
    "A104": (["upload", "Alphard 2022 1,2 M hitam", "matic", "simpan"], ("Toyota", "Alphard", 2022, 1_200_000_000, "Hitam", "automatic", None), 0),
    "in one line": (["/upload Toyota Avanza 2020 150jt 50rb km Hitam Manual"], ("Toyota", "Avanza", 2020, 150_000_000, "Hitam", "manual", 50_000), 0),
    "corrected": (["upload", BRIO, "harga 125jt", "warna putih", "ubah km 20rb", "simpan"], ("Honda", "Brio", 2020, 125_000_000, "Putih", "automatic", 20_000), 0),
    "words after photos": (["mau upload", photo(1), photo(2), photo(3), BRIO, "simpan"], ("Honda", "Brio", 2020, 120_000_000, "Hitam", "automatic", 30_000), 3),
    "photos after saving": (["upload", BRIO, "simpan", photo(1), photo(2), "selesai"], ("Honda", "Brio", 2020, 120_000_000, "Hitam", "automatic", 30_000), 2),
    "clumsily": (["mau uplod mobil dong", photo(1), "brio satya 2019 ireng matik", "jadi gimana?", "hrg 135", "km nya 40 rebu", "eh salah warna nya merah", "apa lagi yg kurang?", "sipp simpan ya"], ("Honda", "Brio", 2019, 135_000_000, "Merah", "automatic", 40_000), 1),
    "described after loose photos": ([photo(1), photo(2), "avanza 2019 putih matik", "150jt", "simpan"], ("Toyota", "Avanza", 2019, 150_000_000, "Putih", "automatic", None), 2),
    "corrected once saved": (["upload", BRIO, "simpan", "harga 125jt", "warna putih"], ("Honda", "Brio", 2020, 125_000_000, "Putih", "automatic", 30_000), 0),
    "questions between": (["upload", "fortuner berapa?", BRIO, "lokasinya di mana?", "halo", "simpan"], ("Honda", "Brio", 2020, 120_000_000, "Hitam", "automatic", 30_000), 0),
}  # fmt: skip


@pytest.mark.parametrize(("messages", "wanted", "count"), FLOWS.values(), ids=FLOWS)
def test_a_car_is_added_in_any_order(
    staffed: Showroom, messages: list[str | bytes], wanted: tuple[Any, ...], count: int
) -> None:
    tell(staffed, *messages)
    [car] = stock(staffed)
    assert (car.make, car.model, car.year, car.price, car.color, car.transmission, car.mileage) == wanted
    assert (car.display_id, car.status) == ("PM-PST-003", "AVAILABLE")
    assert len(photos(staffed, car)) == count


CARDS = {
    "A90": (["mau upload"], "Siap, Kak! Untuk menambah mobil"),
    "A94": (["upload Brio 2020 120jt"], "Yang belum ada: warna, transmisi."),
    "A95": ([BRIO], "Ketik *simpan*"),
    "A96": (["upload", "Avanza 2019 harga 150 juta warna silver"], "Yang belum ada: transmisi."),
    "A100": (["upload Brio 2020"], "Yang belum ada: harga, warna, transmisi."),
    "A101": (["upload", "120jt hitam matic"], "Yang belum ada: merek dan model, tahun."),
    "A102": (["upload Avanza"], "Yang belum ada: tahun, harga, warna, transmisi."),
    "A148": (["upload", BRIO, "simpan", photo(1), "selesai"], "Selesai! 1 foto untuk Honda Brio 2020 (PM-PST-003)"),
    "A149": (["upload", "Brio 2020", "halo"], "Draf *Honda Brio 2020* masih tersimpan"),
    "A151 year": (["upload", "Brio 1975"], "Tahun 1975 di luar batas"),
    "A151 price": (["upload", "harga 0"], "terlalu kecil"),
    "A151 km": (["upload", "km 2.000.000"], "2.000.000 km di luar batas"),
    "corrected": (["upload", BRIO, "harga 125jt"], "Harga: Rp 120 juta → Rp 125 juta"),
    "missing": (["upload", "Brio 2020", "simpan"], "Belum bisa disimpan"),
    "cancelled": (["upload", "Brio 2020", "batal"], "dibatalkan. Tidak ada yang disimpan."),
    "another car": (["upload Brio 2020", "upload Jazz 2019"], "Masih ada draf Honda Brio 2020"),
    "two cars": (["upload", "Brio Avanza 2020 120jt"], "lebih dari satu"),
    "A145": (["upload", BRIO, "simpan", "selesai", "upload", BRIO, "simpan"], "mirip dengan Honda Brio 2020 (PM-PST-003)"),
    "the same": (["upload", BRIO, "simpan", "selesai", "upload", BRIO, "simpan", "sama"], "tidak disimpan karena sama"),
    "loose photos": ([photo(1)], "Ketik *upload* dalam 10 menit"),
    "undo": (["upload", BRIO, "simpan", "undo"], "Dibatalkan"),
    "how it stands": (["upload", "Brio 2020", "jadi gimana?"], "Yang belum ada: harga, warna, transmisi."),
    "how to go on": (["upload", BRIO, "simpan", "selesai"], "Terjual: status PM-PST-003 terjual"),
    "corrected after saving": (["upload", BRIO, "simpan", "salah, harganya 125jt"], "Harga: Rp 120 juta → Rp 125 juta"),
    "asked after saving": (["upload", BRIO, "simpan", "harganya 125jt?"], "Honda Brio"),
    "sold just after": (["upload", BRIO, "simpan", "udah laku", "ya"], "AVAILABLE → SOLD"),
}  # fmt: skip


@pytest.mark.parametrize(("messages", "says"), CARDS.values(), ids=CARDS)
def test_staff_are_told_how_to_go_on(staffed: Showroom, messages: list[str | bytes], says: str) -> None:
    assert says in tell(staffed, *messages)


def test_a145_a_duplicate_is_saved_only_as_another_unit(staffed: Showroom) -> None:
    tell(staffed, "upload", BRIO, "simpan", "selesai", "upload", BRIO, "simpan")
    assert len(stock(staffed)) == 1
    assert "PM-PST-004" in tell(staffed, "unit lain")
    assert [car.display_id for car in stock(staffed)] == ["PM-PST-003", "PM-PST-004"]


def test_a146_another_model_or_year_is_no_duplicate(staffed: Showroom) -> None:
    for line in ("Honda Brio 2020 120jt hitam matic", "Honda Jazz 2020 120jt hitam matic", "Toyota Avanza 2019 120jt hitam matic"):  # fmt: skip
        assert "berhasil ditambahkan" in tell(staffed, f"/upload {line}")
    assert len(stock(staffed)) == 3


def test_a143_photos_of_the_last_ten_minutes_count(staffed: Showroom) -> None:
    now = clock.now()
    for minutes, number in ((15, 1), (12, 2), (8, 3), (2, 4)):
        with time_machine.travel(now - timedelta(minutes=minutes)):
            tell(staffed, photo(number))
    assert "2 foto dari 10 menit terakhir" in tell(staffed, "mau upload")
    tell(staffed, BRIO, "simpan")
    [car] = stock(staffed)
    assert len(photos(staffed, car)) == 2


def test_a144_a_photo_with_the_whole_description_needs_one_more_word(staffed: Showroom) -> None:
    staffed.receives_photo(photo(1), BRIO, phone=STAFF)
    run_jobs()
    assert "Ketik *simpan*" in staffed.gateway.sent[-1].text
    tell(staffed, "simpan")
    [car] = stock(staffed)
    assert len(photos(staffed, car)) == 1


def test_a150_a_photo_without_its_file_is_asked_for_again_and_nothing_is_lost(staffed: Showroom) -> None:
    tell(staffed, "upload", "Brio 2020 120jt")
    staffed.receives("", kind="image", phone=STAFF)
    run_jobs()
    assert "belum bisa diproses" in staffed.gateway.sent[-1].text
    assert "Honda Brio 2020" in tell(staffed, "hitam")


def test_an_answer_a_day_later_goes_on(staffed: Showroom) -> None:
    tell(staffed, "upload Brio 2020 120jt", photo(1))
    day = timedelta(hours=26)
    with staffed.scope():
        UploadDraft.objects.update(updated_at=clock.now() - day, created_at=clock.now() - day)
        UploadPhoto.objects.update(written_at=clock.now() - day, created_at=clock.now() - day)
    tasks.errands()
    tasks.clean()
    tell(staffed, "hitam, matic", "simpan")
    [car] = stock(staffed)
    assert len(photos(staffed, car)) == 1


@pytest.mark.parametrize("seed", range(3))
def test_fifteen_photos_in_random_order_with_copies_and_commands_between_make_one_car(
    staffed: Showroom, seed: int
) -> None:
    """Photos of an album arrive in any order and twice; they stand in the order in which they were sent."""
    shuffled = random.Random(seed)
    start = clock.now()
    ids = [f"3A{seed}{number:030d}" for number in range(15)]
    sends: list[Any] = [(number, ids[number]) for number in range(15)]
    sends += [
        *shuffled.sample(sends, 6),
        "stok",
        "stats",
        "status PM-PST-001 booking",
        "Brio 2020",
        "120jt hitam",
        "matic",
    ]
    tell(staffed, "upload")
    shuffled.shuffle(sends)
    for one in sends:
        if isinstance(one, str):
            staffed.receives(one, phone=STAFF)
        else:
            staffed.receives_photo(
                photo(one[0]), phone=STAFF, message_id=one[1], sent_at=start + timedelta(seconds=one[0])
            )
        if shuffled.random() < 0.4:
            run_jobs()
    run_jobs()
    tell(staffed, "simpan")
    [car] = stock(staffed)
    kept = photos(staffed, car)
    assert [one.position for one in kept] == list(range(15))
    assert [one.is_main for one in kept] == [True] + [False] * 14
    with staffed.scope():
        sent = list(UploadPhoto.objects.order_by("written_at").values_list("image", flat=True))
        assert Vehicle.objects.get(display_id="PM-PST-001").status == "BOOKED"
    assert [one.image.name for one in kept] == sent


def test_a_worker_killed_before_each_answer_loses_nothing_and_adds_one_car(staffed: Showroom) -> None:
    """Killed while it read the turn, or after it had thought and before it wrote anything; another one takes over."""
    for number, one in enumerate(("upload", photo(1), "Brio 2020", photo(2), "stok", "120jt hitam", "matic", "simpan")):
        if isinstance(one, bytes):
            staffed.receives_photo(one, phone=STAFF)
        else:
            staffed.receives(one, phone=STAFF)
        chat = staffed.chat(STAFF).pk
        killed = gather.claim(staffed.tenant.pk, chat)
        assert killed is not None
        if number % 2:
            async_to_sync(orchestrator.think)(killed)
        with staffed.scope():
            WhatsAppConversation.objects.filter(pk=chat).update(claimed_until=clock.now() - timedelta(seconds=1))
        tasks.sweep()
        run_jobs()
    [car] = stock(staffed)
    assert (car.model, car.price, len(photos(staffed, car))) == ("Brio", 120_000_000, 2)
    assert len(staffed.gateway.sent) == 8


def test_a_photo_fetched_after_saving_joins_its_car_in_its_place(staffed: Showroom) -> None:
    tell(staffed, "upload", BRIO, photo(1), photo(2))
    staffed.receives_photo(photo(3), phone=STAFF)
    with staffed.scope():
        early = UploadPhoto.objects.order_by("written_at").first()
        UploadPhoto.objects.filter(pk=early.pk).update(state="waiting")
    tell(staffed, "simpan")
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        tasks.errands()
        run_jobs()
    [car] = stock(staffed)
    kept = photos(staffed, car)
    assert len(kept) == 3
    assert (kept[0].image.name, kept[0].is_main) == (early.image, True)


def test_more_than_fifteen_photos_are_refused(staffed: Showroom) -> None:
    tell(staffed, "upload", BRIO)
    for number in range(17):
        staffed.receives_photo(photo(number), phone=STAFF)
    run_jobs()
    assert "Sudah cukup 15 foto" in staffed.gateway.sent[-1].text
    tell(staffed, "simpan")
    [car] = stock(staffed)
    assert len(photos(staffed, car)) == 15


def test_a_photo_is_kept_upright_without_its_camera_and_place_in_four_widths(staffed: Showroom) -> None:
    tell(staffed, "upload", BRIO, photo(1, exif=True, size=(2400, 1600)), "simpan")
    [car] = stock(staffed)
    [kept] = photos(staffed, car)
    sizes = []
    for width in pictures.WIDTHS:
        with default_storage.open(pictures.sized(kept.image.name, width)) as file, Image.open(file) as picture:
            sizes.append(max(picture.size))
            assert (picture.format, picture.height > picture.width) == ("JPEG", True)
            assert not picture.getexif()
    assert sizes == list(pictures.WIDTHS)


NO_PICTURES = {
    "a web page": b"<html>not found</html>",
    "half a photo": photo(1)[:400],
    "a script": b"#!/bin/sh\nrm -rf /\n" * 50,
    "a dot": photo(1, size=(8, 8)),
    "nothing": b"",
}


@pytest.mark.parametrize("data", NO_PICTURES.values(), ids=NO_PICTURES)
def test_what_is_no_picture_is_not_kept_and_said(staffed: Showroom, data: bytes) -> None:
    tell(staffed, "upload", data)
    assert "1 foto tidak bisa dipakai" in tell(staffed, BRIO)
    tell(staffed, "simpan")
    [car] = stock(staffed)
    assert photos(staffed, car) == []


FOREIGN = {
    "another host": "https://evil.example.com/photo.jpg",
    "inside the network": "http://169.254.169.254/latest/meta-data",
    "a user before the host": "https://gateway@evil.example.com/a.jpg",
    "a path upwards": "http://127.0.0.1/files/../etc/passwd",
}


@pytest.mark.parametrize("url", FOREIGN.values(), ids=FOREIGN)
def test_a_photo_is_fetched_only_from_the_gateway(staffed: Showroom, url: str) -> None:
    tell(staffed, "upload")
    staffed.receives("", kind="image", phone=STAFF, file_url=url)
    run_jobs()
    with staffed.scope():
        assert UploadPhoto.objects.get().state == "refused"


def test_the_same_photo_sent_twice_is_kept_once(staffed: Showroom) -> None:
    tell(staffed, "upload", BRIO, photo(1), photo(1), "simpan")
    [car] = stock(staffed)
    assert len(photos(staffed, car)) == 1


def test_without_the_right_a_photo_starts_nothing(staffed: Showroom) -> None:
    staffed.employs(phone="6281298765499", name="Ani", can_upload_vehicle=False)
    staffed.receives_photo(photo(1), BRIO, phone="6281298765499")
    staffed.receives("upload", phone="6281298765499")
    run_jobs()
    assert "belum punya akses" in staffed.gateway.sent[-1].text
    with staffed.scope():
        assert (UploadDraft.objects.count(), UploadPhoto.objects.count()) == (0, 0)


def test_two_staff_members_upload_beside_each_other(staffed: Showroom) -> None:
    staffed.employs(phone="6281298765499", name="Ani")
    tell(staffed, "upload Brio 2020")
    [reply] = staffed.hears("upload Jazz 2019 90jt", phone="6281298765499")
    assert "Honda Jazz 2019" in reply
    assert "Honda Brio 2020" in tell(staffed, "120jt hitam matic")


def test_ids_go_on_past_999(staffed: Showroom) -> None:
    with staffed.scope():
        type(staffed.tenant).objects.update(last_vehicle_number=998)
    for year in (2018, 2019):
        tell(staffed, f"/upload Honda Brio {year} 120jt hitam matic")
    assert [car.display_id for car in stock(staffed)] == ["PM-PST-999", "PM-PST-1000"]


def test_photos_of_a_cancelled_upload_are_deleted_after_a_day(staffed: Showroom) -> None:
    tell(staffed, "upload", photo(1), "batal")
    with staffed.scope():
        name = UploadPhoto.objects.get().image
    assert default_storage.exists(name)
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        tasks.clean()
    assert not default_storage.exists(name)
    with staffed.scope():
        assert not UploadPhoto.objects.exists()


def test_photos_may_lie_in_another_storage(staffed: Showroom, settings: Any) -> None:
    """No path, no local file: as with S3."""
    elsewhere = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": elsewhere}
    tell(staffed, "upload", photo(1), BRIO, "simpan")
    [car] = stock(staffed)
    [kept] = photos(staffed, car)
    for width in pictures.WIDTHS:
        with default_storage.open(pictures.sized(kept.image.name, width)) as file:
            assert Image.open(file).format == "JPEG"
    assert not list(settings.MEDIA_ROOT.iterdir())
