"""What lies open on a staff member's desk, and which commands their messages are then. Asked once a turn of staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from autolumiku.lib import clock
from staffcommands import grammar
from staffcommands.grammar import Call
from staffcommands.models import Confirmation, StaffWhatsAppAuth

REMEMBERED = timedelta(hours=1)  # so long a late yes is told that it came too late; afterwards it is talk


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a staff member; media: the kind of its file, "" for words alone."""

    text: str
    media: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    asked: bool  # a question waits for this person's yes or no


def look(staff: StaffWhatsAppAuth) -> Desk:
    """One statement."""
    asked = Confirmation.objects.filter(
        tenant_id=staff.tenant_id, staff=staff, answered_at=None, expires_at__gt=clock.now() - REMEMBERED
    )
    return Desk(asked.exists())


def sort(said: Sequence[Said], desk: Desk) -> tuple[tuple[Call, ...], list[str]]:
    """(the commands in order, the talk): what staff write is one or the other, message by message.

    A photo's caption commands nothing: it may have been forwarded with the photo.
    """
    calls: list[Call] = []
    talk: list[str] = []
    asked = desk.asked
    for one in said:
        if not one.text.strip():
            continue
        answer = grammar.answer(one.text) if asked and not one.media else None
        if answer is not None:
            calls.append(Call("answer", "yes" if answer else "no", grammar.printable(one.text)))
            asked = False
        elif found := () if one.media else grammar.recognise_all(one.text):
            calls += found
        else:
            talk.append(one.text)
    return tuple(calls), talk
