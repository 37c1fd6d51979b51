"""Commitments to an alternative: a service and an alternative that the council has, a day that suits it, and nobody shares there."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from instances import tables
from instances.checks.draft import Draft, Record
from instances.commitments import is_under_way
from instances.errors import Fault, nearest

FILE = "commitments.csv"
SHARES = ("hosts", "shares_with", "together", "live")
"""Decisions that have their councils, the one that is named second too, in a partnership."""
Numbered = tuple[int | None, tables.Commitment]


def check_takes(draft: Draft) -> Iterator[Fault]:
    """Who takes an alternative takes one that it has, on a day that suits it, and has to share with nobody."""
    rows = list(draft.once(tables.Commitment))
    taking = [(line, row) for line, row in rows if row.decision == "takes"]
    known = _Known.of(draft, rows if taking else ())
    for line, row in rows:
        if row.decision != "takes" and row.option is not None:
            problem = f"'{row.option}' is given, but {row.decision} takes no alternative"
            yield Fault(FILE, problem, "leave it blank", line, "option")
    for line, row in taking:
        if row.service is None:
            yield Fault(FILE, "is blank, but takes needs a service", "name it; an alternative is one for a single service", line, "service")
        if row.option is None:
            yield Fault(FILE, "is blank, but takes needs an alternative", "name it as options.csv does", line, "option")
        if row.service is not None:
            yield from _not_offered(known, line, row)
            yield from _day(known, line, row)
            yield from _shared(known, line, row)


@dataclass(frozen=True)
class _Known:
    """What the rows are held against.

    Attributes:
        draft: The instance as it is read.
        options: Rows of options by council and service, misspelt names read as what was most likely meant.
        ceases: Day on which a council ceases.
        about: Commitments that name a council, first or second.
    """

    draft: Draft
    options: Mapping[tuple[str, str], Sequence[Record]]
    ceases: Mapping[str, dt.date]
    about: Mapping[str, Sequence[Numbered]]

    @classmethod
    def of(cls, draft: Draft, rows: Sequence[Numbered]) -> _Known:
        """Of some commitments; without any nothing is looked up."""
        options, about = defaultdict(list), defaultdict(list)
        for record in draft.records.get("options", ()) if rows else ():
            options[draft.meant(record.get("council"), "council"), draft.meant(record.get("service"), "service")].append(record)
        for line, row in rows:
            for council in {row.council, row.other} - {None}:
                about[str(council)].append((line, row))
        ceases = {row.council: row.ceases for _, row in draft.numbered(tables.Council) if row.ceases is not None}
        return cls(draft, options, ceases, about)

    def runs(self, council: str, service: str | None) -> bool:
        """Whether a council is known to run a service."""
        return (council, service) in (self.draft.runs or ())


def _not_offered(known: _Known, line: int | None, row: tables.Commitment) -> Iterator[Fault]:
    """An alternative that the council does not have for the service."""
    if row.option is None or "options" in known.draft.incomplete or not known.runs(row.council, row.service):
        return
    records = known.options.get((row.council, row.service or ""), ())
    offered = [str(record.get("option")) for record in records if record.get("option") is not None]
    if row.option in offered:
        return
    close = nearest(row.option, offered)
    others = f"it has {', '.join(sorted(offered))}" if offered else "give it a row there, or take out this one"
    problem = f"'{row.option}' is no alternative of '{row.council}' for {row.service} in options.csv"
    yield Fault(FILE, problem, "" if close else others, line, "option", close)


def _day(known: _Known, line: int | None, row: tables.Commitment) -> Iterator[Fault]:
    """A day to come on which the alternative is not to be had yet, the council does not exist any more, or nothing may begin yet."""
    calendar, day = known.draft.calendar, row.go_live
    if calendar is None or day is None or is_under_way(row, calendar.start):
        return
    for record in known.options.get((row.council, row.service or ""), ()):
        first = getattr(record.row, "available_from", None)
        if record.get("option") == row.option and first is not None and day < first:
            problem = f"{day} is before '{row.option}' is to be had, {first} in options.csv"
            yield Fault(FILE, problem, "give a later tranche, or leave it blank", line, "go_live")
    ceases = known.ceases.get(row.council)
    if ceases is not None and day >= ceases:
        problem = f"{day} is not before '{row.council}' ceases, {ceases} in councils.csv"
        yield Fault(FILE, problem, "give an earlier tranche", line, "go_live")
    for other_line, other in known.about[row.council]:
        waits = other.decision == "not_before" and other.service in (None, row.service)
        if waits and other.go_live is not None and day < other.go_live:
            problem = f"{day} is before {other.go_live}, when it may begin: {_named(other, other_line)}"
            yield Fault(FILE, problem, "keep one of the two", line, "go_live")


def _shared(known: _Known, line: int | None, row: tables.Commitment) -> Iterator[Fault]:
    """Another row that has the council in a partnership for the service."""
    for other_line, other in known.about[row.council]:
        if other.decision not in SHARES or other.service not in (None, row.service):
            continue
        if all(council is None or known.runs(council, row.service) for council in (other.council, other.other)):
            problem = f"'{row.council}' takes an alternative for {row.service}, but is to share it: {_named(other, other_line)}"
            yield Fault(FILE, problem, "keep one of the two", line, "decision")


def _named(row: tables.Commitment, line: int | None) -> str:
    """A row in words: Elm shares_with Oak in row 3; where it stands only as far as it does in the source."""
    what = " ".join(part for part in (row.council, row.decision, row.other) if part)
    return f"{what} in row {line}" if line else what
