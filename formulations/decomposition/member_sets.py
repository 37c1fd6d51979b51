"""Maximal member sets: who can be in one partnership together, as far as rules about pairs go.

Rules about pairs are kept by every part of a set that keeps them. So the best members for given prices are, within the best of the
maximal sets, those that are worth something: with `M` the maximal sets as rows of zeros and ones and `w` the worth of each
member, max(M @ max(w, 0)).
"""

from __future__ import annotations

import numpy as np

from formulations.decomposition.kinds import Mask

LIMIT = 1000
"""Most sets of one host; beyond, some conflicts are passed over, which leaves a bound a bound."""


def maximal_sets(conflict: Mask, limit: int = LIMIT) -> Mask:
    """The maximal stable sets of a conflict graph, shape (sets, members), sorted; or supersets of each, at most `limit` of them.

    Args:
        conflict: Which members cannot be together, shape (members, members), symmetric, its diagonal False.
        limit: Where there are more sets, the conflicts of some members are passed over: those of the last, as few as serve.

    Source: Bron and Kerbosch (1973), Communications of the ACM 16(9); Tomita et al. (2006), Theoretical Computer Science 363.
    """
    members = len(conflict)
    against = [sum(1 << int(j) for j in np.flatnonzero(row)) for row in conflict]
    for kept in range(members, -1, -1):
        mask = (1 << kept) - 1
        found = _stable_sets([a & mask if i < kept else 0 for i, a in enumerate(against)], limit)
        if found is not None:
            break
    assert found is not None
    return np.array([[one >> i & 1 for i in range(members)] for one in sorted(found)], dtype=bool).reshape(len(found), members)


def _stable_sets(against: list[int], limit: int) -> list[int] | None:
    """Maximal stable sets as whole numbers, bit by member; None if there are more than the limit."""
    everybody = (1 << len(against)) - 1
    beside = [everybody & ~a & ~(1 << i) for i, a in enumerate(against)]
    found: list[int] = []
    waiting = [(0, everybody, 0)]
    while waiting:
        chosen, able, done = waiting.pop()
        if not able and not done:
            found.append(chosen)
            if len(found) > limit:
                return None
            continue
        pivot = max(_places(able | done), key=lambda i: (beside[i] & able).bit_count())
        for i in _places(able & ~beside[pivot]):
            waiting.append((chosen | 1 << i, able & beside[i], done & beside[i]))
            able, done = able & ~(1 << i), done | 1 << i
    return found


def _places(mask: int) -> list[int]:
    """Places of the ones, lowest first."""
    places = []
    while mask:
        low = mask & -mask
        places.append(low.bit_length() - 1)
        mask ^= low
    return places
