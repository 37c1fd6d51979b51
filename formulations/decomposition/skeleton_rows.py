"""The skeleton of the model: the rows that link partnerships, over all moves, and the objective, as arrays.

Of the families about one partnership those of INSIDE are in it. The families are those of the model; numbers of columns stand in place of
variables, and nothing is declared in Pyomo: no solver gets a skeleton, and to build and compile one takes several times as long.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyomo.common.gc_manager import PauseGC

from formulations import minimum_saving, payback
from formulations.decomposition.kinds import NONE, Floats, Whole
from formulations.families import FAMILIES, INSIDE, LINKING
from formulations.objectives import Objective, objective_values
from formulations.partnership import Row, Unreachable, objective_of, rows_of
from formulations.pricing import Priced
from formulations.terms import Linear
from formulations.variables import Kind, declare_variables

Terms = tuple[Whole, Whole, Floats]
"""Row, column and coefficient of each entry."""


class Numbered(SimpleNamespace):
    """What the families read in place of a model: index sets are lists, and a variable is a number.

    Attributes:
        kinds: Each kind of variable, and the indices of its variables; those of the first kind come first.
        count: How many variables there are.
        unreachable: Demands that no move can meet.
    """

    def __init__(self) -> None:
        super().__init__(kinds=[], count=0, unreachable=[])

    def declare(self, kind: Kind, keys: Collection[Any]) -> None:
        """Number the variables of a kind."""
        keys = list(keys)
        setattr(self, kind.index, keys)
        setattr(self, kind.name, dict(zip(keys, range(self.count, self.count + len(keys)), strict=True)))
        self.kinds.append((kind, keys))
        self.count += len(keys)

    def bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper bounds of all variables, infinite where there is none."""
        counts = [len(keys) for _, keys in self.kinds]
        low = np.repeat([-np.inf if kind.lower is None else kind.lower for kind, _ in self.kinds], counts)
        high = np.repeat([np.inf if kind.upper is None else kind.upper for kind, _ in self.kinds], counts)
        return low, high


@dataclass(frozen=True)
class SkeletonRows:
    """A skeleton as arrays. Columns are variables that some row or the objective has.

    Attributes:
        model: What its families read.
        place: Column of each variable; NONE where no row and no objective has it.
        low, high: Bounds of each column; infinite where there is none.
        cost: Objective coefficient of each column, thousand GBP.
        offset: Constant of the objective, thousand GBP.
        rows: Family and index of each row.
        terms: Row, column and coefficient of each entry.
        lower, upper: Bounds of each row; infinite where there is none.
        unreachable: Demands that no move can meet.
        contradiction: Whether some row by itself leaves no plan, since whatever is in it counts nothing.
    """

    model: Any
    place: Whole
    low: Floats
    high: Floats
    cost: Floats
    offset: float
    rows: Sequence[Row]
    terms: Terms
    lower: Floats
    upper: Floats
    unreachable: tuple[Unreachable, ...]
    contradiction: bool

    def __len__(self) -> int:
        """How many columns there are."""
        return len(self.cost)

    @cached_property
    def variables(self) -> list[tuple[str, Any]]:
        """Kind and index of the variable of each column."""
        named = [(kind.name, key) for kind, keys in self.model.kinds for key in keys]
        return [one for one, place in zip(named, self.place.tolist(), strict=True) if place != NONE]

    def column(self, variable: int) -> int:
        """Column of a variable; NONE where it has none."""
        return int(self.place[variable])

    @cached_property
    def row_number(self) -> dict[tuple[str, Any], int]:
        """Number of each row by family and index."""
        return {(row.family, row.index): number for number, row in enumerate(self.rows)}

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """Which rows are about one partnership, shape (rows,)."""
        return np.array([row.family in INSIDE for row in self.rows], dtype=bool)


def skeleton(priced: Priced, *, objective: Objective | None = None) -> SkeletonRows:
    """The skeleton of a priced instance. No presolve.

    Purchasing is in it only where a row that links partnerships asks for it; `model.buyers` has all of it. See `formulations.decomposition`.
    """
    objective = objective or Objective()
    with PauseGC():  # all small objects that stay
        m = Numbered()
        declare_variables(m, priced, objective, m.declare, whole=False)
        rows = [row for family in FAMILIES for row in rows_of(m, family, _index(m, family))]
        return _as_arrays(m, rows, objective_of(m, objective_values(priced, objective)))


def _index(m: Any, family: str) -> Collection[Any]:
    """What the skeleton's rows of a family are about; nothing where it has none."""
    found: Collection[Any] = INSIDE[family](m) if family in INSIDE else FAMILIES[family][0](m) if family in LINKING else ()
    return found


def _as_arrays(m: Numbered, rows: Sequence[Row], value: Linear) -> SkeletonRows:
    count = m.count
    cost = np.bincount(np.array(value.variables, dtype=np.intp), weights=np.array(value.coefficients), minlength=count)
    row, variable, coefficient = _entries(rows)
    there = coefficient != 0
    row, variable, coefficient = row[there], variable[there], coefficient[there]
    used = cost != 0
    used[variable] = True
    lower = np.array([-np.inf if one.lower is None else one.lower for one in rows], dtype=float)
    upper = np.array([np.inf if one.upper is None else one.upper for one in rows], dtype=float)
    filled = np.bincount(row, minlength=len(rows)) > 0
    kept = np.flatnonzero(filled)
    number = np.cumsum(filled) - 1
    place = np.where(used, np.cumsum(used) - 1, NONE)
    low, high = m.bounds()
    return SkeletonRows(
        model=m,
        place=place,
        low=low[used],
        high=high[used],
        cost=cost[used],
        offset=value.constant,
        rows=[rows[i] for i in kept.tolist()],
        terms=(number[row], place[variable], coefficient),
        lower=lower[kept],
        upper=upper[kept],
        unreachable=tuple(m.unreachable),
        contradiction=bool(((lower > 0) | (upper < 0))[~filled].any()),
    )


def _entries(rows: Sequence[Row]) -> Terms:
    """Row, variable and coefficient of each entry; what a row has of one variable in several terms is added up."""
    lengths = [len(row.body.variables) for row in rows]
    row = np.repeat(np.arange(len(rows)), lengths)
    variable = np.fromiter(chain.from_iterable(row.body.variables for row in rows), dtype=np.intp, count=len(row))
    coefficient = np.fromiter(chain.from_iterable(row.body.coefficients for row in rows), dtype=float, count=len(row))
    most = int(variable.max(initial=0)) + 1
    cells, cell = np.unique(row * most + variable, return_inverse=True)
    added: Floats = np.bincount(cell, weights=coefficient, minlength=len(cells)).astype(float)
    return cells // most, cells % most, added


def put_figures(m: Any, priced: Priced, objective: Objective) -> None:
    """Let a skeleton's families read other figures of the same moves; what it has declared stays as it is (see `rows_with_figures`)."""
    m.priced, m.instance, m.graph = priced, priced.instance, priced.graph
    m.weight = objective.running_weight(priced.instance, priced.discount)
    m.margins = minimum_saving.margins(priced)
    m.payback_positions = payback.positions(m)


def rows_with_figures(m: Any, services: Collection[str]) -> Iterator[tuple[str, Any, list[int], list[float]]]:
    """Each row of a skeleton in which figures of some services stand: family, index, rows of its moves in the priced table, coefficients.

    Those of rule payback; of rule minimum_saving every coefficient is the margin of its move (`m.margins`).
    """
    keys = [key for key in payback.payback_index(m) if key[0] in services]
    if not keys:
        return
    row_of = {v: m.sets.join_row[j] for j, v in m.joins.items()} | {v: m.sets.open_row[o] for o, v in m.opens.items()}
    for row in rows_of(m, "payback", keys):
        yield row.family, row.index, [row_of[v] for v in row.body.variables], row.body.coefficients
