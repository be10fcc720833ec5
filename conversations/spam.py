"""Is a text an advertisement, a fraud or gambling? Evidence is weighed, never a single word. Pure.

Signs (data/spam_signs.csv) are what such texts do: promise a prize, give an account, lend, sell phone credit. Words
(data/spam_words.csv) are learned weights; one list for bulk messages, one for gambling. Against them stand words of
somebody buying a car (data/car_words.csv), a car's name and a question. A wrong "spam" leaves a customer unanswered,
so a text needs much more evidence than a word, and one without letters is never spam.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from autolumiku.lib import text as lib_text
from inventory import names

THRESHOLD = 4
MOST_FOR_CARS = 9
EXAMINED = 2_048
MOST_WORDS = 300

_URL = re.compile(
    r"https?://\S{1,80}|\bwww\.\S{1,80}|"
    r"\b[a-z0-9-]{2,30}\.(?:com|net|org|id|co|me|ly|xyz|site|club|vip|live|top|info|link|tk|cf|gl|be)\b(?:/\S{0,60})?"
)
_DIAL = re.compile(r"\*[0-9]{2,4}(?:\*[0-9]{1,6}){0,4}#")
# A word spread out to slip through: "A L E X I S 1 7", "p/u-l a u".
_SPREAD = re.compile(r"(?<![^\W_])(?:[a-z0-9][ .\-_/'|]{1,2}){4,14}[a-z0-9](?![^\W_])")
_NUMBERED = re.compile(r"(?<![^\W_])([a-z]{3,12})(?:(?!19|20)[0-9]{2}|[0-9]{3}|4d)(?![^\W_])")  # "levis4d", "pulau777"
_ENDS_LIKE_A_BRAND = re.compile(r"[a-z]{3,12}(?:toto|togel|slot|jitu|4d|win|bet|wd|jp|88|77|99|777|138|303)")
_MIXED = re.compile(r"[A-Za-z][\u0370-\u03ff\u0400-\u04ff]|[\u0370-\u03ff\u0400-\u04ff][A-Za-z]")
_LINED = re.compile(r"[A-Za-z0-9][\u0300-\u036f\u0483-\u0489\u20d0-\u20f0]")
_ASKS = re.compile(r"\b(?:berapa|bagaimana|apakah|apa|bisa|boleh|ada|kalau|dapat|masih)\b")
# What a telephone company's machine reports; nobody is being baited.
_NOTICE = re.compile(
    r"\b(?:kode (?:trx|transaksi)|otp|keyword|setting|telah (?:aktif|berakhir|memenuhi|terdaftar|dikirim\w{0,3})|"
    r"masa aktif|tidak (?:mencukupi|bisa mengaktifkan)|batas ?fup|sedang diproses|berhasil)\b"
)
_PAID = re.compile(r"\b(?:sudah|barusan|tadi|saya) (?:saya |di ?)?(?:transfer|tf|bayar|kirim dp)\b")
# Marks are written <so> among the words of a text.
_OF_A_MARK = {
    "<url>": "link", "<dial>": "phone_credit", "<letters>": "disguise", "<digits>": "disguise", "<mixed>": "disguise",
    "<lined>": "disguise", "<spread>": "disguise", "<numbered>": "gambling_brand", "<brand>": "gambling_brand",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """score: from THRESHOLD on it is spam; reasons: what spoke for it, strongest first."""

    score: int
    reasons: tuple[str, ...] = ()

    @property
    def is_spam(self) -> bool:
        return self.score >= THRESHOLD


@dataclass(frozen=True, slots=True)
class _Sign:
    reason: str
    weight: int
    pattern: re.Pattern[str]
    also: re.Pattern[str] | None


def rows(name: str) -> list[dict[str, str]]:
    """A list in data/."""
    source = resources.files("conversations").joinpath(f"data/{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(source.splitlines()))


SIGNS = tuple(
    _Sign(
        row["reason"],
        int(row["weight"]),
        re.compile(row["pattern"]),
        re.compile(row["also"]) if row["also"] else None,
    )
    for row in rows("spam_signs")
)
CAR_WORDS = frozenset(lib_text.stem_clitics(row["word"]) for row in rows("car_words"))


@cache
def weights() -> Mapping[str, tuple[int, int]]:
    """Word or mark -> (for bulk messages, for gambling); "" holds what a text starts with."""
    return {row["word"]: (int(row["bulk"]), int(row["gambling"])) for row in rows("spam_words")}


@dataclass(frozen=True, slots=True)
class Read:
    """A text made ready: as written, `lib_text.plain` and `lib_text.fold` of it, its words without clitics."""

    text: str
    plain: str
    folded: str
    said: frozenset[str]


def read(text: str) -> Read:
    cut = text[:EXAMINED]
    plain = lib_text.plain(cut)[:EXAMINED]
    folded = lib_text.fold(plain)
    return Read(cut, plain, folded, _said(lib_text.parted(folded)))


def weigh(text: Read, *, car: names.Names | None = None, talks_of_cars: bool = False) -> Evidence:
    """car: the one that the text names, if it is known; talks_of_cars: this person has asked about cars before."""
    if not any(map(str.isalpha, text.plain)):
        return Evidence(0)
    seen = marks_and_words(text)
    known = weights()
    learned = [known[one] for one in seen if one in known]
    bulk, gambling = (start + sum(weight[kind] for weight in learned) for kind, start in enumerate(known[""]))
    signs, against = told_by_signs(text, car=car)
    score = max(bulk, gambling) + sum(signs.values()) - against - (MOST_FOR_CARS if talks_of_cars else 0)
    if score < THRESHOLD:
        return Evidence(score)
    reasons = sorted(signs, key=lambda sign: -signs[sign])
    reasons += sorted({_OF_A_MARK[one] for one in seen if one in _OF_A_MARK})
    typical = "gambling_words" if gambling > bulk else "bulk_words"
    return Evidence(score, tuple(dict.fromkeys([*reasons, typical])))


def told_by_signs(text: Read, *, car: names.Names | None = None) -> tuple[dict[str, int], int]:
    """(reason -> weight of the signs, weight against): all that is not learned."""
    signs: dict[str, int] = {}
    for sign in SIGNS:
        if sign.pattern.search(text.folded) and (sign.also is None or sign.also.search(text.folded)):
            before = signs.get(sign.reason)
            signs[sign.reason] = sign.weight if before is None else max(before, sign.weight) + 1
    named = names.find(text.plain) if car is None else car
    of_cars = 2 * len(text.said & CAR_WORDS) + (3 if named.model and not named.guessed else 0)
    asks = "?" in text.text and _ASKS.search(text.folded)
    against = min(MOST_FOR_CARS, of_cars) + (2 if asks else 0)
    against += (10 if _PAID.search(text.folded) else 0) + (40 if _NOTICE.search(text.folded) else 0)
    return signs, against


def marks_and_words(text: Read) -> set[str]:
    """The different words of a text, and marks of how it is written."""
    found = _dress(text.text)
    plain = text.plain
    for mark, pattern in (("<url>", _URL), ("<dial>", _DIAL)):
        if pattern.search(plain):
            found.add(mark)
            plain = pattern.sub(" ", plain)
    if _SPREAD.search(plain):
        found.add("<spread>")
        plain = _SPREAD.sub(_together, plain)
    said = text.said if plain == text.plain else _said(lib_text.words(plain))
    if (
        _NUMBERED.search(plain)
        and not names.find(text.plain).make
        and not all(names.find(match[1]) for match in _NUMBERED.finditer(plain))
    ):
        found.add("<numbered>")
    if any(_ENDS_LIKE_A_BRAND.fullmatch(word) for word in said):
        found.add("<brand>")
    return found | {word for word in said if len(word) > 2 and not word.isdigit()}


def _said(words: list[str]) -> frozenset[str]:
    return frozenset(lib_text.stem_clitics(word) for word in words[:MOST_WORDS])


def _together(match: re.Match[str]) -> str:
    return "".join(filter(str.isalnum, match[0]))


def _dress(text: str) -> set[str]:
    """How letters are disguised: 𝐀, 🅰, Cyrillic look-alikes, underlined ones. People who buy cars do not."""
    if text.isascii():
        return set()
    strange = [_undressed(char) for char in text if not char.isascii()][:400]
    found = {"<letters>"} if sum(map(str.isalpha, strange)) >= 4 else set()
    found |= {"<digits>"} if sum(map(str.isdigit, strange)) >= 2 else set()
    found |= {"<mixed>"} if _MIXED.search(text) else set()
    return found | ({"<lined>"} if len(_LINED.findall(unicodedata.normalize("NFC", text))) >= 3 else set())


@lru_cache(maxsize=4096)
def _undressed(char: str) -> str:
    """The plain letter or digit that a dressed one stands for, else a space."""
    bare = lib_text.plain(char)
    return bare if len(bare) == 1 and bare.isascii() else " "


def talks_of_cars(texts: Sequence[str]) -> bool:
    """Has somebody who wrote these texts asked about cars?"""
    return any(read(text).said & CAR_WORDS for text in texts)
