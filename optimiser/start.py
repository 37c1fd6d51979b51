"""Where a solve may start from: an earlier plan, and what the solve that gave it had learned. Nothing here needs Pyomo.

What is taken over only says where to look first. The earlier plan's moves make a small model that is solved anew, prices give a bound
at whatever values they have, and partnerships that the rules no longer allow are left out: nothing rests on the earlier solve. But where the
bound is kept service by service (`Parted`), that of services without other figures is taken as it was proven (`optimiser.standing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from instances import Instance

FILE = "warm_start.json"
"""What was learned, in the folder of a run."""
Found = tuple[str, str, str, int, tuple[tuple[str, int], ...]]
"""A partnership: service, host, vehicle, the tranche it opens in; every other member and its tranche."""


class Parted(BaseModel):
    """A bound that falls into one for each service, at prices of the rows across services (`optimiser.methods.by_service`).

    Attributes:
        rest: What the bound has besides the services, thousand GBP.
        bounds: The bound on each service.
        moves: What the rows across services take of each move of a service, in the order of the priced table, thousand GBP.
        options: The same of its alternatives.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rest: float
    bounds: dict[str, float]
    moves: dict[str, tuple[float, ...]]
    options: dict[str, tuple[float, ...]]


class Learned(BaseModel):
    """What a solve by decomposition has found out besides its plan; nothing where the method was another.

    Attributes:
        prices: Price of each row of the relaxation that has one, by its name, thousand GBP for a unit of it.
        partnerships: The partnerships that lose least at these prices.
        parted: The bound at these prices over all moves, service by service; None where it was not asked for, or does not fall apart so.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    prices: dict[str, float] = {}
    partnerships: tuple[Found, ...] = ()
    parted: Parted | None = None

    def __or__(self, other: Learned) -> Learned:
        """What both have learned, of different parts."""
        return Learned(prices=self.prices | other.prices, partnerships=(*self.partnerships, *other.partnerships))

    def __bool__(self) -> bool:
        """Whether anything was learned."""
        return bool(self.prices)


@dataclass(frozen=True)
class Start:
    """An earlier plan.

    Attributes:
        run: The run that it is from.
        arrangements: What each council does with each service that it does not keep as it is: host, vehicle and tranche, or '',
            alternative and tranche.
        learned: What was learned on the way.
        instance: The data that it was made for, where they are at hand.
        manifest: The manifest of its run, where that is at hand.
        frame: What solves in the same process have in common (`optimiser.methods.frame.Frame`); None where nothing is kept.
    """

    run: str
    arrangements: Mapping[tuple[str, str], tuple[str, str, int]]
    learned: Learned = field(default_factory=Learned)
    instance: Instance | None = field(default=None, compare=False, repr=False)
    manifest: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    frame: Any = field(default=None, compare=False, repr=False)
