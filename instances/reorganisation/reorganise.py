"""From an instance and a table of who becomes what to a new instance: of the councils until they cease, or of their successors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from instances.checks import Draft, check
from instances.errors import Fault, InstanceError
from instances.instance import Instance
from instances.overrides import own_faults
from instances.reading import SETTINGS, locate, read
from instances.reorganisation.baselines import inheritance, successor_baselines, successor_contracts
from instances.reorganisation.councils import ceasing_councils, successor_councils
from instances.reorganisation.ledger import Ledger, counted
from instances.reorganisation.relations import kept_rows, successor_adjacency, vesting_commitments
from instances.reorganisation.settings import (
    candidate_starts,
    described,
    going_on,
    started,
    without_minutes,
    without_obsolete,
    without_unknown_compatibility,
)
from instances.reorganisation.succession import Succession
from instances.reorganisation.table import read_succession
from instances.reorganisation.toml_text import rewritten
from instances.reorganisation.write import write_folder
from instances.sources.address import hidden
from instances.sources.opening import is_folder
from instances.tables import TABLES, Row

WAYS = ("predecessors", "successors")
"""Who plans: the councils until they cease, or those that follow them."""
SCALED = ("coordination_cost", "hosting_cost", "set_up_cost", "integration_cost", "platform_cost")
"""Parameters in pounds that were made for councils of the size before."""


@dataclass(frozen=True)
class Reorganised:
    """What was written.

    Attributes:
        way: `predecessors` or `successors`.
        councils: Number of councils.
        services: Number of services.
        baselines: Number of baselines.
        becomes: Who becomes what, a sentence for each successor.
        dropped: What did not pass on, with counts.
        notes: What else the reader should know.
    """

    way: str
    councils: int
    services: int
    baselines: int
    becomes: tuple[str, ...]
    dropped: tuple[str, ...]
    notes: tuple[str, ...]


def reorganise(
    source: str | Path,
    table: Path,
    target: Path,
    *,
    way: str,
    start: dt.date | None = None,
    obsolete: Collection[str] = (),
    name: str = "",
) -> Reorganised:
    """Write the reorganised instance to `target`, an empty folder.

    Args:
        source: A folder of tables, a workbook, a database or a shipped case.
        table: Who becomes what.
        target: Where to write; what is there after an error is of no use.
        way: One of WAYS.
        start: First day of the appraisal; None leaves it, or moves it to the day on which all successors begin.
        obsolete: Scenarios that the reorganisation takes the place of.
        name: Name of the instance in messages; `source` unless given.

    Raises:
        InstanceError: The source, the table or what comes of them is not sound.
    """
    before = read(source)
    name = name or hidden(str(source))
    if way == WAYS[0]:
        asked = before if start is None else replace(before, settings=started(before.settings, start))
        succession = read_succession(table, asked, from_start=True)
        ledger = Ledger()
        after = _with_predecessors(asked, succession, ledger, frozenset(obsolete))
    else:
        succession = read_succession(table, before, from_start=False)
        after, ledger = _soundest(before, succession, start, frozenset(obsolete), name)
    becomes = _becomes(succession)
    old, headers = _files_of(source)
    text = rewritten(old, before.settings, after.settings, _head(way, succession, becomes, ledger))
    write_folder(target, after, text, headers)
    _read_back(target, name)
    return Reorganised(
        way=way,
        councils=len(after.councils),
        services=len(after.services),
        baselines=len(after.baselines),
        becomes=tuple(becomes),
        dropped=tuple(ledger.dropped),
        notes=tuple(ledger.notes),
    )


def _files_of(source: str | Path) -> tuple[str | None, set[str]]:
    """instance.toml with its comments, and the tables that are there; a workbook or a database has neither files nor comments."""
    if not is_folder(source):
        return None, set()
    folder = locate(source)
    text = (folder / SETTINGS).read_text(encoding="utf-8-sig")
    return text, {table for table in TABLES if (folder / f"{table}.csv").is_file()}


def _with_predecessors(instance: Instance, succession: Succession, ledger: Ledger, obsolete: frozenset[str]) -> Instance:
    """The councils stay, and cease on their day."""
    councils = ceasing_councils(instance, succession, ledger)
    settings = without_obsolete(instance.settings, ledger, obsolete)
    settings = described(settings, "each council is valued until the day on which it ceases", succession, ledger)
    return replace(_with_rows(instance, {"councils": councils}), settings=settings)


def _soundest(
    before: Instance, succession: Succession, start: dt.date | None, obsolete: frozenset[str], name: str
) -> tuple[Instance, Ledger]:
    """The instance of the successors, from their day if that makes no trouble, else from the old start."""
    trouble: list[Fault] = []
    for day in candidate_starts(before, succession, start):
        ledger = Ledger()
        try:
            after = _with_successors(before, succession, day, obsolete, ledger)
            faults = [*check(Draft.of(after)), *own_faults(after)]
        except InstanceError as error:  # the calendar cannot begin on that day
            faults = list(error.faults)
        if not faults:
            if trouble:
                ledger.notes.append(f"the calendar starts on {day} as before, not with the successors: {trouble[0]}")
            return after, ledger
        trouble = faults
    raise InstanceError(f"{name}, reorganised", trouble)


def _with_successors(before: Instance, succession: Succession, start: dt.date, obsolete: frozenset[str], ledger: Ledger) -> Instance:
    """The successors stand in place of their predecessors, and can do nothing before they begin."""
    settings = started(without_minutes(before, succession, ledger), start)
    inherited = inheritance(before, succession)
    baselines = successor_baselines(before, succession, inherited, ledger)
    tables: dict[str, Sequence[Row]] = {
        "councils": successor_councils(before, succession, ledger),
        "baselines": baselines,
        "contracts": successor_contracts(before, succession, inherited, ledger),
        "adjacency": successor_adjacency(before, succession, ledger),
        **kept_rows(before, succession, ledger),
    }
    if start != before.calendar.start:
        ledger.notes.insert(0, f"the calendar starts on {start} instead of {before.calendar.start}")
    after = replace(before, settings=settings)
    runs = {row.council for row in baselines}
    tables["commitments"] = [*tables["commitments"], *vesting_commitments(after, succession, runs, ledger)]
    after = _with_rows(after, tables)
    after = replace(after, settings=without_unknown_compatibility(after, ledger))
    _say_sizes(after, ledger)
    settings = going_on(after, succession, ledger, obsolete)
    return replace(after, settings=described(settings, "planned with the successors as councils", succession, ledger))


def _with_rows(instance: Instance, tables: Mapping[str, Sequence[Row]]) -> Instance:
    """The instance with other rows; those that stay keep their row numbers, for messages."""
    lines = {
        id(row): line for table in tables for line, row in zip(instance.lines.get(table, ()), instance.tables.get(table, ()), strict=True)
    }
    return instance.with_tables({table: [(lines.get(id(row), 0), row) for row in rows] for table, rows in tables.items()})


def _say_sizes(after: Instance, ledger: Ledger) -> None:
    """What is not scaled to larger councils, and whether there is anybody to share with."""
    given = [name for name in SCALED if any(after.parameter(service, name) > 0 for service in after.services)]
    if given:
        ledger.notes.append(f"{', '.join(given)}: amounts in pounds made for councils of the size before; raise them for larger ones")
    if len(after.councils) < 2:
        ledger.notes.append("only one council is left: there is nobody to share with unless others are added")


def _becomes(succession: Succession) -> list[str]:
    return [f"{name} (from {succession.vesting[name]}): {succession.made_of(name)}" for name in succession.inherits]


def _head(way: str, succession: Succession, becomes: Sequence[str], ledger: Ledger) -> list[str]:
    """What instance.toml says first."""
    lead = {
        WAYS[0]: "REORGANISED: each council is valued until the day on which it ceases (councils.csv).",
        WAYS[1]: "REORGANISED: the councils are the successors. Comments below were written about the councils before; "
        "what is commented out named them.",
    }[way]
    return [
        f"{lead} Table: {succession.table}, {counted(len(succession.heirs), 'council')}.",
        *(f"- {text}" for text in becomes),
        *(f"- DROPPED: {text}" for text in ledger.dropped),
        *(f"- {text}" for text in ledger.notes),
    ]


def _read_back(target: Path, name: str) -> None:
    """What was written is an instance.

    Raises:
        InstanceError: It is not.
    """
    try:
        read(target)
    except InstanceError as error:
        raise InstanceError(f"{name}, reorganised", error.faults) from None
