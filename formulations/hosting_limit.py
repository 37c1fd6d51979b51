"""Rule hosting_limit: how many services one council may host."""

from __future__ import annotations

from typing import Any

from formulations.terms import total


def _hosted(m: Any) -> dict[str, list[str]]:
    """Services that each council could host."""
    found: dict[str, list[str]] = {}
    for s, h in m.sets.vehicles:
        found.setdefault(h, []).append(s)
    return found


def hosting_limit_index(m: Any) -> list[str]:
    """Councils that could host more services than the rule allows."""
    limit = m.instance.rules.hosting_limit
    if limit is None or limit is False:
        return []
    return sorted(h for h, services in _hosted(m).items() if len(services) > limit)


def hosting_limit_rule(m: Any, h: str) -> Any:
    """A council hosts no more services than the rule allows; what is live already counts.

    sum[s, v, k] open[s,h,v,k] <= hosting_limit

    Units: services. Source: model.md, section 4.
    """
    opens = [o for s in _hosted(m)[h] for o in m.sets.opened(s, h)]
    return (None, total(m, (), opens), m.instance.rules.hosting_limit)
