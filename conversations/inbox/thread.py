"""A chat as people read it: its messages and events in order, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.dateparse import parse_datetime

from conversations import verdicts
from conversations.admin import INTENTS, Bubble, bubble, timeline
from conversations.admin import note as event_note
from conversations.inbox import pulse
from conversations.models import (
    AnswerReport,
    ConversationEvent,
    Direction,
    KeptFile,
    Path,
    Sender,
    WhatsAppConversation,
    WhatsAppMessage,
)

PAGE = pulse.WATCHED
MOST = 400  # messages drawn at once, however long the page has been open


@dataclass(frozen=True, slots=True)
class Beside:
    """What the inbox shows of a message beside its bubble. file: how our copy of its file is shown, "" without one."""

    file: str = ""  # image, audio, video, document
    lost: bool = False  # it brought a file of which we have no copy
    reported: str = ""
    by_bot: bool = False
    knew: tuple[tuple[str, str], ...] = ()  # what the answer was made from, in words


NOTHING = Beside()


def read(chat: WhatsAppConversation, *, before: int | None = None, since: int | None = None) -> dict[str, Any]:
    """The newest messages; those before one; or all since the one the page begins with."""
    rows = WhatsAppMessage.objects.filter(tenant_id=chat.tenant_id, conversation=chat).select_related("llm_call")
    happened = ConversationEvent.objects.filter(tenant_id=chat.tenant_id, conversation=chat).select_related("actor")
    count = PAGE
    if before is not None:
        rows = rows.filter(pk__lt=before)
    elif since is not None:
        rows, count = rows.filter(pk__gte=since), MOST
    newest = list(_with_more(rows, chat.tenant_id).order_by("-pk")[: count + 1])
    shown = newest[:count][::-1]
    if shown and (len(newest) > count or since is not None):
        happened = happened.filter(created_at__gte=shown[0].created_at)
    if before is not None and shown:
        happened = happened.filter(created_at__lte=shown[-1].created_at)
    events = list(happened.order_by("-pk")[:count])[::-1]
    more = {message.pk: beside(message) for message in shown}
    return {
        "entries": [
            (type(entry).__name__, entry, more[entry.id] if isinstance(entry, Bubble) else NOTHING)
            for entry in timeline(map(bubble, shown), map(event_note, events))
        ],
        "first": shown[0].pk if shown else None,
        "earlier": shown[0].pk if len(newest) > count else None,
        "paged": before is not None,
    }


def _with_more(rows: Any, tenant_id: int) -> Any:
    mine = {"tenant_id": tenant_id, "message": OuterRef("pk")}
    return rows.annotate(
        kept=Subquery(KeptFile.objects.filter(**mine).values("mime_type")[:1]),
        reported=Subquery(AnswerReport.objects.filter(**mine).order_by("-pk").values("kind")[:1]),
    )


def beside(message: Any) -> Beside:
    """message: with `kept` and `reported`, as read() annotates them."""
    kind = message.kept or (message.mime_type if is_enclosure(message) else "")
    return Beside(
        file=_shown_as(kind) if kind else "",
        lost=bool(message.media_url) and not kind and message.direction == Direction.INBOUND,
        reported=AnswerReport.Kind(message.reported).label if message.reported else "",
        by_bot=message.sender_type in (Sender.AI, Sender.SYSTEM) and message.path != Path.COMMAND,
        knew=tuple(knowledge(message)),
    )


def is_enclosure(message: WhatsAppMessage) -> bool:
    """We sent it with a file from the storage. What a command made (a report) is its staff member's alone."""
    return message.direction == Direction.OUTBOUND and bool(message.media_url) and message.path != Path.COMMAND


def _shown_as(mime_type: str) -> str:
    family = mime_type.partition("/")[0]
    return family if family in ("image", "audio", "video") else "document"


def knowledge(message: WhatsAppMessage) -> Any:
    """(what, words) of all that is known about how an answer came about."""
    verdict = message.verdict if isinstance(message.verdict, dict) else {}
    knew = verdict.get("knew")
    if isinstance(knew, dict):
        yield "Maksud yang dimengerti", _intent(knew)
        yield "Yang disebut", verdicts.named(dict(knew.get("said") or {}))
        yield "Mobil yang diketahui", ", ".join(f"{car[1]} ({car[0]})" for car in knew.get("cars") or ()) or "tidak ada"
        yield "Tanya jawab", f"{knew.get('faqs', 0)} baris"
        yield "Fakta yang dipakai", "; ".join(verdicts.facts(verdict))
        yield "Pengaturan", _settings(knew)
    call = message.llm_call
    if call is not None:
        yield "Model", f"{call.model}, {call.prompt_tokens} + {call.completion_tokens} token"
    if "ok" in verdict:
        repaired = ", sesudah ditulis ulang" if verdict.get("repaired") else ""
        yield "Pemeriksaan", f"sesuai data{repaired}" if verdict["ok"] else "ditolak: memuat hal yang tidak ada di data"
    if message.processing_time:
        yield "Lama proses", f"{message.processing_time / 1000:.1f} detik".replace(".", ",")


def _settings(knew: dict[str, Any]) -> str:
    changed = parse_datetime(str(knew.get("settings") or ""))
    if knew.get("version"):
        return f"versi {knew['version']}"
    return f"versi {changed:%d-%m-%Y %H.%M}" if changed else ""


def _intent(knew: dict[str, Any]) -> str:
    words = INTENTS.get(knew.get("intent"), str(knew.get("intent")))  # type: ignore[arg-type,call-overload]
    return f"{words} ({100 * float(knew.get('confidence') or 0):.0f} %)"
