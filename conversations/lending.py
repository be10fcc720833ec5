"""Which leasing and which term a clause speaks of: whose a figure is said to be, who is the cheapest, who offers what.

Pure. A figure belongs to the leasings and the terms named before it, since the figure before; where the first figure
stands before them, to those behind it. What a clause does not name itself stands in the clauses before (Context).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from conversations import echo, financing, vocabulary
from conversations.ground import Ground
from conversations.reading import Claim, Lender, Reading, term_at
from conversations.vocabulary import listed
from inventory.credit import Estimate, Offer

Mark = TypeVar("Mark", int, str)

PAID = ("instalment", "total")  # figures of one leasing and one term
AGAINST = listed("dari daripada dibanding dibandingkan ketimbang")
TAKING = listed("bisa boleh terima tersedia dapat layan layani proses ambil beri kasih sanggup")
ALIKE = listed("sama serupa setara mirip sebanding")
BESIDE = listed("di dengan lewat pakai leasing yang dari oleh untuk")
EVERY = listed("semua semuanya setiap tiap masing seluruh seluruhnya pun keduanya ketiganya")
ONLY = listed("hanya cuma sekadar khusus")
LOWEST, HIGHEST = listed("cheapest least_used"), listed("dearest")


@dataclass(frozen=True, slots=True)
class Context:
    """What the clauses before have named; years: of the one term they speak of."""

    partners: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    block: int = 0  # the years count in this paragraph
    fresh: bool = False  # the clause right before has named the years
    all: frozenset[str] = frozenset()  # the leasings named so far
    listing: bool = False  # the clause right before is an item of a list of leasings


def terms(reading: Reading) -> list[tuple[int, int]]:
    """(place, years) of every term in the clause."""
    found = ((place, term_at(reading.words, place)) for place in reading.content)
    return [(place, years) for place, years in found if years]


def attribute(reading: Reading, context: Context, ground: Ground) -> Reading:
    """Every figure is said of its leasings and terms."""
    paid = [at for at, claim in enumerate(reading.claims) if _is_paid(claim)]
    if not paid:
        return reading
    places = [reading.claims[at].place for at in paid]
    named = _belonging([(one.place, one.partner) for one in reading.lenders], places)
    for at, (partners, _), (years, earlier) in zip(paid, named, _belonging(terms(reading), places), strict=True):
        claim = reading.claims[at]
        if not years:
            years, earlier = _carried(reading, context), True
        value = claim.value._replace(partners=partners or _unnamed(reading, context, ground), years=years)
        if value.kind == "total" and earlier:  # "3 tahun Rp 4 juta, TDP Rp 54 juta": of these years, or of all
            value = value._replace(years=frozenset(), before=years)
        reading.claims[at] = claim._replace(value=value)
    return reading


def _unnamed(reading: Reading, context: Context, ground: Ground) -> frozenset[str]:
    """The leasings of a clause that names none: all in "semua leasing", else the one that was spoken of."""
    credit = ground.facts.credit
    if credit and reading.has(EVERY) and ("leasing" in reading.said or context.partners):
        return frozenset(credit.partners)
    return context.partners if len(context.partners) == 1 else frozenset()


def _is_paid(claim: Claim) -> bool:
    return claim.aspect == "estimate" and claim.value.kind in PAID


def _belonging(marks: Sequence[tuple[int, Mark]], figures: Sequence[int]) -> list[tuple[frozenset[Mark], bool]]:
    """For each figure: what it belongs to, and whether that was named for another one."""
    behind = bool(marks) and marks[0][0] > figures[0]
    found: list[tuple[frozenset[Mark], bool]] = []
    before = -1
    for at, end in zip(figures, [*figures[1:], None], strict=True):
        start, stop = (at, end) if behind else (before, None if end is None else at)  # the last has all that follows
        own = frozenset(mark for place, mark in marks if start < place and (stop is None or place < stop))
        others = frozenset(mark for _, mark in marks) if behind else found[-1][0] if found else own
        found.append((own, False) if own else (others, True))
        before = at
    return found


def _carried(reading: Reading, context: Context) -> frozenset[int]:
    return context.years if context.fresh or context.block == reading.clause.block else frozenset()


def after(reading: Reading, context: Context) -> Context:
    """What the next clause may go on with."""
    figures = any(_is_paid(claim) for claim in reading.claims)
    named = frozenset(years for _, years in terms(reading))
    if named:
        context = replace(context, years=named if len(named) == 1 else frozenset(), fresh=True)
    else:
        context = replace(context, years=_carried(reading, context), fresh=False)
    partners = frozenset(one.partner for one in reading.lenders)
    context = replace(context, all=context.all | partners)
    listing = bool(partners) and reading.clause.item and not figures
    if partners:
        partners |= context.partners if listing and context.listing else frozenset()
    return replace(context, block=reading.clause.block, partners=partners or context.partners, listing=listing)


# --- what is said of leasings besides their figures


def untrue(reading: Reading, ground: Ground, units: frozenset[int] | None) -> Iterator[str]:
    """What a clause says of a leasing and is not so."""
    if not reading.lenders:
        return
    estimates = _estimates(ground, units)
    offers = [one for made in estimates for one in made.offers]
    denies = reading.has(vocabulary.DENY)
    named: list[int | None] = [years for _, years in terms(reading)]
    paid = any(_is_paid(claim) for claim in reading.claims)
    takes = any(TAKING & vocabulary.roots(word) for word in reading.words if word)
    for one in reading.lenders:
        asked = [] if paid else named or ([None] if takes and estimates else [])
        if any(_offers(offers, one.partner, years) is denies for years in asked):
            yield one.text
    yield from _alike(reading, stated=bool(takes or named or paid or reading.exists))
    yield from _alone(reading, ground)
    yield from _untrue_answer(reading, ground, offers, paid=paid)
    segs = {one.seg for one in reading.lenders} - {one.seg for one in reading.mentions}
    yield from (claim.text for claim in reading.claims if claim.aspect == "state" and claim.seg in segs)


def _alike(reading: Reading, *, stated: bool) -> Iterator[str]:
    """ "Dua Leasing juga", "sama seperti Dua Leasing": of none it is known to be so; "tanpa survei" of none at all."""
    stems = {vocabulary.stem(word) for word in reading.words if word}
    if ALIKE & stems or (echo.AGAIN & stems and not stated):
        yield reading.lenders[-1].text
    if "tanpa" in stems:
        yield "tanpa"


def _alone(reading: Reading, ground: Ground) -> Iterator[str]:
    """ "Hanya Satu Finance", "Satu Finance saja", where there are others."""
    credit, words = ground.facts.credit, [*reading.words, ""]
    if credit is None or {one.partner for one in reading.lenders} >= set(credit.partners):
        return
    for one in reading.lenders:
        if words[one.end] in ("saja", "doang") or (one.place and words[one.place - 1] in ONLY):
            yield one.text


def _untrue_answer(reading: Reading, ground: Ground, offers: Sequence[Offer], *, paid: bool) -> Iterator[str]:
    """ "Dua Leasing Kak" to "leasing mana yang paling murah?", or to what nobody knows: "mana yang paling cepat?" """
    partners = {one.partner for one in reading.lenders}
    if paid or reading.claims or reading.clause.question or reading.clause.colon or len(partners) > 1:
        return
    first = reading.lenders[0]
    if ground.asks_lowest:
        if not partners & lowest(ground):
            yield first.text
        return
    asked = ground.turn.text[:500]
    named = {place for one in reading.lenders for place in range(one.place, one.end)}
    rest = {vocabulary.stem(reading.words[place]) for place in reading.content if place not in named}
    bare = rest <= vocabulary.ADDRESSES | BESIDE
    said = ground.customer_tokens_now
    which = echo.WHICH & said and "leasing" in said and "saja" not in asked.lower()
    years = financing.tenors(asked)
    if bare and which and not (years and all(_offers(offers, first.partner, number) for number in years)):
        yield first.text


def lowest(ground: Ground) -> frozenset[str]:
    """Who asks least for a term of a car."""
    return frozenset(found[0].partner for made in ground.estimates for found in made.by_term().values())


def _offers(offers: Iterable[Offer], partner: str, years: int | None = None) -> bool:
    return any(one.partner == partner and years in (None, one.years) for one in offers)


def _estimates(ground: Ground, units: frozenset[int] | None) -> list[Estimate]:
    """Of the cars spoken of, else of all."""
    ids = {ground.units[one].id for one in units or ()}
    return [one for one in ground.estimates if not ids or one.unit_id in ids]


def ranked(
    reading: Reading, claim: Claim, ground: Ground, units: frozenset[int] | None, context: Context
) -> bool | None:
    """ "Satu Finance paling murah", "lebih ringan dari Dua Leasing": is it so? None where it is of no leasing."""
    lenders = reading.lenders
    here = [one for one in lenders if one.seg == claim.seg]
    of_car = any(one.seg == claim.seg for one in reading.mentions)
    if not lenders or (of_car and not here):
        return None
    before = [word for word in reading.words[max(0, claim.place - 2) : claim.place] if word]
    if claim.aspect == "degree" and not {"paling", "lebih"} & set(before):
        return False
    groups = _grouped(reading)
    against = {one for group in groups for one in group if _is_against(reading, group[0])}
    own = [group for group in groups if group[0] not in against]
    first = [group for group in own if any(one.seg == claim.seg for one in group)]
    first = first or [group for group in own if group[0].place > claim.place][:1] or own[-1:]
    subject = frozenset(one.partner for group in first for one in group)
    others = frozenset(one.partner for one in against)
    years = frozenset(one for _, one in terms(reading)) or _carried(reading, context)
    estimates = _estimates(ground, units)
    return bool(subject and estimates) and all(_is_first(one, subject, others, years, claim.value) for one in estimates)


def _grouped(reading: Reading) -> list[list[Lender]]:
    """Leasings with nothing but "dan", commas and such between them."""
    groups: list[list[Lender]] = []
    for one in reading.lenders:
        between = [token.word for token in reading.clause.tokens[groups[-1][-1].end : one.place]] if groups else []
        parted = "," in between and _is_against(reading, groups[-1][0])  # "dibanding Dua Leasing, Satu Finance"
        if between and not parted and all(word in echo.JOINING for word in between):
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _is_against(reading: Reading, lender: Lender) -> bool:
    """ "lebih murah dari Dua Leasing" """
    before = [word for word in reading.words[max(0, lender.place - 2) : lender.place] if word]
    return bool(before) and before[-1] in AGAINST


def _is_first(
    made: Estimate, subject: frozenset[str], others: frozenset[str], years: frozenset[int], kind: str
) -> bool:
    """Does each of them ask less (more) than each of the others in each of these terms?"""
    sign = 1 if kind in LOWEST else -1 if kind in HIGHEST else 0
    asked = made.for_years(years)
    for offers in asked.values():
        own = [sign * one.monthly for one in offers if one.partner in subject]
        rest = [sign * one.monthly for one in offers if one.partner in (others or set(made.partners) - subject)]
        if not sign or len(own) < len(subject) or not rest or max(own) >= min(rest):
            return False
    return bool(asked)
