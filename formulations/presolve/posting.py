"""Posting: the priced moves go into the ledger that the reductions share."""

from __future__ import annotations

import numpy as np
import pandas as pd

from formulations.objectives import Objective, objective_values
from formulations.presolve.ledger import Floats, Ledger
from formulations.pricing import Priced
from instances import LIVE


def ledger_of(priced: Priced, objective: Objective) -> Ledger:
    """The ledger of a priced instance that has moves."""
    moves = priced.moves
    codes, names = zip(*(pd.factorize(moves[name], sort=True) for name in ("service", "host", "vehicle", "council")), strict=True)
    key = codes[0].astype(np.int64)
    for code, known in zip(codes[1:], names[1:], strict=True):
        key = key * len(known) + code
    keys, row = np.unique(key, return_inverse=True)
    kinds, first, partnership = np.unique(keys // len(names[3]), return_index=True, return_inverse=True)
    hosts, vehicles = len(names[1]), len(names[2])
    parts = zip(kinds // (hosts * vehicles), kinds // vehicles % hosts, kinds % vehicles, strict=True)
    partnerships = [(str(names[0][s]), str(names[1][h]), str(names[2][v])) for s, h, v in parts]
    council = (keys % len(names[3])).astype(np.intp)
    hosting = names[3].to_numpy()[council] == names[1].to_numpy()[kinds // vehicles % hosts][partnership]
    column = moves["tranche"].to_numpy(dtype=np.intp) - LIVE
    value = np.full((len(keys), priced.instance.calendar.tranches - LIVE), -np.inf)
    value[row, column] = objective_values(priced, objective).moves
    return Ledger(
        priced,
        partnerships,
        partnership,
        first,
        council,
        hosting,
        row,
        column,
        value,
        _ahead(priced, objective.running_weight(priced.instance, priced.discount), value.shape[1]),
    )


def _ahead(priced: Priced, weight: Floats, columns: int) -> dict[str, Floats]:
    """What a pound a year of base-year purchasing counts over the epochs that close with a tranche or after it, by service."""
    found = {}
    for s, purchasing in priced.purchasing.items():
        counts = np.array(purchasing.weights(weight, np.ones(len(weight))))
        closing = np.array(purchasing.epochs)
        found[s] = np.array([counts[closing >= column + LIVE].sum() for column in range(columns)])
    return found
