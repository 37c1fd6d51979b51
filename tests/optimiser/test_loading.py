"""Signals while the program is being loaded: it ends at once, in a word, with nothing begun."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from optimiser.__main__ import INTERRUPTED as AT_ONCE
from optimiser.commands import INTERRUPTED

MIDDLE = """
import os, signal, sys
from optimiser.__main__ import main

class Loads:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), {number})

sys.meta_path.insert(0, Loads())
sys.argv = ["optimiser", *{words!r}]
main()
"""
"""The program, which gets a signal in the middle: as it begins to load a module."""


def sent(number: signal.Signals, module: str, *words: str) -> subprocess.CompletedProcess[str]:
    """How it ends."""
    code = MIDDLE.format(module=module, number=int(number), words=words)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("module", ["optimiser.cli", "typer", "optimiser.cli.solve", "optimiser.commands"])
def test_while_it_is_being_loaded(number: signal.Signals, module: str) -> None:
    """One line, no traceback, 130."""
    done = sent(number, module, "solve", "east-kent")
    assert (done.returncode, done.stdout, done.stderr) == (INTERRUPTED, "", "interrupted\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_in_a_log(number: signal.Signals) -> None:
    """The line is one of JSON, as all others of a log."""
    done = sent(number, "optimiser.cli.solve", "solve", "east-kent", "--log-json")
    said = json.loads(done.stderr)
    assert (done.returncode, said["event"], said["exit_code"], said["status"]) == (INTERRUPTED, "failed", INTERRUPTED, "interrupted")
    assert said["time"].endswith("Z")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_while_a_command_loads_what_it_needs(tmp_path: Path, number: signal.Signals) -> None:
    """The command says what it left undone."""
    done = sent(number, "optimiser.pipeline", "solve", "east-kent", "--out", str(tmp_path / "plan"))
    assert (done.returncode, done.stdout) == (INTERRUPTED, "")
    assert done.stderr == "interrupted before a plan was found; nothing was written\n"
    assert not any(tmp_path.iterdir())


def test_one_exit_code_for_both() -> None:
    """The first lines of the program load nothing to know it."""
    assert AT_ONCE == INTERRUPTED
