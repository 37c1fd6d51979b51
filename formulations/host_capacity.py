"""Rule host_capacity: how much work a host can run, its own included."""

from __future__ import annotations

from typing import Any

from formulations.sets import Partnership
from formulations.terms import linear


def host_capacity_index(m: Any) -> list[Partnership]:
    """Hosts that state a limit, unless the rule is off; the others are unlimited."""
    if not m.instance.rules.host_capacity:
        return []
    return [(s, h, v) for s, h, v in m.sets.partnerships if m.instance.baselines[h, s].host_capacity is not None]


def host_capacity_rule(m: Any, s: str, h: str, v: str) -> Any:
    """The members' volume, the host's own included, stays within what the host can run; none unless it opens.

    sum[c, k] volume[c,s] * join[c,s,h,v,k] <= (host_capacity[h,s] - volume[h,s]) * sum[k] open[s,h,v,k]

    Units: units of work a year. Source: single-source capacitated facility location; Sridharan (1995), EJOR 87(2), 203-213.
    """
    baselines = m.instance.baselines
    room = baselines[h, s].host_capacity - (baselines[h, s].volume or 0.0)
    joins = m.sets.joins_of(s, h, v)
    opens = m.sets.opened(s, h, v)
    volumes = [baselines[j[0], s].volume or 0.0 for j in joins]
    scale = max([abs(room), 1.0, *volumes])
    body = linear([v / scale for v in volumes] + [-room / scale] * len(opens), [m.joins[j] for j in joins] + [m.opens[o] for o in opens])
    return (None, body, 0)
