"""Ways to break every clash: smallest sets with an item of each (minimal hitting sets; Reiter, 1987), the likeliest first."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import count

from optimiser.explain.items import Item

Clashing = Sequence[Item]
EACH = 4
"""What an item costs besides its place in its clash: another one has to be that much likelier to be worth it."""


def hitting_sets(clashes: Sequence[Clashing]) -> Iterator[frozenset[Item]]:
    """Sets with an item of each clash, none of which holds an item too many; those with few items and likely ones first.

    Each clash is given with the items that would give way soonest first. An item costs EACH and its place; sets come by cost.
    """
    place: dict[Item, int] = {}
    for clash in clashes:
        for number, item in enumerate(clash):
            place[item] = min(number, place.get(item, number))
    order = count()
    waiting: list[tuple[int, int, frozenset[Item]]] = [(0, next(order), frozenset())]
    seen = {frozenset[Item]()}
    while waiting:
        cost, _, chosen = heapq.heappop(waiting)
        missed = next((clash for clash in clashes if not chosen & set(clash)), None)
        if missed is None:
            if all(_is_needed(item, chosen, clashes) for item in chosen):
                yield chosen
            continue
        for item in missed:
            more = chosen | {item}
            if more not in seen:
                seen.add(more)
                heapq.heappush(waiting, (cost + EACH + place[item], next(order), more))


def _is_needed(item: Item, chosen: frozenset[Item], clashes: Sequence[Clashing]) -> bool:
    """Whether some clash has no other item of the set."""
    return any(chosen & set(clash) == {item} for clash in clashes)
