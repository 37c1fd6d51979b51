"""What a member adds to its partnership's purchasing: its own part, and what the others get by the higher step that it lifts them to."""

from __future__ import annotations

import numpy as np

from formulations.buyers import HALF_PENNY
from formulations.presolve.ledger import Floats, Ledger


def added_by_spend(ledger: Ledger) -> Floats:
    """At most what each council adds to its partnership's saving by purchasing, GBP a year at base-year baselines, shape (rows,).

        max[p <= V <= most] rate(V) * V - rate(V - p) * (V - p)

    with p the council's spend, V the spend with it, and `most` the greatest that it could be, as far as the largest size goes. Between the volumes at
    which a rate changes this rises with V, since rates never fall. So it is greatest at V = most, or just below the volume at which
    the others would reach a step without it. With growth the volumes of the steps are lower in base-year terms: the epoch in which it
    is greatest counts.
    """
    added = np.zeros(len(ledger.partnership))
    for s, here in ledger.service.items():
        purchasing = ledger.priced.purchasing.get(s)
        if purchasing is not None:
            volumes, rates = np.array(purchasing.from_volume) - HALF_PENNY, np.array([0.0, *purchasing.rate])
            added[here] = np.max(
                [_added(ledger.spend[here], ledger.most_spent[here], volumes / growth, rates) for growth in {1.0, *purchasing.growth}],
                axis=0,
            )
    return added


def _added(own: Floats, most: Floats, steps: Floats, rates: Floats) -> Floats:
    """The same for one service and epoch; the rate below the first step comes first."""

    def earned(volume: Floats) -> Floats:
        found: Floats = rates[np.searchsorted(steps, volume, side="right")] * volume
        return found

    found = earned(most) - earned(most - own)
    for step, before in zip(steps, rates[:-1], strict=True):
        lifted = earned(step + own) - before * step
        found = np.where(step + own <= most, np.maximum(found, lifted), found)
    return found


def added_from(ledger: Ledger) -> Floats:
    """At most what each council adds to the objective by its spend from each tranche on, GBP, shape (rows, tranches).

    Each part of it is earned as long as its council is there, so for all that is left of the appraisal at most.
    """
    table, added = np.zeros(ledger.value.shape), added_by_spend(ledger)
    for s, ahead in ledger.ahead.items():
        if s in ledger.service:
            table[ledger.service[s]] = added[ledger.service[s], None] * ahead
    return table
