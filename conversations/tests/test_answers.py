# ruff: noqa: E501 (one question and its answers are one line)
"""Answers that say something only with their question: what is there, what may be done, when to come, which of two.

City, Avanza (manual, white) and Fortuner (diesel) stand for sale where named, Jazz is sold, nobody has a Pajero. The
showroom is open from Monday to Friday 09.00-17.00 and on Saturday until 15.00. It is Monday noon.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from conversations import guard, intents
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

Rows = Sequence[tuple[str, Sequence[str], Sequence[str]]]  # stock, questions, answers
LIES: Rows = [
    ("no pajero", [one.format("pajero") for one in IS_IT_THERE], [*HAVING, "Ada 1 unit Kak", "Stoknya ada Kak", "Tersedia di showroom kami"]),
    ("no pajero", ["saya mau lihat pajero"], ["Kami punya Kak", "Pajero ya Kak? Kami punya"]),
    ("city", SERVICES, AGREEING),
    ("city", [*WHEN_TO_COME, "hari ini buka sampai jam berapa?"], CLOSED_THEN),
    ("no hours", WHEN_TO_COME, [*CLOSED_THEN, *OPEN_THEN]),
    ("city", ["buka jam berapa?", "besok tutup jam berapa?"], ["Jam 10 Kak", "Besok jam 10 pagi Kak"]),
    ("city", ["kapan unitnya masuk?", "kapan dikirim fotonya?", "kapan pajaknya habis?", "diantar jam berapa?"], OPEN_THEN),
]  # fmt: skip
HONEST: Rows = [
    ("city", [one.format("city") for one in IS_IT_THERE], HAVING),
    ("no pajero", ["ada pajero?"], ["Pajero kami belum punya Kak", "Belum punya Kak, tapi kami punya Fortuner", "Belum ada Kak, tapi Fortuner tersedia", "Kami punya pilihan lain Kak", "Pajero belum ada. Silakan lihat unit yang kami punya ya Kak"]),
    ("city", SERVICES, PASSING_ON),
    ("city", ["saya mau lihat dulu", "nanti saya kabari", "terima kasih kak", "saya pikir2 dulu", "saya bisa datang sama istri sabtu"], ["Baik Kak", "Oke Kak", "Siap", "Baik Kak 🙏", "Baik Kak, ditunggu kabarnya ya"]),
    ("city", ["bisa datang besok?", "boleh tanya kak?"], ["Silakan Kak", "Boleh Kak", "Baik Kak"]),
    ("city", WHEN_TO_COME, OPEN_THEN),
    ("city", ["buka jam berapa?"], ["Jam 9 pagi Kak", "Senin sampai Jumat jam 09.00-17.00 Kak"]),
    ("city", ["hari ini tutup jam berapa?", "besok buka sampai jam berapa?"], ["Jam 5 sore Kak", "Sampai jam 17.00 Kak"]),
    ("city", ["saya datang besok jam 10"], ["Baik Kak, besok jam 10 ya", "Besok jam 10 Kak"]),
    ("no hours", ["saya datang besok jam 10"], ["Baik Kak, besok jam 10 ya", "Besok jam 10 Kak"]),
    ("city", ["bisa rekomendasiin mobil buat sekeluarga?"], ["Baik Kak, ada City, Rp 79 juta", "Baik Kak, budgetnya berapa?"]),
]  # fmt: skip


def rows(table: Rows) -> list[tuple[str, str, str]]:
    return [(asked, answer, stock) for stock, asked_all, answers in table for asked in asked_all for answer in answers]


def failed(asked: str, answer: str, stock: str) -> tuple[str, ...]:
    asks = replace(turn(asked), understanding=intents.classify(asked))
    return guard.check(answer, asks, STOCK[stock]).failed


@pytest.mark.parametrize(("asked", "answer", "stock"), rows(LIES))
def test_an_answer_without_a_fact_is_refused(asked: str, answer: str, stock: str) -> None:
    assert failed(asked, answer, stock)


@pytest.mark.parametrize(("asked", "answer", "stock"), rows(HONEST))
def test_the_same_answer_with_its_fact_passes(asked: str, answer: str, stock: str) -> None:
    assert failed(asked, answer, stock) == ()
