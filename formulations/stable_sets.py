"""The heaviest stable set: how much councils that can all be together have between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

NODES = 20_000
"""Nodes after which the search gives its bound instead of the set itself."""


def heaviest_stable_set(weights: Mapping[str, float], cliques: Iterable[Sequence[str]]) -> float:
    """The greatest weight of councils of which no two are in one clique; an upper bound of it where the search takes too long.

    Those who can be with everybody are in it. Depth first among the rest: the heaviest council in or out. Bounded by a cover of what is left with cliques of the graph, of each of which
    at most the heaviest is taken. Weights are at least 0. Source: Östergård (2001), Nordic Journal of Computing 8, 424-436, for
    the problem; Babel (1994), Computing 52, 31-38, for the bound.
    """
    names = sorted(weights, key=lambda c: (-weights[c], c))
    place = {c: i for i, c in enumerate(names)}
    against = [0] * len(names)
    for clique in cliques:
        mask = sum(1 << place[c] for c in clique if c in place)
        for c in clique:
            if c in place:
                against[place[c]] |= mask & ~(1 << place[c])
    alone = sum(weights[c] for c, others in zip(names, against, strict=True) if not others)
    return alone + _search([weights[c] for c in names], against, sum(1 << i for i, others in enumerate(against) if others))


def _search(weights: list[float], against: list[int], able: int) -> float:
    """The heaviest set among those who are able. Heaviest first, so the lowest bit of a set of places is its heaviest."""
    best, nodes = 0.0, 0
    waiting = [(able, 0.0)]
    while waiting:
        left, value = waiting.pop()
        best = max(best, value)
        if not left or value + _cover(left, weights, against) <= best:
            continue
        nodes += 1
        if nodes > NODES:
            return max(best, max(v + _cover(rest, weights, against) for rest, v in [*waiting, (left, value)]))
        first = (left & -left).bit_length() - 1
        waiting += [(left & ~(1 << first), value), (left & ~(1 << first) & ~against[first], value + weights[first])]
    return best


def _cover(left: int, weights: list[float], against: list[int]) -> float:
    """Sum over the cliques of a greedy cover of the heaviest weight in each."""
    bound = 0.0
    while left:
        first = (left & -left).bit_length() - 1
        bound += weights[first]
        clique, able = 1 << first, left & against[first]
        while able:
            other = (able & -able).bit_length() - 1
            clique |= 1 << other
            able &= against[other]
        left &= ~clique
    return bound
