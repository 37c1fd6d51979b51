"""A sweep as a finance officer reads it: a line for each case, what is arranged otherwise, and what it comes to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from optimiser.money import percent, pounds, signed
from optimiser.sweep.result import SweepRow, Swept
from optimiser.sweep.told import named

SHOWN = 10
"""Plans, and cases without one, that are told of; the rest are counted."""


def print_sweep(found: Swept, console: Console) -> None:
    """Print it."""
    document = found.document
    console.print(Text(document.title, style="bold"))
    common = [*(f"scenario {name}" for name in document.scenarios), *document.overrides]
    if common:
        console.print(f"In every case: {'; '.join(common)}.")
    console.print()
    console.print(_table(document.rows))
    for title, lines in (
        ("Arranged otherwise than in the base:", _otherwise(document.rows)),
        ("Without a plan:", _messages(document.rows)),
    ):
        if lines:
            console.print(title)
            for line in lines[:SHOWN]:
                console.print(f"  {line}")
            if len(lines) > SHOWN:
                console.print(f"  and {len(lines) - SHOWN} more, in sweep.csv with --out")
    for line in document.summary:
        console.print(line)


def _table(rows: Sequence[SweepRow]) -> Table:
    table = Table(header_style="bold")
    table.add_column("Case", overflow="fold")
    table.add_column("Status", no_wrap=True)
    headings = ["NPV", "Against base", "Proven to", "Saving a year", "One-off", "Partnerships", "Plan"]
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=heading not in ("Partnerships", "Plan"))
    for number, row in enumerate(rows):
        table.add_row(row.case, row.status.replace("_", " "), *_figures(row), end_section=number == 0)
    return table


def _figures(row: SweepRow) -> Iterator[str]:
    yield _pounds(row.npv)
    yield "-" if row.difference is None else signed(row.difference)
    yield percent(row.gap, 2)
    yield _pounds(row.annual_saving)
    yield _pounds(row.one_off)
    yield "-" if row.partnerships is None else f"{row.partnerships:,}"
    yield "-" if row.arrangements is None else f"{row.arrangements:,} differ" if row.arrangements else "same"


def _pounds(value: float | None) -> str:
    return "-" if value is None else pounds(value)


def _otherwise(rows: Sequence[SweepRow]) -> list[str]:
    """What is arranged otherwise, once for all cases in which it is the same."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in rows:
        if row.differences:
            groups[row.differences].append(row.case)
    return [f"{named(names)}: {'; '.join(sentences)}." for sentences, names in groups.items()]


def _messages(rows: Sequence[SweepRow]) -> list[str]:
    """Why there is no plan, once for all cases in which it is for the same reason."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        if row.message:
            groups[row.status, row.message].append(row.case)
    return [f"{named(names)} ({status.replace('_', ' ')}): {message}" for (status, message), names in groups.items()]
