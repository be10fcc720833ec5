"""The credit simulation by command: a car or a price, down payments, tenors; reckoned by inventory.credit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from autolumiku.lib import clock, rupiah
from conversations import financing, wording
from inventory import credit, leasing, search
from inventory.unit import Unit
from staffcommands import edits
from staffcommands.grammar import Call
from staffcommands.registry import Actor, Done, command

MOST_DOWN = 4
MAX_READ = 1_500  # letters of a message with what each leasing asks
FORMAT = (
    "Formatnya: kkb [ID mobil atau harga] dp [persen atau rupiah] tenor [tahun]\n"
    "Contoh: kkb PM-PST-001 dp 20%,30% tenor 3,4,5"
)
NO_RATES = "Belum ada bunga leasing yang berlaku, Kak. Isi dulu di halaman admin (Bunga leasing)."
NOTE = "Perkiraan bunga flat, belum termasuk asuransi dan biaya; leasing yang menentukan."
_PERCENT = re.compile(r"(?<![0-9])([0-9]{1,2})\s?%")
_DOWN = re.compile(r"\b(?:dp|uang muka|depe)\b", re.I)


@dataclass(frozen=True, slots=True)
class Asked:
    """unit_id or price (rupiah) of the car; wishes: one for each down payment, in the order named."""

    unit_id: str
    price: int | None
    wishes: tuple[credit.Wish, ...]


def read(rest: str) -> Asked:
    """ "PM-PST-001 dp 20%,30% tenor 3,4", "150jt dp 30jt 3 tahun"."""
    rest = rest[:300]
    ids = [word for word in rest.replace(",", " ").split() if edits.UNIT_ID.fullmatch(word.lower())]
    years = financing.tenors(rest)
    down = _DOWN.search(rest)
    before, after = (rest[: down.start()], rest[down.end() :]) if down else (rest, "")
    percents = [int(match[1]) for match in _PERCENT.finditer(rest)]
    amounts = [amount.value for amount in rupiah.find(after)] if not percents else []
    prices = [amount.value for amount in rupiah.find(before)]
    wishes = [credit.Wish(percent=percent, years=years) for percent in percents]
    wishes += [credit.Wish(down=amount, years=years) for amount in amounts]
    wishes = wishes[:MOST_DOWN] or [credit.Wish(years=years)]
    return Asked(ids[0] if ids else "", prices[0] if prices else None, tuple(wishes))


@command("kkb", right=None)
def kkb(actor: Actor, call: Call) -> Done:
    """What a car's instalments may be, grouped by down payment."""
    asked = read(call.rest)
    today = clock.now().astimezone(ZoneInfo(actor.config.timezone)).date()
    unit = _unit(actor, asked, today.year)
    if unit is None:
        text = f"❌ Mobil dengan ID {asked.unit_id} tidak ditemukan." if asked.unit_id else FORMAT
        return Done(text, False, "not found" if asked.unit_id else "format")
    if not (unit.credit_price or unit.price):
        return Done(f"Harga {unit.name} ({unit.display_id}) belum diisi, Kak.", False, "no price")
    partners = leasing.valid(actor.tenant_id, today)
    if not partners:
        return Done(NO_RATES, False, "no rates")
    reckoned = [credit.of([unit], partners, wish, today.year) for wish in asked.wishes]
    estimates = [one.estimates[0] for one in reckoned if one.estimates]
    text = _shown(unit, estimates, reckoned[0].partners, each=True)
    if len(text) > MAX_READ:
        text = _shown(unit, estimates, reckoned[0].partners, each=False)
    return Done(text, True, vehicle_id=unit.id or None)


def _unit(actor: Actor, asked: Asked, this_year: int) -> Unit | None:
    """The car, or one that stands for a bare price."""
    if asked.unit_id:
        found = search.find(actor.tenant_id, search.Wanted(unit_id=asked.unit_id.upper()))
        return next(iter((*found.units, *found.gone)), None)
    if asked.price is None:
        return None
    return credit.priced(asked.price, this_year)


def _shown(unit: Unit, estimates: list[credit.Estimate], partners: tuple[str, ...], *, each: bool) -> str:
    """each: what each leasing asks, where there are several; else the range."""
    price = unit.credit_price or unit.price or 0
    title = f"{unit.name} ({unit.display_id})" if unit.display_id else "Simulasi"
    lines = [f"🧮 *{title}*", f"Harga: {rupiah.show(price)}"]
    compared = each and len(partners) > 1
    for one in estimates:
        lines += ["", f"*DP {one.percent} %* = {rupiah.show(one.down)} · pokok {rupiah.show(one.principal)}"]
        lines += ["(DP dinaikkan ke batas terendah leasing)"] if one.too_low else []
        lines += [] if one.offers else ["Tidak ada leasing yang melayani."]
        at_first = None if compared and len(one.partners) == 1 else one.at_first  # the table of one tells it
        lines += [f"TDP (ADDM): {_between(*at_first)}"] if at_first else []
        ranges = [f"{part.years} tahun: {_range(part)} per bulan" for part in one.instalments]
        lines += wording.credit_table(one) if compared else ranges
    sources = f"Leasing: {', '.join(partners)}" if partners else "Bunga: panduan umum"
    return "\n".join([*lines, "", sources, NOTE])


def _range(part: credit.Instalment) -> str:
    return _between(part.low, part.high)


def _between(low: int, high: int) -> str:
    return rupiah.show_full(low) if low == high else f"{rupiah.show_full(low)} – {rupiah.show_full(high)}"
