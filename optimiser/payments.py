"""Payments between partners that leave no council worse off: rule no_council_worse_off, read as "compensated".

Payments stay within partnerships and add up to 0 in each. As little as possible is paid in all. Among such payments those are
chosen that ask the same part of their gain of all who pay, as far as that goes: the greatest part that anybody pays is as
small as it can be, then the next greatest, and so on. In one partnership every partner with a gain pays the same part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formulations.pricing import Priced
from optimiser.flows import Flows
from solvers.scipy_sparse import sparse

Array = NDArray[np.float64]
Payments = dict[tuple[str, str, str], float]
"""Present value that each (service, host, council) receives; what it pays is below 0."""
HALF_A_PENNY = 0.005
TINY = 1e-6
"""What the arithmetic of linear programming may be out by, GBP or as a part."""


@dataclass(frozen=True)
class _Game:
    """Members of all partnerships, in the order of the plan, and what each council has by itself."""

    members: list[tuple[str, str, str]]
    own: Mapping[str, float]

    @cached_property
    def councils(self) -> list[str]:
        """Councils in some partnership."""
        return sorted({council for _, _, council in self.members})

    @cached_property
    def gains(self) -> Array:
        """What each of them has by itself, shape (councils,)."""
        return np.array([self.own.get(council, 0.0) for council in self.councils])

    @cached_property
    def received(self) -> Any:
        """What each council receives in all, less what it pays, from the columns of `_solve`."""
        return self._nets([council for _, _, council in self.members], self.councils)

    @cached_property
    def balance(self) -> Any:
        """The same for each partnership."""
        partnerships = [f"{service}\n{host}" for service, host, _ in self.members]
        return self._nets(partnerships, sorted(set(partnerships)))

    def _nets(self, group_of: list[str], groups: list[str]) -> Any:
        place, n = {group: index for index, group in enumerate(groups)}, len(self.members)
        rows = np.array([place[group] for group in group_of] * 2)
        return sparse.csr_array((np.repeat([1.0, -1.0], n), (rows, np.arange(2 * n))), shape=(len(groups), 2 * n + 1))


@dataclass(frozen=True)
class _Answer:
    """What each member receives, and of whom the greatest part is asked whatever the others pay."""

    net: Array
    part: float
    bound: list[str]

    @property
    def paid(self) -> float:
        """What changes hands in all."""
        return float(self.net[self.net > 0].sum())


def payments_between(priced: Priced, flows: Flows) -> Payments:
    """The payments of a plan; none unless the rule asks for them."""
    if priced.instance.rules.no_council_worse_off != "compensated":
        return {}
    own: dict[str, float] = {}
    for (_, _, council), found in flows.by_member.items():
        own[council] = own.get(council, 0.0) + flows.present_value(found)
    return payments_for([(d.service, d.host, d.council) for d in flows.moves], own)


def payments_for(members: list[tuple[str, str, str]], own: Mapping[str, float]) -> Payments:
    """The payments among members (service, host, council) of partnerships whose councils have `own`, GBP, before any payment."""
    game = _Game(members, own)
    if all(value >= -HALF_A_PENNY for value in own.values()):
        return {}
    least = _solve(game, None, {})
    if least is None:
        return {}
    net = _levelled(game, least)
    return {member: float(value) for member, value in zip(game.members, net, strict=True) if abs(value) > HALF_A_PENNY / 100}


def _levelled(game: _Game, least: _Answer) -> Array:
    """Payments of the same total, levelled: who is bound to pay the greatest part is settled, then the others among themselves."""
    net, settled = least.net, dict[str, float]()
    while len(settled) < np.count_nonzero(game.gains > 0):
        answer = _solve(game, least.paid, settled)
        if answer is None:
            break
        net = answer.net
        settled |= {council: answer.part * game.own[council] for council in answer.bound}
        if not answer.bound or answer.part < TINY:
            break
    return net


def _solve(game: _Game, most: float | None, settled: Mapping[str, float]) -> _Answer | None:
    """Least total payment; with `most`, the least greatest part of a gain that is paid, for that total. None if there is none.

    Columns: received and paid for each member, both at least 0, and the greatest part.

    Args:
        game: Who is with whom, and what each has.
        most: The total.
        settled: What councils pay at most that are not to be levelled any more.
    """
    from scipy.optimize import linprog  # a third of a second to load, and seldom needed

    n, gains = len(game.members), game.gains
    total = np.concatenate([np.ones(n), np.zeros(n + 1)])
    rows: list[Any] = [-game.received]
    limits = [gains]  # gains + received >= 0
    cost, levelled = total, np.array([], dtype=int)
    if most is not None:
        levelled = np.array([i for i, c in enumerate(game.councils) if gains[i] > 0 and c not in settled], dtype=int)
        held = np.array([i for i, c in enumerate(game.councils) if c in settled], dtype=int)
        part = sparse.csr_array(
            (gains[levelled], (np.arange(len(levelled)), np.full(len(levelled), 2 * n))), shape=(len(levelled), 2 * n + 1)
        )
        rows += [-game.received[levelled] - part, -game.received[held], sparse.csr_array(total[None, :])]
        limits += [np.zeros(len(levelled)), np.array([settled[game.councils[i]] for i in held]) + TINY, np.array([most + TINY])]
        cost = np.concatenate([np.zeros(2 * n), [1.0]])
    zero = np.zeros(game.balance.shape[0])
    found: Any = linprog(cost, sparse.vstack(rows), np.concatenate(limits), game.balance, zero, bounds=(0, None), method="highs")
    if found.x is None:
        return None
    price = -found.ineqlin.marginals[len(gains) : len(gains) + len(levelled)]
    bound = [game.councils[i] for i, value in zip(levelled, price, strict=True) if value * gains[i] > TINY]
    return _Answer(found.x[:n] - found.x[n : 2 * n], float(found.x[-1]), bound)
