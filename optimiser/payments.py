"""Payments between partners that leave no council worse off: rule no_council_worse_off, read as "compensated".

Payments stay within partnerships and add up to 0 in each. As little as possible is paid in all. Among such payments those are
chosen that ask the same part of their gain of all who pay, as far as that goes; with one partnership and one loser every
partner with a gain pays the same part of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from formulations.pricing import Priced
from optimiser.flows import Flows

Payments = dict[tuple[str, str, str], float]
"""Present value that each (service, host, council) receives; what it pays is below 0."""
HALF_A_PENNY = 0.005


@dataclass(frozen=True)
class _Game:
    """Members of all partnerships, in the order of the plan, and what each council has by itself."""

    members: list[tuple[str, str, str]]
    own: dict[str, float]


def payments_between(priced: Priced, flows: Flows) -> Payments:
    """The payments of a plan; none unless the rule asks for them."""
    if priced.instance.rules.no_council_worse_off != "compensated":
        return {}
    own: dict[str, float] = {}
    for (_, _, council), found in flows.by_member.items():
        own[council] = own.get(council, 0.0) + flows.present_value(found)
    game = _Game([(d.service, d.host, d.council) for d in flows.moves], own)
    if all(value >= -HALF_A_PENNY for value in own.values()):
        return {}
    least = _solve(game, None)
    return {} if least is None else _solve(game, _paid(least)) or least


def _paid(payments: Payments) -> float:
    return sum(value for value in payments.values() if value > 0)


def _solve(game: _Game, most: float | None) -> Payments | None:
    """Least total payment; with `most`, the least greatest part of a gain that anybody pays, for that total. None if there is none.

    Columns: received and paid for each member, both at least 0, and the greatest part.
    """
    n = len(game.members)
    partnerships = sorted({member[:2] for member in game.members})
    balance = np.zeros((len(partnerships), 2 * n + 1))
    for index, member in enumerate(game.members):
        row = partnerships.index(member[:2])
        balance[row, index], balance[row, n + index] = 1.0, -1.0
    rows, limits = [], []
    for council in sorted({council for _, _, council in game.members}):
        net = np.zeros(2 * n + 1)
        for index, member in enumerate(game.members):
            if member[2] == council:
                net[index], net[n + index] = 1.0, -1.0
        gain = game.own.get(council, 0.0)
        rows.append(-net)  # gain + net >= 0
        limits.append(gain)
        if most is not None:
            share = -net
            share[-1] = -max(gain, 0.0)  # what it pays in all is at most that part of its gain
            rows.append(share)
            limits.append(0.0)
    cost = np.concatenate([np.ones(n), np.zeros(n), [0.0]])
    if most is not None:
        rows.append(cost)
        limits.append(most + HALF_A_PENNY / 10)
        cost = np.concatenate([np.full(2 * n, 1e-9), [1.0]])
    found = linprog(cost, np.array(rows), np.array(limits), balance, np.zeros(len(partnerships)), bounds=(0, None), method="highs")
    if found.x is None:
        return None
    net = found.x[:n] - found.x[n : 2 * n]
    return {member: float(value) for member, value in zip(game.members, net, strict=True) if abs(value) > HALF_A_PENNY / 100}
