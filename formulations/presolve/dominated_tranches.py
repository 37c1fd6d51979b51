"""Moves that are better made in another tranche.

Take any feasible plan in which council c makes its move to (s, h, v) in tranche k. With the same move in tranche t instead it is worth
more by at least

    later, t > k       value[t] - value[k] - what c adds to purchasing between k and t
    earlier, t < k     value[t] - value[k]

since the partnership buys no less with c there for longer. Who is in which partnership stays as it is, and so do all rules that are
about nothing else. It remains feasible where

    join_after_open         a join goes later, or no opening of the host is after t; an opening goes earlier
    delivery_capacity       c has room in t: fewer other services than the rule allows can go live there. Or there are several such t,
                            more than all other services of c together can fill: then one of them has room
    sequencing              nothing waits for s if the move goes later, and s waits for nothing if it goes earlier
    payback, onboarding_capacity, bundle                                  are off for s
    programme_capacity, investment_limit, minimum_total_saving, no_council_worse_off                   are off

Where all such t gain more than a penny, no plan that is as good as the best to half a penny makes the move in k: all such moves go at
once, and the best t, or one that is better still, stays. What is live already neither goes nor takes another's place.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from formulations.presolve.ledger import PENNY, Ledger, Mask
from formulations.presolve.purchasing import added_from

OFF = ("programme_capacity", "investment_limit", "minimum_total_saving", "no_council_worse_off")
"""Rules under which no move goes."""


def better_elsewhere(ledger: Ledger) -> Mask:
    """Moves that no plan worth having makes when they are, shape (moves,)."""
    rules = ledger.priced.instance.rules
    worse = np.zeros(ledger.value.shape, dtype=bool)
    if any(getattr(rules, name) not in (None, False) for name in OFF):
        return ledger.moves(worse)
    buying = added_from(ledger)
    later, earlier = _may_wait(ledger), _may_hurry(ledger)
    room = _Room(ledger)
    for k in range(1, ledger.value.shape[1]):
        surely, filled = np.zeros(len(worse), dtype=bool), np.zeros(len(worse), dtype=int)
        for t in range(1, ledger.value.shape[1]):
            if t == k:
                continue
            gain = ledger.value[:, t] - np.where(np.isfinite(ledger.value[:, k]), ledger.value[:, k], np.inf)
            better = later & (gain - (buying[:, k] - buying[:, t]) > PENNY) if t > k else earlier[:, t] & (gain > PENNY)
            surely |= better & ~room.full[:, t]
            filled += better & room.full[:, t]
        worse[:, k] = surely | (filled > room.most)
    return ledger.moves(worse)


def _of(ledger: Ledger, services: Iterable[str]) -> Mask:
    """Rows of some services."""
    found = np.zeros(len(ledger.partnership), dtype=bool)
    for s in ledger.service.keys() & set(services):
        found |= ledger.service[s]
    return found


def _tied(ledger: Ledger) -> Mask:
    """Rows of services with a rule about when its members go live."""
    instance = ledger.priced.instance
    bundled = {s for bundle in instance.rules.bundle or () for s in bundle}
    return _of(ledger, {*instance.figure("payback"), *instance.figure("onboarding_capacity"), *bundled})


def _may_wait(ledger: Ledger) -> Mask:
    """Rows of joins that may go later, shape (rows,)."""
    instance = ledger.priced.instance
    awaited = {s for sequence in instance.rules.sequencing or () for s in sequence.after or ()}
    if any(sequence.category is not None for sequence in instance.rules.sequencing or ()):
        awaited |= {s for s, row in instance.services.items() if row.category == "back_office"}
    return ~ledger.hosting & ~_tied(ledger) & ~_of(ledger, awaited)


def _may_hurry(ledger: Ledger) -> Mask:
    """Rows of moves that may go earlier, to each tranche: openings, and joins where no opening comes after it; shape (rows, tranches)."""
    instance = ledger.priced.instance
    waiting = {
        s
        for sequence in instance.rules.sequencing or ()
        for s, row in instance.services.items()
        if s == sequence.service or (sequence.category is not None and row.category == sequence.category)
    }
    there = np.isfinite(ledger.opening)[ledger.partnership]
    after = np.logical_or.accumulate(there[:, ::-1], axis=1)[:, ::-1]
    opened = np.hstack([~after[:, 1:], np.ones((len(there), 1), dtype=bool)])
    free: Mask = ~(_tied(ledger) | _of(ledger, waiting))
    hurried: Mask = (ledger.hosting[:, None] | opened) & free[:, None]
    return hurried


class _Room:
    """Where rule delivery_capacity may leave a council no room for one more go-live.

    Attributes:
        full: Whether other services could fill a tranche for the council of a row, shape (rows, tranches).
        most: How many tranches they could fill at once, shape (rows,).
    """

    def __init__(self, ledger: Ledger) -> None:
        limit = ledger.priced.instance.rules.delivery_capacity
        self.full = np.zeros(ledger.value.shape, dtype=bool)
        self.most = np.zeros(len(self.full), dtype=int)
        if limit is None or limit is False:
            return
        there = np.isfinite(ledger.value)
        there[:, 0] = False  # what is live is no go-live
        pairs, pair = np.unique(ledger.council * len(ledger.service) + ledger.service_of, return_inverse=True)
        able = np.zeros((len(pairs), there.shape[1]), dtype=bool)
        np.logical_or.at(able, pair, there)
        council = pairs // len(ledger.service)
        services = np.zeros((council.max() + 1, there.shape[1]), dtype=int)
        np.add.at(services, council, able)
        self.full = services[ledger.council] - able[pair] >= limit
        ever: Mask = np.logical_or.reduce(able, axis=1)
        others = np.bincount(council, weights=ever)[ledger.council] - ever[pair]
        self.most = others.astype(int) // limit if limit else np.full(len(others), there.shape[1])
