"""CBC, GLPK and SCIP as executables: an MPS file in, a solution file and a log out.

Pyomo's own runners for these are not used. They kill the solver at Ctrl-C, and its incumbent with it; they give CBC's bound
with the wrong sign when maximising (Pyomo 6.10.1); they read CBC's values to eight digits; and their temporary files are
shared by all threads.
"""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from solvers import available
from solvers.arrays import Arrays, Floats
from solvers.base import Limits, Result, Termination
from solvers.errors import SolverFailed, SolverMissing
from solvers.mps import CONSTANT, column, columns_written, write_mps
from solvers.outcome import Outcome, answer
from solvers.waiting import ctrl_c

POLL_SECONDS = 0.05
GRACE_SECONDS = 10.0
"""Time to stop and write for a program that was asked to, or whose time is up; then it is killed."""
_MODEL, _START, _SOLUTION, _LOG = "model.mps", "start.txt", "solution.txt", "log.txt"


@dataclass(frozen=True)
class Ended:
    """A program's end: what it printed, and whether it was asked to stop or had to be killed."""

    log: str
    code: int
    asked: bool
    killed: bool


class Executable(ABC):
    """A solver run as a program.

    `Limits.interrupt` and Ctrl-C stop it within a fraction of a second; whether its incumbent is kept is for the subclass to
    say. No progress is told.
    """

    name: ClassVar[str]
    program: ClassVar[str]
    remedy: ClassVar[str]
    takes_start: ClassVar[bool]
    interruptible: ClassVar[bool]
    """Whether the program answers SIGINT with its incumbent; one that does not is ended at once."""

    @property
    def path(self) -> str:
        """Where the program is.

        Raises:
            SolverMissing: It is not on the path.
        """
        found = shutil.which(self.program)
        if found is None:
            there = ", ".join(available()) or "none"
            raise SolverMissing(f"{self.name}: no program '{self.program}' on the path; {self.remedy} (available: {there})")
        return found

    @property
    def version(self) -> str:
        """Name and version."""
        said = subprocess.run(
            [self.path, *self._version_arguments()], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        found = re.search(r"\b(\d+\.\d+(\.\d+)?)\b", said.stdout)
        return f"{self.name.upper()} {found[1] if found else 'of unknown version'}"

    def solve(self, model: Any, limits: Limits, start: Mapping[str, float] | None = None) -> Result:
        """Solve a Pyomo model; see `solvers.base.Solver`."""
        return answer(self._solve, self.version, model, limits, start)

    def _solve(self, model: Any, arrays: Arrays, limits: Limits, start: Floats | None) -> Outcome:
        with tempfile.TemporaryDirectory(prefix=f"{self.name}-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            with (folder / _MODEL).open("w", encoding="ascii") as file:
                write_mps(arrays, file)
            if start is not None and self.takes_start:
                (folder / _START).write_text(self._start_text(arrays, start), encoding="ascii")
            ended = self._run(folder, limits, started=start is not None and self.takes_start)
            outcome = self._read(folder, arrays, limits, ended)
        if start is None or self.takes_start:
            return outcome
        note = f"{self.name} takes no start; it is held until something better is found"
        return dataclasses.replace(outcome, message="; ".join(part for part in (outcome.message, note) if part))

    def _run(self, folder: Path, limits: Limits, *, started: bool) -> Ended:
        return run([self.path, *self._command(folder, limits, started=started)], folder, limits, interruptible=self.interruptible)

    def _read(self, folder: Path, arrays: Arrays, limits: Limits, ended: Ended) -> Outcome:
        """The outcome in the model's sense, from files and log that speak of a minimisation."""
        solution = folder / _SOLUTION
        if ended.killed or (ended.asked and not (solution.exists() and solution.stat().st_size)):
            why = Termination.INTERRUPTED if ended.asked else Termination.TIME_LIMIT
            outcome = Outcome(why, bound=self._bound(ended.log), message=f"{self.name} was ended and could not hand over what it had")
        else:
            outcome = self._parsed(folder, arrays, limits, ended)
        if outcome.bound is None or not arrays.maximise:
            return outcome
        return dataclasses.replace(outcome, bound=-outcome.bound)

    def _parsed(self, folder: Path, arrays: Arrays, limits: Limits, ended: Ended) -> Outcome:
        try:
            return self._parse(folder, arrays, limits, ended)
        except (OSError, ValueError, IndexError) as error:
            last = " | ".join(ended.log.strip().splitlines()[-3:])
            raise SolverFailed(f"{self.name} left no answer (exit code {ended.code}): {last or error}") from error

    def _version_arguments(self) -> list[str]:
        return ["--version"]

    def _start_text(self, arrays: Arrays, start: Floats) -> str:
        """Integer columns of a start, one a line."""
        return "".join(f"{j} {column(j)} {start[j]:.0f}\n" for j in np.flatnonzero(arrays.integer).tolist())

    @abstractmethod
    def _command(self, folder: Path, limits: Limits, *, started: bool) -> list[str]:
        """Arguments of the program, run inside the folder."""

    @abstractmethod
    def _bound(self, log: str) -> float | None:
        """The last bound in the log, as the program has it, widened where it was printed with few digits."""

    @abstractmethod
    def _parse(self, folder: Path, arrays: Arrays, limits: Limits, ended: Ended) -> Outcome:
        """What files and log say, the bound as the program has it."""


def run(command: list[str], folder: Path, limits: Limits, *, interruptible: bool) -> Ended:
    """Run a program to its end, or until `limits.interrupt`, Ctrl-C or its time ends it.

    It runs in a session of its own: a terminal's Ctrl-C would otherwise reach it twice, and the second time kills.
    """
    with (folder / _LOG).open("wb") as log, ctrl_c(limits) as is_asked:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            asked, killed = _wait(process, limits, is_asked, interruptible=interruptible)
        finally:
            process.kill()
            process.wait()
    text = (folder / _LOG).read_text(encoding="utf-8", errors="replace")
    return Ended(text, process.returncode, asked, killed)


def _wait(process: subprocess.Popen[bytes], limits: Limits, is_asked: Callable[[], bool], *, interruptible: bool) -> tuple[bool, bool]:
    """Wait for a program's end; whether it was asked to stop, and whether it had to be killed."""
    deadline = None if limits.seconds is None else time.monotonic() + limits.seconds + GRACE_SECONDS
    asked = killed = False
    while process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(POLL_SECONDS)
        if is_asked() and not asked:
            asked, deadline = True, time.monotonic() + GRACE_SECONDS
            _stop(process, interruptible=interruptible)
        if deadline is not None and time.monotonic() > deadline:
            killed = True
            process.kill()
    return asked, killed


def _stop(process: subprocess.Popen[bytes], *, interruptible: bool) -> None:
    """Ask a program to stop; Windows has no SIGINT to send to another's process."""
    if interruptible and os.name != "nt":
        process.send_signal(signal.SIGINT)
    else:
        process.terminate()


class Cbc(Executable):
    """COIN-OR CBC.

    Takes a warm start (integers), a seed, threads (deterministic mode), both gaps; keeps its incumbent when interrupted. Its
    bound is told to three decimals and is widened by half the last, so that it stays true; an optimum of CBC's is one to
    1e-5 of the objective's unit. Its preprocessing of integers is off: with it CBC 2.10.8 gave a wrong optimum for 2 of 1,500
    small random models, without it for none of 4,000 (see also coin-or/Cbc issues 283, 724 and 752).
    """

    name = "cbc"
    program = "cbc"
    remedy = "install it, e.g. 'apt-get install coinor-cbc' or 'brew install cbc'"
    takes_start = True
    interruptible = True

    _HEADERS: ClassVar[dict[str, Termination]] = {
        "Optimal": Termination.OPTIMAL,
        "Infeasible": Termination.INFEASIBLE,
        "Integer infeasible": Termination.INFEASIBLE,
        "Unbounded": Termination.UNBOUNDED,
        "Stopped on time": Termination.TIME_LIMIT,
    }
    _BINARY = "solution.bin"

    def _version_arguments(self) -> list[str]:
        return ["-quit"]

    def _command(self, folder: Path, limits: Limits, *, started: bool) -> list[str]:
        # The text file has the status, but only eight digits of each value; the binary file has them all.
        return [*self._arguments(limits, started=started), "-solve", "-solution", _SOLUTION, "-saveSolution", self._BINARY, "-quit"]

    def _arguments(self, limits: Limits, *, started: bool) -> list[str]:
        # CBC measures a gap against the larger of incumbent and bound; g / (1 + g) of that is within g of the incumbent.
        arguments = [_MODEL, "-timeMode", "elapsed", "-ratioGap", repr(limits.gap / (1 + limits.gap))]
        arguments += ["-allowableGap", repr(limits.absolute_gap), "-preprocess", "off"]
        # To CBC a seed of 0 is the time of day.
        arguments += ["-randomSeed", str(limits.seed + 1), "-randomCbcSeed", str(limits.seed + 1)]
        if limits.seconds is not None:
            arguments += ["-seconds", repr(float(limits.seconds))]
        if limits.threads > 1:
            arguments += ["-threads", str(100 + limits.threads)]  # above 100 is CBC's deterministic mode
        if started:
            arguments += ["-mipstart", _START]
        return arguments

    def _run(self, folder: Path, limits: Limits, *, started: bool) -> Ended:
        ended = super()._run(folder, limits, started=started)
        if ended.code == 0 or ended.asked or ended.killed:
            return ended
        # CBC crashes when it is to write the solution of a model that it finds infeasible at once, and its log is lost.
        return run([self.path, *self._arguments(limits, started=started), "-solve", "-quit"], folder, limits, interruptible=True)

    def _parse(self, folder: Path, arrays: Arrays, limits: Limits, ended: Ended) -> Outcome:
        text = (folder / _SOLUTION).read_text(encoding="utf-8") if (folder / _SOLUTION).exists() else ""
        if not text and re.search(r"^(Problem is|Pre-processing says) infeasible", ended.log, re.MULTILINE):
            return Outcome(Termination.INFEASIBLE)
        header = text.splitlines()[0]
        said = header.split(" - objective")[0]
        termination = self._HEADERS.get(said.split(" (")[0], Termination.INTERRUPTED if ended.asked else Termination.ERROR)
        holds = termination not in (Termination.INFEASIBLE, Termination.UNBOUNDED) and "no integer solution" not in said
        point = self._point(folder, arrays) if holds else None
        bound = self._bound(ended.log)
        if termination is Termination.OPTIMAL and point is not None and bound is not None:
            # What CBC proved to stop here is sharper than what it prints of it.
            reached = (-1 if arrays.maximise else 1) * arrays.objective(point)
            bound = max(bound, reached - max(limits.absolute_gap, limits.gap * abs(reached)))
        nodes = re.findall(r"^Enumerated nodes:\s+(\d+)", ended.log, re.MULTILINE)
        message = "" if termination is not Termination.ERROR else f"CBC stopped with '{said}'"
        return Outcome(termination, point, bound, nodes=int(nodes[-1]) if nodes else None, message=message)

    def _bound(self, log: str) -> float | None:
        # Pyomo takes other lines of the log too, and with them the bound of the first relaxation.
        told = re.findall(r"^Lower bound:\s+(\S+)", log, re.MULTILINE)
        return float(told[-1]) - 0.0005 if told else None

    def _point(self, folder: Path, arrays: Arrays) -> Floats:
        """Column activities of CBC's binary solution: two counts, objective, row activities and duals, columns and duals."""
        rows = len(arrays.row_lower)
        content = (folder / self._BINARY).read_bytes()
        counts = np.frombuffer(content, dtype=np.int32, count=2).tolist()
        if counts != [rows, columns_written(arrays)]:
            raise ValueError(f"a solution of {counts} rows and columns for {[rows, columns_written(arrays)]}")
        return np.frombuffer(content, dtype=float, count=len(arrays.variables), offset=16 + 16 * rows).copy()


class Glpk(Executable):
    """GNU GLPK's glpsol.

    Takes the relative gap only; no warm start, one thread, no seed (it is deterministic). When interrupted it keeps nothing
    but the bound; its time limit is in whole seconds, rounded up.
    """

    name = "glpk"
    program = "glpsol"
    remedy = "install it, e.g. 'apt-get install glpk-utils' or 'brew install glpk'"
    takes_start = False
    interruptible = False

    _SAYINGS: ClassVar[dict[str, Termination]] = {
        "OPTIMAL LP SOLUTION FOUND": Termination.OPTIMAL,
        "OPTIMAL SOLUTION FOUND": Termination.OPTIMAL,
        "INTEGER OPTIMAL SOLUTION FOUND": Termination.OPTIMAL,
        "RELATIVE MIP GAP TOLERANCE REACHED": Termination.OPTIMAL,
        "NO INTEGER FEASIBLE SOLUTION": Termination.INFEASIBLE,
        "NO PRIMAL FEASIBLE SOLUTION": Termination.INFEASIBLE,
        "NO FEASIBLE SOLUTION": Termination.INFEASIBLE,
        "NO DUAL FEASIBLE SOLUTION": Termination.UNBOUNDED,
        "UNBOUNDED": Termination.UNBOUNDED,
        "TIME LIMIT EXCEEDED": Termination.TIME_LIMIT,
    }
    """What the log says; the last to be said stands, since a relaxation is solved first."""

    def _command(self, folder: Path, limits: Limits, *, started: bool) -> list[str]:
        arguments = ["--freemps", _MODEL, "--mipgap", repr(limits.gap), "--write", _SOLUTION]
        return arguments if limits.seconds is None else [*arguments, "--tmlim", str(max(1, int(np.ceil(limits.seconds))))]

    def _parse(self, folder: Path, arrays: Arrays, limits: Limits, ended: Ended) -> Outcome:
        termination = Termination.ERROR
        for line in ended.log.splitlines():
            termination = next((meaning for saying, meaning in self._SAYINGS.items() if saying in line), termination)
        values: list[float] = []
        holds = False
        for line in (folder / _SOLUTION).read_text(encoding="ascii").splitlines():
            words = line.split()
            if words[:2] in (["s", "mip"], ["s", "bas"]):
                holds = words[4] in ("o", "f")
            elif words[:1] == ["j"]:
                values.append(float(words[2] if arrays.integer.any() else words[3]))
        if len(values) != columns_written(arrays):
            raise ValueError(f"a solution of {len(values)} columns for {columns_written(arrays)}")
        point = np.array(values[: len(arrays.variables)]) if holds else None
        is_whole = termination is Termination.OPTIMAL and "RELATIVE MIP GAP TOLERANCE REACHED" not in ended.log
        message = "" if termination is not Termination.ERROR else f"GLPK stopped with '{ended.log.strip().splitlines()[-1]}'"
        return Outcome(termination, point, None if is_whole else self._bound(ended.log), message=message)

    def _bound(self, log: str) -> float | None:
        told = re.findall(r"^\+\s*\d+: (?:mip =|>>>>>).*>=\s+(\S+)", log, re.MULTILINE)
        try:
            bound = float(told[-1])
        except (IndexError, ValueError):
            return None
        return bound - 5e-10 * abs(bound)  # half of the last of ten digits


class ScipExecutable(Executable):
    """SCIP's own shell, where pyscipopt is not installed.

    Takes a warm start, a seed, both gaps; one thread; keeps its incumbent when interrupted.
    """

    name = "scip"
    program = "scip"
    remedy = "install pyscipopt, e.g. 'pip install pyscipopt'"
    takes_start = True
    interruptible = True

    _STATUSES: ClassVar[dict[str, Termination]] = {
        "optimal solution found": Termination.OPTIMAL,
        "gap limit reached": Termination.OPTIMAL,
        "infeasible": Termination.INFEASIBLE,
        "unbounded": Termination.UNBOUNDED,
        "infeasible or unbounded": Termination.UNBOUNDED,
        "time limit reached": Termination.TIME_LIMIT,
        "user interrupt": Termination.INTERRUPTED,
    }

    def _start_text(self, arrays: Arrays, start: Floats) -> str:
        values = "".join(f"{column(j)} {value!r}\n" for j, value in enumerate(start.tolist()))
        return values + (f"{CONSTANT} 1\n" if arrays.offset else "")

    def _command(self, folder: Path, limits: Limits, *, started: bool) -> list[str]:
        orders = [f"set limits gap {limits.gap!r}", f"set limits absgap {limits.absolute_gap!r}", "set numerics feastol 1e-9"]
        orders.append(f"set randomization randomseedshift {limits.seed}")
        if limits.seconds is not None:
            orders.append(f"set limits time {float(limits.seconds)!r}")
        orders.append(f"read {_MODEL}")
        if started:
            (folder / _START).rename(folder / "start.sol")  # SCIP goes by the ending
            orders.append("read start.sol")
        orders += ["optimize", f"write solution {_SOLUTION}", "quit"]
        (folder / "orders.txt").write_text("".join(f"{order}\n" for order in orders), encoding="ascii")
        return ["-b", "orders.txt"]

    def _parse(self, folder: Path, arrays: Arrays, limits: Limits, ended: Ended) -> Outcome:
        status = re.findall(r"^SCIP Status\s*:.*\[(.*)\]", ended.log, re.MULTILINE)[-1]
        termination = self._STATUSES.get(status, Termination.ERROR)
        nodes = re.findall(r"^Solving Nodes\s*:\s*(\d+)", ended.log, re.MULTILINE)
        lines = (folder / _SOLUTION).read_text(encoding="utf-8").splitlines()
        point = None
        if not any("no solution available" in line for line in lines):
            point = np.zeros(len(arrays.variables))
            for words in (line.split() for line in lines if re.match(r"C\d+\s", line)):
                point[int(words[0][1:])] = float(words[1])
        message = "" if termination is not Termination.ERROR else f"SCIP stopped with '{status}'"
        return Outcome(termination, point, self._bound(ended.log), nodes=int(nodes[-1]) if nodes else None, message=message)

    def _bound(self, log: str) -> float | None:
        told = re.findall(r"^Dual Bound\s*:\s*(\S+)", log, re.MULTILINE)
        return float(told[-1]) if told else None
