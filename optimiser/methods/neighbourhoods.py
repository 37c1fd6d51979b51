"""Neighbourhoods: parts of a region whose moves are decided together while the rest stays as it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def services(moves: pd.DataFrame, able: Mask) -> Iterator[Mask]:
    """The able moves of one service after another."""
    names = moves["service"].to_numpy(dtype=object)
    for service in dict.fromkeys(names[able].tolist()):
        yield able & (names == service)


def corners(moves: pd.DataFrame, able: Mask, size: int, number: int) -> Iterator[Mask]:
    """The able moves among councils that lie together, about `size` of them at a time, until every council was in one.

    A corner grows from a council by the one that has most moves with those in it. Each `number` starts elsewhere.
    """
    councils, hosts = moves["council"].to_numpy(dtype=object), moves["host"].to_numpy(dtype=object)
    ties: dict[str, Counter[str]] = defaultdict(Counter)
    own: Counter[str] = Counter()
    for c, h in zip(councils[able].tolist(), hosts[able].tolist(), strict=True):
        if c == h:
            own[c] += 1
        else:
            ties[c][h] += 1
            ties[h][c] += 1
    names = sorted({*ties, *own})
    if not names:
        return
    waiting = names[number * 7 % len(names) :] + names[: number * 7 % len(names)]
    left = set(names)
    while left:
        start = next(c for c in waiting if c in left)
        inside = _grow(start, ties, own, size)
        left -= inside
        yield able & np.array([c in inside and h in inside for c, h in zip(councils, hosts, strict=True)], dtype=bool)


def _grow(start: str, ties: dict[str, Counter[str]], own: Counter[str], size: int) -> set[str]:
    """Councils around a start with about so many moves among them."""
    inside, moves = {start}, own[start]
    near = Counter(ties[start])
    while near and moves < size:
        # most moves with those inside, for its own number of moves; the name settles ties
        best = min(near, key=lambda c: (-near[c] / (1 + sum(ties[c].values())), c))
        moves += near.pop(best) + own[best]
        inside.add(best)
        for c, count in ties[best].items():
            if c not in inside:
                near[c] += count
    return inside
