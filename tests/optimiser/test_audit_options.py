"""The audit: alternatives to sharing: when they may be taken, what they are worth, which rules count them (figures in `audited_devon`)."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from audited import changed, decision, document_for
from audited_devon import devon, devon_by_hand
from audited_fens import fens

from instances import Instance
from optimiser.audit import audit, derive
from optimiser.audit.decisions import Alternative

ROWS = """council,service,option,annual_saving,annual_cost,one_off_cost,available_from
Elm,payroll,outsource,5000,1000,700,2027-04-01
Elm,payroll,redesign,2000,,,
Elm,planning,redesign,,300,,
Oak,payroll,redesign,2000,,100,
"""
OUTSOURCE = Alternative("Elm", "payroll", "outsource", 1)


def with_options(folder: Path, rules: str = "", decided: str = "", **more: str) -> Instance:
    """The Fens with four alternatives; outsourcing is to be had from April 2027."""
    commitments = f"council,service,decision,other,go_live\n{decided}"
    return fens(folder, rules, options=ROWS, commitments=commitments, **more)


def test_an_alternative_by_itself(tmp_path: Path) -> None:
    """5,000 - 1,000 for three years, less 700; a blank figure is 0: 2,000 for four years, -300 for two."""
    instance = with_options(tmp_path)
    others = [Alternative("Oak", "payroll", "redesign", 0), Alternative("Elm", "planning", "redesign", 2)]
    document = document_for(instance, [], [OUTSOURCE, *others])
    assert audit(instance, document).passed
    assert [(one.npv, one.annual_saving, one.one_off) for one in document.options] == [
        (11300, 4000, 700),
        (7900, 2000, 100),
        (-600, -300, 0),
    ]
    summary = document.summary
    assert (summary.options, summary.partnerships, summary.councils, summary.go_lives) == (3, 0, 2, 0)
    assert (summary.net_saving, summary.baseline) == (18600, 300000)
    assert [(c.council, c.options_taken, c.services_shared) for c in document.councils if c.options_taken] == [("Elm", 2, 0), ("Oak", 1, 0)]


@pytest.mark.parametrize(
    ("alternative", "fault"),
    [
        (Alternative("Kent", "payroll", "redesign", 0), "option redesign for Kent in payroll: 'Kent' is not a council of the instance"),
        (Alternative("Yew", "benefits", "redesign", 0), "option redesign for Yew in benefits: 'Yew' does not run benefits"),
        (Alternative("Ash", "payroll", "redesign", 0), "option redesign for Ash in payroll: the instance has no such alternative"),
        (
            Alternative("Elm", "payroll", "redesign", 3),
            "option redesign for Elm in payroll: 3 is not a tranche in which it can be taken; they run from 0 to 2, and -1 is taken already",
        ),
        (
            Alternative("Elm", "payroll", "redesign", -2),
            "option redesign for Elm in payroll: -2 is not a tranche in which it can be taken; they run from 0 to 2, and -1 is taken already",
        ),
    ],
)
def test_alternatives_that_cannot_be_priced_end_the_audit(alternative: Alternative, fault: str, tmp_path: Path) -> None:
    """Names that the instance does not have, and tranches that are none."""
    instance = with_options(tmp_path)
    document = document_for(instance, [], [OUTSOURCE])
    update = {"council": alternative.council, "service": alternative.service, "option": alternative.option}
    option = document.options[0].model_copy(update=update | {"tranche": alternative.tranche})
    found = audit(instance, changed(document, options=(option,)))
    assert found.faults == (fault,)
    assert math.isnan(found.npv)


@pytest.mark.parametrize(
    ("alternatives", "fault"),
    [
        (
            [Alternative("Elm", "payroll", "outsource", 0)],
            "option outsource for Elm in payroll: starts on 2026-04-01, but is to be had from 2027-04-01 only",
        ),
        ([OUTSOURCE, OUTSOURCE], "Elm in payroll: has 2 arrangements, by outsource, by outsource; it may have one"),
        (
            [OUTSOURCE, Alternative("Elm", "payroll", "redesign", 1)],
            "Elm in payroll: has 2 arrangements, by outsource, by redesign; it may have one",
        ),
    ],
)
def test_alternatives_that_make_no_sense(alternatives: list[Alternative], fault: str, tmp_path: Path) -> None:
    """What no plan may have, with all figures right."""
    instance = with_options(tmp_path)
    assert audit(instance, document_for(instance, [], alternatives)).faults == (fault,)


def test_a_council_that_shares_takes_no_alternative(tmp_path: Path) -> None:
    """One arrangement for each council and service, of either kind."""
    instance = with_options(tmp_path)
    document = document_for(instance, [decision("payroll", ("Ash", 0), ("Elm", 1))], [OUTSOURCE])
    assert audit(instance, document).faults == ("Elm in payroll: has 2 arrangements, with Ash, by outsource; it may have one",)


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ("Elm,payroll,hosts,,", False),
        ("Elm,payroll,shares_with,Ash,", False),
        ("Elm,payroll,together,Ash,", False),
        ("Elm,payroll,never_with,Ash,", True),
        ("Elm,payroll,stays_out,,", True),  # it stays out of sharing
        ("Elm,payroll,not_before,,2027-04-01", True),
        ("Elm,payroll,not_before,,2027-04-02", False),
        ("Elm,planning,not_before,,2029-04-01", True),
        ("Elm,payroll,live,Ash,", False),
    ],
)
def test_what_is_decided_of_a_council_that_takes_an_alternative(row: str, kept: bool, tmp_path: Path) -> None:
    """To share is decided against an alternative, to stay out is not; a first day holds for both."""
    instance = with_options(tmp_path, decided=f"{row}\n")
    found = audit(instance, document_for(instance, [], [OUTSOURCE]))
    (line,) = [line for line in found.rules if line.rule == "commitments"]
    assert line.value == kept
    assert found.passed is kept


def test_rules_about_sharing_do_not_count_alternatives(tmp_path: Path) -> None:
    """Capacities, sequence, hosting, bundles and partners are about partnerships alone; a contract holds no alternative."""
    rules = """
    delivery_capacity = 0
    programme_capacity = 0
    onboarding_capacity = 0
    hosting_limit = 0
    each_hosts = true
    partner_limit = 0
    maximum_partnerships = 0
    sequencing = [{ service = "planning", after = ["payroll"], periods = 1 }]
    bundle = [["payroll", "planning"]]
    payback = 1
    contiguity = true
    """
    contracts = {"contracts": "council,service,expires\nElm,payroll,2031-01-01\n"}
    instance = with_options(tmp_path, rules.replace("\n    ", "\n"), **contracts)
    found = audit(instance, document_for(instance, [], [OUTSOURCE, Alternative("Elm", "planning", "redesign", 1)]))
    assert found.passed
    assert {line.rule for line in found.rules} == {"maximum_partnerships"}


def test_an_alternative_is_not_live_for_what_comes_after(tmp_path: Path) -> None:
    """Planning waits for payroll in a partnership; payroll that is redesigned is none."""
    instance = with_options(tmp_path, 'sequencing = [{ service = "planning", after = ["payroll"], periods = 1 }]')
    plan = [decision("planning", ("Ash", 2), ("Oak", 2)), decision("payroll", ("Ash", 1), ("Yew", 1))]
    found = audit(instance, document_for(instance, plan, [Alternative("Oak", "payroll", "redesign", 0)]))
    assert found.faults == (
        "rule sequencing, planning at Ash: Oak, April 2028, 1 period after payroll: 0 services, but at least 1 services (1 apart)",
    )


def test_an_alternative_has_phase_in_and_bias_but_no_growth(tmp_path: Path) -> None:
    """Half of 5,000 * 0.9 in the first year, all in the next two; 1,000 and 700 with a fifth on top: 2,250 + 9,000 - 3,600 - 840."""
    more = "phase_in = [0.5, 1.0]\ngrowth = 0.5\noptimism_bias = { savings = 0.1, costs = 0.2 }"
    instance = fens(tmp_path, economics=more, options=ROWS)
    assert derive(instance, [], [OUTSOURCE]).options[0].npv == pytest.approx(6810)


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("npv", 425.98, "npv 425.98 in the plan, 426.00 by the audit (0.02 apart)"),
        ("option", "redesign", "one_off 600.00 in the plan, 0.00 by the audit (600.00 apart)"),
        ("tranche", 2, "start 2026-07-01 in the plan, 2027-01-01 by the audit"),
        ("ends", None, "ends none in the plan, 2027-09-15 by the audit"),
        ("passes_to", "Oak", "passes_to Oak in the plan, Oakshire by the audit"),
    ],
)
def test_changes_in_an_alternative_are_said(field: str, value: object, fault: str, tmp_path: Path) -> None:
    """Which alternative, the plan's figure, the audit's."""
    document = devon_by_hand()
    option = document.options[0].model_copy(update={field: value})
    faults = audit(devon(tmp_path), changed(document, options=(option,))).faults
    assert f"option {option.option} for Oak in payroll: {fault}" in faults


def test_alternatives_too_few_or_too_many_are_found(tmp_path: Path) -> None:
    """One more or fewer is another plan, whose figures are others."""
    document = devon_by_hand()
    fewer = audit(devon(tmp_path), changed(document, options=())).faults
    assert "summary: options 1 in the plan, 0 by the audit (1 apart)" in fewer
    assert "council Oak: options_taken 1 in the plan, 0 by the audit (1 apart)" in fewer
