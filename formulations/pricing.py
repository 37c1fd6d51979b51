"""Pricing: what every move is worth, head by head, in column operations over the table of moves.

A move is (council, service, host, vehicle, tranche); the move of a host to itself opens its partnership. Yearly heads are at full
effect and base-year baselines, one-offs as paid at go-live; both with optimism bias. Purchasing belongs to partnerships,
not to moves; `Purchasing` holds what its rows need. Formulas: model.md, section 3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from dateutil.relativedelta import relativedelta
from numpy.typing import NDArray

from formulations.factors import Streams, discount_factors, streams
from formulations.options import priced_options
from formulations.purchasing import Purchasing, purchasing_of
from instances import LIVE, Instance
from instances.asked import Asked
from instances.ends import end_months
from instances.graph import CouncilGraph, council_graph
from instances.heads import GROWING_HEADS, MOVE_ONE_OFF_HEADS, MOVE_RECURRING_HEADS, MOVE_SAVING_HEADS
from instances.tables import Estimate

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Priced:
    """A priced instance: all that the formulation needs.

    Attributes:
        graph: The council graph; `graph.moves` are the moves.
        moves: The moves, each with every vehicle that may run it, with a column for each head, and `gross`, `recurring`,
            `one_off`, `second_year`, `full_effect` (GBP, GBP a year) and `npv` (GBP); purchasing not included.
        options: Alternatives to sharing that can be taken, with the same columns as far as they apply.
        discount: DF of every period.
        purchasing: Steps and epochs of each service that has tiers.
        ends: Months that count of each council that ceases to exist.
        asked: What is asked of a plan besides the rules.
    """

    graph: CouncilGraph
    moves: pd.DataFrame
    options: pd.DataFrame
    discount: Array
    purchasing: dict[str, Purchasing]
    ends: dict[str, int]
    asked: tuple[Asked, ...] = ()

    @property
    def instance(self) -> Instance:
        """What was priced."""
        return self.graph.instance

    @property
    def weight(self) -> Array:
        """Present value of a pound a year in each period, shape (periods,)."""
        return self.discount * self.instance.calendar.period_years

    def end(self, *councils: str) -> int | None:
        """Month in which the first of some councils ceases; None where none does."""
        return min((self.ends[c] for c in councils if c in self.ends), default=None)

    def only(self, kept: NDArray[np.bool_]) -> Priced:
        """The same with some of the moves, those that are kept, shape (moves,)."""
        found = replace(self, moves=self.moves[kept].reset_index(drop=True))
        # a cached property: how the flows run is worked out move by move, and for no move twice
        found.__dict__["streams"] = replace(self.streams, row=self.streams.row[kept])
        return found

    def about(self, service: str) -> Priced:
        """The same with the moves and alternatives of one service."""
        found = self.only((self.moves["service"] == service).to_numpy())
        return replace(found, options=self.options[self.options["service"] == service].reset_index(drop=True))

    def parts(self) -> list[Priced]:
        """The independent parts (`CouncilGraph.parts`), each with its moves, alternatives and demands, in their order.

        Not where anything is asked besides the rules: that links parts.
        """
        assert not self.asked, "what is asked besides the rules links parts"
        number = {node: i for i, nodes in enumerate(self.graph.parts) for node in nodes}
        moves, options = (_grouped(table, number, len(self.graph.parts)) for table in (self.moves, self.options))
        found = []
        for nodes, rows, others in zip(self.graph.parts, moves, options, strict=True):
            part = replace(
                self,
                graph=self.graph.part(nodes),
                moves=self.moves.iloc[rows].reset_index(drop=True),
                options=self.options.iloc[others].reset_index(drop=True),
            )
            part.__dict__["streams"] = replace(self.streams, row=self.streams.row[rows])
            found.append(part)
        return found

    @cached_property
    def streams(self) -> Streams:
        """How a pound a year of each move runs over the periods."""
        moves, calendar, live = self.moves, self.instance.calendar, self.graph.decided.live
        columns = [moves[name].tolist() for name in ("council", "service", "host", "tranche")]
        ends = [self.end(c, h) for c, h in zip(columns[0], columns[2], strict=True)] if self.ends else [None] * len(moves)
        shapes = [
            (s, k, whole_months(live[c, s][1], calendar.start) if k == LIVE else 0, end)
            for c, s, _, k, end in zip(*columns, ends, strict=True)
        ]
        return streams(self.instance, shapes)

    @cached_property
    def option_streams(self) -> Streams:
        """The same for the alternatives to sharing."""
        columns = zip(*(self.options[name].tolist() for name in ("council", "service", "tranche")), strict=True)
        return streams(self.instance, [(s, k, self.months_taken(c, s) if k == LIVE else 0, self.end(c)) for c, s, k in columns])

    def months_taken(self, council: str, service: str) -> int:
        """Whole months for which a council has had an alternative before the start."""
        return whole_months(self.graph.decided.takes_since[council, service], self.instance.calendar.start)

    def running(self, weight: Array) -> Array:
        """Savings less recurring costs of each move, each period weighted, shape (moves,); purchasing not included."""
        factor, moves = self.streams.factors(weight), self.moves
        total = np.zeros(len(moves))
        for head in MOVE_SAVING_HEADS:
            total += moves[head].to_numpy() * factor["phased_grown" if head in GROWING_HEADS else "phased"]
        for head in MOVE_RECURRING_HEADS:
            total -= moves[head].to_numpy() * factor["grown" if head in GROWING_HEADS else "live"]
        return total

    def options_running(self, weight: Array) -> Array:
        """Savings less recurring costs of each alternative to sharing, each period weighted, shape (options,)."""
        factor, options = self.option_streams.factors(weight), self.options
        value: Array = options["option_saving"].to_numpy() * factor["phased"] - options["option_cost"].to_numpy() * factor["live"]
        return value

    def paid(self, table: pd.DataFrame, weight: Array) -> Array:
        """One-off cost of each move or alternative, weighted by the period of its go-live; what is live has paid."""
        cost: Array = table["one_off"].to_numpy() * weight[np.maximum(table["tranche"].to_numpy(dtype=int), 0)]
        return cost


def _grouped(table: pd.DataFrame, number: Mapping[tuple[str, str], int], count: int) -> list[NDArray[np.intp]]:
    """Rows of a table by the number of their council and service, in their order."""
    keys = zip(table["council"].tolist(), table["service"].tolist(), strict=True)
    numbers = np.fromiter((number[key] for key in keys), dtype=np.intp, count=len(table))
    ordered = np.argsort(numbers, kind="stable")
    return np.split(ordered, np.searchsorted(numbers[ordered], np.arange(1, count)))


def price(
    instance: Instance, graph: CouncilGraph | None = None, asked: tuple[Asked, ...] = (), known_streams: Streams | None = None
) -> Priced:
    """Price all moves and alternatives of an instance, of whose plans something more may be asked.

    Args:
        instance: The instance.
        graph: Its council graph, where that is known.
        asked: What is asked of a plan besides the rules.
        known_streams: How a pound a year of each move runs over the periods, where that is known.
    """
    graph = graph or council_graph(instance)
    discount, ends = discount_factors(instance), end_months(instance)
    moves = _heads(graph)
    _replace_by_estimates(instance, moves)
    _no_one_off_for_live(moves)
    _apply_bias(instance, moves)
    moves["gross"] = moves[list(MOVE_SAVING_HEADS)].sum(axis=1)
    moves["recurring"] = moves[list(MOVE_RECURRING_HEADS)].sum(axis=1)
    moves["one_off"] = moves[list(MOVE_ONE_OFF_HEADS)].sum(axis=1)
    _add_positions(instance, moves)
    options = priced_options(instance, graph.decided)
    priced = Priced(graph, moves, options, discount, purchasing_of(instance, discount, ends), ends, asked)
    if known_streams is not None:
        priced.__dict__["streams"] = known_streams
    moves["npv"] = priced.running(priced.weight) - priced.paid(moves, discount)
    options["npv"] = priced.options_running(priced.weight) - priced.paid(options, discount)
    return priced


def repriced(known: Priced, instance: Instance, services: Collection[str]) -> Priced:
    """The pricing of an instance that differs from a priced one in nothing but the figures of some services (`instances.touched`).

    Only the moves of these services are priced.
    """
    graph = known.graph.with_figures(instance)
    if not services:
        return replace(known, graph=graph)
    streams = known.streams if _run_alike(known.instance, instance) else None
    if set(services) == set(instance.services):
        return price(instance, graph, known.asked, streams)
    part = price(instance, graph.about(services))
    table, name = known.moves, known.moves["service"].to_numpy()
    fresh = part.moves["service"].to_numpy()
    pieces = [part.moves[fresh == s] if s in services else table[name == s] for s in instance.services]
    moves = pd.concat([piece for piece in pieces if len(piece)], ignore_index=True) if len(table) else table
    found = Priced(graph, moves, part.options, part.discount, part.purchasing, part.ends, known.asked)
    if streams is not None:
        found.__dict__["streams"] = streams
    return found


def _run_alike(one: Instance, other: Instance) -> bool:
    """Whether a pound a year of each move runs over the periods alike: savings come in and baselines grow alike."""
    return all(one.phase_in(s) == other.phase_in(s) and one.parameter(s, "growth") == other.parameter(s, "growth") for s in one.services)


def _heads(graph: CouncilGraph) -> pd.DataFrame:
    """The formulas of model.md, section 3, unbiased."""
    instance = graph.instance
    moves, vehicle = _with_vehicles(graph)
    baseline = _baselines(instance)
    own = baseline.loc[pd.MultiIndex.from_frame(moves[["council", "service"]])].reset_index(drop=True)
    host = baseline.loc[pd.MultiIndex.from_frame(moves[["host", "service"]])].reset_index(drop=True)
    joins = (moves["council"] != moves["host"]).to_numpy()
    codes, services = pd.factorize(moves["service"])
    rate = {name: np.array([instance.parameter(str(s), name) for s in services], dtype=float)[codes] for name in _PARAMETERS}
    years = np.maximum(moves["tranche"].to_numpy(), 0) * instance.calendar.period_years
    zero = np.zeros(len(moves))

    factor = vehicle["saving_factor"].to_numpy()
    moves["duplication"] = np.where(joins, own["fixed_cost"] * rate["duplication_avoided"] * factor, 0.0)
    moves["process"] = own["variable_cost"].to_numpy() * rate["process_saving"] * factor
    moves["convergence"] = np.where(joins, own["variable_cost"] * rate["convergence"] * _unit_cost_gap(own, host) * factor, 0.0)
    moves["coordination"] = np.where(joins, rate["coordination_cost"], 0.0)
    moves["distance"] = np.where(joins & (rate["distance_cost"] > 0), rate["distance_cost"] * moves["km"].fillna(0.0), 0.0)
    moves["friction"] = np.where(joins, rate["friction"] * (1 - moves["compatibility"]) * own["annual_cost"], 0.0)
    moves["pay_alignment"] = np.where(joins, rate["pay_alignment_cost_per_fte"] * own["fte"], 0.0)
    moves["hosting"] = np.where(joins, 0.0, own["hosting_cost"].fillna(pd.Series(rate["hosting_cost"])) + vehicle["annual_cost"])
    moves["set_up"] = np.where(joins, 0.0, own["set_up_cost"].fillna(pd.Series(rate["set_up_cost"])) * vehicle["set_up_factor"])
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


def _with_vehicles(graph: CouncilGraph) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The moves with every vehicle that may run them, sorted by service, host, vehicle, council, tranche; and the vehicles' rows.

    What a commitment says of a partnership's vehicle leaves that one only.
    """
    instance, fixed = graph.instance, graph.decided.vehicle
    choices = [
        {"service": service, "vehicle": name, **{column: float(getattr(row, column)) for column in _VEHICLE_FIGURES}}
        for service in instance.services
        for name, row in sorted(instance.vehicles(service).items())
    ]
    table = pd.DataFrame(choices, columns=["service", "vehicle", *_VEHICLE_FIGURES])
    moves = graph.moves.merge(table, how="inner", on="service")
    if fixed:
        named = [fixed.get((h, s)) for h, s in zip(moves["host"], moves["service"], strict=True)]
        moves = moves[np.array([name in (None, vehicle) for name, vehicle in zip(named, moves["vehicle"], strict=True)], dtype=bool)]
    if len(table) > len(instance.services) or fixed:
        moves = moves.sort_values(["service", "host", "vehicle", "council", "tranche"], kind="stable")
    moves = moves.reset_index(drop=True)
    figures = moves[list(_VEHICLE_FIGURES)]
    moves = moves.drop(columns=list(_VEHICLE_FIGURES))
    moves.insert(3, "vehicle", moves.pop("vehicle"))
    return moves, figures


_VEHICLE_FIGURES = ("saving_factor", "set_up_factor", "annual_cost")
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


def _add_positions(instance: Instance, moves: pd.DataFrame) -> None:
    """Yearly positions in the second year and at full effect: phase_in * gross - recurring, GBP a year."""
    phases = {service: instance.phase_in(service) for service in instance.services}
    service = moves["service"]
    second = service.map({s: phase[min(1, len(phase) - 1)] for s, phase in phases.items()}).astype(float)
    full = service.map({s: phase[-1] for s, phase in phases.items()}).astype(float)
    moves["second_year"] = second * moves["gross"] - moves["recurring"]
    moves["full_effect"] = full * moves["gross"] - moves["recurring"]


def whole_months(since: dt.date, until: dt.date) -> int:
    """Whole months from one day to another."""
    span = relativedelta(until, since)
    return int(span.years * 12 + span.months)
