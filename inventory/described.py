"""What a car's description may say of its empty fields. Free text is no fact: these are proposals for staff. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from autolumiku.lib import kilometres
from autolumiku.lib import text as lib_text
from inventory import cells, traits

LONGEST = 5_000  # characters read of a text
_DENIED = frozenset({"bukan", "tidak", "tanpa", "belum", "non", "no"})
_CC = re.compile(r"\b([1-9][0-9]{2,3})[ .]{0,2}cc\b")
_SEATS = re.compile(r"\b([2-9]|1[0-9]) ?(?:seater|kursi|penumpang)\b")
_FIRST = re.compile(r"\b(?:tangan|pemilik|owner|hand) ?(?:pertama|ke ?-? ?1|1|satu)\b|\b(?:first|1st) (?:hand|owner)\b")
_SECOND = re.compile(r"\b(?:tangan|pemilik|owner|hand) ?(?:kedua|ke ?-? ?2|2|dua)\b|\b(?:second|2nd) (?:hand|owner)\b")
_TAX = re.compile(
    r"\b(?:pajak|stnk)\b[^0-9\n]{0,25}"
    r"([0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:20)?[0-9]{2}|[0-9]{1,2} [a-z]{3,9} 20[0-9]{2})\b"
)
_SERVICE = re.compile(r"\b(?:service|servis) record\b|\bbuku (?:servis|service)\b")
_FLOOD = re.compile(r"\b(?:bebas|bukan bekas|tidak pernah(?: kena)?) banjir\b")
_CRASH = re.compile(r"\b(?:bebas|bukan bekas|tidak pernah(?: kena)?) (?:tabrak(?:an)?|laka)\b")
_PAPERS = re.compile(r"\b(?:bpkb|stnk|faktur)\b(?:[ ,&/]{1,3}(?:dan )?(?:bpkb|stnk|faktur|nik)\b){0,3} lengkap\b")
_VAGUE = re.compile(r"\s?(?:[a-z]{0,4}an\b|x|\.\.|\+|mls?\b|miles?\b|mil\b)")
_YEAR = re.compile(r"(?<![0-9.,])(?:19[5-9]|20[0-4])[0-9](?![0-9.,])")
_WORD = re.compile(r"[a-z0-9]+(?:[-/][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value for one empty field, and the words of the text that say it."""

    field: str
    value: Any
    words: str


def proposals(known: Mapping[str, Any], *texts: str) -> tuple[Proposal, ...]:
    """What these texts say of the fields that `known` leaves empty; nothing where they say it in two ways."""
    said: dict[str, dict[Any, str]] = {}
    for text in texts:
        for found in _found(lib_text.plain(text[:LONGEST])):
            if known.get(found.field) in (None, ""):
                said.setdefault(found.field, {}).setdefault(found.value, found.words)
    return tuple(Proposal(field, *next(iter(values.items()))) for field, values in said.items() if len(values) == 1)


def _found(plain: str) -> Iterator[Proposal]:
    for read in (_mileage, _by_pattern, _tax, _words):
        yield from read(plain)


def _mileage(plain: str) -> Iterator[Proposal]:
    """Exact kilometres only: "20rban", "37xxx", miles and what may be a year ("2011 odo") are none."""
    for distance in kilometres.find(plain):
        words = plain[distance.start : distance.end]
        if distance.low is None and not (_is_vague(plain, distance.end) or _YEAR.search(words)):
            yield Proposal("mileage", distance.value, words)


def _is_vague(plain: str, end: int) -> bool:
    return plain[:end].endswith("an") or _VAGUE.match(plain, end) is not None


_PATTERNS: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], Any]], ...] = (
    ("engine_cc", _CC, lambda match: int(match[1])),
    ("seats", _SEATS, lambda match: int(match[1])),
    ("previous_owners", _FIRST, lambda match: 1),
    ("previous_owners", _SECOND, lambda match: 2),
    ("service_book", _SERVICE, lambda match: True),
    ("flood_history", _FLOOD, lambda match: "bebas banjir"),
    ("accident_history", _CRASH, lambda match: "tidak pernah tabrakan"),
    ("papers", _PAPERS, lambda match: _as_papers(match[0])),
)


def _by_pattern(plain: str) -> Iterator[Proposal]:
    for field, pattern, value in _PATTERNS:
        for match in pattern.finditer(plain):
            if not _is_denied(plain, match.start()):
                yield Proposal(field, value(match), match[0])


def _as_papers(words: str) -> str:
    return ", ".join(word.upper() for word in re.findall(r"bpkb|stnk|faktur|nik", words)) + " lengkap"


def _tax(plain: str) -> Iterator[Proposal]:
    """A whole date; a month alone is no day that a customer could be told."""
    for match in _TAX.finditer(plain):
        try:
            day = cells.READERS["tax_valid_until"](match[1])
        except (cells.BadCellError, cells.UnclearCellError):
            continue
        if isinstance(day, date):
            yield Proposal("tax_valid_until", day, match[0])


def _words(plain: str) -> Iterator[Proposal]:
    """Gearbox, fuel and colour, each by one word of its own."""
    for match in _WORD.finditer(plain):
        for field in ("transmission", "fuel", "color"):
            value = traits.find(field, match[0].replace("a/t", "at").replace("m/t", "mt"))
            if value and not _is_denied(plain, match.start()):
                yield Proposal(field, value.capitalize() if field == "color" else value, match[0])


def _is_denied(plain: str, place: int) -> bool:
    before = _WORD.findall(plain[max(0, place - 30) : place])[-2:]
    return not _DENIED.isdisjoint(before)
