"""Car names as customers write them: "hr v" "HRV" "granmax" "inova reborn" "xpender", from the lists in data/.

Two passes: names joined without punctuation match exactly; then single words of five letters and more may carry one
typing error (two from eight letters on), which is flagged `guessed` so that the answer asks back.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from rapidfuzz.distance import OSA

from autolumiku.lib import text as lib_text

LONGEST_NAME = 5  # parts: "mercedes benz c 200"
_PART = re.compile(r"[^\W\d_]+\+?|[0-9]+")
_GAP = re.compile(r"[ \-_./'+]{0,3}")


def _rows(name: str) -> list[dict[str, str]]:
    source = resources.files("inventory").joinpath(f"data/{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(source.splitlines()))


_DOUBTFUL = {row["kind"]: frozenset(row["words"].split(";")) for row in _rows("doubtful")}
_NEEDS_MAKE = _DOUBTFUL["needs_make"]  # everyday words too: only with their make in the text ("datsun go", never "go")
_MAKES_NEEDING_MODEL = _DOUBTFUL["needs_model"]
_ALSO_GUESSED = _DOUBTFUL["also_guessed"]  # short forms that may carry a typing error, besides the models themselves
_ORDINARY = _DOUBTFUL["ordinary"]  # one typing error away from a car, or too near to everyday words
_NOT_FOLLOWED = {"city": {"car", "cars", "mall", "walk", "park", "tour"}, "rush": {"hour"}}
_NOT_PRECEDED = {"city": {"grand", "depok", "bekasi", "mall", "summarecon", "sentul", "kota", "green", "jakarta"}}
_DENYING = re.compile(
    r"\b(?:selain|kecuali|jangan|(?:asal|asalkan|tapi|tetapi|yang) (?:bukan|tidak))"
    r"(?: (?:yang|yg|mobil|merk|merek|tipe|type|model|unit|si)){0,3} $"
)
_AND_DENIED = re.compile(r"\s{0,2}(?:&|/|(?:dan|atau|sama|serta|maupun) (?:juga )?)\s?")


@cache
def trims() -> frozenset[str]:
    """Longer words that names of variants are made of: "satya", "ultimate"."""
    return frozenset(resources.files("inventory").joinpath("data/trims.txt").read_text(encoding="utf-8").split())


@dataclass(frozen=True, slots=True)
class Mention:
    """One car named in a text; model "" when only the make was. start, end: offsets in `lib.text.plain(text)`. denied:
    it is not wished for ("selain avanza").
    """

    make: str
    model: str
    start: int
    end: int
    guessed: bool = False
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """What `find` saw. The first model named wins; others: further (make, model) pairs in order, without repeats;
    denied: those that are not wished for ("selain avanza dan xenia").
    """

    make: str = ""
    model: str = ""
    guessed: bool = False
    others: tuple[tuple[str, str], ...] = ()
    denied: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.make)


@dataclass(frozen=True, slots=True)
class _Car:
    make: str
    model: str
    body_type: str
    seats: int


@dataclass(frozen=True, slots=True)
class _Catalogue:
    names: dict[str, _Car]  # "hrv", "hondahrv" -> the car
    makes: dict[str, str]  # "toyota" -> "Toyota"
    cars: dict[tuple[str, str], _Car]  # folded make and model
    beginnings: frozenset[str]  # of every name and make: where joining parts can stop
    by_letter: dict[str, tuple[str, ...]]  # single-word names of five letters and more, for typing errors


@dataclass(frozen=True, slots=True)
class _Part:
    word: str
    start: int
    end: int


def find(text: str) -> Names:
    """The car a text names: the first model, or else the first make."""
    named = mentions(text)
    wished = [mention for mention in named if not mention.denied]
    denied = _pairs(mention for mention in named if mention.denied)
    models = [mention for mention in wished if mention.model]
    if not models:
        first = wished[0] if wished else None
        return Names(first.make, "", first.guessed, denied=denied) if first else Names(denied=denied)
    first = models[0]
    others = tuple(pair for pair in _pairs(models) if pair != (first.make, first.model))
    return Names(first.make, first.model, first.guessed, others, denied)


def find_all(text: str) -> tuple[Mention, ...]:
    """Every make and model named, in order; "selain avanza" names none."""
    return tuple(mention for mention in mentions(text) if not mention.denied)


def _pairs(mentions: Iterable[Mention]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((mention.make, mention.model) for mention in mentions))


def mentions(text: str) -> tuple[Mention, ...]:
    """Every make and model named, in order, and those that are not wished for."""
    plain = lib_text.plain(text)
    parts = [_Part(match[0], *match.span()) for match in _PART.finditer(plain)]
    makes = {make for part in parts if (make := _catalogue().makes.get(part.word))}
    return tuple(_mentions(plain, parts, makes))


def body_type(make: str, model: str) -> str:
    """ "mpv", "suv", "sedan", … or "" for a car not in the list."""
    car = _lookup(make, model)
    return car.body_type if car else ""


def seats(make: str, model: str) -> int | None:
    """The usual number of seats, or None for a car not in the list."""
    car = _lookup(make, model)
    return car.seats if car else None


def is_model(make: str, model: str, called: str) -> bool:
    """Is a car that is called so ("Innova Reborn 2.4 V") of this model ("Innova", but not "Innova Zenix")?"""
    if _key(called) == _key(model) or f" {lib_text.plain(model)} " in f" {lib_text.plain(called)} ":
        return True
    return any((seen.make, seen.model) == (make, model) for seen in find_all(f"{make} {called}"))


def make_of(model: str) -> str:
    """ "Avanza" -> "Toyota"; also for a model with its variant ("Brio Satya E"); "" if unknown."""
    return find(model).make


def _lookup(make: str, model: str) -> _Car | None:
    """By exact name, else by the name inside a longer one ("Avanza G 1.3", "Kijang Innova Zenix V")."""
    catalogue = _catalogue()
    exact = catalogue.cars.get((_key(make), _key(model))) or catalogue.names.get(_key(model))
    if exact and (not make or _key(exact.make) == _key(make)):
        return exact
    seen = find(f"{make} {model}")
    fits = seen.model and (not make or _key(seen.make) == _key(make))
    return catalogue.cars[_key(seen.make), _key(seen.model)] if fits else None


def _mentions(plain: str, parts: list[_Part], makes: set[str]) -> Iterator[Mention]:
    position, before = 0, None
    while position < len(parts):
        if _names_nothing(parts[position].word):
            position += 1
            continue
        size, make, model, guessed = _at(plain, parts, position, makes)
        if size:
            start, end = parts[position].start, parts[position + size - 1].end
            joined = before is not None and before.denied and _AND_DENIED.fullmatch(plain, before.end, start)
            denied = bool(joined) or _DENYING.search(plain[max(0, start - 40) : start]) is not None
            before = Mention(make, model, start, end, guessed, denied)
            yield before
        position += max(size, 1)


def _at(plain: str, parts: list[_Part], position: int, makes: set[str]) -> tuple[int, str, str, bool]:
    """(parts used, make, model, guessed) of the longest name that starts here; (0, "", "", False) if none does."""
    for size, joined in reversed(list(_joined(plain, parts, position))):
        if car := _exact(joined, parts, position, size, makes):
            return size, car.make, car.model, False
        make = _make(joined, size)
        if make and joined not in _MAKES_NEEDING_MODEL:
            return size, make, "", False
    make, model = _guess(parts[position].word)
    return (1, make, model, True) if make else (0, "", "", False)


def _make(joined: str, size: int) -> str:
    makes = _catalogue().makes
    return makes.get(joined) or (makes.get(lib_text.stem_clitics(joined), "") if size == 1 else "")


def _joined(plain: str, parts: list[_Part], position: int) -> Iterator[tuple[int, str]]:
    """(1, "hr"), (2, "hrv"), … as long as only light punctuation lies between the parts."""
    joined = ""
    for size, part in enumerate(parts[position : position + LONGEST_NAME], start=1):
        if size > 1 and not _GAP.fullmatch(plain, parts[position + size - 2].end, part.start):
            return
        joined += part.word
        yield size, joined
        if joined not in _catalogue().beginnings:
            return


def _exact(joined: str, parts: list[_Part], position: int, size: int, makes: set[str]) -> _Car | None:
    car = _catalogue().names.get(joined)
    if car is None and size == 1:
        joined = lib_text.stem_clitics(joined)
        car = _catalogue().names.get(joined)
    if car is None or not _fits(joined, car, makes):
        return None
    before = parts[position - 1].word if position else ""
    after = parts[position + size].word if position + size < len(parts) else ""
    astray = after in _NOT_FOLLOWED.get(joined, ()) or before in _NOT_PRECEDED.get(joined, ())
    return None if astray else car


def _fits(joined: str, car: _Car, makes: set[str]) -> bool:
    """Short or everyday names ("x1", "go") count only where their make is named too."""
    risky = len(joined) <= 2 or joined in _NEEDS_MAKE
    return not risky or car.make in makes


@lru_cache(maxsize=16_384)
def _names_nothing(word: str) -> bool:
    """No car is called so, nor begins with this word."""
    catalogue, stem = _catalogue(), lib_text.stem_clitics(word)
    if word in catalogue.beginnings or stem in catalogue.names or stem in catalogue.makes:
        return False
    return not _guess(word)[0]


@lru_cache(maxsize=4096)
def _guess(word: str) -> tuple[str, str]:
    """(make, model) one typing error away from this word, ("", "") if none or more than one is as near."""
    word = lib_text.stem_clitics(word)
    if len(word) < 5 or len(word) > 14 or not word.isascii() or word in _ORDINARY:
        return "", ""
    allowed = 1 if len(word) < 8 else 2
    near = [(OSA.distance(word, name, score_cutoff=allowed), name) for name in _catalogue().by_letter.get(word[0], ())]
    near = sorted(pair for pair in near if pair[0] <= allowed)
    if not near:
        return "", ""
    if make := _catalogue().makes.get(near[0][1]):
        return make, ""
    car = _catalogue().names[near[0][1]]
    return car.make, car.model


@cache
def _catalogue() -> _Catalogue:
    """Read once, at the first question."""
    names: dict[str, _Car] = {}
    makes = {word: row["make"] for row in _rows("makes") for word in row["aliases"].split(";")}
    cars: dict[tuple[str, str], _Car] = {}
    for row in _rows("cars"):
        car = _Car(row["make"], row["model"], row["body_type"], int(row["seats"]))
        cars[_key(car.make), _key(car.model)] = car
        makes.setdefault(_key(car.make), car.make)
        for alias in [car.model, *row["aliases"].split(";")]:
            _add(names, alias, car)
            _add(names, f"{car.make} {alias}" if alias else "", car)
    beginnings = frozenset(name[:length] for name in (*names, *makes) for length in range(1, len(name) + 1))
    return _Catalogue(names, makes, cars, beginnings, _guessable(cars.values(), {car.make for car in cars.values()}))


def _add(names: dict[str, _Car], alias: str, car: _Car) -> None:
    key = _key(alias)
    if key and not key.isdigit():
        names.setdefault(key, car)


def _guessable(cars: Iterable[_Car], makes: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Real names only: a typing error on top of a listed misspelling meets ordinary words."""
    named = {_key(car.model) for car in cars if car.model.isalpha()} | _ALSO_GUESSED
    named |= {_key(make) for make in makes if make.isalpha() and _key(make) not in _MAKES_NEEDING_MODEL}
    plain = {name for name in named - _NEEDS_MAKE - _ORDINARY if 5 <= len(name) <= 14}
    return {letter: tuple(sorted(n for n in plain if n[0] == letter)) for letter in {name[0] for name in plain}}


def _key(name: str) -> str:
    """ "HR-V" -> "hrv", "Go+" -> "go+": letters and digits only (a plus distinguishes Datsun's two)."""
    return "".join(char for char in lib_text.plain(name) if char.isalnum() or char == "+")
