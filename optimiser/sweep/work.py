"""What a worker does, on this machine or another: one case, solved as `solve` does it alone."""

from __future__ import annotations

import datetime as dt
import json
import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from instances import Instance, apply
from optimiser.answering import answered
from optimiser.errors import AuditError, OptimiserError
from optimiser.manifest import versions
from optimiser.pipeline import SolveSettings
from optimiser.plan import PlanDocument
from optimiser.store import Case, Entry
from solvers.errors import SolverError

COMMAND = "sweep"
NOT_PASSED_ON = ("interrupt", "on_stage", "on_progress")
"""Settings that belong to this process."""
_TURN = threading.Lock()
"""Models are not made by several threads at once: a worker of a cluster may have more than one."""


@dataclass(frozen=True)
class Task:
    """One case as a worker is told of it.

    Attributes:
        label: Name of the case.
        scenarios: All that are applied, in order.
        overrides: All that are applied after them.
        request: Stands for what is asked; a worker that makes another of it has other versions.
    """

    label: str
    scenarios: tuple[str, ...]
    overrides: tuple[str, ...]
    request: str = ""


@dataclass(frozen=True)
class Base:
    """What all cases have in common. It goes to other processes as it is, so it holds no events and no callbacks.

    Attributes:
        instance: The instance before anything is applied.
        settings: Fields of SolveSettings, by name.
        versions: Of Python and the packages that a plan can depend on, where the sweep was begun.
    """

    instance: Instance
    settings: Mapping[str, Any]
    versions: Mapping[str, str] = field(default_factory=versions)

    @classmethod
    def of(cls, instance: Instance, settings: SolveSettings) -> Base:
        """From settings as they are given."""
        kept = {name: value for name, value in vars(settings).items() if name not in NOT_PASSED_ON}
        return cls(instance, kept)

    def case_of(self, instance: Instance, task: Task) -> Case:
        """A case whose scenarios and overrides are applied."""
        return Case(instance, SolveSettings(**self.settings), COMMAND, task.label)

    def case(self, task: Task) -> Case:
        """A case."""
        return self.case_of(apply(self.instance, scenarios=task.scenarios, overrides=task.overrides), task)


@dataclass(frozen=True)
class Found:
    """What a run came to, as far as a row tells of it.

    Attributes:
        run: Its id.
        status: `optimal`, `feasible`, `infeasible` or `no_plan`.
        figures: Fields of a row, by name.
        configuration: Host or alternative of each (council, service) that is arranged otherwise than today.
        go_lives: When each of them begins.
        message: Why there is no plan.
    """

    run: str
    status: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    configuration: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    go_lives: Mapping[tuple[str, str], dt.date] = field(default_factory=dict)
    message: str = ""


@dataclass(frozen=True)
class Reply:
    """What a worker gives back.

    Attributes:
        found: What the run came to.
        entry: To be recorded.
        failure: Why there is neither; empty where there are.
    """

    found: Found | None = None
    entry: Entry | None = None
    failure: str = ""


@dataclass(frozen=True)
class Crash:
    """No worker has lived to give anything back.

    Attributes:
        message: How they ended.
    """

    message: str


def answer_to(base: Base, task: Task) -> Reply:
    """Solve one case; whatever goes wrong is said of it, and is not the end of the others."""
    try:
        with _TURN:
            case = base.case(task)
            if case.request != task.request:
                return Reply(failure=_otherwise(base.versions))
            answer = answered(case)
        return Reply(found_in(document_of(answer.entry)), answer.entry)
    except Exception as error:
        return Reply(failure=in_words(error))


def document_of(entry: Entry) -> str:
    """What the store answers with as the document of a run."""
    return zlib.decompress(entry.row["document"]).decode()


def found_in(document: str) -> Found:
    """What a recorded run came to: the same whether it was solved now or years ago."""
    data = json.loads(document)
    if "npv" not in data:
        why = "; ".join(data["reasons"]) if data["status"] == "infeasible" else "stopped at the time limit before there was a plan"
        return Found(data["run"], data["status"], {"bound": data["bound"]}, message=why or "no plan meets all that is asked")
    plan = PlanDocument.model_validate(data)
    named = ("annual_saving", "one_off", "net_saving", "partnerships", "options", "councils", "go_lives")
    figures = {"npv": plan.npv, "objective_value": plan.objective_value, "bound": plan.bound, "gap": plan.gap}
    return Found(
        plan.run, plan.status, {**figures, **{name: getattr(plan.summary, name) for name in named}}, plan.configuration(), plan.go_lives()
    )


def in_words(error: Exception) -> str:
    """What went wrong, on one line."""
    text = " ".join(str(error).split())
    if isinstance(error, AuditError):
        return f"{text}; solve this case alone, and report it as a defect of the optimiser"
    if isinstance(error, OptimiserError | SolverError):
        return text
    if isinstance(error, MemoryError):
        return "too little memory; try fewer --jobs"
    return f"a defect of the optimiser: {type(error).__name__}: {text}; please report it"


def _otherwise(asked: Mapping[str, str]) -> str:
    """In what a worker differs from whoever began the sweep."""
    mine = versions()
    apart = [f"{name} {mine.get(name)} there, {asked.get(name)} here" for name in asked if mine.get(name) != asked.get(name)]
    if not apart:
        return "the worker makes another case of it than this machine, so that it was not solved"
    return f"the worker has other versions, which could give another plan, so that it was not solved: {'; '.join(apart)}"
