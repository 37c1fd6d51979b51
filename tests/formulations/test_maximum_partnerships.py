"""Rule maximum_partnerships: how many partnerships a service may have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("", set()),
        ("maximum_partnerships = 2", set()),
        ("maximum_partnerships = 1", {"payroll"}),
        ("maximum_partnerships = 0", {"payroll", "waste"}),
        ("maximum_partnerships = { payroll = 1, waste = 0 }", {"payroll", "waste"}),
        ("maximum_partnerships = { waste = 1 }", set()),
        ("maximum_partnerships = false", set()),
    ],
)
def test_maximum_partnerships_index(shire_model: Callable[..., Any], two_services: dict[str, str], rule: str, expected: set[str]) -> None:
    """A row where more could host than the rule allows: two could host payroll, one waste."""
    assert rows(shire_model(rules=rule, **two_services), "maximum_partnerships") == expected


@pytest.mark.parametrize(
    ("opened", "room"),
    [
        ([], 1),
        ([("payroll", "Ash", 1)], 0),
        ([("payroll", "Elm", 0), ("waste", "Ash", 0)], 0),
        ([("payroll", "Ash", 0), ("payroll", "Elm", 1)], -1),
    ],
)
def test_maximum_partnerships_row(shire_model: Callable[..., Any], two_services: dict[str, str], opened: list[Any], room: int) -> None:
    """One partnership of payroll in all tranches; waste does not count."""
    m = shire_model(rules="maximum_partnerships = 1", **two_services)
    put(m, open=dict.fromkeys(opened, 1))
    assert slack(m, "maximum_partnerships", "payroll") == room


def test_maximum_partnerships_row_of_the_services_table(shire_model: Callable[..., Any]) -> None:
    """The figure in services.csv goes before the rule's."""
    m = shire_model(rules="maximum_partnerships = 1", services="service, maximum_partnerships\npayroll, 0\n")
    put(m, open={("payroll", "Ash", 0): 1})
    assert slack(m, "maximum_partnerships", "payroll") == -1
