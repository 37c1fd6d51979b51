"""Contiguity in the pricing problem: by hand on four councils, and against graphs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest
from inside_partnerships import inside_rows
from small import brief

from formulations import price
from formulations.decomposition import columns_of, exact, ranked
from formulations.decomposition.contiguous import Contiguous
from instances import Instance

ASH = ("payroll", "Ash")
MANY = 10**6
LINE = "council_a, council_b\nAsh, Elm\nElm, Oak\nOak, Yew\n"
FORK = "council_a, council_b\nAsh, Elm\nElm, Oak\nElm, Yew\n"
ISLAND = "council_a, council_b\nAsh, Elm\nOak, Yew\n"
SIDES = "council_a, council_b\nAsh, Elm\nElm, Oak\nAsh, Yew\n"


@pytest.fixture
def mapped(shire: Callable[..., Instance], decomposed: Callable[..., Any]) -> Callable[..., Any]:
    """The shire as blocks with the rule on; its first block is Ash's."""

    def make(adjacency: str, rules: str = "", commitments: str = "") -> Any:
        decided = {"commitments": f"council, service, decision, other, go_live\n{commitments}"} if commitments else {}
        found = decomposed(
            price(
                shire("12 1 1", economics="duplication_avoided = 0.5", rules=f"contiguity = true\n{rules}", adjacency=adjacency, **decided)
            )
        )
        assert found.blocks.partnerships[0][:2] == ASH
        return found

    return make


def valued(found: Any, **worth: float) -> Any:
    """Values of the columns: Ash opens for -2, others join Ash for what is said, and whatever Elm's partnership does loses."""
    plain = np.full(len(found.cost), -100.0)
    given = {(*ASH, 0): -2.0} | {(c, *ASH, 0): value for c, value in worth.items()}
    for index, move in (*found.model.opens.items(), *found.model.joins.items()):
        plain[found.rows.column(move)] = given.get(brief(index), -100.0)
    return plain


@pytest.mark.parametrize(
    ("adjacency", "worth", "members", "value"),
    [
        (LINE, {"Elm": -3, "Oak": 7, "Yew": 2}, "Elm Oak Yew", 4),
        (LINE, {"Elm": -3, "Oak": -2, "Yew": 8}, "Elm Oak Yew", 1),
        (LINE, {"Elm": -3, "Oak": -4, "Yew": 8}, "", 0),
        (LINE, {"Elm": 3, "Oak": -4, "Yew": 3}, "Elm", 1),
        (LINE, {"Elm": 3, "Oak": -1, "Yew": 3}, "Elm Oak Yew", 3),
        (FORK, {"Elm": -8, "Oak": 5, "Yew": 6}, "Elm Oak Yew", 1),
        (FORK, {"Elm": -1, "Oak": -1, "Yew": 6}, "Elm Yew", 3),
        (SIDES, {"Elm": -6, "Oak": 5, "Yew": 6}, "Yew", 4),
        (ISLAND, {"Elm": 3, "Oak": 50, "Yew": 50}, "Elm", 1),
    ],
)
def test_best_by_hand(mapped: Callable[..., Any], adjacency: str, worth: dict[str, float], members: str, value: float) -> None:
    """Ash, Elm, Oak and Yew on a map: who lies behind somebody needs them there, be they worth less than nothing."""
    found = mapped(adjacency)
    plain = valued(found, **worth)
    answer = exact(found.blocks, inside_rows(found)[-1], plain, plain, np.array([0]), 1e-6, MANY)
    assert answer.upper == pytest.approx([value], abs=1e-5)
    told = [{brief(found.rows.variables[column][1]) for column in point} for point in answer.best]
    assert told == ([{(*ASH, 0), *((c, *ASH, 0) for c in members.split())}] if members else [])
    every, whole = ranked(found.blocks, inside_rows(found)[-1], plain, plain, 0.0, MANY)
    assert whole
    assert max([0.0, *every.values()]) == pytest.approx(value)


def test_members_and_sets(mapped: Callable[..., Any]) -> None:
    """Nobody from an island, and nobody whose path is too long; who needs somebody in conflict with another is not with that other."""
    assert mapped(ISLAND).blocks.members[0] == ("Elm",)
    assert mapped(LINE, "partnership_size = { maximum = 3 }").blocks.members[0] == ("Elm", "Oak")
    blocks = mapped(SIDES, commitments="Elm, payroll, never_with, Yew,\n").blocks
    number, row = blocks.place[0]
    assert [
        {c for c, n in zip(blocks.members[0], one, strict=False) if n} for one in blocks.buckets[number].sets[row].tolist() if any(one)
    ] == [{"Elm", "Oak"}, {"Yew"}]


def test_what_is_live_is_next_to_its_host(mapped: Callable[..., Any]) -> None:
    """Yew, live with Ash since last year, needs neither Elm nor Oak; Oak may come by Yew."""
    found = mapped(LINE, commitments="Yew, payroll, live, Ash, 2025-04-01\nAsh, payroll, live, Ash, 2025-04-01\n")
    elm, oak, yew = (found.blocks.members[0].index(c) for c in ("Elm", "Oak", "Yew"))
    assert found.blocks.may_be_together(0, [yew])
    assert found.blocks.may_be_together(0, [oak, yew])
    assert found.blocks.may_be_together(0, [elm, oak])
    assert not found.blocks.may_be_together(0, [oak])


def test_earlier_partnerships_in_pieces_are_left_out(mapped: Callable[..., Any]) -> None:
    """What was found before there was a map, or on another one."""
    blocks = mapped(LINE).blocks
    one, other = (*blocks.partnerships[0], 0, (("Oak", 0),)), (*blocks.partnerships[0], 0, (("Elm", 0), ("Oak", 0)))
    assert len(list(columns_of(blocks, [one]))) == 0
    assert len(list(columns_of(blocks, [one, other]))) == 1


def test_services_without_the_rule(mapped: Callable[..., Any], shire: Callable[..., Instance], decomposed: Callable[..., Any]) -> None:
    """No service has it: no map. Of two one has: the other is in one piece whoever is there."""
    assert decomposed(price(shire(adjacency=LINE))).blocks.contiguous is None
    found = mapped(LINE)
    everyone = np.ones((1, 3), dtype=bool)
    free = Contiguous(np.zeros((1, 3, 3), dtype=bool), np.ones((1, 3), dtype=bool))
    for there in (everyone, np.array([[False, True, False]])):
        assert free.whole(np.array([0]), there).all()
    assert not found.blocks.contiguous.whole(np.array([0]), np.array([[False, True, False]])).any()


@pytest.mark.parametrize("seed", range(6))
def test_against_graphs(seed: int) -> None:
    """Random maps: who is reached is the host's component of those that are there; a piece is a component, with its neighbours around."""
    random = np.random.default_rng(seed)
    blocks, members, count = 3, 7, 60
    beside = random.random((blocks, members, members)) < 0.2
    beside = (beside | beside.transpose(0, 2, 1)) & ~np.eye(members, dtype=bool)
    near = random.random((blocks, members)) < 0.3
    ours = Contiguous(beside, near)
    block, there = random.integers(0, blocks, count), random.random((count, members)) < 0.6
    there[:, 0] = True
    reached, (piece, around) = ours.reached(block, there), ours.piece(block, there, np.zeros(count, dtype=np.intp))
    for n, b in enumerate(block):
        map_ = nx.from_numpy_array(beside[b])
        map_.add_edges_from((members, int(c)) for c in np.flatnonzero(near[b]))
        map_.add_node(members)
        inside = map_.subgraph({*np.flatnonzero(there[n]).tolist(), members})
        assert set(np.flatnonzero(reached[n]).tolist()) == nx.node_connected_component(inside, members) - {members}
        own = nx.node_connected_component(inside.subgraph(set(inside) - {members}), 0)
        assert set(np.flatnonzero(piece[n]).tolist()) == own
        assert set(np.flatnonzero(around[n]).tolist()) == {d for c in own for d in map_[c]} - own - {members}
    assert (ours.whole(block, there) == (reached == there).all(axis=1)).all()
    part = ours.part(np.array([2, 0]))
    assert (part.reached(np.array([0]), there[:1]) == ours.reached(np.array([2]), there[:1])).all()
