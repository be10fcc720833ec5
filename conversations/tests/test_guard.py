# ruff: noqa: E501 (one row of the table is one line)
"""No claim without a fact: what passes and what does not."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import pytest

from conversations import guard
from conversations.tests.showroom import AVANZA, CITY, COD, FORTUNER, PRIMA, facts
from conversations.turn import Facts, Faq

INNOVA = replace(CITY, id=8, display_id="PM-PST-008", make="Toyota", model="Innova", variant="2.0 G")
REBORN = replace(INNOVA, id=9, display_id="PM-PST-009", model="Innova Reborn", variant="2.4 V", status="SOLD")
SOLD_CITY = replace(CITY, status="SOLD")
BOTH = facts(CITY, FORTUNER)
WITH_GONE = facts(FORTUNER, gone=(SOLD_CITY,))
TOKEN = "TOK-18c3f2a9b0-12"
NEUTRAL = f"Baik Kak, terima kasih sudah menghubungi kami. Ada lagi yang bisa saya bantu? {TOKEN}"
CARD = "🚗 *Honda City S 2006* | PM-PST-001\n• Harga: Rp 79 juta\n• KM: 127.245 km\n• Transmisi: matic\n• Warna: silver"


@pytest.mark.parametrize(
    ("draft", "given", "customer"),
    [
        pytest.param(NEUTRAL, facts(), [f"Apakah mobil Avanza masih ada? {TOKEN}"], id="neutral-with-the-customers-token"),
        pytest.param("Pukul 10 atau jam 14.30 bisa Kak, 2 menit dari tol, 100% aman, buka 24 jam", facts(), [], id="times-and-percent"),
        pytest.param(CARD, BOTH, [], id="card"),
        pytest.param("City itu Rp 79.000.000,- Kak", BOTH, [], id="same-value-other-form"),
        pytest.param("Harganya 79jt Kak", BOTH, [], id="short-form"),
        pytest.param("Kisaran Rp 79 juta - Rp 470 juta", BOTH, [], id="range-both-ends"),
        pytest.param("Ada Rp 79 juta dan Rp 470 juta", BOTH, [], id="two-prices"),
        pytest.param("PM-PST-001 Rp 79 juta, lebih hemat dari Fortuner Rp 470 juta", BOTH, [], id="two-cars-in-a-line"),
        pytest.param("Untuk budget 50 juta belum ada, Kak", BOTH, ["ada budget 50jt?"], id="the-customers-budget"),
        pytest.param("Untuk budget 200 jutaan", BOTH, ["budget 200 jutaan"], id="the-customers-rough-budget"),
        pytest.param("Avanza 2018 sedang kosong, Kak", facts(), ["avanza 2018 ada?"], id="the-customers-year"),
        pytest.param("PM-PST-999 tidak kami temukan", facts(), ["pm-pst-999 masih ada?"], id="the-customers-id"),
        pytest.param("Fortuner KM 25 ribu km, ya Kak", BOTH, [], id="rounded-mileage"),
        pytest.param("Jaraknya 127 ribu km", BOTH, [], id="mileage-rounded-down"),
        pytest.param("Hubungi +62 812-3456-7890 atau 081234567890", facts(), [], id="showrooms-phone"),
        pytest.param("Chat https://wa.me/6281200000011 ya", facts(), [], id="showrooms-wa-link"),
        pytest.param("Maps: https://maps.example.com/prima-mobil.", facts(), [], id="showrooms-map"),
        pytest.param("Jam buka 09.00-17.00, Sabtu 09.00-15.00", facts(), [], id="opening-hours"),
        pytest.param("Pajak berlaku sampai 5 Mei 2027", facts(AVANZA), [], id="tax-year"),
        pytest.param("Booking fee Rp 1 juta", facts(faqs=(Faq("Booking?", "Booking fee Rp 1.000.000"),)), [], id="faq-amount"),
        pytest.param("Promo tahun 2026", facts(), [], id="this-year"),
        pytest.param("Mohon maaf, PM-PST-001 sudah terjual, jadi tidak tersedia lagi. Fortuner masih tersedia", WITH_GONE, [], id="A70-honest"),
        pytest.param("Honda City sudah terjual, yang ready ada Toyota Fortuner", WITH_GONE, [], id="sold-then-ready"),
        pytest.param("Yang masih tersedia: Toyota Fortuner VRZ 2021 | PM-PST-002", WITH_GONE, [], id="list-head"),
        pytest.param("Brio sedang tidak tersedia, Kak", facts(CITY), ["brio ada?"], id="A50-not-there"),
        pytest.param("😊🙏", facts(), [], id="emoji-only"),
        pytest.param("Ada dua bubble: CX-5 dan HR-V itu SUV ya Kak", facts(), [], id="names-with-hyphens"),
        pytest.param("Mesin 1500 cc", facts(replace(CITY, engine_cc=1500)), [], id="engine"),
        pytest.param("Harga cash Rp 79 juta, harga kredit Rp 85 juta", facts(replace(CITY, credit_price=85_000_000)), [], id="credit-price"),
        pytest.param("Avanza bebas banjir, pajak masih hidup, surat lengkap", facts(AVANZA, CITY), [], id="praise-with-data"),
        pytest.param("Apakah bebas banjir? Datanya belum ada, kami cek surat lengkap atau tidak", facts(CITY), [], id="hedged"),
        pytest.param("Semua unit kami bebas banjir", facts(faqs=(Faq("Banjir?", "Semua unit bebas banjir."),)), [], id="praise-from-the-faq"),
        pytest.param("Rp 188,75 juta", facts(replace(CITY, price=188_750_000)), [], id="formatter"),
        pytest.param("Ada lagi yang ingin ditanyakan soal Brio?", facts(CITY), ["brio ada?"], id="ada-of-something-else"),
        pytest.param("Maaf, belum ada Brio di stok kami", facts(CITY), ["brio ada?"], id="ada-negated"),
        pytest.param("Foto City akan dikirim staf kami di chat ini ya Kak", facts(CITY), ["foto city"], id="photos-by-people"),
        pytest.param("Ini 5 foto yang bisa dikirim staf kami ya Kak", facts(CITY), [], id="photos-of-the-staff"),
        pytest.param("Mau lihat fotonya, Kak?", facts(CITY), [], id="photos-offered"),
        pytest.param("Innova 2.0 masih ready", facts(INNOVA, gone=(REBORN,)), [], id="innova-there-reborn-sold"),
        pytest.param("Mitsubishi L-300 dan Mercy C-200 sedang kosong", facts(CITY), [], id="names-like-ids"),
    ],
)  # fmt: skip
def test_a_covered_draft_passes(draft: str, given: Facts, customer: list[str]) -> None:
    assert guard.check(draft, given, customer) == guard.Verdict(True)


@pytest.mark.parametrize(
    ("draft", "given", "customer", "failed"),
    [
        pytest.param("Harganya Rp 75 juta, Kak", BOTH, [], ("Rp 75 juta",), id="wrong-price"),
        pytest.param("Rp 5 jt saja", BOTH, [], ("Rp 5 jt",), id="A40-absurd-price"),
        pytest.param("Bisa 79 juta, atau 77 juta Kak", BOTH, [], ("77 juta",), id="invented-discount"),
        pytest.param("Sekitar Rp 70-79 juta", BOTH, [], ("Rp 70-79 juta",), id="range-with-an-invented-end"),
        pytest.param("PM-PST-001 harganya Rp 470 juta", BOTH, [], ("Rp 470 juta",), id="another-units-price"),
        pytest.param("🚗 *Honda City S 2006* | PM-PST-001\n• Harga: Rp 470 juta", BOTH, [], ("Rp 470 juta",), id="another-units-price-in-a-card"),
        pytest.param("Harganya 50 juta Kak", BOTH, ["50 juta boleh?"], ("50 juta",), id="the-customers-amount-is-no-price"),
        pytest.param("Ada Avanza 2018", facts(AVANZA), [], ("2018",), id="wrong-year"),
        pytest.param("Ada tahun 2018-2020", facts(AVANZA), [], ("2018", "2020"), id="years"),
        pytest.param("Unit PM-PST-009 cocok", BOTH, [], ("PM-PST-009",), id="invented-id"),
        pytest.param("Unit pm–pst–009 cocok", BOTH, [], ("pm-pst-009",), id="id-with-typographic-dashes"),
        pytest.param("Unit TM-999 cocok", facts(replace(CITY, display_id="TM-001")), [], ("TM-999",), id="short-id"),
        pytest.param("Hubungi 0812-9999-0000 ya", facts(), [], ("0812-9999-0000",), id="invented-phone"),
        pytest.param("Hubungi (021) 555-01234", facts(), [], ("(021) 555-01234",), id="invented-landline"),
        pytest.param("Transfer ke BCA 1234567890", facts(), [], ("1234567890",), id="account-number"),
        pytest.param("Cek www.mobilmurah.co.id ya", facts(), [], ("www.mobilmurah.co.id",), id="link"),
        pytest.param("Cek http://evil.example/x", facts(), [], ("http://evil.example/x",), id="url"),
        pytest.param("Chat wa.me/6281299990000", facts(), [], ("wa.me/6281299990000",), id="wa-link"),
        pytest.param("KM baru 50.000 km", BOTH, [], ("KM baru 50.000",), id="mileage"),
        pytest.param("Mesinnya 2000 cc", facts(CITY), [], ("2000 cc",), id="engine"),
        pytest.param("PM-PST-001 masih ready, Kak", WITH_GONE, [], ("PM-PST-001 masih ready, Kak",), id="A70-sold-called-ready"),
        pytest.param("Honda City masih ada", facts(gone=(replace(CITY, status="BOOKED"),)), [], ("Honda City masih ada",), id="A197-booked-called-there"),
        pytest.param("Unit yang tersedia:\n🚗 *Honda City S 2006* | PM-PST-001", WITH_GONE, [], ("🚗 *Honda City S 2006* | PM-PST-001",), id="sold-in-the-list"),
        pytest.param("Brio masih ready Kak", facts(CITY), ["brio ada?"], ("Brio masih ready Kak",), id="A50-not-in-stock"),
        pytest.param("Pajaknya masih HIDUP, Kak", facts(CITY), ["pajaknya hidup?"], ("pajaknya masih hidup",), id="A71-tax"),
        pytest.param("City bebas banjir", facts(CITY, AVANZA), [], ("bebas banjir",), id="A22-flood-of-another-car"),
        pytest.param("Surat-surat lengkap", facts(CITY), ["surat lengkap ya?"], ("surat-surat lengkap",), id="A59-papers"),
        pytest.param("Unitnya terawat dan tangan pertama", facts(CITY), [], ("tangan pertama", "terawat"), id="praise"),
        pytest.param("Tidak pernah tabrakan, servis rutin", facts(CITY), [], ("tidak pernah tabrakan", "servis rutin"), id="history"),
        pytest.param("Innova masih ready", facts(CITY, gone=(REBORN,)), [], ("Innova masih ready",), id="innova-is-the-sold-reborn"),
        pytest.param("Innova Reborn masih ready", facts(INNOVA, gone=(REBORN,)), [], ("Innova Reborn masih ready",), id="reborn-is-no-innova"),
        pytest.param("Ada Brio juga Kak", facts(CITY), [], ("Ada Brio juga Kak",), id="ada"),
        pytest.param("Ini fotonya ya Kak", facts(CITY), [], ("ini foto",), id="photo-claimed"),
        pytest.param("Unit MB-007 cocok", facts(CITY), [], ("MB-007",), id="an-id-of-another-kind"),
        pytest.param("", facts(), [], (guard.EMPTY,), id="empty"),
        pytest.param(" \n\u200b", facts(), [], (guard.EMPTY,), id="A177-whitespace"),
        pytest.param("a" * 4097, facts(), [], (guard.TOO_LONG,), id="too-long"),
        pytest.param("您好，这款车目前有货。", facts(), [], (guard.NOT_LATIN,), id="chinese"),
        pytest.param("Rp 75 juta dan Rp 75 juta", BOTH, [], ("Rp 75 juta",), id="named-once"),
        pytest.param("Ｒｐ ７５ ｊｕｔａ", BOTH, [], ("Rp 75 juta",), id="full-width"),
    ],
)  # fmt: skip
def test_an_uncovered_claim_fails_and_is_named(
    draft: str, given: Facts, customer: list[str], failed: tuple[str, ...]
) -> None:
    assert guard.check(draft, given, customer) == guard.Verdict(False, failed)


@pytest.mark.parametrize(
    "bit", ["a-", "1 ", "1.", "0 8", "a.", "rp ", "PM-", "(1", "http://", "tersedia ", "@a", "20", "km 1"]
)
def test_hostile_text_takes_no_time(bit: str) -> None:
    text = bit * (100_000 // len(bit))
    given = facts(CITY, faqs=(Faq(text, text),), showroom=replace(PRIMA, address=text[:4000]))
    start = time.perf_counter()
    guard.check(text[:4096], given, [text])
    assert time.perf_counter() - start < 2


def test_the_date_of_the_tax_is_no_price() -> None:
    unit = replace(AVANZA, tax_valid_until=date(2028, 1, 2))
    assert guard.check("Pajak sampai 2 Januari 2028. COD bisa ya", facts(unit, faqs=(COD,)), []).ok
