"""The study: which questions are asked of a base, in which order, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from instances import Instance
from instances.ranges import Range
from optimiser.manifest import versions
from optimiser.pipeline import SolveSettings, solve
from optimiser.plan import Plan, PlanDocument
from optimiser.sensitivity.frontier import Frontier, frontier_tasks, study_frontier
from optimiser.sensitivity.inputs import InputResult, input_tasks, study_input
from optimiser.sensitivity.prices import Price, PriceQuestion, price_of, price_tasks
from optimiser.sensitivity.reference import reference
from optimiser.sensitivity.relaxing import commitment_questions, decision_questions, pair_questions, rule_questions
from optimiser.sensitivity.result import Sensitivity, SensitivityDocument, dearest_first
from optimiser.sensitivity.uncertainty import Draw, DrawRow, Uncertainty, design, draw_rows, study_draw, uncertainty
from optimiser.sensitivity.withdrawal import Withdrawal, study_withdrawal, withdrawal_tasks
from optimiser.start import Learned
from optimiser.whatif import Base, Journal, Runner, Unwatched, Watcher, base_of, digest

Part = Literal["inputs", "rules", "pairs", "decisions", "withdrawal", "frontier", "uncertainty"]
PARTS: tuple[Part, ...] = get_args(Part)
DRAWS = 200
"""Draws of uncertainty unless told otherwise."""
POINTS = 12
"""Points of each frontier unless told otherwise."""


@dataclass(frozen=True)
class Scope:
    """What a study is about.

    Attributes:
        parts: Which parts.
        inputs: Inputs to study besides those with a range.
        ranges: Ranges besides those of the instance, by path; they go before the instance's own.
        tipping: Whether tipping values are looked for, which takes most of the solves.
        draws: Draws of uncertainty.
        points: Points of each frontier, at most.
    """

    parts: tuple[Part, ...] = PARTS
    inputs: tuple[str, ...] = ()
    ranges: dict[str, Range] = field(default_factory=dict)
    tipping: bool = True
    draws: int = DRAWS
    points: int = POINTS


def sensitivity(
    instance: Instance,
    scope: Scope | None = None,
    *,
    settings: SolveSettings | None = None,
    jobs: int = 1,
    unfinished: Path | None = None,
    watcher: Watcher | None = None,
    **changes: Any,
) -> Sensitivity:
    """Study an instance's plan.

    Args:
        instance: What `instances.read` gives.
        scope: What the study is about; everything unless given.
        settings: How every solve is done.
        jobs: Processes that share the work. From Python, more than one needs the caller's own module to be guarded by `__name__ == "__main__"`.
        unfinished: Folder in which finished work is kept until the study is written, so that an interrupted one goes on; None keeps none.
        watcher: Told how it goes on.
        changes: Fields of SolveSettings, by name.

    Raises:
        InfeasibleError, NoPlanError: There is no plan to study.
        OverrideError: A path of an input leads nowhere.
        KeyboardInterrupt: Somebody has stopped the work; what is finished is kept.
    """
    scope, settings = scope or Scope(), replace(settings or SolveSettings(), **changes)
    code = digest(instance, settings, repr(scope))
    journal = None if unfinished is None else Journal(unfinished / digest(instance, settings, None))
    watcher = watcher or Unwatched()
    base = _known_base(instance, settings, journal, watcher)
    with Runner(base, jobs, journal, watcher) as runner:
        found = _Study(runner, scope)
        drawn = found.uncertainty(settings.seed) if "uncertainty" in scope.parts else None
        document = SensitivityDocument(
            study=code,
            run=base.plan.document.run,
            title=base.plan.document.title,
            npv=base.plan.npv,
            bound=base.plan.bound,
            gap=base.plan.gap,
            inputs=found.part("inputs", found.inputs),
            rules=found.part("rules", lambda: found.prices("rules", rule_questions(instance))),
            commitments=found.part("rules", lambda: found.prices("commitments", commitment_questions(instance))),
            pairs=found.part("pairs", lambda: found.prices("pairs kept apart", pair_questions(instance))),
            decisions=found.part("decisions", lambda: found.prices("hosts", decision_questions(instance, base.plan))),
            withdrawals=found.part("withdrawal", found.withdrawals),
            frontiers=found.part("frontier", found.frontiers),
            uncertainty=None if drawn is None else drawn[0],
            draws=() if drawn is None else drawn[1],
            reference=reference(base.plan, None if drawn is None or drawn[0] is None else drawn[0].nothing),
            manifest=_manifest(base, scope),
        )
    return Sensitivity(document, instance.name)


class _Study:
    """The parts of one study."""

    def __init__(self, runner: Runner, scope: Scope) -> None:
        self._runner, self._scope, self._instance = runner, scope, runner.base.instance

    def part(self, name: Part, work: Callable[[], tuple[Any, ...]]) -> tuple[Any, ...]:
        """A part, where it is asked for."""
        return work() if name in self._scope.parts else ()

    def inputs(self) -> tuple[InputResult, ...]:
        """The inputs, in the order of the tornado."""
        ranges = self._instance.settings.ranges | self._scope.ranges
        tasks = input_tasks(self._instance, self._scope.inputs, ranges.items(), tips=self._scope.tipping)
        found = self._runner.run("inputs", study_input, tasks, InputResult)
        return tuple(sorted(found, key=lambda one: -one.swing))

    def prices(self, what: str, questions: Iterator[PriceQuestion]) -> tuple[Price, ...]:
        """Prices, the dearest first."""
        return dearest_first(self._runner.run(what, price_of, price_tasks(list(questions)), Price))

    def withdrawals(self) -> tuple[Withdrawal, ...]:
        """Withdrawals, the dearest for the others first."""
        found = self._runner.run("withdrawal", study_withdrawal, withdrawal_tasks(self._runner.base), Withdrawal)
        return tuple(sorted(found, key=lambda one: one.npv_after or 0.0))

    def frontiers(self) -> tuple[Frontier, ...]:
        """One for each measure."""
        return tuple(self._runner.run("frontier", study_frontier, frontier_tasks(self._scope.points), Frontier))

    def uncertainty(self, seed: int) -> tuple[Uncertainty | None, tuple[DrawRow, ...]]:
        """The draws, and what they say."""
        ranges = self._instance.settings.ranges | self._scope.ranges
        made = design(self._instance, ranges.items(), self._scope.draws, seed)
        draws = self._runner.run("draws", study_draw, made.tasks(), Draw)
        return uncertainty(self._runner.base, made, draws, seed), draw_rows(made, draws)


class _KeptPlan(PlanDocument):
    """The plan of a base, with what its solve has learned, as a journal keeps it."""

    learned: Learned = Learned()


def _known_base(instance: Instance, settings: SolveSettings, journal: Journal | None, watcher: Watcher) -> Base:
    """The base, from the journal where an interrupted study has it."""
    known = None if journal is None else journal.result("base", _KeptPlan)
    if isinstance(known, _KeptPlan):
        document = PlanDocument.model_validate(known.model_dump(exclude={"learned"}))
        return base_of(instance, settings, Plan(document, instance.name, learned=known.learned))
    watcher.begin("the plan", 1, 0)
    plan = solve(instance, settings)
    watcher.done()
    if journal is not None:
        journal.keep("base", _KeptPlan.model_validate({**plan.document.model_dump(), "learned": plan.learned}))
    return base_of(instance, settings, plan)


def _manifest(base: Base, scope: Scope) -> dict[str, Any]:
    """What gave the study: that of its plan, and what was asked."""
    ranges = {path: given.model_dump(mode="json") for path, given in scope.ranges.items()}
    return {
        **base.plan.document.manifest,
        "versions": versions(),
        "asked": {
            "parts": list(scope.parts),
            "inputs": list(scope.inputs),
            "ranges": ranges,
            "tipping": scope.tipping,
            "draws": scope.draws,
        },
    }


def clear(unfinished: Path, instance: Instance, settings: SolveSettings) -> None:
    """The study is written: nothing is to be gone on with."""
    Journal(unfinished / digest(instance, settings, None)).finish()


def questions_asked(parts: Sequence[str]) -> tuple[Part, ...]:
    """Parts by name, in the order in which they are done."""
    return tuple(part for part in PARTS if part in parts)
