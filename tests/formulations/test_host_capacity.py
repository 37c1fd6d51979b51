"""Rule host_capacity: how much work a host can run, its own included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

CAPPED = """
    council, service, annual_cost, volume, can_host, host_capacity
    Ash,     payroll, 100000,      1000,   yes,      2000
    Elm,     payroll, 150000,      500,    yes,
    Oak,     payroll, 80000,       400,    no,       900
    Yew,     payroll, 60000,       300,    no,
    """


def test_host_capacity_index(shire_model: Callable[..., Any]) -> None:
    """Elm states no limit and Oak may not host, so only Ash has a row; none if the rule is off."""
    assert rows(shire_model(baselines=CAPPED), "host_capacity") == {("payroll", "Ash")}
    assert rows(shire_model(baselines=CAPPED, rules="host_capacity = false"), "host_capacity") == set()
    assert rows(shire_model(), "host_capacity") == set()


@pytest.mark.parametrize(
    ("joined", "opened", "room"),
    [
        ({}, None, 0),
        ({}, 1, 1000),
        ({"Elm": 0, "Oak": 1}, 0, 100),
        ({"Elm": 0, "Oak": 1, "Yew": 1}, 0, -200),
        ({"Yew": 1}, None, -300),
    ],
)
def test_host_capacity_row(shire_model: Callable[..., Any], joined: dict[str, int], opened: int | None, room: float) -> None:
    """2,000 less Ash's own 1,000 leave 1,000 for Elm's 500, Oak's 400 and Yew's 300; the row is in thousands, its largest figure."""
    m = shire_model(baselines=CAPPED)
    join = {(council, "payroll", "Ash", k): 1 for council, k in joined.items()} | {("Yew", "payroll", "Elm", 0): 1}
    put(m, join=join, open={} if opened is None else {("payroll", "Ash", opened): 1})
    assert slack(m, "host_capacity", "payroll", "Ash") == pytest.approx(room / 1000)


def test_host_capacity_row_without_work(shire_model: Callable[..., Any]) -> None:
    """Ash has no work of its own, nor has Yew: 2 are left, of which Oak takes 1."""
    baselines = """
        council, service, annual_cost, volume, can_host, host_capacity
        Ash,     payroll, 100000,      0,      yes,      2
        Elm,     payroll, 150000,      0.5,    no,
        Oak,     payroll, 80000,       1,      no,
        Yew,     payroll, 60000,       0,      no,
        """
    m = shire_model(baselines=baselines)
    put(m, join={("Oak", "payroll", "Ash", 0): 1, ("Yew", "payroll", "Ash", 0): 1}, open={("payroll", "Ash", 0): 1})
    assert slack(m, "host_capacity", "payroll", "Ash") == pytest.approx((2 - 1) / 2)


def test_host_capacity_row_of_a_host_that_is_full(shire_model: Callable[..., Any]) -> None:
    """Ash's own work is more than it says it can run, so it cannot open, whoever joins."""
    m = shire_model(baselines=CAPPED.replace("2000", "900"))
    put(m, open={("payroll", "Ash", 0): 1})
    assert slack(m, "host_capacity", "payroll", "Ash") == pytest.approx(-100 / 500)
