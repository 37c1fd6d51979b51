"""The ground of a contiguous partnership: what the map, the conflicts and the largest size say of one host's possible members.

A member that is not next to the host needs a path of members to it. Nobody on that path is in conflict with the member, and
the path is no longer than the partnership may be large. So each member has a field: the councils on some such path. From the
fields follow

- who cannot join at all: no path;
- who cannot be together though nothing forbids the pair: one of them has no path without somebody in conflict with the other;
- separators: sets of councils of which each path of a member has one. Every layer of a field, by steps from the host or from
  the member, is one, and is cut down to what is needed of it. Of members in conflict with one another at most one joins, so
  they stand in one row where one set separates them all.

Councils are bits of whole numbers here; the host is bit 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from formulations.conflicts import cliques_of

HOST = 1


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground of one host's partnership.

    Attributes:
        neighbours: Neighbours of each council that can be in the partnership, the host included, among these.
        deep: Members that are not next to the host and have a neighbour that is not either.
        separators: Members of which at most one can join, and those of whom it needs one; nobody, if it can never join.
        cliques: Members of which at most one can join, though the conflicts of pairs do not say so.
    """

    neighbours: dict[str, tuple[str, ...]]
    deep: tuple[str, ...]
    separators: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    cliques: tuple[tuple[str, ...], ...]


def ground(host: str, members: Sequence[str], pairs: Iterable[tuple[str, str]], conflict: dict[str, set[str]], most: int | None) -> Ground:
    """The ground of a host.

    Args:
        host: The host.
        members: Who may join it, sorted.
        pairs: Neighbours; what is live already is next to the host.
        conflict: Which members each member cannot be with.
        most: Most members of the partnership, the host included; None is no limit.
    """
    names = [host, *members]
    place = {c: i for i, c in enumerate(names)}
    beside = [0] * len(names)
    for a, b in pairs:
        if a in place and b in place:
            beside[place[a]] |= 1 << place[b]
            beside[place[b]] |= 1 << place[a]
    against = [0, *(sum(1 << place[d] for d in conflict[c]) for c in members)]
    fields = _Fields(beside, list(against), len(names) if most is None else most)
    fields.settle()

    def named(mask: int) -> tuple[str, ...]:
        return tuple(names[i] for i in _places(mask))

    far = fields.alive & ~beside[0]
    barred = [((c,), ()) for c in members if not fields.alive >> place[c] & 1]
    cannot = {names[i]: set(named(fields.against[i] & fields.alive)) for i in _places(fields.alive)}
    return Ground(
        neighbours={names[i]: named(beside[i] & (fields.alive | HOST)) for i in _places(fields.alive | HOST)},
        deep=tuple(names[i] for i in _places(far) if beside[i] & far),
        separators=(*barred, *((named(group), named(gate)) for group, gate in fields.separators())),
        cliques=tuple(q for q in cliques_of(list(named(fields.alive)), cannot) if any(b not in conflict[a] for a, b in combinations(q, 2))),
    )


def _places(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class _Fields:
    """Fields of all members of one host, as bits.

    Attributes:
        next: Neighbours of each council.
        against: Who each council cannot be with.
        alive: Members that can join.
        field: Field of each member that can join; the host and the member are in it.
    """

    def __init__(self, beside: list[int], against: list[int], most: int) -> None:
        self.next, self.against, self.most = beside, against, most
        self.alive = (1 << len(beside)) - 1 & ~HOST
        self.field: dict[int, int] = {}

    def beside(self, councils: int) -> int:
        """Neighbours of any of some councils."""
        found = 0
        while councils:
            low = councils & -councils
            found |= self.next[low.bit_length() - 1]
            councils ^= low
        return found

    def layers(self, start: int, within: int) -> list[int]:
        """Councils at 0, 1, 2, ... steps from a start, on paths within a set."""
        layers, seen = [start], start
        while True:
            ring = self.beside(layers[-1]) & within & ~seen
            if not ring:
                return layers
            layers.append(ring)
            seen |= ring

    def reached(self, start: int, within: int) -> int:
        """Councils that can be reached within a set."""
        seen = ring = start
        while ring:
            ring = self.beside(ring) & within & ~seen
            seen |= ring
        return seen

    def settle(self) -> None:
        """Drop who cannot join and mark who cannot be together, until nothing follows any more."""
        changed = True
        while changed:
            changed = False
            for c in _places(self.alive):
                self.field[c] = self._field(c)
                if not self.field[c] & HOST:
                    self.alive &= ~(1 << c)
                    del self.field[c]
                    changed = True
            for c, d in self._strangers():
                self.against[c] |= 1 << d
                self.against[d] |= 1 << c
                changed = True

    def _field(self, c: int) -> int:
        """Councils on paths from the host to a member that have nobody in conflict with it and are not too long."""
        within = (self.alive & ~self.against[c]) | HOST
        here, there = self.layers(HOST, within), self.layers(1 << c, within)
        field = 0
        for steps, layer in enumerate(here):
            field |= layer & sum(there[: max(0, self.most - steps)])
        return field

    def _strangers(self) -> Iterator[tuple[int, int]]:
        """Pairs that nothing forbids, of which one has no path without somebody in conflict with the other."""
        near = self.next[0]
        for c in _places(self.alive):
            others = self.alive & ~self.against[c] & ~((2 << c) - 1)
            for d in _places(others & ~near if near >> c & 1 else others):
                if not (self.against[d] & self.field[c] or self.against[c] & self.field[d]):
                    continue
                reached = self.reached(HOST, (self.alive & ~self.against[c] & ~self.against[d]) | HOST)
                if not (reached >> c & 1 and reached >> d & 1):
                    yield c, d

    def separators(self) -> list[tuple[int, int]]:
        """Groups of members, and the set that separates each of them from the host."""
        found: dict[tuple[int, int], None] = {}
        for c in _places(self.alive & ~self.next[0]):
            for gate in sorted({self._needed(c, layer) for layer in self._between(c)}):
                found[self._group(c, gate), gate] = None
        return list(found)

    def _between(self, c: int) -> Iterator[int]:
        """Layers of a member's field, from the host and from the member, that neither of the two is in."""
        for start, end in ((HOST, 1 << c), (1 << c, HOST)):
            for layer in self.layers(start, self.field[c])[1:]:
                if layer & end:
                    break
                yield layer

    def _needed(self, c: int, gate: int) -> int:
        """What of a separator is next to both sides."""
        field = self.field[c]
        for start in (1 << c, HOST):
            gate &= self.beside(self.reached(start, field & ~gate))
        return gate

    def _group(self, c: int, gate: int) -> int:
        """The member and others that are in conflict with one another and that the same set separates from the host."""
        group = 1 << c
        for d in _places(self.against[c] & self.alive):
            if group & ~self.against[d] == 0 and not self.reached(1 << d, self.field[d] & ~gate) & HOST:
                group |= 1 << d
        return group
