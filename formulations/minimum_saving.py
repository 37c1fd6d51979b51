"""Rule minimum_saving: a partnership saves a stated share of its members' baseline in the second year."""

from __future__ import annotations

from typing import Any

from formulations.sets import Partnership
from formulations.terms import THOUSAND, linear
from formulations.tiers import saving_at_full_membership


def minimum_saving_index(m: Any) -> list[Partnership]:
    """Partnerships of services for which the rule is on."""
    on = m.instance.figure("minimum_saving")
    return [(s, h) for s, h in m.sets.partnerships if s in on]


def minimum_saving_rule(m: Any, s: str, h: str) -> Any:
    """Members' second-year positions, purchasing at full membership included, reach the share of the combined baseline.

    sum[c, k] (second_year[c,s,h] - minimum_saving[s] * annual_cost[c,s]) * join[c,s,h,k]
        + (second_year[h,s,h] - minimum_saving[s] * annual_cost[h,s]) * sum[k] open[s,h,k]
        + purchasing[s,h] >= 0

    Without a partnership all terms are 0, so no big-M is needed. Units: thousand GBP a year.
    Source: guide, East Kent: 10 % of the combined budget by year two.
    """
    share = m.instance.figure("minimum_saving")[s]
    opens = m.sets.opened(s, h)
    joins = [j for c in m.sets.members.get((s, h), ()) for j in m.sets.joined(c, s, h)]
    margin = [_margin(m, c, s, h, share) for c, *_ in joins] + [_margin(m, h, s, h, share)] * len(opens)
    rates, purchases = saving_at_full_membership(m, (s, h))
    return (0, linear(margin + rates, [*(m.joins[j] for j in joins), *(m.opens[o] for o in opens), *purchases]), None)


def _margin(m: Any, c: str, s: str, h: str, share: float) -> float:
    """What a council adds to the partnership's margin over the rule, thousand GBP a year."""
    return float(m.second_year[c, s, h] - share * m.instance.baselines[c, s].annual_cost) / THOUSAND
