"""Words that claim nothing by themselves and do together: what such a sentence needs, and which of them are harmless.

City (79 juta) and Avanza (165 juta, manual) stand for sale, Fortuner (470 juta) too where it is named; the showroom is
open from Monday to Friday 09.00-17.00 and on Saturday until 15.00. It is Monday noon.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from conversations import guard, intents
from conversations.tests.showroom import AVANZA, CITY, COD, FORTUNER, facts, turn
from conversations.turn import Verdict
from inventory.credit import Credit, Rate

SOLD = replace(CITY, status="SOLD")
CREDIT = Credit(partners=("Mitra Finance",), rates=(Rate(3, 800, 800),), minimum_down=20, estimates=())
ALL = facts(CITY, AVANZA, FORTUNER)
STOCK = {
    "city": facts(CITY, stock_size=12),
    "avanza": facts(AVANZA, stock_size=12),
    "all": replace(ALL, stock_size=12),
    "whole": ALL,
    "none": facts(nearest=(CITY,), stock_size=12),
    "sold": facts(FORTUNER, gone=(SOLD,), stock_size=12),
    "faq": facts(CITY, faqs=(COD,), stock_size=12),
    "pajero": facts(nearest=(FORTUNER,), stock_size=12),
    "credit": facts(replace(CITY, credit_price=85_000_000), credit=CREDIT, stock_size=12),
}


def check(draft: str, asked: str, stock: str) -> Verdict:
    asks = replace(turn(asked), understanding=intents.classify(asked))
    return guard.check(draft, asks, STOCK[stock])


# what the bot says, to what, with which stock
LIES = (
    # the price, without a figure
    ("Harga sudah termasuk pajak Kak", "harga city?", "city"),
    ("Harganya sudah sama pajaknya Kak", "harga city?", "city"),
    ("Untuk harga nanti kami bantu ya Kak", "bisa kurang?", "city"),
    ("Nanti kami kasih harga yang beda untuk Kakak", "bisa kurang?", "city"),
    ("Kalau cash harganya lain Kak", "harga city?", "city"),
    ("Harga cash dan kredit sama saja Kak", "kredit city?", "credit"),
    ("Harga kredit sama dengan harga cash Kak", "kredit city?", "credit"),
    ("Harganya sama dengan City Kak", "harga avanza?", "all"),
    ("Keduanya sama harganya Kak", "city sama avanza?", "all"),
    ("Tahunnya sama Kak", "city sama avanza?", "all"),
    ("City dan Avanza hanya beda warna Kak", "bedanya city sama avanza?", "all"),
    ("Bedanya cuma di tahun Kak", "bedanya city sama avanza?", "all"),
    ("Avanza lebih dekat dengan budget Kakak", "budget 80 juta", "all"),
    ("Avanza paling mendekati budget Kakak", "budget 80 juta", "all"),
    ("Avanza ini masuk budget Kakak", "budget 100 juta", "all"),
    ("Avanza sesuai dengan budget Kakak", "budget 100 juta", "all"),
    ("Avanza di bawah 100 juta Kak", "ada yang di bawah 100 juta?", "all"),
    ("Avanza kisaran 100 juta Kak", "ada yang sekitar 100 juta?", "all"),
    ("Dengan budget 100 juta Kakak bisa dapat Avanza", "budget 100 juta", "all"),
    ("Budget 100 juta cukup untuk Avanza Kak", "budget 100 juta dapat apa?", "all"),
    ("Harga spesial untuk Kakak", "harga city?", "city"),
    # state and history
    ("Unitnya masih seperti baru Kak", "kondisi city?", "city"),
    ("Kondisinya masih baru Kak", "kondisi city?", "city"),
    ("City baru dipakai sebentar Kak", "kondisi city?", "city"),
    ("Hanya dipakai ke kantor Kak", "kondisi city?", "city"),
    ("Unit ini pemakaian harian saja Kak", "kondisi city?", "city"),
    ("Dipakai sendiri oleh keluarga Kak", "kondisi city?", "city"),
    ("Mesinnya tidak masalah Kak", "mesin city?", "city"),
    ("Tidak perlu khawatir soal mesin ya Kak", "mesin city?", "city"),
    ("Jangan ragu soal kondisinya Kak", "kondisi city?", "city"),
    ("Soal banjir tidak perlu khawatir Kak", "pernah banjir?", "city"),
    ("Kondisi sesuai foto Kak", "kondisi city?", "city"),
    ("Kondisinya sesuai harganya Kak", "kondisi city?", "city"),
    ("Semua unit kami sudah dicek tim kami", "kondisi city?", "city"),
    ("City sudah diperiksa tim kami Kak", "kondisi city?", "city"),
    ("Pemilik pertama Kak", "pemiliknya berapa?", "city"),
    ("Dari pemilik pertama Kak", "city tangan ke berapa?", "city"),
    ("Pemiliknya masih sama dari baru Kak", "city tangan ke berapa?", "city"),
    ("Saya sudah lihat langsung unitnya Kak", "kondisi city?", "city"),
    ("Saya sudah coba sendiri mobilnya", "enak nggak?", "city"),
    # tax and papers
    ("Pajaknya sampai November Kak", "pajak city?", "city"),
    ("Pajak Avanza sampai Desember Kak", "pajak avanza?", "avanza"),
    ("Untuk pajaknya sudah ya Kak", "pajaknya sudah dibayar?", "city"),
    ("Untuk surat-suratnya sudah semua Kak", "surat city?", "city"),
    ("Surat-suratnya di kami Kak", "surat city?", "city"),
    # what is there
    ("Semua tipe ada Kak", "avanza ada?", "none"),
    ("Semua merek ada di showroom kami", "avanza ada?", "all"),
    ("Semua warna ada Kak", "warna apa saja?", "city"),
    ("Cuma ini yang kami punya Kak", "ada mobil apa?", "city"),
    ("Hanya ini yang ada Kak", "ada mobil apa?", "city"),
    ("Yang tadi masih Kak", "city masih?", "sold"),
    ("Untuk yang itu masih bisa Kak", "city masih?", "sold"),
    ("Statusnya masih sama Kak", "city masih?", "sold"),
    ("Sudah ada yang minat Kak", "city?", "city"),
    ("Besok ada yang mau lihat Kak", "city?", "city"),
    ("Unit ini paling dicari Kak", "city?", "city"),
    ("Ini yang paling diminati customer kami", "city?", "city"),
    ("Persis seperti yang Kakak cari", "avanza matic", "avanza"),
    ("City ini baru masuk Kak", "city?", "city"),
    # credit
    ("Bisa tanpa DP Kak", "kredit bisa?", "credit"),
    ("Kredit tanpa bunga Kak", "kredit bisa?", "credit"),
    ("DP bisa berapa saja Kak", "dp minimal?", "credit"),
    ("Siapa saja bisa kredit Kak", "syarat kredit?", "credit"),
    ("Semua orang bisa kredit Kak", "syarat kredit?", "credit"),
    ("Kreditnya pasti diterima Kak", "kredit bisa?", "credit"),
    ("Kredit tidak perlu survei Kak", "kredit bisa?", "credit"),
    ("Kredit tidak perlu datang ke showroom", "kredit bisa?", "credit"),
    # deals and services
    ("Tim kami bisa kirim unitnya ke kota Kakak", "saya di bandung", "city"),
    ("Tim kami siap urus balik nama Kak", "balik nama?", "city"),
    ("Tim kami simpan unitnya untuk Kakak", "bisa booking?", "city"),
    ("Tim kami siapkan unitnya untuk Kakak hari ini", "bisa booking?", "city"),
    ("Tim kami hubungi Kakak hari ini juga", "minta ditelepon", "city"),
    ("Sebentar lagi tim kami hubungi", "minta ditelepon", "city"),
    ("Besok tim kami hubungi Kakak", "minta ditelepon", "city"),
    ("Mobil Kakak bisa kami terima", "tukar tambah jazz saya", "city"),
    ("Kami beli mobil Kakak", "mau jual jazz saya", "city"),
    # where and when
    ("Lokasi kami dekat dari kantor Kakak", "lokasi?", "city"),
    ("Ada showroom kami di kota Kakak", "ada di bandung?", "city"),
    ("Kami punya showroom lain Kak", "ada cabang?", "city"),
    ("Silakan datang kapan saja Kak", "kapan bisa lihat?", "city"),
    ("Silakan datang hari Minggu Kak", "kapan bisa lihat?", "city"),
    ("Silakan mampir malam ini Kak", "kapan bisa lihat?", "city"),
    ("Bisa datang jam 7 pagi Kak", "kapan bisa lihat?", "city"),
    ("Ditunggu besok jam 8 malam ya Kak", "besok jam 8 malam saya ke sana", "city"),
    ("Kami buka sampai malam Kak", "buka sampai jam berapa?", "city"),
    ("Kami buka juga di akhir pekan Kak", "sabtu minggu buka?", "city"),
    ("Kami buka kapan saja Kak", "buka sampai jam berapa?", "city"),
    # who speaks
    ("Saya manusia Kak", "kamu robot?", "city"),
    ("Saya bukan robot Kak", "kamu robot?", "city"),
    ("Saya sales di sini Kak", "kamu siapa?", "city"),
    # money asked for
    ("Silakan kirim DP Kak", "oke saya ambil city", "city"),
    ("Kirim DP-nya ke kami ya Kak", "oke saya ambil city", "credit"),
    ("DP boleh dikirim sekarang Kak", "dp nya gimana?", "credit"),
    ("Kakak sudah terdaftar sebagai pembeli", "siapa saya?", "city"),
)  # fmt: skip


@pytest.mark.parametrize("row", LIES, ids=[row[0] for row in LIES])
def test_what_only_the_whole_sentence_claims_is_refused(row: tuple[str, str, str]) -> None:
    assert not check(*row).ok


HONEST = (
    ("Staf kami akan kirim simulasi DP dan cicilannya ya Kak", "bisa kredit?", "credit"),
    ("Untuk DP dan cicilannya, tim kami bantu hitung ya Kak", "bisa kredit?", "credit"),
    ("City masuk budget Kakak, harganya Rp 79 juta", "budget 100 juta", "all"),
    ("City paling mendekati budget Kakak", "budget 80 juta", "all"),
    ("City lebih dekat dengan budget Kakak", "budget 80 juta", "all"),
    ("City di bawah 100 juta Kak", "ada yang di bawah 100 juta?", "all"),
    ("Dengan budget 100 juta Kakak bisa pilih City", "budget 100 juta", "all"),
    ("Untuk budget 100 juta ada City Rp 79 juta Kak", "budget 100 juta", "all"),
    ("City dan Fortuner sama-sama matic Kak", "city sama fortuner?", "all"),
    ("Kalau sesuai budget, boleh kabari kami ya Kak", "nanti saya pikir", "city"),
    ("Kakak cari yang masuk budget berapa?", "ada mobil apa?", "all"),
    ("Harganya Rp 79 juta Kak, untuk nego nanti dibantu tim kami", "bisa kurang?", "city"),
    ("Kondisi mesinnya belum ada di data kami, nanti dicek tim kami ya Kak", "mesin city?", "city"),
    ("Unitnya bisa dilihat langsung di showroom ya Kak", "kondisi city?", "city"),
    ("Mau dipakai untuk harian atau keluarga Kak?", "cari mobil", "all"),
    ("City cocok untuk pemakaian harian Kak", "mobil harian?", "all"),
    ("Kakak perlu mobil untuk ke kantor atau keluarga?", "cari mobil", "all"),
    ("Pajak Avanza sampai Mei 2027 Kak", "pajak avanza?", "avanza"),
    ("Pajak Avanza sampai Mei Kak", "pajak avanza?", "avanza"),
    ("Saya asisten virtual Prima Mobil Kak, bukan orang", "kamu robot?", "city"),
    ("Saya asisten otomatis Prima Mobil", "kamu siapa?", "city"),
    ("Silakan datang hari Sabtu jam 10.00 Kak", "kapan bisa lihat?", "city"),
    ("Silakan datang besok Kak", "kapan bisa lihat?", "city"),
    ("Ditunggu besok jam 10 pagi ya Kak", "besok jam 10 saya ke sana", "city"),
    ("Mau datang hari apa Kak, besok atau lusa?", "saya mau lihat", "city"),
    ("Silakan mampir ke showroom kami Kak", "lokasi?", "city"),
    ("Minggu kami tutup Kak", "minggu buka?", "city"),
    ("Kami buka sampai jam 17.00 hari ini", "buka sampai jam berapa?", "city"),
    ("Unit lain juga ada Kak, mau dilihat?", "ada yang lain?", "all"),
    ("Ada yang bisa saya bantu lagi Kak?", "oke", "city"),
    ("Nanti tim kami yang bantu cek ya Kak", "mesin city?", "city"),
    ("Tim kami akan menghubungi Kakak", "minta ditelepon", "city"),
    ("Untuk DP dan tenor, tim kami yang hitung ya Kak", "kredit city?", "credit"),
    ("Semoga ada yang cocok ya Kak", "nanti saya pikir", "all"),
    ("Kalau ada yang Kakak suka, kabari saja ya", "nanti saya pikir", "all"),
    ("Untuk tukar tambah nanti tim kami yang bantu ya Kak", "tukar tambah bisa?", "city"),
    ("Boleh tahu mobil Kakak tahun berapa?", "tukar tambah bisa?", "city"),
    ("Yang persis seperti itu belum ada Kak", "avanza matic", "none"),
    ("Kakak mau lihat yang mana dulu?", "ada mobil apa?", "all"),
    ("Terima kasih sudah mampir Kak", "makasih", "city"),
    ("Baik Kak, tidak masalah, kabari kami kapan saja ya", "nanti dulu", "city"),
    ("Silakan chat kapan saja ya Kak", "nanti dulu", "city"),
    ("Tidak perlu terburu-buru Kak, silakan dipikirkan dulu", "nanti dulu", "city"),
    ("City dan Avanza beda tahun Kak", "bedanya city sama avanza?", "all"),
    ("Apakah budget Kakak bisa dinaikkan?", "budget 50 juta", "none"),
)  # fmt: skip


@pytest.mark.parametrize("row", HONEST, ids=[row[0] for row in HONEST])
def test_what_claims_nothing_or_what_is_so_passes(row: tuple[str, str, str]) -> None:
    verdict = check(*row)
    assert verdict.ok, verdict.failed
