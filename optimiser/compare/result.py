"""Plans side by side, as data: figures, arrangements, heads, councils; what their data differ in, and what each difference does."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SideFigures(_Frozen):
    """One plan in a few figures, GBP; None throughout where there is no plan."""

    name: str = Field(description="as it was asked for: a run, an instance, a scenario")
    run: str
    instance: str
    status: str = Field(description="optimal, feasible, infeasible or no_plan")
    npv: float | None = None
    bound: float | None = None
    gap: float | None = None
    annual_saving: float | None = None
    one_off: float | None = None
    net_saving: float | None = None
    partnerships: int | None = None
    options: int | None = None
    councils: int | None = None
    go_lives: int | None = None
    latest_go_live: dt.date | None = None


class Arranged(_Frozen):
    """What a council does with a service on two sides; empty where it keeps it as it is."""

    service: str
    council: str
    host: str
    way: str = Field(description="vehicle of the partnership, or the alternative")
    go_live: dt.date | None
    other_host: str
    other_way: str
    other_go_live: dt.date | None


class Figure(_Frozen):
    """NPV of a cost head or of a council on two sides, GBP."""

    name: str
    npv: float
    other_npv: float

    @property
    def difference(self) -> float:
        """What the other has more."""
        return self.other_npv - self.npv


class DataChange(_Frozen):
    """A cell, row or setting in which the data differ."""

    table: str = Field(description="the table, or instance.toml")
    column: str = Field(description="the column, or the setting; empty where a row comes or goes")
    path: str
    kind: Literal["changed", "added", "removed"]
    old: Any
    new: Any
    matters: bool = Field(description="whether a plan may depend on it")


class Step(_Frozen):
    """The plan after some more of the changes; the steps add up to the whole difference."""

    inputs: tuple[str, ...] = Field(description="what is changed in this step, besides that of the steps before")
    changes: int = Field(description="cells, rows and settings in it")
    status: str = Field(description="optimal, feasible, infeasible or no_plan")
    npv: float | None = Field(description="of the best plan with it, GBP")
    effect: float | None = Field(description="against the last step that had a plan, GBP")
    gap: float | None = Field(description="to which this plan is proven")
    differences: tuple[str, ...] = Field((), description="what is arranged otherwise than in the last step that had a plan")


class Comparison(_Frozen):
    """One plan against the first."""

    name: str
    against: str
    npv: float | None = Field(description="by how much its NPV is higher, GBP")
    differences: tuple[str, ...] = Field(description="which partnerships, hosts and alternatives differ, in sentences")
    arrangements: tuple[Arranged, ...] = Field(description="every council and service that is arranged otherwise, or at another time")
    heads: tuple[Figure, ...]
    councils: tuple[Figure, ...]
    data_known: bool = Field(description="whether the data of both sides are known, so that they could be compared")
    changes: tuple[DataChange, ...] = ()
    steps: tuple[Step, ...] = ()
    settings: tuple[str, ...] = Field((), description="how the solves differ: gap, objective, solver, versions")


class ComparisonDocument(_Frozen):
    """compare.json as a whole."""

    title: str
    sides: tuple[SideFigures, ...]
    comparisons: tuple[Comparison, ...]
    complete: bool = Field(True, description="whether every step was solved; False where somebody stopped it")


class Compared:
    """A comparison with its tables as DataFrames.

    Attributes:
        document: Everything, as in compare.json.
    """

    def __init__(self, document: ComparisonDocument) -> None:
        """Wrap a document."""
        self.document = document

    def __repr__(self) -> str:
        """A line for the console."""
        return f"Compared({', '.join(side.name for side in self.document.sides)})"

    @cached_property
    def sides(self) -> pd.DataFrame:
        """One row for each side: its figures."""
        return pd.DataFrame([side.model_dump() for side in self.document.sides], columns=list(SideFigures.model_fields))

    @cached_property
    def arrangements(self) -> pd.DataFrame:
        """What differs in the plans, one row for each council and service."""
        return self._table("arrangements", Arranged)

    @cached_property
    def heads(self) -> pd.DataFrame:
        """NPV by cost head, GBP."""
        return self._table("heads", Figure)

    @cached_property
    def councils(self) -> pd.DataFrame:
        """NPV by council, GBP."""
        return self._table("councils", Figure)

    @cached_property
    def changes(self) -> pd.DataFrame:
        """In what the data differ."""
        return self._table("changes", DataChange)

    @cached_property
    def steps(self) -> pd.DataFrame:
        """What each group of changes does to NPV, GBP."""
        table = self._table("steps", Step)
        for column in ("inputs", "differences"):
            table[column] = ["; ".join(items) for items in table[column]]
        return table

    def _table(self, name: str, model: type[BaseModel]) -> pd.DataFrame:
        rows = [{"side": one.name, **row.model_dump()} for one in self.document.comparisons for row in getattr(one, name)]
        return pd.DataFrame(rows, columns=["side", *model.model_fields])
