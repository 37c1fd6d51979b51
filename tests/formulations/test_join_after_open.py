"""Join after open: nobody joins a partnership before its host has opened it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

ELM_TO_ASH, ASH_OPENS = ("Elm", "payroll", "Ash"), ("payroll", "Ash")


def test_join_after_open_index(shire_model: Callable[..., Any]) -> None:
    """Every join has a row; Elm has none before the second tranche if it is not to go live earlier."""
    pairs = {(c, "payroll", h) for h in ("Ash", "Elm") for c in ("Ash", "Elm", "Oak", "Yew") if c != h}
    assert rows(shire_model(), "join_after_open") == {(*pair, k) for pair in pairs for k in (0, 1)}
    late = shire_model(commitments="council, service, decision, go_live\nElm, payroll, not_before, 2026-10-01\n")
    assert {k for *pair, k in rows(late, "join_after_open") if tuple(pair) == ELM_TO_ASH} == {1}


def test_join_after_open_index_without_conflicts(shire_model: Callable[..., Any]) -> None:
    """Oak and Yew are in conflict, so the conflict rows hold them back; Elm and Ash keep rows of their own."""
    m = shire_model(commitments="council, service, decision, other\nOak, payroll, never_with, Yew\n")
    assert rows(m, "join_after_open") == {(*pair, k) for pair in (ELM_TO_ASH, ("Ash", "payroll", "Elm")) for k in (0, 1)}


@pytest.mark.parametrize(
    ("join", "opened", "room"),
    [
        ([], [], [0, 0]),
        ([0], [0], [0, 0]),
        ([0], [1], [-1, 0]),
        ([1], [0], [1, 0]),
        ([1], [1], [0, 0]),
        ([1], [], [0, -1]),
        ([0, 1], [0], [0, -1]),
    ],
)
def test_join_after_open_row(shire_model: Callable[..., Any], join: list[int], opened: list[int], room: list[int]) -> None:
    """By each tranche Elm has joined Ash only if Ash has opened by then; Elm's own opening does not count."""
    m = shire_model()
    put(m, join={(*ELM_TO_ASH, k): 1 for k in join}, open={(*ASH_OPENS, k): 1 for k in opened} | {("payroll", "Elm", 0): 1})
    assert [slack(m, "join_after_open", *ELM_TO_ASH, k) for k in (0, 1)] == room
