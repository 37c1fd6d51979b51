"""Rule partnership_size: least and greatest number of members, the host included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

BOTH = {("payroll", "Ash"), ("payroll", "Elm")}
APART = "council, service, decision, other\nElm, payroll, never_with, Ash\nElm, payroll, never_with, Oak\nElm, payroll, never_with, Yew\n"
STAYS_OUT = "council, service, decision\nYew, payroll, stays_out\n"


def sized(m: Any, joined: dict[str, int], opened: int | None) -> Any:
    """Councils that join Ash, with their tranche, and the tranche in which Ash opens; Elm's partnership does not count."""
    join = {(council, "payroll", "Ash", k): 1 for council, k in joined.items()} | {("Yew", "payroll", "Elm", 0): 1}
    put(m, join=join, open={("payroll", "Elm", 0): 1} | ({} if opened is None else {("payroll", "Ash", opened): 1}))
    return m


def test_partnership_size_minimum_index(shire_model: Callable[..., Any]) -> None:
    """At least two always, so each host has a row, rule or no rule; Elm, whom nobody may join, has none."""
    assert rows(shire_model(), "partnership_size_minimum") == BOTH
    assert rows(shire_model(rules="partnership_size = false"), "partnership_size_minimum") == BOTH
    assert rows(shire_model(commitments=APART), "partnership_size_minimum") == {("payroll", "Ash")}


@pytest.mark.parametrize(
    ("rule", "joined", "opened", "room"),
    [
        ("", {}, None, 0),
        ("", {}, 0, -1),
        ("", {"Elm": 1}, 0, 0),
        ("partnership_size = { minimum = 3 }", {"Elm": 0}, 0, -1),
        ("partnership_size = { minimum = 3 }", {"Elm": 0}, 1, -1),
        ("partnership_size = { minimum = 3 }", {"Elm": 0, "Oak": 1}, 0, 0),
        ("partnership_size = { minimum = 3 }", {"Elm": 0, "Oak": 1, "Yew": 1}, 1, 1),
    ],
)
def test_partnership_size_minimum_row(
    shire_model: Callable[..., Any], rule: str, joined: dict[str, int], opened: int | None, room: int
) -> None:
    """Joins to Ash less (minimum - 1) if Ash opens, in whatever tranches."""
    assert slack(sized(shire_model(rules=rule), joined, opened), "partnership_size_minimum", "payroll", "Ash") == room


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"rules": "partnership_size = { maximum = 4 }"}, set()),
        ({"rules": "partnership_size = { maximum = 3 }"}, BOTH),
        ({"rules": "partnership_size = { maximum = 3 }", "commitments": STAYS_OUT}, set()),
        ({"rules": "partnership_size = false", "services": "service, partnership_size_maximum\npayroll, 2\n"}, set()),
        ({"services": "service, partnership_size_maximum\npayroll, 2\n"}, BOTH),
    ],
)
def test_partnership_size_maximum_index(shire_model: Callable[..., Any], changes: dict[str, str], expected: set[Any]) -> None:
    """A row only where more may join than the rule lets in: three may, or two when Yew stays out."""
    assert rows(shire_model(**changes), "partnership_size_maximum") == expected


@pytest.mark.parametrize(
    ("joined", "opened", "room"),
    [
        ({}, None, 0),
        ({}, 0, 1),
        ({"Elm": 1}, 0, 0),
        ({"Elm": 0, "Oak": 1}, 1, -1),
        ({"Elm": 0}, None, -1),
        ({"Elm": 0, "Oak": 0, "Yew": 1}, 0, -2),
    ],
)
def test_partnership_size_maximum_row(shire_model: Callable[..., Any], joined: dict[str, int], opened: int | None, room: int) -> None:
    """With two members at most, one joins Ash if it opens and none if not; with three two."""
    for maximum in (2, 3):
        m = sized(shire_model(rules=f"partnership_size = {{ maximum = {maximum} }}"), joined, opened)
        assert slack(m, "partnership_size_maximum", "payroll", "Ash") == room + (maximum - 2) * (opened is not None)
