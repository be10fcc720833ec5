"""Claim a chat and read, in one transaction, all that answering it can need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from aiconfig import hours
from aiconfig.models import BusinessHours, FAQEntry, WhatsAppAIConfig
from autolumiku.lib import clock, text
from conversations import entities, intents, turns
from conversations.models import Direction, Sender, WhatsAppConversation, WhatsAppMessage
from conversations.turn import (
    DayHours,
    Facts,
    Faq,
    Intent,
    Line,
    Persona,
    Showroom,
    Turn,
    Understanding,
)
from inventory import search
from staffcommands import grammar, staff
from staffcommands.models import StaffWhatsAppAuth
from tenants import scope
from tenants.models import Tenant

HISTORY = 10
READ_AT_MOST = 60  # messages of one turn and its history; a longer flood is answered by its latest ones
FAQS = 30


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed turn with its facts, and what only the database side needs."""

    turn: Turn
    facts: Facts
    config: WhatsAppAIConfig
    active: bool  # the showroom and its number are in service
    staff: StaffWhatsAppAuth | None
    commands: tuple[grammar.Call, ...]  # of a staff member, in order
    spam: bool
    media_only: str  # the kind of media when nobody wrote a word
    add_after_hours: bool  # closed, a text is set, and this closed period has not heard it yet
    began: datetime  # when the oldest message of this turn came in


def claim(tenant_id: int, conversation_id: int) -> Work | None:
    """The work to do, or None when the bot owes this chat nothing now."""
    with scope.of(tenant_id):
        claimed = turns.claim(tenant_id, conversation_id)
        if claimed is None:
            return None
        number, upto, answered, _ = claimed
        chat = WhatsAppConversation.objects.select_related("account").get(pk=conversation_id)
        return _read(chat, number, upto, answered)


def _read(chat: WhatsAppConversation, number: int, upto: int, answered: int) -> Work:
    config = _config(chat.tenant_id)
    unanswered, earlier = _messages(chat, answered, upto)
    member = staff.find(chat.tenant_id, chat.customer_phone or "")
    history = tuple(_line(row) for row in earlier)
    said = [row["content"] for row in unanswered if row["content"].strip()]
    asked = next((line.text for line in reversed(history) if line.role != "customer"), "")
    wanted = [one for one in said if intents.classify(one, asked=asked).intent is not Intent.SPAM] if member is None else said
    active = _in_service(chat, config)
    commands = _commands(said) if member is not None and active else ()
    words = "\n".join(wanted)
    understanding = intents.classify(words, staff=member is not None, asked=asked)
    understanding = intents.in_context([line.text for line in history if line.role == "customer"], understanding)
    turn = Turn(
        tenant_id=chat.tenant_id,
        conversation_id=chat.pk,
        claim=number,
        upto=upto,
        text=words,
        understanding=understanding if wanted or not said else Understanding(Intent.SPAM, 0.9),
        customer_name=member.name if member else _called(chat, said, history),
        staff_role=member.get_role_display() if member else "",
        first_contact=not any(line.role != "customer" for line in history),
        history=history,
        persona=_persona(config),
    )
    facts = _facts(config, understanding, words)
    return Work(
        turn=turn,
        facts=facts,
        config=config,
        active=active,
        staff=member,
        commands=commands,
        spam=bool(said) and not wanted,
        media_only="" if said or not unanswered else unanswered[-1]["media_type"] or "other",
        add_after_hours=_after_hours(config, facts, chat),
        began=min(row["created_at"] for row in unanswered) if unanswered else clock.now(),
    )


def _in_service(chat: WhatsAppConversation, config: WhatsAppAIConfig) -> bool:
    return chat.account.is_active and config.tenant.status == Tenant.Status.ACTIVE


def may_speak(conversation_id: int) -> bool:
    """Whether this chat may get an automatic word at all: the showroom, its number and its replies are on."""
    chat = WhatsAppConversation.objects.select_related("account").get(pk=conversation_id)
    config = _config(chat.tenant_id)
    return config.auto_reply and _in_service(chat, config)


def _messages(chat: WhatsAppConversation, answered: int, upto: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(unanswered in the order they were written, the last ones before, oldest first)."""
    rows = list(
        WhatsAppMessage.objects.filter(tenant_id=chat.tenant_id, conversation_id=chat.pk)
        .order_by("-id")
        .values("id", "seq", "direction", "sender_type", "content", "media_type", "written_at", "created_at")[:READ_AT_MOST]
    )
    new = [row for row in rows if row["seq"] is not None and answered < row["seq"] <= upto]
    new.sort(key=lambda row: (row["written_at"] or row["created_at"], row["seq"]))
    ids = {row["id"] for row in new}
    old = [row for row in rows if row["id"] not in ids and (row["seq"] is None or row["seq"] <= answered)]
    return new, old[:HISTORY][::-1]


def _line(row: dict[str, Any]) -> Line:
    if row["direction"] == Direction.INBOUND:
        role = "customer"
    else:
        role = "staff" if row["sender_type"] == Sender.HUMAN else "bot"
    media = f"[{WhatsAppMessage.Media(row['media_type']).label}]" if row["media_type"] else ""
    return Line(role, row["content"] or media)


def _called(chat: WhatsAppConversation, said: list[str], history: tuple[Line, ...]) -> str:
    """The name the customer asked to be called by, lately; else the one WhatsApp shows."""
    earlier = [line.text for line in reversed(history) if line.role == "customer"]
    return entities.own_name([*reversed(said), *earlier]) or text.first_name(chat.customer_name)


def _commands(said: list[str]) -> tuple[grammar.Call, ...]:
    """The commands among a staff member's unanswered messages; an ordinary question is none."""
    return tuple(call for call in map(grammar.recognise, said) if call is not None)


def _config(tenant_id: int) -> WhatsAppAIConfig:
    """The showroom's settings with the showroom; a showroom without a row has the defaults."""
    row = WhatsAppAIConfig.objects.select_related("tenant").filter(tenant_id=tenant_id).first()
    return row or WhatsAppAIConfig(tenant=Tenant.objects.get(pk=tenant_id))


def _persona(config: WhatsAppAIConfig) -> Persona:
    return Persona(
        ai_name=config.ai_name,
        personality=config.ai_personality,
        welcome=config.welcome_message,
        model=config.ai_model,
        temperature=config.temperature,
        max_tokens=config.max_tokens,
        vehicle_info=config.enable_vehicle_info,
        price_negotiation=config.enable_price_negotiation,
        test_drive=config.enable_test_drive_booking,
    )


def _facts(config: WhatsAppAIConfig, understanding: Understanding, words: str) -> Facts:
    tenant = config.tenant
    days = tuple(
        DayHours(weekday, _clock(opens), _clock(closes))
        for weekday, opens, closes in BusinessHours.objects.filter(tenant_id=tenant.pk).values_list("weekday", "opens", "closes")
    )
    week = _week(days)
    now = clock.now().astimezone(ZoneInfo(config.timezone))
    asked = understanding.entities
    wanted = search.Wanted(**{name: getattr(asked, name) for name in search.Wanted.__slots__})
    found = search.find(tenant.pk, wanted, also=entities.other_cars(words))
    return Facts(
        showroom=Showroom(
            name=tenant.name,
            city=tenant.city,
            address=tenant.address,
            phone=tenant.phone,
            whatsapp=tenant.whatsapp_number,
            maps_url=tenant.maps_url,
            hours=days,
        ),
        now=now,
        open_now=hours.is_open(week, now) if days else True,
        opens_next=hours.say(hours.next_opening(week, now), now) if days else "",
        stock_size=found.stock_size,
        units=found.units,
        gone=found.gone,
        nearest=found.nearest,
        faqs=tuple(
            Faq(question, answer)
            for question, answer in FAQEntry.objects.filter(tenant_id=tenant.pk, is_active=True).values_list(
                "question", "answer"
            )[:FAQS]
        ),
        welcome=config.welcome_message,
    )


def _week(days: tuple[DayHours, ...]) -> dict[int, tuple[time, time]]:
    return {day.weekday: (time.fromisoformat(day.opens), time.fromisoformat(day.closes)) for day in days if day.opens}


def _clock(value: time | None) -> str:
    return value.strftime("%H:%M") if value else ""


def _after_hours(config: WhatsAppAIConfig, facts: Facts, chat: WhatsAppConversation) -> bool:
    """Closed, a text is set, and the chat has not been told in this closed period."""
    if facts.open_now or not config.after_hours_message.strip():
        return False
    since = hours.closed_since(_week(facts.showroom.hours), facts.now)
    told = chat.after_hours_told_at
    return told is None or (since is not None and told < since)

