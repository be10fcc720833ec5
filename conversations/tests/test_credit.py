# ruff: noqa: E501 (one row of the table is one line)
"""Credit through the public door: the figures are the partners', and every one of them is called an estimate."""

from __future__ import annotations

from typing import Any

import pytest

from autolumiku.testing.stage import CITY, FORTUNER, Showroom
from conversations import financing
from conversations.tests.test_list_a import AVANZA, assert_fit, assert_says, hold
from inventory.models import LeasingRate

pytestmark = pytest.mark.django_db

LOW, HIGH = ("6.50", "7.25", "7.75", "8.50", "9.50"), ("8.00", "9.00", "9.75", "10.50", "11.50")
CHEAP = {**AVANZA, "price": 150_000_000, "year": 2024}
ESTIMATE = ("Ini estimasi", "belum termasuk asuransi", "Angka pastinya dari leasing")


@pytest.fixture
def lender(gateway: Any) -> Showroom:
    showroom = Showroom(gateway)
    for car in (CITY, FORTUNER, CHEAP):
        showroom.has(**car)
    showroom.lends("Satu Finance", *LOW)
    showroom.lends("Dua Leasing", *HIGH)
    return showroom


SAID = {
    "A20": ("Kredit avanza dp 20 juta", ("DP minimal leasing kami 20%", "DP 20%: Rp 30 juta", *ESTIMATE), ("Rp 20 juta",), ""),
    "A27": ("Mau kredit avanza", ("Toyota Avanza G MT 2024", "Harga: Rp 150 juta", "DP 25%: Rp 37,5 juta", "contoh DP 25%", *ESTIMATE), (), ""),
    "A63": ("fortuner ada? → Simulasi kredit dong untuk mobil ini", ("PM-PST-002", "DP 25%: Rp 117,5 juta", "3 tahun: ", "5 tahun: ", *ESTIMATE), ("PM-PST-003",), ""),
    "A64": ("avanza ada? → Kalau dp 50 juta cicilan berapa?", ("DP 33%: Rp 50 juta", "Pokok pinjaman: Rp 100 juta", "3 tahun: Rp 3.423.611 - Rp 3.590.278 per bulan", "4 tahun", "5 tahun", "TDP (ADDM): Rp 52.458.333 - Rp 53.590.278", "(Dua Leasing, Satu Finance)", *ESTIMATE), ("contoh DP",), ""),
    "A65": ("Bisa DP 0% gak?", ("DP minimal leasing kami 20%", "mobil yang mana"), ("Rp",), ""),
    "A65-car": ("avanza ada? → Bisa DP 0% gak?", ("DP minimal leasing kami 20%", "DP 20%: Rp 30 juta", *ESTIMATE), (), ""),
    "A66": ("Apa bedanya ADDM dan ADDB?", ("angsuran pertama dibayar di depan", "bulan berikutnya", "TDP"), ("PM-PST",), ""),
    "tenor": ("avanza ada? → kredit dp 20% tenor 3 tahun berapa per bulan?", ("3 tahun: Rp 4.108.333 - Rp 4.308.333 per bulan", "TDP (ADDM): Rp 34.108.333 - Rp 34.308.333"), ("4 tahun", "5 tahun"), ""),
    "months": ("simulasi avanza dp 20% 48 bulan", ("4 tahun: Rp 3.350.000 - Rp 3.550.000",), ("3 tahun", "5 tahun"), ""),
    "tenor-later": ("avanza ada? → kredit dp 50 juta bisa? → kalau 2 tahun?", ("DP 33%: Rp 50 juta", "2 tahun: "), ("3 tahun",), ""),
    "answers-down": ("kredit dong kak → avanza → 30%", ("DP 30%: Rp 45 juta", *ESTIMATE), (), ""),
    "which": ("bisa kredit kak?", ("mobil yang mana", "rencana DP"), ("Rp", "PM-PST"), ""),
    "leasing": ("leasingnya apa aja kak?", ("Dua Leasing, Satu Finance",), ("Rp",), ""),
    "rates": ("bunga kreditnya berapa?", ("3 tahun 7,75-9,75%", "flat per tahun", "Perkiraan"), ("PM-PST",), ""),
    "papers": ("syarat kredit apa aja?", ("KTP suami istri", "mutasi rekening", "Umumnya"), ("PM-PST",), ""),
    "covered": ("kredit avanza dp 150 juta", ("tidak perlu kredit",), ("bulan",), ""),
    "not-there": ("kredit xpander dp 20%", ("Mitsubishi Xpander sedang tidak tersedia",), ("bulan",), ""),
    "open-beside": ("avanza ada? → kredit dp 50 juta, garansinya gimana?", ("DP 33%", "Soal garansi"), (), "missing_fact"),
}  # fmt: skip


@pytest.mark.parametrize(("said", "says", "never", "reason"), SAID.values(), ids=SAID)
def test_credit_is_answered_from_the_partners_rates(
    lender: Showroom, said: str, says: tuple[str, ...], never: tuple[str, ...], reason: str
) -> None:
    [reply] = hold(lender, said)
    assert_says([reply], says, never)
    assert_fit(reply)
    assert lender.chat().escalated_reason == reason


def test_the_model_is_given_the_figures_only_where_credit_is_asked_for(lender: Showroom, model: Any) -> None:
    lender.hears("avanza ada?")
    lender.hears("kredit dp 50 juta cicilan berapa?")
    before, asked = (request["messages"][0]["content"] for request in model.requests)
    assert "Kredit" not in before.replace("Harga kredit", "")
    assert "| DP 33%: Rp 50 juta | Pokok pinjaman: Rp 100 juta | 3 tahun: Rp 3.423.611 - Rp 3.590.278" in asked
    assert "selalu sebut sebagai perkiraan" in asked


def test_a_draft_may_say_an_estimate_and_no_other_instalment(lender: Showroom, model: Any) -> None:
    lender.hears("avanza ada?")
    model.say("Perkiraan cicilannya 3 tahun Rp 3.423.611 sampai Rp 3.590.278 per bulan ya Kak, ini estimasi.")
    assert "3.423.611" in lender.hears("kredit dp 50 juta?")[0]
    model.say("Cicilannya cuma Rp 2.100.000 per bulan Kak.")
    assert "2.100.000" not in lender.hears("kredit dp 50 juta berapa?")[0]


def test_a_manager_changes_the_rates_and_the_next_answer_has_them(lender: Showroom) -> None:
    with lender.scope():
        LeasingRate.objects.filter(partner="Dua Leasing").delete()
    lender.lends("Satu Finance", *LOW[:2], "9.75", valid_from="2026-01-01")  # of two valid rows the later one counts
    lender.lends("Tiga Finance", "1.00", "1.00", "1.00", valid_from="2020-01-01", valid_until="2020-12-31")
    lender.lends("Nanti Finance", "1.00", "1.00", "1.00", valid_from="2099-01-01")
    [reply] = lender.hears("simulasi avanza dp 20% tenor 3 tahun")
    assert "3 tahun: Rp 4.308.333 per bulan" in reply
    assert "(Satu Finance)" in reply


def test_without_rates_the_figures_are_for_staff(showroom: Showroom) -> None:
    [reply] = showroom.hears("Kredit fortuner dp 100 juta")
    assert "disiapkan oleh staf" in reply
    assert "bulan" not in reply
    assert showroom.chat().escalated_reason == "missing_fact"


def test_the_guide_names_no_leasing(showroom: Showroom) -> None:
    showroom.lends("", *LOW, minimum_down=10)
    [reply] = showroom.hears("Kredit fortuner dp 100 juta")
    assert "patokan umum" in reply
    [reply] = showroom.hears("kalau DP 0% gimana?")
    assert "Umumnya DP minimal 10-20%" in reply
    assert showroom.chat().escalated_reason == ""
    assert "Soal leasing, datanya belum ada" in showroom.hears("leasingnya apa?")[0]


@pytest.mark.parametrize(
    ("words", "years"),
    [
        ("tenor 3,4", (3, 4)),
        ("tenor 3 tahun", (3,)),
        ("36x", (3,)),
        ("48 bulan atau 60 bulan", (4, 5)),
        ("2 thn", (2,)),
        ("mobil umur 3 tahun", ()),
        ("tahun 2019 km 40 ribu", ()),
        ("6 tahun", ()),
        ("dp 3 juta", ()),
    ],
)
def test_tenors_are_read_in_years(words: str, years: tuple[int, ...]) -> None:
    assert financing.tenors(words) == years
