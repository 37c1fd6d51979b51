"""Runs to be recorded by tests of the store, and a store of either kind."""

from __future__ import annotations

import functools
from dataclasses import replace

from cases import solved

from instances import Instance, read
from optimiser.errors import InfeasibleError, NoPlanError
from optimiser.manifest import run_id
from optimiser.pipeline import SolveSettings
from optimiser.plan import Plan
from optimiser.store import Case, Entry

OVERRIDES = ("rules.minimum_saving = 0.08", "baselines.Thanet.*.annual_cost *= 1.01")


@functools.cache
def east_kent() -> Instance:
    """A case study with overrides."""
    return read("east-kent", overrides=OVERRIDES)


@functools.cache
def case(label: str = "", command: str = "solve") -> Case:
    """It, to be solved as solve does unless told otherwise."""
    return Case(east_kent(), SolveSettings(), command, label)


def plan() -> Plan:
    """Its plan."""
    return solved("east-kent", (), OVERRIDES)


def entry(number: int = 0, **changes: object) -> Entry:
    """Its run; with a number that of a plan with another title, so that there can be many."""
    document = plan().document
    if number:
        document = document.model_copy(update={"title": f"{document.title} {number}"})
        document = document.model_copy(update={"run": run_id(document)})
    found = Entry.of_plan(case(), Plan(document, plan().instance, plan().timings, plan().learned))
    return replace(found, row={**found.row, **changes})


def no_plan_exists(**changes: object) -> Entry:
    """A run that found that there is no plan."""
    found = Entry.of_failure(case("nothing"), InfeasibleError("east-kent", ("Thanet stays out.", "Thanet hosts.")), 1.5)
    return replace(found, row={**found.row, **changes})


def none_found(bound: float | None = 1e6, termination: str = "time_limit") -> Entry:
    """A run that was stopped before it had a plan."""
    return Entry.of_failure(case("late"), NoPlanError("east-kent", termination, bound), 2.5)
