"""Rule partnership_size: how many members a partnership has, the host included. At least two always."""

from __future__ import annotations

from typing import Any

from formulations.sets import Partnership
from formulations.terms import difference


def _joins(m: Any, s: str, h: str) -> list[Any]:
    return [j for c in m.sets.members.get((s, h), ()) for j in m.sets.joined(c, s, h)]


def partnership_size_minimum_index(m: Any) -> list[Partnership]:
    """Every partnership that may come to be."""
    return list(m.sets.partnerships)


def partnership_size_minimum_rule(m: Any, s: str, h: str) -> Any:
    """A partnership that opens has its least number of members.

    sum[c, k] join[c,s,h,k] >= (minimum[s] - 1) * sum[k] open[s,h,k]

    Units: councils. Source: model.md, sections 2 and 4.
    """
    least = m.sizes[s][0]
    return (0, difference(m, _joins(m, s, h), m.sets.opened(s, h), least - 1), None)


def partnership_size_maximum_index(m: Any) -> list[Partnership]:
    """Partnerships that more councils may join than the rule lets in."""
    return [(s, h) for s, h in m.sets.partnerships if m.sizes[s][1] is not None and len(m.sets.members.get((s, h), ())) > m.sizes[s][1] - 1]


def partnership_size_maximum_rule(m: Any, s: str, h: str) -> Any:
    """A partnership has no more than its greatest number of members.

    sum[c, k] join[c,s,h,k] <= (maximum[s] - 1) * sum[k] open[s,h,k]

    Units: councils. Source: model.md, section 4.
    """
    return (None, difference(m, _joins(m, s, h), m.sets.opened(s, h), m.sizes[s][1] - 1), 0)
