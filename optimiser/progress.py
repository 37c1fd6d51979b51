"""Progress on stderr: on a terminal the stage, then incumbent, bound, gap and time; for a scheduler the same as lines of JSON."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from optimiser import logs
from optimiser.money import percent, short

STAGES = {
    "price": "Pricing the moves",
    "solve": "Solving",
    "settle ties": "Settling ties",
    "audit": "Auditing the plan",
    "explain": "Explaining",
    "compare": "Comparing",
}
EVERY = 5.0
"""Seconds between two lines of JSON about how far a solve or a study has come."""


def _named(name: str, remark: str) -> str:
    """A stage in words."""
    return f"{STAGES.get(name, name.capitalize())}{f' ({remark})' if remark else ''}"


def _state(progress: Any) -> str:
    """Incumbent, bound, gap and time in words."""
    incumbent = "no plan yet" if progress.incumbent is None else f"best {short(progress.incumbent)}"
    bound = "" if progress.bound is None else f", at most {short(progress.bound)}"
    gap = "" if progress.gap is None else f", gap {percent(progress.gap, 2)}"
    return f"Solving: {incumbent}{bound}{gap}, {progress.seconds:.0f} s"


class Reporter(Protocol):
    """Told of stages and of the state of the solve."""

    def stage(self, name: str, remark: str) -> None:
        """A stage begins; with a remark, or none."""
        ...

    def progress(self, progress: Any) -> None:
        """The solver's incumbent, bound and gap, GBP."""
        ...


class _Silent:
    def stage(self, name: str, remark: str) -> None:
        """Say nothing."""

    def progress(self, progress: Any) -> None:
        """Say nothing."""


class _Status:
    """One line on the terminal, rewritten as the run goes on."""

    def __init__(self, status: Any) -> None:
        self._status = status

    def stage(self, name: str, remark: str) -> None:
        self._status.update(f"{_named(name, remark)} ...")

    def progress(self, progress: Any) -> None:
        self._status.update(f"{_state(progress)} (Ctrl-C keeps the best plan)")


class _Seldom:
    """Says when the next line is due."""

    def __init__(self) -> None:
        self._next = time.monotonic() + EVERY

    def due(self) -> bool:
        """Whether enough time has gone by since it last was."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + EVERY
        return True


class _Logged:
    """Lines of JSON: each stage, and the state of the solve now and then."""

    def __init__(self) -> None:
        self._seldom = _Seldom()

    def stage(self, name: str, remark: str) -> None:
        logs.event("stage", _named(name, remark), stage=name, remark=remark)

    def progress(self, progress: Any) -> None:
        if self._seldom.due():
            figures = {name: getattr(progress, name) for name in ("incumbent", "bound", "gap")}
            logs.event("progress", _state(progress), **figures, seconds=round(progress.seconds, 1))


@contextmanager
def reporter(*, enabled: bool) -> Iterator[Reporter]:
    """A reporter for the terminal, or a silent one where stderr is none; where logs are lines of JSON, one that writes such."""
    if logs.on():
        yield _Logged()
        return
    if not enabled or not sys.stderr.isatty():
        yield _Silent()
        return
    from rich.console import Console

    with Console(stderr=True).status("Starting ...") as status:
        yield _Status(status)


class _Bar:
    """A bar for each stage of a study, with the time that is left."""

    def __init__(self, bars: Any) -> None:
        self._bars, self._task = bars, None

    def begin(self, what: str, tasks: int, done: int) -> None:
        """A stage of so many tasks begins, some of which are known already."""
        self._task = self._bars.add_task(what, total=tasks, completed=done)

    def done(self) -> None:
        """One more is finished."""
        self._bars.advance(self._task)


class _LoggedBar:
    """Lines of JSON: each stage of a study, and how far it has come now and then."""

    def __init__(self) -> None:
        self._seldom, self._what, self._tasks, self._done = _Seldom(), "", 0, 0

    def begin(self, what: str, tasks: int, done: int) -> None:
        """A stage of so many tasks begins, some of which are known already."""
        self._what, self._tasks, self._done = what, tasks, done
        logs.event("stage", f"{what}: {tasks} to do, {done} of them known already", stage=what, tasks=tasks, done=done)

    def done(self) -> None:
        """One more is finished."""
        self._done += 1
        if self._seldom.due():
            message = f"{self._what}: {self._done} of {self._tasks}"
            logs.event("progress", message, stage=self._what, tasks=self._tasks, done=self._done)


@contextmanager
def study_bar(*, enabled: bool) -> Iterator[Any]:
    """Who watches a study: on the terminal, or as lines of JSON; None where stderr is neither."""
    if logs.on():
        yield _LoggedBar()
        return
    if not enabled or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield _Bar(bars)
