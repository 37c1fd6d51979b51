"""The pricing problem: the best partnership of every block, by hand and against all partnerships that the compact model lets be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import numpy as np
import pytest
from small import brief

from formulations import Priced, price
from formulations.decomposition import NONE, Offers, blocks, offers, pricing_problem
from formulations.decomposition.member_sets import maximal_sets
from instances import Instance

ASH = ("payroll", "Ash")
PAYS = "duplication_avoided = 0.5"
HEADER = "council, service, decision, other\n"
APART = HEADER + "Oak, payroll, never_with, Yew\n"
Values = Mapping[tuple[Any, ...], float]


def at(found: Any, values: Values) -> Offers:
    """What the blocks offer at values of moves, by brief index; of all others -100."""
    m, reduced = found.model, np.full(len(found.cost), -100.0)
    given = dict(values)
    for index, move in (*m.opens.items(), *m.joins.items()):
        reduced[found.rows.column(move)] = given.pop(brief(index), -100.0)
    assert not given
    return offers(found.blocks, reduced)


def told(found: Any, columns: Any) -> set[tuple[Any, ...]]:
    """Columns as brief indices."""
    return {brief(found.rows.variables[column][1]) for column in columns}


@pytest.fixture
def shire_blocks(shire: Callable[..., Instance], decomposed: Callable[..., Any]) -> Callable[..., Any]:
    """The shire as blocks: partnerships of Ash and of Elm; each council saves something by joining."""

    def make(calendar: str = "12 2 3", economics: str = PAYS, **changes: str) -> Any:
        return decomposed(price(shire(calendar, economics=economics, **changes)))

    return make


OPENING: Values = {(*ASH, 0): -10, (*ASH, 1): -4}
JOINING: Values = {(c, *ASH, k): x for c, both in (("Elm", (5, 3)), ("Oak", (6, 2)), ("Yew", (4, 7))) for k, x in enumerate(both)}


@pytest.mark.parametrize(
    ("changes", "opened", "members", "by_opening"),
    [
        ({}, 0, {"Elm": 0, "Oak": 0, "Yew": 1}, (8, 8)),
        ({"commitments": APART}, 1, {"Elm": 1, "Yew": 1}, (2, 6)),
        ({"rules": "partnership_size = { maximum = 2 }"}, 1, {"Yew": 1}, (-3, 3)),
        ({"rules": "partnership_size = { maximum = 3 }"}, 1, {"Elm": 1, "Yew": 1}, (3, 6)),
        ({"rules": "partnership_size = { maximum = 4 }"}, 0, {"Elm": 0, "Oak": 0, "Yew": 1}, (8, 8)),
    ],
    ids=["all", "Oak or Yew", "two", "three", "four"],
)
def test_by_hand(
    shire_blocks: Callable[..., Any], changes: dict[str, str], opened: int, members: dict[str, int], by_opening: tuple[float, float]
) -> None:
    """Ash opens for -10 or -4; Elm, Oak and Yew are worth 5, 6 and 4 in the first tranche and 3, 2 and 7 in the second.

    With the first opening that is 5, 6 and 7 (Yew waits), with the second 3, 2 and 7. Where both are worth as much the first is taken.
    """
    found = shire_blocks(**changes)
    offered = at(
        found, {key: x for key, x in {**OPENING, **JOINING}.items() if key[0] != "Oak" or "Oak, payroll, stays_out" not in str(changes)}
    )
    assert found.blocks.partnerships[0][:2] == ASH
    assert offered.by_opening[0] == pytest.approx(by_opening)
    assert offered.values == pytest.approx([max(by_opening), -200])
    assert offered.total == pytest.approx(max(by_opening))
    best = {(*ASH, opened), *((c, *ASH, k) for c, k in members.items())}
    assert told(found, offered.best()) == best
    assert [told(found, point) for point in offered.leading()] == [best]
    assert best in [told(found, point) for point in offered.promising()]
    assert len(offered.promising()) == sum(value > 0 for value in by_opening)


@pytest.mark.parametrize(
    ("own", "members", "value"), [(20, (-5, -3, -8), 17), (20, (0, -3, -8), 20), (20, (2, -3, 1), 23), (2, (-5, -3, -8), -1)]
)
def test_somebody_joins(shire_blocks: Callable[..., Any], own: float, members: tuple[float, ...], value: float) -> None:
    """A host by itself is no partnership: it takes in who costs least; what is worth less than nothing is not told of."""
    found = shire_blocks("12 1 1")
    offered = at(found, {(*ASH, 0): own} | {(c, *ASH, 0): x for c, x in zip(("Elm", "Oak", "Yew"), members, strict=True)})
    assert offered.values[0] == pytest.approx(value)
    taken = {c for c, x in zip(("Elm", "Oak", "Yew"), members, strict=True) if x > 0 or (max(members) <= 0 and x == max(members))}
    best = {(*ASH, 0)} | {(c, *ASH, 0) for c in taken} if value > 0 else set()
    assert told(found, offered.best()) == best
    assert (
        [told(found, point) for point in offered.leading()] == [told(found, point) for point in offered.promising()] == [best] * bool(best)
    )


def test_nobody_joins_before_the_opening(shire: Callable[..., Instance], decomposed: Callable[..., Any]) -> None:
    """Ash opens in the second tranche alone, Elm and Yew join in the first alone: that leaves Oak, worth -3, to Ash's 1."""
    priced = price(shire(economics=PAYS))
    at_ash = priced.moves[priced.moves["host"] == "Ash"]
    council, tranche = at_ash["council"], at_ash["tranche"]
    left_out = ((council == "Ash") & (tranche == 0)) | (council.isin(["Elm", "Yew"]) & (tranche == 1))
    kept = np.ones(len(priced.moves), dtype=bool)
    kept[at_ash.index[left_out]] = False
    found = decomposed(priced.only(kept))
    assert found.blocks.opens[0][0] == NONE
    offered = at(found, {(*ASH, 1): 1, ("Oak", *ASH, 1): -3} | {(c, *ASH, 0): 50 for c in ("Elm", "Oak", "Yew")})
    assert offered.by_opening[0] == pytest.approx([-np.inf, -2])
    opening, joining = offered.forced()
    assert opening[0] == pytest.approx([-np.inf, -2])
    assert joining[0].tolist() == [[-np.inf, -np.inf], [-np.inf, pytest.approx(-2)], [-np.inf, -np.inf]]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {("Elm", 0): 8, ("Elm", 1): 8, ("Oak", 0): 8, ("Oak", 1): 8, ("Yew", 0): 5, ("Yew", 1): 8}),
        ({"commitments": APART}, {("Elm", 0): 2, ("Elm", 1): 6, ("Oak", 0): 1, ("Oak", 1): 1, ("Yew", 0): -1, ("Yew", 1): 6}),
    ],
)
def test_forced_by_hand(shire_blocks: Callable[..., Any], changes: dict[str, str], expected: dict[tuple[str, int], float]) -> None:
    """The figures of the first test. Oak at once, without Yew: Ash at once for -10, Elm 5 and Oak 6; Oak later: -4, 3 and 2."""
    found = shire_blocks(**changes)
    opening, joining = at(found, {**OPENING, **JOINING}).forced()
    members = found.blocks.members[0]
    assert opening[0] == pytest.approx((2, 6) if changes else (8, 8))
    assert {(c, k): joining[0, n, k] for n, c in enumerate(members) for k in (0, 1)} == pytest.approx(expected)


def test_forced_where_size_bites(shire_blocks: Callable[..., Any]) -> None:
    """Two at most: the best that Ash can have is Yew, whose bounds are exact; those of the others may be above what they are worth."""
    found = shire_blocks(rules="partnership_size = { maximum = 2 }")
    _, joining = at(found, {**OPENING, **JOINING}).forced()
    elm, oak, yew = joining[0]
    assert yew == pytest.approx([-10 + 4, -4 + 7])
    assert oak[0] >= -10 + 6
    assert oak[1] >= -4 + 2
    assert elm[0] >= -10 + 5


@pytest.mark.parametrize("options", ["", "council, service, option, annual_saving\nOak, payroll, outsource, 1000\n"])
def test_nothing_to_offer(shire_blocks: Callable[..., Any], options: str) -> None:
    """Nobody may join anybody, whether there are alternatives or not."""
    found = shire_blocks(rules="maximum_distance = 0.001", **({"options": options} if options else {}))
    offered = at(found, {})
    assert len(found.blocks) == len(offered.values) == offered.total == 0
    assert len(offered.best()) == 0
    assert offered.best().dtype == np.intp
    assert offered.leading() == offered.promising() == []
    opening, joining = offered.forced()
    assert opening.size == joining.size == 0


def test_each_service_has_its_own_conflicts(shire_blocks: Callable[..., Any]) -> None:
    """Elm, Oak and Yew are worth 5, 6 and 7 to Ash: 12 for payroll, where Oak and Yew are apart, 13 for waste, where Elm and Oak are."""
    names, both = ("Ash", "Elm", "Oak", "Yew"), ("payroll", "waste")
    baselines = "council, service, annual_cost, fixed_cost, can_host\n" + "".join(
        f"{c}, {s}, 90000, 50000, yes\n" for c in names for s in both
    )
    commitments = APART + "Elm, waste, never_with, Oak\n"
    found = shire_blocks("12 1 1", services="service\npayroll\nwaste\n", baselines=baselines, commitments=commitments)
    worth = {"Elm": 5, "Oak": 6, "Yew": 7}
    values = {(s, "Ash", 0): 0 for s in both} | {(c, s, "Ash", 0): x for s in both for c, x in worth.items()}
    offered = at(found, values)
    assert {p[0]: offered.values[b] for b, p in enumerate(found.blocks.partnerships) if p[1] == "Ash"} == {"payroll": 12, "waste": 13}


def test_most_sets_of_a_host_are_a_bound(shire_blocks: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for a single set the conflict of Oak and Yew is passed over."""
    monkeypatch.setattr(blocks, "maximal_sets", partial(maximal_sets, limit=1))
    assert at(shire_blocks(commitments=APART), {**OPENING, **JOINING}).values[0] == pytest.approx(8)


def reduced_values(count: int, rng: np.random.Generator) -> Iterator[Any]:
    """Values of all columns: of either sign, whole numbers with many alike, mostly below 0, all above it."""
    yield rng.normal(0, 10, count)
    yield rng.integers(-3, 4, count).astype(float)
    yield rng.normal(-8, 8, count)
    yield rng.uniform(0, 5, count)


def assert_offers(found: Any, reduced: Any) -> None:
    """Every block's value, its best partnerships and its bounds against all of its partnerships."""
    offered = offers(replace(found.blocks, purchases=None), reduced)
    opening, joining = offered.forced()
    every: list[dict[tuple[int, ...], float]] = []
    for b, members in enumerate(found.blocks.members):
        partnerships = found.partnerships(b)
        host = found.blocks.partnerships[b][1]
        columns = [found.columns(b, there) for there in partnerships]
        worth = [float(reduced[list(one)].sum()) for one in columns]
        every.append(dict(zip(columns, worth, strict=True)))
        assert offered.values[b] == pytest.approx(max(worth, default=-np.inf))
        exact = found.model.sizes[found.blocks.partnerships[b][0]][1] is None
        for i, k in enumerate(found.blocks.tranches):
            best = max((x for x, there in zip(worth, partnerships, strict=True) if there[host] == k), default=-np.inf)
            assert offered.by_opening[b, i] == opening[b, i] == pytest.approx(best)
            for n, c in enumerate(members):
                best = max((x for x, there in zip(worth, partnerships, strict=True) if there.get(c) == k), default=-np.inf)
                assert joining[b, n, i] >= best - 1e-9
                assert joining[b, n, i] == pytest.approx(best) or not exact
    assert offered.total == pytest.approx(sum(max(0.0, value) for value in offered.values))
    assert_points(offered, every)


def assert_points(offered: Offers, every: list[dict[tuple[int, ...], float]]) -> None:
    """Points are partnerships with the value that is said, one for each block or for each opening."""
    owner = {column: b for b, points in enumerate(every) for point in points for column in point}
    best: dict[int, list[int]] = {}
    for column in offered.best().tolist():
        best.setdefault(owner[column], []).append(column)
    assert {b: every[b][tuple(sorted(point))] for b, point in best.items()} == pytest.approx(
        {b: value for b, value in enumerate(offered.values) if value > 0}
    )
    for points, values in ((offered.leading(), offered.values[:, None]), (offered.promising(), offered.by_opening)):
        assert all(list(point) == sorted(set(point)) for point in points)
        assert [every[owner[point[0]]][point] for point in points] == pytest.approx(values[values > 1e-6])
        assert [owner[point[0]] for point in points] == np.nonzero(values > 1e-6)[0].tolist()


ONLY = ["", "partnership_size", "maximum_span", "compatibility", "commitments"]


@pytest.mark.parametrize("seeds", [pytest.param(range(6), id="fast"), pytest.param(range(6, 44), id="more", marks=pytest.mark.long)])
@pytest.mark.parametrize("only", ONLY)
def test_against_all_partnerships(tiny_blocks: Callable[..., Any], only: str, seeds: range) -> None:
    """Random instances, with all of their moves or some, at random values."""

    def some(seed: int, priced: Priced) -> Any:
        kept = np.random.default_rng(seed).random(len(priced.moves)) < 0.8
        return priced if seed % 2 else priced.only(kept), None

    for seed, found in tiny_blocks(seeds, only, change=some):
        for reduced in reduced_values(len(found.cost), np.random.default_rng(seed)):
            assert_offers(found, reduced)


def borough(seed: int) -> dict[str, str]:
    """Tables of seven councils that may all host, of which many cannot be together."""
    rng = Random(seed)
    names = ["Ash", "Elm", "Oak", "Yew", "Fir", "Bay", "Box"]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if rng.random() < 0.3]
    return {
        "councils": "council\n" + "".join(f"{c}\n" for c in names),
        "baselines": "council, service, annual_cost, fixed_cost, can_host\n"
        + "".join(f"{c}, payroll, 100000, 50000, yes\n" for c in names),
        "commitments": HEADER + "".join(f"{a}, payroll, never_with, {b}\n" for a, b in pairs),
    }


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("rules", "at_once"), [("", 1), ("partnership_size = { maximum = 3 }", 4_000_000), ("partnership_size = { maximum = 4 }", 500)]
)
def test_against_all_partnerships_of_many_councils(
    shire_blocks: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, rules: str, at_once: int, seed: int
) -> None:
    """Hosts with member sets of several numbers, priced together or a few at a time."""
    monkeypatch.setattr(pricing_problem, "AT_ONCE", at_once)
    found = shire_blocks(rules=rules, **borough(seed))
    assert len(found.blocks.buckets) > 1
    assert len(found.blocks) == 7
    for reduced in reduced_values(len(found.cost), np.random.default_rng(seed)):
        assert_offers(found, reduced)
