"""Claim a chat and read, in one transaction, all that answering it can need."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from time import monotonic
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Model

from aiconfig import hours, llm, spending, splits, versions
from aiconfig.models import WhatsAppAIConfig
from aimeow.models import AimeowAccount
from autolumiku.lib import clock, distance, text
from conversations import acts, english, entities, financing, intents, storms, turns, visits, wording
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
    Visit,
)
from inventory import credit, leasing, names, search
from leads import bookings, slots
from leads.told import Told
from staffcommands import desk, grammar, proof, staff
from staffcommands.models import StaffWhatsAppAuth
from tenants import scope
from tenants.models import Tenant

HISTORY = 10
LAST_ID = 2**63 - 1
READ_AT_MOST = 60  # messages of one turn and its history; a longer flood is answered by its latest ones
FAQS = 30
_Model = TypeVar("_Model", bound=Model)
MENU_HINT = "Perintah staf: ketik *menu*."


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed turn with its facts, and what only the database side needs."""

    turn: Turn
    facts: Facts
    config: WhatsAppAIConfig
    active: bool  # the showroom and its number are in service
    staff: StaffWhatsAppAuth | None
    commands: tuple[grammar.Call, ...]  # of a staff member, in order
    attempts: tuple[grammar.Call, ...]  # commands of somebody who is no staff: logged, never executed
    proof: proof.Step | None  # a chat without a phone says whose it is, or answers with the code
    lid: str
    phone: str
    aside: str  # what a staff member is reminded of below the answer to a question
    spam: bool  # all that was written is spam
    spam_told: Mapping[int, tuple[str, ...]]  # seq of each message that is spam -> what told it
    stale: str  # "", "some" or "all": messages that are too old to be answered by the bot
    late: bool  # the answer opens with an apology
    loop: bool  # the same again and again, or too many answers: perhaps another bot
    media_only: str  # the kind of media when nobody wrote a word
    add_after_hours: bool  # closed, a text is set, and this closed period has not heard it yet
    budget: llm.Budget  # its time is counted from the claim
    capped: bool  # the showroom's daily limit for the model is reached
    lead: Told | None  # what is known of them as a buyer
    version: versions.Version | None  # of the settings; None: they were never published
    answered: int = 0  # the last inbound seq before this turn
    voices: tuple[tuple[int, str], ...] = ()  # (id, address) of what may be a customer's voice notes
    voiced: str = ""  # the words of those that were heard
    pictured: tuple[tuple[int, str], ...] = ()  # (id, address) of photos whose car is asked about or offered
    seen: str = ""  # the cars that were seen on them
    opts_out: bool = False  # the last message wants no more words from us
    away: float | None = None  # km as the crow flies, of the place that the customer has just shown

    @property
    def version_id(self) -> int | None:
        return self.version.id if self.version else None


def claim(tenant_id: int, conversation_id: int) -> Work | None:
    """The work to do, or None when the bot owes this chat nothing now."""
    with scope.of(tenant_id):
        claimed = turns.claim(tenant_id, conversation_id)
        if claimed is None:
            return None
        claimed_at = monotonic()
        number, upto, answered, _ = claimed
        return _read(_place(conversation_id), number, upto, answered, claimed_at)


# What a person who asks for a draft wants answered: what was written since somebody last spoke, or the last message.
UNSPOKEN_SQL = """
SELECT c.inbound_seq, least(c.inbound_seq - 1, coalesce((
    SELECT max(m.seq) FROM whatsapp_messages m WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id
        AND m.id < (SELECT max(o.id) FROM whatsapp_messages o WHERE o.tenant_id = c.tenant_id
            AND o.conversation_id = c.id AND o.direction = 'outbound')), 0))
FROM whatsapp_conversations c WHERE c.id = %s AND c.inbound_seq > 0
"""


def unclaimed(tenant_id: int, conversation_id: int) -> Work | None:
    """The chat's last question with its facts, for a draft that a person asks for; None if nobody has written yet."""
    with scope.of(tenant_id):
        with connection.cursor() as cursor:
            cursor.execute(UNSPOKEN_SQL, [conversation_id])
            row = cursor.fetchone()
        return _read(_place(conversation_id), 0, row[0], row[1], monotonic()) if row else None


def reread(work: Work) -> Work:
    """The same claimed turn, after something was learned of its messages. Inside the showroom's scope."""
    turn = work.turn
    again = _read(_place(turn.conversation_id), turn.claim, turn.upto, work.answered, monotonic())
    return replace(again, budget=work.budget)


def again(tenant_id: int, conversation_id: int, upto: int, answered: int) -> Work:
    """The turn of a draft with the facts of now. Inside the showroom's scope."""
    return _read(_place(conversation_id), 0, upto, answered, monotonic())


NOBODY = "6280000000000"  # a phone that nobody has


def imagined(tenant_id: int, said: str) -> Work:
    """The turn of a new customer who would write this now. Nothing of it stays in the database."""
    with scope.of(tenant_id), transaction.atomic():
        began = monotonic()
        account = AimeowAccount.objects.filter(tenant_id=tenant_id).first()
        if account is None:
            account = AimeowAccount.objects.create(tenant_id=tenant_id, client_id=f"imagined-{tenant_id}")
        chat = WhatsAppConversation.objects.create(
            tenant_id=tenant_id, account=account, customer_phone=NOBODY, chat_jid=NOBODY, inbound_seq=1
        )
        WhatsAppMessage.objects.create(
            tenant_id=tenant_id,
            account=account,
            conversation=chat,
            direction=Direction.INBOUND,
            sender_type=Sender.CUSTOMER,
            content=said,
            seq=1,
            written_at=clock.now(),
        )
        work = _read(_place(chat.pk), 0, 1, 0, began)
        transaction.set_rollback(True)
    return work


def replayed(
    tenant_id: int,
    conversation_id: int,
    *,
    upto: int,
    answered: int,
    before: int,
    now: datetime,
    snapshot: versions.Snapshot,
) -> Work:
    """A turn of the past in settings that are tried, as if it were `now`, without what came after: before is the id of
    the message that answered it. Nothing holds the assistant back. Inside the showroom's scope.
    """
    place = _as(_place(conversation_id, before), snapshot)
    for name, value in UNHELD.items():
        setattr(place.config, name, value)
    place = replace(
        place,
        in_service=True,
        trusted=True,
        perhaps_staff=False,
        code_open=False,
        busy_since=None,
        lead=None,
        visit=None,
        version=None,
    )
    return _read(place, 0, upto, answered, monotonic(), now)


# The settings that may keep the assistant from answering, or from answering now.
UNHELD: Mapping[str, Any] = {
    "auto_reply": True,
    "customer_chat_enabled": True,
    "after_hours_mode": WhatsAppAIConfig.AfterHours.ANSWER,
    "after_hours_message": "",
    "late_after_minutes": 0,
    "stale_after_hours": 0,
    "same_text_limit": 0,
    "draft_price": False,
    "draft_credit": False,
    "draft_condition": False,
    "draft_trade_in": False,
    "draft_rest": False,
}


@dataclass(frozen=True, slots=True)
class _Place:
    """A chat with its showroom and settings, read in one go."""

    tenant_id: int
    conversation_id: int
    phone: str
    name: str
    told_after_hours: datetime | None
    released_at: datetime | None
    trusted: bool  # people have said that this chat is no spam
    busy_since: datetime | None  # when the answer was given that the hourly limit counts back to
    in_service: bool
    perhaps_staff: bool
    code_open: bool  # a one-time code was sent for this chat, which shows no phone
    lid: str
    config: WhatsAppAIConfig
    days: tuple[DayHours, ...]
    shut: frozenset[date]  # holidays of these weeks
    faqs: tuple[Faq, ...]
    spent: spending.Spent
    lead: Told | None
    visit: dict[str, Any] | None  # the appointment of this person
    version: versions.Version | None
    messages: tuple[_Row, ...]  # the latest, newest first


PLACE_SQL = """
SELECT c.tenant_id, c.id, coalesce(c.customer_phone, ''), c.customer_name, c.after_hours_told_at, c.released_at,
    (SELECT e.kind = 'heard' OR e.data ->> 'spam' = 'false' FROM conversation_events e WHERE e.tenant_id = c.tenant_id
        AND e.conversation_id = c.id AND e.kind IN ('spam', 'heard') ORDER BY e.id DESC LIMIT 1) IS TRUE,
    (SELECT m.created_at FROM whatsapp_messages m WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id
        AND m.answers_upto IS NOT NULL AND config.answers_per_hour > 0
        ORDER BY m.answers_upto DESC OFFSET greatest(config.answers_per_hour - 1, 0) LIMIT 1),
    a.is_active AND t.status = 'active',
    EXISTS (SELECT 1 FROM staff_whatsapp_auth s WHERE s.tenant_id = c.tenant_id
        AND s.phone_number IN (c.customer_phone, '0' || substr(c.customer_phone, 3)))
    OR (c.customer_phone IS NULL AND EXISTS (SELECT 1 FROM staff_whatsapp_auth s WHERE s.tenant_id = c.tenant_id
        AND s.lid = c.lid AND s.lid <> '')),
    c.customer_phone IS NULL AND EXISTS (SELECT 1 FROM staff_proof_codes k WHERE k.tenant_id = c.tenant_id
        AND k.lid = c.lid AND k.used_at IS NULL AND k.expires_at > now()),
    coalesce(c.lid, ''),
    to_jsonb(t), to_jsonb(config),
    (SELECT jsonb_agg(jsonb_build_array(weekday, to_char(opens, 'HH24:MI'), to_char(closes, 'HH24:MI'))
        ORDER BY weekday) FROM business_hours h WHERE h.tenant_id = c.tenant_id),
    (SELECT jsonb_agg(day) FROM holidays d WHERE d.tenant_id = c.tenant_id
        AND d.day BETWEEN %s::date - 8 AND %s::date + 16),
    (SELECT jsonb_agg(jsonb_build_array(question, answer)) FROM (
        SELECT question, answer FROM faq_entries f WHERE f.tenant_id = c.tenant_id AND f.is_active
        ORDER BY position, id LIMIT %s) AS faq),
    (SELECT jsonb_build_array(day, calls, tokens, cost) FROM llm_days s WHERE s.tenant_id = c.tenant_id
        ORDER BY day DESC LIMIT 1),
    (SELECT jsonb_build_object('name', name, 'vehicle_id', vehicle_id, 'interested_in', interested_in,
        'budget_range', budget_range, 'timeframe', timeframe, 'location', location, 'priority', priority,
        'heard', heard) FROM leads l WHERE l.tenant_id = c.tenant_id AND l.phone = c.customer_phone),
    (SELECT jsonb_build_object('id', b.id, 'at', b.starts_at, 'unit_id', b.vehicle_id, 'display_id', v.display_id,
        'name', concat_ws(' ', v.make, v.model, nullif(v.variant, ''), v.year))
        FROM bookings b LEFT JOIN vehicles v ON v.id = b.vehicle_id AND v.tenant_id = b.tenant_id
        WHERE b.tenant_id = c.tenant_id AND b.phone = c.customer_phone AND b.status IN ('booked', 'confirmed')),
    (SELECT jsonb_build_array(v.id, v.number) FROM config_versions v WHERE v.tenant_id = c.tenant_id
        AND v.published_at IS NOT NULL ORDER BY v.number DESC LIMIT 1),
    (SELECT jsonb_build_object('id', s.id, 'percent', s.percent, 'version', jsonb_build_array(v.id, v.number),
        'snapshot', v.snapshot) FROM splits s JOIN config_versions v ON v.tenant_id = s.tenant_id
        AND v.id = s.challenger_id WHERE s.tenant_id = c.tenant_id AND s.ended_at IS NULL),
    (SELECT jsonb_agg(jsonb_build_array(id, seq, direction, sender_type, content, media_type, media_url, written_at,
        created_at, latitude, longitude, transcribed, seen))
        FROM (SELECT * FROM whatsapp_messages m WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id
            AND m.id < %s AND NOT twin ORDER BY id DESC LIMIT %s) AS latest)
FROM whatsapp_conversations c
JOIN aimeow_accounts a ON a.id = c.account_id
JOIN tenants t ON t.id = c.tenant_id
LEFT JOIN whatsapp_ai_configs config ON config.tenant_id = c.tenant_id
WHERE c.id = %s
"""


def _place(conversation_id: int, before: int = LAST_ID) -> _Place:
    """before: messages from this id on are not there yet."""
    today = clock.now().date()
    with connection.cursor() as cursor:
        cursor.execute(PLACE_SQL, [today, today, FAQS, before, READ_AT_MOST, conversation_id])
        row = cursor.fetchone()
    parts = (json.loads(part or "null") for part in row[12:])
    tenant, config, days, shut, faqs, spent, lead, visit, version, split, latest = parts
    tenant_id, chat, phone, name, told, released, trusted, busy_since, in_service, perhaps_staff = row[:10]
    code_open, lid = row[10:12]
    place = _Place(
        tenant_id=tenant_id,
        conversation_id=chat,
        phone=phone,
        name=name,
        told_after_hours=told,
        released_at=released,
        trusted=trusted,
        busy_since=busy_since,
        in_service=in_service,
        perhaps_staff=perhaps_staff,
        code_open=code_open,
        lid=lid,
        config=_settings(tenant, config),
        days=tuple(DayHours(weekday, opens or "", closes or "") for weekday, opens, closes in days or ()),
        shut=frozenset(map(date.fromisoformat, shut or ())),
        faqs=tuple(Faq(question, answer) for question, answer in faqs or ()),
        spent=spending.Spent(date.fromisoformat(spent[0]), *spent[1:]) if spent else spending.Spent(),
        lead=Told(**{**lead, "heard": tuple(lead["heard"])}) if lead else None,
        visit=visit,
        version=versions.Version(*version) if version else None,
        messages=tuple(map(_message, latest or ())),
    )
    if split and splits.takes_part(split["id"], chat, split["percent"]):
        return replace(_as(place, split["snapshot"]), version=versions.Version(*split["version"]))
    return place


def _as(place: _Place, content: versions.Snapshot) -> _Place:
    """With the settings and questions of that version."""
    versions.overlay(place.config, content)
    return replace(place, faqs=tuple(Faq(question, answer) for question, answer in content["faq"][:FAQS]))


def _settings(tenant: dict[str, Any], config: dict[str, Any] | None) -> WhatsAppAIConfig:
    """With their showroom; one without a row has the defaults."""
    settings = _row(WhatsAppAIConfig, config) if config else WhatsAppAIConfig()
    settings.tenant = _row(Tenant, tenant)
    return settings


def _row(model: type[_Model], columns: dict[str, Any]) -> _Model:
    return model(*(columns[field.attname] for field in model._meta.concrete_fields))


def may_speak(conversation_id: int) -> bool:
    """Whether this chat may get an automatic word at all: the showroom, its number and its replies are on."""
    place = _place(conversation_id, before=0)
    return place.config.auto_reply and place.in_service


def _read(
    place: _Place,
    number: int,
    upto: int,
    answered: int,
    claimed_at: float,
    now: datetime | None = None,
) -> Work:
    now = now or clock.now()
    new, earlier = _messages(place, answered, upto)
    too_old = timedelta(hours=place.config.stale_after_hours)
    stale = [row for row in new if storms.older(row.written_at, now, too_old)]
    unanswered = [row for row in new if row not in stale] or stale
    member = staff.find(place.tenant_id, place.phone, place.lid) if place.perhaps_staff else None
    older = earlier if unanswered is stale else [*stale, *earlier]
    history = tuple(_line(row) for row in older[:HISTORY][::-1])
    foreign = member is None and place.config.answer_english and _writes_english(unanswered, history)
    history = tuple(map(english.line, history)) if foreign else history
    by_customer = [line.text for line in history if line.role == "customer"]
    written = [row for row in unanswered if row.content.strip()]
    said = [row.content for row in written]
    asked = next((line.text for line in reversed(history) if line.role != "customer"), "")
    calls: tuple[grammar.Call, ...] = ()
    aside = ""
    if member is not None and place.in_service and unanswered is not stale:
        calls, said, aside = _commanded(member, place.config, unanswered)
    step = None if member is not None or place.phone else _step(said, code_open=place.code_open)
    hear = partial(
        intents.classify,
        staff=member is not None,
        asked=asked,
        now=_local(place, now),
        earlier=by_customer,
        trusted=place.trusted,
    )
    meant = [english.heard(one) for one in said] if foreign else said
    wanted, understanding, told = _understood(meant, hear)
    words = "\n".join(wanted)
    visit = _visit(place, now) if member is None else None
    understanding = visits.in_context(understanding, words, asked, visit)
    understanding = acts.in_context(understanding, words) if member is None else understanding
    understanding = intents.in_context(by_customer, understanding, _shown(history, place.config.tenant.vehicle_prefix))
    turn = Turn(
        tenant_id=place.tenant_id,
        conversation_id=place.conversation_id,
        claim=number,
        upto=upto,
        text=words,
        understanding=understanding,
        customer_name=member.name if member else _called(place.name, meant, by_customer),
        staff_role=member.get_role_display() if member else "",
        first_contact=all(line.role == "customer" for line in history),
        first_answer=len(older) < HISTORY and all(line.role != "bot" for line in history),
        history=history,
        persona=_persona(place.config),
        written="\n".join(one for place, one in enumerate(said) if place not in told) if foreign else "",
    )
    reachable = member is None and bool(place.phone)
    facts = _facts(place, understanding, words, history, now, reachable=reachable)
    if reachable and understanding.intent is Intent.TEST_DRIVE:
        facts = replace(facts, visit=visit, slots=_free(place, facts, visit))
    return Work(
        turn=turn,
        facts=facts,
        config=place.config,
        active=place.in_service,
        staff=member,
        commands=calls,
        attempts=_attempts(place, said, understanding) if member is None else (),
        proof=step,
        lid=place.lid,
        phone=place.phone,
        aside=aside or (MENU_HINT if member is not None and "no_rule" in understanding.reasons else ""),
        spam=bool(said) and not wanted,
        spam_told={written[place].seq or 0: reasons for place, reasons in told.items()},
        stale="" if not stale else "all" if unanswered is stale else "some",
        late=member is None and _late(place, unanswered, earlier, now),
        loop=member is None and _loop(place, said, earlier, now),
        media_only="" if said or calls or not unanswered else unanswered[-1].media_type or "other",
        add_after_hours=member is None and _after_hours(place, facts),
        budget=llm.Budget(place.tenant_id, place.config.model_seconds, claimed_at, place.config.model_share),
        capped=spending.reached(place.config, place.spent),
        lead=place.lead,
        version=place.version,
        answered=answered,
        voices=tuple((row.id, row.media_url) for row in unanswered if _is_voice(row)) if member is None else (),
        voiced="\n".join(row.content for row in unanswered if row.transcribed),
        pictured=_pictured(unanswered) if member is None and _asks_by_photo(words, understanding) else (),
        seen=", ".join(row.seen for row in unanswered if row.seen),
        opts_out=member is None and bool(wanted) and _opts_out(wanted, said),
        away=_away(place.config.tenant, unanswered) if member is None else None,
    )


def _opts_out(wanted: list[str], said: list[str]) -> bool:
    """By the last message, or by all of them together: the reason may stand in one of its own."""
    return any(map(intents.opts_out, {wanted[-1], said[-1], " ".join(wanted)}))


def _writes_english(rows: list[_Row], history: tuple[Line, ...]) -> bool:
    """The last words of the customer that tell a language decide."""
    earlier = (line.text for line in reversed(history) if line.role == "customer")
    return english.speaks((*(row.content for row in reversed(rows)), *earlier))


def _asks_by_photo(words: str, understanding: Understanding) -> bool:
    """Is it the photo that says which car is looked for, or offered in payment?"""
    if names.find(words[:ASKED_BY_PHOTO]).model or _PAPERS.search(words[:ASKED_BY_PHOTO].lower()):
        return False
    return understanding.intent is Intent.TRADE_IN or _SUCH.search(words[:ASKED_BY_PHOTO].lower()) is not None


ASKED_BY_PHOTO = 500  # characters beside a photo that are looked at
_PAPERS = re.compile(r"\b(?:ktp|kk|sim|npwp|stnk|bpkb|surat|bukti)\b")
_SUCH = re.compile(
    r"\b(?:seperti|kayak|kaya|kyk|macam|mirip|persis|sejenis|sama)(?: yang)? (?:ini|gini|begini|di foto|foto|gambar)\b|"
    r"\b(?:mobil|tipe|model|yang) (?:ini|begini|di foto|di gambar)\b"
)


def _pictured(rows: list[_Row]) -> tuple[tuple[int, str], ...]:
    return tuple(
        (row.id, row.media_url)
        for row in rows
        if row.media_type == WhatsAppMessage.Media.IMAGE and row.media_url and not row.seen
    )


def _is_voice(row: _Row) -> bool:
    """A file without words that may be one: the gateway calls voice notes "other", as it does documents."""
    kinds = (WhatsAppMessage.Media.AUDIO, WhatsAppMessage.Media.OTHER)
    return row.media_type in kinds and bool(row.media_url) and not row.content.strip()


def _away(showroom: Tenant, rows: list[_Row]) -> float | None:
    """How far the last place shown lies from the showroom; None: none was shown, or we do not know where we are."""
    here = distance.point(showroom.latitude, showroom.longitude)
    shown = [row.point for row in rows if row.point is not None]
    return distance.km(here, shown[-1]) if here is not None and shown else None


def _commanded(
    member: StaffWhatsAppAuth, config: WhatsAppAIConfig, rows: list[_Row]
) -> tuple[tuple[grammar.Call, ...], list[str], str]:
    """(the commands, the talk, what to be reminded of) of a staff member's messages."""
    open_matters = desk.look(member, config)
    said = [desk.Said(row.content, row.media_type, row.media_url, row.id, row.written_at) for row in rows]
    calls, talk = desk.sort(said, open_matters, clock.now().year)
    return calls, talk, "" if any(call.name in ("draft", "upload") for call in calls) else open_matters.reminder


def _step(said: list[str], *, code_open: bool) -> proof.Step | None:
    """The last message that is a step of a proof."""
    steps = [step for one in said if (step := proof.step(one, code_open=code_open))]
    return steps[-1] if steps else None


def _attempts(place: _Place, said: list[str], understanding: Understanding) -> tuple[grammar.Call, ...]:
    """Commands of a customer, of staff that were removed, of another showroom's staff. "stok avanza ada" is a question,
    but from somebody who was staff "stok" is a command that is not allowed any more.
    """
    read = grammar.recognise if place.perhaps_staff else grammar.attempt
    calls = tuple(call for call in map(read, said) if call is not None)
    if not calls and "staff_words" in understanding.reasons:
        return (grammar.Call("unknown", "", said[-1]),)
    return calls


def _local(place: _Place, now: datetime) -> datetime:
    return now.astimezone(ZoneInfo(place.config.timezone))


def _understood(
    said: list[str], hear: Callable[[str], Understanding]
) -> tuple[list[str], Understanding, dict[int, tuple[str, ...]]]:
    """(the messages that are no spam, what they want together, place -> what told that it is spam).

    Spam is judged message by message; staff send none.
    """
    each = [hear(one) for one in said]
    told = {place: meant.reasons for place, meant in enumerate(each) if meant.intent is Intent.SPAM}
    wanted = [one for place, one in enumerate(said) if place not in told]
    if len(said) == 1 or (said and not wanted):
        return wanted, each[0], told
    return wanted, hear("\n".join(wanted)), told


class _Row(NamedTuple):
    id: int
    seq: int | None
    direction: str
    sender_type: str
    content: str
    media_type: str
    media_url: str
    written_at: datetime
    created_at: datetime
    point: distance.Point | None
    transcribed: bool
    seen: str  # the car that a model saw on the photo; content ends with it


def _message(columns: list[Any]) -> _Row:
    """A message, from its columns as JSON."""
    said, arrived = columns[7], datetime.fromisoformat(columns[8])
    latitude, longitude, transcribed, seen = columns[9:]
    written = storms.written(said and datetime.fromisoformat(said), arrived)
    columns[4] = f"{columns[4]}\n{seen}".strip() if seen else columns[4]
    return _Row._make((*columns[:7], written, arrived, distance.point(latitude, longitude), transcribed, seen))


def _messages(place: _Place, answered: int, upto: int) -> tuple[list[_Row], list[_Row]]:
    """(unanswered in the order they were written, those before, newest first)."""
    new = [row for row in place.messages if row.seq is not None and answered < row.seq <= upto]
    new.sort(key=lambda row: (row.written_at, row.seq))
    old = [row for row in place.messages if row.seq is None or row.seq <= answered]
    return new, old


def _late(place: _Place, unanswered: list[_Row], earlier: list[_Row], now: datetime) -> bool:
    spoke = next((row.created_at for row in earlier if row.direction == Direction.OUTBOUND), None)
    limit = timedelta(minutes=place.config.late_after_minutes)
    return storms.wants_apology((row.written_at for row in unanswered), spoke, now, limit)


def _loop(place: _Place, said: list[str], earlier: list[_Row], now: datetime) -> bool:
    if storms.too_many(place.busy_since, now, place.released_at):
        return True
    spoken = (storms.Spoken(_line(row).role, row.content, row.created_at) for row in earlier)
    most = place.config.same_text_limit
    return bool(most) and storms.repeats(said, spoken, now, place.released_at) >= most


def _shown(history: tuple[Line, ...], prefix: str) -> tuple[str, ...]:
    """Ids of the cars in our last message that held any."""
    ids = re.compile(rf"\b{re.escape(prefix)}-[0-9]{{1,8}}\b")
    said = (ids.findall(line.text) for line in reversed(history) if line.role != "customer")
    return tuple(dict.fromkeys(next(filter(None, said), ())))


def _line(row: _Row) -> Line:
    by_us = "staff" if row.sender_type == Sender.HUMAN else "bot"
    role = "customer" if row.direction == Direction.INBOUND else by_us
    media = f"[{WhatsAppMessage.Media(row.media_type).label}]" if row.media_type else ""
    return Line(role, row.content or media)


def _called(shown: str, said: list[str], by_customer: list[str]) -> str:
    """The name the customer asked to be called by, lately; else the one WhatsApp shows."""
    return entities.own_name([*reversed(said), *reversed(by_customer)]) or text.first_name(shown)


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
        instructions=config.instructions,
    )


def _facts(
    place: _Place,
    understanding: Understanding,
    words: str,
    history: tuple[Line, ...],
    moment: datetime,
    *,
    reachable: bool,
) -> Facts:
    tenant = place.config.tenant
    week = _calendar(place)
    now = _local(place, moment)
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
            id_prefix=tenant.vehicle_prefix,
            hours=_this_week(place, now.date()),
        ),
        now=now,
        open_now=hours.is_open(week, now) if place.days else True,
        opens_next=hours.say(hours.next_opening(week, now), now) if place.days else "",
        stock_size=found.stock_size,
        units=found.units,
        gone=found.gone,
        nearest=found.nearest,
        faqs=place.faqs,
        welcome=place.config.welcome_message,
        told=place.lead,
        reachable=reachable,
        credit=_credit(tenant.pk, found, financing.wish(words, understanding, history), now.date()),
    )


def _visit(place: _Place, now: datetime) -> Visit | None:
    """The appointment of this person, unless its time is past."""
    row = place.visit
    at = datetime.fromisoformat(row["at"]) if row else now
    if row is None or at < now - slots.LENGTH:
        return None
    car = f"*{wording.one_line(row['name'], 80)}* ({row['display_id']})" if row["display_id"] else ""
    return Visit(row["id"], at.astimezone(ZoneInfo(place.config.timezone)), row["unit_id"], car)


def _free(place: _Place, facts: Facts, visit: Visit | None) -> tuple[datetime, ...]:
    """The hours in which the car meant can be had; of a visit without a car all hours are free."""
    unit_id = facts.units[0].id if len(facts.units) == 1 else visit.unit_id if visit else None
    zone = ZoneInfo(place.config.timezone)
    taken = bookings.taken(place.tenant_id, unit_id, facts.now) if unit_id else []
    return slots.free(_calendar(place), facts.now, [at.astimezone(zone) for at in taken])


def _credit(tenant_id: int, found: search.Found, wish: credit.Wish | None, today: date) -> credit.Credit | None:
    """The partners' rates are read only where credit is asked for."""
    if wish is None:
        return None
    return credit.of(found.units, leasing.valid(tenant_id, today), wish, today.year)


def _calendar(place: _Place) -> hours.Calendar:
    open_days = (day for day in place.days if day.opens)
    week = {day.weekday: (time.fromisoformat(day.opens), time.fromisoformat(day.closes)) for day in open_days}
    return hours.Calendar(week, place.shut)


def _this_week(place: _Place, today: date) -> tuple[DayHours, ...]:
    """The hours of the seven days from today on, as they are said: a holiday among them is closed."""
    shut = {day.weekday() for day in place.shut if timedelta(0) <= day - today < timedelta(days=7)}
    return tuple(DayHours(day.weekday, "", "") if day.weekday in shut else day for day in place.days)


def _after_hours(place: _Place, facts: Facts) -> bool:
    """Closed, a text is set, and the chat has not been told in this closed period."""
    if facts.open_now or not place.config.after_hours_message.strip():
        return False
    since = hours.closed_since(_calendar(place), facts.now)
    told = place.told_after_hours
    return told is None or (since is not None and told < since)
