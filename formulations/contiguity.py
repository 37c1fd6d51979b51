"""Rule contiguity: at full membership the members of a partnership are one piece of the map, the host among them.

The flow rows say exactly that; the separators and cliques hold the relaxation close to it (docs/benchmarks.md). They take it
that rules about pairs and the largest size are in the model too, and are about full membership: a partnership may go live in pieces.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from formulations.contiguity_ground import Ground, ground
from formulations.terms import linear, members_in
from instances import LIVE
from instances.tables import Adjacency

Arc = tuple[str, str, str, str]
"""(s, h, a, b): what runs from council a to its neighbour b within the partnership of host h for service s."""
Row = tuple[str, str, int]
"""(s, h, number)."""


def grounds(m: Any) -> dict[tuple[str, str], Ground]:
    """The ground of each (s, h), for services with the rule on; services that are alike share it."""
    on = m.instance.contiguity()
    pairs = [(row.council_a, row.council_b) for row in m.instance.rows(Adjacency)] if on else []
    known: dict[Any, Ground] = {}
    found = {}
    for s, h in m.sets.vehicles:
        if s not in on:
            continue
        vehicles, most = m.sets.vehicles[s, h], m.sizes[s][1]
        members = sorted({c for v in vehicles for c in m.sets.members.get((s, h, v), ())})
        live = [(h, c) for c in members if any(LIVE in m.sets.joinings.get((c, s, h, v), ()) for v in vehicles)]
        places = [m.graph.position[c] for c in members]
        mask = m.graph.conflicts[s][np.ix_(places, places)] if s in m.graph.conflicts else np.zeros((len(members),) * 2, dtype=bool)
        key = (h, tuple(members), tuple(live), mask.tobytes(), most)
        if key not in known:
            conflict = {c: {members[i] for i in np.flatnonzero(row)} for c, row in zip(members, mask, strict=True)}
            known[key] = ground(h, members, [*pairs, *live], conflict, most)
        found[s, h] = known[key]
    return found


def arcs(m: Any) -> list[Arc]:
    """Every way into a deep member, from each of its neighbours."""
    return [(s, h, a, b) for (s, h), ground in m.grounds.items() for b in ground.deep for a in ground.neighbours[b]]


def contiguity_separator_index(m: Any) -> list[Row]:
    """Every separator of every host."""
    return [(s, h, number) for (s, h), ground in m.grounds.items() for number in range(len(ground.separators))]


def contiguity_separator_rule(m: Any, s: str, h: str, number: int) -> Any:
    """Of members in conflict with one another one joins at most, and only with somebody of each set that separates them from the host.

    sum[c in group] in[c,s,h] <= sum[b in separator] in[b,s,h]        in[c,s,h] = sum[v,k] join[c,s,h,v,k]

    A member with no path to the host has an empty separator. Units: councils. Source: Carvajal et al. (2013), Operations
    Research 61, 824-836; Fischetti et al. (2017), Mathematical Programming Computation 9, 203-229.
    """
    group, separator = m.grounds[s, h].separators[number]
    joining = [variable for c in group for variable in members_in(m, c, s, h)]
    between = [variable for b in separator for variable in members_in(m, b, s, h)]
    return (None, linear([1.0] * len(joining) + [-1.0] * len(between), joining + between), 0)


def contiguity_clique_index(m: Any) -> list[Row]:
    """Every clique of every host that conflicts alone do not make."""
    return [(s, h, number) for (s, h), ground in m.grounds.items() for number in range(len(ground.cliques))]


def contiguity_clique_rule(m: Any, s: str, h: str, number: int) -> Any:
    """Of councils that cannot be together, since paths of one need councils in conflict with the other, one joins a host at most.

    sum[c in clique] in[c,s,h] <= sum[v,k] open[s,h,v,k]

    Units: councils. Source: Padberg (1973), Mathematical Programming 5, 199-215.
    """
    joining = [variable for c in m.grounds[s, h].cliques[number] for variable in members_in(m, c, s, h)]
    opens = members_in(m, h, s, h)
    return (None, linear([1.0] * len(joining) + [-1.0] * len(opens), joining + opens), 0)


def contiguity_flow_index(m: Any) -> list[tuple[str, str, str]]:
    """(c, s, h): deep members, those next neither to the host nor only to neighbours of the host; separators settle the others."""
    return [(c, s, h) for (s, h), ground in m.grounds.items() for c in ground.deep]


def contiguity_flow_rule(m: Any, c: str, s: str, h: str) -> Any:
    """A deep member keeps one unit of what runs from neighbours of the host through members.

    sum[b next to c] flow[s,h,b,c] - sum[deep b next to c] flow[s,h,c,b] = in[c,s,h]

    Units: councils. Source: Shirabe (2005), Geographical Analysis 37, 2-16.
    """
    ground = m.grounds[s, h]
    around, own = ground.neighbours[c], members_in(m, c, s, h)
    into, out = [m.flow[s, h, b, c] for b in around], [m.flow[s, h, c, b] for b in around if b in ground.deep]
    return linear([1.0] * len(into) + [-1.0] * (len(out) + len(own)), [*into, *out, *own]), 0


def contiguity_through_index(m: Any) -> list[tuple[str, str, str]]:
    """(b, s, h): councils next to a deep member."""
    return [(b, s, h) for (s, h), ground in m.grounds.items() for b in sorted({a for c in ground.deep for a in ground.neighbours[c]})]


def contiguity_through_rule(m: Any, b: str, s: str, h: str) -> Any:
    """Only a member passes anything on, and no more than the deep members beyond it can keep.

    sum[deep c next to b] flow[s,h,b,c] <= beyond[b] * in[b,s,h]
        where beyond[b] is the number of deep members other than b, or what the largest size leaves room for if that is less

    Units: councils.
    """
    ground = m.grounds[s, h]
    out, own = [m.flow[s, h, b, c] for c in ground.neighbours[b] if c in ground.deep], members_in(m, b, s, h)
    before = 3 if b in ground.deep else 2  # the host, b, and whoever is between the two
    beyond = len(ground.deep) - (b in ground.deep)
    most = m.sizes[s][1]
    beyond = beyond if most is None else max(0, min(beyond, most - before))
    return (None, linear([1.0] * len(out) + [-float(beyond)] * len(own), [*out, *own]), 0)
