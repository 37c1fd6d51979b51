"""Questions about an instance with things taken out of it or changed: whether there is a plan then. No question is solved twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from instances import Instance
from instances.asked import Asked
from instances.paths import OverrideError
from optimiser.explain.edits import changed, written
from optimiser.explain.items import Item
from optimiser.explain.levers import Lever
from optimiser.explain.money_levers import Guess
from optimiser.feasible import UnsoundError, has_plan
from solvers.base import Limits, Solver

EACH, SLOWER = 30.0, 2.0
"""Seconds for one question after the first, or so many times as long as the first if that is more; what is not settled then is not known."""


class StoppedError(Exception):
    """The time is over, or somebody has stopped the work; what is known by then is kept."""


@dataclass
class Questions:
    """Whether an instance has a plan without some items.

    Attributes:
        instance: The instance.
        solver: Back end.
        limits: Limits of one question; `seconds` are those of all of them together.
        demands: What is asked of a plan besides the rules, in every question.
        until: When the time is over, by `time.monotonic()`; None without a limit.
        tell: Told of each question before it is asked.
        asked: Answers so far, by the overrides; None where the instance would not be sound, or the answer is not known.
        about: What the next questions are about, in words.
        each: Seconds for one question; None for the first.
        unsettled: Questions that took too long.
    """

    instance: Instance
    solver: Solver
    limits: Limits
    demands: tuple[Asked, ...] = ()
    until: float | None = None
    tell: Callable[[str], None] | None = None
    asked: dict[frozenset[str], bool | None] = field(default_factory=dict)
    about: str = ""
    each: float | None = None
    unsettled: int = 0

    @property
    def left(self) -> float | None:
        """Seconds left; None without a limit.

        Raises:
            StoppedError: There are none, or the work has been stopped.
        """
        left = None if self.until is None else self.until - time.monotonic()
        if self.limits.interrupt.is_set() or (left is not None and left <= 0):
            raise StoppedError
        return left

    def overrides(self, without: Iterable[Item], figures: Iterable[str] = ()) -> tuple[str, ...]:
        """The overrides that take items out and change figures."""
        return written(self.instance, [edit for item in sorted(without, key=lambda item: item.key) for edit in item.edits], figures)

    def has_plan(self, without: Iterable[Item] = (), figures: Iterable[str] = ()) -> bool | None:
        """Whether there is a plan without some items and with other figures.

        None where the instance would not be sound, or where it could not be told in time (EACH).

        Raises:
            StoppedError: The time is over, or the work has been stopped.
        """
        overrides = self.overrides(without, figures)
        key = frozenset(overrides)
        if key not in self.asked:
            left = self.left
            if self.tell is not None:
                self.tell(self.about)
            self.asked[key] = self._ask(overrides, left)
        return self.asked[key]

    def guess(self, lever: Lever, without: Iterable[Item], figures: Iterable[str] = ()) -> Guess | None:
        """What the quick way of a lever gives where the figure forbids nothing; None where it gives nothing.

        Raises:
            StoppedError: The time is over, or the work has been stopped.
        """
        assert lever.guess is not None
        free = self.overrides(without, (*figures, *lever.set_to(lever.values[len(lever.values) - 1])))
        try:
            return lever.guess(changed(self.instance, free), self.demands, self.solver, replace(self.limits, seconds=self.left))
        except OverrideError:
            return None

    def _ask(self, overrides: tuple[str, ...], left: float | None) -> bool | None:
        known = [seconds for seconds in (left, self.each) if seconds is not None]
        began = time.monotonic()
        try:
            limits = replace(self.limits, seconds=min(known, default=None))
            answer = has_plan(changed(self.instance, overrides), self.solver, limits, self.demands)
        except (OverrideError, UnsoundError):
            return None
        if self.each is None:
            self.each = max(EACH, SLOWER * (time.monotonic() - began))
        if answer is None and (self.left is None or self.left > 0):
            self.unsettled += 1
        return answer
