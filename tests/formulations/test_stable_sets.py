"""The heaviest stable set, by hand and against all subsets."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from formulations import stable_sets
from formulations.stable_sets import heaviest_stable_set


@pytest.mark.parametrize(
    ("cliques", "weight"),
    [
        ([], 15),
        ([("a", "b")], 12),
        ([("a", "b", "c", "d")], 5),
        ([("a", "b"), ("b", "c")], 12),
        ([("a", "b"), ("c", "d")], 9),
        ([("z", "a")], 15),
    ],
)
def test_by_hand(cliques: list[tuple[str, ...]], weight: float) -> None:
    """Weights 5, 3, 4 and 3; names that have no weight do not matter."""
    assert heaviest_stable_set({"a": 5.0, "b": 3.0, "c": 4.0, "d": 3.0}, cliques) == weight


def test_nobody() -> None:
    """No council has no weight."""
    assert heaviest_stable_set({}, [("a", "b")]) == 0


def drawn(seed: int) -> tuple[dict[str, float], list[tuple[str, ...]]]:
    """Weights of up to nine councils, nothing among them, and cliques of two to four."""
    rng = Random(seed)
    names = "abcdefghi"[: rng.randint(1, 9)]
    weights = {c: float(rng.choice([0, rng.randint(1, 50)])) for c in names}
    return weights, [tuple(sorted(rng.sample(names, rng.randint(1, min(4, len(names)))))) for _ in range(rng.randint(0, 6))]


def by_enumeration(weights: dict[str, float], cliques: list[tuple[str, ...]]) -> float:
    """The heaviest of all subsets that have at most one of each clique."""
    sets = (chosen for size in range(len(weights) + 1) for chosen in combinations(weights, size))
    return max(sum(weights[c] for c in chosen) for chosen in sets if all(len(set(q) & set(chosen)) <= 1 for q in cliques))


@pytest.mark.parametrize("first", range(0, 300, 50))
def test_against_all_subsets(first: int) -> None:
    """The same weight."""
    for seed in range(first, first + 50):
        assert heaviest_stable_set(*drawn(seed)) == by_enumeration(*drawn(seed)), seed


def test_a_search_that_is_cut_short_is_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never below the heaviest set, and somewhere above it."""
    exact = [heaviest_stable_set(*drawn(seed)) for seed in range(200)]
    monkeypatch.setattr(stable_sets, "NODES", 0)
    bounds = [heaviest_stable_set(*drawn(seed)) for seed in range(200)]
    assert all(bound >= value for bound, value in zip(bounds, exact, strict=True))
    assert bounds != exact
