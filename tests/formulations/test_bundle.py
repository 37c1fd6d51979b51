"""Rule bundle: services that a council shares with one host in one tranche, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

RULE = 'bundle = [["payroll", "waste"]]'
THREE = 'bundle = [["waste", "hr", "payroll"]]'
TABLES = {
    "services": "service\nhr\npayroll\nwaste\n",
    "baselines": """
        council, service, annual_cost, fixed_cost, can_host
        Ash,     hr,      10000,       0,          yes
        Ash,     payroll, 100000,      40000,      yes
        Ash,     waste,   50000,       0,          yes
        Elm,     hr,      10000,       0,          yes
        Elm,     payroll, 150000,      50000,      yes
        Elm,     waste,   50000,       0,          no
        Oak,     hr,      10000,       0,          no
        Oak,     payroll, 80000,       20000,      no
        Oak,     waste,   50000,       0,          no
        """,
}
"""Ash, Elm and Oak run three services; Ash may host all, Elm hr and payroll, Oak none."""
LIVE = "council, service, decision, other\nElm, waste, live, Ash\n"
FIRST = ("payroll", "waste")


def test_bundle_index(shire_model: Callable[..., Any]) -> None:
    """A row for each council, host and tranche with a move for one of the two: to Elm too, which may host one of them only."""
    moves = {("Elm", "Ash"), ("Oak", "Ash"), ("Ash", "Elm"), ("Oak", "Elm"), ("Ash", "Ash"), ("Elm", "Elm")}
    assert rows(shire_model(rules=RULE, **TABLES), "bundle") == {(c, *FIRST, h, k) for c, h in moves for k in (0, 1)}
    assert rows(shire_model(rules="bundle = false", **TABLES), "bundle") == set()
    assert rows(shire_model(**TABLES), "bundle") == set()


def test_bundle_index_of_three(shire_model: Callable[..., Any]) -> None:
    """The first with the second, the second with the third."""
    found = rows(shire_model("12 1 3", rules=THREE, **TABLES), "bundle")
    assert {row[1:3] for row in found} == {("waste", "hr"), ("hr", "payroll")}
    assert len(found) == 2 * 6


def test_bundle_index_of_several(shire_model: Callable[..., Any]) -> None:
    """Each bundle has its rows; a pair that stands in two of them has them once."""
    m = shire_model("12 1 3", rules='bundle = [["payroll", "waste"], ["payroll", "waste", "hr"]]', **TABLES)
    assert {row[1:3] for row in rows(m, "bundle")} == {FIRST, ("waste", "hr")}
    assert len(m.bundle) == 2 * 6


def test_bundle_index_leaves_out_who_is_live(shire_model: Callable[..., Any]) -> None:
    """Elm is live with Ash for waste, so neither is judged; Oak is."""
    assert {row[0] for row in rows(shire_model(rules=RULE, commitments=LIVE, **TABLES), "bundle")} == {"Oak"}
    assert {row[0] for row in rows(shire_model(rules=THREE, commitments=LIVE, **TABLES), "bundle")} == {"Oak"}
    other = shire_model(rules='bundle = [["payroll", "hr"]]', commitments=LIVE, **TABLES)
    assert {row[0] for row in rows(other, "bundle")} == {"Ash", "Elm", "Oak"}


@pytest.mark.parametrize(
    ("join", "room"),
    [
        ([], [0, 0]),
        ([("payroll", "Ash", 0)], [-1, 0]),
        ([("waste", "Ash", 1)], [0, -1]),
        ([("payroll", "Ash", 0), ("waste", "Ash", 0)], [0, 0]),
        ([("payroll", "Ash", 0), ("waste", "Ash", 1)], [-1, -1]),
        ([("payroll", "Elm", 0), ("waste", "Ash", 0)], [-1, 0]),
        ([("hr", "Ash", 0)], [0, 0]),
    ],
)
def test_bundle_row(shire_model: Callable[..., Any], join: list[Any], room: list[int]) -> None:
    """Oak joins Ash for both in one tranche, or for neither."""
    m = shire_model(rules=RULE, **TABLES)
    put(m, join={("Oak", *move): 1 for move in join})
    assert [slack(m, "bundle", "Oak", *FIRST, "Ash", k) for k in (0, 1)] == room


@pytest.mark.parametrize(
    ("opened", "join", "room"),
    [
        ([("payroll", "Ash", 0)], [], [-1, 0]),
        ([("payroll", "Ash", 0), ("waste", "Ash", 0)], [], [0, 0]),
        ([("payroll", "Ash", 0), ("waste", "Ash", 1)], [], [-1, -1]),
        ([("waste", "Ash", 1)], [("Ash", "payroll", "Elm", 1)], [0, -1]),
    ],
)
def test_bundle_row_of_a_host(shire_model: Callable[..., Any], opened: list[Any], join: list[Any], room: list[int]) -> None:
    """Ash hosts both from one tranche on, or neither."""
    m = shire_model(rules=RULE, **TABLES)
    put(m, open=dict.fromkeys(opened, 1), join=dict.fromkeys(join, 1))
    assert [slack(m, "bundle", "Ash", *FIRST, "Ash", k) for k in (0, 1)] == room


def test_bundle_row_where_one_cannot_be_hosted(shire_model: Callable[..., Any]) -> None:
    """Elm may not host waste, so nobody may join it for payroll."""
    m = shire_model(rules=RULE, **TABLES)
    put(m, join={("Oak", "payroll", "Elm", 0): 1})
    assert slack(m, "bundle", "Oak", *FIRST, "Elm", 0) == -1


def test_bundle_row_of_different_vehicles(shire_model: Callable[..., Any]) -> None:
    """The two services may be run by different vehicles; where both may run both, any of the two counts once."""
    m = shire_model(rules=RULE, vehicles="vehicle, services\ncompany, waste\nlead_authority, payroll;hr\n", **TABLES)
    put(m, join={("Oak", "payroll", "Ash", 0): 1, ("Oak", "waste", "Ash", "company", 0): 1})
    assert slack(m, "bundle", "Oak", *FIRST, "Ash", 0) == 0
    m = shire_model(rules=RULE, vehicles="vehicle\ncompany\nlead_authority\n", **TABLES)
    put(m, join={("Oak", "payroll", "Ash", 0): 1, ("Oak", "waste", "Ash", "company", 0): 1})
    assert slack(m, "bundle", "Oak", *FIRST, "Ash", 0) == 0


@pytest.mark.parametrize(
    ("rule", "cost", "value", "expected"),
    [
        ("", 4_000, 35_000, {("Ash", "payroll"), ("Elm", "payroll"), ("Oak", "payroll")}),
        (RULE, 4_000, 27_000, {(c, s) for c in ("Ash", "Elm", "Oak") for s in FIRST}),
        (RULE, 11_000, 14_000, {(c, s) for c in ("Ash", "Elm") for s in FIRST}),
        (RULE, 26_000, 0, set()),
    ],
)
def test_all_or_nothing(shire_plan: Callable[..., Any], rule: str, cost: int, value: float, expected: set[Any]) -> None:
    """In one year Elm saves 25 by payroll, Oak 10; for waste each who joins Ash loses 4, 11 or 26, and takes it with payroll if it pays.

    With 11 Oak's two services lose 1, so it keeps both; with 26 Elm's do too.
    """
    estimates = "council, service, host, annual_cost\n" + "".join(f"{c}, waste, Ash, {cost}\n" for c in ("Elm", "Oak"))
    worth, plan = shire_plan("12 1 1", economics="duplication_avoided = 0.5", rules=rule, estimates=estimates, **TABLES)
    assert worth == pytest.approx(value)
    assert set(plan) == expected
    assert {host for host, _ in plan.values()} <= {"Ash"}


def test_one_tranche_for_both(shire_plan: Callable[..., Any]) -> None:
    """Waste is tied up until the second year: payroll waits for it, though it could have saved 35 in the first."""
    contracts = "council, service, expires\n" + "".join(f"{c}, waste, 2027-04-01\n" for c in ("Ash", "Elm", "Oak"))
    worth, plan = shire_plan("12 2 2", economics="duplication_avoided = 0.5", rules=RULE, contracts=contracts, **TABLES)
    assert (worth, set(plan.values())) == (pytest.approx(35_000), {("Ash", 1)})


def test_who_is_live_may_share_the_rest_as_it_likes(shire_plan: Callable[..., Any]) -> None:
    """Elm is live with Ash for waste. Oak, who is judged, takes payroll and waste, -4, together: 10 - 4; Elm takes payroll alone."""
    estimates = "council, service, host, annual_cost\nOak, waste, Ash, 4000\n"
    worth, plan = shire_plan("12 1 1", economics="duplication_avoided = 0.5", rules=RULE, estimates=estimates, commitments=LIVE, **TABLES)
    assert worth == pytest.approx(25_000 + 10_000 - 4_000)
    assert (plan["Elm", "payroll"], plan["Oak", "waste"]) == (("Ash", 0), ("Ash", 0))
