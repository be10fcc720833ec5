"""How the inbox says names, times, and the words of a chat."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from autolumiku.lib import phone
from conversations.models import Direction, WhatsAppConversation, WhatsAppMessage

register = template.Library()
LONGEST_NAME = 60
# WhatsApp's own marks for bold, italic and struck through: round whole words, in one line
MARKS = {"*": "b", "_": "i", "~": "s"}
MARKED = re.compile(r"(?<![^\s(*_~])([*_~])(?=\S)([^*_~\n]*[^\s*_~])\1(?![^\s.,:;!?)*_~])")


@register.filter
def named(one: Any) -> str:
    """A chat's or a colleague's name."""
    if one is None:
        return "orang (HP showroom)"
    if isinstance(one, WhatsAppConversation):
        return one.customer_name[:LONGEST_NAME] or phone.show(one.customer_phone or "") or "Nomor belum diketahui"
    return one.get_full_name() or one.get_username()


@register.filter
def initials(user: Any) -> str:
    return "".join(word[0] for word in named(user).split()[:2]).upper()


@register.filter
def snippet(latest: Any) -> str:
    """The last message in one line, as annotated by inbox.folders."""
    if not latest:
        return "belum ada pesan"
    media = dict(WhatsAppMessage.Media.choices).get(latest["media"], "")
    words = " ".join(MARKED.sub(r"\2", str(latest["text"])).split()) or (f"[{media}]" if media else "")
    return f"Kami: {words}" if latest["way"] == Direction.OUTBOUND else words


@register.filter
def as_sent(text: str) -> SafeString:
    """A message as a phone shows it: *bold*, _italic_, ~struck~."""
    return mark_safe(MARKED.sub(_drawn, escape(text)))  # noqa: S308 - escaped before


def _drawn(mark: re.Match[str]) -> str:
    tag = MARKS[mark[1]]
    return f"<{tag}>{mark[2]}</{tag}>"


@register.filter
def briefly(moment: datetime | None) -> str:
    """A time in a narrow column: the hour today, the weekday this week, else the day."""
    if moment is None:
        return ""
    local, today = timezone.localtime(moment), timezone.localdate()
    days = (today - local.date()).days
    if days <= 0:
        return f"{local:%H.%M}"
    if days == 1:
        return "kemarin"
    return date_format(local, "D" if days < 7 else "j M" if local.year == today.year else "j M Y")


@register.filter
def waited(since: datetime | None, now: datetime) -> str:
    """How long somebody has waited: "baru saja", "12 menit", "3 jam 5 menit", "2 hari"."""
    if since is None:
        return ""
    minutes = max(int((now - since).total_seconds() // 60), 0)
    hours, rest = divmod(minutes, 60)
    if minutes < 1:
        return "baru saja"
    if hours < 1:
        return f"{minutes} menit"
    if hours < 24:
        return f"{hours} jam {rest} menit" if rest else f"{hours} jam"
    return f"{hours // 24} hari"


@register.filter
def atmost99(count: int) -> str:
    return "99+" if count > 99 else str(count)
