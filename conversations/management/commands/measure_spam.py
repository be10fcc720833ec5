"""How well spam is told from customers, on texts with known labels; and the weights learned anew from them."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from conversations import intents, learning, spam
from conversations.learning import Example
from conversations.turn import Intent

SMS, GAMBLING, ADS = "spam_wibisono_dev.csv", "judol_comments_dev.csv", "ads_mobil123_dev.csv"
CUSTOMERS = settings.BASE_DIR / "conversations" / "tests" / "data" / "customers.txt"
WEIGHTS = settings.BASE_DIR / "conversations" / "data" / "spam_words.csv"
Labelled = list[tuple[str, bool]]


class Command(BaseCommand):
    help = "Prints precision, recall and F1 on labelled texts, whole and held-out, and the customers that are flagged."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data", type=Path, default=settings.BASE_DIR.parent / "shared" / "data")
        parser.add_argument("--learn", action="store_true", help=f"write {WEIGHTS.name} anew")

    def handle(self, *, data: Path, learn: bool, **options: Any) -> None:
        if not (data / SMS).exists():
            raise CommandError(f"No labelled texts in {data}.")
        sms, gambling = read(data / SMS, "label", {"fraud", "promo"}), read(data / GAMBLING, "is_gambling_spam", {"1"})
        if learn:
            write(*learning.both(*(map(_example, texts) for texts in (sms, gambling))))
            spam.weights.cache_clear()
        for name, texts in (("SMS", sms), ("gambling", gambling)):
            self.stdout.write(f"{name:<22} {measure((is_spam(text), wanted) for text, wanted in texts)}")
        for name, judged in held_out(sms, gambling):
            self.stdout.write(f"{name:<22} {measure(judged)}")
        with (data / ADS).open(encoding="utf-8") as file:
            ads = [row["excerpt"] for row in csv.DictReader(file)]
        for name, customers in (("ads' texts", ads), ("own questions", CUSTOMERS.read_text().splitlines())):
            flagged = [text for text in customers if is_spam(text)]
            self.stdout.write(f"{name:<22} {len(flagged)} of {len(customers)} flagged")


def read(path: Path, column: str, spam_labels: set[str]) -> Labelled:
    with path.open(encoding="utf-8") as file:
        return [(row["text"], row[column] in spam_labels) for row in csv.DictReader(file)]


def is_spam(text: str) -> bool:
    return intents.classify(text).intent is Intent.SPAM


@dataclass(frozen=True, slots=True)
class Measured:
    precision: float
    recall: float
    f1: float
    texts: int
    spam: int

    def __str__(self) -> str:
        figures = f"precision {self.precision:.3f}  recall {self.recall:.3f}  F1 {self.f1:.3f}"
        return f"{figures}  ({self.texts} texts, {self.spam} spam)"


def measure(judged: Iterable[tuple[bool, bool]]) -> Measured:
    """Of (said, wanted)."""
    pairs = list(judged)
    hits = sum(said and wanted for said, wanted in pairs)
    said, wanted = sum(one for one, _ in pairs), sum(one for _, one in pairs)
    precision, recall = hits / max(1, said), hits / max(1, wanted)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return Measured(precision, recall, f1, len(pairs), wanted)


def held_out(sms: Labelled, gambling: Labelled) -> Iterable[tuple[str, list[tuple[bool, bool]]]]:
    """Each half judged by weights that were learned from the other half."""
    judged: dict[str, list[tuple[bool, bool]]] = {"SMS, held-out": [], "gambling, held-out": []}
    for half in (0, 1):
        sets = {"SMS, held-out": sms, "gambling, held-out": gambling}
        lists = learning.both(*(map(_example, _half(texts, 1 - half)) for texts in sets.values()))
        for name, texts in sets.items():
            for text, wanted in _half(texts, half):
                judged[name].append((learning.score(_example((text, wanted)), *lists) >= spam.THRESHOLD, wanted))
    return judged.items()


def _half(texts: Labelled, half: int) -> Labelled:
    return [one for one in texts if crc32(one[0].encode()) % 2 == half]


def _example(labelled: tuple[str, bool]) -> Example:
    return learning.example(*labelled)


def write(bulk: learning.Weights, gambling: learning.Weights) -> None:
    with WEIGHTS.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["word", "bulk", "gambling"])
        rows.writerows([word, bulk.get(word, 0), gambling.get(word, 0)] for word in sorted({*bulk, *gambling}))
