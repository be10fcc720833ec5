# ruff: noqa: E501 (one row of the table is one line)
"""No claim without a fact: what passes and what does not, row by row. The thousands are in test_drafts."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from conversations import guard, intents
from conversations.tests.showroom import AVANZA, CITY, COD, FORTUNER, PRIMA, facts, persona, said, turn
from conversations.turn import Facts, Faq, Turn, Verdict
from inventory.credit import Credit, Estimate, Offer, Rate

INNOVA = replace(CITY, id=8, display_id="PM-PST-008", make="Toyota", model="Innova", variant="2.0 G")
REBORN = replace(INNOVA, id=9, display_id="PM-PST-009", model="Innova Reborn", variant="2.4 V", status="SOLD")
SOLD_CITY = replace(CITY, status="SOLD")
RED_FORTUNER = replace(FORTUNER, id=5, display_id="PM-PST-005", color="merah", price=500_000_000, year=2022)
BOTH = facts(CITY, FORTUNER)
WITH_GONE = facts(FORTUNER, gone=(SOLD_CITY,))
TWO_FORTUNERS = facts(FORTUNER, RED_FORTUNER)
OFFERS = (Offer("Mitra Finance", 3, 800, 2_040_833, 21_790_833), Offer("Jaya Leasing", 3, 1_018, 2_140_000, 21_890_000))
CREDIT = Credit(
    partners=("Jaya Leasing", "Mitra Finance"), rates=(Rate(3, 800, 1_018),), minimum_down=20,
    estimates=(Estimate(CITY.id, 79_000_000, 19_750_000, 25, OFFERS),),
)  # fmt: skip
ON_CREDIT = facts(CITY, credit=CREDIT)
CARD = "🚗 *Honda City S 2006* | PM-PST-001\n• Harga: Rp 79 juta\n• KM: 127.245 km\n• Transmisi: matic\n• Warna: silver"


def asks(text: str = "halo", **changes: Any) -> Turn:
    """The turn as the classifier reads it."""
    return replace(turn(text, **changes), understanding=intents.classify(text))


def check(draft: str, given: Facts, asked: str = "halo", **changes: Any) -> Verdict:
    return guard.check(draft, asks(asked, **changes), given)


PASSING = {
    "card": (CARD, BOTH),
    "same-value-other-form": ("City itu Rp 79.000.000,- Kak", BOTH),
    "rough-price": ("City 79 jutaan Kak", BOTH),
    "number-words": ("City tujuh puluh sembilan juta Kak", BOTH),
    "range-of-the-stock": ("Kisaran harga Rp 79 juta - Rp 470 juta Kak", BOTH),
    "two-cars-in-a-line": ("PM-PST-001 Rp 79 juta, lebih hemat dari Fortuner Rp 470 juta", BOTH),
    "holds-for-both": ("City dan Fortuner sama-sama matic Kak", BOTH),
    "by-colour": ("Yang merah Rp 500 juta Kak", TWO_FORTUNERS),
    "by-year": ("Fortuner 2022 warna merah Kak", TWO_FORTUNERS),
    "the-one-asked-about": ("Harganya Rp 470 juta Kak", facts(FORTUNER), "harga fortuner?"),
    "rounded-mileage": ("Fortuner KM 25 ribu km, ya Kak", BOTH),
    "showrooms-phone": ("Hubungi +62 812-3456-7890 atau 081234567890", facts()),
    "showrooms-wa-link": ("Chat https://wa.me/6281200000011 ya", facts()),
    "showrooms-map": ("Maps: https://maps.example.com/prima-mobil.", facts()),
    "opening-hours": ("Sabtu kami buka jam 09.00-15.00, Minggu tutup", facts()),
    "opening-hours-span": ("Senin sampai Jumat buka pukul 9.00 sampai 17.00 Kak", facts()),
    "part-of-the-address": ("Kami di Jalan Melati Raya nomor 12 Kak", facts()),
    "tax": ("Pajaknya berlaku sampai 5 Mei 2027", facts(AVANZA), "pajak avanza?"),
    "tax-month": ("Pajak Avanza sampai Mei 2027 Kak", facts(AVANZA)),
    "tax-expired": ("Pajak Avanza mati Kak", facts(replace(AVANZA, tax_valid_until=date(2025, 1, 1)))),
    "papers": ("Surat Avanza lengkap, BPKB dan STNK ada Kak", facts(AVANZA)),
    "flood": ("Avanza bebas banjir Kak", facts(AVANZA, CITY)),
    "condition": ("City terawat Kak", facts(replace(CITY, condition="good"))),
    "first-hand": ("City tangan pertama Kak", facts(replace(CITY, previous_owners=1))),
    "faq-whole": ("Bisa, COD untuk wilayah Jabodetabek dengan janji terlebih dahulu ya Kak.", facts(faqs=(COD,)), "bisa cod?"),
    "sold-said": ("PM-PST-001 sudah terjual Kak. Fortuner masih tersedia", WITH_GONE),
    "sold-then-ready": ("Honda City sudah terjual, yang ready ada Toyota Fortuner", WITH_GONE),
    "not-there": ("Brio sedang tidak tersedia, Kak", facts(CITY), "brio ada?"),
    "not-there-of-that-year": ("Avanza 2018 sedang kosong, Kak", facts(), "avanza 2018 ada?"),
    "id-not-found": ("PM-PST-999 tidak kami temukan Kak", facts(CITY), "pm-pst-999 masih ada?"),
    "budget-too-low": ("Untuk budget 50 juta belum ada, Kak", facts(nearest=(CITY,)), "ada budget 50jt?"),
    "their-budget": ("Untuk budget 200 jutaan, ini unitnya Kak", BOTH, "budget 200 jutaan"),
    "innova-there-reborn-sold": ("Innova masih ready", facts(INNOVA, gone=(REBORN,))),
    "unknown-said": ("Riwayat banjir City belum ada datanya Kak, nanti dicek staf kami ya", facts(CITY)),
    "cheapest": ("Yang paling murah City, Rp 79 juta Kak", BOTH),
    "cheaper": ("City lebih murah dari Fortuner Kak", BOTH),
    "count": ("Ada 2 unit Kak", BOTH),
    "affirmed-and-true": ("Iya Kak", facts(AVANZA), "avanza pajaknya hidup kan?"),
    "denied-and-false": ("Bukan Kak, Avanza manual.", facts(AVANZA), "avanza matic ya?"),
    "photos-by-people": ("Foto City akan dikirim staf kami di chat ini ya Kak", facts(CITY), "foto city"),
    "taste": ("Kakak cari yang matic atau manual?", BOTH),
    "everyday": ("Siap Kak, tunggu 2 menit ya 🙏", facts()),
    "emoji-only": ("😊🙏", facts()),
    "body": ("Honda City termasuk sedan dengan 5 kursi Kak", facts(CITY)),
    "paid-at-first": ("Perkiraan TDP (ADDM) City Rp 21.790.833 - Rp 21.890.000 Kak", ON_CREDIT),
    "estimate": ("Perkiraan cicilan City 3 tahun Rp 2.040.833 - Rp 2.140.000 per bulan, DP Rp 19.750.000 Kak", ON_CREDIT),
    "own-token": ("Halo Kak. TOK-18c3f2a9b0-12", BOTH, "avanza ada? TOK-18c3f2a9b0-12"),
}  # fmt: skip


@pytest.mark.parametrize("row", PASSING.values(), ids=PASSING)
def test_a_covered_draft_passes(row: Any) -> None:
    verdict = check(*row)
    assert verdict.failed == ()
    assert verdict.ok


REFUSED = {
    "wrong-price": ("City harganya Rp 75 juta, Kak", BOTH, "rp 75 juta"),
    "another-units-price": ("PM-PST-001 harganya Rp 470 juta", BOTH, "rp 470 juta"),
    "ambiguous-price": ("Harganya 79jt Kak", BOTH, "79jt"),
    "ambiguous-model": ("Fortuner Rp 470 juta Kak", TWO_FORTUNERS, "rp 470 juta"),
    "ambiguous-after-two": ("City dan Fortuner ada Kak, harganya Rp 79 juta", BOTH, "rp 79 juta"),
    "the-other-by-colour": ("Yang merah Rp 470 juta Kak", TWO_FORTUNERS, "rp 470 juta"),
    "card-under-the-wrong-name": ("🚗 *Honda City S 2006* | PM-PST-002\n• Harga: Rp 79 juta", BOTH, "rp 79 juta"),
    "range": ("Harga 70-79 juta Kak", BOTH, "70-79 juta"),
    "number-words": ("City tujuh puluh juta Kak", BOTH, "tujuh puluh juta"),
    "difference": ("Selisihnya 391 juta Kak", BOTH, "391 juta"),
    "the-customers-sum-is-no-price": ("Harganya 50 juta Kak", facts(CITY), "50 juta", "city 50 juta boleh?"),
    "credit-price-unknown": ("Harga kredit City Rp 79 juta", BOTH, "rp 79 juta"),
    "year": ("Ada Avanza 2018", facts(AVANZA), "avanza 2018"),
    "km": ("KM City baru 50.000 km", BOTH, "50.000 km"),
    "phone": ("Hubungi 0812-9999-0000 ya", facts(), "0812-9999-0000"),
    "account": ("Transfer ke 1234567890", facts(), "1234567890"),
    "spelled-phone": ("Nomornya nol delapan satu dua Kak", facts(), "nol"),
    "link": ("Cek www.mobilmurah.co.id ya", facts(), "www.mobilmurah.co.id"),
    "mail": ("Tulis ke sales@prima.com ya", facts(), "sales@prima.com"),
    "sold-called-ready": ("PM-PST-001 masih ready, Kak", WITH_GONE, "pm-pst-001"),
    "sold-in-a-card": ("Unit yang tersedia:\n🚗 *Honda City S 2006* | PM-PST-001", WITH_GONE, "honda city s 2006 pm-pst-001"),
    "available-called-sold": ("City sudah terjual Kak", BOTH, "terjual"),
    "available-called-absent": ("Fortuner belum ada Kak", BOTH, "tidak ada"),
    "not-in-stock": ("Brio masih ready Kak", facts(CITY), "brio", "brio ada?"),
    "invented-id": ("Unit PM-PST-009 cocok", BOTH, "pm-pst-009"),
    "tax": ("Pajaknya masih HIDUP, Kak", facts(CITY), "hidup", "pajaknya hidup?"),
    "tax-of-another": ("Pajak City berlaku sampai 5 Mei 2027", facts(CITY, AVANZA), "berlaku sampai 5 mei 2027"),
    "flood": ("City bebas banjir", facts(CITY, AVANZA), "banjir"),
    "papers": ("Surat-surat lengkap", facts(CITY), "lengkap", "surat lengkap ya?"),
    "praise": ("Unitnya mulus Kak", facts(CITY), "mulus"),
    "unknown-word": ("City ini idola sejuta umat Kak", BOTH, "idola"),
    "gear": ("City manual Kak", BOTH, "manual"),
    "denied-gear": ("City bukan matic Kak", BOTH, "matic"),
    "warranty": ("Ada garansi 1 tahun Kak", facts(CITY), "garansi"),
    "discount": ("Bisa kurang Kak", facts(CITY), "kurang", "bisa kurang?"),
    "favour": ("Dapat bonus kaca film Kak", facts(CITY), "bonus"),
    "part-of-a-faq": ("COD untuk semua wilayah Kak", facts(faqs=(COD,)), "cod"),
    "promise": ("Nanti saya kabari ya Kak", facts(), "kabari"),
    "timed-promise": ("Staf kami hubungi Kakak dalam 5 menit", facts(), "5 menit"),
    "photo-sent": ("Fotonya sudah saya kirim ya Kak", facts(CITY), "kirim"),
    "hours": ("Kami buka jam 08.00-20.00 Kak", facts(), "kami buka jam 08.00 20.00 kak"),
    "all-day": ("Kami buka 24 jam Kak", facts(), "24 jam"),
    "sunday": ("Minggu kami buka Kak", facts(), "minggu kami buka kak"),
    "superlative": ("Fortuner paling murah Kak", BOTH, "murah"),
    "comparison": ("Fortuner lebih murah dari City Kak", BOTH, "murah"),
    "count": ("Ada 7 unit Kak", BOTH, "7"),
    "affirmation": ("Iya Kak", facts(CITY), "iya (pertanyaan pelanggan)", "city pajaknya hidup kan?"),
    "affirmed-sum": ("Betul Kak 😊", facts(CITY), "betul (pertanyaan pelanggan)", "city 50 juta ya?"),
    "affirmed-unknown": ("Ya Kak", facts(CITY), "ya (pertanyaan pelanggan)", "mesinnya halus kan?"),
    "refusal": ("Tidak Kak", facts(AVANZA), "tidak (pertanyaan pelanggan)", "avanza manual ya?"),
    "said-unknown-what-is-known": ("Pajak Avanza belum ada datanya Kak", facts(AVANZA), "pajak: belum ada data"),
    "no-estimate": ("Cicilan City 3 tahun Rp 2.040.833 per bulan Kak", ON_CREDIT, guard.NO_ESTIMATE),
    "paid-at-first-is-more": ("Perkiraan TDP City Rp 19.750.000 Kak", ON_CREDIT, "rp 19.750.000"),
    "paid-at-first-of-another": ("Perkiraan TDP (ADDM) City Rp 21.000.000 Kak", ON_CREDIT, "rp 21.000.000"),
    "instalment-of-other-years": ("Perkiraan cicilan City 4 tahun Rp 2.040.833 per bulan", ON_CREDIT, "rp 2.040.833"),
    "placeholder": ("Harganya [PM-PST-999.harga] Kak", BOTH, "[PM-PST-999.harga]"),
    "empty": (" \n\u200b", facts(), guard.EMPTY),
    "too-long": ("a" * 4097, facts(), guard.TOO_LONG),
    "longer-than-it-should-be": ("Ada lagi yang bisa saya bantu? " * 40, facts(), guard.LONG),
    "repeats": ("Silakan mampir ke showroom kami ya Kak. Silakan mampir ke showroom kami ya Kak.", facts(), guard.REPEATS),
    "chinese": ("您好，这款车目前有货。", facts(), guard.NOT_LATIN),
    "english": ("The car is available now.", facts(CITY), "car"),
    "prompt": ("Jangan menawarkan atau menjanjikan potongan harga; pembicaraan harga diteruskan ke staf.", facts(), guard.LEAKS),
    "full-width": ("City Ｒｐ ７５ ｊｕｔａ", BOTH, "rp 75 juta"),
    "disguised": ("Silakan hubungi kami di nоmоr 0812-9999-0000 ya Kak", facts(), "0812-9999-0000"),
}  # fmt: skip


@pytest.mark.parametrize("row", REFUSED.values(), ids=REFUSED)
def test_an_uncovered_claim_fails_and_is_named(row: Any) -> None:
    draft, given, claim, *asked = row
    verdict = check(draft, given, *asked)
    assert not verdict.ok
    assert claim in verdict.failed


def test_a_welcome_of_the_managers_own_may_be_said_as_it_stands() -> None:
    words = "Selamat datang di Prima, rumahnya mobil idaman!"
    assert check(words, facts(welcome=words), persona=persona(welcome=words)).ok
    assert not check(words, facts()).ok


def test_the_customers_name_counts_only_behind_kak() -> None:
    assert check("Halo Kak Yudho", facts()).ok
    assert not check("Yudho sudah beli", facts()).ok


def test_what_stood_in_an_earlier_message_of_the_customer_is_theirs() -> None:
    earlier = (said("customer", "budget saya 150jt"), said("bot", "Baik Kak"))
    assert check("Untuk budget 150 juta, ini unitnya Kak", BOTH, "yang mana?", history=earlier).ok
    assert not check("Untuk budget 150 juta, ini unitnya Kak", BOTH, "yang mana?").ok


def test_the_verdict_names_the_facts_it_stands_on() -> None:
    assert set(check("City Rp 79 juta, warna silver Kak", BOTH).facts) == {
        "PM-PST-001.unit", "PM-PST-001.price", "PM-PST-001.color",
    }  # fmt: skip


ASKS_STAFF = {"Nanti tim kami konfirmasi ya Kak": True, "Silakan hubungi tim kami Kak": False, "Halo Kak": False}


@pytest.mark.parametrize(("draft", "asks_staff"), ASKS_STAFF.items())
def test_it_is_seen_that_staff_are_said_to_do_something(draft: str, asks_staff: bool) -> None:
    assert check(draft, facts()).asks_staff is asks_staff


@pytest.mark.parametrize(
    "bit", ["a-", "1 ", "1.", "0 8", "a.", "rp ", "pm-", "(1", "http://", "tersedia ", "@a", "20", "km 1", "city ", "ada "]
)  # fmt: skip
def test_hostile_text_takes_no_time(bit: str) -> None:
    text = bit * (100_000 // len(bit))
    given = facts(CITY, faqs=(Faq(text, text),), showroom=replace(PRIMA, address=text[:4000]))
    start = time.process_time()
    check(text[:4096], given, text)
    check(text, given, text)
    assert time.process_time() - start < 2


def test_an_ordinary_draft_costs_little() -> None:
    units = [replace(CITY, id=number, display_id=f"PM-PST-{number:03}") for number in range(1, 11)]
    given, asked = facts(*units, faqs=(COD,)), asks("city ada?")
    draft = f"Halo Kak 😊\n\n{CARD}\n\nMau lihat unitnya langsung, Kak?"
    assert guard.check(draft, asked, given).ok
    start = time.process_time()
    for _ in range(20):
        guard.check(draft, asked, given)
    assert (time.process_time() - start) / 20 < 0.005  # 1.5 ms on a quiet machine
