"""The command `solve`: read, solve, write the files of the run, record it, report it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser import logs
from optimiser.commands import INTERRUPTED, OPTIMAL, STOPPED_WITH_PLAN, Outcome, signals
from optimiser.errors import InfeasibleError, NoPlanError

if TYPE_CHECKING:
    from optimiser.plan import Plan
    from optimiser.store import Case, Store


def solve_instance(
    source: str,
    *,
    scenarios: Sequence[str],
    overrides: Sequence[str],
    objective: Any,
    warm_start: Path | None,
    out: Path | None,
    overwrite: bool,
    store: str | None,
    show_progress: bool,
    **settings: Any,
) -> Outcome:
    """The command `solve`.

    Raises:
        OptimiserError: See `optimiser.pipeline.solve`; a run without a plan is recorded too.
        StoreError: The run cannot be recorded.
    """
    from instances import read
    from optimiser.files import check_out

    if out is not None:
        check_out(out, overwrite=overwrite)
    instance = read(source, scenarios=scenarios, overrides=overrides)
    from optimiser.named import named
    from optimiser.objective import requested
    from optimiser.pipeline import SolveSettings
    from optimiser.store import Case, open_store
    from optimiser.store.address import chosen

    settings["objective"] = requested(instance, objective)
    settings["start"] = None if warm_start is None else named(warm_start, "--warm-start", store).start()
    case = Case(instance, SolveSettings(**settings), "solve", ", ".join(scenarios))
    opened = open_store(chosen(store))
    try:
        plan = _solved(case, opened, show_progress=show_progress)
        return _write_and_report(case, plan, opened, out, overwrite=overwrite)
    finally:
        if opened is not None:
            opened.close()


def _solved(case: Case, store: Store | None, *, show_progress: bool) -> Plan:
    """The plan; a run that gives none is recorded and raised."""
    from dataclasses import replace

    from optimiser.pipeline import solve
    from optimiser.progress import reporter
    from optimiser.store import Entry, StoreError

    interrupt, began = threading.Event(), time.perf_counter()
    try:
        with reporter(enabled=show_progress) as report, signals(interrupt) as stage:

            def on_stage(name: str, remark: str) -> None:
                stage.append(name)
                report.stage(name, remark)

            settings = replace(case.settings, interrupt=interrupt, on_stage=on_stage, on_progress=report.progress)
            return solve(case.instance, settings)
    except (InfeasibleError, NoPlanError) as error:
        if store is not None:
            try:
                store.record(Entry.of_failure(case, error, time.perf_counter() - began))
            except StoreError as trouble:  # that there is no plan is what matters more
                logs.say("not_recorded", str(trouble))
        raise


def _write_and_report(case: Case, plan: Plan, store: Store | None, out: Path | None, *, overwrite: bool) -> Outcome:
    from optimiser.files import default_out, write_run
    from optimiser.store import Entry, StoreError
    from optimiser.summary import print_summary

    folder = default_out(plan) if out is None else out
    known = out is None and (folder / "plan.json").is_file()
    if not known:
        write_run(plan, folder, overwrite=overwrite)
        logs.event("written", f"the files of the run are in {folder}", run=plan.document.run, folder=folder)
    if store is not None:
        try:
            store.record(Entry.of_plan(case, plan))
        except StoreError as error:
            raise StoreError(f"{error}\nthe plan is in {folder}; --store names another store, --store none records nothing") from None

    def show(console: Any) -> None:
        print_summary(plan, case.instance, console)
        console.print(f"Files: {folder}", soft_wrap=True)

    termination = plan.document.manifest["termination"]
    code = {"optimal": OPTIMAL, "interrupted": INTERRUPTED}.get(termination, STOPPED_WITH_PLAN)
    messages = () if code == OPTIMAL else (_stopped(plan, termination, folder),)
    return Outcome(plan.document.model_dump(mode="json"), show, code, messages)


def _stopped(plan: Plan, termination: str, folder: Path) -> str:
    from optimiser.money import percent

    why = {"interrupted": "interrupted", "time_limit": "stopped at the time limit"}.get(termination, "the solver stopped early")
    gap = "its gap is not known" if plan.gap is None else f"gap {percent(plan.gap, 3)}"
    return f"{why}; the best plan so far is in {folder}, {gap}"
