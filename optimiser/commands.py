"""What the commands do, and how every ending becomes a message, a JSON document and an exit code."""

from __future__ import annotations

import json as json_module
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from optimiser.errors import AuditError, InfeasibleError, NoPlanError, OptimiserError

OPTIMAL, DEFECT, USAGE, INFEASIBLE, STOPPED_WITH_PLAN, INTERRUPTED = 0, 1, 2, 3, 4, 130
TRACEBACK_VARIABLE = "OPTIMISER_TRACEBACK"


@dataclass(frozen=True)
class Outcome:
    """What a command has to say.

    Attributes:
        data: The JSON document.
        show: Prints the human form to a rich console on stdout.
        code: Exit code.
        messages: Lines for stderr, whatever the output form.
    """

    data: Any
    show: Callable[[Any], None]
    code: int = OPTIMAL
    messages: tuple[str, ...] = field(default=())


def run(work: Callable[[], Outcome], *, json: bool, quiet: bool) -> int:
    """Carry out a command and answer with its exit code; nothing escapes as a traceback."""
    try:
        outcome = work()
    except KeyboardInterrupt:
        outcome = _failure("interrupted", ["interrupted before a plan was found; nothing was written"], INTERRUPTED)
    except InfeasibleError as error:
        outcome = _failure("infeasible", str(error).splitlines(), INFEASIBLE, reasons=list(error.reasons))
    except NoPlanError as error:
        outcome = _failure("no_plan", [str(error)], error.exit_code, termination=error.termination, bound=error.bound)
    except AuditError as error:
        outcome = _audit_failure(error)
    except OptimiserError as error:
        status = {USAGE: "usage", INTERRUPTED: "interrupted"}.get(error.exit_code, "error")
        outcome = _failure(status, str(error).splitlines(), error.exit_code)
    except Exception as error:
        outcome = _other(error)
    _print(outcome, json=json, quiet=quiet)
    return outcome.code


def _fault(fault: Any) -> dict[str, Any]:
    """A fault by its parts; of a workbook or a database with its place in their words."""
    names = ("table", "row", "column", "problem", "expected", "nearest")
    return {name: getattr(fault, name) for name in names} | ({"place": fault.place} if fault.place else {})


def _failure(status: str, lines: Sequence[str], code: int, **data: Any) -> Outcome:
    return Outcome({"status": status, "message": "\n".join(lines), **data}, lambda console: None, code, tuple(lines))


def _audit_failure(error: AuditError) -> Outcome:
    from optimiser.files import dump_failure

    try:
        path = str(dump_failure(error.instance, error.dump, error.faults, Path("runs")))
        advice = f"this is a defect of the optimiser; please report it with {path}"
    except OSError as trouble:
        path = ""
        advice = f"this is a defect of the optimiser; what was found could not be saved: {trouble.strerror or trouble}"
    return _failure("audit_failed", [*str(error).splitlines(), advice], DEFECT, faults=list(error.faults), dump=path)


def _other(error: Exception) -> Outcome:
    """Faults of the data, or trouble that nobody has foreseen."""
    from instances.errors import InstanceError  # loads what reads instances, which commands that read none do without

    if not isinstance(error, InstanceError):
        return _defect(error)
    faults = [_fault(one) for one in error.faults]
    return _failure("invalid", str(error).splitlines(), USAGE, faults=faults)


def _defect(error: Exception) -> Outcome:
    """Trouble that has no class of its own: missing solvers, a disk that refuses, or a defect of ours."""
    from solvers.errors import SolverError, SolverMissing

    if os.environ.get(TRACEBACK_VARIABLE):
        traceback.print_exc()
    if isinstance(error, SolverMissing):
        return _failure("usage", [str(error)], USAGE)
    if isinstance(error, SolverError):
        return _failure("error", [str(error)], DEFECT)
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return _failure("error", [f"could not read or write{where}: {error.strerror or error}; nothing was written"], DEFECT)
    return _failure(
        "error",
        [f"a defect of the optimiser: {type(error).__name__}: {error}", f"set {TRACEBACK_VARIABLE}=1 to see where, and please report it"],
        DEFECT,
    )


def _print(outcome: Outcome, *, json: bool, quiet: bool) -> None:
    for line in outcome.messages:
        print(line, file=sys.stderr)
    try:
        if json:
            print(json_module.dumps(outcome.data, indent=2, ensure_ascii=False, allow_nan=False))
        elif not quiet:
            outcome.show(_console())
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - stands for stdout until the process ends


def _console() -> Any:
    """A console on stdout that leaves it to us what a reader who has seen enough means; rich would end with 1."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Plain(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else 140)


@contextmanager
def signals(interrupt: threading.Event) -> Iterator[list[str]]:
    """Ctrl-C and SIGTERM stop the solver and keep its incumbent; before there is one, or at a second signal, they end the run."""
    stages: list[str] = []

    def handle(number: int, frame: Any) -> None:
        if interrupt.is_set() or stages[-1:] not in (["solve"], ["settle ties"], ["explain"]):
            raise KeyboardInterrupt
        interrupt.set()

    if threading.current_thread() is not threading.main_thread():
        yield stages
        return
    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stages
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
