"""Every pattern that reads what customers write takes linear time, whatever they write."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from types import ModuleType
from typing import Any

import pytest

import aiconfig
import aimeow
import autolumiku.lib
import conversations
import inventory
import leads
import staffcommands
import tenants
from autolumiku.lib import kilometres, rupiah, text
from conversations import clauses, entities, guard, intents, spam
from conversations.tests.showroom import AVANZA, CITY, FORTUNER, facts, turn
from inventory import names
from staffcommands import grammar

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


PACKAGES = (aiconfig, aimeow, autolumiku.lib, conversations, inventory, leads, staffcommands, tenants)
NOT_OURS = re.compile(r"\.(?:tests|migrations|management|simulator)\b")


def modules() -> Iterator[ModuleType]:
    """Every module that may see text from outside."""
    for package in PACKAGES:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not NOT_OURS.search(found.name):
                yield importlib.import_module(found.name)


FOUND = {
    pattern: f"{module.__name__}.{name}.{place}"
    for module in modules()
    for name, value in vars(module).items()
    for place, pattern in enumerate(patterns(value))
    if isinstance(pattern.pattern, str)
}


def test_the_patterns_of_all_packages_are_found() -> None:
    read = {name.rsplit(".", 2)[0] for name in FOUND.values()}
    assert {clauses.__name__, entities.__name__, guard.__name__, intents.__name__, spam.__name__} <= read
    assert {"aimeow.payload", grammar.__name__, rupiah.__name__, text.__name__} <= read
    assert len(FOUND) > 200


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    """Its pause in a process of seven thousand tests is longer than what is measured here."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("pattern", FOUND.keys(), ids=FOUND.values())
def test_a_hundred_thousand_characters_are_read_in_linear_time(pattern: re.Pattern[str]) -> None:
    """A pattern that steps back again and again would take minutes; the slowest of ours takes 80 ms."""
    own = re.findall(r"[a-z]{2,}", re.sub(r"\\[a-zA-Z]", " ", pattern.pattern))[:40]
    for piece in (*PIECES, f"{' '.join(own[:1])} ", f"{' '.join(own[1:2])} ", f"{' '.join(own)} "):
        started = time.thread_time()
        sum(1 for _ in pattern.finditer((piece * LONG)[:LONG]))
        assert time.thread_time() - started < LINEAR_SECONDS, piece[:60]


ROOM = facts(CITY, AVANZA, FORTUNER, stock_size=12)
MUCH = 8_000
READERS: dict[str, tuple[Callable[[str], Any], int]] = {  # what reads, and how many characters it may be given
    "fold": (text.fold, MUCH),
    "amounts": (rupiah.find, MUCH),
    "kilometres": (kilometres.find, MUCH),
    "names": (names.find_all, MUCH),
    "clauses": (lambda said: clauses.read(clauses.folded(said)), MUCH),
    "entities": (entities.find, MUCH),
    "intents": (intents.classify, MUCH),
    "spam": (lambda said: spam.weigh(spam.read(said)), MUCH),
    "commands": (grammar.recognise_all, MUCH),
    "a draft": (lambda said: guard.check(said, turn("harga city?"), ROOM), guard.MAX_DRAFT),
    "a question": (lambda said: guard.check("Iya Kak, Rp 79 juta", replace(turn(said)), ROOM), MUCH),
}
CRAMMED = (*PIECES, "1 ", "?", "*", "- ", "\U0001f697", "@", "http://a.co/ ", "08", "PM-PST-001 ", "city dan avanza ",
           "Rp 79 juta ", "tidak ", "jam 9 ", "yang ")  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_four_times_the_text_takes_no_sixteen_times_as_long(reader: str) -> None:
    """Measured against itself, so that a slow machine changes nothing."""
    read, size = READERS[reader]
    for piece in CRAMMED:
        spent = []
        for length in (size // 4, size):
            said = (piece * length)[:length]
            started = time.thread_time()
            read(said)
            spent.append(time.thread_time() - started)
        assert spent[1] < 10 * spent[0] + 0.3, (piece, spent)
