"""The published tables that an area instance is made of, read and checked. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from instances.england.errors import AreaError, nearest
from instances.england.text import counted

# The columns used, by table; others may be there and are not read.
COLUMNS: dict[str, tuple[str, ...]] = {
    "councils": ("gss_code", "name", "tier", "region", "county", "latitude", "longitude", "population"),
    "political": ("gss_code", "year", "controlling_party", "majority", "administration_as_published"),
    "services": ("service", "ra_line_number", "level", "suggested_engine_service"),
    "spend": ("gss_code", "financial_year", "basis", "service", "net_current_expenditure_gbp"),
    "adjacency": ("council_a", "council_b", "kind"),
    "shared_services": (
        "arrangement_id",
        "name",
        "gss_codes",
        "gss_codes_today",
        "start",
        "service_tags",
        "status",
        "source",
        "source_date",
    ),
}
NUMBERS: dict[str, tuple[str, ...]] = {
    "councils": ("latitude", "longitude", "population"),
    "political": ("year",),
    "spend": ("net_current_expenditure_gbp",),
}
KEYS: dict[str, tuple[str, ...]] = {
    "councils": ("gss_code",),
    "political": ("gss_code", "year"),
    "services": ("service",),
    "spend": ("gss_code", "financial_year", "basis", "service"),
}
EVIDENCE_COLUMNS = ("parameter", "service_or_category", "low", "mid", "high", "unit", "kind", "source", "note")


@dataclass(frozen=True)
class Sources:
    """The tables as published, one row per fact; text columns are text, a blank cell is the empty text.

    councils: degrees and residents. political: one row per council and year. lines: the lines of the budget return and
    the service each belongs to. spend: GBP a year. arrangements: one row per shared service, not per published claim.
    """

    councils: pd.DataFrame
    political: pd.DataFrame
    lines: pd.DataFrame
    spend: pd.DataFrame
    adjacency: pd.DataFrame
    arrangements: pd.DataFrame
    evidence: pd.DataFrame


def read_sources(data: Path, evidence: Path) -> Sources:
    """Read the tables of folder `data` and the economic evidence.

    Raises AreaError with every missing file, missing column and cell that is not a number.
    """
    faults: list[str] = []
    tables = {name: _read(data / f"{name}.csv", columns, faults) for name, columns in COLUMNS.items()}
    found = _read(evidence, EVIDENCE_COLUMNS, faults)
    for name, columns in NUMBERS.items():
        for column in columns:
            if column in tables[name]:
                tables[name][column] = _numbers(tables[name][column], f"{name}.csv", column, faults)
    faults += [fault for name, key in KEYS.items() for fault in _repeated(tables[name], name, key)]
    if faults:
        raise AreaError(faults)
    return Sources(
        councils=tables["councils"],
        political=tables["political"],
        lines=tables["services"],
        spend=tables["spend"],
        adjacency=tables["adjacency"],
        arrangements=tables["shared_services"].drop_duplicates("arrangement_id"),
        evidence=found,
    )


def _read(path: Path, columns: Sequence[str], faults: list[str]) -> pd.DataFrame:
    """One table as text; what is missing goes to `faults`."""
    if not path.is_file():
        faults.append(f"{path.name}: not found in {path.parent.name}/; the folder must hold the published tables of England")
        return pd.DataFrame()
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    faults += [
        f"{path.name}: column {column} is missing{nearest(column, table.columns)}" for column in columns if column not in table.columns
    ]
    return table


def _numbers(column: pd.Series[str], table: str, name: str, faults: list[str]) -> pd.Series[float]:
    """The column as numbers; the first cell that is none goes to `faults`, with how many there are."""
    values = pd.to_numeric(column, errors="coerce")
    wrong = column[values.isna()]
    if len(wrong):
        faults.append(
            f"{table} row {int(str(wrong.index[0])) + 2}, {name}: {wrong.iloc[0]!r} is not a number ({counted(len(wrong), 'such cell')})"
        )
    return values.astype(float)


def _repeated(table: pd.DataFrame, name: str, key: Sequence[str]) -> list[str]:
    """The first row whose key was there before, if any: sums would count it twice."""
    if not set(key) <= set(table.columns):
        return []
    again = table[table.duplicated(list(key))]
    if again.empty:
        return []
    row, values = int(str(again.index[0])) + 2, ", ".join(str(again.iloc[0][column]) for column in key)
    return [f"{name}.csv row {row}: {', '.join(key)} = {values} is there already ({counted(len(again), 'such row')})"]
