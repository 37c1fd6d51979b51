"""What a plan is made of."""

from collections.abc import Iterable
from typing import NamedTuple

LIVE = -1  # the tranche of a move made before the start
LEAD_AUTHORITY = "lead_authority"  # the vehicle of every partnership where no vehicles are given


class Membership(NamedTuple):
    """One council's part in a partnership; the host has one too."""

    council: str
    service: str
    host: str
    vehicle: str
    tranche: int


class Taken(NamedTuple):
    """An alternative to sharing that a council takes."""

    council: str
    service: str
    option: str
    tranche: int


class Decisions(NamedTuple):
    """A whole plan: memberships and options."""

    moves: tuple[Membership, ...] = ()
    options: tuple[Taken, ...] = ()


def decisions(moves: Iterable[tuple[str, str, str, str, int]], options: Iterable[tuple[str, str, str, int]] = ()) -> Decisions:
    """A plan from plain tuples."""
    return Decisions(tuple(Membership(*move) for move in moves), tuple(Taken(*taken) for taken in options))


def by_partnership(moves: Iterable[Membership]) -> dict[tuple[str, str], list[Membership]]:
    """The members of each partnership (service, host)."""
    found: dict[tuple[str, str], list[Membership]] = {}
    for move in moves:
        found.setdefault((move.service, move.host), []).append(move)
    return found


def rank(plan: Decisions) -> tuple[int, int, int]:
    """What settles ties before names do: partnerships, moves, and the sum of the tranches of what is not live."""
    everything = (*plan.moves, *plan.options)
    waited = sum(one.tranche for one in everything if one.tranche != LIVE)
    return len(by_partnership(plan.moves)), len(everything), waited


def names(plan: Decisions) -> list[tuple[object, ...]]:
    """What settles ties last: one list of all moves in the order of the alphabet, any membership before any option."""
    moves = sorted((m.service, m.host, m.vehicle, m.council, m.tranche) for m in plan.moves)
    options = sorted((t.service, t.council, t.option, t.tranche) for t in plan.options)
    return [("membership", *move) for move in moves] + [("option", *taken) for taken in options]
