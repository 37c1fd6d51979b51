"""The command `sweep`: what was asked for brought to cases, its files, its ending."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from instances import Instance, InstanceError, apply, read
from optimiser.commands import DEFECT, INTERRUPTED, OPTIMAL, STOPPED_WITH_PLAN, Outcome, signals
from optimiser.errors import StoppedError, UsageError
from optimiser.folders import check_folder, write_folder
from optimiser.objective import Request, requested
from optimiser.pipeline import SolveSettings
from optimiser.progress import study_bar
from optimiser.store import open_store
from optimiser.store.address import chosen
from optimiser.sweep.cases import ALL, SweepCase, combinations, crossed, each, grid
from optimiser.sweep.preparing import unread_faults
from optimiser.sweep.reading import read_cases
from optimiser.sweep.report import print_sweep
from optimiser.sweep.result import Swept
from optimiser.sweep.study import sweep

DOCUMENT, TABLE = "sweep.json", "sweep.csv"
FILES = (DOCUMENT, TABLE)


@dataclass(frozen=True)
class Asked:
    """The cases that are asked for, as they are typed; each is crossed with the others.

    Attributes:
        file: A file of cases.
        each: Scenarios, each a case.
        combinations: Scenarios whose combinations are cases.
        grids: Values of paths.
    """

    file: Path | None = None
    each: Sequence[str] = ()
    combinations: Sequence[str] = ()
    grids: Sequence[str] = ()

    def check(self) -> None:
        """Refuse what makes no cases.

        Raises:
            UsageError: Nothing is asked for.
        """
        if self.file is None and not self.each and not self.combinations and not self.grids:
            raise UsageError("say what to sweep: --cases FILE, --grid PATH=A,B,C, --each SCENARIOS or --combinations SCENARIOS")

    def cases(self, known: Sequence[str]) -> list[SweepCase]:
        """The cases.

        Args:
            known: Scenarios of the instance, which are meant by `all`.

        Raises:
            UsageError, InstanceError: One of them cannot be read, or there are too many.
        """
        axes = []
        if self.file is not None:
            axes.append(read_cases(self.file))
        if self.each:
            axes.append(each(_all(self.each, known, "--each")))
        if self.combinations:
            axes.append(combinations(_all(self.combinations, known, "--combinations")))
        if self.grids:
            axes.append(grid(*self.grids))
        return crossed(*axes)


def _all(names: Sequence[str], known: Sequence[str], option: str) -> Sequence[str]:
    if list(names) != [ALL] or ALL in known:
        return names
    if not known:
        raise UsageError(f"{option} {ALL}: the instance has no scenarios")
    return known


def sweep_instance(
    source: str,
    asked: Asked,
    *,
    scenarios: Sequence[str],
    overrides: Sequence[str],
    objective: Request,
    jobs: int | None,
    scheduler: str | None,
    store: str | None,
    out: Path | None,
    overwrite: bool,
    show_progress: bool,
    **settings: Any,
) -> Outcome:
    """The command."""
    asked.check()
    if out is not None:
        check_folder(out, FILES, overwrite=overwrite or _unfinished(out), kind="sweep")
    instance, cases = _read(source, asked, scenarios, overrides)
    twice = next((name for case in cases for name in case.scenarios if name in scenarios), None)
    if twice is not None:
        raise UsageError(f"scenario {twice} is applied to every case already by --scenario; leave it out there or in the cases")
    interrupt = threading.Event()
    solving = replace(
        SolveSettings(**settings), objective=requested(_common(instance, scenarios, overrides), objective), interrupt=interrupt
    )
    opened = open_store(chosen(store))
    try:
        with study_bar(enabled=show_progress) as watcher, signals(interrupt) as stages:
            stages.append("solve")
            found = sweep(
                instance,
                cases,
                solving,
                scenarios=scenarios,
                overrides=overrides,
                store=opened,
                jobs=jobs,
                scheduler=scheduler,
                watcher=watcher,
            )
    except KeyboardInterrupt:
        raise StoppedError(f"interrupted; {_kept(opened is not None)}") from None
    finally:
        if opened is not None:
            opened.close()
    if out is not None:
        write_folder(out, partial(write, found))
    return _outcome(found, out, kept=opened is not None)


def _read(source: str, asked: Asked, scenarios: Sequence[str], overrides: Sequence[str]) -> tuple[Instance, list[SweepCase]]:
    """The instance before anything is applied, and the cases; what is wrong with either is said at once."""
    trouble: InstanceError | None = None
    try:
        instance = read(source)
    except InstanceError as error:
        trouble = error
    try:
        cases = asked.cases([] if trouble is not None else list(instance.settings.scenarios))
    except InstanceError as error:
        raise error if trouble is None else InstanceError(trouble.name, [*trouble.faults, *error.faults]) from None
    if trouble is not None:
        common = SweepCase("", tuple(scenarios), tuple(overrides))
        raise InstanceError(trouble.name, [*trouble.faults, *unread_faults([common, *cases])])
    return instance, cases


def _common(instance: Instance, scenarios: Sequence[str], overrides: Sequence[str]) -> Instance:
    """The base; what is wrong with it is said with what is wrong with the cases."""
    try:
        return apply(instance, scenarios=scenarios, overrides=overrides)
    except InstanceError:
        return instance


def _unfinished(out: Path) -> bool:
    """Whether a folder has a sweep that did not come to its end, which may give way to one that does."""
    try:
        document = json.loads((out / DOCUMENT).read_text(encoding="utf-8"))
        return isinstance(document, dict) and document.get("complete") is False
    except (OSError, ValueError):
        return False


def write(found: Swept, folder: Path) -> None:
    """The files of a sweep; the same for the same data, settings and versions."""
    (folder / DOCUMENT).write_text(found.document.model_dump_json(indent=2) + "\n", encoding="utf-8")
    found.table.to_csv(folder / TABLE, index=False, lineterminator="\n", encoding="utf-8")


def _outcome(found: Swept, out: Path | None, *, kept: bool) -> Outcome:
    def show(console: Any) -> None:
        print_sweep(found, console)
        if out is not None:
            console.print(f"Files: {out}", soft_wrap=True)

    statuses = {row.status for row in found.document.rows}
    messages, code = [], OPTIMAL
    if statuses & {"feasible", "no_plan"}:
        code = STOPPED_WITH_PLAN
    if found.trouble or statuses & {"failed", "crashed"}:
        code = DEFECT
    if found.trouble:
        messages.append(f"{found.trouble}; {_kept(kept)}")
    if found.interrupted and "not solved" in statuses:
        code = INTERRUPTED
        messages.append(f"interrupted; {_kept(kept)}")
    return Outcome(found.document.model_dump(mode="json"), show, code, tuple(messages))


def _kept(kept: bool) -> str:
    if kept:
        return "what is finished is in the store, and the same command goes on from there"
    return "nothing was kept of what was finished, since there is no store"
