"""The table of who becomes what: one row for each council and successor, read as strictly as a table of the instance."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from instances.errors import Fault, InstanceError, nearest
from instances.instance import Instance
from instances.messages import figure
from instances.reorganisation.succession import Heir, Succession
from instances.rows import TableReading
from instances.tables import SHARE, Row, quantity, text
from instances.text_file import read_lines

EXACT = 1e-9
"""How far shares may add up to something else than 1."""


class Passage(Row):
    """What a council passes to one successor on the day it ceases."""

    key: ClassVar[tuple[str, ...]] = ("council", "successor")
    council: str = text("council that is abolished", required=True)
    successor: str = text("council that follows it; one of the instance that goes on is enlarged", required=True)
    ceases: dt.date = Field(..., description="first day on which the council no longer exists", json_schema_extra={"unit": "date"})
    share: float = quantity("part that passes to this successor; blank is all of it", SHARE, default=1.0, gt=0, le=1)


@dataclass(frozen=True)
class _Table:
    """The table beside the instance it is about.

    Attributes:
        file: Its file name, for messages.
        numbered: Its valid rows with their row numbers.
        damaged: Councils with a row that could not be read; not everything is known of them.
        instance: The instance.
    """

    file: str
    numbered: Sequence[tuple[int, Passage]]
    damaged: frozenset[str]
    instance: Instance

    def say(self, line: int, column: str, problem: str, expected: str = "", close: str | None = None) -> Fault:
        """A fault of one cell."""
        return Fault(self.file, problem, expected, row=line, column=column, nearest=close)

    def by_council(self) -> Iterator[tuple[str, list[tuple[int, Passage]]]]:
        """The rows of each council."""
        ordered = sorted(self.numbered, key=lambda item: (item[1].council, item[0]))
        for council, rows in itertools.groupby(ordered, key=lambda item: item[1].council):
            yield council, list(rows)


def read_succession(path: Path, instance: Instance, *, from_start: bool) -> Succession:
    """Who becomes what.

    Args:
        path: The table, a CSV file.
        instance: The instance that it is about.
        from_start: Whether every council has to exist on the first day of the appraisal.

    Raises:
        InstanceError: Anything is wrong with the table; every fault is listed.
    """
    lines = read_lines(path)
    reading = TableReading(path.name, Passage)
    faults = list(lines.faults)
    if lines.complete or lines.cells:
        reading.read(lines.cells, required=True)
    numbered = [(record.line, record.row) for record in reading.records if isinstance(record.row, Passage)]
    damaged = frozenset(str(record.get("council")) for record in reading.records if record.row is None)
    table = _Table(path.name, numbered, damaged, instance)
    checks = [_unknown, _twice, _two_dates, _shares, _itself, _abolished, _alike, *([_gone_at_start] if from_start else [_passes_on])]
    found = [*faults, *reading.faults, *(fault for check in checks for fault in check(table))]
    if found:
        raise InstanceError(str(path), sorted(found, key=lambda fault: fault.row or 0))
    return _succession(table)


def _succession(table: _Table) -> Succession:
    heirs = {
        council: tuple(sorted((Heir(row.successor, row.share) for _, row in rows), key=lambda heir: heir.name))
        for council, rows in table.by_council()
    }
    ceases = {row.council: row.ceases for _, row in table.numbered}
    texts: dict[str, list[str]] = {}
    for _, row in table.numbered:
        given = [part for part in (row.source, row.note) if part and part not in texts.setdefault(row.council, [])]
        texts.setdefault(row.council, []).extend(given)
    return Succession(
        table=table.file,
        heirs=heirs,
        ceases=ceases,
        sources={council: "; ".join(parts) for council, parts in texts.items() if parts},
        going_on=frozenset(set(table.instance.councils) - set(ceases)),
    )


def _unknown(table: _Table) -> Iterator[Fault]:
    """Every council is one of the instance."""
    known = table.instance.councils
    for line, row in table.numbered:
        if row.council not in known:
            close = nearest(row.council, known)
            expected = "" if close else f"it has: {', '.join(known)}" if len(known) <= 12 else "name a council of the instance"
            yield table.say(line, "council", f"'{row.council}' is not a council of the instance", expected, close)


def _twice(table: _Table) -> Iterator[Fault]:
    """A council and a successor stand together once."""
    seen: dict[tuple[str, str], int] = {}
    for line, row in table.numbered:
        first = seen.setdefault((row.council, row.successor), line)
        if first != line:
            problem = f"'{row.council}' / '{row.successor}' stand twice, first in row {first}"
            yield table.say(line, "successor", problem, "keep one row for each council and successor")


def _two_dates(table: _Table) -> Iterator[Fault]:
    """A council ceases once."""
    for council, rows in table.by_council():
        first, before = rows[0]
        for line, row in rows[1:]:
            if row.ceases != before.ceases:
                problem = f"'{council}' ceases on {row.ceases} here, but on {before.ceases} in row {first}"
                yield table.say(line, "ceases", problem, "a council ceases once")


def _shares(table: _Table) -> Iterator[Fault]:
    """All of a council passes to somebody."""
    for council, rows in table.by_council():
        total = math.fsum(row.share for _, row in rows)
        if council in table.damaged or abs(total - 1) <= EXACT:
            continue
        numbers = [str(line) for line, _ in rows]
        where = f"row {numbers[0]}" if len(numbers) == 1 else f"rows {', '.join(numbers)}"
        expected = "they add up to 1, and a blank share is 1" if len(rows) > 1 else "give it a row for each successor; shares add up to 1"
        yield table.say(rows[-1][0], "share", f"the shares of '{council}' add up to {figure(round(total, 9))} ({where})", expected)


def _itself(table: _Table) -> Iterator[Fault]:
    """A council that goes on is not abolished."""
    for line, row in table.numbered:
        if row.successor == row.council:
            expected = "leave out a council that goes on; name it as the successor of those whose services it takes over"
            yield table.say(line, "successor", f"'{row.council}' would follow itself", expected)


def _abolished(table: _Table) -> Iterator[Fault]:
    """A successor is there in the end."""
    rows = {row.council: (line, row) for line, row in reversed(table.numbered)}
    for line, row in table.numbered:
        if row.successor == row.council:
            continue
        expected = "name the council that there will be in the end"
        if row.successor in rows:
            yield table.say(line, "successor", f"'{row.successor}' is itself abolished, in row {rows[row.successor][0]}", expected)
            continue
        own = table.instance.councils.get(row.successor)
        if own is not None and own.ceases is not None:
            problem = f"'{row.successor}' itself ceases on {own.ceases}, by councils.csv"
            yield table.say(line, "successor", problem, f"{expected}, and give '{row.successor}' a row")


def _alike(table: _Table) -> Iterator[Fault]:
    """One successor is written one way."""
    written: dict[str, tuple[str, str]] = {_folded(name): (name, "a council of the instance") for name in table.instance.councils}
    for line, row in table.numbered:
        name, where = written.setdefault(_folded(row.successor), (row.successor, f"in row {line}"))
        if name != row.successor:
            problem = f"'{row.successor}' differs from '{name}', {where}, in capitals or spaces only"
            yield table.say(line, "successor", problem, "write a name the same way everywhere", name)


def _folded(name: str) -> str:
    return re.sub(r"\s+", " ", name).casefold()


def _gone_at_start(table: _Table) -> Iterator[Fault]:
    """Whoever plans is there when the appraisal begins."""
    start = table.instance.calendar.start
    for council, rows in table.by_council():
        line, row = rows[0]
        if row.ceases <= start:
            problem = f"'{council}' ceases on {row.ceases}, not after the start {start}"
            yield table.say(line, "ceases", problem, "name an earlier start, or plan with the successors")


def _passes_on(table: _Table) -> Iterator[Fault]:
    """A council that ceases by councils.csv and has no row here does not pass to one that is gone."""
    rows = {row.council: line for line, row in reversed(table.numbered)}
    for council, own in table.instance.councils.items():
        if own.successor in rows and council not in rows:
            problem = f"'{own.successor}' is abolished, but '{council}' passes to it by councils.csv"
            yield table.say(rows[own.successor], "council", problem, f"give '{council}' a row too")
