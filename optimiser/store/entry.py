"""A run as it is recorded: what was asked, what came out, and the data it was asked about."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from instances import Instance
from instances.archive import packed
from optimiser import manifest
from optimiser.errors import InfeasibleError, NoPlanError
from optimiser.files import to_json, to_text
from optimiser.pipeline import PREPARE, SolveSettings
from optimiser.plan import Plan, PlanDocument

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Case:
    """What a run was asked.

    Attributes:
        instance: The data.
        settings: How to solve.
        command: What asks: solve, sweep, resolve.
        label: Name of the case or the scenarios; only a label.
    """

    instance: Instance
    settings: SolveSettings
    command: str = "solve"
    label: str = ""

    @property
    def request(self) -> str:
        """Stands for data, overrides, settings and versions."""
        return manifest.request_id(self.instance, self.settings)


@dataclass(frozen=True)
class Entry:
    """A run, ready to be recorded.

    Attributes:
        run: Its id.
        row: Its row of table `runs`.
        data: The tables that it read, compressed, by name.
        digests: Their digests.
        parts: Its rows of the other tables, by table.
    """

    run: str
    row: Mapping[str, Any]
    data: Mapping[str, bytes]
    digests: Mapping[str, str]
    parts: Mapping[str, Rows] = field(default_factory=dict)

    @classmethod
    def of_plan(cls, case: Case, plan: Plan) -> Entry:
        """The run of a plan."""
        document = plan.document
        row = {
            "status": document.status,
            "termination": document.manifest["termination"],
            "objective_value": document.objective_value,
            "npv": document.npv,
            "bound": document.bound,
            "gap": document.gap,
            "annual_saving": document.summary.annual_saving,
            "one_off": document.summary.one_off,
            "partnerships": document.summary.partnerships,
            "solver": document.manifest["solve"]["solver"],
            "seconds": sum(seconds for stage, seconds in plan.timings.items() if stage != PREPARE),
            "manifest": document.manifest,
            "timings": plan.timings,
        }
        learned = [{"content": zlib.compress(plan.learned.model_dump_json().encode())}] if plan.learned else []
        return cls._of(case, document.run, row, to_json(document), {**_parts(document), "run_starts": learned})

    @classmethod
    def of_failure(cls, case: Case, error: InfeasibleError | NoPlanError, seconds: float | None = None) -> Entry:
        """The run that gave no plan: there is none, or none was found in time."""
        infeasible = isinstance(error, InfeasibleError)
        status = "infeasible" if infeasible else "no_plan"
        termination = "infeasible" if isinstance(error, InfeasibleError) else error.termination
        bound = None if isinstance(error, InfeasibleError) else error.bound
        content = {
            "status": status,
            "termination": termination,
            "bound": bound,
            "reasons": list(error.reasons) if isinstance(error, InfeasibleError) else [],
            "manifest": {
                **manifest.of_data(case.instance),
                "solve": manifest.of_settings(case.instance, case.settings),
                "versions": manifest.versions(),
            },
        }
        run = failure_id(content)
        row = {"status": status, "termination": termination, "bound": bound, "manifest": content["manifest"], "timings": {}}
        text = to_text({"run": run, **content})
        return cls._of(case, run, {**row, "solver": case.settings.solver, "seconds": seconds}, text, {})

    @classmethod
    def _of(cls, case: Case, run: str, row: Mapping[str, Any], document: str, parts: Mapping[str, Rows]) -> Entry:
        overrides = [{"position": number, **change} for number, change in enumerate(row["manifest"]["overrides"])]
        whole = {
            "run": run,
            "request": case.request,
            "recorded": dt.datetime.now(dt.UTC),
            "command": case.command,
            "label": case.label,
            "instance": case.instance.name,
            "title": case.instance.settings.instance.title,
            "objective": case.settings.objective.kind,
            "seed": case.settings.seed,
            "document": zlib.compress(document.encode()),
            "digest": hashlib.sha256(document.encode()).hexdigest(),
            **row,
        }
        digests = case.instance.digests()
        inputs = [{"input": name, "digest": digest} for name, digest in digests.items()]
        return cls(run, whole, packed(case.instance), digests, {"run_inputs": inputs, "run_overrides": overrides, **parts})


def failure_id(content: Mapping[str, Any]) -> str:
    """Twelve characters that stand for a run without a plan."""
    text = json.dumps({key: value for key, value in content.items() if key != "run"}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _parts(document: PlanDocument) -> dict[str, Rows]:
    """What the plan decides and what it means, as rows."""
    shared = [
        {
            "council": member.council,
            "service": partnership.service,
            "host": partnership.host,
            "vehicle": partnership.vehicle,
            "alternative": None,
            **member.model_dump(include={"tranche", "go_live", "npv", "annual_saving", "one_off", "payment"}),
        }
        for partnership in document.partnerships
        for member in partnership.members
    ]
    otherwise = [
        {
            "host": None,
            "vehicle": None,
            "alternative": option.option,
            "go_live": option.start,
            "payment": 0.0,
            **option.model_dump(include={"council", "service", "tranche", "npv", "annual_saving", "one_off"}),
        }
        for option in document.options
    ]
    return {
        "run_arrangements": [*shared, *otherwise],
        "run_results": [council.model_dump() for council in document.councils],
        "run_cash_flows": [{"line": number, **flow.model_dump()} for number, flow in enumerate(document.cashflow)],
    }
