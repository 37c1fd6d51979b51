"""The audit: rule sequencing: what has to be live at a council before a service goes live there."""

from __future__ import annotations

from pathlib import Path

import pytest
from audited import decision, document_for
from audited_fens import fens

from optimiser.audit import Decision, audit

AFTER = 'sequencing = [{{ service = "planning", after = {after}, periods = {periods} }}]'


def wait(folder: Path, rules: str, *plan: Decision, calendar: str = "12 3 4", **tables: str) -> list[tuple[str, str, float, float]]:
    """Scope, council, services live in time and services needed; the plan breaks no other rule."""
    instance = fens(folder, rules, calendar=calendar, **tables)
    found = audit(instance, document_for(instance, plan))
    lines = [line for line in found.rules if line.rule == "sequencing"]
    assert {line.unit for line in lines} <= {"services"}
    assert [fault.split(": ")[:2] for fault in found.faults] == [
        [f"rule sequencing, {line.service} at {line.host}", line.scope.split(": ")[1]] for line in lines if line.value < line.limit
    ]
    return [(line.scope, line.council, line.value, line.limit) for line in lines]


@pytest.mark.parametrize(
    ("periods", "words", "elm"),
    [(0, "with or after payroll", 1), (1, "1 period after payroll", 1), (2, "2 periods after payroll", 0)],
)
def test_a_service_after_another(periods: int, words: str, elm: int, tmp_path: Path) -> None:
    """Ash and Elm go live with planning in April 2028; Ash has payroll since 2026, Elm since 2027, at another host."""
    plan = [decision("planning", ("Elm", 2), ("Ash", 2)), decision("payroll", ("Ash", 0), ("Elm", 1))]
    assert wait(tmp_path, AFTER.format(after='["payroll"]', periods=periods), *plan) == [
        (f"planning at Elm: Ash, April 2028, {words}", "Ash", 1, 1),
        (f"planning at Elm: Elm, April 2028, {words}", "Elm", elm, 1),
    ]


def test_what_a_fault_says(tmp_path: Path) -> None:
    """Who goes live with what and when, and after what."""
    instance = fens(tmp_path, AFTER.format(after='["payroll", "benefits"]', periods=1))
    plan = [decision("planning", ("Ash", 1), ("Yew", 1)), decision("payroll", ("Ash", 0), ("Yew", 0))]
    assert audit(instance, document_for(instance, plan)).faults == (
        "rule sequencing, planning at Ash: Ash, April 2027, 1 period after payroll and benefits: "
        "1 services, but at least 2 services (1 apart)",
    )


def test_a_council_waits_for_what_it_runs(tmp_path: Path) -> None:
    """Yew runs no benefits, and waits for payroll alone; with nothing to wait for there is no line."""
    both = [
        decision("planning", ("Ash", 1), ("Yew", 1)),
        decision("payroll", ("Ash", 0), ("Yew", 0)),
        decision("benefits", ("Ash", 0), ("Elm", 0)),
    ]
    assert wait(tmp_path / "a", AFTER.format(after='["payroll", "benefits"]', periods=1), *both) == [
        ("planning at Ash: Ash, April 2027, 1 period after payroll and benefits", "Ash", 2, 2),
        ("planning at Ash: Yew, April 2027, 1 period after payroll", "Yew", 1, 1),
    ]
    alone = wait(tmp_path / "b", AFTER.format(after='["benefits"]', periods=1), *both)
    assert [council for _, council, *_ in alone] == ["Ash"]


@pytest.mark.parametrize(
    ("since", "periods", "in_time"),
    [
        ("", 0, 1),  # live since the start, and planning in the first tranche
        ("2025-04-01", 1, 1),
        ("2025-04-02", 1, 0),
        ("2024-04-01", 2, 1),
        ("2024-04-02", 2, 0),
        ("1900-01-01", 100, 1),
        ("1990-01-01", 2026, 0),  # further back than dates go
    ],
)
def test_what_is_live_already_counts_since_its_own_day(since: str, periods: int, in_time: int, tmp_path: Path) -> None:
    """Tranches reach back before the start: one yearly period before April 2026 is April 2025."""
    live = f"council,service,decision,other,go_live\nAsh,payroll,live,Ash,{since}\nElm,payroll,live,Ash,{since}\n"
    plan = [decision("payroll", ("Ash", -1), ("Elm", -1)), decision("planning", ("Ash", 0), ("Elm", 0))]
    lines = wait(tmp_path, AFTER.format(after='["payroll"]', periods=periods), *plan, commitments=live)
    assert [value for _, _, value, _ in lines] == [in_time, in_time]


def test_periods_before_the_start_have_the_length_of_a_period(tmp_path: Path) -> None:
    """Two quarters before July 2026 is January 2026."""
    live = "council,service,decision,other,go_live\nAsh,payroll,live,Ash,2026-01-01\nElm,payroll,live,Ash,2026-01-02\n"
    plan = [decision("payroll", ("Ash", -1), ("Elm", -1)), decision("planning", ("Ash", 1), ("Elm", 1))]
    lines = wait(tmp_path, AFTER.format(after='["payroll"]', periods=2), *plan, calendar="3 3 4", commitments=live)
    assert [(council, value) for _, council, value, _ in lines] == [("Ash", 1), ("Elm", 0)]


def test_what_is_live_is_not_judged_itself(tmp_path: Path) -> None:
    """Planning that is live waits for nothing; Oak, which joins it, does."""
    live = "council,service,decision,other\nAsh,planning,live,Ash\nElm,planning,live,Ash\n"
    lines = wait(
        tmp_path, AFTER.format(after='["payroll"]', periods=1), decision("planning", ("Ash", -1), ("Elm", -1), ("Oak", 1)), commitments=live
    )
    assert lines == [("planning at Ash: Oak, April 2027, 1 period after payroll", "Oak", 0, 1)]


CATEGORY = 'sequencing = [{{ category = "front_line", after_back_office = {services}, periods = {periods} }}]'


@pytest.mark.parametrize(
    ("services", "periods", "ash", "yew"),
    [(1, 1, 2, 1), (2, 1, 2, 1), (1, 2, 1, 0), (2, 0, 2, 1)],
)
def test_a_category_after_back_office(services: int, periods: int, ash: int, yew: int, tmp_path: Path) -> None:
    """Planning in April 2028: Ash has payroll since 2027 and benefits since 2026, Yew, which runs no benefits, payroll since 2027."""
    plan = [
        decision("planning", ("Ash", 2), ("Yew", 2)),
        decision("payroll", ("Ash", 1), ("Yew", 1)),
        decision("benefits", ("Elm", 0), ("Ash", 0)),
    ]
    words = f"{('with or after', '1 period after', '2 periods after')[periods]} {('', '1 back-office service', '2 back-office services')[services]}"
    assert wait(tmp_path, CATEGORY.format(services=services, periods=periods), *plan) == [
        (f"planning at Ash: Ash, April 2028, {words}", "Ash", ash, services),
        (f"planning at Ash: Yew, April 2028, {words}", "Yew", yew, services),
    ]


def test_several_rules_at_once(tmp_path: Path) -> None:
    """Each has its own lines; one that is written twice has them once."""
    one, two = '{ service = "planning", after = ["payroll"], periods = 1 }', '{ service = "planning", after = ["payroll"], periods = 2 }'
    plan = [decision("planning", ("Ash", 2), ("Elm", 2)), decision("payroll", ("Ash", 0), ("Elm", 0))]
    lines = wait(tmp_path, f"sequencing = [{one}, {two}, {one}]", *plan)
    assert [scope.rpartition(", ")[2] for scope, *_ in lines] == ["1 period after payroll", "2 periods after payroll"] * 2


def test_the_rule_is_about_its_service_alone(tmp_path: Path) -> None:
    """Payroll itself waits for nothing."""
    assert wait(tmp_path, AFTER.format(after='["payroll"]', periods=1), decision("payroll", ("Ash", 0), ("Elm", 0))) == []
