"""Commands in processes of their own that begin at once: forked from one that has everything imported, and killed like any other.

    from warmed import warmed

`warmed` is a fixture for the whole session; `warmed.begin("resolve", ...)` starts the command.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_PROGRAM = """
import contextlib, importlib, json, os, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
from optimiser.cli import app

for line in sys.stdin:
    asked = json.loads(line)
    if "wait" in asked:
        print(os.waitstatus_to_exitcode(os.waitpid(asked["wait"], 0)[1]), flush=True)
        continue
    if child := os.fork():
        print(child, flush=True)
        continue
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.chdir(asked["folder"])
    sys.argv = ["optimiser", *asked["arguments"]]
    code = 1
    try:
        app()
    except SystemExit as left:
        code = left.code or 0
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
        os._exit(code)
"""
_MODULES = (
    "alembic.command",
    "filelock",
    "instances.sources.fingerprint",
    "optimiser.commands",
    "optimiser.compare.command",
    "optimiser.notify",
    "optimiser.resolve.command",
    "optimiser.resolve.report",
    "optimiser.resolve.resolving",
    "optimiser.store",
    "pyomo.environ",
    "rich.console",
    "rich.table",
    "solvers.highs",
    "sqlite3",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
)


@dataclass
class Begun:
    """A command that has begun.

    Attributes:
        pid: Its process.
    """

    pid: int
    _out: Path
    _err: Path
    _home: Warmed | None = None
    _code: int | None = None

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing where it has ended."""
        if self._code is None:
            os.kill(self.pid, number)  # as long as nobody has waited for it, the number is its own

    def wait(self) -> int:
        """Its exit code; of a process that a signal has ended, the number of that below zero."""
        if self._code is None:
            assert self._home is not None
            self._code = int(self._home.ask(wait=self.pid))
        return self._code

    @property
    def out(self) -> str:
        """What it has written to stdout so far."""
        return self._out.read_text(encoding="utf-8") if self._out.exists() else ""

    @property
    def err(self) -> str:
        """What it has written to stderr so far."""
        return self._err.read_text(encoding="utf-8") if self._err.exists() else ""


@dataclass
class Warmed:
    """The process that has everything imported."""

    _process: subprocess.Popen[str]
    _folder: Path
    _count: int = field(default=0)

    def ask(self, **asked: object) -> str:
        """One line to it and its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()

    def begin(self, *arguments: object, folder: Path | None = None) -> Begun:
        """Begin a command in a folder, the session's own unless given."""
        self._count += 1
        out, err = (self._folder / f"{self._count}.{name}" for name in ("out", "err"))
        words = [str(argument) for argument in arguments]
        pid = int(self.ask(arguments=words, folder=str(folder or self._folder), out=str(out), err=str(err)))
        return Begun(pid, out, err, self)

    def run(self, *arguments: object, code: int = 0) -> Begun:
        """Carry out a command to its end, which has to be this exit code."""
        begun = self.begin(*arguments)
        assert begun.wait() == code, (begun.out, begun.err)
        return begun


@pytest.fixture(scope="session")
def warmed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warmed]:
    """One for the session."""
    command = [sys.executable, "-c", _PROGRAM, *_MODULES]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Warmed(process, tmp_path_factory.mktemp("warmed"))
