# ruff: noqa: E501 (one row of the table is one line)
"""Whose figure it is: an instalment is said of the leasing and the term that ask it, and of no other."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from conversations import guard, intents
from conversations.tests.showroom import AVANZA, CITY, FORTUNER, facts, turn
from inventory import credit
from inventory.credit import Partner, Wish

# Avanza at Rp 165 juta, DP Rp 50 juta: 3 years 3.937.152 (BCA), 4.128.819 (Adira), 4.300.000 … ; terms 3, 4 and 5
BCA = Partner("BCA Finance", (650, 725, 775, 850, 950), 20)
ADIRA = Partner("Adira Dinamika Finance", (800, 900, 975, 1050, 1150), 20)
MANDIRI = Partner("Mandiri Utama Finance", (None, None, 900, None, None), 20)
CAR = replace(AVANZA, price=150_000_000, year=2024)
MADE = credit.of([CAR], [BCA, ADIRA, MANDIRI], Wish(down=50_000_000), 2026)
FIGURES = {f"{one.partner.split()[0]}{one.years}": one for one in MADE.estimates[0].offers}


def money(text: str) -> str:
    """ "[BCA3]" is what BCA asks a month for three years, "[TDP BCA3]" what is paid at first."""
    for name, one in FIGURES.items():
        text = text.replace(f"[{name}]", f"Rp {one.monthly:,}".replace(",", "."))
        text = text.replace(f"[TDP {name}]", f"Rp {one.at_first:,}".replace(",", "."))
    assert "[" not in text, text
    return text


def check(draft: str, *units: object, asked: str = "cicilan avanza dp 50jt?") -> guard.Verdict:
    given = facts(*(units or (CAR,)), credit=MADE)
    return guard.check(
        money(f"{draft}\nIni estimasi ya Kak."), replace(turn(asked), understanding=intents.classify(asked)), given
    )


TRUE = (
    "BCA Finance 36x [BCA3]/bulan Kak",
    "BCA Finance 36 bulan [BCA3] per bulan Kak",
    "BCA Finance 3 tahun [BCA3] per bulan Kak",
    "BCA Finance 3 thn [BCA3] per bulan Kak",
    "BCA Finance tenor 36 [BCA3] per bulan Kak",
    "BCA Finance tenor 3 tahun cicilannya [BCA3] Kak",
    "BCA Finance: [BCA3] x 36 Kak",
    "Di BCA 3 tahun [BCA3]/bln Kak",
    "Cicilan 3 tahun [BCA3] per bulan di BCA Finance Kak",
    "Untuk 4 tahun: BCA Finance [BCA4] per bulan, Adira Dinamika Finance [Adira4] per bulan",
    "Cicilan 3 tahun [BCA3] per bulan (BCA Finance), [Adira3] per bulan (Adira Dinamika Finance)",
    "BCA Finance: 3 tahun [BCA3], 4 tahun [BCA4], 5 tahun [BCA5] per bulan",
    "*BCA Finance:*\n- 3 tahun: [BCA3] per bulan\n- 4 tahun: [BCA4] per bulan\n\n*Adira Dinamika Finance:*\n- 3 tahun: [Adira3] per bulan",
    "*Cicilan 3 tahun per bulan:*\n• BCA Finance: [BCA3]\n• Adira Dinamika Finance: [Adira3]\n\n*Cicilan 4 tahun per bulan:*\n• BCA Finance: [BCA4]",
    "Tenor 5 tahun ya Kak. BCA Finance [BCA5] per bulan.",
    "Cicilan 3 tahun [BCA3] - [Adira3] per bulan Kak",
    "Cicilan 4 tahun mulai [BCA4] per bulan Kak",
    "BCA Finance 3 tahun [BCA3] per bulan, TDP (ADDM) [TDP BCA3] Kak",
    "TDP BCA Finance 3 tahun [TDP BCA3] Kak",
    "Cicilan 4 tahun BCA dan Adira [BCA4] - [Adira4] per bulan",
    "BCA Finance cicilannya paling murah Kak",
    "Cicilan paling ringan: BCA Finance.",
    "Yang paling ringan BCA Finance Kak",
    "Cicilan di BCA Finance lebih ringan dari Adira Dinamika Finance Kak",
    "Untuk 5 tahun Adira Dinamika Finance paling mahal Kak",
    "Mandiri Utama Finance bisa 3 tahun Kak",
    "Dibanding Adira, BCA Finance lebih ringan Kak",
    "Avanza DP Rp 50 juta, BCA Finance 36x [BCA3] Kak",
    "3 tahun:\n1. BCA Finance [BCA3]\n2. Adira Dinamika Finance [Adira3]",
    "Tenor 36 bulan:\n- BCA Finance → [BCA3]/bulan\n- Adira Dinamika Finance → [Adira3]/bulan",
    "Yang paling terjangkau BCA Finance dengan cicilan 3 tahun [BCA3] per bulan",
    "Adira Dinamika Finance juga bisa 5 tahun Kak",
    "BCA Finance 3 tahun [BCA3] per bulan. Ada juga Adira Dinamika Finance Kak.",
    "Leasing kami BCA Finance, Adira Dinamika Finance dan Mandiri Utama Finance saja Kak",
    "Leasing kami BCA Finance, Adira Dinamika Finance dan Mandiri Utama Finance Kak. Cicilan 4 tahun mulai [BCA4] per bulan.",
)  # fmt: skip

FALSE = (
    # of another leasing
    "BCA Finance 36x [Adira3]/bulan Kak",
    "BCA Finance 36 bulan [Adira3] per bulan Kak",
    "BCA Finance 3 tahun [Adira3] per bulan Kak",
    "BCA Finance 3 thn [Mandiri3] per bulan Kak",
    "BCA Finance tenor 36 [Adira3] per bulan Kak",
    "Adira Dinamika Finance: [BCA3] x 36 Kak",
    "Adira 3 tahun [BCA3]/bln Kak",
    "Cicilan 3 tahun [BCA3] per bulan di Adira Dinamika Finance Kak",
    "Cicilan 3 tahun [Adira3] per bulan (BCA Finance), [BCA3] per bulan (Adira Dinamika Finance)",
    "Untuk 4 tahun: BCA Finance [Adira4] per bulan, Adira Dinamika Finance [BCA4] per bulan",
    "Di BCA Finance 3 tahun [BCA3] dan [BCA4] per bulan di Adira Dinamika Finance Kak",
    "BCA Finance dan Adira Dinamika Finance 3 tahun [BCA3] per bulan Kak",
    "*BCA Finance:*\n- 3 tahun: [Adira3] per bulan",
    "*Adira Dinamika Finance:*\n\n- 3 tahun: [BCA3] per bulan",
    "*Cicilan 3 tahun per bulan:*\n• BCA Finance: [Adira3]\n• Adira Dinamika Finance: [BCA3]",
    "Untuk Adira Dinamika Finance ya Kak. Cicilan 3 tahun [BCA3] per bulan.",
    "Leasing kami BCA Finance dan Adira Dinamika Finance.\nUntuk Adira Dinamika Finance:\n3 tahun [BCA3] per bulan",
    "Adira Dinamika Finance 3 tahun [BCA3] - [Adira3] per bulan Kak",
    "TDP Adira Dinamika Finance 3 tahun [TDP BCA3] Kak",
    "CIMB Niaga Finance 3 tahun [BCA3] per bulan Kak",
    # of another term
    "BCA Finance 36x [BCA4]/bulan Kak",
    "BCA Finance 48 bulan [BCA3] per bulan Kak",
    "BCA Finance 4 tahun [BCA3] per bulan Kak",
    "BCA Finance 4 thn [BCA3] per bulan Kak",
    "BCA Finance tenor 48 [BCA3] per bulan Kak",
    "BCA Finance tenor 5 [BCA3] per bulan Kak",
    "BCA Finance: [BCA4] x 36 Kak",
    "BCA Finance 40 bulan [BCA3] per bulan Kak",
    "BCA Finance [BCA3] per bulan Kak",
    "BCA Finance 3 tahun [BCA4] untuk 4 tahun [BCA3] per bulan",
    "3 tahun [BCA3] per bulan untuk 4 tahun di BCA Finance",
    "BCA Finance: 3 tahun [BCA3], 4 tahun [BCA5], 5 tahun [BCA4] per bulan",
    "*Cicilan 4 tahun per bulan:*\n• BCA Finance: [BCA3]",
    "*Cicilan 3 tahun per bulan:*\n• BCA Finance: [BCA3]\n\n*Cicilan 4 tahun per bulan:*\n• BCA Finance: [BCA3]",
    "Tenor 5 tahun ya Kak. BCA Finance [BCA3] per bulan.",
    "TDP BCA Finance 4 tahun [TDP BCA3] Kak",
    "Mandiri Utama Finance 4 tahun [BCA4] per bulan Kak",
    "Mandiri Utama Finance bisa 5 tahun Kak",
    "Mandiri Utama Finance belum bisa 3 tahun Kak",
    # of others too
    "Semua leasing cicilannya [BCA3] per bulan untuk 3 tahun Kak",
    "Di leasing mana pun cicilan 3 tahun [BCA3] per bulan Kak",
    "BCA Finance 3 tahun [BCA3] per bulan. Adira Dinamika Finance juga Kak.",
    "BCA Finance 3 tahun [BCA3] per bulan. Begitu juga Adira Dinamika Finance Kak.",
    "BCA Finance 3 tahun [BCA3] per bulan. Adira Dinamika Finance sama Kak.",
    "BCA Finance 3 tahun [BCA3] per bulan. Sama seperti Adira Dinamika Finance Kak.",
    "Hanya BCA Finance yang bisa 3 tahun Kak",
    "Leasing kami cuma BCA Finance Kak",
    "Leasing kami BCA Finance saja Kak",
    # of nobody
    "BCA Finance tanpa survei Kak",
    "BCA Finance 3 tahun Rp 3.100.000 per bulan Kak",
    "BCA Finance 3 tahun: Rp 150 juta",
    "Cicilan 3 tahun [Mandiri3] per bulan Kak",
    "BCA Finance DP minimal 33% Kak",
    "BCA Finance bunga 6,5% Kak",
    # who is the cheapest
    "Adira Dinamika Finance cicilannya paling murah Kak",
    "Cicilan paling ringan: Adira Dinamika Finance.",
    "Yang paling ringan Mandiri Utama Finance Kak",
    "Leasing termurah Adira Dinamika Finance Kak",
    "Cicilan di Adira Dinamika Finance lebih ringan dari BCA Finance Kak",
    "Adira Dinamika Finance lebih murah Kak",
    "BCA Finance paling mahal Kak",
    "BCA Finance bunganya tertinggi Kak",
    "BCA Finance dan Adira Dinamika Finance paling murah Kak",
    "Mandiri Utama Finance 3 tahun [Mandiri3] per bulan. Itu yang paling murah Kak.",
    "Mandiri Utama Finance 3 tahun [Mandiri3] per bulan, paling ringan Kak",
    "Cicilan BCA Finance dan Adira Dinamika Finance sama Kak",
    "Dibanding BCA Finance, Adira Dinamika Finance lebih ringan Kak",
    "BCA Finance tidak lebih murah dari Adira Dinamika Finance Kak",
    "Yang paling terjangkau Adira dengan cicilan 3 tahun [Adira3] per bulan",
    "BCA Finance terbaik Kak",
    "BCA Finance paling bagus Kak",
    "BCA Finance bunganya bagus Kak",
)  # fmt: skip


@pytest.mark.parametrize("draft", TRUE)
def test_a_figure_of_its_leasing_and_term_may_be_said(draft: str) -> None:
    assert check(draft).failed == ()


@pytest.mark.parametrize("draft", FALSE)
def test_a_figure_of_another_leasing_or_term_may_not(draft: str) -> None:
    assert not check(draft).ok


CHEAPEST, QUICKEST = "leasing mana yang paling murah buat avanza?", "leasing mana yang paling cepat cair?"
# whole answers: every term t of every leasing l, and what it asks
FORMS = (
    lambda figures, terms, names: "\n\n".join(
        f"*Cicilan {said} per bulan:*\n" + "\n".join(f"• {name}: {figures[years, name]}" for name in names)
        for years, said in terms
    ),
    lambda figures, terms, names: "\n\n".join(
        f"*{name}:*\n" + "\n".join(f"- {said}: {figures[years, name]}/bulan" for years, said in terms) for name in names
    ),
    lambda figures, terms, names: "\n".join(
        f"{number}. {name}: " + ", ".join(f"{said} {figures[years, name]}/bln" for years, said in terms)
        for number, name in enumerate(names, 1)
    ),
    lambda figures, terms, names: " ".join(
        f"Di {name} {said} cicilannya {figures[years, name]} Kak." for years, said in terms for name in names
    ),
    lambda figures, terms, names: "\n".join(
        f"Untuk {said}: " + ", ".join(f"{figures[years, name]} per bulan ({name})" for name in names)
        for years, said in terms
    ),
    lambda figures, terms, names: "\n".join(
        f"{figures[years, name]} per bulan untuk {said} lewat {name}" for years, said in terms for name in names
    ),
)
TERMS = ("{y} tahun", "{y} thn", "{m} bulan", "{m}x", "tenor {m}", "tenor {y} tahun")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("term", TERMS)
def test_a_whole_answer_passes_and_with_one_figure_exchanged_it_fails(form: Any, term: str) -> None:
    figures = {(one.years, one.partner): f"[{one.partner.split()[0]}{one.years}]" for one in FIGURES.values()}
    terms = [(years, term.format(y=years, m=12 * years)) for years in (3, 4)]
    names = ("BCA Finance", "Adira Dinamika Finance")
    assert check(form(figures, terms, names)).failed == ()
    cells = [(years, name) for years, _ in terms for name in names]
    for one, other in combinations(cells, 2):
        exchanged = {**figures, one: figures[other], other: figures[one]}
        assert not check(form(exchanged, terms, names)).ok, (one, other)


ANSWERED = (
    ("BCA Finance Kak.", CHEAPEST, True),
    ("Adira Dinamika Finance Kak.", CHEAPEST, False),
    ("Lewat Adira Dinamika Finance Kak.", CHEAPEST, False),
    ("Adira Dinamika Finance ya Kak. Cicilan 3 tahun [Adira3] per bulan.", CHEAPEST, False),
    ("Adira Dinamika Finance 3 tahun [Adira3] per bulan Kak.", CHEAPEST, False),
    ("BCA Finance 3 tahun [BCA3] per bulan Kak.", CHEAPEST, True),
    ("BCA Finance Kak.", QUICKEST, False),
    ("BCA Finance Kak.", "leasing mana yang bisa 5 tahun buat avanza?", True),
    ("Mandiri Utama Finance Kak.", "leasing mana yang bisa 5 tahun buat avanza?", False),
    ("BCA Finance, Adira Dinamika Finance dan Mandiri Utama Finance Kak.", "leasingnya apa saja?", True),
)


@pytest.mark.parametrize(("draft", "asked", "fits"), ANSWERED)
def test_a_leasing_alone_answers_what_was_asked(draft: str, asked: str, fits: bool) -> None:
    assert check(draft, asked=asked).ok is fits


def test_the_car_that_is_the_cheapest_makes_no_leasing_the_cheapest() -> None:
    cheap = replace(CITY, price=79_000_000)
    given = (CAR, FORTUNER, cheap)
    assert check("City paling murah Kak. BCA Finance 3 tahun [BCA3] per bulan untuk Avanza.", *given).ok
    assert not check("Adira Dinamika Finance untuk City. Ini yang paling murah Kak.", *given).ok


def test_many_figures_are_read_in_no_time() -> None:
    begun = time.process_time()
    assert not check("BCA Finance 3 tahun " + "[BCA3]/bulan " * 190).ok
    assert time.process_time() - begun < 1


def test_a_figure_is_that_of_its_car() -> None:
    both = credit.of([CAR, FORTUNER], [BCA, ADIRA], Wish(percent=20, years=(3,)), 2026)
    small, large = (f"Rp {made.offers[0].monthly:,}".replace(",", ".") for made in both.estimates)
    given = facts(CAR, FORTUNER, credit=both)
    for car, figure, fits in (("Avanza", small, True), ("Fortuner", large, True), ("Fortuner", small, False)):
        draft = f"Perkiraan {car} di BCA Finance 3 tahun {figure} per bulan Kak."
        assert guard.check(draft, turn("kredit avanza dan fortuner?"), given).ok is fits, draft
