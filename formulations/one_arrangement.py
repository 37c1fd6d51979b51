"""One arrangement: a council does at most one thing with each service."""

from __future__ import annotations

from typing import Any

from formulations.terms import total


def one_arrangement_index(m: Any) -> list[tuple[str, str]]:
    """Councils and services with a move or an alternative, or live already."""
    return sorted(m.sets.could_share() | set(m.sets.alternatives) | set(m.decided.live))


def one_arrangement_rule(m: Any, c: str, s: str) -> Any:
    """A council joins one host once, opens a partnership of its own once, takes one alternative once, or keeps the service.

    sum[h, v, k] join[c,s,h,v,k] + sum[v, k] open[s,c,v,k] + sum[o, k] take[c,s,o,k] <= 1
        for all (c, s) with a move or an alternative; = 1 where the council is live already

    Units: arrangements. Source: model.md, section 2; single assignment in facility location.
    """
    sets = m.sets
    body = total(m, sets.all_joins(c, s), sets.opened(s, c), sets.alternatives.get((c, s), ()))
    return (1 if (c, s) in m.decided.live else None, body, 1)
