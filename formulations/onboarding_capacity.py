"""Rule onboarding_capacity: how many members one host can take on in a tranche."""

from __future__ import annotations

from typing import Any

from formulations.terms import linear, variables
from instances import LIVE


def onboarding_capacity_index(m: Any) -> list[tuple[str, str, int]]:
    """Hosts and tranches in which more councils could join for a service than the rule allows."""
    limits = m.instance.figure("onboarding_capacity")
    joiners: dict[tuple[str, str, int], set[str]] = {}
    for c, s, h, _, k in m.sets.joins:
        if s in limits and k != LIVE:
            joiners.setdefault((s, h, k), set()).add(c)
    return sorted(key for key, councils in joiners.items() if len(councils) > limits[key[0]])


def onboarding_capacity_rule(m: Any, s: str, h: str, k: int) -> Any:
    """No more members join a host in a tranche than it can take on, and none before it has opened.

    sum[c, v] join[c,s,h,v,k] <= onboarding_capacity[s] * sum[v, t <= k] open[s,h,v,t]

    The host is not counted, nor is what is live already. Units: councils. Source: model.md, section 4.
    """
    limit = m.instance.figure("onboarding_capacity")[s]
    joins = variables(m, [j for j in m.sets.joins_to(s, h) if j[-1] == k])
    opens = variables(m, (), m.sets.opened(s, h, None, k))
    return (None, linear([1.0] * len(joins) + [-float(limit)] * len(opens), joins + opens), 0)
