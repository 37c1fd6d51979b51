"""The inputs of a page: what moves the plan most, what brings it to nothing, from where another plan is better."""

from __future__ import annotations

from collections.abc import Iterator

from instances import Instance
from optimiser.differences import listed
from optimiser.money import counted
from optimiser.sensitivity.inputs import EndResult
from optimiser.sensitivity.tipping import Tipping
from optimiser.sensitivity.words import input_name
from pages.studies import Study
from pages.text import briefly, capital, rule_name, scale_of, table, tidy

SHOWN = 10
"""Inputs in the table; the rest are named."""


def name(instance: Instance, path: str) -> str:
    """An input as a line of a table begins."""
    return capital(input_name(instance, path))


def what_moves(study: Study) -> Iterator[str]:
    """The tornado as a table, what the plan becomes at each end, and what was left out of the table."""
    inputs = study.inputs.inputs
    ends = [end for one in inputs for end in (one.low, one.high) if end is not None]
    known = [value for end in ends for value in (end.held, end.reoptimised.npv) if value is not None]
    scale, decimals, unit = scale_of([study.plan.npv, *known])
    yield (
        f"NPV in {unit}, greatest swing first. *Held*: the plan stays as it is. *Best*: the plan may change too. "
        "`*` another plan is best (other hosts, members or alternatives; another tranche or vehicle makes no other plan); `!` the plan as it is breaks a rule there."
    )
    rows = []
    for one in inputs[:SHOWN]:
        low, high = (_end(end, scale, decimals) for end in (one.low, one.high))
        rows.append([name(study.instance, one.path), tidy(one.base), *low, *high, tidy(one.switching.value)])
    heads = ["Input", "Today", "Low", "Held", "Best", "High", "Held", "Best", "NPV is 0 at"]
    yield from table(heads, rows, right=(3, 4, 6, 7))
    if len(inputs) > SHOWN:
        left = "; ".join(input_name(study.instance, one.path) for one in inputs[SHOWN:])
        yield f"Not in the table, since they move it less: {left}."
        yield ""
    yield from _changes(study)


def _end(end: EndResult | None, scale: float, decimals: int) -> tuple[str, str, str]:
    assert end is not None
    if end.refused:
        return tidy(end.value), "not allowed", ""
    held = "-" if end.held is None else f"{end.held / scale:,.{decimals}f}{'!' if end.broken else ''}"
    best = end.reoptimised
    shown = "no plan" if best.npv is None else f"{best.npv / scale:,.{decimals}f}{'*' if end.changes else ''}"
    return tidy(end.value), held, shown


def _changes(study: Study) -> Iterator[str]:
    """What the best plan is where it is another one."""
    changed = [(one, end) for one in study.inputs.inputs for end in (one.low, one.high) if end is not None and end.changes]
    if not changed:
        yield "At no end of any range is another plan better."
        return
    yield "Where another plan is best:"
    yield ""
    for one, end in changed:
        yield f"- {name(study.instance, one.path)}, {tidy(end.value)}: {briefly(end.becomes)}."


def what_breaks(study: Study) -> Iterator[str]:
    """Inputs that bring NPV to 0 within their range, and those that were turned until another plan was better."""
    if not study.plan.document.partnerships and not study.plan.document.options:
        yield "The plan does nothing, so its NPV is 0 whatever the inputs; what matters is from where something is worth doing."
    else:
        within = [one for one in study.inputs.inputs if one.switching.within]
        if within:
            told = [f"{input_name(study.instance, one.path)} (at {tidy(one.switching.value)})" for one in within]
            yield f"Within their ranges, {_count(len(within))} the NPV to 0: {listed(told)}."
        else:
            yield "No input brings the NPV to 0 within its range."
    yield ""
    yield f"{capital(counted(len(study.tipped), 'input'))} {'was' if len(study.tipped) == 1 else 'were'} turned, both ways, until another plan was better:"
    rows = []
    for one in study.tipped:
        for way, side in (("down", one.below), ("up", one.above)):
            rows.append([name(study.instance, one.path), tidy(one.base), way, *_tip(side)])
    yield from table(["Input", "Today", "Turned", "Another plan is better from", "The plan then"], rows)


def _count(many: int) -> str:
    return "one input by itself brings" if many == 1 else f"each of {many} inputs by itself brings"


def _tip(side: Tipping) -> tuple[str, str]:
    if side.position is None:
        return f"nowhere ({tidy(side.value)})", "the same"
    broken = f"the plan as it is breaks {listed([rule_name(rule) for rule in side.broken])}; " if side.broken else ""
    if side.rival is None:
        return tidy(side.value), f"{broken}no plan keeps the rules"
    same = "the same councils together, in other tranches or by another vehicle; only the plan as it is falls behind"
    return tidy(side.value), broken + (same if side.retimed else briefly(side.becomes))
