"""Joins that lose by themselves: a partnership with more members than it needs is better off without them.

Take any feasible plan in which council c joins (s, h, v) in tranche t. If the partnership has more members than the least that it
needs, the plan without c's move is still feasible, and worth more by at least

    - join[c,t] - what the partnership earns less on purchasing

If it has just the least, the plan without the whole partnership is worth more (see `worthwhile`) as long as

    max[k <= t] (open[k] + the best (least - 2) other members from k on) + join[c,t]  <  0

Where both are more than a penny, no plan that is as good as the best to half a penny makes the move: all such moves go at once.
A member may be taken out only where no commitment and no rule asks for what it gives. That is so but for the partnerships of
`demands.sought`, and for services under contiguity (others may be linked through c) and payback (c may pay back though it is worth
less than nothing in the objective). Under minimum_saving c must not add to the partnership's margin:

    second_year[c,s,h,v] - minimum_saving[s] * annual_cost[c,s] + what c adds to purchasing a year  <=  0

Rules about pairs, sizes, capacities, limits and partners are about at most so much of something: with one member less, they hold
all the more. Options and other services are not touched; what a council is asked to host, the host's own move, stays.
"""

from __future__ import annotations

import numpy as np

from formulations.presolve.demands import sought
from formulations.presolve.ledger import PENNY, Floats, Ledger, Mask
from formulations.presolve.purchasing import added_by_spend, added_from


def loses(ledger: Ledger) -> Mask:
    """Joins that no plan worth having makes, shape (moves,)."""
    added = added_by_spend(ledger)
    given_up = ledger.value + added_from(ledger)
    opened = ledger.opening + ledger.together(ledger.least - 2)
    smallest = np.maximum.accumulate(opened, axis=1)[ledger.partnership] + ledger.worth
    kept = sought(ledger) | ledger.hosting | _helps(ledger, added)
    return (ledger.moves(given_up) < -PENNY) & (ledger.moves(smallest) < -PENNY) & ~kept[ledger.row]


def _helps(ledger: Ledger, added: Floats) -> Mask:
    """Rows of members who may help their partnership to keep a rule, shape (rows,)."""
    instance, moves = ledger.priced.instance, ledger.priced.moves
    helps = np.zeros(len(ledger.partnership), dtype=bool)
    for s in {*instance.contiguity(), *instance.figure("payback")} & ledger.service.keys():
        helps |= ledger.service[s]
    second_year, annual_cost = np.zeros(len(helps)), np.zeros(len(helps))
    second_year[ledger.row], annual_cost[ledger.row] = moves["second_year"], moves["annual_cost"]
    for s, share in instance.figure("minimum_saving").items():
        if s in ledger.service:
            helps |= ledger.service[s] & (second_year - share * annual_cost + added > 0)
    return helps
