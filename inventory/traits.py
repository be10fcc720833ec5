"""Gearbox, fuel, body and colour as customers call them, from data/traits.csv. Pure."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources


def find(trait: str, said: str) -> str:
    """The value that folded words name first ("yang matic hitam" -> "automatic"), phrases before words; or ""."""
    phrases, words = _called(trait)
    phrase = next((value for called, value in phrases.items() if called in said), "")
    return phrase or next((words[word] for word in said.split() if word in words), "")


@cache
def _called(trait: str) -> tuple[dict[str, str], dict[str, str]]:
    """(what several words call, what one word calls), each with its value."""
    source = resources.files("inventory").joinpath("data/traits.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(source.splitlines()) if row["trait"] == trait]
    called = {word: row["value"] for row in rows for word in row["words"].split(";")}
    return {k: v for k, v in called.items() if " " in k}, {k: v for k, v in called.items() if " " not in k}
