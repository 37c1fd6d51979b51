"""The best plan of an instance by enumeration, and what a given plan is worth and breaks."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from .parts import Problem, service_parts
from .plans import Decisions, Membership, Taken, decisions
from .pricing import changes, measure, plan_flows, plan_worth, worth
from .programme import broken_in_plan, limits
from .read import read
from .rules import HALF_A_PENNY
from .walk import Walk, first_of_equals, highest

Moves = Iterable[tuple[str, str, str, str, int]]
Options = Iterable[tuple[str, str, str, int]]


class Optimum(NamedTuple):
    """The best plan of an instance, and what it is worth by the objective."""

    npv: float
    objective: float
    moves: tuple[Membership, ...]
    options: tuple[Taken, ...] = ()


def best(
    folder: Path, *, objective: str = "npv", year: int | None = None, adopted: Decisions | None = None, change_cost: float = 0.0
) -> Optimum | None:
    """The plan of highest objective, ties settled; none where no plan keeps every rule.

    Objectives are npv, net_saving and yearly_position in a year (1 is the first), any of them less `change_cost` for each council
    and service whose arrangement differs from the adopted plan's.
    """
    data = read(folder)
    problem = Problem(data, measure(data, objective, year), adopted, change_cost, limits(data))
    walk = Walk(problem, [service_parts(problem, service) for service in data.services])
    score = highest(walk)
    if score is None:
        return None
    plan = first_of_equals(walk, score - HALF_A_PENNY)
    return Optimum(plan_worth(data, plan, measure(data, "npv")), score_of(problem, plan), *plan)


def value(folder: Path, moves: Moves, options: Options = ()) -> float:
    """The NPV of a given plan, whatever rules it breaks."""
    return objective_value(folder, moves, options)


def objective_value(
    folder: Path,
    moves: Moves,
    options: Options = (),
    *,
    objective: str = "npv",
    year: int | None = None,
    adopted: Decisions | None = None,
    change_cost: float = 0.0,
) -> float:
    """What a given plan is worth by an objective, whatever rules it breaks."""
    data = read(folder)
    problem = Problem(data, measure(data, objective, year), adopted, change_cost, {})
    return score_of(problem, decisions(moves, options))


def score_of(problem: Problem, plan: Decisions) -> float:
    """A whole plan's worth by the objective."""
    penalty = problem.change_cost * changes(problem.data, plan, problem.adopted) if problem.adopted is not None else 0.0
    return plan_worth(problem.data, plan, problem.by) - penalty


def npv_by_council(folder: Path, moves: Moves, options: Options = ()) -> dict[str, float]:
    """What a given plan is worth to each council, its own part of purchasing included, before any payments."""
    data = read(folder)
    found = dict.fromkeys(data.councils, 0.0)
    for council, flows in plan_flows(data, decisions(moves, options)):
        found[council] += worth(flows, measure(data, "npv"))
    return found


def broken_rules(folder: Path, moves: Moves, options: Options = ()) -> list[str]:
    """A line for everything that a given plan breaks, starting with the rule's name and a colon."""
    return list(broken_in_plan(read(folder), decisions(moves, options)))


def is_feasible(folder: Path, moves: Moves, options: Options = ()) -> bool:
    """Whether a given plan breaks nothing."""
    return not broken_rules(folder, moves, options)
