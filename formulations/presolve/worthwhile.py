"""Moves that only partnerships which never pay can have.

Take any feasible plan with a partnership (s, h, v) that is worth less than nothing. Without it the plan is worth more. It is still
feasible if nobody in it is bound to be and no rule asks for what it gives (`demands.sought`): rules about one partnership, and
rules that limit from above how much there is of something, are not broken by taking a whole partnership out. So no best plan has
a partnership whose value is below 0, and a move goes if every partnership that makes it is. Upper bounds, in terms of the objective:

    opening in k     open[k] + most[k]
    join of c in t   max[k <= t] (open[k] + most[k] - best[c,k]) + join[c,t]
        best[c,k] = max(0, max[t >= k] join[c,t])        most[k]: sum of best[.,k] over the (maximum - 1) members who have most

with each council's procured spend, in every epoch from its go-live on, at the highest rate that the partnership's spend can reach. The second holds since the members
besides c are at most maximum - 2, and most[k] counts c, or else in its place somebody who has no less.

Worth less than nothing means by more than a penny, so that plans which are as good as the best to half a penny stay, all of them:
which plan is reported, and whether it is the only one, does not change.
"""

from __future__ import annotations

import numpy as np

from formulations.presolve.demands import sought
from formulations.presolve.ledger import PENNY, Ledger, Mask


def never_pays(ledger: Ledger) -> Mask:
    """Moves that no partnership worth having makes, shape (moves,)."""
    opened = ledger.opening + ledger.together(ledger.room)
    before = np.maximum.accumulate(opened[ledger.partnership] - ledger.best, axis=1)
    bound = np.where(ledger.hosting[:, None], opened[ledger.partnership], before + ledger.worth)
    return (ledger.moves(bound) < -PENNY) & ~sought(ledger)[ledger.row]
