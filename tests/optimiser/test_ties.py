"""Ties: fewest partnerships, then fewest moves, then earliest tranches, then names; exactly, and whatever the row order."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from small import shire

from optimiser import Plan, solve

TWINS = """
    council, service, annual_cost, fixed_cost, volume, can_host
    Ash,     payroll, 100000,      40000,      1000,   yes
    Elm,     payroll, 100000,      40000,      1000,   yes
    Oak,     payroll, 100000,      40000,      1000,   yes
    Yew,     payroll, 100000,      40000,      1000,   yes
    """
"""Four councils that differ in name only."""
WORTH = "duplication_avoided = 0.25\nset_up_cost = 2500\n"
"""Joining saves £10,000 a year; a host pays £2,500 once."""


def moves(plan: Plan) -> list[tuple[str, str, str, int]]:
    """Service, host, council and tranche of every membership."""
    return [(p.service, p.host, m.council, m.tranche) for p in plan.document.partnerships for m in p.members]


def test_hosts_by_name(tmp_path: Path) -> None:
    """Any of the four may host the other three: Ash, the first by name, does; everybody goes live at once."""
    plan = solve(shire(tmp_path, economics=WORTH, baselines=TWINS))
    assert moves(plan) == [("payroll", "Ash", council, 0) for council in ("Ash", "Elm", "Oak", "Yew")]
    assert plan.document.manifest["ties"] == "settled"
    assert plan.npv == pytest.approx(3 * 3 * 10_000 - 2_500)


def test_fewest_partnerships(tmp_path: Path) -> None:
    """Three years at £10,000 a member: with set-up at £30,000 two partnerships of two earn no more than nothing, as does none."""
    size = "partnership_size = { maximum = 2 }"
    nothing = solve(shire(tmp_path, economics="duplication_avoided = 0.25\nset_up_cost = 30000", rules=size, baselines=TWINS))
    assert moves(nothing) == []
    assert nothing.npv == 0


def test_fewest_moves(tmp_path: Path) -> None:
    """Yew saves £2,500 a year by joining, which is what coordination costs: it stays out."""
    economics = WORTH + "coordination_cost = 2500\n"
    baselines = TWINS.replace("Yew,     payroll, 100000,      40000,      1000,   yes", "Yew, payroll, 100000, 10000, 1000, no")
    plan = solve(shire(tmp_path, economics=economics, baselines=baselines))
    assert [council for _, _, council, _ in moves(plan)] == ["Ash", "Elm", "Oak"]


def test_earliest_tranches(tmp_path: Path) -> None:
    """An estimate gives Elm nothing a year and £1,000 at go-live, whenever that is: it goes live at once."""
    estimates = "council, service, host, annual_saving, annual_cost, one_off_cost\nElm, payroll, Ash, 0, 0, -1000\n"
    baselines = TWINS.replace("1000,   yes", "1000, no").replace("1000, no", "1000, yes", 1)
    plan = solve(shire(tmp_path, economics="duplication_avoided = 0.25", estimates=estimates, baselines=baselines))
    assert ("payroll", "Ash", "Elm", 0) in moves(plan)


@pytest.mark.parametrize("order", [("Yew", "Oak", "Elm", "Ash"), ("Oak", "Ash", "Yew", "Elm")])
def test_row_order_makes_no_difference(tmp_path: Path, order: tuple[str, ...]) -> None:
    """Hosts by name, not by row."""
    lines = TWINS.strip().splitlines()
    rows = {line.split(",")[0].strip(): line for line in lines[1:]}
    baselines = "\n".join([lines[0], *(rows[name] for name in order)])
    plan = solve(shire(tmp_path, economics=WORTH, baselines=baselines))
    assert {host for _, host, _, _ in moves(plan)} == {"Ash"}


def test_alternatives_by_name(tmp_path: Path) -> None:
    """Two alternatives of the same worth: the first by name, and the earlier tranche where it does not matter."""
    options = "council, service, option, one_off_cost\nOak, payroll, redesign, -500\nOak, payroll, outsource, -500\n"
    plan = solve(shire(tmp_path, options=options))
    assert [(o.option, o.tranche) for o in plan.document.options] == [("outsource", 0)]


def test_a_single_best_plan_is_unique(tmp_path: Path) -> None:
    """Only Ash may host, and a pound today is worth more than one next year: nothing to settle."""
    baselines = TWINS.replace("1000,   yes", "1000, no").replace("1000, no", "1000, yes", 1)
    plan = solve(shire(tmp_path, economics=WORTH + "discount_rate = 0.035", baselines=baselines))
    assert len(moves(plan)) == 4
    assert plan.document.manifest["ties"] == "unique"


def test_a_gap_leaves_ties_to_the_solver(tmp_path: Path) -> None:
    """Within a gap nothing is proven about ties, and the manifest says so."""
    plan = solve(shire(tmp_path, economics=WORTH, baselines=TWINS), gap=0.01)
    assert plan.document.manifest["ties"] == "not settled"


def test_an_interrupt_keeps_the_plan(tmp_path: Path) -> None:
    """Stopped once the optimum is proven: it is reported, its ties as they were."""
    interrupt = threading.Event()

    def stop(stage: str, remark: str) -> None:
        if stage == "settle ties":
            interrupt.set()

    plan = solve(shire(tmp_path, economics=WORTH, baselines=TWINS), interrupt=interrupt, on_stage=stop)
    assert plan.status == "optimal"
    assert plan.npv == pytest.approx(3 * 3 * 10_000 - 2_500)
    assert plan.document.manifest["ties"] == "not settled"


@pytest.mark.parametrize("solver", ["highs", "cbc", "glpk"])
def test_every_back_end_gives_the_same_plan(tmp_path: Path, solver: str) -> None:
    """Which of the tied plans a back end finds first makes no difference."""
    import solvers

    if solver not in solvers.available():
        pytest.skip(f"{solver} is not installed")
    plan = solve(shire(tmp_path, economics=WORTH, baselines=TWINS), solver=solver)
    assert moves(plan) == [("payroll", "Ash", council, 0) for council in ("Ash", "Elm", "Oak", "Yew")]


def test_names_settle_a_chain(tmp_path: Path) -> None:
    """Two partnerships of two among four twins: Ash with Elm, Oak with Yew, Ash and Oak as hosts."""
    rules = "partnership_size = { maximum = 2 }"
    plan = solve(shire(tmp_path, economics=WORTH, baselines=TWINS, rules=rules))
    assert moves(plan) == [
        ("payroll", "Ash", "Ash", 0),
        ("payroll", "Ash", "Elm", 0),
        ("payroll", "Oak", "Oak", 0),
        ("payroll", "Oak", "Yew", 0),
    ]
