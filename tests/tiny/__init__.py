"""Seeded random tiny instances, written as folders: small enough to enumerate, with every rule and table in play."""

import csv
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from . import across, decisions, figures, rules, tied, ways
from .shape import ACROSS, COLUMNS, Cells, Tiny, draw_shape

__all__ = ["ACROSS", "write_takes", "write_tied", "write_tiny"]


def write_tiny(folder: Path, seed: int, only: str = "", off: str = "") -> None:
    """Write the instance of a seed: up to 4 councils, 3 services and 3 tranches; some have no feasible plan.

    With `only`, no rule is on but that one, with a figure that is likely to bite. (What is live already, councils that cease,
    and what a vehicle asks for are data, and hold beside it.) With `off`, the same instance without that rule.
    """
    tiny = drawn(f"{seed} {only}" if only else seed, only)
    tiny.rules |= {off: False} if off else {}
    write(folder, tiny)


def write_takes(folder: Path, seed: int) -> None:
    """Write an instance as `write_tiny` does, with more alternatives, some of which have to be taken."""
    tiny = drawn(f"{seed} takes")
    for _ in range(3):
        ways.draw_option(tiny)
    decisions.draw_takes(tiny, tiny.rng, 0.7)
    write(folder, tiny)


def drawn(seed: int | str, only: str = "") -> Tiny:
    """The instance of a seed."""
    tiny = draw_shape(Random(seed), only)
    rules.draw(tiny)
    across.draw(tiny)
    figures.draw(tiny)  # a limit in minutes asks for the minutes of every pair, a bundle for services that the same councils run
    ways.draw(tiny)
    decisions.draw(tiny)  # last, for decisions name councils that run the service, and vehicles
    figures.draw_known(tiny)
    return tiny


def write_tied(folder: Path, seed: int) -> None:
    """Write an instance of round figures and councils that are all alike, so that many plans are worth the same."""
    write(folder, tied.draw(Random(seed)))


def write(folder: Path, tiny: Tiny) -> None:
    """Write the tables that have rows, and instance.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    services = [{"service": name, "name": name.title()} | own for name, own in tiny.services.items()]
    columns = sorted({column for row in services for column in row}, key=lambda column: (column != "service", column))
    write_table(folder / "services.csv", columns, services)
    for name, rows in tiny.tables.items():
        if rows:
            write_table(folder / f"{name}.csv", used_columns(name, rows), rows.values())
    calendar_keys = ("start", "period_months", "tranches", "horizon_years")
    sections = {
        "instance": {"title": "Tiny"},
        "calendar": {key: getattr(tiny, key) for key in calendar_keys},
        "economics": tiny.economics,
        "rules": tiny.rules,
    }
    lines = [f"[{name}]\n" + "".join(f"{k} = {toml(v)}\n" for k, v in keys.items()) for name, keys in sections.items()]
    (folder / "instance.toml").write_text("\n".join(lines), encoding="utf-8")


def used_columns(table: str, rows: dict[tuple[str, ...], Cells]) -> list[str]:
    """The columns of the key, and those others in which any row has something."""
    columns, width = COLUMNS[table].split(), len(next(iter(rows)))
    return columns[:width] + [column for column in columns[width:] if any(row.get(column, "") != "" for row in rows.values())]


def write_table(path: Path, columns: list[str], rows: Iterable[Cells]) -> None:
    """One CSV table; a cell that is not there is blank."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def toml(value: Any) -> str:
    """A value as TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value)
