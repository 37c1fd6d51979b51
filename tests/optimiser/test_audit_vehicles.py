"""The audit: delivery vehicles: their figures (with Devon in `audited_devon`), where they may run, their members, what is decided."""

from __future__ import annotations

from pathlib import Path

import pytest
from audited import changed, decision, document_for
from audited_devon import devon, devon_by_hand
from audited_fens import fens

from instances import Instance, apply
from optimiser.audit import Decision, audit, derive

VEHICLES = """vehicle,set_up_factor,saving_factor,annual_cost,minimum_members,services
company,2,1.5,400,3,payroll; benefits
lead_authority,,,,,
"""


def with_vehicles(folder: Path, rules: str = "", *overrides: str, vehicles: str = VEHICLES, decided: str = "") -> Instance:
    """The Fens with a company for payroll and benefits, which needs three members, and the lead authority for all."""
    commitments = f"council,service,decision,other,go_live,vehicle\n{decided}"
    return fens(folder, rules, overrides=overrides, vehicles=vehicles, commitments=commitments)


PAIR = (("Ash", 0), ("Elm", 1))


def test_an_estimate_stands_instead_of_the_vehicle(tmp_path: Path) -> None:
    """Ash: 2,000 saved, 300 a year, 900 once; Elm: 700 a year. Half as much again and the rest touch none of them."""
    instance = devon(tmp_path)
    rows = "council,service,host,annual_saving,annual_cost,one_off_cost\nAsh,payroll,Ash,2000,300,900\nElm,payroll,Ash,,700,\n"
    (tmp_path / "estimates.csv").write_text(rows, encoding="utf-8")
    plans = [[decision("payroll", ("Ash", 0), ("Elm", 1), vehicle=vehicle)] for vehicle in ("company", "joint working")]
    company, joint = (derive(devon_with_estimates, plan) for devon_with_estimates in [devon(tmp_path)] for plan in plans)
    assert company.partnerships[0].members[0] == joint.partnerships[0].members[0]
    assert company.partnerships[0].members[0].annual_saving == pytest.approx(0.9 * 2000 - 1.2 * 300 + 900)
    elm = [figures.partnerships[0].members[1].annual_saving for figures in (company, joint)]
    assert elm == pytest.approx([1.35 * 11000 - 840 + 1080, 0.9 * 11000 - 840 + 1080])
    assert derive(instance, plans[1]).partnerships[0].one_off == 2400 + 3600  # without estimates: 2,000 * 1.2, no factor


def test_the_vehicle_is_a_decision_of_the_plan(tmp_path: Path) -> None:
    """Another vehicle that may run the service is other figures, not another name for the same."""
    document = devon_by_hand()
    partnership = document.partnerships[0].model_copy(update={"vehicle": "joint working"})
    faults = audit(devon(tmp_path), changed(document, partnerships=(partnership,))).faults
    # process 3,000 * 0.9 and hosting 1,200 of Ash: 2,700 - 1,200 + 900
    assert "partnership payroll at Ash, member Ash: annual_saving 3,270.00 in the plan, 2,400.00 by the audit (870.00 apart)" in faults
    assert not any("vehicle" in fault for fault in faults)


def test_a_vehicle_that_is_none_ends_the_audit(tmp_path: Path) -> None:
    """With a table of vehicles there are those in it; without one there is the lead authority."""
    for instance, vehicle in ((with_vehicles(tmp_path / "a"), "trust"), (fens(tmp_path / "b"), "company")):
        document = document_for(instance, [decision("payroll", *PAIR)])
        partnership = document.partnerships[0].model_copy(update={"vehicle": vehicle})
        found = audit(instance, changed(document, partnerships=(partnership,)))
        assert found.faults == (f"partnership payroll at Ash: '{vehicle}' is not a delivery vehicle of the instance",)
        assert audit(instance, document).passed


def test_a_vehicle_runs_its_own_services_alone(tmp_path: Path) -> None:
    """The company is for payroll and benefits."""
    instance = with_vehicles(tmp_path)
    crowd = (*PAIR, ("Oak", 1))
    plan = [decision(service, *crowd, vehicle="company") for service in ("payroll", "benefits", "planning")]
    assert audit(instance, document_for(instance, plan)).faults == ("partnership planning at Ash: company may not run planning",)


@pytest.mark.parametrize("size", ["", "partnership_size = false", "partnership_size = { minimum = 2 }"])
def test_members_that_a_vehicle_needs(size: str, tmp_path: Path) -> None:
    """The host counts; the line stands even where rule partnership_size is off, beside the rule's own where it is on."""
    instance = with_vehicles(tmp_path, size)
    few = audit(instance, document_for(instance, [decision("payroll", *PAIR, vehicle="company")]))
    assert few.faults == ("rule partnership_size, payroll at Ash, as company: 2 members, but at least 3 members (1 apart)",)
    enough = [decision("payroll", *PAIR, ("Oak", 2), vehicle="company"), decision("benefits", *PAIR)]
    found = audit(instance, document_for(instance, enough))
    assert found.passed
    own = ["benefits at Ash, minimum", "payroll at Ash, as company", "payroll at Ash, minimum"]
    lines = [(line.scope, line.value, line.limit, line.unit, line.slack) for line in found.rules if line.rule == "partnership_size"]
    assert [scope for scope, *_ in lines] == (own if "{" in size else own[1:2])
    assert ("payroll at Ash, as company", 3, 3, "members", 0) in lines


CROWD = (("Ash", 0), ("Elm", 1), ("Oak", 1))


@pytest.mark.parametrize(
    ("row", "vehicle", "kept", "words"),
    [
        ("Ash,payroll,hosts,,,company", "company", True, "Ash hosts payroll, vehicle company"),
        ("Ash,payroll,hosts,,,company", "lead_authority", False, "Ash hosts payroll, vehicle company"),
        ("Ash,payroll,hosts,,2026-04-01,company", "company", True, "Ash hosts payroll on 2026-04-01, vehicle company"),
        ("Ash,payroll,hosts,,,", "company", True, "Ash hosts payroll"),
        ("Ash,payroll,hosts,,,", "lead_authority", True, "Ash hosts payroll"),
    ],
)
def test_a_vehicle_that_is_decided_for_a_host(row: str, vehicle: str, kept: bool, words: str, tmp_path: Path) -> None:
    """The vehicle is part of what is decided where the row names one."""
    instance = with_vehicles(tmp_path, decided=f"{row}\n")
    found = audit(instance, document_for(instance, [decision("payroll", *CROWD, vehicle=vehicle)]))
    (line,) = [line for line in found.rules if line.rule == "commitments"]
    assert (line.scope, line.value) == (words, float(kept))
    assert found.faults == (() if kept else (f"rule commitments, {words}: is not kept",))


LIVE = "Ash,{0},live,Ash,,{1}\nElm,{0},live,Ash,,{2}\nOak,{0},live,Ash,,\n"
FIRST, COMPANY = VEHICLES.split("lead_authority")[0], "company"
NEUTRAL = "lead_authority"


@pytest.mark.parametrize(
    ("decided", "vehicles", "expected"),
    [
        (LIVE.format("payroll", "company", ""), VEHICLES, COMPANY),  # one row names it, the others are blank
        (LIVE.format("payroll", "", "company"), VEHICLES, COMPANY),
        (LIVE.format("payroll", "", "") + "Ash,payroll,hosts,,,company\n", VEHICLES, COMPANY),
        (LIVE.format("payroll", "", ""), VEHICLES, NEUTRAL),  # there is the lead authority
        (LIVE.format("payroll", "", ""), FIRST + "trust,,,,,planning\n", COMPANY),  # the only one that may run it
        (LIVE.format("payroll", "", ""), FIRST + "lead_authority,,,,,planning\n", COMPANY),
    ],
)
def test_the_vehicle_of_what_is_live(decided: str, vehicles: str, expected: str, tmp_path: Path) -> None:
    """The one that is named, else the only one possible, else the lead authority; the plan may not change it."""
    instance = with_vehicles(tmp_path, vehicles=vehicles, decided=decided)
    live = [(council, -1) for council in ("Ash", "Elm", "Oak")]
    assert audit(instance, document_for(instance, [decision("payroll", *live, vehicle=expected)])).passed
    other = next((name for name in ("lead_authority", "company") if name != expected and f"\n{name}," in f"\n{vehicles}"), None)
    if other is not None:
        faults = audit(instance, document_for(instance, [decision("payroll", *live, vehicle=other)])).faults
        kept = [f"rule commitments, {council} live with Ash in payroll" for council in ("Ash", "Elm", "Oak")]
        assert all(any(fault.startswith(scope) for fault in faults) for scope in kept)


def test_a_council_that_joins_what_is_live_joins_its_vehicle(tmp_path: Path) -> None:
    """One partnership has one vehicle: the newcomer saves half as much again with the company, 15,000 - 0 a year."""
    instance = with_vehicles(tmp_path, decided="Ash,payroll,live,Ash,,company\nElm,payroll,live,Ash,,\n")
    plan = Decision("payroll", "Ash", decision("payroll", ("Ash", -1), ("Elm", -1), ("Oak", 0)).moves, "company")
    found = audit(instance, document_for(instance, [plan]))
    assert found.passed
    assert [member.annual_saving for member in document_for(instance, [plan]).partnerships[0].members] == [13600, 15000, 15000]


def test_commitments_that_are_off_decide_no_vehicle(tmp_path: Path) -> None:
    """The rule has no line then."""
    instance = apply(with_vehicles(tmp_path, decided="Ash,payroll,hosts,,,company\n"), overrides=["rules.commitments = off"])
    assert audit(instance, document_for(instance, [decision("payroll", *PAIR)])).passed
