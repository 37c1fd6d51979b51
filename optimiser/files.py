"""The files of a run: written whole or not at all."""

from __future__ import annotations

import datetime as dt
import json
from functools import partial
from pathlib import Path
from typing import Any

from optimiser.folders import check_folder, write_folder
from optimiser.plan import Plan, PlanDocument
from optimiser.start import FILE as LEARNED_FILE

PLAN_FILE = "plan.json"
FILES = (PLAN_FILE, "partnerships.csv", "councils.csv", "cashflow.csv", "rules.csv", "manifest.json")
SOMETIMES = ("options.csv", LEARNED_FILE)
"""Files that a run has only where there is something to say."""


def check_out(out: Path, *, overwrite: bool) -> None:
    """Refuse a folder that would have to give way, before any work is done.

    Raises:
        UsageError: `out` is a file, or holds something and `overwrite` is off, or holds something that is no run.
    """
    check_folder(out, (*FILES, *SOMETIMES), overwrite=overwrite)


def default_out(plan: Plan) -> Path:
    """Where a run goes when no folder is named: runs/INSTANCE/RUN."""
    return Path("runs") / (plan.instance or "plan") / plan.document.run


def write_run(plan: Plan, out: Path, *, overwrite: bool = False) -> Path:
    """Write all files of a run into `out`, at once.

    Raises:
        UsageError: See check_out.
        OSError: The disk refused; nothing is left behind.
    """
    check_out(out, overwrite=overwrite)
    return write_folder(out, partial(_write_files, plan))


def _write_files(plan: Plan, folder: Path) -> None:
    document = plan.document
    (folder / PLAN_FILE).write_text(to_json(document), encoding="utf-8")
    manifest = {
        "run": document.run,
        "instance": plan.instance,
        **document.manifest,
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "seconds": {stage: round(seconds, 3) for stage, seconds in plan.timings.items()},
    }
    (folder / "manifest.json").write_text(to_text(manifest), encoding="utf-8")
    if plan.learned:
        (folder / LEARNED_FILE).write_text(plan.learned.model_dump_json() + "\n", encoding="utf-8")
    tables = {
        "partnerships": plan.partnerships,
        **({"options": plan.options} if document.options else {}),
        "councils": plan.councils,
        "cashflow": plan.cashflow,
        "rules": plan.rules,
    }
    for name, table in tables.items():
        table.assign(run=document.run).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")


def to_json(document: PlanDocument) -> str:
    """plan.json."""
    return document.model_dump_json(indent=2) + "\n"


def to_text(data: Any) -> str:
    """JSON as files have it."""
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def dump_failure(instance: str, document: PlanDocument, faults: tuple[str, ...], folder: Path) -> Path:
    """Keep a plan that did not pass its audit, for the report of the defect; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"audit-failure-{instance}.json"
    path.write_text(to_text({"faults": list(faults), "document": document.model_dump(mode="json")}), encoding="utf-8")
    return path
