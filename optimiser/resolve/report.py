"""A resolution as whoever decides reads it: what has changed, what it does to the plan, what stays because it is decided."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from optimiser.compare.report import in_arrangements, in_data, print_figures, print_steps
from optimiser.money import against, counted, pounds
from optimiser.resolve.in_short import in_short
from optimiser.resolve.result import Reference, Resolved

HEADLINES = {
    "first": "The first recommendation of this job.",
    "plan_stays": "The recommended plan stays as it was.",
    "plan_changed": "The recommended plan has changed.",
    "no_plan": "No plan meets the data as they are now.",
}


def print_resolved(found: Resolved, console: Console) -> None:
    """Print a report."""
    console.print(Text(found.title, style="bold"))
    console.print(Text(HEADLINES[found.status], style="bold"))
    for line in _answer(found):
        console.print(line)
    comparison = found.comparison
    if comparison is not None and comparison.changes:
        console.print(f"The data have changed in {counted(len(comparison.changes), 'place')}:")
        for line in in_data(comparison.changes):
            console.print(f"  {line}")
    for line in [*_decided(found.decided), *_meanwhile(found)]:
        console.print(line)
    if comparison is not None and found.plan.npv is not None:
        for line in _difference(found):
            console.print(line)
        print_figures(comparison, console)
        print_steps(comparison, console)


def _answer(found: Resolved) -> Iterator[str]:
    other = [part for part in found.because if part != "the source"]
    if other:
        yield f"Besides the data, another than last time: {', '.join(other)}."
    if found.plan.npv is None:
        yield f"Run {found.run}: {found.plan.status.replace('_', ' ')}."
        yield from (f"  {reason}" for reason in found.reasons)
        if found.before is not None:
            yield f"The last plan is that of run {found.before}; what would give one now: optimiser explain."
        return
    yield f"Run {found.run}{in_short(found.plan.model_dump())}."
    if found.status != "plan_stays":
        yield f"What it arranges: optimiser runs show {found.run}."


def _decided(decided: Reference | None) -> Iterator[str]:
    """What stays because it is decided."""
    if decided is None:
        return
    whose = "adopted" if decided.adopted else "recommended last, and nothing was adopted"
    until = f"{decided.frozen_until.day} {decided.frozen_until:%B %Y}"
    yield f"Run {decided.run} holds ({whose}): {counted(decided.frozen, 'arrangement')} before {until} fixed."
    yield from (f"  Not kept, though it was to stay: {line}." for line in decided.not_kept)
    if decided.npv is None:
        yield "  It cannot be kept as a whole: the data no longer have all of its councils, services and days."
    elif decided.breaks:
        yield f"  Keeping all of it would be worth {pounds(decided.npv)} (NPV) and would break {counted(len(decided.breaks), 'rule')}:"
        yield from (f"    {line}" for line in decided.breaks[:3])
    else:
        yield f"  Keeping all of it would be worth {pounds(decided.npv)} (NPV)."


def _meanwhile(found: Resolved) -> Iterator[str]:
    """What is decided or asked otherwise than before, by itself."""
    if found.meanwhile is None or found.meanwhile.npv is None:
        return
    if round(found.meanwhile.npv) or found.meanwhile.arrangements:
        yield f"With the data of then, what is decided or asked now would have made the plan worth {against(found.meanwhile.npv)} (NPV)."
        yield from in_arrangements(found.meanwhile)


def _difference(found: Resolved) -> Iterator[str]:
    """What the plan does otherwise than the one before."""
    comparison = found.comparison
    if comparison is None or comparison.npv is None:
        return
    other = f"run {found.before}" if found.meanwhile is None else f"run {found.before} with what is decided now"
    yield f"Against {other} it is worth {against(comparison.npv)} (NPV)."
    if comparison.arrangements:
        yield from in_arrangements(comparison)
    yield from (f"  Solved otherwise: {line}." for line in comparison.settings)
