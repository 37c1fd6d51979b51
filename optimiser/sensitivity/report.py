"""The study as a committee reads it: what moves the answer, what the rules cost, what hosts are worth, what a withdrawal does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from instances import Instance
from optimiser.money import counted, percent, pounds, short
from optimiser.sensitivity.inputs import EndResult, InputResult
from optimiser.sensitivity.prices import Price
from optimiser.sensitivity.result import Sensitivity, SensitivityDocument
from optimiser.sensitivity.uncertainty import Kept
from optimiser.sensitivity.withdrawal import Withdrawal
from optimiser.sensitivity.words import ending, hosting, input_name, instead, service_name

SHOWN = 12
"""Pairs kept apart, and other things in lists, that are shown; the rest are counted."""
TOLD = 0.5
"""First-order indices that explain less than this together are not told."""
BRIEF = 2
"""Differences between two plans that are told."""


def print_sensitivity(found: Sensitivity, instance: Instance, console: Console) -> None:
    """Print a study."""
    document = found.document
    console.print(Text(document.title, style="bold"))
    console.print(f"Study {document.study} of run {document.run}.", style="dim")
    console.print()
    console.print(_headline(document))
    for sentence in document.reference.sentences():
        console.print(sentence)
    for part in (
        _inputs(document, instance),
        _rules(document),
        _pairs(document),
        _hosts(document, instance),
        _withdrawals(document, instance),
        _frontiers(document),
        _uncertainty(document, instance),
    ):
        for line in part:
            console.print(line)


def _headline(document: SensitivityDocument) -> str:
    proven = "proven optimal" if not document.gap else f"within {percent(document.gap, 2)} of the best"
    return f"The plan is worth {short(document.npv)} (NPV), {proven}. Held: the plan stays. Best: the plan may change too."


def _inputs(document: SensitivityDocument, instance: Instance) -> Iterator[Table | str]:
    if not document.inputs:
        return
    scale, unit = _scale(document.npv)
    table = Table(title=f"What moves the answer (NPV in {unit}, greatest swing first)", title_justify="left", header_style="bold")
    for column in ("Input", "Today", "Low"):
        table.add_column(column, overflow="fold")
    for column in ("held", "best"):
        table.add_column(column, justify="right")
    table.add_column("High", overflow="fold")
    for column in ("held", "best"):
        table.add_column(column, justify="right")
    table.add_column("NPV is 0 at", overflow="fold")
    table.add_column("Another plan is better from", overflow="fold")
    for one in document.inputs:
        low, high = _end(one.low, scale), _end(one.high, scale)
        table.add_row(input_name(instance, one.path), one.base, *low, *high, one.switching.value, _tips(one))
    yield table
    if any(end is not None and end.changes for one in document.inputs for end in (one.low, one.high)):
        yield "* another configuration: other hosts, members or alternatives. ! the held plan breaks a rule there."
    if any(side is not None and side.retimed for one in document.inputs for side in (one.below, one.above)):
        yield "~ the same hosts and members are better still there, in other tranches or by another vehicle: only the plan as it is falls behind."
    changed = [(one, end) for one in document.inputs for end in (one.low, one.high) if end is not None and end.changes]
    for one, end in changed[:SHOWN]:
        yield f"  {input_name(instance, one.path)} at {end.value}: {_briefly(end.becomes)}."
    if len(changed) > SHOWN:
        yield f"  {len(changed) - SHOWN} more in inputs.csv."


def _end(end: EndResult | None, scale: float) -> tuple[str, str, str]:
    if end is None:
        return "", "", ""
    if end.refused:
        return end.value, "not allowed", ""
    held = "-" if end.held is None else f"{end.held / scale:,.2f}{'!' if end.broken else ''}"
    best = end.reoptimised
    shown = (
        "no plan" if best.status == "infeasible" else "-" if best.npv is None else f"{best.npv / scale:,.2f}{'*' if end.changes else ''}"
    )
    return end.value, held, shown


def _tips(one: InputResult) -> str:
    sides = [
        (word, side) for word, side in (("down to", one.below), ("up to", one.above)) if side is not None and side.position is not None
    ]
    return "; ".join(f"{word} {side.value}{'~' if side.retimed else ''}" for word, side in sides) or (
        "not looked for" if one.below is None else "none found"
    )


def _scale(npv: float) -> tuple[float, str]:
    return (1e6, "£ million") if abs(npv) >= 1e6 else (1e3, "£ thousand")


def _rules(document: SensitivityDocument) -> Iterator[Table | str]:
    yield from _prices("What the rules cost", ("Rule", "Given way"), document.rules)
    yield from _prices("What is decided, and what it costs", ("Decided", "Given way"), document.commitments)


def _pairs(document: SensitivityDocument) -> Iterator[Table | str]:
    dear = [one for one in document.pairs if one.gained is not None and one.gained >= 0.5]
    yield from _prices("What keeping two councils apart costs", ("Councils", "Given way"), dear[:SHOWN])
    rest = len(document.pairs) - len(dear[:SHOWN])
    if rest:
        yield f"{counted(rest, 'pair')} more kept apart{'' if len(dear) > SHOWN else ' cost nothing'}."


def _prices(title: str, heads: tuple[str, str], prices: Sequence[Price]) -> Iterator[Table]:
    if not prices:
        return
    table = Table(title=title, title_justify="left", header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    table.add_column("NPV gained", justify="right")
    table.add_column("The plan then", overflow="fold")
    for one in prices:
        table.add_row(one.name, one.step, _gained(one), _then(one))
    yield table


def _gained(one: Price) -> str:
    return "-" if one.gained is None else pounds(one.gained)


def _then(one: Price) -> str:
    if one.refused:
        return f"not allowed: {one.refused}"
    if one.gained is None:
        return "none" if one.answer.status == "infeasible" else "not found in time"
    return _briefly(one.becomes) if one.changes else "the same"


def _briefly(sentences: Sequence[str]) -> str:
    """The first differences, and how many there are besides."""
    rest = len(sentences) - BRIEF
    return "; ".join(sentences[:BRIEF]) + (f"; and {counted(rest, 'other change')}" if rest > 0 else "")


def _hosts(document: SensitivityDocument, instance: Instance) -> Iterator[Table]:
    if not document.decisions:
        return
    table = Table(title="What each host is worth against the next best", title_justify="left", header_style="bold")
    for column in ("Host", "Instead"):
        table.add_column(column, overflow="fold")
    table.add_column("NPV lost", justify="right")
    for one in document.decisions:
        table.add_row(hosting(instance, one), instead(one), "-" if one.gained is None else pounds(-one.gained))
    yield table


def _withdrawals(document: SensitivityDocument, instance: Instance) -> Iterator[Table | str]:
    if not document.withdrawals:
        return
    table = Table(title="If a council leaves", title_justify="left", header_style="bold")
    table.add_column("Council")
    for column in (
        "NPV of the rest, never joined",
        "lost by the rest",
        "after adoption: lost by the rest",
        "lost by itself",
        "of it exit costs and paid for nothing",
    ):
        table.add_column(column, justify="right")
    table.add_column("Ends with it", overflow="fold")
    for one in document.withdrawals:
        table.add_row(*_withdrawal(one, instance))
    yield table


def _withdrawal(one: Withdrawal, instance: Instance) -> tuple[str, ...]:
    rest = [loss for loss in one.losses if loss.council != one.council]
    own = next(loss for loss in one.losses if loss.council == one.council)
    never = sum(loss.before for loss in rest if loss.before is not None) if own.before is not None else None
    plan = sum(loss.plan for loss in rest)
    lost = sum(loss.plan - (loss.after or 0.0) for loss in rest)
    return (
        one.council,
        "-" if never is None else pounds(never),
        "-" if never is None else pounds(plan - never),
        pounds(lost),
        pounds(own.plan - (own.after or 0.0)),
        pounds(sum(loss.exit_cost + loss.sunk for loss in one.losses)),
        "; ".join([ending(instance, one.dissolved), *([f"what is left breaks {', '.join(one.broken)}"] if one.broken else [])]),
    )


MEASURED = {
    "one_off": ("one-off cost", pounds),
    "go_lives": ("go-lives", lambda value: f"{value:g}"),
    "partnerships": ("partnerships", lambda value: f"{value:g}"),
    "compatibility": ("lowest compatibility", lambda value: f"{value:.3g}"),
}
"""The second measures, by name and as they are written."""


def _frontiers(document: SensitivityDocument) -> Iterator[Table | str]:
    for one in document.frontiers:
        name, written = MEASURED[one.measure]
        if len(one.points) == 1:
            yield f"NPV against {name}: the plan is best in both." if one.complete else f"NPV against {name}: no other point was found."
            continue
        every = "every plan that none betters in both" if one.complete else f"{len(one.points)} points; others lie between them"
        table = Table(title=f"NPV against {name} ({every})", title_justify="left", header_style="bold")
        for column in (name.capitalize(), "NPV", "NPV lost"):
            table.add_column(column, justify="right")
        table.add_column("Against the plan", overflow="fold")
        for point in one.points:
            npv = "-" if point.answer.npv is None else pounds(point.answer.npv)
            table.add_row(
                written(point.value),
                npv,
                pounds(point.lost),
                _briefly(point.becomes) or ("the plan" if point.limit is None else "the same councils together, in other tranches"),
            )
        yield table


def _uncertainty(document: SensitivityDocument, instance: Instance) -> Iterator[Table | str]:
    found = document.uncertainty
    if found is None:
        return
    table = Table(
        title=f"If all inputs move at once ({counted(found.draws - found.refused, 'draw')})", title_justify="left", header_style="bold"
    )
    table.add_column("NPV")
    for percentile in found.percentiles:
        table.add_column(f"{percentile}%", justify="right")
    table.add_column("mean", justify="right")
    scale, unit = _scale(document.npv)
    for place, name, mean in ((0, "held", found.mean_held), (1, "best", found.mean_best)):
        table.add_row(f"{name}, {unit}", *(f"{ends[place] / scale:,.2f}" for ends in found.percentiles.values()), f"{mean / scale:,.2f}")
    yield table
    missed = ", ".join(f"{rule} {percent(share, 0)}" for rule, share in found.missed.items() if rule != "any" and share > 0)
    yield f"The held plan breaks a rule in {percent(found.missed['any'], 0)} of the draws{f': {missed}' if missed else ''}."
    yield f"The best plan has the same hosts and members in {percent(found.same, 0)}; where the held plan is allowed it is worth {short(found.regret)} less on average, {short(found.most)} at most."
    yield from _how_often("Pairings of the plan that stay", [one for one in found.pairings if one.planned], instance)
    yield from _how_often("Hosts of the plan that stay", [one for one in found.hosts if one.planned], instance)
    most = [one for one in found.indices if one.share >= 0.01]
    if found.explained < TOLD:
        yield "What its NPV hangs on cannot be told from these draws: they are too few, or inputs matter together rather than alone."
    elif most:
        named = "; ".join(f"{input_name(instance, one.path)} {percent(one.share, 0)}" for one in most[:SHOWN])
        yield f"What its NPV hangs on (share of its variance): {named}."


def _how_often(title: str, kept: Sequence[Kept], instance: Instance) -> Iterator[str]:
    """The share of the draws in which each is in the best plan, least sure first."""
    if not kept:
        return
    ordered = sorted(kept, key=lambda one: (one.share, one.service, one.councils))
    named = [f"{' and '.join(one.councils)} ({service_name(instance, one.service)}) {percent(one.share, 0)}" for one in ordered[:SHOWN]]
    rest = f"; {len(ordered) - SHOWN} more at least as often" if len(ordered) > SHOWN else ""
    yield f"{title}, least sure first: {'; '.join(named)}{rest}."
