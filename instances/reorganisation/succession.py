"""Who becomes what, once the table is known to be sound."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from instances.messages import figure


@dataclass(frozen=True, slots=True)
class Heir:
    """A successor and the share of one council that passes to it."""

    name: str
    share: float


@dataclass(frozen=True)
class Succession:
    """Who becomes what.

    Attributes:
        table: File name of the table.
        heirs: For each council that is abolished its successors, by name; their shares add up to 1.
        ceases: For each of them the first day on which it no longer exists.
        sources: Source and note of its rows, where given.
        going_on: Councils of the instance that are not abolished.
    """

    table: str
    heirs: Mapping[str, tuple[Heir, ...]]
    ceases: Mapping[str, dt.date]
    sources: Mapping[str, str]
    going_on: frozenset[str]

    @cached_property
    def inherits(self) -> dict[str, dict[str, float]]:
        """For each successor, by name, the councils that make it up and their shares; an enlarged council is one of its own."""
        found: dict[str, dict[str, float]] = {}
        for council, heirs in sorted(self.heirs.items()):
            for heir in heirs:
                found.setdefault(heir.name, {})[council] = heir.share
        return {name: dict(sorted(({name: 1.0} if name in self.going_on else {}).items() | found[name].items())) for name in sorted(found)}

    @cached_property
    def changed(self) -> frozenset[str]:
        """Councils that are abolished or enlarged: what was agreed or measured for them does not hold for what follows."""
        return frozenset(self.heirs) | (frozenset(self.inherits) & self.going_on)

    @cached_property
    def vesting(self) -> dict[str, dt.date]:
        """For each successor the day from which it is all there: the last of those on which its predecessors cease."""
        return {name: max(self.ceases[council] for council in parts if council in self.ceases) for name, parts in self.inherits.items()}

    def chief_heir(self, council: str) -> Heir:
        """The successor with the largest share; the first by name where several have it."""
        return max(self.heirs[council], key=lambda heir: heir.share)

    def made_of(self, name: str, among: set[str] | None = None) -> str:
        """What a successor is the sum of, such as `Ash, Elm and 0.4 of Shire`, of those among `among`."""
        counting = [(share < 1, council, share) for council, share in self.inherits[name].items() if among is None or council in among]
        parts = [part_text(council, share) for _, council, share in sorted(counting)]
        return listed(parts)


def part_text(council: str, share: float) -> str:
    """`Ash`, or `0.4 of Shire`."""
    return council if share == 1 else f"{figure(share)} of {council}"


def listed(names: list[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
