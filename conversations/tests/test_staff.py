# ruff: noqa: E501 (one row of the tables is one line)
"""Staff run the showroom through the public door: a webhook in, the gateway's recorded send out (list A 8.3 and 8.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from autolumiku.lib import clock
from autolumiku.testing.stage import Showroom, run_jobs
from conversations.models import WhatsAppMessage
from inventory.models import Vehicle
from staffcommands.models import StaffCommandLog, StaffWhatsAppAuth

pytestmark = pytest.mark.django_db

STAFF = "6281298765432"


@pytest.fixture
def staffed(showroom: Showroom) -> Showroom:
    """Prima Mobil with Yudho, who may do everything."""
    showroom.employs(name="Yudho", role="owner")
    return showroom


def tell(showroom: Showroom, *messages: str) -> str:
    """What staff hear for the last of these messages, each answered before the next."""
    reply = ""
    for message in messages:
        [reply] = showroom.hears(message, phone=STAFF)
    return reply


def car(showroom: Showroom, number: int = 1) -> Vehicle:
    with showroom.scope():
        return Vehicle.objects.get(display_id=f"PM-PST-{number:03d}")


EDITS = {  # the fixture's City: 79 juta, 127.245 km, 2006, automatic, bensin, silver
    "A114": (["edit PM-PST-002 harga 475jt"], 2, {"price": 475_000_000}, "Rp 470 juta → Rp 475 juta"),
    "A115": (["rubah PM-PST-001 km 50000"], 1, {"mileage": 50_000}, "127.245 km → 50.000 km"),
    "A115-last": (["rubah PM-PST-001 km 50000", "rubah km 60000"], 1, {"mileage": 60_000}, "50.000 km → 60.000 km"),
    "A116": (["edit PM-PST-001 km 50000", "ganti bensin jadi diesel"], 1, {"fuel": "diesel"}, "bensin → diesel"),
    "A117": (["ubah honda city 2006 jadi diesel"], 1, {"fuel": "diesel"}, "bensin → diesel"),
    "A118": (["rubah PM-PST-001 tahun 2007"], 1, {"year": 2007}, "2006 → 2007"),
    "A118-color": (["edit PM-PST-001 km 5rb", "ubah warna hitam"], 1, {"color": "Hitam"}, "silver → Hitam"),
    "A118-price": (["edit PM-PST-001 km 5rb", "ganti harga 80jt"], 1, {"price": 80_000_000}, "→ Rp 80 juta"),
    "A119": (["rubah PM-PST-001 2019 manual"], 1, {"year": 2019, "transmission": "manual", "price": 79_000_000}, "2006 → 2019"),
    "A120": (["edit PM-PST-001 km 50000 merah"], 1, {"mileage": 50_000, "color": "Merah", "price": 79_000_000}, "→ Merah"),
    "A121": (["edit PM-PST-002 harga 475.000.000"], 2, {"price": 475_000_000}, "→ Rp 475 juta"),
    "A122": (["edit PM-PST-001 km 50rb"], 1, {"mileage": 50_000}, "→ 50.000 km"),
    "A123": (["edit PM-PST-001 tahun 2018, warna hitam, km 50000"], 1, {"year": 2018, "color": "Hitam", "mileage": 50_000}, "2006 → 2018"),
    "A199": (["edit PM-PST-001 harga 125.5jt", "ya"], 1, {"price": 125_500_000}, "Rp 79 juta → Rp 125,5 juta"),
}  # fmt: skip


@pytest.mark.parametrize(("messages", "number", "values", "says"), EDITS.values(), ids=EDITS)
def test_staff_correct_a_car(
    staffed: Showroom, messages: list[str], number: int, values: dict[str, Any], says: str
) -> None:
    assert says in tell(staffed, *messages)
    changed = car(staffed, number)
    assert {name: getattr(changed, name) for name in values} == values


SAYS = {
    "A124": (["status PM-PST-001 terjual", "edit PM-PST-001 harga 80jt"], "sudah terjual"),
    "A131": (["help"], "• stok – lihat dan cari stok"),
    "A131-menu": (["menu"], "• edit – ubah data mobil"),
    "A132": (["kenapa belum dibalas customer?"], "Kak Yudho"),
    "A198": (["status PM-PST-001"], "Contoh: status PM-PST-001 SOLD"),
    "A200": (["emergency mode"], "Fitur itu tidak ada"),
    "A201": (["payroll system"], "Fitur itu tidak ada"),
    "several": (["status PM-PST-001 booking, edit PM-PST-002 km 26rb lalu stok booking"], "Total: 1 unit"),
    "lines": (["stok\n/xyz\nstats"], "tidak dikenali"),
    "a question between": (["status PM-PST-001 hapus", "fortuner harga berapa?"], "Rp 470 juta"),
    "nothing to confirm": (["ya"], "Kak"),
    "undo": (["status PM-PST-001 terjual", "undo"], "SOLD → AVAILABLE"),
    "asks the way": (["halo, cara tambah mobil gimana ya?"], "Menambah mobil, Kak: ketik *upload*"),
    "asks the way of a status": (["gimana cara ubah status?"], "status PM-PST-001 terjual"),
    "a slip": (["mau uplod mobil dong"], "Untuk menambah mobil, kirim di chat ini"),
    "a slip in a status": (["sttus PM-PST-001 terjual"], "AVAILABLE → SOLD"),
    "sold, no car named": (
        ["edit PM-PST-001 km 5rb", "alhamdulillah udah laku kak"],
        "Maksudnya Honda City S AT 2006 (PM-PST-001) jadi SOLD",
    ),
    "sold, then yes": (["edit PM-PST-001 km 5rb", "mobilnya kejual", "ya"], "AVAILABLE → SOLD"),
    "sold, no last car": (["terjual"], "Formatnya: status"),
    "nothing understood": (["hmm zzz"], "Perintah staf: ketik *menu*."),
}


@pytest.mark.parametrize(("messages", "says"), SAYS.values(), ids=SAYS)
def test_staff_are_told(staffed: Showroom, messages: list[str], says: str) -> None:
    assert says in tell(staffed, *messages)


def test_a_command_and_a_question_in_one_turn_are_both_answered(staffed: Showroom) -> None:
    staffed.receives("status PM-PST-001 booking", phone=STAFF)
    [reply] = staffed.hears("fortuner harganya berapa?", phone=STAFF)
    assert "AVAILABLE → BOOKED" in reply
    assert "Rp 470 juta" in reply
    assert car(staffed).status == "BOOKED"


def test_a_deletion_waits_for_the_yes_through_other_messages(staffed: Showroom) -> None:
    tell(staffed, "hapus PM-PST-001", "stok", "lokasinya di mana?")
    assert car(staffed).status == "AVAILABLE"
    assert "AVAILABLE → DELETED" in tell(staffed, "iya")
    assert car(staffed).status == "DELETED"


def test_a_late_yes_changes_nothing(staffed: Showroom) -> None:
    tell(staffed, "hapus PM-PST-001")
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        assert "sudah lewat" in tell(staffed, "ya")
    assert car(staffed).status == "AVAILABLE"


def test_a_yes_of_another_staff_member_answers_nothing(staffed: Showroom) -> None:
    staffed.employs(phone="6281298765499", name="Ani")
    tell(staffed, "hapus PM-PST-001")
    staffed.hears("ya", phone="6281298765499")
    assert car(staffed).status == "AVAILABLE"


def test_a_caption_commands_nothing(staffed: Showroom) -> None:
    staffed.hears("status PM-PST-001 terjual", phone=STAFF, kind="image")
    assert car(staffed).status == "AVAILABLE"


def test_every_command_of_a_message_is_logged(staffed: Showroom) -> None:
    tell(staffed, "status PM-PST-001 booking lalu edit PM-PST-001 harga 10jt", "ya", "undo", "/xyz")
    with staffed.scope():
        logged = list(StaffCommandLog.objects.order_by("id").values_list("command", "success", "error"))
    assert logged == [
        ("update_status", True, ""),
        ("edit_vehicle", False, "asked"),
        ("edit_vehicle", True, ""),
        ("staff_command", True, ""),
        ("unknown", False, "unknown"),
    ]


def test_a182_a_very_long_message_is_stored_and_answered_within_whatsapps_limit(staffed: Showroom) -> None:
    for number in range(60):
        staffed.has(make="Toyota", model="Avanza", variant="Veloz Sangat Istimewa Sekali " * 2, year=2000 + number % 20)
    long = "\n".join(["stok toyota", "stok avanza", "stok toyota hal 2", "stok avanza hal 3", "stats", "menu"] * 1)
    assert len(tell(staffed, long)) <= 4096
    assert len(tell(staffed, "halo " + "apakah fortuner masih ada " * 400)) <= 4096
    with staffed.scope():
        assert WhatsAppMessage.objects.filter(direction="inbound", content__startswith="halo apakah").exists()


# --- who is staff ------------------------------------------------------------------------------------------------------

SOLD = "status PM-PST-001 SOLD"
EDIT = "edit PM-PST-001 harga 10jt"
LID = "10020343271578@lid"
OTHERS = "6281298765499"


def written_by_lid(showroom: Showroom, text: str, *, lid: str = LID, phone: str = "") -> list[str]:
    """A person writes of whom the wire shows a LID, and a phone only if it is given; what that chat is sent."""
    number = len(showroom.gateway.sent) + messages_so_far(showroom)
    message = {
        "from": "", "id": f"L{number}", "rawChat": lid, "rawSender": lid, "pushName": "Yudho", "text": text,
        "timestamp": clock.now().isoformat(), "type": "text",
        **({"rawSenderAlt": f"{phone}@s.whatsapp.net"} if phone else {}),
    }  # fmt: skip
    before = len(showroom.gateway.sent)
    assert (
        showroom.post({"clientId": showroom.client_id, "message": message, "timestamp": 1769766166}).status_code == 200
    )
    run_jobs()
    return [sent.text for sent in showroom.gateway.sent[before:] if "Kode Kakak" not in sent.text]


def messages_so_far(showroom: Showroom) -> int:
    with showroom.scope():
        return WhatsAppMessage.objects.count()


def by_customer(showroom: Showroom) -> None:
    showroom.hears(SOLD)


def by_removed_staff(showroom: Showroom) -> None:
    showroom.employs(phone=OTHERS, name="Ani", is_active=False)
    showroom.hears(SOLD, phone=OTHERS)


def by_the_next_showrooms_staff(showroom: Showroom) -> None:
    other = Showroom(showroom.gateway, slug="sinar-auto", name="Sinar Auto", number=2)
    other.employs(phone=OTHERS, name="Lestari")
    showroom.hears(SOLD, phone=OTHERS)


def by_a_borrowed_name(showroom: Showroom) -> None:
    showroom.hears(SOLD, name="Yudho")


def by_a_number_that_looks_alike(showroom: Showroom) -> None:
    for number, phone in enumerate(("62812987654321", "628129876543", "6281298765433")):
        event = {
            "clientId": showroom.client_id,
            "event": "message",
            "data": {"from": phone, "message": SOLD, "messageId": f"m{number}"},
        }
        showroom.post(event)
    run_jobs()


def by_forwarding_what_staff_wrote(showroom: Showroom) -> None:
    showroom.hears(f"Diteruskan:\n{SOLD}")
    showroom.hears(f"/{SOLD}")


def in_a_customers_caption(showroom: Showroom) -> None:
    showroom.hears("", kind="image", caption=f"/{SOLD}")


def in_a_staff_members_caption(showroom: Showroom) -> None:
    showroom.hears("", kind="image", caption=SOLD, phone=STAFF)
    showroom.hears(EDIT)


def by_a_lid(showroom: Showroom) -> None:
    written_by_lid(showroom, SOLD)


def by_a_typed_number(showroom: Showroom) -> None:
    written_by_lid(showroom, f"/verify {STAFF}")
    written_by_lid(showroom, SOLD)


def without_the_right(showroom: Showroom) -> None:
    showroom.employs(phone=OTHERS, name="Ani", can_update_status=False, can_edit_vehicle=False)
    showroom.hears(SOLD, phone=OTHERS)
    showroom.hears(EDIT, phone=OTHERS)


def while_switched_off(showroom: Showroom) -> None:
    showroom.set(staff_commands_enabled=False)
    showroom.hears(SOLD, phone=STAFF)


def by_yes_to_another_persons_question(showroom: Showroom) -> None:
    showroom.employs(phone=OTHERS, name="Ani")
    showroom.hears("hapus PM-PST-001", phone=STAFF)
    showroom.hears("ya", phone=OTHERS)
    showroom.hears(f"/{SOLD}")


ATTEMPTS = [
    by_customer, by_removed_staff, by_the_next_showrooms_staff, by_a_borrowed_name, by_a_number_that_looks_alike,
    by_forwarding_what_staff_wrote, in_a_customers_caption, in_a_staff_members_caption, by_a_lid, by_a_typed_number,
    without_the_right, while_switched_off, by_yes_to_another_persons_question,
]  # fmt: skip


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=[attempt.__name__ for attempt in ATTEMPTS])
def test_nobody_unauthorised_changes_anything_and_each_attempt_is_logged(staffed: Showroom, attempt: Any) -> None:
    attempt(staffed)
    assert (car(staffed).status, car(staffed).price) == ("AVAILABLE", 79_000_000)
    with staffed.scope():
        assert not StaffCommandLog.objects.filter(success=True, vehicle__isnull=False).exists()
        assert StaffCommandLog.objects.filter(success=False).exists()


def test_a_command_in_the_models_words_is_only_words(staffed: Showroom, model: Any) -> None:
    model.say(f"/{SOLD}")
    staffed.hears("fortuner masih ada?")
    model.say(f"/{SOLD}")
    staffed.hears("fortuner masih ada?", phone=STAFF)
    assert car(staffed).status == "AVAILABLE"
    with staffed.scope():
        assert not StaffCommandLog.objects.exists()


@pytest.mark.parametrize(
    "text",
    ["stok avanza ada", "kredit avanza dp 20 juta", "ganti oli dimana", "menu", "ya", "udah laku", "terjual", "mau uplod",
     "cara tambah mobil gimana?"],
)  # fmt: skip
def test_a_customers_question_is_no_attempt(staffed: Showroom, text: str) -> None:
    staffed.hears(text)
    with staffed.scope():
        assert not StaffCommandLog.objects.exists()


def test_a_lid_is_staff_through_the_phone_it_was_seen_with(staffed: Showroom) -> None:
    assert "Total: 2 unit" in written_by_lid(staffed, "stok", phone=STAFF)[0]
    assert "Total: 2 unit" in written_by_lid(staffed, "cek stok")[0]


def code_sent_to(showroom: Showroom, phone: str) -> str:
    texts = [sent.text for sent in showroom.gateway.sent if phone in sent.to and "Kode Kakak" in sent.text]
    return texts[-1].split("*")[1] if texts else ""


def test_a_lid_is_staff_after_the_code_that_went_to_the_registered_phone(staffed: Showroom) -> None:
    assert "sudah kami kirim" in written_by_lid(staffed, "/verify 0812-9876-5432")[0]
    code = code_sent_to(staffed, STAFF)
    assert len(code) == 6
    assert "tidak cocok" in written_by_lid(staffed, "000000" if code != "000000" else "111111")[0]
    assert "dikenali sebagai Yudho" in written_by_lid(staffed, code)[0]
    assert "Total: 2 unit" in written_by_lid(staffed, "stok")[0]
    with staffed.scope():
        StaffWhatsAppAuth.objects.update(is_active=False)
    assert "Total:" not in written_by_lid(staffed, "cek stok")[0]


def test_a_stranger_learns_nothing_from_asking_for_a_code(staffed: Showroom) -> None:
    of_staff = written_by_lid(staffed, f"/verify {STAFF}")
    of_nobody = written_by_lid(staffed, "/verify 081200009999", lid="10020343271579@lid")
    assert of_staff == of_nobody
    assert code_sent_to(staffed, "6281200009999") == ""


def test_a_code_is_for_one_chat_and_a_few_tries(staffed: Showroom) -> None:
    written_by_lid(staffed, f"/verify {STAFF}")
    code = code_sent_to(staffed, STAFF)
    assert "dikenali" not in "".join(written_by_lid(staffed, code, lid="10020343271579@lid"))
    wrong = [f"{(int(code) + number) % 10**6:06d}" for number in range(1, 6)]
    for one in wrong:
        written_by_lid(staffed, one)
    assert "dikenali" not in "".join(written_by_lid(staffed, code))


def test_a_staff_member_is_not_flooded_with_codes(staffed: Showroom) -> None:
    for number in range(6):
        written_by_lid(staffed, f"/verify {STAFF}", lid=f"1002034327157{number}@lid")
    assert sum("Kode Kakak" in sent.text for sent in staffed.gateway.sent) == 3


# --- chats that people look after (8.4) ----------------------------------------------------------------------------------


def test_a183_two_messages_within_a_second_are_both_answered_in_order(staffed: Showroom) -> None:
    moment = clock.now()
    staffed.receives("status PM-PST-001 booking", phone=STAFF, sent_at=moment)
    staffed.receives("status PM-PST-001 terjual", phone=STAFF, sent_at=moment + timedelta(milliseconds=400))
    run_jobs()
    assert "AVAILABLE → BOOKED" in staffed.gateway.sent[-1].text
    assert "BOOKED → SOLD" in staffed.gateway.sent[-1].text


def test_a184_an_escalated_chat_goes_on_in_the_same_conversation(staffed: Showroom) -> None:
    staffed.hears("fortuner pajaknya hidup sampai kapan?")
    soft = staffed.chat()
    assert (soft.status, soft.holder) == ("escalated", "bot")
    assert len(staffed.hears("harga fortuner berapa?")) == 1
    staffed.hears("saya mau bicara dengan orang dong")
    assert staffed.hears("halo?") == []
    assert (staffed.chat().pk, staffed.chat().holder, staffed.chat().status) == (soft.pk, "waiting", "escalated")


def test_a185_thanks_in_an_escalated_chat_promises_nothing_and_keeps_the_person(staffed: Showroom) -> None:
    staffed.hears("saya mau bicara dengan orang dong")
    staffed.hears("ok makasih")
    assert staffed.chat().status == "escalated"
