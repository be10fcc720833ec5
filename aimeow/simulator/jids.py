"""What the gateway makes of the `phone` of a request. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .faults import SEND_TAILS
from .payloads import PHONE_SERVER

_NUMBER = re.compile(r"[1-9][0-9]{7,14}")
_SENDABLE = frozenset({PHONE_SERVER, "lid", "g.us", "broadcast", "newsletter", "bot"})


class JidError(ValueError):
    """The text cannot be parsed as a JID; carries the gateway's words."""


@dataclass(frozen=True, slots=True)
class Jid:
    user: str
    server: str
    device: int = 0

    def __str__(self) -> str:
        return f"{self.user}:{self.device}@{self.server}" if self.device else f"{self.user}@{self.server}"


def parse(phone: str) -> Jid:
    """Strip one @s.whatsapp.net, append it when no @ is left, parse. Nothing else is normalised."""
    text = phone.removesuffix(f"@{PHONE_SERVER}")
    if "@" not in text:
        text = f"{text}@{PHONE_SERVER}"
    user, server = text.split("@", 1)
    user, device = _without_device(user)
    return Jid(user, server, device)


def send_tail(jid: Jid, known_lids: frozenset[str] = frozenset()) -> str:
    """Why WhatsApp refuses this recipient, "" when it does not: WhatsApp's side, as far as it is known."""
    if jid.device:
        return SEND_TAILS["device_part"]
    if jid.server not in _SENDABLE:
        return f"can't send message to unknown server {jid.server}"
    if jid.server == PHONE_SERVER and not is_registered(jid.user, known_lids):
        return SEND_TAILS["no_lid"].format(jid=jid)
    return ""


def is_registered(digits: str, known_lids: frozenset[str] = frozenset()) -> bool:
    """Could this be a phone number on WhatsApp? Malformed numbers and LIDs are not."""
    if not _NUMBER.fullmatch(digits) or digits in known_lids:
        return False
    return len(digits) < 14 or digits.startswith("62")


def _without_device(user: str) -> tuple[str, int]:
    if user.count(".") > 1:
        raise JidError("unexpected number of dots in JID")
    name, _, agent = user.partition(".")
    tail = agent if agent else name
    if tail.count(":") > 1:
        raise JidError("unexpected number of colons in JID")
    tail, colon, device = tail.partition(":")
    if agent and not _is_byte(tail):
        raise JidError(f'failed to parse agent from JID: strconv.Atoi: parsing "{tail}": invalid syntax')
    if colon and not _is_byte(device):
        raise JidError(f'failed to parse device from JID: strconv.Atoi: parsing "{device}": invalid syntax')
    return (name if agent else tail), int(device or 0)


def _is_byte(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5
