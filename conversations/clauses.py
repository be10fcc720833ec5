"""A draft cut into clauses (sentences and list items) of tokens. Pure, and linear in the length of the text.

Everything is compared in the folded form of lib.text: lower case, disguise undone, slang spelled out. Money, mileage,
phones, links and ids become one token each, with their value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from autolumiku.lib import kilometres, phone, rupiah
from autolumiku.lib import text as lib_text
from conversations import wording
from conversations.vocabulary import listed

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_SHORTENED = re.compile(r"\b(jl|jln|no|nmr|gg|kec|kel|kab|rp|tlp|telp|dll|dsb|rt|rw|s/d|ds)\. ?")
_ADDRESS_WORDS = {"jl": "jalan", "jln": "jalan", "no": "nomor", "gg": "gang", "buat": "untuk"}
_LINK = re.compile(
    r"https?://[^\s<>\"]{1,300}"
    r"|(?<![\w.@/-])(?:[\w.+-]{1,64}@)?[a-z0-9](?:[a-z0-9-]{0,62}\.){1,5}"
    r"(?:com|id|net|org|me|ly|gl|info|biz|app|site|link|online|shop|xyz|io|co|in)(?![\w-])(?:/[^\s<>\"]{0,300})?"
)
_ID = re.compile(r"(?<![\w-])[a-z][a-z0-9]{0,7}(?:-[a-z0-9]{1,14})?-[0-9]{1,8}(?![\w])")
_PHONE = re.compile(r"(?<![\w.,-])(?:\+|\()?[0-9](?:[ ().-]{0,2}[0-9]){7,17}(?![0-9])")
_MONTHS = {
    name: number for number, month in enumerate(wording.MONTHS, 1) for name in (month.lower(), month[:3].lower())
}
MONTH_WORDS = frozenset(_MONTHS)
_DATE = rf"[0-9]{{1,2}}\s(?:{'|'.join(_MONTHS)})(?:\s[0-9]{{4}})?\b"
_TOKEN = re.compile(
    rf"(?P<date>{_DATE})"
    r"|(?P<time>[0-2]?[0-9][.:][0-5][0-9](?![0-9]|[.,][0-9])|(?:jam|pukul)\s[0-2]?[0-9](?![0-9]|[.,:][0-9]"
    r"|\s?(?:-|sampai)\s?[0-9]{3}))"
    r"|(?P<percent>[0-9]+(?:[.,][0-9]+)?\s?%)"
    r"|(?P<number>[0-9]+(?:[.,][0-9]+)*)"
    r"|(?P<word>[a-z]+(?:'[a-z]+)?)"
    r"|(?P<end>[!?;…]|\.(?=\s|$)|\.{2,})"
    r"|(?P<line>\n)"
    r"|(?P<mark>[^\s])"
)
_ENUMERATOR = re.compile(
    r"[ \t>]{0,4}(?:[-•·*▪◦–]{1,2}\s?)?(?:\(?[0-9]{1,2}[.)\u20e3]{1,2}(?![0-9])\s?|[0-9]\u20e3\s?)?"
)
_BULLET = re.compile(r"\s{0,4}(?:[-•·*▪◦✅✔☑👉➡🔹🔸▫●○]|[0-9]{1,2}[.)\u20e3](?![0-9])|[^\w\s\"'(]\s)")
_JOINERS = frozenset("-/")
_GLUE = frozenset("*_~`'\"")  # WhatsApp's marks: they part nothing


class Token(NamedTuple):
    """kind: word, number, amount, km, id, link, phone, time, date, percent or mark. seg: the clause's part it is in."""

    kind: str
    word: str
    start: int
    value: Any = None
    seg: int = 0


@dataclass(slots=True)
class Clause:
    """One sentence or list item. block: its paragraph; item: it is a list item."""

    tokens: list[Token] = field(default_factory=list)
    question: bool = False
    block: int = 0
    item: bool = False
    colon: bool = False  # it ends with ":", as the head of a list does
    worded: bool = False  # it has more than marks
    sign: str = ""  # the emoji right behind its words
    start: int = 0
    end: int = 0


def folded(text: str) -> str:
    """The text as it is compared; lines stay lines."""
    return _SHORTENED.sub(r"\1 ", lib_text.fold_lines(text.translate(_DASHES)))


@lru_cache(maxsize=2_048)
def words(text: str) -> tuple[str, ...]:
    """The folded words and numbers of a (short) fact, to be met again in a draft."""
    return tuple(token.word for token in _plain_tokens(folded(text)) if token.kind != "mark")


def _plain_tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind in ("end", "line"):
            kind = "mark"
        yield Token(kind, _ADDRESS_WORDS.get(match[0], match[0]), match.start())


def read(text: str) -> list[Clause]:
    """The clauses of a folded text, in order."""
    special = _special(text)
    clauses: list[Clause] = []
    now = Clause(item=bool(_BULLET.match(text[:12])))
    block, position, seg = 0, _line_start(text, 0), 0
    while match := _TOKEN.search(text, position):
        start = match.start()
        if found := special.get(start):
            token, position = found
            now.tokens.append(Token(token.kind, token.word, start, token.value, seg))
            now.end, now.worded = position, True
            continue
        position, kind, word = match.end(), match.lastgroup, match[0]
        if kind == "word":
            seg += word in CONJUNCTIONS
            now.tokens.append(Token(kind, _ADDRESS_WORDS.get(word, word), start, None, seg))
            now.end, now.worded, now.colon = position, True, False
            continue
        if kind == "line" or kind == "end":
            now.question = now.question or "?" in word
            if kind == "end" and position < len(text) and text[position : position + 2].strip() in (")", '"'):
                continue
            now = _closed(clauses, now)
            seg = 0
            if kind == "line":
                if text[position : position + 1] == "\n":
                    block += 1
                now.item = bool(_BULLET.match(text[position : position + 12]))
                position = _line_start(text, position)
            now.block, now.start = block, position
            continue
        if kind == "mark" and word > "\u2019" and now.worded:  # an emoji ends what it stands behind
            now.sign = word
            now = _closed(clauses, now)
            now.block, now.start, seg = block, position, 0
            continue
        now.colon = word == ":"
        if kind == "mark":
            if (word in _JOINERS and _joins(text, start)) or (word == "+" and _belongs(text, start)):
                continue
            if word not in _GLUE and word not in "()":
                seg += 1
            now.tokens.append(Token("mark", word, start, None, seg))
        else:
            now.tokens.append(Token(str(kind), word, start, _value(kind, word), seg))
            now.worded = True
        now.end = position
    _closed(clauses, now)
    return clauses


def _joins(text: str, place: int) -> bool:
    """A hyphen or slash between two letters parts nothing: "City-nya", "abu-abu"."""
    return text[place - 1 : place].isalpha() and text[place + 1 : place + 2].isalpha()


def _belongs(text: str, place: int) -> bool:
    """A plus of a name: "Go+", "S+T"."""
    return text[place - 1 : place].isalpha() and not text[place + 1 : place + 2].isdigit()


CONJUNCTIONS = listed(
    "dan serta sedangkan sementara tapi tetapi namun atau kalau jika karena sehingga dibanding daripada "
    "dibandingkan vs lalu kemudian maupun plus"
)


def _closed(clauses: list[Clause], clause: Clause) -> Clause:
    """The clause kept if it says anything, and a new one begun; a question mark alone belongs to the one before."""
    if clause.tokens:
        clauses.append(clause)
    elif clause.question and clauses:
        clauses[-1].question = True
    return Clause(block=clause.block, item=False)


def _line_start(text: str, position: int) -> int:
    match = _ENUMERATOR.match(text, position)
    return match.end() if match else position


def _value(kind: str | None, word: str) -> Any:
    if kind == "date":
        day, month, *year = word.split()
        return int(day), _MONTHS[month], int(year[0]) if year else None
    return time_of(word) if kind == "time" else None


def time_of(word: str) -> str:
    """ "jam 9" and "9.00" are "09:00"."""
    hour, _, minute = word.removeprefix("jam").removeprefix("pukul").strip().replace(".", ":").partition(":")
    return f"{int(hour):02d}:{minute or '00'}"


def _special(text: str) -> dict[int, tuple[Token, int]]:
    """start -> (token, end) of links, ids, phones, amounts and mileages."""
    found: dict[int, tuple[Token, int]] = {}
    rest = text
    for kind, pattern in (("link", _LINK), ("id", _ID)):
        for match in pattern.finditer(rest):
            found[match.start()] = (Token(kind, match[0], match.start(), bare_link(match[0])), match.end())
        rest = _blanked(rest, found)
    distances = kilometres.find(rest)
    for one in rupiah.find(rest, distances):
        token = Token("amount", rest[one.start : one.end], one.start, one)
        found[one.start] = (token, one.end)
    for far in distances:
        found[far.start] = (Token("km", rest[far.start : far.end], far.start, far), far.end)
    for match in _PHONE.finditer(_blanked(rest, found)):
        bare = re.sub(r"[^0-9]", "", match[0])
        if len(bare) >= 9 and (match[0].lstrip("+(") == bare or bare.startswith(("0", "62"))):
            found[match.start()] = (Token("phone", match[0], match.start(), digits(match[0])), match.end())
    return found


def _blanked(text: str, found: Mapping[int, tuple[Token, int]]) -> str:
    """The text with spaces for what was found, which does not overlap."""
    parts, at = [], 0
    for start in sorted(found):
        end = found[start][1]
        parts += [text[at:start], " " * (end - start)]
        at = end
    return "".join([*parts, text[at:]]) if parts else text


def digits(number: str) -> str:
    """Digits for comparison, in the one form of phone.normalise where that knows the number."""
    return phone.normalise(number) or re.sub(r"[^0-9]", "", number)


def bare_link(written: str) -> str:
    bare = written.lower().rstrip(".,;:!?)*_'").split("://", 1)[-1]
    return bare.removeprefix("www.").rstrip("/")


def month_of(word: str) -> int | None:
    return _MONTHS.get(word)
