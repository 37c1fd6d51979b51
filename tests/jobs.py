"""A small instance for tests of the scheduled job: two services of four councils, with figures that change from one start to the next."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from small import TWO_SERVICES, settings, write_instance
from typer.testing import CliRunner, Result

from optimiser.cli import app
from optimiser.store import Store, check, resolutions

COUNCILS = "council, latitude, longitude\nAsh, 51.0, 0.0\nElm, 51.1, 0.0\nOak, 51.2, 0.0\nYew, 51.3, 0.0\n"


def write_job(folder: Path, cost: int = 100_000, integration: int = 10_000, rules: str = "") -> Path:
    """Write the instance.

    Args:
        folder: Where; what is there is replaced.
        cost: What payroll costs Ash a year.
        integration: What it costs once to share waste; at 120,000 it is not shared.
        rules: Lines of table `rules`.
    """
    services = f"service, duplication_avoided, integration_cost\npayroll, 0.5, 30000\nwaste, 0.9, {integration}\n"
    tables: Mapping[str, str] = {
        "councils": COUNCILS,
        "services": services,
        "baselines": TWO_SERVICES["baselines"].replace("100000", str(cost)).replace("Elm, waste, 50000, 0,", "Elm, waste, 50000, 40000,"),
    }
    return write_instance(folder, settings(rules=rules), **tables)


def run(*arguments: object, code: int = 0) -> Result:
    """Run a command in this process; it has to end with this exit code."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, (result.output, result.exception)
    return result


def resolved(source: object, store: object, *options: object, code: int = 0) -> dict[str, Any]:
    """The report of `resolve`."""
    report = json.loads(run("resolve", source, "--store", store, "--json", *options, code=code).stdout)
    assert isinstance(report, dict)
    return report


def kept(store: object) -> tuple[int, str | None]:
    """How many runs there are, all of them whole, and what job `shire` came to last."""
    with Store(str(store)) as opened:
        assert check(opened) == []
        last = resolutions.last(opened, "shire")
        return len(opened.runs()), None if last is None else last.status


def adds(file: Path) -> str:
    """A command to notify that adds what it is told to a file, a line each."""
    return f"sh -c {shlex.quote(f'cat >> {file}; echo >> {file}')}"


def told(file: Path) -> list[dict[str, Any]]:
    """What was added."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []
