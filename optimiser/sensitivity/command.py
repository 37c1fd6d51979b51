"""The command `sensitivity`: what was asked for brought to a study, its files, its ending."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from instances import Instance, read
from instances.errors import nearest
from instances.override import read_value
from instances.paths import OverrideError
from instances.ranges import Range
from optimiser.commands import OPTIMAL, STOPPED_WITH_PLAN, Outcome
from optimiser.errors import StoppedError, UsageError
from optimiser.files import to_text
from optimiser.folders import check_folder, write_folder
from optimiser.money import counted
from optimiser.pipeline import SolveSettings
from optimiser.progress import study_bar
from optimiser.sensitivity.dial import dial_of
from optimiser.sensitivity.result import Sensitivity, SensitivityDocument
from optimiser.sensitivity.study import PARTS, Scope, clear, questions_asked, sensitivity

DOCUMENT = "sensitivity.json"
FILES = (DOCUMENT, "inputs.csv", "prices.csv", "withdrawals.csv", "frontier.csv", "draws.csv", "kept.csv", "manifest.json")
UNFINISHED = "unfinished"


@dataclass(frozen=True)
class Request:
    """What is asked for, as it is typed: parts, paths of inputs, ranges, whether tipping values are wanted, how many draws and points."""

    only: Sequence[str]
    inputs: Sequence[str]
    ranges: Sequence[str]
    tipping: bool
    draws: int
    points: int


def study_instance(
    source: str,
    request: Request,
    *,
    scenarios: Sequence[str],
    overrides: Sequence[str],
    jobs: int | None,
    out: Path | None,
    overwrite: bool,
    show_progress: bool,
    **settings: Any,
) -> Outcome:
    """The command."""
    if out is not None:
        check_folder(out, FILES, overwrite=overwrite, kind="study")
    instance = read(source, scenarios=scenarios, overrides=overrides)
    scope, solving = _scope(instance, request), SolveSettings(**settings)
    unfinished = Path("runs") / instance.name / UNFINISHED
    began = dt.datetime.now(dt.UTC)
    with study_bar(enabled=show_progress) as watcher:
        try:
            found = sensitivity(instance, scope, settings=solving, jobs=jobs or os.cpu_count() or 1, unfinished=unfinished, watcher=watcher)
        except KeyboardInterrupt:
            raise StoppedError("interrupted; what is finished is kept, and the same command goes on from there") from None
    folder = Path("runs") / instance.name / f"sensitivity-{found.document.study}" if out is None else out
    if out is not None or not (folder / DOCUMENT).is_file():
        write_folder(folder, partial(_write, found, began))
    clear(unfinished, instance, solving)
    return _outcome(found, instance, folder)


def _scope(instance: Instance, request: Request) -> Scope:
    """What the study is about.

    Raises:
        UsageError: A part or a path is not known, or a range is none.
    """
    unknown = next((part for part in request.only if part not in PARTS), None)
    if unknown is not None:
        close = nearest(unknown, PARTS)
        raise UsageError(f"--only {unknown} is not a part; they are: {', '.join(PARTS)}{f'; did you mean {close}?' if close else ''}")
    ranges = dict(_range(text) for text in request.ranges)
    for path in (*request.inputs, *ranges):
        try:
            dial_of(instance, path)
        except OverrideError as error:
            advice = "; ".join(part for part in (error.expected, f"did you mean {error.close}?" if error.close else "") if part)
            raise UsageError(f"{path} {error}{f'; {advice}' if advice else ''}") from None
    parts = questions_asked(request.only) if request.only else PARTS
    return Scope(parts, tuple(request.inputs), ranges, request.tipping, request.draws, request.points)


def _range(text: str) -> tuple[str, Range]:
    """PATH=LOW,HIGH."""
    path, equals, ends = text.partition("=")
    values = [read_value(end.strip()) for end in ends.split(",")]
    if not equals or len(values) != 2:
        raise UsageError(f"--range {text} is not a range; write PATH=LOW,HIGH")
    try:
        return path.strip(), Range.model_validate({"low": values[0], "high": values[1]})
    except ValidationError as error:
        raise UsageError(f"--range {text}: {error.errors()[0]['msg']}; write PATH=LOW,HIGH") from None


def _write(found: Sensitivity, began: dt.datetime, folder: Path) -> None:
    document = found.document
    (folder / DOCUMENT).write_text(document.model_dump_json(indent=2) + "\n", encoding="utf-8")
    finished = dt.datetime.now(dt.UTC)
    manifest = {
        "study": document.study,
        "run": document.run,
        "instance": found.instance,
        **document.manifest,
        "finished": finished.isoformat(timespec="seconds"),
        "seconds": round((finished - began).total_seconds(), 3),
    }
    (folder / "manifest.json").write_text(to_text(manifest), encoding="utf-8")
    tables = {
        "inputs": found.inputs,
        "prices": found.prices,
        "withdrawals": found.withdrawals,
        "frontier": found.frontier,
        "draws": found.draws,
        "kept": found.kept,
    }
    for name, table in tables.items():
        table.assign(study=document.study).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")


def _outcome(found: Sensitivity, instance: Instance, folder: Path) -> Outcome:
    from optimiser.sensitivity.report import print_sensitivity

    def show(console: Any) -> None:
        print_sensitivity(found, instance, console)
        console.print(f"Files: {folder}", soft_wrap=True)

    stopped = _stopped(found.document)
    messages = (f"{counted(stopped, 'solve')} stopped before the gap was proven; what is known of them is in the files",) if stopped else ()
    return Outcome(found.document.model_dump(mode="json"), show, STOPPED_WITH_PLAN if stopped else OPTIMAL, messages)


def _stopped(document: SensitivityDocument) -> int:
    """Solves that a limit has stopped."""
    ends = [end.reoptimised for one in document.inputs for end in (one.low, one.high) if end is not None and not end.refused]
    prices = [one.answer for one in (*document.rules, *document.commitments, *document.pairs, *document.decisions) if not one.refused]
    points = [point.answer for one in document.frontiers for point in one.points]
    answers = [*ends, *prices, *points, *(one.answer for one in document.withdrawals if not one.refused)]
    drawn = sum(draw.status in ("feasible", "unknown") for draw in document.draws)
    return drawn + sum(answer.status in ("feasible", "unknown") for answer in answers)
