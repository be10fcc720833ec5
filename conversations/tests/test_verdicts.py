"""What is stored of an answer's check, in words that staff understand."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from autolumiku.testing.stage import Showroom
from conversations import guard, verdicts
from conversations.ground import TRUTHS
from conversations.turn import Entities


def test_everything_a_claim_can_stand_on_has_a_name() -> None:
    own = {"unit", "papers", "crash", "flood", "color", "tax", "condition"}  # besides what is looked up: whole phrases
    assert {*TRUTHS, *own} - set(verdicts.ASPECTS) == set()


def test_everything_a_customer_can_name_has_a_name() -> None:
    assert {field.name for field in fields(Entities)} == set(verdicts.NAMED)


def test_every_fault_of_a_whole_text_has_a_name() -> None:
    whole = {value for name, value in vars(guard).items() if name.isupper() and str(value).startswith("<")}
    assert whole == set(verdicts.WHOLE)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"make": "Honda", "budget_max": 150_000_000}, "merek: Honda, budget sampai: Rp 150 juta"),
        ({"transmission": "automatic", "mileage": 50_000}, "transmisi: matic, kilometer: 50.000"),
        ({"visit_choices": ["2026-11-28", "2026-12-05"]}, "pilihan waktu: 2026-11-28 atau 2026-12-05"),
        ({}, ""),
    ],
)
def test_what_a_customer_named_is_told_in_indonesian(said: dict[str, Any], words: str) -> None:
    assert verdicts.named(said) == words


def test_facts_are_told_car_by_car() -> None:
    stored = {"facts": ["PM-PST-001.price", "PM-PST-002.km", "PM-PST-001.km", "PM-PST-001.credit_price"]}
    assert verdicts.facts(stored) == ("PM-PST-001: harga, kilometer, harga kredit", "PM-PST-002: kilometer")
    assert verdicts.facts(None) == verdicts.facts({}) == verdicts.facts({"facts": "x"}) == ()


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_refused_draft_is_kept_with_its_claims_and_its_path(showroom: Showroom, model: Any) -> None:
    model.answer_with(lambda _: "Fortuner Rp 400 juta Kak, garansi 1 tahun")
    showroom.hears("harga fortuner berapa?")
    reply = showroom.messages()[-1]
    assert (reply.path, reply.ai_response) == ("counter", False)
    assert verdicts.facts(reply.verdict)[0].startswith("PM-PST-002: ")
    assert {"rp 400 juta", "garansi"} <= set(verdicts.claims(reply.verdict))
