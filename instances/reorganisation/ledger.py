"""What a reorganisation changed besides the sums, gathered to be said: nothing is dropped silently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from instances.instance import row_key
from instances.reorganisation.succession import listed
from instances.tables import Row

MOST_NAMED = 12


@dataclass
class Ledger:
    """Sentences for the report and for instance.toml.

    Attributes:
        dropped: What did not pass to the successors, with counts.
        notes: What else the reader should know.
        counts: Number of dropped rows or entries by table or section.
    """

    dropped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def drop(self, table: str, names: Sequence[str], why: str) -> None:
        """Note that rows or entries are dropped."""
        if names:
            self.counts[table] = self.counts.get(table, 0) + len(names)
            self.dropped.append(f"{table}: {counted(len(names), 'row' if table.endswith('.csv') else 'entry')} {why}: {few(names, '; ')}")

    def drop_rows(self, table: str, rows: Sequence[Row], why: str) -> None:
        """Note that rows of a table are dropped."""
        self.drop(f"{table}.csv", [" / ".join(str(part) for part in row_key(row) if part != "") for row in rows], why)


def few(names: Sequence[str], between: str = ", ") -> str:
    """The first names, and how many more there are."""
    more = len(names) - MOST_NAMED
    return f"{between.join(names[:MOST_NAMED])} and {more} more" if more > 0 else between.join(names)


def services(keys: Sequence[tuple[str, str]]) -> str:
    """Services of successors, by name where they are few, else how many of each successor."""
    if len(keys) <= MOST_NAMED:
        return ", ".join(f"{name} {service}" for name, service in keys)
    names = [name for name, _ in keys]
    return listed([f"{counted(names.count(name), 'service')} of {name}" for name in dict.fromkeys(names)])


def counted(number: int, noun: str) -> str:
    """`1 row`, `2 rows`, `2 entries`."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
