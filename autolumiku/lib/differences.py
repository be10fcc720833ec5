"""What differs between two texts, word by word, for people who compare them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
LONGEST = 4000  # characters of a text that are compared word by word


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; changed: the other text does not have it here."""

    text: str
    changed: bool = False


def words(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces."""
    if before == after or max(len(before), len(after)) > LONGEST:
        changed = before != after
        return [Piece(before, changed)], [Piece(after, changed)]
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    left: list[Piece] = []
    right: list[Piece] = []
    for what, i1, i2, j1, j2 in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        for pieces, text in ((left, "".join(old[i1:i2])), (right, "".join(new[j1:j2]))):
            if text:
                pieces.append(Piece(text, what != "equal"))
    return left, right
