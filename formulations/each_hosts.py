"""Rule each_hosts: a council that joins anything also hosts something."""

from __future__ import annotations

from typing import Any

from formulations.terms import linear, variables


def each_hosts_index(m: Any) -> list[tuple[str, str]]:
    """(c, s): councils and the services for which they may join somebody, beyond what is live already."""
    if not m.instance.rules.each_hosts:
        return []
    return sorted(key for key in m.sets.hosts_of if key not in m.decided.live)


def each_hosts_rule(m: Any, c: str, s: str) -> Any:
    """A council joins somebody for a service only if it hosts another.

    sum[h, v, k] join[c,s,h,v,k] <= sum[s', v, k] open[s',c,v,k]

    One row for each service that it may join for: stronger than one for all of them together. What is live already is not
    judged, but hosting counts. Units: partnerships. Source: Tewkesbury and Cheltenham, guide.
    """
    joins = variables(m, m.sets.all_joins(c, s))
    hosting = variables(m, (), [o for t, h in m.sets.vehicles if h == c and t != s for o in m.sets.opened(t, h)])
    return (None, linear([1.0] * len(joins) + [-1.0] * len(hosting), joins + hosting), 0)
