"""Partnerships that can never pay are left out of the model.

Take any feasible plan with a partnership (s, h, v) whose value is negative. Without it the plan is worth more. It is still
feasible if nobody in it is bound to be and no rule asks for what it gives: rules about one partnership, and rules that limit
from above how much there is of something, are not broken by taking a whole partnership out. So some best plan has no
partnership whose value cannot be positive. An upper bound of a partnership's value, in terms of the objective:

    max[k] value[h,s,h,v,k] + purchasing[h]  +  sum over the best (maximum - 1) members of max(0, max[k] value[c,s,h,v,k] + purchasing[c])

with purchasing[c] = procured_cost[c,s] * (highest rate of s) * sum[e] weight[s,e], since spend never earns more than the highest
rate in every epoch. Commitments bind: partnerships of a council that is to host, of a host that somebody is to join, of what
is live, and of services in which two councils are to be together stay in. So do all partnerships under rules that ask for
something which a losing partnership can give (minimum_total_saving, no_council_worse_off, each_hosts; investment_limit where
some one-off is an income), the services that a sequence waits for, and those of a bundle.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formulations.pricing import Priced
from formulations.sets import Partnership

ASKING = ("minimum_total_saving", "no_council_worse_off", "each_hosts")
"""Rules that a partnership without value of its own may help to keep."""


def worthwhile(priced: Priced, value: NDArray[np.float64], weight: NDArray[np.float64]) -> set[Partnership]:
    """(s, h, v) of the partnerships that can pay, or that a commitment or a rule may demand.

    Args:
        priced: The priced instance.
        value: Objective of each move, GBP, shape (moves,).
        weight: What a pound a year of purchasing counts in each period in the objective, shape (periods,).
    """
    moves = priced.moves[["service", "host", "vehicle", "council", "procured_cost"]].assign(value=value)
    if moves.empty:
        return set()
    keys = ["service", "host", "vehicle"]
    best = moves.groupby([*keys, "council"], sort=False, as_index=False).agg(
        value=("value", "max"), procured_cost=("procured_cost", "first")
    )
    cover = np.ones(len(weight))
    earned = {s: max(p.rate) * sum(p.weights(weight, cover)) for s, p in priced.purchasing.items()}
    best["value"] += best["procured_cost"] * best["service"].map(earned).fillna(0.0)
    hosting = best["council"] == best["host"]
    own = best[hosting].set_index(keys)["value"]
    joining = best[~hosting & (best["value"] > 0)].sort_values("value", ascending=False, kind="stable")
    most = joining["service"].map({s: most for s, (_, most) in priced.instance.partnership_size().items() if most is not None})
    rank = joining.groupby(keys, sort=False).cumcount() + 1
    counted = joining[most.isna() | (rank < most)]
    bound = own.add(counted.groupby(keys)["value"].sum(), fill_value=0.0).reindex(own.index)
    every = [(str(s), str(h), str(v)) for s, h, v in own.index]
    paying = {partnership for partnership, worth in zip(every, bound, strict=True) if worth > 0}
    return paying | _demanded(priced, every)


def _demanded(priced: Priced, partnerships: list[Partnership]) -> set[Partnership]:
    """Partnerships that a commitment or a rule may demand."""
    rules, choices = priced.instance.rules, priced.graph.decided
    income = bool(rules.investment_limit) and bool((priced.moves["one_off"] < 0).any())
    if income or any(getattr(rules, name) not in (None, False) for name in ASKING):
        return set(partnerships)
    named = {(s, c) for c, s in choices.hosts} | {(s, h) for (_, s), hosts in choices.shares_with.items() for h in hosts}
    named |= {(s, host) for (_, s), (host, _) in choices.live.items()}
    whole = {s for _, _, s in choices.together} | {s for bundle in rules.bundle or () for s in bundle}
    for sequence in rules.sequencing or ():
        whole |= set(sequence.after or ())
        if sequence.category is not None:
            whole |= {s for s, row in priced.instance.services.items() if row.category == "back_office"}
    return {p for p in partnerships if p[:2] in named or p[0] in whole}
