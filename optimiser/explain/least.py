"""The least change of a figure with which there is a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from optimiser.explain.items import Item
from optimiser.explain.levers import Grid, Lever
from optimiser.explain.questions import Questions

FEW_MOVES = 3000
"""Up to so many moves a value that comes from one solve is asked again, and the one before it too."""


@dataclass(frozen=True)
class Setting:
    """A lever and a value at which there is a plan.

    Attributes:
        lever: The lever.
        place: Place of the value among those that the lever could have.
        within: By how much the value may go too far, in its unit; 0 where a smaller change is shown not to be enough.
    """

    lever: Lever
    place: int
    within: float = 0.0

    @property
    def value(self) -> object:
        """The value."""
        return self.lever.values[self.place]

    @property
    def overrides(self) -> tuple[str, ...]:
        """The overrides that set it."""
        return self.lever.set_to(self.value)


def least(questions: Questions, lever: Lever, without: list[Item], figures: tuple[str, ...] = (), start: int = 0) -> Setting | None:
    """The least change of a lever with which there is a plan, while some items are out and other figures are changed.

    Args:
        questions: What has a plan.
        lever: The lever.
        without: Items that are out; not that of the lever.
        figures: Overrides of other figures.
        start: Place that is enough for a part of what is asked, so that the search is best begun there.

    Raises:
        StoppedError: The time is over, or the work has been stopped.
    """

    def ask(place: int) -> bool:
        return questions.has_plan(without, (*figures, *lever.set_to(lever.values[place]))) is True

    last = len(lever.values) - 1
    if start > last:
        return None
    if not lever.in_order:
        return next((Setting(lever, place) for place in range(last + 1) if ask(place)), None)
    if lever.guess is not None and isinstance(lever.values, Grid):
        guess = questions.guess(lever, without, figures)
        if guess is not None:
            place = lever.values.place(guess.value)
            if guess.within > 1.0 / lever.values.fineness or guess.moves > FEW_MOVES:
                return Setting(lever, place, guess.within)
            if ask(place):
                return Setting(lever, _down_from(ask, place))
    if ask(start):
        return Setting(lever, _down_from(ask, start))
    return Setting(lever, _first(ask, start, last)) if start < last and ask(last) else None


def _down_from(ask: Callable[[int], bool], yes: int) -> int:
    """The first place that is enough, where it is most likely the one given."""
    return yes if yes == 0 or not ask(yes - 1) else _first(ask, -1, yes - 1)


def _first(ask: Callable[[int], bool], no: int, yes: int) -> int:
    """The first place that is enough, between one that is not (or lies before the first) and one that is."""
    while yes - no > 1:
        middle = (no + yes) // 2
        if ask(middle):
            yes = middle
        else:
            no = middle
    return yes
