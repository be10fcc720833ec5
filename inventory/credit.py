"""Credit by the leasing partners' flat rates. Pure. Every figure is an estimate: the leasing decides, not we.

Instalment = (P + P·r·years) / (12·years), P = price − down payment, r = the flat yearly rate of the partner for that
many years, plus half a percent for each year that the car is older than five, at most three. Several partners give a
range. Rates are hundredths of a percent, so that all is counted in whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inventory.unit import Unit

YEARS = (1, 2, 3, 4, 5)
SHOWN = (3, 4, 5)  # years, where the customer names none
DOWN = 25  # percent, where the customer names none
FULL = 10_000  # 100 percent
YOUNG, SURCHARGE, MOST_SURCHARGE = 5, 50, 300


@dataclass(frozen=True, slots=True)
class Partner:
    """What a leasing takes; name "": a general guide, no certain leasing."""

    name: str
    rates: tuple[int | None, ...]  # flat a year, for 1 to 5 years; None: not offered
    minimum_down: int  # percent
    oldest: int | None = None  # years the car may have when the last instalment is paid


@dataclass(frozen=True, slots=True)
class Wish:
    """What the customer said of the credit; None or (): nothing."""

    down: int | None = None  # rupiah
    percent: int | None = None
    years: tuple[int, ...] = ()

    @property
    def named(self) -> bool:
        """Did the customer name a down payment?"""
        return self.down is not None or self.percent is not None


@dataclass(frozen=True, slots=True)
class Instalment:
    """Rupiah a month, lowest and highest over the partners."""

    years: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """One car's credit. instalments empty: no partner takes this car, or the down payment covers the price."""

    unit_id: int
    price: int  # the credit price where the car has one, else its cash price
    down: int
    percent: int  # rounded
    instalments: tuple[Instalment, ...] = ()
    too_low: bool = False  # the customer's down payment is below what every partner asks; reckoned with the least

    @property
    def principal(self) -> int:
        return self.price - self.down

    @property
    def at_first(self) -> tuple[int, int] | None:
        """TDP: what is paid at once where the first instalment is due with the down payment (ADDM), over all terms."""
        if not self.instalments:
            return None
        lows, highs = zip(*((one.low, one.high) for one in self.instalments), strict=True)
        return self.down + min(lows), self.down + max(highs)


@dataclass(frozen=True, slots=True)
class Rate:
    """Flat rates a year over the partners, in hundredths of a percent, for a car of up to five years."""

    years: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Credit:
    """What may be said of credit in a turn. Without rates: nothing but that staff will reckon."""

    partners: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = ()
    minimum_down: int = 0  # percent, the least over the partners
    estimates: tuple[Estimate, ...] = ()
    wish: Wish = Wish()


def of(units: Iterable[Unit], partners: Sequence[Partner], wish: Wish, this_year: int) -> Credit:
    """The credit facts for these cars. The general guide counts only while there is no partner of a name."""
    partners = [one for one in partners if one.name] or list(partners)
    if not partners:
        return Credit(wish=wish)
    return Credit(
        partners=tuple(one.name for one in partners if one.name),
        rates=tuple(rate for years in YEARS if (rate := _rate(partners, years))),
        minimum_down=min(one.minimum_down for one in partners),
        estimates=tuple(made for unit in units if (made := _estimate(unit, partners, wish, this_year))),
        wish=wish,
    )


def _rate(partners: Iterable[Partner], years: int) -> Rate | None:
    offered = [rate for one in partners if (rate := one.rates[years - 1]) is not None]
    return Rate(years, min(offered), max(offered)) if offered else None


def _estimate(unit: Unit, partners: Sequence[Partner], wish: Wish, this_year: int) -> Estimate | None:
    price = unit.credit_price or unit.price
    if price is None:
        return None
    least = min(one.minimum_down for one in partners)
    percent = wish.percent if wish.percent is not None else max(DOWN, least)
    wanted = wish.down if wish.down is not None else _share(price, percent)
    down = max(wanted, _share(price, least))
    percent = _divided(100 * down, price)
    taking = [one for one in partners if one.minimum_down <= percent]
    years = [number for number in wish.years if number in YEARS] or SHOWN
    instalments = (_instalment(price - down, this_year - unit.year, number, taking) for number in years)
    return Estimate(
        unit_id=unit.id,
        price=price,
        down=down,
        percent=percent,
        instalments=tuple(one for one in instalments if one) if down < price else (),
        too_low=wanted < down,
    )


def _instalment(principal: int, age: int, years: int, partners: Iterable[Partner]) -> Instalment | None:
    rates = [one.rates[years - 1] for one in partners if one.oldest is None or age + years <= one.oldest]
    extra = min(max(age - YOUNG, 0) * SURCHARGE, MOST_SURCHARGE)
    monthly = sorted(_divided(principal * (FULL + (rate + extra) * years), FULL * 12 * years) for rate in rates if rate)
    return Instalment(years, monthly[0], monthly[-1]) if monthly else None


def _share(price: int, percent: int) -> int:
    return _divided(price * percent, 100)


def _divided(whole: int, by: int) -> int:
    """Rounded half up."""
    return (2 * whole + by) // (2 * by)
