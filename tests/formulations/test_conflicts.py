"""Conflicts: two councils that cannot be in one partnership, gathered into cliques."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from random import Random
from typing import Any

import pytest
from small import put, rows, slack

from formulations import build, price
from formulations.conflicts import cliques_of

NEVER = "council, service, decision, other, go_live\nOak, payroll, never_with, Yew,\n"
LATE = NEVER + "Oak, payroll, not_before, , 2027-04-01\nYew, payroll, not_before, , 2027-04-01\n"


def test_conflicts_index(shire_model: Callable[..., Any]) -> None:
    """Oak and Yew form one clique at each host, with a row for each tranche in which one of them may join."""
    assert rows(shire_model(), "conflicts") == set()
    assert rows(shire_model(commitments=NEVER), "conflicts") == {("payroll", h, 0, k) for h in ("Ash", "Elm") for k in (0, 1)}
    assert rows(shire_model(commitments=LATE), "conflicts") == {("payroll", h, 0, 1) for h in ("Ash", "Elm")}


def test_conflicts_index_of_a_span(shire_model: Callable[..., Any]) -> None:
    """Only Ash and Yew are more than 25 km apart: Yew has no move to Ash, so the row stands at Elm alone."""
    m = shire_model(rules="maximum_span = 25")
    assert m.cliques == {("payroll", "Elm", 0): ("Ash", "Yew")}
    assert rows(m, "conflicts") == {("payroll", "Elm", 0, k) for k in (0, 1)}
    assert ("Yew", "payroll", "Ash", 0) not in rows(m, "JOINS")


@pytest.mark.parametrize("vehicle", ["company", "lead_authority"])
def test_conflicts_whatever_the_vehicle(shire: Callable[..., Any], vehicle: str) -> None:
    """Where Oak can join by one vehicle only, it is in conflict with Yew there."""
    priced = price(shire(vehicles="vehicle\ncompany\nlead_authority\n", commitments=NEVER))
    m: Any = build(priced.only(((priced.moves["council"] != "Oak") | (priced.moves["vehicle"] == vehicle)).to_numpy()), presolve=False)
    assert m.cliques == {("payroll", h, 0): ("Oak", "Yew") for h in ("Ash", "Elm")}
    assert {index[2] for index in m.conflicts} == {"company", "lead_authority"}


@pytest.mark.parametrize(("scope", "cliques"), [("all_pairs", {("payroll", "Ash", 0), ("payroll", "Elm", 0)}), ("with_host", set())])
def test_conflicts_index_of_compatibility(shire_model: Callable[..., Any], scope: str, cliques: set[Any]) -> None:
    """A low score of Oak and Yew is a conflict where all pairs are judged, and none where only each with the host is."""
    m = shire_model(
        rules=f'compatibility = {{ minimum = 0.5, scope = "{scope}" }}', compatibility="council_a, council_b, score\nOak, Yew, 0.4\n"
    )
    assert set(m.cliques) == cliques


@pytest.mark.parametrize(
    ("oak", "yew", "opened", "room"),
    [
        (None, None, None, [0, 0]),
        (0, None, 0, [0, 0]),
        (None, 1, 0, [1, 0]),
        (0, 0, 0, [-1, -1]),
        (0, 1, 0, [0, -1]),
        (0, None, 1, [-1, 0]),
        (None, 1, None, [0, -1]),
    ],
)
def test_conflicts_row(shire_model: Callable[..., Any], oak: int | None, yew: int | None, opened: int | None, room: list[int]) -> None:
    """Of Oak and Yew one joins Ash at most, and not before Ash has opened; who joins Elm does not count."""
    m = shire_model(commitments=NEVER)
    join = {(council, "payroll", "Ash", k): 1 for council, k in (("Oak", oak), ("Yew", yew)) if k is not None}
    put(
        m,
        join=join | {("Ash", "payroll", "Elm", 0): 1, ("Oak", "payroll", "Elm", 0): 1},
        open={} if opened is None else {("payroll", "Ash", opened): 1},
    )
    assert [slack(m, "conflicts", "payroll", "Ash", 0, k) for k in (0, 1)] == room


def random_conflicts(seed: int) -> dict[str, set[str]]:
    """A random graph of up to 12 councils."""
    rng = Random(seed)
    members = [f"C{number:02d}" for number in range(rng.randint(2, 12))]
    density = rng.random()
    conflict: dict[str, set[str]] = {c: set() for c in members}
    for a, b in combinations(members, 2):
        if rng.random() < density:
            conflict[a].add(b)
            conflict[b].add(a)
    return conflict


@pytest.mark.parametrize("seed", range(60))
def test_cliques_cover_all_conflicts(seed: int) -> None:
    """All pairs of a clique are in conflict, nobody else is with all of it, and every conflict is in some clique."""
    conflict = random_conflicts(seed)
    cliques = cliques_of(sorted(conflict), conflict)
    edges = {(a, b) for a, b in combinations(sorted(conflict), 2) if b in conflict[a]}
    pairs = {pair for clique in cliques for pair in combinations(clique, 2)}
    assert pairs == edges
    for clique in cliques:
        assert not [c for c in conflict if c not in clique and conflict[c] >= set(clique)]
    assert len(set(cliques)) == len(cliques) <= len(edges)
    assert cliques == cliques_of(sorted(conflict), {c: set(sorted(others, reverse=True)) for c, others in conflict.items()})


@pytest.mark.parametrize("seed", range(20))
def test_clique_rows_allow_what_pairs_allow(seed: int) -> None:
    """Of all groups of councils, the cliques let through exactly those without a conflict."""
    conflict = random_conflicts(seed)
    cliques = [set(clique) for clique in cliques_of(sorted(conflict), conflict)]
    for size in range(len(conflict) + 1):
        for group in combinations(sorted(conflict), size):
            free = not any(b in conflict[a] for a, b in combinations(group, 2))
            assert free == all(len(clique & set(group)) <= 1 for clique in cliques)
