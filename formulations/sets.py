"""Sparse index sets of the model, computed once from the table of moves.

Indices, always in this order: c council that joins, s service, h host, k tranche (-1 is live before the start).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

Join = tuple[str, str, str, int]
"""(c, s, h, k): council c hands service s to host h in tranche k."""
Open = tuple[str, str, int]
"""(s, h, k): host h starts a partnership for service s in tranche k."""
Partnership = tuple[str, str]
"""(s, h): a partnership that may come to be."""


@dataclass(frozen=True)
class MoveSets:
    """The index sets.

    Attributes:
        joins: All JOINS, sorted by service, host, council, tranche.
        opens: All OPENS, sorted by service, host, tranche.
        partnerships: (s, h) with at least one opening.
        openings: Tranches in which each partnership may open.
        members: Councils that may join each partnership.
        joinings: Tranches in which each (c, s, h) may join.
        hosts_of: Hosts that each (c, s) may join.
        price: NPV of each join and open, GBP.
    """

    joins: list[Join] = field(default_factory=list)
    opens: list[Open] = field(default_factory=list)
    partnerships: list[Partnership] = field(default_factory=list)
    openings: dict[Partnership, list[int]] = field(default_factory=lambda: defaultdict(list))
    members: dict[Partnership, list[str]] = field(default_factory=lambda: defaultdict(list))
    joinings: dict[tuple[str, str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    hosts_of: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    price: dict[Join | Open, float] = field(default_factory=dict)

    def joined(self, c: str, s: str, h: str, k: int | None = None) -> list[Join]:
        """Joins of a council to a host up to tranche k; all of them without k."""
        return [(c, s, h, t) for t in self.joinings.get((c, s, h), ()) if k is None or t <= k]

    def opened(self, s: str, h: str, k: int | None = None) -> list[Open]:
        """Openings of a partnership up to tranche k; all of them without k."""
        return [(s, h, t) for t in self.openings.get((s, h), ()) if k is None or t <= k]


def move_sets(moves: pd.DataFrame, kept: set[Partnership] | None) -> MoveSets:
    """The index sets of a priced table of moves, for the partnerships that are kept; None keeps all."""
    sets = MoveSets()
    if kept is not None:
        moves = moves[np.array([partnership in kept for partnership in zip(moves["service"], moves["host"], strict=True)], dtype=bool)]
    columns = (moves[name].tolist() for name in ("council", "service", "host", "tranche", "npv"))
    for c, s, h, k, npv in zip(*columns, strict=True):
        if c == h:
            sets.opens.append((s, h, k))
            sets.price[s, h, k] = npv
            sets.openings[s, h].append(k)
        else:
            sets.joins.append((c, s, h, k))
            sets.price[c, s, h, k] = npv
            if (c, s, h) not in sets.joinings:
                sets.members[s, h].append(c)
                sets.hosts_of[c, s].append(h)
            sets.joinings[c, s, h].append(k)
    sets.partnerships.extend(sets.openings)
    return sets
