"""Contiguity: the members of a partnership are one piece of the map."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import networkx as nx
import pytest
from small import rows, settings, write_instance

import solvers
from formulations import build, price
from instances import read
from solvers.base import Limits, Termination

LINE = "council_a, council_b\nAsh, Elm\nElm, Oak\nOak, Yew\n"


@pytest.fixture
def line(shire_model: Callable[..., Any]) -> Any:
    """Ash, Elm, Oak and Yew in a line, each next to the one before."""
    return shire_model(rules="contiguity = true", adjacency=LINE)


def test_contiguity_off(shire_model: Callable[..., Any]) -> None:
    """Without the rule the map counts for nothing."""
    m = shire_model(adjacency=LINE)
    assert rows(m, "contiguity_flow") == rows(m, "contiguity_beside") == set(m.ARCS) == set()


def region(folder: Path, seed: int) -> tuple[Any, nx.Graph, dict[str, str]]:
    """A model of up to six councils with a random map, its map with what is live joined to the host, and who is live where."""
    rng = Random(seed)
    names = [f"C{number}" for number in range(rng.randint(3, 6))]
    pairs = [pair for pair in combinations(names, 2) if rng.random() < rng.choice((0.2, 0.35, 0.5))] or [(names[0], names[1])]
    live = {}
    if rng.random() < 0.4:
        live = {c: names[0] for c in rng.sample(names[1:], rng.randint(1, 2))}
    tables = {
        "councils": "council\n" + "\n".join(names),
        "services": "service\npayroll",
        "baselines": "council, service, annual_cost\n" + "\n".join(f"{c}, payroll, 1000" for c in names),
        "adjacency": "council_a, council_b\n" + "\n".join(f"{a}, {b}" for a, b in pairs),
    }
    if rng.random() < 0.4:
        tables["vehicles"] = "vehicle\ncompany\nlead"
    if live:
        vehicle = "company" if "vehicles" in tables else ""
        tables["commitments"] = "council, service, decision, other, vehicle, go_live\n" + "\n".join(
            f"{c}, payroll, live, {h}, {vehicle}, 2025-04-01" for c, h in live.items()
        )
    instance = read(write_instance(folder, settings("12 2 3", rules="contiguity = true"), **tables))
    graph = nx.Graph(pairs)
    graph.add_nodes_from(names)
    graph.add_edges_from(live.items())
    return build(price(instance), presolve=False), graph, live


def groups(m: Any, host: str, live: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """Every group of members that a host could have, what is live already included."""
    councils = sorted({c for c, _, h, _, _ in m.JOINS if h == host})
    for size in range(1, len(councils) + 1):
        for group in combinations(councils, size):
            if all((c in group) == (h == host) for c, h in live.items() if c in group or h == host):
                yield group


@pytest.mark.parametrize("seed", range(8))
def test_contiguity_flow_row_lets_connected_groups_through_and_no_others(tmp_path: Path, seed: int) -> None:
    """Every group of members of every host, in every vehicle: the rows can be met if and only if the map holds it together."""
    m, graph, live = region(tmp_path, seed)
    highs, judged = solvers.get("highs"), 0
    for _, host, vehicle in m.sets.partnerships:
        for group in groups(m, host, live):
            chosen = {(c, host, vehicle) for c in group} | {(c, h, v) for c, h in live.items() for v in m.sets.vehicles["payroll", h]}
            chosen = {key for key in chosen if any((key[0], "payroll", *key[1:], k) in m.JOINS for k in (-1, 0, 1))}
            if len({c for c, *_ in chosen}) != len(chosen) or not {(c, host, vehicle) for c in group} <= chosen:
                continue
            for (c, _, h, v, k), variable in m.joins.items():
                variable.fix(int((c, h, v) in chosen and k == max(m.sets.joinings[c, "payroll", h, v])))
            result = highs.solve(m, Limits())
            connected = nx.is_connected(graph.subgraph([host, *group]))
            others = all(nx.is_connected(graph.subgraph([h, *(c for c, o, _ in chosen if o == h)])) for _, h, _ in chosen)
            if not others:
                continue
            judged += 1
            assert (result.termination is not Termination.INFEASIBLE) == connected, (host, vehicle, group)
    assert judged
