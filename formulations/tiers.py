"""Tiers: joint purchasing earns the rate of the highest step that the members' procured spend reaches, on all of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formulations.sets import Partnership
from formulations.terms import THOUSAND, linear

Epoch = tuple[str, str, int]
"""(s, h, e): a partnership and a stretch of time; e = -1 is full membership at base-year baselines, for minimum_saving."""
FULL = -1
HALF_PENNY = 0.005
"""Spend this close below a step has reached it, GBP."""


def tier_epochs(m: Any) -> list[Epoch]:
    """Partnerships with purchasing and the stretches of time in which their spend can differ."""
    found = []
    saving_rule = m.instance.figure("minimum_saving")
    for s, h in m.sets.partnerships:
        purchasing = m.priced.purchasing.get(s)
        if purchasing is None or max_spend(m, s, h) < _first_paying(purchasing):
            continue
        found += [(s, h, e) for e in range(len(purchasing.epochs)) if m.sets.opened(s, h, purchasing.epochs[e])]
        if s in saving_rule and _needs_full(purchasing):
            found.append((s, h, FULL))
    return found


def _first_paying(purchasing: Any) -> float:
    """Least volume at which a rate above 0 holds, allowing for growth."""
    paying = [volume for volume, rate in zip(purchasing.from_volume, purchasing.rate, strict=True) if rate > 0]
    return min(paying) / max(purchasing.growth) if paying else float("inf")


def _needs_full(purchasing: Any) -> bool:
    """Whether full membership at base-year baselines is not what the last epoch is."""
    return bool(purchasing.growth[-1] != 1.0)


def full_epoch(m: Any, s: str, h: str) -> Epoch:
    """The epoch whose spend is that of full membership at base-year baselines."""
    purchasing = m.priced.purchasing[s]
    return (s, h, FULL if _needs_full(purchasing) else len(purchasing.epochs) - 1)


def max_spend(m: Any, s: str, h: str) -> float:
    """Procured spend if all who may join do, GBP a year."""
    baselines = m.instance.baselines
    return float(sum(baselines[c, s].procured_cost for c in (h, *m.sets.members.get((s, h), ()))))


def closing_tranche(m: Any, s: str, e: int) -> int | None:
    """Tranche up to which those who joined are live in an epoch; None means all."""
    return None if e == FULL else m.priced.purchasing[s].epochs[e]


def steps(m: Any, s: str, h: str, e: int) -> list[int]:
    """Steps with a rate above 0 that the partnership can reach, as positions in the table of tiers."""
    purchasing = m.priced.purchasing[s]
    growth = 1.0 if e == FULL else purchasing.growth[e]
    most = max_spend(m, s, h) * growth
    return [t for t, (volume, rate) in enumerate(zip(purchasing.from_volume, purchasing.rate, strict=True)) if rate > 0 and volume <= most]


def tier_steps(m: Any) -> list[tuple[str, str, int, int]]:
    """(s, h, e, t): steps that can be reached."""
    return [(s, h, e, t) for s, h, e in m.tier_epochs for t in steps(m, s, h, e)]


def _opens(m: Any, s: str, h: str, e: int) -> list[Any]:
    return [m.opens[o] for o in m.sets.opened(s, h, closing_tranche(m, s, e))]


def tier_one_step_rule(m: Any, s: str, h: str, e: int) -> Any:
    """A partnership that has opened stands on one step at most.

    sum[t] reach[s,h,e,t] <= sum[k <= closing(e)] open[s,h,k]

    Units: steps. Source: all-units discount; model.md, section 3.
    """
    reach = [m.reach[s, h, e, t] for t in steps(m, s, h, e)]
    opens = _opens(m, s, h, e)
    return (None, linear([1.0] * len(reach) + [-1.0] * len(opens), reach + opens), 0)


def buyers(m: Any, s: str, h: str, e: int) -> list[str]:
    """Councils with procured spend that can be live in the partnership by an epoch, the host first."""
    baselines, last = m.instance.baselines, closing_tranche(m, s, e)
    members = [h, *(c for c in m.sets.members.get((s, h), ()) if m.sets.joined(c, s, h, last))]
    return [c for c in members if baselines[c, s].procured_cost > 0]


def tier_buyers(m: Any) -> list[tuple[str, str, str, int]]:
    """(c, s, h, e): who can buy through which partnership in which epoch."""
    return [(c, s, h, e) for s, h, e in m.tier_epochs for c in buyers(m, s, h, e)]


def tier_purchases(m: Any) -> list[tuple[str, str, str, int, int]]:
    """(c, s, h, e, t): the same, on each step that can be reached."""
    return [(c, s, h, e, t) for c, s, h, e in tier_buyers(m) for t in steps(m, s, h, e)]


def tier_spend_rule(m: Any, c: str, s: str, h: str, e: int) -> Any:
    """A council buys no more than all of its spend, on all steps together, and nothing before it is live.

    sum[t] buy[c,s,h,e,t] <= sum[k <= closing(e)] join[c,s,h,k], or open[s,h,k] if c is the host

    Units: share of the council's procured cost.
    """
    bought = [m.buy[c, s, h, e, t] for t in steps(m, s, h, e)]
    live = _opens(m, s, h, e) if c == h else [m.joins[j] for j in m.sets.joined(c, s, h, closing_tranche(m, s, e))]
    return (None, linear([1.0] * len(bought) + [-1.0] * len(live), bought + live), 0)


def tier_reached_rule(m: Any, s: str, h: str, e: int, t: int) -> Any:
    """A step is stood on only with its spend.

    sum[c] procured_cost[c,s] * buy[c,s,h,e,t] >= from_volume[s,t] / growth[e] * reach[s,h,e,t]

    Units: thousand GBP a year at base-year baselines. Rates never fall with volume, so no upper end is needed: the best step
    reached is taken.
    """
    purchasing = m.priced.purchasing[s]
    growth = 1.0 if e == FULL else purchasing.growth[e]
    least = purchasing.from_volume[t] / growth / THOUSAND
    councils = buyers(m, s, h, e)
    spend = [m.instance.baselines[c, s].procured_cost / THOUSAND for c in councils]
    return (0, linear([*spend, -least], [*(m.buy[c, s, h, e, t] for c in councils), m.reach[s, h, e, t]]), None)


def tier_only_there_rule(m: Any, c: str, s: str, h: str, e: int, t: int) -> Any:
    """Nobody buys on a step that is not stood on.

    buy[c,s,h,e,t] <= reach[s,h,e,t]

    One row for each council: a fraction of a step then has no more than that fraction of each council's spend to be reached
    with, which a single row for the partnership's spend does not say. Units: share of the council's procured cost.
    """
    return (None, linear([1.0, -1.0], [m.buy[c, s, h, e, t], m.reach[s, h, e, t]]), 0)


def purchasing_terms(m: Any) -> tuple[list[float], list[Any]]:
    """Present value of purchasing: weight[e] * rate[t] for each thousand GBP of spend."""
    coefficients, variables = [], []
    for c, s, h, e, t in m.TIER_PURCHASES:
        if e != FULL:
            purchasing = m.priced.purchasing[s]
            spend = m.instance.baselines[c, s].procured_cost / THOUSAND
            coefficients.append(purchasing.weight[e] * purchasing.rate[t] * spend)
            variables.append(m.buy[c, s, h, e, t])
    return coefficients, variables


def saving_at_full_membership(m: Any, partnership: Partnership) -> tuple[list[float], list[Any]]:
    """Purchasing saving of a partnership at full membership, thousand GBP a year."""
    s, h = partnership
    if m.priced.purchasing.get(s) is None:
        return [], []
    epoch = full_epoch(m, s, h)
    if epoch not in m.tier_epoch_set:
        return [], []
    rate = m.priced.purchasing[s].rate
    found = [(c, t) for c in buyers(m, *epoch) for t in steps(m, *epoch)]
    return [rate[t] * m.instance.baselines[c, s].procured_cost / THOUSAND for c, t in found], [m.buy[(c, *epoch, t)] for c, t in found]


def settle(m: Any, values: Mapping[str, float]) -> dict[str, float]:
    """The values with each partnership's purchasing put on the best step that its members' spend reaches.

    A solver that stops within a gap may hold an incumbent that leaves a step unclaimed. The decisions stay; every row
    still holds, and the objective is now what the decisions are worth.
    """
    settled = dict(values)
    baselines = m.instance.baselines
    for s, h, e in m.tier_epochs:
        last = closing_tranche(m, s, e)
        taken = {j[0] for c in m.sets.members.get((s, h), ()) for j in m.sets.joined(c, s, h, last) if values[m.joins[j].name] > 0.5}
        taken |= {h for o in m.sets.opened(s, h, last) if values[m.opens[o].name] > 0.5}
        bought = sum(baselines[c, s].procured_cost for c in sorted(taken))
        growth = 1.0 if e == FULL else m.priced.purchasing[s].growth[e]
        reachable = steps(m, s, h, e)
        reached = [t for t in reachable if m.priced.purchasing[s].from_volume[t] / growth <= bought + HALF_PENNY]
        for t in reachable:
            here = bool(reached) and t == reached[-1]
            settled[m.reach[s, h, e, t].name] = float(here)
            for c in buyers(m, s, h, e):
                settled[m.buy[c, s, h, e, t].name] = float(here and c in taken)
    return settled
