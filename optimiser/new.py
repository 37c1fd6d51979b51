"""New instances for the command `new`: empty, from another one, from an area of England, or of councils that are replaced."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from instances.cells import parse
from instances.read import SETTINGS, locate, read, shipped
from instances.tables import REQUIRED_TABLES, TABLES, unit
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


def write_new(
    folder: Path,
    *,
    source: str | None,
    areas: Sequence[str],
    data: Path | None,
    evidence: Path | None,
    services: Sequence[str],
    reorganisation: Reorganisation,
) -> Outcome:
    """Write a new instance folder, whole or not at all.

    Raises:
        UsageError: The folder holds something, or the options do not go together, or an area is unknown.
        InstanceError: The source or the table of a reorganisation is unknown or not sound.
    """
    _check_options(source, areas, bool(data or evidence or services), reorganisation)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty; name a new folder")
    if reorganisation.table is not None:
        return _reorganised(folder, source, areas, data, evidence, services, reorganisation)
    if areas:
        return _from_area(folder, areas, data, evidence, services)
    if source is not None:
        return _from_source(folder, source)
    write_whole(folder, _write_empty)
    kind = "an empty instance"
    return _outcome(
        folder, [f"Wrote {kind} to {folder}.", f"Fill in the tables, then check them: optimiser validate {folder}"], {"kind": kind}
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


def _from_source(folder: Path, source: str) -> Outcome:
    """A copy of a shipped case or of any other instance that can be read."""
    read(source)
    original = locate(source)
    write_whole(folder, lambda target: _copy(original, target))
    kind = f"the case study {source}" if source in shipped() and not Path(source).is_dir() else f"a copy of {source}"
    return _outcome(folder, [f"Wrote {kind} to {folder}.", f"Look at it: optimiser validate {folder}"], {"kind": kind})


def write_whole(folder: Path, write: Callable[[Path], None]) -> None:
    """Write into a folder beside `folder` and rename it, so that it is there whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        write(staging)
        staging.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        os.rename(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    """The tables and settings of an instance; what else lies beside them stays behind."""
    for name in (SETTINGS, *(f"{table}.csv" for table in TABLES)):
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)


def _write_empty(target: Path) -> None:
    text = resources.files("instances").joinpath("data/template.toml").read_text(encoding="utf-8")
    (target / "instance.toml").write_text(text.replace("# TABLES\n", _tables_text()), encoding="utf-8")
    for name, model in TABLES.items():
        header = io.StringIO()
        csv.writer(header, lineterminator="\n").writerow(_columns(model))
        (target / f"{name}.csv").write_text(header.getvalue(), encoding="utf-8")


def _columns(model: Any) -> list[str]:
    """Columns of a table in the order in which people fill them in: the key first, source and note last."""
    last = ("source", "note")
    return [*(c for c in model.model_fields if c not in last), *last]


def _tables_text() -> str:
    """What each table holds, as comments: column, unit, meaning; from the schema, so that the two cannot differ."""
    lines = []
    for name, model in TABLES.items():
        need = "required" if name in REQUIRED_TABLES else "optional"
        lines.append(f"# {name}.csv ({need}): {' '.join((model.__doc__ or '').split())}")
        for column in _columns(model):
            field = model.model_fields[column]
            measure = f" ({unit(field)})" if unit(field) else ""
            lines.append(f"#   {column}{measure}: {field.description}")
        lines.append("#")
    return "\n".join(lines) + "\n"


def _from_area(folder: Path, areas: Sequence[str], data: Path | None, evidence: Path | None, services: Sequence[str]) -> Outcome:
    report = _write_area(folder, areas, data, evidence, services)
    lines = [
        f"Wrote {counted(report.councils, 'council')}, {counted(report.services, 'service')} and {counted(report.baselines, 'baseline')} to {folder}.",
        *_found(report),
        f"Read instance.toml, then: optimiser solve {folder}",
    ]
    return _outcome(folder, lines, {"kind": "area", **_facts(report, "councils", "services", "baselines", *AREA_FINDINGS)})


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
    folder: Path,
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

        def write(target: Path) -> None:
            assert asked.table is not None
            assert asked.plan_with is not None
            done.append(
                reorganise(
                    before,
                    asked.table,
                    target,
                    way=asked.plan_with,
                    start=start,
                    obsolete=() if area is None else REPLACED_SCENARIOS,
                    name=", ".join(areas) if areas else before,
                )
            )

        write_whole(folder, write)
    report = done[0]
    who = "each until it ceases" if report.way == "predecessors" else "the successors among them"
    lines = [
        f"Wrote {counted(report.councils, 'council')}, {who}, {counted(report.services, 'service')} and {counted(report.baselines, 'baseline')} to {folder}.",
        *(f"Becomes: {text}" for text in report.becomes),
        *(f"Dropped: {text}" for text in report.dropped),
        *(f"Note: {text}" for text in report.notes),
        *([] if area is None else [*_OF_BEFORE.get(report.way, ()), *_found(area)]),
        f"Read instance.toml, then: optimiser solve {folder}",
    ]
    facts = _facts(report, "councils", "services", "baselines", "becomes", "dropped", "notes")
    facts |= {} if area is None else _facts(area, *AREA_FINDINGS)
    return _outcome(folder, lines, {"kind": report.way, **facts})


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


def _outcome(folder: Path, lines: Sequence[str], facts: dict[str, Any]) -> Outcome:
    def show(console: Any) -> None:
        for line in lines:
            console.print(line, soft_wrap=True)

    return Outcome({"status": "written", "folder": str(folder), **facts}, show)
