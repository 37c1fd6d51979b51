"""The council graph: who can hand which service to whom, when, and who cannot be in one partnership.

Nodes are councils with the windows in which their services may go live; edges are pairs with distance, compatibility
and adjacency. It decides which moves exist at all, which pairs conflict, and which parts of the problem are independent.
What it forbids it keeps, with the rule and the figures, so that "why not?" has an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from copy import copy
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from instances.alternatives import available_options
from instances.calendar import LIVE
from instances.commitments import decided
from instances.compatibility import score_matrices
from instances.distance import distance_matrices
from instances.instance import Instance
from instances.linking import linked
from instances.moves import FORBIDDEN_COLUMNS, TOLERANCE, Found, Mask, Refused, charges, incompatible, moves_table, service_moves
from instances.pairs import Pairs
from instances.rule_figures import DistanceLimit
from instances.tables import Adjacency
from instances.windows import go_live_windows


class CouncilGraph(Pairs):
    """The graph of an instance: moves, conflicts and independent parts, on the ground of `Pairs`."""

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Services of which it has moves."""
        return tuple(self.instance.services)

    def about(self, services: Collection[str]) -> CouncilGraph:
        """The graph with the moves of some services only."""
        found = copy(self)
        found.__dict__ |= {"services": tuple(service for service in self.instance.services if service in services)}
        for name in ("_built", "like", "_windows_of_moves", "forbidden"):
            found.__dict__.pop(name, None)
        return found

    def only(self, moves: Collection[tuple[str, str, str, int]], services: Collection[str]) -> CouncilGraph:
        """The graph with some moves only.

        Args:
            moves: Council, service, host and tranche of each, which are known to exist.
            services: Services of which all moves stay besides.
        """
        found = self.about(services)
        by_service: dict[str, list[tuple[int, int, int]]] = {}
        for council, service, host, tranche in sorted(moves, key=lambda move: (move[2], move[0], move[3])):
            by_service.setdefault(service, []).append((self.position[council], self.position[host], tranche))
        made = []
        for service in self.instance.services:
            if service in services:
                made.append(service_moves(self, service)[0])
            elif service in by_service:
                councils, hosts, tranche = np.array(by_service[service], dtype=np.intp).T
                made.append(Found(service, councils, hosts, tranche, charges(self, service, councils, tranche)))
        found.__dict__["_built"] = (moves_table(self, made), [])
        return found

    def with_figures(self, instance: Instance) -> CouncilGraph:
        """The same graph for an instance that differs in nothing but figures (`instances.touched`), with all that was worked out of it."""
        found, windows = copy(self), go_live_windows(instance, self.decided)
        moves, refused = self._built
        charge = np.where(moves["tranche"] == LIVE, 0.0, windows.charge[self._windows_of_moves])
        found.__dict__ |= {"instance": instance, "windows": windows, "_built": (moves.assign(charge=charge), refused), "like": self.like}
        for name in ("options", "network"):
            found.__dict__.pop(name, None)
        return found

    @cached_property
    def like(self) -> object:
        """The same for graphs that have the same moves in the same order, one being made of the other by `with_figures`."""
        return object()

    @cached_property
    def _windows_of_moves(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Row and column of each move in the windows."""
        keys = zip(self.moves["council"].tolist(), self.moves["service"].tolist(), strict=True)
        rows = np.array([self.baseline_position[key] for key in keys], dtype=np.intp)
        return rows, np.maximum(self.moves["tranche"].to_numpy(dtype=np.intp), 0)

    @cached_property
    def _built(self) -> tuple[pd.DataFrame, list[Refused]]:
        moves, forbidden = [], []
        for service in self.services:
            made, refused = service_moves(self, service)
            moves.append(made)
            forbidden += refused
        return moves_table(self, moves), forbidden

    @property
    def moves(self) -> pd.DataFrame:
        """Every move that exists: council, service, host, tranche; km, minutes, compatibility; termination charge in GBP.

        Sorted by service, host, council, tranche. The move of a host to itself opens its partnership.
        """
        return self._built[0]

    @cached_property
    def forbidden(self) -> pd.DataFrame:
        """Why other moves do not exist: the rule, the value, the limit. A blank council, host or tranche means any."""
        refused = [one.table() for one in self._built[1]]
        return pd.concat(refused, ignore_index=True) if refused else pd.DataFrame(columns=FORBIDDEN_COLUMNS)

    def forbidden_by_rule(self) -> dict[str, int]:
        """How many entries of `forbidden` each rule has, by name."""
        counts: Counter[str] = Counter()
        for one in self._built[1]:
            counts[str(one.columns["rule"])] += one.count
        return dict(sorted(counts.items()))

    @cached_property
    def options(self) -> pd.DataFrame:
        """Every alternative to sharing that can be taken: council, service, option, tranche; sorted by service, council, option, tranche."""
        return available_options(self.instance, self.decided)

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
            for a, b in self.never_with(service):
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

        Largest first. Only baselines that have a move or an option are in a part.
        """
        graph: nx.Graph[tuple[str, str]] = nx.Graph()
        links = dict.fromkeys(zip(*(self.moves[name].tolist() for name in ("council", "service", "host")), strict=True))
        graph.add_nodes_from(dict.fromkeys((c, s) for c, s, _ in links))
        graph.add_nodes_from(dict.fromkeys(zip(self.options["council"].tolist(), self.options["service"].tolist(), strict=True)))
        graph.add_edges_from(((c, s), (h, s)) for c, s, h in links if c != h)
        known = set(graph)
        for group in linked(self.instance, known):
            graph.add_edges_from(pairwise(group))
        for a, b, service in self.decided.together:
            if (a, service) in known and (b, service) in known:
                graph.add_edge((a, service), (b, service))
        return sorted((frozenset(part) for part in nx.connected_components(graph)), key=lambda part: (-len(part), min(part)))

    def part(self, nodes: frozenset[tuple[str, str]]) -> CouncilGraph:
        """The graph with what is demanded of an independent part only; all else that is known stays known."""
        found = copy(self)
        found.__dict__ |= {"decided": self.decided.only(nodes), "parts": [nodes]}
        return found

    @cached_property
    def network(self) -> nx.Graph[str]:
        """The graph as networkx has it: councils with their windows, and pairs that can be partners or are neighbours."""
        graph: nx.Graph[str] = nx.Graph(name=self.instance.settings.instance.title)
        windows: dict[str, list[str]] = {}
        for (council, service), row in self.baseline_position.items():
            open_from = [
                str(day) for day, allowed in zip(self.instance.calendar.tranche_dates, self.windows.allowed[row], strict=True) if allowed
            ]
            windows.setdefault(council, []).append(f"{service}: {' '.join(open_from) or 'never'}")
        for council, facts in self.instance.councils.items():
            known = {
                key: value
                for key in ("name", "tier", "region", "latitude", "longitude", "population", "control", "culture")
                if (value := getattr(facts, key)) is not None
            }
            graph.add_node(council, windows="; ".join(windows.get(council, [])), **known)
        for pair in self.instance.rows(Adjacency):
            graph.add_edge(pair.council_a, pair.council_b, adjacent=True)
        links = self.moves.loc[self.moves["council"] != self.moves["host"], ["council", "host", "service"]].drop_duplicates()
        shared: dict[tuple[str, str], set[str]] = {}
        for a, b, service in links.itertuples(index=False):
            shared.setdefault((min(a, b), max(a, b)), set()).add(service)
        for (a, b), services in sorted(shared.items()):
            self._add_pair(graph, a, b, sorted(services))
        return graph

    def _add_pair(self, graph: nx.Graph[str], council: str, other: str, services: list[str]) -> None:
        a, b = self.position[council], self.position[other]
        graph.add_edge(council, other, services="; ".join(services))
        facts = graph.edges[council, other]
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
