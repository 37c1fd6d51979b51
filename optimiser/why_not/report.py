"""The answer as a committee reads it: what it costs, both plans side by side; or what forbids it, and what would make room for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from optimiser.explain.report import print_repairs
from optimiser.explain.sentences import where
from optimiser.money import counted, pounds
from optimiser.why_not.result import Refusal, Side, WhyNot, WhyNotDocument, council_sides, head_sides

SHOWN = 12
"""Hosts of whom it is told why they cannot be had; the rest are counted."""


def print_why_not(found: WhyNot, console: Console) -> None:
    """Print an answer."""
    document = found.document
    console.print(Text(document.title, style="bold"))
    console.print()
    for line in headline(document):
        console.print(line)
    for line in _refused(document.refusals):
        console.print(line)
    if document.explanation is not None:
        print_repairs(document.explanation, console, with_clashes=not document.refusals)
    if document.other is None:
        return
    for line in document.differences:
        console.print(f"  {line}.")
    console.print(_figures(document))
    for title, sides in (("NPV by cost head", head_sides(document)), ("NPV by council", council_sides(document))):
        if any(round(side.difference) for side in sides):
            console.print(_table(title, [side for side in sides if round(side.difference)], document))


def headline(document: WhyNotDocument) -> Iterator[str]:
    """The answer in a sentence or two."""
    what, npv = document.asked, pounds(document.npv)
    if document.status == "unknown":
        yield f"Whether a plan is possible in which {what} was not known when the time was over. The plan is worth {npv}."
    elif document.status == "impossible":
        yield f"No plan is possible in which {what}. The plan is worth {npv}."
    elif document.status == "demanded":
        yield f"Every plan has it that {what}. The plan is worth {npv}."
    else:
        yield from _priced(document, what, npv)


def _priced(document: WhyNotDocument, what: str, npv: str) -> Iterator[str]:
    assert document.lost is not None
    assert document.other_npv is not None
    other, lost = pounds(document.other_npv), round(document.lost)
    if document.status == "in_plan":
        yield f"The plan has it that {what}. The best plan without it is worth {other} (NPV), ours {npv}: {_less(lost)}."
    else:
        yield f"It can be had that {what}. The best plan with it is worth {other} (NPV), ours {npv}: {_less(lost)}."
    if document.least_lost is not None and document.most_lost is not None and round(document.most_lost) != round(document.least_lost):
        yield f"What is proven: between {pounds(document.least_lost)} and {pounds(document.most_lost)} less."
    elif not document.proven:
        yield "That is not proven: the work was stopped before."


def _less(lost: int) -> str:
    return f"{pounds(lost)} less" if lost > 0 else "as much" if lost == 0 else f"{pounds(-lost)} more, within the gap allowed for"


def _refused(refusals: Sequence[Refusal]) -> Iterator[str]:
    """What forbids it, host by host where several are looked at."""
    if not refusals:
        return
    hosts = list(dict.fromkeys(one.host for one in refusals if one.host is not None))
    for one in refusals:
        if one.host is None or one.host in hosts[:SHOWN]:
            place = where(one.table, one.row, one.column) if one.row or one.column else ""
            yield f"  {one.says}{f' ({place})' if place else ''}."
    if len(hosts) > SHOWN:
        yield f"  {counted(len(hosts) - SHOWN, 'host')} more, in refusals.csv and with --json."


def _figures(document: WhyNotDocument) -> Table:
    assert document.other is not None
    own, other = document.plan.summary, document.other.summary
    sides = [
        Side(name="NPV", plan=document.plan.npv, other=document.other.npv),
        Side(name="One-off cost", plan=own.one_off, other=other.one_off),
        Side(name="Yearly saving at full effect", plan=own.annual_saving, other=other.annual_saving),
        Side(name="Net saving over the horizon", plan=own.net_saving, other=other.net_saving),
    ]
    return _table("Side by side", sides, document)


def _table(title: str, sides: Sequence[Side], document: WhyNotDocument) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column("")
    for column in ("Plan", "Without it" if document.status == "in_plan" else "With it", "Difference"):
        table.add_column(column, justify="right")
    for side in sides:
        table.add_row(side.name.replace("_", " "), *(pounds(value) for value in (side.plan, side.other, side.difference)))
    return table
