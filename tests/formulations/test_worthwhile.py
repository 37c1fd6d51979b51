"""Partnerships that can never pay stay out of the model, and nothing is lost by it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small import brief
from tiny import write_tiny

from formulations import Objective, Priced, build, price
from formulations.objectives import objective_values
from formulations.worthwhile import worthwhile as presolved
from instances import Instance, read
from solvers import Limits, get

HEADER = "council, service, decision, other, go_live\n"
FIGURES = "duplication_avoided = 0.5\nset_up_cost = 100000\n"
ASH, ELM = ("payroll", "Ash"), ("payroll", "Elm")
# One year: duplication saves Ash 20, Elm 25, Oak 10 and Yew 15 thousand. With Ash as host that is 50 at most, with Elm 45.


def worthwhile(priced: Priced, objective: Objective | None = None) -> set[tuple[str, ...]]:
    """The partnerships that stay in the model."""
    objective = objective or Objective()
    value, weight = objective_values(priced, objective), objective.running_weight(priced.instance, priced.discount)
    return {brief(partnership) for partnership in presolved(priced, value.moves, weight)}


@pytest.mark.parametrize(
    ("set_up", "rules", "kept"),
    [
        (44_999, "", {ASH, ELM}),
        (45_000, "", {ASH}),
        (49_999, "", {ASH}),
        (50_000, "", set()),
        (39_999, "partnership_size = { maximum = 3 }", {ASH}),
        (34_999, "partnership_size = { maximum = 3 }", {ASH, ELM}),
        (40_000, "partnership_size = { maximum = 3 }", set()),
    ],
)
def test_what_pays_at_best(shire: Callable[..., Instance], set_up: int, rules: str, kept: set[tuple[str, str]]) -> None:
    """The set-up against the savings of all who may join, or of the best two where three is the most."""
    assert worthwhile(price(shire("12 1 1", economics=f"duplication_avoided = 0.5\nset_up_cost = {set_up}", rules=rules))) == kept


@pytest.mark.parametrize(("rate", "kept"), [(0.5, {ASH}), (0.501, {ASH, ELM}), (0.4, set())])
def test_purchasing_counts_at_its_highest_rate(shire: Callable[..., Instance], rate: float, kept: set[tuple[str, str]]) -> None:
    """Half of 100 thousand of procured spend on top of 50 or 45, whether the step is reached or not."""
    tiers = f"service, from_volume, rate\npayroll, 0, 0.1\npayroll, 900000, {rate}\n"
    assert worthwhile(price(shire("12 1 1", economics=FIGURES.replace("100000", "95000"), tiers=tiers))) == kept


@pytest.mark.parametrize(
    ("commitments", "kept"),
    [
        ("Elm, payroll, hosts, ,\n", {ELM}),
        ("Oak, payroll, shares_with, Ash,\n", {ASH}),
        ("Oak, payroll, live, Elm,\n", {ELM}),
        ("Oak, payroll, together, Yew,\n", {ASH, ELM}),
        ("Oak, payroll, never_with, Yew,\n", set()),
    ],
)
def test_what_is_demanded_stays(shire: Callable[..., Instance], commitments: str, kept: set[tuple[str, str]]) -> None:
    """None pays, but a commitment may ask for it."""
    assert worthwhile(price(shire("12 1 1", economics=FIGURES, commitments=HEADER + commitments))) == kept


def test_what_is_live_stays(shire: Callable[..., Instance]) -> None:
    """Oak's partnership with Elm costs more than it saves for good; it is there all the same."""
    instance = shire("12 1 1", economics="hosting_cost = 100000", commitments=HEADER + "Oak, payroll, live, Elm,\n")
    assert worthwhile(price(instance)) == {ELM}


def test_nothing_to_move(shire: Callable[..., Instance]) -> None:
    """Without moves there are no partnerships."""
    assert worthwhile(price(shire(rules="maximum_distance = 1"))) == set()


@pytest.mark.parametrize("seed", range(500, 515))
def test_the_optimum_is_the_same_without_it(tmp_path: Path, seed: int) -> None:
    """Solved with and without; infeasible is infeasible either way."""
    write_tiny(tmp_path, seed)
    priced = price(read(tmp_path))
    with_all, fewer = build(priced, presolve=False), build(priced)
    assert len(fewer.JOINS) <= len(with_all.JOINS)
    assert fewer.unreachable == with_all.unreachable
    if not fewer.unreachable:
        one, other = (get("highs").solve(model, Limits()) for model in (with_all, fewer))
        assert one.termination is other.termination
        assert one.objective == (None if other.objective is None else pytest.approx(other.objective, abs=1e-5))
