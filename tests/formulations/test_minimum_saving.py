"""Rule minimum_saving: a partnership saves a stated share of its members' baseline in the second year."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

SAVINGS = "duplication_avoided = 0.5\ncoordination_cost = 2000\nhosting_cost = 5000\n"
RULE = "minimum_saving = 0.1"
TIERS = "service, from_volume, rate\npayroll, 50000, 0.1\n"
# Second year less a tenth of the baseline, in thousands: Elm 25 - 2 - 15 = 8, Oak 10 - 2 - 8 = 0, Yew 15 - 2 - 6 = 7,
# Ash as host -5 - 10 = -15.


def test_minimum_saving_index(shire_model: Callable[..., Any], two_services: dict[str, str]) -> None:
    """Each partnership of a service for which the rule is on; a figure for payroll alone leaves waste free."""
    assert rows(shire_model(**two_services), "minimum_saving") == set()
    assert rows(shire_model(rules="minimum_saving = { payroll = 0.1 }", **two_services), "minimum_saving") == {
        ("payroll", "Ash"),
        ("payroll", "Elm"),
    }
    assert rows(shire_model(rules=RULE, **two_services), "minimum_saving") == {("payroll", "Ash"), ("payroll", "Elm"), ("waste", "Ash")}


@pytest.mark.parametrize(
    ("joined", "opened", "room"),
    [
        ({}, None, 0),
        ({}, 0, -15),
        ({"Elm": 0}, 0, 8 - 15),
        ({"Elm": 0, "Yew": 1}, 1, 0),
        ({"Elm": 1, "Oak": 0, "Yew": 0}, 0, 0),
        ({"Oak": 0, "Yew": 0}, 0, 7 - 15),
        ({"Elm": 1}, None, 8),
    ],
)
def test_minimum_saving_row(shire_model: Callable[..., Any], joined: dict[str, int], opened: int | None, room: float) -> None:
    """Elm and Yew together just carry Ash's hosting; either alone does not, and Oak neither helps nor harms."""
    m = shire_model(economics=SAVINGS, rules=RULE)
    join = {(council, "payroll", "Ash", k): 1 for council, k in joined.items()} | {("Yew", "payroll", "Elm", 0): 1}
    put(m, join=join, open={} if opened is None else {("payroll", "Ash", opened): 1})
    assert slack(m, "minimum_saving", "payroll", "Ash") == pytest.approx(room)


@pytest.mark.parametrize(
    ("phase_in", "share"),
    [("phase_in = [0.2, 0.4, 1.0]", 0.4), ("phase_in = [0.2]", 0.2), ("", 1.0)],
)
def test_minimum_saving_row_is_of_the_second_year(shire_model: Callable[..., Any], phase_in: str, share: float) -> None:
    """Elm's 25 of duplication count by the share of the second year, its cost of 2 in full."""
    m = shire_model(economics=SAVINGS + phase_in, rules=RULE)
    put(m, join={("Elm", "payroll", "Ash", 1): 1})
    assert slack(m, "minimum_saving", "payroll", "Ash") == pytest.approx(25 * share - 2 - 15)


def test_minimum_saving_row_with_optimism_bias(shire_model: Callable[..., Any]) -> None:
    """Savings a fifth lower, costs a half higher; the baseline stays as it is."""
    m = shire_model(economics=SAVINGS + "optimism_bias = { savings = 0.2, costs = 0.5 }", rules=RULE)
    put(m, join={("Elm", "payroll", "Ash", 1): 1}, open={("payroll", "Ash", 0): 1})
    assert slack(m, "minimum_saving", "payroll", "Ash") == pytest.approx(25 * 0.8 - 2 * 1.5 - 15 - 5 * 1.5 - 10)


@pytest.mark.parametrize(("growth", "epoch"), [("", 1), ("growth = 0.1", -1)])
def test_minimum_saving_row_with_purchasing(shire_model: Callable[..., Any], growth: str, epoch: int) -> None:
    """A tenth of 50 of procured spend adds 5: of the last epoch, or of one at base-year baselines where they grow."""
    m = shire_model(economics=SAVINGS + growth, rules=RULE, tiers=TIERS)
    elsewhere = {index: 0.7 for index in rows(m, "TIER_PURCHASES") if index[2:4] != ("Ash", epoch)}
    at_full = {(council, "payroll", "Ash", epoch, 0): 1 for council in ("Ash", "Elm")}
    put(m, join={("Elm", "payroll", "Ash", 0): 1}, open={("payroll", "Ash", 0): 1}, buy=elsewhere | at_full)
    assert slack(m, "minimum_saving", "payroll", "Ash") == pytest.approx(8 - 15 + 5)
