"""Every pattern that reads what customers write takes linear time, whatever they write."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from autolumiku.lib import kilometres, moments, numerals, rupiah, text, years
from conversations import entities, intents, spam
from inventory import names

LONG = 100_000
LINEAR_SECONDS = 1.0
PIECES = ("a", "1", "1.", "a1 ", "1-", " ", "\n", "juta ")


def patterns(value: Any) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from patterns(one)
    elif isinstance(value, dict):
        yield from patterns(list(value.values()))
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from patterns(getattr(value, field.name))


MODULES = (kilometres, moments, numerals, rupiah, text, years, entities, intents, spam, names)
FOUND = {
    f"{module.__name__.rpartition('.')[2]}{place}": pattern
    for module in MODULES
    for name, value in vars(module).items()
    for place, pattern in enumerate(patterns(value))
    for place in (f".{name}.{place}",)
}


@pytest.mark.parametrize("pattern", FOUND.values(), ids=FOUND.keys())
def test_a_hundred_thousand_characters_are_read_in_linear_time(pattern: re.Pattern[str]) -> None:
    """A pattern that steps back again and again would take minutes; the slowest of ours takes 80 ms."""
    own = re.findall(r"[a-z]{2,}", re.sub(r"\\[a-zA-Z]", " ", pattern.pattern))[:40]
    for piece in (*PIECES, f"{' '.join(own[:1])} ", f"{' '.join(own[1:2])} ", f"{' '.join(own)} "):
        started = time.thread_time()
        sum(1 for _ in pattern.finditer((piece * LONG)[:LONG]))
        assert time.thread_time() - started < LINEAR_SECONDS, piece[:60]
