"""Rule minimum_saving: a partnership saves a stated share of its members' baseline in the second year."""

from __future__ import annotations

from typing import Any

from formulations.sets import Partnership
from formulations.terms import THOUSAND, linear, variables
from formulations.tiers import saving_at_full_membership


def minimum_saving_index(m: Any) -> list[Partnership]:
    """Partnerships of services for which the rule is on."""
    on = m.instance.figure("minimum_saving")
    return [(s, h, v) for s, h, v in m.sets.partnerships if s in on]


def minimum_saving_rule(m: Any, s: str, h: str, v: str) -> Any:
    """Members' second-year positions, purchasing at full membership included, reach the share of the combined baseline.

    sum[c, k] (second_year[c,s,h,v] - minimum_saving[s] * annual_cost[c,s]) * join[c,s,h,v,k]
        + (second_year[h,s,h,v] - minimum_saving[s] * annual_cost[h,s]) * sum[k] open[s,h,v,k]
        + purchasing[s,h,v] >= 0

    Without a partnership all terms are 0, so no big-M is needed. Units: thousand GBP a year.
    Source: guide, East Kent: 10 % of the combined budget by year two.
    """
    share = m.instance.figure("minimum_saving")[s]
    joins, opens = m.sets.joins_of(s, h, v), m.sets.opened(s, h, v)
    margin = [_margin(m, c, s, h, v, share) for c, *_ in joins] + [_margin(m, h, s, h, v, share)] * len(opens)
    rates, purchases = saving_at_full_membership(m, (s, h, v))
    return (0, linear(margin + rates, [*variables(m, joins, opens), *purchases]), None)


def _margin(m: Any, c: str, s: str, h: str, v: str, share: float) -> float:
    """What a council adds to the partnership's margin over the rule, thousand GBP a year."""
    return float(m.second_year[c, s, h, v] - share * m.instance.baselines[c, s].annual_cost) / THOUSAND
