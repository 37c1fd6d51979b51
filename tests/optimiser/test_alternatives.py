"""Alternatives: by hand, in words, as tables; where they end, where they are stopped, what is refused."""

from __future__ import annotations

import datetime as dt
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from benchmarks.region import write_region
from small import TWO_SERVICES, shire

import optimiser.alternatives.search
from formulations import Objective
from instances import Instance, read
from instances.asked import AtMost, Includes
from optimiser import Plan, solve
from optimiser.alternatives import Alternatives, AlternativesDocument, alternatives
from optimiser.alternatives.words import share_of
from optimiser.errors import InfeasibleError, NoPlanError, UsageError
from solvers.base import Progress

COSTS = "integration_cost = 10000\n"
SAVES = "council, service, host, annual_saving\n" + "".join(
    f"{council}, payroll, {host}, {saving}\n"
    for host, savings in {"Ash": {"Elm": 30_000, "Oak": 20_000, "Yew": 4_000}, "Elm": {"Ash": 25_000, "Oak": 20_000, "Yew": 3_500}}.items()
    for council, saving in savings.items()
)
"""In three years, less 10 once: with Ash, Elm is worth 80, Oak 50 and Yew 2; with Elm, Ash 65, Oak 50 and Yew 0.5, in thousands."""


@pytest.fixture
def ash_or_elm(tmp_path: Path) -> Instance:
    """Best is 132 with Ash and all; 130 without Yew; then 115.5 with Elm and all, 115 without Yew; then others without Oak or Elm."""
    return shire(tmp_path, "12 1 3", economics=COSTS, estimates=SAVES)


def npvs(found: Alternatives) -> list[float]:
    return [plan.npv for plan in found.document.plans]


def test_best_first(ash_or_elm: Instance) -> None:
    """Each is the next best; they end where the next would lose more than its share: 82 of 132 for Ash with Elm and Yew is 38 % less."""
    found = alternatives(ash_or_elm, count=9, within=0.2)
    assert npvs(found) == pytest.approx([132_000, 130_000, 115_500, 115_000])
    document = found.document
    assert (document.ended, document.status, document.least) == ("share", "optimal", 105_600)
    assert [plan.lost for plan in document.plans] == pytest.approx([0, 2_000, 16_500, 17_000])
    assert [plan.differs for plan in document.plans] == [(), (1,), (4, 4), (4, 3, 1)]
    assert all(plan.proven and plan.gap == 0 and plan.bound == plan.npv for plan in document.plans)
    assert document.next_bound is not None
    assert 82_000 <= document.next_bound < 105_600


def test_so_many_and_no_more(ash_or_elm: Instance) -> None:
    """As many as asked for; one is the optimum alone, of which the next is not looked for."""
    found = alternatives(ash_or_elm, count=2)
    assert (found.document.ended, npvs(found)) == ("count", pytest.approx([132_000, 130_000]))
    assert found.document.ended_because == "2 plans were asked for; there may be more within 5%."
    assert found.document.next_bound == pytest.approx(130_000)
    one = alternatives(ash_or_elm, count=1)
    assert (one.document.ended, one.document.ended_because) == ("count", "1 plan was asked for; there may be more within 5%.")


@pytest.mark.parametrize(
    ("differ", "expected"),
    [
        (2, [132_000, 115_500, 80_000]),  # then Ash with Elm, neither Oak nor Yew; with Yew too it would be the first in all but Oak
        (3, [132_000, 115_500, 0]),  # whoever is with Ash or with Elm, two at least are so in one of the first two as well
        (4, [132_000, 115_500, 0]),
        (5, [132_000]),
    ],
)
def test_how_far_apart(ash_or_elm: Instance, differ: int, expected: list[float]) -> None:
    """Every two differ in so many arrangements at least; there are four councils."""
    found = alternatives(ash_or_elm, count=3, within=1.0, differ=differ)
    assert npvs(found) == pytest.approx(expected)
    assert all(count >= differ for plan in found.document.plans for count in plan.differs)
    assert found.document.ended == ("none" if differ == 5 else "count")


def test_until_there_is_none(ash_or_elm: Instance) -> None:
    """Ash or Elm with any others, one with Oak and one with Yew, or nothing: 2 * 7 + 2 + 1 plans, the last worth nothing."""
    found = alternatives(ash_or_elm, count=99, within=1.0)
    assert len(found.document.plans) == 17
    assert npvs(found) == sorted(npvs(found), reverse=True)
    assert npvs(found)[-1] == 0
    assert (found.document.ended, found.document.next_bound) == ("none", None)
    assert found.document.ended_because == "There is no further plan that differs from all of these in 1 arrangement or more."


LOSES = "council, service, decision, other\nElm, payroll, shares_with, Ash\n"


def test_share_of_an_optimum_below_nothing(tmp_path: Path) -> None:
    """Elm has to share with Ash, which loses 10: a share of 10, not of -10, may be lost besides. With Oak too it loses 20, with Yew 22."""
    estimates = "council, service, host, annual_cost\nYew, payroll, Ash, 666.666666\n"
    instance = shire(tmp_path, "12 1 3", economics=COSTS, commitments=LOSES, estimates=estimates)
    found = alternatives(instance, within=1.0).document
    assert [plan.npv for plan in found.plans] == pytest.approx([-10_000, -20_000], abs=0.01)
    assert (found.least, found.ended) == (-20_000, "share")
    assert [plan.share_lost for plan in found.plans] == pytest.approx([0, 1])
    assert [plan.npv for plan in alternatives(instance, within=0.99).document.plans] == pytest.approx([-10_000])


def test_share_of_an_optimum_of_nothing(tmp_path: Path) -> None:
    """Doing nothing is best, and nothing is a share of that: only plans that lose nothing are within it."""
    instance = shire(tmp_path, "12 1 3", economics="process_saving = 0.0")
    found = alternatives(instance, count=3, within=0.5).document
    assert [(plan.npv, plan.share_lost) for plan in found.plans] == [(0, 0)] * 3
    dear = alternatives(shire(tmp_path / "dear", "12 1 3", economics=COSTS), within=1.0).document
    assert (len(dear.plans), dear.ended, dear.least) == (1, "share", 0)
    assert "less" in dear.ended_because
    assert "%" not in dear.ended_because.split("worth more than")[1]


def test_what_they_trade(tmp_path: Path) -> None:
    """Elm's contract ends in 2027. Ash may have Oak and Yew at once and Elm then, worth 50, 2 and 2 * 30 - 10 = 50, in all 102.

    Under Elm all have to wait: Ash is worth 2 * 25 - 10 = 40, Oak 30 and Yew -3.
    """
    contracts = "council, service, expires\nElm, payroll, 2027-04-01\n"
    instance = shire(tmp_path, "12 2 3", economics=COSTS, estimates=SAVES.replace("30_000", "30000"), contracts=contracts)
    plans = alternatives(instance, within=0.4, count=4).document.plans
    assert plans[0].trade == ""
    assert plans[0].latest_go_live == dt.date(2027, 4, 1)
    assert [plan.trade for plan in plans[1:]] == [
        "Plan 2 is worth £2,000 less (2.0%), costs £10,000 less once and saves £4,000 less a year, with as many partnerships (1) and the same "
        "last go-live (April 2027): payroll: Yew leaves.",
        "Plan 3 is worth £32,000 less (31.4%), costs £10,000 less once and saves £9,000 less a year, with as many partnerships (1), 2 go-lives "
        "later and the same last go-live (April 2027): payroll: host Elm in place of Ash; Yew leaves.",
        "Plan 4 is worth £35,000 less (34.3%), costs as much once and saves £5,500 less a year, with as many partnerships (1), 3 go-lives "
        "later and the same last go-live (April 2027): payroll: host Elm in place of Ash.",
    ]


def test_what_they_have_in_common(tmp_path: Path) -> None:
    """Who is together, hosts, and how many plans have each pairing; waste is shared in the best plan only."""
    instance = shire(
        tmp_path, "12 1 3", economics=COSTS, estimates=SAVES + "Elm, waste, Ash, 5000\n", **TWO_SERVICES
    )  # waste is worth 15 - 10 = 5
    found = alternatives(instance, count=3)
    document = found.document
    assert npvs(found) == pytest.approx([137_000, 135_000, 132_000])
    assert document.in_common == ("payroll: Ash hosts Elm and Oak",)
    assert {(p.service, p.council_a, p.council_b): p.plans for p in document.pairings} == {
        ("payroll", "Ash", "Elm"): (1, 2, 3),
        ("payroll", "Ash", "Oak"): (1, 2, 3),
        ("payroll", "Ash", "Yew"): (1, 3),
        ("payroll", "Elm", "Oak"): (1, 2, 3),
        ("payroll", "Elm", "Yew"): (1, 3),
        ("payroll", "Oak", "Yew"): (1, 3),
        ("waste", "Ash", "Elm"): (1, 2),
    }
    assert [(h.service, h.host, h.plans) for h in document.hosts] == [("payroll", "Ash", (1, 2, 3)), ("waste", "Ash", (1, 2))]
    assert len(document.pairings_in_all) == 3
    wider = alternatives(instance, count=2, within=0.2, differ=4).document
    assert wider.in_common == (
        "payroll: Ash, Elm, Oak and Yew are together, under one host or another",
        "waste: Ash hosts Elm",
    )


def test_tables(ash_or_elm: Instance) -> None:
    """Plans, pairings, hosts and differences as DataFrames; the document as JSON and back."""
    found = alternatives(ash_or_elm, count=3)
    found = alternatives(ash_or_elm, count=3, within=0.2)
    assert found.plans["npv"].tolist() == pytest.approx([132_000, 130_000, 115_500])
    assert found.plans["differs_by"].tolist() == [0, 1, 4]
    assert found.plans["differences"].tolist() == ["", "payroll: Yew leaves", "payroll: host Elm in place of Ash"]
    assert found.pairings.set_index(["council_a", "council_b"]).loc[("Ash", "Yew")].tolist() == ["payroll", 2, False, True, False, True]
    assert found.hosts[["host", "plans", "in_all"]].values.tolist() == [["Ash", 2, False], ["Elm", 1, False]]
    assert found.differences.values.tolist() == [
        [2, "payroll", "Yew", "with Ash", "by itself"],
        [3, "payroll", "Ash", "host", "with Elm"],
        [3, "payroll", "Elm", "with Ash", "host"],
        [3, "payroll", "Oak", "with Ash", "with Elm"],
        [3, "payroll", "Yew", "with Ash", "with Elm"],
    ]
    again = AlternativesDocument.model_validate_json(found.document.model_dump_json())
    assert again == found.document
    assert Alternatives(again).plans.equals(found.plans)
    assert [plan.document for plan in Alternatives(again).found] == [plan.document for plan in found.found]


def test_alternatives_to_sharing_are_arrangements(tmp_path: Path) -> None:
    """Yew may buy payroll in for 1: in place of sharing that is worth 2, or besides the rest."""
    options = "council, service, option, annual_saving, one_off_cost\nYew, payroll, buy_in, 1000, 2000\n"
    found = alternatives(shire(tmp_path, "12 1 3", economics=COSTS, estimates=SAVES, options=options), count=3).document
    assert [plan.npv for plan in found.plans] == pytest.approx([132_000, 131_000, 130_000])
    assert [plan.options for plan in found.plans] == [0, 1, 0]
    assert found.plans[1].differences == ("payroll: Yew takes buy in in place of sharing with Ash",)


def test_plans_are_those_of_solve(ash_or_elm: Instance) -> None:
    """The first is the optimum with ties settled; the others are audited plans that say what was asked of them."""
    found = alternatives(ash_or_elm, count=2)
    assert found.found[0].document == solve(ash_or_elm).document
    assert found.document.plans[1].document.manifest["solve"]["asked"] == [
        f"1 arrangement or more other than in configuration {optimiser.asked.digest(found.found[0].document.configuration())}"
    ]
    assert found.document.plans[1].document.rules == found.found[1].document.rules
    assert found.document.study == alternatives(ash_or_elm, count=2).document.study != alternatives(ash_or_elm, count=3).document.study


def test_more_may_be_asked_of_all(ash_or_elm: Instance) -> None:
    """Of every plan, the first too."""
    found = alternatives(ash_or_elm, count=3, within=1.0, asked=(Includes("Elm", "payroll", "Elm"), AtMost("go_lives", 3)))
    assert npvs(found) == pytest.approx([115_000, 65_500, 65_000])


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"count": 0}, "ask for 1 plan or more"),
        ({"within": -0.1}, "is not a share"),
        ({"within": 1.5}, "is not a share"),
        ({"within": float("nan")}, "is not a share"),
        ({"differ": 0}, "give 1 or more"),
        ({"objective": Objective("net_saving")}, "by NPV"),
    ],
)
def test_what_means_nothing_is_refused(ash_or_elm: Instance, figures: dict[str, Any], said: str) -> None:
    """Before anything is solved."""
    with pytest.raises(UsageError, match=said):
        alternatives(ash_or_elm, **figures)


def test_no_plan_at_all(tmp_path: Path) -> None:
    """Infeasible says why, as in solve; without time there is no plan."""
    with pytest.raises(InfeasibleError, match="Oak is to host payroll"):
        alternatives(shire(tmp_path, commitments="council, service, decision, other\nOak, payroll, hosts,\n"))
    with pytest.raises(NoPlanError):
        alternatives(shire(tmp_path), time_limit=0.0)


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What happens before the third solve."""

    def make(stop: Any) -> list[int]:
        calls: list[int] = []
        real = solve

        def third(instance: Instance, settings: Any) -> Plan:
            calls.append(1)
            if len(calls) == 3:
                stop(settings)
            return real(instance, settings)

        monkeypatch.setattr(optimiser.alternatives.search, "solve", third)
        return calls

    return make


def test_interrupted_keeps_what_was_found(ash_or_elm: Instance, stopping: Any) -> None:
    """By somebody who sets the event, or by Ctrl-C wherever it strikes."""
    for stop in (lambda settings: settings.interrupt.set(), lambda settings: (_ for _ in ()).throw(KeyboardInterrupt())):
        stopping(stop)
        found = alternatives(ash_or_elm, count=9, within=1.0, interrupt=threading.Event())
        assert npvs(found) == pytest.approx([132_000, 130_000])
        document = found.document
        assert (document.ended, document.status) == ("interrupted", "feasible")
        assert document.next_bound == pytest.approx(130_000)
        assert document.ended_because.startswith("Interrupted; no further plan that differs from all of these in 1 arrangement or more is")


def test_the_time_is_for_all_plans(ash_or_elm: Instance, stopping: Any) -> None:
    """What the first two leave is less each time; when it is over, they are kept."""
    left: list[float] = []

    def wait(settings: Any) -> None:
        left.append(settings.time_limit)
        time.sleep(settings.time_limit)
        settings.interrupt._outer.clear()

    stopping(wait)
    found = alternatives(ash_or_elm, count=9, within=1.0, time_limit=3.0)
    assert 0 < left[0] < 3
    assert len(found.document.plans) in (2, 3)
    assert (found.document.ended, found.document.status) == ("time_limit", "feasible")
    assert found.document.ended_because.startswith("Stopped at the time limit; no further plan")


def test_a_plan_that_is_not_proven_is_kept_as_such(tmp_path: Path) -> None:
    """The first solve is stopped as soon as it has a plan: that is reported, with its gap, and that nothing more was looked for."""
    write_region(tmp_path, councils=8, services=5, tranches=3, seed=1)
    interrupt = threading.Event()

    def stop(progress: Progress) -> None:
        if progress.incumbent is not None:
            interrupt.set()

    found = alternatives(read(tmp_path), method="compact", gap=0.0, interrupt=interrupt, on_progress=stop).document
    assert (len(found.plans), found.ended, found.status) == (1, "interrupted", "feasible")
    assert not found.plans[0].proven
    assert found.plans[0].gap
    assert found.next_bound == found.plans[0].bound


def test_a_gap_allowed(tmp_path: Path) -> None:
    """Within 2 % each: none is better than its bound, bounds never rise, and no plan is left out that is known to be within the share."""
    write_region(tmp_path, councils=7, services=3, tranches=2, seed=1)
    instance = read(tmp_path)
    exact = alternatives(instance, count=4, within=0.02, differ=6, settle_ties=False).document
    found = alternatives(instance, count=4, within=0.02, differ=6, gap=0.01, method="decomposition").document
    bounds = [plan.bound for plan in found.plans if plan.bound is not None]
    assert len(bounds) == len(found.plans)
    assert bounds == sorted(bounds, reverse=True)
    for plan in found.plans:
        assert plan.proven
        assert plan.gap is not None
        assert plan.gap <= 0.01
    assert bounds[0] >= exact.plans[0].npv - 0.01
    assert found.plans[0].npv <= exact.plans[0].npv + 0.01


def test_shares_are_as_fine_as_they_have_to_be() -> None:
    """A tenth of a percent, and finer below one."""
    assert [share_of(share) for share in (0.162, 0.0104, 0.0021, 0.00002, 0.0)] == ["16.2%", "1.0%", "0.21%", "0.002%", "0.000%"]
