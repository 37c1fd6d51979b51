"""The command `alternatives`: the search, its files, its ending."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from instances import Instance, read
from optimiser.alternatives.report import print_alternatives
from optimiser.alternatives.result import Alternatives
from optimiser.alternatives.search import Sought, alternatives
from optimiser.commands import INTERRUPTED, OPTIMAL, STOPPED_WITH_PLAN, Outcome, signals
from optimiser.files import check_out, to_text, write_run
from optimiser.folders import check_folder, write_folder
from optimiser.money import counted
from optimiser.pipeline import SolveSettings
from optimiser.progress import reporter

DOCUMENT = "alternatives.json"
FILES = (DOCUMENT, "plans.csv", "pairings.csv", "hosts.csv", "differences.csv", "manifest.json")
PLAN = re.compile(r"plan-[1-9][0-9]*")
"""Folder of one plan, with the files of a run."""


def alternatives_of_instance(
    source: str,
    sought: Sought,
    *,
    scenarios: Sequence[str],
    overrides: Sequence[str],
    out: Path | None,
    overwrite: bool,
    show_progress: bool,
    **settings: Any,
) -> Outcome:
    """The command."""
    sought.check()
    if out is not None:
        check_alternatives(out, overwrite=overwrite)
    instance = read(source, scenarios=scenarios, overrides=overrides)
    interrupt = threading.Event()
    with reporter(enabled=show_progress) as report, signals(interrupt) as stages:

        def on_stage(name: str, remark: str) -> None:
            stages.append("solve" if stages else name)  # once the first solve has begun, a stop keeps what was found
            report.stage(name, remark)

        solving = SolveSettings(**settings, interrupt=interrupt, on_stage=on_stage, on_progress=report.progress)
        found = alternatives(instance, count=sought.count, within=sought.within, differ=sought.differ, settings=solving)
    folder = default_out(found) if out is None else out
    if out is not None or not (folder / DOCUMENT).is_file():
        write_alternatives(found, folder, overwrite=overwrite)
    return _outcome(found, instance, folder)


def default_out(found: Alternatives) -> Path:
    """Where they go when no folder is named: runs/INSTANCE/alternatives-ID."""
    return Path("runs") / (found.instance or "plan") / f"alternatives-{found.document.study}"


def check_alternatives(out: Path, *, overwrite: bool) -> None:
    """Refuse a folder that would have to give way, before any work is done.

    Raises:
        UsageError: `out` is a file, or holds something and `overwrite` is off, or holds something that is no search for alternatives.
    """
    plans = [entry for entry in out.iterdir() if PLAN.fullmatch(entry.name) and entry.is_dir()] if out.is_dir() else []
    check_folder(out, (*FILES, *(plan.name for plan in plans)), overwrite=overwrite, kind="search for alternatives")
    for plan in plans:
        check_out(plan, overwrite=overwrite)


def write_alternatives(found: Alternatives, out: Path, *, overwrite: bool = False) -> Path:
    """Write all files into `out`, at once.

    Raises:
        UsageError: See check_alternatives.
        OSError: The disk refused; nothing is left behind.
    """
    check_alternatives(out, overwrite=overwrite)
    return write_folder(out, partial(_write_files, found))


def _write_files(found: Alternatives, folder: Path) -> None:
    document = found.document
    (folder / DOCUMENT).write_text(document.model_dump_json(indent=2) + "\n", encoding="utf-8")
    manifest = {
        "study": document.study,
        "instance": found.instance,
        **document.manifest,
        "plans": [plan.run for plan in document.plans],
        "ended": document.ended,
        "status": document.status,
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "seconds": [{stage: round(seconds, 3) for stage, seconds in plan.timings.items()} for plan in found.found],
    }
    (folder / "manifest.json").write_text(to_text(manifest), encoding="utf-8")
    tables = {"plans": found.plans, "pairings": found.pairings, "hosts": found.hosts, "differences": found.differences}
    for name, table in tables.items():
        table.assign(study=document.study).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    for number, plan in enumerate(found.found, 1):
        write_run(plan, folder / f"plan-{number}")


def _outcome(found: Alternatives, instance: Instance, folder: Path) -> Outcome:
    def show(console: Any) -> None:
        print_alternatives(found, instance, console)
        console.print(f"Files: {folder}", soft_wrap=True)

    document = found.document
    code = {"interrupted": INTERRUPTED, "time_limit": STOPPED_WITH_PLAN, "stopped": STOPPED_WITH_PLAN}.get(document.ended, OPTIMAL)
    kept = f"{counted(len(document.plans), 'plan')} found until then, in {folder}"
    messages = () if code == OPTIMAL else (f"{document.ended_because} {kept}",)
    return Outcome(document.model_dump(mode="json"), show, code, messages)
