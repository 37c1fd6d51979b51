"""What partnerships buy, for many of them at once: who is live in an epoch, what they spend, and the step that it reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from formulations.buyers import HALF_PENNY
from formulations.decomposition.kinds import NONE, Floats, Mask, Whole

AT_ONCE = 4_000_000
"""Numbers that are looked at together."""


@dataclass(frozen=True)
class Spell:
    """Purchasing of one block in one epoch.

    Attributes:
        live: Which tranches have gone live when the epoch closes, shape (tranches,).
        buyers: Places of those who can buy in it.
        steps: For each step that can be reached, lowest first: the spend it asks for at base-year baselines, GBP a year, and the
            column of each place's purchase. Places are those of members, the host's after them.
    """

    live: Mask
    buyers: frozenset[int]
    steps: tuple[tuple[float, Mapping[int, int]], ...]


@dataclass(frozen=True)
class Spells:
    """The spells of all blocks, arrays over blocks and spells.

    Attributes:
        live: Which tranches have gone live, shape (blocks, spells, tranches).
        buyers: Who can buy, shape (blocks, spells, places).
        least: Spend that each step asks for, infinite where there is none, shape (blocks, spells, steps).
        column: Column of each purchase, NONE where there is none, shape (blocks, spells, steps, places).
        spend: Spend of each place of a block, GBP a year, shape (blocks, places).
    """

    live: Mask
    buyers: Mask
    least: Floats
    column: Whole
    spend: Floats

    def part(self, blocks: Whole) -> Spells:
        """Those of some blocks, in their order."""
        return Spells(self.live[blocks], self.buyers[blocks], self.least[blocks], self.column[blocks], self.spend[blocks])

    def bought(self, block: Whole, tranche: Whole, there: Mask) -> tuple[Whole, Whole]:
        """What partnerships buy: the number of each purchase's partnership, ascending, and its column.

        Args:
            block: Block of each, shape (partnerships,).
            tranche: Position of the tranche of each place, shape (partnerships, places).
            there: Who is in it, shape (partnerships, places).
        """
        size = self.buyers.shape[1] * (self.buyers.shape[2] + self.least.shape[2])
        owners, columns = [np.zeros(0, dtype=np.intp)], [np.zeros(0, dtype=np.intp)]
        for some in np.array_split(np.arange(len(block)), 1 + len(block) * size // AT_ONCE):
            owner, column = self._bought(block[some], tranche[some], there[some])
            owners.append(some[owner])
            columns.append(column)
        return np.concatenate(owners), np.concatenate(columns)

    def reached(self, block: Whole, tranche: Whole, there: Mask) -> tuple[Whole, Floats]:
        """The highest step that partnerships reach in each spell, NONE where they reach none, and what they spend, shapes (n, spells)."""
        return self._reached(block, self._present(block, tranche, there))

    def _reached(self, block: Whole, present: Mask) -> tuple[Whole, Floats]:
        """The same, by who buys in each spell."""
        spend = np.where(present, self.spend[block][:, None, :], 0.0).sum(axis=2)
        reached = self.least[block] <= spend[:, :, None] + HALF_PENNY
        highest = reached.shape[2] - 1 - reached[:, :, ::-1].argmax(axis=2)
        return np.where(reached.any(axis=2), highest, NONE), spend

    def earned(self, block: Whole, highest: Whole, plain: Floats) -> Floats:
        """The most that each place can earn by its tranche, on steps up to a highest, shape (n, places, tranches).

        Args:
            block: Block of each, shape (n,).
            highest: The highest step in each spell, shape (n, spells).
            plain: Value of each column, with -inf as the last.
        """
        able = np.arange(self.least.shape[2]) <= highest[:, :, None]
        worth = np.where(able[..., None], plain[self.column[block]], 0.0).max(axis=2, initial=0.0)
        earned: Floats = np.einsum("nsp,nst->npt", worth, self.live[block].astype(float))
        return earned

    def _present(self, block: Whole, tranche: Whole, there: Mask) -> Mask:
        """Who buys in each spell, shape (n, spells, places)."""
        every = np.broadcast_to(tranche[:, None, :], (len(block), *self.buyers.shape[1:]))
        present: Mask = there[:, None, :] & self.buyers[block] & np.take_along_axis(self.live[block], every, axis=2)
        return present

    def _bought(self, block: Whole, tranche: Whole, there: Mask) -> tuple[Whole, Whole]:
        present = self._present(block, tranche, there)
        step, _ = self._reached(block, present)
        spells, places = np.arange(step.shape[1])[:, None], np.arange(there.shape[1])
        column = self.column[block[:, None, None], spells, step[:, :, None], places]
        made = present & (step != NONE)[:, :, None] & (column != NONE)
        return np.nonzero(made)[0], column[made]


def spells_of(found: Mapping[int, Sequence[Spell]], tranches: int, spend: Floats) -> Spells:
    """The spells of blocks by their numbers; `spend` is of all blocks."""
    blocks, places = spend.shape
    most = max(map(len, found.values()), default=0)
    steps = max((len(spell.steps) for spells in found.values() for spell in spells), default=0)
    live, buyers = np.zeros((blocks, most, tranches), dtype=bool), np.zeros((blocks, most, places), dtype=bool)
    least, column = np.full((blocks, most, max(steps, 1)), np.inf), np.full((blocks, most, max(steps, 1), places), NONE, dtype=np.intp)
    for block, spells in found.items():
        for number, spell in enumerate(spells):
            live[block, number], buyers[block, number, list(spell.buyers)] = spell.live, True
            for place, (spent, able) in enumerate(spell.steps):
                least[block, number, place] = spent
                column[block, number, place, list(able)] = list(able.values())
    return Spells(live, buyers, least, column, spend)
