"""Contiguity in the pricing problem: which of some members have a path of members to the host.

A partnership keeps the rule `contiguity` if all of them have. The map is that of `formulations.contiguity_ground`: what is live
already is next to its host, and who has no path at all is no member of the block.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from formulations.contiguity_ground import Ground
from formulations.decomposition.kinds import Mask, Whole
from formulations.sets import Partnership

AT_ONCE = 16_000_000
"""Numbers that are looked at together."""


@dataclass(frozen=True)
class Contiguous:
    """The map of every block.

    Attributes:
        beside: Which members are next to one another, shape (blocks, members, members).
        near: Which members are next to the host, shape (blocks, members); all of them where the rule is off.
    """

    beside: Mask
    near: Mask

    def part(self, blocks: Whole) -> Contiguous:
        """That of some blocks, in their order."""
        return Contiguous(self.beside[blocks], self.near[blocks])

    def reached(self, block: Whole, there: Mask) -> Mask:
        """Which of some councils have a path to the host through them, shape (n, members).

        Args:
            block: Block of each row, shape (n,).
            there: The councils, shape (n, members).
        """
        found = there & self.near[block]
        for some in np.array_split(np.arange(len(block)), 1 + len(block) * self.beside[0].size // AT_ONCE if len(block) else 1):
            found[some] = self._spread(block[some], found[some], there[some])
        return found

    def piece(self, block: Whole, there: Mask, member: Whole) -> tuple[Mask, Mask]:
        """The councils that one of them has a path to, and all that are next to these, shapes (n, members)."""
        piece = np.zeros(there.shape, dtype=bool)
        piece[np.arange(len(block)), member] = True
        piece = self._spread(block, piece, there)
        return piece, self._next_to(self.beside[block], piece) & ~piece

    def whole(self, block: Whole, there: Mask) -> Mask:
        """Which sets of members are one piece with the host, shape (n,)."""
        return np.asarray((self.reached(block, there) == there).all(axis=1))

    def _spread(self, block: Whole, found: Mask, there: Mask) -> Mask:
        """Go from neighbour to neighbour, as far as the councils that are there reach."""
        found = found.copy()
        going = np.flatnonzero((there & ~found).any(axis=1))
        while len(going):
            more = self._next_to(self.beside[block[going]], found[going]) & there[going] & ~found[going]
            found[going] |= more
            going = going[more.any(axis=1)]
        return found

    @staticmethod
    def _next_to(beside: Mask, some: Mask) -> Mask:
        return np.asarray((beside & some[:, :, None]).any(axis=1))


def contiguous_of(
    grounds: Mapping[tuple[str, str], Ground], partnerships: Sequence[Partnership], members: Sequence[tuple[str, ...]], widest: int
) -> Contiguous | None:
    """The map of blocks; None where no service has the rule."""
    if not grounds:
        return None
    beside = np.zeros((len(partnerships), widest, widest), dtype=bool)
    near = np.ones((len(partnerships), widest), dtype=bool)
    for b, ((s, h, _), able) in enumerate(zip(partnerships, members, strict=True)):
        if (s, h) not in grounds:
            continue
        neighbours = grounds[s, h].neighbours
        place = {c: n for n, c in enumerate(able)}
        near[b] = False
        near[b, [place[c] for c in neighbours[h] if c in place]] = True
        for c, n in place.items():
            beside[b, n, [place[d] for d in neighbours[c] if d in place]] = True
    return Contiguous(beside, near)
