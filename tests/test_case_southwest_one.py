"""Southwest One: which minimum of rule compatibility would have let whom in, found by solving."""

from __future__ import annotations

import itertools

import pytest
from cases import solved

from instances import read
from instances.compatibility import derived_scores
from instances.tables import Compatibility

CASE = "southwest-one"
ALL = {"Somerset", "Taunton Deane", "Avon and Somerset Police"}
COUNCILS = {"Somerset", "Taunton Deane"}


def members(minimum: float) -> set[str]:
    """Who shares at a minimum."""
    found = solved(CASE, overrides=(f"rules.compatibility.minimum = {minimum:.6f}",)).document.partnerships
    return {member.council for partnership in found for member in partnership.members}


def highest_minimum(wanted: set[str]) -> float:
    """The highest minimum at which all that are wanted share, by solving with the minimum lowered, to a hundred thousandth."""
    too_high, low_enough = 0.5, 0.0
    assert not wanted <= members(too_high)
    assert wanted <= members(low_enough)
    while too_high - low_enough > 0.00001:
        middle = (too_high + low_enough) / 2
        if wanted <= members(middle):
            low_enough = middle
        else:
            too_high = middle
    return low_enough


@pytest.mark.parametrize(
    ("wanted", "score"),
    [(ALL, (0.5 + 0.1) / 2), (COUNCILS, (0.7 + 0.5 + 0.2) / 3)],
    ids=["all three", "the two councils"],
)
def test_what_the_minimum_would_have_to_be(wanted: set[str], score: float) -> None:
    """The lowest score among them, by hand from politics, culture and history; above it they do not share."""
    assert highest_minimum(wanted) == pytest.approx(score, abs=0.00002)


def test_scores_are_derived() -> None:
    """No score is given: all come from what is known of each pair."""
    instance = read(CASE)
    assert instance.rows(Compatibility) == ()
    scores = derived_scores(instance)
    position = {council: index for index, council in enumerate(instance.councils)}
    pairs = {frozenset(pair): scores[position[pair[0]], position[pair[1]]] for pair in itertools.combinations(ALL, 2)}
    assert pairs[frozenset(COUNCILS)] == pytest.approx(7 / 15)
    assert [pairs[pair] for pair in pairs if pair != frozenset(COUNCILS)] == pytest.approx([0.3, 0.3])


def test_it_is_the_rule_that_says_no() -> None:
    """At the stated minimum nothing is formed; without the rule all three gain, as planned."""
    assert solved(CASE).document.partnerships == ()
    plan = solved(CASE, ("money-only",))
    assert {c.council for c in plan.document.councils if c.npv > 0} == ALL


def test_money_says_no_as_well_once_it_is_known() -> None:
    """With savings cut step by step, the point at which nobody joins lies above the 17 % that were delivered."""
    shared = {
        cut: bool(solved(CASE, ("money-only",), (f"economics.optimism_bias.savings = {cut}",)).document.partnerships) for cut in (0.5, 0.83)
    }
    assert shared == {0.5: True, 0.83: False}


@pytest.mark.parametrize("scenario", ["minimum-for-two", "minimum-for-three"])
def test_company_is_chosen(scenario: str) -> None:
    """Joint working is open too, and worth less."""
    company = solved(CASE, (scenario,))
    joint = solved(CASE, (scenario,), ("vehicles.company = off",))
    assert {p.vehicle for p in company.document.partnerships} == {"company"}
    assert {p.vehicle for p in joint.document.partnerships} == {"joint_working"}
    assert joint.npv < company.npv


def test_baselines_follow_their_sources() -> None:
    """535 million over ten years, 185 of them the police's; 92 % of the rest is the county's; 800 posts of the two councils."""
    rows = {council: row for (council, _), row in read(CASE).baselines.items()}
    assert rows["Avon and Somerset Police"].annual_cost == 185_000_000 / 10
    for council, share in (("Somerset", 0.92), ("Taunton Deane", 0.08)):
        assert rows[council].annual_cost == pytest.approx(share * (535_000_000 - 185_000_000) / 10)
        assert rows[council].fte == pytest.approx(share * 800)
    service = read(CASE).services["support_services"]
    two = (rows["Taunton Deane"].annual_cost + rows["Avon and Somerset Police"].annual_cost) / 2
    assert service.hosting_cost == pytest.approx(0.025 * rows["Somerset"].annual_cost, abs=501)
    assert service.coordination_cost == pytest.approx(0.025 * two, abs=501)
    assert service.set_up_cost == pytest.approx(0.04 * rows["Somerset"].annual_cost, abs=501)
    assert service.integration_cost == pytest.approx(0.04 * two, abs=501)
