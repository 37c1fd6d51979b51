"""Alternatives as a chief executive reads them: the best plan in a line, the others beside it, what they trade, what all have."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from instances import Instance
from optimiser.alternatives.result import AlternativePlan, Alternatives, AlternativesDocument
from optimiser.alternatives.words import share_of
from optimiser.money import counted, percent, pounds, short
from optimiser.summary import month

SHOWN = 8
"""Pairings of some plans only that are shown, before the rest is counted."""


def print_alternatives(found: Alternatives, instance: Instance, console: Console) -> None:
    """Print them."""
    document = found.document
    console.print(Text(document.title, style="bold"))
    console.print(f"Alternatives {document.study}.", style="dim")
    console.print()
    for line in headline(document):
        _print(line, console)
    console.print(_table(document))
    for part in (_trades(document), _common(document), _varied(document, instance)):
        for line in part:
            _print(line, console)


def _print(line: str, console: Console) -> None:
    """A line; one that is indented stays so where it is too long for the console."""
    indent = " " * (len(line) - len(line.lstrip()))
    for piece in Text(line.lstrip()).wrap(console, console.width - len(indent)):
        console.print(f"{indent}{piece.plain.rstrip()}", soft_wrap=True)


def headline(document: AlternativesDocument) -> Iterator[str]:
    """The best plan, and what was found besides it."""
    best, others = document.plans[0], len(document.plans) - 1
    proven = "proven optimal" if best.proven and not best.gap else f"gap {percent(best.gap, 3)}"
    what = f"{counted(best.partnerships, 'partnership')}, {counted(best.councils, 'council')}" if best.partnerships else "nothing shared"
    yield (
        f"Best plan: worth {short(best.npv)} (NPV), {proven}; {what}; saves {short(best.annual_saving)} a year, costs {short(best.one_off)} once."
    )
    share = percent(document.within, 1 if round(document.within * 1000) % 10 else 0)
    differ = f"every two differ in {counted(document.differ, 'arrangement')} (what a council does with a service) or more"
    if others:
        yield f"{counted(others, 'other plan')} within {share} of it: {differ}. {document.ended_because}"
    else:
        yield document.ended_because


def _table(document: AlternativesDocument) -> Table:
    table = Table(title="Plans; what each loses and changes against plan 1", title_justify="left", header_style="bold")
    options = any(plan.options for plan in document.plans)
    columns = ("Plan", "NPV", "Less", "One-off", "Saving a year", "Partnerships", *(["Alternatives"] if options else []))
    for column in (*columns, "Go-lives", "Last go-live", "Changes", "Proven best"):
        table.add_column(column, justify="right", no_wrap=True)
    for plan in document.plans:
        table.add_row(*_row(plan, options=options))
    return table


def _row(plan: AlternativePlan, *, options: bool) -> Iterator[str]:
    yield str(plan.number)
    yield pounds(plan.npv)
    share = f" ({share_of(plan.share_lost)})" if plan.share_lost is not None and round(plan.lost) else ""
    yield f"{pounds(plan.lost)}{share}" if round(plan.lost) else "nothing" if plan.number > 1 else ""
    yield from (pounds(plan.one_off), pounds(plan.annual_saving), str(plan.partnerships))
    if options:
        yield str(plan.options)
    yield str(plan.go_lives)
    yield "" if plan.latest_go_live is None else month(plan.latest_go_live)
    yield str(plan.differs[0]) if plan.differs else ""
    yield "yes" if plan.proven and not plan.gap else f"to {percent(plan.gap, 3)}" if plan.gap is not None else "no"


def _trades(document: AlternativesDocument) -> Iterator[str]:
    """A sentence for each plan but the first."""
    if len(document.plans) > 1:
        yield "What they trade against plan 1:"
        yield from (f"  {plan.trade}" for plan in document.plans[1:])


def _common(document: AlternativesDocument) -> Iterator[str]:
    """What all plans have."""
    if len(document.plans) > 1:
        every = f"all {len(document.plans)} plans" if len(document.plans) > 2 else "both plans"
        yield f"What {every} have in common:" if document.in_common else f"No pairing and no host is in {every}."
        yield from (f"  {line}" for line in document.in_common)


def _varied(document: AlternativesDocument, instance: Instance) -> Iterator[str]:
    """Pairings that some plans lack, those of most plans first."""
    some = [pairing for pairing in document.pairings if len(pairing.plans) < len(document.plans)]
    if not some:
        return
    yield "Pairings that not all have:"
    for pairing in sorted(some, key=lambda one: -len(one.plans))[:SHOWN]:
        name = (instance.services[pairing.service].name or pairing.service).replace("_", " ")
        numbers = ", ".join(map(str, pairing.plans))
        plans = f"{len(pairing.plans)} of {len(document.plans)} (plan{'s' if len(pairing.plans) > 1 else ''} {numbers})"
        yield f"  {name}: {pairing.council_a} and {pairing.council_b} in {plans}"
    if len(some) > SHOWN:
        yield f"  and {len(some) - SHOWN} more, in pairings.csv"
