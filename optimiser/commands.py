"""What the commands do, and how every ending becomes a message, a JSON document and an exit code."""

from __future__ import annotations

import json as json_module
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from optimiser import logs
from optimiser.errors import TRACEBACK_VARIABLE, AuditError, InfeasibleError, NoPlanError, OptimiserError

OPTIMAL, DEFECT, USAGE, INFEASIBLE, STOPPED_WITH_PLAN, STOPPED_WITHOUT_PLAN, PLAN_CHANGED, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130
_FIGURES = ("status", "run", "study", "npv", "bound", "gap")
"""What the last line of a log says of the JSON document, as far as that has it."""


@dataclass(frozen=True)
class Outcome:
    """What a command has to say.

    Attributes:
        data: The JSON document.
        show: Prints the human form to a rich console on stdout.
        code: Exit code.
        messages: Lines for stderr, whatever the output form.
        failure: Of an error that ended the command, what a log says of it besides; None where the command did its work.
    """

    data: Any
    show: Callable[[Any], None]
    code: int = OPTIMAL
    messages: tuple[str, ...] = field(default=())
    failure: Mapping[str, Any] | None = None


def run(work: Callable[[], Outcome], *, json: bool, quiet: bool, log_json: bool = False) -> int:
    """Carry out a command and answer with its exit code; nothing escapes as a traceback.

    Args:
        work: The command.
        json: Whether stdout gets the JSON document in place of the summary.
        quiet: Whether stdout gets no summary.
        log_json: Whether stderr gets lines of JSON.
    """
    with heeded():
        if not log_json:
            return _plain(work, json=json, quiet=quiet)
        with logs.lines(quiet=quiet):
            return _logged(work, json=json, quiet=quiet)


def _plain(work: Callable[[], Outcome], *, json: bool, quiet: bool) -> int:
    """Without a log."""
    outcome = _ended(work)
    try:
        _print(outcome, json=json, quiet=quiet)
    except OSError as error:
        outcome = _not_printed(error)
        _say(outcome)
    return outcome.code


def _logged(work: Callable[[], Outcome], *, json: bool, quiet: bool) -> int:
    """The same with a first and a last line in the log; what goes wrong as the outcome is printed is told there too."""
    from importlib.metadata import version

    began, name = time.perf_counter(), logs.command()
    logs.event("started", f"{name} started", version=version("shared-services-optimiser"))
    outcome = _ended(work)
    try:
        _print(outcome, json=json, quiet=quiet)
    except Exception as error:
        outcome = _not_printed(error)
    seconds = round(time.perf_counter() - began, 3)
    ended = f"in {seconds:.1f} s with exit code {outcome.code}"
    if outcome.failure is not None:
        message = outcome.messages[0] if len(outcome.messages) == 1 else f"{name} failed {ended}; the lines before say why"
        said = {"status": outcome.data["status"], **outcome.failure}
        logs.event("failed", message, level="error", exit_code=outcome.code, seconds=seconds, **said)
    else:
        data = outcome.data if isinstance(outcome.data, dict) else {}
        figures = {key: data[key] for key in _FIGURES if isinstance(data.get(key), str | int | float)}
        level = "warning" if outcome.code else "info"
        logs.event("finished", f"{name} finished {ended}", level=level, exit_code=outcome.code, seconds=seconds, **figures)
    return outcome.code


def _ended(work: Callable[[], Outcome]) -> Outcome:
    """How the command ends, whatever happens."""
    try:
        return work()
    except KeyboardInterrupt as error:
        return _failure(error, "interrupted", ["interrupted before a plan was found; nothing was written"], INTERRUPTED)
    except InfeasibleError as error:
        return _failure(error, "infeasible", str(error).splitlines(), INFEASIBLE, reasons=list(error.reasons))
    except NoPlanError as error:
        return _failure(error, "no_plan", [str(error)], error.exit_code, termination=error.termination, bound=error.bound)
    except AuditError as error:
        return _audit_failure(error)
    except OptimiserError as error:
        status = {USAGE: "usage", INTERRUPTED: "interrupted"}.get(error.exit_code, "error")
        return _failure(error, status, str(error).splitlines(), error.exit_code)
    except Exception as error:
        return _other(error)


def _fault(fault: Any) -> dict[str, Any]:
    """A fault by its parts; of a workbook or a database with its place in their words."""
    names = ("table", "row", "column", "problem", "expected", "nearest")
    return {name: getattr(fault, name) for name in names} | ({"place": fault.place} if fault.place else {})


def _failure(error: BaseException, status: str, lines: Sequence[str], code: int, **data: Any) -> Outcome:
    document = {"status": status, "message": "\n".join(lines), **data}
    return Outcome(document, lambda console: None, code, tuple(lines), logs.known_of(error))


def _audit_failure(error: AuditError) -> Outcome:
    from optimiser.files import dump_failure

    try:
        path = str(dump_failure(error.instance, error.dump, error.faults, Path("runs")))
        advice = f"this is a defect of the optimiser; please report it with {path}"
    except OSError as trouble:
        path = ""
        advice = f"this is a defect of the optimiser; what was found could not be saved: {trouble.strerror or trouble}"
    return _failure(error, "audit_failed", [*str(error).splitlines(), advice], DEFECT, faults=list(error.faults), dump=path)


def _other(error: Exception) -> Outcome:
    """Faults of the data, or trouble that nobody has foreseen."""
    from instances.errors import InstanceError  # loads what reads instances, which commands that read none do without

    if not isinstance(error, InstanceError):
        return _defect(error)
    faults = [_fault(one) for one in error.faults]
    return _failure(error, "invalid", str(error).splitlines(), USAGE, faults=faults)


def _defect(error: Exception) -> Outcome:
    """Trouble that has no class of its own: missing solvers, a disk that refuses, or a defect of ours."""
    from solvers.errors import SolverError, SolverMissing

    if os.environ.get(TRACEBACK_VARIABLE) and not logs.on():
        traceback.print_exc()
    if isinstance(error, SolverMissing):
        return _failure(error, "usage", [str(error)], USAGE)
    if isinstance(error, SolverError):
        return _failure(error, "error", [str(error)], DEFECT)
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return _failure(error, "error", [f"could not read or write{where}: {error.strerror or error}; nothing was written"], DEFECT)
    return _failure(
        error,
        "error",
        [f"a defect of the optimiser: {type(error).__name__}: {error}", f"set {TRACEBACK_VARIABLE}=1 to see where, and please report it"],
        DEFECT,
    )


def _say(outcome: Outcome) -> None:
    """The messages on stderr; in a log the only one of a failure stands in its last line."""
    failed = outcome.failure is not None
    if logs.on() and failed and len(outcome.messages) == 1:
        return
    for line in outcome.messages:
        logs.say("fault" if failed else "notice", line, level="error" if failed else "warning")


def _print(outcome: Outcome, *, json: bool, quiet: bool) -> None:
    _say(outcome)
    try:
        if json:
            print(json_module.dumps(outcome.data, indent=2, ensure_ascii=False, allow_nan=False))
        elif not quiet:
            outcome.show(_console())
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough
        _print_no_more()


def _print_no_more() -> None:
    """What is left is not tried again as the process ends."""
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - stands for stdout until the process ends


def _not_printed(error: Exception) -> Outcome:
    """How a command ends whose result cannot be printed."""
    if isinstance(error, OSError):
        _print_no_more()
    return _failure(error, "error", [f"the result could not be printed: {getattr(error, 'strerror', None) or error}"], DEFECT)


def _console() -> Any:
    """A console on stdout that leaves it to us what a reader who has seen enough means; rich would end with 1."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Plain(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else 140)


@contextmanager
def heeded(handle: Callable[[int, Any], Any] = signal.default_int_handler) -> Iterator[None]:
    """While it lasts Ctrl-C and SIGTERM are handled so: unless told otherwise, as KeyboardInterrupt. In other threads nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def signals(interrupt: threading.Event) -> Iterator[list[str]]:
    """Ctrl-C and SIGTERM stop the solver and keep its incumbent; before there is one, or at a second signal, they end the run."""
    stages: list[str] = []

    def handle(number: int, frame: Any) -> None:
        if interrupt.is_set() or stages[-1:] not in (["solve"], ["settle ties"], ["explain"]):
            raise KeyboardInterrupt
        interrupt.set()

    with heeded(handle):
        yield stages
