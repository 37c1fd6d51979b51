"""Tiers: joint purchasing earns the rate of the highest step that the members' procured spend reaches, on all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from numpy.typing import NDArray

from formulations.buyers import FULL, HALF_PENNY, Epoch, closing_tranche, full_epoch, growth
from formulations.sets import Partnership
from formulations.terms import THOUSAND, linear, variables
from instances.ends import coverage


def tier_epochs(m: Any) -> list[Epoch]:
    """(s, h, v, e): partnerships with purchasing and the stretches of time in which their spend can differ."""
    return list(m.buyers)


def tier_steps(m: Any) -> list[tuple[str, str, str, int, int]]:
    """(s, h, v, e, t): steps that can be reached."""
    return [(*epoch, t) for epoch, buyers in m.buyers.items() for t in buyers.steps]


def tier_buyers(m: Any) -> list[tuple[str, str, str, str, int]]:
    """(c, s, h, v, e): who can buy through which partnership in which epoch."""
    return [(c, *epoch) for epoch, buyers in m.buyers.items() for c in buyers.councils]


def tier_purchases(m: Any) -> list[tuple[str, str, str, str, int, int]]:
    """(c, s, h, v, e, t): the same, on each step that can be reached with them."""
    return [(c, *epoch, t) for epoch, buyers in m.buyers.items() for t, councils in buyers.steps.items() for c in councils]


def _opens(m: Any, s: str, h: str, v: str, e: int) -> list[Any]:
    return variables(m, (), m.sets.opened(s, h, v, closing_tranche(m, s, e)))


def tier_one_step_rule(m: Any, s: str, h: str, v: str, e: int) -> Any:
    """A partnership that has opened stands on one step at most.

    sum[t] reach[s,h,v,e,t] <= sum[k <= closing(e)] open[s,h,v,k]

    Units: steps. Source: all-units discount; model.md, section 3.
    """
    reach = [m.reach[s, h, v, e, t] for t in m.buyers[s, h, v, e].steps]
    opens = _opens(m, s, h, v, e)
    return (None, linear([1.0] * len(reach) + [-1.0] * len(opens), reach + opens), 0)


def tier_spend_rule(m: Any, c: str, s: str, h: str, v: str, e: int) -> Any:
    """A council buys no more than all of its spend, on all steps together, and nothing before it is live.

    sum[t] buy[c,s,h,v,e,t] <= sum[k <= closing(e)] join[c,s,h,v,k], or open[s,h,v,k] if c is the host

    Units: share of the council's procured cost.
    """
    bought = [m.buy[c, s, h, v, e, t] for t, councils in m.buyers[s, h, v, e].steps.items() if c in councils]
    live = _opens(m, s, h, v, e) if c == h else variables(m, m.sets.joined(c, s, h, v, closing_tranche(m, s, e)))
    return (None, linear([1.0] * len(bought) + [-1.0] * len(live), bought + live), 0)


def tier_reached_rule(m: Any, s: str, h: str, v: str, e: int, t: int) -> Any:
    """A step is stood on only with its spend, the host's own first.

    sum[c not h] min(procured_cost[c,s], least) * buy[c,s,h,v,e,t] >= least * reach[s,h,v,e,t]
        where least = from_volume[s,t] / growth[e] - procured_cost[h,s], nothing if the host's own is enough

    The host is there with all its spend wherever a step is stood on, so the rest has to come from the others, and one
    whose spend is more than that counts as that: the same plans, a tighter relaxation. Rates never fall with volume, so no
    upper end is needed: the best step reached is taken. Units: thousand GBP a year at base-year baselines. Source: coefficient
    reduction, Savelsbergh (1994), ORSA Journal on Computing 6, 445-454.
    """
    councils = m.buyers[s, h, v, e].steps[t]
    own = m.instance.baselines[h, s].procured_cost if h in councils else 0.0
    least = m.priced.purchasing[s].from_volume[t] / growth(m, s, e) - own
    least = 0.0 if least <= HALF_PENNY else least
    others = [c for c in councils if c != h] if least else []
    spend = [min(m.instance.baselines[c, s].procured_cost, least) / THOUSAND for c in others]
    reach = [m.reach[s, h, v, e, t]] if least else []
    return (0, linear([*spend, *(-least / THOUSAND for _ in reach)], [*(m.buy[c, s, h, v, e, t] for c in others), *reach]), None)


def tier_only_there_index(m: Any) -> list[tuple[str, str, str, int, int, int]]:
    """(s, h, v, e, t, number): steps that can be reached, and groups with anybody who can buy there."""
    return [
        (*epoch, t, number)
        for epoch, buyers in m.buyers.items()
        for t, councils in buyers.steps.items()
        for number, group in enumerate(buyers.groups)
        if not set(councils).isdisjoint(group)
    ]


def tier_only_there_rule(m: Any, s: str, h: str, v: str, e: int, t: int, number: int) -> Any:
    """Of councils that cannot be together at most one buys on a step, and nobody on a step that is not stood on.

    sum[c in group] buy[c,s,h,v,e,t] <= reach[s,h,v,e,t]

    Rows by group and not for the partnership: a fraction of a step then has no more than that fraction of each council's spend,
    and of one council's of those that cannot be together, to be reached with. Units: share of the council's procured cost.
    """
    buyers = m.buyers[s, h, v, e]
    bought = [m.buy[c, s, h, v, e, t] for c in buyers.groups[number] if c in buyers.steps[t]]
    return (None, linear([1.0] * len(bought) + [-1.0], [*bought, m.reach[s, h, v, e, t]]), 0)


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
    """Purchasing saving of a partnership at full membership, thousand GBP a year; none where purchases are no variables."""
    s = partnership[0]
    if m.priced.purchasing.get(s) is None or not m.TIER_PURCHASES:
        return [], []
    epoch = full_epoch(m, partnership)
    rate = m.priced.purchasing[s].rate
    found = [(c, t) for t, councils in m.buyers[epoch].steps.items() for c in councils] if epoch in m.buyers else []
    return [rate[t] * m.instance.baselines[c, s].procured_cost / THOUSAND for c, t in found], [m.buy[(c, *epoch, t)] for c, t in found]


def settle(m: Any, values: Mapping[str, float]) -> dict[str, float]:
    """The values with each partnership's purchasing put on the best step that its members' spend reaches.

    A solver that stops within a gap may hold an incumbent that leaves a step unclaimed. The decisions stay; every row
    still holds, since more is saved and nothing else changes, and the objective is now what the decisions are worth.
    """
    settled = dict(values)
    for epoch, buyers in m.buyers.items():
        s, e, taken = epoch[0], epoch[3], _live(m, values, *epoch)
        bought = sum(m.instance.baselines[c, s].procured_cost for c in sorted(taken))
        volumes = m.priced.purchasing[s].from_volume
        reached = [t for t in buyers.steps if taken and volumes[t] <= bought * growth(m, s, e) + HALF_PENNY]
        for t, councils in buyers.steps.items():
            here = bool(reached) and t == reached[-1]
            settled[m.reach[(*epoch, t)].name] = float(here)
            for c in councils:
                settled[m.buy[(c, *epoch, t)].name] = float(here and c in taken)
    return settled


def _live(m: Any, values: Mapping[str, float], s: str, h: str, v: str, e: int) -> set[str]:
    """The buyers that a solution has live in an epoch."""
    last, able = closing_tranche(m, s, e), m.buyers[s, h, v, e].councils
    found = {c for c in able if c != h and any(values[m.joins[j].name] > 0.5 for j in m.sets.joined(c, s, h, v, last))}
    return found | {h for o in m.sets.opened(s, h, v, last) if h in able and values[m.opens[o].name] > 0.5}
