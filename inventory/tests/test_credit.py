# ruff: noqa: E501 (one row of the table is one line)
"""Credit by flat rates: the product's own figures, and what limits them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from inventory import credit
from inventory.credit import Instalment, Partner, Wish
from inventory.unit import Unit

LOW = Partner("Satu", (650, 725, 775, 850, 950), 20)
HIGH = Partner("Dua", (800, 900, 975, 1050, 1150), 20)
GUIDE = Partner("", (730, 825, 890, 970, 1070), 10)
CAR = Unit(7, 1, "X-1", "Toyota", "Avanza", 2022, "AVAILABLE", 150_000_000)


def estimate(wish: Wish, *partners: Partner, today: int = 2026, **car: Any) -> credit.Estimate:
    [made] = credit.of([replace(CAR, **car)], partners or (LOW, HIGH), wish, today).estimates
    return made


@pytest.mark.parametrize(
    ("car", "wish", "expected"),
    [
        pytest.param({}, Wish(percent=20), [(3, 4_108_333, 4_308_333), (4, 3_350_000, 3_550_000), (5, 2_950_000, 3_150_000)], id="150 juta, DP 20 %"),
        pytest.param({"price": 79_000_000, "year": 2006}, Wish(percent=30, years=(3,)), [(3, 2_031_507, 2_123_674)], id="an old car costs three percent more"),
        pytest.param({}, Wish(down=50_000_000, years=(3,)), [(3, 3_423_611, 3_590_278)], id="A64: DP 50 juta"),
        pytest.param({"credit_price": 160_000_000}, Wish(down=60_000_000, years=(3,)), [(3, 3_423_611, 3_590_278)], id="the credit price counts where there is one"),
    ],
)  # fmt: skip
def test_the_instalment_is_a_range_over_the_partners(car: dict[str, Any], wish: Wish, expected: list[Any]) -> None:
    assert estimate(wish, **car).instalments == tuple(Instalment(*row) for row in expected)


def test_each_partner_and_term_has_its_own_figures_the_lowest_first() -> None:
    made = estimate(Wish(percent=20, years=(3, 4)), HIGH, LOW, replace(LOW, name="Tiga"))
    assert [(one.partner, one.years, one.rate, one.monthly, one.at_first) for one in made.offers] == [
        ("Satu", 3, 775, 4_108_333, 34_108_333),
        ("Tiga", 3, 775, 4_108_333, 34_108_333),
        ("Dua", 3, 975, 4_308_333, 34_308_333),
        ("Satu", 4, 850, 3_350_000, 33_350_000),
        ("Tiga", 4, 850, 3_350_000, 33_350_000),
        ("Dua", 4, 1050, 3_550_000, 33_550_000),
    ]
    assert (made.principal, made.at_first) == (120_000_000, (33_350_000, 34_308_333))


def test_the_rate_of_an_offer_holds_what_the_age_of_the_car_adds() -> None:
    [offer] = estimate(Wish(years=(3,)), LOW, year=2018).offers  # eight years old
    assert offer.rate == 775 + 150


@pytest.mark.parametrize(
    ("partners", "wish", "lowest"),
    [
        pytest.param((LOW, HIGH), Wish(), "Satu", id="the same in each term"),
        pytest.param((LOW, replace(LOW, name="Tiga")), Wish(), "", id="two alike"),
        pytest.param((LOW,), Wish(), "", id="nothing to compare"),
        pytest.param((replace(LOW, rates=(650, 725, 980, 850, 950)), HIGH), Wish(), "", id="each in a term"),
        pytest.param(
            (replace(LOW, rates=(650, 725, 980, 850, 950)), HIGH), Wish(years=(4,)), "Satu", id="in this term"
        ),
        pytest.param((replace(LOW, oldest=8), HIGH), Wish(), "", id="not offered for every term"),
    ],
)
def test_the_lowest_partner_is_lower_than_every_other_in_each_term(
    partners: tuple[Partner, ...], wish: Wish, lowest: str
) -> None:
    assert estimate(wish, *partners).lowest() == lowest


def test_a_down_payment_in_rupiah_is_shown_as_a_rounded_percent() -> None:
    made = estimate(Wish(down=50_000_000))
    assert (made.percent, made.principal) == (33, 100_000_000)


def test_without_a_down_payment_a_quarter_is_the_example() -> None:
    assert (estimate(Wish()).percent, estimate(Wish(), replace(LOW, minimum_down=30)).percent) == (25, 30)


@pytest.mark.parametrize("wish", [Wish(percent=0), Wish(down=1_000_000)])
def test_too_low_a_down_payment_is_reckoned_with_the_least(wish: Wish) -> None:
    made = estimate(wish)
    assert (made.too_low, made.down) == (True, 30_000_000)


def test_a_partner_that_asks_for_more_is_left_out() -> None:
    assert estimate(Wish(percent=20, years=(5,)), LOW, replace(HIGH, minimum_down=25)).instalments == (
        Instalment(5, 2_950_000, 2_950_000),
    )


def test_a_car_too_old_at_the_end_gets_no_such_tenor() -> None:
    made = estimate(Wish(), replace(LOW, oldest=8), today=2026)  # four years old
    assert [one.years for one in made.instalments] == [3, 4]


def test_the_age_limit_is_each_partners_own() -> None:
    made = estimate(Wish(), replace(LOW, oldest=8), HIGH)
    assert [(one.years, one.partner) for one in made.offers] == [
        (3, "Satu"), (3, "Dua"), (4, "Satu"), (4, "Dua"), (5, "Dua"),
    ]  # fmt: skip


def test_a_down_payment_above_the_price_leaves_nothing_to_pay() -> None:
    assert estimate(Wish(down=150_000_000)).instalments == ()


def test_the_guide_counts_only_without_a_named_partner() -> None:
    assert credit.of([CAR], [GUIDE], Wish(), 2026).partners == ()
    both = credit.of([CAR], [GUIDE, LOW], Wish(), 2026)
    assert (both.partners, both.minimum_down, both.rates[2].high) == (("Satu",), 20, 775)


def test_without_partners_or_a_price_there_are_no_figures() -> None:
    assert credit.of([CAR], [], Wish(), 2026).rates == ()
    assert credit.of([replace(CAR, price=None)], [LOW], Wish(), 2026).estimates == ()
