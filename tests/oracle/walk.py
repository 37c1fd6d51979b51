"""Every way to combine the services' plans, but for those that cannot change the answer.

Left out are combinations that cannot reach the floor, that go beyond a limit whatever the services to come do, or that break up a
bundle; and, while only the highest value is sought, of two plans of a service that every rule across services sees alike the one that
is worth less. Nothing is said of the rest before a plan of every service has been chosen.
"""

from collections.abc import Iterator, Sequence

from .parts import Part, Problem, Sums, plus
from .plans import Decisions, names
from .programme import JOINT, beyond_compensation, broken_jointly

Combination = tuple[Part, ...]
Choices = Sequence[Sequence[Part]]
Structure = frozenset[tuple[str, str, int]]
Rank = tuple[int, ...]
NOTHING = float("-inf")


def highest(problem: Problem, choices: Choices) -> float | None:
    """The highest value of all combinations that keep every rule; none where no combination does."""
    walk = Walk(problem, [distinct(problem, parts) for parts in choices], NOTHING)
    for combination in walk.combinations():
        walk.floor = max(walk.floor, sum(part.score for part in combination))
    return None if walk.floor == NOTHING else walk.floor


def first_of_equals(problem: Problem, choices: Choices, floor: float) -> Decisions:
    """Of the plans worth more than the floor the one with the fewest partnerships, fewest moves, earliest tranches, first names."""
    walk, first, leader = Walk(problem, choices, floor), Decisions(), None
    for combination in walk.combinations():
        moves = sorted(move for part in combination for move in part.plan.moves)
        plan = Decisions(tuple(moves), tuple(sorted(taken for part in combination for taken in part.plan.options)))
        order = plus((0, 0, 0), *(part.rank for part in combination)), names(plan)
        if leader is None or order < leader:
            first, leader, walk.leader = plan, order, order[0]
    return first


def compensated(problem: Problem) -> bool:
    """Whether partners may pay one another so that nobody is worse off."""
    return bool(problem.data.rules.get("no_council_worse_off") == "compensated")


def looks_at_structure(problem: Problem) -> bool:
    """Whether any rule across services reads who is with whom and since when."""
    return compensated(problem) or any(problem.data.rules.get(rule, False) is not False for rule in JOINT)


def distinct(problem: Problem, parts: Sequence[Part]) -> list[Part]:
    """Of the plans of a service that every rule across services sees alike the best, which comes first."""
    found: dict[object, Part] = {}
    for part in parts:
        structure = part.structure if looks_at_structure(problem) else None
        found.setdefault((structure, part.sums, part.own if compensated(problem) else None), part)
    return list(found.values())


def fitting(limits: Sums, choices: Choices) -> Choices:
    """Without the plans that go beyond a limit even if every other service adds as little as it can."""
    while all(choices):
        least = [tuple(map(min, zip(*(part.sums for part in parts), strict=True))) for parts in choices]
        together = plus((0.0,) * len(limits), *least)
        kept = []
        for parts, own in zip(choices, least, strict=True):
            room = [limit - (total - mine) for limit, total, mine in zip(limits, together, own, strict=True)]
            kept.append([part for part in parts if within(part.sums, room)])
        if [len(parts) for parts in kept] == [len(parts) for parts in choices]:
            break
        choices = kept
    return choices


def within(sums: Sums, room: Sequence[float]) -> bool:
    """Whether no sum goes beyond its limit; the last millionth of a penny is left to the whole plan's own count."""
    return all(amount <= limit + 1e-8 for amount, limit in zip(sums, room, strict=True))


class Walk:
    """The combinations of one plan for each service, plans of a service best first."""

    def __init__(self, problem: Problem, choices: Choices, floor: float) -> None:
        self.problem, self.floor = problem, floor
        self.leader: Rank | None = None
        self.limits: Sums = tuple(problem.limits.values())
        self.choices = fitting(self.limits, choices)
        self.to_come: list[tuple[float, Sums, Rank]] = [(0.0, (0.0,) * len(self.limits), (0, 0, 0))]
        """What the services from each one on add at best: value, limited sums, rank."""
        for parts in reversed(self.choices if all(self.choices) else []):
            score, sums, rank = self.to_come[0]
            least = tuple(map(min, zip(*(part.sums for part in parts), strict=True)))
            self.to_come.insert(0, (score + parts[0].score, plus(sums, least), plus(rank, min(part.rank for part in parts))))
        self.mates = [self.by_bundle(depth) for depth in range(len(self.choices))]
        self.kept: dict[tuple[Structure, ...], bool] = {}

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
        room = tuple(limit - before - least for limit, before, least in zip(self.limits, sums, least_to_come, strict=True))
        for part in self.candidates(chosen):
            if score + part.score + best_to_come <= self.floor:
                return
            here = plus(rank, part.rank)
            if within(part.sums, room) and (self.leader is None or plus(here, first_to_come) <= self.leader):
                yield from self.onwards((*chosen, part), score + part.score, plus(sums, part.sums), here)

    def by_bundle(self, depth: int) -> tuple[int, frozenset[str], dict[Structure, list[Part]]] | None:
        """For a service with an earlier one in its bundle: that one, the councils judged, and the plans by what those share."""
        data, services = self.problem.data, list(self.problem.data.services)
        for bundle in data.rules.get("bundle") or []:
            before = [place for place in range(depth) if services[place] in bundle]
            if services[depth] in bundle and before:
                judged = frozenset(c for c in data.councils if not any((c, s) in data.live or not data.runs(c, s) for s in bundle))
                plans: dict[Structure, list[Part]] = {}
                for part in self.choices[depth]:
                    plans.setdefault(shared(part, judged), []).append(part)
                return before[0], judged, plans
        return None

    def candidates(self, chosen: Combination) -> Sequence[Part]:
        """The next service's plans, best first; only those alike where a bundle asks for it."""
        mates = self.mates[len(chosen)]
        if mates is None:
            return self.choices[len(chosen)]
        before, judged, plans = mates
        return plans.get(shared(chosen[before], judged), [])

    def keeps_joint_rules(self, chosen: Combination) -> bool:
        """Whether nothing is broken that looks at all services at once; each structure is looked at once."""
        data, structures = self.problem.data, tuple(part.structure for part in chosen)
        if not looks_at_structure(self.problem):
            return True
        placed = {s: {c: (h, k) for c, h, k in found} for s, found in zip(data.services, structures, strict=True)}
        if structures not in self.kept:
            self.kept[structures] = not any(broken_jointly(data, placed))
        if not self.kept[structures] or not compensated(self.problem):
            return self.kept[structures]
        own = dict.fromkeys(data.councils, 0.0)
        for council, npv in (item for part in chosen for item in part.own):
            own[council] += npv
        return not any(beyond_compensation(data, placed, own))


def shared(part: Part, judged: frozenset[str]) -> Structure:
    """What some councils share in a service's plan."""
    return frozenset(item for item in part.structure if item[0] in judged)
