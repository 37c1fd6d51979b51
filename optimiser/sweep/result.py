"""A sweep as data: a row for each case, the base first."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

Status = Literal["optimal", "feasible", "infeasible", "no_plan", "failed", "crashed", "not solved"]
ANSWERED = ("optimal", "feasible", "infeasible", "no_plan")
"""Endings that are answers; they are in the store."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SweepRow(_Frozen):
    """One case, GBP; None throughout where there is no plan."""

    case: str = Field(description="its name; the first row is the instance as it is, `base`")
    scenarios: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    values: dict[str, str] = Field(default_factory=dict, description="of grids: the value that each path has here")
    run: str = Field("", description="id of the run in the store; the same that `solve` gives")
    status: Status = Field(
        description="optimal (within the gap), feasible or no_plan (stopped at a limit), infeasible, failed, crashed, not solved"
    )
    npv: float | None = None
    difference: float | None = Field(None, description="NPV less that of the base")
    objective_value: float | None = Field(None, description="what was maximised; the NPV unless another objective was asked for")
    bound: float | None = Field(None, description="no plan has a higher objective value")
    gap: float | None = Field(None, description="proven, a share of the objective value")
    annual_saving: float | None = None
    one_off: float | None = None
    net_saving: float | None = Field(None, description="undiscounted, over the horizon")
    partnerships: int | None = None
    options: int | None = Field(None, description="alternatives to sharing that are taken")
    councils: int | None = Field(None, description="councils that share something or take an alternative")
    go_lives: int | None = None
    arrangements: int | None = Field(
        None, description="councils and services that are arranged otherwise than in the base, or at another time"
    )
    differences: tuple[str, ...] = Field((), description="what is arranged otherwise than in the base, in sentences")
    message: str = Field("", description="why there is no plan")


class SweepDocument(_Frozen):
    """sweep.json as a whole."""

    title: str
    scenarios: tuple[str, ...] = Field((), description="applied to every case")
    overrides: tuple[str, ...] = Field((), description="applied to every case")
    rows: tuple[SweepRow, ...]
    summary: tuple[str, ...] = Field((), description="what the rows say, in sentences")
    complete: bool = Field(description="whether every case has an answer")
    manifest: dict[str, Any] = Field(default_factory=dict, description="digests of the instance, settings of the solves, versions")


class Swept:
    """A sweep with its table as a DataFrame.

    Attributes:
        document: Everything, as in sweep.json.
        interrupted: Whether somebody has stopped it.
        trouble: Why it ended before all cases were solved; empty where it did not.
    """

    def __init__(self, document: SweepDocument, *, interrupted: bool = False, trouble: str = "") -> None:
        """Wrap a document."""
        self.document, self.interrupted, self.trouble = document, interrupted, trouble

    def __repr__(self) -> str:
        """A line for the console."""
        return f"Swept({len(self.document.rows) - 1} cases, complete={self.document.complete})"

    def row(self, case: str) -> SweepRow:
        """The row of a case, by its name."""
        return next(row for row in self.document.rows if row.case == case)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each case, the base first, with a column for each grid."""
        paths = list(dict.fromkeys(path for row in self.document.rows for path in row.values))
        fixed = [name for name in SweepRow.model_fields if name != "values"]
        columns = [*fixed[:3], *paths, *fixed[3:]]
        rows = [
            {**row.model_dump(exclude={"values"}), **row.values, "scenarios": ", ".join(row.scenarios)}
            | {"overrides": "; ".join(row.overrides), "differences": "; ".join(row.differences)}
            for row in self.document.rows
        ]
        table = pd.DataFrame(rows, columns=columns)
        for name in ("partnerships", "options", "councils", "go_lives", "arrangements"):
            table[name] = table[name].astype("Int64")
        return table
