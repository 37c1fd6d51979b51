"""The audit: rules and their lines: value, limit, slack and whether they bind, and what is said of a broken one."""

from __future__ import annotations

from pathlib import Path

import pytest
from audited import KENT, bath, changed, decision, document_for, kent, kent_by_hand, two_services, write

from instances import apply, read
from optimiser.audit import Decision, audit
from optimiser.plan import PlanDocument, RuleLine

KENT_RULES = [
    ("contract_timing", "payroll at Thanet: Dover, April 2027, early termination", 365, 275, "days", 90, True),
    ("maximum_distance", "payroll at Thanet: Dover", 20, 25, "km", 5, False),
    ("maximum_span", "payroll at Thanet: Dover and Thanet", 20, 30, "km", 10, False),
    ("compatibility", "payroll at Thanet: Dover and Thanet", 0.8, 0.5, "score", 0.3, False),
    ("partnership_size", "payroll at Thanet, maximum", 2, 3, "members", 1, False),
    ("partnership_size", "payroll at Thanet, minimum", 2, 2, "members", 0, True),
    ("maximum_partnerships", "payroll", 1, 1, "partnerships", 0, True),
    ("minimum_saving", "payroll at Thanet", 0.172222, 0.1, "share of baseline", 0.072222, False),  # 31,000 / 180,000
    ("delivery_capacity", "Dover, April 2027", 1, 1, "go-lives", 0, True),
    ("delivery_capacity", "Thanet, April 2026", 1, 1, "go-lives", 0, True),
    ("programme_capacity", "April 2026", 1, 2, "go-lives", 1, False),
    ("programme_capacity", "April 2027", 1, 2, "go-lives", 1, False),
    ("host_capacity", "payroll at Thanet", 9000, 10000, "units a year", 1000, False),
    ("quality", "payroll at Thanet: Dover", 0.8, 0.75, "score", 0.05, False),  # above 0.6 and 0.85 - 0.1
    ("commitments", "Dover shares payroll with Thanet", 1, 1, "kept", 0, True),
]


def test_rule_lines_by_hand(tmp_path: Path) -> None:
    """One line wherever a rule applies, in the order of model.md's table, then by service, host, council and tranche."""
    lines = audit(kent(tmp_path), kent_by_hand()).rules
    found = [(line.rule, line.scope, line.value, line.limit, line.unit, line.slack, line.binding) for line in lines]
    assert found == KENT_RULES
    named = [(line.service, line.host, line.council, line.tranche) for line in lines]
    assert named[0] == ("payroll", "Thanet", "Dover", 1)
    assert named[8] == ("", "", "Dover", 1)
    assert named[10] == ("", "", "", 0)


def test_rule_lines_are_rule_lines(tmp_path: Path) -> None:
    """The lines have the form that plan.json and rules.csv have, and survive them unchanged."""
    document = kent_by_hand()
    document = changed(document, rules=audit(kent(tmp_path), document).rules)
    assert all(isinstance(line, RuleLine) for line in document.rules)
    assert PlanDocument.model_validate_json(document.model_dump_json()) == document


@pytest.mark.parametrize("rule", sorted({rule for rule, *_ in KENT_RULES}))
def test_a_rule_that_is_off_has_no_line(rule: str, tmp_path: Path) -> None:
    """`false` switches a rule off, and nothing else."""
    instance = kent(tmp_path, f"rules.{rule} = off")
    document = document_for(instance, KENT)
    found = audit(instance, document)
    assert found.passed
    assert [line.rule for line in found.rules] == [name for name, *_ in KENT_RULES if name != rule]


BROKEN = {
    "contract_timing": (
        ["contracts.Dover.payroll.break_from = 2027-04-02"],
        "rule contract_timing, payroll at Thanet: Dover, April 2027: "
        "goes live on 2027-04-01, but its contract holds it until 2027-04-02 (days apart: 1)",
    ),
    "maximum_distance": (
        ["rules.maximum_distance = 19.5"],
        "rule maximum_distance, payroll at Thanet: Dover: 20 km, but at most 19.5 km (0.5 apart)",
    ),
    "maximum_span": (
        ["services.payroll.maximum_span = 19"],
        "rule maximum_span, payroll at Thanet: Dover and Thanet: 20 km, but at most 19 km (1 apart)",
    ),
    "compatibility": (
        ["services.payroll.compatibility = 0.9"],
        "rule compatibility, payroll at Thanet: Dover and Thanet: 0.8 score, but at least 0.9 score (0.1 apart)",
    ),
    "veto": (
        ["services.payroll.compatibility = 0", "compatibility.Dover.Thanet.payroll.score = 0"],
        "rule compatibility, payroll at Thanet: Dover and Thanet: score 0 is a veto, whatever the minimum of 0",
    ),
    "partnership_size, minimum": (
        ["services.payroll.partnership_size_minimum = 3"],
        "rule partnership_size, payroll at Thanet, minimum: 2 members, but at least 3 members (1 apart)",
    ),
    "maximum_partnerships": (
        ["services.payroll.maximum_partnerships = 0"],
        "rule maximum_partnerships, payroll: 1 partnerships, but at most 0 partnerships (1 apart)",
    ),
    "minimum_saving": (
        ["rules.minimum_saving = 0.2"],
        "rule minimum_saving, payroll at Thanet: 0.1722 share of baseline, but at least 0.2 share of baseline (0.0278 apart)",
    ),
    "host_capacity": (
        ["baselines.Thanet.payroll.host_capacity = 8999"],
        "rule host_capacity, payroll at Thanet: 9,000 units a year, but at most 8,999 units a year (1 apart)",
    ),
    "quality, minimum": (
        ["services.payroll.quality = 0.9"],
        "rule quality, payroll at Thanet: Dover: 0.8 score, but at least 0.9 score (0.1 apart)",
    ),
    "quality, tolerance": (
        ["services.payroll.quality_tolerance = 0.01"],
        "rule quality, payroll at Thanet: Dover: 0.8 score, but at least 0.84 score (0.04 apart)",
    ),
    "quality, not known": (
        ["baselines.Thanet.payroll.performance = none"],
        "rule quality, payroll at Thanet: Dover: the performance of Thanet is not known, at least 0.6 is asked",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_rule_is_said(case: str, tmp_path: Path) -> None:
    """A figure of the rule or of the data moved past the plan: one fault, and one line without slack."""
    overrides, fault = BROKEN[case]
    instance = kent(tmp_path, *overrides)
    found = audit(instance, document_for(instance, KENT))
    assert found.faults == (fault,)
    assert all(line.slack >= 0 for line in found.rules if line.rule not in case)
    assert "veto" in case or min(line.slack for line in found.rules) < 0


def test_a_loss_on_a_baseline_of_nothing_breaks_minimum_saving(tmp_path: Path) -> None:
    """No share of 0 is defined, but a partnership that costs nothing today must not cost something tomorrow."""
    nothing = ["baselines.*.payroll.annual_cost = 0", "baselines.*.payroll.fixed_cost = 0", "rules.minimum_saving = 0.1"]
    instance = bath(tmp_path, *nothing)
    plan = [decision("payroll", ("Bath", 0), ("Wells", 2))]
    found = audit(instance, document_for(instance, plan))
    assert found.faults == ("rule minimum_saving, payroll at Bath: loses 1,200 GBP a year on a baseline of 0",)
    harmless = apply(instance, overrides=["estimates.Wells.payroll.Bath.annual_cost = 0"])
    assert audit(harmless, document_for(harmless, plan)).passed


def test_a_tolerance_between_performances_not_known_is_skipped(tmp_path: Path) -> None:
    """Without a minimum there is nothing to judge where one of the two is blank."""
    instance = kent(tmp_path, "rules.quality.minimum = none", "baselines.Dover.payroll.performance = none")
    found = audit(instance, document_for(instance, KENT))
    assert found.passed
    assert "quality" not in {line.rule for line in found.rules}


CROWD = (decision("payroll", ("Thanet", 1), ("Dover", 1), ("Swale", 1)),)


def test_capacities_and_greatest_size_broken(tmp_path: Path) -> None:
    """Three members in one tranche, where two go-lives and two members are allowed; two services of one council at once."""
    instance = kent(tmp_path, "rules.maximum_distance = off", "rules.maximum_span = off", "services.payroll.partnership_size_maximum = 2")
    faults = audit(instance, document_for(instance, CROWD)).faults
    assert "rule programme_capacity, April 2027: 3 go-lives, but at most 2 go-lives (1 apart)" in faults
    assert "rule partnership_size, payroll at Thanet, maximum: 3 members, but at most 2 members (1 apart)" in faults


def test_delivery_capacity_counts_over_services(tmp_path: Path) -> None:
    """Two services of one council in one tranche are two go-lives, hosting and joining alike."""
    instance = two_services(tmp_path, "rules.programme_capacity = off")
    plan = [decision("payroll", ("Thanet", 0), ("Dover", 1)), decision("parks", ("Dover", 1), ("Thanet", 1))]
    found = audit(instance, document_for(instance, plan))
    assert found.faults == ("rule delivery_capacity, Dover, April 2027: 2 go-lives, but at most 1 go-lives (1 apart)",)
    capacity = [(line.council, line.tranche, line.value) for line in found.rules if line.rule == "delivery_capacity"]
    assert capacity == [("Dover", 1, 2), ("Thanet", 0, 1), ("Thanet", 1, 1)]


def test_rule_lines_do_not_depend_on_the_order_of_the_plan(tmp_path: Path) -> None:
    """Lines are sorted by rule, service, host, council and tranche."""
    instance = two_services(tmp_path)
    plan = [decision("payroll", ("Thanet", 0), ("Dover", 1)), decision("parks", ("Swale", 0), ("Thanet", 1))]
    shuffled = [Decision(one.service, one.host, one.moves[::-1]) for one in plan[::-1]]
    lines = audit(instance, document_for(instance, plan)).rules
    assert lines == audit(instance, document_for(instance, shuffled)).rules
    spans = [line.scope for line in lines if line.rule == "maximum_span"]
    assert spans == ["parks at Swale: Swale and Thanet", "payroll at Thanet: Dover and Thanet"]


def test_pair_rules_name_the_worst_pair(tmp_path: Path) -> None:
    """Of three members the two furthest apart, and the two that score lowest; with_host leaves out pairs without the host."""
    instance = kent(tmp_path)
    lines = {line.rule: line for line in audit(instance, document_for(instance, CROWD)).rules}
    assert (lines["maximum_span"].scope, lines["maximum_span"].value) == ("payroll at Thanet: Swale and Thanet", 60)
    assert (lines["compatibility"].scope, lines["compatibility"].value) == ("payroll at Thanet: Swale and Thanet", 0.6)
    hosted_by_swale = (decision("payroll", ("Swale", 1), ("Dover", 1), ("Thanet", 1)),)
    changes = ["compatibility.Dover.Thanet.payroll.score = 0.2", 'rules.compatibility.scope = "with_host"']
    with_host = apply(instance, overrides=changes)
    line = next(line for line in audit(with_host, document_for(with_host, hosted_by_swale)).rules if line.rule == "compatibility")
    assert (line.scope, line.value) == ("payroll at Swale: Swale and Thanet", 0.6)


def test_distances_in_minutes(tmp_path: Path) -> None:
    """A limit in minutes reads the minutes of the pair."""
    kent(tmp_path)
    write(
        tmp_path,
        (tmp_path / "instance.toml").read_text(encoding="utf-8").replace("maximum_distance = 25", "maximum_distance = { minutes = 30 }"),
        distances="council_a,council_b,km,minutes\nThanet,Dover,20,31\nSwale,Dover,40,50\nThanet,Swale,60,70\n",
    )
    faults = audit(read(tmp_path), kent_by_hand()).faults
    assert faults == ("rule maximum_distance, payroll at Thanet: Dover: 31 minutes, but at most 30 minutes (1 apart)",)


@pytest.mark.parametrize(
    ("contract", "slack", "binding", "early", "charge"),
    [
        ("2027-04-01,,50,0.1", 0, True, False, 0),  # expires on the day: free, and the tranche before is too early
        ("2026-04-01,,50,0.1", 365, False, False, 0),  # the tranche before would have done
        ("2028-04-01,2027-04-01,50,0", 0, True, True, 50),  # may be broken from the day
        ("2028-04-01,2026-04-01,50,0", 365, False, True, 50),
        ("2027-04-02,,50,0", -1, True, False, 50),  # a day too early: broken, priced as an early termination
    ],
)
def test_contract_timing(contract: str, slack: int, binding: bool, early: bool, charge: float, tmp_path: Path) -> None:
    """Days from the earliest day allowed; binding says that the tranche before would be too early."""
    kent(tmp_path)
    (tmp_path / "contracts.csv").write_text(
        f"council,service,expires,break_from,termination_charge,termination_share\nDover,payroll,{contract}\n", encoding="utf-8"
    )
    instance = read(tmp_path)
    document = document_for(instance, KENT)
    found = audit(instance, document)
    line = found.rules[0]
    assert (line.rule, line.slack, line.binding) == ("contract_timing", slack, binding)
    assert ("early termination" in line.scope) is early
    assert found.passed is (slack >= 0)
    assert next(head.amount for head in document.heads if head.head == "termination") == -charge


def test_a_first_tranche_is_never_binding_on_contract_timing(tmp_path: Path) -> None:
    """There is no tranche before it."""
    instance = kent(tmp_path, "contracts.Dover.payroll.break_from = 2026-04-01")
    plan = [decision("payroll", ("Thanet", 0), ("Dover", 0))]
    line = audit(instance, document_for(instance, plan)).rules[0]
    assert (line.rule, line.slack, line.binding) == ("contract_timing", 0, False)
