"""One arrangement: a council does at most one thing with each service."""

from __future__ import annotations

from typing import Any

from formulations.terms import total


def one_arrangement_index(m: Any) -> list[tuple[str, str]]:
    """Councils and services with a move, or live already: they may join somebody, or host."""
    hosting = {(h, s) for s, h in m.sets.partnerships}
    return sorted(set(m.sets.hosts_of) | hosting | set(m.decided.live))


def one_arrangement_rule(m: Any, c: str, s: str) -> Any:
    """A council joins one host once, or opens a partnership of its own once, or keeps the service.

    sum[h, k] join[c,s,h,k] + sum[k] open[s,c,k] <= 1
        for all (c, s) with a move; = 1 where the council is live already

    Units: arrangements. Source: model.md, section 2; single assignment in facility location.
    """
    sets = m.sets
    joins = [j for h in sets.hosts_of.get((c, s), ()) for j in sets.joined(c, s, h)]
    body = total(m, joins, sets.opened(s, c))
    return (1 if (c, s) in m.decided.live else None, body, 1)
