"""The shipped case studies: where they are, and their plans, solved once."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from instances import read
from optimiser import solve
from optimiser.plan import Partnership, Plan
from optimiser.sensitivity import Scope, SensitivityDocument, sensitivity

CASES = Path(str(resources.files("instances"))) / "data"
NAMES = sorted(path.parent.name for path in CASES.glob("*/instance.toml"))


@cache
def solved(name: str, scenarios: tuple[str, ...] = (), overrides: tuple[str, ...] = ()) -> Plan:
    """The audited plan of a case study, solved once for each set of overrides."""
    return solve(read(CASES / name, scenarios=scenarios, overrides=overrides))


@cache
def plan_json(name: str, scenarios: tuple[str, ...] = (), overrides: tuple[str, ...] = ()) -> Any:
    """plan.json of a case study."""
    return solved(name, scenarios, overrides).document.model_dump(mode="json")


def rows(name: str, table: str) -> list[tuple[int, dict[str, str]]]:
    """Rows of a table with their spreadsheet row numbers; none where the case has no such table."""
    path = CASES / name / f"{table}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(enumerate(csv.DictReader(file), 2))


def partnership(plan: Plan, service: str) -> Partnership:
    """The one partnership of a service."""
    (found,) = [p for p in plan.document.partnerships if p.service == service]
    return found


def narrowed(name: str, path: str) -> SensitivityDocument:
    """The study of one input of a case: its ends, switching value and tipping values."""
    instance = read(CASES / name)
    given = {one: found for one, found in instance.settings.ranges.items() if one == path}
    alone = replace(instance, settings=instance.settings.model_copy(update={"ranges": given}))
    return sensitivity(alone, Scope(parts=("inputs",), inputs=(path,))).document
