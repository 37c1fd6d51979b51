"""The relaxation with the rules inside partnerships kept: every part's bound by column generation over partnerships that keep them.

The relaxation of `relaxation` gives the rows inside partnerships prices, as it does the rows that link them, which counts them as far
as linear programming goes. Here they are kept by each partnership for itself (`formulations.decomposition.exact`), so the bound is
that of Dantzig and Wolfe; the prices found for them only say where it is worth looking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from formulations.decomposition import Blocks, Exact, Inside, exact, inside_of, offers
from solvers.arrays import Floats
from solvers.column_generation import Column, Duals, Linked, Pace
from solvers.split import split

Whole = NDArray[np.intp]
HAIR = 1e-6
"""Rows are kept to within this."""
WORTH = 1e-6
"""What a partnership has to be worth to be looked at, thousand GBP."""
FEWEST, MOST = 2_000, 50_000
"""Nodes of one pricing: as many at first, and at most."""
DEEPEST = 1_000_000
"""Nodes of the last pricing of a part, at its best prices."""
ROUNDS, TOGETHER = 200, 20
"""Most master problems of a part; and of all parts together afterwards, which moves the prices across them."""


@dataclass(frozen=True)
class Kept:
    """What blocks offer with their rules kept: `solvers.column_generation.Offers`.

    Attributes:
        total: An upper bound of what all blocks are worth.
        found: The best partnerships.
    """

    total: float
    found: Exact

    def best(self) -> Whole:
        """Columns of the best partnerships."""
        return np.array([column for point in self.found.best for column in point], dtype=np.intp)

    def leading(self) -> list[Column]:
        """The best partnership of each block."""
        return self.found.best

    def promising(self) -> list[Column]:
        """The same."""
        return self.found.best


@dataclass
class Pricing:
    """Prices blocks with the rules inside them, for given values of the columns without prices of those rules.

    Attributes:
        blocks: The blocks.
        inside: Rows inside them.
        prices: What prices of those rows take of each column.
        slack: How far the value of a block may be off, thousand GBP.
        nodes: Nodes that one pricing may look at. It grows when a bound was cut short.
        upper: Upper bound on each block's value at the last pricing, shape (blocks,).
        others: Good partnerships that were never the best.
    """

    blocks: Blocks
    inside: Inside
    prices: Floats
    slack: float
    nodes: int = FEWEST
    upper: Floats = field(init=False)
    others: dict[Column, None] = field(init=False, default_factory=dict)
    cut_short: bool = field(init=False, default=False)

    def __call__(self, plain: Floats) -> Kept:
        """What the blocks offer."""
        reduced = plain - self.prices
        values = offers(self.blocks, reduced).values
        asked = np.flatnonzero(values > WORTH)
        found = exact(self.blocks, self.inside, reduced, plain, asked, self.slack, self.nodes)
        self.upper = np.maximum(values, 0.0)
        self.upper[asked] = np.minimum(found.upper, values[asked])
        self.others |= dict.fromkeys(found.others)
        self.cut_short = found.nodes > self.nodes
        return Kept(float(self.upper.sum()), found)

    def more(self) -> bool:
        """Allow more nodes, where there were too few and more are allowed."""
        if not self.cut_short or self.nodes >= MOST:
            return False
        self.nodes = min(4 * self.nodes, MOST)
        return True

    def deeper(self) -> bool:
        """Allow yet more nodes, at prices that stay, where there were too few and more are allowed."""
        if not self.cut_short or self.nodes >= DEEPEST:
            return False
        self.nodes *= 4
        return True


@dataclass(frozen=True)
class Tightened:
    """The bound with the rules inside partnerships kept.

    Attributes:
        bound: The bound, without any constant of the objective, thousand GBP.
        upper: Upper bound on what each block is worth, shape (blocks,); they are counted in the bound.
        reduced: Value of each column at the prices of all rows, those inside partnerships too.
        linked: The rows that link partnerships.
        prices: Their prices, shape (rows of `linked`,).
        found: Partnerships that keep the rules inside them, by their columns.
        support: Those that the last master problems use.
        rules: The rows inside blocks.
        own: What the prices of those rows take of each column.
    """

    bound: float
    upper: Floats
    reduced: Floats
    linked: Linked
    prices: Floats
    found: list[Column]
    support: list[Column]
    rules: Inside
    own: Floats


def tightened(
    blocks: Blocks, duals: Duals, inside: NDArray[np.bool_], tolerance: float, *, whole: bool, together: bool, known: Sequence[Column] = ()
) -> Tightened:
    """Keep the rows inside blocks, from the best duals of all rows.

    Args:
        blocks: All blocks.
        duals: The search for prices of all rows.
        inside: Which rows are inside blocks.
        tolerance: How far the bound may be off, as a share of it.
        whole: Whether the blocks are one part; otherwise those of each service are.
        together: Whether the prices across services are to move once more, since rules inside partnerships have changed what they
            should be.
        known: Partnerships of an earlier solve; those that break a row inside them are left out.
    """
    stage = _Stage(blocks, duals, inside, tolerance)
    label = np.zeros(len(blocks), dtype=np.intp) if whole else blocks.service
    by_column = blocks.by_column(label, len(stage.linked.cost))
    parted = split(stage.linked, by_column)
    upper, prices = np.zeros(len(blocks)), stage.prices.copy()
    found, support = dict[Column, None](), list[Column]()
    bound, mine_of = parted.rest(prices), stage.kept(known, by_column)
    for part in parted.parts(stage.prices):
        mine = np.flatnonzero(label == part.label)
        inner, pricing = stage.search(part.linked, mine, stage.prices[part.rows], mine_of.get(part.label, ()))
        bound, upper[mine], prices[part.rows] = bound + inner.bound, pricing.upper, inner.duals
        found |= dict.fromkeys(inner.columns) | pricing.others
        support += inner.support()
    if together and not whole and not duals.over():
        inner, pricing = stage.search(stage.linked, np.arange(len(blocks)), prices, tuple(found), TOGETHER, 4 * MOST)
        found |= dict.fromkeys(inner.columns) | pricing.others
        if inner.bound < bound:
            bound, upper, prices, support = inner.bound, pricing.upper, inner.duals, inner.support()
    reduced: Floats = stage.linked.cost - stage.linked.matrix.T @ prices - stage.own
    return Tightened(bound, upper, reduced, stage.linked, prices, list(found), support, stage.rules, stage.own)


class _Stage:
    """What every search has in common.

    Attributes:
        linked: The rows that link blocks.
        prices: Their best prices before.
        own: What the prices of the rows inside blocks take of each column.
        rules: Those rows.
    """

    def __init__(self, blocks: Blocks, duals: Duals, inside: NDArray[np.bool_], tolerance: float) -> None:
        whole = duals.linked
        rows = whole.matrix.tocsr()
        self.linked = replace(whole, matrix=rows[~inside], lower=whole.lower[~inside], upper=whole.upper[~inside])
        self.prices: Floats = duals.duals[~inside]
        self.own: Floats = rows[inside].T @ duals.duals[inside]
        self._inside = (whole.lower[inside], whole.upper[inside], rows[inside].tocsc())
        self._blocks, self.rules = blocks, inside_of(blocks, rows[inside], whole.lower[inside], whole.upper[inside])
        self._before, self._tolerance = duals, tolerance
        self._slack = max(WORTH, tolerance * abs(duals.bound) / max(1, len(blocks)))

    def kept(self, columns: Sequence[Column], by_column: Whole) -> dict[int, list[Column]]:
        """The columns that keep the rows inside blocks, by the label of their block."""
        found: dict[int, list[Column]] = {}
        lower, upper, rows = self._inside
        for column in columns:
            taken = rows[:, list(column)].sum(axis=1)
            if ((taken >= lower - HAIR) & (taken <= upper + HAIR)).all():
                found.setdefault(int(by_column[column[0]]), []).append(column)
        return found

    def search(
        self, linked: Linked, mine: Whole, prices: Floats, known: Sequence[Column] = (), rounds: int = ROUNDS, nodes: int = FEWEST
    ) -> tuple[Duals, Pricing]:
        """Search for prices of some rows that link some blocks; the pricing is left as it was at the best prices."""
        pricing = Pricing(self._blocks.part(mine), self.rules.part(mine), self.own, self._slack)
        inner = Duals(linked, pricing, Pace(tolerance=self._tolerance, rounds=rounds, again=0), self._before.deadline, self._before.stopped)
        inner.start(prices)
        inner.keep(known)
        pricing.nodes = nodes
        inner.at_best()
        inner.search()
        while inner.gap > self._tolerance and not inner.over() and pricing.more():
            inner.search()
        inner.at_best()
        while inner.gap > self._tolerance and not inner.over() and pricing.deeper():
            inner.at_best()
        return inner, pricing
