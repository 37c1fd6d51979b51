"""Asked besides the rules: a council shares a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

from formulations import Unreachable
from instances.asked import AtMost, Includes

ASH, ELM = ("payroll", "Ash"), ("payroll", "Elm")
SHARED = {
    "with Ash": {"open": {(*ASH, 0): 1}, "join": {("Elm", *ASH, 1): 1}},
    "hosted": {"open": {(*ELM, 1): 1}, "join": {("Yew", *ELM, 1): 1}},
    "not at all": {"open": {(*ASH, 0): 1}, "join": {("Oak", *ASH, 0): 1}},
}
"""What Elm does with payroll."""


def test_includes_index(shire_model: Callable[..., Any]) -> None:
    """A row for each such demand, at its place among all."""
    assert rows(shire_model(), "includes") == set()
    assert rows(shire_model(asked=(AtMost("go_lives", 3), Includes("Elm", "payroll"))), "includes") == {1}


@pytest.mark.parametrize(
    ("host", "tranche", "met"),
    [
        (None, None, {"with Ash", "hosted"}),
        ("Ash", None, {"with Ash"}),
        ("Elm", None, {"hosted"}),
        (None, 0, set()),
        (None, 1, {"with Ash", "hosted"}),
        ("Ash", 1, {"with Ash"}),
        ("Ash", 0, set()),
        ("Elm", 1, {"hosted"}),
    ],
)
@pytest.mark.parametrize("shared", SHARED)
def test_includes_row(shire_model: Callable[..., Any], host: str | None, tranche: int | None, met: set[str], shared: str) -> None:
    """Elm shares payroll with the host asked for, itself among them, in the tranche asked for."""
    m = shire_model(asked=(Includes("Elm", "payroll", host, tranche),))
    put(m, **SHARED[shared])
    assert slack(m, "includes", 0) == (0 if shared in met else -1)


@pytest.mark.parametrize(
    "asked",
    [
        Includes("Oak", "payroll", "Oak"),
        Includes("Elm", "payroll", "Yew"),
        Includes("Elm", "waste"),
        Includes("Elm", "payroll", tranche=-1),
    ],
    ids=repr,
)
def test_includes_without_moves_is_unreachable(shire_model: Callable[..., Any], asked: Includes) -> None:
    """Oak and Yew may not host, Elm does not run waste, and nothing is live."""
    assert shire_model(asked=(asked,)).unreachable == [Unreachable("includes", (0,))]


def test_includes_row_of_what_is_live(shire_model: Callable[..., Any]) -> None:
    """What is live already is shared."""
    live = "council, service, decision, other\nElm, payroll, live, Ash\n"
    m = shire_model(asked=(Includes("Elm", "payroll", "Ash"),), commitments=live)
    put(m, join={("Elm", *ASH, -1): 1}, open={(*ASH, -1): 1})
    assert slack(m, "includes", 0) == 0
