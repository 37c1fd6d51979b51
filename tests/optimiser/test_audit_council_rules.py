"""The audit: rules about one council over all its services: hosting, bundles, partners."""

from __future__ import annotations

from pathlib import Path

import pytest
from audited import decision, document_for
from audited_fens import fens

from instances import Instance, apply
from optimiser.audit import Audit, Decision, audit
from optimiser.plan import RuleLine

LIVE = "council,service,decision,other\nAsh,benefits,live,Ash\nOak,benefits,live,Ash\n"
BENEFITS = decision("benefits", ("Ash", -1), ("Oak", -1))
"""What is live already in the tests below."""


def audited(instance: Instance, *plan: Decision) -> Audit:
    """The audit of a plan whose figures are right."""
    return audit(instance, document_for(instance, plan))


def lines_of(found: Audit, rule: str) -> list[RuleLine]:
    """Lines of one rule."""
    return [line for line in found.rules if line.rule == rule]


@pytest.mark.parametrize(("limit", "fault"), [(2, ""), (1, "rule hosting_limit, Ash: 2 services, but at most 1 services (1 apart)")])
def test_hosting_limit(limit: int, fault: str, tmp_path: Path) -> None:
    """Ash hosts payroll and, live already, benefits; Elm hosts planning; the others have no line."""
    instance = fens(tmp_path, f"hosting_limit = {limit}", commitments=LIVE)
    found = audited(
        instance, BENEFITS, decision("payroll", ("Ash", 0), ("Elm", 0)), decision("planning", ("Elm", 0), ("Ash", 0), ("Yew", 1))
    )
    lines = [(line.scope, line.host, line.council, line.value, line.slack, line.unit) for line in lines_of(found, "hosting_limit")]
    assert lines == [("Ash", "Ash", "Ash", 2, limit - 2, "services"), ("Elm", "Elm", "Elm", 1, limit - 1, "services")]
    assert found.faults == ((fault,) if fault else ())


def test_each_hosts(tmp_path: Path) -> None:
    """Elm joins and hosts, Ash joins and hosts since before the start; Yew joins only; Oak joined before the start."""
    instance = fens(tmp_path, "each_hosts = true", commitments=LIVE)
    found = audited(
        instance, BENEFITS, decision("payroll", ("Elm", 0), ("Ash", 0), ("Yew", 1)), decision("planning", ("Elm", 0), ("Ash", 0))
    )
    assert [(line.scope, line.council, line.value, line.limit, line.unit) for line in lines_of(found, "each_hosts")] == [
        ("Ash", "Ash", 1, 1, "services"),
        ("Yew", "Yew", 0, 1, "services"),
    ]
    assert found.faults == ("rule each_hosts, Yew: 0 services, but at least 1 services (1 apart)",)
    off = apply(instance, overrides=["rules.each_hosts = false"])
    assert audited(off, BENEFITS, decision("payroll", ("Elm", 0), ("Ash", 0))).passed


BUNDLE = 'bundle = [["payroll", "planning"]]'


@pytest.mark.parametrize(
    ("plan", "lines", "said"),
    [
        ([], [], ""),
        ([decision("benefits", ("Ash", 0), ("Elm", 0))], [], ""),
        (
            [decision("payroll", ("Ash", 0), ("Elm", 1)), decision("planning", ("Ash", 0), ("Elm", 1))],
            [("Ash: payroll and planning", 1), ("Elm: payroll and planning", 1)],
            "",
        ),
        (
            [decision("payroll", ("Ash", 0), ("Elm", 0)), decision("planning", ("Ash", 0), ("Elm", 1))],
            [("Ash: payroll and planning", 1), ("Elm: payroll and planning", 0)],
            "payroll with Ash from April 2026 and planning with Ash from April 2027",
        ),
        (
            [decision("payroll", ("Ash", 0), ("Elm", 0), ("Yew", 0)), decision("planning", ("Ash", 0), ("Elm", 0))],
            [("Ash: payroll and planning", 1), ("Elm: payroll and planning", 1), ("Yew: payroll and planning", 0)],
            "payroll with Ash from April 2026 and planning not shared",
        ),
        (
            [
                decision("payroll", ("Ash", 0), ("Elm", 0), ("Yew", 0)),
                decision("planning", ("Ash", 0), ("Elm", 0)),
                decision("planning", ("Oak", 0), ("Yew", 0)),
                decision("payroll", ("Oak", 0)),
            ],
            [
                ("Ash: payroll and planning", 1),
                ("Elm: payroll and planning", 1),
                ("Oak: payroll and planning", 1),
                ("Yew: payroll and planning", 0),
            ],
            "payroll with Ash from April 2026 and planning with Oak from April 2026",
        ),
    ],
)
def test_bundle(plan: list[Decision], lines: list[tuple[str, float]], said: str, tmp_path: Path) -> None:
    """All services of a bundle with one host in one tranche, or none; a line for each council that shares one of them."""
    found = audited(fens(tmp_path, BUNDLE), *plan)
    assert [(line.scope, line.value) for line in lines_of(found, "bundle")] == lines
    assert {(line.limit, line.unit) for line in lines_of(found, "bundle")} <= {(1, "kept")}
    broken = [fault for fault in found.faults if fault.startswith("rule bundle")]
    assert broken == [f"rule bundle, {scope}: is not kept: {said}" for scope, value in lines if not value]


def test_hosts_too_keep_a_bundle_together(tmp_path: Path) -> None:
    """Ash hosts both services, but opens planning a year later."""
    found = audited(fens(tmp_path, BUNDLE), decision("payroll", ("Ash", 0), ("Elm", 1)), decision("planning", ("Ash", 1), ("Elm", 1)))
    assert found.faults == (
        "rule bundle, Ash: payroll and planning: is not kept: payroll with Ash from April 2026 and planning with Ash from April 2027",
    )


def test_vehicles_of_a_bundle_may_differ(tmp_path: Path) -> None:
    """Host and tranche are what counts."""
    instance = fens(tmp_path, BUNDLE, vehicles="vehicle\ncompany\ntrust\n")
    plan = [decision(service, ("Ash", 0), ("Elm", 1), vehicle=name) for service, name in (("payroll", "company"), ("planning", "trust"))]
    assert audited(instance, *plan).passed


def test_a_bundle_of_which_something_is_live_is_not_judged(tmp_path: Path) -> None:
    """Ash and Elm run payroll together already; Oak, which joins them, is judged."""
    live = "council,service,decision,other\nAsh,payroll,live,Ash\nElm,payroll,live,Ash\n"
    found = audited(fens(tmp_path, BUNDLE, commitments=live), decision("payroll", ("Ash", -1), ("Elm", -1), ("Oak", 0)))
    assert [(line.scope, line.value) for line in lines_of(found, "bundle")] == [("Oak: payroll and planning", 0)]


def test_two_bundles(tmp_path: Path) -> None:
    """Each has its own lines; one that is written twice has them once."""
    instance = fens(tmp_path, 'bundle = [["payroll", "planning"], ["planning", "payroll"], ["payroll", "planning"]]')
    found = audited(instance, decision("payroll", ("Ash", 0), ("Elm", 1)), decision("planning", ("Ash", 0), ("Elm", 1)))
    scopes = [line.scope for line in lines_of(found, "bundle")]
    assert scopes == ["Ash: payroll and planning", "Ash: planning and payroll", "Elm: payroll and planning", "Elm: planning and payroll"]


def test_partner_limit(tmp_path: Path) -> None:
    """Over all services, live ones too: Ash is with Elm and Yew in payroll, with Oak in benefits; Elm with Ash and Yew twice."""
    instance = fens(tmp_path, "partner_limit = 2", commitments=LIVE)
    plan = [BENEFITS, decision("payroll", ("Ash", 0), ("Elm", 0), ("Yew", 2)), decision("planning", ("Elm", 0), ("Yew", 0))]
    found = audited(instance, *plan)
    assert [(line.scope, line.council, line.value, line.slack, line.unit) for line in lines_of(found, "partner_limit")] == [
        ("Ash", "Ash", 3, -1, "councils"),
        ("Elm", "Elm", 2, 0, "councils"),
        ("Oak", "Oak", 1, 1, "councils"),
        ("Yew", "Yew", 2, 0, "councils"),
    ]
    assert found.faults == ("rule partner_limit, Ash: 3 councils, but at most 2 councils (1 apart)",)
