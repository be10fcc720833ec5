"""Distances on the map, and how they are said."""

from __future__ import annotations

import pytest

from autolumiku.lib import distance

MONAS, BANDUNG = (-6.1754, 106.8272), (-6.9218, 107.6071)


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        pytest.param(MONAS, MONAS, 0, id="the same place"),
        pytest.param(MONAS, BANDUNG, 119.5, id="Jakarta to Bandung"),
        pytest.param(MONAS, (-6.2088, 106.8456), 4.2, id="across the town"),
        pytest.param((0, 179.5), (0, -179.5), 111.2, id="over the date line"),
        pytest.param((90, 0), (-90, 0), 20015, id="pole to pole"),
    ],
)
def test_the_distance_as_the_crow_flies(one, other, km):
    assert distance.km(one, other) == pytest.approx(km, rel=0.01, abs=0.05)


@pytest.mark.parametrize(
    ("km", "said"),
    [
        (0.0, "kurang dari 1 km"),
        (0.99, "kurang dari 1 km"),
        (4.2, "sekitar 4 km"),
        (37.6, "sekitar 40 km"),
        (119.5, "sekitar 120 km"),
    ],
)
def test_it_is_said_no_finer_than_one_may_believe(km, said):
    assert distance.said(km) == said


@pytest.mark.parametrize(
    "place", [(None, 1), (1, None), (91, 0), (0, 181), (0, 0), (float("nan"), 1), (float("inf"), 1)]
)
def test_what_is_no_place_is_none(place):
    assert distance.point(*place) is None


def test_a_place_is_a_point():
    assert distance.point(*MONAS) == MONAS
