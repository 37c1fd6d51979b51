"""Conflicts: two councils that cannot be in one partnership. Rules compatibility (all pairs), maximum_span, never_with."""

from __future__ import annotations

from typing import Any

import numpy as np

from formulations.terms import difference


def cliques_of(members: list[str], conflict: dict[str, set[str]]) -> list[tuple[str, ...]]:
    """Cliques of the incompatibility graph that cover all its edges, each grown as far as it goes.

    Greedy: the next uncovered edge, in order, is extended by members in conflict with all in the clique, those with most
    uncovered conflicts first. Deterministic; every clique is maximal.
    """
    uncovered = {(a, b) for a in members for b in conflict[a] if a < b}
    cliques = []
    for a in members:
        for b in sorted(conflict[a]):
            if (min(a, b), max(a, b)) not in uncovered:
                continue
            clique = [a, b]
            candidates = conflict[a] & conflict[b]
            while candidates:
                best = min(candidates, key=lambda c: (-sum((min(c, x), max(c, x)) in uncovered for x in conflict[c]), c))
                clique.append(best)
                candidates = candidates & conflict[best]
            clique.sort()
            uncovered.difference_update((x, y) for i, x in enumerate(clique) for y in clique[i + 1 :])
            cliques.append(tuple(clique))
    return cliques


def conflict_cliques(m: Any) -> dict[tuple[str, str, int], tuple[str, ...]]:
    """(s, h, number) -> councils of which at most one can join host h for service s, whatever the vehicle."""
    cliques: dict[tuple[str, str, int], tuple[str, ...]] = {}
    graph = m.graph
    for (s, h), vehicles in m.sets.vehicles.items():
        mask = graph.conflicts.get(s)
        members = sorted({c for v in vehicles for c in m.sets.members.get((s, h, v), ())})  # some may be left for one vehicle only
        if mask is None or len(members) < 2:
            continue
        places = [graph.position[c] for c in members]
        rows, columns = np.nonzero(mask[np.ix_(places, places)])
        conflict: dict[str, set[str]] = {c: set() for c in members}
        for a, b in zip(rows, columns, strict=True):
            conflict[members[a]].add(members[b])
        for number, clique in enumerate(cliques_of(members, conflict)):
            cliques[s, h, number] = clique
    return cliques


def conflicts_index(m: Any) -> list[tuple[str, str, str, int, int]]:
    """Each clique at each tranche in which one of its members may join, by vehicle."""
    sets = m.sets
    return [
        (s, h, v, number, k)
        for (s, h, number), clique in m.cliques.items()
        for v in sets.vehicles[s, h]
        for k in sorted({k for c in clique for k in sets.joinings[c, s, h, v]})
    ]


def conflicts_rule(m: Any, s: str, h: str, v: str, number: int, k: int) -> Any:
    """Of councils in conflict with one another at most one joins a host, and none before it has opened.

    sum[c in CLIQUE[s,h,number], t <= k] join[c,s,h,v,t] <= sum[t <= k] open[s,h,v,t]
        for all cliques and tranches

    At the last tranche this is the clique row of the stable-set polytope, which implies the row of each pair; at every
    tranche it implies join_after_open of each member. A council in conflict with the host itself has no move to it.
    Units: councils. Source: Padberg (1973), Mathematical Programming 5, 199-215; guide, "Politics", "Culture".
    """
    sets = m.sets
    joins = [j for c in m.cliques[s, h, number] for j in sets.joined(c, s, h, v, k)]
    return (None, difference(m, joins, sets.opened(s, h, v, k)), 0)
