"""Messages that come too late or too often. Pure; gather reads what is judged here.

Ages count from the sender's time. A time that cannot be (from the future, or older than WhatsApp keeps a message for
a phone that is offline) counts as the moment of arrival.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from autolumiku.lib import text

AHEAD = timedelta(minutes=5)  # how far the sender's clock may run before ours
KEPT_BY_WHATSAPP = timedelta(days=31)
JUST_SPOKE = timedelta(minutes=10)  # who got an answer so lately needs no further apology
REPETITION = timedelta(minutes=10)
HOUR = timedelta(hours=1)
# answers to a question of ours, which may well come three times in a row
SHORT_ANSWERS = text.listed(
    "ya, iya, iyaa, yes, y, yoi, ok, oke, okay, okey, baik, boleh, bisa, mau, jadi, siap, sip, lanjut, setuju, betul, "
    "benar, tidak, tdk, nggak, ngga, gak, ga, enggak, no, belum, bukan, jangan, makasih"
)

_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Spoken:
    """One earlier message of the chat. by: customer, bot, staff."""

    by: str
    text: str
    at: datetime


def written(said: datetime | None, arrived: datetime) -> datetime:
    """When a message was written, as far as the sender's time can be believed."""
    if said is None or not arrived - KEPT_BY_WHATSAPP <= said <= arrived + AHEAD:
        return arrived
    return said


def older(at: datetime, now: datetime, limit: timedelta) -> bool:
    """A limit of zero is off."""
    return bool(limit) and now - at > limit


def wants_apology(at: Iterable[datetime], spoke: datetime | None, now: datetime, limit: timedelta) -> bool:
    """One of the messages written at these times waited too long, and nobody of ours has spoken just now."""
    if spoke is not None and now - spoke < JUST_SPOKE:
        return False
    return any(older(one, now, limit) for one in at)


def repeats(said: Iterable[str], earlier: Iterable[Spoken], now: datetime, since: datetime | None) -> int:
    """How often this very text, in a row and lately, has been answered already; `earlier` comes newest first.

    since: from when on it counts (a person gave the chat back to the bot then).
    """
    texts = {_plain(one) for one in said}
    if len(texts) != 1 or texts & SHORT_ANSWERS:
        return 0
    [only] = texts
    count, answered = 0, False
    for one in earlier:
        if one.at < now - REPETITION or (since is not None and one.at < since) or one.by == "staff":
            break
        if one.by == "bot":
            answered = True
        elif _plain(one.text) != only:
            break
        elif answered:
            count, answered = count + 1, False
    return count


def too_many(nth_last_answer: datetime | None, now: datetime, since: datetime | None) -> bool:
    """nth_last_answer: when the answer was given that may be followed by no other within the hour."""
    if nth_last_answer is None or (since is not None and nth_last_answer < since):
        return False
    return now - nth_last_answer < HOUR


def _plain(said: str) -> str:
    """Case, spaces and marks make no difference, unless there is nothing else."""
    return _MARKS.sub(" ", said.casefold()).strip() or said.strip()
