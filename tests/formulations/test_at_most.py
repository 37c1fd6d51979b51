"""Asked besides the rules: a measure of the whole plan stays within a limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

from formulations import Unreachable
from instances.asked import AtMost, Includes

FIGURES = "duplication_avoided = 0.5\nset_up_cost = 10000\nintegration_cost = 8000\n"
ASH, ELM = ("payroll", "Ash"), ("payroll", "Elm")
OPTION = "council, service, option, one_off_cost\nOak, payroll, digital, 5000\n"
LIVE = "council, service, decision, other\nElm, payroll, live, Ash\n"


def test_at_most_index(shire_model: Callable[..., Any]) -> None:
    """A row for each such demand, at its place among all."""
    assert rows(shire_model(), "at_most") == set()
    asked = (AtMost("go_lives", 3), Includes("Elm", "payroll"), AtMost("partnerships", 1))
    assert rows(shire_model(asked=asked), "at_most") == {0, 2}


def test_at_most_row_of_one_off_cost(shire_model: Callable[..., Any]) -> None:
    """10 to open and 8 to join, half as much again by bias, in whatever year; an alternative's 5; terminations too."""
    contracts = "council, service, expires, break_from, termination_charge\nYew, payroll, 2028-04-01, 2026-01-01, 600\n"
    economics = FIGURES + "optimism_bias = { costs = 0.5 }\n"
    m = shire_model(asked=(AtMost("one_off", 50_000),), economics=economics, options=OPTION, contracts=contracts)
    put(m, join={("Elm", *ASH, 0): 1, ("Yew", *ASH, 1): 1}, open={(*ASH, 0): 1}, take={("Oak", "payroll", "digital", 1): 1})
    assert slack(m, "at_most", 0) == pytest.approx(50 - 15 - 2 * 12 - 7.5 - 0.9)


def test_at_most_row_of_go_lives(shire_model: Callable[..., Any]) -> None:
    """Ash and Elm are live already and Oak's alternative is no go-live: Yew's alone counts."""
    m = shire_model(asked=(AtMost("go_lives", 2),), commitments=LIVE, options=OPTION)
    put(m, join={("Elm", *ASH, -1): 1, ("Yew", *ASH, 1): 1}, open={(*ASH, -1): 1}, take={("Oak", "payroll", "digital", 0): 1})
    assert slack(m, "at_most", 0) == 2 - 1


def test_at_most_row_of_partnerships(shire_model: Callable[..., Any], two_services: dict[str, str]) -> None:
    """The one that is live already counts, and so does every service."""
    m = shire_model(asked=(AtMost("partnerships", 1),), commitments=LIVE, **two_services)
    put(m, join={("Elm", *ASH, -1): 1, ("Elm", "waste", "Ash", 0): 1}, open={(*ASH, -1): 1, ("waste", "Ash", 0): 1})
    assert slack(m, "at_most", 0) == 1 - 2


def test_at_most_without_moves(shire_model: Callable[..., Any]) -> None:
    """Without a cost nothing can be below none; at none it is met."""
    assert shire_model(asked=(AtMost("one_off", -0.01),)).unreachable == [Unreachable("at_most", (0,))]
    assert shire_model(asked=(AtMost("one_off", 0),)).unreachable == []
