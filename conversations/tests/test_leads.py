"""A customer who wants a car becomes a lead by what they say, once per phone; people do the rest."""

import pytest

from autolumiku.testing.stage import CUSTOMER, Showroom
from leads.models import Lead
from tenants import scope
from tenants.models import Membership, Role, User

pytestmark = pytest.mark.django_db


def lead(showroom: Showroom, phone: str = CUSTOMER) -> Lead | None:
    with showroom.scope():
        return Lead.objects.select_related("vehicle", "assigned_to").filter(phone=phone).first()


@pytest.mark.parametrize("text", ["Halo kak", "Nama saya Yudho, saya di Bekasi", "alamatnya dimana?", "makasih ya"])
def test_a_greeting_or_a_name_alone_makes_no_lead(showroom, text):
    showroom.hears(text)
    assert lead(showroom) is None


@pytest.mark.parametrize(
    ("texts", "field", "value"),
    [
        (["Fortuner masih ada kak?"], "priority", "MEDIUM"),
        (["Fortuner masih ada kak?"], "interested_in", "Toyota Fortuner"),
        (["cari mobil di bawah 100jt"], "budget_range", "maksimal Rp 100 juta"),
        (["fortuner dp 100 juta cicilannya berapa?"], "budget_range", "DP Rp 100 juta"),
        (["fortuner dp 100 juta cicilannya berapa?"], "priority", "HIGH"),
        (["ada fortuner?", "domisili saya di Bekasi"], "location", "Bekasi"),
        (["ada fortuner?", "saya di jalan"], "location", ""),
        (["ada fortuner? nama saya Yudho"], "name", "Yudho"),
        (["ada fortuner? rencana beli bulan depan"], "timeframe", "bulan depan"),
        (["fortuner bisa test drive?"], "priority", "HIGH"),
        (["besok jam 10 saya mau test drive fortuner"], "priority", "URGENT"),
        (["besok test drive fortuner", "city masih ada?"], "priority", "URGENT"),  # nothing said cools a lead down
        (["mau tukar tambah fortuner dengan avanza saya"], "heard", ["menanyakan mobil tertentu", "tukar tambah"]),
    ],
)
def test_what_was_said_is_kept(showroom, texts, field, value):
    for text in texts:
        showroom.hears(text)
    assert getattr(lead(showroom), field) == value


def test_one_lead_per_phone_and_the_chat_points_to_it(showroom):
    showroom.hears("fortuner ada?")
    showroom.hears("yang city ada juga?")
    with showroom.scope():
        assert Lead.objects.count() == 1
    kept = lead(showroom)
    assert showroom.chat().lead_id == kept.pk
    assert kept.vehicle.model == "City"
    assert (kept.status, kept.source, kept.message) == ("NEW", "whatsapp", "fortuner ada?")


def test_what_people_wrote_stays(showroom):
    showroom.hears("fortuner ada?")
    with showroom.scope():
        Lead.objects.update(status="LOST", priority="URGENT", location="Depok", notes="sudah beli di tempat lain")
    showroom.hears("kalau city gimana kak?")
    kept = lead(showroom)
    assert (kept.status, kept.priority, kept.location) == ("LOST", "URGENT", "Depok")
    assert kept.notes == "sudah beli di tempat lain"


def test_staff_and_spam_are_no_leads(showroom):
    showroom.employs("6281298765432")
    showroom.hears("fortuner masih ada?", phone="6281298765432")
    showroom.hears("SELAMAT anda menang hadiah 100 juta, klik link ini untuk klaim voucher pulsa gratis")
    with showroom.scope():
        assert not Lead.objects.exists()


def sellers(showroom: Showroom, *names: str) -> None:
    with scope.platform("test"):
        for name in names:
            user = User.objects.create(username=name, is_staff=True)
            Membership.objects.create(tenant=showroom.tenant, user=user, role=Role.SALES)


@pytest.mark.parametrize(("assign", "expected"), [("in_turn", ["ani", "budi", "ani"]), ("by_hand", [None] * 3)])
def test_new_leads_go_to_the_sellers_in_turn_where_the_manager_wants_it(showroom, assign, expected):
    sellers(showroom, "ani", "budi")
    showroom.set(assign_leads=assign)
    phones = ["6281111111111", "6281111111112", "6281111111113"]
    for phone in phones:
        showroom.hears("ada fortuner?", phone=phone)
        showroom.hears("city ada juga?", phone=phone)  # news of a known lead is no new lead
    assert [str(lead(showroom, phone).assigned_to or "") or None for phone in phones] == expected


def test_the_model_knows_what_was_told_before_the_last_ten_messages(showroom, model):
    showroom.hears("saya cari avanza matic, budget maksimal 150jt, saya di Bekasi")
    for number in range(8):
        showroom.hears(f"oke kak {number}")
    showroom.hears("jadi yang cocok mana?")
    content = model.requests[-1]["messages"][0]["content"]
    assert "Anggaran: maksimal Rp 150 juta" in content
    assert "Tinggal di: Bekasi" in content
    assert "budget maksimal 150jt" not in str(model.requests[-1])
