"""Joint purchasing in the pricing problem: what spend could earn is a bound on what a partnership's does earn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any

import numpy as np
import pytest

from formulations import Objective, Priced, price, settle
from formulations.decomposition import offers
from instances import Instance

Earned = dict[tuple[int, str], float]
"""Thousand GBP in the objective, by epoch and council."""
ASH = ("payroll", "Ash")
PAYS = "duplication_avoided = 0.5"
GROWTH = f"{PAYS}\ngrowth = 1.0"
TIERS = "service, from_volume, rate\npayroll, 0, 0\npayroll, 50000, 0.05\npayroll, 90000, 0.1\n"
APART = "council, service, decision, other\nElm, payroll, never_with, Oak\n"
TOTAL = "minimum_total_saving = { amount = 0, year = 1 }"
"""A rule that links partnerships by their purchases too."""
CEASES = """
    council, latitude, longitude, ceases
    Ash,     51.0,     0.0,
    Elm,     51.1,     0.0,
    Oak,     51.2,     0.0,       2027-04-01
    Yew,     51.3,     0.0,
    """
SPEND = {"Ash": 20, "Elm": 30, "Oak": 40, "Yew": 10}
"""Procured spend, thousand GBP a year. Two yearly tranches, three years, no discounting."""


@pytest.fixture
def buying(shire: Callable[..., Instance], decomposed: Callable[..., Any]) -> Callable[..., Any]:
    """The shire as blocks, with tiers; its first block is Ash's."""

    def make(economics: str = PAYS, tiers: str = TIERS, objective: Objective | None = None, **changes: str) -> Any:
        found = decomposed(price(shire(economics=economics, tiers=tiers, **changes)), objective)
        assert found.blocks.partnerships[0][:2] == ASH
        return found

    return make


def made(found: Any, block: int, there: Mapping[str, int]) -> list[int]:
    """Columns of the purchases of a partnership, told of by the tranche of each council in it."""
    place = {c: n for n, c in enumerate(found.blocks.members[block])} | {
        found.blocks.partnerships[block][1]: found.blocks.purchases.places - 1
    }
    columns = found.blocks.purchases.made(block, {place[c]: found.blocks.tranches.index(k) for c, k in there.items()})
    assert len(set(columns)) == len(columns)
    return list(columns)


def bound(found: Any, reduced: Any, block: int, there: Mapping[str, int]) -> float:
    """What the spend of a partnership could earn at most."""
    hosts, members = found.blocks.purchases.most(reduced)
    host, place = found.blocks.partnerships[block][1], {k: i for i, k in enumerate(found.blocks.tranches)}
    own = hosts[block, place[there[host]]]
    return float(own + sum(members[block, found.blocks.members[block].index(c), place[k]] for c, k in there.items() if c != host))


def earned(found: Any, block: int, there: Mapping[str, int]) -> Earned:
    """What a partnership earns by what it buys."""
    purchases, councils = found.blocks.purchases, found.blocks.members[block]
    answer: Earned = {}
    for column in made(found, block, there):
        ((row,),) = np.nonzero(purchases.column == column)
        place = purchases.place[row]
        who = found.blocks.partnerships[block][1] if place == purchases.places - 1 else councils[place]
        assert purchases.block[row] == block
        assert (int(purchases.epoch[row]), who) not in answer
        answer[int(purchases.epoch[row]), who] = float(found.cost[column])
    return answer


def by_hand(epoch: int, rate: float, councils: str) -> Earned:
    """A rate on the spend of some councils; the second and last epoch is two years long."""
    return {(epoch, c): rate * SPEND[c] * (1 + epoch) for c in councils.split()}


@pytest.mark.parametrize("rules", ["", TOTAL], ids=["priced alone", "linked"])
@pytest.mark.parametrize(
    ("changes", "there", "expected"),
    [
        ({}, {"Ash": 0, "Elm": 0, "Oak": 1}, by_hand(0, 0.05, "Ash Elm") | by_hand(1, 0.1, "Ash Elm Oak")),
        ({}, {"Ash": 0, "Elm": 0, "Oak": 0}, by_hand(0, 0.1, "Ash Elm Oak") | by_hand(1, 0.1, "Ash Elm Oak")),
        ({}, {"Ash": 0, "Yew": 0}, {}),
        ({}, {"Ash": 0, "Elm": 1}, by_hand(1, 0.05, "Ash Elm")),
        ({}, {"Ash": 1, "Elm": 1, "Yew": 1}, by_hand(1, 0.05, "Ash Elm Yew")),
        ({"commitments": APART}, {"Ash": 0, "Oak": 0, "Yew": 0}, by_hand(0, 0.05, "Ash Oak Yew") | by_hand(1, 0.05, "Ash Oak Yew")),
        ({"tiers": "service, from_volume, rate\npayroll, 0, 0.1\n"}, {"Ash": 1, "Yew": 1}, by_hand(1, 0.1, "Ash Yew")),
    ],
    ids=["50 then 90", "90", "30", "20 then 50", "60 late", "70, Elm apart", "any"],
)
def test_made_by_hand(buying: Callable[..., Any], changes: dict[str, str], there: dict[str, int], expected: Earned, rules: str) -> None:
    """Nothing below 50, 5 % from 50 on, 10 % from 90 on, by the spend of who is live in each epoch."""
    assert earned(buying(rules=rules, **changes), 0, there) == pytest.approx(expected)


@pytest.mark.parametrize("rules", ["", "minimum_saving = 0.0", TOTAL])
def test_made_with_growth(buying: Callable[..., Any], rules: str) -> None:
    """20 in the first year, then Elm's 30 too: 100 once it has doubled, 200 in the third year. Full membership is no flow."""
    expected = {(1, "Ash"): 4, (1, "Elm"): 6, (2, "Ash"): 8, (2, "Elm"): 12}
    expected |= {(3, "Ash"): 0, (3, "Elm"): 0} if "minimum_saving" in rules else {}
    assert earned(buying(GROWTH, rules=rules), 0, {"Ash": 0, "Elm": 1}) == pytest.approx(expected)


def test_made_after_a_council_has_ceased(buying: Callable[..., Any]) -> None:
    """Ash, Elm and Oak have 90 in the first year; then Oak has ceased, and the 50 of the others is less than the step at 60."""
    found = buying(tiers=TIERS.replace("90000", "60000"), councils=CEASES)
    assert earned(found, 0, {"Ash": 0, "Elm": 0, "Oak": 0}) == pytest.approx(by_hand(0, 0.1, "Ash Elm Oak") | by_hand(1, 0.05, "Ash Elm"))


@pytest.mark.parametrize(
    ("objective", "hosts", "elm", "oak"),
    [
        (Objective(), [6, 4], [9, 6], [12, 8]),
        (Objective("yearly_position", 1), [2, 0], [3, 0], [4, 0]),
        (Objective("yearly_position", 3), [2, 2], [3, 3], [4, 4]),
    ],
    ids=["npv", "first year", "third year"],
)
@pytest.mark.parametrize("rules", ["", TOTAL], ids=["priced alone", "linked"])
def test_most_by_hand(
    buying: Callable[..., Any], objective: Objective, hosts: list[float], elm: list[float], oak: list[float], rules: str
) -> None:
    """A tenth of own spend, Ash's 20, Elm's 30 and Oak's 40, for the years that are left and that count."""
    found = buying(objective=objective, rules=rules)
    own, members = found.blocks.purchases.most(found.cost)
    assert own[0] == pytest.approx(hosts)
    assert members[0, :2] == pytest.approx(np.array([elm, oak]))


def test_most_of_what_costs_is_nothing(buying: Callable[..., Any]) -> None:
    """Where the prices of rows make purchases dear nobody has to buy."""
    found = buying(rules=TOTAL)
    own, members = found.blocks.purchases.most(-np.ones(len(found.cost)))
    assert not own.any()
    assert not members.any()


def test_most_where_a_step_is_out_of_reach(buying: Callable[..., Any]) -> None:
    """With Oak there is 70 at most, with Elm 60: the step at 65 is Oak's. Elm counts with 5 % of 30 a year, Oak with 10 % of 40."""
    found = buying(tiers=TIERS.replace("90000", "65000"), commitments=APART)
    _, members = found.blocks.purchases.most(found.cost)
    assert members[0, :2] == pytest.approx(np.array([[4.5, 3], [12, 8]]))


@pytest.mark.parametrize(
    ("there", "value", "over"),
    [
        ({"Ash": 0, "Elm": 0, "Oak": 0, "Yew": 0}, 30, 0),
        ({"Ash": 0, "Elm": 0, "Oak": 1}, 2.5 + 18, 2.5),
        ({"Ash": 0, "Elm": 0}, 7.5, 7.5),
        ({"Ash": 1, "Yew": 1}, 0, 6),
    ],
    ids=["100", "50 then 90", "50", "30 late"],
)
def test_most_is_a_bound_by_hand(buying: Callable[..., Any], there: dict[str, int], value: float, over: float) -> None:
    """All at once earn 10 a year, which is the bound; 50 earns 2.5 a year and could earn 5; Ash and Yew nothing, and could 3."""
    found = buying()
    assert sum(earned(found, 0, there).values()) == pytest.approx(value)
    assert bound(found, found.cost, 0, there) - value == pytest.approx(over)


def test_points_carry_their_purchases(buying: Callable[..., Any]) -> None:
    """By the objective all four share with Ash or with Elm, all buy on the highest step, and the value is what is said.

    Savings are 25, 10 and 15 a year with Ash as host, 20, 10 and 15 with Elm, and 10 by purchasing.
    """
    found = buying()
    offered = offers(found.blocks, found.cost)
    assert offered.values == pytest.approx([3 * (50 + 10), 3 * (45 + 10)])
    for point, value in zip(offered.leading(), offered.values, strict=True):
        assert len(point) == 4 + 8
        assert found.cost[list(point)].sum() == pytest.approx(value)
    assert set(offered.leading()) <= set(offered.promising())


def test_without_tiers_there_are_no_purchases(buying: Callable[..., Any]) -> None:
    """Nor where no step can be reached, or none has a rate."""
    for tiers in ("payroll, 200000, 0.1\n", "payroll, 0, 0\n"):
        found = buying(tiers="service, from_volume, rate\n" + tiers)
        assert found.blocks.purchases is None
        assert len(found.cost) == len(found.rows.variables)


def settled(found: Any, block: int, there: Mapping[str, int]) -> Earned:
    """What a partnership earns by the compact model's own reckoning, where it earns anything."""
    s, h, v = found.blocks.partnerships[block]
    m = found.full
    values = {variable.name: 0.0 for variable in (*m.opens.values(), *m.joins.values(), *m.takes.values(), *m.pay.values())}
    values |= {variable.name: 0.0 for some in (m.partner, m.flow) for variable in some.values()}
    for c, k in there.items():
        values[(m.opens[s, h, v, k] if c == h else m.joins[c, s, h, v, k]).name] = 1.0
    answer, _ = settle(m, values)
    body = m.objective.expr
    worth = {
        variable.name: a for a, variable in zip(body.linear_coefs, body.linear_vars, strict=True) if variable.parent_component() is m.buy
    }
    on = {p: worth.get(buy.name, 0.0) for p, buy in m.buy.items() if answer[buy.name] > 0.5}
    assert all(p[1:4] == (s, h, v) for p in on)
    return {(p[4], p[0]): value for p, value in on.items() if value}


def sampled(found: Any, rng: Random, most: int) -> Iterable[tuple[int, dict[str, int]]]:
    """Some partnerships of every block, where there is any purchasing."""
    for b in range(0 if found.blocks.purchases is None else len(found.blocks)):
        every = found.partnerships(b)
        yield from ((b, there) for there in rng.sample(every, min(len(every), most)))


OBJECTIVES = [Objective(), Objective("net_saving"), Objective("yearly_position", 2)]
SEEDS = [pytest.param(range(6), id="fast"), pytest.param(range(6, 40), id="more", marks=pytest.mark.long)]
ONLY = ["", "no_council_worse_off"]
"""All rules, or one that links partnerships by their purchases too."""


def drawn(found: Any, seed: int) -> Any:
    """Random values of the variables; purchases that are no variables, and so in no row, are worth what the objective says."""
    count = len(found.rows.variables)
    return np.concatenate([np.random.default_rng(seed).normal(0, 10, count), found.cost[count:]])


def by_several_objectives(seed: int, priced: Priced) -> tuple[Priced, Objective]:
    return priced, OBJECTIVES[seed % 3]


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("only", ONLY)
def test_made_is_what_the_compact_model_settles(tiny_blocks: Callable[..., Any], only: str, seeds: range) -> None:
    """Random partnerships of random instances. Contiguity is left out: it tells the compact model more of who can buy together."""
    count = 0
    for seed, found in tiny_blocks(seeds, only, "contiguity", change=by_several_objectives):
        for b, there in sampled(found, Random(seed), 12):
            expected = settled(found, b, there)
            count += bool(expected)
            assert {key: value for key, value in earned(found, b, there).items() if value} == pytest.approx(expected), (seed, b, there)
    assert count > len(seeds)


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("only", ONLY)
def test_most_is_a_bound(tiny_blocks: Callable[..., Any], only: str, seeds: range) -> None:
    """By the objective and at random values no partnership earns more, and none is worth more than its block offers or than is forced."""
    count = 0
    for seed, found in tiny_blocks(seeds, only, change=by_several_objectives):
        for reduced in (found.cost, drawn(found, seed)):
            offered = offers(found.blocks, reduced)
            opening, joining = offered.forced()
            for b, there in sampled(found, Random(seed), 20):
                moves, purchases = list(found.columns(b, there)), made(found, b, there)
                host, members = found.blocks.partnerships[b][1], found.blocks.members[b]
                assert reduced[purchases].sum() <= bound(found, reduced, b, there) + 1e-9
                value = reduced[moves + purchases].sum() - 1e-9
                assert value <= offered.values[b]
                for c, k in there.items():
                    i = found.blocks.tranches.index(k)
                    assert value <= (opening[b, i] if c == host else joining[b, members.index(c), i])
                count += bool(purchases)
    assert count > len(seeds)


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("only", ONLY)
def test_points_make_the_purchases_that_their_members_reach(tiny_blocks: Callable[..., Any], only: str, seeds: range) -> None:
    """At random values each point is some partnership of its block, with what that buys; its value is no more than is offered."""
    for seed, found in tiny_blocks(seeds, only):
        if found.blocks.purchases is None:
            continue
        reduced = drawn(found, seed)
        offered = offers(found.blocks, reduced)
        every = {}
        for b in range(len(found.blocks)):
            for there in found.partnerships(b):
                every[tuple(sorted([*found.columns(b, there), *made(found, b, there)]))] = b
        assert [every[point] for point in offered.leading()] == np.flatnonzero(offered.values > 1e-6).tolist()
        assert [every[point] for point in offered.promising()] == np.nonzero(offered.by_opening > 1e-6)[0].tolist()
        assert all(reduced[list(point)].sum() <= offered.values[every[point]] + 1e-9 for point in offered.promising())
