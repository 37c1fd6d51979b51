"""Alternatives to sharing: when they can be taken, what they are worth, and that nothing else is done with the service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

from formulations import price
from instances import LIVE, Instance

HEADER = "council, service, option, annual_saving, annual_cost, one_off_cost, available_from\n"
DIGITAL = HEADER + "Oak, payroll, digital, 12000, 3000, 5000,\n"
COMMITMENTS = "council, service, decision, other, go_live\n"


def priced(instance: Instance) -> dict[tuple[str, int], dict[str, float]]:
    """The figures of each option and tranche."""
    rows = price(instance).options.to_dict("records")
    return {(row["option"], row["tranche"]): {str(name): value for name, value in row.items()} for row in rows}


@pytest.mark.parametrize(
    ("changes", "tranches"),
    [
        ({}, [0, 1, 2]),
        ({"options": DIGITAL.replace("5000,", "5000, 2026-04-01")}, [0, 1, 2]),
        ({"options": DIGITAL.replace("5000,", "5000, 2026-04-02")}, [1, 2]),
        ({"options": DIGITAL.replace("5000,", "5000, 2029-01-01")}, []),
        ({"commitments": COMMITMENTS + "Oak, payroll, not_before, , 2028-04-01\n"}, [2]),
        ({"commitments": COMMITMENTS + "Oak, payroll, stays_out, ,\n"}, [0, 1, 2]),
        ({"commitments": COMMITMENTS + "Oak, payroll, live, Ash,\n"}, []),
        ({"commitments": COMMITMENTS + "Oak, payroll, shares_with, Ash,\n"}, []),
        ({"commitments": COMMITMENTS + "Oak, payroll, together, Yew,\n"}, []),
        ({"commitments": COMMITMENTS + "Yew, payroll, together, Oak,\n"}, []),
        ({"councils": "council, ceases\nAsh,\nElm,\nOak, 2027-04-01\nYew,\n"}, [0]),
        ({"councils": "council, ceases\nAsh,\nElm,\nOak, 2027-04-02\nYew,\n"}, [0, 1]),
        ({"contracts": "council, service, expires\nOak, payroll, 2028-04-01\n"}, [0, 1, 2]),
    ],
)
def test_when_an_option_can_be_taken(shire_model: Callable[..., Any], changes: dict[str, str], tranches: list[int]) -> None:
    """From its own date and not_before on, while the council exists, and not where the council has to share; contracts do not hold it."""
    m = shire_model("12 3 3", **({"options": DIGITAL} | changes))
    assert rows(m, "TAKES") == {("Oak", "payroll", "digital", k) for k in tranches}


def test_what_an_option_is_worth(shire: Callable[..., Instance]) -> None:
    """Undiscounted, over three years or two: 12 less 3 a year, less 5 once."""
    found = priced(shire(options=DIGITAL))
    assert found["digital", 0]["npv"] == pytest.approx(3 * 9_000 - 5_000)
    assert found["digital", 1]["npv"] == pytest.approx(2 * 9_000 - 5_000)
    assert (found["digital", 0]["one_off"], found["digital", 0]["full_effect"]) == (5_000, 9_000)


def test_an_option_is_phased_in_and_discounted_and_does_not_grow(shire: Callable[..., Instance]) -> None:
    """Half of the saving in the first year after it is taken, nine tenths from the second; the cost in full; DF 1, 0.8, 0.64."""
    found = priced(shire(options=DIGITAL, economics="phase_in = [0.5, 0.9]\ndiscount_rate = 0.25\ngrowth = 0.1"))
    assert found["digital", 0]["npv"] == pytest.approx(12_000 * (0.5 + 0.9 * 0.8 + 0.9 * 0.64) - 3_000 * 2.44 - 5_000)
    assert found["digital", 1]["npv"] == pytest.approx(12_000 * (0.5 * 0.8 + 0.9 * 0.64) - 3_000 * 1.44 - 5_000 * 0.8)
    assert found["digital", 0]["full_effect"] == pytest.approx(0.9 * 12_000 - 3_000)


@pytest.mark.parametrize(
    ("since", "shares"), [("2026-03-31", (0.5, 0.9, 0.9)), ("2025-04-02", (0.5, 0.9, 0.9)), ("2025-04-01", (0.9, 0.9, 0.9))]
)
def test_what_was_taken_before_the_start_is_paid_for(shire: Callable[..., Instance], since: str, shares: tuple[float, ...]) -> None:
    """No 5 once, whatever it costs otherwise; the year of the phase-in counts from its own day; DF 1, 0.8, 0.64."""
    commitments = f"council, service, decision, go_live, option\nOak, payroll, takes, {since}, digital\n"
    economics = "phase_in = [0.5, 0.9]\ndiscount_rate = 0.25\noptimism_bias = { savings = 0.0, costs = 0.5 }"
    found = priced(shire(options=DIGITAL, economics=economics, commitments=commitments))
    assert set(found) == {("digital", LIVE)}
    one = found["digital", LIVE]
    assert one["npv"] == pytest.approx(12_000 * sum(a * b for a, b in zip(shares, (1, 0.8, 0.64), strict=True)) - 4_500 * 2.44)
    assert (one["one_off"], one["option_one_off"], one["full_effect"]) == (0, 0, pytest.approx(0.9 * 12_000 - 4_500))


def test_an_option_and_optimism_bias(shire: Callable[..., Instance]) -> None:
    """The saving a fifth lower, both costs a half higher."""
    found = priced(shire(options=DIGITAL, economics="optimism_bias = { savings = 0.2, costs = 0.5 }"))["digital", 0]
    assert (found["option_saving"], found["option_cost"], found["option_one_off"]) == pytest.approx((9_600, 4_500, 7_500))
    assert found["npv"] == pytest.approx(3 * (9_600 - 4_500) - 7_500)


@pytest.mark.parametrize(("figures", "npv"), [("12000, ,", 36_000), (", 3000,", -9_000), (", , 5000", -5_000)])
def test_a_blank_figure_is_none(shire: Callable[..., Instance], figures: str, npv: float) -> None:
    """What is not given is 0."""
    assert priced(shire(options=HEADER + f"Oak, payroll, digital, {figures},\n"))["digital", 0]["npv"] == pytest.approx(npv)


def test_an_option_ends_with_its_council(shire: Callable[..., Instance]) -> None:
    """Oak ceases after a year and a half; its one-off is paid in full."""
    councils = "council, ceases\nAsh,\nElm,\nOak, 2027-10-01\nYew,\n"
    found = priced(shire(options=DIGITAL, councils=councils))
    assert found["digital", 0]["npv"] == pytest.approx(1.5 * 9_000 - 5_000)
    assert found["digital", 1]["npv"] == pytest.approx(0.5 * 9_000 - 5_000)


def test_an_option_in_the_objective(shire_model: Callable[..., Any]) -> None:
    """Beside what others do; in thousands."""
    m = shire_model(options=DIGITAL, economics="duplication_avoided = 0.5")
    put(m, take={("Oak", "payroll", "digital", 1): 1}, join={("Elm", "payroll", "Ash", 0): 1})
    assert m.objective() == pytest.approx(75 + 2 * 9 - 5)


@pytest.mark.parametrize(
    ("join", "opened", "take", "room"),
    [
        ([], [], [], 1),
        ([], [], [("digital", 1)], 0),
        ([], [], [("digital", 0), ("digital", 1)], -1),
        ([], [], [("digital", 0), ("outsource", 0)], -1),
        ([("Ash", 0)], [], [("digital", 1)], -1),
        ([], [0], [("outsource", 1)], -1),
    ],
)
def test_one_arrangement_row_with_options(
    shire_model: Callable[..., Any], join: list[Any], opened: list[int], take: list[Any], room: int
) -> None:
    """Elm takes one alternative, once, or shares, or keeps the service."""
    m = shire_model(options=HEADER + "Elm, payroll, digital, 1000, , ,\nElm, payroll, outsource, 1000, , ,\n")
    put(
        m,
        join={("Elm", "payroll", *move): 1 for move in join},
        open={("payroll", "Elm", k): 1 for k in opened},
        take={("Elm", "payroll", *option): 1 for option in take},
    )
    assert slack(m, "one_arrangement", "Elm", "payroll") == room


def test_one_arrangement_index_with_options(shire_model: Callable[..., Any]) -> None:
    """Yew stays out of sharing, and has a row for its alternative."""
    changes = {"commitments": COMMITMENTS + "Yew, payroll, stays_out, ,\n", "options": HEADER + "Yew, payroll, digital, 1000, , ,\n"}
    assert ("Yew", "payroll") in rows(shire_model(**changes), "one_arrangement")


def test_options_do_not_count_as_go_lives(shire_model: Callable[..., Any]) -> None:
    """With no go-live at all allowed, nobody joins or hosts; there is no row that an alternative could break."""
    m = shire_model(options=DIGITAL, rules="delivery_capacity = 0\nprogramme_capacity = 0")
    put(m, take={("Oak", "payroll", "digital", 0): 1})
    assert slack(m, "delivery_capacity", "Oak", 0) == 0
    assert slack(m, "programme_capacity", 0) == 0


@pytest.mark.parametrize(
    ("saving", "rules", "value", "oak"),
    [
        (9_000, "", 50_000, ("Ash", 0)),
        (11_000, "", 51_000, ("digital", 0)),
        (11_000, "programme_capacity = 0\ndelivery_capacity = 0", 11_000, ("digital", 0)),
        (11_000, "partnership_size = { minimum = 4 }", 50_000, ("Ash", 0)),
        (
            11_000,
            "each_hosts = true\npartner_limit = 0\nhosting_limit = 0\nonboarding_capacity = 0\nmaximum_partnerships = 0",
            11_000,
            ("digital", 0),
        ),
    ],
)
def test_share_or_not(shire_plan: Callable[..., Any], saving: int, rules: str, value: float, oak: Any) -> None:
    """In one year Oak saves 10 by sharing: less than by an alternative worth 11, more than by one worth 9.

    Rules about sharing do not hold the alternative; four members are one too many without Oak, and 50 are more than 11.
    """
    options = HEADER + f"Oak, payroll, digital, {saving}, , ,\n"
    worth, plan = shire_plan("12 1 1", economics="duplication_avoided = 0.5", rules=rules, options=options)
    assert (worth, plan["Oak", "payroll"]) == (pytest.approx(value), oak)
