"""Enumeration: every partnership that may stand, every way to pack them, every way to combine the services."""

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

from .pricing import move_value, plan_value, purchasing_value
from .read import LIVE, Data, Move, read
from .rules import broken_in_move, broken_in_partnership, broken_in_plan, broken_in_programme, broken_in_service


class Optimum(NamedTuple):
    """The best plan of an instance."""

    npv: float
    moves: tuple[Move, ...]


def best(folder: Path) -> Optimum | None:
    """The plan of highest NPV, found by enumeration; none where no plan keeps every rule."""
    data = read(folder)
    found = combine(data, [service_plans(data, service) for service in data.services])
    return None if found is None else Optimum(found.npv, tuple(sorted(found.moves)))


def value(folder: Path, moves: Sequence[Move]) -> float:
    """The NPV of a given plan, whatever rules it breaks, as long as its contracts let it go live."""
    return plan_value(read(folder), moves)


def broken_rules(folder: Path, moves: Sequence[Move]) -> list[str]:
    """A line for everything that a given plan breaks, starting with the rule's name and a colon."""
    return list(broken_in_plan(read(folder), moves))


def is_feasible(folder: Path, moves: Sequence[Move]) -> bool:
    """Whether a given plan breaks nothing."""
    return not broken_rules(folder, moves)


def service_plans(data: Data, service: str) -> list[Optimum]:
    """The plans of one service that break nothing within it, best first: one for each pattern of go-lives.

    Services only meet in the go-lives that councils and the programme can take, so of two plans with the same
    go-lives the better one will do.
    """
    by_members: dict[frozenset[str], list[Optimum]] = {}
    for host in data.councils:
        for members in partnerships(data, service, host):
            moves = tuple((c, service, host, k) for c, k in members.items())
            by_members.setdefault(frozenset(members), []).append(Optimum(worth(data, moves), moves))
    kept: dict[frozenset[tuple[str, int]], Optimum] = {}
    for groups in packings(list(by_members)):
        for parts in product(*(by_members[group] for group in groups)):
            plan = join(parts)
            golives = frozenset((c, k) for c, _, _, k in plan.moves if k != LIVE)
            if golives in kept and kept[golives].npv >= plan.npv:
                continue
            if not any(broken_in_service(data, service, {c: (h, k) for c, _, h, k in plan.moves})):
                kept[golives] = plan
    return sorted(kept.values(), key=lambda plan: -plan.npv)


def worth(data: Data, moves: Sequence[Move]) -> float:
    """The NPV of one partnership, each move priced once."""
    total = purchasing_value(data, moves[0][1], {c: k for c, _, _, k in moves})
    for move in moves:
        if move not in data.priced:
            data.priced[move] = move_value(data, *move)
        total += data.priced[move]
    return total


def join(parts: Sequence[Optimum]) -> Optimum:
    """Plans that do not touch one another, as one."""
    return Optimum(sum(part.npv for part in parts), tuple(move for part in parts for move in part.moves))


def partnerships(data: Data, service: str, host: str) -> Iterator[dict[str, int]]:
    """Every partnership under one host that breaks no rule of its own: its members and their tranches."""
    others = [c for c in data.councils if c != host]
    for opening in tranches(data, service, host, host):
        ways: list[list[int | None]] = []
        for c in others:
            joins = [k for k in tranches(data, service, host, c) if k >= opening]
            ways.append([*joins] if joins == [LIVE] else [None, *joins])  # who is live already has no choice
        for chosen in product(*ways):
            joined = {c: k for c, k in zip(others, chosen, strict=True) if k is not None}
            members = {host: opening} | joined
            if not any(broken_in_partnership(data, service, host, members)):
                yield members


def tranches(data: Data, service: str, host: str, council: str) -> list[int]:
    """The tranches in which a council may go live with a host; only `LIVE` where it is already, none if elsewhere."""
    if (council, service) in data.live:
        return [LIVE] if data.live[council, service][0] == host else []
    return [k for k in range(data.tranches) if not any(broken_in_move(data, (council, service, host, k)))]


def packings(groups: Sequence[frozenset[str]]) -> Iterator[list[frozenset[str]]]:
    """Every choice of groups of councils that have no council in common, the empty one included."""
    yield []
    for i, group in enumerate(groups):
        for rest in packings([other for other in groups[i + 1 :] if group.isdisjoint(other)]):
            yield [group, *rest]


def combine(data: Data, plans: Sequence[Sequence[Optimum]], chosen: tuple[Optimum, ...] = ()) -> Optimum | None:
    """The best choice of one plan for each service that all go-live limits allow.

    Plans come best first, so a service is left as soon as even its best company cannot beat what is held.
    """
    if any(not choice for choice in plans):
        return None
    if not plans:
        whole = join(chosen)
        return None if any(broken_in_programme(data, whole.moves)) else whole
    held: Optimum | None = None
    company = sum(choice[0].npv for choice in plans[1:]) + sum(plan.npv for plan in chosen)
    for plan in plans[0]:
        if held is not None and plan.npv + company <= held.npv:
            break
        found = combine(data, plans[1:], (*chosen, plan))
        if found is not None and (held is None or found.npv > held.npv):
            held = found
    return held
