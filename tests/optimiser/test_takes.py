"""Commitments to an alternative, from the plan to the report: kept by both methods, audited, explained, taken out, priced."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from pathlib import Path

import pytest
from audited import changed, document_for
from rich.console import Console
from small import arrangements, shire
from tiny import write_takes

from instances import Instance, apply, read
from instances.asked import Includes
from instances.graph import council_graph
from optimiser import solve
from optimiser.audit import Alternative, audit
from optimiser.errors import InfeasibleError
from optimiser.explain import explain
from optimiser.feasible import has_plan, named_moves
from optimiser.sensitivity.relaxing import commitment_questions
from optimiser.sensitivity.withdrawal import without
from optimiser.summary import print_summary
from optimiser.why_not.refusals import refusals
from solvers import get
from solvers.base import Limits

OPTIONS = "council, service, option, annual_saving, annual_cost, one_off_cost, available_from\n"
LOSES = OPTIONS + "Oak, payroll, outsource, 2000, 5000, 4000,\nOak, payroll, redesign, 9000, , ,\n"
"""To outsource costs Oak 3,000 a year and 4,000 once; its redesign would save 9,000 a year."""
HEADER = "council, service, decision, other, go_live, option\n"
SAVES = "duplication_avoided = 0.5"
"""Elm saves 25,000 a year with Ash, Oak 10,000, Yew 15,000."""


def oak(folder: Path, go_live: str = "", rules: str = "", rows: str = "", **tables: str) -> Instance:
    """The shire for three years, in which Oak has to outsource."""
    commitments = HEADER + f"Oak, payroll, takes, , {go_live}, outsource\n{rows}"
    return shire(folder, rules=rules, economics=SAVES, commitments=commitments, **({"options": LOSES} | tables))


@pytest.mark.parametrize(
    ("go_live", "tranche", "start", "npv"),
    [
        ("", 1, "2027-04-01", -10_000),  # the later, the less is lost
        ("2026-04-01", 0, "2026-04-01", -13_000),
        ("2027-04-01", 1, "2027-04-01", -10_000),
        ("2025-06-15", -1, "2025-06-15", -9_000),  # paid for, and there from the first period on
    ],
)
@pytest.mark.parametrize("method", ["compact", "decomposition"])
def test_what_is_decided_is_taken_though_it_loses(tmp_path: Path, method: str, go_live: str, tranche: int, start: str, npv: float) -> None:
    """By hand: 3,000 a year lost, and 4,000 once; Elm and Yew share with Ash as without it. The audit agrees, as all plans are audited."""
    plan = solve(oak(tmp_path, go_live), method=method)  # type: ignore[arg-type]
    assert arrangements(plan) == {
        ("Ash", "payroll"): ("Ash", 0),
        ("Elm", "payroll"): ("Ash", 0),
        ("Yew", "payroll"): ("Ash", 0),
        ("Oak", "payroll"): ("outsource", tranche),
    }
    (one,) = plan.document.options
    assert (one.start, one.npv, one.annual_saving) == (dt.date.fromisoformat(start), pytest.approx(npv), pytest.approx(-3_000))
    assert one.one_off == pytest.approx(0 if tranche < 0 else 4_000)
    assert plan.npv == pytest.approx(3 * 40_000 + npv)
    assert plan.document.summary.go_lives == 3


def test_without_the_row_it_is_not_taken(tmp_path: Path) -> None:
    """So the row is what keeps it: sharing is worth more, and nothing at all too."""
    free = solve(apply(oak(tmp_path), overrides=["commitments.Oak.* = off"]))
    assert arrangements(free)["Oak", "payroll"] == ("Ash", 0)


def test_a_part_by_itself_may_lose(tmp_path: Path) -> None:
    """Where nobody shares, what is decided is all of the plan; parts are solved apart, and none of them may be left out."""
    plan = solve(oak(tmp_path, rules="maximum_partnerships = 0"))
    assert arrangements(plan) == {("Oak", "payroll"): ("outsource", 1)}
    assert plan.npv == pytest.approx(-10_000)


@pytest.mark.parametrize("seeds", [pytest.param(range(12), id="fast"), pytest.param(range(12, 30), id="more", marks=pytest.mark.long)])
def test_both_methods_agree(tmp_path: Path, seeds: range) -> None:
    """Random instances with alternatives that are decided; that each is the best is for tests/test_enumeration.py."""

    def answer(instance: Instance, method: str) -> object:
        try:
            plan = solve(instance, method=method)  # type: ignore[arg-type]
        except InfeasibleError as error:
            return error.reasons
        return arrangements(plan), pytest.approx(plan.npv, abs=0.005)

    for seed in seeds:
        write_takes(tmp_path / f"{seed}", 900 + seed)
        instance = read(tmp_path / f"{seed}")
        assert answer(instance, "compact") == answer(instance, "decomposition"), seed


def in_tranche(k: int, option: str = "outsource") -> Alternative:
    """Oak's."""
    return Alternative("Oak", "payroll", option, k)


@pytest.mark.parametrize(
    ("go_live", "taken", "kept", "words"),
    [
        ("", in_tranche(0), True, "Oak takes outsource in payroll"),
        ("", in_tranche(1), True, "Oak takes outsource in payroll"),
        ("", in_tranche(0, "redesign"), False, "Oak takes outsource in payroll"),
        ("", None, False, "Oak takes outsource in payroll"),
        ("2027-04-01", in_tranche(1), True, "Oak takes outsource in payroll on 2027-04-01"),
        ("2027-04-01", in_tranche(0), False, "Oak takes outsource in payroll on 2027-04-01"),
        ("2025-04-01", in_tranche(-1), True, "Oak takes outsource in payroll since 2025-04-01"),
        ("2025-04-01", in_tranche(0), False, "Oak takes outsource in payroll since 2025-04-01"),
    ],
)
def test_the_audit_judges_it(tmp_path: Path, go_live: str, taken: Alternative | None, kept: bool, words: str) -> None:
    """The alternative, and its tranche where there is a day; kept or not, with all figures right."""
    instance = oak(tmp_path, go_live)
    found = audit(instance, document_for(instance, [], [] if taken is None else [taken]))
    (line,) = [line for line in found.rules if line.rule == "commitments"]
    assert (line.scope, line.value) == (words, float(kept))
    assert found.faults == (() if kept else (f"rule commitments, {words}: is not kept",))


@pytest.mark.parametrize("decided", ["", "2027-04-01"])
def test_nothing_is_taken_already_that_no_row_says_so_of(tmp_path: Path, decided: str) -> None:
    """In the plan it is paid for, by the data it is still to be taken."""
    found = audit(instance := oak(tmp_path, decided), document_for(instance, [], [in_tranche(-1)]))
    assert "option outsource for Oak in payroll: is taken already in the plan (tranche -1), but no commitment says so" in found.faults


def test_the_audit_finds_a_wrong_start(tmp_path: Path) -> None:
    """And a one-off that is paid twice."""
    instance = oak(tmp_path, "2025-06-15")
    document = document_for(instance, [], [in_tranche(-1)])
    assert audit(instance, document).passed
    for wrong in ({"start": dt.date(2026, 4, 1)}, {"one_off": 4_000.0}):
        option = document.options[0].model_copy(update=wrong)
        (name,) = wrong
        assert any(f"{name} " in fault for fault in audit(instance, changed(document, options=(option,))).faults)


LATE = OPTIONS + "Oak, payroll, outsource, 2000, 5000, 4000, 2027-04-02\n"
CLASHES: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "one-off cost": (
        {"rules": "investment_limit = { council = 3999 }"},
        (
            "these cannot all be had: Oak is to take outsource for payroll (commitments.csv row 2); "
            "investment_limit council: one council spends at most £3,999 in any financial year (instance.toml)",
            "there is a plan without rule investment_limit",
            "there is a plan without row 2 of commitments.csv (Oak takes outsource, payroll)",
        ),
    ),
    "worse off": (
        {"rules": 'no_council_worse_off = "where_it_falls"', "go_live": "2025-06-15"},
        (
            "these cannot all be had: Oak has taken outsource for payroll since 15 June 2025 (commitments.csv row 2); "
            "no_council_worse_off: no council's own NPV is below £0, as it falls (instance.toml)",
            "there is a plan without rule no_council_worse_off",
            "there is a plan without row 2 of commitments.csv (Oak takes outsource, payroll)",
        ),
    ),
    "too late": (
        {"options": LATE},
        (
            "this cannot be had: Oak is to take outsource for payroll, which is to be had from 2 April 2027 only; "
            "the last tranche begins on 1 April 2027 (commitments.csv row 2)",
            "there is a plan without row 2 of commitments.csv (Oak takes outsource, payroll)",
        ),
    ),
    "waits too long": (
        {"rows": "Oak, , not_before, , 2027-04-02,\n"},
        (
            "these cannot all be had: Oak is to take outsource for payroll (commitments.csv row 2); "
            "Oak does not go live with any service before 2 April 2027 (commitments.csv row 3)",
            "there is a plan without row 2 of commitments.csv (Oak takes outsource, payroll)",
            "there is a plan without row 3 of commitments.csv (Oak not_before)",
        ),
    ),
    "nobody left": (
        {"rows": "Yew, payroll, shares_with, Elm, ,\nElm, payroll, stays_out, , ,\n"},
        (
            "these cannot all be had: Yew is to share payroll with Elm (commitments.csv row 3); "
            "Elm stays out of sharing payroll (commitments.csv row 4)",
            "there is a plan without row 3 of commitments.csv (Yew shares_with Elm, payroll)",
            "there is a plan without row 4 of commitments.csv (Elm stays_out, payroll)",
        ),
    ),
}


@pytest.mark.parametrize(("given", "says"), CLASHES.values(), ids=list(CLASHES))
def test_the_reason_names_the_row(tmp_path: Path, given: dict[str, str], says: tuple[str, ...]) -> None:
    """What clashes with it, and that without either there is a plan; where others clash it is not blamed."""
    with pytest.raises(InfeasibleError) as error:
        solve(oak(tmp_path, **given))
    assert error.value.reasons == says


def test_without_time_the_demand_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In words of its own, as there is no clash then."""
    monkeypatch.setattr("optimiser.infeasible.SECONDS", 0.0)
    with pytest.raises(InfeasibleError) as late:
        solve(oak(tmp_path / "late", options=LATE, rows="Oak, , not_before, , 2026-05-01,\n"))
    assert late.value.reasons[0] == (
        "Oak is to take outsource for payroll, but cannot: "
        "no tranche from 2026-04-01 to 2027-04-01 suits available_from 2027-04-02, not_before 2026-05-01"
    )
    with pytest.raises(InfeasibleError) as dear:
        solve(oak(tmp_path / "dear", rules="investment_limit = { council = 3999 }"))
    assert dear.value.reasons[0] == "what is asked for cannot be had: Oak takes outsource for payroll"


def test_it_is_explained_with_the_nearest_day(tmp_path: Path) -> None:
    """In the year 2026/27 nothing may be spent; a year later the 4,000 may, or 4,000 at once: the lower the loss the better."""
    rules = 'investment_limit = { council = { "2026/27" = 0 } }'
    found = explain(instance := oak(tmp_path, "2026-04-01", rules))
    (clash,) = found.clash_list
    assert [(item.rule, item.scope, item.other) for item in clash.items] == [
        ("commitments", "Oak takes outsource for payroll", "outsource"),
        ("investment_limit", "council 2026/27", ""),
    ]
    assert clash.items[0].says == ("Oak is to take outsource for payroll, from 1 April 2026; the rest of this clash needs 1 April 2027")
    repairs = {repair.overrides: repair.npv for repair in found.repair_list}
    later = ("commitments.Oak.payroll.go_live = 2027-04-01",)
    assert later in repairs
    assert ('commitments.Oak.payroll.takes."" = off',) in repairs
    for overrides, npv in repairs.items():
        assert solve(apply(instance, overrides=overrides)).npv == pytest.approx(npv)


def test_no_day_is_tried_on_which_it_is_not_to_be_had(tmp_path: Path) -> None:
    """It is to be had in 2027 only, when the money is not: no other day is a way out, but to do without one of the two is."""
    rules = 'investment_limit = { council = { "2027/28" = 0 } }'
    options = OPTIONS + "Oak, payroll, outsource, 2000, 5000, 4000, 2027-04-01\n"
    found = explain(oak(tmp_path, "2027-04-01", rules, options=options))
    paths = {text for repair in found.repair_list for text in repair.overrides}
    assert 'commitments.Oak.payroll.takes."" = off' in paths
    assert not any("go_live" in path for path in paths)


def test_to_do_nothing_is_no_plan(tmp_path: Path) -> None:
    """Asked of few moves: what has to be taken is demanded, and there may be no tranche for it."""
    solver, limits = get("highs"), Limits()
    assert has_plan(oak(tmp_path / "1"), solver, limits) is True
    assert has_plan(oak(tmp_path / "2", rules="investment_limit = { total = 3999 }"), solver, limits) is False
    assert has_plan(oak(tmp_path / "3", options=LATE), solver, limits) is False


@pytest.mark.parametrize("about", [("Oak", "payroll", "Ash"), ("Oak", "payroll"), ("Oak", "payroll", None, 1)])
@pytest.mark.parametrize("go_live", ["", "2027-04-01", "2025-04-01"])
def test_why_it_does_not_share(tmp_path: Path, go_live: str, about: tuple[str, ...]) -> None:
    """The row is named; without it there is the move."""
    instance, asked = oak(tmp_path, go_live), Includes(*about)  # type: ignore[arg-type]
    assert named_moves(council_graph(instance), asked).empty
    (found,) = refusals(council_graph(instance), asked)
    says = {
        "": "is to take outsource for payroll",
        "2027-04-01": "is to take outsource for payroll, from 1 April 2027",
        "2025-04-01": "has taken outsource for payroll since 1 April 2025",
    }
    assert (found.says, found.row) == (f"commitments: Oak {says[go_live]}", 2)
    assert not named_moves(council_graph(apply(instance, overrides=["commitments.Oak.payroll = off"])), asked).empty


def test_why_nobody_shares_with_it(tmp_path: Path) -> None:
    """Ash, which could host, takes an alternative."""
    options, commitments = OPTIONS + "Ash, payroll, redesign, 1, , ,\n", HEADER + "Ash, payroll, takes, , , redesign\n"
    instance = shire(tmp_path, options=options, commitments=commitments, economics=SAVES)
    (found,) = refusals(council_graph(instance), Includes("Elm", "payroll", "Ash"))
    assert found.says == "commitments: Ash is to take redesign for payroll"


@pytest.mark.parametrize("rules", ["", "commitments = false"])
def test_a_council_that_withdraws_takes_it_along(tmp_path: Path, rules: str) -> None:
    """With its alternatives goes what is decided about them, so that the data are sound; then it stays out."""
    instance = oak(tmp_path, rules=rules)
    left = apply(instance, overrides=list(without(instance, "Oak")))
    assert ("Oak", "payroll") not in arrangements(solve(left))
    assert not left.options


def test_its_price_has_a_name(tmp_path: Path) -> None:
    """Taken out, it is worth what sharing is worth more; the words say which alternative."""
    (question,) = commitment_questions(instance := oak(tmp_path))
    assert (question.name, question.overrides) == ("Oak takes outsource, payroll", ('commitments.Oak.payroll.takes."" = off',))
    assert solve(apply(instance, overrides=question.overrides)).npv == pytest.approx(150_000)


@pytest.mark.parametrize(("go_live", "when"), [("2025-06-15", "since 15 June 2025"), ("2027-04-01", " April 2027")])
def test_the_summary_says_since_when(tmp_path: Path, go_live: str, when: str) -> None:
    """As of what is live."""
    console, instance = Console(file=StringIO(), width=200), oak(tmp_path, go_live)
    print_summary(solve(instance), instance, console)
    assert isinstance(console.file, StringIO)
    (row,) = [line for line in console.file.getvalue().splitlines() if "outsource" in line]
    assert when in row
    assert ("since" in row) == (go_live < "2026")
