"""May this text be sent? Pure. Law 5: no claim without a fact.

Default deny: claims.py reads the text clause by clause; what is neither covered by the facts of the turn nor known to
claim nothing is returned as failed. Here stands what concerns the text as a whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache

from conversations import clauses, echo, english, placeholders, wording
from conversations.claims import OF_QUESTION as OF_QUESTION  # noqa: PLC0414 - for who checks a draft
from conversations.claims import Judge
from conversations.ground import Ground
from conversations.turn import Facts, Turn, Verdict

MAX_DRAFT = 4096
SOFT_LIMIT = 1000
MAX_FOREIGN_SHARE = 0.1
LEAK = 7  # words in a row of our instructions
TWICE = 6  # a clause of so many words is said once

EMPTY = "<empty>"
TOO_LONG = "<longer than 4096 characters>"
LONG = "<longer than 1000 characters>"
NOT_LATIN = "<not in Latin letters>"
REPEATS = "<repeats itself>"
LEAKS = "<repeats our instructions>"
NO_ESTIMATE = "<credit figures that are not called an estimate>"


def check(
    draft: str,
    turn: Turn,
    facts: Facts,
    *,
    limit: int = SOFT_LIMIT,
    in_english: bool | None = None,
    goes_on: bool = False,
) -> Verdict:
    """limit: characters; a longer draft fails without being read where it is longer than WhatsApp takes. in_english:
    what the draft has to be in; by itself English for whoever is to be answered so, and Indonesian for all others.
    goes_on: our own words follow, which say what is done.
    """
    unfit = _unfit(draft)
    if unfit:
        return Verdict(False, (unfit,))
    wants_english = bool(turn.written) if in_english is None else in_english
    meaning = english.meant(draft, turn, facts) if wants_english else english.Meaning(draft, ())
    text = clauses.folded(meaning.text)
    judge = Judge(Ground(turn, facts))
    judge.says_more = goes_on
    judged = judge.draft(text)
    whole = [
        *([draft] if _ONLY_A_NUMBER.fullmatch(draft) else ()),
        *meaning.unknown,
        *_too_long(draft, limit),
        *(match[0] for match in placeholders.PLACEHOLDER.finditer(draft)),
        *_repeats(text),
        *_leaks(text),
        *_photos(text),
        *_foreign_money(draft),
        *([draft] if echo.approves(meaning.text) and not judge.stands_for_a_yes() else ()),
    ]
    if judged.estimates and not _ESTIMATE.search(text):
        whole.append(NO_ESTIMATE)
    failed = tuple(dict.fromkeys([*judged.failed, *whole]))
    return Verdict(not failed, failed, tuple(judged.facts), judged.asks_staff)


def _unfit(draft: str) -> str:
    if len(draft) > MAX_DRAFT:
        return TOO_LONG
    letters = sum(map(str.isalpha, draft))
    if not letters and not any(unicodedata.category(char) in ("So", "Nd") for char in draft):
        return EMPTY
    foreign = sum(not _is_latin(char) for char in draft if char >= "\u0250" and char.isalpha())
    return NOT_LATIN if foreign > MAX_FOREIGN_SHARE * letters else ""


def _is_latin(char: str) -> bool:
    return 0x1E00 <= ord(char) < 0x1F00 or not unicodedata.normalize("NFKC", char)[0] > "\u0250"


def _too_long(draft: str, limit: int) -> list[str]:
    return [LONG] if len(draft) > limit else []


def _foreign_money(draft: str) -> list[str]:
    """Prices are in rupiah: "$79 juta" is none of them."""
    return [char for char in dict.fromkeys(draft) if unicodedata.category(char) == "Sc"]


_ONLY_A_NUMBER = re.compile(r"\W{0,20}\d{1,3}[.)]\W{0,20}")  # no item of a list
_ESTIMATE = re.compile(r"\b(?:estimasi|perkiraan|simulasi)(?:nya)?\b|\bkira-kira\b")
_END = re.compile(r"[!?\n]+|\.+(?!\d)")  # not within "2.8"


def _repeats(text: str) -> list[str]:
    sentences = (" ".join(part.split()) for part in _END.split(text))
    said = Counter(one for one in sentences if one[:1].isalnum())  # not "• Harga: Rp 139 juta": lists hold lines alike
    return [REPEATS] if any(count > 1 and part.count(" ") >= TWICE - 1 for part, count in said.items()) else []


def _leaks(text: str) -> list[str]:
    words = _WORD.findall(text)
    runs = (tuple(words[place : place + LEAK]) for place in range(len(words) - LEAK + 1))
    return [LEAKS] if not _instructions().isdisjoint(runs) else []


_WORD = re.compile(r"[a-z]+")


@cache
def _instructions() -> frozenset[tuple[str, ...]]:
    """Every seven words in a row of what the model is told."""
    return _runs("prompts") - _runs("replies")


def _runs(folder: str) -> frozenset[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for path in (wording.TEMPLATES / folder).glob("*.txt"):
        words = _WORD.findall(clauses.folded(path.read_text(encoding="utf-8")))
        found |= {tuple(words[place : place + LEAK]) for place in range(len(words) - LEAK + 1)}
    return frozenset(found)


_SENT_PHOTO = re.compile(
    r"\b(?:ini|berikut)(?: (?:dia|ya|adalah|kak|kakak|saya|kami|kirim\w{0,4})){0,3} (?:foto|gambar|video)|"
    r"\b(?:sudah|telah|barusan)(?: saya| kami)? kirim\w{0,4}(?: \w{1,12}){0,2} (?:foto|gambar|video)|"
    r"\b(?:foto|gambar|video)(?:nya)?(?: \w{1,12}){0,3} (?:sudah|telah) (?:saya |kami )?(?:di)?"
    r"(?:kirim|lampirkan)\w{0,4}\b|"
    r"(?<!minta )(?<!lihat )\b(?:foto|gambar|video)(?:nya)?(?: (?:ada|sudah|mobil|unit|itu|ini|adalah)(?:nya)?){0,3} "
    r"(?:terlampir|di (?:bawah|atas|sini|chat))|"
    r"\bsaya (?:akan )?(?:kirim|lampirkan)\w{0,4}(?: \w{1,12}){0,2} (?:foto|gambar|video)"
)


def _photos(text: str) -> list[str]:
    """Nobody but a person can send photos in this chat: a draft must not say that it has, or that it does."""
    found: list[str] = []
    if not any(word in text for word in ("foto", "gambar", "video")):
        return found
    for sentence in re.split(r"(?<=[.!?;\n])\s?", text):
        match = _SENT_PHOTO.search(sentence)
        if match and not re.search(r"\bbelum\b|\?|\b(?:staff?|tim)\b", sentence):
            found.append(match[0])
    return found
