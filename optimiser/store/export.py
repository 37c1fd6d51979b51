"""Runs as Parquet files, one for each table, for whatever reads Parquet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
from sqlalchemy import JSON, select

from optimiser.errors import UsageError
from optimiser.folders import check_folder, write_folder
from optimiser.store import schema
from optimiser.store.store import Recorded, Store

TABLES = {
    "runs": schema.runs,
    "overrides": schema.run_overrides,
    "inputs": schema.run_inputs,
    "arrangements": schema.run_arrangements,
    "councils": schema.run_results,
    "cashflow": schema.run_cash_flows,
}
FILES = tuple(f"{name}.parquet" for name in TABLES)
_LEFT = ("document", "digest")
"""Columns of `runs` that are not exported."""
_AT_ONCE = 500


def frames(store: Store, runs: Sequence[Recorded]) -> dict[str, pd.DataFrame]:
    """Each table with the rows of these runs, in the order of their ids; JSON stands as text."""
    wanted = sorted(run.run for run in runs)
    found = {}
    with store.transaction() as connection:
        for name, table in TABLES.items():
            columns = [column for column in table.columns if table is not schema.runs or column.name not in _LEFT]
            rows = [
                row
                for first in range(0, len(wanted), _AT_ONCE)
                for row in connection.execute(
                    select(*columns).where(table.c.run.in_(wanted[first : first + _AT_ONCE])).order_by(*table.primary_key.columns)
                )
            ]
            frame = pd.DataFrame(rows, columns=[column.name for column in columns])
            for column in columns:
                if isinstance(column.type, JSON):
                    frame[column.name] = [json.dumps(value, ensure_ascii=False) for value in frame[column.name]]
            found[name] = frame
    return found


def export(store: Store, runs: Sequence[Recorded], out: Path, *, overwrite: bool = False) -> Path:
    """Write the tables into a folder, at once.

    Raises:
        UsageError: The folder may not be replaced, or what writes Parquet is not installed.
        OSError: The disk refused; nothing is left behind.
    """
    check_folder(out, FILES, overwrite=overwrite, kind="export")
    if find_spec("pyarrow") is None:
        raise UsageError("Parquet needs pyarrow: install shared-services-optimiser[parquet]")
    return write_folder(out, partial(_write, frames(store, runs)))


def _write(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
