"""The search for plans: restricted models of moves that the bound says are good, one after another, until the gap is proven or time is up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from optimiser.methods.neighbourhoods import corners, services
from optimiser.methods.packed import Packed
from optimiser.methods.relaxation import Relaxation, share_of, within
from optimiser.methods.restricted import FINE, Restricted
from solvers.arrays import Floats
from solvers.base import Termination

Mask = NDArray[np.bool_]
FEW = 4
"""Moves for each council and service in the first small model."""
FEWEST = 2
"""The same in the first dive."""
DEEPER = 3
"""By how much the second is larger."""
DIVE, WHOLE = 12_000, 4_000
"""Up to so many moves the first dive is of the whole; up to so many a second one, and a small model is solved whole."""
CORNER, LARGEST = 1500, 8000
"""About so many moves make a neighbourhood at first, and at most."""
SECONDS = 30.0
"""For one of them, and for a small model that does not have to prove anything."""
ROUNDS = 6
"""Times that all corners are gone through, each time with twice as many moves, and corners of twice the size."""
AFTER = 2
"""Rounds in which corners are solved, where the moves are few."""
WORTHWHILE = 0.02
"""Part of what is lacking that has to be gained for the same to be done once more."""
NEAR = 0.01
"""A plan that lacks no more than this share of its value is made better move by move."""
BETWEEN = 0.5
"""Packings that lack no more than this part of what is lacking in all leave most of it between services."""
SOONER = 3
"""Rounds of corners that come before closer packings then."""


class Plans:
    """The search for plans, once there are a bound and regrets.

    Args:
        restricted: Solves models of some moves.
        relaxation: What the bound comes from.
        regrets: Regret of every move, thousand GBP, shape (moves,).

    Attributes:
        count: So many moves, those of least regret, are looked at by now.
        delta: The model of all moves of no more regret than this was solved to its optimum.
    """

    def __init__(self, restricted: Restricted, relaxation: Relaxation, regrets: Floats) -> None:
        self._restricted, self._relaxation, self._regrets = restricted, relaxation, regrets
        self.count, self.delta = FEW * relaxation.decisions, 0.0
        self._dived = False

    def search(self) -> None:
        """Look for a plan within the gap."""
        packed = self._packed()
        if packed is not None and self._relaxation.bites:
            return self._all_at_once(packed) if self._relaxation.whole else self._part_by_part(packed)
        self.dive()
        if self._done():
            return None
        if packed is None and self.count <= WHOLE:
            return self._few()
        if self._restricted.incumbent is None:
            return self._part_by_part(packed)
        return self._by_corners(self._dive_by_corners())

    def _done(self) -> bool:
        """Whether there is nothing more to look for. Where no gap is allowed, ties are settled among all plans that are as good."""
        return self._restricted.over or (self._restricted.proven and self._restricted.limits.gap > 0)

    def _packed(self) -> Packed | None:
        """Packings of whole partnerships, where there are any, the moves are too many for one model, and no plan is near the bound yet."""
        restricted, tight = self._restricted, self._relaxation.tightened
        moves = restricted.priced.moves
        near = restricted.incumbent is not None and restricted.lacking <= NEAR * abs(restricted.incumbent.value)
        if tight is None or not tight.found or len(moves) <= WHOLE or near:
            return None
        return Packed(self._relaxation.blocks, tight, moves, restricted.piece, lambda: restricted.over, whole=self._relaxation.whole)

    def dive(self) -> None:
        """Dives among the moves that the linear program uses and those of least regret; once."""
        if self._dived:
            return
        self._dived = True
        used, count = self._relaxation.support(), FEWEST * self._relaxation.decisions
        for most in (DIVE, WHOLE):
            if count > most or self._done():
                return
            self._restricted.dive(used | self._least(count))
            count *= DEEPER

    def _few(self) -> None:
        """Models of few moves, solved whole; corner by corner, where the proof would still take many moves."""
        restricted = self._restricted
        restricted.solve(self._relaxation.support() | self._least(self._relaxation.decisions), seconds=SECONDS, trial=True)
        if not self._done():
            delta = share_of(self._regrets, self.count)
            if restricted.solve(within(self._regrets, delta), seconds=SECONDS, trial=True).termination is Termination.OPTIMAL:
                self.delta = delta
        if not self._done() and int(within(self._regrets, restricted.needed(restricted.bound)).sum()) > WHOLE:
            first = self._dive_by_corners()
            self._by_corners(first, first + AFTER)

    def _all_at_once(self, packed: Packed) -> None:
        """A plan from whole partnerships, all rows kept; among more of them as long as it gets better; then corner by corner."""
        restricted = self._restricted
        packed.first()
        restricted.solve(packed.chosen())
        while restricted.incumbent is not None and not restricted.done:
            before = restricted.lacking
            packed.closer()
            restricted.solve(restricted.taken() | packed.chosen())
            if not self._worthwhile(before):
                break
        self._by_corners(0)

    def _part_by_part(self, packed: Packed | None) -> None:
        """A plan from whole partnerships, or from nothing, service by service; then made better.

        Where what is lacking is more than the packings lack, it is lost between services: corners of the map look at that first.
        """
        restricted = self._restricted
        if packed is None:
            for part in services(restricted.priced.moves, self._least(self.count)):
                if restricted.over:
                    return
                restricted.solve(restricted.taken() | part, gap=restricted.limits.gap / FINE, seconds=60.0)
            return self._by_corners(0)
        restricted.solve(packed.first(), gap=restricted.limits.gap / FINE, seconds=120.0)
        between = restricted.incumbent is not None and packed.lost < BETWEEN * restricted.lacking
        first = SOONER if between else 0
        self._by_corners(0, first)
        if not restricted.done:
            restricted.solve(restricted.taken() | packed.closer(), gap=restricted.limits.gap / FINE, seconds=120.0)
        self._fitted(packed)
        return self._by_corners(first)

    def _least(self, count: int) -> Mask:
        """The moves of least regret, so many of them, shape (moves,)."""
        return within(self._regrets, share_of(self._regrets, count))

    def _corners(self, number: int, size: int) -> Iterator[Mask]:
        """Moves of one corner after another with those of the incumbent, as long as there is something to look for."""
        restricted = self._restricted
        for part in corners(restricted.priced.moves, self._least(self.count), min(size << number, LARGEST), number):
            if restricted.incumbent is None or restricted.done:
                return
            yield restricted.taken() | part
        self.count = min(2 * self.count, len(self._regrets))

    def _dive_by_corners(self) -> int:
        """Dive corner by corner, as long as the plan gets better by a part of what is lacking; says how many rounds that were."""
        for number in range(ROUNDS):
            before = self._restricted.lacking
            for part in self._corners(number, 2 * CORNER):
                self._restricted.dive(part)
            if self._restricted.done or not self._worthwhile(before):
                return number + 1
        return ROUNDS

    def _by_corners(self, first: int, last: int = ROUNDS) -> None:
        """Make the plan better corner by corner, each round with twice as many moves and larger corners."""
        for number in range(first, last):
            for part in self._corners(number, CORNER):
                self._restricted.solve(part, gap=self._restricted.limits.gap / FINE, seconds=SECONDS)

    def _worthwhile(self, before: float) -> bool:
        """Whether the plan has got better by a part of what is lacking."""
        return before - self._restricted.lacking >= WORTHWHILE * self._restricted.lacking

    def _fitted(self, packed: Packed) -> None:
        """Make the plan better with whole partnerships, as long as it gets better by a part of what is lacking."""
        restricted = self._restricted
        while restricted.incumbent is not None and not restricted.done:
            before = restricted.lacking
            kept = restricted.taken() | packed.fitted(restricted.taken())
            restricted.solve(kept, gap=restricted.limits.gap / FINE, seconds=120.0)
            if not self._worthwhile(before):
                return
