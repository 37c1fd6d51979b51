"""Commitments: each decision has what it needs and nothing else, and what is live is live once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from instances import tables
from instances.checks.draft import Draft
from instances.commitments import DATED, is_under_way
from instances.errors import Fault
from instances.messages import DATE

NEEDS_OTHER = {"shares_with", "together", "never_with", "live"}
TAKES_NO_DATE = {"never_with", "stays_out"}
Say = Callable[[str, str, str], Fault]
"""A fault of one row: column, problem, expected."""


def check_commitments(draft: Draft) -> Iterator[Fault]:
    """Each decision has what it needs and nothing else; dates of go-live are first days of tranches."""
    for line, row in draft.once(tables.Commitment):
        say = _at(line)
        if row.decision in NEEDS_OTHER and row.other is None:
            yield say("other", f"is blank, but {row.decision} needs another council", "name it")
        if row.decision in NEEDS_OTHER - {"live"} and row.other == row.council:
            yield say("other", f"'{row.other}' is the council itself", "name another council")
        if row.decision not in NEEDS_OTHER and row.other is not None:
            problem = f"'{row.other}' is given, but {_has_no(row.decision)} other council"
            expected = "leave it blank; the alternative stands in option" if row.decision == "takes" else "leave it blank"
            yield say("other", problem, expected)
        if row.decision == "not_before" and row.go_live is None:
            yield say("go_live", "is blank, but not_before needs a date", DATE)
        elif row.decision in TAKES_NO_DATE and row.go_live is not None:
            yield say("go_live", f"{row.go_live} is given, but {row.decision} takes no date", "leave it blank")
        else:
            yield from _dates(draft, row, say)


def _has_no(decision: str) -> str:
    """stays_out takes no; takes has no."""
    return f"{decision} {'has' if decision == 'takes' else 'takes'} no"


def _at(line: int | None) -> Say:
    return lambda column, problem, expected: Fault("commitments.csv", problem, expected, row=line, column=column)


def _dates(draft: Draft, row: tables.Commitment, say: Say) -> Iterator[Fault]:
    """A go-live to come is the first day of a tranche; what is live went live by the start, and what is taken already before it."""
    go_live = row.go_live
    if draft.calendar is None or go_live is None:
        return
    dates = draft.calendar.tranche_dates
    if row.decision in DATED and go_live not in dates and not is_under_way(row, draft.calendar.start):
        close = min(dates, key=lambda day: abs((day - go_live).days))
        yield say("go_live", f"{go_live} is not the first day of a tranche", f"the nearest is {close}")
    if row.decision == "live" and go_live > draft.calendar.start:
        problem = f"{go_live} is after the start {draft.calendar.start}, so it is not live"
        yield say("go_live", problem, "use shares_with for what is decided but not live")


def check_live(draft: Draft) -> Iterator[Fault]:
    """A council is live once for a service, and its host is live nowhere else."""
    live: dict[tuple[str, str], tuple[int | None, str]] = {}
    run = sorted(draft.runs or ())
    for line, row in draft.once(tables.Commitment):
        if row.decision != "live" or row.other is None:
            continue
        services = (
            [row.service]
            if row.service
            else [service for council, service in run if council == row.council and (row.other, service) in (draft.runs or ())]
        )
        for service in services:
            before, _ = live.setdefault((row.council, service), (line, row.other))
            if before != line:
                yield _at(line)("decision", f"'{row.council}' is live twice for {service}, first in row {before}", "keep one row")
                break
    for (council, service), (line, host) in live.items():
        elsewhere = live.get((host, service), (None, host))[1]
        if host not in (council, elsewhere):
            problem = f"'{host}' is live with '{elsewhere}' for {service}, so '{council}' cannot be live with it"
            yield _at(line)("other", problem, "name the host of the partnership")
    yield from _live_apart(draft, {key: host for key, (_, host) in live.items()})


def _live_apart(draft: Draft, live: dict[tuple[str, str], str]) -> Iterator[Fault]:
    """Two councils that are live in one partnership are not kept apart."""
    for line, row in draft.once(tables.Commitment):
        if row.decision != "never_with" or row.other is None:
            continue
        services = [row.service] if row.service else sorted({service for _, service in live})
        for service in services:
            hosts = [live.get((council, service), council) for council in (row.council, row.other)]
            if hosts[0] == hosts[1] and ((row.council, service) in live or (row.other, service) in live):
                problem = f"'{row.council}' and '{row.other}' are live together for {service}"
                yield _at(line)("decision", problem, "take out this row, or what is live")
                break
