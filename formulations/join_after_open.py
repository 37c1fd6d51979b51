"""Join after open: nobody joins a partnership before its host has opened it."""

from __future__ import annotations

from typing import Any

from formulations.sets import Join
from formulations.terms import difference


def join_after_open_index(m: Any) -> list[Join]:
    """Every join that no conflict row implies; later tranches without a join of their own would repeat an earlier row."""
    implied = m.conflict_members
    return [(c, s, h, v, k) for c, s, h, v, k in m.sets.joins if (c, s, h) not in implied]


def join_after_open_rule(m: Any, c: str, s: str, h: str, v: str, k: int) -> Any:
    """By each tranche a council has joined only if the host has opened by then.

    sum[t <= k] join[c,s,h,v,t] <= sum[t <= k] open[s,h,v,t]
        for all (c, s, h, v, k) in JOINS

    Units: councils. Source: disaggregated linking constraints of multi-period facility location; Van Roy and Erlenkotter
    (1982), Management Science 28(10), 1091-1105.
    """
    return (None, difference(m, m.sets.joined(c, s, h, v, k), m.sets.opened(s, h, v, k)), 0)
