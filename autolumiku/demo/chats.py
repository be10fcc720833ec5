"""The demo's past conversations: chats.txt told with a showroom's own cars, people and times.

Everything is answered or in a person's hands: no chat waits for the bot, and what failed stays failed, so a worker that
starts on this data says and sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from random import Random

from django.utils import timezone

from aiconfig.models import LLMCall
from aimeow.models import AimeowAccount
from autolumiku.demo.people import CUSTOMERS, Place
from autolumiku.lib import kilometres, phone, rupiah
from conversations import wording
from conversations.models import (
    ConversationEvent,
    Delivery,
    Direction,
    Holder,
    Path,
    Reason,
    Sender,
    Status,
    WhatsAppConversation,
    WhatsAppMessage,
)
from conversations.turn import DayHours
from inventory.models import Status as CarStatus
from inventory.models import Vehicle
from inventory.unit import Unit
from leads.models import Lead
from staffcommands.models import StaffCommandLog, StaffWhatsAppAuth
from tenants.models import Tenant, User

DAYS = 14
JUTA = 1_000_000
HOURS = {"pagi": 9, "siang": 13, "sore": 16, "malam": 19}
GREETING = re.compile(r"(?:^|selamat )(pagi|siang|sore|malam)\b", re.M)  # a chat that says so began then
FRESH = frozenset({"waiting", "unsure", "failed", "staff"})  # states nobody leaves alone for a week
HOLDERS = {"waiting": Holder.WAITING, "held": Holder.PERSON}
STATUSES = {"waiting": Status.ESCALATED, "held": Status.ESCALATED, "closed": Status.CLOSED}
# Who says a line of chats.txt: (direction, sender, path), and how many seconds it takes them.
VOICES: Mapping[str, tuple[Direction, Sender, str, tuple[int, int]]] = {
    "c": (Direction.INBOUND, Sender.CUSTOMER, "", (20, 90)),
    "s": (Direction.INBOUND, Sender.STAFF, "", (20, 90)),
    "m": (Direction.OUTBOUND, Sender.AI, Path.MODEL, (3, 7)),
    "k": (Direction.OUTBOUND, Sender.AI, Path.COUNTER, (2, 3)),
    "f": (Direction.OUTBOUND, Sender.SYSTEM, Path.FIXED, (2, 3)),
    "x": (Direction.OUTBOUND, Sender.SYSTEM, Path.COMMAND, (2, 3)),
    "p": (Direction.OUTBOUND, Sender.HUMAN, Path.PERSON, (120, 700)),
    "!": (Direction.OUTBOUND, Sender.SYSTEM, "", (1, 4)),
}


@dataclass(frozen=True, slots=True)
class Line:
    """kind: a key of VOICES; word: the intent, or what happened ("escalated negotiation")."""

    kind: str
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Script:
    """One block of chats.txt. lead: (status, priority) or empty."""

    state: str
    car: str
    lead: tuple[str, ...]
    reason: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Shop:
    """What the chats of one showroom are told with. seller: the person who takes chats over."""

    tenant: Tenant
    account: AimeowAccount
    place: Place
    seller: User
    cars: tuple[Vehicle, ...]
    now: datetime
    random: Random

    def pick(self, kind: str, unlike: Vehicle | None = None) -> Vehicle | None:
        """A car of this kind (a key of KINDS), or the one nearest to `unlike`; None for the kind "none"."""
        if kind == "none":
            return None
        fitting = [car for car in self.cars if KINDS[kind](car) and car is not unlike]
        if unlike is None:
            return self.random.choice(fitting)
        return min(
            fitting, key=lambda car: (car.body_type != unlike.body_type, abs((car.price or 0) - (unlike.price or 0)))
        )


def _shown(car: Vehicle) -> bool:
    return bool(car.price and car.mileage and car.color and car.transmission and car.fuel)


def _ready(car: Vehicle) -> bool:
    return car.status == CarStatus.AVAILABLE and _shown(car)


KINDS: Mapping[str, Callable[[Vehicle], bool]] = {
    "any": _ready,
    "matic": lambda car: _ready(car) and car.transmission != "manual",
    "cheap": lambda car: _ready(car) and (car.price or 0) <= 190 * JUTA,
    "small": lambda car: _ready(car) and car.body_type == "hatchback",
    "mpv": lambda car: _ready(car) and car.body_type == "mpv" and car.seats == 7,
    "suv": lambda car: _ready(car) and car.body_type == "suv" and car.tax_valid_until is not None,
    "diesel": lambda car: _ready(car) and car.fuel == "diesel",
    "sold": lambda car: car.status == CarStatus.SOLD and bool(car.color),
    "booked": lambda car: car.status == CarStatus.BOOKED,
    "notax": lambda car: car.status == CarStatus.AVAILABLE and car.tax_valid_until is None,
    "nokm": lambda car: car.status == CarStatus.AVAILABLE and car.mileage is None and bool(car.price),
}


def fill(shop: Shop, staff: Sequence[StaffWhatsAppAuth]) -> int:
    """Write the showroom's past conversations; returns how many."""
    scripts = list(_scripts())
    customers = [script for script in scripts if script.state != "staff"]
    shop.random.shuffle(customers)
    tales = [_of_customer(shop, script, number) for number, script in enumerate(customers)]
    commands = [script for script in scripts if script.state == "staff"]
    tales += [_of_staff(shop, script, member) for script, member in zip(commands, staff, strict=False)]
    _write(tales)
    return len(tales)


@cache
def _scripts() -> tuple[Script, ...]:
    source = resources.files("autolumiku.demo").joinpath("chats.txt").read_text(encoding="utf-8")
    blocks = source.split("\n== ")[1:]
    return tuple(_script(block) for block in blocks)


def _script(block: str) -> Script:
    head, *body = [line for line in block.splitlines() if line.strip()]
    state, *pairs = head.split()
    given = dict(pair.split("=", 1) for pair in pairs)
    lead = tuple(given["lead"].split("/")) if "lead" in given else ()
    return Script(state, given["car"], lead, given.get("reason", ""), tuple(_line(line) for line in body))


def _line(line: str) -> Line:
    if line.startswith("! "):
        return Line("!", line[2:], "")
    head, text = line.split(": ", 1)
    kind, _, word = head.partition(" ")
    return Line(kind, word, text.replace("\\n", "\n"))


# --- one tale --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tale:
    """One conversation with all its rows, not yet written."""

    shop: Shop
    script: Script
    chat: WhatsAppConversation
    started: datetime
    messages: list[WhatsAppMessage]
    events: list[ConversationEvent]
    lead: Lead | None = None
    log: StaffCommandLog | None = None


def _of_customer(shop: Shop, script: Script, number: int) -> Tale:
    digits = f"62812000000{shop.place.first_customer + number:02d}"
    name = CUSTOMERS[number]
    car = shop.pick(script.car)
    tale = _tale(shop, script, digits, name, car)
    if script.lead and car is not None:
        tale.lead = _lead(tale, car, digits, name)
    return tale


def _of_staff(shop: Shop, script: Script, member: StaffWhatsAppAuth) -> Tale:
    car = shop.pick(script.car)
    tale = _tale(shop, script, member.phone_number, member.name, car)
    tale.chat.is_staff = True
    asked, answered = tale.messages[0], tale.messages[-1]
    tale.log = StaffCommandLog(
        tenant=shop.tenant,
        staff=member,
        staff_phone=member.phone_number,
        command=asked.intent,
        parameters={"text": asked.content},
        success=True,
        result_message=answered.content,
        vehicle=car if asked.intent == "update_status" else None,
        before={"status": "AVAILABLE"} if asked.intent == "update_status" else {},
        after={"status": "BOOKED"} if asked.intent == "update_status" else {},
    )
    member.command_count, member.last_command_at = 1, answered.created_at
    return tale


def _tale(shop: Shop, script: Script, digits: str, name: str, car: Vehicle | None) -> Tale:
    """The conversation row and its messages and events, timed so that all of it is over."""
    chat = WhatsAppConversation(
        tenant=shop.tenant,
        account=shop.account,
        customer_phone=digits,
        chat_jid=f"{digits}@s.whatsapp.net",
        customer_name=name,
    )
    tale = Tale(shop, script, chat, shop.now, [], [])
    facts = _facts(shop, car, name)
    moments = list(_moments(shop, script, car))
    tale.started = moments[0]
    for line, at in zip(script.lines, moments, strict=True):
        if line.kind == "!":
            _happen(tale, line, at)
        else:
            _say(tale, line, at, facts)
    _settle(tale)
    _deliver(tale)
    return tale


def _moments(shop: Shop, script: Script, car: Vehicle | None) -> Iterator[datetime]:
    """When each line was written or happened; of a sold car people speak after it was sold."""
    waits = [timedelta(seconds=shop.random.randint(*VOICES[line.kind][3])) for line in script.lines[1:]]
    greeting = GREETING.search("\n".join(line.text.lower() for line in script.lines))
    hour = HOURS[greeting[1]] if greeting else shop.random.randint(9, 16)
    longest = (shop.now - car.sold_at).days - 1 if car is not None and car.sold_at else DAYS - 2
    days = shop.random.randint(0, max(1 if script.state in FRESH else longest, 0))
    local = timezone.localtime(shop.now) - timedelta(days=days)
    at = local.replace(hour=hour, minute=shop.random.randint(0, 59), second=shop.random.randint(0, 59), microsecond=0)
    while at + sum(waits, timedelta()) > shop.now - timedelta(minutes=10):
        at -= timedelta(days=1)
    yield at
    for wait in waits:
        at += wait
        yield at


def _say(tale: Tale, line: Line, at: datetime, facts: Mapping[str, str]) -> None:
    shop, chat = tale.shop, tale.chat
    direction, sender, path, _ = VOICES[line.kind]
    message = WhatsAppMessage(
        tenant=shop.tenant,
        account=shop.account,
        conversation=chat,
        direction=direction,
        sender_type=sender,
        content=line.text.format_map(facts),
        path=path,
        created_at=at,
        written_at=at,
    )
    if direction == Direction.INBOUND:
        chat.inbound_seq += 1
        message.seq, message.intent = chat.inbound_seq, line.word
        message.sender = chat.customer_phone or ""
        message.confidence = round(shop.random.uniform(0.7, 0.98), 2)
        message.entities = {"make": facts["make"], "model": facts["model"]} if "{model}" in line.text else {}
        message.aimeow_message_id = f"3A{shop.random.randbytes(9).hex().upper()}"
        chat.last_intent = line.word
        chat.due_at = at + timedelta(seconds=1.5)
        chat.waiting_since = chat.waiting_since or at
    else:
        _answer(tale, message, line.kind)
    chat.last_message_at = at
    tale.messages.append(message)


def _answer(tale: Tale, message: WhatsAppMessage, kind: str) -> None:
    """What an outbound message says about itself, and what it settles."""
    shop, chat = tale.shop, tale.chat
    message.sender = shop.seller.get_full_name() if kind == "p" else shop.place.ai_name
    message.sending_at = message.created_at
    if kind != "p":
        message.answers_upto = chat.inbound_seq
        took = shop.random.randint(1800, 5200) if kind == "m" else shop.random.randint(25, 90)
        message.processing_time = took
        chat.claim += 1
    if kind == "m":
        message.ai_response = True
        message.verdict = {"ok": True, "failed": []}
        message.llm_call = LLMCall(
            tenant=shop.tenant,
            purpose="reply",
            model="glm-4.6",
            outcome=LLMCall.Outcome.OK,
            finish_reason="stop",
            prompt_tokens=shop.random.randint(900, 1900),
            completion_tokens=len(message.content) // 3,
            latency_ms=took - 40,
        )
    chat.answered_seq, chat.waiting_since = chat.inbound_seq, None


def _happen(tale: Tale, line: Line, at: datetime) -> None:
    """An event; taking, closing and spam also settle what the person wrote."""
    chat = tale.chat
    kind, _, reason = line.word.partition(" ")
    by_person = kind in ("taken", "released", "closed")
    event = ConversationEvent(
        tenant=tale.shop.tenant,
        conversation=chat,
        kind=kind,
        reason=reason or (tale.script.reason or Reason.MANUAL if kind == "taken" else ""),
        actor=tale.shop.seller if by_person and reason != Reason.STAFF_TYPED else None,
        created_at=at,
    )
    tale.events.append(event)
    if kind == "escalated":
        chat.escalated_at = at
    elif kind in ("taken", "closed", "spam"):
        chat.answered_seq, chat.waiting_since = chat.inbound_seq, None
        chat.escalated_at = chat.escalated_at or at
        chat.closed_at = at if kind == "closed" else None


def _settle(tale: Tale) -> None:
    """The state in which the chat was left."""
    chat, state = tale.chat, tale.script.state
    chat.holder = HOLDERS.get(state, Holder.BOT)
    chat.status = STATUSES.get(state, Status.ESCALATED if tale.script.reason else Status.ACTIVE)
    chat.is_spam = state == "spam"
    if chat.status == Status.ESCALATED:
        chat.escalated_reason = tale.script.reason
        chat.escalated_to = tale.shop.seller if state == "held" else None
    else:
        chat.escalated_at = None


def _deliver(tale: Tale) -> None:
    """How each outbound message fared: read if the person wrote on, else by chance; the last one as the state says."""
    outbound = [message for message in tale.messages if message.direction == Direction.OUTBOUND]
    for message in outbound:
        answered = any(later.seq and later.created_at > message.created_at for later in tale.messages)
        _arrive(message, Delivery.READ if answered else tale.shop.random.choice(list(ARRIVALS)), tale.shop.random)
    if tale.script.state in ("failed", "unsure"):
        last = outbound[-1]
        failed = tale.script.state == "failed"
        last.aimeow_status, last.error, last.attempts = (
            (Delivery.FAILED, "refused", 1) if failed else (Delivery.UNSURE, "ambiguous", 1)
        )
        last.aimeow_message_id, last.sent_at, last.delivered_at, last.read_at = "", None, None, None


ARRIVALS = {Delivery.SENT: 1, Delivery.DELIVERED: 2, Delivery.READ: 3}


def _arrive(message: WhatsAppMessage, status: Delivery, random: Random) -> None:
    message.aimeow_status, message.attempts = status, 1
    message.aimeow_message_id = f"3EB0{random.randbytes(9).hex().upper()}"
    moment = message.created_at
    for step, field in enumerate(("sent_at", "delivered_at", "read_at"), start=1):
        moment += timedelta(seconds=random.randint(1, 3) ** step)
        if step <= ARRIVALS[status]:
            setattr(message, field, moment)


def _lead(tale: Tale, car: Vehicle, digits: str, name: str) -> Lead:
    status, priority = tale.script.lead
    held = tale.script.state in ("held", "closed")
    return Lead(
        tenant=tale.shop.tenant,
        phone=digits,
        name=name,
        vehicle=car,
        message=tale.messages[0].content,
        status=status,
        priority=priority,
        interested_in=car.name,
        budget_range=f"sekitar {rupiah.show(car.price)}" if car.price else "",
        location=tale.shop.place.city,
        assigned_to=tale.shop.seller if held else None,
    )


# --- what a line may say ---------------------------------------------------------------------------------------------


def _facts(shop: Shop, car: Vehicle | None, name: str) -> dict[str, str]:
    week = [DayHours(day, *(span or ("", ""))) for day, span in enumerate(shop.place.hours)]
    counts = {status: sum(vehicle.status == status for vehicle in shop.cars) for status in CarStatus}
    facts = {
        "first": name.partition(" ")[0],
        "ai": shop.place.ai_name,
        "showroom": shop.tenant.name,
        "address": shop.tenant.address,
        "phone": phone.show(shop.tenant.phone),
        "hours": wording.hours(week),
        "saturday": week[5].closes.replace(":", "."),
        "seller": shop.seller.first_name,
        "available": str(counts[CarStatus.AVAILABLE]),
        "booked": str(counts[CarStatus.BOOKED]),
        "sold": str(counts[CarStatus.SOLD]),
    }
    if car is not None:
        facts |= _of_car(shop, car)
        other = shop.pick("any", unlike=car)
        facts["card2"] = _card(other) if other else ""
    return facts


def _of_car(shop: Shop, car: Vehicle) -> dict[str, str]:
    unit = _unit(car)
    price = car.price or 0
    return {
        "id": car.display_id,
        "make": car.make,
        "model": car.model,
        "year": str(car.year),
        "name": unit.name,
        "price": rupiah.show(price),
        "km": kilometres.show(car.mileage or 0),
        "gear": wording.TRANSMISSIONS.get(car.transmission, ""),
        "fuel": wording.FUELS.get(car.fuel, car.fuel),
        "color": car.color,
        "seats": str(car.seats),
        "tax": wording.tax(unit, timezone.localdate(shop.now)),
        "budget": f"{-(-price // (10 * JUTA)) * 10}jt",
        "less": f"{price * 85 // 100 // (5 * JUTA) * 5}jt",
        "card": _card(car),
    }


def _card(car: Vehicle) -> str:
    unit = _unit(car)
    return wording.card(unit, wording.basics(unit))


def _unit(car: Vehicle) -> Unit:
    return Unit(**{field.name: getattr(car, field.name) for field in fields(Unit) if field.name != "photo_count"})


# --- writing ---------------------------------------------------------------------------------------------------------


def _write(tales: Sequence[Tale]) -> None:
    """All rows, with the times they tell of: auto_now_add fields need a second statement."""
    leads = [tale.lead for tale in tales if tale.lead is not None]
    Lead.objects.bulk_create(leads)
    for tale in tales:
        tale.chat.lead = tale.lead
    chats = WhatsAppConversation.objects.bulk_create([tale.chat for tale in tales])
    messages = sorted((message for tale in tales for message in tale.messages), key=lambda message: message.created_at)
    calls = [message.llm_call for message in messages if message.llm_call is not None]
    LLMCall.objects.bulk_create(calls)
    for message in messages:
        message.conversation, message.llm_call = message.conversation, message.llm_call  # they have their ids now
    WhatsAppMessage.objects.bulk_create(messages)
    events = sorted((event for tale in tales for event in tale.events), key=lambda event: event.created_at)
    moments = [event.created_at for event in events]
    for event in events:
        event.conversation = event.conversation
    ConversationEvent.objects.bulk_create(events)
    StaffCommandLog.objects.bulk_create([tale.log for tale in tales if tale.log is not None])
    _backdate(tales, chats, messages, list(zip(events, moments, strict=True)))


def _backdate(
    tales: Sequence[Tale],
    chats: Sequence[WhatsAppConversation],
    messages: Sequence[WhatsAppMessage],
    events: Sequence[tuple[ConversationEvent, datetime]],
) -> None:
    for tale, chat in zip(tales, chats, strict=True):
        chat.started_at = tale.started
        if tale.lead is not None:
            tale.lead.created_at, tale.lead.updated_at = tale.started, chat.last_message_at or tale.started
        if tale.log is not None:
            tale.log.executed_at = tale.messages[-1].created_at
    calls = [message.llm_call for message in messages if message.llm_call is not None]
    for message in messages:
        if message.llm_call is not None:
            message.llm_call.created_at = message.created_at
    for event, moment in events:
        event.created_at = moment
    WhatsAppConversation.objects.bulk_update(chats, ["started_at"])
    Lead.objects.bulk_update([tale.lead for tale in tales if tale.lead is not None], ["created_at", "updated_at"])
    LLMCall.objects.bulk_update(calls, ["created_at"])
    ConversationEvent.objects.bulk_update([event for event, _ in events], ["created_at"])
    StaffCommandLog.objects.bulk_update([tale.log for tale in tales if tale.log is not None], ["executed_at"])
