"""Anglia Revenues Partnership: what a later joiner is worth, and to whom, worked out again by plain arithmetic."""

from __future__ import annotations

import math

import pytest
from cases import solved

from instances import read

CASE = "anglia-revenues"
JOINER = "East Cambridgeshire"
WITHOUT = ("east-cambridgeshire-stays-out",)
PHASE_IN = (0.5, 0.8, 1.0)
YEARS = 10
PLACES = ((52.34292, 0.29478), (52.58793, 0.83728))
"""East Cambridgeshire and Breckland: latitude, longitude."""


def npv(scenarios: tuple[str, ...] = (), overrides: tuple[str, ...] = ()) -> dict[str, float]:
    """NPV of each council."""
    return {c.council: c.npv for c in solved(CASE, scenarios, overrides).document.councils}


def distance() -> float:
    """Kilometres from East Cambridgeshire to Breckland, great circle."""
    (a, b), (c, d) = (map(math.radians, place) for place in PLACES)
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(half))


def factor(year: int) -> float:
    """Discount factor of a year from the start."""
    return float(1.035**-year)


def joiner_npv(first: int) -> float:
    """East Cambridgeshire's own NPV, joining `first` years from the start: 1,185,000 a year, of it 201,000 fixed, 356,000 bought."""
    saving = 201_000 * 0.5 + (1_185_000 - 201_000 - 356_000) * 0.06
    cost = 25_000 + 70 * distance()
    one_off = 100_000 + 200_000 + 12.9 * 500 + 12.9 * 30_000 * max(0.0, 0.12 - 0.134 * first)
    total = -one_off * factor(first)
    for year in range(first, YEARS):
        total += (saving * PHASE_IN[min(year - first, 2)] - cost + 356_000 * 0.02) * factor(year)
    return total


def step_gain(bought: float, first: int) -> float:
    """What 1 % more on what a council buys is worth from year `first` on."""
    return sum(bought * 0.01 * factor(year) for year in range(first, YEARS))


@pytest.mark.parametrize(("scenario", "first"), [((), 1), (("a-year-later",), 2)])
def test_what_the_joiner_is_worth(scenario: tuple[str, ...], first: int) -> None:
    """To itself and to each of those already in, and nothing to anybody else."""
    with_it, without = npv(scenario), npv(WITHOUT)
    worth = {council: with_it[council] - without[council] for council in with_it}
    assert worth[JOINER] == pytest.approx(joiner_npv(first), abs=1)
    assert worth["Breckland"] == pytest.approx(step_gain(557_000, first), abs=0.01)
    assert worth["Forest Heath"] == pytest.approx(step_gain(244_000, first), abs=0.01)
    assert worth["St Edmundsbury"] == 0
    assert solved(CASE, scenario).npv - solved(CASE, WITHOUT).npv == pytest.approx(sum(worth.values()), abs=0.02)


def test_the_joiner_could_be_charged_what_it_is_worth() -> None:
    """It comes in as long as joining costs it no more than it brings to all: the most that an entrance fee could be."""
    most = (solved(CASE).npv - solved(CASE, WITHOUT).npv) / factor(1)
    for extra, members in ((most - 10, 3), (most + 10, 2)):
        plan = solved(CASE, overrides=(f"services.revenues_and_benefits.integration_cost += {extra:.2f}",))
        (found,) = plan.document.partnerships
        assert len(found.members) == members


def test_nobody_is_made_to_join() -> None:
    """No table commits the third or the fourth to anything but a first day."""
    assert solved(CASE, overrides=("services.revenues_and_benefits.platform_cost = 2000000",)).document.summary.councils == 2


def test_the_fourth_is_worth_its_own_gain() -> None:
    """Four buy no cheaper than three: those already in gain nothing, and lose nothing."""
    with_it, without = npv(("st-edmundsbury-joins",)), npv()
    assert with_it["St Edmundsbury"] > 0
    assert {c: with_it[c] for c in with_it if c != "St Edmundsbury"} == {c: without[c] for c in without if c != "St Edmundsbury"}


def test_the_third_lifts_the_partnership_over_the_step() -> None:
    """Two buy less than a million, three more."""
    bought = {council: row.procured_cost for (council, _), row in read(CASE).baselines.items()}
    assert bought["Breckland"] + bought["Forest Heath"] < 1_000_000 <= bought["Breckland"] + bought["Forest Heath"] + bought[JOINER]


def test_baselines_follow_their_formulas() -> None:
    """Every figure of baselines.csv can be recomputed from the head of instance.toml."""
    instance = read(CASE)
    seven = 141_255 + 90_172 + 177_302 + 102_080 + 250_373
    assert instance.councils["Forest Heath"].population == round(177_302 * 59_748 / (59_748 + 111_008))
    costs = [row.annual_cost for row in instance.baselines.values()]
    for (council, _), row in instance.baselines.items():
        assert row.annual_cost == pytest.approx(10_000_000 * (instance.councils[council].population or 0) / seven, abs=501)
        assert row.fixed_cost == pytest.approx(0.15 * sum(costs) / 4, abs=501)
        assert row.procured_cost == pytest.approx(0.3 * row.annual_cost, abs=501)
        assert row.fte == pytest.approx(0.5 * row.annual_cost / 46_000, abs=0.051)
