"""Asked besides the rules: a council does not share a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

from instances.asked import AtMost, Excludes

ASH, ELM = ("payroll", "Ash"), ("payroll", "Elm")
SHARED = {
    "with Ash": {"open": {(*ASH, 0): 1}, "join": {("Elm", *ASH, 1): 1}},
    "hosted": {"open": {(*ELM, 1): 1}, "join": {("Yew", *ELM, 1): 1}},
    "not at all": {"open": {(*ASH, 0): 1}, "join": {("Oak", *ASH, 0): 1}},
}
"""What Elm does with payroll."""


def test_excludes_index(shire_model: Callable[..., Any]) -> None:
    """A row for each such demand that forbids some move, at its place among all; Yew may not host."""
    assert rows(shire_model(), "excludes") == set()
    asked = (AtMost("go_lives", 3), Excludes("Elm", "payroll"), Excludes("Elm", "payroll", "Yew"))
    assert rows(shire_model(asked=asked), "excludes") == {1}


@pytest.mark.parametrize(
    ("host", "tranche", "broken"),
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
def test_excludes_row(shire_model: Callable[..., Any], host: str | None, tranche: int | None, broken: set[str], shared: str) -> None:
    """Elm does not share payroll with the host named, itself among them, in the tranche named."""
    m = shire_model(asked=(Excludes("Elm", "payroll", host, tranche),))
    put(m, **SHARED[shared])
    assert slack(m, "excludes", 0) == (-1 if shared in broken else 0)
