"""The answer a good colleague at the counter gives from the facts alone, without a model. Pure.

It is the product's answer where no model is configured and the fallback where a draft fails. asked.py says what is
asked; here each topic says its part. `covers` is true only if every question was answered from the facts (a question
back to the customer counts); what is missing is said to be missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate

from autolumiku.lib import phone
from conversations import acts, asked, english, financing, visits, wording
from conversations import entities as named
from conversations.asked import Asked, Aspect, Topic
from conversations.turn import Answer, Deed, Entities, Facts, Intent, Turn, Unit
from conversations.wishes import budget, called, wanted
from inventory import names
from inventory.credit import Credit, Estimate, Wish

MAX_CARDS = 3
MAX_LISTED = 10
MAX_ALTERNATIVES = 3
MAX_ANSWER = 4000
MAX_READ = 1000  # what people read at once
FEW_LEASINGS = 4  # where only a term was asked for
MAX_QUOTED = 3000  # characters of FAQ answers, each whole or not at all


def value_of(unit: Unit, aspect: Aspect, today: date) -> str:
    """What the unit's data say about this aspect; "" where there is no such data (no field, or an empty one)."""
    year = (("Tahun", str(unit.year)),)
    return dict(year + wording.basics(unit) + wording.extras(unit, today)).get(aspect.label, "")


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    covers: bool = True
    units: tuple[Unit, ...] = ()
    deeds: tuple[Deed, ...] = ()


@dataclass(frozen=True, slots=True)
class _Say:
    """Everything a part needs: the turn, its facts, what was asked, and the words every sentence may use."""

    turn: Turn
    facts: Facts
    asked: Asked
    words: Mapping[str, str] = field(default_factory=dict)
    affirms: bool = True  # False: no yes to a question that was not understood to its last word
    english: bool = False

    def __call__(self, name: str, **values: object) -> str:
        written = english.reply if self.english else wording.reply
        return written(name, **{**self.words, **values})

    def ours(self, text: str) -> str:
        """Words that there are in Indonesian only."""
        if self.english and text:
            raise english.UnsaidError(text)
        return text

    def card(self, unit: Unit, pairs: Sequence[tuple[str, str]]) -> str:
        return english.card(unit, pairs) if self.english else wording.card(unit, pairs)

    def brief(self, unit: Unit) -> str:
        return english.brief(unit) if self.english else wording.brief(unit)

    def hours(self) -> str:
        shown = wording.hours(self.facts.showroom.hours)
        return english.hours(shown) if self.english else shown

    def day(self, name: str) -> str:
        return english.day(name) if self.english else name

    @property
    def entities(self) -> Entities:
        return self.turn.understanding.entities


def answer(turn: Turn, facts: Facts, *, affirms: bool = True) -> Answer:
    """The whole reply for this turn. Never empty; `units` are those it states something about, for conclude's check.

    Who writes English gets English where all of it can be said so.
    """
    if turn.written:
        try:
            return _answer(_english(turn, facts, affirms=affirms))
        except english.UnsaidError:
            pass
    words = {
        "kak": wording.kak(turn.customer_name),
        "tenant": wording.one_line(facts.showroom.name, 80),
        "me": wording.introduced(turn.persona.ai_name, facts.showroom.name),
        "hello": _hello(turn, facts),
        "role": turn.staff_role,
        "reopens": wording.reopens(facts),
    }
    return _answer(_Say(turn, facts, asked.read(turn, facts), words, affirms))


def _english(turn: Turn, facts: Facts, *, affirms: bool) -> _Say:
    words = {
        "kak": english.called(turn.customer_name).strip(),
        "name": english.called(turn.customer_name),
        "tenant": wording.one_line(facts.showroom.name, 80),
        "me": english.introduced(turn.persona.ai_name, facts.showroom.name),
        "hello": english.hello(wording.daypart(facts.now)),
    }
    return _Say(turn, facts, asked.read(turn, facts), words, affirms, english=True)


def _answer(say: _Say) -> Answer:
    turn = say.turn
    parts = [PARTS[topic](say) for topic in Topic if topic in say.asked.topics]
    if say.asked.rest:
        parts.append(_Part(_open_question(say, parts), covers=False))
    texts = [*_opening(say), *_asked_back(say), *(part.text for part in parts), *_last_words(say, parts)]
    said = dict.fromkeys(text for text in texts if text)  # two parts may ask the same
    whole = _toned("\n\n".join(said), turn.persona.personality)
    whole = whole if say.english else _named_once(whole, say.words["kak"])
    units = tuple({unit.id: unit for part in parts for unit in part.units}.values())
    deeds = tuple(deed for part in parts for deed in part.deeds)
    return Answer(_cut(whole), all(part.covers for part in parts), units, deeds, english=say.english)


def _named_once(whole: str, kak: str) -> str:
    """The name stands where it comes first; further on "Kak" is enough."""
    before, found, after = whole.partition(kak)
    return before + found + after.replace(kak, "Kak")


def _open_question(say: _Say, parts: Sequence[_Part]) -> str:
    """What goes to a person, by its name where it has one."""
    if say.asked.open:
        return say("staff_will_check_open", topics=say.ours(_listed(say.asked.open[:3])))
    return say("staff_will_check_rest" if parts else "staff_will_check")


# --- opening and end

_SALAM = re.compile(r"\bassal\w{0,4}mu\w{0,14}|\baslm\b|\basalam\w{0,14}", re.IGNORECASE)


def _hello(turn: Turn, facts: Facts) -> str:
    """A salam is answered with a salam."""
    if _SALAM.search(turn.text[:200]):
        return "Waalaikumsalam"
    return f"Selamat {wording.daypart(facts.now)}"


def _opening(say: _Say) -> list[str]:
    """At first contact the greeting and who is speaking; the showroom's own welcome where only a greeting was sent."""
    if not say.turn.first_contact or Topic.STOPPED in say.asked.topics:
        return []
    return [say("greeting_first")]


def _asked_back(say: _Say) -> list[str]:
    """A mistyped car is named, with a question, before anything is said of it."""
    named = say.entities
    return [say("car_guessed", car=f"{named.make} {named.model}".strip())] if named.guessed else []


def _last_words(say: _Say, parts: Sequence[_Part]) -> list[str]:
    """One offer or question at the end, where the parts ask nothing themselves."""
    small = {Topic.IDENTITY, Topic.GREETING, Topic.CLOSING, Topic.CLARIFY, *asked.ALONE}
    if say.asked.rest or say.asked.topics & small or not parts:
        return []
    last = next(part for part in reversed(parts) if part.text)
    if "?" in last.text or not all(part.covers for part in parts):
        return []
    offer = _offer(say, last.units) if say.asked.topics == {Topic.STOCK} else say("anything_else")
    return [] if offer in _said_last(say.turn) else [offer]


def _said_last(turn: Turn) -> str:
    return next((line.text for line in reversed(turn.history) if line.role == "bot"), "")


def _offer(say: _Say, units: Sequence[Unit]) -> str:
    """After one car its photos or a visit, after several the question which one."""
    here = [unit for unit in units if unit.status == "AVAILABLE"]
    if len(here) > 1:
        return say("which_one")
    if not here:
        return say("anything_else")
    if here[0].photo_count:
        return say("offer_photo")
    return say("offer_test_drive" if say.turn.persona.test_drive else "anything_else")


_EMOJI = re.compile(r" ?(?:[\U0001F300-\U0001F5FF\U0001F600-\U0001F64F\U0001F900-\U0001F9FF\u2600-\u27BF]\uFE0F?)+")


def _toned(whole: str, personality: str) -> str:
    """The professional voice does without decorating emoji; a card keeps its car."""
    if personality != "professional":
        return whole
    return "\n".join(_EMOJI.sub("", line).strip() for line in whole.split("\n"))


def _cut(whole: str) -> str:
    if len(whole) <= MAX_ANSWER:
        return whole
    return whole[:MAX_ANSWER].rsplit("\n", 1)[0]


# --- stock


def _stock(say: _Say) -> _Part:
    """What is there, what is gone, and what comes near."""
    if not say.turn.persona.vehicle_info:
        return _Part(say("vehicle_info_off"), covers=False)
    if not _is_specific(say) and (_asks_aspects_only(say) or _asks_if_still_there(say)):
        return _which_car(say)
    if say.facts.units and not _asks_for_gone(say):
        return _found(say)
    if say.facts.gone:
        return _gone(say)
    if say.facts.stock_size == 0:
        return _Part(say("stock_empty"))
    return _nothing_fits(say)


def _asks_aspects_only(say: _Say) -> bool:
    return bool(say.asked.aspects) and not say.asked.wants_card and not say.entities.order


def _asks_if_still_there(say: _Say) -> bool:
    """ "masih ada?" of a car that nobody has named."""
    words = [word for word in asked.bare(say.turn.text[:100]).split() if word not in wording.ADDRESSES]
    return asked.STILL_THERE.fullmatch(" ".join(words)) is not None


def _is_specific(say: _Say) -> bool:
    """Is it clear which cars are meant? Named, or the only one there is."""
    return say.entities.names_a_car() or bool(say.entities.shown) or say.facts.stock_size == 1


def _asks_for_gone(say: _Say) -> bool:
    """An id was named, and that very unit is gone."""
    wanted = say.entities.unit_id.upper()
    return bool(wanted) and any(unit.display_id.upper() == wanted for unit in say.facts.gone)


def _found(say: _Say) -> _Part:
    """The cars that fit: as cards, or one a line where they are many."""
    units = say.facts.units
    if _has_no_data(say, units):
        return _no_data(say, units)
    few = len(units) <= MAX_CARDS or say.entities.order
    shown = units[: MAX_CARDS if few else MAX_LISTED]
    if len(shown) <= MAX_CARDS:
        listed = "\n\n".join(_card(say, unit) for unit in shown)
    else:
        listed = "\n".join(_line(say, unit) for unit in shown)
    texts = [_head(say), listed, *_absent(say), *_tail(say, shown)]
    return _Part("\n\n".join(texts), not _is_missing(say, shown), (*shown, *_gone_beside(say)))


def _has_no_data(say: _Say, units: Sequence[Unit]) -> bool:
    """Only aspects were asked for, and no car has any of them in its data."""
    today = say.facts.now.date()
    values = [value_of(unit, aspect, today) for unit in units for aspect in say.asked.aspects]
    return _asks_aspects_only(say) and not any(values)


def _no_data(say: _Say, units: Sequence[Unit]) -> _Part:
    names_of = say.ours(_listed([f"*{unit.name}* ({unit.display_id})" for unit in units[:MAX_CARDS]]))
    labels = " dan ".join(label if label == "AC" else label.lower() for label in _labels(say))
    return _Part(say("aspect_none", aspects=labels, car=names_of), covers=False, units=tuple(units[:MAX_CARDS]))


def _listed(parts: Sequence[str]) -> str:
    """ "a, b dan c" """
    *first, last = parts
    return f"{', '.join(first)} dan {last}" if first else last


def _labels(say: _Say) -> list[str]:
    return [aspect.label for aspect in say.asked.aspects]


def _head(say: _Say) -> str:
    """The first line, by what was asked."""
    count, entities = len(say.facts.units), say.entities
    if say.asked.aspects and not say.asked.wants_card:
        return say("aspects")
    if entities.without:
        return say("stock_others")
    if entities.order:
        return say("stock_order", order=say.ours(wording.ORDERS.get(entities.order, "")))
    if budget(entities):
        return say("stock_budget", budget=_budget(say))
    if not (entities.names_a_car() or entities.shown or entities.year or asked.has_criteria(entities)):
        return say("stock_list", count=say.facts.stock_size)
    if _asks_price(say):
        return say("stock_price")
    if all(_was_shown(say, unit) for unit in say.facts.units) or say.asked.open or _absent(say):
        return say("stock_again")
    if not say.affirms:
        return say("stock_again")
    return say("stock_fits") if count == 1 or count >= MAX_LISTED else say("stock_count", count=count)


def _was_shown(say: _Say, unit: Unit) -> bool:
    """Has the bot shown this car lately?"""
    return any(line.role == "bot" and unit.display_id in line.text for line in say.turn.history)


def _card(say: _Say, unit: Unit) -> str:
    """The card, or only what was asked for; asked and not in the data is said so."""
    today = say.facts.now.date()
    pairs = _pairs(say, unit)
    if say.asked.wants_card and not wording.prices(unit):
        pairs.insert(0, ("Harga", "belum tercatat"))
    for aspect in say.asked.aspects:
        if aspect.label not in dict(pairs):
            pairs.append((aspect.label, value_of(unit, aspect, today) or "belum ada datanya"))
    return say.card(unit, pairs)


def _pairs(say: _Say, unit: Unit) -> list[tuple[str, str]]:
    """The whole card; of a car shown before, asked for its price, the price; on demand all that is known."""
    if not say.asked.wants_card:
        return []
    if asked.ALL_DATA.search(asked.bare(say.turn.text)):
        extras = wording.extras(unit, say.facts.now.date())
        return [*wording.basics(unit), *(pair for pair in extras if pair[0] != "Foto")]
    only_price = _was_shown(say, unit) and (_asks_price(say) or say.asked.topics & asked.SHOWS_CARDS)
    return list(wording.prices(unit) if only_price else wording.basics(unit))


def _line(say: _Say, unit: Unit) -> str:
    """One car on one line, with what was asked of it."""
    if not say.asked.aspects:
        return say.brief(unit)
    say.ours(say.asked.aspects[0].label)
    today = say.facts.now.date()
    values = [f"{aspect.label}: {value_of(unit, aspect, today) or 'belum ada datanya'}" for aspect in say.asked.aspects]
    return " | ".join([wording.brief(unit) if say.asked.wants_card else wording.title(unit), *values])


def _is_missing(say: _Say, units: Sequence[Unit]) -> bool:
    """Was something asked of these units that the data do not hold?"""
    today = say.facts.now.date()
    unpriced = say.asked.wants_card and _asks_price(say) and any(not wording.prices(unit) for unit in units)
    return unpriced or any(not value_of(unit, aspect, today) for aspect in say.asked.aspects for unit in units)


def _asks_price(say: _Say) -> bool:
    return say.turn.understanding.intent is Intent.PRICE_INQUIRY or "harga" in say.turn.text.lower()


def _tail(say: _Say, shown: Sequence[Unit]) -> list[str]:
    if _is_missing(say, shown):
        return [say("aspect_missing")]
    wishes = (
        say.entities.names_a_car()
        or say.entities.shown
        or say.entities.without
        or say.entities.year
        or asked.has_criteria(say.entities)
    )
    lists_all = not wishes and say.facts.stock_size > len(shown)
    return [say("stock_more", count=say.facts.stock_size - len(shown))] if lists_all and say.affirms else []


def _gone(say: _Say) -> _Part:
    """Sold or booked, said plainly, and what is there instead."""
    gone = _named_first(say)[:MAX_CARDS]
    lines = "\n".join([*(_is_gone(say, unit) for unit in gone), *_absent(say, among=gone)])
    others = _affordable(say, say.facts.units or say.facts.nearest)
    return _with_others(say, lines, "stock_alternatives", others, gone)


def _is_gone(say: _Say, unit: Unit) -> str:
    return say("stock_booked" if unit.status == "BOOKED" else "stock_sold", car=f"*{unit.name}* ({unit.display_id})")


def _named_first(say: _Say) -> list[Unit]:
    wanted = say.entities.unit_id.upper()
    exact = [unit for unit in say.facts.gone if wanted and unit.display_id.upper() == wanted]
    return exact or list(say.facts.gone)


def _gone_beside(say: _Say) -> tuple[Unit, ...]:
    """Of several cars named, those that are gone."""
    return say.facts.gone if len(_named(say)) > 1 else ()


def _named(say: _Say) -> tuple[tuple[str, str], ...]:
    """The cars this turn itself names, when the first of them is the one the facts were read for."""
    found = names.find(say.turn.text[: asked.MAX_TEXT])
    first = (found.make, found.model)
    return (first, *found.others[:2]) if found.model and first == (say.entities.make, say.entities.model) else ()


def _absent(say: _Say, among: Sequence[Unit] = ()) -> list[str]:
    """Of several cars named, a sentence for each that is gone or not there at all."""
    named = _named(say)
    if len(named) < 2:
        return []
    here = (*say.facts.units, *among)
    missing = [car for car in named if not any(names.is_model(*car, _called(unit)) for unit in here)]
    gone = [unit for unit in say.facts.gone if unit not in among]
    sentences = [_is_gone(say, unit) for unit in gone]
    for make, model in missing:
        if not any(names.is_model(make, model, _called(unit)) for unit in gone):
            sentences.append(say("stock_none", car=f"{make} {model}"))
    return ["\n".join(sentences)] if sentences else []


def _nothing_fits(say: _Say) -> _Part:
    """The honest no, in the customer's own terms, and what comes near."""
    entities = say.entities
    if entities.unit_id:
        return _Part(say("stock_unknown_id", car=entities.unit_id))
    others = _affordable(say, say.facts.nearest)
    if entities.without and not others:
        return _Part(say("stock_no_others"))
    if entities.without:
        head = say("stock_no_more", car=_wanted(say))
    elif budget(entities) and not entities.names_a_car() and not any(_is_within(entities, unit) for unit in others):
        head = say("stock_none_budget", budget=_budget(say))
    else:
        head = say("stock_none", car=_wanted(say))
    title = _title_of(say, others)
    if unknown := _unrecorded(say, others):
        head = say("aspect_none", aspects=say.ours(" dan ".join(unknown)), car=called(entities))
        return replace(_with_others(say, head, title, others), covers=False)
    head = "\n".join([head, *(line for line in _absent(say) if line != head)]) if len(_named(say)) > 1 else head
    return _with_others(say, head, title, others)


def _unrecorded(say: _Say, others: Sequence[Unit]) -> list[str]:
    """What was asked for and nobody has written down of these cars: then nobody can say that there is none.

    A car of another name or kind is not the one asked for, whatever is known of it.
    """
    asked_for = {"transmission": "transmisi", "fuel": "bahan bakar", "color": "warna"}
    wished = [name for name in asked_for if getattr(say.entities, name)]
    could_be = [unit for unit in others if _could_be_it(say.entities, unit)]
    return [asked_for[name] for name in wished if not all(getattr(unit, name) for unit in could_be)]


def _could_be_it(entities: Entities, unit: Unit) -> bool:
    if entities.model:
        return names.is_model(entities.make, entities.model, _called(unit))
    of_make = not entities.make or entities.make.lower() == unit.make.lower()
    return of_make and (not entities.body_type or unit.body_type in ("", entities.body_type))


def _budget(say: _Say) -> str:
    """The customer's budget in words."""
    shown = budget(say.entities)
    amount = shown.removeprefix("maksimal ").removeprefix("sekitar ")
    return english.figure(amount) if say.english and amount.startswith("Rp") else say.ours(shown)


def _wanted(say: _Say) -> str:
    """What the customer looks for; in English only a car's name."""
    shown, named = wanted(say.entities), say.entities.make or say.entities.model
    return shown if say.english and named and shown == called(say.entities) else say.ours(shown)


def _is_within(entities: Entities, unit: Unit) -> bool:
    """A car that is not what was asked for, but costs no more: it is not the budget that nothing fits."""
    return unit.price is not None and not _is_above(entities, unit) and unit.price >= (entities.budget_min or 0)


def _title_of(say: _Say, others: Sequence[Unit]) -> str:
    """The same car in another make-up, cars of the same kind, or just what is nearest."""
    entities = say.entities
    if others and entities.model and names.is_model(entities.make, entities.model, _called(others[0])):
        return "stock_same"
    kind = names.body_type(entities.make, entities.model) if entities.model and not budget(entities) else ""
    return "stock_kind" if kind and all(unit.body_type == kind for unit in others) else "stock_nearest"


def _called(unit: Unit) -> str:
    return f"{unit.model} {unit.variant}".strip()


def _with_others(say: _Say, head: str, title: str, others: Sequence[Unit], about: Sequence[Unit] = ()) -> _Part:
    """The honest no, then up to three alternatives, then one question."""
    if not others:
        ask = "stock_ask_wider" if budget(say.entities) else "stock_ask"
        return _Part(f"{head}\n\n{say(ask)}", units=tuple(about))
    listed = "\n".join(say.brief(unit) for unit in others)
    body = wording.body(others[0].body_type)
    question = say("raise_budget" if _is_above(say.entities, others[0]) else "alternatives_ok")
    return _Part(f"{head}\n\n{say(title, body=body)}\n{listed}\n\n{question}", units=(*about, *others))


def _affordable(say: _Say, units: Sequence[Unit]) -> list[Unit]:
    """At most three: nothing that costs twice the budget or more, nor a third of it where something nearer is there."""
    ceiling = say.entities.budget_max or say.entities.budget
    if not ceiling:
        return list(units[:MAX_ALTERNATIVES])
    below = [unit for unit in units if unit.price is not None and unit.price < 2 * ceiling]
    near = [unit for unit in below if unit.price is not None and unit.price > ceiling // 3 - 1]
    return near[:MAX_ALTERNATIVES] or below[:1]


def _is_above(entities: Entities, unit: Unit) -> bool:
    ceiling = entities.budget_max or entities.budget
    return bool(ceiling and unit.price is not None and unit.price > ceiling)


def _which_car(say: _Say) -> _Part:
    """A question back, with cars that are there as examples."""
    some = say.facts.units[:MAX_CARDS] or say.facts.nearest[:MAX_CARDS]
    examples = (
        [say("which_car_examples", cars=", ".join(f"{unit.name} ({unit.display_id})" for unit in some))] if some else []
    )
    return _Part("\n".join([say("which_car"), *examples]), units=some)


def _body(say: _Say) -> _Part:
    """Body type and seats: the unit's own data first, else what the model is known for."""
    say.ours("bodi")
    entities, units = say.entities, say.facts.units
    if not say.turn.persona.vehicle_info:
        return _Part(say("vehicle_info_off"), covers=False)
    if not entities.names_a_car():
        return _which_car(say)
    unit = units[0] if units else None
    make, model = (unit.make, unit.model) if unit else (entities.make, entities.model)
    body = (unit.body_type if unit else "") or names.body_type(make, model)
    seats = (unit.seats if unit else None) or names.seats(make, model)
    car = " ".join(part for part in (make, model) if part)
    about = (unit,) if unit else ()
    name = "body_seats" if body and seats else "body" if body else "seats" if seats else ""
    if not name:
        return _Part(say("staff_will_check"), covers=False)
    return _Part(say(name, car=car, body=wording.body(body), seats=seats), units=about)


def _with_cards(say: _Say, sentence: str) -> _Part:
    """The car's card, then a sentence that staff go on; of a car that is not there only what is there instead."""
    if not say.entities.names_a_car() or not say.turn.persona.vehicle_info:
        return _Part(say(sentence), covers=False)
    cards = _stock(say)
    if not say.facts.units or _asks_for_gone(say):
        return _Part(cards.text, covers=False, units=cards.units)
    return _Part(f"{cards.text}\n\n{say(sentence)}", covers=False, units=cards.units)


# --- the other topics


def _credit(say: _Say) -> _Part:
    """Terms and estimates by the partners' rates; without rates the calculation is for staff."""
    say.ours("kredit")
    credit = say.facts.credit
    if credit is None or not (credit.rates or say.asked.terms):
        wish = credit.wish if credit else Wish()
        return _with_cards(say, "credit" if wish.named else "credit_ask")
    wish = credit.wish
    terms = _terms(say, credit)
    figures_too = wish.named or wish.years or wish.compares or "cicil" in say.turn.text.lower()
    if terms and not (credit.rates and figures_too):
        return _Part(terms)
    figures = _estimates(say, credit)
    return replace(figures, text="\n\n".join(text for text in (terms, figures.text) if text))


def _terms(say: _Say, credit: Credit) -> str:
    """What is asked about credit besides the figures."""
    asked_for = say.asked.terms
    lines = [say("credit_addm")] if "ADDM dan ADDB" in asked_for else []
    lines += [say("credit_papers")] if "syarat kredit" in asked_for else []
    if "leasing" in asked_for and not _is_compared(say, credit):
        lines.append(say("credit_partners", partners=", ".join(credit.partners)))
    if "bunga kredit" in asked_for:
        lines.append(say("credit_rates", rates=wording.rates(credit)))
    return "\n".join(lines)


def _is_compared(say: _Say, credit: Credit) -> bool:
    """Do the figures name the leasings already?"""
    shows = credit.wish.compares or financing.named(say.turn.text, credit.partners)
    return bool(shows) and len(credit.estimates) == 1 and len(credit.estimates[0].partners) > 1


def _estimates(say: _Say, credit: Credit) -> _Part:
    """The figures of the cars meant, or the question for which car; a down payment that is too low is said first."""
    low = _too_low(say, credit)
    named = say.entities.names_a_car() or 0 < len(say.entities.shown) <= MAX_CARDS
    if not (named and say.turn.persona.vehicle_info) and say.facts.stock_size != 1:
        return _Part("\n".join(line for line in (low, say("credit_which")) if line))
    if not say.facts.units or _asks_for_gone(say) or not say.turn.persona.vehicle_info:
        return _stock(say)
    if len(say.facts.units) > MAX_CARDS:
        return _which_car(say)
    units = [unit for unit in say.facts.units if any(one.unit_id == unit.id for one in credit.estimates)]
    if not units:
        return _with_cards(say, "credit")
    return _reckoned(say, credit, units, low)


def _too_low(say: _Say, credit: Credit) -> str:
    wanted = credit.wish.percent
    meant = [one.too_low for one in credit.estimates]
    low = bool(meant) and all(meant) if wanted is None else wanted < credit.minimum_down
    return _down_low(say, credit) if low else ""


def _down_low(say: _Say, credit: Credit) -> str:
    return say("credit_down_low", percent=credit.minimum_down) if credit.partners else say("credit_down_low_guide")


def _reckoned(say: _Say, credit: Credit, units: Sequence[Unit], low: str) -> _Part:
    """Each car's estimate, then how it was reckoned."""
    by_id = {one.unit_id: one for one in credit.estimates}
    if any(by_id[unit.id].too_low for unit in units):
        low = _down_low(say, credit)
    estimates = [by_id[unit.id] for unit in units]
    if all(one.down >= one.price for one in estimates):
        return _Part(say("credit_covered"), units=tuple(units))
    shown = _of_leasings(say, credit, estimates[0]) if len(units) == 1 else None
    if shown is not None:
        return _compared(say, credit, units[0], shown, low)
    cards = [wording.card(unit, wording.credit_pairs(unit, by_id[unit.id])) for unit in units]
    texts = [low, say("credit_estimate"), *cards]
    if not any(one.instalments for one in estimates):
        return _Part("\n\n".join([*(text for text in texts if text), say("credit_none")]), False, tuple(units))
    texts += [wording.credit_notes(credit, estimates[0]), say("credit_other")]
    return _Part("\n\n".join(text for text in texts if text), units=tuple(units))


def _of_leasings(say: _Say, credit: Credit, estimate: Estimate) -> Estimate | None:
    """What each leasing asks, where they are compared, a term is named or one of them; None: the range is enough."""
    named = financing.named(say.turn.text, credit.partners)
    if not estimate.offers or len(credit.partners) < 2:
        return None
    if named:
        return estimate.of(named) if estimate.of(named).offers else estimate
    return estimate if credit.wish.compares or credit.wish.years else None


def _compared(say: _Say, credit: Credit, unit: Unit, estimate: Estimate, low: str) -> _Part:
    """The leasings side by side, as many as one message takes."""
    compares = credit.wish.compares
    ends = wording.credit_compared(credit, estimate) if compares else []
    missed = [one for one in financing.named(say.turn.text, credit.partners) if one not in estimate.partners]
    ends += [] if compares else [say("credit_left_out", partners=one) for one in missed]
    ends += [wording.credit_notes(credit, estimate, named=False), say("credit_other")]
    longest = max(map(len, estimate.by_term().values()))
    for most in range(longest if compares else min(longest, FEW_LEASINGS), 0, -1):
        cut = say("credit_lowest_first") if most < longest else ""
        texts = [low, say("credit_estimate"), *wording.credit_sheet(unit, credit, estimate, most), cut, *ends]
        whole = "\n\n".join(text for text in texts if text)
        if len(whole) <= _room(say, credit):
            break
    return _Part(whole, units=(unit,))


def _room(say: _Say, credit: Credit) -> int:
    """Letters left for the figures of credit in a message that is read at once."""
    first = [say("first_person")] if say.turn.first_contact else []
    return MAX_READ - sum(len(text) + 2 for text in (*_opening(say), *first, _terms(say, credit)) if text)


def _negotiation(say: _Say) -> _Part:
    if "price_objection" in say.turn.understanding.reasons:
        return _Part(say("price_objection"), covers=False)
    return _with_cards(say, "price_talk")


def _photo(say: _Say) -> _Part:
    """The photos of the car that is meant; videos, and photos that we do not have, are for people to send."""
    shown = acts.photos(say.turn, say.facts)
    if shown is not None and shown.deed is not None:
        return _Part(shown.said, units=shown.units, deeds=(shown.deed,))
    if not say.entities.names_a_car() and say.facts.stock_size != 1:
        return _which_car(say)
    if not say.facts.units or _asks_for_gone(say):
        return _Part("") if Topic.STOCK in say.asked.topics else _stock(say)
    say.ours("foto")
    units = say.facts.units[:MAX_CARDS]
    if len(units) > 1 and any(unit.photo_count for unit in units) and say.turn.persona.vehicle_info:
        return _Part("\n".join([say("photo_which"), *(wording.title(unit) for unit in units)]), units=units)
    car = _listed([f"*{unit.name}* ({unit.display_id})" for unit in units])
    media = "video" if "video" in say.turn.text.lower() else "foto"
    name = "photo_ready" if media == "foto" and any(unit.photo_count for unit in units) else "photo_missing"
    return _Part(say(name, car=car, media=media), covers=False, units=units)


def _test_drive(say: _Say) -> _Part:
    """What is decided of an appointment; else yes and a question for the day. Where nobody can be booked, a day already
    named is for staff to confirm, or one on which we are closed.
    """
    if not say.turn.persona.test_drive:
        return _Part(say("test_drive_off"), covers=False)
    decided = visits.decide(say.turn, say.facts)
    if decided is None or not decided.english:
        say.ours("test drive")
    if decided is not None:
        address = [f"📍 {_address(say)}"] if decided.deed and decided.deed.at and say.facts.showroom.address else []
        text = "\n".join([decided.said, *address])
        return _Part(text, decided.covers, decided.units, (decided.deed,) if decided.deed else ())
    if say.entities.names_a_car() and (not say.facts.units or _asks_for_gone(say)):
        return _Part("") if Topic.STOCK in say.asked.topics else _stock(say)
    units = say.facts.units[:MAX_CARDS] if say.entities.names_a_car() else ()
    closed = _closed_day(say)
    come = say("test_drive") if asked.ASKS_LEAVE.search(asked.bare(say.turn.text)) else say("test_drive_come")
    lines = [say("closed_that_day", day=closed) if closed else come]
    lines += [wording.title(unit) for unit in units if Topic.STOCK not in say.asked.topics]
    if say.facts.showroom.address and Topic.LOCATION not in say.asked.topics and not closed:
        lines.append(f"📍 {_address(say)}")
    hours = wording.hours(say.facts.showroom.hours)
    lines += [f"🕘 Jam buka: {hours}"] if hours and Topic.LOCATION not in say.asked.topics else []
    if closed:
        return _Part("\n".join([*lines, say("another_day")]), units=units)
    if asked.WHEN_WORDS.search(asked.bare(say.turn.text)):
        return _Part("\n".join([*lines, say("test_drive_confirm")]), covers=False, units=units)
    lines.append(say("test_drive_when" if units else "test_drive_unit_when"))
    return _Part("\n".join(lines), units=units)


def _named_day(say: _Say) -> int | None:
    """The weekday that is spoken of (0 = Monday), or None."""
    words = asked.bare(say.turn.text)
    for word, days in (("hari ini", 0), ("nanti sore", 0), ("besok", 1), ("lusa", 2)):
        if re.search(rf"\b{word}\b", words):
            return (say.facts.now.weekday() + days) % 7
    spoken = re.sub(r"\bminggu (?:ini|depan|lalu)\b|\b(?:seminggu|setiap minggu|jum at)\b", " ", words)
    return next((number for number, day in enumerate(wording.DAYS) if re.search(rf"\b{day.lower()}\b", spoken)), None)


def _closed_day(say: _Say) -> str:
    """ "Minggu" if that day is named and the showroom is closed on it, else ""."""
    day, week = _named_day(say), say.facts.showroom.hours
    if day is None or not week or any(item.weekday == day and item.opens for item in week):
        return ""
    return wording.DAYS[day]


def _address(say: _Say) -> str:
    showroom = say.facts.showroom
    address, city = wording.one_line(showroom.address, 200), wording.one_line(showroom.city, 80)
    return (
        address if not city or city.lower() in address.lower() else ", ".join(part for part in (address, city) if part)
    )


def _location(say: _Say) -> _Part:
    showroom = say.facts.showroom
    if not showroom.address and not showroom.maps_url:
        city = [f"📍 *{showroom.name}*, {showroom.city}"] if showroom.city else []
        return _Part("\n".join([*city, say("location_unknown")]), covers=False)
    lines = [f"📍 *{say.words['tenant']}*"]
    lines += [_address(say)] if _address(say) else []
    lines += [f"Maps: {showroom.maps_url}"] if showroom.maps_url else []
    return _Part("\n".join([*lines, *_opening_hours(say)]))


def _hours(say: _Say) -> _Part:
    lines = _opening_hours(say)
    if not lines:
        return _Part(say("hours_unknown"), covers=False)
    day = _named_day(say)
    if day is None:
        return _Part("\n".join(lines))
    closed = _closed_day(say)
    named = say.day(closed or wording.DAYS[day])
    about = say("closed_that_day", day=named) if closed else say("open_that_day", day=named)
    return _Part("\n".join([about, lines[0]]))


def _opening_hours(say: _Say) -> list[str]:
    shown = say.hours()
    if not shown:
        return []
    label = "Opening hours" if say.english else "Jam buka"
    return [f"🕘 {label}: {shown}", say("open_now" if say.facts.open_now else "closed_now")]


def _contact(say: _Say) -> _Part:
    showroom = say.facts.showroom
    label = "Phone" if say.english else "Telepon"
    lines = [f"📞 {label}: {phone.show(showroom.phone)}"] if showroom.phone else []
    lines += [f"💬 WhatsApp: {phone.show(showroom.whatsapp)}"] if showroom.whatsapp else []
    if not lines:
        return _Part(say("contact_unknown"), covers=False)
    return _Part("\n".join([say("contact"), *lines, say("contact_offer")]))


def _identity(say: _Say) -> _Part:
    """Who the assistant is, or who the customer is to us."""
    if not asked.WHO_AM_I.search(asked.bare(say.turn.text)):
        opening = [] if say.turn.first_contact else [say("identity")]  # at first contact the greeting says it
        return _Part("\n".join([*opening, say("identity_more")]))
    return _Part(say("who_am_i_staff" if say.turn.staff_role else "who_am_i"))


def _greeting(say: _Say) -> _Part:
    """The showroom's own welcome at first contact, else a short word; who is speaking is said by the opening."""
    if say.turn.staff_role:
        return _Part(say("greeting_staff"))
    if not say.turn.first_contact:
        return _Part(say("greeting_salam" if say.words["hello"] == "Waalaikumsalam" else "greeting_again"))
    if say.english:
        return _Part(say("greeting_help"))
    welcome = wording.welcome(say.turn.persona.welcome, say.facts, say.words["hello"])
    return _Part(welcome or say("greeting_help"))


def _internal(say: _Say) -> _Part:
    return _Part(say("staff_how" if say.turn.staff_role else "staff_only"))


def _closing(say: _Say) -> _Part:
    thanked = "terima kasih" in asked.bare(say.turn.text) or "nuhun" in say.turn.text.lower()
    return _Part(say("closing" if thanked else "closing_ok"))


def _noted(say: _Say) -> _Part:
    """A statement: the customer's name is taken, anything else is for staff to read."""
    if named.own_name([say.turn.text]):
        return _Part(say("name_taken"))
    return _Part(say("noted"), covers=False)


def _trade_in(say: _Say) -> _Part:
    said_enough = say.entities.model and say.entities.year
    noted = acts.trade_in(say.turn, say.facts)
    deeds = (noted.deed,) if noted is not None and noted.deed else ()
    return _Part(say("trade_in_more" if said_enough else "trade_in"), covers=False, deeds=deeds)


def _waiting(say: _Say) -> _Part:
    """A place on the waiting list, or the car itself where there is one now."""
    say.ours("daftar tunggu")
    noted = acts.waiting(say.turn, say.facts)
    if noted is None:
        return _stock(say)
    return _Part(noted.text, deeds=(noted.deed,) if noted.deed else ())


def _faq(say: _Say) -> _Part:
    say.ours("FAQ")
    answers = [faq.answer.strip() for faq in say.asked.faqs]
    fit = sum(so_far <= MAX_QUOTED for so_far in accumulate(map(len, answers)))
    return _Part("\n\n".join(answers[:fit]), covers=fit == len(answers))


def _fixed(name: str, *, covers: bool) -> Callable[[_Say], _Part]:
    return lambda say: _Part(say(name), covers=covers)


PARTS: Mapping[Topic, Callable[[_Say], _Part]] = {
    Topic.INTERNAL: _internal,
    Topic.STOPPED: _fixed("stopped", covers=True),
    Topic.REFUSED: _fixed("refused", covers=True),
    Topic.IDENTITY: _identity,
    Topic.COMPLAINT: _fixed("complaint", covers=False),
    Topic.HUMAN: _fixed("human", covers=False),
    Topic.WAITING: _waiting,
    Topic.FAQ: _faq,
    Topic.STOCK: _stock,
    Topic.BODY: _body,
    Topic.BUDGET_ASK: _fixed("budget_ask", covers=True),
    Topic.CREDIT: _credit,
    Topic.NEGOTIATION: _negotiation,
    Topic.PHOTO: _photo,
    Topic.TEST_DRIVE: _test_drive,
    Topic.TRADE_IN: _trade_in,
    Topic.LOCATION: _location,
    Topic.HOURS: _hours,
    Topic.CONTACT: _contact,
    Topic.GREETING: _greeting,
    Topic.CLOSING: _closing,
    Topic.CLARIFY: _fixed("clarify", covers=True),
    Topic.NUMBER: _fixed("number_received", covers=False),
    Topic.NOTED: _noted,
}
