"""The order of the steps from an unanswered message to a reply, and nothing else.

`think` decides what to say without touching the database; `conclude` writes it, with all effects of the turn, in one
transaction under the turn's claim, or not at all.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import structlog

from aiconfig import llm, spending
from aiconfig.models import WhatsAppAIConfig
from autolumiku.lib import counters, distance
from conversations import (
    acts,
    counter,
    decide,
    deeds,
    drafts,
    ending,
    english,
    gather,
    guard,
    moods,
    outbox,
    people,
    placeholders,
    prompt,
    prospects,
    turns,
    wording,
)
from conversations.decide import Reason
from conversations.gather import Work
from conversations.models import (
    ConversationEvent,
    Delivery,
    Direction,
    Path,
    Sender,
    Silence,
    WhatsAppConversation,
    WhatsAppMessage,
)
from conversations.turn import Act, Answer, Deed, Intent, Unit, Verdict
from conversations.visits import Decided
from leads import keeping, told
from staffcommands import proof, registry
from tenants import scope

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn ends in. An empty text says nothing to the customer."""

    text: str = ""
    path: Path = Path.FIXED
    handover: Reason | None = None
    units: tuple[Unit, ...] = ()  # the cars the text speaks of
    verdict: Verdict | None = None
    repaired: Verdict | None = None  # of the first draft, where this is the second
    told_after_hours: bool = False
    bare: str = ""  # of the text, what the guard has seen
    drafted: bool = False  # it waits for a person's tap
    deeds: tuple[Deed, ...] = ()  # what the text says is done


PARAGRAPH = "\n\n"
MEDIA_REPLIES = {"image": "photo_received", "other": "unreadable"}


async def think(work: Work) -> Outcome:
    """Decide the answer. The model's call is the only thing waited for; no database, no connection held."""
    outcome = _without_draft(work)
    if outcome is None:
        outcome = await _draft(work) if llm.configured() and not work.capped else _count(work)
        outcome = _after_hours(work, _located(work, _echoed(work, _held_back(work, outcome))))
    return _reminded(work, _apologetic(work, _introduced(work, _to_staff(work, outcome))))


def _to_staff(work: Work, outcome: Outcome) -> Outcome:
    """Where no answer came about, a staff member is shown the commands: they are the staff who would help."""
    failed = outcome.path == Path.FIXED and outcome.handover in (Reason.GUARD_FAILED, Reason.PROCESSING_ERROR)
    if work.staff is None or not failed:
        return outcome
    return replace(outcome, text=wording.reply("staff_unclear", kak=wording.kak(work.turn.customer_name)))


async def suggest(work: Work) -> str:
    """The draft the assistant would send now, guarded; for a person to edit, so nothing is handed over or sent."""
    drafted = await _draft(work) if llm.configured() and not work.capped else _count(work)
    return drafted.text


def _without_draft(work: Work) -> Outcome | None:
    """The turns that need neither model nor counter."""
    config = work.config
    if work.spam or work.proof or (work.commands and not work.turn.text):
        return Outcome()
    if not (config.auto_reply and work.active):
        return Outcome(handover=Reason.AUTO_REPLY_OFF)
    if work.opts_out:
        return Outcome(_said(work, "opted_out"))
    if work.stale == "all":
        return Outcome(handover=Reason.STALE)
    if not config.customer_chat_enabled and work.staff is None:
        return _hand_over(work, decide.of(Reason.CUSTOMER_CHAT_OFF))
    if work.loop:
        return _hand_over(work, decide.of(Reason.LOOP))
    told_only = config.after_hours_mode == WhatsAppAIConfig.AfterHours.MESSAGE_ONLY and work.staff is None
    wants_a_person = work.turn.understanding.intent is Intent.HUMAN_REQUEST
    if told_only and not work.facts.open_now and not wants_a_person:
        text = config.after_hours_message.strip() if work.add_after_hours else ""
        return Outcome(text, handover=Reason.AFTER_HOURS, told_after_hours=bool(text))
    if work.media_only and work.away is not None:
        return Outcome(_distance(work))
    if work.media_only:
        name = MEDIA_REPLIES.get(work.media_only, "media_received")
        return Outcome(wording.reply(name, kak=wording.kak(work.turn.customer_name)), handover=Reason.UNREADABLE)
    handover = decide.before(work.turn.understanding, work.turn.persona)
    return _hand_over(work, handover) if handover is not None else None


def _said(work: Work, name: str) -> str:
    """A sentence that needs nothing but the customer's name."""
    if work.turn.written:
        return english.reply(name, name=english.called(work.turn.customer_name))
    return wording.reply(name, kak=wording.kak(work.turn.customer_name))


def _hand_over(work: Work, handover: decide.Handover) -> Outcome:
    text = wording.handover(handover.text, work.facts, work.turn.customer_name)
    if work.turn.written:
        text = english.handover(handover.text, work.facts, work.turn.customer_name) or text
    return Outcome(text, handover=handover.reason)


async def _draft(work: Work) -> Outcome:
    """The model's answer, if it comes in time and every claim in it is covered, at the second try too; else the
    counter's."""
    messages = prompt.build(work.turn, work.facts)
    draft = await _ask(work, messages)
    if draft is None:
        return _fall_back(work)
    outcome, verdict = _judged(work, draft)
    if outcome is not None:
        return outcome
    if len(work.budget.calls) == 1:  # at most one more call a turn, whatever it was needed for
        work.budget.retries = 0
        second = await _ask(work, prompt.repair(messages, draft.text, verdict.failed))
        outcome, _ = _judged(work, second, verdict) if second else (None, verdict)
    return outcome or replace(
        _counted(work, counter.answer(work.turn, work.facts), Reason.GUARD_FAILED), verdict=verdict
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """What the model said, with its figures filled in, and what is done of what it asked for and of what code sees."""

    text: str
    decided: tuple[Decided, ...] = ()


async def _ask(work: Work, messages: list[dict[str, str]]) -> Draft | None:
    """The model's draft; None where it says nothing of use in time."""
    turn, persona = work.turn, work.turn.persona
    try:
        said = await llm.complete(
            messages,
            model=persona.model,
            temperature=persona.temperature,
            max_tokens=persona.max_tokens,
            budget=work.budget,
            tools=acts.tools(turn, work.facts),
        )
    except llm.LLMError as error:
        log.error("model failed", tenant=turn.tenant_id, conversation=turn.conversation_id, code=error.code)
        return None
    decided = _decided(work, said.tool_calls)
    text = placeholders.fill(_printable(said.text), work.facts, in_english=bool(turn.written))
    return Draft(text, decided) if text or decided else None


def _decided(work: Work, calls: tuple[llm.ToolCall, ...]) -> tuple[Decided, ...]:
    """What code sees in the customer's words; besides, what the model asks for and may be done. Of appointments there
    is one.
    """
    asked = [acts.of_call(call.name, call.given, work.turn, work.facts) for call in calls]
    done: dict[str, Decided] = {}
    for one in (*acts.decide(work.turn, work.facts), *asked):
        if one is not None and one.deed is not None:
            done.setdefault("visit" if one.deed.act in acts.VISITS else one.deed.act, one)
    return tuple(done.values())


def _judged(work: Work, draft: Draft, before: Verdict | None = None) -> tuple[Outcome | None, Verdict]:
    """What comes of a draft, None if it may not be sent. before: of the first try, whose failed claims are kept.

    What is done is said in our own words behind the draft; a draft that says itself that something is done, and nothing
    is, claims what no fact bears.
    """
    turn, persona, text = work.turn, work.turn.persona, draft.text
    done = tuple(one.deed for one in draft.decided if one.deed is not None)
    shows = any(deed.act is Act.PHOTOS for deed in done)
    meant = english.meant(text, turn, work.facts).text if turn.written else text
    handover = decide.after(meant, turn.understanding, persona, sends_photos=shows)
    goes_on = bool(acts.said_with("", draft.decided))
    verdict = guard.check(text, turn, work.facts, goes_on=goes_on) if text else Verdict(True)
    if unkept := acts.unkept(meant, draft.decided):
        verdict = replace(verdict, ok=False, failed=(*verdict.failed, *unkept))
    counters.add("guard", verdict="ok" if verdict.ok else "refused")
    if handover is not None and handover.hard:  # a draft that bargains promises what nobody allowed
        return replace(_hand_over(work, handover), verdict=verdict), verdict
    if not verdict.ok:
        log.error("draft refused", tenant=turn.tenant_id, conversation=turn.conversation_id, claims=len(verdict.failed))
        return None, verdict
    for_staff = verdict.asks_staff or any(deed.act is Act.TRADE_IN for deed in done)
    asked = Reason.MISSING_FACT if for_staff else None
    called = next((Reason(deed.words) for deed in done if deed.act is Act.HAND_OVER), None)
    if called in decide.HARD:
        return replace(_hand_over(work, decide.of(called)), verdict=verdict, deeds=_quiet(done)), verdict
    cited = work.facts.units + work.facts.gone + work.facts.nearest
    reason = called or (handover.reason if handover else asked)
    text = acts.said_with(text, draft.decided)
    return Outcome(text, Path.MODEL, reason, cited, verdict=verdict, repaired=before, deeds=done), verdict


def _quiet(done: tuple[Deed, ...]) -> tuple[Deed, ...]:
    """Those of which the customer is told nothing."""
    return tuple(deed for deed in done if deed.act in QUIET)


QUIET = frozenset({Act.TRADE_IN, Act.SAVE, Act.HAND_OVER})  # notes for people


def _printable(text: str) -> str:
    """Without NUL and half characters, which neither the database nor the wire takes."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode().strip()


def _fall_back(work: Work) -> Outcome:
    """After a failure: the counter's answer if it covers the whole question, else the fixed text; a person looks on."""
    answer = counter.answer(work.turn, work.facts)
    if answer.covers:
        return _counted(work, answer, Reason.PROCESSING_ERROR)
    return Outcome(wording.reply("llm_error"), Path.FIXED, Reason.PROCESSING_ERROR)


def _count(work: Work) -> Outcome:
    """Without a model the stock itself answers, and a person is asked for what it does not hold.

    Where the model would have answered but for the showroom's daily limit, people are told in any case.
    """
    answer = counter.answer(work.turn, work.facts)
    missing = None if answer.covers else Reason.MISSING_FACT
    return _counted(work, answer, Reason.BUDGET if work.capped and llm.configured() else missing)


def _counted(work: Work, answer: Answer, reason: Reason | None) -> Outcome:
    """The counter's answer, which has to pass the same check.

    Where it says yes to a question that was not understood to its last word ("ada sunroof?"), it shows the car without
    a yes, and a person is asked for.
    """
    verdict = _of_answer(work, answer)
    if not verdict.ok and all(claim.endswith(guard.OF_QUESTION) for claim in verdict.failed):
        answer, reason = counter.answer(work.turn, work.facts, affirms=False), reason or Reason.MISSING_FACT
        verdict = _of_answer(work, answer)
    if not verdict.ok and answer.english:  # it cannot be said so: then as everybody hears it
        return _counted(work, counter.answer(replace(work.turn, written=""), work.facts), reason)
    if verdict.ok:
        return Outcome(answer.text, Path.COUNTER, reason, answer.units, verdict=verdict, deeds=answer.deeds)
    turn = work.turn
    log.error("counter refused", tenant=turn.tenant_id, conversation=turn.conversation_id, claims=len(verdict.failed))
    counters.add("guard", verdict="counter_refused")
    return Outcome(wording.reply("llm_error"), Path.FIXED, Reason.GUARD_FAILED, verdict=verdict)


def _of_answer(work: Work, answer: Answer) -> Verdict:
    return guard.check(answer.text, work.turn, work.facts, limit=guard.MAX_DRAFT, in_english=answer.english)


def _held_back(work: Work, outcome: Outcome) -> Outcome:
    """Where the settings want it, a person looks at the answer before it goes out; what is done is said at once."""
    silenced = outcome.handover is not None and outcome.handover in decide.HARD
    done = any(deed.act not in QUIET for deed in outcome.deeds)
    answers = outcome.path in (Path.MODEL, Path.COUNTER) and not (silenced or done)
    if not answers or not drafts.wanted(work, outcome.text):
        return outcome
    return replace(outcome, bare=outcome.text, drafted=True, handover=outcome.handover or Reason.DRAFTED)


def _distance(work: Work) -> str:
    """How far the customer is from us: from the map, not from the model."""
    showroom = work.facts.showroom
    address = wording.one_line(showroom.maps_url or showroom.address, 200)
    values = {"tenant": wording.one_line(showroom.name, 80), "address": address}
    return wording.reply("distance", distance=distance.said(work.away or 0.0), **values)


def _echoed(work: Work, outcome: Outcome) -> Outcome:
    """Whoever spoke, or showed a car, sees what we heard and saw, for it may be wrong."""
    if work.seen and outcome.text:
        outcome = _joined(outcome, above=wording.reply("seen", car=wording.one_line(work.seen, 100)))
    if not (work.voiced and outcome.text):
        return outcome
    return _joined(outcome, above=wording.reply("heard", words=wording.one_line(work.voiced, 200)))


def _joined(outcome: Outcome, *, above: str = "", below: str = "") -> Outcome:
    """With what stands above or below the answer; without it where WhatsApp's 4,096 characters do not hold both."""
    return _lengthened(outcome, PARAGRAPH.join(part for part in (above, outcome.text, below) if part))


def _lengthened(outcome: Outcome, text: str) -> Outcome:
    return replace(outcome, text=text) if len(text) <= guard.MAX_DRAFT else outcome


def _located(work: Work, outcome: Outcome) -> Outcome:
    """Whoever shows where they are and writes besides hears the distance below the answer."""
    if work.away is None or not outcome.text:
        return outcome
    return _joined(outcome, below=_distance(work))


def _after_hours(work: Work, outcome: Outcome) -> Outcome:
    if not (work.add_after_hours and outcome.text):
        return outcome
    told = _joined(outcome, below=work.config.after_hours_message.strip())
    return replace(told, told_after_hours=told is not outcome)


def _introduced(work: Work, outcome: Outcome) -> Outcome:
    """The first answer to a customer says that no person speaks, and how to reach one where none takes over anyway."""
    if not (work.turn.first_answer and work.staff is None and outcome.text):
        return outcome
    ends = work.opts_out or (outcome.handover is not None and outcome.handover in decide.HARD)
    spoken = bool(work.turn.written)
    text = wording.introduced_in(outcome.text, work.facts.showroom.name, reach=not ends, in_english=spoken)
    return _lengthened(outcome, text)


def _apologetic(work: Work, outcome: Outcome) -> Outcome:
    """An answer that comes late says so first."""
    if not (work.late and outcome.text):
        return outcome
    return _joined(outcome, above=_said(work, "late"))


def _reminded(work: Work, outcome: Outcome) -> Outcome:
    """A staff member's open upload is not forgotten over a question."""
    return _joined(outcome, below=work.aside) if work.aside and outcome.text else outcome


def conclude(work: Work, outcome: Outcome, began: float) -> outbox.Letter | None:
    """Write the turn's end if the claim still holds; returns what to send now, if anything.

    A draft that newer messages, a changed car or another customer have overtaken is thrown away and the chat is woken
    again.
    """
    turn = work.turn
    try:
        with scope.of(turn.tenant_id):
            ended = _end(work, outcome, began)
            letter = _effects(work, outcome, ended, began) if ended is not None else None
    except deeds.OvertakenError:
        ended = None
    if ended is None:
        with scope.of(turn.tenant_id):
            turns.release(turn.tenant_id, turn.conversation_id, turn.claim)
        _tell(work, outcome, began, "discarded")
        return None
    _tell(work, outcome, began, str(outcome.path) if outcome.text else "silent")
    return letter


def _effects(work: Work, outcome: Outcome, ended: ending.Ended, began: float) -> outbox.Letter | None:
    """All that a turn does besides its end."""
    turn = work.turn
    documents: list[registry.Document] = []
    if work.commands:
        outcome, documents = _with_commands(work, outcome)
    for call in work.attempts:
        registry.refuse(turn.tenant_id, work.phone or work.lid.partition("@")[0], call)
    if work.proof is not None:
        outcome = _proved(work, work.proof, ended)
    _keep_lead(work, outcome)
    deeds.do(work, outcome.deeds, ended)
    if turn.understanding.intent is Intent.STOP:
        deeds.stop_photos(turn.conversation_id)
    letter = _letter(work, outcome, ended, began) if outcome.text and not outcome.drafted else None
    if outcome.drafted:
        _propose(work, outcome, ended, began)
    deeds.show(work, outcome.deeds, outcome.path)
    for document in documents:
        people.hand(turn.tenant_id, ended.account_id, turn.conversation_id, document)
    if work.spam:
        turns.note(turn.conversation_id, ConversationEvent.Kind.SPAM)
    if work.stale == "some":
        turns.hand_over(turn.conversation_id, reason=Reason.STALE)
    if outcome.handover is not None:
        turns.hand_over(turn.conversation_id, reason=outcome.handover)
    if work.opts_out:
        turns.silence(turn.conversation_id, Silence.OPTED_OUT)
    if ended.rest_due_at is not None:
        turns.rewake(turn.tenant_id, turn.conversation_id, turn.upto)
    return letter


def _keep_lead(work: Work, outcome: Outcome) -> None:
    """What a customer told of themselves, where it is new: by the rules, and where they heard nothing by the model."""
    if work.staff is not None or work.spam or work.stale == "all" or not work.phone:
        return
    heard = prospects.told(work.turn, work.facts)
    saved = next((deed.told for deed in outcome.deeds if deed.told is not None), None)
    news = told.news(told.completed(heard, saved) if saved else heard, work.lead)
    if news is None:
        return
    turn, in_turn = work.turn, work.config.assign_leads == WhatsAppAIConfig.Assignment.IN_TURN
    keeping.keep(
        turn.tenant_id, work.phone, turn.conversation_id, news, message=turn.written or turn.text, in_turn=in_turn
    )
    if news.priority in deeds.HOT:
        deeds.tell_of_lead(work, news)


def _tell(work: Work, outcome: Outcome, began: float, path: str) -> None:
    """The one line of a turn that ended, and its figure."""
    seconds, turn = time.monotonic() - began, work.turn
    counters.took("turns", seconds, path=path)
    log.info(
        "turn answered" if path != "discarded" else "draft discarded",
        tenant=turn.tenant_id,
        conversation=turn.conversation_id,
        upto=turn.upto,
        path=path,
        ms=round(1000 * seconds),
        reason=str(outcome.handover or ""),
    )


def _end(work: Work, outcome: Outcome, began: float) -> ending.Ended | None:
    """The turn's end and, where nothing may hold it back, its reply."""
    turn, understood = work.turn, work.turn.understanding
    at_once = bool(outcome.text) and not outcome.drafted and not work.commands and not outbox.paces(work.config)
    return ending.write(
        tenant=turn.tenant_id,
        conversation=turn.conversation_id,
        claim=turn.claim,
        upto=turn.upto,
        cars={unit.id: unit.version for unit in outcome.units},
        told=work.facts.now if outcome.told_after_hours else None,
        reply=_reply(work, outcome, began) if at_once else None,
        speaks=bool(outcome.text),
        drafted=outcome.drafted,
        spent=spending.values(work.config, work.budget.calls, version=work.version_id),
        entities=understood.entities.as_dict(),
        spam=work.spam_told,
        intent=_intent(work),
        confidence=understood.confidence,
        mood=moods.of(turn.text, understood.intent) if turn.text and not (work.staff or work.spam) else "",
        heard=Sender.STAFF if work.staff is not None else Sender.CUSTOMER,
        is_staff=work.staff is not None,
        is_spam=work.spam,
    )


def give_up(tenant_id: int, conversation_id: int) -> None:
    """Every turn of this chat failed: a person is asked for, and the customer hears it once."""
    with scope.of(tenant_id):
        upto = turns.give_up(conversation_id)
        if upto is None:
            return
        log.error("turn given to a person", tenant=tenant_id, conversation=conversation_id)
        if gather.may_speak(conversation_id):
            message = WhatsAppMessage(
                tenant_id=tenant_id,
                account_id=WhatsAppConversation.objects.values_list("account_id", flat=True).get(pk=conversation_id),
                conversation_id=conversation_id,
                direction=Direction.OUTBOUND,
                sender_type=Sender.SYSTEM,
                content=_gives_up(conversation_id),
                answers_upto=upto,
                path=Path.FIXED,
            )
            outbox.queue(message, now=False)


def _gives_up(conversation_id: int) -> str:
    text = wording.reply("llm_error")
    outbound = WhatsAppMessage.objects.filter(conversation_id=conversation_id, direction=Direction.OUTBOUND)
    if outbound.exclude(sender_type=Sender.HUMAN).exists():
        return text
    showroom = WhatsAppConversation.objects.values_list("tenant__name", flat=True).get(pk=conversation_id)
    return wording.introduced_in(text, showroom, reach=False)


def _intent(work: Work) -> str:
    return work.commands[-1].intent if work.commands else work.turn.understanding.intent.value


def _with_commands(work: Work, outcome: Outcome) -> tuple[Outcome, list[registry.Document]]:
    """Staff commands happen here, under the claim: once, or not at all. What they say stands before the answer to
    what else was written; their documents go out behind it.
    """
    assert work.staff is not None
    actor = registry.Actor(work.turn.tenant_id, work.staff, work.config)
    done = [registry.run(call, actor) for call in work.commands]
    said = PARAGRAPH.join(one.text for one in done)[: guard.MAX_DRAFT]
    documents = [one.document for one in done if one.document is not None]
    path = outcome.path if outcome.text else Path.COMMAND
    return _joined(replace(outcome, text=said, path=path), below=outcome.text), documents


def _proved(work: Work, step: proof.Step, ended: ending.Ended) -> Outcome:
    """A chat without a phone shows whose it is; the code goes to the registered phone, never to this chat."""
    told = proof.take(work.turn.tenant_id, work.lid, step)
    if told.code:
        people.tell(work.turn.tenant_id, ended.account_id, told.phone, told.code)
    return Outcome(told.text)


def _reply(work: Work, outcome: Outcome, began: float) -> ending.Reply:
    return ending.Reply(
        text=outcome.text,
        sender_type=Sender.AI if outcome.path in (Path.MODEL, Path.COUNTER) else Sender.SYSTEM,
        sender=work.config.ai_name,
        path=outcome.path,
        ai_response=outcome.path == Path.MODEL,
        verdict={**stored(outcome), **_knew(work, outcome)},
        processing_time=round(1000 * (time.monotonic() - began)),
    )


def _letter(work: Work, outcome: Outcome, ended: ending.Ended, began: float) -> outbox.Letter | None:
    """The reply to send now: written with the end of the turn, or else here, where it may have to wait."""
    turn, reply_id = work.turn, ended.reply_id or _queue(work, outcome, ended, began)
    if reply_id is None:
        return None
    return outbox.Letter(turn.tenant_id, reply_id, ended.client_id, ended.recipient, outcome.text)


def _propose(work: Work, outcome: Outcome, ended: ending.Ended, began: float) -> None:
    reply = _reply(work, outcome, began)
    drafts.keep(
        work,
        reply.text,
        outcome.bare,
        path=reply.path,
        verdict=reply.verdict,
        llm_call_id=ended.call_id,
        config_version_id=work.version_id,
        processing_time=reply.processing_time,
    )


def _queue(work: Work, outcome: Outcome, ended: ending.Ended, began: float) -> int | None:
    """The id of the reply if it may go out now; None if it waits its turn."""
    reply = _reply(work, outcome, began)
    message = WhatsAppMessage(
        tenant_id=work.turn.tenant_id,
        account_id=ended.account_id,
        conversation_id=work.turn.conversation_id,
        direction=Direction.OUTBOUND,
        sender_type=reply.sender_type,
        sender=reply.sender,
        content=reply.text,
        answers_upto=work.turn.upto,
        ai_response=reply.ai_response,
        path=reply.path,
        verdict=reply.verdict,
        llm_call_id=ended.call_id,
        config_version_id=work.version_id,
        processing_time=reply.processing_time,
    )
    at, why = outbox.slot(work.config, ended.account_id, work.turn.conversation_id)
    outbox.queue(message, at, now=not ended.sends_before, why=why)
    return message.pk if message.aimeow_status == Delivery.SENDING else None


def _knew(work: Work, outcome: Outcome) -> dict[str, object]:
    """What an answer was made from, for people who look into it later."""
    if outcome.path not in (Path.MODEL, Path.COUNTER):
        return {}
    facts, understood = work.facts, work.turn.understanding
    return {
        "knew": {
            "intent": understood.intent.value,
            "confidence": round(understood.confidence, 2),
            "said": understood.entities.as_dict(),
            "cars": [[car.display_id, car.name, car.version] for car in (*facts.units, *facts.nearest, *facts.gone)],
            "faqs": len(facts.faqs),
            "settings": str(work.config.updated_at or ""),
            "version": work.version.number if work.version else None,
        }
    }


def stored(outcome: Outcome) -> dict[str, object]:
    """The verdict as it is kept: failed holds what no fact covered, in the draft that was not sent too; facts what was
    used; handover why a person was asked for.
    """
    kept: dict[str, object] = {"handover": str(outcome.handover)} if outcome.handover else {}
    if outcome.verdict is None:
        return kept
    first = outcome.repaired.failed if outcome.repaired else ()
    kept |= {"ok": outcome.verdict.ok, "failed": list(outcome.verdict.failed or first)[:20]}
    if outcome.verdict.facts:
        kept["facts"] = list(outcome.verdict.facts)[:60]
    return kept | ({"repaired": True} if outcome.repaired else {})
