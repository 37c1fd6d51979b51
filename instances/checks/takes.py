"""Commitments to an alternative: a service and an alternative that the council has, a day that suits it, and nobody shares there."""

from __future__ import annotations

from collections.abc import Iterator

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
    for line, row in rows:
        if row.decision != "takes":
            if row.option is not None:
                problem = f"'{row.option}' is given, but {row.decision} takes no alternative"
                yield Fault(FILE, problem, "leave it blank", line, "option")
            continue
        if row.service is None:
            yield Fault(FILE, "is blank, but takes needs a service", "name it; an alternative is one for a single service", line, "service")
        if row.option is None:
            yield Fault(FILE, "is blank, but takes needs an alternative", "name it as options.csv does", line, "option")
        if row.service is not None:
            yield from _not_offered(draft, line, row)
            yield from _day(draft, line, row, rows)
            yield from _shared(draft, line, row, rows)


def _not_offered(draft: Draft, line: int | None, row: tables.Commitment) -> Iterator[Fault]:
    """An alternative that the council does not have for the service."""
    if row.option is None or "options" in draft.incomplete or (row.council, row.service) not in (draft.runs or ()):
        return
    offered = [str(record.get("option")) for record in _options(draft, row) if record.get("option") is not None]
    if row.option in offered:
        return
    close = nearest(row.option, offered)
    others = f"it has {', '.join(sorted(offered))}" if offered else "give it a row there, or take out this one"
    problem = f"'{row.option}' is no alternative of '{row.council}' for {row.service} in options.csv"
    yield Fault(FILE, problem, "" if close else others, line, "option", close)


def _options(draft: Draft, row: tables.Commitment) -> Iterator[Record]:
    """Rows of options of the council and service, misspelt names read as what was most likely meant."""
    for record in draft.records.get("options", ()):
        if (draft.meant(record.get("council"), "council"), draft.meant(record.get("service"), "service")) == (row.council, row.service):
            yield record


def _day(draft: Draft, line: int | None, row: tables.Commitment, rows: list[Numbered]) -> Iterator[Fault]:
    """A day to come on which the alternative is not to be had yet, the council does not exist any more, or nothing may begin yet."""
    if draft.calendar is None or row.go_live is None or is_under_way(row, draft.calendar.start):
        return
    for record in _options(draft, row):
        first = getattr(record.row, "available_from", None)
        if record.get("option") == row.option and first is not None and row.go_live < first:
            problem = f"{row.go_live} is before '{row.option}' is to be had, {first} in options.csv"
            yield Fault(FILE, problem, "give a later tranche, or leave it blank", line, "go_live")
    for record in draft.records.get("councils", ()):
        ceases = getattr(record.row, "ceases", None)
        if record.get("council") == row.council and ceases is not None and row.go_live >= ceases:
            problem = f"{row.go_live} is not before '{row.council}' ceases, {ceases} in councils.csv"
            yield Fault(FILE, problem, "give an earlier tranche", line, "go_live")
    for other_line, other in rows:
        waits = other.decision == "not_before" and other.council == row.council and other.service in (None, row.service)
        if waits and other.go_live is not None and row.go_live < other.go_live:
            problem = f"{row.go_live} is before {other.go_live}, on which {_named(other, other_line)} lets it begin"
            yield Fault(FILE, problem, "keep one of the two", line, "go_live")


def _shared(draft: Draft, line: int | None, row: tables.Commitment, rows: list[Numbered]) -> Iterator[Fault]:
    """Another row that has the council in a partnership for the service."""
    for other_line, other in rows:
        councils = (other.council, other.other)
        if other.decision not in SHARES or row.council not in councils or other.service not in (None, row.service):
            continue
        if all(council is None or (council, row.service) in (draft.runs or ()) for council in councils):
            problem = f"'{row.council}' takes an alternative for {row.service}, but is to share it by {_named(other, other_line)}"
            yield Fault(FILE, problem, "keep one of the two", line, "decision")


def _named(row: tables.Commitment, line: int | None) -> str:
    """A row in words: row 3 (Elm shares_with Oak)."""
    what = " ".join(part for part in (row.council, row.decision, row.other) if part)
    return f"row {line} ({what})" if line else f"another row ({what})"
