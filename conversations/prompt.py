"""The messages for the model, from a turn and its facts. Pure.

The system message starts with the product's template and holds only what the showroom knows: first what is the same for
every chat, so that a provider can keep it, then what this turn needs. What the customer wrote stands only in user
messages: it is data, never instruction. Every part has a limit, so the whole stays below about 45,000 characters; a
usual one has 3,000.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autolumiku.lib import phone
from conversations import acts, english, wording
from conversations.turn import Facts, Faq, Persona, Turn

MAX_UNITS = 10
MAX_OTHERS = 5
MAX_LEASINGS, FEW_CARS = 8, 3  # what each leasing asks is told of so many, for so many cars
MAX_FAQS = 20
MAX_FAQ_TEXT = 400
MAX_HISTORY = 10
MAX_HISTORY_LINE = 700
MAX_TEXT = 4000
SHORT = 60  # characters of a customer's message that wants a short answer
MAX_INSTRUCTIONS = 1500
TAIL = 1000

NO_DATA = "belum ada data"
PERSONALITIES = ("friendly", "professional", "casual")
ROLES = {"customer": "user", "bot": "assistant", "staff": "assistant"}


def build(turn: Turn, facts: Facts) -> list[dict[str, str]]:
    """Chat messages [{"role", "content"}]: system, the last lines of history, then this turn's text."""
    messages = [{"role": "system", "content": system(turn, facts)}]
    messages += [
        {"role": ROLES[line.role], "content": _middle_out(line.written or line.text, MAX_HISTORY_LINE)}
        for line in turn.history[-MAX_HISTORY:]
        if line.role in ROLES and line.text.strip()
    ]
    messages.append({"role": "user", "content": _middle_out(turn.written or turn.text, MAX_TEXT)})
    return messages


def repair(messages: list[dict[str, str]], draft: str, failed: Sequence[str]) -> list[dict[str, str]]:
    """The same once more, with the draft and what in it no fact covers."""
    claims = "; ".join(f'"{wording.one_line(claim, 80)}"' for claim in failed[:8])
    again = {"role": "user", "content": wording.instruction("repair", claims=claims)}
    return [*messages, {"role": "assistant", "content": _middle_out(draft, MAX_TEXT)}, again]


def system(turn: Turn, facts: Facts) -> str:
    """The same for every chat of this showroom, then the turn's own."""
    return "\n\n".join("\n".join(block) for block in (*_lasting(turn.persona, facts), *_now(turn, facts)) if block)


def _lasting(persona: Persona, facts: Facts) -> list[list[str]]:
    """The product's template, filled, the showroom's further facts and our additional rules."""
    values = {
        "aiName": wording.one_line(persona.ai_name, 60),
        "aiPersonality": _personality(persona),
        "tenantName": wording.one_line(facts.showroom.name, 80),
        "city": wording.one_line(facts.showroom.city, 80) or NO_DATA,
        "phone": _phone(facts.showroom.phone),
        "whatsappNumber": _phone(facts.showroom.whatsapp),
        "Optional: Vehicle Inventory": "",
        "Optional: Custom FAQ": _block(_faq(facts.faqs)),
    }
    template = _squeeze(wording.instruction("system", **values))
    return [[template], _further(facts), _rules(persona)]


def _now(turn: Turn, facts: Facts) -> list[list[str]]:
    """The cars and figures that matter in this turn, and whom it speaks to."""
    moment = wording.instruction("now", moment=wording.moment(facts.now), open=_open(facts))
    return [_inventory(turn.persona, facts), _credit(facts), _told(facts), [*_chat(turn, facts), moment]]


def _personality(persona: Persona) -> str:
    name = persona.personality if persona.personality in PERSONALITIES else "friendly"
    return wording.instruction(f"personality_{name}")


def _phone(number: str) -> str:
    return phone.show(number) if number else NO_DATA


def _inventory(persona: Persona, facts: Facts) -> list[str]:
    """The lines of the inventory block; empty where the switch is off or no car matters here."""
    if not persona.vehicle_info:
        return []
    if facts.stock_size == 0 and not facts.units and not facts.nearest:
        empty = [wording.instruction("inventory_empty")]
        return empty + _section("inventory_gone", map(wording.gone_line, facts.gone[:MAX_OTHERS]))
    if not (facts.units or facts.gone or facts.nearest):
        return []
    today = facts.now.date()
    lines = [wording.instruction("inventory_head")]
    lines += _section("inventory_units", (wording.full_line(unit, today) for unit in facts.units[:MAX_UNITS]))
    lines += _section("inventory_gone", map(wording.gone_line, facts.gone[:MAX_OTHERS]))
    if not facts.units and not facts.nearest:
        lines.append(wording.instruction("inventory_none"))
    if not facts.units:
        lines += _section("inventory_nearest", (wording.full_line(unit, today) for unit in facts.nearest[:MAX_OTHERS]))
    lines.append(wording.instruction("inventory_more", count=facts.stock_size))
    return lines


def _section(head: str, lines: Iterable[str]) -> list[str]:
    listed = list(lines)
    return [wording.instruction(head), *listed] if listed else []


def _faq(faqs: tuple[Faq, ...]) -> list[str]:
    lines = []
    for faq in faqs[:MAX_FAQS]:
        lines.append(f"- T: {wording.one_line(faq.question, MAX_FAQ_TEXT)}")
        lines.append(f"  J: {wording.one_line(faq.answer, MAX_FAQ_TEXT)}")
    return [wording.instruction("faq_head"), *lines] if lines else []


def _further(facts: Facts) -> list[str]:
    """What the template's showroom block has no line for."""
    showroom = facts.showroom
    lines = ["Informasi Tambahan:"]
    lines.append(wording.instruction("address", address=wording.one_line(showroom.address, 200) or NO_DATA))
    if showroom.maps_url:
        lines.append(wording.instruction("maps", maps=wording.one_line(showroom.maps_url, 200)))
    lines.append(wording.instruction("hours", hours=wording.hours(showroom.hours) or NO_DATA))
    return lines


def _credit(facts: Facts) -> list[str]:
    """The estimates, where the turn asks for credit."""
    credit = facts.credit
    if credit is None:
        return []
    if not credit.rates:
        return [wording.instruction("credit_none")]
    head = {"partners": wording.partners(credit), "percent": credit.minimum_down, "rates": wording.rates(credit)}
    lines = [wording.instruction("credit", **head)]
    units = {unit.id: unit for unit in facts.units[:MAX_UNITS]}
    for estimate in credit.estimates[:MAX_OTHERS]:
        if unit := units.get(estimate.unit_id):
            pairs = wording.credit_pairs(unit, estimate)
            lines.append(" | ".join([f"- {unit.display_id}", *(f"{label}: {value}" for label, value in pairs)]))
            side_by_side = len(credit.partners) > 1 and len(credit.estimates) <= FEW_CARS
            lines += wording.credit_lines(estimate)[:MAX_LEASINGS] if side_by_side else []
    return lines


def _open(facts: Facts) -> str:
    if not facts.showroom.hours:
        return "tidak mencatat jam buka"
    if facts.open_now:
        return "sedang buka"
    return f"sedang tutup, buka kembali {facts.opens_next}" if facts.opens_next else "sedang tutup"


def _told(facts: Facts) -> list[str]:
    """What the customer has told of themselves, also long ago."""
    told = facts.told
    if told is None:
        return []
    known = {"Mencari": told.interested_in, "Anggaran": told.budget_range, "Waktu beli": told.timeframe,
             "Tinggal di": told.location}  # fmt: skip
    lines = [f"- {label}: {wording.one_line(value, 120)}" for label, value in known.items() if value]
    return [wording.instruction("told_head"), *lines] if lines else []


def _rules(persona: Persona) -> list[str]:
    lines = [wording.instruction("rules")]
    lines.append(wording.instruction("negotiation_on" if persona.price_negotiation else "negotiation_off"))
    if not persona.test_drive:
        lines.append(wording.instruction("test_drive_off"))
    if not persona.vehicle_info:
        lines.append(wording.instruction("vehicle_info_off"))
    if persona.instructions.strip():
        own = _middle_out(persona.instructions.strip(), MAX_INSTRUCTIONS)
        lines.append(wording.instruction("instructions", instructions=own))
    return lines


def _chat(turn: Turn, facts: Facts) -> list[str]:
    persona, kak = turn.persona, wording.kak(turn.customer_name)
    if turn.written:
        lines = [wording.instruction("english", hello=f"Hello{english.called(turn.customer_name)}")]
    else:
        lines = [wording.instruction("chat", kak=kak)]
    if len(turn.text) <= SHORT:
        lines.append(wording.instruction("short"))
    if turn.staff_role:
        lines.append(wording.instruction("staff", kak=kak, role=turn.staff_role))
    if turn.first_contact and turn.written:
        name, hello = wording.one_line(facts.showroom.name, 80), english.hello(wording.daypart(facts.now))
        lines.append(wording.instruction("first_contact_english", hello=hello, tenantName=name))
    elif turn.first_contact:
        name = wording.one_line(facts.showroom.name, 80)
        lines.append(wording.instruction("first_contact", daypart=wording.daypart(facts.now), tenantName=name))
        if persona.welcome.strip():
            hello = f"Selamat {wording.daypart(facts.now)}"
            welcome = wording.one_line(wording.welcome(persona.welcome, facts, hello), 300)
            lines.append(wording.instruction("welcome", welcome=welcome))
    else:
        lines.append(wording.instruction("later_contact"))
    named = turn.understanding.entities
    if named.guessed:
        lines.append(wording.instruction("car_guessed", car=f"{named.make} {named.model}".strip()))
    for decided in acts.decide(turn, facts):
        name = "done" if decided.deed else "said"
        lines.append(wording.instruction(name, sentence=wording.one_line(decided.said, 700)))
    return lines


def _block(lines: list[str]) -> str:
    return "\n".join([*lines, ""]) if lines else ""


def _squeeze(text: str) -> str:
    """At most one empty line in a row, where an optional block was left out."""
    kept: list[str] = []
    for line in text.split("\n"):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept)


def _middle_out(text: str, limit: int) -> str:
    """Text of at most limit characters; of a longer one the beginning and the end."""
    if len(text) <= limit:
        return text
    tail = min(TAIL, limit // 4)
    return f"{text[: limit - tail - 3]}\n…\n{text[-tail:]}"
