"""The command `compare`: where its sides come from, its files, its ending."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from instances import Instance, InstanceError, read
from optimiser.answering import answered
from optimiser.commands import INTERRUPTED, OPTIMAL, Outcome, signals
from optimiser.compare.comparing import compare
from optimiser.compare.report import print_comparison
from optimiser.compare.result import Compared
from optimiser.compare.side import Side
from optimiser.errors import UsageError
from optimiser.files import PLAN_FILE
from optimiser.folders import check_folder, write_folder
from optimiser.named import named
from optimiser.pipeline import SolveSettings
from optimiser.plan import PlanDocument
from optimiser.progress import reporter
from optimiser.store import Case, Recorded, Store, UnknownRunError
from optimiser.store.address import chosen

DOCUMENT = "compare.json"
TABLES = ("sides", "arrangements", "heads", "councils", "changes", "steps")
FILES = (DOCUMENT, *(f"{name}.csv" for name in TABLES))


@dataclass(frozen=True)
class Asked:
    """What is to be compared.

    Attributes:
        names: Runs (folders, or ids in the store) and instances; one instance where scenarios are given.
        scenarios: Scenarios of it, each a side; several joined by `+` are one side.
        overrides: Overrides on every instance that is solved.
    """

    names: Sequence[str]
    scenarios: Sequence[str] = ()
    overrides: Sequence[str] = ()

    def check(self) -> None:
        """Refuse what is not two sides.

        Raises:
            UsageError: There is one side only, or scenarios of several instances.
        """
        if self.scenarios and len(self.names) > 1:
            raise UsageError("--scenario belongs to one instance; name that alone, or runs and instances without --scenario")
        if not self.scenarios and len(self.names) < 2:
            raise UsageError("name two or more runs or instances, or one instance and its scenarios with --scenario")


def compare_named(
    asked: Asked, *, store: str | None, causes: bool, out: Path | None, overwrite: bool, show_progress: bool, **settings: Any
) -> Outcome:
    """The command."""
    asked.check()
    if out is not None:
        check_folder(out, FILES, overwrite=overwrite, kind="comparison")
    interrupt = threading.Event()
    opened = _opened(asked, store)
    try:
        with reporter(enabled=show_progress) as report, signals(interrupt) as stages:

            def on_step(what: str) -> None:
                stages.append("solve")
                report.stage("compare", what)

            solving = SolveSettings(**settings, interrupt=interrupt, settle_ties=True, on_progress=report.progress)
            sides = list(_sides(asked, solving, opened, store, on_step))
            found = compare(sides, replace(solving, reasons=False), causes=causes, on_step=on_step)
    finally:
        if opened is not None:
            opened.close()
    if out is not None:
        write_folder(out, partial(_write, found))
    return _outcome(found, out)


def _opened(asked: Asked, store: str | None) -> Store | None:
    """The store, where runs are looked up and recorded; none is made for the sake of folders of runs alone."""
    address = chosen(store)
    try:
        return None if address is None else Store(address, create=not all(_is_folder_of_run(name) for name in asked.names))
    except UnknownRunError:
        return None


def _is_folder_of_run(name: str) -> bool:
    return (Path(name) / PLAN_FILE).is_file() or Path(name).name == PLAN_FILE


def _sides(
    asked: Asked, settings: SolveSettings, opened: Store | None, store: str | None, on_step: Callable[[str], None]
) -> Iterator[Side]:
    if asked.scenarios:
        (source,) = asked.names
        yield _solved(read(source, overrides=asked.overrides), source, "", settings, opened, on_step)
        for text in asked.scenarios:
            several = [part.strip() for part in text.split("+")]
            instance = read(source, scenarios=several, overrides=asked.overrides)
            yield _solved(instance, text, ", ".join(several), settings, opened, on_step)
        return
    for name in asked.names:
        if _is_folder_of_run(name):
            yield _of_folder(name, opened, store)
        elif (run := _in_store(name, opened)) is not None and opened is not None:
            yield of_run(opened, run, name)
        else:
            yield _solved(_instance(name, asked.overrides), name, "", settings, opened, on_step)


def _instance(name: str, overrides: Sequence[str]) -> Instance:
    """An instance that is named where a run might be."""
    try:
        return read(name, overrides=overrides)
    except InstanceError as error:
        if name.isalnum() and not Path(name).exists():
            raise UsageError(f"'{name}' is no run of the store, no folder of a run, and no instance: {error.faults[0].problem}") from error
        raise


def _in_store(name: str, opened: Store | None) -> Recorded | None:
    if opened is None or not name.isalnum() or Path(name).exists():
        return None
    try:
        return opened.find(name)
    except UnknownRunError:
        return None


def of_run(store: Store, run: Recorded, name: str) -> Side:
    """A side from a run in the store."""
    document = json.loads(store.document(run.run))
    plan = None if run.npv is None else PlanDocument.model_validate(document)
    return Side(name, plan, store.instance(run.run), run.run, run.status, run.instance, document["manifest"])


def _of_folder(name: str, opened: Store | None, store: str | None) -> Side:
    """A side from the files of a run; its data are those of the store, where that has the run."""
    plan = named(Path(name), "RUN", store).document
    instance, label = None, plan.title
    if opened is not None and (run := _in_store(plan.run, opened)) is not None:
        instance, label = opened.instance(run.run), run.instance
    return Side(name, plan, instance, plan.run, plan.status, label, plan.manifest)


def _solved(
    instance: Instance, name: str, label: str, settings: SolveSettings, opened: Store | None, on_step: Callable[[str], None]
) -> Side:
    """A side that is solved now, unless the store has the answer."""
    case = Case(instance, settings, "compare", label)
    known = None if opened is None else opened.answer(case.request)
    if known is not None and opened is not None:
        return of_run(opened, known, name)
    on_step(name)
    answer = answered(case)
    if opened is not None:
        opened.record(answer.entry)
    plan = None if answer.plan is None else answer.plan.document
    return Side(name, plan, instance, answer.run, answer.status, instance.name, answer.entry.row["manifest"])


def _write(found: Compared, folder: Path) -> None:
    (folder / DOCUMENT).write_text(found.document.model_dump_json(indent=2) + "\n", encoding="utf-8")
    write_tables(found, folder)


def write_tables(found: Compared, folder: Path) -> None:
    """The tables of a comparison as CSV."""
    for name in TABLES:
        getattr(found, name).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")


def _outcome(found: Compared, out: Path | None) -> Outcome:
    def show(console: Any) -> None:
        print_comparison(found, console)
        if out is not None:
            console.print(f"Files: {out}", soft_wrap=True)

    complete = found.document.complete
    messages = () if complete else ("interrupted; what the steps that were not solved would show is left out",)
    return Outcome(found.document.model_dump(mode="json"), show, OPTIMAL if complete else INTERRUPTED, messages)
