"""A bound by Lagrangian relaxation and column generation, for any model whose variables fall into blocks that rows link.

    maximise  cost . x      subject to  lower <= matrix @ x <= upper,      x in the sum of the blocks

Each block is in use once or not at all, and an oracle knows its best point for given values of its variables; variables in no block
have bounds. For duals `pi`, one for each row, what is left when the rows are paid for by `pi` is a bound on the whole:

    bound(pi) = sum[r] max(pi[r] * lower[r], pi[r] * upper[r]) + sum over blocks of max(0, best of (cost - pi @ matrix)) + the rest at its bounds

It is lowered in two ways that help one another: steps along a subgradient, which are cheap and lead quickly to good duals, and a
restricted master problem, the linear program over the points that the oracle has given, whose value says how low the bound can
still go and whose duals lead there in the end. Every `bound(pi)` is valid, whichever way `pi` was found.

Source: Held, Wolfe and Crowder (1974), Mathematical Programming 6 (subgradients); Wentges (1997), International Transactions in
Operational Research 4(2) (duals between the best known and the master's); Lübbecke and Desrosiers (2005), Operations Research 53(6).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from solvers.arrays import Floats
from solvers.incidence import incidence
from solvers.master import Master
from solvers.scipy_sparse import sparse

Column = tuple[int, ...]
"""A point of a block: the variables that are 1 in it."""


class Offers(Protocol):
    """What the blocks offer at some values of their variables."""

    @property
    def total(self) -> float:
        """Sum over the blocks of the value of their best points, as far as it is above 0, or an upper bound of it."""
        ...

    def best(self) -> NDArray[np.intp]:
        """Variables that are 1 in the best point of some block that is worth something."""
        ...

    def leading(self) -> Sequence[Column]:
        """The best point of each such block."""
        ...

    def promising(self) -> Sequence[Column]:
        """Several good points of each such block, the best among them."""
        ...


Oracle = Callable[[Floats], Offers]
"""From the value of each variable to what the blocks offer."""


@dataclass(frozen=True)
class Linked:
    """Rows that link blocks. Among them must be rows that let no block be in use more than once.

    Attributes:
        cost: Objective coefficient of each variable, to be maximised, shape (variables,).
        matrix: Rows by variables, compressed rows.
        lower, upper: Bounds of each row; infinite where there is none.
        free: The variables that are in no block.
        low, high: Their bounds, finite.
    """

    cost: Floats
    matrix: Any
    lower: Floats
    upper: Floats
    free: NDArray[np.intp]
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Pace:
    """How the search for duals goes.

    Attributes:
        tolerance: It ends when the bound cannot fall by more than this share of it.
        levels: How far the bound is hoped to fall, as a share of it, in each stage of steps along subgradients.
        steps: Most steps of a stage.
        patience: Steps without a lower bound after which they are halved.
        shortest: A stage ends when its steps are this part of what they were.
        rounds: Most master problems; 0 for none.
        again: Steps towards the value of the master problem, after every fourth of them.
    """

    tolerance: float = 1e-4
    levels: tuple[float, ...] = (0.5, 0.25, 0.12, 0.06, 0.03, 0.015, 0.008, 0.004, 0.002, 0.001, 0.0005, 0.00025)
    steps: int = 150
    patience: int = 10
    shortest: float = 0.2
    rounds: int = 200
    again: int = 200


def _binding(lower: Floats, upper: Floats, duals: Floats) -> Floats:
    """The bound of each row that its price is for; 0 where it has none."""
    return np.where(duals > 0, upper, np.where(duals < 0, lower, 0.0))


def dues(lower: Floats, upper: Floats, duals: Floats) -> Floats:
    """What each row is due for its price: max(price * lower, price * upper), shape (rows,)."""
    found: Floats = _binding(lower, upper, duals) * duals
    return found


def due(lower: Floats, upper: Floats, duals: Floats) -> float:
    """What rows are due for their prices: sum[r] max(price[r] * lower[r], price[r] * upper[r])."""
    return float(_binding(lower, upper, duals) @ duals)


def values_of(columns: Sequence[Column], values: Floats) -> Floats:
    """What each column is worth at some values of the variables, shape (columns,)."""
    found: Floats = incidence(columns, len(values)).T @ values
    return found


RAISES = 6
"""Times that missing a row is made dearer before it counts as impossible to meet."""


@dataclass
class Duals:
    """The search for the lowest bound.

    Attributes:
        best: The duals of the lowest bound so far.
        bound: That bound, without any constant of the objective.
        goal: A bound as low as this is enough.
        reached: Value of the last restricted master problem; None as long as it has no plan in it.
    """

    linked: Linked
    oracle: Oracle
    pace: Pace = field(default_factory=Pace)
    deadline: float | None = None
    stopped: Callable[[], bool] = lambda: False
    keeping: bool = True
    goal: float = -np.inf
    best: Floats = field(init=False)
    bound: float = field(init=False, default=np.inf)
    reached: float | None = field(init=False, default=None)
    columns: dict[Column, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Scale the rows, so that a step means about the same in each."""
        rows = self.linked.matrix.tocsr()
        largest = np.maximum(abs(rows).max(axis=1).toarray().ravel(), 1e-12) if rows.shape[1] else np.ones(rows.shape[0])
        self._scale = 1.0 / largest
        self._rows = sparse.diags(self._scale) @ rows
        self._rows = self._rows.tocsr()
        self._columns = self._rows.tocsc()
        self._transposed = self._rows.T.tocsr()
        self._lower, self._upper = self.linked.lower * self._scale, self.linked.upper * self._scale
        self.best = np.zeros(rows.shape[0])
        self._large = float(np.abs(self.linked.cost).max(initial=0.0))
        self._waiting: list[Column] = []
        self._master: Master | None = None
        self._raised = 0

    def start_like(self, other: Duals) -> None:
        """Begin where the search for the same rows and blocks at other figures has ended: at its duals, its points and its basis."""
        self.start(other.duals)
        self.columns, self._waiting = dict(other.columns), []
        if other.solved is not None:
            points, basis = other.solved
            self._master = Master(self._lower, self._upper, self._columns, self.linked)
            self._master.add(points)
            self._master.begin_at(basis)
            known = set(points)
            self._waiting = [column for column in self.columns if column not in known]
        else:
            self._waiting = list(self.columns)

    @property
    def solved(self) -> tuple[list[Column], Any] | None:
        """Points and basis of the last master problem; None as long as there was none."""
        return None if self._master is None else self._master.solved

    def start(self, duals: Floats) -> None:
        """Begin at known duals, of rows as they were given."""
        self.best, self.bound = self._allowed(duals / self._scale), np.inf

    @property
    def duals(self) -> Floats:
        """The best duals, of the rows as they were given."""
        return self.best * self._scale

    @property
    def gap(self) -> float:
        """How far the bound may still fall, as a share of it; infinite as long as that is not known."""
        if self.reached is None or not np.isfinite(self.bound):
            return np.inf
        return max(0.0, self.bound - self.reached) / max(abs(self.bound), 1e-9)

    def descend(self, last: float = 0.0) -> None:
        """Lower the bound by steps along subgradients alone, stage by stage, to the last level."""
        for level in self.pace.levels:
            if level >= max(last, self.pace.tolerance):
                self._steps(level, self.pace.steps)

    def search(self) -> None:
        """Lower the bound by master problems until the pace's tolerance, its rounds or the deadline."""
        if self._master is None:
            self._master = Master(self._lower, self._upper, self._columns, self.linked)
        master = self._master
        for number in range(1, self.pace.rounds + 1):
            if self.over() or self.bound <= self.goal:
                return
            fresh, self._waiting = self._waiting, []
            master.add(fresh)
            self.reached, found = master.solve()
            if self.gap <= self.pace.tolerance:
                return
            found = self._allowed(found)
            before = len(self.columns)
            self._try((self.best + found) / 2)
            if len(self.columns) == before:
                self._try(found)
            if len(self.columns) == before:
                if self.reached is not None or self._raised == RAISES:
                    return  # at the master's own duals no block offers anything new: that is as low as master problems lead
                master.raise_price()  # or it may only be too cheap to miss a row
                self._raised += 1
            if number % 4 == 0 and self.reached is not None:
                self._steps(self.gap, self.pace.again)

    def support(self) -> list[Column]:
        """The points that the last master problem uses; none as long as there was none."""
        return [] if self._master is None else self._master.support()

    def reduced(self) -> Floats:
        """Values of the variables at the best duals, each less what it takes of the rows."""
        values: Floats = self.linked.cost - self._transposed @ self.best
        return values

    def over(self) -> bool:
        """Whether the deadline has passed, or somebody has stopped the work."""
        return self.stopped() or (self.deadline is not None and time.monotonic() > self.deadline)

    def _allowed(self, duals: Floats) -> Floats:
        """Duals with the signs that their rows ask for."""
        duals = np.where(np.isfinite(self._upper), duals, np.minimum(duals, 0.0))
        return np.where(np.isfinite(self._lower), duals, np.maximum(duals, 0.0))

    def _price(self, duals: Floats) -> tuple[float, Offers, Floats]:
        """Bound at some duals, what the blocks offer, and how a point that attains the bound leaves the rows: a subgradient."""
        reduced = self.linked.cost - self._transposed @ duals
        offers = self.oracle(reduced)
        free = self.linked.free
        at = np.where(reduced[free] > 0, self.linked.high, self.linked.low)
        bound = due(self._lower, self._upper, duals) + offers.total + float(reduced[free] @ at)
        point = np.zeros(len(reduced))
        point[free] = at
        point[offers.best()] = 1.0
        activity = self._rows @ point
        above = (duals > 0) | ((duals == 0) & np.isfinite(self._upper))
        return bound, offers, np.where(above, self._upper - activity, self._lower - activity)

    def at_best(self) -> float:
        """The bound at the best duals, asked for once more: the oracle may know better by now. What is offered there is kept."""
        self.bound = min(self.bound, self._try(self.best))
        return self.bound

    def keep(self, columns: Iterable[Column]) -> None:
        """Put points into the master problem that are not in it yet."""
        for column in columns:
            if column not in self.columns:
                self.columns[column] = len(self.columns)
                self._waiting.append(column)

    def _try(self, duals: Floats) -> float:
        """The bound at some duals, kept if it is the lowest, with the points that it gives to the master problem."""
        bound, offers, _ = self._price(duals)
        self.keep(offers.promising())
        if bound < self.bound:
            self.bound, self.best = bound, duals
        return bound

    def _steps(self, level: float, steps: int) -> None:
        """Steps along averaged subgradients from the best duals, each as long as if the bound were to fall by the level."""
        length, waited = 1.0, 0
        here, direction = self.best, None
        for number in range(steps):
            if self.over():
                return
            bound, offers, slack = self._price(here)
            if self.keeping and number % 3 == 0:
                self.keep(offers.leading())
            waited += 1
            if not bound >= self.bound - 1e-6 * abs(self.bound):
                self.bound, self.best, waited = bound, here, 0
            elif waited >= self.pace.patience:
                length, waited, here, direction = length / 2, 0, self.best, None
                if length < self.pace.shortest:
                    return
                continue
            direction = slack if direction is None else 0.3 * slack + 0.7 * direction
            step = np.where((here == 0) & (self._allowed(-direction) == 0), 0.0, direction)
            norm = float(step @ step)
            if norm <= 1e-12:
                return
            fall = bound - self.bound + level * max(abs(self.bound), self._large)
            here = self._allowed(here - length * fall / norm * step)
