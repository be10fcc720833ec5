"""Credit by the leasing partners' flat rates. Pure. Every figure is an estimate: the leasing decides, not we.

Instalment = (P + P·r·years) / (12·years), P = price − down payment, r = the flat yearly rate of the partner for that
many years, plus half a percent for each year that the car is older than five, at most three. What each partner asks for
each term is an Offer; ranges over the partners are read from these. Rates are hundredths of a percent, so that all is
counted in whole numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

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

    def offers(self, years: int) -> bool:
        return bool(self.rates[years - 1])

    def takes(self, age: int, years: int) -> bool:
        """A car of this age, for so many years."""
        return self.oldest is None or age + years <= self.oldest


@dataclass(frozen=True, slots=True)
class Wish:
    """What the customer said of the credit; None or (): nothing."""

    down: int | None = None  # rupiah
    percent: int | None = None
    years: tuple[int, ...] = ()
    compares: bool = False  # what each leasing asks is to be shown, not only the range

    @property
    def terms(self) -> tuple[int, ...]:
        return tuple(number for number in self.years if number in YEARS) or SHOWN

    @property
    def named(self) -> bool:
        """Did the customer name a down payment?"""
        return self.down is not None or self.percent is not None


@dataclass(frozen=True, slots=True)
class Offer:
    """What one partner asks for one term."""

    partner: str
    years: int
    rate: int  # flat a year, hundredths of a percent, with what the car's age adds
    monthly: int  # rupiah
    at_first: int  # TDP where the first instalment is due with the down payment (ADDM), rupiah


@dataclass(frozen=True, slots=True)
class Instalment:
    """Rupiah a month, lowest and highest over the partners."""

    years: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """One car's credit. offers: term by term, the lowest first; none where no partner takes this car, or where the down
    payment covers the price.
    """

    unit_id: int
    price: int  # the credit price where the car has one, else its cash price
    down: int
    percent: int  # rounded
    offers: tuple[Offer, ...] = ()
    too_low: bool = False  # the customer's down payment is below what every partner asks; reckoned with the least

    @property
    def principal(self) -> int:
        return self.price - self.down

    @property
    def instalments(self) -> tuple[Instalment, ...]:
        return tuple(Instalment(years, found[0].monthly, found[-1].monthly) for years, found in self.by_term().items())

    @property
    def at_first(self) -> tuple[int, int] | None:
        """TDP (ADDM), lowest and highest over all terms and partners."""
        sums = [one.at_first for one in self.offers]
        return (min(sums), max(sums)) if sums else None

    @property
    def partners(self) -> tuple[str, ...]:
        """Who takes this car, for any of the terms."""
        return tuple(sorted({one.partner for one in self.offers}))

    def of(self, partners: Collection[str]) -> Estimate:
        """Only what these partners ask."""
        return replace(self, offers=tuple(one for one in self.offers if one.partner in partners))

    def by_term(self) -> dict[int, list[Offer]]:
        """years -> the offers for them, the lowest first."""
        found: dict[int, list[Offer]] = {}
        for one in self.offers:
            found.setdefault(one.years, []).append(one)
        return found

    def for_years(self, years: Collection[int]) -> dict[int, list[Offer]]:
        """The offers for these terms, none for a term nobody offers; for all where none is named."""
        found = self.by_term()
        return {number: found.get(number, []) for number in years or found}

    def lowest(self) -> str:
        """The partner that asks less than every other one in each term; "" where there is none."""
        first = {offers[0].partner for offers in self.by_term().values()}
        alone = all(len(offers) == 1 or offers[0].monthly < offers[1].monthly for offers in self.by_term().values())
        return first.pop() if alone and len(first) == 1 and len(self.partners) > 1 else ""


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

    def of_unit(self, unit_id: int) -> Estimate:
        return next(one for one in self.estimates if one.unit_id == unit_id)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The partners that ask nothing for the one car spoken of."""
        if len(self.estimates) != 1 or not self.estimates[0].offers:
            return ()
        return tuple(one for one in self.partners if one not in self.estimates[0].partners)


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


def priced(price: int, year: int) -> Unit:
    """A car of which nothing else is known."""
    return Unit(id=0, version=0, display_id="", make="", model="", year=year, status="", price=price)


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
    years = wish.terms
    offers = (one for number in years for one in _offers(price - down, down, this_year - unit.year, number, taking))
    return Estimate(
        unit_id=unit.id,
        price=price,
        down=down,
        percent=percent,
        offers=tuple(offers) if down < price else (),
        too_low=wanted < down,
    )


def _offers(principal: int, down: int, age: int, years: int, partners: Iterable[Partner]) -> list[Offer]:
    """What each partner asks that offers this term and takes a car of this age, the lowest first."""
    extra = min(max(age - YOUNG, 0) * SURCHARGE, MOST_SURCHARGE)
    found = []
    for one in partners:
        flat = one.rates[years - 1]
        if flat and one.takes(age, years):
            monthly = _divided(principal * (FULL + (flat + extra) * years), FULL * 12 * years)
            found.append(Offer(one.name, years, flat + extra, monthly, down + monthly))
    return sorted(found, key=lambda offer: (offer.monthly, offer.partner))


def _share(price: int, percent: int) -> int:
    return _divided(price * percent, 100)


def _divided(whole: int, by: int) -> int:
    """Rounded half up."""
    return (2 * whole + by) // (2 * by)
