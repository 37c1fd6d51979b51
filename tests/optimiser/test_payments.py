"""Payments between partners: nobody is left worse off, as little as possible is paid, and who pays pays by what it gains."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from small import LEAD_AUTHORITY, settings, write_instance

from formulations import price
from instances import read
from optimiser.flows import Decision, Taken, plan_flows
from optimiser.payments import payments_between

Game = dict[str, dict[str, float]]
"""What each member of each service's one partnership gains, GBP; the first hosts."""
Payments = dict[tuple[str, str], float]
Play = Callable[..., Payments]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """The payments of a game by service and council, to the penny; some councils may also gain by an alternative for a service of its own."""

    def paid(game: Game, rule: str = '"compensated"', **options: float) -> Payments:
        councils = sorted({*(c for members in game.values() for c in members), *options})
        baselines = [f"{c},{s},1000" for s, members in game.items() for c in members] + [f"{c},own,1000" for c in options]
        estimates = [f"{c},{s},{next(iter(members))},{value},0,0" for s, members in game.items() for c, value in members.items()]
        tables = {
            "councils": ["council", *councils],
            "services": ["service", *game, *(["own"] if options else [])],
            "baselines": ["council,service,annual_cost", *baselines],
            "estimates": ["council,service,host,annual_saving,annual_cost,one_off_cost", *estimates],
        }
        if options:
            tables["options"] = ["council,service,option,annual_saving", *(f"{c},own,alone,{value}" for c, value in options.items())]
        toml = settings("12 1 1", rules=f"no_council_worse_off = {rule}")
        priced = price(read(write_instance(tmp_path, toml, **{name: "\n".join(lines) for name, lines in tables.items()})))
        decisions = [Decision(s, next(iter(members)), LEAD_AUTHORITY, c, 0) for s, members in game.items() for c in members]
        found = payments_between(priced, plan_flows(priced, decisions, [Taken("own", c, "alone", 0) for c in options]))
        assert all(host == next(iter(game[service])) for service, host, _ in found)
        return {(service, council): value for (service, _, council), value in found.items()}

    return paid


def to_the_penny(**expected: float) -> Payments:
    """What each council receives in the partnership for payroll."""
    return {("payroll", council): pytest.approx(value, abs=0.01) for council, value in expected.items()}


@pytest.mark.parametrize("rule", ["false", '"where_it_falls"'])
def test_only_where_the_rule_asks(play: Play, rule: str) -> None:
    """A loss is left as it falls unless it is to be compensated."""
    assert play({"payroll": {"Ash": -10, "Elm": 40}}, rule) == {}


@pytest.mark.parametrize("ash", [0, 10, -0.004])
def test_nobody_loses_nobody_pays(play: Play, ash: float) -> None:
    """Less than half a penny is no loss."""
    assert play({"payroll": {"Ash": ash, "Elm": 40, "Oak": 5}}) == {}


def test_one_loser(play: Play) -> None:
    """30 made good by Elm, Oak and Yew with 50, 100 and 150, each with a tenth of it."""
    assert play({"payroll": {"Ash": -30, "Elm": 50, "Oak": 100, "Yew": 150}}) == to_the_penny(Ash=30, Elm=-5, Oak=-10, Yew=-15)


def test_the_host_pays_like_any_other(play: Play) -> None:
    """Elm, who loses, has joined."""
    assert play({"payroll": {"Ash": 60, "Elm": -30, "Oak": 40}}) == to_the_penny(Ash=-18, Elm=30, Oak=-12)


def test_two_losers(play: Play) -> None:
    """Both are made good, and no more; a fifth of what the others gain. Who neither gains nor loses has no part in it."""
    game = {"payroll": {"Ash": -10, "Elm": 80, "Oak": -10, "Pine": 0, "Yew": 20}}
    assert play(game) == to_the_penny(Ash=10, Elm=-16, Oak=10, Yew=-4)


def test_all_that_is_gained(play: Play) -> None:
    """Just enough."""
    assert play({"payroll": {"Ash": -100, "Elm": 60, "Oak": 40}}) == to_the_penny(Ash=100, Elm=-60, Oak=-40)


def test_not_enough(play: Play) -> None:
    """A plan that the rule forbids has no payments."""
    assert play({"payroll": {"Ash": -100, "Elm": 60}}) == {}


def test_what_a_council_gains_elsewhere_counts(play: Play) -> None:
    """Ash loses 10 by payroll and gains 7 by waste, so it is owed 3; Elm, who gains by waste too, has 33 in all."""
    found = play({"payroll": {"Ash": -10, "Elm": 20}, "waste": {"Ash": 7, "Elm": 13}})
    assert sum(found.values()) == pytest.approx(0)
    assert sum(value for (_, council), value in found.items() if council == "Ash") == pytest.approx(3, abs=0.01)
    assert play({"payroll": {"Ash": -10, "Elm": 20}, "waste": {"Ash": 10, "Elm": 13}}) == {}


def test_an_alternative_counts_too(play: Play) -> None:
    """Ash loses 10 and earns 4 by an alternative; Elm has 6 from one besides its 12, Oak 18: they pay 3 each."""
    assert play({"payroll": {"Ash": -10, "Elm": 12, "Oak": 18}}, Ash=4, Elm=6) == to_the_penny(Ash=6, Elm=-3, Oak=-3)


def test_only_partners_pay(play: Play) -> None:
    """Yew gains by far the most, but has nothing to do with Ash."""
    found = play({"payroll": {"Ash": -10, "Elm": 20}, "waste": {"Oak": 5, "Yew": 1_000}})
    assert found == to_the_penny(Ash=10, Elm=-10)


def test_partnerships_apart_are_settled_apart(play: Play) -> None:
    """Elm has to give all; that is no reason for Yew and Pine not to pay the same part of what they gain, a twentieth."""
    game = {"payroll": {"Ash": -10, "Elm": 10}, "waste": {"Oak": -10, "Pine": 50, "Yew": 150}}
    apart = {("waste", "Oak"): 10, ("waste", "Pine"): -2.5, ("waste", "Yew"): -7.5}
    assert play(game) == to_the_penny(Ash=10, Elm=-10) | {key: pytest.approx(value, abs=0.01) for key, value in apart.items()}


def test_two_partnerships_linked(play: Play) -> None:
    """Elm makes good Ash's 10 out of its 4 and what Oak pays it for waste: 6, all of Oak's 6."""
    found = play({"payroll": {"Ash": -10, "Elm": 1}, "waste": {"Elm": 3, "Oak": 6}})
    expected = {("payroll", "Ash"): 10, ("payroll", "Elm"): -10, ("waste", "Elm"): 6, ("waste", "Oak"): -6}
    assert found == {key: pytest.approx(value, abs=0.01) for key, value in expected.items()}


def test_as_little_as_possible_changes_hands(play: Play) -> None:
    """Elm alone, with 30, makes good Ash's 10, though Oak with 1,000 could pay Elm for it: that would be 20 in all."""
    found = play({"payroll": {"Ash": -10, "Elm": 20}, "waste": {"Elm": 10, "Oak": 1_000}})
    assert found == to_the_penny(Ash=10, Elm=-10)


def test_a_loser_may_pass_on_what_it_receives(play: Play) -> None:
    """Ash loses 5 and so does Elm, its only partner; Oak, Elm's partner for waste, pays for both."""
    found = play({"payroll": {"Ash": -5, "Elm": -2}, "waste": {"Elm": -3, "Oak": 40}})
    expected = {("payroll", "Ash"): 5, ("payroll", "Elm"): -5, ("waste", "Elm"): 10, ("waste", "Oak"): -10}
    assert found == {key: pytest.approx(value, abs=0.01) for key, value in expected.items()}


def test_those_who_can_pay_the_same_part_do(play: Play) -> None:
    """Elm and Oak with 10 each have to give all of it for Ash's 20; of Pine's 20 Elm can pay nothing then, so Yew and Fir pay half of 20."""
    game = {"payroll": {"Ash": -20, "Elm": 10, "Oak": 10}, "waste": {"Pine": -20, "Elm": 0, "Fir": 20, "Yew": 20}}
    found = play(game)
    assert found == to_the_penny(Ash=20, Elm=-10, Oak=-10) | {
        key: pytest.approx(value, abs=0.01) for key, value in {("waste", "Pine"): 20, ("waste", "Fir"): -10, ("waste", "Yew"): -10}.items()
    }


@pytest.mark.parametrize("seed", range(30))
def test_any_partnership(play: Play, seed: int) -> None:
    """Balanced, nobody worse off, only losers receive, just their loss, and who gains pays the same part of it."""
    rng = Random(seed)
    values = {f"C{number}": float(rng.randint(-50, 100)) for number in range(rng.randint(2, 6))}
    loss, gain = -sum(v for v in values.values() if v < 0), sum(v for v in values.values() if v > 0)
    found = play({"payroll": values})
    if loss > gain:
        assert found == {}
    else:
        expected = {c: -v if v < 0 else -v * loss / gain for c, v in values.items() if v < 0 or (v > 0 and loss)}
        assert found == to_the_penny(**expected)


@pytest.mark.parametrize("seed", range(40))
def test_any_partnerships(play: Play, seed: int) -> None:
    """Three partnerships that share members: each balances, and nobody is left worse off by more than half a penny."""
    rng = Random(seed)
    councils = [f"C{number}" for number in range(5)]
    game = {s: {c: float(rng.randint(-30, 60)) for c in rng.sample(councils, rng.randint(2, 4))} for s in ("one", "two", "three")}
    own = {c: sum(members.get(c, 0.0) for members in game.values()) for c in councils}
    found = play(game)
    for service in game:
        assert sum(value for (s, _), value in found.items() if s == service) == pytest.approx(0, abs=0.0001)
    received = {c: sum(value for (_, council), value in found.items() if council == c) for c in councils}
    if found:
        assert all(own[c] + received[c] >= -0.005 for c in councils)
        assert all(received[c] <= max(0.0, -own[c]) + 0.005 for c in councils)  # nobody is left better off
        assert sum(value for value in found.values() if value > 0) >= -sum(v for v in own.values() if v < 0) - 0.005
    else:
        assert all(v >= 0 for v in own.values()) or not payable(game, own)


def payable(game: Game, own: dict[str, float]) -> bool:
    """Whether money enough is linked to every loser: the councils that partnerships link, directly or not, gain as much as they lose."""
    group = {c: c for c in own}

    def find(c: str) -> str:
        return c if group[c] == c else find(group[c])

    for members in game.values():
        for a, b in pairwise(members):
            group[find(a)] = find(b)
    return all(sum(own[c] for c in own if find(c) == root) >= 0 for root in own if find(root) == root)


def test_payable() -> None:
    """The check above: linked through a third, and apart."""
    game = {"one": {"A": -10.0, "B": 0.0}, "two": {"B": 0.0, "C": 10.0}, "three": {"D": -1.0, "E": 1.0}}
    own = {"A": -10.0, "B": 0.0, "C": 10.0, "D": -1.0, "E": 1.0}
    assert payable(game, own)
    assert not payable(game, own | {"E": 0.5})
    assert not payable({"one": game["one"], "three": game["three"]}, own)
