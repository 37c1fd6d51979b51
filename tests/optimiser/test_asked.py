"""What is asked of a plan besides the rules: in words, in the manifest, where it cannot be had, and from an earlier plan."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from benchmarks.region import write_region
from small import TWO_SERVICES, shire

from formulations import Objective, build, presolved, price
from instances import Instance, read
from instances.asked import Asked, AtMost, Differs, Excludes, Includes
from optimiser import Plan, solve
from optimiser.asked import digest, said
from optimiser.audit import audit
from optimiser.errors import AuditError, InfeasibleError

SAVES = "duplication_avoided = 0.5\nintegration_cost = 8000\nset_up_cost = 10000"
METHODS = ["compact", "decomposition"]


@cache
def region() -> Instance:
    """Large enough for decomposition to have something to do."""
    with TemporaryDirectory() as name:
        write_region(Path(name), councils=7, services=3, tranches=2, seed=1)
        return read(name)


@cache
def optimum() -> Plan:
    """Its best plan."""
    return solve(region(), method="compact", gap=0.0, settle_ties=False)


def test_configuration_of_a_plan(tmp_path: Path) -> None:
    """Hosts and alternatives, no vehicles and no tranches."""
    options = "council, service, option, annual_saving\nYew, payroll, digital, 90000\n"
    plan = solve(shire(tmp_path, economics=SAVES, options=options, rules="maximum_distance = 12"))
    assert plan.document.configuration() == {
        ("Elm", "payroll"): ("Elm", ""),
        ("Ash", "payroll"): ("Elm", ""),
        ("Oak", "payroll"): ("Elm", ""),
        ("Yew", "payroll"): ("", "digital"),
    }


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Differs({}, 1), "1 arrangement or more other than in configuration 4f53cda1"),
        (Differs({}, 2), "2 arrangements or more other than in configuration 4f53cda1"),
        (AtMost("one_off", 120_000), "one-off cost of £120,000 or less"),
        (AtMost("one_off", 1_234.5), "one-off cost of £1,234.50 or less"),
        (AtMost("one_off", -0.5), "one-off cost of -£0.50 or less"),
        (AtMost("go_lives", 1), "1 go-live or fewer"),
        (AtMost("partnerships", 12), "12 partnerships or fewer"),
        (Includes("Elm", "payroll"), "Elm shares payroll"),
        (Includes("Elm", "payroll", "Ash"), "Elm shares payroll with Ash"),
        (Includes("Ash", "payroll", "Ash", 1), "Ash hosts payroll from 2027-04-01"),
        (Includes("Elm", "payroll", tranche=-1), "Elm shares payroll, live already"),
        (Excludes("Elm", "payroll"), "Elm does not share payroll"),
        (Excludes("Elm", "payroll", "Ash"), "Elm does not share payroll with Ash"),
        (Excludes("Ash", "payroll", "Ash", 1), "Ash does not host payroll from 2027-04-01"),
    ],
)
def test_words(tmp_path: Path, asked: Asked, words: str) -> None:
    """Short, with the unit."""
    assert said(shire(tmp_path), [asked]) == [words]


def test_a_digest_stands_for_a_configuration() -> None:
    """Whatever the order of its rows."""
    one, two = (("Ash", "payroll"), ("Ash", "")), (("Elm", "payroll"), ("Ash", ""))
    assert digest(dict([one, two])) == digest(dict([two, one])) != digest(dict([one]))


def test_the_manifest_says_what_was_asked(tmp_path: Path) -> None:
    """Only where something was, so that other runs keep their ids."""
    instance = shire(tmp_path, economics=SAVES)
    assert "asked" not in solve(instance).document.manifest["solve"]
    plan = solve(instance, asked=(Includes("Ash", "payroll", "Ash"), AtMost("go_lives", 3)))
    assert plan.document.manifest["solve"]["asked"] == ["Ash hosts payroll", "3 go-lives or fewer"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "asked",
    [
        (Includes("Oak", "payroll", "Oak"),),
        (AtMost("partnerships", 0), Includes("Oak", "payroll")),
        (Differs({}, 9),),
        (AtMost("one_off", -1),),
    ],
    ids=repr,
)
def test_what_cannot_be_had_is_said(tmp_path: Path, method: Any, asked: tuple[Asked, ...]) -> None:
    """In one sentence that blames no rule, whether no move could do it or all moves together cannot."""
    instance = shire(tmp_path, economics=SAVES, rules="maximum_partnerships = 1")
    with pytest.raises(InfeasibleError) as error:
        solve(instance, asked=asked, method=method)
    assert error.value.reasons == (f"no plan that keeps the rules has what is asked besides: {'; '.join(said(instance, asked))}",)


def test_presolve_leaves_all_moves(tmp_path: Path) -> None:
    """A move that never pays may be the one that is asked for."""
    instance = shire(tmp_path, "12 2 3", economics="integration_cost = 8000")
    assert not len(build(presolved(price(instance), Objective())).JOINS)
    priced = price(instance, asked=(Includes("Yew", "payroll"),))
    assert presolved(priced, Objective()) is priced
    assert len(build(priced).JOINS) == len(build(price(instance), presolve=False).JOINS) > 0
    assert solve(instance, asked=priced.asked).npv == pytest.approx(-8000)


@pytest.mark.parametrize("method", METHODS)
def test_parts_are_solved_as_one(tmp_path: Path, method: Any) -> None:
    """Payroll and waste are parts of their own, and the limit is on both: the dearer one is left out."""
    instance = shire(tmp_path, economics=SAVES, rules="maximum_distance = 12", **TWO_SERVICES)
    assert len(price(instance).graph.parts) == 2
    assert {p.service for p in solve(instance, method=method).document.partnerships} == {"payroll"}
    plan = solve(instance, method=method, asked=(AtMost("partnerships", 1), Includes("Elm", "waste")))
    assert [p.service for p in plan.document.partnerships] == ["waste"]


DEMANDS = {
    "other": lambda: (Differs(optimum().document.configuration(), 3),),
    "cheaper": lambda: (AtMost("one_off", 0.6 * optimum().summary.one_off),),
    "fewer": lambda: (AtMost("go_lives", optimum().summary.go_lives // 2), AtMost("partnerships", 3)),
    "never chosen": lambda: (Includes(*_unshared()),),
}
"""Something that the best plan of the region has not."""


def _unshared() -> tuple[str, str]:
    moves = region_moves()
    return next(key for key in moves if key not in optimum().document.configuration())


def region_moves() -> list[tuple[str, str]]:
    """Councils and services that could join somebody."""
    moves = price(region()).moves
    joins = moves[moves["council"] != moves["host"]]
    return sorted(set(zip(joins["council"], joins["service"], strict=True)))


@pytest.mark.parametrize("demand", DEMANDS)
def test_methods_and_starts_agree_in_a_region(demand: str) -> None:
    """Rules inside partnerships and joint purchasing bite: compact, decomposition and a start from the best plan give the same NPV."""
    asked = DEMANDS[demand]()
    compact = solve(region(), method="compact", gap=0.0, asked=asked, settle_ties=False)
    assert compact.npv < optimum().npv - 1
    for start in (None, optimum().start(), solve(region(), method="decomposition", gap=0.01).start()):
        plan = solve(region(), method="decomposition", gap=0.0, asked=asked, start=start, settle_ties=False)
        assert plan.npv == pytest.approx(compact.npv, abs=0.01)
        assert plan.bound == pytest.approx(compact.npv, abs=0.01)
    loose = solve(region(), method="decomposition", gap=0.05, asked=asked)
    assert loose.npv <= compact.npv + 0.01 <= (loose.bound or 0.0) + 0.02


def test_a_plan_without_what_is_asked_is_no_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The audit sees to it: here the rows are left out of the model on purpose."""
    monkeypatch.setattr("formulations.at_most.at_most_index", lambda m: [])
    monkeypatch.setitem(__import__("formulations").FAMILIES, "at_most", (lambda m: [], None))
    with pytest.raises(AuditError, match="asked for: go_lives 4, but at most 2"):
        solve(shire(tmp_path, economics=SAVES), asked=(AtMost("go_lives", 2),))
    assert audit(shire(tmp_path, economics=SAVES), solve(shire(tmp_path, economics=SAVES)).document).passed
