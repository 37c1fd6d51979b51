"""When each council's service may go live: contracts, what is already decided about dates, and until the council ceases.

Rule contract_timing: a go-live is on or after `expires`; or on or after `break_from`, paying
`termination_charge + termination_share * annual_cost * years left` (years left: days / 365.25 from go-live to `expires`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from instances.commitments import Decided
from instances.instance import Instance
from instances.tables import Contract

DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Windows:
    """Go-live windows of every baseline, in the order of `instance.baselines`.

    Attributes:
        allowed: Whether a go-live may happen, shape (baselines, tranches).
        charge: Termination charge of a go-live, GBP before optimism bias, same shape.
        too_early: Whether the contract forbids it, same shape.
        decided: Whether a commitment forbids it, same shape.
        ceased: Whether the council no longer exists, same shape.
    """

    allowed: NDArray[np.bool_]
    charge: NDArray[np.float64]
    too_early: NDArray[np.bool_]
    decided: NDArray[np.bool_]
    ceased: NDArray[np.bool_]


def termination_charge(contract: Contract, annual_cost: float, go_live: dt.date) -> float:
    """Charge for ending a contract at `go_live`, GBP; 0 once it has expired."""
    if go_live >= contract.expires:
        return 0.0
    years_left = (contract.expires - go_live).days / DAYS_A_YEAR
    return contract.termination_charge + contract.termination_share * annual_cost * years_left


def permits(contract: Contract, go_live: dt.date) -> bool:
    """Whether a contract lets its council go live on a day."""
    return go_live >= contract.expires or (contract.break_from is not None and go_live >= contract.break_from)


def go_live_windows(instance: Instance, decided: Decided) -> Windows:
    """The windows of all baselines."""
    dates = instance.calendar.tranche_dates
    keys = list(instance.baselines)
    position = {key: index for index, key in enumerate(keys)}
    shape = (len(keys), len(dates))
    too_early = np.zeros(shape, dtype=bool)
    held = np.zeros(shape, dtype=bool)
    ends = [instance.councils[council].ceases for council, _ in keys]
    ceased = np.array([[end is not None and day >= end for day in dates] for end in ends], dtype=bool).reshape(shape)
    charge = np.zeros(shape)
    if instance.rules.contract_timing:
        for key, contract in instance.contracts.items():
            row = position[key]
            annual_cost = instance.baselines[key].annual_cost
            too_early[row] = [not permits(contract, day) for day in dates]
            charge[row] = [
                0.0 if late else termination_charge(contract, annual_cost, day) for late, day in zip(too_early[row], dates, strict=True)
            ]
    for key, day in decided.not_before.items():
        held[position[key]] |= [tranche < day for tranche in dates]
    for key, days in decided.go_live.items():
        held[position[key]] |= [any(tranche != day for day in days) for tranche in dates]
    for key in (*decided.stays_out, *decided.takes, *decided.live):
        held[position[key]] = True
    return Windows(~(too_early | held | ceased), charge, too_early, held, ceased)
