"""What holds for all families: each has its tests, its place in the model, and a way to say that it cannot be met."""

from __future__ import annotations

import ast
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from pyomo.environ import value
from small import put

from formulations import FAMILIES, Unreachable

HEADER = "council, service, decision, other, go_live\n"


def test_every_family_has_its_tests() -> None:
    """A family without a test_FAMILY_index or a test_FAMILY_row is a hole; two families may share one, named after both."""
    names: list[str] = []
    for path in Path(__file__).parent.glob("test_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names += [
            part for node in tree.body if isinstance(node, ast.FunctionDef) for part in node.name.removeprefix("test_").split("_and_")
        ]
    wanted = [f"{family}_{kind}" for family, kind in product(FAMILIES, ("index", "row"))]
    assert [one for one in wanted if not any(name == one or name.startswith(f"{one}_") for name in names)] == []


def test_rows_are_named_after_their_families(shire_model: Callable[..., Any]) -> None:
    """Each family is one component of the model, in the order of FAMILIES, and nothing else is a constraint."""
    m = shire_model()
    components = [
        component.local_name for component in m.component_objects() if component.ctype.__name__ in ("Constraint", "IndexedConstraint")
    ]
    assert components == list(FAMILIES)


@pytest.mark.parametrize(
    ("commitments", "changes", "expected"),
    [
        ("Oak, payroll, hosts, ,\n", {}, Unreachable("must_host", ("Oak", "payroll"))),
        ("Yew, payroll, shares_with, Ash,\n", {"rules": "maximum_distance = 25"}, Unreachable("must_join", ("Yew", "payroll", "Ash"))),
        ("Oak, payroll, together, Yew,\nOak, payroll, stays_out, ,\n", {}, Unreachable("together", ("Oak", "Yew", "payroll"))),
        ("Oak, payroll, live, Ash,\nOak, payroll, stays_out, ,\n", {}, Unreachable("one_arrangement", ("Oak", "payroll"))),
    ],
)
def test_a_demand_without_moves_is_unreachable(
    shire_model: Callable[..., Any], commitments: str, changes: dict[str, str], expected: Unreachable
) -> None:
    """What no move can meet is named instead of becoming a row without variables."""
    m = shire_model(commitments=HEADER + commitments, **changes)
    assert m.unreachable == [expected]
    assert expected.index not in getattr(m, expected.family)


def test_an_alternative_without_a_tranche_is_unreachable(shire_model: Callable[..., Any]) -> None:
    """It is to be had only after the last tranche has begun."""
    tables = {
        "options": "council, service, option, annual_saving, available_from\nOak, payroll, outsource, 1000, 2027-04-02\n",
        "commitments": "council, service, decision, option\nOak, payroll, takes, outsource\n",
    }
    m = shire_model(**tables)
    assert m.unreachable == [Unreachable("must_take", ("Oak", "payroll", "outsource"))]


def test_a_saving_without_moves_is_unreachable(shire_model: Callable[..., Any]) -> None:
    """Where nobody may join anybody nothing can be saved."""
    rules = "maximum_distance = 0.001\nminimum_total_saving = {{ amount = {}, year = 2 }}"
    assert shire_model(rules=rules.format(1)).unreachable == [Unreachable("minimum_total_saving", (2,))]
    assert shire_model(rules=rules.format(0)).unreachable == []


def test_what_can_be_met_is_not_unreachable(shire_model: Callable[..., Any]) -> None:
    """Oak may join Ash alone and Yew Elm alone: the clash is left to the solver, since each has a move."""
    commitments = HEADER + "Oak, payroll, together, Yew,\nOak, payroll, never_with, Elm,\nYew, payroll, never_with, Ash,\n"
    m = shire_model(commitments=commitments)
    assert m.unreachable == []
    assert len(m.together) == 1
    assert len(m.together_same) == 2


def test_without_moves_nothing_is_demanded(shire_model: Callable[..., Any]) -> None:
    """Nobody is within a metre of anybody: no moves, no rows, nothing unreachable, and an objective of 0."""
    m = shire_model(rules="maximum_distance = 0.001\nprogramme_capacity = 0\nminimum_saving = 0.5")
    assert len(m.JOINS) == len(m.OPENS) == 0
    assert m.unreachable == []
    assert all(len(getattr(m, family)) == 0 for family in FAMILIES)
    assert value(m.objective) == 0


def test_objective(shire_model: Callable[..., Any]) -> None:
    """Each move counts what it is worth, in thousands: Elm 25 a year less 2 one-off, Ash 5 a year; three years, or the last two."""
    m = shire_model(economics="duplication_avoided = 0.5\nintegration_cost = 2000\nhosting_cost = 5000\n")
    put(m, join={("Elm", "payroll", "Ash", 0): 1})
    assert value(m.objective) == pytest.approx(3 * 25 - 2)
    put(m, join={("Elm", "payroll", "Ash", 1): 1}, open={("payroll", "Ash", 0): 1})
    assert value(m.objective) == pytest.approx(2 * 25 - 2 - 3 * 5)
