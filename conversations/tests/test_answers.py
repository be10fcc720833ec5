# ruff: noqa: E501 (one question and its answers are one line)
"""Answers that say something only with their question: what is there, what may be done, when to come, which of two.

City, Avanza (manual, white) and Fortuner (diesel) stand for sale where named, Jazz is sold, nobody has a Pajero. The
showroom is open from Monday to Friday 09.00-17.00 and on Saturday until 15.00. It is Monday noon.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from conversations import english, guard, intents
from conversations.tests.showroom import AVANZA, CITY, FORTUNER, PRIMA, facts, turn
from conversations.turn import Facts

JAZZ = replace(CITY, id=4, display_id="PM-PST-004", model="Jazz", variant="RS", year=2015, status="SOLD")
WHITE_FORTUNER = replace(FORTUNER, id=5, display_id="PM-PST-005", color="putih", year=2022)
STOCK: Mapping[str, Facts] = {
    "city": facts(CITY, stock_size=12),
    "avanza": facts(AVANZA, stock_size=12),
    "no pajero": facts(nearest=(FORTUNER,), stock_size=12),
    "jazz sold": facts(CITY, gone=(JAZZ,), stock_size=12),
    "fortuners": facts(FORTUNER, WHITE_FORTUNER, stock_size=12),
    "white fortuner": facts(WHITE_FORTUNER, stock_size=12),
    "no other fortuner": facts(nearest=(FORTUNER,), stock_size=12),
    "booked": facts(gone=(replace(CITY, status="BOOKED"),), nearest=(FORTUNER,), stock_size=12),
    "flooded": facts(
        replace(CITY, flood_history="pernah banjir 2020", tax_valid_until=date(2025, 1, 1)), stock_size=12
    ),
    "three": facts(CITY, AVANZA, FORTUNER),
    "no hours": facts(CITY, showroom=replace(PRIMA, hours=()), stock_size=12),
}
IS_IT_THERE = ("ada {}?", "punya {}?", "{} ada ga kak", "kak jual {}?", "{} masih ada?")
HAVING = (
    "Kami punya Kak",
    "Punya Kak",
    "Punya dong Kak",
    "Kami memiliki Kak",
    "Tentu kami punya Kak",
    "Kami ada unitnya Kak",
    "Kami punya unitnya, Kak. Mau lihat?",
    "Ada di showroom Kak",
    "Masih dijual Kak",
)
SERVICES = (
    "bisa dipinjam?",
    "bisa antar ke bali?",
    "bisa titip jual?",
    "boleh dipinjam sehari kak",
    "mobilnya bisa disewa?",
    "bisa ditahan dulu?",
)
AGREEING = (
    "Baik Kak",
    "Oke Kak",
    "Siap Kak",
    "Sip",
    "Deal",
    "Boleh",
    "Boleh Kak",
    "Silakan Kak",
    "Monggo",
    "Siap Kak, bisa",
    "Baik Kak 🙏",
    "Sip Kak 👍",
    "Baik, Kak Yudho",
    "Siap Kak, ditunggu kedatangannya",
    "Baik Kak, ada lagi yang bisa dibantu?",
)
UNKNOWN = (
    *SERVICES,
    "mesinnya halus?",
    "city pernah banjir ga?",
    "cat masih ori?",
    "harga nego?",
    "gratis ongkir?",
    "bisa bawa mekanik?",
)
WITHOUT_A_WORD = (
    "Tidak masalah Kak",
    "Kenapa tidak",
    "Cocok Kak",
    "Silakan Kak, kami tunggu",
    "Dengan senang hati",
    "Kami siap bantu",
    "Nanti kami bantu Kak",
    "Semoga bisa Kak",
    "Termasuk Kak",
    "Kami terima",
    "Langsung datang saja Kak",
    "Silakan datang, bisa kok",
    "Kita bicarakan nanti",
    "👍",
    "100%",
    "Yoi",
    "Betul sekali",
    "Bener Kak",
    "Iya dong",
)
NOT_KNOWING = (
    "Maaf Kak, saya kurang paham maksudnya",
    "Untuk itu saya belum tahu Kak",
    "Nanti tim kami hubungi Kakak ya",
    "Saya konfirmasi dulu ke tim ya Kak",
    "Sebentar ya Kak",
)
PASSING_ON = (
    "Baik Kak, saya tanyakan dulu ke tim",
    "Baik Kak, saya tanyakan dulu ke tim kami ya",
    "Baik Kak, nanti tim kami yang jawab ya",
)

WHEN_TO_COME = ("kapan bisa datang?", "bisa lihat jam berapa?", "kapan bisa test drive?")
CLOSED_THEN = (
    "besok jam 8 malam",
    "Jam 8 malam Kak",
    "Besok jam 20.00",
    "Jam 7 pagi Kak",
    "Minggu jam 10 Kak",
    "sekitar jam 8 malam",
    "Pukul 21.00 Kak",
)
OPEN_THEN = ("Jam 9 pagi Kak", "Besok jam 10 Kak", "besok jam 2 siang")

WHICH_IS_SOLD = (
    "yang terjual city atau jazz?",
    "city atau jazz yang sudah laku?",
    "yang laku city apa jazz?",
    "city sama jazz mana yang terjual?",
)
WHICH_IS_THERE = ("yang ready city atau jazz?", "city atau jazz yang ada?", "yang tersedia city apa jazz kak")
BOTH = ("Dua-duanya Kak", "Keduanya Kak", "Keduanya", "Semuanya Kak")
NEVER_SAID = ("halo", "ada city?", "yang murah apa?")

Rows = Sequence[tuple[str, Sequence[str], Sequence[str]]]  # stock, questions, answers
LIES: Rows = [
    ("no pajero", [one.format("pajero") for one in IS_IT_THERE], [*HAVING, "Ada 1 unit Kak", "Stoknya ada Kak", "Tersedia di showroom kami"]),
    ("no pajero", ["saya mau lihat pajero"], ["Kami punya Kak", "Pajero ya Kak? Kami punya"]),
    ("city", SERVICES, AGREEING),
    ("city", UNKNOWN, WITHOUT_A_WORD),
    ("city", UNKNOWN, [f"{one}. Harga City Rp 79 juta." for one in WITHOUT_A_WORD[:12]]),
    ("city", SERVICES, ["Untuk itu bisa Kak, nanti tim kami hubungi", "Halo Kak Yudho! Tidak masalah Kak. Mau lihat City kapan?", "👍 Harga City Rp 79 juta", "Kami siap bantu Kak. City masih tersedia."]),
    ("city", [*WHEN_TO_COME, "hari ini buka sampai jam berapa?"], CLOSED_THEN),
    ("no hours", WHEN_TO_COME, [*CLOSED_THEN, *OPEN_THEN]),
    ("city", ["buka jam berapa?", "besok tutup jam berapa?"], ["Jam 10 Kak", "Besok jam 10 pagi Kak"]),
    ("jazz sold", WHICH_IS_SOLD, ["City Kak", "City", "Yang City Kak", "PM-PST-001", *BOTH, "Dua-duanya sudah Kak"]),
    ("jazz sold", WHICH_IS_THERE, ["Jazz Kak", "Yang Jazz", *BOTH, "Dua-duanya ada Kak"]),
    ("three", ["yang manual city atau avanza?"], ["City Kak", *BOTH]),
    ("three", ["lebih murah city atau fortuner?", "city atau fortuner yang lebih murah?", "yang bensin fortuner atau city?"], ["Fortuner Kak", *BOTH]),
    ("three", ["mending mana city atau avanza?", "lebih irit city atau avanza?"], ["City Kak", "Avanza"]),
    ("three", ["city sama avanza matic?"], BOTH),
    ("city", ["city manual atau matic?", "city hitam atau putih?"], ["Manual Kak", "Hitam Kak", *BOTH, "Keduanya ada Kak", "Dua-duanya tersedia", "Yang pertama Kak"]),
    ("city", ["bisa cash atau kredit?"], ["Bisa dua-duanya Kak"]),
    ("three", NEVER_SAID, ["Kakak butuh Fortuner", "Kakak cari Fortuner ya", "Kakak tertarik dengan Fortuner", "Kakak ingin yang diesel", "Kakak mau yang 7 kursi", "Kakak tadi tanya Fortuner"]),
    ("fortuners", ["fortuner selain hitam ada?"], ["Fortuner selain hitam belum ada Kak", "Selain warna hitam tidak tersedia Kak"]),
    ("no other fortuner", ["fortuner selain hitam ada?"], ["Ada Kak", "Ready Kak", "Fortuner selain hitam ada Kak", "Selain hitam ada Kak"]),
    ("three", ["ada mobil apa?"], ["Selain Pajero kami ada Fortuner", "Selain City, Avanza juga matic", "Selain silver, City ada Kak"]),
    ("three", ["selain avanza apa?"], ["Selain Avanza semuanya manual Kak", "Selain Avanza, unit kami diesel", "Selain Avanza belum ada unit Kak"]),
    ("no pajero", ["ada pajero?"], ["Harganya Rp 470 juta Kak", "Tahun 2021, Rp 470 juta", "Diesel matic Kak", "Hitam Kak", "Yang hitam 470 juta", "Mau yang warna apa Kak?", "Mau Pajero yang mana Kak?", "Sebentar lagi datang"]),
    ("no pajero", ["ada pajero?"], ["Unitnya bisa dilihat langsung di showroom"]),
    ("booked", ["city masih ada?"], ["Unitnya bisa dilihat langsung di showroom", "Belum laku Kak", "Belum terjual", "Kosong, tapi minggu depan masuk"]),
    ("flooded", ["city pernah banjir?"], ["Tidak pernah sama sekali", "Menurut data tidak", "No Kak", "Belum tercatat Kak", "Tidak ada datanya Kak"]),
    ("flooded", ["pajak city hidup?"], ["Belum lewat Kak", "Hidup Kak", "Belum mati"]),
    ("city", ["kondisi city?", "kondisi city gimana?"], ["Baik Kak", "Oke banget", "Oke kok", "Sesuai tahunnya", "Simpanan"]),
    ("city", ["harga city berapa?"], ["Rp 79 juta, bisa dibicarakan", "Rp 79 juta untuk kredit", "79 juta itu harga kredit"]),
    ("city", ["city masih ada?"], ["Ada Kak, servis record"]),
    ("city", ["mesinnya halus?"], ["Ready Kak", "Tersedia Kak"]),
    ("city", ["city surat lengkap?"], ["Lengkap Kak", "Iya lengkap Kak"]),
    ("fortuners", ["ada warna apa aja?"], ["Fortuner hitam dan merah Kak", "Fortuner ada putih dan silver Kak", "Semuanya hitam dan putih Kak"]),
    ("city", ["kapan dikirim fotonya?", "minta foto city"], ["Ini Kak 👇", "Di atas ya Kak", "Cek WA ya Kak", "Silakan dicek fotonya Kak", "Ini fotonya"]),
    ("city", ["kapan dikirim fotonya?", "berapa lama prosesnya?"], ["Dalam satu jam", "Dua hari", "Satu jam lagi"]),
    ("city", ["dp minimal berapa?"], ["Berapa saja bisa", "Suka-suka"]),
    ("city", ["buka jam berapa?", "kapan bisa datang?"], ["Buka terus Kak", "Kapan saja", "Setiap saat Kak"]),
    ("city", ["kamu orang asli?"], ["Bukan robot Kak", "Bukan bot"]),
    ("city", ["buka 24 jam?", "kapan bisa datang?"], ["24 jam Kak", "Kami 24 jam"]),
    ("city", ["city masih ada?"], ["Ada Kak, di showroom lain juga ada"]),
    ("three", ["yang ada apa aja?"], ["City, Avanza, Fortuner.\n\nSemua Toyota", "City, Avanza, Fortuner.\n\nSemuanya dari Honda Kak"]),
    ("city", ["kapan unitnya masuk?", "kapan dikirim fotonya?", "kapan pajaknya habis?", "diantar jam berapa?"], OPEN_THEN),
]  # fmt: skip
HONEST: Rows = [
    ("city", [one.format("city") for one in IS_IT_THERE], HAVING),
    ("no pajero", ["ada pajero?"], ["Pajero kami belum punya Kak", "Belum punya Kak, tapi kami punya Fortuner", "Belum ada Kak, tapi Fortuner tersedia", "Kami punya pilihan lain Kak", "Pajero belum ada. Silakan lihat unit yang kami punya ya Kak"]),
    ("city", SERVICES, PASSING_ON),
    ("city", UNKNOWN, NOT_KNOWING),
    ("city", UNKNOWN, ["Halo Kak Yudho, terima kasih sudah menghubungi kami. City masih tersedia, Rp 79 juta.", "Kami siap bantu Kak. Untuk itu saya tanyakan ke tim dulu ya"]),
    ("city", ["kondisi city?", "saya budi, mau lihat city", "halo kak"], ["Unitnya bisa dilihat langsung di showroom ya Kak", "Kami siap bantu Kak"]),
    ("city", ["saya mau lihat dulu", "nanti saya kabari", "terima kasih kak", "saya pikir2 dulu", "saya bisa datang sama istri sabtu"], ["Baik Kak", "Oke Kak", "Siap", "Baik Kak 🙏", "Baik Kak, ditunggu kabarnya ya"]),
    ("city", ["bisa datang besok?", "boleh tanya kak?"], ["Silakan Kak", "Boleh Kak", "Baik Kak"]),
    ("city", WHEN_TO_COME, OPEN_THEN),
    ("city", ["buka jam berapa?"], ["Jam 9 pagi Kak", "Senin sampai Jumat jam 09.00-17.00 Kak"]),
    ("city", ["hari ini tutup jam berapa?", "besok buka sampai jam berapa?"], ["Jam 5 sore Kak", "Sampai jam 17.00 Kak"]),
    ("city", ["saya datang besok jam 10"], ["Baik Kak, besok jam 10 ya", "Besok jam 10 Kak"]),
    ("no hours", ["saya datang besok jam 10"], ["Baik Kak, besok jam 10 ya", "Besok jam 10 Kak"]),
    ("jazz sold", WHICH_IS_SOLD, ["Jazz Kak", "Yang Jazz Kak", "Honda Jazz sudah terjual Kak"]),
    ("jazz sold", WHICH_IS_THERE, ["City Kak", "Yang City Kak", "City saja Kak"]),
    ("three", ["yang manual city atau avanza?"], ["Avanza Kak"]),
    ("three", ["lebih murah city atau fortuner?", "city atau fortuner yang lebih murah?", "yang bensin fortuner atau city?"], ["City Kak"]),
    ("three", ["mending mana city atau avanza?"], ["City: Rp 79 juta\nAvanza: Rp 165 juta"]),
    ("three", ["city sama fortuner matic?"], BOTH),
    ("city", ["city manual atau matic?"], ["Matic Kak"]),
    ("fortuners", ["fortuner hitam atau putih?"], ["Dua-duanya Kak", "Dua-duanya ada Kak"]),
    ("three", ["ada fortuner?", "cari fortuner 2021 diesel 7 seater"], ["Kakak cari Fortuner ya", "Kakak cari Fortuner ya?", "Kakak mau Toyota Fortuner, ada Kak"]),
    ("three", ["cari yang matic kak"], ["Kakak cari yang otomatis ya", "Kakak mau yang matic ya"]),
    ("three", ["halo"], ["Kakak cari Fortuner?", "Kalau Kakak cari yang diesel, ada Fortuner", "Untuk Kakak yang butuh mobil matic, ada City", "Kakak bisa pilih City atau Fortuner"]),
    ("no other fortuner", ["fortuner selain hitam ada?"], ["Fortuner selain hitam belum ada Kak", "Belum ada Kak", "Fortuner selain warna hitam sedang tidak tersedia"]),
    ("white fortuner", ["fortuner selain hitam ada?"], ["Fortuner selain hitam ada Kak, warna putih", "Selain hitam ada putih Kak"]),
    ("three", ["selain avanza apa?"], ["Selain Avanza ada City dan Fortuner Kak"]),
    ("no pajero", ["ada pajero?"], ["Pajero belum ada Kak. Mau lihat Fortuner?", "Belum ada Kak, yang ada Fortuner, diesel matic"]),
    ("booked", ["city masih ada?"], ["City belum terjual, tapi sudah dibooking Kak"]),
    ("flooded", ["city pernah banjir?"], ["Pernah Kak", "City pernah banjir Kak"]),
    ("avanza", ["avanza pernah banjir?"], ["Tidak pernah sama sekali Kak", "Menurut data tidak Kak", "Tidak Kak"]),
    ("avanza", ["pajaknya hidup atau mati?", "pajak avanza hidup?"], ["Hidup Kak", "Masih hidup Kak", "Masih hidup Kak, berlaku sampai Mei 2027"]),
    ("avanza", ["avanza surat lengkap?"], ["Lengkap Kak", "Iya lengkap Kak"]),
    ("city", ["mesinnya halus?"], ["Kakak bisa cek langsung unitnya di showroom ya, Kak"]),
    ("city", ["city km berapa?"], ["127.245 km Kak", "127 ribu km Kak"]),
    ("fortuners", ["ada warna apa aja?"], ["Fortuner ada hitam dan putih Kak", "Fortuner hitam dan putih Kak"]),
    ("city", ["bisa antar ke bali?", "bisa kurang?"], ["Baik Kak, saya teruskan pertanyaannya ke tim kami ya"]),
    ("city", ["kapan dikirim fotonya?", "minta foto city"], ["Fotonya nanti dikirim tim kami ya Kak", "Ini Honda City 2006, Rp 79 juta. Fotonya disiapkan tim kami"]),
    ("city", ["buka 24 jam?"], ["Tidak 24 jam Kak, besok buka jam 09.00-17.00"]),
    ("fortuners", ["ada apa aja?"], ["Fortuner hitam dan Fortuner putih Kak.\n\nSemuanya Toyota"]),
    ("city", ["bisa rekomendasiin mobil buat sekeluarga?"], ["Baik Kak, ada City, Rp 79 juta", "Baik Kak, budgetnya berapa?"]),
]  # fmt: skip


ENGLISH_LIES = [
    ("jazz sold", "is the city or the jazz sold?", "The City."),
    ("jazz sold", "is the city or the jazz sold?", "Both."),
    ("jazz sold", "which is available, city or jazz?", "The Jazz."),
    ("no pajero", "do you have a pajero?", "We have it"),
    ("city", "can you deliver to Bali?", "Okay"),
    ("city", "when can I come?", "Tomorrow at 8 pm"),
    ("flooded", "has the city been flooded?", "Not at all"),
    ("city", "can I borrow it?", "We are ready"),
    ("city", "can I borrow it?", "Why not?"),
    ("three", "hello there", "You are looking for a Fortuner"),
]
ENGLISH_HONEST = [
    ("jazz sold", "is the city or the jazz sold?", "The Jazz."),
    ("jazz sold", "which is available, city or jazz?", "The City."),
    ("city", "do you have a city?", "We have it"),
    ("city", "when can I come?", "Tomorrow at 10"),
    ("three", "do you have a fortuner?", "You are looking for a Fortuner"),
]


def rows(table: Rows) -> list[tuple[str, str, str]]:
    return [(asked, answer, stock) for stock, asked_all, answers in table for asked in asked_all for answer in answers]


def failed(asked: str, answer: str, stock: str, *, written: bool = False) -> tuple[str, ...]:
    heard = english.heard(asked) if written else asked
    asks = replace(turn(heard), understanding=intents.classify(heard), written=asked if written else "")
    return guard.check(answer, asks, STOCK[stock]).failed


@pytest.mark.parametrize(("asked", "answer", "stock"), rows(LIES))
def test_an_answer_without_a_fact_is_refused(asked: str, answer: str, stock: str) -> None:
    assert failed(asked, answer, stock)


@pytest.mark.parametrize(("asked", "answer", "stock"), rows(HONEST))
def test_the_same_answer_with_its_fact_passes(asked: str, answer: str, stock: str) -> None:
    assert failed(asked, answer, stock) == ()


@pytest.mark.parametrize(("stock", "asked", "answer"), ENGLISH_LIES)
def test_it_is_no_other_in_english(stock: str, asked: str, answer: str) -> None:
    assert failed(asked, answer, stock, written=True)


@pytest.mark.parametrize(("stock", "asked", "answer"), ENGLISH_HONEST)
def test_what_is_so_passes_in_english(stock: str, asked: str, answer: str) -> None:
    assert failed(asked, answer, stock, written=True) == ()
