"""Uncertainty: all inputs drawn at once from their ranges, the plan held and re-optimised for each draw.

A Latin hypercube, seeded: each input's distribution is cut into as many equal parts as there are draws, and each part is drawn from once.

First-order index of an input: the share of the variance of the held NPV that goes with it alone. NPV is fitted by least squares as a
sum of polynomials, one of each input, of degree 1 or 2, whichever foretells a draw better from all others; an index is the variance of its
polynomial, divided by that of all of them and the mean square of what is not foretold. They add up to what the sum explains; the rest is
interaction, or draws that are too few. Sudret, Global sensitivity analysis using polynomial chaos expansions, Reliability Engineering and
System Safety 93(7), 2008, 964-979 (indices from a fitted polynomial); Blatman and Sudret, An adaptive algorithm to build up sparse
polynomial chaos expansions, Probabilistic Engineering Mechanics 25(2), 2010, 183-197 (fits judged by leaving one out).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from instances import Instance, InstanceError, apply
from instances.asked import Configuration
from instances.ranges import Range
from optimiser.sensitivity.spread import Spread, spread_of
from optimiser.whatif import Answer, Base, Task, best_of, held

Array = NDArray[np.float64]
TINY = 1e-9
"""Singular values of a fit below this part of the largest are none."""
PERCENTILES = (5, 10, 25, 50, 75, 90, 95)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Draw(_Frozen):
    """One draw.

    Attributes:
        number: From 0.
        overrides: What sets the inputs.
        refused: Why the data do not allow the draw; then there is nothing else.
        held: NPV of the held plan, GBP; None where it cannot be priced.
        broken: Rules that it breaks, by name.
        answer: The best plan.
    """

    number: int
    overrides: tuple[str, ...]
    refused: str = ""
    held: float | None = None
    broken: tuple[str, ...] = ()
    answer: Answer = Answer(status="unknown")


class DrawRow(_Frozen):
    """One draw as the files have it: positions of the inputs by path, held and best NPV and bound (GBP), status, rules that the held plan breaks."""

    draw: int
    positions: dict[str, float]
    held: float | None
    best: float | None
    bound: float | None
    status: str
    broken: tuple[str, ...]


class Kept(_Frozen):
    """How often something of the plan is in the best plan of a draw: a pairing of two councils, or a host.

    Attributes:
        service: The service.
        councils: The two councils, or the host.
        share: Share of the draws that have a best plan, from 0 to 1.
        planned: Whether the plan has it too.
    """

    service: str
    councils: tuple[str, ...]
    share: float
    planned: bool


class Index(_Frozen):
    """First-order index of an input: the share of the held NPV's variance that goes with it alone."""

    path: str
    share: float


class Uncertainty(_Frozen):
    """What the draws say.

    Attributes:
        draws: How many; `refused` of them the data do not allow, and nothing is counted of those.
        refused: So many.
        seed: Of the design.
        percentiles: Of NPV, GBP, by percentile: of the held plan and of the best.
        mean_held, mean_best: Their means.
        nothing: Share of the draws in which the held plan is worth 0 or less.
        missed: Share in which it breaks a rule, by rule; `any` is any of them.
        regret: Mean of what the best plan is worth above the held one where that keeps every rule, and `most`.
        most: The greatest of it.
        pairings, hosts: How often each is in the best plan.
        same: Share of the draws in which the best plan has the plan's configuration.
        indices: Of the inputs, greatest first.
        explained: What all of them explain together; the rest is interaction, or draws that are too few to say.
    """

    draws: int
    refused: int
    seed: int
    percentiles: dict[int, tuple[float, float]]
    mean_held: float
    mean_best: float
    nothing: float
    missed: dict[str, float]
    regret: float
    most: float
    pairings: tuple[Kept, ...]
    hosts: tuple[Kept, ...]
    same: float
    indices: tuple[Index, ...]
    explained: float


@dataclass(frozen=True)
class DrawQuestion:
    """One draw: its number and what sets the inputs."""

    number: int
    overrides: tuple[str, ...]


@dataclass(frozen=True)
class Design:
    """The draws: spreads of the inputs, and their positions, shape (draws, inputs)."""

    spreads: tuple[Spread, ...]
    positions: Array

    def tasks(self) -> list[Task[DrawQuestion]]:
        """A task for each draw."""
        found = []
        for number, row in enumerate(self.positions.tolist()):
            overrides = tuple(o for spread, position in zip(self.spreads, row, strict=True) for o in spread.overrides(position))
            found.append(Task(f"draw {number} of {len(self.positions)} {overrides}", DrawQuestion(number, overrides)))
        return found


def design(instance: Instance, ranges: Iterable[tuple[str, Range]], draws: int, seed: int) -> Design:
    """A Latin hypercube over the ranges."""
    from scipy.stats import qmc  # a second to load

    found = [spread for path, given in ranges if (spread := spread_of(instance, path, given)) is not None]
    if not found:
        return Design((), np.zeros((0, 0)))
    parts = qmc.LatinHypercube(len(found), seed=seed).random(draws)
    return Design(tuple(found), np.column_stack([spread.quantile(parts[:, i]) for i, spread in enumerate(found)]))


def study_draw(base: Base, question: DrawQuestion) -> Draw:
    """One draw, held and re-optimised."""
    try:
        instance = apply(base.instance, overrides=question.overrides)
    except InstanceError as error:
        return Draw(number=question.number, overrides=question.overrides, refused=str(error.faults[0]))
    own = held(base, instance)
    return Draw(
        number=question.number,
        overrides=question.overrides,
        held=None if own is None else own.npv,
        broken=() if own is None else own.broken,
        answer=best_of(base, instance, own, settle_ties=False),
    )


def uncertainty(base: Base, made: Design, draws: Sequence[Draw], seed: int) -> Uncertainty | None:
    """What the draws say; None where none can be counted."""
    counted = [draw for draw in draws if draw.held is not None]
    if not counted:
        return None
    own = np.array([draw.held for draw in counted], dtype=float)
    solved = [draw for draw in counted if draw.answer.npv is not None]
    best = np.array([draw.answer.npv for draw in solved], dtype=float)
    regrets = [max(0.0, (d.answer.npv or 0.0) - (d.held or 0.0)) for d in solved if not d.broken]
    planned = base.plan.document.configuration()
    rules = dict.fromkeys(rule for draw in counted for rule in draw.broken)
    missed = {rule: sum(rule in draw.broken for draw in counted) / len(counted) for rule in sorted(rules)}
    indices, explained = first_order(made.positions[[draw.number for draw in counted]], own)
    return Uncertainty(
        draws=len(draws),
        refused=len(draws) - len(counted),
        seed=seed,
        percentiles={p: (float(np.percentile(own, p)), float(np.percentile(best, p)) if len(best) else 0.0) for p in PERCENTILES},
        mean_held=float(own.mean()),
        mean_best=float(best.mean()) if len(best) else 0.0,
        nothing=float((own <= 0).mean()),
        missed={**missed, "any": sum(bool(draw.broken) for draw in counted) / len(counted)},
        regret=float(np.mean(regrets)) if regrets else 0.0,
        most=max(regrets, default=0.0),
        pairings=_kept(_pairings(planned), [_pairings(draw.answer.configuration) for draw in solved]),
        hosts=_kept(_hosts(planned), [_hosts(draw.answer.configuration) for draw in solved]),
        same=sum(draw.answer.configuration == planned for draw in solved) / len(solved) if solved else 0.0,
        indices=tuple(
            sorted(
                (Index(path=s.dial.path, share=share) for s, share in zip(made.spreads, indices.tolist(), strict=True)),
                key=lambda one: -one.share,
            )
        ),
        explained=explained,
    )


Named = tuple[str, tuple[str, ...]]
"""A service, and two councils or one host."""


def _pairings(found: Configuration) -> set[Named]:
    """Two councils in one partnership."""
    groups: dict[tuple[str, str], list[str]] = {}
    for (council, service), (host, _) in found.items():
        if host:
            groups.setdefault((service, host), []).append(council)
    return {(service, pair) for (service, _), members in groups.items() for pair in combinations(sorted(members), 2)}


def _hosts(found: Configuration) -> set[Named]:
    return {(service, (host,)) for (_, service), (host, _) in found.items() if host}


def _kept(planned: set[Named], found: Sequence[set[Named]]) -> tuple[Kept, ...]:
    """How often each is there: those of the plan first, then the most frequent."""
    times = Counter(one for names in found for one in names)
    every = sorted(planned | set(times), key=lambda one: (one not in planned, -times[one], one))
    return tuple(
        Kept(service=one[0], councils=one[1], share=times[one] / len(found) if found else 0.0, planned=one in planned) for one in every
    )


def first_order(positions: Array, values: Array) -> tuple[Array, float]:
    """First-order indices, shape (inputs,), and what they explain together; see the module."""
    count, inputs = positions.shape
    if count < 2 or not inputs or np.ptp(values) == 0:
        return np.zeros(inputs), 0.0
    spread = positions.std(axis=0)
    scaled = (positions - positions.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    fits = [_additive(scaled, values - values.mean(), degree) for degree in (1, 2)]
    alone, left = min(fits, key=lambda fit: fit[1])
    variances = alone.var(axis=0)
    shares: Array = variances / (variances.sum() + left)
    return shares, float(shares.sum())


def _additive(scaled: Array, values: Array, degree: int) -> tuple[Array, float]:
    """A sum of polynomials, one of each input, fitted to centred values: each of them, shape (draws, inputs), and the mean square of what it misses.

    What it misses of a draw is judged by a fit without that draw, so that draws that are few explain little.
    """
    count, inputs = scaled.shape
    powers = np.stack([scaled**power for power in range(1, degree + 1)], axis=2)
    powers -= powers.mean(axis=0)
    terms = powers.reshape(count, -1)
    left, size, right = np.linalg.svd(terms, full_matrices=False)
    able = size > TINY * size.max(initial=0.0)
    left, size, right = left[:, able], size[able], right[able]
    fitted = right.T @ ((left.T @ values) / size)
    leverage = (left**2).sum(axis=1) + 1 / count
    missed = values - terms @ fitted
    if (leverage > 1 - TINY).any():
        return np.zeros((count, inputs)), float(values.var())
    return (powers * fitted.reshape(inputs, degree)).sum(axis=2), float(np.mean((missed / (1 - leverage)) ** 2))


def draw_rows(made: Design, draws: Sequence[Draw]) -> tuple[DrawRow, ...]:
    """The draws without their plans."""
    paths = [spread.dial.path for spread in made.spreads]
    return tuple(
        DrawRow(
            draw=draw.number,
            positions=dict(zip(paths, positions, strict=True)),
            held=draw.held,
            best=draw.answer.npv,
            bound=draw.answer.bound,
            status="refused" if draw.refused else draw.answer.status,
            broken=draw.broken,
        )
        for draw, positions in zip(draws, made.positions.tolist(), strict=True)
    )
