"""Presolve: moves that no plan as good as the best can have are left out, once, before anything is built of them.

Each module is one reduction, with the proof that no plan within half a penny of the best is lost by it.
"""

from __future__ import annotations

import numpy as np

from formulations.objectives import Objective
from formulations.presolve.dominated_tranches import better_elsewhere
from formulations.presolve.ledger import Mask
from formulations.presolve.losing_joins import loses
from formulations.presolve.posting import ledger_of
from formulations.presolve.worthwhile import never_pays
from formulations.pricing import Priced

__all__ = ["presolved", "worth_keeping"]


def worth_keeping(priced: Priced, objective: Objective) -> Mask:
    """The moves that stay, shape (moves,)."""
    if priced.moves.empty:
        return np.ones(0, dtype=bool)
    ledger = ledger_of(priced, objective)
    kept: Mask = ~never_pays(ledger)
    kept &= ~loses(ledger.only(kept))
    while (worse := better_elsewhere(ledger.only(kept))).any():  # what is left may leave no reason to wait for an opening
        kept &= ~worse
    return kept


def presolved(priced: Priced, objective: Objective) -> Priced:
    """The priced instance without the moves that no plan as good as the best can have.

    All moves stay where anything is asked besides the rules: the proofs compare a plan with another that keeps every rule too, and that
    one need not have what is asked.
    """
    if priced.asked:
        return priced
    kept = worth_keeping(priced, objective)
    return priced if kept.all() else priced.only(kept)
