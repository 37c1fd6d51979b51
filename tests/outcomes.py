"""What enumeration and the product say of an instance, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from oracle import Decisions, Optimum, best, broken_rules, decisions, objective_value, value

from formulations.objectives import Objective
from instances import read
from optimiser import solve
from optimiser.errors import AuditError, InfeasibleError
from optimiser.plan import PlanDocument

HALF_A_PENNY = 0.005


class Solved(NamedTuple):
    """The product's plan, and what enumeration says that it is worth and breaks."""

    npv: float
    objective: float
    plan: Decisions
    worth: float
    worth_by_objective: float
    broken: tuple[str, ...]


class Outcome(NamedTuple):
    """Both answers for one instance; None where there is no plan."""

    name: str
    enumerated: Optimum | None
    solved: Solved | None
    fault: str = ""
    """What the product's own audit does not confirm."""

    @property
    def agrees(self) -> bool:
        """Both have no plan; or the same one, which is worth what both say, is allowed, and comes first of those as good."""
        if self.fault:
            return False
        if self.enumerated is None or self.solved is None:
            return self.enumerated is None and self.solved is None
        pairs = [
            (self.solved.objective, self.enumerated.objective),
            (self.solved.objective, self.solved.worth_by_objective),
            (self.solved.npv, self.solved.worth),
        ]
        same = self.solved.plan == Decisions(self.enumerated.moves, self.enumerated.options)
        return same and not self.solved.broken and all(abs(one - other) < HALF_A_PENNY for one, other in pairs)

    def __str__(self) -> str:
        """Name, both values and both plans."""
        lines = [f"{self.name}: enumeration {_pounds(self.enumerated)}, product {_pounds(self.solved)}"]
        if self.enumerated is not None:
            lines += [f"  enumeration: {tuple(one)}" for one in (*self.enumerated.moves, *self.enumerated.options)]
        if self.solved is not None:
            lines += [f"  product:     {tuple(one)}" for one in (*self.solved.plan.moves, *self.solved.plan.options)]
            lines += [f"  worth £{self.solved.worth:,.2f}, by the objective £{self.solved.worth_by_objective:,.2f}"]
            lines += [f"  broken: {line}" for line in self.solved.broken]
        return "\n".join([*lines, *([f"  {self.fault}"] if self.fault else [])])


def _pounds(answer: Optimum | Solved | None) -> str:
    return "no plan" if answer is None else f"£{answer.npv:,.2f} (objective £{answer.objective:,.2f})"


def decided(document: PlanDocument) -> Decisions:
    """What a plan of the product decides."""
    moves = [(m.council, p.service, p.host, p.vehicle, m.tranche) for p in document.partnerships for m in p.members]
    return decisions(sorted(moves), sorted((o.council, o.service, o.option, o.tranche) for o in document.options))


def outcome(
    folder: Path, name: str, *, kind: str = "npv", year: int | None = None, adopted: PlanDocument | None = None, change_cost: float = 0.0
) -> Outcome:
    """Enumerate and solve one instance for one objective."""
    asked: dict[str, Any] = {"objective": kind, "year": year, "change_cost": change_cost}
    asked["adopted"] = None if adopted is None else decided(adopted)
    enumerated = best(folder, **asked)
    arrangements = None if adopted is None else adopted.arrangements()
    objective = Objective(kind=kind, year=year, adopted=arrangements, change_cost=change_cost)  # type: ignore[arg-type]
    try:
        document = solve(read(folder), objective=objective).document
    except InfeasibleError:
        return Outcome(name, enumerated, None)
    except AuditError as error:
        return Outcome(name, enumerated, None, str(error))
    plan = decided(document)
    worth = value(folder, *plan), objective_value(folder, *plan, **asked)
    broken = tuple(broken_rules(folder, *plan))
    return Outcome(name, enumerated, Solved(document.npv, document.objective_value, plan, *worth, broken))
