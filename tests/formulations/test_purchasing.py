"""Purchasing of councils that cease: the stretches in which spend stands still, who is counted in them, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from small import put, rows, slack

from formulations import price
from formulations.buyers import FULL
from instances import Instance
from instances.ends import coverage

TIERS = "service, from_volume, rate\npayroll, 50000, 0.1\n"
ASH, ELM = ("payroll", "Ash"), ("payroll", "Elm")
# Procured spend: Ash 20, Elm 30, Oak 40, Yew 10, in thousands.


def ceasing(**days: str) -> str:
    """The table of councils with the days on which some cease."""
    return "council, ceases\n" + "".join(f"{c}, {days.get(c.lower(), '')}\n" for c in ("Ash", "Elm", "Oak", "Yew"))


@pytest.mark.parametrize(
    ("calendar", "economics", "days", "epochs", "spans"),
    [
        ("12 2 5", "", {}, (0, 1), ((0, 0), (1, 4))),
        ("12 2 5", "", {"oak": "2029-04-01"}, (0, 1, 1), ((0, 0), (1, 2), (3, 4))),
        ("12 2 5", "", {"oak": "2028-10-01"}, (0, 1, 1), ((0, 0), (1, 2), (3, 4))),
        ("12 2 5", "", {"oak": "2028-04-01", "yew": "2030-01-01"}, (0, 1, 1, 1), ((0, 0), (1, 1), (2, 3), (4, 4))),
        ("12 2 5", "", {"oak": "2027-04-01"}, (0, 1), ((0, 0), (1, 4))),
        ("12 2 5", "", {"oak": "2031-04-01"}, (0, 1), ((0, 0), (1, 4))),
        ("12 2 5", "", {"oak": "2031-03-01"}, (0, 1), ((0, 0), (1, 4))),
        ("12 2 5", "", {"oak": "2040-04-01"}, (0, 1), ((0, 0), (1, 4))),
        ("6 1 2", "", {"oak": "2027-01-01"}, (0, 0), ((0, 1), (2, 3))),
        ("12 2 3", "growth = 1.0", {"oak": "2027-04-01"}, (0, 1, 1), ((0, 0), (1, 1), (2, 2))),
    ],
)
def test_epochs(
    shire: Callable[..., Instance],
    calendar: str,
    economics: str,
    days: dict[str, str],
    epochs: tuple[int, ...],
    spans: tuple[tuple[int, int], ...],
) -> None:
    """A new one begins with each tranche, with each period where baselines grow, and with the first that somebody does not live to see."""
    found = price(shire(calendar, economics=economics, tiers=TIERS, councils=ceasing(**days))).purchasing["payroll"]
    assert (found.epochs, found.spans) == (epochs, spans)


def test_epochs_of_a_service_that_the_council_does_not_run(shire: Callable[..., Instance], two_services: dict[str, str]) -> None:
    """Oak does not run waste, so its end makes no epoch there."""
    instance = shire("12 1 5", tiers=TIERS + "waste, 0, 0.1\n", councils=ceasing(oak="2029-04-01"), **two_services)
    found = price(instance).purchasing
    assert (len(found["payroll"].epochs), len(found["waste"].epochs)) == (2, 1)


@pytest.mark.parametrize(
    ("days", "economics", "expected"),
    [
        ({}, "", True),
        ({"oak": "2028-04-01"}, "", False),
        ({"oak": "2029-04-01"}, "", True),
        ({}, "growth = 0.1", False),
    ],
)
def test_last_epoch_has_full_membership(shire: Callable[..., Instance], days: dict[str, str], economics: str, expected: bool) -> None:
    """At base-year baselines: not where they grow, nor where somebody ceases before the horizon of three years is over."""
    found = price(shire(economics=economics, tiers=TIERS, councils=ceasing(**days))).purchasing["payroll"]
    assert found.base_year_last == expected


def test_weights_of_a_council_that_ceases(shire: Callable[..., Instance]) -> None:
    """A pound a year in each epoch, DF 1, 0.8, 0.64, growth of a half: all of it, or until the middle of the second year."""
    instance = shire(tiers=TIERS, economics="discount_rate = 0.25\ngrowth = 0.5", councils=ceasing(oak="2027-10-01"))
    priced = price(instance)
    found = priced.purchasing["payroll"]
    assert found.weight == pytest.approx((1, 1.5 * 0.8, 2.25 * 0.64))
    assert found.weights(priced.weight, coverage(instance.calendar, priced.end("Oak", "Ash"))) == pytest.approx((1, 1.5 * 0.8 / 2, 0))
    assert found.weights(np.array([1.0, 10.0, 100.0]), np.ones(3)) == pytest.approx((1, 15, 225))


def test_weights_of_an_epoch_of_several_periods(shire: Callable[..., Instance]) -> None:
    """The last epoch is the second to fourth half year: two of them, and a third of the last."""
    instance = shire("6 2 2", tiers=TIERS, councils=ceasing(oak="2027-12-01"))
    priced = price(instance)
    found = priced.purchasing["payroll"].weights(priced.weight, coverage(instance.calendar, priced.end("Oak")))
    assert found == pytest.approx((0.5, 0.5 + 0.5 + 0.5 / 3))


def test_who_buys_in_which_epoch(shire_model: Callable[..., Any]) -> None:
    """Oak lives to see the beginning of the second year, Elm that of the first only; then Elm hosts nobody either."""
    m = shire_model(tiers=TIERS, councils=ceasing(oak="2027-10-01", elm="2027-04-01"))
    found = rows(m, "tier_spend")
    assert {c for c, *p, e in found if tuple(p) == ASH and e == 0} == {"Ash", "Elm", "Oak", "Yew"}
    assert {c for c, *p, e in found if tuple(p) == ASH and e == 1} == {"Ash", "Oak", "Yew"}
    assert {e for _, *p, e in found if tuple(p) == ELM} == {0}
    assert rows(m, "tier_one_step") == {(*ASH, 0), (*ASH, 1), (*ELM, 0)}  # in the third year Ash's 20 and Yew's 10 reach nothing


def test_steps_of_those_who_are_left(shire_model: Callable[..., Any]) -> None:
    """With Oak all have 100; without it 60, and then a step at 90 is out of reach."""
    m = shire_model("12 1 3", tiers=TIERS + "payroll, 90000, 0.2\n", councils=ceasing(oak="2028-04-01"))
    assert {(e, t) for s, h, e, t in rows(m, "TIER_STEPS") if h == "Ash"} == {(0, 0), (0, 1), (1, 0)}


def test_full_membership_asks_for_no_end(shire_model: Callable[..., Any]) -> None:
    """For minimum_saving all who ever join count, as if nobody ceased: an epoch of its own."""
    rules = "minimum_saving = 0.0"
    m = shire_model("12 1 3", tiers=TIERS, rules=rules, councils=ceasing(oak="2027-10-01"))
    assert {c for c, *p, e in rows(m, "tier_spend") if tuple(p) == ASH and e == FULL} == {"Ash", "Elm", "Oak", "Yew"}
    put(m, buy={(c, *ASH, FULL, 0): 1 for c in ("Ash", "Oak")} | {("Ash", *ASH, 0, 0): 1})
    assert slack(m, "minimum_saving", *ASH) == pytest.approx(2 + 4)
    assert m.objective() == pytest.approx(0.1 * 20 * 2)  # the two years that Oak lives to see the beginning of; no flow at full membership


def test_purchasing_in_the_objective_of_a_council_that_ceases(shire_model: Callable[..., Any]) -> None:
    """A tenth of its own spend for as long as it exists, or its host: Oak's 40 for a year and a half, Yew's 10 for three."""
    m = shire_model("12 1 3", tiers=TIERS, councils=ceasing(oak="2027-10-01", elm="2028-07-01"))
    # epochs: the first two years, the third
    put(m, buy={("Oak", *ASH, 0, 0): 1, ("Yew", *ASH, 0, 0): 1, ("Yew", *ASH, 1, 0): 1})
    assert m.objective() == pytest.approx(4 * 1.5 + 1 * 3)
    put(m, buy={("Yew", *ELM, 0, 0): 1, ("Yew", *ELM, 1, 0): 1})
    assert m.objective() == pytest.approx(1 * 2.25)


@pytest.mark.parametrize(
    ("day", "value"),
    [("", 3 * 10), ("2028-04-01", 2 * 10 + 6), ("2027-10-01", 6 * 2 + 4 * 1.5 + 6), ("2027-04-01", 10 + 6 + 6)],
)
def test_spend_goes_with_who_ceases(shire_plan: Callable[..., Any], day: str, value: float) -> None:
    """All four buy 100 together and save a tenth, of which Oak 4 a year; without Oak 60 are still above 50, and save 6.

    In the year in which it ceases Oak's spend counts from the first day, its own saving until it ceases.
    """
    worth, plan = shire_plan("12 1 3", tiers=TIERS, councils=ceasing(oak=day))
    assert worth == pytest.approx(1000 * value)
    assert len(plan) == 4


@pytest.mark.parametrize(("day", "value"), [("2028-04-01", 2 * 7), ("2027-10-01", 2 * 3 + 1.5 * 4), ("2027-04-01", 7)])
def test_a_step_is_lost_with_who_ceases(shire_plan: Callable[..., Any], day: str, value: float) -> None:
    """Elm stays out; Ash, Oak and Yew buy 70 together, of which a tenth is 2 + 4 + 1. Without Oak they miss the step at 65."""
    out = "council, service, decision\nElm, payroll, stays_out\n"
    worth, _ = shire_plan("12 1 3", tiers=TIERS.replace("50000", "65000"), councils=ceasing(oak=day), commitments=out)
    assert worth == pytest.approx(1000 * value)
