"""Why there is no plan, in short: what clashes, and the single rules or commitments without which there is one. `explain` says more."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

import pandas as pd

import formulations
from formulations import Objective, Unreachable
from formulations.pricing import Priced
from formulations.terms import THOUSAND
from instances import Instance, apply
from instances.graph import CouncilGraph
from instances.tables import Commitment
from optimiser.asked import said
from optimiser.explain.clash import Catalogue, Filter
from optimiser.explain.questions import Questions, StoppedError
from optimiser.explain.sentences import in_short
from optimiser.feasible import UnsoundError, has_plan
from optimiser.money import pounds
from solvers.base import Holds, Limits, Solver

TOTAL = "minimum_total_saving"
SECONDS = 20.0
"""Time for all trials together; what is left untried then is said."""


def reasons(priced: Priced, unreachable: Iterable[Unreachable], solver: Solver, limits: Limits) -> list[str]:
    """Sentences: what clashes, or what is demanded where that is not found in time; then what could give way.

    Each rule that is on, and each row of commitments, is taken out by itself, and the instance solved for any plan. So what is
    named is proven to be enough; where nothing is, two or more have to give way. Where something is asked besides the rules, that is
    named alone: no rule is to blame before the instance is known to have a plan without it.
    """
    if priced.asked:
        return [f"no plan that keeps the rules has what is asked besides: {'; '.join(said(priced.instance, priced.asked))}"]
    until = time.monotonic() + _patience(limits)
    found = _clash(priced.instance, solver, limits) or _demanded(priced, unreachable)
    ways, untried = _ways_out(priced.instance, solver, limits, until)
    found += [f"there is a plan without {way}" for way in ways]
    if f"rule {TOTAL}" in ways:
        found += _most(priced.instance, solver, limits)
    if not ways and not untried:
        on = ", ".join(_rules_on(priced.instance))
        found.append(f"no rule or commitment makes it so by itself: two or more of them have to give way; rules that are on: {on}")
    if untried:
        found.append(f"not tried for want of time: a plan without {', '.join(untried)}")
    return found


def _clash(instance: Instance, solver: Solver, limits: Limits) -> list[str]:
    """The first clash that is found, in a sentence; none where half the time is too short for that."""
    questions = Questions(instance, solver, replace(limits, on_progress=None), until=time.monotonic() + _patience(limits) / 2)
    catalogue = Catalogue(instance)
    try:
        items = Filter(catalogue, questions, []).clash()
    except StoppedError:
        return []
    if not items:
        return []
    cannot = "these cannot all be had" if len(items) > 1 else "this cannot be had"
    return [f"{cannot}: {'; '.join(in_short(catalogue.graph, item) for item in items)}"]


def _demanded(priced: Priced, unreachable: Iterable[Unreachable]) -> list[str]:
    """Each demand that no move can meet, or else all that is demanded."""
    found = list(dict.fromkeys(_unreachable(priced, entry) for entry in unreachable))
    if not found and (demands := _demands(priced)):
        together = "cannot all be had together" if len(demands) > 1 else "cannot be had"
        found = [f"what is asked for {together}: {'; '.join(demands)}"]
    return found


def _rules_on(instance: Instance) -> list[str]:
    """Rules that hold for something, by name."""
    by_service = {
        name for name, column in instance.rules.columns.items() for row in instance.services.values() if getattr(row, column) is not None
    }
    return [name for name, value in instance.rules if (value is None and name in by_service) or (value is not None and value is not False)]


def _ways_out(instance: Instance, solver: Solver, limits: Limits, until: float) -> tuple[list[str], list[str]]:
    """What there is a plan without, and what was not tried in time."""
    ways, untried = [], []
    for name, without in _relaxations(instance):
        left = until - time.monotonic()
        found = _has_plan(without, solver, replace(limits, seconds=left)) if left > 0 else None
        if found is None:
            untried.append(name)
        elif found:
            ways.append(name)
    return ways, untried


def _patience(limits: Limits) -> float:
    """Seconds to spend on reasons: no more than the solve itself was given."""
    return SECONDS if limits.seconds is None else min(SECONDS, limits.seconds)


def _relaxations(instance: Instance) -> Iterator[tuple[str, Callable[[], Instance]]]:
    """Each rule and each row of commitments, with what gives the instance without it."""
    for name in _rules_on(instance):
        if name != "commitments":
            yield f"rule {name}", partial(apply, instance, overrides=[f"rules.{name} = off"])
    if instance.rules.commitments:
        rows = instance.rows(Commitment)
        lines = instance.lines.get("commitments", (0,) * len(rows))
        for line, row in sorted(zip(lines, rows, strict=True), key=lambda item: item[0]):
            yield _in_words(instance, line, row), partial(_without_row, instance, row)


def _without_row(instance: Instance, row: Commitment) -> Instance:
    lines = instance.lines.get("commitments", (0,) * len(instance.rows(Commitment)))
    return instance.with_tables(
        {"commitments": [(line, one) for line, one in zip(lines, instance.rows(Commitment), strict=True) if one is not row]}
    )


def _in_words(instance: Instance, line: int, row: Commitment) -> str:
    """Row 4 of commitments.csv (Ash shares_with Elm, payroll); a database has no row numbers."""
    what = " ".join([row.council, row.decision, *(name for name in (row.other, row.option) if name)])
    where = f"row {line} of" if instance.places.numbered else "in"
    return instance.places.text(f"{where} commitments.csv") + f" ({what}{f', {row.service}' if row.service else ''})"


def _most(instance: Instance, solver: Solver, limits: Limits) -> Iterator[str]:
    """The most that can be saved in the year of rule minimum_total_saving, where it is proven in time."""
    rule = instance.rules.minimum_total_saving
    assert rule
    priced = formulations.price(apply(instance, overrides=[f"rules.{TOTAL} = off"]))
    model = formulations.build(priced, objective=Objective("yearly_position", rule.year))
    result = solver.solve(model, replace(limits, gap=0.0, seconds=_patience(limits), on_progress=None))
    if result.holds is Holds.OPTIMUM and result.objective is not None:
        yield f"the most that can be saved in year {rule.year} is {pounds(math.floor(result.objective * THOUSAND))}"


def _has_plan(without: Callable[[], Instance], solver: Solver, limits: Limits) -> bool | None:
    """Whether an instance has any plan at all; None where the time was too short to tell."""
    try:
        return has_plan(without(), solver, limits)
    except UnsoundError:
        return False  # without what is live with it, another row means nothing


def _demands(priced: Priced) -> list[str]:
    choices = priced.graph.decided
    demands = [f"{c} hosts {s}" for c, s in sorted(choices.hosts)]
    demands += [f"{c} shares {s} with {h}" for (c, s), hosts in sorted(choices.shares_with.items()) for h in hosts]
    demands += [f"{c} takes {o} for {s}" for (c, s), o in sorted(choices.takes.items())]
    demands += [f"{c} and {d} together for {s}" for c, d, s in choices.together]
    demands += [f"{c} live with {h} for {s}" for (c, s), (h, _) in sorted(choices.live.items()) if c != h]
    return [*demands, _total_saving(priced)] if priced.instance.rules.minimum_total_saving else demands


def _total_saving(priced: Priced) -> str:
    rule = priced.instance.rules.minimum_total_saving
    return f"minimum_total_saving asks for {pounds(rule.amount)} in year {rule.year}" if rule else ""


def _unreachable(priced: Priced, entry: Unreachable) -> str:
    if entry.family == "must_host":
        council, service = entry.index
        return f"{council} is to host {service}, but cannot: {_why(priced, council, service, council)}"
    if entry.family == "must_join":
        council, service, host = entry.index
        return f"{council} is to share {service} with {host}, but cannot: {_why(priced, council, service, host)}"
    if entry.family == "must_take":
        council, service, option = entry.index
        return f"{council} is to take {option} for {service}, but cannot: {_never_taken(priced.graph, council, service, option)}"
    if entry.family in ("together", "together_same"):
        council, other, service = entry.index[:3]
        return f"{council} and {other} are to be together for {service}, but {council} has no move: {_why(priced, council, service, None)}"
    if entry.family == "one_arrangement":
        council, service = entry.index
        host = priced.graph.decided.live[council, service][0]
        return f"{council} is live with {host} for {service}, but another commitment of {council} says otherwise"
    if entry.family == "minimum_total_saving":
        return f"{_total_saving(priced)}, but nothing that could earn it can be live by then"
    return f"{entry.family} cannot be met for {', '.join(str(part) for part in entry.index)}"


def _never_taken(graph: CouncilGraph, council: str, service: str, option: str) -> str:
    """What leaves an alternative no tranche: the day from which it is to be had, what is decided, the day on which the council ceases."""
    first, ceases = graph.instance.options[council, service, option].available_from, graph.instance.councils[council].ceases
    waits = graph.decided.not_before.get((council, service))
    days = {"available_from": first, "not_before": waits, "ceases": ceases}
    dates = graph.instance.calendar.tranche_dates
    known = [f"{name} {date}" for name, date in days.items() if date is not None]
    return f"no tranche from {dates[0]} to {dates[-1]} suits {', '.join(known)}"


def _why(priced: Priced, council: str, service: str, host: str | None) -> str:
    """The rules that forbid a council's moves to a host, or the host's opening."""
    table = priced.graph.forbidden
    table = table[table["service"] == service]
    about = table["council"].isin([council, host]) if host is not None else table["council"] == council
    to_host = table["host"].isna() | (table["host"] == host) if host is not None else pd.Series(True, index=table.index)
    rules = table[about & to_host | (table["council"].isna() & to_host)]["rule"].drop_duplicates().tolist()
    return ", ".join(rules) if rules else "nobody could join it"
