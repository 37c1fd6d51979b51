"""Independent parts, each solved by itself.

No rule and no move links two parts of the council graph (`CouncilGraph.parts`), so the model falls into one for each of them: the best
plan of the whole is the best plans of the parts side by side, and what is a bound on each is together a bound on the whole.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from formulations import Objective, Priced, Unreachable
from formulations.terms import THOUSAND
from optimiser.methods.solved import Solved, nothing
from optimiser.start import Start
from solvers.base import Holds, Limits, Progress, Result, Solver, Termination, relative_gap

Method = Callable[[Priced, Objective, Solver, Limits, Start | None], Solved]


SMALL_SHARE = 1.0
"""Seconds that every part gets while there are any: a part of few moves, or of alternatives alone, needs no more, but not much less."""
WORST_FIRST = (Termination.ERROR, Termination.UNBOUNDED, Termination.INTERRUPTED, Termination.TIME_LIMIT)
"""Why the whole has stopped, where parts have stopped before they were proven."""


@dataclass(frozen=True)
class Whole:
    """What solving the parts gives.

    Attributes:
        parts: The parts that have a plan, in the order of the graph's parts; the first may be the whole.
        result: What is proven of the whole; its values are those of the parts.
        unreachable: Demands that no move can meet.
    """

    parts: tuple[Solved, ...]
    result: Result
    unreachable: tuple[Unreachable, ...] = ()


def solve_apart(
    priced: Priced, objective: Objective, solver: Solver, limits: Limits, start: Start | None, method: Callable[[Priced], Method]
) -> Whole:
    """Solve each part, the smallest first, so that time that is not needed goes to the larger ones.

    Args:
        priced: What is to be planned.
        objective: What is maximised.
        solver: Back end.
        limits: Limits for all parts together; the gap is asked of each, and of the whole.
        start: An earlier solve.
        method: Which method a part is for.
    """
    if not divisible(priced):
        solved = method(priced)(priced, objective, solver, limits, start)
        return Whole((solved,), solved.result, solved.unreachable)
    nodes = set().union(*priced.graph.parts)
    constant = idle(objective, priced.instance.baselines.keys() - nodes)
    return _Apart(priced.parts(), objective, solver, limits, start, method).solve(constant)


def divisible(priced: Priced) -> bool:
    """Whether there are several parts, and all that is demanded is in one of them; what is asked besides the rules links them all."""
    if priced.asked:
        return False
    parts = priced.graph.parts
    return len(parts) > 1 and priced.graph.decided.demanded() <= set().union(*parts)


def most_moves(priced: Priced) -> int:
    """Moves of the part that has most."""
    number = {node: i for i, nodes in enumerate(priced.graph.parts) for node in nodes}
    keys = zip(priced.moves["council"].tolist(), priced.moves["service"].tolist(), strict=True)
    return max(Counter(number[key] for key in keys).values(), default=0)


def idle(objective: Objective, nodes: Collection[tuple[str, str]]) -> float:
    """What doing nothing is worth for some councils and services, thousand GBP: the changes of what was adopted there."""
    return -objective.change_cost * sum(key in nodes for key in objective.adopted or ()) / THOUSAND


@dataclass
class _Apart:
    """One solve of several parts."""

    parts: Sequence[Priced]
    objective: Objective
    solver: Solver
    limits: Limits
    start: Start | None
    method: Callable[[Priced], Method]
    done: dict[int, Solved] = field(init=False, default_factory=dict)

    def solve(self, constant: float) -> Whole:
        """All parts, and what is proven of them together."""
        began = time.monotonic()
        for number, gap in self._turns(constant):
            part, before = self.parts[number], self.done.get(number)
            limits = replace(self.limits, gap=gap, seconds=self._seconds(number, began), on_progress=self._told(number, constant, began))
            found = self.method(part)(part, self._objective(number), self.solver, limits, self.start)
            self.done[number] = found if before is None else _better(before, found)
            if found.unreachable or found.result.termination is Termination.INFEASIBLE:
                infeasible = replace(nothing(Termination.INFEASIBLE, self.solver, self.limits), seconds=time.monotonic() - began)
                return Whole((), infeasible, found.unreachable)
        return self._whole(constant, began)

    def _objective(self, number: int) -> Objective:
        return self.objective.part(self.parts[number].graph.parts[0])

    def _turns(self, constant: float) -> Iterator[tuple[int, float]]:
        """Each part with the gap to prove: the one of the whole, and none where values above and below 0 make that too little."""
        yield from ((number, self.limits.gap) for number in sorted(range(len(self.parts)), key=lambda i: (len(self.parts[i].moves), i)))
        for number in sorted(self.done, key=lambda i: (-_open(self.done[i].result), i)):
            value, bound = self._sum(constant, "objective"), self._sum(constant, "bound")
            if value is None or bound is None or bound - value <= self.limits.gap * abs(value) + self.limits.absolute_gap:
                return
            yield number, 0.0

    def _seconds(self, number: int, began: float) -> float | None:
        """Time for a part: its share, by its moves, of what is left for those that have had no turn; a small one gets what it needs."""
        left = self.limits.left(began)
        if left is None:
            return None
        waiting = sum(len(part.moves) for i, part in enumerate(self.parts) if i not in self.done)
        share = left * len(self.parts[number].moves) / waiting if waiting and number not in self.done else left
        return min(left, max(share, SMALL_SHARE))

    def _value(self, number: int, name: str) -> float | None:
        """Objective or bound of a part, thousand GBP; to do nothing is a plan wherever nothing is demanded."""
        found = getattr(self.done[number].result, name) if number in self.done else None
        if found is None and name == "objective" and not self.parts[number].graph.decided.demanded():
            return idle(self._objective(number), self.parts[number].graph.parts[0])
        return None if found is None else float(found)

    def _sum(self, constant: float, name: str, without: int | None = None) -> float | None:
        """Objective or bound of the whole, or of all parts but one; None where that of a part is not known."""
        values = [self._value(number, name) for number in range(len(self.parts)) if number != without]
        return None if None in values else constant + sum(value for value in values if value is not None)

    def _told(self, number: int, constant: float, began: float) -> Callable[[Progress], None] | None:
        """Progress of one part in terms of the whole."""
        report = self.limits.on_progress
        if report is None:
            return None

        def tell(progress: Progress) -> None:
            others = [self._sum(constant, name, number) for name in ("objective", "bound")]
            own = (progress.incumbent, progress.bound)
            value, bound = (None if a is None or b is None else a + b for a, b in zip(others, own, strict=True))
            gap = None if value is None or bound is None else relative_gap(value, bound)
            report(Progress(time.monotonic() - began, value, bound, gap))

        return tell

    def _whole(self, constant: float, began: float) -> Whole:
        value, bound = self._sum(constant, "objective"), self._sum(constant, "bound")
        ends = {found.result.termination for found in self.done.values()}
        result = nothing(next((end for end in WORST_FIRST if end in ends), Termination.OPTIMAL), self.solver, self.limits)
        result = replace(result, bound=bound, seconds=time.monotonic() - began)
        parts = tuple(self.done[number] for number in sorted(self.done) if self.done[number].result.holds is not Holds.NOTHING)
        if value is None or not parts:
            return Whole((), result)
        proven = ends == {Termination.OPTIMAL}
        result = replace(
            result,
            holds=Holds.OPTIMUM if proven else Holds.INCUMBENT,
            objective=value,
            gap=None if bound is None else relative_gap(value, bound),
        )
        return Whole(parts, result)


def _open(result: Result) -> float:
    """How much a part's bound is above its plan."""
    return 0.0 if result.bound is None or result.objective is None else result.bound - result.objective


def _better(one: Solved, other: Solved) -> Solved:
    """The better plan of two solves of the same part, with the lower bound; why it ended is told of the second."""
    known = [solved.result.bound for solved in (one, other) if solved.result.bound is not None]
    bound, first, second = min(known, default=None), one.result.objective, other.result.objective
    best = one if second is None or (first is not None and first > second) else other
    gap = None if bound is None or best.result.objective is None else relative_gap(best.result.objective, bound)
    return replace(best, result=replace(best.result, bound=bound, gap=gap, termination=other.result.termination))
