"""Rule partnership_size: how many members a partnership has, the host included. At least two always."""

from __future__ import annotations

from typing import Any

from formulations.sets import Partnership
from formulations.terms import difference


def least_members(m: Any, s: str, v: str) -> int:
    """Members that a partnership needs, by the rule and by its vehicle, the host included."""
    return max(int(m.sizes[s][0]), m.instance.vehicles(s)[v].minimum_members or 2)


def partnership_size_minimum_index(m: Any) -> list[Partnership]:
    """Every partnership that may come to be."""
    return list(m.sets.partnerships)


def partnership_size_minimum_rule(m: Any, s: str, h: str, v: str) -> Any:
    """A partnership that opens has its least number of members, by the rule and by its vehicle.

    sum[c, k] join[c,s,h,v,k] >= (max(minimum[s], minimum_members[v]) - 1) * sum[k] open[s,h,v,k]

    Units: councils. Source: model.md, sections 2 and 4.
    """
    return (0, difference(m, m.sets.joins_of(s, h, v), m.sets.opened(s, h, v), least_members(m, s, v) - 1), None)


def partnership_size_maximum_index(m: Any) -> list[Partnership]:
    """Partnerships that more councils may join than the rule lets in."""
    joiners = {p: len(m.sets.members.get(p, ())) for p in m.sets.partnerships}
    return [p for p, count in joiners.items() if m.sizes[p[0]][1] is not None and count > m.sizes[p[0]][1] - 1]


def partnership_size_maximum_rule(m: Any, s: str, h: str, v: str) -> Any:
    """A partnership has no more than its greatest number of members.

    sum[c, k] join[c,s,h,v,k] <= (maximum[s] - 1) * sum[k] open[s,h,v,k]

    Units: councils. Source: model.md, section 4.
    """
    return (None, difference(m, m.sets.joins_of(s, h, v), m.sets.opened(s, h, v), m.sizes[s][1] - 1), 0)
