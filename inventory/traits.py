"""Gearbox, fuel, body and colour as customers call them, from data/traits.csv. Pure."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources


def find(trait: str, said: str) -> str:
    """The value that folded words name first ("yang matic hitam" -> "automatic"), phrases before words; or ""."""
    phrases, words = _called(trait)
    phrase = next((value for called, value in phrases.items() if called in said), "")
    return phrase or next((words[word] for word in said.split() if word in words), "")


TRAITS = ("color", "transmission", "fuel", "body_type")
_DENYING = re.compile(
    r"\b(?:selain|kecuali|jangan|anti|non|bukan yang|(?:asal|asalkan|tapi|tetapi|yang|mau|penting) (?:bukan|tidak)|"
    r"(?:tidak|kurang) (?:mau|suka|ingin|cari|minat)|gamau|gasuka)"
    r"(?: (?:yang|warna|transmisi|mobil|bahan bakar|kak|ada|pakai)){0,3} "
)
_JOINED = re.compile(r" (?:dan|atau|sama|serta|maupun) (?:juga |yang |warna ){0,2}")


def denied(said: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """((trait, value) that folded words do not wish for, the words without these): "selain yang hitam atau putih"."""
    found: dict[tuple[str, str], None] = {}
    rest: list[str] = []
    done = 0
    for match in _DENYING.finditer(said):
        at = match.end() if match.start() >= done else len(said)
        while (one := _value_at(said, at)) is not None:
            trait, value, end = one
            found[trait, value] = None
            rest, done = [*rest, said[done : match.start()]], end
            joined = _JOINED.match(said, end)
            at = joined.end() if joined else len(said)
    return tuple(found), "".join([*rest, said[done:]])


def _value_at(said: str, at: int) -> tuple[str, str, int] | None:
    """(trait, value, end) of what is named right there, by two words or by one."""
    words = [match for match, _ in zip(_WORD.finditer(said, at), range(2), strict=False)]
    if not words or words[0].start() != at:
        return None
    for trait in TRAITS:
        phrases, singles = _called(trait)
        pair = said[at : words[-1].end()]
        if pair in phrases:
            return trait, phrases[pair], words[-1].end()
        if words[0][0] in singles:
            return trait, singles[words[0][0]], words[0].end()
    return None


_WORD = re.compile(r"[a-z0-9-]+")


@cache
def _called(trait: str) -> tuple[dict[str, str], dict[str, str]]:
    """(what several words call, what one word calls), each with its value."""
    source = resources.files("inventory").joinpath("data/traits.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(source.splitlines()) if row["trait"] == trait]
    called = {word: row["value"] for row in rows for word in row["words"].split(";")}
    return {k: v for k, v in called.items() if " " in k}, {k: v for k, v in called.items() if " " not in k}
