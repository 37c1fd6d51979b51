"""Rule bundle: services that a council shares with one host in one tranche, or not at all."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from formulations.terms import linear, variables


def bundle_index(m: Any) -> list[tuple[str, str, str, str, int]]:
    """(c, s, t, h, k): council, two services that follow one another in a bundle, host (c itself where it hosts), tranche."""
    found = []
    for group in m.instance.rules.bundle or ():
        free = {c for c in m.instance.councils if not any((c, s) in m.decided.live for s in group)}
        for s, t in pairwise(group):
            moves = {(c, h, k) for c, r, h, _, k in m.sets.joins if r in (s, t)} | {(h, h, k) for r, h, _, k in m.sets.opens if r in (s, t)}
            found += [(c, s, t, h, k) for c, h, k in sorted(moves) if c in free]
    return list(dict.fromkeys(found))


def bundle_rule(m: Any, c: str, s: str, t: str, h: str, k: int) -> Any:
    """A council goes live with a host in a tranche for both services or for neither.

    sum[v] join[c,s,h,v,k] = sum[v] join[c,t,h,v,k]; the same with open[s,c,v,k] where the council hosts

    The two may have different vehicles. A council for which one service of the bundle is live already is not judged.
    Units: go-lives. Source: model.md, section 4.
    """
    one, other = (_going_live(m, c, r, h, k) for r in (s, t))
    return linear([1.0] * len(one) + [-1.0] * len(other), one + other), 0


def _going_live(m: Any, c: str, s: str, h: str, k: int) -> list[Any]:
    if c == h:
        return variables(m, (), [o for o in m.sets.opened(s, h) if o[-1] == k])
    return variables(m, [j for j in m.sets.joined(c, s, h) if j[-1] == k])
