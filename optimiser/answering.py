"""The answer to a case: a plan, or that there is none. For what solves many cases, so that one without a plan is not the end of the others."""

from __future__ import annotations

import time
from dataclasses import dataclass

from optimiser.errors import InfeasibleError, NoPlanError
from optimiser.pipeline import solve
from optimiser.plan import Plan
from optimiser.store import Case, Entry


@dataclass(frozen=True)
class Answered:
    """What a case came to.

    Attributes:
        entry: To be recorded.
        plan: The plan; None where there is none.
        reasons: Why there is none, as far as it is known.
    """

    entry: Entry
    plan: Plan | None = None
    reasons: tuple[str, ...] = ()

    @property
    def run(self) -> str:
        """Id of the run."""
        return self.entry.run

    @property
    def status(self) -> str:
        """`optimal`, `feasible`, `infeasible` or `no_plan`."""
        return str(self.entry.row["status"])


def answered(case: Case) -> Answered:
    """Solve a case. The answer is the one that the command `solve` gives and records.

    Raises:
        NoPlanError: Somebody has interrupted it before there was a plan, which is no answer.
        AuditError, SolverError: See `optimiser.pipeline.solve`.
    """
    began = time.perf_counter()
    try:
        plan = solve(case.instance, case.settings)
    except InfeasibleError as error:
        return Answered(Entry.of_failure(case, error, time.perf_counter() - began), reasons=error.reasons)
    except NoPlanError as error:
        if error.termination == "interrupted":
            raise
        return Answered(Entry.of_failure(case, error, time.perf_counter() - began), reasons=(str(error),))
    return Answered(Entry.of_plan(case, plan), plan)
