"""Phone numbers: the one normaliser (`62…` digits) and the one way to show them.

Indonesian numbers are judged by our own rule, because WhatsApp knows mobiles only and people type them in many ways.
`phonenumbers` judges and formats every other country's, where the length tells a number from a WhatsApp LID.
"""

from __future__ import annotations

import re

import phonenumbers

PHONE_SERVERS = frozenset({"s.whatsapp.net", "c.us", "hosted"})
LONGEST_INPUT = 64
NUMBER = re.compile(r"(\+?)([0-9]{1,20})")
MOBILE = re.compile(r"628[0-9]{7,11}")
OTHER = re.compile(r"[1-9][0-9]{6,12}")  # from 14 digits on, a number that is no Indonesian mobile is a LID
ON_THE_WIRE = re.compile(r"[1-9][0-9]{4,14}")
# What people and address books put between digits: blanks, brackets, dots, every dash, invisible direction marks.
SEPARATORS = {ord(mark): None for mark in " \t\r\n\u00a0().-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u200b\ufeff"}
SEPARATORS |= dict.fromkeys((*range(0x200E, 0x2010), *range(0x202A, 0x2030), *range(0x2066, 0x206A)))


def normalise(raw: str) -> str:
    """The digits that name this phone everywhere in the product: `62…`, or another country's code first.

    Takes what people type (`0812…`, `+62 812-…`, `8…`) and WhatsApp's phone JIDs, with or without a device.
    "" when it is no phone: a LID, a group, letters, too short or too long. A bare `8…` is read as Indonesian, so a
    foreign number that begins with 8 needs its `+`, its `00` or its JID; do not normalise such digits again.
    """
    if len(raw) > LONGEST_INPUT:
        return ""
    user, at, server = raw.partition("@")
    if at and server.strip().lower() not in PHONE_SERVERS:
        return ""
    match = NUMBER.fullmatch(user.partition(":")[0].translate(SEPARATORS))
    if not match:
        return ""
    plus, digits = match.groups()
    if at and ON_THE_WIRE.fullmatch(digits):
        return digits
    digits = _with_country(digits, international=bool(plus))
    return digits if is_phone(digits) else ""


def is_phone(digits: str) -> bool:
    """Whether bare digits, country code first, can be a phone and not a LID or a slip of the finger."""
    if digits.startswith("628"):
        return MOBILE.fullmatch(digits) is not None
    return OTHER.fullmatch(digits) is not None and _possible(digits)


def show(digits: str) -> str:
    """A normalised phone as people read it: `+62 812-3456-7890`. Anything else comes back as it is."""
    if MOBILE.fullmatch(digits):
        return f"+62 {digits[2:5]}-{digits[5:9]}-{digits[9:]}"
    number = _parsed(digits) if ON_THE_WIRE.fullmatch(digits) else None
    if number is None:
        return digits
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _with_country(digits: str, *, international: bool) -> str:
    if digits.startswith("00"):
        digits, international = digits[2:], True
    if digits.startswith("0"):
        return "62" + digits[1:]
    if digits.startswith("620"):
        return "62" + digits[3:]
    if digits.startswith("8") and 9 <= len(digits) <= 12 and not international:
        return "62" + digits
    return digits


def _parsed(digits: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return None


def _possible(digits: str) -> bool:
    number = _parsed(digits)
    return number is not None and phonenumbers.is_possible_number(number)
