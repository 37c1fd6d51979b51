"""The command `explain` with `--council`: asks, writes, and says how it ended."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from instances import read
from optimiser.commands import INFEASIBLE, INTERRUPTED, OPTIMAL, STOPPED_WITH_PLAN, Outcome, signals
from optimiser.errors import UsageError
from optimiser.files import to_text
from optimiser.folders import check_folder, write_folder
from optimiser.pipeline import SolveSettings
from optimiser.progress import reporter
from optimiser.why_not.asking import why_not
from optimiser.why_not.report import print_why_not
from optimiser.why_not.result import WhyNot
from optimiser.worded import worded

FILES = ("why_not.json", "arrangements.csv", "heads.csv", "councils.csv", "refusals.csv", "clashes.csv", "repairs.csv", "manifest.json")


def why_not_of_instance(
    source: str,
    *,
    council: str | None,
    service: str | None,
    host: str | None,
    tranche: str | None,
    scenarios: Sequence[str],
    overrides: Sequence[str],
    out: Path | None,
    overwrite: bool,
    show_progress: bool,
    **settings: Any,
) -> Outcome:
    """The command.

    Raises:
        InstanceError: Every fault of the instance.
        UsageError: `out` would have to give way; a name that the instance does not have; the question is not whole.
        InfeasibleError: There is no plan at all.
    """
    if council is None or service is None:
        raise UsageError(f"{'--council' if council is None else '--service'} is missing; a question is --council C --service S [--host H]")
    if out is not None:
        check_folder(out, FILES, overwrite=overwrite, kind="explanation")
    instance = read(source, scenarios=scenarios, overrides=overrides)
    interrupt = threading.Event()
    with reporter(enabled=show_progress) as report, signals(interrupt) as stage:

        def on_stage(name: str, remark: str) -> None:
            stage.append(name)
            report.stage(name, remark)

        solving = SolveSettings(**settings, interrupt=interrupt, on_stage=on_stage, on_progress=report.progress)
        found = why_not(instance, council, service, host, tranche, solving)
    if out is not None:
        write_folder(out, lambda folder: _write_files(found, folder))

    def show(console: Any) -> None:
        print_why_not(found, worded(console, instance))
        if out is not None:
            console.print(f"Files: {out}", soft_wrap=True)

    code = _code(found, interrupted=interrupt.is_set())
    messages = ("stopped before all was known",) if code in (INTERRUPTED, STOPPED_WITH_PLAN) else ()
    return Outcome(found.document.model_dump(mode="json", by_alias=True), show, code, messages)


def _code(found: WhyNot, *, interrupted: bool) -> int:
    document = found.document
    if interrupted:
        return INTERRUPTED
    if document.status == "impossible":
        return INFEASIBLE
    return OPTIMAL if document.proven and document.status != "unknown" else STOPPED_WITH_PLAN


def _write_files(found: WhyNot, folder: Path) -> None:
    document = found.document
    (folder / "why_not.json").write_text(document.model_dump_json(indent=2, by_alias=True) + "\n", encoding="utf-8")
    manifest = {
        "instance": found.instance,
        "status": document.status,
        **document.manifest,
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }
    (folder / "manifest.json").write_text(to_text(manifest), encoding="utf-8")
    tables = {"refusals": found.refusals}
    if document.other is not None:
        tables |= {"arrangements": found.arrangements, "heads": found.heads, "councils": found.councils}
    if document.explanation is not None:
        tables |= {"clashes": document.explanation.clashes, "repairs": document.explanation.repairs}
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
