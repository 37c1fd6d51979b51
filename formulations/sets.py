"""Sparse index sets of the model, computed once from the priced tables.

Indices, always in this order: c council that joins, s service, h host, v vehicle, k tranche (-1 is live before the start);
o an alternative to sharing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import pandas as pd

Join = tuple[str, str, str, str, int]
"""(c, s, h, v, k): council c hands service s to host h, run by vehicle v, in tranche k."""
Open = tuple[str, str, str, int]
"""(s, h, v, k): host h starts a partnership for service s, run by vehicle v, in tranche k."""
Take = tuple[str, str, str, int]
"""(c, s, o, k): council c takes alternative o for service s in tranche k."""
Partnership = tuple[str, str, str]
"""(s, h, v): a partnership that may come to be."""


@dataclass(frozen=True)
class MoveSets:
    """The index sets.

    Attributes:
        joins: All JOINS, sorted by service, host, vehicle, council, tranche.
        opens: All OPENS, sorted by service, host, vehicle, tranche.
        takes: All TAKES, sorted by service, council, option, tranche.
        partnerships: (s, h, v) with at least one opening.
        vehicles: Vehicles that each (s, h) may have.
        openings: Tranches in which each partnership may open.
        members: Councils that may join each partnership.
        joinings: Tranches in which each (c, s, h, v) may join.
        hosts_of: Hosts that each (c, s) may join.
        alternatives: Takes of each (c, s).
        join_row, open_row: Row of each join and open in the table of moves.
        take_row: Row of each take in the table of options.
    """

    joins: list[Join] = field(default_factory=list)
    opens: list[Open] = field(default_factory=list)
    takes: list[Take] = field(default_factory=list)
    partnerships: list[Partnership] = field(default_factory=list)
    vehicles: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    openings: dict[Partnership, list[int]] = field(default_factory=lambda: defaultdict(list))
    members: dict[Partnership, list[str]] = field(default_factory=lambda: defaultdict(list))
    joinings: dict[tuple[str, str, str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    hosts_of: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    alternatives: dict[tuple[str, str], list[Take]] = field(default_factory=lambda: defaultdict(list))
    join_row: dict[Join, int] = field(default_factory=dict)
    open_row: dict[Open, int] = field(default_factory=dict)
    take_row: dict[Take, int] = field(default_factory=dict)

    def joined(self, c: str, s: str, h: str, v: str | None = None, k: int | None = None) -> list[Join]:
        """Joins of a council to a host up to tranche k; all of them without k, by any vehicle without v."""
        chosen = self.vehicles.get((s, h), ()) if v is None else (v,)
        return [(c, s, h, w, t) for w in chosen for t in self.joinings.get((c, s, h, w), ()) if k is None or t <= k]

    def opened(self, s: str, h: str, v: str | None = None, k: int | None = None) -> list[Open]:
        """Openings of a host up to tranche k; all of them without k, by any vehicle without v."""
        chosen = self.vehicles.get((s, h), ()) if v is None else (v,)
        return [(s, h, w, t) for w in chosen for t in self.openings.get((s, h, w), ()) if k is None or t <= k]

    def all_joins(self, c: str, s: str, k: int | None = None) -> list[Join]:
        """Joins of a council to any host."""
        return [j for h in self.hosts_of.get((c, s), ()) for j in self.joined(c, s, h, None, k)]

    def joins_to(self, s: str, h: str) -> list[Join]:
        """All joins to a host, by any vehicle."""
        return [j for v in self.vehicles.get((s, h), ()) for j in self.joins_of(s, h, v)]

    def joins_of(self, s: str, h: str, v: str) -> list[Join]:
        """All joins to a partnership."""
        return [j for c in self.members.get((s, h, v), ()) for j in self.joined(c, s, h, v)]

    def could_share(self) -> set[tuple[str, str]]:
        """(c, s) that may join somebody or host."""
        return {*self.hosts_of, *((h, s) for s, h in self.vehicles)}


def move_sets(moves: pd.DataFrame, options: pd.DataFrame) -> MoveSets:
    """The index sets of priced tables."""
    sets = MoveSets()
    columns = (moves[name].tolist() for name in ("council", "service", "host", "vehicle", "tranche"))
    for row, (c, s, h, v, k) in enumerate(zip(*columns, strict=True)):
        if c == h:
            sets.opens.append((s, h, v, k))
            sets.open_row[s, h, v, k] = row
            sets.openings[s, h, v].append(k)
        else:
            sets.joins.append((c, s, h, v, k))
            sets.join_row[c, s, h, v, k] = row
            if (c, s, h, v) not in sets.joinings:
                sets.members[s, h, v].append(c)
                if h not in sets.hosts_of[c, s][-1:]:
                    sets.hosts_of[c, s].append(h)
            sets.joinings[c, s, h, v].append(k)
    sets.partnerships.extend(sets.openings)
    for s, h, v in sets.partnerships:
        sets.vehicles[s, h].append(v)
    for row, take in enumerate(zip(*(options[name].tolist() for name in ("council", "service", "option", "tranche")), strict=True)):
        sets.takes.append(take)
        sets.take_row[take] = row
        sets.alternatives[take[0], take[1]].append(take)
    return sets
