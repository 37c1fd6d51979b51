"""Rule minimum_saving: a partnership saves a stated share of its members' baseline in the second year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from formulations.pricing import Priced
from formulations.sets import Partnership
from formulations.terms import THOUSAND, linear, variables
from formulations.tiers import saving_at_full_membership

Array = NDArray[np.float64]


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
    sets, margin = m.sets, m.margins
    joins, opens = sets.joins_of(s, h, v), sets.opened(s, h, v)
    own = [float(margin[sets.join_row[j]]) for j in joins] + [float(margin[sets.open_row[o]]) for o in opens]
    rates, purchases = saving_at_full_membership(m, (s, h, v))
    return (0, linear(own + rates, [*variables(m, joins, opens), *purchases]), None)


def margins(priced: Priced) -> Array:
    """What each move adds to its partnership's margin over the rule, thousand GBP a year, shape (moves,); 0 where the rule is off.

    second_year - minimum_saving[s] * annual_cost[c,s]
    """
    on, moves = priced.instance.figure("minimum_saving"), priced.moves
    codes, services = pd.factorize(moves["service"])
    share = np.array([on.get(str(s), np.nan) for s in services], dtype=float)[codes]
    margin: Array = (moves["second_year"].to_numpy() - share * moves["annual_cost"].to_numpy()) / THOUSAND
    return np.nan_to_num(margin, nan=0.0)
