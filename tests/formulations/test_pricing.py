"""Pricing: every head of every move by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from oracle.plans import Taken
from oracle.pricing import measure, move_value, option_flows, worth
from oracle.read import read as read_for_oracle
from small import settings, write_instance
from tiny import write_tiny

from formulations import Priced, price
from formulations.pricing import whole_months
from instances import read
from instances.heads import MOVE_ONE_OFF_HEADS, MOVE_RECURRING_HEADS, MOVE_SAVING_HEADS
from optimiser.audit.facts import whole_months as whole_months_of_the_audit

HEADS = (*MOVE_SAVING_HEADS, *MOVE_RECURRING_HEADS, *MOVE_ONE_OFF_HEADS)
EVERYTHING = """
    duplication_avoided = 0.5
    process_saving = 0.1
    convergence = 0.5
    coordination_cost = 2000
    distance_cost = 50
    friction = 0.02
    pay_alignment_cost_per_fte = 100
    hosting_cost = 5000
    set_up_cost = 30000
    integration_cost = 8000
    platform_cost = 6000
    harmonisation_cost_per_fte = 400
    redundancy_cost = 10000
    post_reduction = 0.2
    turnover = 0.05
    """
# Unit costs: Ash 50,000 / 1,000 = 50, Elm 80,000 / 800 = 100. Elm's contract runs for 1,461 days, which are 4 years.
TABLES = {
    "councils": "council\nAsh\nElm\n",
    "services": "service\npayroll\n",
    "baselines": """
        council, service, annual_cost, fixed_cost, procured_cost, fte, volume, platform
        Ash,     payroll, 100000,      40000,      10000,         4,   1000,   North
        Elm,     payroll, 160000,      60000,      20000,         10,  800,    South
        """,
    "distances": "council_a, council_b, km\nElm, Ash, 40\n",
    "compatibility": "council_a, council_b, score\nAsh, Elm, 0.75\n",
    "contracts": """
        council, service, expires,    break_from, termination_charge, termination_share
        Elm,     payroll, 2030-04-01, 2026-04-01, 3000,               0.1
        """,
}
JOIN = {
    "duplication": 60_000 * 0.5,
    "process": 80_000 * 0.1,
    "convergence": 80_000 * 0.5 * (1 - 50 / 100),
    "coordination": 2_000,
    "distance": 50 * 40,
    "friction": 0.02 * (1 - 0.75) * 160_000,
    "pay_alignment": 100 * 10,
    "integration": 8_000,
    "platform": 6_000,
    "harmonisation": 400 * 10,
    "redundancy": 10_000 * 0.2 * 10,
    "termination": 3_000 + 0.1 * 160_000 * 4,
}
HOSTING = {"process": 50_000 * 0.1, "hosting": 5_000, "set_up": 30_000}
JOIN_GROSS, JOIN_RECURRING, JOIN_ONE_OFF = 58_000, 5_800, 105_000
ESTIMATES = "council, service, host, annual_saving, annual_cost, one_off_cost\n"
Pricer = Callable[..., Priced]


@pytest.fixture
def pair(tmp_path: Path) -> Pricer:
    """Ash and Elm run payroll and either may host; three years from April, two yearly tranches, no discounting."""

    def make(calendar: str = "12 2 3", *, economics: str = EVERYTHING, rules: str = "", **tables: str) -> Priced:
        return price(read(write_instance(tmp_path, settings(calendar, economics=economics, rules=rules), **(TABLES | tables))))

    return make


def move(priced: Priced, council: str, host: str = "Ash", tranche: int = 0) -> Any:
    """The row of one move."""
    moves = priced.moves
    found = moves[(moves["council"] == council) & (moves["host"] == host) & (moves["tranche"] == tranche)]
    assert len(found) == 1
    return found.iloc[0]


@pytest.mark.parametrize("head", HEADS)
def test_head_of_a_join(pair: Pricer, head: str) -> None:
    """Elm joins Ash in the first tranche."""
    assert move(pair(), "Elm")[head] == pytest.approx(JOIN.get(head, 0.0))


@pytest.mark.parametrize("head", HEADS)
def test_head_of_hosting(pair: Pricer, head: str) -> None:
    """Ash hosts: process savings of its own work, the cost of hosting, the set-up; nothing that moving costs."""
    assert move(pair(), "Ash")[head] == pytest.approx(HOSTING.get(head, 0.0))


def test_sums_of_heads(pair: Pricer) -> None:
    """Gross, recurring and one-off are the sums of their heads."""
    row = move(pair(), "Elm")
    assert (row["gross"], row["recurring"], row["one_off"]) == pytest.approx((JOIN_GROSS, JOIN_RECURRING, JOIN_ONE_OFF))
    row = move(pair(), "Ash")
    assert (row["gross"], row["recurring"], row["one_off"]) == pytest.approx((5_000, 5_000, 30_000))


def test_a_dearer_host_has_nothing_to_teach(pair: Pricer) -> None:
    """Elm's unit cost is above Ash's, so Ash converges to nothing by joining it."""
    assert move(pair(), "Ash", "Elm")["convergence"] == 0


def test_no_variable_cost_no_convergence(pair: Pricer) -> None:
    """Elm's cost is all fixed, so it has no unit cost to lower, and needs no volume."""
    row = move(pair(baselines=TABLES["baselines"].replace("60000,      20000,         10,  800", "140000, 20000, 10, ")), "Elm")
    assert (row["convergence"], row["process"]) == (0, 0)


@pytest.mark.parametrize(
    ("ash", "elm", "cost"), [("North", "South", 6_000), ("North", "North", 0), ("", "South", 6_000), ("North", "", 6_000), ("", "", 0)]
)
def test_platform(pair: Pricer, ash: str, elm: str, cost: float) -> None:
    """Paid where the two texts differ; blank is a text of its own."""
    baselines = TABLES["baselines"].replace("North", ash).replace("South", elm)
    assert move(pair(baselines=baselines), "Elm")["platform"] == cost


@pytest.mark.parametrize(("turnover", "tranche", "posts"), [(0.05, 0, 2.0), (0.05, 1, 1.5), (0.15, 1, 0.5), (0.3, 1, 0.0), (0.3, 0, 2.0)])
def test_waiting_lowers_redundancy(pair: Pricer, turnover: float, tranche: int, posts: float) -> None:
    """Two of ten posts go, less those that fall vacant in the year before go-live, never less than none."""
    priced = pair(economics=EVERYTHING.replace("turnover = 0.05", f"turnover = {turnover}"))
    assert move(priced, "Elm", tranche=tranche)["redundancy"] == pytest.approx(10_000 * posts)


def test_waiting_half_a_year(pair: Pricer) -> None:
    """A tranche of six months counts half a year of turnover."""
    assert move(pair("6 2 3"), "Elm", tranche=1)["redundancy"] == pytest.approx(10_000 * (2 - 0.25))


@pytest.mark.parametrize(
    ("tranche", "rules", "charge"),
    [(0, "", 67_000), (1, "", 3_000 + 16_000 * 1_096 / 365.25), (0, "contract_timing = false", 0)],
)
def test_termination(pair: Pricer, tranche: int, rules: str, charge: float) -> None:
    """The charge and a share of annual cost for each year left; less if Elm waits, nothing if contracts do not count."""
    assert move(pair(rules=rules), "Elm", tranche=tranche)["termination"] == pytest.approx(charge)


def test_termination_of_a_host(pair: Pricer) -> None:
    """Elm pays for leaving its contract when it hosts, too."""
    assert move(pair(), "Elm", "Elm")["termination"] == pytest.approx(67_000)


def test_own_figures_of_host_and_service_win(pair: Pricer) -> None:
    """The host's own costs go before the service's, the service's before the default; 0 is a figure, blank is none."""
    baselines = """
        council, service, annual_cost, hosting_cost, set_up_cost, volume
        Ash,     payroll, 100000,      0,            700,         1000
        Elm,     payroll, 160000,      ,             ,            1000
        """
    priced = pair(services="service, hosting_cost, coordination_cost\npayroll, 900, 0\n", baselines=baselines)
    assert (move(priced, "Ash")["hosting"], move(priced, "Ash")["set_up"]) == (0, 700)
    assert (move(priced, "Elm", "Elm")["hosting"], move(priced, "Elm", "Elm")["set_up"]) == (900, 30_000)
    assert move(priced, "Elm")["coordination"] == 0


def test_no_distance_where_nobody_pays_for_it(pair: Pricer) -> None:
    """Without distance_cost the distance need not be known."""
    priced = pair(economics=EVERYTHING.replace("distance_cost = 50", ""), distances="council_a, council_b, km\n")
    assert move(priced, "Elm")["distance"] == 0


def test_nothing_is_given(pair: Pricer) -> None:
    """Parameters that are not given are 0, so all but the contract costs and saves nothing."""
    row = move(pair(economics=""), "Elm")
    assert {head for head in HEADS if row[head] != 0} == {"termination"}


def test_optimism_bias(pair: Pricer) -> None:
    """Savings a fifth lower, all costs a half higher, one-offs and termination among them."""
    priced = pair(economics=EVERYTHING + "optimism_bias = { savings = 0.2, costs = 0.5 }")
    for council, figures in (("Elm", JOIN), ("Ash", HOSTING)):
        for head in HEADS:
            assert move(priced, council)[head] == pytest.approx(figures.get(head, 0.0) * (0.8 if head in MOVE_SAVING_HEADS else 1.5))


@pytest.mark.parametrize(
    ("phase_in", "second", "full"),
    [("", 1.0, 1.0), ("phase_in = [0.4, 0.7, 0.9]", 0.7, 0.9), ("phase_in = [0.4]", 0.4, 0.4)],
)
def test_positions(pair: Pricer, phase_in: str, second: float, full: float) -> None:
    """The second year's and the last share of gross, less recurring cost in full."""
    row = move(pair(economics=EVERYTHING + phase_in), "Elm")
    assert row["second_year"] == pytest.approx(JOIN_GROSS * second - JOIN_RECURRING)
    assert row["full_effect"] == pytest.approx(JOIN_GROSS * full - JOIN_RECURRING)


def test_npv_without_discounting(pair: Pricer) -> None:
    """Three years of a join, less what is paid once."""
    assert move(pair(), "Elm")["npv"] == pytest.approx(3 * (JOIN_GROSS - JOIN_RECURRING) - JOIN_ONE_OFF)


def test_npv_discounted_and_phased_in(pair: Pricer) -> None:
    """DF 1, 0.8, 0.64; 40 % of gross in the first year after go-live, 80 % in the second, all in the third."""
    priced = pair(economics=EVERYTHING + "discount_rate = 0.25\nphase_in = [0.4, 0.8, 1.0]")
    gross, flat = JOIN_GROSS, JOIN_RECURRING
    first = gross * (0.4 + 0.8 * 0.8 + 0.64 * 1.0) - flat * (1 + 0.8 + 0.64) - JOIN_ONE_OFF
    assert move(priced, "Elm")["npv"] == pytest.approx(first)
    one_off = 8_000 + 6_000 + 4_000 + 15_000 + 3_000 + 16_000 * 1_096 / 365.25
    second = gross * (0.8 * 0.4 + 0.64 * 0.8) - flat * (0.8 + 0.64) - 0.8 * one_off
    assert move(priced, "Elm", tranche=1)["npv"] == pytest.approx(second)


def test_npv_of_half_years(pair: Pricer) -> None:
    """Half of a year's money each period at 1, 1/1.1, 1/1.21, 1/1.331; the second year begins with the third period."""
    priced = pair(
        "6 1 2", economics="discount_rate = 0.21\nduplication_avoided = 0.5\nphase_in = [0.5, 1.0]", contracts="council, service, expires\n"
    )
    assert move(priced, "Elm")["npv"] == pytest.approx(15_000 * (0.5 + 0.5 / 1.1 + 1 / 1.21 + 1 / 1.331))


def test_growth(pair: Pricer) -> None:
    """Savings and friction grow by a tenth a year, what is not in proportion to the baseline stays."""
    priced = pair(economics=EVERYTHING + "growth = 0.1\nphase_in = [0.5, 1.0]")
    grown = 58_000 * (0.5 + 1.1 + 1.21) - 800 * (1 + 1.1 + 1.21)
    assert move(priced, "Elm")["npv"] == pytest.approx(grown - 3 * 5_000 - JOIN_ONE_OFF)
    assert move(priced, "Elm")["second_year"] == pytest.approx(58_000 - 5_800)


def test_growth_counts_from_the_start(pair: Pricer) -> None:
    """A go-live in the second year saves a tenth more from its first day; the termination charge does not grow."""
    priced = pair(economics="duplication_avoided = 0.5\ngrowth = 0.1")
    charge = 3_000 + 16_000 * 1_096 / 365.25
    assert move(priced, "Elm", tranche=1)["npv"] == pytest.approx(30_000 * (1.1 + 1.21) - charge)


@pytest.mark.parametrize(
    ("figures", "saving", "cost", "one_off"),
    [
        ("1000, 200, 50", 1_000, 200, 50),
        ("1000, ,", 1_000, JOIN_RECURRING, 38_000),
        (", 200,", JOIN_GROSS, 200, 38_000),
        (", , 50", JOIN_GROSS, JOIN_RECURRING, 50),
        ("0, 0, 0", 0, 0, 0),
        ("-700, 200, ", -700, 200, 38_000),
    ],
)
def test_estimates(pair: Pricer, figures: str, saving: float, cost: float, one_off: float) -> None:
    """Each figure takes the place of its formula, a blank one does not; the termination charge comes on top."""
    row = move(pair(estimates=ESTIMATES + f"Elm, payroll, Ash, {figures}\n"), "Elm")
    assert (row["gross"], row["recurring"], row["one_off"]) == pytest.approx((saving, cost, one_off + 67_000))
    given = dict(
        zip(("estimated_saving", "estimated_cost", "estimated_one_off"), [part.strip() for part in figures.split(",")], strict=True)
    )
    for heads, (name, text) in zip((MOVE_SAVING_HEADS, MOVE_RECURRING_HEADS, MOVE_ONE_OFF_HEADS), given.items(), strict=True):
        if text:
            assert row[name] == float(text)
            assert not row[[head for head in heads if head not in (name, "termination")]].any()
        else:
            assert row[name] == 0


def test_estimate_of_hosting_and_of_one_pair_only(pair: Pricer) -> None:
    """A row with host = council is the hosting row; other moves keep their formulas, all tranches share the estimate."""
    priced = pair(estimates=ESTIMATES + "Ash, payroll, Ash, 100, 20, 3\n")
    for tranche in (0, 1):
        row = move(priced, "Ash", tranche=tranche)
        assert (row["gross"], row["recurring"], row["one_off"]) == (100, 20, 3)
    assert move(priced, "Elm")["gross"] == pytest.approx(JOIN_GROSS)
    assert move(priced, "Ash", "Elm")["gross"] == pytest.approx(20_000 + 5_000)


def test_estimates_are_biased_and_phased_in_and_do_not_grow(pair: Pricer) -> None:
    """They get what the formulas they replace get, but no growth."""
    economics = "growth = 0.1\nphase_in = [0.5, 1.0]\noptimism_bias = { savings = 0.2, costs = 0.5 }"
    priced = pair(economics=economics, estimates=ESTIMATES + "Elm, payroll, Ash, 1000, 200, 50\n", contracts="council, service, expires\n")
    assert move(priced, "Elm")["npv"] == pytest.approx(800 * (0.5 + 1 + 1) - 300 * 3 - 75)


def test_a_live_move_has_paid_already(pair: Pricer) -> None:
    """Elm is live with Ash: no one-off and no termination for either, formulas or estimates; running flows go on."""
    commitments = "council, service, decision, other\nElm, payroll, live, Ash\n"
    priced = pair(commitments=commitments, estimates=ESTIMATES + "Ash, payroll, Ash, , , 500\n")
    elm, ash = move(priced, "Elm", tranche=-1), move(priced, "Ash", tranche=-1)
    assert (elm["one_off"], ash["one_off"]) == (0, 0)
    assert elm["npv"] == pytest.approx(3 * (JOIN_GROSS - JOIN_RECURRING))
    assert set(priced.moves["tranche"]) == {-1}


@pytest.mark.parametrize(
    ("go_live", "shares"),
    [
        ("", [0.2, 0.6, 1.0]),
        ("2026-04-01", [0.2, 0.6, 1.0]),
        ("2025-10-15", [0.2, 0.6, 1.0]),
        ("2025-04-01", [0.6, 1.0, 1.0]),
        ("2023-09-01", [1.0, 1.0, 1.0]),
    ],
)
def test_phase_in_of_a_live_move_counts_from_its_go_live(pair: Pricer, go_live: str, shares: list[float]) -> None:
    """Full years since then at the first day of each period."""
    commitments = f"council, service, decision, other, go_live\nElm, payroll, live, Ash, {go_live}\n"
    priced = pair(economics="duplication_avoided = 0.5\nphase_in = [0.2, 0.6, 1.0]\ndiscount_rate = 0.25", commitments=commitments)
    expected = 30_000 * sum(share * factor for share, factor in zip(shares, (1, 0.8, 0.64), strict=True))
    assert move(priced, "Elm", tranche=-1)["npv"] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        ("2025-04-01", "2026-04-01", 12),
        ("2025-04-02", "2026-04-01", 11),
        ("2026-04-01", "2026-04-01", 0),
        ("2025-10-31", "2026-04-30", 6),
        ("2025-10-31", "2026-04-29", 5),
        ("2024-02-29", "2025-02-28", 12),
    ],
)
@pytest.mark.parametrize("count", [whole_months, whole_months_of_the_audit])
def test_whole_months(count: Callable[[date, date], int], since: str, until: str, months: int) -> None:
    """Months that are over; a day that the last month does not have is held to its end. The audit counts by itself."""
    assert count(date.fromisoformat(since), date.fromisoformat(until)) == months


TIERS = "service, from_volume, rate\npayroll, 50000, 0.1\npayroll, 0, 0.02\n"


def test_purchasing_without_growth(pair: Pricer) -> None:
    """An epoch for each tranche, the last to the horizon: 1, then 0.8 + 0.64; rates biased, steps rising."""
    found = pair(economics="discount_rate = 0.25\noptimism_bias = { savings = 0.5, costs = 0.0 }", tiers=TIERS).purchasing["payroll"]
    assert (found.from_volume, found.epochs, found.growth) == ((0, 50_000), (0, 1), (1, 1))
    assert found.rate == pytest.approx((0.01, 0.05))
    assert found.weight == pytest.approx((1, 0.8 + 0.64))


def test_purchasing_with_growth(pair: Pricer) -> None:
    """An epoch for each period, weighted with its growth; membership stands still after the last tranche."""
    found = pair(economics="discount_rate = 0.25\ngrowth = 0.5", tiers=TIERS).purchasing["payroll"]
    assert (found.epochs, found.growth) == ((0, 1, 1), (1, 1.5, 2.25))
    assert found.weight == pytest.approx((1, 0.8 * 1.5, 0.64 * 2.25))


def test_purchasing_of_half_years(pair: Pricer) -> None:
    """One tranche and two years are one epoch of four half years."""
    found = pair("6 1 2", economics="", tiers=TIERS).purchasing["payroll"]
    assert (found.epochs, found.weight) == ((0,), (2.0,))


def test_no_purchasing_without_tiers(pair: Pricer) -> None:
    """A service without tiers has none."""
    assert pair().purchasing == {}


def test_heads_sum_to_npv(pair: Pricer) -> None:
    """Discounted heads add up to what a move is worth: by hand with DF 1, 0.8, 0.64 and growth of a half."""
    priced = pair(economics=EVERYTHING + "discount_rate = 0.25\ngrowth = 0.5\nphase_in = [0.5, 1.0]")
    grown, flat, phased = 1 + 0.8 * 1.5 + 0.64 * 2.25, 1 + 0.8 + 0.64, 0.5 + 0.8 * 1.5 + 0.64 * 2.25
    factors = (
        dict.fromkeys(MOVE_SAVING_HEADS, phased)
        | dict.fromkeys(MOVE_RECURRING_HEADS, -flat)
        | {"friction": -grown}
        | dict.fromkeys(MOVE_ONE_OFF_HEADS, -1)
    )
    assert move(priced, "Elm")["npv"] == pytest.approx(sum(JOIN.get(head, 0.0) * factors[head] for head in HEADS))


@pytest.mark.parametrize("seed", range(40))
def test_every_move_and_option_is_worth_what_the_oracle_says(tmp_path: Path, seed: int) -> None:
    """All moves and alternatives of a random instance, priced one by one without our code."""
    write_tiny(tmp_path, seed)
    data, priced = read_for_oracle(tmp_path), price(read(tmp_path))
    keys = priced.moves[["council", "service", "host", "tranche", "vehicle"]].itertuples(index=False, name=None)
    found = dict(zip(keys, priced.moves["npv"], strict=True))
    assert found == {key: pytest.approx(move_value(data, *key), abs=0.005) for key in found}
    options = priced.options[["council", "service", "option", "tranche"]].itertuples(index=False, name=None)
    by = measure(data, "npv")
    for key, npv in zip(options, priced.options["npv"], strict=True):
        assert npv == pytest.approx(worth(option_flows(data, Taken(*key)), by), abs=0.005)
