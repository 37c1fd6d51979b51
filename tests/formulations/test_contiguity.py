"""Contiguity: at full membership the members of a partnership are one piece of the map."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import combinations, permutations, product
from pathlib import Path
from random import Random
from typing import Any

import networkx as nx
import numpy as np
import pytest
from pyomo.environ import Constraint
from scipy.optimize import Bounds, LinearConstraint, milp
from small import put, rows, settings, slack, write_instance

from formulations import FAMILIES, build, price
from formulations.contiguity_ground import ground
from instances import read
from solvers.arrays import compile_model

OWN = [family for family in FAMILIES if family.startswith("contiguity_")]
LINE = "council_a, council_b\nAsh, Elm\nElm, Oak\nOak, Yew\n"
"""Ash, Elm, Oak and Yew in a line. From Ash, Oak and Yew are deep; from Elm only Yew is not next to it."""
FORK = "council_a, council_b\nAsh, Elm\nElm, Oak\nElm, Yew\n"
"""From Ash, Oak and Yew both lie behind Elm."""
SIDES = "council_a, council_b\nAsh, Elm\nElm, Oak\nAsh, Yew\n"
"""From Ash, Oak lies behind Elm, and Yew is a neighbour."""
HEADER = "council, service, decision, other, go_live\n"


@pytest.fixture
def on(shire_model: Callable[..., Any]) -> Callable[..., Any]:
    """The model of the shire with the rule on."""

    def make(adjacency: str, rules: str = "", commitments: str = "", **tables: str) -> Any:
        decided = {"commitments": HEADER + commitments} if commitments else {}
        return shire_model(rules=f"contiguity = true\n{rules}", adjacency=adjacency, **decided, **tables)

    return make


def separators(m: Any, host: str) -> set[tuple[str, str]]:
    """Groups and separators of a host for payroll, names joined."""
    return {(" ".join(group), " ".join(gate)) for group, gate in m.grounds["payroll", host].separators}


def test_the_rule_may_be_off(shire_model: Callable[..., Any], two_services: dict[str, str]) -> None:
    """Without the rule, or for a service that it does not name, the map counts for nothing."""
    m = shire_model(adjacency=LINE)
    assert not m.grounds
    assert not len(m.ARCS)
    assert all(rows(m, family) == set() for family in OWN)
    m = shire_model(rules='contiguity = ["waste"]', adjacency=LINE, **two_services)
    assert set(m.grounds) == {("waste", "Ash")}


def test_contiguity_separator_index(on: Callable[..., Any]) -> None:
    """From Ash, Oak needs Elm, and Yew needs Oak and Elm; from Elm, Yew needs Oak."""
    m = on(LINE)
    assert separators(m, "Ash") == {("Oak", "Elm"), ("Yew", "Elm"), ("Yew", "Oak")}
    assert separators(m, "Elm") == {("Yew", "Oak")}
    assert rows(m, "contiguity_separator") == {("payroll", "Ash", 0), ("payroll", "Ash", 1), ("payroll", "Ash", 2), ("payroll", "Elm", 0)}


def test_contiguity_separator_index_of_a_group(on: Callable[..., Any]) -> None:
    """Oak and Yew, which are never together, both need Elm: one row. Without the conflict, one each."""
    assert separators(on(FORK), "Ash") == {("Oak", "Elm"), ("Yew", "Elm")}
    assert separators(on(FORK, commitments="Oak, payroll, never_with, Yew,\n"), "Ash") == {("Oak Yew", "Elm")}


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"adjacency": "council_a, council_b\nAsh, Elm\nOak, Yew\n"}, "Oak Yew"),
        ({"adjacency": LINE, "rules": "partnership_size = { maximum = 3 }"}, "Yew"),
        ({"adjacency": LINE, "rules": "partnership_size = { maximum = 2 }"}, "Oak Yew"),
        ({"adjacency": LINE, "commitments": "Elm, payroll, never_with, Yew,\n"}, "Yew"),
        ({"adjacency": LINE, "commitments": "Elm, payroll, never_with, Oak,\n"}, "Oak Yew"),
        ({"adjacency": LINE, "commitments": "Yew, payroll, live, Ash, 2025-04-01\n"}, ""),
    ],
)
def test_contiguity_separator_index_of_who_cannot_join(on: Callable[..., Any], changes: dict[str, str], lost: str) -> None:
    """An island; a path too long for the partnership, or through somebody in conflict. What is live already is next to the host."""
    assert {group for group, gate in separators(on(**changes), "Ash") if not gate} == set(lost.split())


def test_contiguity_separator_row(on: Callable[..., Any]) -> None:
    """Yew without Oak breaks Oak's row and not Elm's; who joins Elm does not count; it is full membership that counts."""
    m = on(LINE)
    number = {(" ".join(group), " ".join(gate)): i for i, (group, gate) in enumerate(m.grounds["payroll", "Ash"].separators)}
    put(m, join={("Yew", "payroll", "Ash", 0): 1, ("Elm", "payroll", "Ash", 1): 1, ("Oak", "payroll", "Elm", 0): 1})
    assert slack(m, "contiguity_separator", "payroll", "Ash", number["Yew", "Oak"]) == -1
    assert slack(m, "contiguity_separator", "payroll", "Ash", number["Yew", "Elm"]) == 0
    assert slack(m, "contiguity_separator", "payroll", "Ash", number["Oak", "Elm"]) == 1


def test_contiguity_clique_index(on: Callable[..., Any]) -> None:
    """Oak needs Elm, which is never with Yew: so Oak and Yew cannot be together, though nothing says so."""
    m = on(SIDES, commitments="Elm, payroll, never_with, Yew,\n")
    assert m.grounds["payroll", "Ash"].cliques == (("Oak", "Yew"),)
    assert rows(m, "contiguity_clique") == {("payroll", "Ash", 0)}
    assert rows(on(SIDES, commitments="Oak, payroll, never_with, Yew,\n"), "contiguity_clique") == set()


@pytest.mark.parametrize(("oak", "yew", "opened", "room"), [(0, None, 0, 0), (0, 1, 0, -1), (None, 1, None, -1), (None, None, 1, 1)])
def test_contiguity_clique_row(on: Callable[..., Any], oak: int | None, yew: int | None, opened: int | None, room: int) -> None:
    """Of Oak and Yew one joins Ash at most, in whatever tranche, if Ash opens."""
    m = on(SIDES, commitments="Elm, payroll, never_with, Yew,\n")
    join = {(council, "payroll", "Ash", k): 1 for council, k in (("Oak", oak), ("Yew", yew)) if k is not None}
    put(m, join=join, open={} if opened is None else {("payroll", "Ash", opened): 1})
    assert slack(m, "contiguity_clique", "payroll", "Ash", 0) == room


def test_contiguity_flow_index_and_contiguity_through_index(on: Callable[..., Any]) -> None:
    """From Ash, Oak and Yew are deep, and Elm and each other pass on to them; from Elm nobody is."""
    m = on(LINE)
    assert rows(m, "contiguity_flow") == {("Oak", "payroll", "Ash"), ("Yew", "payroll", "Ash")}
    assert rows(m, "contiguity_through") == {(c, "payroll", "Ash") for c in ("Elm", "Oak", "Yew")}
    assert {(a, b) for *_, a, b in m.ARCS} == {("Elm", "Oak"), ("Yew", "Oak"), ("Oak", "Yew")}
    assert rows(on(FORK), "contiguity_flow") == rows(on(FORK), "contiguity_through") == set()


def test_contiguity_flow_row(on: Callable[..., Any]) -> None:
    """Oak gets two units from Elm, keeps one and passes one on to Yew, which gets nothing if it is no member."""
    m = on(LINE)
    join = {(c, "payroll", "Ash", k): 1 for c, k in (("Elm", 0), ("Oak", 1), ("Yew", 1))}
    put(m, join=join, flow={("payroll", "Ash", "Elm", "Oak"): 2, ("payroll", "Ash", "Oak", "Yew"): 1})
    assert [slack(m, "contiguity_flow", c, "payroll", "Ash") for c in ("Oak", "Yew")] == [0, 0]
    put(m, join=join, flow={("payroll", "Ash", "Elm", "Oak"): 1, ("payroll", "Ash", "Oak", "Yew"): 1})
    assert [slack(m, "contiguity_flow", c, "payroll", "Ash") < 0 for c in ("Oak", "Yew")] == [True, False]
    put(m, flow={("payroll", "Ash", "Oak", "Yew"): 1})
    assert [slack(m, "contiguity_flow", c, "payroll", "Ash") < 0 for c in ("Oak", "Yew")] == [True, True]


def test_contiguity_through_row(on: Callable[..., Any]) -> None:
    """Elm as a member passes on two units, Oak one; who is no member none. A partnership of four at most leaves as much, of three less."""
    flow = {("payroll", "Ash", "Elm", "Oak"): 2, ("payroll", "Ash", "Oak", "Yew"): 1}
    m = on(LINE)
    put(m, join={("Elm", "payroll", "Ash", 1): 1}, flow=flow)
    assert [slack(m, "contiguity_through", c, "payroll", "Ash") for c in ("Elm", "Oak", "Yew")] == [0, -1, 0]
    put(m, join={(c, "payroll", "Ash", 0): 1 for c in ("Elm", "Oak", "Yew")})
    assert [slack(m, "contiguity_through", c, "payroll", "Ash") for c in ("Elm", "Oak", "Yew")] == [2, 1, 1]
    ring = LINE + "Ash, Oak\nYew, Fir\nFir, Elm\n"
    five = {"councils": "council\nAsh\nElm\nFir\nOak\nYew\n"}
    five["baselines"] = "council, service, annual_cost, can_host\nAsh, payroll, 100, yes\n" + "".join(
        f"{c}, payroll, 100, no\n" for c in ("Elm", "Fir", "Oak", "Yew")
    )
    m = on(ring, rules="partnership_size = { maximum = 4 }", **five)
    put(m, join={(c, "payroll", "Ash", 0): 1 for c in ("Elm", "Fir", "Oak", "Yew")})
    assert {c: slack(m, "contiguity_through", c, "payroll", "Ash") for c in ("Elm", "Fir", "Oak", "Yew")} == dict(
        Elm=2, Fir=1, Oak=2, Yew=1
    )
    m = on(ring, rules="partnership_size = { maximum = 3 }", **five)
    put(m, join={(c, "payroll", "Ash", 0): 1 for c in ("Elm", "Fir", "Oak", "Yew")})
    assert {c: slack(m, "contiguity_through", c, "payroll", "Ash") for c in ("Elm", "Fir", "Oak", "Yew")} == dict(
        Elm=1, Fir=0, Oak=1, Yew=0
    )


def test_islands_of_two_are_seen(on: Callable[..., Any]) -> None:
    """Oak and Yew are each next to a member, the other, and still an island: only the flow and the separator at Elm see it."""
    m = on(LINE)
    put(m, join={("Oak", "payroll", "Ash", 0): 1, ("Yew", "payroll", "Ash", 0): 1}, open={("payroll", "Ash", 0): 1})
    gates = m.grounds["payroll", "Ash"].separators
    broken = {gate for i, (_, gate) in enumerate(gates) if slack(m, "contiguity_separator", "payroll", "Ash", i) < 0}
    assert broken == {("Elm",)}
    assert not feasible(m, ["contiguity_flow", "contiguity_through"])({("Oak", "Ash"), ("Yew", "Ash")})
    assert feasible(m, OWN)({("Elm", "Ash"), ("Oak", "Ash"), ("Yew", "Ash")})


def feasible(m: Any, families: list[str], without: Collection[Any] = ()) -> Callable[[set[tuple[str, str]]], bool]:
    """Whether rows of some families, but for some separators, can be met when certain (council, host) have joined in their last tranche."""
    for component in m.component_objects(Constraint):
        if component.local_name not in families:
            component.deactivate()
    for index in without:
        m.contiguity_separator[index].deactivate()
    arrays = compile_model(m)
    place = {name: i for i, name in enumerate(arrays.names)}
    chosen = {key: variable.name for key, variable in m.joins.items()} | {(o[1], *o): v.name for o, v in m.opens.items()}
    decided = {i for name in chosen.values() if (i := place.get(name)) is not None}

    def judge(joined: set[tuple[str, str]]) -> bool:
        lower, upper = arrays.lower.copy(), arrays.upper.copy()
        upper[list(decided)] = 0.0
        for council, host in joined | {(host, host) for _, host in joined}:
            names = [name for (c, _, h, _, _), name in chosen.items() if (c, h) == (council, host)]
            i = place.get(names[-1])
            if i is not None:
                lower[i] = upper[i] = 1.0
        if not len(arrays.row_lower):
            return True
        limits = LinearConstraint(arrays.matrix, arrays.row_lower, arrays.row_upper)
        return bool(milp(np.zeros(len(lower)), constraints=limits, bounds=Bounds(lower, upper)).success)

    return judge


def region(folder: Path, seed: int) -> tuple[Any, nx.Graph[str]]:
    """A model of up to seven councils with a random map, and the map; with conflicts, vehicles, live members, a largest size at times."""
    rng = Random(seed)
    names = [f"C{number}" for number in range(rng.randint(3, 7))]
    density = rng.choice((0.2, 0.35, 0.5))
    pairs = [pair for pair in combinations(names, 2) if rng.random() < density] or [(names[0], names[1])]
    live = rng.sample(names[1:], rng.randint(1, 2)) if rng.random() < 0.4 else []
    apart = [pair for pair in combinations(names, 2) if rng.random() < rng.choice((0.0, 0.0, 0.25))]
    together = {names[0], *live} if live else set()
    decided = [f"{a}, payroll, never_with, {b},," for a, b in apart if not {a, b} <= together]
    vehicles = {"vehicles": "vehicle\ncompany\nlead"} if rng.random() < 0.4 else {}
    decided += [f"{c}, payroll, live, {names[0]}, 2025-04-01, {'company' if vehicles else ''}" for c in live]
    tables = {
        "councils": "council\n" + "\n".join(names),
        "services": "service\npayroll",
        "baselines": "council, service, annual_cost\n" + "\n".join(f"{c}, payroll, 1000" for c in names),
        "adjacency": "council_a, council_b\n" + "\n".join(f"{a}, {b}" for a, b in pairs),
    }
    if decided:
        tables["commitments"] = "council, service, decision, other, go_live, vehicle\n" + "\n".join(decided)
    most = f"partnership_size = {{ maximum = {rng.randint(3, 5)} }}" if rng.random() < 0.4 else ""
    instance = read(write_instance(folder, settings("12 2 3", rules=f"contiguity = true\n{most}"), **tables, **vehicles))
    graph = nx.Graph(pairs)
    graph.add_nodes_from(names)
    graph.add_edges_from((c, names[0]) for c in live)
    return build(price(instance), presolve=False), graph


def groups(m: Any, host: str) -> Iterator[tuple[str, ...]]:
    """Every group of members that a host could have by the rules about pairs and size."""
    councils = sorted({c for c, _, h, _, _ in m.JOINS if h == host})
    mask, most = m.graph.conflicts.get("payroll"), m.sizes["payroll"][1] or len(councils) + 1
    for size in range(1, most):
        for group in combinations(councils, size):
            places = [m.graph.position[c] for c in group]
            if mask is None or not mask[np.ix_(places, places)].any():
                yield group


@pytest.mark.parametrize("seed", range(40))
def test_rows_let_connected_groups_through_and_no_others(tmp_path: Path, seed: int) -> None:
    """Every group of every host that is free of conflicts and not too large meets the rows if and only if the map holds it together."""
    m, graph = region(tmp_path, seed)
    judge = feasible(m, OWN)
    for host in sorted({h for _, h, _, _ in m.OPENS}):
        for group in groups(m, host):
            assert judge({(c, host) for c in group}) == nx.is_connected(graph.subgraph([host, *group])), (host, group)


def test_the_random_regions_have_everything(tmp_path: Path) -> None:
    """Among the regions above there are conflicts, cliques of our own, deep members, groups, vehicles, live members, largest sizes."""
    found: set[str] = set()
    for seed in range(40):
        m, _ = region(tmp_path, seed)
        for ground_ in m.grounds.values():
            found |= {"deep"} if ground_.deep else set()
            found |= {"clique"} if ground_.cliques else set()
            found |= {"group" if len(group) > 1 else "barred" if not gate else "separator" for group, gate in ground_.separators}
        found |= {"conflicts"} if m.graph.conflicts else set()
        found |= {"vehicles"} if len({v for _, _, v, _ in m.OPENS}) > 1 else set()
        found |= {"live"} if m.decided.live else set()
        found |= {"most"} if m.sizes["payroll"][1] else set()
    assert found == {"deep", "clique", "group", "barred", "separator", "conflicts", "vehicles", "live", "most"}


@pytest.mark.parametrize("seed", range(12))
def test_flow_alone_settles_deep_members(tmp_path: Path, seed: int) -> None:
    """Without the separators of deep members, which only help the relaxation, the same groups get through."""
    m, graph = region(tmp_path, seed)
    without = {
        (s, h, number)
        for (s, h), ground_ in m.grounds.items()
        for number, (group, gate) in enumerate(ground_.separators)
        if gate and set(group) <= set(ground_.deep)
    }
    judge = feasible(m, [family for family in OWN if family != "contiguity_clique"], without)
    for host in sorted({h for _, h, _, _ in m.OPENS}):
        for group in groups(m, host):
            assert judge({(c, host) for c in group}) == nx.is_connected(graph.subgraph([host, *group])), (host, group)


@pytest.mark.parametrize("seed", range(40))
def test_what_follows_is_followed_to_the_end(seed: int) -> None:
    """Conflicts that follow are told as conflicts: nothing new follows from them."""
    rng = Random(seed)
    names = [f"C{number}" for number in range(9)]
    pairs = [pair for pair in combinations(names, 2) if rng.random() < 0.3]
    conflict: dict[str, set[str]] = {c: set() for c in names[1:]}
    for a, b in combinations(names[1:], 2):
        if rng.random() < 0.15:
            conflict[a].add(b)
            conflict[b].add(a)
    first = ground(names[0], names[1:], pairs, conflict, None)
    for a, b in (pair for clique in first.cliques for pair in permutations(clique, 2)):
        conflict[a].add(b)
    again = ground(names[0], names[1:], pairs, conflict, None)
    assert again.cliques == ()
    assert (again.neighbours, again.deep, again.separators) == (first.neighbours, first.deep, first.separators)


@pytest.mark.parametrize(("width", "height"), [(3, 3), (4, 2)])
def test_grounds_of_a_grid(width: int, height: int) -> None:
    """Of a grid seen from a corner: each separator separates, none has more than it needs, and nobody is barred."""
    cells = [f"{x}{y}" for x, y in product(range(width), range(height))]
    pairs = [(a, b) for a, b in combinations(cells, 2) if sum(abs(int(p) - int(q)) for p, q in zip(a, b, strict=True)) == 1]
    found = ground(cells[0], cells[1:], pairs, {c: set() for c in cells[1:]}, None)
    graph = nx.Graph(pairs)
    assert found.separators
    assert not found.cliques
    for (member,), gate in found.separators:
        assert gate
        rest = graph.subgraph(set(graph) - set(gate))
        assert not nx.has_path(rest, member, cells[0])
        assert all(nx.has_path(graph.subgraph({*rest, one}), member, cells[0]) for one in gate)
