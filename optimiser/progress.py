"""Progress on stderr, and only to a terminal: the stage, then incumbent, bound, gap and time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from optimiser.money import percent, short

STAGES = {
    "price": "Pricing the moves",
    "solve": "Solving",
    "settle ties": "Settling ties",
    "audit": "Auditing the plan",
    "explain": "Explaining",
}


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
        self._status.update(f"{STAGES[name]}{f' ({remark})' if remark else ''} ...")

    def progress(self, progress: Any) -> None:
        incumbent = "no plan yet" if progress.incumbent is None else f"best {short(progress.incumbent)}"
        bound = "" if progress.bound is None else f", at most {short(progress.bound)}"
        gap = "" if progress.gap is None else f", gap {percent(progress.gap, 2)}"
        self._status.update(f"Solving: {incumbent}{bound}{gap}, {progress.seconds:.0f} s (Ctrl-C keeps the best plan)")


@contextmanager
def reporter(*, enabled: bool) -> Iterator[Reporter]:
    """A reporter for the terminal, or a silent one where stderr is none."""
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


@contextmanager
def study_bar(*, enabled: bool) -> Iterator[Any]:
    """Who watches a study on the terminal; None where stderr is none."""
    if not enabled or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield _Bar(bars)
