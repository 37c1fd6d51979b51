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
    total = _most(ledger)
    for s, here in ledger.service.items():
        purchasing = ledger.priced.purchasing.get(s)
        if purchasing is not None:
            volumes, rates = np.array(purchasing.from_volume) - HALF_PENNY, np.array([0.0, *purchasing.rate])
            added[here] = np.max(
                [_added(ledger.spend[here], total[here], volumes / growth, rates) for growth in {1.0, *purchasing.growth}], axis=0
            )
    return added


def _most(ledger: Ledger) -> Floats:
    """The most that each partnership could spend with the council of a row in it, GBP a year, shape (rows,)."""
    joining = np.where(ledger.hosting, 0.0, ledger.spend)
    host, most, others = (
        found[ledger.partnership, 0]
        for found in (
            np.add.reduceat((ledger.spend - joining)[:, None], ledger.first, axis=0),
            ledger.greatest(joining[:, None], ledger.room),
            ledger.greatest(joining[:, None], np.maximum(ledger.room - 1, 0)),
        )
    )
    spent: Floats = host + np.minimum(most, joining + others)
    return spent


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
