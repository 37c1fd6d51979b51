"""Asked besides the rules: a plan that differs from a configuration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

from formulations import Unreachable
from instances.asked import AtMost, Differs

ASH, ELM = ("payroll", "Ash"), ("payroll", "Elm")
OPTIONS = "council, service, option, annual_saving\nOak, payroll, digital, 1\nOak, payroll, outsource, 1\n"
WITH_ASH = {("Ash", "payroll"): ("Ash", ""), ("Elm", "payroll"): ("Ash", ""), ("Oak", "payroll"): ("", "digital")}
"""Elm with Ash, Oak by itself, Yew as it is."""


def test_differs_index(shire_model: Callable[..., Any]) -> None:
    """A row for each such demand, at its place among all."""
    assert rows(shire_model(), "differs") == set()
    assert rows(shire_model(asked=(Differs({}), AtMost("go_lives", 3), Differs(WITH_ASH, 2))), "differs") == {0, 2}


@pytest.mark.parametrize(
    ("moves", "differ"),
    [
        ({"open": {(*ASH, 0): 1}, "join": {("Elm", *ASH, 0): 1}, "take": {("Oak", "payroll", "digital", 0): 1}}, 0),
        (
            {"open": {(*ASH, 1): 1}, "join": {("Elm", *ASH, 1): 1}, "take": {("Oak", "payroll", "digital", 1): 1}},
            0,
        ),  # tranches do not count
        ({"open": {(*ASH, 0): 1}, "join": {("Elm", *ASH, 0): 1}, "take": {("Oak", "payroll", "outsource", 0): 1}}, 1),
        ({"open": {(*ASH, 0): 1}, "join": {("Elm", *ASH, 0): 1, ("Oak", *ASH, 0): 1}}, 1),
        ({"open": {(*ASH, 0): 1}, "join": {("Elm", *ASH, 0): 1, ("Oak", *ASH, 0): 1, ("Yew", *ASH, 1): 1}}, 2),
        ({"open": {(*ELM, 0): 1}, "join": {("Ash", *ELM, 0): 1}, "take": {("Oak", "payroll", "digital", 0): 1}}, 2),  # the host is another
        ({"take": {("Oak", "payroll", "digital", 0): 1}}, 2),
        ({}, 3),
        ({"open": {(*ELM, 0): 1}, "join": {("Oak", *ELM, 0): 1, ("Yew", *ELM, 0): 1}}, 4),
    ],
)
def test_differs_row(shire_model: Callable[..., Any], moves: dict[str, Any], differ: int) -> None:
    """Who is with another host, with nobody, with somebody, or does something else: of four councils two are to differ."""
    m = shire_model(asked=(Differs(WITH_ASH, 2),), options=OPTIONS)
    put(m, **moves)
    assert slack(m, "differs", 0) == differ - 2


def test_differs_row_of_what_the_instance_lacks(shire_model: Callable[..., Any]) -> None:
    """Fir left: it does not count. Waste, which Elm cannot share any more, does, since Elm still runs it."""
    asked = Differs({("Fir", "payroll"): ("Ash", ""), ("Elm", "payroll"): ("Fir", "")})
    m = shire_model(asked=(asked,))
    put(m)
    assert slack(m, "differs", 0) == 0  # Elm is without Fir whatever it does


def test_differs_without_moves_is_unreachable(shire_model: Callable[..., Any]) -> None:
    """Nobody is within a metre of anybody, so nothing can differ from doing nothing."""
    assert shire_model(asked=(Differs({}),), rules="maximum_distance = 0.001").unreachable == [Unreachable("differs", (0,))]
    assert shire_model(asked=(Differs(WITH_ASH, 3),), rules="maximum_distance = 0.001").unreachable == []
