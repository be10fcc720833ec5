"""The answer a good colleague at the counter gives from the facts alone, without a model. Pure.

It is the product's answer where no model is configured and the fallback where a draft fails. asked.py says what is
asked; here each topic says its part. `covers` is true only if every question was answered from the facts (a question
back to the customer counts); what is missing is said to be missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from autolumiku.lib import phone, rupiah
from conversations import asked, wording
from conversations.asked import Asked, Aspect, Topic
from conversations.turn import Answer, Entities, Facts, Intent, Turn, Unit
from inventory import names

MAX_CARDS = 3
MAX_LISTED = 10
MAX_ALTERNATIVES = 3
MAX_ANSWER = 4000


def value_of(unit: Unit, aspect: Aspect, today: date) -> str:
    """What the unit's data say about this aspect; "" where there is no such data (no field, or an empty one)."""
    return dict(wording.basics(unit) + wording.extras(unit, today)).get(aspect.label, "")


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    covers: bool = True
    units: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True)
class _Say:
    """Everything a part needs: the turn, its facts, what was asked, and the words every sentence may use."""

    turn: Turn
    facts: Facts
    asked: Asked
    words: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, name: str, **values: object) -> str:
        return wording.reply(name, **{**self.words, **values})

    @property
    def entities(self) -> Entities:
        return self.turn.understanding.entities


def answer(turn: Turn, facts: Facts) -> Answer:
    """The whole reply for this turn. Never empty; `units` are those it states something about, for conclude's check."""
    words = {
        "kak": wording.kak(turn.customer_name),
        "tenant": wording.one_line(facts.showroom.name, 80),
        "ai_name": wording.one_line(turn.persona.ai_name, 60),
        "daypart": wording.daypart(facts.now),
        "reopens": wording.reopens(facts),
    }
    say = _Say(turn, facts, asked.read(turn, facts), words)
    parts = [PARTS[topic](say) for topic in Topic if topic in say.asked.topics]
    if say.asked.rest:
        parts.append(_Part(say("staff_will_check_rest" if parts else "staff_will_check"), covers=False))
    texts = [*_opening(say), *(part.text for part in parts), *_last_words(say, parts)]
    whole = _toned("\n\n".join(line for line in texts if line), turn.persona.personality)
    units = tuple({unit.id: unit for part in parts for unit in part.units}.values())
    return Answer(_cut(whole), all(part.covers for part in parts), units)


# --- opening and end


def _opening(say: _Say) -> list[str]:
    """At first contact the greeting and who is speaking; the showroom's own welcome where only a greeting was sent."""
    if not say.turn.first_contact or Topic.STOPPED in say.asked.topics:
        return []
    return [say("greeting_first")]


def _last_words(say: _Say, parts: Sequence[_Part]) -> list[str]:
    """One offer or question at the end, where the parts ask nothing themselves."""
    small = {Topic.IDENTITY, Topic.GREETING, Topic.CLOSING, Topic.CLARIFY, *asked.ALONE}
    if say.asked.rest or say.asked.topics & small or not parts:
        return []
    last = next(part for part in reversed(parts) if part.text)
    if "?" in last.text or not all(part.covers for part in parts):
        return []
    if say.asked.topics == {Topic.STOCK} and len(last.units) == 1 and last.units[0].status == "AVAILABLE":
        return [_offer(say, last.units[0])]
    return [say("anything_else")]


def _offer(say: _Say, unit: Unit) -> str:
    if unit.photo_count:
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
    if say.asked.aspects and not say.asked.wants_card and not _is_specific(say):
        return _which_car(say)
    if say.facts.units and not _asks_for_gone(say):
        return _found(say)
    if say.facts.gone:
        return _gone(say)
    if say.facts.stock_size == 0:
        return _Part(say("stock_empty"))
    return _nothing_fits(say)


def _is_specific(say: _Say) -> bool:
    """Is it clear which cars are meant? Named, or the only one there is."""
    return say.entities.names_a_car() or say.facts.stock_size == 1


def _asks_for_gone(say: _Say) -> bool:
    """An id was named, and that very unit is gone."""
    wanted = say.entities.unit_id.upper()
    return bool(wanted) and any(unit.display_id.upper() == wanted for unit in say.facts.gone)


def _found(say: _Say) -> _Part:
    units = say.facts.units
    head = _head(say)
    if len(units) <= MAX_CARDS or say.asked.aspects:
        shown = units[:MAX_CARDS]
        cards = [_card(say, unit) for unit in shown]
    else:
        shown = units[:MAX_LISTED]
        cards = ["\n".join(wording.brief(unit) for unit in shown)]
    tail = _tail(say, shown)
    return _Part("\n\n".join([head, *cards, *tail]), not _is_missing(say, shown), shown)


def _head(say: _Say) -> str:
    budget = _budget(say.entities)
    if say.asked.aspects and not say.asked.wants_card:
        return say("aspects")
    if budget:
        return say("stock_budget", budget=budget)
    return say("stock_fits" if say.entities.as_dict() else "stock_list")


def _card(say: _Say, unit: Unit) -> str:
    """The card, or only what was asked for; asked and not in the data is said so."""
    today = say.facts.now.date()
    pairs = list(wording.basics(unit)) if say.asked.wants_card else []
    if say.asked.wants_card and not wording.prices(unit):
        pairs.insert(0, ("Harga", "belum tercatat"))
    for aspect in say.asked.aspects:
        if aspect.label not in dict(pairs):
            pairs.append((aspect.label, value_of(unit, aspect, today) or "belum ada datanya"))
    return wording.card(unit, pairs)


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
    lists_all = not say.entities.as_dict() and say.facts.stock_size > len(shown)
    return [say("stock_more", count=say.facts.stock_size - len(shown))] if lists_all else []


def _gone(say: _Say) -> _Part:
    """Sold or booked, said plainly, and what is there instead."""
    gone = _named_first(say)[:MAX_CARDS]
    lines = [
        say("stock_booked" if unit.status == "BOOKED" else "stock_sold", car=f"*{unit.name}* ({unit.display_id})")
        for unit in gone
    ]
    others = _affordable(say, say.facts.units or say.facts.nearest)
    return _with_others(say, "\n".join(lines), "stock_alternatives", others, gone)


def _named_first(say: _Say) -> list[Unit]:
    wanted = say.entities.unit_id.upper()
    exact = [unit for unit in say.facts.gone if wanted and unit.display_id.upper() == wanted]
    return exact or list(say.facts.gone)


def _nothing_fits(say: _Say) -> _Part:
    budget, wanted = _budget(say.entities), _wanted(say.entities)
    if wanted:
        head = say("stock_none", car=wanted)
    elif budget:
        head = say("stock_none_budget", budget=budget)
    else:
        head = say("stock_none_criteria")
    return _with_others(say, head, "stock_nearest", _affordable(say, say.facts.nearest))


def _with_others(say: _Say, head: str, title: str, others: Sequence[Unit], about: Sequence[Unit] = ()) -> _Part:
    """The honest no, then up to three alternatives, then one question."""
    if not others:
        return _Part(f"{head}\n\n{say('stock_ask')}", units=tuple(about))
    listed = "\n".join(wording.brief(unit) for unit in others)
    question = say("raise_budget" if _is_above(say.entities, others[0]) else "alternatives_ok")
    return _Part(f"{head}\n\n{say(title)}\n{listed}\n\n{question}", units=(*about, *others))


def _affordable(say: _Say, units: Sequence[Unit]) -> list[Unit]:
    """At most three, and nothing that costs twice the budget or more."""
    ceiling = say.entities.budget_max or say.entities.budget
    return [unit for unit in units if not ceiling or (unit.price is not None and unit.price < 2 * ceiling)][
        :MAX_ALTERNATIVES
    ]


def _is_above(entities: Entities, unit: Unit) -> bool:
    ceiling = entities.budget_max or entities.budget
    return bool(ceiling and unit.price is not None and unit.price > ceiling)


def _budget(entities: Entities) -> str:
    """ "sekitar Rp 300 juta", "maksimal Rp 200 juta", "Rp 150 juta - Rp 200 juta", or ""."""
    low, high = entities.budget_min, entities.budget_max
    if low and high:
        return f"{rupiah.show(low)} - {rupiah.show(high)}"
    if high:
        return f"maksimal {rupiah.show(high)}"
    if low:
        return f"mulai {rupiah.show(low)}"
    return f"sekitar {rupiah.show(entities.budget)}" if entities.budget else ""


def _wanted(entities: Entities) -> str:
    """The car as the customer named it: "Honda Brio 2019", "PM-PST-009", or "" when none was named."""
    if entities.unit_id:
        return f"unit {entities.unit_id}"
    if not entities.names_a_car():
        return ""
    return " ".join(part for part in (entities.make, entities.model, str(entities.year or "")) if part)


def _which_car(say: _Say) -> _Part:
    """A question back, with cars that are there as examples."""
    some = say.facts.units[:MAX_CARDS] or say.facts.nearest[:MAX_CARDS]
    examples = (
        [say("which_car_examples", cars=", ".join(f"{unit.name} ({unit.display_id})" for unit in some))] if some else []
    )
    return _Part("\n".join([say("which_car"), *examples]), units=some)


def _body(say: _Say) -> _Part:
    """Body type and seats: the unit's own data first, else what the model is known for."""
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
    shown = body.upper() if body in ("mpv", "suv") else body
    return _Part(say(name, car=car, body=shown, seats=seats), units=about)


def _with_cards(say: _Say, sentence: str) -> _Part:
    """The car's card, then a sentence that staff go on."""
    if not say.entities.as_dict() or not say.turn.persona.vehicle_info:
        return _Part(say(sentence), covers=False)
    cards = _stock(say)
    return _Part(f"{cards.text}\n\n{say(sentence)}", covers=False, units=cards.units)


# --- the other topics


def _photo(say: _Say) -> _Part:
    if not say.entities.names_a_car() or not (say.facts.units or say.facts.gone):
        return _which_car(say) if not say.entities.names_a_car() else _stock(say)
    if not say.facts.units or _asks_for_gone(say):
        return _stock(say)
    unit = say.facts.units[0]
    car = f"*{unit.name}* ({unit.display_id})"
    name = "photo_ready" if unit.photo_count else "photo_missing"
    return _Part(say(name, car=car, count=unit.photo_count), covers=False, units=(unit,))


def _test_drive(say: _Say) -> _Part:
    """Yes and a question for the day; a day already named is for staff to confirm. A car that is gone is said first."""
    if not say.turn.persona.test_drive:
        return _Part(say("test_drive_off"), covers=False)
    if say.entities.names_a_car() and (not say.facts.units or _asks_for_gone(say)):
        return _Part("") if Topic.STOCK in say.asked.topics else _stock(say)
    lines = [say("test_drive")]
    units = say.facts.units[:1] if say.entities.names_a_car() else ()
    lines += [wording.title(unit) for unit in units if Topic.STOCK not in say.asked.topics]
    if say.facts.showroom.address and Topic.LOCATION not in say.asked.topics:
        lines.append(f"📍 {_address(say)}")
    if asked.WHEN_WORDS.search(asked.bare(say.turn.text)):
        return _Part("\n".join([*lines, say("test_drive_confirm")]), covers=False, units=units)
    lines.append(say("test_drive_when" if units else "test_drive_unit_when"))
    return _Part("\n".join(lines), units=units)


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
    return _Part("\n".join(lines)) if lines else _Part(say("hours_unknown"), covers=False)


def _opening_hours(say: _Say) -> list[str]:
    shown = wording.hours(say.facts.showroom.hours)
    if not shown:
        return []
    return [f"🕘 Jam buka: {shown}", say("open_now" if say.facts.open_now else "closed_now")]


def _contact(say: _Say) -> _Part:
    showroom = say.facts.showroom
    lines = [f"📞 Telepon: {phone.show(showroom.phone)}"] if showroom.phone else []
    lines += [f"💬 WhatsApp: {phone.show(showroom.whatsapp)}"] if showroom.whatsapp else []
    return _Part("\n".join([say("contact"), *lines])) if lines else _Part(say("contact_unknown"), covers=False)


def _identity(say: _Say) -> _Part:
    """Who the assistant is, or who the customer is to us."""
    if not asked.WHO_AM_I.search(asked.bare(say.turn.text)):
        opening = [] if say.turn.first_contact else [say("identity")]  # at first contact the greeting says it
        return _Part("\n".join([*opening, say("identity_more")]))
    return _Part(say("who_am_i"))


def _greeting(say: _Say) -> _Part:
    """The showroom's own welcome at first contact, else a short word; who is speaking is said by the opening."""
    if not say.turn.first_contact:
        return _Part(say("greeting_again"))
    return _Part(say.turn.persona.welcome.strip()[:1000] or say("greeting_help"))


def _faq(say: _Say) -> _Part:
    return _Part("\n\n".join(faq.answer.strip()[:1500] for faq in say.asked.faqs))


def _fixed(name: str, *, covers: bool) -> Callable[[_Say], _Part]:
    return lambda say: _Part(say(name), covers=covers)


PARTS: Mapping[Topic, Callable[[_Say], _Part]] = {
    Topic.INTERNAL: _fixed("staff_only", covers=True),
    Topic.STOPPED: _fixed("stopped", covers=True),
    Topic.REFUSED: _fixed("refused", covers=True),
    Topic.IDENTITY: _identity,
    Topic.COMPLAINT: _fixed("complaint", covers=False),
    Topic.HUMAN: _fixed("human", covers=False),
    Topic.FAQ: _faq,
    Topic.STOCK: _stock,
    Topic.BODY: _body,
    Topic.BUDGET_ASK: _fixed("budget_ask", covers=True),
    Topic.CREDIT: lambda say: _with_cards(say, "credit"),
    Topic.NEGOTIATION: lambda say: _with_cards(say, "price_talk"),
    Topic.PHOTO: _photo,
    Topic.TEST_DRIVE: _test_drive,
    Topic.TRADE_IN: _fixed("trade_in", covers=False),
    Topic.LOCATION: _location,
    Topic.HOURS: _hours,
    Topic.CONTACT: _contact,
    Topic.GREETING: _greeting,
    Topic.CLOSING: _fixed("closing", covers=True),
    Topic.CLARIFY: _fixed("clarify", covers=True),
    Topic.NUMBER: _fixed("number_received", covers=False),
    Topic.NOTED: _fixed("noted", covers=False),
}
