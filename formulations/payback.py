"""Rule payback: a partnership has earned its cost within some years of its opening."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from formulations.terms import THOUSAND, linear, variables
from formulations.tiers import purchasing_terms
from instances import LIVE

Array = NDArray[np.float64]
ROUNDING = 1e-9
"""A part of a period below this is none."""


def window(m: Any, s: str, k: int) -> Array:
    """Part of each period that lies within the years of the rule after an opening in tranche k, shape (periods,)."""
    calendar = m.instance.calendar
    years = m.instance.figure("payback")[s]
    since = (np.arange(calendar.periods) - k) * calendar.period_years
    part: Array = np.where(since >= 0, np.clip((years - since) / calendar.period_years, 0.0, 1.0), 0.0)
    return part


def positions(m: Any) -> dict[tuple[str, int], Array]:
    """Undiscounted position of each move within the window of each service and opening, thousand GBP, shape (moves,)."""
    found, on = {}, m.instance.figure("payback")
    one_off, tranche = m.priced.moves["one_off"].to_numpy(), np.maximum(m.priced.moves["tranche"].to_numpy(), 0)
    for s, k in sorted({(s, k) for s, _, _, k in m.sets.opens if s in on and k != LIVE}):
        part = window(m, s, k)
        running = m.priced.running(part * m.instance.calendar.period_years)
        found[s, k] = (running - one_off * (part[tranche] > ROUNDING)) / THOUSAND
    return found


def payback_index(m: Any) -> list[tuple[str, str, str, int]]:
    """Openings of services for which the rule is on; a partnership that is live already is not judged."""
    on = m.instance.figure("payback")
    return [o for o in m.sets.opens if o[0] in on and o[-1] != LIVE]


def payback_rule(m: Any, s: str, h: str, v: str, k: int) -> Any:
    """A partnership that opens in tranche k has earned its cost by the end of the window.

    sum[c, t >= k] position[c,t|k] * join[c,s,h,v,t] + position[h,k|k] * open[s,h,v,k] + purchasing within the window
        + sum[t != k] shortfall[t|k] * open[s,h,v,t] >= 0
        where position[c,t|k] is the undiscounted position, one-offs included, of a move in tranche t in the window of k,
        and shortfall[t|k] is the worst that the members of a partnership that opens in tranche t instead could add up to

    Without the partnership all terms are 0. Units: thousand GBP. Source: South and Vale, a little over three years.
    """
    position, sets = m.payback_positions[s, k], m.sets
    joins = [j for j in sets.joins_of(s, h, v) if j[-1] >= k]
    coefficients = [float(position[sets.join_row[j]]) for j in joins]
    others = [o for o in sets.opened(s, h, v) if o[-1] != k]
    slack = [_shortfall(joins, coefficients, max(k, o[-1])) for o in others]
    own = float(position[sets.open_row[s, h, v, k]])
    weight = window(m, s, k) * m.instance.calendar.period_years
    rates, purchases = purchasing_terms(m, weight, m.purchases_of.get((s, h, v), ()))
    found = [*variables(m, joins, [(s, h, v, k), *others]), *purchases]
    return (0, linear([*coefficients, own, *slack, *rates], found), None)


def _shortfall(joins: list[Any], coefficients: list[float], first: int) -> float:
    """The worst that members who join in tranche `first` or later can add up to, as a positive amount."""
    worst: dict[str, float] = {}
    for j, value in zip(joins, coefficients, strict=True):
        if j[-1] >= first:
            worst[j[0]] = max(worst.get(j[0], 0.0), -value)
    return sum(worst.values())
