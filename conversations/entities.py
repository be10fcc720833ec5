"""What a customer named: car, year, money, gearbox, fuel, body, seats, colour. Pure; `intents` asks it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from autolumiku.lib import kilometres, moments, rupiah, years
from autolumiku.lib import text as lib_text
from autolumiku.lib.kilometres import Distance
from autolumiku.lib.rupiah import Amount
from conversations.turn import Entities
from inventory import names, traits

SMALLEST_BUDGET = 5_000_000  # rupiah; less is a fee or an instalment, not the price of a car

# "PM-PST-001", "SA-SBY-012", "MB-001", and spoken "pm pst 1"; showrooms choose their own prefixes.
_UNIT_ID = re.compile(r"(?<![a-z0-9-])[a-z]{1,6}(?:-[a-z]{2,4})?-[0-9]{3,6}(?![a-z0-9-])")
_BUT = re.compile(r"\b(?:selain|kecuali|jangan)(?: (?:yang|unit|kode|id)){0,2} $")
_SPOKEN_ID = re.compile(r"(?<![a-z0-9])([a-z]{2})[ -]?pst[ -]?([0-9]{1,6})(?![a-z0-9])")
_NO_PREFIX = lib_text.listed(
    "rp, idr, km, th, thn, tahun, dp, tdp, no, wa, hp, tlp, telp, jam, tgl, cc, budget, jt, bca, bri, bni"
)
_DOWN = r"(?:t?dp|depe|uang muka|down ?payment|bayar awal|setor awal)"
_INSTALMENT = r"(?:cicil\w{0,8}|angsur\w{0,8}|nyicil|per ?bulan|perbln|sebulan|/ ?(?:bln|bulan))"
_NEITHER = r"(?:tenor|bunga|admin\w{0,6}|asuransi|pajak|gaji|booking|tanda jadi|keep|penghasilan|biaya|servi\w{2})"
_ROLE_BEFORE = re.compile(
    rf"\b(?:(?P<down>{_DOWN})|(?P<instalment>{_INSTALMENT})|(?P<neither>{_NEITHER})|"
    rf"(?P<budget>budget|budjet|bujet|dana|harga\w{{0,3}}))(?:nya)?\b"
)
_ROLE_AFTER = re.compile(
    rf"\s?,?\s?(?:(?:untuk|utk|buat|sebagai|bwt) )?(?:(?P<down>{_DOWN})\b|(?P<monthly>(?:per|x|/|se|"
    rf"\*)? ?(?:bulan|bln|bl)\b|"
    rf"x ?[0-9])|(?P<instalment>cicil|angsur|nyicil))"
)
_MADE = re.compile(r"\bharga.{0,30}\b(?:jadi|menjadi|jadikan)(?: rp\.?)?\s?$")  # "ubah harga City jadi 10 juta"
_AT_MOST = re.compile(
    r"(?:\b(?:di ?bawah|dibawah|bawah|max|maks|maksimal|maximal|mentok|kurang dari|tidak lebih dari|under|"
    r"paling mahal|sampai|hingga|"
    r"budget max)|<=?)(?: harga)?(?: rp\.?)?\s?$"
)
_AT_LEAST = re.compile(
    r"(?:\b(?:di ?atas|diatas|minimal|min|lebih dari|mulai(?: dari)?|above)|"
    r">=?)(?: harga)?(?: rp\.?)?\s?$"
)
_AND_LESS = re.compile(r"\s?(?:ke ?bawah|kebawah)\b")
_AND_MORE = re.compile(r"\s?(?:ke ?atas|keatas|lebih\b|up\b)")
_BARE_BUDGET = re.compile(
    r"\b(?:budget|budjet|bujet|dana)(?:nya|ku)?(?: (?:saya|cuma|hanya|ada|sekitar|max|maks|"
    r"di)){0,3} ([3-9][0-9]|[1-9][0-9]{2})(?![0-9.,]|\s?(?:%|jt|juta|rb|ribu|m\b|mi|km|cc))"
)
# A bare number of a car's price, in juta: "di bawah 150", "150 ke bawah", "150an", "150-200".
_NOT_MONEY = r"(?![0-9.,]|\s?(?:%|jt|juta|rb|ribu|km|cc|kilo|hari|bulan|tahun|thn|orang|unit|hp|tdk))"
_BELOW = re.compile(
    rf"\b(?:di ?bawah|dibawah|maks|max|maksimal|mentok|under) ([5-9][0-9]|[1-9][0-9]{{2}}){_NOT_MONEY}|"
    rf"(?<![0-9.,-])([5-9][0-9]|[1-9][0-9]{{2}})(?:-?an)?{_NOT_MONEY} ?ke ?bawah\b"
)
_BELOW_NOT_MONEY = re.compile(r"\b(?:km|kilometer|cc|umur|usia|tahun|cicil\w{0,4}|angsur\w{0,4}|t?dp|depe)\b")
_PERCENT = re.compile(
    rf"\b{_DOWN}(?:nya)?\W{{0,3}}(?:[a-z]{{1,8}}\W{{1,3}}){{0,2}}?([0-9]{{1,3}})\s?(?:%|persen)|"
    rf"([0-9]{{1,3}})\s?(?:%|persen) {_DOWN}\b"
)
_NO_DOWN = re.compile(r"\b(?:tanpa|no|nol|zero) (?:t?dp|uang muka)\b|\bt?dp (?:nol|zero)\b")

_SEATS = re.compile(
    r"(?<![0-9])([2-9]|1[0-6]) ?(?:seaters?|seats?|kursi|penumpang|orang)\b|\b(?:muat|isi|"
    r"kapasitas) ([2-9]|1[0-6])\b"
)
_ORDERS = tuple(
    (order, re.compile(rf"\b(?:{words})\b"))
    for order, words in (
        ("cheapest", "paling murah|termurah|lebih murah|murah meriah|paling hemat|harga terendah"),
        ("dearest", "paling mahal|termahal|paling mewah|termewah"),
        ("newest", "paling baru|terbaru|tahun (?:paling )?muda|termuda|paling muda|lebih muda"),
        (
            "least_used",
            "(?:km|kilometer)(?: nya)?(?: yang)?(?: paling)? (?:rendah|kecil|sedikit|low)|"
            "(?:km|kilometer)(?: nya)? terendah|low km",
        ),
    )
)
LOWEST = r"(?:paling (?:murah|ringan|rendah|kecil)|termurah|teringan|terendah|terkecil)"
_PAID = r"(?:leasing|cicilan|angsuran)"
_CHOOSES_LEASING = re.compile(rf"\b{_PAID}\b.{{0,30}}\b{LOWEST}\b|\b{LOWEST} {_PAID}\b")
_OF_A_CAR = re.compile(r"\b(?:mobil|unit|kendaraan)\b")
_NOT_A_COLOUR = re.compile(r"\bplat (?:nomor )?\w{3,8}\b")
_NO_GEARBOX = re.compile(r"\b(?:buku manual|manual book)\b")


# A number after budget, DP or instalment that may mean different sums, or a share; it is asked for.
_UNREAD = re.compile(
    rf"\b((?:{_DOWN}|budget|budjet|bujet|dana|cicilan|angsuran)(?:nya|ku)?(?: (?:saya|cuma|hanya|ada|sekitar|max|maks|"
    rf"di|kira kira|mau|kalau|kalo|nya)){{0,3}} (?:rp\.? ?)?[0-9]{{1,3}}(?:[.,][0-9]{{1,3}}){{0,2}})(?:an)?"
    rf"(?![0-9.,%]|\s?(?:%|persen|jt|juta|rb|ribu|m\b|mil|km|cc|x\b|bulan|bln|tahun|thn|th\b))"
)


def chooses_leasing(said: str) -> bool:
    """ "Leasing mana yang paling murah?", "cicilan termurah berapa?": it seeks no car."""
    paid = "leasing" in said or (("cicilan" in said or "angsuran" in said) and not _OF_A_CAR.search(said))
    return paid and _CHOOSES_LEASING.search(said) is not None


def find(text: str, now: datetime | None = None, *, said: str = "") -> Entities:
    """Everything named in one customer text (already cut to a sane length); days and times only with `now`.

    said: its folded words without clitics, if the caller has them.
    """
    plain = lib_text.plain(text)
    said = said or " ".join(map(lib_text.stem_clitics, lib_text.words(text)))
    car = names.find(plain)
    amounts = rupiah.find(plain)
    unit_id, without = _unit_id(plain)
    denied, wished = traits.denied(said)
    distances = kilometres.find(plain)
    built = years.find(_blank(plain, [*amounts, *distances]))
    exact = next((one.exact for one in built if one.exact), None)
    span = next((one for one in built if not one.exact), None) if exact is None else None
    found = Entities(
        order="" if chooses_leasing(said) else next((one for one, words in _ORDERS if words.search(said)), ""),
        make=car.make,
        model=car.model,
        guessed=car.guessed,
        unit_id=unit_id,
        without=without,
        unwanted=(*_cars(car.denied), *(f"{trait}={value}" for trait, value in denied)),
        year=exact,
        year_min=span.low if span else None,
        year_max=span.high if span else None,
        mileage=distances[0].value if distances else None,
        down_payment_percent=_percent(plain),
        transmission=traits.find("transmission", _NO_GEARBOX.sub(" ", wished)),
        fuel=traits.find("fuel", wished),
        body_type=traits.find("body_type", wished),
        seats=_seats(said),
        color=traits.find("color", _NOT_A_COLOUR.sub(" ", wished)),
    )
    found = _with_money(found, plain, amounts)
    return _with_moment(found, plain, now) if now else found


def _cars(denied: Iterable[tuple[str, str]]) -> list[str]:
    return [f"model={model}" if model else f"make={make}" for make, model in denied]


def _with_moment(found: Entities, plain: str, now: datetime) -> Entities:
    """The first day or time named, for a visit."""
    moment = next(iter(moments.find(plain, now)), None)
    if moment is None:
        return found
    when = f"{moment.at:%H:%M}" if moment.at else moment.part
    return replace(found, visit_day=str(moment.day or ""), visit_time=when, visit_choices=moment.choices)


def _unit_id(plain: str) -> tuple[str, tuple[str, ...]]:
    """(the id that is meant, those that are not: "selain PM-PST-001")"""
    without = []
    for match in _UNIT_ID.finditer(plain):
        is_car = names.find(match[0]).model  # "L-300", "C-200"
        if match[0].partition("-")[0] in _NO_PREFIX or is_car:
            continue
        if not _BUT.search(plain[max(0, match.start() - 30) : match.start()]):
            return match[0].upper(), ()
        without.append(match[0].upper())
    if without:
        return "", tuple(without[:10])
    spoken = _SPOKEN_ID.search(plain)
    return f"{spoken[1]}-pst-{int(spoken[2]):03d}".upper() if spoken else "", ()


def _blank(plain: str, taken: Iterable[Amount | Distance]) -> str:
    """The text with money and mileage overwritten, so that their digits are no year."""
    for one in taken:
        plain = f"{plain[: one.start]}{'#' * (one.end - one.start)}{plain[one.end :]}"
    return plain


def _percent(plain: str) -> int | None:
    if match := _PERCENT.search(plain):
        percent = int(match[1] or match[2])
        return percent if percent <= 100 else None
    return 0 if _NO_DOWN.search(plain) else None


def _seats(said: str) -> int | None:
    match = _SEATS.search(said)
    return int(match[1] or match[2]) if match else None


def _with_money(found: Entities, plain: str, amounts: list[Amount]) -> Entities:
    """Each amount is a down payment, an instalment or the budget; the first of a kind counts."""
    for index, amount in enumerate(amounts[:20]):
        earliest = amounts[index - 1].end if index else 0
        latest = amounts[index + 1].start if index + 1 < len(amounts) else len(plain)
        role = _role(
            plain[max(earliest, amount.start - 40) : amount.start],
            plain[amount.end : latest][:30],
            latest == len(plain),
        )
        if role == "down" and found.down_payment is None:
            found = replace(found, down_payment=amount.value)
        elif role == "instalment" and found.instalment is None:
            found = replace(found, instalment=amount.value)
        elif role == "budget" and found.budget is None and amount.value >= SMALLEST_BUDGET:
            found = _with_budget(found, plain, amount)
    if found.budget is None and (bare := _BARE_BUDGET.search(plain)):
        return replace(found, budget=int(bare[1]) * rupiah.JUTA)
    if found.budget is None and not _BELOW_NOT_MONEY.search(plain) and (below := _BELOW.search(plain)):
        most = int(below[1] or below[2]) * rupiah.JUTA
        return replace(found, budget=most, budget_max=most)
    return _with_unread(found, plain)


def _with_unread(found: Entities, plain: str) -> Entities:
    """Marks an amount that could be read a thousand times too large or small, or as a share."""
    unread = _UNREAD.search(plain)
    if unread is None:
        return found
    down = re.match(_DOWN, unread[1]) is not None
    answered = found.down_payment is not None or found.down_payment_percent is not None if down else found.budget
    return found if answered else replace(found, unclear=unread[1])


def _role(before: str, after: str, last: bool) -> str:
    """Is it "down", "instalment", "neither" or "budget"? By "per bulan" behind, the nearest word before, or behind."""
    behind = _ROLE_AFTER.match(after)
    nearest = next(reversed(list(_ROLE_BEFORE.finditer(before))), None)
    kind = nearest.lastgroup or "budget" if nearest else ""
    if behind and behind["monthly"]:
        return "neither" if kind == "neither" else "instalment"
    if kind == "budget" and _MADE.search(before):
        return "neither"
    if kind:
        return kind
    if behind and behind["instalment"]:
        return "instalment"
    if behind and behind["down"] and (last or len(after) > behind.end() + 1):
        return "down"
    return "budget"


def _with_budget(found: Entities, plain: str, amount: Amount) -> Entities:
    before, after = plain[max(0, amount.start - 30) : amount.start], plain[amount.end : amount.end + 12]
    if amount.low is not None:
        return replace(found, budget=amount.value, budget_min=amount.low, budget_max=amount.high)
    if _AT_MOST.search(before) or _AND_LESS.match(after):
        return replace(found, budget=amount.value, budget_max=amount.value)
    if _AT_LEAST.search(before) or _AND_MORE.match(after):
        return replace(found, budget=amount.value, budget_min=amount.value)
    return replace(found, budget=amount.value)


MOST_OTHER_CARS = 2
_OWN_NAME = re.compile(
    r"\b(?:nama (?:saya|aku|ku|gue)(?: itu| adalah)?|panggil(?: saja| aja)? (?:saya|aku)(?: saja| aja)?|"
    r"panggil (?:saja|aja)|saya dengan)"
    r"(?: (?:kak|kakak|pak|bapak|bu|ibu|mas|mbak|bang|om|tante))? ([a-z]{3,20})\b"
)
_NO_NAMES = lib_text.listed(
    "saya, aku, kak, kakak, pak, bapak, ibu, mas, mbak, bang, om, tante, saja, aja, dong, sales, staf, staff, admin, "
    "owner, yang, apa, siapa, juga, tidak, bukan, ada, sama, dari, untuk, orang, bos, nama, itu, ini, dan, atau, mau"
)


def other_cars(text: str) -> tuple[tuple[str, str], ...]:
    """(make, model) of the cars named beside the first one, at most two."""
    return names.find(lib_text.plain(text[:2_048])).others[:MOST_OTHER_CARS]


def own_name(texts: list[str]) -> str:
    """What the writer wants to be called ("panggil saya Yudho"), by the first of these texts that says so; or ""."""
    for text in texts:
        match = _OWN_NAME.search(lib_text.plain(text[:2_048]))
        if match and lib_text.stem_clitics(match[1]) not in _NO_NAMES:
            return lib_text.first_name(match[1])
    return ""
