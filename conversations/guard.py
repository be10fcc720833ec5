"""Is every claim of a draft covered by a fact? Pure. Law 5: no claim without a fact.

Read from the draft: rupiah amounts, years, unit ids, telephone numbers, links, km and cc figures, and cars called
available. Each must stand in the facts of this turn or in the customer's own words; what does not is returned as
written. Amounts compare by value, so "79 juta" is "Rp 79.000.000". Praise of a car's condition, papers, tax or history
needs the field that says so; the customer's words do not cover that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from autolumiku.lib import kilometres, phone, rupiah
from autolumiku.lib import text as lib_text
from conversations.turn import Facts, Unit, Verdict
from inventory import names

MAX_DRAFT = 4096
MAX_SOURCE = 8_000  # characters read of one customer text or FAQ answer
MAX_FOREIGN_SHARE = 0.1

EMPTY = "<empty>"
TOO_LONG = "<longer than 4096 characters>"
NOT_LATIN = "<not in Latin letters>"
SHORTEST_MILEAGE = 500  # km
GONE, HERE = "gone", "here"

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_YEAR = re.compile(r"(?<!\w)(?<![0-9][.,])(?:19[89][0-9]|20[0-9]{2}|2100)(?![0-9_]|[.,][0-9]|(?!an\b)[A-Za-z])")
_FOUR_DIGITS = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_ID = re.compile(r"(?<![\w-])[A-Za-z][A-Za-z0-9]{0,7}-[A-Za-z0-9]{1,14}-[0-9]{1,8}(?![\w])")
_SHORT_ID = re.compile(r"(?<![\w-])[A-Za-z][A-Za-z0-9]{0,7}-[0-9]{1,8}(?![\w-])")
_LIKE_AN_ID = re.compile(r"[A-Za-z]{1,6}-[0-9]{3,6}")
_TIMES = re.compile(r"(?<![0-9.:])[0-9]{1,2}[.:][0-9]{2}(?: ?(?:-|s/d|sampai) ?[0-9]{1,2}[.:][0-9]{2})(?![0-9])")
_NUMBER = re.compile(r"(?<![\w.,-])(?:\+|\()?[0-9](?:[ ().-]{0,2}[0-9]){7,17}(?![0-9])")
_LINK = re.compile(
    r"https?://[^\s<>\"]{1,300}"
    r"|(?<![\w.@/-])(?:[\w.+-]{1,64}@)?[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,5}"
    r"(?:com|id|net|org|me|ly|gl|info|biz|app|site|link|online|shop|xyz|io|co|in)(?![\w-])(?:/[^\s<>\"]{0,300})?",
    re.IGNORECASE,
)
_CC = re.compile(r"(?<![\w.,])([0-9]{3,4}|[0-9]\.[0-9]{3}) ?cc(?![A-Za-z])", re.IGNORECASE)
_PRICE_LABEL = re.compile(
    r"(?:harganya|harga(?: cash| tunai| kredit)? ?:|dijual|dibanderol)[^0-9\n]{0,25}$", re.IGNORECASE
)
_READY = re.compile(r"\b(?:ready|tersedia|available|masih ada)\b", re.IGNORECASE)
_NEGATED = re.compile(
    r"\b(?:tidak|tdk|belum|bukan|nggak|enggak|gak|ga|kurang|terjual|laku|dibooking|dipesan)\b[^.!?\n]{0,25}$",
    re.IGNORECASE,
)
_ADA = re.compile(r"\bada(?: (?:juga|unit|mobil|kak|satu|stok|nih)){0,3}\W{0,4}$", re.IGNORECASE)
_GONE_WORD = re.compile(r"\b(?:terjual|laku|dibooking|dipesan)\b", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[•·*\-–]|[^\w\s]{1,2}\s|harga\b|rp\b)", re.IGNORECASE)


_PRAISE: tuple[tuple[re.Pattern[str], Callable[[Unit, date], bool]], ...] = (
    (
        re.compile(r"\bpajak(?:nya)?(?: masih)? (?:hidup|panjang|aktif|berlaku|on)\b"),
        lambda unit, today: unit.tax_valid_until is not None and unit.tax_valid_until >= today,
    ),
    (
        re.compile(
            r"\bbebas banjir\b"
            r"|\b(?:tidak|bukan|belum)(?: pernah)?(?: bekas| kena| terkena)? (?:ke)?banjir(?:an)?\b"
        ),
        lambda unit, _: bool(unit.flood_history),
    ),
    (
        re.compile(
            r"\bbebas (?:tabrak(?:an)?|laka|kecelakaan)\b"
            r"|\b(?:tidak|bukan|belum)(?: pernah)?(?: bekas)? (?:ke|me)?(?:tabrak(?:an)?|nabrak|laka|kecelakaan)\b"
        ),
        lambda unit, _: bool(unit.accident_history),
    ),
    (
        re.compile(
            r"\b(?:surat|dokumen|bpkb|stnk)(?:nya|[ -]surat(?:nya)?)?(?: dan stnk)?(?: sudah| semua)?"
            r" (?:lengkap|komplit|aman)\b"
        ),
        lambda unit, _: bool(unit.papers),
    ),
    (re.compile(r"\bserv(?:is|ice) (?:rutin|resmi|record)\b"), lambda unit, _: unit.service_book is True),
    (re.compile(r"\b(?:tangan|pemilik) pertama\b"), lambda unit, _: unit.previous_owners in (0, 1)),
    (
        re.compile(r"\bterawat\b|\bmulus\b|\bkondisi(?:nya)?(?: masih| sangat)? (?:bagus|baik|prima|istimewa|oke)\b"),
        lambda unit, _: unit.condition in ("excellent", "good"),
    ),
)
_HEDGED = re.compile(
    r"\b(?:belum ada|belum tercatat|cek|dicek|mengecek|pastikan|memastikan|konfirmasi|tanyakan|apakah)\b|\?"
)


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything the facts and the customer's words cover, in comparable form."""

    units: tuple[Unit, ...]
    amounts: frozenset[int]  # of no unit: FAQ, customer
    faq_amounts: frozenset[int]
    prices: frozenset[int]  # of the units
    years: frozenset[str]
    ids: frozenset[str]
    numbers: frozenset[str]
    links: frozenset[str]
    mileages: frozenset[int]
    engines: frozenset[int]


def check(draft: str, facts: Facts, customer_texts: Sequence[str]) -> Verdict:
    """Is this draft fit to send? customer_texts: what the customer wrote, in this turn and earlier."""
    unfit = _unfit(draft)
    if unfit:
        return Verdict(False, (unfit,))
    text = _plain(draft)
    known = _known(facts, [_plain(words[:MAX_SOURCE]) for words in customer_texts])
    failed = [*_links(text, known), *_ids(text, known)]
    rest = _SHORT_ID.sub(
        lambda match: " " * len(match[0]) if match[0].upper() in known.ids else match[0], _blank(text, (_LINK, _ID))
    )
    failed += [*_amounts(text, rest, known), *_numbers(rest, known), *_mileages(rest, known), *_engines(rest, known)]
    failed += _years(rest, known)
    failed += [*_called_ready(text, facts), *_praise(text, facts), *_photos(text)]
    return Verdict(not failed, tuple(dict.fromkeys(failed)))


def _unfit(draft: str) -> str:
    if len(draft) > MAX_DRAFT:
        return TOO_LONG
    text = _plain(draft)
    if not text.strip():
        return EMPTY
    letters = [char for char in text if char.isalpha()]
    foreign = sum(1 for char in letters if not _is_latin(char))
    return NOT_LATIN if foreign > MAX_FOREIGN_SHARE * len(letters) else ""


def _is_latin(char: str) -> bool:
    return ord(char) < 0x250 or 0x1E00 <= ord(char) < 0x1F00


def _plain(text: str) -> str:
    """Compatibility forms resolved, invisible characters dropped, every dash a hyphen."""
    shown = (char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return "".join(shown).translate(_DASHES)


def _blank(text: str, patterns: Iterable[re.Pattern[str]]) -> str:
    """The text with every match replaced by spaces, so that positions stay."""
    for pattern in patterns:
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    return text


# --- what is known


def _known(facts: Facts, customer: list[str]) -> _Known:
    units = facts.units + facts.gone + facts.nearest
    faq = [_plain(text[:MAX_SOURCE]) for item in facts.faqs for text in (item.question, item.answer)]
    own = [_plain(" ".join((unit.name, unit.papers, unit.accident_history, unit.flood_history))) for unit in units]
    room = facts.showroom
    place = [_plain(" ".join((room.name, room.address, room.maps_url))), _plain(facts.opens_next)]
    place.append(_plain(facts.welcome[:MAX_SOURCE]))
    free = [*faq, *place, *own, *customer]
    phones = {_digits(number) for number in (room.phone, room.whatsapp) if number}
    return _Known(
        units=units,
        amounts=frozenset(_values(free)) | _credit_amounts(facts),
        faq_amounts=frozenset(_values([*faq, *own])) | _credit_amounts(facts),
        prices=frozenset(price for unit in units for price in _prices(unit)),
        years=_unit_years(units)
        | {str(facts.now.year)}
        | {found for text in free for found in _FOUR_DIGITS.findall(text)},
        ids=frozenset({unit.display_id.upper() for unit in units} | set(_id_words(free))),
        numbers=frozenset(phones | {_digits(match[0]) for text in free for match in _NUMBER.finditer(text)}),
        links=frozenset(_link(match[0]) for text in free for match in _LINK.finditer(text)),
        mileages=_unit_mileages(units)
        | {value for text in free for one in kilometres.find(text) for value in _ends(one)},
        engines=frozenset(unit.engine_cc for unit in units if unit.engine_cc)
        | {cc for text in free for _, cc in _cc(text)},
    )


def _values(texts: Iterable[str]) -> Iterator[int]:
    for text in texts:
        for amount in rupiah.find(text):
            yield from (value for value in (amount.value, amount.low, amount.high) if value is not None)


def _prices(unit: Unit) -> set[int]:
    """A unit's prices, exactly and as our own formatter writes them."""
    exact = {price for price in (unit.price, unit.credit_price) if price is not None}
    return exact | set(_values(rupiah.show(price) for price in exact))


def _credit_amounts(facts: Facts) -> frozenset[int]:
    """The figures of the estimates, exactly and as our own formatter writes them."""
    made = facts.credit.estimates if facts.credit else ()
    exact = {amount for one in made for amount in (one.price, one.down, one.principal)}
    exact |= {amount for one in made for month in one.instalments for amount in (month.low, month.high)}
    return frozenset(exact | set(_values(rupiah.show(amount) for amount in exact)))


def _unit_years(units: Iterable[Unit]) -> frozenset[str]:
    years = {str(unit.year) for unit in units}
    return frozenset(years | {str(unit.tax_valid_until.year) for unit in units if unit.tax_valid_until})


def _id_words(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for pattern in (_ID, _SHORT_ID):
            yield from (match[0].upper() for match in pattern.finditer(text))


def _unit_mileages(units: Iterable[Unit]) -> frozenset[int]:
    """Mileages, also rounded to thousands, as people say them."""
    exact = {unit.mileage for unit in units if unit.mileage is not None}
    return frozenset(exact | {value // 1000 * 1000 for value in exact} | {round(value, -3) for value in exact})


def _cc(text: str) -> Iterator[tuple[str, int]]:
    return ((match[0], int(match[1].replace(".", ""))) for match in _CC.finditer(text))


# --- claims


def _ids(text: str, known: _Known) -> Iterator[str]:
    """Ids that nobody named: of three parts, or of two ("TM-999"). A car's name such as "L-300" is none."""
    prefixes = {unit.display_id.upper().rsplit("-", 1)[0] for unit in known.units}
    for match in _ID.finditer(text):
        if match[0].upper() not in known.ids:
            yield match[0]
    for match in _SHORT_ID.finditer(text):
        written = match[0].upper()
        like_ours = written.rsplit("-", 1)[0] in prefixes
        if written in known.ids or (names.find(match[0]).model and not like_ours):
            continue
        if like_ours or _LIKE_AN_ID.fullmatch(match[0]):
            yield match[0]


def _links(text: str, known: _Known) -> Iterator[str]:
    for match in _LINK.finditer(text):
        link = _link(match[0])
        own_chat = link.startswith("wa.me/") and _digits(link.removeprefix("wa.me/")) in known.numbers
        if link not in known.links and not own_chat:
            yield match[0]


def _link(written: str) -> str:
    bare = written.lower().rstrip(".,;:!?)*_'").split("://", 1)[-1]
    return bare.removeprefix("www.").rstrip("/")


def _amounts(text: str, rest: str, known: _Known) -> Iterator[str]:
    """Amounts that no fact covers. In a line about certain units, only their prices count, not those of the others.

    rest: the text with ids and links blanked out, so that their digits are no amounts.
    """
    for start, end, about in _lines_about(text, known.units):
        line = rest[start:end]
        allowed = frozenset(price for unit in about for price in _prices(unit)) if about else known.prices
        for amount in rupiah.find(line):
            labelled = _PRICE_LABEL.search(line[max(0, amount.start - 60) : amount.start])
            others = known.faq_amounts if labelled else known.amounts
            if not _ends(amount) <= allowed | others:
                yield line[amount.start : amount.end]


def _ends(found: rupiah.Amount | kilometres.Distance) -> set[int]:
    """Of a range both ends, else the value."""
    return {found.value} if found.low is None or found.high is None else {found.low, found.high}


def _lines_about(text: str, units: Sequence[Unit]) -> Iterator[tuple[int, int, tuple[Unit, ...]]]:
    """(start, end, units spoken of) of each line; () is none in particular. Bullets speak of the units above them."""
    start = 0
    about: tuple[Unit, ...] = ()
    for line in text.split("\n"):
        named = tuple(unit for unit in units if _mentions(line, unit))
        if named or not _BULLET.match(line):
            about = named
        yield start, start + len(line), about
        start += len(line) + 1


def _mentions(line: str, unit: Unit) -> bool:
    return bool(_places(line, unit.display_id) or _places(line, unit.model))


def _places(line: str, name: str) -> list[int]:
    """Where a name stands as a word, whatever its case."""
    if not name:
        return []
    return [match.start() for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", line, re.IGNORECASE)]


def _numbers(text: str, known: _Known) -> Iterator[str]:
    """Telephone and other long numbers that nobody named."""
    for match in _long_numbers(_without_figures(text)):
        if _digits(match[0]) not in known.numbers:
            yield match[0].strip()


def _long_numbers(text: str) -> Iterator[re.Match[str]]:
    """Nine digits or more, dialled or written as one; opening hours are none."""
    for match in _NUMBER.finditer(_blank(text, (_TIMES,))):
        bare = re.sub(r"[^0-9]", "", match[0])
        written_as_one = match[0].lstrip("+(") == bare
        if len(bare) >= 9 and (written_as_one or bare.startswith(("0", "62"))):
            yield match


def _digits(number: str) -> str:
    """Digits for comparison, in the one form of phone.normalise where that knows the number."""
    return phone.normalise(number) or re.sub(r"[^0-9]", "", number)


def _mileages(text: str, known: _Known) -> Iterator[str]:
    """Mileages of a car; a few km are a way, not a mileage."""
    for distance in kilometres.find(text):
        if any(value >= SHORTEST_MILEAGE and value not in known.mileages for value in _ends(distance)):
            yield text[distance.start : distance.end]


def _engines(text: str, known: _Known) -> Iterator[str]:
    return (written for written, cc in _cc(text) if cc not in known.engines)


def _years(text: str, known: _Known) -> Iterator[str]:
    bare = _blank(_without_figures(text), (_CC, _TIMES))
    for match in _long_numbers(bare):
        bare = _blanked(bare, match.start(), match.end())
    for match in _YEAR.finditer(bare):
        if match[0] not in known.years:
            yield match[0]


def _without_figures(text: str) -> str:
    """Amounts and mileages replaced by spaces."""
    figures: list[rupiah.Amount | kilometres.Distance] = [*rupiah.find(text), *kilometres.find(text)]
    for figure in figures:
        text = _blanked(text, figure.start, figure.end)
    return text


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


# --- availability


def _called_ready(text: str, facts: Facts) -> Iterator[str]:
    """Lines that offer a car which is not for sale: beside a word such as "tersedia", or in a list under one."""
    listing = False
    for written in text.split("\n"):
        line = lib_text.plain(written)  # names.find_all counts places in this form
        offered = [ready.span() for ready in _READY.finditer(line) if not _is_negated(line, ready.start())]
        cars = _cars(line, facts)
        subjects = [_subject(line, start, end, cars) for start, end in offered]
        claimed = GONE in subjects or any(kind == GONE and _offers(line, place) for place, kind in cars)
        if claimed or (listing and not offered and _lists_gone(line, cars)):
            yield written.strip()
        if line.strip():
            listing = bool(offered and line.rstrip(" *_").endswith(":")) or (
                listing and bool(cars or _BULLET.match(line))
            )


def _offers(line: str, place: int) -> bool:
    """Does "ada" stand right before the car named at this place, and no "tidak" before it?"""
    ada = _ADA.search(line[max(0, place - 60) : place])
    return ada is not None and not _is_negated(line, max(0, place - 60) + ada.start())


def _is_negated(line: str, place: int) -> bool:
    return _NEGATED.search(line[max(0, place - 60) : place]) is not None


def _subject(line: str, start: int, end: int, cars: Sequence[tuple[int, str]]) -> str:
    """GONE, HERE or "": the car named last before the word at start:end, or else first after it."""
    before = [car for car in cars if car[0] < start]
    if before:
        place, kind = max(before)
        return "" if _GONE_WORD.search(line, place, start) else kind
    return min(cars)[1] if cars and not _GONE_WORD.search(line, end) else ""


def _lists_gone(line: str, cars: Sequence[tuple[int, str]]) -> bool:
    return {kind for _, kind in cars} == {GONE} and not _GONE_WORD.search(line)


def _cars(line: str, facts: Facts) -> list[tuple[int, str]]:
    """(place, GONE or HERE) of the cars named by id or model.

    A model that is both gone and here says nothing beside an id. A model of which the facts hold no unit at all counts
    as gone: nothing says that it is there.
    """
    here = facts.units + facts.nearest
    kinds = [(unit, GONE) for unit in facts.gone] + [(unit, HERE) for unit in here]
    by_id = [(place, kind) for unit, kind in kinds for place in _places(line, unit.display_id)]
    mentions = [car for car in names.find_all(line) if car.model and not car.guessed]  # a typing error is no claim
    by_name = [(car.start, kind) for car in mentions if (kind := _kind(car, kinds, beside_id=bool(by_id)))]
    both = {unit.model for unit in facts.gone} & {unit.model for unit in here} if by_id else set()
    uncatalogued = [
        (place, kind)
        for unit, kind in kinds
        if unit.model not in both
        for place in _places(line, unit.model)
        if not any(car.start <= place < car.end for car in mentions)
    ]
    return by_id + by_name + uncatalogued


def _kind(car: names.Mention, kinds: Sequence[tuple[Unit, str]], *, beside_id: bool) -> str:
    """GONE where every unit of this name is; "Innova" may be an "Innova Reborn", that one no other Innova."""
    found = {kind for unit, kind in kinds if _is_model(car, unit)}
    if found == {GONE, HERE}:
        return "" if beside_id else HERE
    return HERE if found == {HERE} else GONE


def _is_model(car: names.Mention, unit: Unit) -> bool:
    """The catalogue's "Innova" is the showroom's "Kijang Innova Reborn"."""
    return bool(_places(unit.name, car.model)) or (car.make, car.model) == (unit.make, unit.model)


# --- photos

_SENT_PHOTO = re.compile(
    r"\b(?:ini|berikut)(?: (?:dia|ya|adalah|kak|kakak|saya|kami|kirim\w{0,4})){0,3} (?:foto|gambar|video)|"
    r"\b(?:sudah|telah|barusan)(?: saya| kami)? kirim\w{0,4}(?: \w{1,12}){0,2} (?:foto|gambar|video)|"
    r"\b(?:foto|gambar|video)(?:nya)?(?: \w{1,12}){0,3} (?:sudah|telah) (?:saya |kami )?(?:di)?"
    r"(?:kirim|lampirkan)\w{0,4}\b|"
    r"\bsaya (?:akan )?(?:kirim|lampirkan)\w{0,4}(?: \w{1,12}){0,2} (?:foto|gambar|video)"
)


def _photos(text: str) -> Iterator[str]:
    """Nobody but a person can send photos in this chat: a draft must not say that it has, or that it does."""
    for sentence in re.split(r"(?<=[.!?;\n])\s?", lib_text.plain(text)):
        found = _SENT_PHOTO.search(sentence)
        if found and not re.search(r"\bbelum\b|\?|\b(?:staff?|tim)\b", sentence):
            yield found[0]


# --- praise


def _praise(text: str, facts: Facts) -> Iterator[str]:
    """Words that praise a car, where no field of the cars spoken of says so. Hedged sentences claim nothing."""
    units = facts.units + facts.gone + facts.nearest
    today = facts.now.date()
    written = lib_text.plain("\n".join(f"{faq.question}\n{faq.answer[:MAX_SOURCE]}" for faq in facts.faqs))
    for start, end, about in _lines_about(text, units):
        for sentence in re.split(r"(?<=[.!?;])\s", lib_text.plain(text[start:end])):
            if _HEDGED.search(sentence):
                continue
            for pattern, says_so in _PRAISE:
                found = pattern.search(sentence)
                if found and found[0] not in written and not any(says_so(unit, today) for unit in about or units):
                    yield found[0]
