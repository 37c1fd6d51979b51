"""The sceptic's line: the forecast beside its reference class, what real arrangements planned and claimed and independent studies found.

The figures are package data (`instances/data/reference_class.csv`), each with its source: a yearly saving as a share of a stated baseline.
Flyvbjerg, From Nobel Prize to project management: getting risks right, Project Management Journal 37(3), 2006, 5-15: a forecast is
judged by the outcomes of its kind.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict

from optimiser.money import percent
from optimiser.plan import Plan

Kind = Literal["plan", "claimed", "independent"]


class Reference(BaseModel):
    """The forecast beside its class.

    Attributes:
        forecast: Saving a year at full effect as a share of what the plan's services cost today; None where nothing is arranged.
        planned: Least and greatest share that plans of real arrangements stated.
        claimed: The same of what arrangements said they had saved.
        independent: The same of what independent studies found.
        nothing: Chance that the plan is worth 0 or less, by the draws; None without draws.
    """

    model_config = ConfigDict(frozen=True)

    forecast: float | None
    planned: tuple[float, float]
    claimed: tuple[float, float]
    independent: tuple[float, float]
    nothing: float | None = None

    def sentences(self) -> list[str]:
        """As a committee reads it."""
        found = []
        if self.nothing is not None:
            found.append(
                f"Chance that the plan saves nothing over the appraisal, if the inputs lie where their ranges say: {percent(self.nothing, 0)}."
            )
        if self.forecast is not None:
            found.append(
                f"It forecasts a saving of {percent(self.forecast)} of what these services cost. Plans of real arrangements said "
                f"{_span(self.planned)}; those that reported afterwards claimed {_span(self.claimed)} in early years; independent study "
                f"of all English councils found {'no significant saving' if self.independent == (0.0, 0.0) else _span(self.independent)}."
            )
        return found


def _span(ends: tuple[float, float]) -> str:
    return percent(ends[0], 0) if ends[0] == ends[1] else f"{ends[0] * 100:.0f} to {percent(ends[1], 0)}"


@cache
def reference_class() -> pd.DataFrame:
    """The reference class: kind, name, services, annual_saving and baseline (GBP), share, source."""
    with resources.files("instances").joinpath("data/reference_class.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def reference(plan: Plan, nothing: float | None) -> Reference:
    """The forecast of a plan beside its class."""
    summary, known = plan.summary, reference_class()

    def ends(kind: Kind) -> tuple[float, float]:
        shares = known.loc[known["kind"] == kind, "share"]
        return float(shares.min()), float(shares.max())

    return Reference(
        forecast=summary.annual_saving / summary.baseline if summary.baseline else None,
        planned=ends("plan"),
        claimed=ends("claimed"),
        independent=ends("independent"),
        nothing=nothing,
    )
