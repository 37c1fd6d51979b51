"""The objective that a user asks for on the command line, brought to what the formulation takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from formulations import Objective
from instances import Instance
from optimiser.errors import UsageError
from optimiser.named import named

Kind = Literal["npv", "net_saving", "yearly_position"]


@dataclass(frozen=True)
class Request:
    """What is asked for: the measure, its year, the adopted run and what a change against it has to earn, GBP; the store of that run."""

    kind: Kind = "npv"
    year: int | None = None
    adopted: Path | None = None
    change_cost: float = 0.0
    store: str | None = None


def requested(instance: Instance, request: Request) -> Objective:
    """The objective of a request.

    Raises:
        UsageError: The options do not go together, the year is beyond the horizon, or the adopted plan cannot be used.
    """
    if request.kind == "yearly_position" and request.year is None:
        raise UsageError("--objective yearly-position needs --year: 1 is the first year of the appraisal")
    if request.kind != "yearly_position" and request.year is not None:
        raise UsageError("--year belongs to --objective yearly-position")
    last = math.ceil(instance.calendar.horizon_years)
    if request.year is not None and request.year > last:
        raise UsageError(f"--year {request.year} is beyond the appraisal, which has {last} years")
    if request.adopted is None:
        if request.change_cost:
            raise UsageError("--change-cost needs --adopted: the plan against which changes count")
        return Objective(request.kind, request.year)
    adopted = named(request.adopted, "--adopted", request.store).document.arrangements()
    if adopted and not any(key in instance.baselines for key in adopted):
        raise UsageError(f"--adopted {request.adopted} is about other councils and services than this instance")
    return Objective(request.kind, request.year, adopted, request.change_cost)
