"""What one cell of a stock list says: each reader takes the filled text and answers in Vehicle's terms.

BadCellError: it cannot be right; UnclearCellError: it can be read in two ways and stays empty. Both say so in
Indonesian. Formula characters at the start of a text are dropped, so that no spreadsheet runs it later.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from django.utils import timezone

from autolumiku.lib import kilometres, rupiah
from inventory.models import Condition, Fuel, Status, Transmission

PRICES = range(5_000_000, 50_000_000_001)  # rupiah; outside, somebody left out "juta" or typed too many zeros
MILEAGES = range(0, 1_000_001)  # km
SHOWN = 30  # characters of a cell quoted in an error

STATUSES = {
    "tersedia": Status.AVAILABLE, "available": Status.AVAILABLE, "ready": Status.AVAILABLE, "ada": Status.AVAILABLE,
    "booked": Status.BOOKED, "booking": Status.BOOKED, "dibooking": Status.BOOKED, "dp": Status.BOOKED,
    "sold": Status.SOLD, "terjual": Status.SOLD, "laku": Status.SOLD, "sold out": Status.SOLD,
    "draft": Status.DRAFT, "draf": Status.DRAFT, "deleted": Status.DELETED, "dihapus": Status.DELETED,
}  # fmt: skip
TRANSMISSIONS = {
    **dict.fromkeys(("manual", "mt", "m/t", "m"), Transmission.MANUAL),
    **dict.fromkeys(("automatic", "matic", "matik", "otomatis", "automatis", "at", "a/t", "a", "auto", "ags",
                     "amt", "dct", "tiptronic", "triptonic", "steptronic"), Transmission.AUTOMATIC),
    **dict.fromkeys(("cvt", "matic cvt", "automatic cvt", "matic (cvt)", "e-cvt"), Transmission.CVT),
}  # fmt: skip
FUELS = {
    **dict.fromkeys(("bensin", "gasoline", "petrol", "gas", "pertalite", "pertamax", "premium"), Fuel.BENSIN),
    **dict.fromkeys(("diesel", "solar", "dexlite"), Fuel.DIESEL),
    **dict.fromkeys(("hybrid", "hibrida", "hev", "phev", "plug-in hybrid", "mild hybrid"), Fuel.HYBRID),
    **dict.fromkeys(("listrik", "electric", "ev", "bev"), Fuel.ELECTRIC),
}
CONDITIONS = {
    **dict.fromkeys(("excellent", "istimewa", "sangat baik", "sangat bagus", "like new"), Condition.EXCELLENT),
    **dict.fromkeys(("good", "baik", "bagus"), Condition.GOOD),
    **dict.fromkeys(("fair", "cukup", "cukup baik", "lumayan"), Condition.FAIR),
    **dict.fromkeys(("poor", "kurang", "perlu perbaikan", "rusak"), Condition.POOR),
}
YES_NO = {
    **dict.fromkeys(("ya", "ada", "yes", "y", "true", "1", "lengkap"), True),
    **dict.fromkeys(("tidak", "tidak ada", "no", "n", "false", "0"), False),
}
COLORS = {
    "black": "hitam", "white": "putih", "red": "merah", "blue": "biru", "grey": "abu-abu", "gray": "abu-abu",
    "green": "hijau", "yellow": "kuning", "brown": "cokelat", "orange": "oranye", "gold": "emas", "beige": "krem",
    "purple": "ungu", "metallic": "metalik",
}  # fmt: skip
MONTHS = {
    word: number
    for number, spellings in enumerate(
        [
            "jan",
            "feb peb",
            "mar",
            "apr",
            "mei may",
            "jun",
            "jul",
            "agu ags aug",
            "sep",
            "okt oct",
            "nov nop",
            "des dec",
        ],
        start=1,
    )
    for word in spellings.split()
}


class BadCellError(ValueError):
    """The cell says something that cannot be right; the text says why, in Indonesian."""


class UnclearCellError(ValueError):
    """The cell can be read in two ways: it stays empty."""


def tidy(text: str) -> str:
    """One line of visible text that no spreadsheet takes for a formula."""
    visible = "".join(char if char.isprintable() else " " for char in text)
    bare = " ".join(visible.split())
    return re.sub(r"^'(?=[=+\-@])", "", bare).lstrip("=+-@ ")  # the sign before it is our own export's


def _quoted(text: str) -> str:
    cell = " ".join(text.split())
    return f"“{cell[:SHOWN]}…”" if len(cell) > SHOWN else f"“{cell}”"


def _text(text: str, *, longest: int) -> str:
    clean = tidy(text)
    if len(clean) > longest:
        raise BadCellError(f"lebih dari {longest} huruf")
    return clean


def _choice(text: str, *, words: Mapping[str, Any], hint: str) -> Any:
    key = " ".join(text.lower().split())
    if key not in words:
        raise BadCellError(f"{_quoted(text)} tidak dikenal; isi {hint}")
    return words[key]


def _display_id(text: str) -> str:
    value = text.upper()
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9 ._/-]{0,23}", value):
        raise BadCellError(f"{_quoted(text)} bukan ID; pakai huruf, angka, dan tanda hubung, paling banyak 24")
    return value


def _whole(text: str) -> int | None:
    """ "2019" and "2019.0" -> 2019."""
    match = re.fullmatch(r"([0-9]{1,12})(?:[.,]0{1,2})?", text)
    return int(match[1]) if match else None


def _year(text: str) -> int:
    value = _whole(text)
    if value is None or not 1950 <= value <= timezone.now().year + 1:
        raise BadCellError(f"{_quoted(text)} bukan tahun mobil")
    return value


def _price(text: str) -> int:
    value = _whole(text)
    if value is None:
        value = rupiah.parse(text)
    if value is None:
        amounts = rupiah.find(text[:200])
        exact = len(amounts) == 1 and amounts[0].low is None and not amounts[0].approximate
        value = amounts[0].value if exact else None
    if value is None:
        raise BadCellError(f"{_quoted(text)} tidak terbaca sebagai harga; tulis misalnya 175000000 atau Rp 175 juta")
    if value not in PRICES:
        raise BadCellError(f"{rupiah.show_full(value)} bukan harga mobil; tulis rupiah penuh, misalnya 175000000")
    return value


def _mileage(text: str) -> int:
    """ "10.508", "42.32" (a lost zero: 42.320) and "96rb" are kilometres; "178.0" and a range are unclear."""
    bare = re.sub(r"\s*(?:km|kilometer)\.?$", "", text.strip(), flags=re.I)
    if match := re.fullmatch(r"([0-9]{1,3})[.,]([0-9]{1,2})", bare):
        if not int(match[2]):
            raise UnclearCellError(f"{_quoted(text)} bisa {match[1]} km atau {match[1]}.000 km; dikosongkan")
        value: int | None = int(match[1]) * 1000 + int(match[2].ljust(3, "0"))
    else:
        value = _whole(bare)
    if value is None and any(distance.low is not None for distance in kilometres.find(f"{bare[:40]} km")):
        raise UnclearCellError(f"{_quoted(text)} kisaran, bukan kilometer pasti; dikosongkan")
    value = kilometres.parse(bare) if value is None else value
    if value is None:
        raise BadCellError(f"{_quoted(text)} tidak terbaca sebagai kilometer")
    if value not in MILEAGES:
        raise BadCellError(f"{kilometres.show(value)} tidak mungkin")
    return value


def _color(text: str) -> str:
    said = _text(text, longest=40).lower()
    return " ".join(COLORS.get(word, word) for word in said.split())


def _plate(text: str) -> str:
    parts = re.fullmatch(r"([A-Z]{1,2})[ .-]?([0-9]{1,4})[ .-]?([A-Z]{0,3})", " ".join(text.upper().split()))
    if not parts:
        raise UnclearCellError(f"{_quoted(text)} bukan nomor polisi; dikosongkan")
    return " ".join(part for part in parts.groups() if part)


def _cc(text: str) -> int:
    bare = re.sub(r"\s*(?:cc|l|liter)$", "", text.strip(), flags=re.I)
    litres = re.fullmatch(r"([0-9])[.,]([0-9])", bare)
    value = int(litres[1]) * 1000 + int(litres[2]) * 100 if litres else _whole(bare.replace(".", ""))
    if value is None or not 300 <= value <= 9000:
        raise BadCellError(f"{_quoted(text)} bukan isi silinder dalam cc")
    return value


def _count(text: str, *, most: int, what: str) -> int:
    value = _whole(text)
    if value is None or value > most:
        raise BadCellError(f"{_quoted(text)} bukan jumlah {what}")
    return value


def _date(text: str) -> date:
    """ISO, day/month/year or "5 Mei 2026"; a month alone is unclear, because customers are told the day."""
    day, month, year = _date_parts(text.strip().lower())
    try:
        return date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        raise BadCellError(f"{_quoted(text)} bukan tanggal; tulis misalnya 31/12/2026") from None


def _date_parts(text: str) -> tuple[int, int, int]:
    """(day, month, year); (0, 0, 0) if the text is no date."""
    if match := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[ t].{0,20})?", text):
        return int(match[3]), int(match[2]), int(match[1])
    if match := re.fullmatch(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})", text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := re.fullmatch(r"([0-9]{1,2})[ -]([a-z]{3,9})[ -]([0-9]{4})", text):
        return int(match[1]), MONTHS.get(match[2][:3], 0), int(match[3])
    if re.fullmatch(r"(?:[0-9]{1,2}|[a-z]{3,9})[ ./-]{1,3}(?:[0-9]{2}|[0-9]{4})", text):
        raise UnclearCellError(f"{_quoted(text)} tanpa hari; dikosongkan, isi tanggal lengkap")
    return 0, 0, 0


READERS: Mapping[str, Callable[[str], Any]] = {
    "display_id": _display_id,
    "year": _year,
    "status": partial(_choice, words=STATUSES, hint="tersedia, booking, terjual, atau draf"),
    "price": _price,
    "credit_price": _price,
    "cost_price": _price,
    "mileage": _mileage,
    "transmission": partial(_choice, words=TRANSMISSIONS, hint="manual, matic, atau CVT"),
    "fuel": partial(_choice, words=FUELS, hint="bensin, diesel, hybrid, atau listrik"),
    "color": _color,
    "license_plate": _plate,
    "engine_cc": _cc,
    "body_type": lambda text: _text(text, longest=20).lower(),
    "seats": partial(_count, most=60, what="kursi"),
    "condition": partial(_choice, words=CONDITIONS, hint="istimewa, baik, cukup, atau perlu perbaikan"),
    "tax_valid_until": _date,
    "papers": partial(_text, longest=200),
    "accident_history": partial(_text, longest=200),
    "flood_history": partial(_text, longest=200),
    "previous_owners": partial(_count, most=50, what="pemilik"),
    "service_book": partial(_choice, words=YES_NO, hint="ya atau tidak"),
    "description": partial(_text, longest=5000),
    "staff_notes": partial(_text, longest=5000),
}
