"""Work shared by processes: the same results in the same order for any number of them; finished work is kept as it comes."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from optimiser import logs
from optimiser.processes import ONE_THREAD, end_with_parent, lasting
from optimiser.whatif.base import Base
from optimiser.whatif.journal import Journal

Question = TypeVar("Question")
Result = TypeVar("Result", bound=BaseModel)


@dataclass(frozen=True)
class Task(Generic[Question]):
    """One question.

    Attributes:
        key: Stands for it in the journal; no two of a study have the same.
        question: What is passed to the work.
    """

    key: str
    question: Question


class Watcher(Protocol):
    """Told how the work goes on."""

    def begin(self, what: str, tasks: int, done: int) -> None:
        """A stage of so many tasks begins, some of which are known already."""
        ...

    def done(self) -> None:
        """One more is finished."""
        ...


class Unwatched:
    """Nobody looks."""

    def begin(self, what: str, tasks: int, done: int) -> None:
        """Say nothing."""

    def done(self) -> None:
        """Say nothing."""


@dataclass
class Runner:
    """Does work on a base.

    Attributes:
        base: What every task is about.
        jobs: Processes; with 1 the work is done in this one.
        journal: Where finished work is kept and found again.
        watcher: Told how it goes on.
    """

    base: Base
    jobs: int = 1
    journal: Journal | None = None
    watcher: Watcher = field(default_factory=Unwatched)
    _pool: ProcessPoolExecutor | None = field(init=False, default=None)

    def __enter__(self) -> Runner:
        """Processes are begun when they are needed, and serve one stage after another."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """They end with the work; at once where it was stopped."""
        if self._pool is None:
            return
        if error is not None:
            for process in multiprocessing.active_children():
                process.terminate()
        self._pool.shutdown(cancel_futures=True)
        self._pool = None

    def run(self, what: str, work: Callable[[Base, Question], Result], tasks: Sequence[Task[Question]], kind: type[Result]) -> list[Result]:
        """The result of every task, in the order of the tasks.

        Args:
            what: Name of the stage, for who watches.
            work: A function of a module, so that other processes know it; it depends on nothing but its arguments.
            tasks: The questions.
            kind: What `work` returns.

        Raises:
            KeyboardInterrupt: Somebody has stopped the work; what is finished is in the journal.
        """
        found: dict[str, Result] = {}
        for task in tasks:
            known = None if self.journal is None else self.journal.result(task.key, kind)
            if isinstance(known, kind):
                found[task.key] = known
        self.watcher.begin(what, len(tasks), len(found))
        missing = [task for task in tasks if task.key not in found]
        for key, result in self._answers(work, missing):
            if self.journal is not None:
                self.journal.keep(key, result)
            found[key] = result
            self.watcher.done()
        return [found[task.key] for task in tasks]

    def _answers(self, work: Callable[[Base, Question], Result], tasks: Sequence[Task[Question]]) -> Iterator[tuple[str, Result]]:
        if self.jobs == 1 or len(tasks) < 2:
            with lasting():
                yield from ((task.key, work(self.base, task.question)) for task in tasks)
        else:
            yield from self._shared(work, tasks)

    def _shared(self, work: Callable[[Base, Question], Result], tasks: Sequence[Task[Question]]) -> Iterator[tuple[str, Result]]:
        """By other processes, as they finish. No more is handed out than they can do soon, so that a stop loses little."""
        if self._pool is None:
            for name in ONE_THREAD:
                os.environ.setdefault(name, "1")  # read by libraries of linear algebra as a new process loads them
            self._pool = ProcessPoolExecutor(self.jobs, multiprocessing.get_context("spawn"), _begin, (self.base, logs.shared()))
        waiting, running = list(reversed(tasks)), dict[Future[Result], str]()
        while waiting or running:
            while waiting and len(running) < 2 * self.jobs:
                task = waiting.pop()
                running[self._pool.submit(_work, work, task.question)] = task.key
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()


_BASE: Base | None = None


def _begin(base: Base, lines: logs.Lines | None) -> None:
    """A new process: Ctrl-C is for the one that shares out the work, without which there is none; what is said here goes into its log."""
    global _BASE
    logs.join(lines)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    _BASE = base
    gc.freeze()


def _work(work: Callable[[Base, Any], Result], question: Any) -> Result:
    assert _BASE is not None
    return work(_BASE, question)
