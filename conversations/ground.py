"""What a draft may stand on: the facts of a turn, laid out to be compared with its words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, NamedTuple

from autolumiku.lib import rupiah
from autolumiku.lib import text as lib_text
from conversations import acts, clauses, financing, vocabulary, wording
from conversations.clauses import Clause
from conversations.turn import Facts, Turn, Unit
from conversations.vocabulary import listed
from inventory import names
from inventory.credit import Credit, Estimate, Offer

HERE = "AVAILABLE"
SHORTEST_QUOTE = 4  # words of a sentence that may be said without the rest of its answer
_GOOD_START = listed("tidak belum bukan bebas tanpa nihil aman bersih")
_GOOD_STATES = {
    "excellent": frozenset(("good", "best", "fine", "baik")),
    "good": frozenset(("good", "baik")),
    "fair": frozenset(("fair",)),
    "poor": frozenset(("poor",)),
}


class Value(NamedTuple):
    """A phrase of the data: its words and which units it is of (None: of the showroom)."""

    words: tuple[str, ...]
    units: frozenset[int] | None
    aspect: str


class Figure(NamedTuple):
    """A figure of a credit as it is said to be; no leasings or terms named: of all."""

    kind: str  # instalment, total (TDP), down, principal
    amount: rupiah.Amount
    partners: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    before: frozenset[int] = frozenset()  # of a total: the terms of the instalment said before it


@dataclass
class Ground:
    """turn, facts; units are meant by their place in `units`."""

    turn: Turn
    facts: Facts
    units: tuple[Unit, ...] = field(init=False)

    def __post_init__(self) -> None:
        facts = self.facts
        self.units = tuple({unit.id: unit for unit in (*facts.units, *facts.gone, *facts.nearest)}.values())
        self.here = frozenset(place for place, unit in enumerate(self.units) if unit.status == HERE)
        self.all = frozenset(range(len(self.units)))
        self.ids = {unit.display_id.lower(): place for place, unit in enumerate(self.units)}
        self.names: dict[str, set[int]] = {}  # every word of a name -> units
        self.models: list[tuple[str, ...]] = []
        self.joined: dict[str, set[int]] = {}
        self.starts: set[str] = set()
        for place, unit in enumerate(self.units):
            self._name(place, unit)
        self.values = _by_first_word(self._values())

    def _name(self, place: int, unit: Unit) -> None:
        model = _words(unit.model)
        self.models.append(model)
        for word in (*_words(unit.make), *model, *_words(unit.variant)):
            self.names.setdefault(word, set()).add(place)
        for key in {"".join(model), "".join(model[-2:]), "".join(_words(unit.make))}:
            self.joined.setdefault(key, set()).add(place)

    @cached_property
    def makes(self) -> frozenset[str]:
        return frozenset(word for unit in self.units for word in _words(unit.make))

    @cached_property
    def model_words(self) -> frozenset[str]:
        return frozenset(word for model in self.models for word in (*model, "".join(model), "".join(model[-2:])))

    @cached_property
    def whole(self) -> frozenset[str]:
        """Models of one written word with a letter in it, however short: "x1", "go"."""
        return frozenset(word for word in self.joined if not word.isdigit())

    @cached_property
    def called(self) -> str:
        """The customer's first name, folded."""
        return _words(wording.kak(self.turn.customer_name))[-1]

    @cached_property
    def callings(self) -> frozenset[str]:
        """Words of the customer's, the assistant's and the showroom's names."""
        own = (wording.kak(self.turn.customer_name), self.turn.persona.ai_name, self.facts.showroom.name)
        return frozenset(word for name in own for word in _words(name))

    @cached_property
    def today(self) -> date:
        return self.facts.now.date()

    # --- what the customer said

    @cached_property
    def customer(self) -> str:
        """What the customer wrote, folded: this turn, then earlier ones, then what was kept of long ago."""
        earlier = [line.text for line in self.turn.history if line.role == "customer"]
        told = self.facts.told
        kept = [told.interested_in, told.budget_range, told.timeframe, told.location] if told else []
        return clauses.folded("\n".join(text[:4000] for text in (self.turn.text, *earlier, *kept)))

    @cached_property
    def asked(self) -> str:
        """This turn's own text, folded, with the cars it names written as the showroom writes them."""
        text = lib_text.plain(clauses.folded(self.turn.text[:2000]))
        for mention in reversed(names.find_all(text)):
            called = next(
                (unit for unit in self.units if names.is_model(mention.make, mention.model, unit.model)), None
            )
            if called is not None and mention.model:
                text = f"{text[: mention.start]}{called.model.lower()}{text[mention.end :]}"
        return text

    @cached_property
    def customer_amounts(self) -> frozenset[int]:
        asked = self.turn.understanding.entities
        own = {asked.budget, asked.budget_min, asked.budget_max, asked.down_payment}
        found = rupiah.find(self.customer)
        return frozenset(
            value for value in (*own, *(v for one in found for v in (one.value, one.low, one.high))) if value
        )

    @cached_property
    def _customers(self) -> tuple[clauses.Token, ...]:
        return tuple(token for clause in clauses.read(self.customer) for token in clause.tokens)

    @cached_property
    def customer_tokens(self) -> frozenset[str]:
        return frozenset(token.word for token in self._customers)

    @cached_property
    def customer_tokens_now(self) -> frozenset[str]:
        """The words of this turn alone."""
        return frozenset(clauses.words(clauses.folded(self.turn.text[:2000])))

    @cached_property
    def tokens_now(self) -> tuple[clauses.Token, ...]:
        """What this turn alone says, in tokens."""
        return tuple(token for clause in clauses.read(self.asked) for token in clause.tokens)

    @cached_property
    def customer_values(self) -> frozenset[Any]:
        """Times, dates, phones, links and ids the customer named."""
        return frozenset(
            token.value for token in self._customers if token.kind in ("time", "date", "phone", "link", "id")
        )

    @cached_property
    def customer_names(self) -> frozenset[str]:
        """Words of cars that the customer named and the facts do not hold, catalogue names of them too."""
        asked = self.turn.understanding.entities
        own = [mention for mention in self.customer_cars if not mention.denied]
        pairs = {(asked.make, asked.model), *((mention.make, mention.model) for mention in self.customer_cars)}
        words = {word for pair in pairs for part in pair for word in _words(part)}
        words |= {"".join(_words(model)) for _, model in pairs}
        plain = lib_text.plain(self.customer[:4000])
        words |= {word for mention in own for word in _words(plain[mention.start : mention.end])}
        return frozenset(words) - self.model_words

    @cached_property
    def customer_cars(self) -> tuple[names.Mention, ...]:
        """The cars that the customer has named, and those that are not wished for."""
        return names.mentions(self.customer[:4000])

    @cached_property
    def customer_denied(self) -> frozenset[str]:
        """Words of the cars that this turn does not wish for: "selain avanza"."""
        return frozenset(word for pair in names.find(self.asked).denied for part in pair for word in _words(part))

    @cached_property
    def asked_about(self) -> frozenset[int]:
        """The units the customer's turn speaks of; without any named the fitting ones."""
        asked = self.turn.understanding.entities
        if asked.unit_id and asked.unit_id.lower() in self.ids:
            return frozenset((self.ids[asked.unit_id.lower()],))
        if asked.model:
            words = _words(asked.model)
            found = {place for place, model in enumerate(self.models) if _within(words, model)}
            if found:
                return frozenset(found)
        fitting = (*self.facts.units, *self.facts.gone) or self.facts.nearest
        ids = {unit.id for unit in fitting}
        return frozenset(place for place, unit in enumerate(self.units) if unit.id in ids)

    @cached_property
    def names_what_nobody_has(self) -> bool:
        """The car that this turn names is not among those read for it."""
        asked = self.turn.understanding.entities
        found = any(names.is_model(asked.make, asked.model, unit.model) for unit in self.units) if asked.model else True
        return not found and not self.named

    @cached_property
    def named(self) -> frozenset[int]:
        """The cars that this turn of the customer's names."""
        return self._named_in(self.asked)

    @cached_property
    def talked_of(self) -> frozenset[int]:
        """The cars that this turn or the last lines before it name."""
        before = "\n".join(line.text[:1000] for line in self.turn.history[-4:])
        return self.named | (self._named_in(clauses.folded(before)) if before else frozenset())

    @cached_property
    def named_ever(self) -> frozenset[int]:
        """The cars that the customer has named, by their model, make or id, or means by the context."""
        asked = self.turn.understanding.entities
        wished = {(one.make, one.model) for one in self.customer_cars if not one.denied}
        pairs = wished | {(asked.make, asked.model)}
        ids = {asked.unit_id, *asked.shown}
        return self._named_in(self.customer[:4000]) | frozenset(
            place
            for place, unit in enumerate(self.units)
            if unit.display_id in ids
            or any(make == unit.make if not model else names.is_model(make, model, unit.model) for make, model in pairs)
        )

    @cached_property
    def named_kinds(self) -> frozenset[tuple[str, Any]]:
        """(aspect, value) of what the customer has named of a car: ("gear", "automatic")."""
        asked = self.turn.understanding.entities
        own = {
            ("gear", asked.transmission), ("fuel", asked.fuel), ("body", asked.body_type), ("color", asked.color),
            ("seats", asked.seats), ("year", asked.year),
        }  # fmt: skip
        phrases = vocabulary.lexicon()
        said = {one for word in self.customer_tokens for phrase, one in phrases.get(word, ()) if len(phrase) == 1}
        years = {("year", int(word)) for word in self.customer_tokens if word.isdigit() and len(word) == 4}
        return frozenset(own | {(one.aspect, one.value) for one in said} | years)

    def _named_in(self, text: str) -> frozenset[int]:
        words = set(clauses.words(text))
        return frozenset(
            place
            for place, model in enumerate(self.models)
            if _within(model, tuple(words)) or "".join(model) in words or self.units[place].display_id.lower() in words
        )

    # --- the showroom

    @cached_property
    def phones(self) -> frozenset[str]:
        room = self.facts.showroom
        return frozenset(clauses.digits(number) for number in (room.phone, room.whatsapp) if number)

    @cached_property
    def links(self) -> frozenset[str]:
        room = self.facts.showroom
        own = {clauses.bare_link(clauses.folded(room.maps_url))} if room.maps_url else set()
        return frozenset(own | {f"wa.me/{number}" for number in self.phones})

    def _values(self) -> Iterator[Value]:
        room, persona = self.facts.showroom, self.turn.persona
        for text in (room.name, room.city, wording.hours(room.hours), self.facts.opens_next, persona.ai_name):
            yield Value(_words(text), None, "showroom")
        yield Value(_words(wording.introduced(persona.ai_name, room.name)), None, "showroom")
        if self.turn.staff_role:
            yield Value(_words(self.turn.staff_role), None, "showroom")
        if self.turn.customer_name:
            name = _words(wording.kak(self.turn.customer_name))[1:]
            for kak in ("kak", "kakak"):
                yield Value((kak, *name), None, "showroom")
        for place, unit in enumerate(self.units):
            own = frozenset((place,))
            for aspect, phrase in _phrases(unit, self.today):
                yield Value(phrase, own, aspect)

    @cached_property
    def lenders(self) -> Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]:
        """First word -> (words, partner) of how the leasings are called, the longest first."""
        partners = self.facts.credit.partners if self.facts.credit else ()
        called = [(words, partner) for partner in partners for words in financing.called(partner, partners)]
        called = [(words, partner) for words, partner in called if len(words) > 1 or words[0] not in self.names]
        found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for words, partner in sorted(called, key=lambda one: -len(one[0])):
            found.setdefault(words[0], []).append((words, partner))
        return {word: tuple(all_) for word, all_ in found.items()}

    @cached_property
    def asks_lowest(self) -> bool:
        """Which leasing asks least?"""
        return bool(self.lenders) and financing.asks_lowest(self.turn.text[:500])

    @cached_property
    def address(self) -> tuple[str, ...]:
        room = self.facts.showroom
        return (*_words(room.address), *_words(room.city))

    @cached_property
    def quotable(self) -> frozenset[tuple[str, ...]]:
        """Sentences of the manager's own that may be said as they stand: FAQ answers and the welcome."""
        texts = [faq.answer[:1500] for faq in self.facts.faqs]
        hello = f"Selamat {wording.daypart(self.facts.now)}"
        for welcome in (self.facts.welcome, self.turn.persona.welcome):
            if welcome.strip():
                texts += [wording.welcome(welcome, self.facts, said) for said in (hello, "Waalaikumsalam")]
        if self.turn.staff_role:
            words = {"kak": "Kak", "role": self.turn.staff_role, "tenant": self.facts.showroom.name}
            texts += [wording.reply(name, **words) for name in ("greeting_staff", "staff_how")]
        if self.facts.credit is not None:
            texts += _of_credit(self.facts.credit)
        texts += acts.sentences(self.turn, self.facts)
        return _sentences(tuple(texts))

    @cached_property
    def quoted_first(self) -> frozenset[str]:
        """The words that these begin with."""
        return frozenset(words[0] for words in self.quotable)

    @cached_property
    def estimates(self) -> tuple[Estimate, ...]:
        return self.facts.credit.estimates if self.facts.credit else ()

    # --- what is true of a unit

    def truth(self, place: int, aspect: str, value: Any) -> bool | None:
        """Does the data say so? None: there is no such data."""
        return TRUTHS[aspect](self, self.units[place], value)

    def of_all(self, places: Iterable[int], aspect: str, value: Any) -> bool | None:
        """True or False where it is so for every one of them, else None."""
        seen = {self.truth(place, aspect, value) for place in places}
        return seen.pop() if len(seen) == 1 else None


def _of_credit(credit: Credit) -> list[str]:
    """What is said of credit besides the figures of a car, in our own words."""
    say = wording.reply
    texts = [say("credit_addm"), say("credit_papers", kak="Kak"), say("credit_lowest_first", kak="Kak")]
    texts += [say("credit_note", partners=wording.partners(credit, named=named)) for named in (True, False)]
    if credit.partners:
        texts.append(say("credit_partners", partners=", ".join(credit.partners)))
    if credit.rates:
        texts.append(say("credit_rates", rates=wording.rates(credit), kak="Kak"))
        texts.append(say("credit_minimum", percent=credit.minimum_down))
        low = "credit_down_low" if credit.partners else "credit_down_low_guide"
        texts.append(say(low, percent=credit.minimum_down, kak="Kak"))
    if left_out := credit.left_out:
        texts += [say("credit_left_out", partners=one) for one in (*left_out, ", ".join(left_out))]
    if any(one.down >= one.price for one in credit.estimates):
        texts.append(say("credit_covered", kak="Kak"))
    if credit.estimates and not any(one.instalments for one in credit.estimates):
        texts.append(say("credit_none", kak="Kak"))
    return texts


def spoken(clause: Clause, name: str = "") -> Iterator[str]:
    """Its words without those that only speak to somebody of this name."""
    left_out = ("kak", "kakak", "ya", name)
    return (token.word for token in clause.tokens if token.kind != "mark" and token.word not in left_out)


@lru_cache(maxsize=256)
def _sentences(texts: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    """The sentences of these texts and the texts themselves, as words; a short sentence counts only with the rest."""
    found: set[tuple[str, ...]] = set()
    for text in texts:
        read = [tuple(spoken(clause)) for clause in clauses.read(clauses.folded(text))]
        found |= {words for words in read if len(words) >= SHORTEST_QUOTE}
        found.add(tuple(word for words in read for word in words))
    return frozenset(found - {()})


def _words(text: str) -> tuple[str, ...]:
    return clauses.words(text) if text else ()


@lru_cache(maxsize=2_048)
def _phrases(unit: Unit, today: date) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(aspect, words) of the fields of a car that are said as they are written."""
    fields = (
        ("papers", unit.papers), ("crash", unit.accident_history), ("flood", unit.flood_history),
        ("color", unit.color), ("tax", wording.tax(unit, today)),
        ("condition", wording.CONDITIONS.get(unit.condition, "")),
    )  # fmt: skip
    return tuple((aspect, clauses.words(wording.one_line(text, 120))) for aspect, text in fields if text)


def _within(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    return bool(part) and (set(part) <= set(whole) or "".join(part) == "".join(whole))


def _by_first_word(values: Iterable[Value]) -> Mapping[str, tuple[Value, ...]]:
    found: dict[str, dict[tuple[tuple[str, ...], str], Value]] = {}
    for value in values:
        if not value.words:
            continue
        at = found.setdefault(value.words[0], {})
        before = at.get((value.words, value.aspect))
        if before is not None and before.units is not None and value.units is not None:
            value = Value(value.words, before.units | value.units, value.aspect)
        at[value.words, value.aspect] = value
    return {word: tuple(sorted(all_.values(), key=lambda one: -len(one.words))) for word, all_ in found.items()}


# --- truths


def _gear(_: Ground, unit: Unit, value: str) -> bool | None:
    if not unit.transmission:
        return None
    has = "manual" if unit.transmission == "manual" else "cvt" if unit.transmission == "cvt" else "automatic"
    return has == value or (value == "automatic" and has == "cvt")


def _body(_: Ground, unit: Unit, value: str) -> bool | None:
    body = unit.body_type or names.body_type(unit.make, unit.model)
    return body == value if body else None


def _seats(_: Ground, unit: Unit, value: int) -> bool | None:
    seats = unit.seats or names.seats(unit.make, unit.model)
    return seats == value if seats else None


def _color(_: Ground, unit: Unit, value: str) -> bool | None:
    return value in lib_text.fold(unit.color).replace("-", " ").split() if unit.color else None


def _alive(ground: Ground, unit: Unit, value: bool) -> bool | None:
    return None if unit.tax_valid_until is None else (unit.tax_valid_until >= ground.today) is value


def _paper(_: Ground, unit: Unit, value: str) -> bool | None:
    return True if value in _words(unit.papers) and not _GOOD_START & set(_words(unit.papers)) else None


def clean(history: str) -> bool | None:
    """True where the data say that it never happened, False that it did, None where they do not say."""
    words = _words(history)
    if not words:
        return None
    return words[0] in _GOOD_START and "pernah" not in words[2:]


def _flooded(_: Ground, unit: Unit, __: str) -> bool | None:
    found = clean(unit.flood_history)
    return None if found is None else not found


def _crashed(_: Ground, unit: Unit, __: str) -> bool | None:
    found = clean(unit.accident_history)
    return None if found is None else not found


def _hands(_: Ground, unit: Unit, value: int) -> bool | None:
    return None if unit.previous_owners is None else max(unit.previous_owners, 1) == value


def _state(_: Ground, unit: Unit, value: str) -> bool | None:
    return value in _GOOD_STATES[unit.condition] if unit.condition in _GOOD_STATES else None


def _km(_: Ground, unit: Unit, value: int) -> bool | None:
    if unit.mileage is None:
        return None
    rounded = {unit.mileage // 1000 * 1000, round(unit.mileage, -3)} if unit.mileage >= 1000 else set()
    return value == unit.mileage or value in rounded


def _same(name: str) -> Any:
    def test(_: Ground, unit: Unit, value: Any) -> bool | None:
        has = getattr(unit, name)
        return None if has is None or has == "" else has == value

    return test


def _price(name: str) -> Any:
    """value: a rupiah.Amount. "79 jutaan" is 79 and something."""

    def test(_: Ground, unit: Unit, value: rupiah.Amount) -> bool | None:
        has = getattr(unit, name)
        if has is None:
            return None
        if value.low is not None:
            return False
        return has == value.value or (
            value.approximate and value.value >= 1_000_000 and value.value <= has < value.value + 1_000_000
        )

    return test


def _bound(_: Ground, unit: Unit, value: tuple[str, int]) -> bool | None:
    """value: ("most" or "least", rupiah)"""
    if unit.price is None:
        return None
    return unit.price < value[1] if value[0] == "most" else unit.price > value[1]


def _tax_date(_: Ground, unit: Unit, value: tuple[int | None, int | None, int | None]) -> bool | None:
    until = unit.tax_valid_until
    if until is None:
        return None
    return all(said in (None, has) for said, has in zip(value, (until.day, until.month, until.year), strict=True))


FIELDS = {
    "price": "price", "tax": "tax_valid_until", "papers": "papers", "km": "mileage", "gear": "transmission",
    "fuel": "fuel", "color": "color", "condition": "condition", "owners": "previous_owners", "flood": "flood_history",
    "crash": "accident_history", "service": "service_book", "engine": "engine_cc",
}  # fmt: skip


def known(unit: Unit, topic: str) -> bool:
    """Are there data on this topic?"""
    if topic == "price":
        return unit.price is not None or unit.credit_price is not None
    return topic in FIELDS and getattr(unit, FIELDS[topic]) not in (None, "")


def _has(ground: Ground, unit: Unit, topic: str) -> bool | None:
    """Is there such a thing, as in "BPKB ada"?"""
    if topic == "photo":
        return unit.photo_count > 0
    if topic == "service":
        return unit.service_book
    if topic == "credit":
        return True if unit.credit_price is not None or (ground.facts.credit and ground.facts.credit.rates) else None
    return True if topic in ("price", "km", "color", "gear", "fuel") and known(unit, topic) else None


def _estimate(ground: Ground, unit: Unit, said: Figure) -> bool | None:
    made = next((one for one in ground.estimates if one.unit_id == unit.id), None)
    if made is None:
        return None
    one = said.amount
    ends = (one.value, one.value) if one.low is None or one.high is None else (one.low, one.high)
    if said.kind == "instalment":
        asked = [_span(said, offers) for offers in made.for_years(said.years).values()]
        lowest = () if said.partners else ends  # of no leasing named the lowest may be said alone
        return bool(asked) and all(span == ends or (bool(span) and span[:1] * 2 == lowest) for span in asked)
    if said.kind == "total":
        ways = ({*said.years} or {*said.before}, said.years)
        return any(ends == _span(said, [*chain(*made.for_years(years).values())], first=True) for years in ways)
    return ends == ((made.down,) * 2 if said.kind == "down" else (made.principal,) * 2)


def _span(said: Figure, offers: Iterable[Offer], *, first: bool = False) -> tuple[int, ...]:
    """Lowest and highest of the sums (TDP where first) of its leasings, of all where none is named; () where one has
    none.
    """
    own = [one for one in offers if not said.partners or one.partner in said.partners]
    sums = [one.at_first if first else one.monthly for one in own]
    return (min(sums), max(sums)) if own and said.partners <= {one.partner for one in own} else ()


TRUTHS = {
    "estimate": _estimate,
    "gear": _gear,
    "fuel": _same("fuel"),
    "body": _body,
    "seats": _seats,
    "color": _color,
    "here": lambda _, unit, __: unit.status == HERE,
    "sold": lambda _, unit, __: unit.status == "SOLD",
    "booked": lambda _, unit, __: unit.status == "BOOKED",
    "absent": lambda _, unit, __: unit.status != HERE,
    "alive": lambda ground, unit, _: _alive(ground, unit, True),
    "dead": lambda ground, unit, _: _alive(ground, unit, False),
    "paper": _paper,
    "flooded": _flooded,
    "crashed": _crashed,
    "hands": _hands,
    "state": _state,
    "km": _km,
    "year": _same("year"),
    "year_bound": lambda _, unit, bound: unit.year >= bound[0] if bound[1] == "least" else unit.year <= bound[0],
    "engine": _same("engine_cc"),
    "photos": _same("photo_count"),
    "price": _price("price"),
    "credit_price": _price("credit_price"),
    "price_bound": _bound,
    "tax_date": _tax_date,
    "has": _has,
}
