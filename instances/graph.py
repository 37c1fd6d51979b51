"""The council graph: who can hand which service to whom, when, and who cannot be in one partnership.

Nodes are councils with the windows in which their services may go live; edges are pairs with distance, compatibility
and adjacency. It decides which moves exist at all, which pairs conflict, and which parts of the problem are independent.
What it forbids it keeps, with the rule and the figures, so that "why not?" has an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from instances.calendar import LIVE
from instances.commitments import Decided, decided
from instances.compatibility import score_matrices
from instances.distance import distance_matrices
from instances.instance import Instance
from instances.rules import DistanceLimit
from instances.tables import Adjacency
from instances.windows import Windows, go_live_windows

TOLERANCE = 1e-9
MOVE_COLUMNS = ("council", "service", "host", "tranche", "km", "minutes", "compatibility", "charge")
FORBIDDEN_COLUMNS = ("council", "service", "host", "tranche", "rule", "value", "limit", "unit")

Mask = NDArray[np.bool_]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class CouncilGraph:
    """The graph of an instance.

    Attributes:
        instance: What it was made from.
        decided: What is already decided.
        windows: When each baseline may go live.
        km: Distances between all councils, km.
        minutes: Travel times, minutes.
        scores: Compatibility of all pairs for each service.
    """

    instance: Instance
    decided: Decided
    windows: Windows
    km: Matrix
    minutes: Matrix
    scores: dict[str, Matrix]

    @cached_property
    def councils(self) -> list[str]:
        """Councils in the order of the matrices."""
        return list(self.instance.councils)

    @cached_property
    def position(self) -> dict[str, int]:
        """Place of each council in the matrices."""
        return {council: index for index, council in enumerate(self.councils)}

    @cached_property
    def baseline_position(self) -> dict[tuple[str, str], int]:
        """Place of each (council, service) in the windows."""
        return {key: index for index, key in enumerate(self.instance.baselines)}

    @cached_property
    def runs(self) -> dict[str, list[str]]:
        """Councils that run each service."""
        runs: dict[str, list[str]] = {service: [] for service in self.instance.services}
        for council, service in self.instance.baselines:
            runs[service].append(council)
        return runs

    @cached_property
    def _built(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        moves, forbidden = [], []
        for service in self.instance.services:
            made, refused = _service_moves(self, service)
            moves.append(made)
            forbidden += refused
        return (
            pd.concat(moves, ignore_index=True) if moves else pd.DataFrame(columns=MOVE_COLUMNS),
            pd.concat(forbidden, ignore_index=True) if forbidden else pd.DataFrame(columns=FORBIDDEN_COLUMNS),
        )

    @property
    def moves(self) -> pd.DataFrame:
        """Every move that exists: council, service, host, tranche; km, minutes, compatibility; termination charge in GBP.

        Sorted by service, host, council, tranche. The move of a host to itself opens its partnership.
        """
        return self._built[0]

    @property
    def forbidden(self) -> pd.DataFrame:
        """Why other moves do not exist: the rule, the value, the limit. A blank council, host or tranche means any."""
        return self._built[1]

    @cached_property
    def conflicts(self) -> dict[str, Mask]:
        """Pairs that cannot be members of one partnership, for each service that has any; shape (n, n), symmetric.

        From compatibility over all pairs, maximum_span and never_with. Two that are live together already are not judged.
        """
        span = self.instance.distance_limit("maximum_span")
        minimum = self.instance.figure("compatibility") if self.instance.compatibility_scope == "all_pairs" else {}
        result = {}
        for service in self.instance.services:
            mask = np.zeros(self.km.shape, dtype=bool)
            if service in minimum:
                mask |= incompatible(self.scores[service], minimum[service])
            if service in span:
                mask |= self._too_far(span[service])
            for a, b in self._never(service):
                mask[a, b] = mask[b, a] = True
            for a, b in self._live_pairs(service):
                mask[a, b] = mask[b, a] = False
            np.fill_diagonal(mask, False)
            if mask.any():
                result[service] = mask
        return result

    def _too_far(self, limit: DistanceLimit) -> Mask:
        if limit.km is not None:
            return self.km > limit.km + TOLERANCE
        return self.minutes > float(limit.minutes or 0.0) + TOLERANCE

    def _never(self, service: str) -> Iterator[tuple[int, int]]:
        for a, b, s in self.decided.never_with:
            if s == service:
                yield self.position[a], self.position[b]

    def _live_pairs(self, service: str) -> Iterator[tuple[int, int]]:
        groups: dict[str, list[int]] = {}
        for (council, s), (host, _) in self.decided.live.items():
            if s == service:
                groups.setdefault(host, []).append(self.position[council])
        for members in groups.values():
            yield from ((a, b) for a in members for b in members if a != b)

    @cached_property
    def parts(self) -> list[frozenset[tuple[str, str]]]:
        """Independent parts of the problem, as sets of (council, service); no rule and no move links two of them.

        Largest first. Only baselines that have a move are in a part.
        """
        graph = nx.Graph()
        graph.add_nodes_from(zip(self.moves["council"], self.moves["service"], strict=True))
        links = self.moves[["council", "service", "host"]].drop_duplicates()
        graph.add_edges_from(((c, s), (h, s)) for c, s, h in links.itertuples(index=False) if c != h)
        graph.add_edges_from(self._linking_edges(list(graph)))
        return sorted((frozenset(part) for part in nx.connected_components(graph)), key=lambda part: (-len(part), min(part)))

    def _linking_edges(self, nodes: list[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
        """Edges from rules that reach across partnerships: chains through all that one rule row holds."""
        rules = self.instance.rules
        groups: dict[object, list[tuple[str, str]]] = {}
        capped = self.instance.figure("maximum_partnerships")
        for council, service in nodes:
            if rules.programme_capacity is not None and rules.programme_capacity is not False:
                groups.setdefault("all", []).append((council, service))
            if rules.delivery_capacity is not None and rules.delivery_capacity is not False:
                groups.setdefault(("council", council), []).append((council, service))
            if service in capped:
                groups.setdefault(("service", service), []).append((council, service))
        for group in groups.values():
            yield from zip(group, group[1:], strict=False)
        known = set(nodes)
        for a, b, service in self.decided.together:
            if (a, service) in known and (b, service) in known:
                yield (a, service), (b, service)

    @cached_property
    def network(self) -> nx.Graph:
        """The graph as networkx has it: councils with their windows, and pairs that can be partners or are neighbours."""
        graph = nx.Graph(name=self.instance.settings.instance.title)
        windows: dict[str, list[str]] = {}
        for (council, service), row in self.baseline_position.items():
            open_from = [str(day) for day, allowed in zip(self.instance.calendar.tranche_dates, self.windows.allowed[row], strict=True) if allowed]
            windows.setdefault(council, []).append(f"{service}: {' '.join(open_from) or 'never'}")
        for council, facts in self.instance.councils.items():
            known = {key: value for key in ("name", "tier", "region", "latitude", "longitude", "population", "control", "culture") if (value := getattr(facts, key)) is not None}
            graph.add_node(council, windows="; ".join(windows.get(council, [])), **known)
        for row in self.instance.rows(Adjacency):
            graph.add_edge(row.council_a, row.council_b, adjacent=True)
        links = self.moves.loc[self.moves["council"] != self.moves["host"], ["council", "host", "service"]].drop_duplicates()
        for (council, host), group in links.groupby(["council", "host"], sort=True):
            self._add_pair(graph, str(council), str(host), sorted(group["service"]))
        return graph

    def _add_pair(self, graph: nx.Graph, council: str, host: str, services: list[str]) -> None:
        a, b = self.position[council], self.position[host]
        known = set(graph.edges[council, host].get("services", "").split()) if graph.has_edge(council, host) else set()
        graph.add_edge(council, host, services=" ".join(sorted(known | set(services))))
        facts = graph.edges[council, host]
        facts.setdefault("adjacent", False)
        facts["compatibility"] = float(min(self.scores[service][a, b] for service in services))
        for name, value in (("km", self.km[a, b]), ("minutes", self.minutes[a, b])):
            if not np.isnan(value):
                facts[name] = round(float(value), 3)

    def write_graphml(self, path: Path) -> None:
        """Write `network` as GraphML."""
        nx.write_graphml(self.network, path)


def council_graph(instance: Instance) -> CouncilGraph:
    """The council graph of an instance."""
    choices = decided(instance)
    km, minutes = distance_matrices(instance)
    return CouncilGraph(instance, choices, go_live_windows(instance, choices), km, minutes, score_matrices(instance))


def incompatible(scores: Matrix, minimum: float) -> Mask:
    """Pairs below the minimum, and vetoes: a score of 0 is one whatever the minimum."""
    mask: Mask = (scores < minimum - TOLERANCE) | (scores == 0)
    return mask


@dataclass(frozen=True)
class _Links:
    """Councils (rows) and hosts (columns) of one service, as positions in the matrices."""

    service: str
    councils: NDArray[np.intp]
    hosts: NDArray[np.intp]

    def part(self, matrix: NDArray[np.generic]) -> NDArray[np.generic]:
        """The part of a matrix over all councils that is about these links."""
        return matrix[np.ix_(self.councils, self.hosts)]


def _service_moves(graph: CouncilGraph, service: str) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """The moves of one service, and why its other moves do not exist."""
    instance = graph.instance
    names = graph.runs[service]
    hosts = [council for council in names if instance.baselines[council, service].can_host]
    links = _Links(service, np.array([graph.position[c] for c in names], dtype=np.intp), np.array([graph.position[c] for c in hosts], dtype=np.intp))
    allowed = np.ones((len(names), len(hosts)), dtype=bool)
    refused: list[pd.DataFrame] = []
    for rule, mask, value, limit, unit in _link_rules(graph, links):
        allowed &= ~mask
        refused.append(_refusals(graph, links, rule, mask, value, limit, unit))
    barred = [council for council in names if council not in set(hosts)]
    refused.append(_frame({"council": None, "service": service, "host": barred, "tranche": None, "rule": "can_host", "value": 0.0, "limit": 1.0, "unit": ""}))
    refused += _window_refusals(graph, service, names)
    return _cross(graph, links, allowed), [frame for frame in refused if len(frame)]


def _link_rules(graph: CouncilGraph, links: _Links) -> Iterator[tuple[str, Mask, Matrix, Matrix, str]]:
    """Each rule about a council and its host: where it forbids, the value, the limit, the unit."""
    instance, service = graph.instance, links.service
    shape = (len(links.councils), len(links.hosts))
    own = links.councils[:, None] == links.hosts[None, :]
    for rule in ("maximum_distance", "maximum_span"):
        limit = instance.distance_limit(rule).get(service)
        if limit is not None:
            unit, bound = ("km", limit.km) if limit.km is not None else ("minutes", limit.minutes)
            value = links.part(graph.km if unit == "km" else graph.minutes).astype(float)
            yield rule, (value > float(bound or 0.0) + TOLERANCE) & ~own, value, np.full(shape, bound), unit
    minimum = instance.figure("compatibility").get(service)
    if minimum is not None:
        value = links.part(graph.scores[service]).astype(float)
        yield "compatibility", incompatible(value, minimum) & ~own, value, np.full(shape, minimum), "score"
    quality = instance.quality().get(service)
    if quality is not None:
        yield from _quality(graph, links, quality.minimum, quality.tolerance, own)
    yield "commitments", _decided_against(graph, links), np.zeros(shape), np.ones(shape), ""


def _quality(graph: CouncilGraph, links: _Links, minimum: float | None, tolerance: float | None, own: Mask) -> Iterator[tuple[str, Mask, Matrix, Matrix, str]]:
    """The host's performance is at least the minimum, and at least the member's less the tolerance."""

    def performance(positions: NDArray[np.intp]) -> Matrix:
        scores = [graph.instance.baselines[graph.councils[place], links.service].performance for place in positions]
        return np.array([float("nan") if score is None else score for score in scores])

    host = np.broadcast_to(performance(links.hosts)[None, :], own.shape)
    member = np.broadcast_to(performance(links.councils)[:, None], own.shape)
    if minimum is not None:
        yield "quality", ~(host >= minimum - TOLERANCE), host, np.full(own.shape, minimum), "score"
    if tolerance is not None:
        limit = member - tolerance
        yield "quality", (host < limit - TOLERANCE) & ~own, host, limit, "score"


def _decided_against(graph: CouncilGraph, links: _Links) -> Mask:
    """Links that what is already decided rules out."""
    mask = np.zeros((len(links.councils), len(links.hosts)), dtype=bool)
    row = {place: index for index, place in enumerate(links.councils)}
    column = {place: index for index, place in enumerate(links.hosts)}
    choices, place, service = graph.decided, graph.position, links.service
    for council, s in choices.hosts:
        if s == service:
            mask[row[place[council]], [index for host, index in column.items() if host != place[council]]] = True
    for (council, s), hosts in choices.shares_with.items():
        if s == service:
            for host in hosts:
                mask[row[place[council]], [index for other, index in column.items() if other != place[host]]] = True
    for a, b in graph._never(service):
        for member, host in ((a, b), (b, a)):
            if host in column:
                mask[row[member], column[host]] = True
    return mask


def _cross(graph: CouncilGraph, links: _Links, allowed: Mask) -> pd.DataFrame:
    """Links times tranches in which both can be live: the council's own window, a host that can have opened by then."""
    service, tranches = links.service, graph.instance.calendar.tranches
    windows = graph.windows.allowed[[graph.baseline_position[graph.councils[c], service] for c in links.councils]].reshape(-1, tranches)
    row = {place: index for index, place in enumerate(links.councils)}
    own_row = np.array([row[place] for place in links.hosts], dtype=np.intp)
    own = links.councils[:, None] == links.hosts[None, :]
    can_open = windows[own_row] & allowed[own_row, np.arange(len(links.hosts))][:, None] if len(links.hosts) else np.zeros((0, tranches), dtype=bool)
    live_hosts = {graph.position[host] for (council, s), (host, _) in graph.decided.live.items() if s == service and council == host}
    has_opened = np.logical_or.accumulate(can_open, axis=1) | np.array([place in live_hosts for place in links.hosts], dtype=bool)[:, None]
    exists = allowed[:, :, None] & windows[:, None, :] & np.where(own[:, :, None], can_open[None, :, :], has_opened[None, :, :])
    joined = (exists & ~own[:, :, None]).any(axis=(0, 2)) | np.array([place in live_hosts for place in links.hosts], dtype=bool)
    exists &= joined[None, :, None]
    host_index, council_index, tranche = np.nonzero(exists.transpose(1, 0, 2))
    moves = _move_frame(graph, service, links.councils[council_index], links.hosts[host_index], tranche)
    choices = graph.decided
    live = [(graph.position[key[0]], graph.position[host]) for key, (host, _) in choices.live.items() if key[1] == service and choices.live_is_kept(key)]
    if live:
        councils, hosts = np.array(live, dtype=np.intp).T
        moves = pd.concat([_move_frame(graph, service, councils, hosts, np.full(len(live), LIVE)), moves], ignore_index=True)
        moves = moves.sort_values(["host", "council", "tranche"], kind="stable", ignore_index=True)
    return moves


def _move_frame(graph: CouncilGraph, service: str, councils: NDArray[np.intp], hosts: NDArray[np.intp], tranche: NDArray[np.intp]) -> pd.DataFrame:
    names = np.array(graph.councils, dtype=object)
    rows = np.array([graph.baseline_position[graph.councils[c], service] for c in councils], dtype=np.intp)
    charge = np.where(tranche == LIVE, 0.0, graph.windows.charge[rows, np.maximum(tranche, 0)]) if len(rows) else np.zeros(0)
    return pd.DataFrame(
        {
            "council": names[councils],
            "service": service,
            "host": names[hosts],
            "tranche": tranche,
            "km": np.where(councils == hosts, 0.0, graph.km[councils, hosts]),
            "minutes": np.where(councils == hosts, 0.0, graph.minutes[councils, hosts]),
            "compatibility": np.where(councils == hosts, 1.0, graph.scores[service][councils, hosts]),
            "charge": charge,
        }
    )


def _refusals(graph: CouncilGraph, links: _Links, rule: str, mask: Mask, value: Matrix, limit: Matrix, unit: str) -> pd.DataFrame:
    names = np.array(graph.councils, dtype=object)
    rows, columns = np.nonzero(mask)
    return _frame(
        {
            "council": names[links.councils[rows]],
            "service": links.service,
            "host": names[links.hosts[columns]],
            "tranche": None,
            "rule": rule,
            "value": value[rows, columns],
            "limit": limit[rows, columns],
            "unit": unit,
        }
    )


def _window_refusals(graph: CouncilGraph, service: str, names: list[str]) -> Iterator[pd.DataFrame]:
    """Tranches that a council's contract or an earlier decision closes to it, as days from the tranche to the first day allowed."""
    dates = graph.instance.calendar.tranche_dates
    places = [graph.baseline_position[council, service] for council in names]
    council = np.array(names, dtype=object)
    rows, tranche = np.nonzero(graph.windows.too_early[places].reshape(-1, len(dates)))
    first = []
    for index in rows:
        contract = graph.instance.contracts[names[index], service]
        first.append((contract.break_from or contract.expires).toordinal())
    day = np.array([dates[k].toordinal() for k in tranche], dtype=float)
    yield _frame({"council": council[rows], "service": service, "host": None, "tranche": tranche, "rule": "contract_timing", "value": day, "limit": np.array(first, dtype=float), "unit": "day"})
    rows, tranche = np.nonzero(graph.windows.decided[places].reshape(-1, len(dates)))
    yield _frame({"council": council[rows], "service": service, "host": None, "tranche": tranche, "rule": "commitments", "value": 0.0, "limit": 1.0, "unit": ""})


def _frame(columns: dict[str, object]) -> pd.DataFrame:
    length = max((len(value) for value in columns.values() if isinstance(value, list | np.ndarray)), default=0)
    data = {name: value if isinstance(value, list | np.ndarray) else [value] * length for name, value in columns.items()}
    return pd.DataFrame(data, columns=list(FORBIDDEN_COLUMNS))
