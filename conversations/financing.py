"""What a turn asks of credit, from its words and the chat so far. Pure; inventory.credit reckons."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from autolumiku.lib import rupiah
from autolumiku.lib import text as lib_text
from conversations import asked, entities, vocabulary
from conversations.turn import Line, Understanding
from inventory.credit import YEARS, Wish

EARLIER = 6  # texts of the customer in which a down payment still counts
# Of our answers about credit, what the customer goes on with: another tenor, or the car we asked for.
ESTIMATED, ASKED_WHICH = "Perkiraan cicilan", "hitungkan perkiraannya"

_YEARS = re.compile(r"(?<![0-9.,])([1-5]) ?(?:tahun|thn|th)\b")
_MONTHS = re.compile(r"(?<![0-9.,])(12|24|36|48|60) ?(?:x|kali|bulan|bln)\b")
_PAID = r"(?:leasing|cicilan|angsuran|bunga)"
_CHOOSES = re.compile(rf"\b{_PAID}\b.{{0,40}}\b{entities.LOWEST}\b|\b{entities.LOWEST} {_PAID}\b")
_COMPARES = re.compile(rf"banding|simulasi|\b(?:semua|setiap|tiap|per|masing masing) leasing\b|{_CHOOSES.pattern}")
_OF_LENDERS = vocabulary.listed("bank leasing finance kredit credit koperasi auto oto pembiayaan multi multifinance")
_TERMS = re.compile(r"\bsyarat\b")
_TENOR_MONTHS = re.compile(r"\btenor(?:nya)?\W{1,3}(12|24|36|48|60)(?![0-9])")
_TENOR = re.compile(r"\btenor(?:nya)?\W{1,3}((?:[1-5](?:\W{1,3}(?:dan |atau )?)?){1,5})(?![0-9])")


def wish(words: str, understanding: Understanding, history: Sequence[Line]) -> Wish | None:
    """The credit asked for; None where the turn asks for none. A down payment named shortly before still counts."""
    named = understanding.entities
    has_down = named.down_payment is not None or named.down_payment_percent is not None
    years = tenors(words)
    last = next((line.text for line in reversed(history) if line.role == "bot"), "")
    goes_on = (years and ESTIMATED in last) or (named.names_a_car() and ASKED_WHICH in last)
    said = asked.bare(words)
    terms = _TERMS.search(said) and any(asked.CREDIT_WORDS.search(asked.bare(one)) for one in _said(history))
    if not (has_down or goes_on or terms or asked.CREDIT_WORDS.search(said)):
        return None
    compares = _COMPARES.search(said) is not None
    if has_down:
        return Wish(named.down_payment, named.down_payment_percent, years, compares)
    for text in reversed(_said(history)):
        before = entities.find(text[:500])
        if before.down_payment is not None or before.down_payment_percent is not None:
            return Wish(before.down_payment, before.down_payment_percent, years, compares)
    return Wish(years=years, compares=compares)


def called(partner: str, partners: Collection[str]) -> Iterator[tuple[str, ...]]:
    """Words a leasing goes by: "Satu Finance", and "Satu" where no other begins so and the word means nothing else."""
    words = tuple(lib_text.words(partner))
    if words:
        yield words
    first = words[0] if len(words) > 1 else ""
    alone = sum(tuple(lib_text.words(one))[:1] == (first,) for one in partners) == 1
    known = first in vocabulary.lexicon() or vocabulary.kind(first) or rupiah.parse(f"{first} juta")
    if alone and len(first) > 2 and first.isalpha() and not known and first not in _OF_LENDERS:
        yield (first,)


def named(words: str, partners: Collection[str]) -> tuple[str, ...]:
    """The leasings that are named here."""
    said = f" {' '.join(lib_text.words(words[:500]))} "
    return tuple(one for one in partners if any(f" {' '.join(name)} " in said for name in called(one, partners)))


def asks_lowest(words: str) -> bool:
    """ "Leasing mana yang paling murah?" """
    return _CHOOSES.search(asked.bare(words)) is not None


def _said(history: Sequence[Line]) -> list[str]:
    return [line.text for line in history if line.role == "customer"][-EARLIER:]


def tenors(words: str) -> tuple[int, ...]:
    """The tenors named, in years: "3 tahun", "36x", "tenor 3,4". The age of a car is none: "mobil umur 3 tahun"."""
    plain = lib_text.plain(words[:500])
    if not any(map(str.isdigit, plain)):
        return ()
    plain = re.sub(r"\b(?:umur|usia|tahun) \W{0,2}[0-9]{1,4}\b", " ", plain)
    found = [int(match[1]) for match in _YEARS.finditer(plain)]
    found += [int(match[1]) // 12 for pattern in (_MONTHS, _TENOR_MONTHS) for match in pattern.finditer(plain)]
    found += [int(digit) for match in _TENOR.finditer(plain) for digit in re.findall(r"[1-5]", match[1])]
    return tuple(sorted(set(found) & set(YEARS)))
