"""What can be wrong with an instance, and how it is said: where, value, what is expected, the nearest known name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that resembles `name` most, or None when nothing does."""
    known = sorted(known)
    folded = {candidate.casefold(): candidate for candidate in known}
    exact = folded.get(name.casefold())
    if exact is not None:
        return exact
    close = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def printable(text: str) -> str:
    """The text on one line: what cannot be seen, or would move the cursor, as an escape as Python writes it."""
    return "".join(c if c == " " or c.isprintable() else c.encode("unicode_escape").decode() for c in text)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in the data.

    Attributes:
        table: The file, such as `contracts.csv` or `instance.toml`, or `override`.
        problem: What is wrong, with the value.
        expected: What to write instead, when that can be said.
        row: The row as a spreadsheet numbers it: the header is row 1.
        column: The column or the TOML path.
        nearest: The nearest known name.
        position: The column by its number, counted from 1, where it has no name that could be said.
        place: Where it is, in words of a source other than a folder; it takes the place of table, row and column in the message.
    """

    table: str
    problem: str
    expected: str = ""
    row: int | None = None
    column: str = ""
    nearest: str | None = None
    position: int | None = None
    place: str = ""

    def __post_init__(self) -> None:
        """Whatever stands in a cell, a fault is one line of characters that can be seen."""
        for name in ("table", "problem", "expected", "column", "place"):
            object.__setattr__(self, name, printable(getattr(self, name)))
        if self.nearest is not None:
            object.__setattr__(self, "nearest", printable(self.nearest))

    def __str__(self) -> str:
        """The fault in one line: where, what, remedy."""
        where = self.table
        if self.row is not None:
            where += f" row {self.row}"
        if self.column:
            where += f", {self.column}"
        text = f"{self.place or where}: {self.problem}"
        if self.expected:
            text += f"; {self.expected}"
        if self.nearest is not None:
            text += f"; did you mean '{self.nearest}'?"
        return text


class InstanceError(ValueError):
    """An instance that cannot be used; holds every fault that was found.

    Attributes:
        name: The instance as the user named it.
        faults: All faults, in the order of tables and rows.
    """

    def __init__(self, name: str, faults: Sequence[Fault]) -> None:
        """Keep the faults; the message lists every one."""
        self.name = name
        self.faults = tuple(faults)
        count = len(self.faults)
        lines = [f"{count} fault{'s' if count != 1 else ''} in '{printable(name)}'"]
        lines += [f"  {fault}" for fault in self.faults]
        super().__init__("\n".join(lines))
