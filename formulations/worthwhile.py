"""Partnerships that can never pay are left out of the model.

Take any feasible plan with a partnership (s, h) whose value is negative. Without it the plan is worth more. It is still
feasible if nobody in it is bound to be: every rule of this version is about one partnership, or limits from above how much
there is of something (partnerships, go-lives), so taking a whole partnership out breaks none of them. So some best plan has no
partnership whose value cannot be positive. An upper bound of a partnership's value:

    max[k] npv[h,s,h,k] + purchasing[h]  +  sum over the best (maximum - 1) members of max(0, max[k] npv[c,s,h,k] + purchasing[c])

with purchasing[c] = procured_cost[c,s] * (highest rate of s) * sum[e] weight[s,e], since spend never earns more than the highest
rate in every epoch. Commitments bind: partnerships of a council that is to host, of a host that somebody is to join, of what
is live, and of services in which two councils are to be together stay in.
"""

from __future__ import annotations

import pandas as pd

from formulations.pricing import Priced
from formulations.sets import Partnership


def worthwhile(priced: Priced) -> set[Partnership]:
    """(s, h) of the partnerships that can pay, or that a commitment may demand."""
    moves = priced.moves
    if moves.empty:
        return set()
    best = moves.groupby(["service", "host", "council"], sort=False, as_index=False).agg(
        npv=("npv", "max"), procured_cost=("procured_cost", "first")
    )
    earned = {s: max(p.rate) * sum(p.weight) for s, p in priced.purchasing.items()}
    best["value"] = best["npv"] + best["procured_cost"] * best["service"].map(earned).fillna(0.0)
    hosting = best["council"] == best["host"]
    own = best[hosting].set_index(["service", "host"])["value"]
    joining = best[~hosting & (best["value"] > 0)].sort_values("value", ascending=False, kind="stable")
    most = joining["service"].map({s: most for s, (_, most) in priced.instance.partnership_size().items() if most is not None})
    rank = joining.groupby(["service", "host"], sort=False).cumcount() + 1
    counted = joining[most.isna() | (rank < most)]
    bound = own.add(counted.groupby(["service", "host"])["value"].sum(), fill_value=0.0).reindex(own.index)
    return {(str(s), str(h)) for s, h in bound.index[bound > 0]} | _demanded(priced, own.index)


def _demanded(priced: Priced, partnerships: pd.Index) -> set[Partnership]:
    """Partnerships that a commitment may demand."""
    choices = priced.graph.decided
    named = {(s, c) for c, s in choices.hosts} | {(s, h) for (_, s), hosts in choices.shares_with.items() for h in hosts}
    named |= {(s, host) for (_, s), (host, _) in choices.live.items()}
    whole = {s for _, _, s in choices.together}
    return {(str(s), str(h)) for s, h in partnerships if (s, h) in named or s in whole}
