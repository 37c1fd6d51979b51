"""The council graph: which moves exist, why others do not, who cannot be together, and what is independent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from math import isnan, pi
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
import small
from small import SHIRE, TWO_SERVICES

from instances import Instance
from instances.distance import EARTH_RADIUS_KM
from instances.graph import CouncilGraph, council_graph

STEP = pi * EARTH_RADIUS_KM / 1_800
"""Km from each council of the shire to the next."""
DECIDED = "council, service, decision, other, go_live\n"
ALL_LINKS = {"Ash Ash", "Elm Ash", "Oak Ash", "Yew Ash", "Elm Elm", "Ash Elm", "Oak Elm", "Yew Elm"}
PERFORMANCE = """
    council, service, annual_cost, performance, can_host
    Ash,     payroll, 100000,      0.6,         yes
    Elm,     payroll, 150000,      ,            yes
    Oak,     payroll, 80000,       0.8,         no
    Yew,     payroll, 60000,       0.65,        no
    """


@pytest.fixture
def shire(tmp_path: Path) -> Callable[..., Instance]:
    """Four councils 11 km apart on a line run payroll, Ash and Elm may host; two yearly tranches."""
    return partial(small.shire, tmp_path)


@pytest.fixture
def graph(shire: Callable[..., Instance]) -> Callable[..., CouncilGraph]:
    """The graph of the shire with some settings and tables replaced."""
    return lambda calendar="12 2 3", **changes: council_graph(shire(calendar, **changes))


def links(found: CouncilGraph, tranche: int | None = None) -> set[str]:
    """Who may move to whom, in a tranche or in any, as 'council host'."""
    moves = found.moves if tranche is None else found.moves[found.moves["tranche"] == tranche]
    return {f"{council} {host}" for council, host in zip(moves["council"], moves["host"], strict=True)}


def forbidden(found: CouncilGraph, rule: str) -> list[dict[str, Any]]:
    """What a rule forbids, without the blanks."""
    rows = found.forbidden[found.forbidden["rule"] == rule].to_dict("records")
    return [{str(key): value for key, value in row.items() if key not in ("service", "rule") and not blank(value)} for row in rows]


def blank(value: Any) -> bool:
    """Whether a cell of a table is blank."""
    return value is None or value == "" or (isinstance(value, float) and isnan(value))


def test_moves(graph: Callable[..., CouncilGraph]) -> None:
    """Everyone to each host in each tranche, sorted by service, host, council, tranche; hosts to themselves."""
    found = graph()
    assert links(found) == ALL_LINKS
    keys = list(found.moves[["service", "host", "council", "tranche"]].itertuples(index=False, name=None))
    assert keys == sorted(keys)
    assert len(keys) == len(set(keys)) == 16
    row = found.moves.iloc[-1]
    assert (row["council"], row["host"], row["tranche"], row["compatibility"], row["charge"]) == ("Yew", "Elm", 1, 1.0, 0.0)
    assert row["km"] == pytest.approx(2 * STEP)
    own = found.moves[found.moves["council"] == found.moves["host"]]
    assert (own[["km", "minutes"]] == 0).all(axis=None)
    assert (own["compatibility"] == 1).all()


def test_moves_carry_the_termination_charge(graph: Callable[..., CouncilGraph]) -> None:
    """That of the council that moves, for the day of the tranche."""
    contract = "council, service, expires, break_from, termination_charge\nElm, payroll, 2027-04-01, 2026-04-01, 900\n"
    moves = graph(contracts=contract).moves
    charged = moves[moves["charge"] > 0]
    assert set(zip(charged["council"], charged["host"], charged["tranche"], charged["charge"], strict=True)) == {
        ("Elm", "Ash", 0, 900),
        ("Elm", "Elm", 0, 900),
    }


def test_only_councils_that_run_a_service_move(graph: Callable[..., CouncilGraph]) -> None:
    """Elm may hand waste to Ash and nobody else runs it; a service that nobody runs has no moves."""
    found = graph(**TWO_SERVICES | {"services": "service\npayroll\nwaste\nparking\n"})
    waste = found.moves[found.moves["service"] == "waste"]
    assert set(zip(waste["council"], waste["host"], strict=True)) == {("Ash", "Ash"), ("Elm", "Ash")}
    assert set(found.moves["service"]) == {"payroll", "waste"}


def test_nobody_opens_alone(graph: Callable[..., CouncilGraph]) -> None:
    """Nobody may join Elm, so it has no opening; it may still join Ash."""
    found = graph(commitments=DECIDED + "".join(f"Elm, payroll, never_with, {c},\n" for c in ("Oak", "Yew")) + "Ash, payroll, hosts, ,\n")
    assert links(found) == {"Ash Ash", "Elm Ash", "Oak Ash", "Yew Ash"}


def test_nobody_joins_before_the_host_can_have_opened(graph: Callable[..., CouncilGraph]) -> None:
    """Ash may open in the second tranche, so others join it then; Elm's partnership is free."""
    found = graph(commitments=DECIDED + "Ash, payroll, not_before, , 2026-04-02\n")
    assert {link for link in links(found, 0) if link.endswith("Ash")} == set()
    assert {link for link in links(found, 1) if link.endswith("Ash")} == {"Ash Ash", "Elm Ash", "Oak Ash", "Yew Ash"}
    assert "Oak Elm" in links(found, 0)


def test_members_join_after_a_host_that_must_open_early(graph: Callable[..., CouncilGraph]) -> None:
    """Ash opens in the first tranche only, members join in either."""
    found = graph(commitments=DECIDED + "Ash, payroll, hosts, , 2026-04-01\n")
    assert ("Ash Ash" in links(found, 0), "Ash Ash" in links(found, 1)) == (True, False)
    assert "Oak Ash" in links(found, 1)


def test_live_moves(graph: Callable[..., CouncilGraph]) -> None:
    """Oak is live with Ash: tranche -1 for both and no other move of theirs; Yew and Elm may still join Ash."""
    found = graph(
        commitments=DECIDED + "Oak, payroll, live, Ash, 2025-04-01\n", contracts="council, service, expires\nAsh, payroll, 2040-01-01\n"
    )
    assert links(found, -1) == {"Ash Ash", "Oak Ash"}
    assert links(found, 0) == links(found, 1) == {"Elm Ash", "Yew Ash", "Elm Elm", "Yew Elm"}
    assert found.moves[found.moves["tranche"] == -1]["charge"].tolist() == [0, 0]
    keys = list(found.moves[["service", "host", "council", "tranche"]].itertuples(index=False, name=None))
    assert keys == sorted(keys)


def test_live_moves_are_not_judged(graph: Callable[..., CouncilGraph]) -> None:
    """Yew is live with Ash over a distance that nobody else may cross; Ash hosts already, whatever can_host says, so Elm may join it."""
    baselines = SHIRE["baselines"].replace("1000,   yes", "1000,   no")
    found = graph(rules="maximum_distance = 12", baselines=baselines, commitments=DECIDED + "Yew, payroll, live, Ash,\n")
    assert links(found, -1) == {"Ash Ash", "Yew Ash"}
    assert links(found, 0) == {"Elm Elm", "Oak Elm", "Elm Ash"}


def test_forbidden_by_can_host(graph: Callable[..., CouncilGraph]) -> None:
    """Oak and Yew may not host, whoever would join."""
    assert forbidden(graph(), "can_host") == [{"host": host, "value": 0, "limit": 1} for host in ("Oak", "Yew")]


@pytest.mark.parametrize("rule", ["maximum_distance", "maximum_span"])
def test_forbidden_by_km(graph: Callable[..., CouncilGraph], rule: str) -> None:
    """Over 20 km: Oak and Yew to Ash, Yew to Elm; with the distance and the limit."""
    found = graph(rules=f"{rule} = 20")
    assert links(found) == ALL_LINKS - {"Oak Ash", "Yew Ash", "Yew Elm"}
    expected = [("Oak", "Ash", 2), ("Yew", "Ash", 3), ("Yew", "Elm", 2)]
    rows = [{"council": c, "host": h, "value": pytest.approx(steps * STEP), "limit": 20, "unit": "km"} for c, h, steps in expected]
    assert forbidden(found, rule) == rows


def test_a_limit_is_kept_at_its_figure(graph: Callable[..., CouncilGraph]) -> None:
    """A given distance of just the limit is within it."""
    far = "council_a, council_b, km\nElm, Ash, 20\n"
    assert "Elm Ash" in links(graph(rules="maximum_distance = 20", distances=far))
    assert "Elm Ash" not in links(graph(rules="maximum_distance = 19.999", distances=far))


@pytest.mark.parametrize("rule", ["maximum_distance", "maximum_span"])
def test_forbidden_by_minutes(graph: Callable[..., CouncilGraph], rule: str) -> None:
    """Km do not matter then."""
    pairs = [("Ash", "Elm", 50), ("Ash", "Oak", 10), ("Ash", "Yew", 45), ("Elm", "Oak", 10), ("Elm", "Yew", 10), ("Oak", "Yew", 90)]
    minutes = "council_a, council_b, minutes\n" + "".join(f"{a}, {b}, {m}\n" for a, b, m in pairs)
    found = graph(rules=f"{rule} = {{ minutes = 45 }}", distances=minutes)
    assert forbidden(found, rule) == [
        {"council": c, "host": h, "value": 50, "limit": 45, "unit": "minutes"} for c, h in (("Ash", "Elm"), ("Elm", "Ash"))
    ]
    assert links(found) == ALL_LINKS - {"Ash Elm", "Elm Ash"}


@pytest.mark.parametrize("scope", ["all_pairs", "with_host"])
def test_forbidden_by_compatibility(graph: Callable[..., CouncilGraph], scope: str) -> None:
    """A score below the minimum and a veto, each with its host, in either scope; a score of just the minimum will do."""
    scores = "council_a, council_b, score\nOak, Ash, 0.49\nElm, Yew, 0\nElm, Ash, 0.5\n"
    found = graph(rules=f'compatibility = {{ minimum = 0.5, scope = "{scope}" }}', compatibility=scores)
    rows = [("Oak", "Ash", 0.49), ("Yew", "Elm", 0)]
    assert forbidden(found, "compatibility") == [{"council": c, "host": h, "value": v, "limit": 0.5, "unit": "score"} for c, h, v in rows]
    assert links(found) == ALL_LINKS - {"Oak Ash", "Yew Elm"}


def test_a_veto_holds_at_any_minimum(graph: Callable[..., CouncilGraph]) -> None:
    """A minimum of 0 lets every score through but 0 itself; with the rule off even that."""
    scores = "council_a, council_b, score\nOak, Ash, 0.01\nElm, Ash, 0\n"
    assert links(graph(rules="compatibility = { minimum = 0.0 }", compatibility=scores)) == ALL_LINKS - {"Elm Ash", "Ash Elm"}
    assert links(graph(compatibility=scores)) == ALL_LINKS


def test_forbidden_by_least_quality(graph: Callable[..., CouncilGraph]) -> None:
    """Ash performs at 0.6, too little; Elm's performance is not known, so it does not reach a minimum."""
    assert links(graph(rules="quality = { minimum = 0.6 }", baselines=PERFORMANCE)) == {link for link in ALL_LINKS if link.endswith("Ash")}
    found = graph(rules="quality = { minimum = 0.61 }", baselines=PERFORMANCE)
    assert links(found) == set()
    assert {(row["council"], row["host"], row.get("value"), row["limit"]) for row in forbidden(found, "quality")} == {
        (council, host, value, 0.61) for host, value in (("Ash", 0.6), ("Elm", None)) for council in ("Ash", "Elm", "Oak", "Yew")
    }


def test_forbidden_by_quality_next_to_the_member(graph: Callable[..., CouncilGraph]) -> None:
    """Ash may fall short of a member by a tenth: of Oak's 0.8 it falls short by more; Elm's is not known and not judged."""
    found = graph(rules="quality = { tolerance = 0.1 }", baselines=PERFORMANCE)
    assert links(found) == ALL_LINKS - {"Oak Ash"}
    assert forbidden(found, "quality") == [{"council": "Oak", "host": "Ash", "value": 0.6, "limit": pytest.approx(0.7), "unit": "score"}]


@pytest.mark.parametrize(
    ("decision", "lost"),
    [
        ("Ash, payroll, hosts, ,", {"Ash Elm"}),
        ("Oak, payroll, shares_with, Ash,", {"Oak Elm"}),
        ("Oak, payroll, never_with, Elm,", {"Oak Elm"}),
        ("Ash, payroll, never_with, Elm,", {"Ash Elm", "Elm Ash"}),
        ("Elm, payroll, shares_with, Ash,", {"Elm Elm"}),
        ("Oak, payroll, never_with, Yew,", set()),
        ("Oak, payroll, together, Yew,", set()),
    ],
)
def test_forbidden_by_commitments(graph: Callable[..., CouncilGraph], decision: str, lost: set[str]) -> None:
    """Links that what is decided rules out, kept as such."""
    found = graph(commitments=DECIDED + decision + "\n")
    assert {f"{row['council']} {row['host']}" for row in forbidden(found, "commitments")} == lost
    assert ALL_LINKS - links(found) >= lost
    assert all((row["value"], row["limit"]) == (0, 1) for row in forbidden(found, "commitments"))


def test_a_host_that_may_not_open_is_joined_by_nobody(graph: Callable[..., CouncilGraph]) -> None:
    """Elm shares with Ash, so it does not open, and the others may only join Ash."""
    assert links(graph(commitments=DECIDED + "Elm, payroll, shares_with, Ash,\n")) == {"Ash Ash", "Elm Ash", "Oak Ash", "Yew Ash"}


def test_two_hosts_to_share_with_leave_none(graph: Callable[..., CouncilGraph]) -> None:
    """Oak cannot share with both."""
    found = graph(commitments=DECIDED + "Oak, payroll, shares_with, Ash,\nOak, payroll, shares_with, Elm,\n")
    assert not {"Oak Ash", "Oak Elm"} & links(found)


def test_forbidden_by_windows(graph: Callable[..., CouncilGraph]) -> None:
    """Tranches that a contract or a decision closes to a council, with any host; days count from the year 1."""
    found = graph(
        contracts="council, service, expires, break_from\nOak, payroll, 2030-01-01, 2026-10-01\n",
        commitments=DECIDED + "Yew, payroll, not_before, , 2026-10-01\n",
    )
    day, until = date(2026, 4, 1).toordinal(), date(2026, 10, 1).toordinal()
    assert forbidden(found, "contract_timing") == [{"council": "Oak", "tranche": 0, "value": day, "limit": until, "unit": "day"}]
    assert forbidden(found, "commitments") == [{"council": "Yew", "tranche": 0, "value": 0, "limit": 1}]
    assert links(found, 0) == {link for link in ALL_LINKS if not link.startswith(("Oak", "Yew"))}
    assert links(found, 1) == ALL_LINKS


def conflicting(found: CouncilGraph, service: str = "payroll") -> set[str]:
    """Pairs in conflict for a service, as 'one other'."""
    mask = found.conflicts.get(service, np.zeros((4, 4), dtype=bool))
    assert (mask == mask.T).all()
    assert not mask.diagonal().any()
    return {f"{found.councils[a]} {found.councils[b]}" for a, b in zip(*np.nonzero(np.triu(mask)), strict=True)}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"rules": "maximum_distance = 1"}, set()),
        ({"rules": "maximum_span = 25"}, {"Ash Yew"}),
        ({"rules": "maximum_span = 20"}, {"Ash Oak", "Ash Yew", "Elm Yew"}),
        ({"compatibility": "council_a, council_b, score\nOak, Yew, 0\n"}, set()),
        (
            {"compatibility": "council_a, council_b, score\nOak, Yew, 0\nElm, Yew, 0.4\n", "rules": "compatibility = { minimum = 0.3 }"},
            {"Oak Yew"},
        ),
        (
            {
                "compatibility": "council_a, council_b, score\nOak, Yew, 0\n",
                "rules": 'compatibility = { minimum = 0.3, scope = "with_host" }',
            },
            set(),
        ),
        ({"commitments": DECIDED + "Yew, payroll, never_with, Elm,\n"}, {"Elm Yew"}),
        ({"commitments": DECIDED + "Yew, payroll, never_with, Elm,\n", "rules": "maximum_span = 25"}, {"Ash Yew", "Elm Yew"}),
        ({"commitments": DECIDED + "Yew, payroll, live, Ash,\n", "rules": "maximum_span = 20"}, {"Ash Oak", "Elm Yew"}),
        ({"commitments": DECIDED + "Oak, payroll, live, Ash,\nYew, payroll, live, Elm,\nOak, payroll, never_with, Yew,\n"}, {"Oak Yew"}),
    ],
)
def test_conflicts(graph: Callable[..., CouncilGraph], changes: dict[str, str], expected: set[str]) -> None:
    """Pairs too far apart, below the score or never to be together; distances of what is live are not judged."""
    assert conflicting(graph(**changes)) == expected


def test_conflicts_are_of_a_service(graph: Callable[..., CouncilGraph]) -> None:
    """A span for waste alone leaves payroll free."""
    found = graph(**TWO_SERVICES | {"services": "service, maximum_span\npayroll,\nwaste, 5\n"})
    assert set(found.conflicts) == {"waste"}
    assert "Ash Elm" in conflicting(found, "waste")


@pytest.mark.parametrize(
    ("rules", "sizes"),
    [
        ("", [4, 2]),
        ("delivery_capacity = 1", [6]),
        ("delivery_capacity = false", [4, 2]),
        ("programme_capacity = 9", [6]),
        ("maximum_partnerships = 1", [4, 2]),
        ("maximum_distance = 12", [3, 2]),
        ("maximum_distance = 1", []),
    ],
)
def test_parts(graph: Callable[..., CouncilGraph], rules: str, sizes: list[int]) -> None:
    """Payroll and waste are apart until a rule counts over services; who has no move is in no part."""
    parts = graph(rules=rules, **TWO_SERVICES).parts
    assert [len(part) for part in parts] == sizes
    assert len(frozenset().union(*parts)) == sum(sizes)


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({}, [{"Ash", "Elm"}, {"Oak", "Yew"}]),
        ({"commitments": DECIDED + "Ash, payroll, together, Oak,\n"}, [{"Ash", "Elm", "Oak", "Yew"}]),
        ({"services": "service, maximum_partnerships\npayroll, 1\n"}, [{"Ash", "Elm", "Oak", "Yew"}]),
    ],
)
def test_parts_of_one_service(graph: Callable[..., CouncilGraph], changes: dict[str, str], parts: list[set[str]]) -> None:
    """Two pairs far from one another are apart, unless a decision or a number of partnerships links them."""
    far = "council, latitude, longitude\nAsh, 51, 0\nElm, 51.1, 0\nOak, 55, 0\nYew, 55.1, 0\n"
    hosts = SHIRE["baselines"].replace("no", "yes")
    found = graph(rules="maximum_distance = 20", councils=far, baselines=hosts, **changes)
    assert [{council for council, _ in part} for part in found.parts] == parts


def test_graphml_round_trip(graph: Callable[..., CouncilGraph], tmp_path: Path) -> None:
    """What networkx reads back is the network: councils with facts and windows, pairs with distance and score."""
    councils = "council, name, latitude, longitude, population, control\nAsh, Ash Vale, 51.0, 0.0, 1000, NOC\nElm, , 51.1, 0.0, , \nOak, , 51.2, 0.0, , \nYew, , 51.3, 0.0, , \n"
    found = graph(
        councils=councils,
        rules="maximum_distance = 12",
        adjacency="council_a, council_b\nOak, Yew\nElm, Oak\n",
        compatibility="council_a, council_b, score\nElm, Ash, 0.25\n",
        commitments=DECIDED + "Oak, payroll, not_before, , 2026-10-01\nYew, payroll, stays_out, ,\n",
    )
    path = tmp_path / "graph.graphml"
    found.write_graphml(path)
    read_back = nx.read_graphml(path)
    assert {node: read_back.nodes[node] for node in read_back} == {node: found.network.nodes[node] for node in found.network}
    assert {frozenset((a, b)): facts for a, b, facts in read_back.edges(data=True)} == {
        frozenset(("Ash", "Elm")): {"adjacent": False, "services": "payroll", "compatibility": 0.25, "km": 11.12},
        frozenset(("Elm", "Oak")): {"adjacent": True, "services": "payroll", "compatibility": 1.0, "km": 11.12},
        frozenset(("Oak", "Yew")): {"adjacent": True},
    }
    assert read_back.nodes["Ash"]["name"] == "Ash Vale"
    assert [read_back.nodes[c]["windows"] for c in ("Ash", "Oak", "Yew")] == [
        "payroll: 2026-04-01 2027-04-01",
        "payroll: 2027-04-01",
        "payroll: never",
    ]
    assert read_back.graph["name"] == "Small"


def test_network_lists_each_service_of_a_pair_once(graph: Callable[..., CouncilGraph]) -> None:
    """Either of Ash and Elm may host council tax; a name of two words stays one name."""
    baselines = (
        SHIRE["baselines"].replace("payroll", "council tax") + "Ash, waste, 50000, 0, 0, 100, yes\nElm, waste, 50000, 0, 0, 100, no\n"
    )
    found = graph(services="service\ncouncil tax\nwaste\n", baselines=baselines)
    assert found.network.edges["Ash", "Elm"]["services"] == "council tax; waste"
    assert found.network.edges["Oak", "Elm"]["services"] == "council tax"


def test_nothing_to_move(graph: Callable[..., CouncilGraph]) -> None:
    """Nobody may host: a table of moves without rows, no parts, and a network of councils alone."""
    found = graph(baselines=SHIRE["baselines"].replace("yes", "no"))
    assert len(found.moves) == 0
    assert list(found.moves.columns) == ["council", "service", "host", "tranche", "km", "minutes", "compatibility", "charge"]
    assert found.parts == []
    assert set(found.network.nodes) == {"Ash", "Elm", "Oak", "Yew"}
    assert not found.network.edges
