"""Tiers: joint purchasing earns the rate of the highest step that the members' procured spend reaches, on all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from numpy.typing import NDArray

from formulations.sets import Partnership
from formulations.terms import THOUSAND, linear, variables
from instances.ends import coverage

Epoch = tuple[str, str, str, int]
"""(s, h, v, e): a partnership and a stretch of time; e = -1 is full membership at base-year baselines, for minimum_saving."""
FULL = -1
HALF_PENNY = 0.005
"""Spend this close below a step has reached it, GBP."""


def tier_epochs(m: Any) -> list[Epoch]:
    """Partnerships with purchasing and the stretches of time in which their spend can differ."""
    found = []
    saving_rule = m.instance.figure("minimum_saving")
    for s, h, v in m.sets.partnerships:
        purchasing = m.priced.purchasing.get(s)
        if purchasing is None:
            continue
        every = [e for e in range(len(purchasing.epochs)) if m.sets.opened(s, h, v, purchasing.epochs[e]) and _alive(m, h, h, s, e)]
        every += [FULL] if s in saving_rule and not purchasing.base_year_last else []
        found += [(s, h, v, e) for e in every if steps(m, s, h, v, e)]
    return found


def _alive(m: Any, c: str, h: str, s: str, e: int) -> bool:
    """Whether neither a council nor its host has ceased when an epoch begins; full membership asks for none of it."""
    end = m.priced.end(c, h)
    return e == FULL or end is None or end > m.priced.purchasing[s].spans[e][0] * m.instance.calendar.period_months


def full_epoch(m: Any, s: str, h: str, v: str) -> Epoch:
    """The epoch whose spend is that of full membership at base-year baselines."""
    purchasing = m.priced.purchasing[s]
    return (s, h, v, len(purchasing.epochs) - 1 if purchasing.base_year_last else FULL)


def growth(m: Any, s: str, e: int) -> float:
    """Growth factor of an epoch; full membership is at base-year baselines."""
    return 1.0 if e == FULL else float(m.priced.purchasing[s].growth[e])


def closing_tranche(m: Any, s: str, e: int) -> int | None:
    """Tranche up to which those who joined are live in an epoch; None means all."""
    return None if e == FULL else m.priced.purchasing[s].epochs[e]


def steps(m: Any, s: str, h: str, v: str, e: int) -> list[int]:
    """Steps with a rate above 0 that the partnership can reach, as positions in the table of tiers."""
    purchasing = m.priced.purchasing[s]
    most = sum(m.instance.baselines[c, s].procured_cost for c in buyers(m, s, h, v, e)) * growth(m, s, e) + HALF_PENNY
    return [t for t, (volume, rate) in enumerate(zip(purchasing.from_volume, purchasing.rate, strict=True)) if rate > 0 and volume <= most]


def tier_steps(m: Any) -> list[tuple[str, str, str, int, int]]:
    """(s, h, v, e, t): steps that can be reached."""
    return [(*epoch, t) for epoch in m.tier_epochs for t in steps(m, *epoch)]


def _opens(m: Any, s: str, h: str, v: str, e: int) -> list[Any]:
    return variables(m, (), m.sets.opened(s, h, v, closing_tranche(m, s, e)))


def tier_one_step_rule(m: Any, s: str, h: str, v: str, e: int) -> Any:
    """A partnership that has opened stands on one step at most.

    sum[t] reach[s,h,v,e,t] <= sum[k <= closing(e)] open[s,h,v,k]

    Units: steps. Source: all-units discount; model.md, section 3.
    """
    reach = [m.reach[s, h, v, e, t] for t in steps(m, s, h, v, e)]
    opens = _opens(m, s, h, v, e)
    return (None, linear([1.0] * len(reach) + [-1.0] * len(opens), reach + opens), 0)


def buyers(m: Any, s: str, h: str, v: str, e: int) -> list[str]:
    """Councils with procured spend that can be live in the partnership in an epoch, the host first."""
    baselines, last = m.instance.baselines, closing_tranche(m, s, e)
    members = [h, *(c for c in m.sets.members.get((s, h, v), ()) if m.sets.joined(c, s, h, v, last))]
    return [c for c in members if baselines[c, s].procured_cost > 0 and _alive(m, c, h, s, e)]


def tier_buyers(m: Any) -> list[tuple[str, str, str, str, int]]:
    """(c, s, h, v, e): who can buy through which partnership in which epoch."""
    return [(c, *epoch) for epoch in m.tier_epochs for c in buyers(m, *epoch)]


def tier_purchases(m: Any) -> list[tuple[str, str, str, str, int, int]]:
    """(c, s, h, v, e, t): the same, on each step that can be reached."""
    return [(*buyer, t) for buyer in tier_buyers(m) for t in steps(m, *buyer[1:])]


def tier_spend_rule(m: Any, c: str, s: str, h: str, v: str, e: int) -> Any:
    """A council buys no more than all of its spend, on all steps together, and nothing before it is live.

    sum[t] buy[c,s,h,v,e,t] <= sum[k <= closing(e)] join[c,s,h,v,k], or open[s,h,v,k] if c is the host

    Units: share of the council's procured cost.
    """
    bought = [m.buy[c, s, h, v, e, t] for t in steps(m, s, h, v, e)]
    live = _opens(m, s, h, v, e) if c == h else variables(m, m.sets.joined(c, s, h, v, closing_tranche(m, s, e)))
    return (None, linear([1.0] * len(bought) + [-1.0] * len(live), bought + live), 0)


def tier_reached_rule(m: Any, s: str, h: str, v: str, e: int, t: int) -> Any:
    """A step is stood on only with its spend.

    sum[c] procured_cost[c,s] * buy[c,s,h,v,e,t] >= from_volume[s,t] / growth[e] * reach[s,h,v,e,t]

    Units: thousand GBP a year at base-year baselines. Rates never fall with volume, so no upper end is needed: the best step
    reached is taken.
    """
    least = m.priced.purchasing[s].from_volume[t] / growth(m, s, e) / THOUSAND
    councils = buyers(m, s, h, v, e)
    spend = [m.instance.baselines[c, s].procured_cost / THOUSAND for c in councils]
    return (0, linear([*spend, -least], [*(m.buy[c, s, h, v, e, t] for c in councils), m.reach[s, h, v, e, t]]), None)


def tier_only_there_rule(m: Any, c: str, s: str, h: str, v: str, e: int, t: int) -> Any:
    """Nobody buys on a step that is not stood on.

    buy[c,s,h,v,e,t] <= reach[s,h,v,e,t]

    One row for each council: a fraction of a step then has no more than that fraction of each council's spend to be reached
    with, which a single row for the partnership's spend does not say. Units: share of the council's procured cost.
    """
    return (None, linear([1.0, -1.0], [m.buy[c, s, h, v, e, t], m.reach[s, h, v, e, t]]), 0)


def purchase_value(m: Any, weight: NDArray[Any]) -> Callable[[str, str, str, int], float]:
    """What a pound a year of saving by joint purchasing comes to in an epoch, for (c, s, h, e), given a weight for each period."""

    @cache
    def by_end(service: str, end: int | None) -> tuple[float, ...]:
        found: tuple[float, ...] = m.priced.purchasing[service].weights(weight, coverage(m.instance.calendar, end))
        return found

    def value(c: str, s: str, h: str, e: int) -> float:
        return by_end(s, m.priced.end(c, h))[e]

    return value


def purchasing_terms(m: Any, weight: NDArray[Any], purchases: Any = None) -> tuple[list[float], list[Any]]:
    """Purchasing in thousand GBP: weight[c,h,e] * rate[t] * procured_cost[c,s] for each purchase; of all councils unless some are given."""
    coefficients, found = [], []
    value = purchase_value(m, weight)
    for purchase in m.TIER_PURCHASES if purchases is None else purchases:
        c, s, h, _, e, t = purchase
        if e != FULL:
            spend = m.instance.baselines[c, s].procured_cost / THOUSAND
            coefficients.append(value(c, s, h, e) * m.priced.purchasing[s].rate[t] * spend)
            found.append(m.buy[purchase])
    return coefficients, found


def saving_at_full_membership(m: Any, partnership: Partnership) -> tuple[list[float], list[Any]]:
    """Purchasing saving of a partnership at full membership, thousand GBP a year."""
    s = partnership[0]
    if m.priced.purchasing.get(s) is None:
        return [], []
    epoch = full_epoch(m, *partnership)
    if epoch not in m.tier_epoch_set:
        return [], []
    rate = m.priced.purchasing[s].rate
    found = [(c, t) for c in buyers(m, *epoch) for t in steps(m, *epoch)]
    return [rate[t] * m.instance.baselines[c, s].procured_cost / THOUSAND for c, t in found], [m.buy[(c, *epoch, t)] for c, t in found]


def settle(m: Any, values: Mapping[str, float]) -> dict[str, float]:
    """The values with each partnership's purchasing put on the best step that its members' spend reaches.

    A solver that stops within a gap may hold an incumbent that leaves a step unclaimed. The decisions stay; every row
    still holds, since more is saved and nothing else changes, and the objective is now what the decisions are worth.
    """
    settled = dict(values)
    baselines = m.instance.baselines
    for s, h, v, e in m.tier_epochs:
        last, able = closing_tranche(m, s, e), buyers(m, s, h, v, e)
        taken = {c for c in able if c != h and any(values[m.joins[j].name] > 0.5 for j in m.sets.joined(c, s, h, v, last))}
        taken |= {h for o in m.sets.opened(s, h, v, last) if h in able and values[m.opens[o].name] > 0.5}
        bought = sum(baselines[c, s].procured_cost for c in sorted(taken))
        reachable = steps(m, s, h, v, e)
        volumes = m.priced.purchasing[s].from_volume
        reached = [t for t in reachable if taken and volumes[t] / growth(m, s, e) <= bought + HALF_PENNY]
        for t in reachable:
            here = bool(reached) and t == reached[-1]
            settled[m.reach[s, h, v, e, t].name] = float(here)
            for c in able:
                settled[m.buy[c, s, h, v, e, t].name] = float(here and c in taken)
    return settled
