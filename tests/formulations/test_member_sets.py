"""Maximal member sets, by hand and against all subsets."""

from __future__ import annotations

from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pytest

from formulations.decomposition.member_sets import LIMIT, maximal_sets

Pair = tuple[int, int]


def mask(members: int, pairs: list[Pair]) -> Any:
    """Pairs in conflict as a symmetric mask."""
    conflict = np.zeros((members, members), dtype=bool)
    for a, b in pairs:
        conflict[a, b] = conflict[b, a] = True
    return conflict


def sets_of(members: int, pairs: list[Pair], limit: int = LIMIT) -> list[tuple[int, ...]]:
    """The sets found, each as the places of its members."""
    found = maximal_sets(mask(members, pairs), limit)
    assert found.dtype == bool
    assert found.shape[1] == members
    return [tuple(np.flatnonzero(row).tolist()) for row in found]


@pytest.mark.parametrize(
    ("members", "pairs", "expected"),
    [
        (0, [], [()]),
        (1, [], [(0,)]),
        (3, [], [(0, 1, 2)]),
        (2, [(0, 1)], [(0,), (1,)]),
        (3, [(0, 1), (1, 2)], [(1,), (0, 2)]),
        (3, [(0, 1), (1, 2), (0, 2)], [(0,), (1,), (2,)]),
        (4, [(0, 1), (2, 3)], [(0, 2), (1, 2), (0, 3), (1, 3)]),
        (5, [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)], [(0, 2), (0, 3), (1, 3), (1, 4), (2, 4)]),
    ],
    ids=["nobody", "one", "no conflict", "a pair", "a path", "a triangle", "two pairs", "a ring of five"],
)
def test_by_hand(members: int, pairs: list[Pair], expected: list[tuple[int, ...]]) -> None:
    """All of them and no others; those come first whose last member does."""
    assert sets_of(members, pairs) == expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (4, [(0, 2), (1, 2), (0, 3), (1, 3)]),
        (3, [(0, 2, 3), (1, 2, 3)]),
        (2, [(0, 2, 3), (1, 2, 3)]),
        (1, [(0, 1, 2, 3)]),
    ],
)
def test_too_many_sets_by_hand(limit: int, expected: list[tuple[int, ...]]) -> None:
    """Of the pairs 0-1 and 2-3, which make four sets, the last is passed over first, then the other too."""
    assert sets_of(4, [(0, 1), (2, 3)], limit) == expected


def drawn(seed: int) -> tuple[int, list[Pair]]:
    """A random graph of up to ten members."""
    rng = Random(seed)
    members, density = rng.randint(1, 10), rng.random()
    return members, [pair for pair in combinations(range(members), 2) if rng.random() < density]


def stable_sets(members: int, pairs: list[Pair]) -> list[set[int]]:
    """All subsets without a pair in conflict."""
    every = (set(chosen) for size in range(members + 1) for chosen in combinations(range(members), size))
    return [chosen for chosen in every if not any(a in chosen and b in chosen for a, b in pairs)]


def maximal(members: int, pairs: list[Pair]) -> list[tuple[int, ...]]:
    """Those that nobody can be added to, by their last member, then by the one before, and so on."""
    apart = [{b for a, b in (*pairs, *(pair[::-1] for pair in pairs)) if a == c} for c in range(members)]
    full = [one for one in stable_sets(members, pairs) if all(c in one or apart[c] & one for c in range(members))]
    return sorted((tuple(sorted(one)) for one in full), key=lambda one: one[::-1])


@pytest.mark.parametrize("first", range(0, 120, 40))
def test_against_all_subsets(first: int) -> None:
    """Exactly the maximal stable sets, each once and in order."""
    for seed in range(first, first + 40):
        assert sets_of(*drawn(seed)) == maximal(*drawn(seed)), seed


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 8])
def test_too_many_sets(limit: int) -> None:
    """At most so many sets, and every stable set is within one of them."""
    cut = 0
    for seed in range(120, 160):
        members, pairs = drawn(seed)
        found = sets_of(members, pairs, limit)
        assert len(set(found)) == len(found) <= limit
        assert all(any(one <= set(other) for other in found) for one in stable_sets(members, pairs)), seed
        cut += len(maximal(members, pairs)) > limit
    assert cut


@pytest.mark.parametrize("limit", [1, 2, 4, 7])
def test_as_few_conflicts_as_serve_are_passed_over(limit: int) -> None:
    """The maximal stable sets of the graph without the conflicts of the last members, of as few of them as the limit asks for."""
    for seed in range(160, 200):
        members, pairs = drawn(seed)
        fewer = ([pair for pair in pairs if max(pair) < kept] for kept in range(members, -1, -1))
        expected = next(found for found in (maximal(members, some) for some in fewer) if len(found) <= limit)
        assert sets_of(members, pairs, limit) == expected, seed


def test_many_sets() -> None:
    """Twenty pairs make a million sets: all but nine are passed over, in no time."""
    found = sets_of(40, [(a, a + 1) for a in range(0, 40, 2)])
    assert len(found) == 512 <= LIMIT
    assert all(set(range(18, 40)) <= set(one) for one in found)
