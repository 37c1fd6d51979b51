"""Rule maximum_partnerships: how many partnerships a service may have."""

from __future__ import annotations

from typing import Any

from formulations.terms import total


def maximum_partnerships_index(m: Any) -> list[str]:
    """Services for which the rule is on and more hosts could open than it allows."""
    hosts: dict[str, int] = {}
    for s, _ in m.sets.vehicles:
        hosts[s] = hosts.get(s, 0) + 1
    limits = m.instance.figure("maximum_partnerships")
    return [s for s in limits if hosts.get(s, 0) > limits[s]]


def maximum_partnerships_rule(m: Any, s: str) -> Any:
    """No more partnerships of a service than the rule allows.

    sum[h, v, k] open[s,h,v,k] <= maximum_partnerships[s]

    Units: partnerships. Source: the p of the p-median problem; Hakimi (1964), Operations Research 12(3), 450-459.
    """
    opens = [o for s_, h in m.sets.vehicles if s_ == s for o in m.sets.opened(s, h)]
    return (None, total(m, (), opens), m.instance.figure("maximum_partnerships")[s])
