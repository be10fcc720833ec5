"""Money: whole rupiah (int), the one parser and the one formatter.

`find` reads what people type ("300jt", "1,2 M", "Rp 189.000.000,-", "100-150jt", "dua ratus juta"), `show` writes it
exactly, and `parse(show(x)) == x` for every x >= 0. Mileage ("30rb km") and years ("2019 masih") are never money.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from autolumiku.lib import kilometres, numerals
from autolumiku.lib.kilometres import Distance
from autolumiku.lib.numerals import NUMERAL

RIBU, JUTA, MILIAR = 1_000, 1_000_000, 1_000_000_000
FEWEST_DIGITS = 7  # of an amount with neither "Rp" nor a unit
LARGEST = 10**13  # nothing above is an amount: phone numbers, chassis numbers, noise

_UNITS = {
    "rb": RIBU, "ribu": RIBU, "jt": JUTA, "juta": JUTA, "jeti": JUTA, "m": MILIAR, "b": MILIAR,
    "miliar": MILIAR, "milyar": MILIAR, "milliar": MILIAR, "miliyar": MILIAR,
}  # fmt: skip
_UNIT = r"(?:juta|jeti|jt|ribu|rb|mill?iar|mil[iy]yar|milyar|[mb])"
_RP = r"(?:rp|idr)[.:]?\s?"
_ONE = (
    rf"(?P<@rp>{_RP})?(?P<@>{NUMERAL})(?P<@half>\s{{1,2}}setengah(?=\s))?(?P<@an1>\s?-?an\b)?"
    rf"(?:\s?(?P<@u>{_UNIT})(?P<@an2>\s?-?an)?(?![0-9A-Za-z]))?"
)
_TO = r"\s?(?:-|–|—|~|s/d|s\.d\.?|sd|sampai(?: dengan)?|sampe|hingga|ke|dan)\s?"
# Nothing of a number or a word before it, but "dp30jt" and "budget200jt" are written together.
_START = r"(?:(?<![0-9A-Za-z.,/])|(?<=\bdp)|(?<=\btdp)|(?<=budget)|(?<=\bharga)|(?<=cicilan)|(?<=\bmax))"
_AMOUNT = re.compile(
    rf"(?=[0-9ri]){_START}{_ONE.replace('@', 'a')}(?:{_TO}{_ONE.replace('@', 'b')})?(?:,-|,00\b)?", re.I
)
_SINGLE = re.compile(rf"{_START}{_ONE.replace('@', 'a')}(?:,-|,00\b)?", re.I)
_ROUGH = re.compile(r"(?:sekitar(?:an)?|kisaran|kira(?:-|\s)?kira|kurang lebih|kurleb|\+-|±|~)\s?$", re.I)
_COMMA_BEFORE = re.compile(r"[0-9]\s?koma\s?$", re.I)  # of "1 koma 2 miliar" the "2 miliar" is no amount
_FILM = re.compile(r"film\s?$", re.I)  # "kaca film 3M" is a brand
_YEAR = re.compile(r"(?:19[5-9]|20[0-4])[0-9]")


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount in a text. value: rupiah (the middle of a range); low, high: only for a range; start, end: place."""

    value: int
    start: int
    end: int
    low: int | None = None
    high: int | None = None
    approximate: bool = False  # "200 jutaan", "sekitar 200jt"


def find(text: str, distances: Iterable[Distance] | None = None) -> list[Amount]:
    """Every amount of money in the text, in order, without overlaps. distances: its mileages, if they are known."""
    distances = kilometres.find(text) if distances is None else distances
    taken = [(distance.start, distance.end) for distance in distances]
    found = sorted([*_digits(text), *_in_words(text)], key=lambda one: (one.start, -one.end))
    return _joined(text, _without(found, taken))


def parse(text: str) -> int | None:
    """Rupiah if the whole text is one amount ("Rp 125,5 juta", "150000000", "dua ratus juta"); else None.

    A bare number of five to thirteen digits counts here ("50000"), a year or a phone number does not.
    """
    stripped = text.strip()[:80]
    if match := _SINGLE.fullmatch(stripped):
        value = _value(match, "a")
        if value is None and not match["au"] and _bare_digits_are_money(match["a"]):
            value = int(numerals.read(match["a"]))
        return value
    amounts = find(stripped)
    whole = len(amounts) == 1 and amounts[0].start == 0 and amounts[0].end == len(stripped)
    return amounts[0].value if whole and amounts[0].low is None else None


def show(value: int) -> str:
    """Exact and short: 470000000 -> "Rp 470 juta", 1200000000 -> "Rp 1,2 miliar", 125512345 -> "Rp 125.512.345"."""
    for unit, word in ((MILIAR, "miliar"), (JUTA, "juta")):
        if unit <= value < 1000 * unit and value % (unit // 1000) == 0:
            fraction = f"{value % unit * 1000 // unit:03d}".rstrip("0")
            return f"Rp {value // unit}{',' if fraction else ''}{fraction} {word}"
    return show_full(value)


def show_full(value: int) -> str:
    """470000000 -> "Rp 470.000.000"; a negative value keeps its sign in front."""
    return f"{'-' if value < 0 else ''}Rp {numerals.dotted(abs(value))}"


def _digits(text: str) -> Iterator[Amount]:
    position = 0
    while match := _AMOUNT.search(text, position):
        amount, position = _read(text, match)
        if amount:
            yield amount


def _read(text: str, match: re.Match[str]) -> tuple[Amount | None, int]:
    """The amount at this match, if it is one, and where to look on."""
    bare = not (match["au"] or match["arp"] or match["b"])
    if bare and len(match["a"]) < FEWEST_DIGITS:
        return None, match.end()
    if match["b"] and (both := _range(text, match)):
        return both, match.end()
    single = _SINGLE.match(text, match.start()) if match["b"] else match
    if single is None or _COMMA_BEFORE.search(text[max(0, match.start() - 10) : match.start()]):
        return None, match.end()
    value = _value(single, "a")
    if value is None or (
        (single["au"] or "").lower() == "m" and _FILM.search(text[max(0, match.start() - 8) : match.start()])
    ):
        return None, max(single.end(), match.start() + 1)
    return Amount(value, single.start(), single.end(), approximate=_is_rough(text, single)), single.end()


def _range(text: str, match: re.Match[str]) -> Amount | None:
    high = _value(match, "b")
    if high is None or (_YEAR.fullmatch(match["a"]) and not match["au"] and not match["arp"]):
        return None
    low = _low_end(match, high)
    if low is None:
        return None
    return Amount((low + high) // 2, match.start(), match.end(), low, high, _is_rough(text, match))


def _low_end(match: re.Match[str], high: int) -> int | None:
    """The first number of "100-150jt" takes the second's unit, of "900-1,2 M" the next smaller one."""
    own = _value(match, "a")
    if own is not None:
        return own if own < high else None
    if match["au"] or not match["bu"]:
        return None
    unit = _UNITS[_unit_word(match["bu"])]
    low = int(numerals.read(match["a"], decimal_comma=True) * unit)
    if low >= high and unit == MILIAR:
        low = int(numerals.read(match["a"], decimal_comma=True) * JUTA)
    return low if 0 < low < high else None


def _value(match: re.Match[str], name: str) -> int | None:
    """Rupiah of one side of a match; None if it is no money (a year, a small bare number, a phone number)."""
    numeral, unit, has_rp = match[name], match[f"{name}u"], match[f"{name}rp"]
    if not unit:
        return _without_unit(numeral, bool(has_rp))
    size = _UNITS[_unit_word(unit)]
    number = _scaled(numeral, size) + (Decimal("0.5") if match[f"{name}half"] else 0)
    if len(unit) == 1 and (number > 200 or number == 0):
        return None  # "2019 m…" is no money
    if _YEAR.fullmatch(numeral) and len(unit) == 1:
        return None
    value = number * size
    return int(value) if value < LARGEST and value == int(value) else None


def _scaled(numeral: str, size: int) -> Decimal:
    """ "1.500" juta is 1500; "1.250" miliar and "125.512" juta can only be fractions."""
    number = numerals.read(numeral, decimal_comma=True)
    implausible = number * size >= 100 * MILIAR
    if implausible and re.fullmatch(r"[0-9]{1,3}\.[0-9]{3}", numeral):
        return number / 1000
    return number


def _without_unit(numeral: str, has_rp: bool) -> int | None:
    value = numerals.read(numeral)
    if value != int(value) or value >= LARGEST:
        return None
    if has_rp or (numerals.grouped(numeral) and value >= JUTA):
        return int(value)
    looks_round = numeral.isdigit() and numeral.endswith("000") and FEWEST_DIGITS <= len(numeral) <= 11
    return int(value) if looks_round and numeral[0] != "0" else None


def _bare_digits_are_money(numeral: str) -> bool:
    digits = numeral.replace(".", "").replace(",", "")
    phone = digits.startswith(("0", "628")) or (digits.startswith("8") and len(digits) >= 10)
    return 5 <= len(digits) <= 12 and numerals.read(numeral) == int(digits) and not phone


@cache
def _rough_groups(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """The groups of "200 jutaan", two or more."""
    return tuple(name for name in pattern.groupindex if name.endswith(("an1", "an2")))


def _is_rough(text: str, match: re.Match[str]) -> bool:
    return any(match.group(*_rough_groups(match.re))) or bool(
        _ROUGH.search(text[max(0, match.start() - 14) : match.start()])
    )


def _unit_word(unit: str) -> str:
    return unit.lower() if unit.lower() in _UNITS else "miliar"


def _without(amounts: list[Amount], taken: list[tuple[int, int]]) -> list[Amount]:
    """Drop what lies in a mileage or in an amount already kept; both lists are in order, one pass."""
    kept: list[Amount] = []
    position = 0
    for amount in amounts:
        while position < len(taken) and taken[position][1] <= amount.start:
            position += 1
        in_mileage = position < len(taken) and taken[position][0] < amount.end
        if not in_mileage and not (kept and amount.start < kept[-1].end):
            kept.append(amount)
    return kept


def _joined(text: str, amounts: list[Amount]) -> list[Amount]:
    """ "1 miliar 200 juta" is one amount: a round one followed by a smaller one with only a space between."""
    joined: list[Amount] = []
    for amount in amounts:
        last = joined[-1] if joined else None
        if last and _continues(text, last, amount):
            joined[-1] = replace(last, value=last.value + amount.value, end=amount.end)
        else:
            joined.append(amount)
    return joined


def _continues(text: str, first: Amount, second: Amount) -> bool:
    unit = MILIAR if first.value >= MILIAR else JUTA
    plain = first.low is None and second.low is None and text[first.end : second.start].isspace()
    words = text[second.start : second.end].lower()
    smaller = ("juta" in words or "jt" in words) if unit == MILIAR else ("ribu" in words or "rb" in words)
    return plain and first.value % unit == 0 and 0 < second.value < unit and smaller


# Amounts written in words: "dua ratus juta", "satu setengah miliar", "seratus lima puluh jutaan".
_DIGIT = {
    "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9,
    "sepuluh": 10, "sebelas": 11, "nol": 0,
}  # fmt: skip
_TIMES = {"puluh": 10, "puluhan": 10, "ratus": 100, "ratusan": 100}
_HUNDREDS = {"seratus": 100, "seratusan": 100}
_SCALE = {
    "ribu": RIBU, "ribuan": RIBU, "juta": JUTA, "jutaan": JUTA, "jt": JUTA, "miliar": MILIAR, "milyar": MILIAR,
    "miliaran": MILIAR, "seribu": RIBU, "sejuta": JUTA, "semiliar": MILIAR, "semilyar": MILIAR,
}  # fmt: skip
_NUMBER_WORDS = frozenset([*_DIGIT, *_TIMES, *_HUNDREDS, *_SCALE, "belas", "setengah", "koma"])
_COUNTING = _NUMBER_WORDS - {word for word in _SCALE if not word.startswith("se")}  # "juta" alone counts nothing
_WORD = re.compile(r"(?<![0-9A-Z])[A-Z]+(?![0-9A-Z])", re.I)
_MILEAGE_FOLLOWS = re.compile(r"\s{0,3}(?:km|kilo)", re.I)


def _in_words(text: str) -> Iterator[Amount]:
    if _COUNTING.isdisjoint(_WORD.findall(text.lower())):
        return
    run: list[re.Match[str]] = []
    for match in _WORD.finditer(text):
        if match[0].lower() not in _NUMBER_WORDS:
            continue
        if run and not text[run[-1].end() : match.start()].isspace():
            yield from _spelled(text, run)
            run = []
        run.append(match)
    yield from _spelled(text, run)


def _spelled(text: str, run: list[re.Match[str]]) -> Iterator[Amount]:
    """The amount a run of number words says: it must reach a scale word, and starts with a number."""
    while run and run[-1][0].lower() not in _SCALE:
        run = run[:-1]
    if (
        not run
        or run[0][0].lower() == "koma"
        or _MILEAGE_FOLLOWS.match(text, run[-1].end())
        or _MARKED_MILEAGE.search(text[max(0, run[0].start() - 8) : run[0].start()])
    ):
        return
    words = [match[0].lower() for match in run[:12]]
    value = _count(words)
    if value:
        rough = any(word.endswith("an") and word != "delapan" for word in words)
        yield Amount(value, run[0].start(), run[min(len(run), 12) - 1].end(), approximate=rough)


_MARKED_MILEAGE = re.compile(r"(?<![A-Za-z])km\s{0,3}$", re.I)


def _count(words: list[str]) -> int | None:
    """["seratus", "lima", "puluh", "juta"] -> 150000000; None if the words make no number."""
    total, part, digit = 0, Decimal(0), Decimal(0)
    place = 0  # of a decimal: 1 after "koma"
    for word in words:
        if place and word in _DIGIT:
            digit, place = digit + _DIGIT[word] * Decimal(1).scaleb(-place), place + 1
        elif word in _DIGIT:
            digit = Decimal(_DIGIT[word])
        elif word == "koma":
            place = 1
        elif word == "setengah":
            digit += Decimal("0.5")
        elif word == "belas":
            digit += 10
        elif word in _HUNDREDS:
            part += 100
        elif word in _TIMES:
            part, digit = part + digit * _TIMES[word], Decimal(0)
        elif (count := part + digit + (1 if word.startswith("se") else 0)) > 0:
            total, part, digit, place = total + int(count * _SCALE[word]), Decimal(0), Decimal(0), 0
        else:
            return None
    return total or None
