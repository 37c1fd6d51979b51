"""One arrangement: a council does at most one thing with each service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

TO_ASH, TO_ELM = ("Oak", "payroll", "Ash"), ("Oak", "payroll", "Elm")
ELM_TO_ASH, ELM_OPENS = ("Elm", "payroll", "Ash"), ("payroll", "Elm")
STAYS_OUT = "council, service, decision\nYew, payroll, stays_out\n"
LIVE = "council, service, decision, other\nOak, payroll, live, Ash\n"


def test_one_arrangement_index(shire_model: Callable[..., Any]) -> None:
    """Every council with a move has a row, be it one that joins or hosts; Yew stays out and has none."""
    everyone = {(council, "payroll") for council in ("Ash", "Elm", "Oak", "Yew")}
    assert rows(shire_model(), "one_arrangement") == everyone
    assert rows(shire_model(commitments=STAYS_OUT), "one_arrangement") == everyone - {("Yew", "payroll")}


@pytest.mark.parametrize(
    ("join", "opened", "room"),
    [
        ([], [], 1),
        ([(*ELM_TO_ASH, 0)], [], 0),
        ([(*ELM_TO_ASH, 0), (*ELM_TO_ASH, 1)], [], -1),
        ([], [(*ELM_OPENS, 1)], 0),
        ([], [(*ELM_OPENS, 0), (*ELM_OPENS, 1)], -1),
        ([(*ELM_TO_ASH, 0)], [(*ELM_OPENS, 0)], -1),
        ([("Ash", "payroll", "Elm", 0), (*TO_ELM, 0)], [("payroll", "Ash", 0)], 1),
    ],
)
def test_one_arrangement_row_of_a_host(shire_model: Callable[..., Any], join: list[Any], opened: list[Any], room: int) -> None:
    """Elm joins once or opens once, in any tranche; what others do with it does not count."""
    m = shire_model()
    put(m, join=dict.fromkeys(join, 1), open=dict.fromkeys(opened, 1))
    assert slack(m, "one_arrangement", "Elm", "payroll") == room


@pytest.mark.parametrize(("join", "room"), [([(*TO_ASH, 1)], 0), ([(*TO_ELM, 0)], 0), ([(*TO_ASH, 0), (*TO_ELM, 1)], -1)])
def test_one_arrangement_row_of_a_member(shire_model: Callable[..., Any], join: list[Any], room: int) -> None:
    """Oak joins one of two hosts, not both."""
    m = shire_model()
    put(m, join=dict.fromkeys(join, 1))
    assert slack(m, "one_arrangement", "Oak", "payroll") == room


def test_one_arrangement_row_of_who_is_live(shire_model: Callable[..., Any]) -> None:
    """Oak is live with Ash: both have no choice, so both rows are equations; Elm may still keep payroll."""
    m = shire_model(commitments=LIVE)
    put(m)
    assert [slack(m, "one_arrangement", c, "payroll") for c in ("Ash", "Elm", "Oak")] == [-1, 1, -1]
    put(m, join={(*TO_ASH, -1): 1}, open={("payroll", "Ash", -1): 1})
    assert [slack(m, "one_arrangement", c, "payroll") for c in ("Ash", "Elm", "Oak")] == [0, 1, 0]
