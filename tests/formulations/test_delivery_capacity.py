"""Rules delivery_capacity and programme_capacity: go-lives of one council, and of all, in a tranche."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

WASTE_LIVE = "council, service, decision, other\nElm, waste, live, Ash\n"
ALL_LATE = "council, service, decision, go_live\n" + "".join(
    f"{c}, payroll, not_before, 2027-04-01\n" for c in ("Ash", "Elm", "Oak", "Yew")
)
PAYROLL_TO_ASH, WASTE_TO_ASH = ("Elm", "payroll", "Ash"), ("Elm", "waste", "Ash")


@pytest.mark.parametrize(
    ("rule", "commitments", "councils"),
    [
        ("", "", ""),
        ("delivery_capacity = false", "", ""),
        ("delivery_capacity = 2", "", ""),
        ("delivery_capacity = 1", "", "Ash Elm"),
        ("delivery_capacity = 0", "", "Ash Elm Oak Yew"),
        ("delivery_capacity = 1", WASTE_LIVE, ""),
    ],
)
def test_delivery_capacity_index(
    shire_model: Callable[..., Any], two_services: dict[str, str], rule: str, commitments: str, councils: str
) -> None:
    """Councils with more services to move than the rule allows: Ash and Elm have two; what is live is no go-live."""
    extra = {"commitments": commitments} if commitments else {}
    m = shire_model(rules=rule, **two_services, **extra)
    assert rows(m, "delivery_capacity") == {(council, k) for council in councils.split() for k in (0, 1)}


@pytest.mark.parametrize(
    ("join", "opened", "room"),
    [
        ([], [], [1, 1]),
        ([(*PAYROLL_TO_ASH, 0), (*WASTE_TO_ASH, 1)], [], [0, 0]),
        ([(*PAYROLL_TO_ASH, 0), (*WASTE_TO_ASH, 0)], [], [-1, 1]),
        ([(*WASTE_TO_ASH, 1)], [("payroll", "Elm", 1)], [1, -1]),
        ([("Oak", "payroll", "Elm", 0), ("Ash", "payroll", "Elm", 0)], [("payroll", "Ash", 0)], [1, 1]),
    ],
)
def test_delivery_capacity_row(
    shire_model: Callable[..., Any], two_services: dict[str, str], join: list[Any], opened: list[Any], room: list[int]
) -> None:
    """Elm has one go-live in a tranche, joining or hosting; those of others, to Elm too, do not count."""
    m = shire_model(rules="delivery_capacity = 1", **two_services)
    put(m, join=dict.fromkeys(join, 1), open=dict.fromkeys(opened, 1))
    assert [slack(m, "delivery_capacity", "Elm", k) for k in (0, 1)] == room


@pytest.mark.parametrize(
    ("rule", "commitments", "tranches"),
    [
        ("", "", set()),
        ("programme_capacity = false", "", set()),
        ("programme_capacity = 2", "", {0, 1}),
        ("programme_capacity = 0", "", {0, 1}),
        ("programme_capacity = 2", ALL_LATE, {1}),
    ],
)
def test_programme_capacity_index(shire_model: Callable[..., Any], rule: str, commitments: str, tranches: set[int]) -> None:
    """Each tranche with a move; none in the first when nobody is to go live in it."""
    extra = {"commitments": commitments} if commitments else {}
    assert rows(shire_model(rules=rule, **extra), "programme_capacity") == tranches


@pytest.mark.parametrize(
    ("joined", "opened", "room"),
    [
        ({}, {}, [2, 2]),
        ({"Elm": 0}, {"Ash": 0}, [0, 2]),
        ({"Elm": 0, "Oak": 0}, {"Ash": 0}, [-1, 2]),
        ({"Elm": 0, "Oak": 1}, {"Ash": 0}, [0, 1]),
        ({"Oak": 1, "Yew": 1}, {"Ash": 0, "Elm": 1}, [1, -1]),
    ],
)
def test_programme_capacity_row(shire_model: Callable[..., Any], joined: dict[str, int], opened: dict[str, int], room: list[int]) -> None:
    """Two go-lives in a tranche, joining or hosting, over all councils and hosts."""
    m = shire_model(rules="programme_capacity = 2")
    put(m, join={(c, "payroll", "Ash", k): 1 for c, k in joined.items()}, open={("payroll", h, k): 1 for h, k in opened.items()})
    assert [slack(m, "programme_capacity", k) for k in (0, 1)] == room


def test_programme_capacity_row_leaves_out_what_is_live(shire_model: Callable[..., Any]) -> None:
    """Elm is live with Ash already, so only Oak's go-live counts."""
    m = shire_model(rules="programme_capacity = 2", commitments="council, service, decision, other\nElm, payroll, live, Ash\n")
    put(m, join={("Elm", "payroll", "Ash", -1): 1, ("Oak", "payroll", "Ash", 0): 1}, open={("payroll", "Ash", -1): 1})
    assert rows(m, "programme_capacity") == {0, 1}
    assert slack(m, "programme_capacity", 0) == 1
