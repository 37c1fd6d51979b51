"""Moves that nobody can make any more, once others are gone.

No partnership opens in a tranche from which on too few councils can join for its least size, and nobody joins where nothing can have
opened. No feasible plan has such a move.
"""

from __future__ import annotations

import numpy as np

from formulations.presolve.demands import sought
from formulations.presolve.ledger import Ledger, Mask


def stranded(ledger: Ledger, kept: Mask) -> Mask:
    """Of the moves that are kept, those that no partnership can have, shape (moves,)."""
    there = np.zeros(ledger.value.shape, dtype=bool)
    there[ledger.row[kept], ledger.column[kept]] = True
    joining = np.where(ledger.hosting[:, None], False, np.logical_or.accumulate(there[:, ::-1], axis=1)[:, ::-1])
    able = np.add.reduceat(joining.astype(int), ledger.first, axis=0)
    opening = np.zeros_like(able, dtype=bool)
    opening[ledger.partnership[ledger.hosting]] = there[ledger.hosting]
    opening &= able >= ledger.least[:, None] - 1
    opened = np.logical_or.accumulate(opening, axis=1)
    possible = np.where(ledger.hosting[:, None], opening[ledger.partnership], opened[ledger.partnership])
    return kept & ~possible[ledger.row, ledger.column] & ~sought(ledger)[ledger.row]
