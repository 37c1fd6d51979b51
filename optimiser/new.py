"""New instances for the command `new`: empty, from another one, from an area of England, or of councils that are replaced.

Each as a folder, a workbook or the tables of a database.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from instances.cells import parse
from instances.reading import SETTINGS, locate, read, shipped
from instances.sources import hidden
from instances.sources.opening import is_folder
from instances.tables import TABLES
from instances.writing import Form, WriteError, check_target, empty_form, form_of, kind_of_target, write_form
from instances.writing.files import write_whole
from instances.writing.folder import write_empty
from optimiser.commands import Outcome
from optimiser.errors import UsageError
from optimiser.money import counted

if TYPE_CHECKING:
    from instances.england import AreaReport
    from instances.reorganisation import Reorganised

AREA_FINDINGS = ("assumptions", "left_out", "warnings")
REPLACED_SCENARIOS = ("to_vesting",)
"""Scenarios of an area of England that a reorganisation's own dates take the place of."""
_OF_BEFORE = {"successors": ("The following is about the councils before:",)}


@dataclass(frozen=True)
class Reorganisation:
    """What `new` is asked of councils that are replaced.

    Attributes:
        table: CSV file of who becomes what; None where it is not given.
        plan_with: `predecessors` or `successors`; None where it is not given.
        start: First day of the appraisal as typed; None where it is not given.
    """

    table: Path | None = None
    plan_with: str | None = None
    start: str | None = None


@dataclass(frozen=True)
class Target:
    """Where the instance goes.

    Attributes:
        name: The path of a folder or a workbook, or the URL of a database.
    """

    name: str

    @property
    def kind(self) -> str:
        """`folder`, `workbook` or `database`."""
        return kind_of_target(self.name)

    @property
    def shown(self) -> str:
        """Its name for people, without the secrets of a URL."""
        return hidden(self.name)

    def write_tables(self, write: Callable[[Path], None]) -> None:
        """Write what `write` puts into an empty folder: there, or in the form of the target."""
        if self.kind == "folder":
            write_whole(Path(self.name), write)
            return
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "tables"
            folder.mkdir()
            write(folder)
            self.write(form_of(read(folder)))

    def write(self, form: Form) -> None:
        """Write an instance.

        Raises:
            UsageError: It cannot be written there.
        """
        try:
            write_form(self.name, form)
        except WriteError as error:
            raise UsageError(str(error)) from None


def target_of(name: str, *, xlsx: bool) -> Target:
    """The target that was named; with `xlsx` a workbook, whatever it is called.

    Raises:
        UsageError: It holds something already, or is of no kind that is written.
    """
    try:
        if xlsx and kind_of_target(name) == "database":
            raise UsageError("--xlsx is for a workbook, not for a database")
        target = Target(f"{name}.xlsx" if xlsx and kind_of_target(name) == "folder" else name)
        check_target(target.name)
    except WriteError as error:
        raise UsageError(str(error)) from None
    return target


def write_new(
    name: str,
    *,
    xlsx: bool,
    source: str | None,
    areas: Sequence[str],
    data: Path | None,
    evidence: Path | None,
    services: Sequence[str],
    reorganisation: Reorganisation,
) -> Outcome:
    """Write a new instance, whole or not at all, over nothing.

    Raises:
        UsageError: The target holds something, or the options do not go together, or an area is unknown.
        InstanceError: The source or the table of a reorganisation is unknown or not sound.
    """
    _check_options(source, areas, bool(data or evidence or services), reorganisation)
    target = target_of(name, xlsx=xlsx)
    if reorganisation.table is not None:
        return _reorganised(target, source, areas, data, evidence, services, reorganisation)
    if areas:
        return _from_area(target, areas, data, evidence, services)
    if source is not None:
        return _from_source(target, source)
    if target.kind == "folder":
        write_whole(Path(target.name), write_empty)
    else:
        target.write(empty_form())
    kind = "an empty instance"
    what = {"folder": "tables", "workbook": "sheets", "database": "tables"}[target.kind]
    return _outcome(
        target,
        [f"Wrote {kind} to {target.shown}.", f"Fill in the {what}, then check them: optimiser validate {target.shown}"],
        {"kind": kind},
    )


def _check_options(source: str | None, areas: Sequence[str], of_area: bool, reorganisation: Reorganisation) -> None:
    """Options that need or exclude each other.

    Raises:
        UsageError: They do not go together.
    """
    if source is not None and areas:
        raise UsageError("--from and --area do not go together; choose one")
    if not areas and of_area:
        raise UsageError("--data, --economics and --service belong to --area")
    if reorganisation.table is None:
        if reorganisation.plan_with is not None or reorganisation.start is not None:
            raise UsageError("--plan-with and --start belong to --reorganisation")
    elif source is None and not areas:
        raise UsageError("--reorganisation needs the councils that are replaced: name them with --from or --area")
    elif reorganisation.plan_with is None:
        raise UsageError(
            "--reorganisation needs --plan-with: predecessors values partnerships until their councils cease, "
            "successors plans with the councils that follow"
        )


def _from_source(target: Target, source: str) -> Outcome:
    """A copy of a shipped case or of any other instance that can be read; of a folder to a folder, comments included."""
    instance = read(source)
    if target.kind == "folder" and is_folder(source):
        original = locate(source)
        write_whole(Path(target.name), lambda staging: _copy(original, staging))
    else:
        target.write(form_of(instance))
    kind = f"the case study {source}" if source in shipped() and not Path(source).is_dir() else f"a copy of {hidden(source)}"
    return _outcome(target, [f"Wrote {kind} to {target.shown}.", f"Look at it: optimiser validate {target.shown}"], {"kind": kind})


def _copy(source: Path, target: Path) -> None:
    """The tables and settings of an instance; what else lies beside them stays behind."""
    for name in (SETTINGS, *(f"{table}.csv" for table in TABLES)):
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)


def _from_area(target: Target, areas: Sequence[str], data: Path | None, evidence: Path | None, services: Sequence[str]) -> Outcome:
    if target.kind == "folder":
        report = _write_area(Path(target.name), areas, data, evidence, services)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            report = _write_area(Path(scratch) / "area", areas, data, evidence, services)
            target.write(form_of(read(report.folder)))
    lines = [
        f"Wrote {counted(report.councils, 'council')}, {counted(report.services, 'service')} and {counted(report.baselines, 'baseline')} "
        f"to {target.shown}.",
        *_found(report),
        _read_first(target),
    ]
    return _outcome(target, lines, {"kind": "area", **_facts(report, "councils", "services", "baselines", *AREA_FINDINGS)})


def _read_first(target: Target) -> str:
    """What to do next."""
    settings = {"folder": "instance.toml", "workbook": "the sheet instance", "database": "the table instance"}[target.kind]
    return f"Read {settings}, then: optimiser solve {target.shown}"


def _found(report: AreaReport) -> list[str]:
    """What the reader of an area's instance must know."""
    return [
        *(f"Warning: {text}" for text in report.warnings),
        *(f"Assumed: {text}" for text in report.assumptions),
        *(f"Left out: {text}" for text in report.left_out),
    ]


def _write_area(folder: Path, areas: Sequence[str], data: Path | None, evidence: Path | None, services: Sequence[str]) -> AreaReport:
    if data is None:
        raise UsageError("--area needs --data: the folder with the England tables (councils.csv, spend.csv and so on)")
    from instances.england import AreaError, write_area

    try:
        return write_area(folder, areas, data, evidence, services=list(services) or None)
    except AreaError as error:
        raise UsageError(str(error)) from error


def _reorganised(
    target: Target,
    source: str | None,
    areas: Sequence[str],
    data: Path | None,
    evidence: Path | None,
    services: Sequence[str],
    asked: Reorganisation,
) -> Outcome:
    """An instance of councils that are replaced, or of those that follow them."""
    from instances.reorganisation import reorganise

    start = _day(asked.start)
    done: list[Reorganised] = []
    area = None
    with tempfile.TemporaryDirectory() as scratch:
        if areas:
            area = _write_area(Path(scratch) / "area", areas, data, evidence, services)
        before = str(source) if area is None else str(area.folder)

        def write(staging: Path) -> None:
            assert asked.table is not None
            assert asked.plan_with is not None
            done.append(
                reorganise(
                    before,
                    asked.table,
                    staging,
                    way=asked.plan_with,
                    start=start,
                    obsolete=() if area is None else REPLACED_SCENARIOS,
                    name=", ".join(areas) if areas else hidden(before),
                )
            )

        target.write_tables(write)
    report = done[0]
    who = "each until it ceases" if report.way == "predecessors" else "the successors among them"
    lines = [
        f"Wrote {counted(report.councils, 'council')}, {who}, {counted(report.services, 'service')} "
        f"and {counted(report.baselines, 'baseline')} to {target.shown}.",
        *(f"Becomes: {text}" for text in report.becomes),
        *(f"Dropped: {text}" for text in report.dropped),
        *(f"Note: {text}" for text in report.notes),
        *([] if area is None else [*_OF_BEFORE.get(report.way, ()), *_found(area)]),
        _read_first(target),
    ]
    facts = _facts(report, "councils", "services", "baselines", "becomes", "dropped", "notes")
    facts |= {} if area is None else _facts(area, *AREA_FINDINGS)
    return _outcome(target, lines, {"kind": report.way, **facts})


def _day(text: str | None) -> dt.date | None:
    """The date that was typed.

    Raises:
        UsageError: It is none.
    """
    cell = None if text is None else parse(text.strip(), "date")
    if cell is not None and cell.problem:
        raise UsageError(f"--start: {cell.problem}; {cell.expected}")
    return None if cell is None else cell.value


def _facts(report: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(report, name) for name in names}


def _outcome(target: Target, lines: Sequence[str], facts: dict[str, Any]) -> Outcome:
    def show(console: Any) -> None:
        for line in lines:
            console.print(line, soft_wrap=True)

    return Outcome({"status": "written", target.kind: target.shown, **facts}, show)
