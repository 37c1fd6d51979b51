"""The economic evidence: for each parameter and service the recommended default, its range, and where it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from instances.england.text import records

RECOMMENDED = "RECOMMENDED DEFAULT"
EVERY_SERVICE = ("back_office_and_front_line", "all_services")
_FROM_VOLUME = re.compile(r"from volume (\d+)")


@dataclass(frozen=True)
class Default:
    """One row of the evidence: low, mid and high in the row's own unit, and the row's names."""

    parameter: str
    row: str
    low: float
    mid: float
    high: float
    unit: str
    kind: str

    @property
    def label(self) -> str:
        """Where the figure comes from, for a `source` column or a comment."""
        return f"{self.kind}; economics_evidence.csv: {self.parameter} / {self.row}"


@dataclass(frozen=True)
class TierStep:
    """One step of joint purchasing: the rate saved on all procured spend (GBP a year) from `from_volume` on."""

    from_volume: int
    rate: Default


class Evidence:
    """The evidence table, asked by parameter and by rows in order of preference.

    A question without an answer gives 0 and is kept in `faults`, so that all that is missing can be said at once.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        """Take the evidence as read; figures that are not numbers only matter if they are asked for."""
        self._table = table
        self.faults: list[str] = []
        advised = table[table["note"].str.contains(RECOMMENDED, regex=False)]
        self._advised = {(row["parameter"], row["service_or_category"]): row for row in records(advised)}
        self._tiers = advised[advised["parameter"] == "procurement_tier"]

    def default(self, parameter: str, *rows: str) -> Default:
        """The recommended default of `parameter` for the first of `rows` that has one, then for every service."""
        for row in (*rows, *EVERY_SERVICE):
            if (parameter, row) in self._advised:
                return self._figures(self._advised[parameter, row])
        self._miss(f"no recommended default of {parameter} for {' or '.join(dict.fromkeys(rows)) or 'all_services'}")
        return Default(parameter, "", 0, 0, 0, "", "")

    def measured(self, parameter: str, row: str) -> Default:
        """The first row of `parameter` for `row`, recommended or not."""
        found = self._table[(self._table["parameter"] == parameter) & (self._table["service_or_category"] == row)]
        if found.empty:
            self._miss(f"no row {parameter} / {row}")
            return Default(parameter, "", 0, 0, 0, "", "")
        return self._figures(records(found)[0])

    def tiers(self, *rows: str) -> list[TierStep]:
        """The purchasing steps of the first of `rows` that has any, by volume."""
        for row in rows:
            found = records(self._tiers[self._tiers["service_or_category"] == row])
            steps = [TierStep(int(match.group(1)), self._figures(step)) for step in found if (match := _FROM_VOLUME.search(step["unit"]))]
            if steps:
                return sorted(steps, key=lambda step: step.from_volume)
        return []

    def vesting(self) -> pd.DataFrame:
        """The dated rows on reorganisation: where (`service_or_category`, `note`) and when (`mid`)."""
        return self._table[(self._table["parameter"] == "reorganisation_vesting") & (self._table["mid"] != "")]

    def _figures(self, row: dict[str, str]) -> Default:
        values = pd.to_numeric(pd.Series([row["low"], row["mid"], row["high"]]), errors="coerce")
        low, mid, high = (float(value) for value in values)
        if not low <= mid <= high:  # also false where one is not a number
            name, found = (
                f"{row['parameter']} / {row['service_or_category']}",
                f"{row['low']}, {row['mid']}, {row['high']}",
            )
            self._miss(f"{name}: low, mid, high must be numbers that do not fall, not {found}")
            low = mid = high = 0.0
        return Default(row["parameter"], row["service_or_category"], low, mid, high, row["unit"], row["kind"])

    def _miss(self, fault: str) -> None:
        message = f"economics_evidence.csv: {fault}"
        if message not in self.faults:
            self.faults.append(message)
