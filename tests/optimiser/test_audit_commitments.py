"""The audit: commitments, kept and not, and partnerships that are live already."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from audited import KENT, decision, document_for, kent, kent_by_hand, medway, two_services

from instances import read
from optimiser.audit import Move, audit, derive
from optimiser.audit.facts import Facts


@pytest.mark.parametrize(
    ("row", "kept", "words"),
    [
        ("Thanet,payroll,hosts,,", True, "Thanet hosts payroll"),
        ("Thanet,,hosts,,2026-04-01", True, "Thanet hosts payroll on 2026-04-01"),
        ("Thanet,payroll,hosts,,2027-04-01", False, "Thanet hosts payroll on 2027-04-01"),
        ("Dover,payroll,hosts,,", False, "Dover hosts payroll"),
        ("Dover,,shares_with,Thanet,2027-04-01", True, "Dover shares payroll with Thanet on 2027-04-01"),
        ("Dover,payroll,shares_with,Thanet,2026-04-01", False, "Dover shares payroll with Thanet on 2026-04-01"),
        ("Dover,payroll,shares_with,Swale,", False, "Dover shares payroll with Swale"),
        ("Dover,payroll,together,Thanet,", True, "Dover together with Thanet in payroll"),
        ("Dover,payroll,together,Thanet,2027-04-01", False, "Dover together with Thanet in payroll on 2027-04-01"),
        ("Dover,payroll,together,Swale,", False, "Dover together with Swale in payroll"),
        ("Dover,payroll,never_with,Swale,", True, "Dover never with Swale in payroll"),
        ("Thanet,payroll,never_with,Dover,", False, "Thanet never with Dover in payroll"),
        ("Swale,payroll,stays_out,,", True, "Swale stays out of payroll"),
        ("Dover,payroll,stays_out,,", False, "Dover stays out of payroll"),
        ("Dover,payroll,not_before,,2027-04-01", True, "Dover in payroll not before 2027-04-01"),
        ("Dover,payroll,not_before,,2027-04-02", False, "Dover in payroll not before 2027-04-02"),
        ("Swale,payroll,not_before,,2027-04-02", True, "Swale in payroll not before 2027-04-02"),
    ],
)
def test_commitments(row: str, kept: bool, words: str, tmp_path: Path) -> None:
    """Each kind of decision, kept and not; a kept one has no slack and is marked binding, which means just that."""
    found = audit(kent(tmp_path, commitments=f"{row}\n"), kent_by_hand())
    lines = [line for line in found.rules if line.rule == "commitments"]
    assert [(line.scope, line.value, line.limit, line.slack) for line in lines] == [(words, float(kept), 1, 0 if kept else -1)]
    assert lines[0].binding
    assert found.faults == (() if kept else (f"rule commitments, {words}: is not kept",))


def test_a_blank_service_is_one_line_for_each_service(tmp_path: Path) -> None:
    """A commitment about every service that the council runs is checked service by service."""
    two_services(tmp_path)
    (tmp_path / "commitments.csv").write_text("council,service,decision,other,go_live\nSwale,,stays_out,,\n", encoding="utf-8")
    lines = audit(read(tmp_path), kent_by_hand()).rules
    assert [line.scope for line in lines if line.rule == "commitments"] == ["Swale stays out of parks", "Swale stays out of payroll"]


def test_what_is_decided_twice_is_one_line(tmp_path: Path) -> None:
    """For every service and for payroll again: the same decision about payroll."""
    found = audit(kent(tmp_path, commitments="Swale,,stays_out,,\nSwale,payroll,stays_out,,\n"), kent_by_hand())
    assert [line.scope for line in found.rules if line.rule == "commitments"] == ["Swale stays out of payroll"]


LIVE = "Thanet,payroll,live,Thanet,\nDover,payroll,live,Thanet,\n"


@pytest.mark.parametrize(
    ("since", "second_half"),
    [("2025-07-01", 588), ("2025-07-02", -204), ("2024-07-01", 1380), ("", -204)],
)
def test_phase_in_of_what_is_live_counts_from_its_own_date(since: str, second_half: float, tmp_path: Path) -> None:
    """Whole months to July 2026: 12 are the second year (see `medway_by_hand`), 11 or 6 the first, 24 the third.

    (share * 3,600 * 1.1 - 1,200) / 2 with share 0.6, 0.2 or 1: 588, -204, 1,380.
    """
    medway(tmp_path)
    rows = f"council,service,decision,other,go_live\nKent,waste,live,Kent,{since}\nMedway,waste,live,Kent,\n"
    (tmp_path / "commitments.csv").write_text(rows, encoding="utf-8")
    figures = derive(read(tmp_path), [decision("waste", ("Kent", -1), ("Medway", -1))])
    kent_cash = [
        figures.cashflow["2026/27", "Kent", "waste", head] - figures.cashflow["2025/26", "Kent", "waste", head]
        for head in ("process", "hosting")
    ]
    assert sum(kent_cash) == pytest.approx(second_half)


def test_phase_in_of_what_is_live_since_a_leap_day(tmp_path: Path) -> None:
    """Years since go-live are counted by periods, so that the 28th a year after 29 February is a year after."""
    instance = medway(tmp_path)
    calendar = instance.calendar.model_copy(update={"start": dt.date(2028, 2, 29), "period_months": 12, "horizon_years": 2.0})
    facts = Facts(dataclasses.replace(instance, settings=instance.settings.model_copy(update={"calendar": calendar})))
    facts.live["Medway", "waste"] = ("Kent", dt.date(2028, 2, 29))
    assert [facts.year_since_go_live("waste", Move("Medway", -1), period) for period in (0, 1)] == [0, 1]


def test_what_is_live_is_not_judged_but_counts(tmp_path: Path) -> None:
    """Contract, distance, span, compatibility, quality and go-lives pass over it; size, saving and host capacity count it."""
    overrides = ["rules.maximum_distance = 1", "rules.maximum_span = 1", "rules.compatibility.minimum = 1", "services.payroll.quality = 1"]
    overrides += ["rules.delivery_capacity = 1", "baselines.Thanet.payroll.can_host = false", "contracts.Dover.payroll.break_from = none"]
    instance = kent(tmp_path, *overrides, commitments=LIVE)
    found = audit(instance, document_for(instance, [decision("payroll", ("Thanet", -1), ("Dover", -1))]))
    assert found.faults == ()
    rules = [
        "partnership_size",
        "partnership_size",
        "maximum_partnerships",
        "minimum_saving",
        "host_capacity",
        "commitments",
        "commitments",
    ]
    assert [line.rule for line in found.rules] == rules


def test_a_council_that_joins_what_is_live_is_judged(tmp_path: Path) -> None:
    """The newcomer's distance and pairs count, those of the two that are live do not."""
    instance = kent(tmp_path, "compatibility.Dover.Thanet.payroll.score = 0", commitments=LIVE)
    found = audit(instance, document_for(instance, [decision("payroll", ("Thanet", -1), ("Dover", -1), ("Swale", 1))]))
    assert "rule maximum_distance, payroll at Thanet: Swale: 60 km, but at most 25 km (35 apart)" in found.faults
    line = next(line for line in found.rules if line.rule == "compatibility")
    assert (line.scope, line.value) == ("payroll at Thanet: Swale and Thanet", 0.6)


def test_a_live_commitment_that_the_plan_moves_is_found(tmp_path: Path) -> None:
    """What is live stays where it is: a new tranche or another host breaks the commitment."""
    instance = kent(tmp_path, commitments=LIVE)
    faults = audit(instance, document_for(instance, KENT)).faults
    assert "rule commitments, Dover live with Thanet in payroll: is not kept" in faults
    empty = audit(instance, document_for(instance, [])).faults
    assert len(empty) == 2
