"""The one path: price, formulate, solve, settle ties, extract, audit. What-ifs, scenarios and sweeps are overrides over it."""

from __future__ import annotations

import functools
import operator
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import formulations
import solvers
from formulations import Objective
from formulations.pricing import Priced
from formulations.terms import THOUSAND
from instances import Instance
from instances.asked import Asked
from optimiser import manifest
from optimiser.audit import audit
from optimiser.errors import AuditError, InfeasibleError, NoPlanError
from optimiser.extract import Solution, decisions, document, options_taken
from optimiser.flows import Decision, Taken
from optimiser.infeasible import reasons
from optimiser.methods import Choice, MethodName, chosen, solve_by
from optimiser.methods.parted import parted
from optimiser.methods.solved import Solved
from optimiser.plan import Plan, PlanDocument
from optimiser.standing import COUNTS, Question, stands
from optimiser.start import Learned, Start
from optimiser.ties import Ties
from solvers.base import Holds, Limits, Progress, Result, Solver, Termination

EXACT_MOVES = 3000
"""Up to this many moves a plan is solved to optimality by default."""
DEFAULT_GAP = 0.001
"""Gap proven by default for larger instances."""
ABSOLUTE_GAP = 1e-6
"""A gap in thousand GBP that counts as none: a tenth of a penny."""
PREPARE = "prepare"
"""The stage that is of no use to the plan itself."""
MODEL_TOLERANCE = 0.01
"""How far the model's objective and the plan's NPV may be apart, GBP."""


@dataclass(frozen=True)
class SolveSettings:
    """How to solve.

    Attributes:
        gap: Relative gap to prove; None: 0 up to 3,000 moves, 0.1 % beyond.
        time_limit: Seconds for the solver; None is none.
        threads: Threads of the solver.
        seed: Random seed of the solver.
        solver: Back end.
        method: `compact` is one model for the back end; `decomposition` prices partnerships one by one; `auto` chooses.
        interrupt: Set it to stop the solve; the incumbent is kept.
        objective: What is maximised; NPV unless given.
        asked: What is asked of the plan besides the rules.
        start: An earlier plan to start from: `Plan.start()`.
        settle_ties: Whether ties are settled where no gap is allowed; what-ifs that only ask for a value need not.
        reasons: Whether to look for the reasons where there is no plan.
        prepare: Whether to keep the bound service by service, so that a solve of data with other figures of a few services is quick.
        on_stage: Called with the name of each stage as it begins, and a remark: of the solve, the method and why.
        on_progress: Called with incumbent, bound and gap (GBP) while the solver runs.
    """

    gap: float | None = None
    time_limit: float | None = None
    threads: int = 1
    seed: int = 0
    solver: str = "highs"
    method: MethodName = "auto"
    interrupt: threading.Event = field(default_factory=threading.Event)
    objective: Objective = field(default_factory=Objective)
    asked: tuple[Asked, ...] = ()
    start: Start | None = None
    settle_ties: bool = True
    reasons: bool = True
    prepare: bool = False
    on_stage: Callable[[str, str], None] | None = None
    on_progress: Callable[[Progress], None] | None = None


def solve(instance: Instance, settings: SolveSettings | None = None, **changes: Any) -> Plan:
    """The plan with the highest NPV, audited.

    Args:
        instance: What `instances.read` gives.
        settings: How to solve; the defaults unless given.
        changes: Fields of SolveSettings, by name, that go before those of `settings`.

    Raises:
        InfeasibleError: What is decided, or asked, clashes with the rules.
        NoPlanError: Stopped before a plan was found.
        AuditError: The plan found is not confirmed by the audit: a defect of ours.
        SolverError: The back end is missing or failed.
    """
    settings = replace(settings or SolveSettings(), **changes)
    timings: dict[str, float] = {}
    standing = _standing(instance, settings, timings)
    if standing is not None:
        return standing
    best = _best(instance, settings, timings)
    with _stage("audit", settings, timings):
        found = _document(best, settings.objective)
        checked = audit(instance, found, settings.objective.adopted, settings.asked)
        faults = [*_against_model(found, best.objective * THOUSAND), *checked.faults]
    found = found.model_copy(update={"rules": checked.rules, "manifest": _manifest(instance, settings, found, best.told)})
    if faults:
        raise AuditError(instance.name, faults, found)
    learned = best.learned
    if settings.prepare:
        with _stage(PREPARE, settings, timings):
            learned = learned.model_copy(update={"parted": parted(best.priced, settings.objective, learned)})
    return Plan(found.model_copy(update={"run": manifest.run_id(found)}), instance.name, timings, learned)


def _standing(instance: Instance, settings: SolveSettings, timings: dict[str, float]) -> Plan | None:
    """The earlier plan, where it stands (`optimiser.standing`)."""
    if settings.start is None or settings.start.instance is None or settings.asked or settings.method == "compact":
        return None
    earlier, solver = settings.start.manifest, solvers.get(settings.solver)
    gap = default_gap(earlier.get("moves", 0)) if settings.gap is None else settings.gap
    with _stage("stand", settings, timings):
        found = stands(Question(instance, settings.objective, settings.start, solver, _limits(settings, gap)))
        if found is None:
            return None
        told = {
            "method": "decomposition",
            "because": found.because,
            "solver": found.solver,
            "gap": gap,
            "termination": Termination.OPTIMAL.value,
            "ties": "not settled",
            **{name: earlier[name] for name in COUNTS},
        }
        document = found.document.model_copy(
            update={"rules": found.checked.rules, "manifest": _manifest(instance, settings, found.document, told)}
        )
    return Plan(document.model_copy(update={"run": manifest.run_id(document)}), instance.name, timings, found.learned)


def decide(instance: Instance, settings: SolveSettings) -> Decided:
    """What `solve` decides, without a document of it and without the audit: for who works out by himself what it is worth.

    Raises:
        InfeasibleError, NoPlanError, SolverError: See `solve`.
    """
    best = _best(instance, settings, {})
    return Decided(
        decisions(best.plans),
        options_taken(best.plans),
        status=best.status,
        objective=best.objective * THOUSAND,
        bound=None if best.result.bound is None else best.result.bound * THOUSAND,
    )


@dataclass(frozen=True)
class Decided:
    """What a solve decides.

    Attributes:
        taken: The moves.
        options: The alternatives.
        status: `optimal` within the gap, or `feasible`.
        objective: Value of the objective by the model, GBP.
        bound: No plan has a higher one, GBP; None where nothing is proven.
    """

    taken: Sequence[Decision]
    options: Sequence[Taken]
    status: Literal["optimal", "feasible"]
    objective: float
    bound: float | None


@dataclass(frozen=True)
class _Best:
    """The best plan as the models have it.

    Attributes:
        priced: What was planned.
        choice: How, and why so.
        gap: The relative gap that was to be proven.
        result: What is proven.
        settled: The plan of each part.
        learned: What a later solve can start from besides the plan.
    """

    priced: Priced
    choice: Choice
    gap: float
    result: Result
    settled: Sequence[_Settled]
    learned: Learned

    @property
    def plans(self) -> list[Solution]:
        """The models and the values of their variables."""
        return [(part.solved.model, part.values) for part in self.settled]

    @property
    def objective(self) -> float:
        """Value of the objective, thousand GBP."""
        return (self.result.objective or 0.0) + sum(part.gained for part in self.settled)

    @property
    def told(self) -> dict[str, Any]:
        """What a manifest tells of the solve."""
        graph = self.priced.graph
        return {
            "method": self.choice.method,
            "because": self.choice.why,
            "solver": self.result.solver,
            "gap": self.gap,
            "termination": self.result.termination.value,
            "ties": _ties(self.settled),
            "moves": len(self.priced.moves),
            "parts": len(graph.parts),
            "forbidden": graph.forbidden_by_rule(),
        }

    @property
    def status(self) -> Literal["optimal", "feasible"]:
        """Whether the gap is proven."""
        return "optimal" if self.result.holds is Holds.OPTIMUM else "feasible"


def _best(instance: Instance, settings: SolveSettings, timings: dict[str, float]) -> _Best:
    """Price, formulate, solve, settle ties."""
    with _stage("price", settings, timings):
        priced = _priced(instance, settings)
    gap = default_gap(len(priced.moves)) if settings.gap is None else settings.gap
    solver, limits = solvers.get(settings.solver), _limits(settings, gap)
    choice = chosen(settings.method, priced)
    with _stage("solve", settings, timings, f"{choice.method}: {choice.why}"):
        whole = solve_by(settings.method, priced, settings.objective, solver, limits, settings.start)
    result = whole.result
    if whole.unreachable or result.termination is Termination.INFEASIBLE:
        raise InfeasibleError(instance.name, reasons(priced, whole.unreachable, solver, limits) if settings.reasons else ())
    if result.holds is Holds.NOTHING:
        raise NoPlanError(instance.name, result.termination.value, None if result.bound is None else result.bound * THOUSAND)
    settled = [_Settled.of(part) for part in whole.parts]
    if gap == 0 and result.holds is Holds.OPTIMUM and settings.settle_ties:
        with _stage("settle ties", settings, timings):
            until = None if settings.time_limit is None else time.monotonic() + settings.time_limit - result.seconds
            settled = [part.without_ties(solver, limits, until) for part in settled]
    learned = functools.reduce(operator.or_, (part.learned for part in whole.parts), Learned())
    return _Best(priced, choice, gap, result, settled, learned)


def _priced(instance: Instance, settings: SolveSettings) -> Priced:
    """The priced instance; from what is kept of an earlier one where it differs in nothing but figures."""
    frame = None if settings.start is None or settings.asked else settings.start.frame
    known = None if frame is None else frame.price(instance)
    return formulations.price(instance, asked=settings.asked) if known is None else known


@dataclass(frozen=True)
class _Settled:
    """The plan of one part.

    Attributes:
        solved: What the method gave.
        values: Values of the model's variables, purchasing settled.
        objective: Value of the objective there, thousand GBP.
        ties: How the plan was found among those that are as good.
    """

    solved: Solved
    values: Mapping[str, float]
    objective: float
    ties: str = "not settled"

    @classmethod
    def of(cls, solved: Solved) -> _Settled:
        return cls(solved, *formulations.settle(solved.model, solved.result.values))

    @property
    def gained(self) -> float:
        """By how much settling it has changed the objective, thousand GBP."""
        return self.objective - (self.solved.result.objective or 0.0)

    def without_ties(self, solver: Solver, limits: Limits, until: float | None) -> _Settled:
        """The plan that comes first among those as good."""
        left = None if until is None else max(0.0, until - time.monotonic())
        values, ties = Ties(self.solved.model, solver, replace(limits, seconds=left), self.objective).settle(self.values)
        return _Settled(self.solved, *formulations.settle(self.solved.model, values), ties)


def _ties(settled: Sequence[_Settled]) -> str:
    """How the plan was found among those as good: `unique` and `settled` as far as all parts are."""
    said = {part.ties for part in settled}
    return next((ties for ties in ("not settled", "settled") if ties in said), "unique" if said else "not settled")


def default_gap(moves: int) -> float:
    """Gap proven where none is asked for."""
    return 0.0 if moves <= EXACT_MOVES else DEFAULT_GAP


@contextmanager
def _stage(name: str, settings: SolveSettings, timings: dict[str, float], remark: str = "") -> Iterator[None]:
    if settings.on_stage is not None:
        settings.on_stage(name, remark)
    began = time.perf_counter()
    yield
    timings[name] = time.perf_counter() - began


def _limits(settings: SolveSettings, gap: float) -> Limits:
    def in_pounds(progress: Progress) -> None:
        assert settings.on_progress is not None
        scaled = [None if value is None else value * THOUSAND for value in (progress.incumbent, progress.bound)]
        settings.on_progress(Progress(progress.seconds, scaled[0], scaled[1], progress.gap))

    return Limits(
        gap=gap,
        absolute_gap=ABSOLUTE_GAP,
        seconds=settings.time_limit,
        threads=settings.threads,
        seed=settings.seed,
        interrupt=settings.interrupt,
        on_progress=None if settings.on_progress is None else in_pounds,
    )


def _document(best: _Best, objective: Objective) -> PlanDocument:
    bound = None if best.result.bound is None else best.result.bound * THOUSAND
    taken, options = decisions(best.plans), options_taken(best.plans)
    return document(best.priced, taken, options, objective=objective, status=best.status, bound=bound)


def agree(value: float, objective: float) -> bool:
    """Whether a plan's value and the model's are the same, as far as sums of floats are, GBP."""
    return abs(objective - value) <= max(MODEL_TOLERANCE, 1e-9 * abs(value))


def _against_model(found: PlanDocument, objective: float) -> list[str]:
    """The plan's objective value is the model's objective, GBP."""
    value = found.objective_value
    if agree(value, objective):
        return []
    return [f"{found.objective}: £{value:,.2f} in the plan, £{objective:,.2f} by the model (£{abs(objective - value):,.2f} apart)"]


def _manifest(instance: Instance, settings: SolveSettings, found: PlanDocument, told: Mapping[str, Any]) -> dict[str, Any]:
    """What gave the plan."""
    asked = manifest.of_settings(instance, settings)
    asked |= {name: told[name] for name in ("solver", "method", "gap")}
    return {
        **manifest.of_data(instance),
        "solve": {**asked, "method_because": told["because"]},
        "versions": manifest.versions(),
        **{name: told[name] for name in COUNTS},
        "status": found.status,
        "termination": told["termination"],
        "ties": told["ties"],
        "objective": found.objective_value,
        "bound": found.bound,
        "gap": found.gap,
    }
