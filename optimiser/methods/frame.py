"""What solves of the same moves with other figures have in common: council graph, blocks, rows. Nothing of it is worked out twice.

A change that touches nothing but figures (`instances.touched`) leaves every move where it is. The graph is taken over, moves are priced anew
only for the services that it touches, and the relaxation keeps its blocks and rows; values of moves and rows in which figures stand are
worked out from the new prices by the same families. Where anything else changes, the frame does not fit, and everything is done anew.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import cached_property

import formulations
from formulations import Objective, Priced
from formulations.families import MONEY
from formulations.pricing import repriced
from instances import Instance
from instances.touched import touched
from optimiser.methods.relaxation import Relaxation
from optimiser.start import Learned
from solvers.column_generation import Pace

TOLERANCE = 1e-5
"""How far the bound of the frame's own relaxation may be above the lowest, as a share of it."""


class Frame:
    """What can be used again of an instance.

    Args:
        instance: The instance.
        learned: What its solve has learned.
    """

    def __init__(self, instance: Instance, learned: Learned) -> None:
        """Nothing is worked out before it is needed."""
        self.instance, self._learned = instance, learned

    @cached_property
    def _priced(self) -> Priced:
        found = formulations.price(self.instance)
        assert found.graph.parts is not None  # worked out here, so that graphs with other figures have them too
        return found

    @cached_property
    def _relaxation(self) -> Relaxation:
        """Solved once, so that every other begins at its prices, partnerships and basis."""
        found = Relaxation(self._priced, Objective(), Pace(tolerance=TOLERANCE))
        found.begin(self._learned)
        found.duals.search()
        return found

    @cached_property
    def tightens(self) -> float:
        """How far keeping the rules inside partnerships in each of them lowers the bound of the frame's own relaxation, as a share of it."""
        found, before = copy(self._relaxation), self._relaxation.bound
        if found.hopeless or not found.loose(TOLERANCE):
            return 0.0
        found.tighten(TOLERANCE)
        return (before - found.bound) / max(abs(before), 1e-9)

    def price(self, instance: Instance) -> Priced | None:
        """The pricing of an instance; None where it differs in more than figures."""
        services = touched(self.instance, instance)
        return None if services is None else repriced(self._priced, instance, services)

    def relaxation(self, priced: Priced, objective: Objective, pace: Pace) -> Relaxation | None:
        """The relaxation of what `price` gave; None where its rows hold figures that link partnerships, or purchases."""
        rules = priced.instance.rules
        links = any(getattr(rules, name) not in (None, False) for name in MONEY)
        if not self._is_of(priced) or links or priced.asked or priced.purchasing or objective != Objective():
            return None
        services = touched(self.instance, priced.instance)
        assert services is not None
        return self._relaxation.with_figures(priced, services, replace(pace, again=0))

    def _is_of(self, priced: Priced) -> bool:
        """Whether it is all the moves of the frame's own graph."""
        return priced.graph.like is self._priced.graph.like and len(priced.moves) == len(self._priced.moves)
