"""Enumeration by hand: delivery vehicles, alternatives to sharing, councils that cease to exist."""

from __future__ import annotations

from pathlib import Path

import pytest
from by_hand import ASH, COMMITMENTS, COUNCILS, ELM, OAK, OPTIONS, SAVINGS, THREE, TWO_SERVICES, WASTE, expect, names, payroll, waste, write
from by_hand import HOSTED_BY_ASH as TWO
from oracle import LEAD_AUTHORITY, LIVE, Membership, Taken, best, broken_rules, is_feasible, value

VEHICLES = "vehicle,set_up_factor,saving_factor,annual_cost,minimum_members,services\n"
COMPANY = VEHICLES + "company,0.5,1.2,1000,,\n"
COSTS = "hosting_cost = 3000\ncoordination_cost = 2000\nset_up_cost = 5000\n"


def elm(tranche: int, option: str = "outsource") -> tuple[Taken, ...]:
    """Elm's alternative to sharing payroll."""
    return (Taken("Elm", "payroll", option, tranche),)


def test_vehicle_scales_savings_and_set_up(tmp_path: Path) -> None:
    """A fifth more saving for host and member, half the set-up, 1,000 a year on top of hosting; coordination is as it was."""
    folder = write(tmp_path, SAVINGS + COSTS, vehicles=COMPANY)
    expected = 1.2 * (ASH + ELM) - (3_000 + 1_000) - 2_000 - 0.5 * 5_000
    assert value(folder, payroll("company", Ash=0, Elm=0)) == pytest.approx(expected)


def test_vehicle_leaves_estimates_and_purchasing(tmp_path: Path) -> None:
    """Ash's estimates stand in for its saving, its cost and its set-up, whatever the vehicle; a tenth is saved on what is bought."""
    estimates = "council,service,host,annual_saving,annual_cost,one_off_cost\nAsh,payroll,Ash,7000,500,100\n"
    baselines = "council,service,annual_cost,fixed_cost,procured_cost\nAsh,payroll,110000,40000,10000\nElm,payroll,150000,50000,0\n"
    tables = {"estimates": estimates, "baselines": baselines, "tiers": "service,from_volume,rate\npayroll,0,0.1\n"}
    folder = write(tmp_path, SAVINGS + COSTS, vehicles=COMPANY, **tables)
    assert value(folder, payroll("company", Ash=0, Elm=0)) == pytest.approx(7_000 - 500 - 100 + 1.2 * ELM - 2_000 + 1_000)


@pytest.mark.parametrize(
    ("baselines", "vehicle", "npv"), [(TWO, LEAD_AUTHORITY, ASH + ELM), (THREE, "company", 1.2 * (ASH + ELM + OAK) - 10_000)]
)
def test_best_vehicle(tmp_path: Path, baselines: str, vehicle: str, npv: float) -> None:
    """For two a company's fifth (8,200) is not worth its 10,000 a year; for three it is 12,400."""
    vehicles = VEHICLES + "company,,1.2,10000,,\nlead_authority,,,,,\n"
    oak = {"Oak": 0} if baselines == THREE else {}
    expect(write(tmp_path, baselines=baselines, vehicles=vehicles), npv, payroll(vehicle, Ash=0, Elm=0, **oak))


@pytest.mark.parametrize(("rule", "kept"), [("minimum_saving = 0.19", True), ("minimum_saving = 0.2", False)])
def test_minimum_saving_reads_the_vehicle(tmp_path: Path, rule: str, kept: bool) -> None:
    """1.2 * 41,000 less 1,000 is 48,200, 19.28 % of 250,000."""
    assert is_feasible(write(tmp_path, rules=rule, vehicles=COMPANY), payroll("company", Ash=0, Elm=0)) == kept


@pytest.mark.parametrize("rule", ["", "partnership_size = false", "partnership_size = { maximum = 3 }"])
def test_vehicle_needs_members(tmp_path: Path, rule: str) -> None:
    """A company of three is worth more, but two cannot form one; that is no matter of the rule on size."""
    vehicles = VEHICLES + "company,,2,,3,\nlead_authority,,,,,\n"
    folder = write(tmp_path, rules=rule, vehicles=vehicles)
    expect(folder, ASH + ELM, payroll(Ash=0, Elm=0))
    lines = broken_rules(folder, payroll("company", Ash=0, Elm=0))
    assert lines == ["partnership_size: payroll at Ash has 2 members, company needs 3"]
    expect(write(tmp_path, rules=rule, vehicles=vehicles, baselines=THREE), 2 * (ASH + ELM + OAK), payroll("company", Ash=0, Elm=0, Oak=0))


def test_vehicle_runs_some_services(tmp_path: Path) -> None:
    """The company may run waste only; a partnership has one vehicle, and none but those in the table."""
    vehicles = VEHICLES + "company,,2,,,waste\nlead_authority,,,,, payroll ; waste\n"
    tables = {"services": TWO_SERVICES, "baselines": TWO + WASTE, "vehicles": vehicles}
    folder = write(tmp_path, "process_saving = 0.1\n", **tables)
    company = tuple(move._replace(vehicle="company") for move in waste(Ash=0, Elm=0))
    expect(folder, 16_000 + 2 * 13_000, payroll(Ash=0, Elm=0) + company)
    for vehicle in ("company", "charity"):
        assert names(broken_rules(folder, payroll(vehicle, Ash=0, Elm=0))) == {"vehicle"}
    assert names(broken_rules(folder, (*waste(Ash=0), company[1]))) == {"vehicle"}


@pytest.mark.parametrize(
    ("rows", "vehicles", "vehicle"),
    [
        ("Ash,payroll,live,Ash,,company\nElm,payroll,live,Ash,,\n", "company,,,,,\nlead_authority,,,,,\n", "company"),
        ("Ash,payroll,live,Ash,,\nElm,payroll,live,Ash,,company\n", "company,,,,,\nlead_authority,,,,,\n", "company"),
        ("Elm,payroll,live,Ash,,\n", "company,,,,,\nlead_authority,,,,,\n", LEAD_AUTHORITY),
        ("Elm,payroll,live,Ash,,\n", "company,,,,,payroll\nlead_authority,,,,,waste\n", "company"),
        ("Elm,payroll,live,Ash,,\n", "", LEAD_AUTHORITY),
        ("Ash,payroll,hosts,,,company\n", "company,,0.5,,,\nlead_authority,,,,,\n", "company"),
    ],
)
def test_vehicle_that_is_decided(tmp_path: Path, rows: str, vehicles: str, vehicle: str) -> None:
    """Named by any row of the partnership, else the only one that may run the service, else the lead authority."""
    commitments = COMMITMENTS.replace("\n", ",vehicle\n") + rows
    tables = {"vehicles": VEHICLES + vehicles} if vehicles else {}
    folder = write(tmp_path, services=TWO_SERVICES, baselines=TWO + WASTE, commitments=commitments, **tables)
    found = best(folder)
    assert found is not None
    assert {move.vehicle for move in found.moves if move.service == "payroll"} == {vehicle}
    other = tuple(move._replace(vehicle="company" if vehicle == LEAD_AUTHORITY else LEAD_AUTHORITY) for move in found.moves)
    assert {"commitments", "vehicle"} & names(broken_rules(folder, other))


def test_vehicle_of_what_is_live_has_to_be_named(tmp_path: Path) -> None:
    """Two may run it, and neither is the lead authority."""
    vehicles = VEHICLES + "company,,,,,\ncharity,,,,,\n"
    folder = write(tmp_path, vehicles=vehicles, commitments=COMMITMENTS + "Elm,payroll,live,Ash,\n")
    with pytest.raises(ValueError, match="name the vehicle"):
        best(folder)


def test_option_is_worth_its_own_figures(tmp_path: Path) -> None:
    """From the second of three years: half of 20,000, then all of it, less 3,000 a year and 7,000 once; nothing grows."""
    options = OPTIONS + "Elm,payroll,outsource,20000,3000,7000,\n"
    economics = SAVINGS + "phase_in = [0.5, 1]\ngrowth = 0.5\n"
    folder = write(tmp_path, economics, "", "12 2 3", options=options)
    assert value(folder, (), elm(1)) == pytest.approx(30_000 - 2 * 3_000 - 7_000)
    write(tmp_path, economics + "optimism_bias = { savings = 0.2, costs = 0.5 }\n", "", "12 2 3")
    assert value(folder, (), elm(1)) == pytest.approx(0.8 * 30_000 - 1.5 * (2 * 3_000 + 7_000))
    write(tmp_path, economics + "discount_rate = 0.25\n", "", "12 2 3")
    assert value(folder, (), elm(1)) == pytest.approx((10_000 - 3_000 - 7_000) / 1.25 + (20_000 - 3_000) / 1.25**2)


@pytest.mark.parametrize(("saving", "shares"), [(40_999, True), (41_001, False)])
def test_option_or_sharing(tmp_path: Path, saving: int, shares: bool) -> None:
    """Sharing is worth 41,000 to both, and without Elm there is nobody to share with; the better of two options is taken."""
    options = OPTIONS + f"Elm,payroll,outsource,{saving},,,\nElm,payroll,redesign,,,,\nElm,payroll,in house,{saving - 1},,,\n"
    options = options.replace("redesign,,,,", "redesign,30000,,,")
    folder = write(tmp_path, options=options)
    expect(folder, ASH + ELM if shares else saving, payroll(Ash=0, Elm=0) if shares else (), () if shares else elm(0))


@pytest.mark.parametrize(
    ("cells", "commitments", "councils", "tranches"),
    [
        ("", "", "", {0, 1}),
        ("2026-04-01", "", "", {0, 1}),
        ("2026-04-02", "", "", {1}),
        ("2027-04-02", "", "", set()),
        ("", "Elm,,not_before,,2026-04-02", "", {1}),
        ("", "Elm,payroll,not_before,,2027-04-02", "", set()),
        ("", "Elm,payroll,stays_out,,", "", {0, 1}),
        ("", "Elm,payroll,shares_with,Ash,", "", set()),
        ("", "Ash,payroll,together,Elm,", "", set()),
        ("", "Elm,payroll,live,Ash,", "", set()),
        ("", "", "2027-04-01", {0}),
        ("", "", "2027-04-02", {0, 1}),
    ],
)
def test_when_an_option_may_be_taken(tmp_path: Path, cells: str, commitments: str, councils: str, tranches: set[int]) -> None:
    """From the day on which it is there, not before what is decided, as long as the council is; never instead of sharing that is decided."""
    ceasing = COUNCILS.replace("longitude", "longitude,ceases").replace("51.1,0.0", f"51.1,0.0,{councils}")
    tables = {"councils": ceasing, "commitments": COMMITMENTS + commitments + "\n"}
    folder = write(tmp_path, "", "", "12 2 2", options=OPTIONS + f"Elm,payroll,outsource,1000,,,{cells}\n", **tables)
    assert {k for k in (0, 1) if is_feasible(folder, (), elm(k))} == tranches


def test_what_is_no_option_at_all(tmp_path: Path) -> None:
    """A name that is not there, a tranche that is not there, and two arrangements for one service."""
    folder = write(tmp_path, options=OPTIONS + "Elm,payroll,outsource,1000,,,\n")
    assert names(broken_rules(folder, (), elm(0, "redesign"))) == {"option"}
    assert names(broken_rules(folder, (), elm(1))) == {"tranche"}
    assert names(broken_rules(folder, payroll(Ash=0, Elm=0), elm(0))) == {"one_arrangement"}


def ceasing(folder: Path, calendar: str, economics: str = SAVINGS, **ceases: str) -> Path:
    """Councils that cease on a day; both run payroll."""
    councils = "council,latitude,longitude,ceases,successor\n"
    councils += "".join(f"{name},51.0,0.0,{ceases.get(name, '')},\n" for name in ("Ash", "Elm"))
    return write(folder, economics, "", calendar, councils=councils)


@pytest.mark.parametrize(
    ("ceases", "ash", "elm"),
    [
        ({"Elm": "2027-01-01"}, 24, 9),  # April to December
        ({"Elm": "2027-01-02"}, 24, 10),  # January has begun
        ({"Elm": "2026-12-31"}, 24, 9),
        ({"Elm": "2028-04-01"}, 24, 24),
        ({"Ash": "2026-10-01"}, 6, 6),  # without its host there is no partnership
        ({"Ash": "2027-06-15", "Elm": "2026-06-01"}, 15, 2),
    ],
)
def test_flows_end_with_the_council(tmp_path: Path, ceases: dict[str, str], ash: int, elm: int) -> None:
    """Half-year periods: the months that begin while both are there, of member and host; one-offs are paid in full."""
    costs = "coordination_cost = 12000\nset_up_cost = 5000\n"
    folder = ceasing(tmp_path, "6 1 2", SAVINGS + costs, **ceases)
    expected = ash * ASH / 12 + elm * (ELM - 12_000) / 12 - 5_000
    assert value(folder, payroll(Ash=0, Elm=0)) == pytest.approx(expected)


@pytest.mark.parametrize(("ceases", "tranches"), [("2026-10-01", {0}), ("2026-10-02", {0, 1}), ("2027-04-02", {0, 1, 2})])
@pytest.mark.parametrize("council", ["Ash", "Elm"])
def test_no_go_live_of_a_council_that_is_no_more(tmp_path: Path, council: str, ceases: str, tranches: set[int]) -> None:
    """A go-live lies before the day on which member or host ceases."""
    folder = ceasing(tmp_path, "6 3 2", **{council: ceases})
    broken = {k: names(broken_rules(folder, payroll(Ash=0, Elm=k))) for k in (0, 1, 2)}
    assert broken == {k: set() if k in tranches else {"ceases"} for k in (0, 1, 2)}


def test_what_is_live_ends_too(tmp_path: Path) -> None:
    """Elm has been live since 2025, so all of its saving is there for 6 months; it stays whatever it is worth."""
    folder = ceasing(tmp_path, "12 1 1", SAVINGS + "phase_in = [0, 1]\ncoordination_cost = 100000\n", Elm="2026-10-01")
    (folder / "commitments.csv").write_text(COMMITMENTS + "Elm,payroll,live,Ash,2025-04-01\n")
    expect(folder, ASH + 0.5 * (ELM - 100_000), payroll(Ash=LIVE, Elm=LIVE))


def test_option_ends_with_its_council(tmp_path: Path) -> None:
    """Nine of 24 months, and the cost of beginning in full."""
    folder = ceasing(tmp_path, "6 1 2", "", Elm="2027-01-01")
    (folder / "options.csv").write_text(OPTIONS + "Elm,payroll,outsource,24000,12000,5000,\n")
    assert value(folder, (), elm(0)) == pytest.approx(9 * 1_000 - 5_000)


def test_purchasing_without_those_who_have_ceased(tmp_path: Path) -> None:
    """Elm's 60,000 lift Ash's 100,000 to 5 % as long as any of a half-year has it; then there is 1 %.

    First half-year 5 % of 160,000; second 5 % of 100,000 and, for three of its six months, of 60,000; third and fourth 1 % of 100,000.
    """
    folder = ceasing(tmp_path, "6 1 2", "", Elm="2027-01-01")
    (folder / "baselines.csv").write_text("council,service,annual_cost,procured_cost\nAsh,payroll,100000,100000\nElm,payroll,60000,60000\n")
    (folder / "tiers.csv").write_text("service,from_volume,rate\npayroll,160000,0.05\npayroll,0,0.01\n")
    assert value(folder, payroll(Ash=0, Elm=0)) == pytest.approx(4_000 + 2_500 + 750 + 2 * 500)


def test_yearly_figures_are_not_cut(tmp_path: Path) -> None:
    """minimum_saving reads a second year that Elm will not see."""
    folder = ceasing(tmp_path, "12 1 3", Elm="2026-10-01")
    text = (folder / "instance.toml").read_text()
    (folder / "instance.toml").write_text(text + "minimum_saving = 0.16\n")  # 41,000 of 250,000 is 16.4 %
    assert is_feasible(folder, payroll(Ash=0, Elm=0))


def test_membership_is_a_tuple_in_this_order() -> None:
    """Council, service, host, vehicle, tranche."""
    assert payroll(Elm=3) == (Membership(council="Elm", service="payroll", host="Ash", vehicle=LEAD_AUTHORITY, tranche=3),)
