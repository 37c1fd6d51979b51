"""Dorset's revenues and benefits: the published 6 % back to its budget, and the choice against outsourcing by hand."""

from __future__ import annotations

import pytest
from cases import CASES, partnership, solved

from instances import read
from instances.tables import Estimate, Option

NAME = "dorset-revenues"
SERVICE = "revenues_and_benefits"
POSTS = {"West Dorset": 48, "Weymouth and Portland": 32, "Purbeck": 22}
POST = 29_108
"""Cost of a post, GBP a year."""
DISCOUNT = [1.035**-year for year in range(10)]
FROM_2006, FROM_2009 = sum(DISCOUNT), sum(DISCOUNT[3:])
"""Present value of one pound a year to March 2016, from the two dates."""


def shared(council: str) -> float:
    """What sharing is worth to a council, GBP: 6 % of staff, 8 % of what is bought (0.6 of staff), less terms and investment."""
    staff = POSTS[council] * POST
    a_year = 0.06 * staff + 0.08 * 0.6 * staff
    if council == "Purbeck":
        return a_year * FROM_2009 - 320_000 * DISCOUNT[3]
    terms = 200 * POSTS[council] if council == "Weymouth and Portland" else 0
    return (a_year - terms) * FROM_2006 - (154_500 + 13_000 + 67_250)


def outsourced(council: str, of_pay: float) -> float:
    """What outsourcing is worth to a council, GBP, if a post that leaves is counted at a share of its pay."""
    staff, late = POSTS[council] * POST, council == "Purbeck"
    a_year = 0.08 * 2 * staff - of_pay * staff
    return a_year * (FROM_2009 if late else FROM_2006) - 50_000 * (DISCOUNT[3] if late else 1.0)


def with_jobs_at(of_pay: float) -> tuple[str, ...]:
    """Overrides that count each post at a share of its pay."""
    return tuple(f"options.{council}.{SERVICE}.outsource.annual_cost = {of_pay * POSTS[council] * POST:.2f}" for council in POSTS)


def test_published_saving_is_six_per_cent_of_eighty_posts() -> None:
    """558,875 over four years at 6 % are the budget of 80 posts at 29,108 pounds."""
    assert pytest.approx(558_875 / 4 / 0.06 / 80, abs=0.1) == POST
    instance = read(CASES / NAME)
    assert sum(POSTS.values()) > 100
    assert POSTS["West Dorset"] + POSTS["Weymouth and Portland"] == 80
    for council, posts in POSTS.items():
        row = instance.baselines[council, SERVICE]
        assert row.fte == posts
        assert row.annual_cost == 2 * posts * POST
        assert row.procured_cost == pytest.approx(0.6 * posts * POST, abs=0.51)
        assert row.fixed_cost == pytest.approx(0.4 * posts * POST, abs=0.51)
        residents = instance.councils[council].population or 0.0
        assert posts / residents == pytest.approx(80 / 162_000, rel=0.02)


def test_councils_worth_by_hand() -> None:
    """Each member's net present value, and what all three would have had from outside."""
    found = {member.council: member.npv for member in partnership(solved(NAME), SERVICE).members}
    assert found == pytest.approx({council: shared(council) for council in POSTS}, abs=1)
    without_jobs = sum(outsourced(council, 0.0) for council in POSTS)
    assert solved(NAME, ("jobs-not-counted",)).npv == pytest.approx(without_jobs, abs=5)


def test_options_follow_their_formulas() -> None:
    """8 % of cost, 15 % of pay; the founders' investment is the grant's half and their own."""
    instance = read(CASES / NAME)
    for row in instance.rows(Option):
        staff = POSTS[row.council] * POST
        assert row.annual_saving == pytest.approx(0.08 * 2 * staff, abs=0.51)
        assert row.annual_cost == pytest.approx(0.15 * staff, abs=0.51)
    for estimate in instance.rows(Estimate):
        assert estimate.one_off_cost == (320_000 if estimate.council == "Purbeck" else 309_000 / 2 + 13_000 + 67_250)


@pytest.mark.parametrize(
    ("of_pay", "outsourcing"),
    [
        (0.07, {"Purbeck", "West Dorset", "Weymouth and Portland"}),
        (0.08, {"Purbeck"}),
        (0.115, {"Purbeck"}),
        (0.125, set()),
    ],
)
def test_what_jobs_must_be_worth(of_pay: float, outsourcing: set[str]) -> None:
    """The founders share from about 7 % of pay, Purbeck from about 12 %."""
    plan = solved(NAME, (), with_jobs_at(of_pay))
    assert {option.council for option in plan.document.options} == outsourcing
    founders = ("West Dorset", "Weymouth and Portland")
    together = sum(shared(council) - outsourced(council, of_pay) for council in founders)
    assert (together > 0) == (not set(founders) & outsourcing)
    assert (shared("Purbeck") > outsourced("Purbeck", of_pay)) == ("Purbeck" not in outsourcing)


def test_west_dorset_employs_by_the_cost_of_terms() -> None:
    """Moving 48 posts instead of 32 costs 3,200 pounds a year more; that is all that makes the host, and nothing commits to it."""
    other = solved(NAME, (), (f"baselines.West Dorset.{SERVICE}.can_host = false",))
    assert partnership(other, SERVICE).host == "Weymouth and Portland"
    assert solved(NAME).npv - other.npv == pytest.approx(200 * 16 * FROM_2006, abs=0.01)
