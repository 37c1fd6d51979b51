"""A comparison as a finance officer reads it: figures side by side, what is arranged otherwise, who gains, and which input accounts for it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from instances.messages import show
from optimiser.compare.result import Arranged, Compared, Comparison, ComparisonDocument, DataChange, Figure, Step
from optimiser.money import against, counted, percent, pounds, signed
from optimiser.summary import month

SHOWN = 12
"""Lines of go-lives at another time that are shown; the rest are counted."""
EACH = 3
"""Changes of a column, or rows of a table, that are shown one by one."""


def print_comparison(found: Compared, console: Console) -> None:
    """Print it."""
    document = found.document
    console.print(Text(document.title, style="bold"))
    console.print()
    console.print(_sides(document))
    for comparison in document.comparisons:
        console.print()
        console.print(Text(f"{comparison.name} against {comparison.against}", style="bold"))
        for line in _told(comparison):
            console.print(line)
        print_figures(comparison, console)
        print_steps(comparison, console)


def print_figures(comparison: Comparison, console: Console) -> None:
    """NPV by cost head and by council, where it differs."""
    for title, figures in (("NPV by cost head", comparison.heads), ("NPV by council", comparison.councils)):
        if comparison.npv is not None and any(round(figure.difference) for figure in figures):
            console.print(_figures(title, figures, comparison))


def print_steps(comparison: Comparison, console: Console) -> None:
    """Which input accounts for the difference."""
    if not comparison.steps:
        return
    console.print(_steps(comparison))
    if comparison.settings:
        console.print("The last step holds what the solves differ in, too.")
    for line in _arranged_by_steps(comparison.steps):
        console.print(line)


def _sides(document: ComparisonDocument) -> Table:
    table = Table(title="Side by side", title_justify="left", header_style="bold")
    table.add_column("")
    for side in document.sides:
        table.add_column(side.name, justify="right")
    rows = {
        "Run": [side.run for side in document.sides],
        "Status": [side.status.replace("_", " ") for side in document.sides],
        "Proven to": [percent(side.gap, 2) for side in document.sides],
        "NPV": [_pounds(side.npv) for side in document.sides],
        "Saving a year": [_pounds(side.annual_saving) for side in document.sides],
        "One-off cost": [_pounds(side.one_off) for side in document.sides],
        "Net saving over the horizon": [_pounds(side.net_saving) for side in document.sides],
        "Partnerships": [_count(side.partnerships) for side in document.sides],
        "Councils": [_count(side.councils) for side in document.sides],
        "Go-lives": [_count(side.go_lives) for side in document.sides],
        "Last go-live": ["-" if side.latest_go_live is None else month(side.latest_go_live) for side in document.sides],
    }
    if any(side.options for side in document.sides):
        rows["Alternatives"] = [_count(side.options) for side in document.sides]
    for name, cells in rows.items():
        table.add_row(name, *cells)
    return table


def _pounds(value: float | None) -> str:
    return "-" if value is None else pounds(value)


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _told(comparison: Comparison) -> Iterator[str]:
    """What is arranged otherwise, what the data differ in, how the solves differ."""
    if comparison.npv is not None:
        yield f"Worth {against(comparison.npv)} (NPV)."
        yield from in_arrangements(comparison)
    for line in comparison.settings:
        yield f"Solved otherwise: {line}."
    if not comparison.data_known:
        yield "The data of one of them are not in the store, so that they cannot be compared."
    elif not comparison.changes:
        yield "The data are the same."
    else:
        yield f"The data differ in {counted(len(comparison.changes), 'place')}:"
        yield from (f"  {line}" for line in in_data(comparison.changes))


def in_arrangements(comparison: Comparison) -> Iterator[str]:
    """What is arranged otherwise, and what at another time."""
    if not comparison.arrangements:
        yield "The plans are the same."
        return
    others = [one for one in comparison.arrangements if (one.host, one.way) != (one.other_host, one.other_way)]
    if comparison.differences or not others:
        yield from (f"  {line}." for line in comparison.differences)
    else:
        yield from (f"  {line}" for line in _cut([_otherwise(one) for one in others]))
    moved = [one for one in comparison.arrangements if (one.host, one.way) == (one.other_host, one.other_way)]
    if moved:
        yield f"At another time: {counted(len(moved), 'go-live')}."
        yield from (f"  {line}" for line in _moved(moved))


def _moved(moved: Sequence[Arranged]) -> list[str]:
    """Go-lives at another time, those of a service, a host and the same days in one line."""
    groups: dict[tuple[str, str, dt.date | None, dt.date | None], list[str]] = defaultdict(list)
    for one in moved:
        groups[one.service, one.host or one.way, one.go_live, one.other_go_live].append(one.council)
    lines = [
        f"{service} with {host}: {', '.join(councils)}, {_month(old)} -> {_month(new)}"
        for (service, host, old, new), councils in groups.items()
    ]
    return _cut(lines)


def _cut(lines: Sequence[str]) -> list[str]:
    """No more lines than are read."""
    return [*lines] if len(lines) <= SHOWN else [*lines[:SHOWN], f"and {len(lines) - SHOWN} more, in arrangements.csv with --out"]


def _otherwise(one: Arranged) -> str:
    """What a council does with a service on both sides, where the names that reports use are not known."""
    mine, theirs = (
        " ".join(part for part in (host, way) if part) or "its own" for host, way in ((one.host, one.way), (one.other_host, one.other_way))
    )
    return f"{one.service}, {one.council}: {mine} -> {theirs}"


def _month(day: dt.date | None) -> str:
    return "-" if day is None else month(day)


def in_data(changes: Sequence[DataChange]) -> Iterator[str]:
    """Some of each column, setting or kind of row, and how many more there are."""
    groups: dict[tuple[str, str], list[DataChange]] = defaultdict(list)
    for change in changes:
        groups[change.table, change.column].append(change)
    for (table, column), group in groups.items():
        yield from (_changed(change) for change in group[:EACH])
        if len(group) > EACH:
            what = f"{table}.{column}" if column else f"rows of {table}"
            yield f"and {len(group) - EACH:,} more of {what}, in changes.csv with --out"


def _changed(change: DataChange) -> str:
    words = "" if change.matters else " (no plan depends on it)"
    if not change.column:
        return f"{change.path}: row {change.kind}{words}"
    return f"{change.path}: {_value(change.old)} -> {_value(change.new)}{words}"


def _value(value: Any) -> str:
    return "blank" if value is None else show(value)


def _figures(title: str, figures: Sequence[Figure], comparison: Comparison) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column("")
    for name in (comparison.against, comparison.name, "Difference"):
        table.add_column(name, justify="right", no_wrap=True)
    for figure in figures:
        if round(figure.difference):
            table.add_row(figure.name.replace("_", " "), pounds(figure.npv), pounds(figure.other_npv), signed(figure.difference))
    table.add_section()
    sums = [sum(values) for values in zip(*((figure.npv, figure.other_npv, figure.difference) for figure in figures), strict=True)]
    table.add_row("All", pounds(sums[0]), pounds(sums[1]), signed(sums[2]))
    return table


def _steps(comparison: Comparison) -> Table:
    title = "Which input accounts for it: changed one after another, each step with the best plan for it"
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column("Changed")
    for name in ("Places", "NPV", "Effect", "Plan", "Proven to"):
        table.add_column(name, justify="right", no_wrap=True)
    for step in comparison.steps:
        plan = "none" if step.npv is None else "other" if step.differences else "same"
        effect = "-" if step.effect is None else signed(step.effect)
        table.add_row(", ".join(step.inputs), f"{step.changes:,}", _pounds(step.npv), effect, plan, percent(step.gap, 2))
    return table


def _arranged_by_steps(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        if step.differences:
            yield f"With {', '.join(step.inputs)}:"
            yield from (f"  {line}." for line in step.differences)
