# ruff: noqa: E501 (one row of the tables is one line)
"""Staff care for chats, leads, credit and figures by command: the public door, and the rows behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from autolumiku.lib import clock
from autolumiku.testing.stage import CUSTOMER, Showroom, run_jobs
from conversations import kkb, reports, tasks
from conversations.models import WhatsAppConversation, WhatsAppMessage
from inventory.credit import Wish
from inventory.models import Vehicle
from leads.models import Lead
from staffcommands import grammar
from staffcommands.models import StaffWhatsAppAuth

pytestmark = pytest.mark.django_db

STAFF = "6281298765432"


@pytest.fixture
def staffed(showroom: Showroom) -> Showroom:
    showroom.employs(name="Yudho", role="owner")
    return showroom


def tell(showroom: Showroom, *messages: str) -> str:
    """What staff hear for the last of these messages, each answered before the next."""
    reply = ""
    for message in messages:
        before = len(heard(showroom, STAFF))
        showroom.hears(message, phone=STAFF)
        [reply] = heard(showroom, STAFF)[before:]
    return reply


def heard(showroom: Showroom, phone: str = CUSTOMER) -> list[str]:
    """All that this person was sent."""
    return [message.content for message in showroom.messages(phone) if message.aimeow_status == "sent"]


# --- chats -------------------------------------------------------------------------------------------------------------


def test_who_waits_is_listed_with_the_reason(staffed: Showroom) -> None:
    assert "Tidak ada percakapan yang menunggu" in tell(staffed, "chat")
    staffed.hears("saya mau bicara dengan orang dong")
    text = tell(staffed, "catchup")
    for said in ("1 percakapan menunggu", "Budi · +62 812-3456-7890", "minta bicara dengan orang", "belum diambil"):
        assert said in text


def test_a_taken_chat_is_answered_by_the_person_and_given_back(staffed: Showroom) -> None:
    staffed.hears("saya mau bicara dengan orang dong")
    assert "sekarang Kakak pegang" in tell(staffed, "ambil 081234567890")
    assert staffed.hears("halo?") == []
    tell(staffed, "balas 0812-3456-7890 Halo Kak,  saya Yudho.\nUnitnya ada?")
    assert heard(staffed)[-1] == "Halo Kak,  saya Yudho.\nUnitnya ada?"
    with staffed.scope():
        sent = WhatsAppMessage.objects.get(sender_type="human")
    assert (sent.path, sent.sender, sent.ai_response, sent.aimeow_status) == ("person", "Yudho", False, "sent")
    assert "dikembalikan ke asisten" in tell(staffed, "lepas 081234567890")
    assert len(staffed.hears("fortuner berapa?")) == 1


def test_an_answer_takes_the_chat(staffed: Showroom) -> None:
    staffed.hears("fortuner berapa?")
    tell(staffed, "balas 081234567890 Halo Kak")
    assert staffed.chat().holder == "person"


def test_a_chat_that_another_person_holds_is_not_taken(staffed: Showroom) -> None:
    from tenants.models import User

    staffed.hears("halo")
    with staffed.scope():
        owner, other = User.objects.create(username="a"), User.objects.create(username="b")
        StaffWhatsAppAuth.objects.update(user=owner)
        WhatsAppConversation.objects.filter(customer_phone=CUSTOMER).update(holder="person", escalated_to=other)
    assert "dipegang orang lain" in tell(staffed, "ambil 081234567890")
    before = len(heard(staffed))
    assert "dipegang orang lain" in tell(staffed, "ambil 081234567890 ")
    assert len(heard(staffed)) == before


REFUSED = {
    "no chat": ("ambil 081299990000", "tidak ditemukan"),
    "no number": ("/ambil", "Contoh: ambil 081234567890"),
    "no words": ("balas 081234567890", "Contoh: balas"),
    "a staff member's": (f"balas {STAFF} halo", "tidak ditemukan"),
}


@pytest.mark.parametrize(("message", "says"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_chat_command_sends_nothing(staffed: Showroom, message: str, says: str) -> None:
    staffed.hears("halo")
    before = len(heard(staffed))
    assert says in tell(staffed, message)
    assert len(heard(staffed)) == before


@pytest.mark.parametrize("message", ["chat", "ambil 081234567890", "lepas 081234567890", "balas 081234567890 halo"])
def test_chats_need_their_right(staffed: Showroom, message: str) -> None:
    staffed.hears("halo")
    with staffed.scope():
        StaffWhatsAppAuth.objects.update(can_manage_chats=False)
    assert "belum punya akses" in tell(staffed, message)
    assert staffed.chat().holder == "bot"


def test_the_next_showrooms_chat_is_not_found(staffed: Showroom) -> None:
    other = Showroom(staffed.gateway, slug="sinar-auto", name="Sinar Auto", number=2)
    other.hears("halo", phone="6281277770000")
    assert "tidak ditemukan" in tell(staffed, "balas 081277770000 halo")


# --- leads -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def lead(staffed: Showroom) -> Lead:
    with staffed.scope():
        return Lead.objects.create(tenant=staffed.tenant, phone=CUSTOMER, name="Sari", interested_in="Avanza matic")


def test_leads_are_listed_taken_noted_and_closed(staffed: Showroom, lead: Lead) -> None:
    assert "Sari · +62 812-3456-7890\n  Avanza matic · baru" in tell(staffed, "prospek")
    assert "ditangani Yudho" in tell(staffed, "ambil prospek 081234567890")
    assert "disimpan" in tell(staffed, "catat prospek 081234567890 mau datang Sabtu")
    assert "sudah dihubungi → jadi beli" in tell(staffed, "selesai prospek 081234567890 jadi")
    with staffed.scope():
        lead.refresh_from_db()
    assert lead.status == "WON"
    assert [line.split("] ")[1] for line in lead.notes.splitlines()] == [
        "diambil Yudho", "Yudho: mau datang Sabtu", "ditutup Yudho",
    ]  # fmt: skip
    assert "Belum ada prospek" in tell(staffed, "prospek")


LEADS = {
    "unknown": ("ambil prospek 081299990000", "tidak ditemukan"),
    "no note": ("catat prospek 081234567890", "Contoh: catat"),
    "no outcome": ("selesai prospek 081234567890", "jadi atau batal"),
    "two outcomes": ("selesai prospek 081234567890 jadi batal", "jadi atau batal"),
    "no number": ("/ambil prospek", "Contoh: ambil prospek"),
}


@pytest.mark.parametrize(("message", "says"), LEADS.values(), ids=LEADS)
def test_a_wrong_lead_command_changes_nothing(staffed: Showroom, lead: Lead, message: str, says: str) -> None:
    assert says in tell(staffed, message)
    with staffed.scope():
        lead.refresh_from_db()
    assert (lead.status, lead.notes) == ("NEW", "")


def test_leads_need_their_right(staffed: Showroom, lead: Lead) -> None:
    with staffed.scope():
        StaffWhatsAppAuth.objects.update(can_manage_leads=False)
    assert "belum punya akses" in tell(staffed, "prospek")


# --- credit ------------------------------------------------------------------------------------------------------------

READ = [
    ("PM-PST-001 dp 20% tenor 3,4", ("PM-PST-001", None, (Wish(percent=20, years=(3, 4)),))),
    (
        "PM-PST-001 dp 20%,30% tenor 3",
        ("PM-PST-001", None, (Wish(percent=20, years=(3,)), Wish(percent=30, years=(3,)))),
    ),
    ("150jt dp 30jt 3 tahun", ("", 150_000_000, (Wish(down=30_000_000, years=(3,)),))),
    ("PM-PST-001", ("PM-PST-001", None, (Wish(),))),
    ("dp 20% 150jt", ("", None, (Wish(percent=20),))),
]


@pytest.mark.parametrize(("rest", "wanted"), READ, ids=[row[0] for row in READ])
def test_a_simulation_is_read(rest: str, wanted: tuple[Any, ...]) -> None:
    asked = kkb.read(rest)
    assert (asked.unit_id, asked.price, asked.wishes) == wanted


def test_a130_a_simulation_with_the_cars_price_grouped_by_down_payment(staffed: Showroom) -> None:
    staffed.lends("BCA", "6.50", "7.25", "7.75", "8.50", "9.50")
    text = tell(staffed, "kkb PM-PST-002 dp 20%,30% tenor 3,4")
    for said in (
        "Toyota Fortuner VRZ AT 2021 (PM-PST-002)",
        "Harga: Rp 470 juta",
        "*DP 20 %* = Rp 94 juta",
        "*DP 30 %*",
        "3 tahun: Rp",
        "4 tahun: Rp",
        "Perkiraan",
    ):
        assert said in text
    assert "5 tahun" not in text


def test_a_simulation_shows_what_each_leasing_asks(staffed: Showroom) -> None:
    staffed.lends("Satu Finance", "6.50", "7.25", "7.75", "8.50", "9.50")
    staffed.lends("Dua Leasing", "8.00", "9.00", "9.75", "10.50", "11.50", oldest=5)
    text = tell(staffed, "kkb 150jt dp 20% tenor 36")
    assert "*Cicilan 3 tahun per bulan:*\n• Satu Finance: Rp 4.108.333\n• Dua Leasing: Rp 4.308.333" in text
    assert "TDP (ADDM): Rp 34.108.333 – Rp 34.308.333" in text
    assert "*Satu Finance:*\n• 3 tahun: Rp" in tell(staffed, "kkb PM-PST-001 dp 20% tenor 3")  # too old for the other
    long = tell(staffed, "kkb 150jt dp 20%,25%,30%,35% tenor 1,2,3,4,5")
    assert len(long) <= 1_500


CREDIT = {
    "a price": ("kkb 150jt dp 20% tenor 3", "DP 20 %* = Rp 30 juta"),
    "what is paid at first": ("kkb 150jt dp 20% tenor 3", "TDP (ADDM): Rp 34.108.333"),
    "no car": ("kkb", "Formatnya: kkb"),
    "not found": ("kkb PM-XXX-999 dp 20%", "tidak ditemukan"),
}


@pytest.mark.parametrize(("message", "says"), CREDIT.values(), ids=CREDIT)
def test_a_simulation_says(staffed: Showroom, message: str, says: str) -> None:
    staffed.lends("BCA", "6.50", "7.25", "7.75", "8.50", "9.50")
    assert says in tell(staffed, message)


def test_without_rates_nothing_is_reckoned(staffed: Showroom) -> None:
    assert "Belum ada bunga leasing" in tell(staffed, "kkb PM-PST-002 dp 20%")


# --- reports -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def sold(staffed: Showroom) -> Showroom:
    """This month two sales of Yudho's and one old one; a booked car, a chat that was handed over."""
    for number, (price, days) in enumerate(((120_000_000, 10), (180_000_000, 30), (90_000_000, 400))):
        staffed.has(make="Honda", model="Brio", year=2018 + number, price=price)
        with staffed.scope():
            Vehicle.objects.filter(year=2018 + number).update(created_at=clock.now() - timedelta(days=days))
    for unit in ("PM-PST-003", "PM-PST-004"):
        tell(staffed, f"status {unit} terjual")
    with staffed.scope():
        Vehicle.objects.filter(display_id="PM-PST-005").update(status="SOLD", sold_at=clock.now() - timedelta(days=60))
    tell(staffed, "status PM-PST-001 booking")
    staffed.hears("fortuner berapa?")
    staffed.hears("saya mau bicara dengan orang dong")
    return staffed


REPORTS = {
    "A126": ("total report ada apa saja?", ("laporan penjualan", "laporan stok", "laporan chat")),
    "A126-menu": ("menu report", ("laporan staf",)),
    "A128": ("sales report", ("Unit laku: 2", "Nilai: Rp 300 juta", "Harga rata-rata: Rp 150.000.000", "lama di stok: 20 hari", "Model: Honda Brio: 2 unit")),
    "A129": ("berapa penjualan hari ini?", ("Laporan penjualan hari ini", "Unit laku: 2")),
    "stock": ("laporan stok", ("Tersedia: 1 unit", "Dibooking: 1 unit", "Nilai tersedia: Rp 470 juta", "Terlama: PM-PST-002 Toyota Fortuner: 0 hari")),
    "staff": ("laporan staf minggu ini", ("Yudho: 2 unit laku, 3 perintah",)),
    "chats": ("laporan chat hari ini", ("Percakapan: 1", "Pesan masuk: 2", "Dijawab dari data: 1", "Diteruskan ke orang: 1", "Waktu jawab (tengah)")),
}  # fmt: skip


@pytest.mark.parametrize(("message", "says"), REPORTS.values(), ids=REPORTS)
def test_a_report_says_what_the_rows_say(sold: Showroom, message: str, says: tuple[str, ...]) -> None:
    text = tell(sold, message)
    for said in says:
        assert said in text


@pytest.mark.parametrize("message", ["sales report", "laporan stok", "berapa penjualan hari ini?"])
def test_a127_reports_are_for_those_who_lead(staffed: Showroom, message: str) -> None:
    with staffed.scope():
        StaffWhatsAppAuth.objects.update(role="staff")
    text = tell(staffed, message)
    assert "hanya untuk pemilik, manajer, dan admin" in text
    assert "Rp" not in text


def test_the_sales_equal_sums_over_the_rows(sold: Showroom) -> None:
    since = grammar.begin("month", clock.now())
    with sold.scope(), connection.cursor() as cursor:
        cursor.execute("SELECT price, sold_at FROM vehicles WHERE status = 'SOLD'")
        prices = [price for price, sold_at in cursor.fetchall() if sold_at >= since]
        table = reports.sales(sold.tenant.pk, since, "bulan ini")
    assert dict(table.rows)["Unit laku"] == str(len(prices))
    assert dict(table.rows)["Nilai"] == f"Rp {sum(prices) // 1_000_000} juta"


def test_an_empty_showroom_has_an_empty_report(showroom: Showroom) -> None:
    other = Showroom(showroom.gateway, slug="sinar-auto", name="Sinar Auto", number=2)
    with other.scope():
        since = grammar.begin("month", clock.now())
        tables = [made(other.tenant.pk, since, "bulan ini").text for made in reports.MADE.values()]
    assert "Unit laku: 0" in tables[0]
    assert "Tersedia: 0 unit" in tables[1]


PAPERS = {
    "pdf": ("application/pdf", b"%PDF"),
    "csv": ("text/csv", b"\xef\xbb\xbf"),
    "grafik": ("image/png", b"\x89PNG"),
}


@pytest.mark.parametrize(
    "report", ["laporan penjualan", "laporan stok", "laporan staf", "laporan chat", "stats bulan ini"]
)
@pytest.mark.parametrize("form", PAPERS)
def test_a_report_comes_as_a_file(sold: Showroom, storage: Any, report: str, form: str) -> None:
    """Documents as documents, the chart as a photo."""
    sold.hears(f"{report} {form}", phone=STAFF)
    text, paper = sold.gateway.sent[-2:]
    assert "menyusul" in text.text
    mime_type, begins = PAPERS[form]
    assert (paper.images[0]["content_type"] if form == "grafik" else paper.document["mime_type"]) == mime_type
    assert next(reversed(sold.gateway.gateway.media.values())).data.startswith(begins)


def test_a_sent_file_is_deleted_after_a_day(sold: Showroom, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    sold.hears("laporan penjualan csv", phone=STAFF)
    [stored] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert "Unit laku;2" in stored.read_text("utf-8-sig")
    tasks.clean()
    assert stored.exists()
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        tasks.clean()
    assert not stored.exists()
    assert len(sold.gateway.sent) > 0


def test_a_file_that_is_gone_is_a_failed_message(sold: Showroom, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    sold.receives("laporan penjualan csv", phone=STAFF)
    run_jobs_but_lose_files(tmp_path)
    with sold.scope():
        assert WhatsAppMessage.objects.filter(media_type="document", aimeow_status="failed").count() == 1


def run_jobs_but_lose_files(folder: Any) -> None:
    from conversations import outbox

    original = outbox.take_queued

    def lose(tenant_id: int, message_id: int) -> Any:
        for path in folder.rglob("*.csv"):
            path.unlink()
        return original(tenant_id, message_id)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbox, "take_queued", lose)
        run_jobs()
