"""Mileage in whole kilometres, as ads and customers write it: "96rb" "KM 30.000" "30k" "km 60 rb" "40 - 45K KM"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autolumiku.lib import numerals
from autolumiku.lib.numerals import NUMERAL

LARGEST = 9_999_999  # a longer numeral is a phone or chassis number
_MARK = r"(?:km|kilo ?meter|odo(?:meter)?|jarak tempuh)"
_THOUSAND = r"(?:k|rb|rbu|ribu|rebu|ribuan|rban)"
_NUMBER = rf"(?P<@>{NUMERAL}(?:\.x{{2,3}})?)(?:\s?(?P<@_unit>{_THOUSAND}\b))?"
_RANGE = rf"{_NUMBER.replace('@', 'a')}(?:\s?(?:-|–|s/?d|sampai)\s?{_NUMBER.replace('@', 'b')})?"
_BEFORE = r"(?<![0-9A-Za-z.,])(?<!rp)(?<!rp\s)(?<!rp\.)"
_FILLER = r"(?:\s?(?:nya|rendah|low|masih|baru|cuma|hanya|di|sekitar|kisaran|saat ini)\b){0,3}"
_MARK_FIRST = re.compile(
    rf"(?<![0-9A-Za-z]){_MARK}(?![A-Za-z](?!ya))(?:-?nya)?{_FILLER}[\s.:=]{{0,3}}>?\s?{_RANGE}", re.I
)
_MARK_LAST = re.compile(rf"{_BEFORE}{_RANGE}\s?{_MARK}(?![A-Za-z])", re.I)
_BARE_K = re.compile(rf"{_BEFORE}(?P<a>[0-9]{{1,3}}(?:[.,][0-9])?)(?P<a_unit>k)(?![0-9A-Za-z])", re.I)
_MARKED = re.compile(rf"(?=[koj0-9])(?:{_MARK}|[0-9]k)", re.I)
_WHOLE = re.compile(rf">?\s?{_RANGE}", re.I)
_YEAR = re.compile(r"(?:19[5-9]|20[0-4])[0-9]")
_UNIT_FOLLOWS = re.compile(r"\s?(?:jt|jut|mil|m\b|%|cc\b)", re.I)


@dataclass(frozen=True, slots=True)
class Distance:
    """One mileage in a text. value: km (the middle of a range); start, end: its place in the text."""

    value: int
    start: int
    end: int
    low: int | None = None
    high: int | None = None


def find(text: str) -> list[Distance]:
    """Every mileage that is marked as one (km, kilometer, odo, or a bare "30k"), in order. "50rb" alone is not."""
    found: list[Distance] = []
    if not _MARKED.search(text):
        return found
    taken = bytearray(len(text))
    for pattern in (_MARK_FIRST, _MARK_LAST, _BARE_K):
        for match in pattern.finditer(text):
            start, end = match.span()
            if not any(taken[start:end]) and _plausible(text, match, pattern):
                taken[start:end] = b"\1" * (end - start)
                found.append(_distance(match))
    return sorted(found, key=lambda distance: distance.start)


def parse(text: str) -> int | None:
    """Kilometres if the whole text is one mileage, marked or not ("96rb", "50000", "KM 30.000"); else None."""
    stripped = text.strip()[:60]
    for pattern in (_MARK_FIRST, _MARK_LAST, _WHOLE):
        if match := pattern.fullmatch(stripped):
            value = _distance(match).value
            return value if value <= LARGEST else None
    return None


def show(value: int) -> str:
    """127245 -> "127.245 km"."""
    return f"{numerals.dotted(value)} km"


def _plausible(text: str, match: re.Match[str], pattern: re.Pattern[str]) -> bool:
    if pattern is _MARK_FIRST:
        return not _UNIT_FOLLOWS.match(text, match.end())
    if pattern is _MARK_LAST:
        return not _year_before_mileage(text, match)
    return True


def _year_before_mileage(text: str, match: re.Match[str]) -> bool:
    """In "2019 km 50rb" the number before "km" is the year."""
    followed = re.match(r"[\s.:]{0,3}[0-9]", text[match.end() : match.end() + 5])
    return bool(_YEAR.fullmatch(match["a"]) and not match["a_unit"] and followed)


def _distance(match: re.Match[str]) -> Distance:
    groups = match.groupdict()
    unit = groups.get("a_unit") or groups.get("b_unit")
    low = _kilometres(groups["a"], unit)
    if not groups.get("b"):
        return Distance(low, match.start(), match.end())
    high = _kilometres(groups["b"], groups.get("b_unit") or groups.get("a_unit"))
    return Distance((low + high) // 2, match.start(), match.end(), min(low, high), max(low, high))


def _kilometres(numeral: str, unit: str | None) -> int:
    if "x" in numeral.lower():  # "39.xxx": thirty-nine thousand and something
        return int(numerals.read(re.sub(r"\.x+$", "", numeral, flags=re.I)) * 1000)
    value = numerals.read(numeral, decimal_comma=bool(unit))
    return int(value * 1000) if unit and value < 1000 else int(value)
