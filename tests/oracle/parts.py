"""Every plan of one service that breaks nothing by itself: its partnerships and options, and every way to put them side by side."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

from .plans import LIVE, Decisions, Membership, Taken, rank
from .pricing import Flows, Measure, changes, measure, option_flows, partnership_flows, worth
from .programme import Load, loads
from .read import Data
from .rules import broken_in_move, broken_in_option, broken_in_partnership, broken_in_service

Sums = tuple[float, ...]


class Problem(NamedTuple):
    """An instance with the objective, and the sums over the whole plan that its rules limit."""

    data: Data
    by: Measure
    adopted: Decisions | None
    change_cost: float
    limits: dict[Load, float]


class Part(NamedTuple):
    """A partnership, an option or a whole service's plan: what it is worth, and all that rules across services read."""

    score: float
    plan: Decisions
    rank: tuple[int, ...]
    placed: dict[str, tuple[str, int]]
    """Host and tranche by council."""
    sums: Sums
    """What it adds to each limited sum."""
    own: tuple[tuple[str, float], ...]
    """NPV by council."""


def service_parts(problem: Problem, service: str) -> list[Part]:
    """The plans of one service that break nothing within it, best first."""
    data, groups = problem.data, dict[frozenset[str], list[Part]]()
    for members in partnerships(data, service):
        part = part_of(problem, Decisions(members), partnership_flows(data, members))
        groups.setdefault(frozenset(m.council for m in members), []).append(part)
    for taken in single_options(data, service):
        part = part_of(problem, Decisions((), (taken,)), {taken.council: option_flows(data, taken)})
        groups.setdefault(frozenset({taken.council}), []).append(part)
    old = None if problem.adopted is None else of_service(problem.adopted, service)
    found = []
    for chosen in packings(list(groups)):
        for parts in product(*(groups[group] for group in chosen)):
            part = side_by_side(problem, parts)
            placed, taken = ({one.council: one for one in given} for given in part.plan)
            if not any(broken_in_service(data, service, placed, taken)):
                found.append(part if old is None else part._replace(score=part.score - problem.change_cost * changes(data, part.plan, old)))
    return sorted(found, key=lambda part: -part.score)


def of_service(plan: Decisions, service: str) -> Decisions:
    """What a plan says of one service."""
    moves = tuple(move for move in plan.moves if move.service == service)
    return Decisions(moves, tuple(taken for taken in plan.options if taken.service == service))


def part_of(problem: Problem, plan: Decisions, flows: dict[str, Flows]) -> Part:
    """A partnership or an option with all that is worked out of it once."""
    by_value, drawn = measure(problem.data, "npv"), loads(problem.data, plan.moves, flows.items())
    return Part(
        score=sum(worth(flow, problem.by) for flow in flows.values()),
        plan=plan,
        rank=rank(plan),
        placed={m.council: (m.host, m.tranche) for m in plan.moves},
        sums=tuple(drawn.get(load, 0.0) for load in problem.limits),
        own=tuple((c, worth(flow, by_value)) for c, flow in flows.items()),
    )


def side_by_side(problem: Problem, parts: Sequence[Part]) -> Part:
    """Parts of one service that have no council in common, as one."""
    return Part(
        score=sum(part.score for part in parts),
        plan=Decisions(tuple(m for part in parts for m in part.plan.moves), tuple(t for part in parts for t in part.plan.options)),
        rank=plus((0, 0, 0), *(part.rank for part in parts)),
        placed={c: place for part in parts for c, place in part.placed.items()},
        sums=plus((0.0,) * len(problem.limits), *(part.sums for part in parts)),
        own=tuple(item for part in parts for item in part.own),
    )


def plus(*rows: tuple[Any, ...]) -> tuple[Any, ...]:
    """The sums of the columns of some rows."""
    return tuple(map(sum, zip(*rows, strict=True)))


def partnerships(data: Data, service: str) -> Iterator[tuple[Membership, ...]]:
    """Every partnership that breaks no rule of its own."""
    for host, vehicle in product(data.councils, data.vehicles):
        others = [c for c in data.councils if c != host]
        for opening in tranches(data, service, host, vehicle, host):
            ways: list[list[int | None]] = []
            for c in others:
                joins = [k for k in tranches(data, service, host, vehicle, c) if k >= opening]
                ways.append([*joins] if joins == [LIVE] else [None, *joins])  # who is live already has no choice
            for chosen in product(*ways):
                joined = zip((host, *others), (opening, *chosen), strict=True)
                members = tuple(Membership(c, service, host, vehicle, k) for c, k in joined if k is not None)
                if not any(broken_in_partnership(data, members)):
                    yield members


def tranches(data: Data, service: str, host: str, vehicle: str, council: str) -> list[int]:
    """The tranches in which a council may go live with a host; only `LIVE` where it is already, none if elsewhere."""
    live = (council, service) in data.live
    ways = [LIVE] if live else range(data.tranches)
    return [k for k in ways if not any(broken_in_move(data, Membership(council, service, host, vehicle, k)))]


def single_options(data: Data, service: str) -> Iterator[Taken]:
    """Every option in every tranche in which it may be taken, or in none but `LIVE` where one was taken before the start."""
    for (c, s), given in data.options.items():
        for name, k in product(given if s == service else (), [LIVE] if (c, s) in data.taken else range(data.tranches)):
            taken = Taken(c, s, name, k)
            if (c, s) not in data.live and not any(broken_in_option(data, taken)):
                yield taken


def packings(groups: Sequence[frozenset[str]]) -> Iterator[list[frozenset[str]]]:
    """Every choice of groups of councils that have no council in common, the empty one included."""
    yield []
    for i, group in enumerate(groups):
        for rest in packings([other for other in groups[i + 1 :] if group.isdisjoint(other)]):
            yield [group, *rest]
