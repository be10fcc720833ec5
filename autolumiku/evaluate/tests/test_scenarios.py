"""Every scenario of ours passes with the scripted model; and what makes a scenario fail, does."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from autolumiku.evaluate import reporting, scenarios
from autolumiku.evaluate.playing import Played, Stage
from autolumiku.evaluate.scenarios import Scenario, ScenarioError

OURS = scenarios.of_ours()
A41 = Scenario("A41", "Harga Fortuner berapa?", says=("Rp 470 juta",))
# the customers' rows of the specification's list A
LIST_A = {f"A{number}" for number in (*range(1, 37), *range(40, 81), *range(190, 198), 207, 208)}


@pytest.fixture
def stage(db: Any, gateway: Any, one_model: Any, storage: Any) -> Stage:
    return Stage(gateway, one_model)


@pytest.mark.parametrize("scenario", OURS, ids=lambda one: one.id)
def test_a_scenario_ends_as_it_should(stage: Stage, scenario: Scenario) -> None:
    played = stage.play(scenario)
    assert played.failed == [], played.replies


def test_there_are_enough_of_them_and_every_row_of_a_customer_is_among_them() -> None:
    assert len(OURS) >= 250
    assert {one.id.split("-")[0] for one in OURS} >= LIST_A


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"says": ("Rp 5 juta",)}, "does not say: Rp 5 juta"),
        ({"said": ("Rp 5 juta",)}, "never said: Rp 5 juta"),
        ({"never": ("Fortuner",)}, "says: Fortuner"),
        ({"replies": 2}, "1 replies instead of 2"),
        ({"end": {"reason": "legal"}}, "reason is '' instead of 'legal'"),
        ({"end": {"cars": {}}}, "cars is {'PM-PST-001': 'AVAILABLE', 'PM-PST-002': 'AVAILABLE'} instead of {}"),
    ],
)
def test_a_check_that_does_not_hold_fails(stage: Stage, change: dict[str, Any], says: str) -> None:
    assert stage.play(replace(A41, **change)).failed == [says]


def test_a_draft_that_lies_is_a_guard_hit_and_never_said(stage: Stage) -> None:
    lie = "Harganya cuma Rp 99 juta Kak!"
    played = stage.play(replace(A41, model=(lie, lie), never=("Rp 99 juta",)))
    assert (played.failed, played.guard, played.calls) == ([], 1, 2)


def test_nothing_of_a_play_stays(stage: Stage) -> None:
    from tenants import scope
    from tenants.models import Tenant

    stage.play(A41)
    with scope.platform("test"):
        assert Tenant.objects.count() == 0


def test_the_reports() -> None:
    runs = [[Played(A41), Played(A41, failed=["says: x\x00"], replies=["Hai"])], [Played(replace(A41, id="B"))] * 2]
    assert (reporting.pass_1(runs), reporting.pass_k(runs)) == (0.75, 0.5)
    assert "FAILED A41  1/2" in reporting.table(runs)
    suite = ElementTree.fromstring(reporting.as_junit(runs))
    assert (suite.get("tests"), suite.get("failures")) == ("4", "1")
    assert [one["id"] for one in json.loads(reporting.as_json(runs))["scenarios"]] == ["A41", "B"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- {id: a}", "an id and talks are needed"),
        ("- {id: a, talks: [halo], sagt: [x]}", "unknown sagt"),
        ("- {id: a, talks: [halo]}\n- {id: a, talks: [halo]}", "there are two of this id"),
        ("a: b", "not a list"),
        ("- [", "while parsing"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    with pytest.raises(ScenarioError, match=says):
        scenarios.read([file])
