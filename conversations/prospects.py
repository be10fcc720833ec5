"""What a turn tells of the person who may buy: need, budget, place, time, and how warm that is. Pure.

The rules stand in the tables below; nothing here decides that something is sold or which stage a lead is in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from autolumiku.lib import rupiah
from autolumiku.lib import text as lib_text
from conversations import entities as named
from conversations import wishes
from conversations.turn import Entities, Facts, Intent, Turn
from leads.told import Told, warmest

# (how warm, what people read, when it fits)
RULES: tuple[tuple[str, str, Callable[[Turn, Entities], bool]], ...] = (
    ("LOW", "mencari mobil", lambda turn, said: _intent(turn) in (Intent.VEHICLE_INQUIRY, Intent.PRICE_INQUIRY)),
    ("MEDIUM", "menanyakan mobil tertentu", lambda turn, said: said.names_a_car()),
    ("MEDIUM", "menyebut anggaran", lambda turn, said: bool(said.budget or said.budget_min or said.budget_max)),
    ("HIGH", "menghitung kredit", lambda turn, said: _asks_credit(said)),
    ("HIGH", "tukar tambah", lambda turn, said: _intent(turn) is Intent.TRADE_IN),
    ("HIGH", "menawar", lambda turn, said: _intent(turn) is Intent.NEGOTIATION),
    ("HIGH", "ingin datang atau test drive", lambda turn, said: _intent(turn) is Intent.TEST_DRIVE),
    ("URGENT", "menyebut hari datang", lambda turn, said: _intent(turn) is Intent.TEST_DRIVE and bool(said.visit_day)),
    ("URGENT", "bicara pembayaran", lambda turn, said: "payment" in turn.understanding.reasons),
)

_LIVES = re.compile(
    r"\b(?:saya|aku|kami|posisi|domisili|tinggal|rumah|lokasi saya|alamat saya|orang|asal)\b"
    r"(?: (?:saya|kami|ini|sekarang|tinggal|orang|posisi|domisili|asli)){0,2}"
    r"(?: (?:di|dari|daerah|area|sekitar|kota|kabupaten)){0,2} (?P<place>[a-z]+(?: [a-z]+)?)"
)
_WHEN_BUYS = re.compile(
    r"\b(?:beli|ambil|butuh|rencana\w{0,4}|cari|perlu|pakai)\b(?: [a-z]{1,12}){0,4} "
    r"(?P<when>(?:bulan|minggu|tahun) (?:ini|depan)|(?:awal|akhir|pertengahan) (?:bulan|tahun)(?: (?:ini|depan))?|"
    r"secepat\w{0,4}|(?:habis|sebelum|sesudah|setelah) lebaran)\b"
)


def told(turn: Turn, facts: Facts) -> Told:
    """What this turn tells; fields are empty where nothing was said."""
    said = turn.understanding.entities
    fits = [(priority, label) for priority, label, rule in RULES if rule(turn, said)]
    plain = lib_text.plain(turn.text[:2_048])
    when = _WHEN_BUYS.search(plain)
    return Told(
        name=named.own_name([turn.text, *(line.text for line in reversed(turn.history) if line.role == "customer")]),
        vehicle_id=facts.units[0].id if said.names_a_car() and len(facts.units) == 1 else None,
        interested_in=_need(said),
        budget_range=_money(said),
        timeframe=when["when"] if when else "",
        location=_place(plain),
        priority=warmest([priority for priority, _ in fits]),
        heard=tuple(label for _, label in fits),
    )


def _intent(turn: Turn) -> Intent:
    return turn.understanding.intent


def _asks_credit(said: Entities) -> bool:
    return bool(said.down_payment or said.instalment or said.down_payment_percent is not None)


def _need(said: Entities) -> str:
    """ "Toyota Avanza 2019 matic"; "" where neither a car nor a kind of car was named."""
    if not (said.names_a_car() or said.body_type or said.seats):
        return ""
    return wishes.wanted(replace(said, budget=None, budget_min=None, budget_max=None))


def _money(said: Entities) -> str:
    """ "maksimal Rp 150 juta, DP Rp 30 juta, cicilan Rp 3 juta"."""
    parts = [
        wishes.budget(said),
        f"DP {rupiah.show(said.down_payment)}" if said.down_payment else "",
        f"DP {said.down_payment_percent}%" if said.down_payment_percent is not None else "",
        f"cicilan {rupiah.show(said.instalment)}" if said.instalment else "",
    ]
    return ", ".join(part for part in parts if part)


def _place(plain: str) -> str:
    """ "Bekasi" from "saya di bekasi kak"; only places on the list, so that "saya di jalan" is none."""
    for match in _LIVES.finditer(plain):
        two, one = match["place"], match["place"].split()[0]
        for place in (two, one):
            if place in _places():
                return place.title()
    return ""


def is_place(name: str) -> bool:
    return name in _places()


@cache
def _places() -> frozenset[str]:
    listed = Path(__file__).resolve().parent.joinpath("data", "places.txt").read_text(encoding="utf-8")
    return frozenset(listed.split("\n")) - {""}
