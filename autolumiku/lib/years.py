"""Years of cars as people write them: "2019" "tahun 18" "2018 ke atas" "2015-2018" "di bawah 2015" "2010an"."""

from __future__ import annotations

import re
from dataclasses import dataclass

FIRST, LAST = 1980, 2049
_YEAR = r"(?:19[89][0-9]|20[0-4][0-9])"
_MARK = r"(?:tahun|thn|th)\s?"
# The unit that makes the digits something else: "2000 cc", "2010 km".
_NO_UNIT = r"(?![0-9]|[.,][0-9]|\s?(?:cc|km|jt|juta|rb|ribu)\b)"
_TO = r"\s?(?:-|–|s/?d|sampai|sampe|hingga|ke|dan)\s?"
_FROM = r"(?:di ?atas|minimal|min|mulai(?: dari)?|lebih dari|paling tua|>=?)"
_UPTO = r"(?:di ?bawah|maksimal|maks|max|sampai|hingga|sebelum|kurang dari|paling muda|<=?)"
_FOUND = re.compile(
    rf"(?:(?P<from>\b{_FROM})\s?|(?P<upto>\b{_UPTO})\s?)?"
    rf"(?:(?P<mark>\b{_MARK})'?(?P<short>[0-9]{{2}})(?![0-9%]|[.,][0-9]|\s?(?:jt|juta|rb|ribu|km|bulan|bln|jutaan)\b)|"
    rf"(?:\b{_MARK})?(?<![0-9.,-])(?P<low>{_YEAR}){_NO_UNIT})"
    rf"(?:(?P<decade>-?an\b)|{_TO}(?:{_MARK})?(?P<high>{_YEAR}|(?<=-)[0-9]{{2}}\b){_NO_UNIT}|"
    r"(?P<up>\s?(?:ke ?atas|up\b|\+))|(?P<down>\s?ke ?bawah))?"
)


@dataclass(frozen=True, slots=True)
class Years:
    """One year or a span of years in a text; None: open at that end. start, end: its place."""

    low: int | None
    high: int | None
    start: int
    end: int

    @property
    def exact(self) -> int | None:
        return self.low if self.low == self.high else None


def find(text: str) -> list[Years]:
    """Every year of a plain (lower case) text whose money and mileage are blanked out."""
    return [_read(match) for match in _FOUND.finditer(text)]


def parse(text: str) -> int | None:
    """The year if the whole text is one ("2019", "tahun 18"); else None."""
    found = find(text.strip().lower()[:40])
    whole = len(found) == 1 and found[0].end - found[0].start == len(text.strip())
    return found[0].exact if whole else None


def show(year: int) -> str:
    """2019 -> "tahun 2019"."""
    return f"tahun {year}"


def _read(match: re.Match[str]) -> Years:
    low = int(match["low"]) if match["low"] else _full(int(match["short"]))
    if match["decade"]:
        return Years(low, low + 9 if low % 10 == 0 else low + 2, *match.span())
    if match["high"]:
        high = int(match["high"]) if len(match["high"]) == 4 else _full(int(match["high"]))
        return Years(min(low, high), max(low, high), *match.span())
    if match["from"] or match["up"]:
        return Years(low, None, *match.span())
    if match["upto"] or match["down"]:
        return Years(None, low, *match.span())
    return Years(low, low, *match.span())


def _full(short: int) -> int:
    return short + (2000 if short <= LAST - 2000 else 1900)
