"""What the assistant does besides talking: photos, the waiting list, and what the model asks to be done."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from autolumiku.testing.stage import CUSTOMER, Showroom, run_jobs
from conversations import gather, tasks
from conversations.models import WhatsAppMessage
from inventory.models import Vehicle, VehiclePhoto
from leads.models import Booking, Lead, Wait

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 9, 3, 0, tzinfo=UTC)  # 10.00 in Jakarta; PostgreSQL's clock stays
WEEK = dict.fromkeys(range(6), ("09:00", "17:00"))


def photograph(showroom: Showroom, model: str, count: int, *, missing: int = 0) -> None:
    """Photos of a car, the last `missing` of them without a file."""
    out = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(out, "JPEG")
    with showroom.scope():
        car = Vehicle.objects.get(model=model)
        for number in range(count):
            name = f"vehicles/{showroom.tenant.pk}/{model}-{number}.jpg"
            if number < count - missing:
                name = default_storage.save(name, ContentFile(out.getvalue()))
            VehiclePhoto.objects.create(tenant=showroom.tenant, vehicle=car, image=name, position=number)


def photos(showroom: Showroom) -> list[tuple[str, str, str]]:
    """(status, error, caption) of the photos that were queued."""
    rows = [one for one in showroom.messages() if one.direction == "outbound" and one.media_type == "image"]
    return [(one.aimeow_status, one.error, one.content) for one in rows]


def test_at_most_five_photos_of_the_car_behind_the_words(showroom, storage):
    photograph(showroom, "Fortuner", 7)
    showroom.hears("fortuner ada?")
    showroom.hears("boleh kirim fotonya")
    sent = [one for one in showroom.gateway.sent if one.images]
    assert [one.images[0]["caption"] for one in sent] == ["Toyota Fortuner VRZ AT 2021 (PM-PST-002)", "", "", "", ""]
    assert "menyusul di bawah ini" in showroom.gateway.sent[-6].text
    assert showroom.chat().escalated_reason == ""


def test_a_photo_that_fails_takes_no_other_along_and_a_person_is_asked_for(showroom, storage):
    photograph(showroom, "Fortuner", 3, missing=1)
    showroom.hears("kirim foto fortuner dong")
    assert [status for status, _, _ in photos(showroom)] == ["sent", "sent", "failed"]
    assert showroom.chat().escalated_reason == "not_sent"


def test_stop_ends_what_is_not_sent_yet(showroom, storage):
    """The showroom lets time pass between its sends; the photos still wait."""
    photograph(showroom, "Fortuner", 5)
    showroom.hears("fortuner ada?")
    showroom.set(customer_gap_seconds=60)
    showroom.receives("boleh kirim fotonya")
    run_jobs()
    waiting = sum(status == "queued" for status, _, _ in photos(showroom))
    assert waiting
    showroom.receives("stop fotonya")
    run_jobs()
    assert sum((status, error) == ("failed", "stopped") for status, error, _ in photos(showroom)) == waiting
    assert not any(status == "queued" for status, _, _ in photos(showroom))


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(["fortuner ada?"], id="only offered"),
        pytest.param(["lihat foto"], id="of which car?"),
        pytest.param(["fortuner ada?", "kirim videonya"], id="a video is for people"),
        pytest.param(["fortuner ada?", "boleh", "mantap"], id="praise"),
    ],
)
def test_no_photos_without_consent(showroom, storage, texts):
    photograph(showroom, "Fortuner", 2)
    for text in texts:
        showroom.hears(text)
    assert len(photos(showroom)) == (2 if "boleh" in texts else 0)


# --- the waiting list


def errands(showroom: Showroom) -> list[str]:
    before = len(showroom.gateway.sent)
    tasks.errands()
    run_jobs()
    return [sent.text for sent in showroom.gateway.sent[before:]]


def test_who_waits_is_told_once_when_the_car_comes(showroom):
    assert "Pencarian Honda Brio matic sudah kami catat" in showroom.hears("kabari kalau ada brio matic ya kak")[0]
    assert errands(showroom) == []
    showroom.has(make="Honda", model="Brio", year=2020, price=158_000_000, transmission="manual")
    assert errands(showroom) == []
    showroom.has(make="Honda", model="Brio", year=2021, price=170_000_000, transmission="cvt")
    [told] = errands(showroom)
    assert "PM-PST-004" in told
    assert errands(showroom) == []


def test_a_later_wish_takes_the_place_of_the_earlier_one(showroom):
    showroom.hears("kabari kalau ada brio ya")
    showroom.hears("kabari kalau ada jazz ya")
    with showroom.scope():
        assert list(Wait.objects.filter(ended_at=None).values_list("words", flat=True)) == ["Honda Jazz"]


def test_a_car_that_is_sold_before_the_word_goes_out_is_not_told(showroom):
    showroom.hears("kabari kalau ada brio ya")
    car = showroom.has(make="Honda", model="Brio", year=2020, price=158_000_000)
    with showroom.scope():
        Wait.objects.update(account=showroom.account)
        Vehicle.objects.get(pk=car.pk).change({"status": "SOLD"}, by="test")
    assert errands(showroom) == []


def test_a_trade_in_becomes_a_task_for_a_person(showroom):
    showroom.hears("mau tukar tambah avanza 2015 saya sama fortuner")
    with showroom.scope():
        step = Lead.objects.values_list("next_step", flat=True).get(phone=CUSTOMER)
    assert step == "Taksir tukar tambah: mau tukar tambah avanza 2015 saya sama fortuner"


# --- what the model asks for

OK = "Baik Kak."
THANKS = "Baik Kak, ada yang bisa saya bantu?"


def asks(name: str, text: str | None = OK, /, **given: Any) -> dict[str, Any]:
    """An answer with a tool call."""
    call = {"id": "1", "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}
    return {"role": "assistant", "content": text, "tool_calls": [call]}


FORTUNER = {"unit_id": "PM-PST-002", "day": "2026-11-10", "time": "10:00"}
TEXT = "mau test drive fortuner besok habis makan siang"  # code sees a day and no hour in it
CALLS = [
    pytest.param(TEXT, asks("book_test_drive", **{**FORTUNER, "time": "13:00"}), 1, id="a free hour of the day"),
    pytest.param(TEXT, asks("book_test_drive", None, **{**FORTUNER, "time": "13:00"}), 1, id="without words"),
    pytest.param(TEXT, asks("book_test_drive", **{**FORTUNER, "time": "20:00"}), 0, id="an hour that is none"),
    pytest.param(TEXT, asks("book_test_drive", **{**FORTUNER, "unit_id": "PM-PST-001"}), 0, id="not the car asked for"),
    pytest.param(TEXT, asks("book_test_drive", **{**FORTUNER, "unit_id": "XX-1"}), 0, id="a car of nobody"),
    pytest.param(TEXT, asks("book_test_drive", **{**FORTUNER, "day": "besok"}), 0, id="no date"),
    pytest.param("mau test drive fortuner", asks("book_test_drive", **FORTUNER), 0, id="the customer named no time"),
    pytest.param("fortuner ada?", asks("book_test_drive", **FORTUNER), 0, id="no test drive was asked for"),
    pytest.param("fortuner ada?", asks("show_photos", unit_id="PM-PST-002"), 0, id="no photos were asked for"),
    pytest.param("fortuner ada?", asks("join_waiting_list"), 0, id="nobody wants to wait"),
    pytest.param("fortuner ada?", asks("cancel_test_drive"), 0, id="nothing to call off"),
    pytest.param("fortuner ada?", asks("set_price", unit_id="PM-PST-002", price=1), 0, id="no such tool"),
    pytest.param("fortuner ada?", {"content": OK, "tool_calls": [{"function": {"name": 5}}, 7, None]}, 0, id="broken"),
]


@pytest.mark.parametrize(("text", "answer", "booked"), CALLS)
def test_a_tool_call_is_done_only_where_the_turn_bears_it(showroom, storage, model, text, answer, booked):
    photograph(showroom, "Fortuner", 2)
    showroom.opens(WEEK)
    model.say(answer)
    with time_machine.travel(MONDAY, tick=False):
        [reply] = showroom.hears(text)
    with showroom.scope():
        assert Booking.objects.count() == booked
        assert Wait.objects.count() == 0
    assert photos(showroom) == []
    assert ("sudah dijadwalkan Selasa, 10 November 2026 pukul 13.00" in reply) is bool(booked)
    assert "nothing" not in reply


def test_tools_are_offered_only_where_something_is_to_be_done(showroom, model):
    showroom.hears("fortuner ada?")
    showroom.hears("mau test drive fortuner")
    assert "tools" not in model.requests[0]
    assert [tool["function"]["name"] for tool in model.requests[1]["tools"]] == ["book_test_drive"]


def test_a_refused_draft_does_nothing(showroom, model):
    """The tool call was fine and the words were not: neither happens, and the counter answers."""
    showroom.opens(WEEK)
    lie = asks("book_test_drive", "Fortuner cuma Rp 99 juta Kak.", **{**FORTUNER, "time": "13:00"})
    model.say(lie, lie)
    with time_machine.travel(MONDAY, tick=False):
        [reply] = showroom.hears(TEXT)
    assert "99" not in reply
    with showroom.scope():
        assert Booking.objects.count() == 0


# --- what the model notes of a customer, hands in for a trade-in, or hands over

WROTE = "saya budi kak, tinggal di bekasi, dana 150 juta, buat antar anak sekolah"
NOTED = [
    pytest.param(WROTE, {"name": "Budi"}, {"name": "Budi"}, id="a name"),
    pytest.param(WROTE, {"name": "Andi"}, {}, id="a name that was not said"),
    pytest.param("saya avanza kak, dana 150 juta", {"name": "Avanza"}, {}, id="a car is no name"),
    pytest.param(WROTE, {"location": "Bekasi", "place": "Bekasi"}, {"location": "Bekasi"}, id="a place"),
    pytest.param(WROTE, {"place": "Depok"}, {"location": "Bekasi"}, id="a place that was not said"),
    pytest.param(WROTE, {"place": "sekolah"}, {"location": "Bekasi"}, id="no place"),
    pytest.param(WROTE, {"budget": "Rp 150 juta"}, {"budget_range": "sekitar Rp 150 juta"}, id="a budget"),
    pytest.param(WROTE, {"budget": "Rp 200 juta"}, {"budget_range": "sekitar Rp 150 juta"}, id="a higher one"),
    pytest.param(WROTE, {"need": "antar anak sekolah"}, {"interested_in": "antar anak sekolah"}, id="a need"),
    pytest.param(WROTE, {"need": "antar jemput kantor"}, {"interested_in": ""}, id="a need of others"),
    pytest.param(WROTE, {"name": None, "need": 5, "place": ["x"]}, {"name": ""}, id="nonsense"),
]


@pytest.mark.parametrize(("text", "given", "kept"), NOTED)
def test_what_the_model_notes_must_stand_in_the_customers_words(showroom, model, text, given, kept):
    showroom.hears("cari avanza kak, budget 150 juta")  # a buyer
    with showroom.scope():
        Lead.objects.update(name="", location="", interested_in="", budget_range="")
    model.say(asks("save_customer", THANKS, **given))
    [reply] = showroom.hears(text)
    assert reply == THANKS
    with showroom.scope():
        lead = Lead.objects.get()
        assert {name: getattr(lead, name) for name in kept} == kept


def test_a_name_alone_makes_no_lead(showroom, model):
    model.say(asks("save_customer", THANKS, name="Budi"))
    showroom.hears("saya budi kak")
    with showroom.scope():
        assert not Lead.objects.exists()


def step_of(showroom: Showroom) -> str:
    with showroom.scope():
        return Lead.objects.values_list("next_step", flat=True).first() or ""


@pytest.mark.parametrize(
    ("text", "car", "noted"),
    [
        pytest.param("saya punya jazz 2012, bisa dipakai buat bayar fortuner?", "jazz 2012", True, id="an own car"),
        pytest.param("saya punya jazz 2012, bisa dipakai buat bayar fortuner?", "avanza 2015", False, id="another car"),
        pytest.param("fortuner ada?", "fortuner", False, id="no car of theirs"),
    ],
)
def test_the_model_hands_in_a_trade_in_only_of_a_car_the_customer_named(showroom, model, text, car, noted):
    showroom.hears("fortuner ada?")
    model.say(asks("register_trade_in", car=car))
    [reply] = showroom.hears(text)
    assert step_of(showroom) == (f"Taksir tukar tambah: {text}" if noted else "")
    assert ("staf kami yang akan bantu cek" in reply) is noted
    assert (showroom.chat().escalated_reason == "missing_fact") is noted


def test_with_a_model_too_a_trade_in_becomes_a_task(showroom, model):
    showroom.hears("fortuner ada?")
    model.say("Bisa Kak, fortuner bisa tukar tambah.", "Baik Kak.")
    text = "mau tukar tambah avanza 2015 saya sama fortuner"
    [reply] = showroom.hears(text)
    assert step_of(showroom) == f"Taksir tukar tambah: {text}"
    assert "staf kami yang akan bantu cek" in reply
    assert showroom.chat().escalated_reason == "missing_fact"


@pytest.mark.parametrize(
    ("text", "reason", "holder"),
    [
        pytest.param("ini bagaimana ya prosesnya", "uncertain", "bot", id="the model alone thinks so"),
        pytest.param("gimana sih, sales nya mana ya", "human_request", "waiting", id="the customer names a person"),
    ],
)
def test_the_model_hands_over(showroom, model, text, reason, holder):
    model.say(asks("hand_over", reason="customer bingung"))
    [reply] = showroom.hears(text)
    chat = showroom.chat()
    assert (chat.escalated_reason, chat.holder) == (reason, holder)
    assert "staf kami" in reply.lower()


def test_a_refused_draft_hands_nothing_over_by_its_call(showroom, model):
    lie = asks("hand_over", "Fortuner cuma Rp 99 juta Kak.")
    model.say(lie, lie)
    showroom.hears("gimana sih, sales nya mana ya")
    assert showroom.chat().escalated_reason == "guard_failed"


@pytest.mark.parametrize(
    "promise",
    [
        "Nama Kakak sudah masuk daftar tunggu.",
        "Baik Kak, budgetnya sudah saya catat.",
        "Tukar tambahnya sudah kami daftarkan.",
        "Fotonya sudah saya kirim ya Kak.",
        "Test drivenya Sabtu jam 10 ya Kak.",
        "Oke Kak, Sabtu jam 10 ya.",
        "Kami tunggu besok jam 10 ya Kak.",
    ],
)
def test_what_is_not_done_is_not_said_to_be(showroom, model, promise):
    model.say(promise, promise)
    [reply] = showroom.hears("bagaimana kelanjutannya kak")
    assert promise not in reply
    assert showroom.chat().escalated_reason == "guard_failed"


def test_several_calls_of_one_answer_are_all_done(showroom, model):
    showroom.opens(WEEK)
    model.say(both := asks("book_test_drive", **{**FORTUNER, "time": "13:00"}))
    both["tool_calls"] += asks("save_customer", name="Budi")["tool_calls"]
    with time_machine.travel(MONDAY, tick=False):
        showroom.hears(f"saya budi, {TEXT}")
    with showroom.scope():
        assert Booking.objects.count() == 1
        assert Lead.objects.get().name == "Budi"


def test_a_promise_without_a_deed_is_a_failed_draft(showroom, model):
    promise = "Siap Kak, test drive sudah dijadwalkan Selasa pukul 13.00."
    model.say(promise, promise)
    [reply] = showroom.hears("mau test drive fortuner")
    assert "13.00" not in reply
    assert showroom.chat().escalated_reason == "guard_failed"


def test_a_suggestion_for_a_person_does_nothing(showroom, storage):
    """A colleague asks for a draft: nothing is sent or booked by that."""
    photograph(showroom, "Fortuner", 2)
    showroom.hears("kirim foto fortuner dong")
    before = len(showroom.messages())
    assert gather.unclaimed(showroom.tenant.pk, showroom.chat().pk) is not None
    assert len(showroom.messages()) == before


def test_photos_are_of_this_showroom_only(showroom, storage, gateway):
    other = Showroom(gateway, slug="lain", name="Lain Mobil", number=2)
    other.has(make="Toyota", model="Fortuner", year=2020, price=400_000_000)
    photograph(other, "Fortuner", 2)
    showroom.hears("kirim foto fortuner dong")
    with showroom.scope():
        assert WhatsAppMessage.objects.filter(media_type="image").count() == 0


def test_the_wait_ends_after_a_while(showroom):
    with time_machine.travel(MONDAY - timedelta(days=100), tick=False):
        showroom.hears("kabari kalau ada brio ya")
    showroom.has(make="Honda", model="Brio", year=2020, price=158_000_000)
    assert errands(showroom) == []
