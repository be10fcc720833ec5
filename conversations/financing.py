"""What a turn asks of credit, from its words and the chat so far. Pure; inventory.credit reckons."""

from __future__ import annotations

import re
from collections.abc import Sequence

from autolumiku.lib import text as lib_text
from conversations import asked, entities
from conversations.turn import Line, Understanding
from inventory.credit import YEARS, Wish

EARLIER = 6  # texts of the customer in which a down payment still counts
# Of our answers about credit, what the customer goes on with: another tenor, or the car we asked for.
ESTIMATED, ASKED_WHICH = "Perkiraan cicilan", "hitungkan perkiraannya"

_YEARS = re.compile(r"(?<![0-9.,])([1-5]) ?(?:tahun|thn|th)\b")
_MONTHS = re.compile(r"(?<![0-9.,])(12|24|36|48|60) ?(?:x|kali|bulan|bln)\b")
_TERMS = re.compile(r"\bsyarat\b")
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
    if has_down:
        return Wish(named.down_payment, named.down_payment_percent, years)
    for text in reversed(_said(history)):
        before = entities.find(text[:500])
        if before.down_payment is not None or before.down_payment_percent is not None:
            return Wish(before.down_payment, before.down_payment_percent, years)
    return Wish(years=years)


def _said(history: Sequence[Line]) -> list[str]:
    return [line.text for line in history if line.role == "customer"][-EARLIER:]


def tenors(words: str) -> tuple[int, ...]:
    """The tenors named, in years: "3 tahun", "36x", "tenor 3,4". The age of a car is none: "mobil umur 3 tahun"."""
    plain = lib_text.plain(words[:500])
    if not any(map(str.isdigit, plain)):
        return ()
    plain = re.sub(r"\b(?:umur|usia|tahun) \W{0,2}[0-9]{1,4}\b", " ", plain)
    found = [int(match[1]) for match in _YEARS.finditer(plain)]
    found += [int(match[1]) // 12 for match in _MONTHS.finditer(plain)]
    found += [int(digit) for match in _TENOR.finditer(plain) for digit in re.findall(r"[1-5]", match[1])]
    return tuple(sorted(set(found) & set(YEARS)))
