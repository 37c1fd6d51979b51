"""Moves of councils that cease: which there are, and how long their flows run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import rows

from formulations import price
from instances import Instance

SAVING = "duplication_avoided = 0.5\n"
ASH, ELM = ("payroll", "Ash"), ("payroll", "Elm")


def ceasing(**days: str) -> str:
    """The table of councils with the days on which some cease."""
    return "council, latitude, longitude, ceases\n" + "".join(
        f"{c}, 51.{place}, 0.0, {days.get(c.lower(), '')}\n" for place, c in enumerate(("Ash", "Elm", "Oak", "Yew"))
    )


def npv(instance: Instance, council: str, host: str, tranche: int = 0) -> float:
    """What one move is worth."""
    moves = price(instance).moves
    (found,) = moves[(moves["council"] == council) & (moves["host"] == host) & (moves["tranche"] == tranche)]["npv"]
    return float(found)


@pytest.mark.parametrize(
    ("days", "gone"),
    [
        ({"oak": "2027-04-01"}, {("Oak", *ASH, 1), ("Oak", *ELM, 1)}),
        ({"oak": "2027-04-02"}, set()),
        ({"elm": "2027-04-01"}, {("Elm", *ASH, 1), *((c, *ELM, 1) for c in ("Ash", "Oak", "Yew"))}),
        ({"ash": "2026-04-02"}, {("Ash", *ELM, 1), *((c, *ASH, 1) for c in ("Elm", "Oak", "Yew"))}),
    ],
)
def test_nobody_goes_live_after_its_end(shire_model: Callable[..., Any], days: dict[str, str], gone: set[Any]) -> None:
    """Neither a council that has ceased nor who would join it; on the last day before it is still possible."""
    before = {(c, "payroll", h, k) for h in ("Ash", "Elm") for c in ("Ash", "Elm", "Oak", "Yew") if c != h for k in (0, 1)}
    m = shire_model(councils=ceasing(**days))
    assert rows(m, "JOINS") == before - gone
    assert rows(m, "OPENS") == {(*h, k) for h in (ASH, ELM) for k in (0, 1)} - {
        (s, h, k) for c, s, h, k in gone if c != h and days.get(h.lower())
    }


@pytest.mark.parametrize(
    ("days", "years"),
    [
        ({}, 3),
        ({"elm": "2028-04-01"}, 2),
        ({"elm": "2027-10-01"}, 1.5),
        ({"elm": "2027-10-02"}, 19 / 12),
        ({"ash": "2027-10-01"}, 1.5),
        ({"ash": "2027-10-01", "elm": "2027-07-01"}, 1.25),
        ({"ash": "2027-07-01", "elm": "2027-10-01"}, 1.25),
        ({"oak": "2027-07-01"}, 3),
        ({"elm": "2029-04-01"}, 3),
        ({"elm": "2035-04-01"}, 3),
    ],
)
def test_flows_run_until_the_first_of_the_two_ceases(shire: Callable[..., Instance], days: dict[str, str], years: float) -> None:
    """Elm saves 25,000 a year with Ash; a month that has begun counts in full."""
    assert npv(shire(economics=SAVING, councils=ceasing(**days)), "Elm", "Ash") == pytest.approx(25_000 * years)


def test_one_offs_are_not_cut(shire: Callable[..., Instance]) -> None:
    """A go-live in the second year of a council that ceases within it: three months of saving, all of the cost, DF 0.8."""
    instance = shire(economics=SAVING + "integration_cost = 8000\ndiscount_rate = 0.25", councils=ceasing(elm="2027-07-01"))
    assert npv(instance, "Elm", "Ash", 1) == pytest.approx(0.8 * (25_000 / 4 - 8_000))


def test_a_host_of_its_own_runs_to_its_own_end(shire: Callable[..., Instance]) -> None:
    """Hosting costs Ash 5,000 a year until it ceases, whoever its members are."""
    instance = shire(economics="hosting_cost = 5000", councils=ceasing(ash="2028-04-01", elm="2027-04-01"))
    assert npv(instance, "Ash", "Ash") == pytest.approx(-10_000)


def test_what_is_live_is_kept_until_it_ends(shire: Callable[..., Instance]) -> None:
    """Live for a year at the start; half of the saving in the first year of all is over."""
    commitments = "council, service, decision, other, go_live\nElm, payroll, live, Ash, 2025-04-01\n"
    economics = SAVING + "phase_in = [0.5, 0.8, 1.0]"
    instance = shire(economics=economics, councils=ceasing(elm="2027-10-01"), commitments=commitments)
    assert npv(instance, "Elm", "Ash", -1) == pytest.approx(25_000 * (0.8 + 0.5 * 1.0))


def test_yearly_figures_are_not_cut(shire: Callable[..., Instance]) -> None:
    """At full effect and in the second year, as if Elm went on."""
    moves = price(shire(economics=SAVING + "phase_in = [0.5, 0.8, 1.0]", councils=ceasing(elm="2026-10-01"))).moves
    elm = moves[(moves["council"] == "Elm") & (moves["host"] == "Ash")].iloc[0]
    assert (elm["second_year"], elm["full_effect"]) == pytest.approx((20_000, 25_000))


@pytest.mark.parametrize(("day", "value", "host"), [("", 150_000, "Ash"), ("2029-01-01", 137_500, "Ash"), ("2028-04-01", 115_000, "Elm")])
def test_a_host_that_lasts(shire_plan: Callable[..., Any], day: str, value: float, host: str) -> None:
    """With Ash as host 50,000 a year until it ceases, with Elm 45,000: Ash's own 20,000 until it ceases and 25,000 in all three years.

    Over three years Ash is better: 150,000 against 135,000. If it ceases three months earlier 137,500 against 130,000; if it
    ceases after two years 100,000 against 40,000 + 75,000.
    """
    worth, plan = shire_plan(economics=SAVING, councils=ceasing(ash=day))
    assert (worth, plan["Oak", "payroll"]) == (pytest.approx(value), (host, 0))
