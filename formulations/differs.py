"""Asked besides the rules: a plan that differs from a configuration (`instances.asked.Differs`)."""

from __future__ import annotations

from typing import Any

from formulations.terms import linear, members_in, variables
from instances.asked import Differs


def differs_index(m: Any) -> list[int]:
    """Places of these demands among all that is asked."""
    return [place for place, asked in enumerate(m.priced.asked) if isinstance(asked, Differs)]


def differs_rule(m: Any, place: int) -> Any:
    """So many councils' services are arranged otherwise than in the configuration.

    sum[(c,s) absent] (sum[h,v,k] join[c,s,h,v,k] + sum[v,k] open[s,c,v,k] + sum[o,k] take[c,s,o,k])
        + sum[(c,s) with host h] (1 - in[c,s,h]) + sum[(c,s) with option o] (1 - sum[k] take[c,s,o,k]) >= count

    over all (c, s) with a baseline, where in[c,s,h] = sum[v,k] join[c,s,h,v,k], or sum[v,k] open[s,h,v,k] if c is the host. Each term
    is 0 or 1, since a council does one thing with a service. Units: arrangements. Source: model.md, section 6, alternatives.
    """
    asked, sets = m.priced.asked[place], m.sets
    otherwise, same, arranged = [], [], 0
    for c, s in m.instance.baselines:
        if (c, s) not in asked.configuration:
            otherwise += variables(m, sets.all_joins(c, s), sets.opened(s, c), sets.alternatives.get((c, s), ()))
            continue
        arranged += 1
        host, option = asked.configuration[c, s]
        if host:
            same += members_in(m, c, s, host)
        else:
            same += variables(m, takes=[take for take in sets.alternatives.get((c, s), ()) if take[2] == option])
    return (asked.count - arranged, linear([1.0] * len(otherwise) + [-1.0] * len(same), otherwise + same), None)
