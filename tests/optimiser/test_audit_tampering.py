"""The audit: what it says of a plan that was changed: where the fault is and how far the figures are apart."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from audited import Place, changed, kent, kent_by_hand, places, tampered

from optimiser.audit import audit


def test_every_change_of_a_rule_line_is_found(tmp_path: Path) -> None:
    """A plan that carries rule lines is audited on them too, each field."""
    instance = kent(tmp_path)
    document = kent_by_hand()
    document = document.model_copy(update={"rules": audit(instance, document).rules})
    assert audit(instance, document).passed
    paths = [path for path in places(document) if path[0] == "rules"]
    assert len(paths) == 11 * len(document.rules)
    for path in paths:
        faults = audit(instance, tampered(document, path)).faults
        assert faults, path
        assert all(fault.startswith("rule ") for fault in faults)


def test_a_rule_line_too_few_or_twice_is_found(tmp_path: Path) -> None:
    """Lines that are missing or stand twice are named."""
    instance = kent(tmp_path)
    document = kent_by_hand()
    rules = audit(instance, document).rules
    short = audit(instance, document.model_copy(update={"rules": rules[1:]})).faults
    assert short == (f"rule contract_timing, {rules[0].scope}: the line is missing in the plan",)
    double = audit(instance, document.model_copy(update={"rules": (*rules, rules[-1])})).faults
    assert double == ("rule commitments, Dover shares payroll with Thanet: the line stands 2 times in the plan",)


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        (("npv",), "plan: npv 9,540.01 in the plan, 9,540.00 by the audit (0.01 apart)"),
        (("gap",), "plan: gap 0.02 in the plan, 0.010000000 by the audit, from bound 9,635.40 and objective_value 9,540.00"),
        (("summary", "go_lives"), "summary: go_lives 3 in the plan, 2 by the audit (1 apart)"),
        (("summary", "breakeven"), "summary: breakeven 2029-04-02 in the plan, 2029-04-01 by the audit"),
        (("summary", "payback_years"), "summary: payback_years 0.88 in the plan, 0.87 by the audit (0.01 apart)"),
        (("partnerships", 0, "npv"), "partnership payroll at Thanet: npv 9,540.01 in the plan, 9,540.00 by the audit (0.01 apart)"),
        (("partnerships", 0, "vehicle"), "partnership payroll at Thanet: 'lead_authorityx' is not a delivery vehicle of the instance"),
        (
            ("partnerships", 0, "members", 1, "go_live"),
            "partnership payroll at Thanet, member Dover: go_live 2027-04-02 in the plan, 2027-04-01 by the audit",
        ),
        (("councils", 0, "one_off"), "council Dover: one_off 15,000.01 in the plan, 15,000.00 by the audit (0.01 apart)"),
        (("councils", 1, "council"), "council Swale: is missing in the plan"),
        (("councils", 1, "council"), "council Swalex: is in the plan, but the audit knows no such council"),
        (("heads", 0, "amount"), "head duplication: amount 22,500.01 in the plan, 22,500.00 by the audit (0.01 apart)"),
        (
            ("cashflow", 0, "amount"),
            "cashflow 2026/27, Thanet, payroll, process: amount 3,500.01 in the plan, 3,500.00 by the audit (0.01 apart)",
        ),
        (
            ("cashflow", 0, "head"),
            "cashflow 2026/27, Thanet, payroll, processx: amount 3,500.00 in the plan, 0.00 by the audit (3,500.00 apart)",
        ),
    ],
)
def test_a_fault_says_where_and_how_far(path: Place, fault: str, tmp_path: Path) -> None:
    """Place, the plan's figure, the audit's, and the difference."""
    assert fault in audit(kent(tmp_path), tampered(kent_by_hand(), path)).faults


@pytest.mark.parametrize(
    ("bound", "gap", "fault"),
    [
        (9540.0, 0.0, ""),
        (9539.995, 0.0, ""),
        (None, None, ""),
        (9540.009, 0.0, ""),
        (19080.0, 1.0, ""),
        (9539.0, 0.0, "plan: bound 9,539.00 is below objective_value 9,540.00 (1.00 apart)"),
        (None, 0.0, "plan: gap 0.00 in the plan, none by the audit"),
        (9541.0, 0.0, "plan: gap 0.0 in the plan, 0.000104822 by the audit, from bound 9,541.00 and objective_value 9,540.00"),
        (9541.0, None, "plan: gap None in the plan, 0.000104822 by the audit, from bound 9,541.00 and objective_value 9,540.00"),
        (math.nan, 0.0, "plan: bound nan is below objective_value 9,540.00 (nan apart)"),
    ],
)
def test_bound_and_gap(bound: float | None, gap: float | None, fault: str, tmp_path: Path) -> None:
    """The bound holds the NPV, and the gap is what lies between them; less than a penny is no gap."""
    faults = audit(kent(tmp_path), changed(kent_by_hand(), bound=bound, gap=gap)).faults
    assert faults == ((fault,) if fault else ())


def test_figures_that_are_no_numbers_are_found(tmp_path: Path) -> None:
    """Nothing compares with nan, so it is never within the tolerance."""
    document = kent_by_hand()
    council = document.councils[0].model_copy(update={"npv": math.nan})
    faults = audit(kent(tmp_path), changed(document, npv=math.nan, gap=0.01, councils=(council, *document.councils[1:]))).faults
    assert "plan: npv nan in the plan, 9,540.00 by the audit (nan apart)" in faults
    assert "council Dover: npv nan in the plan, 13,840.00 by the audit (nan apart)" in faults


@pytest.mark.parametrize(
    ("update", "fault"),
    [
        (lambda d: {"councils": d.councils[:2]}, "council Thanet: is missing in the plan"),
        (lambda d: {"councils": (*d.councils, d.councils[0])}, "council Dover: stands 2 times in the plan"),
        (lambda d: {"heads": d.heads[1:]}, "head duplication: is missing in the plan"),
        (lambda d: {"heads": d.heads[::-1]}, "heads: they do not stand in the order of the list of heads"),
        (lambda d: {"cashflow": d.cashflow[1:]}, "process: amount 0.00 in the plan, 3,500.00 by the audit (3,500.00 apart)"),
        (
            lambda d: {"cashflow": (*d.cashflow, d.cashflow[0])},
            "process: amount 7,000.00 in the plan, 3,500.00 by the audit (3,500.00 apart)",
        ),
    ],
)
def test_rows_missing_or_added_are_found(update: Any, fault: str, tmp_path: Path) -> None:
    """Lists of the document are complete and hold nothing twice."""
    document = kent_by_hand()
    faults = audit(kent(tmp_path), changed(document, **update(document))).faults
    assert len(faults) == 1
    assert faults[0].endswith(fault)


def test_labels_are_not_audited(tmp_path: Path) -> None:
    """Run, title, status and manifest are no figures; a tenth of a penny is no difference."""
    document = changed(kent_by_hand(), run="r1", title="other", status="optimal", manifest={"seed": 1}, npv=9540.001)
    assert audit(kent(tmp_path), document).passed
