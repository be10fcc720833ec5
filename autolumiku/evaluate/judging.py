"""Did a scenario end as it should? Every check that failed, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from aiconfig.models import LLMCall
from autolumiku.lib import clock
from autolumiku.testing.stage import CUSTOMER, Showroom
from conversations import decide, wording
from conversations.models import Direction, Sender, WhatsAppMessage
from inventory.models import Vehicle
from leads.models import Booking, Lead, Outreach, Wait

if TYPE_CHECKING:
    from autolumiku.evaluate.playing import Played

MOST_REPLIES = 10
_DAY = re.compile(r"\{\+(\d{1,2})\}")


def failed(played: Played, showroom: Showroom) -> list[str]:
    """Inside the showroom's scope, while its rows are there."""
    return [*_counted(played), *_spoken(played), *_ended(played, showroom), *_held_to_the_laws(played)]


def _counted(played: Played) -> Iterator[str]:
    scenario = played.scenario
    turns = sum(not turn.startswith("(") for turn in scenario.turns)
    wanted = turns if scenario.replies is None else scenario.replies
    if len(played.replies) != wanted:
        yield f"{len(played.replies)} replies instead of {wanted}"


def _spoken(played: Played) -> Iterator[str]:
    scenario, replies = played.scenario, played.replies
    last, everything = (replies[-1] if replies else ""), "\n".join(replies)
    yield from (f"does not say: {fact}" for fact in map(_dated, scenario.says) if fact.lower() not in last.lower())
    yield from (f"never said: {fact}" for fact in map(_dated, scenario.said) if fact.lower() not in everything.lower())
    yield from (f"says: {claim}" for claim in map(_dated, scenario.never) if claim.lower() in everything.lower())


def _dated(text: str) -> str:
    """ "{+1}" is tomorrow by the scenario's clock."""
    today = clock.now().astimezone(ZoneInfo("Asia/Jakarta")).date()
    return _DAY.sub(lambda match: wording.weekday_and_day(today + timedelta(days=int(match[1]))), text)


def _held_to_the_laws(played: Played) -> Iterator[str]:
    """What holds for every reply, whatever was asked."""
    rows = WhatsAppMessage.objects.filter(direction=Direction.OUTBOUND)
    for row in rows:
        refused = row.verdict.get("failed") or []
        played.guard += bool(refused)
        if row.verdict and not row.verdict.get("ok", True) and row.path not in ("fixed", "counter"):
            yield "a refused draft was sent"
        if len(row.content) > 4096:
            yield "a reply longer than WhatsApp takes"
        if re.search(r"[{\[]\w+[}\]]", row.content):
            yield "a placeholder was not filled"
    yield from _introduced(played)


def _introduced(played: Played) -> Iterator[str]:
    """The first answer to a customer says that an assistant speaks and, while it goes on, how to reach a person."""
    sent = WhatsAppMessage.objects.filter(direction=Direction.OUTBOUND, conversation__is_staff=False)
    first = sent.exclude(sender_type=Sender.HUMAN).order_by("pk").first()
    if first is None or played.scenario.talk.startswith(("(", "staf> ")):
        return
    stays = first.verdict.get("handover", "") not in decide.HARD
    if first.content != wording.introduced_in(first.content, first.conversation.tenant.name, reach=stays):
        yield "the first answer does not introduce itself"


def _ended(played: Played, showroom: Showroom) -> Iterator[str]:
    for name, wanted in played.scenario.end.items():
        is_now = STATES[name](showroom)
        if is_now != wanted:
            yield f"{name} is {is_now!r} instead of {wanted!r}"


def _chat(name: str) -> Callable[[Showroom], Any]:
    return lambda showroom: str(getattr(showroom.chat(), name))


def _intent(_: Showroom) -> str:
    last = WhatsAppMessage.objects.filter(seq__isnull=False).order_by("-pk").first()
    return last.intent if last else ""


def _path(_: Showroom) -> str:
    last = WhatsAppMessage.objects.filter(direction=Direction.OUTBOUND).order_by("-pk").first()
    return last.path if last else ""


def _bookings(_: Showroom) -> list[str]:
    """ "booked Toyota Fortuner VRZ AT 2021 10.00", in the order they were made."""
    zone = ZoneInfo("Asia/Jakarta")
    rows = Booking.objects.filter(phone=CUSTOMER).select_related("vehicle").order_by("pk")
    return [
        f"{row.status} {row.vehicle.name if row.vehicle else 'kunjungan'} {row.starts_at.astimezone(zone):%H.%M}"
        for row in rows
    ]


def _lead(name: str) -> Callable[[Showroom], Any]:
    return lambda _: next((str(value) for value in Lead.objects.values_list(name, flat=True)), None)


def _cars(_: Showroom) -> dict[str, str]:
    return dict(Vehicle.objects.order_by("display_id").values_list("display_id", "status"))


def _prices(_: Showroom) -> dict[str, int | None]:
    return dict(Vehicle.objects.order_by("display_id").values_list("display_id", "price"))


STATES: Mapping[str, Callable[[Showroom], Any]] = {
    "reason": _chat("escalated_reason"),
    "holder": _chat("holder"),
    "status": _chat("status"),
    "spam": lambda showroom: showroom.chat().is_spam,
    "intent": _intent,
    "path": _path,
    "bookings": _bookings,
    "lead": lambda _: Lead.objects.exists(),
    "priority": _lead("priority"),
    "budget": _lead("budget_range"),
    "need": _lead("interested_in"),
    "place": _lead("location"),
    "step": _lead("next_step"),
    "cars": _cars,
    "prices": _prices,
    "calls": lambda _: LLMCall.objects.count(),
    "photos": lambda _: WhatsAppMessage.objects.filter(
        direction=Direction.OUTBOUND, media_type="image", aimeow_status="sent"
    ).count(),
    "waits": lambda _: list(Wait.objects.order_by("pk").values_list("words", flat=True)),
    "waiting": lambda _: Outreach.objects.filter(sent_at=None, dropped="").count(),
}
