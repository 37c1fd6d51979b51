"""Every way to combine the services' plans, but for those that cannot change the answer.

The plans of a service that every rule across services sees alike stand together, for either all of them fit what the other services do
or none. Left out are combinations that cannot reach the floor, that go beyond a limit whatever the services to come do, or that break
up a bundle. Nothing is said of the rest before a plan of every service has been chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .parts import Part, Problem, Sums, plus
from .plans import Decisions, names
from .programme import beyond_compensation, broken_jointly, compensated, seen_by_joint_rules
from .rules import PENNY

NOTHING = float("-inf")
Rank = tuple[int, ...]


class Alike(NamedTuple):
    """Plans of one service that differ in nothing that a rule across services reads, best first."""

    seen: tuple[object, ...]
    sums: Sums
    parts: list[Part]
    rank: Rank
    """The first of their ranks."""

    @property
    def score(self) -> float:
        """What the best of them is worth."""
        return self.parts[0].score


Combination = tuple[Alike, ...]
Choices = list[list[Alike]]


def highest(walk: Walk) -> float | None:
    """The highest value of all combinations that keep every rule; none where no combination does."""
    for combination in walk.combinations():
        walk.floor = max(walk.floor, sum(alike.score for alike in combination))
    return None if walk.floor == NOTHING else walk.floor


def first_of_equals(walk: Walk, floor: float) -> Decisions:
    """Of the plans worth more than the floor the one with the fewest partnerships, fewest moves, earliest tranches, first names."""
    first, leader = Decisions(), None
    walk.floor = floor
    for combination in walk.combinations():
        for parts in worth_more(combination, floor):
            rank = plus((0, 0, 0), *(part.rank for part in parts))
            if walk.leader is not None and rank > walk.leader:
                continue
            moves = sorted(move for part in parts for move in part.plan.moves)
            plan = Decisions(tuple(moves), tuple(sorted(taken for part in parts for taken in part.plan.options)))
            if leader is None or (rank, names(plan)) < leader:
                first, leader, walk.leader = plan, (rank, names(plan)), rank
    return first


def worth_more(combination: Combination, floor: float) -> Iterator[tuple[Part, ...]]:
    """The plans of a combination that are worth more than the floor, one for each service."""
    if not combination:
        yield ()
        return
    company = sum(alike.score for alike in combination[1:])
    for part in combination[0].parts:
        if part.score + company <= floor:
            return
        for others in worth_more(combination[1:], floor - part.score):
            yield (part, *others)


def alike(problem: Problem, service: str, parts: Sequence[Part]) -> list[Alike]:
    """The plans of a service that every rule across services sees alike, put together; those with the best plan first."""
    found: dict[object, Alike] = {}
    for part in parts:
        seen = seen_by_joint_rules(problem.data, service, part.placed)
        kind = seen, part.sums, part.own if compensated(problem.data) else None
        found.setdefault(kind, Alike(seen, part.sums, [], part.rank)).parts.append(part)
    return [kind._replace(rank=min(part.rank for part in kind.parts)) for kind in found.values()]


def least(choice: list[Alike]) -> Sums:
    """The least that a service can add to each limited sum."""
    return tuple(map(min, zip(*(alike.sums for alike in choice), strict=True)))


def fitting(limits: Sums, choices: Choices) -> Choices:
    """Without the plans that go beyond a limit even if every other service adds as little as it can."""
    while all(choices):
        together = plus((0.0,) * len(limits), *map(least, choices))
        kept = []
        for choice in choices:
            room = [limit - (total - own) for limit, total, own in zip(limits, together, least(choice), strict=True)]
            kept.append([alike for alike in choice if within(alike.sums, room)])
        if [len(choice) for choice in kept] == [len(choice) for choice in choices]:
            break
        choices = kept
    return choices


def within(sums: Sums, room: Sequence[float]) -> bool:
    """Whether no sum goes beyond its limit, but for the rounding that comes of adding in another order."""
    return all(amount <= limit + PENNY / 100 for amount, limit in zip(sums, room, strict=True))


class Walk:
    """The combinations of one kind of plan for each service, kinds with the best plan first."""

    def __init__(self, problem: Problem, choices: Sequence[Sequence[Part]]) -> None:
        self.problem, self.floor = problem, NOTHING
        self.leader: Rank | None = None
        self.limits: Sums = tuple(problem.limits.values())
        self.services = list(problem.data.services)
        self.choices = fitting(self.limits, [alike(problem, *choice) for choice in zip(self.services, choices, strict=True)])
        self.to_come: list[tuple[float, Sums, Rank]] = [(0.0, (0.0,) * len(self.limits), (0, 0, 0))]
        """What the services from each one on add at best: value, limited sums, rank."""
        for choice in reversed(self.choices if all(self.choices) else []):
            score, sums, rank = self.to_come[0]
            first = min(alike.rank for alike in choice)
            self.to_come.insert(0, (score + choice[0].score, plus(sums, least(choice)), plus(rank, first)))
        self.mates = [self.by_bundle(depth) for depth in range(len(self.choices))]
        self.kept: dict[tuple[object, ...], bool] = {}

    def combinations(self) -> Iterator[Combination]:
        """Those that keep every rule, are worth more than the floor, and rank no worse than the leader; both may change on the way."""
        if all(self.choices):
            yield from self.onwards((), 0.0, (0.0,) * len(self.limits), (0, 0, 0))

    def onwards(self, chosen: Combination, score: float, sums: Sums, rank: Rank) -> Iterator[Combination]:
        """The combinations that begin with what has been chosen."""
        if len(chosen) == len(self.choices):
            if self.keeps_joint_rules(chosen):
                yield chosen
            return
        best_to_come, least_to_come, first_to_come = self.to_come[len(chosen) + 1]
        room = tuple(limit - before - to_come for limit, before, to_come in zip(self.limits, sums, least_to_come, strict=True))
        for alike in self.candidates(chosen):
            if score + alike.score + best_to_come <= self.floor:
                return
            here = plus(rank, alike.rank)
            if within(alike.sums, room) and (self.leader is None or plus(here, first_to_come) <= self.leader):
                yield from self.onwards((*chosen, alike), score + alike.score, plus(sums, alike.sums), here)

    def by_bundle(self, depth: int) -> tuple[int, list[str], dict[object, list[Alike]]] | None:
        """For a service with an earlier one in its bundle: that one, the councils judged, and the kinds of plan by what those share."""
        data, service = self.problem.data, self.services[depth]
        for bundle in data.rules.get("bundle") or []:
            before = [place for place in range(depth) if self.services[place] in bundle]
            if service in bundle and before:
                judged = [c for c in data.councils if not any((c, s) in data.live or not data.runs(c, s) for s in bundle)]
                kinds: dict[object, list[Alike]] = {}
                for alike in self.choices[depth]:
                    kinds.setdefault(shared(alike, judged), []).append(alike)
                return before[0], judged, kinds
        return None

    def candidates(self, chosen: Combination) -> Sequence[Alike]:
        """The next service's kinds of plan, best first; where a bundle asks for it only those with the same memberships."""
        mates = self.mates[len(chosen)]
        if mates is None:
            return self.choices[len(chosen)]
        before, judged, kinds = mates
        return kinds.get(shared(chosen[before], judged), [])

    def keeps_joint_rules(self, chosen: Combination) -> bool:
        """Whether nothing is broken that looks at all services at once; what looks alike is looked at once."""
        data, seen = self.problem.data, tuple(alike.seen for alike in chosen)
        placed = {s: alike.parts[0].placed for s, alike in zip(self.services, chosen, strict=True)}
        if seen not in self.kept:
            self.kept[seen] = not any(broken_jointly(data, placed))
        if not self.kept[seen] or not compensated(data):
            return self.kept[seen]
        own = dict.fromkeys(data.councils, 0.0)
        for council, npv in (item for alike in chosen for item in alike.parts[0].own):
            own[council] += npv
        return not any(beyond_compensation(data, placed, own))


def shared(alike: Alike, judged: Sequence[str]) -> object:
    """What some councils share in a service, in whichever of these plans."""
    return tuple(alike.parts[0].placed.get(council) for council in judged)
