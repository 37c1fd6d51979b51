"""Anchors worked out by hand, so that the oracle can be trusted where it judges the product."""

from math import pi
from pathlib import Path

import pytest
from by_hand import (
    ALL,
    ASH,
    BOTH,
    COMMITMENTS,
    ELM,
    HOSTED_BY_ASH,
    OAK,
    SAVINGS,
    THREE,
    TWO_SERVICES,
    WASTE,
    WITH_OAK,
    expect,
    members,
    names,
    payroll,
    shared,
    waste,
    write,
)
from oracle import LIVE, Membership, best, broken_rules, is_feasible, value


def test_one_year_without_discount(tmp_path: Path) -> None:
    """A year's savings less recurring and one-off costs; the better of two hosts is found."""
    costs = "hosting_cost = 3000\ncoordination_cost = 2000\nset_up_cost = 5000\nintegration_cost = 4000\n"
    folder = write(tmp_path, SAVINGS + costs, baselines=HOSTED_BY_ASH.replace(",no", ","))
    # With Elm as host: 10 000 + (40 000 * 0.5 + 6 000) = 36 000 of savings, which is less than 41 000.
    expect(folder, ASH + ELM - 3_000 - 2_000 - 5_000 - 4_000, payroll(Ash=0, Elm=0))


def test_service_and_host_figures_win(tmp_path: Path) -> None:
    """A service's own parameter wins over the default, and a host's own cost over both."""
    baselines = HOSTED_BY_ASH.replace("can_host", "can_host,hosting_cost,set_up_cost").replace("0.8,", "0.8,,700,")
    folder = write(
        tmp_path,
        SAVINGS + "hosting_cost = 1\nset_up_cost = 1\n",
        services="service,process_saving,set_up_cost\npayroll,0.2,900\n",
        baselines=baselines.replace("0.7,no", "0.7,no,,"),
    )
    assert value(folder, payroll(Ash=0, Elm=0)) == pytest.approx(12_000 + 45_000 - 700 - 900)


def test_convergence_closes_part_of_the_gap_in_unit_cost(tmp_path: Path) -> None:
    """Elm pays 100 a unit and Ash 60, so 40 % of Elm's variable cost is within reach; Oak at 120 has half."""
    folder = write(tmp_path, "convergence = 0.5\n", baselines=THREE)
    assert value(folder, payroll(Ash=0, Elm=0)) == pytest.approx(0.5 * 100_000 * (1 - 60 / 100))
    assert value(folder, payroll(Ash=0, Oak=0)) == pytest.approx(0.5 * 60_000 * (1 - 60 / 120))
    assert value(folder, shared("payroll", "Elm", Elm=0, Ash=0)) == 0  # a dearer host


@pytest.mark.parametrize("row", ["Elm,payroll,150000,50000,", "Elm,payroll,50000,50000,1000"])
def test_no_convergence_without_a_unit_cost(tmp_path: Path, row: str) -> None:
    """Elm's volume is not known, or it spends nothing that varies."""
    baselines = f"council,service,annual_cost,fixed_cost,volume\nAsh,payroll,100000,40000,1000\n{row}\n"
    assert value(write(tmp_path, "convergence = 0.5\n", baselines=baselines), payroll(Ash=0, Elm=0)) == 0


def test_phase_in_and_discount(tmp_path: Path) -> None:
    """A join in the second half-year: a one-off, half the saving for two half-years, all of it for one, discounted."""
    economics = SAVINGS + "phase_in = [0.5, 1]\ndiscount_rate = 0.1\ncoordination_cost = 2000\n"
    economics += "integration_cost = 4000\n"
    folder = write(tmp_path, economics, "", "6 2 2")
    ash = 0.5 * (0.5 * ASH + 0.5 * ASH * 1.1**-0.5 + ASH * 1.1**-1 + ASH * 1.1**-1.5)
    elm = 0.5 * ((0.5 * ELM - 2_000) * 1.1**-0.5 + (0.5 * ELM - 2_000) * 1.1**-1 + (ELM - 2_000) * 1.1**-1.5)
    assert value(folder, payroll(Ash=0, Elm=1)) == pytest.approx(ash + elm - 4_000 * 1.1**-0.5)


def test_discount_rates_by_date(tmp_path: Path) -> None:
    """A rate that comes into force during a year counts from the next elapsed year; a broken year is pro rata."""
    rates = 'discount_rate = { "2026-04-01" = 0.1, "2026-10-01" = 0.2 }\n'
    folder = write(tmp_path, SAVINGS + rates, "", "6 1 3")
    factors = (1 + 1.1**-0.5) + (1 + 1.2**-0.5) / 1.1 + (1 + 1.2**-0.5) / (1.1 * 1.2)
    assert value(folder, payroll(Ash=0, Elm=0)) == pytest.approx(0.5 * (ASH + ELM) * factors)


def test_growth_carries_savings_and_friction_only(tmp_path: Path) -> None:
    """Savings and friction of the second year are a tenth higher, coordination is not; a service's own score counts."""
    economics = SAVINGS + "growth = 0.1\nfriction = 0.02\ncoordination_cost = 2000\n"
    scores = "council_a,council_b,service,score\nElm,Ash,payroll,0.5\nElm,Ash,,0.9\n"
    folder = write(tmp_path, economics, "", "12 1 2", compatibility=scores)
    friction = 0.02 * (1 - 0.5) * 150_000
    assert value(folder, payroll(Ash=0, Elm=0)) == pytest.approx((ASH + ELM - friction) * 2.1 - 2 * 2_000)


def test_friction_of_derived_compatibility(tmp_path: Path) -> None:
    """NOC on one side 0.7, other culture 0.5, three years together 0.3: half compatible."""
    councils = "council,control,culture\nAsh,Labour,lean\nElm,noc,in house\n"
    history = "council_a,council_b,years\nElm,Ash,3\n"
    folder = write(tmp_path, "friction = 0.1\n", councils=councils, history=history)
    assert value(folder, payroll(Ash=0, Elm=0)) == pytest.approx(-0.1 * 0.5 * 150_000)


def test_great_circle_over_the_pole(tmp_path: Path) -> None:
    """From 60 degrees north on one side of the world to 60 degrees on the other it is 60 degrees, by the pole."""
    councils = "council,latitude,longitude\nAsh,60,0\nElm,60,180\n"
    folder = write(tmp_path, "distance_cost = 10\n", councils=councils)
    assert value(folder, payroll(Ash=0, Elm=0)) == pytest.approx(-10 * 6371.0088 * pi / 3)


@pytest.mark.parametrize(
    ("control", "scores", "expected"),
    [
        ("noc", "no_overall_control = 0.6, different_culture = 0.2, history_years = 4", (0.6 + 0.2 + 0.75) / 3),
        ("Labour", "same_control = 0.9, no_overall_control = 0.1", (0.9 + 0.5 + 0.3) / 3),
        ("Labour", "different_culture = 0.2", (1 + 0.2 + 0.3) / 3),
        ("Green", "same_culture = 0.3", (0.4 + 0.5 + 0.3) / 3),
        ("Green", "different_control = 0.1, same_culture = 0.3", (0.1 + 0.5 + 0.3) / 3),
    ],
)
def test_scores_of_derived_compatibility(tmp_path: Path, control: str, scores: str, expected: float) -> None:
    """The data may say what control, culture and three years together score."""
    councils = f"council,control,culture\nAsh,Labour,lean\nElm,{control},in house\n"
    history = "council_a,council_b,years\nElm,Ash,3\n"
    economics = f"friction = 0.1\ncompatibility_scores = {{ {scores} }}\n"
    folder = write(tmp_path, economics, councils=councils, history=history)
    assert value(folder, payroll(Ash=0, Elm=0)) == pytest.approx(-0.1 * (1 - expected) * 150_000)


def test_distance_is_given_or_a_great_circle(tmp_path: Path) -> None:
    """Elm's 8 km are given; Oak lies 0.3 degrees of latitude away."""
    folder = write(tmp_path, "distance_cost = 10\n", baselines=THREE, distances="council_a,council_b,km\nElm,Ash,8\n")
    assert value(folder, payroll(Ash=0, Elm=0)) == pytest.approx(-80)
    assert value(folder, payroll(Ash=0, Oak=0)) == pytest.approx(-10 * 6371.0088 * 0.3 * pi / 180)


def test_staff_and_platform(tmp_path: Path) -> None:
    """Platforms that differ, terms of 10 FTE harmonised once, their pay aligned every year; the host pays neither."""
    economics = "platform_cost = 7000\nharmonisation_cost_per_fte = 300\npay_alignment_cost_per_fte = 40\n"
    baselines = "council,service,annual_cost,fte,platform\nAsh,payroll,1,5,North\nElm,payroll,1,10,\n"
    folder = write(tmp_path, economics, "", "12 1 2", baselines=baselines)
    assert value(folder, payroll(Ash=0, Elm=0)) == pytest.approx(-7_000 - 3_000 - 2 * 400)


def test_waiting_lowers_redundancy(tmp_path: Path) -> None:
    """Elm sheds 2 posts, 1 falls vacant in a year: a year's wait costs a year's saving and spares a redundancy."""
    economics = SAVINGS + "redundancy_cost = 50000\npost_reduction = 0.2\nturnover = 0.1\n"
    folder = write(tmp_path, economics, "", "12 4 4")
    for wait, posts in enumerate((2, 1, 0, 0)):
        assert value(folder, payroll(Ash=0, Elm=wait)) == pytest.approx(4 * ASH + (4 - wait) * ELM - posts * 50_000)
    expect(folder, 4 * ASH + 2 * ELM, payroll(Ash=0, Elm=2))


def test_termination(tmp_path: Path) -> None:
    """From the break on, a charge and a tenth of the annual cost for each year left; free from the expiry on."""
    contracts = "council,service,expires,break_from,termination_charge,termination_share\n"
    folder = write(tmp_path, "", "", "6 3 2", contracts=contracts + "Elm,payroll,2027-04-01,2026-10-01,1000,0.1\n")
    assert names(broken_rules(folder, payroll(Ash=0, Elm=0))) == {"contract_timing"}
    assert value(folder, payroll(Ash=0, Elm=1)) == pytest.approx(-1_000 - 0.1 * 150_000 * 182 / 365.25)
    assert value(folder, payroll(Ash=0, Elm=2)) == 0
    write(tmp_path, "", "contract_timing = false", "6 3 2")
    assert value(folder, payroll(Ash=0, Elm=0)) == 0


def test_purchasing_tier_follows_those_live(tmp_path: Path) -> None:
    """100 000 alone earns 1 %, 160 000 together 5 % on all of it."""
    baselines = "council,service,annual_cost,procured_cost\nAsh,payroll,100000,100000\nElm,payroll,60000,60000\n"
    tiers = "service,from_volume,rate\npayroll,160000,0.05\npayroll,0,0.01\n"
    folder = write(tmp_path, "phase_in = [0.5, 1]\n", "", "12 2 2", baselines=baselines, tiers=tiers)
    assert value(folder, payroll(Ash=0, Elm=1)) == pytest.approx(0.01 * 100_000 + 0.05 * 160_000)


def test_estimates_replace_their_part_only(tmp_path: Path) -> None:
    """Elm's saving and one-off are estimates and its coordination a formula; Ash's hosting row is its own estimate."""
    economics = SAVINGS + "coordination_cost = 2000\nhosting_cost = 3000\nset_up_cost = 5000\nintegration_cost = 4000\n"
    estimates = "council,service,host,annual_saving,annual_cost,one_off_cost\n"
    estimates += "Elm,payroll,Ash,20000,,100\nAsh,payroll,Ash,,500,\n"
    folder = write(tmp_path, economics + "phase_in = [0.5]\ngrowth = 1.0\n", "", "12 1 2", estimates=estimates)
    elm = 2 * (0.5 * 20_000 - 2_000) - 100  # no growth
    ash = 0.5 * ASH * (1 + 2) - 2 * 500 - 5_000
    assert value(folder, payroll(Ash=0, Elm=0)) == pytest.approx(ash + elm)


def test_optimism_bias(tmp_path: Path) -> None:
    """Savings, purchasing included, a fifth lower; every cost, termination included, half as much again."""
    economics = SAVINGS + "coordination_cost = 2000\nset_up_cost = 5000\n"
    economics += "optimism_bias = { savings = 0.2, costs = 0.5 }\n"
    contracts = "council,service,expires,break_from,termination_charge\nElm,payroll,2027-04-01,2026-04-01,1000\n"
    baselines = "council,service,annual_cost,fixed_cost,procured_cost\n"
    baselines += "Ash,payroll,110000,40000,10000\nElm,payroll,150000,50000,0\n"
    tiers = "service,from_volume,rate\npayroll,0,0.1\n"
    folder = write(tmp_path, economics, contracts=contracts, baselines=baselines, tiers=tiers)
    expected = 0.8 * (ASH + ELM + 1_000) - 1.5 * (2_000 + 5_000 + 1_000)
    assert value(folder, payroll(Ash=0, Elm=0)) == pytest.approx(expected)


@pytest.mark.parametrize(("share", "moves"), [(0.1239, payroll(Ash=0, Elm=0)), (0.1241, ())])
def test_minimum_saving_empties_the_plan(tmp_path: Path, share: float, moves: tuple[Membership, ...]) -> None:
    """In year two (41 000 - 10 000) of 250 000 is 12.4 %; asking for more leaves no plan but the empty one."""
    economics = SAVINGS + "phase_in = [0, 1, 0.5]\nhosting_cost = 10000\n"
    folder = write(tmp_path, economics, f"minimum_saving = {share}", "12 1 3")
    expect(folder, 1.5 * (ASH + ELM) - 3 * 10_000 if moves else 0, moves)


@pytest.mark.parametrize(("share", "feasible"), [(0.0711, True), (0.0713, False)])
def test_minimum_saving_reads_biased_figures(tmp_path: Path, share: float, feasible: bool) -> None:
    """0.8 * 41 000 less 1.5 * 10 000 is 17 800, or 7.12 % of 250 000."""
    economics = SAVINGS + "hosting_cost = 10000\noptimism_bias = { savings = 0.2, costs = 0.5 }\n"
    assert is_feasible(write(tmp_path, economics, f"minimum_saving = {share}"), payroll(Ash=0, Elm=0)) == feasible


@pytest.mark.parametrize(("share", "feasible"), [(0.0799, True), (0.0801, False)])
def test_minimum_saving_counts_purchasing(tmp_path: Path, share: float, feasible: bool) -> None:
    """A tenth of 160 000 less a fifth of bias is 8 % of the baseline, before any member has come."""
    baselines = "council,service,annual_cost,procured_cost\nAsh,payroll,100000,100000\nElm,payroll,60000,60000\n"
    tiers = "service,from_volume,rate\npayroll,160000,0.1\n"
    economics = "optimism_bias = { savings = 0.2 }\n"
    folder = write(tmp_path, economics, f"minimum_saving = {share}", "12 2 2", baselines=baselines, tiers=tiers)
    assert is_feasible(folder, payroll(Ash=0, Elm=1)) == feasible


@pytest.mark.parametrize(("scope", "partners"), [("all_pairs", BOTH), ("with_host", ALL)])
def test_veto_of_two_joiners(tmp_path: Path, scope: str, partners: set[str]) -> None:
    """Elm and Oak veto each other: they cannot both join unless only the host counts. Elm is worth more."""
    rules = f'compatibility = {{ minimum = 0.0, scope = "{scope}" }}'
    scores = "council_a,council_b,service,score\nOak,Elm,,0\n"
    folder = write(tmp_path, rules=rules, baselines=THREE, compatibility=scores)
    assert members(best(folder)) == partners
    assert is_feasible(folder, payroll(Ash=0, Elm=0, Oak=0)) == (scope == "with_host")


def test_infeasible(tmp_path: Path) -> None:
    """Ash must host, and nobody is near enough to join: no plan, not even the empty one."""
    commitments = COMMITMENTS + "Ash,,hosts,,\n"
    folder = write(tmp_path, rules="maximum_distance = 11", commitments=commitments)
    assert best(folder) is None
    assert broken_rules(folder, ()) == ["commitments: Ash hosts  for payroll is not kept"]


@pytest.mark.parametrize(
    ("rule", "partners"),
    [
        ("maximum_distance = 33.4", ALL),  # Ash to Oak is 33.36 km, Ash to Elm 11.12, Elm to Oak 22.24
        ("maximum_distance = 33.3", BOTH),
        ("maximum_distance = { km = 11 }", set()),
        ("maximum_distance = { minutes = 20 }", WITH_OAK),
        ("maximum_span = 22.3\nmaximum_distance = 40", BOTH),
        ("maximum_span = { minutes = 30 }", ALL),
        ("quality = { minimum = 0.8, tolerance = 0.1 }", ALL),  # Ash 0.8, Elm 0.7, Oak 0.9
        ("quality = { minimum = 0.8, tolerance = 0.09 }", BOTH),
        ("quality = { minimum = 0.81 }", set()),
        ("partnership_size = { maximum = 2 }", BOTH),
        ("partnership_size = { minimum = 4 }", set()),
        ("maximum_partnerships = { payroll = 0 }", set()),
        ("programme_capacity = 2", BOTH),
        ("programme_capacity = 1", set()),
        ("delivery_capacity = 1", ALL),
        ("delivery_capacity = 0", set()),
        ("host_capacity = true", WITH_OAK),  # room for 1 800: Ash 1 000, Elm 1 000, Oak 500
    ],
)
def test_rules_just_kept_and_just_broken(tmp_path: Path, rule: str, partners: set[str]) -> None:
    """Each rule leaves the best members that it allows; Elm is worth more than Oak."""
    capacity = "host_capacity = false\n" if "host_capacity" not in rule else ""
    baselines = THREE.replace("can_host", "can_host,host_capacity").replace("0.8,", "0.8,,1800").replace(",no", ",no,")
    minutes = "council_a,council_b,minutes\nElm,Ash,30\nAsh,Oak,20\nOak,Elm,25\n"
    folder = write(tmp_path, rules=capacity + rule, baselines=baselines, distances=minutes)
    assert members(best(folder)) == partners


def test_service_figure_overrides_the_rule(tmp_path: Path) -> None:
    """A figure in services.csv wins, switches a silent rule on, takes the place of minutes, and yields to `false`."""
    for rule, km, fits in (("40", 11, False), ("", 11, False), ("{ minutes = 1 }", 12, True), ("false", 11, True)):
        services = f"service,maximum_distance\npayroll,{km}\n"
        folder = write(tmp_path, rules=f"maximum_distance = {rule}" if rule else "", services=services)
        assert members(best(folder)) == (BOTH if fits else set())


@pytest.mark.parametrize(
    ("row", "moves"),
    [
        ("Elm,payroll,stays_out,,", payroll(Ash=0, Oak=0)),
        ("Elm,,never_with,Ash,", payroll(Ash=0, Oak=0)),
        ("Oak,,never_with,Elm,", payroll(Ash=0, Elm=0)),
        ("Elm,,not_before,,2026-04-02", payroll(Ash=0, Elm=1, Oak=0)),
        ("Elm,,not_before,,2027-04-02", payroll(Ash=0, Oak=0)),
        ("Elm,payroll,shares_with,Ash,2027-04-01", payroll(Ash=0, Elm=1, Oak=0)),
        ("Oak,,together,Elm,2027-04-01", payroll(Ash=0, Elm=1, Oak=1)),
        ("Ash,,hosts,,2027-04-01", payroll(Ash=1, Elm=1, Oak=1)),
    ],
)
def test_commitments(tmp_path: Path, row: str, moves: tuple[Membership, ...]) -> None:
    """Each decision is kept at the least loss."""
    commitments = f"{COMMITMENTS}{row}\n"
    found = best(write(tmp_path, "process_saving = 0.1\n", "", "12 2 2", baselines=THREE, commitments=commitments))
    assert found is not None
    assert found.moves == moves


def test_commitment_to_a_blank_service(tmp_path: Path) -> None:
    """Elm shares with Ash what both run; Oak hosts the waste that Ash does not run."""
    baselines = THREE + "Elm,waste,80000,,,,,no\nOak,waste,50000,,,,,\n"
    commitments = COMMITMENTS + "Elm,,shares_with,Ash,\n"
    folder = write(tmp_path, services=TWO_SERVICES, baselines=baselines, commitments=commitments)
    expect(folder, ASH + ELM + OAK + 13_000, payroll(Ash=0, Elm=0, Oak=0) + waste("Oak", Elm=0, Oak=0))


def test_live_partnership(tmp_path: Path) -> None:
    """Ash and Elm are live: no one-off, phase-in since their own dates, no rule between them; Oak is judged."""
    commitments = COMMITMENTS
    commitments += "Ash,payroll,live,Ash,2024-04-01\nElm,payroll,live,Ash,2025-10-01\n"
    economics = SAVINGS + "phase_in = [0, 0.5, 1]\nset_up_cost = 5000\nintegration_cost = 4000\n"
    rules = "maximum_distance = 1\nprogramme_capacity = 0\ncompatibility = { minimum = 0.5 }"
    tables = {"baselines": THREE, "commitments": commitments, "compatibility": "council_a,council_b,score\nAsh,Elm,0\n"}
    folder = write(tmp_path, economics, rules, "6 1 1", **tables)
    # Ash is in its third year; Elm has been live for 6 months, then 12.
    expect(folder, ASH + 0.5 * (0 + 0.5 * ELM), payroll(Ash=LIVE, Elm=LIVE))
    assert not is_feasible(folder, ())
    joined = payroll(Ash=LIVE, Elm=LIVE, Oak=0)
    assert names(broken_rules(folder, joined)) == {"maximum_distance", "programme_capacity"}


def test_host_of_a_live_member_is_live(tmp_path: Path) -> None:
    """Without a row of its own, the host is live since its first member: here both for six months."""
    commitments = COMMITMENTS + "Elm,payroll,live,Ash,2025-10-01\n"
    folder = write(tmp_path, SAVINGS + "phase_in = [0, 1]\n", "", "6 1 1", commitments=commitments)
    expect(folder, 0.5 * (ASH + ELM), payroll(Ash=LIVE, Elm=LIVE))


def test_capacities_link_services(tmp_path: Path) -> None:
    """One go-live a council and tranche: the lesser service waits, though each alone would start at once."""
    tables = {"services": TWO_SERVICES, "baselines": HOSTED_BY_ASH + WASTE}
    folder = write(tmp_path, "process_saving = 0.1\n", "delivery_capacity = 1", "12 2 2", **tables)
    expect(folder, 2 * 16_000 + 13_000, payroll(Ash=0, Elm=0) + waste(Ash=1, Elm=1))


@pytest.mark.parametrize(
    ("moves", "rule"),
    [
        (payroll(Ash=0), "partnership"),
        (payroll(Elm=0), "partnership"),
        (payroll(Ash=1, Elm=0), "partnership"),
        (payroll(Ash=0, Elm=2), "tranche"),
        (payroll(Ash=LIVE, Elm=0), "commitments"),
        (payroll(Ash=0, Yew=0), "runs_service"),
        (payroll(Ash=0, Elm=0) + shared("payroll", "Elm", Elm=0, Ash=0), "one_arrangement"),
        (shared("payroll", "Elm", Elm=0, Ash=0), "can_host"),
    ],
)
def test_what_is_no_plan_at_all(tmp_path: Path, moves: tuple[Membership, ...], rule: str) -> None:
    """Lone hosts, members before their host, strangers and doubles are named."""
    assert rule in names(broken_rules(write(tmp_path, "", "", "12 2 2"), moves))
