"""Learn what words weigh as evidence of spam: logistic regression on top of the hand-written signs, in whole numbers.

Used by `manage.py measure_spam`, never on the way of a message. A weight is kept for a word in at least FEWEST texts,
so no text can be read from the list; words of a customer's everyday question are not learned at all.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conversations import spam

FEWEST = 3  # texts that hold a word
SCALE = 3  # a weight of 3 makes spam e times as likely
ROUNDS, STEP, PULL = 40, 0.3, 0.8
# What customers and chats are full of; only real evidence is learned.
EVERYDAY = frozenset(row["word"] for row in spam.rows("everyday_words"))


@dataclass(frozen=True, slots=True)
class Example:
    """A text as the learner sees it: its words and marks, what the signs say of it, and whether it is spam."""

    seen: frozenset[str]
    signs: int
    is_spam: bool


Weights = dict[str, int]  # "" holds what a text starts with


def example(text: str, is_spam: bool) -> Example:
    read = spam.read(text)
    signs, against = spam.told_by_signs(read)
    return Example(frozenset(spam.marks_and_words(read)), sum(signs.values()) - against, is_spam)


def learn(examples: Sequence[Example], seed: int = 1) -> Weights:
    """Weights by gradient descent with a shrinking pull; the same examples and seed give the same weights."""
    held = Counter(word for one in examples for word in one.seen)
    words = {word for word, times in held.items() if times >= FEWEST and not _everyday(word)}
    rows = [(sorted(one.seen & words), one.signs / SCALE, one.is_spam) for one in examples]
    weight: dict[str, float] = defaultdict(float)
    moved: dict[str, float] = defaultdict(lambda: 1e-6)
    weight[""] = -4.0
    chance, pull = random.Random(seed), PULL / len(rows)  # noqa: S311 - an order, no secret
    for _ in range(ROUNDS):
        chance.shuffle(rows)
        for seen, signs, is_spam in rows:
            sure = signs + weight[""] + sum(weight[word] for word in seen)
            wrong = 1 / (1 + math.exp(-max(-30.0, min(30.0, sure)))) - is_spam
            for word in ("", *seen):
                step = wrong + (3 * pull * weight[word] if word else 0.0)
                moved[word] += step * step
                weight[word] -= STEP * step / math.sqrt(moved[word])
        for word in words:
            weight[word] *= 1 - pull / 2
    return {word: whole for word in sorted(weight) if (whole := round(SCALE * weight[word])) or not word}


def score(one: Example, *lists: Weights) -> int:
    """What spam.weigh() would say of this example with these weights."""
    return one.signs + max(weights[""] + sum(weights.get(word, 0) for word in one.seen) for weights in lists)


def both(bulk: Iterable[Example], gambling: Iterable[Example]) -> tuple[Weights, Weights]:
    """The two lists; each learns from its own spam and from everybody's ordinary texts."""
    bulk, gambling = list(bulk), list(gambling)
    ordinary = [one for one in (*bulk, *gambling) if not one.is_spam]
    return (
        learn([one for one in bulk if one.is_spam] + ordinary),
        learn([one for one in gambling if one.is_spam] + ordinary),
    )


def _everyday(word: str) -> bool:
    return word in EVERYDAY or word in spam.CAR_WORDS
