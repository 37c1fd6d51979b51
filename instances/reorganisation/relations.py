"""Rows about pairs of councils, and about what was decided or worked out for them: what passes to successors, and what is dropped."""

from __future__ import annotations

from collections.abc import Sequence

from instances.instance import Instance
from instances.reorganisation.ledger import Ledger, counted, few
from instances.reorganisation.succession import Succession
from instances.tables import Adjacency, Commitment, Row

PARTIES = ("council", "council_a", "council_b", "host", "other")
"""Columns that name a council."""
WHY = {
    "distances": "dropped, so great circles between the new places hold",
    "compatibility": "dropped, as a score is about the councils before",
    "history": "dropped, as joint working was that of the councils before",
    "commitments": "dropped: decide anew",
    "options": "dropped: work them out anew",
    "estimates": "dropped, so the formulas hold",
}
MOST_PAIRS = 4


def kept_rows(instance: Instance, succession: Succession, ledger: Ledger) -> dict[str, list[Row]]:
    """The rows of these tables that are about councils that do not change; the others are dropped and said."""
    result = {}
    for table, why in WHY.items():
        rows = instance.tables.get(table, ())
        gone = [row for row in rows if parties(row) & succession.changed]
        ledger.drop_rows(table, gone, why)
        result[table] = [row for row in rows if not parties(row) & succession.changed]
    return result


def parties(row: Row) -> set[str]:
    """The councils that a row names."""
    return {name for column in PARTIES if (name := getattr(row, column, None)) is not None}


def successor_adjacency(instance: Instance, succession: Succession, ledger: Ledger) -> list[Row]:
    """adjacency.csv with the successors in place of their predecessors: they border on all that any predecessor bordered on.

    A council that is split says nothing of where its parts lie. Its rows are passed on only to a successor that has no
    predecessor of its own, and are dropped otherwise.
    """
    pairs: dict[tuple[str, str], list[str]] = {}
    kept, inside, split = [], 0, []
    for row in instance.rows(Adjacency):
        if not parties(row) & succession.changed:
            kept.append(row)
            continue
        found = {(a, b) for a in _becomes(row.council_a, succession) for b in _becomes(row.council_b, succession)}
        across = {(min(a, b), max(a, b)) for a, b in found if a != b}
        for pair in sorted(across):
            pairs.setdefault(pair, []).append(f"{row.council_a}-{row.council_b}")
        inside += bool(found) and not across
        if not found:
            split.append(row)
    ledger.drop_rows("adjacency", split, "dropped, because it does not say where the parts of a divided council lie")
    if inside:
        ledger.notes.append(f"adjacency.csv: {counted(inside, 'pair')} of neighbours now within one successor")
    merged = [
        Adjacency(council_a=a, council_b=b, source=f"neighbours before: {_pairs(before)}") for (a, b), before in sorted(pairs.items())
    ]
    return [*kept, *merged]


def _becomes(council: str, succession: Succession) -> list[str]:
    """Where the neighbours of a council are neighbours afterwards."""
    heirs = succession.heirs.get(council)
    if heirs is None:
        return [council]
    if len(heirs) == 1:
        return [heirs[0].name]
    return [heir.name for heir in heirs if all(share < 1 for share in succession.inherits[heir.name].values())]


def _pairs(before: Sequence[str]) -> str:
    more = len(before) - MOST_PAIRS
    return f"{', '.join(before[:MOST_PAIRS])} and {more} more" if more > 0 else ", ".join(before)


def vesting_commitments(instance: Instance, succession: Succession, runs: set[str], ledger: Ledger) -> list[Row]:
    """`not_before` rows of successors that begin after the start of the appraisal.

    Args:
        instance: The instance, its calendar as it will be.
        succession: Who becomes what.
        runs: Councils that run any service.
        ledger: What wants to be said.
    """
    later = {name: day for name, day in succession.vesting.items() if day > instance.calendar.start and name in runs}
    beyond = [f"{name} ({day})" for name, day in later.items() if day > instance.calendar.tranche_dates[-1]]
    if beyond:
        ledger.notes.append(f"no tranche begins on or after the day of {few(beyond)}: nothing of theirs can go live")
    if later and instance.rules.commitments is False:
        ledger.notes.append("rules.commitments is false, so nothing keeps successors from going live before they begin")
    return [
        Commitment(council=name, decision="not_before", go_live=day, source=succession.table, note="first day of the successor")
        for name, day in later.items()
    ]
