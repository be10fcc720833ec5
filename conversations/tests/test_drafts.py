"""A model that lies in every way, and one that is honest in many words: what the guard makes of them.

The drafts are autolumiku.testing.drafts; `manage.py guard_report` prints the same as a table.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import call_command

from autolumiku.testing import drafts
from autolumiku.testing.drafts import LEASINGS, LIES, ROOM, Draft, Scene
from autolumiku.testing.stage import Showroom
from conversations import guard

# two that stay, one that changes
seeds = pytest.mark.parametrize(
    "seed", [1, 20261126, random.SystemRandom().randrange(10**6)], ids=["one", "another", "varied"]
)


@seeds
def test_no_lie_passes(seed: int) -> None:
    lies = list(drafts.lies(seed))
    kinds = Counter(one.kind for one in lies)
    assert len(lies) >= 1000
    assert len(kinds) >= 12
    assert min(kinds.values()) > 50
    assert 2 * sum(one.mixed for one in lies) == len(lies)
    passed = [(one.kind, one.turn.text, one.text) for one in lies if guard.check(one.text, one.turn, one.facts).ok]
    assert passed == [], f"seed {seed}"


@seeds
def test_honest_answers_pass_untouched(seed: int) -> None:
    honest = list(drafts.true_drafts(seed))
    names = {one.phrasing for one in honest}
    assert len(honest) >= 500
    assert len(names) >= 60
    assert 3 * sum(name.startswith("blind") for name in names) >= len(names)
    passed = sum(guard.check(one.text, one.turn, one.facts).ok for one in honest)
    assert passed >= 0.95 * len(honest), f"seed {seed}: {passed} of {len(honest)}"


def test_the_report_names_every_kind_and_the_false_alarms(capsys: Any) -> None:
    call_command("guard_report", seed=3, each=4)
    said = capsys.readouterr().out
    assert [kind for kind in LIES if kind not in said] == []
    assert "missed: 0" in said
    assert "false alarm blind-16" in said


def settled(showroom: Showroom, scene: Scene) -> None:
    """The scene's cars, with the ids that the drafts name them by."""
    with showroom.scope():
        for unit in sorted({one.id: one for one in scene.cars.values()}.values(), key=lambda one: one.id):
            showroom.has(
                make=unit.make, model=unit.model, variant=unit.variant, year=unit.year, price=unit.price,
                mileage=unit.mileage, transmission=unit.transmission, fuel=unit.fuel, color=unit.color,
                body_type=unit.body_type, seats=unit.seats, status=unit.status, papers=unit.papers,
                tax_valid_until=unit.tax_valid_until, flood_history=unit.flood_history,
                accident_history=unit.accident_history, previous_owners=unit.previous_owners,
                service_book=unit.service_book, condition=unit.condition,
            )  # fmt: skip


def through_the_door(seed: int, per_kind: int) -> list[tuple[Draft, Scene]]:
    """Some lies of every kind, each with the showroom it lies about."""
    picked = []
    for kind, maker in LIES.items():
        for number in range(per_kind):
            rng = random.Random(f"{seed}-door-{kind}-{number}")
            scene = Scene(rng)
            one = maker(scene, rng)
            text = one.text if number % 2 else f"Halo Kak, terima kasih sudah menghubungi {ROOM.name}.\n{one.text}"
            given = replace(scene.facts(one.letters), credit=one.credit)
            picked.append((Draft(text, scene.turn(one.asked), given, kind), scene))
    return picked


@pytest.mark.django_db
@pytest.mark.parametrize("kind", LIES)
def test_no_lie_reaches_the_gateway(gateway: Any, model: Any, kind: str) -> None:
    """Webhook in, what the gateway was given to send: never the lie, and always some answer."""
    for number, (draft, scene) in enumerate(one for one in through_the_door(7, 8) if one[0].kind == kind):
        showroom = Showroom(gateway, slug=f"prima-{number}", number=number + 1, name=ROOM.name)
        settled(showroom, scene)
        showroom.opens({day.weekday: (day.opens, day.closes) for day in ROOM.hours if day.opens and number % 2})
        for partner in LEASINGS if draft.facts.credit else ():
            showroom.lends(partner.name, *(f"{rate / 100:.2f}" for rate in partner.rates if rate), minimum_down=10)
        model.answer_with(lambda _, text=draft.text: text)
        replies = showroom.hears(draft.turn.text)
        assert [reply for reply in replies if draft.text in reply] == [], draft.turn.text
        assert len(replies) == 1
