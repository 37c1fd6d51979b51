"""Partnerships in the order of what they are worth: all that lose no more than so much, or as many as can be found.

A plan that loses no more than `loss` against a bound has no partnership that loses more, so a choice among all of these has the best
plan in it. The search is that of `exact`, but every node that may hold such a partnership is divided, the most promising first, and
none is closed by a better one of its block.

Source: ranking by partition, Murty (1968), Operations Research 16(3); enumeration of columns within a gap, Baldacci, Christofides and
Mingozzi (2008), Mathematical Programming 115.
"""

from __future__ import annotations

import numpy as np

from formulations.decomposition.blocks import Blocks
from formulations.decomposition.exact import Search
from formulations.decomposition.inside import Inside
from formulations.decomposition.kinds import Column, Floats, Mask, Whole
from formulations.decomposition.roots import Roots, first_roots


def ranked(blocks: Blocks, inside: Inside, reduced: Floats, plain: Floats, loss: float, nodes: int) -> tuple[dict[Column, float], bool]:
    """Partnerships of blocks that lose no more than so much, and what they are worth; and whether they are all.

    Each is in the tranches that are best for its opening and its highest step of purchasing; others with the same members are not told.

    Args:
        blocks: All blocks.
        inside: Their rows.
        reduced: Value of each column with prices of those rows to begin with, thousand GBP, shape (columns,).
        plain: The same without such prices.
        loss: A partnership has to be worth more than less this, thousand GBP.
        nodes: About how many nodes may be looked at.
    """
    if not len(blocks):
        return {}, True
    asked = np.arange(len(blocks))
    search = _Ranking(blocks, inside, plain, asked, -loss, nodes)
    return search.rank(first_roots(blocks, reduced, asked))


class _Ranking(Search):
    """One call of `ranked`. No partnership is a best one, so what a node has to be above stays where it is."""

    def __init__(self, blocks: Blocks, inside: Inside, plain: Floats, asked: Whole, least: float, most: int) -> None:
        super().__init__(blocks, inside, plain, asked, least, most)
        self.least = least
        self._found: dict[Column, float] = {}

    def rank(self, roots: Roots) -> tuple[dict[Column, float], bool]:
        """Divide, the most promising first, until nothing is left or enough was looked at."""
        open_nodes = self._begin(roots)
        looked = len(open_nodes)
        while len(open_nodes) and looked <= self._most:
            now, open_nodes = open_nodes.parted(open_nodes.bound)
            self._look(now)
            parts = self._parts(now)
            looked += len(parts)
            open_nodes = open_nodes.and_more(parts.only(parts.bound > self.least))
        return self._found, not len(open_nodes)

    def _notable(self, asked: Whole, values: Floats) -> Mask:
        """All that are worth enough."""
        good: Mask = values > self.least
        return good

    def _note(self, asked: int, value: float, column: Column) -> None:
        """Keep it."""
        self._found[column] = value
