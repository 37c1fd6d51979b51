"""The command `explain`: reads, explains, writes, and says how it ended."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser.commands import INFEASIBLE, INTERRUPTED, OPTIMAL, Outcome, signals
from optimiser.folders import check_folder, write_folder
from optimiser.worded import worded

if TYPE_CHECKING:
    from optimiser.explain.explanation import Explanation

FILES = ("explanation.json", "clashes.csv", "repairs.csv", "manifest.json")
NOT_KNOWN = 5
"""Exit code where the time was too short to tell whether there is a plan."""


def explain_instance(
    source: str,
    *,
    scenarios: Sequence[str],
    overrides: Sequence[str],
    out: Path | None,
    overwrite: bool,
    show_progress: bool,
    **settings: Any,
) -> Outcome:
    """The command `explain`.

    Raises:
        InstanceError: Every fault of the instance.
        UsageError: `out` would have to give way.
    """
    if out is not None:
        check_folder(out, FILES, overwrite=overwrite)
    from instances import read

    instance = read(source, scenarios=scenarios, overrides=overrides)
    from optimiser.explain.explaining import explain
    from optimiser.explain.report import print_explanation
    from optimiser.pipeline import SolveSettings
    from optimiser.progress import reporter

    interrupt = threading.Event()
    with reporter(enabled=show_progress) as report, signals(interrupt) as stage:

        def on_stage(name: str, remark: str) -> None:
            stage.append(name)
            report.stage(name, remark)

        found = explain(instance, SolveSettings(**settings, interrupt=interrupt, on_stage=on_stage))
    if out is not None:
        write_folder(out, lambda folder: _write_files(found, folder))

    def show(console: Any) -> None:
        print_explanation(found, worded(console, instance))
        if out is not None:
            console.print(f"Files: {out}", soft_wrap=True)

    return Outcome(found.model_dump(mode="json", by_alias=True), show, _code(found), _messages(found))


def _code(found: Explanation) -> int:
    if found.stopped == "interrupted":
        return INTERRUPTED
    return {"feasible": OPTIMAL, "infeasible": INFEASIBLE, "unknown": NOT_KNOWN}[found.status]


def _messages(found: Explanation) -> tuple[str, ...]:
    if not found.stopped:
        return ()
    why = "interrupted" if found.stopped == "interrupted" else "stopped at the time limit"
    return (f"{why}; not looked for: {'; '.join(found.untried)}",)


def _write_files(found: Explanation, folder: Path) -> None:
    from optimiser.files import to_text

    (folder / "explanation.json").write_text(found.model_dump_json(indent=2, by_alias=True) + "\n", encoding="utf-8")
    manifest = {
        "instance": found.instance,
        "status": found.status,
        "stopped": found.stopped,
        **found.manifest,
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }
    (folder / "manifest.json").write_text(to_text(manifest), encoding="utf-8")
    for name, table in (("clashes", found.clashes), ("repairs", found.repairs)):
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
