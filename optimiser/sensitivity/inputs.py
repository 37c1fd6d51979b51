"""Each input with a range: the plan held and re-optimised at both ends, its switching value and its tipping values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from instances import Instance, InstanceError, apply
from instances.ranges import Range
from optimiser.differences import differences
from optimiser.sensitivity.dial import Dial, End, dial_of, in_words
from optimiser.sensitivity.switching import Switching, switching
from optimiser.sensitivity.tipping import Tipping, tipping
from optimiser.sensitivity.turned import Turned
from optimiser.whatif import Answer, Base, Task, beats, best_of, held


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class EndResult(_Frozen):
    """One end of a range.

    Attributes:
        value: The value in words.
        override: What sets it.
        refused: Why the value is not allowed; then there is nothing else.
        held: NPV of the held plan, GBP; None where it cannot be priced.
        broken: Rules that the held plan breaks, by name.
        reoptimised: The best plan.
        changes: Whether that has another configuration than the held plan.
        becomes: How that differs, in sentences.
    """

    value: str
    override: str
    refused: str = ""
    held: float | None = None
    broken: tuple[str, ...] = ()
    reoptimised: Answer = Answer(status="unknown")
    changes: bool = False
    becomes: tuple[str, ...] = ()


class InputResult(_Frozen):
    """What one input does to the plan.

    Attributes:
        path: Its path; with `*` a group.
        unit: Unit of its figures.
        figures: How many figures it means.
        base: Its value today, in words.
        source: Where the range comes from.
        low, high: The ends of its range; None without one.
        switching: Where the held plan's NPV is 0.
        below, above: Where another configuration beats the held plan, on either side of today's value; None where it was not asked for.
    """

    path: str
    unit: str
    figures: int
    base: str
    source: str = ""
    low: EndResult | None = None
    high: EndResult | None = None
    switching: Switching
    below: Tipping | None = None
    above: Tipping | None = None

    @property
    def swing(self) -> float:
        """How far apart the held plan's NPVs at the two ends are, GBP."""
        ends = [end.held for end in (self.low, self.high) if end is not None and end.held is not None]
        return max(ends) - min(ends) if len(ends) == 2 else 0.0

    @property
    def nearest(self) -> Tipping | None:
        """The tipping value that is nearer to today's value, of those on its two sides."""
        found = [side for side in (self.below, self.above) if side is not None and side.distance is not None]
        return min(found, key=lambda side: side.distance or 0.0, default=None)


@dataclass(frozen=True)
class InputQuestion:
    """One input: its path, its range if it has one, and whether its tipping values are wanted."""

    path: str
    given: Range | None
    tips: bool


def input_tasks(instance: Instance, paths: Sequence[str], ranges: Iterable[tuple[str, Range]], *, tips: bool) -> list[Task[InputQuestion]]:
    """A task for each range, and for each further path.

    Raises:
        OverrideError: A path leads nowhere.
    """
    given = dict(ranges)
    questions = [InputQuestion(path, given.get(path), tips) for path in dict.fromkeys([*given, *paths])]
    for question in questions:
        dial_of(instance, question.path, question.given)
    return [Task(f"input {q.path} {q.given} {q.tips}", q) for q in questions]


def study_input(base: Base, question: InputQuestion) -> InputResult:
    """Everything about one input."""
    dial = dial_of(base.instance, question.path, question.given)
    turned = Turned(base, dial)
    ends = (None, None) if dial.ends is None else (_end(base, dial, dial.ends[0]), _end(base, dial, dial.ends[1]))
    return InputResult(
        path=dial.path,
        unit=dial.unit,
        figures=dial.count,
        base=dial.said(dial.base),
        source="" if question.given is None else question.given.source or "",
        low=ends[0],
        high=ends[1],
        switching=switching(turned),
        below=tipping(turned, -1) if question.tips else None,
        above=tipping(turned, 1) if question.tips else None,
    )


def _end(base: Base, dial: Dial, end: End) -> EndResult:
    override = dial.end_override(end)
    value = in_words(end, dial.unit)
    try:
        instance = apply(base.instance, overrides=[override])
    except InstanceError as error:
        return EndResult(value=value, override=override, refused=str(error.faults[0]))
    own = held(base, instance)
    best = best_of(base, instance, own)
    changes = beats(base, own, best)
    return EndResult(
        value=value,
        override=override,
        held=None if own is None else own.npv,
        broken=() if own is None else own.broken,
        reoptimised=best,
        changes=changes,
        becomes=() if not changes else tuple(differences(base.instance, base.configuration, best.configuration)),
    )
