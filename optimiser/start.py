"""Where a solve may start from: an earlier plan, and what the solve that gave it had learned. Nothing here needs Pyomo.

What is taken over only says where to look first. The earlier plan's moves make a small model that is solved anew, prices give a bound
at whatever values they have, and partnerships that the rules no longer allow are left out: nothing rests on the earlier solve.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

FILE = "warm_start.json"
"""What was learned, in the folder of a run."""
Found = tuple[str, str, str, int, tuple[tuple[str, int], ...]]
"""A partnership: service, host, vehicle, the tranche it opens in; every other member and its tranche."""


class Learned(BaseModel):
    """What a solve by decomposition has found out besides its plan; nothing where the method was another.

    Attributes:
        prices: Price of each row of the relaxation that has one, by its name, thousand GBP for a unit of it.
        partnerships: The partnerships that lose least at these prices.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    prices: dict[str, float] = {}
    partnerships: tuple[Found, ...] = ()

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
        frame: What solves in the same process have in common (`optimiser.methods.frame.Frame`); None where nothing is kept.
    """

    run: str
    arrangements: Mapping[tuple[str, str], tuple[str, str, int]]
    learned: Learned = field(default_factory=Learned)
    frame: Any = field(default=None, compare=False, repr=False)
