"""The audit: members that are linked: rule contiguity; and those that join one host at a time: rule onboarding_capacity."""

from __future__ import annotations

from pathlib import Path

import pytest
from audited import decision, document_for
from audited_fens import fens

from optimiser.audit import Decision, audit


def contiguity(
    folder: Path, plan: Decision, rules: str = "contiguity = true", **tables: str
) -> tuple[list[tuple[str, float, float]], tuple[str, ...]]:
    """Scope, members reached and members of each line, and all faults."""
    instance = fens(folder, rules, **tables)
    found = audit(instance, document_for(instance, [plan]))
    lines = [line for line in found.rules if line.rule == "contiguity"]
    assert {(line.unit, line.service, line.host) for line in lines} <= {("members", plan.service, plan.host)}
    return [(line.scope, line.value, line.limit) for line in lines], found.faults


@pytest.mark.parametrize(
    ("members", "reached"),
    [
        ((("Ash", 0), ("Elm", 0)), 2),
        ((("Ash", 0), ("Elm", 2), ("Oak", 1)), 3),  # by way of Elm, which comes later
        ((("Elm", 0), ("Ash", 0), ("Oak", 0), ("Yew", 0)), 4),
        ((("Ash", 0), ("Oak", 0)), 1),  # Elm, which lies between, is no member
        ((("Ash", 0), ("Elm", 0), ("Yew", 0)), 2),
        ((("Ash", 0), ("Oak", 0), ("Yew", 0)), 1),  # neighbours of one another, not of the host
    ],
)
def test_contiguity(members: tuple[tuple[str, int], ...], reached: int, tmp_path: Path) -> None:
    """Ash, Elm, Oak and Yew lie in a row: members reached from the host through members, at full membership."""
    lines, faults = contiguity(tmp_path, decision("payroll", *members))
    size = len(members)
    assert lines == [("payroll at Ash" if members[0][0] == "Ash" else "payroll at Elm", reached, size)]
    said = f"rule contiguity, payroll at Ash: {reached} members, but at least {size} members ({size - reached} apart)"
    assert faults == (() if reached == size else (said,))


def test_what_is_live_counts_as_linked_to_its_host(tmp_path: Path) -> None:
    """Ash runs payroll for Oak already: Yew, Oak's neighbour, may join; Elm's neighbourhood does not matter."""
    live = "council,service,decision,other\nAsh,payroll,live,Ash\nOak,payroll,live,Ash\n"
    plan = decision("payroll", ("Ash", -1), ("Oak", -1), ("Yew", 0))
    assert contiguity(tmp_path / "a", plan, commitments=live) == ([("payroll at Ash", 3, 3)], ())
    islands = "council_a,council_b\nElm,Yew\n"
    lines, _ = contiguity(tmp_path / "b", plan, commitments=live, adjacency=islands)
    assert lines == [("payroll at Ash", 2, 3)]


@pytest.mark.parametrize(
    ("rules", "column", "on"),
    [
        ('contiguity = ["payroll"]', "", True),
        ('contiguity = ["planning"]', "", False),
        ("contiguity = true", "no", False),
        ("", "yes", True),
        ("contiguity = false", "yes", False),
        ("", "", False),
    ],
)
def test_where_contiguity_is_on(rules: str, column: str, on: bool, tmp_path: Path) -> None:
    """For all services, for those listed, or as the service's own column says; false switches it off."""
    services = f"service,contiguity\npayroll,{column}\nbenefits,\nplanning,\n"
    lines, faults = contiguity(tmp_path, decision("payroll", ("Ash", 0), ("Oak", 0)), rules, services=services)
    assert len(lines) == len(faults) == on


def test_onboarding_capacity(tmp_path: Path) -> None:
    """Elm and Yew join payroll in April 2027; hosts and what is live do not count, nor does another service."""
    live = "council,service,decision,other\nAsh,benefits,live,Ash\nElm,benefits,live,Ash\n"
    instance = fens(tmp_path, "onboarding_capacity = 1", commitments=live)
    plan = [
        decision("payroll", ("Ash", 0), ("Elm", 1), ("Yew", 1), ("Oak", 2)),
        decision("benefits", ("Ash", -1), ("Elm", -1), ("Oak", 2)),
    ]
    found = audit(instance, document_for(instance, plan))
    lines = [line for line in found.rules if line.rule == "onboarding_capacity"]
    assert [(line.scope, line.service, line.host, line.tranche, line.value, line.slack, line.unit) for line in lines] == [
        ("benefits at Ash, April 2028", "benefits", "Ash", 2, 1, 0, "members"),
        ("payroll at Ash, April 2027", "payroll", "Ash", 1, 2, -1, "members"),
        ("payroll at Ash, April 2028", "payroll", "Ash", 2, 1, 0, "members"),
    ]
    assert found.faults == ("rule onboarding_capacity, payroll at Ash, April 2027: 2 members, but at most 1 members (1 apart)",)


def test_onboarding_capacity_by_service(tmp_path: Path) -> None:
    """The service's own figure goes before the general one."""
    services = "service,onboarding_capacity\npayroll,2\nbenefits,\nplanning,\n"
    instance = fens(tmp_path, "onboarding_capacity = { planning = 1 }", services=services)
    crowd = [decision(service, ("Ash", 0), ("Elm", 0), ("Oak", 0)) for service in ("payroll", "benefits", "planning")]
    found = audit(instance, document_for(instance, crowd))
    assert [(line.service, line.limit) for line in found.rules if line.rule == "onboarding_capacity"] == [("payroll", 2), ("planning", 1)]
    assert len(found.faults) == 1
