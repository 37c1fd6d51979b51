"""Rule contiguity: the members of a partnership are one piece of the map, at full membership."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from formulations.terms import linear, members_in
from instances import LIVE
from instances.tables import Adjacency

Arc = tuple[str, str, str, str]
"""(s, h, a, b): what runs from council a to council b within the partnership of host h for service s."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The part of the map on which one host's partnership can lie.

    Attributes:
        members: Councils that may join, sorted.
        neighbours: Neighbours of the host and of each member among them; what is live already is next to the host.
    """

    members: tuple[str, ...]
    neighbours: dict[str, frozenset[str]]


def grounds(m: Any) -> dict[tuple[str, str], Ground]:
    """The ground of each (s, h), for services with the rule on."""
    on = m.instance.contiguity()
    if not on:
        return {}
    pairs = [(row.council_a, row.council_b) for row in m.instance.rows(Adjacency)]
    return {(s, h): _ground(m, s, h, pairs) for s, h in m.sets.vehicles if s in on}


def _ground(m: Any, s: str, h: str, pairs: list[tuple[str, str]]) -> Ground:
    members = sorted({c for v in m.sets.vehicles[s, h] for c in m.sets.members.get((s, h, v), ())})
    beside: dict[str, set[str]] = {c: set() for c in (h, *members)}
    live = [(h, c) for v in m.sets.vehicles[s, h] for c in members if LIVE in m.sets.joinings.get((c, s, h, v), ())]
    for a, b in (*pairs, *live):
        if a in beside and b in beside:
            beside[a].add(b)
            beside[b].add(a)
    return Ground(tuple(members), {c: frozenset(others) for c, others in beside.items()})


def arcs(m: Any) -> list[Arc]:
    """Every way from a council to a neighbour, but not to the host."""
    return [(s, h, a, b) for (s, h), ground in m.grounds.items() for b in ground.members for a in sorted(ground.neighbours[b])]


def contiguity_index(m: Any) -> list[tuple[str, str, str]]:
    """(c, s, h): councils that may join a host, where the rule is on."""
    return [(c, s, h) for (s, h), ground in m.grounds.items() for c in ground.members]


def contiguity_beside_index(m: Any) -> list[tuple[str, str, str]]:
    """The same, less those who are next to the host."""
    return [(c, s, h) for c, s, h in contiguity_index(m) if h not in m.grounds[s, h].neighbours[c]]


def contiguity_beside_rule(m: Any, c: str, s: str, h: str) -> Any:
    """A member that is not next to the host is next to another member.

    in[c,s,h] <= sum[b next to c] in[b,s,h]

    Units: councils.
    """
    own = members_in(m, c, s, h)
    others = [x for b in sorted(m.grounds[s, h].neighbours[c]) for x in members_in(m, b, s, h)]
    return (None, linear([1.0] * len(own) + [-1.0] * len(others), own + others), 0)


def contiguity_flow_rule(m: Any, c: str, s: str, h: str) -> Any:
    """Each member keeps one unit of what the host sends out, from neighbour to neighbour.

    sum[b next to c] flow[s,h,b,c] - sum[b next to c] flow[s,h,c,b] = in[c,s,h]

    Units: councils.
    """
    around = sorted(m.grounds[s, h].neighbours[c])
    own = members_in(m, c, s, h)
    into, out = [m.flow[s, h, b, c] for b in around], [m.flow[s, h, c, b] for b in around if b != h]
    return linear([1.0] * len(into) + [-1.0] * (len(out) + len(own)), [*into, *out, *own]), 0


def contiguity_through_rule(m: Any, c: str, s: str, h: str) -> Any:
    """Only members pass anything on.

    sum[b next to c] flow[s,h,b,c] <= (most members that can join) * in[c,s,h]

    Units: councils.
    """
    ground = m.grounds[s, h]
    most = m.sizes[s][1]
    most = len(ground.members) if most is None else min(most - 1, len(ground.members))
    own = members_in(m, c, s, h)
    into = [m.flow[s, h, b, c] for b in sorted(ground.neighbours[c])]
    return (None, linear([1.0] * len(into) + [-float(most)] * len(own), [*into, *own]), 0)
