"""Instances made infeasible on purpose: the clash names the planted cause and is irreducible, and every repair gives a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from oracle import best
from small import TWO_SERVICES, shire
from tiny import write_tiny
from written import write_folder

from instances import Instance, apply, read
from optimiser import solve
from optimiser.explain import Explanation, explain

DECIDED = "council, service, decision, other, go_live\n"
OAK_WITH_ASH = DECIDED + "Oak, payroll, shares_with, Ash,\n"
SAVES = "process_saving = 0.1\nduplication_avoided = 0.5"
PERFORMANCE = """
    council, service, annual_cost, fixed_cost, procured_cost, volume, can_host, performance, host_capacity
    Ash,     payroll, 100000,      40000,      20000,         1000,   yes,      0.5,         1200
    Elm,     payroll, 150000,      50000,      30000,         500,    yes,      0.9,
    Oak,     payroll, 80000,       20000,      40000,         400,    no,       0.8,
    Yew,     payroll, 60000,       30000,      10000,         300,    no,       0.7,
    """


@dataclass(frozen=True)
class Planted:
    """What makes an instance infeasible, and what has to be named.

    Attributes:
        rule: The rule, or kind of datum, that clashes with what is demanded.
        rules: `[rules]`.
        economics: `[economics]`.
        tables: Tables in place of the shire's.
    """

    rule: str
    rules: str = ""
    economics: str = SAVES
    tables: dict[str, str] = field(default_factory=dict)

    def instance(self, folder: Path) -> Instance:
        """The instance: Oak is to share payroll with Ash unless the tables say otherwise."""
        return shire(folder, rules=self.rules, economics=self.economics, **({"commitments": OAK_WITH_ASH} | self.tables))


CAUSES = {
    "too far": Planted("maximum_distance", "maximum_distance = 20"),
    "too far apart": Planted("maximum_span", "maximum_span = 20"),
    "not compatible": Planted(
        "compatibility",
        "compatibility = { minimum = 0.5 }",
        tables={"compatibility": "council_a, council_b, service, score\nAsh, Oak, , 0.3\n"},
    ),
    "a veto": Planted(
        "compatibility",
        "compatibility = { minimum = 0.1 }",
        tables={"compatibility": "council_a, council_b, service, score\nAsh, Oak, , 0\n"},
    ),
    "a poor host": Planted("quality", "quality = { minimum = 0.6 }\nhost_capacity = false", tables={"baselines": PERFORMANCE}),
    "a full host": Planted("host_capacity", tables={"baselines": PERFORMANCE}),
    "a contract": Planted("contract_timing", tables={"contracts": "council, service, expires\nOak, payroll, 2030-04-01\n"}),
    "no host": Planted("can_host", tables={"commitments": DECIDED + "Ash, payroll, shares_with, Oak,\n"}),
    "too small": Planted("partnership_size", "partnership_size = { minimum = 5 }"),
    "saves too little": Planted("minimum_saving", "minimum_saving = 0.2"),
    "pays back too late": Planted(
        "payback",
        "payback = 1",
        economics=f"{SAVES}\nintegration_cost = 300000",
        tables={"commitments": DECIDED + "Oak, payroll, shares_with, Ash, 2026-04-01\n"},
    ),
    "one go-live too many": Planted(
        "delivery_capacity",
        "delivery_capacity = 1",
        tables=TWO_SERVICES | {"commitments": DECIDED + "Ash, payroll, hosts, , 2026-04-01\nAsh, waste, hosts, , 2026-04-01\n"},
    ),
    "one go-live too many for all": Planted(
        "programme_capacity", "programme_capacity = 1", tables={"commitments": DECIDED + "Oak, payroll, shares_with, Ash, 2026-04-01\n"}
    ),
    "nobody can be taken in": Planted("onboarding_capacity", "onboarding_capacity = 0"),
    "hosts too much": Planted("hosting_limit", "hosting_limit = 0"),
    "hosts nothing": Planted("each_hosts", "each_hosts = true"),
    "one partner too many": Planted("partner_limit", "partner_limit = 0"),
    "no partnership": Planted("maximum_partnerships", "maximum_partnerships = 0"),
    "too dear": Planted("investment_limit", "investment_limit = { total = 500 }", economics=f"{SAVES}\nintegration_cost = 1000"),
    "out of reach": Planted(
        "minimum_total_saving", "minimum_total_saving = { amount = 1_000_000, year = 2 }", tables={"commitments": DECIDED}
    ),
    "Ash loses": Planted("no_council_worse_off", 'no_council_worse_off = "where_it_falls"', economics=f"{SAVES}\nhosting_cost = 9000"),
    "not neighbours": Planted(
        "contiguity",
        'contiguity = ["payroll"]\npartnership_size = { maximum = 2 }',
        tables={"adjacency": "council_a, council_b\nAsh, Elm\n"},
    ),
    "stays out": Planted("commitments", tables={"commitments": OAK_WITH_ASH + "Oak, , stays_out, ,\n"}),
    "never with": Planted("commitments", tables={"commitments": OAK_WITH_ASH + "Ash, , never_with, Oak,\n"}),
    "ceases": Planted(
        "ceases",
        tables={
            "councils": "council, latitude, longitude, ceases\nAsh, 51.0, 0.0,\nElm, 51.1, 0.0,\nOak, 51.2, 0.0, 2026-10-01\nYew, 51.3, 0.0,\n",
            "commitments": DECIDED + "Oak, payroll, shares_with, Ash, 2027-04-01\n",
        },
    ),
}


def named(found: Explanation) -> set[str]:
    """Everything that is said to clash."""
    return {item.rule for clash in found.clash_list for item in clash.items}


@pytest.mark.parametrize("cause", CAUSES)
def test_the_planted_cause_is_named(tmp_path: Path, cause: str) -> None:
    """The rule or datum, and what is demanded; nothing is said of rules that play no part; each repair gives a plan."""
    planted = CAUSES[cause]
    instance = planted.instance(tmp_path)
    found = explain(instance)
    assert found.status == "infeasible"
    assert planted.rule in named(found), found.clashes[["rule", "says"]]
    assert all(clash.minimal for clash in found.clash_list)
    assert any(item.demand for clash in found.clash_list for item in clash.items)
    assert found.repair_list
    for repair in found.repair_list:
        plan = solve(apply(instance, overrides=repair.overrides))
        assert plan.npv == pytest.approx(repair.npv, abs=0.01)
    (clash,) = found.clash_list
    for item in clash.items:  # nothing else clashes, so without any one of them there is a plan
        assert solve(apply(instance, overrides=item.overrides)).status == "optimal", item.says


def test_all_that_can_make_an_instance_infeasible_is_tried() -> None:
    """Twenty ways and more, by twenty rules and kinds of data."""
    assert len(CAUSES) >= 20
    assert len({planted.rule for planted in CAUSES.values()}) >= 20


def test_an_instance_with_a_plan_says_so() -> None:
    """Nothing clashes."""
    found = explain(read("bromsgrove-redditch"))
    assert (found.status, found.clash_list, found.repair_list) == ("feasible", (), ())


def test_the_least_change_is_found(tmp_path: Path) -> None:
    """Oak is 22.24 km from Ash: with a limit of 20 the least that does is that, and a hair less does not."""
    found = explain(CAUSES["too far"].instance(tmp_path))
    changes = [repair.changes[0] for repair in found.repair_list if any("maximum_distance" in override for override in repair.overrides)]
    least = [change.new for change in changes if isinstance(change.new, float) and change.unit == "km"]
    assert least
    assert all(22.2 < new < 22.3 for new in least)


@pytest.mark.parametrize("seeds", [pytest.param(range(10), id="fast"), pytest.param(range(10, 36), id="all", marks=pytest.mark.long)])
def test_repairs_agree_with_enumeration(tmp_path: Path, seeds: range) -> None:
    """Random tiny instances without a plan: the whole set has none either, and every repair, applied, has one, worth what is said."""
    tried = 0
    for seed in seeds:
        write_tiny(tmp_path / f"{seed}", seed)
        if best(tmp_path / f"{seed}") is not None:
            continue
        instance = read(tmp_path / f"{seed}")
        found = explain(instance)
        assert found.status == "infeasible"
        assert found.clash_list
        for repair in found.repair_list:
            optimum = best(write_folder(apply(instance, overrides=repair.overrides), tmp_path / "repaired"))
            assert optimum is not None, repair
            assert repair.npv == pytest.approx(optimum.npv, abs=0.01)
        tried += 1
    assert tried >= 3
