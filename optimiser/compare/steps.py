"""Which changed input accounts for a difference: the changes are applied one group after another, and each step is solved anew.

A step whose data are not sound by themselves, such as a council without its baselines, is taken together with the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from instances import Instance
from instances.changes import Change, Group, composed, groups
from instances.checks import Draft, check
from optimiser.compare.result import Step
from optimiser.compare.side import Side
from optimiser.differences import differences
from optimiser.errors import InfeasibleError, NoPlanError
from optimiser.pipeline import SolveSettings, solve
from optimiser.plan import PlanDocument

MOST = 12
"""Groups that are applied one by one; where there are more, the columns of a table go together."""


@dataclass(frozen=True)
class _Reached:
    """Where the steps have come to: the plan of the last that had one."""

    plan: PlanDocument | None

    def step(self, taken: Sequence[Group], sizes: Counter[Group], status: str, plan: PlanDocument | None, instance: Instance) -> Step:
        """The next step."""
        both = plan is not None and self.plan is not None
        return Step(
            inputs=tuple(map(str, taken)),
            changes=sum(sizes[group] for group in taken),
            status=status,
            npv=None if plan is None else plan.npv,
            effect=plan.npv - self.plan.npv if plan is not None and self.plan is not None else None,
            gap=None if plan is None else plan.gap,
            differences=tuple(differences(instance, self.plan.configuration(), plan.configuration())) if both else (),  # type: ignore[union-attr]
        )


def steps(
    before: Side, after: Side, found: Sequence[Change], settings: SolveSettings, on_step: Callable[[str], None] | None = None
) -> Iterator[Step]:
    """Each step from the data of one side to those of the other; the last has the other's plan.

    Args:
        before: The side that the steps begin at; its data are known.
        after: The side that they end at; its data are known.
        found: In what their data differ.
        settings: How each step is solved.
        on_step: Told what is changed in a step as it begins.
    """
    assert before.instance is not None
    assert after.instance is not None
    sizes = Counter(change.group for change in found if change.matters)
    reached, done, taken = _Reached(before.plan), list[Group](), list[Group]()
    ahead = _bundles(groups(found))
    for number, bundle in enumerate(ahead, 1):
        taken += bundle
        if number == len(ahead):
            yield reached.step(taken, sizes, after.status, after.plan, after.instance)
            return
        instance = composed(before.instance, after.instance, [*done, *taken])
        if check(Draft.of(instance)):
            continue
        if on_step is not None:
            on_step(", ".join(map(str, taken)))
        status, plan = _solved(instance, settings)
        yield reached.step(taken, sizes, status, plan, instance)
        reached = reached if plan is None else _Reached(plan)
        done, taken = [*done, *taken], []


def _bundles(every: Sequence[Group]) -> list[list[Group]]:
    """What is changed in each step."""
    if len(every) <= MOST:
        return [[group] for group in every]
    tables: dict[str, list[Group]] = {}
    for group in every:
        tables.setdefault(group.table if group.table != "instance.toml" else group.column.partition(".")[0], []).append(group)
    return list(tables.values())


def _solved(instance: Instance, settings: SolveSettings) -> tuple[str, PlanDocument | None]:
    try:
        plan = solve(instance, settings)
    except InfeasibleError:
        return "infeasible", None
    except NoPlanError as error:
        if error.termination == "interrupted":
            raise
        return "no_plan", None
    return plan.status, plan.document
