"""The audit: every rule of the model at once, by hand, and a change of any of their lines."""

from __future__ import annotations

from pathlib import Path

from audited import changed, decision, document_for, places, tampered
from audited_fens import fens

from instances import Instance
from instances.rules import Rules
from optimiser.audit import audit
from optimiser.audit.lines import RULES
from optimiser.plan import PlanDocument

ALL_RULES = """
maximum_distance = 40
maximum_span = 50
contiguity = true
compatibility = { minimum = 0.5 }
partnership_size = { minimum = 2, maximum = 4 }
maximum_partnerships = 1
minimum_saving = 0.05
minimum_total_saving = { amount = 30000, year = 3 }
no_council_worse_off = "where_it_falls"
payback = 3
investment_limit = { programme = 9000, council = 10000, total = 24000 }
delivery_capacity = 2
programme_capacity = 3
onboarding_capacity = 1
hosting_limit = 1
each_hosts = true
sequencing = [{ service = "planning", after = ["payroll"], periods = 1 }]
bundle = [["benefits", "payroll"]]
partner_limit = 1
quality = { minimum = 0.5 }
"""
PLAN = (
    decision("payroll", ("Ash", 0), ("Elm", 1)),
    decision("benefits", ("Ash", 0), ("Elm", 1)),
    decision("planning", ("Elm", 2), ("Ash", 2)),
)
LINES = [
    ("contract_timing", "planning at Elm: Ash, April 2028", 731, 731, 0),
    ("maximum_distance", "benefits at Ash: Elm", 30, 40, 10),
    ("maximum_span", "benefits at Ash: Ash and Elm", 30, 50, 20),
    ("contiguity", "benefits at Ash", 2, 2, 0),
    ("compatibility", "benefits at Ash: Ash and Elm", 0.8, 0.5, 0.3),
    ("partnership_size", "benefits at Ash, maximum", 2, 4, 2),
    ("maximum_partnerships", "benefits", 1, 1, 0),
    ("minimum_saving", "benefits at Ash", 0.095, 0.05, 0.045),  # 19,000 of 200,000
    ("minimum_total_saving", "year 3, from April 2028", 57000, 30000, 27000),  # three times 19,000
    ("no_council_worse_off", "Ash", 79000, 0, 79000),  # 2 * (4 * 9,000 - 5,000) + 2 * 10,000 - 3,000
    ("payback", "benefits at Ash, within 3 years", 39000, 0, 39000),  # 3 * 9,000 - 5,000 + 2 * 10,000 - 3,000
    ("investment_limit", "programme, 2026/27", 10000, 9000, -1000),  # two set-ups
    ("delivery_capacity", "Ash, April 2026", 2, 2, 0),
    ("programme_capacity", "April 2026", 2, 3, 1),
    ("onboarding_capacity", "benefits at Ash, April 2027", 1, 1, 0),
    ("host_capacity", "payroll at Ash", 70, 70, 0),
    ("hosting_limit", "Ash", 2, 1, -1),
    ("each_hosts", "Ash", 2, 1, 1),
    ("sequencing", "planning at Elm: Ash, April 2028, 1 period after payroll", 1, 1, 0),
    ("bundle", "Ash: benefits and payroll", 1, 1, 0),
    ("partner_limit", "Ash", 1, 1, 0),
    ("quality", "benefits at Ash: Elm", 0.6, 0.5, 0.1),
    ("commitments", "Ash hosts payroll", 1, 1, 0),
]
"""The first line of each rule."""


def everything(folder: Path) -> tuple[Instance, PlanDocument]:
    """The Fens with every rule on, and three partnerships of Ash and Elm."""
    councils = ("Ash", "Elm", "Oak", "Yew")
    rows = [f"{council},{service},100000,30,0.6" for council in councils for service in ("payroll", "benefits", "planning")]
    baselines = "council,service,annual_cost,volume,performance,host_capacity\n" + "".join(
        f"{row},{'70' if row.startswith('Ash,payroll') else ''}\n" for row in rows
    )
    instance = fens(
        folder,
        ALL_RULES,
        baselines=baselines.replace("Ash,payroll,100000,30", "Ash,payroll,100000,40"),
        contracts="council,service,expires\nAsh,planning,2028-04-01\n",
        distances="council_a,council_b,km\n" + "".join(f"{a},{b},30\n" for i, a in enumerate(councils) for b in councils[i + 1 :]),
        compatibility="council_a,council_b,score\nAsh,Elm,0.8\n",
        commitments="council,service,decision\nAsh,payroll,hosts\n",
    )
    return instance, document_for(instance, PLAN)


def test_every_rule_by_hand(tmp_path: Path) -> None:
    """The first line of each, in the order of the model's table; two of them are broken on purpose."""
    instance, document = everything(tmp_path)
    found = audit(instance, document)
    first = {line.rule: line for line in reversed(found.rules)}
    assert [(name, line.scope, line.value, line.limit, line.slack) for name, line in reversed(first.items())] == LINES
    assert found.faults == (
        "rule investment_limit, programme, 2026/27: 10,000 GBP, but at most 9,000 GBP (1,000 apart)",
        "rule hosting_limit, Ash: 2 services, but at most 1 services (1 apart)",
    )


def test_the_audit_knows_every_rule() -> None:
    """No rule can be set that the audit does not apply."""
    assert set(RULES) == set(Rules.model_fields)
    assert [rule for rule, *_ in LINES] == list(RULES)


def test_every_change_of_a_line_is_found(tmp_path: Path) -> None:
    """Scope, names, tranche, value, limit, unit, slack, binding: each field of each line."""
    instance, document = everything(tmp_path)
    before = audit(instance, document)
    document = changed(document, rules=before.rules)
    assert audit(instance, document).faults == before.faults
    for path in places(document):
        if path[0] == "rules":
            assert len(audit(instance, tampered(document, path)).faults) > len(before.faults), path
