"""A sweep: every case from the store, or solved by processes or a cluster; each answer is recorded as it comes, and counts only then."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import solvers
from instances import Instance
from optimiser import manifest
from optimiser.differences import differences
from optimiser.money import counted
from optimiser.pipeline import SolveSettings
from optimiser.processes import lasting
from optimiser.store import Store, StoreError
from optimiser.sweep import cluster, local
from optimiser.sweep.cases import BASE, SweepCase, check_names
from optimiser.sweep.preparing import Prepared, prepared
from optimiser.sweep.result import ANSWERED, SweepDocument, SweepRow, Swept
from optimiser.sweep.told import told
from optimiser.sweep.work import Base, Crash, Found, Reply, Task, answer_to, found_in
from optimiser.whatif import Unwatched, Watcher

Answer = Found | Crash | str
"""What became of a case; text is why it failed."""


@dataclass(frozen=True)
class Workers:
    """Who solves the cases.

    Attributes:
        jobs: Processes of this machine; None is as many as there are cores.
        scheduler: Address of a Dask scheduler, whose workers solve them instead; None is none.
    """

    jobs: int | None = None
    scheduler: str | None = None


def sweep(
    instance: Instance,
    cases: Sequence[SweepCase] | Mapping[str, Sequence[str]],
    settings: SolveSettings | None = None,
    *,
    scenarios: Sequence[str] = (),
    overrides: Sequence[str] = (),
    store: Store | Path | str | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    watcher: Watcher | None = None,
    **changes: Any,
) -> Swept:
    """Solve an instance under many changes.

    Args:
        instance: What `instances.read` gives.
        cases: From `grid`, `combinations`, `each`, `read_cases` or `crossed`; or lists of overrides by the name of the case.
        settings: How every case is solved; the defaults unless given. Set its `interrupt` to stop.
        scenarios: Applied to every case, before its own.
        overrides: Applied to every case, before its own.
        store: Where answers are recorded and found again; None keeps none.
        jobs: Processes; as many as there are cores unless given.
        scheduler: Address of a Dask scheduler whose workers solve the cases instead.
        watcher: Told how it goes on.
        changes: Fields of SolveSettings, by name.

    Raises:
        InstanceError: A case cannot be applied; every fault of every case is listed, and nothing was solved.
        StoreError: The store cannot be opened.
        ClusterError, WorkersError: Nobody is there to solve anything. Trouble that comes later is in the answer, with what was finished.
    """
    settings = replace(settings or SolveSettings(), **changes)
    listed = [SweepCase(name, (), tuple(texts)) for name, texts in cases.items()] if isinstance(cases, Mapping) else list(cases)
    check_names(listed)
    if scheduler is None:
        solvers.get(settings.solver)  # missing here, it is missing for every case
    base = Base.of(instance, settings)
    todo = prepared(base, listed, scenarios, overrides)
    opened = store if isinstance(store, Store) or store is None else Store(store)
    study = _Study(base, todo, opened, watcher or Unwatched(), settings.interrupt)
    try:
        study.solve(Workers(jobs, scheduler))
    finally:
        if opened is not None and opened is not store:
            opened.close()
    return study.swept(scenarios, overrides)


@dataclass
class _Study:
    """A sweep under way."""

    base: Base
    todo: Sequence[Prepared]
    store: Store | None
    watcher: Watcher
    interrupt: threading.Event
    answers: dict[str, Answer] = field(default_factory=dict)
    """By request: cases that ask the same have one answer."""
    trouble: str = ""

    def solve(self, workers: Workers) -> None:
        """Everything that is not in the store; trouble that ends it before that is kept as well as what was finished."""
        tasks = {one.task.request: one.task for one in reversed(self.todo)}
        ordered = [tasks[request] for request in dict.fromkeys(one.task.request for one in self.todo)]
        for task in ordered:
            if (known := self._known(task)) is not None:
                self.answers[task.request] = known
        missing = [task for task in ordered if task.request not in self.answers]
        self.watcher.begin("cases", len(ordered), len(ordered) - len(missing))
        if not missing:
            return
        try:
            with lasting(), closing(self._answers(workers, missing)) as coming:
                for task, answer in coming:
                    self._keep(task, answer)
        except (StoreError, local.WorkersError, cluster.ClusterError) as error:
            if not self.answers:
                raise
            self.trouble = str(error)

    def _answers(self, workers: Workers, missing: Sequence[Task]) -> Generator[tuple[Task, Reply | Crash]]:
        if workers.scheduler is None:
            yield from local.share(self.base, missing, answer_to, workers.jobs or os.cpu_count() or 1, self.interrupt)
        else:
            yield from cluster.share(workers.scheduler, self.base, missing, answer_to, self.interrupt)

    def _known(self, task: Task) -> Found | None:
        """What the store has of it; nothing where another version of the program wrote it so that it cannot be read."""
        run = None if self.store is None else self.store.answer(task.request)
        if run is None or self.store is None:
            return None
        try:
            return found_in(self.store.document(run.run))
        except (ValidationError, KeyError):
            return None

    def _keep(self, task: Task, answer: Reply | Crash) -> None:
        """Record an answer, and count it only then."""
        if isinstance(answer, Crash):
            self.answers[task.request] = answer
        elif answer.found is None or answer.entry is None:
            self.answers[task.request] = answer.failure
        else:
            if self.store is not None:
                self.store.record(answer.entry)
            self.answers[task.request] = answer.found
        self.watcher.done()

    def swept(self, scenarios: Sequence[str], overrides: Sequence[str]) -> Swept:
        """The rows, in the order of the cases whatever order the answers came in."""
        first = self.answers.get(self.todo[0].task.request)
        against = first if isinstance(first, Found) and "npv" in first.figures else None
        rows = tuple(_row(one, self.answers.get(one.task.request), against) for one in self.todo)
        solving = manifest.of_settings(self.base.instance, SolveSettings(**self.base.settings))
        document = SweepDocument(
            title=self.todo[0].instance.settings.instance.title,
            scenarios=tuple(scenarios),
            overrides=tuple(overrides),
            rows=rows,
            summary=tuple(told(rows)),
            complete=all(row.status in ANSWERED for row in rows),
            manifest={"digests": self.base.instance.digests(), "solve": solving, "versions": dict(self.base.versions)},
        )
        return Swept(document, interrupted=self.interrupt.is_set(), trouble=self.trouble)


def _row(one: Prepared, answer: Answer | None, base: Found | None) -> SweepRow:
    """A case against the base."""
    asked: dict[str, Any] = {
        "case": one.case.name,
        "scenarios": one.case.scenarios,
        "overrides": one.case.overrides,
        "values": dict(one.case.values),
    }
    if answer is None:
        return SweepRow(**asked, status="not solved")
    if isinstance(answer, Crash):
        return SweepRow(**asked, status="crashed", message=answer.message)
    if isinstance(answer, str):
        return SweepRow(**asked, status="failed", message=answer)
    known = {**asked, "run": answer.run, "status": answer.status, "message": answer.message, **answer.figures}
    if base is None or "npv" not in answer.figures or one.case.name == BASE:
        return SweepRow(**known)
    return SweepRow(
        **known,
        difference=answer.figures["npv"] - base.figures["npv"],
        arrangements=_apart(base, answer),
        differences=tuple(differences(one.instance, base.configuration, answer.configuration)) or _moved(base, answer),
    )


def _apart(base: Found, found: Found) -> int:
    """Councils and services that are arranged otherwise, or at another time."""
    one, other = ({key: (way, each.go_lives[key]) for key, way in each.configuration.items()} for each in (base, found))
    return sum(one.get(key) != other.get(key) for key in one.keys() | other.keys())


def _moved(base: Found, found: Found) -> tuple[str, ...]:
    """The same partnerships at another time."""
    count = _apart(base, found)
    return (f"the same partnerships, {counted(count, 'go-live')} at another time",) if count else ()
