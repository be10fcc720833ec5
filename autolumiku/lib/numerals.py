"""Reading the numerals Indonesians type: "1.200.000", "100,000,000", "125,5", "125.5". Shared by money and mileage."""

from __future__ import annotations

import re
from decimal import Decimal

# Bounded repetition keeps every scan linear; a numeral longer than this is no amount a customer types.
NUMERAL = r"(?:[0-9]{1,3}(?:\.[0-9]{3}){1,4}|[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,13})(?:[.,][0-9]{1,3})?(?![0-9])"
_GROUPED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?:,[0-9]{3})+")
_DECIMAL = re.compile(r"([0-9]{1,18})[.,]([0-9]{1,3})")


def grouped(numeral: str) -> bool:
    """Whether dots or commas part thousands: "150.000", not "125,5"."""
    return bool(_GROUPED.fullmatch(numeral))


def read(numeral: str, *, decimal_comma: bool = False) -> Decimal:
    """The value of one matched NUMERAL. With decimal_comma "125,512" is 125.512 (before "juta"), else 125512."""
    comma_fraction = decimal_comma and numeral.count(",") == 1 and "." not in numeral
    if grouped(numeral) and not comma_fraction:
        return Decimal(numeral.replace(".", "").replace(",", ""))
    if fraction := _DECIMAL.fullmatch(numeral):
        return Decimal(f"{fraction[1]}.{fraction[2]}")
    whole, part = (
        re.split(r"[.,](?=[0-9]{1,3}$)", numeral, maxsplit=1) if re.search(r"[.,]", numeral) else (numeral, "0")
    )
    return Decimal(f"{whole.replace('.', '').replace(',', '')}.{part}")


def dotted(value: int) -> str:
    """127245 -> "127.245", the Indonesian grouping."""
    return f"{value:,}".replace(",", ".")
