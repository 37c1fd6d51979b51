"""Distances between councils: given ones first, great circles between coordinates otherwise."""

from __future__ import annotations

from math import pi
from pathlib import Path

import numpy as np
import pytest
from small import shire

from instances.distance import EARTH_RADIUS_KM, distance_matrices, great_circle_km

LONDON, EDINBURGH, PARIS, NEW_YORK, SYDNEY = (
    (51.5074, -0.1278),
    (55.9533, -3.1883),
    (48.8566, 2.3522),
    (40.7128, -74.0060),
    (-33.8688, 151.2093),
)
Place = tuple[float, float]


def km(one: Place, other: Place) -> float:
    """The great circle between two places given as latitude and longitude."""
    latitude, longitude = np.array([one, other], dtype=float).T
    return float(great_circle_km(latitude, longitude)[0, 1])


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [(LONDON, PARIS, 344), (LONDON, EDINBURGH, 534), (LONDON, NEW_YORK, 5_570), (LONDON, SYDNEY, 16_990), (NEW_YORK, SYDNEY, 15_990)],
    ids=["London Paris", "London Edinburgh", "London New York", "London Sydney", "New York Sydney"],
)
def test_distances_between_cities(one: Place, other: Place, distance: float) -> None:
    """As an atlas has them, to 0.2 %."""
    assert km(one, other) == pytest.approx(distance, rel=0.002)
    assert km(other, one) == km(one, other)


@pytest.mark.parametrize(
    ("one", "other", "turn"),
    [
        ((0, 0), (90, 0), 1 / 4),
        ((0, 0), (0, 180), 1 / 2),
        ((12, 34), (-12, -146), 1 / 2),
        ((51, 0), (52, 0), 1 / 360),
        ((0, 179.5), (0, -179.5), 1 / 360),
        ((60, 0), (60, 0), 0),
    ],
    ids=["pole", "half way round", "antipodes", "a degree north", "over the date line", "nowhere"],
)
def test_parts_of_a_turn(one: Place, other: Place, turn: float) -> None:
    """Known parts of the Earth's circumference."""
    assert km(one, other) == pytest.approx(turn * 2 * pi * EARTH_RADIUS_KM, abs=1e-6)


def test_a_degree_east_is_shorter_in_the_north() -> None:
    """At 60 degrees a degree of longitude is half as long as on the equator, a little less along the great circle."""
    assert km((60, 0), (60, 1)) == pytest.approx(pi * EARTH_RADIUS_KM / 360, rel=1e-4)


def test_matrices_are_symmetric_with_nothing_to_oneself(tmp_path: Path) -> None:
    """Ash, Elm, Oak and Yew lie a tenth of a degree apart on a meridian."""
    distances, minutes = distance_matrices(shire(tmp_path))
    step = pi * EARTH_RADIUS_KM / 1_800
    assert distances == pytest.approx(step * np.abs(np.subtract.outer(range(4), range(4))), abs=1e-6)
    assert np.isnan(minutes).sum() == 12
    assert (np.diag(minutes) == 0).all()


def test_given_distances_win(tmp_path: Path) -> None:
    """A row stands for both directions, whichever is written; km and minutes are given apart from one another."""
    given = "council_a, council_b, km, minutes\nElm, Ash, 30, 45\nOak, Yew, , 20\nAsh, Yew, 0,\n"
    distances, minutes = distance_matrices(shire(tmp_path, distances=given))
    assert (distances[0, 1], distances[1, 0], minutes[0, 1], minutes[1, 0]) == (30, 30, 45, 45)
    assert (minutes[2, 3], minutes[3, 2]) == (20, 20)
    assert distances[2, 3] == pytest.approx(pi * EARTH_RADIUS_KM / 1_800)
    assert distances[0, 3] == distances[3, 0] == 0
    assert np.isnan(minutes[0, 3])


def test_without_coordinates_a_distance_is_not_known(tmp_path: Path) -> None:
    """Yew has no coordinates: only what is given is known of it."""
    councils = "council, latitude, longitude\nAsh, 51, 0\nElm, 51.1, 0\nOak, 51.2, 0\nYew, ,\n"
    distances, _ = distance_matrices(shire(tmp_path, councils=councils, distances="council_a, council_b, km\nYew, Elm, 7\n"))
    assert distances[1, 3] == 7
    assert np.isnan(distances[[0, 2], [3, 3]]).all()
    assert not np.isnan(distances[:3, :3]).any()
