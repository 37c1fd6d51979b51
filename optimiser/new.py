"""New instances for the command `new`: empty, from a case study, or from an area of England."""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from instances.read import locate
from instances.tables import REQUIRED_TABLES, TABLES, unit
from optimiser.commands import Outcome
from optimiser.errors import UsageError


def write_new(
    folder: Path,
    *,
    case: str | None,
    areas: Sequence[str],
    data: Path | None,
    evidence: Path | None,
    services: Sequence[str],
) -> Outcome:
    """Write a new instance folder, whole or not at all.

    Raises:
        UsageError: The folder holds something, or the options do not go together, or an area is unknown.
        InstanceError: The case study is unknown.
    """
    if case is not None and areas:
        raise UsageError("--from and --area do not go together; choose one")
    if not areas and (data or evidence or services):
        raise UsageError("--data, --economics and --service belong to --area")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty; name a new folder")
    if areas:
        return _from_area(folder, areas, data, evidence, services)
    source = None if case is None else locate(case)
    write_whole(folder, _write_empty if source is None else lambda target: _copy(source, target))
    kind = "an empty instance" if case is None else f"the case study {case}"
    advice = "Fill in the tables, then check them" if case is None else "Look at it"
    return _outcome(folder, [f"Wrote {kind} to {folder}.", f"{advice}: optimiser validate {folder}"], {"kind": kind})


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
    """The tables and settings of a case study; what only its test needs stays behind."""
    for path in sorted(source.iterdir()):
        if path.suffix in {".csv", ".toml"} and path.name != "expected.toml":
            shutil.copyfile(path, target / path.name)


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
    if data is None:
        raise UsageError("--area needs --data: the folder with the England tables (councils.csv, spend.csv and so on)")
    from instances.england import AreaError, write_area

    try:
        report = write_area(folder, areas, data, evidence, services=list(services) or None)
    except AreaError as error:
        raise UsageError(str(error)) from error
    lines = [
        f"Wrote {report.councils} councils, {report.services} services and {report.baselines} baselines to {folder}.",
        *(f"Warning: {text}" for text in report.warnings),
        *(f"Assumed: {text}" for text in report.assumptions),
        *(f"Left out: {text}" for text in report.left_out),
        f"Read instance.toml, then: optimiser solve {folder}",
    ]
    facts = {name: getattr(report, name) for name in ("councils", "services", "baselines", "assumptions", "left_out", "warnings")}
    return _outcome(folder, lines, {"kind": "area", **facts})


def _outcome(folder: Path, lines: Sequence[str], facts: dict[str, Any]) -> Outcome:
    def show(console: Any) -> None:
        for line in lines:
            console.print(line, soft_wrap=True)

    return Outcome({"status": "written", "folder": str(folder), **facts}, show)
