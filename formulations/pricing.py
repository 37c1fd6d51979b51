"""Pricing: what every move is worth, head by head, in column operations over the table of moves.

A move is (council, service, host, tranche); the move of a host to itself opens its partnership. Yearly heads are at full
effect and base-year baselines, one-offs as paid at go-live; both with optimism bias. Purchasing belongs to partnerships,
not to moves; `Purchasing` holds what its rows need. Formulas: model.md, section 3.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from dateutil.relativedelta import relativedelta
from numpy.typing import NDArray

from formulations.factors import Factors, discount_factors, growth_factors, live_factors, service_factors
from instances import LIVE, Instance
from instances.graph import CouncilGraph, council_graph
from instances.heads import GROWING_HEADS, MOVE_ONE_OFF_HEADS, MOVE_RECURRING_HEADS, MOVE_SAVING_HEADS
from instances.tables import Estimate, Tier

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Purchasing:
    """Joint purchasing of one service: steps of volume and rate, and the present value of a pound saved.

    Attributes:
        from_volume: Procured spend from which each step holds, GBP a year, rising.
        rate: Biased saving on all spend, one for each step.
        epochs: Tranche that closes each stretch of time in which membership and growth stand still.
        growth: Growth factor of each epoch.
        weight: Present value of one pound a year of base-year saving over each epoch.
    """

    from_volume: tuple[float, ...]
    rate: tuple[float, ...]
    epochs: tuple[int, ...]
    growth: tuple[float, ...]
    weight: tuple[float, ...]


@dataclass(frozen=True)
class Priced:
    """A priced instance: all that the formulation needs.

    Attributes:
        graph: The council graph; `graph.moves` are the moves.
        moves: The moves with a column for each head, and `gross`, `recurring`, `one_off`, `second_year`, `full_effect`
            (GBP, GBP a year) and `npv` (GBP); purchasing not included.
        discount: DF of every period.
        purchasing: Steps and weights of each service that has tiers.
    """

    graph: CouncilGraph
    moves: pd.DataFrame
    discount: Array
    purchasing: dict[str, Purchasing]

    @property
    def instance(self) -> Instance:
        """What was priced."""
        return self.graph.instance

    @cached_property
    def factors(self) -> dict[str, Factors]:
        """Factors of each service."""
        return {service: service_factors(self.instance, service, self.discount) for service in self.instance.services}


def price(instance: Instance, graph: CouncilGraph | None = None) -> Priced:
    """Price all moves of an instance."""
    graph = graph or council_graph(instance)
    discount = discount_factors(instance)
    moves = _heads(graph)
    _replace_by_estimates(instance, moves)
    _no_one_off_for_live(moves)
    _apply_bias(instance, moves)
    moves["gross"] = moves[list(MOVE_SAVING_HEADS)].sum(axis=1)
    moves["recurring"] = moves[list(MOVE_RECURRING_HEADS)].sum(axis=1)
    moves["one_off"] = moves[list(MOVE_ONE_OFF_HEADS)].sum(axis=1)
    priced = Priced(graph, moves, discount, _purchasing(instance, discount))
    _add_positions(priced)
    moves["npv"] = _npv(priced)
    return priced


def _heads(graph: CouncilGraph) -> pd.DataFrame:
    """The formulas of model.md, section 3, unbiased."""
    instance = graph.instance
    moves = graph.moves.copy()
    baseline = _baselines(instance)
    own = baseline.loc[pd.MultiIndex.from_frame(moves[["council", "service"]])].reset_index(drop=True)
    host = baseline.loc[pd.MultiIndex.from_frame(moves[["host", "service"]])].reset_index(drop=True)
    joins = (moves["council"] != moves["host"]).to_numpy()
    codes, services = pd.factorize(moves["service"])
    rate = {name: np.array([instance.parameter(str(s), name) for s in services], dtype=float)[codes] for name in _PARAMETERS}
    years = np.maximum(moves["tranche"].to_numpy(), 0) * instance.calendar.period_years
    zero = np.zeros(len(moves))

    moves["duplication"] = np.where(joins, own["fixed_cost"] * rate["duplication_avoided"], 0.0)
    moves["process"] = own["variable_cost"].to_numpy() * rate["process_saving"]
    moves["convergence"] = np.where(joins, own["variable_cost"] * rate["convergence"] * _unit_cost_gap(own, host), 0.0)
    moves["coordination"] = np.where(joins, rate["coordination_cost"], 0.0)
    moves["distance"] = np.where(joins & (rate["distance_cost"] > 0), rate["distance_cost"] * moves["km"].fillna(0.0), 0.0)
    moves["friction"] = np.where(joins, rate["friction"] * (1 - moves["compatibility"]) * own["annual_cost"], 0.0)
    moves["pay_alignment"] = np.where(joins, rate["pay_alignment_cost_per_fte"] * own["fte"], 0.0)
    moves["hosting"] = np.where(joins, 0.0, own["hosting_cost"].fillna(pd.Series(rate["hosting_cost"])))
    moves["set_up"] = np.where(joins, 0.0, own["set_up_cost"].fillna(pd.Series(rate["set_up_cost"])))
    moves["integration"] = np.where(joins, rate["integration_cost"], 0.0)
    moves["platform"] = np.where(joins & (own["platform"] != host["platform"]), rate["platform_cost"], 0.0)
    moves["harmonisation"] = np.where(joins, rate["harmonisation_cost_per_fte"] * own["fte"], 0.0)
    redundant = np.maximum(0.0, (rate["post_reduction"] - rate["turnover"] * years) * own["fte"])
    moves["redundancy"] = np.where(joins, rate["redundancy_cost"] * redundant, 0.0)
    moves["termination"] = moves.pop("charge").to_numpy()
    for head in ("estimated_saving", "estimated_cost", "estimated_one_off"):
        moves[head] = zero
    moves["annual_cost"] = own["annual_cost"].to_numpy()
    moves["procured_cost"] = own["procured_cost"].to_numpy()
    moves["volume"] = own["volume"].to_numpy(float)
    return moves


_PARAMETERS = (
    "duplication_avoided",
    "process_saving",
    "convergence",
    "coordination_cost",
    "distance_cost",
    "friction",
    "pay_alignment_cost_per_fte",
    "hosting_cost",
    "set_up_cost",
    "integration_cost",
    "platform_cost",
    "harmonisation_cost_per_fte",
    "redundancy_cost",
    "post_reduction",
    "turnover",
)


def _baselines(instance: Instance) -> pd.DataFrame:
    """Baselines by (council, service), with variable and unit cost; a blank platform is a text of its own."""
    frame = instance.frame("baselines")
    frame["variable_cost"] = np.maximum(0.0, frame["annual_cost"] - frame["fixed_cost"] - frame["procured_cost"])
    frame["platform"] = frame["platform"].astype(object).where(frame["platform"].notna(), "")
    for column in ("volume", "hosting_cost", "set_up_cost"):
        frame[column] = frame[column].astype(float)
    return frame.set_index(["council", "service"])


def _unit_cost_gap(own: pd.DataFrame, host: pd.DataFrame) -> Array:
    """max(0, 1 - u_host / u_own), 0 where a council has no variable cost; u = variable_cost / volume."""
    cost = (own["variable_cost"] * host["volume"]).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(cost > 0, host["variable_cost"] * own["volume"] / cost, np.nan)
    gap: Array = np.maximum(0.0, np.nan_to_num(1 - ratio, nan=0.0))
    return gap


def _replace_by_estimates(instance: Instance, moves: pd.DataFrame) -> None:
    """Figures worked out elsewhere take the place of the formulas, each on its own."""
    estimates = instance.frame("estimates")
    if not instance.rows(Estimate):
        return
    columns = ["annual_saving", "annual_cost", "one_off_cost"]
    given = moves[["council", "service", "host"]].merge(
        estimates[["council", "service", "host", *columns]], how="left", on=["council", "service", "host"]
    )
    for column, head, formulas in (
        ("annual_saving", "estimated_saving", MOVE_SAVING_HEADS),
        ("annual_cost", "estimated_cost", MOVE_RECURRING_HEADS),
        ("one_off_cost", "estimated_one_off", tuple(name for name in MOVE_ONE_OFF_HEADS if name != "termination")),
    ):
        figure = given[column].to_numpy(float)
        known = ~np.isnan(figure)
        moves.loc[known, list(formulas)] = 0.0
        moves.loc[known, head] = figure[known]


def _no_one_off_for_live(moves: pd.DataFrame) -> None:
    """What is live already has paid its one-offs."""
    moves.loc[moves["tranche"] == LIVE, list(MOVE_ONE_OFF_HEADS)] = 0.0


def _apply_bias(instance: Instance, moves: pd.DataFrame) -> None:
    """Savings times 1 - bias, recurring and one-off costs times 1 + bias."""
    bias = instance.economics.optimism_bias
    moves[list(MOVE_SAVING_HEADS)] *= 1 - bias.savings
    moves[[*MOVE_RECURRING_HEADS, *MOVE_ONE_OFF_HEADS]] *= 1 + bias.costs


def _add_positions(priced: Priced) -> None:
    """Yearly positions in the second year and at full effect: phase_in * gross - recurring, GBP a year."""
    instance, moves = priced.instance, priced.moves
    phases = {service: instance.phase_in(service) for service in instance.services}
    second = moves["service"].map({s: phase[min(1, len(phase) - 1)] for s, phase in phases.items()})
    full = moves["service"].map({s: phase[-1] for s, phase in phases.items()})
    moves["second_year"] = second * moves["gross"] - moves["recurring"]
    moves["full_effect"] = full * moves["gross"] - moves["recurring"]


def head_values(priced: Priced) -> pd.DataFrame:
    """Present value of every head of every move over the horizon, GBP; costs negative. Columns are the heads."""
    moves = priced.moves
    values = pd.DataFrame(index=moves.index)
    factor = _move_factors(priced)
    for head in MOVE_SAVING_HEADS:
        values[head] = moves[head] * factor["phased_grown" if head in GROWING_HEADS else "phased"]
    for head in MOVE_RECURRING_HEADS:
        values[head] = -moves[head] * factor["grown" if head in GROWING_HEADS else "flat"]
    paid = priced.discount[np.maximum(moves["tranche"].to_numpy(), 0)]
    for head in MOVE_ONE_OFF_HEADS:
        values[head] = -moves[head] * paid
    return values


def _npv(priced: Priced) -> Array:
    npv: Array = head_values(priced).sum(axis=1).to_numpy()
    return npv


def _move_factors(priced: Priced) -> dict[str, Array]:
    """The factors of every move, shape (moves,)."""
    moves, instance = priced.moves, priced.instance
    tranche = moves["tranche"].to_numpy()
    codes, services = pd.factorize(moves["service"])
    at = (codes, np.maximum(tranche, 0))
    result: dict[str, Array] = {}
    for kind in ("flat", "grown", "phased", "phased_grown"):
        table = np.array([getattr(priced.factors[str(service)], kind) for service in services])
        result[kind] = table[at] if len(moves) else np.zeros(0)
    for row in np.flatnonzero(tranche == LIVE):
        service, council = str(moves.at[row, "service"]), str(moves.at[row, "council"])
        since = priced.graph.decided.live[council, service][1]
        value = priced.discount * instance.calendar.period_years
        months = whole_months(since, instance.calendar.start)
        phased = live_factors(instance, instance.phase_in(service), value, growth_factors(instance, service), months)
        result["phased"][row], result["phased_grown"][row] = phased
    return result


def whole_months(since: dt.date, until: dt.date) -> int:
    """Whole months from one day to another."""
    span = relativedelta(until, since)
    return int(span.years * 12 + span.months)


def _purchasing(instance: Instance, discount: Array) -> dict[str, Purchasing]:
    """Tiers of each service and the stretches of time over which a partnership's purchasing stands still.

    Up to the last tranche each period is an epoch, since membership may change; after it membership stands still, so all
    that is left is one epoch, unless baselines grow: then each period is its own.
    """
    steps: dict[str, list[tuple[float, float]]] = {}
    keep = 1 - instance.economics.optimism_bias.savings
    for row in instance.rows(Tier):
        steps.setdefault(row.service, []).append((row.from_volume, row.rate * keep))
    result = {}
    last, periods = instance.calendar.tranches - 1, instance.calendar.periods
    for service, tiers in sorted(steps.items()):
        growth = growth_factors(instance, service)
        weight = discount * instance.calendar.period_years * growth
        if instance.parameter(service, "growth") == 0:
            epochs = tuple(range(last + 1))
            weights = (*weight[:last], weight[last:].sum())
            factors: tuple[float, ...] = (1.0,) * (last + 1)
        else:
            epochs = tuple(min(j, last) for j in range(periods))
            weights, factors = tuple(weight), tuple(growth)
        volumes, rates = zip(*sorted(tiers), strict=True)
        result[service] = Purchasing(volumes, rates, epochs, tuple(float(f) for f in factors), tuple(float(w) for w in weights))
    return result
