"""The shire, as an instance, as a model and as a plan; random tiny instances; a model as blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import small
from tiny import write_tiny

from formulations import Objective, Priced, Skeleton, build, price, skeleton
from instances import Instance, read
from instances.asked import Asked
from optimiser import solve


@pytest.fixture
def shire(tmp_path: Path) -> Callable[..., Instance]:
    """Four councils 11 km apart on a line run payroll, Ash and Elm may host; two yearly tranches, three years, no figures."""
    return partial(small.shire, tmp_path)


@pytest.fixture
def shire_model(shire: Callable[..., Instance]) -> Callable[..., Any]:
    """The model of the shire with some settings and tables replaced."""

    def make(calendar: str = "12 2 3", objective: Objective | None = None, asked: tuple[Asked, ...] = (), **changes: str) -> Any:
        return build(price(shire(calendar, **changes), asked=asked), objective=objective, presolve=False)

    return make


@pytest.fixture
def shire_plan(shire: Callable[..., Instance]) -> Callable[..., tuple[float, dict[tuple[str, str], tuple[Any, ...]]]]:
    """The best plan of the shire with some settings and tables replaced: its objective value, and who does what; audited."""

    def make(calendar: str = "12 2 3", objective: Objective | None = None, **changes: str) -> Any:
        plan = solve(shire(calendar, **changes), objective=objective or Objective())
        return plan.document.objective_value, small.arrangements(plan)

    return make


@pytest.fixture
def two_services() -> dict[str, str]:
    """Tables with which Ash and Elm run waste too, and only Ash may host it."""
    return small.TWO_SERVICES


@pytest.fixture
def tiny(tmp_path: Path) -> Callable[..., Priced]:
    """The priced random tiny instance of a seed; see `write_tiny`."""

    def make(seed: int, only: str = "", off: str = "") -> Priced:
        folder = tmp_path / f"{seed} {only} {off}"
        write_tiny(folder, seed, only, off)
        return price(read(folder))

    return make


class Decomposed:
    """A skeleton as blocks, and the partnerships of a block by brute force: all that the rows of the compact model let be.

    A partnership is told of as the tranche of each council in it.

    Attributes:
        model: The skeleton.
        full: The compact model of the same.
        rows: The skeleton as arrays.
        structure: As blocks.
        cost: Objective coefficient of each column, thousand GBP.
    """

    FAMILIES = ("join_after_open", "conflicts", "partnership_size_maximum")
    """Families whose rows a partnership that is priced keeps."""

    def __init__(self, priced: Priced, objective: Objective | None) -> None:
        self.rows = skeleton(priced, objective=objective)
        self.model: Any = self.rows.model
        self.full: Any = build(priced, objective=objective, presolve=False)
        self.structure = Skeleton(self.rows)
        self.blocks, self.cost = self.structure.blocks, self.structure.cost
        self._rows: dict[Any, list[Any]] = {}
        for row in (row for name in self.FAMILIES for row in getattr(self.full, name).values()):
            terms = []
            for coefficient, variable in zip(row.body.linear_coefs, row.body.linear_vars, strict=True):
                index = variable.index()
                terms.append((coefficient, index[-5] if len(index) == 5 else index[-3], index[-1]))
            self._rows.setdefault(index[-4:-1], []).append((terms, row.ub))

    def partnerships(self, block: int) -> list[dict[str, int]]:
        """All of a block, each with a host and somebody else at least."""
        partnership, sets = self.blocks.partnerships[block], self.full.sets
        members = self.blocks.members[block]
        joinings = [[None, *sets.joinings[(c, *partnership)]] for c in members]
        found = []
        for opened, *joined in product(sets.openings[partnership], *joinings):
            there = {c: k for c, k in zip(members, joined, strict=True) if k is not None}
            if there and self._holds(partnership, there | {partnership[1]: opened}):
                found.append(there | {partnership[1]: opened})
        return found

    def _holds(self, partnership: Any, there: Mapping[str, int]) -> bool:
        rows = self._rows.get(partnership, [])
        return all(sum(a for a, c, k in terms if there.get(c) == k) <= upper for terms, upper in rows)

    def columns(self, block: int, there: Mapping[str, int]) -> tuple[int, ...]:
        """The columns of a partnership's moves, sorted."""
        s, h, v = self.blocks.partnerships[block]
        m = self.model
        moves = [m.opens[s, h, v, k] if c == h else m.joins[c, s, h, v, k] for c, k in there.items()]
        return tuple(sorted(self.rows.column(move) for move in moves))

    def has_rows(self, *families: str) -> bool:
        """Whether the skeleton has a row of some families."""
        return any(row.family in families for row in self.rows.rows)


@pytest.fixture
def decomposed() -> Callable[..., Decomposed]:
    """A priced instance as blocks."""
    return lambda priced, objective=None: Decomposed(priced, objective)


@pytest.fixture
def tiny_blocks(tiny: Callable[..., Priced]) -> Callable[..., Iterator[tuple[int, Decomposed]]]:
    """Random tiny instances as blocks, with their seeds, but for those of which a row says by itself that there is no plan."""

    def make(seeds: Iterable[int], only: str = "", off: str = "", change: Callable[[int, Priced], Any] | None = None) -> Any:
        for seed in seeds:
            priced = tiny(seed, only, off)
            priced, objective = change(seed, priced) if change else (priced, None)
            found = Decomposed(priced, objective)
            if not found.rows.contradiction:
                yield seed, found

    return make
