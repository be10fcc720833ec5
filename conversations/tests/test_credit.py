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


COMPARED = """*Cicilan 3 tahun per bulan:*
• Satu Finance: Rp 4.108.333
• Dua Leasing: Rp 4.308.333

*Cicilan 4 tahun per bulan:*
• Satu Finance: Rp 3.350.000
• Dua Leasing: Rp 3.550.000

*Cicilan 5 tahun per bulan:*
• Satu Finance: Rp 2.950.000
• Dua Leasing: Rp 3.150.000"""

SAID = {
    "A20": ("Kredit avanza dp 20 juta", ("DP minimal leasing kami 20%", "DP 20%: Rp 30 juta", *ESTIMATE), ("Rp 20 juta",), ""),
    "A27": ("Mau kredit avanza", ("Toyota Avanza G MT 2024", "Harga: Rp 150 juta", "DP 25%: Rp 37,5 juta", "contoh DP 25%", *ESTIMATE), (), ""),
    "A63": ("fortuner ada? → Simulasi kredit dong untuk mobil ini", ("PM-PST-002", "DP 25%: Rp 117,5 juta", "*Cicilan 3 tahun per bulan:*\n• Satu Finance: Rp", "*Cicilan 5 tahun per bulan:*", "Cicilan paling ringan: Satu Finance", *ESTIMATE), ("PM-PST-003",), ""),
    "A64": ("avanza ada? → Kalau dp 50 juta cicilan berapa?", ("DP 33%: Rp 50 juta", "Pokok pinjaman: Rp 100 juta", "3 tahun: Rp 3.423.611 - Rp 3.590.278 per bulan", "4 tahun", "5 tahun", "TDP (ADDM): Rp 52.458.333 - Rp 53.590.278", "(Dua Leasing, Satu Finance)", *ESTIMATE), ("contoh DP",), ""),
    "A65": ("Bisa DP 0% gak?", ("DP minimal leasing kami 20%", "mobil yang mana"), ("Rp",), ""),
    "A65-car": ("avanza ada? → Bisa DP 0% gak?", ("DP minimal leasing kami 20%", "DP 20%: Rp 30 juta", *ESTIMATE), (), ""),
    "A66": ("Apa bedanya ADDM dan ADDB?", ("angsuran pertama dibayar di depan", "bulan berikutnya", "TDP"), ("PM-PST",), ""),
    "tenor": ("avanza ada? → kredit dp 20% tenor 3 tahun berapa per bulan?", ("*Cicilan 3 tahun per bulan:*\n• Satu Finance: Rp 4.108.333\n• Dua Leasing: Rp 4.308.333", "TDP (ADDM): Rp 34.108.333 - Rp 34.308.333"), ("4 tahun", "5 tahun", "paling ringan"), ""),
    "months": ("simulasi avanza dp 20% 48 bulan", ("*Cicilan 4 tahun per bulan:*\n• Satu Finance: Rp 3.350.000\n• Dua Leasing: Rp 3.550.000",), ("3 tahun", "5 tahun"), ""),
    "tenor-in-months": ("cicilan avanza dp 20% tenor 48", ("*Cicilan 4 tahun per bulan:*\n• Satu Finance: Rp 3.350.000",), ("3 tahun", "5 tahun"), ""),
    "tenor-later": ("avanza ada? → kredit dp 50 juta bisa? → kalau 2 tahun?", ("DP 33%: Rp 50 juta", "*Cicilan 2 tahun per bulan:*\n• Satu Finance: Rp"), ("3 tahun",), ""),
    "compare": ("bandingkan leasing untuk avanza dong, dp 20%", ("DP 20%: Rp 30 juta", "TDP (ADDM): Rp 32.950.000 - Rp 34.308.333", COMPARED, "Cicilan paling ringan: Satu Finance.", *ESTIMATE), ("rekanan kami: ",), ""),
    "compare-the-car-shown": ("avanza ada? → kredit dp 20% bisa? → bandingkan leasing dong", (COMPARED, "Cicilan paling ringan: Satu Finance."), ("contoh DP",), ""),
    "the-cheapest": ("avanza ada? → leasing mana yang paling murah?", ("PM-PST-003", "contoh DP 25%", "*Cicilan 3 tahun per bulan:*\n• Satu Finance: Rp 3.851.563\n• Dua Leasing: Rp 4.039.063", "Cicilan paling ringan: Satu Finance."), ("PM-PST-001",), ""),
    "the-cheapest-instalment": ("avanza ada? → cicilan yang paling murah berapa kak?", ("PM-PST-003", "• Satu Finance: Rp 3.851.563", "Cicilan paling ringan: Satu Finance."), (), ""),
    "the-cheapest-of-no-car": ("leasing mana yang paling murah?", ("Dua Leasing, Satu Finance", "mobil yang mana"), ("Rp", "ringan"), ""),
    "simulation": ("simulasi kredit avanza dp 20%", (COMPARED, *ESTIMATE), ("contoh DP",), ""),
    "one-leasing": ("cicilan avanza dp 20% 3 tahun di dua leasing?", ("*Dua Leasing:*\n• 3 tahun: Rp 4.308.333 per bulan\n• TDP (ADDM): Rp 34.308.333",), ("Satu Finance", "4 tahun"), ""),
    "two-of-three": ("bandingkan tiga leasing dan dua leasing buat avanza dp 20% 3 tahun", ("*Cicilan 3 tahun per bulan:*\n• Tiga Leasing: Rp 4.233.333\n• Dua Leasing: Rp 4.308.333", *ESTIMATE), ("Satu Finance", "paling ringan"), ""),
    "one-that-has-no-such-term": ("cicilan avanza 5 tahun di tiga leasing?", ("Untuk hitungan ini belum ada cicilan dari Tiga Leasing.", "• Satu Finance: Rp"), ("Tiga Leasing:",), ""),
    "compare-and-terms": ("bandingkan leasing avanza dp 20%, syarat kreditnya apa?", ("KTP suami istri", "• Satu Finance: Rp 4.108.333", *ESTIMATE), (), ""),
    "compare-in-instalments": ("avanza ada? → bandingin cicilannya dong", ("• Dua Leasing: Rp 4.039.063", *ESTIMATE), ("Soal",), ""),
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
    if "tiga leasing" in said:
        lender.lends("Tiga Leasing", "8.00", "8.50", "9.00")
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


def test_the_model_is_given_what_each_leasing_asks(lender: Showroom, model: Any) -> None:
    lender.hears("kredit avanza dp 20% tenor 3 tahun?")
    said = model.requests[-1]["messages"][0]["content"]
    assert "  Satu Finance | 3 tahun: Rp 4.108.333 per bulan\n" in said
    assert "  Dua Leasing | 3 tahun: Rp 4.308.333 per bulan\n" in said


@pytest.mark.parametrize(
    ("draft", "sent"),
    [
        ("Perkiraan cicilan di Satu Finance 36 bulan Rp 4.108.333 per bulan Kak, ini estimasi.", True),
        ("Perkiraan cicilan di Satu Finance 36 bulan Rp 4.308.333 per bulan Kak, ini estimasi.", False),
        ("Perkiraan cicilan di Satu Finance 48 bulan Rp 4.108.333 per bulan Kak, ini estimasi.", False),
        ("Cicilan paling ringan di Satu Finance ya Kak, ini estimasi.", True),
        ("Cicilan paling ringan di Dua Leasing ya Kak, ini estimasi.", False),
    ],
)
def test_a_draft_says_what_a_leasing_asks_only_of_that_leasing(
    lender: Showroom, model: Any, draft: str, sent: bool
) -> None:
    lender.hears("avanza ada?")
    model.say(draft)
    model.say(draft)  # once more when it is asked to put it right
    [reply] = lender.hears("kredit dp 20% tenor 3 dan 4 tahun?")
    assert (reply == draft) is sent


def test_who_takes_no_such_car_is_left_out_by_name(lender: Showroom) -> None:
    lender.lends("Muda Finance", *LOW, oldest=5)
    lender.lends("Mahal Finance", *LOW, minimum_down=40)
    [reply] = lender.hears("bandingkan leasing fortuner dp 30%")
    assert "Untuk hitungan ini belum ada cicilan dari Mahal Finance, Muda Finance." in reply
    assert "Muda Finance: Rp" not in reply


def test_with_many_leasings_the_lowest_come_first_and_the_message_stays_short(lender: Showroom) -> None:
    for number, name in enumerate(("Andalan", "Bahtera", "Cakrawala", "Dirgantara", "Enggang", "Fajar"), start=1):
        lender.lends(f"{name} Multifinance Indonesia", *(f"{float(rate) + number / 4:.2f}" for rate in LOW))
    [reply] = lender.hears("bandingkan leasing avanza dp 20%")
    assert len(reply) <= 1000
    assert "• Satu Finance: Rp 4.108.333\n• Andalan Multifinance Indonesia: Rp 4.133.333" in reply
    assert "Tiap tenor saya tampilkan yang paling ringan dulu" in reply
    assert "Fajar" not in reply


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
