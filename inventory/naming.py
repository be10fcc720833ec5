"""What a car in a stock list is called: make, model and variant, canonical where inventory.names knows the car."""

from __future__ import annotations

import re

from inventory import names
from inventory.cells import tidy

SHORT_WORDS = frozenset(("UP", "TWO", "LUX", "CAB", "NEW", "ALL"))  # words among the short forms of car names
SHORT_FORMS = frozenset(("CRDI", "VVTI", "DOHC", "CVVT", "PHEV", "AWDI"))


def called(make: str, name: str, model: str, variant: str, year: int | None) -> tuple[str, str, str]:
    """(make, model, variant), canonical where inventory.names knows the car, else as written.

    ("Toyota", "AVANZA G 1.3", "", "") -> ("Toyota", "Avanza", "G 1.3").
    """
    make, name, model, variant = (tidy(part)[:200] for part in (make, name, model, variant))
    said = " ".join(part for part in (name, model) if part)
    make_key = names.find(make).make or _capitals(make)
    found = _mention(make, make_key, said)
    if found is None:
        return make_key, _capitals(_without_start(said, make)), _title(_without_year(variant, year))
    canonical_make, canonical_model, rest = found
    variant = " ".join(part for part in (rest, variant) if part)
    return canonical_make, canonical_model, _title(_without_year(variant, year))


def _mention(make: str, make_key: str, said: str) -> tuple[str, str, str] | None:
    """(make, model, what else the name says) if the list of cars knows it.

    The make stands behind the name first: in front, "Toyota" and "Kijang" of "Kijang Innova" would be one name.
    """
    for text, offset in ((f"{said} | {make}", 0), (f"{make} {said}", len(make))):
        for seen in names.find_all(text):
            if seen.model and seen.start < offset + len(said) and (not make_key or seen.make == make_key):
                return seen.make, seen.model, _rest(text.removesuffix(f" | {make}"), max(offset, seen.start), seen)
    return _glued(make_key, said) if make_key else None


def _rest(text: str, start: int, seen: names.Mention) -> str:
    """What the name says besides the model; of "C 250" for a C-Class everything, of "COROLA ALTIS" nothing."""
    mention = text[start : seen.end]
    after = _after_model(mention, seen.model)
    if not after and any(char.isdigit() for char in mention) and _key(mention) != _key(seen.model):
        return " ".join(text[start:].split())
    own = {word.lower() for word in seen.model.split()}
    tail = text[seen.end :].split()
    while tail and tail[0].lower() in own:
        tail = tail[1:]
    return " ".join((_before(text[:start], seen.make), after, *tail)).strip()


def _before(words: str, make: str) -> str:
    """What stands before the model, without the make's repetition and without "All New"."""
    idle = {"all", "new", "the", "k", *make.lower().split()}
    return " ".join(word for word in words.split() if word.lower() not in idle)


def _after_model(mention: str, model: str) -> str:
    """ "BRIO SATYA" for Brio -> "SATYA"; "CITY RS HATCHBACK" for City Hatchback -> "RS"; "KIJANG INNOVA" -> ""."""
    words = mention.split()
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            if _key("".join(words[start:end])) == _key(model):
                return " ".join(words[end:])
    own = [_key(word) for word in model.split()]
    first = next((place for place, word in enumerate(words) if _key(word) in own), len(words))
    return " ".join(word for word in words[first:] if _key(word) not in own)


def _glued(make: str, said: str) -> tuple[str, str, str] | None:
    """ "HONDAHRVRU518", a name as registration offices write it: the longest beginning that is a car of this make."""
    first, _, rest = _without_start(said, make).partition(" ")
    for length in range(min(len(first), 20), 2, -1):
        seen = names.find(f"{make} {first[:length]}")
        if seen.model and not seen.guessed and seen.make == make:
            return seen.make, seen.model, f"{first[length:]} {rest}".strip()
    return None


def _without_start(said: str, make: str) -> str:
    shorter = said[len(make) :].strip() if make and said.lower().startswith(make.lower()) else said
    return shorter or said


def _without_year(variant: str, year: int | None) -> str:
    return " ".join(word for word in variant.split() if word != str(year))


def _title(text: str) -> str:
    """ "VELOZ1.5 TRD SPORTIVO" -> "Veloz 1.5 TRD Sportivo"."""
    return _capitals(re.sub(r"(?<![A-Za-z0-9])([A-Za-z]{3,20})([0-9])", r"\1 \2", text))


def _capitals(text: str) -> str:
    """Shouted words become ordinary ones; short forms and what has small letters or digits stay."""
    return " ".join(_title_word(word) for word in text.split())


def _title_word(word: str) -> str:
    is_word = word.isalpha() and word.isupper() and (len(word) > 3 or word in SHORT_WORDS) and word not in SHORT_FORMS
    return word.capitalize() if is_word else word


def _key(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum() or char == "+")


def body(make: str, model: str, variant: str, word: str) -> str:
    """The body by the variant's own word, by the list of cars, or by the papers where these say something."""
    if "hatchback" in variant.lower():
        return "hatchback"
    said = {"sedan": "sedan", "suv": "suv", "pick up": "pickup", "pickup": "pickup"}  # nearly everything is a "MINIBUS"
    return names.body_type(make, model) or said.get(word.lower(), "")
