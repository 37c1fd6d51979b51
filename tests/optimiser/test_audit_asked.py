"""The audit: what is asked of a plan besides the rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from audited import decision, document_for
from small import TWO_SERVICES, shire

from instances import Instance
from instances.asked import Asked, AtMost, Differs, Excludes, Includes
from optimiser.audit import Alternative, audit

LIVE = "council, service, decision, other\nElm, payroll, live, Ash\n"
OPTION = "council, service, option, annual_saving, one_off_cost\nYew, payroll, digital, 9000, 500\n"
PLAN = (decision("payroll", ("Ash", -1), ("Elm", -1), ("Oak", 1)), decision("waste", ("Ash", 0), ("Elm", 1)))
"""Payroll is live at Ash for Elm, and Oak joins it; waste is new."""
SAME = {
    ("Ash", "payroll"): ("Ash", ""),
    ("Elm", "payroll"): ("Ash", ""),
    ("Oak", "payroll"): ("Ash", ""),
    ("Yew", "payroll"): ("", "digital"),
    ("Ash", "waste"): ("Ash", ""),
    ("Elm", "waste"): ("Ash", ""),
}
"""Who does what in it, Yew's alternative included."""


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """Go-lives cost 8 to join and 10 to open, which what is live has paid."""
    figures = "duplication_avoided = 0.5\nset_up_cost = 10000\nintegration_cost = 8000\n"
    return shire(tmp_path, economics=figures, commitments=LIVE, options=OPTION, **TWO_SERVICES)


def faults(instance: Instance, *asked: Asked) -> tuple[str, ...]:
    """What the audit says of the plan."""
    document = document_for(instance, PLAN, [Alternative("Yew", "payroll", "digital", 0)])
    return audit(instance, document, asked=asked).faults


def test_nothing_asked_nothing_wrong(instance: Instance) -> None:
    """The plan is sound."""
    assert faults(instance) == ()


@pytest.mark.parametrize(
    ("other", "count"),
    [
        ({}, 0),
        ({("Oak", "payroll"): ("Elm", "")}, 1),
        ({("Yew", "payroll"): ("", "outsource")}, 1),
        ({("Yew", "payroll"): ("Ash", ""), ("Elm", "waste"): ("Elm", "")}, 2),
        ({("Fir", "payroll"): ("Ash", "")}, 0),  # not of the instance
        (dict.fromkeys(SAME), 6),
    ],
)
def test_differs(instance: Instance, other: dict[tuple[str, str], tuple[str, str] | None], count: int) -> None:
    """Hosts and alternatives are compared, council by council and service by service."""
    configuration = {key: found for key, found in (SAME | other).items() if found is not None}
    assert faults(instance, Differs(configuration, count)) == ()
    said = f"asked for: {count} arrangements differ from the configuration given, but at least {count + 1} are to"
    assert faults(instance, Differs(configuration, count + 1)) == (said,)


@pytest.mark.parametrize(
    ("asked", "less", "said"),
    [
        (AtMost("one_off", 26_500), AtMost("one_off", 26_499.99), "one_off 26,500, but at most 26,499.99"),  # 8 + 10 + 8 + 0.5
        (AtMost("go_lives", 3), AtMost("go_lives", 2), "go_lives 3, but at most 2"),
        (AtMost("partnerships", 2), AtMost("partnerships", 1), "partnerships 2, but at most 1"),
    ],
)
def test_at_most(instance: Instance, asked: AtMost, less: AtMost, said: str) -> None:
    """One-offs of what goes live and of the alternative; what is live is a partnership, but no go-live."""
    assert faults(instance, asked) == ()
    assert faults(instance, less) == (f"asked for: {said}",)


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        (Includes("Oak", "payroll"), ""),
        (Includes("Oak", "payroll", "Ash"), ""),
        (Includes("Oak", "payroll", "Ash", 1), ""),
        (Includes("Ash", "waste", "Ash", 0), ""),
        (Includes("Elm", "payroll", tranche=-1), ""),
        (Includes("Yew", "payroll"), "Yew is to share payroll"),  # an alternative is not sharing
        (Includes("Oak", "payroll", "Elm"), "Oak is to share payroll with Elm"),
        (Includes("Oak", "payroll", tranche=0), "Oak is to share payroll in tranche 0"),
        (Includes("Elm", "waste", "Ash", 0), "Elm is to share waste with Ash in tranche 0"),
        (Includes("Oak", "waste"), "Oak is to share waste"),
    ],
)
def test_includes(instance: Instance, asked: Includes, where: str) -> None:
    """The membership is there, with the host and in the tranche."""
    assert faults(instance, asked) == ((f"asked for: {where}, but does not",) if where else ())


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        (Excludes("Yew", "payroll"), ""),  # an alternative is not sharing
        (Excludes("Oak", "payroll", "Elm"), ""),
        (Excludes("Oak", "payroll", "Ash", 0), ""),
        (Excludes("Oak", "payroll"), "Oak is not to share payroll"),
        (Excludes("Oak", "payroll", "Ash"), "Oak is not to share payroll with Ash"),
        (Excludes("Oak", "payroll", tranche=1), "Oak is not to share payroll in tranche 1"),
        (Excludes("Elm", "payroll"), "Elm is not to share payroll"),
        (Excludes("Ash", "waste", "Ash", 0), "Ash is not to share waste with Ash in tranche 0"),
    ],
)
def test_excludes(instance: Instance, asked: Excludes, where: str) -> None:
    """The membership is not there."""
    assert faults(instance, asked) == ((f"asked for: {where}, but does",) if where else ())


def test_all_that_is_asked_is_looked_at(instance: Instance) -> None:
    """In its order."""
    assert len(faults(instance, AtMost("go_lives", 2), Includes("Oak", "waste"), AtMost("partnerships", 2), Differs(SAME))) == 3
