"""The parts of explanations: what takes a thing out takes nothing else out; grids, hitting sets, words."""

from __future__ import annotations

import datetime as dt
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import DECIDED, SAVES, SHIRE
from small import shire

from instances import Instance
from instances.graph import council_graph
from optimiser.explain.edits import Without, changed, limits_of, written
from optimiser.explain.figures import PARTS, figures
from optimiser.explain.hitting import hitting_sets
from optimiser.explain.items import Item
from optimiser.explain.levers import Lever, downwards, rounded_down, rounded_up, upwards
from optimiser.explain.rule_items import neutral, parts_of
from optimiser.explain.words import amount, change, far_enough

ALL_RUN = "council, service, annual_cost, performance\n" + "".join(
    f"{council}, {service}, 100000, {performance}\n"
    for council, performance in (("Ash", 0.5), ("Elm", 0.9), ("Oak", 0.8), ("Yew", 0.4))
    for service in ("payroll", "tax", "waste")
)
RULES = """
maximum_distance = 15
maximum_span = { km = 18 }
compatibility = { minimum = 0.6 }
quality = { minimum = 0.6, tolerance = 0.2 }
partnership_size = { minimum = 3, maximum = 3 }
maximum_partnerships = 1
minimum_saving = { payroll = 0.2, tax = 0.1 }
contiguity = true
payback = 2
onboarding_capacity = 1
"""
TABLES = {
    "baselines": ALL_RUN,
    "services": "service, maximum_distance, compatibility, quality, minimum_saving, payback\npayroll, 10, 0.5, , , \ntax, , , 0.7, 0.3, 1.5\nwaste, , , , , \n",
    "compatibility": "council_a, council_b, score\nAsh, Elm, 0.55\nElm, Oak, 0.2\n",
    "adjacency": "council_a, council_b\nAsh, Elm\nElm, Oak\nOak, Yew\n",
}


@pytest.fixture
def ruled(tmp_path: Path) -> Instance:
    """Three services, with figures of their own and shared ones."""
    return shire(tmp_path, rules=RULES, **TABLES)


def asked(instance: Instance, rule: str) -> dict[tuple[str, str], Any]:
    """What a rule forbids for each service and part: the pairs that it keeps apart, or its figure where that is about no pair."""
    graph = council_graph(instance)
    found: dict[tuple[str, str], Any] = {}
    for one in figures(instance, rule):
        forbidden = graph.forbidden[(graph.forbidden["rule"] == rule) & (graph.forbidden["service"] == one.service)]
        pairs = frozenset(zip(forbidden["council"], forbidden["host"], forbidden["limit"].round(6), strict=True))
        found[one.service, one.part] = pairs if rule in ("maximum_distance", "maximum_span", "compatibility") else one.value
    return found


@pytest.mark.parametrize("rule", PARTS)
def test_a_rule_is_taken_out_for_one_service_alone(ruled: Instance, rule: str) -> None:
    """What is taken out forbids nothing, whatever else is taken out; all other services and parts are asked what they were."""
    graph, before = council_graph(ruled), asked(ruled, rule)
    for count in (1, 2):
        for some in combinations(figures(ruled, rule), count):
            edits = [edit for one in some for edit in neutral(graph, one) or ()]
            assert edits
            after = asked(changed(ruled, written(ruled, edits)), rule)
            gone = {(one.service, one.part) for one in some}
            assert {key: value for key, value in after.items() if key not in gone} == {k: v for k, v in before.items() if k not in gone}
            assert all(after.get(key) in (None, frozenset(), *NOTHING[rule]) for key in gone)


NOTHING: dict[str, tuple[Any, ...]] = {
    "maximum_distance": (),
    "maximum_span": (),
    "compatibility": (),
    "quality": (0.4, 0.5),
    "partnership_size": (4,),
    "maximum_partnerships": (4,),
    "minimum_saving": (),
    "contiguity": (),
    "payback": (),
    "onboarding_capacity": (4,),
}
"""Figures that forbid nothing: four councils run each service, and perform at 0.4 to 0.9."""


def test_a_veto_is_taken_out_with_the_rule(tmp_path: Path) -> None:
    """No minimum lets it pass, so the rule moves into services.csv for the others."""
    instance = shire(tmp_path, rules=RULES, **{**TABLES, "compatibility": "council_a, council_b, score\nAsh, Elm, 0\n"})
    (tax,) = (one for one in figures(instance, "compatibility") if one.service == "tax")
    overrides = written(instance, neutral(council_graph(instance), tax) or ())
    assert overrides == ("rules.compatibility = none", "services.waste.compatibility = 0.6")
    assert changed(instance, overrides).figure("compatibility") == {"payroll": 0.5, "waste": 0.6}


def test_a_rule_that_no_column_can_take_out_stays_whole(tmp_path: Path) -> None:
    """Minutes where not all km are known; each member with the host, where there is a veto."""
    councils = "council\nAsh\nElm\nOak\nYew\n"
    minutes = "council_a, council_b, minutes\n" + "".join(f"{a}, {b}, 30\n" for a, b in combinations(("Ash", "Elm", "Oak", "Yew"), 2))
    instance = shire(tmp_path, rules="maximum_distance = { minutes = 20 }", councils=councils, distances=minutes)
    (item,) = parts_of(council_graph(instance), "maximum_distance")
    assert item.edits == ("rules.maximum_distance = off",)
    vetoes = "council_a, council_b, score\nAsh, Elm, 0\n"
    instance = shire(tmp_path, rules='compatibility = { minimum = 0.3, scope = "with_host" }', compatibility=vetoes)
    (item,) = parts_of(council_graph(instance), "compatibility")
    assert item.edits == ("rules.compatibility = off",)


@pytest.mark.parametrize(
    ("parts", "overrides"),
    [
        ([("total",)], ("rules.investment_limit.total = none",)),
        ([("council",), ("total",)], ("rules.investment_limit.council = none", "rules.investment_limit.total = none")),
        ([("programme", "2026/27")], ("rules.investment_limit.programme.2026/27 = none",)),
        ([("programme", "2026/27"), ("programme", "2027/28")], ("rules.investment_limit.programme = none",)),
        ([("programme", "2026/27"), ("programme", "2027/28"), ("council",), ("total",)], ("rules.investment_limit = off",)),
    ],
)
def test_parts_of_a_limit(tmp_path: Path, parts: list[tuple[str, ...]], overrides: tuple[str, ...]) -> None:
    """The last part takes the whole with it, since a limit without a part is none."""
    rules = 'investment_limit = { programme = { "2026/27" = 1, "2027/28" = 2 }, council = 3, total = 4 }'
    instance = shire(tmp_path, rules=rules)
    before = limits_of(instance)
    assert set(before) == {("programme", "2026/27"), ("programme", "2027/28"), ("council",), ("total",)}
    found = written(instance, [Without("investment_limit", part) for part in parts])
    assert found == overrides
    assert limits_of(changed(instance, found)) == {part: amount for part, amount in before.items() if part not in parts}


def test_items_of_a_list_keep_their_numbers(tmp_path: Path) -> None:
    """The last goes first, figures before that; all of them are the whole rule; a rule that is off has no items."""
    rules = "sequencing = [" + ", ".join(f'{{ service = "waste", after = ["payroll"], periods = {n} }}' for n in range(3)) + "]"
    baselines = SHIRE["baselines"] + "Ash, waste, 50000, 0, 0, 100, yes\n        "
    instance = shire(tmp_path, rules=rules, services="service\npayroll\nwaste\n", baselines=baselines)
    edits = [Without("sequencing", ("1",)), Without("sequencing", ("2",))]
    found = written(instance, edits, ["rules.sequencing.3.periods = 1"])
    assert found == ("rules.sequencing.3.periods = 1", "rules.sequencing.2 = off", "rules.sequencing.1 = off")
    assert [order.periods for order in changed(instance, found).rules.sequencing or ()] == [1]
    assert written(instance, [*edits, Without("sequencing", ("3",))]) == ("rules.sequencing = off",)
    assert written(instance, [*edits, "rules.sequencing = off"]) == ("rules.sequencing = off",)


def test_rows_go_before_rows_come(tmp_path: Path) -> None:
    """A row with another date takes the place of the old one."""
    instance = shire(tmp_path, economics=SAVES, commitments=DECIDED + "Oak, payroll, stays_out, ,\n")
    row = 'commitments += { council = "Oak", service = "payroll", decision = "stays_out", note = "again" }'
    found = written(instance, [row, 'commitments.Oak.payroll.stays_out."" = off'])
    assert found[1] == row
    assert [one.note for one in changed(instance, found).tables["commitments"]] == ["again"]


@settings(deadline=None, derandomize=True, database=None)
@given(st.floats(-50, 50), st.floats(0, 3), st.sampled_from([1, 100, 10_000]))
def test_grids_hold_values_beyond_one(value: float, far: float, fineness: int) -> None:
    """Even steps, each one beyond the value, from the nearest on; a place is that of the first value that goes as far."""
    for grid, sign in ((upwards(value, value + far, fineness), 1), (downwards(value, value - far, fineness), -1)):
        values = list(grid)
        assert all(sign * (one - value) > -1e-2 / fineness for one in values)
        assert all(abs(sign * (b - a) * fineness - 1) < 1e-6 for a, b in pairwise(values))
        for place, one in enumerate(values):
            assert grid.place(one) == place
            assert grid.place(one - sign * 0.4 / fineness) == place
    assert list(upwards(3, 6)) == [4, 5, 6]
    assert list(downwards(0.3, 0.2998, 10_000)) == [0.2999, 0.2998]


def test_figures_of_the_data_are_rounded_to_the_side_that_does() -> None:
    """Six decimals; what is given with fewer stays."""
    assert rounded_up([43.2, 22.2390161, 22.2390161, 1 / 3]) == [0.333334, 22.239017, 43.2]
    assert rounded_down([0.3, 0.87654321]) == [0.876543, 0.3]


def test_a_lever_is_set_by_its_overrides() -> None:
    """Path and value in their places; a place is found by value, whichever way the values go."""
    item = Item("rule", "payback", ())
    lever = Lever(item, "rules.payback", 2, (2.5, 3.0, 4.0))
    assert lever.set_to(2.5) == ("rules.payback = 2.5",)
    assert [lever.place_of(value) for value in (2.4, 3.0, 3.5, 9)] == [0, 1, 2, 3]
    assert Lever(item, "", 9, (8, 6, 4)).place_of(5) == 2


def items(names: str) -> list[Item]:
    """Items by one letter each."""
    return [Item("rule", name, ()) for name in names]


@given(st.lists(st.text("abcdef", min_size=1, max_size=4).map(lambda text: "".join(dict.fromkeys(text))), min_size=1, max_size=5))
def test_hitting_sets_are_all_that_are_minimal(names: list[str]) -> None:
    """Those that trying every set of items finds, each once."""
    clashes = [items(clash) for clash in names]
    everything = sorted({item for clash in clashes for item in clash}, key=lambda item: item.rule)
    hits = [
        frozenset(some)
        for count in range(len(everything) + 1)
        for some in combinations(everything, count)
        if all(set(clash) & set(some) for clash in clashes)
    ]
    found = list(hitting_sets(clashes))
    assert len(found) == len(set(found))
    assert set(found) == {some for some in hits if not any(other < some for other in hits)}


def test_likely_and_small_sets_come_first() -> None:
    """One item that is in both clashes, then the first of each."""
    found = ["".join(sorted(item.rule for item in some)) for some in hitting_sets([items("acb"), items("dce")])]
    assert found == ["c", "ad", "ae", "bd", "be"]


@pytest.mark.parametrize(
    ("old", "new", "unit", "words"),
    [
        (40.0, 43.2, "km", "3.2 km more"),
        (30.0, 35.0, "minutes", "5 minutes more"),
        (0.1, 0.086, "share", "1.4 points less"),
        (1000.0, 121000.0, "GBP", "£120,000 more"),
        (0.5, 0.3, "score", "0.2 lower"),
        (3, 2, "members", "1 member fewer"),
        (1, 2, "go-lives", "1 go-live more"),
        (2, 4, "year", "2 years later"),
        (2.0, 2.5, "years", "0.5 years more"),
        (dt.date(2027, 10, 1), dt.date(2027, 4, 1), "date", "6 months earlier"),
        (dt.date(2027, 3, 31), dt.date(2027, 4, 1), "date", "1 day later"),
        ("where_it_falls", "compensated", "", ""),
        (None, 0.6, "score", ""),
    ],
)
def test_changes_in_words(old: Any, new: Any, unit: str, words: str) -> None:
    """In the units of the rule."""
    assert change(old, new, unit)[1] == words


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (43.2, "km", "43.2 km"),
        (0.0731, "share", "7.31%"),
        (1234567.0, "GBP a year", "£1,234,567 a year"),
        (1, "partnerships", "1 partnership"),
        (2, "go-lives", "2 go-lives"),
        (dt.date(2027, 4, 1), "date", "1 April 2027"),
        (1400.0, "units a year", "1,400 units a year"),
        ("where_it_falls", "", "where it falls"),
        (True, "", "true"),
        (None, "score", "nothing"),
    ],
)
def test_amounts_in_words(value: Any, unit: str, text: str) -> None:
    """As a committee says them."""
    assert amount(value, unit) == text


def test_a_distance_is_said_so_that_it_does() -> None:
    """Rounded away from what was too little."""
    assert far_enough(20.0, 22.231001, "km") == "22.24 km"
    assert far_enough(40.0, 20.0, "km") == "20 km"
