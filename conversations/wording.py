"""How things are said: the fixed sentences under templates/, and how one fact is written in Indonesian.

templates/replies/*.txt hold whole sentences for customers with {named} placeholders; templates/prompts/*.txt hold the
words for the model with [named] placeholders, as the product's own template does. Pure but for reading those files.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter

from autolumiku.lib import kilometres, rupiah
from autolumiku.lib import text as lib_text
from conversations.turn import DayHours, Facts, Unit
from inventory.credit import Credit, Estimate

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
PLACEHOLDERS = frozenset(
    {
        "address", "aspects", "body", "budget", "car", "cars", "choices", "count", "day", "distance", "hello", "kak",
        "me", "media", "moment", "opens_next", "order", "partners", "percent", "phone", "rates", "reopens", "role",
        "seats", "tenant", "time", "times", "topics", "what", "when", "words",
    }
)  # fmt: skip

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip

TRANSMISSIONS: Mapping[str, str] = {"manual": "manual", "automatic": "matic", "cvt": "matic (CVT)"}
FUELS: Mapping[str, str] = {"electric": "listrik"}
CONDITIONS: Mapping[str, str] = {
    "excellent": "sangat baik",
    "good": "baik",
    "fair": "cukup baik",
    "poor": "perlu perbaikan",
}
ORDERS: Mapping[str, str] = {
    "cheapest": "harga paling terjangkau",
    "dearest": "harga paling tinggi",
    "newest": "tahun paling muda",
    "least_used": "kilometer paling rendah",
}
ADDRESSES = lib_text.listed(
    "kak, kakak, gan, min, bang, mas, mbak, pak, bu, om, bos, ya, dong, halo, hai, permisi, selamat, pagi, siang, "
    "sore, malam"
)
GONE: Mapping[str, str] = {"SOLD": "sudah terjual", "BOOKED": "sedang dibooking"}

_BRACKETED = re.compile(r"\[([A-Za-z]+(?:: [A-Za-z ]+)?)\]")
_LATIN_NAME = re.compile(r"[A-Za-zÀ-ɏ]{2,}")
_LONGEST_NAME = 20


# --- templates


@cache
def _read(folder: str, name: str) -> str:
    return (TEMPLATES / folder / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")


def reply(name: str, /, **values: object) -> str:
    """The sentence templates/replies/{name}.txt, filled. KeyError: a placeholder was not given."""
    return _read("replies", name).format_map(values)


def instruction(name: str, **values: object) -> str:
    """The text templates/prompts/{name}.txt, filled in one pass: what a value contains is never filled again."""
    return _BRACKETED.sub(lambda match: str(values[match[1]]), _read("prompts", name))


def reply_names() -> frozenset[str]:
    return frozenset(path.stem for path in (TEMPLATES / "replies").glob("*.txt"))


def placeholders(name: str) -> frozenset[str]:
    """The {names} that a reply template needs."""
    return frozenset(field for _, field, _, _ in Formatter().parse(_read("replies", name)) if field is not None)


def handover(text: str, facts: Facts, customer_name: str = "") -> str:
    """The customer's sentence for decide.Handover.text; its _closed variant outside hours. "" where nothing is said."""
    if not text:
        return ""
    closed = f"{text}_closed"
    name = closed if not facts.open_now and closed in reply_names() else text
    return reply(name, tenant=facts.showroom.name, kak=kak(customer_name), reopens=reopens(facts))


def reopens(facts: Facts) -> str:
    """ " Kami buka kembali besok pukul 09.00." with its leading space, or "" where that is not known."""
    return f" {reply('reopens', opens_next=facts.opens_next)}" if facts.opens_next else ""


# --- people and time


def kak(name: str) -> str:
    """ "Kak Yudho" for a usable first name, else "Kak". Customers write it themselves: only letters come through."""
    found = _LATIN_NAME.search(unicodedata.normalize("NFKC", name[:200]))
    if not found or len(found[0]) > _LONGEST_NAME:
        return "Kak"
    first = found[0]
    return f"Kak {first if first[0].isupper() and not first.isupper() else first.capitalize()}"


def introduced(ai_name: str, tenant: str) -> str:
    """ "Sinta, asisten virtual Prima Mobil"; without a name of its own just "asisten virtual Prima Mobil"."""
    name, showroom = one_line(ai_name, 60), one_line(tenant, 80)
    if name.lower() in ("", "ai", "ai assistant", "assistant", "asisten virtual", "asisten"):
        return f"asisten virtual {showroom}"
    return f"{name}, asisten virtual {showroom}"


_SAYS_WHO = re.compile(
    r"\basisten (?:virtual|otomatis|digital|ai)\b|\bsaya\b[^.!?\n]{0,80}\basisten\b|"
    r"\b(?:virtual|automatic|automated|digital|ai) assistant\b",
    re.IGNORECASE,
)
_SAYS_HOW = re.compile(r"\bminta orang\b|\btalk to a person\b", re.IGNORECASE)


def introduced_in(text: str, tenant: str, *, reach: bool, in_english: bool = False) -> str:
    """A first answer with what it does not say itself: that an assistant speaks; if `reach`, how to get a person."""
    folder = "english/" if in_english else ""
    who = "" if _SAYS_WHO.search(text) else reply(f"{folder}first_who", tenant=one_line(tenant, 80))
    how = reply(f"{folder}first_person") if reach and not _SAYS_HOW.search(text) else ""
    return "\n\n".join(part for part in (who, text, how) if part)


def welcome(written: str, facts: Facts, hello: str) -> str:
    """The manager's own welcome; {greeting} and {showroom} in it are filled."""
    filled = written.strip()[:1000].replace("{greeting}", hello)
    return filled.replace("{showroom}", one_line(facts.showroom.name, 80))


def daypart(now: datetime) -> str:
    """pagi 04-11, siang 11-15, sore 15-18, else malam."""
    for first, after, part in ((4, 11, "pagi"), (11, 15, "siang"), (15, 18, "sore")):
        if first <= now.hour < after:
            return part
    return "malam"


def day(value: date) -> str:
    """ "5 Mei 2026"."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def weekday_and_day(value: date) -> str:
    """ "Senin, 23 November 2026"."""
    return f"{DAYS[value.weekday()]}, {day(value)}"


def moment(value: datetime) -> str:
    """ "Senin, 23 November 2026 pukul 18.14"."""
    return f"{weekday_and_day(value)} pukul {value:%H.%M}"


def hours(week: Sequence[DayHours]) -> str:
    """ "Senin-Jumat 09.00-17.00, Sabtu 09.00-15.00, Minggu tutup"; "" without hours. A day not named is closed."""
    if not week:
        return ""
    by_day = {item.weekday: _span(item) for item in week}
    spans = [by_day.get(weekday, "tutup") for weekday in range(7)]
    groups: list[tuple[int, int]] = []
    for weekday, span in enumerate(spans):
        if groups and spans[groups[-1][0]] == span:
            groups[-1] = (groups[-1][0], weekday)
        else:
            groups.append((weekday, weekday))
    return ", ".join(f"{_days(first, last)} {spans[first]}" for first, last in groups)


def _span(item: DayHours) -> str:
    if not item.opens or not item.closes:
        return "tutup"
    return f"{item.opens}-{item.closes}".replace(":", ".")


def _days(first: int, last: int) -> str:
    return DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"


# --- units


@lru_cache(maxsize=4096)
def one_line(text: str, limit: int) -> str:
    """Whitespace and control characters collapsed to single spaces, cut to limit characters."""
    flat = text[: limit * 4]
    if not flat.isprintable():
        flat = "".join(char if char.isprintable() else " " for char in flat)
    flat = " ".join(flat.split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def prices(unit: Unit) -> tuple[tuple[str, str], ...]:
    """("Harga", "Rp 79 juta"); with a credit price too, each says which it is. Empty without data."""
    if unit.price is None and unit.credit_price is None:
        return ()
    if unit.credit_price is None and unit.price is not None:
        return (("Harga", rupiah.show(unit.price)),)
    pairs = (("Harga cash", unit.price), ("Harga kredit", unit.credit_price))
    return tuple((label, rupiah.show(value)) for label, value in pairs if value is not None)


def basics(unit: Unit) -> tuple[tuple[str, str], ...]:
    """(label, value) of what a card shows, only where data exist."""
    pairs = (
        ("KM", kilometres.show(unit.mileage) if unit.mileage is not None else ""),
        ("Transmisi", TRANSMISSIONS.get(unit.transmission, unit.transmission)),
        ("Bahan bakar", FUELS.get(unit.fuel, unit.fuel)),
        ("Warna", one_line(unit.color, 40)),
    )
    return prices(unit) + tuple(pair for pair in pairs if pair[1])


def body(kind: str) -> str:
    """ "SUV" and "MPV" as people write them; the others are words."""
    return kind.upper() if kind in ("mpv", "suv") else kind


def tax(unit: Unit, today: date) -> str:
    """ "berlaku sampai 5 Mei 2027", "tercatat sampai 5 Mei 2024 (sudah lewat)", or ""."""
    if unit.tax_valid_until is None:
        return ""
    if unit.tax_valid_until < today:
        return f"tercatat sampai {day(unit.tax_valid_until)} (sudah lewat)"
    return f"berlaku sampai {day(unit.tax_valid_until)}"


def service_book(unit: Unit) -> str:
    return "" if unit.service_book is None else ("ada" if unit.service_book else "tidak ada")


def owners(unit: Unit) -> str:
    return "" if unit.previous_owners is None else f"{unit.previous_owners} orang"


def extras(unit: Unit, today: date) -> tuple[tuple[str, str], ...]:
    """(label, value) of everything else a customer may know, only where data exist."""
    pairs = (
        ("Bodi", body(one_line(unit.body_type, 30))),
        ("Kursi", str(unit.seats or "")),
        ("Mesin", f"{unit.engine_cc} cc" if unit.engine_cc else ""),
        ("Pajak", tax(unit, today)),
        ("Surat", one_line(unit.papers, 120)),
        ("Riwayat tabrakan", one_line(unit.accident_history, 120)),
        ("Riwayat banjir", one_line(unit.flood_history, 120)),
        ("Pemilik sebelumnya", owners(unit)),
        ("Buku servis", service_book(unit)),
        ("Kondisi", CONDITIONS.get(unit.condition, unit.condition)),
        ("Foto", str(unit.photo_count or "")),
    )
    return tuple(pair for pair in pairs if pair[1])


def title(unit: Unit) -> str:
    """ "🚗 *Honda City S 2006* | PM-PST-001": the name never without its id."""
    return f"🚗 *{one_line(unit.name, 80)}* | {unit.display_id}"


def card(unit: Unit, pairs: Sequence[tuple[str, str]]) -> str:
    return _block(title(unit), pairs)


def brief(unit: Unit) -> str:
    """One line for a list: name, id and cash price (or the credit price, named so)."""
    shown = prices(unit)
    if not shown:
        return f"{title(unit)} | harga belum tercatat"
    return f"{title(unit)} | {shown[0][1]}" + ("" if unit.price is not None else " (kredit)")


def full_line(unit: Unit, today: date) -> str:
    """One unit on one line with all its data, for the model."""
    pairs = basics(unit) + extras(unit, today)
    return " | ".join(
        [f"- {unit.display_id}", one_line(unit.name, 80), *(f"{label}: {value}" for label, value in pairs)]
    )


def gone_line(unit: Unit) -> str:
    """A unit that is not for sale any more, for the model: no price, only why."""
    return f"- {unit.display_id} | {one_line(unit.name, 80)} | {GONE.get(unit.status, 'tidak tersedia')}"


# --- credit


def credit_pairs(unit: Unit, estimate: Estimate) -> tuple[tuple[str, str], ...]:
    """(label, value) of one car's estimate, a range where the partners differ."""
    return (*credit_head(unit, estimate), *credit_terms(estimate), *credit_first(estimate))


def credit_head(unit: Unit, estimate: Estimate) -> tuple[tuple[str, str], ...]:
    """What is the same at every leasing."""
    return (
        ("Harga kredit" if unit.credit_price else "Harga", rupiah.show(estimate.price)),
        (f"DP {estimate.percent}%", rupiah.show(estimate.down)),
        ("Pokok pinjaman", rupiah.show(estimate.principal)),
    )


def credit_terms(estimate: Estimate) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"{one.years} tahun", f"{_range(rupiah.show_full(one.low), rupiah.show_full(one.high))} per bulan")
        for one in estimate.instalments
    )


def credit_first(estimate: Estimate) -> tuple[tuple[str, str], ...]:
    total = estimate.at_first
    return (("TDP (ADDM)", _range(*map(rupiah.show_full, total))),) if total else ()


def credit_table(estimate: Estimate, most: int | None = None) -> list[str]:
    """A block for each term: its leasings and what each asks a month, the lowest first; of a single leasing one block
    with its terms. Short lines: WhatsApp has no tables. most: leasings a term.
    """
    if len(estimate.partners) == 1:
        pairs = (*credit_terms(estimate), *credit_first(estimate))
        return [_block(f"*{one_line(estimate.partners[0], 60)}:*", pairs)]
    return [
        _block(
            f"*Cicilan {years} tahun per bulan:*",
            [(one_line(one.partner, 60), rupiah.show_full(one.monthly)) for one in offers[:most]],
        )
        for years, offers in estimate.by_term().items()
    ]


def credit_lines(estimate: Estimate) -> list[str]:
    """What each leasing asks, for the model: "  Satu Finance | 3 tahun: Rp 4.108.333 per bulan"."""
    return [
        " | ".join([f"  {one_line(name, 60)}", *(f"{label}: {value}" for label, value in credit_terms(own))])
        for name, own in ((name, estimate.of((name,))) for name in estimate.partners)
    ]


def credit_sheet(unit: Unit, credit: Credit, estimate: Estimate, most: int | None = None) -> list[str]:
    """One car's figures: the leasings side by side, where there are several."""
    named = title(unit) if unit.display_id else "🧮 *Simulasi kredit*"
    if len(credit.partners) < 2:
        return [_block(named, credit_pairs(unit, estimate))]
    whole = estimate.at_first == credit.of_unit(estimate.unit_id).at_first  # else it would be said of all leasings
    at_first = credit_first(estimate) if whole and len(estimate.partners) > 1 else ()
    return [_block(named, (*credit_head(unit, estimate), *at_first)), *credit_table(estimate, most)]


def credit_notes(credit: Credit, estimate: Estimate, *, named: bool = True) -> str:
    """How it was reckoned. named: with the names of the leasings."""
    example = "" if credit.wish.named else reply("credit_example_down", percent=estimate.percent)
    note = reply("credit_note", partners=partners(credit, named=named))
    return " ".join(line for line in (example, note) if line)


def credit_compared(credit: Credit, estimate: Estimate) -> list[str]:
    """Who asks least, and who asks nothing for this car."""
    lowest, lines = credit.of_unit(estimate.unit_id).lowest(), []
    if lowest and lowest == estimate.lowest():  # the lowest of those alone that were named is none
        lines.append(reply("credit_lowest", partners=lowest))
    if credit.left_out:
        lines.append(reply("credit_left_out", partners=", ".join(credit.left_out)))
    return lines


def credit_text(unit: Unit, credit: Credit, estimate: Estimate) -> str:
    """All of it as a message."""
    several = len(credit.partners) > 1
    compared = credit_compared(credit, estimate) if several else []
    texts = [reply("credit_estimate", kak="Kak"), *credit_sheet(unit, credit, estimate), *compared]
    return "\n\n".join([*texts, credit_notes(credit, estimate, named=not several)])


def _block(head: str, pairs: Sequence[tuple[str, str]]) -> str:
    return "\n".join([head, *(f"• {label}: {value}" for label, value in pairs)])


def partners(credit: Credit, *, named: bool = True) -> str:
    """ "bunga flat leasing rekanan kami (Mitra Finance, Jaya Leasing)"."""
    names = ", ".join(one_line(name, 60) for name in credit.partners)
    if not names:
        return "patokan umum bunga flat leasing"
    return f"bunga flat leasing rekanan kami ({names})" if named else "bunga flat leasing rekanan kami"


def rates(credit: Credit) -> str:
    """ "3 tahun 7,75-9,75%, 4 tahun 8,5-10,5%"."""
    return ", ".join(f"{one.years} tahun {_range(percent(one.low), percent(one.high))}%" for one in credit.rates)


def percent(hundredths: int) -> str:
    """775 -> "7,75"."""
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} - {high}" if " " in low else f"{low}-{high}"
