"""How the guard judges drafts of a scripted model: the catch rate for each kind of lie, and its false alarms."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand

from autolumiku.testing import drafts
from autolumiku.testing.drafts import Draft
from conversations import guard


class Command(BaseCommand):
    help = "Tries the guard on generated drafts: every kind of lie, and honest answers in many wordings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--each", type=int, default=60, help="lies of every kind")

    def handle(self, *args: Any, seed: int, each: int, **options: Any) -> None:
        self._lies(list(drafts.lies(seed, each)), seed)
        self._honest(list(drafts.true_drafts(seed)), seed)

    def _lies(self, lies: list[Draft], seed: int) -> None:
        made, caught, missed = Counter(one.kind for one in lies), Counter[str](), []
        for one in lies:
            if guard.check(one.text, one.turn, one.facts).ok:
                missed.append(one)
            else:
                caught[one.kind] += 1
        mixed = sum(one.mixed for one in lies)
        self.stdout.write(f"Lies, seed {seed}: {len(lies)} drafts, {mixed} of them within true text\n")
        for kind, number in made.items():
            self.stdout.write(f"  {kind:<24}{caught[kind]:>4} of {number:<4}{100 * caught[kind] / number:6.1f} %")
        self.stdout.write(f"  missed: {len(missed)}; {self._bound(len(missed), len(lies))}\n")
        self._list(missed)

    @staticmethod
    def _bound(missed: int, number: int) -> str:
        """The rule of three: what none of so many is evidence for."""
        return f"none of {number} is evidence for below {300 / number:.2f} % (95 %)" if not missed else "NOT NONE"

    def _honest(self, honest: list[Draft], seed: int) -> None:
        alarms: dict[str, list[tuple[Draft, tuple[str, ...]]]] = defaultdict(list)
        start = time.process_time()
        for one in honest:
            verdict = guard.check(one.text, one.turn, one.facts)
            if not verdict.ok:
                alarms[one.phrasing].append((one, verdict.failed))
        spent = 1000 * (time.process_time() - start) / len(honest)
        passed = len(honest) - sum(map(len, alarms.values()))
        phrasings = len({one.phrasing for one in honest})
        self.stdout.write(
            f"\nHonest, seed {seed}: {passed} of {len(honest)} pass ({100 * passed / len(honest):.1f} %), from "
            f"{phrasings} phrasings; {spent:.2f} ms of CPU a draft\n"
        )
        for phrasing, found in sorted(alarms.items()):
            claims = Counter(claim for _, failed in found for claim in failed)
            self.stdout.write(f"  false alarm {phrasing}, {len(found)} times: {', '.join(claims)}")
            self._list([found[0][0]])

    def _list(self, some: Iterable[Draft]) -> None:
        for one in some:
            self.stdout.write(f"    {one.turn.text!r} -> {one.text!r}")
